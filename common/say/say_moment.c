/* say_moment: reads dates and times as tables write them, whatever made the table.
 *
 * A cell is cut into signs (numbers, marks, words of Chinese and English) and the signs are read by
 * the few shapes there are. What is left over makes the cell one that is not understood: half a date
 * is no date. Owns nothing; what must stay true is that nothing is guessed: of two readings neither
 * is taken unless the column decides. */
#include "common/say/say_moment.h"

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/say/say_time.h"

enum {
    PLAIN_BYTES = 96,
    SIGNS_MAX = 40,
    SERIAL_MIN = 20000,        /* 1954 */
    SERIAL_MAX = 80000,        /* 2119 */
    SERIAL_EPOCH_DAYS = 25569, /* of 1970-01-01, counted as spreadsheets do */
    YEAR_MIN = 1970,
};
#define SECOND_MS 1000ll
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

enum sign_kind {
    END,
    NUMBER,
    MARK, /* value: the ASCII character */
    MONTH_NAME,
    YEAR,
    MONTH,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    HALF,
    AM,
    PM,
    NOON,
    NIGHT,
    ZULU,
    TEE, /* between date and time */
    BLANK,
    SKIP, /* says nothing: names of weekdays, "th" */
};

struct sign {
    enum sign_kind kind;
    unsigned digits; /* of a number, zeros in front too */
    uint64_t value;
};

struct reading {
    struct sign signs[SIGNS_MAX + 1];
    unsigned count, at;
    bool latin_half; /* AM or PM in English */
};

struct date {
    unsigned year, month, day;
    unsigned first, second; /* of 3/2/2026, until the order is known; 0: known */
};

/* ---- signs ---- */

/* Wide forms become narrow, blanks of all kinds one blank, and what nobody sees goes. False: too
 * long for a date. */
static bool make_plain(const char *text, char plain[PLAIN_BYTES])
{
    /* NOLINTBEGIN(misc-misleading-bidirectional): marks that copied text brings along */
    static const struct {
        const char *bytes;
        char to; /* 0: dropped */
    } forms[] = {{"\u3000", ' '}, {"\u00a0", ' '}, {"\u202f", ' '}, {"\u2009", ' '},
                 {"\t", ' '},     {"\r", ' '},     {"\n", ' '},     {"\ufeff", 0},
                 {"\u200b", 0},   {"\u200e", 0},   {"\u200f", 0},   {"\u202a", 0},
                 {"\u202c", 0},   {"\u202d", 0},   {"\u2060", 0},   {"\u2010", '-'},
                 {"\u2011", '-'}, {"\u2013", '-'}, {"\u2014", '-'}, {"\u2212", '-'},
                 {"'", 0}};
    /* NOLINTEND(misc-misleading-bidirectional) */
    size_t used = 0;
    while (*text != '\0') {
        const unsigned char *at = (const unsigned char *)text;
        size_t bytes = 1;
        char to = *text;
        for (size_t index = 0; index < sizeof forms / sizeof forms[0]; index++) {
            const size_t size = strlen(forms[index].bytes);
            if (strncmp(text, forms[index].bytes, size) == 0) {
                bytes = size;
                to = forms[index].to;
            }
        }
        if (at[0] == 0xef && at[1] == 0xbc && at[2] >= 0x81 && at[2] <= 0xbf) {
            bytes = 3; /* U+FF01 to U+FF3F */
            to = (char)(at[2] - 0x60);
        } else if (at[0] == 0xef && at[1] == 0xbd && at[2] >= 0x80 && at[2] <= 0x9e) {
            bytes = 3; /* U+FF40 to U+FF5E */
            to = (char)(at[2] - 0x20);
        }
        if (used + 1 >= PLAIN_BYTES) {
            return false;
        }
        plain[used] = to;
        used += to == 0 ? 0 : 1;
        text += bytes;
    }
    plain[used] = '\0';
    return true;
}

