/* The way to those outside: an errand goes as a line, what came of it is read however it is cut, and is told
 * with the item whose errand it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/demo/demo.h"
#include "services/demo/demo_doors.h"
#include "services/demo/demo_errand.h"

/* Those outside: a socket where trial.mjs has it. */
struct outside {
    char folder[32], run[40], path[64];
    int listener, peer;
    struct demo_doors *doors;
};

static int outside_make(void **state)
{
    struct outside *const outside = calloc(1, sizeof *outside);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(outside);
    (void)snprintf(outside->folder, sizeof outside->folder, "/tmp/demo_doors_XXXXXX");
    assert_non_null(mkdtemp(outside->folder));
    (void)snprintf(outside->run, sizeof outside->run, "%s/run", outside->folder);
    assert_int_equal(mkdir(outside->run, 0700), 0);
    (void)snprintf(outside->path, sizeof outside->path, "%s/trial.sock", outside->run);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", outside->path);
    outside->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(outside->listener >= 0);
    assert_int_equal(bind(outside->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(outside->listener, 1), 0);
    assert_int_equal(demo_doors_open(&outside->doors, outside->folder), RC_OK);
    outside->peer = accept(outside->listener, NULL, NULL);
    assert_true(outside->peer >= 0);
    *state = outside;
    return 0;
}

static int outside_end(void **state)
{
    struct outside *const outside = *state;
    demo_doors_close(outside->doors);
    (void)close(outside->peer);
    (void)close(outside->listener);
    (void)unlink(outside->path);
    (void)rmdir(outside->run);
    (void)rmdir(outside->folder);
    free(outside);
    return 0;
}

static void say(const struct outside *outside, const char *text)
{
    const ssize_t sent = send(outside->peer, text, strlen(text), MSG_NOSIGNAL);
    assert_int_equal(sent, (ssize_t)strlen(text));
}

static void errand(struct outside *outside, uint32_t row)
{
    const struct demo_item item = {.kind = DEMO_ITEM_SUBMIT, .row = row};
    assert_int_equal(demo_doors_send(outside->doors, json_pack("{s:s}", "act", "report"), &item),
                     RC_OK);
}

static void test_doors_when_nobody_listens_then_not_found(void **state)
{
    struct demo_doors *doors = NULL;
    (void)state;
    assert_int_equal(demo_doors_open(&doors, "/tmp/nobody-is-here"), RC_NOT_FOUND);
    assert_null(doors);
    assert_int_equal(demo_doors_waiting(NULL), 0);
}

static void test_errand_when_sent_then_a_line_with_its_id(void **state)
{
    struct outside *const outside = *state;
    char line[128] = "";
    errand(outside, 3);
    const ssize_t bytes = recv(outside->peer, line, sizeof line - 1, 0);
    assert_true(bytes > 0);
    assert_string_equal(line, "{\"act\":\"report\",\"id\":0}\n");
    assert_int_equal(demo_doors_waiting(outside->doors), 1);
}

static void test_told_when_out_of_order_and_cut_then_each_with_its_item(void **state)
{
    struct outside *const outside = *state;
    struct demo_told told;
    errand(outside, 3);
    errand(outside, 4);
    assert_int_equal(demo_doors_next(outside->doors, &told), RC_NOT_FOUND);
    say(outside, "{\"id\":1,\"code\":\"OK\",\"number\":\"2026");
    assert_int_equal(demo_doors_next(outside->doors, &told), RC_NOT_FOUND);
    say(outside, "1122-0123-2\"}\n{\"id\":0,\"code\":\"DUPLICATE\"}\n");
    assert_int_equal(demo_doors_next(outside->doors, &told), RC_OK);
    assert_int_equal(told.ticket, 2026112200000123ull);
    assert_int_equal(told.item.row, 4);
    assert_int_equal(told.code, DEMO_TOLD_OK);
    assert_int_equal(demo_doors_next(outside->doors, &told), RC_OK);
    assert_int_equal(told.item.row, 3);
    assert_int_equal(told.code, DEMO_TOLD_DUPLICATE);
    assert_int_equal(told.ticket, 0);
    assert_int_equal(demo_doors_waiting(outside->doors), 0);
}

static void test_told_when_code_is_unknown_then_a_fault_with_its_detail(void **state)
{
    struct outside *const outside = *state;
    struct demo_told told;
    errand(outside, 5);
    say(outside, "{\"id\":0,\"code\":\"ELSE\",\"detail\":\"no number came\"}\n");
    assert_int_equal(demo_doors_next(outside->doors, &told), RC_OK);
    assert_int_equal(told.code, DEMO_TOLD_FAULT);
    assert_string_equal(told.detail, "no number came");
}

static void test_told_when_no_errand_or_no_json_then_invalid(void **state)
{
    static const char *const lines[] = {"{\"id\":0,\"code\":\"OK\"}\n", "{\"id\":-1}\n",
                                        "{\"id\":99999999}\n", "hello\n", "[]\n"};
    struct outside *const outside = *state;
    struct demo_told told;
    for (size_t index = 0; index < sizeof lines / sizeof lines[0]; index++) {
        say(outside, lines[index]);
        assert_int_equal(demo_doors_next(outside->doors, &told), RC_INVALID);
    }
}

static void test_told_when_those_outside_are_gone_then_io(void **state)
{
    struct outside *const outside = *state;
    struct demo_told told;
    errand(outside, 1);
    (void)close(outside->peer);
    outside->peer = -1;
    assert_int_equal(demo_doors_next(outside->doors, &told), RC_IO);
    const struct demo_item item = {.kind = DEMO_ITEM_SUBMIT};
    assert_int_equal(demo_doors_send(outside->doors, json_pack("{s:s}", "act", "report"), &item),
                     RC_IO);
}

/* What those outside answer is theirs to choose: it must never end the demo by a CHECK. */
static void test_counts_when_a_fault_or_none_came_then_invalid(void **state)
{
    static const char *const answers[] = {"{\"id\":0,\"code\":\"FAULT\"}\n",
                                          "{\"id\":1,\"code\":\"OK\"}\n",
                                          "{\"id\":2,\"code\":\"OK\",\"counts\":7}\n"};
    struct outside *const outside = *state;
    static struct demo demo;
    clock_init_real(&demo.clock);
    demo.doors = outside->doors;
    for (size_t index = 0; index < sizeof answers / sizeof answers[0]; index++) {
        assert_int_equal(demo_errand_count(&demo), RC_OK);
        say(outside, answers[index]);
        assert_int_equal(demo_errand_hear(&demo), RC_INVALID);
        assert_false(demo.done.outside.told);
    }
    assert_int_equal(demo_errand_count(&demo), RC_OK);
    say(outside, "{\"id\":3,\"code\":\"OK\",\"counts\":{\"alarms\":4}}\n");
    assert_int_equal(demo_errand_hear(&demo), RC_OK);
    assert_int_equal(demo.done.outside.alarms, 4);
}

static void test_report_when_its_answer_has_counts_then_the_row_is_told(void **state)
{
    struct outside *const outside = *state;
    static struct demo demo;
    clock_init_real(&demo.clock);
    demo.doors = outside->doors;
    demo.unsubmitted = 1;
    errand(outside, 3);
    say(outside, "{\"id\":0,\"code\":\"REFUSED\",\"counts\":{}}\n");
    assert_int_equal(demo_errand_hear(&demo), RC_OK);
    assert_int_equal(demo.unsubmitted, 0);
    assert_int_equal(demo.done.refused, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doors_when_nobody_listens_then_not_found),
        cmocka_unit_test_setup_teardown(test_errand_when_sent_then_a_line_with_its_id, outside_make,
                                        outside_end),
        cmocka_unit_test_setup_teardown(test_told_when_out_of_order_and_cut_then_each_with_its_item,
                                        outside_make, outside_end),
        cmocka_unit_test_setup_teardown(test_told_when_code_is_unknown_then_a_fault_with_its_detail,
                                        outside_make, outside_end),
        cmocka_unit_test_setup_teardown(test_told_when_no_errand_or_no_json_then_invalid,
                                        outside_make, outside_end),
        cmocka_unit_test_setup_teardown(test_told_when_those_outside_are_gone_then_io, outside_make,
                                        outside_end),
        cmocka_unit_test_setup_teardown(test_counts_when_a_fault_or_none_came_then_invalid,
                                        outside_make, outside_end),
        cmocka_unit_test_setup_teardown(test_report_when_its_answer_has_counts_then_the_row_is_told,
                                        outside_make, outside_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
