/* The numbers of the demo: folded from facts, compared with what services count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/demo/demo_agenda.h"
#include "services/demo/demo_summary.h"

#define TOP 3u

struct day {
    struct demo_facts facts;
    struct demo_done done;
};

static void say(struct day *day, uint64_t ticket, Paidan__Event *event)
{
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    event->has_ticket = 1;
    event->ticket = ticket;
    event->at_ms = ticket * 1000;
    event->cause = &cause;
    assert_int_equal(demo_facts_apply(&day->facts, event), RC_OK);
}

static void registered(struct day *day, uint64_t ticket, uint32_t row)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    struct demo_ticket *known = NULL;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    say(day, ticket, &event);
    assert_int_equal(demo_facts_add(&day->facts, ticket, &known), RC_OK);
    known->row = row;
}

static Paidan__Assignment *to(uint32_t level)
{
    static char unit[] = "unit";
    static Paidan__Assignment assignment = PAIDAN__ASSIGNMENT__INIT;
    assignment.level = level;
    assignment.unit = unit;
    return &assignment;
}

static void assigned(struct day *day, uint64_t ticket, uint32_t level)
{
    static char text[] = "noise";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Assigned fact = PAIDAN__ASSIGNED__INIT;
    fact.to = to(level);
    fact.category = fact.area = fact.channel = fact.title = text;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &fact;
    say(day, ticket, &event);
}

static void raised(struct day *day, uint64_t ticket, uint32_t level, Paidan__Why why)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Raised fact = PAIDAN__RAISED__INIT;
    fact.to = to(level);
    fact.why = why;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &fact;
    say(day, ticket, &event);
}

static void carded(struct day *day, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Carded fact = PAIDAN__CARDED__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CARDED;
    event.carded = &fact;
    say(day, ticket, &event);
}

static void resolved(struct day *day, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    say(day, ticket, &event);
}

static void closed(struct day *day, uint64_t ticket, Paidan__Outcome outcome)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = outcome;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    say(day, ticket, &event);
}

static void withdrawn(struct day *day, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    say(day, ticket, &event);
}

static void desked(struct day *day, uint64_t ticket, uint32_t reasons)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Desked fact = PAIDAN__DESKED__INIT;
    fact.reasons = reasons;
    event.fact_case = PAIDAN__EVENT__FACT_DESKED;
    event.desked = &fact;
    say(day, ticket, &event);
}

/* Seven accepted tickets, one of each fate, and a foreign one. Out of order on purpose: ticket 2 is
 * known to escalation before intake's fact is read. */
