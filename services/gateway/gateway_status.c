/* gateway_status: what an operator's tools ask. It owns nothing. What must stay true: none of these says
 * anything about a ticket or a person, so they need no login; the metrics are for this machine alone. */

#include "gateway_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/last_backup.h"
#include "common/say/say_facts.h"
#include "common/say/say_json.h"
#include "common/wire/wire.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { METRICS_BYTES = 32 << 10, METRICS_MS = 2000 };
#define JOINED_BYTES ((size_t)(GATEWAY_SERVICES + 1) << 16)

void gateway_status_health(struct exchange *exchange)
{
    gateway_exchange_text(exchange, 200, "application/json; charset=utf-8",
                          "{\"status\":\"ok\"}\n");
}

/* Which are away, and which take no work for want of space, stands in the answer, ready or not. Reading
 * goes on with a full disk; but who sends people here asks whether their complaints are taken. */
void gateway_status_ready(struct exchange *exchange)
{
    const struct gateway *gateway = exchange->gateway;
    bool all = true;
    json_t *services = json_object(), *full = json_array(), *ready = json_object();
    for (unsigned index = 0; index < GATEWAY_SERVICES; index++) {
        const enum gateway_service service = (enum gateway_service)index;
        const char *name = gateway_upstream_name(service);
        const bool up = gateway_upstream_up(gateway, service);
        const bool no_room = up && gateway_upstream_full(gateway, service);
        json_object_set_new(services, name, json_boolean(up));
        if (no_room) {
            json_array_append_new(full, json_string(name));
        }
        /* Complaints are taken, dispatched and answered without an archive. */
        all = all && ((up && !no_room) || service == GATEWAY_ARCHIVE);
    }
    json_object_set_new(ready, "ready", json_boolean(all));
    json_object_set_new(ready, "services", services);
    json_object_set_new(ready, "storage_full", full);
    char *text = json_dumps(ready, JSON_COMPACT);
    json_decref(ready);
    gateway_exchange_bytes(exchange, all ? 200 : 503, "application/json; charset=utf-8", text,
                           text == NULL ? 0 : strlen(text));
}

/* Names are an interface: they are not renamed. */
static void write_counts(struct metrics *metrics, const struct gateway *gateway)
{
    const struct gateway_counts *counts = &gateway->counts;
    char labels[64];
    metrics_family(metrics, "paidan_gateway_answers_total", "counter",
                   "HTTP answers by class of status.");
    for (unsigned index = 1; index < 6; index++) {
        (void)snprintf(labels, sizeof labels, "class=\"%uxx\"", index);
        metrics_sample(metrics, "paidan_gateway_answers_total", labels,
                       (double)counts->by_class[index]);
    }
    const struct {
        const char *name, *help;
        uint64_t value;
    } plain[] = {
        {"paidan_gateway_requests_total", "HTTP requests.", counts->requests},
        {"paidan_gateway_limited_total", "Requests refused by a limit.", counts->refused_limit},
        {"paidan_gateway_slow_total", "Connections ended for being slow.", counts->refused_slow},
        {"paidan_gateway_resent_total", "Questions asked a service again.", counts->resent},
        {"paidan_gateway_late_total", "Answers that nobody waited for any more.", counts->late},
        {"paidan_gateway_logins_total", "Logins.", counts->logins},
        {"paidan_gateway_login_failures_total", "Refused logins.", counts->login_failures},
    };
    for (unsigned index = 0; index < sizeof plain / sizeof plain[0]; index++) {
        metrics_family(metrics, plain[index].name, "counter", plain[index].help);
        metrics_sample(metrics, plain[index].name, NULL, (double)plain[index].value);
    }
}

