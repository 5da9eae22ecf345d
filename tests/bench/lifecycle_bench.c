/* Full lives through the four real processes, over ZeroMQ, with their default durability:
 *
 *   submit (batches of 1,000) -> triage routes -> units pull, accept, resolve (batches) -> the
 *   channel pulls and answers (batches) -> closed
 *
 * Three threads stand for the adapter that submits, the clerks of eight units and the adapter that
 * asks back; each keeps a few requests under way. At most BACKLOG lives are open, so the slowest
 * part sets the pace. Then 1,000 submits a second one by one, for the time to an acknowledgement.
 * At the end every life must be closed. Prints JSON.
 *
 * The site is tests/sites/bench: the units and estates below are its own, and no clock, holiday or
 * calling hour of it ever holds a life up, whatever the day. Another site must have them too.
 * With --lives N there are exactly so many lives and nothing else, for counting what one costs (a
 * folder of scripts in place of the programs may put a service under callgrind).
 *
 * Usage: lifecycle_bench --bin DIR [--site DIR] [--seconds N | --lives N] [--text-bytes N] */

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/bus/client.h"
#include "common/site/site.h"

enum {
    BATCH = 1000,
    BACKLOG = 24 * BATCH,
    WINDOW = 2, /* submits under way */
    UNITS = 8,
    CALLERS = 2,
    WARM_SECONDS = 3,
    ACK_RATE = 1000,
    WAIT_MS = 2000,
    ANSWER_MS = 60000,
    COUNT_SECONDS_MAX = 1200, /* under an instrument that makes everything fifty times slower */
};

static const char *const units[UNITS] = {"unit-dong", "unit-xi",  "unit-nan", "unit-bei",
                                         "unit-chun", "unit-xia", "unit-qiu", "unit-dong2"};
static const char *const places[UNITS] = {"东苑小区", "西苑小区", "南苑小区", "北苑小区",
                                          "春晖园",   "夏荷园",   "秋实园",   "冬青园"};
static const char *const complaints[] = {
    "楼下夜里施工，噪声很大，老人和孩子都睡不着，已经连续三天，请派人来看看。",
    "我们单元从早上起停水，物业说要等，家里有病人，希望尽快恢复，谢谢。",
    "院子门口垃圾成堆，天热味道很重，好几天没有人来收，请安排清运。",
    "北门到三号楼的路灯不亮，晚上走路看不清台阶，昨天有人摔倒了，请尽快修。",
};

struct bench {
    struct bench_instance instance;
    unsigned seconds;
    uint64_t lives; /* 0: as many as there is time for */
    size_t text_bytes;
    _Atomic uint64_t submitted, answered;
    atomic_bool stop_submits, stop;
};

static struct bench bench;

/* ---- the residents -----------------------------------------------------------------------------
 */

/* A ticket whose text has about text_bytes bytes and routes by place and one keyword. Written by
 * hand: the driver shares the machine with what it measures. */
enum { KINDS = sizeof complaints / sizeof complaints[0], ID_DIGITS = 12, PHONE_DIGITS = 8 };

struct draft {
    char external_id[32], phone[16];
};

static char texts[KINDS][8192];

static void texts_make(void)
{
    static const char filler[] = "情况属实，邻居们都可以作证，照片已经上传。";
    for (unsigned kind = 0; kind < KINDS; kind++) {
        char *text = texts[kind];
        size_t used = (size_t)snprintf(text, sizeof texts[kind], "%s", complaints[kind]);
        while (used + sizeof filler - 1 <= bench.text_bytes &&
               used + sizeof filler <= sizeof texts[kind]) {
            memcpy(text + used, filler, sizeof filler);
            used += sizeof filler - 1;
        }
    }
}

