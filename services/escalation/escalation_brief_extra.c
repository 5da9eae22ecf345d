/* What only some tickets have, in the short picture: who assists, who is named, what waits to be
 * decided. */

#include "common/base/check.h"
#include "escalation_brief.h"
#include "escalation_extra.h"

static enum rc add_tasks(struct arena *arena, const struct escalation_extra *extra,
                         Paidan__Brief *brief)
{
    brief->assist_tasks =
        arena_alloc(arena, (extra->assist_count + 1) * sizeof *brief->assist_tasks);
    if (brief->assist_tasks == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *task = &extra->assists[index];
        Paidan__AssistTask *made = arena_alloc(arena, sizeof *made);
        if (made == NULL) {
            return RC_LIMIT;
        }
        paidan__assist_task__init(made);
        made->unit = arena_strdup(arena, task->unit);
        made->done = task->done;
        made->has_due_ms = task->clock.due_ms != 0;
        made->due_ms = task->clock.due_ms;
        made->has_late = true;
        made->late = task->late;
        if (made->unit == NULL) {
            return RC_LIMIT;
        }
        brief->assist_tasks[brief->n_assist_tasks] = made;
        brief->n_assist_tasks++;
    }
    return RC_OK;
}

static enum rc add_texts(struct arena *arena, const struct escalation_extra *extra,
                         Paidan__Brief *brief)
{
    if (extra->request != 0) {
        brief->has_request = true;
        brief->request = (Paidan__RequestKind)extra->request;
        brief->request_to = arena_strdup(arena, extra->request_to);
        if (brief->request_to == NULL) {
            return RC_LIMIT;
        }
    }
    if (extra->person[0] != '\0') {
        brief->person = arena_strdup(arena, extra->person);
        brief->has_person_due_ms = extra->person_due_ms != 0;
        brief->person_due_ms = extra->person_due_ms;
        if (brief->person == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

enum rc escalation_brief_extra(struct store_txn *txn, struct arena *arena, uint64_t id,
                               const struct escalation_ticket *ticket, Paidan__Brief *brief)
{
    struct escalation_extra extra;
    if ((ticket->flags & ESCALATION_HAS_EXTRA) == 0) {
        return RC_OK;
    }
    enum rc rc = escalation_extra_load(txn, id, &extra);
    if (rc != RC_OK) {
        return rc;
    }
    brief->has_mode = extra.mode != 0;
    brief->mode = (Paidan__Mode)extra.mode;
    brief->has_supervised = true;
    brief->supervised = extra.supervise != 0;
    brief->has_urges = extra.urges != 0;
    brief->urges = extra.urges;
    brief->has_suspended_until_ms = extra.suspended_until_ms != 0;
    brief->suspended_until_ms = extra.suspended_until_ms;
    brief->has_appealed = extra.appeal == ESCALATION_APPEAL_OPEN;
    brief->appealed = brief->has_appealed;
    brief->has_exempt = extra.appeal == ESCALATION_APPEAL_GRANTED;
    brief->exempt = brief->has_exempt;
    brief->has_late = extra.late != 0;
    brief->late = extra.late;
    rc = add_texts(arena, &extra, brief);
    return rc == RC_OK ? add_tasks(arena, &extra, brief) : rc;
}
