/* demo_actors: what the actors of demo_play share. Private to demo_play, demo_resident, demo_clerk
 * and demo_desk. */
#pragma once

#include "demo_play.h"

/* The same choice on every run: from what is known about it. */
uint64_t demo_seed_mix(uint64_t a, uint64_t b);
/* From the row, or the id of a ticket that is not of the script; level and reopenings make another
 * life of it. salt: what is chosen. */
uint64_t demo_ticket_seed(const struct demo_ticket *ticket, uint64_t salt);
uint64_t demo_span_choose(uint64_t min_ms, uint64_t max_ms, uint64_t seed);

enum {
    SALT_ACCEPT = 1,
    SALT_FATE,
    SALT_CONTACT,
    SALT_HANDLE,
    SALT_NOTE,
    SALT_DESK,
    SALT_CALL,
    SALT_REPLY,
    SALT_LOOK
};

/* Asks for an item: always with the item's own request id. Codes as demo_play_ask. */
MUST_CHECK enum rc demo_item_ask(struct demo *demo, struct demo_item *item, const char *service,
                                 Paidan__Request *request, Paidan__Answer **answer);
/* Puts an item on the agenda and counts it if it is not mere looking. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_item_put(struct demo *demo, const struct demo_item *item);
/* Requests want strings they might change; they do not. NULL stays NULL. */
char *demo_lend(const char *text);
/* "clerk-pm-anju", in demo->arena. */
char *demo_actor(struct demo *demo, const char *role, const char *name);

/* Each plays one item. RC_OK: done, refused or not; RC_TIMEOUT: no answer, repeat it later. */
MUST_CHECK enum rc demo_resident_submit(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_resident_act(struct demo *demo, struct demo_item *item);
MUST_CHECK enum rc demo_resident_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_resident_reply(struct demo *demo, struct demo_item *item);
MUST_CHECK enum rc demo_clerk_look(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_clerk_work(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_desk_look(struct demo *demo, uint64_t now_ms);
MUST_CHECK enum rc demo_desk_dispatch(struct demo *demo, struct demo_item *item);
/* When unit `index` looks into its queue next, after from_ms. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_clerk_plan(struct demo *demo, uint32_t index, uint64_t from_ms);
