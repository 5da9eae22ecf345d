/* record: walks the rows of a table over a struct, once to write it and once to read it.
 *
 * Records are read and written several hundred thousand times a second, so that nothing here is
 * called for each byte: both walks keep where they are in a local pointer, numbers go through
 * copies of fixed width, and only parts and lists are calls. What must stay true: both walks take
 * the same bytes for the same row. Each pair of cases stands in the same order for that reason. */
#include "common/base/record.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/varint.h"

/* ---- members ---- */

/* Widths are tried in the order in which they are frequent. */
static inline uint64_t load(const unsigned char *member, unsigned width)
{
    uint64_t value64 = 0;
    uint32_t value32 = 0;
    uint16_t value16 = 0;
    if (width == 4) {
        memcpy(&value32, member, sizeof value32);
        return value32;
    }
    if (width == 8) {
        memcpy(&value64, member, sizeof value64);
        return value64;
    }
    if (width == 1) {
        return *member;
    }
    CHECK(width == 2);
    memcpy(&value16, member, sizeof value16);
    return value16;
}

/* Before: value fits. Bounds see to that: none is above what its member holds. */
static inline void save(unsigned char *member, unsigned width, uint64_t value)
{
    const uint32_t value32 = (uint32_t)value;
    const uint16_t value16 = (uint16_t)value;
    if (width == 4) {
        memcpy(member, &value32, sizeof value32);
    } else if (width == 8) {
        memcpy(member, &value, sizeof value);
    } else if (width == 1) {
        *member = (unsigned char)value;
    } else {
        CHECK(width == 2);
        memcpy(member, &value16, sizeof value16);
    }
}

/* Kinds stand in groups (enum record_kind). */
static inline bool is_part(unsigned kind)
{
    return kind >= RECORD_KIND_PART && kind <= RECORD_KIND_SINCE;
}

/* One test for both directions: what may be written is what may be read. */
static inline bool within(const struct record_row *row, uint64_t value)
{
    return value >= row->min && value <= row->max;
}

/* ---- writing ---- */

struct output {
    unsigned char *at, *end; /* at NULL: there was no room */
};

static void put_rows(struct output *output, const struct record_row *row,
                     const unsigned char *record);

static inline bool has_room(const unsigned char *at, const unsigned char *end, size_t bytes)
{
    return (size_t)(end - at) >= bytes;
}

/* A number of so many bytes, the highest first: written as eight, of which the next field
 * overwrites what is too much, as long as there is room for eight. */
static inline unsigned char *put_number(unsigned char *at, const unsigned char *end, unsigned bytes,
                                        uint64_t value)
{
    const uint64_t high_first = htobe64(value << (64 - 8 * bytes));
    if (has_room(at, end, sizeof high_first)) {
        memcpy(at, &high_first, sizeof high_first);
        return at + bytes;
    }
    if (!has_room(at, end, bytes)) {
        return NULL;
    }
    memcpy(at, &high_first, bytes);
    return at + bytes;
}

static inline unsigned char *put_varint(unsigned char *at, const unsigned char *end, uint64_t value)
{
    return has_room(at, end, VARINT_BYTES_MAX) || has_room(at, end, varint_bytes(value))
               ? varint_put(at, value)
               : NULL;
}

static unsigned char *put_text(unsigned char *at, const unsigned char *end,
                               const struct record_row *row, const char *text)
{
    const bool is_long = row->kind == RECORD_KIND_LONG_TEXT;
    const size_t count = strnlen(text, row->bytes);
    CHECK(count < row->bytes); /* it ends within its array */
    CHECK(count <= (is_long ? UINT16_MAX : UINT8_MAX));
    at = put_number(at, end, is_long ? 2 : 1, count);
    if (at == NULL || !has_room(at, end, count)) {
        return NULL;
    }
    memcpy(at, text, count);
    return at + count;
}

/* The count is a byte: no list of a record is longer (RECORD_LIST sees to it at compile time). */
static void put_list(struct output *output, const struct record_row *row,
                     const unsigned char *record)
{
    const uint64_t count = load(record + row->at, row->width);
    CHECK(count <= row->max);
    output->at = put_number(output->at, output->end, 1, count);
    const unsigned char *item = record + row->other;
    for (uint64_t index = 0; index < count && output->at != NULL; index++) {
        put_rows(output, row->rows, item);
        item += row->bytes;
    }
}

/* Is the part that a row stands for there? `packed`: the last byte packed in this table. */
static inline bool is_there(const struct record_row *row, const unsigned char *record,
                            unsigned packed)
{
    switch (row->kind) {
    case RECORD_KIND_WHEN:
        return (packed & row->mask) != 0;
    case RECORD_KIND_IF:
        return load(record + row->at, row->width) != 0;
    default:
        CHECK(row->kind == RECORD_KIND_PART || row->kind == RECORD_KIND_SINCE);
        return true;
    }
}

