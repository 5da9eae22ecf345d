/* rc, check, clock, arena, diag, folder, metrics. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/base/folder.h"
#include "common/base/metrics.h"
#include "scratch.h"

/* What a child process writes to stderr while it does `act`. */
static int capture(void (*act)(void), char *text, size_t size)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    (void)close(ends[1]);
    size_t used = 0;
    ssize_t count = 0;
    while (used + 1 < size && (count = read(ends[0], text + used, size - 1 - used)) > 0) {
        used += (size_t)count;
    }
    text[used] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_rc_when_any_then_named(void **state)
{
    (void)state;
    for (enum rc rc = RC_OK; rc <= RC_BUG; rc++) {
        assert_string_not_equal(rc_name(rc), "unknown");
        for (enum rc other = RC_OK; other < rc; other++) {
            assert_string_not_equal(rc_name(rc), rc_name(other));
        }
    }
    assert_string_equal(rc_name(RC_BUG), "bug");
    assert_string_equal(rc_name((enum rc)(RC_BUG + 1)), "unknown");
    assert_string_equal(rc_name((enum rc) - 1), "unknown");
}

/* What passes by itself must not keep a service down; what does not must not have it started again
 * for ever. */
static void test_rc_when_a_file_does_not_open_then_wrong_settings_or_not_now(void **state)
{
    (void)state;
    assert_int_equal(rc_of_file(ENOENT), RC_NOT_FOUND);
    assert_int_equal(rc_of_file(EACCES), RC_SETTINGS);
    assert_int_equal(rc_of_file(ELOOP), RC_SETTINGS);
    assert_int_equal(rc_of_file(EMFILE), RC_IO);
    assert_int_equal(rc_of_file(EIO), RC_IO);
}

static void test_folder_when_synced_then_its_own_or_the_one_above(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    assert_int_equal(folder_sync(scratch.path), RC_OK);
    assert_int_equal(folder_sync(scratch_path(&scratch, "nowhere")), RC_IO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(folder_sync_parent(scratch_path(&scratch, "nowhere")), RC_OK);
    assert_int_equal(folder_sync_parent(scratch_path(&scratch, "no/where")), RC_IO);
    assert_int_equal(folder_sync_parent("/here"), RC_OK);
    assert_int_equal(folder_sync_parent("here"), RC_OK);
    scratch_remove(&scratch);
}

static void fail_check(void)
{
    /* cmocka's handler of the test process must not catch it. */
    const int one = 1;
    CHECK(one == 1);
    CHECK(one == 2);
}

static void test_check_when_false_then_says_where_and_aborts(void **state)
{
    (void)state;
    char text[1024];
    const int status = capture(fail_check, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(text, "error check at="));
    assert_non_null(strstr(text, "failed=\"one == 2\""));
}

/* ---- clock ---- */

static enum rc open_clock(const struct scratch *scratch, const char *text, struct clock *clock)
{
    FILE *file = fopen(scratch_path(scratch, "clock"), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return clock_open(clock, scratch->path);
}

static void test_clock_when_file_is_absent_or_wrong_then_told(void **state)
{
    (void)state;
    struct scratch scratch;
    struct clock clock;
    scratch_make(&scratch);
    assert_int_equal(clock_open(&clock, scratch.path), RC_OK);
    assert_int_equal(clock.kind, CLOCK_REAL);
    assert_int_equal(open_clock(&scratch, "scaled 1000 2000 60\n", &clock), RC_OK);
    assert_int_equal(clock.kind, CLOCK_SCALED);
    assert_int_equal(clock.real_epoch_ms, 1000);
    assert_int_equal(clock.site_epoch_ms, 2000);
    assert_int_equal(clock.rate, 60);
    static const char *const wrong[] = {
        "",
        "scaled\n",
        "scaled 1 2 3",   /* no line end: half written */
        "scaled 1 2 0\n", /* stands still */
        "scaled 1 2 100001\n",
        "scaled 1 -2 3\n",
        "scaled 1 2 3\n\n",
        "scaled 1  2 3\n",
        "scaled 99999999999999999999 2 3\n",
        "virtual 5\n",
    };
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        assert_int_equal(open_clock(&scratch, wrong[index], &clock), RC_INVALID);
    }
    scratch_remove(&scratch);
    assert_int_equal(mkdir(scratch.path, 0700), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "clock"), 0700), 0);
    assert_int_equal(clock_open(&clock, scratch.path), RC_IO);
    scratch_remove(&scratch);
}

