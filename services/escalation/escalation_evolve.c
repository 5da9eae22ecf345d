/* Folding: sees one fact, the tables and the counters; no site, no time. The same log gives the
 * same bytes.
 *
 * Owns the order in which a fact takes effect and what is the same for all of them: the cell of the
 * ticket's life, the chain, version and time, the card, the totals of late work, the rows. What a fact
 * itself changes is folded by its noun. A fact which the table does not name in the ticket's state,
 * or that does not follow the newest one, contradicts the tables: RC_CORRUPT. */

#include "escalation_evolve.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/unit_count.h"
#include "escalation_alarm.h"
#include "escalation_appeal.h"
#include "escalation_card.h"
#include "escalation_close.h"
#include "escalation_correct.h"
#include "escalation_decider.h"
#include "escalation_group.h"
#include "escalation_joint.h"
#include "escalation_lease.h"
#include "escalation_life.h"
#include "escalation_merge.h"
#include "escalation_mode.h"
#include "escalation_move.h"
#include "escalation_note.h"
#include "escalation_order.h"
#include "escalation_outer.h"
#include "escalation_pause.h"
#include "escalation_person.h"
#include "escalation_raise.h"
#include "escalation_recall.h"
#include "escalation_recode.h"
#include "escalation_remind.h"
#include "escalation_replan.h"
#include "escalation_request.h"
#include "escalation_retire.h"
#include "escalation_route.h"
#include "escalation_rows.h"
#include "escalation_signal.h"
#include "escalation_supervise.h"
#include "escalation_tally.h"
#include "escalation_urgency.h"

/* ---- who folds what ---- */

static bool always(const Paidan__Event *event)
{
    (void)event;
    return true;
}

/* The lateness of a raise is kept there. */
static bool raise_begins(const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_RAISED);
    return event->raised->why == PAIDAN__WHY__WHY_EXPIRED;
}

/* Two terms that are no clock of an assignment share one fact. */
static enum rc fold_term_passed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_TERM_PASSED);
    return fold->event->term_passed->clock == PAIDAN__CLOCK__CLOCK_PERSON
               ? escalation_person_fold_passed(fold)
               : escalation_mode_fold_passed(fold);
}

