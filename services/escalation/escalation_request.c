/* What a unit asks of the level above, one thing at a time: an extension 延期 of the clock of its
 * work, or that the upper level takes the ticket 上报待接收.
 *
 * Owns extra.request and its fields. The owner one level up decides, at the top a supervising unit;
 * a supervising unit may always decide, but no unit on itself (escalation_decider.c). Nobody
 * decided in time: the extension lapses (its deadline stands), the raise holds (silence must not
 * keep a ticket down), and the fact says for whom it had waited. An open request ends when the
 * ticket moves, is returned or ends. What was allowed when it was asked is looked at again when it
 * is granted, for the site or the clock may have changed. */

#include "escalation_request.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_appeal.h"
#include "escalation_decider.h"
#include "escalation_raise.h"
#include "escalation_target.h"
#include "escalation_term.h"

/* The clock that an extension is about. */
static const struct escalation_clock *work_clock(struct escalation_ticket *ticket)
{
    CHECK(ticket->round >= 1);
    return escalation_state_clock(ticket, escalation_state_work_clock(ticket));
}

/* ---- asking ---- */

static enum rc say_requested(struct escalation_item *item, Paidan__RequestKind kind)
{
    CHECK(item->extra.request == 0);
    CHECK(item->has_info);
    const struct site *site = item->step->site;
    const uint32_t level = item->ticket.level;
    const char *to = escalation_decider_of(site, &item->info, level, item->ticket.unit);
    if (to == NULL) {
        item->result->code = PAIDAN__CODE__NOBODY_DECIDES;
        return RC_OK;
    }
    struct escalation_deciding deciding = {0};
    const enum rc rc = escalation_decider_term(item->step, &item->info, level, &deciding);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Requested requested = PAIDAN__REQUESTED__INIT;
    requested.kind = kind;
    requested.unit = item->ticket.unit;
    requested.to_unit = (char *)to;
    requested.note = item->wish->note;
    requested.due_ms = deciding.due_ms;
    requested.has_remind_ms = deciding.remind_ms != 0;
    requested.remind_ms = deciding.remind_ms;
    requested.has_to_level = kind == PAIDAN__REQUEST_KIND__REQUEST_RAISE;
    requested.to_level = escalation_target_level_above(site, item->info.area, level);
    /* A raise that must be accepted is a request in the table, not yet a raise. */
    const struct escalation_saying about = {.id = item->wish->ticket,
                                            .ticket = &item->ticket,
                                            .signal = ESCALATION_ON_EXTEND,
                                            .item = item->index};
    const enum rc said = escalation_say(item->step, &about, &requested.base);
    if (said == RC_OK) {
        step_wake(item->step, step_key(to));
    }
    return said;
}

static Paidan__Code judge_extend(struct escalation_item *item, const char **detail)
{
    const struct escalation_clock *clock = work_clock(&item->ticket);
    if (item->ticket.state != ESCALATION_ACCEPTED) {
        *detail = escalation_fsm_state_name(item->ticket.state);
        return PAIDAN__CODE__NOT_ACCEPTED;
    }
    if (clock == NULL || !escalation_state_runs(&item->ticket, clock)) {
        return PAIDAN__CODE__POLICY_ABSENT;
    }
    if (item->extra.request != 0) {
        return PAIDAN__CODE__REQUEST_OPEN;
    }
    if ((clock->flags & ESCALATION_EXPIRED) != 0 || clock->due_ms <= item->step->now_ms) {
        return PAIDAN__CODE__CLOCK_EXPIRED;
    }
    return PAIDAN__CODE__OK;
}

/* Whether one more term would lead beyond the cap of the policy; a cap speaks of its own unit. */
static bool beyond_cap(const struct escalation_item *item, const struct escalation_clock *clock)
{
    CHECK(item->has_info);
    const struct site_clock_rule *rule =
        escalation_target_rule(item->step->site, &item->info, item->ticket.level, clock->clock);
    const uint64_t longer_ms = clock->amount_ms * (2 + (uint64_t)clock->extensions);
    return rule != NULL && rule->cap_ms != 0 && (uint8_t)rule->term.unit == clock->unit &&
           longer_ms > rule->cap_ms;
}

/* Whether the policy lets the clock have one more term: when it is asked for, and again when it is
 * granted. */
