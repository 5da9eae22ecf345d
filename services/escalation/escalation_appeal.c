/* An appeal against a late mark 超时申诉.
 *
 * Owns extra.appeal. Lateness is a fact for ever: extra.late is never cleared, and a granted appeal
 * takes the ticket out of the statistic, not out of the log. One appeal a ticket, whatever becomes
 * of it; that nobody ruled on it in time is an end too, and the fact says for whom it had waited.
 * Whoever may rule on it is asked in escalation_request.c, for one action of supervisors decides on
 * requests and appeals alike; the unit that appealed is kept, for it must not. */

#include "escalation_appeal.h"

#include "common/base/check.h"
#include "escalation_decider.h"

static Paidan__Code judge_appeal(struct escalation_item *item, const char **detail)
{
    (void)detail;
    if (item->extra.late == 0) {
        return PAIDAN__CODE__NOT_LATE;
    }
    return item->extra.appeal != ESCALATION_NO_APPEAL ? PAIDAN__CODE__ALREADY_DONE
                                                      : PAIDAN__CODE__OK;
}

static enum rc appeal(struct escalation_item *item)
{
    CHECK(escalation_work_given(item->wish->note));
    const char *to = escalation_decider_supervisor(item->step->site, item->unit);
    if (to == NULL) {
        item->result->code = PAIDAN__CODE__NOBODY_DECIDES;
        return RC_OK;
    }
    struct escalation_deciding deciding = {0};
    enum rc rc = escalation_work_info(item);
    if (rc == RC_OK) {
        rc = escalation_decider_term(item->step, &item->info, item->ticket.level, &deciding);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Appealed appealed = PAIDAN__APPEALED__INIT;
    appealed.unit = (char *)item->unit;
    appealed.note = item->wish->note;
    appealed.to_unit = (char *)to;
    appealed.has_due_ms = true;
    appealed.due_ms = deciding.due_ms;
    appealed.has_remind_ms = deciding.remind_ms != 0;
    appealed.remind_ms = deciding.remind_ms;
    rc = escalation_work_say(item, &appealed.base);
    if (rc == RC_OK) {
        step_wake(item->step, step_key(to));
    }
    return rc;
}

enum rc escalation_appeal_decide(struct escalation_item *item, bool granted)
{
    CHECK(item->signal == ESCALATION_ON_RULE_APPEAL);
    CHECK(item->extra.appeal == ESCALATION_APPEAL_OPEN);
    Paidan__AppealRuled ruled = PAIDAN__APPEAL_RULED__INIT;
    ruled.granted = granted;
    ruled.by_unit = (char *)item->unit;
    ruled.note = item->wish->note != NULL ? item->wish->note : (char *)"";
    return escalation_work_say(item, &ruled.base);
}

enum rc escalation_appeal_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_RULE_APPEAL);
    CHECK(moment->extra.appeal == ESCALATION_APPEAL_OPEN);
    Paidan__AppealRuled ruled = PAIDAN__APPEAL_RULED__INIT;
    ruled.by_unit = (char *)"";
    ruled.note = (char *)"";
    ruled.has_lapsed = ruled.lapsed = true;
    ruled.to_unit = moment->extra.appeal_to;
    return escalation_moment_say(moment, &ruled.base);
}

const struct escalation_rule escalation_appeal_rule = {.signal = ESCALATION_ON_APPEAL,
                                                       .assisting = PAIDAN__CODE__LEAD_APPEALS,
                                                       .note = true,
                                                       .judge = judge_appeal,
                                                       .act = appeal};

/* ---- folding ---- */

enum rc escalation_appeal_fold_appealed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_APPEALED);
    CHECK(fold->extra != NULL);
    struct escalation_extra *extra = fold->extra;
    const Paidan__Appealed *appealed = fold->event->appealed;
    const char *to = appealed->to_unit != NULL ? appealed->to_unit : "";
    const bool good =
        extra->appeal == ESCALATION_NO_APPEAL && extra->late != 0 &&
        escalation_fold_text(extra->appeal_unit, sizeof extra->appeal_unit, appealed->unit) &&
        escalation_fold_text(extra->appeal_to, sizeof extra->appeal_to, to);
    extra->appeal = ESCALATION_APPEAL_OPEN;
    extra->appeal_at_ms = fold->event->at_ms;
    extra->appeal_due_ms = appealed->has_due_ms ? appealed->due_ms : 0;
    extra->appeal_remind_ms = appealed->has_remind_ms ? appealed->remind_ms : 0;
    extra->appeal_seq = appealed->to_unit != NULL ? fold->seq : 0; /* nobody's: in no list */
    fold->counters[TALLY_APPEALED]++;
    return good ? RC_OK : RC_CORRUPT;
}

enum rc escalation_appeal_fold_ruled(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_APPEAL_RULED);
    CHECK(fold->extra != NULL);
    struct escalation_extra *extra = fold->extra;
    const Paidan__AppealRuled *ruled = fold->event->appeal_ruled;
    const bool open = extra->appeal == ESCALATION_APPEAL_OPEN;
    const bool lapsed = ruled->has_lapsed && ruled->lapsed;
    extra->appeal_due_ms = extra->appeal_remind_ms = 0;
    if (lapsed) {
        extra->appeal = ESCALATION_APPEAL_LAPSED;
        const char *to = ruled->to_unit != NULL ? ruled->to_unit : "";
        return open && escalation_decider_take_lapsed(fold, to) ? RC_OK : RC_CORRUPT;
    }
    extra->appeal = ruled->granted ? ESCALATION_APPEAL_GRANTED : ESCALATION_APPEAL_REFUSED;
    fold->counters[TALLY_EXEMPT] += ruled->granted ? 1 : 0;
    return open ? RC_OK : RC_CORRUPT;
}
