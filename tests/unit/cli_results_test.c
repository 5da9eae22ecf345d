/* cli_results, cli_effect: what is told of a change whose effect has to travel from another service to
 * escalation. The code is compiled in here with services of ours behind it, and a clock that goes on
 * only while it sleeps. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define cli_try test_try
#define clock_monotonic_us test_clock
#define nanosleep test_sleep
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_effect.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_results.c"

#define NOW_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define TICKET 2026112200000001ull
#define NEVER_US UINT64_MAX

enum { ANSWERED_SEQ = 7, SAID_BYTES = 4096, REPLIES = 20 };

static struct cli cli;
static uint64_t now_us;      /* since the test began */
static uint64_t followed_us; /* when escalation takes the record up */
static bool makes_a_fact;    /* and makes a fact of it */
static size_t asked;         /* how often escalation was asked for the ticket */

uint64_t test_clock(void)
{
    return now_us;
}

int test_sleep(const struct timespec *span, struct timespec *left)
{
    assert_null(left);
    now_us += (uint64_t)span->tv_nsec / 1000;
    return 0;
}

/* The ticket: resolved until escalation has followed, closed by the answer afterwards. */
static void show(Paidan__Answer *answer)
{
    static Paidan__Shown shown;
    static Paidan__Brief brief;
    static ProtobufCBinaryData history[1];
    static uint8_t bytes[512];
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    paidan__shown__init(&shown);
    paidan__brief__init(&brief);
    const bool followed = now_us >= followed_us;
    brief.state = followed ? PAIDAN__STATE__STATE_CLOSED : PAIDAN__STATE__STATE_RESOLVED;
    brief.unit = (char *)"lamps";
    shown.brief = &brief;
    cause.log = (char *)"callback";
    cause.has_seq = 1;
    cause.seq = ANSWERED_SEQ;
    closed.round = 1;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    event.has_ticket = 1;
    event.ticket = TICKET;
    event.at_ms = NOW_MS;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &closed;
    history[0].data = bytes;
    history[0].len = paidan__event__pack(&event, bytes);
    assert_true(history[0].len <= sizeof bytes);
    shown.n_history = followed && makes_a_fact ? 1 : 0;
    shown.history = history;
    answer->shown = &shown;
    asked++;
}

static void ping(Paidan__Answer *answer)
{
    static Paidan__Pong pong;
    static Paidan__Following following, *list[] = {&following};
    paidan__pong__init(&pong);
    paidan__following__init(&following);
    following.log = (char *)"callback";
    following.cursor = now_us >= followed_us ? ANSWERED_SEQ : ANSWERED_SEQ - 1;
    pong.n_following = 1;
    pong.following = list;
    answer->pong = &pong;
}

Paidan__Code test_try(struct cli *asking, const char *service, ProtobufCMessage *wish,
                      uint64_t timeout_ms, Paidan__Answer **answer)
{
    static Paidan__Answer whole;
    static Paidan__CallbackShown callback_shown;
    static uint64_t seqs[] = {ANSWERED_SEQ};
    assert_ptr_equal(asking, &cli);
    assert_true(timeout_ms > 0);
    paidan__answer__init(&whole);
    paidan__callback_shown__init(&callback_shown);
    *answer = &whole;
    if (wish->descriptor == &paidan__callback_show__descriptor) {
        callback_shown.n_history_seqs = 1;
        callback_shown.history_seqs = seqs;
        whole.callback_shown = &callback_shown;
        return PAIDAN__CODE__OK;
    }
    if (wish->descriptor == &paidan__show__descriptor) {
        assert_string_equal(service, "escalation");
        show(&whole);
        return PAIDAN__CODE__OK;
    }
    if (wish->descriptor == &paidan__ping__descriptor) {
        ping(&whole);
        return PAIDAN__CODE__OK;
    }
    *answer = NULL;
    return PAIDAN__CODE__TICKET_UNKNOWN; /* triage: it is not at the desk */
}

