/* The sealed records of a ticket: how they are written and read, and the memo of what was read. */

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "escalation_state.h"

enum {
    TICKET_VERSION = 1,
    INFO_VERSION = 1,
    /* Optional parts of the record, beside enum escalation_ticket_flag in the same byte. */
    HAS_LEASE = 16,
    HAS_ALARM = 32,
    HAS_OVERDUE = 64,
    FLAGS_OWN = ESCALATION_RULED | ESCALATION_RED_END | ESCALATION_HAS_EXTRA |
                ESCALATION_ALARM_PARDONED | ESCALATION_FALLBACK,
    TICKET_BYTES_MAX = 2048,
    MEMO_SLOTS = 2048, /* power of two: a pull gives at most PULL_MAX tickets */
    INFO_BYTES_MAX = 512,
};

static_assert(PAIDAN__CLOCK__CLOCK_ACCEPT == 1 && PAIDAN__CLOCK__CLOCK_REDO == 4 &&
                  PAIDAN__CLOCK__CLOCK_ALARM == 6 && PAIDAN__CLOCK__CLOCK_LEASE == 7,
              "clocks are stored: never renumber");
static_assert(ESCALATION_RULED == 1 && ESCALATION_RED_END == 2 && ESCALATION_HAS_EXTRA == 4 &&
                  ESCALATION_ALARM_PARDONED == 8 && ESCALATION_FALLBACK == 128,
              "flags are stored: never renumber");
/* ---- ticket ---- */

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
        codec_put_u64(writer, ticket->extra_due_ms);
        codec_put_u8(writer, ticket->extra_clock);
        codec_put_u8(writer, ticket->extra_card);
        codec_put_u8(writer, ticket->extra_supervised ? 1 : 0);
        codec_put_u8(writer, ticket->extra_mode);
    }
}

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

enum rc escalation_state_save(struct store_txn *txn, uint64_t id,
                              const struct escalation_ticket *ticket)
{
    CHECK(ticket->state != ESCALATION_NONE);
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    CHECK(ticket->assist_count <= SITE_ASSIST_MAX);
    unsigned char bytes[TICKET_BYTES_MAX], key[ESCALATION_ID_KEY_BYTES];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
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
        escalation_clock_put(&writer, &ticket->clocks[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    escalation_state_id_key(id, key);
    memo_forget(txn, id);
    return store_put(txn, ESCALATION_TICKET, key, sizeof key, bytes, writer.used);
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
           ticket->level <= SITE_LEVELS_MAX && ticket->extra_card <= PAIDAN__CARD__CARD_RED;
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
    return RC_OK;
}

/* ---- info ---- */

enum rc escalation_state_save_info(struct store_txn *txn, uint64_t id,
                                   const struct escalation_info *info)
{
    unsigned char bytes[INFO_BYTES_MAX], key[ESCALATION_ID_KEY_BYTES];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, INFO_VERSION);
    codec_put_u8(&writer, (uint8_t)info->urgency);
    codec_put_u64(&writer, info->registered_ms);
    codec_put_text(&writer, info->category);
    codec_put_text(&writer, info->area);
    codec_put_text(&writer, info->channel);
    codec_put_text(&writer, info->title);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    escalation_state_id_key(id, key);
    return store_put(txn, ESCALATION_INFO, key, sizeof key, bytes, writer.used);
}

enum rc escalation_state_decode_info(const void *value, size_t bytes, struct escalation_info *info)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, value, bytes, &version);
    if (rc != RC_OK || version != INFO_VERSION) {
        return RC_CORRUPT;
    }
    info->urgency = codec_get_u8(&reader);
    info->registered_ms = codec_get_u64(&reader);
    codec_get_text(&reader, info->category, sizeof info->category);
    codec_get_text(&reader, info->area, sizeof info->area);
    codec_get_text(&reader, info->channel, sizeof info->channel);
    codec_get_text(&reader, info->title, sizeof info->title);
    const bool good = info->urgency >= PAIDAN__URGENCY__URGENCY_NORMAL &&
                      info->urgency <= PAIDAN__URGENCY__URGENCY_EMERGENCY;
    return good && codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc escalation_state_load_info(struct store_txn *txn, uint64_t id, struct escalation_info *info)
{
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    escalation_state_id_key(id, key);
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, ESCALATION_INFO, key, sizeof key, &value, &bytes);
    return rc == RC_OK ? escalation_state_decode_info(value, bytes, info) : rc;
}
