/* intake_core: the service as the step engine sees it: which input goes where, and the folding of
 * intake's own facts. Folding reads the event and the tables alone. */

#include "intake_core.h"

#include <string.h>

#include "common/base/check.h"
#include "intake.h"

/* ---- folding -----------------------------------------------------------------------------------
 */

static uint64_t *state_gauge(struct tally *tally, enum intake_state state)
{
    CHECK(state != INTAKE_NONE);
    return &tally->values[INTAKE_TALLY_STATE + (unsigned)state - 1];
}

static void move_gauge(struct tally *tally, enum intake_state from, enum intake_state to)
{
    uint64_t *const old = state_gauge(tally, from);
    CHECK(*old > 0);
    *old -= 1;
    *state_gauge(tally, to) += 1;
}

static enum rc contradiction(enum rc rc)
{
    return rc == RC_NOT_FOUND || rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc evolve_registered(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Registered *const fact = event->registered;
    struct intake_ticket record = {
        .registered_seq = seq,
        .last_seq = seq,
        .registered_ms = event->at_ms,
        .changed_ms = event->at_ms,
        .state = INTAKE_REGISTERED,
    };
    if (strlen(fact->query_code) != QUERY_CODE_BYTES - 1) {
        return RC_CORRUPT;
    }
    memcpy(record.query_code, fact->query_code, QUERY_CODE_BYTES);
    enum rc rc = intake_state_append(fold->txn, event->ticket, &record);
    if (rc == RC_OK && fact->external_id != NULL) {
        rc = intake_state_external_insert(fold->txn, fact->channel, fact->external_id,
                                          event->ticket);
    }
    if (rc != RC_OK) {
        return contradiction(rc);
    }
    fold->tally->values[INTAKE_TALLY_REGISTERED] += 1;
    *state_gauge(fold->tally, INTAKE_REGISTERED) += 1;
    return RC_OK;
}

/* Supplemented, Chased, Withdrawn: one more link of the ticket's chain. */
static enum rc evolve_wish(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                           enum intake_signal signal)
{
    struct intake_ticket record;
    const enum rc rc = intake_state_get(fold->txn, event->ticket, &record);
    if (rc != RC_OK) {
        return contradiction(rc);
    }
    const struct intake_step next = intake_fsm_step(record.state, signal);
    if (next.action == INTAKE_REFUSE || event->prev_seq != record.last_seq) {
        return RC_CORRUPT;
    }
    record.last_seq = seq;
    record.changed_ms = event->at_ms;
    if (next.action == INTAKE_DO_ADD) {
        record.supplements++;
        intake_state_add_recent(&record, seq);
        fold->tally->values[INTAKE_TALLY_SUPPLEMENTS] += 1;
    } else if (next.action == INTAKE_DO_COUNT) {
        record.chases = event->chased->count;
        fold->tally->values[INTAKE_TALLY_CHASES] += 1;
    } else {
        CHECK(next.action == INTAKE_DO_WITHDRAW);
        record.outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
        fold->tally->values[INTAKE_TALLY_WITHDRAWN] += 1;
    }
    move_gauge(fold->tally, record.state, next.next);
    record.state = next.next;
    return intake_state_put(fold->txn, event->ticket, &record);
}

static enum rc evolve_receipt(struct step_fold *fold, const Paidan__Receipt *receipt)
{
    struct intake_ticket record;
    const enum rc rc = intake_state_get(fold->txn, receipt->ticket, &record);
    if (rc != RC_OK) {
        return contradiction(rc);
    }
    enum intake_signal signal = INTAKE_SEEN_ASSIGNED;
    if (!intake_core_receipts_signal(receipt->state, &signal)) {
        return RC_CORRUPT;
    }
    const struct intake_step next = intake_fsm_step(record.state, signal);
    if (next.action != INTAKE_DO_NOTE) {
        return RC_CORRUPT; /* only news is said */
    }
    move_gauge(fold->tally, record.state, next.next);
    record.state = next.next;
    record.outcome = receipt->has_outcome ? (uint32_t)receipt->outcome : 0;
    record.changed_ms = receipt->at_ms;
    return intake_state_put(fold->txn, receipt->ticket, &record);
}

static enum rc evolve_receipts(struct step_fold *fold, const Paidan__Receipts *fact)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; rc == RC_OK && index < fact->n_receipts; index++) {
        rc = evolve_receipt(fold, fact->receipts[index]);
    }
    return rc;
}

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        return evolve_registered(fold, seq, event);
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
        return evolve_wish(fold, seq, event, INTAKE_SUPPLEMENT);
    case PAIDAN__EVENT__FACT_CHASED:
        return evolve_wish(fold, seq, event, INTAKE_CHASE);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return evolve_wish(fold, seq, event, INTAKE_WITHDRAW);
    case PAIDAN__EVENT__FACT_RECEIPTS:
        return evolve_receipts(fold, event->receipts);
    case PAIDAN__EVENT__FACT_DISCLOSED:
        fold->tally->values[INTAKE_TALLY_DISCLOSED] += event->disclosed->n_tickets;
        return RC_OK;
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        fold->tally->values[INTAKE_TALLY_REFUSED] += 1;
        return RC_OK;
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* ---- deciding ----------------------------------------------------------------------------------
 */

