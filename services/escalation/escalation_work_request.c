/* What a unit asks of the level above, one thing at a time: an extension 延期 of the clock of its
 * work, or that the upper level takes the ticket 上报待接收. The owner one level up decides, at the
 * top a supervising unit; a supervising unit may always decide. Nobody decided in time: the
 * extension lapses (its deadline stands), the raise holds (silence must not keep a ticket down). */

#include <string.h>

#include "common/base/check.h"
#include "escalation_work.h"

static const struct escalation_clock *work_clock(struct escalation_item *item)
{
    return escalation_state_clock(&item->ticket, item->ticket.round > 1
                                                     ? PAIDAN__CLOCK__CLOCK_REDO
                                                     : PAIDAN__CLOCK__CLOCK_HANDLE);
}

/* ---- asking ---- */

/* The first supervising unit but this one, which decides on itself only if there is no other. */
static const char *supervisor_of(const struct site *site, const char *unit)
{
    for (uint32_t index = 0; index < site->supervisor_count; index++) {
        const char *code = site->units[site->supervisors[index]].code;
        if (strcmp(code, unit) != 0) {
            return code;
        }
    }
    return site->units[site->supervisors[0]].code;
}

/* Who decides: the owner one level up, else a supervising unit. */
static const char *decider(struct escalation_item *item, uint32_t *level)
{
    const struct site *site = item->step->site;
    *level = escalation_target_level_above(site, item->info.area, item->ticket.level);
    if (*level == 0) {
        return supervisor_of(site, item->ticket.unit);
    }
    struct escalation_target target;
    escalation_target_owner(site, &item->info, *level, &target);
    return target.unit;
}

