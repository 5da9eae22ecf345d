/* Folding: sees one fact, the tables and the counters; no site, no time. The same log gives the
 * same bytes.
 *
 * A fact is a signal to the same table that decided it (escalation_fsm.c); a fact that the table
 * refuses in the ticket's state contradicts the tables: RC_CORRUPT. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_count.h"
#include "escalation_evolve.h"

/* ---- one ticket changes ---- */

static void count(struct tally *tally, const struct escalation_ticket *ticket, uint64_t by)
{
    if (ticket->state == ESCALATION_NONE) {
        return;
    }
    tally->values[TALLY_STATE + ticket->state - 1] += by;
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT; watch++) {
        const bool watched = escalation_state_watched(ticket, (enum escalation_watch)watch);
        tally->values[TALLY_WATCH + watch] += watched ? by : 0;
    }
    if (!escalation_state_open(ticket)) {
        return;
    }
    CHECK(ticket->level >= 1);
    tally->values[TALLY_OPEN] += by;
    tally->values[TALLY_LEVEL + ticket->level - 1] += by;
    const Paidan__Card card = escalation_state_card(ticket);
    tally->values[TALLY_YELLOW] += card == PAIDAN__CARD__CARD_YELLOW ? by : 0;
    tally->values[TALLY_RED] += card == PAIDAN__CARD__CARD_RED ? by : 0;
    tally->values[TALLY_OVERDUE] += ticket->overdue_ms != 0 ? by : 0;
}

static enum rc move_queue(struct store_txn *txn, uint64_t id,
                          const struct escalation_ticket *before,
                          const struct escalation_ticket *after)
{
    unsigned char old[ESCALATION_QUEUE_KEY_BYTES], new[ESCALATION_QUEUE_KEY_BYTES];
    const bool was = escalation_state_queue_key(id, before, old);
    const bool now = escalation_state_queue_key(id, after, new);
    if (was && now && memcmp(old, new, sizeof old) == 0) {
        return RC_OK;
    }
    if (was) {
        const enum rc rc = store_del(txn, ESCALATION_QUEUE, old, sizeof old);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
    }
    return now ? store_put(txn, ESCALATION_QUEUE, new, sizeof new, "", 0) : RC_OK;
}

/* Most tickets stand in none of these lists. */
static enum rc move_watch(struct store_txn *txn, uint64_t id,
                          const struct escalation_ticket *before,
                          const struct escalation_ticket *after, enum escalation_watch watch)
{
    unsigned char old[ESCALATION_WATCH_KEY_BYTES], new[ESCALATION_WATCH_KEY_BYTES];
    const bool was = escalation_state_watch_key(id, before, watch, old);
    const bool now = escalation_state_watch_key(id, after, watch, new);
    if ((!was && !now) || (was && now && memcmp(old, new, sizeof old) == 0)) {
        return RC_OK;
    }
    if (was) {
        const enum rc rc = store_del(txn, ESCALATION_WATCH, old, sizeof old);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
    }
    return now ? store_put(txn, ESCALATION_WATCH, new, sizeof new, "", 0) : RC_OK;
}

