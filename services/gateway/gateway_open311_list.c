/* gateway_open311_list: what is asked about requests. It owns a question while the services are asked, page by
 * page. What must stay true: who may not see a ticket cannot tell it from one that does not exist, by its
 * number, in a list, or by how long the answer takes to look for it; a page behind the last one is empty; a
 * list that lacks a part of the tickets is not given at all; and however many tickets there are, a list
 * ends after PAGES_MAX pages of them. */

#include "gateway_open311_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/site/site_open311.h"
#include "gateway_code.h"
#include "gateway_desk.h"
#include "gateway_exchange.h"
#include "gateway_open311.h"
#include "gateway_open311_find.h"
#include "gateway_open311_service.h"
#include "gateway_problem.h"
#include "gateway_upstream.h"

enum {
    IDS_MAX = 100,    /* service_request_id=1,2,3 */
    ROWS_MAX = 1000,  /* of an answer, as the specification has it */
    PAGE_ROWS = 1000, /* asked of the services at once */
    PAGES_MAX = 200,  /* of these: 200,000 tickets are looked through */
    PAGE_MAX = 1000000,
    CODES_MAX = 64, /* service_code=a,b */
    CODE_TEXT_BYTES = 24,
};
#define SPAN_MS                                                                                    \
    ((uint64_t)90 * 86400000u) /* what a list without dates, or with one of them, covers */

struct listing {
    json_t *found;
    /* by number */
    unsigned id_count, id;
    uint64_t ids[IDS_MAX];
    /* by filters */
    uint64_t start_ms, end_ms, after_ms, before_ms;
    bool open, closed;
    unsigned code_count;
    const struct site_open311_service *codes[CODES_MAX];
    uint32_t page, page_rows;
    uint64_t skip;
    unsigned pages;
    /* by code */
    Paidan__State state;
    uint64_t ticket, registered_ms, changed_ms;
    char *title;
};

static void listing_free(void *state)
{
    struct listing *listing = state;
    json_decref(listing->found);
    free(listing->title);
    free(listing);
}

/* False: answered. */
static bool listing_make(struct exchange *exchange)
{
    struct listing *listing = calloc(1, sizeof *listing);
    if (listing == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return false;
    }
    listing->found = json_array();
    exchange->state = listing;
    exchange->state_free = listing_free;
    return true;
}

static void answer_found(struct exchange *exchange)
{
    struct listing *listing = exchange->state;
    gateway_open311_answer(exchange, 200, "service_requests", json_incref(listing->found));
}

/* ---- reading the query ------------------------------------------------------------------------
 */

bool gateway_open311_read_moment(const struct exchange *exchange, const char *given,
                                 uint64_t *at_ms)
{
    char text[SAY_TIME_BYTES];
    const size_t bytes = strlen(given);
    if (bytes < 10 || bytes >= sizeof text || given[4] != '-') { /* a span is no moment here */
        return false;
    }
    memcpy(text, given, bytes + 1);
    /* "...T00:00:00+08:00" whose plus was not escaped. */
    if (bytes > 16 && text[bytes - 6] == ' ' && text[bytes - 3] == ':') {
        text[bytes - 6] = '+';
    }
    return say_time_read(&exchange->say, text, clock_now_ms(&exchange->gateway->clock), at_ms) ==
           RC_OK;
}

bool gateway_open311_moment(struct exchange *exchange, const char *name, uint64_t *at_ms)
{
    const char *given = gateway_open311_given(exchange, NULL, name);
    if (given[0] == '\0' || gateway_open311_read_moment(exchange, given, at_ms)) {
        return true;
    }
    gateway_problem_fault(exchange, GATEWAY_OPEN311_PARAMETER, name);
    return false;
}

bool gateway_open311_number(struct exchange *exchange, const char *name, uint32_t usual,
                            uint32_t most, uint32_t *value)
{
    const char *given = gateway_open311_given(exchange, NULL, name);
    *value = usual;
    if (given[0] == '\0') {
        return true;
    }
    const size_t digits = strspn(given, "0123456789");
    const unsigned long long read = digits > 0 && digits < 10 ? strtoull(given, NULL, 10) : 0;
    if (given[digits] != '\0' || read == 0) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_PARAMETER, name);
        return false;
    }
    /* Asking for more than there is at once is no mistake: it is answered with what there is. */
    *value = read < most ? (uint32_t)read : most;
    return true;
}

