/* demo_resident: residents, and the adapters of the channels they use.
 *
 * A resident submits a row of the script at its time, does afterwards what the row says (chases,
 * supplements, withdraws), and answers the callback. Tickets that are not of the script are left
 * to the person in front of the demo, who may have made them. */
#include "demo_resident.h"

#include "common/base/check.h"
#include "demo_actor.h"

#define ASK_TASKS 200u
#define ASK_LOOK_MS (8u * DEMO_MINUTE_MS)
/* Of a hundred residents so many do not answer the first call. */
#define SECOND_CALL_PERCENT 12u

/* What the resident will do about this ticket, from now on. */
static enum rc acts_plan(struct demo *demo, uint32_t row_index, uint64_t ticket, uint64_t now_ms)
{
    CHECK(row_index < demo->script.row_count);
    const struct demo_row *row = &demo->script.rows[row_index];
    enum rc rc = RC_OK;
    for (uint32_t index = 0; index < row->act_count && rc == RC_OK; index++) {
        const struct demo_item item = {.at_ms = now_ms + row->acts[index].after_ms,
                                       .kind = DEMO_ITEM_ACT,
                                       .row = row_index,
                                       .index = index,
                                       .ticket = ticket};
        rc = demo_actor_put(demo, &item);
    }
    return rc;
}

enum rc demo_resident_accepted(struct demo *demo, uint32_t row, uint64_t ticket, uint64_t from_ms)
{
    struct demo_ticket *known = NULL;
    CHECK(demo->unsubmitted > 0);
    const enum rc rc = demo_facts_add(&demo->facts, ticket, &known);
    if (rc != RC_OK) {
        return rc;
    }
    demo->unsubmitted--;
    if (known->row != DEMO_NO_ROW) { /* a device whose alarm is open already */
        demo->done.duplicates++;
        return RC_OK;
    }
    demo->done.accepted++;
    known->row = row;
    return acts_plan(demo, row, ticket, from_ms);
}

/* Accepted, known already or refused: one of the three is counted for each row. */
static enum rc submitted(struct demo *demo, uint32_t row, const Paidan__Answer *answer,
                         uint64_t now_ms)
{
    CHECK(demo->unsubmitted > 0);
    const Paidan__SubmitResult *result =
        answer->submitted != NULL && answer->submitted->n_results == 1
            ? answer->submitted->results[0]
            : NULL;
    if (answer->code != PAIDAN__CODE__OK || result == NULL || result->code != PAIDAN__CODE__OK) {
        demo->unsubmitted--;
        demo->done.refused++;
        return RC_OK;
    }
    if ((result->has_duplicate && result->duplicate) || (result->has_repeats && result->repeats)) {
        demo->unsubmitted--;
        demo->done.duplicates++;
        return RC_OK;
    }
    return demo_resident_accepted(demo, row, result->ticket, now_ms);
}

enum rc demo_resident_submit(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    CHECK(item->row < demo->script.row_count);
    const struct demo_row *row = &demo->script.rows[item->row];
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    Paidan__NewTicket *tickets[1] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    ticket.channel = demo_actor_lend(row->channel);
    ticket.external_id = arena_printf(&demo->arena, "%s-%s", demo->prefix, row->external_id);
    ticket.text = demo_actor_lend(row->text);
    ticket.place = demo_actor_lend(row->place);
    ticket.title = demo_actor_lend(row->title);
    ticket.phone = demo_actor_lend(row->phone);
    submit.n_tickets = 1;
    submit.tickets = tickets;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    request.actor = demo_actor_name(demo, "adapter", row->channel);
    const enum rc rc = demo_actor_ask(demo, item, "intake", &request, &answer);
    return rc == RC_OK ? submitted(demo, item->row, answer, now_ms) : rc;
}

enum rc demo_resident_act(struct demo *demo, struct demo_item *item)
{
    CHECK(item->row < demo->script.row_count);
    const struct demo_row *row = &demo->script.rows[item->row];
    const struct demo_act *act = &row->acts[item->index];
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    uint64_t *done = NULL;
    request.actor = demo_actor_name(demo, "adapter", row->channel);
    switch (act->kind) {
    case DEMO_CHASE:
        chase.ticket = item->ticket;
        chase.note =
            demo_actor_lend(demo_script_note(&demo->script, DEMO_NOTE_CHASE, NULL, item->row));
        request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request.chase = &chase;
        done = &demo->done.chases;
        break;
    case DEMO_WITHDRAW:
        withdraw.ticket = item->ticket;
        request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
        request.withdraw = &withdraw;
        done = &demo->done.withdrawals;
        break;
    case DEMO_SUPPLEMENT:
        supplement.ticket = item->ticket;
        supplement.text = demo_actor_lend(act->text);
        request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
        request.supplement = &supplement;
        done = &demo->done.supplements;
        break;
    }
    const enum rc rc = demo_actor_ask(demo, item, "intake", &request, &answer);
    if (rc == RC_OK && answer->code == PAIDAN__CODE__OK) {
        (*done)++;
    } else if (rc == RC_OK) {
        demo->done.late++;
    }
    return rc;
}

