/* gateway_ticket: asks the services about one ticket side by side and joins what they say. It owns the
 * parts of an answer until the last of them is there. What must stay true: a service that is away costs
 * its own part, never the page, and is named; a ticket that the asker may not see is as unknown as one
 * that does not exist, whichever service says so; a ticket at the desk is shown like any other. */

#include "gateway_ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/number.h"
#include "common/say/say_desk.h"
#include "common/say/say_facts.h"
#include "common/say/say_json.h"
#include "common/wire/wire.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { SENTENCE_BYTES = 4096, ETAG_BYTES = 32, DAY_MS = 86400000 };

/* The parts as they come. */
struct view {
    unsigned waiting;
    json_t *brief;   /* of escalation, or of the desk */
    json_t *clocks;  /* of this round, stopped ones too */
    json_t *history; /* facts of all, not in order yet */
    json_t *triage, *callback;
    json_t *missing;   /* names of services */
    Paidan__Code code; /* of escalation */
    uint64_t now_ms;
    bool with_history;
    bool at_desk; /* escalation says so: the dispatch was taken back */
    bool archive_asked;
};

/* Also of an exchange that was answered before all parts were there: at the end of the process. */
static void view_free(void *state)
{
    struct view *view = state;
    json_decref(view->brief);
    json_decref(view->clocks);
    json_decref(view->history);
    json_decref(view->triage);
    json_decref(view->callback);
    json_decref(view->missing);
    free(view);
}

/* ---- facts ------------------------------------------------------------------------------------
 */

/* Stable names for pages, which make a class of them. */
static const char *tone_name(enum say_tone tone)
{
    static const char *const names[] = {"plain", "strong", "faint", "bad", "warn", "good", "news"};
    CHECK((size_t)tone < sizeof names / sizeof names[0]);
    return names[tone];
}

/* A fact as its log has it, and as people read it; one without a sentence (leases and the like) is left
 * out, for it would bury the rest. */
static void add_fact(struct exchange *exchange, struct view *view, const char *service,
                     uint64_t seq, const Paidan__Event *event)
{
    char sentence[SENTENCE_BYTES];
    const enum say_tone tone = say_facts_words(&exchange->say, event, sentence, sizeof sentence);
    if (sentence[0] == '\0') {
        return;
    }
    json_t *fact = say_json_event(&exchange->say, service, seq, event, true);
    json_object_del(fact, "number");
    json_object_set_new(fact, "says", json_string(sentence));
    json_object_set_new(fact, "tone", json_string(tone_name(tone)));
    json_array_append_new(view->history, fact);
}

/* Facts come as they lie in the log; one that cannot be read is left out. */
static void add_facts(struct exchange *exchange, struct view *view, const char *service,
                      const ProtobufCBinaryData *records, size_t count, const uint64_t *seqs,
                      size_t seq_count)
{
    for (size_t index = 0; index < count; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(&exchange->gateway->arena, &paidan__event__descriptor, records[index].data,
                        records[index].len, &message, &error) == RC_OK) {
            add_fact(exchange, view, service, index < seq_count ? seqs[index] : 0,
                     (const Paidan__Event *)(const void *)message);
        }
    }
}

/* Who did it; of a fact that followed from another service's, who did that one. */
static void add_who(json_t *history)
{
    for (size_t index = 0; index < json_array_size(history); index++) {
        json_t *fact = json_array_get(history, index);
        const json_t *cause = json_object_get(fact, "cause");
        json_t *who = json_object_get(cause, "actor");
        const char *log = json_string_value(json_object_get(cause, "log"));
        const json_int_t seq = json_integer_value(json_object_get(cause, "seq"));
        for (size_t other = 0; who == NULL && log != NULL && other < json_array_size(history);
             other++) {
            const json_t *before = json_array_get(history, other);
            const char *service = json_string_value(json_object_get(before, "service"));
            if (service != NULL && strcmp(service, log) == 0 &&
                json_integer_value(json_object_get(before, "seq")) == seq) {
                who = json_object_get(json_object_get(before, "cause"), "actor");
            }
        }
        if (who != NULL) {
            json_object_set(fact, "who", who);
        }
    }
}

