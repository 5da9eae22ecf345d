/* What a due row leads to.
 *
 * A row that is due only names a ticket: the ticket is read again, and what fires now follows from
 * its record. The fold of the fact sets the bit of what fired, and the row moves with the record,
 * so that each (ticket, clock, level, round, step) fires once, also after a crash between any two
 * steps. */

#include "escalation_moment.h"

#include "common/base/check.h"
#include "escalation_target.h"

/* What an expired clock does: raise where a level is left and the site does not say card. */
static enum escalation_signal signal_expired(struct escalation_moment *moment)
{
    CHECK(moment->clock <= PAIDAN__CLOCK__CLOCK_REDO);
    const struct site *site = moment->step->site;
    const struct site_clock_rule *rule =
        escalation_target_rule(site, &moment->info, moment->ticket.level, moment->clock);
    moment->above = escalation_target_level_above(site, moment->info.area, moment->ticket.level);
    /* A clock that the site has dropped since it started still raises: never silence. */
    const bool raises = rule == NULL || rule->expiry == SITE_RAISE;
    return raises && moment->above != 0 ? ESCALATION_ON_EXPIRE : ESCALATION_ON_CARD;
}

/* Of what only some tickets have. A reminder comes before what it reminds of. */
static enum escalation_signal signal_extra(const struct escalation_moment *moment)
{
    CHECK(moment->clock != 0);
    switch (moment->clock) {
    case PAIDAN__CLOCK__CLOCK_SUSPENSION:
        return ESCALATION_ON_PAUSE_END;
    case PAIDAN__CLOCK__CLOCK_ASSIST:
        return ESCALATION_ON_ASSIST_LATE;
    case PAIDAN__CLOCK__CLOCK_REQUEST:
        return moment->extra.request_remind_ms == moment->due_ms ? ESCALATION_ON_STEP
                                                                 : ESCALATION_ON_DECIDE;
    case PAIDAN__CLOCK__CLOCK_APPEAL:
        return moment->extra.appeal_remind_ms == moment->due_ms ? ESCALATION_ON_STEP
                                                                : ESCALATION_ON_RULE_APPEAL;
    default:
        return ESCALATION_ON_TERM; /* of a named person or of a mode */
    }
}

static enum escalation_signal signal_of(struct escalation_moment *moment,
                                        enum escalation_firing firing)
{
    switch (firing) {
    case ESCALATION_FIRES_DEADLINE:
        return signal_expired(moment);
    case ESCALATION_FIRES_WARNING:
        return ESCALATION_ON_WARN;
    case ESCALATION_FIRES_LEASE_END:
        return ESCALATION_ON_LAPSE;
    case ESCALATION_FIRES_ALARM:
        return ESCALATION_ON_ALARM;
    case ESCALATION_FIRES_STEP:
        return ESCALATION_ON_STEP;
    default:
        CHECK(firing == ESCALATION_FIRES_EXTRA);
        return signal_extra(moment);
    }
}

enum rc escalation_moment_load(struct step *step, const struct due *due,
                               struct escalation_moment *moment)
{
    CHECK(due->due_ms <= step->now_ms);
    moment->step = step;
    moment->id = due->id;
    moment->due_ms = due->due_ms;
    moment->clock = (Paidan__Clock)due->kind;
    moment->above = 0;
    enum rc rc = escalation_state_load(step->txn, due->id, &moment->ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(step->txn, due->id, &moment->info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    struct due next = {0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    const bool some = escalation_state_due(due->id, &moment->ticket, &next, &firing);
    if (!some || next.due_ms != due->due_ms || next.kind != due->kind) {
        return RC_CORRUPT;
    }
    if (firing == ESCALATION_FIRES_EXTRA) {
        rc = escalation_extra_load(step->txn, due->id, &moment->extra);
        if (rc != RC_OK) {
            return rc;
        }
    }
    moment->signal = signal_of(moment, firing);
    if (escalation_fsm_step(moment->ticket.state, moment->signal).action != ESCALATION_DO_SAY) {
        return RC_CORRUPT; /* a state in which nothing may be due */
    }
    return RC_OK;
}

bool escalation_moment_counts(const struct escalation_moment *moment)
{
    CHECK(moment->clock >= PAIDAN__CLOCK__CLOCK_ACCEPT);
    CHECK(moment->clock <= PAIDAN__CLOCK__CLOCK_REDO);
    CHECK(moment->ticket.clock_count > 0);
    /* It got it when its newest clock began: accept, where the policy has a term for it. */
    uint64_t got_ms = 0;
    for (uint32_t index = 0; index < moment->ticket.clock_count; index++) {
        const uint64_t start_ms = moment->ticket.clocks[index].start_ms;
        got_ms = start_ms > got_ms ? start_ms : got_ms;
    }
    return moment->due_ms >= got_ms;
}

enum rc escalation_moment_say(const struct escalation_moment *moment, const ProtobufCMessage *fact)
{
    CHECK(moment->clock != 0);
    const struct escalation_saying about = {.id = moment->id,
                                            .ticket = &moment->ticket,
                                            .signal = moment->signal,
                                            .clock = moment->clock};
    return escalation_say(moment->step, &about, fact);
}
