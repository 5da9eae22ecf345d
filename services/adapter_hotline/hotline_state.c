/* hotline_state: the adapter's tables. Owns their keys and the form of their records.
 *
 * Nonces are kept in two rows: by themselves, to be found, and by the moment of their signature, to be
 * forgotten. A message that was signed more than five minutes ago is refused at the door, so that a nonce
 * of ten minutes before the newest one can never be used again; forgetting goes by what was signed, not by
 * a clock, and a log folded again forgets the same. */
#include "hotline_state.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/site/site_hotline.h"
#include "common/step/step.h"
#include "common/store/store_row.h"
#include "hotline.h"

#define NONCE_KEPT_MS 600000u

enum {
    CASE_KEY_BYTES = 2 * CODEC_U64_BYTES,
    /* kind, peer, then digest, or moment and half of it */
    NONCE_KEY_BYTES = 1 + CODEC_U64_BYTES + HEARD_DIGEST_BYTES,
    FORGOTTEN_MAX = 4, /* with each one that comes: faster than they come in */
    EARLY_AT_ONCE = 64,
};
enum nonce_row { NONCE_BY_DIGEST = 1, NONCE_BY_TIME };

const char *hotline_state_code(const struct site *site)
{
    return site == NULL || site->hotline == NULL || site->hotline->channel == SITE_NONE
               ? NULL
               : site->channels[site->hotline->channel].code;
}

/* ---- cases ---- */

static const struct record_row seq_rows[] = {RECORD_ITEM_VARINT, RECORD_END};
static const struct record_row later_rows[] = {
    RECORD_VARINT(struct hotline_case, due_ms),
    RECORD_VARINT(struct hotline_case, dispatched),
    RECORD_END,
};
static const struct record_row case_rows[] = {
    RECORD_U8_IN(struct hotline_case, state, HOTLINE_ASKED, HOTLINE_REFUSED),
    RECORD_BOOL(struct hotline_case, closed),
    RECORD_BOOL(struct hotline_case, confidential),
    RECORD_VARINT(struct hotline_case, line),
    RECORD_VARINT(struct hotline_case, ticket),
    RECORD_VARINT(struct hotline_case, in_seq),
    RECORD_VARINT(struct hotline_case, out_seq),
    RECORD_VARINT(struct hotline_case, asked),
    RECORD_VARINT(struct hotline_case, round),
    RECORD_LIST(struct hotline_case, waiting_count, waiting, HOTLINE_WAITING_MAX, seq_rows),
    RECORD_TEXT(struct hotline_case, peer),
    RECORD_TEXT(struct hotline_case, source_id),
    RECORD_TEXT(struct hotline_case, number),
    RECORD_SINCE(2, later_rows),
    RECORD_END,
};
static const struct record_format case_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct hotline_case), .rows = case_rows};

/* Two hashes instead of two texts: short, of one width, and spread over the tree. That they are the case's is
 * checked with each record that is read, so that two ids with one hash are found out and never mixed up. */
static void case_key(const char *peer, const char *source_id, unsigned char key[CASE_KEY_BYTES])
{
    CHECK(peer != NULL);
    CHECK(source_id != NULL);
    codec_set_u64(key, step_key(peer));
    codec_set_u64(key + CODEC_U64_BYTES, step_key(source_id));
}

enum rc hotline_state_case(struct store_txn *txn, const char *peer, const char *source_id,
                           struct hotline_case *record)
{
    CHECK(record != NULL);
    unsigned char key[CASE_KEY_BYTES];
    case_key(peer, source_id, key);
    const enum rc rc = store_get_record(txn, HOTLINE_CASE, key, sizeof key, &case_format, record);
    if (rc != RC_OK) {
        return rc;
    }
    const bool same = strcmp(record->peer, peer) == 0 && strcmp(record->source_id, source_id) == 0;
    return same ? RC_OK : RC_CORRUPT;
}

enum rc hotline_state_case_put(struct store_txn *txn, const struct hotline_case *record)
{
    unsigned char key[CASE_KEY_BYTES];
    CHECK(record->peer[0] != '\0');
    CHECK(record->line != 0);
    CHECK((record->state == HOTLINE_BOUND) == (record->ticket != 0));
    case_key(record->peer, record->source_id, key);
    return store_put_record(txn, HOTLINE_CASE, key, sizeof key, &case_format, record);
}

