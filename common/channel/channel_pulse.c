/* channel_pulse: the one pulse of this process: what its doors refused, whether its connection
 * stands, how much of the platform's quotas is used. Owns that memory. Must stay true: nothing that
 * is stored depends on it, for a process that was killed begins with none. */
#include "common/channel/channel_pulse.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"

static struct channel_pulse pulse;

struct channel_pulse *channel_pulse(void)
{
    CHECK(pulse.quota_count <= QUOTAS_MAX);
    return &pulse;
}

struct channel_quota *channel_pulse_quota(const char *name)
{
    CHECK(name[0] != '\0');
    for (unsigned index = 0; index < pulse.quota_count; index++) {
        if (strcmp(pulse.quotas[index].name, name) == 0) {
            return &pulse.quotas[index];
        }
    }
    if (pulse.quota_count == QUOTAS_MAX) {
        return NULL;
    }
    struct channel_quota *const quota = &pulse.quotas[pulse.quota_count++];
    *quota = (struct channel_quota){.used = 0};
    (void)snprintf(quota->name, sizeof quota->name, "%s", name);
    return quota;
}
