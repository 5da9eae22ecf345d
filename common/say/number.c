/* number: ids for machines, numbers for people. A ticket's id is the day and a running number of
 * that day; the public number is the same with a check digit, so that one that was misheard on the
 * telephone leads nowhere instead of to somebody else's complaint. Ids are stored and public
 * numbers are printed on paper: neither form may ever change. */
#include "common/say/number.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/check.h"

#define DAY_MS 86400000
#define SEQUENCE_DIGITS_MIN 4u
#define SEQUENCE_DIGITS_MAX 8u
#define DATE_DIGITS 8u
#define DIGITS_MAX (DATE_DIGITS + SEQUENCE_DIGITS_MAX + 1u)
#define YEAR_FIRST 1970u

/* Civil date of a day counted from 1970-01-01, as yyyymmdd. Years are counted from March, so that
 * the leap day is the last of its year; 400 years have 146,097 days. */
static uint64_t date_of_day(int64_t day)
{
    const int64_t shifted = day + 719468; /* from 0000-03-01 */
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t day_of_era = shifted - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_index = (5 * day_of_year + 2) / 153;
    const int64_t day_of_month = day_of_year - (153 * month_index + 2) / 5 + 1;
    const int64_t month = month_index < 10 ? month_index + 3 : month_index - 9;
    const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    return (uint64_t)(year * 10000 + month * 100 + day_of_month);
}

uint64_t number_day_first(uint64_t now_ms, int64_t utc_offset_ms)
{
    CHECK(now_ms < (uint64_t)INT64_MAX / 2);
    CHECK(utc_offset_ms > -DAY_MS);
    CHECK(utc_offset_ms < DAY_MS);
    const int64_t local = (int64_t)now_ms + utc_offset_ms;
    const int64_t day = (local >= 0 ? local : local - (DAY_MS - 1)) / DAY_MS;
    return date_of_day(day) * NUMBER_DAY_FACTOR + 1;
}

/* ISO/IEC 7064 MOD 11,10 over date and sequence, 8 digits each, highest first. */
static unsigned check_digit(uint64_t ticket)
{
    unsigned product = 10;
    for (uint64_t factor = 1000000000000000ull; factor > 0; factor /= 10) {
        const unsigned digit = (unsigned)(ticket / factor % 10);
        unsigned sum = (product + digit) % 10;
        sum = sum == 0 ? 10 : sum;
        product = sum * 2 % 11;
    }
    return (11 - product) % 10;
}

/* At least so many digits, with leading zeros; the end of what was written. */
static char *write_digits(char *at, uint64_t value, unsigned digits_min)
{
    char digits[NUMBER_BYTES];
    unsigned count = 0;
    for (; value > 0 || count < digits_min; value /= 10) {
        CHECK(count < sizeof digits);
        digits[count++] = (char)('0' + value % 10);
    }
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

/* By hand: every answer that names a ticket carries its number, and snprintf costs a submit more
 * than its checksum. */
void number_format(uint64_t ticket, char number[NUMBER_BYTES])
{
    char *at = write_digits(number, ticket / NUMBER_DAY_FACTOR, DATE_DIGITS);
    *at++ = '-';
    at = write_digits(at, ticket % NUMBER_DAY_FACTOR, SEQUENCE_DIGITS_MIN);
    *at++ = '-';
    *at++ = (char)('0' + check_digit(ticket));
    *at = '\0';
}

char *number_text(struct arena *arena, uint64_t ticket)
{
    char *const number = arena_alloc(arena, NUMBER_BYTES);
    if (number != NULL) {
        number_format(ticket, number);
    }
    return number;
}

static bool date_possible(uint64_t date)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const uint64_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    if (year < YEAR_FIRST || month < 1 || month > 12 || day < 1 || day > days[month - 1]) {
        return false;
    }
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month != 2 || day < 29 || leap;
}

/* One character of UTF-8. *text is moved after it; -1: the bytes are none, one of them is passed. */
static int32_t take_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    const unsigned more = at[0] < 0x80 ? 0 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
    uint32_t point = more == 0   ? at[0]
                     : more == 1 ? at[0] & 0x1fu
                     : more == 2 ? at[0] & 0x0fu
                                 : at[0] & 0x07u;
    for (unsigned index = 1; index <= more; index++) {
        if ((at[index] & 0xc0) != 0x80) {
            *text += index;
            return -1;
        }
        point = point << 6 | (at[index] & 0x3fu);
    }
    *text += more + 1;
    return (int32_t)point;
}

/* What people set around and between signs, or copy with them: blanks and dashes of all kinds,
 * marks of Chinese and Latin sentences, and what nobody sees. */
static bool between_signs(int32_t point)
{
    const bool ascii = point > 0 && point < 0x80;
    const bool latin = point >= 0x80 && point <= 0xbf;
    const bool general = (point >= 0x2000 && point <= 0x206f) || point == 0x2212;
    const bool chinese = point >= 0x3000 && point <= 0x303f && point != 0x3005 && point != 0x3007;
    const bool wide = point >= 0xfe00 && point <= 0xfe6f;
    return ascii || latin || general || chinese || wide || point == 0xfeff || point == 0x30fb;
}

/* The next sign of a number or a code, as what it is taken for: 0 to 9 and capitals, wide ones and
 * small ones too; O is 0, I and L are 1. '\0': the end; '?': something that belongs to neither. */
static char read_sign(const char **text)
{
    while (**text != '\0') {
        int32_t point = take_character(text);
        point = point >= 0xff01 && point <= 0xff5e ? point - 0xfee0 : point;
        point = point >= 'a' && point <= 'z' ? point - 'a' + 'A' : point;
        if (point == 'O') {
            return '0';
        }
        if (point == 'I' || point == 'L') {
            return '1';
        }
        if ((point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z')) {
            return (char)point;
        }
        if (!between_signs(point)) {
            return '?';
        }
    }
    return '\0';
}

enum rc number_parse(const char *text, uint64_t *ticket)
{
    unsigned digits[DIGITS_MAX];
    unsigned count = 0;
    for (char sign = read_sign(&text); sign != '\0'; sign = read_sign(&text)) {
        if (sign < '0' || sign > '9' || count == DIGITS_MAX) {
            return RC_INVALID;
        }
        digits[count++] = (unsigned)(sign - '0');
    }
    if (count < DATE_DIGITS + SEQUENCE_DIGITS_MIN + 1) {
        return RC_INVALID;
    }
    uint64_t date = 0, sequence = 0;
    for (unsigned index = 0; index < DATE_DIGITS; index++) {
        date = date * 10 + digits[index];
    }
    for (unsigned index = DATE_DIGITS; index < count - 1; index++) {
        sequence = sequence * 10 + digits[index];
    }
    const uint64_t id = date * NUMBER_DAY_FACTOR + sequence;
    if (!date_possible(date) || sequence == 0 || check_digit(id) != digits[count - 1]) {
        return RC_INVALID;
    }
    *ticket = id;
    return RC_OK;
}

void number_query_code(uint32_t random, char code[QUERY_CODE_BYTES])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (unsigned index = 0; index < QUERY_CODE_BYTES - 1; index++) {
        code[index] = alphabet[random >> (25 - 5 * index) & 31];
    }
    code[QUERY_CODE_BYTES - 1] = '\0';
}

int number_query_code_equal(const char *a, const char *b)
{
    for (;;) {
        const char left = read_sign(&a), right = read_sign(&b);
        if (left != right || left == '?') {
            return 0;
        }
        if (left == '\0') {
            return 1;
        }
    }
}
