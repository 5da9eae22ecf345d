/* box: two small services for tests of the shell. `toy` counts and hands out tokens; `toy_b`
 * follows it. They use wishes and facts of the real ones for purposes of their own:
 *
 *   Chase{ticket, note}     puts a token into the box named by note; wakes who waits for it
 *   Pull{unit, wait_ms}     takes a token out of the box; waits for one
 *   Withdraw{ticket}        sets a deadline BOX_DUE_MS later, which then is counted
 *   Stats                   chased, pulled, lapsed, followed */
#pragma once

#include "common/run/shell.h"

#define BOX_DUE_MS 50
#define BOX_UNSAYABLE 667 /* the ticket of which toy_b says a fact that nobody may read */

extern const struct shell_service box_service, box_b_service;
