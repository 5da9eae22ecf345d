#include "world_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "callback.h"
#include "common/base/check.h"
#include "common/wire/wire.h"
#include "escalation.h"
#include "hotline.h"
#include "intake.h"
#include "mqtt.h"
#include "triage.h"
#include "webhook.h"
#include "wechat.h"

#define OPENINGS_MAX 1000u /* a fault that never ends is a mistake of the test */

const struct step_service *world_step_service(enum world_service service)
{
    static const struct step_service *const services[WORLD_MEMBERS] = {
        &intake_service, &triage_service,  &escalation_service, &callback_service, &archive_service,
        &wechat_service, &hotline_service, &mqtt_service,       &webhook_service};
    CHECK(service < WORLD_MEMBERS);
    return services[service];
}

static uint64_t next_entropy(struct world *world)
{
    /* splitmix64: deterministic, so that a story gives the same query codes every time. */
    uint64_t z = (world->entropy += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static enum rc try_open(struct world *world, struct world_member *member)
{
    const struct store_options options = {.path = member->path,
                                          .map_bytes = WORLD_MAP_BYTES,
                                          .service = member->service->name,
                                          .tables = member->service->tables,
                                          .fault = member->fault,
                                          .fault_context = member->fault_context};
    enum rc rc = store_open(&member->store, &options);
    if (rc != RC_OK) {
        return rc;
    }
    const struct step_options engine = {.store = member->store, .site = world->site};
    rc = step_engine_open(&member->engine, member->service, &engine);
    if (rc != RC_OK) {
        store_close(member->store);
        member->store = NULL;
    }
    return rc;
}

/* As a supervisor does: until it is up. Faults do not outlive the process, unless they shall. */
static void open_member(struct world *world, struct world_member *member)
{
    if (!member->fault_lasts) {
        member->fault = NULL;
    }
    for (unsigned tries = 0;; tries++) {
        CHECK(tries < OPENINGS_MAX);
        const enum rc rc = try_open(world, member);
        if (rc == RC_OK) {
            member->lives++;
            return;
        }
        if (rc != RC_STORE && rc != RC_FULL) {
            fprintf(stderr, "opening of %s gave %s\n", member->service->name, rc_name(rc));
            abort();
        }
        world->deaths_opening++;
    }
}

static void close_member(struct world_member *member)
{
    step_engine_close(member->engine);
    store_close(member->store);
    member->engine = NULL;
    member->store = NULL;
}

static struct site *load_site(const char *folder)
{
    struct site *site = NULL;
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    if (site_load(folder, report, &site) != RC_OK) {
        for (uint32_t i = 0; i < report->count && i < SITE_MISTAKES_MAX; i++) {
            const struct site_mistake *mistake = &report->mistakes[i];
            fprintf(stderr, "%s:%u: %s %s\n", mistake->file, mistake->line, mistake->name,
                    mistake->en);
        }
        abort();
    }
    free(report);
    return site;
}

struct world *world_open(const char *folder, const char *site_folder, uint64_t start_ms)
{
    return world_open_failing(folder, site_folder, start_ms, NULL, NULL);
}

static struct world *open_world(const char *folder, const char *site_folder, uint64_t start_ms,
                                unsigned count, store_fault fault, void *context)
{
    struct world *world = calloc(1, sizeof *world);
    CHECK(world != NULL);
    world->count = count;
    snprintf(world->folder, sizeof world->folder, "%s", folder);
    world->now_ms = start_ms;
    world->entropy = 1;
    enum rc reserved = arena_init(&world->answers, 64u << 20);
    CHECK(reserved == RC_OK);
    reserved = arena_init(&world->reading, 64u << 20);
    CHECK(reserved == RC_OK);
    world->site = load_site(site_folder);
    for (unsigned i = 0; i < world->count; i++) {
        struct world_member *member = &world->members[i];
        member->service = world_step_service(i);
        snprintf(member->path, sizeof member->path, "%s/%s", folder, member->service->name);
        member->fault = fault;
        member->fault_context = context;
        member->fault_lasts = fault != NULL;
        open_member(world, member);
    }
    for (unsigned i = 0; i < world->count; i++) {
        world_fault(world, i, NULL, NULL);
    }
    world_settle(world);
    return world;
}

struct world *world_open_failing(const char *folder, const char *site_folder, uint64_t start_ms,
                                 store_fault fault, void *context)
{
    return open_world(folder, site_folder, start_ms, WORLD_SERVICES, fault, context);
}

struct world *world_open_whole(const char *folder, const char *site_folder, uint64_t start_ms,
                               store_fault fault, void *context)
{
    return open_world(folder, site_folder, start_ms, WORLD_MEMBERS, fault, context);
}

unsigned world_members(const struct world *world)
{
    return world->count;
}

uint64_t world_lives(const struct world *world, enum world_service service)
{
    CHECK(service < world->count);
    return world->members[service].lives;
}

void world_close(struct world *world)
{
    for (unsigned i = 0; i < world->count; i++) {
        close_member(&world->members[i]);
    }
    site_free(world->site);
    arena_fini(&world->answers);
    arena_fini(&world->reading);
    free(world);
}

void world_reload(struct world *world, const char *site_folder)
{
    struct site *site = load_site(site_folder);
    for (unsigned i = 0; i < world->count; i++) {
        const enum rc rc = step_engine_set_site(world->members[i].engine, site);
        CHECK(rc == RC_OK);
    }
    site_free(world->site);
    world->site = site;
}

uint64_t world_now_ms(const struct world *world)
{
    return world->now_ms;
}

const struct site *world_site(const struct world *world)
{
    return world->site;
}

struct step_engine *world_engine(struct world *world, enum world_service service)
{
    return world->members[service].engine;
}

struct store *world_store(struct world *world, enum world_service service)
{
    return world->members[service].store;
}

/* ---- running steps ----------------------------------------------------------------------------
 */

static struct world_member *member_named(struct world *world, const char *name)
{
    for (unsigned i = 0; i < world->count; i++) {
        if (strcmp(world->members[i].service->name, name) == 0) {
            return &world->members[i];
        }
    }
    check_fail("a followed log has a service", __FILE__, __LINE__, __func__);
}

struct gather {
    struct world *world;
    struct step_input *inputs;
    size_t count, max;
    struct step_engine *engine;
    const char *log;
};

static enum rc gather_record(void *context, const struct evlog_record *record)
{
    struct gather *gather = context;
    if (gather->count == gather->max) {
        return RC_LIMIT;
    }
    struct step_input *input = &gather->inputs[gather->count];
    struct wire_error error;
    const enum rc rc = step_engine_unpack(gather->engine, gather->log, record, input, &error);
    CHECK(rc == RC_OK);
    gather->count++;
    return RC_OK;
}

/* Records of one log from seq `from` on. What the sender says is looked at without its faults. */
static void gather_log(struct world *world, struct gather *gather, uint64_t from, size_t max)
{
    struct world_member *sender = member_named(world, gather->log);
    if (from > step_engine_head(sender->engine)) {
        return;
    }
    struct store_txn *txn = NULL;
    gather->max = gather->count + max;
    world_look_begin(sender);
    const enum rc begun = store_begin(sender->store, false, &txn);
    CHECK(begun == RC_OK);
    const enum rc walked = evlog_walk(txn, from, gather_record, gather);
    CHECK(walked == RC_OK || walked == RC_LIMIT || walked == RC_NOT_FOUND);
    store_abort(txn);
    world_look_end(sender);
}

/* Of each followed log the records after the cursor; `back` doubles so many, `ahead` leaves some
 * out. */
static size_t gather_records(struct world *world, struct world_member *member, uint64_t back,
                             uint64_t ahead, size_t max)
{
    struct gather gather = {.world = world, .inputs = world->inputs, .engine = member->engine};
    for (const char *const *log = member->service->follows; *log != NULL; log++) {
        struct cursor cursor;
        const enum rc got = step_engine_cursor(member->engine, *log, &cursor);
        CHECK(got == RC_OK);
        gather.log = *log;
        gather_log(world, &gather, cursor.seq > back ? cursor.seq + 1 + ahead - back : 1 + ahead,
                   max);
    }
    return gather.count;
}

enum rc world_run(struct world *world, struct world_member *member, size_t count)
{
    const struct step_conditions conditions = {.now_ms = world->now_ms,
                                               .entropy = next_entropy(world)};
    return step_engine_run(member->engine, &conditions, world->inputs, count, world->outcomes);
}

void world_revive(struct world *world, struct world_member *member)
{
    world->deaths_working++;
    close_member(member);
    open_member(world, member);
}

bool world_step(struct world *world, enum world_service service, size_t max)
{
    struct world_member *member = &world->members[service];
    const uint64_t head = step_engine_head(member->engine);
    CHECK(max <= WORLD_RECORDS_MAX);
    const size_t count = gather_records(world, member, 0, 0, max);
    const enum rc rc = world_run(world, member, count);
    if (rc != RC_OK && rc != RC_FULL && rc != RC_STORE) {
        fprintf(stderr, "a step of %s over %zu records gave %s\n", member->service->name, count,
                rc_name(rc));
        abort();
    }
    if (rc == RC_STORE) {
        world_revive(world, member);
        return true;
    }
    step_engine_reset(member->engine);
    return rc == RC_OK && (count > 0 || step_engine_head(member->engine) != head);
}

/* True: it came to what was expected, and not to a fault of the store. */
static bool run_records(struct world *world, enum world_service service, size_t count,
                        enum rc expected)
{
    struct world_member *member = &world->members[service];
    const enum rc rc = world_run(world, member, count);
    if (rc != expected && rc != RC_FULL && rc != RC_STORE) {
        fprintf(stderr, "a step of %s over records out of turn gave %s\n", member->service->name,
                rc_name(rc));
        abort();
    }
    if (rc == RC_STORE) {
        world_revive(world, member);
    } else {
        step_engine_reset(member->engine);
    }
    return rc == expected;
}

bool world_step_doubled(struct world *world, enum world_service service, uint64_t back)
{
    const size_t count = gather_records(world, &world->members[service], back, 0, back + 8);
    return run_records(world, service, count, RC_OK) && count > 0;
}

bool world_step_with_gap(struct world *world, enum world_service service)
{
    const size_t count = gather_records(world, &world->members[service], 0, 1, 16);
    return run_records(world, service, count, count > 0 ? RC_GAP : RC_OK) && count > 0;
}

bool world_step_reordered(struct world *world, enum world_service service)
{
    const size_t count = gather_records(world, &world->members[service], 0, 0, 16);
    if (count < 2 || world->inputs[0].log != world->inputs[1].log) {
        return false;
    }
    const struct step_input first = world->inputs[0];
    world->inputs[0] = world->inputs[1];
    world->inputs[1] = first;
    return run_records(world, service, count, RC_GAP);
}

void world_settle(struct world *world)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (unsigned i = 0; i < world->count; i++) {
            moved |= world_step(world, i, WORLD_RECORDS_MAX);
        }
    }
}

