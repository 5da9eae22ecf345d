/* Lists by the next deadline and alarms, against a slow reading of every ticket. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "escalation_stories.h"
#include "escalation_teller.h"
#include "services/escalation/escalation.h"
#include "services/escalation/escalation_extra.h"
#include "services/escalation/escalation_query.h"
#include "story.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define BASE_MS 1795309200000ull /* Sunday 2026-11-22 01:00 UTC, 09:00 in Beijing */

enum { TICKETS = 60 };

struct place {
    const char *category, *area, *unit, *assist;
    uint32_t level;
};

static void supervise(struct story *story, Paidan__SuperviseAction action, uint64_t number)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "督";
    teller_supervise(story, "wang", "s.watch", action, &wish);
}

static void suspend(struct story *story, const char *unit, uint64_t number)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "等材料";
    wish.has_until_ms = true;
    wish.until_ms = story->now_ms + 90 * MINUTE;
    teller_do(story, "li", unit, PAIDAN__ACTION__ACTION_SUSPEND, &wish);
}

static void ask_assist(struct story *story, const char *unit, uint64_t number)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "请帮忙";
    wish.to_unit = "s.safe";
    teller_do(story, "li", unit, PAIDAN__ACTION__ACTION_ASK_ASSIST, &wish);
}

/* Tickets in every state, over four areas and units, some of them missed. */
static int open_many(void **state)
{
    static struct story story;
    static const struct place places[] = {
        {"noise", "bu1", "b1", NULL, 1},    {"carded", "bu2", "b2", NULL, 1},
        {"trash", "co2", "c2", NULL, 2},    {"carded", "bu9", "s.city", NULL, 3},
        {"trash", "bu9", "b.any", NULL, 1},
    };
    story_open(&story, &escalation_service, "watch", BASE_MS);
    for (uint64_t number = 1; number <= TICKETS; number++) {
        const struct place *place = &places[number % 5];
        const struct teller_route where = {.category = place->category,
                                           .area = place->area,
                                           .unit = place->unit,
                                           .level = place->level,
                                           .assist = place->assist};
        story_until(&story, number * 3 * MINUTE);
        teller_route(&story, number, &where);
        if (number % 3 == 0) {
            (void)teller_work(&story, "li", place->unit, PAIDAN__ACTION__ACTION_ACCEPT, number);
        }
        if (number % 12 == 0) {
            suspend(&story, place->unit, number);
        } else if (number % 9 == 0) {
            ask_assist(&story, place->unit, number);
        }
        if (number % 7 == 0) {
            supervise(&story, PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, number);
        }
        if (number % 21 == 0) {
            (void)teller_work(&story, "li", place->unit, PAIDAN__ACTION__ACTION_RESOLVE, number);
        } else if (number % 10 == 0) {
            (void)teller_work(&story, "li", place->unit, PAIDAN__ACTION__ACTION_RETURN, number);
        }
    }
    *state = &story;
    return story.broken ? -1 : 0;
}

static int close_many(void **state)
{
    story_close(*state);
    return 0;
}

/* ---- the slow reading ---- */

struct truth {
    uint64_t id, due_ms;
    bool overdue, soon, supervised, open;
    struct escalation_ticket ticket;
    struct escalation_info info;
    struct escalation_extra extra;
};

