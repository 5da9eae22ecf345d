/* calendar_private: days of a calendar, as the calendar*.c files see them.
 *
 * Every day has a start, the open time and the working days before it, and a pattern of open parts.
 * Inside the table these are read from its row, outside they follow from the week. Both staircases
 * (open time, working days) rise from a Monday before 1970, so that they are never negative. */
#pragma once

#include "common/calendar/calendar.h"

#define CALENDAR_MINUTE_MS 60000ull
/* Far beyond any due time (year 36,000), small enough that no sum overflows. */
#define CALENDAR_TIME_MS_MAX (1ull << 50)

enum {
    CALENDAR_PARTS_MAX = 3 * CALENDAR_INTERVALS_MAX, /* the wall clock changes twice at most */
    CALENDAR_EMPTY_PATTERN = 7,                      /* after those of the weekdays */
};

/* Open parts of a day, in milliseconds that have passed since its start. */
struct calendar_pattern {
    bool changes; /* the wall clock changes on this day */
    unsigned count;
    uint32_t open_ms;
    uint32_t from_ms[CALENDAR_PARTS_MAX], until_ms[CALENDAR_PARTS_MAX];
    struct calendar_hours hours; /* what they are made from */
};

struct calendar_row {
    int64_t start_ms;
    uint64_t opened_ms; /* before this day */
    uint32_t worked;    /* working days before this day */
    uint16_t pattern, note;
};

struct calendar_note {
    enum calendar_day_kind kind;
    char name[CALENDAR_NAME_BYTES_MAX + 1];
};

struct calendar_table {
    bool decree, zoned;
    char holidays[CODE_BYTES_MAX + 1]; /* whose decree */
    int32_t first;                     /* day of rows[0] */
    uint32_t count, pattern_count, note_count;
    struct calendar_row *rows; /* count + 1: the last says where the table ends */
    struct calendar_pattern *patterns;
    struct calendar_note *notes;
    int64_t offset_before_ms, offset_after_ms;
    uint64_t known[(HOLIDAYS_YEAR_MAX - HOLIDAYS_YEAR_MIN) / 64 + 1];
    uint16_t lacks[HOLIDAYS_YEAR_MAX - HOLIDAYS_YEAR_MIN + 1]; /* of years with a file */
    struct zone zone;                                          /* if zoned */
};

struct calendar_hours calendar_weekday_hours(const struct calendar *calendar, unsigned weekday);
void calendar_pattern_make(const struct calendar_hours *hours, struct calendar_pattern *pattern);
/* The pattern of a day; made in *room where it lies outside the table. */
const struct calendar_pattern *calendar_pattern_of(const struct calendar *calendar, int32_t day,
                                                   struct calendar_pattern *room);
uint64_t calendar_opened_before(const struct calendar *calendar, int32_t day);
uint64_t calendar_worked_before(const struct calendar *calendar, int32_t day);
/* Of plain weeks, whatever the table says. */
uint64_t calendar_week_opened(const struct calendar *calendar, int32_t day);
uint64_t calendar_week_worked(const struct calendar *calendar, int32_t day);
/* The working day with `worked` working days before it. */
int32_t calendar_worked_day(const struct calendar *calendar, uint64_t worked);
/* Open milliseconds since the Monday long ago. */
uint64_t calendar_opened(const struct calendar *calendar, uint64_t at_ms);
