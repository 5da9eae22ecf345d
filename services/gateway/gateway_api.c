/* gateway_api: between HTTP and the wishes. It owns nothing. What must stay true: a field is mapped by
 * its descriptor, never by hand, so that a new wish needs a row in the table of routes and nothing
 * here; what the mapping does not know is refused, not dropped; and whoever asks is named by his
 * session (gateway_session_sign), never by what he sent. */

#include "gateway_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/say/code.h"
#include "common/say/say_deed.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/wire/wire.h"
#include "gateway_exchange.h"
#include "gateway_memo.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

/* ---- JSON in ----------------------------------------------------------------------------------
 */

bool gateway_api_body(struct exchange *exchange, json_t **object)
{
    json_error_t error = {.line = 0};
    *object = exchange->body_bytes == 0 ? json_object()
                                        : json_loadb(exchange->body, exchange->body_bytes,
                                                     JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(*object)) {
        return true;
    }
    char where[64] = "";
    if (*object == NULL) {
        (void)snprintf(where, sizeof where, "line %d column %d", error.line, error.column);
    }
    json_decref(*object);
    *object = NULL;
    gateway_problem_fault(exchange, GATEWAY_BODY_NOT_JSON, where[0] == '\0' ? "object" : where);
    return false;
}

/* A query says everything as text; what a field of numbers or truth means by it is plain. All else is
 * text for say_json_read too, or is refused there. */
static json_t *value_of(const ProtobufCFieldDescriptor *field, const char *text)
{
    const bool number = field != NULL && (field->type == PROTOBUF_C_TYPE_UINT32 ||
                                          field->type == PROTOBUF_C_TYPE_UINT64);
    const size_t digits = strspn(text, "0123456789");
    if (number && digits > 0 && digits < 19 && text[digits] == '\0') {
        return json_integer((json_int_t)strtoll(text, NULL, 10));
    }
    if (field != NULL && field->type == PROTOBUF_C_TYPE_BOOL) {
        if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0) {
            return json_true();
        }
        if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0) {
            return json_false();
        }
    }
    return json_string(text);
}

/* A part of the path cannot be said again otherwise: which of the two would be meant? */
static bool set_field(struct exchange *exchange, const ProtobufCMessageDescriptor *descriptor,
                      json_t *object, const struct gateway_pair *pair)
{
    if (json_object_get(object, pair->name) != NULL) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, pair->name, 0);
        return false;
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(descriptor, pair->name);
    json_object_set_new(object, pair->name, value_of(field, pair->value));
    return true;
}

bool gateway_api_fields(struct exchange *exchange, const ProtobufCMessageDescriptor *descriptor,
                        json_t *object)
{
    for (unsigned index = 0; index < exchange->part_count; index++) {
        if (strcmp(exchange->parts[index].name, "adapter") == 0) {
            continue; /* who is asked, not what */
        }
        if (!set_field(exchange, descriptor, object, &exchange->parts[index])) {
            return false;
        }
    }
    for (unsigned index = 0; index < exchange->uri.query_count; index++) {
        const struct gateway_pair *pair = &exchange->uri.query[index];
        if (strcmp(pair->name, "lang") != 0 && !set_field(exchange, descriptor, object, pair)) {
            return false;
        }
    }
    return true;
}

bool gateway_api_read(struct exchange *exchange, const json_t *object,
                      const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **message)
{
    struct wire_error error = {.code = PAIDAN__CODE__OK};
    const enum rc rc = say_json_read(&exchange->say, object, &exchange->gateway->arena, descriptor,
                                     message, &error);
    if (rc == RC_INVALID) {
        gateway_problem(exchange, error.code, error.field, 0);
    } else if (rc != RC_OK) {
        gateway_problem_fault(exchange, GATEWAY_BODY_TOO_LARGE, NULL);
    }
    return rc == RC_OK;
}

bool gateway_api_judge(struct exchange *exchange, const ProtobufCMessageDescriptor *descriptor)
{
    json_t *const object = json_object();
    ProtobufCMessage *message = NULL;
    const bool fits = gateway_api_fields(exchange, descriptor, object) &&
                      gateway_api_read(exchange, object, descriptor, &message);
    json_decref(object);
    return fits;
}

const ProtobufCMessageDescriptor *gateway_api_wish_of(Paidan__Request__WishCase wish)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&paidan__request__descriptor, (unsigned)wish);
    CHECK(field != NULL);
    CHECK(field->type == PROTOBUF_C_TYPE_MESSAGE);
    return field->descriptor;
}

void gateway_api_put(Paidan__Request *request, Paidan__Request__WishCase wish,
                     ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&paidan__request__descriptor, (unsigned)wish);
    CHECK(field != NULL);
    CHECK(message->descriptor == field->descriptor);
    request->wish_case = wish;
    memcpy((char *)request + field->offset, &message, sizeof message);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