/* Both where nothing is said. */
static bool read_status(struct exchange *exchange, struct listing *listing)
{
    const char *at = gateway_open311_given(exchange, NULL, "status");
    listing->open = listing->closed = at[0] == '\0';
    while (*at != '\0') {
        const size_t bytes = strcspn(at, ",");
        const bool open = bytes == 4 && memcmp(at, "open", 4) == 0;
        const bool closed = bytes == 6 && memcmp(at, "closed", 6) == 0;
        if (!open && !closed) {
            gateway_problem_fault(exchange, GATEWAY_OPEN311_PARAMETER, "status");
            return false;
        }
        listing->open |= open;
        listing->closed |= closed;
        at += bytes;
        at += *at == ',' ? 1 : 0;
    }
    return true;
}

static bool read_codes(struct exchange *exchange, struct listing *listing)
{
    const char *at = gateway_open311_given(exchange, NULL, "service_code");
    while (*at != '\0') {
        char code[GATEWAY_OPEN311_ID_BYTES];
        const size_t bytes = strcspn(at, ",");
        const struct site_open311_service *service = NULL;
        if (bytes < sizeof code) {
            memcpy(code, at, bytes);
            code[bytes] = '\0';
            service = gateway_open311_service_find(exchange->say.site, code);
        }
        if (service == NULL || listing->code_count == CODES_MAX) {
            gateway_problem_fault(exchange, GATEWAY_OPEN311_SERVICE_UNKNOWN, "service_code");
            return false;
        }
        listing->codes[listing->code_count++] = service;
        at += bytes;
        at += *at == ',' ? 1 : 0;
    }
    return true;
}

/* At most 90 days, as the specification has it; who asks for what has changed asks for old ones too. */
static bool read_span(struct exchange *exchange, struct listing *listing)
{
    const uint64_t now_ms = clock_now_ms(&exchange->gateway->clock);
    uint64_t start_ms = 0, end_ms = 0;
    if (!gateway_open311_moment(exchange, "start_date", &start_ms) ||
        !gateway_open311_moment(exchange, "end_date", &end_ms) ||
        !gateway_open311_moment(exchange, "updated_after", &listing->after_ms) ||
        !gateway_open311_moment(exchange, "updated_before", &listing->before_ms)) {
        return false;
    }
    if (start_ms == 0 && end_ms == 0 && listing->after_ms > 0) {
        listing->end_ms = UINT64_MAX;
        return true;
    }
    listing->end_ms = end_ms > 0 ? end_ms : start_ms > 0 ? start_ms + SPAN_MS : now_ms + SPAN_MS;
    listing->start_ms = start_ms > 0       ? start_ms
                        : end_ms > SPAN_MS ? end_ms - SPAN_MS
                        : end_ms > 0       ? 1
                        : now_ms > SPAN_MS ? now_ms - SPAN_MS
                                           : 1;
    if (listing->start_ms > listing->end_ms ||
        (start_ms > 0 && end_ms > 0 && end_ms - start_ms > SPAN_MS)) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_PARAMETER, "start_date, end_date");
        return false;
    }
    return true;
}

static bool read_filters(struct exchange *exchange, struct listing *listing)
{
    if (!read_status(exchange, listing) || !read_codes(exchange, listing) ||
        !read_span(exchange, listing) ||
        !gateway_open311_number(exchange, "page", 1, PAGE_MAX, &listing->page) ||
        !gateway_open311_number(exchange, "page_size", ROWS_MAX, ROWS_MAX, &listing->page_rows)) {
        return false;
    }
    listing->skip = (uint64_t)(listing->page - 1) * listing->page_rows;
    return true;
}

