/* demo_play: everybody who lives in the demo: the agenda of the day. */
#include "demo_actors.h"

#include "common/base/check.h"

/* Real milliseconds without an answer, then something else is done first. */
#define ASK_MS 500u
#define REPEAT_MS 300u

/* ---- choices ----------------------------------------------------------------------------------
 */

/* SplitMix64: spreads what is known about a choice over 64 bits. */
uint64_t demo_seed_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9e3779b97f4a7c15ull + b + 0x632be59bd9b4e019ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

uint64_t demo_span_choose(uint64_t min_ms, uint64_t max_ms, uint64_t seed)
{
    CHECK(min_ms <= max_ms);
    return min_ms + seed % (max_ms - min_ms + 1);
}

/* The same on every run: from the row, or the id of a ticket that is not of the script. */
uint64_t demo_ticket_seed(const struct demo_ticket *ticket, uint64_t salt)
{
    const uint64_t name = ticket->row == DEMO_NO_ROW ? ticket->id : ticket->row;
    const uint64_t life = ((uint64_t)ticket->level << 8) | ticket->reopened;
    return demo_seed_mix(demo_seed_mix(name, life), salt);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

enum rc demo_play_ask(struct demo *demo, const char *service, Paidan__Request *request,
                      Paidan__Answer **answer)
{
    Paidan__Answer *got = NULL;
    const enum rc rc = client_call(demo->client, service, request, &demo->arena, ASK_MS, &got);
    if (rc == RC_OK) {
        *answer = got;
    }
    return rc;
}

enum rc demo_item_ask(struct demo *demo, struct demo_item *item, const char *service,
                      Paidan__Request *request, Paidan__Answer **answer)
{
    if (!item->asked) {
        client_request_id(item->request_id);
        item->asked = true;
    }
    request->has_request_id = 1;
    request->request_id =
        (ProtobufCBinaryData){.len = sizeof item->request_id, .data = item->request_id};
    return demo_play_ask(demo, service, request, answer);
}

char *demo_lend(const char *text)
{
    const union {
        const char *from;
        char *to;
    } same = {.from = text};
    return same.to;
}

char *demo_actor(struct demo *demo, const char *role, const char *name)
{
    char *actor = arena_printf(&demo->arena, "%s-%s", role, name);
    return actor == NULL ? demo_lend("demo") : actor;
}

/* Looking around goes on for ever; everything else is counted, so that the end can be seen. */
static bool item_looks(enum demo_item_kind kind)
{
    return kind == DEMO_ITEM_LOOK || kind == DEMO_ITEM_DESK || kind == DEMO_ITEM_ASK;
}

enum rc demo_item_put(struct demo *demo, const struct demo_item *item)
{
    demo->pending += item_looks(item->kind) ? 0 : 1;
    return demo_agenda_put(&demo->agenda, item);
}

/* ---- the day ----------------------------------------------------------------------------------
 */

enum rc demo_play_plan(struct demo *demo)
{
    const uint64_t now_ms = clock_now_ms(&demo->clock);
    enum rc rc = RC_OK;
    demo->done.scripted = demo->script.row_count;
    demo->unsubmitted = demo->script.row_count;
    for (uint32_t row = 0; row < demo->script.row_count && rc == RC_OK; row++) {
        const struct demo_item item = {.at_ms = demo->day_ms + demo->script.rows[row].at_ms,
                                       .kind = DEMO_ITEM_SUBMIT,
                                       .row = row};
        rc = demo_item_put(demo, &item);
    }
    for (uint32_t unit = 0; unit < demo->script.unit_count && rc == RC_OK; unit++) {
        rc = demo_clerk_plan(demo, unit, now_ms);
    }
    for (uint32_t channel = 0; channel < demo->site->channel_count && rc == RC_OK; channel++) {
        const struct demo_item item = {.at_ms = now_ms, .kind = DEMO_ITEM_ASK, .index = channel};
        rc = demo_item_put(demo, &item);
    }
    const struct demo_item desk = {.at_ms = now_ms, .kind = DEMO_ITEM_DESK};
    return rc == RC_OK ? demo_item_put(demo, &desk) : rc;
}

static enum rc item_play(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    switch (item->kind) {
    case DEMO_ITEM_SUBMIT:
        return demo_resident_submit(demo, item, now_ms);
    case DEMO_ITEM_ACT:
        return demo_resident_act(demo, item);
    case DEMO_ITEM_LOOK:
        return demo_clerk_look(demo, item, now_ms);
    case DEMO_ITEM_WORK:
        return demo_clerk_work(demo, item, now_ms);
    case DEMO_ITEM_DESK:
        return demo_desk_look(demo, now_ms);
    case DEMO_ITEM_DISPATCH:
        return demo_desk_dispatch(demo, item);
    case DEMO_ITEM_ASK:
        return demo_resident_ask(demo, item, now_ms);
    case DEMO_ITEM_REPLY:
        return demo_resident_reply(demo, item);
    }
    return RC_INVALID;
}

enum rc demo_play_due(struct demo *demo, uint64_t budget_ms)
{
    const uint64_t until_us = clock_monotonic_us() + budget_ms * 1000u;
    const struct demo_item *first = demo_agenda_first(&demo->agenda);
    while (first != NULL && clock_monotonic_us() < until_us) {
        const uint64_t now_ms = clock_now_ms(&demo->clock);
        if (first->at_ms > now_ms) {
            return RC_OK;
        }
        struct demo_item item;
        demo_agenda_take(&demo->agenda, &item);
        demo->pending -= item_looks(item.kind) ? 0 : 1;
        arena_reset(&demo->arena);
        enum rc rc = item_play(demo, &item, now_ms);
        if (rc == RC_TIMEOUT) {
            item.at_ms = now_ms + (ASK_MS + REPEAT_MS) * demo->clock.rate;
            rc = demo_item_put(demo, &item);
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
    if (demo->unsubmitted > 0 || demo->pending > 0) {
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
