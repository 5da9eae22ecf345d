/* escalation_card: the machine of a card 普通 → 黄牌 → 红牌.
 *
 * Every pair of card and signal is decided by one table: judging a wish asks it, folding a fact
 * asks it again. A card never goes back from red to yellow; it goes by being cancelled, or with the
 * unit: a card belongs to the unit that had the ticket, so that another unit begins without one,
 * and history and the unit's counts keep it.
 *
 *                 warned, step_yellow, hand_yellow              expired, given_up, step_red,
 *   ┌─────── NONE ─────────────────────────────────▶ YELLOW ─────────────────────────▶ RED
 *   │         ▲ ▲                                      │         hand_red               │
 *   │         │ └────────── cancelled, moved ──────────┘                                │
 *   │         └──────────────────── cancelled, moved ───────────────────────────────────┘
 *   └──────────────── expired, given_up, step_red, hand_red ──────────────────────────▶
 *
 * What a ticket shows is the higher of two (escalation_state_card): the card that its running
 * clocks and its alarm give, which goes when they are repaired, and the card given by steps and by
 * hand, which stays. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

enum escalation_card_signal {
    ESCALATION_CARD_WARNED,   /* a clock's warning point */
    ESCALATION_CARD_EXPIRED,  /* a deadline without a level above, or where the site says card */
    ESCALATION_CARD_GIVEN_UP, /* closed as unsolved for the last time */
    ESCALATION_CARD_STEP_YELLOW,
    ESCALATION_CARD_STEP_RED,
    ESCALATION_CARD_HAND_YELLOW,
    ESCALATION_CARD_HAND_RED,
    ESCALATION_CARD_CANCELLED, /* 撤牌 */
    ESCALATION_CARD_MOVED,     /* another unit has the ticket */
    ESCALATION_CARD_SIGNAL_COUNT,
};

struct escalation_card_step {
    Paidan__Card next; /* of a refusal: the card as it is */
    Paidan__Code code; /* OK, CARD_NOT_HIGHER or NO_CARD */
};
/* Before: both in range (CHECKed). */
struct escalation_card_step escalation_card_step(Paidan__Card card,
                                                 enum escalation_card_signal signal);
/* Whether the ticket shows such a card or a higher one already: then a fact that gives it counts no card. */
bool escalation_card_again(const struct escalation_ticket *ticket,
                           enum escalation_card_signal signal);
/* Which signal a fact is; false: none, it leaves the card to its clocks. */
bool escalation_card_signal(const Paidan__Event *event, enum escalation_card_signal *signal);

const char *escalation_card_name(Paidan__Card card); /* "none", "yellow", "red" */
const char *escalation_card_signal_name(enum escalation_card_signal signal);

/* ---- giving and cancelling ---- */

extern const struct escalation_rule escalation_card_yellow, escalation_card_red,
    escalation_card_cancel;

/* A clock's warning point; a deadline without a level above, or where the site says card. */
escalation_fire_fn escalation_card_fire_warning, escalation_card_fire_expiry;

escalation_fold_fn escalation_card_fold_warned, escalation_card_fold_carded,
    escalation_card_fold_cancelled;
/* The card that a step or a hand gives, by the table. Before: there is an extra record. */
void escalation_card_take_given(struct escalation_fold *fold);
/* After the records were folded: what the ticket shows is what the table says, else RC_CORRUPT.
 * Counts cards that became higher. */
MUST_CHECK enum rc escalation_card_fold(struct escalation_fold *fold);
