/* archive_units: what units did, asked of the archive: in order, page by page, up to which fact, and of a unit that
 * has had nothing. What each fact adds is escalation_counts_test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "archive_count.h"
#include "common/say/unit_count.h"
#include "solo.h"

/* 2026-11-22 09:40 in +08:00. */
#define START_MS 1795311600000ull
#define FIRST 2026112200000001ull

static int setup(void **state)
{
    *state = solo_open(&archive_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

static void assigned(struct solo *solo, uint64_t ticket, const char *unit)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Assigned fact = PAIDAN__ASSIGNED__INIT;
    to.unit = (char *)unit;
    to.level = 1;
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_ROUTED;
    fact.category = "water";
    fact.area = "north";
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.channel = "wechat";
    fact.title = "漏水";
    fact.registered_ms = START_MS;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &fact;
    event.has_ticket = 1;
    event.ticket = ticket;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static void warned(struct solo *solo, uint64_t ticket, bool again)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Warned fact = PAIDAN__WARNED__INIT;
    fact.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    fact.level = 1;
    fact.due_ms = START_MS;
    fact.card = PAIDAN__CARD__CARD_YELLOW;
    fact.has_again = fact.again = again;
    event.fact_case = PAIDAN__EVENT__FACT_WARNED;
    event.warned = &fact;
    event.has_ticket = 1;
    event.ticket = ticket;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static const Paidan__Answer *ask(struct solo *solo, const char *unit, const char *after,
                                 uint32_t limit)
{
    Paidan__UnitCounts wish = PAIDAN__UNIT_COUNTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = (char *)unit;
    wish.after = (char *)after;
    wish.has_limit = true;
    wish.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_COUNTS;
    request.unit_counts = &wish;
    return solo_query(solo, &request);
}

static uint64_t count_of(struct solo *solo, const char *unit, enum unit_counter counter)
{
    const Paidan__Answer *const answer = ask(solo, unit, NULL, 1);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->units_counted->n_units, 1);
    const Paidan__UnitCount *const count = answer->units_counted->units[0];
    assert_string_equal(count->unit, unit);
    assert_int_equal(count->n_counts, UNIT_COUNTERS);
    assert_string_equal(count->counts[counter]->name, unit_count_name(counter));
    return count->counts[counter]->value;
}

static void test_units_when_paged_then_each_once_in_order(void **state)
{
    struct solo *const solo = *state;
    static const char *const units[] = {"b9", "a", "b", "zz"};
    for (unsigned index = 0; index < 4; index++) {
        assigned(solo, FIRST + index, units[index]);
    }
    const Paidan__UnitsCounted *const all = ask(solo, NULL, NULL, 100)->units_counted;
    assert_int_equal(all->n_units, 4);
    assert_null(all->next);
    const char *after = NULL;
    static const char *const order[] = {"a", "b", "b9", "zz"};
    for (unsigned index = 0; index < 4; index++) {
        const Paidan__UnitsCounted *const page = ask(solo, NULL, after, 1)->units_counted;
        assert_int_equal(page->n_units, 1);
        assert_string_equal(page->units[0]->unit, order[index]);
        assert_int_equal(page->next != NULL, index < 3);
        after = page->units[0]->unit;
    }
    assert_int_equal(ask(solo, NULL, after, 1)->units_counted->n_units, 0);
    assert_int_equal(count_of(solo, "a", UNIT_COUNT_ASSIGNED), 1);
}

static void test_units_when_unknown_or_out_of_bounds_then_refused(void **state)
{
    struct solo *const solo = *state;
    static const char far[] = "a-code-that-is-longer-than-any-code-may-be";
    const char *const known = solo_site()->units[0].code;
    assert_int_equal(count_of(solo, known, UNIT_COUNT_ASSIGNED), 0); /* known, no row */
    assert_int_equal(ask(solo, "nobody", NULL, 1)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(ask(solo, "", NULL, 1)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(ask(solo, NULL, NULL, 0)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(ask(solo, NULL, NULL, LIST_MAX + 1)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(ask(solo, far, NULL, 1)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(ask(solo, NULL, far, 1)->code, PAIDAN__CODE__FIELD_INVALID);
}

/* It is behind: who reads the figure sees up to where it counts. */
static void test_units_when_counted_then_up_to_the_newest_fact(void **state)
{
    struct solo *const solo = *state;
    assert_false(ask(solo, NULL, NULL, 1)->units_counted->has_as_of_seq);
    assigned(solo, FIRST, "a");
    const Paidan__UnitsCounted *counted = ask(solo, NULL, NULL, 1)->units_counted;
    assert_true(counted->has_as_of_ms);
    assert_int_equal(counted->as_of_ms, START_MS);
    assert_int_equal(counted->as_of_seq, 1);
    solo_set_time(solo, START_MS + 60000);
    assigned(solo, FIRST + 1, "a");
    counted = ask(solo, NULL, NULL, 1)->units_counted;
    assert_int_equal(counted->as_of_ms, START_MS + 60000);
    assert_int_equal(counted->as_of_seq, 2);
}

static void test_cards_when_shown_already_then_not_counted_again(void **state)
{
    struct solo *const solo = *state;
    assigned(solo, FIRST, "a");
    warned(solo, FIRST, false);
    warned(solo, FIRST, true);
    assert_int_equal(count_of(solo, "a", UNIT_COUNT_YELLOW), 1);
}

/* Each byte changed, each length cut: never read as something else. */
static void test_counts_when_damaged_then_corrupt(void **state)
{
    unsigned char bytes[ARCHIVE_COUNTS_BYTES];
    uint64_t counts[UNIT_COUNTERS] = {[UNIT_COUNT_ASSIGNED] = 1, [UNIT_COUNT_RED] = 300};
    uint64_t read[UNIT_COUNTERS];
    (void)state;
    const size_t size = archive_count_write(counts, UNIT_COUNTERS, bytes);
    assert_int_equal(archive_count_read(bytes, size, read, UNIT_COUNTERS), RC_OK);
    assert_memory_equal(counts, read, sizeof counts);
    assert_int_equal(archive_count_read(bytes, size, read, UNIT_COUNT_RED), RC_CORRUPT);
    for (size_t at = 0; at < size; at++) {
        bytes[at] ^= 0x10;
        assert_int_equal(archive_count_read(bytes, size, read, UNIT_COUNTERS), RC_CORRUPT);
        bytes[at] ^= 0x10;
        assert_int_equal(archive_count_read(bytes, at, read, UNIT_COUNTERS), RC_CORRUPT);
    }
    memset(counts, 0, sizeof counts);
    assert_int_equal(archive_count_write(counts, UNIT_COUNTERS, bytes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_units_when_paged_then_each_once_in_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_units_when_unknown_or_out_of_bounds_then_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_units_when_counted_then_up_to_the_newest_fact, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_cards_when_shown_already_then_not_counted_again, setup,
                                        teardown),
        cmocka_unit_test(test_counts_when_damaged_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
