/* Escalation's records and the functions of a record: what is next, where it stands. */

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "services/escalation/escalation.h"
#include "services/escalation/escalation_state.h"
#include "story.h"

#define BASE_MS 1795309200000ull

/* Everything a record can hold, at its widest. */
static void fill(struct escalation_ticket *ticket)
{
    memset(ticket, 0, sizeof *ticket);
    ticket->state = ESCALATION_ASSIGNED;
    ticket->flags = ESCALATION_RULED | ESCALATION_RED_END | ESCALATION_HAS_EXTRA |
                    ESCALATION_ALARM_PARDONED | ESCALATION_FALLBACK;
    ticket->extra_due_ms = BASE_MS + 4;
    ticket->extra_clock = PAIDAN__CLOCK__CLOCK_DELIBERATION;
    ticket->extra_card = PAIDAN__CARD__CARD_RED;
    ticket->extra_supervised = true;
    ticket->extra_mode = PAIDAN__MODE__MODE_DELIBERATION;
    ticket->level = SITE_LEVELS_MAX;
    ticket->outcome = 5;
    ticket->satisfied = 3;
    ticket->round = 21;
    ticket->raises = 300;
    ticket->returns = 2;
    ticket->chases = 70000;
    ticket->supplements = 1000;
    ticket->alarms = 100000;
    ticket->version = UINT32_MAX;
    ticket->last_seq = UINT64_MAX;
    ticket->changed_ms = BASE_MS;
    ticket->alarm_ms = BASE_MS + 1;
    ticket->overdue_ms = BASE_MS + 2;
    ticket->lease_until_ms = BASE_MS + 3;
    memset(ticket->unit, 'u', CODE_BYTES_MAX);
    memset(ticket->holder, 'h', ACTOR_BYTES_MAX);
    ticket->assist_count = SITE_ASSIST_MAX;
    for (uint32_t index = 0; index < SITE_ASSIST_MAX; index++) {
        memset(ticket->assist[index], 'a', CODE_BYTES_MAX);
    }
    ticket->clock_count = ESCALATION_CLOCKS_MAX;
    for (uint32_t index = 0; index < ESCALATION_CLOCKS_MAX; index++) {
        struct escalation_clock *clock = &ticket->clocks[index];
        clock->clock = (Paidan__Clock)(index + 1);
        clock->flags = (uint8_t)(index | ESCALATION_PARDONED);
        clock->policy_line = UINT32_MAX - index;
        clock->start_ms = BASE_MS + 10 * index;
        clock->due_ms = BASE_MS + 11 * index;
        clock->warn_ms = BASE_MS + 12 * index;
        clock->amount_ms = 13 * index;
        memset(clock->calendar, 'c', CODE_BYTES_MAX);
        clock->unit = PAIDAN__TIME_UNIT__TIME_WORKING_DAYS;
        clock->start_rule = PAIDAN__START_RULE__START_NEXT_DAY;
        clock->end_rule = PAIDAN__END_RULE__END_OF_DAY;
        clock->extensions = 2;
        clock->warn_amount_ms = UINT64_MAX;
        clock->consumed_ms = BASE_MS + 20;
        clock->resumed_ms = BASE_MS + 21;
        clock->step_count = CLOCK_STEPS_MAX;
        for (uint32_t step = 0; step < CLOCK_STEPS_MAX; step++) {
            clock->steps[step].at_ms = BASE_MS + step;
            clock->steps[step].amount_ms = UINT64_MAX - step;
            clock->steps[step].does = 0x3f;
            clock->steps[step].after = step > 2;
            clock->steps[step].fired = step < 2;
        }
    }
}

struct room {
    struct story story;
    struct store_txn *txn;
};

static int open_room(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    story_open(&room->story, &escalation_service, "ladder", BASE_MS);
    assert_int_equal(store_begin(room->story.store, true, &room->txn), RC_OK);
    *state = room;
    return 0;
}

static int close_room(void **state)
{
    struct room *room = *state;
    store_abort(room->txn);
    story_close(&room->story);
    free(room);
    return 0;
}

static void test_ticket_when_stored_then_read_back_whole(void **state)
{
    struct room *room = *state;
    struct escalation_ticket ticket, again;
    fill(&ticket);
    assert_int_equal(escalation_state_load(room->txn, 7, &again), RC_NOT_FOUND);
    assert_int_equal(escalation_state_save(room->txn, 7, &ticket), RC_OK);
    assert_int_equal(escalation_state_load(room->txn, 7, &again), RC_OK);
    assert_memory_equal(&ticket, &again, sizeof ticket);
}

