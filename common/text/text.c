/* text: UTF-8 as people send it.
 *
 * utf8proc knows Unicode; this file decides what Paidan drops and hides, text_normal.c what it
 * folds. Nothing here allocates but from the caller's arena. */

#include "common/text/text.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "common/base/check.h"
#include "common/base/limits.h"

enum {
    TEXT_TITLE_COLUMNS = 48, /* 24 Chinese characters */
    TEXT_GREETINGS_MAX = 3,
    TEXT_GREETING_POINTS_MAX = 20,
    TEXT_DIGITS_MIN = 5,        /* a shorter run is a house number, a year, a price */
    TEXT_DIGITS_SPREAD_MIN = 7, /* with dashes or blanks between: "138-1234-5678" */
    TEXT_DIGITS_SPOKEN_MIN = 7, /* written as words: "一三八一二三四" */
    TEXT_NOTE_DIGITS_MIN = 7,   /* in notes: "8:30", "2026-11-22" and "3栋1201" are needed there */
    TEXT_NOTE_SPREAD_MIN = 11,  /* a mobile number, an area code with its number */
    TEXT_MIX_MIN = 5,           /* "A3" is a district, "A12345" a number plate */
    TEXT_PHONE_DIGITS_MIN = 11,
    TEXT_POINT_BYTES = 4,
};

static const char text_hidden[] = "***";
static const char text_more[] = "…";

/* One code point at `at`; 0 bytes at the end or when the bytes are not UTF-8. */
static size_t decode(const char *text, size_t at, size_t bytes, int32_t *point)
{
    if (at >= bytes) {
        return 0;
    }
    utf8proc_int32_t found = -1;
    const utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                   (utf8proc_ssize_t)(bytes - at), &found);
    if (used < 1) {
        return 0;
    }
    *point = found;
    return (size_t)used;
}

static bool control_refused(int32_t point)
{
    if (point == '\t' || point == '\n' || point == '\r') {
        return false;
    }
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

bool text_valid(const char *bytes, size_t size, size_t *at)
{
    size_t index = 0;
    while (index < size) {
        const unsigned char byte = (unsigned char)bytes[index];
        int32_t point = byte;
        const size_t used = byte < 0x80 ? 1 : decode(bytes, index, size, &point);
        if (used == 0 || control_refused(point)) {
            if (at != NULL) {
                *at = index;
            }
            return false;
        }
        index += used;
    }
    return true;
}

/* ---- titles ------------------------------------------------------------------------------ */

enum kind { KIND_OTHER, KIND_DIGIT, KIND_LETTER, KIND_SPOKEN, KIND_JOIN, KIND_BLANK, KIND_DROP };

/* Full-width Latin and digits are the same to a reader. */
static int32_t narrow(int32_t point)
{
    return point >= 0xff01 && point <= 0xff5e ? point - 0xfee0 : point;
}

static bool spoken_digit(int32_t point)
{
    static const int32_t digits[] = {0x3007, 0x96f6, 0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94,
                                     0x516d, 0x4e03, 0x516b, 0x4e5d, 0x5e7a}; /* 〇零一..九幺 */
    for (size_t index = 0; index < sizeof digits / sizeof digits[0]; index++) {
        if (point == digits[index]) {
            return true;
        }
    }
    return false;
}

/* Letters of no case in every version of Unicode since 11, each two columns wide. */
static bool ideograph(int32_t point)
{
    return point >= 0x4e00 && point <= 0x9fef;
}

static enum kind kind_unicode(int32_t point)
{
    if (ideograph(point)) {
        return KIND_OTHER;
    }
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
        return KIND_DIGIT;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
        return KIND_LETTER;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return KIND_BLANK;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
        return KIND_DROP;
    default:
        return KIND_OTHER;
    }
}

static enum kind kind_of(int32_t wide)
{
    const int32_t point = narrow(wide);
    if (point >= '0' && point <= '9') {
        return KIND_DIGIT;
    }
    if (point == '-' || point == '_' || point == '@' || point == '.') {
        return KIND_JOIN;
    }
    if (point == '\n' || point == '\r' || point == '\t' || point == ' ') {
        return KIND_BLANK;
    }
    return spoken_digit(point) ? KIND_SPOKEN : kind_unicode(point);
}

static bool sentence_end(int32_t wide)
{
    const int32_t point = narrow(wide);
    return point == 0x3002 || point == '!' || point == '?' || point == ';' || point == '\n' ||
           point == '\r' || point == 0x2028 || point == 0x2029;
}

struct token {
    size_t bytes;
    size_t digits, run_max, letters;
    bool address; /* has an @ */
};

