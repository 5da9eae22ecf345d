/* Full lives through the four real processes, over ZeroMQ, with their default durability:
 *
 *   submit (batches of 1,000) -> triage routes -> units pull, accept, resolve (batches) -> the
 *   channel pulls and answers (batches) -> closed
 *
 * Three threads stand for the adapter that submits, the clerks of eight units and the adapter that
 * asks back; each keeps a few requests under way. A fourth asks escalation how many are closed.
 *
 *   lives     a life is open until escalation has closed it, and at most --open of them are, so
 *             the slowest part sets the pace, whichever it is: this is the figure
 *   pressure  a life makes room for the next as soon as its resident has answered, so that
 *             commands never cease, whatever is closed: here it shows whether closings keep pace,
 *             which is to say whether escalation reads callback's log while commands come
 *   acks      1,000 submits a second one by one, for the time to an acknowledgement
 *
 * The lag of closings is what residents have answered and escalation has not closed. Before the
 * acks, and at the end, every life must be closed. Prints JSON.
 *
 * The site is tests/sites/bench: the units and estates below are its own, and no clock, holiday or
 * calling hour of it ever holds a life up, whatever the day. Another site must have them too.
 * With --lives N there are exactly so many lives and nothing else, for counting what one costs (a
 * folder of scripts in place of the programs may put a service under callgrind).
 *
 * Usage: lifecycle_bench --bin DIR [--site DIR] [--seconds N [--pressure N] | --lives N]
 *                        [--open N] [--text-bytes N]
 * --pressure 0 leaves that part out. */

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
    OPEN = 24 * BATCH,
    WINDOW = 2, /* submits under way */
    UNITS = 8,
    CALLERS = 2,
    WARM_SECONDS = 3,
    SECONDS_MAX = 3600,
    PRESSURE_SECONDS = 60,
    CLOSED_LOOK_US = 5000,
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
    unsigned seconds, pressure_seconds;
    uint64_t lives; /* 0: as many as there is time for */
    uint64_t open;  /* at most */
    size_t text_bytes;
    _Atomic uint64_t submitted, answered, closed;
    atomic_bool pressure, stop_submits, stop;
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

/* How far the lives must be that make room for others. */
static uint64_t over(void)
{
    return atomic_load(atomic_load(&bench.pressure) ? &bench.answered : &bench.closed);
}

static void *run_submits(void *context)
{
    struct submitter *submitter = context;
    unsigned under_way = 0;
    while (!atomic_load(&bench.stop_submits) || under_way > 0) {
        const uint64_t open = submitter->number - over();
        const bool more = bench.lives == 0 || submitter->number < bench.lives;
        uint64_t correlation = 0;
        if (more && !atomic_load(&bench.stop_submits) && open + BATCH <= bench.open &&
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

/* ---- the closings ------------------------------------------------------------------------------
 */

/* An answer is counted after callback has committed it, which may be after escalation closed the
 * life: so what is closed is asked for first. */
static uint64_t lag_of(uint64_t closed)
{
    const uint64_t answered = atomic_load(&bench.answered);
    return answered > closed ? answered - closed : 0;
}

/* Asked between two steps, so that a busy service is asked as seldom as it takes steps. */
static void *run_closed(void *context)
{
    (void)context;
    struct bench_watcher watcher;
    open_client(&watcher.client, &watcher.arena, "closings");
    while (!atomic_load(&bench.stop)) {
        atomic_store(&bench.closed, bench_closed(&watcher));
        usleep(CLOSED_LOOK_US);
    }
    client_close(watcher.client);
    arena_fini(&watcher.arena);
    return NULL;
}

/* ---- measuring ---------------------------------------------------------------------------------
 */

/* Of a service, so far. */
struct work {
    double steps, commands, records, head, cpu_us, bytes;
};

/* What escalation reads. */
enum { FOLLOWED = 3 };
static const char *const followed[FOLLOWED] = {"triage", "callback", "intake"};

/* Of all of them at one time. */
struct moment {
    struct work work[BENCH_SERVICES];
    double behind[FOLLOWED]; /* records that escalation has not read */
    uint64_t at_us, own_cpu_us, answered, closed, lag;
};

static void behind_read(struct bench_watcher *watcher, double behind[FOLLOWED])
{
    char name[64];
    const char *text = bench_ask(watcher, "escalation", true)->metrics->text;
    for (unsigned index = 0; index < FOLLOWED; index++) {
        snprintf(name, sizeof name, "paidan_follow_lag_records{log=\"%s\"}", followed[index]);
        behind[index] = bench_metric(text, name);
    }
}

static struct moment moment_read(struct bench_watcher *watcher)
{
    struct moment now = {.own_cpu_us = bench_cpu_us(getpid())};
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        struct work *work = &now.work[index];
        const char *text = bench_ask(watcher, bench_services[index], true)->metrics->text;
        work->steps = bench_metric(text, "paidan_step_seconds_count");
        work->commands = bench_metric(text, "paidan_commands_total");
        work->records = bench_metric(text, "paidan_records_total");
        work->head = bench_metric(text, "paidan_log_head");
        work->bytes = bench_metric(text, "paidan_map_used_bytes");
        work->cpu_us = (double)bench_cpu_us(bench.instance.pids[index]);
    }
    behind_read(watcher, now.behind);
    now.closed = bench_closed(watcher);
    now.lag = lag_of(now.closed);
    now.answered = now.closed + now.lag;
    now.at_us = clock_monotonic_us();
    return now;
}

static void report_services(json_t *result, const struct moment *from, const struct moment *to,
                            double lives)
{
    double cpu_us = 0, bytes = 0;
    json_t *services = json_object();
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        const struct bench_memory memory = bench_memory(bench.instance.pids[index]);
        const struct work *a = &from->work[index], *b = &to->work[index];
        const double steps = b->steps > a->steps ? b->steps - a->steps : 1;
        cpu_us += b->cpu_us - a->cpu_us;
        bytes += b->bytes - a->bytes;
        json_object_set_new(
            services, bench_services[index],
            json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "cpu_us_per_life",
                      bench_round((b->cpu_us - a->cpu_us) / lives), "records_per_life",
                      bench_round((b->head - a->head) / lives), "lives_per_step",
                      bench_round(lives / steps), "commands_per_step",
                      bench_round((b->commands - a->commands) / steps), "followed_per_step",
                      bench_round((b->records - a->records) / steps), "rss_mib",
                      bench_round((double)memory.rss_bytes / 1048576), "rss_anonymous_mib",
                      bench_round((double)memory.anonymous_bytes / 1048576), "store_bytes_per_life",
                      bench_round((b->bytes - a->bytes) / lives)));
    }
    json_object_set_new(result, "cpu_us_per_life", json_real(bench_round(cpu_us / lives)));
    json_object_set_new(result, "store_bytes_per_life", json_real(bench_round(bytes / lives)));
    json_object_set_new(result, "services", services);
}

