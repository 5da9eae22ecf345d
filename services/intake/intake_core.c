/* intake_core: the service as the step engine sees it: which input, which wish and which fact
 * belongs to which part. Owns the service's name, tables and counters; judges nothing itself.
 * Folding reads the event and the tables alone. */

#include "common/base/check.h"
#include "common/wire/peek.h"
#include "intake.h"
#include "intake_caller.h"
#include "intake_message.h"
#include "intake_reading.h"
#include "intake_receipt.h"
#include "intake_refusal.h"
#include "intake_scope.h"
#include "intake_split.h"
#include "intake_submit.h"

/* One line a fact. What a fact does is beside the place where it is said, so that the two
 * cannot part. */
static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        return intake_submit_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
        return intake_message_fold(fold, seq, event, INTAKE_SUPPLEMENT);
    case PAIDAN__EVENT__FACT_CHASED:
        return intake_message_fold(fold, seq, event, INTAKE_CHASE);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return intake_message_fold(fold, seq, event, INTAKE_WITHDRAW);
    case PAIDAN__EVENT__FACT_SPLIT:
        return intake_split_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_RECEIPTS:
        return intake_receipt_fold(fold, event);
    case PAIDAN__EVENT__FACT_CALLS_REFUSED:
        return intake_refusal_fold(fold, event);
    case PAIDAN__EVENT__FACT_DISCLOSED:
        return intake_reading_fold(fold, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        intake_ticket_count(fold, INTAKE_TALLY_REFUSED, 1);
        return RC_OK;
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* What this service answers at all; others are told WISH_UNSUPPORTED by the engine. */
static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
    case PAIDAN__REQUEST__WISH_CHASE:
    case PAIDAN__REQUEST__WISH_WITHDRAW:
    case PAIDAN__REQUEST__WISH_LOOKUP:
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
    case PAIDAN__REQUEST__WISH_READ_LOG:
    case PAIDAN__REQUEST__WISH_CALLER_LIST:
    case PAIDAN__REQUEST__WISH_SPLIT:
    case PAIDAN__REQUEST__WISH_DO_NOT_CALL:
        return true;
    default:
        return false;
    }
}

/* What goes into a step, with a commit of its own. Reading a phone number is a change, and so is
 * reading anything by somebody with an account: it is kept who did so. */
static bool changes(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
    case PAIDAN__REQUEST__WISH_CHASE:
    case PAIDAN__REQUEST__WISH_WITHDRAW:
    case PAIDAN__REQUEST__WISH_READ_LOG:
    case PAIDAN__REQUEST__WISH_CALLER_LIST:
    case PAIDAN__REQUEST__WISH_SPLIT:
    case PAIDAN__REQUEST__WISH_DO_NOT_CALL:
        return true;
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return request->has_grant ||
               (request->read_texts->has_phones && request->read_texts->phones);
    default:
        return false;
    }
}

/* Wishes that change something, each to the part that owns its fact. */
static enum rc apply_command(struct step *step, const Paidan__Request *request)
{
    CHECK(changes(request));
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
        return intake_submit_apply(step, request->submit);
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        return intake_message_supplement(step, request->supplement);
    case PAIDAN__REQUEST__WISH_CHASE:
        return intake_message_chase(step, request->chase);
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        return intake_message_withdraw(step, request->withdraw);
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return intake_reading_disclose(step, request);
    case PAIDAN__REQUEST__WISH_READ_LOG:
        return intake_reading_log(step, request);
    case PAIDAN__REQUEST__WISH_CALLER_LIST:
        return intake_caller_list(step, request);
    case PAIDAN__REQUEST__WISH_SPLIT:
        return intake_split_apply(step, request->split);
    case PAIDAN__REQUEST__WISH_DO_NOT_CALL:
        return intake_refusal_apply(step, request->do_not_call);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

/* All that moves a ticket in the eyes of its resident. What happens within a unit (contact,
 * progress, warnings, cards) is not told to residents, so it is not heard. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    (void)log; /* it follows one */
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_MOVED:
    case PAIDAN__EVENT__FACT_SUSPENDED:
    case PAIDAN__EVENT__FACT_RESUMED:
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_RECALLED:
    case PAIDAN__EVENT__FACT_MERGED:
    case PAIDAN__EVENT__FACT_UNMERGED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return true;
    default:
        return intake_scope_told(fact); /* not for residents: who may read the texts */
    }
}

