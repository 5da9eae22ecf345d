/* triage_state: see the header. The layouts below are stored; a change raises the version. */

#include "triage_state.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

/* Version 1 of a desk record had no return_count; it is still read. */
enum { TICKET_VERSION = 1, DESK_VERSION = 2, TICKET_BYTES_MAX = 256, DESK_BYTES_MAX = 4096 };

const char *const triage_tallies[] = {
    "registered", "routed",   "desked", "routed_by_desk", "returned",        "ruled", "undesked",
    "desk_open",  "fallback", "chased", "never_routed",   "records_refused", NULL};

static_assert(sizeof triage_tallies / sizeof triage_tallies[0] == TRIAGE_TALLY_COUNT + 1,
              "one name per counter");

void triage_state_key(uint64_t ticket, unsigned char key[TRIAGE_KEY_BYTES])
{
    for (int index = 0; index < TRIAGE_KEY_BYTES; index++) {
        key[index] = (unsigned char)(ticket >> (56 - 8 * index));
    }
}

uint64_t triage_state_key_read(const unsigned char key[TRIAGE_KEY_BYTES])
{
    uint64_t ticket = 0;
    for (int index = 0; index < TRIAGE_KEY_BYTES; index++) {
        ticket = ticket << 8 | key[index];
    }
    return ticket;
}

enum rc triage_state_get(struct store_txn *txn, uint64_t ticket, struct triage_ticket *record)
{
    unsigned char key[TRIAGE_KEY_BYTES];
    triage_state_key(ticket, key);
    const void *value = NULL;
    size_t size = 0;
    const enum rc rc = store_get(txn, TRIAGE_TABLE_TICKET, key, sizeof key, &value, &size);
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, size, &version) != RC_OK || version != TICKET_VERSION) {
        return RC_CORRUPT;
    }
    struct triage_ticket read = {0};
    const uint8_t state = codec_get_u8(&reader);
    read.by_desk = codec_get_u8(&reader) != 0;
    const uint64_t reasons = codec_get_varint(&reader);
    read.first_seq = codec_get_varint(&reader);
    read.last_seq = read.first_seq + codec_get_varint(&reader);
    read.decided_seq = codec_get_varint(&reader);
    codec_get_text(&reader, read.category, sizeof read.category);
    codec_get_text(&reader, read.area, sizeof read.area);
    codec_get_text(&reader, read.unit, sizeof read.unit);
    if (!codec_done(&reader) || state == TRIAGE_NONE || state >= TRIAGE_STATE_COUNT ||
        read.first_seq == 0 || read.first_seq > read.last_seq || reasons > UINT32_MAX) {
        return RC_CORRUPT;
    }
    read.reasons = (uint32_t)reasons;
    read.state = (enum triage_state)state;
    *record = read;
    return RC_OK;
}

enum rc triage_state_put(struct store_txn *txn, uint64_t ticket, const struct triage_ticket *record)
{
    CHECK(record->state > TRIAGE_NONE && record->state < TRIAGE_STATE_COUNT);
    CHECK(record->first_seq != 0 && record->first_seq <= record->last_seq);
    unsigned char bytes[TICKET_BYTES_MAX];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, TICKET_VERSION);
    codec_put_u8(&writer, (uint8_t)record->state);
    codec_put_u8(&writer, record->by_desk);
    codec_put_varint(&writer, record->reasons);
    codec_put_varint(&writer, record->first_seq);
    codec_put_varint(&writer, record->last_seq - record->first_seq);
    codec_put_varint(&writer, record->decided_seq);
    codec_put_text(&writer, record->category);
    codec_put_text(&writer, record->area);
    codec_put_text(&writer, record->unit);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    unsigned char key[TRIAGE_KEY_BYTES];
    triage_state_key(ticket, key);
    return store_put(txn, TRIAGE_TABLE_TICKET, key, sizeof key, bytes, writer.used);
}

/* A text that may be longer than codec's 255 bytes. */
static void put_long(struct codec_writer *writer, const char *text)
{
    const size_t bytes = strlen(text);
    CHECK(bytes <= UINT16_MAX);
    codec_put_u16(writer, (uint16_t)bytes);
    codec_put_bytes(writer, text, bytes);
}

