/* intake_message: what a resident may still do with a ticket: add to it, ask for haste, take it
 * back. Owns the ticket's counts of messages. Taken also when new tickets are refused for lack of
 * space or under overload: whoever is registered already must not be turned away. What must stay
 * true: each message is a link of the ticket's chain, in the order in which they were taken. */

#include "intake_message.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "intake_check.h"
#include "intake_repeat.h"

/* Finds the ticket and asks the table. *done: the wish was refused and answered. */
static enum rc begin(struct step *step, uint64_t ticket, const char *query_code,
                     enum intake_signal signal, struct intake_ticket *record, bool *done)
{
    CHECK(signal == INTAKE_SUPPLEMENT || signal == INTAKE_CHASE || signal == INTAKE_WITHDRAW);
    *done = true;
    Paidan__Code code = PAIDAN__CODE__OK;
    const enum rc rc = intake_ticket_find(step->txn, ticket, query_code, record, &code);
    if (rc != RC_OK) {
        return rc;
    }
    /* Before the state is looked at: who does not know the code learns nothing about the
     * ticket. */
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, NULL);
    }
    if (intake_fsm_step(record->state, signal).next == INTAKE_NONE) {
        return step_refuse(step, PAIDAN__CODE__STATE_FORBIDS, intake_fsm_state_name(record->state));
    }
    *done = false;
    return RC_OK;
}

/* Says the fact and answers Done. */
static enum rc finish(struct step *step, uint64_t ticket, const struct intake_ticket *record,
                      enum intake_signal signal, const ProtobufCMessage *fact)
{
    CHECK(record->registered_seq > 0);
    CHECK(record->last_seq >= record->registered_seq);
    uint64_t seq = 0;
    struct step_about about = intake_ticket_about(ticket, record, signal);
    about.seq = &seq;
    const enum rc rc = step_say(step, &about, fact);
    return rc == RC_OK ? step_answer_done(step, ticket, seq) : rc;
}

/* A program's update, against those that are still at hand: *seq: where the same one stands, *code: why it is
 * not taken. Updates come again within minutes, so the newest supplements are enough to know them by. */
static enum rc compare(struct step *step, const struct intake_ticket *record,
                       const Paidan__Supplement *wish, uint64_t *seq, Paidan__Code *code)
{
    CHECK(record->recent_count <= INTAKE_RECENT_MAX);
    uint64_t newest_ms = 0;
    for (uint32_t index = 0; index < record->recent_count; index++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, record->recent[index], &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* intake's log is never trimmed */
        }
        if (event->ticket != wish->ticket || event->fact_case != PAIDAN__EVENT__FACT_SUPPLEMENTED) {
            return RC_CORRUPT;
        }
        const Paidan__Supplemented *const before = event->supplemented;
        if (before->update_id != NULL && strcmp(before->update_id, wish->update_id) == 0) {
            *seq = record->recent[index];
            *code = strcmp(before->text, wish->text) == 0 ? PAIDAN__CODE__OK
                                                          : PAIDAN__CODE__HEARD_DIFFERENT;
            return RC_OK;
        }
        if (before->has_said_ms && before->said_ms > newest_ms) {
            newest_ms = before->said_ms;
        }
    }
    if (wish->has_said_ms && wish->said_ms < newest_ms) {
        *code = PAIDAN__CODE__UPDATE_OLDER;
    }
    return RC_OK;
}

/* A deadline from above is the channel's to say. Whoever proves himself by a query code is a resident, and
 * would otherwise put off the deadline of his own complaint. */
static bool may_extend(const Paidan__Supplement *wish, uint64_t now_ms)
{
    return !wish->has_outer_due_ms ||
           (wish->query_code == NULL && intake_check_due(wish->outer_due_ms, now_ms));
}

/* More about the ticket. Kept whole, personal or not: like the ticket's own text it stays in
 * intake's log and is read from there. */
