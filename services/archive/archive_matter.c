/* archive_matter: the little of each ticket from which a bulletin can be drafted. It owns the tables `matter`
 * (ticket -> record) and `ended` (closed_ms, ticket -> empty).
 *
 * What must stay true: only escalation's facts change a matter, so that the order in which logs are read is of
 * no weight; a matter has a row in `ended` exactly while it is closed; and what was closed long ago goes by
 * itself, one with each closing, so that the tables are as large as the office is busy and not as old as it is.
 * A ticket that is opened again after that is simply new here. */
#include "archive_matter.h"

#include <string.h>

#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/store/store_row.h"

#define KEEP_MS ((uint64_t)ARCHIVE_MATTER_DAYS * 24u * 3600u * 1000u)

enum { ENDED_KEY_BYTES = 2 * CODEC_U64_BYTES, DROPPED_MAX = 2 };

static const struct record_row rows[] = {
    RECORD_TEXT(struct archive_matter, category),
    RECORD_TEXT(struct archive_matter, area),
    RECORD_TEXT(struct archive_matter, unit),
    RECORD_LONG_TEXT(struct archive_matter, result),
    RECORD_VARINT(struct archive_matter, closed_ms),
    RECORD_U8(struct archive_matter, outcome),
    RECORD_BOOL(struct archive_matter, member),
    RECORD_END,
};
static const struct record_format format = {
    .version = 1, .bytes = sizeof(struct archive_matter), .rows = rows};

enum rc archive_matter_get(struct store_txn *txn, uint64_t ticket, struct archive_matter *matter)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_get(txn, ARCHIVE_MATTER, ticket, &format, matter);
    /* Closed and how go together. */
    return rc == RC_OK && (matter->closed_ms == 0) != (matter->outcome == 0) ? RC_CORRUPT : rc;
}

