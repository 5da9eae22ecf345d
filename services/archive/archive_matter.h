/* archive_matter: what a bulletin about a ticket could be made of: where it was, what it was about, who did
 * what. Kept of open tickets, and of closed ones for ARCHIVE_MATTER_DAYS.
 *
 * Owns the tables `matter` and `ended`. */
#pragma once

#include "archive_part.h"
#include "common/base/limits.h"

enum { ARCHIVE_MATTER_DAYS = 60, ARCHIVE_RESULT_BYTES = 480 };

struct archive_matter {
    char category[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1], unit[CODE_BYTES_MAX + 1];
    char result[ARCHIVE_RESULT_BYTES + 1]; /* note of the last solution, masked */
    uint64_t closed_ms;                    /* 0: it is open */
    uint32_t outcome;                      /* Paidan__Outcome of the closure; 0: open */
    bool member;                           /* 并单: it was resolved with another one */
};

/* Of a closed one, in the order of closing. */
struct archive_ended {
    uint64_t closed_ms, ticket;
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_matter_get(struct store_txn *txn, uint64_t ticket,
                                      struct archive_matter *matter);
/* Whether no word of it may leave the office 保密. RC_OK, RC_STORE. */
MUST_CHECK enum rc archive_matter_confidential(struct store_txn *txn, uint64_t ticket,
                                               bool *confidential);
/* The closed one before `*ended` (closed_ms UINT64_MAX: the newest), in its place. RC_OK, RC_NOT_FOUND (there
 * is none), RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_matter_before(struct store_txn *txn, struct archive_ended *ended);
/* Folds what is heard. RC_OK, RC_CORRUPT, RC_FULL, RC_STORE. */
MUST_CHECK enum rc archive_matter_hear(struct step_fold *fold, const struct archive_record *record);
