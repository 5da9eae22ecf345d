/* record: one table that has every kind of row; its bytes, every way to cut them short, every bound
 * in both directions. ctest: valgrind */
#include "common/base/record.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum kind { KIND_NONE, KIND_A, KIND_B, KIND_COUNT };
enum { OWN_FLAGS = 5, HAS_LEASE = 8, HAS_TERM = 16, KNOWN = 29, PAUSES_MAX = 3, NAMES_MAX = 2 };

struct pause {
    uint64_t from_ms;
    uint32_t days;
    bool over, late;
};

struct term {
    uint32_t unit, start, end;
    uint64_t warn_ms;
};

struct thing {
    enum kind kind;
    uint8_t flags;
    uint16_t round;
    uint32_t wide, small, count16;
    uint64_t first_seq, last_seq, amount, lease_ms;
    bool open;
    char name[8], note[300];
    unsigned char digest[5];
    struct term term;
    char holder[6];
    uint8_t request;
    uint32_t to_level;
    uint32_t pause_count;
    struct pause pauses[PAUSES_MAX];
    uint8_t name_count;
    char names[NAMES_MAX][4];
    uint32_t number_count;
    uint64_t numbers[2];
    uint32_t young;
};

static const struct record_row term_rows[] = {
    RECORD_PACK(0x7f),
    RECORD_BITS(struct term, unit, 7, 0, 4),
    RECORD_BITS(struct term, start, 3 << 3, 3, 1),
    RECORD_BITS(struct term, end, 3 << 5, 5, 2),
    RECORD_VARINT(struct term, warn_ms),
    RECORD_END,
};
static const struct record_row has_term_rows[] = {RECORD_PART(struct thing, term, term_rows),
                                                  RECORD_END};
static const struct record_row lease_rows[] = {RECORD_U64(struct thing, lease_ms),
                                               RECORD_TEXT(struct thing, holder), RECORD_END};
static const struct record_row request_rows[] = {RECORD_U8_IN(struct thing, to_level, 1, 9),
                                                 RECORD_END};
static const struct record_row pause_rows[] = {
    RECORD_U64_IN(struct pause, from_ms, 1, UINT64_MAX),
    RECORD_VARINT(struct pause, days),
    RECORD_PACK(3),
    RECORD_BITS(struct pause, over, 1, 0, 1),
    RECORD_BITS(struct pause, late, 2, 1, 1),
    RECORD_END,
};
static const struct record_row name_rows[] = {RECORD_ITEM_TEXT(4), RECORD_END};
static const struct record_row number_rows[] = {RECORD_ITEM_VARINT, RECORD_END};
static const struct record_row young_rows[] = {RECORD_U32(struct thing, young), RECORD_END};
static const struct record_row last_rows[] = {
    RECORD_LONG_TEXT(struct thing, note),
    RECORD_BYTES(struct thing, digest, 4),
    RECORD_END,
};
static const struct record_row thing_rows[] = {
    RECORD_U8_IN(struct thing, kind, KIND_A, KIND_COUNT - 1),
    RECORD_PACK(KNOWN),
    RECORD_BITS(struct thing, flags, OWN_FLAGS, 0, OWN_FLAGS),
    RECORD_HAS(struct thing, lease_ms, HAS_LEASE),
    RECORD_HAS(struct thing, term.unit, HAS_TERM),
    RECORD_HAS(struct thing, term.warn_ms, HAS_TERM),
    RECORD_U16(struct thing, round),
    RECORD_U8(struct thing, small),
    RECORD_U16_IN(struct thing, count16, 2, 1000),
    RECORD_U32(struct thing, wide),
    RECORD_VARINT_IN(struct thing, first_seq, 1, UINT64_MAX),
    RECORD_DELTA(struct thing, last_seq, first_seq),
    RECORD_U64(struct thing, amount),
    RECORD_BOOL(struct thing, open),
    RECORD_TEXT(struct thing, name),
    RECORD_WHEN(HAS_LEASE, lease_rows),
    RECORD_WHEN(HAS_TERM, has_term_rows),
    RECORD_U8(struct thing, request),
    RECORD_IF(struct thing, request, request_rows),
    RECORD_LIST(struct thing, pause_count, pauses, PAUSES_MAX, pause_rows),
    RECORD_LIST(struct thing, name_count, names, NAMES_MAX, name_rows),
    RECORD_LIST(struct thing, number_count, numbers, 2, number_rows),
    RECORD_SAME(last_rows),
    RECORD_BOUND(struct thing, amount, 0, 1ull << 40),
    RECORD_SINCE(2, young_rows),
    RECORD_END,
};
static const struct record_format format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct thing), .rows = thing_rows};
static const struct record_format format_of_yesterday = {
    .version = 1, .bytes = sizeof(struct thing), .rows = thing_rows};