static enum rc move_due(struct store_txn *txn, uint64_t id, const struct escalation_ticket *before,
                        const struct escalation_ticket *after)
{
    struct due old = {0}, new = {0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    const bool was = escalation_state_due(id, before, &old, &firing);
    const bool now = escalation_state_due(id, after, &new, &firing);
    if (was && now && old.due_ms == new.due_ms &&old.kind == new.kind) {
        return RC_OK;
    }
    if (was) {
        const enum rc rc = due_del(txn, &old);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return now ? due_put(txn, &new) : RC_OK;
}

/* Stores the record and moves everything that follows from it. */
static enum rc change(struct step_fold *fold, uint64_t id, const struct escalation_ticket *before,
                      const struct escalation_ticket *after)
{
    count(fold->tally, before, UINT64_MAX); /* minus one */
    count(fold->tally, after, 1);
    fold->tally->values[TALLY_TICKETS] += before->state == ESCALATION_NONE ? 1 : 0;
    enum rc rc = escalation_state_save(fold->txn, id, after);
    if (rc == RC_OK) {
        rc = move_queue(fold->txn, id, before, after);
    }
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT && rc == RC_OK; watch++) {
        rc = move_watch(fold->txn, id, before, after, (enum escalation_watch)watch);
    }
    return rc == RC_OK ? move_due(fold->txn, id, before, after) : rc;
}

/* ---- parts of facts ---- */

static bool take(char *field, size_t size, const char *text)
{
    const size_t bytes = strlen(text);
    if (bytes >= size) {
        return false;
    }
    memset(field, 0, size);
    memcpy(field, text, bytes + 1);
    return true;
}

static void drop_lease(struct escalation_ticket *ticket)
{
    ticket->lease_until_ms = 0;
    ticket->holder[0] = '\0';
}

static void drop_alarm(struct escalation_ticket *ticket)
{
    ticket->flags &= (uint8_t)~ESCALATION_ALARM_PARDONED;
    ticket->alarm_ms = 0;
    ticket->alarms = 0;
}

static void stop_clock(struct escalation_ticket *ticket, Paidan__Clock kind)
{
    struct escalation_clock *clock = escalation_state_clock(ticket, kind);
    if (clock != NULL) {
        clock->flags |= ESCALATION_STOPPED;
    }
}

/* Nothing of it runs any more. */
static void rest(struct escalation_ticket *ticket)
{
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        ticket->clocks[index].flags |= ESCALATION_STOPPED;
    }
    drop_lease(ticket);
    drop_alarm(ticket);
    ticket->overdue_ms = 0;
}

static enum rc take_clock(struct escalation_ticket *ticket, const Paidan__ClockSet *set)
{
    struct escalation_clock *clock = escalation_state_clock(ticket, set->clock);
    const bool runs_on = clock != NULL && set->clock != PAIDAN__CLOCK__CLOCK_ACCEPT &&
                         clock->start_ms == set->start_ms && clock->due_ms == set->due_ms;
    if (runs_on) {
        return RC_OK; /* with what fired already */
    }
    if (clock == NULL) {
        if (ticket->clock_count == ESCALATION_CLOCKS_MAX) {
            return RC_CORRUPT;
        }
        clock = &ticket->clocks[ticket->clock_count];
        ticket->clock_count++;
    }
    const bool counts =
        set->clock >= PAIDAN__CLOCK__CLOCK_ACCEPT && set->clock <= PAIDAN__CLOCK__CLOCK_REDO;
    return counts ? escalation_clock_take(clock, set) : RC_CORRUPT;
}

/* keep: clocks of before that the assignment names again run on, and stopped ones stay. */
static enum rc take_assignment(struct escalation_ticket *ticket, const Paidan__Assignment *to,
                               bool keep)
{
    const bool fits = to->level >= 1 && to->level <= SITE_LEVELS_MAX &&
                      to->n_assist <= SITE_ASSIST_MAX &&
                      take(ticket->unit, sizeof ticket->unit, to->unit);
    if (!fits) {
        return RC_CORRUPT;
    }
    const bool fallback = to->has_fallback && to->fallback;
    ticket->flags =
        (uint8_t)((ticket->flags & ~ESCALATION_FALLBACK) | (fallback ? ESCALATION_FALLBACK : 0));
    ticket->level = to->level;
    ticket->assist_count = (uint32_t)to->n_assist;
    for (size_t index = 0; index < to->n_assist; index++) {
        if (!take(ticket->assist[index], sizeof ticket->assist[index], to->assist[index])) {
            return RC_CORRUPT;
        }
    }
    if (!keep) {
        ticket->clock_count = 0;
    }
    for (size_t index = 0; index < to->n_clocks; index++) {
        const enum rc rc = take_clock(ticket, to->clocks[index]);
        if (rc != RC_OK) {
            return rc;
        }
    }
    drop_lease(ticket);
    return RC_OK;
}

