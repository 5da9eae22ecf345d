/* calendar: when office time runs, and when a term ends.
 *
 * A calendar has weekly intervals (several a day), the decreed holidays and make-up workdays 调休
 * of a country, dated overrides (off, working like another weekday, own hours) and a time zone.
 * Each day gets its hours from the first of these that says something:
 *   1. an override of its date,
 *   2. a decree: a day off has no hours; a make-up workday on Saturday or Sunday has the hours of
 * the calendar's make-up weekday (one from Monday to Friday keeps its own),
 *   3. its weekday.
 * A year without data is unknown: counted as plain weeks, and visible (calendar_year_known).
 *
 * Four units:
 *   emergency_hours 紧急工作时  time that passes, day and night, holidays too
 *   working_hours   工作时      open time
 *   working_days    工作日      days with open time; 24 h each
 *   days            自然日      days of the wall clock; 24 h each
 * A day unit counts on a day clock, which shows the time of day: one working day from Monday 10:00
 * is Tuesday 10:00. It stands still on days that do not count, and while a wall clock that went
 * back shows times for the second time. A day clock that has just counted a whole day stands at the
 * end of that day, not at the beginning of the next: one working day from a Saturday is Monday's
 * closing. Hence every unit is an amount in ms (a day is CALENDAR_DAY_MS), a part of it can be
 * consumed, and what is left can run on later: due, elapsed and rest agree to the millisecond.
 *
 * A due time of working days is moved into open time: before opening or in a break to the next
 * opening of that day, after closing back to closing. With CALENDAR_END_OF_DAY it is the closing of
 * that day, and for days its midnight (24:00). Hours have no end rule.
 *
 * Start: from the moment, or from the next day 次日起算: then the count begins with the next
 * working day (working units) or the next midnight, so a term of 1 working day ends with the next
 * working day.
 *
 * Pure; integer arithmetic; the cost does not depend on the span (calendar_explain apart): a table
 * of days over the years with data and overrides, and closed form for the plain weeks around it. In
 * a zone with daylight saving time the table covers 2000 to 2099; time is open when the wall clock
 * shows an open minute, so a night shift may be an hour longer or shorter. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/base/rc.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays.h"
#include "common/calendar/zone.h"

#define CALENDAR_INTERVALS_MAX 8 /* a day */
#define CALENDAR_DAY_MS 86400000ull
#define CALENDAR_NAME_BYTES_MAX 96u
#define CALENDAR_OVERRIDES_MAX 4096u
/* No term is longer: 100 years. */
#define CALENDAR_AMOUNT_MS_MAX (100ull * 366 * CALENDAR_DAY_MS)

/* Minutes of the day [from, until): sorted, disjoint. */
struct calendar_hours {
    unsigned count;
    uint16_t from[CALENDAR_INTERVALS_MAX], until[CALENDAR_INTERVALS_MAX];
};

struct calendar_table;

struct calendar {
    char code[CODE_BYTES_MAX + 1];
    bool always;                   /* day and night: the built-in calendar "always" */
    int64_t utc_offset_ms;         /* of the site; with a zone its standard time */
    struct calendar_hours days[7]; /* per weekday (0 = Monday) */
    uint32_t week_minutes;         /* open minutes a week; 0 is refused at load */
    /* NULL: plain weeks at a fixed offset for ever. Made by calendar_build, owned. */
    struct calendar_table *table;
};

/* ---- building ---- */

enum calendar_override_kind {
    CALENDAR_OVERRIDE_OFF,
    CALENDAR_OVERRIDE_WORKING, /* the hours of a make-up workday */
    CALENDAR_OVERRIDE_LIKE,    /* the hours of a weekday */
    CALENDAR_OVERRIDE_HOURS,   /* its own */
};
struct calendar_override {
    int32_t day;
    enum calendar_override_kind kind;
    unsigned weekday; /* with LIKE */
    struct calendar_hours hours;
    char name[CALENDAR_NAME_BYTES_MAX + 1]; /* may be empty */
    uint32_t line;                          /* of the site's file */
};
enum { CALENDAR_MAKEUP_NONE = 7 }; /* make-up days are not worked */

