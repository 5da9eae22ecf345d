/* archive_recount: a law: counting all tickets again gives the counts that are there. */
#pragma once

#include "archive_count.h"
#include "common/step/step.h"

struct archive_difference {
    struct archive_key key;
    int which; /* of RatesCount; -1: the row of times `clock` */
    int clock;
    uint64_t counted, recounted;
};
/* Counts every ticket of `from` into the empty tables of `into` and compares. found: of as many as there is
 * room for. RC_OK: *count differences. */
MUST_CHECK enum rc archive_recount(struct store_txn *from, struct store_txn *into,
                                   struct archive_difference *found, size_t room, size_t *count);
/* The second half alone: the rows of two stores. */
MUST_CHECK enum rc archive_recount_compare(struct store_txn *from, struct store_txn *with,
                                           struct archive_difference *found, size_t room,
                                           size_t *count);
