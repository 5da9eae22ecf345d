/* The end of a ticket: withdrawn, or closed by what the resident said; or its next round.
 *
 * Owns ticket.outcome, satisfied and round. A round is one closure: callback asks once for each,
 * and an answer to an earlier round is refused. Nobody closes a ticket but the resident's word, the
 * lack of any (unreached), or the site's limit of reopenings. */

#include "escalation_close.h"

#include "common/base/check.h"
#include "escalation_assignment.h"
#include "escalation_joint.h"
#include "escalation_supervise.h"

struct end {
    enum escalation_signal signal;
    Paidan__Outcome outcome;
    const Paidan__Satisfied *satisfied; /* NULL: nobody said */
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
    return escalation_heard_say(heard, end->signal, &closed.base);
}

enum rc escalation_close_hear_withdrawn(struct escalation_heard *heard)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_WITHDRAWN);
    const struct end end = {.signal = ESCALATION_ON_WITHDRAWN,
                            .outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN};
    enum rc rc = RC_OK;
    return escalation_heard_goes(heard, end.signal, &rc) ? say_closed(heard, &end) : rc;
}

/* One level higher; at the top the unit that had it keeps it. */
static enum rc reopen(const struct escalation_heard *heard, const Paidan__Answered *answered)
{
    CHECK(heard->ticket.state == ESCALATION_RESOLVED);
    CHECK(heard->ticket.level >= 1);
    const struct escalation_ticket *ticket = &heard->ticket;
    struct escalation_info info;
    enum rc rc = escalation_heard_info(heard, &info);
    if (rc != RC_OK) {
        return rc;
    }
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
    Paidan__Reopened reopened = PAIDAN__REOPENED__INIT;
    reopened.round = ticket->round + 1;
    const struct escalation_begin begin = {.round = reopened.round};
    rc = escalation_assignment_make(heard->step, &info, &target, &begin, &reopened.to);
    if (rc != RC_OK) {
        return rc;
    }
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
    CHECK(heard->ticket.state == ESCALATION_RESOLVED);
    CHECK(end->outcome == PAIDAN__OUTCOME__OUTCOME_UNSOLVED);
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.clock = PAIDAN__CLOCK__CLOCK_CALLBACK;
    carded.level = heard->ticket.level;
    carded.due_ms = heard->step->now_ms;
    carded.next_alarm_ms = 0;
    enum rc rc = escalation_heard_say(heard, ESCALATION_ON_CARD, &carded.base);
    if (rc == RC_OK) {
        rc = escalation_heard_again(heard);
    }
    return rc == RC_OK ? say_closed(heard, end) : rc;
}

static enum escalation_signal answer_signal(const struct escalation_heard *heard,
                                            Paidan__Outcome *outcome)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_ANSWERED);
    const struct site_callback *rules = &heard->step->site->callback;
    const bool may_reopen = heard->ticket.round <= rules->reopen_max;
    switch (heard->record->answered->solved) {
    case PAIDAN__SOLVED__SOLVED_YES:
        *outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
        return ESCALATION_ON_SOLVED;
    case PAIDAN__SOLVED__SOLVED_PARTLY:
        *outcome = PAIDAN__OUTCOME__OUTCOME_PARTLY;
        return rules->partly_reopens && may_reopen ? ESCALATION_ON_UNSOLVED : ESCALATION_ON_SOLVED;
    default:
        *outcome = PAIDAN__OUTCOME__OUTCOME_UNSOLVED;
        return may_reopen ? ESCALATION_ON_UNSOLVED : ESCALATION_ON_GIVEN_UP;
    }
}

enum rc escalation_close_hear_callback(struct escalation_heard *heard)
{
    const Paidan__Event *record = heard->record;
    const Paidan__Answered *answered =
        record->fact_case == PAIDAN__EVENT__FACT_ANSWERED ? record->answered : NULL;
    struct end end = {.signal = ESCALATION_ON_UNREACHED,
                      .outcome = PAIDAN__OUTCOME__OUTCOME_UNREACHED};
    uint32_t round = 0;
    if (answered != NULL) {
        end.signal = answer_signal(heard, &end.outcome);
        end.satisfied = &answered->satisfied;
        round = answered->round;
    } else {
        CHECK(record->fact_case == PAIDAN__EVENT__FACT_UNREACHED);
        round = record->unreached->round;
    }
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, end.signal, &rc)) {
        return rc;
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

enum rc escalation_close_fold_closed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_CLOSED);
    const Paidan__Closed *closed = fold->event->closed;
    struct escalation_ticket *ticket = fold->ticket;
    const bool known = closed->outcome >= PAIDAN__OUTCOME__OUTCOME_SOLVED &&
                       closed->outcome <= PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
    if (!known || closed->round != ticket->round) {
        return RC_CORRUPT;
    }
    ticket->outcome = (uint32_t)closed->outcome;
    ticket->satisfied = closed->has_satisfied ? (uint32_t)closed->satisfied : 0;
    fold->counters[TALLY_OUTCOME + ticket->outcome - 1]++;
    return RC_OK;
}

enum rc escalation_close_fold_reopened(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_REOPENED);
    const Paidan__Reopened *reopened = fold->event->reopened;
    struct escalation_ticket *ticket = fold->ticket;
    if (reopened->round != ticket->round + 1) {
        return RC_CORRUPT;
    }
    ticket->raises += reopened->to->level > ticket->level ? 1 : 0;
    ticket->round = reopened->round;
    fold->counters[TALLY_REOPENED]++;
    const enum rc rc = escalation_assignment_fold(fold, reopened->to, false);
    if (rc == RC_OK && fold->extra != NULL) {
        escalation_extra_new_round(fold->extra);
    }
    return rc;
}
