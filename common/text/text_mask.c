/* text_mask: what is hidden in notes, phones and names.
 *
 * Notes of clerks, dispatchers and callbacks become facts of logs that many read, but they are also
 * what people work with: times, dates, house numbers and short extensions must stay, so the bounds
 * here are wider than those of a title (text_title.c). What is hidden is gone: a fact holds no way
 * back to it. Together the two files are the only masks there are. */
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/text/text_private.h"

enum {
    NOTE_DIGITS_MIN = 7,  /* "8:30", "2026-11-22" and "3栋1201" are needed in notes */
    NOTE_SPREAD_MIN = 11, /* a mobile number, an area code with its number */
    PHONE_DIGITS_MIN = 11,
};

/* ---- notes ------------------------------------------------------------------------------- */

/* Digits that stand together at `at`: bytes, 0: none. *hide: nobody else may read them. */
static size_t number_scan(const char *text, size_t at, size_t bytes, bool *hide)
{
    CHECK(at < bytes);
    CHECK(hide != NULL);
    size_t end = at, digits = 0, run = 0, run_max = 0;
    for (;;) {
        int32_t point = 0, next = 0;
        const size_t used = text_kind_decode(text, end, bytes, &point);
        const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
        if (kind == TEXT_KIND_DIGIT) {
            digits++;
            run++;
            run_max = run > run_max ? run : run_max;
            end += used;
            continue;
        }
        const int32_t join = text_kind_narrow(point);
        const size_t more =
            digits > 0 && used > 0 ? text_kind_decode(text, end + used, bytes, &next) : 0;
        if (more == 0 || (join != '-' && join != ' ') || text_kind_of(next) != TEXT_KIND_DIGIT) {
            break;
        }
        run = 0;
        end += used;
    }
    *hide = run_max >= NOTE_DIGITS_MIN || digits >= NOTE_SPREAD_MIN;
    return end - at;
}

/* Bytes of the piece at `at` that is hidden or kept whole; 0 at the end. */
static size_t note_piece(const char *text, size_t at, size_t bytes, bool *hide)
{
    CHECK(at <= bytes);
    int32_t point = 0;
    const size_t used = text_kind_decode(text, at, bytes, &point);
    const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
    *hide = false;
    if (kind == TEXT_KIND_DIGIT) {
        return number_scan(text, at, bytes, hide);
    }
    if (kind == TEXT_KIND_SPOKEN) {
        size_t count = 0;
        const size_t span = text_kind_spoken(text, at, bytes, &count);
        *hide = count >= TEXT_SPOKEN_MIN;
        return span;
    }
    return used == 0 && at < bytes ? 1 : used;
}

enum rc text_mask_digits(struct arena *arena, char *text, char **masked)
{
    CHECK(text != NULL);
    const size_t bytes = strlen(text);
    char *copy = NULL;
    size_t from = 0, used = 0; /* text before `from` stands in the copy */
    bool hide = false;
    for (size_t at = 0, span = 0; (span = note_piece(text, at, bytes, &hide)) > 0; at += span) {
        if (!hide) {
            continue;
        }
        copy = copy == NULL ? arena_alloc(arena, bytes + 1) : copy;
        if (copy == NULL) {
            return RC_LIMIT;
        }
        memcpy(copy + used, text + from, at - from);
        used += at - from;
        memcpy(copy + used, TEXT_HIDDEN, TEXT_HIDDEN_BYTES);
        used += TEXT_HIDDEN_BYTES;
        from = at + span;
    }
    if (copy != NULL) {
        memcpy(copy + used, text + from, bytes - from + 1);
        CHECK(used + bytes - from <= bytes);
    }
    *masked = copy == NULL ? text : copy;
    return RC_OK;
}

/* ---- phones and names -------------------------------------------------------------------- */

/* The first three say the network, the last four are what a resident recognises. Of a number
 * that is too short to be a mobile's nothing is shown. */
enum rc text_mask_phone(struct arena *arena, const char *phone, char **masked)
{
    CHECK(phone != NULL);
    const size_t bytes = strlen(phone);
    if (!text_valid(phone, bytes, NULL)) {
        return RC_INVALID;
    }
    char digits[PHONE_BYTES_MAX];
    size_t count = 0;
    size_t at = 0;
    int32_t point = 0;
    for (size_t used = text_kind_decode(phone, at, bytes, &point);
         used > 0 && count < sizeof digits; used = text_kind_decode(phone, at, bytes, &point)) {
        const int32_t digit = text_kind_narrow(point);
        if (digit >= '0' && digit <= '9') {
            digits[count++] = (char)digit;
        }
        at += used;
    }
    char *copy = count < PHONE_DIGITS_MIN
                     ? arena_strdup(arena, TEXT_HIDDEN)
                     : arena_printf(arena, "%.3s****%.4s", digits, digits + count - 4);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    *masked = copy;
    return RC_OK;
}

enum rc text_mask_name(struct arena *arena, const char *name, char **masked)
{
    CHECK(name != NULL);
    const size_t bytes = strlen(name);
    if (!text_valid(name, bytes, NULL)) {
        return RC_INVALID;
    }
    const size_t at = text_kind_blank(name, 0, bytes);
    int32_t point = 0;
    const size_t used = text_kind_decode(name, at, bytes, &point);
    char *copy =
        used == 0 ? arena_strdup(arena, "") : arena_printf(arena, "%.*s**", (int)used, name + at);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    *masked = copy;
    return RC_OK;
}
