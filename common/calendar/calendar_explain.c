/* calendar_explain: which parts of a term counted, which did not, and why: what a clerk shows to
 * somebody who says that the deadline is wrong.
 *
 * Says spans in order, without gaps, from the beginning to the end that was asked for; the sum of
 * what they counted is what calendar_elapsed says for the same moments without the pauses.
 * Neighbours that say the same become one. It keeps one span at a time, so that years cost no
 * memory. */

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar_private.h"

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

/* Says the span that is open, unless the callee has had enough. */
static void flush(struct explain *explain)
{
    if (explain->open && !explain->stopped) {
        explain->stopped = !explain->say(explain->context, &explain->span);
    }
    explain->open = false;
}

/* By the same meter as the deadline, not by adding up hours here: the two can never differ. */
static uint64_t counted(const struct explain *explain, uint64_t from_ms, uint64_t until_ms)
{
    const struct calendar_term term = {.unit = explain->term->unit};
    return calendar_elapsed(explain->calendar, &term, from_ms, until_ms);
}

/* Joins the span to the one before or begins a new one. */
static void add_span(struct explain *explain, struct calendar_span span)
{
    CHECK(!explain->open || explain->span.until_ms == span.from_ms ||
          span.from_ms >= span.until_ms);
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
    CHECK(span.from_ms <= span.until_ms);
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

/* at_ms, but not outside [low, high]. */
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

/* One day of the term: for units that count all time, or days, as a whole; for working hours cut
 * at opening and closing. */
static void say_day(struct explain *explain, const struct calendar_day *day, uint64_t from_ms,
                    uint64_t until_ms)
{
    CHECK(from_ms < until_ms);
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
    CHECK(pauses != NULL || pause_count == 0);
    CHECK(say != NULL);
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

const char *calendar_reason_code(enum calendar_reason reason)
{
    static const char *const codes[CALENDAR_REASON_COUNT] = {"counted", "before_start", "closed",
                                                             "break",   "day_off",      "paused"};
    CHECK(reason < CALENDAR_REASON_COUNT);
    return codes[reason];
}