static void test_info_when_stored_then_read_back_whole(void **state)
{
    struct room *room = *state;
    struct escalation_info info = {.urgency = 3, .registered_ms = BASE_MS};
    struct escalation_info again = {.urgency = 0};
    memset(info.title, 't', TITLE_BYTES_MAX);
    memset(info.area, 'a', CODE_BYTES_MAX);
    assert_int_equal(escalation_state_load_info(room->txn, 7, &again), RC_NOT_FOUND);
    assert_int_equal(escalation_state_save_info(room->txn, 7, &info), RC_OK);
    assert_int_equal(escalation_state_load_info(room->txn, 7, &again), RC_OK);
    assert_memory_equal(&info, &again, sizeof info);
}

/* A ticket that is remembered is always the one in the table of this very transaction. */
static void test_memo_when_saved_or_undone_then_never_stale(void **state)
{
    struct room *room = *state;
    struct store_memo memo = {.bytes = ESCALATION_MEMO_BYTES};
    struct escalation_ticket ticket, again;
    memo.room = calloc(1, memo.bytes);
    assert_non_null(memo.room);
    store_set_memo(room->txn, &memo);
    fill(&ticket);
    for (uint32_t round = 1; round <= 3; round++) {
        ticket.round = round;
        ticket.holder[0] = '\0';
        ticket.lease_until_ms = 0;
        assert_int_equal(escalation_state_save(room->txn, 7, &ticket), RC_OK);
        for (unsigned time = 0; time < 2; time++) {
            assert_int_equal(escalation_state_load(room->txn, 7, &again), RC_OK);
            assert_int_equal(again.round, round);
            assert_string_equal(again.holder + 1, ""); /* decoded, not what was handed in */
        }
    }
    store_abort(room->txn);
    assert_int_equal(store_begin(room->story.store, true, &room->txn), RC_OK);
    store_set_memo(room->txn, &memo);
    assert_int_equal(escalation_state_load(room->txn, 7, &again), RC_NOT_FOUND);
    free(memo.room);
}

/* Each byte changed, each length cut: never read as something else. */
static void test_records_when_damaged_then_corrupt(void **state)
{
    struct room *room = *state;
    struct escalation_ticket ticket, out;
    struct escalation_info info = {.urgency = 1}, info_out;
    unsigned char key[ESCALATION_ID_KEY_BYTES], copy[2048];
    fill(&ticket);
    assert_int_equal(escalation_state_save(room->txn, 7, &ticket), RC_OK);
    assert_int_equal(escalation_state_save_info(room->txn, 7, &info), RC_OK);
    escalation_state_id_key(7, key);
    for (unsigned table = ESCALATION_TICKET; table <= ESCALATION_INFO; table++) {
        const void *value = NULL;
        size_t bytes = 0;
        assert_int_equal(store_get(room->txn, table, key, sizeof key, &value, &bytes), RC_OK);
        assert_true(bytes < sizeof copy);
        memcpy(copy, value, bytes);
        for (size_t at = 0; at < bytes; at++) {
            copy[at] ^= 0x10;
            const enum rc flipped = table == ESCALATION_TICKET
                                        ? escalation_state_decode(copy, bytes, &out)
                                        : escalation_state_decode_info(copy, bytes, &info_out);
            assert_int_equal(flipped, RC_CORRUPT);
            copy[at] ^= 0x10;
            const enum rc cut = table == ESCALATION_TICKET
                                    ? escalation_state_decode(copy, at, &out)
                                    : escalation_state_decode_info(copy, at, &info_out);
            assert_int_equal(cut, RC_CORRUPT);
        }
    }
}

