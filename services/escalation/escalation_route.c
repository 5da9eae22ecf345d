/* Triage gives a ticket to a unit: a route, a dispatcher's word, a ruling on a return.
 *
 * Owns the record of info (category, area, title ...), written whole with every Assigned. Never
 * nobody: a unit or level that our site does not know is refused visibly, and the owner by our own
 * matrix gets the ticket. A ruling on the same level starts a new accept clock only, for the
 * resident has waited since the first dispatch. */

#include "escalation_route.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "escalation_assignment.h"
#include "escalation_claim.h"
#include "escalation_joint.h"

/* Copies a text of a record into a field of info. wire_check has bounded it. */
static void take(char *field, size_t size, const char *text)
{
    const size_t bytes = strlen(text);
    CHECK(bytes < size);
    memcpy(field, text, bytes + 1);
}

/* Triage may have read the site before a code was given up. */
static const char *today(const struct site *site, enum site_kind kind, const char *code)
{
    const char *now = site_code_now(site, kind, code);
    return now == NULL ? code : now;
}

/* What triage says about an owner, as both of its facts say it. */
struct named {
    uint32_t level;
    const char *unit;
    char *const *assist;
    size_t assist_count;
};

/* OK, or what is wrong with the owner that triage named. */
static Paidan__Code judge_owner(const struct site *site, const struct named *named)
{
    CHECK(site->level_count <= SITE_LEVELS_MAX);
    if (named->level < 1 || named->level > site->level_count) {
        return PAIDAN__CODE__LEVEL_UNKNOWN;
    }
    const uint32_t unit = site_unit_find(site, named->unit);
    if (unit == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    return site->units[unit].level == named->level ? PAIDAN__CODE__OK
                                                   : PAIDAN__CODE__UNIT_NOT_AT_LEVEL;
}

/* Lowest level with an owner of its own; level 1 if the site does not know category or area. */
static uint32_t lowest_level(const struct site *site, const struct escalation_info *info)
{
    const uint32_t category = site_heir(site, SITE_KIND_CATEGORY, info->category);
    const uint32_t area = site_heir(site, SITE_KIND_AREA, info->area);
    return category == SITE_NONE || area == SITE_NONE ? 1
                                                      : site_level_owned(site, category, area, 1);
}

/* Who gets it: whom triage named if our site knows such a unit on that level; else, visibly, the
 * owner by our own matrix. Never nobody. */
static enum rc find_target(const struct escalation_heard *heard, const struct escalation_info *info,
                           const struct named *named, struct escalation_target *target)
{
    const struct site *site = heard->step->site;
    /* Triage may have read the site before its units were renamed. */
    const char *now = site_code_now(site, SITE_KIND_UNIT, named->unit);
    const bool renamed = now != NULL && strcmp(now, named->unit) != 0;
    const struct named current = {named->level, renamed ? now : named->unit, named->assist,
                                  named->assist_count};
    const Paidan__Code code = judge_owner(site, &current);
    if (code != PAIDAN__CODE__OK) {
        const uint32_t level =
            code == PAIDAN__CODE__LEVEL_UNKNOWN ? lowest_level(site, info) : named->level;
        escalation_target_owner(site, info, level, target);
        return escalation_heard_refuse(heard, code,
                                       code == PAIDAN__CODE__LEVEL_UNKNOWN ? "level" : "unit");
    }
    *target = (struct escalation_target){.level = named->level, .unit = current.unit};
    for (size_t index = 0; index < named->assist_count; index++) {
        const char *assist = named->assist[index];
        const bool fits = target->assist_count < SITE_ASSIST_MAX;
        if (fits && site_unit_find(site, assist) != SITE_NONE && strcmp(assist, named->unit) != 0) {
            target->assist[target->assist_count] = assist;
            target->assist_count++;
        }
    }
    return RC_OK;
}

/* Says Assigned with the whole of info. assigned: its why and note are set. same: a ruling that
 * leaves matter and level as they were. */
static enum rc say_assigned(const struct escalation_heard *heard, enum escalation_signal signal,
                            struct escalation_info *info, Paidan__Assignment *assignment,
                            Paidan__Assigned *assigned, bool same)
{
    CHECK(assignment->unit[0] != '\0');
    assigned->to = assignment;
    assigned->category = info->category;
    assigned->area = info->area;
    assigned->urgency = (Paidan__Urgency)info->urgency;
    assigned->channel = info->channel;
    assigned->title = info->title;
    assigned->registered_ms = info->registered_ms;
    assigned->has_confidential = assigned->confidential = info->confidential;
    assigned->has_outer_due_ms = info->outer_due_ms != 0;
    assigned->outer_due_ms = info->outer_due_ms;
    assigned->has_own_urgency = info->own_urgency != 0;
    assigned->own_urgency = assigned->has_own_urgency ? (Paidan__Urgency)info->own_urgency
                                                      : PAIDAN__URGENCY__URGENCY_NORMAL;
    assigned->has_own_outer_due_ms = info->claimed_due;
    assigned->own_outer_due_ms = info->own_outer_due_ms;
    const enum rc rc = escalation_heard_say(heard, signal, &assigned->base);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(heard->step, step_key(assignment->unit));
    const struct escalation_joint_asking asking = {
        .to = assignment, .same = same, .from_level = heard->ticket.level};
    return escalation_joint_begin(heard->step, heard->id, info, &asking);
}

/* 现场办: the unit that solved it takes it and resolves it in the step that gives it to it, so that
 * the resident is asked like any other. */
static enum rc record_spot(struct escalation_heard *heard, struct escalation_info *info, char *note)
{
    enum rc rc = escalation_heard_again(heard);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(heard->ticket.state == ESCALATION_ASSIGNED);
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = heard->ticket.unit;
    rc = escalation_heard_say(heard, ESCALATION_ON_ACCEPT, &accepted.base);
    if (rc == RC_OK) {
        rc = escalation_heard_again(heard);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(heard->ticket.state == ESCALATION_ACCEPTED);
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = heard->ticket.unit;
    resolved.note = note;
    resolved.round = heard->ticket.round;
    resolved.channel = info->channel;
    resolved.has_mode = true;
    resolved.mode = PAIDAN__MODE__MODE_ON_SITE;
    Paidan__ResolvedMatter matter;
    resolved.matter =
        escalation_target_matter(heard->step->site, info, heard->ticket.chases, &matter);
    return escalation_heard_say(heard, ESCALATION_ON_RESOLVE, &resolved.base);
}

enum rc escalation_route_hear_routed(struct escalation_heard *heard)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_ROUTED);
    const Paidan__Routed *routed = heard->record->routed;
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, ESCALATION_ON_ROUTED, &rc)) {
        return rc;
    }
    struct escalation_info info = {.urgency = (uint32_t)routed->urgency,
                                   .registered_ms = routed->registered_ms,
                                   .outer_due_ms =
                                       routed->has_outer_due_ms ? routed->outer_due_ms : 0,
                                   .confidential = routed->summary != NULL};
    take(info.category, sizeof info.category,
         today(heard->step->site, SITE_KIND_CATEGORY, routed->category));
    take(info.area, sizeof info.area, today(heard->step->site, SITE_KIND_AREA, routed->area));
    take(info.channel, sizeof info.channel,
         today(heard->step->site, SITE_KIND_CHANNEL, routed->channel));
    take(info.title, sizeof info.title, routed->title);
    struct escalation_claim claim;
    rc = escalation_claim_of(heard->step, heard->id, &claim);
    if (rc != RC_OK) {
        return rc;
    }
    escalation_claim_hold(&claim, &info);
    const struct named named = {routed->level, routed->unit, routed->assist, routed->n_assist};
    struct escalation_target target;
    rc = find_target(heard, &info, &named, &target);
    if (rc != RC_OK) {
        return rc;
    }
    if (target.unit == routed->unit) {
        target.fallback = routed->has_fallback && routed->fallback;
        target.matrix_line = routed->has_matrix_line ? routed->matrix_line : 0;
    }
    /* Whom our site does not know cannot have it recorded: the owner finds the note instead. What
     * was solved on the spot needs nobody's assistance. */
    const bool spot = routed->spot_note != NULL && target.unit == routed->unit;
    target.assist_count = spot ? 0 : target.assist_count;
    Paidan__Assignment *assignment = NULL;
    const struct escalation_begin begin = {.round = heard->ticket.round};
    rc = escalation_assignment_make(heard->step, &info, &target, &begin, &assignment);
    if (rc != RC_OK) {
        return rc;
    }
    const bool by_desk = routed->has_by_desk && routed->by_desk;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    assigned.why = by_desk ? PAIDAN__WHY__WHY_DISPATCHED : PAIDAN__WHY__WHY_ROUTED;
    assigned.note = spot ? NULL : routed->spot_note;
    assigned.summary = routed->summary;
    rc = say_assigned(heard, ESCALATION_ON_ROUTED, &info, assignment, &assigned, false);
    return rc == RC_OK && spot ? record_spot(heard, &info, routed->spot_note) : rc;
}

