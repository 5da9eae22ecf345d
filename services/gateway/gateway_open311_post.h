/* gateway_open311_post: a new request: judged, then registered as a resident's report. */
#pragma once

#include "gateway.h"
#include "gateway_form.h"

/* Handler: POST requests. */
gateway_handler gateway_open311_post;

/* The form of the body, in room that lives as long as the exchange; NULL: answered. */
const struct gateway_form *gateway_open311_form(struct exchange *exchange,
                                                struct gateway_form *room);
/* Makes the request id of what was sent, so that the same sent again is the same wish, also by another
 * process of ours: of the key, or the address of who gave nothing that names him, and of fields, NULL at the
 * end. Keeps that of a header Idempotency-Key. */
void gateway_open311_same(struct exchange *exchange, const struct gateway_form *form,
                          const char *const *fields);
/* Whether one more may be sent without a key by this address; answered if not. */
bool gateway_open311_admits(struct exchange *exchange);
/* Name and address of who sends, as intake keeps a reporter: "李雷 <li@example.cn>". False: too long. */
bool gateway_open311_reporter(const struct gateway_form *form, char *text, size_t size);
