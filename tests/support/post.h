/* post: a small adapter for the tests of common/channel and common/door. It uses wishes of the real
 * services for purposes of its own:
 *
 *   Chase{ticket, note "ID TEXT"}   a message from outside, in the line `ticket`: a Submit of TEXT is
 *                                   wished of intake, with ID as the channel's own id; a TEXT that
 *                                   begins with "?" wishes a Lookup of "?ID". Done.seq: of the Heard;
 *                                   Done.version: enum channel_verdict
 *   Pull{unit ID, wait_ms}          waits until what the message of the seq ID led to is known:
 *                                   Done.ticket, Done.seq: code of the answer
 *   its answer                      becomes a Supplemented, and a delivery of it to "hook"
 *   CallbackMiss{ticket}            as if a message of that seq were sent to "hook"
 *
 * Destinations: the services, "hook" and "sms" (3 attempts, 10 s). */
#pragma once

#include "common/channel/channel.h"

#define POST_AGE_MS 10000u
#define POST_PAUSE_MS 100u

extern const struct step_service post_service;
extern const struct channel post_channel;
/* What the core was told of deliveries that ended: "hook sent ok;sms dead;", newest last. */
const char *post_ends(void);
void post_forget(void);
/* "hook" is none of the site's destinations any more. */
void post_lose_hook(bool lost);
