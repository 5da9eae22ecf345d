/* port_hotline_json: envelopes as JSON, both ways, and what an exchange says of a call. */
#pragma once

#include "common/base/arena.h"
#include "common/site/site_hotline.h"
#include "event.pb-c.h"

#define HOTLINE_SPEC "paidan-hotline/1"

/* An envelope from above; texts in the arena; peer is left out. RC_OK; RC_INVALID: *field says what is
 * wrong with it ("spec", "body.due"; "": it is no JSON object); RC_LIMIT. */
MUST_CHECK enum rc port_hotline_json_read(struct arena *arena, const char *bytes, size_t size,
                                          const char *source, Paidan__HotlineEnvelope **envelope,
                                          const char **field);
/* What is told to a peer: in the arena, NUL-terminated; NULL: no room. id: of the envelope. */
char *port_hotline_json_write(struct arena *arena, const struct site *site,
                              const struct site_hotline_peer *peer, const char *id,
                              const Paidan__HotlineTold *told);
/* A step of a call, as form or as JSON; "newCall", "answer", "hangup". As port_hotline_json_read. */
MUST_CHECK enum rc port_hotline_json_call(struct arena *arena, const char *bytes, size_t size,
                                          Paidan__HotlineCalled **called, const char **field);
