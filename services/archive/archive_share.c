/* archive_share: owns the tables ARCHIVE_SHARE (deeds) and ARCHIVE_DAY (which tickets have to do with a
 * day, for the way from a figure to its tickets; day 0: open now).
 *
 * What is counted with a closing stands on the day of the last closure: a ticket that was reopened leaves
 * the month in which it was closed first. Clocks by unit are those of the unit that had them; by everything
 * else a ticket has one each, late as soon as one unit was. */
#include "archive_share.h"

#include <assert.h>
#include <string.h>

#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"

enum { BY_COUNT = 5, SHARE_VERSION = 1, DAY_KEY_BYTES = 12, SHARE_KEY_BYTES = 20 };
enum { ALL_BY = (1 << BY_COUNT) - 1, NOT_UNIT = ALL_BY & ~(1 << PAIDAN__RATES_BY__RATES_UNIT) };
enum { ROW_BYTES_MAX = 1 + 1 + CODE_BYTES_MAX + 1 + RATES_COUNTS * 10 + 4 };

static_assert(PAIDAN__RATES_BY__RATES_CHANNEL + 1 == BY_COUNT, "stored in keys");
static_assert((int)PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE == (int)ARCHIVE_TIMES,
              "times by RatesClock");

#define COUNT(name) PAIDAN__RATES_COUNT__RATES_##name

/* ---- what a record says ---- */

static void amount(struct archive_share *share, unsigned count, uint32_t by)
{
    CHECK(share->count < ARCHIVE_AMOUNTS_MAX);
    CHECK(count < RATES_COUNTS);
    if (by > 0) {
        share->amounts[share->count++] = (struct archive_amount){.count = (uint8_t)count, .by = by};
    }
}

static struct archive_share *share_new(struct archive_share *shares, unsigned *count, uint32_t day,
                                       unsigned by)
{
    CHECK(*count < ARCHIVE_SHARES_MAX);
    CHECK(by != 0);
    struct archive_share *const share = &shares[(*count)++];
    memset(share, 0, sizeof *share);
    share->day = day;
    share->by = by;
    return share;
}

static void clocks(struct archive_share *share, unsigned decided, unsigned late)
{
    CHECK((late & ~decided) == 0);
    amount(share, COUNT(ACCEPT_OF), (decided & ARCHIVE_ACCEPT) != 0);
    amount(share, COUNT(ACCEPT_IN_TIME), (decided & ~late & ARCHIVE_ACCEPT) != 0);
    amount(share, COUNT(CONTACT_OF), (decided & ARCHIVE_CONTACT) != 0);
    amount(share, COUNT(CONTACT_IN_TIME), (decided & ~late & ARCHIVE_CONTACT) != 0);
    amount(share, COUNT(HANDLE_OF), (decided & ARCHIVE_HANDLE) != 0);
    amount(share, COUNT(HANDLE_IN_TIME), (decided & ~late & ARCHIVE_HANDLE) != 0);
}

/* What the resident says of it. Reached: an answer of this round, whenever it came. */
static void answer(struct archive_share *share, const struct archive_ticket *ticket)
{
    CHECK(ticket->closed_day != 0);
    if (ticket->answer_round == 0 || ticket->answer_round != ticket->round) {
        amount(share,
               ticket->outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED ? COUNT(UNREACHED)
                                                                     : COUNT(NOT_ASKED),
               1);
        return;
    }
    amount(share, COUNT(VALID), 1);
    if (ticket->solved >= PAIDAN__SOLVED__SOLVED_YES &&
        ticket->solved <= PAIDAN__SOLVED__SOLVED_NO) {
        amount(share, COUNT(SOLVED_YES) + ticket->solved - PAIDAN__SOLVED__SOLVED_YES, 1);
    }
    if (ticket->satisfied >= PAIDAN__SATISFIED__SATISFIED_YES &&
        ticket->satisfied <= PAIDAN__SATISFIED__SATISFIED_NO) {
        amount(share, COUNT(SATISFIED_YES) + ticket->satisfied - PAIDAN__SATISFIED__SATISFIED_YES,
               1);
    }
}