struct asking {
    struct exchange *exchange;
    gateway_told *told;
    enum gateway_service service;
};

/* Before the answer is told: whoever hears it may rely on it. */
static bool changes_rights(const struct exchange *exchange)
{
    switch (exchange->route == NULL ? 0 : (unsigned)exchange->route->wish) {
    case PAIDAN__REQUEST__WISH_PERSON_CHANGE:
    case PAIDAN__REQUEST__WISH_ROLE_CHANGE:
    case PAIDAN__REQUEST__WISH_CHANGE_DECIDE:
    case PAIDAN__REQUEST__WISH_SESSION_REVOKE:
    case PAIDAN__REQUEST__WISH_KEY_REVOKE:
        return true;
    default:
        return false;
    }
}

/* The service that is away is named: the page says which and goes on with what it has. */
static void answered(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    const struct asking asking = *(struct asking *)context;
    free(context);
    struct exchange *exchange = asking.exchange;
    if (code == PAIDAN__CODE__OK) {
        if (asking.service == GATEWAY_ACCESS && changes_rights(exchange)) {
            exchange->gateway->rights_changed++;
        }
        asking.told(exchange, answer);
        return;
    }
    const char *detail = answer == NULL ? gateway_upstream_name(asking.service) : answer->detail;
    const uint32_t retry_ms =
        answer == NULL || !answer->has_retry_after_ms ? 0 : answer->retry_after_ms;
    if ((int)code == 120) { /* GRANT_INVALID: the session is known no more, or its grant ran out */
        gateway_session_refused(exchange);
    }
    if (exchange->refused != NULL) {
        exchange->refused(exchange, code);
    }
    gateway_problem(exchange, code, detail, retry_ms);
}

/* A long poll is held back by the service for as long as it says; the rest is what an answer may
 * take. */
static uint64_t timeout_of(const struct exchange *exchange, const Paidan__Request *request)
{
    return client_wait_ms(request) +
           (exchange->method == GATEWAY_GET ? GATEWAY_READ_MS : GATEWAY_WRITE_MS);
}

void gateway_api_ask(struct exchange *exchange, enum gateway_service service,
                     Paidan__Request *request, gateway_told *told)
{
    struct asking *asking = malloc(sizeof *asking);
    request->has_request_id = 1;
    request->request_id =
        (ProtobufCBinaryData){.len = REQUEST_ID_BYTES, .data = exchange->request_id};
    gateway_session_sign(exchange, request);
    enum rc rc = RC_LIMIT;
    if (asking != NULL) {
        *asking = (struct asking){exchange, told, service};
        rc = gateway_upstream_ask(exchange->gateway, service, request,
                                  timeout_of(exchange, request), answered, asking);
    }
    if (rc == RC_OK) {
        return;
    }
    free(asking);
    if (rc == RC_AGAIN) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    } else {
        gateway_problem_fault(exchange, GATEWAY_BODY_TOO_LARGE, NULL);
    }
}

/* The route's, or the adapter that the path names; GATEWAY_NO_SERVICE: this instance has it not. */
static enum gateway_service service_of(const struct exchange *exchange)
{
    enum gateway_service service = exchange->route->service;
    if (service == GATEWAY_NAMED_ADAPTER) {
        service = gateway_upstream_find(gateway_exchange_part(exchange, "adapter"));
        if (service < GATEWAY_ADAPTER || service == GATEWAY_NO_SERVICE) {
            return GATEWAY_NO_SERVICE;
        }
    }
    return gateway_upstream_has(exchange->gateway, service) ? service : GATEWAY_NO_SERVICE;
}

void gateway_api_send(struct exchange *exchange, json_t *object, gateway_told *told)
{
    const struct gateway_route *route = exchange->route;
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(route->wish);
    ProtobufCMessage *message = NULL;
    const enum gateway_service service = service_of(exchange);
    if (service == GATEWAY_NO_SERVICE) {
        json_decref(object);
        gateway_problem_fault(exchange, GATEWAY_PATH_UNKNOWN, "adapter");
        return;
    }
    const bool read = gateway_api_read(exchange, object, descriptor, &message);
    json_decref(object);
    if (read) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        gateway_api_put(&request, route->wish, message);
        gateway_api_ask(exchange, service, &request, told);
    }
}

/* ---- JSON out ---------------------------------------------------------------------------------
 */

/* The member of the oneof that is set, whichever wish it belongs to. */
static const ProtobufCMessage *body_of(const Paidan__Answer *answer)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &paidan__answer__descriptor, (unsigned)answer->body_case);
    const ProtobufCMessage *message = NULL;
    if (answer->body_case != PAIDAN__ANSWER__BODY__NOT_SET && field != NULL) {
        memcpy(&message, (const char *)answer + field->offset, sizeof message);
    }
    return message;
}

