/* demo_summary: the day in numbers, and whether they add up. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "command.pb-c.h"
#include "common/say/say.h"
#include "demo_facts.h"

/* What those outside counted (demo_doors). */
struct demo_outside {
    bool told;
    uint64_t sealed, sent; /* messages of WeChat: to us, each attempt; from us, beside replies */
    uint64_t signed_in, signed_out; /* envelopes of the hotline */
    uint64_t alarms, requests;      /* of devices; of Open311 */
    uint64_t answers;               /* callbacks that were answered by sealed messages */
};

/* What the demo itself did, by the answers it got. */
struct demo_done {
    uint64_t scripted, accepted, duplicates, refused; /* rows; the rest was not handed in */
    uint64_t chases, supplements, withdrawals;        /* answered OK */
    uint64_t late;    /* actions refused because the ticket had moved on: raised, withdrawn */
    uint64_t answers; /* of residents, answered OK */
    uint64_t faults;  /* errands that those outside could not do */
    struct demo_outside outside;
};

/* Where the accepted tickets of the script are now: every one in exactly one of these. */
struct demo_summary {
    uint64_t tickets; /* of the script, as the logs know them */
    uint64_t others;  /* not of this script: submitted by hand, or left from another day */
    uint64_t closed[DEMO_OUTCOMES];
    uint64_t withdrawn;
    uint64_t withdrawn_late;            /* of these: it was closed before the word came */
    uint64_t on_way;                    /* not yet with a unit nor at the desk */
    uint64_t at_desk;                   /* new ones */
    uint64_t asking;                    /* resolved, the resident is being asked */
    uint64_t open[SITE_LEVELS_MAX + 1]; /* with a unit, by level */
    uint64_t open_red;                  /* of these: with a red card */
    /* how often; of the script's tickets */
    uint64_t expired, competence, reopened, returned, ruled, alarms;
    uint64_t asked, answered, unreached;
    uint64_t at_top;      /* tickets that came to the highest level because a clock expired */
    uint64_t whole_climb; /* of these: from the lowest level */
    uint64_t asking_all;  /* with the others */
    uint64_t red;         /* tickets that ever got a red card */
    uint64_t by_desk;
};

void demo_summary_make(struct demo_summary *summary, const struct demo_facts *facts);
uint64_t demo_summary_closed(const struct demo_summary *summary);
uint64_t demo_summary_open(const struct demo_summary *summary);

/* One comparison. */
struct demo_check {
    const char *left_name, *right_name; /* static */
    uint64_t left, right;
};
#define DEMO_CHECKS_MAX 64u
#define DEMO_ABSENT UINT64_MAX /* right: the service does not tell that number */

/* Compares the numbers with each other and with what the four services count themselves.
 * stats: in the order of demo_services; NULL: that service could not be asked.
 * Gives the number of checks made; all of them, right or wrong. */
uint32_t demo_summary_check(const struct demo_summary *summary, const struct demo_done *done,
                            const struct demo_facts *facts, uint64_t unsent,
                            const Paidan__Stats *const stats[DEMO_SERVICES],
                            struct demo_check checks[DEMO_CHECKS_MAX]);

/* Prints the table; say has a site. Gives the number of checks that failed. */
uint32_t demo_summary_print(FILE *out, const struct say *say, const struct demo_summary *summary,
                            const struct demo_done *done, uint64_t unsent,
                            const struct demo_check *checks, uint32_t check_count);
