/* paidan-access: the access service as a process, and its keys.
 *
 * The core reads no file, so the keys are read here, by a port that does nothing else, before the
 * first step: DATA/keys/grant, which the services have too, and DATA/keys/access, which nobody else
 * reads. Both are made by whoever starts first, whole or not at all. Time is the machine's: a demo's
 * fast clock would end sessions while people type. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access.h"
#include "access_secret.h"
#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/run/shell.h"

static enum rc fail(const char *path, enum rc rc)
{
    diag_log(DIAG_ERROR, "access", "key=%s why=%s errno=%d", path, rc_name(rc), errno);
    return rc;
}

/* Under another name first, then linked: who comes second finds the whole key of the first. */
static enum rc key_make(const char *path)
{
    char fresh[PATH_MAX + 32];
    unsigned char bytes[ACCESS_KEY_BYTES];
    (void)snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    if (sodium_init() < 0) {
        return RC_IO;
    }
    randombytes_buf(bytes, sizeof bytes);
    const int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool whole = fd >= 0 && write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes &&
                       fsync(fd) == 0 && (link(fresh, path) == 0 || errno == EEXIST);
    const int why = errno;
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(fresh);
    }
    sodium_memzero(bytes, sizeof bytes);
    errno = why;
    return whole ? RC_OK : fail(path, why == ENOSPC ? RC_FULL : RC_IO);
}

/* A key that others may read is no secret: refused, so that somebody looks at who did. */
static enum rc key_read(const char *path, unsigned char key[ACCESS_KEY_BYTES])
{
    struct stat info;
    unsigned char bytes[ACCESS_KEY_BYTES + 1];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? RC_NOT_FOUND : fail(path, RC_IO);
    }
    const ssize_t used = fstat(fd, &info) == 0 ? read(fd, bytes, sizeof bytes) : -1;
    (void)close(fd);
    if (used != (ssize_t)ACCESS_KEY_BYTES || (info.st_mode & 0007) != 0) {
        errno = 0;
        return fail(path, RC_SETTINGS);
    }
    memcpy(key, bytes, ACCESS_KEY_BYTES);
    sodium_memzero(bytes, sizeof bytes);
    return RC_OK;
}

static enum rc key_load(const char *data_dir, const char *name, unsigned char key[ACCESS_KEY_BYTES])
{
    char folder[PATH_MAX], path[PATH_MAX + 16];
    const int length = snprintf(folder, sizeof folder, "%s/keys", data_dir);
    if (length < 0 || (size_t)length >= sizeof folder) {
        return RC_SETTINGS;
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    enum rc rc = key_read(path, key);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
        return fail(folder, errno == ENOSPC ? RC_FULL : RC_IO);
    }
    rc = key_make(path);
    return rc == RC_OK ? key_read(path, key) : rc;
}

/* ---- the port ---- */

static enum rc keys_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct access_keys keys;
    (void)gate;
    *context = NULL;
    keys.uid = (uint32_t)geteuid();
    enum rc rc = key_load(data_dir, "grant", keys.grant);
    if (rc == RC_OK) {
        rc = key_load(data_dir, "access", keys.own);
    }
    if (rc == RC_OK) {
        access_secret_use(&keys);
    }
    sodium_memzero(&keys, sizeof keys);
    return rc;
}

static void keys_close(void *context)
{
    (void)context;
}

static void keys_wait(void *context, struct shell_port_wait *wait)
{
    (void)context;
    (void)wait; /* nothing to wait for */
}

static void keys_work(void *context, bool readable, bool writable)
{
    (void)context;
    (void)readable;
    (void)writable;
}

static void keys_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    (void)context;
    (void)answer;
    CHECK(token == 0); /* it never asks */
}

int main(int argc, char **argv)
{
    static const struct shell_port keys = {.name = "keys",
                                           .open = keys_open,
                                           .close = keys_close,
                                           .wait = keys_wait,
                                           .work = keys_work,
                                           .answered = keys_answered};
    static const struct shell_port *const ports[] = {&keys, NULL};
    static const struct shell_service service = {
        .step = &access_service,
        .summary = "keeps people's accounts, roles, sessions and keys",
        .ports = ports,
        .real_time = true,
    };
    return shell_main(&service, argc, argv);
}
