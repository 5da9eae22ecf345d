/* The end of a ticket: withdrawn, or closed by what the resident said; or its next round.
 *
 * Owns ticket.outcome, satisfied and round. A round is one closure: callback asks once for each,
 * and an answer to an earlier round is refused. Nobody closes a ticket but the resident's word, the
 * lack of any (unreached, not asked), or the site's limit of reopenings. Where it was the lack, an
 * answer that comes after all closes it again, as what he says, or opens it again: counted once. */

#include "escalation_close.h"

#include "common/base/check.h"
#include "escalation_assignment.h"
#include "escalation_card.h"
#include "escalation_claim.h"
#include "escalation_joint.h"
#include "escalation_merge.h"
#include "escalation_supervise.h"

struct end {
    enum escalation_signal signal;
    Paidan__Outcome outcome;
    const Paidan__Satisfied *satisfied; /* NULL: nobody said */
    bool do_not_call;
};

static enum rc say_closed(const struct escalation_heard *heard, const struct end *end)
{
    CHECK(end->outcome >= PAIDAN__OUTCOME__OUTCOME_SOLVED);
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    closed.outcome = end->outcome;
    closed.round = heard->ticket.round;
    if (end->satisfied != NULL) {
        closed.has_satisfied = true;
        closed.satisfied = *end->satisfied;
    }
    closed.has_was = heard->ticket.outcome != 0;
    closed.was = (Paidan__Outcome)heard->ticket.outcome;
    closed.has_do_not_call = closed.do_not_call = end->do_not_call;
    return escalation_heard_say(heard, end->signal, &closed.base);
}

enum rc escalation_close_hear_withdrawn(struct escalation_heard *heard)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_WITHDRAWN);
    const struct end end = {.signal = ESCALATION_ON_WITHDRAWN,
                            .outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN};
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, end.signal, &rc)) {
        return rc;
    }
    if (heard->ticket.state != ESCALATION_MERGED) {
        return say_closed(heard, &end);
    }
    /* Only this reporter: what it was merged into goes on. */
    uint64_t into = 0;
    rc = escalation_group_into(heard->step->txn, heard->id, &into);
    if (rc == RC_OK) {
        rc = say_closed(heard, &end);
    }
    return rc == RC_OK && into != 0 ? escalation_merge_part(heard->step, into, heard->id) : rc;
}

/* Who was resolved with it is on his own from then on, and asks nothing of it any more. */
static void release(struct escalation_info *info, Paidan__Reopened *reopened)
{
    const struct escalation_info was = *info;
    escalation_claim_release(info);
    CHECK(info->own_urgency == 0 && !info->claimed_due);
    reopened->has_urgency = info->urgency != was.urgency;
    reopened->urgency = (Paidan__Urgency)info->urgency;
    reopened->has_outer_due_ms = info->outer_due_ms != was.outer_due_ms;
    reopened->outer_due_ms = info->outer_due_ms;
}

/* One level higher; at the top the unit that had it keeps it. */
static enum rc reopen(const struct escalation_heard *heard, const Paidan__Answered *answered)
{
    CHECK(heard->ticket.state == ESCALATION_RESOLVED || heard->ticket.state == ESCALATION_CLOSED);
    CHECK(heard->ticket.level >= 1);
    const struct escalation_ticket *ticket = &heard->ticket;
    struct escalation_info info;
    Paidan__Reopened reopened = PAIDAN__REOPENED__INIT;
    enum rc rc = escalation_heard_info(heard, &info);
    if (rc != RC_OK) {
        return rc;
    }
    release(&info, &reopened);
    const struct site *site = heard->step->site;
    const uint32_t above = escalation_target_level_above(site, info.area, ticket->level);
    struct escalation_target target;
    const char *unit = site_code_now(site, SITE_KIND_UNIT, ticket->unit);
    if (above != 0 || unit == NULL) {
        escalation_target_owner(site, &info, above != 0 ? above : ticket->level, &target);
    } else {
        target = (struct escalation_target){
            .level = ticket->level, .unit = unit, .assist_count = ticket->assist_count};
        for (uint32_t index = 0; index < ticket->assist_count; index++) {
            target.assist[index] = ticket->assist[index];
        }
    }
    reopened.round = ticket->round + 1;
    const struct escalation_begin begin = {.round = reopened.round};
    rc = escalation_assignment_make(heard->step, &info, &target, &begin, &reopened.to);
    if (rc != RC_OK) {
        return rc;
    }
    reopened.has_was = ticket->outcome != 0;
    reopened.was = (Paidan__Outcome)ticket->outcome;
    reopened.has_do_not_call = reopened.do_not_call =
        answered->has_do_not_call && answered->do_not_call;
    reopened.from_level = ticket->level;
    reopened.from_unit = (char *)ticket->unit;
    /* 保密: the note is the resident's; who may read it finds it in callback's log. */
    reopened.note = info.confidential ? NULL : answered->note;
    rc = escalation_heard_say(heard, ESCALATION_ON_UNSOLVED, &reopened.base);
    if (rc == RC_OK) {
        rc = escalation_supervise_by_rule(heard->step, heard->id,
                                          PAIDAN__SUPERVISE_RULE__SUPERVISE_REOPENED, 0);
    }
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(heard->step, step_key(reopened.to->unit));
    const struct escalation_joint_asking asking = {.to = reopened.to};
    return escalation_joint_begin(heard->step, heard->id, &info, &asking);
}

