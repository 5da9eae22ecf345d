/* cli_disk: a failure names the path, the cause and what to do; a full disk the file system that is
 * full, and nothing names another operation than the one that failed. */

#include "cli_disk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct cli_deed deed = {"备份没有完成", "nothing was backed up"};
static char said[4096];
static bool unread; /* which of the two is asked */

/* What stands on standard error afterwards is in `said`. */
static int fail_in(enum say_language language, int error, const char *path)
{
    static struct cli cli;
    char name[] = "said.XXXXXX";
    const int file = mkstemp(name), before = dup(STDERR_FILENO);
    assert_true(file >= 0);
    assert_true(before >= 0);
    memset(&cli, 0, sizeof cli);
    cli.say.language = language;
    fflush(stderr);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    const int status = unread ? cli_disk_unread(&cli, error, &deed, path)
                              : cli_disk_fail(&cli, error, &deed, path);
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    const ssize_t got = pread(file, said, sizeof said - 1, 0);
    said[got < 0 ? 0 : got] = '\0';
    close(before);
    close(file);
    unlink(name);
    return status;
}

static void test_mount_when_the_path_is_not_there_yet_then_that_which_would_hold_it(void **state)
{
    (void)state;
    char mount[256];
    cli_disk_mount("/proc/self/nothing/here", mount, sizeof mount);
    assert_string_equal(mount, "/proc");
    cli_disk_mount("/", mount, sizeof mount);
    assert_string_equal(mount, "/");
    cli_disk_mount("/no-such-folder/b", mount, sizeof mount);
    assert_string_equal(mount, "/");
}

static void test_failure_when_the_disk_is_full_then_it_is_named(void **state)
{
    (void)state;
    assert_int_equal(fail_in(SAY_ENGLISH, ENOSPC, "/proc/backup/intake"), 73);
    assert_non_null(strstr(said,
                           "STORAGE_FULL: nothing was backed up: the disk is full, the file "
                           "system /proc has "));
    assert_non_null(strstr(said, "(/proc/backup/intake)"));
    assert_null(strstr(said, "restore"));
    assert_int_equal(fail_in(SAY_CHINESE, EDQUOT, "/proc/backup"), 73);
    assert_non_null(strstr(said, "备份没有完成：磁盘已满，文件系统 /proc 只剩 "));
    assert_null(strstr(said, "恢复"));
}

static void test_failure_when_anything_else_then_cause_and_advice(void **state)
{
    (void)state;
    static const int known[] = {EACCES,    EPERM,        EROFS, ENOENT, ENOTDIR, EISDIR, EEXIST,
                                ENOTEMPTY, ENAMETOOLONG, EXDEV, EIO,    ENODEV,  EMFILE, ENOMEM};
    for (size_t index = 0; index < sizeof known / sizeof known[0]; index++) {
        assert_int_equal(fail_in(SAY_CHINESE, known[index], "/data/x"), 74);
        assert_non_null(strstr(said, "备份没有完成："));
        assert_non_null(strstr(said, "；请"));
        assert_non_null(strstr(said, "（/data/x）"));
        assert_null(strstr(said, strerror(known[index])));
    }
    assert_int_equal(fail_in(SAY_ENGLISH, ETXTBSY, "/data/x"), 74);
    assert_non_null(strstr(said, strerror(ETXTBSY)));
}

static void test_unread_when_the_file_is_missing_then_no_folder_is_asked_for(void **state)
{
    (void)state;
    unread = true;
    assert_int_equal(fail_in(SAY_CHINESE, ENOENT, "/data/x"), 74);
    assert_non_null(strstr(said, "备份没有完成：文件不存在；请核对路径（/data/x）"));
    assert_int_equal(fail_in(SAY_ENGLISH, ENOENT, "/data/x"), 74);
    assert_non_null(strstr(said, "there is no such file"));
    assert_null(strstr(said, "folder"));
    assert_int_equal(fail_in(SAY_ENGLISH, EISDIR, "/data/x"), 74);
    assert_non_null(strstr(said, "this is a folder"));
    unread = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mount_when_the_path_is_not_there_yet_then_that_which_would_hold_it),
        cmocka_unit_test(test_failure_when_the_disk_is_full_then_it_is_named),
        cmocka_unit_test(test_failure_when_anything_else_then_cause_and_advice),
        cmocka_unit_test(test_unread_when_the_file_is_missing_then_no_folder_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
