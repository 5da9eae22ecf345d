/* demo_clerk: the clerks of the units: they look into their queue as often as units.tsv says,
 * within their hours, and do with each ticket what usually happens: accept, contact, perhaps
 * return it or hand it up, resolve.
 *
 * What a ticket meets follows from its own seed, so every run tells the same stories. A unit with
 * `never` looks at nothing: its tickets climb, which is what the demo wants to show. */
#include "demo_clerk.h"

#include "common/base/check.h"
#include "demo_actor.h"

#define PULL_TICKETS 50u
/* A matter of this urgency or more is handled in a quarter of the usual time. */
#define URGENT_DIVISOR 4u

/* at_ms itself when the unit works then, else when it begins. Hours may run over midnight (from >
 * until). */
static uint64_t unit_hours(const struct demo *demo, const struct demo_unit *unit, uint64_t at_ms)
{
    CHECK(unit->from_ms <= DEMO_DAY_MS);
    CHECK(unit->until_ms <= DEMO_DAY_MS);
    const uint64_t since = at_ms >= demo->day_ms ? at_ms - demo->day_ms : 0;
    const uint64_t midnight = demo->day_ms + since / DEMO_DAY_MS * DEMO_DAY_MS;
    const uint64_t of_day = at_ms > midnight ? at_ms - midnight : 0;
    if (unit->from_ms < unit->until_ms) {
        if (of_day < unit->from_ms) {
            return midnight + unit->from_ms;
        }
        return of_day < unit->until_ms ? at_ms : midnight + DEMO_DAY_MS + unit->from_ms;
    }
    return of_day >= unit->until_ms && of_day < unit->from_ms ? midnight + unit->from_ms : at_ms;
}

enum rc demo_clerk_plan(struct demo *demo, uint32_t index, uint64_t from_ms)
{
    CHECK(index < demo->script.unit_count);
    const struct demo_unit *unit = &demo->script.units[index];
    if (unit->pull_ms == 0) {
        return RC_OK;
    }
    /* Not all at the same minute. */
    const uint64_t seed =
        demo_actor_mix(from_ms / DEMO_MINUTE_MS, demo_actor_mix(index, SALT_LOOK));
    const uint64_t wait_ms = demo_actor_choose(unit->pull_ms * 2 / 3, unit->pull_ms * 4 / 3, seed);
    const struct demo_item item = {
        .at_ms = unit_hours(demo, unit, from_ms + wait_ms), .kind = DEMO_ITEM_LOOK, .index = index};
    return demo_actor_put(demo, &item);
}

/* The next action on a ticket is another item: with a request id of its own. */
static enum rc work_plan(struct demo *demo, const struct demo_item *from, Paidan__Action action,
                         uint64_t at_ms)
{
    struct demo_item item = *from;
    item.kind = DEMO_ITEM_WORK;
    item.action = action;
    item.at_ms = at_ms;
    item.asked = false;
    return demo_actor_put(demo, &item);
}

/* Whom the ticket's assignment names to assist does so, if such a unit ever looks; the lead does not
 * wait for one that does not. */
