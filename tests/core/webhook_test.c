/* webhook_core: who is told of what: by unit, area, channel and fact; pieces of several; whose a ticket
 * is, though three logs tell it in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/site/site_webhook.h"
#include "solo.h"
#include "webhook.h"
#include "webhook_state.h"

#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull
#define SECOND 2026112200000002ull

static struct site *site;

static int setup(void **state)
{
    site = solo_site_load("hooks");
    *state = solo_open(&webhook_service, site, START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    site_free(site);
    return 0;
}

/* ---- what other services say ---- */

static void hear(struct solo *solo, const char *log, uint64_t ticket, Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = ticket;
    solo_say(solo, log, event);
    (void)solo_flush(solo, NULL);
}

static void assigned(struct solo *solo, uint64_t ticket, const char *unit, const char *area)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Assigned fact = PAIDAN__ASSIGNED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 1;
    to.unit = (char *)unit;
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_ROUTED;
    fact.category = "water";
    fact.area = (char *)area;
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.channel = "wechat";
    fact.title = "漏水";
    fact.registered_ms = START_MS;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &fact;
    hear(solo, "escalation", ticket, &event);
}

static void accepted(struct solo *solo, uint64_t ticket, const char *unit)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Accepted fact = PAIDAN__ACCEPTED__INIT;
    fact.unit = (char *)unit;
    event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    event.accepted = &fact;
    hear(solo, "escalation", ticket, &event);
}

static void ordered(struct solo *solo, uint64_t ticket, const char *from, const char *unit)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Ordered fact = PAIDAN__ORDERED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 1;
    to.unit = (char *)unit;
    fact.from_level = 1;
    fact.from_unit = (char *)from;
    fact.to = &to;
    fact.by_unit = "b.any";
    fact.note = "请东街办理";
    event.fact_case = PAIDAN__EVENT__FACT_ORDERED;
    event.ordered = &fact;
    hear(solo, "escalation", ticket, &event);
}

static void routed(struct solo *solo, uint64_t ticket, const char *unit)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Routed fact = PAIDAN__ROUTED__INIT;
    fact.channel = "wechat";
    fact.title = "漏水";
    fact.category = "water";
    fact.area = "sanchajie";
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.level = 1;
    fact.unit = (char *)unit;
    fact.registered_ms = START_MS;
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &fact;
    hear(solo, "triage", ticket, &event);
}

static void desked(struct solo *solo, uint64_t ticket, bool confidential)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Desked fact = PAIDAN__DESKED__INIT;
    fact.reasons = 1u << (confidential ? PAIDAN__DESK_REASON__DESK_CONFIDENTIAL
                                       : PAIDAN__DESK_REASON__DESK_NO_PLACE);
    fact.channel = "wechat";
    event.fact_case = PAIDAN__EVENT__FACT_DESKED;
    event.desked = &fact;
    hear(solo, "triage", ticket, &event);
}

/* ---- what follows ---- */

/* The outbox's destinations that wait, "all 3;unit-east 1;". */
static const char *waiting(struct solo *solo)
{
    static char text[512];
    struct outbox_to rows[8];
    struct store_txn *txn = NULL;
    size_t count = 0, used = 0;
    static const char *const order[] = {"all", "unit-east", "area-east", "of-wechat", "pieces"};
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    assert_int_equal(outbox_destinations(txn, webhook_channel.outbox, rows, 8, &count), RC_OK);
    store_abort(txn);
    text[0] = '\0';
    for (size_t at = 0; at < sizeof order / sizeof order[0]; at++) {
        for (size_t index = 0; index < count; index++) {
            if (strcmp(rows[index].name, order[at]) == 0) {
                used += (size_t)snprintf(text + used, sizeof text - used, "%s %llu;", order[at],
                                         (unsigned long long)rows[index].waiting);
            }
        }
    }
    return text;
}

static struct webhook_whose whose_of(struct solo *solo, uint64_t ticket)
{
    struct webhook_whose whose;
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    assert_int_equal(webhook_state_whose(txn, ticket, &whose), RC_OK);
    store_abort(txn);
    return whose;
}

