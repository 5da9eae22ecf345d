/* outbox: deliveries to the outside, their order, their pauses and their end.
 *
 * What is kept stands in outbox_row.c, what is taken to be sent in outbox_send.c; here are the lines
 * and the facts. Must stay true: a line has a row in out_ready if and only if something waits in
 * it, and that is its lowest seq; waiting and dead of out_to are the numbers of rows. Moments and
 * pauses are chosen when deciding and stand in the facts, for the site's rules may change; folding
 * computes none. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/step/outbox_private.h"

/* ---- lines ---- */

/* First of a line; 0: nothing waits in it. */
static enum rc line_first(struct store_txn *txn, const struct outbox *outbox, uint64_t to,
                          uint64_t line, uint64_t *delivery)
{
    CHECK(delivery != NULL);
    struct store_walk walk;
    unsigned char key[OUTBOX_KEY_MAX];
    uint64_t numbers[3] = {to, line, 0};
    const size_t size = outbox_key_write(key, numbers, 3);
    *delivery = 0;
    enum rc rc = store_walk_open(txn, outbox_table(outbox, OUTBOX_TABLE_LINE), key, size, &walk);
    if (rc == RC_OK && !outbox_key_read(&walk, numbers, 3)) {
        rc = RC_CORRUPT;
    }
    if (rc == RC_OK && numbers[0] == to && numbers[1] == line) {
        *delivery = numbers[2];
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc ready_put(struct store_txn *txn, const struct outbox *outbox,
                         const struct outbox_delivery *row)
{
    unsigned char key[OUTBOX_KEY_MAX];
    const uint64_t numbers[3] = {step_key(row->to), row->next_ms, row->seq};
    CHECK(!row->dead);
    const size_t size = outbox_key_write(key, numbers, 3);
    const enum rc rc =
        store_insert(txn, outbox_table(outbox, OUTBOX_TABLE_READY), key, size, NULL, 0);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc ready_del(struct store_txn *txn, const struct outbox *outbox,
                         const struct outbox_delivery *row)
{
    CHECK(row->seq > 0);
    unsigned char key[OUTBOX_KEY_MAX];
    const uint64_t numbers[3] = {step_key(row->to), row->next_ms, row->seq};
    const size_t size = outbox_key_write(key, numbers, 3);
    const enum rc rc = store_del(txn, outbox_table(outbox, OUTBOX_TABLE_READY), key, size);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* The row of a pair (to, line) or of the dead: there is one or there is not. */
static enum rc row_put(struct store_txn *txn, unsigned table, const uint64_t *numbers, size_t count)
{
    unsigned char key[OUTBOX_KEY_MAX];
    const size_t size = outbox_key_write(key, numbers, count);
    const enum rc rc = store_insert(txn, table, key, size, NULL, 0);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc row_del(struct store_txn *txn, unsigned table, const uint64_t *numbers, size_t count)
{
    unsigned char key[OUTBOX_KEY_MAX];
    const size_t size = outbox_key_write(key, numbers, count);
    const enum rc rc = store_del(txn, table, key, size);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* The first of the line, if there is one, comes into out_ready or leaves it. */
static enum rc first_move(struct store_txn *txn, const struct outbox *outbox, uint64_t delivery,
                          bool in)
{
    struct outbox_delivery row;
    if (delivery == 0) {
        return RC_OK;
    }
    const enum rc rc = outbox_get(txn, outbox, delivery, &row);
    if (rc != RC_OK || row.dead) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return in ? ready_put(txn, outbox, &row) : ready_del(txn, outbox, &row);
}

/* Into its line, in the order of the seqs: one that is retried goes before those asked for later,
 * and takes the place of the first if it is the lowest. */
static enum rc line_enter(struct step_fold *fold, const struct outbox *outbox,
                          const struct outbox_delivery *row)
{
    const uint64_t numbers[3] = {step_key(row->to), row->line, row->seq};
    const struct due due = {.due_ms = row->until_ms, .id = row->seq, .kind = outbox->due_kind};
    uint64_t first = 0;
    CHECK(!row->dead);
    enum rc rc = line_first(fold->txn, outbox, numbers[0], row->line, &first);
    if (rc == RC_OK && (first == 0 || row->seq < first)) {
        rc = first_move(fold->txn, outbox, first, false);
        if (rc == RC_OK) {
            rc = ready_put(fold->txn, outbox, row);
        }
    }
    if (rc == RC_OK) {
        rc = row_put(fold->txn, outbox_table(outbox, OUTBOX_TABLE_LINE), numbers, 3);
    }
    return rc == RC_OK ? due_put(fold->txn, &due) : rc;
}

/* Out of its line; the next one of it is ready then. */
static enum rc line_leave(struct step_fold *fold, const struct outbox *outbox,
                          const struct outbox_delivery *row)
{
    const uint64_t numbers[3] = {step_key(row->to), row->line, row->seq};
    const struct due due = {.due_ms = row->until_ms, .id = row->seq, .kind = outbox->due_kind};
    uint64_t first = 0;
    CHECK(!row->dead);
    enum rc rc = line_first(fold->txn, outbox, numbers[0], row->line, &first);
    if (rc == RC_OK) {
        rc = row_del(fold->txn, outbox_table(outbox, OUTBOX_TABLE_LINE), numbers, 3);
    }
    if (rc == RC_OK && first == row->seq) {
        rc = ready_del(fold->txn, outbox, row);
        if (rc == RC_OK) {
            rc = line_first(fold->txn, outbox, numbers[0], row->line, &first);
        }
        if (rc == RC_OK) {
            rc = first_move(fold->txn, outbox, first, true);
        }
    }
    return rc == RC_OK ? due_del(fold->txn, &due) : rc;
}

/* ---- folding ---- */

static void count(struct step_fold *fold, const struct outbox *outbox, enum outbox_tally tally)
{
    CHECK(outbox->tally + (unsigned)tally < TALLY_MAX);
    fold->tally->values[outbox->tally + (unsigned)tally]++;
}

/* One more or one less that waits or is dead, here and in the totals. */
static enum rc gauge(struct step_fold *fold, const struct outbox *outbox, uint64_t *of_to,
                     enum outbox_tally tally, bool up)
{
    uint64_t *const total = &fold->tally->values[outbox->tally + (unsigned)tally];
    CHECK(tally == OUTBOX_WAITING || tally == OUTBOX_DEAD);
    if (!up && (*of_to == 0 || *total == 0)) {
        return RC_CORRUPT;
    }
    *of_to = up ? *of_to + 1 : *of_to - 1;
    *total = up ? *total + 1 : *total - 1;
    return RC_OK;
}

/* Delivery and destination as stored; RC_CORRUPT: the fact speaks of others. */
static enum rc recall(struct step_fold *fold, const struct outbox *outbox, uint64_t delivery,
                      const char *name, struct outbox_delivery *row, struct outbox_to *to)
{
    CHECK(name != NULL); /* required in each of the facts */
    enum rc rc = outbox_get(fold->txn, outbox, delivery, row);
    if (rc == RC_OK) {
        rc = strcmp(row->to, name) == 0 ? outbox_to_get(fold->txn, outbox, name, to) : RC_CORRUPT;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc keep(struct step_fold *fold, const struct outbox *outbox,
                    const struct outbox_delivery *row, const struct outbox_to *to)
{
    CHECK(strcmp(row->to, to->name) == 0);
    const enum rc rc = outbox_put(fold->txn, outbox, row);
    return rc == RC_OK ? outbox_to_put(fold->txn, outbox, to) : rc;
}

static enum rc evolve_asked(struct step_fold *fold, const struct outbox *outbox, uint64_t seq,
                            const Paidan__Event *event)
{
    CHECK(seq > 0);
    const Paidan__DeliveryAsked *const fact = event->delivery_asked;
    struct outbox_to to = {.failures = 0};
    struct outbox_delivery row = {.seq = seq,
                                  .of = fact->of,
                                  .line = fact->line,
                                  .asked_ms = event->at_ms,
                                  .until_ms = fact->until_ms,
                                  .next_ms = event->at_ms};
    if (strlen(fact->to) >= sizeof row.to || fact->to[0] == '\0' || fact->until_ms < event->at_ms) {
        return RC_CORRUPT;
    }
    (void)snprintf(row.to, sizeof row.to, "%s", fact->to);
    enum rc rc = outbox_to_get(fold->txn, outbox, row.to, &to);
    if (rc == RC_NOT_FOUND) {
        memcpy(to.name, row.to, sizeof to.name);
        rc = RC_OK;
    }
    if (rc == RC_OK) {
        rc = gauge(fold, outbox, &to.waiting, OUTBOX_WAITING, true);
    }
    if (rc == RC_OK) {
        rc = line_enter(fold, outbox, &row);
    }
    count(fold, outbox, OUTBOX_ASKED);
    return rc == RC_OK ? keep(fold, outbox, &row, &to) : rc;
}

/* The row goes, whether it waits or is dead. */
static enum rc remove_row(struct step_fold *fold, const struct outbox *outbox,
                          const struct outbox_delivery *row, struct outbox_to *to)
{
    unsigned char key[OUTBOX_KEY_MAX];
    const uint64_t numbers[2] = {step_key(row->to), row->seq};
    CHECK(strcmp(row->to, to->name) == 0);
    enum rc rc = row->dead ? row_del(fold->txn, outbox_table(outbox, OUTBOX_TABLE_DEAD), numbers, 2)
                           : line_leave(fold, outbox, row);
    if (rc == RC_OK) {
        rc = row->dead ? gauge(fold, outbox, &to->dead, OUTBOX_DEAD, false)
                       : gauge(fold, outbox, &to->waiting, OUTBOX_WAITING, false);
    }
    if (rc == RC_OK) {
        const size_t size = outbox_key_write(key, &row->seq, 1);
        rc = store_del(fold->txn, outbox_table(outbox, OUTBOX_TABLE_OUT), key, size);
    }
    return rc;
}

static enum rc evolve_sent(struct step_fold *fold, const struct outbox *outbox,
                           const Paidan__Event *event)
{
    const Paidan__DeliverySent *const fact = event->delivery_sent;
    struct outbox_delivery row;
    struct outbox_to to;
    enum rc rc = recall(fold, outbox, fact->delivery, fact->to, &row, &to);
    if (rc == RC_OK) {
        rc = remove_row(fold, outbox, &row, &to);
    }
    if (rc != RC_OK) {
        return rc;
    }
    to.failures = 0; /* it is there again: all may go */
    to.rest_until_ms = 0;
    to.sent_ms = event->at_ms;
    count(fold, outbox, OUTBOX_SENT);
    return outbox_to_put(fold->txn, outbox, &to);
}

static enum rc evolve_dropped(struct step_fold *fold, const struct outbox *outbox,
                              const Paidan__DeliveryDropped *fact)
{
    struct outbox_delivery row;
    struct outbox_to to;
    enum rc rc = recall(fold, outbox, fact->delivery, fact->to, &row, &to);
    if (rc == RC_OK && !row.dead) {
        rc = RC_CORRUPT;
    }
    if (rc == RC_OK) {
        rc = remove_row(fold, outbox, &row, &to);
    }
    count(fold, outbox, OUTBOX_DROPPED);
    return rc == RC_OK ? outbox_to_put(fold->txn, outbox, &to) : rc;
}

/* What people are told of the destination until the next failure. */
static void blame(struct outbox_to *to, uint64_t at_ms, const char *reason)
{
    CHECK(at_ms > 0);
    to->failed_ms = at_ms;
    (void)snprintf(to->reason, sizeof to->reason, "%s", reason == NULL ? "" : reason);
}

/* The destination was not reached: it rests. The rest that it has already is not another failure. */
static void rest(struct outbox_to *to, bool rests, uint64_t until_ms)
{
    CHECK(to->failures > 0 || to->rest_until_ms == 0);
    if (rests && until_ms != to->rest_until_ms) {
        to->failures += to->failures < UINT32_MAX ? 1 : 0;
        to->rest_until_ms = until_ms;
    }
}

static enum rc evolve_failed(struct step_fold *fold, const struct outbox *outbox,
                             const Paidan__Event *event)
{
    const Paidan__DeliveryFailed *const fact = event->delivery_failed;
    struct outbox_delivery row;
    struct outbox_to to;
    uint64_t first = 0;
    enum rc rc = recall(fold, outbox, fact->delivery, fact->to, &row, &to);
    if (rc != RC_OK) {
        return rc;
    }
    /* One that did not reach a patient destination makes it rest, and is no attempt. */
    const bool uncounted = fact->has_rest_until_ms && fact->attempts == row.attempts;
    if (row.dead || (fact->attempts != row.attempts + 1 && !uncounted)) {
        return RC_CORRUPT;
    }
    rc = line_first(fold->txn, outbox, step_key(row.to), row.line, &first);
    /* One that is no longer the first (an older one was retried meanwhile) is not in out_ready. */
    const bool ready = first == row.seq;
    if (rc == RC_OK && ready) {
        rc = ready_del(fold->txn, outbox, &row);
    }
    row.attempts = fact->attempts;
    row.next_ms = fact->next_ms;
    rest(&to, fact->has_rest_until_ms != 0, fact->rest_until_ms);
    blame(&to, event->at_ms, fact->reason);
    if (rc == RC_OK && ready) {
        rc = ready_put(fold->txn, outbox, &row);
    }
    count(fold, outbox, OUTBOX_FAILED);
    return rc == RC_OK ? keep(fold, outbox, &row, &to) : rc;
}

static enum rc evolve_dead(struct step_fold *fold, const struct outbox *outbox,
                           const Paidan__Event *event)
{
    const Paidan__DeliveryDead *const fact = event->delivery_dead;
    struct outbox_delivery row;
    struct outbox_to to;
    enum rc rc = recall(fold, outbox, fact->delivery, fact->to, &row, &to);
    if (rc != RC_OK) {
        return rc;
    }
    if (row.dead) {
        return RC_CORRUPT;
    }
    const uint64_t numbers[2] = {step_key(row.to), row.seq};
    rc = line_leave(fold, outbox, &row);
    if (rc == RC_OK) {
        rc = row_put(fold->txn, outbox_table(outbox, OUTBOX_TABLE_DEAD), numbers, 2);
    }
    if (rc == RC_OK) {
        rc = gauge(fold, outbox, &to.waiting, OUTBOX_WAITING, false);
    }
    if (rc == RC_OK) {
        rc = gauge(fold, outbox, &to.dead, OUTBOX_DEAD, true);
    }
    row.dead = true;
    row.attempts = fact->attempts;
    rest(&to, fact->has_rest_until_ms != 0, fact->rest_until_ms);
    count(fold, outbox, OUTBOX_DIED);
    if (!fact->has_aged || !fact->aged) {
        blame(&to, event->at_ms, fact->reason);
        count(fold, outbox, OUTBOX_FAILED); /* it was an attempt that ended it */
    }
    return rc == RC_OK ? keep(fold, outbox, &row, &to) : rc;
}

static enum rc evolve_retried(struct step_fold *fold, const struct outbox *outbox,
                              const Paidan__Event *event)
{
    const Paidan__DeliveryRetried *const fact = event->delivery_retried;
    struct outbox_delivery row;
    struct outbox_to to;
    enum rc rc = recall(fold, outbox, fact->delivery, fact->to, &row, &to);
    if (rc != RC_OK) {
        return rc;
    }
    if (!row.dead || fact->until_ms < row.asked_ms) {
        return RC_CORRUPT;
    }
    const uint64_t numbers[2] = {step_key(row.to), row.seq};
    rc = row_del(fold->txn, outbox_table(outbox, OUTBOX_TABLE_DEAD), numbers, 2);
    row.dead = false;
    row.attempts = 0;
    row.next_ms = event->at_ms;
    row.until_ms = fact->until_ms;
    if (rc == RC_OK) {
        rc = line_enter(fold, outbox, &row);
    }
    if (rc == RC_OK) {
        rc = gauge(fold, outbox, &to.dead, OUTBOX_DEAD, false);
    }
    if (rc == RC_OK) {
        rc = gauge(fold, outbox, &to.waiting, OUTBOX_WAITING, true);
    }
    count(fold, outbox, OUTBOX_RETRIED);
    return rc == RC_OK ? keep(fold, outbox, &row, &to) : rc;
}

bool outbox_owns(Paidan__Event__FactCase fact)
{
    return fact >= PAIDAN__EVENT__FACT_DELIVERY_ASKED &&
           fact <= PAIDAN__EVENT__FACT_DELIVERY_DROPPED;
}

enum rc outbox_evolve(struct step_fold *fold, const struct outbox *outbox, uint64_t seq,
                      const Paidan__Event *event)
{
    CHECK(outbox_owns(event->fact_case));
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_DELIVERY_ASKED:
        return evolve_asked(fold, outbox, seq, event);
    case PAIDAN__EVENT__FACT_DELIVERY_SENT:
        return evolve_sent(fold, outbox, event);
    case PAIDAN__EVENT__FACT_DELIVERY_FAILED:
        return evolve_failed(fold, outbox, event);
    case PAIDAN__EVENT__FACT_DELIVERY_DEAD:
        return evolve_dead(fold, outbox, event);
    case PAIDAN__EVENT__FACT_DELIVERY_RETRIED:
        return evolve_retried(fold, outbox, event);
    case PAIDAN__EVENT__FACT_DELIVERY_DROPPED:
        return evolve_dropped(fold, outbox, event->delivery_dropped);
    default:
        return RC_CORRUPT;
    }
}

/* ---- deciding: whatever folding needs stands in the fact, moments above all, for the site's rules
 * may differ when the log is folded again ---- */

/* splitmix64: the same number always gives the same jitter, different ones differ well. */
static uint64_t mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15ull;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ value >> 27) * 0x94d049bb133111ebull;
    return value ^ value >> 31;
}

/* After the failures-th failure in a row: doubled each time up to the cap, then between half and
 * the whole of it, so that those that failed together do not come back together. */
static uint64_t pause(const struct outbox_rule *rule, uint32_t failures, uint64_t salt)
{
    uint64_t pause_ms = rule->pause_ms;
    CHECK(failures >= 1);
    CHECK(pause_ms >= 1);
    CHECK(rule->pause_max_ms >= pause_ms);
    for (uint32_t index = 1; index < failures && pause_ms < rule->pause_max_ms; index++) {
        pause_ms = pause_ms > rule->pause_max_ms / 2 ? rule->pause_max_ms : 2 * pause_ms;
    }
    const uint64_t half = pause_ms / 2;
    const uint64_t shift = (uint64_t)1 << 48; /* above the seqs: each failure another wait */
    return pause_ms - half + mix(salt ^ failures * shift) % (half + 1);
}

static uint64_t later(uint64_t now_ms, uint64_t ms)
{
    CHECK(now_ms > 0);
    return ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + ms;
}

/* A fact of this outcome; deliveries have no chain, and no ticket but in DeliveryAsked. */
static enum rc say(struct step *step, const ProtobufCMessage *fact)
{
    CHECK(step->txn != NULL);
    return step_say(step, &(struct step_about){.ticket = 0}, fact);
}

enum rc outbox_ask(struct step *step, const struct outbox *outbox, const struct step_about *about,
                   const char *to, uint64_t of, uint64_t line)
{
    struct outbox_rule rule;
    CHECK(about->last_seq == 0);
    CHECK(of > 0);
    if (!outbox->rule(step->site, to, &rule)) {
        return RC_NOT_FOUND;
    }
    CHECK(strlen(to) <= CODE_BYTES_MAX);
    Paidan__DeliveryAsked asked = PAIDAN__DELIVERY_ASKED__INIT;
    asked.to = (char *)to; /* packed, never written */
    asked.of = of;
    asked.line = line;
    asked.until_ms = later(step->now_ms, rule.age_ms);
    return step_say(step, about, &asked.base);
}

enum rc outbox_sent(struct step *step, const struct outbox *outbox, uint64_t delivery, bool *said)
{
    CHECK(said != NULL);
    struct outbox_delivery row;
    const enum rc rc = outbox_get(step->txn, outbox, delivery, &row);
    *said = rc == RC_OK;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    Paidan__DeliverySent sent = PAIDAN__DELIVERY_SENT__INIT;
    sent.delivery = delivery;
    sent.to = row.to;
    return say(step, &sent.base);
}

/* Given up. rest_until_ms 0: the destination need not rest. */
static enum rc say_dead(struct step *step, struct outbox_delivery *row, bool aged,
                        uint64_t rest_until_ms, const char *reason)
{
    Paidan__DeliveryDead dead = PAIDAN__DELIVERY_DEAD__INIT;
    CHECK(!row->dead);
    dead.delivery = row->seq;
    dead.to = row->to;
    dead.attempts = row->attempts;
    dead.has_aged = aged;
    dead.aged = aged;
    dead.has_rest_until_ms = rest_until_ms != 0;
    dead.rest_until_ms = rest_until_ms;
    dead.reason = (char *)reason; /* packed, never written */
    return say(step, &dead.base);
}

/* How long the destination rests as a whole. Its salt is the delivery that found it gone. Of many that
 * were on their way together only the first finds out anything: if each made the rest longer, a silence
 * of seconds would become one of hours. */
static enum rc rest_of(struct step *step, const struct outbox *outbox,
                       const struct outbox_delivery *row, const struct outbox_rule *rule,
                       uint64_t *until_ms)
{
    CHECK(!row->dead);
    struct outbox_to to;
    const enum rc rc = outbox_to_get(step->txn, outbox, row->to, &to);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (to.rest_until_ms > step->now_ms) {
        *until_ms = to.rest_until_ms;
        return RC_OK;
    }
    const uint32_t failures = to.failures < UINT32_MAX ? to.failures + 1 : to.failures;
    *until_ms = later(step->now_ms, pause(rule, failures, ~row->seq));
    return RC_OK;
}

enum rc outbox_failed(struct step *step, const struct outbox *outbox, uint64_t delivery,
                      bool unreached, const char *reason, bool *said)
{
    CHECK(said != NULL);
    CHECK(reason == NULL || strlen(reason) <= DETAIL_BYTES_MAX);
    struct outbox_delivery row;
    struct outbox_rule rule;
    uint64_t rest_until_ms = 0;
    enum rc rc = outbox_get(step->txn, outbox, delivery, &row);
    *said = rc == RC_OK && !row.dead;
    if (!*said) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    CHECK(row.attempts < UINT32_MAX);
    const bool known = outbox->rule(step->site, row.to, &rule);
    row.attempts += known && unreached && rule.patient ? 0 : 1;
    if (known && unreached) {
        rc = rest_of(step, outbox, &row, &rule, &rest_until_ms);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (!known || row.attempts >= rule.attempts_max) {
        return say_dead(step, &row, false, rest_until_ms, reason);
    }
    Paidan__DeliveryFailed failed = PAIDAN__DELIVERY_FAILED__INIT;
    failed.delivery = delivery;
    failed.to = row.to;
    failed.attempts = row.attempts;
    /* Of an attempt that does not count, the destination's rest is the pause that grows. */
    failed.next_ms =
        later(step->now_ms, pause(&rule, row.attempts > 0 ? row.attempts : 1, row.seq));
    failed.has_rest_until_ms = rest_until_ms != 0;
    failed.rest_until_ms = rest_until_ms;
    failed.reason = (char *)reason; /* packed, never written */
    return say(step, &failed.base);
}

enum rc outbox_never(struct step *step, const struct outbox *outbox, uint64_t delivery,
                     const char *reason, bool *said)
{
    CHECK(said != NULL);
    struct outbox_delivery row;
    const enum rc rc = outbox_get(step->txn, outbox, delivery, &row);
    *said = rc == RC_OK && !row.dead;
    if (!*said) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    CHECK(row.attempts < UINT32_MAX);
    row.attempts++;
    return say_dead(step, &row, false, 0, reason);
}

enum rc outbox_retry(struct step *step, const struct outbox *outbox, uint64_t delivery, bool *said)
{
    CHECK(said != NULL);
    struct outbox_delivery row;
    struct outbox_rule rule;
    const enum rc rc = outbox_get(step->txn, outbox, delivery, &row);
    *said = rc == RC_OK && row.dead;
    if (!*said) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (!outbox->rule(step->site, row.to, &rule)) {
        *said = false;
        return RC_NOT_FOUND;
    }
    Paidan__DeliveryRetried retried = PAIDAN__DELIVERY_RETRIED__INIT;
    retried.delivery = delivery;
    retried.to = row.to;
    retried.until_ms = later(step->now_ms, rule.age_ms);
    return say(step, &retried.base);
}

enum rc outbox_drop(struct step *step, const struct outbox *outbox, uint64_t delivery,
                    const char *note, bool *said)
{
    CHECK(said != NULL);
    struct outbox_delivery row;
    const enum rc rc = outbox_get(step->txn, outbox, delivery, &row);
    *said = rc == RC_OK && row.dead;
    if (!*said) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    Paidan__DeliveryDropped dropped = PAIDAN__DELIVERY_DROPPED__INIT;
    dropped.delivery = delivery;
    dropped.to = row.to;
    dropped.note = (char *)note; /* packed, never written */
    return say(step, &dropped.base);
}

enum rc outbox_due(struct step *step, const struct outbox *outbox, const struct due *due)
{
    struct outbox_delivery row;
    CHECK(due->kind == outbox->due_kind);
    const enum rc rc = outbox_get(step->txn, outbox, due->id, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    /* Read again: folding keeps one row for each that waits, at its own end. */
    if (row.dead || row.until_ms != due->due_ms) {
        return RC_CORRUPT;
    }
    return say_dead(step, &row, true, 0, NULL);
}
