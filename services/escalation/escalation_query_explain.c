/* escalation_query_explain: 时限说明, for each clock of a ticket the spans it counted and skipped
 * from its start to its deadline, why, and which rule of the site chose it.
 *
 * Nothing of this is stored: it is computed again from the clock's own term and the calendars as
 * they are now. Where that leads to another deadline than the record's, the site has changed since
 * and the answer says so; the record's deadline is what counts. Spans are cut at
 * EXPLAIN_INTERVALS_MAX, their sums never. */

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/step/step_explain.h"
#include "escalation_brief.h"
#include "escalation_extra.h"
#include "escalation_query.h"
#include "escalation_retire.h"
#include "escalation_term.h"

/* One answer being filled. */
struct explaining {
    struct step_view *view;
    const struct escalation_extra *extra;
    Paidan__Explained *explained;
    size_t room;
};

/* The rule in words: what it is for, as site.yaml writes it. */
static enum rc add_policy(struct explaining *explaining, const struct escalation_clock *clock,
                          Paidan__ExplainedClock *made)
{
    const struct site *site = explaining->view->site;
    for (uint32_t index = 0; index < site->policy_count; index++) {
        const struct site_policy *policy = &site->policies[index];
        if (policy->line != clock->policy_line) {
            continue;
        }
        static const char *const urgencies[] = {"*", "normal", "urgent", "emergency"};
        char words[DETAIL_BYTES_MAX];
        (void)snprintf(
            words, sizeof words, "site.yaml:%u level=%s urgency=%s category=%s", policy->line,
            policy->level == 0 ? "*" : site->levels[policy->level - 1].code,
            urgencies[policy->urgency],
            policy->category == SITE_NONE ? "*" : site->categories[policy->category].code);
        made->policy = arena_strdup(explaining->view->arena, words);
        return made->policy == NULL ? RC_LIMIT : RC_OK;
    }
    return RC_OK;
}

static enum rc add_intervals(struct explaining *explaining, const struct escalation_clock *clock,
                             Paidan__ExplainedClock *made)
{
    struct step_view *view = explaining->view;
    const struct calendar *calendar = NULL;
    struct calendar_term term;
    escalation_term_of(view->site, clock, &calendar, &term);
    const uint64_t due_ms = clock->resumed_ms == 0
                                ? calendar_due(calendar, &term, clock->start_ms)
                                : calendar_due_again(calendar, &term, clock->start_ms,
                                                     clock->consumed_ms, clock->resumed_ms);
    const bool bound = clock->bound_ms != 0 && clock->bound_ms < due_ms;
    if (bound) {
        made->has_own_due_ms = true;
        made->own_due_ms = due_ms;
    }
    /* Of a term used up before it ran on, the deadline lies further back. */
    if ((bound ? clock->bound_ms : due_ms) != clock->due_ms &&
        clock->consumed_ms < term.amount_ms) {
        explaining->explained->has_site_changed = explaining->explained->site_changed = true;
    }
    CHECK(explaining->extra->pause_count <= ESCALATION_PAUSES_MAX);
    struct calendar_pause pauses[ESCALATION_PAUSES_MAX]; /* those after the clock began */
    uint32_t count = 0;
    for (uint32_t index = 0; index < explaining->extra->pause_count; index++) {
        const struct escalation_pause *pause = &explaining->extra->pauses[index];
        const uint64_t until_ms =
            pause->until_ms != 0 ? pause->until_ms : explaining->extra->suspended_until_ms;
        if (until_ms > clock->start_ms) {
            pauses[count] = (struct calendar_pause){pause->from_ms, until_ms};
            count++;
        }
    }
    /* A clock that stands still gets its new deadline when it goes on: until then it is told. */
    const uint64_t end_ms = explaining->extra->suspended_until_ms != 0 && !made->stopped
                                ? explaining->extra->suspended_until_ms
                                : clock->due_ms;
    const struct step_explaining spans = {.calendar = calendar,
                                          .term = &term,
                                          .from_ms = clock->start_ms,
                                          .until_ms = end_ms,
                                          .pauses = pauses,
                                          .pause_count = count};
    return step_explain(view, &spans, made);
}

