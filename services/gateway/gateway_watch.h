/* gateway_watch: who may watch what. A stream outlives the request that began it, so each event is
 * judged by what its person may read at that moment: the same table that the services ask. */
#pragma once

#include "gateway_stream.h"

/* Whether the person may open a stream of that topic; unit: of STREAM_UNIT. */
bool gateway_watch_may(const struct exchange *exchange, enum stream_topic topic, const char *unit);
/* Whether the person may see what the event is about. */
bool gateway_watch_sees(const struct exchange *exchange, const struct stream_about *about);
/* Whether all that the person reads is without titles and notes (an auditor): no event may hold any. */
bool gateway_watch_untitled(const struct exchange *exchange);
/* How often the person's rights became others: a stream of before is ended. */
unsigned gateway_watch_changes(const struct exchange *exchange);
/* Whether the session that the stream belongs to goes on; an open stream counts as use of it, so that
 * a board that somebody only looks at stays. Asked now and then. */
bool gateway_watch_lasts(struct exchange *exchange);
