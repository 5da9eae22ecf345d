/* step_engine: opening, closing, asking and trimming the engine; runs are in step.c. */
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/step/step_private.h"

#define EVENTS_MAX                                                                                 \
    (1u << 18) /* records of one step: STEP_EVENT_BYTES_MAX of the smallest are more */

/* ---- opening ---- */

static unsigned count_names(const char *const *names, unsigned max)
{
    unsigned count = 0;
    while (names != NULL && names[count] != NULL) {
        count++;
    }
    CHECK(count <= max);
    return count;
}

static bool levels_equal(const struct step_site *stored, const struct site *site)
{
    CHECK(stored->known);
    CHECK(stored->level_count <= SITE_LEVELS_MAX);
    /* By code and place: a ticket stores the number of its level, and the number means the place
     * in this list. */
    if (stored->level_count != site->level_count) {
        return false;
    }
    for (uint32_t index = 0; index < site->level_count; index++) {
        if (strcmp(stored->levels[index], site->levels[index].code) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- followers ---- */

static struct step_follower *follower_find(struct step_follower *followers, unsigned count,
                                           const char *name)
{
    for (unsigned index = 0; index < count; index++) {
        if (strcmp(followers[index].name, name) == 0) {
            return &followers[index];
        }
    }
    return NULL;
}

/* Adds one that is not there yet, with what was heard of it under the list before. */
static void follower_add(struct step_engine *engine, struct step_follower *old, unsigned old_count,
                         const char *name, uint64_t holds_ms)
{
    if (follower_find(engine->followers, engine->follower_count, name) != NULL) {
        return; /* a service that must be there is never held to less by the site */
    }
    CHECK(engine->follower_count < STEP_FOLLOWERS_MAX);
    CHECK(strlen(name) <= CODE_BYTES_MAX);
    struct step_follower *const follower = &engine->followers[engine->follower_count++];
    const struct step_follower *const before = follower_find(old, old_count, name);
    *follower = before != NULL ? *before : (struct step_follower){.heard = 0};
    memcpy(follower->name, name, strlen(name) + 1);
    follower->holds_ms = holds_ms;
}

/* The services compiled in, then those that the site names for our log. */
static void list_followers(struct step_engine *engine, const struct site *site)
{
    struct step_follower old[STEP_FOLLOWERS_MAX];
    const unsigned old_count = engine->follower_count;
    const char *const *const names = engine->service->followed_by;
    memcpy(old, engine->followers, sizeof old);
    engine->follower_count = 0;
    for (unsigned index = 0; names != NULL && names[index] != NULL; index++) {
        follower_add(engine, old, old_count, names[index], 0);
    }
    for (uint32_t index = 0; site != NULL && index < site->follower_count; index++) {
        const struct site_follower *const named = &site->followers[index];
        if (named->log[0] == '\0' || strcmp(named->log, engine->service->name) == 0) {
            follower_add(engine, old, old_count, named->name, named->holds_ms);
        }
    }
}

/* Positions of those that came with the site; of the others they are known. */
static enum rc load_followers(struct step_engine *engine, struct store_txn *txn)
{
    enum rc rc = RC_OK;
    for (unsigned index = 0; rc == RC_OK && index < engine->follower_count; index++) {
        struct step_follower *const follower = &engine->followers[index];
        uint64_t stored = follower->stored;
        rc = evlog_follower_get(txn, follower->name, &stored);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
        follower->stored = stored;
        follower->heard = stored > follower->heard ? stored : follower->heard;
    }
    return rc;
}

/* Of what is committed. Without memory for it the service works on as if it needed none: what it would
 * find there nobody relies on. */
static enum rc open_cache(struct step_engine *engine)
{
    CHECK(engine->step.txn == NULL); /* between runs */
    struct step_view view;
    if (engine->service->cache == NULL || engine->cache != NULL) {
        return RC_OK;
    }
    const size_t mark = engine->arena.used;
    enum rc rc = step_engine_view(engine, engine->now_ms, &engine->arena, &view);
    if (rc != RC_OK) {
        return rc;
    }
    rc = engine->service->cache->open(&view, &engine->cache);
    step_engine_view_end(&view);
    engine->arena.used = mark;
    if (rc == RC_LIMIT) {
        diag_log(DIAG_WARN, "step", "cache=none why=%s", rc_name(rc));
    }
    return rc == RC_LIMIT ? RC_OK : rc;
}

enum rc step_engine_set_site(struct step_engine *engine, const struct site *site)
{
    if (site != NULL && engine->committed_site.known &&
        !levels_equal(&engine->committed_site, site)) {
        diag_log(DIAG_ERROR, "step",
                 "code=SITE_LEVELS_CHANGED stored_levels=%u site_levels=%u "
                 "reason=\"levels cannot change once they are in use\"",
                 engine->committed_site.level_count, site->level_count);
        return RC_SETTINGS;
    }
    /* Only the pointer: the next step says SiteChanged, and from that fact on decides by it. */
    engine->site = site;
    list_followers(engine, site);
    /* Another site may want it. If the store fails here, the next step finds that out. */
    if (engine->loaded) {
        const enum rc rc = open_cache(engine);
        engine->cache = rc == RC_OK ? engine->cache : NULL;
    }
    return RC_OK;
}

static enum rc load(struct step_engine *engine, struct store_txn *txn)
{
    CHECK(engine->now_ms == 0); /* once, before the first run */
    const struct step_service *service = engine->service;
    /* All in one snapshot, so that head, counters, time and cursors are of one commit. */
    enum rc rc = evlog_load(&engine->log, txn);
    if (rc == RC_OK) {
        rc = tally_load(txn, &engine->committed_tally);
    }
    if (rc == RC_OK) {
        rc = step_now_load(txn, &engine->now_ms);
    }
    if (rc == RC_OK) {
        rc = step_site_load(txn, &engine->committed_site);
    }
    if (rc == RC_OK) {
        rc = step_peers_load(txn, &engine->committed_peers);
    }
    for (unsigned index = 0; rc == RC_OK && index < engine->follow_count; index++) {
        struct step_follow *follow = &engine->follows[index];
        rc = cursor_get(txn, service->follows[index], &follow->stored);
        follow->applied = follow->stored;
    }
    if (rc == RC_OK) {
        rc = step_engine_set_site(engine, engine->options.site);
    }
    return rc == RC_OK ? load_followers(engine, txn) : rc;
}

/* Before anything is asked or folded, so that no step sees a table half made. */
static enum rc mend(struct step_engine *engine)
{
    struct store_txn *txn = NULL;
    /* Whoever only looks (shell_modes) sees the tables as they lie. */
    if (engine->service->mend == NULL || store_is_read_only(engine->options.store)) {
        return RC_OK;
    }
    enum rc rc = store_begin(engine->options.store, true, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    struct step_view view = {.txn = txn,
                             .arena = &engine->arena,
                             .site = engine->site,
                             .now_ms = engine->now_ms,
                             .tally = &engine->committed_tally};
    rc = engine->service->mend(&view);
    arena_reset(&engine->arena);
    if (rc == RC_OK) {
        rc = store_commit(txn);
    } else {
        store_abort(txn);
    }
    if (rc == RC_FULL) { /* what is there can be read all the same; the next opening tries again */
        diag_log(DIAG_WARN, "step", "mend=later why=%s", rc_name(rc));
    }
    return rc == RC_NOT_FOUND || rc == RC_FULL ? RC_OK : rc;
}

static enum rc open_all(struct step_engine *engine)
{
    /* Everything that a step needs is taken here: later no request can find the service without
     * memory. */
    enum rc rc = arena_init(&engine->arena, STEP_ARENA_BYTES);
    if (rc == RC_OK) {
        rc = arena_init(&engine->answers, STEP_ANSWER_BYTES);
    }
    if (rc == RC_OK) {
        rc = evlog_init(&engine->log, STEP_EVENT_BYTES_MAX, EVENTS_MAX);
    }
    engine->wakes = calloc(STEP_WAKES_MAX, sizeof *engine->wakes);
    engine->wake_slots = calloc(STEP_WAKE_SLOTS, sizeof *engine->wake_slots);
    if (rc == RC_OK && (engine->wakes == NULL || engine->wake_slots == NULL)) {
        rc = RC_LIMIT;
    }
    if (rc == RC_OK && engine->service->memo_bytes > 0) {
        engine->memo.bytes = engine->service->memo_bytes;
        engine->memo.room = calloc(1, engine->memo.bytes);
        rc = engine->memo.room != NULL ? RC_OK : RC_LIMIT;
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct store_txn *txn = NULL;
    rc = store_begin(engine->options.store, false, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    rc = load(engine, txn);
    store_abort(txn);
    rc = rc == RC_OK ? mend(engine) : rc;
    engine->loaded = rc == RC_OK;
    return rc == RC_OK ? open_cache(engine) : rc;
}

enum rc step_engine_open(struct step_engine **engine, const struct step_service *service,
                         const struct step_options *options)
{
    CHECK(service->apply != NULL);
    CHECK(service->evolve != NULL);
    CHECK(service->changes != NULL);
    CHECK(service->knows != NULL);
    CHECK(options->store != NULL);
    struct step_engine *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return RC_LIMIT;
    }
    opened->service = service;
    opened->options = *options;
    step_say_init(opened);
    /* Counted once: the lists are part of the program. */
    opened->follow_count = count_names(service->follows, STEP_FOLLOWS_MAX);
    (void)count_names(service->followed_by, STEP_FOLLOWERS_MAX - SITE_FOLLOWERS_MAX);
    opened->tally_count = count_names(service->tallies, TALLY_MAX);
    const enum rc rc = open_all(opened);
    if (rc != RC_OK) {
        step_engine_close(opened);
        return rc;
    }
    *engine = opened;
    return RC_OK;
}

void step_engine_close(struct step_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    if (engine->cache != NULL) {
        engine->service->cache->close(engine->cache);
    }
    arena_fini(&engine->arena);
    arena_fini(&engine->answers);
    evlog_fini(&engine->log);
    free(engine->wakes);
    free(engine->wake_slots);
    free(engine->memo.room);
    free(engine);
}

const void *step_engine_cache(const struct step_engine *engine)
{
    return engine->cache;
}

struct arena *step_engine_arena(struct step_engine *engine)
{
    return &engine->arena;
}

void step_engine_reset(struct step_engine *engine)
{
    CHECK(engine->input == NULL);
    /* What the caller got of answers is gone with this. */
    CHECK(engine->step.txn == NULL); /* or a transaction would lose its inputs */
    arena_reset(&engine->arena);
    arena_reset(&engine->answers);
}

/* ---- after and between runs ---- */

const uint64_t *step_engine_wakes(const struct step_engine *engine, size_t *count)
{
    CHECK(engine->wake_count <= STEP_WAKES_MAX);
    *count = engine->wake_count;
    return engine->wakes;
}

uint64_t step_engine_head(const struct step_engine *engine)
{
    return engine->log.head_seq;
}

uint64_t step_engine_first(const struct step_engine *engine)
{
    return engine->log.first_seq;
}

uint64_t step_engine_now(const struct step_engine *engine)
{
    return engine->now_ms;
}

enum rc step_engine_next_due(struct step_engine *engine, uint64_t *due_ms)
{
    struct store_txn *txn = NULL;
    struct due due;
    enum rc rc = store_begin(engine->options.store, false, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    rc = due_first(txn, &due);
    store_abort(txn);
    if (rc == RC_OK) {
        *due_ms = due.due_ms;
    }
    return rc;
}

enum rc step_engine_cursor(struct step_engine *engine, const char *log, struct cursor *cursor)
{
    const int index = step_follow_find(engine, log);
    if (index < 0) {
        return RC_NOT_FOUND;
    }
    *cursor = engine->follows[index].applied;
    return RC_OK;
}

enum rc step_engine_held(struct step_engine *engine, const char *log, struct cursor *cursor)
{
    const int index = step_follow_find(engine, log);
    if (index < 0) {
        return RC_NOT_FOUND;
    }
    *cursor = engine->follows[index].stored;
    return RC_OK;
}

enum rc step_put_followers(struct step_engine *engine, struct store_txn *txn)
{
    CHECK(engine->follower_count <= STEP_FOLLOWERS_MAX);
    for (unsigned index = 0; index < engine->follower_count; index++) {
        const struct step_follower *follower = &engine->followers[index];
        /* With the next commit that is made anyway: a position that is a little old only keeps
         * the log a little longer. */
        if (follower->heard > follower->stored) {
            const enum rc rc = evlog_follower_put(txn, follower->name, follower->heard);
            if (rc != RC_OK) {
                return rc;
            }
        }
    }
    return RC_OK;
}

void step_settle_log(struct step_engine *engine, bool committed)
{
    evlog_settle(&engine->log, committed);
    for (unsigned index = 0; committed && index < engine->follower_count; index++) {
        engine->followers[index].stored = engine->followers[index].heard;
    }
}

/* Whether the follower still holds what it has not read: not if the first of it is older than the
 * site lets it be. Such a one has to begin again from what the log has by then. */
static enum rc follower_holds(const struct step_engine *engine, struct store_txn *txn,
                              const struct step_follower *follower, bool *holds)
{
    struct evlog_record record;
    const uint64_t first = engine->log.first_seq;
    /* The first that it has not read. What was trimmed before it came it can only have from
     * elsewhere. */
    const uint64_t next = follower->heard + 1 > first ? follower->heard + 1 : first;
    *holds = true;
    if (follower->holds_ms == 0 || next > engine->log.head_seq) {
        return RC_OK;
    }
    const enum rc rc = evlog_read(txn, next, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    *holds = record.now_ms + follower->holds_ms >= engine->now_ms;
    return RC_OK;
}

/* Forgets the positions of all that are not in the list or hold no more: evlog_trim asks the table
 * alone. They are stored again when they are heard of. */
static enum rc forget_followers(struct step_engine *engine, struct store_txn *txn,
                                const bool *holds)
{
    char names[STEP_FOLLOWERS_MAX][CODE_BYTES_MAX + 1];
    unsigned count = 0;
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, STORE_FOLLOWER, NULL, 0, &walk);
    while (rc == RC_OK && count < STEP_FOLLOWERS_MAX) {
        if (walk.key_bytes > CODE_BYTES_MAX) {
            rc = RC_CORRUPT;
            break;
        }
        memcpy(names[count], walk.key, walk.key_bytes);
        names[count][walk.key_bytes] = '\0';
        const struct step_follower *const follower =
            follower_find(engine->followers, engine->follower_count, names[count]);
        count += follower == NULL || !holds[follower - engine->followers] ? 1 : 0;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    for (unsigned index = 0; rc == RC_OK && index < count; index++) {
        rc = store_del(txn, STORE_FOLLOWER, names[index], strlen(names[index]));
    }
    return rc;
}

/* Lowers `before` to what followers and kept answers still need. */
static enum rc trim_bound(struct step_engine *engine, struct store_txn *txn, uint64_t *before)
{
    CHECK(engine->follower_count <= STEP_FOLLOWERS_MAX);
    CHECK(*before > 0);
    bool holds[STEP_FOLLOWERS_MAX];
    for (unsigned index = 0; index < engine->follower_count; index++) {
        const struct step_follower *const follower = &engine->followers[index];
        const enum rc rc = follower_holds(engine, txn, follower, &holds[index]);
        if (rc != RC_OK) {
            return rc;
        }
        if (holds[index] && follower->heard + 1 < *before) {
            *before = follower->heard + 1;
        }
    }
    const enum rc forgot = forget_followers(engine, txn, holds);
    if (forgot != RC_OK) {
        return forgot;
    }
    uint64_t oldest = 0;
    const enum rc rc = step_request_oldest(txn, &oldest);
    if (rc == RC_OK && oldest < *before) {
        *before = oldest;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc step_engine_trim(struct step_engine *engine, uint64_t before, uint64_t *first_seq)
{
    CHECK(engine->step.txn == NULL); /* between runs: the log has nothing unwritten */
    struct store_txn *txn = NULL;
    uint64_t first = engine->log.first_seq;
    if (engine->broken) {
        return RC_STORE;
    }
    if (engine->service->keeps_log || before <= first) {
        *first_seq = first;
        return RC_OK;
    }
    enum rc rc = store_begin(engine->options.store, true, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    /* Positions first: trimming asks the table, and what is heard but not stored would hold too
     * much. */
    evlog_begin(&engine->log);
    rc = step_put_followers(engine, txn);
    if (rc == RC_OK) {
        rc = trim_bound(engine, txn, &before);
    }
    if (rc == RC_OK) {
        rc = evlog_trim(&engine->log, txn, before, &first);
    }
    /* Nothing went: no commit for it. */
    if (rc != RC_OK || first == engine->log.first_seq) {
        store_abort(txn);
        evlog_settle(&engine->log, false);
    } else {
        rc = store_commit(txn);
        step_settle_log(engine, rc == RC_OK);
    }
    if (rc == RC_OK) {
        *first_seq = first;
    } else {
        engine->broken = rc != RC_FULL;
    }
    return rc;
}
