/* solo: see solo.h. */

#include "solo.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace.h"

enum {
    QUEUE_MAX = STEP_INPUTS_MAX,
    LOGS_MAX = 4,
    PATH_BYTES = 256,
    MAP_BYTES = 256 << 20,
    CHAINS_MAX = 8192, /* tickets of one story */
};

struct solo {
    const struct step_service *service;
    const struct site *site;
    char folder[PATH_BYTES];
    struct store *store;
    struct step_engine *engine;
    struct arena answers;
    struct step_conditions conditions;
    uint64_t requests, seen_seq;
    struct {
        const char *log;
        uint64_t seq;
    } logs[LOGS_MAX];
    struct step_input inputs[QUEUE_MAX + 1];
    struct step_outcome outcomes[QUEUE_MAX + 1];
    size_t count;
    Paidan__Cause causes[QUEUE_MAX];
    unsigned char request_id[REQUEST_ID_BYTES];
    struct step_outcome last;
    unsigned char *bytes;
    struct trace trace;
    bool tracing;
    struct {
        uint64_t ticket, seq;
    } chains[CHAINS_MAX];
    size_t chain_count;
};

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "solo: %s\n", what);
        abort();
    }
}

static void must_rc(enum rc rc, const char *what)
{
    if (rc != RC_OK) {
        fprintf(stderr, "solo: %s: %s\n", what, rc_name(rc));
        abort();
    }
}

struct site *solo_site_load(const char *name)
{
    struct site *site = NULL;
    char folder[4096];
    const char *const root = getenv("PAIDAN_ROOT");
    (void)snprintf(folder, sizeof folder, "%s/tests/sites/%s", root == NULL ? "." : root, name);
    struct site_report *const report = calloc(1, sizeof *report);
    must(report != NULL, "memory");
    const enum rc rc = site_load(folder, report, &site);
    if (rc != RC_OK && report->count > 0) {
        fprintf(stderr, "%s:%u: %s\n", report->mistakes[0].file, report->mistakes[0].line,
                report->mistakes[0].en);
    }
    must_rc(rc, "site_load");
    free(report);
    return site;
}