static enum rc explain_clock(struct explaining *explaining, const struct escalation_clock *clock,
                             bool stopped)
{
    struct arena *arena = explaining->view->arena;
    Paidan__ExplainedClock *made = arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    CHECK(explaining->explained->n_clocks < explaining->room);
    paidan__explained_clock__init(made);
    made->has_stopped = true;
    made->stopped = stopped;
    enum rc rc = escalation_clock_picture(arena, clock, &made->set);
    if (rc == RC_OK) {
        rc = add_policy(explaining, clock, made);
    }
    if (rc == RC_OK) {
        rc = add_intervals(explaining, clock, made);
    }
    made->has_expired = true;
    made->expired = (clock->flags & ESCALATION_EXPIRED) != 0;
    explaining->explained->clocks[explaining->explained->n_clocks] = made;
    explaining->explained->n_clocks++;
    return rc;
}

/* Of the clock explained last: whose task it is. */
static enum rc name_unit(struct explaining *explaining, const char *unit)
{
    Paidan__Explained *explained = explaining->explained;
    CHECK(explained->n_clocks > 0);
    Paidan__ExplainedClock *clock = explained->clocks[explained->n_clocks - 1];
    clock->assisting = arena_strdup(explaining->view->arena, unit);
    return clock->assisting == NULL ? RC_LIMIT : RC_OK;
}

static bool wanted(const Paidan__Explain *wish, Paidan__Clock clock)
{
    return !wish->has_clock || wish->clock == clock;
}

static enum rc explain_all(struct explaining *explaining, const Paidan__Explain *wish,
                           const struct escalation_ticket *ticket)
{
    const struct escalation_extra *extra = explaining->extra;
    enum rc rc = RC_OK;
    for (uint32_t index = 0; index < ticket->clock_count && rc == RC_OK; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (wanted(wish, clock->clock)) {
            const bool over = (clock->flags & ESCALATION_STOPPED) != 0;
            rc = explain_clock(explaining, clock, over || !escalation_state_open(ticket));
        }
    }
    for (uint32_t index = 0; index < extra->assist_count && rc == RC_OK; index++) {
        const struct escalation_assist *task = &extra->assists[index];
        if (task->clock.due_ms != 0 && wanted(wish, PAIDAN__CLOCK__CLOCK_ASSIST)) {
            rc = explain_clock(explaining, &task->clock, task->done);
            if (rc == RC_OK) {
                rc = name_unit(explaining, task->unit);
            }
        }
    }
    if (rc == RC_OK && extra->mode_open && extra->mode_clock.due_ms != 0 &&
        wanted(wish, extra->mode_clock.clock)) {
        rc = explain_clock(explaining, &extra->mode_clock, false);
    }
    return rc;
}

enum rc escalation_query_explain(struct step_view *view, const Paidan__Explain *wish,
                                 Paidan__Answer *answer)
{
    struct escalation_ticket ticket;
    struct escalation_extra extra;
    enum rc rc = escalation_state_load(view->txn, wish->ticket, &ticket);
    if (rc == RC_NOT_FOUND) {
        return escalation_retire_refuse(view, wish->ticket, answer);
    }
    if (rc == RC_OK) {
        rc = escalation_extra_load(view->txn, wish->ticket, &extra);
    }
    Paidan__Explained *explained = arena_alloc(view->arena, sizeof *explained);
    struct explaining explaining = {.view = view, .extra = &extra, .explained = explained};
    if (rc != RC_OK || explained == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    paidan__explained__init(explained);
    explaining.room = ticket.clock_count + extra.assist_count + 1;
    explained->clocks = arena_alloc(view->arena, explaining.room * sizeof *explained->clocks);
    if (explained->clocks == NULL) {
        return RC_LIMIT;
    }
    explained->ticket = wish->ticket;
    explained->now_ms = view->now_ms;
    rc = explain_all(&explaining, wish, &ticket);
    answer->body_case = PAIDAN__ANSWER__BODY_EXPLAINED;
    answer->explained = explained;
    return rc;
}
