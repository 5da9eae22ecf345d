/* door_secret: what an adapter and the outside have in common and nobody else may know: a key, a
 * token, a password. A file each in DATA/secrets/<name>/, which no log, no site and no backup of the
 * stores holds. Owns nothing; what must stay true is that a secret others can read is refused, loudly,
 * rather than used. */
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
#include "common/door/door_http.h"

static enum rc refuse(const char *name, const char *key, const char *why)
{
    CHECK(why != NULL);
    diag_log(DIAG_ERROR, "door", "secret=%s/%s why=\"%s\"", name, key, why);
    return RC_SETTINGS;
}

/* Through the open descriptor, so that what is judged is what is read. */
static enum rc judge(int fd, const char *name, const char *key)
{
    struct stat status;
    CHECK(fd >= 0);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return refuse(name, key, "not a file");
    }
    if ((status.st_mode & 077) != 0) {
        return refuse(name, key, "others may read it: chmod 0400");
    }
    return RC_OK;
}

enum rc door_secret(const char *data_dir, const char *name, const char *key, char *text,
                    size_t size)
{
    char path[PATH_MAX];
    CHECK(size > 1);
    CHECK(strchr(key, '/') == NULL);
    const int length = snprintf(path, sizeof path, "%s/secrets/%s/%s", data_dir, name, key);
    if (length < 0 || (size_t)length >= sizeof path) {
        return refuse(name, key, "its path is too long");
    }
    /* Not blocking: a pipe in its place must not stop the service. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT ? RC_NOT_FOUND : refuse(name, key, strerror(errno));
    }
    enum rc rc = judge(fd, name, key);
    const ssize_t got = rc == RC_OK ? read(fd, text, size) : 0;
    (void)close(fd);
    /* What fills the room may go on after it: half a key is none. */
    if (rc == RC_OK && (got <= 0 || (size_t)got == size)) {
        rc = refuse(name, key, got <= 0 ? "it is empty" : "it is too long");
    }
    if (rc == RC_OK) {
        text[got] = '\0';
        text[strcspn(text, "\r\n")] = '\0';
        if (text[0] == '\0') {
            rc = refuse(name, key, "its first line is empty");
        }
    }
    if (rc != RC_OK) {
        sodium_memzero(text, size);
    }
    return rc;
}
