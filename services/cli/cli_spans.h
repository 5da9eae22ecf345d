/* cli_spans: what a clock counted and what it skipped, as a person reads it: one row for each run
 * of days that are alike, so that a term of three weeks fits a screen. */
#pragma once

#include "cli.h"

/* Prints heading, term, rule, the rows and the sums of one clock. whose: for whom it runs, beside
 * the unit that has the ticket; NULL: nobody else. still: the ticket is suspended, so that the
 * deadline is the one from before and moves when it goes on. */
void cli_spans_print(struct cli *cli, const Paidan__ExplainedClock *clock, const char *whose,
                     bool still, uint64_t now_ms);
