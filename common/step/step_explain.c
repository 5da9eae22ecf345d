/* step_explain: from a calendar's spans to the intervals of an answer. Owns nothing. What must stay
 * true: the sums are of all spans, also of those beyond the list's end, and add up to what has
 * passed. */

#include "common/step/step_explain.h"

#include "common/base/check.h"

/* One clock being explained. */
struct spans {
    struct arena *arena;
    Paidan__ExplainedClock *clock;
    uint64_t now_ms;
    bool no_memory;
};

static Paidan__IntervalReason reason_of(const struct calendar_span *span)
{
    switch (span->reason) {
    case CALENDAR_COUNTED:
        return span->kind == CALENDAR_MAKEUP ? PAIDAN__INTERVAL_REASON__INTERVAL_MAKE_UP
                                             : PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED;
    case CALENDAR_BEFORE_START:
        return PAIDAN__INTERVAL_REASON__INTERVAL_START_RULE;
    case CALENDAR_PAUSED:
        return PAIDAN__INTERVAL_REASON__INTERVAL_PAUSED;
    case CALENDAR_DAY_OFF:
        if (span->kind == CALENDAR_HOLIDAY) {
            return PAIDAN__INTERVAL_REASON__INTERVAL_HOLIDAY;
        }
        return span->kind == CALENDAR_OFF ? PAIDAN__INTERVAL_REASON__INTERVAL_OVERRIDE
                                          : PAIDAN__INTERVAL_REASON__INTERVAL_WEEKEND;
    default:
        return PAIDAN__INTERVAL_REASON__INTERVAL_CLOSED;
    }
}

/* How much of a span lies before now. */
static uint64_t before_now(const struct spans *spans, const struct calendar_span *span)
{
    const uint64_t until_ms = span->until_ms < spans->now_ms ? span->until_ms : spans->now_ms;
    return until_ms > span->from_ms ? until_ms - span->from_ms : 0;
}

static void add_sums(struct spans *spans, const struct calendar_span *span)
{
    Paidan__ExplainedClock *clock = spans->clock;
    const uint64_t passed_ms = before_now(spans, span);
    if (span->reason == CALENDAR_COUNTED) {
        clock->counted_ms += passed_ms;
    } else if (span->reason == CALENDAR_PAUSED) {
        clock->paused_ms += passed_ms;
    } else {
        clock->skipped_ms += passed_ms;
    }
    clock->has_unknown_years = clock->has_unknown_years || !span->known;
    clock->unknown_years = clock->has_unknown_years;
}

static bool add_span(void *context, const struct calendar_span *span)
{
    struct spans *spans = context;
    Paidan__ExplainedClock *clock = spans->clock;
    add_sums(spans, span);
    if (clock->n_intervals == EXPLAIN_INTERVALS_MAX) {
        clock->has_cut = clock->cut = true;
        return true; /* the sums go on */
    }
    Paidan__Interval *interval = arena_alloc(spans->arena, sizeof *interval);
    if (interval == NULL) {
        spans->no_memory = true;
        return false;
    }
    paidan__interval__init(interval);
    interval->from_ms = span->from_ms;
    interval->until_ms = span->until_ms;
    interval->reason = reason_of(span);
    if (span->name[0] != '\0') {
        interval->name = arena_strdup(spans->arena, span->name);
        spans->no_memory = interval->name == NULL;
    }
    clock->intervals[clock->n_intervals] = interval;
    clock->n_intervals++;
    return !spans->no_memory;
}

enum rc step_explain(struct step_view *view, const struct step_explaining *explaining,
                     Paidan__ExplainedClock *clock)
{
    CHECK(clock->n_intervals == 0);
    CHECK(explaining->calendar != NULL);
    CHECK(explaining->pause_count == 0 || explaining->pauses != NULL);
    clock->intervals = arena_alloc(view->arena, EXPLAIN_INTERVALS_MAX * sizeof *clock->intervals);
    if (clock->intervals == NULL) {
        return RC_LIMIT;
    }
    clock->has_counted_ms = clock->has_skipped_ms = clock->has_paused_ms = true;
    struct spans spans = {.arena = view->arena, .clock = clock, .now_ms = view->now_ms};
    calendar_explain(explaining->calendar, explaining->term, explaining->from_ms,
                     explaining->until_ms, explaining->pauses, explaining->pause_count, add_span,
                     &spans);
    return spans.no_memory ? RC_LIMIT : RC_OK;
}