/* Which clocks a ruling starts. A ticket that is another thing now (gas is not rubbish) gets the
 * terms of what it is, but the resident has waited since the first dispatch. Else on its level only
 * a new accept clock, on another one that level's clocks. */
static enum rc rule_clocks(const struct escalation_heard *heard, const struct escalation_target *to,
                           bool other, struct escalation_extra *extra,
                           struct escalation_begin *begin)
{
    CHECK(heard->ticket.state == ESCALATION_RETURNED);
    *begin = (struct escalation_begin){
        .start = to->level == heard->ticket.level ? ESCALATION_START_ACCEPT : ESCALATION_START_ALL,
        .round = heard->ticket.round,
        .keep = &heard->ticket,
        .extra = extra};
    if (!other) {
        return RC_OK;
    }
    begin->start = ESCALATION_START_TERMS;
    return escalation_extra_load(heard->step->txn, heard->id, extra);
}

/* 保密: a ruling may say better what the unit gets. Its title is cut as triage cut the first one. */
static enum rc take_summary(const struct escalation_heard *heard, const char *summary,
                            struct escalation_info *info)
{
    char *title = NULL;
    const enum rc rc = text_title(heard->step->arena, summary, &title);
    if (rc == RC_OK) {
        info->confidential = true;
        take(info->title, sizeof info->title, title);
    }
    return rc == RC_INVALID ? RC_CORRUPT : rc; /* triage masked it, so it is text */
}

