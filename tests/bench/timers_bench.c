/* Timers in escalation's core: the real engine and store on disk, each step one durable commit.
 *
 * Tickets are routed in steps of 1,000; each opens three clocks (accept, contact, handle). Then
 *   - the service's store is closed and opened again: restart;
 *   - time jumps past the first deadlines, so that all are due at once: warned, raised, carded;
 *   - on a second store deadlines fall due evenly, 5,000 a second, in real time, while 2,000 new
 *     tickets a second arrive: how late is each one?
 *
 * Usage: timers_bench --site DIR [--clocks N]... [--seconds N]. Prints JSON. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/step/step.h"
#include "services/escalation/escalation.h"

#define BASE_MS 1795309200000ull
#define HOUR_MS 3600000ull
#define SPREAD_PER_S 5000ull
#define LOAD_PER_S 2000ull

enum { BATCH = 1000, CLOCKS_A_TICKET = 3, CLOCKS_MAX = 8 };

struct timers {
    const struct site *site;
    char folder[BENCH_PATH_BYTES];
    struct store *store;
    struct step_engine *engine;
    uint64_t tickets;
};

static void open_engine(struct timers *timers)
{
    const struct store_options options = {
        .path = timers->folder, .service = "escalation", .tables = escalation_service.tables};
    if (store_open(&timers->store, &options) != RC_OK) {
        bench_fail("cannot open a store in %s", timers->folder);
    }
    const struct step_options step = {.store = timers->store, .site = timers->site};
    if (step_engine_open(&timers->engine, &escalation_service, &step) != RC_OK) {
        bench_fail("cannot open the engine");
    }
}

static void close_engine(struct timers *timers)
{
    step_engine_close(timers->engine);
    store_close(timers->store);
}

static void step(struct timers *timers, uint64_t now_ms, const struct step_input *inputs,
                 size_t count)
{
    static struct step_outcome outcomes[BATCH];
    const struct step_conditions conditions = {.now_ms = now_ms, .entropy = 1};
    if (step_engine_run(timers->engine, &conditions, inputs, count, outcomes) != RC_OK) {
        bench_fail("a step failed");
    }
    step_engine_reset(timers->engine);
}

/* count tickets, as triage routes them; at most BATCH. */
static void route(struct timers *timers, uint64_t now_ms, size_t count)
{
    static const char *const units[] = {"unit-dong", "unit-xi", "unit-nan", "unit-bei"};
    static const char *const areas[] = {"dong", "xi", "nan", "bei"};
    static Paidan__Event events[BATCH];
    static Paidan__Routed facts[BATCH];
    static Paidan__Cause cause;
    static struct step_input inputs[BATCH];
    paidan__cause__init(&cause);
    for (size_t index = 0; index < count; index++) {
        const uint64_t number = ++timers->tickets;
        Paidan__Routed *fact = &facts[index];
        paidan__routed__init(fact);
        fact->channel = (char *)"wechat";
        fact->title = (char *)"夜里施工太吵，影响休息";
        fact->category = (char *)"noise";
        fact->area = (char *)areas[number % 4];
        fact->unit = (char *)units[number % 4];
        fact->urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
        fact->level = 1;
        fact->registered_ms = now_ms;
        Paidan__Event *event = &events[index];
        paidan__event__init(event);
        event->has_ticket = 1;
        event->ticket = 2026112200000000ull + number;
        event->at_ms = now_ms;
        event->cause = &cause;
        event->fact_case = PAIDAN__EVENT__FACT_ROUTED;
        event->routed = fact;
        inputs[index] = (struct step_input){
            .kind = STEP_RECORD, .log = "triage", .seq = number, .crc = 1, .event = event};
    }
    step(timers, now_ms, inputs, count);
}

static double submit_all(struct timers *timers, uint64_t tickets)
{
    const uint64_t start_us = clock_monotonic_us();
    while (timers->tickets < tickets) {
        const uint64_t rest = tickets - timers->tickets;
        route(timers, BASE_MS + timers->tickets / 100, rest < BATCH ? (size_t)rest : BATCH);
    }
    return (double)(clock_monotonic_us() - start_us) / (double)tickets;
}

static double reopen_ms(struct timers *timers)
{
    close_engine(timers);
    const uint64_t start_us = clock_monotonic_us();
    open_engine(timers);
    return (double)(clock_monotonic_us() - start_us) / 1000.0;
}

/* Everything due by now_ms; gives how many fired. */
static uint64_t fire_all(struct timers *timers, uint64_t now_ms)
{
    const uint64_t head = step_engine_head(timers->engine);
    uint64_t due_ms = 0;
    while (step_engine_next_due(timers->engine, &due_ms) == RC_OK && due_ms <= now_ms) {
        step(timers, now_ms, NULL, 0);
    }
    return step_engine_head(timers->engine) - head;
}

