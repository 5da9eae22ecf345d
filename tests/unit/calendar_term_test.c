/* calendar: terms in four units on a real calendar, known cases, and against an obvious reference
 * that walks minute by minute. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar/calendar.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY CALENDAR_DAY_MS

struct world {
    struct calendar calendar;
    struct holidays holidays;
    struct zone zone;
    struct calendar_override overrides[4];
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The moment of a wall clock, "2026-02-16 10:30". */
static uint64_t at_offset(const char *text, int64_t offset_ms)
{
    char date[16];
    int32_t day = 0;
    memcpy(date, text, 10);
    date[10] = '\0';
    assert_true(civil_parse(date, &day));
    const uint64_t hours = (uint64_t)atoi(text + 11);
    const uint64_t minutes = (uint64_t)atoi(text + 14);
    return (uint64_t)(day * (int64_t)DAY - offset_ms) + hours * HOUR + minutes * MINUTE;
}

static uint64_t at(const char *text)
{
    return at_offset(text, 8 * (int64_t)HOUR);
}

static void open_hours(struct calendar_hours *hours, unsigned from, unsigned until)
{
    hours->from[hours->count] = (uint16_t)(from * 60);
    hours->until[hours->count++] = (uint16_t)(until * 60);
}

static void set_weeks(struct calendar *calendar)
{
    for (unsigned day = 0; day < 5; day++) {
        open_hours(&calendar->days[day], 9, 12);
        open_hours(&calendar->days[day], 14, 18);
    }
    calendar->week_minutes = 5 * 7 * 60;
}

static void load_holidays(struct holidays *set)
{
    struct holidays_year *year = calloc(1, sizeof *year);
    struct holidays_mistake mistake;
    const struct holidays_file *file = NULL;
    assert_non_null(year);
    strcpy(set->code, "CN");
    for (uint32_t index = 0; (file = holidays_built_in(index)) != NULL; index++) {
        assert_int_equal(holidays_read_json(file->bytes, file->size, year, &mistake), RC_OK);
        assert_int_equal(holidays_put(set, year), RC_OK);
    }
    free(year);
}

/* Mon-Fri 9-12, 14-18 with China's holidays; 2026-04-01 closed, 2026-04-04 (a holiday) worked from
 * 10 to 11, 2026-04-18 (Saturday) like a Friday. */
static int make_office(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    struct calendar *calendar = &world->calendar;
    strcpy(calendar->code, "office");
    calendar->utc_offset_ms = 8 * (int64_t)HOUR;
    set_weeks(calendar);
    load_holidays(&world->holidays);
    struct calendar_override *overrides = world->overrides;
    overrides[0] = (struct calendar_override){.kind = CALENDAR_OVERRIDE_OFF, .name = "停电"};
    overrides[1] = (struct calendar_override){.kind = CALENDAR_OVERRIDE_HOURS};
    overrides[2] = (struct calendar_override){.kind = CALENDAR_OVERRIDE_LIKE, .weekday = 4};
    open_hours(&overrides[1].hours, 10, 11);
    assert_true(civil_parse("2026-04-01", &overrides[0].day));
    assert_true(civil_parse("2026-04-04", &overrides[1].day));
    assert_true(civil_parse("2026-04-18", &overrides[2].day));
    const struct calendar_plan plan = {
        .holidays = &world->holidays, .overrides = overrides, .override_count = 3};
    assert_int_equal(calendar_build(calendar, &plan), RC_OK);
    *state = world;
    return 0;
}

static struct world *make_zoned(const char *zone, bool nights)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    assert_int_equal(zone_load(zone, &world->zone), RC_OK);
    world->calendar.utc_offset_ms = world->zone.standard_ms;
    if (nights) {
        for (unsigned day = 0; day < 7; day++) {
            open_hours(&world->calendar.days[day], 0, 6);
            open_hours(&world->calendar.days[day], 22, 24);
        }
        world->calendar.week_minutes = 7 * 8 * 60;
    } else {
        set_weeks(&world->calendar);
    }
    const struct calendar_plan plan = {.zone = &world->zone};
    assert_int_equal(calendar_build(&world->calendar, &plan), RC_OK);
    return world;
}

