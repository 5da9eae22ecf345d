/* channel: what the cores of all adapters have in common: each message from outside is heard once, what
 * is wished of other services is delivered once, and what became of it is a fact. Pure, as cores are;
 * sending and listening are common/door's.
 *
 * An adapter's step_service lists CHANNEL_TABLE_NAMES and OUTBOX_TABLE_NAMES among its tables, hands
 * facts for which channel_owns says so to channel_evolve, wishes for which channel_knows says so to
 * channel_apply or channel_query, and deadlines of the outbox's kind to channel_due. */
#pragma once

#include "common/step/outbox.h"
#include "common/step/step.h"

struct channel {
    const struct outbox *outbox;
    unsigned table; /* first of CHANNEL_TABLES tables of the service */
    unsigned tally; /* first of CHANNEL_TALLIES counters */
    /* The channel of this adapter: from the site; NULL: the site has none for it. */
    const char *(*code)(const struct site *site);
    /* A wish was answered, or a delivery ended otherwise (sent, dead): the core decides what follows,
     * in the same step. reply: of the destination, may be NULL. A wish that died is told as a
     * delivery that was not sent. */
    enum rc (*answered)(struct step *step, const Paidan__WishAnswered *answer);
    enum rc (*delivered)(struct step *step, const struct outbox_delivery *delivery, bool sent,
                         const ProtobufCBinaryData *reply);
    /* A wish was given up by hand, for good, so it is never answered. of: seq of the Heard that it followed
     * from; 0: of none. NULL: nothing follows. */
    enum rc (*dropped)(struct step *step, uint64_t wished, uint64_t of);
    /* Rows that this adapter adds to its status; NULL: none. */
    enum rc (*status)(struct step_view *view, Paidan__AdapterShown *shown);
};

#define CHANNEL_TABLE_NAMES "heard", "wish"
#define CHANNEL_TABLES 2u
enum channel_tally {
    CHANNEL_HEARD,
    CHANNEL_AGAIN,
    CHANNEL_WISHED,
    CHANNEL_ANSWERED,
    CHANNEL_TALLIES
};
#define CHANNEL_TALLY_NAMES "heard", "heard_again", "wished", "wishes_answered"

/* Deliveries to our own services go under these names, whatever the site says of others. */
bool channel_is_service(const char *to);
/* For outbox.rule: of our own services (tried for 30 days, at most 60 s apart, 64 at a time). */
void channel_service_rule(struct outbox_rule *rule);

/* ---- deciding ---- */

enum channel_verdict { CHANNEL_NEW, CHANNEL_KNOWN, CHANNEL_DIFFERENT };

/* What channel_hear would find, with nothing said: for who must decide whether a new one is heard at all.
 * *seq: of the first one's Heard, where its id is known. Before: digest has HEARD_DIGEST_BYTES. RC_OK,
 * RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc channel_find(struct store_txn *txn, const struct channel *channel,
                                const char *id, const ProtobufCBinaryData *digest,
                                enum channel_verdict *verdict, uint64_t *seq);
/* Says Heard, or HeardAgain if its id and digest are known. *seq: of the Heard, the first one's when
 * its id is known. Returns as step_say; RC_OK with any verdict: CHANNEL_DIFFERENT (nothing is said)
 * is to be refused with HEARD_DIFFERENT. */
MUST_CHECK enum rc channel_hear(struct step *step, const struct channel *channel,
                                const Paidan__Heard *heard, enum channel_verdict *verdict,
                                uint64_t *seq);
/* Wishes something of a service: the message that is the wish alone (a Submit, a Chase ...). line:
 * wishes of one line go in order, one at a time (a person's, a device's). of: seq of the Heard, 0:
 * none. *wished: its seq, may be NULL. Before: channel_is_service(service). Returns as step_say;
 * RC_BUG too: the request is larger than WISHED_BYTES_MAX. */
MUST_CHECK enum rc channel_wish(struct step *step, const struct channel *channel,
                                const char *service, const ProtobufCMessage *wish, uint64_t line,
                                uint64_t of, uint64_t *wished);
/* The answer to the newest wish that followed from that Heard; RC_NOT_FOUND: none yet. In the arena.
 * RC_CORRUPT, RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc channel_answer_of(struct store_txn *txn, const struct channel *channel,
                                     struct arena *arena, uint64_t heard,
                                     Paidan__WishAnswered **answer);

/* What a service answered, as a fact may hold it (wished and of are the caller's). Texts stay the
 * answer's. False: it is none for good (the service cannot now, or does not know us yet): to be
 * asked again; the code says why. */
bool channel_answer_read(const Paidan__Answer *answer, Paidan__WishAnswered *read);

/* ---- what every adapter answers ---- */

/* OutboxList, AdapterStatus (query); OutboxRetry, OutboxDrop, DeliveryOutcome (apply). */
bool channel_knows(const Paidan__Request *request);
bool channel_changes(const Paidan__Request *request);
MUST_CHECK enum rc channel_apply(struct step *step, const struct channel *channel,
                                 const Paidan__Request *request);
MUST_CHECK enum rc channel_query(struct step_view *view, const struct channel *channel,
                                 const Paidan__Request *request, Paidan__Answer *answer);
MUST_CHECK enum rc channel_due(struct step *step, const struct channel *channel,
                               const struct due *due);

/* ---- folding ---- */

/* Deliveries' facts too. */
bool channel_owns(Paidan__Event__FactCase fact);
MUST_CHECK enum rc channel_evolve(struct step_fold *fold, const struct channel *channel,
                                  uint64_t seq, const Paidan__Event *event);