/* A closure says its outcome; what gives the ticket to somebody says to whom, and so does the resolution of a
 * member, of which nobody had it. Of all else it is enough that it happened. */
static enum step_need needs(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes)
{
    enum { RESOLVED_GROUP = 10 }; /* field of the fact */
    uint64_t value = 0;
    (void)log;
    if (fact == PAIDAN__EVENT__FACT_RESOLVED) {
        return peek_number(body, bytes, RESOLVED_GROUP, &value) ? STEP_NEED_ALL : STEP_NEED_BRIEF;
    }
    return fact == PAIDAN__EVENT__FACT_CLOSED || fact == PAIDAN__EVENT__FACT_MERGED ||
                   intake_scope_told(fact)
               ? STEP_NEED_ALL
               : STEP_NEED_BRIEF;
}

/* How a ticket ended tells too that its resident, who was asked about it, wants no more calls. */
static enum rc apply_record(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    const enum rc rc = intake_receipt_gather(step, input);
    const bool refuses = event != NULL && event->has_ticket && event->ticket != 0 &&
                         ((event->fact_case == PAIDAN__EVENT__FACT_CLOSED &&
                           event->closed->has_do_not_call && event->closed->do_not_call) ||
                          (event->fact_case == PAIDAN__EVENT__FACT_REOPENED &&
                           event->reopened->has_do_not_call && event->reopened->do_not_call));
    return rc == RC_OK && refuses ? intake_refusal_hear(step, event->ticket) : rc;
}

/* Commands are answered at once; records only gather, until the step's end says what became of
 * all of them. */
static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_COMMAND:
        return apply_command(step, input->request);
    case STEP_RECORD:
        return apply_record(step, input);
    case STEP_DUE:
        break;
    }
    /* Fails on purpose: a deadline in this store is none of ours. */
    CHECK(input->kind != STEP_DUE); /* intake keeps no deadlines */
    return RC_CORRUPT;
}

/* Wishes that change nothing, answered from a read transaction beside the next step. */
static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_LOOKUP:
        return intake_reading_lookup(view, request->lookup, answer);
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return intake_reading_texts(view, request->read_texts, answer);
    default:
        return step_view_refuse(answer, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

static const char *const follows[] = {"escalation", NULL};
static const char *const followed_by[] = {"triage", "escalation", "callback", NULL};
/* Not callback: it asks days later, and reads here only what was withdrawn meanwhile. */
static const char *const paced_by[] = {"triage", "escalation", NULL};
static const char *const tables[] = {"ticket", "external", "scope",   "summary", "caller",
                                     "into",   "split",    "refusal", NULL};
static const char *const tallies[INTAKE_TALLY_COUNT + 1] = {COUNTERS_INTAKE(COUNTER_NAME)};

const struct step_service intake_service = {
    .name = "intake",
    .follows = follows,
    .followed_by = followed_by,
    .paced_by = paced_by,
    .tables = tables,
    .tallies = tallies,
    /* Nobody waits for a receipt: a second later is soon enough, and commands share its
     * commit. */
    .follows_lazily = true,
    /* The only store of texts. */
    .keeps_log = true,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .needs = needs,
    /* Receipts are said at the end of a step, once for all records of it. */
    .finish = intake_receipt_finish,
    .scope = intake_scope,
    .changes = changes,
    .knows = knows,
    .mend = intake_caller_mend,
};
