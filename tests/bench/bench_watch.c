/* bench_watch: what services say about themselves, and what they leave on disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/store/evlog.h"

Paidan__Answer *bench_ask(struct bench_watcher *watcher, const char *service, bool metrics)
{
    Paidan__StatsWish stats = PAIDAN__STATS_WISH__INIT;
    Paidan__MetricsWish text = PAIDAN__METRICS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    request.wish_case = metrics ? PAIDAN__REQUEST__WISH_METRICS : PAIDAN__REQUEST__WISH_STATS;
    if (metrics) {
        request.metrics = &text;
    } else {
        request.stats = &stats;
    }
    arena_reset(&watcher->arena);
    if (client_call(watcher->client, service, &request, &watcher->arena, 60000, &answer) != RC_OK) {
        bench_fail("%s does not say its counters", service);
    }
    return answer;
}

uint64_t bench_closed(struct bench_watcher *watcher)
{
    const Paidan__Answer *answer = bench_ask(watcher, "escalation", false);
    for (size_t index = 0; index < answer->stats->n_counts; index++) {
        if (strcmp(answer->stats->counts[index]->name, "state_closed") == 0) {
            return answer->stats->counts[index]->value;
        }
    }
    bench_fail("escalation has no state_closed");
}

double bench_metric(const char *text, const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(text, line);
    if (at == NULL) {
        bench_fail("no metric %s", name);
    }
    return strtod(at + strlen(line), NULL);
}

uint64_t bench_log_bytes(const char *data, unsigned service)
{
    static const char *const no_tables[] = {NULL};
    char path[BENCH_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/%s", data, bench_services[service]);
    const struct store_options options = {
        .path = path, .service = bench_services[service], .tables = no_tables, .read_only = true};
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    struct evlog_report report;
    if (store_open(&store, &options) != RC_OK || store_begin(store, false, &txn) != RC_OK ||
        evlog_verify(txn, &report) != RC_OK) {
        bench_fail("the log in %s cannot be read", path);
    }
    store_abort(txn);
    store_close(store);
    return report.bytes;
}
