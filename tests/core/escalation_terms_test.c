/* When the moments of a clock are: thousands of random terms with random warnings and steps,
 * started and planned anew. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "services/escalation/escalation_term.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define HOUR 3600000ull
#define DAY CALENDAR_DAY_MS

enum { ROUNDS = 20000 };

struct room {
    struct site *site;
    struct arena arena;
    struct step step;
    struct escalation_info info;
    struct site_policy *policy; /* the one of `info` on the street */
};

static uint64_t seed = 1;

static uint64_t random_below(uint64_t limit)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % limit;
}

static int open_room(void **state)
{
    char folder[4096];
    const char *root = getenv("PAIDAN_ROOT");
    struct room *room = calloc(1, sizeof *room);
    struct site_report *report = calloc(1, sizeof *report);
    assert_non_null(room);
    assert_non_null(report);
    (void)snprintf(folder, sizeof folder, "%s/tests/sites/office4", root == NULL ? "." : root);
    assert_int_equal(site_load(folder, report, &room->site), RC_OK);
    assert_int_equal(arena_init(&room->arena, 1 << 20), RC_OK);
    room->step = (struct step){.arena = &room->arena, .site = room->site, .now_ms = BASE_MS};
    strcpy(room->info.category, "build");
    strcpy(room->info.area, "bu1");
    room->info.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    room->policy = &room->site->policies[0];
    assert_ptr_equal(room->policy, escalation_target_policy(room->site, &room->info, 2));
    free(report);
    *state = room;
    return 0;
}

static int close_room(void **state)
{
    struct room *room = *state;
    site_free(room->site);
    arena_fini(&room->arena);
    free(room);
    return 0;
}

/* ---- random terms ---- */

static bool taken(const struct site_clock_rule *rule, const struct site_moment *moment)
{
    bool same = rule->warn.kind != SITE_MOMENT_NONE &&
                site_moment_at(rule, &rule->warn) == site_moment_at(rule, moment);
    for (uint32_t index = 0; index < rule->step_count; index++) {
        same = same || site_moment_at(rule, &rule->steps[index].at) == site_moment_at(rule, moment);
    }
    return same;
}

static struct site_moment random_moment(const struct site_clock_rule *rule, bool after)
{
    const uint64_t part = calendar_unit_counts_days(rule->term.unit) ? DAY : 60000;
    const uint64_t parts = rule->term.amount_ms / part;
    if (after) {
        return (struct site_moment){SITE_MOMENT_AFTER, part * (1 + random_below(4))};
    }
    if (parts < 2 || random_below(2) == 0) {
        return (struct site_moment){SITE_MOMENT_PERCENT, 1 + random_below(99)};
    }
    return (struct site_moment){SITE_MOMENT_BEFORE, part * (1 + random_below(parts - 1))};
}

static void random_rule(struct site_clock_rule *rule)
{
    const enum calendar_unit unit = (enum calendar_unit)(1 + random_below(4));
    const bool days = calendar_unit_counts_days(unit);
    const bool works = unit == CALENDAR_WORKING_HOURS || unit == CALENDAR_WORKING_DAYS;
    *rule = (struct site_clock_rule){.present = true, .calendar = works ? 1 : 0};
    rule->term.unit = unit;
    rule->term.amount_ms = days ? DAY * (1 + random_below(15)) : 60000 * (1 + random_below(3000));
    rule->term.start = random_below(2) == 0 ? CALENDAR_FROM_MOMENT : CALENDAR_FROM_NEXT_DAY;
    rule->term.end = days && random_below(2) == 0 ? CALENDAR_END_OF_DAY : CALENDAR_SAME_TIME;
    if (random_below(3) != 0) {
        rule->warn = random_moment(rule, false);
    }
    const uint64_t wanted = random_below(CLOCK_STEPS_MAX + 1);
    for (uint64_t index = 0; index < wanted; index++) {
        const struct site_moment at = random_moment(rule, random_below(3) == 0);
        if (!taken(rule, &at)) {
            rule->steps[rule->step_count].at = at;
            rule->steps[rule->step_count].does = (uint8_t)(1 + random_below(63));
            rule->step_count++;
        }
    }
}