/* A word of Chinese at `text`; its bytes, 0: none. */
static size_t chinese_word(const char *text, enum sign_kind *kind)
{
    static const struct {
        const char *word;
        enum sign_kind kind;
    } words[] = {{"年", YEAR},   {"月", MONTH},   {"日", DAY},     {"号", DAY},  {"点钟", HOUR},
                 {"点", HOUR},   {"點", HOUR},    {"时", HOUR},    {"時", HOUR}, {"分", MINUTE},
                 {"秒", SECOND}, {"半", HALF},    {"整", SKIP},    {"上午", AM}, {"早上", AM},
                 {"早晨", AM},   {"清晨", AM},    {"凌晨", AM},    {"下午", PM}, {"傍晚", PM},
                 {"中午", NOON}, {"晚上", NIGHT}, {"夜里", NIGHT}, {"晚", NIGHT}};
    static const char *const weeks[] = {"星期", "礼拜", "周"};
    for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
        const size_t size = strlen(words[index].word);
        if (strncmp(text, words[index].word, size) == 0) {
            *kind = words[index].kind;
            return size;
        }
    }
    for (size_t index = 0; index < sizeof weeks / sizeof weeks[0]; index++) {
        const size_t size = strlen(weeks[index]);
        static const char days[] = "一二三四五六日天末";
        for (const char *day = days; strncmp(text, weeks[index], size) == 0 && *day != '\0';
             day += 3) {
            if (strncmp(text + size, day, 3) == 0) {
                *kind = SKIP;
                return size + 3;
            }
        }
    }
    return 0;
}

/* A word of English, of small letters. */
static struct sign english_word(const char *word)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    static const char *const nothing[] = {"monday",   "tuesday", "wednesday", "thursday", "friday",
                                          "saturday", "sunday",  "st",        "nd",       "rd",
                                          "th",       "of",      "at",        "tues",     "thurs"};
    const size_t bytes = strlen(word);
    for (unsigned index = 0; index < 12; index++) {
        const bool sept = index == 8 && strcmp(word, "sept") == 0;
        if (strcmp(word, months[index]) == 0 || sept ||
            (bytes == 3 && strncmp(word, months[index], 3) == 0)) {
            return (struct sign){.kind = MONTH_NAME, .value = index + 1};
        }
    }
    for (size_t index = 0; index < sizeof nothing / sizeof nothing[0]; index++) {
        if (strcmp(word, nothing[index]) == 0 ||
            (bytes == 3 && index < 7 && strncmp(word, nothing[index], 3) == 0)) {
            return (struct sign){.kind = SKIP};
        }
    }
    const bool zulu =
        strcmp(word, "z") == 0 || strcmp(word, "utc") == 0 || strcmp(word, "gmt") == 0;
    return (struct sign){.kind = strcmp(word, "am") == 0 || strcmp(word, "a.m.") == 0   ? AM
                                 : strcmp(word, "pm") == 0 || strcmp(word, "p.m.") == 0 ? PM
                                 : zulu                                                 ? ZULU
                                 : strcmp(word, "t") == 0                               ? TEE
                                                                                        : END};
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters from `at` as a sign, "a.m." with its dots; *bytes: how many. */
static struct sign take_word(const char *at, size_t *bytes)
{
    char word[16] = "";
    size_t count = 0;
    const bool dotted = is_letter(at[0]) && at[1] == '.' && (at[2] | 0x20) == 'm';
    for (; count + 1 < sizeof word && (is_letter(at[count]) || (dotted && at[count] == '.'));
         count++) {
        word[count] = is_letter(at[count]) ? (char)(at[count] | 0x20) : '.';
    }
    if (dotted && count == 3) { /* "a.m" */
        word[count] = '.';
    }
    *bytes = count;
    return english_word(word);
}

static bool add_sign(struct reading *reading, struct sign sign)
{
    if (reading->count == SIGNS_MAX) {
        return false;
    }
    reading->signs[reading->count++] = sign;
    return true;
}