static void test_fact_when_said_then_told_to_those_who_may_see_it(void **state)
{
    struct solo *solo = *state;
    desked(solo, FIRST, false); /* nobody has it: only those who ask for no unit and no area */
    assert_string_equal(waiting(solo), "all 1;of-wechat 1;");
    assigned(solo, FIRST, "b.any", "sanchajie");
    assert_string_equal(waiting(solo), "all 2;of-wechat 2;");
    assigned(solo, SECOND, "b.east", "east");
    assert_string_equal(waiting(solo), "all 3;unit-east 1;area-east 1;of-wechat 3;");
    accepted(solo, SECOND, "b.east"); /* the fact itself says neither area nor channel */
    assert_string_equal(waiting(solo), "all 4;unit-east 2;area-east 1;of-wechat 3;pieces 1;");
    solo_restart(solo);
    assert_string_equal(waiting(solo), "all 4;unit-east 2;area-east 1;of-wechat 3;pieces 1;");
    solo_check_replay(solo);
}

static void test_ticket_when_it_goes_to_another_then_both_hear_of_that(void **state)
{
    struct solo *solo = *state;
    assigned(solo, FIRST, "b.east", "east");
    assert_string_equal(waiting(solo), "all 1;unit-east 1;area-east 1;of-wechat 1;");
    ordered(solo, FIRST, "b.east", "b.any"); /* lost */
    assert_string_equal(waiting(solo), "all 2;unit-east 2;area-east 1;of-wechat 1;");
    accepted(solo, FIRST, "b.any"); /* not theirs any more */
    assert_string_equal(waiting(solo), "all 3;unit-east 2;area-east 1;of-wechat 1;");
    ordered(solo, FIRST, "b.any", "b.east"); /* and got again */
    assert_string_equal(waiting(solo), "all 4;unit-east 3;area-east 1;of-wechat 1;");
    solo_check_replay(solo);
}

static void test_owner_when_triage_is_read_late_then_escalation_is_believed(void **state)
{
    struct solo *solo = *state;
    assigned(solo, FIRST, "b.east", "east");
    routed(solo, FIRST, "b.any");
    assert_string_equal(whose_of(solo, FIRST).unit, "b.east");
    assert_string_equal(whose_of(solo, FIRST).area, "east");
    routed(solo, SECOND, "b.any");
    assert_string_equal(whose_of(solo, SECOND).unit, "b.any");
    solo_check_replay(solo);
}

/* What came to the logs after the others has higher numbers; it goes out as they do. A member is nobody's, and
 * the unit that loses it hears of that. */
static void test_ticket_when_merged_then_its_unit_and_its_channel_hear_of_it(void **state)
{
    struct solo *solo = *state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Joined joined = PAIDAN__JOINED__INIT;
    assigned(solo, FIRST, "b.any", "sanchajie");
    assigned(solo, SECOND, "b.east", "east");
    assert_string_equal(waiting(solo), "all 2;unit-east 1;area-east 1;of-wechat 2;");
    merged.into = FIRST;
    merged.title = "漏水";
    merged.channel = "wechat";
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    merged.registered_ms = START_MS;
    event.fact_case = PAIDAN__EVENT__FACT_MERGED;
    event.merged = &merged;
    hear(solo, "escalation", SECOND, &event);
    assert_string_equal(waiting(solo), "all 3;unit-east 2;area-east 1;of-wechat 2;");
    assert_string_equal(whose_of(solo, SECOND).unit, "");
    joined.member = SECOND;
    joined.count = 1;
    paidan__event__init(&event);
    event.fact_case = PAIDAN__EVENT__FACT_JOINED;
    event.joined = &joined;
    hear(solo, "escalation", FIRST, &event);
    assert_string_equal(waiting(solo), "all 4;unit-east 2;area-east 1;of-wechat 2;");
    for (unsigned fact = PAIDAN__EVENT__FACT_MERGED; fact < SITE_WEBHOOK_FACTS_MAX; fact++) {
        const bool of_a_ticket =
            fact == PAIDAN__EVENT__FACT_MERGED || fact == PAIDAN__EVENT__FACT_UNMERGED ||
            fact == PAIDAN__EVENT__FACT_BURST || fact == PAIDAN__EVENT__FACT_JOINED ||
            fact == PAIDAN__EVENT__FACT_PARTED || fact == PAIDAN__EVENT__FACT_CORRECTED ||
            fact == PAIDAN__EVENT__FACT_URGENCY_RAISED;
        assert_int_equal(site_webhook_tells(fact), of_a_ticket);
    }
    solo_check_replay(solo);
}