static const struct folding {
    escalation_fold_fn *fold;
    /* Whether the fact begins an extra record where the ticket has none; NULL: never. A fact that
     * only changes one that is there begins none, so that the usual life pays nothing for it. */
    bool (*begins)(const Paidan__Event *event);
} foldings[] = {
    [PAIDAN__EVENT__FACT_ASSIGNED] = {escalation_route_fold, NULL},
    [PAIDAN__EVENT__FACT_LEASE_LAPSED] = {escalation_lease_fold_lapsed, NULL},
    [PAIDAN__EVENT__FACT_ACCEPTED] = {escalation_life_fold_accepted, escalation_life_begins_extra},
    [PAIDAN__EVENT__FACT_CONTACTED] = {escalation_life_fold_contacted,
                                       escalation_life_begins_extra},
    [PAIDAN__EVENT__FACT_PROGRESSED] = {escalation_life_fold_progressed, NULL},
    [PAIDAN__EVENT__FACT_RESOLVED] = {escalation_life_fold_resolved, escalation_life_begins_extra},
    [PAIDAN__EVENT__FACT_RETURNED] = {escalation_life_fold_returned, NULL},
    [PAIDAN__EVENT__FACT_RAISED] = {escalation_raise_fold, raise_begins},
    [PAIDAN__EVENT__FACT_ORDERED] = {escalation_order_fold, NULL},
    [PAIDAN__EVENT__FACT_NOTED] = {escalation_note_fold, NULL},
    [PAIDAN__EVENT__FACT_OUTER_MOVED] = {escalation_outer_fold, NULL},
    [PAIDAN__EVENT__FACT_URGENCY_RAISED] = {escalation_urgency_fold, NULL},
    [PAIDAN__EVENT__FACT_REOPENED] = {escalation_close_fold_reopened, NULL},
    [PAIDAN__EVENT__FACT_CLOSED] = {escalation_close_fold_closed, NULL},
    [PAIDAN__EVENT__FACT_WARNED] = {escalation_card_fold_warned, NULL},
    [PAIDAN__EVENT__FACT_CARDED] = {escalation_card_fold_carded, always},
    [PAIDAN__EVENT__FACT_CARD_CANCELLED] = {escalation_card_fold_cancelled, always},
    [PAIDAN__EVENT__FACT_ALARMED] = {escalation_alarm_fold, NULL},
    [PAIDAN__EVENT__FACT_REMINDED] = {escalation_remind_fold, escalation_remind_gives},
    [PAIDAN__EVENT__FACT_SUSPENDED] = {escalation_pause_fold_suspended, always},
    [PAIDAN__EVENT__FACT_RESUMED] = {escalation_pause_fold_resumed, always},
    [PAIDAN__EVENT__FACT_REQUESTED] = {escalation_request_fold_requested, always},
    [PAIDAN__EVENT__FACT_DECIDED] = {escalation_request_fold_decided, always},
    [PAIDAN__EVENT__FACT_ASSIST_ASKED] = {escalation_joint_fold_asked, always},
    [PAIDAN__EVENT__FACT_ASSIST_DONE] = {escalation_joint_fold_done, always},
    [PAIDAN__EVENT__FACT_ASSIST_LATE] = {escalation_joint_fold_late, always},
    [PAIDAN__EVENT__FACT_PERSON_NAMED] = {escalation_person_fold_named, always},
    [PAIDAN__EVENT__FACT_MODE_SET] = {escalation_mode_fold_set, always},
    [PAIDAN__EVENT__FACT_MODE_ENDED] = {escalation_mode_fold_ended, always},
    [PAIDAN__EVENT__FACT_TERM_PASSED] = {fold_term_passed, always},
    [PAIDAN__EVENT__FACT_APPEALED] = {escalation_appeal_fold_appealed, always},
    [PAIDAN__EVENT__FACT_APPEAL_RULED] = {escalation_appeal_fold_ruled, always},
    [PAIDAN__EVENT__FACT_URGED] = {escalation_supervise_fold_urged, always},
    [PAIDAN__EVENT__FACT_SUPERVISED] = {escalation_supervise_fold_supervised, always},
    [PAIDAN__EVENT__FACT_MOVED] = {escalation_move_fold, NULL},
    [PAIDAN__EVENT__FACT_RECODED] = {escalation_recode_fold, NULL},
    [PAIDAN__EVENT__FACT_RECALLED] = {escalation_recall_fold, NULL},
    [PAIDAN__EVENT__FACT_MERGED] = {escalation_merge_fold_merged, NULL},
    [PAIDAN__EVENT__FACT_UNMERGED] = {escalation_merge_fold_unmerged, NULL},
    [PAIDAN__EVENT__FACT_JOINED] = {escalation_merge_fold_joined, NULL},
    [PAIDAN__EVENT__FACT_PARTED] = {escalation_merge_fold_parted, NULL},
    [PAIDAN__EVENT__FACT_REPLANNED] = {escalation_replan_fold, always},
    [PAIDAN__EVENT__FACT_CORRECTED] = {escalation_correct_fold, NULL},
};

/* NULL: no fact about a single ticket. */
static const struct folding *folding_of(const Paidan__Event *event)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    const size_t fact = (size_t)event->fact_case;
    const bool known = fact < sizeof foldings / sizeof foldings[0] && foldings[fact].fold != NULL;
    return known ? &foldings[fact] : NULL;
}

/* ---- one ticket ---- */

/* What follows for every fact from where the ticket stands now. */
static void settle(struct escalation_fold *fold)
{
    CHECK(fold->ticket->state != ESCALATION_NONE);
    struct escalation_ticket *ticket = fold->ticket;
    /* Under another code it is the same unit, and so are its cards. */
    const bool moved = strcmp(fold->before->unit, ticket->unit) != 0 &&
                       fold->event->fact_case != PAIDAN__EVENT__FACT_RECODED;
    if (moved) {
        escalation_state_pardon(ticket); /* the cards are the other unit's */
    }
    if (!escalation_state_open(ticket)) {
        escalation_fold_rest(ticket);
    }
    ticket->overdue_ms = escalation_state_overdue(ticket);
    if (fold->extra == NULL) {
        return;
    }
    if (moved) {
        fold->extra->card = PAIDAN__CARD__CARD_NONE;
    }
    if (!escalation_state_open(ticket)) {
        escalation_extra_rest(fold->extra, fold->event->at_ms);
    }
    escalation_extra_mirror(fold->extra, ticket);
}

/* Folds the ticket's record; *fold->extra too, where it has one. */
static enum rc fold_ticket(struct escalation_fold *fold, const struct folding *folding,
                           enum escalation_state next, uint64_t seq)
{
    struct escalation_ticket *ticket = fold->ticket;
    CHECK(next != ESCALATION_NONE);
    CHECK(seq > ticket->last_seq);
    const enum rc rc = folding->fold(fold);
    if (rc != RC_OK) {
        return rc;
    }
    ticket->state = next;
    ticket->version++;
    ticket->last_seq = seq;
    ticket->changed_ms = fold->event->at_ms;
    settle(fold);
    return escalation_card_fold(fold);
}