/* Whether a missed clock runs on: then a ruling has repaired nothing. */
static bool is_missed(const struct escalation_ticket *ticket)
{
    bool missed = false;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const uint8_t flags = ticket->clocks[index].flags;
        missed =
            missed || (flags & (ESCALATION_EXPIRED | ESCALATION_STOPPED)) == ESCALATION_EXPIRED;
    }
    return missed;
}

/* ---- facts ---- */

static enum rc fold_assigned(struct step_fold *fold, uint64_t id, const Paidan__Assigned *assigned,
                             struct escalation_ticket *ticket)
{
    const bool ruled = assigned->why == PAIDAN__WHY__WHY_RULED;
    const bool stays = ruled && assigned->to->level == ticket->level;
    enum rc rc = take_assignment(ticket, assigned->to, stays);
    if (rc != RC_OK) {
        return rc;
    }
    if (ruled) {
        ticket->flags |= ESCALATION_RULED;
        if (!is_missed(ticket)) {
            drop_alarm(ticket);
            ticket->overdue_ms = 0;
        }
    }
    const bool fallback = assigned->to->has_fallback && assigned->to->fallback;
    fold->tally->values[ruled ? TALLY_RULED : TALLY_ASSIGNED]++;
    fold->tally->values[TALLY_FALLBACK] += fallback ? 1 : 0;
    struct escalation_info info = {.urgency = (uint32_t)assigned->urgency,
                                   .registered_ms = assigned->registered_ms};
    const bool fits = take(info.category, sizeof info.category, assigned->category) &&
                      take(info.area, sizeof info.area, assigned->area) &&
                      take(info.channel, sizeof info.channel, assigned->channel) &&
                      take(info.title, sizeof info.title, assigned->title);
    return fits ? escalation_state_save_info(fold->txn, id, &info) : RC_CORRUPT;
}

static enum rc fold_raised(struct step_fold *fold, const Paidan__Raised *raised,
                           struct escalation_ticket *ticket)
{
    if (raised->from_level != ticket->level || raised->to->level <= ticket->level) {
        return RC_CORRUPT;
    }
    const bool expired = raised->why == PAIDAN__WHY__WHY_EXPIRED;
    fold->tally->values[expired ? TALLY_RAISED_EXPIRED : TALLY_RAISED_COMPETENCE]++;
    if (expired && ticket->overdue_ms == 0) {
        ticket->overdue_ms = raised->due_ms;
    }
    ticket->raises++;
    drop_alarm(ticket); /* the clocks of the new level watch now */
    return take_assignment(ticket, raised->to, false);
}

/* The order takes it as it is: what was late is in the facts, the alarm begins anew. */
static enum rc fold_ordered(struct step_fold *fold, const Paidan__Ordered *ordered,
                            struct escalation_ticket *ticket)
{
    fold->tally->values[TALLY_ORDERED]++;
    drop_alarm(ticket);
    return ordered->from_level == ticket->level ? take_assignment(ticket, ordered->to, false)
                                                : RC_CORRUPT;
}

static enum rc fold_reopened(struct step_fold *fold, const Paidan__Reopened *reopened,
                             struct escalation_ticket *ticket)
{
    if (reopened->round != ticket->round + 1) {
        return RC_CORRUPT;
    }
    ticket->raises += reopened->to->level > ticket->level ? 1 : 0;
    ticket->round = reopened->round;
    fold->tally->values[TALLY_REOPENED]++;
    return take_assignment(ticket, reopened->to, false);
}

static enum rc fold_warned(struct step_fold *fold, const Paidan__Warned *warned,
                           struct escalation_ticket *ticket)
{
    struct escalation_clock *clock = escalation_state_clock(ticket, warned->clock);
    if (clock == NULL || (clock->flags & (ESCALATION_WARNED | ESCALATION_STOPPED)) != 0) {
        return RC_CORRUPT;
    }
    clock->flags |= ESCALATION_WARNED;
    fold->tally->values[TALLY_WARNED]++;
    return RC_OK;
}

