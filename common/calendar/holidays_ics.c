/* holidays_ics: decreed days from an iCalendar file, through libical.
 *
 * Calendars on the net mark make-up workdays by their SUMMARY alone; an importer that does not
 * read it makes holidays of them, so a person would wait a week longer. Only whole days without
 * rules are taken: a repeated event is somebody's reminder and no decree. A file may hold several
 * years; each becomes a year of its own, as in JSON, with the same rules. */

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_mistakes.h"
#include "common/calendar/holidays_private.h"

enum {
    SPAN_DAYS_MAX = 60, /* no holiday is longer */
    YEARS_MAX = 32,
};

struct reading {
    const char *text;
    struct holidays_mistake *mistake;
    struct holiday *days; /* in the order of the file; year is that of the span's last day */
    uint32_t *lines;      /* beside days */
    uint32_t count, events;
};

/* The line of the (index + 1)-th event. */
static uint32_t line_of(const char *text, uint32_t index)
{
    static const char word[] = "BEGIN:VEVENT";
    uint32_t line = 1;
    for (const char *at = text; *at != '\0'; at++) {
        const bool begins = at == text || at[-1] == '\n';
        if (begins && strncmp(at, word, sizeof word - 1) == 0 && index-- == 0) {
            return line;
        }
        line += *at == '\n' ? 1 : 0;
    }
    return 0;
}

/* The words that publishers use for a working Saturday or Sunday. */
static bool is_makeup(const char *summary)
{
    static const char *const words[] = {"上班", "补班", "(班)", "（班）", "【班】"};
    for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
        if (strstr(summary, words[index]) != NULL) {
            return true;
        }
    }
    return strcmp(summary, "班") == 0;
}

/* Unless nothing would be left. */
static void cut_front(char *text, const char *part)
{
    const size_t bytes = strlen(part);
    if (strncmp(text, part, bytes) == 0 && text[bytes] != '\0') {
        memmove(text, text + bytes, strlen(text + bytes) + 1);
    }
}

static void cut_end(char *text, const char *part)
{
    const size_t bytes = strlen(part);
    const size_t whole = strlen(text);
    if (whole > bytes && strcmp(text + whole - bytes, part) == 0) {
        text[whole - bytes] = '\0';
    }
}

/* "元旦假期" and "上班(补元旦假期)" are both of 元旦, as in JSON. */
static void plain_name(char *name, bool makeup)
{
    if (makeup) {
        cut_front(name, "上班(补");
        cut_front(name, "上班（补");
        cut_end(name, ")");
        cut_end(name, "）");
    }
    cut_end(name, "假期");
}

static enum rc add_days(struct reading *reading, int32_t first, int32_t last, bool makeup,
                        const char *name, uint32_t line)
{
    CHECK(first <= last);
    CHECK(strlen(name) <= HOLIDAYS_NAME_BYTES_MAX);
    for (int32_t day = first; day <= last; day++) {
        if (reading->count == HOLIDAYS_DAYS_MAX * YEARS_MAX) {
            return holidays_say(reading->mistake, line, SAY_HOLIDAY_TOO_MANY,
                                (unsigned)HOLIDAYS_DAYS_MAX);
        }
        struct holiday *holiday = &reading->days[reading->count];
        holiday->day = day;
        holiday->off = !makeup;
        holiday->year = civil_date(last).year;
        memcpy(holiday->name, name, strlen(name) + 1);
        reading->lines[reading->count++] = line;
    }
    return RC_OK;
}

static bool has(icalcomponent *event, icalproperty_kind kind)
{
    return icalcomponent_get_first_property(event, kind) != NULL;
}

/* A date without a time, within the years there are. libical takes 2026-02-31 for a date. */
static bool day_of(struct icaltimetype at, int32_t *day)
{
    if (!at.is_date || at.year <= HOLIDAYS_YEAR_MIN || at.year > HOLIDAYS_YEAR_MAX ||
        at.month < 1 || at.month > 12 || at.day < 1 ||
        at.day > (int)civil_month_days(at.year, (unsigned)at.month)) {
        return false;
    }
    *day = civil_days(at.year, (unsigned)at.month, (unsigned)at.day);
    return true;
}

/* One span of days. DTEND is the first day after it, as iCalendar has it. */
static enum rc read_event(struct reading *reading, icalcomponent *event)
{
    char name[HOLIDAYS_NAME_BYTES_MAX + 1];
    int32_t first = 0;
    int32_t end = 0;
    const uint32_t number = ++reading->events;
    const uint32_t line = line_of(reading->text, number - 1);
    if (has(event, ICAL_RRULE_PROPERTY) || has(event, ICAL_RDATE_PROPERTY) ||
        has(event, ICAL_EXDATE_PROPERTY)) {
        return holidays_say(reading->mistake, line, SAY_ICS_RULE, number);
    }
    const char *summary = icalcomponent_get_summary(event);
    bool good = summary != NULL && has(event, ICAL_DTSTART_PROPERTY) &&
                !has(event, ICAL_DURATION_PROPERTY) &&
                day_of(icalcomponent_get_dtstart(event), &first);
    end = first + 1; /* without DTEND: one day */
    if (good && has(event, ICAL_DTEND_PROPERTY)) {
        good = day_of(icalcomponent_get_dtend(event), &end);
    }
    if (!good || end <= first || end - first > SPAN_DAYS_MAX) {
        return holidays_say(reading->mistake, line, SAY_ICS_EVENT, number);
    }
    if (!holidays_name_copy(name, summary)) {
        return holidays_say(reading->mistake, line, SAY_HOLIDAY_NAME, "SUMMARY");
    }
    const bool makeup = is_makeup(name);
    plain_name(name, makeup);
    return add_days(reading, first, end - 1, makeup, name, line);
}