static Paidan__Code judge_longer(struct escalation_item *item)
{
    CHECK(item->has_info);
    const struct site_policy *policy =
        escalation_target_policy(item->step->site, &item->info, item->ticket.level);
    const struct escalation_clock *clock = work_clock(&item->ticket);
    CHECK(clock != NULL);
    if (policy->extensions_max == 0) {
        return PAIDAN__CODE__POLICY_ABSENT;
    }
    return clock->extensions >= policy->extensions_max || beyond_cap(item, clock)
               ? PAIDAN__CODE__EXTENSIONS_EXHAUSTED
               : PAIDAN__CODE__OK;
}

static enum rc extend(struct escalation_item *item)
{
    CHECK(item->ticket.state == ESCALATION_ACCEPTED);
    CHECK(item->extra.request == 0);
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    item->result->code = judge_longer(item);
    return item->result->code == PAIDAN__CODE__OK
               ? say_requested(item, PAIDAN__REQUEST_KIND__REQUEST_EXTENSION)
               : RC_OK;
}

static Paidan__Code judge_raise(struct escalation_item *item, const char **detail)
{
    (void)detail;
    return item->extra.request != 0 ? PAIDAN__CODE__REQUEST_OPEN : PAIDAN__CODE__OK;
}

/* By competence. AT_TOP_LEVEL where no level is left. */
static enum rc raise_up(struct escalation_item *item)
{
    CHECK(item->extra.request == 0);
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const uint32_t above =
        escalation_target_level_above(item->step->site, item->info.area, item->ticket.level);
    if (above == 0) {
        item->result->code = PAIDAN__CODE__AT_TOP_LEVEL;
        return RC_OK;
    }
    if (escalation_target_policy(item->step->site, &item->info, item->ticket.level)
            ->raise_accepts) {
        return say_requested(item, PAIDAN__REQUEST_KIND__REQUEST_RAISE);
    }
    const struct escalation_raise raise = {.level = above, .note = item->wish->note};
    const struct escalation_saying about = {.id = item->wish->ticket,
                                            .ticket = &item->ticket,
                                            .signal = ESCALATION_ON_RAISE,
                                            .item = item->index};
    return escalation_raise_to(item->step, &about, &item->info, &raise);
}

/* ---- deciding ---- */

/* What is decided on: by whom (NULL: nobody did in time), and how. */
struct decision {
    const char *unit;
    char *note;
    bool granted;
};

/* The clock as it is, with one more extension counted: its moments stand. */
static enum rc stand(struct step *step, const struct escalation_clock *clock,
                     Paidan__ClockSet **set)
{
    const enum rc rc = escalation_clock_picture(step->arena, clock, set);
    if (rc == RC_OK) {
        CHECK(clock->bound_ms == clock->due_ms); /* nothing else holds an extension back */
        (*set)->has_extensions = true;
        (*set)->extensions = clock->extensions + 1u;
    }
    return rc;
}

/* The clock of a granted extension, one original term longer: it fires and warns again. Unless 上级时限 allows
 * no later deadline: then what was granted waits for more time from above, and nobody is warned a second
 * time of the same moment (*same_due). */
static enum rc extended(struct step *step, struct escalation_ticket *ticket, Paidan__ClockSet **set,
                        bool *same_due)
{
    const struct escalation_clock *clock = work_clock(ticket);
    if (clock == NULL) {
        return RC_CORRUPT;
    }
    CHECK(clock->extensions < UINT8_MAX);
    struct escalation_clock longer = *clock;
    longer.extensions++;
    const enum rc rc = escalation_term_again(step, &longer, set);
    *same_due = rc == RC_OK && (*set)->due_ms == clock->due_ms;
    if (rc != RC_OK || *same_due) {
        return rc == RC_OK ? stand(step, clock, set) : rc;
    }
    longer.flags &= (uint8_t)~ESCALATION_WARNED;
    for (uint32_t index = 0; index < longer.step_count; index++) {
        longer.steps[index].fired = false;
    }
    return escalation_term_again(step, &longer, set);
}

