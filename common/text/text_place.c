/* text_place: a text in the form in which places are looked for.
 *
 * Beyond the form for matching (text_normalise.c) the numbers of houses are one: 三号院, ３号院 and
 * 3号院 are the same house, 十三号院 is house 13. Only numerals that stand before a word that is
 * counted by them are read, for 五一路, 八里桥 and 统一 are no numbers. A site's names of places and
 * the texts must both go through here, or a house that stands in a text is not found. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text_private.h"

enum {
    IDEOGRAPH_BYTES = 3,
    NUMERALS_MAX = 8, /* 九千… are no houses */
    VALUE_MAX = 99999,
    POSITIONS_MIN = 3, /* 一二〇三室; 五一, 八一, 六一 are names */
};

/* One of the characters of a list that stands at `at`. */
static bool one_of(const char *list, const char *text, size_t at, size_t bytes)
{
    if (bytes - at < IDEOGRAPH_BYTES) {
        return false;
    }
    for (; *list != '\0'; list += IDEOGRAPH_BYTES) {
        if (memcmp(list, text + at, IDEOGRAPH_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

/* 0 to 9, 10 for 十, 100 for 百; -1: no numeral of a house. 两 and 幺 count other things. Asked of
 * every ideograph of every complaint, hence by its three bytes as one number. */
static int numeral_at(const char *text, size_t at, size_t bytes)
{
    const unsigned char *b = (const unsigned char *)text + at;
    /* Of the second byte's 64 values eight are in the list below. */
    static const uint64_t seconds = 1ull << 0x00 | 1ull << 0x05 | 1ull << 0x0d | 1ull << 0x19 |
                                    1ull << 0x1b | 1ull << 0x38 | 1ull << 0x39 | 1ull << 0x3a;
    if (bytes - at < IDEOGRAPH_BYTES || b[0] < 0xe3 || b[0] > 0xe9 ||
        (seconds >> (b[1] & 0x3f) & 1u) == 0) {
        return -1;
    }
    switch ((unsigned)b[0] << 16 | (unsigned)b[1] << 8 | b[2]) {
    case 0xe38087: /* 〇 */
    case 0xe99bb6: /* 零 */
        return 0;
    case 0xe4b880: /* 一 */
        return 1;
    case 0xe4ba8c: /* 二 */
        return 2;
    case 0xe4b889: /* 三 */
        return 3;
    case 0xe59b9b: /* 四 */
        return 4;
    case 0xe4ba94: /* 五 */
        return 5;
    case 0xe585ad: /* 六 */
        return 6;
    case 0xe4b883: /* 七 */
        return 7;
    case 0xe585ab: /* 八 */
        return 8;
    case 0xe4b99d: /* 九 */
        return 9;
    case 0xe58d81: /* 十 */
        return 10;
    case 0xe799be: /* 百 */
        return 100;
    default:
        return -1;
    }
}

/* Scales must fall (百, 十) and each need a digit before it, but for 十 alone at the front: what is
 * not said so is not guessed at, for a wrong house is worse than none. 十三, 二十一, 一百零三 as they are counted. -1: not said so. */
static int counted(const int *numerals, unsigned count)
{
    int value = 0, open = -1, scale = 1000;
    for (unsigned index = 0; index < count; index++) {
        const int numeral = numerals[index];
        if (numeral >= 10) {
            if (numeral >= scale || (open < 0 && (index > 0 || numeral == 100)) || open == 0) {
                return -1;
            }
            value += (open < 0 ? 1 : open) * numeral;
            scale = numeral;
            open = -1;
        } else if (numeral == 0) { /* 一百零三 */
            if (open >= 0 || scale != 100 || index + 2 != count) {
                return -1;
            }
        } else {
            if (open >= 0) {
                return -1;
            }
            open = numeral;
        }
    }
    const bool hanging = open > 0 && scale == 100 && numerals[count - 2] == 100; /* 一百二 */
    return hanging ? -1 : value + (open > 0 ? open : 0);
}

/* 一〇三, 一二〇三 as they are read out. -1: not said so. */
static int read_out(const int *numerals, unsigned count)
{
    int value = 0;
    bool zero = false;
    for (unsigned index = 0; index < count; index++) {
        if (numerals[index] >= 10) {
            return -1;
        }
        zero = zero || numerals[index] == 0;
        value = value * 10 + numerals[index];
    }
    return numerals[0] == 0 || value > VALUE_MAX || (count < POSITIONS_MIN && !zero) ? -1 : value;
}

/* Words that end with a numeral and are none: 星期一, 统一, 几十. */
static bool part_of_word(const char *text, size_t at, int first, unsigned count)
{
    if (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9') {
        return true;
    }
    if (at < IDEOGRAPH_BYTES) {
        return false;
    }
    const size_t before = at - IDEOGRAPH_BYTES;
    const bool day = count == 1 && first >= 1 && first <= 6;
    return (day && one_of("期周拜", text, before, at)) ||
           (count == 1 && first == 1 && one_of("统唯同单万之逐专", text, before, at)) ||
           one_of("几数好千万亿两", text, before, at);
}

/* The numerals that stand together at `at`, as a number of a house; *used: their bytes. -1: none.
 * 路 and 里 are not among the counters: 五一路 and 三里屯 are names, and the bus 51路 is neither. */
static int house_at(const char *text, size_t at, size_t bytes, size_t *used)
{
    static const char counters[] = "号栋幢楼座单院弄室层期区组队门排村社街巷条段";
    int numerals[NUMERALS_MAX];
    unsigned count = 0;
    size_t end = at;
    for (int numeral = numeral_at(text, end, bytes); numeral >= 0;
         numeral = numeral_at(text, end, bytes)) {
        if (count < NUMERALS_MAX) {
            numerals[count] = numeral;
        }
        count++;
        end += IDEOGRAPH_BYTES;
    }
    *used = end - at;
    if (count == 0 || count > NUMERALS_MAX || !one_of(counters, text, end, bytes) ||
        part_of_word(text, at, numerals[0], count)) {
        return -1;
    }
    const int value = counted(numerals, count);
    return value > 0 ? value : read_out(numerals, count);
}

/* In place: digits are shorter than numerals, so what is written never overtakes what is read. */
size_t text_place_numbers(char *normalised, size_t bytes)
{
    CHECK(normalised[bytes] == '\0');
    size_t to = 0, kept = 0; /* what lies before `kept` was moved */
    for (size_t at = 0; at < bytes;) {
        /* Bytes of the character, or one of them; nothing is found inside a character. */
        const bool three = (unsigned char)normalised[at] >= 0xe0 && bytes - at >= IDEOGRAPH_BYTES;
        size_t used = three ? IDEOGRAPH_BYTES : 1;
        const bool numeral = three && numeral_at(normalised, at, bytes) >= 0;
        const int value = numeral ? house_at(normalised, at, bytes, &used) : -1;
        if (value > 0) {
            memmove(normalised + to, normalised + kept, at - kept);
            to += at - kept;
            char number[8];
            const int digits = snprintf(number, sizeof number, "%d", value);
            CHECK(digits <= (int)used); /* a numeral has three bytes, a digit one */
            memcpy(normalised + to, number, (size_t)digits);
            to += (size_t)digits;
            kept = at + used;
        }
        at += used;
    }
    memmove(normalised + to, normalised + kept, bytes - kept);
    to += bytes - kept;
    normalised[to] = '\0';
    return to;
}

enum rc text_normalise_place(struct arena *arena, const char *text, char **out, size_t *bytes)
{
    const enum rc rc = text_normalise(arena, text, out, bytes);
    if (rc == RC_OK) {
        *bytes = text_place_numbers(*out, *bytes);
    }
    return rc;
}
