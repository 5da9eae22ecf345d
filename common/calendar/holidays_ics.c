/* holidays_ics: decreed days from an iCalendar file, through libical.
 *
 * Calendars on the net mark make-up workdays by their title alone, keep events that were called
 * off, say one feast three times, and stand beside birthdays. So a file is read in passes: every
 * event is taken in as it stands; what a later version or a cancellation of it makes void is put
 * aside; titles and rulings say what each is; the shortest event on a day settles the day; and what
 * is still unclear, and touches a day that nothing settles, becomes a question. Only without
 * questions are there years: half of a file is worse than none, since it looks like a whole one.
 *
 * A file may hold several years; each becomes a year of its own, as in JSON, with the same rules.
 * Times in UTC are read on the site's wall clock; those with a TZID stand as they are written, for
 * a decree is written in its own country's time. */

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_mistakes.h"
#include "common/calendar/holidays_private.h"
#include "common/text/text.h"

enum {
    SPAN_DAYS_MAX = 60, /* no holiday is longer */
    YEARS_MAX = 32,
    EVENTS_MAX = 4096, /* a file of 1 MiB has no more that mean something */
    DAYS_MAX = HOLIDAYS_DAYS_MAX * YEARS_MAX,
    DAY_MINUTES = 24 * 60,
    /* An event with times is taken for a day when it covers this, whatever lies around. */
    CORE_BEGIN = 10 * 60,
    CORE_END = 16 * 60,
    ARENA_BYTES = 64 << 20, /* of titles, each as long as the file at most; touched as used */
};

struct event {
    char name[HOLIDAYS_NAME_BYTES_MAX + 1];
    const char *uid; /* of libical; "" if none, or if it is one of a series */
    int sequence;
    int32_t first, last; /* days; good only if dated */
    uint32_t line;
    enum holidays_kind kind;
    enum holidays_doubt doubt;
    bool dated, part, repeats; /* part: begins or ends amid the day */
    bool ruled;                /* by a person */
    bool gone;                 /* called off, or replaced by a later version */
};

struct reading {
    const char *text, *at; /* at: up to where lines were counted */
    uint32_t line;
    struct holidays_import *import;
    struct holidays_mistake *mistake;
    struct arena arena;
    struct event *events;
    uint32_t event_count;
    struct holiday *days; /* settled days; year is that of the span's last day */
    uint32_t *lines;      /* beside days */
    uint32_t count;
    int32_t day_total; /* of events that take effect: what the passes cost */
};

/* The line of the next event; events come in the order of the file, so the search goes on where it
 * was. */
static uint32_t next_line(struct reading *reading)
{
    static const char word[] = "BEGIN:VEVENT";
    for (const char *at = reading->at; *at != '\0'; at++) {
        const bool begins = at == reading->text || at[-1] == '\n';
        if (begins && strncmp(at, word, sizeof word - 1) == 0) {
            reading->at = at + 1;
            return reading->line;
        }
        reading->line += *at == '\n' ? 1 : 0;
    }
    reading->at += strlen(reading->at);
    return 0;
}

/* ---- an event as it stands ---- */

static bool has(icalcomponent *event, icalproperty_kind kind)
{
    return icalcomponent_get_first_property(event, kind) != NULL;
}

/* Minutes of the site's wall clock since 1970. libical takes 2026-02-31 for a date. */
static bool minute_of(const struct holidays_import *import, struct icaltimetype at, int64_t *minute)
{
    if (at.year <= HOLIDAYS_YEAR_MIN || at.year > HOLIDAYS_YEAR_MAX || at.month < 1 ||
        at.month > 12 || at.day < 1 ||
        at.day > (int)civil_month_days(at.year, (unsigned)at.month) || at.hour < 0 ||
        at.hour > 24 || at.minute < 0 || at.minute > 59) {
        return false;
    }
    const int64_t days = civil_days(at.year, (unsigned)at.month, (unsigned)at.day);
    *minute = days * DAY_MINUTES;
    if (!at.is_date) {
        *minute += at.hour * 60 + at.minute;
    }
    if (!at.is_date && icaltime_is_utc(at)) {
        const int64_t offset_ms = import->zone != NULL ? zone_offset(import->zone, *minute * 60000)
                                                       : import->utc_offset_ms;
        *minute += offset_ms / 60000;
    }
    return true;
}