/* The same with the record of what only some tickets have. */
static enum rc fold_both(struct escalation_fold *fold, const struct folding *folding,
                         enum escalation_state next, uint64_t seq)
{
    CHECK(fold->extra == NULL);
    struct escalation_extra was;
    enum rc rc = escalation_extra_load(fold->txn, fold->id, &was);
    if (rc != RC_OK) {
        return rc;
    }
    struct escalation_extra extra = was;
    fold->extra = &extra;
    rc = fold_ticket(fold, folding, next, seq);
    if (rc == RC_OK) {
        const struct escalation_joint_side before = {fold->before, &was};
        const struct escalation_joint_side after = {fold->ticket, &extra};
        rc = escalation_joint_move_rows(fold->txn, fold->id, &before, &after);
        rc = rc == RC_OK ? escalation_decider_move_rows(fold, &before, &after) : rc;
    }
    if (rc == RC_OK) {
        rc = escalation_extra_save(fold->txn, fold->id, &extra);
    }
    fold->extra = NULL; /* it ends with this function */
    return rc;
}

/* The service's own totals; of each unit archive counts the same, by the same function. */
static void add_late(struct step_fold *fold, const Paidan__Event *event)
{
    static const unsigned char totals[UNIT_COUNTERS] = {
        [UNIT_COUNT_ACCEPTED_LATE] = TALLY_ACCEPTED_LATE,
        [UNIT_COUNT_CONTACTED_LATE] = TALLY_CONTACTED_LATE,
        [UNIT_COUNT_RESOLVED_LATE] = TALLY_RESOLVED_LATE,
        [UNIT_COUNT_ASSISTS_LATE] = TALLY_ASSISTS_LATE,
    };
    const uint64_t late = unit_count_late(event);
    for (unsigned counter = 0; late >> counter != 0; counter++) {
        if ((late >> counter & 1u) != 0) {
            CHECK(counter < UNIT_COUNTERS);
            CHECK(totals[counter] != 0);
            fold->tally->values[totals[counter]]++;
        }
    }
}

static enum rc evolve_ticket(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(fold->txn != NULL);
    const struct folding *folding = folding_of(event);
    const enum escalation_signal signal = escalation_signal_of(event);
    if (folding == NULL || signal == ESCALATION_SIGNAL_COUNT || !event->has_ticket ||
        event->ticket == 0) {
        return RC_CORRUPT;
    }
    struct escalation_ticket before;
    enum rc rc = escalation_state_find(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_step go = escalation_fsm_step(before.state, signal);
    if (before.past || go.action != ESCALATION_DO_SAY || go.fact != event->fact_case ||
        !step_chained(event, before.last_seq) || seq <= before.last_seq) {
        return RC_CORRUPT;
    }
    struct escalation_ticket after = before;
    struct escalation_fold one = {.txn = fold->txn,
                                  .counters = fold->tally->values,
                                  .id = event->ticket,
                                  .seq = seq,
                                  .event = event,
                                  .before = &before,
                                  .ticket = &after};
    const bool more = (before.flags & ESCALATION_HAS_EXTRA) != 0 ||
                      (folding->begins != NULL && folding->begins(event));
    rc = more ? fold_both(&one, folding, go.next, seq) : fold_ticket(&one, folding, go.next, seq);
    if (rc == RC_OK) {
        rc = escalation_group_move(&one);
    }
    if (rc == RC_OK) {
        add_late(fold, event);
    }
    return rc == RC_OK ? escalation_rows_change(fold, event->ticket, &before, &after) : rc;
}

static enum rc site_changed(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED);
    const enum rc rc = escalation_replan_fold_site_changed(fold, event);
    return rc == RC_OK ? escalation_retire_fold_site_changed(fold, event) : rc;
}

enum rc escalation_evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq != 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return site_changed(fold, event);
    case PAIDAN__EVENT__FACT_RETIRED:
        return escalation_retire_fold(fold, event);
    case PAIDAN__EVENT__FACT_REPLAN_PASSED:
        return escalation_replan_fold_passed(fold, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        fold->tally->values[TALLY_REFUSED_RECORDS]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_LEASED:
        return escalation_lease_fold_leased(fold, event);
    default:
        return evolve_ticket(fold, seq, event);
    }
}
