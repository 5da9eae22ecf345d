/* gateway_open311_update: what happened to requests, and what their senders add. It owns what was gathered until
 * it is answered. What must stay true: an update has the same id whenever it is asked for (the place of its
 * fact in escalation's log); updates come in the order in which things happened; what a unit wrote for the
 * resident goes to who may see the request as his own, to nobody else. What is added is a supplement: intake
 * knows its id and takes it once, and leaves out one that is older than what it has. */

#include "gateway_open311_update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/site/site_open311.h"
#include "common/text/text.h"
#include "common/wire/wire.h"
#include "gateway_code.h"
#include "gateway_desk.h"
#include "gateway_exchange.h"
#include "gateway_open311.h"
#include "gateway_open311_find.h"
#include "gateway_open311_list.h"
#include "gateway_open311_post.h"
#include "gateway_page_story.h"
#include "gateway_problem.h"
#include "gateway_report.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum {
    TICKETS_MAX = 1000, /* whose story is read for one answer */
    PAGE_ROWS = 1000,
    PAGES_MAX = 200,
    UPDATES_MAX = 1000,
    SENTENCE_BYTES = 2560, /* of a story, with the note of a unit */
    ID_BYTES = 48,
    CODE_BYTES = 24,
    STATUS_BYTES = 64,
    TEXT_BYTES = 20 << 10, /* description, and who writes */
    DESCRIPTION_BYTES = 16 << 10,
};
#define DAY_MS ((uint64_t)86400000u)

struct update {
    uint64_t at_ms, seq;
    json_t *json;
};
struct updates {
    uint64_t start_ms, end_ms;
    uint32_t page, page_rows;
    unsigned pages;
    size_t ticket_count, ticket, update_count, update_room;
    uint64_t tickets[TICKETS_MAX];
    struct update *updates;
};

static void updates_free(void *state)
{
    struct updates *updates = state;
    for (size_t index = 0; index < updates->update_count; index++) {
        json_decref(updates->updates[index].json);
    }
    free(updates->updates);
    free(updates);
}

/* ---- what happened ----------------------------------------------------------------------------
 */

/* As a resident reads it on his page, but that the reader is not he. */
static void words_of(const struct say *say, const Paidan__Event *event, char *text, size_t size,
                     const char **said)
{
    const char *plain = NULL;
    gateway_page_story_words(say, event, text, size, said);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_CONTACTED:
        plain =
            say_choose(say, "承办单位和反映人联系过", "The unit was in touch with the resident");
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        plain = say_choose(say, "反映人说没有解决，重新办理",
                           "Not solved, says the resident: taken up again");
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        plain = event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED
                    ? say_choose(say, "已办结：问题解决了", "Closed: solved")
                : event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_PARTLY
                    ? say_choose(say, "已办结：部分解决", "Closed: partly solved")
                : event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_UNSOLVED
                    ? say_choose(say, "已办结：没有解决", "Closed: not solved")
                : event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN
                    ? say_choose(say, "反映人撤回了", "Taken back by the resident")
                    : say_choose(say, "已办结", "Closed");
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_MERGED:
    case PAIDAN__EVENT__FACT_UNMERGED:
        break;
    default: /* what he said or was asked is between him and the office, and so is a deadline missed */
        if (!gateway_page_story_shared(event) || event->fact_case == PAIDAN__EVENT__FACT_CARDED) {
            text[0] = '\0';
        }
        break;
    }
    if (plain != NULL) {
        (void)snprintf(text, size, "%s", plain);
    }
}

static json_t *update_json(const struct exchange *exchange, uint64_t ticket, uint64_t seq,
                           const Paidan__Event *event, const char *text)
{
    char id[ID_BYTES], number[NUMBER_BYTES];
    json_t *made = json_object();
    const bool closed = event->fact_case == PAIDAN__EVENT__FACT_CLOSED;
    number_format(ticket, number);
    (void)snprintf(id, sizeof id, "%s-%llu", number, (unsigned long long)seq);
    json_object_set_new(made, "update_id", json_string(id));
    json_object_set_new(made, "service_request_id", json_string(number));
    json_object_set_new(made, "status", json_string(closed ? "closed" : "open"));
    gateway_open311_time(exchange, made, "updated_datetime", event->at_ms);
    json_object_set_new(made, "description", json_string(text));
    json_object_set_new(made, "media_url", json_null());
    return made;
}

/* False: no memory. */
static bool keep(struct updates *updates, uint64_t at_ms, uint64_t seq, json_t *json)
{
    if (updates->update_count == updates->update_room) {
        const size_t room = updates->update_room == 0 ? 64 : 2 * updates->update_room;
        struct update *grown = realloc(updates->updates, room * sizeof *grown);
        if (grown == NULL) {
            json_decref(json);
            return false;
        }
        updates->updates = grown;
        updates->update_room = room;
    }
    updates->updates[updates->update_count++] = (struct update){at_ms, seq, json};
    return true;
}

