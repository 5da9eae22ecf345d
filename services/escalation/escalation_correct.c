/* A correction 更正: category, place, urgency or unit of a ticket under way, without a return.
 *
 * The dispatcher sees that the decision was wrong before the unit says so. Until the unit has accepted
 * he changes it freely; afterwards people have worked on it, and he says why. What lies at the desk is
 * decided there, what is resolved is history: both are refused.
 *
 * Which clocks follow: the unit that keeps its ticket keeps the time it had, by the terms of what the
 * ticket is now, counted from when each clock began; another unit on the same level gets a new accept
 * clock while the resident's wait goes on (as with a ruling); on another level all begin (as with an
 * order). A deadline that lies in the past by the new terms passes at once and raises the ticket, but
 * counts for nobody: nobody had been told of it; while the ticket is suspended, what is past is asked of
 * the moment at which its clocks stood still. What was missed before stays missed. What stays of a
 * suspension, a person, a request and of tasks is what stays with a move (escalation_extra_moved). */

#include "escalation_correct.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "escalation_assignment.h"
#include "escalation_joint.h"
#include "escalation_pause.h"
#include "escalation_replan.h"
#include "escalation_retire.h"
#include "escalation_target.h"
#include "escalation_term.h"
#include "escalation_work.h"

/* One ticket being corrected. Indexes are of the site: what the ticket is afterwards. */
struct correction {
    struct step *step;
    const Paidan__Correct *wish;
    struct escalation_item item; /* the ticket as it is, for the parts that acts share */
    struct escalation_info info; /* as it will be */
    struct escalation_target to; /* unit NULL: it stays where it is */
    bool other;                  /* another matter: its terms are others */
    Paidan__Corrected fact;
};

/* ---- what is wished ---- */

static Paidan__Code take_category(struct correction *correction)
{
    const char *code = correction->wish->category;
    const struct site *site = correction->step->site;
    if (code == NULL) {
        return PAIDAN__CODE__OK;
    }
    const uint32_t category = site_heir(site, SITE_KIND_CATEGORY, code);
    if (category == SITE_NONE) {
        return PAIDAN__CODE__CATEGORY_UNKNOWN;
    }
    CHECK(category < site->category_count);
    CHECK(escalation_fold_text(correction->info.category, sizeof correction->info.category,
                               site->categories[category].code)); /* codes of a site fit */
    return PAIDAN__CODE__OK;
}

static Paidan__Code take_area(struct correction *correction)
{
    const char *code = correction->wish->area;
    const struct site *site = correction->step->site;
    if (code == NULL) {
        return PAIDAN__CODE__OK;
    }
    const uint32_t area = site_area_find(site, code);
    if (area == SITE_NONE) {
        return PAIDAN__CODE__AREA_UNKNOWN;
    }
    CHECK(escalation_fold_text(correction->info.area, sizeof correction->info.area,
                               site->areas[area].code)); /* codes of a site fit */
    return PAIDAN__CODE__OK;
}

/* By itself: what its members ask of it is no word about it. */
static uint32_t own_of(const struct escalation_info *info)
{
    CHECK(info->own_urgency == 0 || info->own_urgency < info->urgency);
    return info->own_urgency != 0 ? info->own_urgency : info->urgency;
}

/* Its members ask the same of it as before. */
static void follow_category(const struct escalation_info *was, uint32_t urgency,
                            struct escalation_info *is)
{
    const bool held = was->own_urgency != 0 && urgency < was->urgency;
    CHECK(urgency >= PAIDAN__URGENCY__URGENCY_NORMAL);
    is->urgency = held ? was->urgency : urgency;
    is->own_urgency = held ? urgency : 0;
}

/* The dispatcher's word, also against what its members ask; else an urgency that was the old category's
 * follows the new one, and one that somebody gave the ticket stays. */
static void take_urgency(struct correction *correction)
{
    const struct site *site = correction->step->site;
    const struct escalation_info *was = &correction->item.info;
    const uint32_t before = site_heir(site, SITE_KIND_CATEGORY, was->category);
    const uint32_t after = site_heir(site, SITE_KIND_CATEGORY, correction->info.category);
    if (correction->wish->has_urgency) {
        correction->info.urgency = (uint32_t)correction->wish->urgency;
        correction->info.own_urgency = 0;
    } else if (before != SITE_NONE && after != SITE_NONE && before != after &&
               own_of(was) == (uint32_t)site->categories[before].urgency) {
        follow_category(was, (uint32_t)site->categories[after].urgency, &correction->info);
    }
}