/* keep_pace: lives closed for one that was answered; 1 means that the lag neither grew nor shrank. */
static void report_closings(json_t *result, const struct moment *from, const struct moment *to,
                            uint64_t lag_max)
{
    const double closed = (double)(to->closed - from->closed);
    const double answered =
        to->answered > from->answered ? (double)(to->answered - from->answered) : 1;
    const double spent_us = (double)(to->at_us - from->at_us);
    json_t *behind = json_object(), *closings = json_object();
    for (unsigned index = 0; index < FOLLOWED; index++) {
        json_object_set_new(behind, followed[index], json_real(to->behind[index]));
    }
    json_object_set_new(closings, "lag_start", json_integer((json_int_t)from->lag));
    json_object_set_new(closings, "lag_end", json_integer((json_int_t)to->lag));
    json_object_set_new(closings, "lag_max", json_integer((json_int_t)lag_max));
    json_object_set_new(closings, "answered_per_s",
                        json_real(bench_round(answered * 1e6 / spent_us)));
    json_object_set_new(closings, "keep_pace", json_real(bench_round(closed / answered)));
    json_object_set_new(closings, "unread_end", behind);
    json_object_set_new(result, "closings", closings);
}

/* As long as that, after some seconds in which every part finds its work. */
static void measure_span(struct bench_watcher *watcher, unsigned seconds, json_t *result)
{
    static double rates[SECONDS_MAX];
    unsigned count = 0;
    sleep(WARM_SECONDS);
    const struct moment from = moment_read(watcher);
    uint64_t before = from.closed, before_us = from.at_us, lag_max = from.lag;
    for (; count < seconds; count++) {
        sleep(1);
        const uint64_t now = bench_closed(watcher), now_us = clock_monotonic_us();
        const uint64_t lag = lag_of(now);
        lag_max = lag > lag_max ? lag : lag_max;
        rates[count] = (double)(now - before) * 1e6 / (double)(now_us - before_us);
        before = now;
        before_us = now_us;
    }
    const struct moment to = moment_read(watcher);
    const double lives = to.closed > from.closed ? (double)(to.closed - from.closed) : 1;
    const double spent = (double)(to.at_us - from.at_us) / 1e6;
    json_object_set_new(result, "lives_per_s", json_real(bench_round(lives / spent)));
    json_object_set_new(result, "lives_per_s_median_second",
                        json_real(bench_round(bench_share(rates, count, 0.5))));
    json_object_set_new(result, "driver_cpu_us_per_life",
                        json_real(bench_round((double)(to.own_cpu_us - from.own_cpu_us) / lives)));
    report_closings(result, &from, &to, to.lag > lag_max ? to.lag : lag_max);
    report_services(result, &from, &to, lives);
}

/* A fixed number of lives, from the first submit to the last closed: nothing is left out, so that two
 * runs differ by their lives alone. */