static void digits_put(char *at, unsigned count, uint64_t value)
{
    at[count] = '\0';
    while (count-- > 0) {
        at[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void draft_write(struct draft *draft, uint64_t number, Paidan__NewTicket *ticket)
{
    memcpy(draft->external_id, "wx", 2);
    digits_put(draft->external_id + 2, ID_DIGITS, number);
    memcpy(draft->phone, "138", 3);
    digits_put(draft->phone + 3, PHONE_DIGITS, number);
    paidan__new_ticket__init(ticket);
    ticket->channel = (char *)"wechat";
    ticket->external_id = draft->external_id;
    ticket->text = texts[number / UNITS % KINDS];
    ticket->place = (char *)places[number % UNITS];
    ticket->phone = draft->phone;
}

struct submitter {
    struct client *client;
    struct arena arena;
    struct draft drafts[BATCH];
    Paidan__NewTicket tickets[BATCH];
    Paidan__NewTicket *list[BATCH];
    uint64_t number;
};

static void open_client(struct client **client, struct arena *arena, const char *actor)
{
    if (arena_init(arena, 64u << 20) != RC_OK ||
        client_open(client, bench.instance.data, actor) != RC_OK) {
        bench_fail("no client");
    }
}

/* RC_OK or RC_AGAIN: enough is under way. */
static enum rc submit(struct submitter *submitter, size_t count, unsigned window,
                      uint64_t *correlation)
{
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    for (size_t index = 0; index < count; index++) {
        draft_write(&submitter->drafts[index], submitter->number + index,
                    &submitter->tickets[index]);
        submitter->list[index] = &submitter->tickets[index];
    }
    wish.n_tickets = count;
    wish.tickets = submitter->list;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    const enum rc rc = client_send(submitter->client, "intake", &request, window);
    if (rc == RC_OK) {
        submitter->number += count;
        *correlation = request.correlation;
    } else if (rc != RC_AGAIN) {
        bench_fail("submit: rc %d", (int)rc);
    }
    return rc;
}

/* The next answer of intake, all of whose items must be fresh; 0 if none came in time. */
static uint64_t take_submitted(struct submitter *submitter, uint64_t timeout_ms)
{
    Paidan__Answer *answer = NULL;
    arena_reset(&submitter->arena);
    const enum rc rc =
        client_receive(submitter->client, "intake", &submitter->arena, timeout_ms, &answer);
    if (rc == RC_TIMEOUT || rc == RC_NOT_FOUND) {
        return 0;
    }
    if (rc != RC_OK || answer->code != PAIDAN__CODE__OK) {
        bench_fail("submit: rc %d", (int)rc);
    }
    for (size_t index = 0; index < answer->submitted->n_results; index++) {
        if (answer->submitted->results[index]->code != PAIDAN__CODE__OK) {
            bench_fail("a ticket was refused");
        }
    }
    atomic_fetch_add(&bench.submitted, answer->submitted->n_results);
    return answer->correlation;
}

static void *run_submits(void *context)
{
    struct submitter *submitter = context;
    unsigned under_way = 0;
    while (!atomic_load(&bench.stop_submits) || under_way > 0) {
        const uint64_t open = submitter->number - atomic_load(&bench.answered);
        const bool more = bench.lives == 0 || submitter->number < bench.lives;
        uint64_t correlation = 0;
        if (more && !atomic_load(&bench.stop_submits) && open + BATCH <= BACKLOG &&
            under_way < WINDOW) {
            under_way += submit(submitter, BATCH, WINDOW, &correlation) == RC_OK ? 1 : 0;
        } else if (under_way > 0) {
            under_way -= take_submitted(submitter, ANSWER_MS) != 0 ? 1 : 0;
        } else {
            usleep(2000);
        }
    }
    return NULL;
}

/* ---- the units ---------------------------------------------------------------------------------
 */

enum stage { STAGE_PULL, STAGE_ACCEPT, STAGE_RESOLVE };

struct clerk {
    uint64_t correlation;
    enum stage stage;
    size_t count;
    uint64_t tickets[BATCH];
};

static void clerk_send(struct client *client, struct clerk *clerk, const char *unit)
{
    static Paidan__WorkItem items[BATCH];
    static Paidan__WorkItem *list[BATCH];
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = (char *)unit;
    if (clerk->stage == STAGE_PULL) {
        pull.unit = (char *)unit;
        pull.has_max = pull.has_wait_ms = 1;
        pull.max = BATCH;
        pull.wait_ms = WAIT_MS;
        request.wish_case = PAIDAN__REQUEST__WISH_PULL;
        request.pull = &pull;
    } else {
        const bool resolve = clerk->stage == STAGE_RESOLVE;
        for (size_t index = 0; index < clerk->count; index++) {
            paidan__work_item__init(&items[index]);
            items[index].ticket = clerk->tickets[index];
            items[index].note = resolve ? (char *)"已上门处理，居民确认" : NULL;
            list[index] = &items[index];
        }
        work.unit = (char *)unit;
        work.action = resolve ? PAIDAN__ACTION__ACTION_RESOLVE : PAIDAN__ACTION__ACTION_ACCEPT;
        work.n_items = clerk->count;
        work.items = list;
        request.wish_case = PAIDAN__REQUEST__WISH_WORK;
        request.work = &work;
    }
    if (client_send(client, "escalation", &request, UNITS) != RC_OK) {
        bench_fail("cannot send work");
    }
    clerk->correlation = request.correlation;
}

static void clerk_take(struct clerk *clerk, const Paidan__Answer *answer)
{
    if (answer->code != PAIDAN__CODE__OK) {
        bench_fail("work: code %d", (int)answer->code);
    }
    if (answer->body_case == PAIDAN__ANSWER__BODY_PULLED) {
        clerk->count = answer->pulled->n_tickets;
        for (size_t index = 0; index < clerk->count; index++) {
            clerk->tickets[index] = answer->pulled->tickets[index]->ticket;
        }
        clerk->stage = clerk->count > 0 ? STAGE_ACCEPT : STAGE_PULL;
        return;
    }
    for (size_t index = 0; index < answer->worked->n_results; index++) {
        if (answer->worked->results[index]->code != PAIDAN__CODE__OK) {
            bench_fail("an action was refused: %d", (int)answer->worked->results[index]->code);
        }
    }
    clerk->stage = clerk->stage == STAGE_ACCEPT ? STAGE_RESOLVE : STAGE_PULL;
}

static void *run_units(void *context)
{
    (void)context;
    static struct clerk clerks[UNITS];
    struct client *client = NULL;
    struct arena arena;
    open_client(&client, &arena, "units");
    for (unsigned index = 0; index < UNITS; index++) {
        clerk_send(client, &clerks[index], units[index]);
    }
    while (!atomic_load(&bench.stop)) {
        Paidan__Answer *answer = NULL;
        arena_reset(&arena);
        const enum rc rc = client_receive(client, "escalation", &arena, 100, &answer);
        if (rc == RC_TIMEOUT) {
            continue;
        }
        if (rc != RC_OK) {
            bench_fail("work: rc %d", (int)rc);
        }
        for (unsigned index = 0; index < UNITS; index++) {
            if (clerks[index].correlation == answer->correlation) {
                clerk_take(&clerks[index], answer);
                clerk_send(client, &clerks[index], units[index]);
                break;
            }
        }
    }
    client_close(client);
    arena_fini(&arena);
    return NULL;
}

/* ---- the callbacks -----------------------------------------------------------------------------
 */

struct caller {
    uint64_t correlation;
    size_t count; /* to be answered; 0: pull */
    uint64_t tickets[BATCH];
};

static void caller_send(struct client *client, struct caller *caller, const char *actor)
{
    static Paidan__CallbackReply replies[BATCH];
    static Paidan__CallbackReply *list[BATCH];
    Paidan__CallbackPull pull = PAIDAN__CALLBACK_PULL__INIT;
    Paidan__CallbackAnswer said = PAIDAN__CALLBACK_ANSWER__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = (char *)actor;
    if (caller->count == 0) {
        pull.channel = (char *)"wechat";
        pull.has_max = pull.has_wait_ms = 1;
        pull.max = BATCH;
        pull.wait_ms = WAIT_MS;
        request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
        request.callback_pull = &pull;
    } else {
        for (size_t index = 0; index < caller->count; index++) {
            paidan__callback_reply__init(&replies[index]);
            replies[index].ticket = caller->tickets[index];
            replies[index].solved = PAIDAN__SOLVED__SOLVED_YES;
            replies[index].satisfied = PAIDAN__SATISFIED__SATISFIED_YES;
            list[index] = &replies[index];
        }
        said.n_replies = caller->count;
        said.replies = list;
        request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
        request.callback_answer = &said;
    }
    if (client_send(client, "callback", &request, CALLERS) != RC_OK) {
        bench_fail("cannot send a callback");
    }
    caller->correlation = request.correlation;
}

static void caller_take(struct caller *caller, const Paidan__Answer *answer)
{
    if (answer->code != PAIDAN__CODE__OK) {
        bench_fail("callback: code %d", (int)answer->code);
    }
    if (answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_PULLED) {
        caller->count = answer->callback_pulled->n_tasks;
        for (size_t index = 0; index < caller->count; index++) {
            caller->tickets[index] = answer->callback_pulled->tasks[index]->ticket;
        }
        return;
    }
    for (size_t index = 0; index < answer->callback_answered->n_results; index++) {
        if (answer->callback_answered->results[index]->code != PAIDAN__CODE__OK) {
            bench_fail("an answer was refused: %d",
                       (int)answer->callback_answered->results[index]->code);
        }
    }
    atomic_fetch_add(&bench.answered, caller->count);
    caller->count = 0;
}

static void *run_callers(void *context)
{
    (void)context;
    static struct caller callers[CALLERS];
    static const char *const names[CALLERS] = {"bot-1", "bot-2"};
    struct client *client = NULL;
    struct arena arena;
    open_client(&client, &arena, "bot");
    for (unsigned index = 0; index < CALLERS; index++) {
        caller_send(client, &callers[index], names[index]);
    }
    while (!atomic_load(&bench.stop)) {
        Paidan__Answer *answer = NULL;
        arena_reset(&arena);
        const enum rc rc = client_receive(client, "callback", &arena, 100, &answer);
        if (rc == RC_TIMEOUT) {
            continue;
        }
        if (rc != RC_OK) {
            bench_fail("callback: rc %d", (int)rc);
        }
        for (unsigned index = 0; index < CALLERS; index++) {
            if (callers[index].correlation == answer->correlation) {
                caller_take(&callers[index], answer);
                caller_send(client, &callers[index], names[index]);
                break;
            }
        }
    }
    client_close(client);
    arena_fini(&arena);
    return NULL;
}

/* ---- measuring ---------------------------------------------------------------------------------
 */

/* Steps and records said so far. */
struct work {
    double steps, head, cpu_us, bytes;
};

static void work_read(struct bench_watcher *watcher, struct work work[BENCH_SERVICES])
{
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        const char *text = bench_ask(watcher, bench_services[index], true)->metrics->text;
        work[index].steps = bench_metric(text, "paidan_step_seconds_count");
        work[index].head = bench_metric(text, "paidan_log_head");
        work[index].bytes = bench_metric(text, "paidan_map_used_bytes");
        work[index].cpu_us = (double)bench_cpu_us(bench.instance.pids[index]);
    }
}

static void report_services(json_t *result, const struct work *from, const struct work *to,
                            double lives)
{
    double cpu_us = 0, bytes = 0;
    json_t *services = json_object();
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        const struct bench_memory memory = bench_memory(bench.instance.pids[index]);
        const double steps = to[index].steps - from[index].steps;
        cpu_us += to[index].cpu_us - from[index].cpu_us;
        bytes += to[index].bytes - from[index].bytes;
        json_object_set_new(
            services, bench_services[index],
            json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "cpu_us_per_life",
                      bench_round((to[index].cpu_us - from[index].cpu_us) / lives),
                      "records_per_life", bench_round((to[index].head - from[index].head) / lives),
                      "lives_per_step", bench_round(lives / (steps > 0 ? steps : 1)), "rss_mib",
                      bench_round((double)memory.rss_bytes / 1048576), "rss_anonymous_mib",
                      bench_round((double)memory.anonymous_bytes / 1048576), "store_bytes_per_life",
                      bench_round((to[index].bytes - from[index].bytes) / lives)));
    }
    json_object_set_new(result, "cpu_us_per_life", json_real(bench_round(cpu_us / lives)));
    json_object_set_new(result, "store_bytes_per_life", json_real(bench_round(bytes / lives)));
    json_object_set_new(result, "services", services);
}

