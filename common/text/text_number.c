/* text_number: where a number is in a text, however it is written, and whether it may be read by
 * everybody.
 *
 * One search for titles and notes (text_title.c, text_mask.c), so that what is found in the one is
 * found in the other. People write numbers with blanks, dashes, dots and brackets between, in wide
 * or circled digits, with the frame of a keycap, as Chinese numerals, and copy them with characters
 * that nobody sees: all of that is passed over and counts as one number. Slashes, commas and their
 * like part lists, dates and houses: over them only what has the shape of a phone is one number. What looks like a number
 * of ours or of nobody is left alone: a ticket's number, a date, an amount, a house.
 *
 * A form that is added here hides more, or shows more, in logs that are kept for years: what shows
 * more must be something that no phone, account or card can look like. */
#include <string.h>

#include "common/base/check.h"
#include "common/text/text_private.h"

enum {
    TITLE_RUN_MIN = 5,     /* a shorter run is a house number, a year, a price */
    TITLE_SPREAD_MIN = 7,  /* with something between: "138-1234-5678" */
    TITLE_MIX_MIN = 5,     /* "A3" is a district, "A12345" a number plate */
    NOTE_RUN_MIN = 7,      /* "8:30", "2026-11-22" and "3栋1201" are needed in notes */
    NOTE_SPREAD_MIN = 11,  /* a mobile number, an area code with its number */
    SERVICE_DIGITS = 10,   /* 400-800-1234 */
    MOBILE_DIGITS = 11,    /* begins with 13 to 19 */
    IDENTITY_DIGITS = 17,  /* before the X that may end the number of an identity card */
    AMOUNT_DIGITS_MAX = 9, /* of yuan: what is more is no budget of a street */
    SPOKEN_RUN_MIN = 7,    /* numerals: so many in a row are no counting any more */
    SPOKEN_FEW = 2,        /* "一直", "三次" beside a number are words, not parts of it */
    JOINS_MAX = 4,         /* ") - " */
    GROUPS_MAX = 8,
    PHONE_DIGITS_MAX = 15, /* 0086 and a mobile number */
    AREA_DIGITS = 4,       /* 0571, 0592; 010, 021: three */
    SMALL_DIGITS = 2,      /* an hour, a day, a house */
    NUMBERED_DIGITS = 4,   /* "1201室", "2026年" */
    VALUES_MAX = 24,
};

/* A number while it is read. Groups are what stands between joins. */
struct number {
    unsigned digits, spoken, letters, run, run_max, all_run, all_run_max;
    size_t end, digits_begin, digits_end; /* offsets in the text */
    size_t group_ends[GROUPS_MAX];
    unsigned group_digits[GROUPS_MAX];
    char group_joins[GROUPS_MAX];    /* before the group: - . or a blank; ? anything else */
    int32_t group_lists[GROUPS_MAX]; /* before the group: as list, of this place alone */
    unsigned group_count;            /* may exceed GROUPS_MAX */
    unsigned cut_group;      /* the first on another line or after a sign of lists; 0: none */
    int32_t list;            /* that sign; 0: none, -1: more than one kind */
    char values[VALUES_MAX]; /* '0' to '9', ? where the value is not known */
    bool address, closes;    /* an @ in it; a closing bracket */
    bool trial;              /* only to see whether a phone begins: no further look ahead */
};

/* ---- reading ---- */

static char join_of(int32_t point)
{
    const int32_t narrow = text_kind_narrow(point);
    const enum text_kind kind = text_kind_of(point);
    if (kind == TEXT_KIND_BLANK) {
        return ' ';
    }
    const bool dot = narrow == '.' || narrow == 0xb7 || narrow == 0x2022 || narrow == 0x30fb;
    const bool plain = strchr("_@()[]+*", narrow < 0x80 ? narrow : '_') != NULL;
    return dot ? '.' : plain ? '?' : '-';
}

/* Signs that part the items of a list, dates and times, and at times the groups of a phone. 0: none;
 * else one sign for all its widths. */
