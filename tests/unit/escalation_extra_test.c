/* The record of what only some tickets have: stored whole, what fires next, what is mirrored. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/escalation/escalation.h"
#include "services/escalation/escalation_extra.h"
#include "story.h"

#define BASE_MS 1795309200000ull

static void fill_clock(struct escalation_clock *clock, Paidan__Clock kind)
{
    clock->clock = kind;
    clock->flags = ESCALATION_EXPIRED;
    clock->policy_line = 77;
    clock->start_ms = BASE_MS;
    clock->due_ms = BASE_MS + 5;
    clock->warn_ms = BASE_MS + 4;
    clock->amount_ms = 9;
    memset(clock->calendar, 'c', CODE_BYTES_MAX);
    clock->unit = PAIDAN__TIME_UNIT__TIME_DAYS;
    clock->start_rule = PAIDAN__START_RULE__START_AT_ONCE;
    clock->end_rule = PAIDAN__END_RULE__END_SAME_TIME;
    clock->warn_amount_ms = UINT64_MAX;
    clock->consumed_ms = 15;
    clock->resumed_ms = BASE_MS + 3;
    clock->step_count = CLOCK_STEPS_MAX;
    for (uint32_t step = 0; step < CLOCK_STEPS_MAX; step++) {
        clock->steps[step].at_ms = BASE_MS + step;
        clock->steps[step].amount_ms = UINT64_MAX - step;
        clock->steps[step].does = 1;
    }
}

/* Everything a record can hold, at its widest. */
static void fill(struct escalation_extra *extra)
{
    memset(extra, 0, sizeof *extra);
    extra->suspended_until_ms = BASE_MS + 1;
    extra->pause_count = ESCALATION_PAUSES_MAX;
    for (uint32_t index = 0; index < ESCALATION_PAUSES_MAX; index++) {
        extra->pauses[index].from_ms = BASE_MS + 2 * index;
        extra->pauses[index].until_ms = BASE_MS + 2 * index + 1;
    }
    extra->pauses[ESCALATION_PAUSES_MAX - 1].until_ms = 0; /* the one under way */
    extra->request = PAIDAN__REQUEST_KIND__REQUEST_RAISE;
    extra->request_to_level = SITE_LEVELS_MAX;
    extra->request_at_ms = BASE_MS;
    extra->request_due_ms = BASE_MS + 3;
    memset(extra->request_unit, 'r', CODE_BYTES_MAX);
    memset(extra->request_to, 't', CODE_BYTES_MAX);
    extra->assist_count = SITE_ASSIST_MAX;
    for (uint32_t index = 0; index < SITE_ASSIST_MAX; index++) {
        struct escalation_assist *assist = &extra->assists[index];
        memset(assist->unit, (int)('a' + index), CODE_BYTES_MAX);
        assist->done = index % 2 == 0;
        assist->late = index % 3 == 0;
        fill_clock(&assist->clock, PAIDAN__CLOCK__CLOCK_ASSIST);
    }
    memset(extra->person, 'p', ACTOR_BYTES_MAX);
    extra->person_due_ms = BASE_MS + 6;
    extra->mode = PAIDAN__MODE__MODE_MEDIATION;
    extra->mode_open = true;
    fill_clock(&extra->mode_clock, PAIDAN__CLOCK__CLOCK_MEDIATION);
    extra->card = PAIDAN__CARD__CARD_RED;
    extra->supervise = 3;
    extra->urges = 70000;
    extra->cancelled_cards = 4;
    extra->late = 0x7ffe;
    extra->appeal = ESCALATION_APPEAL_REFUSED;
}

