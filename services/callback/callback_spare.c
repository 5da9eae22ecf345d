/* callback_spare: who is not asked. Owns the table `barred`: tickets whose residents no way leads
 * to, or who want no calls, as intake says; persons themselves are known there alone, by a digest
 * that no other log has.
 *
 * A sample is drawn, not chosen: the ticket's number is hashed under the site's key, so that nobody
 * can tell from a number whether it will be asked about, anybody who has the key can say afterwards
 * that it was drawn rightly, and the same closure is drawn the same way again. Emergencies, what was
 * reopened and what was chased is asked about whatever is drawn, unless the site says otherwise: they
 * are what a sample would hide.
 *
 * What must stay true: each closure is asked about or spared, never both and never neither; and a
 * ticket that is spared is spared at once, not after three attempts. */

#include "callback_spare.h"

#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/site/site_wechat.h"
#include "common/store/store_row.h"
#include "common/text/text.h"

enum { DRAWN_PARTS = 10000, DRAWN_BYTES = 16 };

/* ---- who is barred ---- */

struct barred {
    uint32_t reason; /* enum SpareReason */
};
static const struct record_row barred_rows[] = {
    RECORD_U8_IN(struct barred, reason, PAIDAN__SPARE_REASON__SPARE_NO_WAY,
                 PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL),
    RECORD_END,
};
static const struct record_format barred_format = {
    .version = 1, .bytes = sizeof(struct barred), .rows = barred_rows};

/* *reason 0: nothing is known against asking. */
static enum rc read_barred(struct store_txn *txn, uint64_t ticket, uint32_t *reason)
{
    struct barred barred = {.reason = 0};
    const enum rc rc = store_row_get(txn, CALLBACK_BARRED, ticket, &barred_format, &barred);
    CHECK(ticket != 0);
    *reason = rc == RC_OK ? barred.reason : 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc callback_spare_quiet(struct store_txn *txn, uint64_t ticket, bool *quiet)
{
    uint32_t reason = 0;
    const enum rc rc = read_barred(txn, ticket, &reason);
    CHECK(reason <= PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    *quiet = reason == PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL;
    return rc;
}

/* ---- the sample ---- */

/* Below DRAWN_PARTS, by the number and the key alone. */
static uint32_t draw(const struct site *site, uint64_t ticket)
{
    unsigned char number[CODEC_U64_BYTES], hash[DRAWN_BYTES];
    const char *const key = site->callback.sample_key;
    CHECK(key[0] != '\0');
    unsigned char secret[crypto_generichash_KEYBYTES];
    int failed =
        crypto_generichash(secret, sizeof secret, (const unsigned char *)key, strlen(key), NULL, 0);
    CHECK(failed == 0);
    codec_set_u64(number, ticket);
    failed = crypto_generichash(hash, sizeof hash, number, sizeof number, secret, sizeof secret);
    CHECK(failed == 0);
    return (uint32_t)(codec_u64_at(hash) % DRAWN_PARTS);
}

/* What the site's rows look at. A code that nobody carries on fits no row but one for all. */
static struct site_sample matter_of(const struct site *site, const Paidan__Resolved *closure)
{
    const Paidan__ResolvedMatter *const of = closure->matter;
    CHECK(of != NULL);
    return (struct site_sample){
        .category = site_heir(site, SITE_KIND_CATEGORY, of->category),
        .area = site_heir(site, SITE_KIND_AREA, of->area),
        .unit = site_heir(site, SITE_KIND_UNIT, closure->unit),
        .channel = site_heir(site, SITE_KIND_CHANNEL, closure->channel),
        .urgency = (uint32_t)of->urgency,
    };
}

/* Whether it is drawn. Without what the rows look at (an escalation that has not read the new site
 * yet) it is asked about. */
static bool drawn(const struct site *site, uint64_t ticket, const Paidan__Resolved *closure,
                  Paidan__Spared *fact)
{
    const Paidan__ResolvedMatter *const of = closure->matter;
    if (of == NULL || site->callback.sample_count == 0) {
        return true;
    }
    const bool special =
        of->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY || of->chases > 0 || closure->round > 1;
    if (special && !site->callback.sample_all) {
        return true;
    }
    const struct site_sample matter = matter_of(site, closure);
    fact->percent = site_sample_percent(site, &matter, &fact->rule);
    fact->drawn = draw(site, ticket);
    fact->has_percent = fact->has_drawn = fact->has_rule = true;
    CHECK(fact->percent <= 100);
    return fact->drawn < fact->percent * (DRAWN_PARTS / 100);
}

/* ---- deciding ---- */

/* A message in the channel by which he wrote himself can be left unanswered; a call cannot. */
static bool writes(const struct site *site, const char *channel)
{
    const char *const now = site_code_now(site, SITE_KIND_CHANNEL, channel);
    return site->wechat != NULL && now != NULL && strcmp(now, site->wechat->channel) == 0;
}

/* Whether the ticket's own channel asks, and does so by messages. */
static bool asks_in_writing(const struct site *site, const char *channel)
{
    const uint32_t index = site_heir(site, SITE_KIND_CHANNEL, channel);
    CHECK(index == SITE_NONE || index < site->channel_count);
    return index != SITE_NONE && writes(site, channel) &&
           strcmp(site->channels[index].callback, site->channels[index].code) == 0;
}

enum rc callback_spare_judge(struct step *step, uint64_t ticket, const Paidan__Resolved *closure,
                             Paidan__Spared *fact, bool *spared)
{
    const struct site *const site = step->site;
    uint32_t reason = 0;
    const enum rc rc = read_barred(step->txn, ticket, &reason);
    CHECK(closure->round > 0);
    if (rc != RC_OK) {
        return rc;
    }
    paidan__spared__init(fact);
    /* Who wrote needs neither telephone nor name: the conversation leads to him. */
    const bool barred =
        reason == PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL ||
        (reason == PAIDAN__SPARE_REASON__SPARE_NO_WAY && site->callback.anonymous_closes);
    if (barred && !asks_in_writing(site, closure->channel)) {
        fact->reason = (Paidan__SpareReason)reason;
        *spared = true;
        return RC_OK;
    }
    fact->reason = PAIDAN__SPARE_REASON__SPARE_SAMPLE;
    *spared = !drawn(site, ticket, closure, fact);
    return RC_OK;
}

/* ---- what intake says ---- */

static enum rc say_barred(struct step *step, Paidan__SpareReason reason, uint64_t *tickets,
                          size_t count)
{
    Paidan__CallsBarred fact = PAIDAN__CALLS_BARRED__INIT;
    CHECK(count > 0);
    fact.has_reason = reason != 0;
    fact.reason = reason;
    fact.n_tickets = count;
    fact.tickets = tickets;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base); /* of several */
}

enum rc callback_spare_task(struct step *step, uint64_t ticket, const struct callback_task *task,
                            Paidan__SpareReason reason)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(task->round > 0);
    Paidan__Spared fact = PAIDAN__SPARED__INIT;
    fact.round = task->round;
    fact.reason = reason;
    fact.channel = (char *)(uintptr_t)task->channel; /* packed, never written: as below */
    fact.unit = task->unit[0] == '\0' ? NULL : (char *)(uintptr_t)task->unit;
    fact.from = task->from[0] == '\0' ? NULL : (char *)(uintptr_t)task->from;
    fact.has_confidential = fact.confidential = task->confidential;
    const struct step_about about = callback_task_about(ticket, task, CALLBACK_SPARE);
    return step_say(step, &about, &fact.base);
}