static enum rc fold_step(struct escalation_ticket *ticket, const Paidan__Reminded *reminded)
{
    struct escalation_clock *clock = escalation_state_clock(ticket, reminded->clock);
    if (clock == NULL || (clock->flags & ESCALATION_STOPPED) != 0) {
        return RC_CORRUPT;
    }
    for (uint32_t index = 0; index < clock->step_count; index++) {
        struct escalation_clock_step *step = &clock->steps[index];
        if (step->at_ms == reminded->at_ms && step->does == reminded->does && !step->fired) {
            step->fired = true;
            return RC_OK;
        }
    }
    return RC_CORRUPT;
}

static enum rc fold_carded(struct step_fold *fold, const Paidan__Carded *carded,
                           struct escalation_ticket *ticket)
{
    fold->tally->values[TALLY_CARDED]++;
    if (carded->by_unit != NULL) {
        return RC_OK; /* of the extra record */
    }
    if (carded->clock == PAIDAN__CLOCK__CLOCK_CALLBACK) {
        ticket->flags |= ESCALATION_RED_END;
        return RC_OK;
    }
    struct escalation_clock *clock = escalation_state_clock(ticket, carded->clock);
    if (clock == NULL || (clock->flags & (ESCALATION_EXPIRED | ESCALATION_STOPPED)) != 0) {
        return RC_CORRUPT;
    }
    clock->flags |= ESCALATION_EXPIRED;
    ticket->flags &= (uint8_t)~ESCALATION_ALARM_PARDONED;
    ticket->alarm_ms = carded->next_alarm_ms;
    if (ticket->overdue_ms == 0) {
        ticket->overdue_ms = carded->due_ms;
    }
    return RC_OK;
}

static enum rc fold_alarmed(struct step_fold *fold, const Paidan__Alarmed *alarmed,
                            struct escalation_ticket *ticket)
{
    if (ticket->alarm_ms == 0 || alarmed->next_alarm_ms <= ticket->alarm_ms) {
        return RC_CORRUPT;
    }
    ticket->alarms = alarmed->count;
    ticket->alarm_ms = alarmed->next_alarm_ms;
    fold->tally->values[TALLY_ALARMED]++;
    return RC_OK;
}

static enum rc fold_closed(struct step_fold *fold, const Paidan__Closed *closed,
                           struct escalation_ticket *ticket)
{
    const bool known = closed->outcome >= PAIDAN__OUTCOME__OUTCOME_SOLVED &&
                       closed->outcome <= PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
    if (!known || closed->round != ticket->round) {
        return RC_CORRUPT;
    }
    ticket->outcome = (uint32_t)closed->outcome;
    ticket->satisfied = closed->has_satisfied ? (uint32_t)closed->satisfied : 0;
    fold->tally->values[TALLY_OUTCOME + ticket->outcome - 1]++;
    return RC_OK;
}

/* What a unit did. */
static enum rc fold_work(struct step_fold *fold, const Paidan__Event *event,
                         struct escalation_ticket *ticket)
{
    uint64_t *values = fold->tally->values;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        stop_clock(ticket, PAIDAN__CLOCK__CLOCK_ACCEPT);
        drop_lease(ticket);
        values[TALLY_ACCEPTED]++;
        values[TALLY_ACCEPTED_LATE] += event->accepted->late ? 1 : 0;
        return RC_OK;
    case PAIDAN__EVENT__FACT_CONTACTED:
        stop_clock(ticket, PAIDAN__CLOCK__CLOCK_CONTACT);
        values[TALLY_CONTACTED]++;
        values[TALLY_CONTACTED_LATE] += event->contacted->late ? 1 : 0;
        return RC_OK;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        values[TALLY_PROGRESSED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_RETURNED:
        ticket->returns = event->returned->count;
        drop_lease(ticket);
        values[TALLY_RETURNED]++;
        return RC_OK;
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_RESOLVED);
        values[TALLY_RESOLVED]++;
        values[TALLY_RESOLVED_LATE] += event->resolved->late ? 1 : 0;
        return event->resolved->round == ticket->round ? RC_OK : RC_CORRUPT;
    }
}