struct place {
    json_t *fact;
    json_int_t at_ms;
    size_t index;
};

/* By time; at the same time in the order in which tickets go: what triage did stands before what
 * followed from it. */
static int earlier(const void *one, const void *other)
{
    const struct place *a = one, *b = other;
    return a->at_ms != b->at_ms   ? (a->at_ms < b->at_ms ? -1 : 1)
           : a->index != b->index ? (a->index < b->index ? -1 : 1)
                                  : 0;
}

/* Escalation last: what others did stands before what followed from it there. */
static size_t rank_of(const json_t *fact)
{
    const char *service = json_string_value(json_object_get(fact, "service"));
    const enum gateway_service known =
        service == NULL ? GATEWAY_INTAKE : gateway_upstream_find(service);
    return known == GATEWAY_ESCALATION ? GATEWAY_SERVICES : (size_t)known;
}

/* The array is built anew, for jansson cannot sort. */
static json_t *in_order(const json_t *history)
{
    const size_t count = json_array_size(history);
    struct place *places = calloc(count + 1, sizeof *places);
    json_t *sorted = json_array();
    for (size_t index = 0; places != NULL && index < count; index++) {
        json_t *fact = json_array_get(history, index);
        places[index] = (struct place){fact, json_integer_value(json_object_get(fact, "at_ms")),
                                       rank_of(fact) * count + index};
    }
    if (places != NULL) {
        qsort(places, count, sizeof *places, earlier);
    }
    for (size_t index = 0; places != NULL && index < count; index++) {
        json_array_append(sorted, places[index].fact);
    }
    free(places);
    return sorted;
}

/* ---- answering --------------------------------------------------------------------------------
 */

/* The first line of the story is intake's, told by the brief: its log is not asked for one fact. */
static void add_registered(struct exchange *exchange, struct view *view)
{
    const json_t *at_ms = json_object_get(view->brief, "registered_ms");
    if (!json_is_integer(at_ms)) {
        return;
    }
    json_t *fact = json_object();
    json_object_set_new(fact, "service", json_string("intake"));
    say_json_time(&exchange->say, fact, "at", (uint64_t)json_integer_value(at_ms));
    json_object_set_new(fact, "says",
                        json_string(say_choose(&exchange->say, "受理", "registered")));
    json_object_set_new(fact, "tone", json_string("plain"));
    json_array_append_new(view->history, fact);
}

/* Everything that came, and the names of those who did not answer. */
static void answer(struct exchange *exchange, struct view *view)
{
    char etag[ETAG_BYTES];
    const json_int_t version = json_integer_value(json_object_get(view->brief, "version"));
    (void)snprintf(etag, sizeof etag, "\"%lld\"", (long long)version);
    json_t *shown = json_incref(view->brief);
    if (view->with_history) {
        add_registered(exchange, view);
        add_who(view->history);
        json_object_set_new(shown, "history", in_order(view->history));
    }
    json_object_set(shown, "all_clocks", view->clocks);
    json_object_set(shown, "triage", view->triage);
    json_object_set(shown, "callback", view->callback);
    if (json_array_size(view->missing) > 0) {
        json_object_set(shown, "missing", view->missing);
    }
    say_json_time(&exchange->say, shown, "now", view->now_ms);
    gateway_exchange_json(exchange, 200, shown);
    if (version > 0) {
        gateway_exchange_add(exchange, "ETag", etag);
    }
}

static bool ask_archive(struct exchange *exchange, struct view *view);

