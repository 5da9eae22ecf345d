/* paidan-demo [--data DIR] [--script DIR] [--seconds N] [--lines | --board]: plays a scripted day
 * in a running instance through its public interface, shows it live, and ends with a summary whose
 * numbers add up.
 *
 * Exits: 0 all is well; 1 numbers do not add up; 64 usage; 75 the services do not answer or a log
 * cannot be read; 78 settings; 130 ended by the person, and the numbers add up. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "demo_actor.h"
#include "demo_doors.h"
#include "demo_errand.h"
#include "demo_follow.h"
#include "demo_play.h"
#include "demo_view.h"

enum { EXIT_DIFFERENT = 1, EXIT_USAGE = 64, EXIT_FAULT = 75, EXIT_SETTINGS = 78, EXIT_ENDED = 130 };

#define ARENA_BYTES (64u << 20)
#define FOLLOW_US 200000u /* between two readings of the logs */
#define PLAY_MS 100u      /* at most so long without looking up */
#define IDLE_MS 20u
#define SETTLE_US 8000000u              /* for services to catch up with each other at the end */
#define READY_US 10000000u              /* for services to answer at the start */
#define LATE_MS (150u * DEMO_MINUTE_MS) /* a later start waits for the next morning */
/* The morning after: whoever was ever going to do something has done it. */
#define DAY_END_MS (DEMO_DAY_MS + 13u * 60u * DEMO_MINUTE_MS)

struct options {
    const char *data, *script;
    uint64_t seconds; /* 0: until the day is over */
    bool lines, board, by_bus, chinese;
};