static enum rc fold_fact(struct step_fold *fold, uint64_t id, const Paidan__Event *event,
                         struct escalation_ticket *ticket)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return fold_assigned(fold, id, event->assigned, ticket);
    case PAIDAN__EVENT__FACT_RAISED:
        return fold_raised(fold, event->raised, ticket);
    case PAIDAN__EVENT__FACT_REOPENED:
        return fold_reopened(fold, event->reopened, ticket);
    case PAIDAN__EVENT__FACT_WARNED:
        return fold_warned(fold, event->warned, ticket);
    case PAIDAN__EVENT__FACT_REMINDED:
        fold->tally->values[TALLY_REMINDED]++;
        return fold_step(ticket, event->reminded);
    case PAIDAN__EVENT__FACT_CARDED:
        return fold_carded(fold, event->carded, ticket);
    case PAIDAN__EVENT__FACT_ALARMED:
        return fold_alarmed(fold, event->alarmed, ticket);
    case PAIDAN__EVENT__FACT_CLOSED:
        return fold_closed(fold, event->closed, ticket);
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        drop_lease(ticket);
        fold->tally->values[TALLY_LAPSED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_NOTED:
        ticket->chases = event->noted->has_chases ? event->noted->chases : ticket->chases;
        ticket->supplements += event->noted->supplement ? 1 : 0;
        fold->tally->values[TALLY_NOTED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_ORDERED:
        return fold_ordered(fold, event->ordered, ticket);
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_CONTACTED:
    case PAIDAN__EVENT__FACT_PROGRESSED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_RESOLVED:
        return fold_work(fold, event, ticket);
    default:
        return RC_OK; /* of the extra record alone */
    }
}

/* The record of what only some tickets have, folded beside the ticket's own. */
static enum rc fold_extra(struct step_fold *fold, const Paidan__Event *event,
                          const struct escalation_ticket *before, struct escalation_ticket *after)
{
    struct escalation_extra old;
    enum rc rc = escalation_extra_load(fold->txn, event->ticket, &old);
    if (rc != RC_OK) {
        return rc;
    }
    struct escalation_extra extra = old;
    rc = escalation_evolve_extra(fold, event, after, &extra);
    if (rc != RC_OK) {
        return rc;
    }
    if (strcmp(before->unit, after->unit) != 0) {
        extra.card = PAIDAN__CARD__CARD_NONE;
    }
    if (!escalation_state_open(after)) {
        escalation_evolve_rest(&extra, event->at_ms);
    }
    escalation_extra_mirror(&extra, after);
    const struct escalation_change was = {before, &old};
    const struct escalation_change is = {after, &extra};
    return escalation_evolve_store_extra(fold->txn, event->ticket, &was, &is);
}

/* The table of cards decides what the ticket shows now, whatever the records made of it. */
static enum rc fold_card(struct step_fold *fold, const Paidan__Event *event,
                         const struct escalation_ticket *before,
                         const struct escalation_ticket *after)
{
    enum escalation_card_signal signal = ESCALATION_CARD_MOVED;
    const bool moved = strcmp(before->unit, after->unit) != 0;
    if (!escalation_card_signal(event, &signal) && !moved) {
        return RC_OK;
    }
    const Paidan__Card was = escalation_state_card(before);
    const struct escalation_card_step go = escalation_card_step(was, signal);
    if (go.code != PAIDAN__CODE__OK || escalation_state_card(after) != go.next) {
        return RC_CORRUPT;
    }
    uint64_t *values = fold->tally->values;
    values[TALLY_CARDS_CANCELLED] += signal == ESCALATION_CARD_CANCELLED ? 1 : 0;
    if (go.next > was) {
        values[go.next == PAIDAN__CARD__CARD_RED ? TALLY_CARDS_RED : TALLY_CARDS_YELLOW]++;
    }
    return RC_OK;
}

