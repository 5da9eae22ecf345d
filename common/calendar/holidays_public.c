/* holidays_public: the forms of JSON in which others publish the same decree, for an import.
 *
 * Beside the form that sites keep (holidays_json.c) two are read, both unmistakable by their keys:
 * {"holiday": {"01-01": {"holiday": true, "name", "date"}}}, where false is a make-up workday, and
 * {"holidays": {"2026-01-01": "New Year's Day,元旦,1"}, "workdays": {...}}. Lists of feasts without
 * make-up workdays are refused like any other form: taken for the decree they would be half of it.
 * A file may hold many years; each day belongs to the year of its date. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_mistakes.h"
#include "common/calendar/holidays_private.h"
#include "common/text/text.h"

enum { YEARS_MAX = 64 };

struct reading {
    struct holidays_import *import;
    struct holidays_mistake *mistake;
};

/* The year of a day; NULL: there are too many, and *mistake says so. */
static struct holidays_year *year_of(struct reading *reading, int number)
{
    struct holidays_import *import = reading->import;
    CHECK(import->year_count <= YEARS_MAX);
    for (uint32_t index = 0; index < import->year_count; index++) {
        if (import->years[index].year == number) {
            return &import->years[index];
        }
    }
    if (import->year_count == YEARS_MAX || number <= HOLIDAYS_YEAR_MIN ||
        number > HOLIDAYS_YEAR_MAX) {
        (void)holidays_say(reading->mistake, 0, SAY_ICS_YEARS, (unsigned)YEARS_MAX);
        return NULL;
    }
    import->years[import->year_count].year = number;
    return &import->years[import->year_count++];
}

static enum rc add_day(struct reading *reading, const char *date, const char *name, bool off)
{
    CHECK(reading->import->years != NULL);
    struct holiday holiday = {.off = off};
    if (date == NULL || name == NULL) {
        return holidays_say(reading->mistake, 0, SAY_HOLIDAY_KEYS);
    }
    if (!civil_parse(date, &holiday.day)) {
        return holidays_say(reading->mistake, 0, SAY_HOLIDAY_DATE, "date");
    }
    if (!holidays_name_copy(holiday.name, name)) {
        return holidays_say(reading->mistake, 0, SAY_HOLIDAY_NAME, "name");
    }
    struct holidays_year *year = year_of(reading, civil_date(holiday.day).year);
    return year == NULL ? RC_INVALID : holidays_add(year, &holiday, 0, reading->mistake);
}

/* "01-01": {"holiday": true, "name": "元旦", "date": "2026-01-01", ...} */
static enum rc read_marked(struct reading *reading, const json_t *days)
{
    enum rc rc = RC_OK;
    const char *key = NULL;
    json_t *day = NULL;
    json_object_foreach((json_t *)days, key, day)
    {
        const json_t *off = json_object_get(day, "holiday");
        if (rc == RC_OK && !json_is_boolean(off)) {
            rc = holidays_say(reading->mistake, 0, SAY_HOLIDAY_KEYS);
        }
        if (rc == RC_OK) {
            rc = add_day(reading, json_string_value(json_object_get(day, "date")),
                         json_string_value(json_object_get(day, "name")), json_is_true(off));
        }
    }
    return rc;
}

/* "2026-01-01": "New Year's Day,元旦,1": the Chinese name, else all of it. */
static enum rc read_listed(struct reading *reading, const json_t *days, bool off)
{
    enum rc rc = RC_OK;
    const char *date = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)days, date, value)
    {
        char name[HOLIDAYS_NAME_BYTES_MAX + 1] = "";
        const char *text = json_string_value(value);
        const char *comma = text == NULL ? NULL : strchr(text, ',');
        const char *from = comma == NULL ? text : comma + 1;
        const size_t bytes = from == NULL ? 0 : strcspn(from, ",");
        if (bytes > 0 && bytes < sizeof name) {
            memcpy(name, from, bytes);
        }
        rc = rc == RC_OK ? add_day(reading, date, name, off) : rc;
    }
    return rc;
}

static int compare_years(const void *a, const void *b)
{
    const struct holidays_year *left = a;
    const struct holidays_year *right = b;
    return (left->year > right->year) - (left->year < right->year);
}

/* RC_NOT_FOUND: it is neither of the two forms. */
static enum rc read_root(struct reading *reading, const json_t *root)
{
    const json_t *marked = json_object_get(root, "holiday");
    const json_t *off = json_object_get(root, "holidays");
    const json_t *work = json_object_get(root, "workdays");
    struct holidays_import *import = reading->import;
    if (!json_is_object(marked) && !(json_is_object(off) && json_is_object(work))) {
        return RC_NOT_FOUND;
    }
    import->years = calloc(YEARS_MAX, sizeof *import->years);
    if (import->years == NULL) {
        return RC_LIMIT;
    }
    enum rc rc =
        json_is_object(marked) ? read_marked(reading, marked) : read_listed(reading, off, true);
    if (rc == RC_OK && !json_is_object(marked)) {
        rc = read_listed(reading, work, false);
    }
    if (rc == RC_OK && import->year_count == 0) {
        rc = holidays_say(reading->mistake, 0, SAY_HOLIDAYS_SHAPE);
    }
    for (uint32_t index = 0; index < import->year_count; index++) {
        holidays_sort(import->years[index].days, import->years[index].count);
    }
    if (import->year_count > 1) {
        qsort(import->years, import->year_count, sizeof import->years[0], compare_years);
    }
    return rc;
}

/* The site's own form is one year, and says best itself what is wrong with it. */
static enum rc read_own(const char *bytes, size_t size, struct holidays_import *import,
                        struct holidays_mistake *mistake)
{
    import->years = calloc(1, sizeof *import->years);
    if (import->years == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = holidays_read_json(bytes, size, import->years, mistake);
    import->year_count = rc == RC_OK ? 1 : 0;
    return rc;
}

enum rc holidays_read_public(const char *bytes, size_t size, struct holidays_import *import,
                             struct holidays_mistake *mistake)
{
    CHECK(bytes != NULL || size == 0);
    CHECK(import->years == NULL);
    struct reading reading = {.import = import, .mistake = mistake};
    const size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    json_t *root = size > HOLIDAYS_FILE_BYTES_MAX
                       ? NULL
                       : json_loadb(bytes + mark, size - mark, JSON_REJECT_DUPLICATES, NULL);
    enum rc rc = root == NULL ? RC_NOT_FOUND : read_root(&reading, root);
    json_decref(root);
    if (rc == RC_NOT_FOUND) {
        rc = read_own(bytes, size, import, mistake);
    }
    if (rc != RC_OK) {
        holidays_import_fini(import);
    }
    return rc;
}