static void test_ticket_when_confidential_once_then_its_facts_say_so(void **state)
{
    struct solo *solo = *state;
    desked(solo, FIRST, true);
    assigned(solo, FIRST, "b.any", "sanchajie");
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_PUBLISHED, 2);
    assert_true(fact->published->confidential);
    assert_string_equal(fact->published->log, "escalation");
    assert_int_equal(fact->ticket, FIRST);
    paidan__event__free_unpacked(fact, NULL);
    solo_check_replay(solo);
}

static void test_pieces_when_full_or_old_then_sent(void **state)
{
    struct solo *solo = *state;
    assigned(solo, FIRST, "b.any", "sanchajie");
    accepted(solo, FIRST, "b.any");
    assert_int_equal(solo_tally(solo, "bundled"), 0);
    assigned(solo, SECOND, "b.any", "sanchajie"); /* the third: full */
    assert_int_equal(solo_tally(solo, "bundled"), 1);
    accepted(solo, SECOND, "b.any");
    solo_advance(solo, 9000);
    assert_int_equal(solo_tally(solo, "bundled"), 1);
    solo_advance(solo, 2000); /* old */
    assert_int_equal(solo_tally(solo, "bundled"), 2);
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_BUNDLED, 1);
    assert_int_equal(fact->bundled->n_published, 3);
    assert_true(fact->bundled->published[0] < fact->bundled->published[1]);
    assert_string_equal(fact->bundled->to, "pieces");
    paidan__event__free_unpacked(fact, NULL);
    fact = solo_fact(solo, PAIDAN__EVENT__FACT_BUNDLED, 2);
    assert_int_equal(fact->bundled->n_published, 1);
    paidan__event__free_unpacked(fact, NULL);
    solo_advance(solo, 20000); /* nothing is gathered: nothing is sent */
    assert_int_equal(solo_tally(solo, "bundled"), 2);
    solo_check_replay(solo);
}

static void test_subscriber_when_the_site_gave_him_up_then_his_piece_is_forgotten(void **state)
{
    struct solo *solo = *state;
    struct site *bare = solo_site_load("calls");
    assigned(solo, FIRST, "b.any", "sanchajie");
    const char *before = waiting(solo);
    assert_string_equal(before, "all 1;of-wechat 1;");
    assert_int_equal(step_engine_set_site(solo_engine(solo), bare), RC_OK);
    solo_advance(solo, 11000);
    assert_int_equal(solo_tally(solo, "bundled"), 1);
    assert_string_equal(waiting(solo), "all 1;of-wechat 1;");
    accepted(solo, FIRST, "b.any"); /* nobody is left to tell */
    assert_int_equal(solo_tally(solo, "published"), 1);
    solo_check_replay(solo);
    assert_int_equal(step_engine_set_site(solo_engine(solo), site), RC_OK);
    site_free(bare);
}

/* ---- a log that is read ahead of the others ---- */

static void asked(struct solo *solo, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = 1;
    fact.channel = "wechat";
    fact.attempt = 1;
    fact.open_ms = START_MS;
    fact.due_ms = START_MS + 1000;
    fact.unit = "b.east";
    event.fact_case = PAIDAN__EVENT__FACT_ASKED;
    event.asked = &fact;
    hear(solo, "callback", ticket, &event);
}

static void test_fact_when_its_owner_is_unknown_then_told_once_it_is_known(void **state)
{
    struct solo *const solo = *state;
    asked(solo, FIRST);
    asked(solo, FIRST);
    assert_string_equal(waiting(solo), ""); /* to nobody: it may be anybody's, or 保密 */
    assert_int_equal(solo_tally(solo, "published"), 0);
    solo_restart(solo);
    assigned(solo, FIRST, "b.east", "east");
    assert_string_equal(waiting(solo), "all 3;unit-east 3;area-east 1;of-wechat 1;");
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_PUBLISHED, 2);
    assert_string_equal(fact->published->log, "callback");
    assert_false(fact->published->confidential);
    paidan__event__free_unpacked(fact, NULL);
    solo_advance(solo, 3700000); /* nothing is kept any more */
    assert_int_equal(solo_tally(solo, "published"), 3);
    asked(solo, FIRST);
    assert_string_equal(waiting(solo), "all 4;unit-east 4;area-east 1;of-wechat 1;pieces 1;");
    solo_check_replay(solo);
}

