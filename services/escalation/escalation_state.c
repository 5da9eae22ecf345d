/* What escalation keeps about a ticket: its two records, their keys, and the functions that say
 * where a ticket stands and what happens to it next.
 *
 * Owns the form of both records on disk, and the memo of those that were read. Everything else
 * about a ticket (rows of queue, watch and due, card, gauges) is a function of the record and
 * stands here, so that no two places can think differently of it. */

#include "escalation_state.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/step/step.h"
#include "common/store/store_past.h"
#include "common/store/store_row.h"

static_assert(ESCALATION_READY == 0 && ESCALATION_LEASED == 1 && ESCALATION_WORKING == 2 &&
                  ESCALATION_AT_DESK == 3 && ESCALATION_ON_HOLD == 4 && ESCALATION_ASSISTING == 5 &&
                  ESCALATION_DECIDING == 6 && ESCALATION_JUDGING == 7,
              "buckets are stored: never renumber");
static_assert(ESCALATION_SUPERVISED == 0 && ESCALATION_ALARMING == 1 && ESCALATION_OWNERLESS == 2,
              "lists are stored: never renumber");
static_assert(ESCALATION_QUEUE_KEY_BYTES <= STORE_KEY_BYTES_MAX, "a queue key is a key");

/* ---- keys ---- */

static uint64_t read_u64(const unsigned char *bytes)
{
    uint64_t value = 0;
    memcpy(&value, bytes, sizeof value);
    return be64toh(value);
}

void escalation_state_id_key(uint64_t id, unsigned char key[ESCALATION_ID_KEY_BYTES])
{
    const uint64_t value = htobe64(id);
    memcpy(key, &value, sizeof value);
}

uint64_t escalation_state_id_of(const unsigned char key[ESCALATION_ID_KEY_BYTES])
{
    return read_u64(key);
}

/* ---- the records ---- */

/* Optional parts of the ticket's record, beside enum escalation_ticket_flag in the same byte. */
enum {
    TICKET_VERSION = 1,
    TICKET_BYTES_MAX = 2048,
    HAS_LEASE = 16,
    HAS_ALARM = 32,
    HAS_OVERDUE = 64,
    FLAGS_OWN = ESCALATION_RULED | ESCALATION_RED_END | ESCALATION_HAS_EXTRA |
                ESCALATION_ALARM_PARDONED | ESCALATION_FALLBACK,
    MEMO_SLOTS = 2048, /* power of two: a pull gives at most PULL_MAX tickets */
};

static_assert(ESCALATION_RULED == 1 && ESCALATION_RED_END == 2 && ESCALATION_HAS_EXTRA == 4 &&
                  ESCALATION_ALARM_PARDONED == 8 && ESCALATION_FALLBACK == 128,
              "flags are stored: never renumber");

/* By hand and not by a table of rows, for it is written with every fact: the table costs two and a
 * half times as much. Whatever is cast to a narrower form is CHECKed to fit. */
static uint8_t flags_of(const struct escalation_ticket *ticket)
{
    CHECK((ticket->flags & ~FLAGS_OWN) == 0);
    unsigned flags = ticket->flags;
    flags |= ticket->lease_until_ms != 0 ? HAS_LEASE : 0u;
    flags |= ticket->alarm_ms != 0 ? HAS_ALARM : 0u;
    flags |= ticket->overdue_ms != 0 ? HAS_OVERDUE : 0u;
    return (uint8_t)flags;
}

