/* triage_proof: rows of what triage decided by itself and of what came of it. Owns three tables and
 * the form of their keys. What must stay true: a trial is there exactly as long as it is not known
 * whether the decision was right, and the counter on_trial says how many there are, so that a site
 * that measures nothing is asked nothing. The rows are stored: a change raises the version. */

#include "triage_proof.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/step/step.h"
#include "common/store/store_row.h"
#include "common/text/text.h"
#include "ticket.pb-c.h"

/* 1970-01-05 00:00 in +08:00: where a log does not say (SiteChanged), the weeks of China's clock. */
#define MONDAY_DEFAULT_MS (UINT64_C(4) * 24 * 3600 * 1000 - UINT64_C(8) * 3600 * 1000)
#define MONDAY_KEY 0u

static uint64_t key_of(const char *category)
{
    const uint64_t key = step_key(category);
    return key == MONDAY_KEY ? 1 : key; /* once in 2^64 names */
}

/* ---- trust ---- */

static const struct record_row span_rows[] = {
    RECORD_U64_IN(struct triage_span, from_ms, 1, UINT64_MAX),
    RECORD_VARINT(struct triage_span, until_ms),
    RECORD_U8_IN(struct triage_span, why, PAIDAN__TRUST_WHY__TRUST_LOW,
                 PAIDAN__TRUST_WHY__TRUST_BY_HAND),
    RECORD_VARINT_IN(struct triage_span, right, 0, TRIAGE_RING),
    RECORD_VARINT_IN(struct triage_span, of, 0, TRIAGE_RING),
    RECORD_END,
};
static const struct record_row trust_rows[] = {
    RECORD_TEXT(struct triage_trust, category),
    RECORD_U8_IN(struct triage_trust, step, 0, TRIAGE_WITHDRAWN),
    RECORD_BOOL(struct triage_trust, by_hand),
    RECORD_VARINT(struct triage_trust, epoch),
    RECORD_VARINT(struct triage_trust, since_ms),
    RECORD_U16_IN(struct triage_trust, next, 0, TRIAGE_RING - 1),
    RECORD_U16_IN(struct triage_trust, count, 0, TRIAGE_RING),
    RECORD_BYTES(struct triage_trust, ring, TRIAGE_RING / 8),
    RECORD_LIST(struct triage_trust, span_count, spans, TRIAGE_SPANS_MAX, span_rows),
    RECORD_END,
};
static const struct record_format trust_format = {
    .version = 1, .bytes = sizeof(struct triage_trust), .rows = trust_rows};

struct monday {
    uint64_t ms;
};
static const struct record_row monday_rows[] = {RECORD_U64(struct monday, ms), RECORD_END};
static const struct record_format monday_format = {
    .version = 1, .bytes = sizeof(struct monday), .rows = monday_rows};

enum rc triage_proof_trust_get(struct store_txn *txn, const char *category,
                               struct triage_trust *trust)
{
    CHECK(category[0] != '\0');
    const enum rc rc =
        store_row_get(txn, TRIAGE_TABLE_TRUST, key_of(category), &trust_format, trust);
    if (rc == RC_NOT_FOUND) {
        *trust = (struct triage_trust){.step = 0};
        return text_copy(trust->category, sizeof trust->category, category) ? RC_OK : RC_CORRUPT;
    }
    return rc == RC_OK && strcmp(trust->category, category) != 0 ? RC_CORRUPT : rc;
}

enum rc triage_proof_trust_put(struct store_txn *txn, const struct triage_trust *trust)
{
    CHECK(trust->category[0] != '\0');
    CHECK(!trust->by_hand || trust->step == TRIAGE_WITHDRAWN);
    CHECK((trust->since_ms == 0) == (trust->epoch == 0)); /* both are of the changes */
    CHECK(trust->next == trust->count % TRIAGE_RING || trust->count == TRIAGE_RING);
    return store_row_put(txn, TRIAGE_TABLE_TRUST, key_of(trust->category), &trust_format, trust);
}

enum rc triage_proof_trust_walk(struct store_txn *txn, struct store_walk *walk)
{
    CHECK(txn != NULL);
    return store_walk_open(txn, TRIAGE_TABLE_TRUST, NULL, 0, walk);
}

