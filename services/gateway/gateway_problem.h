/* gateway_problem: refusals as RFC 9457 problem+json, each with a stable code and a sentence in both
 * languages: those of the services (enum Code) and those that only a door can have. */
#pragma once

#include "gateway.h"

/* What HTTP itself can do wrong. */
enum gateway_fault {
    GATEWAY_REQUEST_MALFORMED,
    GATEWAY_HEADER_DUPLICATE,
    GATEWAY_HOST_UNKNOWN,
    GATEWAY_PATH_UNKNOWN,
    GATEWAY_METHOD_NOT_ALLOWED,
    GATEWAY_BODY_TOO_LARGE,
    GATEWAY_URI_TOO_LONG,
    GATEWAY_TYPE_UNSUPPORTED,
    GATEWAY_BODY_NOT_JSON,
    GATEWAY_LOGIN_NEEDED,
    GATEWAY_LOOPBACK_ONLY,
    GATEWAY_ORIGIN_FOREIGN,
    GATEWAY_CSRF_WRONG,
    GATEWAY_TOO_MANY_REQUESTS,
    GATEWAY_KEY_INVALID,
    GATEWAY_VERSION_MALFORMED,
    GATEWAY_PAGE_UNKNOWN,
    GATEWAY_TABLE_NOT_CSV,
    GATEWAY_MEDIA_TYPE_UNSUPPORTED,
    GATEWAY_MEDIA_TOO_MANY_PIXELS,
    GATEWAY_MEDIA_BROKEN,
    GATEWAY_MEDIA_UNKNOWN,
    GATEWAY_OPEN311_ABSENT,
    GATEWAY_OPEN311_PATH,
    GATEWAY_OPEN311_JURISDICTION,
    GATEWAY_OPEN311_KEY_MISSING,
    GATEWAY_OPEN311_KEY_FOREIGN,
    GATEWAY_OPEN311_LIST_CLOSED,
    GATEWAY_OPEN311_SERVICE_MISSING,
    GATEWAY_OPEN311_SERVICE_UNKNOWN,
    GATEWAY_OPEN311_REQUEST_UNKNOWN,
    GATEWAY_OPEN311_TOKEN_UNKNOWN,
    GATEWAY_OPEN311_LOCATION_MISSING,
    GATEWAY_OPEN311_ATTRIBUTE_MISSING,
    GATEWAY_OPEN311_ATTRIBUTE,
    GATEWAY_OPEN311_TEXT_MISSING,
    GATEWAY_OPEN311_PARAMETER,
    GATEWAY_OPEN311_TOO_LONG,
    GATEWAY_OPEN311_TOO_MANY,
    GATEWAY_OPEN311_FORM,
    GATEWAY_FAULTS,
};

/* The HTTP status that goes with a code of the services. */
unsigned gateway_problem_status(Paidan__Code code);
/* Answers with it. detail: a field, a state, a bound, or the service that is away; NULL: none.
 * retry_ms: 0: none. */
void gateway_problem(struct exchange *exchange, Paidan__Code code, const char *detail,
                     uint32_t retry_ms);
void gateway_problem_fault(struct exchange *exchange, enum gateway_fault fault, const char *detail);
/* As gateway_problem_fault, with Retry-After. */
void gateway_problem_later(struct exchange *exchange, enum gateway_fault fault, uint32_t retry_ms);
/* Every code that a door can have, for words and tests: name, sentences. */
const char *gateway_problem_name(enum gateway_fault fault);
unsigned gateway_problem_fault_status(enum gateway_fault fault);
const char *gateway_problem_zh(enum gateway_fault fault);
const char *gateway_problem_en(enum gateway_fault fault);