static void put_optional(struct codec_writer *writer, const struct escalation_ticket *ticket)
{
    if (ticket->lease_until_ms != 0) {
        codec_put_u64(writer, ticket->lease_until_ms);
        codec_put_text(writer, ticket->holder);
    }
    if (ticket->alarm_ms != 0) {
        codec_put_u64(writer, ticket->alarm_ms);
        codec_put_u32(writer, ticket->alarms);
    }
    if (ticket->overdue_ms != 0) {
        codec_put_u64(writer, ticket->overdue_ms);
    }
    if ((ticket->flags & ESCALATION_HAS_EXTRA) != 0) {
        CHECK(ticket->extra_card <= PAIDAN__CARD__CARD_RED);
        CHECK((ticket->extra_due_ms != 0) == (ticket->extra_clock != 0));
        codec_put_u64(writer, ticket->extra_due_ms);
        codec_put_u8(writer, ticket->extra_clock);
        codec_put_u8(writer, ticket->extra_card);
        codec_put_u8(writer, ticket->extra_supervised ? 1 : 0);
        codec_put_u8(writer, ticket->extra_mode);
    }
}

static size_t put_ticket(const struct escalation_ticket *ticket, unsigned char *bytes, size_t size)
{
    CHECK(ticket->state != ESCALATION_NONE);
    CHECK(ticket->state < ESCALATION_STATE_COUNT);
    CHECK(ticket->level <= SITE_LEVELS_MAX);
    CHECK(ticket->outcome <= PAIDAN__OUTCOME__OUTCOME_UNASKED);
    CHECK(ticket->satisfied <= UINT8_MAX);
    CHECK(ticket->round <= UINT16_MAX);
    CHECK(ticket->raises <= UINT16_MAX);
    CHECK(ticket->returns <= UINT16_MAX);
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    CHECK(ticket->assist_count <= SITE_ASSIST_MAX);
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, size);
    codec_seal_begin(&writer, TICKET_VERSION);
    codec_put_u8(&writer, (uint8_t)ticket->state);
    codec_put_u8(&writer, flags_of(ticket));
    codec_put_u8(&writer, (uint8_t)ticket->level);
    codec_put_u8(&writer, (uint8_t)ticket->outcome);
    codec_put_u8(&writer, (uint8_t)ticket->satisfied);
    codec_put_u16(&writer, (uint16_t)ticket->round);
    codec_put_u16(&writer, (uint16_t)ticket->raises);
    codec_put_u16(&writer, (uint16_t)ticket->returns);
    codec_put_u32(&writer, ticket->chases);
    codec_put_u32(&writer, ticket->supplements);
    codec_put_u32(&writer, ticket->version);
    codec_put_u64(&writer, ticket->last_seq);
    codec_put_u64(&writer, ticket->changed_ms);
    put_optional(&writer, ticket);
    codec_put_text(&writer, ticket->unit);
    codec_put_u8(&writer, (uint8_t)ticket->assist_count);
    for (uint32_t index = 0; index < ticket->assist_count; index++) {
        codec_put_text(&writer, ticket->assist[index]);
    }
    codec_put_u8(&writer, (uint8_t)ticket->clock_count);
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        CHECK(ticket->clocks[index].clock <= PAIDAN__CLOCK__CLOCK_REDO);
        CHECK(ticket->clocks[index].due_ms != 0);
        escalation_clock_put(&writer, &ticket->clocks[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return writer.used;
}

static void get_optional(struct codec_reader *reader, uint8_t flags,
                         struct escalation_ticket *ticket)
{
    if ((flags & HAS_LEASE) != 0) {
        ticket->lease_until_ms = codec_get_u64(reader);
        codec_get_text(reader, ticket->holder, sizeof ticket->holder);
    }
    if ((flags & HAS_ALARM) != 0) {
        ticket->alarm_ms = codec_get_u64(reader);
        ticket->alarms = codec_get_u32(reader);
    }
    if ((flags & HAS_OVERDUE) != 0) {
        ticket->overdue_ms = codec_get_u64(reader);
    }
    if ((flags & ESCALATION_HAS_EXTRA) != 0) {
        ticket->extra_due_ms = codec_get_u64(reader);
        ticket->extra_clock = codec_get_u8(reader);
        ticket->extra_card = codec_get_u8(reader);
        ticket->extra_supervised = codec_get_u8(reader) != 0;
        ticket->extra_mode = codec_get_u8(reader);
    }
}

/* Everything before the lists. False: a value that is never written. */
static bool get_head(struct codec_reader *reader, struct escalation_ticket *ticket)
{
    const uint8_t state = codec_get_u8(reader);
    const uint8_t flags = codec_get_u8(reader);
    ticket->state = (enum escalation_state)state;
    ticket->flags = flags & FLAGS_OWN;
    ticket->level = codec_get_u8(reader);
    ticket->outcome = codec_get_u8(reader);
    ticket->satisfied = codec_get_u8(reader);
    ticket->round = codec_get_u16(reader);
    ticket->raises = codec_get_u16(reader);
    ticket->returns = codec_get_u16(reader);
    ticket->chases = codec_get_u32(reader);
    ticket->supplements = codec_get_u32(reader);
    ticket->version = codec_get_u32(reader);
    ticket->last_seq = codec_get_u64(reader);
    ticket->changed_ms = codec_get_u64(reader);
    get_optional(reader, flags, ticket);
    codec_get_text(reader, ticket->unit, sizeof ticket->unit);
    return state != ESCALATION_NONE && state < ESCALATION_STATE_COUNT &&
           ticket->level <= SITE_LEVELS_MAX &&
           ticket->outcome <= PAIDAN__OUTCOME__OUTCOME_UNASKED &&
           ticket->extra_card <= PAIDAN__CARD__CARD_RED &&
           (ticket->extra_due_ms != 0) == (ticket->extra_clock != 0);
}

enum rc escalation_state_decode(const void *value, size_t bytes, struct escalation_ticket *ticket)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, value, bytes, &version);
    if (rc != RC_OK || version != TICKET_VERSION) {
        return RC_CORRUPT;
    }
    memset(ticket, 0, sizeof *ticket);
    bool good = get_head(&reader, ticket);
    ticket->assist_count = codec_get_u8(&reader);
    if (ticket->assist_count > SITE_ASSIST_MAX) {
        return RC_CORRUPT;
    }
    for (uint32_t index = 0; index < ticket->assist_count; index++) {
        codec_get_text(&reader, ticket->assist[index], sizeof ticket->assist[index]);
    }
    ticket->clock_count = codec_get_u8(&reader);
    if (ticket->clock_count > ESCALATION_CLOCKS_MAX) {
        return RC_CORRUPT;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        struct escalation_clock *clock = &ticket->clocks[index];
        good = escalation_clock_get(&reader, clock) && clock->clock <= PAIDAN__CLOCK__CLOCK_REDO &&
               clock->due_ms != 0 && good;
    }
    return good && codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

