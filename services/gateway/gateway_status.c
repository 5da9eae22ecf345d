/* gateway_status: what an operator's tools ask. It owns nothing. What must stay true: none of these says
 * anything about a ticket or a person, so they need no login; the metrics are for this machine alone. */

#include "gateway_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_upstream.h"

enum { METRICS_BYTES = 32 << 10 };

void gateway_status_health(struct exchange *exchange)
{
    gateway_exchange_text(exchange, 200, "application/json; charset=utf-8",
                          "{\"status\":\"ok\"}\n");
}

/* Which are away stands in the answer, ready or not. */
void gateway_status_ready(struct exchange *exchange)
{
    bool all = true;
    json_t *services = json_object();
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        const bool up = gateway_upstream_up(exchange->gateway, (enum gateway_service)service);
        json_object_set_new(services, gateway_upstream_name((enum gateway_service)service),
                            json_boolean(up));
        all = all && up;
    }
    json_t *ready = json_object();
    json_object_set_new(ready, "ready", json_boolean(all));
    json_object_set_new(ready, "services", services);
    char *text = json_dumps(ready, JSON_COMPACT);
    json_decref(ready);
    gateway_exchange_bytes(exchange, all ? 200 : 503, "application/json; charset=utf-8", text,
                           text == NULL ? 0 : strlen(text));
}

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
    metrics_family(metrics, "paidan_gateway_connections", "gauge", "Open HTTP connections.");
    metrics_sample(metrics, "paidan_gateway_connections", NULL, (double)gateway->connections);
    metrics_family(metrics, "paidan_gateway_waiting", "gauge", "Requests that wait for an answer.");
    metrics_sample(metrics, "paidan_gateway_waiting", NULL, (double)gateway->suspended);
    metrics_family(metrics, "paidan_gateway_service_up", "gauge", "1: the service answers.");
    for (unsigned service = 0; service < GATEWAY_SERVICES; service++) {
        (void)snprintf(labels, sizeof labels, "service=\"%s\"",
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

void gateway_status_metrics(struct exchange *exchange)
{
    char *text = malloc(METRICS_BYTES);
    if (text == NULL || gateway_status_write(exchange->gateway, text, METRICS_BYTES) != RC_OK) {
        free(text);
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, NULL, 0);
        return;
    }
    gateway_exchange_bytes(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text,
                           strlen(text));
}