static enum rc say_decided(struct step *step, const struct escalation_saying *about,
                           const struct escalation_extra *extra, const struct decision *decision)
{
    CHECK(extra->request != 0);
    struct escalation_ticket ticket = *about->ticket;
    Paidan__Decided decided = PAIDAN__DECIDED__INIT;
    decided.kind = (Paidan__RequestKind)extra->request;
    decided.granted = decision->granted;
    decided.note = decision->note;
    decided.unit = (char *)decision->unit;
    decided.to_unit = decision->unit == NULL ? (char *)extra->request_to : NULL;
    if (decision->granted && extra->request == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
        bool same_due = false;
        const enum rc rc = extended(step, &ticket, &decided.clock, &same_due);
        if (rc != RC_OK) {
            return rc;
        }
        decided.has_same_due = decided.same_due = same_due;
    }
    return escalation_say(step, about, &decided.base);
}

/* Granted: the upper level has it from now on. */
static enum rc raise_granted(struct step *step, const struct escalation_saying *decided,
                             const struct decision *decision)
{
    CHECK(decision->granted);
    struct escalation_ticket ticket;
    struct escalation_info info;
    enum rc rc = escalation_state_load(step->txn, decided->id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(step->txn, decided->id, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct escalation_raise raise = {
        .level = escalation_target_level_above(step->site, info.area, ticket.level),
        .note = decision->note};
    if (raise.level == 0) {
        return RC_OK; /* the site has lost its upper levels since: it stays */
    }
    const struct escalation_saying about = {
        .id = decided->id, .ticket = &ticket, .signal = ESCALATION_ON_RAISE, .item = decided->item};
    return escalation_raise_to(step, &about, &info, &raise);
}

static enum rc decide(struct step *step, const struct escalation_saying *about,
                      const struct escalation_extra *extra, const struct decision *decision)
{
    CHECK(about->ticket->state != ESCALATION_NONE);
    const bool raises = decision->granted && extra->request == PAIDAN__REQUEST_KIND__REQUEST_RAISE;
    const enum rc rc = say_decided(step, about, extra, decision);
    return rc == RC_OK && raises ? raise_granted(step, about, decision) : rc;
}

enum rc escalation_request_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_DECIDE);
    CHECK(moment->clock == PAIDAN__CLOCK__CLOCK_REQUEST);
    const struct escalation_saying about = {.id = moment->id,
                                            .ticket = &moment->ticket,
                                            .signal = moment->signal,
                                            .clock = moment->clock};
    const struct decision decision = {.granted = moment->extra.request ==
                                                 PAIDAN__REQUEST_KIND__REQUEST_RAISE};
    return decide(moment->step, &about, &moment->extra, &decision);
}

/* Requests and appeals share their two actions; the table knows them apart. */
static enum escalation_signal decide_signal(const struct escalation_item *item)
{
    return item->extra.request != 0 ? ESCALATION_ON_DECIDE : ESCALATION_ON_RULE_APPEAL;
}

/* An open request is decided by whom it was put to or by a supervising unit, an appeal by the
 * latter; never by the unit that asks, in whatever role. */
static Paidan__Code judge_decide(struct escalation_item *item, const char **detail)
{
    (void)detail;
    const bool supervises = site_supervises(item->step->site, item->unit);
    const bool has_it = strcmp(item->ticket.unit, item->unit) == 0;
    if (item->extra.request != 0) {
        const bool own = has_it || strcmp(item->extra.request_unit, item->unit) == 0;
        const bool may = supervises || strcmp(item->extra.request_to, item->unit) == 0;
        return may && !own ? PAIDAN__CODE__OK : PAIDAN__CODE__NOT_YOUR_DECISION;
    }
    if (item->extra.appeal != ESCALATION_APPEAL_OPEN) {
        return PAIDAN__CODE__NO_REQUEST_OPEN;
    }
    if (!supervises) {
        return PAIDAN__CODE__NOT_SUPERVISOR;
    }
    const bool own = has_it || strcmp(item->extra.appeal_unit, item->unit) == 0;
    return own ? PAIDAN__CODE__NOT_YOUR_DECISION : PAIDAN__CODE__OK;
}

/* The term passed while the request waited: an extension comes before expiry or not at all. */
static bool comes_too_late(struct escalation_item *item)
{
    CHECK(item->extra.request != 0);
    const struct escalation_clock *clock = work_clock(&item->ticket);
    return clock == NULL || (clock->flags & ESCALATION_EXPIRED) != 0 ||
           clock->due_ms <= item->step->now_ms;
}

