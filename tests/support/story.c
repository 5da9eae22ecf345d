/* The loop around a core that a test needs: what common/shell does, without sockets. */

#include "story.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/say/number.h"
#include "common/wire/wire.h"

enum { PATH_BYTES = 1024, MAP_BYTES = 1 << 30, ANSWERS_BYTES = 256 << 20 };

/* ---- opening ---- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct site *load_site(const char *name)
{
    char folder[PATH_BYTES];
    const char *root = getenv("PAIDAN_ROOT");
    (void)snprintf(folder, sizeof folder, "%s/tests/sites/%s", root == NULL ? "." : root, name);
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    struct site *site = NULL;
    const enum rc rc = site_load(folder, report, &site);
    for (uint32_t index = 0; rc != RC_OK && index < report->count && index < 8; index++) {
        const struct site_mistake *mistake = &report->mistakes[index];
        fprintf(stderr, "%s:%u: %s: %s\n", mistake->file, mistake->line, mistake->name,
                mistake->en);
    }
    free(report);
    CHECK(rc == RC_OK);
    return site;
}

static void open_store(const struct story *story, const char *part, struct store **store)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", story->folder, part);
    const struct store_options options = {.path = path,
                                          .map_bytes = MAP_BYTES,
                                          .service = story->service->name,
                                          .tables = story->service->tables};
    const enum rc rc = store_open(store, &options);
    CHECK(rc == RC_OK);
}

static Paidan__Code authorise(void *context, const struct step_service *service,
                              const struct step_peer *peer, const Paidan__Request *request,
                              struct permit_asker *asker)
{
    const struct story *const story = context;
    (void)service, (void)peer, (void)request;
    *asker = story->asker != NULL ? *story->asker : (struct permit_asker){.free = true};
    asker->uid = STEP_UID_NONE;
    return PAIDAN__CODE__OK;
}

static void open_engine(struct story *story)
{
    open_store(story, "store", &story->store);
    const struct step_options options = {.store = story->store,
                                         .site = story->site,
                                         .authorise = authorise,
                                         .authorise_context = story};
    const enum rc rc = step_engine_open(&story->engine, story->service, &options);
    CHECK(rc == RC_OK);
}

void story_open(struct story *story, const struct step_service *service, const char *site,
                uint64_t now_ms)
{
    story_open_site(story, service, load_site(site), now_ms);
}

void story_open_site(struct story *story, const struct step_service *service, struct site *site,
                     uint64_t now_ms)
{
    memset(story, 0, sizeof *story);
    story->service = service;
    story->now_ms = now_ms;
    story->site = site;
    /* Tests need no durable disk: shared memory spares them the wait. */
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(story->folder, sizeof story->folder, "%s/paidan-story-XXXXXX", base);
    const char *made = mkdtemp(story->folder);
    CHECK(made != NULL);
    for (unsigned index = 0; service->follows[index] != NULL; index++) {
        CHECK(index < STORY_LOGS_MAX);
        story->logs[index].name = service->follows[index];
    }
    const enum rc rc = arena_init(&story->answers, ANSWERS_BYTES);
    CHECK(rc == RC_OK);
    trace_init(&story->trace, now_ms);
    open_engine(story);
}

void story_change_site(struct story *story, struct site *site)
{
    const enum rc rc = step_engine_set_site(story->engine, site);
    CHECK(rc == RC_OK);
    site_free(story->site);
    story->site = site;
}

void story_move_to(struct story *story, const char *site)
{
    story_change_site(story, load_site(site));
    story_step(story);
}

static void close_engine(struct story *story)
{
    step_engine_close(story->engine);
    store_close(story->store);
}

void story_close(struct story *story)
{
    close_engine(story);
    for (unsigned index = 0; index < STORY_WAITERS_MAX; index++) {
        free(story->waiters[index].request);
    }
    site_free(story->site);
    arena_fini(&story->answers);
    trace_fini(&story->trace);
    remove_tree(story->folder);
}

