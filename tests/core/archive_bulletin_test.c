/* archive_bulletin: from a ticket that was solved to what a screen in a hall shows, and down again; and what never
 * gets there. A story with a golden trace, and its rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "archive_matter.h"
#include "common/site/site.h"
#include "solo.h"

#define START_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define DAY_MS 86400000ull
#define TICKET 2026112200000001ull

static struct site *site;

/* The site of the stories, which proposes what was about water. */
static int setup(void **state)
{
    site = solo_site_load("calls");
    site->bulletin.categories[0] = site_category_find(site, "water");
    site->bulletin.category_count = 1;
    *state = solo_open(&archive_service, site, START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    site_free(site);
    return 0;
}

/* ---- what is heard ---- */

static void hear(struct solo *solo, uint64_t ticket, Paidan__Event *event)
{
    event->has_ticket = true;
    event->ticket = ticket;
    solo_say(solo, "escalation", event);
    (void)solo_flush(solo, NULL);
}

static void assigned(struct solo *solo, uint64_t ticket, bool confidential)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Assigned fact = PAIDAN__ASSIGNED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 1;
    to.unit = (char *)"crew";
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_ROUTED;
    fact.category = (char *)"water";
    fact.area = (char *)"sanchajie";
    fact.channel = (char *)"hotline";
    fact.title = (char *)"张三家漏水";
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.registered_ms = START_MS;
    fact.has_confidential = fact.confidential = confidential;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &fact;
    hear(solo, ticket, &event);
}

static void resolved(struct solo *solo, uint64_t ticket, const char *note, uint64_t group)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    fact.unit = (char *)"crew";
    fact.note = (char *)(uintptr_t)note;
    fact.round = 1;
    fact.channel = (char *)"hotline";
    fact.has_group = group != 0;
    fact.group = group;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    hear(solo, ticket, &event);
}

static void closed(struct solo *solo, uint64_t ticket, Paidan__Outcome outcome)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = outcome;
    fact.round = 1;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    hear(solo, ticket, &event);
}

static void reopened(struct solo *solo, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 2;
    to.unit = (char *)"upper";
    fact.to = &to;
    fact.round = 2;
    fact.from_level = 1;
    fact.from_unit = (char *)"crew";
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    hear(solo, ticket, &event);
}

static void solve(struct solo *solo, uint64_t ticket, const char *note)
{
    assigned(solo, ticket, false);
    resolved(solo, ticket, note, 0);
    closed(solo, ticket, PAIDAN__OUTCOME__OUTCOME_SOLVED);
}

/* ---- what is wished ---- */

static const Paidan__Answer *draft(struct solo *solo, const char *actor, uint64_t ticket,
                                   const char *title, const char *text)
{
    Paidan__BulletinDraft wish = PAIDAN__BULLETIN_DRAFT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.title = (char *)(uintptr_t)title;
    wish.text = (char *)(uintptr_t)text;
    request.actor = (char *)(uintptr_t)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_DRAFT;
    request.bulletin_draft = &wish;
    return solo_call(solo, &request);
}

static const Paidan__Answer *rule(struct solo *solo, const char *actor, uint64_t ticket,
                                  bool granted, const char *text, const char *note)
{
    Paidan__BulletinRule wish = PAIDAN__BULLETIN_RULE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.granted = granted;
    wish.text = (char *)(uintptr_t)text;
    wish.note = (char *)(uintptr_t)note;
    request.actor = (char *)(uintptr_t)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_RULE;
    request.bulletin_rule = &wish;
    return solo_call(solo, &request);
}

static const Paidan__Answer *withdraw(struct solo *solo, uint64_t ticket, const char *reason)
{
    Paidan__BulletinWithdraw wish = PAIDAN__BULLETIN_WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.reason = (char *)(uintptr_t)reason;
    request.actor = (char *)"li";
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_WITHDRAW;
    request.bulletin_withdraw = &wish;
    return solo_call(solo, &request);
}

