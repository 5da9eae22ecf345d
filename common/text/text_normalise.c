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

/* Radicals that stand for letters in texts copied from PDF: ⻔ is drawn as 门 is, and is another
 * character. Those of Kangxi and the compatibility ideographs NFKC knows itself; these, from U+2E80
 * on, it leaves alone. */
static const uint16_t radicals[] = {
    [0x01] = 0x5382, [0x02] = 0x4e5b, [0x03] = 0x4e5a, [0x04] = 0x4e59, [0x05] = 0x4ebb,
    [0x06] = 0x5182, [0x07] = 0x51e0, [0x08] = 0x5200, [0x09] = 0x5202, [0x0a] = 0x535c,
    [0x0b] = 0x353e, [0x0c] = 0x5c0f, [0x0d] = 0x5c0f, [0x0e] = 0x5140, [0x0f] = 0x5c23,
    [0x10] = 0x5c22, [0x12] = 0x5df3, [0x13] = 0x5e7a, [0x14] = 0x5f51, [0x15] = 0x5f50,
    [0x16] = 0x5fc4, [0x17] = 0x5fc3, [0x18] = 0x624c, [0x19] = 0x6535, [0x1b] = 0x65e1,
    [0x1c] = 0x65e5, [0x1d] = 0x6708, [0x1e] = 0x6b7a, [0x1f] = 0x6bcd, [0x20] = 0x6c11,
    [0x21] = 0x6c35, [0x22] = 0x6c3a, [0x23] = 0x706c, [0x24] = 0x722b, [0x25] = 0x722b,
    [0x26] = 0x4e2c, [0x27] = 0x725b, [0x28] = 0x72ad, [0x29] = 0x738b, [0x2a] = 0x758b,
    [0x2b] = 0x76ee, [0x2c] = 0x793a, [0x2d] = 0x793b, [0x2e] = 0x7af9, [0x2f] = 0x7cf9,
    [0x30] = 0x7e9f, [0x31] = 0x7f53, [0x32] = 0x7f52, [0x33] = 0x7f51, [0x34] = 0x7f51,
    [0x35] = 0x7f51, [0x36] = 0x7f8a, [0x37] = 0x7f8a, [0x38] = 0x7f8a, [0x39] = 0x8002,
    [0x3a] = 0x8080, [0x3b] = 0x807f, [0x3c] = 0x6708, [0x3d] = 0x81fc, [0x3e] = 0x8279,
    [0x3f] = 0x8279, [0x40] = 0x8279, [0x41] = 0x864e, [0x42] = 0x8864, [0x43] = 0x8980,
    [0x44] = 0x897f, [0x45] = 0x89c1, [0x46] = 0x89d2, [0x47] = 0x89d2, [0x48] = 0x8ba0,
    [0x49] = 0x8d1d, [0x4a] = 0x8db3, [0x4b] = 0x8f66, [0x4c] = 0x8fb6, [0x4d] = 0x8fb6,
    [0x4e] = 0x8fb6, [0x4f] = 0x961d, [0x50] = 0x9485, [0x51] = 0x9577, [0x52] = 0x9578,
    [0x53] = 0x957f, [0x54] = 0x95e8, [0x55] = 0x961c, [0x56] = 0x961d, [0x57] = 0x96e8,
    [0x58] = 0x9752, [0x59] = 0x97e6, [0x5a] = 0x9875, [0x5b] = 0x98ce, [0x5c] = 0x98de,
    [0x5d] = 0x98df, [0x5e] = 0x98e0, [0x5f] = 0x98e0, [0x60] = 0x9963, [0x61] = 0x9996,
    [0x62] = 0x9a6c, [0x63] = 0x9aa8, [0x64] = 0x9b3c, [0x65] = 0x9c7c, [0x66] = 0x9e1f,
    [0x67] = 0x5364, [0x68] = 0x9ea6, [0x69] = 0x9ec4, [0x6a] = 0x9efe, [0x6b] = 0x6589,
    [0x6c] = 0x9f50, [0x6d] = 0x6b6f, [0x6e] = 0x9f7f, [0x6f] = 0x7adc, [0x70] = 0x9f99,
    [0x71] = 0x9f9c, [0x72] = 0x4e80, [0x73] = 0x9f9f};

static int32_t radical_letter(int32_t point)
{
    const int32_t at = point - 0x2e80;
    const bool known = at >= 0 && (size_t)at < sizeof radicals / sizeof radicals[0];
    return known && radicals[at] != 0 ? radicals[at] : point;
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
            sink->used += (size_t)utf8proc_encode_char(radical_letter(points[index]), to);
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
