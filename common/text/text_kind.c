/* text_kind: what a character is to somebody who looks for numbers and names in a text.
 *
 * utf8proc knows Unicode; the few kinds here are what titles and masks decide by. Digits count in
 * any script and width, and as Chinese words too, since people write their phone as 一三八… to get
 * past filters. The lists must only grow: a character that stops being a digit lets a number
 * through. */
#include "common/text/text_private.h"

#include <utf8proc.h>

#include "common/base/check.h"

size_t text_kind_decode(const char *text, size_t at, size_t bytes, int32_t *point)
{
    CHECK(at <= bytes);
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

int32_t text_kind_narrow(int32_t point)
{
    return point >= 0xff01 && point <= 0xff5e ? point - 0xfee0 : point;
}

/* The numerals that people read out, 幺 for one among them; not 十 and 百, which are used for
 * counting. */
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

bool text_kind_ideograph(int32_t point)
{
    return point >= 0x4e00 && point <= 0x9fef;
}

/* By the general category, for what is neither ASCII nor an ideograph. */
static enum text_kind kind_unicode(int32_t point)
{
    if (text_kind_ideograph(point)) {
        return TEXT_KIND_OTHER;
    }
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
        return TEXT_KIND_DIGIT;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
        return TEXT_KIND_LETTER;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return TEXT_KIND_BLANK;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
        return TEXT_KIND_DROP;
    default:
        return TEXT_KIND_OTHER;
    }
}

/* Most characters are ideographs; numerals are looked for first, as they are ideographs too. */
enum text_kind text_kind_of(int32_t wide)
{
    const int32_t point = text_kind_narrow(wide);
    if (point >= '0' && point <= '9') {
        return TEXT_KIND_DIGIT;
    }
    if (point == '-' || point == '_' || point == '@' || point == '.') {
        return TEXT_KIND_JOIN;
    }
    if (point == '\n' || point == '\r' || point == '\t' || point == ' ') {
        return TEXT_KIND_BLANK;
    }
    return spoken_digit(point) ? TEXT_KIND_SPOKEN : kind_unicode(point);
}

size_t text_kind_spoken(const char *text, size_t at, size_t bytes, size_t *count)
{
    size_t end = at;
    *count = 0;
    for (;;) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, end, bytes, &point);
        if (used == 0 || text_kind_of(point) != TEXT_KIND_SPOKEN) {
            return end - at;
        }
        end += used;
        *count += 1;
    }
}

size_t text_kind_blank(const char *text, size_t at, size_t bytes)
{
    size_t end = at;
    for (;;) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, end, bytes, &point);
        const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
        if (kind != TEXT_KIND_BLANK && kind != TEXT_KIND_DROP) {
            return end - at;
        }
        end += used;
    }
}
