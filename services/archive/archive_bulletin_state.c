/* archive_bulletin_state: bulletins on disk. It owns the tables `bulletin` (ticket -> record) and `shown`
 * (published_ms, ticket -> empty). What must stay true: a bulletin has a row in `shown` exactly while it is
 * published, and the counter says how many there are; one that nobody wrote words for has no record. */
#include "archive_bulletin_state.h"

#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/store/store_row.h"

enum { SHOWN_KEY_BYTES = 2 * CODEC_U64_BYTES };

static const struct record_row rows[] = {
    RECORD_U8_IN(struct archive_bulletin, state, PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT,
                 PAIDAN__BULLETIN_STATE__BULLETIN_WITHDRAWN),
    RECORD_TEXT(struct archive_bulletin, category),
    RECORD_TEXT(struct archive_bulletin, area),
    RECORD_TEXT(struct archive_bulletin, unit),
    RECORD_TEXT(struct archive_bulletin, title),
    RECORD_LONG_TEXT(struct archive_bulletin, text),
    RECORD_LONG_TEXT(struct archive_bulletin, note),
    RECORD_TEXT(struct archive_bulletin, drafted_by),
    RECORD_TEXT(struct archive_bulletin, ruled_by),
    RECORD_VARINT(struct archive_bulletin, closed_ms),
    RECORD_VARINT(struct archive_bulletin, drafted_ms),
    RECORD_VARINT(struct archive_bulletin, published_ms),
    RECORD_VARINT(struct archive_bulletin, until_ms),
    RECORD_VARINT(struct archive_bulletin, id),
    RECORD_BOOL(struct archive_bulletin, reopened),
    RECORD_END,
};
static const struct record_format format = {
    .version = 1, .bytes = sizeof(struct archive_bulletin), .rows = rows};

static bool published(const struct archive_bulletin *bulletin)
{
    return bulletin->state == PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
}

/* What binds a record beyond its rows. */
static bool sound(const struct archive_bulletin *bulletin)
{
    return bulletin->title[0] != '\0' && bulletin->drafted_by[0] != '\0' &&
           (!published(bulletin) ||
            (bulletin->id != 0 && bulletin->published_ms != 0 && bulletin->ruled_by[0] != '\0'));
}

enum rc archive_bulletin_state_get(struct store_txn *txn, uint64_t ticket,
                                   struct archive_bulletin *bulletin)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_get(txn, ARCHIVE_BULLETIN, ticket, &format, bulletin);
    return rc == RC_OK && !sound(bulletin) ? RC_CORRUPT : rc;
}

static void shown_key(uint64_t published_ms, uint64_t ticket, unsigned char key[SHOWN_KEY_BYTES])
{
    codec_set_u64(key, published_ms);
    codec_set_u64(key + CODEC_U64_BYTES, ticket);
}

enum rc archive_bulletin_state_put(struct step_fold *fold, uint64_t ticket,
                                   const struct archive_bulletin *was,
                                   const struct archive_bulletin *now)
{
    unsigned char old[SHOWN_KEY_BYTES], fresh[SHOWN_KEY_BYTES];
    uint64_t *const count = &fold->tally->values[ARCHIVE_TALLY_BULLETINS];
    CHECK(sound(now));
    CHECK(!published(was) || *count > 0);
    shown_key(was->published_ms, ticket, old);
    shown_key(now->published_ms, ticket, fresh);
    const enum rc rc = store_move_key(fold->txn, ARCHIVE_SHOWN, published(was), old, published(now),
                                      fresh, sizeof fresh);
    if (rc != RC_OK) {
        return rc;
    }
    *count = *count + (published(now) ? 1u : 0u) - (published(was) ? 1u : 0u);
    return store_row_put(fold->txn, ARCHIVE_BULLETIN, ticket, &format, now);
}

/* ---- walking ---- */

enum rc archive_bulletin_state_shown(struct store_txn *txn, struct archive_shown *shown)
{
    unsigned char key[SHOWN_KEY_BYTES];
    struct store_walk walk;
    if (shown->published_ms == 0) {
        return RC_NOT_FOUND;
    }
    /* The key just below. */
    const bool borrow = shown->ticket == 0;
    shown_key(borrow ? shown->published_ms - 1 : shown->published_ms,
              borrow ? UINT64_MAX : shown->ticket - 1, key);
    enum rc rc = store_walk_open_last(txn, ARCHIVE_SHOWN, key, sizeof key, &walk);
    if (rc != RC_OK) {
        return rc;
    }
    rc = store_walk_key(&walk, SHOWN_KEY_BYTES);
    if (rc == RC_OK) {
        shown->published_ms = codec_u64_at(walk.key);
        shown->ticket = codec_u64_at(walk.key + CODEC_U64_BYTES);
        rc = shown->published_ms == 0 || shown->ticket == 0 ? RC_CORRUPT : RC_OK;
    }
    store_walk_close(&walk);
    return rc;
}

enum rc archive_bulletin_state_before(struct store_txn *txn, uint64_t *ticket,
                                      struct archive_bulletin *bulletin)
{
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    if (*ticket <= 1) {
        return RC_NOT_FOUND;
    }
    codec_set_u64(key, *ticket - 1);
    enum rc rc = store_walk_open_last(txn, ARCHIVE_BULLETIN, key, sizeof key, &walk);
    if (rc != RC_OK) {
        return rc;
    }
    rc = store_walk_key(&walk, CODEC_U64_BYTES);
    *ticket = rc == RC_OK ? codec_u64_at(walk.key) : 0;
    store_walk_close(&walk);
    return rc == RC_OK && *ticket != 0 ? archive_bulletin_state_get(txn, *ticket, bulletin)
                                       : RC_CORRUPT;
}
