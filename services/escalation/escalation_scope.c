/* escalation_scope: whose a ticket is: the unit that has it and those that assist, its level, its
 * place and the channel it came by. The record is the truth of it: who may work on a ticket may see
 * it, from the fact on that gave it to him and no longer. */
#include "escalation_scope.h"

#include "common/base/check.h"
#include "escalation_group.h"
#include "escalation_state.h"

enum rc escalation_scope(struct step_view *view, uint64_t ticket, struct permit_subject *subject)
{
    CHECK(subject->assist_count == 0);
    struct escalation_ticket *const record = arena_alloc(view->arena, sizeof *record);
    struct escalation_info *const info = arena_zalloc(view->arena, sizeof *info);
    if (record == NULL || info == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = escalation_state_load(view->txn, ticket, record);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(view->txn, ticket, info);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc; /* withdrawn before its route: nothing is known */
    }
    if (rc != RC_OK) {
        return rc;
    }
    uint64_t into = 0;
    if (record->state == ESCALATION_MERGED) {
        rc = escalation_group_into(view->txn, ticket, &into);
    }
    const enum escalation_state state = record->state;
    if (rc == RC_OK && into != 0) { /* 并单: whose that one is; nobody's while it has no unit */
        rc = escalation_state_find(view->txn, into, record);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(record->assist_count <= SITE_ASSIST_MAX);
    *subject = (struct permit_subject){
        .unit = record->unit,
        .area = info->area,
        .channel = info->channel,
        .level = record->level,
        .state = (Paidan__State)state,
    };
    for (uint32_t index = 0; index < record->assist_count; index++) {
        subject->assist[subject->assist_count++] = record->assist[index];
    }
    return RC_OK;
}