static const struct record_format format_of_tomorrow = {.version = 3,
                                                        .oldest = 3,
                                                        .stranger = RC_FORMAT,
                                                        .bytes = sizeof(struct thing),
                                                        .rows = thing_rows};

static struct thing sample(void)
{
    return (struct thing){
        .kind = KIND_B,
        .flags = 4,
        .round = 0x1234,
        .wide = 0x56789abc,
        .small = 200,
        .count16 = 1000,
        .first_seq = 300,
        .last_seq = 301,
        .amount = 0x0102030405,
        .lease_ms = 7,
        .open = true,
        .name = "path",
        .note = "note",
        .digest = {1, 2, 3, 4},
        .term = {4, 1, 2, 128},
        .holder = "holds",
        .request = 3,
        .to_level = 9,
        .pause_count = 2,
        .pauses = {{1, 2, true, false}, {3, 300, false, true}},
        .name_count = 1,
        .names = {"abc"},
        .number_count = 2,
        .numbers = {5, 128},
        .young = 0x01020304,
    };
}

static const unsigned char sample_bytes[] =
    "\x02"                             /* version */
    "\x02\x1c\x12\x34\xc8\x03\xe8"     /* kind, pack, round, small, count16 */
    "\x56\x78\x9a\xbc\xac\x02\x01"     /* wide, first_seq, difference */
    "\x00\x00\x00\x01\x02\x03\x04\x05" /* amount */
    "\x01\x04path"                     /* open, name */
    "\x00\x00\x00\x00\x00\x00\x00\x07" /* lease */
    "\x05holds"
    "\x4c\x80\x01" /* term: 4 | 1 << 3 | 2 << 5; warn_ms */
    "\x03\x09"     /* request */
    "\x02\x00\x00\x00\x00\x00\x00\x00\x01\x02\x01"
    "\x00\x00\x00\x00\x00\x00\x00\x03\xac\x02\x02"
    "\x01\x03"
    "abc"
    "\x02\x05\x80\x01"
    "\x00\x04note\x01\x02\x03\x04"
    "\x01\x02\x03\x04"; /* young */
enum { SAMPLE_BYTES = sizeof sample_bytes - 1 + 4 };

static void test_record_when_written_then_its_bytes_are_those_of_the_rows(void **state)
{
    (void)state;
    unsigned char bytes[RECORD_BYTES_MAX];
    const struct thing thing = sample();
    const size_t used = record_write(&format, &thing, bytes, sizeof bytes);
    assert_int_equal(used, SAMPLE_BYTES);
    assert_memory_equal(bytes, sample_bytes, SAMPLE_BYTES - 4);
    /* With no byte to spare, too. */
    unsigned char exact[SAMPLE_BYTES];
    assert_int_equal(record_write(&format, &thing, exact, sizeof exact), SAMPLE_BYTES);
    assert_memory_equal(bytes, exact, SAMPLE_BYTES);
}

