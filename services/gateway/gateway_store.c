/* gateway_store: files by their hash, below DATA/media. It owns that folder.
 *
 *   DATA/media/tmp/<random>.{in,out,small}    while it is being made
 *   DATA/media/ab/ab12...ef.jpg               the file
 *   DATA/media/ab/ab12...ef.small             its preview
 *
 * What must stay true: a name that can be found holds the whole file with that hash, on the disk: it was
 * synced before it got its name, and its folder after. What came is opened by paidan-media alone, a
 * process with nothing but these files and a bound of memory and time. The disk's last FREE_BYTES_MIN are
 * not for photos: the services' logs need them. */

#include "gateway_store.h"

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

enum {
    PATH_BYTES = 4200,
    NAME_BYTES = 40,
    LINE_BYTES = 160,
    CHILD_MS_MAX = 40000, /* longer than its own bound of processor time */
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
    {"application/pdf", "pdf"}, {"video/mp4", "mp4"},
};

/* The files of one piece of work. */
struct work {
    char in[PATH_BYTES], out[PATH_BYTES], small[PATH_BYTES];
};

/* ---- folders ----------------------------------------------------------------------------------
 */

static bool folder(const char *path)
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

enum rc gateway_store_open(const char *data_dir)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/media", data_dir);
    bool made = folder(path);
    (void)snprintf(path, sizeof path, "%s/media/tmp", data_dir);
    made = made && folder(path);
    if (!made) {
        diag_log(DIAG_ERROR, "media", "mkdir=\"%s\" why=\"%s\"", path, strerror(errno));
        return RC_IO;
    }
    clear(path);
    return RC_OK;
}

/* A name is durable once its folder is. */
static bool sync_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return synced;
}

static bool room_left(const char *data_dir)
{
    struct statvfs known;
    return statvfs(data_dir, &known) != 0 ||
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

/* Its line, and the end of it; killed where it takes too long. */
static void child_read(int fd, char line[LINE_BYTES], pid_t child)
{
    size_t used = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (used + 1 < LINE_BYTES && poll(&wait, 1, CHILD_MS_MAX) > 0) {
        const ssize_t got = read(fd, line + used, LINE_BYTES - 1 - used);
        if (got <= 0) {
            line[used] = '\0';
            return;
        }
        used += (size_t)got;
    }
    line[0] = '\0';
    (void)kill(child, SIGKILL);
}

/* With three descriptors, no environment to speak of and its own signals. Returns its exit; -1: none. */
static int child_run(const struct work *work, char line[LINE_BYTES])
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
    bool ended = false;
    if (failed == 0) {
        child_read(ends[0], line, child);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        ended = WIFEXITED(status);
    } else {
        diag_log_limited(DIAG_ERROR, "media", "program=\"%s\" why=\"%s\"", program,
                         strerror(failed));
    }
    (void)close(ends[0]);
    /* Killed by its bounds, or by what it read: the file is to blame either way. */
    return failed != 0 ? -1 : ended ? WEXITSTATUS(status) : EXIT_DAMAGED;
}

static enum gateway_media_result result_of(int status)
{
    switch (status) {
    case 0:
        return GATEWAY_MEDIA_KEPT;
    case EXIT_DAMAGED:
        return GATEWAY_MEDIA_DAMAGED;
    case EXIT_TYPE:
        return GATEWAY_MEDIA_TYPE;
    case EXIT_PIXELS:
        return GATEWAY_MEDIA_PIXELS;
    case EXIT_LARGE:
        return GATEWAY_MEDIA_LARGE;
    case EXIT_SPACE:
        return GATEWAY_MEDIA_FULL;
    default:
        return GATEWAY_MEDIA_FAULT;
    }
}

/* "image/jpeg jpg 4032 3024 1 31.230410 121.473700"; what says a type of ours is believed. */
static bool read_line(char *line, struct gateway_media_item *item, bool *previewed)
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

static bool hash_file(const char *path, struct gateway_media_item *item)
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
    (void)sodium_bin2hex(item->hash, sizeof item->hash, (unsigned char *)item->digest,
                         sizeof item->digest);
    return whole && item->bytes > 0;
}

static void path_of(const char *data_dir, const char *hash, const char *ending,
                    char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/media/%.2s%s%s%s%s", data_dir, hash,
                   ending == NULL ? "" : "/", ending == NULL ? "" : hash, ending == NULL ? "" : ".",
                   ending == NULL ? "" : ending);
}

/* The preview first: once the file has its name, all of it is there. The same file twice is one. */
static enum gateway_media_result name_it(const char *data_dir, const struct work *work,
                                         const struct gateway_media_item *item, bool previewed)
{
    char place[PATH_BYTES], path[PATH_BYTES];
    path_of(data_dir, item->hash, NULL, place);
    bool done = folder(place);
    path_of(data_dir, item->hash, "small", path);
    done = done && (!previewed || rename(work->small, path) == 0);
    path_of(data_dir, item->hash, item->ending, path);
    done = done && rename(work->out, path) == 0 && sync_folder(place);
    (void)snprintf(place, sizeof place, "%s/media", data_dir);
    done = done && sync_folder(place);
    return done ? GATEWAY_MEDIA_KEPT : errno == ENOSPC ? GATEWAY_MEDIA_FULL : GATEWAY_MEDIA_FAULT;
}

static enum gateway_media_result make(const char *data_dir, const struct work *work,
                                      const unsigned char *bytes, size_t size,
                                      struct gateway_media_item *item)
{
    char line[LINE_BYTES];
    bool previewed = false;
    if (!write_in(work->in, bytes, size)) {
        return errno == ENOSPC || errno == EDQUOT ? GATEWAY_MEDIA_FULL : GATEWAY_MEDIA_FAULT;
    }
    const enum gateway_media_result result = result_of(child_run(work, line));
    if (result != GATEWAY_MEDIA_KEPT) {
        return result;
    }
    if (!read_line(line, item, &previewed) || !hash_file(work->out, item)) {
        return GATEWAY_MEDIA_FAULT;
    }
    return name_it(data_dir, work, item, previewed);
}

enum gateway_media_result gateway_store_put(const char *data_dir, const unsigned char *bytes,
                                            size_t size, struct gateway_media_item *item)
{
    struct work work;
    unsigned char random[8];
    char name[2 * sizeof random + 1];
    *item = (struct gateway_media_item){.type = NULL};
    if (size > GATEWAY_MEDIA_BYTES_MAX) {
        return GATEWAY_MEDIA_LARGE;
    }
    if (!room_left(data_dir)) {
        return GATEWAY_MEDIA_FULL;
    }
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(name, sizeof name, random, sizeof random);
    (void)snprintf(work.in, sizeof work.in, "%s/media/tmp/%s.in", data_dir, name);
    (void)snprintf(work.out, sizeof work.out, "%s/media/tmp/%s.out", data_dir, name);
    (void)snprintf(work.small, sizeof work.small, "%s/media/tmp/%s.small", data_dir, name);
    const enum gateway_media_result result = make(data_dir, &work, bytes, size, item);
    (void)unlink(work.in);
    (void)unlink(work.out);
    (void)unlink(work.small);
    return result;
}

int gateway_store_get(const char *data_dir, const char *hash, bool preview, uint64_t *bytes,
                      const char **type, const char **ending)
{
    char path[PATH_BYTES];
    struct stat known;
    CHECK(strspn(hash, "0123456789abcdef") == GATEWAY_MEDIA_HASH_BYTES - 1);
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        path_of(data_dir, hash, preview ? "small" : kinds[index].ending, path);
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
