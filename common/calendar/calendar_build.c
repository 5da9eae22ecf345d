/* calendar_build: the table of days: hours of each day from overrides, decrees and weekdays, and
 * the wall clock of its zone.
 *
 * What is dearer wins: an override of the site over a decree, a decree over the weekday. The table
 * covers every dated day and nothing beyond, unless the zone has summer time, which needs every
 * year. Days of one kind share a pattern of hours and a note, so that a row is small: thirty years
 * have eleven thousand of them.
 *
 * Built once while a site is loaded; afterwards it only is read. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar_private.h"

#define DAY_MS ((int64_t)CALENDAR_DAY_MS)

unsigned calendar_makeup_default(const struct calendar *calendar)
{
    for (unsigned weekday = 0; weekday < 7; weekday++) {
        if (calendar_weekday_hours(calendar, weekday).count > 0) {
            return weekday;
        }
    }
    return 0;
}

/* ---- which days the table covers ---- */

/* Widens the range so that the day lies in it. */
static void cover(int32_t *first, int32_t *last, int32_t day)
{
    *first = day < *first ? day : *first;
    *last = day > *last ? day : *last;
}

/* Without anything dated one day is enough: the table then only carries which years are known. */
static void find_range(const struct calendar_plan *plan, int32_t *first, int32_t *last)
{
    CHECK(plan->override_count <= CALENDAR_OVERRIDES_MAX);
    *first = INT32_MAX;
    *last = INT32_MIN;
    if (plan->zone != NULL && plan->zone->count > 1) {
        cover(first, last, civil_days(ZONE_YEAR_FIRST, 1, 1));
        cover(first, last, civil_days(ZONE_YEAR_LAST, 12, 31));
    }
    if (plan->override_count > 0) {
        cover(first, last, plan->overrides[0].day);
        cover(first, last, plan->overrides[plan->override_count - 1].day);
    }
    if (plan->holidays != NULL && plan->holidays->count > 0) {
        cover(first, last, plan->holidays->days[0].day);
        cover(first, last, plan->holidays->days[plan->holidays->count - 1].day);
    }
    if (*first > *last) {
        *first = *last = civil_days(ZONE_YEAR_FIRST, 1, 1);
    }
}

/* ---- what a day is ---- */

struct build {
    const struct calendar *calendar;
    const struct calendar_plan *plan;
    struct calendar_table *table;
    uint32_t next_override, next_holiday;
};

/* Notes are shared: a holiday of a week needs one. */
static uint16_t find_note(struct build *build, enum calendar_day_kind kind, const char *name)
{
    struct calendar_table *table = build->table;
    for (uint32_t index = 0; index < table->note_count; index++) {
        if (table->notes[index].kind == kind && strcmp(table->notes[index].name, name) == 0) {
            return (uint16_t)index;
        }
    }
    CHECK(table->note_count < UINT16_MAX);
    struct calendar_note *note = &table->notes[table->note_count];
    CHECK(strlen(name) < sizeof note->name);
    note->kind = kind;
    memcpy(note->name, name, strlen(name) + 1);
    return (uint16_t)table->note_count++;
}

/* Before: calendar_build counted it when it made room. */
static uint16_t add_pattern(struct build *build, const struct calendar_pattern *pattern)
{
    struct calendar_table *table = build->table;
    CHECK(table->pattern_count < UINT16_MAX);
    table->patterns[table->pattern_count] = *pattern;
    return (uint16_t)table->pattern_count++;
}

/* Whose hours a make-up day has. */
static unsigned makeup_weekday(const struct build *build)
{
    CHECK(build->plan->makeup_weekday == CALENDAR_MAKEUP_NONE || build->plan->makeup_weekday < 7);
    return build->plan->makeup_weekday == CALENDAR_MAKEUP_NONE
               ? calendar_makeup_default(build->calendar)
               : build->plan->makeup_weekday;
}

static void apply_override(struct build *build, const struct calendar_override *override,
                           struct calendar_row *row)
{
    struct calendar_pattern pattern;
    switch (override->kind) {
    case CALENDAR_OVERRIDE_OFF:
        row->pattern = CALENDAR_EMPTY_PATTERN;
        break;
    case CALENDAR_OVERRIDE_WORKING:
        row->pattern = (uint16_t)makeup_weekday(build);
        break;
    case CALENDAR_OVERRIDE_LIKE:
        row->pattern = (uint16_t) override->weekday;
        break;
    case CALENDAR_OVERRIDE_HOURS:
        calendar_pattern_make(&override->hours, &pattern);
        row->pattern = add_pattern(build, &pattern);
        break;
    }
    const bool working = build->table->patterns[row->pattern].open_ms > 0;
    row->note = find_note(build, working ? CALENDAR_SPECIAL : CALENDAR_OFF, override->name);
}