/* By what is written of them: structs have gaps. */
static void assert_same(const struct thing *a, const struct thing *b)
{
    unsigned char bytes_a[RECORD_BYTES_MAX], bytes_b[RECORD_BYTES_MAX];
    const size_t used = record_write(&format, a, bytes_a, sizeof bytes_a);
    assert_int_equal(record_write(&format, b, bytes_b, sizeof bytes_b), used);
    assert_memory_equal(bytes_a, bytes_b, used);
    assert_int_equal(a->lease_ms, b->lease_ms);
    assert_int_equal(a->term.warn_ms, b->term.warn_ms);
    assert_string_equal(a->holder, b->holder);
    assert_int_equal(a->to_level, b->to_level);
    assert_int_equal(a->pauses[PAUSES_MAX - 1].from_ms, b->pauses[PAUSES_MAX - 1].from_ms);
    assert_string_equal(a->names[NAMES_MAX - 1], b->names[NAMES_MAX - 1]);
}

static void test_record_when_read_back_then_equal(void **state)
{
    (void)state;
    unsigned char bytes[RECORD_BYTES_MAX];
    struct thing read, thing = sample();
    size_t used = record_write(&format, &thing, bytes, sizeof bytes);
    memset(&read, 0xff, sizeof read);
    assert_int_equal(record_read(&format, bytes, used, &read), RC_OK);
    assert_same(&read, &thing);

    /* What is not there reads as zero, whatever the struct held. */
    memset(&thing, 0, sizeof thing);
    thing.kind = KIND_A;
    thing.count16 = 2;
    thing.first_seq = 1;
    used = record_write(&format, &thing, bytes, sizeof bytes);
    assert_int_equal(record_read(&format, bytes, used, &read), RC_OK);
    assert_same(&read, &thing);
}

/* Fields without the seal, so that cutting and changing meets the rows, not the checksum. */
static bool reads(const unsigned char *bytes, size_t size, struct thing *thing)
{
    struct codec_reader reader;
    unsigned char *exact = test_malloc(size + 1); /* so that valgrind sees one byte too far */
    memcpy(exact, bytes, size);
    codec_reader_init(&reader, exact, size);
    memset(thing, 0, sizeof *thing);
    record_get(&reader, thing_rows, thing);
    const bool done = codec_done(&reader);
    test_free(exact);
    return done;
}

static void test_record_when_cut_anywhere_then_corrupt(void **state)
{
    (void)state;
    struct thing thing;
    const unsigned char *fields = sample_bytes + 1;
    const size_t whole = SAMPLE_BYTES - 5;
    assert_true(reads(fields, whole, &thing));
    for (size_t size = 0; size < whole; size++) {
        assert_false(reads(fields, size, &thing));
    }
    unsigned char sealed[SAMPLE_BYTES + 1] = {0};
    thing = sample();
    assert_int_equal(record_write(&format, &thing, sealed, sizeof sealed), SAMPLE_BYTES);
    for (size_t size = 0; size <= sizeof sealed; size++) {
        assert_int_equal(record_read(&format, sealed, size, &thing),
                         size == SAMPLE_BYTES ? RC_OK : RC_CORRUPT);
    }
    /* Bytes too many under a right checksum. */
    struct codec_writer writer;
    codec_writer_init(&writer, sealed, sizeof sealed);
    codec_put_bytes(&writer, sample_bytes, SAMPLE_BYTES - 4);
    codec_put_u8(&writer, 0);
    codec_seal_end(&writer);
    assert_int_equal(record_read(&format, sealed, writer.used, &thing), RC_CORRUPT);
}

static void test_writer_when_short_then_failed_and_not_overrun(void **state)
{
    (void)state;
    const struct thing thing = sample();
    for (size_t size = 0; size < SAMPLE_BYTES - 5; size++) {
        unsigned char bytes[SAMPLE_BYTES + 1];
        struct codec_writer writer;
        memset(bytes, 0xee, sizeof bytes);
        codec_writer_init(&writer, bytes, size);
        record_put(&writer, thing_rows, &thing);
        assert_true(writer.failed);
        assert_int_equal(writer.used, 0);
        assert_int_equal(bytes[size], 0xee);
        record_put(&writer, thing_rows, &thing);
        assert_true(writer.failed);
    }
}

