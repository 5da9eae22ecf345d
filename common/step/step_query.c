/* step_query: wishes that change nothing: Stats, Fetch and the service's own. */
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/step/step_private.h"
#include "common/wire/wire.h"

#define FETCH_BLOCKS_MAX 4096u                    /* as wire.c allows */
#define REFUSED_NEWS_MS (7ull * 24 * 3600 * 1000) /* so long a refused record is news */

enum rc step_view_read(struct step_view *view, uint64_t seq, Paidan__Event **event)
{
    CHECK(view->txn != NULL);
    struct evlog_record record;
    const enum rc rc = evlog_read(view->txn, seq, &record);
    return rc == RC_OK ? step_unpack(view->arena, &record, event) : rc;
}

/* Each fact points to the one before; the room is filled from its end, since the newest is found
 * first. Where the log was trimmed the chain simply ends: that is no damage. */
enum rc step_view_history(struct step_view *view, uint64_t last_seq, struct step_history *history)
{
    ProtobufCBinaryData *records = arena_alloc(view->arena, HISTORY_MAX * sizeof *records);
    uint64_t *seqs = arena_alloc(view->arena, HISTORY_MAX * sizeof *seqs);
    if (records == NULL || seqs == NULL) {
        return RC_LIMIT;
    }
    size_t at = HISTORY_MAX;
    for (uint64_t seq = last_seq; seq != 0 && at > 0;) {
        Paidan__Event *event = NULL;
        enum rc rc = step_view_read(view, seq, &event);
        if (rc == RC_NOT_FOUND) {
            break;
        }
        if (rc == RC_OK) {
            at--;
            seqs[at] = seq;
            rc = wire_pack(view->arena, &event->base, &records[at].data, &records[at].len);
        }
        if (rc != RC_OK) {
            return rc;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    *history = (struct step_history){
        .count = HISTORY_MAX - at, .records = records + at, .seqs = seqs + at};
    return RC_OK;
}

const char *step_fact_name(Paidan__Event__FactCase fact)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, (unsigned)fact);
    CHECK(field != NULL);
    CHECK(fact != PAIDAN__EVENT__FACT__NOT_SET);
    return field->name;
}

/* The fact as it is told; before: the one before it, 0: none. RC_NOT_FOUND: it is no news. */
static enum rc tell_refused(struct step_view *view, uint64_t seq, Paidan__RefusedRecord **told,
                            uint64_t *before)
{
    Paidan__Event *event = NULL;
    const enum rc rc = step_view_read(view, seq, &event);
    if (rc != RC_OK) {
        return rc; /* RC_NOT_FOUND: trimmed */
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        return RC_CORRUPT;
    }
    if (event->at_ms + REFUSED_NEWS_MS < view->now_ms) {
        return RC_NOT_FOUND;
    }
    const Paidan__RecordRefused *const fact = event->record_refused;
    Paidan__RefusedRecord *record = arena_alloc(view->arena, sizeof *record);
    if (record == NULL) {
        return RC_LIMIT;
    }
    paidan__refused_record__init(record);
    record->seq = seq;
    record->at_ms = event->at_ms;
    record->code = fact->code;
    record->detail = fact->detail;
    record->has_ticket = event->has_ticket;
    record->ticket = event->ticket;
    record->log = event->cause->log;
    record->has_of = event->cause->has_seq;
    record->of = event->cause->seq;
    *told = record;
    *before = fact->has_before ? fact->before : 0;
    return *before < seq ? RC_OK : RC_CORRUPT;
}