/* Letters and digits that belong together, with single joins inside. A blank joins digits only. */
static struct token token_scan(const char *text, size_t at, size_t bytes)
{
    struct token token = {0};
    size_t run = 0;
    size_t end = at;
    enum kind last = KIND_OTHER;
    for (;;) {
        int32_t point = 0;
        size_t used = decode(text, end, bytes, &point);
        enum kind kind = used == 0 ? KIND_OTHER : kind_of(point);
        const bool join = kind == KIND_JOIN || (kind == KIND_BLANK && !sentence_end(point));
        if (end > at && join) {
            int32_t next = 0;
            const size_t more = decode(text, end + used, bytes, &next);
            const enum kind after = more == 0 ? KIND_OTHER : kind_of(next);
            const bool joined = kind == KIND_JOIN ? after == KIND_DIGIT || after == KIND_LETTER
                                                  : after == KIND_DIGIT && last == KIND_DIGIT;
            if (joined) {
                token.address |= narrow(point) == '@';
                run = 0;
                used += more;
                kind = after;
            }
        }
        if (kind != KIND_DIGIT && kind != KIND_LETTER) {
            break;
        }
        run = kind == KIND_DIGIT ? run + 1 : 0;
        token.digits += kind == KIND_DIGIT ? 1 : 0;
        token.letters += kind == KIND_LETTER ? 1 : 0;
        token.run_max = run > token.run_max ? run : token.run_max;
        last = kind;
        end += used;
    }
    token.bytes = end - at;
    return token;
}

static bool token_private(const struct token *token)
{
    const bool mixed = token->digits > 0 && token->letters > 0;
    return token->address || token->run_max >= TEXT_DIGITS_MIN ||
           token->digits >= TEXT_DIGITS_SPREAD_MIN ||
           (mixed && token->digits + token->letters >= TEXT_MIX_MIN);
}

static size_t spoken_scan(const char *text, size_t at, size_t bytes, size_t *count)
{
    size_t end = at;
    *count = 0;
    for (;;) {
        int32_t point = 0;
        const size_t used = decode(text, end, bytes, &point);
        if (used == 0 || kind_of(point) != KIND_SPOKEN) {
            return end - at;
        }
        end += used;
        *count += 1;
    }
}

struct title {
    char text[TITLE_BYTES_MAX + 1];
    size_t used, columns;
    bool gap, full;
};

