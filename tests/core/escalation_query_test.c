/* What escalation answers without changing anything: list, show, board, a unit's work. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/wire.h"
#include "escalation_teller.h"
#include "services/escalation/escalation.h"
#include "services/escalation/escalation_brief.h"
#include "services/escalation/escalation_extra.h"
#include "services/escalation/escalation_query.h"
#include "services/escalation/escalation_tally.h"
#include "solo.h"
#include "story.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define BASE_MS 1795309200000ull /* Sunday 2026-11-22 01:00 UTC, 09:00 in Beijing */

enum { TICKETS = 25 };

struct place {
    const char *category, *area, *unit;
    uint32_t level;
};

static void route(struct story *story, uint64_t number, const struct place *place)
{
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    routed.channel = "wechat";
    routed.title = "夜里太吵";
    routed.category = (char *)place->category;
    routed.area = (char *)place->area;
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.level = place->level;
    routed.unit = (char *)place->unit;
    routed.registered_ms = story->now_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    story_hear(story, "triage", &event);
}

static void work(struct story *story, const char *unit, Paidan__Action action, uint64_t number)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work wish = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, number);
    item.note = "记录";
    wish.unit = (char *)unit;
    wish.action = action;
    wish.n_items = 1;
    wish.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &wish;
    (void)story_ask(story, "li", &request);
}

/* Tickets 1..25, a minute apart: odd ones noise at building 1, even ones work noise at building 2,
 * every fifth rubbish at community 2. */
static int open_many(void **state)
{
    static struct story story;
    static const struct place one = {"noise", "bu1", "b1", 1};
    static const struct place two = {"noise.work", "bu2", "b2", 1};
    static const struct place three = {"trash", "co2", "c2", 2};
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    for (uint64_t number = 1; number <= TICKETS; number++) {
        story_until(&story, number * MINUTE);
        route(&story, number, number % 5 == 0 ? &three : number % 2 == 0 ? &two : &one);
    }
    *state = &story;
    return story.broken ? -1 : 0;
}

static int close_many(void **state)
{
    story_close(*state);
    return 0;
}

/* ---- list ---- */

static const Paidan__Listed *list(struct story *story, Paidan__List *wish)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LIST;
    request.list = wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->listed;
}

/* All pages; checks that they go in one direction. Gives the count. */
static size_t count_pages(struct story *story, Paidan__List *wish, uint32_t limit, size_t *pages)
{
    size_t count = 0;
    uint64_t last = wish->newest_first ? UINT64_MAX : 0;
    *pages = 0;
    wish->has_limit = true;
    wish->limit = limit;
    wish->has_cursor = false;
    for (bool more = true; more; (*pages)++) {
        const Paidan__Listed *listed = list(story, wish);
        assert_true(listed->n_tickets <= limit);
        for (size_t index = 0; index < listed->n_tickets; index++) {
            const uint64_t id = listed->tickets[index]->ticket;
            assert_true(wish->newest_first ? id < last : id > last);
            last = id;
        }
        count += listed->n_tickets;
        more = listed->has_next;
        wish->has_cursor = true;
        wish->cursor = listed->next;
    }
    return count;
}

static void test_list_when_paged_either_way_then_each_ticket_once(void **state)
{
    for (unsigned newest = 0; newest < 2; newest++) {
        for (uint32_t limit = 1; limit <= TICKETS + 1; limit += 6) {
            Paidan__List wish = PAIDAN__LIST__INIT;
            size_t pages = 0;
            wish.has_newest_first = true;
            wish.newest_first = newest == 1;
            assert_int_equal(count_pages(*state, &wish, limit, &pages), TICKETS);
            assert_int_equal(pages, (TICKETS + limit - 1) / limit);
        }
    }
}

