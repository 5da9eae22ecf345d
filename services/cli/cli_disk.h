/* cli_disk: why something could not be written or read, in words that help. */
#pragma once

#include "cli.h"

/* What was being done, for the beginning of the sentence: "备份没有完成" / "nothing was backed up". */
struct cli_deed {
    const char *zh, *en;
};

/* Says that the deed failed, why, and what to do: `<deed>: <cause>; <advice> (<path>)`. A full disk is
 * STORAGE_FULL and names the file system and what it has left; everything else is FAILED with the
 * cause. error: errno. path: what could not be written or read; it need not exist. Returns the status.
 */
int cli_disk_fail(const struct cli *cli, int error, const struct cli_deed *deed, const char *path);
/* The same for a file that was to be read; one that is not there is told as that, not as a folder to be
 * made. */
int cli_disk_unread(const struct cli *cli, int error, const struct cli_deed *deed,
                    const char *path);
/* The mount point of the file system that holds path, or would hold it. Before: size > 0. */
void cli_disk_mount(const char *path, char *mount, size_t size);
