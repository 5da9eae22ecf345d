/* holidays: years of decreed days: from JSON, as a set, and back to JSON.
 *
 * jansson refuses what is not JSON with its line; for the days, which it gives without lines, the
 * line is that of the n-th "date" in the text. */

#include "common/calendar/holidays.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_mistakes.h"
#include "common/calendar/holidays_private.h"
#include "common/text/text.h"

enum rc holidays_say(struct holidays_mistake *mistake, uint32_t line, const char *name,
                     const char *zh, const char *en, ...)
{
    va_list arguments;
    mistake->line = line;
    (void)snprintf(mistake->name, sizeof mistake->name, "%s", name);
    va_start(arguments, en);
    (void)vsnprintf(mistake->zh, sizeof mistake->zh, zh, arguments);
    va_end(arguments);
    va_start(arguments, en);
    (void)vsnprintf(mistake->en, sizeof mistake->en, en, arguments);
    va_end(arguments);
    return RC_INVALID;
}

/* ---- JSON ---- */

struct reading {
    const char *bytes;
    size_t size;
    struct holidays_year *year;
    struct holidays_mistake *mistake;
};

/* The line of the (index + 1)-th "date" in the text. */
static uint32_t line_of(const struct reading *reading, size_t index)
{
    static const char word[] = "\"date\"";
    uint32_t line = 1;
    for (size_t at = 0; at + sizeof word - 1 <= reading->size; at++) {
        if (reading->bytes[at] == '\n') {
            line++;
        } else if (memcmp(reading->bytes + at, word, sizeof word - 1) == 0 && index-- == 0) {
            return line;
        }
    }
    return 0;
}

/* A printable piece of what stood in the file. */
static const char *shown(const char *text, char room[64])
{
    const size_t bytes = text_clip(text, 40);
    for (size_t index = 0; index < bytes; index++) {
        room[index] = (unsigned char)text[index] < ' ' ? ' ' : text[index];
    }
    room[bytes] = '\0';
    return room;
}

bool holidays_name_copy(char to[HOLIDAYS_NAME_BYTES_MAX + 1], const char *name)
{
    const size_t bytes = strlen(name);
    size_t at = 0;
    if (bytes == 0 || bytes > HOLIDAYS_NAME_BYTES_MAX || !text_valid(name, bytes, &at) ||
        strpbrk(name, "\n\r\t") != NULL) {
        return false;
    }
    memcpy(to, name, bytes + 1);
    return true;
}

static int compare_days(const void *a, const void *b)
{
    const struct holiday *left = a;
    const struct holiday *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

enum rc holidays_add(struct holidays_year *year, const struct holiday *holiday, uint32_t line,
                     struct holidays_mistake *mistake)
{
    char date[CIVIL_DATE_BYTES];
    const int32_t first = civil_days(year->year - 1, 12, 1);
    const int32_t last = civil_days(year->year, 12, 31);
    civil_write(holiday->day, date);
    if (holiday->day < first || holiday->day > last) {
        return holidays_say(mistake, line, SAY_HOLIDAY_FOREIGN, date, year->year, year->year - 1);
    }
    for (uint32_t index = 0; index < year->count; index++) {
        if (year->days[index].day == holiday->day) {
            return holidays_say(mistake, line, SAY_HOLIDAY_TWICE, date);
        }
    }
    if (year->count == HOLIDAYS_DAYS_MAX) {
        return holidays_say(mistake, line, SAY_HOLIDAY_TOO_MANY, (unsigned)HOLIDAYS_DAYS_MAX);
    }
    year->days[year->count] = *holiday;
    year->days[year->count++].year = year->year;
    return RC_OK;
}

static enum rc read_day(struct reading *reading, const json_t *item, size_t index)
{
    char room[64];
    struct holiday holiday = {0};
    struct holidays_mistake *mistake = reading->mistake;
    const uint32_t line = line_of(reading, index);
    const char *date = json_string_value(json_object_get(item, "date"));
    const char *name = json_string_value(json_object_get(item, "name"));
    const json_t *off = json_object_get(item, "isOffDay");
    if (date == NULL || name == NULL || !json_is_boolean(off)) {
        return holidays_say(mistake, line, SAY_HOLIDAY_KEYS);
    }
    if (json_object_size(item) != 3) {
        return holidays_say(mistake, line, SAY_HOLIDAY_KEY_UNKNOWN);
    }
    if (!civil_parse(date, &holiday.day)) {
        return holidays_say(mistake, line, SAY_HOLIDAY_DATE, shown(date, room));
    }
    if (!holidays_name_copy(holiday.name, name)) {
        return holidays_say(mistake, line, SAY_HOLIDAY_NAME, shown(name, room));
    }
    holiday.off = json_is_true(off);
    return holidays_add(reading->year, &holiday, line, mistake);
}

static enum rc read_papers(struct reading *reading, const json_t *papers)
{
    struct holidays_year *year = reading->year;
    if (papers == NULL) {
        return RC_OK;
    }
    if (!json_is_array(papers) || json_array_size(papers) > HOLIDAYS_PAPERS_MAX) {
        return holidays_say(reading->mistake, 0, SAY_HOLIDAY_PAPERS);
    }
    for (size_t index = 0; index < json_array_size(papers); index++) {
        const char *paper = json_string_value(json_array_get(papers, index));
        if (paper == NULL || strlen(paper) > HOLIDAYS_PAPER_BYTES_MAX) {
            return holidays_say(reading->mistake, 0, SAY_HOLIDAY_PAPERS);
        }
        memcpy(year->papers[year->paper_count++], paper, strlen(paper) + 1);
    }
    return RC_OK;
}

static bool known_keys(const json_t *root)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)root, key, value)
    {
        if (key[0] != '$' && strcmp(key, "year") != 0 && strcmp(key, "papers") != 0 &&
            strcmp(key, "days") != 0) {
            return false;
        }
    }
    return true;
}

