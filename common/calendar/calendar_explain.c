/* calendar_explain: what a day is, and which parts of a term counted. */

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar_private.h"

/* ---- days ---- */

bool calendar_year_known(const struct calendar *calendar, int year)
{
    const struct calendar_table *table = calendar->table;
    if (table == NULL || !table->decree) {
        return true;
    }
    if (year < HOLIDAYS_YEAR_MIN || year > HOLIDAYS_YEAR_MAX) {
        return false;
    }
    const unsigned bit = (unsigned)(year - HOLIDAYS_YEAR_MIN);
    return (table->known[bit / 64] >> (bit % 64) & 1) != 0;
}

uint32_t calendar_years_unknown(const struct calendar *calendar, uint64_t from_ms,
                                uint64_t until_ms)
{
    const int first = civil_date(calendar_day_of(calendar, from_ms)).year;
    const int last = civil_date(calendar_day_of(calendar, until_ms)).year;
    uint32_t count = 0;
    for (int year = first; year <= last; year++) {
        count += calendar_year_known(calendar, year) ? 0 : 1;
    }
    return count;
}

int64_t calendar_offset(const struct calendar *calendar, uint64_t at_ms)
{
    const struct calendar_table *table = calendar->table;
    return table != NULL && table->zoned ? zone_offset(&table->zone, (int64_t)at_ms)
                                         : calendar->utc_offset_ms;
}

void calendar_day_read(const struct calendar *calendar, int32_t day, struct calendar_day *read)
{
    struct calendar_pattern room;
    const struct calendar_table *table = calendar->table;
    const struct calendar_pattern *pattern = calendar_pattern_of(calendar, day, &room);
    *read = (struct calendar_day){
        .day = day,
        .kind = pattern->open_ms > 0 ? CALENDAR_WORKDAY : CALENDAR_WEEKEND,
        .working = pattern->open_ms > 0,
        .known = calendar_year_known(calendar, civil_date(day).year),
        .name = "",
        .open_ms = pattern->open_ms,
        .start_ms = calendar_day_start(calendar, day),
        .end_ms = calendar_day_start(calendar, day + 1),
        .hours = pattern->hours,
    };
    if (table != NULL && day >= table->first && day < table->first + (int32_t)table->count) {
        const struct calendar_note *note = &table->notes[table->rows[day - table->first].note];
        read->kind = note->kind;
        read->name = note->name;
    }
}

/* ---- spans ---- */

struct explain {
    const struct calendar *calendar;
    const struct calendar_term *term;
    const struct calendar_pause *pauses;
    uint32_t pause_count;
    calendar_explain_fn *say;
    void *context;
    uint64_t start_ms; /* of the count */
    struct calendar_span span;
    bool open, stopped; /* span holds something; the callee has had enough */
};

static void flush(struct explain *explain)
{
    if (explain->open && !explain->stopped) {
        explain->stopped = !explain->say(explain->context, &explain->span);
    }
    explain->open = false;
}

static uint64_t counted(const struct explain *explain, uint64_t from_ms, uint64_t until_ms)
{
    const struct calendar_term term = {.unit = explain->term->unit};
    return calendar_elapsed(explain->calendar, &term, from_ms, until_ms);
}

/* Joins the span to the one before or begins a new one. */
static void add_span(struct explain *explain, struct calendar_span span)
{
    struct calendar_span *last = &explain->span;
    if (span.from_ms >= span.until_ms) {
        return;
    }
    if (span.reason == CALENDAR_COUNTED) {
        span.counted_ms = counted(explain, span.from_ms, span.until_ms);
    }
    if (explain->open && last->reason == span.reason && last->kind == span.kind &&
        last->known == span.known && strcmp(last->name, span.name) == 0) {
        last->until_ms = span.until_ms;
        last->counted_ms += span.counted_ms;
        return;
    }
    flush(explain);
    *last = span;
    explain->open = true;
}

/* Cuts out what was paused or came before the start. */
static void cut_span(struct explain *explain, struct calendar_span span)
{
    struct calendar_span part = span;
    if (part.from_ms < explain->start_ms && part.from_ms < part.until_ms) {
        part.until_ms = part.until_ms < explain->start_ms ? part.until_ms : explain->start_ms;
        part.reason = CALENDAR_BEFORE_START;
        part.kind = CALENDAR_WORKDAY;
        part.name = "";
        add_span(explain, part);
        span.from_ms = part.until_ms;
    }
    for (uint32_t index = 0; index < explain->pause_count; index++) {
        const struct calendar_pause *pause = &explain->pauses[index];
        if (pause->until_ms <= span.from_ms || pause->from_ms >= span.until_ms) {
            continue;
        }
        part = span;
        part.until_ms = pause->from_ms;
        add_span(explain, part);
        part.from_ms = pause->from_ms > span.from_ms ? pause->from_ms : span.from_ms;
        part.until_ms = pause->until_ms < span.until_ms ? pause->until_ms : span.until_ms;
        part.reason = CALENDAR_PAUSED;
        part.kind = CALENDAR_WORKDAY;
        part.name = "";
        add_span(explain, part);
        span.from_ms = part.until_ms;
    }
    add_span(explain, span);
}

