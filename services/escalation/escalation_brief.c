/* escalation_brief: the short picture of a ticket, as every listing and pull gives it.
 *
 * Copies what the records hold into the arena of the answer and decides nothing: where a number is
 * worth showing (a next deadline, a card) escalation_state computes it. Absent and zero differ in
 * what travels, so that each field which a ticket may lack is set together with its has_ flag. A
 * picture must not outlive the arena, and never points into a record. */

#include "escalation_brief.h"

#include "common/base/check.h"
#include "common/say/number.h"
#include "escalation_clock.h"
#include "escalation_extra.h"
#include "escalation_group.h"

enum rc escalation_brief_clocks(struct arena *arena, const struct escalation_ticket *ticket,
                                bool stopped, Paidan__ClockSet ***sets, size_t *count)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    CHECK(ticket->state != ESCALATION_NONE);
    Paidan__ClockSet **list =
        arena_alloc(arena, ESCALATION_CLOCKS_MAX * sizeof(Paidan__ClockSet *));
    if (list == NULL) {
        return RC_LIMIT;
    }
    size_t used = 0;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (!stopped && !escalation_state_runs(ticket, clock)) {
            continue;
        }
        if (escalation_clock_picture(arena, clock, &list[used]) != RC_OK) {
            return RC_LIMIT;
        }
        used++;
    }
    *sets = list;
    *count = used;
    return RC_OK;
}

/* Of a ticket that was withdrawn before its route there is no info, and these stay absent. */
static enum rc add_info(struct arena *arena, const struct escalation_info *info,
                        Paidan__Brief *brief)
{
    CHECK(info->urgency <= PAIDAN__URGENCY__URGENCY_EMERGENCY);
    brief->category = arena_strdup(arena, info->category);
    brief->area = arena_strdup(arena, info->area);
    brief->title = arena_strdup(arena, info->title);
    brief->channel = arena_strdup(arena, info->channel);
    brief->has_urgency = true;
    brief->urgency = (Paidan__Urgency)info->urgency;
    brief->has_registered_ms = true;
    brief->registered_ms = info->registered_ms;
    brief->has_outer_due_ms = info->outer_due_ms != 0;
    brief->outer_due_ms = info->outer_due_ms;
    brief->has_confidential = brief->confidential = info->confidential;
    const bool whole = brief->category != NULL && brief->area != NULL && brief->title != NULL &&
                       brief->channel != NULL;
    return whole ? RC_OK : RC_LIMIT;
}

static enum rc add_people(struct arena *arena, const struct escalation_ticket *ticket,
                          Paidan__Brief *brief)
{
    CHECK(ticket->assist_count <= SITE_ASSIST_MAX);
    brief->unit = arena_strdup(arena, ticket->unit);
    brief->assist = arena_alloc(arena, SITE_ASSIST_MAX * sizeof(char *));
    if (brief->unit == NULL || brief->assist == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < ticket->assist_count; index++) {
        brief->assist[index] = arena_strdup(arena, ticket->assist[index]);
        if (brief->assist[index] == NULL) {
            return RC_LIMIT;
        }
    }
    brief->n_assist = ticket->assist_count;
    if (ticket->lease_until_ms != 0) {
        brief->holder = arena_strdup(arena, ticket->holder);
        brief->has_lease_until_ms = true;
        brief->lease_until_ms = ticket->lease_until_ms;
    }
    return ticket->lease_until_ms != 0 && brief->holder == NULL ? RC_LIMIT : RC_OK;
}

static void add_times(const struct escalation_ticket *ticket, Paidan__Brief *brief)
{
    /* What is still to come; a missed one shows as overdue_since_ms until it is repaired. */
    brief->next_due_ms = escalation_state_next_deadline(ticket);
    brief->has_next_due_ms = brief->next_due_ms != 0;
    brief->has_changed_ms = true;
    brief->changed_ms = ticket->changed_ms;
    brief->overdue_since_ms = escalation_state_overdue(ticket);
    brief->has_overdue_since_ms = brief->overdue_since_ms != 0;
}