static size_t read_truth(struct story *story, struct truth *truths)
{
    struct store_txn *txn = NULL;
    size_t count = 0;
    assert_int_equal(store_begin(story->store, false, &txn), RC_OK);
    for (uint64_t number = 1; number <= TICKETS; number++) {
        struct truth *truth = &truths[count];
        truth->id = story_ticket(story, number);
        assert_int_equal(escalation_state_load(txn, truth->id, &truth->ticket), RC_OK);
        assert_int_equal(escalation_state_load_info(txn, truth->id, &truth->info), RC_OK);
        assert_int_equal(escalation_extra_load(txn, truth->id, &truth->extra), RC_OK);
        truth->due_ms = UINT64_MAX;
        truth->open =
            escalation_state_open(&truth->ticket) && truth->ticket.state != ESCALATION_SUSPENDED;
        for (uint32_t index = 0; index < truth->ticket.clock_count; index++) {
            const struct escalation_clock *clock = &truth->ticket.clocks[index];
            const bool runs = truth->open && (clock->flags & ESCALATION_STOPPED) == 0;
            truth->due_ms = runs && clock->due_ms < truth->due_ms ? clock->due_ms : truth->due_ms;
        }
        truth->overdue = truth->due_ms <= story->now_ms;
        truth->soon = truth->due_ms > story->now_ms && truth->due_ms != UINT64_MAX;
        truth->supervised = truth->extra.supervise != 0 &&
                            truth->ticket.state != ESCALATION_CLOSED &&
                            truth->ticket.state != ESCALATION_WITHDRAWN;
        count++;
    }
    store_abort(txn);
    return count;
}

/* When it is due on this unit's list: as its lead, or its task as an assisting unit. */
static uint64_t due_for(const struct truth *truth, const char *unit)
{
    if (unit == NULL || strcmp(truth->ticket.unit, unit) == 0) {
        return truth->due_ms;
    }
    for (uint32_t index = 0; index < truth->extra.assist_count; index++) {
        const struct escalation_assist *task = &truth->extra.assists[index];
        if (truth->open && !task->done && strcmp(task->unit, unit) == 0) {
            return task->clock.due_ms != 0 ? task->clock.due_ms : UINT64_MAX;
        }
    }
    return UINT64_MAX;
}

static bool belongs(const struct story *story, const struct truth *truth,
                    const Paidan__DueList *wish)
{
    const bool lead = wish->unit == NULL || strcmp(truth->ticket.unit, wish->unit) == 0;
    if (wish->area != NULL) {
        const uint32_t area = site_area_find(story->site, truth->info.area);
        if (!site_area_within(story->site, area, site_area_find(story->site, wish->area))) {
            return false;
        }
    }
    if (wish->supervised) {
        return truth->supervised && lead && (!wish->overdue || truth->overdue) &&
               (!wish->has_until_ms || truth->due_ms <= wish->until_ms);
    }
    const uint64_t due_ms = due_for(truth, wish->unit);
    if (wish->overdue) {
        return due_ms <= story->now_ms;
    }
    return due_ms > story->now_ms && due_ms != UINT64_MAX &&
           (!wish->has_until_ms || due_ms <= wish->until_ms);
}

static const Paidan__Answer *ask(struct story *story, const Paidan__DueList *wish)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__DueList copy = *wish;
    request.wish_case = PAIDAN__REQUEST__WISH_DUE_LIST;
    request.due_list = &copy;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    return answer;
}

static const struct truth *find(const struct truth *truths, size_t count, uint64_t id)
{
    for (size_t index = 0; index < count; index++) {
        if (truths[index].id == id) {
            return &truths[index];
        }
    }
    return NULL;
}

/* All pages: each ticket that belongs there once, in order, no other. */
static size_t check_pages(struct story *story, const Paidan__DueList *asked, uint32_t limit)
{
    static struct truth truths[TICKETS];
    const size_t count = read_truth(story, truths);
    size_t wanted = 0, given = 0;
    Paidan__DueList wish = *asked;
    uint64_t last_ms = 0, last_id = 0;
    for (size_t index = 0; index < count; index++) {
        wanted += belongs(story, &truths[index], asked) ? 1 : 0;
    }
    wish.has_limit = true;
    wish.limit = limit;
    for (bool more = true; more;) {
        const Paidan__Answer *answer = ask(story, &wish);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        const Paidan__DueListed *listed = answer->due_listed;
        assert_true(listed->n_tickets <= limit);
        for (size_t index = 0; index < listed->n_tickets; index++) {
            const struct truth *truth = find(truths, count, listed->tickets[index]->ticket);
            assert_non_null(truth);
            assert_true(belongs(story, truth, asked));
            const uint64_t due_ms = wish.supervised ? truth->due_ms : due_for(truth, asked->unit);
            assert_true(due_ms > last_ms || (due_ms == last_ms && truth->id > last_id));
            last_ms = due_ms;
            last_id = truth->id;
        }
        given += listed->n_tickets;
        more = listed->has_next;
        wish.has_cursor = more;
        wish.cursor = listed->next;
    }
    assert_int_equal(given, wanted);
    return given;
}