/* Nobody showed it: unknown, archived, or nobody could say. */
static void finish(struct exchange *exchange, struct view *view)
{
    if (view->brief != NULL) {
        answer(exchange, view);
    } else if (ask_archive(exchange, view)) {
        return; /* and finished when it has answered */
    } else if (view->code == PAIDAN__CODE__OK || view->code == PAIDAN__CODE__TICKET_UNKNOWN) {
        gateway_problem(exchange, PAIDAN__CODE__TICKET_UNKNOWN, NULL, 0);
    } else {
        gateway_problem(exchange, view->code,
                        view->code == PAIDAN__CODE__TICKET_ARCHIVED ? NULL
                        : view->archive_asked                       ? "archive"
                                                                    : "escalation",
                        0);
    }
}

/* ---- parts ------------------------------------------------------------------------------------
 */

/* What a service says of a ticket beside its facts, which go into the one story. */
static json_t *without_history(const struct say *say, const ProtobufCMessage *message)
{
    json_t *json = say_json_message(say, message, true);
    json_object_del(json, "number");
    json_object_del(json, "history");
    json_object_del(json, "history_seqs");
    say_json_names(say, json);
    return json;
}

/* What was taken back to the desk is shown by the desk's row, which has its clock; escalation's version
 * stays, for who acts on the ticket names it. */
static void take_desk_row(struct view *view, json_t *row)
{
    json_t *const version =
        view->brief == NULL ? NULL : json_incref(json_object_get(view->brief, "version"));
    json_decref(view->brief);
    view->brief = row;
    if (version != NULL) {
        json_object_set_new(view->brief, "version", version);
    }
}

/* Escalation is the one that knows who has it; its row replaces the desk's. */
static void take_escalation(struct exchange *exchange, struct view *view,
                            const Paidan__Answer *answer)
{
    const Paidan__Shown *shown = answer->shown;
    json_t *const row = view->brief; /* of the desk: this one is newer, but where the desk has it */
    view->brief = say_json_brief(&exchange->say, shown->brief);
    say_json_names(&exchange->say, view->brief);
    view->at_desk = shown->brief->state == PAIDAN__STATE__STATE_DESK;
    if (row != NULL && view->at_desk) {
        take_desk_row(view, row);
    } else {
        json_decref(row);
    }
    view->clocks = json_array();
    for (size_t index = 0; index < shown->n_clocks; index++) {
        json_array_append_new(view->clocks,
                              say_json_message(&exchange->say, &shown->clocks[index]->base, true));
    }
    add_facts(exchange, view, "escalation", shown->history, shown->n_history, shown->history_seqs,
              shown->n_history_seqs);
}