/* Beside code, days, week_minutes and utc_offset_ms of the calendar. Nothing is kept. */
struct calendar_plan {
    const struct zone *zone;                   /* NULL: the fixed offset */
    const struct holidays *holidays;           /* NULL: the calendar follows no decree */
    const struct calendar_override *overrides; /* by day, each day once */
    uint32_t override_count;
    unsigned makeup_weekday; /* 0..6 or CALENDAR_MAKEUP_NONE */
};
/* Before: days hold at least a minute, or always; table is NULL.
 * RC_OK; table stays NULL where plain weeks say all. RC_LIMIT: memory. */
MUST_CHECK enum rc calendar_build(struct calendar *calendar, const struct calendar_plan *plan);
void calendar_fini(struct calendar *calendar);
/* The weekday whose hours make-up days have unless the site says otherwise: the first that is
 * open, from Monday on. */
unsigned calendar_makeup_default(const struct calendar *calendar);

/* ---- open time ---- */

/* Before: calendar has open time. The moment at which amount_ms of open time after from_ms have
 * passed. A due time falls inside open time or at its end, never in a closed interval's middle. */
uint64_t calendar_add(const struct calendar *calendar, uint64_t from_ms, uint64_t amount_ms);
/* Open milliseconds in [from, until). */
uint64_t calendar_between(const struct calendar *calendar, uint64_t from_ms, uint64_t until_ms);
/* at_ms itself if open, else the next opening. */
uint64_t calendar_next_open(const struct calendar *calendar, uint64_t at_ms);

/* ---- terms ---- */

/* Numbered as TimeUnit, StartRule and EndRule of proto/ticket.proto, so that one may be cast to the
 * other. A start or end of 0 means the first. */
enum calendar_unit {
    CALENDAR_EMERGENCY_HOURS = 1,
    CALENDAR_WORKING_HOURS,
    CALENDAR_WORKING_DAYS,
    CALENDAR_DAYS,
    CALENDAR_UNIT_COUNT
};
enum calendar_start { CALENDAR_FROM_MOMENT = 1, CALENDAR_FROM_NEXT_DAY, CALENDAR_START_COUNT };
enum calendar_end { CALENDAR_SAME_TIME = 1, CALENDAR_END_OF_DAY, CALENDAR_END_COUNT };

struct calendar_term {
    enum calendar_unit unit;
    uint64_t amount_ms; /* at most CALENDAR_AMOUNT_MS_MAX; days: CALENDAR_DAY_MS each */
    enum calendar_start start;
    enum calendar_end end;
};

/* Codes of site.yaml and the command line: "working_days"; "moment", "next_day"; "same_time",
 * "end_of_day". The readers return false for what is none of them. */
const char *calendar_unit_code(enum calendar_unit unit);
const char *calendar_unit_zh(enum calendar_unit unit); /* "工作日" */
const char *calendar_unit_en(enum calendar_unit unit); /* "working days" */
bool calendar_unit_read(const char *code, enum calendar_unit *unit);
bool calendar_unit_counts_days(enum calendar_unit unit); /* amounts are written in days */
/* As people write amounts, and as ClockSet.amount is stored: minutes for hours, days for days. */
uint64_t calendar_amount_ms(enum calendar_unit unit, uint32_t amount);
const char *calendar_start_code(enum calendar_start start);
bool calendar_start_read(const char *code, enum calendar_start *start);
const char *calendar_end_code(enum calendar_end end);
bool calendar_end_read(const char *code, enum calendar_end *end);

/* The moment from which the term counts: from_ms itself, or the beginning of the next day. */
uint64_t calendar_start(const struct calendar *calendar, const struct calendar_term *term,
                        uint64_t from_ms);
/* When the term ends that began with an event at from_ms. Not before the first moment at which work
 * on it was possible. An amount of 0 ends at its start. */
uint64_t calendar_due(const struct calendar *calendar, const struct calendar_term *term,
                      uint64_t from_ms);
/* What of the term (of its unit, in ms) was consumed up to until_ms; may be more than its amount.
 * Pauses are the caller's: add what was consumed between them. */
uint64_t calendar_elapsed(const struct calendar *calendar, const struct calendar_term *term,
                          uint64_t from_ms, uint64_t until_ms);
/* When the rest of the term ends if consumed_ms of it are used up and it runs on at resume_ms. With
 * nothing consumed and resume_ms == from_ms it is calendar_due. The next consumed amount is
 * consumed_ms + calendar_elapsed_again(term, from_ms, resume_ms, until_ms). */
