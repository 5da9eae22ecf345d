/* diag: one line each, nothing that breaks a line, repetitions held back. */
#include "common/base/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int stderr_kept;
static int ends[2];

/* stderr into a pipe, which is large enough for what these tests say. */
static void listen_begin(void)
{
    assert_int_equal(pipe(ends), 0);
    stderr_kept = dup(STDERR_FILENO);
    assert_true(stderr_kept >= 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    assert_int_equal(close(ends[1]), 0);
}

/* What was said since listen_begin; the buffer is reused. */
static const char *listen_end(void)
{
    static char text[32768];
    size_t used = 0;
    assert_true(dup2(stderr_kept, STDERR_FILENO) >= 0);
    assert_int_equal(close(stderr_kept), 0);
    for (ssize_t count; (count = read(ends[0], text + used, sizeof text - 1 - used)) > 0;) {
        used += (size_t)count;
    }
    assert_int_equal(close(ends[0]), 0);
    text[used] = '\0';
    return text;
}

static void test_line_when_level_too_fine_then_silent(void **state)
{
    (void)state;
    diag_init("test", DIAG_WARN);
    listen_begin();
    diag_log(DIAG_INFO, "part", "number=%d", 1);
    diag_log_limited(DIAG_INFO, "part", "number=%d", 2);
    diag_log(DIAG_WARN, "part", "number=%d", 3);
    assert_string_equal(listen_end(), "warn part service=test number=3\n");
}

static void test_line_when_text_has_controls_or_is_long_then_one_line(void **state)
{
    (void)state;
    static char large[4000];
    memset(large, 'x', sizeof large - 1);
    diag_init("", DIAG_DEBUG);
    listen_begin();
    diag_log(DIAG_ERROR, "part", "name=\"%s\"", "a\nb\tc\x1b[0m");
    diag_log(DIAG_DEBUG, "part", "name=\"%s\"", large);
    const char *said = listen_end();
    static const char first[] = "error part name=\"a b c [0m\"\n";
    assert_int_equal(strncmp(said, first, sizeof first - 1), 0);
    const char *second = said + sizeof first - 1;
    assert_int_equal(strlen(second), 2048);
    assert_ptr_equal(strchr(second, '\n'), second + 2047);
}

/* More places than are remembered: each still speaks, and the first is held back while known. */
static void test_limited_when_repeated_then_said_once(void **state)
{
    (void)state;
    static const char format[] = "number=%d";
    static char parts[70][8];
    diag_init("test", DIAG_INFO);
    listen_begin();
    for (int again = 0; again < 3; again++) {
        diag_log_limited(DIAG_WARN, "same", format, again);
    }
    assert_string_equal(listen_end(), "warn same service=test number=0\n");
    listen_begin();
    for (size_t index = 0; index < 70; index++) {
        (void)snprintf(parts[index], sizeof parts[index], "p%zu", index);
        diag_log_limited(DIAG_WARN, parts[index], format, 1);
    }
    size_t lines = 0;
    for (const char *at = listen_end(); (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    assert_int_equal(lines, 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_when_level_too_fine_then_silent),
        cmocka_unit_test(test_line_when_text_has_controls_or_is_long_then_one_line),
        cmocka_unit_test(test_limited_when_repeated_then_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