static void time_known(struct archive_share *share, Paidan__RatesClock which, uint64_t from_ms,
                       uint64_t until_ms)
{
    CHECK((unsigned)which <= ARCHIVE_TIMES);
    if (from_ms != 0 && until_ms >= from_ms) {
        share->timed |= 1u << which;
        share->times_ms[which] = until_ms - from_ms;
    }
}

/* Common to what it is counted by, clocks aside. */
static void closing(struct archive_share *share, const struct archive_ticket *ticket)
{
    CHECK(ticket->outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    const bool exempt = archive_ticket_exempt(ticket) == ARCHIVE_EXEMPT_GRANTED;
    amount(share, COUNT(CLOSED), 1);
    amount(share, COUNT(EXEMPT), exempt);
    if (ticket->first_unit[0] != '\0' && !ticket->member) {
        amount(share, COUNT(FIRST_OF), 1);
        amount(share, COUNT(FIRST_RIGHT),
               ticket->hops == 0 && strcmp(ticket->first_unit, ticket->unit) == 0);
    }
    if (exempt) {
        return;
    }
    answer(share, ticket);
    time_known(share, PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT, ticket->assigned_ms,
               ticket->accepted_ms);
    time_known(share, PAIDAN__RATES_CLOCK__RATES_TIME_CONTACT, ticket->assigned_ms,
               ticket->contacted_ms);
    time_known(share, PAIDAN__RATES_CLOCK__RATES_TIME_HANDLE, ticket->assigned_ms,
               ticket->resolved_ms);
    time_known(share, PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE, ticket->registered_ms,
               ticket->closed_ms);
}

static void shares_closed(const struct archive_ticket *ticket, struct archive_share *shares,
                          unsigned *count)
{
    unsigned decided = 0, late = 0;
    CHECK(ticket->unit_count <= ARCHIVE_UNITS_MAX);
    struct archive_share *const all = share_new(shares, count, ticket->closed_day, NOT_UNIT);
    closing(all, ticket);
    closing(share_new(shares, count, ticket->closed_day, 1u << PAIDAN__RATES_BY__RATES_UNIT),
            ticket);
    if (archive_ticket_exempt(ticket) == ARCHIVE_EXEMPT_GRANTED) {
        return;
    }
    /* What was pardoned is of no account at all. */
    for (uint32_t index = 0; index < ticket->unit_count; index++) {
        const struct archive_unit *const unit = &ticket->units[index];
        const unsigned counted = unit->decided & (unsigned)~unit->pardoned;
        decided |= counted;
        late |= counted & unit->late;
        if (counted != 0) {
            struct archive_share *const own =
                share_new(shares, count, ticket->closed_day, 1u << PAIDAN__RATES_BY__RATES_UNIT);
            own->unit = unit->code;
            clocks(own, counted, counted & unit->late);
        }
    }
    clocks(all, decided, late);
}

static void share_now(const struct archive_ticket *ticket, struct archive_share *shares,
                      unsigned *count)
{
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    if (!archive_ticket_open(ticket)) {
        return;
    }
    struct archive_share *const now = share_new(shares, count, 0, ALL_BY);
    amount(now, COUNT(OPEN), 1);
    amount(now, COUNT(COORDINATING), ticket->coordinating);
    amount(now, COUNT(SUSPENDED_NOW), ticket->state == ARCHIVE_SUSPENDED);
    amount(now, COUNT(OVERDUE_NOW), ticket->expired != 0);
}

unsigned archive_share_of(const struct archive_ticket *ticket,
                          struct archive_share shares[ARCHIVE_SHARES_MAX])
{
    unsigned count = 0;
    CHECK(ticket->exempt < ARCHIVE_EXEMPT_COUNT);
    if (ticket->registered_day != 0) {
        amount(share_new(shares, &count, ticket->registered_day, ALL_BY), COUNT(REGISTERED), 1);
    }
    if (archive_ticket_withdrawn(ticket)) {
        amount(share_new(shares, &count, ticket->withdrawn_day, ALL_BY), COUNT(WITHDRAWN), 1);
    }
    if (ticket->merged_day != 0) {
        amount(share_new(shares, &count, ticket->merged_day, ALL_BY), COUNT(MERGED), 1);
    }
    if (ticket->closed_day != 0 && ticket->outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN) {
        shares_closed(ticket, shares, &count);
    }
    share_now(ticket, shares, &count);
    CHECK(count <= ARCHIVE_SHARES_MAX);
    return count;
}

/* ---- adding and taking away ---- */

static const char *code_of(const struct archive_ticket *ticket, unsigned by, const char *unit)
{
    switch ((Paidan__RatesBy)by) {
    case PAIDAN__RATES_BY__RATES_AREA:
        return ticket->area;
    case PAIDAN__RATES_BY__RATES_UNIT:
        return unit != NULL ? unit : ticket->unit;
    case PAIDAN__RATES_BY__RATES_CATEGORY:
        return ticket->category;
    case PAIDAN__RATES_BY__RATES_CHANNEL:
        return archive_ticket_channel(ticket);
    default:
        CHECK(by == PAIDAN__RATES_BY__RATES_ALL);
        return "";
    }
}

static enum rc add_period(struct store_txn *txn, struct archive_key *key,
                          const struct archive_share *share, bool away)
{
    enum rc rc = archive_count_add(txn, key, share->amounts, share->count, away);
    CHECK(share->timed == 0 || share->day != 0);
    for (unsigned which = 1; rc == RC_OK && which <= ARCHIVE_TIMES; which++) {
        if (key->grain == ARCHIVE_BY_MONTH && (share->timed >> which & 1u) != 0) {
            rc = archive_count_time(txn, key, (Paidan__RatesClock)which, share->times_ms[which],
                                    away);
        }
    }
    return rc;
}

/* mask: what of share->by. */
static enum rc add(struct store_txn *txn, const struct archive_ticket *ticket,
                   const struct archive_share *share, unsigned mask, bool away)
{
    enum rc rc = RC_OK;
    CHECK((mask & ~(unsigned)ALL_BY) == 0);
    for (unsigned by = 0; rc == RC_OK && by < BY_COUNT; by++) {
        if ((share->by & mask & 1u << by) == 0) {
            continue;
        }
        const char *const code = code_of(ticket, by, share->unit);
        struct archive_key key = {.by = (Paidan__RatesBy)by, .grain = ARCHIVE_NOW};
        CHECK(strlen(code) <= CODE_BYTES_MAX);
        memcpy(key.code, code, strlen(code) + 1);
        if (share->day == 0) {
            rc = add_period(txn, &key, share, away);
            continue;
        }
        key.grain = ARCHIVE_BY_DAY;
        key.period = share->day;
        rc = add_period(txn, &key, share, away);
        key.grain = ARCHIVE_BY_MONTH;
        key.period = share->day / 100;
        rc = rc == RC_OK ? add_period(txn, &key, share, away) : rc;
    }
    return rc;
}

/* Under which codes it stands elsewhere now. */
static unsigned moved_by(const struct archive_ticket *before, const struct archive_ticket *after)
{
    unsigned moved = 0;
    for (unsigned by = 0; by < BY_COUNT; by++) {
        if (strcmp(code_of(before, by, NULL), code_of(after, by, NULL)) != 0) {
            moved |= 1u << by;
        }
    }
    CHECK((moved & 1u << PAIDAN__RATES_BY__RATES_ALL) == 0);
    return moved;
}

static bool share_equal(const struct archive_share *one, const struct archive_share *other)
{
    CHECK(one->count <= ARCHIVE_AMOUNTS_MAX);
    if (one->day != other->day || one->by != other->by || one->count != other->count ||
        one->timed != other->timed || (one->unit == NULL) != (other->unit == NULL) ||
        (one->unit != NULL && strcmp(one->unit, other->unit) != 0) ||
        memcmp(one->times_ms, other->times_ms, sizeof one->times_ms) != 0) {
        return false;
    }
    for (unsigned index = 0; index < one->count; index++) {
        if (one->amounts[index].count != other->amounts[index].count ||
            one->amounts[index].by != other->amounts[index].by) {
            return false;
        }
    }
    return true;
}

static enum rc change_shares(struct store_txn *txn, const struct archive_ticket *before,
                             const struct archive_ticket *after, unsigned moved)
{
    struct archive_share old[ARCHIVE_SHARES_MAX], fresh[ARCHIVE_SHARES_MAX];
    const unsigned old_count = archive_share_of(before, old);
    const unsigned fresh_count = archive_share_of(after, fresh);
    CHECK(before != after);
    CHECK(fresh_count <= ARCHIVE_SHARES_MAX);
    unsigned kept = 0; /* of fresh */
    enum rc rc = RC_OK;
    static_assert(ARCHIVE_SHARES_MAX <= 32, "a bit each");
    for (unsigned index = 0; rc == RC_OK && index < old_count; index++) {
        unsigned at = 0;
        while (at < fresh_count &&
               ((kept >> at & 1u) != 0 || !share_equal(&old[index], &fresh[at]))) {
            at++;
        }
        const bool stays = at < fresh_count;
        /* Of another unit's own share the unit does not move. */
        const unsigned mask = !stays ? ALL_BY : old[index].unit != NULL ? moved & NOT_UNIT : moved;
        kept |= stays ? 1u << at : 0;
        rc = add(txn, before, &old[index], mask, true);
        rc = rc == RC_OK && stays ? add(txn, after, &fresh[at], mask, false) : rc;
    }
    for (unsigned at = 0; rc == RC_OK && at < fresh_count; at++) {
        rc = (kept >> at & 1u) != 0 ? RC_OK : add(txn, after, &fresh[at], ALL_BY, false);
    }
    return rc;
}

/* ---- deeds ---- */

static void share_key(uint64_t ticket, uint32_t day, uint64_t who,
                      unsigned char key[SHARE_KEY_BYTES])
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, SHARE_KEY_BYTES);
    codec_put_u64(&writer, ticket);
    codec_put_u32(&writer, day);
    codec_put_u64(&writer, who);
    CHECK(!writer.failed);
}