static void test_extra_when_stored_then_read_back_whole_and_damage_is_seen(void **unused)
{
    (void)unused;
    struct story story;
    struct store_txn *txn = NULL;
    struct escalation_extra *extra = calloc(2, sizeof *extra);
    assert_non_null(extra);
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
    fill(extra);
    assert_int_equal(escalation_extra_load(txn, 7, &extra[1]), RC_OK);
    assert_int_equal(extra[1].pause_count, 0);
    assert_int_equal(escalation_extra_save(txn, 7, extra), RC_OK);
    assert_int_equal(escalation_extra_load(txn, 7, &extra[1]), RC_OK);
    assert_memory_equal(extra, &extra[1], sizeof *extra);
    unsigned char key[ESCALATION_ID_KEY_BYTES], copy[8192];
    const void *value = NULL;
    size_t bytes = 0;
    escalation_state_id_key(7, key);
    assert_int_equal(store_get(txn, ESCALATION_EXTRA, key, sizeof key, &value, &bytes), RC_OK);
    assert_true(bytes < sizeof copy);
    memcpy(copy, value, bytes);
    for (size_t at = 0; at < bytes; at++) {
        copy[at] ^= 0x10;
        assert_int_equal(escalation_extra_decode(copy, bytes, &extra[1]), RC_CORRUPT);
        copy[at] ^= 0x10;
        assert_int_equal(escalation_extra_decode(copy, at, &extra[1]), RC_CORRUPT);
    }
    store_abort(txn);
    story_close(&story);
    free(extra);
}

static void test_extra_when_several_wait_then_earliest_and_mirrored(void **unused)
{
    (void)unused;
    struct escalation_extra extra = {.person_due_ms = 500};
    struct escalation_ticket ticket = {.state = ESCALATION_ACCEPTED};
    Paidan__Clock clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    assert_int_equal(escalation_extra_next(&extra, ESCALATION_ACCEPTED, &clock), 500);
    assert_int_equal(clock, PAIDAN__CLOCK__CLOCK_PERSON);
    assert_int_equal(escalation_extra_next(&extra, ESCALATION_RESOLVED, &clock), 0);
    extra.assist_count = 1;
    extra.assists[0].clock.due_ms = 400;
    assert_int_equal(escalation_extra_next(&extra, ESCALATION_ACCEPTED, &clock), 400);
    assert_int_equal(clock, PAIDAN__CLOCK__CLOCK_ASSIST);
    assert_int_equal(escalation_extra_assists_open(&extra), 1);
    extra.assists[0].done = true;
    assert_int_equal(escalation_extra_next(&extra, ESCALATION_ACCEPTED, &clock), 500);
    extra.suspended_until_ms = 900;
    extra.card = PAIDAN__CARD__CARD_YELLOW;
    extra.supervise = 1;
    ticket.state = ESCALATION_SUSPENDED;
    escalation_extra_mirror(&extra, &ticket);
    assert_int_equal(ticket.flags, ESCALATION_HAS_EXTRA);
    assert_int_equal(ticket.extra_due_ms, 900);
    assert_int_equal(ticket.extra_clock, PAIDAN__CLOCK__CLOCK_SUSPENSION);
    assert_int_equal(ticket.extra_card, PAIDAN__CARD__CARD_YELLOW);
    assert_true(ticket.extra_supervised);
}

static void test_extra_when_task_is_open_then_in_the_assisting_units_queue(void **unused)
{
    (void)unused;
    struct escalation_assist assist = {.unit = "helpers", .clock = {.due_ms = 400}};
    struct escalation_ticket ticket = {.state = ESCALATION_ACCEPTED, .unit = "lead"};
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES], prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    assert_true(escalation_extra_queue_key(9, &ticket, &assist, key));
    escalation_state_queue_prefix("helpers", ESCALATION_ASSISTING, prefix);
    assert_memory_equal(key, prefix, sizeof prefix);
    assert_int_equal(escalation_state_queue_due(key), 400);
    assert_int_equal(escalation_state_queue_ticket(key), 9);
    assist.done = true;
    assert_false(escalation_extra_queue_key(9, &ticket, &assist, key));
    assist.done = false;
    ticket.state = ESCALATION_RESOLVED;
    assert_false(escalation_extra_queue_key(9, &ticket, &assist, key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extra_when_stored_then_read_back_whole_and_damage_is_seen),
        cmocka_unit_test(test_extra_when_several_wait_then_earliest_and_mirrored),
        cmocka_unit_test(test_extra_when_task_is_open_then_in_the_assisting_units_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