static void test_due_lists_when_compared_with_every_ticket_then_equal(void **state)
{
    struct story *story = *state;
    static const char *const units[] = {NULL, "b1", "b2", "c2", "s.city", "s.safe", "s.any"};
    static const char *const areas[] = {NULL, "st1", "st2", "co1", "co2", "bu1", "bu9"};
    size_t overdue = 0, soon = 0, supervised = 0, assisting = 0;
    for (unsigned unit = 0; unit < 7; unit++) {
        for (unsigned area = 0; area < 7; area++) {
            for (unsigned kind = 0; kind < 6; kind++) {
                Paidan__DueList wish = PAIDAN__DUE_LIST__INIT;
                wish.unit = (char *)units[unit];
                wish.area = (char *)areas[area];
                wish.has_overdue = wish.overdue = kind == 1 || kind == 4;
                wish.has_supervised = wish.supervised = kind >= 3;
                wish.has_until_ms = kind == 2 || kind == 5;
                wish.until_ms = story->now_ms + HOUR;
                const size_t found = check_pages(story, &wish, 100);
                assert_int_equal(check_pages(story, &wish, 1), found);
                assert_int_equal(check_pages(story, &wish, 7), found);
                overdue += kind == 1 ? found : 0;
                soon += kind == 0 ? found : 0;
                supervised += kind == 3 ? found : 0;
                assisting += kind < 2 && unit == 5 ? found : 0;
            }
        }
    }
    print_message("%zu overdue, %zu soon, %zu supervised, %zu of an assisting unit\n", overdue,
                  soon, supervised, assisting);
    assert_true(overdue > 0 && soon > 0 && supervised > 0 && assisting > 0);
}

/* A cursor holds though the list changes between pages. */
static void test_cursor_when_a_ticket_leaves_then_no_other_is_skipped(void **state)
{
    struct story *story = *state;
    Paidan__DueList wish = PAIDAN__DUE_LIST__INIT;
    wish.unit = "b1";
    wish.has_limit = true;
    wish.limit = 2;
    const Paidan__DueListed *first = ask(story, &wish)->due_listed;
    assert_int_equal(first->n_tickets, 2);
    const uint64_t given = first->tickets[1]->ticket;
    wish.has_cursor = true;
    wish.cursor = first->next;
    const Paidan__DueListed *second = ask(story, &wish)->due_listed;
    assert_true(second->n_tickets > 0);
    const uint64_t follows = second->tickets[0]->ticket;
    for (uint64_t number = 1; number <= TICKETS; number++) {
        if (story_ticket(story, number) == given) {
            teller_withdraw(story, number);
        }
    }
    assert_int_equal(ask(story, &wish)->due_listed->tickets[0]->ticket, follows);
}

static void test_due_list_when_asked_wrongly_then_refused(void **state)
{
    struct story *story = *state;
    unsigned char bytes[17] = {9};
    Paidan__DueList wish = PAIDAN__DUE_LIST__INIT;
    wish.unit = "nobody";
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    wish.unit = NULL;
    wish.area = "nowhere";
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__AREA_UNKNOWN);
    wish.area = NULL;
    wish.has_limit = true;
    wish.limit = 0;
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__FIELD_INVALID);
    wish.limit = LIST_MAX + 1;
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__FIELD_INVALID);
    wish.limit = 5;
    wish.has_cursor = true;
    wish.cursor = (ProtobufCBinaryData){.len = sizeof bytes, .data = bytes};
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__FIELD_INVALID);
    bytes[0] = 1;
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__OK);
    memset(bytes + 1, 0xff, 16);
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__FIELD_INVALID);
    wish.cursor.len = 16;
    assert_int_equal(ask(story, &wish)->code, PAIDAN__CODE__FIELD_INVALID);
}