static uint64_t within(uint64_t at_ms, uint64_t low, uint64_t high)
{
    return at_ms < low ? low : at_ms > high ? high : at_ms;
}

/* The open hours of a day and what lies between them, inside [from, until). */
static void say_hours(struct explain *explain, int32_t day, struct calendar_span span)
{
    struct calendar_pattern room;
    const struct calendar_pattern *pattern = calendar_pattern_of(explain->calendar, day, &room);
    const uint64_t start_ms = calendar_day_start(explain->calendar, day);
    const uint64_t from_ms = span.from_ms;
    const uint64_t until_ms = span.until_ms;
    uint64_t at_ms = from_ms;
    for (unsigned index = 0; index < pattern->count; index++) {
        const uint64_t opens_ms = within(start_ms + pattern->from_ms[index], from_ms, until_ms);
        const uint64_t closes_ms = within(start_ms + pattern->until_ms[index], from_ms, until_ms);
        span.from_ms = at_ms;
        span.until_ms = opens_ms;
        span.reason = index == 0 ? CALENDAR_CLOSED : CALENDAR_BREAK;
        cut_span(explain, span);
        span.from_ms = opens_ms;
        span.until_ms = closes_ms;
        span.reason = CALENDAR_COUNTED;
        cut_span(explain, span);
        at_ms = closes_ms;
    }
    span.from_ms = at_ms;
    span.until_ms = until_ms;
    span.reason = CALENDAR_CLOSED;
    cut_span(explain, span);
}

static void say_day(struct explain *explain, const struct calendar_day *day, uint64_t from_ms,
                    uint64_t until_ms)
{
    const enum calendar_unit unit = explain->term->unit;
    const bool all = unit == CALENDAR_EMERGENCY_HOURS || unit == CALENDAR_DAYS;
    struct calendar_span span = {
        .from_ms = from_ms,
        .until_ms = until_ms,
        .reason = all || day->working ? CALENDAR_COUNTED : CALENDAR_DAY_OFF,
        .kind = all ? CALENDAR_WORKDAY : day->kind,
        .name = all ? "" : day->name,
        .known = all || day->known,
    };
    if (unit == CALENDAR_WORKING_HOURS && day->working) {
        say_hours(explain, day->day, span);
    } else {
        cut_span(explain, span);
    }
}

void calendar_explain(const struct calendar *calendar, const struct calendar_term *term,
                      uint64_t from_ms, uint64_t until_ms, const struct calendar_pause *pauses,
                      uint32_t pause_count, calendar_explain_fn *say, void *context)
{
    struct explain explain = {
        .calendar = calendar,
        .term = term,
        .pauses = pauses,
        .pause_count = pause_count,
        .say = say,
        .context = context,
        .start_ms = calendar_start(calendar, term, from_ms),
    };
    CHECK(term->unit > 0 && term->unit < CALENDAR_UNIT_COUNT);
    for (uint64_t at_ms = from_ms; at_ms < until_ms && !explain.stopped;) {
        struct calendar_day day;
        calendar_day_read(calendar, calendar_day_of(calendar, at_ms), &day);
        const uint64_t end_ms = day.end_ms < until_ms ? day.end_ms : until_ms;
        say_day(&explain, &day, at_ms, end_ms);
        at_ms = end_ms;
    }
    flush(&explain);
}

/* ---- names ---- */

const char *calendar_day_kind_code(enum calendar_day_kind kind)
{
    static const char *const codes[CALENDAR_DAY_KIND_COUNT] = {"workday", "weekend", "holiday",
                                                               "makeup",  "off",     "special"};
    CHECK(kind < CALENDAR_DAY_KIND_COUNT);
    return codes[kind];
}

const char *calendar_reason_code(enum calendar_reason reason)
{
    static const char *const codes[CALENDAR_REASON_COUNT] = {"counted", "before_start", "closed",
                                                             "break",   "day_off",      "paused"};
    CHECK(reason < CALENDAR_REASON_COUNT);
    return codes[reason];
}
