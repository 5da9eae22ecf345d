/* Cards 普通 → 黄牌 → 红牌: their table, and every fact that gives or cancels one.
 *
 * Owns extra.card (given by steps and by hand), a clock's WARNED and EXPIRED bits and the ticket's
 * RED_END. The table decides what a ticket shows after a fact, whatever the records made of it: a
 * fold whose outcome differs contradicts the log (escalation_card_fold). It is printed for people
 * in tests/golden/escalation_card.txt. */

#include "escalation_card.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation_supervise.h"
#include "escalation_target.h"

enum { CARDS = PAIDAN__CARD__CARD_RED + 1 };

static_assert(PAIDAN__CARD__CARD_NONE == 0 && PAIDAN__CARD__CARD_YELLOW == 1 &&
                  PAIDAN__CARD__CARD_RED == 2,
              "cards are stored: never renumber; higher is worse");

/* GO also where nothing changes: allowed, no harm. */
#define GO(card)                                                                                   \
    {                                                                                              \
        PAIDAN__CARD__CARD_##card, PAIDAN__CODE__OK                                                \
    }
#define NO(card, why)                                                                              \
    {                                                                                              \
        PAIDAN__CARD__CARD_##card, PAIDAN__CODE__##why                                             \
    }

static const struct escalation_card_step steps[CARDS][ESCALATION_CARD_SIGNAL_COUNT] = {
    [PAIDAN__CARD__CARD_NONE] =
        {
            [ESCALATION_CARD_WARNED] = GO(YELLOW),
            [ESCALATION_CARD_EXPIRED] = GO(RED),
            [ESCALATION_CARD_GIVEN_UP] = GO(RED),
            [ESCALATION_CARD_STEP_YELLOW] = GO(YELLOW),
            [ESCALATION_CARD_STEP_RED] = GO(RED),
            [ESCALATION_CARD_HAND_YELLOW] = GO(YELLOW),
            [ESCALATION_CARD_HAND_RED] = GO(RED),
            [ESCALATION_CARD_CANCELLED] = NO(NONE, NO_CARD),
            [ESCALATION_CARD_MOVED] = GO(NONE),
        },
    [PAIDAN__CARD__CARD_YELLOW] =
        {
            [ESCALATION_CARD_WARNED] = GO(YELLOW),
            [ESCALATION_CARD_EXPIRED] = GO(RED),
            [ESCALATION_CARD_GIVEN_UP] = GO(RED),
            [ESCALATION_CARD_STEP_YELLOW] = GO(YELLOW),
            [ESCALATION_CARD_STEP_RED] = GO(RED),
            [ESCALATION_CARD_HAND_YELLOW] = NO(YELLOW, CARD_NOT_HIGHER),
            [ESCALATION_CARD_HAND_RED] = GO(RED),
            [ESCALATION_CARD_CANCELLED] = GO(NONE),
            [ESCALATION_CARD_MOVED] = GO(NONE),
        },
    [PAIDAN__CARD__CARD_RED] =
        {
            [ESCALATION_CARD_WARNED] = GO(RED),
            [ESCALATION_CARD_EXPIRED] = GO(RED),
            [ESCALATION_CARD_GIVEN_UP] = GO(RED),
            [ESCALATION_CARD_STEP_YELLOW] = GO(RED),
            [ESCALATION_CARD_STEP_RED] = GO(RED),
            [ESCALATION_CARD_HAND_YELLOW] = NO(RED, CARD_NOT_HIGHER),
            [ESCALATION_CARD_HAND_RED] = NO(RED, CARD_NOT_HIGHER),
            [ESCALATION_CARD_CANCELLED] = GO(NONE),
            [ESCALATION_CARD_MOVED] = GO(NONE),
        },
};

struct escalation_card_step escalation_card_step(Paidan__Card card,
                                                 enum escalation_card_signal signal)
{
    CHECK((unsigned)card < CARDS);
    CHECK(signal < ESCALATION_CARD_SIGNAL_COUNT);
    return steps[card][signal];
}