static bool get_long(struct codec_reader *reader, char *text, size_t size)
{
    const size_t bytes = codec_get_u16(reader);
    if (bytes >= size) {
        return false;
    }
    const unsigned char *from = codec_get_bytes(reader, bytes);
    if (from == NULL) {
        return false;
    }
    memcpy(text, from, bytes);
    text[bytes] = '\0';
    return true;
}

static void put_codes(struct codec_writer *writer, const char codes[][CODE_BYTES_MAX + 1],
                      uint32_t count)
{
    CHECK(count <= TRIAGE_PROPOSALS_MAX);
    codec_put_u8(writer, (uint8_t)count);
    for (uint32_t index = 0; index < count; index++) {
        codec_put_text(writer, codes[index]);
    }
}

static bool get_codes(struct codec_reader *reader, char codes[][CODE_BYTES_MAX + 1],
                      uint32_t *count)
{
    *count = codec_get_u8(reader);
    if (*count > TRIAGE_PROPOSALS_MAX) {
        return false;
    }
    for (uint32_t index = 0; index < *count; index++) {
        codec_get_text(reader, codes[index], CODE_BYTES_MAX + 1);
    }
    return true;
}

enum rc triage_state_desk_read(const void *bytes, size_t size, struct triage_desk *record)
{
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, bytes, size, &version) != RC_OK || version < 1 ||
        version > DESK_VERSION) {
        return RC_CORRUPT;
    }
    memset(record, 0, sizeof *record);
    record->since_ms = codec_get_u64(&reader);
    record->registered_ms = codec_get_u64(&reader);
    record->reasons = codec_get_u32(&reader);
    record->chases = codec_get_u32(&reader);
    bool fits = get_codes(&reader, record->categories, &record->category_count);
    fits = fits && get_codes(&reader, record->areas, &record->area_count);
    codec_get_text(&reader, record->unit, sizeof record->unit);
    codec_get_text(&reader, record->channel, sizeof record->channel);
    codec_get_text(&reader, record->title, sizeof record->title);
    fits = fits && get_long(&reader, record->note, sizeof record->note);
    record->return_count = version >= 2 ? codec_get_u32(&reader) : 0;
    return fits && codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc triage_state_desk_get(struct store_txn *txn, uint64_t ticket, struct triage_desk *record)
{
    unsigned char key[TRIAGE_KEY_BYTES];
    triage_state_key(ticket, key);
    const void *value = NULL;
    size_t size = 0;
    const enum rc rc = store_get(txn, TRIAGE_TABLE_DESK, key, sizeof key, &value, &size);
    return rc == RC_OK ? triage_state_desk_read(value, size, record) : rc;
}

enum rc triage_state_desk_put(struct store_txn *txn, uint64_t ticket,
                              const struct triage_desk *record)
{
    unsigned char bytes[DESK_BYTES_MAX];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, DESK_VERSION);
    codec_put_u64(&writer, record->since_ms);
    codec_put_u64(&writer, record->registered_ms);
    codec_put_u32(&writer, record->reasons);
    codec_put_u32(&writer, record->chases);
    put_codes(&writer, record->categories, record->category_count);
    put_codes(&writer, record->areas, record->area_count);
    codec_put_text(&writer, record->unit);
    codec_put_text(&writer, record->channel);
    codec_put_text(&writer, record->title);
    put_long(&writer, record->note);
    codec_put_u32(&writer, record->return_count);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    unsigned char key[TRIAGE_KEY_BYTES];
    triage_state_key(ticket, key);
    return store_put(txn, TRIAGE_TABLE_DESK, key, sizeof key, bytes, writer.used);
}

enum rc triage_state_desk_del(struct store_txn *txn, uint64_t ticket)
{
    unsigned char key[TRIAGE_KEY_BYTES];
    triage_state_key(ticket, key);
    return store_del(txn, TRIAGE_TABLE_DESK, key, sizeof key);
}