/* The bits that a row adds to a packed byte. */
static inline unsigned bits_of(const struct record_row *row, uint64_t value)
{
    /* Says only whether; the value itself comes in a part of its own. */
    if (row->kind == RECORD_KIND_HAS) {
        return value != 0 ? row->mask : 0u;
    }
    CHECK(value <= row->max);
    CHECK((value << row->shift & ~(uint64_t)row->mask) == 0);
    return (unsigned)value << row->shift;
}

/* Parts of the same struct have `at` for their condition, others for the part. */
static inline size_t part_at(const struct record_row *row)
{
    return row->kind == RECORD_KIND_PART ? row->at : 0;
}

static void put_rows(struct output *output, const struct record_row *row,
                     const unsigned char *record)
{
    unsigned char *at = output->at, *pack = NULL;
    const unsigned char *const end = output->end;
    for (; at != NULL && row->kind != RECORD_KIND_END; row++) {
        const unsigned char *member = record + row->at;
        uint64_t value = 0;
        if (row->kind == RECORD_KIND_NUMBER) {
            value = load(member, row->width);
            CHECK(within(row, value));
            at = put_number(at, end, row->bytes, value);
            continue;
        }
        switch (row->kind) {
        case RECORD_KIND_BOUND:
            CHECK(within(row, load(member, row->width)));
            break;
        case RECORD_KIND_DELTA:
            value = load(member, 8) - load(record + row->other, 8);
            at = put_varint(at, end, value);
            break;
        case RECORD_KIND_VARINT:
            value = load(member, row->width);
            CHECK(within(row, value));
            at = put_varint(at, end, value);
            break;
        case RECORD_KIND_BOOL:
            at = put_number(at, end, 1, *member != 0);
            break;
        case RECORD_KIND_TEXT:
        case RECORD_KIND_LONG_TEXT:
            at = put_text(at, end, row, (const char *)member);
            break;
        case RECORD_KIND_BYTES:
            at = has_room(at, end, row->bytes) ? mempcpy(at, member, row->bytes) : NULL;
            break;
        case RECORD_KIND_PACK:
            pack = at;
            at = put_number(at, end, 1, 0);
            break;
        case RECORD_KIND_BITS:
        case RECORD_KIND_HAS:
            CHECK(pack != NULL);
            *pack |= (unsigned char)bits_of(row, load(member, row->width));
            break;
        case RECORD_KIND_LIST:
            output->at = at;
            put_list(output, row, record);
            at = output->at;
            break;
        default:
            CHECK(is_part(row->kind));
            if (is_there(row, record, pack == NULL ? 0 : *pack)) {
                output->at = at;
                put_rows(output, row->rows, record + part_at(row));
                at = output->at;
            }
        }
    }
    output->at = at;
}

void record_put(struct codec_writer *writer, const struct record_row *rows, const void *record)
{
    if (writer->failed) {
        return;
    }
    /* Bare pointers for the walk; the writer hears of the end once. */
    struct output output = {writer->bytes + writer->used, writer->bytes + writer->size};
    put_rows(&output, rows, record);
    writer->failed = output.at == NULL;
    writer->used = writer->failed ? writer->used : (size_t)(output.at - writer->bytes);
}

size_t record_write(const struct record_format *format, const void *record, void *bytes,
                    size_t size)
{
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, size);
    codec_seal_begin(&writer, format->version);
    record_put(&writer, format->rows, record);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    CHECK(writer.used <= RECORD_BYTES_MAX);
    return writer.used;
}

/* ---- reading ---- */

struct input {
    const unsigned char *at, *end; /* at NULL: cut off, or beyond a bound */
    unsigned version;              /* of the whole record; parts may be younger */
};

static void get_rows(struct input *input, const struct record_row *row, unsigned char *record);

/* Where the number ended; NULL: cut off. */
static inline const unsigned char *get_number(const unsigned char *at, const unsigned char *end,
                                              unsigned bytes, uint64_t *value)
{
    uint64_t high_first = 0;
    if (has_room(at, end, sizeof high_first)) {
        memcpy(&high_first, at, sizeof high_first);
    } else if (has_room(at, end, bytes)) {
        memcpy(&high_first, at, bytes);
    } else {
        return NULL;
    }
    *value = be64toh(high_first) >> (64 - 8 * bytes);
    return at + bytes;
}

/* NULL also if it is not the shortest form: what is written has one form only. */
static inline const unsigned char *get_varint(const unsigned char *at, const unsigned char *end,
                                              uint64_t *value)
{
    const unsigned char *next = varint_get(at, end, value);
    return next != NULL && next - at > 1 && next[-1] == 0 ? NULL : next;
}

static const unsigned char *get_text(const unsigned char *at, const unsigned char *end,
                                     const struct record_row *row, char *text)
{
    uint64_t count = 0;
    at = get_number(at, end, row->kind == RECORD_KIND_LONG_TEXT ? 2 : 1, &count);
    if (at == NULL || count >= row->bytes || !has_room(at, end, count) ||
        memchr(at, '\0', count) != NULL) {
        return NULL;
    }
    memcpy(text, at, count);
    text[count] = '\0';
    return at + count;
}