static bool take_event(const struct exchange *exchange, uint64_t ticket, uint64_t seq,
                       const Paidan__Event *event, enum gateway_open311_sight sight)
{
    struct updates *updates = exchange->state;
    char text[SENTENCE_BYTES];
    const char *said = NULL;
    if (event->at_ms < updates->start_ms || event->at_ms > updates->end_ms) {
        return true;
    }
    words_of(&exchange->say, event, text, sizeof text, &said);
    if (text[0] == '\0') {
        return true; /* the office's own order */
    }
    if (said != NULL && said[0] != '\0' && sight == GATEWAY_OPEN311_OWN) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s",
                       say_choose(&exchange->say, "：", ": "), said);
        text[text_clip(text, sizeof text - 1)] = '\0';
    }
    return keep(updates, event->at_ms, seq, update_json(exchange, ticket, seq, event, text));
}

/* False: no memory. A record that cannot be read is the log's matter, not the asker's. */
static bool take_history(struct exchange *exchange, const Paidan__Shown *shown,
                         enum gateway_open311_sight sight)
{
    /* 保密: what the office wrote tells of the person as much as the title does. */
    if (shown->brief->has_confidential && shown->brief->confidential) {
        sight = GATEWAY_OPEN311_PUBLIC;
    }
    for (size_t index = 0; index < shown->n_history; index++) {
        const ProtobufCBinaryData *record = &shown->history[index];
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(&exchange->gateway->arena, &paidan__event__descriptor, record->data,
                        record->len, &message, &error) != RC_OK) {
            continue;
        }
        const uint64_t seq = index < shown->n_history_seqs ? shown->history_seqs[index] : 0;
        if (!take_event(exchange, shown->brief->ticket, seq,
                        (const Paidan__Event *)(const void *)message, sight)) {
            return false;
        }
    }
    return true;
}

/* ---- answering --------------------------------------------------------------------------------
 */

/* Facts of one moment in the order of the log. */
static int by_time(const void *a, const void *b)
{
    const struct update *first = a, *second = b;
    return first->at_ms != second->at_ms ? (first->at_ms < second->at_ms ? -1 : 1)
           : first->seq != second->seq   ? (first->seq < second->seq ? -1 : 1)
                                         : 0;
}

static void answer_updates(struct exchange *exchange)
{
    struct updates *updates = exchange->state;
    json_t *list = json_array();
    const size_t skip = (size_t)(updates->page - 1) * updates->page_rows;
    if (updates->update_count > 0) {
        qsort(updates->updates, updates->update_count, sizeof *updates->updates, by_time);
    }
    for (size_t index = skip; index < updates->update_count && index < skip + updates->page_rows;
         index++) {
        json_array_append(list, updates->updates[index].json);
    }
    gateway_open311_answer(exchange, 200, "service_request_updates", list);
}

static void next_ticket(struct exchange *exchange);

static void ticket_found(struct exchange *exchange, const struct gateway_open311_seen *seen)
{
    if (seen->code != PAIDAN__CODE__OK && seen->code != PAIDAN__CODE__TICKET_UNKNOWN) {
        gateway_problem(exchange, seen->code, seen->what, 1000);
    } else if (seen->shown != NULL && !take_history(exchange, seen->shown, seen->sight)) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    } else {
        next_ticket(exchange);
    }
}

static void next_ticket(struct exchange *exchange)
{
    struct updates *updates = exchange->state;
    if (updates->ticket == updates->ticket_count) {
        answer_updates(exchange);
        return;
    }
    const struct gateway_open311_wanted wanted = {.ticket = updates->tickets[updates->ticket++],
                                                  .history = true};
    gateway_open311_find(exchange, &wanted, ticket_found);
}

/* ---- which tickets ----------------------------------------------------------------------------
 */

static void ask_page(struct exchange *exchange, bool from, uint64_t cursor);

/* Whoever was changed since may have updates in the span; nobody else has. */
static void page_told(struct exchange *exchange, const Paidan__Answer *answer, bool desk)
{
    struct updates *updates = exchange->state;
    const Paidan__Listed *listed = answer->listed;
    (void)desk; /* at the desk nothing has happened yet that is told */
    for (size_t index = 0; index < listed->n_tickets && updates->ticket_count < TICKETS_MAX;
         index++) {
        const Paidan__Brief *brief = listed->tickets[index];
        if (gateway_open311_changed(brief) >= updates->start_ms &&
            brief->registered_ms <= updates->end_ms &&
            gateway_open311_sight(exchange, brief) != GATEWAY_OPEN311_HIDDEN) {
            updates->tickets[updates->ticket_count++] = brief->ticket;
        }
    }
    if (listed->has_next && updates->ticket_count < TICKETS_MAX && ++updates->pages < PAGES_MAX) {
        ask_page(exchange, true, listed->next);
    } else {
        next_ticket(exchange);
    }
}