/* Triage's state as triage_fsm.h numbers it; a number says nothing to whoever reads JSON. */
static const char *triage_state(uint32_t state)
{
    static const char *const names[] = {"none",  "routed",        "desk_new", "desk_returned",
                                        "ended", "desk_recalled", "merged"};
    return state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

/* The desk's row stands for the ticket until escalation has one: version 0, no unit. */
static void take_triage(struct exchange *exchange, struct view *view, const Paidan__Answer *answer)
{
    const Paidan__TriageShown *shown = answer->triage_shown;
    view->triage = without_history(&exchange->say, &shown->base);
    json_object_set_new(view->triage, "state", json_string(triage_state(shown->state)));
    if (shown->desk != NULL && (view->brief == NULL || view->at_desk)) {
        Paidan__Brief *brief =
            say_desk_brief(&exchange->gateway->arena, shown->desk, answer->now_ms);
        json_t *const row = brief == NULL ? NULL : say_json_brief(&exchange->say, brief);
        if (row != NULL) {
            say_json_names(&exchange->say, row);
            take_desk_row(view, row);
        }
    }
    add_facts(exchange, view, "triage", shown->history, shown->n_history, shown->history_seqs,
              shown->n_history_seqs);
}

/* Asked for with the story alone: the row says the outcome already. */
static void take_callback(struct exchange *exchange, struct view *view,
                          const Paidan__Answer *answer)
{
    const Paidan__CallbackShown *shown = answer->callback_shown;
    view->callback = without_history(&exchange->say, &shown->base);
    add_facts(exchange, view, "callback", shown->history, shown->n_history, shown->history_seqs,
              shown->n_history_seqs);
}

/* A service that does not know the ticket, or does not show it to the asker, has nothing to add; one that
 * does not answer is named. */
static void take(struct exchange *exchange, enum gateway_service service, Paidan__Code code,
                 const Paidan__Answer *answer)
{
    struct view *view = exchange->state;
    if (answer != NULL && answer->has_now_ms && answer->now_ms > view->now_ms) {
        view->now_ms = answer->now_ms;
    }
    view->code = service == GATEWAY_ESCALATION ? code : view->code;
    const Paidan__Answer__BodyCase body = code == PAIDAN__CODE__OK && answer != NULL
                                              ? answer->body_case
                                              : PAIDAN__ANSWER__BODY__NOT_SET;
    if (code == PAIDAN__CODE__UNREACHABLE) {
        json_array_append_new(view->missing, json_string(gateway_upstream_name(service)));
    } else if (body == PAIDAN__ANSWER__BODY_SHOWN) {
        take_escalation(exchange, view, answer);
    } else if (body == PAIDAN__ANSWER__BODY_TRIAGE_SHOWN) {
        take_triage(exchange, view, answer);
    } else if (body == PAIDAN__ANSWER__BODY_CALLBACK_SHOWN) {
        take_callback(exchange, view, answer);
    }
    CHECK(view->waiting > 0);
    if (--view->waiting == 0) {
        finish(exchange, view);
    }
}

static void archive_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    struct view *view = exchange->state;
    CHECK(view->waiting == 1);
    view->waiting = 0;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SEARCHED &&
        answer->searched->n_tickets == 1) {
        view->brief = say_json_brief(&exchange->say, answer->searched->tickets[0]);
        say_json_names(&exchange->say, view->brief);
        json_object_set_new(view->brief, "archived", json_true());
        view->clocks = json_array();
    } else if (code != PAIDAN__CODE__OK && code != PAIDAN__CODE__TICKET_UNKNOWN) {
        view->code = code; /* it may well be there: nobody could say */
    }
    finish(exchange, view);
}

static void escalation_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    take(context, GATEWAY_ESCALATION, code, answer);
}

static void triage_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    take(context, GATEWAY_TRIAGE, code, answer);
}

static void callback_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    take(context, GATEWAY_CALLBACK, code, answer);
}

/* One that cannot be asked counts as one that did not answer. */
static void ask(struct exchange *exchange, enum gateway_service service, Paidan__Request *request,
                gateway_answered *told)
{
    struct view *view = exchange->state;
    gateway_session_sign(exchange, request);
    view->waiting++;
    if (gateway_upstream_ask(exchange->gateway, service, request, GATEWAY_READ_MS, told,
                             exchange) != RC_OK) {
        view->waiting--;
        json_array_append_new(view->missing, json_string(gateway_upstream_name(service)));
    }
}

/* 归档: what ended longer ago than the site's hot_days is archive's to show; escalation says so, or, to whom the
 * ticket was not, that there is none. False: there is nothing to ask. */
static bool ask_archive(struct exchange *exchange, struct view *view)
{
    const struct site *const site = exchange->say.site;
    const uint64_t now_ms = clock_now_ms(&exchange->gateway->clock);
    uint64_t ticket = 0;
    Paidan__Search search = PAIDAN__SEARCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const bool unknown = view->code == PAIDAN__CODE__TICKET_UNKNOWN && site != NULL &&
                         site->hot_days != 0 && now_ms > site->hot_days * (uint64_t)DAY_MS;
    if (view->archive_asked || (view->code != PAIDAN__CODE__TICKET_ARCHIVED && !unknown) ||
        number_parse(gateway_exchange_part(exchange, "number"), &ticket) != RC_OK) {
        return false;
    }
    const uint64_t old_ms = unknown ? now_ms - (site->hot_days - 1) * (uint64_t)DAY_MS : now_ms;
    if (unknown && ticket >= number_day_first(old_ms, say_offset(&exchange->say, old_ms))) {
        return false;
    }
    search.n_tickets = 1;
    search.tickets = &ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_SEARCH;
    request.search = &search;
    view->archive_asked = true;
    ask(exchange, GATEWAY_ARCHIVE, &request, archive_told);
    if (view->waiting == 0) {
        view->code = PAIDAN__CODE__UNREACHABLE;
    }
    return view->waiting > 0;
}

