/* webhook_publish: from a fact of a followed log to the deliveries that tell of it.
 *
 *   fact ─▶ Published ─┬─▶ DeliveryAsked, line: the ticket          (structured, binary)
 *     │        ▲       └─▶ gathered ─ full, or its time ─▶ Bundled ─▶ DeliveryAsked, one line
 *     └▶ Kept ─┘ once the logs say whose the ticket is
 *
 * Owns the tables batch and kept. What must stay true: who subscribes is judged in the step that reads the fact,
 * by the site of that moment; a ticket's facts go to a subscriber in the order of their logs, for they
 * share a line of the outbox, and the pieces of one subscriber share one; whoever lost a ticket by a
 * fact is told of it as well as whoever got it. */
#include "webhook_publish.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_webhook.h"
#include "webhook_scope.h"

/* Of pieces: they are of many tickets, and go one after the other. */
enum { BUNDLE_LINE = 1 };
/* A log that is away for longer than this tells of it when it is back: to the others it is news by then. */
#define KEPT_MS 3600000u

/* Whether the subscriber may hear of a ticket that is so-and-so's: scope and kinds are the site's. */
static bool hears(const struct step *step, const struct site_webhook *hook, unsigned fact,
                  const struct webhook_whose *whose)
{
    struct site_webhook_about about = {.fact = fact,
                                       .unit = whose->unit,
                                       .area = whose->area,
                                       .channel = whose->channel,
                                       .assist_count = whose->assist_count};
    CHECK(whose->assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < whose->assist_count; index++) {
        about.assist[index] = whose->assist[index];
    }
    return site_webhook_hears(step->site, hook, &about);
}

/* ---- pieces ---- */

