/* wechat_state: the core's records on disk. Owns its six tables and its rows of due; nobody else writes
 * to them. The rows of a record are stored: a change raises the version and keeps the old reader. What
 * must stay true: a talk that waits has one row in due, a ticket of whose change nothing was told yet
 * likewise, and a passive reply that nobody took yet. Openids and phones stand here because messages must
 * be sent to somebody months later: the store is kept as intake's is. */
#include "wechat_state.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/store/due.h"
#include "common/store/store_row.h"
#include "common/text/text.h"

enum { PAIR_BYTES = 2 * CODEC_U64_BYTES, QUOTA_BYTES = CODEC_U64_BYTES + 1 };

/* A control character stands in no name, so no two pairs make one key text. */
uint64_t wechat_state_key(const char *account, const char *person)
{
    char name[CODE_BYTES_MAX + 1 + WECHAT_PERSON_BYTES];
    const size_t first = strlen(account);
    const size_t second = strlen(person);
    CHECK(first <= CODE_BYTES_MAX);
    CHECK(second < WECHAT_PERSON_BYTES);
    memcpy(name, account, first);
    name[first] = '\x1f';
    memcpy(name + first + 1, person, second + 1);
    return step_key(name);
}

/* Big-endian, so that a person's rows stand together, the oldest ticket first. */
static void pair_key(unsigned char key[PAIR_BYTES], uint64_t first, uint64_t second)
{
    codec_set_u64(key, first);
    codec_set_u64(key + CODEC_U64_BYTES, second);
}

/* ---- talk ---- */

static const struct record_row seq_rows[] = {RECORD_ITEM_VARINT, RECORD_END};
static const struct record_row quiet_rows[] = {
    RECORD_BOOL(struct wechat_talk, quiet),
    RECORD_END,
};
static const struct record_row talk_rows[] = {
    RECORD_U8_IN(struct wechat_talk, state, 0, WECHAT_STATE_COUNT - 1),
    RECORD_TEXT(struct wechat_talk, account),
    RECORD_TEXT(struct wechat_talk, person),
    RECORD_TEXT(struct wechat_talk, group),
    RECORD_TEXT(struct wechat_talk, phone),
    RECORD_VARINT(struct wechat_talk, until_ms),
    RECORD_LIST(struct wechat_talk, draft_count, draft, WECHAT_DRAFT_MAX, seq_rows),
    RECORD_VARINT(struct wechat_talk, ticket),
    RECORD_VARINT(struct wechat_talk, spoken_ms),
    RECORD_VARINT(struct wechat_talk, heard_ms),
    RECORD_VARINT(struct wechat_talk, sent),
    RECORD_VARINT(struct wechat_talk, notices),
    RECORD_VARINT(struct wechat_talk, noticed),
    RECORD_U64(struct wechat_talk, notice_key),
    RECORD_BOOL(struct wechat_talk, place_asked),
    RECORD_BOOL(struct wechat_talk, agreed),
    RECORD_BOOL(struct wechat_talk, gone),
    RECORD_BOOL(struct wechat_talk, english),
    RECORD_SINCE(2, quiet_rows), /* nobody could ask for it before */
    RECORD_END,
};
static const struct record_format talk_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct wechat_talk), .rows = talk_rows};

static bool talk_sound(const struct wechat_talk *talk)
{
    return wechat_fsm_waits(talk->state) == (talk->until_ms != 0) &&
           (!wechat_fsm_drafts(talk->state) || talk->draft_count > 0);
}

enum rc wechat_state_talk(struct store_txn *txn, uint64_t key, struct wechat_talk *talk)
{
    CHECK(talk != NULL);
    const enum rc rc = store_row_get(txn, WECHAT_TABLE_TALK, key, &talk_format, talk);
    return rc == RC_OK && !talk_sound(talk) ? RC_CORRUPT : rc;
}

enum rc wechat_state_talk_or_new(struct store_txn *txn, const char *account, const char *person,
                                 struct wechat_talk *talk)
{
    const enum rc rc = wechat_state_talk(txn, wechat_state_key(account, person), talk);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    *talk = (struct wechat_talk){.state = WECHAT_NEW};
    const bool fits = text_copy(talk->account, sizeof talk->account, account) &&
                      text_copy(talk->person, sizeof talk->person, person);
    CHECK(fits); /* bounds of the proto */
    return RC_OK;
}