/* ---- alarms ---- */

static const Paidan__AlarmsShown *alarms(struct story *story, uint32_t limit)
{
    Paidan__Alarms wish = PAIDAN__ALARMS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_limit = true;
    wish.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_ALARMS;
    request.alarms = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    return answer->code == PAIDAN__CODE__OK ? answer->alarms_shown : NULL;
}

static void test_alarms_when_compared_with_every_ticket_then_equal(void **state)
{
    struct story *story = *state;
    static struct truth truths[TICKETS];
    const size_t count = read_truth(story, truths);
    uint64_t repeating = 0;
    for (size_t index = 0; index < count; index++) {
        repeating += truths[index].ticket.alarm_ms != 0 ? 1 : 0;
    }
    const Paidan__AlarmsShown *shown = alarms(story, 500);
    assert_non_null(shown);
    assert_true(repeating > 0);
    assert_int_equal(shown->repeating_count, repeating);
    assert_int_equal(shown->n_repeating, repeating);
    assert_int_equal(alarms(story, 1)->n_repeating, 1);
    assert_int_equal(alarms(story, 1)->repeating_count, repeating);
    for (size_t index = 1; index < shown->n_repeating; index++) {
        assert_true(shown->repeating[index]->overdue_since_ms >=
                    shown->repeating[index - 1]->overdue_since_ms);
    }
    assert_int_equal(shown->n_ownerless, shown->ownerless_count);
    assert_true(shown->ownerless_count > 0);
    assert_false(shown->has_oldest_unfired_ms);
    assert_null(alarms(story, 0));
    assert_null(alarms(story, 501));
}

/* No owner 无主 ends when somebody accepts it. Holidays are known up to 2026. */
static void test_alarms_when_accepted_or_down_then_they_tell(void **unused)
{
    (void)unused;
    static const struct teller_route nobody = {
        .category = "trash", .area = "bu9", .unit = "who", .level = 3};
    struct story story;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    teller_route(&story, 1, &nobody); /* an unknown unit: the fallback has it */
    const Paidan__AlarmsShown *shown = alarms(&story, 10);
    assert_int_equal(shown->ownerless_count, 1);
    assert_string_equal(shown->ownerless[0]->unit, "s.any");
    assert_int_equal(shown->n_unknown_years, 1);
    assert_string_equal(shown->unknown_years[0], "office 2027");
    story_jump(&story, 31 * MINUTE); /* down: the warning did not fire */
    shown = alarms(&story, 10);
    assert_true(shown->has_oldest_unfired_ms);
    assert_int_equal(shown->oldest_unfired_ms, BASE_MS + 30 * MINUTE);
    story_step(&story);
    assert_false(alarms(&story, 10)->has_oldest_unfired_ms);
    (void)teller_work(&story, "li", "s.any", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    shown = alarms(&story, 10);
    assert_int_equal(shown->ownerless_count, 0);
    assert_int_equal(shown->n_ownerless, 0);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_due_lists_when_compared_with_every_ticket_then_equal,
                                        open_many, close_many),
        cmocka_unit_test_setup_teardown(test_cursor_when_a_ticket_leaves_then_no_other_is_skipped,
                                        open_many, close_many),
        cmocka_unit_test_setup_teardown(test_due_list_when_asked_wrongly_then_refused, open_many,
                                        close_many),
        cmocka_unit_test_setup_teardown(test_alarms_when_compared_with_every_ticket_then_equal,
                                        open_many, close_many),
        cmocka_unit_test(test_alarms_when_accepted_or_down_then_they_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