static int32_t list_sign(int32_t point)
{
    const int32_t narrow = text_kind_narrow(point);
    switch (narrow) {
    case 0x3001: /* 、 and its small and narrow forms */
    case 0xfe51:
    case 0xff64:
        return 0x3001;
    case 0x2044: /* slashes of fractions */
    case 0x2215:
        return '/';
    case 0x2018:
    case 0x2019:
        return '\'';
    default:
        return narrow > 0 && narrow < 0x80 && strchr("/\\,;:|'`#&=^", narrow) != NULL ? narrow : 0;
    }
}

/* What stands between two parts: joins seen, the kind of one, whether a line ended. list: a sign of
 * lists among them, -1: two kinds. */
struct between {
    size_t next;
    unsigned count;
    int32_t list;
    char join;
    bool line, at, closes;
};

static int32_t list_with(int32_t list, int32_t sign)
{
    return sign == 0 || sign == list ? list : list == 0 ? sign : -1;
}

/* Passes over what nobody sees and, with joins, over what parts the groups of a number. */
static struct between between_scan(const char *text, size_t from, size_t bytes)
{
    struct between between = {.next = from};
    for (;;) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, between.next, bytes, &point);
        const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
        const int32_t list = kind == TEXT_KIND_OTHER && used > 0 ? list_sign(point) : 0;
        if (kind == TEXT_KIND_BLANK || kind == TEXT_KIND_JOIN || list != 0) {
            if (between.count == JOINS_MAX) {
                return between;
            }
            const char join = list != 0 ? ',' : join_of(point);
            between.list = list_with(between.list, list);
            between.join = between.count == 0 || between.join == join ? join : '?';
            between.count++;
            between.line = between.line || text_kind_line_end(point);
            between.at = between.at || text_kind_narrow(point) == '@';
            between.closes = between.closes || text_kind_narrow(point) == ')' ||
                             text_kind_narrow(point) == ']' || point == 0x3011;
        } else if (kind != TEXT_KIND_DROP && kind != TEXT_KIND_MARK) {
            return between;
        }
        between.next += used;
    }
}

/* People and fonts take O for 0, l and I for 1. */
static int lookalike(int32_t point)
{
    switch (text_kind_narrow(point)) {
    case 'O':
    case 'o':
        return 0;
    case 'I':
    case 'l':
        return 1;
    default:
        return -1;
    }
}

static void number_group(struct number *number, const struct between *between)
{
    number->run = number->all_run = 0;
    if (number->group_count < GROUPS_MAX) {
        number->group_digits[number->group_count] = 0;
        number->group_joins[number->group_count] = between->join;
        number->group_lists[number->group_count] = between->list;
    }
    if ((between->line || between->list != 0) && number->cut_group == 0) {
        number->cut_group = number->group_count;
    }
    number->list = list_with(number->list, between->list);
    number->group_count++;
}

static void number_digit(struct number *number, int value, bool spoken)
{
    CHECK(number->group_count > 0);
    const unsigned at = number->digits + number->spoken;
    if (at < VALUES_MAX) {
        number->values[at] = value < 0 ? '?' : (char)('0' + value);
    }
    number->digits += spoken ? 0 : 1;
    number->spoken += spoken ? 1 : 0;
    number->run = spoken ? 0 : number->run + 1;
    number->run_max = number->run > number->run_max ? number->run : number->run_max;
    number->all_run++;
    number->all_run_max =
        number->all_run > number->all_run_max ? number->all_run : number->all_run_max;
    if (number->group_count <= GROUPS_MAX) {
        number->group_digits[number->group_count - 1]++;
    }
}

/* Letters belong to titles alone, but for those that stand for digits; numerals join digits, never
 * letters; a blank joins digits only, or every English sentence would be one number. Takes one sign
 * in; *last: the kind of the one before. False: it does not belong to the number. */
