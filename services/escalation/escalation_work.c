/* What units and supervisors wish about tickets: each item of a batch is judged on its own, after
 * the ones before it, by the rule of its action.
 *
 * Owns the order of the questions, which callers rely on: whose ticket it is comes first, an old
 * version is told before a state that the caller could not know. A refusal says who was faster
 * (escalation_faster.h), so that the second clerk need not ask around. Knows no
 * action by name; the rules come from escalation_core.c. */

#include "escalation_work.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/text/text.h"
#include "escalation_faster.h"
#include "escalation_group.h"
#include "escalation_retire.h"
#include "escalation_target.h"

/* ---- parts that acts share ---- */

bool escalation_work_given(const char *text)
{
    return !text_blank(text);
}

char *escalation_work_note(const struct escalation_item *item)
{
    return escalation_work_given(item->wish->note) ? item->wish->note : NULL;
}

enum rc escalation_work_say(const struct escalation_item *item, const ProtobufCMessage *fact)
{
    CHECK(item->result->code == PAIDAN__CODE__OK);
    const struct escalation_saying about = {.id = item->wish->ticket,
                                            .ticket = &item->ticket,
                                            .signal = item->signal,
                                            .item = item->index};
    return escalation_say(item->step, &about, fact);
}

enum rc escalation_work_info(struct escalation_item *item)
{
    CHECK(item->ticket.state != ESCALATION_NONE);
    if (item->has_info) {
        return RC_OK;
    }
    const enum rc rc = escalation_state_load_info(item->step->txn, item->wish->ticket, &item->info);
    item->has_info = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

bool escalation_work_late(struct escalation_item *item, Paidan__Clock kind)
{
    CHECK(kind >= PAIDAN__CLOCK__CLOCK_ACCEPT);
    CHECK(kind <= PAIDAN__CLOCK__CLOCK_REDO);
    const struct escalation_clock *clock = escalation_state_clock(&item->ticket, kind);
    return clock != NULL && escalation_state_runs(&item->ticket, clock) &&
           ((clock->flags & ESCALATION_EXPIRED) != 0 || clock->due_ms <= item->step->now_ms);
}

enum rc escalation_work_refuse_unit(struct step *step, const char *unit, bool *refused)
{
    CHECK(unit != NULL);
    bool known = false;
    const enum rc rc = escalation_target_unit_known(step->txn, step->site, unit, &known);
    *refused = rc == RC_OK && !known;
    return *refused ? step_refuse(step, PAIDAN__CODE__UNIT_UNKNOWN, "unit") : rc;
}

enum rc escalation_work_merged_into(struct step *step, uint64_t id, const char **detail)
{
    uint64_t into = 0;
    const enum rc rc = escalation_group_into(step->txn, id, &into);
    if (rc != RC_OK || into == 0) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    *detail = number_text(step->arena, into);
    return *detail == NULL ? RC_LIMIT : RC_OK;
}

/* ---- judging ---- */

static bool is_lead(const struct escalation_item *item)
{
    return strcmp(item->ticket.unit, item->unit) == 0;
}

static bool assists(const struct escalation_item *item)
{
    bool found = false;
    for (uint32_t index = 0; index < item->ticket.assist_count; index++) {
        found = found || strcmp(item->ticket.assist[index], item->unit) == 0;
    }
    for (uint32_t index = 0; index < item->extra.assist_count; index++) {
        found = found || strcmp(item->extra.assists[index].unit, item->unit) == 0;
    }
    return found;
}

static Paidan__Code judge_who(struct escalation_item *item)
{
    switch (item->rule->who) {
    case ESCALATION_BY_LEAD:
        if (!is_lead(item) && item->rule->assisting != PAIDAN__CODE__OK && assists(item)) {
            return item->rule->assisting;
        }
        return is_lead(item) ? PAIDAN__CODE__OK : PAIDAN__CODE__NOT_YOUR_TICKET;
    case ESCALATION_BY_LEAD_OR_ASSIST:
        return is_lead(item) || assists(item) ? PAIDAN__CODE__OK : PAIDAN__CODE__NOT_YOUR_TICKET;
    case ESCALATION_BY_ASSIST:
        return escalation_extra_assist(&item->extra, item->unit) != NULL
                   ? PAIDAN__CODE__OK
                   : PAIDAN__CODE__NOT_ASSISTING;
    case ESCALATION_BY_SUPERVISOR:
        return site_supervises(item->step->site, item->unit) ? PAIDAN__CODE__OK
                                                             : PAIDAN__CODE__NOT_SUPERVISOR;
    case ESCALATION_BY_ANYONE:
        break;
    }
    CHECK(item->rule->who == ESCALATION_BY_ANYONE);
    CHECK(item->rule->judge != NULL); /* somebody must decide who may */
    return PAIDAN__CODE__OK;
}

static bool is_leased_by_other(const struct escalation_item *item)
{
    CHECK(item->actor[0] != '\0');
    return item->ticket.state == ESCALATION_ASSIGNED &&
           item->ticket.lease_until_ms > item->step->now_ms &&
           strcmp(item->ticket.holder, item->actor) != 0;
}

/* Whether the rules let this unit do this now. detail: of the refusal. */
static Paidan__Code judge_item(struct escalation_item *item, const char **detail)
{
    CHECK(item->rule->act != NULL);
    const struct escalation_rule *rule = item->rule;
    if (item->ticket.state == ESCALATION_NONE) {
        return escalation_retire_code(&item->ticket);
    }
    if (item->ticket.state == ESCALATION_MERGED) {
        return PAIDAN__CODE__MERGED; /* nobody's: whose the other one is does not matter */
    }
    const Paidan__Code who = judge_who(item);
    if (who != PAIDAN__CODE__OK) {
        return who;
    }
    if (item->wish->has_version && item->wish->version != item->ticket.version) {
        return PAIDAN__CODE__VERSION_CONFLICT;
    }
    item->signal = rule->signal_of == NULL ? rule->signal : rule->signal_of(item);
    if (escalation_fsm_step(item->ticket.state, item->signal).action == ESCALATION_DO_REFUSE) {
        *detail = escalation_fsm_state_name(item->ticket.state);
        return escalation_fsm_refusal(item->ticket.state, item->signal);
    }
    if (!rule->keeps_lease && is_leased_by_other(item)) {
        return PAIDAN__CODE__LEASED_BY_OTHER;
    }
    if (rule->note && !escalation_work_given(item->wish->note)) {
        return PAIDAN__CODE__NOTE_MISSING;
    }
    return rule->judge == NULL ? PAIDAN__CODE__OK : rule->judge(item, detail);
}

/* ---- doing ---- */

static enum rc load_item(struct escalation_item *item)
{
    CHECK(!item->has_info);
    enum rc rc = escalation_state_find(item->step->txn, item->wish->ticket, &item->ticket);
    const bool more = (item->ticket.flags & ESCALATION_HAS_EXTRA) != 0;
    if (rc == RC_OK && more) {
        rc = escalation_extra_load(item->step->txn, item->wish->ticket, &item->extra);
    }
    return rc;
}

static enum rc act(struct escalation_item *item)
{
    const struct escalation_step go = escalation_fsm_step(item->ticket.state, item->signal);
    CHECK(go.action == ESCALATION_DO_SAY);
    const enum rc rc = item->rule->act(item);
    if (rc != RC_OK || item->result->code != PAIDAN__CODE__OK) {
        return rc;
    }
    if (item->rule->many_facts) {
        return escalation_state_find(item->step->txn, item->wish->ticket, &item->ticket);
    }
    item->ticket.state = go.next;
    item->ticket.version++;
    return RC_OK;
}

static enum rc do_item(struct escalation_item *item)
{
    CHECK(item->result != NULL);
    paidan__work_result__init(item->result);
    item->result->ticket = item->wish->ticket;
    enum rc rc = load_item(item);
    if (rc != RC_OK) {
        return rc;
    }
    const char *detail = NULL;
    item->result->code = judge_item(item, &detail);
    if (item->result->code == PAIDAN__CODE__MERGED) {
        rc = escalation_work_merged_into(item->step, item->wish->ticket, &detail);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (item->result->code == PAIDAN__CODE__OK) {
        rc = act(item);
    } else if (detail != NULL) {
        item->result->detail = arena_strdup(item->step->arena, detail);
        rc = item->result->detail == NULL ? RC_LIMIT : RC_OK;
    }
    if (rc == RC_OK && item->result->code != PAIDAN__CODE__OK) {
        rc = escalation_faster_tell(item);
    }
    if (rc == RC_OK && item->ticket.state != ESCALATION_NONE) {
        item->result->has_version = true;
        item->result->version = item->ticket.version;
        item->result->has_state = true;
        item->result->state = (Paidan__State)item->ticket.state;
    }
    return rc;
}

static enum rc do_items(struct step *step, const Paidan__Request *request,
                        const struct escalation_batch *batch, Paidan__WorkResult *results)
{
    CHECK(batch->rule != NULL);
    CHECK(batch->count <= WORK_ITEMS_MAX);
    for (size_t index = 0; index < batch->count; index++) {
        /* Notes go into facts that others follow: numbers of people stay with intake. A copy, for
         * the step may have to be done again. */
        Paidan__WorkItem wish = *batch->items[index];
        enum rc rc =
            wish.note == NULL ? RC_OK : text_mask_digits(step->arena, wish.note, &wish.note);
        if (rc == RC_OK && wish.person != NULL) {
            rc = text_mask_digits(step->arena, wish.person, &wish.person);
        }
        if (rc != RC_OK) {
            return rc;
        }
        struct escalation_item item = {.step = step,
                                       .actor = request->actor,
                                       .unit = batch->unit,
                                       .index = (uint32_t)index,
                                       .wish = &wish,
                                       .result = &results[index],
                                       .rule = batch->rule};
        rc = do_item(&item);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static Paidan__Code judge_batch(const Paidan__Request *request,
                                const struct escalation_batch *batch, const char **detail)
{
    CHECK(batch->count == 0 || batch->items != NULL);
    if (!escalation_work_given(request->actor)) {
        return PAIDAN__CODE__ACTOR_MISSING;
    }
    *detail = "action";
    if (batch->rule == NULL) {
        return PAIDAN__CODE__WISH_UNSUPPORTED;
    }
    *detail = "items";
    if (batch->count > WORK_ITEMS_MAX) {
        return PAIDAN__CODE__TOO_MANY_ITEMS;
    }
    return batch->count == 0 ? PAIDAN__CODE__FIELD_INVALID : PAIDAN__CODE__OK;
}

enum rc escalation_work_run(struct step *step, const Paidan__Request *request,
                            const struct escalation_batch *batch)
{
    CHECK(batch->unit != NULL);
    const char *detail = NULL;
    const Paidan__Code code = judge_batch(request, batch, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    bool refused = false;
    enum rc rc = escalation_work_refuse_unit(step, batch->unit, &refused);
    if (rc != RC_OK || refused) {
        return rc;
    }
    Paidan__WorkResult *results = arena_alloc(step->arena, batch->count * sizeof *results);
    Paidan__Worked worked = PAIDAN__WORKED__INIT;
    worked.results = arena_alloc(step->arena, batch->count * sizeof(Paidan__WorkResult *));
    if (results == NULL || worked.results == NULL) {
        return RC_LIMIT;
    }
    rc = do_items(step, request, batch, results);
    if (rc != RC_OK) {
        return rc;
    }
    worked.n_results = batch->count;
    for (size_t index = 0; index < batch->count; index++) {
        worked.results[index] = &results[index];
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_WORKED;
    answer.worked = &worked;
    return step_answer(step, &answer);
}