static const struct record_row confidence_rows[] = {
    RECORD_BOOL(struct escalation_info, confidential),
    RECORD_END,
};
static const struct record_row outer_rows[] = {
    RECORD_VARINT(struct escalation_info, outer_due_ms),
    RECORD_END,
};
static const struct record_row claimed_rows[] = {
    RECORD_VARINT(struct escalation_info, own_outer_due_ms),
    RECORD_END,
};
static const struct record_row own_rows[] = {
    RECORD_U8_IN(struct escalation_info, own_urgency, 0, PAIDAN__URGENCY__URGENCY_URGENT),
    RECORD_BOOL(struct escalation_info, claimed_due),
    RECORD_IF(struct escalation_info, claimed_due, claimed_rows),
    RECORD_END,
};
static const struct record_row info_rows[] = {
    RECORD_U8_IN(struct escalation_info, urgency, PAIDAN__URGENCY__URGENCY_NORMAL,
                 PAIDAN__URGENCY__URGENCY_EMERGENCY),
    RECORD_U64(struct escalation_info, registered_ms),
    RECORD_TEXT(struct escalation_info, category),
    RECORD_TEXT(struct escalation_info, area),
    RECORD_TEXT(struct escalation_info, channel),
    RECORD_TEXT(struct escalation_info, title),
    RECORD_SINCE(2, confidence_rows), /* nobody could ask for it before */
    RECORD_SINCE(3, outer_rows),
    RECORD_SINCE(4, own_rows), /* nothing was taken over from members that could go again */
    RECORD_END,
};
static const struct record_format info_format = {
    .version = 4, .oldest = 1, .bytes = sizeof(struct escalation_info), .rows = info_rows};