void story_restart(struct story *story)
{
    if (story->broken) {
        return;
    }
    close_engine(story);
    open_engine(story);
    /* Records that led to nothing need not be in the store: they are told anew, as others. */
    for (size_t index = 0; index < STORY_LOGS_MAX && story->logs[index].name != NULL; index++) {
        struct cursor cursor;
        const enum rc rc = step_engine_cursor(story->engine, story->logs[index].name, &cursor);
        CHECK(rc == RC_OK);
        story->logs[index].seq = cursor.seq;
    }
    if (!story->quiet) {
        trace_at(&story->trace, story->now_ms, "(restart)");
    }
}

/* ---- one step ---- */

static enum rc trace_record(void *context, const struct evlog_record *record)
{
    struct story *story = context;
    story->traced_seq = record->seq;
    if (record->kind != EVLOG_EVENT || story->quiet) {
        return RC_OK;
    }
    Paidan__Event *event = paidan__event__unpack(NULL, record->bytes, record->payload);
    CHECK(event != NULL);
    trace_event(&story->trace, story->service->name, ">", event);
    paidan__event__free_unpacked(event, NULL);
    return RC_OK;
}

/* Lines for what the step said. */
static void trace_new(struct story *story)
{
    struct store_txn *txn = NULL;
    enum rc rc = store_begin(story->store, false, &txn);
    CHECK(rc == RC_OK);
    if (step_engine_head(story->engine) > story->traced_seq) {
        rc = evlog_walk(txn, story->traced_seq + 1, trace_record, story);
        CHECK(rc == RC_OK);
    }
    store_abort(txn);
}

static enum rc run(struct story *story, const struct step_input *input,
                   struct step_outcome *outcome)
{
    const struct step_conditions conditions = {.now_ms = story->now_ms, .entropy = 1};
    const enum rc rc =
        step_engine_run(story->engine, &conditions, input, input != NULL ? 1 : 0, outcome);
    if (rc != RC_OK) {
        trace_at(&story->trace, story->now_ms, "step failed: %s", rc_name(rc));
        story->broken = true;
        return rc;
    }
    trace_new(story);
    return RC_OK;
}

static const Paidan__Answer *keep_answer(struct story *story, const unsigned char *bytes,
                                         size_t size)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc =
        wire_unpack(&story->answers, &paidan__answer__descriptor, bytes, size, &message, &error);
    CHECK(rc == RC_OK);
    return (const Paidan__Answer *)message;
}

/* Runs one packed request as the shell does. *answer NULL: parked under *key. */
static enum rc run_request(struct story *story, const unsigned char *bytes, size_t size,
                           uint64_t until_ms, const Paidan__Answer **answer, uint64_t *key)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    *answer = NULL;
    step_engine_reset(story->engine);
    enum rc rc = wire_unpack(step_engine_arena(story->engine), &paidan__request__descriptor, bytes,
                             size, &message, &error);
    CHECK(rc == RC_OK);
    const struct step_input input = {.kind = STEP_COMMAND,
                                     .request = (const Paidan__Request *)message,
                                     .park_until_ms = until_ms};
    struct step_outcome outcome = {0};
    rc = run(story, &input, &outcome);
    if (rc != RC_OK) {
        return rc;
    }
    if (outcome.result == STEP_PARKED) {
        *key = outcome.park_key;
    } else {
        CHECK(outcome.result == STEP_ANSWERED);
        *answer = keep_answer(story, outcome.answer, outcome.answer_bytes);
    }
    return RC_OK;
}

/* ---- waiting ---- */

static void serve_waiter(struct story *story, struct story_waiter *waiter)
{
    const Paidan__Answer *answer = NULL;
    const enum rc rc =
        run_request(story, waiter->request, waiter->bytes, waiter->until_ms, &answer, &waiter->key);
    if (rc != RC_OK || answer == NULL) {
        return;
    }
    if (!story->quiet) {
        trace_answer(&story->trace, waiter->who, answer);
    }
    free(waiter->request);
    *waiter = (struct story_waiter){0};
}