/* ---- laws ---- */

/* What has not fired comes one after the other: no two at one moment, what is before the deadline
 * before it, what is after it after it. */
static void check_order(const Paidan__ClockSet *set, const struct escalation_clock *clock)
{
    uint64_t before_ms = 0, after_ms = set->due_ms;
    const bool warned = (clock->flags & ESCALATION_WARNED) != 0;
    for (size_t index = 0; index < set->n_steps; index++) {
        const Paidan__ClockStep *step = set->steps[index];
        if (clock->steps[index].fired) {
            continue;
        }
        if (set->has_warn_ms && !warned) {
            assert_int_not_equal(step->at_ms, set->warn_ms);
        }
        if (step->after) {
            assert_true(step->at_ms > after_ms);
            after_ms = step->at_ms;
        } else {
            assert_true(step->at_ms > before_ms);
            assert_true(step->at_ms < set->due_ms);
            before_ms = step->at_ms;
        }
    }
    if (set->has_warn_ms && !warned) {
        assert_true(set->warn_ms < set->due_ms);
    }
}

static void check_equal(const Paidan__ClockSet *left, const Paidan__ClockSet *right)
{
    assert_int_equal(left->due_ms, right->due_ms);
    assert_int_equal(left->warn_ms, right->warn_ms);
    assert_int_equal(left->n_steps, right->n_steps);
    for (size_t index = 0; index < left->n_steps; index++) {
        assert_int_equal(left->steps[index]->at_ms, right->steps[index]->at_ms);
        assert_int_equal(left->steps[index]->does, right->steps[index]->does);
    }
}

/* A random clock that has just started. */
static Paidan__ClockSet *random_start(struct room *room, struct escalation_clock *clock)
{
    Paidan__ClockSet *set = NULL;
    random_rule(&room->policy->handle);
    const uint64_t start_ms = BASE_MS + random_below(60 * DAY);
    arena_reset(&room->arena);
    assert_int_equal(escalation_term_set(&room->step, &room->info, 2, PAIDAN__CLOCK__CLOCK_HANDLE,
                                         start_ms, &set),
                     RC_OK);
    assert_non_null(set);
    assert_int_equal(escalation_clock_take(clock, set), RC_OK);
    return set;
}

static void test_start_when_any_term_then_moments_in_order(void **state)
{
    struct room *room = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct escalation_clock clock;
        const Paidan__ClockSet *set = random_start(room, &clock);
        const struct site_clock_rule *rule = &room->policy->handle;
        const struct calendar *calendar = &room->site->calendars[rule->calendar];
        assert_int_equal(set->due_ms, calendar_due(calendar, &rule->term, set->start_ms));
        assert_int_equal(set->n_steps, rule->step_count);
        assert_int_equal(set->has_warn_ms, rule->warn.kind != SITE_MOMENT_NONE);
        check_order(set, &clock);
    }
}

/* 上级时限: the earlier deadline counts, whatever the term; what is told before it is told in order, what was
 * planned once is planned the same again, and one more term moves nothing beyond it. */
static void test_start_when_bound_then_never_later(void **state)
{
    struct room *room = *state;
    unsigned cut = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct escalation_clock clock;
        Paidan__ClockSet *again = NULL, *longer = NULL;
        room->info.outer_due_ms = BASE_MS + random_below(70 * DAY);
        const Paidan__ClockSet *set = random_start(room, &clock);
        const struct site_clock_rule *rule = &room->policy->handle;
        const struct calendar *calendar = &room->site->calendars[rule->calendar];
        const uint64_t own_ms = calendar_due(calendar, &rule->term, set->start_ms);
        const bool passed = room->info.outer_due_ms <= set->start_ms;
        const bool bound = !passed && room->info.outer_due_ms < own_ms;
        assert_int_equal(set->has_bound_ms, !passed);
        assert_int_equal(set->due_ms, bound ? room->info.outer_due_ms : own_ms);
        cut += bound;
        if (set->due_ms > set->start_ms + CLOCK_STEPS_MAX + 2) {
            check_order(set, &clock);
        }
        assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
        check_equal(set, again);
        clock.extensions++;
        assert_int_equal(escalation_term_again(&room->step, &clock, &longer), RC_OK);
        assert_true(passed || longer->due_ms <= room->info.outer_due_ms);
        assert_true(longer->due_ms >= set->due_ms);
    }
    assert_true(cut > ROUNDS / 20);
    room->info.outer_due_ms = 0;
}