static void test_list_when_filtered_then_only_those(void **state)
{
    struct story *story = *state;
    size_t pages = 0;
    const struct {
        const char *area, *unit, *category;
        uint64_t since_ms;
        size_t want;
    } cases[] = {
        {"st1", NULL, NULL, 0, 25},
        {"st2", NULL, NULL, 0, 0},
        {"co1", NULL, NULL, 0, 20},
        {"bu1", NULL, NULL, 0, 10},
        {NULL, "b2", NULL, 0, 10},
        {NULL, NULL, "noise", 0, 20},
        {NULL, NULL, "noise.work", 0, 10},
        {"co2", "c2", "trash", 0, 5},
        {NULL, NULL, NULL, BASE_MS + 21 * MINUTE, 5},
        {"bu1", NULL, NULL, BASE_MS + 21 * MINUTE, 2},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        for (unsigned newest = 0; newest < 2; newest++) {
            Paidan__List wish = PAIDAN__LIST__INIT;
            wish.area = (char *)cases[index].area;
            wish.unit = (char *)cases[index].unit;
            wish.category = (char *)cases[index].category;
            wish.has_since_ms = cases[index].since_ms != 0;
            wish.since_ms = cases[index].since_ms;
            wish.has_newest_first = true;
            wish.newest_first = newest == 1;
            assert_int_equal(count_pages(story, &wish, 3, &pages), cases[index].want);
        }
    }
    work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    Paidan__List wish = PAIDAN__LIST__INIT;
    wish.has_state = true;
    wish.state = PAIDAN__STATE__STATE_ACCEPTED;
    assert_int_equal(count_pages(story, &wish, 3, &pages), 1);
    wish.state = PAIDAN__STATE__STATE_ASSIGNED;
    assert_int_equal(count_pages(story, &wish, 3, &pages), TICKETS - 1);
}

/* A day that begins after the tickets: nothing of them is even looked at. */
static void test_list_when_since_tomorrow_then_empty(void **state)
{
    for (unsigned newest = 0; newest < 2; newest++) {
        Paidan__List wish = PAIDAN__LIST__INIT;
        size_t pages = 0;
        wish.has_since_ms = true;
        wish.since_ms = BASE_MS + 24 * HOUR;
        wish.has_newest_first = true;
        wish.newest_first = newest == 1;
        assert_int_equal(count_pages(*state, &wish, 3, &pages), 0);
        assert_int_equal(pages, 1);
    }
}

static Paidan__Code list_code(struct story *story, const Paidan__List *wish)
{
    Paidan__List copy = *wish;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LIST;
    request.list = &copy;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    return answer->code;
}

static void test_list_when_wrong_then_code(void **state)
{
    Paidan__List wish = PAIDAN__LIST__INIT;
    wish.area = "nowhere";
    assert_int_equal(list_code(*state, &wish), PAIDAN__CODE__AREA_UNKNOWN);
    wish.area = NULL;
    wish.category = "nothing";
    assert_int_equal(list_code(*state, &wish), PAIDAN__CODE__CATEGORY_UNKNOWN);
    wish.category = NULL;
    wish.unit = "nobody";
    assert_int_equal(list_code(*state, &wish), PAIDAN__CODE__UNIT_UNKNOWN);
    wish.unit = NULL;
    wish.has_limit = true;
    wish.limit = 0;
    assert_int_equal(list_code(*state, &wish), PAIDAN__CODE__FIELD_INVALID);
    wish.limit = 1001;
    assert_int_equal(list_code(*state, &wish), PAIDAN__CODE__FIELD_INVALID);
}

/* ---- show ---- */

static const Paidan__Answer *show(struct story *story, uint64_t number)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.has_history = true;
    wish.history = true;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    return answer;
}