/* "20261130-0001-7,20261130-0002-4"; what is no number is of no ticket, and left out as unknown ones are. */
static bool read_ids(struct exchange *exchange, struct listing *listing)
{
    const char *at = gateway_open311_given(exchange, NULL, "service_request_id");
    while (*at != '\0') {
        char text[GATEWAY_OPEN311_ID_BYTES];
        const size_t bytes = strcspn(at, ",");
        uint64_t ticket = 0;
        (void)snprintf(text, sizeof text, "%.*s", (int)(bytes < 79 ? bytes : 79), at);
        if (number_parse(text, &ticket) == RC_OK) {
            if (listing->id_count == IDS_MAX) {
                gateway_problem_fault(exchange, GATEWAY_OPEN311_PARAMETER, "service_request_id");
                return false;
            }
            listing->ids[listing->id_count++] = ticket;
        }
        at += bytes;
        at += *at == ',' ? 1 : 0;
    }
    return true;
}

/* ---- lists by filters -------------------------------------------------------------------------
 */

static bool of_service(const struct exchange *exchange, const struct listing *listing,
                       const Paidan__Brief *brief)
{
    const struct site_open311_service *service =
        listing->code_count == 0 ? NULL
                                 : gateway_open311_service_of(exchange->say.site, brief->category);
    for (unsigned index = 0; service != NULL && index < listing->code_count; index++) {
        if (listing->codes[index] == service) {
            return true;
        }
    }
    return listing->code_count == 0;
}

static bool fits(const struct exchange *exchange, const struct listing *listing,
                 const Paidan__Brief *brief)
{
    const bool closed = gateway_open311_closed(brief->state);
    const uint64_t changed_ms = gateway_open311_changed(brief);
    return (closed ? listing->closed : listing->open) &&
           brief->registered_ms >= listing->start_ms && brief->registered_ms <= listing->end_ms &&
           changed_ms > listing->after_ms &&
           (listing->before_ms == 0 || changed_ms < listing->before_ms) &&
           of_service(exchange, listing, brief);
}

static void ask_page(struct exchange *exchange, bool from, uint64_t cursor);

static void page_told(struct exchange *exchange, const Paidan__Answer *answer, bool desk)
{
    struct listing *listing = exchange->state;
    const Paidan__Listed *listed = answer->listed;
    if (!desk) {
        gateway_problem(exchange, PAIDAN__CODE__UNREACHABLE, gateway_upstream_name(GATEWAY_TRIAGE),
                        1000);
        return;
    }
    bool full = false;
    for (size_t index = 0; index < listed->n_tickets && !full; index++) {
        const Paidan__Brief *brief = listed->tickets[index];
        const enum gateway_open311_sight sight = gateway_open311_sight(exchange, brief);
        if (sight == GATEWAY_OPEN311_HIDDEN || !fits(exchange, listing, brief)) {
            continue;
        }
        if (listing->skip > 0) {
            listing->skip--;
            continue;
        }
        json_array_append_new(listing->found, gateway_open311_request(exchange, brief, sight));
        full = json_array_size(listing->found) == listing->page_rows;
    }
    if (full || !listed->has_next || ++listing->pages >= PAGES_MAX) {
        answer_found(exchange);
    } else {
        ask_page(exchange, true, listed->next);
    }
}

/* As the gateway, which may look at lists: what of them the asker sees is decided row by row. */
static void ask_page(struct exchange *exchange, bool from, uint64_t cursor)
{
    const struct listing *listing = exchange->state;
    json_t *query = json_object();
    json_object_set_new(query, "limit", json_integer(PAGE_ROWS));
    json_object_set_new(query, "newest_first", json_true());
    if (listing->start_ms > 0) {
        json_object_set_new(query, "since_ms", json_integer((json_int_t)listing->start_ms));
    }
    if (from) {
        CHECK(cursor <= INT64_MAX);
        json_object_set_new(query, "cursor", json_integer((json_int_t)cursor));
    }
    exchange->as_gateway = true;
    gateway_desk_send(exchange, query, page_told);
}

/* ---- by number --------------------------------------------------------------------------------
 */

