/* intake: what a ticket that is merged into another one 并单 answers: to its resident, who goes on asking by its
 * own number, and to the channel that sent it. Of the other resident nothing is told but how far the work is. */
#include "intake_wishes.h"
#include "whole.h"

enum { HEAD, MEMBER, GONE, APART, OTHER, TICKETS };
#define NUMBER(index) (FIRST + (index))

struct test {
    struct solo *solo;
    struct trace trace;
    char codes[TICKETS][QUERY_CODE_BYTES];
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    test->solo = solo_open(&intake_service, solo_site(), START_MS);
    trace_init(&test->trace, START_MS);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    trace_fini(&test->trace);
    solo_close(test->solo);
    free(test);
    return 0;
}

/* ---- what escalation says ---- */

static void merged(struct test *test, uint64_t number, uint64_t into)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Merged fact = PAIDAN__MERGED__INIT;
    event.has_ticket = 1;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_MERGED;
    event.merged = &fact;
    fact.into = into;
    fact.title = (char *)"t";
    fact.channel = (char *)"hotline";
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.registered_ms = START_MS;
    solo_say(test->solo, "escalation", &event);
    solo_flush(test->solo, NULL);
}

static void unmerged(struct test *test, uint64_t number, uint64_t from)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Unmerged fact = PAIDAN__UNMERGED__INIT;
    event.has_ticket = 1;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_UNMERGED;
    event.unmerged = &fact;
    fact.from = from;
    solo_say(test->solo, "escalation", &event);
    solo_flush(test->solo, NULL);
}

/* group: 0: by itself. */
static void resolved(struct test *test, uint64_t number, uint64_t group)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    event.has_ticket = 1;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    fact.unit = (char *)"b.any";
    fact.note = (char *)"修好了，问 13800138000";
    fact.round = 1;
    fact.channel = (char *)"hotline";
    fact.has_group = group != 0;
    fact.group = group;
    fact.has_level = 1;
    fact.level = 1;
    solo_say(test->solo, "escalation", &event);
    solo_flush(test->solo, NULL);
}

static void closed(struct test *test, uint64_t number, Paidan__Outcome outcome)
{
    static struct said said;
    say_closed(test->solo, &said, number, outcome);
    solo_flush(test->solo, NULL);
}

/* ---- what the resident asks ---- */

static void look(struct test *test, const char *when, uint64_t number)
{
    whole_answer(&test->trace, when,
                 lookup(test->solo, number, test->codes[number - NUMBER(HEAD)]));
}

static void told(struct test *test, const char *external_id, const char *text, const char *phone,
                 const char *reporter)
{
    Paidan__NewTicket item = ticket("hotline", external_id, text);
    item.phone = (char *)phone;
    item.reporter = (char *)reporter;
    const Paidan__SubmitResult *const result = submit_one(test->solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    assert_true(result->ticket < NUMBER(TICKETS));
    (void)snprintf(test->codes[result->ticket - NUMBER(HEAD)], QUERY_CODE_BYTES, "%s",
                   result->query_code);
}

static void test_member_when_asked_about_then_as_golden(void **state)
{
    struct test *const test = *state;
    struct solo *const solo = test->solo;
    static struct said said[2];
    told(test, "h-0", "三叉街水管爆了", "13812345678", "王小明");
    told(test, "h-1", "三叉街没水", "13912345678", "李小红");
    told(test, "h-2", "三叉街停水", "13712345678", "赵小军");
    told(test, "h-3", "三叉街水压低", "13612345678", "钱小强");
    told(test, "h-4", "三叉街路灯坏了", "13512345678", "孙小美");
    say_assigned(solo, &said[0], NUMBER(HEAD));
    solo_flush(solo, NULL);
    solo_advance(solo, HOUR_MS);
    for (uint64_t index = MEMBER; index <= APART; index++) {
        merged(test, NUMBER(index), NUMBER(HEAD));
    }
    look(test, "merged", NUMBER(MEMBER));
    whole_answer(&test->trace, "by its channel", lookup_external(solo, "hotline", "h-1"));
    solo_advance(solo, HOUR_MS);
    whole_answer(&test->trace, "chase", chase(solo, NUMBER(MEMBER), NULL));
    whole_answer(&test->trace, "supplement", supplement(solo, NUMBER(MEMBER), "漏到二楼了", NULL));
    whole_answer(&test->trace, "chase by a wrong code", chase(solo, NUMBER(MEMBER), "AAAAAA"));
    look(test, "chased and supplemented", NUMBER(MEMBER));
    look(test, "the one that is worked on: its own alone", NUMBER(HEAD));
    solo_advance(solo, HOUR_MS);
    say_accepted(solo, &said[1], NUMBER(HEAD));
    solo_flush(solo, NULL);
    look(test, "as far as the other one", NUMBER(MEMBER));
    whole_answer(&test->trace, "withdraw", withdraw(solo, NUMBER(GONE)));
    look(test, "withdrawn", NUMBER(GONE));
    whole_answer(&test->trace, "withdraw again", withdraw(solo, NUMBER(GONE)));
    whole_answer(&test->trace, "chase", chase(solo, NUMBER(GONE), NULL));
    whole_answer(&test->trace, "supplement", supplement(solo, NUMBER(GONE), "还是没水", NULL));
    closed(test, NUMBER(GONE), PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    look(test, "ended alone", NUMBER(GONE));
    unmerged(test, NUMBER(APART), NUMBER(HEAD));
    look(test, "unmerged", NUMBER(APART));
    merged(test, NUMBER(APART), NUMBER(OTHER));
    look(test, "into another one, that lies at the desk", NUMBER(APART));
    merged(test, NUMBER(APART), NUMBER(HEAD));
    look(test, "and back", NUMBER(APART));
    solo_advance(solo, HOUR_MS);
    resolved(test, NUMBER(HEAD), 0);
    look(test, "the other one is resolved", NUMBER(MEMBER));
    resolved(test, NUMBER(MEMBER), NUMBER(HEAD));
    look(test, "and so is this one", NUMBER(MEMBER));
    closed(test, NUMBER(HEAD), PAIDAN__OUTCOME__OUTCOME_SOLVED);
    whole_answer(&test->trace, "chase", chase(solo, NUMBER(MEMBER), NULL));
    closed(test, NUMBER(MEMBER), PAIDAN__OUTCOME__OUTCOME_PARTLY);
    look(test, "closed by its own word", NUMBER(MEMBER));
    whole_answer(&test->trace, "chase", chase(solo, NUMBER(MEMBER), NULL));
    whole_answer(&test->trace, "withdraw", withdraw(solo, NUMBER(MEMBER)));
    uint64_t numbers[] = {NUMBER(MEMBER), NUMBER(APART)};
    whole_answer(&test->trace, "texts", read_texts(solo, numbers, 2, false, "回访", "clerk"));
    whole_log(&test->trace, solo);
    solo_check_replay(solo);
    assert_true(trace_golden(&test->trace, "intake_merged"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_member_when_asked_about_then_as_golden, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