static enum rc assist_plan(struct demo *demo, const Paidan__Brief *brief, uint64_t now_ms)
{
    for (size_t at = 0; at < brief->n_assist; at++) {
        const struct demo_unit *unit = demo_script_unit(&demo->script, brief->assist[at]);
        if (unit == NULL || unit->pull_ms == 0) {
            continue;
        }
        const uint64_t seed = demo_actor_mix(brief->ticket + at, SALT_CONTACT);
        const struct demo_item work = {.index = (uint32_t)(unit - demo->script.units),
                                       .ticket = brief->ticket};
        const uint64_t wait_ms =
            demo_actor_choose(unit->contact.min_ms, unit->contact.max_ms, seed);
        const enum rc rc = work_plan(demo, &work, PAIDAN__ACTION__ACTION_ASSIST_DONE,
                                     unit_hours(demo, unit, now_ms + wait_ms));
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

enum rc demo_clerk_look(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    CHECK(item->index < demo->script.unit_count);
    const struct demo_unit *unit = &demo->script.units[item->index];
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    pull.unit = demo_actor_lend(unit->code);
    pull.has_max = 1;
    pull.max = PULL_TICKETS;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &pull;
    request.actor = demo_actor_name(demo, "clerk", unit->code);
    enum rc rc = demo_actor_ask(demo, item, "escalation", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__Pulled *pulled = answer->pulled;
    for (size_t index = 0; pulled != NULL && index < pulled->n_tickets && rc == RC_OK; index++) {
        const Paidan__Brief *brief = pulled->tickets[index];
        const bool urgent = brief->has_urgency && brief->urgency != PAIDAN__URGENCY__URGENCY_NORMAL;
        const uint64_t seed = demo_actor_mix(brief->ticket, SALT_ACCEPT);
        const struct demo_item work = {
            .index = item->index, .ticket = brief->ticket, .round = urgent ? 1 : 0};
        rc = work_plan(demo, &work, PAIDAN__ACTION__ACTION_ACCEPT,
                       now_ms + demo_actor_choose(DEMO_MINUTE_MS, 4 * DEMO_MINUTE_MS, seed));
        rc = rc == RC_OK ? assist_plan(demo, brief, now_ms) : rc;
    }
    return rc == RC_OK ? demo_clerk_plan(demo, item->index, now_ms) : rc;
}

/* What the clerk does after `item` went well. round is 1 for urgent matters. */
static enum rc work_next(struct demo *demo, const struct demo_item *item,
                         const struct demo_ticket *ticket, uint64_t now_ms)
{
    CHECK(item->index < demo->script.unit_count);
    const struct demo_unit *unit = &demo->script.units[item->index];
    const uint64_t divisor = item->round == 1 ? URGENT_DIVISOR : 1;
    const uint64_t fate = demo_actor_seed(ticket, SALT_FATE);
    const uint64_t handle_ms = demo_actor_choose(unit->handle.min_ms, unit->handle.max_ms,
                                                 demo_actor_seed(ticket, SALT_HANDLE)) /
                               divisor;
    const uint64_t soon_ms =
        now_ms + demo_actor_choose(15, 45, fate >> 16) * DEMO_MINUTE_MS / divisor;
    struct demo_item next = *item;
    switch (item->action) {
    case PAIDAN__ACTION__ACTION_ACCEPT:
        next.accepted_ms = now_ms;
        if (fate % 100 < unit->return_percent && ticket->returned == 0 && ticket->reopened == 0) {
            return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RETURN, soon_ms);
        }
        return work_plan(demo, &next, PAIDAN__ACTION__ACTION_CONTACT,
                         now_ms + demo_actor_choose(unit->contact.min_ms, unit->contact.max_ms,
                                                    demo_actor_seed(ticket, SALT_CONTACT)) /
                                      divisor);
    case PAIDAN__ACTION__ACTION_CONTACT:
        if (fate % 100 >= unit->return_percent &&
            fate % 100 < unit->return_percent + unit->raise_percent &&
            ticket->level < demo->site->level_count) {
            return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RAISE, soon_ms);
        }
        if (handle_ms > 3 * 60 * DEMO_MINUTE_MS) {
            return work_plan(demo, &next, PAIDAN__ACTION__ACTION_PROGRESS,
                             item->accepted_ms + handle_ms / 2);
        }
        return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RESOLVE,
                         item->accepted_ms + handle_ms);
    case PAIDAN__ACTION__ACTION_PROGRESS:
        return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RESOLVE,
                         item->accepted_ms + handle_ms);
    default:
        return RC_OK;
    }
}

/* In the clerk's words; accepting needs none. */
static const char *work_note(const struct demo *demo, const struct demo_ticket *ticket,
                             Paidan__Action action)
{
    static const enum demo_note_kind kinds[] = {
        [PAIDAN__ACTION__ACTION_CONTACT] = DEMO_NOTE_CONTACT,
        [PAIDAN__ACTION__ACTION_PROGRESS] = DEMO_NOTE_PROGRESS,
        [PAIDAN__ACTION__ACTION_RESOLVE] = DEMO_NOTE_RESOLVE,
        [PAIDAN__ACTION__ACTION_RETURN] = DEMO_NOTE_RETURN,
        [PAIDAN__ACTION__ACTION_RAISE] = DEMO_NOTE_RAISE,
        [PAIDAN__ACTION__ACTION_ASSIST_DONE] = DEMO_NOTE_PROGRESS,
    };
    if (action == PAIDAN__ACTION__ACTION_ACCEPT) {
        return NULL;
    }
    return demo_script_note(&demo->script, kinds[action], ticket->category,
                            demo_actor_seed(ticket, SALT_NOTE));
}

enum rc demo_clerk_work(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    CHECK(item->index < demo->script.unit_count);
    const char *unit = demo->script.units[item->index].code;
    struct demo_ticket *ticket = NULL;
    enum rc rc = demo_facts_add(&demo->facts, item->ticket, &ticket);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__WorkItem one = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&one};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    one.ticket = item->ticket;
    one.note = demo_actor_lend(work_note(demo, ticket, item->action));
    one.has_without_assist = one.without_assist = item->action == PAIDAN__ACTION__ACTION_RESOLVE;
    work.unit = demo_actor_lend(unit);
    work.action = item->action;
    work.n_items = 1;
    work.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    request.actor = demo_actor_name(demo, "clerk", unit);
    rc = demo_actor_ask(demo, item, "escalation", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const bool ok = answer->code == PAIDAN__CODE__OK && answer->worked != NULL &&
                    answer->worked->n_results == 1 &&
                    answer->worked->results[0]->code == PAIDAN__CODE__OK;
    if (!ok) {
        demo->done.late++; /* it climbed or was withdrawn meanwhile: not theirs any more */
        return RC_OK;
    }
    return work_next(demo, item, ticket, now_ms);
}