static void add_counts(const struct escalation_ticket *ticket, Paidan__Brief *brief)
{
    CHECK(ticket->outcome <= PAIDAN__OUTCOME__OUTCOME_UNASKED);
    CHECK(ticket->round > 0);
    brief->has_card = true;
    brief->card = escalation_state_card(ticket);
    brief->has_round = true;
    brief->round = ticket->round;
    brief->has_chases = true;
    brief->chases = ticket->chases;
    brief->has_raises = true;
    brief->raises = ticket->raises;
    brief->has_outcome = ticket->outcome != 0;
    brief->has_satisfied = ticket->satisfied != 0;
    if (brief->has_outcome) {
        brief->outcome = (Paidan__Outcome)ticket->outcome;
    }
    if (brief->has_satisfied) {
        brief->satisfied = (Paidan__Satisfied)ticket->satisfied;
    }
}

enum rc escalation_brief(struct arena *arena, uint64_t id, const struct escalation_ticket *ticket,
                         const struct escalation_info *info, Paidan__Brief **brief)
{
    CHECK(ticket->state != ESCALATION_NONE);
    Paidan__Brief *made = arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__brief__init(made);
    made->ticket = id;
    made->number = number_text(arena, id);
    if (made->number == NULL) {
        return RC_LIMIT;
    }
    made->version = ticket->version;
    made->state = (Paidan__State)ticket->state;
    made->level = ticket->level;
    add_times(ticket, made);
    add_counts(ticket, made);
    enum rc rc = add_people(arena, ticket, made);
    if (rc == RC_OK && info != NULL) {
        rc = add_info(arena, info, made);
    }
    if (rc == RC_OK) {
        rc = escalation_brief_clocks(arena, ticket, false, &made->clocks, &made->n_clocks);
    }
    if (rc == RC_OK) {
        *brief = made;
    }
    return rc;
}

/* ---- what only some tickets have ---- */

