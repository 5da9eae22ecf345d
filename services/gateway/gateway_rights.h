/* gateway_rights: hears from access whose rights are others, and lets go of what was kept of them. */
#pragma once

#include "gateway.h"

/* Row of gateway_loop's table of parts, after the feed, whose streams it ends. */
extern const struct gateway_part gateway_rights_part;
