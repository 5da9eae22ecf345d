/* cli_desk: the list of the desk goes out page by page, as every listing does. Its code is compiled in
 * here with a triage of ours behind it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define cli_ask test_ask
#define cli_desk_list test_desk_list
#define cli_desk_dispatch test_desk_dispatch
#define cli_desk_recall test_desk_recall
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_desk.c"

#define NOW_MS 1795395600000ull /* 2026-11-23 09:00 in +08:00 */

enum { PAGES = 3, PAGE_ITEMS = 2 };

static unsigned calls;
static size_t page_items;
static size_t written[PAGES]; /* bytes on stdout when a page was asked for */

int test_ask(struct cli *cli, const char *service, ProtobufCMessage *wish, Paidan__Answer **answer)
{
    static Paidan__Answer whole;
    static Paidan__DeskListed listed;
    static Paidan__DeskItem items[PAGE_ITEMS], *list[PAGE_ITEMS];
    static uint8_t next[] = {0x00, 0xff, 0x1a};
    assert_string_equal(service, "triage");
    assert_ptr_equal(wish->descriptor, &paidan__desk_list__descriptor);
    (void)fflush(stdout);
    written[calls] = (size_t)ftell(stdout);
    calls++;
    cli->now_ms = NOW_MS;
    paidan__answer__init(&whole);
    paidan__desk_listed__init(&listed);
    for (size_t index = 0; index < PAGE_ITEMS; index++) {
        paidan__desk_item__init(&items[index]);
        items[index].ticket = 2026112200000000ull + 10 * calls + index;
        items[index].number = (char *)"20261122-0010-0";
        items[index].title = (char *)"路灯不亮";
        list[index] = &items[index];
    }
    /* The page in the middle is empty: a service looks at so many rows at a time. */
    listed.n_items = calls == 2 ? 0 : page_items;
    listed.items = list;
    listed.has_waiting = listed.has_overdue = true;
    listed.waiting = 4;
    listed.overdue = 1;
    listed.has_cursor = calls < PAGES;
    listed.cursor = (ProtobufCBinaryData){sizeof next, next};
    whole.desk_listed = &listed;
    *answer = &whole;
    return CLI_EXIT_OK;
}

/* What the command prints. Heap. */
static char *print(const char *option, bool json)
{
    struct cli cli = {
        .say = {.language = SAY_ENGLISH}, .json = json, .site_tried = true, .arena_made = true};
    FILE *const before = stdout;
    char *text = NULL;
    size_t bytes = 0;
    assert_int_equal(arena_init(&cli.arena, 1u << 20), RC_OK);
    calls = 0;
    cli.values[CLI_ALL] = option;
    stdout = open_memstream(&text, &bytes);
    assert_non_null(stdout);
    const int got = test_desk_list(&cli);
    (void)fclose(stdout);
    stdout = before;
    arena_fini(&cli.arena);
    assert_int_equal(got, CLI_EXIT_OK);
    assert_non_null(text);
    return text;
}

static void test_desk_when_all_as_json_then_each_page_is_written_as_it_comes(void **state)
{
    (void)state;
    page_items = PAGE_ITEMS;
    char *text = print("", true);
    assert_int_equal(calls, PAGES);
    assert_int_equal(written[0], 0);
    assert_true(written[1] > 0);
    json_t *whole = json_loads(text, 0, NULL);
    assert_non_null(whole);
    assert_int_equal(json_array_size(json_object_get(whole, "tickets")), 4);
    assert_int_equal(json_integer_value(json_object_get(whole, "waiting")), 4);
    assert_int_equal(json_integer_value(json_object_get(whole, "overdue")), 1);
    assert_null(json_object_get(whole, "next"));
    json_decref(whole);
    free(text);
}

static void test_desk_when_a_page_then_the_next_ones_cursor(void **state)
{
    (void)state;
    page_items = PAGE_ITEMS;
    char *text = print(NULL, true);
    json_t *whole = json_loads(text, 0, NULL);
    assert_int_equal(calls, 1);
    assert_string_equal(json_string_value(json_object_get(whole, "next")), "00ff1a");
    json_decref(whole);
    free(text);
    text = print(NULL, false);
    assert_non_null(strstr(text, "4 at the desk, 1 overdue\nthere is more: --cursor 00ff1a\n"));
    free(text);
}

static void test_desk_when_nobody_waits_then_it_says_so(void **state)
{
    (void)state;
    page_items = 0;
    char *text = print("", false);
    assert_string_equal(text, "the desk is empty\n");
    free(text);
    text = print("", true);
    json_t *whole = json_loads(text, 0, NULL);
    assert_non_null(whole);
    assert_int_equal(json_array_size(json_object_get(whole, "tickets")), 0);
    json_decref(whole);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_desk_when_all_as_json_then_each_page_is_written_as_it_comes),
        cmocka_unit_test(test_desk_when_a_page_then_the_next_ones_cursor),
        cmocka_unit_test(test_desk_when_nobody_waits_then_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
