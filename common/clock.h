/* clock: the one source of time. Services read it once a step; cores never.
 *
 * real: CLOCK_REALTIME. scaled: site time runs rate times as fast from a given moment (demo and
 * tests). virtual: set by its owner (simulator, core tests). */
#pragma once

#include <stdint.h>

#include "rc.h"

enum clock_kind { CLOCK_REAL, CLOCK_SCALED, CLOCK_VIRTUAL };

struct clock {
    enum clock_kind kind;
    uint64_t real_epoch_ms, site_epoch_ms; /* scaled: site_epoch at real_epoch */
    uint64_t rate;                         /* scaled: site ms per real ms, 1..100000 */
    uint64_t virtual_ms;
};

void clock_init_real(struct clock *clock);
void clock_init_virtual(struct clock *clock, uint64_t now_ms);
/* Reads DATA/clock: "scaled REAL_EPOCH_MS SITE_EPOCH_MS RATE\n". No file: real.
 * Returns RC_OK, RC_INVALID (malformed) or RC_IO. */
MUST_CHECK enum rc clock_open(struct clock *clock, const char *data_dir);

uint64_t clock_now_ms(const struct clock *clock);
void clock_set_ms(struct clock *clock, uint64_t now_ms); /* virtual only */
/* Real milliseconds until the clock shows at_ms; 0 if it already does. Virtual: 0. */
uint64_t clock_wait_ms(const struct clock *clock, uint64_t at_ms);

/* Monotonic real time for durations (bench, watchdog). */
uint64_t clock_monotonic_us(void);