static bool add_number(struct reading *reading, const char **at)
{
    struct sign sign = {.kind = NUMBER};
    for (; **at >= '0' && **at <= '9'; (*at)++, sign.digits++) {
        if (sign.digits < 15) {
            sign.value = sign.value * 10 + (uint64_t)(**at - '0');
        }
    }
    return add_sign(reading, sign);
}

/* False: something in it is no part of any date. */
static bool read_signs(const char *text, struct reading *reading)
{
    char plain[PLAIN_BYTES];
    memset(reading, 0, sizeof *reading);
    if (!make_plain(text, plain)) {
        return false;
    }
    for (const char *at = plain; *at != '\0';) {
        struct sign sign = {.kind = END};
        size_t bytes = 1;
        if (*at >= '0' && *at <= '9') {
            if (!add_number(reading, &at)) {
                return false;
            }
            continue;
        }
        if (is_letter(*at)) {
            sign = take_word(at, &bytes);
            reading->latin_half = reading->latin_half || sign.kind == AM || sign.kind == PM;
        } else if (*at == ' ') {
            sign.kind = BLANK;
        } else if (strchr("-/.:,+()", *at) != NULL) {
            sign = (struct sign){.kind = MARK, .value = (unsigned char)*at};
        } else {
            bytes = chinese_word(at, &sign.kind);
        }
        if (sign.kind == END || !add_sign(reading, sign)) {
            return false;
        }
        at += bytes;
    }
    return true;
}

/* ---- shapes ---- */

static const struct sign *sign_at(const struct reading *reading, unsigned ahead)
{
    static const struct sign end = {.kind = END};
    const unsigned at = reading->at + ahead;
    return at < reading->count ? &reading->signs[at] : &end;
}

static bool is_mark(const struct sign *sign, char mark)
{
    return sign->kind == MARK && sign->value == (unsigned char)mark;
}

/* A number of one or two digits. */
static bool is_small(const struct sign *sign)
{
    return sign->kind == NUMBER && sign->digits <= 2;
}

/* Blanks and words that say nothing. */
static void pass_gaps(struct reading *reading)
{
    for (;;) {
        const struct sign *sign = sign_at(reading, 0);
        if (sign->kind != BLANK && sign->kind != SKIP && !is_mark(sign, ',') &&
            !is_mark(sign, '(') && !is_mark(sign, ')')) {
            return;
        }
        reading->at++;
    }
}

static unsigned full_year(const struct sign *sign)
{
    return (unsigned)sign->value + (sign->digits == 2 ? 2000 : 0);
}

static bool is_year(const struct sign *sign)
{
    return sign->kind == NUMBER && (sign->digits == 4 || sign->digits == 2);
}

/* 2026-3-2, 2026/03/02, 2026.3.2, 2026年3月2日 */
static bool read_year_first(struct reading *reading, struct date *date)
{
    const struct sign *year = sign_at(reading, 0), *one = sign_at(reading, 1);
    const struct sign *month = sign_at(reading, 2), *two = sign_at(reading, 3);
    const struct sign *day = sign_at(reading, 4);
    const bool words = one->kind == YEAR && two->kind == MONTH;
    const bool marks = year->digits == 4 && one->kind == MARK && two->kind == MARK &&
                       one->value == two->value &&
                       (is_mark(one, '-') || is_mark(one, '/') || is_mark(one, '.'));
    if (!is_year(year) || !is_small(month) || !is_small(day) || !(words || marks)) {
        return false;
    }
    *date = (struct date){
        .year = full_year(year), .month = (unsigned)month->value, .day = (unsigned)day->value};
    reading->at += 5;
    reading->at += sign_at(reading, 0)->kind == DAY ? 1 : 0;
    return true;
}

