/* triage_clock: when the desk warns, when it is late, and what a changed site does to that. Owns the
 * deadlines of the service: one row for each ticket at the desk with a clock, and one for a pass of
 * planning. What must stay true: of one stay a warning is given at most once (again where 上级时限 became a
 * later one, triage_outer) and never when the deadline has passed already, the alarms are numbered without
 * gaps, nothing is said early, and what is late stays late whatever the site says afterwards. */

#include "triage_clock.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/store/due.h"
#include "common/text/text.h"
#include "triage_recode.h"

/* Tickets at the desk that are looked at in one step while planning: about 2 ms. */
enum { REPLAN_PAGE = 200 };

/* ---- planning ---- */

Paidan__Urgency triage_clock_urgency(const struct site *site, char *const *codes, size_t count)
{
    CHECK(count == 0 || codes != NULL);
    Paidan__Urgency urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    for (size_t index = 0; index < count; index++) {
        const uint32_t category = site_category_find(site, codes[index]);
        if (category != SITE_NONE && site->categories[category].urgency > urgency) {
            urgency = site->categories[category].urgency;
        }
    }
    CHECK(urgency <= PAIDAN__URGENCY__URGENCY_EMERGENCY);
    return urgency;
}

/* When so much of the term is consumed. A part of a day ends at its time, whatever the end rule. */
static uint64_t moment_of(const struct calendar *calendar, struct calendar_term term,
                          uint64_t start_ms, uint64_t amount_ms)
{
    CHECK(amount_ms <= term.amount_ms);
    term.amount_ms = amount_ms;
    if (amount_ms % CALENDAR_DAY_MS != 0) {
        term.end = CALENDAR_SAME_TIME;
    }
    return calendar_due(calendar, &term, start_ms);
}

/* 上级时限 bounds the desk as it bounds the units: what lies here takes from the time of whoever is to act.
 * One that has passed when the clock starts bounds nothing, as everywhere. */
static uint64_t bound_of(uint64_t outer_due_ms, uint64_t start_ms)
{
    return outer_due_ms > start_ms ? outer_due_ms : 0;
}

/* How much of the term lies before the warning point. Where the bound cuts the term short, the same share
 * of what is left, or the warning would lie before the beginning. */
static uint64_t before_warning(const struct calendar *calendar, const struct calendar_term *term,
                               const Paidan__ClockSet *set)
{
    CHECK(set->warn_amount_ms <= term->amount_ms);
    CHECK(term->amount_ms > 0);
    if (!set->has_bound_ms || set->bound_ms > set->due_ms ||
        calendar_due(calendar, term, set->start_ms) == set->due_ms) {
        return term->amount_ms - set->warn_amount_ms;
    }
    const uint64_t span_ms = calendar_elapsed(calendar, term, set->start_ms, set->bound_ms);
    const uint64_t term_s = term->amount_ms / 1000;
    /* In seconds, so that the product of two terms of years is a number. */
    const uint64_t share_ms =
        term_s == 0 ? 0 : set->warn_amount_ms / 1000 * (span_ms / 1000) / term_s * 1000;
    return share_ms < span_ms ? span_ms - share_ms : 0;
}