static void test_clock_when_scaled_then_rate_and_wait_fit(void **state)
{
    (void)state;
    struct clock real;
    clock_init_real(&real);
    const uint64_t now = clock_now_ms(&real);
    assert_true(now > 1700000000000ull);
    struct clock clock = {
        .kind = CLOCK_SCALED, .real_epoch_ms = now - 10000, .site_epoch_ms = 5000000, .rate = 1000};
    const uint64_t site = clock_now_ms(&clock);
    assert_true(site >= 5000000 + 10000 * 1000);
    assert_int_equal(clock_wait_ms(&clock, site), 0);
    assert_int_equal(clock_wait_ms(&clock, 0), 0);
    /* An hour of site time is 3.6 s; what has passed meanwhile only makes it shorter. */
    const uint64_t wait = clock_wait_ms(&clock, site + 3600000);
    assert_true(wait <= 3600);
    assert_true(clock_wait_ms(&clock, UINT64_MAX) > 1u << 30);
    clock.real_epoch_ms = now + 1000000; /* not begun yet */
    assert_int_equal(clock_now_ms(&clock), 5000000);
    clock.real_epoch_ms = 0;
    clock.rate = UINT64_MAX;
    assert_int_equal(clock_now_ms(&clock), UINT64_MAX); /* and not a small number */
}

static void test_clock_when_virtual_then_as_set(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 7);
    assert_int_equal(clock_now_ms(&clock), 7);
    clock_set_ms(&clock, 9);
    assert_int_equal(clock_now_ms(&clock), 9);
    assert_int_equal(clock_wait_ms(&clock, 1000), 0);
    const uint64_t before = clock_monotonic_us();
    assert_true(clock_monotonic_us() >= before);
}

/* ---- arena ---- */

static void test_arena_when_used_then_aligned_and_bounded(void **state)
{
    (void)state;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 4096), RC_OK);
    unsigned char *one = arena_alloc(&arena, 1), *two = arena_alloc(&arena, 17);
    assert_non_null(one);
    assert_non_null(two);
    assert_int_equal((uintptr_t)one % 16, 0);
    assert_int_equal(two - one, 16);
    assert_int_equal(arena.used, 48);
    assert_null(arena_alloc(&arena, 4096));
    assert_true(arena.denied);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_non_null(arena_alloc(&arena, 4096 - 48));
    assert_null(arena_alloc(&arena, 1));
    arena_reset(&arena);
    assert_false(arena.denied);
    arena.budget = 64;
    assert_null(arena_alloc(&arena, 65));
    memset(arena_alloc(&arena, 32), 0xff, 32);
    arena_reset(&arena);
    assert_int_equal(arena.budget, 4096);
    static const unsigned char zeroes[32];
    assert_memory_equal(arena_zalloc(&arena, 32), zeroes, 32);
    assert_string_equal(arena_strdup(&arena, "路灯"), "路灯");
    assert_string_equal(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    arena.budget = arena.used;
    assert_null(arena_strdup(&arena, ""));
    assert_null(arena_printf(&arena, "x"));
    assert_null(arena_zalloc(&arena, 1));
    arena_fini(&arena);
}

static void test_arena_when_reset_after_much_then_pages_returned(void **state)
{
    (void)state;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 64u << 20), RC_OK);
    unsigned char *bytes = arena_alloc(&arena, 32u << 20);
    assert_non_null(bytes);
    bytes[0] = 1;
    bytes[(32u << 20) - 1] = 1;
    arena_reset(&arena);
    assert_int_equal(bytes[(32u << 20) - 1], 0); /* a fresh page */
    assert_int_equal(bytes[0], 1);               /* the first 8 MiB are kept */
    arena_fini(&arena);
}

/* ---- diag ---- */

static void write_lines(void)
{
    diag_log(DIAG_INFO, "early", "key=%d", 1);
    diag_init("intake", DIAG_INFO);
    diag_log(DIAG_WARN, "part", "seq=%d text=\"two\nlines\"", 42);
    diag_log(DIAG_DEBUG, "part", "hidden=1");
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    diag_log(DIAG_ERROR, "long", "%s", text);
    for (unsigned count = 0; count < 100; count++) {
        diag_log_limited(DIAG_WARN, "often", "count=%u", count);
        diag_log_limited(DIAG_WARN, "other", "count=%u", count);
    }
}

