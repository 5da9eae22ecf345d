/* holidays: decreed days, as a set of years.
 *
 * A notice of the State Council rules the days of its year, and sometimes the end of December
 * before it, so the same day may stand in two files: the later notice wins, in whichever order the
 * files are read. A year that is put again replaces what stood of it. The set is sorted by day,
 * which is what lets a calendar walk along it.
 *
 * Days come in through holidays_add alone, from JSON and from iCalendar, so that both are held to
 * the same rules. */
#include "common/calendar/holidays.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_mistakes.h"
#include "common/calendar/holidays_private.h"
#include "common/text/text.h"

/* Fills the mistake and returns RC_INVALID, so that it can be returned at once. */
enum rc holidays_say(struct holidays_mistake *mistake, uint32_t line, const char *name,
                     const char *zh, const char *en, ...)
{
    CHECK(mistake != NULL);
    CHECK(strlen(name) < sizeof mistake->name);
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

/* ---- years ---- */

/* Names are shown in one line beside dates. */
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

/* By day: the same in a file, in a set and for searching. */
static int compare_days(const void *a, const void *b)
{
    const struct holiday *left = a;
    const struct holiday *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

void holidays_sort(struct holiday *days, uint32_t count)
{
    CHECK(days != NULL || count == 0);
    if (count > 1) {
        qsort(days, count, sizeof *days, compare_days);
    }
}

enum rc holidays_add(struct holidays_year *year, const struct holiday *holiday, uint32_t line,
                     struct holidays_mistake *mistake)
{
    CHECK(year->count <= HOLIDAYS_DAYS_MAX);
    CHECK(year->year > HOLIDAYS_YEAR_MIN);
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

/* ---- sets ---- */

/* Whether a day of the set gives way to the year that is being put. */
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

/* Whether the day stands among the first `count`. */
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
    holidays_sort(days, count);
    free(set->days);
    set->days = days;
    set->count = count;
    const unsigned bit = (unsigned)(year->year - HOLIDAYS_YEAR_MIN);
    struct holidays_missing missing;
    holidays_missing(year, set->code, &missing);
    set->lacks[bit] = year->count > 0 ? holidays_lacks(year, set->code) : 0;
    if (year->count > 0 && missing.count == 0) {
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
    CHECK(set != NULL);
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
