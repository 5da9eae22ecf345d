#include "world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "callback.h"
#include "common/check.h"
#include "common/wire.h"
#include "escalation.h"
#include "intake.h"
#include "triage.h"

#define MAP_BYTES ((uint64_t)16 << 30) /* address space; files grow as they fill */
#define RECORDS_PER_STEP 512u

struct member {
    const struct step_service *service;
    struct store *store;
    struct step_engine *engine;
    char path[512];
    uint64_t visited; /* seq of its own log, for world_visit_new */
};

struct world {
    struct member members[WORLD_SERVICES];
    struct site *site;
    char folder[256];
    uint64_t now_ms, requests, entropy;
    struct arena answers; /* unpacked answers of world_call */
    struct step_outcome outcomes[RECORDS_PER_STEP * 4];
    struct step_input inputs[RECORDS_PER_STEP * 4];
};

const struct step_service *world_step_service(enum world_service service)
{
    static const struct step_service *const services[WORLD_SERVICES] = {
        &intake_service, &triage_service, &escalation_service, &callback_service};
    CHECK(service < WORLD_SERVICES);
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

static void open_member(struct world *world, struct member *member)
{
    const struct store_options options = {.path = member->path,
                                          .map_bytes = MAP_BYTES,
                                          .service = member->service->name,
                                          .tables = member->service->tables};
    const enum rc opened = store_open(&member->store, &options);
    CHECK(opened == RC_OK);
    const struct step_options engine = {.store = member->store, .site = world->site};
    const enum rc started = step_engine_open(&member->engine, member->service, &engine);
    CHECK(started == RC_OK);
}

static void close_member(struct member *member)
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
    struct world *world = calloc(1, sizeof *world);
    CHECK(world != NULL);
    snprintf(world->folder, sizeof world->folder, "%s", folder);
    world->now_ms = start_ms;
    world->entropy = 1;
    const enum rc reserved = arena_init(&world->answers, 64u << 20);
    CHECK(reserved == RC_OK);
    world->site = load_site(site_folder);
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        struct member *member = &world->members[i];
        member->service = world_step_service(i);
        snprintf(member->path, sizeof member->path, "%s/%s", folder, member->service->name);
        open_member(world, member);
    }
    world_settle(world);
    return world;
}

void world_close(struct world *world)
{
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        close_member(&world->members[i]);
    }
    site_free(world->site);
    arena_fini(&world->answers);
    free(world);
}

void world_reload(struct world *world, const char *site_folder)
{
    struct site *site = load_site(site_folder);
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
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

static struct member *member_named(struct world *world, const char *name)
{
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
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
    struct arena *arena;
    const char *log;
};

static enum rc gather_record(void *context, const struct evlog_record *record)
{
    struct gather *gather = context;
    if (gather->count == gather->max) {
        return RC_LIMIT;
    }
    struct step_input *input = &gather->inputs[gather->count];
    *input = (struct step_input){
        .kind = STEP_RECORD, .log = gather->log, .seq = record->seq, .crc = record->crc};
    if (record->kind == EVLOG_EVENT) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        const enum rc rc = wire_unpack(gather->arena, &paidan__event__descriptor, record->payload,
                                       record->bytes, &message, &error);
        CHECK(rc == RC_OK);
        input->event = (const Paidan__Event *)message;
    }
    gather->count++;
    return RC_OK;
}

/* From cursor + ahead on: 1 as it should be, 0 doubles the newest record, 2 leaves one out. */
static size_t gather_records(struct world *world, struct member *member, uint64_t ahead, size_t max)
{
    struct gather gather = {
        .world = world, .inputs = world->inputs, .arena = step_engine_arena(member->engine)};
    for (const char *const *log = member->service->follows; *log != NULL; log++) {
        struct member *sender = member_named(world, *log);
        struct cursor cursor;
        const enum rc got = step_engine_cursor(member->engine, *log, &cursor);
        CHECK(got == RC_OK);
        gather.log = *log;
        gather.max = gather.count + max;
        struct store_txn *txn = NULL;
        const enum rc begun = store_begin(sender->store, false, &txn);
        CHECK(begun == RC_OK);
        const uint64_t from = cursor.seq + ahead == 0 ? 1 : cursor.seq + ahead;
        const enum rc walked = evlog_walk(txn, from, gather_record, &gather);
        CHECK(walked == RC_OK || walked == RC_LIMIT || walked == RC_NOT_FOUND);
        store_abort(txn);
    }
    return gather.count;
}

