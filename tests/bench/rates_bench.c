/* rates_bench: how fast figures are counted, and how fast they answer: lives of closed tickets of a year, spread
 * over units, areas and categories, heard event by event; then Rates of that year, of all units with ranks, of
 * one unit, of a day, and the tickets behind a figure.
 *
 * Usage: rates_bench [TICKETS], by default a million. Prints JSON: events a second, milliseconds a question. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "archive_follow.h"
#include "bench.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/site/site.h"

enum {
    TICKETS = 1000000,
    UNITS = 400,
    CATEGORIES = 60,
    CHANNELS = 6,
    COMMIT_EACH = 5000,
    ROUNDS = 9
};
#define START_MS 1767225600000ull /* 2026-01-01 */
#define YEAR_MS (365ull * 86400000)
#define ARENA_BYTES ((size_t)256 << 20)

struct run {
    char folder[BENCH_PATH_BYTES];
    struct store *store;
    struct store_txn *txn;
    struct tally tally;
    struct arena arena;
    struct site *site;
    uint64_t tickets, events;
};

static void say(struct run *run, const char *log, uint64_t ticket, uint64_t at_ms,
                Paidan__Event__FactCase fact, const ProtobufCMessage *body)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    struct step_fold fold = {.txn = run->txn, .tally = &run->tally, .arena = &run->arena};
    const uint64_t day = (at_ms - START_MS) / 86400000;
    /* Months of thirty days: the figures need no calendar. */
    const struct archive_record record = {
        .log = log,
        .seq = ++run->events,
        .event = &event,
        .day = (uint32_t)(20260000 + (day / 30 % 12 + 1) * 100 + day % 30 + 1)};
    event.has_ticket = 1;
    event.ticket = ticket;
    event.at_ms = at_ms;
    event.fact_case = fact;
    event.registered = (Paidan__Registered *)(uintptr_t)body;
    const enum rc rc = archive_follow_part.hear(&fold, &record);
    CHECK(rc == RC_OK);
}

static void live(struct run *run, uint64_t number)
{
    const uint64_t ticket = 2026010100000001ull + number;
    const uint64_t at_ms = START_MS + YEAR_MS / run->tickets * number;
    char unit[16], area[16], category[16], channel[16];
    (void)snprintf(unit, sizeof unit, "u%u", (unsigned)(number * 7 % UNITS));
    (void)snprintf(area, sizeof area, "a%u", (unsigned)(number * 11 % (2 * UNITS)));
    (void)snprintf(category, sizeof category, "c%u", (unsigned)(number * 13 % CATEGORIES));
    (void)snprintf(channel, sizeof channel, "h%u", (unsigned)(number % CHANNELS));
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    registered.channel = channel;
    registered.title = "楼道灯不亮";
    say(run, "intake", ticket, at_ms, PAIDAN__EVENT__FACT_REGISTERED, &registered.base);
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    to.level = 1;
    to.unit = unit;
    assigned.to = &to;
    assigned.why = PAIDAN__WHY__WHY_ROUTED;
    assigned.category = category;
    assigned.area = area;
    assigned.channel = channel;
    say(run, "escalation", ticket, at_ms, PAIDAN__EVENT__FACT_ASSIGNED, &assigned.base);
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = unit;
    accepted.has_late = 1;
    accepted.late = number % 9 == 0;
    say(run, "escalation", ticket, at_ms + 600000, PAIDAN__EVENT__FACT_ACCEPTED, &accepted.base);
    Paidan__Contacted contacted = PAIDAN__CONTACTED__INIT;
    contacted.unit = unit;
    say(run, "escalation", ticket, at_ms + 900000, PAIDAN__EVENT__FACT_CONTACTED, &contacted.base);
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = unit;
    resolved.round = 1;
    say(run, "escalation", ticket, at_ms + 86400000, PAIDAN__EVENT__FACT_RESOLVED, &resolved.base);
    Paidan__Answered answered = PAIDAN__ANSWERED__INIT;
    answered.round = 1;
    answered.solved = (Paidan__Solved)(number % 3 + 1);
    answered.satisfied = (Paidan__Satisfied)(number % 3 + 1);
    say(run, "callback", ticket, at_ms + 90000000, PAIDAN__EVENT__FACT_ANSWERED, &answered.base);
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    closed.round = 1;
    say(run, "escalation", ticket, at_ms + 90000000, PAIDAN__EVENT__FACT_CLOSED, &closed.base);
}

static double fill(struct run *run)
{
    const uint64_t from_us = clock_monotonic_us();
    for (uint64_t number = 0; number < run->tickets; number++) {
        if (number % COMMIT_EACH == 0) {
            enum rc rc = run->txn == NULL ? RC_OK : store_commit(run->txn);
            CHECK(rc == RC_OK);
            rc = store_begin(run->store, true, &run->txn);
            CHECK(rc == RC_OK);
        }
        live(run, number);
    }
    const enum rc rc = store_commit(run->txn);
    CHECK(rc == RC_OK);
    run->txn = NULL;
    return (double)run->events * 1e6 / (double)(clock_monotonic_us() - from_us);
}

