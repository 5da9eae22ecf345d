/* outbox: deliveries to places outside the system: webhooks, messages, SMS, other engines.
 *
 * A service that tells the outside says a fact for each delivery (DeliveryAsked), for each outcome
 * and for each decision by hand; the tables here are folded from these facts like any others. So a
 * delivery is asked for in the transaction of what it tells of, survives whatever happens between
 * sending and its outcome, and is sent at least once. Its idempotency key, the same for every
 * attempt, is the name of the log and the seq of its DeliveryAsked (outbox_key).
 *
 * What is kept for every destination alone, so that one that is slow or gone delays no other:
 *   - its rest: after an attempt that did not reach it nothing goes there until the rest is over,
 *     then one delivery tries, and after its success all may;
 *   - how many may be in flight at a time;
 *   - its lines: deliveries of one line (a ticket's, say) go in the order in which they were asked
 *     for, one at a time. A dead one leaves its line, and those after it go on without it.
 * A delivery that failed is tried again after a pause that doubles up to a cap, with a jitter made
 * of its seq, so that a replay finds the same moment in the fact and a crowd does not come back at
 * once. After the destination's number of attempts (where it is patient: of refusals), or its age, it is dead: it stays in the list
 * of the dead until somebody has it tried again (outbox_retry) or it is known to be delivered.
 *
 * The life of a delivery; each arrow is a fact:
 *
 *                 DeliveryFailed
 *                  ┌─────────┐
 *     Asked        ▼         │      Dead (attempts, age)
 *    ────────▶   WAITING ────┴──────────────▶ DEAD
 *                  │  ▲                        │ │
 *                  │  └──────── Retried ───────┘ │ Dropped, or Sent: an attempt of before its
 *                  └─ Sent ─▶ (no row left) ◀────┘ death arrived
 *
 * Who sends (a port of the shell, an adapter) does so outside the step: outbox_take in a read
 * transaction, send, then a command or record whose apply calls outbox_sent or outbox_failed. What
 * is in flight is known to the sender alone (struct outbox_flights, plain memory): after a crash it
 * knows of none and sends again. */
#pragma once

#include "common/step/step.h"

/* How a destination wants to be treated; from the site. */
struct outbox_rule {
    uint32_t attempts_max; /* at least 1 */
    uint64_t age_ms;       /* given up so long after it was asked for */
    uint64_t pause_ms;     /* after the first failure; at least 1 */
    uint64_t pause_max_ms; /* what doubling ends at */
    uint32_t flights_max;  /* at a time; at least 1 */
    bool patient; /* attempts that did not reach it are none of these: an outage ends nothing */
};

/* A service's outbox: constants beside its step_service. */
struct outbox {
    unsigned table;   /* first of OUTBOX_TABLES tables of the service, in the order of the names */
    unsigned tally;   /* first of OUTBOX_TALLIES counters, in the order of enum outbox_tally */
    uint8_t due_kind; /* of its rows in STORE_DUE; their id is the delivery's seq */
    /* False: the site has no such destination (any more): its deliveries die at the next failure,
     * and nothing is taken for it. */
    bool (*rule)(const struct site *site, const char *to, struct outbox_rule *rule);
};

#define OUTBOX_TABLE_NAMES "out", "out_line", "out_ready", "out_dead", "out_to"
#define OUTBOX_TABLES 5u

enum outbox_tally {
    OUTBOX_ASKED,
    OUTBOX_SENT,
    OUTBOX_FAILED, /* attempts */
    OUTBOX_DIED,
    OUTBOX_RETRIED, /* by hand */
    OUTBOX_DROPPED, /* by hand */
    OUTBOX_WAITING, /* gauges */
    OUTBOX_DEAD,
    OUTBOX_TALLIES,
};
#define OUTBOX_TALLY_NAMES                                                                         \
    "deliveries_asked", "deliveries_sent", "deliveries_failed", "deliveries_died",                 \
        "deliveries_retried", "deliveries_dropped", "deliveries_waiting", "deliveries_dead"

struct outbox_delivery {
    uint64_t seq; /* of its DeliveryAsked: its name everywhere */
    uint64_t of;  /* seq of the fact that it tells of, in the same log */
    uint64_t line;
    uint64_t asked_ms, until_ms, next_ms; /* given up at until_ms; not tried before next_ms */
    uint32_t attempts; /* that failed and count, since it was asked for or retried */
    bool dead;
    char to[CODE_BYTES_MAX + 1];
};

struct outbox_to {
    char name[CODE_BYTES_MAX + 1];
    uint32_t failures;      /* attempts in a row that did not reach it */
    uint64_t rest_until_ms; /* 0: none */
    uint64_t waiting, dead;
    uint64_t failed_ms, sent_ms;       /* the last attempts that failed and that arrived; 0: none */
    char reason[DETAIL_BYTES_MAX + 1]; /* of the last that failed, as the sender said it */
};

/* ---- deciding: inside apply ---- */

/* Asks for the delivery of the fact `of` of our log to a destination. about: ticket, item, clock;
 * about->seq gets the delivery's name. Before: about->last_seq is 0, for deliveries stand outside
 * the ticket's chain. Returns as step_say, and RC_NOT_FOUND: the site has no such destination,
 * nothing was said. */
