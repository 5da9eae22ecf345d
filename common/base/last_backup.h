/* last_backup: when an instance was last backed up: DATA/last-backup, written by `paidan backup`, read by whoever
 * shows how an instance is. One line a fact: "at_ms N", "bytes N", "folder PATH". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/rc.h"

enum {
    LAST_BACKUP_FOLDER_BYTES = 1024,
    /* Backups are made daily; one that is a half day late is worth a red line. */
    LAST_BACKUP_OLD_HOURS = 36,
};

struct last_backup {
    uint64_t at_ms; /* of the machine's clock, never of a demo's; 0: there is none yet */
    uint64_t bytes;
    char folder[LAST_BACKUP_FOLDER_BYTES]; /* "" not known */
};

/* Whole or not at all. RC_OK or RC_IO. Before: at_ms > 0. */
MUST_CHECK enum rc last_backup_write(const char *data_dir, const struct last_backup *backup);
/* at_ms 0 where there is no record, or none that can be read. */
void last_backup_read(const char *data_dir, struct last_backup *backup);
/* There is none, or the last one was LAST_BACKUP_OLD_HOURS ago. now_ms: of the machine's clock. */
bool last_backup_old(const struct last_backup *backup, uint64_t now_ms);