/* A well sealed record of a card that there is not: written by hand, for ours CHECKs. */
static void test_ticket_when_its_card_is_unknown_then_corrupt(void **state)
{
    enum { CARD_AT = 49, CRC_BYTES = 4 };
    struct room *room = *state;
    struct escalation_ticket ticket, out;
    unsigned char key[ESCALATION_ID_KEY_BYTES], copy[2048];
    const void *value = NULL;
    size_t bytes = 0;
    fill(&ticket);
    ticket.lease_until_ms = ticket.alarm_ms = ticket.overdue_ms = 0;
    assert_int_equal(escalation_state_save(room->txn, 7, &ticket), RC_OK);
    escalation_state_id_key(7, key);
    assert_int_equal(store_get(room->txn, ESCALATION_TICKET, key, sizeof key, &value, &bytes),
                     RC_OK);
    assert_true(bytes < sizeof copy);
    memcpy(copy, value, bytes);
    assert_int_equal(escalation_state_decode(copy, bytes, &out), RC_OK);
    assert_int_equal(copy[CARD_AT], PAIDAN__CARD__CARD_RED);
    copy[CARD_AT]++;
    const uint32_t crc = htobe32(codec_crc(copy, bytes - CRC_BYTES));
    memcpy(copy + bytes - CRC_BYTES, &crc, sizeof crc);
    assert_int_equal(escalation_state_decode(copy, bytes, &out), RC_CORRUPT);
}

/* ---- what is next ---- */

static struct escalation_ticket simple(uint64_t accept_ms, uint64_t warn_ms, uint64_t handle_ms)
{
    struct escalation_ticket ticket = {
        .state = ESCALATION_ASSIGNED, .level = 1, .unit = "b1", .clock_count = 2};
    ticket.clocks[0] = (struct escalation_clock){
        .clock = PAIDAN__CLOCK__CLOCK_ACCEPT, .due_ms = accept_ms, .warn_ms = warn_ms};
    ticket.clocks[1] = (struct escalation_clock){
        .clock = PAIDAN__CLOCK__CLOCK_HANDLE, .due_ms = handle_ms, .warn_ms = warn_ms};
    return ticket;
}

static void expect_next(const struct escalation_ticket *ticket, uint64_t due_ms,
                        enum escalation_firing firing, Paidan__Clock clock)
{
    struct due due = {0};
    enum escalation_firing found = ESCALATION_FIRES_ALARM;
    assert_true(escalation_state_due(9, ticket, &due, &found));
    assert_int_equal(due.id, 9);
    assert_int_equal(due.due_ms, due_ms);
    assert_int_equal(found, firing);
    assert_int_equal(due.kind, clock);
}

static void test_due_when_several_at_once_then_deadline_warning_lease_alarm(void **unused)
{
    (void)unused;
    struct escalation_ticket ticket = simple(100, 100, 100);
    ticket.lease_until_ms = 100;
    ticket.alarm_ms = 100;
    expect_next(&ticket, 100, ESCALATION_FIRES_DEADLINE, PAIDAN__CLOCK__CLOCK_ACCEPT);
    ticket.clocks[0].flags = ESCALATION_EXPIRED | ESCALATION_WARNED;
    expect_next(&ticket, 100, ESCALATION_FIRES_DEADLINE, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].due_ms = 200;
    expect_next(&ticket, 100, ESCALATION_FIRES_WARNING, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].flags = ESCALATION_WARNED;
    expect_next(&ticket, 100, ESCALATION_FIRES_LEASE_END, PAIDAN__CLOCK__CLOCK_LEASE);
    ticket.lease_until_ms = 0;
    expect_next(&ticket, 100, ESCALATION_FIRES_ALARM, PAIDAN__CLOCK__CLOCK_ALARM);
    ticket.alarm_ms = 0;
    expect_next(&ticket, 200, ESCALATION_FIRES_DEADLINE, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].flags = ESCALATION_STOPPED;
    struct due due;
    enum escalation_firing firing;
    assert_false(escalation_state_due(9, &ticket, &due, &firing));
}

static void test_due_when_earliest_is_any_then_that(void **unused)
{
    (void)unused;
    struct escalation_ticket ticket = simple(300, 0, 400);
    expect_next(&ticket, 300, ESCALATION_FIRES_DEADLINE, PAIDAN__CLOCK__CLOCK_ACCEPT);
    ticket.lease_until_ms = 250;
    expect_next(&ticket, 250, ESCALATION_FIRES_LEASE_END, PAIDAN__CLOCK__CLOCK_LEASE);
    ticket.alarm_ms = 240;
    expect_next(&ticket, 240, ESCALATION_FIRES_ALARM, PAIDAN__CLOCK__CLOCK_ALARM);
    ticket.clocks[1].warn_ms = 230;
    expect_next(&ticket, 230, ESCALATION_FIRES_WARNING, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].due_ms = 220;
    expect_next(&ticket, 220, ESCALATION_FIRES_DEADLINE, PAIDAN__CLOCK__CLOCK_HANDLE);
}