enum rc triage_clock_plan(struct arena *arena, const struct site *site, Paidan__Urgency urgency,
                          uint64_t start_ms, uint64_t outer_due_ms, Paidan__ClockSet **set)
{
    const struct site_clock_rule *rule = site_desk_rule(site, urgency);
    const struct calendar *calendar = &site->calendars[rule->calendar];
    CHECK(rule->calendar < site->calendar_count);
    CHECK(rule->term.amount_ms > 0);
    Paidan__ClockSet *made = arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__clock_set__init(made);
    made->clock = PAIDAN__CLOCK__CLOCK_DESK;
    made->start_ms = start_ms;
    made->due_ms = calendar_due(calendar, &rule->term, start_ms);
    made->bound_ms = bound_of(outer_due_ms, start_ms);
    made->has_bound_ms = made->bound_ms != 0;
    if (made->has_bound_ms && made->bound_ms < made->due_ms) {
        made->due_ms = made->bound_ms;
    }
    made->calendar = (char *)calendar->code; /* packed, never written */
    made->has_amount_ms = made->has_unit = true;
    made->amount_ms = rule->term.amount_ms;
    made->unit = (Paidan__TimeUnit)rule->term.unit;
    made->has_start_rule = rule->term.start == CALENDAR_FROM_NEXT_DAY;
    made->start_rule = (Paidan__StartRule)rule->term.start;
    made->has_end_rule = rule->term.end == CALENDAR_END_OF_DAY;
    made->end_rule = (Paidan__EndRule)rule->term.end;
    if (rule->warn.kind != SITE_MOMENT_NONE) {
        made->has_warn_ms = made->has_warn_amount_ms = true;
        made->warn_amount_ms = rule->term.amount_ms - site_moment_at(rule, &rule->warn);
        made->warn_ms =
            moment_of(calendar, rule->term, start_ms, before_warning(calendar, &rule->term, made));
        /* A calendar may let both meet, at an opening or a closing: it still warns first. */
        if (made->warn_ms >= made->due_ms) {
            made->warn_ms = made->due_ms - 1;
        }
    }
    *set = made;
    return RC_OK;
}

/* A calendar that the site has no more: day and night, as wherever a clock outlives its calendar. */
void triage_clock_term(const struct site *site, const struct triage_clock *clock,
                       const struct calendar **calendar, struct calendar_term *term)
{
    CHECK(clock->due_ms != 0);
    *calendar = &site->calendars[0];
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        if (strcmp(site->calendars[index].code, clock->calendar) == 0) {
            *calendar = &site->calendars[index];
        }
    }
    *term = (struct calendar_term){.unit = (enum calendar_unit)clock->unit,
                                   .amount_ms = clock->amount_ms,
                                   .start = (enum calendar_start)clock->start_rule,
                                   .end = (enum calendar_end)clock->end_rule};
}

/* ---- a moment has come ---- */

/* An emergency that is late is not told of once an hour: the alarm is as quick as the term. */
static uint64_t repeat_of(const struct site *site, const struct triage_clock *clock)
{
    const bool elapsed = clock->unit == CALENDAR_EMERGENCY_HOURS;
    const uint64_t repeat_ms = site->desk.alarm_repeat_ms;
    CHECK(repeat_ms > 0);
    return elapsed && clock->amount_ms < repeat_ms ? clock->amount_ms : repeat_ms;
}

static enum rc say_warned(struct step *step, const struct step_about *about,
                          const struct triage_desk *desk)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_DESK_WARNED);
    CHECK(!desk->clock.warned);
    Paidan__DeskWarned warned = PAIDAN__DESK_WARNED__INIT;
    warned.due_ms = desk->clock.due_ms;
    return step_say(step, about, &warned.base);
}

/* The next alarm counts from now: after a night without service one is due, not eight. */
static enum rc say_overdue(struct step *step, const struct step_about *about,
                           const struct triage_desk *desk)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_DESK_OVERDUE);
    CHECK(step->now_ms >= desk->clock.due_ms);
    const struct site *site = step->site;
    char *told[SITE_SUPERVISORS_MAX];
    CHECK(site->supervisor_count <= SITE_SUPERVISORS_MAX);
    for (uint32_t index = 0; index < site->supervisor_count; index++) {
        told[index] = site->units[site->supervisors[index]].code;
    }
    Paidan__DeskOverdue overdue = PAIDAN__DESK_OVERDUE__INIT;
    overdue.due_ms = desk->clock.due_ms;
    overdue.count = desk->clock.alarms == UINT32_MAX ? UINT32_MAX : desk->clock.alarms + 1;
    overdue.next_ms = step->now_ms + repeat_of(site, &desk->clock);
    overdue.n_to_units = site->supervisor_count;
    overdue.to_units = told;
    return step_say(step, about, &overdue.base);
}