static void measure_lives(struct bench_watcher *watcher, json_t *result)
{
    enum { SECONDS_MAX = 3600 };
    static double rates[SECONDS_MAX];
    struct work from[BENCH_SERVICES], to[BENCH_SERVICES];
    sleep(WARM_SECONDS);
    work_read(watcher, from);
    const uint64_t own_us = bench_cpu_us(getpid());
    const uint64_t first = bench_closed(watcher), start_us = clock_monotonic_us();
    uint64_t before = first, before_us = start_us;
    unsigned count = 0;
    for (; count < bench.seconds && count < SECONDS_MAX; count++) {
        sleep(1);
        const uint64_t now = bench_closed(watcher), now_us = clock_monotonic_us();
        rates[count] = (double)(now - before) * 1e6 / (double)(now_us - before_us);
        before = now;
        before_us = now_us;
    }
    work_read(watcher, to);
    const double lives = (double)(before - first);
    const double spent = (double)(before_us - start_us) / 1e6;
    json_object_set_new(result, "lives_per_s", json_real(bench_round(lives / spent)));
    json_object_set_new(result, "lives_per_s_median_second",
                        json_real(bench_round(bench_share(rates, count, 0.5))));
    json_object_set_new(result, "driver_cpu_us_per_life",
                        json_real(bench_round((double)(bench_cpu_us(getpid()) - own_us) / lives)));
    report_services(result, from, to, lives);
}

