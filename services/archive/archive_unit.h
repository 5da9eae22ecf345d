/* archive_unit: what each unit did and had, counted from escalation's facts for ever.
 *
 *   unit  code, filled up with zeros: 32 bytes -> counts by enum unit_counter
 *         32 zeros                             -> the newest fact that is counted
 *
 * Rows are in order of code; a unit that the site has dropped keeps its row. Archive is behind escalation by as
 * much as it has not read yet: an answer says up to which fact it counts. */
#pragma once

#include "archive_part.h"
#include "archive_ticket.h"
#include "common/say/unit_count.h"

extern const struct archive_part archive_unit_part;

#define ARCHIVE_UNIT_KEY_BYTES CODE_BYTES_MAX
void archive_unit_key(const char *unit, unsigned char key[ARCHIVE_UNIT_KEY_BYTES]);

/* A unit without a row: all zero, *some false. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_unit_load(struct store_txn *txn, const char *unit,
                                     uint64_t counts[UNIT_COUNTERS], bool *some);
/* Adds what an event of escalation says about units, and that it is counted. before, after: the ticket.
 * RC_OK, RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_unit_add(struct step_fold *fold, const struct archive_record *record,
                                    const struct archive_ticket *before,
                                    const struct archive_ticket *after);
