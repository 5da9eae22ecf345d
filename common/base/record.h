/* record: a stored record said once, as a table of rows, from which it is both written and read.
 *
 * A row is a field: its form on disk, the member that holds it, its bounds. Rows stand in the order
 * of the bytes. Offsets and widths come from the struct, so a row is right as long as it compiles:
 *
 *     struct cursor { uint64_t seq; uint32_t crc; };
 *     static const struct record_row cursor_rows[] = {
 *         RECORD_U64(struct cursor, seq),
 *         RECORD_U32(struct cursor, crc),
 *         RECORD_END,
 *     };
 *     static const struct record_format cursor_format = {
 *         .version = 1, .bytes = sizeof(struct cursor), .rows = cursor_rows};
 *
 *     size_t used = record_write(&cursor_format, &cursor, bytes, sizeof bytes);
 *     enum rc rc = record_read(&cursor_format, bytes, used, &cursor);
 *
 * On disk a record is sealed as codec's are: version byte, fields big-endian, CRC-32. With a
 * transaction at hand use store_put_record and store_get_record.
 *
 * Bounds hold in both directions: writing a value beyond them is a bug (CHECK), reading one is
 * RC_CORRUPT. Without _IN a field is bounded by what both its form and its member can hold: a
 * RECORD_U8 of a uint32_t member takes 0 to 255, a RECORD_VARINT of one up to UINT32_MAX. An enum
 * is RECORD_U8_IN(type, state, 1, STATE_COUNT - 1). What binds several fields together is the
 * caller's: CHECK it before record_write, and answer RC_CORRUPT after record_read.
 *
 * Parts of a record are tables of their own:
 *
 *   always there      RECORD_PART: a member that is a struct. RECORD_SAME: more rows of this struct.
 *   if a member is    RECORD_IF(type, request, more_rows): more_rows, of the same struct, are there
 *   not zero          when request is not. The row of `request` stands before it.
 *   a flag byte       RECORD_PACK(known) begins a byte; the rows right after it fill it:
 *                     RECORD_BITS: bits that a member owns (flags, small numbers, bools).
 *                     RECORD_HAS: a bit that is set when a member is not zero; several rows may
 *                     set the same bit; reading takes nothing from it.
 *                     RECORD_WHEN(bits, more_rows): more_rows, of the same struct, are there when
 *                     one of these bits of the last byte packed in this table is set.
 *   a list            RECORD_LIST: one byte with the count, then so many items of an array member.
 *                     rows are the item's; for arrays of plain numbers or texts they are one
 *                     RECORD_ITEM_.
 *   a younger field   RECORD_SINCE(version, more_rows): not there in records older than that
 *                     version (format.oldest); they read as zero.
 *
 * RECORD_BOUND checks a member and takes no byte: for a table that is narrower than one it shares.
 *
 *     static const struct record_row lease_rows[] = {
 *         RECORD_U64(struct ticket, lease_until_ms),
 *         RECORD_TEXT(struct ticket, holder),
 *         RECORD_END,
 *     };
 *     static const struct record_row ticket_rows[] = {
 *         RECORD_U8_IN(struct ticket, state, 1, STATE_COUNT - 1),
 *         RECORD_PACK(OWN_FLAGS | HAS_LEASE),
 *         RECORD_BITS(struct ticket, flags, OWN_FLAGS, 0, OWN_FLAGS),
 *         RECORD_HAS(struct ticket, lease_until_ms, HAS_LEASE),
 *         RECORD_WHEN(HAS_LEASE, lease_rows),
 *         RECORD_LIST(struct ticket, clock_count, clocks, CLOCKS_MAX, clock_rows),
 *         RECORD_END,
 *     };
 *
 * A row costs about 4 ns, a field written by hand about 1.5: measure before a table takes over a
 * record that every step writes several times.
 *
 * Stored tables never change: a new field comes at the end, in RECORD_SINCE, with a higher version.
 * Records inside other bytes (keys, blocks) are codec's. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/codec.h"
#include "common/base/rc.h"

/* No stored record is longer, seal included. */
#define RECORD_BYTES_MAX ((size_t)8 << 10)

/* Parts stand together, from PART to SINCE. */
enum record_kind {
    RECORD_KIND_END,
    RECORD_KIND_BOUND,
    RECORD_KIND_NUMBER,
    RECORD_KIND_VARINT,
    RECORD_KIND_DELTA,
    RECORD_KIND_BOOL,
    RECORD_KIND_TEXT,
    RECORD_KIND_LONG_TEXT,
    RECORD_KIND_BYTES,
    RECORD_KIND_PACK,
    RECORD_KIND_BITS,
    RECORD_KIND_HAS,
    RECORD_KIND_LIST,
    RECORD_KIND_PART,
    RECORD_KIND_WHEN,
    RECORD_KIND_IF,
    RECORD_KIND_SINCE,
};

