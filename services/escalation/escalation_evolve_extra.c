/* Folding what only some tickets have (escalation_extra.h): one function for each fact that
 * changes it. */

#include "escalation_evolve.h"

#include <string.h>

enum {
    STEP_YELLOW = 1 << PAIDAN__STEP_DOES__STEP_YELLOW,
    STEP_RED = 1 << PAIDAN__STEP_DOES__STEP_RED,
    STEP_SUPERVISE = 1 << PAIDAN__STEP_DOES__STEP_SUPERVISE,
};

static bool is_late(bool has, bool late)
{
    return has && late;
}

bool escalation_evolve_touches(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REMINDED:
        return (event->reminded->does & (STEP_YELLOW | STEP_RED | STEP_SUPERVISE)) != 0;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        return is_late(event->accepted->has_late, event->accepted->late);
    case PAIDAN__EVENT__FACT_CONTACTED:
        return is_late(event->contacted->has_late, event->contacted->late);
    case PAIDAN__EVENT__FACT_RESOLVED:
        return is_late(event->resolved->has_late, event->resolved->late) ||
               event->resolved->has_mode;
    case PAIDAN__EVENT__FACT_RAISED:
        return event->raised->why == PAIDAN__WHY__WHY_EXPIRED;
    case PAIDAN__EVENT__FACT_CARDED:
    case PAIDAN__EVENT__FACT_CARD_CANCELLED:
    case PAIDAN__EVENT__FACT_SUSPENDED:
    case PAIDAN__EVENT__FACT_RESUMED:
    case PAIDAN__EVENT__FACT_REQUESTED:
    case PAIDAN__EVENT__FACT_DECIDED:
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
    case PAIDAN__EVENT__FACT_ASSIST_DONE:
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
    case PAIDAN__EVENT__FACT_PERSON_NAMED:
    case PAIDAN__EVENT__FACT_MODE_SET:
    case PAIDAN__EVENT__FACT_MODE_ENDED:
    case PAIDAN__EVENT__FACT_TERM_PASSED:
    case PAIDAN__EVENT__FACT_REPLANNED:
    case PAIDAN__EVENT__FACT_APPEALED:
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
    case PAIDAN__EVENT__FACT_URGED:
    case PAIDAN__EVENT__FACT_SUPERVISED:
        return true;
    default:
        return false;
    }
}

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

/* ---- suspension ---- */

static enum rc fold_suspended(const Paidan__Event *event, struct escalation_extra *extra)
{
    const Paidan__Suspended *suspended = event->suspended;
    if (extra->suspended_until_ms != 0 || extra->pause_count == ESCALATION_PAUSES_MAX ||
        suspended->count != extra->pause_count + 1 || suspended->until_ms <= event->at_ms) {
        return RC_CORRUPT;
    }
    extra->pauses[extra->pause_count] = (struct escalation_pause){.from_ms = event->at_ms};
    extra->pause_count++;
    extra->suspended_until_ms = suspended->until_ms;
    return RC_OK;
}

static void end_pause(struct escalation_extra *extra, uint64_t at_ms)
{
    if (extra->suspended_until_ms != 0) {
        extra->pauses[extra->pause_count - 1].until_ms = at_ms;
        extra->suspended_until_ms = 0;
    }
}

/* New moments of a clock that runs on: what fired stays fired. */
static enum rc run_on(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    return clock->clock == set->clock ? escalation_clock_take_again(clock, set) : RC_CORRUPT;
}

enum rc escalation_evolve_run_on(struct escalation_ticket *ticket, struct escalation_extra *extra,
                                 const struct escalation_again *again)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; index < again->clock_count && rc == RC_OK; index++) {
        struct escalation_clock *clock =
            escalation_state_clock(ticket, again->clocks[index]->clock);
        rc = clock == NULL ? RC_CORRUPT : run_on(clock, again->clocks[index]);
    }
    for (size_t index = 0; index < again->assist_count && rc == RC_OK; index++) {
        struct escalation_assist *task =
            escalation_extra_assist(extra, again->assists[index]->unit);
        rc = task == NULL ? RC_CORRUPT : run_on(&task->clock, again->assists[index]->clock);
    }
    if (rc == RC_OK && again->mode != NULL) {
        rc = extra->mode_open ? run_on(&extra->mode_clock, again->mode) : RC_CORRUPT;
    }
    return rc;
}

