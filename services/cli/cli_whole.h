/* cli_whole: a file that is there whole or not at all. */
#pragma once

#include "cli_disk.h"

/* Writes beside the name and takes its place when it is on the disk: whoever reads the old file
 * meanwhile keeps it, and a run that broke off leaves nothing half done. A link stays, what it leads to
 * is replaced; a device or a pipe is written into as it is. "-": standard output.
 * 0, or a status after saying that the deed failed. */
MUST_CHECK int cli_whole_write(const struct cli *cli, const char *path, const void *bytes,
                               size_t size, const struct cli_deed *deed);
/* The same with what a file that has no name yet holds (common/book); it stays the caller's. */
MUST_CHECK int cli_whole_take(const struct cli *cli, const char *path, int fd, size_t size,
                              const struct cli_deed *deed);
