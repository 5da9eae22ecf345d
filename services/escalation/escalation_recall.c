/* A dispatch taken back 撤回分拨, as long as the unit has not accepted.
 *
 * What is taken back is a decision of the desk: a route (triage's own too, for the dispatcher answers
 * for it) or a ruling on a return. A raise, a reopening, an order and a site edit decide by rules, by
 * the resident's word or by a leader's; the desk has nothing to take back there, and could by doing
 * so make a missed deadline begin anew. Which it was stands in the ticket's own chain.
 *
 * Afterwards nobody has the ticket: it is in no queue, no clock of it runs, and so none is missed by
 * the unit that lost it. What was missed before stays counted. The next dispatch begins like the first
 * one, with new terms: another unit must not be given what the first one let pass. That a ruling was
 * made stays in the record, so that nobody returns it a second time.
 *
 * 并单: a ticket that a unit has leaves it in the same way to be merged into another one, however it came to
 * that unit, and with a reason also after the unit accepted it: what it is about is worked on all the same. */

#include "escalation_recall.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/permit/permit.h"
#include "common/say/number.h"
#include "common/text/text.h"
#include "escalation_claim.h"
#include "escalation_merge.h"
#include "escalation_retire.h"
#include "escalation_say.h"
#include "escalation_work.h"

/* One ticket being taken back. */
struct recall {
    struct step *step;
    const Paidan__Recall *wish;
    struct escalation_ticket ticket;
    struct escalation_extra extra; /* all zero if it has none */
    struct escalation_info info;
    enum escalation_signal signal;
    uint64_t into; /* of ON_LEAVE: what it is to be merged into */
};

static enum rc load(struct recall *recall)
{
    struct store_txn *txn = recall->step->txn;
    const uint64_t id = recall->wish->ticket;
    CHECK(txn != NULL);
    enum rc rc = escalation_state_find(txn, id, &recall->ticket);
    recall->signal = recall->wish->has_merge_into ? ESCALATION_ON_LEAVE : ESCALATION_ON_RECALL;
    if (rc != RC_OK ||
        escalation_fsm_step(recall->ticket.state, recall->signal).action != ESCALATION_DO_SAY) {
        return rc; /* it will be refused */
    }
    rc = escalation_extra_load(txn, id, &recall->extra);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(txn, id, &recall->info);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* What gave the ticket to its unit: the newest such fact of its chain. NULL: the log was trimmed
 * behind it. As many are read as happened since, which is little before an acceptance. */
static enum rc find_origin(struct step *step, uint64_t seq, Paidan__Event **origin)
{
    *origin = NULL;
    while (seq != 0) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        switch (event->fact_case) {
        case PAIDAN__EVENT__FACT_ASSIGNED:
        case PAIDAN__EVENT__FACT_RAISED:
        case PAIDAN__EVENT__FACT_REOPENED:
        case PAIDAN__EVENT__FACT_ORDERED:
        case PAIDAN__EVENT__FACT_MOVED:
            *origin = event;
            return RC_OK;
        default:
            seq = event->has_prev_seq ? event->prev_seq : 0;
        }
    }
    return RC_OK;
}

/* The desk takes back what the desk decided. */
static enum rc judge_origin(struct recall *recall, Paidan__Code *code, const char **detail)
{
    Paidan__Event *origin = NULL;
    CHECK(recall->signal == ESCALATION_ON_RECALL);
    const enum rc rc = find_origin(recall->step, recall->ticket.last_seq, &origin);
    const bool dispatched = origin != NULL && origin->fact_case == PAIDAN__EVENT__FACT_ASSIGNED;
    *code = dispatched ? PAIDAN__CODE__OK : PAIDAN__CODE__RECALL_NOT_DISPATCHED;
    *detail = dispatched || origin == NULL ? NULL : step_fact_name(origin->fact_case);
    return rc;
}

static_assert(PERMIT_NOBODYS_TICKET < NUMBER_DAY_FACTOR, "what was hidden is known to nobody");