static double ask(struct run *run, const Paidan__Request *request, size_t *rows)
{
    double times[ROUNDS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct step_view view = {.arena = &run->arena,
                                 .site = run->site,
                                 .tally = &run->tally,
                                 .now_ms = START_MS + YEAR_MS};
        Paidan__Answer answer = PAIDAN__ANSWER__INIT;
        arena_reset(&run->arena);
        const uint64_t from_us = clock_monotonic_us();
        enum rc rc = store_begin(run->store, false, &view.txn);
        CHECK(rc == RC_OK);
        rc = archive_service.query(&view, request, &answer);
        CHECK(rc == RC_OK);
        CHECK(answer.code == PAIDAN__CODE__OK);
        store_abort(view.txn);
        times[round] = (double)(clock_monotonic_us() - from_us) / 1000;
        *rows = answer.body_case == PAIDAN__ANSWER__BODY_RATES_SHOWN
                    ? answer.rates_shown->n_rows
                    : answer.rates_listed->n_tickets;
    }
    return bench_share(times, ROUNDS, 0.5);
}

static void figure(struct run *run, const char *name, Paidan__RatesGrain grain, const char *from,
                   const char *until, Paidan__RatesBy by, const char *code)
{
    Paidan__Rates wish = PAIDAN__RATES__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    size_t rows = 0;
    wish.grain = grain;
    wish.from = (char *)(uintptr_t)from;
    wish.until = (char *)(uintptr_t)until;
    wish.by = by;
    wish.code = (char *)(uintptr_t)code;
    request.wish_case = PAIDAN__REQUEST__WISH_RATES;
    request.rates = &wish;
    const double ms = ask(run, &request, &rows);
    printf("  \"%s_ms\": %.2f,\n", name, ms);
    CHECK(rows > 0);
}

static void behind(struct run *run)
{
    Paidan__RatesTickets wish = PAIDAN__RATES_TICKETS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    size_t rows = 0;
    wish.grain = PAIDAN__RATES_GRAIN__RATES_MONTH;
    wish.from = "2026-06";
    wish.by = PAIDAN__RATES_BY__RATES_UNIT;
    wish.code = "u7";
    wish.count = PAIDAN__RATES_COUNT__RATES_CLOSED;
    request.wish_case = PAIDAN__REQUEST__WISH_RATES_TICKETS;
    request.rates_tickets = &wish;
    printf("  \"tickets_behind_ms\": %.2f,\n", ask(run, &request, &rows));
}

int main(int argc, char **argv)
{
    struct run run = {.tickets = argc > 1 ? strtoull(argv[1], NULL, 10) : TICKETS};
    struct site_report *const report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    CHECK(run.tickets > 0);
    bench_folder_make(run.folder);
    enum rc rc = arena_init(&run.arena, ARENA_BYTES);
    CHECK(rc == RC_OK);
    rc = site_load(BENCH_SITE, report, &run.site);
    CHECK(rc == RC_OK);
    const struct store_options options = {
        .path = run.folder, .service = "archive", .tables = archive_service.tables};
    rc = store_open(&run.store, &options);
    CHECK(rc == RC_OK);
    const Paidan__RatesGrain month = PAIDAN__RATES_GRAIN__RATES_MONTH;
    printf("{\n  \"events_per_s\": %.0f,\n", fill(&run));
    figure(&run, "year_by_unit", month, "2026-01", "2026-12", PAIDAN__RATES_BY__RATES_UNIT, NULL);
    figure(&run, "month_by_unit", month, "2026-06", NULL, PAIDAN__RATES_BY__RATES_UNIT, NULL);
    figure(&run, "month_by_area", month, "2026-06", NULL, PAIDAN__RATES_BY__RATES_AREA, NULL);
    figure(&run, "year_of_all", month, "2026-01", "2026-12", PAIDAN__RATES_BY__RATES_ALL, NULL);
    figure(&run, "year_of_one_unit", month, "2026-01", "2026-12", PAIDAN__RATES_BY__RATES_UNIT,
           "u7");
    figure(&run, "day_by_category", PAIDAN__RATES_GRAIN__RATES_DAY, "2026-06-03", NULL,
           PAIDAN__RATES_BY__RATES_CATEGORY, NULL);
    behind(&run);
    printf("  \"tickets\": %llu\n}\n", (unsigned long long)run.tickets);
    store_close(run.store);
    site_free(run.site);
    free(report);
    arena_fini(&run.arena);
    bench_folder_drop(run.folder);
    return 0;
}
