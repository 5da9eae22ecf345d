/* text_mask: what is hidden in notes and names.
 *
 * Notes of clerks, dispatchers and callbacks become facts of logs that many read, but they are also
 * what people work with: times, dates, house numbers and short extensions must stay, so the bounds
 * here are wider than those of a title (text_title.c); both find numbers by text_number.c. What is
 * hidden is gone: a fact holds no way back to it. Together the two files are the only masks there
 * are. */
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/text/text_private.h"

/* ---- notes ------------------------------------------------------------------------------- */

/* Bytes of the piece at `at` that is hidden or kept whole; 0 at the end. */
static size_t note_piece(const char *text, size_t at, size_t bytes, bool *hide)
{
    CHECK(at <= bytes);
    int32_t point = 0;
    const size_t used = text_kind_decode(text, at, bytes, &point);
    const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
    *hide = false;
    if (kind == TEXT_KIND_DIGIT || kind == TEXT_KIND_SPOKEN || kind == TEXT_KIND_JOIN) {
        const struct text_number number = text_number_scan(text, at, bytes, TEXT_NUMBER_NOTE);
        *hide = number.hide;
        return number.bytes > 0 ? number.bytes : used;
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

/* ---- names ------------------------------------------------------------------------------- */

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
