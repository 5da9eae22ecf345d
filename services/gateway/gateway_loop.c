/* gateway_loop: one thread, one wait, everybody's turn. It owns the order of opening, of a round and of
 * closing. What must stay true: nothing in a round waits; whoever says TERM is heard under any load; and
 * at the end every suspended request is answered before libmicrohttpd stops, which would abort otherwise.
 *
 *   wait ──▶ signals ──▶ answers of services ──▶ ping ──▶ parts ──▶ HTTP ──▶ wait
 *
 * HTTP comes last, so that what was answered in a round goes out in it. */

#include "gateway_loop.h"

#include <errno.h>
#include <libdeflate.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/run/notify.h"
#include "common/run/signals.h"
#include "gateway_calls.h"
#include "gateway_code.h"
#include "gateway_feed.h"
#include "gateway_http.h"
#include "gateway_kiosk.h"
#include "gateway_limit.h"
#include "gateway_media.h"
#include "gateway_memo.h"
#include "gateway_open311_find.h"
#include "gateway_page.h"
#include "gateway_ping.h"
#include "gateway_rights.h"
#include "gateway_route.h"
#include "gateway_session.h"
#include "gateway_static.h"
#include "gateway_upstream.h"
#include "gateway_worker.h"

enum {
    EXIT_DONE = 0,
    EXIT_FAULTY = 75,
    EXIT_SETTINGS = 78,
    IDLE_MS = 1000,
    DRAIN_MS = 3000, /* for those who wait for an answer when TERM comes */
    PATH_BYTES = 4200,
};
#define ARENA_BYTES (96u << 20) /* address space: the largest answer unpacked, and made into JSON */

/* Parts that others add: a row each (struct gateway_part). Opened in this order. */
static const struct gateway_part *const parts[] = {
    &gateway_feed_part,    &gateway_rights_part, &gateway_page_part,
    &gateway_code_part,    &gateway_kiosk_part,  &gateway_media_part,
    &gateway_open311_part, &gateway_calls_part,  NULL, /* ends the table */
};

/* ---- opening and closing ----------------------------------------------------------------------
 */