static void write_gauges(struct metrics *metrics, const struct gateway *gateway)
{
    char labels[64];
    struct last_backup last;
    last_backup_read(gateway->settings.data_dir, &last);
    metrics_family(metrics, "paidan_gateway_last_backup_seconds", "gauge",
                   "When the instance was last backed up, Unix time; 0: never.");
    metrics_sample(metrics, "paidan_gateway_last_backup_seconds", NULL,
                   (double)last.at_ms / 1000.0);
    metrics_family(metrics, "paidan_gateway_connections", "gauge", "Open HTTP connections.");
    metrics_sample(metrics, "paidan_gateway_connections", NULL, (double)gateway->lines.count);
    metrics_family(metrics, "paidan_gateway_waiting", "gauge", "Requests that wait for an answer.");
    metrics_sample(metrics, "paidan_gateway_waiting", NULL, (double)gateway->suspended);
    metrics_family(metrics, "paidan_gateway_sessions", "gauge", "Sessions and keys in memory.");
    metrics_sample(metrics, "paidan_gateway_sessions", NULL,
                   (double)gateway_session_count(gateway));
    metrics_family(metrics, "paidan_gateway_service_full", "gauge",
                   "1: the service takes no work for want of space.");
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        (void)snprintf(labels, sizeof labels, "to=\"%s\"",
                       gateway_upstream_name((enum gateway_service)service));
        metrics_sample(metrics, "paidan_gateway_service_full", labels,
                       gateway_upstream_full(gateway, (enum gateway_service)service));
    }
    metrics_family(metrics, "paidan_gateway_service_up", "gauge", "1: the service answers.");
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        (void)snprintf(labels, sizeof labels, "to=\"%s\"",
                       gateway_upstream_name((enum gateway_service)service));
        metrics_sample(metrics, "paidan_gateway_service_up", labels,
                       gateway_upstream_up(gateway, (enum gateway_service)service));
    }
}

enum rc gateway_status_write(const struct gateway *gateway, char *text, size_t size)
{
    struct metrics metrics;
    metrics_init(&metrics, text, size);
    write_counts(&metrics, gateway);
    write_gauges(&metrics, gateway);
    metrics_histogram(&metrics, "paidan_gateway_seconds",
                      "Time from a request's first line to its answer.", &gateway->counts.seconds);
    return metrics.failed ? RC_LIMIT : RC_OK;
}

/* Its own page, and those of the services, as they come. */
struct pages {
    unsigned waiting;
    char *texts[GATEWAY_SERVICES + 1];
};
struct page {
    struct exchange *exchange;
    enum gateway_service service;
};

static void pages_free(void *state)
{
    struct pages *pages = state;
    for (unsigned index = 0; index <= GATEWAY_SERVICES; index++) {
        free(pages->texts[index]);
    }
    free(pages);
}

static void pages_finish(struct exchange *exchange)
{
    const struct pages *pages = exchange->state;
    const char *names[GATEWAY_SERVICES + 1];
    const char *texts[GATEWAY_SERVICES + 1];
    struct metrics joined;
    char *text = malloc(JOINED_BYTES);
    for (unsigned index = 0; index < GATEWAY_SERVICES; index++) {
        names[index] = gateway_upstream_name((enum gateway_service)index);
        texts[index] = pages->texts[index];
    }
    names[GATEWAY_SERVICES] = "gateway";
    texts[GATEWAY_SERVICES] = pages->texts[GATEWAY_SERVICES];
    if (text == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    metrics_init(&joined, text, JOINED_BYTES);
    metrics_join(&joined, texts, names, GATEWAY_SERVICES + 1);
    gateway_exchange_bytes(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text,
                           strlen(text));
}

/* A copy: the answer is gone with its turn. */
static void metrics_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    const struct page page = *(struct page *)context;
    struct pages *pages = page.exchange->state;
    free(context);
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_METRICS) {
        pages->texts[page.service] = strdup(answer->metrics->text);
    }
    CHECK(pages->waiting > 0);
    if (--pages->waiting == 0) {
        pages_finish(page.exchange);
    }
}

