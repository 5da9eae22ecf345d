/* cli_pull: what `work pull` and `callback list` have in common. A pull hands tickets to one caller
 * for a while, so what it printed must reach a person: it says until when the tickets are kept. */

#include "cli_pull.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say_time.h"

/* Longer leases are refused by the services: a caller that died must not keep tickets for a day. */
enum { LEASE_S_MAX = 3600 };

int cli_pull_options(struct cli *cli, uint32_t fallback, struct cli_pull *pull)
{
    uint64_t max = 0, wait_s = 0, lease_s = 0;
    CHECK(fallback >= 1);
    CHECK(fallback <= PULL_MAX);
    int status = cli_number(cli, CLI_MAX, 1, PULL_MAX, fallback, &max);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_WAIT, 0, PULL_WAIT_MS_MAX / 1000, 0, &wait_s);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LEASE, 1, LEASE_S_MAX, 0, &lease_s);
    }
    *pull = (struct cli_pull){.max = (uint32_t)max,
                              .wait_ms = (uint32_t)wait_s * 1000,
                              .lease_ms = (uint32_t)lease_s * 1000,
                              .has_wait = wait_s != 0,
                              .has_lease = cli_given(cli, CLI_LEASE)};
    cli->timeout_ms += pull->wait_ms;
    return status;
}

void cli_pull_tell_lease(const struct cli *cli, uint64_t until_ms)
{
    char at[SAY_TIME_BYTES];
    say_time_short(&cli->say, until_ms, cli->now_ms, at);
    printf("%s %s\n", cli_say(cli, "为您保留到", "kept for you until"), at);
}