/* A fixed number of lives, from the first submit to the last closed: nothing is left out, so that two
 * runs differ by their lives alone. */
static void measure_count(struct bench_watcher *watcher, json_t *result)
{
    struct work from[BENCH_SERVICES], to[BENCH_SERVICES];
    work_read(watcher, from);
    const uint64_t until_us = clock_monotonic_us() + COUNT_SECONDS_MAX * 1000000ull;
    while (bench_closed(watcher) < bench.lives) {
        if (clock_monotonic_us() > until_us) {
            bench_fail("%llu of %llu lives closed", (unsigned long long)bench_closed(watcher),
                       (unsigned long long)bench.lives);
        }
        usleep(100000);
    }
    work_read(watcher, to);
    report_services(result, from, to, (double)bench.lives);
}

/* One ticket a request, ACK_RATE a second, each at its time whatever became of those before. */
static void measure_acks(struct submitter *submitter, json_t *result)
{
    const size_t total = (size_t)bench.seconds * ACK_RATE;
    double *spans = calloc(total, sizeof *spans);
    uint64_t *due_us = calloc(total, sizeof *due_us);
    uint64_t first = 0, correlation = 0;
    if (spans == NULL || due_us == NULL) {
        bench_fail("no memory");
    }
    const uint64_t start_us = clock_monotonic_us();
    for (size_t sent = 0, got = 0; got < total;) {
        const uint64_t now_us = clock_monotonic_us();
        const uint64_t next_us = start_us + sent * 1000000u / ACK_RATE;
        if (sent < total && now_us >= next_us) {
            due_us[sent] = next_us;
            if (submit(submitter, 1, 1000000, &correlation) == RC_OK) {
                first = first == 0 ? correlation : first;
                sent++;
            }
            continue;
        }
        const uint64_t wait_ms = sent < total ? 1 : ANSWER_MS;
        const uint64_t answered = take_submitted(submitter, wait_ms);
        if (answered != 0) {
            const size_t at = (size_t)(answered - first);
            spans[at] = (double)(clock_monotonic_us() - due_us[at]) / 1000.0;
            got++;
        } else if (sent == got && sent < total) {
            usleep(100);
        }
    }
    json_object_set_new(result, "ack_p50_ms",
                        json_real(bench_round(bench_share(spans, total, 0.5))));
    json_object_set_new(result, "ack_p99_ms",
                        json_real(bench_round(bench_share(spans, total, 0.99))));
    json_object_set_new(result, "ack_p999_ms",
                        json_real(bench_round(bench_share(spans, total, 0.999))));
    json_object_set_new(result, "ack_submits_per_s", json_integer(ACK_RATE));
    free(spans);
    free(due_us);
}