static enum rc row_read(const void *value, size_t size, struct archive_deed_row *row)
{
    struct codec_reader reader;
    uint8_t version = 0;
    memset(row->counts, 0, sizeof row->counts);
    if (codec_unseal(&reader, value, size, &version) != RC_OK || version != SHARE_VERSION) {
        return RC_CORRUPT;
    }
    codec_get_text(&reader, row->who, sizeof row->who);
    const unsigned count = codec_get_u8(&reader);
    CHECK(row->ticket != 0);
    for (unsigned index = 0; index < count; index++) {
        const unsigned which = codec_get_u8(&reader);
        const uint64_t many = codec_get_varint(&reader);
        if (which >= RATES_COUNTS || reader.failed) {
            return RC_CORRUPT;
        }
        row->counts[which] = many;
    }
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

static enum rc row_write(struct store_txn *txn, const unsigned char key[SHARE_KEY_BYTES],
                         const struct archive_deed_row *row)
{
    unsigned char bytes[ROW_BYTES_MAX];
    struct codec_writer writer;
    uint8_t count = 0;
    for (unsigned which = 0; which < RATES_COUNTS; which++) {
        count = (uint8_t)(count + (row->counts[which] > 0 ? 1 : 0));
    }
    CHECK(count > 0);
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, SHARE_VERSION);
    codec_put_text(&writer, row->who);
    codec_put_u8(&writer, count);
    for (unsigned which = 0; which < RATES_COUNTS; which++) {
        if (row->counts[which] > 0) {
            codec_put_u8(&writer, (uint8_t)which);
            codec_put_varint(&writer, row->counts[which]);
        }
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, ARCHIVE_SHARE, key, SHARE_KEY_BYTES, bytes, writer.used);
}

