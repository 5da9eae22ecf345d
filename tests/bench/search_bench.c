/* search_bench: archive's file of so many tickets: how fast events are written into it, and how long searches
 * take: common and rare words, two words, a word of a unit that has few, nothing but a unit.
 *
 * Usage: search_bench [TICKETS]; default 1,000,000, some 3 GB below TMPDIR. Each ticket is registered, assigned,
 * accepted, resolved and closed. Prints JSON: of this process's own time, for others may have the processors
 * meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "common/base/check.h"
#include "port_archive_search.h"

#define NOW_MS 1795309200000ull
#define FIRST 2026112200000000ull
enum { EVENTS = 5, DAY = 20000, COMMIT = 10000, QUERIES = 20 };

static double now_us(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

struct run {
    struct arena arena;
    struct site *site;
    struct port_archive_sqlite *file;
    struct port_archive_place place;
    uint64_t seqs[2]; /* of intake's log, of escalation's */
    double put_us;
};

/* Of eight days in turn, so that numbers do not come in their order. */
static uint64_t ticket_of(uint64_t index)
{
    return FIRST + (index / DAY) % 8 * 100000000u + (index / DAY / 8) * DAY + index % DAY + 1;
}

/* One word in six texts, one in a thousand, and the rest as complaints go. */
static const char *text_of(struct run *run, uint64_t index)
{
    static const char *const matters[] = {
        "楼上装修噪音很大，半夜还在施工", "路灯不亮，晚上走路看不清",
        "垃圾没有清运，气味难闻",         "水管漏水，楼道里都是水",
        "占道经营，人行道走不过去",       "电梯经常停运，老人上下楼困难"};
    const char *const text = arena_printf(
        &run->arena, "您好，我住在%llu号楼，%s，已经反映过多次，请尽快派人来处理，谢谢。%s",
        (unsigned long long)(index % 97), matters[index % 6], index % 1000 == 0 ? "井盖缺失" : "");
    CHECK(text != NULL);
    return text;
}

static void put(struct run *run, const char *log, Paidan__Event *event)
{
    static Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.actor = (char *)(uintptr_t) "bench";
    event->cause = &cause;
    event->has_ticket = 1;
    const struct port_archive_item item = {
        .log = log, .seq = ++run->seqs[strcmp(log, "intake") != 0], .event = event};
    const enum rc rc = port_archive_sqlite_put(run->file, &run->arena, run->site, &item);
    if (rc != RC_OK) {
        bench_fail("put: %s", rc_name(rc));
    }
}

/* The life of one ticket, as its events come. */
static void put_ticket(struct run *run, uint64_t index)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    const struct site *const site = run->site;
    const uint32_t unit = index % 5000 == 0 ? 0 : 1 + (uint32_t)(index % (site->unit_count - 1));
    event.ticket = ticket_of(index);
    event.at_ms = NOW_MS + index * 100;
    registered.channel = assigned.channel = resolved.channel = site->channels[0].code;
    registered.text = (char *)(uintptr_t)text_of(run, index);
    registered.title = assigned.title = (char *)(uintptr_t) "反映的问题";
    registered.query_code = (char *)(uintptr_t) "------";
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &registered;
    put(run, "intake", &event);
    to.unit = accepted.unit = resolved.unit = site->units[unit].code;
    to.level = 1;
    assigned.to = &to;
    assigned.category = site->categories[index % site->category_count].code;
    assigned.area = site->areas[index % site->area_count].code;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &assigned;
    put(run, "escalation", &event);
    event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    event.accepted = &accepted;
    put(run, "escalation", &event);
    resolved.note = (char *)(uintptr_t) "已到现场处理完毕";
    resolved.round = closed.round = 1;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &resolved;
    put(run, "escalation", &event);
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &closed;
    put(run, "escalation", &event);
    arena_reset(&run->arena);
}

