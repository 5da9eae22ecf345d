/* last_backup: the one line of an operator's worries that no service can know: whether a copy exists elsewhere.
 * It owns the file DATA/last-backup. What must stay true: it is written after the backup is whole and never
 * before; what it says is of the machine's clock, since a demo's would let a day pass in a minute; and a file that
 * cannot be read counts as no backup, which makes somebody look. */
#include "common/base/last_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"

enum { LINE_BYTES = LAST_BACKUP_FOLDER_BYTES + 32 };
static const char file_name[] = "last-backup";

/* Everybody on the machine may read it: the gateway is another user than whoever backs up. */
enum rc last_backup_write(const char *data_dir, const struct last_backup *backup)
{
    char path[PATH_MAX], fresh[PATH_MAX + 8];
    CHECK(backup->at_ms > 0);
    CHECK(strlen(backup->folder) < sizeof backup->folder);
    (void)snprintf(path, sizeof path, "%s/%s", data_dir, file_name);
    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "we");
    if (file == NULL) {
        return RC_IO;
    }
    /* A name may hold anything but this reader's own mark: the end of its line. */
    const bool plain = strpbrk(backup->folder, "\r\n") == NULL;
    int told = fprintf(file, "at_ms %llu\nbytes %llu\n", (unsigned long long)backup->at_ms,
                       (unsigned long long)backup->bytes);
    if (told > 0 && plain && backup->folder[0] != '\0') {
        told = fprintf(file, "folder %s\n", backup->folder);
    }
    bool kept = told > 0 && fflush(file) == 0 && fchmod(fileno(file), 0644) == 0 &&
                fsync(fileno(file)) == 0;
    kept = fclose(file) == 0 && kept && rename(fresh, path) == 0;
    if (!kept) {
        (void)unlink(fresh);
    }
    return kept ? RC_OK : RC_IO;
}

static bool number_of(const char *line, const char *name, uint64_t *number)
{
    const size_t bytes = strlen(name);
    if (strncmp(line, name, bytes) != 0 || line[bytes] != ' ') {
        return false;
    }
    const char *text = line + bytes + 1;
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0') {
        return false;
    }
    *number = strtoull(text, NULL, 10);
    return true;
}

/* Lines of later versions are passed over. */
void last_backup_read(const char *data_dir, struct last_backup *backup)
{
    char path[PATH_MAX], line[LINE_BYTES];
    *backup = (struct last_backup){.at_ms = 0};
    (void)snprintf(path, sizeof path, "%s/%s", data_dir, file_name);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!number_of(line, "at_ms", &backup->at_ms) &&
            !number_of(line, "bytes", &backup->bytes) && strncmp(line, "folder ", 7) == 0) {
            (void)snprintf(backup->folder, sizeof backup->folder, "%.*s",
                           (int)sizeof backup->folder - 1, line + 7);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

bool last_backup_old(const struct last_backup *backup, uint64_t now_ms)
{
    return backup->at_ms == 0 ||
           (now_ms > backup->at_ms &&
            now_ms - backup->at_ms >= (uint64_t)LAST_BACKUP_OLD_HOURS * 3600u * 1000u);
}