enum rc escalation_state_decode_info(const void *value, size_t bytes, struct escalation_info *info)
{
    return record_read(&info_format, value, bytes, info);
}

/* ---- the memo ---- */

/* The memo: tickets decoded once for deciding and folding. Only decoding puts them there, so that
 * what folding sees never depends on it. */

struct memo_slot {
    uint64_t epoch, id;
    struct escalation_ticket ticket;
};

static_assert(sizeof(struct memo_slot) * MEMO_SLOTS <= ESCALATION_MEMO_BYTES, "the memo fits");

/* Where this ticket is remembered, if it is; NULL: the transaction has no memo. */
static struct memo_slot *memo_slot(struct store_txn *txn, uint64_t id, uint64_t *epoch)
{
    const struct store_memo *memo = store_memo(txn);
    if (memo == NULL) {
        return NULL;
    }
    CHECK(memo->bytes >= ESCALATION_MEMO_BYTES);
    *epoch = memo->epoch;
    /* Tickets of one unit have numbers at a distance, often the same one. */
    return (struct memo_slot *)memo->room + (id * 0x9e3779b97f4a7c15ull >> 32) % MEMO_SLOTS;
}

static void memo_forget(struct store_txn *txn, uint64_t id)
{
    uint64_t epoch = 0;
    struct memo_slot *slot = memo_slot(txn, id, &epoch);
    if (slot != NULL && slot->epoch == epoch && slot->id == id) {
        slot->epoch = 0;
    }
}

/* ---- loading and saving ---- */

enum rc escalation_state_load(struct store_txn *txn, uint64_t id, struct escalation_ticket *ticket)
{
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    uint64_t epoch = 0;
    struct memo_slot *slot = memo_slot(txn, id, &epoch);
    if (slot != NULL && slot->epoch == epoch && slot->id == id) {
        *ticket = slot->ticket;
        return RC_OK;
    }
    escalation_state_id_key(id, key);
    enum rc rc = store_get(txn, ESCALATION_TICKET, key, sizeof key, &value, &bytes);
    if (rc == RC_OK) {
        rc = escalation_state_decode(value, bytes, ticket);
    }
    if (rc == RC_OK && slot != NULL) {
        *slot = (struct memo_slot){.epoch = epoch, .id = id, .ticket = *ticket};
    }
    return rc;
}

enum rc escalation_state_find(struct store_txn *txn, uint64_t id, struct escalation_ticket *ticket)
{
    const enum rc rc = escalation_state_load(txn, id, ticket);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    memset(ticket, 0, sizeof *ticket);
    ticket->state = ESCALATION_NONE;
    ticket->round = 1;
    return id == 0 ? RC_OK : store_past_has(txn, ESCALATION_PAST, id, &ticket->past);
}

enum rc escalation_state_remove(struct store_txn *txn, uint64_t id)
{
    CHECK(id != 0);
    memo_forget(txn, id);
    const enum rc rc = store_row_del(txn, ESCALATION_TICKET, id);
    const enum rc info = rc == RC_OK ? store_row_del(txn, ESCALATION_INFO, id) : rc;
    return rc == RC_OK && info == RC_NOT_FOUND ? RC_OK : info; /* withdrawn before its route */
}

enum rc escalation_state_save(struct store_txn *txn, uint64_t id,
                              const struct escalation_ticket *ticket)
{
    CHECK(id != 0);
    unsigned char bytes[TICKET_BYTES_MAX], key[ESCALATION_ID_KEY_BYTES];
    const size_t used = put_ticket(ticket, bytes, sizeof bytes);
    escalation_state_id_key(id, key);
    memo_forget(txn, id);
    return store_put(txn, ESCALATION_TICKET, key, sizeof key, bytes, used);
}