static enum rc row_at(struct store_walk *walk, struct archive_deed_row *row)
{
    const enum rc rc = store_walk_key(walk, SHARE_KEY_BYTES);
    CHECK(row->ticket != 0);
    if (rc != RC_OK) {
        return rc;
    }
    if (codec_u64_at(walk->key) != row->ticket) {
        return RC_NOT_FOUND;
    }
    row->day = codec_u32_at(walk->key + CODEC_U64_BYTES);
    return row_read(walk->value, walk->value_bytes, row);
}

enum rc archive_share_walk(struct store_txn *txn, uint64_t ticket, uint32_t from_day,
                           struct store_walk *walk, struct archive_deed_row *row)
{
    unsigned char key[SHARE_KEY_BYTES];
    CHECK(ticket != 0);
    share_key(ticket, from_day, 0, key);
    row->ticket = ticket;
    const enum rc rc = store_walk_open(txn, ARCHIVE_SHARE, key, sizeof key, walk);
    return rc == RC_OK ? row_at(walk, row) : rc;
}

enum rc archive_share_next(struct store_walk *walk, struct archive_deed_row *row)
{
    const enum rc rc = store_walk_next(walk);
    CHECK(row->ticket != 0);
    return rc == RC_OK ? row_at(walk, row) : rc;
}

