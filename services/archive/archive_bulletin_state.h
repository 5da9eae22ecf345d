/* archive_bulletin_state: the record of a bulletin, and which of them are published. Owns the tables `bulletin`
 * and `shown`. */
#pragma once

#include "archive_part.h"
#include "common/base/limits.h"

struct archive_bulletin {
    uint32_t state; /* Paidan__BulletinState; 0: none was ever written; never PROPOSED */
    char category[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1], unit[CODE_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1], text[NOTE_BYTES_MAX + 1];
    char note[NOTE_BYTES_MAX + 1]; /* of the last refusal or withdrawal */
    char drafted_by[ACTOR_BYTES_MAX + 1], ruled_by[ACTOR_BYTES_MAX + 1];
    uint64_t closed_ms, drafted_ms;
    uint64_t published_ms, until_ms, id; /* of one that is or was published; id: seq of the fact */
    bool reopened;                       /* withdrawn since the ticket was taken up again */
};

/* A published one, in the order of publishing. */
struct archive_shown {
    uint64_t published_ms, ticket;
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_bulletin_state_get(struct store_txn *txn, uint64_t ticket,
                                              struct archive_bulletin *bulletin);
/* Folding. was: as it was read, zeroed: there was none. RC_OK, RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_bulletin_state_put(struct step_fold *fold, uint64_t ticket,
                                              const struct archive_bulletin *was,
                                              const struct archive_bulletin *now);
/* The published one before *shown (published_ms UINT64_MAX, ticket 0: the newest), in its place. RC_OK,
 * RC_NOT_FOUND (there is none), RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_bulletin_state_shown(struct store_txn *txn, struct archive_shown *shown);
/* The bulletin of the highest ticket below *ticket (UINT64_MAX: of all), whatever its state; *ticket is its.
 * Returns likewise. */
MUST_CHECK enum rc archive_bulletin_state_before(struct store_txn *txn, uint64_t *ticket,
                                                 struct archive_bulletin *bulletin);