static void test_show_when_much_happened_then_newest_oldest_first(void **state)
{
    struct story *story = *state;
    work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    for (unsigned count = 0; count < HISTORY_MAX + 20; count++) {
        work(story, "b1", PAIDAN__ACTION__ACTION_PROGRESS, 1);
    }
    const Paidan__Shown *shown = show(story, 1)->shown;
    assert_int_equal(shown->n_history, HISTORY_MAX);
    assert_int_equal(shown->n_history_seqs, HISTORY_MAX);
    assert_int_equal(shown->n_clocks, 3);
    assert_int_equal(shown->brief->n_clocks, 2);
    assert_string_equal(shown->clocks[0]->calendar, "always");
    assert_int_equal(shown->clocks[0]->amount_ms, 30 * MINUTE);
    uint64_t before = 0;
    for (size_t index = 0; index < shown->n_history; index++) {
        Paidan__Event *event =
            paidan__event__unpack(NULL, shown->history[index].len, shown->history[index].data);
        assert_non_null(event);
        assert_true(event->ticket == story_ticket(story, 1));
        assert_true(before == 0 || event->prev_seq == before);
        before = shown->history_seqs[index];
        paidan__event__free_unpacked(event, NULL);
    }
    assert_int_equal(show(story, 99)->code, PAIDAN__CODE__TICKET_UNKNOWN);
}

/* ---- board ---- */

static const Paidan__Boarded *board(struct story *story, const char *area, const char *unit,
                                    uint32_t limit)
{
    Paidan__Board wish = PAIDAN__BOARD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.area = (char *)area;
    wish.unit = (char *)unit;
    wish.has_limit = true;
    wish.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->boarded;
}

/* A short board is the beginning of the long one. */
static void expect_beginnings(struct story *story)
{
    const Paidan__Boarded *whole = board(story, NULL, NULL, 500);
    for (uint32_t limit = 1; limit < TICKETS; limit++) {
        const Paidan__Boarded *brief = board(story, NULL, NULL, limit);
        assert_int_equal(brief->n_tickets, limit);
        for (uint32_t index = 0; index < limit; index++) {
            assert_true(brief->tickets[index]->next_due_ms == whole->tickets[index]->next_due_ms);
        }
    }
}

static void test_board_when_asked_then_by_next_deadline(void **state)
{
    struct story *story = *state;
    work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 1); /* the first is due later now */
    work(story, "b2", PAIDAN__ACTION__ACTION_ACCEPT, 2);
    work(story, "b2", PAIDAN__ACTION__ACTION_RESOLVE, 2);
    const Paidan__Boarded *whole = board(story, NULL, NULL, 500);
    assert_int_equal(whole->n_tickets, TICKETS - 1);
    assert_int_equal(whole->open, TICKETS - 1);
    assert_int_equal(whole->resolved, 1);
    assert_int_equal(whole->n_levels, 3);
    assert_int_equal(whole->levels[0]->open, 19);
    assert_int_equal(whole->levels[1]->open, 5);
    uint64_t last = 0;
    for (size_t index = 0; index < whole->n_tickets; index++) {
        assert_true(whole->tickets[index]->next_due_ms >= last);
        last = whole->tickets[index]->next_due_ms;
    }
    assert_true(whole->tickets[whole->n_tickets - 1]->ticket == story_ticket(story, 1));
    assert_int_equal(board(story, "co2", NULL, 50)->n_tickets, 5);
    assert_int_equal(board(story, NULL, "b2", 50)->n_tickets, 9);
}

static void test_board_when_deadlines_pass_then_cards_and_overdue_counted(void **state)
{
    struct story *story = *state;
    story_until(story, 26 * MINUTE); /* 1, 2 and 3 are warned, each after 22.5 minutes */
    assert_int_equal(board(story, NULL, NULL, 50)->yellow, 3);
    expect_beginnings(story); /* some rows are warning points, some deadlines */
    story_until(story, 12 * HOUR);
    const Paidan__Boarded *late = board(story, NULL, NULL, 500);
    assert_int_equal(late->open, TICKETS);
    assert_int_equal(late->red, TICKETS);
    assert_int_equal(late->overdue, TICKETS);
    assert_int_equal(late->levels[2]->open, TICKETS);
    assert_int_equal(late->n_tickets, TICKETS);
}

