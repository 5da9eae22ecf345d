/* intake_core: decides about every wish and every followed record, folds intake's own facts.
 *
 * Pure: the same store contents, input, site, time and entropy give the same facts. Owns the tables
 * of intake_state.h. The parts share this header; outside, only intake_service (intake.h) counts.
 *
 *   intake_core.c           the service, dispatch, folding
 *   intake_core_check.c     what a ticket or supplement may contain
 *   intake_core_submit.c    Submit: numbers, duplicates, admission
 *   intake_core_resident.c  Supplement, Chase, Withdraw
 *   intake_core_receipts.c  escalation's records -> Receipts
 *   intake_core_read.c      Lookup, ReadTexts
 */
#pragma once

#include "common/step/step.h"
#include "intake_state.h"

/* Order of intake_service.tallies. From INTAKE_TALLY_STATE on: tickets in each state (gauges). */
enum intake_tally {
    INTAKE_TALLY_REGISTERED,
    INTAKE_TALLY_SUPPLEMENTS,
    INTAKE_TALLY_CHASES,
    INTAKE_TALLY_WITHDRAWN,
    INTAKE_TALLY_DISCLOSED, /* tickets whose full text and phone somebody was given */
    INTAKE_TALLY_REFUSED,   /* records of other logs that could not be used */
    INTAKE_TALLY_STATE,
    INTAKE_TALLY_COUNT = INTAKE_TALLY_STATE + INTAKE_STATE_COUNT - 1,
};

/* A refusal of one item: code and static detail; code OK: none. */
struct intake_fault {
    Paidan__Code code;
    const char *detail; /* a field's name; NULL: none */
};

/* intake_core_check.c: contents of what a channel sends; says nothing about duplicates. */
struct intake_fault intake_core_check_identity(const struct site *site,
                                               const Paidan__NewTicket *ticket);
struct intake_fault intake_core_check_ticket(const struct site *site, uint64_t now_ms,
                                             const Paidan__NewTicket *ticket);
struct intake_fault intake_core_check_text(const char *text);
struct intake_fault intake_core_check_note(const char *note); /* NULL is fine */
struct intake_fault intake_core_check_attachments(Paidan__Attachment *const *attachments,
                                                  size_t count);
/* NULL, or nothing but spaces of any script. */
bool intake_core_check_blank(const char *text);

/* One wish each: answered when RC_OK. */
MUST_CHECK enum rc intake_core_submit(struct step *step, const Paidan__Submit *wish);
MUST_CHECK enum rc intake_core_supplement(struct step *step, const Paidan__Supplement *wish);
MUST_CHECK enum rc intake_core_chase(struct step *step, const Paidan__Chase *wish);
MUST_CHECK enum rc intake_core_withdraw(struct step *step, const Paidan__Withdraw *wish);
MUST_CHECK enum rc intake_core_disclose(struct step *step, const Paidan__Request *request);

/* Gathers what one record of escalation says into step->gather; says nothing yet. */
MUST_CHECK enum rc intake_core_receipts_gather(struct step *step, const struct step_input *input);
/* Says what was gathered in this step: one Receipts fact for every RECEIPTS_MAX tickets. */
MUST_CHECK enum rc intake_core_receipts_finish(struct step *step);
/* The signal a receipt of that state gives; false: none (STATE_NONE). */
bool intake_core_receipts_signal(Paidan__State state, enum intake_signal *signal);

MUST_CHECK enum rc intake_core_lookup(struct step_view *view, const Paidan__Lookup *wish,
                                      Paidan__Answer *answer);
MUST_CHECK enum rc intake_core_read_texts(struct step_view *view, const Paidan__ReadTexts *wish,
                                          Paidan__Answer *answer);

/* Finds a ticket by number and, if given, query code. *code: OK, TICKET_UNKNOWN or
 * QUERY_CODE_WRONG; with a query code an unknown ticket is QUERY_CODE_WRONG too, so that numbers
 * cannot be tried. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc intake_core_find(struct store_txn *txn, uint64_t ticket, const char *query_code,
                                    struct intake_ticket *record, Paidan__Code *code);
/* What callers see of a state. */
Paidan__State intake_core_public_state(enum intake_state state);