/* ---- tickets ---- */

static const struct record_row ticket_rows[] = {
    RECORD_BOOL(struct hotline_ticket, bound),
    RECORD_VARINT(struct hotline_ticket, told_seq),
    RECORD_TEXT(struct hotline_ticket, peer),
    RECORD_TEXT(struct hotline_ticket, source_id),
    RECORD_END,
};
static const struct record_format ticket_format = {
    .version = 1, .bytes = sizeof(struct hotline_ticket), .rows = ticket_rows};

enum rc hotline_state_ticket(struct store_txn *txn, uint64_t ticket, struct hotline_ticket *record)
{
    CHECK(ticket != 0); /* a delivery of no ticket asks for none */
    return store_row_get(txn, HOTLINE_TICKET, ticket, &ticket_format, record);
}

enum rc hotline_state_ticket_put(struct store_txn *txn, uint64_t ticket,
                                 const struct hotline_ticket *record)
{
    CHECK(ticket != 0);
    CHECK(record->bound == (record->peer[0] != '\0'));
    return store_row_put(txn, HOTLINE_TICKET, ticket, &ticket_format, record);
}

enum rc hotline_state_ticket_del(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_del(txn, HOTLINE_TICKET, ticket);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- tickets that ended early ---- */

enum rc hotline_state_early_put(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, ticket);
    return store_put(txn, HOTLINE_EARLY, key, sizeof key, "", 0);
}

