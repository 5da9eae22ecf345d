/* intake_core_resident: what a resident may still do with a ticket: add to it, ask for haste, take
 * it back. Taken also when new tickets are refused for lack of space or under overload. */

#include "common/base/check.h"
#include "intake_core.h"

enum rc intake_core_find(struct store_txn *txn, uint64_t ticket, const char *query_code,
                         struct intake_ticket *record, Paidan__Code *code)
{
    const enum rc rc = intake_state_get(txn, ticket, record);
    if (rc == RC_NOT_FOUND) {
        *code = query_code == NULL ? PAIDAN__CODE__TICKET_UNKNOWN : PAIDAN__CODE__QUERY_CODE_WRONG;
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    const bool wrong =
        query_code != NULL && !number_query_code_equal(query_code, record->query_code);
    *code = wrong ? PAIDAN__CODE__QUERY_CODE_WRONG : PAIDAN__CODE__OK;
    return RC_OK;
}

/* Finds the ticket and asks the table. *done: the wish was refused and answered. */
static enum rc begin(struct step *step, uint64_t ticket, const char *query_code,
                     enum intake_signal signal, struct intake_ticket *record, bool *done)
{
    *done = true;
    Paidan__Code code = PAIDAN__CODE__OK;
    const enum rc rc = intake_core_find(step->txn, ticket, query_code, record, &code);
    if (rc != RC_OK) {
        return rc;
    }
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, NULL);
    }
    if (intake_fsm_step(record->state, signal).action == INTAKE_REFUSE) {
        return step_refuse(step, PAIDAN__CODE__STATE_FORBIDS, intake_fsm_state_name(record->state));
    }
    *done = false;
    return RC_OK;
}

/* Says the fact and answers Done. */
static enum rc finish(struct step *step, uint64_t ticket, const struct intake_ticket *record,
                      Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = ticket;
    event->has_prev_seq = 1;
    event->prev_seq = record->last_seq;
    uint64_t seq = 0;
    const enum rc rc = step_append(step, event, 0, &seq);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Done done = PAIDAN__DONE__INIT;
    done.has_ticket = 1;
    done.ticket = ticket;
    done.has_seq = 1;
    done.seq = seq;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer(step, &answer);
}

enum rc intake_core_supplement(struct step *step, const Paidan__Supplement *wish)
{
    struct intake_fault fault = intake_core_check_text(wish->text);
    if (fault.code == PAIDAN__CODE__OK) {
        fault = intake_core_check_attachments(wish->attachments, wish->n_attachments);
    }
    if (fault.code != PAIDAN__CODE__OK) {
        return step_refuse(step, fault.code, fault.detail);
    }
    struct intake_ticket record;
    bool done = false;
    const enum rc rc =
        begin(step, wish->ticket, wish->query_code, INTAKE_SUPPLEMENT, &record, &done);
    if (rc != RC_OK || done) {
        return rc;
    }
    if (record.supplements >= SUPPLEMENTS_MAX) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, "supplements");
    }
    Paidan__Supplemented fact = PAIDAN__SUPPLEMENTED__INIT;
    fact.text = wish->text;
    fact.n_attachments = wish->n_attachments;
    fact.attachments = wish->attachments;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
    event.supplemented = &fact;
    return finish(step, wish->ticket, &record, &event);
}

enum rc intake_core_chase(struct step *step, const Paidan__Chase *wish)
{
    const struct intake_fault fault = intake_core_check_note(wish->note);
    if (fault.code != PAIDAN__CODE__OK) {
        return step_refuse(step, fault.code, fault.detail);
    }
    struct intake_ticket record;
    bool done = false;
    const enum rc rc = begin(step, wish->ticket, wish->query_code, INTAKE_CHASE, &record, &done);
    if (rc != RC_OK || done) {
        return rc;
    }
    if (record.chases == UINT32_MAX) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, "chases");
    }
    Paidan__Chased fact = PAIDAN__CHASED__INIT;
    fact.note = wish->note;
    fact.count = record.chases + 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &fact;
    return finish(step, wish->ticket, &record, &event);
}

enum rc intake_core_withdraw(struct step *step, const Paidan__Withdraw *wish)
{
    const struct intake_fault fault = intake_core_check_note(wish->note);
    if (fault.code != PAIDAN__CODE__OK) {
        return step_refuse(step, fault.code, fault.detail);
    }
    struct intake_ticket record;
    bool done = false;
    const enum rc rc = begin(step, wish->ticket, wish->query_code, INTAKE_WITHDRAW, &record, &done);
    if (rc != RC_OK || done) {
        return rc;
    }
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    fact.note = wish->note;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    return finish(step, wish->ticket, &record, &event);
}