static int drop(void **state)
{
    struct world *world = *state;
    calendar_fini(&world->calendar);
    holidays_fini(&world->holidays);
    free(world);
    return 0;
}

static uint64_t due(const struct calendar *calendar, enum calendar_unit unit, uint32_t amount,
                    const char *from, enum calendar_start start, enum calendar_end end)
{
    const struct calendar_term term = {
        .unit = unit, .amount_ms = calendar_amount_ms(unit, amount), .start = start, .end = end};
    return calendar_due(calendar, &term, at(from));
}

/* ---- known cases ---- */

struct known {
    enum calendar_unit unit;
    uint32_t amount;
    const char *from;
    bool next_day, end_of_day;
    const char *due;
};

#define EMERGENCY CALENDAR_EMERGENCY_HOURS
#define HOURS CALENDAR_WORKING_HOURS
#define WORKING CALENDAR_WORKING_DAYS
#define DAYS CALENDAR_DAYS

static const struct known known[] = {
    {EMERGENCY, 120, "2026-02-14 23:30", false, false, "2026-02-15 01:30"},
    {EMERGENCY, 120, "2026-02-14 23:30", true, false, "2026-02-15 02:00"},
    /* a make-up Saturday before the spring festival, then nine days off */
    {HOURS, 7 * 60, "2026-02-13 14:00", false, false, "2026-02-14 12:00"},
    {HOURS, 8 * 60, "2026-02-14 09:00", false, false, "2026-02-24 10:00"},
    {HOURS, 60, "2026-02-16 10:00", false, false, "2026-02-24 10:00"},
    {HOURS, 60, "2026-02-13 12:30", false, false, "2026-02-13 15:00"},
    {HOURS, 60, "2026-02-13 20:00", false, false, "2026-02-14 10:00"},
    {HOURS, 60, "2026-02-13 10:00", true, false, "2026-02-14 10:00"},
    {WORKING, 1, "2026-02-13 10:00", false, false, "2026-02-14 10:00"},
    {WORKING, 1, "2026-02-14 10:00", false, false, "2026-02-24 10:00"},
    {WORKING, 1, "2026-02-14 10:00", false, true, "2026-02-24 18:00"},
    {WORKING, 1, "2026-02-13 10:00", true, false, "2026-02-14 18:00"},
    {WORKING, 1, "2026-02-16 10:00", false, false, "2026-02-24 18:00"},
    {WORKING, 1, "2026-02-16 10:00", true, true, "2026-02-24 18:00"},
    {WORKING, 1, "2026-03-02 12:30", false, false, "2026-03-03 14:00"},
    {WORKING, 1, "2026-03-02 20:00", false, false, "2026-03-03 18:00"},
    {WORKING, 1, "2026-03-02 07:00", false, false, "2026-03-03 09:00"},
    {WORKING, 5, "2026-03-02 10:00", false, false, "2026-03-09 10:00"},
    {WORKING, 15, "2026-01-05 10:00", false, false, "2026-01-26 10:00"},
    /* overrides: closed on the 1st, an hour on the 4th, a Saturday like a Friday */
    {WORKING, 1, "2026-03-31 10:00", false, false, "2026-04-02 10:00"},
    {WORKING, 1, "2026-04-03 10:30", false, false, "2026-04-04 10:30"},
    {WORKING, 1, "2026-04-03 15:00", false, false, "2026-04-04 11:00"},
    {HOURS, 120, "2026-04-03 17:30", false, false, "2026-04-07 09:30"},
    {WORKING, 1, "2026-04-17 10:00", false, false, "2026-04-18 10:00"},
    /* natural days: over the end of a year, a leap day, midnight */
    {DAYS, 1, "2026-12-31 10:00", false, false, "2027-01-01 10:00"},
    {DAYS, 2, "2028-02-28 10:00", false, false, "2028-03-01 10:00"},
    {DAYS, 7, "2026-02-14 10:00", false, true, "2026-02-22 00:00"},
    {DAYS, 1, "2026-02-14 10:00", true, false, "2026-02-16 00:00"},
    {DAYS, 1, "2026-02-14 00:00", false, false, "2026-02-15 00:00"},
    /* over the end of the data: 2027 is plain weeks */
    {WORKING, 2, "2026-12-30 10:00", false, false, "2027-01-01 10:00"},
    {HOURS, 10000, "2026-12-31 09:00", false, false, "2027-02-02 16:40"},
};