static void test_board_when_wrong_then_code(void **state)
{
    Paidan__Board wish = PAIDAN__BOARD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &wish;
    wish.has_limit = true;
    wish.limit = 501;
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__FIELD_INVALID);
    wish.limit = 500;
    wish.unit = "nobody";
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__UNIT_UNKNOWN);
}

/* ---- a unit's work ---- */

static const Paidan__Listed *unit_work(struct story *story, const char *unit,
                                       const ProtobufCBinaryData *after, uint32_t limit)
{
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = (char *)unit;
    wish.has_after = after != NULL && after->len != 0;
    if (wish.has_after) {
        wish.after = *after;
    }
    wish.has_limit = true;
    wish.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->listed;
}

/* Ready, leased, accepted and returned ones of one unit, some of them due at the same moment. */
static void test_unit_work_when_paged_then_all_buckets_by_due(void **state)
{
    struct story *story = *state;
    static const struct place here = {"noise", "bu1", "b1", 1};
    for (uint64_t number = 30; number < 37; number++) {
        route(story, number, &here); /* all at this moment */
    }
    work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    work(story, "b1", PAIDAN__ACTION__ACTION_RETURN, 3);
    work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 33);
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    pull.unit = "b1";
    pull.has_max = true;
    pull.max = 4;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &pull;
    const Paidan__Answer *pulled = story_ask(story, "li", &request);
    assert_int_equal(pulled->pulled->n_tickets, 4);
    assert_true(pulled->pulled->tickets[0]->ticket == story_ticket(story, 7));
    for (uint32_t limit = 1; limit <= 18; limit++) {
        ProtobufCBinaryData after = {.len = 0};
        uint64_t last = 0;
        size_t count = 0;
        for (bool more = true; more;) {
            const Paidan__Listed *listed = unit_work(story, "b1", &after, limit);
            for (size_t index = 0; index < listed->n_tickets; index++) {
                assert_true(listed->tickets[index]->next_due_ms >= last);
                last = listed->tickets[index]->next_due_ms;
                assert_string_equal(listed->tickets[index]->unit, "b1");
            }
            count += listed->n_tickets;
            more = listed->has_next_row;
            after = listed->next_row;
        }
        assert_int_equal(count, 17);
    }
    assert_int_equal(unit_work(story, "s.any", NULL, 5)->n_tickets, 0);
}

/* Tickets due at the very same moment: one of those given is accepted before the next page. A
 * cursor that counted them would leave one out. */
static void test_unit_work_when_a_ticket_moves_between_pages_then_no_other_is_skipped(void **state)
{
    struct story *story = *state;
    static const struct place here = {"noise", "bu1", "b1", 1};
    for (uint64_t number = 30; number < 36; number++) {
        route(story, number, &here); /* all at this moment */
    }
    for (uint64_t number = 1; number < 25; number++) {
        work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, number);
        work(story, "b1", PAIDAN__ACTION__ACTION_RESOLVE, number);
    }
    const Paidan__Listed *first = unit_work(story, "b1", NULL, 2);
    assert_int_equal(first->n_tickets, 2);
    assert_true(first->tickets[0]->ticket == story_ticket(story, 30));
    assert_true(first->has_next_row);
    work(story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 30); /* due later now */
    const Paidan__Listed *second = unit_work(story, "b1", &first->next_row, 3);
    assert_int_equal(second->n_tickets, 3);
    assert_true(second->tickets[0]->ticket == story_ticket(story, 32));
    const Paidan__Listed *third = unit_work(story, "b1", &second->next_row, 3);
    assert_int_equal(third->n_tickets, 2); /* 35, and 30 at its new place */
    assert_true(third->tickets[0]->ticket == story_ticket(story, 35));
    assert_true(third->tickets[1]->ticket == story_ticket(story, 30));
    assert_false(third->has_next_row);
}