static enum rc evolve_ticket(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const enum escalation_signal signal = escalation_evolve_signal(event);
    if (signal == ESCALATION_SIGNAL_COUNT || !event->has_ticket) {
        return RC_CORRUPT;
    }
    struct escalation_ticket before;
    enum rc rc = escalation_core_load(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_step go = escalation_fsm_step(before.state, signal);
    const uint64_t prev_seq = event->has_prev_seq ? event->prev_seq : 0;
    if (go.action <= ESCALATION_DO_IGNORE || prev_seq != before.last_seq) {
        return RC_CORRUPT;
    }
    struct escalation_ticket after = before;
    rc = fold_fact(fold, event->ticket, event, &after);
    if (rc != RC_OK) {
        return rc;
    }
    after.state = go.next;
    after.version++;
    after.last_seq = seq;
    after.changed_ms = event->at_ms;
    if (strcmp(before.unit, after.unit) != 0) {
        escalation_state_pardon(&after); /* the cards are the other unit's */
    }
    if (!escalation_state_open(&after)) {
        rest(&after);
    }
    const bool more = (before.flags & ESCALATION_HAS_EXTRA) != 0;
    if (more || escalation_evolve_touches(event)) {
        rc = fold_extra(fold, event, &before, &after);
        if (rc != RC_OK) {
            return rc;
        }
    }
    rc = fold_card(fold, event, &before, &after);
    if (rc == RC_OK) {
        rc = escalation_count_fold(fold, event, &before, &after);
    }
    return rc == RC_OK ? change(fold, event->ticket, &before, &after) : rc;
}

static enum rc evolve_leased(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Leased *leased = event->leased;
    for (size_t index = 0; index < leased->n_tickets; index++) {
        struct escalation_ticket before;
        const enum rc rc = escalation_state_load(fold->txn, leased->tickets[index], &before);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        const struct escalation_step go = escalation_fsm_step(before.state, ESCALATION_ON_PULL);
        if (go.action != ESCALATION_DO_LEASE || before.lease_until_ms != 0) {
            return RC_CORRUPT;
        }
        struct escalation_ticket after = before;
        after.lease_until_ms = leased->until_ms;
        after.version++;
        after.changed_ms = event->at_ms;
        if (!take(after.holder, sizeof after.holder, leased->holder)) {
            return RC_CORRUPT;
        }
        const enum rc changed = change(fold, leased->tickets[index], &before, &after);
        if (changed != RC_OK) {
            return changed;
        }
    }
    fold->tally->values[TALLY_LEASED] += leased->n_tickets;
    return RC_OK;
}

/* Open tickets are planned by the calendars as they are now, from the next step on. */
static enum rc evolve_site_changed(struct step_fold *fold, const Paidan__Event *event)
{
    const struct escalation_progress begin = {.due_ms = event->at_ms};
    return fold->tally->values[TALLY_OPEN] == 0 ? RC_OK
                                                : escalation_progress_save(fold->txn, &begin);
}

static enum rc evolve_replan_passed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__ReplanPassed *passed = event->replan_passed;
    struct escalation_progress progress;
    const enum rc rc = escalation_progress_load(fold->txn, &progress);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (!passed->has_next) {
        return escalation_progress_save(fold->txn, NULL);
    }
    const struct escalation_progress next = {.due_ms = progress.due_ms + 1,
                                             .after = passed->next,
                                             .looked_at = passed->looked_at,
                                             .moved = passed->moved};
    return passed->next > progress.after ? escalation_progress_save(fold->txn, &next) : RC_CORRUPT;
}

enum rc escalation_evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return evolve_site_changed(fold, event);
    case PAIDAN__EVENT__FACT_REPLAN_PASSED:
        return evolve_replan_passed(fold, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        fold->tally->values[TALLY_REFUSED_RECORDS]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_LEASED:
        return evolve_leased(fold, event);
    default:
        return evolve_ticket(fold, seq, event);
    }
}