bool escalation_card_again(const struct escalation_ticket *ticket,
                           enum escalation_card_signal signal)
{
    const Paidan__Card card = escalation_state_card(ticket);
    CHECK(signal < ESCALATION_CARD_CANCELLED);
    return escalation_card_step(card, signal).next == card;
}

static enum escalation_card_signal signal_carded(const Paidan__Carded *carded)
{
    CHECK(carded->clock != 0);
    if (carded->by_unit != NULL) {
        return carded->card == PAIDAN__CARD__CARD_RED ? ESCALATION_CARD_HAND_RED
                                                      : ESCALATION_CARD_HAND_YELLOW;
    }
    return carded->clock == PAIDAN__CLOCK__CLOCK_CALLBACK ? ESCALATION_CARD_GIVEN_UP
                                                          : ESCALATION_CARD_EXPIRED;
}

bool escalation_card_signal(const Paidan__Event *event, enum escalation_card_signal *signal)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_WARNED:
        *signal = ESCALATION_CARD_WARNED;
        return true;
    case PAIDAN__EVENT__FACT_CARDED:
        *signal = signal_carded(event->carded);
        return true;
    case PAIDAN__EVENT__FACT_CARD_CANCELLED:
        *signal = ESCALATION_CARD_CANCELLED;
        return true;
    case PAIDAN__EVENT__FACT_REMINDED:
        if ((event->reminded->does & 1u << PAIDAN__STEP_DOES__STEP_RED) != 0) {
            *signal = ESCALATION_CARD_STEP_RED;
            return true;
        }
        *signal = ESCALATION_CARD_STEP_YELLOW;
        return (event->reminded->does & 1u << PAIDAN__STEP_DOES__STEP_YELLOW) != 0;
    default:
        return false;
    }
}

const char *escalation_card_name(Paidan__Card card)
{
    static const char *const names[CARDS] = {"none", "yellow", "red"};
    CHECK((unsigned)card < CARDS);
    return names[card];
}

const char *escalation_card_signal_name(enum escalation_card_signal signal)
{
    static const char *const names[ESCALATION_CARD_SIGNAL_COUNT] = {
        [ESCALATION_CARD_WARNED] = "warned",     [ESCALATION_CARD_EXPIRED] = "expired",
        [ESCALATION_CARD_GIVEN_UP] = "given_up", [ESCALATION_CARD_STEP_YELLOW] = "step_yellow",
        [ESCALATION_CARD_STEP_RED] = "step_red", [ESCALATION_CARD_HAND_YELLOW] = "hand_yellow",
        [ESCALATION_CARD_HAND_RED] = "hand_red", [ESCALATION_CARD_CANCELLED] = "cancelled",
        [ESCALATION_CARD_MOVED] = "moved",
    };
    CHECK(signal < ESCALATION_CARD_SIGNAL_COUNT);
    return names[signal];
}

/* ---- by hand ---- */

static Paidan__Code judge_card(struct escalation_item *item, enum escalation_card_signal signal,
                               const char **detail)
{
    CHECK(signal >= ESCALATION_CARD_HAND_YELLOW);
    CHECK(signal <= ESCALATION_CARD_CANCELLED);
    const Paidan__Card card = escalation_state_card(&item->ticket);
    *detail = escalation_card_name(card);
    return escalation_card_step(card, signal).code;
}

static Paidan__Code judge_yellow(struct escalation_item *item, const char **detail)
{
    return judge_card(item, ESCALATION_CARD_HAND_YELLOW, detail);
}

static Paidan__Code judge_red(struct escalation_item *item, const char **detail)
{
    return judge_card(item, ESCALATION_CARD_HAND_RED, detail);
}

/* Nobody takes back his own card. */
static Paidan__Code judge_cancel(struct escalation_item *item, const char **detail)
{
    if (strcmp(item->ticket.unit, item->unit) == 0) {
        return PAIDAN__CODE__NOT_YOUR_DECISION;
    }
    return judge_card(item, ESCALATION_CARD_CANCELLED, detail);
}