static enum rc fold_resumed(const Paidan__Event *event, struct escalation_ticket *ticket,
                            struct escalation_extra *extra)
{
    const Paidan__Resumed *resumed = event->resumed;
    const struct escalation_again again = {resumed->clocks, resumed->n_clocks, resumed->assists,
                                           resumed->n_assists, resumed->mode_clock};
    if (extra->suspended_until_ms == 0) {
        return RC_CORRUPT;
    }
    if (extra->person_due_ms != 0) { /* stood still like every clock */
        extra->person_due_ms += event->at_ms - extra->pauses[extra->pause_count - 1].from_ms;
    }
    end_pause(extra, event->at_ms);
    return escalation_evolve_run_on(ticket, extra, &again);
}

static enum rc fold_replanned(const Paidan__Replanned *replanned, struct escalation_ticket *ticket,
                              struct escalation_extra *extra)
{
    const struct escalation_again again = {replanned->clocks, replanned->n_clocks,
                                           replanned->assists, replanned->n_assists,
                                           replanned->mode_clock};
    return escalation_evolve_run_on(ticket, extra, &again);
}

/* ---- requests ---- */

static enum rc fold_requested(const Paidan__Event *event, struct escalation_extra *extra)
{
    const Paidan__Requested *requested = event->requested;
    const bool fits = extra->request == 0 &&
                      take(extra->request_unit, sizeof extra->request_unit, requested->unit) &&
                      take(extra->request_to, sizeof extra->request_to, requested->to_unit);
    extra->request = (uint8_t)requested->kind;
    extra->request_to_level = requested->has_to_level ? requested->to_level : 0;
    extra->request_at_ms = event->at_ms;
    extra->request_due_ms = requested->due_ms;
    return fits ? RC_OK : RC_CORRUPT;
}

static void drop_request(struct escalation_extra *extra)
{
    extra->request = 0;
    extra->request_to_level = 0;
    extra->request_at_ms = extra->request_due_ms = 0;
    memset(extra->request_unit, 0, sizeof extra->request_unit);
    memset(extra->request_to, 0, sizeof extra->request_to);
}

/* A granted extension: the clock gets its new moments, and warns again. */
static enum rc fold_decided(struct step_fold *fold, const Paidan__Event *event,
                            struct escalation_ticket *ticket, struct escalation_extra *extra)
{
    const Paidan__Decided *decided = event->decided;
    if (extra->request != (uint8_t)decided->kind) {
        return RC_CORRUPT;
    }
    drop_request(extra);
    const bool extends = decided->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    if (!extends || !decided->granted) {
        fold->tally->values[TALLY_EXTENSIONS_REFUSED] += extends ? 1 : 0;
        return RC_OK;
    }
    struct escalation_clock *clock =
        decided->clock == NULL ? NULL : escalation_state_clock(ticket, decided->clock->clock);
    if (clock == NULL || escalation_clock_take(clock, decided->clock) != RC_OK) {
        return RC_CORRUPT;
    }
    fold->tally->values[TALLY_EXTENDED]++;
    return RC_OK;
}

/* ---- working together ---- */

static enum rc fold_asked(const Paidan__AssistAsked *asked, struct escalation_extra *extra)
{
    struct escalation_assist *task = escalation_extra_assist(extra, asked->unit);
    if (task == NULL) {
        if (extra->assist_count == SITE_ASSIST_MAX) {
            return RC_CORRUPT;
        }
        task = &extra->assists[extra->assist_count];
        extra->assist_count++;
    } else if (!task->done) {
        return RC_CORRUPT;
    }
    memset(task, 0, sizeof *task);
    task->clock.clock = PAIDAN__CLOCK__CLOCK_ASSIST;
    const bool fits =
        take(task->unit, sizeof task->unit, asked->unit) &&
        (asked->clock == NULL || escalation_clock_take(&task->clock, asked->clock) == RC_OK);
    return fits ? RC_OK : RC_CORRUPT;
}

