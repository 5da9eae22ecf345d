/* demo_actor: what all who act in the demo share. Private to demo_play, demo_resident, demo_clerk,
 * demo_desk and demo_follow. */
#pragma once

#include "demo.h"

/* Real milliseconds without an answer, then something else is done first. */
#define DEMO_ASK_MS 500u

/* One call. Silence: RC_TIMEOUT after a short while. Else as client_call. The answer lives in
 * demo->arena. */
MUST_CHECK enum rc demo_actor_call(struct demo *demo, const char *service, Paidan__Request *request,
                                   Paidan__Answer **answer);
/* The same choice on every run: from what is known about it. */
uint64_t demo_actor_mix(uint64_t a, uint64_t b);
/* From the row, or the id of a ticket that is not of the script; level and reopenings make another
 * life of it. salt: what is chosen. */
uint64_t demo_actor_seed(const struct demo_ticket *ticket, uint64_t salt);
uint64_t demo_actor_choose(uint64_t min_ms, uint64_t max_ms, uint64_t seed);

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

/* Asks for an item: always with the item's own request id. Codes as demo_actor_call. */
MUST_CHECK enum rc demo_actor_ask(struct demo *demo, struct demo_item *item, const char *service,
                                  Paidan__Request *request, Paidan__Answer **answer);
/* Whether an item is mere looking, which goes on for ever and is not counted. */
bool demo_actor_looks(enum demo_item_kind kind);
/* Puts an item on the agenda and counts it if it is not mere looking. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_actor_put(struct demo *demo, const struct demo_item *item);
/* Requests want strings they might change; they do not. NULL stays NULL. */
char *demo_actor_lend(const char *text);
/* "clerk-pm-anju", in demo->arena. */
char *demo_actor_name(struct demo *demo, const char *role, const char *name);