static bool is_woken(const struct story *story, uint64_t key)
{
    size_t count = 0;
    const uint64_t *keys = step_engine_wakes(story->engine, &count);
    bool woken = false;
    for (size_t index = 0; index < count; index++) {
        woken = woken || keys[index] == key;
    }
    return woken;
}

/* After a step: whoever was woken or has waited long enough, in the order of their coming. */
static void serve_waiters(struct story *story)
{
    bool due[STORY_WAITERS_MAX] = {false};
    for (unsigned index = 0; index < STORY_WAITERS_MAX; index++) {
        const struct story_waiter *waiter = &story->waiters[index];
        due[index] = waiter->who != NULL &&
                     (waiter->until_ms <= story->now_ms || is_woken(story, waiter->key));
    }
    for (unsigned index = 0; index < STORY_WAITERS_MAX && !story->broken; index++) {
        if (due[index]) {
            serve_waiter(story, &story->waiters[index]);
        }
    }
}

/* ---- what tests do ---- */

void story_step(struct story *story)
{
    if (story->broken) {
        return;
    }
    step_engine_reset(story->engine);
    if (run(story, NULL, NULL) == RC_OK) {
        serve_waiters(story);
    }
}

static uint64_t next_moment(struct story *story)
{
    uint64_t at_ms = UINT64_MAX;
    const enum rc rc = step_engine_next_due(story->engine, &at_ms);
    CHECK(rc == RC_OK || rc == RC_NOT_FOUND);
    for (unsigned index = 0; index < STORY_WAITERS_MAX; index++) {
        const struct story_waiter *waiter = &story->waiters[index];
        if (waiter->who != NULL && waiter->until_ms < at_ms) {
            at_ms = waiter->until_ms;
        }
    }
    return at_ms;
}

void story_until(struct story *story, uint64_t at_ms)
{
    const uint64_t end_ms = story->trace.base_ms + at_ms;
    while (!story->broken) {
        const uint64_t next_ms = next_moment(story);
        if (next_ms > end_ms) {
            break;
        }
        story->now_ms = next_ms > story->now_ms ? next_ms : story->now_ms;
        story_step(story);
    }
    story->now_ms = end_ms > story->now_ms ? end_ms : story->now_ms;
}

void story_jump(struct story *story, uint64_t at_ms)
{
    story->now_ms = story->trace.base_ms + at_ms;
}

static struct story_log *find_log(struct story *story, const char *name)
{
    for (unsigned index = 0; index < STORY_LOGS_MAX; index++) {
        if (story->logs[index].name != NULL && strcmp(story->logs[index].name, name) == 0) {
            return &story->logs[index];
        }
    }
    check_fail("a log that the service follows", __FILE__, __LINE__, __func__);
}

void story_hear(struct story *story, const char *log_name, Paidan__Event *event)
{
    if (story->broken) {
        return;
    }
    struct story_log *log = find_log(story, log_name);
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    event->cause = &cause;
    event->at_ms = story->now_ms;
    if (!story->quiet) {
        trace_event(&story->trace, log_name, "<", event);
    }
    unsigned char *bytes = malloc(paidan__event__get_packed_size(event));
    CHECK(bytes != NULL);
    const size_t size = paidan__event__pack(event, bytes);
    step_engine_reset(story->engine);
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc = wire_unpack(step_engine_arena(story->engine), &paidan__event__descriptor,
                                   bytes, size, &message, &error);
    CHECK(rc == RC_OK);
    const struct step_input input = {.kind = STEP_RECORD,
                                     .log = log->name,
                                     .seq = log->seq + 1,
                                     .crc = codec_crc(bytes, size),
                                     .event = (const Paidan__Event *)message};
    free(bytes);
    struct step_outcome outcome = {0};
    if (run(story, &input, &outcome) == RC_OK) {
        log->seq++;
        serve_waiters(story);
    }
    event->cause = NULL;
}