/* As they are stored: a struct has padding. */
static void check_same(const struct escalation_clock *left, const struct escalation_clock *right)
{
    unsigned char bytes[2][1024];
    struct codec_writer writers[2];
    codec_writer_init(&writers[0], bytes[0], sizeof bytes[0]);
    codec_writer_init(&writers[1], bytes[1], sizeof bytes[1]);
    escalation_clock_put(&writers[0], left);
    escalation_clock_put(&writers[1], right);
    assert_false(writers[0].failed);
    assert_int_equal(writers[0].used, writers[1].used);
    assert_memory_equal(bytes[0], bytes[1], writers[0].used);
}

static void test_again_when_nothing_happened_then_the_same(void **state)
{
    struct room *room = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct escalation_clock clock;
        Paidan__ClockSet *again = NULL;
        const Paidan__ClockSet *set = random_start(room, &clock);
        assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
        check_equal(set, again);
        struct escalation_clock folded = clock;
        assert_int_equal(escalation_clock_take_again(&folded, again), RC_OK);
        check_same(&folded, &clock);
    }
}

/* Fires what a clock has fired by now. */
static void fire(struct escalation_clock *clock, uint64_t now_ms)
{
    clock->flags |= clock->warn_ms != 0 && clock->warn_ms <= now_ms ? ESCALATION_WARNED : 0;
    for (uint32_t index = 0; index < clock->step_count; index++) {
        clock->steps[index].fired = clock->steps[index].at_ms <= now_ms;
    }
}

/* Suspended before its deadline and resumed later: what was consumed stays consumed, what fired
 * stays as it was, the rest comes in order. */
static void test_again_when_suspended_then_the_rest_runs_on(void **state)
{
    struct room *room = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct escalation_clock clock;
        Paidan__ClockSet *again = NULL;
        const Paidan__ClockSet *set = random_start(room, &clock);
        const uint64_t paused_ms = set->start_ms + random_below(set->due_ms - set->start_ms);
        const uint64_t resumed_ms = paused_ms + random_below(90 * DAY);
        fire(&clock, paused_ms);
        clock.consumed_ms = escalation_term_consumed(room->site, &clock, paused_ms);
        clock.resumed_ms = resumed_ms;
        assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
        check_order(again, &clock);
        assert_true(again->due_ms >= resumed_ms);
        struct escalation_clock folded = clock;
        assert_int_equal(escalation_clock_take_again(&folded, again), RC_OK);
        assert_int_equal(folded.flags, clock.flags);
        for (uint32_t index = 0; index < clock.step_count; index++) {
            assert_int_equal(folded.steps[index].fired, clock.steps[index].fired);
        }
        for (size_t index = 0; index < again->n_steps; index++) {
            if (clock.steps[index].fired) {
                assert_int_equal(again->steps[index]->at_ms, clock.steps[index].at_ms);
            }
        }
        if (!calendar_unit_counts_days((enum calendar_unit)clock.unit)) {
            /* Hours are exact: consumed by the new deadline is the whole term. */
            assert_int_equal(escalation_term_consumed(room->site, &clock, again->due_ms),
                             clock.amount_ms);
        }
    }
}

