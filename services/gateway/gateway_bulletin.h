/* gateway_bulletin: what is published of handled matters 公示, for whoever asks: a page of the office, a screen in
 * another hall, a reader of feeds. */
#pragma once

#include "gateway.h"

/* GET /api/v1/bulletins?area=: as JSON. */
gateway_handler gateway_bulletin_json;
/* GET /api/v1/bulletins.atom?area=: as an Atom feed (RFC 4287). */
gateway_handler gateway_bulletin_atom;