static enum rc run(struct world *world, struct member *member, size_t count)
{
    const struct step_conditions conditions = {.now_ms = world->now_ms,
                                               .entropy = next_entropy(world)};
    return step_engine_run(member->engine, &conditions, world->inputs, count, world->outcomes);
}

/* What a supervisor does after exit 75. Faults do not outlive the process. */
static void revive(struct world *world, struct member *member, enum rc rc)
{
    if (rc == RC_STORE) {
        close_member(member);
        open_member(world, member);
    }
}

bool world_step(struct world *world, enum world_service service, size_t max)
{
    struct member *member = &world->members[service];
    const uint64_t head = step_engine_head(member->engine);
    CHECK(max <= RECORDS_PER_STEP);
    const size_t count = gather_records(world, member, 1, max);
    const enum rc rc = run(world, member, count);
    if (rc != RC_OK && rc != RC_FULL && rc != RC_STORE) {
        fprintf(stderr, "a step of %s over %zu records gave %s\n", member->service->name, count,
                rc_name(rc));
        abort();
    }
    if (rc == RC_STORE) {
        revive(world, member, rc);
        return true;
    }
    step_engine_reset(member->engine);
    return rc == RC_OK && (count > 0 || step_engine_head(member->engine) != head);
}

static void run_records(struct world *world, enum world_service service, size_t count,
                        enum rc expected)
{
    struct member *member = &world->members[service];
    const enum rc rc = run(world, member, count);
    CHECK(rc == expected || rc == RC_FULL || rc == RC_STORE);
    if (rc == RC_STORE) {
        revive(world, member, rc);
    } else {
        step_engine_reset(member->engine);
    }
}

void world_step_doubled(struct world *world, enum world_service service)
{
    const size_t count = gather_records(world, &world->members[service], 0, 16);
    run_records(world, service, count, RC_OK);
}

void world_step_with_gap(struct world *world, enum world_service service)
{
    const size_t count = gather_records(world, &world->members[service], 2, 16);
    run_records(world, service, count, count > 0 ? RC_GAP : RC_OK);
}

void world_settle(struct world *world)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (unsigned i = 0; i < WORLD_SERVICES; i++) {
            moved |= world_step(world, i, RECORDS_PER_STEP);
        }
    }
}

static uint64_t next_due(struct world *world)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        uint64_t due_ms;
        const enum rc rc = step_engine_next_due(world->members[i].engine, &due_ms);
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
        const uint64_t next = next_due(world);
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

void world_fault(struct world *world, enum world_service service, store_fault fault, void *context)
{
    store_set_fault(world->members[service].store, fault, context);
}

/* ---- requests ---------------------------------------------------------------------------------
 */

static const Paidan__Answer *unpack_answer(struct world *world, const void *bytes, size_t size)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    arena_reset(&world->answers);
    const enum rc rc =
        wire_unpack(&world->answers, &paidan__answer__descriptor, bytes, size, &message, &error);
    CHECK(rc == RC_OK);
    return (const Paidan__Answer *)message;
}

static void complete(struct world *world, Paidan__Request *request, unsigned char id[16])
{
    request->protocol = 1;
    request->correlation = ++world->requests;
    if (!request->has_request_id) {
        memset(id, 0, 16);
        for (unsigned i = 0; i < 8; i++) {
            id[i] = (unsigned char)(world->requests >> (56 - 8 * i));
        }
        request->has_request_id = 1;
        request->request_id = (ProtobufCBinaryData){.len = 16, .data = id};
    }
}

static enum rc try_change(struct world *world, struct member *member,
                          const Paidan__Request *request, const unsigned char **answer,
                          size_t *bytes)
{
    world->inputs[0] = (struct step_input){.kind = STEP_COMMAND, .request = request};
    const enum rc rc = run(world, member, 1);
    CHECK(rc == RC_OK || rc == RC_FULL || rc == RC_STORE);
    if (rc != RC_OK) {
        revive(world, member, rc);
        return rc;
    }
    const struct step_outcome *outcome = &world->outcomes[0];
    if (outcome->result == STEP_ANSWERED) {
        *answer = outcome->answer;
        *bytes = outcome->answer_bytes;
    }
    return RC_OK;
}

