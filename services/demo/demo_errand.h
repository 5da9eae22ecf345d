/* demo_errand: what residents do through the doors of the field, each in the channel by which he came.
 *
 * Each plays one item of the agenda by sending an errand; what came of it is heard later (demo_errand_hear). RC_OK,
 * RC_LIMIT, or RC_IO: those outside are gone. Before: demo->doors is not NULL. */
#pragma once

#include "demo.h"

/* Whether the row's channel has a door here; else its resident speaks by bus (demo_resident). */
bool demo_errand_has_door(const struct demo *demo, const struct demo_row *row);
MUST_CHECK enum rc demo_errand_submit(struct demo *demo, const struct demo_item *item);
/* Only by a door that takes it (demo_errand_speaks). */
MUST_CHECK enum rc demo_errand_act(struct demo *demo, const struct demo_item *item);
MUST_CHECK enum rc demo_errand_reply(struct demo *demo, const struct demo_item *item);
/* Whether a resident of this row goes on speaking by his door, once he has a number: not a device, nor an app. */
bool demo_errand_speaks(const struct demo *demo, const struct demo_row *row);
/* Looks for the ticket of a device's alarm: it is not told. As the functions of demo_resident. */
MUST_CHECK enum rc demo_errand_find(struct demo *demo, struct demo_item *item, uint64_t now_ms);
/* Who of a channel is being asked, as the logs say, and answers: put on the agenda. */
MUST_CHECK enum rc demo_errand_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms);
/* Asks those outside what they counted; it is heard as the rest is (demo->done.outside). */
MUST_CHECK enum rc demo_errand_count(struct demo *demo);
/* Takes what came of errands. */
MUST_CHECK enum rc demo_errand_hear(struct demo *demo);
/* Whether an errand is still under way. */
bool demo_errand_waits(const struct demo *demo);