static void ask_page(struct exchange *exchange, bool from, uint64_t cursor)
{
    json_t *query = json_object();
    json_object_set_new(query, "limit", json_integer(PAGE_ROWS));
    json_object_set_new(query, "newest_first", json_true());
    if (from) {
        CHECK(cursor <= INT64_MAX);
        json_object_set_new(query, "cursor", json_integer((json_int_t)cursor));
    }
    exchange->as_gateway = true;
    gateway_desk_send(exchange, query, page_told);
}

/* A day where nothing is said: who asks regularly says since when. */
static bool read_span(struct exchange *exchange, struct updates *updates)
{
    const uint64_t now_ms = clock_now_ms(&exchange->gateway->clock);
    uint64_t start_ms = 0, end_ms = 0;
    if (!gateway_open311_moment(exchange, "start_date", &start_ms) ||
        !gateway_open311_moment(exchange, "end_date", &end_ms)) {
        return false;
    }
    const bool one = gateway_open311_given(exchange, NULL, "service_request_id")[0] != '\0';
    updates->end_ms = end_ms > 0 ? end_ms : UINT64_MAX;
    updates->start_ms = start_ms > 0 ? start_ms : one || now_ms < DAY_MS ? 0 : now_ms - DAY_MS;
    if (updates->start_ms > updates->end_ms) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_PARAMETER, "start_date, end_date");
        return false;
    }
    return gateway_open311_number(exchange, "page", 1, UPDATES_MAX, &updates->page) &&
           gateway_open311_number(exchange, "page_size", UPDATES_MAX, UPDATES_MAX,
                                  &updates->page_rows);
}

static void updates_show(struct exchange *exchange)
{
    const char *id = gateway_open311_given(exchange, NULL, "service_request_id");
    uint64_t ticket = 0;
    if (gateway_open311_channel(exchange) == NULL && !exchange->say.site->open311->published) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_LIST_CLOSED, NULL);
        return;
    }
    struct updates *updates = calloc(1, sizeof *updates);
    if (updates == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    exchange->state = updates;
    exchange->state_free = updates_free;
    if (!read_span(exchange, updates)) {
        return;
    }
    if (id[0] == '\0') {
        ask_page(exchange, false, 0);
    } else if (number_parse(id, &ticket) == RC_OK) {
        updates->tickets[updates->ticket_count++] = ticket;
        next_ticket(exchange);
    } else {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_REQUEST_UNKNOWN, "service_request_id");
    }
}

void gateway_open311_updates(struct exchange *exchange)
{
    gateway_open311_begin(exchange, NULL, updates_show);
}

/* ---- what is added ----------------------------------------------------------------------------
 */

struct adding {
    struct gateway_form form;
    struct gateway_open311_wrong wrong;
    char text[TEXT_BYTES], code[CODE_BYTES];
    uint64_t ticket, said_ms;
};

static void adding_free(void *state)
{
    struct adding *adding = state;
    json_decref(adding->wrong.list);
    free(adding);
}

static void answer_added(struct exchange *exchange)
{
    const struct adding *adding = exchange->state;
    json_t *list = json_array(), *made = json_object();
    json_object_set_new(made, "update_id",
                        json_string(gateway_form_field(&adding->form, "update_id")));
    json_array_append_new(list, made);
    gateway_open311_answer(exchange, 200, "service_request_updates", list);
}

/* An old one is answered like one that was taken: its sender is to stop sending it. */
static void added(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    if (code == PAIDAN__CODE__OK || code == PAIDAN__CODE__UPDATE_OLDER) {
        answer_added(exchange);
    } else if (code == PAIDAN__CODE__QUERY_CODE_WRONG || code == PAIDAN__CODE__TICKET_UNKNOWN) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_REQUEST_UNKNOWN, "service_request_id");
    } else {
        gateway_problem(exchange, code, answer == NULL ? NULL : answer->detail,
                        answer == NULL || !answer->has_retry_after_ms ? 0 : answer->retry_after_ms);
    }
}

