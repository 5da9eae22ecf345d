/* hotline_state: what the adapter keeps.
 *
 *   case    key of peer and source_id -> struct hotline_case: a ticket of a peer's
 *   ticket  ticket u64 -> struct hotline_ticket: whose case it is, or, of a ticket of our channel
 *           that belongs to none (yet), the newest of the facts that there would be to tell
 *   nonce   key of the peer, digest of a nonce -> when it was signed
 *   call    seq of a HotlineCalled -> empty: the newest
 *   early   ticket u64 -> empty: of those in `ticket` that belong to no case, the ones that ended while some
 *           dispatch had no number yet, and may be its */
#pragma once

#include "common/base/limits.h"
#include "common/site/site.h"
#include "common/store/store.h"
#include "event.pb-c.h"

enum { HOTLINE_WAITING_MAX = 16 }; /* envelopes between a dispatch and its number */

enum hotline_case_state {
    HOTLINE_ASKED = 1, /* intake has not answered the dispatch yet */
    HOTLINE_BOUND,     /* it has a ticket */
    HOTLINE_REFUSED,   /* for good; another dispatch may try again */
};
struct hotline_case {
    uint32_t state;
    uint64_t line;    /* seq of its first fact: the line of all its deliveries */
    uint64_t ticket;  /* 0: none */
    uint64_t in_seq;  /* highest that was taken of the kinds that replace each other */
    uint64_t out_seq; /* of what was told last */
    uint64_t asked;   /* seq of the Heard whose dispatch was asked last */
    uint32_t round;   /* of the closure that the resident is asked about; 0: none is open */
    bool closed;
    bool confidential; /* they said so once: what they hand over again is, too */
    uint32_t waiting_count;
    uint64_t waiting[HOTLINE_WAITING_MAX]; /* seqs of Heard */
    char peer[CODE_BYTES_MAX + 1];
    char source_id[HOTLINE_ID_BYTES_MAX + 1];
    char number[CODE_BYTES_MAX + 1]; /* our public number; "": none yet */
    uint64_t
        due_ms; /* by when they want it done, as they said last; 0: they did not, or before it was kept */
    uint64_t
        dispatched; /* seq of the Heard of the newest dispatch that opened it; 0: of before it was kept */
};

struct hotline_ticket {
    bool bound;
    uint64_t
        told_seq; /* not bound: the newest HotlineTold about it, which names the one before; 0: none */
    char peer[CODE_BYTES_MAX + 1];
    char source_id[HOTLINE_ID_BYTES_MAX + 1];
};

/* The channel of what is handed to us; NULL: the site has no hotline. */
const char *hotline_state_code(const struct site *site);

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT (another ticket's id has the same key, too), RC_STORE. */
MUST_CHECK enum rc hotline_state_case(struct store_txn *txn, const char *peer,
                                      const char *source_id, struct hotline_case *record);
MUST_CHECK enum rc hotline_state_case_put(struct store_txn *txn, const struct hotline_case *record);
MUST_CHECK enum rc hotline_state_ticket(struct store_txn *txn, uint64_t ticket,
                                        struct hotline_ticket *record);
MUST_CHECK enum rc hotline_state_ticket_put(struct store_txn *txn, uint64_t ticket,
                                            const struct hotline_ticket *record);
/* RC_OK also where there is none. */
MUST_CHECK enum rc hotline_state_ticket_del(struct store_txn *txn, uint64_t ticket);
/* It ended before it was known whose it is; and: it is known now. RC_OK also where that was said before. */
MUST_CHECK enum rc hotline_state_early_put(struct store_txn *txn, uint64_t ticket);
MUST_CHECK enum rc hotline_state_early_del(struct store_txn *txn, uint64_t ticket);
/* They are nobody's: forgets some of them, and what is kept of them in `ticket`. */
MUST_CHECK enum rc hotline_state_early_clear(struct store_txn *txn);

/* Steps of the newest calls: adds one and forgets those beyond CALLS_KEPT_MAX. */
MUST_CHECK enum rc hotline_state_call_put(struct store_txn *txn, uint64_t seq);
/* Those after a place, oldest first, at most max. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc hotline_state_calls(struct store_txn *txn, uint64_t after, uint64_t *seqs,
                                       size_t max, size_t *count);

/* RC_OK: it was used; RC_NOT_FOUND. digest: HEARD_DIGEST_BYTES. */
MUST_CHECK enum rc hotline_state_nonce(struct store_txn *txn, const char *peer,
                                       const unsigned char *digest);
/* Uses it up, and forgets a few of the same peer that were signed ten minutes before. */
MUST_CHECK enum rc hotline_state_nonce_put(struct store_txn *txn, const char *peer,
                                           const unsigned char *digest, uint64_t signed_ms);
