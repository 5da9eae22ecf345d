/* triage_outer: 上级时限 that is extended above while the ticket is ours. Intake hears of it; it goes on through
 * this log and not from intake's to escalation, for only so it comes after Routed, whoever was down meanwhile.
 *
 * What must stay true: the deadline from above only ever becomes later, a ticket that had none gets none by it,
 * and what is said here is what a return or a recall brings back to the desk: the record keeps it, because
 * the facts that those start from may be older than the extension. */

#include "triage_outer.h"

#include "common/base/check.h"
#include "common/store/store_group.h"
#include "triage_clock.h"
#include "triage_urgency.h"

/* Whether it is more time than the ticket has, as far as triage knows: of what a unit has, only what was
 * extended before. Escalation, which has the deadline, judges that again. */
static bool later(const struct triage_ticket *record, const struct triage_desk *desk,
                  uint64_t outer_due_ms)
{
    if (desk == NULL) {
        return outer_due_ms > record->outer_due_ms;
    }
    return desk->outer_due_ms != 0 && outer_due_ms > desk->outer_due_ms;
}

/* 并单: what is merged into it may be due earlier. */
static enum rc extend(struct step *step, uint64_t ticket, const struct triage_desk *desk,
                      uint64_t outer_due_ms, Paidan__ClockSet **set)
{
    uint64_t theirs_ms = 0;
    const enum rc rc = triage_urgency_bound(step, ticket, &theirs_ms);
    CHECK(outer_due_ms > desk->outer_due_ms);
    if (rc != RC_OK || (theirs_ms != 0 && theirs_ms <= desk->outer_due_ms)) {
        return rc;
    }
    return triage_clock_extend(
        step, desk, theirs_ms != 0 && theirs_ms < outer_due_ms ? theirs_ms : outer_due_ms, set);
}

/* 并单: what it is merged into is due as late as all of its group are, if it lies at the desk. */
static enum rc tell_group(struct step *step, uint64_t member)
{
    uint64_t into = 0;
    const enum rc rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, member, &into);
    CHECK(rc != RC_OK || into != member);
    return rc == RC_OK          ? triage_urgency_regroup(step, into, member)
           : rc == RC_NOT_FOUND ? RC_CORRUPT
                                : rc;
}

/* desk: NULL: it does not lie there. */
static enum rc say_moved(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                         const struct triage_desk *desk, uint64_t outer_due_ms)
{
    Paidan__OuterMoved moved = PAIDAN__OUTER_MOVED__INIT;
    enum rc rc = RC_OK;
    CHECK(record->state != TRIAGE_NONE);
    CHECK((desk == NULL) == (record->state == TRIAGE_ROUTED || record->state == TRIAGE_MERGED));
    moved.outer_due_ms = outer_due_ms;
    if (desk != NULL) {
        rc = extend(step, ticket, desk, outer_due_ms, &moved.desk);
    }
    const struct step_about about = triage_ticket_about(ticket, record, TRIAGE_EXTEND);
    rc = rc == RC_OK ? step_say(step, &about, &moved.base) : rc;
    return rc == RC_OK && record->state == TRIAGE_MERGED ? tell_group(step, ticket) : rc;
}

enum rc triage_outer_apply(struct step *step, const struct step_input *input)
{
    struct triage_ticket record = {.state = TRIAGE_NONE};
    struct triage_desk row, *desk = NULL;
    if (input->event == NULL || !input->event->supplemented->has_outer_due_ms) {
        return RC_OK; /* words alone: the dispatcher sees them */
    }
    const uint64_t ticket = input->event->ticket;
    const uint64_t outer_due_ms = input->event->supplemented->outer_due_ms;
    enum rc rc = triage_state_get(step->txn, ticket, &record);
    if (rc == RC_NOT_FOUND) {
        return step_refuse_record(step, PAIDAN__CODE__TICKET_UNKNOWN, "none");
    }
    if (rc != RC_OK ||
        triage_fsm_step(record.state, TRIAGE_EXTEND).fact == PAIDAN__EVENT__FACT__NOT_SET) {
        return rc; /* over: nothing runs any more */
    }
    if (record.state != TRIAGE_ROUTED && record.state != TRIAGE_MERGED) {
        rc = triage_state_desk_get(step->txn, ticket, &row);
        desk = &row;
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return later(&record, desk, outer_due_ms) ? say_moved(step, ticket, &record, desk, outer_due_ms)
                                              : RC_OK;
}

enum rc triage_outer_fold(struct step_fold *fold, const Paidan__Event *event,
                          struct triage_ticket *record)
{
    const Paidan__OuterMoved *const moved = event->outer_moved;
    struct triage_desk before;
    CHECK(record->state != TRIAGE_ENDED);
    record->outer_due_ms = moved->outer_due_ms;
    if (record->state == TRIAGE_ROUTED || record->state == TRIAGE_MERGED) {
        return moved->desk == NULL ? RC_OK : RC_CORRUPT;
    }
    const enum rc rc = triage_state_desk_get(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    struct triage_desk desk = before;
    desk.outer_due_ms = moved->outer_due_ms;
    if (moved->desk != NULL &&
        (desk.clock.alarms > 0 || !triage_clock_take(moved->desk, &desk.clock))) {
        return RC_CORRUPT;
    }
    /* The warning was of the deadline of before; the later one gets its own. */
    desk.clock.warned = desk.clock.warned && desk.clock.due_ms <= before.clock.due_ms;
    return triage_state_desk_put(fold->txn, event->ticket, &before, &desk);
}