static void day_play(struct day *day)
{
    *day = (struct day){.done = {.scripted = 10, .accepted = 7, .duplicates = 2, .refused = 1}};
    day->facts.top_level = TOP;
    assigned(day, 2, 1);
    registered(day, 2, 1);
    registered(day, 1, 0);
    assigned(day, 1, 1);
    resolved(day, 1);
    closed(day, 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    raised(day, 2, 2, PAIDAN__WHY__WHY_EXPIRED);
    raised(day, 2, 3, PAIDAN__WHY__WHY_EXPIRED);
    carded(day, 2);
    registered(day, 3, 2);
    assigned(day, 3, 2);
    raised(day, 3, 3, PAIDAN__WHY__WHY_COMPETENCE);
    registered(day, 4, 3);
    withdrawn(day, 4);
    closed(day, 4, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    registered(day, 5, 4);
    desked(day, 5, 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE);
    registered(day, 6, 5);
    assigned(day, 6, 1);
    resolved(day, 6);
    registered(day, 7, 6);
    registered(day, 8, DEMO_NO_ROW);
    assigned(day, 8, 1);
}

static const struct demo_check *check_find(const struct demo_check *checks, uint32_t count,
                                           const char *right)
{
    for (uint32_t index = 0; index < count; index++) {
        if (strcmp(checks[index].right_name, right) == 0) {
            return &checks[index];
        }
    }
    return NULL;
}

static void test_summary_when_made_then_each_ticket_is_in_one_place(void **state)
{
    (void)state;
    struct day day;
    struct demo_summary summary;
    day_play(&day);
    demo_summary_make(&summary, &day.facts);
    assert_int_equal(summary.tickets, 7);
    const struct demo_ticket *left = demo_facts_find(&day.facts, 4);
    assert_int_equal(left->state, PAIDAN__STATE__STATE_WITHDRAWN);
    assert_false(demo_ticket_open(left));
    assert_false(demo_ticket_open(demo_facts_find(&day.facts, 1)));
    assert_true(demo_ticket_open(demo_facts_find(&day.facts, 2)));
    assert_int_equal(summary.others, 1);
    assert_int_equal(summary.closed[PAIDAN__OUTCOME__OUTCOME_SOLVED], 1);
    assert_int_equal(demo_summary_closed(&summary), 1);
    assert_int_equal(summary.withdrawn, 1);
    assert_int_equal(summary.at_desk, 1);
    assert_int_equal(summary.on_way, 1);
    assert_int_equal(summary.asking, 1);
    assert_int_equal(summary.open[1], 0);
    assert_int_equal(summary.open[TOP], 2);
    assert_int_equal(summary.open_red, 1);
    assert_int_equal(summary.expired, 2);
    assert_int_equal(summary.competence, 1);
    assert_int_equal(summary.at_top, 1);
    assert_int_equal(summary.whole_climb, 1);
    assert_int_equal(demo_summary_open(&summary) + demo_summary_closed(&summary) +
                         summary.withdrawn,
                     summary.tickets);
    demo_facts_fini(&day.facts);
}

static uint32_t wrong_own(const struct demo_check *checks, uint32_t count)
{
    uint32_t wrong = 0;
    for (uint32_t index = 0; index < count; index++) {
        const bool told = checks[index].right != DEMO_ABSENT;
        wrong += told && checks[index].left != checks[index].right ? 1 : 0;
    }
    return wrong;
}

static void test_check_when_the_sums_hold_then_nothing_is_wrong(void **state)
{
    (void)state;
    struct day day;
    struct demo_summary summary;
    struct demo_check checks[DEMO_CHECKS_MAX];
    const Paidan__Stats *stats[DEMO_SERVICES] = {0};
    day_play(&day);
    demo_summary_make(&summary, &day.facts);
    uint32_t count = demo_summary_check(&summary, &day.done, &day.facts, 0, stats, checks);
    assert_int_equal(wrong_own(checks, count), 0);
    /* One row that nobody knows about, one ticket that was lost on the way. */
    count = demo_summary_check(&summary, &day.done, &day.facts, 1, stats, checks);
    assert_int_equal(wrong_own(checks, count), 1);
    day.done.accepted = 8;
    count = demo_summary_check(&summary, &day.done, &day.facts, 0, stats, checks);
    assert_int_equal(wrong_own(checks, count), 3);
    demo_facts_fini(&day.facts);
}

static void test_check_when_a_service_counts_otherwise_then_it_is_wrong(void **state)
{
    (void)state;
    struct day day;
    struct demo_summary summary;
    struct demo_check checks[DEMO_CHECKS_MAX];
    static char name[] = "registered";
    Paidan__Count one = PAIDAN__COUNT__INIT;
    Paidan__Count *counts[1] = {&one};
    Paidan__Stats intake = PAIDAN__STATS__INIT;
    one.name = name;
    one.value = 8;
    intake.n_counts = 1;
    intake.counts = counts;
    const Paidan__Stats *stats[DEMO_SERVICES] = {[DEMO_INTAKE] = &intake};
    day_play(&day);
    demo_summary_make(&summary, &day.facts);
    uint32_t count = demo_summary_check(&summary, &day.done, &day.facts, 0, stats, checks);
    const struct demo_check *check = check_find(checks, count, "intake.registered");
    assert_non_null(check);
    assert_int_equal(check->left, 8);
    assert_int_equal(check->right, 8);
    one.value = 9;
    count = demo_summary_check(&summary, &day.done, &day.facts, 0, stats, checks);
    assert_int_not_equal(check_find(checks, count, "intake.registered")->right, 8);
    /* A service that does not tell a number is no proof. */
    assert_int_equal(check_find(checks, count, "callback.answered")->right, DEMO_ABSENT);
    demo_facts_fini(&day.facts);
}

static void test_agenda_when_taken_then_by_time_and_then_by_order(void **state)
{
    (void)state;
    struct demo_agenda agenda = {0};
    struct demo_item item = {0};
    for (uint32_t index = 0; index < 3000; index++) {
        item.at_ms = index * 7919u % 101u;
        item.index = index;
        assert_int_equal(demo_agenda_put(&agenda, &item), RC_OK);
    }
    uint64_t at_ms = 0, order = 0;
    for (uint32_t left = 3000; left > 0; left--) {
        assert_non_null(demo_agenda_first(&agenda));
        demo_agenda_take(&agenda, &item);
        assert_true(item.at_ms > at_ms || (item.at_ms == at_ms && item.order >= order));
        at_ms = item.at_ms;
        order = item.order;
    }
    assert_null(demo_agenda_first(&agenda));
    demo_agenda_fini(&agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summary_when_made_then_each_ticket_is_in_one_place),
        cmocka_unit_test(test_check_when_the_sums_hold_then_nothing_is_wrong),
        cmocka_unit_test(test_check_when_a_service_counts_otherwise_then_it_is_wrong),
        cmocka_unit_test(test_agenda_when_taken_then_by_time_and_then_by_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
