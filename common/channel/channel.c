/* channel: hearing and wishing.
 *
 * A message has two keys to be known by: its id, and the digest of what it says. The same id with
 * another digest is somebody's mistake or somebody's lie, and changes nothing. What follows from a
 * message is wished of another service in the step that heard it, as a fact with a delivery; so the
 * outside may be told "success" after that step, whatever becomes of the other service:
 *
 *   outside ─▶ Heard ─▶ Wished + DeliveryAsked ═ bus ═▶ service      (request id: the delivery's key)
 *                                                        │
 *   outside ◀─ what the core says ◀─ WishAnswered + DeliverySent
 *
 * Owns both tables (channel_row.c). What must stay true: a Heard stands before what follows from it,
 * and the answer that is remembered of a Heard is that of its newest wish. */
#include "common/channel/channel.h"

#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel_private.h"

#define SERVICE_AGE_MS (30ull * 24 * 3600 * 1000)
#define SERVICE_PAUSE_MS 250u
#define SERVICE_PAUSE_MAX_MS 60000u
#define SERVICE_FLIGHTS 64u

bool channel_is_service(const char *to)
{
    static const char *const names[] = {"intake", "triage", "escalation", "callback"};
    CHECK(to != NULL);
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(names[index], to) == 0) {
            return true;
        }
    }
    return false;
}

/* A service that is down for a month has people at work on it; until then nothing is given up, for
 * each of these was acknowledged to somebody. */
void channel_service_rule(struct outbox_rule *rule)
{
    CHECK(rule != NULL);
    *rule = (struct outbox_rule){.attempts_max = UINT32_MAX,
                                 .age_ms = SERVICE_AGE_MS,
                                 .pause_ms = SERVICE_PAUSE_MS,
                                 .pause_max_ms = SERVICE_PAUSE_MAX_MS,
                                 .flights_max = SERVICE_FLIGHTS};
}

/* ---- deciding ---- */

