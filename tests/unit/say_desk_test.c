/* say_desk: the desk beside escalation's tickets: rows, counts and pages by number, none lost, none twice. */

#include "common/say/say_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"

#define NOW_MS 1795395600000ull
#define HOUR_MS 3600000ull

enum { ROWS = 4 };

struct both {
    struct arena arena;
    Paidan__Brief briefs[ROWS], *brief_list[ROWS];
    Paidan__ClockSet clocks[ROWS], *clock_lists[ROWS][1], desk_clocks[ROWS];
    Paidan__DeskItem items[ROWS], *item_list[ROWS];
    Paidan__Listed page, joined;
    Paidan__DeskListed desk;
};

/* Units have the odd numbers, the desk the even ones; every second one is overdue. */
static void fill(struct both *both)
{
    *both = (struct both){.page = PAIDAN__LISTED__INIT};
    assert_int_equal(arena_init(&both->arena, 1u << 20), RC_OK);
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
    const Paidan__Brief *late = say_desk_brief(&both.arena, &both.items[0], NOW_MS);
    assert_int_equal(late->state, PAIDAN__STATE__STATE_DESK);
    assert_string_equal(late->unit, "");
    assert_true(late->has_overdue_since_ms && !late->has_next_due_ms);
    /* Has passed when it is not later than now, as the desk's own list has it. */
    assert_true(say_desk_brief(&both.arena, &both.items[1], NOW_MS)->has_overdue_since_ms);
    assert_true(say_desk_brief(&both.arena, &both.items[2], NOW_MS)->has_next_due_ms);
    both.items[2].reasons = 1u << PAIDAN__DESK_REASON__DESK_RETURNED;
    assert_int_equal(say_desk_brief(&both.arena, &both.items[2], NOW_MS)->state,
                     PAIDAN__STATE__STATE_RETURNED);
    arena_fini(&both.arena);
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
    assert_true(say_desk_board(&both.arena, &board, &both.desk, NOW_MS, 5));
    assert_int_equal(board.n_tickets, 5);
    for (size_t index = 0; index < 5; index++) {
        assert_int_equal(board.tickets[index]->ticket, index + 1);
    }
    assert_int_equal(board.overdue, 4);
    assert_int_equal(board.desk_waiting, 9);
    arena_fini(&both.arena);
}

/* As the services do it: what lies behind the place, at most `limit` rows, of which `blind` were looked at
 * and not asked for. */
struct source {
    uint64_t ms[ROWS], tickets[ROWS];
    unsigned count;
};

static bool is_behind(const struct source *source, unsigned index, uint64_t ms, uint64_t ticket)
{
    return source->ms[index] > ms || (source->ms[index] == ms && source->tickets[index] > ticket);
}