/* Side by side: the page waits for the slowest of three, not for their sum. */
static void ask_all(struct exchange *exchange, uint64_t ticket)
{
    struct view *view = exchange->state;
    const protobuf_c_boolean history = view->with_history;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__TriageShow triage = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__CallbackShow callback = PAIDAN__CALLBACK_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    show.ticket = triage.ticket = callback.ticket = ticket;
    show.has_history = triage.has_history = callback.has_history = 1;
    show.history = triage.history = callback.history = history;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    ask(exchange, GATEWAY_ESCALATION, &request, escalation_told);
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &triage;
    ask(exchange, GATEWAY_TRIAGE, &request, triage_told);
    if (history) {
        request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
        request.callback_show = &callback;
        ask(exchange, GATEWAY_CALLBACK, &request, callback_told);
    }
    if (view->waiting == 0) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

/* False: answered. */
static bool read_number(struct exchange *exchange, uint64_t *ticket)
{
    if (number_parse(gateway_exchange_part(exchange, "number"), ticket) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__NUMBER_INVALID, "number", 0);
        return false;
    }
    return true;
}

/* Nothing else is understood here, and what is not understood is refused. */
static bool read_history(struct exchange *exchange, bool *history)
{
    const char *given = gateway_uri_query(&exchange->uri, "history");
    for (unsigned index = 0; index < exchange->uri.query_count; index++) {
        const char *name = exchange->uri.query[index].name;
        if (strcmp(name, "history") != 0 && strcmp(name, "lang") != 0) {
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, name, 0);
            return false;
        }
    }
    *history = given != NULL && strcmp(given, "true") == 0;
    if (given != NULL && !*history && strcmp(given, "false") != 0) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "history", 0);
        return false;
    }
    return true;
}

/* The row alone, which was most likely said before. False: nothing was answered. */
static bool answer_brief(struct exchange *exchange, const Paidan__Brief *brief, uint64_t now_ms)
{
    char etag[ETAG_BYTES];
    const char *known = gateway_exchange_header(exchange, "If-None-Match");
    (void)snprintf(etag, sizeof etag, "\"%llu\"", (unsigned long long)brief->version);
    if (known != NULL && strcmp(known, etag) == 0) {
        gateway_exchange_text(exchange, 304, "application/json", "");
    } else if (!gateway_api_say(exchange, &brief->base, now_ms)) {
        return false;
    }
    gateway_exchange_add(exchange, "ETag", etag);
    return true;
}

/* One answer of escalation is enough where it knows the ticket and nobody asks for its story. */
static void brief_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    struct view *view = exchange->state;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SHOWN &&
        answer_brief(exchange, answer->shown->brief, answer->now_ms)) {
        return;
    }
    if (code != PAIDAN__CODE__TICKET_UNKNOWN) {
        take(exchange, GATEWAY_ESCALATION, code, answer);
        return;
    }
    uint64_t ticket = 0;
    view->code = code;
    CHECK(view->waiting == 1);
    view->waiting = 0;
    if (read_number(exchange, &ticket)) {
        Paidan__TriageShow triage = PAIDAN__TRIAGE_SHOW__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        triage.ticket = ticket;
        request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
        request.triage_show = &triage;
        ask(exchange, GATEWAY_TRIAGE, &request, triage_told);
        if (view->waiting == 0) {
            finish(exchange, view);
        }
    }
}