/* Made by the macros below alone. */
struct record_row {
    uint8_t kind, width; /* width: bytes of the member, if it is a number */
    uint8_t mask, shift; /* of a packed byte */
    uint32_t at;         /* where the member lies in its struct */
    uint32_t other;      /* of a delta: its base; of a list: the array */
    uint32_t bytes;      /* of a number: its form; of a text: its array; of a list: one item */
    uint64_t min, max;   /* bounds; of SINCE: max is the version */
    const struct record_row *rows;
};

struct record_format {
    uint8_t version; /* written */
    uint8_t oldest;  /* lowest version that is read; 0: the one that is written */
    /* For another version: RC_FORMAT for records by which a service knows whether it can read its
     * store at all; RC_OK, as left out, stands for RC_CORRUPT. */
    enum rc stranger;
    size_t bytes; /* sizeof of the struct */
    const struct record_row *rows;
};

/* Writes a sealed record. Before: every field is within its bounds, texts end within their arrays,
 * and the record fits into size. Returns the bytes used. */
size_t record_write(const struct record_format *format, const void *record, void *bytes,
                    size_t size);
/* Reads a sealed record; what it does not hold becomes zero. After RC_CORRUPT the struct holds
 * anything. Returns RC_OK, RC_CORRUPT (checksum, version, bound, too short, too long) or what
 * format->stranger says. */
MUST_CHECK enum rc record_read(const struct record_format *format, const void *bytes, size_t size,
                               void *record);
/* The same for the fields alone, within what codec writes and reads. Get leaves members alone that
 * the bytes do not hold, and marks the reader failed if anything is wrong. */
void record_put(struct codec_writer *writer, const struct record_row *rows, const void *record);
void record_get(struct codec_reader *reader, const struct record_row *rows, void *record);

/* ---- rows ---- */

#define RECORD_END                                                                                 \
    {                                                                                              \
        .kind = RECORD_KIND_END                                                                    \
    }

/* 0, or an error of the compiler. */
#define RECORD_MUST(condition) (sizeof(char[(condition) ? 1 : -1]) - 1u)
#define RECORD_WIDTH(type, member) sizeof(((type *)0)->member)
/* What a number of so many bytes holds; the lesser of form and member. */
#define RECORD_HOLDS(width) (UINT64_MAX >> (64 - 8 * (width)))
#define RECORD_LESSER(a, b) ((a) < (b) ? (a) : (b))

#define RECORD_VALUE(form, form_bytes, type, member, lowest, highest)                              \
    {                                                                                              \
        .kind = (form), .width = RECORD_WIDTH(type, member), .at = offsetof(type, member),         \
        .bytes = (form_bytes), .min = (lowest), .max = (highest)                                   \
    }
#define RECORD_PLAIN(form, form_bytes, type, member)                                               \
    RECORD_VALUE(form, form_bytes, type, member, 0,                                                \
                 RECORD_HOLDS(RECORD_LESSER(form_bytes, RECORD_WIDTH(type, member))))

/* Numbers of 1, 2, 4 and 8 bytes, and short ones, in unsigned or enum members of any width. */
#define RECORD_U8(type, member) RECORD_PLAIN(RECORD_KIND_NUMBER, 1u, type, member)
#define RECORD_U16(type, member) RECORD_PLAIN(RECORD_KIND_NUMBER, 2u, type, member)
#define RECORD_U32(type, member) RECORD_PLAIN(RECORD_KIND_NUMBER, 4u, type, member)
#define RECORD_U64(type, member) RECORD_PLAIN(RECORD_KIND_NUMBER, 8u, type, member)
#define RECORD_VARINT(type, member) RECORD_PLAIN(RECORD_KIND_VARINT, 8u, type, member)
#define RECORD_U8_IN(type, member, min, max)                                                       \
    RECORD_VALUE(RECORD_KIND_NUMBER, 1u, type, member, min, max)
#define RECORD_U16_IN(type, member, min, max)                                                      \
    RECORD_VALUE(RECORD_KIND_NUMBER, 2u, type, member, min, max)
#define RECORD_U32_IN(type, member, min, max)                                                      \
    RECORD_VALUE(RECORD_KIND_NUMBER, 4u, type, member, min, max)
#define RECORD_U64_IN(type, member, min, max)                                                      \
    RECORD_VALUE(RECORD_KIND_NUMBER, 8u, type, member, min, max)
#define RECORD_VARINT_IN(type, member, min, max)                                                   \
    RECORD_VALUE(RECORD_KIND_VARINT, 8u, type, member, min, max)
/* Takes no byte. */
#define RECORD_BOUND(type, member, min, max)                                                       \
    RECORD_VALUE(RECORD_KIND_BOUND, 0, type, member, min, max)