/* Extended: one more term behind the deadline; warning and steps keep their distance from it. */
static void test_again_when_extended_then_one_more_term(void **state)
{
    struct room *room = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct escalation_clock clock;
        Paidan__ClockSet *again = NULL;
        const Paidan__ClockSet *set = random_start(room, &clock);
        struct calendar_term term = room->policy->handle.term;
        const struct calendar *calendar = &room->site->calendars[room->policy->handle.calendar];
        clock.extensions = 2;
        term.amount_ms *= 3;
        assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
        check_order(again, &clock);
        assert_int_equal(again->due_ms, calendar_due(calendar, &term, set->start_ms));
        assert_int_equal(again->amount_ms, set->amount_ms);
        assert_int_equal(again->extensions, 2);
        if (term.unit == CALENDAR_EMERGENCY_HOURS) {
            assert_int_equal(again->due_ms - again->warn_ms,
                             set->due_ms - set->warn_ms +
                                 (set->has_warn_ms ? 0 : again->due_ms - set->due_ms));
            for (size_t index = 0; index < set->n_steps; index++) {
                const int64_t was = (int64_t)(set->steps[index]->at_ms - set->due_ms);
                assert_int_equal((int64_t)(again->steps[index]->at_ms - again->due_ms), was);
            }
        }
    }
}

/* Another policy has other steps: those that fired and are still there stay fired, the others come.
 */
static void test_fold_again_when_the_steps_are_others_then_what_fired_stays_fired(void **state)
{
    enum { YELLOW = 1 << PAIDAN__STEP_DOES__STEP_YELLOW, RED = 1 << PAIDAN__STEP_DOES__STEP_RED };
    (void)state;
    struct escalation_clock clock = {.clock = PAIDAN__CLOCK__CLOCK_HANDLE,
                                     .flags = ESCALATION_WARNED,
                                     .step_count = 2,
                                     .steps = {{.at_ms = 1, .does = YELLOW, .fired = true},
                                               {.at_ms = 5, .does = RED, .after = true}}};
    Paidan__ClockStep steps[3] = {PAIDAN__CLOCK_STEP__INIT, PAIDAN__CLOCK_STEP__INIT,
                                  PAIDAN__CLOCK_STEP__INIT};
    Paidan__ClockStep *list[3] = {&steps[0], &steps[1], &steps[2]};
    Paidan__ClockSet set = PAIDAN__CLOCK_SET__INIT;
    set.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    set.n_steps = 3;
    set.steps = list;
    steps[0].does = RED;
    steps[1].does = YELLOW;
    steps[2].does = YELLOW;
    assert_int_equal(escalation_clock_take_again(&clock, &set), RC_OK);
    assert_int_equal(clock.flags, ESCALATION_WARNED);
    assert_int_equal(clock.step_count, 3);
    assert_false(clock.steps[0].fired);
    assert_true(clock.steps[1].fired);
    assert_false(clock.steps[2].fired); /* only one of them had fired */
}

/* What a step waited for has passed while the plan was another: it comes at once, each for itself.
 */
static void test_again_when_moments_have_passed_then_one_by_one(void **state)
{
    struct room *room = *state;
    struct escalation_clock clock = {.clock = PAIDAN__CLOCK__CLOCK_HANDLE,
                                     .start_ms = BASE_MS,
                                     .due_ms = BASE_MS + 10 * HOUR,
                                     .warn_ms = BASE_MS + 3 * HOUR,
                                     .warn_amount_ms = 7 * HOUR,
                                     .amount_ms = 10 * HOUR,
                                     .unit = PAIDAN__TIME_UNIT__TIME_EMERGENCY_HOURS,
                                     .calendar = "always",
                                     .consumed_ms = 6 * HOUR,
                                     .resumed_ms = BASE_MS + 100 * HOUR,
                                     .step_count = 2,
                                     .steps = {{.amount_ms = 8 * HOUR}, {.amount_ms = 5 * HOUR}}};
    Paidan__ClockSet *again = NULL;
    assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
    assert_int_equal(again->steps[0]->at_ms, clock.resumed_ms);
    assert_int_equal(again->warn_ms, clock.resumed_ms + 1);
    assert_int_equal(again->steps[1]->at_ms, clock.resumed_ms + 2);
    assert_int_equal(again->due_ms, clock.resumed_ms + 4 * HOUR);
    clock.consumed_ms = 18 * HOUR; /* late already, and both steps come after the deadline */
    clock.steps[0] = (struct escalation_clock_step){.amount_ms = HOUR, .after = true};
    clock.steps[1] = (struct escalation_clock_step){.amount_ms = 8 * HOUR, .after = true};
    assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
    assert_int_equal(again->warn_ms, clock.resumed_ms - 1);
    assert_int_equal(again->due_ms, clock.resumed_ms);
    assert_int_equal(again->steps[0]->at_ms, clock.resumed_ms + 1);
    assert_int_equal(again->steps[1]->at_ms, clock.resumed_ms + 2);
}

