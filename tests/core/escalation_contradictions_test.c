/* A log that contradicts the tables is never folded: RC_CORRUPT for a fact that the ticket's state, its
 * chain or its records do not allow. And what a ticket leaves behind when it moves or ends. */

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

#define HOUR (60 * 60000ull)
#define BASE_MS 1795309200000ull

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define PERSON PAIDAN__ACTION__ACTION_NAME_PERSON
#define ORDER PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER

/* Folds the fact as the next one of the first ticket. skew: what its prev_seq is off by. */
static enum rc fold_in(struct story *story, struct store_txn *txn, Paidan__Event__FactCase fact,
                       ProtobufCMessage *message, uint64_t skew)
{
    struct escalation_ticket ticket;
    struct tally tally = {{0}};
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, 1);
    assert_int_equal(escalation_state_load(txn, event.ticket, &ticket), RC_OK);
    event.has_prev_seq = true;
    event.prev_seq = ticket.last_seq + skew;
    event.at_ms = story->now_ms;
    event.fact_case = fact;
    event.assigned = (Paidan__Assigned *)message;
    struct step_fold with = {.txn = txn, .tally = &tally};
    return escalation_service.evolve(&with, 1000, &event);
}

/* In a transaction that is thrown away. */
static enum rc fold(struct story *story, Paidan__Event__FactCase fact, ProtobufCMessage *message,
                    uint64_t skew)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(story->store, true, &txn), RC_OK);
    const enum rc rc = fold_in(story, txn, fact, message, skew);
    store_abort(txn);
    return rc;
}

static void expect_corrupt(struct story *story, Paidan__Event__FactCase fact,
                           ProtobufCMessage *message)
{
    const enum rc rc = fold(story, fact, message, 0);
    if (rc != RC_CORRUPT) {
        fail_msg("fact %d folds: %d", (int)fact, (int)rc);
    }
}

#define FACT(kind) PAIDAN__EVENT__FACT_##kind

static void expect_clocks_corrupt(struct story *story)
{
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    warned.clock = PAIDAN__CLOCK__CLOCK_ACCEPT; /* it has stopped */
    expect_corrupt(story, FACT(WARNED), &warned.base);
    warned.clock = PAIDAN__CLOCK__CLOCK_REDO; /* it has none */
    expect_corrupt(story, FACT(WARNED), &warned.base);
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    carded.next_alarm_ms = story->now_ms + 1;
    expect_corrupt(story, FACT(CARDED), &carded.base);
    carded.clock = PAIDAN__CLOCK__CLOCK_REDO;
    expect_corrupt(story, FACT(CARDED), &carded.base);
    Paidan__Alarmed alarmed = PAIDAN__ALARMED__INIT;
    alarmed.next_alarm_ms = story->now_ms + 1;
    expect_corrupt(story, FACT(ALARMED), &alarmed.base);
    Paidan__Reminded reminded = PAIDAN__REMINDED__INIT;
    reminded.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    reminded.at_ms = story->now_ms;
    expect_corrupt(story, FACT(REMINDED), &reminded.base);
}

static void expect_extras_corrupt(struct story *story)
{
    Paidan__Decided decided = PAIDAN__DECIDED__INIT;
    decided.kind = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    expect_corrupt(story, FACT(DECIDED), &decided.base);
    Paidan__AssistDone done = PAIDAN__ASSIST_DONE__INIT;
    done.unit = "c2";
    expect_corrupt(story, FACT(ASSIST_DONE), &done.base);
    Paidan__AssistLate late = PAIDAN__ASSIST_LATE__INIT;
    late.unit = "c2";
    expect_corrupt(story, FACT(ASSIST_LATE), &late.base);
    Paidan__ModeEnded ended = PAIDAN__MODE_ENDED__INIT;
    ended.mode = PAIDAN__MODE__MODE_MEDIATION;
    expect_corrupt(story, FACT(MODE_ENDED), &ended.base);
    Paidan__TermPassed passed = PAIDAN__TERM_PASSED__INIT;
    passed.clock = PAIDAN__CLOCK__CLOCK_PERSON;
    passed.due_ms = story->now_ms;
    expect_corrupt(story, FACT(TERM_PASSED), &passed.base);
    passed.clock = PAIDAN__CLOCK__CLOCK_MEDIATION;
    expect_corrupt(story, FACT(TERM_PASSED), &passed.base);
    Paidan__Suspended suspended = PAIDAN__SUSPENDED__INIT;
    suspended.until_ms = story->now_ms + 1;
    suspended.count = 2;
    expect_corrupt(story, FACT(SUSPENDED), &suspended.base);
    suspended.count = 1;
    suspended.until_ms = story->now_ms;
    expect_corrupt(story, FACT(SUSPENDED), &suspended.base);
    Paidan__Urged urged = PAIDAN__URGED__INIT;
    urged.count = 2;
    expect_corrupt(story, FACT(URGED), &urged.base);
    Paidan__CardCancelled cancelled = PAIDAN__CARD_CANCELLED__INIT;
    expect_corrupt(story, FACT(CARD_CANCELLED), &cancelled.base);
    Paidan__AppealRuled ruled = PAIDAN__APPEAL_RULED__INIT;
    expect_corrupt(story, FACT(APPEAL_RULED), &ruled.base);
}

