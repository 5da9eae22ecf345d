/* text_normalise: one form for what looks the same, for the matcher.
 *
 * Keywords and names of places are normalised when a site is loaded, texts when they are looked
 * at; both must go through here, or a word that stands in a text is not found. The form is for
 * comparing alone and is never shown or stored.
 *
 * Ideographs, nearly all of a complaint, have no other form and are copied; only what lies between
 * them needs utf8proc. */

#include <string.h>
#include <utf8proc.h>

#include "common/base/check.h"
#include "common/text/text.h"

enum {
    RUN_POINTS = 512, /* code points of one run kept on the stack */
    POINT_BYTES = 4,
};

struct sink {
    struct arena *arena;
    char *text;
    size_t used, capacity;
};

/* Room for `more` bytes and a NUL. */
static bool sink_reserve(struct sink *sink, size_t more)
{
    CHECK(sink->used <= sink->capacity);
    if (sink->capacity - sink->used > more) {
        return true;
    }
    const size_t capacity = sink->capacity * 2 + more + 1;
    char *text = arena_alloc(sink->arena, capacity);
    if (text == NULL) {
        return false;
    }
    if (sink->used > 0) {
        memcpy(text, sink->text, sink->used);
    }
    sink->text = text;
    sink->capacity = capacity;
    return true;
}

/* The CJK ideographs U+4E00..U+9FFF: they have no other form and join with nothing, so a text may
 * be cut beside them and each part normalised alone. Nearly all of a complaint is made of them. */
static bool ideograph_at(const char *text, size_t at, size_t bytes)
{
    CHECK(at <= bytes);
    if (bytes - at < 3) {
        return false;
    }
    const unsigned char *b = (const unsigned char *)text + at;
    if (b[0] < 0xe4 || b[0] > 0xe9 || (b[1] & 0xc0) != 0x80 || (b[2] & 0xc0) != 0x80) {
        return false;
    }
    return b[0] > 0xe4 || b[1] >= 0xb8;
}

/* Blanks of all kinds and controls: people write "3 号楼" and "3号楼". */
static bool dropped(int32_t point)
{
    const utf8proc_category_t category = utf8proc_category(point);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC;
}

/* The common case by hand. Before: room for `bytes`. */
static void fold_ascii(struct sink *sink, const char *run, size_t bytes)
{
    CHECK(sink->capacity - sink->used >= bytes);
    for (size_t index = 0; index < bytes; index++) {
        const char byte = run[index];
        if (byte >= 'A' && byte <= 'Z') {
            sink->text[sink->used++] = (char)(byte - 'A' + 'a');
        } else if (byte > ' ' && byte < 0x7f) {
            sink->text[sink->used++] = byte;
        }
    }
}

/* Composes what was decomposed and writes it, without what is dropped. */
static enum rc fold_points(struct sink *sink, int32_t *points, size_t count,
                           utf8proc_option_t options)
{
    const utf8proc_ssize_t composed =
        utf8proc_normalize_utf32(points, (utf8proc_ssize_t)count, options);
    if (composed < 0) {
        return RC_INVALID;
    }
    if (!sink_reserve(sink, (size_t)composed * POINT_BYTES)) {
        return RC_LIMIT;
    }
    for (utf8proc_ssize_t index = 0; index < composed; index++) {
        if (!dropped(points[index])) {
            utf8proc_uint8_t *to = (utf8proc_uint8_t *)sink->text + sink->used;
            sink->used += (size_t)utf8proc_encode_char(points[index], to);
        }
    }
    return RC_OK;
}

/* NFKC and case folding of a run without ideographs. */
static enum rc fold_unicode(struct sink *sink, const char *run, size_t bytes)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPCC;
    const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)run;
    int32_t few[RUN_POINTS];
    int32_t *points = few;
    utf8proc_ssize_t count =
        utf8proc_decompose(from, (utf8proc_ssize_t)bytes, points, RUN_POINTS, options);
    if (count < 0) {
        return RC_INVALID;
    }
    if (count > RUN_POINTS) {
        points = arena_alloc(sink->arena, (size_t)count * sizeof *points);
        if (points == NULL) {
            return RC_LIMIT;
        }
        count = utf8proc_decompose(from, (utf8proc_ssize_t)bytes, points, count, options);
        CHECK(count >= 0);
    }
    return fold_points(sink, points, (size_t)count, options);
}

/* A mark that stands alone between ideographs, as nearly all do: a full-width form of ASCII, or one
 * of 、。 which have no other form. False: something else. */
static bool fold_mark(struct sink *sink, const char *run, size_t bytes)
{
    const unsigned char *b = (const unsigned char *)run;
    if (bytes != 3) {
        return false;
    }
    if (b[0] == 0xe3 && b[1] == 0x80 && (b[2] == 0x81 || b[2] == 0x82)) {
        memcpy(sink->text + sink->used, run, bytes);
        sink->used += bytes;
        return true;
    }
    const bool low = b[1] == 0xbc && b[2] >= 0x81 && b[2] <= 0xbf;  /* U+FF01..U+FF3F */
    const bool high = b[1] == 0xbd && b[2] >= 0x80 && b[2] <= 0x9e; /* U+FF40..U+FF5E */
    if (b[0] != 0xef || (!low && !high)) {
        return false;
    }
    const char narrowed = (char)(b[2] - 0x80 + (low ? 0x20 : 0x60));
    fold_ascii(sink, &narrowed, 1);
    return true;
}

/* What lies between two ideographs, the cheapest way that is right for it. */
static enum rc fold_run(struct sink *sink, const char *run, size_t bytes)
{
    if (!sink_reserve(sink, bytes)) {
        return RC_LIMIT;
    }
    if (fold_mark(sink, run, bytes)) {
        return RC_OK;
    }
    for (size_t index = 0; index < bytes; index++) {
        if ((unsigned char)run[index] >= 0x80) {
            return fold_unicode(sink, run, bytes);
        }
    }
    fold_ascii(sink, run, bytes);
    return RC_OK;
}

enum rc text_normalise(struct arena *arena, const char *text, char **out, size_t *bytes)
{
    CHECK(text != NULL);
    CHECK(out != NULL);
    const size_t length = strlen(text);
    struct sink sink = {.arena = arena};
    if (!sink_reserve(&sink, length)) {
        return RC_LIMIT;
    }
    size_t at = 0;
    while (at < length) {
        size_t end = at;
        while (end < length && ideograph_at(text, end, length)) {
            end += 3;
        }
        if (!sink_reserve(&sink, end - at)) {
            return RC_LIMIT;
        }
        memcpy(sink.text + sink.used, text + at, end - at);
        sink.used += end - at;
        at = end;
        while (end < length && !ideograph_at(text, end, length)) {
            end++;
        }
        const enum rc rc = fold_run(&sink, text + at, end - at);
        if (rc != RC_OK) {
            return rc;
        }
        at = end;
    }
    sink.text[sink.used] = '\0';
    *out = sink.text;
    *bytes = sink.used;
    return RC_OK;
}