const struct site *solo_site(void)
{
    static struct site *site;
    if (site == NULL) {
        site = solo_site_load("calls");
    }
    return site;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static struct store *open_store(const struct solo *solo, const char *name)
{
    char path[PATH_BYTES + 16];
    (void)snprintf(path, sizeof path, "%s/%s", solo->folder, name);
    const struct store_options options = {.path = path,
                                          .map_bytes = MAP_BYTES,
                                          .service = solo->service->name,
                                          .tables = solo->service->tables};
    struct store *store = NULL;
    must_rc(store_open(&store, &options), "store_open");
    return store;
}

static void open_engine(struct solo *solo)
{
    solo->store = open_store(solo, "store");
    const struct step_options options = {.store = solo->store, .site = solo->site};
    must_rc(step_engine_open(&solo->engine, solo->service, &options), "step_engine_open");
}

struct solo *solo_open(const struct step_service *service, const struct site *site,
                       uint64_t start_ms)
{
    struct solo *const solo = calloc(1, sizeof *solo);
    must(solo != NULL, "memory");
    solo->service = service;
    solo->site = site;
    solo->conditions = (struct step_conditions){.now_ms = start_ms, .entropy = 1};
    /* Stories need no durable disk: shared memory spares them the wait. */
    (void)snprintf(solo->folder, sizeof solo->folder, "%s/paidan-solo-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    must(mkdtemp(solo->folder) != NULL, "mkdtemp");
    must_rc(arena_init(&solo->answers, STEP_ARENA_BYTES), "arena_init");
    trace_init(&solo->trace, start_ms);
    open_engine(solo);
    return solo;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

void solo_close(struct solo *solo)
{
    step_engine_close(solo->engine);
    store_close(solo->store);
    (void)nftw(solo->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_fini(&solo->answers);
    trace_fini(&solo->trace);
    free(solo->bytes);
    free(solo);
}

void solo_restart(struct solo *solo)
{
    step_engine_close(solo->engine);
    store_close(solo->store);
    open_engine(solo);
    /* Records that led to nothing need not be in the store: they are told anew, as others. */
    for (size_t index = 0; index < LOGS_MAX && solo->logs[index].log != NULL; index++) {
        struct cursor cursor;
        must_rc(step_engine_cursor(solo->engine, solo->logs[index].log, &cursor), "cursor");
        solo->logs[index].seq = cursor.seq;
    }
}

uint64_t solo_now_ms(const struct solo *solo)
{
    return solo->conditions.now_ms;
}

void solo_set_time(struct solo *solo, uint64_t now_ms)
{
    solo->conditions.now_ms = now_ms;
}

void solo_conditions(struct solo *solo, bool storage_low, uint32_t overload_ms)
{
    solo->conditions.storage_low = storage_low;
    solo->conditions.overload_ms = overload_ms;
}

struct store *solo_store(struct solo *solo)
{
    return solo->store;
}

struct step_engine *solo_engine(struct solo *solo)
{
    return solo->engine;
}

uint64_t solo_head(const struct solo *solo)
{
    return step_engine_head(solo->engine);
}

struct search {
    Paidan__Event__FactCase kind;
    unsigned left;
    Paidan__Event *found;
};

static enum rc search(void *context, const struct evlog_record *record)
{
    struct search *const search = context;
    if (record->kind != EVLOG_EVENT || search->left == 0) {
        return RC_OK;
    }
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    must(event != NULL, "a record that is not an event");
    if (event->fact_case == search->kind && --search->left == 0) {
        search->found = event;
    } else {
        paidan__event__free_unpacked(event, NULL);
    }
    return RC_OK;
}

Paidan__Event *solo_fact(struct solo *solo, Paidan__Event__FactCase kind, unsigned nth)
{
    struct search wanted = {.kind = kind, .left = nth};
    struct store_txn *txn = NULL;
    must_rc(store_begin(solo->store, false, &txn), "store_begin");
    must_rc(evlog_walk(txn, 1, search, &wanted), "evlog_walk");
    store_abort(txn);
    must(wanted.found != NULL, "no such fact");
    return wanted.found;
}

/* ---- the trace --------------------------------------------------------------------------------
 */

/* Refusals of records, deliveries and what adapters say of others' tickets. */
static bool outside_chains(Paidan__Event__FactCase fact)
{
    return fact == PAIDAN__EVENT__FACT_RECORD_REFUSED || fact >= PAIDAN__EVENT__FACT_HEARD ||
           (fact >= PAIDAN__EVENT__FACT_DELIVERY_ASKED &&
            fact <= PAIDAN__EVENT__FACT_DELIVERY_DROPPED);
}

/* Every fact about one ticket names the fact before it, the first names none. */
static void check_chain(struct solo *solo, uint64_t seq, const Paidan__Event *event)
{
    if (!event->has_ticket || outside_chains(event->fact_case)) {
        return;
    }
    size_t index = 0;
    while (index < solo->chain_count && solo->chains[index].ticket != event->ticket) {
        index++;
    }
    if (index == solo->chain_count) {
        must(index < CHAINS_MAX, "too many tickets");
        must(!event->has_prev_seq, "the first fact about a ticket has none before it");
        solo->chains[solo->chain_count++].ticket = event->ticket;
    } else {
        must(event->prev_seq == solo->chains[index].seq, "a ticket's facts form a chain");
    }
    solo->chains[index].seq = seq;
}

static enum rc visit(void *context, const struct evlog_record *record)
{
    struct solo *const solo = context;
    solo->seen_seq = record->seq;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    must(event != NULL, "a record that is not an event");
    check_chain(solo, record->seq, event);
    /* The digest of the site's files is no matter of a story. */
    if (solo->tracing && event->fact_case != PAIDAN__EVENT__FACT_SITE_CHANGED) {
        trace_event(&solo->trace, solo->service->name, ">", event);
    }
    paidan__event__free_unpacked(event, NULL);
    return RC_OK;
}

static void trace_new(struct solo *solo)
{
    if (solo->seen_seq == step_engine_head(solo->engine)) {
        return;
    }
    struct store_txn *txn = NULL;
    must_rc(store_begin(solo->store, false, &txn), "store_begin");
    must_rc(evlog_walk(txn, solo->seen_seq + 1, visit, solo), "evlog_walk");
    store_abort(txn);
}

void solo_trace(struct solo *solo)
{
    solo->tracing = true;
}

void solo_note(struct solo *solo, const char *text)
{
    trace_say(&solo->trace, "-- %s", text);
}

/* ---- running ----------------------------------------------------------------------------------
 */

static void fill(struct solo *solo, Paidan__Request *request)
{
    request->protocol = 1;
    request->correlation = ++solo->requests;
    if (!request->has_request_id) {
        (void)snprintf((char *)solo->request_id, sizeof solo->request_id, "request-%06" PRIu64,
                       solo->requests);
        request->has_request_id = 1;
        request->request_id = (ProtobufCBinaryData){sizeof solo->request_id, solo->request_id};
    }
    if (request->actor == NULL) {
        request->actor = (char *)"test";
    } else if (request->actor[0] == '\0') {
        request->actor = NULL;
    }
}

static const Paidan__Answer *unpack(struct solo *solo, const unsigned char *bytes, size_t size)
{
    arena_reset(&solo->answers);
    Paidan__Answer *const answer = paidan__answer__unpack(&solo->answers.allocator, size, bytes);
    must(answer != NULL, "an answer that cannot be read");
    return answer;
}

static const Paidan__Answer *take(struct solo *solo, const struct step_outcome *outcome)
{
    solo->last = *outcome;
    if (outcome->result == STEP_PARKED) {
        return NULL;
    }
    must(outcome->result == STEP_ANSWERED, "a command without an answer");
    free(solo->bytes);
    solo->bytes = malloc(outcome->answer_bytes + 1);
    must(solo->bytes != NULL, "memory");
    memcpy(solo->bytes, outcome->answer, outcome->answer_bytes);
    solo->last.answer = solo->bytes;
    return unpack(solo, solo->bytes, outcome->answer_bytes);
}

static const Paidan__Answer *run(struct solo *solo, bool command)
{
    solo->conditions.entropy++;
    const size_t count = solo->count;
    solo->count = 0;
    must_rc(step_engine_run(solo->engine, &solo->conditions, solo->inputs, count, solo->outcomes),
            "step_engine_run");
    trace_new(solo);
    const Paidan__Answer *const answer = command ? take(solo, &solo->outcomes[count - 1]) : NULL;
    step_engine_reset(solo->engine);
    return answer;
}

const Paidan__Answer *solo_call_until(struct solo *solo, Paidan__Request *request,
                                      uint64_t until_ms)
{
    fill(solo, request);
    solo->inputs[solo->count++] =
        (struct step_input){.kind = STEP_COMMAND, .request = request, .park_until_ms = until_ms};
    return run(solo, true);
}

const Paidan__Answer *solo_call(struct solo *solo, Paidan__Request *request)
{
    return solo_call_until(solo, request, 0);
}

uint64_t solo_park_at_ms(const struct solo *solo)
{
    return solo->last.park_at_ms;
}

bool solo_woke(const struct solo *solo, const char *name)
{
    size_t count = 0;
    const uint64_t *const keys = step_engine_wakes(solo->engine, &count);
    for (size_t index = 0; index < count; index++) {
        if (keys[index] == step_key(name)) {
            return true;
        }
    }
    return false;
}

const unsigned char *solo_bytes(const struct solo *solo, size_t *size)
{
    *size = solo->last.answer_bytes;
    return solo->last.answer;
}

const Paidan__Answer *solo_query(struct solo *solo, Paidan__Request *request)
{
    fill(solo, request);
    const unsigned char *bytes = NULL;
    size_t size = 0;
    must_rc(step_engine_query(solo->engine, NULL, request, solo->conditions.now_ms, &bytes, &size),
            "step_engine_query");
    const Paidan__Answer *const answer = unpack(solo, bytes, size);
    step_engine_reset(solo->engine);
    return answer;
}

static enum rc fail_nth(void *context, const char *operation)
{
    unsigned *const left = context;
    if (*left == 0 || strcmp(operation, "committed") == 0 || store_operation_reads(operation)) {
        return RC_OK;
    }
    *left -= 1;
    return *left == 0 ? RC_FULL : RC_OK;
}

bool solo_try_full(struct solo *solo, Paidan__Request *request, unsigned nth)
{
    const uint64_t head = step_engine_head(solo->engine);
    const size_t queued = solo->count;
    if (request != NULL) {
        fill(solo, request);
        solo->inputs[solo->count++] = (struct step_input){.kind = STEP_COMMAND, .request = request};
    }
    unsigned left = nth;
    store_set_fault(solo->store, fail_nth, &left);
    const enum rc rc =
        step_engine_run(solo->engine, &solo->conditions, solo->inputs, solo->count, solo->outcomes);
    store_set_fault(solo->store, NULL, NULL);
    must((rc == RC_FULL) == (left == 0), "a full store is RC_FULL, nothing else is");
    if (rc == RC_FULL) {
        must(step_engine_head(solo->engine) == head, "a step that failed said nothing");
        solo->count = queued; /* the records are given again */
    } else {
        must_rc(rc, "step_engine_run");
        solo->count = 0;
        trace_new(solo);
    }
    step_engine_reset(solo->engine);
    return rc == RC_FULL;
}

static uint64_t next_seq(struct solo *solo, const char *log)
{
    for (size_t index = 0; index < LOGS_MAX; index++) {
        if (solo->logs[index].log == NULL) {
            solo->logs[index].log = log;
        }
        if (strcmp(solo->logs[index].log, log) == 0) {
            return ++solo->logs[index].seq;
        }
    }
    must(false, "too many logs");
    return 0;
}

void solo_say(struct solo *solo, const char *log, Paidan__Event *event)
{
    must(solo->count < QUEUE_MAX, "too many records in one step");
    Paidan__Cause *const cause = &solo->causes[solo->count];
    paidan__cause__init(cause);
    event->cause = cause;
    event->at_ms = solo->conditions.now_ms;
    solo->inputs[solo->count++] = (struct step_input){
        .kind = STEP_RECORD, .log = log, .seq = next_seq(solo, log), .event = event};
}

const Paidan__Answer *solo_flush(struct solo *solo, Paidan__Request *request)
{
    return request != NULL ? solo_call(solo, request) : run(solo, false);
}

void solo_advance(struct solo *solo, uint64_t ms)
{
    const uint64_t end_ms = solo->conditions.now_ms + ms;
    uint64_t due_ms = 0;
    while (step_engine_next_due(solo->engine, &due_ms) == RC_OK && due_ms <= end_ms) {
        if (due_ms > solo->conditions.now_ms) {
            solo->conditions.now_ms = due_ms;
        }
        (void)run(solo, false);
    }
    solo->conditions.now_ms = end_ms;
}

uint64_t solo_tally(struct solo *solo, const char *name)
{
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    must(answer->body_case == PAIDAN__ANSWER__BODY_STATS, "stats");
    for (size_t index = 0; index < answer->stats->n_counts; index++) {
        if (strcmp(answer->stats->counts[index]->name, name) == 0) {
            return answer->stats->counts[index]->value;
        }
    }
    must(false, name);
    return 0;
}

/* ---- checking ---------------------------------------------------------------------------------
 */

void solo_check_replay(struct solo *solo)
{
    struct store_txn *txn = NULL;
    struct evlog_report report;
    must_rc(store_begin(solo->store, false, &txn), "store_begin");
    must_rc(evlog_verify(txn, &report), "evlog_verify");
    store_abort(txn);
    struct store *const copy = open_store(solo, "replay");
    struct step_difference difference = {.seq = 0};
    const enum rc rc = step_replay(solo->service, solo->store, copy, &difference, NULL);
    if (rc != RC_OK) {
        fprintf(stderr, "solo: replay: %s: table %s key %s %s, seq %" PRIu64 "\n", rc_name(rc),
                difference.table, difference.key, difference.what == NULL ? "" : difference.what,
                difference.seq);
        abort();
    }
    store_close(copy);
    char path[PATH_BYTES + 16];
    (void)snprintf(path, sizeof path, "%s/replay", solo->folder);
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void solo_check(struct solo *solo, const char *golden)
{
    must(solo->tracing, "nothing was traced");
    solo_check_replay(solo);
    must(trace_golden(&solo->trace, golden), "the trace differs from its golden file");
}
