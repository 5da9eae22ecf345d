/* gateway_channels: asks every adapter how it is, and tells all of it as one answer. It owns what came
 * until the last one answered or was given up. What must stay true: an adapter that is away has a row,
 * for that is what somebody looks for; whoever may not look is refused as a whole. */
#include "gateway_channels.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/base/check.h"
#include "common/say/say_json.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

struct rows {
    unsigned waiting;
    unsigned told;
    Paidan__Code refused;
    json_t *adapters[ADAPTERS]; /* NULL: the instance has none of it */
};

struct asked {
    struct exchange *exchange;
    unsigned index;
};

static void rows_free(void *state)
{
    struct rows *const rows = state;
    for (unsigned index = 0; index < ADAPTERS; index++) {
        json_decref(rows->adapters[index]);
    }
    free(rows);
}

static void finish(struct exchange *exchange)
{
    const struct rows *const rows = exchange->state;
    /* One adapter that cannot tell must not hide the others. */
    if (rows->refused != PAIDAN__CODE__OK && rows->told == 0) {
        gateway_problem(exchange, rows->refused, NULL, 0);
        return;
    }
    json_t *const all = json_object(), *const list = json_array();
    for (unsigned index = 0; index < ADAPTERS; index++) {
        if (rows->adapters[index] != NULL) {
            json_array_append(list, rows->adapters[index]);
        }
    }
    json_object_set_new(all, "adapters", list);
    say_json_time(&exchange->say, all, "now", clock_now_ms(&exchange->gateway->clock));
    gateway_exchange_json(exchange, 200, all);
}

static void answered(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    const struct asked asked = *(struct asked *)context;
    struct rows *const rows = asked.exchange->state;
    json_t *const row = rows->adapters[asked.index];
    free(context);
    const bool told =
        code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_ADAPTER_SHOWN;
    json_object_set_new(row, "up", json_boolean(told));
    if (told) {
        rows->told++;
        json_object_set_new(
            row, "status",
            say_json_message(&asked.exchange->say, &answer->adapter_shown->base, true));
    } else if (code != PAIDAN__CODE__UNREACHABLE) {
        rows->refused = code;
    }
    CHECK(rows->waiting > 0);
    if (--rows->waiting == 0) {
        finish(asked.exchange);
    }
}

static void ask(struct exchange *exchange, struct rows *rows, unsigned index)
{
    Paidan__AdapterStatus wish = PAIDAN__ADAPTER_STATUS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct asked *const asked = malloc(sizeof *asked);
    json_t *const row = json_object();
    const enum gateway_service service = (enum gateway_service)(GATEWAY_ADAPTER + index);
    json_object_set_new(row, "adapter", json_string(adapters[index].name));
    json_object_set_new(row, "zh", json_string(adapters[index].zh));
    json_object_set_new(row, "en", json_string(adapters[index].en));
    json_object_set_new(row, "up", json_false());
    rows->adapters[index] = row;
    request.wish_case = PAIDAN__REQUEST__WISH_ADAPTER_STATUS;
    request.adapter_status = &wish;
    gateway_session_sign(exchange, &request);
    if (asked != NULL) {
        *asked = (struct asked){exchange, index};
    }
    if (asked != NULL && gateway_upstream_ask(exchange->gateway, service, &request, GATEWAY_READ_MS,
                                              answered, asked) == RC_OK) {
        rows->waiting++;
    } else {
        free(asked);
    }
}

void gateway_channels_show(struct exchange *exchange)
{
    /* It takes nothing: what is not understood is refused. */
    json_t *const nothing = json_object();
    ProtobufCMessage *wish = NULL;
    const bool fine =
        gateway_api_fields(exchange, &paidan__adapter_status__descriptor, nothing) &&
        gateway_api_read(exchange, nothing, &paidan__adapter_status__descriptor, &wish);
    json_decref(nothing);
    if (!fine) {
        return;
    }
    struct rows *const rows = calloc(1, sizeof *rows);
    if (rows == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    rows->refused = PAIDAN__CODE__OK;
    exchange->state = rows;
    exchange->state_free = rows_free;
    for (unsigned index = 0; index < ADAPTERS; index++) {
        if (gateway_upstream_has(exchange->gateway,
                                 (enum gateway_service)(GATEWAY_ADAPTER + index))) {
            ask(exchange, rows, index);
        }
    }
    if (rows->waiting == 0) {
        finish(exchange);
    }
}
