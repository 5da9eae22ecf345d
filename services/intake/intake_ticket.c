/* intake_ticket: the ground on which the parts of intake stand. Owns the gauges: tickets in each
 * state, which always add up to those registered. What must stay true: what a resident says forms
 * one chain of facts (receipts stand outside it, for they are about many tickets), and no fact is
 * folded to which the transition table does not lead. */

#include "intake_ticket.h"

#include "common/base/check.h"

/* Compares as people type: capitals, O for 0 and I for 1 do not matter. */
enum rc intake_ticket_find(struct store_txn *txn, uint64_t ticket, const char *query_code,
                           struct intake_ticket *record, Paidan__Code *code)
{
    CHECK(code != NULL);
    const enum rc rc = intake_state_get(txn, ticket, record);
    if (rc == RC_NOT_FOUND) {
        /* Who gave a code must not learn whether the number exists. */
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

Paidan__State intake_ticket_public_state(enum intake_state state)
{
    static const Paidan__State states[INTAKE_STATE_COUNT] = {
        [INTAKE_NONE] = PAIDAN__STATE__STATE_NONE,
        [INTAKE_REGISTERED] = PAIDAN__STATE__STATE_NONE,
        [INTAKE_ASSIGNED] = PAIDAN__STATE__STATE_ASSIGNED,
        [INTAKE_ACCEPTED] = PAIDAN__STATE__STATE_ACCEPTED,
        [INTAKE_RETURNED] = PAIDAN__STATE__STATE_RETURNED,
        [INTAKE_RESOLVED] = PAIDAN__STATE__STATE_RESOLVED,
        [INTAKE_CLOSED] = PAIDAN__STATE__STATE_CLOSED,
        [INTAKE_WITHDRAWN] = PAIDAN__STATE__STATE_WITHDRAWN,
        [INTAKE_SUSPENDED] = PAIDAN__STATE__STATE_SUSPENDED,
        [INTAKE_MERGED] = PAIDAN__STATE__STATE_MERGED,
    };
    CHECK(state < INTAKE_STATE_COUNT);
    return states[state];
}

/* The cell's fact goes along as `expected`: a part that said another one would be stopped
 * before anything is written. */
struct step_about intake_ticket_about(uint64_t ticket, const struct intake_ticket *record,
                                      enum intake_signal signal)
{
    const struct intake_step next = intake_fsm_step(record->state, signal);
    CHECK(next.fact != PAIDAN__EVENT__FACT__NOT_SET);
    CHECK((record->last_seq == 0) == (record->state == INTAKE_NONE));
    CHECK(ticket != 0);
    return (struct step_about){
        .ticket = ticket, .last_seq = record->last_seq, .expected = next.fact};
}

void intake_ticket_count(struct step_fold *fold, enum intake_tally tally, uint64_t more)
{
    CHECK(tally < INTAKE_TALLY_STATE ||
          tally > INTAKE_TALLY_STATE_MERGED); /* gauges follow their tickets */
    CHECK(tally < INTAKE_TALLY_COUNT);
    CHECK(fold->tally->values[tally] <= UINT64_MAX - more);
    fold->tally->values[tally] += more;
}

enum rc intake_ticket_fold(struct step_fold *fold, const Paidan__Event *event, uint64_t ticket,
                           enum intake_signal signal, struct intake_ticket *record,
                           struct intake_step *next)
{
    CHECK(signal != INTAKE_REGISTER); /* a new ticket has no record to read */
    const enum rc rc = intake_state_get(fold->txn, ticket, record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    *next = intake_fsm_step(record->state, signal);
    if (next->fact != event->fact_case) {
        return RC_CORRUPT;
    }
    CHECK(next->next != INTAKE_NONE);
    return RC_OK;
}

/* One gauge a state, in the order of the states; NONE has none. */
static uint64_t *gauge_of(struct step_fold *fold, enum intake_state state)
{
    CHECK(state != INTAKE_NONE);
    CHECK(state < INTAKE_STATE_COUNT);
    return &fold->tally->values[INTAKE_TALLY_STATE + (unsigned)state - 1];
}

/* The only place where a state changes, so that gauges and records cannot part. */
void intake_ticket_enter(struct step_fold *fold, struct intake_ticket *record,
                         enum intake_state next)
{
    if (record->state != INTAKE_NONE) {
        uint64_t *const old = gauge_of(fold, record->state);
        CHECK(*old > 0);
        *old -= 1;
    }
    *gauge_of(fold, next) += 1;
    record->state = next;
}