static void test_diag_when_written_then_one_line_each(void **state)
{
    (void)state;
    static char text[16384];
    assert_int_equal(capture(write_lines, text, sizeof text), 0);
    static const char first[] =
        "info early key=1\n"
        "warn part service=intake seq=42 text=\"two lines\"\n"
        "error long service=intake xxxx";
    assert_memory_equal(text, first, sizeof first - 1);
    unsigned lines = 0;
    for (const char *at = text; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    assert_int_equal(lines, 5);
    assert_null(strstr(text, "hidden"));
    assert_non_null(strstr(text, "warn often service=intake count=0\n"));
    assert_non_null(strstr(text, "warn other service=intake count=0\n"));
    assert_null(strstr(text, "count=1"));
}

/* ---- metrics ---- */

/* Prometheus refuses a family that stands twice, and samples that are not together. */
static void test_metrics_when_pages_are_joined_then_each_family_once(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "# HELP a first\n# TYPE a gauge\na 1\n# HELP b h\n# TYPE b counter\nb{le=\"1\"} 2\n",
        NULL,
        "# HELP b h\n# TYPE b counter\nb{le=\"1\"} 3\n# HELP c h\n# TYPE c gauge\nc 4\n",
    };
    static const char *const names[] = {"one", "away", "two"};
    char text[1024];
    struct metrics metrics;
    metrics_init(&metrics, text, sizeof text);
    metrics_join(&metrics, pages, names, 3);
    assert_int_equal(metrics.failed, 0);
    assert_string_equal(text,
                        "# HELP a first\n# TYPE a gauge\na{service=\"one\"} 1\n"
                        "# HELP b h\n# TYPE b counter\nb{service=\"one\",le=\"1\"} 2\n"
                        "b{service=\"two\",le=\"1\"} 3\n"
                        "# HELP c h\n# TYPE c gauge\nc{service=\"two\"} 4\n");
}

static void test_metrics_when_written_then_exposition_format(void **state)
{
    (void)state;
    char text[4096], label[64];
    struct metrics metrics;
    struct metrics_histogram histogram = {.count = 0};
    metrics_init(&metrics, text, sizeof text);
    metrics_family(&metrics, "paidan_head", "gauge", "Newest record.");
    assert_int_equal(metrics_escape("a\"b\\c\nd", label, sizeof label), RC_OK);
    assert_string_equal(label, "a\\\"b\\\\c\\nd");
    metrics_sample(&metrics, "paidan_head", NULL, 12345678901.0);
    metrics_sample(&metrics, "paidan_head", "service=\"x\"", 0.5);
    assert_string_equal(text,
                        "# HELP paidan_head Newest record.\n# TYPE paidan_head gauge\n"
                        "paidan_head 12345678901\npaidan_head{service=\"x\"} 0.5\n");
    metrics_observe(&histogram, 0.00005);
    metrics_observe(&histogram, 0.001);
    metrics_observe(&histogram, 99);
    metrics_init(&metrics, text, sizeof text);
    metrics_histogram(&metrics, "step_seconds", "Steps.", &histogram);
    assert_non_null(strstr(text, "# TYPE step_seconds histogram\n"));
    assert_non_null(strstr(text, "step_seconds_bucket{le=\"0.0001\"} 1\n"));
    assert_non_null(strstr(text, "step_seconds_bucket{le=\"0.0005\"} 1\n"));
    assert_non_null(strstr(text, "step_seconds_bucket{le=\"0.001\"} 2\n"));
    assert_non_null(strstr(text, "step_seconds_bucket{le=\"10\"} 2\n"));
    assert_non_null(strstr(text, "step_seconds_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(text, "step_seconds_sum 99.00105\nstep_seconds_count 3\n"));
    assert_false(metrics.failed);
}

static void test_metrics_when_full_then_failed_and_whole_lines(void **state)
{
    (void)state;
    char text[20], label[4];
    struct metrics metrics;
    metrics_init(&metrics, text, sizeof text);
    metrics_sample(&metrics, "a", NULL, 1);
    metrics_sample(&metrics, "longer_name", "with=\"label\"", 1);
    metrics_sample(&metrics, "b", NULL, 1);
    assert_true(metrics.failed);
    assert_string_equal(text, "a 1\n");
    assert_int_equal(metrics_escape("abc", label, sizeof label), RC_OK);
    assert_int_equal(metrics_escape("ab\"", label, sizeof label), RC_LIMIT);
    assert_string_equal(label, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rc_when_any_then_named),
        cmocka_unit_test(test_rc_when_a_file_does_not_open_then_wrong_settings_or_not_now),
        cmocka_unit_test(test_folder_when_synced_then_its_own_or_the_one_above),
        cmocka_unit_test(test_check_when_false_then_says_where_and_aborts),
        cmocka_unit_test(test_clock_when_file_is_absent_or_wrong_then_told),
        cmocka_unit_test(test_clock_when_scaled_then_rate_and_wait_fit),
        cmocka_unit_test(test_clock_when_virtual_then_as_set),
        cmocka_unit_test(test_arena_when_used_then_aligned_and_bounded),
        cmocka_unit_test(test_arena_when_reset_after_much_then_pages_returned),
        cmocka_unit_test(test_diag_when_written_then_one_line_each),
        cmocka_unit_test(test_metrics_when_written_then_exposition_format),
        cmocka_unit_test(test_metrics_when_pages_are_joined_then_each_family_once),
        cmocka_unit_test(test_metrics_when_full_then_failed_and_whole_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
