/* cli_apart: reads stores in a child. A store is a mapping of a file: where a page of it cannot be
 * read, the kernel ends the reader by SIGBUS, and a damaged tree may end it in other ways. The
 * command must live to say so, and to take away what was half done. The child inherits everything
 * and simply goes on in cli_apart's caller; the parent only waits. */

#include "cli_apart.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/check.h"

static int fail_errno(const struct cli *cli)
{
    return cli_fail(cli, CLI_EXIT_IO, "无法启动子进程", "cannot start a process", strerror(errno));
}

/* The child ends with its parent and leaves no core file behind. */
static void settle_child(pid_t parent)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    /* Ctrl-C ends both, but a parent killed alone must not leave a reader that holds old pages. */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(CLI_EXIT_IO);
    }
}

/* The child's own status is ours. One that the kernel ended over a page is damage, told as a
 * refusal; damaged: the status for it. */
static int wait_for(struct cli *cli, const struct cli_deed *damage, const char *what, int damaged,
                    pid_t pid)
{
    int ended = 0;
    while (waitpid(pid, &ended, 0) < 0) {
        if (errno != EINTR) {
            return fail_errno(cli);
        }
    }
    if (WIFEXITED(ended)) {
        return WEXITSTATUS(ended);
    }
    const int number = WTERMSIG(ended);
    /* Ended by whoever ended us: die of the same, so that a shell sees what happened. */
    if (number != SIGBUS && number != SIGSEGV && number != SIGABRT) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    (void)(damage == NULL
               ? cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, what)
               : cli_refuse_as(cli, PAIDAN__CODE__STORE_CORRUPT, damage->zh, damage->en, what));
    return damaged;
}

int cli_apart(struct cli *cli, const char *what, int damaged, pid_t *child)
{
    return cli_apart_saying(cli, NULL, what, damaged, child);
}

int cli_apart_saying(struct cli *cli, const struct cli_deed *damage, const char *what, int damaged,
                     pid_t *child)
{
    CHECK(damaged != CLI_APART_CHILD);
    /* What stands in a buffer would be printed by both. */
    (void)fflush(NULL);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) {
        return fail_errno(cli);
    }
    if (pid == 0) {
        settle_child(parent);
        return CLI_APART_CHILD;
    }
    if (child != NULL) {
        *child = pid;
    }
    return wait_for(cli, damage, what, damaged, pid);
}

int cli_apart_find(struct cli *cli, const char *service, char program[PATH_MAX + 64])
{
    char self[PATH_MAX];
    const ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size < 0) {
        return cli_fail(cli, CLI_EXIT_IO, "找不到程序所在目录", "cannot find my own folder",
                        strerror(errno));
    }
    self[size] = '\0';
    (void)snprintf(program, PATH_MAX + 64, "%s/paidan-%s", dirname(self), service);
    return CLI_EXIT_OK;
}

/* Reads to the end, so that the program is never blocked, and keeps what there is room for. */
static void read_all(int from, char *printed, size_t size)
{
    CHECK(size > 0);
    char bytes[512];
    size_t used = 0;
    for (;;) {
        const ssize_t got = read(from, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        const size_t room = size - 1 - used;
        const size_t taken = (size_t)got < room ? (size_t)got : room;
        memcpy(printed + used, bytes, taken);
        used += taken;
    }
    printed[used] = '\0';
}

int cli_apart_program(struct cli *cli, const char *what, int damaged, char *const *arguments,
                      char *printed, size_t size, pid_t *child)
{
    int ends[2];
    (void)fflush(NULL);
    if (pipe(ends) != 0) {
        return fail_errno(cli);
    }
    const pid_t parent = getpid();
    *child = fork();
    if (*child == 0) {
        settle_child(parent);
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execv(arguments[0], arguments);
        _exit(cli_fail(cli, CLI_EXIT_IO, "无法启动服务程序", "cannot start the service's program",
                       arguments[0]));
    }
    (void)close(ends[1]);
    if (*child < 0) {
        (void)close(ends[0]);
        return fail_errno(cli);
    }
    read_all(ends[0], printed, size);
    (void)close(ends[0]);
    return wait_for(cli, NULL, what, damaged, *child);
}
