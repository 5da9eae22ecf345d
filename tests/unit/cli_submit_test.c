/* cli_submit: what is read from arguments and tables before intake sees it. The code is compiled in
 * here with an intake of ours behind it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define cli_connect test_connect
#define cli_moment test_moment
#define cli_submit test_submit
#define cli_try test_try
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_row.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_table.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_submit.c"

/* 2026-11-22 09:00 in +08:00. */
#define NOW_MS 1795309200000ull

static struct arena arena;
static uint64_t moments[8]; /* of the tickets as sent; 0: none */
static size_t sent;
static bool silent; /* no service tells the time */

int test_connect(struct cli *cli)
{
    (void)cli;
    return CLI_EXIT_OK;
}

int test_moment(struct cli *cli, enum cli_option option, bool ahead, uint64_t *at_ms)
{
    assert_false(ahead);
    return say_time_read(&cli->say, cli_value(cli, option), NOW_MS, at_ms) == RC_OK
               ? CLI_EXIT_OK
               : CLI_EXIT_USAGE;
}

Paidan__Code test_try(struct cli *cli, const char *service, ProtobufCMessage *wish,
                      uint64_t timeout_ms, Paidan__Answer **answer)
{
    static Paidan__Answer whole;
    static Paidan__Submitted submitted;
    static Paidan__SubmitResult results[8], *list[8];
    (void)service;
    (void)timeout_ms;
    if (wish->descriptor == &paidan__ping__descriptor) {
        cli->now_ms = silent ? 0 : NOW_MS;
        return silent ? PAIDAN__CODE__UNREACHABLE : PAIDAN__CODE__OK;
    }
    const Paidan__Submit *submit = (const Paidan__Submit *)(const void *)wish;
    paidan__submitted__init(&submitted);
    paidan__answer__init(&whole);
    for (size_t index = 0; index < submit->n_tickets; index++) {
        const Paidan__NewTicket *ticket = submit->tickets[index];
        moments[sent++] = ticket->has_occurred_ms ? ticket->occurred_ms : 0;
        paidan__submit_result__init(&results[index]);
        results[index].ticket = 2026112200000001ull + index;
        list[index] = &results[index];
    }
    submitted.n_results = submit->n_tickets;
    submitted.results = list;
    whole.submitted = &submitted;
    *answer = &whole;
    return PAIDAN__CODE__OK;
}

static int setup(void **state)
{
    (void)state;
    sent = 0;
    return freopen("/dev/null", "w", stderr) != NULL && arena_init(&arena, 1u << 20) == RC_OK ? 0
                                                                                              : -1;
}

/* What a command prints belongs nowhere; what cmocka prints does not. */
static FILE *hush(void)
{
    FILE *const before = stdout;
    stdout = fopen("/dev/null", "we");
    assert_non_null(stdout);
    return before;
}

static void speak(FILE *before)
{
    fclose(stdout);
    stdout = before;
}

static void table_send(uint64_t *times_odd)
{
    char table[] = "time\ttext\n3d\ta leak\n2026-11-22 09:00\ta leak\nsoon\ta leak\n";
    struct cli cli = {.site_tried = true, .arena = arena};
    struct import import = {.cli = &cli};
    cli.values[CLI_CHANNEL] = "hotline";
    cli.values[CLI_FROM] = "table";
    import.source.file = fmemopen(table, strlen(table), "r");
    assert_non_null(import.source.file);
    FILE *const before = hush();
    const int status = run_import(&import, NULL);
    speak(before);
    fclose(import.source.file);
    assert_int_equal(status, CLI_EXIT_OK);
    assert_int_equal(sent, 3);
    *times_odd = import.noted;
}

static void test_table_when_a_time_is_a_span_then_before_now(void **state)
{
    (void)state;
    uint64_t times_odd = 0;
    silent = false;
    table_send(&times_odd);
    assert_int_equal(moments[0], NOW_MS - 3 * 86400000ull);
    assert_int_equal(moments[1], NOW_MS);
    assert_int_equal(moments[2], 0);
    assert_int_equal(times_odd, 1);
}

static void test_table_when_nobody_tells_the_time_then_spans_are_left_out(void **state)
{
    (void)state;
    uint64_t times_odd = 0;
    silent = true;
    table_send(&times_odd);
    assert_int_equal(moments[0], 0);
    assert_int_equal(moments[1], NOW_MS);
    assert_int_equal(times_odd, 2);
}

static void test_one_when_its_time_is_a_span_then_before_now(void **state)
{
    (void)state;
    struct cli cli = {.site_tried = true, .arena = arena};
    cli.values[CLI_CHANNEL] = "hotline";
    cli.values[CLI_TEXT] = "a leak";
    cli.values[CLI_TIME] = "2h";
    FILE *const before = hush();
    const int status = test_submit(&cli);
    speak(before);
    client_close(cli.client); /* it asked what became of the ticket */
    assert_int_equal(status, CLI_EXIT_OK);
    assert_int_equal(sent, 1);
    assert_int_equal(moments[0], NOW_MS - 7200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_table_when_a_time_is_a_span_then_before_now, setup),
        cmocka_unit_test_setup(test_table_when_nobody_tells_the_time_then_spans_are_left_out,
                               setup),
        cmocka_unit_test_setup(test_one_when_its_time_is_a_span_then_before_now, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