enum rc escalation_state_load_info(struct store_txn *txn, uint64_t id, struct escalation_info *info)
{
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    escalation_state_id_key(id, key);
    return store_get_record(txn, ESCALATION_INFO, key, sizeof key, &info_format, info);
}

enum rc escalation_state_save_info(struct store_txn *txn, uint64_t id,
                                   const struct escalation_info *info)
{
    CHECK(id != 0);
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    escalation_state_id_key(id, key);
    return store_put_record(txn, ESCALATION_INFO, key, sizeof key, &info_format, info);
}

/* ---- what a record means ----------------------------------------------------------------------
 */

bool escalation_state_open(const struct escalation_ticket *ticket)
{
    CHECK(ticket->state < ESCALATION_STATE_COUNT);
    return ticket->state == ESCALATION_ASSIGNED || ticket->state == ESCALATION_ACCEPTED ||
           ticket->state == ESCALATION_RETURNED || ticket->state == ESCALATION_SUSPENDED;
}

struct escalation_clock *escalation_state_clock(struct escalation_ticket *ticket,
                                                Paidan__Clock clock)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    CHECK(clock != 0);
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        if (ticket->clocks[index].clock == clock) {
            return &ticket->clocks[index];
        }
    }
    return NULL;
}

bool escalation_state_runs(const struct escalation_ticket *ticket,
                           const struct escalation_clock *clock)
{
    return escalation_state_open(ticket) && ticket->state != ESCALATION_SUSPENDED &&
           (clock->flags & ESCALATION_STOPPED) == 0;
}

Paidan__Card escalation_state_card(const struct escalation_ticket *ticket)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    CHECK(ticket->extra_card <= PAIDAN__CARD__CARD_RED);
    const bool alarms = ticket->alarm_ms != 0 && (ticket->flags & ESCALATION_ALARM_PARDONED) == 0;
    if (alarms || (ticket->flags & ESCALATION_RED_END) != 0 ||
        ticket->extra_card == PAIDAN__CARD__CARD_RED) {
        return PAIDAN__CARD__CARD_RED;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        const bool warns =
            (clock->flags & (ESCALATION_WARNED | ESCALATION_PARDONED)) == ESCALATION_WARNED;
        if (warns && escalation_state_runs(ticket, clock)) {
            return PAIDAN__CARD__CARD_YELLOW;
        }
    }
    return (Paidan__Card)ticket->extra_card;
}

void escalation_state_pardon(struct escalation_ticket *ticket)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        struct escalation_clock *clock = &ticket->clocks[index];
        if ((clock->flags & ESCALATION_WARNED) != 0) {
            clock->flags |= ESCALATION_PARDONED;
        }
    }
    if (ticket->alarm_ms != 0) {
        ticket->flags |= ESCALATION_ALARM_PARDONED;
    }
}

Paidan__Clock escalation_state_work_clock(const struct escalation_ticket *ticket)
{
    CHECK(ticket->round >= 1);
    return ticket->round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
}

/* Among the running clocks: of those that were missed, or of those that were not; 0: none. */
static uint64_t earliest_due(const struct escalation_ticket *ticket, bool missed)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    uint64_t earliest = 0;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        const bool asked = ((clock->flags & ESCALATION_EXPIRED) != 0) == missed &&
                           escalation_state_runs(ticket, clock);
        if (asked && (earliest == 0 || clock->due_ms < earliest)) {
            earliest = clock->due_ms;
        }
    }
    return earliest;
}

uint64_t escalation_state_overdue(const struct escalation_ticket *ticket)
{
    return earliest_due(ticket, true);
}

uint64_t escalation_state_next_deadline(const struct escalation_ticket *ticket)
{
    return earliest_due(ticket, false);
}

/* ---- what happens next ------------------------------------------------------------------------
 */

struct earliest {
    bool found;
    enum escalation_firing firing;
    struct due *due;
};

