/* world_laws: reading what happened in the world, and what must hold of it at rest. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "world_parts.h"

uint64_t world_counter(struct world *world, enum world_service service, const char *name)
{
    const struct step_service *described = world->members[service].service;
    struct store_txn *txn = NULL;
    struct tally tally;
    world_look_begin(&world->members[service]);
    const enum rc begun = store_begin(world->members[service].store, false, &txn);
    CHECK(begun == RC_OK);
    const enum rc loaded = tally_load(txn, &tally);
    CHECK(loaded == RC_OK);
    store_abort(txn);
    world_look_end(&world->members[service]);
    for (unsigned i = 0; described->tallies[i] != NULL; i++) {
        if (strcmp(described->tallies[i], name) == 0) {
            return tally.values[i];
        }
    }
    fprintf(stderr, "no tally %s at %s\n", name, described->name);
    abort();
}

/* ---- reading what happened --------------------------------------------------------------------
 */

struct visiting {
    struct world *world;
    struct world_member *member;
    world_visit visit;
    void *context;
};

static enum rc visit_event(void *context, const struct evlog_record *record)
{
    const struct visiting *visiting = context;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    arena_reset(&visiting->world->reading);
    const enum rc rc = wire_unpack(&visiting->world->reading, &paidan__event__descriptor,
                                   record->payload, record->bytes, &message, &error);
    CHECK(rc == RC_OK);
    visiting->visit(visiting->context, visiting->member->service->name, record->seq,
                    (const Paidan__Event *)message);
    return RC_OK;
}

/* A service comes after those whose facts it acts on. Times are no order: each service keeps its
 * own, and a clock that was set back shows in some before others. */
void world_visit_new(struct world *world, world_visit visit, void *context)
{
    for (unsigned i = 0; i < world->count; i++) {
        struct world_member *member = &world->members[i];
        const uint64_t head = step_engine_head(member->engine);
        if (head == member->visited) {
            continue;
        }
        struct visiting visiting = {world, member, visit, context};
        struct store_txn *txn = NULL;
        world_look_begin(member);
        const enum rc begun = store_begin(member->store, false, &txn);
        CHECK(begun == RC_OK);
        const enum rc walked = evlog_walk(txn, member->visited + 1, visit_event, &visiting);
        CHECK(walked == RC_OK || walked == RC_NOT_FOUND);
        store_abort(txn);
        world_look_end(member);
        member->visited = head;
    }
}

/* ---- laws that hold at rest --------------------------------------------------------------------
 */

static void check_log(struct world_member *member)
{
    struct store_txn *txn = NULL;
    struct evlog_report report;
    world_look_begin(member);
    const enum rc begun = store_begin(member->store, false, &txn);
    CHECK(begun == RC_OK);
    const enum rc rc = evlog_verify(txn, &report);
    store_abort(txn);
    world_look_end(member);
    if (rc != RC_OK) {
        fprintf(stderr, "log of %s: %s at seq %" PRIu64 "\n", member->service->name,
                report.what != NULL ? report.what : "?", report.at);
        abort();
    }
}

static struct store *open_replica(struct world_member *member, const char *path, store_fault fault,
                                  void *context)
{
    struct store *into = NULL;
    const struct store_options options = {.path = path,
                                          .map_bytes = WORLD_MAP_BYTES,
                                          .service = member->service->name,
                                          .tables = member->service->tables};
    const enum rc opened = store_open(&into, &options);
    CHECK(opened == RC_OK);
    store_set_fault(into, fault, context);
    return into;
}

static void remove_replica(const char *path)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "owner"};
    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        char file[700];
        snprintf(file, sizeof file, "%s/%s", path, files[i]);
        (void)remove(file);
    }
    (void)remove(path);
}

static void check_replay(struct world *world, struct world_member *member)
{
    char path[600];
    snprintf(path, sizeof path, "%s/replay-%s", world->folder, member->service->name);
    struct store *into = open_replica(member, path, NULL, NULL);
    struct step_difference difference = {0};
    world_look_begin(member);
    const enum rc rc = step_replay(member->service, member->store, into, &difference, NULL);
    world_look_end(member);
    store_close(into);
    if (rc != RC_OK) {
        fprintf(stderr, "replay of %s: %s, table %s key %s (folding stopped at %" PRIu64 ")\n",
                member->service->name, difference.what != NULL ? difference.what : rc_name(rc),
                difference.table, difference.key, difference.seq);
        abort();
    }
    remove_replica(path);
}

bool world_replay_killed(struct world *world, enum world_service service, store_fault fault,
                         void *context)
{
    struct world_member *member = &world->members[service];
    char path[600];
    snprintf(path, sizeof path, "%s/killed-%s", world->folder, member->service->name);
    struct step_difference difference = {0};
    world_look_begin(member);
    struct store *into = open_replica(member, path, fault, context);
    enum rc rc = step_replay(member->service, member->store, into, &difference, NULL);
    store_close(into);
    const bool killed = rc != RC_OK;
    CHECK(rc == RC_OK || rc == RC_STORE || rc == RC_FULL);
    /* What it left behind is the beginning of a store: refused, unless nothing was stored. */
    into = open_replica(member, path, NULL, NULL);
    rc = step_replay(member->service, member->store, into, &difference, NULL);
    CHECK(rc == RC_EXISTS || (killed && rc == RC_OK));
    store_close(into);
    world_look_end(member);
    remove_replica(path);
    return killed;
}

void world_check_nothing_late(struct world *world)
{
    const uint64_t due_ms = world_next_due(world);
    if (due_ms <= world->now_ms) {
        fprintf(stderr, "a deadline of %" PRIu64 " has not fired at %" PRIu64 "\n", due_ms,
                world->now_ms);
        abort();
    }
}

/* What a service keeps in memory is what its tables hold, whatever became of its steps. */
static void check_cache(struct world *world, struct world_member *member)
{
    struct step_view view;
    bool equal = false;
    if (member->service->cache == NULL) {
        return;
    }
    world_look_begin(member);
    const enum rc viewed = step_engine_view(member->engine, world->now_ms, &world->reading, &view);
    CHECK(viewed == RC_OK);
    const enum rc checked =
        member->service->cache->check(&view, step_engine_cache(member->engine), &equal);
    CHECK(checked == RC_OK);
    step_engine_view_end(&view);
    world_look_end(member);
    if (!equal) {
        fprintf(stderr, "the cache of %s is not what its tables hold\n", member->service->name);
        abort();
    }
}

void world_check(struct world *world)
{
    world_check_nothing_late(world);
    for (unsigned i = 0; i < world->count; i++) {
        check_log(&world->members[i]);
        check_cache(world, &world->members[i]);
        check_replay(world, &world->members[i]);
    }
}