/* The fact names the clock of handling, for it is the handling that the card is about. */
static enum rc give(struct escalation_item *item, Paidan__Card card)
{
    CHECK(card > escalation_state_card(&item->ticket));
    const Paidan__Clock kind = escalation_state_work_clock(&item->ticket);
    const struct escalation_clock *clock = escalation_state_clock(&item->ticket, kind);
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = card;
    carded.clock = kind;
    carded.level = item->ticket.level;
    carded.due_ms = clock != NULL ? clock->due_ms : 0;
    carded.by_unit = (char *)item->unit;
    carded.note = item->wish->note;
    return escalation_work_say(item, &carded.base);
}

static enum rc give_yellow(struct escalation_item *item)
{
    return give(item, PAIDAN__CARD__CARD_YELLOW);
}

static enum rc give_red(struct escalation_item *item)
{
    const enum rc rc = give(item, PAIDAN__CARD__CARD_RED);
    return rc == RC_OK ? escalation_supervise_by_rule(item->step, item->wish->ticket,
                                                      PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD,
                                                      item->index)
                       : rc;
}

static enum rc cancel(struct escalation_item *item)
{
    Paidan__CardCancelled cancelled = PAIDAN__CARD_CANCELLED__INIT;
    cancelled.card = escalation_state_card(&item->ticket);
    CHECK(cancelled.card != PAIDAN__CARD__CARD_NONE);
    cancelled.by_unit = (char *)item->unit;
    cancelled.note = item->wish->note;
    return escalation_work_say(item, &cancelled.base);
}

const struct escalation_rule escalation_card_yellow = {.signal = ESCALATION_ON_GIVE_CARD,
                                                       .who = ESCALATION_BY_SUPERVISOR,
                                                       .note = true,
                                                       .keeps_lease = true,
                                                       .judge = judge_yellow,
                                                       .act = give_yellow};
/* May be followed by supervision. */
const struct escalation_rule escalation_card_red = {.signal = ESCALATION_ON_GIVE_CARD,
                                                    .who = ESCALATION_BY_SUPERVISOR,
                                                    .note = true,
                                                    .keeps_lease = true,
                                                    .many_facts = true,
                                                    .judge = judge_red,
                                                    .act = give_red};
const struct escalation_rule escalation_card_cancel = {.signal = ESCALATION_ON_CANCEL_CARD,
                                                       .who = ESCALATION_BY_SUPERVISOR,
                                                       .note = true,
                                                       .keeps_lease = true,
                                                       .judge = judge_cancel,
                                                       .act = cancel};

/* ---- by a clock ---- */

enum rc escalation_card_fire_warning(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_WARN);
    const struct escalation_clock *clock = escalation_state_clock(&moment->ticket, moment->clock);
    CHECK(clock != NULL);
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    warned.clock = clock->clock;
    warned.level = moment->ticket.level;
    warned.due_ms = clock->due_ms;
    warned.card = PAIDAN__CARD__CARD_YELLOW;
    warned.again = warned.has_again =
        escalation_card_again(&moment->ticket, ESCALATION_CARD_WARNED);
    return escalation_moment_say(moment, &warned.base);
}

enum rc escalation_card_fire_expiry(struct escalation_moment *moment)
{
    CHECK(moment->due_ms != 0);
    CHECK(moment->signal == ESCALATION_ON_CARD);
    const uint64_t alarm_ms = moment->ticket.alarm_ms;
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.clock = moment->clock;
    carded.level = moment->ticket.level;
    carded.due_ms = moment->due_ms;
    /* An alarm that already repeats is not put off by a second clock. */
    carded.next_alarm_ms = alarm_ms != 0 ? alarm_ms
                                         : escalation_target_next_alarm(moment->step, &moment->info,
                                                                        moment->ticket.level);
    carded.has_counts_late = true;
    carded.counts_late = escalation_moment_counts(moment);
    carded.again = carded.has_again =
        escalation_card_again(&moment->ticket, ESCALATION_CARD_EXPIRED);
    const enum rc rc = escalation_moment_say(moment, &carded.base);
    return rc == RC_OK ? escalation_supervise_by_rule(moment->step, moment->id,
                                                      PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD, 0)
                       : rc;
}

