/* archive_words: from text to tokens, for keeping and for asking alike, so that the two cannot come
 * apart. Owns nothing.
 *
 * What must stay true: a word is found wherever it stands in a text, also across what folding takes
 * away; and whatever bytes are typed, what comes out are quoted tokens. Changing what a token is means
 * raising the schema's version, for what was indexed before would not be found. */
#include "archive_words.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/text.h"

enum { RUN_POINTS_MAX = 4096, POINT_BYTES_MAX = 4, PAIR_BYTES_MAX = 2 * POINT_BYTES_MAX + 1 };

/* Where tokens go. Grows by doubling in the arena: a text is read once, and its tokens are about two
 * and a half times as long. */
struct tokens {
    struct arena *arena;
    char *text;
    size_t used, room;
    bool asked; /* a query: words in quotes */
    bool full;
};

static void put(struct tokens *tokens, const char *bytes, size_t count)
{
    CHECK(tokens->used <= tokens->room);
    if (tokens->full) {
        return;
    }
    if (tokens->room - tokens->used <= count) {
        const size_t room = 2 * tokens->room + count + 64;
        char *const text = arena_alloc(tokens->arena, room);
        if (text == NULL) {
            tokens->full = true;
            return;
        }
        memcpy(text, tokens->text, tokens->used);
        tokens->text = text;
        tokens->room = room;
    }
    memcpy(tokens->text + tokens->used, bytes, count);
    tokens->used += count;
    tokens->text[tokens->used] = '\0';
}