static enum rc fold_assist(struct step_fold *fold, const Paidan__Event *event,
                           struct escalation_extra *extra)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_ASKED) {
        fold->tally->values[TALLY_ASSISTS]++;
        return fold_asked(event->assist_asked, extra);
    }
    const bool done = event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE;
    struct escalation_assist *task =
        escalation_extra_assist(extra, done ? event->assist_done->unit : event->assist_late->unit);
    if (task == NULL || task->done) {
        return RC_CORRUPT;
    }
    if (done) {
        task->done = true;
        task->late = is_late(event->assist_done->has_late, event->assist_done->late);
        fold->tally->values[TALLY_ASSISTS_LATE] += task->late ? 1 : 0;
    } else {
        task->late = true;
        task->clock.flags |= ESCALATION_EXPIRED;
    }
    return RC_OK;
}

/* ---- persons and modes ---- */

static enum rc fold_mode(struct step_fold *fold, const Paidan__Event *event,
                         struct escalation_extra *extra)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_MODE_ENDED) {
        const bool good = extra->mode_open && extra->mode == (uint8_t)event->mode_ended->mode;
        extra->mode_open = false;
        memset(&extra->mode_clock, 0, sizeof extra->mode_clock);
        fold->tally->values[TALLY_MODES_ENDED]++;
        return good ? RC_OK : RC_CORRUPT;
    }
    const Paidan__ModeSet *set = event->mode_set;
    if (extra->mode_open) {
        return RC_CORRUPT;
    }
    extra->mode = (uint8_t)set->mode;
    extra->mode_open = set->mode >= PAIDAN__MODE__MODE_MEDIATION;
    memset(&extra->mode_clock, 0, sizeof extra->mode_clock);
    if (extra->mode_open) {
        extra->mode_clock.clock =
            (Paidan__Clock)(PAIDAN__CLOCK__CLOCK_MEDIATION +
                            ((int)set->mode - (int)PAIDAN__MODE__MODE_MEDIATION));
    }
    return set->clock == NULL ? RC_OK : escalation_clock_take(&extra->mode_clock, set->clock);
}

static enum rc fold_term(const Paidan__TermPassed *passed, struct escalation_extra *extra)
{
    if (passed->clock == PAIDAN__CLOCK__CLOCK_PERSON) {
        const bool good = extra->person_due_ms == passed->due_ms;
        extra->person_due_ms = 0;
        return good ? RC_OK : RC_CORRUPT;
    }
    const bool good = extra->mode_open && extra->mode_clock.clock == passed->clock &&
                      (extra->mode_clock.flags & ESCALATION_EXPIRED) == 0;
    extra->mode_clock.flags |= ESCALATION_EXPIRED;
    return good ? RC_OK : RC_CORRUPT;
}

/* ---- appeals, urging, watching ---- */

static enum rc fold_appeal(struct step_fold *fold, const Paidan__Event *event,
                           struct escalation_extra *extra)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_APPEALED) {
        const bool good = extra->appeal == ESCALATION_NO_APPEAL && extra->late != 0;
        extra->appeal = ESCALATION_APPEAL_OPEN;
        fold->tally->values[TALLY_APPEALED]++;
        return good ? RC_OK : RC_CORRUPT;
    }
    const bool good = extra->appeal == ESCALATION_APPEAL_OPEN;
    const bool granted = event->appeal_ruled->granted;
    extra->appeal = granted ? ESCALATION_APPEAL_GRANTED : ESCALATION_APPEAL_REFUSED;
    fold->tally->values[TALLY_EXEMPT] += granted ? 1 : 0;
    return good ? RC_OK : RC_CORRUPT;
}

