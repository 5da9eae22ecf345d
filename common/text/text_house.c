/* text_house: the building and the flat that stand after the name of a place: 3号楼2单元502室, a座12层,
 * 3-2-501.
 *
 * Reads the form of text_normalise_place: numerals of houses are digits already and nothing stands
 * between the parts. A number counts only with a sign of a house after it or, after such a part, as
 * the flat (2单元502). What is not said so is not guessed at: dates (8月3号), buses (51路) and phones
 * stand in complaints too. */
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

enum {
    SIGN_BYTES = 3,
    DIGITS_MAX = 5,
    FLAT_DIGITS_MIN = 3,
    FLAT_DIGITS_MAX = 4,
    DASHES_MAX = 3,
    PARTS_MAX = 8
};

static bool begins(const char *text, size_t at, size_t bytes, const char *word)
{
    const size_t size = strlen(word);
    return bytes - at >= size && memcmp(text + at, word, size) == 0;
}

static bool digit(const char *text, size_t at, size_t bytes)
{
    return at < bytes && text[at] >= '0' && text[at] <= '9';
}

static size_t digits(const char *text, size_t at, size_t bytes)
{
    size_t used = 0;
    while (used <= DIGITS_MAX && digit(text, at + used, bytes)) {
        used++; /* a longer number is no house, however long it is */
    }
    return used;
}

/* The longest sign at `at`; *sure: of a house alone, where 号 may be a day and 组 a people. */
static size_t sign(const char *text, size_t at, size_t bytes, bool *sure)
{
    static const struct {
        const char *text;
        bool sure;
    } signs[] = {{"号楼", true}, {"号院", true}, {"号房", true}, {"单元", true}, {"号门", true},
                 {"栋", true},   {"幢", true},   {"座", true},   {"室", true},   {"弄", true},
                 {"楼", true},   {"层", true},   {"号", false},  {"院", false},  {"组", false},
                 {"期", false},  {"区", false},  {"排", false},  {"门", false},  {"队", false}};
    for (size_t index = 0; index < sizeof signs / sizeof signs[0]; index++) {
        if (begins(text, at, bytes, signs[index].text)) {
            *sure = signs[index].sure;
            return strlen(signs[index].text);
        }
    }
    return 0;
}

/* "a座", "甲栋", "东区" are houses without a number; one letter or mark before the sign. */
static size_t mark(const char *text, size_t at, size_t bytes)
{
    static const char *const marks[] = {"甲", "乙", "丙", "丁", "东", "西", "南", "北"};
    if (at < bytes && text[at] >= 'a' && text[at] <= 'z') {
        return 1;
    }
    for (size_t index = 0; index < sizeof marks / sizeof marks[0]; index++) {
        if (begins(text, at, bytes, marks[index])) {
            return SIGN_BYTES;
        }
    }
    return 0;
}

/* One part with its sign; 0: none. */
static size_t part(const char *text, size_t at, size_t bytes, bool *sure)
{
    const size_t before = mark(text, at, bytes);
    size_t end = at + before;
    const size_t count = digits(text, end, bytes);
    if (count > DIGITS_MAX || (count == 0 && before == 0)) {
        return 0;
    }
    end += count;
    if (begins(text, end, bytes, "-") && digit(text, end + 1, bytes)) { /* 3-1号院 */
        const size_t more = digits(text, end + 1, bytes);
        end += more <= DIGITS_MAX ? more + 1 : 0;
    }
    const size_t after = sign(text, end, bytes, sure);
    /* 东门 is a gate, 北队 are people: a mark alone makes a house of the signs of buildings only. */
    static const char *const never[] = {"号", "门", "期", "组", "队", "排"};
    bool house = after > 0;
    for (size_t index = 0; count == 0 && index < sizeof never / sizeof never[0]; index++) {
        house = house && !begins(text, end, bytes, never[index]);
    }
    if (!house) {
        return 0;
    }
    return end + after - at;
}

/* 3-2-501: building, entrance and flat as people shorten them; two parts may be anything. */
static size_t dashed(const char *text, size_t at, size_t bytes)
{
    size_t end = at;
    for (unsigned count = 1; count <= DASHES_MAX; count++) {
        const size_t used = digits(text, end, bytes);
        if (used == 0 || used > FLAT_DIGITS_MAX) {
            return 0;
        }
        end += used;
        if (count == DASHES_MAX) {
            return begins(text, end, bytes, "-") ? 0 : end - at;
        }
        if (!begins(text, end, bytes, "-")) {
            return 0;
        }
        end++;
    }
    return 0;
}

size_t text_house(const char *normalised, size_t at, size_t bytes, bool *sure)
{
    CHECK(at <= bytes);
    bool sign_sure = false;
    size_t end = at, used = 0;
    *sure = false;
    /* Bounded, or a text of nothing else would be read again from each of its houses. */
    for (unsigned parts = 0; parts < PARTS_MAX; parts++) {
        used = part(normalised, end, bytes, &sign_sure);
        if (used == 0) {
            break;
        }
        end += used;
        *sure = *sure || sign_sure;
    }
    if (end == at) {
        used = dashed(normalised, at, bytes);
        *sure = used > 0;
        return used;
    }
    const size_t flat = digits(normalised, end, bytes); /* 2单元502 */
    const bool follows = flat >= FLAT_DIGITS_MIN && flat <= FLAT_DIGITS_MAX;
    return end + (follows ? flat : 0) - at;
}

bool text_house_find(const char *normalised, size_t bytes, size_t *at, size_t *used)
{
    bool sure = false;
    for (size_t index = 0; index < bytes; index++) {
        if (!digit(normalised, index, bytes) ||
            (index > 0 && (digit(normalised, index - 1, bytes) || normalised[index - 1] == '-'))) {
            continue;
        }
        const size_t found = text_house(normalised, index, bytes, &sure);
        if (found > 0 && sure) {
            *at = index;
            *used = found;
            return true;
        }
    }
    return false;
}