/* [from, until) in minutes. Without an end: one day, or none for a moment. */
static bool read_span(const struct holidays_import *import, icalcomponent *component, int64_t *from,
                      int64_t *until)
{
    const struct icaltimetype start = icalcomponent_get_dtstart(component);
    if (!has(component, ICAL_DTSTART_PROPERTY) || !minute_of(import, start, from)) {
        return false;
    }
    *until = *from + (start.is_date ? DAY_MINUTES : 0);
    if (has(component, ICAL_DURATION_PROPERTY)) {
        const int seconds = icaldurationtype_as_int(icalcomponent_get_duration(component));
        *until = seconds > 0 ? *from + seconds / 60 : *until;
        return seconds >= 0;
    }
    if (!has(component, ICAL_DTEND_PROPERTY)) {
        return true;
    }
    const struct icaltimetype end = icalcomponent_get_dtend(component);
    int64_t written = 0;
    if (end.is_date != start.is_date || !minute_of(import, end, &written) || written < *from) {
        return false;
    }
    /* Some publishers write the end of a single day as its beginning. */
    *until = written > *from ? written : *until;
    /* 23:59 is how some write midnight. */
    *until += !end.is_date && end.hour == 23 && end.minute == 59 ? 1 : 0;
    return true;
}

static int32_t day_of_minute(int64_t minute)
{
    const int64_t day = minute >= 0 ? minute / DAY_MINUTES : (minute + 1) / DAY_MINUTES - 1;
    CHECK(day >= INT32_MIN);
    CHECK(day <= INT32_MAX);
    return (int32_t)day;
}

static void read_dates(const struct holidays_import *import, icalcomponent *component,
                       struct event *event)
{
    int64_t from = 0;
    int64_t until = 0;
    event->dated = read_span(import, component, &from, &until);
    if (!event->dated) {
        return;
    }
    const int64_t last = until > from ? until - 1 : from;
    event->first = day_of_minute(from);
    event->last = day_of_minute(last);
    event->part = from - (int64_t)event->first * DAY_MINUTES > CORE_BEGIN ||
                  until - (int64_t)event->last * DAY_MINUTES < CORE_END;
}

/* Apple's calendar of China marks days beside their titles. */
static enum holidays_kind special_day(icalcomponent *component)
{
    for (icalproperty *property = icalcomponent_get_first_property(component, ICAL_X_PROPERTY);
         property != NULL; property = icalcomponent_get_next_property(component, ICAL_X_PROPERTY)) {
        const char *name = icalproperty_get_x_name(property);
        const char *value = icalproperty_get_x(property);
        if (name == NULL || value == NULL || strcmp(name, "X-APPLE-SPECIAL-DAY") != 0) {
            continue;
        }
        if (strcmp(value, "WORK-HOLIDAY") == 0) {
            return HOLIDAYS_OFF;
        }
        if (strcmp(value, "ALTERNATE-WORKDAY") == 0) {
            return HOLIDAYS_WORK;
        }
    }
    return HOLIDAYS_UNCLEAR;
}

/* Google's calendars of countries say it in the description, and call the rest observances. */
static bool described_as_holiday(icalcomponent *component)
{
    static const char *const words[] = {"Public holiday", "公共假期", "公众假期", "法定节假日"};
    const char *text = icalcomponent_get_description(component);
    for (size_t index = 0; text != NULL && index < sizeof words / sizeof words[0]; index++) {
        if (strncmp(text, words[index], strlen(words[index])) == 0) {
            return true;
        }
    }
    return false;
}

