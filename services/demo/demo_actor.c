/* demo_actor: what residents, clerks and the dispatcher have in common: how they choose, how they
 * ask a service, how they put what they will do next on the agenda.
 *
 * Two things must stay true, or two runs of the demo no longer tell the same day: a choice follows
 * from what is known about a ticket alone, never from a clock or from the order in which services
 * answer; and an item keeps its request id until it is answered, so that asking again after a
 * service was killed doubles nothing. */
#include "demo_actor.h"

#include "common/base/check.h"

/* ---- choices ----------------------------------------------------------------------------------
 */

/* SplitMix64: spreads what is known about a choice over 64 bits. */
uint64_t demo_actor_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9e3779b97f4a7c15ull + b + 0x632be59bd9b4e019ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

uint64_t demo_actor_choose(uint64_t min_ms, uint64_t max_ms, uint64_t seed)
{
    CHECK(min_ms <= max_ms);
    return min_ms + seed % (max_ms - min_ms + 1);
}

/* The same on every run: from the row, or the id of a ticket that is not of the script. */
uint64_t demo_actor_seed(const struct demo_ticket *ticket, uint64_t salt)
{
    const uint64_t name = ticket->row == DEMO_NO_ROW ? ticket->id : ticket->row;
    const uint64_t life = ((uint64_t)ticket->level << 8) | ticket->reopened;
    return demo_actor_mix(demo_actor_mix(name, life), salt);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

/* *answer stays as it is when there is none. */
enum rc demo_actor_call(struct demo *demo, const char *service, Paidan__Request *request,
                        Paidan__Answer **answer)
{
    CHECK(service != NULL);
    Paidan__Answer *got = NULL;
    const enum rc rc = client_call(demo->client, service, request, &demo->arena, DEMO_ASK_MS, &got);
    if (rc == RC_OK) {
        *answer = got;
    }
    return rc;
}

enum rc demo_actor_ask(struct demo *demo, struct demo_item *item, const char *service,
                       Paidan__Request *request, Paidan__Answer **answer)
{
    CHECK(item != NULL);
    if (!item->asked) {
        client_request_id(item->request_id);
        item->asked = true;
    }
    request->has_request_id = 1;
    request->request_id =
        (ProtobufCBinaryData){.len = sizeof item->request_id, .data = item->request_id};
    return demo_actor_call(demo, service, request, answer);
}

/* A union, as a cast would draw a warning that is right everywhere else. */
char *demo_actor_lend(const char *text)
{
    const union {
        const char *from;
        char *to;
    } same = {.from = text};
    return same.to;
}

char *demo_actor_name(struct demo *demo, const char *role, const char *name)
{
    char *actor = arena_printf(&demo->arena, "%s-%s", role, name);
    return actor == NULL ? demo_actor_lend("demo") : actor;
}

/* Looking around goes on for ever; everything else is counted, so that the end can be seen. */
bool demo_actor_looks(enum demo_item_kind kind)
{
    return kind == DEMO_ITEM_LOOK || kind == DEMO_ITEM_DESK || kind == DEMO_ITEM_ASK ||
           kind == DEMO_ITEM_NOTICE;
}

enum rc demo_actor_put(struct demo *demo, const struct demo_item *item)
{
    demo->pending += demo_actor_looks(item->kind) ? 0 : 1;
    return demo_agenda_put(&demo->agenda, item);
}
