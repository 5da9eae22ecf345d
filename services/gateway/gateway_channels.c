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

/* Beside what the adapter says: how people read it, in the language of whoever asks. */
static json_t *status_of(const struct exchange *exchange, const Paidan__AdapterShown *shown)
{
    const bool english = exchange->say.language == SAY_ENGLISH;
    json_t *const status = say_json_message(&exchange->say, &shown->base, true);
    json_t *each = NULL;
    size_t index = 0;
    json_array_foreach(json_object_get(status, "destinations"), index, each)
    {
        const char *const reason = json_string_value(json_object_get(each, "reason"));
        if (reason != NULL) {
            json_object_set_new(each, "reason_says", json_string(adapter_reason(reason, english)));
        }
    }
    json_array_foreach(json_object_get(status, "quotas"), index, each)
    {
        char text[ADAPTER_QUOTA_BYTES];
        const char *const name = json_string_value(json_object_get(each, "name"));
        adapter_quota(name == NULL ? "" : name, english, text);
        json_object_set_new(each, "name_says", json_string(text));
    }
    return status;
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
        json_object_set_new(row, "status", status_of(asked.exchange, answer->adapter_shown));
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
    if (!gateway_api_judge(exchange, &paidan__adapter_status__descriptor)) {
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
