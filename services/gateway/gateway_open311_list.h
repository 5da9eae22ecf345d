/* gateway_open311_list: requests by number and by filters, and the number behind a token. */
#pragma once

#include "gateway.h"
#include "gateway_code.h"

/* Handlers: GET requests, requests/{number}, tokens/{key}. */
gateway_handler gateway_open311_list;
gateway_handler gateway_open311_single;
gateway_handler gateway_open311_token;

/* "20261130-0001-7.A7K2M9": the number before the last dot, the code after it. False: it is none. */
bool gateway_open311_split(const char *token, char *number, size_t number_size, char *code,
                           size_t code_size);
/* Whether the code was right; answered if not. */
bool gateway_open311_code(struct exchange *exchange, enum gateway_code_result result,
                          uint32_t retry_ms);
/* A moment in W3C's form; a "+" that came as a blank is one. False: it is none. */
bool gateway_open311_read_moment(const struct exchange *exchange, const char *given,
                                 uint64_t *at_ms);
/* The same of the query; not said: at_ms stays. False: answered with the name of the field. */
bool gateway_open311_moment(struct exchange *exchange, const char *name, uint64_t *at_ms);
/* A whole number in a query, from 1 to most; usual where there is none. False: answered. */
bool gateway_open311_number(struct exchange *exchange, const char *name, uint32_t usual,
                            uint32_t most, uint32_t *value);
