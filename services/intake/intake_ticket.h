/* intake_ticket: what every part of intake does with a ticket: find it, count it, say the next fact
 * of its chain, and begin to fold one.
 *
 * Pure: the same store contents, input, site, time and entropy give the same facts. The parts stand
 * on this one and never on each other:
 *
 *   intake_core.c     the service: which input and which fact belongs to which part
 *   intake_submit.c   Registered: new tickets, their numbers, duplicates, admission
 *   intake_repeat.c   Chased by who says again what he said before, as if it were new
 *   intake_split.c    Split: one text with several matters becomes several tickets
 *   intake_message.c  Supplemented, Chased, Withdrawn: what a resident may still do
 *   intake_receipt.c  Receipts: what became of the tickets
 *   intake_scope.c    whose a ticket is: who may read its texts
 *   intake_reading.c  Lookup, ReadTexts; Disclosed: who was given a phone number
 *   intake_check.c    what a ticket or a message may contain
 *   intake_state.c    records; intake_fsm.c the life of a ticket as intake sees it
 */
#pragma once

#include <assert.h>

#include "common/say/counter.h"
#include "common/step/step.h"
#include "intake_state.h"

/* Counters: common/say/counter.h. */
#define INTAKE_TALLY(number, id, name, zh) INTAKE_TALLY_##id = (number),
enum intake_tally {
    COUNTERS_INTAKE(INTAKE_TALLY) INTAKE_TALLY_COUNT = COUNTER_COUNT(COUNTERS_INTAKE),
    INTAKE_TALLY_STATE = INTAKE_TALLY_STATE_WAITING, /* + state - 1 */
};
static_assert(INTAKE_TALLY_STATE + INTAKE_STATE_COUNT - 1 == INTAKE_TALLY_REPEATS,
              "a gauge for each state");

/* Finds a ticket by number and, if given, query code. *code: OK, TICKET_UNKNOWN or
 * QUERY_CODE_WRONG; with a query code an unknown ticket is QUERY_CODE_WRONG too, so that numbers
 * cannot be tried. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc intake_ticket_find(struct store_txn *txn, uint64_t ticket,
                                      const char *query_code, struct intake_ticket *record,
                                      Paidan__Code *code);
/* What callers see of a state. */
Paidan__State intake_ticket_public_state(enum intake_state state);

/* What the next fact of the ticket's chain is about: the fact that the signal leads to.
 *
 * Before: the table allows the signal in the record's state, and something is to be said. */
struct step_about intake_ticket_about(uint64_t ticket, const struct intake_ticket *record,
                                      enum intake_signal signal);

/* Folding: so many more of a total. */
void intake_ticket_count(struct step_fold *fold, enum intake_tally tally, uint64_t more);
/* Folding: reads a ticket's record and asks the table what the signal does to it. RC_CORRUPT: there
 * is no such ticket, or the table leads to another fact than event; nothing may be guessed. */
MUST_CHECK enum rc intake_ticket_fold(struct step_fold *fold, const Paidan__Event *event,
                                      uint64_t ticket, enum intake_signal signal,
                                      struct intake_ticket *record, struct intake_step *next);
/* Folding: the record enters that state, and the gauges follow. From NONE: it is new. */
void intake_ticket_enter(struct step_fold *fold, struct intake_ticket *record,
                         enum intake_state next);