/* 3/2/2026, 03-02-2026, 2.3.2026: the order stays open, but with dots, where the day is first. */
static bool read_year_last(struct reading *reading, struct date *date)
{
    const struct sign *a = sign_at(reading, 0), *one = sign_at(reading, 1);
    const struct sign *b = sign_at(reading, 2), *two = sign_at(reading, 3);
    const struct sign *year = sign_at(reading, 4);
    const bool dots = is_mark(one, '.');
    if (!is_small(a) || !is_small(b) || !is_year(year) || one->kind != MARK || two->kind != MARK ||
        one->value != two->value || !(dots || is_mark(one, '/') || is_mark(one, '-')) ||
        (year->digits == 2 && !is_mark(one, '/'))) {
        return false;
    }
    *date = (struct date){.year = full_year(year)};
    if (dots) {
        date->day = (unsigned)a->value;
        date->month = (unsigned)b->value;
    } else {
        date->first = (unsigned)a->value;
        date->second = (unsigned)b->value;
    }
    reading->at += 5;
    return date->day > 0 || (date->first > 0 && date->second > 0);
}

/* One sign between the parts of "2-Mar-2026". */
static void pass_between(struct reading *reading)
{
    pass_gaps(reading);
    const struct sign *sign = sign_at(reading, 0);
    if (is_mark(sign, '-') || is_mark(sign, '/') || is_mark(sign, '.')) {
        reading->at++;
    }
    pass_gaps(reading);
}

/* Mar 2, 2026; 2 March 2026; 02-Mar-26; 2026 Mar 02, as Chicago writes it. */
static bool read_month_name(struct reading *reading, struct date *date)
{
    const bool name_first = sign_at(reading, 0)->kind == MONTH_NAME;
    if (!name_first && sign_at(reading, 0)->kind != NUMBER) {
        return false;
    }
    struct sign parts[3];
    for (unsigned index = 0; index < 3; index++) {
        parts[index] = *sign_at(reading, 0);
        reading->at++;
        if (index < 2) {
            pass_between(reading);
        }
    }
    const bool year_first = parts[0].kind == NUMBER && parts[0].digits == 4;
    const struct sign *name = &parts[name_first ? 0 : 1];
    const struct sign *day = &parts[name_first ? 1 : year_first ? 2 : 0];
    const struct sign *year = &parts[year_first ? 0 : 2];
    if (name->kind != MONTH_NAME || !is_small(day) || !is_year(year)) {
        return false;
    }
    *date = (struct date){
        .year = full_year(year), .month = (unsigned)name->value, .day = (unsigned)day->value};
    return true;
}

/* 20260302, and 202603020905(00) with its time in *wall_ms. */
static bool read_digits(struct reading *reading, struct date *date, int64_t *wall_ms)
{
    const struct sign *number = sign_at(reading, 0);
    const unsigned digits = number->digits;
    if (number->kind != NUMBER || (digits != 8 && digits != 12 && digits != 14)) {
        return false;
    }
    uint64_t value = number->value;
    const uint64_t seconds = digits == 14 ? value % 100 : 0;
    value /= digits == 14 ? 100 : 1;
    const uint64_t minutes = digits > 8 ? value % 100 : 0,
                   hours = digits > 8 ? value / 100 % 100 : 0;
    value /= digits > 8 ? 10000 : 1;
    if (hours > 23 || minutes > 59 || seconds > 59) {
        return false;
    }
    *date = (struct date){.year = (unsigned)(value / 10000),
                          .month = (unsigned)(value / 100 % 100),
                          .day = (unsigned)(value % 100)};
    *wall_ms =
        (int64_t)hours * HOUR_MS + (int64_t)minutes * MINUTE_MS + (int64_t)seconds * SECOND_MS;
    reading->at++;
    return true;
}