/* A stranger who could see nothing anyway is not looked anything up for. */
static bool sees_nothing(const struct exchange *exchange)
{
    return gateway_open311_channel(exchange) == NULL && !exchange->say.site->open311->published;
}

static void next_id(struct exchange *exchange);

static void id_found(struct exchange *exchange, const struct gateway_open311_seen *seen)
{
    struct listing *listing = exchange->state;
    if (seen->code != PAIDAN__CODE__OK && seen->code != PAIDAN__CODE__TICKET_UNKNOWN) {
        gateway_problem(exchange, seen->code, seen->what, 1000);
        return;
    }
    if (seen->code == PAIDAN__CODE__OK) {
        json_array_append_new(listing->found,
                              gateway_open311_request(exchange, seen->brief, seen->sight));
    }
    next_id(exchange);
}

static void next_id(struct exchange *exchange)
{
    struct listing *listing = exchange->state;
    if (listing->id == listing->id_count) {
        answer_found(exchange);
        return;
    }
    const struct gateway_open311_wanted wanted = {.ticket = listing->ids[listing->id++]};
    gateway_open311_find(exchange, &wanted, id_found);
}

static void list_show(struct exchange *exchange)
{
    const bool by_id = gateway_open311_given(exchange, NULL, "service_request_id")[0] != '\0';
    if (sees_nothing(exchange)) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_LIST_CLOSED, NULL);
        return;
    }
    if (!listing_make(exchange)) {
        return;
    }
    struct listing *listing = exchange->state;
    if (by_id) {
        if (read_ids(exchange, listing)) {
            next_id(exchange);
        }
    } else if (read_filters(exchange, listing)) {
        ask_page(exchange, false, 0);
    }
}

void gateway_open311_list(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, list_show);
}

static void single_unknown(struct exchange *exchange)
{
    gateway_problem_fault(exchange, GATEWAY_OPEN311_REQUEST_UNKNOWN, "service_request_id");
}

static void single_found(struct exchange *exchange, const struct gateway_open311_seen *seen)
{
    struct listing *listing = exchange->state;
    if (seen->code == PAIDAN__CODE__TICKET_UNKNOWN) {
        single_unknown(exchange);
    } else if (seen->code != PAIDAN__CODE__OK) {
        gateway_problem(exchange, seen->code, seen->what, 1000);
    } else {
        json_array_append_new(listing->found,
                              gateway_open311_request(exchange, seen->brief, seen->sight));
        answer_found(exchange);
    }
}

/* ---- by token ---------------------------------------------------------------------------------
 */

bool gateway_open311_split(const char *token, char *number, size_t number_size, char *code,
                           size_t code_size)
{
    const char *dot = strrchr(token, '.');
    if (dot == NULL || (size_t)(dot - token) >= number_size || strlen(dot + 1) >= code_size) {
        return false;
    }
    memcpy(number, token, (size_t)(dot - token));
    number[dot - token] = '\0';
    memcpy(code, dot + 1, strlen(dot + 1) + 1);
    return true;
}

/* With whatever intake said, where nobody else has heard of it yet. */
static void owner_found(struct exchange *exchange, const struct gateway_open311_seen *seen)
{
    struct listing *listing = exchange->state;
    static char nobody[] = "";
    Paidan__Brief known = PAIDAN__BRIEF__INIT;
    if (seen->code != PAIDAN__CODE__OK && seen->code != PAIDAN__CODE__TICKET_UNKNOWN) {
        gateway_problem(exchange, seen->code, seen->what, 1000);
        return;
    }
    known.ticket = listing->ticket;
    known.state = listing->state;
    known.unit = nobody;
    known.title = listing->title;
    known.registered_ms = listing->registered_ms;
    known.has_changed_ms = 1;
    known.changed_ms = listing->changed_ms;
    json_array_append_new(listing->found, gateway_open311_request(
                                              exchange, seen->brief == NULL ? &known : seen->brief,
                                              GATEWAY_OPEN311_OWN));
    answer_found(exchange);
}

