/* Counts of units: what each fact adds to which unit, pages, units nobody knows. That the sums are
 * the service's own counters is checked at the end of every story (escalation_laws.c). */

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
#include "services/escalation/escalation_count.h"
#include "story.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define BASE_MS 1795309200000ull

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define CONTACT PAIDAN__ACTION__ACTION_CONTACT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN

static const Paidan__Answer *ask(struct story *story, const char *unit, const char *after,
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
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    return answer;
}

static uint64_t count_of(struct story *story, const char *unit, enum escalation_counter counter)
{
    const Paidan__Answer *answer = ask(story, unit, NULL, 1);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->units_counted->n_units, 1);
    const Paidan__UnitCount *count = answer->units_counted->units[0];
    assert_string_equal(count->unit, unit);
    assert_int_equal(count->n_counts, ESCALATION_COUNTERS);
    assert_string_equal(count->counts[counter]->name, escalation_count_name(counter));
    return count->counts[counter]->value;
}

static void route(struct story *story, uint64_t number, const char *category)
{
    const struct teller_route where = {
        .category = category, .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, number, &where);
}

static void test_counts_when_facts_come_then_each_unit_has_its_own(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    for (uint64_t number = 1; number <= 4; number++) {
        route(&story, number, "trash");
    }
    wish.ticket = 1;
    wish.note = "慢";
    teller_supervise(&story, "wang", "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED, &wish);
    teller_supervise(&story, "wang", "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD,
                     &wish);
    (void)teller_work(&story, "li", "b1", RETURN, 2);
    teller_rule(&story, 2, "b2", 1); /* upheld: b2 has it */
    (void)teller_work(&story, "li", "b1", RETURN, 3);
    teller_rule(&story, 3, "b1", 1); /* overruled */
    (void)teller_work(&story, "li", "b1", ACCEPT, 3);
    (void)teller_work(&story, "li", "b1", CONTACT, 3);
    (void)teller_work(&story, "li", "b1", RESOLVE, 3);
    teller_answer(&story, 3, 1, PAIDAN__SOLVED__SOLVED_NO); /* to c1 */
    story_until(&story, HOUR);                              /* 1 and 4 warned, then raised to c1 */
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_ASSIGNED), 5);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_RETURNED), 2);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_UPHELD), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_OVERRULED), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_ACCEPTED), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_CONTACTED), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_RESOLVED), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_RESOLVED_LATE), 0);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_REOPENED), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_RAISED_EXPIRED), 2);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_RED), 1);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_YELLOW), 2);
    assert_int_equal(count_of(&story, "b1", ESCALATION_COUNT_CARDS_CANCELLED), 1);
    assert_int_equal(count_of(&story, "b2", ESCALATION_COUNT_ASSIGNED), 1);
    assert_int_equal(count_of(&story, "b2", ESCALATION_COUNT_RETURNED), 0);
    assert_int_equal(count_of(&story, "c1", ESCALATION_COUNT_ASSIGNED), 4); /* b2's too */
    assert_int_equal(count_of(&story, "c1", ESCALATION_COUNT_RED), 0);
    (void)teller_work(&story, "chen", "c1", ACCEPT, 3); /* its accept clock is not missed yet */
    story_jump(&story, 5 * HOUR);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

static void test_counts_when_paged_then_every_unit_once_in_order(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    for (uint64_t number = 1; number <= 3; number++) {
        route(&story, number, "noise");
    }
    story_until(&story, 30 * HOUR); /* raised to the top */
    const Paidan__UnitsCounted *all = ask(&story, NULL, NULL, 100)->units_counted;
    assert_true(all->n_units >= 4);
    assert_null(all->next);
    const char *after = NULL;
    for (size_t index = 0; index < all->n_units; index++) {
        const Paidan__UnitsCounted *page = ask(&story, NULL, after, 1)->units_counted;
        assert_int_equal(page->n_units, 1);
        assert_string_equal(page->units[0]->unit, all->units[index]->unit);
        assert_true(index == 0 || strcmp(page->units[0]->unit, all->units[index - 1]->unit) > 0);
        assert_int_equal(page->next != NULL, index + 1 < all->n_units);
        after = page->units[0]->unit;
    }
    assert_int_equal(ask(&story, NULL, after, 1)->units_counted->n_units, 0);
    assert_int_equal(count_of(&story, "b2", ESCALATION_COUNT_ASSIGNED), 0); /* known, no row */
    assert_int_equal(ask(&story, "nobody", NULL, 1)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(ask(&story, NULL, NULL, 0)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(ask(&story, NULL, NULL, LIST_MAX + 1)->code, PAIDAN__CODE__FIELD_INVALID);
    static const char far[] = "a-code-that-is-longer-than-any-code-may-be";
    assert_int_equal(ask(&story, far, NULL, 1)->code, PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(ask(&story, NULL, far, 1)->code, PAIDAN__CODE__FIELD_INVALID);
    story_close(&story);
}

/* Each byte changed, each length cut: never read as something else. */
static void test_counts_when_damaged_then_corrupt(void **unused)
{
    (void)unused;
    struct story story;
    struct escalation_count count;
    struct store_txn *txn = NULL;
    unsigned char key[ESCALATION_COUNT_KEY_BYTES], copy[256];
    const void *value = NULL;
    size_t bytes = 0;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    route(&story, 1, "noise");
    assert_int_equal(store_begin(story.store, false, &txn), RC_OK);
    escalation_count_key("b1", key);
    assert_int_equal(store_get(txn, ESCALATION_COUNT, key, sizeof key, &value, &bytes), RC_OK);
    assert_true(bytes < sizeof copy);
    memcpy(copy, value, bytes);
    store_abort(txn);
    assert_int_equal(escalation_count_decode(copy, bytes, &count), RC_OK);
    assert_int_equal(count.values[ESCALATION_COUNT_ASSIGNED], 1);
    for (size_t at = 0; at < bytes; at++) {
        copy[at] ^= 0x10;
        assert_int_equal(escalation_count_decode(copy, bytes, &count), RC_CORRUPT);
        copy[at] ^= 0x10;
        assert_int_equal(escalation_count_decode(copy, at, &count), RC_CORRUPT);
    }
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_when_facts_come_then_each_unit_has_its_own),
        cmocka_unit_test(test_counts_when_paged_then_every_unit_once_in_order),
        cmocka_unit_test(test_counts_when_damaged_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
