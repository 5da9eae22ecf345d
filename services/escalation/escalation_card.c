/* The table of cards, printed for people in tests/golden/escalation_card.txt and README.md. */

#include "escalation_card.h"

#include <assert.h>

#include "common/base/check.h"

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

static enum escalation_card_signal signal_carded(const Paidan__Carded *carded)
{
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