static void report_logs(json_t *result)
{
    const double lives = (double)atomic_load(&bench.submitted);
    json_t *logs = json_object();
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        const double bytes = (double)bench_log_bytes(bench.instance.data, index);
        json_object_set_new(logs, bench_services[index], json_real(bench_round(bytes / lives)));
    }
    json_object_set_new(result, "log_bytes_per_life", logs);
}

static void wait_all_closed(struct bench_watcher *watcher)
{
    const uint64_t until_us = clock_monotonic_us() + 120u * 1000000u;
    while (bench_closed(watcher) < atomic_load(&bench.submitted)) {
        if (clock_monotonic_us() > until_us) {
            bench_fail("%llu of %llu lives closed", (unsigned long long)bench_closed(watcher),
                       (unsigned long long)atomic_load(&bench.submitted));
        }
        usleep(20000);
    }
}

static void measure_restart(json_t *result)
{
    json_t *restart = json_object();
    double longest_ms = 0;
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        bench_stop_one(&bench.instance, index);
        const uint64_t start_us = clock_monotonic_us();
        bench_start_one(&bench.instance, index);
        const double ms = (double)(clock_monotonic_us() - start_us) / 1000.0;
        json_object_set_new(restart, bench_services[index], json_real(bench_round(ms)));
        longest_ms = ms > longest_ms ? ms : longest_ms;
    }
    json_object_set_new(result, "restart_ms", json_real(bench_round(longest_ms)));
    json_object_set_new(result, "restart_ms_by_service", restart);
}