static enum rc site_open(struct gateway *gateway)
{
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    if (report == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = site_load(gateway->settings.site_dir, report, &site);
    for (uint32_t index = 0; rc != RC_OK && index < report->count && index < 5; index++) {
        const struct site_mistake *mistake = &report->mistakes[index];
        diag_log(DIAG_ERROR, "site", "file=%s line=%u mistake=%s text=\"%s\"", mistake->file,
                 mistake->line, mistake->name, mistake->en);
    }
    free(report);
    if (rc == RC_OK) {
        site_free(gateway->site);
        gateway->site = site;
        gateway->say = (struct say){.language = SAY_CHINESE, .site = site};
        diag_log(DIAG_INFO, "gateway", "site=%08x", site->version);
    }
    return rc;
}

/* A place for a site that is to be kept for a while; frees those whose time is over. NULL: there were
 * GATEWAY_RETIRED_MAX reloads within that time. */
static struct gateway_retired *retire(struct gateway *gateway, uint64_t now_us)
{
    struct gateway_retired *place = NULL;
    for (unsigned index = 0; index < GATEWAY_RETIRED_MAX; index++) {
        struct gateway_retired *at = &gateway->retired[index];
        if (at->site != NULL && now_us > at->until_us) {
            site_free(at->site);
            at->site = NULL;
        }
        place = at->site == NULL ? at : place;
    }
    return place;
}

/* Whole or not at all, as the services do. Exchanges under way hold the site they began with, for as
 * long as a long poll may last. */
static void site_open_again(struct gateway *gateway)
{
    struct site *before = gateway->site;
    struct gateway_retired *place = retire(gateway, clock_monotonic_us());
    if (place == NULL) {
        diag_log(DIAG_ERROR, "gateway", "site=kept why=reloads");
        return;
    }
    gateway->site = NULL;
    if (site_open(gateway) != RC_OK) {
        gateway->site = before;
        diag_log(DIAG_ERROR, "gateway", "site=kept");
        return;
    }
    for (unsigned index = 0; index < gateway->part_count; index++) {
        if (gateway->parts[index]->site_changed != NULL) {
            gateway->parts[index]->site_changed(gateway, gateway->part_contexts[index]);
        }
    }
    gateway_memo_clear(gateway);
    *place = (struct gateway_retired){before, clock_monotonic_us() + GATEWAY_RETIRED_US};
    gateway_static_reload(gateway);
}

/* Before any thread is made, so that no thread but the loop ever meets one. */
static enum rc open_signals(struct gateway *gateway)
{
    return signals_open(&gateway->signals);
}

/* A connection is a descriptor. */
static void limits_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* In the table's order; a part may rely on those before it. */
static enum rc parts_open(struct gateway *gateway)
{
    for (size_t index = 0; parts[index] != NULL; index++) {
        void *context = NULL;
        const enum rc rc =
            parts[index]->open == NULL ? RC_OK : parts[index]->open(gateway, &context);
        if (rc != RC_OK) {
            diag_log(DIAG_ERROR, "gateway", "part=%s why=%s", parts[index]->name, rc_name(rc));
            return rc;
        }
        CHECK(gateway->part_count < GATEWAY_PARTS_MAX);
        gateway->part_contexts[gateway->part_count] = context;
        gateway->parts[gateway->part_count++] = parts[index];
    }
    return RC_OK;
}

/* Whoever started us, and people, read where we are: in DATA/run, where a link may stand for it. */
static enum rc address_write(const struct gateway *gateway)
{
    char path[PATH_BYTES + 16];
    (void)snprintf(path, sizeof path, "%s/gateway.http", gateway->run_dir);
    FILE *file = fopen(path, "we");
    const bool written = file != NULL && fprintf(file, "%s\n", gateway->origin) > 0;
    if (file == NULL || fclose(file) != 0 || !written) {
        diag_log(DIAG_ERROR, "gateway", "address=\"%s\" why=\"%s\"", path, strerror(errno));
        return RC_IO;
    }
    return RC_OK;
}

/* In an installation DATA/run is root's, and each service has a folder of its own in it. */
static enum rc run_folder(struct gateway *gateway)
{
    char shared[PATH_BYTES];
    struct stat status;
    const int made = snprintf(shared, sizeof shared, "%s/run", gateway->settings.data_dir);
    const int own = snprintf(gateway->run_dir, sizeof gateway->run_dir, "%s/run/gateway",
                             gateway->settings.data_dir);
    if (made < 0 || own < 0 || (size_t)own >= sizeof gateway->run_dir) {
        return RC_SETTINGS;
    }
    if ((mkdir(gateway->settings.data_dir, 0750) != 0 && errno != EEXIST) ||
        (mkdir(shared, 0750) != 0 && errno != EEXIST)) {
        diag_log(DIAG_ERROR, "gateway", "mkdir=\"%s\" why=\"%s\"", shared, strerror(errno));
        return RC_IO;
    }
    if (stat(gateway->run_dir, &status) != 0 || !S_ISDIR(status.st_mode)) {
        memcpy(gateway->run_dir, shared, strlen(shared) + 1);
    }
    return RC_OK;
}

/* In the order of what each needs; a failure leaves the rest NULL, which closing minds. */
static enum rc open_all(struct gateway *gateway)
{
    enum rc (*const steps[])(struct gateway *) = {
        open_signals,      site_open,           gateway_upstream_open, gateway_limit_open,
        gateway_memo_open, gateway_static_open, gateway_worker_open,   gateway_session_open,
        gateway_http_open,
    };
    limits_raise();
    enum rc rc = run_folder(gateway);
    if (rc == RC_OK) {
        rc = clock_open(&gateway->clock, gateway->settings.data_dir);
        rc = rc == RC_INVALID ? RC_SETTINGS : rc;
    }
    if (rc == RC_OK) {
        rc = arena_init(&gateway->arena, ARENA_BYTES);
    }
    for (size_t index = 0; rc == RC_OK && index < sizeof steps / sizeof steps[0]; index++) {
        rc = steps[index](gateway);
        if (index == 0 && rc == RC_OK) { /* after the signals are blocked: it makes a thread */
            rc = bus_open(&gateway->bus);
        }
    }
    rc = rc == RC_OK ? gateway_ping_open(gateway) : rc;
    rc = rc == RC_OK ? parts_open(gateway) : rc;
    return rc == RC_OK ? address_write(gateway) : rc;
}

/* What others wait for first, what they stand on last. Each step minds what was never opened. */
static void close_all(struct gateway *gateway)
{
    if (gateway->upstream != NULL) {
        gateway_upstream_drop(gateway);
    }
    for (unsigned index = gateway->part_count; index > 0; index--) {
        if (gateway->parts[index - 1]->close != NULL) {
            gateway->parts[index - 1]->close(gateway, gateway->part_contexts[index - 1]);
        }
    }
    gateway_worker_close(gateway);
    gateway_session_close(gateway);
    if (gateway->http != NULL) {
        gateway_http_run(gateway); /* what was resumed is sent */
        gateway_http_close(gateway);
    }
    libdeflate_free_compressor(gateway->packer);
    gateway_static_close(gateway);
    gateway_limit_close(gateway);
    gateway_memo_close(gateway);
    gateway_upstream_close(gateway);
    gateway_ping_close(gateway);
    if (gateway->bus != NULL) {
        bus_close(gateway->bus);
    }
    if (gateway->arena.base != NULL) {
        arena_fini(&gateway->arena);
    }
    for (unsigned index = 0; index < GATEWAY_RETIRED_MAX; index++) {
        site_free(gateway->retired[index].site);
    }
    site_free(gateway->site);
    if (gateway->signals >= 0) {
        close(gateway->signals);
    }
}

/* ---- turning ----------------------------------------------------------------------------------
 */

/* As the services do: a demo's clock may be set anew, a real one stays what it is. */
static void clock_again(struct gateway *gateway)
{
    struct clock read;
    if (gateway->clock.kind == CLOCK_SCALED &&
        clock_open(&read, gateway->settings.data_dir) == RC_OK && read.kind == CLOCK_SCALED) {
        gateway->clock = read;
    }
}

/* All that came since: HUP twice is one reload more, TERM after HUP is heard too. */
static void signals_take(struct gateway *gateway)
{
    struct signalfd_siginfo info;
    while (read(gateway->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            site_open_again(gateway);
            clock_again(gateway);
        } else {
            gateway->stop = true;
        }
    }
}

/* From the loop itself: a loop that hangs is a gateway that hangs. */
static void watchdog_pet(struct gateway *gateway, uint64_t now_us)
{
    if (gateway->watchdog_every_us != 0 && now_us >= gateway->watchdog_us) {
        gateway->watchdog_us = now_us + gateway->watchdog_every_us;
        notify_send("WATCHDOG=1");
    }
}

/* Everything that goes by time. Returns when the next round must be at the latest. */
static uint64_t tick(struct gateway *gateway, uint64_t now_us)
{
    uint64_t until_us = now_us + IDLE_MS * 1000u;
    const uint64_t upstream_us = gateway_upstream_tick(gateway, now_us);
    const uint64_t http_us = gateway_http_tick(gateway, now_us);
    (void)gateway_session_tick(gateway, now_us);
    until_us = upstream_us < until_us ? upstream_us : until_us;
    until_us = http_us < until_us ? http_us : until_us;
    for (unsigned index = 0; index < gateway->part_count; index++) {
        if (gateway->parts[index]->tick != NULL) {
            const uint64_t part_us =
                gateway->parts[index]->tick(gateway, gateway->part_contexts[index], now_us);
            until_us = part_us < until_us ? part_us : until_us;
        }
    }
    watchdog_pet(gateway, now_us);
    return until_us;
}

/* The items of one kind lie together, so that each owner gets its own back. */
static enum rc turn(struct gateway *gateway)
{
    struct bus_item items[BUS_ITEMS_MAX];
    static_assert(3 + GATEWAY_LINKS + GATEWAY_DOORS_MAX <= BUS_ITEMS_MAX, "all fit");
    const uint64_t now_us = clock_monotonic_us();
    const uint64_t until_us = tick(gateway, now_us);
    size_t count = 0;
    items[count++] = (struct bus_item){.fd = gateway->signals};
    items[count++] = (struct bus_item){.socket = gateway->server, .fd = -1};
    const size_t workers = gateway_worker_items(gateway, items + count);
    count += workers;
    const size_t services = count;
    count += gateway_upstream_items(gateway, items + count);
    const size_t upstream_count = count - services;
    count += gateway_http_items(gateway, items + count);
    const uint64_t bound = until_us > now_us ? (until_us - now_us + 999u) / 1000u : 0;
    const enum rc rc = bus_wait(items, count, gateway_http_wait_ms(gateway, bound));
    if (rc != RC_OK) {
        return rc;
    }
    if (items[0].readable) {
        signals_take(gateway);
    }
    gateway_worker_work(gateway);
    gateway_upstream_work(gateway, items + services, upstream_count);
    gateway_ping_work(gateway);
    gateway_http_run(gateway);
    return RC_OK;
}

/* No new connections; who waits gets his answer, if it comes soon. */
static void drain(struct gateway *gateway)
{
    const uint64_t until_us = clock_monotonic_us() + DRAIN_MS * 1000u;
    notify_send("STOPPING=1");
    gateway->draining = true;
    gateway_http_quiesce(gateway);
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        while (gateway_upstream_waiting(gateway, (enum gateway_service)service) > 0 &&
               gateway->suspended > 0 && clock_monotonic_us() < until_us) {
            if (turn(gateway) != RC_OK) {
                return;
            }
        }
    }
}

int gateway_loop(const struct gateway_settings *settings)
{
    struct gateway *gateway = calloc(1, sizeof *gateway);
    if (gateway == NULL || sodium_init() < 0) {
        free(gateway);
        return EXIT_FAULTY;
    }
    gateway->settings = *settings;
    gateway->signals = -1;
    gateway->routes = gateway_route_table(&gateway->route_count);
    enum rc rc = open_all(gateway);
    if (rc == RC_OK) {
        gateway->watchdog_every_us = notify_watchdog_ms() * 1000u;
        notify_send("READY=1");
        diag_log(DIAG_INFO, "gateway", "ready=1 version=%s address=%s", PAIDAN_VERSION,
                 gateway->origin);
        while (!gateway->stop && rc == RC_OK) {
            rc = turn(gateway);
        }
        drain(gateway);
    }
    diag_log(rc == RC_OK ? DIAG_INFO : DIAG_ERROR, "gateway", "ended=%s", rc_name(rc));
    close_all(gateway);
    free(gateway);
    return rc == RC_OK                            ? EXIT_DONE
           : rc == RC_SETTINGS || rc == RC_LOCKED ? EXIT_SETTINGS
                                                  : EXIT_FAULTY;
}