/* The key of a board, from the records. */
static uint64_t board_key(struct story *story, uint64_t id)
{
    struct escalation_ticket ticket;
    struct store_txn *txn = NULL;
    struct due due = {.due_ms = 0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    assert_int_equal(store_begin(story->store, false, &txn), RC_OK);
    assert_int_equal(escalation_state_load(txn, id, &ticket), RC_OK);
    store_abort(txn);
    assert_true(escalation_state_due(id, &ticket, &due, &firing));
    const uint64_t deadline_ms = escalation_state_next_deadline(&ticket);
    return deadline_ms != 0 ? deadline_ms : due.due_ms;
}

/* Tickets whose deadlines have all fired stand at their next alarm, between those that still have
 * one; a short board shows the same beginning. */
static void test_board_when_some_only_alarm_then_by_what_comes_next(void **state)
{
    struct story *story = *state;
    static const struct place here = {"noise", "bu1", "b1", 1};
    for (uint64_t weeks = 3; weeks <= 12; weeks += 3) { /* up to the top, all clocks missed there */
        story_jump(story, weeks * 168 * HOUR);
        story_until(story, weeks * 168 * HOUR + HOUR);
    }
    for (uint64_t number = 30; number < 34; number++) {
        route(story, number, &here);
        story_until(story, (12 * 168 + 1) * HOUR + (number - 29) * 7 * MINUTE);
    }
    const Paidan__Boarded *whole = board(story, NULL, NULL, 500);
    size_t alarms = 0, deadlines = 0, changes = 0;
    uint64_t last = 0;
    bool alarm_before = false;
    assert_int_equal(whole->n_tickets, TICKETS + 4);
    for (size_t index = 0; index < whole->n_tickets; index++) {
        const Paidan__Brief *brief = whole->tickets[index];
        const uint64_t key = board_key(story, brief->ticket);
        const bool alarm = !brief->has_next_due_ms;
        assert_true(key >= last);
        last = key;
        alarms += alarm ? 1 : 0;
        deadlines += alarm ? 0 : 1;
        changes += index > 0 && alarm != alarm_before ? 1 : 0;
        alarm_before = alarm;
    }
    assert_true(alarms > 0 && deadlines > 0 && changes > 0);
    for (uint32_t limit = 1; limit < TICKETS; limit += 3) {
        const Paidan__Boarded *brief = board(story, NULL, NULL, limit);
        assert_int_equal(brief->n_tickets, limit);
        for (uint32_t index = 0; index < limit; index++) {
            assert_int_equal(board_key(story, brief->tickets[index]->ticket),
                             board_key(story, whole->tickets[index]->ticket));
        }
    }
}

/* A site where thousands are late is asked by another table: its board is the same. */
static void test_board_when_many_are_late_then_the_same(void **state)
{
    struct story *story = *state;
    static const struct place here = {"noise", "bu1", "b1", 1};
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {[TALLY_OVERDUE] = 100000}};
    Paidan__Board wish = PAIDAN__BOARD__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    story_until(story, 60 * HOUR); /* some have missed one deadline, some all */
    for (uint64_t number = 40; number < 44; number++) {
        route(story, number, &here);
    }
    for (uint32_t limit = 1; limit < TICKETS + 4; limit += 4) {
        const Paidan__Boarded *few = board(story, NULL, NULL, limit);
        struct step_view view = {.now_ms = story->now_ms,
                                 .arena = &story->answers,
                                 .site = story->site,
                                 .tally = &tally};
        wish.has_limit = true;
        wish.limit = limit;
        answer.code = PAIDAN__CODE__OK;
        assert_int_equal(store_begin(story->store, false, &txn), RC_OK);
        view.txn = txn;
        assert_int_equal(escalation_query_board(&view, &wish, &answer), RC_OK);
        store_abort(txn);
        assert_int_equal(answer.boarded->n_tickets, limit);
        for (uint32_t index = 0; index < limit; index++) {
            assert_int_equal(board_key(story, answer.boarded->tickets[index]->ticket),
                             board_key(story, few->tickets[index]->ticket));
        }
    }
}