static void test_due_when_known_then_as_written(void **state)
{
    const struct world *world = *state;
    for (size_t index = 0; index < sizeof known / sizeof known[0]; index++) {
        const struct known *row = &known[index];
        const uint64_t got = due(&world->calendar, row->unit, row->amount, row->from,
                                 row->next_day ? CALENDAR_FROM_NEXT_DAY : CALENDAR_FROM_MOMENT,
                                 row->end_of_day ? CALENDAR_END_OF_DAY : CALENDAR_SAME_TIME);
        if (got != at(row->due)) {
            fail_msg("row %zu (%s): %lld minutes away from %s", index, row->from,
                     ((long long)got - (long long)at(row->due)) / 60000, row->due);
        }
    }
}

static void test_day_when_dated_then_kind_and_name(void **state)
{
    static const struct {
        const char *date, *kind, *name;
    } rows[] = {
        {"2026-02-14", "makeup", "春节"},    {"2026-02-16", "holiday", "春节"},
        {"2026-03-02", "workday", ""},       {"2026-03-07", "weekend", ""},
        {"2026-04-01", "off", "停电"},       {"2026-04-04", "special", ""},
        {"2026-04-05", "holiday", "清明节"}, {"2027-05-03", "workday", ""},
    };
    const struct world *world = *state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        struct calendar_day day;
        int32_t number = 0;
        assert_true(civil_parse(rows[index].date, &number));
        calendar_day_read(&world->calendar, number, &day);
        assert_string_equal(calendar_day_kind_code(day.kind), rows[index].kind);
        assert_string_equal(day.name, rows[index].name);
    }
    assert_true(calendar_year_known(&world->calendar, 2026));
    assert_false(calendar_year_known(&world->calendar, 2027));
    assert_int_equal(
        calendar_years_unknown(&world->calendar, at("2026-12-31 10:00"), at("2029-01-01 10:00")),
        3);
}

/* ---- pauses ---- */

static void test_rest_when_paused_then_all_of_it_is_left(void **state)
{
    const struct world *world = *state;
    const struct calendar *calendar = &world->calendar;
    uint32_t seed = 7;
    for (unsigned round = 0; round < 20000; round++) {
        const enum calendar_unit unit = (enum calendar_unit)(1 + next(&seed) % 4);
        const uint64_t from = at("2025-12-01 00:00") + next(&seed) * 1000ull % (500 * DAY);
        const struct calendar_term term = {.unit = unit,
                                           .amount_ms = 1 + next(&seed) * 1000ull % (20 * DAY),
                                           .start = next(&seed) % 2 == 0 ? CALENDAR_FROM_MOMENT
                                                                         : CALENDAR_FROM_NEXT_DAY};
        const uint64_t whole = calendar_due(calendar, &term, from);
        const uint64_t pause = from + next(&seed) * 1000ull % (5 * DAY);
        const uint64_t used = calendar_elapsed(calendar, &term, from, pause);
        if (pause >= whole || used >= term.amount_ms) {
            continue;
        }
        /* Without a break nothing changes, but where the rest is less than the way to the opening.
         */
        const uint64_t same = calendar_due_again(calendar, &term, from, used, pause);
        assert_true(same == whole || same == calendar_next_open(calendar, pause));
        const uint64_t resume = pause + next(&seed) * 1000ull % (40 * DAY);
        const uint64_t later = calendar_due_again(calendar, &term, from, used, resume);
        assert_true(later >= whole);
        const uint64_t again = calendar_elapsed_again(calendar, &term, from, resume, later);
        if (unit != CALENDAR_WORKING_DAYS) { /* whose due times move into open time */
            assert_int_equal(used + again, term.amount_ms);
        }
    }
}