static void put_point(struct tokens *tokens, int32_t point)
{
    const uint32_t value = (uint32_t)point;
    char bytes[POINT_BYTES_MAX];
    size_t count = 0;
    CHECK(point > 0);
    if (value < 0x80) {
        bytes[count++] = (char)value;
    } else if (value < 0x800) {
        bytes[count++] = (char)(0xc0 | value >> 6);
        bytes[count++] = (char)(0x80 | (value & 0x3f));
    } else if (value < 0x10000) {
        bytes[count++] = (char)(0xe0 | value >> 12);
        bytes[count++] = (char)(0x80 | (value >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (value & 0x3f));
    } else {
        bytes[count++] = (char)(0xf0 | value >> 18);
        bytes[count++] = (char)(0x80 | (value >> 12 & 0x3f));
        bytes[count++] = (char)(0x80 | (value >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (value & 0x3f));
    }
    put(tokens, bytes, count);
}

/* ---- kinds of characters ---- */

/* Written without blanks between words: ideographs, kana, hangul. */
static bool paired(int32_t point)
{
    return (point >= 0x3040 && point <= 0x30ff) || (point >= 0x3400 && point <= 0x9fff) ||
           (point >= 0xac00 && point <= 0xd7af) || (point >= 0xf900 && point <= 0xfaff) ||
           (point >= 0x20000 && point <= 0x3ffff);
}

/* Punctuation and symbols of the blocks in which Chinese texts have theirs; all else above ASCII counts
 * as a letter, so that a script that nobody thought of is found as it is written. */
static bool letter(int32_t point)
{
    if (point < 0x80) {
        return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
               (point >= 'A' && point <= 'Z');
    }
    return point >= 0xaa && !(point >= 0x2000 && point <= 0x2bff) &&
           !(point >= 0x3000 && point <= 0x303f) && !(point >= 0xff00 && point <= 0xff0f) &&
           !(point >= 0xff1a && point <= 0xff20) && !(point >= 0xff3b && point <= 0xff40) &&
           !(point >= 0xff5b && point <= 0xff65) && point != 0xb7 && point != 0xd7;
}

/* The character at `at`, and its bytes; what is no UTF-8 is one byte of no letter. */
static int32_t point_at(const char *at, size_t *bytes)
{
    const unsigned char *const from = (const unsigned char *)at;
    const size_t length = utf8_sequence(from);
    *bytes = length == 0 ? 1 : length;
    switch (length) {
    case 1:
        return from[0];
    case 2:
        return (from[0] & 0x1f) << 6 | (from[1] & 0x3f);
    case 3:
        return (from[0] & 0x0f) << 12 | (from[1] & 0x3f) << 6 | (from[2] & 0x3f);
    case 4:
        return (from[0] & 0x07) << 18 | (from[1] & 0x3f) << 12 | (from[2] & 0x3f) << 6 |
               (from[3] & 0x3f);
    default:
        return ' ';
    }
}

/* ---- runs ---- */

static void separate(struct tokens *tokens)
{
    if (tokens->used > 0) {
        put(tokens, " ", 1);
    }
}

/* A word of letters that stand alone: as it is. */
static void put_word(struct tokens *tokens, const int32_t *points, size_t count)
{
    separate(tokens);
    put(tokens, "\"", tokens->asked ? 1 : 0);
    for (size_t index = 0; index < count; index++) {
        put_point(tokens, points[index]);
    }
    put(tokens, "\"", tokens->asked ? 1 : 0);
}

/* The last character of a run stands alone at its end, so that a single one is found as a beginning
 * wherever it is; asked for, a longer run needs its pairs alone. */
static void put_pairs(struct tokens *tokens, const int32_t *points, size_t count)
{
    CHECK(count > 0);
    separate(tokens);
    put(tokens, "\"", tokens->asked ? 1 : 0);
    for (size_t index = 0; index + 1 < count; index++) {
        put(tokens, " ", index > 0 ? 1 : 0);
        put_point(tokens, points[index]);
        put_point(tokens, points[index + 1]);
    }
    if (!tokens->asked || count == 1) {
        put(tokens, " ", count > 1 ? 1 : 0);
        put_point(tokens, points[count - 1]);
    }
    put(tokens, tokens->asked && count == 1 ? "\"*" : "\"",
        tokens->asked ? (count == 1 ? 2u : 1u) : 0u);
}

/* What stands between two signs, folded, in runs of one kind. Folding may bring signs of its own. */
static void put_run(struct tokens *tokens, const char *text, size_t bytes)
{
    int32_t points[RUN_POINTS_MAX];
    const size_t count = text_fold(text, bytes, points, RUN_POINTS_MAX);
    size_t from = 0;
    CHECK(count <= RUN_POINTS_MAX);
    while (from < count) {
        size_t until = from;
        if (!letter(points[from])) {
            from++;
            continue;
        }
        const bool pairs = paired(points[from]);
        while (until < count && letter(points[until]) && paired(points[until]) == pairs) {
            until++;
        }
        if (pairs) {
            put_pairs(tokens, points + from, until - from);
        } else {
            put_word(tokens, points + from, until - from);
        }
        from = until;
    }
}

/* A run of more letters than folding takes at a time goes on with its last one, so that no pair is
 * lost where it was cut. Returns the characters that were read. */
static size_t read_text(struct tokens *tokens, const char *text)
{
    size_t points = 0, all = 0;
    const char *from = text, *last = text;
    while (*text != '\0') {
        size_t bytes = 0;
        const bool within = letter(point_at(text, &bytes));
        if (!within || points == RUN_POINTS_MAX / 4) {
            put_run(tokens, from, (size_t)(text - from));
            from = within ? last : text + bytes;
            points = 0;
        }
        last = text;
        points += within ? 1 : 0;
        text += bytes;
        all++;
    }
    put_run(tokens, from, (size_t)(text - from));
    return all;
}

static enum rc begin(struct tokens *tokens, struct arena *arena, size_t bytes, bool asked)
{
    *tokens = (struct tokens){.arena = arena, .room = 3 * bytes + PAIR_BYTES_MAX, .asked = asked};
    tokens->text = arena_alloc(arena, tokens->room);
    if (tokens->text == NULL) {
        return RC_LIMIT;
    }
    tokens->text[0] = '\0';
    return RC_OK;
}

enum rc archive_words_index(struct arena *arena, const char *text, char **tokens)
{
    struct tokens made;
    const enum rc rc = begin(&made, arena, strlen(text), false);
    if (rc != RC_OK) {
        return rc;
    }
    (void)read_text(&made, text);
    *tokens = made.text;
    return made.full ? RC_LIMIT : RC_OK;
}

enum rc archive_words_query(struct arena *arena, const char *typed, char **query)
{
    struct tokens made;
    const enum rc rc = begin(&made, arena, strlen(typed), true);
    if (rc != RC_OK) {
        return rc;
    }
    const size_t characters = read_text(&made, typed);
    *query = made.text;
    if (characters > SEARCH_CHARACTERS_MAX) {
        return RC_INVALID;
    }
    return made.full ? RC_LIMIT : RC_OK;
}
