/* gateway_open311: what all calls of Open311 GeoReport v2 have in common: whether the site offers it, in which
 * format the answer is, whose key came along, what a refusal looks like. The calls stand above it:
 *
 *   gateway_open311_service   discovery, services, definitions
 *   gateway_open311_post      a new request              gateway_open311_update   updates, both ways
 *   gateway_open311_list      requests and tokens        gateway_open311_find     a ticket, as it may be seen
 *
 * /open311/v2 is the service, /open311/test/v2 the same for trying out: there nothing is registered. */
#pragma once

#include <jansson.h>

#include "gateway.h"
#include "gateway_form.h"
#include "gateway_problem.h"

/* With NUL: a number, a code and a dot; a service's code. */
enum { GATEWAY_OPEN311_ID_BYTES = 80 };

/* The token of the endpoint for trying out. */
#define GATEWAY_OPEN311_TEST "test"

/* Whether the request came to the endpoint for trying out. */
bool gateway_open311_testing(const struct exchange *exchange);
/* The named part of the path without ".json" or ".xml"; false: it does not end so, and was answered. */
bool gateway_open311_id(struct exchange *exchange, const char *part,
                        char id[GATEWAY_OPEN311_ID_BYTES]);
/* The value of the query, else of the form; "" where neither has it. form may be NULL. */
const char *gateway_open311_given(const struct exchange *exchange, const struct gateway_form *form,
                                  const char *name);

/* Judges what every call says (the site's offer, jurisdiction_id) and finds whose key came along, then calls
 * next, now or later: without a key as the public. Or answers. */
void gateway_open311_begin(struct exchange *exchange, const struct gateway_form *form,
                           gateway_handler *next);
/* The channel of the key: the site's for Open311 where the key has it, else its first; NULL: it came without
 * a key, or with one that is no channel's. */
const char *gateway_open311_channel(const struct exchange *exchange);
/* Whether the key is that channel's, by its code of now or before. */
bool gateway_open311_owns(const struct exchange *exchange, const char *channel);

/* Answers with json, which is taken; in XML its outermost element is root. */
void gateway_open311_answer(struct exchange *exchange, unsigned status, const char *root,
                            json_t *json);
/* struct gateway_route.refuse of these routes: the list of {code, description}. */
void gateway_open311_refuse(struct exchange *exchange, unsigned status, const char *code,
                            const char *sentence, const char *detail);

/* Several mistakes of one request. Zeroed: none. */
struct gateway_open311_wrong {
    unsigned status; /* of the first; others are told beside it */
    json_t *list;
};
/* what: the field that is meant; NULL: the sentence says it. */
void gateway_open311_add(const struct exchange *exchange, struct gateway_open311_wrong *wrong,
                         enum gateway_fault fault, const char *what);
/* Answers with them and is empty again. False: there are none, and nothing was answered. */
bool gateway_open311_told(struct exchange *exchange, struct gateway_open311_wrong *wrong);

/* Handler of whatever else stands below /open311/. */
gateway_handler gateway_open311_unknown;
