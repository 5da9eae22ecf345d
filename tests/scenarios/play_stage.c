/* play_stage: the world in this process, or the processes of an instance. */
#include "play_stage.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/bus/client.h"
#include "common/store/evlog.h"
#include "common/wire/wire.h"

enum {
    ASK_MS = 20000, /* for a service that does not answer at all: only a failure waits so long */
    ARENA_BYTES = 64 << 20,
    NAP_US = 300,
};

struct stage {
    struct world *world; /* NULL: processes */
    struct site *site;   /* of processes; the world has its own */
    struct client *client;
    struct arena arena;
    const char *data;
    uint64_t now_ms;
    bool rests; /* processes: nothing was asked since they came to rest */
    uint64_t next_due_ms;
};

static const char *const names[WORLD_SERVICES] = {"intake", "triage", "escalation", "callback",
                                                  "archive"};

static _Noreturn void stage_fail(const char *what, const char *which)
{
    fprintf(stderr, "scenario: %s: %s\n", which, what);
    exit(1);
}

struct stage *stage_open_world(const char *folder, const char *site_folder, uint64_t start_ms)
{
    struct stage *stage = calloc(1, sizeof *stage);
    CHECK(stage != NULL);
    stage->world = world_open(folder, site_folder, start_ms);
    return stage;
}

struct stage *stage_open_live(const char *data, const char *site_folder, uint64_t start_ms)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(stage != NULL);
    CHECK(report != NULL);
    stage->data = data;
    stage->now_ms = start_ms;
    const enum rc loaded = site_load(site_folder, report, &stage->site);
    free(report);
    if (loaded != RC_OK || arena_init(&stage->arena, ARENA_BYTES) != RC_OK ||
        client_open(&stage->client, data, "scenario") != RC_OK) {
        stage_fail("cannot be opened", site_folder);
    }
    stage_rest(stage);
    return stage;
}

void stage_close(struct stage *stage)
{
    if (stage->world != NULL) {
        world_close(stage->world);
    } else {
        client_close(stage->client);
        arena_fini(&stage->arena);
        site_free(stage->site);
    }
    free(stage);
}

const struct site *stage_site(const struct stage *stage)
{
    return stage->world != NULL ? world_site(stage->world) : stage->site;
}

uint64_t stage_now_ms(const struct stage *stage)
{
    return stage->world != NULL ? world_now_ms(stage->world) : stage->now_ms;
}

const Paidan__Answer *stage_ask(struct stage *stage, enum world_service service,
                                Paidan__Request *request)
{
    if (stage->world != NULL) {
        const Paidan__Answer *answer = world_send(stage->world, service, request);
        CHECK(answer != NULL);
        return answer;
    }
    Paidan__Answer *answer = NULL;
    stage->rests = stage->rests && request->wish_case == PAIDAN__REQUEST__WISH_LIST;
    arena_reset(&stage->arena);
    const enum rc rc =
        client_call(stage->client, names[service], request, &stage->arena, ASK_MS, &answer);
    if (rc != RC_OK) {
        stage_fail(rc_name(rc), names[service]);
    }
    return answer;
}

/* ---- processes: time and rest ---- */

/* What one round of pings saw. */
struct round {
    uint64_t heads[WORLD_SERVICES], next_due_ms;
    uint64_t cursors[WORLD_SERVICES][WORLD_SERVICES];
    bool on_time; /* all show the time that was set */
};

static void round_add(struct stage *stage, struct round *round, unsigned service)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    const Paidan__Answer *answer = stage_ask(stage, (enum world_service)service, &request);
    CHECK(answer->pong != NULL);
    const Paidan__Pong *pong = answer->pong;
    round->heads[service] = pong->head_seq;
    round->on_time = round->on_time && answer->now_ms >= stage->now_ms;
    if (pong->has_oldest_due_ms && pong->oldest_due_ms < round->next_due_ms) {
        round->next_due_ms = pong->oldest_due_ms;
    }
    for (unsigned other = 0; other < WORLD_SERVICES; other++) {
        round->cursors[service][other] = UINT64_MAX; /* not followed */
    }
    for (size_t index = 0; index < pong->n_following; index++) {
        if (pong->following[index]->has_stuck) {
            stage_fail("cannot follow", names[service]);
        }
        for (unsigned other = 0; other < WORLD_SERVICES; other++) {
            if (strcmp(pong->following[index]->log, names[other]) == 0) {
                round->cursors[service][other] = pong->following[index]->cursor;
            }
        }
    }
}

/* Receipts for intake come at leisure, and nobody but residents who look waits for them. */
static bool round_rests(const struct round *round, uint64_t now_ms, bool receipts)
{
    bool rests = round->on_time && round->next_due_ms > now_ms;
    for (unsigned service = 0; service < WORLD_SERVICES; service++) {
        for (unsigned other = 0; other < WORLD_SERVICES; other++) {
            const bool waits = receipts || service != WORLD_INTAKE || other != WORLD_ESCALATION;
            rests = rests && (!waits || round->cursors[service][other] >= round->heads[other]);
        }
    }
    return rests;
}

/* Gives the next deadline. One round is enough: the first to say anything after its own ping would
 * have to hear something that it had not heard at its ping, and then its cursor was behind a head,
 * or to be due, and then a deadline had passed. */
