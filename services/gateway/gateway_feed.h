/* gateway_feed: follows the logs of triage, escalation and callback, each once, and says what
 * became of the tickets that their facts are about (gateway_stream). Intake's log is not followed:
 * it holds what residents wrote, and nothing of it is needed here. */
#pragma once

#include "gateway.h"

/* Row of gateway_loop's table of parts. */
extern const struct gateway_part gateway_feed_part;

/* Ends at once the streams whose session is over or whose rights are others. */
void gateway_feed_care(void);

/* Handler of GET /api/v1/events?topic=board|desk|unit:CODE|ticket:NUMBER|callbacks|all. */
gateway_handler gateway_feed_events;