/* A spreadsheet's number of days, with the part of the day after a point. */
static bool read_serial(struct reading *reading, int64_t *local_ms)
{
    const struct sign *days = sign_at(reading, 0), *part = sign_at(reading, 2);
    const bool point = is_mark(sign_at(reading, 1), '.') && part->kind == NUMBER;
    if (days->kind != NUMBER || days->digits != 5 || days->value < SERIAL_MIN ||
        days->value > SERIAL_MAX || reading->count != (point ? 3u : 1u)) {
        return false;
    }
    uint64_t billionths = 0;
    if (point) {
        billionths = part->value;
        for (unsigned digits = part->digits < 15 ? part->digits : 15; digits > 9; digits--) {
            billionths /= 10;
        }
        for (unsigned digits = part->digits; digits < 9; digits++) {
            billionths *= 10;
        }
    }
    /* To the second: what is smaller is how a part of a day is kept. */
    const uint64_t seconds = (billionths * 86400 + 500000000) / 1000000000;
    *local_ms = ((int64_t)days->value - SERIAL_EPOCH_DAYS) * DAY_MS + (int64_t)seconds * SECOND_MS;
    reading->at = reading->count;
    return true;
}

/* ---- the time of the day ---- */

struct clock {
    uint64_t hour, minute, second, milli;
    enum sign_kind half; /* AM, PM, NOON, NIGHT; END: not said */
};

static bool is_half(const struct sign *sign)
{
    return sign->kind == AM || sign->kind == PM || sign->kind == NOON || sign->kind == NIGHT;
}

static bool take_half(struct reading *reading, struct clock *clock)
{
    pass_gaps(reading);
    if (!is_half(sign_at(reading, 0))) {
        return true;
    }
    if (clock->half != END) {
        return false;
    }
    clock->half = sign_at(reading, 0)->kind;
    reading->at++;
    pass_gaps(reading);
    return true;
}

/* A number of two digits after a mark, or with a word after it. */
static bool take_part(struct reading *reading, enum sign_kind word, bool marked, uint64_t *value)
{
    const unsigned ahead = marked ? 1 : 0;
    const struct sign *number = sign_at(reading, ahead);
    if (!is_small(number)) {
        return false;
    }
    const bool named = sign_at(reading, ahead + 1)->kind == word;
    if (marked ? number->digits != 2 : !named) {
        return false;
    }
    *value = number->value;
    reading->at += ahead + 1 + (named ? 1 : 0);
    return true;
}

static void take_fraction(struct reading *reading, struct clock *clock)
{
    const struct sign *part = sign_at(reading, 1);
    if (!is_mark(sign_at(reading, 0), '.') || part->kind != NUMBER) {
        return;
    }
    clock->milli = part->value;
    for (unsigned digits = part->digits < 15 ? part->digits : 15; digits > 3; digits--) {
        clock->milli /= 10;
    }
    for (unsigned digits = part->digits; digits < 3; digits++) {
        clock->milli *= 10;
    }
    reading->at += 2;
}

/* 9:05, 09:05:00.250, 9点05分, 9点半, 9时; "9" alone with AM. */
static bool take_clock(struct reading *reading, struct clock *clock)
{
    const struct sign *hour = sign_at(reading, 0);
    if (hour->kind == NUMBER && (hour->digits == 4 || hour->digits == 6)) { /* 0905, 090500 */
        const uint64_t scale = hour->digits == 6 ? 100 : 1;
        *clock = (struct clock){.hour = hour->value / scale / 100,
                                .minute = hour->value / scale % 100,
                                .second = scale == 100 ? hour->value % 100 : 0,
                                .half = clock->half};
        reading->at++;
        return true;
    }
    if (!is_small(hour)) {
        return false;
    }
    clock->hour = hour->value;
    reading->at++;
    if (is_mark(sign_at(reading, 0), ':')) {
        if (!take_part(reading, MINUTE, true, &clock->minute)) {
            return false;
        }
        if (is_mark(sign_at(reading, 0), ':') &&
            !take_part(reading, SECOND, true, &clock->second)) {
            return false;
        }
        take_fraction(reading, clock);
        return true;
    }
    if (sign_at(reading, 0)->kind != HOUR) {
        const unsigned gap = sign_at(reading, 0)->kind == BLANK ? 1 : 0;
        return clock->half != END || is_half(sign_at(reading, gap));
    }
    reading->at++;
    if (sign_at(reading, 0)->kind == HALF) {
        clock->minute = 30;
        reading->at++;
        return true;
    }
    if (is_small(sign_at(reading, 0)) && sign_at(reading, 1)->kind == END) { /* 9点05 */
        clock->minute = sign_at(reading, 0)->value;
        reading->at++;
        return true;
    }
    (void)take_part(reading, MINUTE, false, &clock->minute);
    (void)take_part(reading, SECOND, false, &clock->second);
    return true;
}

