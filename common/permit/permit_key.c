/* permit_key: the key that seals grants, in a file of its own: never in a store, where what was
 * deleted lies on until its page is used again.
 *
 * What must stay true: a key appears whole or not at all, and once: two services that start
 * together agree on one. One that others may read is no key, and the service does not start. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/permit/permit_grant.h"

/* Told with its path, as the repair is a chmod or a copy; never with a byte of the key. */
static enum rc key_refuse(const char *path, const char *why)
{
    diag_log(DIAG_ERROR, "permit", "key=\"%s\" why=\"%s\"", path, why);
    return RC_SETTINGS;
}

/* RC_NOT_FOUND: there is none yet. */
static enum rc key_read(const char *path, unsigned char key[PERMIT_KEY_BYTES])
{
    struct stat status;
    unsigned char more = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return errno == ENOENT ? RC_NOT_FOUND : key_refuse(path, strerror(errno));
    }
    enum rc rc = RC_OK;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        rc = key_refuse(path, "not a file");
    } else if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
        rc = key_refuse(path, "others may read or change it: chmod 600");
    } else if (read(file, key, PERMIT_KEY_BYTES) != (ssize_t)PERMIT_KEY_BYTES ||
               read(file, &more, 1) != 0) {
        rc = key_refuse(path, "not 32 bytes");
    }
    (void)close(file);
    return rc;
}

/* Written under another name and linked, so that whoever comes second finds the first one's. The
 * folder's bits say whether a group reads: an installation makes it 2750. */
static enum rc key_make(const char *folder, const char *path, bool shared)
{
    char temporary[PATH_MAX];
    unsigned char key[PERMIT_KEY_BYTES];
    struct stat status;
    const int length = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary || stat(folder, &status) != 0) {
        return key_refuse(folder, strerror(errno));
    }
    const mode_t mode = shared && (status.st_mode & S_ISGID) != 0 ? 0640 : 0600;
    (void)unlink(temporary);
    const int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return key_refuse(temporary, strerror(errno));
    }
    randombytes_buf(key, sizeof key);
    bool written = write(file, key, sizeof key) == (ssize_t)sizeof key && fchmod(file, mode) == 0 &&
                   fsync(file) == 0;
    written = close(file) == 0 && written;
    sodium_memzero(key, sizeof key);
    const bool linked = written && (link(temporary, path) == 0 || errno == EEXIST);
    const int why = errno;
    (void)unlink(temporary);
    return linked ? RC_OK : key_refuse(path, strerror(why));
}

/* Whoever starts first makes it, so a new instance needs no ceremony; One that was lost is made
 * again at the next start: the services must then be started together, for each opens grants with
 * the one it has read. */
static enum rc key_load(const char *data_dir, const char *name, bool shared,
                        unsigned char key[PERMIT_KEY_BYTES])
{
    char folder[PATH_MAX], path[PATH_MAX];
    CHECK(data_dir != NULL);
    const int folder_length = snprintf(folder, sizeof folder, "%s/keys", data_dir);
    const int length = snprintf(path, sizeof path, "%s/keys/%s", data_dir, name);
    if (folder_length < 0 || length < 0 || (size_t)length >= sizeof path) {
        return RC_SETTINGS;
    }
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return key_refuse(folder, strerror(errno));
    }
    enum rc rc = key_read(path, key);
    if (rc == RC_NOT_FOUND) {
        rc = key_make(folder, path, shared);
        rc = rc == RC_OK ? key_read(path, key) : rc;
    }
    return rc == RC_NOT_FOUND ? key_refuse(path, "it went away") : rc;
}

enum rc permit_key_load(const char *data_dir, unsigned char key[PERMIT_KEY_BYTES])
{
    return key_load(data_dir, "grant", true, key);
}

/* Of a service alone (access seals second factors with its own), never readable by the group. */
enum rc permit_key_load_own(const char *data_dir, const char *service,
                            unsigned char key[PERMIT_KEY_BYTES])
{
    CHECK(strcmp(service, "grant") != 0);
    return key_load(data_dir, service, false, key);
}