/* The rest of a batch of a subscriber that the site has no more is forgotten with it. */
static enum rc bundle(struct step *step, const struct webhook_batch *batch)
{
    Paidan__Bundled fact = PAIDAN__BUNDLED__INIT;
    uint64_t seq = 0;
    CHECK(batch->count > 0);
    CHECK(batch->count <= BUNDLED_MAX);
    fact.to = (char *)batch->to; /* packed, never written */
    fact.n_published = batch->count;
    fact.published = (uint64_t *)batch->seqs;
    enum rc rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    if (rc == RC_OK) {
        rc = outbox_ask(step, webhook_channel.outbox, &(struct step_about){0}, batch->to, seq,
                        BUNDLE_LINE);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Sent as soon as there are enough. */
static enum rc bundle_if_full(struct step *step, const struct site_webhook *hook)
{
    struct webhook_batch batch;
    CHECK(hook->mode == SITE_WEBHOOK_BATCHED);
    const enum rc rc = webhook_state_batch(step->txn, step_key(hook->code), &batch);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* it was gathered just now */
    }
    CHECK(batch.count > 0);
    CHECK(hook->batch_size > 0);
    return batch.count >= hook->batch_size || batch.count == BUNDLED_MAX ? bundle(step, &batch)
                                                                         : RC_OK;
}

/* Few are better than late: what was gathered goes, however little it is. */
enum rc webhook_publish_due(struct step *step, const struct due *due)
{
    struct webhook_batch batch;
    CHECK(due->kind == WEBHOOK_DUE_BATCH);
    const enum rc rc = webhook_state_batch(step->txn, due->id, &batch);
    return rc == RC_OK ? bundle(step, &batch) : rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* ---- one fact ---- */

/* Those that hear of it. */
struct audience {
    uint32_t count;
    const struct site_webhook *hooks[SITE_WEBHOOKS_MAX];
};

/* By both, before and after: a unit that loses a ticket would otherwise keep it on its list for ever. */
static void audience_of(const struct step *step, unsigned fact, const struct webhook_whose *before,
                        const struct webhook_whose *after, struct audience *audience)
{
    const struct site_webhooks *const webhooks = step->site->webhooks;
    audience->count = 0;
    for (uint32_t index = 0; webhooks != NULL && index < webhooks->count; index++) {
        const struct site_webhook *hook = &webhooks->hooks[index];
        if (hears(step, hook, fact, after) || hears(step, hook, fact, before)) {
            CHECK(audience->count < SITE_WEBHOOKS_MAX);
            audience->hooks[audience->count++] = hook;
        }
    }
}

/* To whom it goes with others, and by when. The moment stands in the fact, since folding has no clock; that
 * of the first fact of a batch holds for all that join it. */
static enum rc gather(struct step *step, const struct audience *audience, Paidan__Published *fact)
{
    Paidan__Gathered **list = arena_alloc(step->arena, SITE_WEBHOOKS_MAX * sizeof(void *));
    CHECK(audience->count <= SITE_WEBHOOKS_MAX);
    CHECK(fact->n_gathered == 0);
    if (list == NULL) {
        return RC_LIMIT;
    }
    fact->gathered = list;
    for (uint32_t index = 0; index < audience->count; index++) {
        const struct site_webhook *hook = audience->hooks[index];
        struct webhook_batch batch;
        if (hook->mode != SITE_WEBHOOK_BATCHED) {
            continue;
        }
        Paidan__Gathered *to = arena_alloc(step->arena, sizeof *to);
        if (to == NULL) {
            return RC_LIMIT;
        }
        paidan__gathered__init(to);
        to->to = (char *)hook->code; /* packed, never written */
        const enum rc rc = webhook_state_batch(step->txn, step_key(hook->code), &batch);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            return rc;
        }
        to->due_ms = rc == RC_OK ? batch.due_ms : step->now_ms + hook->batch_wait_ms;
        list[fact->n_gathered++] = to;
    }
    return RC_OK;
}

/* A delivery a subscriber; of those that gather, only who has enough now. */
static enum rc deliver(struct step *step, const struct audience *audience, uint64_t ticket,
                       uint64_t seq)
{
    enum rc rc = RC_OK;
    CHECK(seq > 0);
    CHECK(ticket > 0);
    for (uint32_t index = 0; index < audience->count && rc == RC_OK; index++) {
        const struct site_webhook *hook = audience->hooks[index];
        rc = hook->mode == SITE_WEBHOOK_BATCHED
                 ? bundle_if_full(step, hook)
                 : outbox_ask(step, webhook_channel.outbox, &(struct step_about){.ticket = ticket},
                              hook->code, seq, ticket);
    }
    return rc;
}

/* A fact to be told: as its log says it. */
struct told {
    const char *log;
    uint64_t seq, ticket;
    unsigned fact;
    ProtobufCBinaryData event;
};

/* The fact is kept as it came, whole: the log that it stands in may be trimmed before the last attempt. What
 * a subscriber may read of it is decided when it is sent (port_event). */
static enum rc publish(struct step *step, const struct told *told, const struct audience *audience,
                       bool confidential)
{
    Paidan__Published fact = PAIDAN__PUBLISHED__INIT;
    uint64_t seq = 0;
    CHECK(told->event.len > 0);
    CHECK(told->event.len <= PUBLISHED_BYTES_MAX);
    fact.event = told->event;
    fact.log = (char *)(uintptr_t)told->log; /* packed, never written */
    fact.seq = told->seq;
    fact.has_confidential = fact.confidential = confidential;
    enum rc rc = gather(step, audience, &fact);
    if (rc == RC_OK) {
        rc = step_say(step, &(struct step_about){.ticket = told->ticket, .seq = &seq}, &fact.base);
    }
    return rc == RC_OK ? deliver(step, audience, told->ticket, seq) : rc;
}

/* ---- facts of which nobody knows yet whose they are ---- */

static enum rc read_kept(struct step *step, uint64_t seq, struct told *told)
{
    Paidan__Event *own = NULL;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    enum rc rc = step_read(step, seq, &own);
    if (rc == RC_OK && (own->fact_case != PAIDAN__EVENT__FACT_KEPT || !own->kept->has_event)) {
        rc = RC_CORRUPT;
    }
    if (rc == RC_OK) {
        rc = wire_unpack(step->arena, &paidan__event__descriptor, own->kept->event.data,
                         own->kept->event.len, &message, &error);
        rc = rc == RC_INVALID ? RC_CORRUPT : rc; /* it was one when it was kept */
    }
    if (rc == RC_OK) {
        *told = (struct told){
            .log = own->kept->log,
            .seq = own->kept->seq,
            .ticket = own->ticket,
            .fact = (unsigned)((const Paidan__Event *)(const void *)message)->fact_case,
            .event = own->kept->event};
    }
    return rc;
}

/* Tells what was kept of the ticket, to those who may hear of it as it is known now. */
static enum rc release(struct step *step, uint64_t ticket, const struct webhook_whose *whose,
                       bool confidential)
{
    Paidan__Kept left = PAIDAN__KEPT__INIT;
    struct webhook_kept kept;
    enum rc rc = webhook_state_kept(step->txn, ticket, &kept);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    for (uint32_t index = 0; index < kept.count && rc == RC_OK; index++) {
        struct told told;
        struct audience audience;
        rc = read_kept(step, kept.seqs[index], &told);
        if (rc == RC_NOT_FOUND) {
            rc = RC_OK; /* the log was trimmed meanwhile, by somebody's hand */
            continue;
        }
        if (rc == RC_OK) {
            audience_of(step, told.fact, whose, whose, &audience);
            rc = audience.count > 0 ? publish(step, &told, &audience, confidential) : RC_OK;
        }
    }
    left.has_left = left.left = 1;
    return rc == RC_OK ? step_say(step, &(struct step_about){.ticket = ticket}, &left.base) : rc;
}

/* The logs that know are silent: from here on only those hear of it who hear of every ticket, and any may
 * be 保密. */
static enum rc release_unknown(struct step *step, uint64_t ticket)
{
    struct webhook_whose nobody;
    memset(&nobody, 0, sizeof nobody);
    return release(step, ticket, &nobody, true);
}

enum rc webhook_publish_kept_due(struct step *step, const struct due *due)
{
    CHECK(due->kind == WEBHOOK_DUE_KEPT);
    CHECK(due->id != 0);
    return release_unknown(step, due->id);
}

static enum rc keep(struct step *step, const struct told *told)
{
    Paidan__Kept fact = PAIDAN__KEPT__INIT;
    struct webhook_kept kept;
    enum rc rc = webhook_state_kept(step->txn, told->ticket, &kept);
    CHECK(told->ticket != 0);
    if (rc == RC_OK && kept.count == WEBHOOK_KEPT_MAX) {
        rc = release_unknown(step, told->ticket);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    fact.log = (char *)(uintptr_t)told->log; /* packed, never written */
    fact.has_seq = 1;
    fact.seq = told->seq;
    fact.has_event = 1;
    fact.event = told->event;
    return step_say(step, &(struct step_about){.ticket = told->ticket}, &fact.base);
}

/* ---- a record ---- */

/* Told, kept, or of no interest to anybody: then it is not even packed. */
static enum rc tell(struct step *step, const struct step_input *input,
                    const struct webhook_whose *before, const struct webhook_whose *after,
                    bool known)
{
    struct audience audience = {.count = 0};
    struct told told = {.log = input->log,
                        .seq = input->seq,
                        .ticket = input->event->ticket,
                        .fact = (unsigned)input->event->fact_case};
    if (known) {
        audience_of(step, told.fact, before, after, &audience);
        if (audience.count == 0) {
            return RC_OK;
        }
    }
    const enum rc rc =
        wire_pack(step->arena, &input->event->base, &told.event.data, &told.event.len);
    if (rc != RC_OK) {
        return rc;
    }
    if (told.event.len > PUBLISHED_BYTES_MAX) {
        return step_refuse_record(step, PAIDAN__CODE__FIELD_TOO_LONG, "event");
    }
    return known ? publish(step, &told, &audience, after->confidential) : keep(step, &told);
}

enum rc webhook_publish_apply(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    struct webhook_whose before;
    memset(&before, 0, sizeof before);
    if (event == NULL || !event->has_ticket || event->ticket == 0 || step->site->webhooks == NULL ||
        !site_webhook_tells((unsigned)event->fact_case)) {
        return RC_OK;
    }
    enum rc rc = webhook_state_whose(step->txn, event->ticket, &before);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    struct webhook_whose after = before;
    const bool unknown = rc == RC_NOT_FOUND, learned = webhook_scope_take(&after, event);
    rc = learned ? webhook_scope_say(step, event->ticket, &after) : RC_OK;
    /* Another log was read ahead, or this one said less before: what was kept waits no longer, and goes first. */
    if (rc == RC_OK && unknown && learned) {
        rc = release(step, event->ticket, &after, after.confidential);
    }
    return rc == RC_OK ? tell(step, input, &before, &after, !unknown || learned) : rc;
}

/* ---- folding ---- */

enum rc webhook_publish_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    enum rc rc = RC_OK;
    CHECK(seq > 0);
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_PUBLISHED);
    for (size_t index = 0; index < event->published->n_gathered && rc == RC_OK; index++) {
        const Paidan__Gathered *to = event->published->gathered[index];
        const uint64_t key = step_key(to->to);
        struct webhook_batch batch;
        rc = webhook_state_batch(fold->txn, key, &batch);
        if (rc == RC_NOT_FOUND) {
            batch = (struct webhook_batch){.due_ms = to->due_ms};
            CHECK(strlen(to->to) < sizeof batch.to); /* the schema's bound */
            memcpy(batch.to, to->to, strlen(to->to) + 1);
            rc = RC_OK;
        }
        if (rc == RC_OK && (batch.count == BUNDLED_MAX || strcmp(batch.to, to->to) != 0)) {
            return RC_CORRUPT;
        }
        if (rc == RC_OK) {
            batch.seqs[batch.count++] = seq;
            rc = webhook_state_put_batch(fold->txn, key, &batch);
        }
    }
    fold->tally->values[WEBHOOK_TALLY_PUBLISHED]++;
    return rc;
}

