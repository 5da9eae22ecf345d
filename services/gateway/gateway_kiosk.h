/* gateway_kiosk: a screen in a hall: how many reports are open and done, and what the office has to say.
 * Never a ticket, a place or a person. */
#pragma once

#include "gateway.h"

/* GET /kiosk: the frame; ?theme=dark or light, ?lang=. GET /kiosk/frame: what stands in it. */
gateway_handler gateway_kiosk;
gateway_handler gateway_kiosk_frame;

extern const struct gateway_part gateway_kiosk_part;
