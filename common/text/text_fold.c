/* text_fold: what a text says, as code points, for learning and comparing.
 *
 * One pass without memory of its own, over any bytes: what a classifier sees must never be refused,
 * for a text that cannot be read is a matter for the dispatcher, not an error. Nearly all of a
 * complaint are ideographs and full-width marks, which are folded by hand; only the rest asks
 * utf8proc. The form is stored in no log, but models are trained on it: whoever changes what it
 * makes of ordinary text must raise LEARN_VERSION (common/learn/learn_private.h), or models of
 * before would read other grams than they learned. */

#include <string.h>
#include <utf8proc.h>

#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/text/text_private.h"

enum {
    FORMS_MAX = 18, /* the longest compatibility form there is: U+FDFA */
};

/* Drawn onto others, seen by nobody, or between words: says nothing by itself. Zalgo is such marks. */
static bool passed_over(int32_t point)
{
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
        return true;
    default:
        return false;
    }
}

/* A point that is neither ASCII nor an ideograph: ① is 1, ㈠ is (一), é is e. */
static size_t fold_rare(int32_t point, int32_t *points, size_t max)
{
    utf8proc_int32_t forms[FORMS_MAX];
    int last_class = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        point, forms, FORMS_MAX,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &last_class);
    CHECK(count <= FORMS_MAX);
    size_t used = 0;
    for (utf8proc_ssize_t index = 0; index < count && used < max; index++) {
        if (!passed_over(forms[index])) {
            points[used++] = text_simplify(forms[index]);
        }
    }
    return used;
}

/* The point of three bytes that have the form of one, which for the blocks asked for below is all that
 * makes a character well-formed; 0: they have not, or fewer than four bytes are left. Full-width marks
 * stand beyond what utf8_three knows, and are a tenth of a complaint. */
static inline int32_t three_point(const char *at, size_t left)
{
    uint32_t word = 0;
    if (left < sizeof word) {
        return 0;
    }
    memcpy(&word, at, sizeof word);
    if ((word & 0xc0c0f0) != 0x8080e0) {
        return 0;
    }
    return (int32_t)((word & 0x0f) << 12 | (word >> 2 & 0xfc0) | (word >> 16 & 0x3f));
}

static inline int32_t lower(int32_t point)
{
    return point >= 'A' && point <= 'Z' ? point - 'A' + 'a' : point;
}

/* Whatever stands at `at` and is none of what text_fold does by hand, the last letter of a text among
 * them. Returns its bytes. */
static size_t fold_other(const char *text, size_t at, size_t bytes, int32_t *points, size_t max,
                         size_t *used)
{
    int32_t point = 0;
    const size_t step = text_kind_decode(text, at, bytes, &point);
    if (step == 0) {
        return 1;
    }
    CHECK(*used < max);
    point = text_kind_narrow(point);
    if (point > 0x7f) {
        *used += fold_rare(point, points + *used, max - *used);
    } else if (point > ' ' && point < 0x7f) {
        points[(*used)++] = lower(point);
    }
    return step;
}

size_t text_fold(const char *text, size_t bytes, int32_t *points, size_t max)
{
    CHECK(text != NULL || bytes == 0);
    CHECK(points != NULL);
    size_t used = 0;
    size_t at = 0;
    while (at < bytes && used < max) {
        const unsigned char first = (unsigned char)text[at];
        const int32_t point = three_point(text + at, bytes - at);
        if (point >= TEXT_IDEOGRAPH_FIRST && point <= TEXT_IDEOGRAPH_LAST) { /* nearly always */
            points[used++] = text_simple(point);
            at += UTF8_THREE_BYTES;
        } else if (first > ' ' && first < 0x7f) {
            points[used++] = lower(first);
            at++;
        } else if (point >= 0xff01 && point <= 0xff5e) {
            points[used++] = lower(text_kind_narrow(point));
            at += UTF8_THREE_BYTES;
        } else if (point >= 0x3001 && point <= 0x3011) {
            points[used++] = point; /* 、。《》「」, which have no other form */
            at += UTF8_THREE_BYTES;
        } else {
            at += fold_other(text, at, bytes, points, max, &used);
        }
    }
    CHECK(used <= max);
    return used;
}
