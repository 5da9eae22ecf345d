/* signals: what a starter ignored is heard all the same; a reader who went away is an error, not the end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/run/signals.h"

static void expect_heard(int fd, int signal)
{
    struct signalfd_siginfo info;
    assert_int_equal(raise(signal), 0);
    assert_int_equal(read(fd, &info, sizeof info), sizeof info);
    assert_int_equal(info.ssi_signo, signal);
}

static void test_signals_when_ignored_on_entry_then_heard(void **state)
{
    (void)state;
    static const int all[] = {SIGHUP, SIGTERM, SIGINT};
    struct signalfd_siginfo info;
    int fd = -1;
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) {
        assert_true(signal(all[index], SIG_IGN) != SIG_ERR); /* as nohup does */
    }
    assert_int_equal(signals_open(&fd), RC_OK);
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) {
        expect_heard(fd, all[index]);
    }
    assert_int_equal(read(fd, &info, sizeof info), -1);
    assert_int_equal(errno, EAGAIN); /* nobody waits in it */
    close(fd);
}

static void test_pipe_when_its_reader_is_gone_then_an_error(void **state)
{
    (void)state;
    int fd = -1, ends[2];
    assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    assert_int_equal(signals_open(&fd), RC_OK);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_when_ignored_on_entry_then_heard),
        cmocka_unit_test(test_pipe_when_its_reader_is_gone_then_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