/* What only some tickets have: each field of the record is seen, and absent where it is empty. */
static void test_brief_when_a_ticket_has_more_then_the_picture_tells_it(void **state)
{
    struct story *story = *state;
    struct store_txn *txn = NULL;
    struct escalation_ticket ticket;
    Paidan__Brief *brief = NULL;
    const uint64_t id = story_ticket(story, 1);
    struct escalation_extra extra = {.suspended_until_ms = 11,
                                     .pause_count = 1,
                                     .request = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION,
                                     .request_unit = "b1",
                                     .request_to = "c1",
                                     .assist_count = 2,
                                     .person = "wang",
                                     .person_due_ms = 13,
                                     .mode = PAIDAN__MODE__MODE_MEDIATION,
                                     .supervise = 1,
                                     .urges = 3,
                                     .late = 1u << PAIDAN__CLOCK__CLOCK_ACCEPT,
                                     .appeal = ESCALATION_APPEAL_OPEN};
    extra.assists[1] =
        (struct escalation_assist){.unit = "c2", .clock = {.clock = PAIDAN__CLOCK__CLOCK_ASSIST}};
    assert_int_equal(store_begin(story->store, true, &txn), RC_OK);
    assert_int_equal(escalation_state_load(txn, id, &ticket), RC_OK);
    extra.assists[0] = (struct escalation_assist){
        .unit = "b2", .late = true, .done = true, .clock = ticket.clocks[0]};
    assert_int_equal(escalation_extra_save(txn, id, &extra), RC_OK);
    assert_int_equal(escalation_brief_whole(txn, &story->answers, id, &ticket, NULL, &brief),
                     RC_OK);
    assert_false(brief->has_supervised); /* the ticket's record says that there is no more */
    ticket.flags |= ESCALATION_HAS_EXTRA;
    assert_int_equal(escalation_brief_whole(txn, &story->answers, id, &ticket, NULL, &brief),
                     RC_OK);
    assert_true(brief->has_suspended_until_ms && brief->suspended_until_ms == 11);
    assert_true(brief->has_request);
    assert_int_equal(brief->request, PAIDAN__REQUEST_KIND__REQUEST_EXTENSION);
    assert_string_equal(brief->request_to, "c1");
    assert_string_equal(brief->person, "wang");
    assert_true(brief->has_person_due_ms && brief->person_due_ms == 13);
    assert_true(brief->has_mode && brief->mode == PAIDAN__MODE__MODE_MEDIATION);
    assert_true(brief->has_supervised && brief->supervised);
    assert_true(brief->has_urges && brief->urges == 3);
    assert_true(brief->has_late && brief->late == 1u << PAIDAN__CLOCK__CLOCK_ACCEPT);
    assert_true(brief->has_appealed && brief->appealed && !brief->has_exempt);
    assert_int_equal(brief->n_assist_tasks, 2);
    assert_string_equal(brief->assist_tasks[0]->unit, "b2");
    assert_true(brief->assist_tasks[0]->done && brief->assist_tasks[0]->late);
    assert_true(brief->assist_tasks[0]->has_due_ms &&
                brief->assist_tasks[0]->due_ms == ticket.clocks[0].due_ms);
    assert_true(!brief->assist_tasks[1]->done && !brief->assist_tasks[1]->has_due_ms);
    extra = (struct escalation_extra){.appeal = ESCALATION_APPEAL_GRANTED};
    assert_int_equal(escalation_extra_save(txn, id, &extra), RC_OK);
    assert_int_equal(escalation_brief_whole(txn, &story->answers, id, &ticket, NULL, &brief),
                     RC_OK);
    assert_true(brief->has_exempt && brief->exempt && !brief->has_appealed);
    assert_true(brief->has_supervised && !brief->supervised);
    assert_false(brief->has_suspended_until_ms || brief->has_request || brief->has_mode ||
                 brief->has_urges || brief->has_late || brief->has_person_due_ms);
    assert_null(brief->person);
    assert_int_equal(brief->n_assist_tasks, 0);
    store_abort(txn);
}

