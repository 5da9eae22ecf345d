/* gateway_calls: who rings at the operators' just now, as the exchange tells the hotline adapter; and whom
 * operators are to telephone. */
#pragma once

#include "gateway.h"

/* Row of gateway_loop's table of parts; after the feed, by whose streams it tells. */
extern const struct gateway_part gateway_calls_part;

/* GET /api/v1/calls: those that ring or are spoken; for operators of their channel. */
gateway_handler gateway_calls_show;
/* GET /api/v1/phones: PhoneList; where no adapter has such a list, an empty one, for pages ask it of every
 * instance. */
gateway_handler gateway_calls_phones;
