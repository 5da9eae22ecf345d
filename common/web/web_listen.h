/* web_listen: where a door to HTTP listens: on loopback or on a Unix socket, nowhere else. */
#pragma once

#include <stddef.h>

#include "common/base/rc.h"

/* where: "127.x.x.x:PORT", port 0: any. *address: where it listens indeed, "127.0.0.1:41234". RC_OK;
 * RC_SETTINGS: none of ours, or taken (printed); RC_IO (printed). */
MUST_CHECK enum rc web_listen_tcp(const char *where, int *fd, char *address, size_t size);
/* A socket that is left from a process that was killed is replaced; anything else there is RC_SETTINGS. */
MUST_CHECK enum rc web_listen_unix(const char *path, int *fd);