/* A row as one or more shares: a share holds a few counts. */
static enum rc add_row(struct store_txn *txn, const struct archive_ticket *ticket,
                       const struct archive_deed_row *row, unsigned mask, bool away)
{
    enum rc rc = RC_OK;
    struct archive_share share = {
        .day = row->day, .by = ALL_BY, .unit = row->who[0] != '\0' ? row->who : NULL};
    CHECK(row->day != 0);
    for (unsigned which = 0; rc == RC_OK && which < RATES_COUNTS; which++) {
        if (row->counts[which] > 0) {
            CHECK(row->counts[which] <= UINT32_MAX);
            amount(&share, which, (uint32_t)row->counts[which]);
        }
        if (share.count == ARCHIVE_AMOUNTS_MAX || which + 1 == RATES_COUNTS) {
            rc = add(txn, ticket, &share, mask, away);
            share.count = 0;
        }
    }
    return rc;
}

/* What was done stands where the ticket stands now. */
static enum rc move_deeds(struct store_txn *txn, uint64_t id, const struct archive_ticket *before,
                          const struct archive_ticket *after, unsigned moved)
{
    struct store_walk walk;
    struct archive_deed_row row;
    CHECK(moved != 0);
    enum rc rc = archive_share_walk(txn, id, 0, &walk, &row);
    while (rc == RC_OK) {
        const unsigned mask = row.who[0] != '\0' ? moved & NOT_UNIT : moved;
        rc = add_row(txn, before, &row, mask, true);
        rc = rc == RC_OK ? add_row(txn, after, &row, mask, false) : rc;
        rc = rc == RC_OK ? archive_share_next(&walk, &row) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- days ---- */

static void day_key(uint32_t day, uint64_t ticket, unsigned char key[DAY_KEY_BYTES])
{
    struct codec_writer writer;
    CHECK(ticket != 0);
    codec_writer_init(&writer, key, DAY_KEY_BYTES);
    codec_put_u32(&writer, day);
    codec_put_u64(&writer, ticket);
    CHECK(!writer.failed);
}

/* A day once named stays: the way to a ticket that no longer counts there leads to nothing. */
static enum rc day_put(struct store_txn *txn, uint64_t id, uint32_t day)
{
    unsigned char key[DAY_KEY_BYTES];
    CHECK(day != 0);
    day_key(day, id, key);
    return store_put(txn, ARCHIVE_DAY, key, sizeof key, NULL, 0);
}

static enum rc days_follow(struct store_txn *txn, uint64_t id, const struct archive_ticket *before,
                           const struct archive_ticket *after)
{
    const uint32_t was[] = {before->registered_day, before->withdrawn_day, before->merged_day,
                            before->closed_day};
    const uint32_t now[] = {after->registered_day, after->withdrawn_day, after->merged_day,
                            after->closed_day};
    const bool was_open = archive_ticket_open(before), is_open = archive_ticket_open(after);
    unsigned char key[DAY_KEY_BYTES];
    enum rc rc = RC_OK;
    CHECK(id != 0);
    for (unsigned index = 0; rc == RC_OK && index < sizeof now / sizeof now[0]; index++) {
        if (now[index] != 0 && now[index] != was[index]) {
            rc = day_put(txn, id, now[index]);
        }
    }
    day_key(0, id, key);
    if (rc == RC_OK && was_open != is_open) {
        rc = is_open ? store_put(txn, ARCHIVE_DAY, key, sizeof key, NULL, 0)
                     : store_del(txn, ARCHIVE_DAY, key, sizeof key);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* ---- folding ---- */

enum rc archive_share_change(struct step_fold *fold, uint64_t id,
                             const struct archive_ticket *before,
                             const struct archive_ticket *after)
{
    CHECK(id != 0);
    const unsigned moved = moved_by(before, after);
    enum rc rc = change_shares(fold->txn, before, after, moved);
    if (rc == RC_OK && moved != 0) {
        rc = move_deeds(fold->txn, id, before, after, moved);
    }
    rc = rc == RC_OK ? days_follow(fold->txn, id, before, after) : rc;
    return rc == RC_OK ? archive_ticket_put(fold->txn, id, after) : rc;
}

enum rc archive_share_deed(struct step_fold *fold, uint64_t id, const struct archive_ticket *ticket,
                           uint32_t day, const struct archive_deed *deed)
{
    unsigned char key[SHARE_KEY_BYTES];
    struct archive_deed_row row = {.ticket = id, .day = day};
    const void *value = NULL;
    size_t size = 0;
    CHECK(day != 0);
    CHECK(deed->count < RATES_COUNTS);
    share_key(id, day, deed->who[0] != '\0' ? step_key(deed->who) : 0, key);
    enum rc rc = store_get(fold->txn, ARCHIVE_SHARE, key, sizeof key, &value, &size);
    rc = rc == RC_OK ? row_read(value, size, &row) : rc == RC_NOT_FOUND ? RC_OK : rc;
    if (rc != RC_OK) {
        return rc;
    }
    memcpy(row.who, deed->who, sizeof row.who);
    row.counts[deed->count]++;
    rc = row_write(fold->txn, key, &row);
    rc = rc == RC_OK ? day_put(fold->txn, id, day) : rc;
    struct archive_share share = {
        .day = day, .by = ALL_BY, .unit = deed->who[0] != '\0' ? deed->who : NULL};
    amount(&share, deed->count, 1);
    return rc == RC_OK ? add(fold->txn, ticket, &share, ALL_BY, false) : rc;
}

enum rc archive_share_recount(struct store_txn *from, struct store_txn *into, uint64_t id,
                              const struct archive_ticket *ticket)
{
    struct archive_share shares[ARCHIVE_SHARES_MAX];
    struct archive_deed_row row;
    struct store_walk walk;
    const unsigned count = archive_share_of(ticket, shares);
    enum rc rc = RC_OK;
    CHECK(from != into);
    for (unsigned index = 0; rc == RC_OK && index < count; index++) {
        rc = add(into, ticket, &shares[index], ALL_BY, false);
    }
    if (rc != RC_OK) {
        return rc;
    }
    rc = archive_share_walk(from, id, 0, &walk, &row);
    while (rc == RC_OK) {
        rc = add_row(into, ticket, &row, ALL_BY, false);
        rc = rc == RC_OK ? archive_share_next(&walk, &row) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