/* While open tickets are planned anew, the due table has a row that is no ticket's. */
static void test_board_when_a_replan_is_under_way_then_as_before(void **state)
{
    struct story *story = *state;
    const size_t count = board(story, NULL, NULL, 500)->n_tickets;
    story_move_to(story, "watch"); /* the row is there until the next step */
    assert_int_equal(board(story, NULL, NULL, 500)->n_tickets, count);
    assert_int_equal(board(story, NULL, NULL, 1)->n_tickets, 1);
}

static void test_unit_work_when_wrong_then_code(void **state)
{
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    wish.unit = "nobody";
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    wish.unit = "b1";
    wish.has_limit = true;
    wish.limit = 1001;
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__FIELD_INVALID);
    wish.limit = 5;
    unsigned char bytes[17] = {1}; /* the kind of another list */
    wish.has_after = true;
    wish.after = (ProtobufCBinaryData){.len = sizeof bytes, .data = bytes};
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__FIELD_INVALID);
    bytes[0] = 4;
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__OK);
    wish.after.len--;
    assert_int_equal(story_query(*state, &request)->code, PAIDAN__CODE__FIELD_INVALID);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_many, close_many)

/* As a version before lists has left it: the request is open, and nobody's row tells of it. */
static void forget_request(struct story *story, uint64_t number)
{
    const uint64_t id = story_ticket(story, number);
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
    struct store_txn *txn = NULL;
    struct escalation_ticket ticket;
    struct escalation_extra extra;
    assert_int_equal(store_begin(story->store, true, &txn), RC_OK);
    assert_int_equal(escalation_state_load(txn, id, &ticket), RC_OK);
    assert_int_equal(escalation_extra_load(txn, id, &extra), RC_OK);
    assert_true(escalation_extra_waiting_key(id, &ticket, &extra, ESCALATION_DECIDING, key));
    assert_int_equal(store_del(txn, ESCALATION_QUEUE, key, sizeof key), RC_OK);
    extra.request_seq = 0;
    assert_int_equal(escalation_extra_save(txn, id, &extra), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static const Paidan__RequestsListed *requests(struct story *story, const char *unit)
{
    Paidan__RequestList wish = PAIDAN__REQUEST_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = (char *)unit;
    request.wish_case = PAIDAN__REQUEST__WISH_REQUEST_LIST;
    request.request_list = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->requests_listed;
}

static void grant(struct story *story, const char *unit, uint64_t number)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Supervise wish = PAIDAN__SUPERVISE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, number);
    wish.unit = (char *)unit;
    wish.action = PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT;
    wish.n_items = 1;
    wish.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPERVISE;
    request.supervise = &wish;
    const Paidan__Answer *answer = story_ask(story, "wang", &request);
    assert_non_null(answer);
    assert_int_equal(answer->worked->results[0]->code, PAIDAN__CODE__OK);
}

