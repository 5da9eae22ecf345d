/* clock_mark: see clock_mark.h. */
#include "common/base/clock_mark.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/clock.h"

static void boot_id_read(char id[CLOCK_BOOT_ID_BYTES + 1])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    size_t bytes = 0;
    if (file != NULL) {
        bytes = fread(id, 1, CLOCK_BOOT_ID_BYTES, file);
        (void)fclose(file);
    }
    id[bytes] = '\0';
    /* Without a boot id (no /proc) no mark is ever current: the check at start then goes by the
     * stored time alone. */
    if (strspn(id, "0123456789abcdef-") != CLOCK_BOOT_ID_BYTES) {
        memcpy(id, "-", 2);
    }
}

void clock_mark_make(struct clock_mark *mark)
{
    boot_id_read(mark->boot_id);
    mark->offset_ms = clock_offset_ms();
    mark->wall_ms = clock_wall_ms();
}

bool clock_mark_current(const struct clock_mark *mark)
{
    char id[CLOCK_BOOT_ID_BYTES + 1];
    boot_id_read(id);
    return strcmp(id, "-") != 0 && strcmp(id, mark->boot_id) == 0;
}

/* A service of an installation may write below run/ in its own folder alone. */
enum rc clock_mark_path(char *path, size_t size, const char *data_dir, const char *name)
{
    struct stat folder;
    int length = name == NULL ? snprintf(path, size, "%s/clock.accepted", data_dir)
                              : snprintf(path, size, "%s/run/%s", data_dir, name);
    if (name != NULL && length > 0 && (size_t)length < size) {
        const bool own = stat(path, &folder) == 0 && S_ISDIR(folder.st_mode);
        length = snprintf(path, size, own ? "%s/run/%s/%s.clock" : "%s/run/%s.clock", data_dir,
                          name, name);
    }
    return length < 0 || (size_t)length >= size ? RC_LIMIT : RC_OK;
}

enum rc clock_mark_write(const char *path, const struct clock_mark *mark)
{
    char temporary[PATH_MAX];
    const int length = snprintf(temporary, sizeof temporary, "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof temporary) {
        return RC_IO;
    }
    /* Under another name first: a reader sees the old mark or the new one, never half of it. */
    FILE *file = fopen(temporary, "we");
    if (file == NULL) {
        return RC_IO;
    }
    const bool printed = fprintf(file, "%s %" PRId64 " %" PRIu64 "\n", mark->boot_id,
                                 mark->offset_ms, mark->wall_ms) > 0;
    /* The operator may be somebody else than the service. */
    const bool readable = fchmod(fileno(file), 0644) == 0;
    const bool closed = fclose(file) == 0;
    return printed && readable && closed && rename(temporary, path) == 0 ? RC_OK : RC_IO;
}

enum rc clock_mark_read(const char *path, struct clock_mark *mark)
{
    struct clock_mark read = {0};
    char end = '\0';
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return errno == ENOENT ? RC_NOT_FOUND : RC_IO;
    }
    /* NOLINTNEXTLINE(cert-err34-c): a number out of range is no better than any wrong one */
    const int taken = fscanf(file, "%36s %" SCNd64 " %" SCNu64 "%c", read.boot_id, &read.offset_ms,
                             &read.wall_ms, &end);
    (void)fclose(file);
    const int64_t bound = INT64_MAX / 4; /* sums of these do not overflow */
    if (taken != 4 || end != '\n' || read.offset_ms > bound || read.offset_ms < -bound ||
        read.wall_ms > (uint64_t)bound) {
        return RC_INVALID;
    }
    *mark = read;
    return RC_OK;
}