/* A service that is away is not waited for: that is when somebody looks. */
static void metrics_ask(struct exchange *exchange, enum gateway_service service)
{
    struct pages *pages = exchange->state;
    Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct page *page = malloc(sizeof *page);
    request.wish_case = PAIDAN__REQUEST__WISH_METRICS;
    request.metrics = &wish;
    if (page == NULL) {
        return;
    }
    *page = (struct page){exchange, service};
    if (gateway_upstream_ask(exchange->gateway, service, &request, METRICS_MS, metrics_told,
                             page) == RC_OK) {
        pages->waiting++;
    } else {
        free(page);
    }
}

void gateway_status_metrics(struct exchange *exchange)
{
    struct pages *pages = calloc(1, sizeof *pages);
    char *own = malloc(METRICS_BYTES);
    exchange->state = pages;
    exchange->state_free = pages_free;
    if (pages == NULL || own == NULL ||
        gateway_status_write(exchange->gateway, own, METRICS_BYTES) != RC_OK) {
        free(own);
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, NULL, 0);
        return;
    }
    pages->texts[GATEWAY_SERVICES] = own;
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        if (gateway_upstream_up(exchange->gateway, (enum gateway_service)service)) {
            metrics_ask(exchange, (enum gateway_service)service);
        }
    }
    if (pages->waiting == 0) {
        pages_finish(exchange);
    }
}

/* ---- what the services say of themselves ------------------------------------------------------
 */

/* As a list, as the service counts, and by name, as pages look. */
static void stats_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    json_t *json = gateway_api_json(exchange, answer), *counts = json_object();
    for (size_t index = 0;
         answer->body_case == PAIDAN__ANSWER__BODY_STATS && index < answer->stats->n_counts;
         index++) {
        const Paidan__Count *count = answer->stats->counts[index];
        json_object_set_new(counts, count->name, json_integer((json_int_t)count->value));
    }
    json_object_set_new(json, "counts", counts);
    gateway_exchange_json(exchange, 200, json);
}

void gateway_status_stats(struct exchange *exchange)
{
    const enum gateway_service service =
        gateway_upstream_find(gateway_exchange_part(exchange, "service"));
    Paidan__StatsWish stats = PAIDAN__STATS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (service == GATEWAY_NO_SERVICE || !gateway_upstream_has(exchange->gateway, service)) {
        gateway_problem_fault(exchange, GATEWAY_PATH_UNKNOWN, "service");
        return;
    }
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &stats;
    gateway_api_ask(exchange, service, &request, stats_told);
}

/* All of them, as they come. */
struct pings {
    unsigned waiting;
    json_t *services[GATEWAY_SERVICES];
};
struct ping {
    struct exchange *exchange;
    enum gateway_service service;
};

/* Of those that came. */
static void pings_free(void *state)
{
    struct pings *pings = state;
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        json_decref(pings->services[service]);
    }
    free(pings);
}

/* Of the machine's clock, as is what is compared with it: a demo's would let a day pass in a minute. */
static json_t *backup_json(const struct exchange *exchange)
{
    struct last_backup last;
    struct clock clock;
    json_t *backup = json_object();
    clock_init_real(&clock);
    const uint64_t now_ms = clock_now_ms(&clock);
    last_backup_read(exchange->gateway->settings.data_dir, &last);
    json_object_set_new(backup, "old", json_boolean(last_backup_old(&last, now_ms)));
    if (last.at_ms > 0) {
        say_json_time(&exchange->say, backup, "at", last.at_ms);
        json_object_set_new(backup, "bytes", json_integer((json_int_t)last.bytes));
        json_object_set_new(
            backup, "age_ms",
            json_integer((json_int_t)(now_ms > last.at_ms ? now_ms - last.at_ms : 0)));
    }
    return backup;
}