/* 并单: as far as it can be told here. Triage, which knows more of it, judges it again, and has it at the desk
 * where it can not be merged. */
static enum rc judge_merge(struct recall *recall, Paidan__Code *code, const char **detail)
{
    struct store_txn *txn = recall->step->txn;
    struct escalation_ticket into;
    struct escalation_group group, own;
    struct escalation_info info = {.confidential = recall->info.confidential};
    uint64_t head = 0;
    CHECK(recall->signal == ESCALATION_ON_LEAVE);
    /* No day gives such a number: nobody's, or of one that the asker may not know of (permit_ask_hide). */
    if (recall->wish->merge_into < NUMBER_DAY_FACTOR) {
        *code = PAIDAN__CODE__TICKET_UNKNOWN;
        *detail = "into";
        return RC_OK;
    }
    enum rc rc = escalation_group_into(txn, recall->wish->merge_into, &head);
    recall->into = head != 0 ? head : recall->wish->merge_into;
    rc = rc == RC_OK ? escalation_state_find(txn, recall->into, &into) : rc;
    rc = rc == RC_OK ? escalation_group_load(txn, recall->into, &group) : rc;
    rc = rc == RC_OK ? escalation_group_load(txn, recall->wish->ticket, &own) : rc;
    if (rc == RC_OK && into.state != ESCALATION_NONE) {
        rc = escalation_state_load_info(txn, recall->into, &info);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (recall->into == recall->wish->ticket) {
        *code = PAIDAN__CODE__MERGE_SELF;
    } else if (escalation_merge_over(&into, &group)) {
        *code = PAIDAN__CODE__MERGE_TARGET_OVER;
        *detail = escalation_fsm_state_name(into.state);
    } else if (info.confidential != recall->info.confidential) {
        *code = PAIDAN__CODE__MERGE_CONFIDENTIAL;
    } else if (group.count + 1 + own.count > GROUP_MEMBERS_MAX) {
        *code = PAIDAN__CODE__GROUP_FULL;
    } else if (recall->ticket.state != ESCALATION_ASSIGNED &&
               !escalation_work_given(recall->wish->note)) {
        *code = PAIDAN__CODE__NOTE_MISSING; /* somebody is at work on it */
    }
    return RC_OK;
}

/* OK, or why it may not be taken back; *detail lives as long as the step. */
static enum rc judge(struct recall *recall, Paidan__Code *code, const char **detail)
{
    const Paidan__Recall *wish = recall->wish;
    const enum escalation_state state = recall->ticket.state;
    *detail = NULL;
    if (state == ESCALATION_NONE) {
        *code = escalation_retire_code(&recall->ticket);
        return RC_OK;
    }
    /* That it was accepted says more than that it changed. */
    if (escalation_fsm_step(state, recall->signal).action == ESCALATION_DO_REFUSE) {
        *code = escalation_fsm_refusal(state, recall->signal);
        *detail = escalation_fsm_state_name(state);
        return *code == PAIDAN__CODE__MERGED
                   ? escalation_work_merged_into(recall->step, wish->ticket, detail)
                   : RC_OK;
    }
    if (wish->has_version && wish->version != recall->ticket.version) {
        *code = PAIDAN__CODE__VERSION_CONFLICT;
        return RC_OK;
    }
    if (recall->extra.request != 0) {
        *code = PAIDAN__CODE__REQUEST_OPEN;
        return RC_OK;
    }
    return recall->signal == ESCALATION_ON_LEAVE ? judge_merge(recall, code, detail)
                                                 : judge_origin(recall, code, detail);
}

/* Whoever looks at a queue that it leaves is told. */
static enum rc end_tasks(struct recall *recall, Paidan__Recalled *fact)
{
    CHECK(recall->extra.assist_count <= SITE_ASSIST_MAX);
    fact->assist_ended = arena_alloc(recall->step->arena, SITE_ASSIST_MAX * sizeof(char *));
    if (fact->assist_ended == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < recall->extra.assist_count; index++) {
        struct escalation_assist *task = &recall->extra.assists[index];
        if (!task->done) {
            fact->assist_ended[fact->n_assist_ended] = task->unit;
            fact->n_assist_ended++;
            step_wake(recall->step, step_key(task->unit));
        }
    }
    return RC_OK;
}

static enum rc say(struct recall *recall)
{
    struct step *step = recall->step;
    Paidan__Recalled fact = PAIDAN__RECALLED__INIT;
    struct escalation_info own = recall->info;
    escalation_claim_release(&own); /* what its members ask, they ask of it there, too */
    fact.unit = recall->ticket.unit;
    fact.level = recall->ticket.level;
    fact.category = recall->info.category;
    fact.area = recall->info.area;
    fact.urgency = (Paidan__Urgency)own.urgency;
    fact.channel = recall->info.channel;
    fact.title = recall->info.title;
    fact.registered_ms = recall->info.registered_ms;
    fact.has_outer_due_ms = own.outer_due_ms != 0;
    fact.outer_due_ms = own.outer_due_ms;
    enum rc rc = end_tasks(recall, &fact);
    /* Notes go into facts that others follow: numbers of people stay with intake. */
    if (rc == RC_OK && escalation_work_given(recall->wish->note)) {
        rc = text_mask_digits(step->arena, recall->wish->note, &fact.note);
    }
    fact.has_merge_into = recall->signal == ESCALATION_ON_LEAVE;
    fact.merge_into = recall->into;
    fact.has_accepted = fact.has_merge_into && recall->ticket.state != ESCALATION_ASSIGNED;
    fact.accepted = fact.has_accepted;
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_saying about = {
        .id = recall->wish->ticket, .ticket = &recall->ticket, .signal = recall->signal};
    rc = escalation_say(step, &about, &fact.base);
    return rc == RC_OK ? escalation_state_find(step->txn, recall->wish->ticket, &recall->ticket)
                       : rc;
}

static enum rc answer(const struct recall *recall)
{
    CHECK(recall->ticket.state == ESCALATION_DESK);
    Paidan__Done done = PAIDAN__DONE__INIT;
    done.has_ticket = done.has_seq = done.has_version = true;
    done.ticket = recall->wish->ticket;
    done.seq = recall->ticket.last_seq;
    done.version = recall->ticket.version;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer(recall->step, &answer);
}

enum rc escalation_recall_apply(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_RECALL);
    if (!escalation_work_given(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    struct recall recall = {.step = step, .wish = request->recall};
    Paidan__Code code = PAIDAN__CODE__OK;
    const char *detail = NULL;
    enum rc rc = load(&recall);
    if (rc == RC_OK) {
        rc = judge(&recall, &code, &detail);
    }
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, code, detail);
    }
    rc = say(&recall);
    return rc == RC_OK ? answer(&recall) : rc;
}

/* ---- folding ---- */

/* That clocks, lease and alarm end is the state's doing (escalation_fold_rest). */
enum rc escalation_recall_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_RECALLED);
    const Paidan__Recalled *recalled = fold->event->recalled;
    struct escalation_ticket *ticket = fold->ticket;
    if (strcmp(recalled->unit, ticket->unit) != 0 || recalled->level != ticket->level) {
        return RC_CORRUPT;
    }
    memset(ticket->unit, 0, sizeof ticket->unit);
    memset(ticket->assist, 0, sizeof ticket->assist);
    ticket->assist_count = 0;
    ticket->level = 0;
    ticket->flags &= (uint8_t)~ESCALATION_FALLBACK;
    fold->counters[TALLY_RECALLED]++;
    if (fold->extra != NULL) {
        escalation_extra_end_pause(fold->extra, fold->event->at_ms);
        escalation_extra_new_round(fold->extra);
        fold->extra->heard = false;
    }
    return RC_OK;
}
