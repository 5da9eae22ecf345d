/* The desk beside escalation's tickets: rows, counts and pages by number, none lost, none twice. */

#include "cli_join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/say/say_desk.h"

#define NOW_MS 1795395600000ull
#define HOUR_MS 3600000ull

enum { ROWS = 4 };

struct both {
    struct cli cli;
    Paidan__Brief briefs[ROWS], *brief_list[ROWS];
    Paidan__ClockSet clocks[ROWS], *clock_lists[ROWS][1], desk_clocks[ROWS];
    Paidan__DeskItem items[ROWS], *item_list[ROWS];
    Paidan__Listed page;
    Paidan__DeskListed desk;
};

/* Units have the odd numbers, the desk the even ones; every second one is overdue. */
static void fill(struct both *both)
{
    *both = (struct both){.cli = {.now_ms = NOW_MS}};
    assert_int_equal(arena_init(&both->cli.arena, 1u << 20), RC_OK);
    paidan__listed__init(&both->page);
    paidan__desk_listed__init(&both->desk);
    for (unsigned index = 0; index < ROWS; index++) {
        const uint64_t due_ms = NOW_MS + index * HOUR_MS - HOUR_MS;
        paidan__brief__init(&both->briefs[index]);
        paidan__clock_set__init(&both->clocks[index]);
        paidan__clock_set__init(&both->desk_clocks[index]);
        paidan__desk_item__init(&both->items[index]);
        both->briefs[index].ticket = 1 + 2 * index;
        both->briefs[index].unit = (char *)"u";
        both->clocks[index].due_ms = due_ms;
        both->clock_lists[index][0] = &both->clocks[index];
        both->briefs[index].clocks = both->clock_lists[index];
        both->briefs[index].n_clocks = 1;
        both->items[index].ticket = 2 + 2 * index;
        both->desk_clocks[index].due_ms = due_ms;
        both->items[index].clock = &both->desk_clocks[index];
        both->brief_list[index] = &both->briefs[index];
        both->item_list[index] = &both->items[index];
    }
    both->page.n_tickets = both->desk.n_items = ROWS;
    both->page.tickets = both->brief_list;
    both->desk.items = both->item_list;
}

static void test_brief_when_at_the_desk_then_no_unit_and_its_clock(void **state)
{
    (void)state;
    struct both both;
    fill(&both);
    const Paidan__Brief *late = say_desk_brief(&both.cli.arena, &both.items[0], NOW_MS);
    assert_int_equal(late->state, PAIDAN__STATE__STATE_DESK);
    assert_string_equal(late->unit, "");
    assert_true(late->has_overdue_since_ms && !late->has_next_due_ms);
    /* Has passed when it is not later than now, as the desk's own list has it. */
    assert_true(say_desk_brief(&both.cli.arena, &both.items[1], NOW_MS)->has_overdue_since_ms);
    assert_true(say_desk_brief(&both.cli.arena, &both.items[2], NOW_MS)->has_next_due_ms);
    both.items[2].reasons = 1u << PAIDAN__DESK_REASON__DESK_RETURNED;
    assert_int_equal(say_desk_brief(&both.cli.arena, &both.items[2], NOW_MS)->state,
                     PAIDAN__STATE__STATE_RETURNED);
    arena_fini(&both.cli.arena);
}

static void test_board_when_joined_then_rows_by_deadline_and_one_sum(void **state)
{
    (void)state;
    struct both both;
    fill(&both);
    Paidan__Boarded board = PAIDAN__BOARDED__INIT;
    board.tickets = both.brief_list;
    board.n_tickets = ROWS;
    board.overdue = 2;
    both.desk.waiting = 9;
    both.desk.overdue = 2;
    assert_true(say_desk_board(&both.cli.arena, &board, &both.desk, NOW_MS, 5));
    assert_int_equal(board.n_tickets, 5);
    for (size_t index = 0; index < 5; index++) {
        assert_int_equal(board.tickets[index]->ticket, index + 1);
    }
    assert_int_equal(board.overdue, 4);
    assert_int_equal(board.desk_waiting, 9);
    arena_fini(&both.cli.arena);
}

/* Pages of every size give every number once, in both directions. */
static void test_pages_when_joined_by_number_then_none_lost(void **state)
{
    (void)state;
    struct both both;
    Paidan__Brief **rows = NULL;
    size_t count = 0;
    uint64_t next = 0;
    fill(&both);
    assert_true(
        cli_join_by_number(&both.cli, &both.page, &both.desk, false, 3, &rows, &count, &next));
    assert_int_equal(count, 3);
    assert_int_equal(rows[2]->ticket, 3);
    assert_int_equal(next, 3);
    /* All fits: the end. */
    assert_true(
        cli_join_by_number(&both.cli, &both.page, &both.desk, false, 8, &rows, &count, &next));
    assert_int_equal(count, 8);
    assert_int_equal(next, 0);
    /* One service came only to 5: what the other knows behind it waits for the next page. */
    both.page.n_tickets = 3;
    both.page.has_next = true;
    both.page.next = 5;
    assert_true(
        cli_join_by_number(&both.cli, &both.page, &both.desk, false, 8, &rows, &count, &next));
    assert_int_equal(count, 5);
    assert_int_equal(next, 5);
    /* It looked at many rows and none fitted. */
    both.page.n_tickets = 0;
    both.page.next = 1;
    assert_true(
        cli_join_by_number(&both.cli, &both.page, &both.desk, false, 8, &rows, &count, &next));
    assert_int_equal(count, 0);
    assert_int_equal(next, 1);
    arena_fini(&both.cli.arena);
}

static void test_pages_when_newest_first_then_the_other_way_round(void **state)
{
    (void)state;
    struct both both;
    Paidan__Brief **rows = NULL;
    size_t count = 0;
    uint64_t next = 0;
    fill(&both);
    for (unsigned index = 0; index < ROWS; index++) {
        both.brief_list[index] = &both.briefs[ROWS - 1 - index];
        both.item_list[index] = &both.items[ROWS - 1 - index];
    }
    both.desk.has_next = true;
    both.desk.next = 4;
    assert_true(
        cli_join_by_number(&both.cli, &both.page, &both.desk, true, 8, &rows, &count, &next));
    assert_int_equal(count, 5);
    assert_int_equal(rows[0]->ticket, 8);
    assert_int_equal(rows[4]->ticket, 4);
    assert_int_equal(next, 4);
    arena_fini(&both.cli.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brief_when_at_the_desk_then_no_unit_and_its_clock),
        cmocka_unit_test(test_board_when_joined_then_rows_by_deadline_and_one_sum),
        cmocka_unit_test(test_pages_when_joined_by_number_then_none_lost),
        cmocka_unit_test(test_pages_when_newest_first_then_the_other_way_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