/* The fields of the sample with one byte changed. */
static bool reads_with(size_t at, unsigned char byte)
{
    struct thing thing;
    unsigned char bytes[SAMPLE_BYTES];
    memcpy(bytes, sample_bytes + 1, SAMPLE_BYTES - 5);
    bytes[at] = byte;
    return reads(bytes, SAMPLE_BYTES - 5, &thing);
}

static size_t where(const char *bytes, size_t size)
{
    const unsigned char *at = memmem(sample_bytes + 1, SAMPLE_BYTES - 5, bytes, size);
    assert_non_null(at);
    return (size_t)(at - sample_bytes - 1);
}

static void test_value_when_beyond_its_bound_then_corrupt(void **state)
{
    (void)state;
    assert_true(reads_with(0, KIND_A));
    assert_false(reads_with(0, KIND_NONE));
    assert_false(reads_with(0, KIND_COUNT));
    assert_false(reads_with(1, 0x1e)); /* a bit nobody knows */
    assert_false(reads_with(5, 0x04)); /* count16 above 1000 */
    assert_false(reads_with(6, 0xe9));
    const size_t first = where("\xac\x02\x01", 3);
    assert_false(reads_with(first + 1, 0)); /* not the shortest form */
    const size_t amount = first + 3;
    assert_false(reads_with(amount + 2, 1)); /* RECORD_BOUND */
    const size_t name = where("\x04path", 5);
    assert_false(reads_with(name, 8)); /* as long as its array: no room for the end */
    assert_false(reads_with(name + 2, '\0'));
    const size_t term = where("\x4c", 1);
    assert_true(reads_with(term, 0x44));    /* start 0 */
    assert_false(reads_with(term, 0x4d));   /* unit 5 */
    assert_false(reads_with(term, 0x54));   /* start 2 */
    assert_false(reads_with(term, 0x6c));   /* end 3 */
    assert_false(reads_with(term, 0xcc));   /* the bit above */
    assert_false(reads_with(term + 4, 10)); /* to_level */
    assert_false(reads_with(term + 4, 0));
    const size_t pauses = term + 5;
    assert_false(reads_with(pauses, PAUSES_MAX + 1));
    assert_false(reads_with(pauses + 8, 0)); /* from_ms 0 */
    assert_false(reads_with(where("\x01\x03"
                                  "abc",
                                  5),
                            NAMES_MAX + 1));
    assert_false(reads_with(where("\x03"
                                  "abc",
                                  4),
                            4));
    assert_false(reads_with(where("\x02\x05\x80\x01", 4), 3));
}

static void test_numbers_when_short_form_holds_more_than_the_member_then_corrupt(void **state)
{
    (void)state;
    static const struct record_row days_rows[] = {RECORD_VARINT(struct pause, days), RECORD_END};
    struct pause pause = {0};
    struct codec_reader reader;
    codec_reader_init(&reader, "\xff\xff\xff\xff\x0f", 5);
    record_get(&reader, days_rows, &pause);
    assert_true(codec_done(&reader));
    assert_int_equal(pause.days, UINT32_MAX);
    codec_reader_init(&reader, "\x80\x80\x80\x80\x10", 5);
    record_get(&reader, days_rows, &pause);
    assert_true(reader.failed);
    record_get(&reader, days_rows, &pause);
    assert_true(reader.failed);
}

static void test_bool_when_any_byte_then_true(void **state)
{
    (void)state;
    struct thing thing;
    unsigned char bytes[SAMPLE_BYTES];
    memcpy(bytes, sample_bytes + 1, SAMPLE_BYTES - 5);
    const size_t open = where("\x01\x04path", 6);
    bytes[open] = 0x80;
    assert_true(reads(bytes, SAMPLE_BYTES - 5, &thing));
    assert_int_equal(thing.open, 1);
    bytes[open] = 0;
    assert_true(reads(bytes, SAMPLE_BYTES - 5, &thing));
    assert_int_equal(thing.open, 0);
}

