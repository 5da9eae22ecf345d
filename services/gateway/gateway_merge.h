/* gateway_merge: a ticket is merged into another one 并单, wherever it is. */
#pragma once

#include "gateway.h"

/* {into, note, version} for the ticket that the path names. Answers done, or why not. */
void gateway_merge_do(struct exchange *exchange);