static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
    case PAIDAN__REQUEST__WISH_CHASE:
    case PAIDAN__REQUEST__WISH_WITHDRAW:
    case PAIDAN__REQUEST__WISH_LOOKUP:
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return true;
    default:
        return false;
    }
}

static bool changes(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
    case PAIDAN__REQUEST__WISH_CHASE:
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        return true;
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return request->read_texts->has_phones && request->read_texts->phones;
    default:
        return false;
    }
}

static enum rc apply_command(struct step *step, const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
        return intake_core_submit(step, request->submit);
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        return intake_core_supplement(step, request->supplement);
    case PAIDAN__REQUEST__WISH_CHASE:
        return intake_core_chase(step, request->chase);
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        return intake_core_withdraw(step, request->withdraw);
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return intake_core_disclose(step, request);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    (void)log; /* it follows one */
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_SUSPENDED:
    case PAIDAN__EVENT__FACT_RESUMED:
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return true;
    default:
        return false;
    }
}

/* Only a closure says more to a resident than that it happened: its outcome. */
static enum step_need needs(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes)
{
    (void)log;
    (void)body;
    (void)bytes;
    return fact == PAIDAN__EVENT__FACT_CLOSED ? STEP_NEED_ALL : STEP_NEED_BRIEF;
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_COMMAND:
        return apply_command(step, input->request);
    case STEP_RECORD:
        return intake_core_receipts_gather(step, input);
    case STEP_DUE:
        break;
    }
    CHECK(input->kind != STEP_DUE); /* intake keeps no deadlines */
    return RC_CORRUPT;
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_LOOKUP:
        return intake_core_lookup(view, request->lookup, answer);
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        return intake_core_read_texts(view, request->read_texts, answer);
    default:
        answer->code = PAIDAN__CODE__WISH_UNSUPPORTED;
        return RC_OK;
    }
}

static const char *const follows[] = {"escalation", NULL};
static const char *const followed_by[] = {"triage", "escalation", "callback", NULL};
/* Not callback: it asks days later, and reads here only what was withdrawn meanwhile. */
static const char *const paced_by[] = {"triage", "escalation", NULL};
static const char *const tables[] = {"ticket", "external", NULL};
static const char *const tallies[] = {
    "registered",      "supplements", "chases",    "withdrawals", "disclosed",
    "records_refused", "waiting",     "assigned",  "accepted",    "returned",
    "resolved",        "closed",      "withdrawn", "suspended",   NULL,
};
static_assert(sizeof tallies / sizeof tallies[0] == INTAKE_TALLY_COUNT + 1, "one name each");

const struct step_service intake_service = {
    .name = "intake",
    .follows = follows,
    .followed_by = followed_by,
    .paced_by = paced_by,
    .tables = tables,
    .tallies = tallies,
    .follows_lazily = true,
    .keeps_log = true,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .needs = needs,
    .finish = intake_core_receipts_finish,
    .changes = changes,
    .knows = knows,
};
