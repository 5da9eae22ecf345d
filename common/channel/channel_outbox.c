/* channel_outbox: what becomes of an adapter's deliveries, and who looks after them.
 *
 * The sender (common/door) tells what became of an attempt as a wish to the own service, which nobody
 * else may wish; so the outcome, and whatever the core makes of it, is one step. People may look,
 * have a dead one tried again, or give it up. Must stay true: a delivery that ended is told to the
 * core exactly once, in the step of the fact that ended it. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel_private.h"
#include "common/channel/channel_pulse.h"
#include "common/store/evlog.h"
#include "common/wire/peek.h"

enum { LIST_DEFAULT = 100, EVENT_TICKET = 1, EVENT_FACTS_FROM = 10 };

bool channel_changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_OUTBOX_RETRY ||
           request->wish_case == PAIDAN__REQUEST__WISH_OUTBOX_DROP ||
           request->wish_case == PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
}

bool channel_knows(const Paidan__Request *request)
{
    return channel_changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_OUTBOX_LIST ||
           request->wish_case == PAIDAN__REQUEST__WISH_ADAPTER_STATUS;
}

/* ---- by hand ---- */

/* *dead: whether it is; *known: whether there is one at all. */
static enum rc look(struct step *step, const struct channel *channel, uint64_t delivery,
                    struct outbox_delivery *row, bool *known, bool *dead)
{
    CHECK(known != dead);
    *known = false;
    *dead = false;
    if (delivery == 0) {
        return RC_OK;
    }
    const enum rc rc = outbox_get(step->txn, channel->outbox, delivery, row);
    *known = rc == RC_OK;
    *dead = rc == RC_OK && row->dead;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The Wished that a delivery tells of; NULL: it tells of another fact, or the log was trimmed. */
static enum rc wished_of(struct step *step, const struct outbox_delivery *row,
                         const Paidan__Wished **wished)
{
    Paidan__Event *event = NULL;
    CHECK(row->of > 0);
    *wished = NULL;
    if (!channel_is_service(row->to)) {
        return RC_OK;
    }
    const enum rc rc = step_read(step, row->of, &event);
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_WISHED) {
        *wished = event->wished;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc dropped(struct step *step, const struct channel *channel,
                       const struct outbox_delivery *row)
{
    const Paidan__Wished *wished = NULL;
    CHECK(row->dead);
    const enum rc rc = channel->dropped == NULL ? RC_OK : wished_of(step, row, &wished);
    return rc == RC_OK && wished != NULL
               ? channel->dropped(step, row->of, wished->has_of ? wished->of : 0)
               : rc;
}

static enum rc by_hand(struct step *step, const struct channel *channel, uint64_t delivery,
                       bool drop, const char *note)
{
    bool known = false, dead = false, said = false;
    struct outbox_delivery row;
    CHECK(note == NULL || drop);
    enum rc rc = look(step, channel, delivery, &row, &known, &dead);
    if (rc != RC_OK) {
        return rc;
    }
    if (!dead) {
        return step_refuse(
            step, known ? PAIDAN__CODE__DELIVERY_NOT_DEAD : PAIDAN__CODE__DELIVERY_UNKNOWN, NULL);
    }
    rc = drop ? outbox_drop(step, channel->outbox, delivery, note, &said)
              : outbox_retry(step, channel->outbox, delivery, &said);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__DESTINATION_UNKNOWN, NULL);
    }
    CHECK(rc != RC_OK || said);
    rc = rc == RC_OK && drop ? dropped(step, channel, &row) : rc;
    return rc == RC_OK ? step_answer_done(step, 0, delivery) : rc;
}

/* ---- outcomes ---- */

static enum rc answered(struct step *step, const struct channel *channel,
                        const struct outbox_delivery *row, const Paidan__WishAnswered *told)
{
    const Paidan__Wished *wished = NULL;
    Paidan__WishAnswered fact = *told;
    enum rc rc = wished_of(step, row, &wished);
    if (rc != RC_OK) {
        return rc;
    }
    fact.wished = row->of;
    fact.has_of = wished != NULL && wished->has_of;
    fact.of = fact.has_of ? wished->of : 0;
    rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    return rc == RC_OK ? channel->answered(step, &fact) : rc;
}