static void title_put(struct title *title, const char *piece, size_t bytes)
{
    size_t at = 0;
    if (title->gap && title->used > 0) {
        title->gap = false;
        title_put(title, " ", 1);
    }
    title->gap = false;
    while (at < bytes && !title->full) {
        int32_t point = 0;
        const size_t used = decode(piece, at, bytes, &point);
        CHECK(used > 0);
        const size_t columns = ideograph(point) ? 2 : (size_t)utf8proc_charwidth(point);
        if (title->columns + columns > TEXT_TITLE_COLUMNS ||
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
    int32_t point = 0;
    const size_t used = decode(text, at, bytes, &point);
    if (used == 0 || (title->used > 0 && sentence_end(point))) {
        return 0;
    }
    const enum kind kind = kind_of(point);
    if (kind == KIND_BLANK || kind == KIND_DROP || sentence_end(point)) {
        title->gap |= kind == KIND_BLANK;
        return used;
    }
    size_t span = used;
    bool hide = false;
    if (kind == KIND_DIGIT || kind == KIND_LETTER) {
        const struct token token = token_scan(text, at, bytes);
        span = token.bytes;
        hide = token_private(&token);
    } else if (kind == KIND_SPOKEN) {
        size_t count = 0;
        span = spoken_scan(text, at, bytes, &count);
        hide = count >= TEXT_DIGITS_SPOKEN_MIN;
    }
    title_put(title, hide ? text_hidden : text + at, hide ? sizeof text_hidden - 1 : span);
    return span;
}

/* Bytes of a greeting at `at`, up to and with its comma, colon or exclamation mark; 0: none. */
static size_t greeting_bytes(const char *text, size_t at, size_t bytes)
{
    static const char *const greetings[] = {"尊敬的", "敬爱的", "您好",
                                            "你好",   "领导好", "各位领导"};
    bool greets = false;
    for (size_t index = 0; index < sizeof greetings / sizeof greetings[0]; index++) {
        const size_t length = strlen(greetings[index]);
        greets |= bytes - at >= length && memcmp(text + at, greetings[index], length) == 0;
    }
    size_t end = at;
    for (size_t count = 0; greets && count < TEXT_GREETING_POINTS_MAX; count++) {
        int32_t point = 0;
        const size_t used = decode(text, end, bytes, &point);
        if (used == 0) {
            return 0;
        }
        end += used;
        const int32_t mark = narrow(point);
        if (mark == ':' || mark == ',' || mark == 0xff0c || sentence_end(point)) {
            return end - at;
        }
    }
    return 0;
}

static size_t blank_bytes(const char *text, size_t at, size_t bytes)
{
    size_t end = at;
    for (;;) {
        int32_t point = 0;
        const size_t used = decode(text, end, bytes, &point);
        const enum kind kind = used == 0 ? KIND_OTHER : kind_of(point);
        if (kind != KIND_BLANK && kind != KIND_DROP) {
            return end - at;
        }
        end += used;
    }
}

/* Where the matter begins: after blanks and greetings, unless nothing else is there. */
static size_t matter_start(const char *text, size_t bytes)
{
    size_t at = blank_bytes(text, 0, bytes);
    for (size_t count = 0; count < TEXT_GREETINGS_MAX; count++) {
        const size_t greeting = greeting_bytes(text, at, bytes);
        const size_t next = at + greeting + blank_bytes(text, at + greeting, bytes);
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

/* ---- notes ------------------------------------------------------------------------------- */

/* Digits that stand together at `at`: bytes, 0: none. *hide: nobody else may read them. */
static size_t number_scan(const char *text, size_t at, size_t bytes, bool *hide)
{
    size_t end = at, digits = 0, run = 0, run_max = 0;
    for (;;) {
        int32_t point = 0, next = 0;
        const size_t used = decode(text, end, bytes, &point);
        const enum kind kind = used == 0 ? KIND_OTHER : kind_of(point);
        if (kind == KIND_DIGIT) {
            digits++;
            run++;
            run_max = run > run_max ? run : run_max;
            end += used;
            continue;
        }
        const int32_t join = narrow(point);
        const size_t more = digits > 0 && used > 0 ? decode(text, end + used, bytes, &next) : 0;
        if (more == 0 || (join != '-' && join != ' ') || kind_of(next) != KIND_DIGIT) {
            break;
        }
        run = 0;
        end += used;
    }
    *hide = run_max >= TEXT_NOTE_DIGITS_MIN || digits >= TEXT_NOTE_SPREAD_MIN;
    return end - at;
}

/* Bytes of the piece at `at` that is hidden or kept whole; 0 at the end. */
static size_t note_piece(const char *text, size_t at, size_t bytes, bool *hide)
{
    int32_t point = 0;
    const size_t used = decode(text, at, bytes, &point);
    const enum kind kind = used == 0 ? KIND_OTHER : kind_of(point);
    *hide = false;
    if (kind == KIND_DIGIT) {
        return number_scan(text, at, bytes, hide);
    }
    if (kind == KIND_SPOKEN) {
        size_t count = 0;
        const size_t span = spoken_scan(text, at, bytes, &count);
        *hide = count >= TEXT_DIGITS_SPOKEN_MIN;
        return span;
    }
    return used == 0 && at < bytes ? 1 : used;
}

enum rc text_mask_digits(struct arena *arena, char *text, char **masked)
{
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
        memcpy(copy + used, text_hidden, sizeof text_hidden - 1);
        used += sizeof text_hidden - 1;
        from = at + span;
    }
    if (copy != NULL) {
        memcpy(copy + used, text + from, bytes - from + 1);
        CHECK(used + bytes - from <= bytes);
    }
    *masked = copy == NULL ? text : copy;
    return RC_OK;
}

/* ---- masks and widths -------------------------------------------------------------------- */

enum rc text_mask_phone(struct arena *arena, const char *phone, char **masked)
{
    const size_t bytes = strlen(phone);
    if (!text_valid(phone, bytes, NULL)) {
        return RC_INVALID;
    }
    char digits[PHONE_BYTES_MAX];
    size_t count = 0;
    size_t at = 0;
    int32_t point = 0;
    for (size_t used = decode(phone, at, bytes, &point); used > 0 && count < sizeof digits;
         used = decode(phone, at, bytes, &point)) {
        const int32_t digit = narrow(point);
        if (digit >= '0' && digit <= '9') {
            digits[count++] = (char)digit;
        }
        at += used;
    }
    char *copy = count < TEXT_PHONE_DIGITS_MIN
                     ? arena_strdup(arena, text_hidden)
                     : arena_printf(arena, "%.3s****%.4s", digits, digits + count - 4);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    *masked = copy;
    return RC_OK;
}

enum rc text_mask_name(struct arena *arena, const char *name, char **masked)
{
    const size_t bytes = strlen(name);
    if (!text_valid(name, bytes, NULL)) {
        return RC_INVALID;
    }
    const size_t at = blank_bytes(name, 0, bytes);
    int32_t point = 0;
    const size_t used = decode(name, at, bytes, &point);
    char *copy =
        used == 0 ? arena_strdup(arena, "") : arena_printf(arena, "%.*s**", (int)used, name + at);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    *masked = copy;
    return RC_OK;
}

size_t text_columns(const char *text)
{
    const size_t bytes = strlen(text);
    size_t columns = 0;
    size_t at = 0;
    while (at < bytes) {
        int32_t point = 0;
        const size_t used = decode(text, at, bytes, &point);
        columns += used == 0 ? 1 : (size_t)utf8proc_charwidth(point);
        at += used == 0 ? 1 : used;
    }
    return columns;
}

size_t text_clip(const char *text, size_t bytes)
{
    const size_t length = strnlen(text, bytes + 1);
    if (length <= bytes) {
        return length;
    }
    size_t end = bytes;
    while (end > 0 && bytes - end < TEXT_POINT_BYTES && ((unsigned char)text[end] & 0xc0) == 0x80) {
        end--;
    }
    return end;
}

bool text_copy(char *out, size_t size, const char *text)
{
    CHECK(size > 0);
    const size_t bytes = text == NULL ? 0 : strnlen(text, size);
    if (bytes >= size) {
        return false;
    }
    memcpy(out, text == NULL ? "" : text, bytes);
    out[bytes] = '\0';
    return true;
}