enum rc wechat_state_put_talk(struct store_txn *txn, const struct wechat_talk *talk)
{
    struct wechat_talk was;
    CHECK(talk_sound(talk));
    CHECK(talk->account[0] != '\0');
    CHECK(talk->draft_count <= WECHAT_DRAFT_MAX);
    const uint64_t key = wechat_state_key(talk->account, talk->person);
    enum rc rc = wechat_state_talk(txn, key, &was);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = due_move(txn, WECHAT_DUE_TALK, key, rc == RC_OK ? was.until_ms : 0, talk->until_ms);
    return rc == RC_OK ? store_row_put(txn, WECHAT_TABLE_TALK, key, &talk_format, talk) : rc;
}

/* ---- tickets ---- */

static const struct record_row ticket_rows[] = {
    RECORD_U64(struct wechat_ticket, talk),
    RECORD_U8(struct wechat_ticket, state),
    RECORD_U8(struct wechat_ticket, outcome),
    RECORD_VARINT(struct wechat_ticket, registered_ms),
    RECORD_VARINT(struct wechat_ticket, changed_ms),
    RECORD_VARINT(struct wechat_ticket, tell_ms),
    RECORD_TEXT(struct wechat_ticket, code),
    RECORD_TEXT(struct wechat_ticket, group),
    RECORD_END,
};
static const struct record_format ticket_format = {
    .version = 1, .bytes = sizeof(struct wechat_ticket), .rows = ticket_rows};

enum rc wechat_state_ticket(struct store_txn *txn, uint64_t ticket, struct wechat_ticket *row)
{
    CHECK(row != NULL);
    return store_row_get(txn, WECHAT_TABLE_TICKET, ticket, &ticket_format, row);
}

enum rc wechat_state_put_ticket(struct store_txn *txn, uint64_t ticket,
                                const struct wechat_ticket *row)
{
    struct wechat_ticket was;
    unsigned char key[PAIR_BYTES];
    CHECK(ticket != 0);
    CHECK(row->talk != 0);
    enum rc rc = wechat_state_ticket(txn, ticket, &was);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    const bool is_new = rc == RC_NOT_FOUND;
    rc = due_move(txn, WECHAT_DUE_TELL, ticket, is_new ? 0 : was.tell_ms, row->tell_ms);
    if (rc == RC_OK && is_new) {
        pair_key(key, row->talk, ticket);
        rc = store_put(txn, WECHAT_TABLE_MINE, key, sizeof key, "", 0);
    }
    return rc == RC_OK ? store_row_put(txn, WECHAT_TABLE_TICKET, ticket, &ticket_format, row) : rc;
}

bool wechat_state_open(const struct wechat_ticket *row)
{
    CHECK(row->talk != 0);
    return row->state != PAIDAN__STATE__STATE_CLOSED &&
           row->state != PAIDAN__STATE__STATE_WITHDRAWN;
}

static bool was_open(const struct wechat_ticket *row, uint64_t before_ms)
{
    CHECK(row->talk != 0);
    return before_ms == 0 || (row->registered_ms < before_ms &&
                              (wechat_state_open(row) || row->changed_ms >= before_ms));
}

/* Backward from the last key of the person: ticket ids grow with time. */
enum rc wechat_state_mine(struct store_txn *txn, uint64_t key, uint64_t before_ms,
                          uint64_t *tickets, struct wechat_ticket *rows, size_t max, size_t *count)
{
    struct store_walk walk;
    unsigned char last[PAIR_BYTES];
    CHECK(max > 0);
    CHECK(rows != NULL);
    *count = 0;
    pair_key(last, key, UINT64_MAX);
    enum rc rc = store_walk_open_last(txn, WECHAT_TABLE_MINE, last, sizeof last, &walk);
    while (rc == RC_OK && *count < max) {
        rc = store_walk_key(&walk, PAIR_BYTES);
        if (rc != RC_OK || codec_u64_at(walk.key) != key) {
            break;
        }
        const uint64_t ticket = codec_u64_at(walk.key + CODEC_U64_BYTES);
        rc = wechat_state_ticket(txn, ticket, &rows[*count]);
        if (rc == RC_OK && was_open(&rows[*count], before_ms)) {
            tickets[(*count)++] = ticket;
        }
        rc = rc == RC_OK ? store_walk_prev(&walk) : rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- callbacks ---- */

/* Before version 2 a row was there while the question was open. */
static const struct record_row asked_state_rows[] = {
    RECORD_U8_IN(struct wechat_asked, state, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN,
                 PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED),
    RECORD_END,
};
static const struct record_row asked_rows[] = {
    RECORD_VARINT(struct wechat_asked, round),  RECORD_VARINT(struct wechat_asked, attempt),
    RECORD_VARINT(struct wechat_asked, due_ms), RECORD_U8(struct wechat_asked, solved),
    RECORD_SINCE(2, asked_state_rows),          RECORD_END,
};
static const struct record_format asked_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct wechat_asked), .rows = asked_rows};

