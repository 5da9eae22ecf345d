/* step: one run is one write transaction, or several where one cannot hold it all.
 *
 * Must stay true: nothing in memory that outlives a transaction (log head, counters, cursors, site,
 * time) changes before its commit held; the arena above `mark` belongs to one attempt. */
#include "common/step/step.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/step/step_private.h"

#define RETRY_AFTER_MS 1000u

/* ---- one transaction ---- */

/* The run at hand: deadlines first, then what was given. */
struct run {
    const struct step_conditions *conditions;
    const struct step_input *inputs;
    struct step_outcome *outcomes;
    size_t due_count, total;
    size_t mark; /* of the arena: below lie the inputs */
};

static uint64_t mix(uint64_t value)
{
    /* splitmix64: the inputs of a step get different bits from one random number. */
    value += 0x9e3779b97f4a7c15ull;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ value >> 27) * 0x94d049bb133111ebull;
    return value ^ value >> 31;
}

/* Keys that the failed transaction wanted to wake go: waking somebody for what was undone would
 * let him look, find nothing and park again, for nothing. */
static void wakes_keep(struct step_engine *engine, size_t count)
{
    CHECK(count <= engine->wake_count); /* of a transaction that failed, the newest go */
    const size_t all = engine->wake_count;
    if (all == count) {
        return;
    }
    memset(engine->wake_slots, 0, STEP_WAKE_SLOTS * sizeof *engine->wake_slots);
    engine->wake_count = 0;
    for (size_t index = 0; index < count; index++) {
        step_wake(&engine->step, engine->wakes[index]);
    }
}

