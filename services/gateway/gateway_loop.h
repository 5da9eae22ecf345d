/* gateway_loop: opens everything, turns it until TERM, closes it again. */
#pragma once

#include "gateway.h"

/* The exit code of the process: 0 after TERM, 75 fault, 78 settings. */
int gateway_loop(const struct gateway_settings *settings);