/* A varint: member less base, both uint64_t; wraps around when it is less. base's row is before. */
#define RECORD_DELTA(type, member, base)                                                           \
    {                                                                                              \
        .kind = RECORD_KIND_DELTA, .at = offsetof(type, member),                                   \
        .other = offsetof(type, base) + RECORD_MUST(RECORD_WIDTH(type, member) == 8) +             \
                 RECORD_MUST(RECORD_WIDTH(type, base) == 8)                                        \
    }
/* One byte; anything but 0 is read as true. */
#define RECORD_BOOL(type, member)                                                                  \
    {                                                                                              \
        .kind = RECORD_KIND_BOOL,                                                                  \
        .at = offsetof(type, member) + RECORD_MUST(RECORD_WIDTH(type, member) == 1)                \
    }
/* A char array: a byte (LONG: two) with the length, then the bytes. */
#define RECORD_CHARS(form, type, member)                                                           \
    {                                                                                              \
        .kind = (form), .at = offsetof(type, member), .bytes = RECORD_WIDTH(type, member)          \
    }
#define RECORD_TEXT(type, member) RECORD_CHARS(RECORD_KIND_TEXT, type, member)
#define RECORD_LONG_TEXT(type, member) RECORD_CHARS(RECORD_KIND_LONG_TEXT, type, member)
/* The first so many bytes of an array, bare. */
#define RECORD_BYTES(type, member, count)                                                          \
    {                                                                                              \
        .kind = RECORD_KIND_BYTES, .at = offsetof(type, member),                                   \
        .bytes = (count) + RECORD_MUST((count) <= RECORD_WIDTH(type, member))                      \
    }
/* known: every bit that the rows after it name; reading any other is RC_CORRUPT. */
#define RECORD_PACK(known)                                                                         \
    {                                                                                              \
        .kind = RECORD_KIND_PACK, .mask = (known)                                                  \
    }
/* The bits of mask hold member << by; highest: the largest member. */
#define RECORD_BITS(type, member, bits, by, highest)                                               \
    {                                                                                              \
        .kind = RECORD_KIND_BITS, .width = RECORD_WIDTH(type, member),                             \
        .at = offsetof(type, member), .mask = (bits), .shift = (by), .max = (highest)              \
    }
#define RECORD_HAS(type, member, bit)                                                              \
    {                                                                                              \
        .kind = RECORD_KIND_HAS, .width = RECORD_WIDTH(type, member),                              \
        .at = offsetof(type, member), .mask = (bit)                                                \
    }
#define RECORD_PART(type, member, table)                                                           \
    {                                                                                              \
        .kind = RECORD_KIND_PART, .at = offsetof(type, member), .rows = (table)                    \
    }
#define RECORD_SAME(table)                                                                         \
    {                                                                                              \
        .kind = RECORD_KIND_PART, .rows = (table)                                                  \
    }
#define RECORD_WHEN(bits, table)                                                                   \
    {                                                                                              \
        .kind = RECORD_KIND_WHEN, .mask = (bits), .rows = (table)                                  \
    }
#define RECORD_IF(type, member, table)                                                             \
    {                                                                                              \
        .kind = RECORD_KIND_IF, .width = RECORD_WIDTH(type, member), .at = offsetof(type, member), \
        .rows = (table)                                                                            \
    }
#define RECORD_SINCE(since, table)                                                                 \
    {                                                                                              \
        .kind = RECORD_KIND_SINCE, .max = (since), .rows = (table)                                 \
    }
/* count: an unsigned member; array: at least `most` items, at most 255. Members cannot stand in
 * parentheses. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define RECORD_LIST(type, count, array, most, table)                                               \
    {                                                                                              \
        .kind = RECORD_KIND_LIST, .width = RECORD_WIDTH(type, count), .at = offsetof(type, count), \
        .other = offsetof(type, array) + RECORD_MUST((most) <= UINT8_MAX) +                        \
                 RECORD_MUST((most)*RECORD_WIDTH(type, array[0]) <= RECORD_WIDTH(type, array)),    \
        .bytes = RECORD_WIDTH(type, array[0]), .max = (most), .rows = (table)                      \
    }
/* NOLINTEND(bugprone-macro-parentheses) */
/* The one row of a list's item that is no struct: uint64_t, or char[size]. */
#define RECORD_ITEM_U64                                                                            \
    {                                                                                              \
        .kind = RECORD_KIND_NUMBER, .width = 8, .bytes = 8, .max = UINT64_MAX                      \
    }
#define RECORD_ITEM_VARINT                                                                         \
    {                                                                                              \
        .kind = RECORD_KIND_VARINT, .width = 8, .max = UINT64_MAX                                  \
    }
#define RECORD_ITEM_TEXT(size)                                                                     \
    {                                                                                              \
        .kind = RECORD_KIND_TEXT, .bytes = (size)                                                  \
    }