/* The dispatcher's word about the ticket; a member may be more urgent. */
static enum rc take_urgency(const struct escalation_heard *heard, Paidan__Urgency urgency,
                            struct escalation_info *info)
{
    struct escalation_claim claim;
    const enum rc rc = escalation_claim_of(heard->step, heard->id, &claim);
    if (rc == RC_OK) {
        const bool claimed = claim.urgency > (uint32_t)urgency;
        info->own_urgency = claimed ? (uint32_t)urgency : 0;
        info->urgency = claimed ? claim.urgency : (uint32_t)urgency;
    }
    return rc;
}

enum rc escalation_route_hear_ruled(struct escalation_heard *heard)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_RULED);
    const Paidan__Ruled *ruled = heard->record->ruled;
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, ESCALATION_ON_RULED, &rc)) {
        return rc;
    }
    /* Meanwhile it may have been raised and returned again, for other reasons. */
    if (ruled->has_return_count && ruled->return_count != heard->ticket.returns) {
        return escalation_heard_refuse(heard, PAIDAN__CODE__VERSION_CONFLICT, "return");
    }
    const struct site *site = heard->step->site;
    struct escalation_info info;
    rc = escalation_heard_info(heard, &info);
    if (rc != RC_OK) {
        return rc;
    }
    const bool recoded =
        strcmp(info.category, today(site, SITE_KIND_CATEGORY, ruled->category)) != 0;
    const uint32_t was = info.urgency;
    take(info.category, sizeof info.category, today(site, SITE_KIND_CATEGORY, ruled->category));
    take(info.area, sizeof info.area, today(site, SITE_KIND_AREA, ruled->area));
    if (ruled->has_urgency) {
        rc = take_urgency(heard, ruled->urgency, &info);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const bool other = recoded || info.urgency != was;
    if (ruled->summary != NULL) {
        rc = take_summary(heard, ruled->summary, &info);
        if (rc != RC_OK) {
            return rc;
        }
    }
    const struct named named = {ruled->level, ruled->unit, ruled->assist, ruled->n_assist};
    struct escalation_target target;
    rc = find_target(heard, &info, &named, &target);
    if (rc != RC_OK) {
        return rc;
    }
    struct escalation_extra extra;
    struct escalation_begin begin;
    Paidan__Assignment *assignment = NULL;
    rc = rule_clocks(heard, &target, other, &extra, &begin);
    if (rc == RC_OK) {
        rc = escalation_assignment_make(heard->step, &info, &target, &begin, &assignment);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    assigned.why = PAIDAN__WHY__WHY_RULED;
    assigned.note = ruled->note;
    assigned.summary = ruled->summary;
    if (other) {
        rc = escalation_joint_end(heard->step, &extra, assignment->unit, &assigned.assist_ended,
                                  &assigned.n_assist_ended);
    }
    return rc == RC_OK ? say_assigned(heard, ESCALATION_ON_RULED, &info, assignment, &assigned,
                                      begin.start == ESCALATION_START_ACCEPT)
                       : rc;
}

/* ---- folding ---- */

static enum rc store_info(const struct escalation_fold *fold, const Paidan__Assigned *assigned)
{
    CHECK(fold->id != 0);
    struct escalation_info info = {
        .urgency = (uint32_t)assigned->urgency,
        .registered_ms = assigned->registered_ms,
        .outer_due_ms = assigned->has_outer_due_ms ? assigned->outer_due_ms : 0,
        .own_urgency = assigned->has_own_urgency ? (uint32_t)assigned->own_urgency : 0,
        .claimed_due = assigned->has_own_outer_due_ms && assigned->has_outer_due_ms,
        .own_outer_due_ms = assigned->has_own_outer_due_ms ? assigned->own_outer_due_ms : 0,
        .confidential = assigned->has_confidential && assigned->confidential};
    const bool fits =
        escalation_fold_text(info.category, sizeof info.category, assigned->category) &&
        escalation_fold_text(info.area, sizeof info.area, assigned->area) &&
        escalation_fold_text(info.channel, sizeof info.channel, assigned->channel) &&
        escalation_fold_text(info.title, sizeof info.title, assigned->title);
    return fits ? escalation_state_save_info(fold->txn, fold->id, &info) : RC_CORRUPT;
}

enum rc escalation_route_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ASSIGNED);
    const Paidan__Assigned *assigned = fold->event->assigned;
    struct escalation_ticket *ticket = fold->ticket;
    const bool ruled = assigned->why == PAIDAN__WHY__WHY_RULED;
    const bool stays = ruled && assigned->to->level == ticket->level;
    enum rc rc = escalation_assignment_fold(fold, assigned->to, stays);
    if (rc == RC_OK) {
        rc = escalation_joint_fold_ended(fold, assigned->assist_ended, assigned->n_assist_ended);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (ruled) {
        ticket->flags |= ESCALATION_RULED;
        escalation_assignment_repair(ticket);
    }
    const bool fallback = assigned->to->has_fallback && assigned->to->fallback;
    fold->counters[ruled ? TALLY_RULED : TALLY_ASSIGNED]++;
    fold->counters[TALLY_FALLBACK] += fallback ? 1 : 0;
    return store_info(fold, assigned);
}