struct demo_reply demo_resident_choose(const struct demo *demo, const struct demo_ticket *ticket,
                                       uint32_t round)
{
    CHECK(ticket->row < demo->script.row_count);
    static const struct {
        uint64_t below;
        struct demo_reply reply;
    } usual[] = {
        {80, {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES}},
        {91, {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {96, {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {99, {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_NO}},
        {100, {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_NO}},
    };
    const struct demo_row *row = &demo->script.rows[ticket->row];
    if (round >= 1 && round <= row->reply_count) {
        return row->replies[round - 1];
    }
    const uint64_t chance = demo_actor_seed(ticket, SALT_REPLY) % 100;
    size_t index = 0;
    while (chance >= usual[index].below) {
        index++;
    }
    return usual[index].reply;
}

const char *demo_resident_note(const struct demo *demo, const struct demo_ticket *ticket)
{
    return demo_script_note(&demo->script, DEMO_NOTE_UNSOLVED, ticket->category,
                            demo_actor_seed(ticket, SALT_NOTE));
}

enum rc demo_resident_reply(struct demo *demo, struct demo_item *item)
{
    const struct demo_ticket *ticket = demo_facts_find(&demo->facts, item->ticket);
    CHECK(ticket != NULL);
    const struct demo_reply chosen = demo_resident_choose(demo, ticket, item->round);
    const struct demo_row *row = &demo->script.rows[ticket->row];
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    Paidan__CallbackReply *replies[1] = {&reply};
    Paidan__CallbackAnswer said = PAIDAN__CALLBACK_ANSWER__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    reply.ticket = item->ticket;
    reply.has_round = 1;
    reply.round = item->round;
    reply.solved = chosen.solved;
    reply.satisfied = chosen.satisfied;
    if (chosen.solved == PAIDAN__SOLVED__SOLVED_NO) {
        reply.note = demo_actor_lend(demo_resident_note(demo, ticket));
    }
    said.n_replies = 1;
    said.replies = replies;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &said;
    request.actor = demo_actor_name(demo, "adapter", row->channel);
    const enum rc rc = demo_actor_ask(demo, item, "callback", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const bool ok = answer->code == PAIDAN__CODE__OK && answer->callback_answered != NULL &&
                    answer->callback_answered->n_results == 1 &&
                    answer->callback_answered->results[0]->code == PAIDAN__CODE__OK;
    demo->done.answers += ok ? 1 : 0;
    demo->done.late += ok ? 0 : 1;
    return RC_OK;
}

/* Who answers at this attempt does so after a while. Tickets of other people are left to them: whoever
 * submitted one by hand may answer it by hand. */
enum rc demo_resident_called(struct demo *demo, struct demo_ticket *ticket, uint32_t round,
                             uint32_t attempt, uint64_t due_ms, uint64_t now_ms)
{
    CHECK(ticket != NULL);
    if (ticket->row == DEMO_NO_ROW || demo->script.rows[ticket->row].silent) {
        return RC_OK;
    }
    const uint64_t seed = demo_actor_mix(ticket->row * 16ull + round, SALT_CALL);
    const uint32_t first = seed % 100 < SECOND_CALL_PERCENT ? 2 : 1;
    if (attempt < first || (ticket->planned_round == round && ticket->planned_attempt == attempt)) {
        return RC_OK;
    }
    ticket->planned_round = round;
    ticket->planned_attempt = attempt;
    uint64_t at_ms = now_ms + demo_actor_choose(3 * DEMO_MINUTE_MS, 35 * DEMO_MINUTE_MS, seed >> 8);
    if (at_ms >= due_ms) {
        at_ms = now_ms;
    }
    const struct demo_item item = {.at_ms = at_ms,
                                   .kind = DEMO_ITEM_REPLY,
                                   .index = attempt,
                                   .ticket = ticket->id,
                                   .round = round};
    return demo_actor_put(demo, &item);
}

enum rc demo_resident_look(struct demo *demo, uint32_t channel, uint64_t now_ms)
{
    CHECK(channel < demo->site->channel_count);
    const struct demo_item next = {
        .at_ms = now_ms + ASK_LOOK_MS, .kind = DEMO_ITEM_ASK, .index = channel};
    return demo_actor_put(demo, &next);
}

/* A channel asks its residents. */
enum rc demo_resident_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    CHECK(item->index < demo->site->channel_count);
    const char *channel = demo->site->channels[item->index].code;
    Paidan__CallbackPull pull = PAIDAN__CALLBACK_PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    pull.channel = demo_actor_lend(channel);
    pull.has_max = 1;
    pull.max = ASK_TASKS;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &pull;
    request.actor = demo_actor_name(demo, "adapter", channel);
    enum rc rc = demo_actor_ask(demo, item, "callback", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__CallbackPulled *pulled = answer->callback_pulled;
    for (size_t index = 0; pulled != NULL && index < pulled->n_tasks && rc == RC_OK; index++) {
        const Paidan__CallbackTask *const task = pulled->tasks[index];
        struct demo_ticket *const ticket = demo_facts_find(&demo->facts, task->ticket);
        if (ticket != NULL) {
            rc = demo_resident_called(demo, ticket, task->round, task->attempt, task->due_ms,
                                      now_ms);
        }
    }
    return rc == RC_OK ? demo_resident_look(demo, item->index, now_ms) : rc;
}