static json_t *measure(void)
{
    static struct submitter submitter;
    struct bench_watcher watcher;
    pthread_t threads[3];
    json_t *result = json_object();
    open_client(&submitter.client, &submitter.arena, "wechat-bot");
    open_client(&watcher.client, &watcher.arena, "watcher");
    pthread_create(&threads[0], NULL, run_submits, &submitter);
    pthread_create(&threads[1], NULL, run_units, NULL);
    pthread_create(&threads[2], NULL, run_callers, NULL);
    if (bench.lives > 0) {
        measure_count(&watcher, result);
    } else {
        measure_lives(&watcher, result);
    }
    atomic_store(&bench.stop_submits, true);
    pthread_join(threads[0], NULL);
    wait_all_closed(&watcher);
    if (bench.lives == 0) {
        measure_acks(&submitter, result);
        wait_all_closed(&watcher);
    }
    json_object_set_new(result, "lives", json_integer((json_int_t)bench_closed(&watcher)));
    json_object_set_new(result, "text_bytes", json_integer((json_int_t)bench.text_bytes));
    atomic_store(&bench.stop, true);
    pthread_join(threads[1], NULL);
    pthread_join(threads[2], NULL);
    client_close(submitter.client);
    client_close(watcher.client);
    if (bench.lives == 0) {
        measure_restart(result);
    }
    return result;
}

/* Said before anything is started: with a foreign site the first pull would be refused, or lives
 * would lie at a desk, and the figures of the rest would mean nothing. */
static void check_site(const char *folder)
{
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    if (report == NULL || site_load(folder, report, &site) != RC_OK) {
        bench_fail("no site in %s", folder);
    }
    free(report);
    for (unsigned index = 0; index < UNITS; index++) {
        if (site_unit_find(site, units[index]) == SITE_NONE) {
            bench_fail("%s has no unit %s: this benchmark is made for tests/sites/bench", folder,
                       units[index]);
        }
    }
    if (site_channel_find(site, "wechat") == SITE_NONE) {
        bench_fail("%s has no channel wechat: this benchmark is made for tests/sites/bench",
                   folder);
    }
    site_free(site);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"bin", required_argument, NULL, 'b'},        {"site", required_argument, NULL, 's'},
        {"seconds", required_argument, NULL, 'n'},    {"lives", required_argument, NULL, 'l'},
        {"text-bytes", required_argument, NULL, 't'}, {0}};
    bench.instance.site = BENCH_SITE;
    bench.seconds = 10;
    bench.text_bytes = 240;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'b':
            bench.instance.bin = optarg;
            break;
        case 's':
            bench.instance.site = optarg;
            break;
        case 'n':
            bench.seconds = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'l':
            bench.lives = strtoull(optarg, NULL, 10) / BATCH * BATCH;
            break;
        case 't':
            bench.text_bytes = strtoul(optarg, NULL, 10);
            break;
        default:
            return 64;
        }
    }
    if (bench.instance.bin == NULL || bench.seconds == 0) {
        fprintf(stderr,
                "usage: lifecycle_bench --bin DIR [--site DIR] [--seconds N | --lives N] "
                "[--text-bytes N]\n");
        return 64;
    }
    check_site(bench.instance.site);
    texts_make();
    bench_start(&bench.instance);
    json_t *result = measure();
    json_object_set_new(result, "machine", bench_machine(bench.instance.data));
    bench_stop(&bench.instance);
    report_logs(result);
    bench_folder_drop(bench.instance.data);
    bench_print(result);
    return 0;
}