enum rc intake_message_supplement(struct step *step, const Paidan__Supplement *wish)
{
    struct intake_fault fault = intake_check_text(wish->text);
    /* The form before the ticket: it costs no read, and the answer is the same for every
     * ticket. */
    if (fault.code == PAIDAN__CODE__OK) {
        fault = intake_check_attachments(wish->attachments, wish->n_attachments);
    }
    if (fault.code != PAIDAN__CODE__OK) {
        return step_refuse(step, fault.code, fault.detail);
    }
    if (!may_extend(wish, step->now_ms)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "outer_due_ms");
    }
    struct intake_ticket record;
    bool done = false;
    const enum rc rc =
        begin(step, wish->ticket, wish->query_code, INTAKE_SUPPLEMENT, &record, &done);
    if (rc != RC_OK || done) {
        return rc;
    }
    /* A bound for what reading a ticket may cost; people do not reach it, programs that fail do. */
    CHECK(record.recent_count <= record.supplements);
    if (record.supplements >= SUPPLEMENTS_MAX) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, "supplements");
    }
    if (!text_blank(wish->update_id)) {
        uint64_t seq = 0;
        Paidan__Code code = PAIDAN__CODE__OK;
        const enum rc compared = compare(step, &record, wish, &seq, &code);
        if (compared != RC_OK || code != PAIDAN__CODE__OK) {
            return compared != RC_OK ? compared : step_refuse(step, code, NULL);
        }
        if (seq > 0) {
            return step_answer_done(step, wish->ticket, seq);
        }
    }
    Paidan__Supplemented fact = PAIDAN__SUPPLEMENTED__INIT;
    fact.text = wish->text;
    fact.update_id = text_blank(wish->update_id) ? NULL : wish->update_id;
    fact.has_said_ms = wish->has_said_ms;
    fact.said_ms = wish->said_ms;
    fact.has_outer_due_ms = wish->has_outer_due_ms;
    fact.outer_due_ms = wish->outer_due_ms;
    fact.n_attachments = wish->n_attachments;
    /* The wish's own memory: it lives until the step's end. */
    fact.attachments = wish->attachments;
    return finish(step, wish->ticket, &record, INTAKE_SUPPLEMENT, &fact.base);
}

/* The resident asks for haste. No limit but the counter's: how often somebody had to ask is
 * itself what supervisors look for. */
enum rc intake_message_chase(struct step *step, const Paidan__Chase *wish)
{
    const struct intake_fault fault = intake_check_note(wish->note);
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
    /* The count travels in the fact, so that triage and escalation need not count by themselves. */
    Paidan__Chased fact = PAIDAN__CHASED__INIT;
    fact.note = text_blank(wish->note) ? NULL : wish->note;
    fact.count = record.chases + 1;
    return finish(step, wish->ticket, &record, INTAKE_CHASE, &fact.base);
}

/* The resident takes the ticket back, from any open state. Intake says so first; escalation
 * and callback follow this log and end what they have of it. */
enum rc intake_message_withdraw(struct step *step, const Paidan__Withdraw *wish)
{
    const struct intake_fault fault = intake_check_note(wish->note);
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
    fact.note = text_blank(wish->note) ? NULL : wish->note;
    return finish(step, wish->ticket, &record, INTAKE_WITHDRAW, &fact.base);
}

/* What the message adds to the record, beside its place in the chain. */
static void take(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                 struct intake_ticket *record)
{
    CHECK(record->state != INTAKE_CLOSED);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
        CHECK(record->supplements < UINT32_MAX);
        record->supplements++;
        intake_state_add_recent(record, seq);
        intake_ticket_count(fold, INTAKE_TALLY_SUPPLEMENTS, 1);
        break;
    case PAIDAN__EVENT__FACT_CHASED:
        record->chases = event->chased->count;
        intake_ticket_count(fold, INTAKE_TALLY_CHASES, 1);
        if (event->chased->has_repeat && event->chased->repeat) {
            intake_ticket_count(fold, INTAKE_TALLY_REPEATS, 1);
        }
        break;
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_WITHDRAWN);
        record->outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
        intake_ticket_count(fold, INTAKE_TALLY_WITHDRAWN, 1);
    }
}

/* The same for all three: chain, table, then what each adds. */
enum rc intake_message_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                            enum intake_signal signal)
{
    struct intake_ticket record;
    struct intake_step next;
    const enum rc rc = intake_ticket_fold(fold, event, event->ticket, signal, &record, &next);
    if (rc != RC_OK) {
        return rc;
    }
    if (!event->has_ticket || !step_chained(event, record.last_seq)) {
        return RC_CORRUPT;
    }
    CHECK(seq > record.last_seq);
    take(fold, seq, event, &record);
    record.last_seq = seq;
    record.changed_ms = event->at_ms;
    intake_ticket_enter(fold, &record, next.next);
    const enum rc put = intake_state_put(fold->txn, event->ticket, &record);
    return put == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_CHASED
               ? intake_repeat_fold(fold, event)
               : put;
}