/* Make-up days are counted with the hours of their own weekday where that is one of Monday to
 * Friday; a Saturday has none, so the site says whose it takes. A site that follows no make-up
 * days leaves them as they are. */
static void apply_holiday(struct build *build, const struct holiday *holiday, unsigned weekday,
                          struct calendar_row *row)
{
    CHECK(weekday < 7);
    if (holiday->off) {
        row->pattern = CALENDAR_EMPTY_PATTERN;
        row->note = find_note(build, CALENDAR_HOLIDAY, holiday->name);
    } else if (build->plan->makeup_weekday != CALENDAR_MAKEUP_NONE) {
        row->pattern = weekday < 5 ? (uint16_t)weekday : (uint16_t)build->plan->makeup_weekday;
        row->note = find_note(build, CALENDAR_MAKEUP, holiday->name);
    }
}

/* Days come in order, so what is dated is found by walking along. */
static void apply_dates(struct build *build, int32_t day, struct calendar_row *row)
{
    const struct calendar_plan *plan = build->plan;
    const struct holidays *set = plan->holidays;
    if (set != NULL && build->next_holiday < set->count &&
        set->days[build->next_holiday].day == day) {
        apply_holiday(build, &set->days[build->next_holiday++], civil_weekday(day), row);
    }
    if (build->next_override < plan->override_count &&
        plan->overrides[build->next_override].day == day) {
        apply_override(build, &plan->overrides[build->next_override++], row);
    }
}

/* ---- the wall clock ---- */

/* Adds the open parts of [from, until) during which the wall clock is offset_ms ahead. */
static void add_parts(struct calendar_pattern *pattern, const struct calendar_row *row,
                      int64_t midnight_ms, int64_t from_ms, int64_t until_ms, int64_t offset_ms)
{
    CHECK(pattern->hours.count <= CALENDAR_INTERVALS_MAX);
    CHECK(from_ms < until_ms);
    for (unsigned index = 0; index < pattern->hours.count; index++) {
        const int64_t minute_ms = (int64_t)CALENDAR_MINUTE_MS;
        int64_t open_ms = midnight_ms + pattern->hours.from[index] * minute_ms - offset_ms;
        int64_t close_ms = midnight_ms + pattern->hours.until[index] * minute_ms - offset_ms;
        open_ms = open_ms > from_ms ? open_ms : from_ms;
        close_ms = close_ms < until_ms ? close_ms : until_ms;
        if (open_ms >= close_ms) {
            continue;
        }
        const uint32_t part_from = (uint32_t)(open_ms - row->start_ms);
        const uint32_t part_until = (uint32_t)(close_ms - row->start_ms);
        pattern->open_ms += part_until - part_from;
        if (pattern->count > 0 && pattern->until_ms[pattern->count - 1] == part_from) {
            pattern->until_ms[pattern->count - 1] = part_until;
        } else {
            CHECK(pattern->count < CALENDAR_PARTS_MAX);
            pattern->from_ms[pattern->count] = part_from;
            pattern->until_ms[pattern->count++] = part_until;
        }
    }
}

/* The pattern of a day on which the wall clock changes. */
static void change_pattern(struct build *build, int32_t day, int64_t end_ms,
                           struct calendar_row *row)
{
    const struct zone *zone = build->plan->zone;
    struct calendar_pattern pattern = build->table->patterns[row->pattern];
    pattern.changes = true;
    pattern.count = 0;
    pattern.open_ms = 0;
    for (int64_t from_ms = row->start_ms; from_ms < end_ms;) {
        const int64_t next_ms = zone_next_change(zone, from_ms);
        const int64_t until_ms = next_ms < end_ms ? next_ms : end_ms;
        add_parts(&pattern, row, day * DAY_MS, from_ms, until_ms, zone_offset(zone, from_ms));
        from_ms = until_ms;
    }
    row->pattern = add_pattern(build, &pattern);
}

/* When the day begins, and its own pattern if the wall clock changes during it. */
static void set_clock(struct build *build, int32_t day, struct calendar_row *row)
{
    const struct zone *zone = build->plan->zone;
    if (!build->table->zoned) {
        row->start_ms = day * DAY_MS - build->calendar->utc_offset_ms;
        return;
    }
    row->start_ms = zone_moment(zone, day * DAY_MS);
    const int64_t end_ms = zone_moment(zone, (day + 1) * DAY_MS);
    if (zone_next_change(zone, row->start_ms) < end_ms || end_ms - row->start_ms != DAY_MS) {
        change_pattern(build, day, end_ms, row);
    }
}

