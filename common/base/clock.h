/* clock: the one source of time. Services read it once a step; cores never.
 *
 * real: CLOCK_REALTIME, and while a service runs (clock_believe) no further than CLOCK_BOOTTIME,
 * which nobody can set, confirms: a clock set forward by mistake is not followed. scaled: site time
 * runs rate times as fast from a given moment (demo and tests); before that moment it stands still.
 * virtual: set by its owner (simulator, core tests). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/rc.h"

enum clock_kind { CLOCK_REAL, CLOCK_SCALED, CLOCK_VIRTUAL };

struct clock {
    enum clock_kind kind;
    uint64_t real_epoch_ms, site_epoch_ms; /* scaled: site_epoch at real_epoch */
    uint64_t rate;                         /* scaled: site ms per real ms, 1..100000 */
    uint64_t virtual_ms;
    bool watched;        /* real: held to what is believed */
    uint64_t slack_ms;   /* so much more is believed too */
    int64_t believed_ms; /* wall time less boot time; boot time goes on while the machine sleeps */
};

/* A wall clock further ahead of what is believed is not followed. Larger than what NTP corrects by
 * a step on a machine that runs; small against any deadline. */
#define CLOCK_SLACK_MS 120000u

void clock_init_real(struct clock *clock);
void clock_init_virtual(struct clock *clock, uint64_t now_ms);
/* Reads DATA/clock: "scaled REAL_EPOCH_MS SITE_EPOCH_MS RATE\n". No file: real.
 * Returns RC_OK, RC_INVALID (malformed) or RC_IO. */
MUST_CHECK enum rc clock_open(struct clock *clock, const char *data_dir);

uint64_t clock_now_ms(const struct clock *clock);
void clock_set_ms(struct clock *clock, uint64_t now_ms); /* virtual only */
/* From now on the real clock is followed only up to believed_ms (wall less boot time) plus
 * slack_ms; beyond that time goes on from what is believed. Before: kind is CLOCK_REAL. */
void clock_believe(struct clock *clock, int64_t believed_ms, uint64_t slack_ms);
/* Takes small corrections forward into what is believed; call it often. Gives by how much the wall
 * clock is too far ahead to be followed; 0: it is followed, or not watched. */
uint64_t clock_watch(struct clock *clock);
/* Wall time less boot time now: it changes only when somebody sets the clock. */
int64_t clock_offset_ms(void);
uint64_t clock_wall_ms(void);
/* Real milliseconds until the clock shows at_ms; 0 if it already does. Virtual: 0. */
uint64_t clock_wait_ms(const struct clock *clock, uint64_t at_ms);

/* Monotonic real time for durations (bench, watchdog). */
uint64_t clock_monotonic_us(void);
