/* cli_pull: how much to take from a queue, for how long to wait and to keep it. */
#pragma once

#include "cli.h"

struct cli_pull {
    uint32_t max, wait_ms, lease_ms;
    protobuf_c_boolean has_wait, has_lease; /* absent: the site's own */
};

/* --max (fallback when not given), --wait, --lease. Answers may then come later by the wait: the
 * timeout grows with it. 0 or a status. */
MUST_CHECK int cli_pull_options(struct cli *cli, uint32_t fallback, struct cli_pull *pull);
/* "kept for you until 14:00" */
void cli_pull_tell_lease(const struct cli *cli, uint64_t until_ms);
