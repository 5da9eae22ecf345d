/* holidays_json: a year of decreed days as JSON, the form in which they are published ({"year",
 * "papers", "days": [{"name", "date", "isOffDay"}]}), and back. "complete" is the site's own word
 * on whether more is expected of the year.
 *
 * jansson refuses what is not JSON with its line; for the days, which it returns without lines, the
 * line is that of the n-th "date" in the text. A key that is not known is refused: another form of
 * the same data would be read in part. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_mistakes.h"
#include "common/calendar/holidays_private.h"
#include "common/text/text.h"

struct reading {
    const char *bytes;
    size_t size;
    struct holidays_year *year;
    struct holidays_mistake *mistake;
};

/* The line of the (index + 1)-th "date" in the text. */
static uint32_t line_of(const struct reading *reading, size_t index)
{
    CHECK(reading->bytes != NULL || reading->size == 0);
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

/* One day: exactly name, date and isOffDay. */
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

/* The notices that a year rests on; kept so that writing the year back loses nothing. */
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

/* Keys that begin with $ are the publisher's own ("$schema"). */
static bool known_keys(const json_t *root)
{
    CHECK(json_is_object(root));
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)root, key, value)
    {
        if (key[0] != '$' && strcmp(key, "year") != 0 && strcmp(key, "papers") != 0 &&
            strcmp(key, "days") != 0 && strcmp(key, "complete") != 0) {
            return false;
        }
    }
    return true;
}

/* The shape as a whole, then each day. */
static enum rc read_root(struct reading *reading, const json_t *root)
{
    struct holidays_mistake *mistake = reading->mistake;
    const json_t *year = json_object_get(root, "year");
    const json_t *days = json_object_get(root, "days");
    const json_t *complete = json_object_get(root, "complete");
    if (!json_is_object(root) || !json_is_integer(year) || !json_is_array(days) ||
        !known_keys(root) || (complete != NULL && !json_is_boolean(complete))) {
        return holidays_say(mistake, 0, SAY_HOLIDAYS_SHAPE);
    }
    const json_int_t number = json_integer_value(year);
    if (number <= HOLIDAYS_YEAR_MIN || number > HOLIDAYS_YEAR_MAX) {
        return holidays_say(mistake, 0, SAY_HOLIDAYS_YEAR, HOLIDAYS_YEAR_MIN + 1,
                            HOLIDAYS_YEAR_MAX);
    }
    reading->year->year = (int)number;
    reading->year->word = complete == NULL         ? HOLIDAYS_UNSAID
                          : json_is_true(complete) ? HOLIDAYS_COMPLETE
                                                   : HOLIDAYS_PART;
    enum rc rc = read_papers(reading, json_object_get(root, "papers"));
    for (size_t index = 0; rc == RC_OK && index < json_array_size(days); index++) {
        rc = read_day(reading, json_array_get(days, index), index);
    }
    return rc;
}

enum rc holidays_read_json(const char *bytes, size_t size, struct holidays_year *year,
                           struct holidays_mistake *mistake)
{
    CHECK(bytes != NULL || size == 0);
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
        holidays_sort(year->days, year->count);
    }
    return rc;
}

/* For `paidan calendar import`; for free(), NULL without memory. */
char *holidays_write_json(const struct holidays_year *year)
{
    CHECK(year->paper_count <= HOLIDAYS_PAPERS_MAX);
    CHECK(year->count <= HOLIDAYS_DAYS_MAX);
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
    if (year->word != HOLIDAYS_UNSAID) {
        json_object_set_new(root, "complete", json_boolean(year->word == HOLIDAYS_COMPLETE));
    }
    json_object_set_new(root, "papers", papers);
    json_object_set_new(root, "days", days);
    char *text = json_dumps(root, JSON_INDENT(4));
    json_decref(root);
    return text;
}