MUST_CHECK enum rc outbox_ask(struct step *step, const struct outbox *outbox,
                              const struct step_about *about, const char *to, uint64_t of,
                              uint64_t line);
/* The outcome of an attempt. said: whether it was a delivery that waits (sent: or is dead); another
 * outcome of the same delivery, or one given up meanwhile, is no news. unreached: the destination
 * did not take it at all, so it may rest; else it looked at it and refused. reason: for people, at
 * most DETAIL_BYTES_MAX, never personal data; may be NULL. Returns as step_say. */
MUST_CHECK enum rc outbox_sent(struct step *step, const struct outbox *outbox, uint64_t delivery,
                               bool *said);
MUST_CHECK enum rc outbox_failed(struct step *step, const struct outbox *outbox, uint64_t delivery,
                                 bool unreached, const char *reason, bool *said);
/* As outbox_failed, of one that can never be sent: it is dead at once. */
MUST_CHECK enum rc outbox_never(struct step *step, const struct outbox *outbox, uint64_t delivery,
                                const char *reason, bool *said);
/* By hand: a dead delivery waits again, its attempts and its age from now on. said: it was dead.
 * Returns as step_say, and RC_NOT_FOUND: its destination is none of the site's. */
MUST_CHECK enum rc outbox_retry(struct step *step, const struct outbox *outbox, uint64_t delivery,
                                bool *said);
/* By hand: a dead delivery is given up for good. note: as DeliveryDropped, may be NULL. said: it was
 * dead. Returns as step_say. */
MUST_CHECK enum rc outbox_drop(struct step *step, const struct outbox *outbox, uint64_t delivery,
                               const char *note, bool *said);
/* A deadline of due_kind: it was not delivered in its time. Returns as step_say; RC_CORRUPT if
 * nothing waits under that name. */
MUST_CHECK enum rc outbox_due(struct step *step, const struct outbox *outbox,
                              const struct due *due);

/* ---- folding: inside evolve ---- */

/* Whether evolve must hand the event on to outbox_evolve. */
bool outbox_owns(Paidan__Event__FactCase fact);
/* RC_OK, RC_FULL, RC_STORE; RC_CORRUPT if the tables contradict the event. */
MUST_CHECK enum rc outbox_evolve(struct step_fold *fold, const struct outbox *outbox, uint64_t seq,
                                 const Paidan__Event *event);

/* ---- sending and looking: in a read transaction ---- */

#define OUTBOX_FLIGHTS_MAX 256u /* of one sender, over all destinations */
#define OUTBOX_KEY_BYTES (CODE_BYTES_MAX + 22u)

struct outbox_flights {
    uint64_t seqs[OUTBOX_FLIGHTS_MAX], tos[OUTBOX_FLIGHTS_MAX], lines[OUTBOX_FLIGHTS_MAX];
    unsigned count;
    uint64_t turn; /* key of the destination that was served last: the next one begins */
};

/* Deliveries to be sent now, at most `max`; each is in flight afterwards, until outbox_landed. The
 * destinations take turns, so that a full house of one leaves room for the others. RC_OK (count 0:
 * nothing now), RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc outbox_take(struct store_txn *txn, const struct outbox *outbox,
                               const struct site *site, uint64_t now_ms,
                               struct outbox_flights *flights, struct outbox_delivery *rows,
                               size_t max, size_t *count);
/* The outcome is committed (or will never be known): the delivery is in the tables' hands again. */
void outbox_landed(struct outbox_flights *flights, uint64_t delivery);
/* When there may be something to take next, in flight aside: RC_NOT_FOUND: not without a new fact.
 * RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc outbox_next(struct store_txn *txn, const struct outbox *outbox,
                               const struct site *site, const struct outbox_flights *flights,
                               uint64_t *next_ms);
/* "callback:4711": what the destination knows a repetition by. */
void outbox_key(const char *log, uint64_t delivery, char key[OUTBOX_KEY_BYTES]);

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc outbox_get(struct store_txn *txn, const struct outbox *outbox, uint64_t delivery,
                              struct outbox_delivery *row);
MUST_CHECK enum rc outbox_to_get(struct store_txn *txn, const struct outbox *outbox,
                                 const char *name, struct outbox_to *row);
/* Dead deliveries of a destination after the delivery `after` (0: from the first). RC_OK,
 * RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc outbox_dead(struct store_txn *txn, const struct outbox *outbox, const char *to,
                               uint64_t after, struct outbox_delivery *rows, size_t max,
                               size_t *count);
/* What there is after the delivery `after` (0: from the first), oldest first: of one destination
 * (to; NULL: of all), the dead alone if so wished. At most OUTBOX_LOOK_MAX rows are looked at, for
 * one destination's may lie far between those of others. *next: where to go on, 0: that was all.
 * RC_OK, RC_CORRUPT or RC_STORE. */
#define OUTBOX_LOOK_MAX 20000u
struct outbox_query {
    const char *to;
    bool dead;
    uint64_t after;
};
MUST_CHECK enum rc outbox_list(struct store_txn *txn, const struct outbox *outbox,
                               const struct outbox_query *query, struct outbox_delivery *rows,
                               size_t max, size_t *count, uint64_t *next);
/* Every destination that anything was ever asked for, at most `max`. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc outbox_destinations(struct store_txn *txn, const struct outbox *outbox,
                                       struct outbox_to *rows, size_t max, size_t *count);