static enum rc begin(struct step_engine *engine, const struct run *run)
{
    CHECK(engine->step.txn == NULL);
    CHECK(run->mark <= engine->arena.used); /* below it lie the inputs */
    struct store_txn *txn = NULL;
    const enum rc rc = store_begin(engine->options.store, true, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    /* Working copies of all that a step changes. The committed ones stay untouched until the
     * commit holds, so that undoing is forgetting. */
    evlog_begin(&engine->log);
    engine->tally = engine->committed_tally;
    engine->pending_site = engine->committed_site;
    engine->pending_peers = engine->committed_peers;
    for (unsigned index = 0; index < engine->follow_count; index++) {
        engine->follows[index].pending = engine->follows[index].applied;
    }
    engine->last_record = NULL;
    engine->answers_full = false;
    /* What an earlier attempt of this run has left above the inputs. */
    engine->arena.used = run->mark;
    engine->arena.denied = false;
    if (engine->memo.room != NULL) {
        store_set_memo(txn, &engine->memo);
    }
    engine->step.txn = txn;
    engine->step.gather = NULL;
    engine->step.site = engine->site;
    engine->step.cache = engine->cache;
    engine->fold = (struct step_fold){
        .txn = txn, .tally = &engine->tally, .arena = &engine->arena, .cache = engine->cache};
    return RC_OK;
}

static void settle_cache(struct step_engine *engine, bool hold)
{
    CHECK(engine->step.txn == NULL);
    if (engine->cache != NULL) {
        engine->service->cache->settle(engine->cache, hold);
    }
}

static void abandon(struct step_engine *engine)
{
    CHECK(engine->step.txn != NULL);
    store_abort(engine->step.txn);
    engine->step.txn = NULL;
    evlog_settle(&engine->log, false);
    settle_cache(engine, false);
}

/* Whether the cursors in the store are too far behind to wait for the next fact. */
static bool cursors_lag(const struct step_engine *engine)
{
    CHECK(engine->follow_count <= STEP_FOLLOWS_MAX);
    uint64_t lag = 0;
    for (unsigned index = 0; index < engine->follow_count; index++) {
        lag += engine->follows[index].pending.seq - engine->follows[index].stored.seq;
    }
    return lag > STEP_CURSOR_LAG_MAX;
}

static enum rc put_cursors(struct step_engine *engine)
{
    CHECK(engine->step.txn != NULL);
    for (unsigned index = 0; index < engine->follow_count; index++) {
        const struct step_follow *follow = &engine->follows[index];
        if (follow->pending.seq == follow->stored.seq) {
            continue;
        }
        const enum rc rc =
            cursor_put(engine->step.txn, engine->service->follows[index], &follow->pending);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* All that goes with the inputs into the transaction. wrote: false if nothing needs a commit. */
static enum rc complete(struct step_engine *engine, bool *wrote)
{
    const struct step_options *options = &engine->options;
    /* A step that said nothing changed nothing but cursors: most of what a follower hears means
     * nothing to it, and a commit for each would cost as much as the work itself. */
    const bool said = engine->log.next_seq > engine->log.head_seq + 1;
    *wrote = said || cursors_lag(engine);
    if (!*wrote) {
        return RC_OK;
    }
    enum rc rc = put_cursors(engine);
    if (rc == RC_OK) {
        rc = step_put_followers(engine, engine->step.txn);
    }
    if (rc != RC_OK || !said) {
        return rc;
    }
    /* After the inputs and before the blocks: the totals are those after the last fact, as
     * replay gets them. */
    rc = step_totals_store(engine->step.txn, &engine->tally, engine->step.now_ms);
    if (rc == RC_OK) {
        rc = evlog_write(&engine->log, engine->step.txn, engine->step.now_ms);
    }
    if (rc == RC_OK && options->replicate != NULL) {
        /* Before the commit: once a caller was answered a replica must have it, never the other
         * way round. */
        rc = options->replicate(options->replicate_context, engine->log.buffer, engine->log.used);
    }
    return rc;
}

/* After the commit: what was pending is true now. */
static void settle(struct step_engine *engine)
{
    CHECK(engine->step.txn == NULL);              /* committed */
    CHECK(engine->step.now_ms >= engine->now_ms); /* time never runs backward */
    /* A step that said nothing stored no time either, so nothing may rely on it after a restart. */
    if (engine->log.next_seq > engine->log.head_seq + 1) {
        engine->now_ms = engine->step.now_ms;
    }
    step_settle_log(engine, true);
    settle_cache(engine, true);
    engine->committed_tally = engine->tally;
    engine->committed_site = engine->pending_site;
    engine->committed_peers = engine->pending_peers;
    step_permit_settle(engine);
    for (unsigned index = 0; index < engine->follow_count; index++) {
        engine->follows[index].applied = engine->follows[index].pending;
        engine->follows[index].stored = engine->follows[index].pending;
    }
}

/* Nothing was said: the cursors go on in memory alone. */
static void settle_cursors(struct step_engine *engine)
{
    for (unsigned index = 0; index < engine->follow_count; index++) {
        engine->follows[index].applied = engine->follows[index].pending;
    }
}

static enum rc finish(struct step_engine *engine)
{
    CHECK(engine->step.txn != NULL);
    CHECK(engine->input == NULL);
    bool wrote = false;
    const enum rc rc = complete(engine, &wrote);
    if (rc != RC_OK || !wrote) {
        abandon(engine);
        if (rc == RC_OK) {
            settle_cursors(engine);
        }
        return rc;
    }
    /* From here nobody knows until it returns: after a failure other than "full" the process
     * ends and reads the truth from the store. */
    const enum rc committed = store_commit(engine->step.txn);
    engine->step.txn = NULL;
    if (committed != RC_OK) {
        evlog_settle(&engine->log, false);
        settle_cache(engine, false);
        return committed;
    }
    settle(engine);
    return RC_OK;
}

static enum rc apply_range(struct step_engine *engine, const struct run *run, size_t from,
                           size_t count)
{
    CHECK(from + count <= run->total);
    for (size_t index = from; index < from + count; index++) {
        enum rc rc = RC_OK;
        /* By place in the run, not by attempt: a run that is split gives each input the bits it
         * had before, so the same seed makes the same log. */
        engine->step.entropy = mix(run->conditions->entropy + index);
        if (index < run->due_count) {
            const struct step_input due = {.kind = STEP_DUE, .due = engine->dues[index]};
            rc = step_input_apply(engine, &due, NULL);
        } else {
            const size_t given = index - run->due_count;
            rc = step_input_apply(engine, &run->inputs[given], &run->outcomes[given]);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return step_input_finish(engine);
}

/* Inputs [from, from + count) in one transaction. RC_LIMIT: too much for one, nothing changed. */
static enum rc transact(struct step_engine *engine, const struct run *run, size_t from,
                        size_t count)
{
    /* Answers of transactions of this run that are stored already must stay; those of this one
     * go if it fails. */
    const size_t answers = engine->answers.used, wakes = engine->wake_count;
    enum rc rc = begin(engine, run);
    if (rc != RC_OK) {
        return rc;
    }
    /* First of all, so that the log says by which site the step decided. */
    rc = step_say_site(engine);
    if (rc == RC_OK) {
        rc = step_say_peers(engine);
    }
    if (rc == RC_OK) {
        rc = step_permit_say(engine);
    }
    if (rc == RC_OK) {
        rc = apply_range(engine, run, from, count);
    }
    if (rc == RC_OK) {
        rc = finish(engine);
    } else {
        abandon(engine);
    }
    if (rc != RC_OK) {
        engine->answers.used = answers;
        wakes_keep(engine, wakes); /* of the transactions of this run that are stored */
    }
    return rc;
}

/* ---- the run ---- */

/* One input that leads to a fact which nobody may read. A command is refused, for its caller sees
 * that; a record or a deadline must not be passed over. */
static enum rc accuse_one(struct step_engine *engine, const struct run *run, size_t at)
{
    CHECK(at < run->total);
    if (at < run->due_count) {
        return RC_BUG;
    }
    const struct step_input *input = &run->inputs[at - run->due_count];
    struct step_outcome *outcome = &run->outcomes[at - run->due_count];
    if (input->kind == STEP_COMMAND) {
        *outcome = (struct step_outcome){.result = STEP_SILENT};
        step_input_refuse(engine, input, outcome, PAIDAN__CODE__SERVICE_FAULT, 0);
        return RC_OK;
    }
    const int follow = step_follow_find(engine, input->log);
    CHECK(follow >= 0);
    engine->culprit = engine->service->follows[follow];
    return RC_BUG;
}

/* One input that no transaction can hold. */
static enum rc refuse_one(struct step_engine *engine, const struct run *run, size_t at)
{
    CHECK(at < run->total);
    /* A core never has a deadline that alone is too much. */
    CHECK(at >= run->due_count);
    const struct step_input *input = &run->inputs[at - run->due_count];
    struct step_outcome *outcome = &run->outcomes[at - run->due_count];
    if (input->kind == STEP_COMMAND) {
        /* Too much beside others, or too much by itself: the first may come again, the second
         * must be smaller. */
        const bool full = engine->answers_full && engine->answers.used > 0;
        *outcome = (struct step_outcome){.result = STEP_SILENT};
        step_input_refuse(engine, input, outcome,
                          full ? PAIDAN__CODE__OVERLOADED : PAIDAN__CODE__TOO_MANY_ITEMS,
                          full ? RETRY_AFTER_MS : 0);
        return RC_OK;
    }
    enum rc rc = begin(engine, run);
    if (rc != RC_OK) {
        return rc;
    }
    rc = step_input_refuse_record(engine, input, outcome);
    if (rc != RC_OK) {
        abandon(engine);
        return rc;
    }
    return finish(engine);
}

/* Records must follow their cursor without a gap, counting those before them in this run. */
static enum rc check_gaps(const struct step_engine *engine, const struct step_input *inputs,
                          size_t count)
{
    /* Before anything is applied: a gap found in the middle would have to undo what is right. */
    uint64_t seqs[STEP_FOLLOWS_MAX];
    for (unsigned index = 0; index < engine->follow_count; index++) {
        seqs[index] = engine->follows[index].applied.seq;
    }
    for (size_t index = 0; index < count; index++) {
        if (inputs[index].kind != STEP_RECORD) {
            continue;
        }
        const int follow = step_follow_find(engine, inputs[index].log);
        CHECK(follow >= 0);
        if (inputs[index].seq > seqs[follow] + 1) {
            diag_log_limited(DIAG_WARN, "step", "log=%s gap_after=%llu got=%llu", inputs[index].log,
                             (unsigned long long)seqs[follow],
                             (unsigned long long)inputs[index].seq);
            return RC_GAP;
        }
        /* A record at or below the cursor is one that comes twice; it moves nothing and is
         * skipped. */
        if (inputs[index].seq == seqs[follow] + 1) {
            seqs[follow]++;
        }
    }
    return RC_OK;
}

static enum rc collect_dues(struct step_engine *engine, size_t *count)
{
    CHECK(engine->step.txn == NULL);
    struct store_txn *txn = NULL;
    enum rc rc = store_begin(engine->options.store, false, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    /* In a transaction of its own that reads: without anything due no write transaction is
     * opened at all. */
    rc = due_collect(txn, engine->step.now_ms, engine->dues, STEP_DUE_MAX, count);
    store_abort(txn);
    return rc;
}

static bool site_is_new(const struct step_engine *engine)
{
    return engine->site != NULL && (!engine->committed_site.known ||
                                    engine->committed_site.version != engine->site->version);
}

static enum rc run_all(struct step_engine *engine, const struct run *run)
{
    CHECK(run->due_count <= run->total);
    size_t done = 0, limit = run->total;
    if (run->total == 0) {
        return site_is_new(engine) || step_engine_wants(engine) ? transact(engine, run, 0, 0)
                                                                : RC_OK;
    }
    while (done < run->total) {
        const size_t rest = run->total - done;
        const size_t count = limit < rest ? limit : rest;
        enum rc rc = transact(engine, run, done, count);
        /* Halved until it fits, or until the one that is to blame stands alone; those before it
         * are stored meanwhile. */
        if ((rc == RC_LIMIT || rc == RC_BUG) && count > 1) {
            limit = count / 2;
            continue;
        }
        if (rc == RC_LIMIT) {
            rc = refuse_one(engine, run, done);
        } else if (rc == RC_BUG) {
            rc = accuse_one(engine, run, done);
        }
        if (rc != RC_OK) {
            return rc;
        }
        done += count;
    }
    return RC_OK;
}

enum rc step_engine_run(struct step_engine *engine, const struct step_conditions *conditions,
                        const struct step_input *inputs, size_t count,
                        struct step_outcome *outcomes)
{
    CHECK(engine->step.txn == NULL); /* one run at a time */
    CHECK(conditions != NULL);
    CHECK(count <= STEP_INPUTS_MAX);
    arena_reset(&engine->answers);
    engine->answers.budget = engine->answers.bytes - (size_t)STEP_INPUTS_MAX * STEP_REFUSAL_BYTES;
    engine->step = (struct step){
        .now_ms = conditions->now_ms > engine->now_ms ? conditions->now_ms : engine->now_ms,
        .arena = &engine->arena,
        .site = engine->site,
        .storage_low = conditions->storage_low,
        .overload_ms = conditions->overload_ms,
        .tally = &engine->tally,
        .engine = engine,
    };
    wakes_keep(engine, 0);
    engine->culprit = NULL;
    /* After a commit of unknown outcome memory may be ahead of the store or behind it. */
    if (engine->broken) {
        return RC_STORE;
    }
    struct run run = {.conditions = conditions,
                      .inputs = inputs,
                      .outcomes = outcomes,
                      .mark = engine->arena.used};
    enum rc rc = check_gaps(engine, inputs, count);
    if (rc == RC_OK) {
        rc = collect_dues(engine, &run.due_count);
    }
    if (rc == RC_OK) {
        run.total = run.due_count + count;
        rc = run_all(engine, &run);
    }
    engine->arena.used = run.mark;
    if (rc != RC_OK) {
        /* These three leave a state that is known: nothing of the failed transaction is in
         * force. */
        engine->broken = rc != RC_GAP && rc != RC_FULL && rc != RC_BUG;
    }
    return rc;
}

const char *step_engine_culprit(const struct step_engine *engine)
{
    return engine->culprit;
}
