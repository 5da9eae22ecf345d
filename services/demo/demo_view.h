/* demo_view: what the person in front of it sees while the day goes by: the live board of timers on
 * a terminal, a line now and then elsewhere. In both, the first time something worth knowing
 * happens it is said in a sentence; the board, which forgets, says it again later. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "demo.h"

#define DEMO_MOMENTS_SHOWN 4u
#define DEMO_MOMENT_BYTES 640u

enum demo_moment {
    DEMO_FIRST_DESK,
    DEMO_FIRST_SOLVED,
    DEMO_FIRST_RAISED,
    DEMO_FIRST_TOP,
    DEMO_FIRST_COMPETENCE,
    DEMO_FIRST_RETURN,
    DEMO_FIRST_RULED,
    DEMO_FIRST_RED,
    DEMO_FIRST_ALARM,
    DEMO_FIRST_REOPENED,
    DEMO_FIRST_UNREACHED,
    DEMO_FIRST_WITHDRAWN,
    DEMO_MOMENTS,
};

struct demo_view {
    struct say say; /* with the demo's site */
    bool board, colour;
    uint64_t said_ms[DEMO_MOMENTS];                      /* 0: not yet */
    char moments[DEMO_MOMENTS_SHOWN][DEMO_MOMENT_BYTES]; /* a ring, board only */
    uint32_t moment_count;
    uint64_t shown_us; /* when something was drawn last */
};

/* Takes the terminal if board is wanted. */
void demo_view_begin(struct demo_view *view, bool board);
/* Gives it back; the moments of the day stay to be read. */
void demo_view_end(struct demo_view *view);

/* A demo_follow_fn: says the first of each kind. context: the view. */
void demo_view_fact(void *context, const struct demo *demo, const Paidan__Event *event);
/* Draws if it is time. RC_OK, RC_LIMIT, RC_INVALID. */
MUST_CHECK enum rc demo_view_show(struct demo_view *view, struct demo *demo);
/* Waits; true: the person wants to stop. */
bool demo_view_wait(struct demo_view *view, uint64_t wait_ms);

/* Site time of day, "10:42"; before and after the day itself "-1 23:10" and "+1 02:30". */
void demo_view_time(const struct demo *demo, uint64_t at_ms, char text[16]);