bool gateway_open311_code(struct exchange *exchange, enum gateway_code_result result,
                          uint32_t retry_ms)
{
    switch (result) {
    case GATEWAY_CODE_RIGHT:
        return true;
    case GATEWAY_CODE_WRONG:
        gateway_problem_fault(exchange, GATEWAY_OPEN311_TOKEN_UNKNOWN, "token");
        break;
    case GATEWAY_CODE_TOO_MANY:
        gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
        break;
    case GATEWAY_CODE_AWAY:
        gateway_problem(exchange, PAIDAN__CODE__UNREACHABLE, gateway_upstream_name(GATEWAY_INTAKE),
                        1000);
        break;
    }
    return false;
}

/* The number of the path and that of the token are one. */
static void single_token(struct exchange *exchange, enum gateway_code_result result,
                         uint32_t retry_ms, const Paidan__Answer *answer)
{
    struct listing *listing = exchange->state;
    if (!gateway_open311_code(exchange, result, retry_ms)) {
        return;
    }
    const Paidan__LookedUp *looked = answer->looked_up;
    if (looked->ticket != listing->ticket) {
        single_unknown(exchange);
        return;
    }
    listing->state = looked->state;
    listing->registered_ms = looked->registered_ms;
    listing->changed_ms = looked->changed_ms;
    listing->title = strdup(looked->title);
    const struct gateway_open311_wanted wanted = {.ticket = listing->ticket, .own = true};
    gateway_open311_find(exchange, &wanted, owner_found);
}

static void check_token(struct exchange *exchange, const char *token, gateway_code_told *told)
{
    char number[GATEWAY_OPEN311_ID_BYTES], code[CODE_TEXT_BYTES];
    if (gateway_open311_split(token, number, sizeof number, code, sizeof code)) {
        gateway_code_check(exchange, number, code, told);
    } else { /* takes as long as any other that is wrong */
        gateway_code_check(exchange, "", "", told);
    }
}

static void single_show(struct exchange *exchange)
{
    char id[GATEWAY_OPEN311_ID_BYTES];
    uint64_t ticket = 0;
    const char *token = gateway_open311_given(exchange, NULL, "token");
    if (!gateway_open311_id(exchange, "number", id)) {
        return;
    }
    if (number_parse(id, &ticket) != RC_OK || (token[0] == '\0' && sees_nothing(exchange))) {
        single_unknown(exchange);
        return;
    }
    if (!listing_make(exchange)) {
        return;
    }
    struct listing *listing = exchange->state;
    const struct gateway_open311_wanted wanted = {.ticket = ticket};
    listing->ticket = ticket;
    if (token[0] != '\0') {
        check_token(exchange, token, single_token);
    } else {
        gateway_open311_find(exchange, &wanted, single_found);
    }
}

void gateway_open311_single(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, single_show);
}

static void answer_token(struct exchange *exchange, const char *number, const char *token)
{
    json_t *list = json_array(), *made = json_object();
    json_object_set_new(made, "service_request_id",
                        number == NULL ? json_null() : json_string(number));
    json_object_set_new(made, "token", json_string(token));
    json_array_append_new(list, made);
    gateway_open311_answer(exchange, 200, "service_requests", list);
}

static void token_told(struct exchange *exchange, enum gateway_code_result result,
                       uint32_t retry_ms, const Paidan__Answer *answer)
{
    char token[GATEWAY_OPEN311_ID_BYTES], number[NUMBER_BYTES];
    if (!gateway_open311_code(exchange, result, retry_ms)) {
        return;
    }
    number_format(answer->looked_up->ticket, number);
    if (gateway_open311_id(exchange, "key", token)) {
        answer_token(exchange, number, token);
    }
}

static void token_show(struct exchange *exchange)
{
    char token[GATEWAY_OPEN311_ID_BYTES];
    if (!gateway_open311_id(exchange, "key", token)) {
        return;
    }
    if (gateway_open311_testing(exchange) && strcmp(token, GATEWAY_OPEN311_TEST) == 0) {
        answer_token(exchange, NULL, token);
    } else {
        check_token(exchange, token, token_told);
    }
}

void gateway_open311_token(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, token_show);
}