/* A clock of a record from before there were units counts open time of its calendar. */
static void test_term_when_old_record_then_open_time(void **state)
{
    struct room *room = *state;
    Paidan__ClockSet *again = NULL;
    struct escalation_clock clock = {.start_ms = BASE_MS, .amount_ms = HOUR, .calendar = "office"};
    const struct calendar *calendar = NULL;
    struct calendar_term term;
    escalation_term_of(room->site, &clock, &calendar, &term);
    assert_string_equal(calendar->code, "office");
    assert_int_equal(calendar_due(calendar, &term, BASE_MS),
                     BASE_MS + 25 * HOUR);          /* Monday 10:00 */
    clock.warn_ms = BASE_MS + 24 * HOUR + HOUR / 2; /* half of it: stays so */
    assert_int_equal(escalation_term_again(&room->step, &clock, &again), RC_OK);
    assert_int_equal(again->due_ms, BASE_MS + 25 * HOUR);
    assert_int_equal(again->warn_ms, clock.warn_ms);
    strcpy(clock.calendar, "gone");
    escalation_term_of(room->site, &clock, &calendar, &term);
    assert_int_equal(calendar_due(calendar, &term, BASE_MS), BASE_MS + HOUR);
}

static void test_set_when_the_site_gives_no_term_then_none(void **state)
{
    struct room *room = *state;
    Paidan__ClockSet *set = NULL;
    static const struct {
        Paidan__Clock kind;
        uint64_t due_ms; /* 0: none */
    } cases[] = {
        {PAIDAN__CLOCK__CLOCK_ASSIST, BASE_MS + 3 * DAY + 8 * HOUR + HOUR / 2},
        {PAIDAN__CLOCK__CLOCK_MEDIATION, BASE_MS + 15 * DAY + 8 * HOUR + HOUR / 2},
        {PAIDAN__CLOCK__CLOCK_DELIBERATION, 0},
        {PAIDAN__CLOCK__CLOCK_COORDINATION, 0},
        {PAIDAN__CLOCK__CLOCK_REQUEST, BASE_MS + DAY + 8 * HOUR + HOUR / 2},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        assert_int_equal(
            escalation_term_set(&room->step, &room->info, 2, cases[index].kind, BASE_MS, &set),
            RC_OK);
        assert_int_equal(set == NULL ? 0 : set->due_ms, cases[index].due_ms);
        assert_true(set == NULL || set->clock == cases[index].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start_when_bound_then_never_later, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_start_when_any_term_then_moments_in_order, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_again_when_nothing_happened_then_the_same, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_again_when_suspended_then_the_rest_runs_on, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_again_when_extended_then_one_more_term, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_again_when_moments_have_passed_then_one_by_one,
                                        open_room, close_room),
        cmocka_unit_test(test_fold_again_when_the_steps_are_others_then_what_fired_stays_fired),
        cmocka_unit_test_setup_teardown(test_term_when_old_record_then_open_time, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_set_when_the_site_gives_no_term_then_none, open_room,
                                        close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
