/* triage_scope: whose a ticket is: where triage or a dispatcher decided that it belongs, or to whom
 * escalation has given it since (HandedOn, Undesked). While nobody is sure of the place it is not placed,
 * so that each dispatcher sees it; a place that is the only one proposed counts, since that dispatcher's
 * desk is where it waits. Units that were asked to assist later are not known here. */
#include "triage_scope.h"

#include "common/base/check.h"
#include "common/store/store_group.h"
#include "triage_state.h"

/* Facts of one stay at the desk, its alarms among them, before the one that says whose it is. */
enum { FACTS_MAX = 1024 };

static void take(struct permit_subject *subject, uint32_t level, const char *unit,
                 char *const *assist, size_t count)
{
    CHECK(subject->assist_count == 0);
    subject->level = level;
    subject->unit = unit;
    for (size_t index = 0; index < count && index < SITE_ASSIST_MAX; index++) {
        subject->assist[subject->assist_count++] = assist[index];
    }
}

/* Whether the fact says whose the ticket is. */
static bool take_owner(const Paidan__Event *event, struct permit_subject *subject)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        take(subject, event->routed->level, event->routed->unit, event->routed->assist,
             event->routed->n_assist);
        return true;
    case PAIDAN__EVENT__FACT_RULED:
        take(subject, event->ruled->level, event->ruled->unit, event->ruled->assist,
             event->ruled->n_assist);
        return true;
    case PAIDAN__EVENT__FACT_HANDED_ON:
        if (event->handed_on->has_stays && event->handed_on->stays) {
            return false; /* only what it is was corrected */
        }
        take(subject, event->handed_on->level, event->handed_on->unit, event->handed_on->assist,
             event->handed_on->n_assist);
        return true;
    case PAIDAN__EVENT__FACT_UNDESKED:
        if (event->undesked->unit == NULL) {
            return false; /* of an old log, or nobody has it */
        }
        take(subject, event->undesked->level, event->undesked->unit, event->undesked->assist,
             event->undesked->n_assist);
        return true;
    default:
        return false;
    }
}

/* Back along the chain to the newest fact that says so. Before a decision nobody has it. The record's
 * unit is what holds where the log was trimmed. */
static enum rc owner_read(struct step_view *view, const struct triage_ticket *record,
                          struct permit_subject *subject)
{
    uint64_t seq = record->last_seq;
    for (unsigned looked_at = 0; seq >= record->decided_seq && seq != 0 && looked_at < FACTS_MAX;
         looked_at++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_view_read(view, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        }
        if (take_owner(event, subject)) {
            return RC_OK;
        }
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    return RC_OK;
}

/* The channel stands in the first fact alone; a trimmed one says nothing. */
static enum rc facts_read(struct step_view *view, const struct triage_ticket *record,
                          struct permit_subject *subject)
{
    Paidan__Event *event = NULL;
    const enum rc rc =
        record->first_seq == 0 ? RC_NOT_FOUND : step_view_read(view, record->first_seq, &event);
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        subject->channel = event->routed->channel;
    } else if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        subject->channel = event->desked->channel;
    } else if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_MERGED) {
        subject->channel = event->merged->channel;
    }
    /* A dispatch that was taken back is nobody's. */
    const bool decided = record->decided_seq != 0 && record->unit[0] != '\0';
    if ((rc != RC_OK && rc != RC_NOT_FOUND) || !decided) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return owner_read(view, record, subject);
}

/* 并单: a member is whose that one is which is worked on in its place, for he works on it too. */
static enum rc group_read(struct step_view *view, uint64_t member, struct permit_subject *subject)
{
    uint64_t into = 0;
    struct permit_subject of = {.assist_count = 0};
    CHECK(member != 0);
    enum rc rc = store_group_head(view->txn, TRIAGE_TABLE_MEMBER, member, &into);
    if (rc == RC_OK) {
        rc = triage_scope(view, into, &of);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    of.channel = subject->channel;
    of.state = PAIDAN__STATE__STATE_MERGED;
    of.confidential = subject->confidential;
    *subject = of;
    return RC_OK;
}

enum rc triage_scope(struct step_view *view, uint64_t ticket, struct permit_subject *subject)
{
    CHECK(subject->assist_count == 0);
    struct triage_ticket *const record = arena_alloc(view->arena, sizeof *record);
    struct triage_desk *const desk = arena_alloc(view->arena, sizeof *desk);
    if (record == NULL || desk == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = triage_state_get(view->txn, ticket, record);
    if (rc != RC_OK) {
        return rc;
    }
    *subject = (struct permit_subject){
        .unit = record->unit,
        .area = record->area,
        .confidential = (record->reasons >> PAIDAN__DESK_REASON__DESK_CONFIDENTIAL & 1u) != 0};
    rc = triage_state_desk_get(view->txn, ticket, desk);
    if (rc == RC_OK) {
        CHECK(desk->area_count <= TRIAGE_PROPOSALS_MAX);
        subject->state = PAIDAN__STATE__STATE_DESK;
        if (record->area[0] == '\0' && desk->area_count == 1) {
            subject->area = desk->areas[0];
        }
    }
    if (rc == RC_OK || rc == RC_NOT_FOUND) {
        rc = facts_read(view, record, subject);
    }
    return rc == RC_OK && record->state == TRIAGE_MERGED ? group_read(view, ticket, subject) : rc;
}
