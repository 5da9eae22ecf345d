/* shell: the loop around a core. Binds one ROUTER for everybody who asks, keeps one DEALER per
 * followed log, waits, gathers, runs steps, answers after the commit, serves followers, keeps long
 * polls, reloads the site (and DATA/clock, if it is scaled) on HUP, says READY and pets the
 * watchdog, ends after the step on TERM.
 *
 * Arguments: --data DIR --site DIR [--endpoint E] [--map-mib N] [--log-level L] [--step-inputs N]
 *   --clock-days N    refuse to start when the machine's clock is N days ahead of the stored time
 *   --verify          check the log's chain and every record, print a report, exit 0 or 1
 *   --replay          fold the log into an empty store and compare byte for byte, exit 0 or 1
 * DATA/<service>/ is the store, DATA/run/<service>.sock the default endpoint (written to
 * DATA/run/<service>.endpoint), DATA/clock the time (common/base/clock.h). Exits: 0 after TERM, 64
 * usage, 70 a deadline that this program cannot apply, 75 fault (a supervisor starts it again), 78
 * settings, or a store so damaged that it cannot be opened or read on: starting again would not
 * help. */
#pragma once

#include "common/step/step.h"

struct shell_service {
    const struct step_service *step;
    const char *summary; /* one line for --help */
};

int shell_main(const struct shell_service *service, int argc, char **argv);