enum rc world_try(struct world *world, enum world_service service, const Paidan__Request *request,
                  const unsigned char **answer, size_t *bytes)
{
    struct member *member = &world->members[service];
    *answer = NULL;
    *bytes = 0;
    step_engine_reset(member->engine);
    if (member->service->changes(request)) {
        return try_change(world, member, request, answer, bytes);
    }
    const enum rc rc = step_engine_query(member->engine, request, world->now_ms, answer, bytes);
    CHECK(rc == RC_OK);
    return RC_OK;
}

const Paidan__Answer *world_send(struct world *world, enum world_service service,
                                 Paidan__Request *request)
{
    unsigned char id[16];
    const unsigned char *bytes = NULL;
    size_t size = 0;
    complete(world, request, id);
    const enum rc rc = world_try(world, service, request, &bytes, &size);
    CHECK(rc == RC_OK);
    if (request->request_id.data == id) {
        request->has_request_id = 0;
    }
    return bytes == NULL ? NULL : unpack_answer(world, bytes, size);
}

const Paidan__Answer *world_call(struct world *world, enum world_service service,
                                 Paidan__Request *request)
{
    const Paidan__Answer *answer = world_send(world, service, request);
    world_settle(world);
    return answer;
}

uint64_t world_submit(struct world *world, const char *channel, const char *text, const char *place,
                      const char *external_id)
{
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    ticket.channel = (char *)channel;
    ticket.text = (char *)text;
    ticket.place = (char *)place;
    ticket.external_id = (char *)external_id;
    Paidan__NewTicket *tickets[] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    submit.n_tickets = 1;
    submit.tickets = tickets;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "adapter";
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    const Paidan__Answer *answer = world_call(world, WORLD_INTAKE, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    CHECK(answer->submitted->results[0]->code == PAIDAN__CODE__OK);
    return answer->submitted->results[0]->ticket;
}

Paidan__Code world_work(struct world *world, const char *unit, Paidan__Action action,
                        uint64_t ticket, const char *note)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = ticket;
    item.note = (char *)note;
    Paidan__WorkItem *items[] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    work.unit = (char *)unit;
    work.action = action;
    work.n_items = 1;
    work.items = items;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "clerk";
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    const Paidan__Answer *answer = world_call(world, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    return answer->code != PAIDAN__CODE__OK ? answer->code : answer->worked->results[0]->code;
}

Paidan__Code world_answer(struct world *world, uint64_t ticket, Paidan__Solved solved,
                          Paidan__Satisfied satisfied)
{
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    reply.ticket = ticket;
    reply.solved = solved;
    reply.satisfied = satisfied;
    Paidan__CallbackReply *replies[] = {&reply};
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.n_replies = 1;
    wish.replies = replies;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "resident";
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    const Paidan__Answer *answer = world_call(world, WORLD_CALLBACK, &request);
    CHECK(answer != NULL);
    return answer->code != PAIDAN__CODE__OK ? answer->code
                                            : answer->callback_answered->results[0]->code;
}

const Paidan__Brief *world_brief(struct world *world, uint64_t ticket)
{
    Paidan__Show show = PAIDAN__SHOW__INIT;
    show.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    const Paidan__Answer *answer = world_send(world, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    return answer->code == PAIDAN__CODE__OK ? answer->shown->brief : NULL;
}

uint64_t world_counter(struct world *world, enum world_service service, const char *name)
{
    const struct step_service *described = world->members[service].service;
    struct store_txn *txn = NULL;
    struct tally tally;
    const enum rc begun = store_begin(world->members[service].store, false, &txn);
    CHECK(begun == RC_OK);
    const enum rc loaded = tally_load(txn, &tally);
    CHECK(loaded == RC_OK);
    store_abort(txn);
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

struct visited {
    const char *service;
    unsigned order;
    uint64_t seq;
    const Paidan__Event *event;
};

struct visiting {
    struct arena *arena;
    struct visited *items;
    size_t count, max;
    const char *service;
    unsigned order;
};

static enum rc collect_event(void *context, const struct evlog_record *record)
{
    struct visiting *visiting = context;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    if (visiting->count == visiting->max) {
        visiting->max = visiting->max == 0 ? 256 : visiting->max * 2;
        visiting->items = realloc(visiting->items, visiting->max * sizeof *visiting->items);
        CHECK(visiting->items != NULL);
    }
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc = wire_unpack(visiting->arena, &paidan__event__descriptor, record->payload,
                                   record->bytes, &message, &error);
    CHECK(rc == RC_OK);
    visiting->items[visiting->count++] = (struct visited){.service = visiting->service,
                                                          .order = visiting->order,
                                                          .seq = record->seq,
                                                          .event = (Paidan__Event *)message};
    return RC_OK;
}

/* Within a log by seq; between logs, a service comes after those whose facts it acts on. Times are
 * no order: each service keeps its own, and a clock that was set back shows in some before others.
 */
static int compare_visited(const void *left, const void *right)
{
    const struct visited *a = left, *b = right;
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

void world_visit_new(struct world *world, world_visit visit, void *context)
{
    struct arena arena;
    const enum rc reserved = arena_init(&arena, 256u << 20);
    CHECK(reserved == RC_OK);
    struct visiting visiting = {.arena = &arena};
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        struct member *member = &world->members[i];
        struct store_txn *txn = NULL;
        visiting.service = member->service->name;
        visiting.order = i;
        const enum rc begun = store_begin(member->store, false, &txn);
        CHECK(begun == RC_OK);
        const enum rc walked = evlog_walk(txn, member->visited + 1, collect_event, &visiting);
        CHECK(walked == RC_OK || walked == RC_NOT_FOUND);
        store_abort(txn);
        member->visited = step_engine_head(member->engine);
    }
    if (visiting.count > 0) {
        qsort(visiting.items, visiting.count, sizeof *visiting.items, compare_visited);
    }
    for (size_t i = 0; i < visiting.count; i++) {
        visit(context, visiting.items[i].service, visiting.items[i].seq, visiting.items[i].event);
    }
    free(visiting.items);
    arena_fini(&arena);
}

/* ---- laws that hold at rest --------------------------------------------------------------------
 */

static void check_log(struct member *member)
{
    struct store_txn *txn = NULL;
    struct evlog_report report;
    const enum rc begun = store_begin(member->store, false, &txn);
    CHECK(begun == RC_OK);
    const enum rc rc = evlog_verify(txn, &report);
    store_abort(txn);
    if (rc != RC_OK) {
        fprintf(stderr, "log of %s: %s at seq %" PRIu64 "\n", member->service->name,
                report.what != NULL ? report.what : "?", report.at);
        abort();
    }
}

static void check_replay(struct world *world, struct member *member)
{
    char path[600];
    snprintf(path, sizeof path, "%s/replay-%s", world->folder, member->service->name);
    struct store *into = NULL;
    const struct store_options options = {.path = path,
                                          .map_bytes = MAP_BYTES,
                                          .service = member->service->name,
                                          .tables = member->service->tables};
    const enum rc opened = store_open(&into, &options);
    CHECK(opened == RC_OK);
    struct step_difference difference = {0};
    const enum rc rc = step_replay(member->service, member->store, into, &difference, NULL);
    store_close(into);
    if (rc != RC_OK) {
        fprintf(stderr, "replay of %s: %s, table %s key %s (folding stopped at %" PRIu64 ")\n",
                member->service->name, difference.what != NULL ? difference.what : rc_name(rc),
                difference.table, difference.key, difference.seq);
        abort();
    }
    static const char *const files[] = {"data.mdb", "lock.mdb", "owner"};
    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        char file[700];
        snprintf(file, sizeof file, "%s/%s", path, files[i]);
        (void)remove(file);
    }
    (void)remove(path);
}

void world_check_nothing_late(struct world *world)
{
    const uint64_t due_ms = next_due(world);
    if (due_ms <= world->now_ms) {
        fprintf(stderr, "a deadline of %" PRIu64 " has not fired at %" PRIu64 "\n", due_ms,
                world->now_ms);
        abort();
    }
}

void world_check(struct world *world)
{
    world_check_nothing_late(world);
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        check_log(&world->members[i]);
        check_replay(world, &world->members[i]);
    }
}
