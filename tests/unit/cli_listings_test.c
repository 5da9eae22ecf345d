/* cli_due, cli_units, cli_replan: what they print of what escalation answers, in both languages and
 * as JSON; golden. Their code is compiled in here with an escalation of ours behind it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define cli_ask test_ask
#define cli_service_ask test_service_ask
#define cli_join_desk test_join_desk
#define cli_stray_tell test_stray_tell
#define cli_due test_due
#define cli_due_alarms test_alarms
#define cli_units test_units
#define cli_replan test_policy_replan
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_due.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_units.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_replan.c"

#include "trace.h"

/* 2026-11-23 09:00 in +08:00, a Monday. */
#define NOW_MS 1795395600000ull
#define HOUR_MS 3600000ull

static const ProtobufCMessage *asked; /* the last one */
static Paidan__DueList due_asked;
static Paidan__Replan replan_asked;
static uint8_t cursor_asked[CLI_CURSOR_BYTES_MAX];
static unsigned calls;
static bool due_empty; /* the first page */
static size_t unit_count = 2;

static Paidan__ClockSet late = PAIDAN__CLOCK_SET__INIT, soon = PAIDAN__CLOCK_SET__INIT;
static Paidan__ClockSet *late_clocks[] = {&late}, *soon_clocks[] = {&soon};
static Paidan__AssistTask task = PAIDAN__ASSIST_TASK__INIT, *tasks[] = {&task};
static Paidan__Brief red = PAIDAN__BRIEF__INIT, still = PAIDAN__BRIEF__INIT,
                     plain = PAIDAN__BRIEF__INIT;
static Paidan__Brief *briefs[] = {&red, &plain, &still};

/* A reload that escalation refused. */
Paidan__Code test_service_ask(struct cli *cli, struct cli_service services[CLI_SERVICES],
                              uint64_t timeout_ms)
{
    (void)cli;
    assert_true(timeout_ms > 0);
    memset(services, 0, CLI_SERVICES * sizeof *services);
    struct cli_service *escalation = &services[2];
    escalation->answered = true;
    escalation->refused_ms = NOW_MS - HOUR_MS;
    escalation->refused_mistakes = 2;
    (void)snprintf(escalation->refused, sizeof escalation->refused, "units.csv:3 CODE_DUPLICATE");
    (void)snprintf(escalation->refused_zh, sizeof escalation->refused_zh, "编码“a”重复");
    (void)snprintf(escalation->refused_en, sizeof escalation->refused_en,
                   "code \"a\" is used twice");
    return PAIDAN__CODE__OK;
}

static void fill_briefs(void)
{
    late.clock = soon.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    late.due_ms = NOW_MS - 50 * HOUR_MS;
    soon.due_ms = NOW_MS + 3 * HOUR_MS;
    red.ticket = 2026112200000001ull;
    still.ticket = red.ticket + 1;
    plain.ticket = red.ticket + 2;
    red.state = plain.state = PAIDAN__STATE__STATE_ACCEPTED;
    still.state = PAIDAN__STATE__STATE_SUSPENDED;
    red.level = still.level = plain.level = 3;
    red.unit = still.unit = plain.unit = "s.city";
    red.title = "路灯不亮";
    red.n_clocks = plain.n_clocks = 1;
    red.clocks = late_clocks;
    plain.clocks = soon_clocks;
    red.has_card = red.has_supervised = red.supervised = red.has_urges = true;
    red.card = PAIDAN__CARD__CARD_RED;
    red.urges = 2;
    red.has_overdue_since_ms = true;
    red.overdue_since_ms = late.due_ms;
    red.has_request = red.has_appealed = red.appealed = red.has_late = true;
    red.request = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    red.late = 1u << PAIDAN__CLOCK__CLOCK_ACCEPT | 1u << PAIDAN__CLOCK__CLOCK_HANDLE;
    still.has_suspended_until_ms = still.has_exempt = still.exempt = still.has_mode = true;
    still.suspended_until_ms = NOW_MS + 200 * HOUR_MS;
    still.mode = PAIDAN__MODE__MODE_DELIBERATION;
    still.person = "王工";
    still.n_assist_tasks = 1;
    still.assist_tasks = tasks;
    task.unit = "s.safe";
    task.has_late = task.late = true;
}