/* A red card in the history, then closed as unsolved. No alarm: nobody is asked any more. */
static enum rc give_up(struct escalation_heard *heard, const struct end *end)
{
    CHECK(heard->ticket.state == ESCALATION_RESOLVED || heard->ticket.state == ESCALATION_CLOSED);
    CHECK(heard->ticket.round > heard->step->site->callback.reopen_max);
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.clock = PAIDAN__CLOCK__CLOCK_CALLBACK;
    carded.level = heard->ticket.level;
    carded.due_ms = heard->step->now_ms;
    carded.next_alarm_ms = 0;
    carded.again = carded.has_again =
        escalation_card_again(&heard->ticket, ESCALATION_CARD_GIVEN_UP);
    enum rc rc = escalation_heard_say(heard, ESCALATION_ON_CARD, &carded.base);
    if (rc == RC_OK) {
        rc = escalation_heard_again(heard);
    }
    return rc == RC_OK ? say_closed(heard, end) : rc;
}

/* The resident's word, by the site's rules: what it closes as, or that it is done again 重办. Not
 * solved is always done again; partly, and dissatisfied with whatever was done, where the site says
 * so; all of them until the site's limit, after which only what is not solved costs a card. */
static enum escalation_signal answer_signal(const struct escalation_heard *heard,
                                            Paidan__Outcome *outcome)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_ANSWERED);
    const Paidan__Answered *const answered = heard->record->answered;
    const struct site_callback *rules = &heard->step->site->callback;
    const bool may_reopen = heard->ticket.round <= rules->reopen_max;
    const bool dissatisfied =
        rules->dissatisfied_reopens && answered->satisfied == PAIDAN__SATISFIED__SATISFIED_NO;
    switch (answered->solved) {
    case PAIDAN__SOLVED__SOLVED_YES:
        *outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
        return dissatisfied && may_reopen ? ESCALATION_ON_UNSOLVED : ESCALATION_ON_SOLVED;
    case PAIDAN__SOLVED__SOLVED_PARTLY:
        *outcome = PAIDAN__OUTCOME__OUTCOME_PARTLY;
        return (rules->partly_reopens || dissatisfied) && may_reopen ? ESCALATION_ON_UNSOLVED
                                                                     : ESCALATION_ON_SOLVED;
    default:
        *outcome = PAIDAN__OUTCOME__OUTCOME_UNSOLVED;
        return may_reopen ? ESCALATION_ON_UNSOLVED : ESCALATION_ON_GIVEN_UP;
    }
}

/* What a round ends as that nobody answered. */
static struct end unanswered(const Paidan__Event *record, uint32_t *round)
{
    if (record->fact_case == PAIDAN__EVENT__FACT_SPARED) {
        *round = record->spared->round;
        return (struct end){.signal = ESCALATION_ON_SPARED,
                            .outcome = record->spared->reason == PAIDAN__SPARE_REASON__SPARE_SAMPLE
                                           ? PAIDAN__OUTCOME__OUTCOME_UNSAMPLED
                                           : PAIDAN__OUTCOME__OUTCOME_UNASKED};
    }
    CHECK(record->fact_case == PAIDAN__EVENT__FACT_UNREACHED);
    *round = record->unreached->round;
    return (struct end){.signal = ESCALATION_ON_UNREACHED,
                        .outcome = PAIDAN__OUTCOME__OUTCOME_UNREACHED};
}

/* A closed ticket hears the resident only where it was closed without him. */
static bool ended_unheard(const struct escalation_ticket *ticket)
{
    CHECK(ticket->state == ESCALATION_CLOSED);
    return ticket->outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED ||
           ticket->outcome == PAIDAN__OUTCOME__OUTCOME_UNSAMPLED ||
           ticket->outcome == PAIDAN__OUTCOME__OUTCOME_UNASKED;
}