/* ---- explaining ---- */

struct told {
    uint64_t at_ms, counted_ms;
    unsigned count;
    bool holiday, makeup, paused;
};

static bool tell(void *context, const struct calendar_span *span)
{
    struct told *told = context;
    assert_int_equal(span->from_ms, told->at_ms);
    assert_true(span->until_ms > span->from_ms);
    told->at_ms = span->until_ms;
    told->counted_ms += span->counted_ms;
    told->count++;
    told->holiday |= span->reason == CALENDAR_DAY_OFF && span->kind == CALENDAR_HOLIDAY &&
                     strcmp(span->name, "春节") == 0;
    told->makeup |= span->reason == CALENDAR_COUNTED && span->kind == CALENDAR_MAKEUP;
    told->paused |= span->reason == CALENDAR_PAUSED;
    return true;
}

static void test_explain_when_added_up_then_what_was_consumed(void **state)
{
    const struct world *world = *state;
    const struct calendar *calendar = &world->calendar;
    const uint64_t from = at("2026-02-12 16:20");
    const uint64_t until = at("2026-03-05 11:11");
    const struct calendar_pause pauses[] = {{at("2026-02-13 10:00"), at("2026-02-13 15:00")},
                                            {at("2026-02-28 13:00"), at("2026-03-02 09:30")}};
    for (int unit = 1; unit < CALENDAR_UNIT_COUNT; unit++) {
        const struct calendar_term term = {.unit = (enum calendar_unit)unit};
        struct told told = {.at_ms = from};
        calendar_explain(calendar, &term, from, until, pauses, 2, tell, &told);
        uint64_t paused = 0;
        for (unsigned index = 0; index < 2; index++) {
            paused +=
                calendar_elapsed(calendar, &term, pauses[index].from_ms, pauses[index].until_ms);
        }
        assert_int_equal(told.at_ms, until);
        assert_int_equal(told.counted_ms, calendar_elapsed(calendar, &term, from, until) - paused);
        assert_true(told.paused);
        const bool office = unit == WORKING || unit == HOURS;
        assert_int_equal(told.holiday, office);
        assert_int_equal(told.makeup, office);
    }
}

/* ---- an obvious reference ---- */

/* Whether the minute that begins here is open, by the wall clock. */
static bool open_minute(const struct world *world, uint64_t at_ms)
{
    const struct calendar *calendar = &world->calendar;
    const int64_t offset =
        world->zone.count > 0 ? zone_offset(&world->zone, (int64_t)at_ms) : calendar->utc_offset_ms;
    const int64_t local = (int64_t)at_ms + offset;
    const int32_t day = (int32_t)(local / (int64_t)DAY);
    const uint64_t minute = (uint64_t)local % DAY / MINUTE;
    const struct calendar_hours *hours = &calendar->days[civil_weekday(day)];
    const struct holiday *holiday = holidays_find(&world->holidays, day);
    static const struct calendar_hours none = {.count = 0};
    if (holiday != NULL) {
        hours = holiday->off ? &none : &calendar->days[0];
    }
    for (unsigned index = 0; world->holidays.count > 0 && index < 3; index++) {
        const struct calendar_override *override = &world->overrides[index];
        if (override->day == day) {
            hours = override->kind == CALENDAR_OVERRIDE_OFF     ? &none
                    : override->kind == CALENDAR_OVERRIDE_HOURS ? &override->hours
                                                                : &calendar->days[4];
        }
    }
    for (unsigned index = 0; index < hours->count; index++) {
        if (minute >= hours->from[index] && minute < hours->until[index]) {
            return true;
        }
    }
    return false;
}