enum rc hotline_state_early_del(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_del(txn, HOTLINE_EARLY, ticket);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The first of them. RC_NOT_FOUND: there is none. */
static enum rc early_first(struct store_txn *txn, uint64_t *ticket)
{
    struct store_walk walk;
    CHECK(ticket != NULL);
    enum rc rc = store_walk_open(txn, HOTLINE_EARLY, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
    }
    if (rc == RC_OK) {
        *ticket = codec_u64_at(walk.key);
    }
    store_walk_close(&walk);
    return rc == RC_OK && *ticket == 0 ? RC_CORRUPT : rc;
}

enum rc hotline_state_early_clear(struct store_txn *txn)
{
    enum rc rc = RC_OK;
    for (unsigned count = 0; count < EARLY_AT_ONCE && rc == RC_OK; count++) {
        struct hotline_ticket record;
        uint64_t ticket = 0;
        rc = early_first(txn, &ticket);
        if (rc != RC_OK) {
            break;
        }
        rc = hotline_state_ticket(txn, ticket, &record);
        if (rc != RC_OK || record.bound) {
            return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        rc = hotline_state_ticket_del(txn, ticket);
        rc = rc == RC_OK ? hotline_state_early_del(txn, ticket) : rc;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- nonces ---- */

static void nonce_key(enum nonce_row row, uint64_t peer, const unsigned char *digest,
                      uint64_t signed_ms, unsigned char key[NONCE_KEY_BYTES])
{
    CHECK(row == NONCE_BY_DIGEST || row == NONCE_BY_TIME);
    CHECK((signed_ms == 0) || row == NONCE_BY_TIME);
    key[0] = (unsigned char)row;
    codec_set_u64(key + 1, peer);
    memcpy(key + 1 + CODEC_U64_BYTES, digest, HEARD_DIGEST_BYTES);
    if (row == NONCE_BY_TIME) {
        codec_set_u64(key + 1 + CODEC_U64_BYTES, signed_ms);
        memcpy(key + 1 + 2 * CODEC_U64_BYTES, digest, CODEC_U64_BYTES);
    }
}

enum rc hotline_state_nonce(struct store_txn *txn, const char *peer, const unsigned char *digest)
{
    unsigned char key[NONCE_KEY_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    CHECK(digest != NULL);
    nonce_key(NONCE_BY_DIGEST, step_key(peer), digest, 0, key);
    return store_get(txn, HOTLINE_NONCE, key, sizeof key, &value, &bytes);
}

/* The oldest of the peer, if it may be forgotten. RC_NOT_FOUND: there is none. */
static enum rc forget_one(struct store_txn *txn, uint64_t peer, uint64_t before_ms)
{
    CHECK(before_ms > 0);
    static const unsigned char first[HEARD_DIGEST_BYTES] = {0};
    unsigned char key[NONCE_KEY_BYTES], other[NONCE_KEY_BYTES];
    struct store_walk walk;
    nonce_key(NONCE_BY_TIME, peer, first, 0, key);
    enum rc rc = store_walk_open(txn, HOTLINE_NONCE, key, sizeof key, &walk);
    if (rc == RC_OK) {
        const bool due = store_walk_key(&walk, NONCE_KEY_BYTES) == RC_OK &&
                         memcmp(walk.key, key, 1 + CODEC_U64_BYTES) == 0 &&
                         codec_u64_at(walk.key + 1 + CODEC_U64_BYTES) < before_ms;
        rc = due && walk.value_bytes == HEARD_DIGEST_BYTES ? RC_OK : RC_NOT_FOUND;
        if (rc == RC_OK) {
            memcpy(key, walk.key, sizeof key);
            nonce_key(NONCE_BY_DIGEST, peer, walk.value, 0, other);
        }
    }
    store_walk_close(&walk);
    if (rc == RC_OK) {
        rc = store_del(txn, HOTLINE_NONCE, key, sizeof key);
    }
    if (rc == RC_OK) {
        rc = store_del(txn, HOTLINE_NONCE, other, sizeof other);
    }
    return rc;
}

/* Forgets more than one for each that comes, so that the table shrinks after a rush. */
enum rc hotline_state_nonce_put(struct store_txn *txn, const char *peer,
                                const unsigned char *digest, uint64_t signed_ms)
{
    const uint64_t name = step_key(peer);
    unsigned char key[NONCE_KEY_BYTES];
    enum rc rc = RC_OK;
    CHECK(digest != NULL);
    for (int count = 0; count < FORGOTTEN_MAX && rc == RC_OK; count++) {
        rc = signed_ms < NONCE_KEPT_MS ? RC_NOT_FOUND
                                       : forget_one(txn, name, signed_ms - NONCE_KEPT_MS);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    nonce_key(NONCE_BY_DIGEST, name, digest, 0, key);
    rc = store_put(txn, HOTLINE_NONCE, key, sizeof key, NULL, 0);
    if (rc == RC_OK) {
        nonce_key(NONCE_BY_TIME, name, digest, signed_ms, key);
        rc = store_put(txn, HOTLINE_NONCE, key, sizeof key, digest, HEARD_DIGEST_BYTES);
    }
    return rc;
}

/* ---- calls ---- */

enum rc hotline_state_calls(struct store_txn *txn, uint64_t after, uint64_t *seqs, size_t max,
                            size_t *count)
{
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    CHECK(after < UINT64_MAX);
    CHECK(max > 0 && max <= CALLS_KEPT_MAX);
    *count = 0;
    codec_set_u64(key, after + 1);
    enum rc rc = store_walk_open(txn, HOTLINE_CALL, key, sizeof key, &walk);
    for (; rc == RC_OK && *count < max; rc = store_walk_next(&walk)) {
        if (store_walk_key(&walk, sizeof key) != RC_OK) {
            rc = RC_CORRUPT;
            break;
        }
        seqs[(*count)++] = codec_u64_at(walk.key);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Calls are read by whoever has a page open now; the newest CALLS_KEPT_MAX steps are enough, whatever their age. */
enum rc hotline_state_call_put(struct store_txn *txn, uint64_t seq)
{
    uint64_t seqs[CALLS_KEPT_MAX];
    unsigned char key[CODEC_U64_BYTES];
    size_t count = 0;
    enum rc rc = hotline_state_calls(txn, 0, seqs, CALLS_KEPT_MAX, &count);
    if (rc == RC_OK && count == CALLS_KEPT_MAX) {
        CHECK(seqs[0] < seq);
        rc = store_row_del(txn, HOTLINE_CALL, seqs[0]);
    }
    codec_set_u64(key, seq);
    return rc == RC_OK ? store_put(txn, HOTLINE_CALL, key, sizeof key, NULL, 0) : rc;
}
