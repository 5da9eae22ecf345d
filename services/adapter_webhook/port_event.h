/* port_event: a fact as an event of CloudEvents 1.0: what is sent of it, and how it is called. */
#pragma once

#include <jansson.h>

#include "common/site/site_webhook.h"
#include "webhook.h"

/* What stands beside the data; texts in the view's arena. */
struct port_event {
    const char *id, *source, *type, *subject, *time;
    json_t *data; /* the caller's to json_decref */
};

/* Of a Published. id: the same for every attempt. RC_OK; RC_NOT_FOUND: it is no fact that this program
 * knows; RC_LIMIT: no memory. */
MUST_CHECK enum rc port_event_read(struct step_view *view, const struct site_webhook *hook,
                                   const Paidan__Published *published, const char *id,
                                   struct port_event *event);
/* As one JSON object with the data inside; NULL: no memory. */
json_t *port_event_structured(const struct port_event *event);