/* ---- folding ---- */

void escalation_card_take_given(struct escalation_fold *fold)
{
    struct escalation_extra *extra = fold->extra;
    enum escalation_card_signal signal = ESCALATION_CARD_MOVED;
    CHECK(extra != NULL);
    CHECK(extra->card < CARDS);
    const bool given = escalation_card_signal(fold->event, &signal) &&
                       signal >= ESCALATION_CARD_STEP_YELLOW && signal <= ESCALATION_CARD_HAND_RED;
    if (given) {
        extra->card = (uint8_t)escalation_card_step((Paidan__Card)extra->card, signal).next;
    }
}

enum rc escalation_card_fold_warned(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_WARNED);
    struct escalation_clock *clock =
        escalation_state_clock(fold->ticket, fold->event->warned->clock);
    if (clock == NULL || (clock->flags & (ESCALATION_WARNED | ESCALATION_STOPPED)) != 0) {
        return RC_CORRUPT;
    }
    clock->flags |= ESCALATION_WARNED;
    fold->counters[TALLY_WARNED]++;
    return RC_OK;
}

/* A deadline passed for good: the alarm begins, or goes on. */
static enum rc take_expired(struct escalation_fold *fold, const Paidan__Carded *carded)
{
    CHECK(carded->by_unit == NULL);
    struct escalation_ticket *ticket = fold->ticket;
    struct escalation_clock *clock = escalation_state_clock(ticket, carded->clock);
    if (clock == NULL || (clock->flags & (ESCALATION_EXPIRED | ESCALATION_STOPPED)) != 0) {
        return RC_CORRUPT;
    }
    clock->flags |= ESCALATION_EXPIRED;
    clock->flags |= carded->has_counts_late ? ESCALATION_COUNTED : 0;
    ticket->flags &= (uint8_t)~ESCALATION_ALARM_PARDONED;
    ticket->alarm_ms = carded->next_alarm_ms;
    escalation_fold_late(fold, carded->clock);
    return RC_OK;
}

enum rc escalation_card_fold_carded(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_CARDED);
    CHECK(fold->extra != NULL);
    const Paidan__Carded *carded = fold->event->carded;
    fold->counters[TALLY_CARDED]++;
    if (carded->by_unit != NULL) {
        escalation_card_take_given(fold);
        return RC_OK;
    }
    if (carded->clock == PAIDAN__CLOCK__CLOCK_CALLBACK) {
        fold->ticket->flags |= ESCALATION_RED_END; /* given up; no clock of ours was missed */
        return RC_OK;
    }
    return take_expired(fold, carded);
}

enum rc escalation_card_fold_cancelled(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_CARD_CANCELLED);
    CHECK(fold->extra != NULL);
    const bool good = fold->event->card_cancelled->card == escalation_state_card(fold->ticket);
    fold->extra->card = PAIDAN__CARD__CARD_NONE;
    fold->extra->cancelled_cards++;
    escalation_state_pardon(fold->ticket);
    return good ? RC_OK : RC_CORRUPT;
}

enum rc escalation_card_fold(struct escalation_fold *fold)
{
    CHECK(fold->before != fold->ticket);
    enum escalation_card_signal signal = ESCALATION_CARD_MOVED;
    const bool moved = strcmp(fold->before->unit, fold->ticket->unit) != 0;
    if (!escalation_card_signal(fold->event, &signal) && !moved) {
        return RC_OK;
    }
    const Paidan__Card was = escalation_state_card(fold->before);
    const struct escalation_card_step go = escalation_card_step(was, signal);
    if (go.code != PAIDAN__CODE__OK || escalation_state_card(fold->ticket) != go.next) {
        return RC_CORRUPT;
    }
    fold->counters[TALLY_CARDS_CANCELLED] += signal == ESCALATION_CARD_CANCELLED ? 1 : 0;
    if (go.next > was) {
        const bool red = go.next == PAIDAN__CARD__CARD_RED;
        fold->counters[red ? TALLY_CARDS_RED : TALLY_CARDS_YELLOW]++;
    }
    return RC_OK;
}
