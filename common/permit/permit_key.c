/* permit_key: keys in files of their own: never in a store, where what was deleted lies on until its page
 * is used again.
 *
 *   DATA/keys/grants/secret, public    of access, which seals grants
 *   DATA/keys/passes/secret, public    of intake, which seals passes
 *   DATA/keys/<service>                of one service, for itself
 *   DATA/secrets/<service>/<name>      of one service, for itself, where DATA/keys is another's
 *
 * Each pair lies in a folder that only its owner can write: whoever could put another public key there
 * could make grants. What must stay true: a key appears whole or not at all, and once, and its name is
 * on the disk before anything is sealed with it; a secret that others may read, and a public key that
 * others may change, is none. */
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
#include "common/base/folder.h"
#include "common/permit/permit_grant.h"

static_assert(PERMIT_KEY_BYTES == crypto_sign_PUBLICKEYBYTES, "a public key");
static_assert(PERMIT_SECRET_BYTES == crypto_sign_SECRETKEYBYTES, "a secret key");

#define SEED_BYTES 32u
static_assert(SEED_BYTES == crypto_sign_SEEDBYTES, "what is kept of a secret key");

static const char *const folders[] = {
    [PERMIT_PAPER_GRANT] = "grants", [PERMIT_PAPER_PASS] = "passes"};

/* Told with its path, as the repair is a chmod or a copy; never with a byte of the key. */
static enum rc key_refuse(const char *path, const char *why)
{
    diag_log_limited(DIAG_ERROR, "permit", "key=\"%s\" why=\"%s\"", path, why);
    return RC_SETTINGS;
}

/* Before a key is made as well, where a folder that is missing is as wrong as one that is closed. */
static enum rc key_fail(const char *path, int error)
{
    const enum rc rc = rc_of_file(error);
    (void)key_refuse(path, strerror(error));
    return rc == RC_NOT_FOUND ? RC_SETTINGS : rc;
}

static enum rc path_make(char path[PATH_MAX], const char *data_dir, const char *folder,
                         const char *name)
{
    CHECK(data_dir != NULL);
    const int length =
        snprintf(path, PATH_MAX, "%s/keys%s%s%s%s", data_dir, folder[0] == '\0' ? "" : "/", folder,
                 name[0] == '\0' ? "" : "/", name);
    return length < 0 || length >= PATH_MAX ? RC_SETTINGS : RC_OK;
}

/* bad: bits of the mode that make it none. *owner: whose it is. RC_NOT_FOUND: there is none yet. */
static enum rc key_read(const char *path, mode_t bad, const char *repair, unsigned char key[32],
                        uid_t *owner)
{
    struct stat status;
    unsigned char more = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return errno == ENOENT ? RC_NOT_FOUND : key_fail(path, errno);
    }
    enum rc rc = RC_OK;
    if (fstat(file, &status) != 0) {
        rc = key_fail(path, errno);
    } else if (!S_ISREG(status.st_mode)) {
        rc = key_refuse(path, "not a file");
    } else if ((status.st_mode & bad) != 0) {
        rc = key_refuse(path, repair);
    } else {
        const ssize_t bytes = read(file, key, 32);
        const ssize_t rest = bytes == 32 ? read(file, &more, 1) : bytes;
        rc = bytes < 0 || rest < 0      ? key_fail(path, errno)
             : bytes != 32 || rest != 0 ? key_refuse(path, "not 32 bytes")
                                        : RC_OK;
        *owner = status.st_uid;
    }
    (void)close(file);
    return rc;
}

/* Written under another name; then linked, so that whoever comes second finds the first one's, or moved
 * over what is there. */
static enum rc key_write(const char *path, const unsigned char key[32], mode_t mode, bool over)
{
    char temporary[PATH_MAX];
    const int length = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary) {
        return RC_SETTINGS;
    }
    (void)unlink(temporary);
    const int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return key_fail(temporary, errno);
    }
    bool written = write(file, key, 32) == 32 && fchmod(file, mode) == 0 && fsync(file) == 0;
    written = close(file) == 0 && written;
    const bool placed = written && (over ? rename(temporary, path) == 0
                                         : link(temporary, path) == 0 || errno == EEXIST);
    const int why = errno;
    (void)unlink(temporary);
    if (!placed) {
        return key_fail(path, why);
    }
    /* A key that is gone after a power cut takes with it all that was sealed by it. */
    return folder_sync_parent(path) == RC_OK ? RC_OK : key_fail(path, errno);
}

static enum rc folder_make(const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0) {
        return chmod(path, mode) == 0 && folder_sync_parent(path) == RC_OK ? RC_OK
                                                                           : key_fail(path, errno);
    }
    return errno == EEXIST ? RC_OK : key_fail(path, errno);
}

/* Made at the first start, so that a new instance needs no ceremony. */
static enum rc secret_load(const char *path, mode_t mode, unsigned char key[32])
{
    static const char repair[] = "others may read it: chmod 600";
    uid_t owner = 0; /* whoever it is: it is ours to read, and nobody else's */
    enum rc rc = key_read(path, S_IRWXG | S_IRWXO, repair, key, &owner);
    if (rc == RC_NOT_FOUND) {
        randombytes_buf(key, 32);
        rc = key_write(path, key, mode, false);
        rc = rc == RC_OK ? key_read(path, S_IRWXG | S_IRWXO, repair, key, &owner) : rc;
    }
    return rc == RC_NOT_FOUND ? key_refuse(path, "it went away") : rc;
}

void permit_key_of_seed(const unsigned char seed[32], unsigned char secret[PERMIT_SECRET_BYTES],
                        unsigned char key[PERMIT_KEY_BYTES])
{
    const int failed = crypto_sign_seed_keypair(key, secret, seed);
    CHECK(failed == 0);
}

