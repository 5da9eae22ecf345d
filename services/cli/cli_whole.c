/* cli_whole: files that commands make for others to read: a model, a picture. Their readers may be
 * running (a service that opens a model), so that no reader may ever see half of one. What must stay
 * true: only files are replaced. A device or a pipe is written into, a link stays a link. */

#include "cli_whole.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/folder.h"

static bool write_all(int file, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* A device, a pipe: nothing that could be replaced, and to take its name for a file would take it from
 * everybody else on the machine. */
static int write_into(const struct cli *cli, const char *path, const void *bytes, size_t size,
                      const struct cli_deed *deed)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return cli_disk_fail(cli, errno, deed, path);
    }
    const bool written = write_all(file, bytes, size);
    const int error = errno;
    const bool closed = close(file) == 0;
    return written && closed ? CLI_EXIT_OK
                             : cli_disk_fail(cli, written ? errno : error, deed, path);
}

/* path is a file, or nothing yet. rights: of what it replaces. */
static int replace(const struct cli *cli, const char *path, mode_t rights, const void *bytes,
                   size_t size, const struct cli_deed *deed)
{
    char beside[PATH_MAX];
    const int length = snprintf(beside, sizeof beside, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof beside) {
        return cli_usage(cli, "文件名太长", "the file's name is too long", path);
    }
    /* Of a run that broke off; and nobody's link is written through. */
    (void)unlink(beside);
    const int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) {
        return cli_disk_fail(cli, errno, deed, path);
    }
    const bool written = (rights == 0 || fchmod(file, rights) == 0) &&
                         write_all(file, bytes, size) && fsync(file) == 0;
    const int error = errno;
    const bool closed = close(file) == 0;
    if (!written || !closed || rename(beside, path) != 0) {
        const int cause = written ? errno : error;
        (void)unlink(beside);
        return cli_disk_fail(cli, cause, deed, path);
    }
    return folder_sync_parent(path) == RC_OK ? CLI_EXIT_OK : cli_disk_fail(cli, errno, deed, path);
}

int cli_whole_write(const struct cli *cli, const char *path, const void *bytes, size_t size,
                    const struct cli_deed *deed)
{
    struct stat info;
    char real[PATH_MAX];
    CHECK(bytes != NULL || size == 0);
    if (strcmp(path, "-") == 0) {
        return write_all(STDOUT_FILENO, bytes, size)
                   ? CLI_EXIT_OK
                   : cli_disk_fail(cli, errno, deed, "/dev/stdout");
    }
    if (stat(path, &info) != 0) {
        const int error = errno;
        /* A link that leads nowhere is somebody's mistake: it is neither followed nor replaced. */
        return error != ENOENT || lstat(path, &info) == 0
                   ? cli_disk_fail(cli, error, deed, path)
                   : replace(cli, path, 0, bytes, size, deed);
    }
    if (S_ISDIR(info.st_mode)) {
        return cli_disk_fail(cli, EISDIR, deed, path);
    }
    if (!S_ISREG(info.st_mode)) {
        return write_into(cli, path, bytes, size, deed);
    }
    /* Links stay, and what they lead to is replaced. */
    return realpath(path, real) == NULL
               ? cli_disk_fail(cli, errno, deed, path)
               : replace(cli, real, info.st_mode & 0777, bytes, size, deed);
}

int cli_whole_take(const struct cli *cli, const char *path, int fd, size_t size,
                   const struct cli_deed *deed)
{
    char *bytes = malloc(size);
    size_t at = 0;
    ssize_t got = 1;
    CHECK(size > 0);
    while (bytes != NULL && at < size && got > 0) {
        got = pread(fd, bytes + at, size - at, (off_t)at);
        at += got > 0 ? (size_t)got : 0;
    }
    const int status = bytes == NULL || at < size ? cli_no_memory(cli)
                                                  : cli_whole_write(cli, path, bytes, size, deed);
    free(bytes);
    return status;
}