static enum rc fold_urged(struct step_fold *fold, const Paidan__Urged *urged,
                          struct escalation_extra *extra)
{
    if (urged->count != extra->urges + 1) {
        return RC_CORRUPT;
    }
    extra->urges = urged->count;
    fold->tally->values[TALLY_URGED]++;
    return RC_OK;
}

static enum rc fold_supervised(struct step_fold *fold, const Paidan__Supervised *supervised,
                               struct escalation_extra *extra)
{
    if (extra->supervise != 0) {
        return RC_CORRUPT;
    }
    extra->supervise = (uint8_t)(1 + (supervised->has_rule ? (unsigned)supervised->rule : 0));
    fold->tally->values[TALLY_SUPERVISED]++;
    return RC_OK;
}

/* The card that steps and hands gave, by the table of cards. */
static void fold_given(const Paidan__Event *event, struct escalation_extra *extra)
{
    enum escalation_card_signal signal = ESCALATION_CARD_MOVED;
    const bool given = escalation_card_signal(event, &signal) &&
                       signal >= ESCALATION_CARD_STEP_YELLOW && signal <= ESCALATION_CARD_HAND_RED;
    if (given) {
        extra->card = (uint8_t)escalation_card_step((Paidan__Card)extra->card, signal).next;
    }
}

static void fold_reminded(struct step_fold *fold, const Paidan__Reminded *reminded,
                          struct escalation_extra *extra)
{
    if ((reminded->does & STEP_SUPERVISE) != 0 && extra->supervise == 0) {
        extra->supervise = 1 + PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP;
        fold->tally->values[TALLY_SUPERVISED]++;
    }
}

static enum rc fold_cancelled(const Paidan__CardCancelled *cancelled,
                              struct escalation_ticket *ticket, struct escalation_extra *extra)
{
    const bool good = cancelled->card == escalation_state_card(ticket);
    extra->card = PAIDAN__CARD__CARD_NONE;
    extra->cancelled_cards++;
    escalation_state_pardon(ticket);
    return good ? RC_OK : RC_CORRUPT;
}

/* ---- lateness and moves ---- */

/* Which clocks were missed: a fact for ever. */
static void fold_late(const Paidan__Event *event, const struct escalation_ticket *ticket,
                      struct escalation_extra *extra)
{
    unsigned clock = 0;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        clock = event->accepted->late ? PAIDAN__CLOCK__CLOCK_ACCEPT : 0;
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        clock = event->contacted->late ? PAIDAN__CLOCK__CLOCK_CONTACT : 0;
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        if (event->resolved->late) {
            clock = ticket->round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
        }
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        clock = event->raised->has_clock ? (unsigned)event->raised->clock : 0;
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        clock = event->carded->by_unit == NULL ? (unsigned)event->carded->clock : 0;
        break;
    default:
        break;
    }
    extra->late |= clock == 0 || clock == PAIDAN__CLOCK__CLOCK_CALLBACK ? 0 : 1u << clock;
}

/* Another unit has it now: the old one's person and request are gone. Open tasks of assisting units
 * and an open mode go with the ticket; a new round begins without both. */
static void fold_moved(const Paidan__Event *event, const struct escalation_ticket *ticket,
                       struct escalation_extra *extra)
{
    struct escalation_assist *own = escalation_extra_assist(extra, ticket->unit);
    if (own != NULL) {
        own->done = true; /* it leads now */
    }
    drop_request(extra);
    memset(extra->person, 0, sizeof extra->person);
    extra->person_due_ms = 0;
    end_pause(extra, event->at_ms);
    if (event->fact_case == PAIDAN__EVENT__FACT_REOPENED) {
        memset(extra->assists, 0, sizeof extra->assists);
        extra->assist_count = 0;
        extra->mode = 0;
        extra->mode_open = false;
        memset(&extra->mode_clock, 0, sizeof extra->mode_clock);
    }
}