/* By 24 hours. False: no such time, or one that is read in two ways. */
static bool clock_hour(struct clock *clock)
{
    uint64_t *hour = &clock->hour;
    switch (clock->half) {
    case AM:
        if (*hour > 12) {
            return false;
        }
        *hour = *hour == 12 ? 0 : *hour;
        break;
    case PM:
        *hour += *hour < 12 ? 12 : 0;
        break;
    case NOON:
        *hour += *hour < 3 ? 12 : 0;
        break;
    case NIGHT: /* of which day is 12 at night, and 1? */
        if (*hour < 5 || *hour == 12) {
            return false;
        }
        *hour += *hour < 12 ? 12 : 0;
        break;
    default:
        break;
    }
    return *hour < 24 && clock->minute < 60 && clock->second < 60;
}

/* Z, +08:00, +0800. *written stays false where there is none. */
static bool take_offset(struct reading *reading, int64_t *offset_ms, bool *written)
{
    const struct sign *sign = sign_at(reading, 0), *hours = sign_at(reading, 1);
    if (sign->kind == ZULU) {
        *written = true;
        reading->at++;
        return true;
    }
    if (!is_mark(sign, '+') && !is_mark(sign, '-')) {
        return true;
    }
    uint64_t hour = hours->value, minute = 0;
    unsigned used = 2;
    if (hours->kind == NUMBER && hours->digits == 4) {
        hour = hours->value / 100;
        minute = hours->value % 100;
    } else if (!is_small(hours)) {
        return false;
    } else if (is_mark(sign_at(reading, 2), ':') && is_small(sign_at(reading, 3))) {
        minute = sign_at(reading, 3)->value;
        used = 4;
    }
    if (hour > 14 || minute > 59) {
        return false;
    }
    *written = true;
    *offset_ms =
        ((int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS) * (is_mark(sign, '-') ? -1 : 1);
    reading->at += used;
    return true;
}

/* ---- all of it ---- */

/* A cell as far as it is known without the column. */
struct moment {
    struct date date;
    int64_t wall_ms;   /* since midnight of the date */
    int64_t serial_ms; /* instead of date and wall, if serial */
    int64_t offset_ms;
    bool serial, written;
};

static bool read_moment(struct reading *reading, struct moment *moment)
{
    *moment = (struct moment){.wall_ms = 0};
    struct clock clock = {.half = END};
    while (reading->count > 0 && (reading->signs[reading->count - 1].kind == BLANK ||
                                  reading->signs[reading->count - 1].kind == SKIP)) {
        reading->count--;
    }
    pass_gaps(reading);
    const unsigned begin = reading->at;
    if (begin == 0 && read_serial(reading, &moment->serial_ms)) {
        moment->serial = true;
        return true;
    }
    bool good = read_year_first(reading, &moment->date) || read_year_last(reading, &moment->date) ||
                read_digits(reading, &moment->date, &moment->wall_ms);
    if (!good) {
        reading->at = begin;
        good = read_month_name(reading, &moment->date);
    }
    if (!good) {
        return false;
    }
    const unsigned after = reading->at;
    pass_gaps(reading);
    if (sign_at(reading, 0)->kind == TEE) {
        reading->at++;
    } else if (sign_at(reading, 0)->kind == END) {
        return true;
    } else if (reading->at == after && !is_half(sign_at(reading, 0)) &&
               reading->signs[after - 1].kind != DAY) {
        return false; /* "2026-3-29:05" */
    }
    if (moment->wall_ms != 0 || !take_half(reading, &clock) || !take_clock(reading, &clock) ||
        !take_half(reading, &clock) || !clock_hour(&clock) ||
        !take_offset(reading, &moment->offset_ms, &moment->written)) {
        return false;
    }
    pass_gaps(reading);
    moment->wall_ms =
        (int64_t)(clock.hour * (uint64_t)HOUR_MS + clock.minute * (uint64_t)MINUTE_MS +
                  clock.second * (uint64_t)SECOND_MS + clock.milli);
    return sign_at(reading, 0)->kind == END;
}

unsigned say_moment_order(const char *text)
{
    CHECK(text != NULL);
    struct reading reading;
    struct moment moment;
    if (!read_signs(text, &reading) || !read_moment(&reading, &moment) || moment.date.first == 0) {
        return 0;
    }
    const struct date *date = &moment.date;
    const bool month = date->first <= 12 && date->second > 12 && date->second <= 31;
    const bool day = date->second <= 12 && date->first > 12 && date->first <= 31;
    return (month ? SAY_MOMENT_MONTH_FIRST : 0u) | (day ? SAY_MOMENT_DAY_FIRST : 0u) |
           (reading.latin_half ? SAY_MOMENT_AMERICAN : 0u);
}

/* Gives first and second their meaning. False: the column does not say. */
static bool decide(struct date *date, unsigned order)
{
    const unsigned proven = order & (SAY_MOMENT_MONTH_FIRST | SAY_MOMENT_DAY_FIRST);
    bool month_first =
        proven == SAY_MOMENT_MONTH_FIRST || (proven == 0 && (order & SAY_MOMENT_AMERICAN) != 0);
    bool day_first = proven == SAY_MOMENT_DAY_FIRST;
    if (date->first > 12 || date->second > 12 || date->first == date->second) {
        month_first = date->first <= 12; /* it says so itself */
        day_first = !month_first;
    }
    date->month = month_first ? date->first : date->second;
    date->day = month_first ? date->second : date->first;
    return month_first || day_first;
}

enum say_moment say_moment_read(const struct say *say, const char *text, unsigned order,
                                uint64_t *at_ms)
{
    CHECK(text != NULL);
    struct reading reading;
    struct moment moment;
    if (!read_signs(text, &reading) || !read_moment(&reading, &moment)) {
        return SAY_MOMENT_ODD;
    }
    struct date *date = &moment.date;
    int64_t local_ms = moment.serial_ms;
    if (!moment.serial) {
        if (date->first != 0 && !decide(date, order)) {
            return SAY_MOMENT_AMBIGUOUS;
        }
        if (date->year < YEAR_MIN || date->month < 1 || date->month > 12 || date->day < 1 ||
            date->day > civil_month_days((int)date->year, date->month)) {
            return SAY_MOMENT_ODD;
        }
        local_ms =
            (int64_t)civil_days((int)date->year, date->month, date->day) * DAY_MS + moment.wall_ms;
    }
    const int64_t moment_ms =
        moment.written ? local_ms - moment.offset_ms : say_time_moment(say, local_ms);
    const bool dated = local_ms % DAY_MS == 0; /* a day may begin in the hour that is left out */
    if (moment_ms < 0 || moment_ms > (int64_t)SAY_TIME_MS_MAX ||
        (!moment.written && !dated && say_time_skipped(say, local_ms))) {
        return SAY_MOMENT_ODD;
    }
    *at_ms = (uint64_t)moment_ms;
    return SAY_MOMENT_READ;
}