enum rc triage_proof_trust_read(const struct store_walk *walk, struct triage_trust *trust)
{
    if (store_walk_key(walk, CODEC_U64_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    if (codec_u64_at(walk->key) == MONDAY_KEY) {
        return RC_NOT_FOUND;
    }
    return record_read(&trust_format, walk->value, walk->value_bytes, trust);
}

/* ---- trials ---- */

static const struct record_row trial_rows[] = {
    RECORD_U8_IN(struct triage_trial, kind, TRIAGE_ITSELF, TRIAGE_TRIAL_KINDS - 1),
    RECORD_VARINT(struct triage_trial, epoch),
    RECORD_TEXT(struct triage_trial, category),
    RECORD_TEXT(struct triage_trial, unit),
    RECORD_END,
};
static const struct record_format trial_format = {
    .version = 1, .bytes = sizeof(struct triage_trial), .rows = trial_rows};

enum rc triage_proof_trial_get(struct store_txn *txn, uint64_t ticket, struct triage_trial *trial)
{
    CHECK(ticket != 0);
    return store_row_get(txn, TRIAGE_TABLE_TRIAL, ticket, &trial_format, trial);
}

enum rc triage_proof_trial_put(struct store_txn *txn, uint64_t ticket,
                               const struct triage_trial *trial)
{
    CHECK(ticket != 0);
    CHECK((trial->kind == TRIAGE_ITSELF) == (trial->unit[0] != '\0'));
    CHECK(trial->kind == TRIAGE_GUESSED || trial->category[0] != '\0');
    return store_row_put(txn, TRIAGE_TABLE_TRIAL, ticket, &trial_format, trial);
}

enum rc triage_proof_trial_del(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    return store_row_del(txn, TRIAGE_TABLE_TRIAL, ticket);
}

/* ---- weeks ---- */

static const struct record_row week_rows[] = {
    RECORD_TEXT(struct triage_week, category),   RECORD_VARINT(struct triage_week, itself),
    RECORD_VARINT(struct triage_week, desk),     RECORD_VARINT(struct triage_week, agreed),
    RECORD_VARINT(struct triage_week, changed),  RECORD_VARINT(struct triage_week, returned),
    RECORD_VARINT(struct triage_week, recalled), RECORD_VARINT(struct triage_week, right),
    RECORD_VARINT(struct triage_week, wrong),    RECORD_END,
};
static const struct record_format week_format = {
    .version = 1, .bytes = sizeof(struct triage_week), .rows = week_rows};

enum rc triage_proof_monday(struct store_txn *txn, uint64_t *monday_ms)
{
    struct monday monday = {.ms = MONDAY_DEFAULT_MS};
    const enum rc rc = store_row_get(txn, TRIAGE_TABLE_TRUST, MONDAY_KEY, &monday_format, &monday);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *monday_ms = rc == RC_OK ? monday.ms : MONDAY_DEFAULT_MS;
    return RC_OK;
}

enum rc triage_proof_monday_put(struct store_txn *txn, uint64_t monday_ms)
{
    CHECK(monday_ms > 0); /* no zone is four days from UTC */
    const struct monday monday = {.ms = monday_ms};
    return store_row_put(txn, TRIAGE_TABLE_TRUST, MONDAY_KEY, &monday_format, &monday);
}

uint32_t triage_proof_week_of(uint64_t monday_ms, uint64_t at_ms)
{
    CHECK(monday_ms < TRIAGE_WEEK_MS); /* the first one there was */
    const uint64_t week = at_ms < monday_ms ? 0 : (at_ms - monday_ms) / TRIAGE_WEEK_MS;
    return week < UINT32_MAX ? (uint32_t)week : UINT32_MAX;
}

static void week_key(uint32_t week, uint64_t category, unsigned char key[TRIAGE_WEEK_KEY_BYTES])
{
    codec_set_u64(key, week);
    codec_set_u64(key + CODEC_U64_BYTES, category);
}

enum rc triage_proof_week_get(struct store_txn *txn, uint32_t week, const char *category,
                              struct triage_week *counts)
{
    unsigned char key[TRIAGE_WEEK_KEY_BYTES];
    week_key(week, key_of(category), key);
    const enum rc rc =
        store_get_record(txn, TRIAGE_TABLE_WEEK, key, sizeof key, &week_format, counts);
    if (rc == RC_NOT_FOUND) {
        *counts = (struct triage_week){.itself = 0};
        return text_copy(counts->category, sizeof counts->category, category) ? RC_OK : RC_CORRUPT;
    }
    return rc;
}

/* The oldest row, if it is of a week before `first`. RC_NOT_FOUND: there is none. */
static enum rc forget_one(struct store_txn *txn, uint32_t first)
{
    unsigned char key[TRIAGE_WEEK_KEY_BYTES];
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, TRIAGE_TABLE_WEEK, NULL, 0, &walk);
    if (rc == RC_OK && store_walk_key(&walk, sizeof key) != RC_OK) {
        rc = RC_CORRUPT;
    }
    CHECK(first > 0);
    if (rc == RC_OK) {
        memcpy(key, walk.key, sizeof key);
        rc = codec_u64_at(key) < first ? RC_OK : RC_NOT_FOUND;
    }
    store_walk_close(&walk);
    return rc == RC_OK ? store_del(txn, TRIAGE_TABLE_WEEK, key, sizeof key) : rc;
}

enum rc triage_proof_week_put(struct store_txn *txn, uint32_t week,
                              const struct triage_week *counts)
{
    unsigned char key[TRIAGE_WEEK_KEY_BYTES];
    struct triage_week before;
    week_key(week, key_of(counts->category), key);
    enum rc rc = store_get_record(txn, TRIAGE_TABLE_WEEK, key, sizeof key, &week_format, &before);
    /* Two for each that comes: whatever had gathered is gone before the next week is. */
    for (int rows = 0; rc == RC_NOT_FOUND && rows < 2 && week >= TRIAGE_WEEKS_MAX; rows++) {
        const enum rc gone = forget_one(txn, week - TRIAGE_WEEKS_MAX + 1);
        if (gone == RC_NOT_FOUND) {
            break;
        }
        rc = gone == RC_OK ? RC_NOT_FOUND : gone;
    }
    return rc == RC_OK || rc == RC_NOT_FOUND
               ? store_put_record(txn, TRIAGE_TABLE_WEEK, key, sizeof key, &week_format, counts)
               : rc;
}

enum rc triage_proof_week_walk(struct store_txn *txn, uint32_t week, struct store_walk *walk)
{
    unsigned char key[TRIAGE_WEEK_KEY_BYTES];
    week_key(week, 0, key);
    return store_walk_open(txn, TRIAGE_TABLE_WEEK, key, sizeof key, walk);
}

enum rc triage_proof_week_read(const struct store_walk *walk, uint32_t *week,
                               struct triage_week *counts)
{
    if (store_walk_key(walk, TRIAGE_WEEK_KEY_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    const uint64_t stored = codec_u64_at(walk->key);
    if (stored > UINT32_MAX) {
        return RC_CORRUPT;
    }
    *week = (uint32_t)stored;
    return record_read(&week_format, walk->value, walk->value_bytes, counts);
}

/* ---- the ring ---- */

void triage_proof_push(struct triage_trust *trust, bool right)
{
    CHECK(trust->next < TRIAGE_RING);
    CHECK(trust->count <= TRIAGE_RING);
    const unsigned char bit = (unsigned char)(1u << trust->next % 8);
    unsigned char *byte = &trust->ring[trust->next / 8];
    *byte = (unsigned char)(right ? *byte | bit : *byte & ~bit);
    trust->next = (trust->next + 1) % TRIAGE_RING;
    trust->count += trust->count < TRIAGE_RING ? 1 : 0;
    CHECK(trust->count > 0);
}

struct triage_share triage_proof_share(const struct triage_trust *trust, uint32_t window)
{
    CHECK(window > 0);
    CHECK(trust->count <= TRIAGE_RING);
    CHECK(trust->next < TRIAGE_RING);
    const uint32_t of = trust->count < window ? trust->count : window;
    uint32_t right = 0;
    for (uint32_t back = 1; back <= of; back++) {
        const uint32_t at = (trust->next + TRIAGE_RING - back) % TRIAGE_RING;
        right += trust->ring[at / 8] >> at % 8 & 1u;
    }
    return triage_wilson(right, of);
}
