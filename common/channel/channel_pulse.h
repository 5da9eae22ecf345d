/* channel_pulse: how this process stands towards the outside, as its ports know it: plain memory, lost
 * with the process, told by AdapterStatus. Ports write it; no core decides by it or may name it
 * (tests/support/core_symbols.txt). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"

struct channel_quota {
    char name[QUOTA_NAME_BYTES_MAX + 1];
    uint64_t used, limit, resets_ms; /* limit, resets_ms 0: none is known */
};

struct channel_pulse {
    uint64_t refused, refused_ms;         /* at the door; refused_ms 0: none was */
    char refused_why[CODE_BYTES_MAX + 1]; /* the last one's code */
    uint64_t token_until_ms;              /* 0: there is none */
    bool links, connected;                /* links: there is a connection that may break */
    unsigned quota_count;
    struct channel_quota quotas[QUOTAS_MAX];
};

struct channel_pulse *channel_pulse(void);
/* Of that name, added with zeros if it is new; NULL: there are QUOTAS_MAX already. */
struct channel_quota *channel_pulse_quota(const char *name);