static enum rc fold_own(struct step_fold *fold, const Paidan__Event *event,
                        struct escalation_ticket *ticket, struct escalation_extra *extra)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SUSPENDED:
        fold->tally->values[TALLY_SUSPENDED]++;
        return fold_suspended(event, extra);
    case PAIDAN__EVENT__FACT_RESUMED:
        return fold_resumed(event, ticket, extra);
    case PAIDAN__EVENT__FACT_REPLANNED:
        fold->tally->values[TALLY_REPLANNED]++;
        return fold_replanned(event->replanned, ticket, extra);
    case PAIDAN__EVENT__FACT_REQUESTED:
        return fold_requested(event, extra);
    case PAIDAN__EVENT__FACT_DECIDED:
        return fold_decided(fold, event, ticket, extra);
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
    case PAIDAN__EVENT__FACT_ASSIST_DONE:
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
        return fold_assist(fold, event, extra);
    case PAIDAN__EVENT__FACT_PERSON_NAMED:
        extra->person_due_ms = event->person_named->due_ms;
        return take(extra->person, sizeof extra->person, event->person_named->person) ? RC_OK
                                                                                      : RC_CORRUPT;
    case PAIDAN__EVENT__FACT_MODE_SET:
    case PAIDAN__EVENT__FACT_MODE_ENDED:
        return fold_mode(fold, event, extra);
    case PAIDAN__EVENT__FACT_TERM_PASSED:
        return fold_term(event->term_passed, extra);
    case PAIDAN__EVENT__FACT_APPEALED:
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        return fold_appeal(fold, event, extra);
    case PAIDAN__EVENT__FACT_REMINDED:
        fold_reminded(fold, event->reminded, extra);
        return RC_OK;
    case PAIDAN__EVENT__FACT_CARD_CANCELLED:
        return fold_cancelled(event->card_cancelled, ticket, extra);
    case PAIDAN__EVENT__FACT_URGED:
        return fold_urged(fold, event->urged, extra);
    case PAIDAN__EVENT__FACT_SUPERVISED:
        return fold_supervised(fold, event->supervised, extra);
    default:
        return RC_OK;
    }
}

enum rc escalation_evolve_extra(struct step_fold *fold, const Paidan__Event *event,
                                struct escalation_ticket *ticket, struct escalation_extra *extra)
{
    fold_late(event, ticket, extra);
    fold_given(event, extra);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
        fold_moved(event, ticket, extra);
        return RC_OK;
    case PAIDAN__EVENT__FACT_RETURNED:
        drop_request(extra); /* the desk decides now */
        return RC_OK;
    case PAIDAN__EVENT__FACT_RESOLVED:
        extra->mode = event->resolved->has_mode ? (uint8_t)event->resolved->mode : extra->mode;
        return RC_OK;
    default:
        return fold_own(fold, event, ticket, extra);
    }
}

void escalation_evolve_rest(struct escalation_extra *extra, uint64_t at_ms)
{
    drop_request(extra);
    extra->person_due_ms = 0;
    end_pause(extra, at_ms);
}

/* ---- rows of assisting units ---- */

static enum rc drop_rows(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                         const struct escalation_extra *extra)
{
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
        if (!escalation_extra_queue_key(id, ticket, &extra->assists[index], key)) {
            continue;
        }
        const enum rc rc = store_del(txn, ESCALATION_QUEUE, key, sizeof key);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
    }
    return RC_OK;
}

static enum rc put_rows(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                        const struct escalation_extra *extra)
{
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
        if (!escalation_extra_queue_key(id, ticket, &extra->assists[index], key)) {
            continue;
        }
        const enum rc rc = store_put(txn, ESCALATION_QUEUE, key, sizeof key, "", 0);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

enum rc escalation_evolve_store_extra(struct store_txn *txn, uint64_t id,
                                      const struct escalation_change *before,
                                      const struct escalation_change *after)
{
    enum rc rc = drop_rows(txn, id, before->ticket, before->extra);
    if (rc == RC_OK) {
        rc = put_rows(txn, id, after->ticket, after->extra);
    }
    return rc == RC_OK ? escalation_extra_save(txn, id, after->extra) : rc;
}
