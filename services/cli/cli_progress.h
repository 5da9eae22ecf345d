/* cli_progress: how far a long piece of work has come, for whoever watches. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

struct cli_progress {
    const struct cli *cli;
    const char *zh, *en; /* what is being done: "训练", "training" */
    uint64_t shown_us;
    bool on; /* standard error is a terminal; may be taken back */
};

/* Before: cli and the words outlive it. */
void cli_progress_begin(struct cli_progress *progress, const struct cli *cli, const char *zh,
                        const char *en);
/* Draws now and then and when all is done, over what was drawn before. of: 0 where nobody knows. */
void cli_progress_show(struct cli_progress *progress, uint64_t done, uint64_t of);
/* Takes the line away. It may be begun again. */
void cli_progress_end(struct cli_progress *progress);