/* Tasks that are done stay in the picture: the lead sees what came of them. */
static enum rc add_tasks(struct arena *arena, const struct escalation_extra *extra,
                         Paidan__Brief *brief)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
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
    CHECK(brief->request_to == NULL);
    if (extra->request != 0) {
        brief->has_request = true;
        brief->request = (Paidan__RequestKind)extra->request;
        brief->request_to = arena_strdup(arena, extra->request_to);
        brief->has_request_due_ms = true;
        brief->request_due_ms = extra->request_due_ms;
        if (brief->request_to == NULL) {
            return RC_LIMIT;
        }
    }
    if (extra->appeal == ESCALATION_APPEAL_OPEN && extra->appeal_to[0] != '\0') {
        brief->appeal_to = arena_strdup(arena, extra->appeal_to);
        brief->has_appeal_due_ms = true;
        brief->appeal_due_ms = extra->appeal_due_ms;
        if (brief->appeal_to == NULL) {
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

static enum rc add_extra(struct store_txn *txn, struct arena *arena, uint64_t id,
                         const struct escalation_ticket *ticket, Paidan__Brief *brief)
{
    struct escalation_extra extra;
    if ((ticket->flags & ESCALATION_HAS_EXTRA) == 0) {
        return RC_OK; /* most tickets: nothing is read */
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

/* 并单: one lookup in a table that is small or empty. */
static enum rc add_group(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                         Paidan__Brief *brief)
{
    struct escalation_group group;
    CHECK(!brief->has_members);
    if (ticket->state == ESCALATION_MERGED) {
        brief->has_merged_into = true;
        return escalation_group_into(txn, id, &brief->merged_into);
    }
    const enum rc rc = escalation_group_load(txn, id, &group);
    if (rc == RC_OK) {
        brief->has_members = group.count != 0;
        brief->members = group.count;
    }
    return rc;
}

enum rc escalation_brief_info(struct store_txn *txn, uint64_t id, struct escalation_info *room,
                              const struct escalation_info **info)
{
    CHECK(id != 0);
    const enum rc rc = escalation_state_load_info(txn, id, room);
    *info = rc == RC_OK ? room : NULL;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc escalation_brief_whole(struct store_txn *txn, struct arena *arena, uint64_t id,
                               const struct escalation_ticket *ticket,
                               const struct escalation_info *info, Paidan__Brief **brief)
{
    enum rc rc = escalation_brief(arena, id, ticket, info, brief);
    rc = rc == RC_OK ? add_group(txn, id, ticket, *brief) : rc;
    return rc == RC_OK ? add_extra(txn, arena, id, ticket, *brief) : rc;
}

/* ---- what waits for a decision ---- */

/* The reason stands in the log alone; a trimmed log no longer has it. */
static enum rc read_reason(struct step_view *view, uint64_t seq, char **note)
{
    CHECK(seq != 0);
    Paidan__Event *event = NULL;
    const enum rc rc = step_view_read(view, seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_REQUESTED) {
        *note = event->requested->note;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_APPEALED) {
        *note = event->appealed->note;
    } else {
        return RC_CORRUPT;
    }
    return RC_OK;
}

static enum rc fill_open(struct step_view *view, const struct escalation_extra *extra,
                         bool is_request, Paidan__OpenRequest *made)
{
    const bool waits = is_request ? extra->request != 0 : extra->appeal == ESCALATION_APPEAL_OPEN;
    if (!waits) {
        return RC_CORRUPT;
    }
    made->has_kind = is_request;
    made->kind = is_request ? (Paidan__RequestKind)extra->request : made->kind;
    made->unit = arena_strdup(view->arena, is_request ? extra->request_unit : extra->appeal_unit);
    made->to_unit = arena_strdup(view->arena, is_request ? extra->request_to : extra->appeal_to);
    made->has_at_ms = made->has_due_ms = made->has_reminded = true;
    made->at_ms = is_request ? extra->request_at_ms : extra->appeal_at_ms;
    made->due_ms = is_request ? extra->request_due_ms : extra->appeal_due_ms;
    made->reminded = (is_request ? extra->request_remind_ms : extra->appeal_remind_ms) == 0;
    made->has_to_level = is_request && extra->request_to_level != 0;
    made->to_level = extra->request_to_level;
    return made->unit == NULL || made->to_unit == NULL
               ? RC_LIMIT
               : read_reason(view, is_request ? extra->request_seq : extra->appeal_seq,
                             &made->note);
}

enum rc escalation_brief_request(struct step_view *view, uint64_t id,
                                 const struct escalation_ticket *ticket,
                                 const struct escalation_info *info, unsigned char list,
                                 Paidan__OpenRequest **request)
{
    CHECK(list == ESCALATION_DECIDING || list == ESCALATION_JUDGING ||
          list == ESCALATION_WATCH_LAPSED);
    struct escalation_extra extra;
    Paidan__OpenRequest *made = arena_alloc(view->arena, sizeof *made);
    enum rc rc = escalation_extra_load(view->txn, id, &extra);
    if (rc != RC_OK || made == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    paidan__open_request__init(made);
    rc = escalation_brief_whole(view->txn, view->arena, id, ticket, info, &made->ticket);
    if (rc == RC_OK && list != ESCALATION_WATCH_LAPSED) {
        rc = fill_open(view, &extra, list == ESCALATION_DECIDING, made);
    } else if (rc == RC_OK) {
        made->unit = made->ticket->unit;
        made->to_unit = arena_strdup(view->arena, extra.lapsed_to);
        made->has_lapsed_ms = true;
        made->lapsed_ms = extra.lapsed_ms;
        rc = made->to_unit == NULL ? RC_LIMIT : RC_OK;
    }
    *request = made;
    return rc;
}
