/* notify: one datagram to the manager's socket, in the file system or the abstract space; silent
 * without one, or with a name that is none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/run/notify.h"
#include "scratch.h"

/* A manager's socket of that name, '@' for the abstract space. */
static int manager_open(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = 10};
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_true(strlen(name) < sizeof address.sun_path);
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@') {
        address.sun_path[0] = '\0';
    }
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

static void expect_heard(int fd, const char *text)
{
    char heard[64];
    assert_int_equal(recv(fd, heard, sizeof heard, 0), strlen(text));
    assert_memory_equal(heard, text, strlen(text));
}

static void test_state_when_a_manager_listens_then_heard(void **state)
{
    (void)state;
    struct scratch scratch;
    char name[sizeof scratch.path + 16];
    scratch_make(&scratch);
    snprintf(name, sizeof name, "%s/notify", scratch.path);
    int fd = manager_open(name);
    notify_send("READY=1");
    notify_send("WATCHDOG=1");
    expect_heard(fd, "READY=1");
    expect_heard(fd, "WATCHDOG=1");
    close(fd);
    scratch_remove(&scratch);
    snprintf(name, sizeof name, "@paidan-test-%ld", (long)getpid());
    fd = manager_open(name);
    notify_send("STOPPING=1");
    expect_heard(fd, "STOPPING=1");
    close(fd);
    unsetenv("NOTIFY_SOCKET");
}

/* No manager, or a name that is none: said to nobody, and nothing breaks. */
static void test_state_when_nobody_can_listen_then_silent(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'x', sizeof name - 1);
    name[0] = '/';
    name[sizeof name - 1] = '\0';
    const char *const names[] = {"", "/", "@", "relative", "/nowhere/notify", name};
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        setenv("NOTIFY_SOCKET", names[index], 1);
        notify_send("READY=1");
    }
    unsetenv("NOTIFY_SOCKET");
}

static void test_watchdog_when_asked_then_half_of_its_time(void **state)
{
    (void)state;
    char own[32];
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "90000000", 1);
    assert_int_equal(notify_watchdog_ms(), 45000);
    snprintf(own, sizeof own, "%ld", (long)getpid());
    setenv("WATCHDOG_PID", own, 1);
    assert_int_equal(notify_watchdog_ms(), 45000);
    setenv("WATCHDOG_PID", "1", 1); /* another's */
    assert_int_equal(notify_watchdog_ms(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "-5", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    unsetenv("WATCHDOG_USEC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_when_a_manager_listens_then_heard),
        cmocka_unit_test(test_state_when_nobody_can_listen_then_silent),
        cmocka_unit_test(test_watchdog_when_asked_then_half_of_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
