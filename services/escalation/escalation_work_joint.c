/* Working together 主办、协办: an assisting unit gets a task with its own clock; the lead resolves
 * when all are done, or says why not. A named person 定人、定责、定办理时限. A leader's order
 * 领导交办 to any unit of any level. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_work.h"

/* A person's term where no clock of the unit bounds it: as long as any term. */
#define PERSON_MS_MAX (366 * CALENDAR_DAY_MS)

/* ---- assisting ---- */

static Paidan__Code judge_ask(struct escalation_item *item, const char **detail)
{
    const char *unit = item->wish->to_unit;
    *detail = "to_unit";
    if (!escalation_given(unit)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (site_unit_find(item->step->site, unit) == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    if (strcmp(unit, item->ticket.unit) == 0) {
        return PAIDAN__CODE__FIELD_INVALID; /* the lead does not assist itself */
    }
    const struct escalation_assist *task = escalation_extra_assist(&item->extra, unit);
    if (task != NULL && !task->done) {
        return PAIDAN__CODE__ALREADY_DONE;
    }
    *detail = "assist";
    return task == NULL && item->extra.assist_count == SITE_ASSIST_MAX
               ? PAIDAN__CODE__TOO_MANY_ITEMS
               : PAIDAN__CODE__OK;
}

/* What is asked of one unit, by whom. */
struct asked {
    const char *unit, *by_unit;
    char *note;
};

static enum rc say_asked(struct step *step, uint64_t id, const struct escalation_ticket *ticket,
                         const struct escalation_info *info, const struct asked *asked,
                         uint32_t item)
{
    Paidan__AssistAsked fact = PAIDAN__ASSIST_ASKED__INIT;
    const enum rc rc = escalation_term_set(step, info, ticket->level, PAIDAN__CLOCK__CLOCK_ASSIST,
                                           step->now_ms, &fact.clock);
    if (rc != RC_OK) {
        return rc;
    }
    fact.unit = arena_strdup(step->arena, asked->unit);
    fact.by_unit = arena_strdup(step->arena, asked->by_unit);
    fact.note = asked->note;
    if (fact.unit == NULL || fact.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIST_ASKED;
    event.assist_asked = &fact;
    const enum rc said = escalation_core_say(step, id, ticket, &event, item);
    if (said == RC_OK) {
        step_wake(step, step_key(asked->unit));
    }
    return said;
}

static enum rc ask(struct escalation_item *item)
{
    const enum rc rc = escalation_item_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const struct asked asked = {item->wish->to_unit, item->unit, item->wish->note};
    return say_asked(item->step, item->wish->ticket, &item->ticket, &item->info, &asked,
                     item->index);
}

enum rc escalation_joint_begin(struct step *step, uint64_t id, const struct escalation_info *info,
                               const Paidan__Assignment *to, uint32_t item)
{
    if (to->n_assist == 0 ||
        escalation_target_rule(step->site, info, to->level, PAIDAN__CLOCK__CLOCK_ASSIST) == NULL) {
        return RC_OK;
    }
    for (size_t index = 0; index < to->n_assist; index++) {
        struct escalation_ticket ticket;
        struct escalation_extra extra = {.assist_count = 0};
        enum rc rc = escalation_core_load(step->txn, id, &ticket);
        if (rc == RC_OK) {
            rc = escalation_extra_load(step->txn, id, &extra);
        }
        if (rc != RC_OK) {
            return rc;
        }
        const struct escalation_assist *task = escalation_extra_assist(&extra, to->assist[index]);
        const bool full = task == NULL && extra.assist_count == SITE_ASSIST_MAX;
        if ((task != NULL && !task->done) || full) {
            continue;
        }
        const struct asked asked = {to->assist[index], to->unit, NULL};
        rc = say_asked(step, id, &ticket, info, &asked, item);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static Paidan__Code judge_done(struct escalation_item *item, const char **detail)
{
    (void)detail;
    const struct escalation_assist *task = escalation_extra_assist(&item->extra, item->unit);
    CHECK(task != NULL);
    return task->done ? PAIDAN__CODE__ALREADY_DONE : PAIDAN__CODE__OK;
}

static enum rc finish(struct escalation_item *item)
{
    const struct escalation_assist *task = escalation_extra_assist(&item->extra, item->unit);
    CHECK(task != NULL);
    Paidan__AssistDone done = PAIDAN__ASSIST_DONE__INIT;
    done.unit = arena_strdup(item->step->arena, item->unit);
    done.note = item->wish->note;
    done.has_late = true;
    done.late = (task->clock.flags & ESCALATION_EXPIRED) != 0 ||
                (task->clock.due_ms != 0 && task->clock.due_ms <= item->step->now_ms &&
                 item->ticket.state != ESCALATION_SUSPENDED);
    if (done.unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIST_DONE;
    event.assist_done = &done;
    return escalation_item_say(item, &event);
}

static enum rc say_late(struct step *step, uint64_t id, const char *unit, uint64_t due_ms)
{
    struct escalation_ticket ticket;
    Paidan__AssistLate late = PAIDAN__ASSIST_LATE__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    const enum rc rc = escalation_core_load(step->txn, id, &ticket);
    if (rc != RC_OK) {
        return rc;
    }
    late.unit = arena_strdup(step->arena, unit);
    late.due_ms = due_ms;
    cause.has_clock = true;
    cause.clock = PAIDAN__CLOCK__CLOCK_ASSIST;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIST_LATE;
    event.assist_late = &late;
    return late.unit == NULL ? RC_LIMIT : escalation_core_say(step, id, &ticket, &event, 0);
}

/* All open tasks whose term passed at this moment: the ticket has one row for it. */
enum rc escalation_joint_late(struct step *step, uint64_t id,
                              const struct escalation_ticket *ticket,
                              const struct escalation_extra *extra)
{
    const uint64_t due_ms = ticket->extra_due_ms;
    uint32_t said = 0;
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *task = &extra->assists[index];
        const bool waits = !task->done && (task->clock.flags & ESCALATION_EXPIRED) == 0;
        if (!waits || task->clock.due_ms != due_ms) {
            continue;
        }
        const enum rc rc = say_late(step, id, task->unit, due_ms);
        if (rc != RC_OK) {
            return rc;
        }
        said++;
    }
    return said == 0 ? RC_CORRUPT : RC_OK;
}

/* ---- a named person ---- */

static Paidan__Code judge_person(struct escalation_item *item, const char **detail)
{
    *detail = "person";
    if (!escalation_given(item->wish->person)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "until_ms";
    if (!item->wish->has_until_ms) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (item->wish->until_ms <= item->step->now_ms) {
        return PAIDAN__CODE__TERM_PASSED;
    }
    if (item->wish->until_ms - item->step->now_ms > PERSON_MS_MAX) {
        return PAIDAN__CODE__TERM_TOO_LONG;
    }
    /* The person's term lies within the unit's own. */
    const struct escalation_clock *clock =
        escalation_state_clock(&item->ticket, item->ticket.round > 1 ? PAIDAN__CLOCK__CLOCK_REDO
                                                                     : PAIDAN__CLOCK__CLOCK_HANDLE);
    const bool bounded = clock != NULL && (clock->flags & ESCALATION_EXPIRED) == 0;
    return bounded && item->wish->until_ms > clock->due_ms ? PAIDAN__CODE__TERM_TOO_LONG
                                                           : PAIDAN__CODE__OK;
}

static enum rc name_person(struct escalation_item *item)
{
    Paidan__PersonNamed named = PAIDAN__PERSON_NAMED__INIT;
    named.unit = item->ticket.unit;
    named.person = item->wish->person;
    named.duty = item->wish->note;
    named.due_ms = item->wish->until_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_PERSON_NAMED;
    event.person_named = &named;
    return escalation_item_say(item, &event);
}

/* ---- a leader's order ---- */

static Paidan__Code judge_order(struct escalation_item *item, const char **detail)
{
    *detail = "to_unit";
    if (!escalation_given(item->wish->to_unit)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (site_unit_find(item->step->site, item->wish->to_unit) == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    /* The unit that works on it would only get new terms. */
    const bool works =
        item->ticket.state == ESCALATION_ASSIGNED || item->ticket.state == ESCALATION_ACCEPTED;
    return works && strcmp(item->wish->to_unit, item->ticket.unit) == 0 ? PAIDAN__CODE__ALREADY_DONE
                                                                        : PAIDAN__CODE__OK;
}

/* Clocks of assisting units and of a mode go with the ticket: what was suspended runs again first,
 * so that the pause is not counted. */
static enum rc wake_up(struct escalation_item *item)
{
    const struct escalation_resume how = {.by_hand = true, .item = item->index};
    if (item->ticket.state != ESCALATION_SUSPENDED) {
        return RC_OK;
    }
    const enum rc rc =
        escalation_pause_end(item->step, item->wish->ticket, &item->ticket, &item->extra, &how);
    return rc == RC_OK ? escalation_core_load(item->step->txn, item->wish->ticket, &item->ticket)
                       : rc;
}

static enum rc order(struct escalation_item *item)
{
    struct step *step = item->step;
    enum rc rc = escalation_item_info(item);
    if (rc == RC_OK) {
        rc = wake_up(item);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const uint32_t unit = site_unit_find(step->site, item->wish->to_unit);
    CHECK(unit != SITE_NONE);
    const struct escalation_target target = {.level = step->site->units[unit].level,
                                             .unit = item->wish->to_unit};
    Paidan__Ordered ordered = PAIDAN__ORDERED__INIT;
    rc = escalation_assignment_make(step, &item->info, &target, ESCALATION_START_ALL,
                                    item->ticket.round, NULL, &ordered.to);
    if (rc != RC_OK) {
        return rc;
    }
    ordered.from_level = item->ticket.level;
    ordered.from_unit = item->ticket.unit;
    ordered.by_unit = arena_strdup(step->arena, item->unit);
    ordered.note = item->wish->note;
    if (ordered.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ORDERED;
    event.ordered = &ordered;
    rc = escalation_item_say(item, &event);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(item->wish->to_unit));
    return escalation_joint_begin(step, item->wish->ticket, &item->info, ordered.to, item->index);
}

const struct escalation_rule escalation_rule_ask_assist = {
    .signal = ESCALATION_ON_ASK_ASSIST, .note = true, .judge = judge_ask, .act = ask};
const struct escalation_rule escalation_rule_assist_done = {.signal = ESCALATION_ON_ASSIST_DONE,
                                                            .who = ESCALATION_BY_ASSIST,
                                                            .note = true,
                                                            .keeps_lease = true,
                                                            .judge = judge_done,
                                                            .act = finish};
const struct escalation_rule escalation_rule_name_person = {
    .signal = ESCALATION_ON_NAME_PERSON, .note = true, .judge = judge_person, .act = name_person};
const struct escalation_rule escalation_rule_order = {.signal = ESCALATION_ON_ORDER,
                                                      .who = ESCALATION_BY_SUPERVISOR,
                                                      .note = true,
                                                      .keeps_lease = true,
                                                      .many_facts = true,
                                                      .judge = judge_order,
                                                      .act = order};