static const unsigned char *get_bytes(const unsigned char *at, const unsigned char *end,
                                      size_t count, unsigned char *member)
{
    if (!has_room(at, end, count)) {
        return NULL;
    }
    memcpy(member, at, count);
    return at + count;
}

static void get_list(struct input *input, const struct record_row *row, unsigned char *record)
{
    uint64_t count = 0;
    input->at = get_number(input->at, input->end, 1, &count);
    /* Before an item is read: the array has room for `max`, and the count came from the disk. */
    if (input->at == NULL || count > row->max) {
        input->at = NULL;
        return;
    }
    save(record + row->at, row->width, count);
    unsigned char *item = record + row->other;
    for (uint64_t index = 0; index < count && input->at != NULL; index++) {
        get_rows(input, row->rows, item);
        item += row->bytes;
    }
}

/* False: the bits hold more than the member may. */
static inline bool get_bits(const struct record_row *row, unsigned packed, unsigned char *member)
{
    const unsigned value = (packed & row->mask) >> row->shift;
    if (value > row->max) {
        return false;
    }
    save(member, row->width, value);
    return true;
}

static void get_part(struct input *input, const struct record_row *row, unsigned packed,
                     unsigned char *record)
{
    /* The part was not invented yet when this record was written: its members stay zero. */
    const bool too_young = row->kind == RECORD_KIND_SINCE && input->version < row->max;
    if (!too_young && is_there(row, record, packed)) {
        get_rows(input, row->rows, record + part_at(row));
    }
}

static void get_rows(struct input *input, const struct record_row *row, unsigned char *record)
{
    const unsigned char *at = input->at;
    const unsigned char *const end = input->end;
    unsigned packed = 0;
    for (; at != NULL && row->kind != RECORD_KIND_END; row++) {
        unsigned char *member = record + row->at;
        uint64_t value = 0;
        if (row->kind == RECORD_KIND_NUMBER) {
            at = get_number(at, end, row->bytes, &value);
            at = within(row, value) ? at : NULL;
            save(member, row->width, value);
            continue;
        }
        switch (row->kind) {
        case RECORD_KIND_BOUND:
            at = within(row, load(member, row->width)) ? at : NULL;
            break;
        case RECORD_KIND_DELTA:
            at = get_varint(at, end, &value);
            save(member, 8, load(record + row->other, 8) + value);
            break;
        case RECORD_KIND_VARINT:
            at = get_varint(at, end, &value);
            at = within(row, value) ? at : NULL;
            save(member, row->width, value);
            break;
        case RECORD_KIND_BOOL:
            at = get_number(at, end, 1, &value);
            *member = value != 0;
            break;
        case RECORD_KIND_TEXT:
        case RECORD_KIND_LONG_TEXT:
            at = get_text(at, end, row, (char *)member);
            break;
        case RECORD_KIND_BYTES:
            at = get_bytes(at, end, row->bytes, member);
            break;
        case RECORD_KIND_PACK:
            at = get_number(at, end, 1, &value);
            packed = (unsigned)value;
            at = (packed & ~(unsigned)row->mask) == 0 ? at : NULL;
            break;
        case RECORD_KIND_BITS:
            at = get_bits(row, packed, member) ? at : NULL;
            break;
        case RECORD_KIND_HAS:
            break;
        case RECORD_KIND_LIST:
            input->at = at;
            get_list(input, row, record);
            at = input->at;
            break;
        default:
            CHECK(is_part(row->kind));
            input->at = at;
            get_part(input, row, packed, record);
            at = input->at;
        }
    }
    input->at = at;
}

static void get(struct codec_reader *reader, unsigned version, const struct record_row *rows,
                void *record)
{
    if (reader->failed) {
        return;
    }
    struct input input = {reader->bytes + reader->used, reader->bytes + reader->size, version};
    get_rows(&input, rows, record);
    reader->failed = input.at == NULL;
    reader->used = reader->failed ? reader->used : (size_t)(input.at - reader->bytes);
}

void record_get(struct codec_reader *reader, const struct record_row *rows, void *record)
{
    get(reader, UINT8_MAX, rows, record);
}

enum rc record_read(const struct record_format *format, const void *bytes, size_t size,
                    void *record)
{
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, bytes, size, &version) != RC_OK) {
        return RC_CORRUPT;
    }
    const uint8_t oldest = format->oldest == 0 ? format->version : format->oldest;
    CHECK(oldest <= format->version);
    if (version < oldest || version > format->version) {
        return format->stranger == RC_OK ? RC_CORRUPT : format->stranger;
    }
    /* What no row of this record fills must be the same each time: records are compared byte by
     * byte in replays. */
    memset(record, 0, format->bytes);
    get(&reader, version, format->rows, record);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}
