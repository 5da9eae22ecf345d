/* words_fuzz: single words that people and files give: ticket numbers, query codes, moments, the
 * clock file, UTF-8. The first byte chooses; the rest is the word, up to a NUL.
 *
 * Laws: what is taken is what its own writer would write, and means the same when read again; a mask
 * is never longer than what it hides. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/number.h"
#include "common/say/say_moment.h"
#include "common/say/say_time.h"
#include "common/text/text.h"
#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { KINDS = 7, WORD_BYTES_MAX = 256 };
#define NOW_MS 1795309200000ull

static void read_number(const char *word)
{
    char number[NUMBER_BYTES];
    uint64_t ticket = 0, again = 0;
    enum rc rc = number_parse(word, &ticket);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc == RC_OK) {
        CHECK(ticket % NUMBER_DAY_FACTOR > 0);
        number_format(ticket, number);
        rc = number_parse(number, &again);
        CHECK(rc == RC_OK);
        CHECK(again == ticket);
    }
}

static void read_code(const char *word)
{
    char code[QUERY_CODE_BYTES];
    uint32_t random = 0;
    memcpy(&random, word, strlen(word) < sizeof random ? strlen(word) : sizeof random);
    number_query_code(random, code);
    CHECK(number_query_code_equal(code, code));
    CHECK(number_query_code_equal(word, code) == number_query_code_equal(code, word));
}

static void read_moment(const char *word)
{
    char text[SAY_TIME_BYTES];
    static const struct say say = {.language = SAY_CHINESE}; /* +08:00 */
    uint64_t at_ms = 0, again_ms = 0;
    enum rc rc = say_time_read(&say, word, NOW_MS, &at_ms);
    CHECK(rc == RC_OK || rc == RC_INVALID); /* China's clock skips nothing */
    if (rc == RC_OK) {
        say_time_rfc3339(&say, at_ms, text);
        rc = say_time_read(&say, text, 0, &again_ms);
        CHECK(rc == RC_OK);
        CHECK(again_ms == at_ms);
        say_time_short(&say, at_ms, NOW_MS, text);
        say_time_exact(&say, at_ms, text);
        say_time_span(&say, (int64_t)at_ms, text);
        say_time_amount(&say, at_ms, text);
    }
}

static struct scratch scratch;

static void scratch_leave(void)
{
    scratch_remove(&scratch);
}

static void write_clock(const char *word)
{
    static bool made;
    if (!made) {
        scratch_make(&scratch);
        (void)atexit(scratch_leave);
        made = true;
    }
    FILE *file = fopen(scratch_path(&scratch, "clock"), "we");
    CHECK(file != NULL);
    CHECK(fputs(word, file) >= 0);
    CHECK(fclose(file) == 0);
}

static void read_clock(const char *word)
{
    char text[128];
    struct clock clock, again;
    write_clock(word);
    enum rc rc = clock_open(&clock, scratch.path);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc != RC_OK) {
        return;
    }
    CHECK(clock.kind == CLOCK_SCALED);
    (void)clock_now_ms(&clock);
    (void)clock_wait_ms(&clock, UINT64_MAX);
    (void)snprintf(text, sizeof text, "scaled %llu %llu %llu\n",
                   (unsigned long long)clock.real_epoch_ms, (unsigned long long)clock.site_epoch_ms,
                   (unsigned long long)clock.rate);
    write_clock(text);
    rc = clock_open(&again, scratch.path);
    CHECK(rc == RC_OK);
    CHECK(again.kind == clock.kind);
    CHECK(again.real_epoch_ms == clock.real_epoch_ms);
    CHECK(again.site_epoch_ms == clock.site_epoch_ms);
    CHECK(again.rate == clock.rate);
}

static struct arena arena;

/* A moment of a table: what is read is never before 1970, in any order of day and month. */
static void read_cell(const char *word)
{
    static const struct say say = {.language = SAY_CHINESE}; /* +08:00 */
    const unsigned order = say_moment_order(word);
    CHECK(order <= 7);
    for (unsigned given = 0; given <= 7; given++) {
        uint64_t at_ms = UINT64_MAX;
        const enum say_moment read = say_moment_read(&say, word, given, &at_ms);
        CHECK(read != SAY_MOMENT_READ || at_ms <= SAY_TIME_MS_MAX);
        CHECK(read == SAY_MOMENT_READ || at_ms == UINT64_MAX);
    }
}

/* What is hidden stays hidden: a mask masked again is the same. What is blank is nothing. */
static void read_private(const char *word)
{
    char phone[PHONE_BYTES_MAX + 1], again[PHONE_BYTES_MAX + 1];
    char *masked = NULL, *twice = NULL, *normal = NULL;
    size_t bytes = 0;
    const enum text_phone understood = text_phone_read(word, phone);
    CHECK((understood == TEXT_PHONE_NONE) == (phone[0] == '\0'));
    (void)text_phone_read(phone, again);
    CHECK(strcmp(phone, again) == 0);
    char *copy = strdup(word);
    CHECK(copy != NULL);
    CHECK((text_trim(copy)[0] == '\0') == text_blank(word));
    strcpy(copy, word); /* NOLINT: as long as itself */
    enum rc rc = text_mask_digits(&arena, copy, &masked);
    CHECK(rc == RC_OK);
    CHECK(strlen(masked) <= strlen(word));
    rc = text_mask_digits(&arena, masked, &twice);
    CHECK(rc == RC_OK);
    rc = text_title(&arena, word, &twice);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    rc = text_mask_phone(&arena, word, &twice);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    rc = text_normalise_place(&arena, word, &normal, &bytes);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    CHECK(rc != RC_OK || strlen(normal) == bytes);
    free(copy);
    arena_reset(&arena);
}

static void read_text(const char *word)
{
    const size_t bytes = strlen(word);
    size_t at = 0;
    if (!text_valid(word, bytes, &at)) {
        CHECK(at < bytes);
        CHECK(text_valid(word, at, &(size_t){0})); /* what is before the fault is good */
        return;
    }
    for (size_t room = 0; room <= bytes; room++) {
        const size_t clipped = text_clip(word, room);
        CHECK(clipped <= room);
        CHECK(text_valid(word, clipped, &(size_t){0})); /* never inside a character */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static void (*const readers[KINDS])(const char *) = {
        read_number, read_code, read_moment, read_clock, read_text, read_cell, read_private};
    char word[WORD_BYTES_MAX] = "";
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, 1u << 20);
        CHECK(rc == RC_OK);
    }
    if (bytes == 0 || bytes > sizeof word) {
        return 0;
    }
    memcpy(word, data + 1, bytes - 1);
    /* An exact copy, so that a sanitizer sees what is read past its end. */
    char *copy = strdup(word);
    CHECK(copy != NULL);
    readers[data[0] % KINDS](copy);
    free(copy);
    return 0;
}