static enum rc load(struct store_txn *txn, uint64_t ticket, struct triage_ticket *record,
                    struct triage_desk *desk)
{
    CHECK(ticket != 0);
    enum rc rc = triage_state_get(txn, ticket, record);
    if (rc == RC_OK) {
        rc = triage_state_desk_get(txn, ticket, desk);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* a deadline without its ticket */
}

/* A warning that comes when the deadline has passed warns of nothing: then the alarm is given. */
static enum rc fire(struct step *step, uint64_t ticket)
{
    struct triage_ticket record;
    struct triage_desk desk;
    const enum rc rc = load(step->txn, ticket, &record, &desk);
    if (rc != RC_OK) {
        return rc;
    }
    if (desk.clock.due_ms == 0 || triage_state_next(&desk.clock) > step->now_ms) {
        return RC_CORRUPT; /* the row says now, the record does not */
    }
    const bool late = step->now_ms >= desk.clock.due_ms;
    const struct step_about about = {
        .ticket = ticket,
        .last_seq = record.last_seq,
        .expected = triage_fsm_step(record.state, late ? TRIAGE_LATE : TRIAGE_WARN).fact,
        .clock = PAIDAN__CLOCK__CLOCK_DESK};
    return late ? say_overdue(step, &about, &desk) : say_warned(step, &about, &desk);
}

/* ---- planning anew ---- */

static bool is_as_it_was(const struct triage_clock *clock, const Paidan__ClockSet *set)
{
    return set->due_ms == clock->due_ms && (set->has_warn_ms ? set->warn_ms : 0) == clock->warn_ms;
}

/* By the codes of now first, for by them the term is chosen. From the start it had; a row from before
 * clocks counts from when it came to the desk. */
static enum rc replan(struct step *step, uint64_t ticket, uint64_t *moved)
{
    struct triage_ticket record;
    struct triage_desk desk;
    Paidan__ClockSet *set = NULL;
    bool recoded = false;
    enum rc rc = load(step->txn, ticket, &record, &desk);
    if (rc == RC_OK) {
        rc = triage_recode_apply(step, ticket, &record, &desk, &recoded);
    }
    if (rc == RC_OK && recoded) {
        rc = load(step->txn, ticket, &record, &desk);
    }
    if (rc != RC_OK || desk.clock.alarms > 0) {
        return rc;
    }
    char *codes[TRIAGE_PROPOSALS_MAX];
    for (uint32_t index = 0; index < desk.category_count; index++) {
        codes[index] = desk.categories[index];
    }
    const bool fresh = desk.clock.due_ms == 0;
    const Paidan__Urgency urgency =
        fresh ? triage_clock_urgency(step->site, codes, desk.category_count)
              : (Paidan__Urgency)desk.urgency;
    rc = triage_clock_plan(step->arena, step->site, urgency,
                           fresh ? desk.since_ms : desk.clock.start_ms,
                           fresh ? desk.outer_due_ms : desk.clock.bound_ms, &set);
    if (rc != RC_OK || is_as_it_was(&desk.clock, set)) {
        return rc;
    }
    Paidan__DeskReplanned fact = PAIDAN__DESK_REPLANNED__INIT;
    fact.clock = set;
    fact.urgency = urgency;
    struct step_about about = triage_ticket_about(ticket, &record, TRIAGE_REPLAN);
    about.clock = PAIDAN__CLOCK__CLOCK_REPLAN;
    *moved += 1;
    return step_say(step, &about, &fact.base);
}

/* The tickets of a page behind `after`; *more: there are others behind the last. */
static enum rc collect(struct step *step, uint64_t after, uint64_t ids[REPLAN_PAGE],
                       uint32_t *count, bool *more)
{
    struct store_walk walk;
    enum rc rc = triage_state_desk_walk(step->txn, after, &walk);
    for (; rc == RC_OK && *count < REPLAN_PAGE; rc = store_walk_next(&walk)) {
        if (store_walk_key(&walk, CODEC_U64_BYTES) != RC_OK) {
            rc = RC_CORRUPT;
            break;
        }
        ids[*count] = codec_u64_at(walk.key);
        *count += 1;
    }
    store_walk_close(&walk);
    *more = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* after: the deadline's id, so that the pass needs no record of its own. */
static enum rc replan_page(struct step *step, uint64_t after)
{
    uint64_t ids[REPLAN_PAGE], moved = 0;
    uint32_t count = 0;
    bool more = false;
    enum rc rc = collect(step, after, ids, &count, &more);
    for (uint32_t index = 0; rc == RC_OK && index < count; index++) {
        rc = replan(step, ids[index], &moved);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__ReplanPassed passed = PAIDAN__REPLAN_PASSED__INIT;
    passed.why = PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR;
    passed.site_version = step->site->version;
    passed.looked_at = count;
    passed.moved = moved;
    passed.has_after = true;
    passed.after = after;
    passed.has_next = more;
    passed.next = more ? ids[count - 1] : 0;
    const struct step_about about = {.clock = PAIDAN__CLOCK__CLOCK_REPLAN};
    return step_say(step, &about, &passed.base);
}

enum rc triage_clock_apply(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_DUE);
    if (input->due.kind == (uint8_t)PAIDAN__CLOCK__CLOCK_REPLAN) {
        return replan_page(step, input->due.id);
    }
    return input->due.kind == (uint8_t)PAIDAN__CLOCK__CLOCK_DESK ? fire(step, input->due.id)
                                                                 : RC_CORRUPT;
}

enum rc triage_clock_extend(struct step *step, const struct triage_desk *desk,
                            uint64_t outer_due_ms, Paidan__ClockSet **set)
{
    CHECK(outer_due_ms > desk->outer_due_ms);
    *set = NULL;
    if (desk->clock.bound_ms == 0 || desk->clock.alarms > 0) {
        return RC_OK; /* it has its own term; what is late stays late */
    }
    CHECK(desk->clock.due_ms != 0);
    const enum rc rc = triage_clock_plan(step->arena, step->site, (Paidan__Urgency)desk->urgency,
                                         desk->clock.start_ms, outer_due_ms, set);
    if (rc == RC_OK && is_as_it_was(&desk->clock, *set)) {
        *set = NULL;
    }
    return rc;
}

/* ---- folding ---- */

bool triage_clock_take(const Paidan__ClockSet *set, struct triage_clock *clock)
{
    const bool known = set->clock == PAIDAN__CLOCK__CLOCK_DESK && set->due_ms != 0 &&
                       set->has_amount_ms && set->has_unit;
    if (!known) {
        return false;
    }
    clock->start_ms = set->start_ms;
    clock->due_ms = set->due_ms;
    clock->warn_ms = set->has_warn_ms ? set->warn_ms : 0;
    clock->bound_ms = set->has_bound_ms ? set->bound_ms : 0;
    clock->amount_ms = set->amount_ms;
    clock->warn_amount_ms = set->has_warn_amount_ms ? set->warn_amount_ms : 0;
    clock->unit = (uint32_t)set->unit;
    clock->start_rule =
        (uint32_t)(set->has_start_rule ? set->start_rule : PAIDAN__START_RULE__START_AT_ONCE);
    clock->end_rule =
        (uint32_t)(set->has_end_rule ? set->end_rule : PAIDAN__END_RULE__END_SAME_TIME);
    return text_copy(clock->calendar, sizeof clock->calendar, set->calendar);
}

/* False: the fact does not fit what the row has come to. */
static bool fold_overdue(struct step_fold *fold, const Paidan__Event *event,
                         struct triage_clock *clock)
{
    const Paidan__DeskOverdue *const overdue = event->desk_overdue;
    const bool next = overdue->count == clock->alarms + 1 || clock->alarms == UINT32_MAX;
    if (clock->due_ms == 0 || !next || overdue->next_ms <= event->at_ms ||
        event->at_ms < clock->due_ms) {
        return false;
    }
    if (clock->alarms == 0) {
        triage_ticket_count(fold, TRIAGE_TALLY_DESK_OVERDUE);
        triage_ticket_count(fold, TRIAGE_TALLY_DESK_LATE);
    }
    triage_ticket_count(fold, TRIAGE_TALLY_DESK_ALARMS);
    clock->alarms = overdue->count;
    clock->next_alarm_ms = overdue->next_ms;
    return true;
}

/* By the site alone without a member; of a group the clock may run on, and warns again where it is later. */
static bool fold_replanned(struct step_fold *fold, const Paidan__DeskReplanned *fact,
                           struct triage_desk *desk)
{
    const uint64_t due_ms = desk->clock.due_ms;
    bool fits = fact->clock != NULL || fact->has_member;
    if (fact->clock != NULL) {
        fits = desk->clock.alarms == 0 && triage_clock_take(fact->clock, &desk->clock);
        triage_ticket_count(fold, TRIAGE_TALLY_REPLANNED);
    }
    desk->urgency = (uint32_t)fact->urgency;
    if (fact->has_member) {
        CHECK(fold->txn != NULL);
        desk->own_urgency = fact->has_own ? (uint32_t)fact->own : 0;
        desk->clock.warned = desk->clock.warned && desk->clock.due_ms <= due_ms;
    }
    return fits && desk->own_urgency < (desk->urgency == 0 ? 1 : desk->urgency);
}

enum rc triage_clock_fold(struct step_fold *fold, const Paidan__Event *event)
{
    struct triage_desk before;
    const enum rc rc = triage_state_desk_get(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    struct triage_desk desk = before;
    bool fits = true;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_DESK_WARNED:
        fits = desk.clock.due_ms != 0 && !desk.clock.warned && desk.clock.alarms == 0;
        desk.clock.warned = true;
        triage_ticket_count(fold, TRIAGE_TALLY_DESK_WARNED);
        break;
    case PAIDAN__EVENT__FACT_DESK_OVERDUE:
        fits = fold_overdue(fold, event, &desk.clock);
        break;
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_DESK_REPLANNED);
        fits = fold_replanned(fold, event->desk_replanned, &desk);
        break;
    }
    return fits ? triage_state_desk_put(fold->txn, event->ticket, &before, &desk) : RC_CORRUPT;
}

/* The desk is planned by the site as it is now, from the next step on. Facts from before desks had
 * clocks begin nothing: their log must fold to the tables that it made then. */
enum rc triage_clock_fold_site_changed(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED);
    const struct due row = {.due_ms = event->at_ms, .kind = (uint8_t)PAIDAN__CLOCK__CLOCK_REPLAN};
    const bool waits = fold->tally->values[TRIAGE_TALLY_DESK_OPEN] > 0;
    return event->site_changed->has_edition && waits ? due_put(fold->txn, &row) : RC_OK;
}

/* The deadline that led here is named by the cause and by `after`. A second pass that began
 * meanwhile goes its own way: each finds what the other has done as it should be. */
enum rc triage_clock_fold_passed(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REPLAN_PASSED);
    const Paidan__ReplanPassed *const passed = event->replan_passed;
    if (!event->cause->has_due_ms || !passed->has_after ||
        (passed->has_next && passed->next <= passed->after)) {
        return RC_CORRUPT;
    }
    struct due row = {.due_ms = event->cause->due_ms,
                      .id = passed->after,
                      .kind = (uint8_t)PAIDAN__CLOCK__CLOCK_REPLAN};
    const enum rc rc = due_del(fold->txn, &row);
    row.id = passed->next;
    return rc == RC_OK && passed->has_next ? due_put(fold->txn, &row) : rc;
}
