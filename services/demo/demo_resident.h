/* demo_resident: residents, and the adapters of the channels they use.
 *
 * Each plays one item of the agenda. RC_OK: done, refused or not; RC_TIMEOUT: no answer, so repeat
 * it later as it is; else as client_call. */
#pragma once

#include "demo.h"

MUST_CHECK enum rc demo_resident_submit(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_resident_act(struct demo *demo, struct demo_item *item);
MUST_CHECK enum rc demo_resident_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_resident_reply(struct demo *demo, struct demo_item *item);

/* For residents who speak by another way (demo_errand). */

/* The row has a ticket now: what the resident does later, counted from from_ms, is put on the agenda. RC_OK or
 * RC_LIMIT. */
MUST_CHECK enum rc demo_resident_accepted(struct demo *demo, uint32_t row, uint64_t ticket,
                                          uint64_t from_ms);
/* He is asked: whether and when he answers. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_resident_called(struct demo *demo, struct demo_ticket *ticket,
                                        uint32_t round, uint32_t attempt, uint64_t due_ms,
                                        uint64_t now_ms);
/* When the channel's residents are looked at next. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_resident_look(struct demo *demo, uint32_t channel, uint64_t now_ms);
/* As the script says, else mostly content. Before: the ticket has a row. */
struct demo_reply demo_resident_choose(const struct demo *demo, const struct demo_ticket *ticket,
                                       uint32_t round);
/* What he says who is not content. */
const char *demo_resident_note(const struct demo *demo, const struct demo_ticket *ticket);
