/* triage_scope: whose a ticket is: where triage or a dispatcher decided that it belongs. While
 * nobody is sure of the place it is not placed, so that each dispatcher sees it; a place that is the
 * only one proposed counts, since that dispatcher's desk is where it waits.
 *
 * What escalation does with it later (raises, orders) is not known here. */
#include "triage_scope.h"

#include "common/base/check.h"
#include "triage_state.h"

/* Channel and assisting units stand in the facts alone; a trimmed one says nothing. */
static enum rc facts_read(struct step_view *view, const struct triage_ticket *record,
                          struct permit_subject *subject)
{
    Paidan__Event *event = NULL;
    enum rc rc =
        record->first_seq == 0 ? RC_NOT_FOUND : step_view_read(view, record->first_seq, &event);
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        subject->channel = event->routed->channel;
    } else if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        subject->channel = event->desked->channel;
    }
    /* A dispatch that was taken back is nobody's. */
    const bool decided = record->decided_seq != 0 && record->unit[0] != '\0';
    if ((rc != RC_OK && rc != RC_NOT_FOUND) || !decided) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    rc = step_view_read(view, record->decided_seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool routed = event->fact_case == PAIDAN__EVENT__FACT_ROUTED;
    if (!routed && event->fact_case != PAIDAN__EVENT__FACT_RULED) {
        return RC_CORRUPT;
    }
    char **const assist = routed ? event->routed->assist : event->ruled->assist;
    const size_t count = routed ? event->routed->n_assist : event->ruled->n_assist;
    subject->level = routed ? event->routed->level : event->ruled->level;
    for (size_t index = 0; index < count && index < SITE_ASSIST_MAX; index++) {
        subject->assist[subject->assist_count++] = assist[index];
    }
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
    return rc == RC_OK || rc == RC_NOT_FOUND ? facts_read(view, record, subject) : rc;
}