static enum rc sent(struct step *step, const struct channel *channel,
                    const struct outbox_delivery *row, const Paidan__DeliveryOutcome *outcome)
{
    bool said = false;
    CHECK(outcome->sent);
    enum rc rc = outbox_sent(step, channel->outbox, row->seq, &said);
    CHECK(rc != RC_OK || said);
    if (rc != RC_OK) {
        return rc;
    }
    if (outcome->answered != NULL) {
        return answered(step, channel, row, outcome->answered);
    }
    return channel->delivered(step, row, true, outcome->has_reply ? &outcome->reply : NULL);
}

static enum rc failed(struct step *step, const struct channel *channel,
                      const struct outbox_delivery *row, const Paidan__DeliveryOutcome *outcome)
{
    struct outbox_delivery after;
    bool said = false;
    CHECK(!outcome->sent);
    enum rc rc =
        outcome->has_never && outcome->never
            ? outbox_never(step, channel->outbox, row->seq, outcome->reason, &said)
            : outbox_failed(step, channel->outbox, row->seq,
                            outcome->has_unreached && outcome->unreached, outcome->reason, &said);
    if (rc == RC_OK && said) {
        rc = outbox_get(step->txn, channel->outbox, row->seq, &after);
        CHECK(rc != RC_NOT_FOUND); /* a failure leaves it waiting or dead */
        if (rc == RC_OK && after.dead) {
            rc = channel->delivered(step, &after, false, NULL);
        }
    }
    return rc;
}

/* The answer is for our own sender and is worth no record. An outcome of a delivery that is no more
 * is old news: an attempt of before, or of before it was dropped. */
static enum rc outcome_apply(struct step *step, const struct channel *channel,
                             const Paidan__DeliveryOutcome *outcome)
{
    struct outbox_delivery row;
    Paidan__Done done = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    enum rc rc = outcome->delivery == 0
                     ? RC_NOT_FOUND
                     : outbox_get(step->txn, channel->outbox, outcome->delivery, &row);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__DELIVERY_UNKNOWN, NULL);
    }
    if (rc == RC_OK) {
        rc = outcome->sent ? sent(step, channel, &row, outcome)
                           : failed(step, channel, &row, outcome);
    }
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return rc == RC_OK ? step_answer_unstored(step, &answer) : rc;
}

enum rc channel_apply(struct step *step, const struct channel *channel,
                      const Paidan__Request *request)
{
    CHECK(channel_changes(request));
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_OUTBOX_RETRY:
        return by_hand(step, channel, request->outbox_retry->delivery, false, NULL);
    case PAIDAN__REQUEST__WISH_OUTBOX_DROP:
        return by_hand(step, channel, request->outbox_drop->delivery, true,
                       request->outbox_drop->note);
    default:
        return outcome_apply(step, channel, request->delivery_outcome);
    }
}

enum rc channel_due(struct step *step, const struct channel *channel, const struct due *due)
{
    struct outbox_delivery row;
    CHECK(due->kind == channel->outbox->due_kind);
    enum rc rc = outbox_due(step, channel->outbox, due);
    if (rc == RC_OK) {
        rc = outbox_get(step->txn, channel->outbox, due->id, &row);
        CHECK(rc != RC_NOT_FOUND); /* it is dead, which leaves the row */
    }
    return rc == RC_OK ? channel->delivered(step, &row, false, NULL) : rc;
}

/* ---- looking ---- */

/* Name of the fact and the ticket: peeked at, for the facts are large and their words not for these
 * eyes. What was trimmed away is left out. */