/* The title in one line, cut to fit. False: it is none. */
static bool read_name(icalcomponent *component, struct event *event)
{
    const char *summary = icalcomponent_get_summary(component);
    size_t at = 0;
    if (summary == NULL || !text_valid(summary, strlen(summary), &at)) {
        return false;
    }
    summary += strspn(summary, " \t\r\n");
    size_t bytes = text_clip(summary, HOLIDAYS_NAME_BYTES_MAX);
    while (bytes > 0 && strchr(" \t\r\n", summary[bytes - 1]) != NULL) {
        bytes--;
    }
    memcpy(event->name, summary, bytes);
    event->name[bytes] = '\0';
    for (char *text = event->name; *text != '\0'; text++) {
        *text = *text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text;
    }
    return bytes > 0;
}

/* What a person said of this title; the word for all others is the caller's to try later. */
static enum holidays_kind ruling_of(struct reading *reading, const char *title)
{
    char *wanted = NULL;
    size_t bytes = 0;
    if (text_normalise(&reading->arena, title, &wanted, &bytes) != RC_OK) {
        return HOLIDAYS_UNCLEAR;
    }
    for (uint32_t index = 0; index < reading->import->ruling_count; index++) {
        const struct holidays_ruling *ruling = &reading->import->rulings[index];
        char *name = NULL;
        if (text_normalise(&reading->arena, ruling->name, &name, &bytes) == RC_OK &&
            strcmp(name, wanted) == 0) {
            return ruling->kind;
        }
    }
    return HOLIDAYS_UNCLEAR;
}

static enum holidays_kind ruling_of_others(const struct holidays_import *import)
{
    for (uint32_t index = 0; index < import->ruling_count; index++) {
        if (strcmp(import->rulings[index].name, "*") == 0) {
            return import->rulings[index].kind;
        }
    }
    return HOLIDAYS_UNCLEAR;
}

/* A person's word first, then the publisher's mark, then the title. */
static void read_kind(struct reading *reading, icalcomponent *component, struct event *event)
{
    const unsigned month = event->dated ? civil_date(event->first).month : 1;
    event->kind = ruling_of(reading, event->name);
    event->ruled = event->kind != HOLIDAYS_UNCLEAR;
    if (!event->ruled) {
        event->kind = special_day(component);
    }
    if (event->kind == HOLIDAYS_UNCLEAR) {
        event->kind = holidays_title_read(&reading->arena, event->name, month, &event->doubt);
    }
    if (event->kind == HOLIDAYS_UNCLEAR && event->doubt == HOLIDAYS_DOUBT_TITLE &&
        described_as_holiday(component)) {
        event->kind = HOLIDAYS_OFF;
    }
    /* What is not certain yet is no decree, whatever its title says. */
    if (!event->ruled && icalcomponent_get_status(component) == ICAL_STATUS_TENTATIVE) {
        event->kind = HOLIDAYS_UNCLEAR;
        event->doubt = HOLIDAYS_DOUBT_TITLE;
    }
    if (!event->ruled && event->part && event->kind != HOLIDAYS_UNCLEAR) {
        event->kind = HOLIDAYS_UNCLEAR;
        event->doubt = HOLIDAYS_DOUBT_PART;
    }
    if (event->kind == HOLIDAYS_UNCLEAR) {
        event->kind = ruling_of_others(reading->import);
        event->ruled = event->kind != HOLIDAYS_UNCLEAR;
    }
    arena_reset(&reading->arena);
}

