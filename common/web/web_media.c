/* web_media: files by their name, below a folder. Each folder has one owner, who alone writes there.
 *
 * What must stay true: a name that can be found holds one whole file, on the disk: it was synced before
 * it got its name, and its folder after. What came is opened by paidan-media alone, a process with
 * nothing but these files and a bound of memory and time. The disk's last FREE_BYTES_MIN are not for
 * photos: the services' logs need them. */

#include "common/web/web_media.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/base/folder.h"

enum {
    PATH_BYTES = 4200,
    NAME_BYTES = 40,
    LINE_BYTES = 160,
    CHILD_MS_MAX = 40000, /* longer than its own bound of processor time */
    CHILD_STOPPED = 256,  /* no exit: we were told to give up */
    EXIT_DAMAGED = 65,
    EXIT_TYPE = 66,
    EXIT_PIXELS = 67,
    EXIT_LARGE = 68,
    EXIT_SPACE = 73,
};
#define FREE_BYTES_MIN ((uint64_t)256 << 20)

static const struct {
    const char *type, *ending;
} kinds[] = {
    {"image/jpeg", "jpg"},      {"image/png", "png"}, {"image/webp", "webp"},
    {"application/pdf", "pdf"}, {"video/mp4", "mp4"}, {"audio/amr", "amr"},
};

/* The files of one piece of work. */
struct work {
    char in[PATH_BYTES], out[PATH_BYTES], small[PATH_BYTES];
};

/* ---- folders ----------------------------------------------------------------------------------
 */

static bool make_folder(const char *path)
{
    return mkdir(path, 0750) == 0 || errno == EEXIST;
}

static void clear(const char *path)
{
    DIR *list = opendir(path);
    for (const struct dirent *entry = list == NULL ? NULL : readdir(list); entry != NULL;
         entry = readdir(list)) {
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(list), entry->d_name, 0);
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
}

enum rc web_media_open(const char *folder)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s", folder);
    char *const slash = strrchr(path, '/');
    CHECK(slash != NULL);
    *slash = '\0'; /* an adapter may be there before the gateway */
    bool made = make_folder(path) && make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/tmp", folder);
    made = made && make_folder(path);
    if (!made) {
        diag_log(DIAG_ERROR, "media", "mkdir=\"%s\" why=\"%s\"", path, strerror(errno));
        return RC_IO;
    }
    clear(path);
    return RC_OK;
}

static bool room_left(const char *folder)
{
    struct statvfs known;
    return statvfs(folder, &known) != 0 ||
           (uint64_t)known.f_bavail * known.f_frsize > FREE_BYTES_MIN;
}

/* ---- the child --------------------------------------------------------------------------------
 */

/* Beside our own program, wherever that lies. */
static bool program_path(char path[PATH_BYTES])
{
    const ssize_t bytes = readlink("/proc/self/exe", path, PATH_BYTES - NAME_BYTES);
    if (bytes <= 0 || bytes >= PATH_BYTES - NAME_BYTES) {
        return false;
    }
    path[bytes] = '\0';
    char *slash = strrchr(path, '/');
    CHECK(slash != NULL);
    (void)snprintf(slash + 1, NAME_BYTES, "paidan-media");
    return true;
}

