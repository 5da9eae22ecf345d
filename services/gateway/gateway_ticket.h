/* gateway_ticket: one ticket as all services know it. */
#pragma once

#include "gateway.h"

/* GET /tickets/{number}?history=true: the brief with names at the top; with history the one timeline of
 * all services, the oldest first, each fact with its sentence ("says") and who did it ("who"), and what
 * triage and callback know beside it. `missing` names services that did not answer. ETag: the version. */
gateway_handler gateway_ticket_show;
/* GET /tickets/{number}/explain: of escalation, and of triage while it lies at the desk. */
gateway_handler gateway_ticket_explain;
/* GET /tickets/{number}/callback: what the resident answered. CALLBACK_NOT_OPEN of one's own ticket that
 * nobody was asked about yet; a foreign number is unknown. */
gateway_handler gateway_ticket_callback;