static enum rc act(struct escalation_item *item, bool granted)
{
    if (item->extra.request == 0) {
        return escalation_appeal_decide(item, granted);
    }
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    if (granted && item->extra.request == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
        item->result->code =
            comes_too_late(item) ? PAIDAN__CODE__CLOCK_EXPIRED : judge_longer(item);
        if (item->result->code != PAIDAN__CODE__OK) {
            return RC_OK;
        }
    }
    const struct escalation_saying about = {.id = item->wish->ticket,
                                            .ticket = &item->ticket,
                                            .signal = item->signal,
                                            .item = item->index};
    const struct decision decision = {
        .unit = item->unit, .note = escalation_work_note(item), .granted = granted};
    return decide(item->step, &about, &item->extra, &decision);
}

static enum rc grant(struct escalation_item *item)
{
    return act(item, true);
}

static enum rc refuse(struct escalation_item *item)
{
    return act(item, false);
}

const struct escalation_rule escalation_request_extend = {
    .signal = ESCALATION_ON_EXTEND, .note = true, .judge = judge_extend, .act = extend};
const struct escalation_rule escalation_request_raise = {.signal = ESCALATION_ON_RAISE,
                                                         .note = true,
                                                         .many_facts = true,
                                                         .judge = judge_raise,
                                                         .act = raise_up};
const struct escalation_rule escalation_request_grant = {.signal = ESCALATION_ON_DECIDE,
                                                         .signal_of = decide_signal,
                                                         .who = ESCALATION_BY_ANYONE,
                                                         .keeps_lease = true,
                                                         .many_facts = true,
                                                         .judge = judge_decide,
                                                         .act = grant};
const struct escalation_rule escalation_request_refuse = {.signal = ESCALATION_ON_DECIDE,
                                                          .signal_of = decide_signal,
                                                          .who = ESCALATION_BY_ANYONE,
                                                          .note = true,
                                                          .keeps_lease = true,
                                                          .many_facts = true,
                                                          .judge = judge_decide,
                                                          .act = refuse};

/* ---- folding ---- */

enum rc escalation_request_fold_requested(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_REQUESTED);
    CHECK(fold->extra != NULL);
    const Paidan__Requested *requested = fold->event->requested;
    struct escalation_extra *extra = fold->extra;
    const bool fits =
        extra->request == 0 &&
        escalation_fold_text(extra->request_unit, sizeof extra->request_unit, requested->unit) &&
        escalation_fold_text(extra->request_to, sizeof extra->request_to, requested->to_unit);
    extra->request = (uint8_t)requested->kind;
    extra->request_to_level = requested->has_to_level ? requested->to_level : 0;
    extra->request_at_ms = fold->event->at_ms;
    extra->request_due_ms = requested->due_ms;
    extra->request_remind_ms = requested->has_remind_ms ? requested->remind_ms : 0;
    extra->request_seq = fold->seq;
    return fits && extra->request_to_level <= SITE_LEVELS_MAX ? RC_OK : RC_CORRUPT;
}

/* A granted extension: the clock gets its new moments, and nothing of it has fired. */
enum rc escalation_request_fold_decided(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_DECIDED);
    CHECK(fold->extra != NULL);
    const Paidan__Decided *decided = fold->event->decided;
    if (fold->extra->request != (uint8_t)decided->kind) {
        return RC_CORRUPT;
    }
    escalation_extra_drop_request(fold->extra);
    if (decided->to_unit != NULL && !escalation_decider_take_lapsed(fold, decided->to_unit)) {
        return RC_CORRUPT;
    }
    const bool extends = decided->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    if (!extends || !decided->granted) {
        fold->counters[TALLY_EXTENSIONS_REFUSED] += extends ? 1 : 0;
        return RC_OK;
    }
    struct escalation_clock *clock =
        decided->clock == NULL ? NULL : escalation_state_clock(fold->ticket, decided->clock->clock);
    const bool same_due = decided->has_same_due && decided->same_due;
    const enum rc rc = clock == NULL ? RC_CORRUPT
                       : same_due    ? escalation_clock_take_again(clock, decided->clock)
                                     : escalation_clock_take(clock, decided->clock);
    if (rc != RC_OK) {
        return RC_CORRUPT;
    }
    fold->counters[TALLY_EXTENDED]++;
    return RC_OK;
}