enum rc wechat_state_asked(struct store_txn *txn, uint64_t key, uint64_t ticket,
                           struct wechat_asked *row)
{
    unsigned char bytes[PAIR_BYTES];
    CHECK(ticket != 0);
    pair_key(bytes, key, ticket);
    const enum rc rc =
        store_get_record(txn, WECHAT_TABLE_ASKED, bytes, sizeof bytes, &asked_format, row);
    if (rc == RC_OK && row->state == 0) {
        row->state = PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN;
    }
    return rc;
}

enum rc wechat_state_asked_first(struct store_txn *txn, uint64_t key, uint64_t ticket,
                                 uint64_t *found, struct wechat_asked *row)
{
    struct store_walk walk;
    unsigned char from[PAIR_BYTES];
    CHECK(found != NULL);
    pair_key(from, key, ticket);
    enum rc rc = store_walk_open(txn, WECHAT_TABLE_ASKED, from, sizeof from, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, PAIR_BYTES);
        if (rc == RC_OK && codec_u64_at(walk.key) != key) {
            rc = RC_NOT_FOUND;
        }
        if (rc != RC_OK) {
            break;
        }
        *found = codec_u64_at(walk.key + CODEC_U64_BYTES);
        rc = wechat_state_asked(txn, key, *found, row);
        if (rc != RC_OK || row->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN) {
            break;
        }
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc;
}

enum rc wechat_state_put_asked(struct store_txn *txn, uint64_t key, uint64_t ticket,
                               const struct wechat_asked *row)
{
    unsigned char bytes[PAIR_BYTES];
    CHECK(ticket != 0);
    pair_key(bytes, key, ticket);
    if (row != NULL) {
        return store_put_record(txn, WECHAT_TABLE_ASKED, bytes, sizeof bytes, &asked_format, row);
    }
    const enum rc rc = store_del(txn, WECHAT_TABLE_ASKED, bytes, sizeof bytes);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- passive replies ---- */

static const struct record_row reply_rows[] = {
    RECORD_U8_IN(struct wechat_reply, state, WECHAT_READY, WECHAT_LATE),
    RECORD_VARINT(struct wechat_reply, replied),
    RECORD_VARINT(struct wechat_reply, due_ms),
    RECORD_END,
};
static const struct record_format reply_format = {
    .version = 1, .bytes = sizeof(struct wechat_reply), .rows = reply_rows};

enum rc wechat_state_reply(struct store_txn *txn, uint64_t heard, struct wechat_reply *row)
{
    CHECK(heard != 0);
    return store_row_get(txn, WECHAT_TABLE_REPLY, heard, &reply_format, row);
}

enum rc wechat_state_put_reply(struct store_txn *txn, uint64_t heard,
                               const struct wechat_reply *row)
{
    struct wechat_reply was;
    CHECK((row->state == WECHAT_READY) == (row->due_ms != 0));
    enum rc rc = wechat_state_reply(txn, heard, &was);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = due_move(txn, WECHAT_DUE_REPLY, heard, rc == RC_OK ? was.due_ms : 0, row->due_ms);
    return rc == RC_OK ? store_row_put(txn, WECHAT_TABLE_REPLY, heard, &reply_format, row) : rc;
}

/* ---- quotas ---- */

static const struct record_row quota_rows[] = {
    RECORD_VARINT(struct wechat_quota, day),
    RECORD_VARINT(struct wechat_quota, used),
    RECORD_END,
};
static const struct record_format quota_format = {
    .version = 1, .bytes = sizeof(struct wechat_quota), .rows = quota_rows};

static void quota_key(unsigned char key[QUOTA_BYTES], const char *account, uint32_t way)
{
    CHECK(way <= UINT8_MAX);
    codec_set_u64(key, step_key(account));
    key[CODEC_U64_BYTES] = (unsigned char)way;
}

enum rc wechat_state_quota(struct store_txn *txn, const char *account, uint32_t way, uint32_t day,
                           struct wechat_quota *row)
{
    unsigned char key[QUOTA_BYTES];
    CHECK(row != NULL);
    quota_key(key, account, way);
    const enum rc rc =
        store_get_record(txn, WECHAT_TABLE_QUOTA, key, sizeof key, &quota_format, row);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && row->day != day)) {
        *row = (struct wechat_quota){.day = day};
        return RC_OK;
    }
    return rc;
}

enum rc wechat_state_put_quota(struct store_txn *txn, const char *account, uint32_t way,
                               const struct wechat_quota *row)
{
    unsigned char key[QUOTA_BYTES];
    CHECK(row->used > 0);
    quota_key(key, account, way);
    return store_put_record(txn, WECHAT_TABLE_QUOTA, key, sizeof key, &quota_format, row);
}
