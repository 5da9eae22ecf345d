/* step_replay: folds a log again, into an empty store, and compares what came of it.
 *
 * Cursors and followers are not folded from our log and stay aside; everything else must be equal
 * byte for byte, the log and its head included. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/step/step_private.h"

#define BATCH_BYTES (8u << 20) /* of blocks in one transaction of the copy */

struct replay {
    const struct step_service *service;
    struct store *into;
    struct store_txn *source, *target;
    struct arena arena;
    struct tally tally;
    struct step_site site;
    struct step_peers peers;
    uint64_t now_ms, next_seq, head_seq;
    size_t batch_bytes;
    struct step_difference *difference;
};

static enum rc target_begin(struct replay *replay)
{
    CHECK(replay->target == NULL);
    replay->batch_bytes = 0;
    return store_begin(replay->into, true, &replay->target);
}

static enum rc target_commit(struct replay *replay)
{
    CHECK(replay->target != NULL);
    CHECK(replay->next_seq >= 1);
    enum rc rc = RC_OK;
    /* The totals of an empty log were never stored. */
    if (replay->next_seq > 1) {
        rc = step_totals_store(replay->target, &replay->tally, replay->now_ms);
    }
    if (rc != RC_OK) {
        store_abort(replay->target);
    } else {
        rc = store_commit(replay->target);
    }
    replay->target = NULL;
    return rc;
}

static enum rc fold_record(struct replay *replay, const struct evlog_record *record)
{
    CHECK(replay->target != NULL);
    CHECK(record->seq >= replay->next_seq); /* the block's records come in their order */
    struct step_fold fold = {
        .txn = replay->target, .tally = &replay->tally, .arena = &replay->arena};
    /* Folding keeps nothing of it: what lasts is in the tables. */
    arena_reset(&replay->arena);
    if (record->kind == EVLOG_ANSWER) {
        return record->bytes < REQUEST_ID_BYTES
                   ? RC_CORRUPT
                   : step_fold_answer(replay->target, record->seq, record->now_ms, record->payload);
    }
    Paidan__Event *event = NULL;
    const enum rc rc = step_unpack(&replay->arena, record, &event);
    return rc == RC_OK ? step_fold_event(replay->service, &fold, &replay->site, &replay->peers,
                                         record->seq, event)
                       : rc;
}

