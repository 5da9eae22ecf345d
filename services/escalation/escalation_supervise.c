/* What supervising units do with any ticket: urge 催办, watch 督办, give and cancel cards; and what
 * is put under supervision by a rule of the policy. */

#include "escalation_card.h"
#include "escalation_work.h"

static enum rc urge(struct escalation_item *item)
{
    Paidan__Urged urged = PAIDAN__URGED__INIT;
    urged.by_unit = arena_strdup(item->step->arena, item->unit);
    urged.note = item->wish->note;
    urged.count = item->extra.urges + 1;
    if (urged.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_URGED;
    event.urged = &urged;
    return escalation_item_say(item, &event);
}

static Paidan__Code judge_watch(struct escalation_item *item, const char **detail)
{
    (void)detail;
    return item->extra.supervise != 0 ? PAIDAN__CODE__ALREADY_DONE : PAIDAN__CODE__OK;
}

static enum rc watch(struct escalation_item *item)
{
    Paidan__Supervised supervised = PAIDAN__SUPERVISED__INIT;
    supervised.by_unit = arena_strdup(item->step->arena, item->unit);
    supervised.note = item->wish->note;
    if (supervised.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_SUPERVISED;
    event.supervised = &supervised;
    return escalation_item_say(item, &event);
}

/* ---- cards ---- */

static Paidan__Code judge_card(struct escalation_item *item, enum escalation_card_signal signal,
                               const char **detail)
{
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

static Paidan__Code judge_cancel(struct escalation_item *item, const char **detail)
{
    return judge_card(item, ESCALATION_CARD_CANCELLED, detail);
}

/* The fact names the clock of handling, for it is the handling that the card is about. */
static enum rc give(struct escalation_item *item, Paidan__Card card)
{
    const Paidan__Clock kind =
        item->ticket.round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
    const struct escalation_clock *clock = escalation_state_clock(&item->ticket, kind);
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = card;
    carded.clock = kind;
    carded.level = item->ticket.level;
    carded.due_ms = clock != NULL ? clock->due_ms : 0;
    carded.by_unit = arena_strdup(item->step->arena, item->unit);
    carded.note = item->wish->note;
    if (carded.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CARDED;
    event.carded = &carded;
    return escalation_item_say(item, &event);
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
    cancelled.by_unit = arena_strdup(item->step->arena, item->unit);
    cancelled.note = item->wish->note;
    if (cancelled.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CARD_CANCELLED;
    event.card_cancelled = &cancelled;
    return escalation_item_say(item, &event);
}

/* ---- by rule ---- */

enum rc escalation_supervise_by_rule(struct step *step, uint64_t id, Paidan__SuperviseRule rule,
                                     uint32_t item)
{
    struct escalation_ticket ticket;
    struct escalation_info info;
    enum rc rc = escalation_core_load(step->txn, id, &ticket);
    const bool may =
        rc == RC_OK && !ticket.extra_supervised &&
        escalation_fsm_step(ticket.state, ESCALATION_ON_WATCH).action == ESCALATION_DO_WATCH;
    if (!may) {
        return rc;
    }
    rc = escalation_state_load_info(step->txn, id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct site_policy *policy = escalation_target_policy(step->site, &info, ticket.level);
    const bool enough = rule != PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED ||
                        ticket.chases >= policy->supervise_chases;
    if ((policy->supervise_on & 1u << rule) == 0 || !enough) {
        return RC_OK;
    }
    Paidan__Supervised supervised = PAIDAN__SUPERVISED__INIT;
    supervised.has_rule = true;
    supervised.rule = rule;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_SUPERVISED;
    event.supervised = &supervised;
    return escalation_core_say(step, id, &ticket, &event, item);
}

const struct escalation_rule escalation_rule_urge = {.signal = ESCALATION_ON_URGE,
                                                     .who = ESCALATION_BY_SUPERVISOR,
                                                     .note = true,
                                                     .keeps_lease = true,
                                                     .act = urge};
const struct escalation_rule escalation_rule_watch = {.signal = ESCALATION_ON_WATCH,
                                                      .who = ESCALATION_BY_SUPERVISOR,
                                                      .note = true,
                                                      .keeps_lease = true,
                                                      .judge = judge_watch,
                                                      .act = watch};
const struct escalation_rule escalation_rule_yellow = {.signal = ESCALATION_ON_GIVE_CARD,
                                                       .who = ESCALATION_BY_SUPERVISOR,
                                                       .note = true,
                                                       .keeps_lease = true,
                                                       .judge = judge_yellow,
                                                       .act = give_yellow};
/* May be followed by supervision. */
const struct escalation_rule escalation_rule_red = {.signal = ESCALATION_ON_GIVE_CARD,
                                                    .who = ESCALATION_BY_SUPERVISOR,
                                                    .note = true,
                                                    .keeps_lease = true,
                                                    .many_facts = true,
                                                    .judge = judge_red,
                                                    .act = give_red};
const struct escalation_rule escalation_rule_cancel_card = {.signal = ESCALATION_ON_CANCEL_CARD,
                                                            .who = ESCALATION_BY_SUPERVISOR,
                                                            .note = true,
                                                            .keeps_lease = true,
                                                            .judge = judge_cancel,
                                                            .act = cancel};