/* A piece takes the whole batch: what was gathered is what it names, or the tables contradict the log. */
enum rc webhook_publish_fold_bundled(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Bundled *const fact = event->bundled;
    const uint64_t key = step_key(fact->to);
    struct webhook_batch batch;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_BUNDLED);
    CHECK(fact->to != NULL);
    const enum rc rc = webhook_state_batch(fold->txn, key, &batch);
    if (rc != RC_OK || batch.count != fact->n_published) {
        return rc == RC_NOT_FOUND || rc == RC_OK ? RC_CORRUPT : rc;
    }
    fold->tally->values[WEBHOOK_TALLY_BUNDLED]++;
    batch.count = 0;
    return webhook_state_put_batch(fold->txn, key, &batch);
}

enum rc webhook_publish_fold_kept(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Kept *const fact = event->kept;
    struct webhook_kept kept;
    CHECK(seq > 0);
    enum rc rc =
        event->ticket == 0 ? RC_CORRUPT : webhook_state_kept(fold->txn, event->ticket, &kept);
    if (fact->has_left && fact->left) {
        kept.count = 0;
        return rc == RC_OK ? webhook_state_put_kept(fold->txn, event->ticket, &kept)
                           : (rc == RC_NOT_FOUND ? RC_CORRUPT : rc);
    }
    if (rc == RC_NOT_FOUND) {
        kept = (struct webhook_kept){.due_ms = event->at_ms + KEPT_MS};
        rc = RC_OK;
    }
    if (rc == RC_OK && kept.count == WEBHOOK_KEPT_MAX) {
        return RC_CORRUPT;
    }
    if (rc == RC_OK) {
        kept.seqs[kept.count++] = seq;
        rc = webhook_state_put_kept(fold->txn, event->ticket, &kept);
    }
    return rc;
}
