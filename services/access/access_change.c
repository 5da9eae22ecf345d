/* access_change: the two-person rule for administrators. Owns the table of changes that wait. What
 * is asked for stands in the log (ChangeAsked) and is read from there when it is approved, so that
 * what is done is what was asked, whatever happened meanwhile. What must stay true: a change leaves
 * the table by one decision or by lapsing, once. */

#include "access_change.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* Long enough for holidays; what nobody looked at for so long should be asked for again. */
#define LAPSE_MS (7ull * 24 * 3600 * 1000)
/* So that one administrator cannot bury the others' work. */
enum { CHANGES_MAX = 1000 };

/* Nothing else happens: no state of the account shows that something is asked for, so that a change
 * that lapses leaves no trace but in the log. */
enum rc access_change_ask(struct step *step, const Paidan__Request *request,
                          Paidan__ChangeAsked *fact)
{
    uint64_t seq = 0;
    CHECK(fact->person != NULL);
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (step->tally->values[ACCESS_TALLY_CHANGES_OPEN] >= CHANGES_MAX) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, "changes");
    }
    fact->lapses_ms = step->now_ms + LAPSE_MS;
    const enum rc rc = step_say(step, &(struct step_about){.seq = &seq}, &fact->base);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(seq != 0);
    return access_name_done(step, &(struct access_done){.seq = seq, .change = seq});
}

/* Nobody is told: who asked sees in the list that it is gone, and in the audit why. */
enum rc access_change_due(struct step *step, const struct due *due)
{
    CHECK(due->kind == ACCESS_DUE_CHANGE);
    CHECK(due->due_ms <= step->now_ms);
    Paidan__ChangeLapsed fact = PAIDAN__CHANGE_LAPSED__INIT;
    fact.change = due->id;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

enum rc access_change_fold_asked(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__ChangeAsked *const fact = event->change_asked;
    struct access_change change = {
        .kind = (uint32_t)fact->kind, .asked_ms = event->at_ms, .lapses_ms = fact->lapses_ms};
    CHECK(seq > 0);
    if (fact->lapses_ms <= event->at_ms || text_blank(event->cause->actor) ||
        !text_copy(change.name, sizeof change.name, fact->person) ||
        !text_copy(change.asked_by, sizeof change.asked_by, event->cause->actor)) {
        return RC_CORRUPT;
    }
    access_name_count(fold, ACCESS_TALLY_CHANGES_OPEN);
    return access_state_add_change(fold->txn, seq, &change);
}

/* Decided or lapsed; that it is not there is damage, for both are judged before they are said. */
enum rc access_change_fold_end(struct step_fold *fold, uint64_t change)
{
    CHECK(fold->txn != NULL);
    const enum rc rc = change == 0 ? RC_CORRUPT : access_state_end_change(fold->txn, change);
    if (rc == RC_OK) {
        access_name_discount(fold, ACCESS_TALLY_CHANGES_OPEN);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}
