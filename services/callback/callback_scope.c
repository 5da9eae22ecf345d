/* callback_scope: whose a task is: the channel's that asks the resident, and the unit's whose work
 * is asked about. What it asked before another one of the ticket's order did stays with it as well:
 * who was asked there may still answer there. Place and level are not known here; they are those of the unit. */
#include "callback_scope.h"

#include "callback_task.h"
#include "common/base/check.h"

enum rc callback_scope(struct step_view *view, uint64_t ticket, struct permit_subject *subject)
{
    CHECK(subject->assist_count == 0);
    struct callback_task *const task = arena_alloc(view->arena, sizeof *task);
    if (task == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = callback_state_get(view->txn, ticket, task);
    if (rc != RC_OK) {
        return rc;
    }
    *subject = (struct permit_subject){
        .unit = task->unit, .channel = task->channel, .confidential = task->confidential};
    for (uint32_t nth = 0; view->site != NULL && nth < view->site->channel_count &&
                           subject->asked_count < SITE_CALLBACKS_MAX;
         nth++) {
        const char *const code = view->site->channels[nth].code;
        if (callback_task_asked_by(view->site, task, code, true)) {
            subject->asked[subject->asked_count++] = code;
        }
    }
    const uint32_t unit =
        view->site == NULL ? SITE_NONE : site_heir(view->site, SITE_KIND_UNIT, task->unit);
    if (unit != SITE_NONE && view->site->units[unit].area != SITE_NONE) {
        subject->area = view->site->areas[view->site->units[unit].area].code;
    }
    return RC_OK;
}