enum rc channel_find(struct store_txn *txn, const struct channel *channel, const char *id,
                     const ProtobufCBinaryData *digest, enum channel_verdict *verdict,
                     uint64_t *seq)
{
    struct channel_heard known;
    CHECK(digest->len == HEARD_DIGEST_BYTES);
    CHECK(seq != NULL);
    const enum rc rc = channel_heard_get(txn, channel, id, &known);
    if (rc == RC_NOT_FOUND) {
        *verdict = CHANNEL_NEW;
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    *seq = known.seq;
    *verdict = memcmp(known.digest, digest->data, sizeof known.digest) == 0 ? CHANNEL_KNOWN
                                                                            : CHANNEL_DIFFERENT;
    return RC_OK;
}

enum rc channel_hear(struct step *step, const struct channel *channel, const Paidan__Heard *heard,
                     enum channel_verdict *verdict, uint64_t *seq)
{
    const enum rc rc = channel_find(step->txn, channel, heard->id, &heard->digest, verdict, seq);
    if (rc != RC_OK || *verdict == CHANNEL_DIFFERENT) {
        return rc;
    }
    if (*verdict == CHANNEL_NEW) {
        return step_say(step, &(struct step_about){.ticket = 0, .seq = seq}, &heard->base);
    }
    Paidan__HeardAgain again = PAIDAN__HEARD_AGAIN__INIT;
    again.heard = *seq;
    CHECK(*verdict == CHANNEL_KNOWN);
    return step_say(step, &(struct step_about){.ticket = 0}, &again.base);
}

/* Every wish has a message type of its own, so the type says which it is, as a fact's does. What the bus
 * adds (ids, actor, grant) is added when it is sent. */
static Paidan__Request request_of(const ProtobufCMessage *wish)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const ProtobufCMessageDescriptor *const all = &paidan__request__descriptor;
    const ProtobufCFieldDescriptor *field = NULL;
    for (unsigned index = 0; index < all->n_fields && field == NULL; index++) {
        if (all->fields[index].descriptor == wish->descriptor) {
            field = &all->fields[index];
        }
    }
    CHECK(field != NULL);
    CHECK((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0);
    request.wish_case = (Paidan__Request__WishCase)field->id;
    memcpy((char *)&request + field->offset, &(const void *){wish}, sizeof(const void *));
    return request;
}

enum rc channel_wish(struct step *step, const struct channel *channel, const char *service,
                     const ProtobufCMessage *wish, uint64_t line, uint64_t of, uint64_t *wished)
{
    Paidan__Wished fact = PAIDAN__WISHED__INIT;
    uint64_t seq = 0;
    CHECK(channel_is_service(service));
    const Paidan__Request request = request_of(wish);
    enum rc rc = wire_pack(step->arena, &request.base, &fact.request.data, &fact.request.len);
    if (rc != RC_OK || fact.request.len > WISHED_BYTES_MAX) {
        return rc == RC_OK ? RC_BUG : rc;
    }
    fact.service = (char *)service; /* packed, never written */
    fact.has_of = of != 0;
    fact.of = of;
    rc = step_say(step, &(struct step_about){.ticket = 0, .seq = &seq}, &fact.base);
    if (rc != RC_OK) {
        return rc;
    }
    rc = outbox_ask(step, channel->outbox, &(struct step_about){.ticket = 0}, service, seq, line);
    CHECK(rc != RC_NOT_FOUND); /* the adapter's rule must know our own services */
    if (rc == RC_OK && wished != NULL) {
        *wished = seq;
    }
    return rc;
}

enum rc channel_answer_of(struct store_txn *txn, const struct channel *channel, struct arena *arena,
                          uint64_t heard, Paidan__WishAnswered **answer)
{
    struct channel_wish_row row;
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    CHECK(answer != NULL);
    enum rc rc = channel_wish_get(txn, channel, heard, &row);
    if (rc != RC_OK) {
        return rc;
    }
    if (row.bytes == 0) {
        return RC_NOT_FOUND;
    }
    rc = wire_unpack(arena, &paidan__wish_answered__descriptor, row.answer, row.bytes, &message,
                     &error);
    if (rc != RC_OK) {
        return rc == RC_INVALID ? RC_CORRUPT : rc;
    }
    *answer = (Paidan__WishAnswered *)message;
    return RC_OK;
}

/* ---- folding ---- */

static void count(struct step_fold *fold, const struct channel *channel, enum channel_tally tally)
{
    CHECK(tally < CHANNEL_TALLIES);
    CHECK(channel->tally + (unsigned)tally < TALLY_MAX);
    fold->tally->values[channel->tally + (unsigned)tally]++;
}

static enum rc evolve_heard(struct step_fold *fold, const struct channel *channel, uint64_t seq,
                            const Paidan__Event *event)
{
    const Paidan__Heard *const fact = event->heard;
    struct channel_heard row = {.seq = seq};
    if (fact->digest.len != HEARD_DIGEST_BYTES || fact->id[0] == '\0') {
        return RC_CORRUPT;
    }
    memcpy(row.digest, fact->digest.data, sizeof row.digest);
    enum rc rc = channel_heard_insert(fold->txn, channel, fact->id, &row);
    if (rc == RC_OK) {
        rc = channel_last_put(fold->txn, channel, event->at_ms);
    }
    count(fold, channel, CHANNEL_HEARD);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc evolve_wished(struct step_fold *fold, const struct channel *channel, uint64_t seq,
                             const Paidan__Wished *fact)
{
    const struct channel_wish_row row = {.wished = seq};
    count(fold, channel, CHANNEL_WISHED);
    if (!fact->has_of) {
        return RC_OK;
    }
    if (fact->of == 0 || fact->of >= seq) {
        return RC_CORRUPT;
    }
    return channel_wish_put(fold->txn, channel, fold->arena, fact->of, &row);
}

/* An answer to a wish that is no longer the newest of its message is counted and not kept. */
static enum rc evolve_answered(struct step_fold *fold, const struct channel *channel,
                               const Paidan__WishAnswered *fact)
{
    struct channel_wish_row row;
    unsigned char *packed = NULL;
    CHECK(fact->wished > 0);
    count(fold, channel, CHANNEL_ANSWERED);
    if (!fact->has_of) {
        return RC_OK;
    }
    enum rc rc = channel_wish_get(fold->txn, channel, fact->of, &row);
    if (rc != RC_OK || row.wished != fact->wished) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = wire_pack(fold->arena, &fact->base, &packed, &row.bytes);
    row.answer = packed;
    return rc == RC_OK ? channel_wish_put(fold->txn, channel, fold->arena, fact->of, &row) : rc;
}

bool channel_owns(Paidan__Event__FactCase fact)
{
    return outbox_owns(fact) || fact == PAIDAN__EVENT__FACT_HEARD ||
           fact == PAIDAN__EVENT__FACT_HEARD_AGAIN || fact == PAIDAN__EVENT__FACT_WISHED ||
           fact == PAIDAN__EVENT__FACT_WISH_ANSWERED;
}

enum rc channel_evolve(struct step_fold *fold, const struct channel *channel, uint64_t seq,
                       const Paidan__Event *event)
{
    CHECK(channel_owns(event->fact_case));
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HEARD:
        return evolve_heard(fold, channel, seq, event);
    case PAIDAN__EVENT__FACT_HEARD_AGAIN:
        count(fold, channel, CHANNEL_AGAIN);
        return channel_last_put(fold->txn, channel, event->at_ms);
    case PAIDAN__EVENT__FACT_WISHED:
        return evolve_wished(fold, channel, seq, event->wished);
    case PAIDAN__EVENT__FACT_WISH_ANSWERED:
        return evolve_answered(fold, channel, event->wish_answered);
    default:
        return outbox_evolve(fold, channel->outbox, seq, event);
    }
}