static uint64_t live_settle(struct stage *stage, bool receipts)
{
    stage->rests = stage->rests && !receipts;
    for (unsigned rounds = 0; !stage->rests; rounds++) {
        struct round round = {.next_due_ms = UINT64_MAX, .on_time = true};
        for (unsigned service = 0; service < WORLD_SERVICES && round.on_time; service++) {
            round_add(stage, &round, service);
        }
        stage->rests = round_rests(&round, stage->now_ms, receipts);
        stage->next_due_ms = round.next_due_ms;
        if (rounds > ASK_MS) {
            stage_fail("services do not come to rest", "processes");
        }
        if (!stage->rests) {
            (void)usleep(NAP_US);
        }
    }
    return stage->next_due_ms;
}

static void hup(const struct stage *stage, const char *name)
{
    char path[PATH_MAX];
    long pid = 0;
    (void)snprintf(path, sizeof path, "%s/run/%s.pid", stage->data, name);
    FILE *file = fopen(path, "re");
    if (file == NULL || fscanf(file, "%ld", &pid) != 1 || pid <= 1 ||
        kill((pid_t)pid, SIGHUP) != 0) {
        stage_fail("no such process", path);
    }
    (void)fclose(file);
}

/* The clock begins to run a century from now, so it stands still at now_ms. */
static void live_set_time(struct stage *stage, uint64_t now_ms)
{
    const uint64_t century_ms = 100ull * 365 * 86400000;
    char path[PATH_MAX], fresh[PATH_MAX];
    stage->now_ms = now_ms;
    stage->rests = false;
    (void)snprintf(path, sizeof path, "%s/clock", stage->data);
    (void)snprintf(fresh, sizeof fresh, "%s/clock.new", stage->data);
    FILE *file = fopen(fresh, "we");
    if (file == NULL ||
        fprintf(file, "scaled %" PRIu64 " %" PRIu64 " 1\n", clock_wall_ms() + century_ms, now_ms) <
            0 ||
        fclose(file) != 0 || rename(fresh, path) != 0) {
        stage_fail("cannot be written", path);
    }
    for (unsigned service = 0; service < WORLD_SERVICES; service++) {
        hup(stage, names[service]);
    }
}

void stage_settle(struct stage *stage)
{
    if (stage->world != NULL) {
        world_settle(stage->world);
    } else {
        (void)live_settle(stage, false);
    }
}

void stage_rest(struct stage *stage)
{
    if (stage->world != NULL) {
        world_settle(stage->world);
    } else {
        (void)live_settle(stage, true);
    }
}

void stage_until(struct stage *stage, uint64_t at_ms)
{
    const uint64_t now_ms = stage_now_ms(stage);
    CHECK(at_ms >= now_ms);
    if (stage->world != NULL) {
        world_advance(stage->world, at_ms - now_ms);
        return;
    }
    uint64_t next_ms = live_settle(stage, false);
    while (next_ms <= at_ms) {
        live_set_time(stage, next_ms);
        next_ms = live_settle(stage, false);
    }
    if (at_ms > stage->now_ms) {
        live_set_time(stage, at_ms);
        (void)live_settle(stage, false);
    }
}

/* ---- facts ---- */

struct reading {
    struct stage *stage;
    unsigned service;
    uint64_t cursor;
    uint32_t crc;
    world_visit visit;
    void *context;
};

static void record_read(struct reading *reading, const struct evlog_record *record)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    reading->cursor = record->seq;
    reading->crc = record->crc;
    if (record->kind != EVLOG_EVENT) {
        return;
    }
    if (wire_unpack(&reading->stage->arena, &paidan__event__descriptor, record->payload,
                    record->bytes, &message, &error) != RC_OK) {
        stage_fail("a record cannot be read", names[reading->service]);
    }
    reading->visit(reading->context, names[reading->service], record->seq,
                   (const Paidan__Event *)(const void *)message);
}

/* One answer's worth; false: that was the end. */
static bool log_read(struct reading *reading)
{
    static char follower[] = "scenario";
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    fetch.follower = follower;
    fetch.after = reading->cursor;
    fetch.has_after_crc = reading->cursor != 0;
    fetch.after_crc = reading->crc;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &fetch;
    const Paidan__Answer *answer =
        stage_ask(reading->stage, (enum world_service)reading->service, &request);
    if (answer->code != PAIDAN__CODE__OK || answer->fetched == NULL) {
        stage_fail("its log cannot be followed", names[reading->service]);
    }
    for (size_t index = 0; index < answer->fetched->n_blocks; index++) {
        const ProtobufCBinaryData *bytes = &answer->fetched->blocks[index];
        struct evlog_block block;
        struct evlog_record record;
        const enum rc rc = evlog_block_open(&block, bytes->data, bytes->len);
        CHECK(rc == RC_OK);
        while (evlog_block_next(&block, &record) == RC_OK) {
            if (record.seq == reading->cursor + 1) {
                record_read(reading, &record);
            }
        }
    }
    return answer->fetched->n_blocks > 0 && reading->cursor < answer->fetched->head_seq;
}

void stage_facts(struct stage *stage, world_visit visit, void *context)
{
    if (stage->world != NULL) {
        world_visit_new(stage->world, visit, context);
        return;
    }
    for (unsigned service = 0; service < WORLD_SERVICES; service++) {
        struct reading reading = {
            .stage = stage, .service = service, .visit = visit, .context = context};
        while (log_read(&reading)) {
        }
    }
}

void stage_check(struct stage *stage)
{
    if (stage->world != NULL) {
        world_check(stage->world);
    }
}