enum rc escalation_close_hear_callback(struct escalation_heard *heard)
{
    const Paidan__Event *record = heard->record;
    const Paidan__Answered *answered =
        record->fact_case == PAIDAN__EVENT__FACT_ANSWERED ? record->answered : NULL;
    struct end end = {.satisfied = NULL};
    uint32_t round = 0;
    if (answered != NULL) {
        end.signal = answer_signal(heard, &end.outcome);
        end.satisfied = &answered->satisfied;
        end.do_not_call = answered->has_do_not_call && answered->do_not_call;
        round = answered->round;
    } else {
        end = unanswered(record, &round);
    }
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, end.signal, &rc)) {
        return rc;
    }
    if (heard->ticket.state == ESCALATION_CLOSED && !ended_unheard(&heard->ticket)) {
        return escalation_heard_refuse(heard, PAIDAN__CODE__STATE_FORBIDS,
                                       escalation_fsm_state_name(heard->ticket.state));
    }
    if (round != heard->ticket.round) {
        return escalation_heard_refuse(heard, PAIDAN__CODE__CALLBACK_NOT_OPEN, "round");
    }
    if (end.signal == ESCALATION_ON_UNSOLVED) {
        CHECK(answered != NULL);
        return reopen(heard, answered);
    }
    return end.signal == ESCALATION_ON_GIVEN_UP ? give_up(heard, &end) : say_closed(heard, &end);
}

/* ---- folding ---- */

/* The total of an outcome: those that are younger than the rest have their own. */
static unsigned tally_of(uint32_t outcome)
{
    CHECK(outcome >= PAIDAN__OUTCOME__OUTCOME_SOLVED);
    CHECK(outcome <= PAIDAN__OUTCOME__OUTCOME_UNASKED);
    return outcome == PAIDAN__OUTCOME__OUTCOME_UNSAMPLED ? TALLY_OUTCOME_UNSAMPLED
           : outcome == PAIDAN__OUTCOME__OUTCOME_UNASKED ? TALLY_OUTCOME_UNASKED
                                                         : TALLY_OUTCOME + outcome - 1;
}

/* It was closed without the resident, who answered after all: it is that no more. */
static void take_back(struct escalation_fold *fold)
{
    struct escalation_ticket *ticket = fold->ticket;
    CHECK(fold->before->state == ESCALATION_CLOSED);
    CHECK(fold->counters[tally_of(ticket->outcome)] > 0);
    fold->counters[tally_of(ticket->outcome)]--;
    fold->counters[TALLY_LATE_ANSWERS]++;
    ticket->outcome = 0;
    ticket->satisfied = 0;
}

enum rc escalation_close_fold_closed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_CLOSED);
    const Paidan__Closed *closed = fold->event->closed;
    struct escalation_ticket *ticket = fold->ticket;
    const bool known = closed->outcome >= PAIDAN__OUTCOME__OUTCOME_SOLVED &&
                       closed->outcome <= PAIDAN__OUTCOME__OUTCOME_UNASKED;
    if (!known || closed->round != ticket->round || closed->has_was != (ticket->outcome != 0)) {
        return RC_CORRUPT;
    }
    if (ticket->outcome != 0) {
        take_back(fold);
    }
    ticket->outcome = (uint32_t)closed->outcome;
    ticket->satisfied = closed->has_satisfied ? (uint32_t)closed->satisfied : 0;
    fold->counters[tally_of(ticket->outcome)]++;
    return RC_OK;
}

/* Of logs from before that was said: it goes on as members made it. */
static enum rc fold_released(const struct escalation_fold *fold, const Paidan__Reopened *reopened)
{
    struct escalation_info info;
    CHECK(fold->id != 0);
    if (!reopened->has_urgency && !reopened->has_outer_due_ms) {
        return RC_OK;
    }
    const enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    escalation_claim_release(&info);
    const bool fits = (!reopened->has_urgency || info.urgency == (uint32_t)reopened->urgency) &&
                      (!reopened->has_outer_due_ms || info.outer_due_ms == reopened->outer_due_ms);
    return fits ? escalation_state_save_info(fold->txn, fold->id, &info) : RC_CORRUPT;
}

enum rc escalation_close_fold_reopened(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_REOPENED);
    const Paidan__Reopened *reopened = fold->event->reopened;
    struct escalation_ticket *ticket = fold->ticket;
    if (reopened->round != ticket->round + 1 || reopened->has_was != (ticket->outcome != 0)) {
        return RC_CORRUPT;
    }
    if (ticket->outcome != 0) {
        take_back(fold);
    }
    ticket->raises += reopened->to->level > ticket->level ? 1 : 0;
    ticket->round = reopened->round;
    fold->counters[TALLY_REOPENED]++;
    enum rc rc = escalation_assignment_fold(fold, reopened->to, false);
    rc = rc == RC_OK ? fold_released(fold, reopened) : rc;
    if (rc == RC_OK && fold->extra != NULL) {
        escalation_extra_new_round(fold->extra);
    }
    return rc;
}
