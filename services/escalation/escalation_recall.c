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
 * made stays in the record, so that nobody returns it a second time. */

#include "escalation_recall.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "escalation_say.h"
#include "escalation_work.h"

/* One ticket being taken back. */
struct recall {
    struct step *step;
    const Paidan__Recall *wish;
    struct escalation_ticket ticket;
    struct escalation_extra extra; /* all zero if it has none */
    struct escalation_info info;
};

static enum rc load(struct recall *recall)
{
    struct store_txn *txn = recall->step->txn;
    const uint64_t id = recall->wish->ticket;
    CHECK(txn != NULL);
    enum rc rc = escalation_state_find(txn, id, &recall->ticket);
    if (rc != RC_OK || recall->ticket.state != ESCALATION_ASSIGNED) {
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

/* OK, or why it may not be taken back; *detail is constant. */
static enum rc judge(struct recall *recall, Paidan__Code *code, const char **detail)
{
    const Paidan__Recall *wish = recall->wish;
    const enum escalation_state state = recall->ticket.state;
    *detail = NULL;
    if (state == ESCALATION_NONE) {
        *code = PAIDAN__CODE__TICKET_UNKNOWN;
        return RC_OK;
    }
    /* That it was accepted says more than that it changed. */
    if (escalation_fsm_step(state, ESCALATION_ON_RECALL).action == ESCALATION_DO_REFUSE) {
        *code = escalation_fsm_refusal(state, ESCALATION_ON_RECALL);
        *detail = escalation_fsm_state_name(state);
        return RC_OK;
    }
    CHECK(state == ESCALATION_ASSIGNED);
    if (wish->has_version && wish->version != recall->ticket.version) {
        *code = PAIDAN__CODE__VERSION_CONFLICT;
        return RC_OK;
    }
    if (recall->extra.request != 0) {
        *code = PAIDAN__CODE__REQUEST_OPEN;
        return RC_OK;
    }
    Paidan__Event *origin = NULL;
    const enum rc rc = find_origin(recall->step, recall->ticket.last_seq, &origin);
    const bool dispatched = origin != NULL && origin->fact_case == PAIDAN__EVENT__FACT_ASSIGNED;
    *code = dispatched ? PAIDAN__CODE__OK : PAIDAN__CODE__RECALL_NOT_DISPATCHED;
    *detail = dispatched || origin == NULL ? NULL : step_fact_name(origin->fact_case);
    return rc;
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
    fact.unit = recall->ticket.unit;
    fact.level = recall->ticket.level;
    fact.category = recall->info.category;
    fact.area = recall->info.area;
    fact.urgency = (Paidan__Urgency)recall->info.urgency;
    fact.channel = recall->info.channel;
    fact.title = recall->info.title;
    fact.registered_ms = recall->info.registered_ms;
    fact.has_outer_due_ms = recall->info.outer_due_ms != 0;
    fact.outer_due_ms = recall->info.outer_due_ms;
    enum rc rc = end_tasks(recall, &fact);
    /* Notes go into facts that others follow: numbers of people stay with intake. */
    if (rc == RC_OK && escalation_work_given(recall->wish->note)) {
        rc = text_mask_digits(step->arena, recall->wish->note, &fact.note);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_saying about = {
        .id = recall->wish->ticket, .ticket = &recall->ticket, .signal = ESCALATION_ON_RECALL};
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
        escalation_extra_new_round(fold->extra);
        fold->extra->heard = false;
    }
    return RC_OK;
}
