/* gateway_lookup: a resident's look at a ticket by number and query code, with the budgets that keep codes
 * from being guessed: wrong ones cost, of the address and of the number; right ones are free. */
#pragma once

#include "gateway.h"

gateway_handler gateway_lookup_show; /* POST /lookup */

/* Whether that address may try a code for that ticket (0: no number was understood) now; else *retry_ms. */
bool gateway_lookup_allowed(struct exchange *exchange, uint64_t ticket, uint32_t *retry_ms);
/* It was wrong. */
void gateway_lookup_charge(struct exchange *exchange, uint64_t ticket);
