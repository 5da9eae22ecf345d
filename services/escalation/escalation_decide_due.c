/* Deadlines: a row that is due names a ticket; the ticket is read again and what fires now is said.
 * Its folding sets the bit of what fired, so it fires once. */

#include "escalation_core.h"

#include "common/base/check.h"

/* Says what a deadline made true: the cause names its clock. */
static enum rc say(struct step *step, const struct due *due, const struct escalation_ticket *ticket,
                   Paidan__Event *event)
{
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.has_clock = true;
    cause.clock = (Paidan__Clock)due->kind;
    event->cause = &cause;
    return escalation_core_say(step, due->id, ticket, event, 0);
}

static enum rc say_warned(struct step *step, const struct due *due,
                          const struct escalation_ticket *ticket)
{
    struct escalation_ticket copy = *ticket;
    const struct escalation_clock *clock = escalation_state_clock(&copy, (Paidan__Clock)due->kind);
    CHECK(clock != NULL);
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    warned.clock = clock->clock;
    warned.level = ticket->level;
    warned.due_ms = clock->due_ms;
    warned.card = PAIDAN__CARD__CARD_YELLOW;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WARNED;
    event.warned = &warned;
    return say(step, due, ticket, &event);
}

static enum rc say_carded(struct step *step, const struct due *due,
                          const struct escalation_ticket *ticket,
                          const struct escalation_info *info)
{
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.clock = (Paidan__Clock)due->kind;
    carded.level = ticket->level;
    carded.due_ms = due->due_ms;
    /* An alarm that already repeats is not put off by a second clock. */
    carded.next_alarm_ms = ticket->alarm_ms != 0
                               ? ticket->alarm_ms
                               : escalation_target_next_alarm(step, info, ticket->level);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CARDED;
    event.carded = &carded;
    const enum rc rc = say(step, due, ticket, &event);
    return rc == RC_OK ? escalation_supervise_by_rule(step, due->id,
                                                      PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD, 0)
                       : rc;
}

static enum rc say_alarmed(struct step *step, const struct due *due,
                           const struct escalation_ticket *ticket,
                           const struct escalation_info *info)
{
    Paidan__Alarmed alarmed = PAIDAN__ALARMED__INIT;
    alarmed.count = ticket->alarms + 1;
    alarmed.level = ticket->level;
    alarmed.next_alarm_ms = escalation_target_next_alarm(step, info, ticket->level);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ALARMED;
    event.alarmed = &alarmed;
    return say(step, due, ticket, &event);
}

static enum rc say_lapsed(struct step *step, const struct due *due,
                          const struct escalation_ticket *ticket)
{
    Paidan__LeaseLapsed lapsed = PAIDAN__LEASE_LAPSED__INIT;
    lapsed.until_ms = ticket->lease_until_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_LEASE_LAPSED;
    event.lease_lapsed = &lapsed;
    const enum rc rc = say(step, due, ticket, &event);
    if (rc == RC_OK) {
        step_wake(step, step_key(ticket->unit));
    }
    return rc;
}

enum rc escalation_decide_raise(struct step *step, uint64_t id,
                                const struct escalation_ticket *ticket,
                                const struct escalation_info *info, uint32_t level,
                                const struct escalation_raise *raise, uint32_t item)
{
    CHECK(level > ticket->level);
    struct escalation_target target;
    escalation_target_owner(step->site, info, level, &target);
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    enum rc rc = escalation_assignment_make(step, info, &target, ESCALATION_START_ALL,
                                            ticket->round, NULL, &raised.to);
    if (rc != RC_OK) {
        return rc;
    }
    raised.from_level = ticket->level;
    raised.from_unit = arena_strdup(step->arena, ticket->unit);
    raised.why = raise->why;
    if (raise->why == PAIDAN__WHY__WHY_EXPIRED) {
        raised.has_clock = true;
        raised.clock = raise->clock;
        raised.has_due_ms = true;
        raised.due_ms = raise->due_ms;
    }
    if (raise->note != NULL) {
        raised.note = arena_strdup(step->arena, raise->note);
    }
    if (raised.from_unit == NULL || (raise->note != NULL && raised.note == NULL)) {
        return RC_LIMIT;
    }
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.has_clock = raised.has_clock;
    cause.clock = raised.clock;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &raised;
    rc = escalation_core_say(step, id, ticket, &event, item);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(raised.to->unit));
    return escalation_joint_begin(step, id, info, raised.to, item);
}

/* What an expired clock does: raise where a level is left and the site does not say card. */
static enum escalation_signal expiry_signal(const struct step *step, const struct due *due,
                                            const struct escalation_ticket *ticket,
                                            const struct escalation_info *info, uint32_t *above)
{
    const struct site_clock_rule *rule =
        escalation_target_rule(step->site, info, ticket->level, (Paidan__Clock)due->kind);
    *above = escalation_target_level_above(step->site, info->area, ticket->level);
    /* A clock that the site has dropped since it started still raises: never silence. */
    const bool raises = rule == NULL || rule->expiry == SITE_RAISE;
    return raises && *above != 0 ? ESCALATION_ON_EXPIRE : ESCALATION_ON_CARD;
}

enum rc escalation_decide_due(struct step *step, const struct step_input *input)
{
    const struct due *due = &input->due;
    if (due->kind == PAIDAN__CLOCK__CLOCK_REPLAN) {
        return escalation_decide_replan_due(step);
    }
    struct escalation_ticket ticket;
    struct escalation_info info;
    struct due next = {0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    enum rc rc = escalation_state_load(step->txn, due->id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(step->txn, due->id, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const bool some = escalation_state_due(due->id, &ticket, &next, &firing);
    if (!some || next.due_ms != due->due_ms || next.kind != due->kind) {
        return RC_CORRUPT;
    }
    if (firing == ESCALATION_FIRES_EXTRA) {
        return escalation_decide_extra(step, due->id, &ticket);
    }
    static const enum escalation_signal signals[] = {
        [ESCALATION_FIRES_WARNING] = ESCALATION_ON_WARN,
        [ESCALATION_FIRES_LEASE_END] = ESCALATION_ON_LAPSE,
        [ESCALATION_FIRES_ALARM] = ESCALATION_ON_ALARM,
        [ESCALATION_FIRES_STEP] = ESCALATION_ON_STEP,
    };
    uint32_t above = 0;
    const enum escalation_signal signal = firing == ESCALATION_FIRES_DEADLINE
                                              ? expiry_signal(step, due, &ticket, &info, &above)
                                              : signals[firing];
    const struct escalation_raise raise = {
        .why = PAIDAN__WHY__WHY_EXPIRED, .clock = (Paidan__Clock)due->kind, .due_ms = due->due_ms};
    switch (escalation_fsm_step(ticket.state, signal).action) {
    case ESCALATION_DO_WARN:
        return say_warned(step, due, &ticket);
    case ESCALATION_DO_REMIND:
        return escalation_decide_remind(step, due, &ticket, &info);
    case ESCALATION_DO_RAISE:
        return escalation_decide_raise(step, due->id, &ticket, &info, above, &raise, 0);
    case ESCALATION_DO_CARD:
        return say_carded(step, due, &ticket, &info);
    case ESCALATION_DO_ALARM:
        return say_alarmed(step, due, &ticket, &info);
    case ESCALATION_DO_LAPSE:
        return say_lapsed(step, due, &ticket);
    default:
        return RC_CORRUPT; /* a state in which nothing may be due */
    }
}