/* Whom the matrix names has its assisting units with it; any other one goes alone. Who keeps what he
 * has is no target. */
static Paidan__Code take_unit(struct correction *correction)
{
    const char *code = correction->wish->unit;
    const struct site *site = correction->step->site;
    CHECK(correction->to.unit == NULL);
    if (code == NULL) {
        return PAIDAN__CODE__OK;
    }
    const uint32_t unit = site_unit_find(site, code);
    if (unit == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    const char *has = site_code_now(site, SITE_KIND_UNIT, correction->item.ticket.unit);
    if (has != NULL && strcmp(has, code) == 0) {
        return PAIDAN__CODE__OK;
    }
    const uint32_t level = site->units[unit].level;
    escalation_target_owner(site, &correction->info, level, &correction->to);
    if (strcmp(correction->to.unit, code) != 0) {
        correction->to = (struct escalation_target){.level = level, .unit = site->units[unit].code};
    }
    return PAIDAN__CODE__OK;
}

/* As urgent as a member made it already, it is its own from now on, and stays when the member goes. */
static bool name_urgency(struct correction *correction)
{
    const struct escalation_info *const was = &correction->item.info;
    const struct escalation_info *const is = &correction->info;
    Paidan__Corrected *const fact = &correction->fact;
    const bool other = was->urgency != is->urgency;
    if (!other && was->own_urgency == is->own_urgency) {
        return false;
    }
    const bool held = is->own_urgency != 0;
    fact->has_urgency = fact->has_from_urgency = true;
    fact->urgency = (Paidan__Urgency)own_of(is);
    fact->from_urgency = (Paidan__Urgency)(other ? was->urgency : own_of(was));
    fact->has_held = held;
    fact->held = held ? (Paidan__Urgency)is->urgency : fact->held;
    return true;
}

/* Names what changes. False: nothing does. */
static bool name_changes(struct correction *correction)
{
    const struct escalation_info *was = &correction->item.info;
    struct escalation_info *is = &correction->info;
    Paidan__Corrected *fact = &correction->fact;
    const bool category = strcmp(was->category, is->category) != 0;
    const bool area = strcmp(was->area, is->area) != 0;
    const bool urgency = name_urgency(correction);
    fact->category = category ? is->category : NULL;
    fact->from_category = category ? (char *)(uintptr_t)was->category : NULL;
    fact->area = area ? is->area : NULL;
    fact->from_area = area ? (char *)(uintptr_t)was->area : NULL;
    correction->other = category || was->urgency != is->urgency;
    return category || area || urgency || correction->to.unit != NULL;
}

/* OK, or what is wrong with the wish; *detail is constant. The ticket is known and may be
 * corrected in its state. */
static Paidan__Code judge_wish(struct correction *correction, const char **detail)
{
    CHECK(correction->item.has_info);
    *detail = "category";
    Paidan__Code code = take_category(correction);
    if (code == PAIDAN__CODE__OK) {
        *detail = "area";
        code = take_area(correction);
    }
    if (code == PAIDAN__CODE__OK) {
        *detail = "unit";
        code = take_unit(correction);
    }
    if (code != PAIDAN__CODE__OK) {
        return code;
    }
    take_urgency(correction);
    *detail = NULL;
    /* Whose it is follows from what it is: the urgency was not known when the unit was taken. */
    if (!name_changes(correction)) {
        return PAIDAN__CODE__NOTHING_CHANGES;
    }
    /* Somebody works on it by now: why it is taken from him, or is another thing, he is owed. */
    const bool begun = correction->item.ticket.state != ESCALATION_ASSIGNED;
    return begun && !escalation_work_given(correction->wish->note) ? PAIDAN__CODE__NOTE_MISSING
                                                                   : PAIDAN__CODE__OK;
}

/* Whether the ticket may be corrected at all; *detail is constant. */
static Paidan__Code judge_ticket(const struct correction *correction, const char **detail)
{
    const struct escalation_ticket *ticket = &correction->item.ticket;
    *detail = NULL;
    if (ticket->state == ESCALATION_NONE) {
        return escalation_retire_code(ticket);
    }
    if (escalation_fsm_step(ticket->state, ESCALATION_ON_CORRECT).action == ESCALATION_DO_REFUSE) {
        *detail = escalation_fsm_state_name(ticket->state);
        return escalation_fsm_refusal(ticket->state, ESCALATION_ON_CORRECT);
    }
    const bool changed =
        correction->wish->has_version && correction->wish->version != ticket->version;
    return changed ? PAIDAN__CODE__VERSION_CONFLICT : PAIDAN__CODE__OK;
}

/* ---- its unit keeps it ---- */

/* A task is not late by what others did: a shorter term that is over already stays without effect,
 * as when a ticket is raised. */
static void spare_tasks(const struct step *step, Paidan__Replanned *plan)
{
    size_t kept = 0;
    CHECK(plan->n_assists <= SITE_ASSIST_MAX);
    for (size_t index = 0; index < plan->n_assists; index++) {
        if (plan->assists[index]->clock->due_ms > step->now_ms) {
            plan->assists[kept] = plan->assists[index];
            kept++;
        }
    }
    plan->n_assists = kept;
    if (plan->mode_clock != NULL && plan->mode_clock->due_ms <= step->now_ms) {
        plan->mode_clock = NULL;
    }
}

/* What the new terms do not know ends, as with a ruling. */
static enum rc end_clocks(struct correction *correction)
{
    const struct escalation_ticket *ticket = &correction->item.ticket;
    Paidan__Corrected *fact = &correction->fact;
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    fact->clocks_ended =
        arena_alloc(correction->step->arena, ESCALATION_CLOCKS_MAX * sizeof *fact->clocks_ended);
    if (fact->clocks_ended == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (escalation_state_runs(ticket, clock) &&
            escalation_target_rule(correction->step->site, &correction->info, ticket->level,
                                   clock->clock) == NULL) {
            fact->clocks_ended[fact->n_clocks_ended] = clock->clock;
            fact->n_clocks_ended++;
        }
    }
    return RC_OK;
}

/* What it had no term for before begins when the others began; nobody calls a resident twice. */
static enum rc add_clock(struct correction *correction, Paidan__Clock kind)
{
    struct escalation_ticket *ticket = &correction->item.ticket;
    Paidan__Corrected *fact = &correction->fact;
    Paidan__ClockSet *set = NULL;
    const bool heard = kind == PAIDAN__CLOCK__CLOCK_CONTACT && correction->item.extra.heard;
    if (heard || escalation_state_clock(ticket, kind) != NULL) {
        return RC_OK;
    }
    struct escalation_clock clock = {
        .clock = kind, .start_ms = escalation_assignment_since(ticket, correction->step->now_ms)};
    bool some = false;
    enum rc rc = escalation_term_by_policy(correction->step, &correction->info, ticket->level,
                                           &clock, &some);
    if (rc != RC_OK || !some) {
        return rc;
    }
    escalation_term_recount(correction->step->site, &correction->item.extra, &clock);
    rc = escalation_term_again(correction->step, &clock, &set);
    if (rc == RC_OK) {
        CHECK(fact->n_clocks < ESCALATION_CLOCKS_MAX);
        fact->clocks[fact->n_clocks] = set;
        fact->n_clocks++;
    }
    return rc;
}

static enum rc plan_again(struct correction *correction)
{
    CHECK(correction->to.unit == NULL);
    CHECK(correction->fact.n_clocks == 0);
    const struct escalation_replan_of of = {.id = correction->wish->ticket,
                                            .ticket = &correction->item.ticket,
                                            .extra = &correction->item.extra,
                                            .info = &correction->info};
    Paidan__Replanned plan = PAIDAN__REPLANNED__INIT;
    if (!correction->other) {
        return RC_OK; /* another place has the same terms */
    }
    enum rc rc = escalation_replan_one(correction->step, &of, &plan);
    if (rc == RC_OK) {
        spare_tasks(correction->step, &plan);
        correction->fact.n_clocks = plan.n_clocks;
        correction->fact.clocks = plan.clocks;
        correction->fact.n_assists = plan.n_assists;
        correction->fact.assists = plan.assists;
        correction->fact.mode_clock = plan.mode_clock;
        rc = end_clocks(correction);
    }
    if (rc == RC_OK) {
        rc = add_clock(correction, PAIDAN__CLOCK__CLOCK_CONTACT);
    }
    if (rc == RC_OK) {
        rc = add_clock(correction, escalation_state_work_clock(&correction->item.ticket));
    }
    return rc;
}

static enum rc keep(struct correction *correction)
{
    enum rc rc = plan_again(correction);
    if (rc == RC_OK) {
        correction->item.signal = ESCALATION_ON_CORRECT;
        rc = escalation_work_say(&correction->item, &correction->fact.base);
    }
    if (rc == RC_OK) { /* whoever waits for its queue sees it with other terms */
        step_wake(correction->step, step_key(correction->item.ticket.unit));
    }
    return rc;
}

/* ---- another unit gets it ---- */

/* Clocks stand still while it is suspended: they run again first, so that no pause is counted. */
static enum rc wake_up(struct correction *correction)
{
    struct escalation_item *item = &correction->item;
    if (item->ticket.state != ESCALATION_SUSPENDED) {
        return RC_OK;
    }
    enum rc rc = escalation_pause_wake(item, NULL);
    if (rc == RC_OK) {
        rc = escalation_state_find(item->step->txn, item->wish->ticket, &item->ticket);
    }
    if (rc == RC_OK) {
        rc = escalation_extra_load(item->step->txn, item->wish->ticket, &item->extra);
    }
    return rc;
}

static enum escalation_start start_of(const struct correction *correction)
{
    CHECK(correction->to.level >= 1);
    if (correction->to.level != correction->item.ticket.level) {
        return ESCALATION_START_ALL;
    }
    return correction->other ? ESCALATION_START_TERMS : ESCALATION_START_ACCEPT;
}

static enum rc hand_over(struct correction *correction)
{
    struct step *step = correction->step;
    struct escalation_item *item = &correction->item;
    Paidan__Corrected *fact = &correction->fact;
    enum rc rc = wake_up(correction);
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_begin begin = {.start = start_of(correction),
                                           .round = item->ticket.round,
                                           .keep = &item->ticket,
                                           .extra = &item->extra};
    rc = escalation_assignment_make(step, &correction->info, &correction->to, &begin, &fact->to);
    if (rc == RC_OK && correction->other) {
        rc = escalation_joint_end(step, &item->extra, correction->to.unit, &fact->assist_ended,
                                  &fact->n_assist_ended);
    }
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(item->ticket.unit)); /* it leaves this queue */
    item->signal = ESCALATION_ON_HAND_OVER;
    rc = escalation_work_say(item, &fact->base);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(fact->to->unit));
    const struct escalation_joint_asking asking = {.to = fact->to,
                                                   .same = begin.start == ESCALATION_START_ACCEPT,
                                                   .from_level = fact->from_level};
    return escalation_joint_begin(step, item->wish->ticket, &correction->info, &asking);
}