static void earlier(struct earliest *best, uint64_t due_ms, enum escalation_firing firing,
                    Paidan__Clock clock)
{
    CHECK(clock != 0);
    CHECK(firing <= ESCALATION_FIRES_EXTRA);
    struct due *due = best->due;
    const bool first = !best->found || due_ms < due->due_ms;
    const bool tie = best->found && due_ms == due->due_ms;
    const bool wins = firing < best->firing || (firing == best->firing && clock < due->kind);
    if (first || (tie && wins)) {
        due->due_ms = due_ms;
        due->kind = (uint8_t)clock;
        best->firing = firing;
        best->found = true;
    }
}

/* It tells, or gives a yellow card, of a deadline to come, and does nothing that lasts longer. */
static bool only_warns(const struct escalation_clock_step *step)
{
    const unsigned lasts =
        1u << PAIDAN__STEP_DOES__STEP_RED | 1u << PAIDAN__STEP_DOES__STEP_SUPERVISE;
    return !step->after && (step->does & lasts) == 0;
}

/* What is left of a clock's steps; after its deadline nothing warns of it any more. */
static bool step_waits(const struct escalation_clock *clock,
                       const struct escalation_clock_step *step)
{
    const bool missed = (clock->flags & ESCALATION_EXPIRED) != 0;
    return !step->fired && !(missed && only_warns(step));
}

void escalation_state_pass_over(struct escalation_ticket *ticket, uint64_t now_ms)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        struct escalation_clock *clock = &ticket->clocks[index];
        if (clock->due_ms > now_ms) {
            continue;
        }
        clock->flags |= ESCALATION_WARNED;
        for (uint32_t step = 0; step < clock->step_count; step++) {
            clock->steps[step].fired |= only_warns(&clock->steps[step]);
        }
    }
}

bool escalation_state_due(uint64_t id, const struct escalation_ticket *ticket, struct due *due,
                          enum escalation_firing *firing)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    struct earliest best = {.due = due};
    due->id = id;
    if (!escalation_state_open(ticket)) {
        /* Nothing of the work; an appeal may wait for its ruling. */
        if (ticket->extra_due_ms != 0) {
            earlier(&best, ticket->extra_due_ms, ESCALATION_FIRES_EXTRA,
                    (Paidan__Clock)ticket->extra_clock);
        }
        *firing = best.firing;
        return best.found;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (!escalation_state_runs(ticket, clock)) {
            continue;
        }
        for (uint32_t step = 0; step < clock->step_count; step++) {
            if (step_waits(clock, &clock->steps[step])) {
                earlier(&best, clock->steps[step].at_ms, ESCALATION_FIRES_STEP, clock->clock);
            }
        }
        if ((clock->flags & ESCALATION_EXPIRED) != 0) {
            continue;
        }
        earlier(&best, clock->due_ms, ESCALATION_FIRES_DEADLINE, clock->clock);
        if (clock->warn_ms != 0 && (clock->flags & ESCALATION_WARNED) == 0) {
            earlier(&best, clock->warn_ms, ESCALATION_FIRES_WARNING, clock->clock);
        }
    }
    if (ticket->lease_until_ms != 0) {
        earlier(&best, ticket->lease_until_ms, ESCALATION_FIRES_LEASE_END,
                PAIDAN__CLOCK__CLOCK_LEASE);
    }
    if (ticket->extra_due_ms != 0) {
        earlier(&best, ticket->extra_due_ms, ESCALATION_FIRES_EXTRA,
                (Paidan__Clock)ticket->extra_clock);
    }
    if (ticket->alarm_ms != 0 && ticket->state != ESCALATION_SUSPENDED) {
        earlier(&best, ticket->alarm_ms, ESCALATION_FIRES_ALARM, PAIDAN__CLOCK__CLOCK_ALARM);
    }
    *firing = best.firing;
    return best.found;
}

/* ---- where it stands --------------------------------------------------------------------------
 */