uint64_t world_next_due(struct world *world)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < world->count; i++) {
        uint64_t due_ms;
        world_look_begin(&world->members[i]);
        const enum rc rc = step_engine_next_due(world->members[i].engine, &due_ms);
        world_look_end(&world->members[i]);
        CHECK(rc == RC_OK || rc == RC_NOT_FOUND);
        if (rc == RC_OK && due_ms < next) {
            next = due_ms;
        }
    }
    return next;
}

void world_advance(struct world *world, uint64_t ms)
{
    const uint64_t until = world->now_ms + ms;
    world_settle(world);
    for (;;) {
        const uint64_t next = world_next_due(world);
        if (next > until) {
            break;
        }
        if (next > world->now_ms) {
            world->now_ms = next;
        }
        world_settle(world);
    }
    world->now_ms = until;
    world_settle(world);
}

void world_set_time(struct world *world, uint64_t now_ms)
{
    world->now_ms = now_ms;
}

void world_restart(struct world *world, enum world_service service)
{
    close_member(&world->members[service]);
    open_member(world, &world->members[service]);
}

static void set_fault(struct world_member *member, store_fault fault, void *context, bool lasts)
{
    member->fault = fault;
    member->fault_context = context;
    member->fault_lasts = lasts;
    store_set_fault(member->store, fault, context);
}

void world_fault(struct world *world, enum world_service service, store_fault fault, void *context)
{
    set_fault(&world->members[service], fault, context, false);
}

void world_fault_lasting(struct world *world, enum world_service service, store_fault fault,
                         void *context)
{
    set_fault(&world->members[service], fault, context, true);
}

void world_look_begin(struct world_member *member)
{
    store_set_fault(member->store, NULL, NULL);
}

void world_look_end(struct world_member *member)
{
    store_set_fault(member->store, member->fault, member->fault_context);
}

uint64_t world_deaths(const struct world *world, bool opening)
{
    return opening ? world->deaths_opening : world->deaths_working;
}
