/* intake_scope: whose a ticket is, as escalation said last: unit, assisting units, level, place. Learned
 * by receipts, for intake alone holds the texts and must tell who may read them. */
#pragma once

#include "intake_ticket.h"

/* "": not known. */
struct intake_scope {
    char unit[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1];
    uint32_t level, assist_count;
    char assist[SITE_ASSIST_MAX][CODE_BYTES_MAX + 1];
};

/* RC_OK, RC_NOT_FOUND (nobody has had it yet), RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc intake_scope_get(struct store_txn *txn, uint64_t ticket,
                                    struct intake_scope *scope);
/* What a fact of escalation says of it, upon what is known; false: nothing new. Before: of a fact that
 * intake_scope_told names the event is unpacked. */
bool intake_scope_take(const Paidan__Event *event, struct intake_scope *scope);
bool intake_scope_told(Paidan__Event__FactCase fact);
/* Into a receipt; texts are the scope's. list: room for SITE_ASSIST_MAX. */
void intake_scope_write(struct intake_scope *scope, Paidan__Receipt *receipt, char **list);
/* Folds what the receipt says; one without a unit is of an old log and says nothing. first:
 * nothing is stored of the ticket yet. RC_OK, RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc intake_scope_fold(struct store_txn *txn, const Paidan__Receipt *receipt,
                                     bool first);
/* Nobody has it any more. RC_OK, RC_STORE. */
MUST_CHECK enum rc intake_scope_drop(struct store_txn *txn, uint64_t ticket);
/* step_service.scope. */
MUST_CHECK enum rc intake_scope(struct step_view *view, uint64_t ticket,
                                struct permit_subject *subject);