/* ---- the wish ---- */

static enum rc load(struct correction *correction)
{
    struct escalation_item *item = &correction->item;
    struct store_txn *txn = correction->step->txn;
    const uint64_t id = item->wish->ticket;
    CHECK(txn != NULL);
    enum rc rc = escalation_state_find(txn, id, &item->ticket);
    const bool may =
        rc == RC_OK && item->ticket.state != ESCALATION_NONE &&
        escalation_fsm_step(item->ticket.state, ESCALATION_ON_CORRECT).action == ESCALATION_DO_SAY;
    if (!may) {
        return rc; /* it will be refused */
    }
    rc = escalation_extra_load(txn, id, &item->extra);
    if (rc == RC_OK) {
        rc = escalation_work_info(item);
        correction->info = item->info;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* What it came to, beside what the dispatcher said. */
static enum rc answer(const struct correction *correction)
{
    const struct site *site = correction->step->site;
    struct escalation_ticket after;
    const enum rc rc =
        escalation_state_load(correction->step->txn, correction->wish->ticket, &after);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(after.version > correction->item.ticket.version ||
          after.last_seq > correction->item.ticket.last_seq);
    Paidan__Dispatched dispatched = PAIDAN__DISPATCHED__INIT;
    dispatched.unit = after.unit;
    dispatched.level = after.level;
    dispatched.category = (char *)(uintptr_t)correction->info.category;
    dispatched.area = (char *)(uintptr_t)correction->info.area;
    dispatched.area_from = correction->wish->area != NULL ? PAIDAN__AREA_FROM__AREA_TOLD
                                                          : PAIDAN__AREA_FROM__AREA_FOUND;
    dispatched.urgency = (Paidan__Urgency)correction->info.urgency;
    const uint32_t unit = site_unit_find(site, after.unit);
    const uint32_t area = site_heir(site, SITE_KIND_AREA, correction->info.area);
    const uint32_t own = unit == SITE_NONE ? SITE_NONE : site->units[unit].area;
    dispatched.has_elsewhere = own != SITE_NONE && area != SITE_NONE;
    dispatched.elsewhere = dispatched.has_elsewhere && !site_area_within(site, area, own);
    Paidan__Done done = PAIDAN__DONE__INIT;
    done.has_ticket = done.has_seq = done.has_version = true;
    done.ticket = correction->wish->ticket;
    done.seq = after.last_seq;
    done.version = after.version;
    done.dispatched = &dispatched;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer(correction->step, &answer);
}

static enum rc correct(struct correction *correction)
{
    Paidan__Corrected *fact = &correction->fact;
    struct escalation_item *item = &correction->item;
    fact->from_level = item->ticket.level;
    /* Woken up it is read again, and its unit with it. */
    fact->from_unit = arena_strdup(correction->step->arena, item->ticket.unit);
    if (fact->from_unit == NULL) {
        return RC_LIMIT;
    }
    /* Notes go into facts that others follow: numbers of people stay with intake. */
    if (escalation_work_given(correction->wish->note)) {
        const enum rc rc =
            text_mask_digits(correction->step->arena, correction->wish->note, &fact->note);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return correction->to.unit == NULL ? keep(correction) : hand_over(correction);
}

enum rc escalation_correct_apply(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_CORRECT);
    if (!escalation_work_given(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkResult result = PAIDAN__WORK_RESULT__INIT;
    struct correction *const correction = arena_zalloc(step->arena, sizeof *correction);
    if (correction == NULL) {
        return RC_LIMIT;
    }
    wish.ticket = request->correct->ticket;
    correction->step = step;
    correction->wish = request->correct;
    correction->item = (struct escalation_item){
        .step = step, .actor = request->actor, .unit = "", .wish = &wish, .result = &result};
    paidan__corrected__init(&correction->fact);
    enum rc rc = load(correction);
    if (rc != RC_OK) {
        return rc;
    }
    const char *detail = NULL;
    Paidan__Code code = judge_ticket(correction, &detail);
    if (code == PAIDAN__CODE__OK) {
        code = judge_wish(correction, &detail);
    } else if (code == PAIDAN__CODE__MERGED) {
        rc = escalation_work_merged_into(step, request->correct->ticket, &detail);
    }
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, code, detail);
    }
    rc = correct(correction);
    return rc == RC_OK ? answer(correction) : rc;
}

/* ---- folding ---- */

static bool take(char *field, size_t size, const char *text)
{
    CHECK(size > 0);
    return text == NULL || escalation_fold_text(field, size, text);
}

static enum rc fold_info(const struct escalation_fold *fold, const Paidan__Corrected *fact)
{
    CHECK(fold->id != 0);
    struct escalation_info info;
    if (fact->category == NULL && fact->area == NULL && !fact->has_urgency) {
        return RC_OK;
    }
    const enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (fact->has_held && (!fact->has_urgency || fact->held <= fact->urgency)) {
        return RC_CORRUPT;
    }
    if (fact->has_urgency) { /* a person's word: also against what members ask, and it stays */
        info.urgency = (uint32_t)(fact->has_held ? fact->held : fact->urgency);
        info.own_urgency = fact->has_held ? (uint32_t)fact->urgency : 0;
    }
    const bool fits = take(info.category, sizeof info.category, fact->category) &&
                      take(info.area, sizeof info.area, fact->area);
    return fits ? escalation_state_save_info(fold->txn, fold->id, &info) : RC_CORRUPT;
}

/* Until when the ticket's clocks have run: all of them stand still while it is suspended. */
static uint64_t ran_until_ms(const struct escalation_fold *fold)
{
    const struct escalation_extra *const extra = fold->extra;
    if (extra == NULL || extra->suspended_until_ms == 0) {
        return fold->event->at_ms;
    }
    CHECK(extra->pause_count > 0);
    return extra->pauses[extra->pause_count - 1].from_ms;
}

/* By the new terms a deadline may lie in the past: it passes at once, or with the end of the pause, and counts for
 * nobody. Within a pause it is in the past if nothing of the term is left: what is left is added to the pause's end. */
static void excuse(struct escalation_fold *fold, const Paidan__ClockSet *set)
{
    struct escalation_clock *clock = escalation_state_clock(fold->ticket, set->clock);
    CHECK(clock != NULL); /* it was given its new moments just now */
    if ((clock->flags & ESCALATION_EXPIRED) != 0) {
        return; /* missed before: as it was counted */
    }
    const bool past = clock->due_ms <= ran_until_ms(fold);
    clock->flags =
        (uint8_t)(past ? clock->flags | ESCALATION_COUNTED : clock->flags & ~ESCALATION_COUNTED);
}

static enum rc begin_clock(struct escalation_ticket *ticket, const Paidan__ClockSet *set)
{
    const bool counts =
        set->clock > PAIDAN__CLOCK__CLOCK_ACCEPT && set->clock <= PAIDAN__CLOCK__CLOCK_REDO;
    if (!counts || ticket->clock_count == ESCALATION_CLOCKS_MAX) {
        return RC_CORRUPT;
    }
    ticket->clock_count++;
    return escalation_clock_take(&ticket->clocks[ticket->clock_count - 1], set);
}

/* The clocks that go on or begin, and those that end. */
static enum rc fold_clocks(struct escalation_fold *fold, const Paidan__Corrected *fact)
{
    struct escalation_ticket *ticket = fold->ticket;
    enum rc rc = RC_OK;
    for (size_t index = 0; index < fact->n_clocks && rc == RC_OK; index++) {
        struct escalation_clock *clock = escalation_state_clock(ticket, fact->clocks[index]->clock);
        rc = clock == NULL ? begin_clock(ticket, fact->clocks[index])
                           : escalation_clock_take_again(clock, fact->clocks[index]);
        if (rc == RC_OK) {
            excuse(fold, fact->clocks[index]);
        }
    }
    for (size_t index = 0; index < fact->n_clocks_ended && rc == RC_OK; index++) {
        struct escalation_clock *clock = escalation_state_clock(ticket, fact->clocks_ended[index]);
        if (clock == NULL) {
            return RC_CORRUPT;
        }
        struct escalation_clock *last = &ticket->clocks[ticket->clock_count - 1];
        memmove(clock, clock + 1, (size_t)(last - clock) * sizeof *clock);
        memset(last, 0, sizeof *last);
        ticket->clock_count--;
    }
    return rc;
}

static enum rc fold_kept(struct escalation_fold *fold, const Paidan__Corrected *fact)
{
    const struct escalation_again again = {NULL, 0, fact->assists, fact->n_assists,
                                           fact->mode_clock};
    const bool needs_extra = fact->n_assists != 0 || fact->mode_clock != NULL;
    if (fact->n_assist_ended != 0 || (needs_extra && fold->extra == NULL)) {
        return RC_CORRUPT;
    }
    enum rc rc = fold_clocks(fold, fact);
    if (rc == RC_OK) {
        rc = escalation_extra_run_on(fold->extra, fold->ticket, &again);
    }
    if (rc == RC_OK && fact->n_clocks_ended != 0) {
        escalation_assignment_repair(fold->ticket);
    }
    return rc;
}

/* What runs on is the new unit's: neither does it answer for a deadline that had passed when it got the ticket,
 * nor does the excuse of an older deadline hold for one that is still to come. */
static void excuse_handed(struct escalation_fold *fold, const Paidan__Assignment *to)
{
    CHECK(to->level == fold->ticket->level);
    for (size_t index = 0; index < to->n_clocks; index++) {
        if (to->clocks[index]->clock != PAIDAN__CLOCK__CLOCK_ACCEPT) {
            excuse(fold, to->clocks[index]);
        }
    }
}

static enum rc fold_handed(struct escalation_fold *fold, const Paidan__Corrected *fact)
{
    const bool stays = fact->to->level == fold->ticket->level;
    if (strcmp(fact->to->unit, fold->ticket->unit) == 0 || fact->n_clocks != 0) {
        return RC_CORRUPT;
    }
    enum rc rc = escalation_assignment_fold(fold, fact->to, stays);
    if (rc == RC_OK) {
        rc = escalation_joint_fold_ended(fold, fact->assist_ended, fact->n_assist_ended);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (stays) {
        excuse_handed(fold, fact->to);
        escalation_assignment_repair(fold->ticket);
    } else { /* the clocks of the new level watch now */
        escalation_fold_drop_alarm(fold->ticket);
    }
    fold->counters[TALLY_ASSIGNED]++;
    fold->counters[TALLY_FALLBACK] += fact->to->has_fallback && fact->to->fallback ? 1 : 0;
    return RC_OK;
}

enum rc escalation_correct_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_CORRECTED);
    CHECK(fold->ticket->level >= 1); /* a state with a cell for it has a level */
    const Paidan__Corrected *fact = fold->event->corrected;
    if (fact->from_level != fold->ticket->level ||
        strcmp(fact->from_unit, fold->ticket->unit) != 0) {
        return RC_CORRUPT;
    }
    const enum rc rc = fact->to == NULL ? fold_kept(fold, fact) : fold_handed(fold, fact);
    fold->counters[TALLY_CORRECTED]++;
    return rc == RC_OK ? fold_info(fold, fact) : rc;
}