void gateway_api_explain(const struct exchange *exchange, json_t *result, Paidan__Code code)
{
    (void)exchange;
    if (code != PAIDAN__CODE__OK) {
        json_object_set_new(result, "zh", json_string(code_sentence_zh(code)));
        json_object_set_new(result, "en", json_string(code_sentence_en(code)));
    }
}

/* Who was faster, in the reader's language: "王芳 已于 04:39 签收". */
static void explain_results(const struct exchange *exchange, json_t *json,
                            Paidan__WorkResult *const *results, size_t count, uint64_t now_ms)
{
    json_t *list = json_object_get(json, "results");
    char text[SAY_DEED_BYTES];
    for (size_t index = 0; index < count && index < json_array_size(list); index++) {
        json_t *object = json_array_get(list, index);
        gateway_api_explain(exchange, object, results[index]->code);
        if (results[index]->code != PAIDAN__CODE__OK &&
            say_deed(&exchange->say, results[index], now_ms, text)) {
            json_object_set_new(object, "says", json_string(text));
        }
    }
}

json_t *gateway_api_json(const struct exchange *exchange, const Paidan__Answer *answer)
{
    const ProtobufCMessage *body = body_of(answer);
    json_t *json = body == NULL ? json_object() : say_json_message(&exchange->say, body, true);
    const uint64_t now_ms = answer->has_now_ms ? answer->now_ms : 0;
    say_json_names(&exchange->say, json);
    if (answer->body_case == PAIDAN__ANSWER__BODY_WORKED) {
        explain_results(exchange, json, answer->worked->results, answer->worked->n_results, now_ms);
    } else if (answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED) {
        explain_results(exchange, json, answer->callback_answered->results,
                        answer->callback_answered->n_results, now_ms);
    } else if (answer->body_case == PAIDAN__ANSWER__BODY_SUBMITTED) {
        json_t *list = json_object_get(json, "results");
        for (size_t index = 0; index < answer->submitted->n_results; index++) {
            gateway_api_explain(exchange, json_array_get(list, index),
                                answer->submitted->results[index]->code);
        }
    }
    if (answer->has_now_ms && json_object_get(json, "now_ms") == NULL) {
        say_json_time(&exchange->say, json, "now", now_ms);
    }
    return json;
}

/* {...} and now, as one text from malloc; NULL: no memory. */
static char *with_now(const struct say *say, const char *text, size_t size, uint64_t now_ms,
                      size_t *made)
{
    char moment[SAY_TIME_BYTES];
    const size_t room = size + SAY_TIME_BYTES + 64;
    char *whole = malloc(room);
    CHECK(size >= 2);
    CHECK(text[size - 1] == '}');
    if (whole == NULL) {
        return NULL;
    }
    say_time_rfc3339(say, now_ms, moment);
    memcpy(whole, text, size - 1);
    const int tail =
        snprintf(whole + size - 1, room - size + 1, "%s\"now\":\"%s\",\"now_ms\":%llu}",
                 size == 2 ? "" : ",", moment, (unsigned long long)now_ms);
    CHECK(tail > 0);
    *made = size - 1 + (size_t)tail;
    return whole;
}

/* Some answers carry a moment of their own under that name: theirs is the truer one. */
static bool has_now(const ProtobufCMessage *message)
{
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "now_ms") != NULL;
}

bool gateway_api_say(struct exchange *exchange, const ProtobufCMessage *message, uint64_t now_ms)
{
    struct gateway *gateway = exchange->gateway;
    struct gateway_memo_key key;
    size_t size = 0;
    char *made = NULL;
    const char *text = gateway_memo_get(gateway, exchange->say.language, message, &key, &size);
    if (text == NULL) {
        json_t *json = say_json_message(&exchange->say, message, true);
        say_json_names(&exchange->say, json);
        made = json_dumps(json, JSON_COMPACT);
        json_decref(json);
        if (made == NULL) {
            return false;
        }
        text = made;
        size = strlen(made);
        gateway_memo_put(gateway, &key, text, size);
    }
    size_t bytes = size;
    char *whole =
        has_now(message) ? strdup(text) : with_now(&exchange->say, text, size, now_ms, &bytes);
    free(made);
    gateway_exchange_bytes(exchange, 200, "application/json; charset=utf-8", whole, bytes);
    return true;
}

/* A write's answer is seen once and not kept; a read's may be the same for the next. */
static void wish_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    const ProtobufCMessage *body = body_of(answer);
    if (exchange->method != GATEWAY_GET || body == NULL || !answer->has_now_ms ||
        !gateway_api_say(exchange, body, answer->now_ms)) {
        gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
    }
}

void gateway_api_wish(struct exchange *exchange)
{
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(exchange->route->wish);
    json_t *object = NULL;
    if (!gateway_api_body(exchange, &object)) {
        return;
    }
    if (!gateway_api_fields(exchange, descriptor, object)) {
        json_decref(object);
        return;
    }
    gateway_api_send(exchange, object, wish_told);
}
