/* folder: names in a folder, on the disk.
 *
 * A file whose name is not on the disk is not there after a power cut, however well its bytes are:
 * who made, linked or renamed one calls this before he says that it is kept. */
#pragma once

#include "common/base/rc.h"

/* path: of a folder, not empty. RC_OK or RC_IO (errno says why). */
MUST_CHECK enum rc folder_sync(const char *path);
/* The folder in which `path` lies; "." where it names none. RC_OK or RC_IO (errno). */
MUST_CHECK enum rc folder_sync_parent(const char *path);
