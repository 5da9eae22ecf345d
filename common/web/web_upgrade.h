/* web_upgrade: the one exchange of HTTP by which a connection becomes a WebSocket (RFC 6455, 4). */
#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

enum {
    WEB_UPGRADE_NONCE_BYTES = 16,
    WEB_UPGRADE_HEAD_MAX = 8 << 10, /* of the answer's head */
};

/* What is asked; nonce: random. NULL: the arena is full. host: as the URL has it, with its port where
 * that is not the scheme's. */
char *web_upgrade_request(struct arena *arena, const char *host, const char *path,
                          const unsigned char nonce[WEB_UPGRADE_NONCE_BYTES]);
/* Looks for the end of the head and judges it. RC_OK: it is one now, and what follows *head_bytes are
 * frames already; RC_AGAIN: not whole yet; RC_INVALID: it is none, *why says. */
MUST_CHECK enum rc web_upgrade_judge(const char *bytes, size_t size,
                                     const unsigned char nonce[WEB_UPGRADE_NONCE_BYTES],
                                     size_t *head_bytes, const char **why);