/* The start of a version with lists finds it, with its reason; it can be decided on as any other. */
static void test_requests_when_open_in_an_old_store_then_listed_for_who_decides(void **state)
{
    (void)state;
    static const struct place place = {"noise", "bu1", "b1", 1};
    struct story story;
    story_open(&story, &escalation_service, "joint", BASE_MS);
    route(&story, 1, &place);
    work(&story, "b1", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    work(&story, "b1", PAIDAN__ACTION__ACTION_EXTEND, 1);
    assert_int_equal(requests(&story, "c1")->n_requests, 1);
    forget_request(&story, 1);
    assert_int_equal(requests(&story, "c1")->n_requests, 0);
    struct site *again = solo_site_load("joint");
    assert_non_null(again);
    again->version++;
    story_change_site(&story, again);
    story_step(&story);
    story_step(&story);
    const Paidan__RequestsListed *listed = requests(&story, "c1");
    assert_int_equal(listed->n_requests, 1);
    assert_string_equal(listed->requests[0]->unit, "b1");
    assert_string_equal(listed->requests[0]->note, "记录");
    grant(&story, "c1", 1);
    assert_int_equal(requests(&story, "c1")->n_requests, 0);
    story_close(&story);
}

/* An old appeal lies on a ticket that is done with, resolved or closed: it is listed too, with its
 * reason and a term from now on, for a unit that did not appeal; and it can be ruled on. */
static void test_requests_when_an_appeal_is_open_in_an_old_store_then_listed(void **state)
{
    (void)state;
    static const struct place place = {"trash", "bu1", "s.watch", 3};
    struct story story;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    for (uint64_t number = 1; number <= 3; number++) {
        route(&story, number, &place);
        work(&story, "s.watch", PAIDAN__ACTION__ACTION_ACCEPT, number);
    }
    story_until(&story, 12 * 60 * MINUTE);
    for (uint64_t number = 1; number <= 2; number++) { /* the third stays open */
        work(&story, "s.watch", PAIDAN__ACTION__ACTION_RESOLVE, number);
        work(&story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, number);
    }
    teller_answer(&story, 2, 1, PAIDAN__SOLVED__SOLVED_YES);
    assert_int_equal(requests(&story, "s.any")->n_requests, 2);
    teller_forget_appeal(&story, 1);
    teller_forget_appeal(&story, 2);
    assert_int_equal(requests(&story, "s.any")->n_requests, 0);
    struct site *again = solo_site_load("watch");
    assert_non_null(again);
    again->version++;
    story_change_site(&story, again);
    story_step(&story);
    story_step(&story);
    const Paidan__RequestsListed *listed = requests(&story, "s.any");
    assert_int_equal(listed->n_requests, 2);
    for (size_t index = 0; index < listed->n_requests; index++) {
        assert_string_equal(listed->requests[index]->unit, "s.watch");
        assert_string_equal(listed->requests[index]->to_unit, "s.any");
        assert_string_equal(listed->requests[index]->note, "记录");
        assert_true(listed->requests[index]->due_ms > story.now_ms);
    }
    grant(&story, "s.any", 1);
    grant(&story, "s.any", 2);
    assert_int_equal(requests(&story, "s.any")->n_requests, 0);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_list_when_paged_either_way_then_each_ticket_once),
        CASE(test_list_when_filtered_then_only_those),
        CASE(test_list_when_since_tomorrow_then_empty),
        CASE(test_list_when_wrong_then_code),
        CASE(test_show_when_much_happened_then_newest_oldest_first),
        CASE(test_board_when_asked_then_by_next_deadline),
        CASE(test_board_when_deadlines_pass_then_cards_and_overdue_counted),
        CASE(test_board_when_wrong_then_code),
        CASE(test_unit_work_when_paged_then_all_buckets_by_due),
        CASE(test_unit_work_when_a_ticket_moves_between_pages_then_no_other_is_skipped),
        CASE(test_board_when_a_replan_is_under_way_then_as_before),
        CASE(test_board_when_some_only_alarm_then_by_what_comes_next),
        CASE(test_board_when_many_are_late_then_the_same),
        CASE(test_brief_when_a_ticket_has_more_then_the_picture_tells_it),
        CASE(test_unit_work_when_wrong_then_code),
        cmocka_unit_test(test_requests_when_open_in_an_old_store_then_listed_for_who_decides),
        cmocka_unit_test(test_requests_when_an_appeal_is_open_in_an_old_store_then_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