/* Walks `days` days minute by minute: open time and its inverse agree at every hour. */
static void walk(const struct world *world, uint64_t from, unsigned days)
{
    uint64_t open = 0;
    const uint64_t start = from;
    for (unsigned minute = 0; minute < days * 24 * 60; minute++, from += MINUTE) {
        if (minute % 60 == 0) {
            assert_int_equal(calendar_between(&world->calendar, start, from), open);
        }
        if (open_minute(world, from)) {
            assert_int_equal(calendar_add(&world->calendar, start, open + 500), from + 500);
            assert_int_equal(calendar_next_open(&world->calendar, from), from);
            open += MINUTE;
        }
    }
}

static void test_open_time_when_walked_by_minutes_then_the_same(void **state)
{
    walk(*state, at("2025-12-20 00:00"), 400); /* with the end of data in it */
}

static void test_open_time_when_summer_time_changes_then_by_the_wall_clock(void **state)
{
    static const char *const zones[] = {"Europe/Berlin",       "America/New_York",
                                        "Australia/Lord_Howe", "America/Santiago",
                                        "Africa/Cairo",        "America/Havana"};
    (void)state;
    for (size_t index = 0; index < sizeof zones / sizeof zones[0]; index++) {
        for (int nights = 0; nights < 2; nights++) {
            struct world *world = make_zoned(zones[index], nights != 0);
            walk(world, at("2026-03-01 00:00"), 60);
            walk(world, at("2026-08-25 00:00"), 90);
            walk(world, at("2061-03-01 00:00"), 60); /* by the rule, beyond the listed changes */
            void *owned = world;
            (void)drop(&owned);
        }
    }
}

/* ---- summer time ---- */

/* Where the clock is put forward at midnight a day begins at one; its end is still the moment at
 * which the next one begins, and a day of the dateline that was left out has neither. */
static void test_day_when_it_has_no_midnight_then_it_begins_with_its_first_moment(void **state)
{
    static const struct {
        const char *zone, *day;
        uint64_t hours; /* of that day; 0: not asked */
    } rows[] = {
        {"America/Santiago", "2026-09-06", 23}, {"America/Santiago", "2026-04-04", 25},
        {"Asia/Beirut", "2026-03-29", 23},      {"Africa/Cairo", "2026-04-24", 23},
        {"America/Havana", "2026-03-08", 23},   {"America/Havana", "2026-11-01", 25},
        {"Pacific/Apia", "2011-12-30", 0},      {"Australia/Lord_Howe", "2026-10-04", 0},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        struct world *world = make_zoned(rows[index].zone, true);
        const struct calendar *calendar = &world->calendar;
        int32_t day = 0;
        assert_true(civil_parse(rows[index].day, &day));
        struct calendar_day read;
        calendar_day_read(calendar, day, &read);
        assert_true(read.start_ms <= read.end_ms);
        if (rows[index].hours > 0) {
            assert_int_equal(read.end_ms - read.start_ms, rows[index].hours * (uint64_t)HOUR);
            assert_int_equal(calendar_day_of(calendar, read.start_ms), day);
            assert_int_equal(calendar_day_of(calendar, read.end_ms - 1), day);
        }
        assert_int_equal(calendar_between(calendar, read.start_ms, read.end_ms), read.open_ms);
        /* One calendar day to its end, and from the day after: at a moment of the wall clock. */
        const struct calendar_term end = {
            .unit = CALENDAR_DAYS, .amount_ms = DAY, .end = CALENDAR_END_OF_DAY};
        const struct calendar_term next = {.unit = CALENDAR_DAYS,
                                           .amount_ms = DAY,
                                           .start = CALENDAR_FROM_NEXT_DAY,
                                           .end = CALENDAR_END_OF_DAY};
        const uint64_t from_ms = calendar_day_start(calendar, day - 1) + 12 * HOUR;
        assert_int_equal(calendar_due(calendar, &end, from_ms), read.end_ms);
        assert_int_equal(calendar_start(calendar, &next, from_ms), read.start_ms);
        /* A day that was left out is no day: the term is that of the one after it. */
        assert_int_equal(calendar_due(calendar, &next, from_ms),
                         read.end_ms > read.start_ms ? read.end_ms
                                                     : calendar_day_start(calendar, day + 2));
        void *owned = world;
        (void)drop(&owned);
    }
}