static enum rc tell_fact(struct step_view *view, uint64_t seq, uint64_t of, Paidan__Delivery *told)
{
    struct evlog_record record;
    struct peek_member member;
    uint64_t ticket = 0;
    CHECK(seq > of);
    enum rc rc = evlog_read(view->txn, of, &record);
    if (rc == RC_OK && record.kind == EVLOG_EVENT &&
        peek_member(record.payload, record.bytes, EVENT_FACTS_FROM, &member) &&
        protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, member.field) != NULL) {
        told->what = (char *)step_fact_name((Paidan__Event__FactCase)member.field);
    }
    if (rc == RC_OK || rc == RC_NOT_FOUND) {
        rc = evlog_read(view->txn, seq, &record);
    }
    if (rc == RC_OK && peek_number(record.payload, record.bytes, EVENT_TICKET, &ticket)) {
        told->has_ticket = ticket != 0;
        told->ticket = ticket;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc tell_delivery(struct step_view *view, const struct outbox_delivery *row,
                             Paidan__Delivery **told)
{
    Paidan__Delivery *const made = arena_alloc(view->arena, sizeof *made);
    CHECK(row->seq > 0);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__delivery__init(made);
    made->delivery = row->seq;
    made->to = arena_strdup(view->arena, row->to);
    made->of = row->of;
    made->asked_ms = row->asked_ms;
    made->until_ms = row->until_ms;
    made->next_ms = row->next_ms;
    made->attempts = row->attempts;
    made->has_dead = row->dead;
    made->dead = row->dead;
    *told = made;
    return made->to == NULL ? RC_LIMIT : tell_fact(view, row->seq, row->of, made);
}

static enum rc tell_to(struct arena *arena, const struct outbox_to *row, Paidan__DeliveryTo **told)
{
    Paidan__DeliveryTo *const made = arena_alloc(arena, sizeof *made);
    CHECK(row->name[0] != '\0');
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__delivery_to__init(made);
    made->to = arena_strdup(arena, row->name);
    made->waiting = row->waiting;
    made->dead = row->dead;
    made->failures = row->failures;
    made->has_rest_until_ms = row->rest_until_ms != 0;
    made->rest_until_ms = row->rest_until_ms;
    made->reason = row->reason[0] == '\0' ? NULL : arena_strdup(arena, row->reason);
    made->has_failed_ms = row->failed_ms != 0;
    made->failed_ms = row->failed_ms;
    made->has_sent_ms = row->sent_ms != 0;
    made->sent_ms = row->sent_ms;
    *told = made;
    return made->to == NULL || (row->reason[0] != '\0' && made->reason == NULL) ? RC_LIMIT : RC_OK;
}

static enum rc tell_destinations(struct step_view *view, const struct channel *channel,
                                 size_t *count, Paidan__DeliveryTo ***told)
{
    size_t found = 0;
    CHECK(view->txn != NULL);
    struct outbox_to *const rows = arena_alloc(view->arena, DESTINATIONS_MAX * sizeof *rows);
    Paidan__DeliveryTo **const list =
        arena_alloc(view->arena, DESTINATIONS_MAX * sizeof(Paidan__DeliveryTo *));
    if (rows == NULL || list == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = outbox_destinations(view->txn, channel->outbox, rows, DESTINATIONS_MAX, &found);
    for (size_t index = 0; rc == RC_OK && index < found; index++) {
        rc = tell_to(view->arena, &rows[index], &list[index]);
    }
    *count = rc == RC_OK ? found : 0;
    *told = list;
    return rc;
}

static enum rc list_query(struct step_view *view, const struct channel *channel,
                          const Paidan__OutboxList *wish, Paidan__Answer *answer)
{
    const size_t asked = wish->has_limit && wish->limit > 0 ? wish->limit : LIST_DEFAULT;
    const size_t max = asked < LIST_MAX ? asked : LIST_MAX;
    const struct outbox_query query = {.to = wish->to,
                                       .dead = wish->has_dead && wish->dead,
                                       .after = wish->has_cursor ? wish->cursor : 0};
    Paidan__OutboxListed *const listed = arena_alloc(view->arena, sizeof *listed);
    struct outbox_delivery *const rows = arena_alloc(view->arena, max * sizeof *rows);
    Paidan__Delivery **const list = arena_alloc(view->arena, max * sizeof(Paidan__Delivery *));
    CHECK(max >= 1);
    if (listed == NULL || rows == NULL || list == NULL) {
        return RC_LIMIT;
    }
    paidan__outbox_listed__init(listed);
    enum rc rc = outbox_list(view->txn, channel->outbox, &query, rows, max, &listed->n_deliveries,
                             &listed->next);
    for (size_t index = 0; rc == RC_OK && index < listed->n_deliveries; index++) {
        rc = tell_delivery(view, &rows[index], &list[index]);
    }
    listed->deliveries = list;
    listed->has_next = rc == RC_OK && listed->next != 0;
    if (rc == RC_OK) {
        rc = tell_destinations(view, channel, &listed->n_destinations, &listed->destinations);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_OUTBOX_LISTED;
    answer->outbox_listed = listed;
    return rc;
}

/* What the ports know, which no fact tells. */
static enum rc tell_pulse(struct arena *arena, Paidan__AdapterShown *shown)
{
    struct channel_pulse *const pulse = channel_pulse();
    Paidan__Quota *const quotas = arena_alloc(arena, QUOTAS_MAX * sizeof *quotas);
    shown->quotas = arena_alloc(arena, QUOTAS_MAX * sizeof(Paidan__Quota *));
    CHECK(pulse->quota_count <= QUOTAS_MAX);
    if (quotas == NULL || shown->quotas == NULL) {
        return RC_LIMIT;
    }
    shown->refused = pulse->refused;
    shown->refused_why = pulse->refused_why[0] == '\0' ? NULL : pulse->refused_why;
    shown->has_last_refused_ms = pulse->refused_ms != 0;
    shown->last_refused_ms = pulse->refused_ms;
    shown->has_token_until_ms = pulse->token_until_ms != 0;
    shown->token_until_ms = pulse->token_until_ms;
    shown->has_connected = pulse->links;
    shown->connected = pulse->connected;
    for (unsigned index = 0; index < pulse->quota_count; index++) {
        const struct channel_quota *const quota = &pulse->quotas[index];
        paidan__quota__init(&quotas[index]);
        quotas[index].name = (char *)quota->name;
        quotas[index].used = quota->used;
        quotas[index].has_limit = quota->limit != 0;
        quotas[index].limit = quota->limit;
        quotas[index].has_resets_ms = quota->resets_ms != 0;
        quotas[index].resets_ms = quota->resets_ms;
        shown->quotas[shown->n_quotas++] = &quotas[index];
    }
    return RC_OK;
}

static enum rc status_query(struct step_view *view, const struct channel *channel,
                            Paidan__Answer *answer)
{
    static char none[] = "";
    const char *const code = channel->code(view->site);
    Paidan__AdapterShown *const shown = arena_alloc(view->arena, sizeof *shown);
    CHECK(view->tally != NULL);
    if (shown == NULL) {
        return RC_LIMIT;
    }
    paidan__adapter_shown__init(shown);
    shown->channel = code == NULL ? none : (char *)code; /* packed, never written */
    shown->heard = view->tally->values[channel->tally + CHANNEL_HEARD];
    shown->again = view->tally->values[channel->tally + CHANNEL_AGAIN];
    enum rc rc = channel_last_get(view->txn, channel, &shown->last_heard_ms);
    shown->has_last_heard_ms = rc == RC_OK;
    if (rc == RC_OK || rc == RC_NOT_FOUND) {
        rc = tell_destinations(view, channel, &shown->n_destinations, &shown->destinations);
    }
    if (rc == RC_OK) {
        rc = tell_pulse(view->arena, shown);
    }
    if (rc == RC_OK && channel->status != NULL) {
        rc = channel->status(view, shown);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_ADAPTER_SHOWN;
    answer->adapter_shown = shown;
    return rc;
}

enum rc channel_query(struct step_view *view, const struct channel *channel,
                      const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(channel_knows(request));
    CHECK(!channel_changes(request));
    if (request->wish_case == PAIDAN__REQUEST__WISH_OUTBOX_LIST) {
        return list_query(view, channel, request->outbox_list, answer);
    }
    return status_query(view, channel, answer);
}