static bool number_take(struct number *number, int32_t point, const struct between *between,
                        enum text_number_rule rule, enum text_kind *last)
{
    enum text_kind kind = text_kind_of(point);
    int value = kind == TEXT_KIND_DIGIT    ? text_kind_digit(point)
                : kind == TEXT_KIND_SPOKEN ? text_kind_numeral(point)
                                           : -1;
    const bool first = number->group_count == 0;
    const bool letters = kind == TEXT_KIND_LETTER || *last == TEXT_KIND_LETTER;
    if (letters && between->list != 0) {
        return false;
    }
    if (kind == TEXT_KIND_LETTER && *last == TEXT_KIND_DIGIT && between->count == 0 &&
        number->letters == 0 && rule == TEXT_NUMBER_NOTE && lookalike(point) >= 0) {
        kind = TEXT_KIND_DIGIT;
        value = lookalike(point);
    }
    if (kind == TEXT_KIND_LETTER) {
        /* Plates, accounts, addresses of mail: parts joined by one sign, never by a blank. */
        const bool joined = between->count == 0 || (between->count == 1 && between->join != ' ');
        if (rule != TEXT_NUMBER_TITLE || *last == TEXT_KIND_SPOKEN || !joined) {
            return false;
        }
    } else {
        const bool counts = kind == TEXT_KIND_DIGIT || kind == TEXT_KIND_SPOKEN;
        const bool parted = between->count > 1 || (between->count == 1 && between->join == ' ');
        if (!counts || (*last == TEXT_KIND_LETTER && (kind == TEXT_KIND_SPOKEN || parted))) {
            return false;
        }
    }
    if (first || between->count > 0) {
        number_group(number, between);
    }
    number->address = number->address || between->at;
    number->closes = number->closes || between->closes;
    if (kind == TEXT_KIND_LETTER) {
        number->letters++;
        number->run = number->all_run = 0;
    } else {
        number_digit(number, value, kind == TEXT_KIND_SPOKEN);
    }
    *last = kind;
    return true;
}

/* Taken with the digit, or "***" would be followed by an empty frame. The frame of a keycap and the
 * like, which belong to the digit before. */
static size_t marks_end(const char *text, size_t at, size_t bytes)
{
    for (;;) {
        int32_t point = 0;
        const size_t used = text_kind_decode(text, at, bytes, &point);
        const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
        if (kind != TEXT_KIND_MARK && kind != TEXT_KIND_DROP) {
            return at;
        }
        at += used;
    }
}

/* ---- values ---- */

/* Digits `from` to `from + count` as a number. Before: they are values. */
static unsigned value_of(const struct number *number, unsigned from, unsigned count)
{
    unsigned value = 0;
    for (unsigned index = from; index < from + count; index++) {
        value = value * 10 + (unsigned)(number->values[index] - '0');
    }
    return value;
}

static bool values_known(const struct number *number, unsigned count)
{
    CHECK(count <= VALUES_MAX);
    return count <= number->digits + number->spoken && memchr(number->values, '?', count) == NULL;
}

/* 13800138000, and with +86 or 0086 before it. */
static bool is_mobile(const struct number *number)
{
    const unsigned all = number->digits + number->spoken;
    for (unsigned before = 0; before <= 4 && before + MOBILE_DIGITS <= all; before += 2) {
        if (all == before + MOBILE_DIGITS && number->values[before] == '1' &&
            number->values[before + 1] >= '3') {
            return true;
        }
    }
    return false;
}

static bool is_year(unsigned year)
{
    return year >= 1900 && year < 2100;
}