static enum rc read_root(struct reading *reading, const json_t *root)
{
    struct holidays_mistake *mistake = reading->mistake;
    const json_t *year = json_object_get(root, "year");
    const json_t *days = json_object_get(root, "days");
    if (!json_is_object(root) || !json_is_integer(year) || !json_is_array(days) ||
        !known_keys(root)) {
        return holidays_say(mistake, 0, SAY_HOLIDAYS_SHAPE);
    }
    const json_int_t number = json_integer_value(year);
    if (number <= HOLIDAYS_YEAR_MIN || number > HOLIDAYS_YEAR_MAX) {
        return holidays_say(mistake, 0, SAY_HOLIDAYS_YEAR, HOLIDAYS_YEAR_MIN + 1,
                            HOLIDAYS_YEAR_MAX);
    }
    reading->year->year = (int)number;
    enum rc rc = read_papers(reading, json_object_get(root, "papers"));
    for (size_t index = 0; rc == RC_OK && index < json_array_size(days); index++) {
        rc = read_day(reading, json_array_get(days, index), index);
    }
    return rc;
}

enum rc holidays_read_json(const char *bytes, size_t size, struct holidays_year *year,
                           struct holidays_mistake *mistake)
{
    json_error_t error;
    struct reading reading = {.bytes = bytes, .size = size, .year = year, .mistake = mistake};
    memset(year, 0, sizeof *year);
    if (size > HOLIDAYS_FILE_BYTES_MAX) {
        return holidays_say(mistake, 0, SAY_FILE_TOO_LARGE, (unsigned)HOLIDAYS_FILE_BYTES_MAX);
    }
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        char room[64];
        return holidays_say(mistake, error.line > 0 ? (uint32_t)error.line : 0, SAY_HOLIDAYS_SYNTAX,
                            shown(error.text, room));
    }
    const enum rc rc = read_root(&reading, root);
    json_decref(root);
    if (rc == RC_OK) {
        qsort(year->days, year->count, sizeof year->days[0], compare_days);
    }
    return rc;
}

char *holidays_write_json(const struct holidays_year *year)
{
    char date[CIVIL_DATE_BYTES];
    json_t *root = json_object();
    json_t *papers = json_array();
    json_t *days = json_array();
    for (uint32_t index = 0; index < year->paper_count; index++) {
        json_array_append_new(papers, json_string(year->papers[index]));
    }
    for (uint32_t index = 0; index < year->count; index++) {
        const struct holiday *holiday = &year->days[index];
        civil_write(holiday->day, date);
        json_array_append_new(days, json_pack("{s:s, s:s, s:b}", "name", holiday->name, "date",
                                              date, "isOffDay", holiday->off ? 1 : 0));
    }
    json_object_set_new(root, "year", json_integer(year->year));
    json_object_set_new(root, "papers", papers);
    json_object_set_new(root, "days", days);
    char *text = json_dumps(root, JSON_INDENT(4));
    json_decref(root);
    return text;
}

/* ---- sets ---- */

static bool replaced(const struct holiday *old, const struct holidays_year *year)
{
    if (old->year == year->year) {
        return true;
    }
    for (uint32_t index = 0; index < year->count; index++) {
        if (year->days[index].day == old->day) {
            /* The later notice wins, whichever was read first. */
            return year->year > old->year;
        }
    }
    return false;
}

static bool spoken_of(const struct holiday *days, uint32_t count, int32_t day)
{
    for (uint32_t index = 0; index < count; index++) {
        if (days[index].day == day) {
            return true;
        }
    }
    return false;
}

enum rc holidays_put(struct holidays *set, const struct holidays_year *year)
{
    CHECK(year->year > HOLIDAYS_YEAR_MIN);
    CHECK(year->year <= HOLIDAYS_YEAR_MAX);
    struct holiday *days = calloc((size_t)set->count + year->count + 1, sizeof *days);
    uint32_t count = 0;
    if (days == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < set->count; index++) {
        if (!replaced(&set->days[index], year)) {
            days[count++] = set->days[index];
        }
    }
    const uint32_t kept = count;
    for (uint32_t index = 0; index < year->count; index++) {
        if (!spoken_of(days, kept, year->days[index].day)) {
            days[count++] = year->days[index];
        }
    }
    qsort(days, count, sizeof *days, compare_days);
    free(set->days);
    set->days = days;
    set->count = count;
    const unsigned bit = (unsigned)(year->year - HOLIDAYS_YEAR_MIN);
    if (year->count > 0) {
        set->years[bit / 64] |= 1ull << (bit % 64);
    } else {
        set->years[bit / 64] &= ~(1ull << (bit % 64));
    }
    return RC_OK;
}

void holidays_fini(struct holidays *set)
{
    free(set->days);
    set->days = NULL;
    set->count = 0;
}

bool holidays_known(const struct holidays *set, int year)
{
    if (year < HOLIDAYS_YEAR_MIN || year > HOLIDAYS_YEAR_MAX) {
        return false;
    }
    const unsigned bit = (unsigned)(year - HOLIDAYS_YEAR_MIN);
    return (set->years[bit / 64] >> (bit % 64) & 1) != 0;
}

const struct holiday *holidays_find(const struct holidays *set, int32_t day)
{
    const struct holiday wanted = {.day = day};
    return set->count == 0
               ? NULL
               : bsearch(&wanted, set->days, set->count, sizeof *set->days, compare_days);
}