static bool chinese_wanted(void)
{
    const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        const char *value = getenv(names[index]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

static int fail(const struct options *options, int code, const char *zh, const char *en,
                const char *detail)
{
    (void)fprintf(stderr, "paidan-demo: %s%s%s\n", options->chinese ? zh : en,
                  detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
    return code;
}

static int usage(const struct options *options, FILE *out, int code)
{
    (void)fputs(
        options->chinese
            ? "用法：paidan-demo [--data 目录] [--script 目录] [--seconds 秒] [--lines | --board] "
              "[--by-bus]\n"
              "在运行着的演示实例里放一天的诉求，实时显示，最后给出对得上的总数。\n"
              "  --data 目录    实例（默认 ./data）\n"
              "  --script 目录  剧本（默认 站点/demo，或站点旁的 deploy/demo）\n"
              "  --seconds 秒   最多放这么久，然后给出到此为止的总数\n"
              "  --lines        每隔几秒一行，不用看板\n"
              "  --board        用看板（终端上的默认）\n"
              "  --by-bus       居民不经微信、热线、设备的入口，直接用总线提交（供测量）\n"
            : "Usage: paidan-demo [--data DIR] [--script DIR] [--seconds N] [--lines | --board]\n"
              "                   [--by-bus]\n"
              "Plays a day of complaints in a running demo instance, live, and ends with totals\n"
              "that add up.\n"
              "  --data DIR     the instance (default ./data)\n"
              "  --script DIR   the script (default SITE/demo, or deploy/demo beside the sites)\n"
              "  --seconds N    plays at most so long, then shows the totals so far\n"
              "  --lines        a line every few seconds instead of the board\n"
              "  --board        the board (the default on a terminal)\n"
              "  --by-bus       residents speak by bus and not through the doors of WeChat, "
              "hotline\n"
              "                 and devices (for measuring)\n",
        out);
    return code;
}

/* -1: go on; else the exit code. */
static int options_read(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {{"data", required_argument, NULL, 'd'},
                                          {"script", required_argument, NULL, 's'},
                                          {"seconds", required_argument, NULL, 'n'},
                                          {"lines", no_argument, NULL, 'l'},
                                          {"board", no_argument, NULL, 'b'},
                                          {"by-bus", no_argument, NULL, 'y'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        char *end = NULL;
        switch (option) {
        case 'd':
            options->data = optarg;
            break;
        case 's':
            options->script = optarg;
            break;
        case 'n':
            options->seconds = strtoul(optarg, &end, 10);
            if (*optarg < '0' || *optarg > '9' || *end != '\0' || options->seconds == 0 ||
                options->seconds > 1000000) {
                return usage(options, stderr, EXIT_USAGE);
            }
            break;
        case 'l':
            options->lines = true;
            break;
        case 'b':
            options->board = true;
            break;
        case 'y':
            options->by_bus = true;
            break;
        case 'h':
            return usage(options, stdout, 0);
        case 'v':
            printf("paidan-demo %s\n", PAIDAN_VERSION);
            return 0;
        default:
            return usage(options, stderr, EXIT_USAGE);
        }
    }
    return optind < argc || (options->lines && options->board) ? usage(options, stderr, EXIT_USAGE)
                                                               : -1;
}

/* ---- setting the stage ------------------------------------------------------------------------
 */

static int site_open(struct demo *demo, const struct options *options, char folder[PATH_MAX])
{
    char path[PATH_MAX];
    FILE *file = NULL;
    if (snprintf(path, sizeof path, "%s/site.path", options->data) < (int)sizeof path) {
        file = fopen(path, "re");
    }
    if (file == NULL || fgets(folder, PATH_MAX, file) == NULL) {
        if (file != NULL) {
            (void)fclose(file);
        }
        return fail(options, EXIT_SETTINGS, "这里没有实例（缺少 site.path）",
                    "there is no instance here (no site.path)", options->data);
    }
    (void)fclose(file);
    folder[strcspn(folder, "\r\n")] = '\0';
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    const enum rc rc = site_load(folder, report, &demo->site);
    free(report);
    if (rc != RC_OK) {
        return fail(options, EXIT_SETTINGS, "站点配置无法读取，请用 paidan check 检查",
                    "the site cannot be read: see paidan check", folder);
    }
    return 0;
}

static int script_open(struct demo *demo, const struct options *options, const char *site_folder)
{
    char folder[PATH_MAX], file[PATH_MAX + 16];
    struct demo_mistake mistake = {0};
    int bytes = 0;
    if (options->script != NULL) {
        bytes = snprintf(folder, sizeof folder, "%s", options->script);
    } else {
        bytes = snprintf(folder, sizeof folder, "%s/demo", site_folder);
        if (access(folder, R_OK) != 0) {
            bytes = snprintf(folder, sizeof folder, "%s/../../demo", site_folder);
        }
    }
    if (bytes < 0 || (size_t)bytes >= sizeof folder) {
        return fail(options, EXIT_SETTINGS, "路径太长", "the path is too long", NULL);
    }
    enum rc rc = demo_script_load(&demo->script, folder, &mistake);
    if (rc == RC_OK) {
        rc = demo_script_check(&demo->script, demo->site, &mistake);
    }
    if (rc == RC_OK) {
        return 0;
    }
    if (rc != RC_SETTINGS) {
        return fail(options, EXIT_FAULT, "内存不足", "out of memory", NULL);
    }
    (void)snprintf(file, sizeof file, "%s/%s:%" PRIu32, folder, mistake.file, mistake.line);
    (void)fprintf(stderr, "%s: %s: %s\n", file, mistake.name,
                  options->chinese ? mistake.zh : mistake.en);
    return EXIT_SETTINGS;
}

/* Which day is played: today if it has not begun, else tomorrow. */
static void day_choose(struct demo *demo)
{
    const uint64_t now_ms = clock_now_ms(&demo->clock);
    const uint64_t offset = (uint64_t)site_offset(demo->site, now_ms);
    const uint64_t local = now_ms + offset;
    uint64_t first_ms = DEMO_DAY_MS;
    for (uint32_t row = 0; row < demo->script.row_count; row++) {
        const uint64_t at_ms = demo->script.rows[row].at_ms;
        first_ms = at_ms < first_ms ? at_ms : first_ms;
    }
    demo->day_ms = local / DEMO_DAY_MS * DEMO_DAY_MS - offset;
    if (now_ms > demo->day_ms + first_ms + LATE_MS) {
        demo->day_ms += DEMO_DAY_MS;
    }
    /* Seconds of site time: another run on the same data has other external ids. */
    (void)snprintf(demo->prefix, sizeof demo->prefix, "demo-%" PRIx64, now_ms / 1000);
}

static int stage_set(struct demo *demo, const struct options *options)
{
    char folder[PATH_MAX];
    if (clock_open(&demo->clock, options->data) != RC_OK || demo->clock.kind != CLOCK_SCALED) {
        return fail(options, EXIT_USAGE, "这个实例按真实时间运行（没有 clock 文件），不放演示",
                    "this instance lives in real time (no file clock): the demo does not play here",
                    options->data);
    }
    int code = site_open(demo, options, folder);
    if (code == 0) {
        code = script_open(demo, options, folder);
    }
    if (code != 0) {
        return code;
    }
    demo->facts.top_level = demo->site->level_count;
    day_choose(demo);
    /* Where nobody stands outside, everything goes by bus. */
    const enum rc outside =
        options->by_bus ? RC_NOT_FOUND : demo_doors_open(&demo->doors, options->data);
    if ((outside != RC_OK && outside != RC_NOT_FOUND) ||
        arena_init(&demo->arena, ARENA_BYTES) != RC_OK ||
        client_open(&demo->client, options->data, "demo") != RC_OK ||
        demo_play_plan(demo) != RC_OK) {
        return fail(options, EXIT_FAULT, "内存不足", "out of memory", NULL);
    }
    return 0;
}

/* All four answer. */
static bool services_ready(struct demo *demo)
{
    const uint64_t until_us = clock_monotonic_us() + READY_US;
    unsigned service = 0;
    while (service < DEMO_SERVICES && clock_monotonic_us() < until_us) {
        Paidan__Ping ping = PAIDAN__PING__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        Paidan__Answer *answer = NULL;
        request.wish_case = PAIDAN__REQUEST__WISH_PING;
        request.ping = &ping;
        arena_reset(&demo->arena);
        if (demo_actor_call(demo, demo_services[service], &request, &answer) == RC_OK) {
            service++;
        }
    }
    return service == DEMO_SERVICES;
}

/* ---- playing ----------------------------------------------------------------------------------
 */

/* RC_OK: the day is over. RC_AGAIN: the person, or --seconds, ended it. Else a fault. */
static enum rc play(struct demo *demo, struct demo_view *view, uint64_t seconds)
{
    const uint64_t begin_us = clock_monotonic_us();
    const uint64_t end_us = seconds == 0 ? UINT64_MAX : begin_us + seconds * 1000000u;
    uint64_t followed_us = 0;
    for (;;) {
        enum rc rc = demo_play_due(demo, PLAY_MS);
        const uint64_t now_us = clock_monotonic_us();
        if (rc == RC_OK && now_us >= followed_us + FOLLOW_US) {
            uint64_t news = 0;
            rc = demo_follow_all(demo, demo_view_fact, view, &news);
            followed_us = now_us;
        }
        if (rc == RC_OK) {
            rc = demo_view_show(view, demo);
        }
        if (rc != RC_OK) {
            return rc;
        }
        if (now_us >= end_us) {
            return RC_AGAIN;
        }
        if (demo_play_rests(demo) || clock_now_ms(&demo->clock) >= demo->day_ms + DAY_END_MS) {
            return RC_OK;
        }
        const struct demo_item *next = demo_agenda_first(&demo->agenda);
        const uint64_t wait_ms = next == NULL ? IDLE_MS : clock_wait_ms(&demo->clock, next->at_ms);
        if (demo_view_wait(view, wait_ms < IDLE_MS ? wait_ms : IDLE_MS)) {
            return RC_AGAIN;
        }
    }
}

/* ---- the end ----------------------------------------------------------------------------------
 */

struct ending {
    struct demo_summary summary;
    struct demo_check checks[DEMO_CHECKS_MAX];
    uint32_t count, wrong;
};

static void ending_make(struct demo *demo, struct ending *ending)
{
    const Paidan__Stats *stats[DEMO_SERVICES] = {0};
    arena_reset(&demo->arena);
    for (unsigned service = 0; service < DEMO_SERVICES; service++) {
        Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        Paidan__Answer *answer = NULL;
        request.wish_case = PAIDAN__REQUEST__WISH_STATS;
        request.stats = &wish;
        if (demo_actor_call(demo, demo_services[service], &request, &answer) == RC_OK) {
            stats[service] = answer->stats;
        }
    }
    demo_summary_make(&ending->summary, &demo->facts);
    ending->count = demo_summary_check(&ending->summary, &demo->done, &demo->facts,
                                       demo->unsubmitted, stats, ending->checks);
    ending->wrong = 0;
    for (uint32_t index = 0; index < ending->count; index++) {
        ending->wrong += ending->checks[index].left != ending->checks[index].right ? 1 : 0;
    }
}

/* The clocks never stand still, and services follow each other with a little delay: compare until
 * one reading of logs and counters agrees, or time is up. */
static enum rc settle(struct demo *demo, struct demo_view *view, struct ending *ending)
{
    const uint64_t until_us = clock_monotonic_us() + SETTLE_US;
    if (demo->doors != NULL && demo_errand_count(demo) != RC_OK) {
        return RC_IO;
    }
    do {
        uint64_t news = 0;
        enum rc rc = demo_errand_hear(demo);
        if (rc == RC_OK) {
            rc = demo_follow_all(demo, demo_view_fact, view, &news);
        }
        if (rc != RC_OK) {
            return rc;
        }
        ending_make(demo, ending);
        if (ending->wrong == 0 && !demo_errand_waits(demo)) {
            return RC_OK;
        }
        (void)demo_view_wait(view, IDLE_MS * 5);
    } while (clock_monotonic_us() < until_us);
    return RC_OK;
}

static void headline_print(const struct demo *demo, const struct demo_view *view, bool over,
                           uint64_t real_us)
{
    char at[16];
    const struct site *site = demo->site;
    demo_view_time(demo, clock_now_ms(&demo->clock), at);
    (void)printf(view->say.language == SAY_CHINESE ? "\n%s的一天 · %s%s · 实际用时 %" PRIu64 " 秒\n"
                                                   : "\nA day of %s · %s%s · played in %" PRIu64
                                                     " s\n",
                 view->say.language == SAY_CHINESE ? site->name : site->name_en, at,
                 over                                ? ""
                 : view->say.language == SAY_CHINESE ? "（提前结束）"
                                                     : " (ended early)",
                 real_us / 1000000u);
}

/* Red tickets that nobody looks at: what the person may do next. */
static void left_print(const struct demo *demo, const struct demo_view *view, const char *data)
{
    const struct demo_ticket *left = NULL;
    for (uint32_t index = 0; index < demo->facts.count; index++) {
        const struct demo_ticket *ticket = &demo->facts.tickets[index];
        if (ticket->red && demo_ticket_open(ticket) &&
            ticket->state == PAIDAN__STATE__STATE_ASSIGNED) {
            left = ticket;
        }
    }
    if (left == NULL) {
        return;
    }
    char number[NUMBER_BYTES];
    number_format(left->id, number);
    (void)printf(view->say.language == SAY_CHINESE
                     ? "红牌工单会一直警报，直到有人办。你来办一件：\n"
                     : "Tickets with a red card raise alarms until somebody acts. You may:\n");
    (void)printf(
        "  paidan --data %s show %s\n"
        "  paidan --data %s work accept %s --unit %s\n"
        "  paidan --data %s work resolve %s --unit %s --note …\n",
        data, number, data, number, left->unit, data, number, left->unit);
}

static int end(struct demo *demo, struct demo_view *view, const struct options *options, enum rc rc,
               uint64_t real_us)
{
    if (rc != RC_OK && rc != RC_AGAIN) {
        return fail(options, EXIT_FAULT, "服务的回答或日志无法读取",
                    "an answer or a log of a service cannot be read", rc_name(rc));
    }
    struct ending *ending = calloc(1, sizeof *ending);
    CHECK(ending != NULL);
    const enum rc settled = settle(demo, view, ending);
    if (settled != RC_OK) {
        free(ending);
        return fail(options, EXIT_FAULT, "日志无法读取", "a log cannot be read", rc_name(settled));
    }
    headline_print(demo, view, rc == RC_OK, real_us);
    const uint32_t wrong = demo_summary_print(stdout, &view->say, &ending->summary, &demo->done,
                                              demo->unsubmitted, ending->checks, ending->count);
    left_print(demo, view, options->data);
    free(ending);
    if (wrong != 0) {
        return EXIT_DIFFERENT;
    }
    return rc == RC_AGAIN && options->seconds == 0 ? EXIT_ENDED : 0;
}

int main(int argc, char **argv)
{
    struct options options = {.data = "data", .chinese = chinese_wanted()};
    int code = options_read(&options, argc, argv);
    if (code >= 0) {
        return code;
    }
    struct demo demo = {0};
    code = stage_set(&demo, &options);
    if (code == 0 && demo_follow_init(&demo) != RC_OK) {
        code = fail(&options, EXIT_FAULT, "内存不足", "out of memory", options.data);
    }
    if (code == 0 && !services_ready(&demo)) {
        code =
            fail(&options, EXIT_FAULT, "服务没有应答", "the services do not answer", options.data);
    }
    if (code == 0) {
        const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
        struct demo_view view = {
            .say = {.language = options.chinese ? SAY_CHINESE : SAY_ENGLISH, .site = demo.site},
            .colour = getenv("NO_COLOR") == NULL};
        demo_view_begin(&view, options.board || (terminal && !options.lines));
        const uint64_t begin_us = clock_monotonic_us();
        const enum rc rc = play(&demo, &view, options.seconds);
        demo_view_end(&view);
        code = end(&demo, &view, &options, rc, clock_monotonic_us() - begin_us);
    }
    client_close(demo.client);
    demo_doors_close(demo.doors);
    demo_follow_fini(&demo);
    demo_agenda_fini(&demo.agenda);
    demo_facts_fini(&demo.facts);
    if (demo.script.rows != NULL) {
        demo_script_fini(&demo.script);
    }
    if (demo.arena.base != NULL) {
        arena_fini(&demo.arena);
    }
    site_free(demo.site);
    return code;
}
