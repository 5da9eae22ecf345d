/* escalation_stories_parts: the stories that stand in files of their own, one file a capability. */
#pragma once

#include "story.h"

void tell_supervision(struct story *story);    /* escalation_stories_supervise.c */
void tell_steps(struct story *story);          /* escalation_stories_steps.c */
void tell_steps_downtime(struct story *story); /* escalation_stories_steps.c */
void tell_moments(struct story *story);        /* escalation_stories_steps.c */
void tell_cap(struct story *story);            /* escalation_stories_steps.c */
/* escalation_stories_cards.c */
void tell_card_by_hand(struct story *story);
void tell_card_cancelled(struct story *story);
void tell_card_moves(struct story *story);
void tell_supervised_by_rule(struct story *story);
/* escalation_stories_joint.c */
void tell_assist(struct story *story);
void tell_assist_named(struct story *story);
void tell_assist_late(struct story *story);
void tell_assist_carried(struct story *story);
void tell_person(struct story *story);
void tell_order(struct story *story);
void tell_recall(struct story *story);
void tell_recall_refused(struct story *story);
void tell_modes(struct story *story);
void tell_appeals(struct story *story);
void tell_spot(struct story *story);
/* escalation_stories_correct.c */
void tell_correct(struct story *story);
void tell_correct_unit(struct story *story);
void tell_correct_refused(struct story *story);
void tell_correct_terms(struct story *story);
void tell_correct_later(struct story *story);
void tell_correct_paused(struct story *story);
/* escalation_stories_group.c */
void tell_merge(struct story *story);
void tell_merge_states(struct story *story);
void tell_merge_refused(struct story *story);
void tell_merge_crossed(struct story *story);
void tell_merge_leave(struct story *story);
void tell_merge_unsolved(struct story *story);
void tell_merge_withdrawn(struct story *story);
void tell_merge_bound(struct story *story);
void tell_merge_claims(struct story *story);
void tell_merge_less(struct story *story);
void tell_merge_extended(struct story *story);
void tell_merge_raised(struct story *story);
void tell_merge_corrected(struct story *story);
void tell_merge_reopened(struct story *story);
void tell_merge_along(struct story *story);
void tell_merge_left(struct story *story);
void tell_merge_confidential(struct story *story);
void tell_merge_appeal(struct story *story);
void tell_merge_crowd(struct story *story);
/* escalation_stories_term.c */
void tell_extension(struct story *story);
void tell_raise_accepted(struct story *story);
void tell_suspension(struct story *story);
void tell_overtaken(struct story *story);
void tell_suspension_downtime(struct story *story);
void tell_return_window(struct story *story);
void tell_replan(struct story *story);
void tell_explain(struct story *story);
void tell_bound(struct story *story);
void tell_outer_moved(struct story *story);
void tell_burst(struct story *story);
/* escalation_stories_edges.c */
void tell_steps_downtime(struct story *story); /* escalation_stories_steps.c */
void tell_steps_anew(struct story *story);
void tell_late_and_paused(struct story *story);
void tell_asked_and_paused(struct story *story);
void tell_order_same(struct story *story);
void tell_own_request(struct story *story);
void tell_moved(struct story *story);
void tell_unanswered(struct story *story);
void tell_old_appeals(struct story *story);
void tell_own_judge(struct story *story);
void tell_recall_appeal(struct story *story);
void tell_nobody_decides(struct story *story);
