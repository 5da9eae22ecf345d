/* gateway_lookup: number and code. It owns nothing; the budgets are gateway_limit's. What must stay true:
 * an unknown number and a wrong code are answered alike (intake's QUERY_CODE_WRONG) and cost alike, so
 * that neither numbers nor codes can be found by trying: 5 wrong ones an hour for a ticket, whoever tries,
 * 10 for an address. */

#include "gateway_lookup.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_limit.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { KEY_BYTES = 24 };

static void key_of(uint64_t ticket, char key[KEY_BYTES])
{
    (void)snprintf(key, KEY_BYTES, "%llu", (unsigned long long)ticket);
}

bool gateway_lookup_allowed(struct exchange *exchange, uint64_t ticket, uint32_t *retry_ms)
{
    char key[KEY_BYTES];
    struct gateway *gateway = exchange->gateway;
    const uint64_t now_us = clock_monotonic_us();
    key_of(ticket, key);
    return gateway->settings.unlimited ||
           (gateway_limit_allows(gateway, GATEWAY_LIMIT_CODE, exchange->address, now_us,
                                 retry_ms) &&
            (ticket == 0 ||
             gateway_limit_allows(gateway, GATEWAY_LIMIT_NUMBER, key, now_us, retry_ms)));
}

void gateway_lookup_charge(struct exchange *exchange, uint64_t ticket)
{
    char key[KEY_BYTES];
    const uint64_t now_us = clock_monotonic_us();
    key_of(ticket, key);
    gateway_limit_charge(exchange->gateway, GATEWAY_LIMIT_CODE, exchange->address, now_us);
    if (ticket != 0) {
        gateway_limit_charge(exchange->gateway, GATEWAY_LIMIT_NUMBER, key, now_us);
    }
}

struct looking {
    struct exchange *exchange;
    uint64_t ticket;
};

static void looked_up(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    const struct looking looking = *(struct looking *)context;
    struct exchange *exchange = looking.exchange;
    free(context);
    if (code == PAIDAN__CODE__OK) {
        gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
        return;
    }
    if (code == PAIDAN__CODE__QUERY_CODE_WRONG || code == PAIDAN__CODE__TICKET_UNKNOWN ||
        code == PAIDAN__CODE__NUMBER_INVALID) {
        gateway_lookup_charge(exchange, looking.ticket);
    }
    gateway_problem(exchange, code,
                    answer == NULL ? gateway_upstream_name(GATEWAY_INTAKE) : answer->detail, 0);
}

static void ask(struct exchange *exchange, Paidan__Lookup *lookup)
{
    struct looking *looking = malloc(sizeof *looking);
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = lookup;
    gateway_session_sign(exchange, &request);
    if (looking != NULL) {
        *looking = (struct looking){exchange, lookup->has_ticket ? lookup->ticket : 0};
    }
    if (looking == NULL || gateway_upstream_ask(exchange->gateway, GATEWAY_INTAKE, &request,
                                                GATEWAY_READ_MS, looked_up, looking) != RC_OK) {
        free(looking);
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

void gateway_lookup_show(struct exchange *exchange)
{
    json_t *object = NULL;
    ProtobufCMessage *message = NULL;
    uint32_t retry_ms = 0;
    if (gateway_api_body(exchange, &object) &&
        gateway_api_read(exchange, object, &paidan__lookup__descriptor, &message)) {
        Paidan__Lookup *lookup = (Paidan__Lookup *)(void *)message;
        if (gateway_lookup_allowed(exchange, lookup->has_ticket ? lookup->ticket : 0, &retry_ms)) {
            ask(exchange, lookup);
        } else {
            exchange->gateway->counts.refused_limit++;
            gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
        }
    }
    json_decref(object);
}
