/* text_title: the only words of a complaint that logs other than intake's may carry.
 *
 * A title is cut from the text so that a dispatcher knows the matter at a glance, and it must not
 * lead to the person: whatever could be a phone, an account, a plate or an address of mail becomes
 * ***. When in doubt it is hidden: a house number lost costs a look at the text, a phone that
 * passed stands in three logs for years. Title and text go different ways, so a title is never
 * changed once it is a fact. */
#include <string.h>
#include <utf8proc.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/text/text_private.h"

enum {
    TITLE_COLUMNS = 48, /* 24 Chinese characters */
    GREETINGS_MAX = 3,
    GREETING_POINTS_MAX = 20,
};

static const char text_more[] = "…";

/* A title is one sentence. Commas do not end it: the matter often stands after one. */
static bool sentence_end(int32_t wide)
{
    const int32_t point = text_kind_narrow(wide);
    return point == 0x3002 || point == '!' || point == '?' || point == ';' ||
           text_kind_line_end(point);
}

/* gap: a blank is due before the next piece; full: no room for another character. */
struct title {
    char text[TITLE_BYTES_MAX + 1];
    size_t used, columns;
    bool gap, full;
};

/* Adds a piece as far as there is room, with the blank that was due before it. */
static void title_put(struct title *title, const char *piece, size_t bytes)
{
    CHECK(title->used <= TITLE_BYTES_MAX);
    size_t at = 0;
    if (title->gap && title->used > 0) {
        title->gap = false;
        title_put(title, " ", 1);
    }
    title->gap = false;
    while (at < bytes && !title->full) {
        int32_t point = 0;
        const size_t used = text_kind_decode(piece, at, bytes, &point);
        CHECK(used > 0);
        if (text_kind_of(point) == TEXT_KIND_DROP) { /* inside a number that stays */
            at += used;
            continue;
        }
        const size_t columns = text_kind_ideograph(point) ? 2 : (size_t)utf8proc_charwidth(point);
        if (title->columns + columns > TITLE_COLUMNS ||
            title->used + used + sizeof text_more > TITLE_BYTES_MAX) {
            title->full = true;
            return;
        }
        memcpy(title->text + title->used, piece + at, used);
        title->used += used;
        title->columns += columns;
        at += used;
    }
}

/* Takes what stands at `at` into the title; returns its bytes, 0 where the title ends. */
static size_t title_take(struct title *title, const char *text, size_t at, size_t bytes)
{
    CHECK(at <= bytes);
    int32_t point = 0;
    const size_t used = text_kind_decode(text, at, bytes, &point);
    if (used == 0 || (title->used > 0 && sentence_end(point))) {
        return 0;
    }
    const enum text_kind kind = text_kind_of(point);
    if (kind == TEXT_KIND_BLANK || kind == TEXT_KIND_DROP || sentence_end(point)) {
        title->gap |= kind == TEXT_KIND_BLANK;
        return used;
    }
    /* An ideograph and most marks begin no number, and are most of a title. */
    const bool may = kind != TEXT_KIND_OTHER && kind != TEXT_KIND_MARK;
    const struct text_number number =
        may ? text_number_scan(text, at, bytes, TEXT_NUMBER_TITLE) : (struct text_number){0};
    const size_t span = number.bytes > 0 ? number.bytes : used;
    const bool hide = number.hide;
    title_put(title, hide ? TEXT_HIDDEN : text + at, hide ? TEXT_HIDDEN_BYTES : span);
    return span;
}

/* Bytes of a greeting at `at`, up to and with its comma, colon or exclamation mark; 0: none. */
static size_t greeting_bytes(const char *text, size_t at, size_t bytes)
{
    CHECK(at <= bytes);
    static const char *const greetings[] = {"尊敬的", "敬爱的", "您好",
                                            "你好",   "领导好", "各位领导"};
    bool greets = false;
    for (size_t index = 0; index < sizeof greetings / sizeof greetings[0]; index++) {
        const size_t length = strlen(greetings[index]);
        greets |= bytes - at >= length && memcmp(text + at, greetings[index], length) == 0;
    }
    size_t end = at;
    for (size_t count = 0; greets && count < GREETING_POINTS_MAX; count++) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, end, bytes, &point);
        if (used == 0) {
            return 0;
        }
        end += used;
        const int32_t mark = text_kind_narrow(point);
        if (mark == ':' || mark == ',' || mark == 0xff0c || sentence_end(point)) {
            return end - at;
        }
    }
    return 0;
}

/* Where the matter begins: after blanks and greetings, unless nothing else is there. */
static size_t matter_start(const char *text, size_t bytes)
{
    size_t at = text_kind_blank(text, 0, bytes);
    for (size_t count = 0; count < GREETINGS_MAX; count++) {
        const size_t greeting = greeting_bytes(text, at, bytes);
        const size_t next = at + greeting + text_kind_blank(text, at + greeting, bytes);
        if (greeting == 0 || next >= bytes) {
            break;
        }
        at = next;
    }
    return at;
}

enum rc text_title(struct arena *arena, const char *text, char **title)
{
    const size_t bytes = strlen(text);
    if (!text_valid(text, bytes, NULL)) {
        return RC_INVALID;
    }
    struct title work = {.used = 0};
    size_t at = matter_start(text, bytes);
    while (!work.full) {
        const size_t taken = title_take(&work, text, at, bytes);
        if (taken == 0) {
            break;
        }
        at += taken;
    }
    if (work.full) {
        memcpy(work.text + work.used, text_more, sizeof text_more - 1);
        work.used += sizeof text_more - 1;
    }
    CHECK(work.used <= TITLE_BYTES_MAX);
    work.text[work.used] = '\0';
    char *copy = arena_strdup(arena, work.text);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    *title = copy;
    return RC_OK;
}