static int setup(void **state)
{
    (void)state;
    now_us = followed_us = 0;
    makes_a_fact = true;
    asked = 0;
    cli = (struct cli){.site_tried = true, .now_ms = NOW_MS, .timeout_ms = 1000};
    return arena_init(&cli.arena, 1u << 20) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&cli.arena);
    return 0;
}

/* What the command line prints of so many answers, in `said`. */
static void answers_tell(size_t count, bool json, char said[SAID_BYTES])
{
    Paidan__WorkResult results[REPLIES], *list[REPLIES];
    cli.json = json;
    cli.say.language = SAY_ENGLISH;
    assert_true(count <= REPLIES);
    for (size_t index = 0; index < count; index++) {
        paidan__work_result__init(&results[index]);
        results[index].ticket = TICKET;
        list[index] = &results[index];
    }
    FILE *const before = stdout;
    memset(said, 0, SAID_BYTES);
    stdout = fmemopen(said, SAID_BYTES - 1, "w");
    assert_non_null(stdout);
    const int status = cli_results(&cli, list, count, NULL);
    fclose(stdout);
    stdout = before;
    assert_int_equal(status, CLI_EXIT_OK);
}

static void assert_says(const char *said, const char *word)
{
    if (strstr(said, word) == NULL) {
        fail_msg("'%s' is not in: %s", word, said);
    }
}

static void test_answer_when_escalation_is_slow_then_its_effect_is_waited_for(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    followed_us = 2000000;
    answers_tell(1, false, said);
    assert_says(said, "closed: solved");
    assert_null(strstr(said, "follow"));
}

static void test_answer_when_it_does_not_come_then_no_state_of_before(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    followed_us = NEVER_US;
    answers_tell(1, false, said);
    assert_says(said, "recorded; the ticket will follow\n");
    assert_null(strstr(said, "resolved"));
    assert_null(strstr(said, "the resident is asked now"));
    answers_tell(1, true, said);
    assert_says(said, "the ticket will follow");
    assert_says(said, "工单随后更新");
    assert_null(strstr(said, "STATE_RESOLVED"));
    assert_null(strstr(said, "resolved"));
}

static void test_answers_when_none_comes_then_all_wait_together(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    followed_us = NEVER_US;
    answers_tell(REPLIES, false, said);
    assert_true(now_us < 4000000);
}

static void test_answer_when_nothing_is_made_of_it_then_the_state_at_once(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    makes_a_fact = false;
    answers_tell(1, false, said);
    assert_says(said, "closed");
    assert_int_equal(now_us, 0);
    assert_int_equal(asked, 2); /* again after it was known to have followed */
}

static void tell_dispatched(char said[SAID_BYTES])
{
    const struct cli_effect_of of = {.log = "callback", .seq = ANSWERED_SEQ};
    cli.say.language = SAY_CHINESE;
    FILE *const before = stdout;
    memset(said, 0, SAID_BYTES);
    stdout = fmemopen(said, SAID_BYTES - 1, "w");
    assert_non_null(stdout);
    const int status = cli_effect_tell(&cli, TICKET, &of, "已分拨", json_object());
    fclose(stdout);
    stdout = before;
    assert_int_equal(status, CLI_EXIT_OK);
}

static void test_tell_when_the_effect_is_late_then_it_says_so(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    followed_us = NEVER_US;
    tell_dispatched(said);
    assert_says(said, "已分拨；工单随后更新\n");
    assert_true(now_us >= 2000000 && now_us < 4000000);
}

static void test_tell_when_there_is_no_effect_then_nothing_is_waited_for(void **state)
{
    (void)state;
    char said[SAID_BYTES];
    makes_a_fact = false;
    tell_dispatched(said);
    assert_says(said, "已分拨\n");
    assert_int_equal(now_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_answer_when_escalation_is_slow_then_its_effect_is_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer_when_it_does_not_come_then_no_state_of_before,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_when_none_comes_then_all_wait_together, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_answer_when_nothing_is_made_of_it_then_the_state_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tell_when_the_effect_is_late_then_it_says_so, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_tell_when_there_is_no_effect_then_nothing_is_waited_for, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