static void answer_due(Paidan__Answer *answer)
{
    static Paidan__DueListed listed = PAIDAN__DUE_LISTED__INIT;
    static uint8_t next[] = {0x00, 0xff, 0x1a};
    /* Joined with the desk: behind the last row, which has no deadline. */
    static uint8_t joined[] = {1,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    due_asked = *(const Paidan__DueList *)(const void *)asked;
    if (due_asked.has_cursor) {
        memcpy(cursor_asked, due_asked.cursor.data, due_asked.cursor.len);
    }
    paidan__due_listed__init(&listed);
    listed.n_tickets = calls > 1 ? 1 : due_empty ? 0 : 3;
    listed.tickets = briefs;
    listed.has_next = calls == 1;
    listed.next = due_asked.unit != NULL ? (ProtobufCBinaryData){sizeof next, next}
                                         : (ProtobufCBinaryData){sizeof joined, joined};
    answer->due_listed = &listed;
}

static void answer_alarms(Paidan__Answer *answer)
{
    static Paidan__AlarmsShown shown = PAIDAN__ALARMS_SHOWN__INIT;
    static char *years[] = {"office 2027"};
    paidan__alarms_shown__init(&shown);
    shown.n_repeating = 1;
    shown.repeating = briefs;
    shown.repeating_count = 3;
    shown.has_oldest_unfired_ms = true;
    shown.oldest_unfired_ms = NOW_MS - HOUR_MS;
    shown.n_unknown_years = 1;
    shown.unknown_years = years;
    answer->alarms_shown = &shown;
}

static void answer_units(Paidan__Answer *answer)
{
    static Paidan__UnitsCounted counted = PAIDAN__UNITS_COUNTED__INIT;
    static Paidan__UnitCount units[2], *list[2] = {&units[0], &units[1]};
    static Paidan__Count counts[2][4], *lists[2][4];
    static char *const names[] = {"assigned", "returned", "resolved_late", "strange"};
    static const uint64_t values[2][4] = {{120, 15, 3, 0}, {0, 0, 0, 7}};
    static char *const codes[] = {"s.city", "s.safe"};
    for (size_t unit = 0; unit < 2; unit++) {
        paidan__unit_count__init(&units[unit]);
        units[unit].unit = codes[unit];
        units[unit].n_counts = 4;
        units[unit].counts = lists[unit];
        for (size_t index = 0; index < 4; index++) {
            paidan__count__init(&counts[unit][index]);
            counts[unit][index].name = names[index];
            counts[unit][index].value = values[unit][index];
            lists[unit][index] = &counts[unit][index];
        }
    }
    counted.has_as_of_ms = true;
    counted.as_of_ms = NOW_MS;
    counted.n_units = unit_count;
    counted.units = list;
    answer->units_counted = &counted;
}

static void answer_replan(Paidan__Answer *answer)
{
    static Paidan__Replanning planned;
    static Paidan__ReplanMove moves[2], *list[2] = {&moves[0], &moves[1]};
    replan_asked = *(const Paidan__Replan *)(const void *)asked;
    paidan__replanning__init(&planned);
    for (size_t index = 0; index < 2; index++) {
        paidan__replan_move__init(&moves[index]);
        moves[index].ticket = 2026112200000001ull + calls;
        moves[index].clock = index == 0 ? PAIDAN__CLOCK__CLOCK_HANDLE : PAIDAN__CLOCK__CLOCK_ACCEPT;
        moves[index].old_due_ms = NOW_MS + 100 * HOUR_MS;
        moves[index].new_due_ms = NOW_MS + (index == 0 ? 172 : 96) * HOUR_MS;
        moves[index].unit = "s.city";
    }
    planned.moves = list;
    planned.n_moves = calls == 1 ? 2 : 1;
    planned.looked_at = 500;
    planned.moved = 1;
    planned.has_next = calls == 1;
    planned.next = 2026112200000002ull;
    answer->replanning = &planned;
}

int test_ask(struct cli *cli, const char *service, ProtobufCMessage *wish, Paidan__Answer **answer)
{
    static Paidan__Answer whole;
    assert_string_equal(
        service, wish->descriptor == &paidan__unit_counts__descriptor ? "archive" : "escalation");
    asked = wish;
    calls++;
    paidan__answer__init(&whole);
    cli->now_ms = NOW_MS;
    if (wish->descriptor == &paidan__due_list__descriptor) {
        answer_due(&whole);
    } else if (wish->descriptor == &paidan__alarms__descriptor) {
        answer_alarms(&whole);
    } else if (wish->descriptor == &paidan__unit_counts__descriptor) {
        answer_units(&whole);
    } else {
        assert_ptr_equal(wish->descriptor, &paidan__replan__descriptor);
        answer_replan(&whole);
    }
    *answer = &whole;
    return CLI_EXIT_OK;
}

/* One new ticket at the desk, overdue since an hour; of a unit's list, and behind a cursor of
 * escalation's, nobody asks. */
/* cli_stray asks services of its own: see tests/integration/site_edit.sh. */
void test_stray_tell(struct cli *cli, uint64_t timeout_ms, json_t *object)
{
    (void)cli;
    (void)object;
    assert_int_equal(timeout_ms, PING_MS);
}

int test_join_desk(struct cli *cli, Paidan__DeskList *wish, const Paidan__DeskListed **desk)
{
    static Paidan__ClockSet clock;
    static Paidan__DeskItem item, *items[] = {&item};
    static Paidan__DeskListed listed;
    paidan__clock_set__init(&clock);
    paidan__desk_item__init(&item);
    paidan__desk_listed__init(&listed);
    clock.clock = PAIDAN__CLOCK__CLOCK_DESK;
    clock.due_ms = NOW_MS - HOUR_MS;
    item.ticket = 2026112200000009ull;
    item.number = (char *)"20261122-0009-2";
    item.title = (char *)"燃气味道";
    item.clock = &clock;
    listed.has_waiting = listed.has_overdue = true;
    listed.waiting = 4;
    listed.overdue = 1;
    listed.n_items = cli_given(cli, CLI_UNIT) ? 0 : 1;
    listed.items = items;
    cli->now_ms = NOW_MS;
    assert_true(wish->by_due);
    *desk = &listed;
    return CLI_EXIT_OK;
}

static struct cli speaker(bool chinese, bool json)
{
    struct cli cli = {.say = {.language = chinese ? SAY_CHINESE : SAY_ENGLISH},
                      .json = json,
                      .site_tried = true,
                      .arena_made = true};
    assert_int_equal(arena_init(&cli.arena, 1u << 20), RC_OK);
    calls = 0;
    return cli;
}

/* What the command prints. Heap. */
static char *print(struct cli *cli, int (*command)(struct cli *), int status)
{
    FILE *const before = stdout;
    struct {
        char *text;
        size_t bytes;
    } *const told = calloc(1, sizeof *told); /* not on the stack: the stream holds where it is */
    assert_non_null(told);
    stdout = open_memstream(&told->text, &told->bytes);
    assert_non_null(stdout);
    const int got = command(cli);
    (void)fclose(stdout);
    stdout = before;
    arena_fini(&cli->arena);
    assert_int_equal(got, status);
    assert_non_null(told->text);
    char *const text = told->text;
    free(told);
    return text;
}

static void test_listings_when_printed_then_as_golden(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int (*run)(struct cli *);
    } commands[] = {{"due", test_due},
                    {"alarms", test_alarms},
                    {"units", test_units},
                    {"policy replan", test_policy_replan}};
    struct trace trace;
    trace_init(&trace, 0);
    fill_briefs();
    for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++) {
        for (int how = 0; how < 3; how++) {
            static const char *const names[] = {"zh", "en", "json"};
            struct cli cli = speaker(how == 0, how == 2);
            char *text = print(&cli, commands[index].run, CLI_EXIT_OK);
            trace_say(&trace, "-- %s, %s\n%s", commands[index].name, names[how], text);
            free(text);
        }
    }
    struct cli one = speaker(true, false);
    one.values[CLI_UNIT] = "s.city";
    unit_count = 1;
    char *counts = print(&one, test_units, CLI_EXIT_OK);
    unit_count = 2;
    trace_say(&trace, "-- units --unit s.city, zh\n%s", counts);
    free(counts);
    for (int how = 0; how < 2; how++) {
        struct cli applied = speaker(how == 0, false);
        applied.values[CLI_APPLY] = "";
        applied.values[CLI_UNIT] = "s.city";
        char *told = print(&applied, test_policy_replan, CLI_EXIT_OK);
        const char *totals = strstr(told, how == 0 ? "看了" : "1000 open");
        assert_non_null(totals);
        trace_say(&trace, "-- policy replan --apply, its end, %s\n%s", how == 0 ? "zh" : "en",
                  totals);
        free(told);
    }
    assert_true(trace_golden(&trace, "cli_listings"));
    trace_fini(&trace);
}