static enum rc add_refused(struct step_view *view, Paidan__Stats *stats)
{
    uint64_t seq = 0;
    CHECK(stats->n_refused == 0);
    enum rc rc = step_refused_load(view->txn, &seq);
    stats->refused = arena_alloc(view->arena, REFUSED_MAX * sizeof *stats->refused);
    if (rc == RC_OK && stats->refused == NULL) {
        rc = RC_LIMIT;
    }
    while (rc == RC_OK && seq != 0 && stats->n_refused < REFUSED_MAX) {
        rc = tell_refused(view, seq, &stats->refused[stats->n_refused], &seq);
        stats->n_refused += rc == RC_OK ? 1 : 0;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc query_stats(struct step_engine *engine, struct step_view *view,
                           const Paidan__StatsWish *wish, Paidan__Answer *answer)
{
    CHECK(engine->tally_count <= TALLY_MAX);
    const unsigned count = engine->tally_count;
    Paidan__Stats *stats = arena_alloc(view->arena, sizeof *stats);
    Paidan__Count *counts = arena_alloc(view->arena, (count + 1) * sizeof *counts);
    Paidan__Count **list = arena_alloc(view->arena, (count + 1) * sizeof(Paidan__Count *));
    if (stats == NULL || counts == NULL || list == NULL) {
        return RC_LIMIT;
    }
    paidan__stats__init(stats);
    for (unsigned index = 0; index < count; index++) {
        paidan__count__init(&counts[index]);
        counts[index].name = (char *)engine->service->tallies[index];
        counts[index].value = view->tally->values[index];
        list[index] = &counts[index];
    }
    stats->counts = list;
    stats->n_counts = count;
    answer->body_case = PAIDAN__ANSWER__BODY_STATS;
    answer->stats = stats;
    return wish->has_refused && wish->refused ? add_refused(view, stats) : RC_OK;
}

/* ---- fetch ---- */

/* Whether the follower's history is ours; sets answer->code if not. */
static enum rc check_history(const struct step_engine *engine, const struct step_view *view,
                             const Paidan__Fetch *fetch, Paidan__Answer *answer)
{
    /* So that who asks what follows the head is told that there is nothing, not that all is gone. */
    CHECK(engine->log.first_seq <= engine->log.head_seq + 1);
    if (fetch->after > engine->log.head_seq) {
        answer->code = PAIDAN__CODE__LOG_DIVERGED;
        return RC_OK;
    }
    if (fetch->after + 1 < engine->log.first_seq) {
        answer->code = PAIDAN__CODE__LOG_TRIMMED;
        return RC_OK;
    }
    if (!fetch->has_after_crc || fetch->after < engine->log.first_seq) {
        return RC_OK;
    }
    struct evlog_record record;
    const enum rc rc = evlog_read(view->txn, fetch->after, &record);
    if (rc == RC_OK && record.crc != fetch->after_crc) {
        answer->code = PAIDAN__CODE__LOG_DIVERGED;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Whether the follower knows the record that it says it holds: a name alone must not let records be
 * dropped that the service of that name has not read. */
static bool holds(const struct step_view *view, const Paidan__Fetch *fetch, uint64_t held)
{
    struct evlog_record record;
    const bool newest = held == fetch->after;
    if (newest ? !fetch->has_after_crc : !fetch->has_held_crc) {
        return false;
    }
    return evlog_read(view->txn, held, &record) == RC_OK &&
           record.crc == (newest ? fetch->after_crc : fetch->held_crc);
}

/* What a service holds durably bounds trimming; it is stored with the next commit. */
static void hear_follower(struct step_engine *engine, const struct step_view *view,
                          const Paidan__Fetch *fetch)
{
    CHECK(fetch->after <= engine->log.head_seq); /* check_history has refused what lies beyond */
    const uint64_t held =
        fetch->has_held && fetch->held < fetch->after ? fetch->held : fetch->after;
    for (unsigned index = 0; index < engine->follower_count; index++) {
        struct step_follower *follower = &engine->followers[index];
        if (strcmp(follower->name, fetch->follower) == 0 && held > follower->heard &&
            holds(view, fetch, held)) {
            follower->heard = held;
        }
    }
}

/* Blocks from the one that holds `after` + 1 on, as they lie in the map; at least one. */
static enum rc collect_blocks(const struct step_view *view, uint64_t after, size_t bytes_max,
                              Paidan__Fetched *fetched)
{
    CHECK(fetched->n_blocks == 0);
    CHECK(after < UINT64_MAX);
    struct store_walk walk;
    unsigned char key[8];
    size_t sum = 0;
    for (unsigned index = 0; index < 8; index++) {
        key[index] = (unsigned char)((after + 1) >> (56 - 8 * index) & 0xff);
    }
    enum rc rc = store_walk_open_last(view->txn, STORE_LOG, key, sizeof key, &walk);
    if (rc == RC_NOT_FOUND) {
        rc = RC_CORRUPT; /* the head said that there is one */
    }
    while (rc == RC_OK && fetched->n_blocks < FETCH_BLOCKS_MAX) {
        if (fetched->n_blocks > 0 && sum + walk.value_bytes > bytes_max) {
            break;
        }
        sum += walk.value_bytes;
        fetched->blocks[fetched->n_blocks].data = (uint8_t *)walk.value;
        fetched->blocks[fetched->n_blocks].len = walk.value_bytes;
        fetched->n_blocks++;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc query_fetch(struct step_engine *engine, struct step_view *view,
                           const Paidan__Fetch *fetch, Paidan__Answer *answer)
{
    CHECK(fetch->follower != NULL); /* required: wire_check */
    enum rc rc = check_history(engine, view, fetch, answer);
    if (rc != RC_OK || answer->code != PAIDAN__CODE__OK) {
        return rc;
    }
    hear_follower(engine, view, fetch);
    const bool nothing = fetch->after == engine->log.head_seq;
    if (nothing && fetch->has_wait_ms && fetch->wait_ms > 0) {
        return RC_AGAIN;
    }
    Paidan__Fetched *fetched = arena_alloc(view->arena, sizeof *fetched);
    ProtobufCBinaryData *blocks = arena_alloc(view->arena, FETCH_BLOCKS_MAX * sizeof *blocks);
    if (fetched == NULL || blocks == NULL) {
        return RC_LIMIT;
    }
    paidan__fetched__init(fetched);
    fetched->first_seq = engine->log.first_seq;
    fetched->head_seq = engine->log.head_seq;
    fetched->blocks = blocks;
    if (!nothing) {
        size_t bytes_max = fetch->has_bytes_max ? fetch->bytes_max : TAIL_FETCH_BYTES_DEFAULT;
        bytes_max = bytes_max < TAIL_FETCH_BYTES_MAX ? bytes_max : TAIL_FETCH_BYTES_MAX;
        rc = collect_blocks(view, fetch->after, bytes_max, fetched);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_FETCHED;
    answer->fetched = fetched;
    return rc;
}

/* ---- pass ---- */

/* Intake alone can tell whether a code is right; with its pass other services need not ask. Sealed
 * here and not in the core, which has neither the key nor real time. */
static enum rc add_pass(struct step_engine *engine, Paidan__Answer *answer)
{
    const struct step_options *const options = &engine->options;
    if (options->pass == NULL || answer->code != PAIDAN__CODE__OK ||
        answer->body_case != PAIDAN__ANSWER__BODY_LOOKED_UP ||
        engine->asker.column != PERMIT_PUBLIC || engine->ask.view.row != PERMIT_LOOKUP_CODE) {
        return RC_OK;
    }
    CHECK(answer->looked_up->ticket != 0);
    answer->looked_up->has_pass = 1;
    return options->pass(options->authorise_context, answer->looked_up->ticket, &engine->arena,
                         &answer->looked_up->pass);
}

/* ---- all ---- */

static enum rc dispatch(struct step_engine *engine, const struct step_peer *peer,
                        struct step_view *view, const Paidan__Request *request,
                        Paidan__Answer *answer)
{
    if (request->protocol != STEP_PROTOCOL) {
        return step_view_refuse(answer, PAIDAN__CODE__PROTOCOL_UNSUPPORTED, NULL);
    }
    const enum rc rc = step_permit(engine, peer, request, view->txn, view->now_ms);
    if (rc != RC_OK) {
        return rc;
    }
    if (engine->ask.code != PAIDAN__CODE__OK) {
        return step_view_refuse(answer, engine->ask.code, engine->ask.detail);
    }
    request = engine->ask.request;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_STATS:
        return query_stats(engine, view, request->stats, answer);
    case PAIDAN__REQUEST__WISH_FETCH:
        return query_fetch(engine, view, request->fetch, answer);
    default:
        break;
    }
    const struct step_options *const options = &engine->options;
    if (options->besides != NULL && options->besides(options->beside_context, request)) {
        CHECK(!engine->service->knows(request)); /* one owner */
        return options->beside(options->beside_context, view, request, answer);
    }
    if (!engine->service->knows(request) || engine->service->changes(request) ||
        engine->service->query == NULL) {
        return step_view_refuse(answer, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
    return engine->service->query(view, request, answer);
}

enum rc step_engine_view(struct step_engine *engine, uint64_t now_ms, struct arena *arena,
                         struct step_view *view)
{
    CHECK(engine->input == NULL); /* between runs */
    CHECK(arena != NULL);
    struct store_txn *txn = NULL;
    const enum rc rc = store_begin(engine->options.store, false, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    *view = (struct step_view){
        .txn = txn,
        .now_ms = now_ms > engine->now_ms ? now_ms : engine->now_ms,
        .arena = arena,
        .site = engine->site,
        .tally = &engine->committed_tally,
        .head_seq = engine->log.head_seq,
    };
    return RC_OK;
}

void step_engine_view_end(struct step_view *view)
{
    CHECK(view->txn != NULL);
    store_abort(view->txn);
    view->txn = NULL;
}

enum rc step_engine_query(struct step_engine *engine, const struct step_peer *peer,
                          const Paidan__Request *request, uint64_t now_ms,
                          const unsigned char **bytes, size_t *size)
{
    CHECK(request != NULL);
    struct step_view view;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    enum rc rc = step_engine_view(engine, now_ms, &engine->arena, &view);
    if (rc != RC_OK) {
        return rc;
    }
    answer.protocol = STEP_PROTOCOL;
    answer.code = PAIDAN__CODE__OK;
    rc = dispatch(engine, peer, &view, request, &answer);
    if (rc == RC_OK && answer.code != PAIDAN__CODE__PROTOCOL_UNSUPPORTED) {
        rc = permit_ask_answer(&engine->ask, engine->site, &engine->arena, &answer);
    }
    if (rc == RC_OK) {
        rc = add_pass(engine, &answer);
    }
    if (rc == RC_OK) {
        unsigned char *packed = NULL;
        answer.correlation = request->correlation;
        answer.has_now_ms = 1;
        answer.now_ms = view.now_ms;
        rc = wire_pack(&engine->arena, &answer.base, &packed, size);
        if (rc == RC_OK) {
            *bytes = packed;
        }
    }
    step_engine_view_end(&view);
    return rc;
}
