/* triage_proof: what triage keeps of its own decisions: records and keys.
 *
 *   trust   key of a category u64 -> its step, what its last decisions came to      once measured
 *   trial   ticket u64 -> what triage decided or guessed, until it is known          while unknown
 *   week    week u64, key of a category u64 -> counts                               of two years
 *
 * Under key 0 trust holds the Monday from which weeks are counted. A site that asks for nothing of
 * this has no row in any of them. */
#pragma once

#include "triage_state.h"
#include "triage_wilson.h"

enum {
    TRIAGE_RING = 1024, /* decisions of a category that are kept; SITE_TRUST_MAX fits */
    TRIAGE_SPANS_MAX = 8,
    TRIAGE_WEEKS_MAX = 104,
    TRIAGE_RAISES = 3,                    /* steps that only ask for a surer guess */
    TRIAGE_WITHDRAWN = TRIAGE_RAISES + 1, /* the step at which the desk decides */
    TRIAGE_WEEK_KEY_BYTES = 8 + 8,
};
#define TRIAGE_WEEK_MS (UINT64_C(7) * 24 * 3600 * 1000)

struct triage_span {            /* in which a category was withdrawn */
    uint64_t from_ms, until_ms; /* until_ms 0: it is */
    uint32_t why;               /* enum TrustWhy */
    uint32_t right, of;         /* for which it was */
};

struct triage_trust {
    char category[CODE_BYTES_MAX + 1];
    uint32_t step;     /* 0 .. TRIAGE_WITHDRAWN */
    bool by_hand;      /* withdrawn until somebody restores it */
    uint32_t epoch;    /* changes so far: what was decided before the last one proves nothing now */
    uint64_t since_ms; /* of the step; 0: it never changed */
    uint32_t next, count; /* of the ring: where the next decision goes, how many it holds */
    unsigned char ring[TRIAGE_RING / 8]; /* a bit each: it was right */
    uint32_t span_count;
    struct triage_span spans[TRIAGE_SPANS_MAX]; /* the newest last */
};

enum triage_trial_kind {
    TRIAGE_ITSELF = 1, /* it went out by itself */
    TRIAGE_GUESSED,    /* at the desk */
    TRIAGE_HELD,       /* at the desk only because its category is withdrawn */
    TRIAGE_TRIAL_KINDS
};

struct triage_trial {
    enum triage_trial_kind kind;
    uint32_t epoch;                    /* of the category's trust when it was decided */
    char category[CODE_BYTES_MAX + 1]; /* decided or guessed; "": no guess */
    char unit[CODE_BYTES_MAX + 1];     /* of TRIAGE_ITSELF */
};

struct triage_week {
    char category[CODE_BYTES_MAX + 1];
    uint64_t itself, desk, agreed, changed, returned, recalled, right, wrong;
};

/* All: RC_OK, RC_NOT_FOUND (get, del), RC_CORRUPT, RC_FULL or RC_STORE; what is read is written on
 * RC_OK alone, but: trust_get makes a category that was never measured from nothing. */
MUST_CHECK enum rc triage_proof_trust_get(struct store_txn *txn, const char *category,
                                          struct triage_trust *trust);
MUST_CHECK enum rc triage_proof_trust_put(struct store_txn *txn, const struct triage_trust *trust);
MUST_CHECK enum rc triage_proof_trial_get(struct store_txn *txn, uint64_t ticket,
                                          struct triage_trial *trial);
MUST_CHECK enum rc triage_proof_trial_put(struct store_txn *txn, uint64_t ticket,
                                          const struct triage_trial *trial);
MUST_CHECK enum rc triage_proof_trial_del(struct store_txn *txn, uint64_t ticket);
/* Walks the categories that were measured, in the order of their keys; read passes over the Monday:
 * RC_NOT_FOUND, go on. */
MUST_CHECK enum rc triage_proof_trust_walk(struct store_txn *txn, struct store_walk *walk);
MUST_CHECK enum rc triage_proof_trust_read(const struct store_walk *walk,
                                           struct triage_trust *trust);

/* The week of a moment, counted from the site's first Monday on; that of a moment before it is 0. */
MUST_CHECK enum rc triage_proof_monday(struct store_txn *txn, uint64_t *monday_ms);
MUST_CHECK enum rc triage_proof_monday_put(struct store_txn *txn, uint64_t monday_ms);
uint32_t triage_proof_week_of(uint64_t monday_ms, uint64_t at_ms);
/* The counts of a category in the week of that moment; from nothing if there are none yet. */
MUST_CHECK enum rc triage_proof_week_get(struct store_txn *txn, uint32_t week, const char *category,
                                         struct triage_week *counts);
/* Weeks older than TRIAGE_WEEKS_MAX go as new ones come: two rows for each. */
MUST_CHECK enum rc triage_proof_week_put(struct store_txn *txn, uint32_t week,
                                         const struct triage_week *counts);
/* Walks rows from that week on, in the order of weeks. */
MUST_CHECK enum rc triage_proof_week_walk(struct store_txn *txn, uint32_t week,
                                          struct store_walk *walk);
MUST_CHECK enum rc triage_proof_week_read(const struct store_walk *walk, uint32_t *week,
                                          struct triage_week *counts);

/* Into the ring; the oldest falls out. */
void triage_proof_push(struct triage_trust *trust, bool right);
/* Of the newest `window` decisions. */
struct triage_share triage_proof_share(const struct triage_trust *trust, uint32_t window);
