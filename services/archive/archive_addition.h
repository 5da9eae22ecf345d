/* archive_addition: which counters of which units a fact of escalation adds to.
 *
 * Pure: the fact, and what the archive knows of its ticket before and after it. Where escalation's own totals
 * count the same facts, the sum over all units is that total. */
#pragma once

#include "archive_ticket.h"
#include "common/say/unit_count.h"

/* A set of counters, each one higher, for each unit that the fact concerns. */
struct archive_addition {
    uint32_t unit_count;
    struct {
        const char *unit;  /* points into the tickets or the fact */
        uint64_t counters; /* 1 << enum unit_counter */
    } units[2];
};
/* event: of escalation's log, about a ticket; before, after: its record. */
void archive_addition_of(const Paidan__Event *event, const struct archive_ticket *before,
                         const struct archive_ticket *after, struct archive_addition *addition);