static void due_pages(const struct source *units, const struct source *desk, unsigned unit_limit,
                      unsigned desk_limit, unsigned room)
{
    struct both both;
    uint8_t cursor[SAY_DESK_CURSOR_BYTES] = {1}, ends[2][SAY_DESK_CURSOR_BYTES];
    uint64_t told_ms = 0;
    unsigned told = 0, told_twice = 0;
    for (unsigned page = 0; page < 40; page++) {
        fill(&both);
        struct say_desk_place place;
        Paidan__DueListed listed = PAIDAN__DUE_LISTED__INIT;
        Paidan__DueList due = PAIDAN__DUE_LIST__INIT;
        const ProtobufCBinaryData at = {.len = sizeof cursor, .data = cursor};
        assert_true(say_desk_due_place(&at, &place));
        both.desk.n_items = 0;
        listed.tickets = both.brief_list;
        for (unsigned index = 0; index < units->count; index++) {
            if (!is_behind(units, index, codec_u64_at(place.escalation + 1),
                           codec_u64_at(place.escalation + 9))) {
                continue;
            }
            if (listed.n_tickets == unit_limit) {
                listed.has_next = true;
                break;
            }
            Paidan__Brief *brief = both.brief_list[listed.n_tickets++];
            brief->ticket = units->tickets[index];
            brief->clocks[0]->due_ms = units->ms[index];
            ends[0][0] = 1;
            codec_set_u64(ends[0] + 1, units->ms[index]);
            codec_set_u64(ends[0] + 9, units->tickets[index]);
            listed.next = (ProtobufCBinaryData){.len = sizeof ends[0], .data = ends[0]};
        }
        for (unsigned index = 0; index < desk->count; index++) {
            if (!is_behind(desk, index, codec_u64_at(place.triage),
                           codec_u64_at(place.triage + 8))) {
                continue;
            }
            if (both.desk.n_items == desk_limit) {
                both.desk.has_cursor = true;
                break;
            }
            Paidan__DeskItem *item = both.item_list[both.desk.n_items++];
            item->ticket = desk->tickets[index];
            item->clock->due_ms = desk->ms[index];
            codec_set_u64(ends[1], desk->ms[index]);
            codec_set_u64(ends[1] + 8, desk->tickets[index]);
            both.desk.cursor = (ProtobufCBinaryData){.len = SAY_DESK_TRIAGE_BYTES, .data = ends[1]};
        }
        assert_true(say_desk_due(&both.arena, &listed, &both.desk, &due, NOW_MS, room));
        assert_true(listed.n_tickets <= room);
        for (size_t index = 0; index < listed.n_tickets; index++) {
            const uint64_t due_ms = listed.tickets[index]->clocks[0]->due_ms;
            assert_true(due_ms >= told_ms);
            told_ms = due_ms;
            told++;
            told_twice += listed.tickets[index]->ticket == 7 ? 1 : 0;
        }
        const bool more = listed.has_next;
        if (more) {
            assert_int_equal(listed.next.len, sizeof cursor);
            memcpy(cursor, listed.next.data, sizeof cursor);
        }
        arena_fini(&both.arena);
        if (!more) {
            assert_int_equal(told, units->count + desk->count);
            assert_int_equal(told_twice, 2); /* 7 was returned: the unit's row and the desk's */
            return;
        }
    }
    fail_msg("the pages have no end: %u %u %u", unit_limit, desk_limit, room);
}

/* Whatever fits on a page, and however few rows a service looks at: in order, none lost, none twice. */
static void test_due_when_joined_in_pages_of_any_size_then_in_order_and_none_lost(void **state)
{
    (void)state;
    static const struct source units = {
        .ms = {10, 20, 20, 50}, .tickets = {9, 3, 7, 4}, .count = 4};
    static const struct source desk = {.ms = {5, 20, 20, 60}, .tickets = {1, 6, 7, 2}, .count = 4};
    for (unsigned unit_limit = 1; unit_limit <= ROWS; unit_limit++) {
        for (unsigned desk_limit = 1; desk_limit <= ROWS; desk_limit++) {
            for (unsigned room = 1; room <= 8; room++) {
                due_pages(&units, &desk, unit_limit, desk_limit, room);
            }
        }
    }
}

static void test_due_when_a_unit_or_the_supervised_are_asked_for_then_no_desk(void **state)
{
    (void)state;
    Paidan__DueList due = PAIDAN__DUE_LIST__INIT;
    Paidan__DeskList desk = PAIDAN__DESK_LIST__INIT;
    assert_true(say_desk_due_wish(&due, &desk));
    assert_true(desk.by_due && desk.ahead && !desk.overdue);
    due.has_supervised = due.supervised = true;
    assert_false(say_desk_due_wish(&due, &desk));
    due.supervised = false;
    due.unit = (char *)"u";
    assert_false(say_desk_due_wish(&due, &desk));
}

static void test_due_when_a_channel_is_asked_for_then_the_desk_follows(void **state)
{
    (void)state;
    struct both both;
    Paidan__DueListed listed = PAIDAN__DUE_LISTED__INIT;
    Paidan__DueList due = PAIDAN__DUE_LIST__INIT;
    fill(&both);
    both.items[1].channel = (char *)"hotline";
    due.channel = (char *)"hotline";
    assert_true(say_desk_due(&both.arena, &listed, &both.desk, &due, NOW_MS, 8));
    assert_int_equal(listed.n_tickets, 1);
    assert_int_equal(listed.tickets[0]->ticket, 4);
    arena_fini(&both.arena);
}

