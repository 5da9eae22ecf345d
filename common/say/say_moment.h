/* say_moment: moments as the tables of other systems write them. Pure.
 *
 * Spreadsheets (46083.378472, 2026/3/2 9:05), open data (03/02/2026 09:05:00 AM), Chinese tables
 * (2026年3月2日 上午9点05分), names of months, 20260302 0905. Whether 03/02 is March or February a
 * single cell does not say: the column does, or nobody. A time without its day is no moment. */
#pragma once

#include "common/say/say.h"

/* What a column of dates says about its order: bits. */
enum {
    SAY_MOMENT_MONTH_FIRST = 1, /* 03/28/2026 */
    SAY_MOMENT_DAY_FIRST = 2,   /* 28/03/2026 */
    SAY_MOMENT_AMERICAN = 4,    /* AM or PM: month first, unless something above says else */
};

enum say_moment {
    SAY_MOMENT_READ,
    SAY_MOMENT_ODD,       /* not understood */
    SAY_MOMENT_AMBIGUOUS, /* day or month first: the order does not say */
};

/* What this text says about the order; 0: nothing. */
unsigned say_moment_order(const char *text);
/* order: what the whole column said. Without an offset in the text: by the wall clock of say.
 * *at_ms is written only when it was read. */
enum say_moment say_moment_read(const struct say *say, const char *text, unsigned order,
                                uint64_t *at_ms);