/* ---- all days ---- */

/* One row more than there are days: it says where the staircases stand at the end. */
static void fill_rows(struct build *build)
{
    CHECK(build->table->count > 0);
    struct calendar_table *table = build->table;
    uint64_t opened_ms = calendar_week_opened(build->calendar, table->first);
    uint64_t worked = calendar_week_worked(build->calendar, table->first);
    for (uint32_t index = 0; index <= table->count; index++) {
        const int32_t day = table->first + (int32_t)index;
        const unsigned weekday = civil_weekday(day);
        struct calendar_row *row = &table->rows[index];
        row->pattern = (uint16_t)weekday;
        row->note = table->patterns[weekday].open_ms > 0 ? 0 : 1;
        row->opened_ms = opened_ms;
        row->worked = (uint32_t)worked;
        if (index < table->count) {
            apply_dates(build, day, row);
            set_clock(build, day, row);
        } else {
            row->start_ms = table->zoned ? zone_moment(&table->zone, day * DAY_MS)
                                         : day * DAY_MS - build->calendar->utc_offset_ms;
        }
        opened_ms += table->patterns[row->pattern].open_ms;
        worked += table->patterns[row->pattern].open_ms > 0 ? 1 : 0;
    }
}

/* The first patterns are those of the weekdays, by number; the first notes those of plain days. */
static void fill_table(struct build *build)
{
    struct calendar_table *table = build->table;
    const struct calendar_plan *plan = build->plan;
    const struct calendar *calendar = build->calendar;
    for (unsigned weekday = 0; weekday < 7; weekday++) {
        const struct calendar_hours hours = calendar_weekday_hours(calendar, weekday);
        calendar_pattern_make(&hours, &table->patterns[weekday]);
    }
    table->pattern_count = CALENDAR_EMPTY_PATTERN + 1;
    table->note_count = 2; /* plain days */
    table->notes[0].kind = CALENDAR_WORKDAY;
    table->notes[1].kind = CALENDAR_WEEKEND;
    table->offset_before_ms = table->offset_after_ms = calendar->utc_offset_ms;
    if (table->zoned) {
        table->zone = *plan->zone;
        table->offset_before_ms = plan->zone->changes[0].offset_ms;
        table->offset_after_ms = plan->zone->changes[plan->zone->count - 1].offset_ms;
    }
    if (plan->holidays != NULL) {
        table->decree = true;
        memcpy(table->holidays, plan->holidays->code, sizeof table->holidays);
        static_assert(sizeof table->known == sizeof plan->holidays->years, "one bit a year");
        memcpy(table->known, plan->holidays->years, sizeof table->known);
        static_assert(sizeof table->lacks == sizeof plan->holidays->lacks, "one a year");
        memcpy(table->lacks, plan->holidays->lacks, sizeof table->lacks);
    }
    fill_rows(build);
}

enum rc calendar_build(struct calendar *calendar, const struct calendar_plan *plan)
{
    int32_t first = 0;
    int32_t last = 0;
    CHECK(calendar->table == NULL);
    CHECK(calendar->always || calendar->week_minutes > 0);
    CHECK(plan->override_count <= CALENDAR_OVERRIDES_MAX);
    const bool zoned = plan->zone != NULL && plan->zone->count > 1;
    if (!zoned && plan->holidays == NULL && plan->override_count == 0) {
        return RC_OK;
    }
    find_range(plan, &first, &last);
    struct calendar_table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        return RC_LIMIT;
    }
    const uint32_t dated =
        plan->override_count + (plan->holidays != NULL ? plan->holidays->count : 0);
    const uint32_t changes = zoned ? plan->zone->count : 0;
    table->zoned = zoned;
    table->first = first;
    table->count = (uint32_t)(last - first + 1);
    table->rows = calloc((size_t)table->count + 1, sizeof *table->rows);
    /* A change at midnight may make two days odd. */
    table->patterns =
        calloc((size_t)CALENDAR_EMPTY_PATTERN + 1 + plan->override_count + 2 * (size_t)changes,
               sizeof *table->patterns);
    table->notes = calloc((size_t)dated + 2, sizeof *table->notes);
    calendar->table = table;
    if (table->rows == NULL || table->patterns == NULL || table->notes == NULL) {
        calendar_fini(calendar);
        return RC_LIMIT;
    }
    struct build build = {.calendar = calendar, .plan = plan, .table = table};
    fill_table(&build);
    return RC_OK;
}

void calendar_fini(struct calendar *calendar)
{
    if (calendar->table != NULL) {
        free(calendar->table->rows);
        free(calendar->table->patterns);
        free(calendar->table->notes);
        free(calendar->table);
        calendar->table = NULL;
    }
}