/* Those that are away have a row as well: that is what somebody looks for. */
static void pings_finish(struct exchange *exchange)
{
    const struct pings *pings = exchange->state;
    json_t *all = json_object(), *list = json_array();
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        json_array_append(list, pings->services[service]);
    }
    json_object_set_new(all, "services", list);
    json_object_set_new(all, "backup", backup_json(exchange));
    say_json_time(&exchange->say, all, "now", clock_now_ms(&exchange->gateway->clock));
    gateway_exchange_json(exchange, 200, all);
}

/* A service that refuses to answer this person says so by having no fields. */
static void ponged(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    const struct ping ping = *(struct ping *)context;
    struct pings *pings = ping.exchange->state;
    free(context);
    json_t *json = code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_PONG
                       ? say_json_message(&ping.exchange->say, &answer->pong->base, true)
                       : json_object();
    json_object_set_new(json, "service", json_string(gateway_upstream_name(ping.service)));
    json_object_set_new(json, "answers", json_boolean(code != PAIDAN__CODE__UNREACHABLE));
    if (answer != NULL && answer->has_now_ms) {
        say_json_time(&ping.exchange->say, json, "now", answer->now_ms);
    }
    pings->services[ping.service] = json;
    CHECK(pings->waiting > 0);
    if (--pings->waiting == 0) {
        pings_finish(ping.exchange);
    }
}

void gateway_status_ping(struct exchange *exchange)
{
    struct pings *pings = calloc(1, sizeof *pings);
    exchange->state = pings;
    exchange->state_free = pings_free;
    for (unsigned service = 0; pings != NULL && service < GATEWAY_SERVICES; service++) {
        struct ping *ping = malloc(sizeof *ping);
        Paidan__Ping wish = PAIDAN__PING__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        request.wish_case = PAIDAN__REQUEST__WISH_PING;
        request.ping = &wish;
        gateway_session_sign(exchange, &request);
        if (ping != NULL) {
            *ping = (struct ping){exchange, (enum gateway_service)service};
        }
        if (ping != NULL &&
            gateway_upstream_ask(exchange->gateway, (enum gateway_service)service, &request,
                                 GATEWAY_READ_MS, ponged, ping) == RC_OK) {
            pings->waiting++;
        } else {
            free(ping);
        }
    }
    if (pings == NULL || pings->waiting == 0) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

/* ---- access's facts ---------------------------------------------------------------------------
 */

/* With sentences, for people read this: who gave whom which role. */
static void audit_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    const Paidan__AccessAudited *audited = answer->access_audited;
    json_t *json = json_object(), *facts = json_array();
    char sentence[1024];
    for (size_t index = 0; index < audited->n_history; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(&exchange->gateway->arena, &paidan__event__descriptor,
                        audited->history[index].data, audited->history[index].len, &message,
                        &error) != RC_OK) {
            continue;
        }
        const Paidan__Event *event = (const Paidan__Event *)(const void *)message;
        json_t *fact = say_json_event(
            &exchange->say, "access",
            index < audited->n_history_seqs ? audited->history_seqs[index] : 0, event, true);
        (void)say_facts_words(&exchange->say, event, sentence, sizeof sentence);
        json_object_set_new(fact, "says", json_string(sentence));
        json_array_append_new(facts, fact);
    }
    json_object_set_new(json, "facts", facts);
    if (audited->has_next) {
        json_object_set_new(json, "next", json_integer((json_int_t)audited->next));
    }
    gateway_exchange_json(exchange, 200, json);
}

void gateway_status_audit(struct exchange *exchange)
{
    const ProtobufCMessageDescriptor *descriptor = &paidan__access_audit__descriptor;
    json_t *object = json_object();
    ProtobufCMessage *message = NULL;
    if (gateway_api_fields(exchange, descriptor, object) &&
        gateway_api_read(exchange, object, descriptor, &message)) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        gateway_api_put(&request, PAIDAN__REQUEST__WISH_ACCESS_AUDIT, message);
        gateway_api_ask(exchange, GATEWAY_ACCESS, &request, audit_told);
    }
    json_decref(object);
}
