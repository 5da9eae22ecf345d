/* gateway_work: one ticket, one act. The wishes take batches, pages do one thing: a batch of one is made
 * and its one result becomes the answer, a refused one with the status of its code. It owns nothing. What
 * must stay true: If-Match is the version that the page showed, so that nobody overwrites what somebody
 * else did meanwhile; and a result reads the same whether it came alone or in a batch. */

#include "gateway_work.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"

/* ---- one result -------------------------------------------------------------------------------
 */

/* The version after the act, so that the next act can say what it saw. */
static void set_etag(struct exchange *exchange, const json_t *result)
{
    char etag[32];
    const json_t *version = json_object_get(result, "version");
    if (json_is_integer(version)) {
        (void)snprintf(etag, sizeof etag, "\"%lld\"", (long long)json_integer_value(version));
        gateway_exchange_add(exchange, "ETag", etag);
    }
}

/* A refused result becomes a problem that keeps what the result said: who was faster, and how the ticket
 * stands now. */
static void answer_result(struct exchange *exchange, json_t *json, Paidan__Code code)
{
    json_t *result = json_incref(json_array_get(json_object_get(json, "results"), 0));
    CHECK(result != NULL);
    if (code != PAIDAN__CODE__OK) {
        const unsigned status = gateway_problem_status(code);
        json_object_set_new(result, "status", json_integer(status));
        json_object_set_new(result, "title", json_string(code_sentence_en(code)));
        json_object_set_new(result, "type", json_string("about:blank"));
        gateway_exchange_json(exchange, status, json_incref(result));
    } else {
        json_object_set(result, "now", json_object_get(json, "now"));
        json_object_set(result, "now_ms", json_object_get(json, "now_ms"));
        gateway_exchange_json(exchange, 200, json_incref(result));
        set_etag(exchange, result);
    }
    json_decref(result);
    json_decref(json);
}

/* A batch of one has one result, or the service is not ours. */
static void worked_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    if (answer->body_case != PAIDAN__ANSWER__BODY_WORKED || answer->worked->n_results != 1) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "escalation", 0);
        return;
    }
    answer_result(exchange, gateway_api_json(exchange, answer), answer->worked->results[0]->code);
}

/* ---- what a unit or a supervisor does ---------------------------------------------------------
 */

/* "7" or W/"7". False: answered. *version stays as it is where none is given. */
static bool read_version(struct exchange *exchange, json_t *item)
{
    const char *header = gateway_exchange_header(exchange, "If-Match");
    char *end = NULL;
    if (header == NULL || strcmp(header, "*") == 0) {
        return true;
    }
    const char *at = strncmp(header, "W/", 2) == 0 ? header + 2 : header;
    const unsigned long long version =
        at[0] == '"' && at[1] >= '0' && at[1] <= '9' ? strtoull(at + 1, &end, 10) : 0;
    if (end == NULL || strcmp(end, "\"") != 0 || version > INT64_MAX ||
        json_object_get(item, "version") != NULL) {
        gateway_problem_fault(exchange, GATEWAY_VERSION_MALFORMED, NULL);
        return false;
    }
    json_object_set_new(item, "version", json_integer((json_int_t)version));
    return true;
}

/* {unit, note, ...} with number and action of the path becomes {unit, action, items: [{number, note,
 * ...}]}. */
static void act(struct exchange *exchange)
{
    json_t *item = NULL;
    if (!gateway_api_body(exchange, &item)) {
        return;
    }
    static const char *const taken[] = {"number", "action", "items"};
    for (unsigned index = 0; index < sizeof taken / sizeof taken[0]; index++) {
        if (json_object_get(item, taken[index]) != NULL) {
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, taken[index], 0);
            json_decref(item);
            return;
        }
    }
    if (!read_version(exchange, item)) {
        json_decref(item);
        return;
    }
    json_t *wish = json_object(), *items = json_array();
    json_object_set_new(item, "number", json_string(gateway_exchange_part(exchange, "number")));
    if (json_object_get(item, "unit") != NULL) {
        json_object_set(wish, "unit", json_object_get(item, "unit"));
        json_object_del(item, "unit");
    }
    json_object_set_new(wish, "action", json_string(gateway_exchange_part(exchange, "action")));
    json_array_append_new(items, item);
    json_object_set_new(wish, "items", items);
    gateway_api_send(exchange, wish, worked_told);
}

void gateway_work_do(struct exchange *exchange)
{
    act(exchange);
}

void gateway_work_supervise(struct exchange *exchange)
{
    act(exchange);
}

/* ---- new tickets ------------------------------------------------------------------------------
 */

static void one_submitted(struct exchange *exchange, const Paidan__Answer *answer)
{
    if (answer->body_case != PAIDAN__ANSWER__BODY_SUBMITTED || answer->submitted->n_results != 1) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "intake", 0);
        return;
    }
    answer_result(exchange, gateway_api_json(exchange, answer),
                  (Paidan__Code)answer->submitted->results[0]->code);
}

static void many_submitted(struct exchange *exchange, const Paidan__Answer *answer)
{
    gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
}

/* {"tickets": [...]}, or one ticket as it is. */
void gateway_work_submit(struct exchange *exchange)
{
    json_t *body = NULL;
    if (!gateway_api_body(exchange, &body)) {
        return;
    }
    if (json_object_get(body, "tickets") != NULL) {
        gateway_api_send(exchange, body, many_submitted);
        return;
    }
    json_t *wish = json_object(), *tickets = json_array();
    json_array_append_new(tickets, body);
    json_object_set_new(wish, "tickets", tickets);
    gateway_api_send(exchange, wish, one_submitted);
}