/* Its line, and the end of it; killed where it takes too long, or where we are told to give up (true). */
static bool child_read(int fd, int stop, char line[LINE_BYTES], pid_t child)
{
    size_t used = 0;
    struct pollfd waits[] = {{.fd = fd, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
    while (used + 1 < LINE_BYTES && poll(waits, 2, CHILD_MS_MAX) > 0 && waits[1].revents == 0) {
        const ssize_t got = read(fd, line + used, LINE_BYTES - 1 - used);
        if (got <= 0) {
            line[used] = '\0';
            return false;
        }
        used += (size_t)got;
    }
    line[0] = '\0';
    (void)kill(child, SIGKILL);
    return waits[1].revents != 0;
}

/* With three descriptors, no environment to speak of and its own signals. Returns its exit,
 * CHILD_STOPPED, or -1: there was none. */
static int child_run(const struct work *work, int stop, char line[LINE_BYTES])
{
    char program[PATH_BYTES];
    int ends[2];
    pid_t child = 0;
    line[0] = '\0';
    if (!program_path(program) || pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    char *const arguments[] = {program, (char *)(uintptr_t)work->in, (char *)(uintptr_t)work->out,
                               (char *)(uintptr_t)work->small, NULL}; /* not written to */
    static char language[] = "LC_ALL=C";
    char *const environment[] = {language, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)sigemptyset(&none);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    (void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int failed = posix_spawn(&child, program, &actions, &attributes, arguments, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    (void)close(ends[1]);
    int status = 0;
    bool ended = false, stopped = false;
    if (failed == 0) {
        stopped = child_read(ends[0], stop, line, child);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        ended = WIFEXITED(status);
    } else {
        diag_log_limited(DIAG_ERROR, "media", "program=\"%s\" why=\"%s\"", program,
                         strerror(failed));
    }
    (void)close(ends[0]);
    /* Killed by its bounds, or by what it read: the file is to blame either way. */
    if (failed != 0) {
        return -1;
    }
    return stopped ? CHILD_STOPPED : ended ? WEXITSTATUS(status) : EXIT_DAMAGED;
}

static enum web_media_result result_of(int status)
{
    switch (status) {
    case 0:
        return WEB_MEDIA_KEPT;
    case EXIT_DAMAGED:
        return WEB_MEDIA_DAMAGED;
    case EXIT_TYPE:
        return WEB_MEDIA_TYPE;
    case EXIT_PIXELS:
        return WEB_MEDIA_PIXELS;
    case EXIT_LARGE:
        return WEB_MEDIA_LARGE;
    case EXIT_SPACE:
        return WEB_MEDIA_FULL;
    case CHILD_STOPPED:
        return WEB_MEDIA_BUSY;
    default:
        return WEB_MEDIA_FAULT;
    }
}

/* "image/jpeg jpg 4032 3024 1 31.230410 121.473700"; what says a type of ours is believed. */
static bool read_line(char *line, struct web_media_item *item, bool *previewed)
{
    char type[32], ending[8], latitude[24], longitude[24];
    unsigned small = 0;
    if (sscanf(line, "%31s %7s %u %u %u %23s %23s", type, ending, &item->width, &item->height,
               &small, latitude, longitude) != 7) {
        return false;
    }
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        if (strcmp(kinds[index].type, type) == 0 && strcmp(kinds[index].ending, ending) == 0) {
            item->type = kinds[index].type;
            item->ending = kinds[index].ending;
        }
    }
    *previewed = small == 1;
    item->placed = latitude[0] != '-' || longitude[0] != '-' || strlen(latitude) > 1;
    if (item->placed) {
        item->latitude = strtod(latitude, NULL);
        item->longitude = strtod(longitude, NULL);
    }
    return item->type != NULL;
}

/* ---- keeping ----------------------------------------------------------------------------------
 */

static bool write_in(const char *path, const unsigned char *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    size_t done = 0;
    while (fd >= 0 && done < size) {
        const ssize_t put = write(fd, bytes + done, size - done);
        if (put <= 0) {
            break;
        }
        done += (size_t)put;
    }
    return fd >= 0 && close(fd) == 0 && done == size;
}

static bool hash_file(const char *path, struct web_media_item *item)
{
    crypto_hash_sha256_state state;
    unsigned char part[16384];
    size_t got = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    (void)crypto_hash_sha256_init(&state);
    while ((got = fread(part, 1, sizeof part, file)) > 0) {
        (void)crypto_hash_sha256_update(&state, part, got);
        item->bytes += got;
    }
    const bool whole = ferror(file) == 0;
    (void)fclose(file);
    _Static_assert(sizeof item->digest == crypto_hash_sha256_BYTES, "a digest");
    (void)crypto_hash_sha256_final(&state, (unsigned char *)item->digest);
    return whole && item->bytes > 0;
}

static void path_of(const char *folder, const char *hash, const char *ending, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/%.2s%s%s%s%s", folder, hash, ending == NULL ? "" : "/",
                   ending == NULL ? "" : hash, ending == NULL ? "" : ".",
                   ending == NULL ? "" : ending);
}

/* The preview first: once the file has its name, all of it is there. The same file twice is one. */
static enum web_media_result name_it(const char *folder, const struct work *work,
                                     const struct web_media_item *item, bool previewed)
{
    char place[PATH_BYTES], path[PATH_BYTES];
    path_of(folder, item->hash, NULL, place);
    bool done = make_folder(place);
    path_of(folder, item->hash, "small", path);
    done = done && (!previewed || rename(work->small, path) == 0);
    path_of(folder, item->hash, item->ending, path);
    done = done && rename(work->out, path) == 0 && folder_sync(place) == RC_OK;
    done = done && folder_sync(folder) == RC_OK;
    return done ? WEB_MEDIA_KEPT : errno == ENOSPC ? WEB_MEDIA_FULL : WEB_MEDIA_FAULT;
}

static enum web_media_result make(const char *folder, const char *name, const struct work *work,
                                  const unsigned char *bytes, size_t size, int stop,
                                  struct web_media_item *item)
{
    char line[LINE_BYTES];
    bool previewed = false;
    if (!write_in(work->in, bytes, size)) {
        return errno == ENOSPC || errno == EDQUOT ? WEB_MEDIA_FULL : WEB_MEDIA_FAULT;
    }
    const enum web_media_result result = result_of(child_run(work, stop, line));
    if (result != WEB_MEDIA_KEPT) {
        return result;
    }
    if (!read_line(line, item, &previewed) || !hash_file(work->out, item)) {
        return WEB_MEDIA_FAULT;
    }
    if (name != NULL) {
        (void)snprintf(item->hash, sizeof item->hash, "%s", name);
    } else {
        (void)sodium_bin2hex(item->hash, sizeof item->hash, (unsigned char *)item->digest,
                             sizeof item->digest);
    }
    return name_it(folder, work, item, previewed);
}

enum web_media_result web_media_put(const char *folder, const char *name,
                                    const unsigned char *bytes, size_t size, int stop,
                                    struct web_media_item *item)
{
    struct work work;
    unsigned char random[8];
    char part[2 * sizeof random + 1];
    CHECK(name == NULL || strlen(name) == WEB_MEDIA_HASH_BYTES - 1);
    *item = (struct web_media_item){.type = NULL};
    if (size > WEB_MEDIA_BYTES_MAX) {
        return WEB_MEDIA_LARGE;
    }
    if (!room_left(folder)) {
        return WEB_MEDIA_FULL;
    }
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(part, sizeof part, random, sizeof random);
    (void)snprintf(work.in, sizeof work.in, "%s/tmp/%s.in", folder, part);
    (void)snprintf(work.out, sizeof work.out, "%s/tmp/%s.out", folder, part);
    (void)snprintf(work.small, sizeof work.small, "%s/tmp/%s.small", folder, part);
    const enum web_media_result result = make(folder, name, &work, bytes, size, stop, item);
    (void)unlink(work.in);
    (void)unlink(work.out);
    (void)unlink(work.small);
    return result;
}

int web_media_get(const char *folder, const char *name, bool preview, uint64_t *bytes,
                  const char **type, const char **ending)
{
    char path[PATH_BYTES];
    struct stat known;
    CHECK(strspn(name, "0123456789abcdef") == WEB_MEDIA_HASH_BYTES - 1);
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        path_of(folder, name, preview ? "small" : kinds[index].ending, path);
        const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0 && fstat(fd, &known) == 0 && S_ISREG(known.st_mode)) {
            *bytes = (uint64_t)known.st_size;
            *type = preview ? "image/jpeg" : kinds[index].type;
            *ending = preview ? "jpg" : kinds[index].ending;
            return fd;
        }
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    return -1;
}