/* They stand before it in a log of their own, or in the same one. */
static void test_facts_when_kept_then_told_before_the_one_that_names_the_owner(void **state)
{
    struct solo *const solo = *state;
    asked(solo, FIRST);
    asked(solo, FIRST);
    assigned(solo, FIRST, "b.east", "east");
    static const unsigned told[] = {PAIDAN__EVENT__FACT_ASKED, PAIDAN__EVENT__FACT_ASKED,
                                    PAIDAN__EVENT__FACT_ASSIGNED};
    for (unsigned nth = 0; nth < 3; nth++) {
        Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_PUBLISHED, nth + 1);
        Paidan__Event *const event =
            paidan__event__unpack(NULL, fact->published->event.len, fact->published->event.data);
        assert_int_equal(event->fact_case, told[nth]);
        paidan__event__free_unpacked(event, NULL);
        paidan__event__free_unpacked(fact, NULL);
    }
    solo_check_replay(solo);
}

static void test_fact_when_its_owner_is_unknown_and_it_is_confidential_then_said_so(void **state)
{
    struct solo *const solo = *state;
    asked(solo, FIRST);
    desked(solo, FIRST, true);
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_PUBLISHED, 1);
    assert_string_equal(fact->published->log, "callback");
    assert_true(fact->published->confidential);
    paidan__event__free_unpacked(fact, NULL);
    assert_string_equal(waiting(solo), "all 2;of-wechat 1;");
    solo_check_replay(solo);
}

static void test_fact_when_nobody_says_whose_it_is_then_to_those_who_hear_of_all(void **state)
{
    struct solo *const solo = *state;
    asked(solo, FIRST);
    solo_advance(solo, 3500000);
    assert_string_equal(waiting(solo), "");
    solo_advance(solo, 200000);
    assert_string_equal(waiting(solo), "all 1;");
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_PUBLISHED, 1);
    assert_true(fact->published->confidential);
    paidan__event__free_unpacked(fact, NULL);
    assigned(solo, FIRST, "b.east", "east");
    assert_string_equal(waiting(solo), "all 2;unit-east 1;area-east 1;of-wechat 1;");
    solo_check_replay(solo);
}

static void test_facts_when_too_many_are_kept_then_none_is_lost(void **state)
{
    struct solo *const solo = *state;
    for (unsigned nth = 0; nth < WEBHOOK_KEPT_MAX + 1; nth++) {
        asked(solo, FIRST);
    }
    assert_int_equal(solo_tally(solo, "published"), WEBHOOK_KEPT_MAX);
    assigned(solo, FIRST, "b.east", "east");
    assert_int_equal(solo_tally(solo, "published"), WEBHOOK_KEPT_MAX + 2);
    solo_check_replay(solo);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_fact_when_said_then_told_to_those_who_may_see_it),
        CASE(test_ticket_when_it_goes_to_another_then_both_hear_of_that),
        CASE(test_owner_when_triage_is_read_late_then_escalation_is_believed),
        CASE(test_ticket_when_merged_then_its_unit_and_its_channel_hear_of_it),
        CASE(test_ticket_when_confidential_once_then_its_facts_say_so),
        CASE(test_pieces_when_full_or_old_then_sent),
        CASE(test_subscriber_when_the_site_gave_him_up_then_his_piece_is_forgotten),
        CASE(test_fact_when_its_owner_is_unknown_then_told_once_it_is_known),
        CASE(test_facts_when_kept_then_told_before_the_one_that_names_the_owner),
        CASE(test_fact_when_its_owner_is_unknown_and_it_is_confidential_then_said_so),
        CASE(test_fact_when_nobody_says_whose_it_is_then_to_those_who_hear_of_all),
        CASE(test_facts_when_too_many_are_kept_then_none_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