/* The common case, one question: rows are read far more often than stories. */
static void ask_brief(struct exchange *exchange, uint64_t ticket)
{
    struct view *view = exchange->state;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    show.ticket = ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    ask(exchange, GATEWAY_ESCALATION, &request, brief_told);
    if (view->waiting == 0) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

void gateway_ticket_show(struct exchange *exchange)
{
    uint64_t ticket = 0;
    bool history = false;
    if (!read_number(exchange, &ticket) || !read_history(exchange, &history)) {
        return;
    }
    struct view *view = calloc(1, sizeof *view);
    if (view == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    *view =
        (struct view){.history = json_array(), .missing = json_array(), .with_history = history};
    exchange->state = view;
    exchange->state_free = view_free;
    if (history) {
        ask_all(exchange, ticket);
    } else {
        ask_brief(exchange, ticket);
    }
}

/* ---- explain ----------------------------------------------------------------------------------
 */

/* Both services explain by the same wish; the ticket is at one of them. */
static void explain_ask(struct exchange *exchange, enum gateway_service service,
                        gateway_answered *told)
{
    uint64_t ticket = 0;
    Paidan__Explain explain = PAIDAN__EXPLAIN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (!read_number(exchange, &ticket)) {
        return;
    }
    explain.ticket = ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_EXPLAIN;
    request.explain = &explain;
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, service, &request, GATEWAY_READ_MS, told,
                             exchange) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

/* As they are: a page draws the intervals. */
static void explained(struct exchange *exchange, enum gateway_service service, Paidan__Code code,
                      const Paidan__Answer *answer)
{
    if (code == PAIDAN__CODE__OK) {
        gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
    } else {
        gateway_problem(exchange, code,
                        answer == NULL ? gateway_upstream_name(service) : answer->detail, 0);
    }
}

static void explained_desk(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    explained(context, GATEWAY_TRIAGE, code, answer);
}

static void explained_first(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    if (code == PAIDAN__CODE__TICKET_UNKNOWN) {
        explain_ask(context, GATEWAY_TRIAGE, explained_desk);
    } else {
        explained(context, GATEWAY_ESCALATION, code, answer);
    }
}

void gateway_ticket_explain(struct exchange *exchange)
{
    explain_ask(exchange, GATEWAY_ESCALATION, explained_first);
}

/* ---- the callback -----------------------------------------------------------------------------
 *
 * Callback knows only what was asked about: a ticket that is still worked on is as unknown to it as one
 * that does not exist, or that the asker may not see. Whether it is one of his own is for those to say
 * that have it: a stranger's number must not be told apart from none. */

static void callback_unknown(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    if (code == PAIDAN__CODE__OK) {
        gateway_problem(exchange, PAIDAN__CODE__CALLBACK_NOT_OPEN, NULL, 0);
    } else if (code == PAIDAN__CODE__UNREACHABLE) {
        gateway_problem(exchange, code, gateway_upstream_name(GATEWAY_ESCALATION), 0);
    } else {
        (void)answer;
        gateway_problem(exchange, PAIDAN__CODE__TICKET_UNKNOWN, NULL, 0);
    }
}

static void callback_asked(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    uint64_t ticket = 0;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (code == PAIDAN__CODE__OK) {
        gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
        return;
    }
    if (code != PAIDAN__CODE__CALLBACK_NOT_OPEN && code != PAIDAN__CODE__TICKET_UNKNOWN) {
        gateway_problem(exchange, code,
                        answer == NULL ? gateway_upstream_name(GATEWAY_CALLBACK) : answer->detail,
                        0);
        return;
    }
    if (!read_number(exchange, &ticket)) {
        return;
    }
    show.ticket = ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_ESCALATION, &request, GATEWAY_READ_MS,
                             callback_unknown, exchange) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

void gateway_ticket_callback(struct exchange *exchange)
{
    uint64_t ticket = 0;
    bool history = false;
    Paidan__CallbackShow show = PAIDAN__CALLBACK_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (!read_number(exchange, &ticket) || !read_history(exchange, &history)) {
        return;
    }
    show.ticket = ticket;
    show.has_history = 1;
    show.history = history;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
    request.callback_show = &show;
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_CALLBACK, &request, GATEWAY_READ_MS,
                             callback_asked, exchange) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}