static enum rc fold_block(struct replay *replay, const struct store_walk *walk)
{
    CHECK(replay->target != NULL);
    struct evlog_block block;
    struct evlog_record record;
    enum rc rc = evlog_block_open_hashed(&block, walk->value, walk->value_bytes);
    if (rc != RC_OK || block.first_seq != replay->next_seq) {
        replay->difference->seq = replay->next_seq;
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    while (rc == RC_OK && evlog_block_next(&block, &record) == RC_OK) {
        rc = fold_record(replay, &record);
        /* A fact that this version cannot fold, or that contradicts what came before it: the seq
         * is what a maintainer wants to see. */
        if (rc == RC_CORRUPT || rc == RC_LIMIT) {
            replay->difference->seq = record.seq;
            rc = RC_CORRUPT;
        }
    }
    if (rc != RC_OK) {
        return rc;
    }
    replay->next_seq = block.next_seq;
    replay->now_ms = block.now_ms;
    replay->batch_bytes += walk->value_bytes;
    /* The block as it is: the log is input here and is not made again. */
    return store_append(replay->target, STORE_LOG, walk->key, walk->key_bytes, walk->value,
                        walk->value_bytes);
}

/* The head as it is: the folded log must fit it. */
static enum rc copy_head(struct replay *replay)
{
    CHECK(replay->source != NULL);
    CHECK(replay->target != NULL);
    static const char key[] = EVLOG_HEAD_KEY;
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(replay->source, STORE_META, key, sizeof key - 1, &value, &bytes);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return store_put(replay->target, STORE_META, key, sizeof key - 1, value, bytes);
}

static enum rc fold_log(struct replay *replay, void (*progress)(uint64_t seq, uint64_t head))
{
    struct store_walk walk;
    enum rc rc = target_begin(replay);
    if (rc != RC_OK) {
        return rc;
    }
    rc = store_walk_open(replay->source, STORE_LOG, NULL, 0, &walk);
    while (rc == RC_OK) {
        rc = fold_block(replay, &walk);
        /* Smaller transactions than the service had: where they end must make no difference, and
         * that is part of the proof. */
        if (rc == RC_OK && replay->batch_bytes > BATCH_BYTES) {
            rc = target_commit(replay);
            if (rc == RC_OK) {
                rc = target_begin(replay);
            }
        }
        if (rc == RC_OK && progress != NULL) {
            progress(replay->next_seq - 1, replay->head_seq);
        }
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    if (rc == RC_NOT_FOUND) {
        rc = copy_head(replay);
    }
    if (rc == RC_OK) {
        rc = target_commit(replay);
    }
    store_abort(replay->target);
    replay->target = NULL;
    return rc;
}

/* ---- comparing ---- */

static void describe(struct step_difference *difference, const char *table,
                     const struct store_walk *at, const char *what)
{
    CHECK(what != NULL);
    CHECK(at->key_bytes <= STORE_KEY_BYTES_MAX);
    (void)snprintf(difference->table, sizeof difference->table, "%s", table);
    for (size_t index = 0; index < at->key_bytes && 2 * index + 2 < sizeof difference->key;
         index++) {
        (void)snprintf(difference->key + 2 * index, 3, "%02x", at->key[index]);
    }
    difference->what = what;
}

static int compare_bytes(const unsigned char *a, size_t a_bytes, const unsigned char *b,
                         size_t b_bytes)
{
    /* The order of keys in the store, so that two walks can be merged. */
    const size_t common = a_bytes < b_bytes ? a_bytes : b_bytes;
    const int order = common == 0 ? 0 : memcmp(a, b, common);
    return order != 0 ? order : (a_bytes > b_bytes) - (a_bytes < b_bytes);
}

/* Both at a row or one at its end (present: 1). RC_OK: equal rows, go on. */
static enum rc compare_row(const char *table, const struct store_walk *stored,
                           const struct store_walk *folded, bool has_stored, bool has_folded,
                           struct step_difference *difference)
{
    int order = has_stored ? -1 : 1;
    if (has_stored && has_folded) {
        order = compare_bytes(stored->key, stored->key_bytes, folded->key, folded->key_bytes);
    }
    if (order < 0) {
        describe(difference, table, stored, "extra");
        return RC_CORRUPT;
    }
    if (order > 0) {
        describe(difference, table, folded, "missing");
        return RC_CORRUPT;
    }
    if (compare_bytes(stored->value, stored->value_bytes, folded->value, folded->value_bytes) !=
        0) {
        describe(difference, table, stored, "different");
        return RC_CORRUPT;
    }
    return RC_OK;
}

static enum rc compare_table(struct store_txn *source, struct store_txn *target, unsigned table,
                             const char *name, struct step_difference *difference)
{
    struct store_walk stored, folded;
    enum rc rc = RC_OK;
    enum rc left = store_walk_open(source, table, NULL, 0, &stored);
    enum rc right = store_walk_open(target, table, NULL, 0, &folded);
    while (rc == RC_OK && (left == RC_OK || right == RC_OK)) {
        if ((left != RC_OK && left != RC_NOT_FOUND) || (right != RC_OK && right != RC_NOT_FOUND)) {
            break;
        }
        rc = compare_row(name, &stored, &folded, left == RC_OK, right == RC_OK, difference);
        if (rc == RC_OK) {
            left = store_walk_next(&stored);
            right = store_walk_next(&folded);
        }
    }
    store_walk_close(&stored);
    store_walk_close(&folded);
    if (rc == RC_OK && left != RC_NOT_FOUND) {
        rc = left;
    }
    if (rc == RC_OK && right != RC_NOT_FOUND) {
        rc = right;
    }
    return rc;
}

static enum rc compare(const struct replay *replay, const struct store *from)
{
    CHECK(replay->target == NULL); /* all that was folded is committed */
    struct store_txn *target = NULL;
    enum rc rc = store_begin(replay->into, false, &target);
    if (rc != RC_OK) {
        return rc;
    }
    const unsigned count = store_table_count(replay->into);
    CHECK(count == store_table_count(from));
    for (unsigned table = 0; rc == RC_OK && table < count; table++) {
        /* These two follow from what others said to the service, not from its own log. */
        if (table != STORE_CURSOR && table != STORE_FOLLOWER) {
            rc = compare_table(replay->source, target, table, store_table_name(replay->into, table),
                               replay->difference);
        }
    }
    store_abort(target);
    return rc;
}

/* ---- all ---- */

/* A whole log, and nothing in the way. */
static enum rc check_ends(struct replay *replay)
{
    struct evlog_report report;
    struct evlog_head head;
    struct store_txn *target = NULL;
    /* First the log itself: folding a damaged one would report its damage as a difference of
     * tables. */
    enum rc rc = evlog_verify(replay->source, &report);
    if (rc != RC_OK) {
        replay->difference->seq = report.at;
        replay->difference->what = report.what;
        return rc;
    }
    /* What was trimmed cannot be folded, and tables made from the rest would differ for that
     * reason alone. */
    if (report.first_seq != 1) {
        return RC_GAP;
    }
    replay->head_seq = report.head_seq;
    rc = store_begin(replay->into, false, &target);
    if (rc != RC_OK) {
        return rc;
    }
    rc = evlog_head_get(target, &head);
    store_abort(target);
    if (rc == RC_OK && head.head_seq != 0) {
        rc = RC_EXISTS;
    }
    return rc;
}

enum rc step_replay(const struct step_service *service, struct store *from, struct store *into,
                    struct step_difference *difference,
                    void (*progress)(uint64_t seq, uint64_t head))
{
    struct replay replay = {
        .service = service, .into = into, .next_seq = 1, .difference = difference};
    *difference = (struct step_difference){0};
    enum rc rc = arena_init(&replay.arena, STEP_ARENA_BYTES);
    if (rc != RC_OK) {
        return rc;
    }
    rc = store_begin(from, false, &replay.source);
    if (rc == RC_OK) {
        rc = check_ends(&replay);
    }
    if (rc == RC_OK) {
        rc = fold_log(&replay, progress);
    }
    if (rc == RC_OK) {
        rc = compare(&replay, from);
    }
    store_abort(replay.source);
    arena_fini(&replay.arena);
    return rc;
}