static void test_fold_when_a_fact_contradicts_the_records_then_corrupt(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    teller_route_alone(&story, 1);
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    Paidan__Contacted contacted = PAIDAN__CONTACTED__INIT;
    assert_int_equal(fold(&story, FACT(CONTACTED), &contacted.base, 0), RC_OK);
    assert_int_equal(fold(&story, FACT(CONTACTED), &contacted.base, 1), RC_CORRUPT);
    assert_int_equal(fold(&story, FACT(CONTACTED), &contacted.base, UINT64_MAX), RC_CORRUPT);
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    expect_corrupt(&story, FACT(ACCEPTED), &accepted.base); /* again */
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    closed.round = 1;
    expect_corrupt(&story, FACT(CLOSED), &closed.base); /* not resolved */
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.round = 2;
    expect_corrupt(&story, FACT(RESOLVED), &resolved.base);
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.unit = "c1";
    to.level = 2;
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    raised.why = PAIDAN__WHY__WHY_COMPETENCE;
    raised.to = &to;
    raised.from_level = 2;
    expect_corrupt(&story, FACT(RAISED), &raised.base);
    raised.from_level = 1;
    to.level = 1;
    expect_corrupt(&story, FACT(RAISED), &raised.base);
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    expect_corrupt(&story, FACT(REGISTERED), &registered.base); /* none of ours */
    expect_clocks_corrupt(&story);
    expect_extras_corrupt(&story);
    story_close(&story);
}

/* Before it was said that a member's deadline goes with it, it was the ticket's, and stores hold it so. */
static void test_joined_when_of_an_old_log_then_its_deadline_is_the_tickets(void **unused)
{
    (void)unused;
    struct story story;
    struct store_txn *txn = NULL;
    struct escalation_info info;
    Paidan__Joined joined = PAIDAN__JOINED__INIT;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    teller_route_alone(&story, 1);
    joined.member = story_ticket(&story, 2);
    joined.count = 1;
    joined.has_outer_due_ms = true;
    joined.outer_due_ms = BASE_MS + HOUR;
    for (int claims = 0; claims <= 1; claims++) {
        joined.has_claims = joined.claims = claims != 0;
        assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
        assert_int_equal(fold_in(&story, txn, FACT(JOINED), &joined.base, 0), RC_OK);
        assert_int_equal(escalation_state_load_info(txn, story_ticket(&story, 1), &info), RC_OK);
        store_abort(txn);
        assert_int_equal(info.outer_due_ms, BASE_MS + HOUR);
        assert_int_equal(info.claimed_due, claims);
    }
    story_close(&story);
}

/* ---- what is left behind ---- */

static struct escalation_extra extra_of(struct story *story, uint64_t number)
{
    struct store_txn *txn = NULL;
    struct escalation_extra extra;
    assert_int_equal(store_begin(story->store, false, &txn), RC_OK);
    assert_int_equal(escalation_extra_load(txn, story_ticket(story, number), &extra), RC_OK);
    store_abort(txn);
    return extra;
}

static void name_person(struct story *story, uint64_t number)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "上门核实";
    wish.person = "zhang";
    wish.has_until_ms = true;
    wish.until_ms = story->now_ms + HOUR;
    (void)teller_work(story, "li", "b1", ACCEPT, number);
    teller_do(story, "li", "b1", PERSON, &wish);
    const struct escalation_extra extra = extra_of(story, number);
    assert_string_equal(extra.person, "zhang");
    assert_int_equal(extra.person_due_ms, wish.until_ms);
}

static void test_person_when_ticket_moves_or_ends_then_no_term_is_left(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "joint", BASE_MS);
    teller_route_alone(&story, 1);
    name_person(&story, 1);
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = 1;
    wish.note = "请社区牵头";
    wish.to_unit = "c1";
    teller_supervise(&story, "wang", "s.any", ORDER, &wish);
    struct escalation_extra extra = extra_of(&story, 1);
    assert_string_equal(extra.person, "");
    assert_int_equal(extra.person_due_ms, 0);
    teller_route_alone(&story, 2);
    name_person(&story, 2);
    wish = (Paidan__WorkItem)PAIDAN__WORK_ITEM__INIT;
    wish.ticket = 2;
    wish.note = "已处理";
    teller_do(&story, "li", "b1", RESOLVE, &wish);
    extra = extra_of(&story, 2);
    assert_string_equal(extra.person, "zhang"); /* who did it */
    assert_int_equal(extra.person_due_ms, 0);
    story_close(&story);
}

/* An extension that was asked for is void once the work is done; open tasks need a plain yes. */
static void test_request_when_resolved_then_nobody_decides_any_more(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "joint", BASE_MS);
    teller_route_alone(&story, 1);
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = 1;
    wish.note = "等待配件";
    teller_do(&story, "li", "b1", PAIDAN__ACTION__ACTION_EXTEND, &wish);
    assert_int_not_equal(extra_of(&story, 1).request, 0);
    wish.to_unit = "c2";
    teller_do(&story, "li", "b1", PAIDAN__ACTION__ACTION_ASK_ASSIST, &wish);
    wish.to_unit = NULL;
    wish.has_without_assist = true;
    wish.without_assist = false;
    teller_do(&story, "li", "b1", RESOLVE, &wish);
    assert_int_not_equal(extra_of(&story, 1).request, 0); /* ASSIST_OPEN: it was not resolved */
    wish.without_assist = true;
    teller_do(&story, "li", "b1", RESOLVE, &wish);
    assert_int_equal(extra_of(&story, 1).request, 0);
    assert_string_equal(extra_of(&story, 1).request_to, "");
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_when_a_fact_contradicts_the_records_then_corrupt),
        cmocka_unit_test(test_joined_when_of_an_old_log_then_its_deadline_is_the_tickets),
        cmocka_unit_test(test_request_when_resolved_then_nobody_decides_any_more),
        cmocka_unit_test(test_person_when_ticket_moves_or_ends_then_no_term_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
