/* webhook_publish: from a fact of a followed log to the deliveries that tell of it.
 *
 *   fact ─▶ Published ─┬─▶ DeliveryAsked, line: the ticket          (structured, binary)
 *                      └─▶ gathered ─ full, or its time ─▶ Bundled ─▶ DeliveryAsked, one line
 *
 * Owns the table batch. What must stay true: who subscribes is judged in the step that reads the fact,
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
    return batch.count >= hook->batch_size || batch.count == BUNDLED_MAX ? bundle(step, &batch)
                                                                         : RC_OK;
}

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

/* To whom it goes with others, and by when. */
static enum rc gather(struct step *step, const struct audience *audience, Paidan__Published *fact)
{
    Paidan__Gathered **list = arena_alloc(step->arena, SITE_WEBHOOKS_MAX * sizeof(void *));
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

static enum rc publish(struct step *step, const struct step_input *input,
                       const struct audience *audience, bool confidential)
{
    Paidan__Published fact = PAIDAN__PUBLISHED__INIT;
    uint64_t seq = 0;
    CHECK(input->event != NULL);
    enum rc rc = wire_pack(step->arena, &input->event->base, &fact.event.data, &fact.event.len);
    if (rc == RC_OK && fact.event.len > PUBLISHED_BYTES_MAX) {
        return step_refuse_record(step, PAIDAN__CODE__FIELD_TOO_LONG, "event");
    }
    fact.log = (char *)input->log; /* packed, never written */
    fact.seq = input->seq;
    fact.has_confidential = fact.confidential = confidential;
    if (rc == RC_OK) {
        rc = gather(step, audience, &fact);
    }
    if (rc == RC_OK) {
        rc = step_say(step, &(struct step_about){.ticket = input->event->ticket, .seq = &seq},
                      &fact.base);
    }
    return rc == RC_OK ? deliver(step, audience, input->event->ticket, seq) : rc;
}

enum rc webhook_publish_apply(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    struct webhook_whose before;
    struct audience audience;
    memset(&before, 0, sizeof before);
    if (event == NULL || !event->has_ticket || event->ticket == 0 ||
        !site_webhook_tells((unsigned)event->fact_case)) {
        return RC_OK;
    }
    enum rc rc = webhook_state_whose(step->txn, event->ticket, &before);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    struct webhook_whose after = before;
    const bool unknown = rc == RC_NOT_FOUND;
    const bool learned = webhook_scope_take(&after, event);
    rc = learned ? webhook_scope_say(step, event->ticket, &after) : RC_OK;
    audience_of(step, (unsigned)event->fact_case, &before, &after, &audience);
    if (rc == RC_OK && audience.count > 0) {
        /* A log that is read ahead of the others tells of tickets of which nothing is known yet: until it
         * is, any may be 保密. */
        rc = publish(step, input, &audience, after.confidential || (unknown && !learned));
    }
    return rc;
}

/* ---- folding ---- */

enum rc webhook_publish_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    enum rc rc = RC_OK;
    CHECK(seq > 0);
    for (size_t index = 0; index < event->published->n_gathered && rc == RC_OK; index++) {
        const Paidan__Gathered *to = event->published->gathered[index];
        const uint64_t key = step_key(to->to);
        struct webhook_batch batch;
        rc = webhook_state_batch(fold->txn, key, &batch);
        if (rc == RC_NOT_FOUND) {
            batch = (struct webhook_batch){.due_ms = to->due_ms};
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

enum rc webhook_publish_fold_bundled(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Bundled *const fact = event->bundled;
    const uint64_t key = step_key(fact->to);
    struct webhook_batch batch;
    CHECK(fact->to != NULL);
    const enum rc rc = webhook_state_batch(fold->txn, key, &batch);
    if (rc != RC_OK || batch.count != fact->n_published) {
        return rc == RC_NOT_FOUND || rc == RC_OK ? RC_CORRUPT : rc;
    }
    fold->tally->values[WEBHOOK_TALLY_BUNDLED]++;
    batch.count = 0;
    return webhook_state_put_batch(fold->txn, key, &batch);
}
