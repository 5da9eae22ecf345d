/* web_media: a file that is being made is given up when nobody waits for it any more. What stands in for
 * paidan-media, beside this program, takes longer than anybody would. */
#include "common/web/web_media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "scratch.h"

enum { PATH = 512, PUT_US_MAX = 10000000 };

static const char slow[] = "#!/bin/sh\necho $$ >\"$2\"\nexec sleep 60\n";

/* paidan-media is looked for where the program lies. */
static void beside(char path[PATH])
{
    const ssize_t bytes = readlink("/proc/self/exe", path, PATH - 20);
    assert_true(bytes > 0 && bytes < PATH - 20);
    path[bytes] = '\0';
    (void)strcpy(strrchr(path, '/'), "/paidan-media");
}

/* Once the child runs: it has written its number. */
static pid_t child_of(const char *folder)
{
    char path[2 * PATH];
    pid_t child = 0;
    for (unsigned round = 0; round < 1000 && child == 0; round++) {
        (void)snprintf(path, sizeof path, "%s/tmp", folder);
        DIR *const list = opendir(path);
        assert_non_null(list);
        for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
            if (strstr(entry->d_name, ".out") != NULL) {
                (void)snprintf(path, sizeof path, "%s/tmp/%s", folder, entry->d_name);
                FILE *const file = fopen(path, "re");
                if (file != NULL && fscanf(file, "%d", &child) != 1) {
                    child = 0;
                }
                if (file != NULL) {
                    (void)fclose(file);
                }
            }
        }
        (void)closedir(list);
        (void)usleep(5000);
    }
    return child;
}

struct putting {
    char folder[PATH];
    int stop;
    enum web_media_result result;
};

static void *put(void *context)
{
    static const unsigned char bytes[] = "a picture";
    struct putting *const putting = context;
    struct web_media_item item;
    putting->result =
        web_media_put(putting->folder, NULL, bytes, sizeof bytes, putting->stop, &item);
    return NULL;
}

static void test_put_when_told_to_give_up_then_at_once_and_the_child_is_gone(void **state)
{
    struct putting putting = {.stop = eventfd(0, EFD_CLOEXEC)};
    char program[PATH];
    struct scratch scratch;
    pthread_t thread;
    (void)state;
    beside(program);
    const int fd = open(program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, slow, sizeof slow - 1), sizeof slow - 1);
    assert_int_equal(close(fd), 0);
    scratch_make(&scratch);
    (void)snprintf(putting.folder, sizeof putting.folder, "%s", scratch_path(&scratch, "media"));
    assert_int_equal(web_media_open(putting.folder), RC_OK);
    assert_int_equal(pthread_create(&thread, NULL, put, &putting), 0);
    const pid_t child = child_of(putting.folder);
    const uint64_t told_us = clock_monotonic_us();
    assert_int_equal(eventfd_write(putting.stop, 1), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)unlink(program);
    assert_true(child > 0);
    assert_true(clock_monotonic_us() - told_us < PUT_US_MAX);
    assert_int_equal(putting.result, WEB_MEDIA_BUSY);
    assert_int_equal(kill(child, 0), -1);
    assert_int_equal(errno, ESRCH);
    (void)close(putting.stop);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_when_told_to_give_up_then_at_once_and_the_child_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