/* Whether the event, which takes effect, is one that can. */
static enum rc judge_event(struct reading *reading, const struct event *event, uint32_t number)
{
    if (event->kind == HOLIDAYS_SKIP || event->gone) {
        return RC_OK;
    }
    if (event->name[0] == '\0' || !event->dated ||
        (event->kind != HOLIDAYS_UNCLEAR && event->last - event->first >= SPAN_DAYS_MAX)) {
        return holidays_say(reading->mistake, event->line, SAY_ICS_EVENT, number);
    }
    if (event->repeats && event->kind != HOLIDAYS_UNCLEAR) {
        return holidays_say(reading->mistake, event->line, SAY_ICS_RULE, number);
    }
    reading->day_total += event->kind == HOLIDAYS_UNCLEAR ? 0 : event->last - event->first + 1;
    if (reading->day_total > DAYS_MAX) {
        return holidays_say(reading->mistake, event->line, SAY_HOLIDAY_TOO_MANY,
                            (unsigned)DAYS_MAX);
    }
    return RC_OK;
}

static enum rc read_event(struct reading *reading, icalcomponent *component, bool called_off)
{
    if (reading->event_count == EVENTS_MAX) {
        return holidays_say(reading->mistake, 0, SAY_ICS_TOO_MANY, (unsigned)EVENTS_MAX);
    }
    struct event *event = &reading->events[reading->event_count];
    const char *uid = icalcomponent_get_uid(component);
    *event = (struct event){
        .uid = uid == NULL || has(component, ICAL_RECURRENCEID_PROPERTY) ? "" : uid,
        .sequence = icalcomponent_get_sequence(component),
        .line = next_line(reading),
        .repeats = has(component, ICAL_RRULE_PROPERTY) || has(component, ICAL_RDATE_PROPERTY) ||
                   has(component, ICAL_EXDATE_PROPERTY),
        .gone = called_off || icalcomponent_get_status(component) == ICAL_STATUS_CANCELLED,
    };
    reading->event_count++;
    if (!read_name(component, event) && !event->gone && icalcomponent_get_summary(component)) {
        return holidays_say(reading->mistake, event->line, SAY_HOLIDAY_NAME, "SUMMARY");
    }
    read_dates(reading->import, component, event);
    read_kind(reading, component, event);
    return judge_event(reading, event, reading->event_count);
}