static void add_it(struct exchange *exchange)
{
    static const char *const said[] = {
        "service_request_id", "update_id", "updated_datetime", "status", "description",
        "media_url",          NULL};
    struct adding *adding = exchange->state;
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const char *id = gateway_form_field(&adding->form, "update_id");
    gateway_open311_same(exchange, &adding->form, said);
    supplement.ticket = adding->ticket;
    supplement.text = adding->text;
    supplement.update_id = (char *)(uintptr_t)id; /* packed, never written */
    supplement.has_said_ms = adding->said_ms > 0;
    supplement.said_ms = adding->said_ms;
    supplement.query_code = adding->code[0] == '\0' ? NULL : adding->code;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &supplement;
    request.has_request_id = 1;
    request.request_id =
        (ProtobufCBinaryData){.len = REQUEST_ID_BYTES, .data = exchange->request_id};
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_INTAKE, &request, GATEWAY_WRITE_MS, added,
                             exchange) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

static void code_told(struct exchange *exchange, enum gateway_code_result result, uint32_t retry_ms,
                      const Paidan__Answer *answer)
{
    const struct adding *adding = exchange->state;
    if (!gateway_open311_code(exchange, result, retry_ms)) {
        return;
    }
    if (answer->looked_up->ticket != adding->ticket) {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_REQUEST_UNKNOWN, "service_request_id");
        return;
    }
    add_it(exchange);
}

static void wrong(struct exchange *exchange, enum gateway_fault fault, const char *what)
{
    struct adding *adding = exchange->state;
    gateway_open311_add(exchange, &adding->wrong, fault, what);
}

/* The status that the other side has is a word among words: what ours is, units and residents decide. */
static void take_text(struct exchange *exchange)
{
    struct adding *adding = exchange->state;
    const char *text = gateway_form_field(&adding->form, "description");
    const char *status = gateway_form_field(&adding->form, "status");
    const char *link = gateway_form_field(&adding->form, "media_url");
    if (strlen(text) > DESCRIPTION_BYTES || strlen(status) > STATUS_BYTES ||
        strlen(link) > GATEWAY_REPORT_LINK_BYTES_MAX) {
        wrong(exchange, GATEWAY_OPEN311_TOO_LONG, "description");
        return;
    }
    const bool closed = status[0] != '\0' && strcasecmp(status, "open") != 0;
    if (text_blank(text) && !closed && link[0] == '\0') {
        wrong(exchange, GATEWAY_OPEN311_TEXT_MISSING, "description");
        return;
    }
    (void)snprintf(adding->text, sizeof adding->text, "%s%s%s%s%s", text_blank(text) ? "" : text,
                   closed ? "\nstatus：" : "", closed ? status : "",
                   link[0] != '\0' ? "\nmedia_url：" : "", link);
}

static void take_ids(struct exchange *exchange)
{
    struct adding *adding = exchange->state;
    const char *number = gateway_form_field(&adding->form, "service_request_id");
    const char *id = gateway_form_field(&adding->form, "update_id");
    const char *at = gateway_form_field(&adding->form, "updated_datetime");
    if (number[0] == '\0') {
        wrong(exchange, GATEWAY_OPEN311_PARAMETER, "service_request_id");
    } else if (number_parse(number, &adding->ticket) != RC_OK) {
        wrong(exchange, GATEWAY_OPEN311_REQUEST_UNKNOWN, "service_request_id");
    }
    if (id[0] == '\0' || strlen(id) > EXTERNAL_ID_BYTES_MAX) {
        wrong(exchange, GATEWAY_OPEN311_PARAMETER, "update_id");
    }
    if (at[0] != '\0' && !gateway_open311_read_moment(exchange, at, &adding->said_ms)) {
        wrong(exchange, GATEWAY_OPEN311_PARAMETER, "updated_datetime");
    }
}

/* The sender is known by a key, or knows the code that the token holds. */
static void update_take(struct exchange *exchange)
{
    struct adding *adding = exchange->state;
    char number[GATEWAY_OPEN311_ID_BYTES];
    const char *token = gateway_open311_given(exchange, &adding->form, "token");
    if (exchange->person == NULL && token[0] == '\0') {
        gateway_problem_fault(exchange, GATEWAY_OPEN311_KEY_MISSING, "api_key");
        return;
    }
    take_ids(exchange);
    take_text(exchange);
    if (gateway_open311_told(exchange, &adding->wrong) || !gateway_open311_admits(exchange)) {
        return;
    }
    if (gateway_open311_testing(exchange)) {
        answer_added(exchange);
        return;
    }
    if (exchange->person != NULL) {
        add_it(exchange);
        return;
    }
    if (!gateway_open311_split(token, number, sizeof number, adding->code, sizeof adding->code)) {
        number[0] = adding->code[0] = '\0';
    }
    gateway_code_check(exchange, number, adding->code, code_told);
}

void gateway_open311_update(struct exchange *exchange)
{
    struct adding *adding = calloc(1, sizeof *adding);
    if (adding == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    exchange->state = adding;
    exchange->state_free = adding_free;
    if (gateway_open311_form(exchange, &adding->form) != NULL) {
        gateway_open311_begin(exchange, &adding->form, update_take);
    }
}