enum rc archive_matter_confidential(struct store_txn *txn, uint64_t ticket, bool *confidential)
{
    unsigned char key[CODEC_U64_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    CHECK(ticket != 0);
    codec_set_u64(key, ticket);
    const enum rc rc = store_get(txn, ARCHIVE_CONFIDENTIAL, key, sizeof key, &value, &bytes);
    *confidential = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- in the order of closing ---- */

static void ended_key(uint64_t closed_ms, uint64_t ticket, unsigned char key[ENDED_KEY_BYTES])
{
    codec_set_u64(key, closed_ms);
    codec_set_u64(key + CODEC_U64_BYTES, ticket);
}

/* RC_CORRUPT: not a key of ours. */
static enum rc ended_read(struct store_walk *walk, struct archive_ended *ended)
{
    const enum rc rc = store_walk_key(walk, ENDED_KEY_BYTES);
    if (rc == RC_OK) {
        ended->closed_ms = codec_u64_at(walk->key);
        ended->ticket = codec_u64_at(walk->key + CODEC_U64_BYTES);
    }
    store_walk_close(walk);
    return rc == RC_OK && ended->ticket == 0 ? RC_CORRUPT : rc;
}

enum rc archive_matter_before(struct store_txn *txn, struct archive_ended *ended)
{
    unsigned char key[ENDED_KEY_BYTES];
    struct store_walk walk;
    if (ended->ticket == 0 && ended->closed_ms == 0) {
        return RC_NOT_FOUND;
    }
    /* The key just below: the lowest ticket is 1. */
    const bool borrow = ended->ticket == 0;
    ended_key(borrow ? ended->closed_ms - 1 : ended->closed_ms,
              borrow ? UINT64_MAX : ended->ticket - 1, key);
    const enum rc rc = store_walk_open_last(txn, ARCHIVE_ENDED, key, sizeof key, &walk);
    return rc == RC_OK ? ended_read(&walk, ended) : rc;
}

/* ---- folding ---- */

static enum rc put(struct step_fold *fold, uint64_t ticket, const struct archive_matter *was,
                   const struct archive_matter *now)
{
    unsigned char old[ENDED_KEY_BYTES], fresh[ENDED_KEY_BYTES];
    CHECK((now->closed_ms == 0) == (now->outcome == 0));
    ended_key(was->closed_ms, ticket, old);
    ended_key(now->closed_ms, ticket, fresh);
    const enum rc rc = store_move_key(fold->txn, ARCHIVE_ENDED, was->closed_ms != 0, old,
                                      now->closed_ms != 0, fresh, sizeof fresh);
    return rc == RC_OK ? store_row_put(fold->txn, ARCHIVE_MATTER, ticket, &format, now) : rc;
}

static enum rc drop(struct step_fold *fold, const struct archive_ended *ended)
{
    unsigned char key[ENDED_KEY_BYTES];
    CHECK(ended->ticket != 0);
    ended_key(ended->closed_ms, ended->ticket, key);
    enum rc rc = store_del(fold->txn, ARCHIVE_ENDED, key, sizeof key);
    rc = rc == RC_OK ? store_row_del(fold->txn, ARCHIVE_MATTER, ended->ticket) : rc;
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Two for each that comes: what was left over once is caught up with. */
static enum rc drop_old(struct step_fold *fold, uint64_t now_ms)
{
    enum rc rc = RC_OK;
    for (unsigned count = 0; rc == RC_OK && count < DROPPED_MAX; count++) {
        struct store_walk walk;
        struct archive_ended ended = {.closed_ms = 0};
        rc = store_walk_open(fold->txn, ARCHIVE_ENDED, NULL, 0, &walk);
        if (rc == RC_NOT_FOUND) {
            return RC_OK;
        }
        rc = rc == RC_OK ? ended_read(&walk, &ended) : rc;
        if (rc != RC_OK || now_ms < KEEP_MS || ended.closed_ms >= now_ms - KEEP_MS) {
            return rc;
        }
        rc = drop(fold, &ended);
    }
    return rc;
}

/* What does not fit is cut at a character. */
static void copy(char *to, size_t size, const char *from)
{
    size_t bytes = strlen(from);
    CHECK(size > 0);
    if (bytes >= size) {
        bytes = size - 1;
        while (bytes > 0 && ((unsigned char)from[bytes] & 0xc0u) == 0x80u) {
            bytes--;
        }
    }
    memcpy(to, from, bytes);
    to[bytes] = '\0';
}

static void given(struct archive_matter *matter, const Paidan__Assignment *to)
{
    if (to != NULL) {
        copy(matter->unit, sizeof matter->unit, to->unit);
    }
}

static void corrected(struct archive_matter *matter, const Paidan__Corrected *fact)
{
    given(matter, fact->to);
    if (fact->category != NULL) {
        copy(matter->category, sizeof matter->category, fact->category);
    }
    if (fact->area != NULL) {
        copy(matter->area, sizeof matter->area, fact->area);
    }
}

static void resolved(struct archive_matter *matter, const Paidan__Resolved *fact)
{
    copy(matter->unit, sizeof matter->unit, fact->unit);
    copy(matter->result, sizeof matter->result, fact->note);
    matter->member = fact->has_group;
    if (fact->category != NULL) {
        copy(matter->category, sizeof matter->category, fact->category);
    }
    if (fact->area != NULL) {
        copy(matter->area, sizeof matter->area, fact->area);
    }
}

/* False: the fact says nothing of it. */
static bool change(struct archive_matter *matter, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        given(matter, event->assigned->to);
        copy(matter->category, sizeof matter->category, event->assigned->category);
        copy(matter->area, sizeof matter->area, event->assigned->area);
        return true;
    case PAIDAN__EVENT__FACT_CORRECTED:
        corrected(matter, event->corrected);
        return true;
    case PAIDAN__EVENT__FACT_RESOLVED:
        resolved(matter, event->resolved);
        return true;
    case PAIDAN__EVENT__FACT_REOPENED:
        given(matter, event->reopened->to);
        matter->closed_ms = 0;
        matter->outcome = 0;
        return true;
    case PAIDAN__EVENT__FACT_CLOSED:
        matter->closed_ms = event->at_ms;
        matter->outcome = (uint32_t)event->closed->outcome;
        return true;
    default:
        return false;
    }
}

enum rc archive_matter_hear(struct step_fold *fold, const struct archive_record *record)
{
    struct archive_matter was = {.closed_ms = 0}, now;
    const Paidan__Event *const event = record->event;
    if (!event->has_ticket || event->ticket == 0 || strcmp(record->log, "escalation") != 0) {
        return RC_OK;
    }
    switch (event->fact_case) { /* most facts are none of these: no row is looked for */
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_CORRECTED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_CLOSED:
        break;
    default:
        return RC_OK;
    }
    enum rc rc = archive_matter_get(fold->txn, event->ticket, &was);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (rc == RC_NOT_FOUND) {
        memset(&was, 0, sizeof was);
    }
    now = was;
    const bool changed = change(&now, event);
    CHECK(changed);
    rc = put(fold, event->ticket, &was, &now);
    return rc == RC_OK && now.closed_ms != 0 ? drop_old(fold, event->at_ms) : rc;
}