static enum rc read_events(struct reading *reading, icalcomponent *root)
{
    enum rc rc = RC_OK;
    for (icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
         rc == RC_OK && event != NULL;
         event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
        rc = read_event(reading, event);
    }
    return rc;
}

/* One calendar, or several in one file. */
static enum rc read_root(struct reading *reading, icalcomponent *root)
{
    enum rc rc = read_events(reading, root);
    for (icalcomponent *inner = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT);
         rc == RC_OK && inner != NULL;
         inner = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT)) {
        rc = read_events(reading, inner);
    }
    if (rc == RC_OK && reading->count == 0) {
        return holidays_say(reading->mistake, 0, SAY_ICS_SYNTAX);
    }
    return rc;
}

/* ---- years ---- */

/* Whether the year has no day but of December: then it is not a year of its own. */
static bool all_in_december(const struct reading *reading, int year)
{
    for (uint32_t index = 0; index < reading->count; index++) {
        if (reading->days[index].year == year && civil_date(reading->days[index].day).month != 12) {
            return false;
        }
    }
    return true;
}

static bool has_year(const struct reading *reading, int year)
{
    for (uint32_t index = 0; index < reading->count; index++) {
        if (reading->days[index].year == year) {
            return true;
        }
    }
    return false;
}

/* Days of December alone, beside a year that follows, are those that its notice rules. */
static void move_decembers(struct reading *reading, int first, int last)
{
    for (int year = last - 1; year >= first; year--) {
        if (has_year(reading, year) && has_year(reading, year + 1) &&
            all_in_december(reading, year)) {
            for (uint32_t index = 0; index < reading->count; index++) {
                reading->days[index].year += reading->days[index].year == year ? 1 : 0;
            }
        }
    }
}

/* The days of one year, in order. */
static enum rc fill_year(const struct reading *reading, struct holidays_year *year)
{
    CHECK(year->count == 0);
    for (uint32_t index = 0; index < reading->count; index++) {
        const struct holiday *holiday = &reading->days[index];
        if (holiday->year == year->year) {
            const enum rc rc = holidays_add(year, holiday, reading->lines[index], reading->mistake);
            if (rc != RC_OK) {
                return rc;
            }
        }
    }
    holidays_sort(year->days, year->count);
    return RC_OK;
}

static enum rc make_years(struct reading *reading, struct holidays_year **years, uint32_t *count)
{
    int first = HOLIDAYS_YEAR_MAX;
    int last = HOLIDAYS_YEAR_MIN;
    for (uint32_t index = 0; index < reading->count; index++) {
        const int year = reading->days[index].year;
        first = year < first ? year : first;
        last = year > last ? year : last;
    }
    CHECK(first <= last);
    if (last - first >= YEARS_MAX) {
        return holidays_say(reading->mistake, 0, SAY_ICS_YEARS, (unsigned)YEARS_MAX);
    }
    move_decembers(reading, first, last);
    struct holidays_year *made = calloc(YEARS_MAX, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    uint32_t made_count = 0;
    enum rc rc = RC_OK;
    for (int year = first; rc == RC_OK && year <= last; year++) {
        if (has_year(reading, year)) {
            made[made_count].year = year;
            rc = fill_year(reading, &made[made_count++]);
        }
    }
    if (rc != RC_OK) {
        free(made);
        return rc;
    }
    *years = made;
    *count = made_count;
    return RC_OK;
}

/* libical grumbles on stderr about what is no calendar at all. */
static bool looks_right(const char *text, size_t size)
{
    static const char begin[] = "BEGIN:VCALENDAR";
    const char *at = text + strspn(text, "\xef\xbb\xbf \t\r\n");
    return memchr(text, '\0', size) == NULL && strncmp(at, begin, sizeof begin - 1) == 0;
}

enum rc holidays_read_ics(const char *bytes, size_t size, struct holidays_year **years,
                          uint32_t *count, struct holidays_mistake *mistake)
{
    struct reading reading = {.mistake = mistake};
    if (size > HOLIDAYS_FILE_BYTES_MAX) {
        return holidays_say(mistake, 0, SAY_FILE_TOO_LARGE, (unsigned)HOLIDAYS_FILE_BYTES_MAX);
    }
    char *text = malloc(size + 1);
    const size_t days_max = (size_t)HOLIDAYS_DAYS_MAX * YEARS_MAX;
    reading.days = calloc(days_max, sizeof *reading.days);
    reading.lines = calloc(days_max, sizeof *reading.lines);
    enum rc rc = RC_LIMIT;
    if (text != NULL && reading.days != NULL && reading.lines != NULL) {
        memcpy(text, bytes, size);
        text[size] = '\0';
        reading.text = text;
        icalerror_set_errors_are_fatal(false);
        icalcomponent *root = looks_right(text, size) ? icalparser_parse_string(text) : NULL;
        rc = root == NULL ? holidays_say(mistake, 0, SAY_ICS_SYNTAX) : read_root(&reading, root);
        if (root != NULL) {
            icalcomponent_free(root);
        }
        if (rc == RC_OK) {
            rc = make_years(&reading, years, count);
        }
    }
    free(text);
    free(reading.days);
    free(reading.lines);
    return rc;
}
