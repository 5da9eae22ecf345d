/* intake_repeat: who says again what he said before. A caller (by his number, or by who the channel says he
 * is where he gave none) whose newest open tickets hold one that says the same, and nothing more, gets that
 * one: it is chased, what he said otherwise is kept as the chase's note, and no second ticket comes to be.
 * Off unless the site sets intake: {repeat_days}. */
#pragma once

#include "common/site/site_rules.h"
#include "intake_ticket.h"

struct intake_repeat {
    uint64_t ticket; /* 0: it is a new one */
    struct intake_ticket record;
    char *note; /* what was said otherwise; NULL: nothing */
};

/* calls: numbers that the item must be told. All in the arena. RC_OK, RC_CORRUPT, RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc intake_repeat_find(struct step *step, const Paidan__NewTicket *item,
                                      const struct site_rules_calls *calls,
                                      struct intake_repeat *repeat);
/* Says that it was chased. index: of the item in its batch. Before: repeat->ticket is not 0. */
MUST_CHECK enum rc intake_repeat_say(struct step *step, const Paidan__NewTicket *item,
                                     uint32_t index, const struct intake_repeat *repeat);
/* Folding a Chased that repeats: the channel's id leads to the ticket from then on. */
MUST_CHECK enum rc intake_repeat_fold(struct step_fold *fold, const Paidan__Event *event);

/* Whether an item with this external id, which leads to a ticket that was registered by another one, is the
 * same as the one that was taken for a repetition. *found: there was one; *same: in the same words. */
MUST_CHECK enum rc intake_repeat_known(struct step *step, const Paidan__NewTicket *item,
                                       const struct intake_ticket *record,
                                       const Paidan__Registered *registered, bool *found,
                                       bool *same);