static void test_alarms_when_the_desk_is_late_then_rows_count_and_the_older_moment(void **state)
{
    (void)state;
    struct both both;
    Paidan__AlarmsShown alarms = PAIDAN__ALARMS_SHOWN__INIT;
    fill(&both);
    both.desk.n_items = 2;
    both.desk.overdue = 9;
    both.desk.has_oldest_unfired_ms = alarms.has_oldest_unfired_ms = true;
    both.desk.oldest_unfired_ms = 5;
    alarms.oldest_unfired_ms = 6;
    assert_true(say_desk_alarms(&both.arena, &alarms, &both.desk, NOW_MS, 1));
    assert_int_equal(alarms.n_desk, 1);
    assert_int_equal(alarms.desk[0]->ticket, 2);
    assert_int_equal(alarms.desk_count, 9);
    assert_int_equal(alarms.oldest_unfired_ms, 5);
    arena_fini(&both.arena);
}

/* A page of each, joined: how many rows, and the number behind which the next begins (0: the end). */
static void join_list(struct both *both, bool newest, size_t room, size_t count, uint64_t next)
{
    Paidan__List list = PAIDAN__LIST__INIT;
    list.has_newest_first = true;
    list.newest_first = newest;
    both->joined = both->page;
    assert_true(say_desk_list(&both->arena, &both->joined, &both->desk, &list, NOW_MS, room));
    assert_int_equal(both->joined.n_tickets, count);
    assert_int_equal(both->joined.has_next ? both->joined.next : 0, next);
}

/* Pages of every size give every number once, in both directions. */
static void test_pages_when_joined_by_number_then_none_lost(void **state)
{
    (void)state;
    struct both both;
    fill(&both);
    join_list(&both, false, 3, 3, 3);
    assert_int_equal(both.joined.tickets[2]->ticket, 3);
    /* All fits: the end. */
    join_list(&both, false, 8, 8, 0);
    /* One service came only to 5: what the other knows behind it waits for the next page. */
    both.page.n_tickets = 3;
    both.page.has_next = true;
    both.page.next = 5;
    join_list(&both, false, 8, 5, 5);
    /* It looked at many rows and none fitted. */
    both.page.n_tickets = 0;
    both.page.next = 1;
    join_list(&both, false, 8, 0, 1);
    arena_fini(&both.arena);
}

static void test_pages_when_newest_first_then_the_other_way_round(void **state)
{
    (void)state;
    struct both both;
    fill(&both);
    for (unsigned index = 0; index < ROWS; index++) {
        both.brief_list[index] = &both.briefs[ROWS - 1 - index];
        both.item_list[index] = &both.items[ROWS - 1 - index];
    }
    both.desk.has_next = true;
    both.desk.next = 4;
    join_list(&both, true, 8, 5, 4);
    assert_int_equal(both.joined.tickets[0]->ticket, 8);
    assert_int_equal(both.joined.tickets[4]->ticket, 4);
    arena_fini(&both.arena);
}

static void test_list_when_a_state_of_units_is_asked_for_then_no_desk(void **state)
{
    (void)state;
    Paidan__List list = PAIDAN__LIST__INIT;
    Paidan__DeskList desk = PAIDAN__DESK_LIST__INIT;
    assert_true(say_desk_list_wish(&list, &desk));
    assert_true(desk.new_only);
    list.has_state = true;
    list.state = PAIDAN__STATE__STATE_ACCEPTED;
    assert_false(say_desk_list_wish(&list, &desk));
    list.state = PAIDAN__STATE__STATE_DESK;
    assert_true(say_desk_list_wish(&list, &desk));
    assert_false(desk.new_only);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brief_when_at_the_desk_then_no_unit_and_its_clock),
        cmocka_unit_test(test_board_when_joined_then_rows_by_deadline_and_one_sum),
        cmocka_unit_test(test_due_when_joined_in_pages_of_any_size_then_in_order_and_none_lost),
        cmocka_unit_test(test_due_when_a_unit_or_the_supervised_are_asked_for_then_no_desk),
        cmocka_unit_test(test_due_when_a_channel_is_asked_for_then_the_desk_follows),
        cmocka_unit_test(test_alarms_when_the_desk_is_late_then_rows_count_and_the_older_moment),
        cmocka_unit_test(test_list_when_a_state_of_units_is_asked_for_then_no_desk),
        cmocka_unit_test(test_pages_when_joined_by_number_then_none_lost),
        cmocka_unit_test(test_pages_when_newest_first_then_the_other_way_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
