/* Supplements and chases of the resident.
 *
 * Their texts stay with intake; the unit only learns that there is something to read there. A chase
 * carries intake's own count, so that one which came twice or not at all does no harm. */

#include "escalation_note.h"

#include "common/base/check.h"
#include "escalation_supervise.h"

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
        noted.chases = heard->record->chased->count;
    }
    rc = escalation_heard_say(heard, ESCALATION_ON_NOTED, &noted.base);
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
