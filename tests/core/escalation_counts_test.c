/* Counts of units: what each fact adds to which unit, pages, units nobody knows. That the sums are
 * the service's own counters is checked at the end of every story (escalation_laws.c). */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/evlog.h"
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

/* ---- late work ---- */

#define COUNTS(story, unit, counter, value)                                                        \
    assert_int_equal(count_of(story, unit, ESCALATION_COUNT_##counter), value)

static void test_lateness_when_nobody_acts_then_counted_where_each_deadline_passed(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    teller_route_alone(&story, 1); /* never accepted */
    teller_route_alone(&story, 2); /* accepted, never contacted */
    teller_route_alone(&story, 3); /* withdrawn in time */
    teller_route_alone(&story, 4); /* returned: it lies at the desk when its deadline passes */
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    (void)teller_work(&story, "li", "b1", RETURN, 4);
    teller_withdraw(&story, 3);
    story_until(&story, 29 * MINUTE);
    COUNTS(&story, "b1", ACCEPTED_LATE, 0);
    story_until(&story, 30 * MINUTE);
    COUNTS(&story, "b1", ACCEPTED_LATE, 2); /* 1 and 4 */
    COUNTS(&story, "b1", CONTACTED_LATE, 0);
    story_until(&story, 2 * HOUR);
    COUNTS(&story, "b1", CONTACTED_LATE, 1);
    COUNTS(&story, "b1", CONTACTED, 0);
    COUNTS(&story, "c1", ACCEPTED_LATE, 2);
    story_until(&story, 4 * HOUR); /* at the top: cards */
    COUNTS(&story, "s.city", ACCEPTED_LATE, 2);
    (void)teller_work(&story, "zhou", "s.city", ACCEPT, 1); /* late: counted already */
    COUNTS(&story, "s.city", ACCEPTED, 1);
    COUNTS(&story, "s.city", ACCEPTED_LATE, 2);
    COUNTS(&story, "b1", ACCEPTED_LATE, 2);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

static void test_lateness_when_contacted_twice_then_the_second_counts_nothing(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    teller_route_alone(&story, 1);
    route(&story, 2, "carded"); /* no term of contact, and a card where others raise */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    for (unsigned times = 0; times < 3; times++) {
        (void)teller_work(&story, "li", "b1", CONTACT, 1);
    }
    story_until(&story, 3 * HOUR); /* its term would have passed */
    (void)teller_work(&story, "li", "b1", CONTACT, 1);
    COUNTS(&story, "b1", CONTACTED, 1);
    COUNTS(&story, "b1", CONTACTED_LATE, 0);
    COUNTS(&story, "b1", ACCEPTED_LATE, 1); /* 2: when its card came */
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    (void)teller_work(&story, "li", "b1", CONTACT, 2);
    (void)teller_work(&story, "li", "b1", CONTACT, 2);
    COUNTS(&story, "b1", CONTACTED, 2);
    COUNTS(&story, "b1", ACCEPTED, 2);
    COUNTS(&story, "b1", ACCEPTED_LATE, 1);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* Several deadlines at one moment make one raise; each of them is the lower unit's. One that passes
 * while nothing runs, after that moment, is nobody's: the unit would have had the ticket no more. */
static void test_lateness_when_deadlines_coincide_then_each_counts(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    route(&story, 1, "twin"); /* accept, contact and handle: an hour */
    route(&story, 2, "twin");
    teller_route_alone(&story, 3); /* 30 minutes, two hours, a day */
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    story_jump(&story, 90 * MINUTE + 3 * HOUR);
    story_step(&story);
    COUNTS(&story, "b1", RAISED_EXPIRED, 3);
    COUNTS(&story, "b1", ACCEPTED_LATE, 2); /* 1 and 3 */
    COUNTS(&story, "b1", CONTACTED_LATE, 2);
    COUNTS(&story, "b1", RESOLVED_LATE, 2);
    COUNTS(&story, "c1", CONTACTED_LATE, 0);
    assert_int_equal(story_count(&story, "contacted_late_total"), 2);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* A ruling may give a term that is over already: it expires at once, and is not the new unit's. */
static void test_lateness_when_ruled_into_a_passed_term_then_not_the_new_units(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    route(&story, 1, "desk"); /* its terms begin on Monday */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    (void)teller_work(&story, "li", "b1", RETURN, 1);
    story_until(&story, 3 * HOUR);
    const struct teller_route twin = {.category = "twin", .area = "bu1", .unit = "b2", .level = 1};
    teller_rule_as(&story, 1, &twin); /* an hour from the dispatch on: over for two hours */
    story_until(&story, 3 * HOUR + MINUTE);
    COUNTS(&story, "b2", RAISED_EXPIRED, 1);
    COUNTS(&story, "b2", CONTACTED_LATE, 0);
    COUNTS(&story, "b2", RESOLVED_LATE, 0);
    COUNTS(&story, "b1", RESOLVED_LATE, 0);
    story_until(&story, 4 * HOUR);
    COUNTS(&story, "c1", ACCEPTED_LATE, 1); /* that one had its whole hour */
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* While suspended nothing passes; a task that is never done is late all the same. */
static void test_lateness_when_suspended_or_assisting_then_each_its_own(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    story_open(&story, &escalation_service, "joint", BASE_MS);
    teller_route_alone(&story, 1);
    teller_route_noise(&story, 2); /* b2 assists: 2wd */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    wish.ticket = 1;
    wish.note = "待配件";
    wish.has_until_ms = true;
    wish.until_ms = BASE_MS + 20 * 24 * HOUR;
    teller_do(&story, "li", "b1", PAIDAN__ACTION__ACTION_SUSPEND, &wish);
    story_until(&story, 3 * 24 * HOUR);
    COUNTS(&story, "b2", ASSISTS_LATE, 1);
    COUNTS(&story, "b2", ASSISTS_DONE, 0);
    story_until(&story, 15 * 24 * HOUR);
    COUNTS(&story, "b1", RESOLVED_LATE, 1); /* 2 alone, raised */
    wish.ticket = 2;
    teller_do(&story, "wu", "b2", PAIDAN__ACTION__ACTION_ASSIST_DONE, &wish);
    COUNTS(&story, "b2", ASSISTS_DONE, 1);
    COUNTS(&story, "b2", ASSISTS_LATE, 1);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* ---- a follower that counts ---- */

enum { FOLLOWED_MAX = 16, DAYS_MAX = 4 };

/* Reads the log alone: it folds the tickets in a store of its own, takes what each fact adds, and
 * keeps sums per unit and day. */
struct follower {
    struct store_txn *txn;
    struct tally tally;
    struct arena arena;
    uint64_t base_ms;
    size_t count;
    struct followed {
        char unit[CODE_BYTES_MAX + 1];
        uint64_t days[DAYS_MAX][ESCALATION_COUNTERS];
    } units[FOLLOWED_MAX];
};

static struct followed *followed_of(struct follower *follower, const char *unit)
{
    size_t at = 0;
    while (at < follower->count && strcmp(follower->units[at].unit, unit) != 0) {
        at++;
    }
    assert_true(at < FOLLOWED_MAX);
    if (at == follower->count) {
        (void)snprintf(follower->units[at].unit, sizeof follower->units[at].unit, "%s", unit);
        follower->count++;
    }
    return &follower->units[at];
}

static struct escalation_ticket ticket_now(struct follower *follower, uint64_t id)
{
    struct escalation_ticket ticket = {.state = ESCALATION_NONE};
    const enum rc rc = escalation_state_load(follower->txn, id, &ticket);
    assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
    return ticket;
}

static enum rc follow(void *context, const struct evlog_record *record)
{
    struct follower *follower = context;
    struct step_fold fold = {
        .txn = follower->txn, .tally = &follower->tally, .arena = &follower->arena};
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    arena_reset(&follower->arena);
    Paidan__Event *event = paidan__event__unpack(NULL, record->bytes, record->payload);
    assert_non_null(event);
    const struct escalation_ticket before = ticket_now(follower, event->ticket);
    assert_int_equal(escalation_service.evolve(&fold, record->seq, event), RC_OK);
    const struct escalation_ticket after = ticket_now(follower, event->ticket);
    const struct escalation_standing from = escalation_addition_standing(&before);
    const struct escalation_standing to = escalation_addition_standing(&after);
    if (after.last_seq == record->seq) { /* about one ticket, not refused */
        struct escalation_addition addition;
        escalation_addition_of(event, &from, &to, &addition);
        const uint64_t day = (addition.at_ms - follower->base_ms) / (24 * HOUR);
        assert_true(day < DAYS_MAX);
        for (uint32_t at = 0; at < addition.unit_count; at++) {
            struct followed *followed = followed_of(follower, addition.units[at].unit);
            for (unsigned index = 0; index < ESCALATION_COUNTERS; index++) {
                followed->days[day][index] += addition.units[at].counters >> index & 1;
            }
        }
    }
    paidan__event__free_unpacked(event, NULL);
    return RC_OK;
}

static void follow_log(struct story *story, struct follower *follower)
{
    char path[PATH_MAX];
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    (void)snprintf(path, sizeof path, "%s/follower", story->folder);
    const struct store_options options = {
        .path = path, .service = "follower", .tables = escalation_service.tables};
    assert_int_equal(store_open(&store, &options), RC_OK);
    assert_int_equal(store_begin(store, true, &follower->txn), RC_OK);
    assert_int_equal(store_begin(story->store, false, &txn), RC_OK);
    assert_int_equal(evlog_walk(txn, 1, follow, follower), RC_OK);
    store_abort(txn);
    store_abort(follower->txn);
    store_close(store);
}

static void test_counts_when_a_follower_reads_the_log_alone_then_the_same_per_day(void **unused)
{
    (void)unused;
    struct story story;
    static struct follower follower;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    for (uint64_t number = 1; number <= 6; number++) {
        route(&story, number, number % 2 == 0 ? "trash" : "noise");
        story_until(&story, number * 5 * HOUR); /* the later ones on the second day */
    }
    (void)teller_work(&story, "li", "b1", RETURN, 6);
    teller_rule(&story, 6, "b2", 1);
    (void)teller_work(&story, "li", "b2", ACCEPT, 6);
    (void)teller_work(&story, "li", "b2", RESOLVE, 6);
    teller_answer(&story, 6, 1, PAIDAN__SOLVED__SOLVED_NO);
    story_until(&story, 60 * HOUR);
    follower.base_ms = BASE_MS;
    assert_int_equal(arena_init(&follower.arena, 1 << 20), RC_OK);
    follow_log(&story, &follower);
    const Paidan__UnitsCounted *counted = ask(&story, NULL, NULL, 100)->units_counted;
    assert_int_equal(counted->n_units, follower.count);
    size_t some[DAYS_MAX] = {0};
    for (size_t at = 0; at < counted->n_units; at++) {
        const struct followed *followed = followed_of(&follower, counted->units[at]->unit);
        for (unsigned index = 0; index < ESCALATION_COUNTERS; index++) {
            uint64_t sum = 0;
            for (unsigned day = 0; day < DAYS_MAX; day++) {
                sum += followed->days[day][index];
                some[day] += followed->days[day][index] != 0;
            }
            assert_int_equal(counted->units[at]->counts[index]->value, sum);
        }
    }
    assert_int_equal(counted->n_units, follower.count);
    assert_true(some[0] > 0);
    assert_true(some[1] > 0);
    arena_fini(&follower.arena);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_when_facts_come_then_each_unit_has_its_own),
        cmocka_unit_test(test_counts_when_paged_then_every_unit_once_in_order),
        cmocka_unit_test(test_counts_when_damaged_then_corrupt),
        cmocka_unit_test(test_lateness_when_nobody_acts_then_counted_where_each_deadline_passed),
        cmocka_unit_test(test_lateness_when_contacted_twice_then_the_second_counts_nothing),
        cmocka_unit_test(test_lateness_when_deadlines_coincide_then_each_counts),
        cmocka_unit_test(test_lateness_when_ruled_into_a_passed_term_then_not_the_new_units),
        cmocka_unit_test(test_lateness_when_suspended_or_assisting_then_each_its_own),
        cmocka_unit_test(test_counts_when_a_follower_reads_the_log_alone_then_the_same_per_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