/* state 0: all that was written. */
static const Paidan__BulletinListed *list(struct solo *solo, unsigned state, const char *area)
{
    Paidan__BulletinList wish = PAIDAN__BULLETIN_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_state = state != 0;
    wish.state = (Paidan__BulletinState)state;
    wish.area = (char *)(uintptr_t)area;
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_LIST;
    request.bulletin_list = &wish;
    const Paidan__Answer *answer = solo_query(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->bulletin_listed;
}

static size_t listed(struct solo *solo, unsigned state)
{
    return list(solo, state, NULL)->n_bulletins;
}

enum {
    PROPOSED = PAIDAN__BULLETIN_STATE__BULLETIN_PROPOSED,
    DRAFT = PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT,
    PUBLISHED = PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED,
    REFUSED = PAIDAN__BULLETIN_STATE__BULLETIN_REFUSED,
    WITHDRAWN = PAIDAN__BULLETIN_STATE__BULLETIN_WITHDRAWN,
};

static void refused(const Paidan__Answer *answer, Paidan__Code code, const char *detail)
{
    assert_int_equal(answer->code, code);
    if (detail != NULL) {
        assert_string_equal(answer->detail, detail);
    }
}

static void ok(const Paidan__Answer *answer)
{
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
}

/* ---- the story ---- */

static void test_bulletin_when_reviewed_then_published_and_down_with_the_reopening(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    solve(solo, TICKET, "已更换水管，不再漏水");
    const Paidan__BulletinListed *all = list(solo, PROPOSED, NULL);
    assert_int_equal(all->n_bulletins, 1);
    assert_true(all->bulletins[0]->ticket == TICKET);
    assert_non_null(strstr(all->bulletins[0]->text, "已更换水管"));
    assert_null(strstr(all->bulletins[0]->title, "张三")); /* nothing of what he wrote */
    ok(draft(solo, "wang", TICKET, NULL, NULL));
    assert_int_equal(listed(solo, PROPOSED), 0);
    assert_int_equal(listed(solo, DRAFT), 1);
    assert_int_equal(listed(solo, PUBLISHED), 0);
    refused(rule(solo, "wang", TICKET, true, NULL, NULL), PAIDAN__CODE__SECOND_PERSON, NULL);
    refused(rule(solo, "li", TICKET, false, NULL, NULL), PAIDAN__CODE__NOTE_MISSING, NULL);
    ok(rule(solo, "li", TICKET, false, NULL, "写得太简单"));
    assert_int_equal(listed(solo, REFUSED), 1);
    ok(draft(solo, "wang", TICKET, "三叉街：漏水已修好", "水管已更换，免费。"));
    solo_advance(solo, 1000);
    ok(rule(solo, "li", TICKET, true, "水管已更换，免费，请放心。", NULL));
    all = list(solo, PUBLISHED, "sanchajie");
    assert_int_equal(all->n_bulletins, 1);
    assert_string_equal(all->bulletins[0]->title, "三叉街：漏水已修好");
    assert_string_equal(all->bulletins[0]->text, "水管已更换，免费，请放心。");
    assert_int_equal(solo_tally(solo, "bulletins_published"), 1);
    refused(draft(solo, "wang", TICKET, NULL, NULL), PAIDAN__CODE__BULLETIN_STATE, "published");
    reopened(solo, TICKET);
    assert_int_equal(listed(solo, PUBLISHED), 0);
    assert_int_equal(solo_tally(solo, "bulletins_published"), 0);
    all = list(solo, WITHDRAWN, NULL);
    assert_int_equal(all->n_bulletins, 1);
    assert_true(all->bulletins[0]->reopened);
    refused(draft(solo, "wang", TICKET, NULL, NULL), PAIDAN__CODE__BULLETIN_UNFIT, "open");
    resolved(solo, TICKET, "重新接好", 0);
    closed(solo, TICKET, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    ok(draft(solo, "wang", TICKET, NULL, NULL));
    ok(rule(solo, "li", TICKET, true, NULL, NULL));
    refused(withdraw(solo, TICKET, " "), PAIDAN__CODE__NOTE_MISSING, NULL);
    ok(withdraw(solo, TICKET, "居民有不同意见"));
    refused(withdraw(solo, TICKET, "再撤"), PAIDAN__CODE__BULLETIN_STATE, "withdrawn");
    assert_int_equal(listed(solo, PUBLISHED), 0);
    assert_int_equal(listed(solo, 0), 1);
    solo_check(solo, "archive_bulletin");
}

static void test_list_when_published_then_no_ticket_and_no_person(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET, "已修好");
    ok(draft(solo, "wang", TICKET, NULL, NULL));
    ok(rule(solo, "li", TICKET, true, NULL, NULL));
    const Paidan__Bulletin *shown = list(solo, PUBLISHED, NULL)->bulletins[0];
    assert_false(shown->has_ticket);
    assert_null(shown->number);
    assert_null(shown->drafted_by);
    assert_null(shown->ruled_by);
    assert_null(shown->note);
    assert_true(shown->has_id);
    /* Shown for the days of the site, not longer; the list of those who work on them keeps it. */
    solo_advance(solo, 30 * DAY_MS - 1);
    assert_int_equal(listed(solo, PUBLISHED), 1);
    solo_advance(solo, 1);
    assert_int_equal(listed(solo, PUBLISHED), 0);
    assert_int_equal(listed(solo, 0), 1);
}

static void test_draft_when_unfit_then_refused(void **state)
{
    struct solo *const solo = *state;
    refused(draft(solo, "wang", TICKET, NULL, NULL), PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    assigned(solo, TICKET, false);
    refused(draft(solo, "wang", TICKET, NULL, NULL), PAIDAN__CODE__BULLETIN_UNFIT, "open");
    closed(solo, TICKET, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    refused(draft(solo, "wang", TICKET, NULL, NULL), PAIDAN__CODE__BULLETIN_UNFIT, "withdrawn");
    assigned(solo, TICKET + 1, true);
    resolved(solo, TICKET + 1, "已修好", 0);
    closed(solo, TICKET + 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    refused(draft(solo, "wang", TICKET + 1, NULL, NULL), PAIDAN__CODE__BULLETIN_UNFIT,
            "confidential");
    refused(draft(solo, "", TICKET, NULL, NULL), PAIDAN__CODE__ACTOR_MISSING, NULL);
    assert_int_equal(listed(solo, PROPOSED), 0);
    assert_int_equal(listed(solo, 0), 0);
}

static void test_words_when_personal_then_refused_or_left_out(void **state)
{
    struct solo *const solo = *state;
    static const char *const notes[] = {"已电话 13812345678 告知", "已告知张女士", "2单元501已修"};
    for (size_t at = 0; at < sizeof notes / sizeof notes[0]; at++) {
        solve(solo, TICKET + at, notes[at]);
        ok(draft(solo, "wang", TICKET + at, NULL, NULL));
    }
    const Paidan__BulletinListed *all = list(solo, DRAFT, NULL);
    assert_int_equal(all->n_bulletins, 3);
    for (size_t at = 0; at < 3; at++) {
        assert_null(strstr(all->bulletins[at]->text, "告知"));
        assert_null(strstr(all->bulletins[at]->text, "501"));
    }
    refused(draft(solo, "wang", TICKET, NULL, "请打 138-1234-5678"),
            PAIDAN__CODE__BULLETIN_PERSONAL, "text");
    refused(draft(solo, "wang", TICKET, "13812345678", NULL), PAIDAN__CODE__BULLETIN_PERSONAL,
            "title");
    refused(draft(solo, "wang", TICKET, NULL, " "), PAIDAN__CODE__TEXT_EMPTY, "text");
    refused(rule(solo, "li", TICKET, true, "请打 138-1234-5678", NULL),
            PAIDAN__CODE__BULLETIN_PERSONAL, "text");
}

/* Found out later: nobody has to think of it. */
static void test_notes_when_they_hold_a_phone_then_masked(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET, "已更换水管");
    ok(draft(solo, "wang", TICKET, NULL, NULL));
    ok(rule(solo, "li", TICKET, false, NULL, "先问13812345678"));
    ok(draft(solo, "wang", TICKET, NULL, NULL));
    ok(withdraw(solo, TICKET, "他打来，13812345678"));
    Paidan__Event *event = solo_fact(solo, PAIDAN__EVENT__FACT_BULLETIN_RULED, 1);
    assert_string_equal(event->bulletin_ruled->note, "先问***");
    paidan__event__free_unpacked(event, NULL);
    event = solo_fact(solo, PAIDAN__EVENT__FACT_BULLETIN_WITHDRAWN, 1);
    assert_string_equal(event->bulletin_withdrawn->reason, "他打来，***");
    paidan__event__free_unpacked(event, NULL);
}

static void test_published_when_confidential_after_all_then_down(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET, "已修好");
    ok(draft(solo, "wang", TICKET, NULL, NULL));
    ok(rule(solo, "li", TICKET, true, NULL, NULL));
    assert_int_equal(listed(solo, PUBLISHED), 1);
    assigned(solo, TICKET, true);
    assert_int_equal(listed(solo, PUBLISHED), 0);
    assert_int_equal(listed(solo, WITHDRAWN), 1);
    solo_check_replay(solo);
}

static void test_proposed_when_members_other_matters_or_old_then_not(void **state)
{
    struct solo *const solo = *state;
    assigned(solo, TICKET, false);
    resolved(solo, TICKET, "随主件办结", TICKET + 9);
    closed(solo, TICKET, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_int_equal(listed(solo, PROPOSED), 0); /* the one it was merged into is told of */
    solve(solo, TICKET + 1, "已修好");
    assert_int_equal(listed(solo, PROPOSED), 1);
    site->bulletin.category_count = 0;
    assert_int_equal(listed(solo, PROPOSED), 0); /* today's rule */
    site->bulletin.category_count = 1;
    /* With each closing what is older than 60 days goes. */
    solo_advance(solo, (ARCHIVE_MATTER_DAYS + 1) * DAY_MS);
    solve(solo, TICKET + 2, "已修好");
    assert_int_equal(listed(solo, PROPOSED), 1);
    refused(draft(solo, "wang", TICKET + 1, NULL, NULL), PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    solo_check_replay(solo);
}

static void test_list_when_pages_then_each_once(void **state)
{
    struct solo *const solo = *state;
    size_t seen = 0;
    for (uint64_t at = 0; at < 5; at++) {
        solve(solo, TICKET + at, "已修好");
        ok(draft(solo, "wang", TICKET + at, NULL, NULL));
        ok(rule(solo, "li", TICKET + at, true, NULL, NULL));
    }
    Paidan__BulletinList wish = PAIDAN__BULLETIN_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_state = wish.has_limit = true;
    wish.state = PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
    wish.limit = 2;
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_LIST;
    request.bulletin_list = &wish;
    for (unsigned page = 0; page < 4; page++) {
        const Paidan__BulletinListed *got = solo_query(solo, &request)->bulletin_listed;
        seen += got->n_bulletins;
        if (!got->has_next) {
            break;
        }
        wish.has_after = wish.has_since_ms = true;
        wish.after = got->next;
        wish.since_ms = got->next_since_ms;
    }
    assert_int_equal(seen, 5);
    wish.limit = 0;
    refused(solo_query(solo, &request), PAIDAN__CODE__FIELD_INVALID, "limit");
    wish.limit = 2;
    wish.area = (char *)"nowhere";
    refused(solo_query(solo, &request), PAIDAN__CODE__AREA_UNKNOWN, "area");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_bulletin_when_reviewed_then_published_and_down_with_the_reopening, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_list_when_published_then_no_ticket_and_no_person,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_draft_when_unfit_then_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words_when_personal_then_refused_or_left_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_notes_when_they_hold_a_phone_then_masked, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_published_when_confidential_after_all_then_down, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_proposed_when_members_other_matters_or_old_then_not,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_when_pages_then_each_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