uint64_t calendar_due_again(const struct calendar *calendar, const struct calendar_term *term,
                            uint64_t from_ms, uint64_t consumed_ms, uint64_t resume_ms);
/* Consumed in [resume_ms, until_ms) by a term that began with an event at from_ms. */
uint64_t calendar_elapsed_again(const struct calendar *calendar, const struct calendar_term *term,
                                uint64_t from_ms, uint64_t resume_ms, uint64_t until_ms);

/* ---- days ---- */

enum calendar_day_kind {
    CALENDAR_WORKDAY, /* by its weekday */
    CALENDAR_WEEKEND, /* by its weekday without open time */
    CALENDAR_HOLIDAY, /* off by decree */
    CALENDAR_MAKEUP,  /* working by decree */
    CALENDAR_OFF,     /* by an override */
    CALENDAR_SPECIAL, /* working by an override */
    CALENDAR_DAY_KIND_COUNT
};
struct calendar_day {
    int32_t day; /* since 1970-01-01 */
    enum calendar_day_kind kind;
    bool working;     /* it has open time */
    bool known;       /* its year has data, or the calendar follows no decree */
    const char *name; /* of the holiday or override; "" for none; lives with the calendar */
    uint64_t open_ms;
    uint64_t start_ms, end_ms;   /* midnight to midnight */
    struct calendar_hours hours; /* by the wall clock */
};
int32_t calendar_day_of(const struct calendar *calendar, uint64_t at_ms);
void calendar_day_read(const struct calendar *calendar, int32_t day, struct calendar_day *read);
/* The midnight at which a day begins: its first moment. */
uint64_t calendar_day_start(const struct calendar *calendar, int32_t day);
/* Of the site's wall clock at this moment. */
int64_t calendar_offset(const struct calendar *calendar, uint64_t at_ms);
/* Is it decreed which days of this year are off? True for calendars that follow no decree. */
bool calendar_year_known(const struct calendar *calendar, int year);
/* What the days of this year lack of a whole notice, as bits for holidays_missing_words: of a year that
 * is not known, or that its file alone calls complete. *given: there are days at all. */
uint16_t calendar_year_lacks(const struct calendar *calendar, int year, bool *given);
/* The code of the holidays that it follows, "CN"; "" for none. */
const char *calendar_holidays(const struct calendar *calendar);
/* How many years that [from, until] touches are unknown. */
uint32_t calendar_years_unknown(const struct calendar *calendar, uint64_t from_ms,
                                uint64_t until_ms);
const char *calendar_day_kind_code(enum calendar_day_kind kind);

/* ---- explaining ---- */

enum calendar_reason {
    CALENDAR_COUNTED,
    CALENDAR_BEFORE_START, /* counted from the next day only */
    CALENDAR_CLOSED,       /* before opening or after closing */
    CALENDAR_BREAK,        /* between two intervals of a day */
    CALENDAR_DAY_OFF,      /* the whole day: kind and name say why */
    CALENDAR_PAUSED,
    CALENDAR_REASON_COUNT
};
struct calendar_span {
    uint64_t from_ms, until_ms;
    uint64_t counted_ms; /* in the unit of the term; 0 unless CALENDAR_COUNTED */
    enum calendar_reason reason;
    enum calendar_day_kind kind; /* of the day, or of the first of several alike */
    const char *name;            /* of the holiday or override; "" for none */
    bool known;                  /* false: this year's holidays are not known yet */
};
struct calendar_pause {
    uint64_t from_ms, until_ms;
};
/* Gets one span; returns false to stop. */
typedef bool calendar_explain_fn(void *context, const struct calendar_span *span);
/* Cuts [from_ms, until_ms) into spans that count and spans that do not, in order and without gaps;
 * neighbours that say the same are one. Their counted_ms add up to what was consumed. pauses: by
 * time, disjoint. The cost is that of the days between. */
void calendar_explain(const struct calendar *calendar, const struct calendar_term *term,
                      uint64_t from_ms, uint64_t until_ms, const struct calendar_pause *pauses,
                      uint32_t pause_count, calendar_explain_fn *say, void *context);
/* "counted", "closed", "break", ... */
const char *calendar_reason_code(enum calendar_reason reason);