static enum rc say_requested(struct escalation_item *item, Paidan__RequestKind kind)
{
    Paidan__ClockSet *term = NULL;
    uint32_t level = 0;
    Paidan__Requested requested = PAIDAN__REQUESTED__INIT;
    const char *to = decider(item, &level);
    const enum rc rc = escalation_term_set(item->step, &item->info, item->ticket.level,
                                           PAIDAN__CLOCK__CLOCK_REQUEST, item->step->now_ms, &term);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(term != NULL);
    requested.kind = kind;
    requested.unit = item->ticket.unit;
    requested.to_unit = arena_strdup(item->step->arena, to);
    requested.note = item->wish->note;
    requested.due_ms = term->due_ms;
    requested.has_to_level = kind == PAIDAN__REQUEST_KIND__REQUEST_RAISE;
    requested.to_level = level;
    if (requested.to_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REQUESTED;
    event.requested = &requested;
    const enum rc said = escalation_item_say(item, &event);
    if (said == RC_OK) {
        step_wake(item->step, step_key(to));
    }
    return said;
}

static Paidan__Code judge_extend(struct escalation_item *item, const char **detail)
{
    const struct escalation_clock *clock = work_clock(item);
    if (item->ticket.state != ESCALATION_ACCEPTED) {
        *detail = escalation_fsm_state_name(item->ticket.state);
        return PAIDAN__CODE__NOT_ACCEPTED;
    }
    if (clock == NULL || !escalation_state_runs(&item->ticket, clock)) {
        return PAIDAN__CODE__POLICY_ABSENT;
    }
    if (item->extra.request != 0) {
        return PAIDAN__CODE__REQUEST_OPEN;
    }
    if ((clock->flags & ESCALATION_EXPIRED) != 0 || clock->due_ms <= item->step->now_ms) {
        return PAIDAN__CODE__CLOCK_EXPIRED;
    }
    return PAIDAN__CODE__OK;
}

/* Whether one more term would lead beyond the cap of the policy; a cap speaks of its own unit. */
static bool beyond_cap(const struct escalation_item *item, const struct escalation_clock *clock)
{
    const struct site_clock_rule *rule =
        escalation_target_rule(item->step->site, &item->info, item->ticket.level, clock->clock);
    const uint64_t longer_ms = clock->amount_ms * (2 + (uint64_t)clock->extensions);
    return rule != NULL && rule->cap_ms != 0 && (uint8_t)rule->term.unit == clock->unit &&
           longer_ms > rule->cap_ms;
}

static enum rc extend(struct escalation_item *item)
{
    const enum rc rc = escalation_item_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const struct site_policy *policy =
        escalation_target_policy(item->step->site, &item->info, item->ticket.level);
    const struct escalation_clock *clock = work_clock(item);
    CHECK(clock != NULL);
    if (clock->extensions >= policy->extensions_max) {
        item->result->code = policy->extensions_max == 0 ? PAIDAN__CODE__POLICY_ABSENT
                                                         : PAIDAN__CODE__EXTENSIONS_EXHAUSTED;
        return RC_OK;
    }
    if (beyond_cap(item, clock)) {
        item->result->code = PAIDAN__CODE__EXTENSIONS_EXHAUSTED;
        return RC_OK;
    }
    return say_requested(item, PAIDAN__REQUEST_KIND__REQUEST_EXTENSION);
}

static Paidan__Code judge_raise(struct escalation_item *item, const char **detail)
{
    (void)detail;
    return item->extra.request != 0 ? PAIDAN__CODE__REQUEST_OPEN : PAIDAN__CODE__OK;
}

/* By competence. AT_TOP_LEVEL where no level is left. */
static enum rc raise_up(struct escalation_item *item)
{
    const enum rc rc = escalation_item_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const uint32_t above =
        escalation_target_level_above(item->step->site, item->info.area, item->ticket.level);
    if (above == 0) {
        item->result->code = PAIDAN__CODE__AT_TOP_LEVEL;
        return RC_OK;
    }
    if (escalation_target_policy(item->step->site, &item->info, item->ticket.level)
            ->raise_accepts) {
        return say_requested(item, PAIDAN__REQUEST_KIND__REQUEST_RAISE);
    }
    const struct escalation_raise raise = {.why = PAIDAN__WHY__WHY_COMPETENCE,
                                           .note = item->wish->note};
    return escalation_decide_raise(item->step, item->wish->ticket, &item->ticket, &item->info,
                                   above, &raise, item->index);
}

/* ---- deciding ---- */

/* What is decided on: by whom (NULL: nobody did in time), and how. */
struct decision {
    const char *unit;
    char *note;
    bool granted;
    uint32_t item;
};

static enum rc say_decided(struct step *step, uint64_t id, const struct escalation_ticket *ticket,
                           const struct escalation_extra *extra, const struct decision *decision)
{
    struct escalation_ticket copy = *ticket;
    Paidan__Decided decided = PAIDAN__DECIDED__INIT;
    decided.kind = (Paidan__RequestKind)extra->request;
    decided.granted = decision->granted;
    decided.note = decision->note;
    if (decision->unit != NULL) {
        decided.unit = arena_strdup(step->arena, decision->unit);
        if (decided.unit == NULL) {
            return RC_LIMIT;
        }
    }
    if (decision->granted && extra->request == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
        const struct escalation_clock *clock = escalation_state_clock(
            &copy, copy.round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE);
        if (clock == NULL) {
            return RC_CORRUPT;
        }
        struct escalation_clock longer = *clock;
        longer.extensions++;
        longer.flags &= (uint8_t)~ESCALATION_WARNED; /* the longer term warns anew */
        for (uint32_t index = 0; index < longer.step_count; index++) {
            longer.steps[index].fired = false;
        }
        const enum rc rc = escalation_term_again(step, &longer, &decided.clock);
        if (rc != RC_OK) {
            return rc;
        }
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.has_clock = decision->unit == NULL;
    cause.clock = PAIDAN__CLOCK__CLOCK_REQUEST;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_DECIDED;
    event.decided = &decided;
    return escalation_core_say(step, id, ticket, &event, decision->item);
}

/* Granted: the upper level has it from now on. */
static enum rc raise_granted(struct step *step, uint64_t id, const struct decision *decision)
{
    struct escalation_ticket ticket;
    struct escalation_info info;
    enum rc rc = escalation_state_load(step->txn, id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(step->txn, id, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const uint32_t above = escalation_target_level_above(step->site, info.area, ticket.level);
    if (above == 0) {
        return RC_OK; /* the site has lost its upper levels since: it stays */
    }
    const struct escalation_raise raise = {.why = PAIDAN__WHY__WHY_COMPETENCE,
                                           .note = decision->note};
    return escalation_decide_raise(step, id, &ticket, &info, above, &raise, decision->item);
}

static enum rc decide(struct step *step, uint64_t id, const struct escalation_ticket *ticket,
                      const struct escalation_extra *extra, const struct decision *decision)
{
    const bool raises = decision->granted && extra->request == PAIDAN__REQUEST_KIND__REQUEST_RAISE;
    const enum rc rc = say_decided(step, id, ticket, extra, decision);
    return rc == RC_OK && raises ? raise_granted(step, id, decision) : rc;
}

enum rc escalation_request_lapse(struct step *step, uint64_t id,
                                 const struct escalation_ticket *ticket,
                                 const struct escalation_extra *extra)
{
    const struct decision decision = {.granted =
                                          extra->request == PAIDAN__REQUEST_KIND__REQUEST_RAISE};
    return decide(step, id, ticket, extra, &decision);
}

/* An open request is decided by whom it was put to; an appeal by a supervising unit. */
static Paidan__Code judge_decide(struct escalation_item *item, const char **detail)
{
    const bool supervises = site_supervises(item->step->site, item->unit);
    (void)detail;
    const bool own = strcmp(item->ticket.unit, item->unit) == 0;
    if (item->extra.request != 0) {
        return (supervises && !own) || strcmp(item->extra.request_to, item->unit) == 0
                   ? PAIDAN__CODE__OK
                   : PAIDAN__CODE__NOT_YOUR_DECISION;
    }
    if (item->extra.appeal != ESCALATION_APPEAL_OPEN) {
        return PAIDAN__CODE__NO_REQUEST_OPEN;
    }
    if (own && supervises && strcmp(supervisor_of(item->step->site, item->unit), item->unit) != 0) {
        return PAIDAN__CODE__NOT_YOUR_DECISION;
    }
    return supervises ? PAIDAN__CODE__OK : PAIDAN__CODE__NOT_SUPERVISOR;
}

/* The term passed while the request waited: an extension comes before expiry or not at all. */
static bool comes_too_late(struct escalation_item *item)
{
    const struct escalation_clock *clock = work_clock(item);
    return item->extra.request == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION &&
           (clock == NULL || (clock->flags & ESCALATION_EXPIRED) != 0 ||
            clock->due_ms <= item->step->now_ms);
}

static enum rc act(struct escalation_item *item, bool granted)
{
    if (item->extra.request == 0) {
        return escalation_appeal_rule(item, granted);
    }
    if (granted && comes_too_late(item)) {
        item->result->code = PAIDAN__CODE__CLOCK_EXPIRED;
        return RC_OK;
    }
    const struct decision decision = {.unit = item->unit,
                                      .note = escalation_item_note(item),
                                      .granted = granted,
                                      .item = item->index};
    return decide(item->step, item->wish->ticket, &item->ticket, &item->extra, &decision);
}

static enum rc grant(struct escalation_item *item)
{
    return act(item, true);
}

static enum rc refuse(struct escalation_item *item)
{
    return act(item, false);
}

const struct escalation_rule escalation_rule_extend = {
    .signal = ESCALATION_ON_EXTEND, .note = true, .judge = judge_extend, .act = extend};
const struct escalation_rule escalation_rule_raise = {.signal = ESCALATION_ON_RAISE,
                                                      .note = true,
                                                      .many_facts = true,
                                                      .judge = judge_raise,
                                                      .act = raise_up};
const struct escalation_rule escalation_rule_grant = {.signal = ESCALATION_ON_DECIDE,
                                                      .who = ESCALATION_BY_ANYONE,
                                                      .keeps_lease = true,
                                                      .many_facts = true,
                                                      .judge = judge_decide,
                                                      .act = grant};
const struct escalation_rule escalation_rule_refuse = {.signal = ESCALATION_ON_DECIDE,
                                                       .who = ESCALATION_BY_ANYONE,
                                                       .note = true,
                                                       .keeps_lease = true,
                                                       .many_facts = true,
                                                       .judge = judge_decide,
                                                       .act = refuse};
