/* last_backup: what was written is read; what cannot be read is no backup. */
#include "common/base/last_backup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR_MS 3600000ull

static char folder[] = "/tmp/last-backup-XXXXXX";

static void path_of(char path[64])
{
    (void)snprintf(path, 64, "%s/last-backup", folder);
}

static void put(const char *text)
{
    char path[64];
    path_of(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_read_when_written_then_the_same(void **state)
{
    (void)state;
    struct last_backup backup = {.at_ms = 1795395600000ull, .bytes = 4096}, got;
    (void)snprintf(backup.folder, sizeof backup.folder, "/var/backups/派单 1");
    last_backup_read(folder, &got);
    assert_int_equal(got.at_ms, 0);
    assert_int_equal(last_backup_write(folder, &backup), RC_OK);
    last_backup_read(folder, &got);
    assert_int_equal(got.at_ms, backup.at_ms);
    assert_int_equal(got.bytes, 4096);
    assert_string_equal(got.folder, backup.folder);
    /* A newer one takes its place; a name of two lines is not told. */
    backup.at_ms++;
    (void)snprintf(backup.folder, sizeof backup.folder, "/x\nat_ms 9");
    assert_int_equal(last_backup_write(folder, &backup), RC_OK);
    last_backup_read(folder, &got);
    assert_int_equal(got.at_ms, backup.at_ms);
    assert_string_equal(got.folder, "");
}

static void test_read_when_it_makes_no_sense_then_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "at_ms\n", "at_ms -1\n", "at_ms 12x\n", "hello\n", "at_ms 99999999999999999999\n"};
    struct last_backup got;
    for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        put(texts[index]);
        last_backup_read(folder, &got);
        assert_int_equal(got.at_ms, 0);
        assert_true(last_backup_old(&got, HOUR_MS));
    }
    assert_int_equal(last_backup_write("/nowhere/at/all", &(struct last_backup){.at_ms = 1}),
                     RC_IO);
}

static void test_old_when_a_day_and_a_half_then_not_before(void **state)
{
    (void)state;
    const struct last_backup backup = {.at_ms = 100 * HOUR_MS};
    assert_false(last_backup_old(&backup, 100 * HOUR_MS + 36 * HOUR_MS - 1));
    assert_true(last_backup_old(&backup, 100 * HOUR_MS + 36 * HOUR_MS));
    assert_false(last_backup_old(&backup, 0)); /* the clock was set back */
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int teardown(void **state)
{
    char path[64];
    (void)state;
    path_of(path);
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_when_written_then_the_same),
        cmocka_unit_test(test_read_when_it_makes_no_sense_then_none),
        cmocka_unit_test(test_old_when_a_day_and_a_half_then_not_before),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