static void write_all(struct run *run, uint64_t tickets)
{
    const double begin_us = now_us();
    for (uint64_t index = 0; index < tickets; index++) {
        enum rc rc = index % (COMMIT / EVENTS) == 0 ? port_archive_sqlite_begin(run->file) : RC_OK;
        if (rc == RC_OK) {
            put_ticket(run, index);
        }
        if (rc == RC_OK && ((index + 1) % (COMMIT / EVENTS) == 0 || index + 1 == tickets)) {
            run->place.seq++;
            rc = port_archive_sqlite_commit(run->file, &run->place);
        }
        if (rc != RC_OK) {
            bench_fail("commit: %s", rc_name(rc));
        }
    }
    run->put_us = now_us() - begin_us;
}

/* The worst of several, each in a page of twenty, as a person asks; and how many it found. */
static json_t *search(struct run *run, const char *words, const char *unit)
{
    double worst_us = 0;
    size_t found = 0;
    bool more = false;
    for (unsigned round = 0; round < QUERIES; round++) {
        struct step_view view = {
            .arena = &run->arena, .site = run->site, .now_ms = NOW_MS, .head_seq = run->place.seq};
        Paidan__Search wish = PAIDAN__SEARCH__INIT;
        Paidan__Answer answer = PAIDAN__ANSWER__INIT;
        wish.words = (char *)(uintptr_t)words;
        wish.unit = (char *)(uintptr_t)unit;
        wish.has_limit = 1;
        wish.limit = 20;
        const double begin_us = now_us();
        const enum rc rc =
            port_archive_search(run->file, &view, &wish, &port_archive_bounds, &answer);
        const double took_us = now_us() - begin_us;
        if (rc != RC_OK || answer.code != PAIDAN__CODE__OK) {
            bench_fail("search %s: %s %d", words, rc_name(rc), (int)answer.code);
        }
        worst_us = took_us > worst_us ? took_us : worst_us;
        found = answer.searched->n_tickets;
        more = answer.searched->has_next;
        arena_reset(&run->arena);
    }
    return json_pack("{s:f, s:I, s:b}", "worst_ms", worst_us / 1000.0, "page", (json_int_t)found,
                     "more", more);
}

int main(int argc, char **argv)
{
    static struct run run;
    struct site_report report;
    char folder[BENCH_PATH_BYTES], path[BENCH_PATH_BYTES + 16];
    const uint64_t tickets = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000u;
    if (site_load(BENCH_SITE, &report, &run.site) != RC_OK) {
        bench_fail("no site");
    }
    enum rc rc = arena_init(&run.arena, 64u << 20);
    CHECK(rc == RC_OK);
    bench_folder_make(folder);
    (void)snprintf(path, sizeof path, "%s/archive.sqlite", folder);
    rc = port_archive_sqlite_open(path, &run.file);
    if (rc != RC_OK) {
        bench_fail("open: %s", rc_name(rc));
    }
    write_all(&run, tickets);
    const double events = (double)(tickets * EVENTS);
    json_t *const object = json_pack("{s:I, s:f, s:f}", "tickets", (json_int_t)tickets,
                                     "events_per_cpu_second", events / run.put_us * 1e6, "file_mib",
                                     (double)bench_file_bytes(path) / 1048576.0);
    json_object_set_new(object, "common", search(&run, "噪音", NULL));
    json_object_set_new(object, "rare", search(&run, "井盖", NULL));
    json_object_set_new(object, "nowhere", search(&run, "火星", NULL));
    json_object_set_new(object, "two_common", search(&run, "路灯 处理", NULL));
    json_object_set_new(object, "phrase", search(&run, "半夜还在施工", NULL));
    json_object_set_new(object, "character", search(&run, "噪", NULL));
    json_object_set_new(object, "common_rare_unit", search(&run, "噪音", run.site->units[0].code));
    json_object_set_new(object, "rare_unit", search(&run, NULL, run.site->units[0].code));
    json_object_set_new(object, "newest", search(&run, NULL, NULL));
    bench_print(object);
    port_archive_sqlite_close(run.file);
    bench_folder_drop(folder);
    arena_fini(&run.arena);
    site_free(run.site);
    return 0;
}