static void test_delta_when_below_its_base_then_read_back(void **state)
{
    (void)state;
    unsigned char bytes[RECORD_BYTES_MAX];
    struct thing read, thing = sample();
    thing.last_seq = 0;
    const size_t used = record_write(&format, &thing, bytes, sizeof bytes);
    assert_int_equal(used, SAMPLE_BYTES + 9);
    assert_int_equal(record_read(&format, bytes, used, &read), RC_OK);
    assert_int_equal(read.last_seq, 0);
}

static void test_version_when_older_then_young_fields_are_zero(void **state)
{
    (void)state;
    unsigned char bytes[SAMPLE_BYTES];
    struct codec_writer writer;
    struct thing read, thing = sample();
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_put_u8(&writer, 1);
    codec_put_bytes(&writer, sample_bytes + 1, SAMPLE_BYTES - 5 - 4);
    codec_seal_end(&writer);
    assert_int_equal(record_read(&format, bytes, writer.used, &read), RC_OK);
    thing.young = 0;
    assert_same(&read, &thing);
    assert_int_equal(record_read(&format_of_tomorrow, bytes, writer.used, &read), RC_FORMAT);
    thing = sample();
    const size_t used = record_write(&format, &thing, bytes, sizeof bytes);
    assert_int_equal(record_read(&format_of_yesterday, bytes, used, &read), RC_CORRUPT);
    bytes[0] = 0;
    assert_int_equal(record_read(&format_of_tomorrow, bytes, used, &read), RC_CORRUPT);
}

/* Does writing it end the process? */
static bool aborts(const struct thing *thing)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        unsigned char bytes[RECORD_BYTES_MAX];
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(1);
        }
        (void)signal(SIGABRT, SIG_DFL);
        (void)record_write(&format, thing, bytes, sizeof bytes);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_writing_when_beyond_a_bound_then_a_bug(void **state)
{
    (void)state;
    struct thing thing = sample();
    assert_false(aborts(&thing));
#define ABORTS_WITH(member, value)                                                                 \
    do {                                                                                           \
        thing = sample();                                                                          \
        thing.member = (value);                                                                    \
        assert_true(aborts(&thing));                                                               \
    } while (0)
    ABORTS_WITH(kind, KIND_NONE);
    ABORTS_WITH(kind, KIND_COUNT);
    ABORTS_WITH(flags, 2);
    ABORTS_WITH(flags, 8);
    ABORTS_WITH(small, 256);
    ABORTS_WITH(count16, 1);
    ABORTS_WITH(count16, 1001);
    ABORTS_WITH(first_seq, 0);
    ABORTS_WITH(amount, (1ull << 40) + 1);
    ABORTS_WITH(term.unit, 5);
    ABORTS_WITH(term.unit, 8);
    ABORTS_WITH(to_level, 10);
    ABORTS_WITH(pause_count, PAUSES_MAX + 1);
    ABORTS_WITH(pauses[1].from_ms, 0);
    ABORTS_WITH(name_count, NAMES_MAX + 1);
    thing = sample();
    memset(thing.name, 'x', sizeof thing.name);
    assert_true(aborts(&thing));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_when_written_then_its_bytes_are_those_of_the_rows),
        cmocka_unit_test(test_record_when_read_back_then_equal),
        cmocka_unit_test(test_record_when_cut_anywhere_then_corrupt),
        cmocka_unit_test(test_writer_when_short_then_failed_and_not_overrun),
        cmocka_unit_test(test_value_when_beyond_its_bound_then_corrupt),
        cmocka_unit_test(test_numbers_when_short_form_holds_more_than_the_member_then_corrupt),
        cmocka_unit_test(test_bool_when_any_byte_then_true),
        cmocka_unit_test(test_delta_when_below_its_base_then_read_back),
        cmocka_unit_test(test_version_when_older_then_young_fields_are_zero),
        cmocka_unit_test(test_writing_when_beyond_a_bound_then_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