static void test_due_when_there_is_more_then_the_cursor_comes_back(void **state)
{
    (void)state;
    fill_briefs();
    struct cli cli = speaker(false, false);
    cli.values[CLI_ALL] = "";
    cli.values[CLI_OVERDUE] = "";
    cli.values[CLI_UNIT] = "s.city";
    free(print(&cli, test_due, CLI_EXIT_OK));
    assert_int_equal(calls, 2);
    assert_true(due_asked.overdue && due_asked.has_cursor);
    assert_string_equal(due_asked.unit, "s.city");
    assert_int_equal(due_asked.cursor.len, 3);
    assert_memory_equal(cursor_asked, "\x00\xff\x1a", 3);
    /* As a person types it. */
    cli = speaker(false, false);
    cli.values[CLI_CURSOR] = "00ff1a";
    free(print(&cli, test_due, CLI_EXIT_OK));
    assert_memory_equal(cursor_asked, "\x00\xff\x1a", 3);
    /* An empty page that is not the last is no answer: the next one is asked for. */
    cli = speaker(false, true);
    cli.values[CLI_UNIT] = "s.city";
    due_empty = true;
    char *text = print(&cli, test_due, CLI_EXIT_OK);
    due_empty = false;
    assert_int_equal(calls, 2);
    assert_non_null(strstr(text, "20261122-0001-9"));
    free(text);
    static const char *const wrong[] = {"", "0", "0g", "00FF"};
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        cli = speaker(false, false);
        cli.values[CLI_CURSOR] = wrong[index];
        free(print(&cli, test_due, CLI_EXIT_USAGE));
        assert_int_equal(calls, 0);
    }
    cli = speaker(false, false);
    cli.values[CLI_OVERDUE] = "";
    cli.values[CLI_WITHIN] = "2026-12-01";
    free(print(&cli, test_due, CLI_EXIT_USAGE));
}

static void test_replan_when_applied_then_a_unit_and_every_page(void **state)
{
    (void)state;
    struct cli cli = speaker(false, true);
    cli.values[CLI_APPLY] = "";
    free(print(&cli, test_policy_replan, CLI_EXIT_USAGE));
    assert_int_equal(calls, 0);
    cli = speaker(false, true);
    cli.values[CLI_APPLY] = "";
    cli.values[CLI_UNIT] = "s.any";
    free(print(&cli, test_policy_replan, CLI_EXIT_OK));
    assert_int_equal(calls, 2);
    assert_true(replan_asked.apply);
    assert_int_equal(replan_asked.after, 2026112200000002ull);
    assert_string_equal(replan_asked.unit, "s.any");
}

static int setup(void **state)
{
    (void)state;
    return freopen("/dev/null", "w", stderr) == NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listings_when_printed_then_as_golden),
        cmocka_unit_test(test_due_when_there_is_more_then_the_cursor_comes_back),
        cmocka_unit_test(test_replan_when_applied_then_a_unit_and_every_page),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