/* One that is being asked just now by somebody who would ring: it ends at once. As judged before the
 * round began: only his own channel may write to him, and then nothing else stands in `from`. */
static enum rc spare_open(struct step *step, uint64_t ticket, Paidan__SpareReason reason)
{
    CHECK(reason == PAIDAN__SPARE_REASON__SPARE_NO_WAY ||
          reason == PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    struct callback_task task;
    const enum rc rc = callback_task_get(step->txn, ticket, &task);
    if (rc != RC_OK || !callback_fsm_open(task.state) ||
        (task.from[0] == '\0' && writes(step->site, task.channel))) {
        return rc;
    }
    return callback_spare_task(step, ticket, &task, reason);
}

/* Escalation's log may be read ahead of intake's: the round may have begun by then. */
static enum rc bar(struct step *step, uint64_t ticket, Paidan__SpareReason reason)
{
    CHECK(ticket != 0);
    const enum rc rc = say_barred(step, reason, &ticket, 1);
    return rc == RC_OK ? spare_open(step, ticket, reason) : rc;
}

static enum rc hear_registered(struct step *step, const Paidan__Event *record)
{
    const Paidan__Registered *const fact = record->registered;
    CHECK(record->ticket != 0);
    if (fact->has_do_not_call && fact->do_not_call) {
        return bar(step, record->ticket, PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    }
    /* Kept only where it matters: a site that asks them all the same has no use for it. */
    return fact->phone == NULL && fact->reporter == NULL && step->site->callback.anonymous_closes
               ? bar(step, record->ticket, PAIDAN__SPARE_REASON__SPARE_NO_WAY)
               : RC_OK;
}

/* Whom nobody can reach stays so, whatever is said about being called. */
static enum rc refusable(struct step *step, const Paidan__CallsRefused *fact, uint64_t **tickets,
                         size_t *count)
{
    uint64_t *const list = arena_alloc(step->arena, (fact->n_tickets + 1) * sizeof *list);
    if (list == NULL) {
        return RC_LIMIT;
    }
    *count = 0;
    for (size_t index = 0; index < fact->n_tickets; index++) {
        struct barred barred = {.reason = 0};
        const enum rc rc = fact->tickets[index] == 0
                               ? RC_NOT_FOUND
                               : store_row_get(step->txn, CALLBACK_BARRED, fact->tickets[index],
                                               &barred_format, &barred);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            return rc;
        }
        if (barred.reason != PAIDAN__SPARE_REASON__SPARE_NO_WAY) {
            list[(*count)++] = fact->tickets[index];
        }
    }
    *tickets = list;
    return RC_OK;
}

enum rc callback_spare_hear(struct step *step, const Paidan__Event *record)
{
    if (record->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        return hear_registered(step, record);
    }
    CHECK(record->fact_case == PAIDAN__EVENT__FACT_CALLS_REFUSED);
    const Paidan__CallsRefused *const fact = record->calls_refused;
    const bool lifted = fact->has_lifted && fact->lifted;
    if (fact->n_tickets == 0) {
        return RC_OK;
    }
    size_t count = 0;
    uint64_t *tickets = NULL;
    enum rc rc = refusable(step, fact, &tickets, &count);
    if (rc == RC_OK && count > 0) {
        rc = say_barred(step,
                        lifted ? (Paidan__SpareReason)0 : PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL,
                        tickets, count);
    }
    for (size_t index = 0; rc == RC_OK && !lifted && index < fact->n_tickets; index++) {
        rc = fact->tickets[index] == 0
                 ? RC_OK
                 : spare_open(step, fact->tickets[index], PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    }
    return rc;
}

/* ---- folding ---- */

enum rc callback_spare_fold_barred(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__CallsBarred *const fact = event->calls_barred;
    enum rc rc = RC_OK;
    if (event->has_ticket ||
        (fact->has_reason && fact->reason != PAIDAN__SPARE_REASON__SPARE_NO_WAY &&
         fact->reason != PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL)) {
        return RC_CORRUPT;
    }
    for (size_t index = 0; rc == RC_OK && index < fact->n_tickets; index++) {
        const struct barred barred = {.reason = (uint32_t)fact->reason};
        if (fact->tickets[index] == 0) {
            return RC_CORRUPT;
        }
        rc = fact->has_reason ? store_row_put(fold->txn, CALLBACK_BARRED, fact->tickets[index],
                                              &barred_format, &barred)
                              : store_row_del(fold->txn, CALLBACK_BARRED, fact->tickets[index]);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc; /* lifted for a ticket of before it was refused */
    }
    return rc;
}

/* The task as it stands: nobody is asked, no row is there. */
static enum rc make_task(uint64_t seq, const Paidan__Event *event, struct callback_task *task)
{
    const Paidan__Spared *const fact = event->spared;
    if (fact->round == 0 || seq == 0) {
        return RC_CORRUPT;
    }
    *task = (struct callback_task){
        .state = CALLBACK_SPARED,
        .round = fact->round,
        .open_ms = event->at_ms,
        .due_ms = event->at_ms,
        .ready_ms = event->at_ms,
        .last_seq = seq,
        .confidential = fact->has_confidential && fact->confidential,
        .over_ms = event->at_ms,
        .spared = (uint8_t)fact->reason,
    };
    return text_copy(task->channel, sizeof task->channel, fact->channel) &&
                   text_copy(task->unit, sizeof task->unit, fact->unit) &&
                   text_copy(task->from, sizeof task->from, fact->from)
               ? RC_OK
               : RC_CORRUPT;
}

enum rc callback_spare_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Spared *const fact = event->spared;
    struct callback_task old, task;
    struct callback_step next;
    enum rc rc = callback_task_get(fold->txn, event->ticket, &old);
    if (rc != RC_OK) {
        return rc;
    }
    const bool open = callback_fsm_open(old.state);
    rc = callback_task_fold(fold, event, event->ticket,
                            open ? CALLBACK_SPARE : CALLBACK_RESOLVED_SPARED, &old, &next);
    if (rc == RC_OK) {
        rc = make_task(seq, event, &task);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(next.next == CALLBACK_SPARED);
    CHECK(seq > old.last_seq);
    if (open) { /* it was a task, and is none any more */
        CHECK(fold->tally->values[CALLBACK_TALLY_OPEN] > 0);
        CHECK(fold->tally->values[CALLBACK_TALLY_TASKS] > 0);
        fold->tally->values[CALLBACK_TALLY_OPEN] -= 1;
        fold->tally->values[CALLBACK_TALLY_TASKS] -= 1;
        task.attempt = old.attempt;
    }
    callback_task_count(fold, fact->reason == PAIDAN__SPARE_REASON__SPARE_SAMPLE
                                  ? CALLBACK_TALLY_UNSAMPLED
                                  : CALLBACK_TALLY_UNASKED);
    return callback_state_change(fold->txn, event->ticket, &old, &task);
}
