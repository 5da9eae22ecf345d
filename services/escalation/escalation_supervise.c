/* What supervising units do with any ticket 督办.
 *
 * Owns extra.supervise and extra.urges. A ticket comes under supervision once, by hand, by a rule
 * of the policy or by a step of a clock, and stays so until it is closed: the list of supervised
 * tickets is what a supervisor has promised to look after. */

#include "escalation_supervise.h"

#include "common/base/check.h"
#include "escalation_target.h"

static enum rc urge(struct escalation_item *item)
{
    CHECK(escalation_work_given(item->wish->note));
    Paidan__Urged urged = PAIDAN__URGED__INIT;
    urged.by_unit = (char *)item->unit;
    urged.note = item->wish->note;
    urged.count = item->extra.urges + 1;
    return escalation_work_say(item, &urged.base);
}

static Paidan__Code judge_watch(struct escalation_item *item, const char **detail)
{
    (void)detail;
    return item->extra.supervise != 0 ? PAIDAN__CODE__ALREADY_DONE : PAIDAN__CODE__OK;
}

static enum rc watch(struct escalation_item *item)
{
    CHECK(!item->ticket.extra_supervised);
    Paidan__Supervised supervised = PAIDAN__SUPERVISED__INIT;
    supervised.by_unit = (char *)item->unit;
    supervised.note = item->wish->note;
    return escalation_work_say(item, &supervised.base);
}

enum rc escalation_supervise_by_rule(struct step *step, uint64_t id, Paidan__SuperviseRule rule,
                                     uint32_t item)
{
    CHECK(id != 0);
    CHECK(rule != PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP); /* the step's own fact says it */
    struct escalation_ticket ticket;
    struct escalation_info info;
    enum rc rc = escalation_state_find(step->txn, id, &ticket);
    const bool may =
        rc == RC_OK && !ticket.extra_supervised &&
        escalation_fsm_step(ticket.state, ESCALATION_ON_WATCH).action == ESCALATION_DO_SAY;
    if (!may) {
        return rc;
    }
    rc = escalation_state_load_info(step->txn, id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct site_policy *policy = escalation_target_policy(step->site, &info, ticket.level);
    CHECK(ticket.round > 0);
    const bool enough = rule == PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED
                            ? ticket.chases >= policy->supervise_chases
                        : rule == PAIDAN__SUPERVISE_RULE__SUPERVISE_REOPENED
                            ? ticket.round > policy->supervise_reopenings
                            : true;
    if ((policy->supervise_on & 1u << rule) == 0 || !enough) {
        return RC_OK;
    }
    const struct escalation_saying about = {
        .id = id, .ticket = &ticket, .signal = ESCALATION_ON_WATCH, .item = item};
    Paidan__Supervised supervised = PAIDAN__SUPERVISED__INIT;
    supervised.has_rule = true;
    supervised.rule = rule;
    return escalation_say(step, &about, &supervised.base);
}

const struct escalation_rule escalation_supervise_urge = {.signal = ESCALATION_ON_URGE,
                                                          .who = ESCALATION_BY_SUPERVISOR,
                                                          .note = true,
                                                          .keeps_lease = true,
                                                          .act = urge};
const struct escalation_rule escalation_supervise_watch = {.signal = ESCALATION_ON_WATCH,
                                                           .who = ESCALATION_BY_SUPERVISOR,
                                                           .note = true,
                                                           .keeps_lease = true,
                                                           .judge = judge_watch,
                                                           .act = watch};

/* ---- folding ---- */

enum rc escalation_supervise_fold_urged(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_URGED);
    CHECK(fold->extra != NULL);
    const Paidan__Urged *urged = fold->event->urged;
    if (urged->count != fold->extra->urges + 1) {
        return RC_CORRUPT;
    }
    fold->extra->urges = urged->count;
    fold->counters[TALLY_URGED]++;
    return RC_OK;
}

/* The record keeps 1 for a hand, 1 + the rule for a rule, 0 for nobody. */
static void begin(struct escalation_fold *fold, unsigned rule)
{
    CHECK(fold->extra->supervise == 0);
    CHECK(rule <= PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP);
    fold->extra->supervise = (uint8_t)(1 + rule);
    fold->counters[TALLY_SUPERVISED]++;
}

enum rc escalation_supervise_fold_supervised(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_SUPERVISED);
    CHECK(fold->extra != NULL);
    const Paidan__Supervised *supervised = fold->event->supervised;
    if (fold->extra->supervise != 0) {
        return RC_CORRUPT;
    }
    begin(fold, supervised->has_rule ? (unsigned)supervised->rule : 0);
    return RC_OK;
}

void escalation_supervise_take_step(struct escalation_fold *fold)
{
    CHECK(fold->extra != NULL);
    if (fold->extra->supervise == 0) {
        begin(fold, PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP);
    }
}
