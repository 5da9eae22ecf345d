/* text_kind: what a character is to somebody who looks for numbers and names in a text.
 *
 * utf8proc knows Unicode; the few kinds here are what titles and masks decide by. Digits count in
 * any script and width, and as Chinese words too, since people write their phone as 一三八… to get
 * past filters. The lists must only grow: a character that stops being a digit lets a number
 * through. */
#include "common/text/text_private.h"

#include <utf8proc.h>

#include "common/base/check.h"
#include "common/base/utf8.h"

/* ASCII and ideographs, nearly all of a complaint, are read by hand; the rest, and all that is wrong,
 * is utf8proc's. */
size_t text_kind_decode(const char *text, size_t at, size_t bytes, int32_t *point)
{
    CHECK(at <= bytes);
    if (at >= bytes) {
        return 0;
    }
    const unsigned char *b = (const unsigned char *)text + at;
    if (b[0] < 0x80) {
        *point = b[0];
        return 1;
    }
    if (utf8_three(b, bytes - at)) {
        *point = (int32_t)utf8_three_point(b);
        return UTF8_THREE_BYTES;
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

/* The numerals that people read out, 幺 for one among them, and those of cheques (壹贰叁); not 十 and
 * 百, which are used for counting. -1: none. */
int text_kind_numeral(int32_t point)
{
    switch (point) {
    case 0x3007: /* 〇 */
    case 0x96f6: /* 零 */
        return 0;
    case 0x4e00: /* 一 */
    case 0x5e7a: /* 幺 */
    case 0x58f9: /* 壹 */
        return 1;
    case 0x4e8c: /* 二 */
    case 0x4e24: /* 两 */
    case 0x8d30: /* 贰 */
        return 2;
    case 0x4e09: /* 三 */
    case 0x53c1: /* 叁 */
        return 3;
    case 0x56db: /* 四 */
    case 0x8086: /* 肆 */
        return 4;
    case 0x4e94: /* 五 */
    case 0x4f0d: /* 伍 */
        return 5;
    case 0x516d: /* 六 */
    case 0x9646: /* 陆 */
        return 6;
    case 0x4e03: /* 七 */
    case 0x67d2: /* 柒 */
        return 7;
    case 0x516b: /* 八 */
    case 0x634c: /* 捌 */
        return 8;
    case 0x4e5d: /* 九 */
    case 0x7396: /* 玖 */
        return 9;
    default:
        return -1;
    }
}

/* Circled, doubled, raised and other digits are written by their plain form in Unicode's own
 * tables; digits of other scripts stand ten in a row. -1: none, or more than one digit (⑫). */
int text_kind_digit(int32_t wide)
{
    const int32_t point = text_kind_narrow(wide);
    if (point >= '0' && point <= '9') {
        return point - '0';
    }
    if (point < 0x80 || text_kind_of(point) != TEXT_KIND_DIGIT) {
        return -1;
    }
    int32_t plain[4];
    int bound = 0;
    const utf8proc_ssize_t count =
        utf8proc_decompose_char(point, plain, 4, UTF8PROC_COMPAT | UTF8PROC_STABLE, &bound);
    if (count == 1 && plain[0] >= '0' && plain[0] <= '9') {
        return plain[0] - '0';
    }
    if (count != 1 || plain[0] != point || utf8proc_category(point) != UTF8PROC_CATEGORY_ND) {
        return -1;
    }
    int value = 0;
    while (value < 9 && utf8proc_category(point - value - 1) == UTF8PROC_CATEGORY_ND) {
        value++;
    }
    return value;
}

/* Letters and marks that are drawn as nothing, though their general category does not say so:
 * fillers of Hangul and Khmer, the empty cell of braille, the joiner of graphemes, selectors of
 * variants, a note without a head, and what a telephone leaves where a picture was. */
static bool invisible(int32_t point)
{
    switch (point) {
    case 0x034f:
    case 0x115f:
    case 0x1160:
    case 0x17b4:
    case 0x17b5:
    case 0x2800:
    case 0x3164:
    case 0xffa0:
    case 0xfffc:
    case 0x1d159:
        return true;
    default:
        return (point >= 0x180b && point <= 0x180f) || (point >= 0xfe00 && point <= 0xfe0f) ||
               (point >= 0xe0100 && point <= 0xe01ef);
    }
}

bool text_kind_ideograph(int32_t point)
{
    return point >= 0x4e00 && point <= 0x9fef;
}

/* By the general category, for what is neither ASCII nor an ideograph. */
static enum text_kind kind_unicode(int32_t point)
{
    if (invisible(point)) {
        return TEXT_KIND_DROP;
    }
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_NL: /* the numerals of Suzhou's shopkeepers, 〡〢〣 */
        return TEXT_KIND_DIGIT;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
        return TEXT_KIND_LETTER;
    case UTF8PROC_CATEGORY_PD:
        return TEXT_KIND_JOIN;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return TEXT_KIND_MARK;
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

/* What is set between the parts of one number: dashes, dots, brackets, and the minus, which is no
 * dash to Unicode. A slash and a comma are not: they part dates and lists of houses. */
static bool joins(int32_t point)
{
    switch (point) {
    case '-':
    case '_':
    case '@':
    case '.':
    case '(':
    case ')':
    case '[':
    case ']':
    case '+':
    case '*':
    case '~':
    case 0xb7:   /* middle dot */
    case 0x2022: /* bullet */
    case 0x2027:
    case 0x2212: /* minus */
    case 0x3010: /* brackets, and the full stop of some keyboards */
    case 0x3011:
    case 0x30fb:
    case 0xff0e:
    case 0xff65:
        return true;
    default:
        return false;
    }
}

/* Most characters are ideographs; numerals are looked for first, as they are ideographs too. */
enum text_kind text_kind_of(int32_t wide)
{
    const int32_t point = text_kind_narrow(wide);
    if (point >= '0' && point <= '9') {
        return TEXT_KIND_DIGIT;
    }
    if (text_kind_ideograph(point)) {
        return text_kind_numeral(point) >= 0 ? TEXT_KIND_SPOKEN : TEXT_KIND_OTHER;
    }
    if (point == '\n' || point == '\r' || point == '\t' || point == ' ') {
        return TEXT_KIND_BLANK;
    }
    if (joins(point)) {
        return TEXT_KIND_JOIN;
    }
    return text_kind_numeral(point) >= 0 ? TEXT_KIND_SPOKEN : kind_unicode(point);
}

/* Told apart from what a title drops: a character of the user's own fonts, or of a later Unicode, is
 * something to whoever wrote it. */
bool text_kind_nothing(int32_t point)
{
    const enum text_kind kind = text_kind_of(point);
    if (kind == TEXT_KIND_BLANK) {
        return true;
    }
    if (kind != TEXT_KIND_DROP) {
        return false;
    }
    const utf8proc_category_t category = utf8proc_category(point);
    if (category == UTF8PROC_CATEGORY_CN) { /* kept by Unicode for what is not shown */
        return point == 0x2065 || (point >= 0xfff0 && point <= 0xfff8) ||
               (point >= 0xe0000 && point <= 0xe0fff);
    }
    return category != UTF8PROC_CATEGORY_CO;
}

bool text_kind_line_end(int32_t point)
{
    return point == '\n' || point == '\r' || point == 0x2028 || point == 0x2029;
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