static void measure_size(const struct site *site, uint64_t clocks, json_t *result)
{
    const uint64_t tickets = (clocks + CLOCKS_A_TICKET - 1) / CLOCKS_A_TICKET;
    struct timers timers = {.site = site};
    char name[32];
    bench_folder_make(timers.folder);
    open_engine(&timers);
    const double submit_us = submit_all(&timers, tickets);
    const double restart_ms = reopen_ms(&timers);
    uint64_t now_ms = BASE_MS + timers.tickets / 100, fired = 0;
    const uint64_t start_us = clock_monotonic_us();
    for (unsigned round = 0; round < 3; round++) {
        now_ms += 4 * HOUR_MS + 1;
        fired += fire_all(&timers, now_ms);
    }
    const double spent_s = (double)(clock_monotonic_us() - start_us) / 1e6;
    const struct bench_memory memory = bench_memory(getpid());
    char path[BENCH_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/data.mdb", timers.folder);
    snprintf(name, sizeof name, "%llu", (unsigned long long)clocks);
    json_object_set_new(
        result, name,
        json_pack("{s:I, s:f, s:f, s:I, s:f, s:f, s:f}", "tickets", (json_int_t)tickets,
                  "submit_us_per_ticket", bench_round(submit_us), "restart_ms",
                  bench_round(restart_ms), "fired", (json_int_t)fired, "fired_per_s",
                  bench_round((double)fired / spent_s), "rss_anonymous_mib",
                  bench_round((double)memory.anonymous_bytes / 1048576), "disk_bytes_per_ticket",
                  bench_round((double)bench_file_bytes(path) / (double)tickets)));
    close_engine(&timers);
    bench_folder_drop(timers.folder);
}

/* The n-th deadline falls due n / SPREAD_PER_S seconds after the first. */
static void measure_lateness(const struct site *site, unsigned seconds, json_t *result)
{
    const uint64_t total = seconds * SPREAD_PER_S;
    struct timers timers = {.site = site};
    double *late_ms = calloc(total, sizeof *late_ms);
    bench_folder_make(timers.folder);
    open_engine(&timers);
    while (late_ms != NULL && timers.tickets < total) {
        route(&timers, BASE_MS + timers.tickets * 1000 / SPREAD_PER_S, 50);
    }
    const uint64_t first_ms = BASE_MS + 4 * HOUR_MS;
    (void)fire_all(&timers, first_ms - 1); /* the warning points before them */
    const uint64_t start_us = clock_monotonic_us();
    uint64_t fired = 0, loaded = 0;
    while (late_ms != NULL && fired < total) {
        const uint64_t now_us = clock_monotonic_us() - start_us;
        const uint64_t wanted = now_us * LOAD_PER_S / 1000000 - loaded;
        const size_t count = (size_t)(wanted < BATCH ? wanted : BATCH);
        const uint64_t head = step_engine_head(timers.engine);
        route(&timers, first_ms + now_us / 1000, count);
        loaded += count;
        const uint64_t facts = step_engine_head(timers.engine) - head - count;
        const double end_ms = (double)(clock_monotonic_us() - start_us) / 1000.0;
        for (uint64_t index = 0; index < facts && fired < total; index++, fired++) {
            const uint64_t step = fired - fired % 50;
            const double due_ms = (double)step * 1000.0 / (double)SPREAD_PER_S;
            late_ms[fired] = end_ms > due_ms ? end_ms - due_ms : 0;
        }
    }
    json_object_set_new(result, "lateness_p50_ms",
                        json_real(bench_round(bench_share(late_ms, total, 0.5))));
    json_object_set_new(result, "lateness_p99_ms",
                        json_real(bench_round(bench_share(late_ms, total, 0.99))));
    json_object_set_new(result, "lateness_load_submits_per_s", json_integer(LOAD_PER_S));
    json_object_set_new(result, "lateness_due_per_s", json_integer(SPREAD_PER_S));
    free(late_ms);
    close_engine(&timers);
    bench_folder_drop(timers.folder);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"site", required_argument, NULL, 's'},
                                            {"clocks", required_argument, NULL, 'c'},
                                            {"seconds", required_argument, NULL, 'n'},
                                            {0}};
    const char *folder = NULL;
    uint64_t clocks[CLOCKS_MAX];
    unsigned count = 0, seconds = 5;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 's') {
            folder = optarg;
        } else if (option == 'c' && count < CLOCKS_MAX) {
            clocks[count++] = strtoull(optarg, NULL, 10);
        } else if (option == 'n') {
            seconds = (unsigned)strtoul(optarg, NULL, 10);
        } else {
            return 64;
        }
    }
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    if (folder == NULL || report == NULL || site_load(folder, report, &site) != RC_OK) {
        bench_fail("usage: timers_bench --site DIR [--clocks N]... [--seconds N]");
    }
    free(report);
    json_t *result = json_object(), *sizes = json_object();
    for (unsigned index = 0; index < count; index++) {
        measure_size(site, clocks[index], sizes);
    }
    json_object_set_new(result, "by_open_clocks", sizes);
    measure_lateness(site, seconds, result);
    site_free(site);
    bench_print(result);
    return 0;
}
