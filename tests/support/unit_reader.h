/* unit_reader: what units did, counted out of a log of escalation as archive counts it: by archive's own folding,
 * in a store that is thrown away. And the law that binds the sums to escalation's totals. */
#pragma once

#include "common/say/unit_count.h"
#include "common/store/store.h"

enum { UNIT_READER_MAX = 256 };

struct unit_reader {
    size_t count;
    struct unit_read {
        char unit[33];
        uint64_t values[UNIT_COUNTERS];
    } units[UNIT_READER_MAX]; /* in order of code */
    uint64_t sums[UNIT_COUNTERS];
};

/* Aborts where the log cannot be read or folded. */
void unit_reader_read(struct store *escalation, struct unit_reader *reader);
/* What the archive itself has counted. Before: reader is zero. */
void unit_reader_collect(struct store_txn *archive, struct unit_reader *reader);
/* 0: it has had nothing. */
uint64_t unit_reader_count(const struct unit_reader *reader, const char *unit,
                           enum unit_counter counter);

/* Each counter of the units, and the totals of escalation that count the same, up to a NULL. */
struct unit_law {
    enum unit_counter counter;
    const char *totals[7];
};
extern const struct unit_law unit_laws[];
extern const size_t unit_laws_count;