/* Packs a request with what every request needs. The bytes are the caller's. */
static unsigned char *pack_request(struct story *story, const char *who, Paidan__Request *request,
                                   size_t *size)
{
    unsigned char id[REQUEST_ID_BYTES] = {0};
    story->requests++;
    for (unsigned index = 0; index < 8; index++) {
        id[15 - index] = (unsigned char)(story->requests >> (8 * index));
    }
    Paidan__Request whole = *request;
    whole.protocol = 1;
    whole.correlation = story->requests;
    whole.actor = whole.actor != NULL ? whole.actor : (char *)who;
    if (!whole.has_request_id) {
        whole.has_request_id = true;
        whole.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    }
    unsigned char *bytes = malloc(paidan__request__get_packed_size(&whole));
    CHECK(bytes != NULL);
    *size = paidan__request__pack(&whole, bytes);
    return bytes;
}

const Paidan__Answer *story_ask(struct story *story, const char *who, Paidan__Request *request)
{
    if (story->broken) {
        return NULL;
    }
    size_t size = 0;
    uint64_t key = 0;
    const Paidan__Answer *answer = NULL;
    unsigned char *bytes = pack_request(story, who, request, &size);
    const enum rc rc = run_request(story, bytes, size, 0, &answer, &key);
    free(bytes);
    if (rc != RC_OK) {
        return NULL;
    }
    if (answer != NULL && !story->quiet) {
        trace_answer(&story->trace, who, answer);
    }
    serve_waiters(story);
    return answer;
}

void story_wait(struct story *story, const char *who, Paidan__Request *request, uint64_t wait_ms)
{
    if (story->broken) {
        return;
    }
    struct story_waiter *waiter = NULL;
    for (unsigned index = 0; index < STORY_WAITERS_MAX && waiter == NULL; index++) {
        waiter = story->waiters[index].who == NULL ? &story->waiters[index] : NULL;
    }
    CHECK(waiter != NULL);
    waiter->who = who;
    waiter->until_ms = story->now_ms + wait_ms;
    waiter->request = pack_request(story, who, request, &waiter->bytes);
    if (!story->quiet) {
        trace_at(&story->trace, story->now_ms, "%s waits", who);
    }
    serve_waiter(story, waiter);
}

const Paidan__Answer *story_query(struct story *story, Paidan__Request *request)
{
    if (story->broken) {
        return NULL;
    }
    request->protocol = 1;
    const unsigned char *bytes = NULL;
    size_t size = 0;
    step_engine_reset(story->engine);
    const enum rc rc =
        step_engine_query(story->engine, NULL, request, story->now_ms, &bytes, &size);
    if (rc != RC_OK) {
        trace_at(&story->trace, story->now_ms, "query failed: %s", rc_name(rc));
        return NULL;
    }
    return keep_answer(story, bytes, size);
}

uint64_t story_count(struct story *story, const char *name)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    for (size_t index = 0; answer != NULL && index < answer->stats->n_counts; index++) {
        if (strcmp(answer->stats->counts[index]->name, name) == 0) {
            return answer->stats->counts[index]->value;
        }
    }
    return UINT64_MAX;
}

void story_replay(struct story *story)
{
    if (story->broken) {
        return;
    }
    struct store *into = NULL;
    open_store(story, "replayed", &into);
    struct step_difference difference = {0};
    const enum rc rc = step_replay(story->service, story->store, into, &difference, NULL);
    store_close(into);
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/replayed", story->folder);
    remove_tree(path);
    if (rc == RC_OK) {
        trace_say(&story->trace, "replay: equal");
    } else {
        trace_say(&story->trace, "replay: %s table=%s key=%s %s seq=%llu", rc_name(rc),
                  difference.table, difference.key, difference.what == NULL ? "" : difference.what,
                  (unsigned long long)difference.seq);
    }
}

uint64_t story_ticket(const struct story *story, uint64_t sequence)
{
    return number_day_first(story->trace.base_ms, site_offset(story->site, story->trace.base_ms)) -
           1 + sequence;
}