static enum rc read_events(struct reading *reading, icalcomponent *root)
{
    enum rc rc = RC_OK;
    const bool called_off = icalcomponent_get_method(root) == ICAL_METHOD_CANCEL;
    for (icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
         rc == RC_OK && event != NULL;
         event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
        rc = read_event(reading, event, called_off);
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
    if (rc == RC_OK && reading->event_count == 0) {
        return holidays_say(reading->mistake, 0, SAY_ICS_SYNTAX);
    }
    return rc;
}

/* ---- versions ---- */

/* Of two versions of an event the higher SEQUENCE holds; of equal ones only a cancellation is
 * believed, for some publishers give all their events one UID. */
static void drop_versions(struct reading *reading)
{
    for (uint32_t index = 0; index < reading->event_count; index++) {
        struct event *event = &reading->events[index];
        CHECK(event->uid != NULL);
        for (uint32_t other = 0; event->uid[0] != '\0' && other < reading->event_count; other++) {
            const struct event *later = &reading->events[other];
            if (other == index || strcmp(event->uid, later->uid) != 0) {
                continue;
            }
            const bool newer = later->sequence > event->sequence;
            const bool off = later->gone && later->sequence == event->sequence && other > index &&
                             later->dated && event->dated && later->first == event->first;
            event->gone |= newer || off;
        }
    }
}

/* ---- days ---- */

static bool clear(const struct event *event)
{
    return !event->gone && (event->kind == HOLIDAYS_OFF || event->kind == HOLIDAYS_WORK);
}

static bool covers(const struct event *event, int32_t day)
{
    return event->dated && event->first <= day && event->last >= day;
}

/* The event that settles a day: one that a person ruled on, else the shortest. NULL: none. */
static const struct event *settles(const struct reading *reading, int32_t day)
{
    const struct event *best = NULL;
    for (uint32_t index = 0; index < reading->event_count; index++) {
        const struct event *event = &reading->events[index];
        if (!clear(event) || !covers(event, day)) {
            continue;
        }
        const bool shorter = best == NULL || event->last - event->first < best->last - best->first;
        if (best == NULL || (event->ruled && !best->ruled) ||
            (event->ruled == best->ruled && shorter)) {
            best = event;
        }
    }
    return best;
}

/* Whether another event has as good a claim to the day, and says the opposite. */
static bool clashes(const struct reading *reading, const struct event *best, int32_t day)
{
    for (uint32_t index = 0; index < reading->event_count; index++) {
        const struct event *event = &reading->events[index];
        if (clear(event) && covers(event, day) && event->kind != best->kind &&
            event->ruled == best->ruled && event->last - event->first == best->last - best->first) {
            return true;
        }
    }
    return false;
}

static enum rc ask(struct reading *reading, const struct event *event, enum holidays_doubt doubt)
{
    struct holidays_import *import = reading->import;
    if (import->questions == NULL) {
        import->questions = calloc(EVENTS_MAX, sizeof *import->questions);
    }
    if (import->questions == NULL) {
        return RC_LIMIT;
    }
    CHECK(import->question_count < EVENTS_MAX);
    struct holidays_question *question = &import->questions[import->question_count++];
    memcpy(question->name, event->name, sizeof question->name);
    question->first = event->first;
    question->last = event->last;
    question->line = event->line;
    question->doubt = doubt;
    return RC_OK;
}

/* An event that nobody understands does no harm on days that others settle. */
static bool settled_by_others(const struct reading *reading, const struct event *event)
{
    if (event->last - event->first >= SPAN_DAYS_MAX) {
        return false;
    }
    for (int32_t day = event->first; day <= event->last; day++) {
        if (settles(reading, day) == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether the event contradicts another on one of its days. */
static bool contradicts(const struct reading *reading, const struct event *event)
{
    for (int32_t day = event->first; clear(event) && day <= event->last; day++) {
        const struct event *best = settles(reading, day);
        CHECK(best != NULL);
        if (best->last - best->first == event->last - event->first && best->ruled == event->ruled &&
            clashes(reading, event, day)) {
            return true;
        }
    }
    return false;
}

static enum rc ask_all(struct reading *reading)
{
    enum rc rc = RC_OK;
    for (uint32_t index = 0; rc == RC_OK && index < reading->event_count; index++) {
        struct event *event = &reading->events[index];
        if (event->gone) {
            continue;
        }
        if (event->kind == HOLIDAYS_UNCLEAR && settled_by_others(reading, event)) {
            event->kind = HOLIDAYS_SKIP;
        }
        reading->import->skipped += event->kind == HOLIDAYS_SKIP ? 1 : 0;
        if (event->kind == HOLIDAYS_UNCLEAR) {
            rc = ask(reading, event, event->doubt);
        } else if (contradicts(reading, event)) {
            rc = ask(reading, event, HOLIDAYS_DOUBT_CLASH);
        }
    }
    return rc == RC_OK && reading->import->question_count > 0 ? RC_AGAIN : rc;
}

/* Two names of one day, "国庆节、中秋节", unless one holds the other or both do not fit. */
static void join_names(char name[HOLIDAYS_NAME_BYTES_MAX + 1], const char *other)
{
    const size_t used = strlen(name);
    if (strstr(name, other) != NULL) {
        return;
    }
    if (strstr(other, name) != NULL) {
        memcpy(name, other, strlen(other) + 1);
    } else if (used + strlen("、") + strlen(other) <= HOLIDAYS_NAME_BYTES_MAX) {
        (void)snprintf(name + used, HOLIDAYS_NAME_BYTES_MAX + 1 - used, "、%s", other);
    }
}

/* Its name: of the event that settles it and of those that agree and are as short. */
static void name_day(const struct reading *reading, const struct event *best, struct holiday *day)
{
    memcpy(day->name, best->name, sizeof day->name);
    holidays_title_plain(day->name);
    for (uint32_t index = 0; index < reading->event_count; index++) {
        const struct event *event = &reading->events[index];
        char name[HOLIDAYS_NAME_BYTES_MAX + 1];
        if (event != best && clear(event) && event->kind == best->kind && covers(event, day->day)) {
            memcpy(name, event->name, sizeof name);
            holidays_title_plain(name);
            join_names(day->name, name);
        }
    }
    /* Names are compared and written by their bytes: none of a longer one may stay behind. */
    const size_t used = strlen(day->name);
    memset(day->name + used, 0, sizeof day->name - used);
}

static enum rc add_day(struct reading *reading, int32_t day)
{
    for (uint32_t index = 0; index < reading->count; index++) {
        if (reading->days[index].day == day) {
            return RC_OK; /* another event's too */
        }
    }
    const struct event *best = settles(reading, day);
    CHECK(best != NULL);
    if (reading->count == DAYS_MAX) {
        return holidays_say(reading->mistake, best->line, SAY_HOLIDAY_TOO_MANY,
                            (unsigned)HOLIDAYS_DAYS_MAX);
    }
    struct holiday *holiday = &reading->days[reading->count];
    *holiday = (struct holiday){.day = day, .off = best->kind == HOLIDAYS_OFF};
    holiday->year = civil_date(best->last).year;
    name_day(reading, best, holiday);
    reading->lines[reading->count++] = best->line;
    return RC_OK;
}

static enum rc add_days(struct reading *reading)
{
    enum rc rc = RC_OK;
    for (uint32_t index = 0; index < reading->event_count; index++) {
        const struct event *event = &reading->events[index];
        for (int32_t day = event->first; rc == RC_OK && clear(event) && day <= event->last; day++) {
            rc = add_day(reading, day);
        }
    }
    return rc;
}

/* Days of events that were called off and that nothing else in the file speaks of. */
static enum rc add_gone(struct reading *reading)
{
    struct holidays_import *import = reading->import;
    for (uint32_t index = 0; index < reading->event_count; index++) {
        const struct event *event = &reading->events[index];
        const bool counts = event->gone && event->dated && !event->repeats &&
                            (event->kind == HOLIDAYS_OFF || event->kind == HOLIDAYS_WORK) &&
                            event->last - event->first < SPAN_DAYS_MAX;
        for (int32_t day = event->first; counts && day <= event->last; day++) {
            if (settles(reading, day) != NULL || import->gone_count == HOLIDAYS_DAYS_MAX) {
                continue;
            }
            if (import->gone == NULL) {
                import->gone = calloc(HOLIDAYS_DAYS_MAX, sizeof *import->gone);
            }
            if (import->gone == NULL) {
                return RC_LIMIT;
            }
            struct holiday *gone = &import->gone[import->gone_count++];
            *gone = (struct holiday){.day = day, .off = event->kind == HOLIDAYS_OFF};
            gone->year = civil_date(event->last).year;
            memcpy(gone->name, event->name, sizeof gone->name);
            holidays_title_plain(gone->name);
        }
    }
    return RC_OK;
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
    for (uint32_t index = 0; index < reading->import->gone_count; index++) {
        if (reading->import->gone[index].year == year) {
            return true;
        }
    }
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

/* The years that are spoken of, from the first to the last; false: there are too many. */
static bool find_years(const struct reading *reading, int *first, int *last)
{
    const struct holidays_import *import = reading->import;
    *first = HOLIDAYS_YEAR_MAX;
    *last = HOLIDAYS_YEAR_MIN;
    for (uint32_t index = 0; index < reading->count + import->gone_count; index++) {
        const int year = index < reading->count ? reading->days[index].year
                                                : import->gone[index - reading->count].year;
        *first = year < *first ? year : *first;
        *last = year > *last ? year : *last;
    }
    return *last - *first < YEARS_MAX;
}

static enum rc make_years(struct reading *reading)
{
    struct holidays_import *import = reading->import;
    int first = 0;
    int last = 0;
    if (!find_years(reading, &first, &last)) {
        return holidays_say(reading->mistake, 0, SAY_ICS_YEARS, (unsigned)YEARS_MAX);
    }
    move_decembers(reading, first, last);
    import->years = calloc(YEARS_MAX, sizeof *import->years);
    if (import->years == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = RC_OK;
    for (int year = first; rc == RC_OK && year <= last; year++) {
        if (has_year(reading, year)) {
            import->years[import->year_count].year = year;
            rc = fill_year(reading, &import->years[import->year_count++]);
        }
    }
    return rc;
}

/* libical grumbles on stderr about what is no calendar at all. */
static bool looks_right(const char *text, size_t size)
{
    static const char begin[] = "BEGIN:VCALENDAR";
    const char *at = text + strspn(text, " \t\r\n");
    return memchr(text, '\0', size) == NULL && strncmp(at, begin, sizeof begin - 1) == 0;
}

/* All passes, in their order. */
static enum rc read_text(struct reading *reading, size_t size)
{
    if (!looks_right(reading->text, size)) {
        return holidays_say(reading->mistake, 0, SAY_ICS_SYNTAX);
    }
    icalerror_set_errors_are_fatal(false);
    icalcomponent *root = icalparser_parse_string(reading->text);
    if (root == NULL) {
        return holidays_say(reading->mistake, 0, SAY_ICS_SYNTAX);
    }
    enum rc rc = read_root(reading, root);
    if (rc == RC_OK) {
        drop_versions(reading);
        rc = ask_all(reading);
    }
    rc = rc == RC_OK ? add_days(reading) : rc;
    rc = rc == RC_OK ? add_gone(reading) : rc;
    rc = rc == RC_OK ? make_years(reading) : rc;
    icalcomponent_free(root); /* events point into it */
    return rc;
}

static enum rc read_copy(struct reading *reading, const char *bytes, size_t size)
{
    char *text = malloc(size + 1);
    const size_t days_max = DAYS_MAX;
    reading->events = calloc(EVENTS_MAX, sizeof *reading->events);
    reading->days = calloc(days_max, sizeof *reading->days);
    reading->lines = calloc(days_max, sizeof *reading->lines);
    enum rc rc = RC_LIMIT;
    if (text != NULL && reading->events != NULL && reading->days != NULL &&
        reading->lines != NULL) {
        memcpy(text, bytes, size);
        text[size] = '\0';
        reading->text = reading->at = text;
        reading->line = 1;
        rc = read_text(reading, size);
    }
    free(text);
    free(reading->events);
    free(reading->days);
    free(reading->lines);
    return rc;
}

enum rc holidays_read_ics(const char *bytes, size_t size, struct holidays_import *import,
                          struct holidays_mistake *mistake)
{
    CHECK(import->ruling_count == 0 || import->rulings != NULL);
    CHECK(import->years == NULL);
    CHECK(import->questions == NULL);
    CHECK(import->gone == NULL);
    struct reading reading = {.mistake = mistake, .import = import};
    if (size > HOLIDAYS_FILE_BYTES_MAX) {
        return holidays_say(mistake, 0, SAY_FILE_TOO_LARGE, (unsigned)HOLIDAYS_FILE_BYTES_MAX);
    }
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    enum rc rc = arena_init(&reading.arena, ARENA_BYTES);
    if (rc == RC_OK) {
        rc = read_copy(&reading, bytes, size);
        arena_fini(&reading.arena);
    }
    if (rc != RC_OK && rc != RC_AGAIN) {
        holidays_import_fini(import);
    }
    return rc;
}

void holidays_import_fini(struct holidays_import *import)
{
    free(import->years);
    free(import->questions);
    free(import->gone);
    import->years = NULL;
    import->questions = NULL;
    import->gone = NULL;
    import->year_count = import->question_count = import->gone_count = 0;
}
