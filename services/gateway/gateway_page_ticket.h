/* gateway_page_ticket: a resident's own ticket, by number and query code: where it is, what was done,
 * and what he may still say about it. */
#pragma once

#include "gateway.h"

/* GET /t, POST /t. */
gateway_handler gateway_page_ticket_form;
gateway_handler gateway_page_ticket_send;