static bool is_date(unsigned year, unsigned month, unsigned day)
{
    return is_year(year) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* ---- what begins beside it ---- */

/* Where so many to so many digits as we write them ourselves end; `at` where they do not stand. */
static size_t plain_digits(const char *text, size_t at, size_t bytes, size_t least, size_t most)
{
    size_t count = 0;
    while (at + count < bytes && count <= most && text[at + count] >= '0' &&
           text[at + count] <= '9') {
        count++;
    }
    return count >= least && count <= most ? at + count : at;
}

static unsigned plain_value(const char *text, size_t at, size_t count)
{
    unsigned value = 0;
    for (size_t index = at; index < at + count; index++) {
        CHECK(text[index] >= '0' && text[index] <= '9');
        value = value * 10 + (unsigned)(text[index] - '0');
    }
    return value;
}

/* Whether a ticket's number begins here: it is no part of a phone before it. */
static bool ticket_begins(const char *text, size_t at, size_t bytes)
{
    const size_t day = plain_digits(text, at, bytes, 8, 8);
    if (day == at || day >= bytes || text[day] != '-' || text[at] != '2' ||
        !is_date(plain_value(text, at, 4), plain_value(text, at + 4, 2),
                 plain_value(text, at + 6, 2))) {
        return false;
    }
    const size_t sequence = plain_digits(text, day + 1, bytes, 4, 8);
    return sequence > day + 1 && sequence < bytes && text[sequence] == '-' &&
           plain_digits(text, sequence + 1, bytes, 1, 1) > sequence + 1;
}

/* "9:30", "18：00" */
static bool time_begins(const char *text, size_t at, size_t bytes)
{
    const size_t hour = plain_digits(text, at, bytes, 1, 2);
    int32_t point = 0;
    const size_t used = text_kind_decode(text, hour, bytes, &point);
    if (hour == at || used == 0 || text_kind_narrow(point) != ':' ||
        plain_value(text, at, hour - at) > 24) {
        return false;
    }
    const size_t minute = plain_digits(text, hour + used, bytes, 2, 2);
    return minute > hour + used && plain_value(text, hour + used, 2) < 60;
}

/* "2026-11-22", "2026/3/2" */
static bool date_begins(const char *text, size_t at, size_t bytes)
{
    const size_t year = plain_digits(text, at, bytes, 4, 4);
    if (year == at || year >= bytes || strchr("-/.", text[year]) == NULL) {
        return false;
    }
    const size_t month = plain_digits(text, year + 1, bytes, 1, 2);
    if (month == year + 1 || month >= bytes || text[month] != text[year]) {
        return false;
    }
    const size_t day = plain_digits(text, month + 1, bytes, 1, 2);
    return day > month + 1 &&
           is_date(plain_value(text, at, 4), plain_value(text, year + 1, month - year - 1),
                   plain_value(text, month + 1, day - month - 1));
}

/* "9点", "3栋", "1201室", or a day or an hour alone: too little to be the rest of a number. */
static bool small_begins(const char *text, size_t at, size_t bytes)
{
    const size_t end = plain_digits(text, at, bytes, 1, NUMBERED_DIGITS);
    int32_t point = 0;
    if (end == at) {
        return false;
    }
    const size_t used = text_kind_decode(text, end, bytes, &point);
    if (used > 0 && text_kind_ideograph(point) && text_kind_of(point) == TEXT_KIND_OTHER) {
        return true;
    }
    const struct between between = between_scan(text, end, bytes);
    const size_t more = text_kind_decode(text, between.next, bytes, &point);
    const enum text_kind kind = more == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
    return end - at <= SMALL_DIGITS && kind != TEXT_KIND_DIGIT && kind != TEXT_KIND_SPOKEN &&
           kind != TEXT_KIND_LETTER;
}

/* A mobile number in one piece: what stood before it, a room or a day, is none of it. */
static bool mobile_begins(const char *text, size_t at, size_t bytes)
{
    return plain_digits(text, at, bytes, MOBILE_DIGITS, MOBILE_DIGITS) > at && text[at] == '1' &&
           text[at + 1] >= '3';
}

/* ---- phones over signs of lists ---- */

/* "10:30" from this group on, among signs of other kinds. */
static bool time_groups(const struct number *number, unsigned group)
{
    CHECK(group + 1 < GROUPS_MAX);
    const unsigned *digits = number->group_digits + group;
    unsigned begin = 0;
    for (unsigned index = 0; index < group; index++) {
        begin += number->group_digits[index];
    }
    return number->group_lists[group + 1] == ':' && digits[0] <= SMALL_DIGITS &&
           digits[1] == SMALL_DIGITS && begin + digits[0] + digits[1] <= VALUES_MAX &&
           values_known(number, begin + digits[0] + digits[1]) &&
           value_of(number, begin, digits[0]) <= 24 &&
           value_of(number, begin + digits[0], digits[1]) < 60;
}

/* 138/1234/5678, 1、3、8、…: no list of rooms, times or sums is grouped so. Signs of two kinds part
 * a phone as well, 138/1234,5678, but also a list of times or of sums, "13:30,14:30,9:00" and
 * "138,000、15,000": there pairs of digits are no phone, nor is what holds a time. */
static bool mobile_groups(const struct number *number, unsigned first)
{
    CHECK(first < GROUPS_MAX);
    unsigned largest = 0;
    bool commas = false, thousands = true, times = false; /* 13,800,138,000 */
    for (unsigned index = first; index < number->group_count && index < GROUPS_MAX; index++) {
        const unsigned digits = number->group_digits[index];
        const bool comma = index > first && number->group_lists[index] == ',';
        largest = digits > largest ? digits : largest;
        commas = commas || comma;
        thousands = thousands && (!comma || digits == 3);
        times = times || (index + 1 < number->group_count && index + 1 < GROUPS_MAX &&
                          time_groups(number, index));
    }
    const bool kinds = number->list < 0;
    const unsigned begin = number->group_digits[first];
    return !(commas && thousands) && !(kinds && times) &&
           (begin == 3 || begin == 7 || largest <= (kinds ? 1 : SMALL_DIGITS));
}

/* 86 or 0086 by itself, before a mobile number. */
static bool is_country(const struct number *number)
{
    const unsigned digits = number->group_digits[0];
    return (digits == 2 || digits == 4) && values_known(number, digits) &&
           value_of(number, 0, digits) == 86;
}

/* 0571/8796/5432: the code of an area, and seven or eight digits that begin with no 0 or 1. */
static bool landline_groups(const struct number *number)
{
    const unsigned all = number->digits + number->spoken, code = number->group_digits[0];
    if (all > VALUES_MAX || !values_known(number, all) || number->values[0] != '0' ||
        number->group_count > 3) {
        return false;
    }
    const bool large = number->values[1] == '1' || number->values[1] == '2';
    const unsigned rest = all - code;
    return code == AREA_DIGITS - (large ? 1 : 0) && (rest == 8 || (rest == 7 && !large)) &&
           number->values[code] >= '2';
}

/* 400/800/1234 */
static bool service_groups(const struct number *number)
{
    return number->digits == SERVICE_DIGITS && number->spoken == 0 && number->group_count == 3 &&
           number->group_digits[0] == 3 && values_known(number, 3) &&
           (value_of(number, 0, 3) == 400 || value_of(number, 0, 3) == 800);
}

/* Whether a number with signs of lists between its groups is a phone for certain. */
static bool is_parted_phone(const struct number *number)
{
    CHECK(number->list != 0);
    if (number->letters > 0) {
        return false;
    }
    return (is_mobile(number) && mobile_groups(number, is_country(number) ? 1 : 0)) ||
           landline_groups(number) || service_groups(number);
}

/* ---- the whole number ---- */

/* A mobile number to its last digit, one way or the other, so that it will be hidden by itself. */
static bool is_full(const struct number *number)
{
    const unsigned all = number->digits + number->spoken;
    if (number->letters > 0 || (number->digits > 0 && number->spoken > 0) || all > VALUES_MAX ||
        !values_known(number, all) || !is_mobile(number)) {
        return false;
    }
    const unsigned code = all - MOBILE_DIGITS;
    return code == 0 || value_of(number, 0, code) == 86;
}

static void number_read(struct number *number, const char *text, size_t at, size_t bytes,
                        enum text_number_rule rule);

/* "30 138/1234/5678": after the blank begins a phone of its own. */
static bool parted_begins(const char *text, size_t at, size_t bytes)
{
    struct number number = {.trial = true};
    number_read(&number, text, at, bytes, TEXT_NUMBER_NOTE);
    return number.list != 0 && is_parted_phone(&number);
}

/* Whether a number ends before what follows after a blank or another sign: a ticket's number, a
 * time, a date, a house beside a phone are read by themselves. */
static bool number_ends(const struct number *number, const struct between *between,
                        const char *text, size_t bytes)
{
    CHECK(number->group_count > 0);
    const size_t next = between->next;
    const unsigned all = number->digits + number->spoken;
    if (between->count == 0) {
        return false;
    }
    if (ticket_begins(text, next, bytes)) {
        return true;
    }
    if (between->join != ' ' && between->list == 0) {
        return false;
    }
    if (number->list != 0 && (all > PHONE_DIGITS_MAX || is_parted_phone(number))) {
        return true;
    }
    const bool country = number->group_count == 1 && is_country(number);
    if (number->trial ? all > PHONE_DIGITS_MAX
                      : between->join == ' ' && all <= VALUES_MAX && !country &&
                            parted_begins(text, next, bytes)) {
        return true;
    }
    const bool full = is_full(number);
    if (full || all >= NOTE_RUN_MIN) {
        if ((full || between->list == 0) && time_begins(text, next, bytes)) {
            return true;
        }
    } else if (mobile_begins(text, next, bytes)) {
        return !country;
    }
    return full && (date_begins(text, next, bytes) || small_begins(text, next, bytes));
}

static void number_read(struct number *number, const char *text, size_t at, size_t bytes,
                        enum text_number_rule rule)
{
    enum text_kind last = TEXT_KIND_OTHER;
    number->end = number->digits_begin = number->digits_end = at;
    for (;;) {
        const struct between between = number->group_count == 0
                                           ? (struct between){.next = at}
                                           : between_scan(text, number->end, bytes);
        int32_t point = 0;
        const size_t used = text_kind_decode(text, between.next, bytes, &point);
        if (number->group_count > 0 && number_ends(number, &between, text, bytes)) {
            return;
        }
        if (used == 0 || !number_take(number, point, &between, rule, &last)) {
            return;
        }
        number->end = marks_end(text, between.next + used, bytes);
        if (last == TEXT_KIND_DIGIT) {
            number->digits_begin = number->digits == 1 ? between.next : number->digits_begin;
            number->digits_end = number->end;
        }
        if (number->group_count <= GROUPS_MAX) {
            number->group_ends[number->group_count - 1] = number->end;
        }
    }
}

/* ---- judging ---- */

/* Whether so many groups are there and kept, the first of so many digits. */
static bool groups_from(const struct number *number, unsigned first, unsigned count,
                        unsigned digits)
{
    return first + count <= number->group_count && first + count <= GROUPS_MAX &&
           number->group_digits[first] == digits;
}

/* Position of the first digit of a group. */
static unsigned group_begin(const struct number *number, unsigned group)
{
    CHECK(group < GROUPS_MAX);
    unsigned begin = 0;
    for (unsigned index = 0; index < group; index++) {
        begin += number->group_digits[index];
    }
    return begin;
}

/* 20260302-0001-4: everybody must be able to name a ticket. */
static bool is_ticket(const struct number *number)
{
    const unsigned *digits = number->group_digits;
    return groups_from(number, 0, 3, 8) && number->group_joins[1] == '-' &&
           number->group_joins[2] == '-' && digits[1] >= 4 && digits[1] <= 8 && digits[2] == 1 &&
           values_known(number, 8) && value_of(number, 0, 4) >= 2000 &&
           is_date(value_of(number, 0, 4), value_of(number, 4, 2), value_of(number, 6, 2));
}

/* 2026-3-2, 2026.03.02 in three groups from this one on. */
static bool date_at(const struct number *number, unsigned first)
{
    if (!groups_from(number, first, 3, 4)) {
        return false;
    }
    const unsigned *digits = number->group_digits + first;
    const char join = number->group_joins[first + 1];
    const unsigned begin = group_begin(number, first);
    if ((join != '-' && join != '.') || number->group_joins[first + 2] != join || digits[1] > 2 ||
        digits[2] > 2 || begin + 4 + digits[1] + digits[2] > VALUES_MAX ||
        !values_known(number, begin + 4 + digits[1] + digits[2])) {
        return false;
    }
    return is_date(value_of(number, begin, 4), value_of(number, begin + 4, digits[1]),
                   value_of(number, begin + 4 + digits[1], digits[2]));
}

/* What follows a date is its time, after a blank, or the date until which it lasts; a number that
 * goes on is no date. */
static bool date_ends(const struct number *number, unsigned groups)
{
    return number->group_count == groups ||
           (number->group_count > groups && groups < GROUPS_MAX &&
            (number->group_joins[groups] == ' ' || date_at(number, groups)));
}

static bool is_spaced_date(const struct number *number)
{
    return date_at(number, 0) && date_ends(number, 3) && !is_mobile(number);
}

/* 20260302 */
static bool is_plain_date(const struct number *number)
{
    return groups_from(number, 0, 1, 8) && date_ends(number, 1) && !is_mobile(number) &&
           values_known(number, 8) && value_of(number, 0, 4) >= 2000 &&
           value_of(number, 0, 4) < 2040 &&
           is_date(value_of(number, 0, 4), value_of(number, 4, 2), value_of(number, 6, 2));
}

/* "1.2026.5.12": an item of a list, with a date after it. */
static bool is_item(const struct number *number)
{
    return number->group_count >= 4 && number->group_digits[0] <= 2 &&
           number->group_joins[1] == '.' && date_at(number, 1);
}

/* 2016-2017, with 一 for the dash too; 〔2006〕142, as documents of offices are numbered. */
static bool is_years(const struct number *number)
{
    const unsigned *digits = number->group_digits;
    if (number->group_count == 1) {
        return digits[0] == 9 && number->spoken == 1 && number->values[4] == '1' &&
               values_known(number, 9) && is_year(value_of(number, 0, 4)) &&
               is_year(value_of(number, 5, 4));
    }
    if (number->group_count != 2 || digits[0] != 4 || digits[1] > 4 || number->spoken > 0 ||
        !values_known(number, 4 + digits[1]) || !is_year(value_of(number, 0, 4))) {
        return false;
    }
    return number->group_joins[1] == '?' || (digits[1] == 4 && is_year(value_of(number, 4, 4)));
}

/* 12-1-1201: no phone is grouped so. */
static bool is_house(const struct number *number)
{
    const unsigned *digits = number->group_digits;
    return number->group_count == 3 && number->group_joins[1] == '-' &&
           number->group_joins[2] == '-' && digits[0] <= 2 && digits[1] <= 2 && digits[2] <= 4;
}

static bool follows(const char *text, size_t at, size_t bytes, const char *word)
{
    const size_t size = strlen(word);
    return bytes - at >= size && memcmp(text + at, word, size) == 0;
}

/* "150000元", "￥150000": of money, weight or size, and no longer than those are. */
static bool is_amount(const struct number *number, const char *text, size_t at, size_t bytes)
{
    static const char *const after[] = {"元",   "块",   "万",   "亿", "㎡", "平方",
                                        "平米", "公里", "公斤", "吨", "米", "%"};
    static const char *const before[] = {"¥", "￥", "$"};
    const bool whole =
        number->group_count == 1 || (number->group_count == 2 && number->group_joins[1] == '.');
    if (!whole || number->spoken > 0 || number->group_digits[0] > AMOUNT_DIGITS_MAX ||
        is_mobile(number)) {
        return false;
    }
    const struct between between = between_scan(text, number->end, bytes);
    for (size_t index = 0; index < sizeof after / sizeof after[0]; index++) {
        if (between.list == 0 && follows(text, between.next, bytes, after[index])) {
            return true;
        }
    }
    for (size_t index = 0; index < sizeof before / sizeof before[0]; index++) {
        const size_t size = strlen(before[index]);
        if (at >= size && memcmp(text + at - size, before[index], size) == 0) {
            return true;
        }
    }
    return false;
}

/* "135、1201、3302室": things that are counted, however they are grouped. */
static bool is_counted(const struct number *number, const char *text, size_t bytes)
{
    static const char *const after[] = {"元", "块", "室", "号", "栋", "幢",  "楼",
                                        "户", "层", "路", "人", "次", "单元"};
    for (size_t index = 0; index < sizeof after / sizeof after[0]; index++) {
        if (follows(text, number->end, bytes, after[index])) {
            return true;
        }
    }
    return false;
}

/* Whether the digits alone, without numerals beside them, are somebody's number. */
static bool digits_private(const struct number *number, enum text_number_rule rule)
{
    if (rule == TEXT_NUMBER_TITLE) {
        return number->run_max >= TITLE_RUN_MIN || number->digits >= TITLE_SPREAD_MIN;
    }
    const bool service = number->digits == SERVICE_DIGITS && number->group_count > 1 &&
                         (number->values[0] == '4' || number->values[0] == '8') &&
                         number->values[1] == '0' && number->values[2] == '0';
    return number->run_max >= NOTE_RUN_MIN || number->digits >= NOTE_SPREAD_MIN || service;
}

/* Numerals alone, or numerals and digits in turns ("一三八1234五六七八"). */
static bool mixed_private(const struct number *number)
{
    return number->spoken >= SPOKEN_FEW && (number->all_run_max >= SPOKEN_RUN_MIN ||
                                            number->digits + number->spoken >= NOTE_SPREAD_MIN);
}

static bool letters_private(const struct number *number)
{
    return number->address || (number->letters > 0 && number->digits > 0 &&
                               number->letters + number->digits >= TITLE_MIX_MIN);
}

/* Bytes at the front that everybody may read, though there are many digits; 0: none. */
static size_t open_bytes(const struct number *number, const char *text, size_t at, size_t bytes,
                         enum text_number_rule rule)
{
    if (number->letters > 0 || number->digits == 0) {
        return 0;
    }
    if (is_ticket(number) || is_spaced_date(number)) {
        return number->group_ends[2] - at;
    }
    if (is_plain_date(number) || is_item(number)) {
        return number->group_ends[0] - at;
    }
    const bool house = rule == TEXT_NUMBER_TITLE && is_house(number);
    return house || is_years(number) || is_amount(number, text, at, bytes) ? number->end - at : 0;
}

/* The X that may end the number of an identity card. */
static size_t identity_end(const struct number *number, const char *text, size_t bytes)
{
    int32_t point = 0;
    const size_t used = text_kind_decode(text, number->digits_end, bytes, &point);
    const int32_t narrow = text_kind_narrow(point);
    const bool ends = used > 0 && (narrow == 'X' || narrow == 'x') &&
                      number->digits % (IDENTITY_DIGITS + 1) == IDENTITY_DIGITS;
    return number->digits_end + (ends ? used : 0);
}

/* The order matters: what everybody may read first, for it has many digits too; then what a line's
 * end parts; letters; digits; numerals last, as they are words more often than numbers. */
static struct text_number number_judge(const struct number *number, const char *text, size_t at,
                                       size_t bytes, enum text_number_rule rule)
{
    const size_t whole = number->end - at;
    const size_t open = open_bytes(number, text, at, bytes, rule);
    if (open > 0) {
        return (struct text_number){.bytes = open, .hide = false};
    }
    /* Over the end of a line, and over a sign of lists, only what is a phone for certain is one
     * number: a list of rooms is none. */
    const bool phone = number->list != 0
                           ? is_parted_phone(number) && !is_counted(number, text, bytes)
                           : is_mobile(number);
    if (number->cut_group > 0 && number->cut_group <= GROUPS_MAX && !phone) {
        const size_t cut = number->group_ends[number->cut_group - 1];
        struct number first = {0};
        number_read(&first, text, at, cut, rule);
        return number_judge(&first, text, at, cut, rule);
    }
    if (number->list != 0 && phone) {
        return (struct text_number){.bytes = whole, .hide = true};
    }
    if (number->letters > 0) {
        const bool hide = letters_private(number) || digits_private(number, rule);
        return (struct text_number){.bytes = whole, .hide = hide};
    }
    if (number->digits > 0 && digits_private(number, rule)) {
        const size_t before = number->digits_begin - at;
        return before > 0 ? (struct text_number){.bytes = before, .hide = false}
                          : (struct text_number){.bytes = identity_end(number, text, bytes) - at,
                                                 .hide = true};
    }
    return (struct text_number){.bytes = whole, .hide = mixed_private(number)};
}

struct text_number text_number_scan(const char *text, size_t at, size_t bytes,
                                    enum text_number_rule rule)
{
    CHECK(at <= bytes);
    int32_t point = 0;
    const size_t used = text_kind_decode(text, at, bytes, &point);
    const enum text_kind kind = used == 0 ? TEXT_KIND_OTHER : text_kind_of(point);
    const int32_t narrow = text_kind_narrow(point);
    const bool opens = kind == TEXT_KIND_JOIN && (narrow == '(' || narrow == '[');
    const bool begins = kind == TEXT_KIND_DIGIT || kind == TEXT_KIND_SPOKEN ||
                        (kind == TEXT_KIND_LETTER && rule == TEXT_NUMBER_TITLE);
    if (!begins && !opens) {
        return (struct text_number){.bytes = 0};
    }
    const size_t from = at + (opens ? used : 0);
    struct number number = {0};
    number_read(&number, text, from, bytes, rule);
    if (number.group_count == 0) {
        return (struct text_number){.bytes = opens ? used : 0};
    }
    struct text_number found = number_judge(&number, text, from, bytes, rule);
    if (opens) {
        /* "(0592)2345678" is hidden with its bracket, "(13812345678)" within them. */
        const bool whole = found.hide && number.closes;
        found = whole ? (struct text_number){.bytes = used + found.bytes, .hide = true}
                      : (struct text_number){.bytes = used};
    }
    return found;
}