/* Steps at 50 (tells), 60 (supervises) and, after the deadline, 140 (tells). */
static void add_steps(struct escalation_clock *clock)
{
    const uint8_t tells = 1u << PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT;
    clock->step_count = 3;
    clock->steps[0] = (struct escalation_clock_step){.at_ms = 50, .does = tells};
    clock->steps[1] = (struct escalation_clock_step){
        .at_ms = 60, .does = tells | 1u << PAIDAN__STEP_DOES__STEP_SUPERVISE};
    clock->steps[2] = (struct escalation_clock_step){.at_ms = 140, .does = tells, .after = true};
}

static void test_due_when_the_deadline_fired_then_nothing_warns_of_it(void **unused)
{
    (void)unused;
    struct escalation_ticket ticket = simple(900, 40, 100);
    add_steps(&ticket.clocks[1]);
    ticket.clocks[0].warn_ms = 0;
    expect_next(&ticket, 40, ESCALATION_FIRES_WARNING, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].flags = ESCALATION_EXPIRED;
    expect_next(&ticket, 60, ESCALATION_FIRES_STEP, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].steps[1].fired = true;
    expect_next(&ticket, 140, ESCALATION_FIRES_STEP, PAIDAN__CLOCK__CLOCK_HANDLE);
}

static void test_pass_over_when_a_deadline_passed_then_its_warnings_alone(void **unused)
{
    (void)unused;
    struct escalation_ticket ticket = simple(900, 40, 100);
    add_steps(&ticket.clocks[1]);
    ticket.clocks[0].warn_ms = 45;
    const struct escalation_ticket before = ticket;
    escalation_state_pass_over(&ticket, 99);
    assert_memory_equal(&ticket, &before, sizeof ticket);
    escalation_state_pass_over(&ticket, 100);
    expect_next(&ticket, 45, ESCALATION_FIRES_WARNING, PAIDAN__CLOCK__CLOCK_ACCEPT);
    ticket.clocks[0].flags = ESCALATION_WARNED;
    expect_next(&ticket, 60, ESCALATION_FIRES_STEP, PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket.clocks[1].steps[1].fired = true;
    expect_next(&ticket, 100, ESCALATION_FIRES_DEADLINE, PAIDAN__CLOCK__CLOCK_HANDLE);
}

static void test_due_when_not_open_then_none(void **unused)
{
    (void)unused;
    for (unsigned state = 0; state < ESCALATION_STATE_COUNT; state++) {
        struct escalation_ticket ticket = simple(300, 200, 400);
        struct due due;
        enum escalation_firing firing;
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
        ticket.state = (enum escalation_state)state;
        const bool runs = state >= ESCALATION_ASSIGNED && state <= ESCALATION_RETURNED;
        const bool open = runs || state == ESCALATION_SUSPENDED;
        assert_int_equal(escalation_state_due(9, &ticket, &due, &firing), runs);
        assert_int_equal(escalation_state_queue_key(9, &ticket, key), open);
        assert_int_equal(escalation_state_open(&ticket), open);
    }
}

static void test_queue_when_missed_then_before_others(void **unused)
{
    (void)unused;
    struct escalation_ticket late = simple(100, 0, 900), early = simple(200, 0, 900);
    unsigned char one[ESCALATION_QUEUE_KEY_BYTES], two[ESCALATION_QUEUE_KEY_BYTES];
    late.clocks[0].flags = ESCALATION_EXPIRED | ESCALATION_WARNED;
    assert_true(escalation_state_queue_key(9, &late, one));
    assert_true(escalation_state_queue_key(8, &early, two));
    assert_true(memcmp(one, two, sizeof one) < 0);
    assert_int_equal(escalation_state_queue_due(one), 100);
    assert_int_equal(escalation_state_queue_ticket(one), 9);
    assert_int_equal(escalation_state_next_deadline(&late), 900);
}

/* ---- cards and lists ---- */

static void test_card_when_pardoned_then_none_until_something_new(void **unused)
{
    (void)unused;
    struct escalation_ticket ticket = simple(100, 50, 900);
    ticket.clocks[0].flags = ESCALATION_WARNED;
    assert_int_equal(escalation_state_card(&ticket), PAIDAN__CARD__CARD_YELLOW);
    ticket.alarm_ms = 200;
    assert_int_equal(escalation_state_card(&ticket), PAIDAN__CARD__CARD_RED);
    escalation_state_pardon(&ticket);
    assert_int_equal(escalation_state_card(&ticket), PAIDAN__CARD__CARD_NONE);
    ticket.clocks[1].flags = ESCALATION_WARNED;
    assert_int_equal(escalation_state_card(&ticket), PAIDAN__CARD__CARD_YELLOW);
    ticket.extra_card = PAIDAN__CARD__CARD_RED;
    assert_int_equal(escalation_state_card(&ticket), PAIDAN__CARD__CARD_RED);
}

static void test_watch_when_state_changes_then_in_the_lists_it_belongs_to(void **unused)
{
    (void)unused;
    struct escalation_ticket ticket = simple(100, 0, 900);
    unsigned char key[ESCALATION_WATCH_KEY_BYTES];
    ticket.extra_supervised = true;
    ticket.flags = ESCALATION_FALLBACK;
    ticket.alarm_ms = 300;
    ticket.overdue_ms = 70;
    for (unsigned state = ESCALATION_ASSIGNED; state < ESCALATION_STATE_COUNT; state++) {
        ticket.state = (enum escalation_state)state;
        const bool open = escalation_state_open(&ticket);
        const bool resolved = state == ESCALATION_RESOLVED;
        assert_int_equal(escalation_state_watched(&ticket, ESCALATION_SUPERVISED),
                         open || resolved);
        assert_int_equal(escalation_state_watched(&ticket, ESCALATION_ALARMING), open);
        assert_int_equal(escalation_state_watched(&ticket, ESCALATION_OWNERLESS),
                         state == ESCALATION_ASSIGNED);
    }
    ticket.state = ESCALATION_ASSIGNED;
    assert_true(escalation_state_watch_key(9, &ticket, ESCALATION_ALARMING, key));
    assert_int_equal(escalation_state_id_of(key + 1), 70);
    assert_true(escalation_state_watch_key(9, &ticket, ESCALATION_SUPERVISED, key));
    assert_int_equal(escalation_state_id_of(key + 1), 100);
    assert_int_equal(escalation_state_id_of(key + 9), 9);
    ticket.extra_supervised = false;
    assert_false(escalation_state_watch_key(9, &ticket, ESCALATION_SUPERVISED, key));
}

static void test_queue_when_a_key_has_another_length_then_corrupt(void **state)
{
    struct room *room = *state;
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    bool has = true;
    assert_int_equal(escalation_state_queue_has(room->txn, "unit", &has), RC_OK);
    assert_false(has);
    escalation_state_queue_prefix("unit", ESCALATION_READY, prefix);
    assert_int_equal(
        store_put(room->txn, ESCALATION_QUEUE, prefix, ESCALATION_QUEUE_PREFIX_BYTES, NULL, 0),
        RC_OK);
    assert_int_equal(escalation_state_queue_has(room->txn, "unit", &has), RC_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ticket_when_stored_then_read_back_whole, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_info_when_stored_then_read_back_whole, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_memo_when_saved_or_undone_then_never_stale, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(test_records_when_damaged_then_corrupt, open_room,
                                        close_room),
        cmocka_unit_test(test_due_when_several_at_once_then_deadline_warning_lease_alarm),
        cmocka_unit_test(test_due_when_earliest_is_any_then_that),
        cmocka_unit_test(test_due_when_the_deadline_fired_then_nothing_warns_of_it),
        cmocka_unit_test(test_pass_over_when_a_deadline_passed_then_its_warnings_alone),
        cmocka_unit_test(test_due_when_not_open_then_none),
        cmocka_unit_test(test_queue_when_missed_then_before_others),
        cmocka_unit_test_setup_teardown(test_ticket_when_its_card_is_unknown_then_corrupt,
                                        open_room, close_room),
        cmocka_unit_test_setup_teardown(test_queue_when_a_key_has_another_length_then_corrupt,
                                        open_room, close_room),
        cmocka_unit_test(test_card_when_pardoned_then_none_until_something_new),
        cmocka_unit_test(test_watch_when_state_changes_then_in_the_lists_it_belongs_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