static void measure_count(struct bench_watcher *watcher, json_t *result)
{
    const struct moment from = moment_read(watcher);
    const uint64_t until_us = clock_monotonic_us() + COUNT_SECONDS_MAX * 1000000ull;
    while (bench_closed(watcher) < bench.lives) {
        if (clock_monotonic_us() > until_us) {
            bench_fail("%llu of %llu lives closed", (unsigned long long)bench_closed(watcher),
                       (unsigned long long)bench.lives);
        }
        usleep(100000);
    }
    const struct moment to = moment_read(watcher);
    report_services(result, &from, &to, (double)bench.lives);
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
    double all = 0;
    json_t *logs = json_object();
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        const double bytes = (double)bench_log_bytes(bench.instance.data, index);
        all += bytes;
        json_object_set_new(logs, bench_services[index], json_real(bench_round(bytes / lives)));
    }
    json_object_set_new(logs, "all", json_real(bench_round(all / lives)));
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

/* From a full house on: what lags at its start is what the part before left. */
static void measure_pressure(struct bench_watcher *watcher, json_t *result)
{
    json_t *pressure = json_object();
    atomic_store(&bench.pressure, true);
    measure_span(watcher, bench.pressure_seconds, pressure);
    json_object_set_new(pressure, "seconds", json_integer((json_int_t)bench.pressure_seconds));
    json_object_set_new(result, "pressure", pressure);
}

/* The parts one after the other; the residents come from a thread while they come in batches. */
static void measure_parts(struct bench_watcher *watcher, struct submitter *submitter,
                          json_t *result)
{
    pthread_t residents;
    pthread_create(&residents, NULL, run_submits, submitter);
    if (bench.lives > 0) {
        measure_count(watcher, result);
    } else {
        measure_span(watcher, bench.seconds, result);
    }
    if (bench.lives == 0 && bench.pressure_seconds > 0) {
        measure_pressure(watcher, result);
    }
    atomic_store(&bench.stop_submits, true);
    pthread_join(residents, NULL);
    wait_all_closed(watcher);
    if (bench.lives == 0) {
        measure_acks(submitter, result);
        wait_all_closed(watcher);
    }
    json_object_set_new(result, "lives", json_integer((json_int_t)bench_closed(watcher)));
    json_object_set_new(result, "open_max", json_integer((json_int_t)bench.open));
    json_object_set_new(result, "text_bytes", json_integer((json_int_t)bench.text_bytes));
}

static json_t *measure(void)
{
    static struct submitter submitter;
    static void *(*const others[])(void *) = {run_units, run_callers, run_closed};
    enum { OTHERS = sizeof others / sizeof others[0] };
    struct bench_watcher watcher;
    pthread_t threads[OTHERS];
    json_t *result = json_object();
    open_client(&submitter.client, &submitter.arena, "wechat-bot");
    open_client(&watcher.client, &watcher.arena, "watcher");
    for (unsigned index = 0; index < OTHERS; index++) {
        pthread_create(&threads[index], NULL, others[index], NULL);
    }
    measure_parts(&watcher, &submitter, result);
    atomic_store(&bench.stop, true);
    for (unsigned index = 0; index < OTHERS; index++) {
        pthread_join(threads[index], NULL);
    }
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

/* False: not understood. */
static bool option_take(int option, const char *word)
{
    switch (option) {
    case 'b':
        bench.instance.bin = word;
        break;
    case 's':
        bench.instance.site = word;
        break;
    case 'n':
        bench.seconds = (unsigned)strtoul(word, NULL, 10);
        break;
    case 'p':
        bench.pressure_seconds = (unsigned)strtoul(word, NULL, 10);
        break;
    case 'l':
        bench.lives = strtoull(word, NULL, 10) / BATCH * BATCH;
        break;
    case 'o':
        bench.open = strtoull(word, NULL, 10);
        break;
    case 't':
        bench.text_bytes = strtoul(word, NULL, 10);
        break;
    default:
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"bin", required_argument, NULL, 'b'},        {"site", required_argument, NULL, 's'},
        {"seconds", required_argument, NULL, 'n'},    {"pressure", required_argument, NULL, 'p'},
        {"lives", required_argument, NULL, 'l'},      {"open", required_argument, NULL, 'o'},
        {"text-bytes", required_argument, NULL, 't'}, {0}};
    bench.instance.site = BENCH_SITE;
    bench.seconds = 10;
    bench.pressure_seconds = PRESSURE_SECONDS;
    bench.open = OPEN;
    bench.text_bytes = 240;
    bool understood = true;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        understood = understood && option_take(option, optarg);
    }
    if (!understood || bench.instance.bin == NULL || bench.seconds == 0 || bench.open < BATCH ||
        bench.seconds > SECONDS_MAX || bench.pressure_seconds > SECONDS_MAX) {
        fprintf(stderr,
                "usage: lifecycle_bench --bin DIR [--site DIR] [--seconds N [--pressure N] "
                "| --lives N] [--open N] [--text-bytes N]\n");
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