/* Of versions before: one key that sealed and opened, in the hands of all. */
static void shared_remove(const char *data_dir)
{
    char path[PATH_MAX];
    if (path_make(path, data_dir, "", "grant") == RC_OK && unlink(path) == 0) {
        diag_log(DIAG_INFO, "permit", "key=\"%s\" removed=1", path);
    }
}

enum rc permit_key_pair(const char *data_dir, enum permit_paper paper,
                        unsigned char secret[PERMIT_SECRET_BYTES])
{
    char path[PATH_MAX];
    unsigned char seed[SEED_BYTES], key[PERMIT_KEY_BYTES], shown[PERMIT_KEY_BYTES];
    enum rc rc = path_make(path, data_dir, "", "");
    rc = rc == RC_OK ? folder_make(path, 0700) : rc;
    rc = rc == RC_OK ? path_make(path, data_dir, folders[paper], "") : rc;
    rc = rc == RC_OK ? folder_make(path, 0755) : rc;
    rc = rc == RC_OK ? path_make(path, data_dir, folders[paper], "secret") : rc;
    rc = rc == RC_OK ? secret_load(path, 0600, seed) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    permit_key_of_seed(seed, secret, key);
    sodium_memzero(seed, sizeof seed);
    rc = permit_key_public(data_dir, paper, shown);
    /* Missing, or of another secret: of a restored copy, or of one that was removed. */
    if (rc == RC_NOT_FOUND || (rc == RC_OK && memcmp(shown, key, sizeof key) != 0)) {
        rc = path_make(path, data_dir, folders[paper], "public");
        rc = rc == RC_OK ? key_write(path, key, 0644, true) : rc;
    }
    if (rc == RC_OK && paper == PERMIT_PAPER_GRANT) {
        shared_remove(data_dir);
    }
    return rc;
}

/* Its folder, and the one above, must be nobody else's to write: what is in it could be exchanged.
 * *owner: who may. */
static enum rc folder_judge(const char *path, uid_t *owner)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno == ENOENT ? RC_NOT_FOUND : key_fail(path, errno);
    }
    *owner = status.st_uid;
    return (status.st_mode & (S_IWGRP | S_IWOTH)) == 0
               ? RC_OK
               : key_refuse(path, "others may change what is in it: chmod 755");
}

/* A mode says nothing where the owner is another: whoever made the file could write it again. Of
 * passes the folder above may be access's, who has his own keys there and proves who somebody is
 * anyway. */
static enum rc owners_judge(const char *data_dir, uid_t above, uid_t folder, uid_t file)
{
    char path[PATH_MAX];
    uid_t access = folder;
    enum rc rc = path_make(path, data_dir, "", "");
    if (rc != RC_OK || file != folder) {
        return rc != RC_OK ? rc
                           : key_refuse(path, "a key in it is not of its folder's owner: chown");
    }
    if (above == 0 || above == geteuid() || above == folder) {
        return RC_OK;
    }
    rc = path_make(path, data_dir, folders[PERMIT_PAPER_GRANT], "");
    rc = rc == RC_OK ? folder_judge(path, &access) : rc;
    if (rc == RC_OK && above != access) {
        (void)path_make(path, data_dir, "", "");
        rc = key_refuse(path, "it is another's than the keys in it: chown");
    }
    return rc;
}

enum rc permit_key_public(const char *data_dir, enum permit_paper paper,
                          unsigned char key[PERMIT_KEY_BYTES])
{
    char path[PATH_MAX];
    uid_t above = 0, folder = 0, file = 0;
    enum rc rc = path_make(path, data_dir, "", "");
    rc = rc == RC_OK ? folder_judge(path, &above) : rc;
    rc = rc == RC_OK ? path_make(path, data_dir, folders[paper], "") : rc;
    rc = rc == RC_OK ? folder_judge(path, &folder) : rc;
    rc = rc == RC_OK ? path_make(path, data_dir, folders[paper], "public") : rc;
    rc = rc == RC_OK
             ? key_read(path, S_IWGRP | S_IWOTH, "others may change it: chmod 644", key, &file)
             : rc;
    return rc == RC_OK ? owners_judge(data_dir, above, folder, file) : rc;
}

/* Of a service alone (access seals second factors with its own). */
enum rc permit_key_load_own(const char *data_dir, const char *service,
                            unsigned char key[PERMIT_KEY_BYTES])
{
    char path[PATH_MAX];
    CHECK(strcmp(service, "grant") != 0);
    enum rc rc = path_make(path, data_dir, "", "");
    rc = rc == RC_OK ? folder_make(path, 0700) : rc;
    rc = rc == RC_OK ? path_make(path, data_dir, "", service) : rc;
    return rc == RC_OK ? secret_load(path, 0600, key) : rc;
}

enum rc permit_key_load_secret(const char *data_dir, const char *service, const char *name,
                               unsigned char key[PERMIT_KEY_BYTES])
{
    char path[PATH_MAX];
    CHECK(service[0] != '\0');
    CHECK(name[0] != '\0');
    int length = snprintf(path, sizeof path, "%s/secrets", data_dir);
    enum rc rc =
        length < 0 || (size_t)length >= sizeof path ? RC_SETTINGS : folder_make(path, 0700);
    if (rc == RC_OK) {
        length = snprintf(path, sizeof path, "%s/secrets/%s", data_dir, service);
        rc = length < 0 || (size_t)length >= sizeof path ? RC_SETTINGS : folder_make(path, 0700);
    }
    if (rc == RC_OK) {
        length = snprintf(path, sizeof path, "%s/secrets/%s/%s", data_dir, service, name);
        rc = length < 0 || (size_t)length >= sizeof path ? RC_SETTINGS
                                                         : secret_load(path, 0400, key);
    }
    return rc;
}
