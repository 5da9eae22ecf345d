/* archive_share: what a ticket adds to which counts, and keeping the counts in step.
 *
 * A ticket's share is what its record says (registered, closed and all that is decided with that, what it
 * is now), and its deeds, each on its day. When the record changes, what it said before is taken away and
 * what it says now is added; so counting all tickets again gives the same rows (archive_recount). */
#pragma once

#include "archive_count.h"
#include "archive_ticket.h"

enum { ARCHIVE_AMOUNTS_MAX = 16, ARCHIVE_SHARES_MAX = 6 + ARCHIVE_UNITS_MAX, ARCHIVE_TIMES = 4 };

/* Days: yyyymmdd; 0: now. */
struct archive_share {
    uint32_t day;
    unsigned by;      /* what it is counted by: bits 1 << RatesBy */
    const char *unit; /* whose it is by unit; NULL: whoever has the ticket */
    unsigned count;
    struct archive_amount amounts[ARCHIVE_AMOUNTS_MAX];
    unsigned timed; /* times that are known: bits 1 << RatesClock */
    uint64_t times_ms[ARCHIVE_TIMES + 1];
};
/* Pure: what the record says. Pointers into the ticket. Returns how many. */
unsigned archive_share_of(const struct archive_ticket *ticket,
                          struct archive_share shares[ARCHIVE_SHARES_MAX]);

/* A deed's row:  share  ticket u64, day u32, key of who u64 -> who, counts. */
struct archive_deed_row {
    uint64_t ticket;
    uint32_t day;
    char who[CODE_BYTES_MAX + 1];
    uint64_t counts[RATES_COUNTS];
};
/* The first of a ticket's rows at or after `from_day`; go on with _next. The walk is open on RC_OK and is
 * closed by the caller in any case. RC_OK, RC_NOT_FOUND (no more of this ticket), RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_share_walk(struct store_txn *txn, uint64_t ticket, uint32_t from_day,
                                      struct store_walk *walk, struct archive_deed_row *row);
MUST_CHECK enum rc archive_share_next(struct store_walk *walk, struct archive_deed_row *row);

/* Stores the record; counts and days follow. RC_OK, RC_FULL, RC_STORE, RC_CORRUPT: the counts are not
 * those of before. */
MUST_CHECK enum rc archive_share_change(struct step_fold *fold, uint64_t id,
                                        const struct archive_ticket *before,
                                        const struct archive_ticket *after);
MUST_CHECK enum rc archive_share_deed(struct step_fold *fold, uint64_t id,
                                      const struct archive_ticket *ticket, uint32_t day,
                                      const struct archive_deed *deed);
/* All of a ticket, counted into other tables than those it is read from. */
MUST_CHECK enum rc archive_share_recount(struct store_txn *from, struct store_txn *into,
                                         uint64_t id, const struct archive_ticket *ticket);
