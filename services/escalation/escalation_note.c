/* Supplements and chases of the resident.
 *
 * Their texts stay with intake; the unit only learns that there is something to read there. A chase
 * carries intake's own count, so that one which came twice or not at all does no harm. */

#include "escalation_note.h"

#include "common/base/check.h"
#include "escalation_group.h"
#include "escalation_supervise.h"

/* 并单: what a member's resident adds, or how often he asks, is for whoever works on it. Here there is no count
 * of intake's to take: one more than were heard. */
static enum rc tell_group(const struct escalation_heard *heard, const Paidan__Noted *said)
{
    uint64_t into = 0;
    struct escalation_ticket ticket;
    CHECK(heard->ticket.state == ESCALATION_MERGED);
    enum rc rc = escalation_group_into(heard->step->txn, heard->id, &into);
    if (rc == RC_OK && into == 0) {
        return RC_CORRUPT;
    }
    rc = rc == RC_OK ? escalation_state_find(heard->step->txn, into, &ticket) : rc;
    if (rc != RC_OK ||
        escalation_fsm_step(ticket.state, ESCALATION_ON_NOTED).action != ESCALATION_DO_SAY) {
        return rc;
    }
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    noted.has_supplement = said->has_supplement;
    noted.supplement = said->supplement;
    noted.has_chases = said->has_chases;
    noted.chases = ticket.chases + 1;
    noted.has_member = true;
    noted.member = heard->id;
    const struct escalation_saying about = {
        .id = into, .ticket = &ticket, .signal = ESCALATION_ON_NOTED};
    rc = escalation_say(heard->step, &about, &noted.base);
    return rc == RC_OK && noted.has_chases
               ? escalation_supervise_by_rule(heard->step, into,
                                              PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED, 0)
               : rc;
}

/* How often whoever reports was asked for haste. Intake counts each ticket's own; those of a group's
 * members were counted here, so that a number that is behind is one more. */
static enum rc chases_of(const struct escalation_heard *heard, uint32_t *chases)
{
    struct escalation_group group;
    const enum rc rc = escalation_group_load(heard->step->txn, heard->id, &group);
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_CHASED);
    *chases = heard->record->chased->count;
    if (rc == RC_OK && group.count > 0 && *chases <= heard->ticket.chases) {
        *chases = heard->ticket.chases + 1;
    }
    return rc;
}

enum rc escalation_note_hear(struct escalation_heard *heard)
{
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, ESCALATION_ON_NOTED, &rc)) {
        return rc;
    }
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    if (heard->record->fact_case == PAIDAN__EVENT__FACT_SUPPLEMENTED) {
        noted.has_supplement = true;
        noted.supplement = true;
    } else {
        CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_CHASED);
        noted.has_chases = true;
        rc = chases_of(heard, &noted.chases);
    }
    if (rc == RC_OK) {
        rc = escalation_heard_say(heard, ESCALATION_ON_NOTED, &noted.base);
    }
    if (rc == RC_OK && heard->ticket.state == ESCALATION_MERGED) {
        return tell_group(heard, &noted);
    }
    return rc == RC_OK && noted.has_chases
               ? escalation_supervise_by_rule(heard->step, heard->id,
                                              PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED, 0)
               : rc;
}

enum rc escalation_note_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_NOTED);
    const Paidan__Noted *noted = fold->event->noted;
    struct escalation_ticket *ticket = fold->ticket;
    ticket->chases = noted->has_chases ? noted->chases : ticket->chases;
    ticket->supplements += noted->supplement ? 1 : 0;
    fold->counters[TALLY_NOTED]++;
    return RC_OK;
}
