/* gateway_code: number and code. It owns those who wait to hear that they were wrong. What must stay
 * true: every attempt is charged before it is asked, to the address and to the number, whether or not
 * the number is in use, and given back when it was right; so a hundred attempts at once are no way
 * around the budget. And WRONG comes WRONG_US after the attempt began, whatever was wrong: a number that
 * cannot be one is not asked for at all, and takes no less time. */

#include "gateway_code.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_limit.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

/* Longer than intake takes on a bad day; who mistyped does not feel it as waiting. */
#define WRONG_US 400000u

struct check {
    struct check *next;
    struct exchange *exchange;
    gateway_code_told *told;
    char number[NUMBER_BYTES]; /* "": none, asked for nobody's */
};
struct gateway_codes {
    struct check *first, **last; /* wrong ones, earliest first */
};

static void wrong_later(struct check *check)
{
    struct gateway_codes *codes = check->exchange->gateway->codes;
    check->next = NULL;
    *codes->last = check;
    codes->last = &check->next;
}

static void tell(struct check *check, enum gateway_code_result result, const Paidan__Answer *answer)
{
    struct exchange *exchange = check->exchange;
    gateway_code_told *told = check->told;
    free(check);
    told(exchange, result, 0, answer);
}

static void refund(const struct check *check)
{
    struct gateway *gateway = check->exchange->gateway;
    const uint64_t now_us = clock_monotonic_us();
    gateway_limit_refund(gateway, GATEWAY_LIMIT_CODE, check->exchange->address, now_us);
    if (check->number[0] != '\0') {
        gateway_limit_refund(gateway, GATEWAY_LIMIT_NUMBER, check->number, now_us);
    }
}

static void answered(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct check *check = context;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_LOOKED_UP) {
        refund(check);
        tell(check, GATEWAY_CODE_RIGHT, answer);
    } else if (code == PAIDAN__CODE__QUERY_CODE_WRONG || code == PAIDAN__CODE__TICKET_UNKNOWN ||
               code == PAIDAN__CODE__NUMBER_INVALID || code == PAIDAN__CODE__FORBIDDEN) {
        wrong_later(check);
    } else {
        refund(check);
        tell(check, GATEWAY_CODE_AWAY, NULL);
    }
}

/* False: too many; *retry_ms until it may be tried again. The address is charged first: who has used up
 * its budget uses up nobody's number. */
static bool charge(struct exchange *exchange, const char *number, uint32_t *retry_ms)
{
    struct gateway *gateway = exchange->gateway;
    const uint64_t now_us = clock_monotonic_us();
    if (gateway->settings.unlimited) {
        return true;
    }
    if (!gateway_limit_take(gateway, GATEWAY_LIMIT_CODE, exchange->address, now_us, retry_ms)) {
        return false;
    }
    if (number[0] != '\0' &&
        !gateway_limit_take(gateway, GATEWAY_LIMIT_NUMBER, number, now_us, retry_ms)) {
        gateway_limit_refund(gateway, GATEWAY_LIMIT_CODE, exchange->address, now_us);
        return false;
    }
    return true;
}

void gateway_code_check(struct exchange *exchange, const char *number, const char *code,
                        gateway_code_told *told)
{
    struct check *check = calloc(1, sizeof *check);
    uint64_t ticket = 0;
    uint32_t retry_ms = 0;
    if (check == NULL) {
        told(exchange, GATEWAY_CODE_AWAY, 0, NULL);
        return;
    }
    *check = (struct check){.exchange = exchange, .told = told};
    const bool valid = number_parse(number, &ticket) == RC_OK;
    if (valid) {
        number_format(ticket, check->number);
    }
    if (!charge(exchange, check->number, &retry_ms)) {
        exchange->gateway->counts.refused_limit++;
        free(check);
        told(exchange, GATEWAY_CODE_TOO_MANY, retry_ms, NULL);
        return;
    }
    if (!valid || code[0] == '\0' || strlen(code) > 64) {
        wrong_later(check);
        return;
    }
    Paidan__Lookup lookup = PAIDAN__LOOKUP__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    lookup.has_ticket = 1;
    lookup.ticket = ticket;
    lookup.query_code = (char *)(uintptr_t)code; /* packed, never written */
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &lookup;
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_INTAKE, &request, GATEWAY_READ_MS, answered,
                             check) != RC_OK) {
        refund(check);
        tell(check, GATEWAY_CODE_AWAY, NULL);
    }
}

/* ---- the API's lookup -------------------------------------------------------------------------
 */

static void looked_up(struct exchange *exchange, enum gateway_code_result result, uint32_t retry_ms,
                      const Paidan__Answer *answer)
{
    switch (result) {
    case GATEWAY_CODE_RIGHT:
        gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
        break;
    case GATEWAY_CODE_WRONG:
        gateway_problem(exchange, PAIDAN__CODE__QUERY_CODE_WRONG, NULL, 0);
        break;
    case GATEWAY_CODE_TOO_MANY:
        gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
        break;
    case GATEWAY_CODE_AWAY:
        gateway_problem(exchange, PAIDAN__CODE__UNREACHABLE, "intake", 0);
        break;
    }
}

/* The wish as it is, of which a stranger has nothing but number and code. */
void gateway_code_lookup(struct exchange *exchange)
{
    json_t *object = NULL;
    ProtobufCMessage *message = NULL;
    if (gateway_api_body(exchange, &object) &&
        gateway_api_read(exchange, object, &paidan__lookup__descriptor, &message)) {
        const Paidan__Lookup *lookup = (const Paidan__Lookup *)(const void *)message;
        char number[NUMBER_BYTES] = "";
        if (lookup->has_ticket) {
            number_format(lookup->ticket, number);
        }
        const char *typed = lookup->typed_number == NULL ? "" : lookup->typed_number;
        gateway_code_check(exchange, lookup->has_ticket ? number : typed,
                           lookup->query_code == NULL ? "" : lookup->query_code, looked_up);
    }
    json_decref(object);
}

/* ---- the part ---------------------------------------------------------------------------------
 */

static enum rc codes_open(struct gateway *gateway, void **context)
{
    struct gateway_codes *codes = calloc(1, sizeof *codes);
    if (codes == NULL) {
        return RC_LIMIT;
    }
    codes->last = &codes->first;
    gateway->codes = codes;
    *context = codes;
    return RC_OK;
}

static void tell_until(struct gateway_codes *codes, uint64_t now_us)
{
    while (codes->first != NULL && now_us >= codes->first->exchange->started_us + WRONG_US) {
        struct check *check = codes->first;
        codes->first = check->next;
        if (codes->first == NULL) {
            codes->last = &codes->first;
        }
        tell(check, GATEWAY_CODE_WRONG, NULL);
    }
}

/* Nearly in order of their beginnings: one that was asked for may stand behind a later one, and is told
 * up to the time of an answer later than it would be. */
static uint64_t codes_tick(struct gateway *gateway, void *context, uint64_t now_us)
{
    struct gateway_codes *codes = context;
    arena_reset(&gateway->arena);
    tell_until(codes, now_us);
    return codes->first == NULL ? UINT64_MAX : codes->first->exchange->started_us + WRONG_US;
}

static void codes_close(struct gateway *gateway, void *context)
{
    tell_until(context, UINT64_MAX);
    gateway->codes = NULL;
    free(context);
}

const struct gateway_part gateway_code_part = {
    .name = "code", .open = codes_open, .close = codes_close, .tick = codes_tick};
