/* gateway_search: one wish for whoever looks for something, two for the services where a phone is part of it.
 * Archive has no phones: intake finds the caller's tickets, for a reason that it records, and those alone are
 * searched. It owns nothing but what is asked for until intake has answered. What must stay true: a phone comes
 * in a body, never in an address, which is kept in logs and histories; whoever may not look by phones is refused
 * by intake before archive is asked; and a number without tickets finds nothing instead of everything. */

#include "gateway_search.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"

/* What is asked for, until intake has said whose tickets those are. */
struct search {
    json_t *wish;
    uint64_t number; /* the ticket that the words name; 0: none */
    bool more;       /* of the caller, than one search takes */
};

static void search_free(void *state)
{
    struct search *search = state;
    json_decref(search->wish);
    free(search);
}

/* ---- the archive ------------------------------------------------------------------------------ */

static void answer(struct exchange *exchange, json_t *json)
{
    const struct search *search = exchange->state;
    if (json != NULL && search->more) {
        json_object_set_new(json, "caller_more", json_true());
    }
    gateway_exchange_json(exchange, 200, json);
}

static void searched(struct exchange *exchange, const Paidan__Answer *told)
{
    answer(exchange, gateway_api_json(exchange, told));
}

/* The wish with these tickets alone. */
static void search_among(struct exchange *exchange, const Paidan__CallerListed *listed)
{
    struct search *search = exchange->state;
    json_t *numbers = json_array();
    for (size_t index = 0; index < listed->n_tickets && index < SEARCH_TICKETS_MAX; index++) {
        const uint64_t ticket = listed->tickets[index]->ticket;
        if (search->number == 0 || search->number == ticket) {
            char number[NUMBER_BYTES];
            number_format(ticket, number);
            json_array_append_new(numbers, json_string(number));
        }
    }
    json_object_set_new(search->wish, "numbers", numbers);
    gateway_api_send(exchange, json_incref(search->wish), searched);
}

/* ---- the caller ------------------------------------------------------------------------------- */

static bool has_one_of(const struct search *search, const Paidan__CallerListed *listed)
{
    for (size_t index = 0; index < listed->n_tickets; index++) {
        if (search->number == 0 || search->number == listed->tickets[index]->ticket) {
            return true;
        }
    }
    return false;
}

static void caller_told(struct exchange *exchange, const Paidan__Answer *told)
{
    struct search *search = exchange->state;
    if (told->body_case != PAIDAN__ANSWER__BODY_CALLER_LISTED) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "intake", 0);
        return;
    }
    search->more = told->caller_listed->has_next;
    if (has_one_of(search, told->caller_listed)) {
        search_among(exchange, told->caller_listed);
        return;
    }
    Paidan__Searched none = PAIDAN__SEARCHED__INIT;
    Paidan__Answer empty = PAIDAN__ANSWER__INIT;
    empty.body_case = PAIDAN__ANSWER__BODY_SEARCHED;
    empty.searched = &none;
    empty.has_now_ms = told->has_now_ms;
    empty.now_ms = told->now_ms;
    json_t *json = gateway_api_json(exchange, &empty);
    if (json != NULL) {
        json_object_set_new(json, "tickets", json_array());
    }
    answer(exchange, json);
}

/* Before archive is asked for anything, the wish is read once: what is wrong with it costs nobody a reading. */
static bool is_sound(struct exchange *exchange)
{
    const struct search *search = exchange->state;
    ProtobufCMessage *message = NULL;
    return gateway_api_read(exchange, search->wish, gateway_api_wish_of(exchange->route->wish),
                            &message);
}

static void ask_caller(struct exchange *exchange, json_t *phone, json_t *reason)
{
    const ProtobufCMessageDescriptor *descriptor =
        gateway_api_wish_of(PAIDAN__REQUEST__WISH_CALLER_LIST);
    json_t *list = json_object();
    ProtobufCMessage *message = NULL;
    json_object_set(list, "phone", phone);
    json_object_set_new(list, "reason", reason == NULL ? json_string("") : json_incref(reason));
    json_object_set_new(list, "limit", json_integer(CALLER_LIST_MAX));
    const bool read = is_sound(exchange) && gateway_api_read(exchange, list, descriptor, &message);
    json_decref(list);
    if (read) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        gateway_api_put(&request, PAIDAN__REQUEST__WISH_CALLER_LIST, message);
        gateway_api_ask(exchange, GATEWAY_INTAKE, &request, caller_told);
    }
}

/* ---- what is asked for ------------------------------------------------------------------------ */

/* One ticket, named as such or typed as the words. False: answered. */
static bool take_number(struct exchange *exchange, struct search *search)
{
    const char *words = json_string_value(json_object_get(search->wish, "words"));
    const json_t *const number_given = json_object_get(search->wish, "number");
    const char *given = json_string_value(number_given);
    /* A number that is no text is none: left out, it would find everything. */
    if (number_given != NULL && (given == NULL || number_parse(given, &search->number) != RC_OK)) {
        gateway_problem(exchange, PAIDAN__CODE__NUMBER_INVALID, "number", 0);
        return false;
    }
    if (given == NULL && words != NULL && number_parse(words, &search->number) == RC_OK) {
        json_object_del(search->wish, "words");
    }
    json_object_del(search->wish, "number");
    if (search->number != 0) {
        char number[NUMBER_BYTES];
        json_t *numbers = json_array();
        number_format(search->number, number);
        json_array_append_new(numbers, json_string(number));
        json_object_set_new(search->wish, "numbers", numbers);
    }
    return true;
}

static void begin(struct exchange *exchange, struct search *search)
{
    json_t *phone = json_incref(json_object_get(search->wish, "phone"));
    json_t *reason = json_incref(json_object_get(search->wish, "reason"));
    json_object_del(search->wish, "phone");
    json_object_del(search->wish, "reason");
    const char *wrong = exchange->method == GATEWAY_GET && phone != NULL ? "phone"
                        : phone == NULL && reason != NULL                ? "reason"
                        : phone != NULL && json_object_get(search->wish, "numbers") != NULL
                            ? "numbers" /* those of the caller are meant */
                            : NULL;
    if (wrong != NULL) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, wrong, 0);
    } else if (take_number(exchange, search)) {
        if (phone != NULL) {
            ask_caller(exchange, phone, reason);
        } else {
            gateway_api_send(exchange, json_incref(search->wish), searched);
        }
    }
    json_decref(phone);
    json_decref(reason);
}

void gateway_search(struct exchange *exchange)
{
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(exchange->route->wish);
    json_t *wish = NULL;
    CHECK(exchange->route->wish == PAIDAN__REQUEST__WISH_SEARCH);
    if (!gateway_api_body(exchange, &wish)) {
        return;
    }
    struct search *search =
        gateway_api_fields(exchange, descriptor, wish) ? calloc(1, sizeof *search) : NULL;
    if (search == NULL) {
        json_decref(wish);
        if (!gateway_exchange_answered(exchange)) {
            gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        }
        return;
    }
    search->wish = wish;
    exchange->state = search;
    exchange->state_free = search_free;
    begin(exchange, search);
}
