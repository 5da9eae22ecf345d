/* gateway_feed: follows the logs of triage, escalation and callback, each once, and says what
 * became of the tickets that their facts are about (gateway_stream). Intake's log is not followed:
 * it holds what residents wrote, and nothing of it is needed here. */
#pragma once

#include "gateway.h"
#include "gateway_stream.h"

/* Row of gateway_loop's table of parts. */
extern const struct gateway_part gateway_feed_part;

/* Says an event of another part to all who watch and may hear it; data is taken. */
void gateway_feed_say(const struct stream_about *about, json_t *data);
/* Ends at once the streams whose session is over or whose rights are others. */
void gateway_feed_care(void);

/* Handler of GET /api/v1/events?topic=board|desk|unit:CODE|ticket:NUMBER|callbacks|calls|all. */
gateway_handler gateway_feed_events;
