/* What a due row leads to.
 *
 * A row that is due only names a ticket: the ticket is read again, and what fires now follows from
 * its record. The fold of the fact sets the bit of what fired, and the row moves with the record,
 * so that each (ticket, clock, level, round, step) fires once, also after a crash between any two
 * steps.
 *
 * A warning is given while it still warns. Where nothing ran when it was due and its deadline has
 * passed since, it is passed over: what comes next in order of time fires for its row, until one of
 * them (at the latest the deadline itself) has taken the row away. So everything else happens as if
 * the service had run all the time. */

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

static enum rc load(struct escalation_moment *moment)
{
    CHECK(moment->id != 0);
    enum rc rc = escalation_state_load(moment->step->txn, moment->id, &moment->ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(moment->step->txn, moment->id, &moment->info);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Finds what fires when void warnings are passed over, and loads the extra record where it is of
 * that. A deadline that makes a warning void is due itself: there is always something. */
static enum rc find_next(struct escalation_moment *moment, struct due *next,
                         enum escalation_firing *firing)
{
    const uint64_t now_ms = moment->step->now_ms;
    struct escalation_ticket left = moment->ticket;
    escalation_state_pass_over(&left, now_ms);
    bool some = escalation_state_due(moment->id, &left, next, firing);
    CHECK(some);
    if (*firing == ESCALATION_FIRES_EXTRA) {
        const enum rc rc = escalation_extra_load(moment->step->txn, moment->id, &moment->extra);
        if (rc != RC_OK) {
            return rc;
        }
        struct escalation_extra extra = moment->extra;
        escalation_extra_pass_over(&extra, now_ms);
        escalation_extra_mirror(&extra, &left);
        some = escalation_state_due(moment->id, &left, next, firing);
        CHECK(some);
    }
    CHECK(next->due_ms <= now_ms);
    return RC_OK;
}

enum rc escalation_moment_load(struct step *step, const struct due *due,
                               struct escalation_moment *moment)
{
    CHECK(due->due_ms <= step->now_ms);
    moment->step = step;
    moment->id = due->id;
    moment->above = 0;
    enum rc rc = load(moment);
    if (rc != RC_OK) {
        return rc;
    }
    struct due next = {0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    const bool some = escalation_state_due(due->id, &moment->ticket, &next, &firing);
    if (!some || next.due_ms != due->due_ms || next.kind != due->kind) {
        return RC_CORRUPT;
    }
    rc = find_next(moment, &next, &firing);
    if (rc != RC_OK) {
        return rc;
    }
    moment->due_ms = next.due_ms;
    moment->clock = (Paidan__Clock)next.kind;
    moment->stands_in = next.due_ms != due->due_ms || next.kind != due->kind;
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
    /* Of a correction that put the deadline into the past (escalation_correct), nobody knew. */
    const struct escalation_clock *clock = NULL;
    for (uint32_t index = 0; index < moment->ticket.clock_count; index++) {
        clock = moment->ticket.clocks[index].clock == moment->clock ? &moment->ticket.clocks[index]
                                                                    : clock;
    }
    CHECK(clock != NULL);
    return moment->due_ms >= got_ms && (clock->flags & ESCALATION_COUNTED) == 0;
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
