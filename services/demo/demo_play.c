/* demo_play: the day. Puts the script's rows, the clerks' looks and the callbacks on the agenda,
 * and takes off it what is due, each item by the actor whose it is.
 *
 * Owns the count of what is pending: it is how the demo knows that nothing will change any more.
 * An item is taken off before it is played; one that got no answer is put back, later, as it is. */
#include "demo_play.h"

#include "common/base/check.h"
#include "demo_actor.h"
#include "demo_clerk.h"
#include "demo_desk.h"
#include "demo_errand.h"
#include "demo_notice.h"
#include "demo_resident.h"

/* After a silence something else is done first, so that a service that starts again is not met by
 * the same item at once. Real milliseconds. */
#define REPEAT_MS 300u

/* ---- the day ----------------------------------------------------------------------------------
 */

enum rc demo_play_plan(struct demo *demo)
{
    CHECK(demo->day_ms > 0);
    CHECK(demo->script.row_count > 0);
    const uint64_t now_ms = clock_now_ms(&demo->clock);
    enum rc rc = RC_OK;
    demo->done.scripted = demo->script.row_count;
    demo->unsubmitted = demo->script.row_count;
    for (uint32_t row = 0; row < demo->script.row_count && rc == RC_OK; row++) {
        const struct demo_item item = {.at_ms = demo->day_ms + demo->script.rows[row].at_ms,
                                       .kind = DEMO_ITEM_SUBMIT,
                                       .row = row};
        rc = demo_actor_put(demo, &item);
    }
    for (uint32_t unit = 0; unit < demo->script.unit_count && rc == RC_OK; unit++) {
        rc = demo_clerk_plan(demo, unit, now_ms);
    }
    for (uint32_t channel = 0; channel < demo->site->channel_count && rc == RC_OK; channel++) {
        const struct demo_item item = {.at_ms = now_ms, .kind = DEMO_ITEM_ASK, .index = channel};
        rc = demo_actor_put(demo, &item);
    }
    const struct demo_item desk = {.at_ms = now_ms, .kind = DEMO_ITEM_DESK};
    const struct demo_item notice = {.at_ms = now_ms, .kind = DEMO_ITEM_NOTICE};
    rc = rc == RC_OK ? demo_actor_put(demo, &desk) : rc;
    return rc == RC_OK ? demo_actor_put(demo, &notice) : rc;
}

/* In the channel by which he came, where that one asks. */
static enum rc reply_play(struct demo *demo, struct demo_item *item)
{
    const struct demo_ticket *const ticket = demo_facts_find(&demo->facts, item->ticket);
    CHECK(ticket != NULL);
    CHECK(ticket->row < demo->script.row_count);
    return demo_errand_speaks(demo, &demo->script.rows[ticket->row])
               ? demo_errand_reply(demo, item)
               : demo_resident_reply(demo, item);
}

/* Each kind of item belongs to one actor; residents come by a door where there is one. */
static enum rc item_play(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    switch (item->kind) {
    case DEMO_ITEM_SUBMIT:
        return demo_errand_has_door(demo, &demo->script.rows[item->row])
                   ? demo_errand_submit(demo, item)
                   : demo_resident_submit(demo, item, now_ms);
    case DEMO_ITEM_ACT:
        return demo_errand_speaks(demo, &demo->script.rows[item->row])
                   ? demo_errand_act(demo, item)
                   : demo_resident_act(demo, item);
    case DEMO_ITEM_LOOK:
        return demo_clerk_look(demo, item, now_ms);
    case DEMO_ITEM_WORK:
        return demo_clerk_work(demo, item, now_ms);
    case DEMO_ITEM_DESK:
        return demo_desk_look(demo, now_ms);
    case DEMO_ITEM_DISPATCH:
        return demo_desk_dispatch(demo, item);
    case DEMO_ITEM_ASK:
        return demo->doors != NULL ? demo_errand_ask(demo, item, now_ms)
                                   : demo_resident_ask(demo, item, now_ms);
    case DEMO_ITEM_REPLY:
        return reply_play(demo, item);
    case DEMO_ITEM_NOTICE:
        return demo_notice_look(demo, now_ms);
    case DEMO_ITEM_FIND:
        return demo_errand_find(demo, item, now_ms);
    }
    return RC_INVALID;
}

enum rc demo_play_due(struct demo *demo, uint64_t budget_ms)
{
    CHECK(budget_ms > 0);
    const uint64_t until_us = clock_monotonic_us() + budget_ms * 1000u;
    const enum rc heard = demo_errand_hear(demo);
    if (heard != RC_OK) {
        return heard;
    }
    const struct demo_item *first = demo_agenda_first(&demo->agenda);
    while (first != NULL && clock_monotonic_us() < until_us) {
        const uint64_t now_ms = clock_now_ms(&demo->clock);
        if (first->at_ms > now_ms) {
            return RC_OK;
        }
        struct demo_item item;
        demo_agenda_take(&demo->agenda, &item);
        demo->pending -= demo_actor_looks(item.kind) ? 0 : 1;
        arena_reset(&demo->arena);
        enum rc rc = item_play(demo, &item, now_ms);
        if (rc == RC_TIMEOUT) {
            item.at_ms = now_ms + (DEMO_ASK_MS + REPEAT_MS) * demo->clock.rate;
            rc = demo_actor_put(demo, &item);
        }
        if (rc != RC_OK) {
            return rc;
        }
        first = demo_agenda_first(&demo->agenda);
    }
    return RC_OK;
}

bool demo_play_rests(const struct demo *demo)
{
    if (demo->unsubmitted > 0 || demo->pending > 0 || demo_errand_waits(demo)) {
        return false;
    }
    for (uint32_t index = 0; index < demo->facts.count; index++) {
        const struct demo_ticket *ticket = &demo->facts.tickets[index];
        if (ticket->row == DEMO_NO_ROW || !demo_ticket_open(ticket)) {
            continue;
        }
        const struct demo_unit *unit = demo_script_unit(&demo->script, ticket->unit);
        if (!ticket->red || unit == NULL || unit->pull_ms != 0) {
            return false;
        }
    }
    return true;
}
