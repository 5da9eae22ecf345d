/* An appeal against a late mark 超时申诉.
 *
 * Owns extra.appeal. Lateness is a fact for ever: extra.late is never cleared, and a granted appeal
 * takes the ticket out of the statistic, not out of the log. One appeal a ticket, whatever becomes
 * of it. Whoever may rule on it is asked in escalation_request.c, for one action of supervisors
 * decides on requests and appeals alike. */

#include "escalation_appeal.h"

#include "common/base/check.h"

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
    Paidan__Appealed appealed = PAIDAN__APPEALED__INIT;
    appealed.unit = (char *)item->unit;
    appealed.note = item->wish->note;
    return escalation_work_say(item, &appealed.base);
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

const struct escalation_rule escalation_appeal_rule = {
    .signal = ESCALATION_ON_APPEAL, .note = true, .judge = judge_appeal, .act = appeal};

/* ---- folding ---- */

enum rc escalation_appeal_fold_appealed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_APPEALED);
    CHECK(fold->extra != NULL);
    struct escalation_extra *extra = fold->extra;
    const bool good = extra->appeal == ESCALATION_NO_APPEAL && extra->late != 0;
    extra->appeal = ESCALATION_APPEAL_OPEN;
    fold->counters[TALLY_APPEALED]++;
    return good ? RC_OK : RC_CORRUPT;
}

enum rc escalation_appeal_fold_ruled(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_APPEAL_RULED);
    CHECK(fold->extra != NULL);
    struct escalation_extra *extra = fold->extra;
    const bool good = extra->appeal == ESCALATION_APPEAL_OPEN;
    const bool granted = fold->event->appeal_ruled->granted;
    extra->appeal = granted ? ESCALATION_APPEAL_GRANTED : ESCALATION_APPEAL_REFUSED;
    fold->counters[TALLY_EXEMPT] += granted ? 1 : 0;
    return good ? RC_OK : RC_CORRUPT;
}