static enum escalation_bucket bucket_of(const struct escalation_ticket *ticket)
{
    CHECK(escalation_state_open(ticket));
    if (ticket->state == ESCALATION_ACCEPTED) {
        return ESCALATION_WORKING;
    }
    if (ticket->state == ESCALATION_RETURNED) {
        return ESCALATION_AT_DESK;
    }
    if (ticket->state == ESCALATION_SUSPENDED) {
        return ESCALATION_ON_HOLD;
    }
    return ticket->lease_until_ms != 0 ? ESCALATION_LEASED : ESCALATION_READY;
}

void escalation_state_queue_prefix(const char *unit, enum escalation_bucket bucket,
                                   unsigned char key[ESCALATION_QUEUE_PREFIX_BYTES])
{
    CHECK(bucket < ESCALATION_BUCKET_COUNT);
    escalation_state_id_key(step_key(unit), key);
    key[8] = (unsigned char)bucket;
}

/* Earliest deadline of the running clocks, missed ones included; UINT64_MAX: none. */
static uint64_t pressing(const struct escalation_ticket *ticket)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    uint64_t due_ms = UINT64_MAX;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (escalation_state_runs(ticket, clock) && clock->due_ms < due_ms) {
            due_ms = clock->due_ms;
        }
    }
    return due_ms;
}

bool escalation_state_queue_key(uint64_t id, const struct escalation_ticket *ticket,
                                unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    if (!escalation_state_open(ticket)) {
        return false;
    }
    uint64_t due_ms = pressing(ticket);
    if (ticket->state == ESCALATION_SUSPENDED && ticket->extra_due_ms != 0) {
        due_ms = ticket->extra_due_ms; /* when it comes back */
    }
    escalation_state_queue_prefix(ticket->unit, bucket_of(ticket), key);
    escalation_state_id_key(due_ms, key + ESCALATION_QUEUE_PREFIX_BYTES);
    escalation_state_id_key(id, key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
    return true;
}

bool escalation_state_watched(const struct escalation_ticket *ticket, enum escalation_watch watch)
{
    CHECK(ticket->state < ESCALATION_STATE_COUNT);
    switch (watch) {
    case ESCALATION_SUPERVISED:
        return ticket->extra_supervised &&
               (escalation_state_open(ticket) || ticket->state == ESCALATION_RESOLVED);
    case ESCALATION_ALARMING:
        return ticket->alarm_ms != 0 && escalation_state_open(ticket);
    default:
        CHECK(watch == ESCALATION_OWNERLESS);
        return ticket->state == ESCALATION_ASSIGNED && (ticket->flags & ESCALATION_FALLBACK) != 0;
    }
}

bool escalation_state_watch_key(uint64_t id, const struct escalation_ticket *ticket,
                                enum escalation_watch watch,
                                unsigned char key[ESCALATION_WATCH_KEY_BYTES])
{
    CHECK(watch < ESCALATION_WATCH_COUNT);
    if (!escalation_state_watched(ticket, watch)) {
        return false;
    }
    key[0] = (unsigned char)watch;
    escalation_state_id_key(watch == ESCALATION_ALARMING ? ticket->overdue_ms : pressing(ticket),
                            key + 1);
    escalation_state_id_key(id, key + 9);
    return true;
}

enum rc escalation_state_queue_has(struct store_txn *txn, const char *unit, bool *has)
{
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    struct store_walk walk;
    escalation_state_queue_prefix(unit, (enum escalation_bucket)0, prefix);
    enum rc rc = store_walk_open(txn, ESCALATION_QUEUE, prefix, sizeof prefix, &walk);
    if (rc == RC_OK) {
        rc = store_walk_key(&walk, ESCALATION_QUEUE_KEY_BYTES);
    }
    *has = rc == RC_OK && memcmp(walk.key, prefix, ESCALATION_ID_KEY_BYTES) == 0;
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

uint64_t escalation_state_queue_due(const unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    return read_u64(key + ESCALATION_QUEUE_PREFIX_BYTES);
}

uint64_t escalation_state_queue_ticket(const unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    return read_u64(key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
}