/* Office hours count the minutes that pass: 23:00 to 03:00 has three of them in spring, five in
 * autumn. */
static void test_hours_when_the_clock_changes_then_what_passes_counts(void **state)
{
    struct world *world = make_zoned("Europe/Berlin", true); /* 00:00-06:00, 22:00-24:00 */
    const struct calendar_term hours = {.unit = CALENDAR_WORKING_HOURS, .amount_ms = 6 * HOUR};
    const int64_t winter = (int64_t)HOUR;
    const int64_t summer = 2 * (int64_t)HOUR;
    (void)state;
    assert_int_equal(calendar_due(&world->calendar, &hours, at_offset("2026-03-28 23:00", winter)),
                     at_offset("2026-03-29 06:00", summer));
    assert_int_equal(calendar_due(&world->calendar, &hours, at_offset("2026-10-24 23:00", summer)),
                     at_offset("2026-10-25 04:00", winter));
    assert_int_equal(calendar_elapsed(&world->calendar, &hours,
                                      at_offset("2026-10-25 00:00", summer),
                                      at_offset("2026-10-25 06:00", winter)),
                     7 * HOUR);
    void *owned = world;
    (void)drop(&owned);
}

static void test_due_when_the_clock_changes_then_same_time_of_day(void **state)
{
    struct world *world = make_zoned("Europe/Berlin", false);
    const int64_t winter = (int64_t)HOUR;
    const int64_t summer = 2 * (int64_t)HOUR;
    const struct calendar_term day = {.unit = CALENDAR_DAYS, .amount_ms = DAY};
    const struct calendar_term work = {.unit = CALENDAR_WORKING_DAYS, .amount_ms = DAY};
    const struct calendar_term hours = {.unit = CALENDAR_EMERGENCY_HOURS, .amount_ms = DAY};
    (void)state;
    /* Sunday 2026-03-29 02:00 becomes 03:00; 2026-10-25 03:00 becomes 02:00 */
    const uint64_t spring = at_offset("2026-03-28 10:00", winter);
    assert_int_equal(calendar_due(&world->calendar, &day, spring),
                     at_offset("2026-03-29 10:00", summer));
    assert_int_equal(calendar_due(&world->calendar, &hours, spring),
                     at_offset("2026-03-29 11:00", summer));
    assert_int_equal(calendar_due(&world->calendar, &work, at_offset("2026-03-27 10:00", winter)),
                     at_offset("2026-03-30 10:00", summer));
    /* 02:30 is not shown on the 29th: the first moment after it */
    assert_int_equal(calendar_due(&world->calendar, &day, at_offset("2026-03-28 02:30", winter)),
                     at_offset("2026-03-29 03:00", summer));
    assert_int_equal(calendar_due(&world->calendar, &day, at_offset("2026-10-24 10:00", summer)),
                     at_offset("2026-10-25 10:00", winter));
    /* 02:30 is shown twice on the 25th: the first */
    assert_int_equal(calendar_due(&world->calendar, &day, at_offset("2026-10-24 02:30", summer)),
                     at_offset("2026-10-25 02:30", summer));
    /* the hour that is shown again counts nothing on the clock of days */
    assert_int_equal(calendar_elapsed(&world->calendar, &day, at_offset("2026-10-25 01:00", summer),
                                      at_offset("2026-10-25 02:59", winter)),
                     2 * HOUR);
    const struct calendar_term end = {
        .unit = CALENDAR_DAYS, .amount_ms = DAY, .end = CALENDAR_END_OF_DAY};
    assert_int_equal(calendar_due(&world->calendar, &end, at_offset("2026-10-24 10:00", summer)),
                     at_offset("2026-10-26 00:00", winter));
    void *owned = world;
    (void)drop(&owned);
}

