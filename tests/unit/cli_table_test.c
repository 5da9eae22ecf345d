/* cli_table: tables of complaints as people and other systems save them. The code is compiled in
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
#define cli_try test_try
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_row.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_table.c"

/* 2026-11-22 09:00 in +08:00. */
#define NOW_MS 1795309200000ull

enum { SENT_MAX = 16, SAID_BYTES = 4096 };

static struct arena arena;
static char sent[SAID_BYTES]; /* "id|time|place|title|text|phone|reporter;" of each ticket */
static size_t sent_count;
static struct say speaking;

static uint64_t last_due_ms; /* of the row handed in last; 0: none */

int test_connect(struct cli *cli)
{
    (void)cli;
    return CLI_EXIT_OK;
}

static void put(const char *text, const char *after)
{
    const size_t used = strlen(sent);
    (void)snprintf(sent + used, sizeof sent - used, "%s%s", text == NULL ? "" : text, after);
}

Paidan__Code test_try(struct cli *cli, const char *service, ProtobufCMessage *wish,
                      uint64_t timeout_ms, Paidan__Answer **answer)
{
    static Paidan__Answer whole;
    static Paidan__Submitted submitted;
    static Paidan__SubmitResult results[SENT_MAX], *list[SENT_MAX];
    (void)service;
    (void)timeout_ms;
    cli->now_ms = NOW_MS;
    if (wish->descriptor == &paidan__ping__descriptor) {
        return PAIDAN__CODE__OK;
    }
    const Paidan__Submit *submit = (const Paidan__Submit *)(const void *)wish;
    paidan__submitted__init(&submitted);
    paidan__answer__init(&whole);
    for (size_t index = 0; index < submit->n_tickets; index++) {
        const Paidan__NewTicket *ticket = submit->tickets[index];
        char at[SAY_TIME_BYTES] = "";
        if (ticket->has_occurred_ms) {
            say_time_exact(&speaking, ticket->occurred_ms, at);
        }
        last_due_ms = ticket->has_due_ms ? ticket->due_ms : 0;
        put(ticket->external_id, "|");
        put(at, "|");
        put(ticket->place, "|");
        put(ticket->title, "|");
        put(ticket->text, "|");
        put(ticket->phone, "|");
        put(ticket->reporter, ";");
        sent_count++;
        assert_true(index < SENT_MAX);
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
    sent[0] = '\0';
    sent_count = 0;
    return arena_init(&arena, 1u << 20) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* Hands the table in and keeps what is printed: standard output and what follows it. */
struct told {
    char out[SAID_BYTES], err[SAID_BYTES];
    int status;
};

static void hand_in(const char *table, bool json, bool again, struct told *told)
{
    struct cli cli = {.site_tried = true, .arena = arena, .json = json};
    struct import import = {.cli = &cli};
    cli.values[CLI_CHANNEL] = "hotline";
    cli.values[CLI_FROM] = "table";
    FILE *file = fopen("table", "w");
    assert_non_null(file);
    fputs(table, file);
    fclose(file);
    import.source.file = fopen("table", "r");
    assert_non_null(import.source.file);
    FILE *const out = stdout, *const err = stderr;
    memset(told, 0, sizeof *told);
    stdout = fmemopen(told->out, sizeof told->out - 1, "w");
    stderr = fmemopen(told->err, sizeof told->err - 1, "w");
    assert_true(stdout != NULL && stderr != NULL);
    told->status = run_import(&import, again ? "table" : NULL);
    fclose(stdout);
    fclose(stderr);
    stdout = out;
    stderr = err;
    fclose(import.source.file);
}

static void check(const char *table, int status, const char *expected)
{
    struct told told;
    sent[0] = '\0';
    sent_count = 0;
    hand_in(table, false, true, &told);
    if (strcmp(sent, expected) != 0) {
        print_message("%s\n-> %s\n%s%s", table, sent, told.out, told.err);
    }
    assert_string_equal(sent, expected);
    assert_int_equal(told.status, status);
}

static void test_table_when_cells_hold_breaks_and_quotes_then_one_complaint(void **state)
{
    (void)state;
    check("text\r\n\"三号楼停运\n老人下不了楼\n\"\"物业\"\"不管\"\r\n路灯不亮\r\n", 0,
          "||||三号楼停运\n老人下不了楼\n\"物业\"不管||;||||路灯不亮||;");
    check("external_id\tplace\ttext\tphone\r\nQ1\t锦绣苑\t\"水管爆了\n满屋是水\"\t13800138000\r\n",
          0, "Q1||锦绣苑||水管爆了\n满屋是水|13800138000|;");
    check("text,place\n\"漏水,\r\n很大\",3号楼\n", 0, "||3号楼||漏水,\r\n很大||;");
    check("text;place\n\"漏水;很大\";3号楼\n", 0, "||3号楼||漏水;很大||;");
    check("text\n他说\"不管\"，没有人来\n", 0, "||||他说\"不管\"，没有人来||;");
}

static void test_table_when_a_row_is_wrong_then_it_alone_by_its_line(void **state)
{
    (void)state;
    struct told told;
    check("text,place\n漏水,a\n\"x\"y,b\n停电,c\n", CLI_EXIT_DATA, "||a||漏水||;||c||停电||;");
    check("text,place\n漏水,a,b\n停电,c\n", CLI_EXIT_DATA, "||c||停电||;");
    check("text\n\xff\n停电\n\u3000\u200b\n", CLI_EXIT_DATA, "||||停电||;");
    hand_in("text,place\n漏水,a\n\n\"x\"y,b\n停电,c\n", false, true, &told);
    assert_non_null(strstr(told.out, "\n4\t-\tFIELD_INVALID\t-\tA quote is out of place"));
    assert_non_null(strstr(told.out, "\n5\t"));
    hand_in("text,place\n\"never ends,b\n", true, true, &told);
    assert_non_null(strstr(told.out, "\"line\":2,\"result\":\"refused\""));
    assert_non_null(strstr(told.out, "\"zh\":\"从这一行开始的引号没有结束"));
}

/* What comes next: whether the whole table may be handed in again depends on its ids. */
static void test_table_when_done_then_what_comes_next(void **state)
{
    (void)state;
    struct told told;
    hand_in("text,place\n漏水,a\n\"x\"y,b\n", false, true, &told);
    assert_non_null(strstr(told.err, "accepted 1, duplicate 0, refused 1\ntriage has them: "));
    assert_non_null(strstr(told.err, "\nhand in the refused rows alone"));
    hand_in("external_id,text\n1,漏水\n2,\"x\"y\n", false, true, &told);
    assert_non_null(strstr(told.err, "\nwhen the refused rows are mended, the whole file may be"));
    hand_in("external_id,text\n1,漏水\n", true, true, &told);
    assert_non_null(strstr(told.out, "\"next\":{\"zh\":\"已交分拨"));
    assert_null(strstr(told.out, "被拒"));
}

static void test_table_when_names_of_columns_vary_then_found(void **state)
{
    (void)state;
    struct told told;
    check(
        "\ufeff编号\t发生时间\t地点\t标题\t诉求内容\t联系电话\t姓名\n"
        " A1\u3000\t2026年3月2日 上午9点05分\t 3号楼 \t漏水\t 水很大 \t138 0013 8000\t 王 \n",
        0, "A1|2026-03-02 09:05:00|3号楼|漏水|水很大|13800138000|王;");
    check(" Text ,TIME\n漏水,\n", 0, "||||漏水||;");
    hand_in("text\tText\nx\ty\n", false, true, &told);
    assert_int_equal(told.status, CLI_EXIT_USAGE);
    hand_in("place\nx\n", false, true, &told);
    assert_int_equal(told.status, CLI_EXIT_USAGE);
    hand_in("", false, true, &told);
    assert_int_equal(told.status, CLI_EXIT_USAGE);
    hand_in("\xff\xfet\n", false, true, &told);
    assert_int_equal(told.status, CLI_EXIT_USAGE);
    hand_in("text\tcolour\nx\ty\n", false, true, &told);
    assert_int_equal(told.status, CLI_EXIT_OK);
    assert_non_null(strstr(told.err, "colour"));
}

static void test_table_when_times_are_written_anyhow_then_read_or_named(void **state)
{
    (void)state;
    struct told told;
    check("time\ttext\n46083.378472222\ta\n2026/3/2 9:05\tb\n2026-03-02T09:05\tc\n3d\td\n", 0,
          "|2026-03-02 09:05:00|||a||;|2026-03-02 09:05:00|||b||;|2026-03-02 09:05:00|||c||;"
          "|2026-11-19 09:00:00|||d||;");
    check("time,text\n03/02/2026 09:05:00 AM,a\n03/02/2026 03:20:00 PM,b\n", 0,
          "|2026-03-02 09:05:00|||a||;|2026-03-02 15:20:00|||b||;");
    /* A later row decides for an earlier one; without one nothing is guessed. */
    check("time,text\n03/02/2026,a\n28/02/2026,b\n", 0,
          "|2026-02-03 00:00:00|||a||;|2026-02-28 00:00:00|||b||;");
    check("time,text\n03/02/2026,a\nsoon,b\n2027-01-01,c\n", 0, "||||a||;||||b||;||||c||;");
    hand_in("time,text\n03/02/2026,a\nsoon,b\n2027-01-01,c\n", false, true, &told);
    assert_non_null(strstr(told.err, "line 2, time: day or month first"));
    assert_non_null(
        strstr(told.err, "line 3, time: the time is not understood and left out (soon)"));
    assert_non_null(strstr(told.err, "line 4, time: the time is more than a day ahead"));
    hand_in("time,text\nsoon,b\n", true, true, &told);
    assert_non_null(strstr(told.out, "\"column\":\"time\",\"code\":\"TIME_ODD\""));
    assert_non_null(strstr(told.out, "\"value\":\"soon\""));
    assert_non_null(strstr(told.out, "\"noted\":1"));
}

/* 上级时限, as the sheet of a hotline above gives it: a day alone means its end. */
static void test_table_when_a_deadline_from_above_is_named_then_it_goes_along(void **state)
{
    (void)state;
    struct told told;
    const uint64_t nine_ms = NOW_MS / 86400000 * 86400000 + 3600000; /* 09:00 there */
    check("办理时限,text\n2026-11-30 09:00,a\n", 0, "||||a||;");
    assert_int_equal(last_due_ms, nine_ms + 8 * 86400000ull);
    check("截止时间,text\n2026.11.30,a\n", 0, "||||a||;");
    assert_int_equal(last_due_ms, nine_ms + 8 * 86400000ull + (14 * 60 + 59) * 60000ull);
    check("上级时限,text\n46356.375,a\n", 0, "||||a||;");
    assert_int_equal(last_due_ms, nine_ms + 8 * 86400000ull);
    check("due,text\nsoon,a\n", 0, "||||a||;");
    assert_int_equal(last_due_ms, 0);
    hand_in("due,text\n2099-01-01,b\n", false, true, &told);
    assert_non_null(strstr(told.err, "line 2, due: the deadline from above is not understood"));
    assert_int_equal(last_due_ms, 0);
}

/* A pipe is read once: the rows of a batch decide together. */
static void test_table_when_it_is_a_pipe_then_the_batch_decides(void **state)
{
    (void)state;
    struct told told;
    hand_in("time,text\n03/02/2026,a\n28/02/2026,b\n", false, false, &told);
    assert_string_equal(sent, "|2026-02-03 00:00:00|||a||;|2026-02-28 00:00:00|||b||;");
}

static void test_table_when_a_title_is_long_then_whole_or_cut_with_a_word(void **state)
{
    (void)state;
    char table[2048] = "title\ttext\n";
    struct told told;
    for (int index = 0; index < 81; index++) {
        strcat(table, "路");
    }
    strcat(table, "\t请处理\n");
    hand_in(table, false, true, &told);
    assert_int_equal(strlen(sent), 3 + 81 * 3 + 1 + strlen("请处理") + 3);
    assert_null(strstr(told.err, "line 2"));
    assert_non_null(strstr(told.err, "beginning): 1"));
    sent[0] = '\0';
    strcpy(table, "title\ttext\n");
    for (int index = 0; index < 171; index++) {
        strcat(table, "路");
    }
    strcat(table, "\t请处理\n");
    hand_in(table, false, true, &told);
    assert_int_equal(strlen(sent), 3 + 170 * 3 + 1 + strlen("请处理") + 3);
    assert_non_null(strstr(told.err, "line 2, title: "));
}

static void test_table_when_phones_are_written_anyhow_then_no_row_is_lost(void **state)
{
    (void)state;
    struct told told;
    check(
        "phone\ttext\n0592-2345678转801\ta\n１３８００１３８０００\tb\n\u202d13800138000\u202c\tc\n"
        "13800138000.0\td\n1.38E+10\te\n没有\tf\n",
        0,
        "||||a|0592-2345678#801|;||||b|13800138000|;||||c|13800138000|;||||d|13800138000|;"
        "||||e||;||||f||;");
    hand_in("phone\ttext\n1.38E+10\ta\n138 0013 8000（王）\tb\n", false, true, &told);
    assert_non_null(strstr(told.err, "line 2, phone: the phone is not understood"));
    assert_non_null(strstr(told.err, "line 3, phone: only a part"));
    assert_null(strstr(told.err, "138")); /* personal: never on a screen for no reason */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_table_when_cells_hold_breaks_and_quotes_then_one_complaint, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_when_a_row_is_wrong_then_it_alone_by_its_line,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_when_done_then_what_comes_next, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_when_names_of_columns_vary_then_found, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_table_when_times_are_written_anyhow_then_read_or_named,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_table_when_a_deadline_from_above_is_named_then_it_goes_along, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_when_it_is_a_pipe_then_the_batch_decides, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_table_when_a_title_is_long_then_whole_or_cut_with_a_word, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_table_when_phones_are_written_anyhow_then_no_row_is_lost, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