static void test_zone_when_beyond_the_listed_changes_then_by_the_rule(void **state)
{
    static const struct {
        const char *zone, *before, *change; /* UTC */
    } rows[] = {
        {"Europe/Berlin", "2061-03-20 00:00", "2061-03-27 01:00"}, /* the last of four Sundays */
        {"Europe/Berlin", "2061-04-01 00:00", "2061-10-30 01:00"}, /* the last of five */
        {"America/New_York", "2061-03-01 00:00", "2061-03-13 07:00"},
        {"America/New_York", "2061-10-01 00:00", "2061-11-06 06:00"},
        {"Europe/Berlin", "2026-10-01 00:00", "2026-10-25 01:00"},
    };
    struct zone zone;
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        assert_int_equal(zone_load(rows[index].zone, &zone), RC_OK);
        assert_int_equal(zone_next_change(&zone, (int64_t)at_offset(rows[index].before, 0)),
                         at_offset(rows[index].change, 0));
    }
}

static void test_zone_when_not_one_then_refused(void **state)
{
    struct zone zone;
    (void)state;
    assert_int_equal(zone_load("Mars/Olympus", &zone), RC_NOT_FOUND);
    assert_int_equal(zone_load("../passwd", &zone), RC_NOT_FOUND);
    assert_int_equal(zone_load("/etc/passwd", &zone), RC_NOT_FOUND);
    assert_int_equal(zone_load("Europe", &zone), RC_NOT_FOUND);
    assert_int_equal(zone_load("tzdata.zi", &zone), RC_NOT_FOUND); /* no dots in names */
    assert_int_equal(zone_parse("x", (const unsigned char *)"TZif2", 5, &zone), RC_INVALID);
    assert_int_equal(zone_load("Asia/Shanghai", &zone), RC_OK);
    assert_int_equal(zone.count, 1);
    assert_int_equal(zone.standard_ms, 8 * 3600 * 1000);
    assert_int_equal(zone_offset(&zone, 0), 8 * 3600 * 1000);
}

/* A file that was cut off anywhere is none: half of the changes would be wrong ones. */
static void test_zone_when_cut_anywhere_then_refused(void **state)
{
    static unsigned char bytes[1 << 16];
    struct zone zone;
    (void)state;
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (file == NULL) {
        skip();
    }
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    assert_int_equal(zone_parse("x", bytes, size, &zone), RC_OK);
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *copy = malloc(cut + 1); /* so that each byte read beyond is seen */
        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        assert_int_equal(zone_parse("x", copy, cut, &zone), RC_INVALID);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_due_when_known_then_as_written, make_office, drop),
        cmocka_unit_test_setup_teardown(test_day_when_dated_then_kind_and_name, make_office, drop),
        cmocka_unit_test_setup_teardown(test_rest_when_paused_then_all_of_it_is_left, make_office,
                                        drop),
        cmocka_unit_test_setup_teardown(test_explain_when_added_up_then_what_was_consumed,
                                        make_office, drop),
        cmocka_unit_test_setup_teardown(test_open_time_when_walked_by_minutes_then_the_same,
                                        make_office, drop),
        cmocka_unit_test(test_day_when_it_has_no_midnight_then_it_begins_with_its_first_moment),
        cmocka_unit_test(test_hours_when_the_clock_changes_then_what_passes_counts),
        cmocka_unit_test(test_open_time_when_summer_time_changes_then_by_the_wall_clock),
        cmocka_unit_test(test_due_when_the_clock_changes_then_same_time_of_day),
        cmocka_unit_test(test_zone_when_beyond_the_listed_changes_then_by_the_rule),
        cmocka_unit_test(test_zone_when_not_one_then_refused),
        cmocka_unit_test(test_zone_when_cut_anywhere_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
