/* Records of the followed logs: triage routes and rules, callback brings answers, intake withdraws,
 * supplements and chases. What does not fit the ticket's state is refused visibly. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_core.h"

/* What every handler of a record works with. */
struct heard {
    struct step *step;
    const Paidan__Event *record;
    uint64_t id;
    struct escalation_ticket ticket;
};

static enum rc refuse(const struct heard *heard, enum escalation_signal signal)
{
    if (heard->ticket.state == ESCALATION_NONE) {
        return escalation_core_refuse_record(heard->step, heard->record,
                                             PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    return escalation_core_refuse_record(heard->step, heard->record,
                                         escalation_fsm_refusal(heard->ticket.state, signal),
                                         escalation_fsm_state_name(heard->ticket.state));
}

/* ---- triage: routed, ruled ----------------------------------------------------------------------
 */

/* Copies a text of a record into a field of info. wire_check has bounded it. */
static void take(char *field, size_t size, const char *text)
{
    const size_t bytes = strlen(text);
    CHECK(bytes < size);
    memcpy(field, text, bytes + 1);
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
    const uint32_t category = site_category_find(site, info->category);
    const uint32_t area = site_area_find(site, info->area);
    return category == SITE_NONE || area == SITE_NONE ? 1
                                                      : site_level_owned(site, category, area, 1);
}

/* Who gets it: whom triage named if our site knows such a unit on that level; else, visibly, the
 * owner by our own matrix. Never nobody. */
static enum rc find_target(const struct heard *heard, const struct escalation_info *info,
                           const struct named *named, struct escalation_target *target)
{
    const struct site *site = heard->step->site;
    const Paidan__Code code = judge_owner(site, named);
    if (code != PAIDAN__CODE__OK) {
        const uint32_t level =
            code == PAIDAN__CODE__LEVEL_UNKNOWN ? lowest_level(site, info) : named->level;
        escalation_target_owner(site, info, level, target);
        return escalation_core_refuse_record(heard->step, heard->record, code,
                                             code == PAIDAN__CODE__LEVEL_UNKNOWN ? "level"
                                                                                 : "unit");
    }
    *target = (struct escalation_target){.level = named->level, .unit = named->unit};
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

/* Says Assigned with the whole of info. */
static enum rc say_assigned(const struct heard *heard, struct escalation_info *info,
                            Paidan__Assignment *assignment, Paidan__Why why, char *note)
{
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    assigned.to = assignment;
    assigned.why = why;
    assigned.category = info->category;
    assigned.area = info->area;
    assigned.urgency = (Paidan__Urgency)info->urgency;
    assigned.channel = info->channel;
    assigned.title = info->title;
    assigned.registered_ms = info->registered_ms;
    assigned.note = note;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &assigned;
    const enum rc rc = escalation_core_say(heard->step, heard->id, &heard->ticket, &event, 0);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(heard->step, step_key(assignment->unit));
    return escalation_joint_begin(heard->step, heard->id, info, assignment, 0);
}

/* 现场办: the unit that solved it takes it and resolves it in the step that gives it to it, so that
 * the resident is asked like any other. */
static enum rc record_spot(struct heard *heard, struct escalation_info *info, char *note)
{
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    enum rc rc = escalation_core_load(heard->step->txn, heard->id, &heard->ticket);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(escalation_fsm_step(heard->ticket.state, ESCALATION_ON_ACCEPT).action ==
          ESCALATION_DO_ACCEPT);
    accepted.unit = heard->ticket.unit;
    event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    event.accepted = &accepted;
    rc = escalation_core_say(heard->step, heard->id, &heard->ticket, &event, 0);
    if (rc == RC_OK) {
        rc = escalation_core_load(heard->step->txn, heard->id, &heard->ticket);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(escalation_fsm_step(heard->ticket.state, ESCALATION_ON_RESOLVE).action ==
          ESCALATION_DO_RESOLVE);
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = heard->ticket.unit;
    resolved.note = note;
    resolved.round = heard->ticket.round;
    resolved.channel = info->channel;
    resolved.has_mode = true;
    resolved.mode = PAIDAN__MODE__MODE_ON_SITE;
    paidan__event__init(&event);
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &resolved;
    return escalation_core_say(heard->step, heard->id, &heard->ticket, &event, 0);
}

static enum rc hear_routed(struct heard *heard)
{
    const Paidan__Routed *routed = heard->record->routed;
    const struct escalation_step go =
        escalation_fsm_step(heard->ticket.state, ESCALATION_ON_ROUTED);
    if (go.action != ESCALATION_DO_ASSIGN) {
        return go.action == ESCALATION_DO_IGNORE ? RC_OK : refuse(heard, ESCALATION_ON_ROUTED);
    }
    struct escalation_info info = {.urgency = (uint32_t)routed->urgency,
                                   .registered_ms = routed->registered_ms};
    take(info.category, sizeof info.category, routed->category);
    take(info.area, sizeof info.area, routed->area);
    take(info.channel, sizeof info.channel, routed->channel);
    take(info.title, sizeof info.title, routed->title);
    const struct named named = {routed->level, routed->unit, routed->assist, routed->n_assist};
    struct escalation_target target;
    enum rc rc = find_target(heard, &info, &named, &target);
    if (rc != RC_OK) {
        return rc;
    }
    if (target.unit == routed->unit) {
        target.fallback = routed->has_fallback && routed->fallback;
        target.matrix_line = routed->has_matrix_line ? routed->matrix_line : 0;
    }
    Paidan__Assignment *assignment = NULL;
    rc = escalation_assignment_make(heard->step, &info, &target, ESCALATION_START_ALL,
                                    heard->ticket.round, NULL, &assignment);
    if (rc != RC_OK) {
        return rc;
    }
    const bool by_desk = routed->has_by_desk && routed->by_desk;
    /* Whom our site does not know cannot have it recorded: the owner finds the note instead. */
    const bool spot = routed->spot_note != NULL && target.unit == routed->unit;
    rc = say_assigned(heard, &info, assignment,
                      by_desk ? PAIDAN__WHY__WHY_DISPATCHED : PAIDAN__WHY__WHY_ROUTED,
                      spot ? NULL : routed->spot_note);
    return rc == RC_OK && spot ? record_spot(heard, &info, routed->spot_note) : rc;
}

/* The ticket stays on its level: only a new accept clock. Another level: its clocks start. */
static enum rc hear_ruled(const struct heard *heard)
{
    const Paidan__Ruled *ruled = heard->record->ruled;
    const struct escalation_step go = escalation_fsm_step(heard->ticket.state, ESCALATION_ON_RULED);
    if (go.action != ESCALATION_DO_ASSIGN) {
        return refuse(heard, ESCALATION_ON_RULED);
    }
    /* Meanwhile it may have been raised and returned again, for other reasons. */
    if (ruled->has_return_count && ruled->return_count != heard->ticket.returns) {
        return escalation_core_refuse_record(heard->step, heard->record,
                                             PAIDAN__CODE__VERSION_CONFLICT, "return");
    }
    struct escalation_info info;
    enum rc rc = escalation_state_load_info(heard->step->txn, heard->id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    take(info.category, sizeof info.category, ruled->category);
    take(info.area, sizeof info.area, ruled->area);
    if (ruled->has_urgency) {
        info.urgency = (uint32_t)ruled->urgency;
    }
    const struct named named = {ruled->level, ruled->unit, ruled->assist, ruled->n_assist};
    struct escalation_target target;
    rc = find_target(heard, &info, &named, &target);
    if (rc != RC_OK) {
        return rc;
    }
    const enum escalation_start start =
        target.level == heard->ticket.level ? ESCALATION_START_ACCEPT : ESCALATION_START_ALL;
    Paidan__Assignment *assignment = NULL;
    rc = escalation_assignment_make(heard->step, &info, &target, start, heard->ticket.round,
                                    &heard->ticket, &assignment);
    if (rc != RC_OK) {
        return rc;
    }
    return say_assigned(heard, &info, assignment, PAIDAN__WHY__WHY_RULED, ruled->note);
}

/* ---- closing ------------------------------------------------------------------------------------
 */

struct end {
    Paidan__Outcome outcome;
    const Paidan__Satisfied *satisfied; /* NULL: nobody said */
};

static enum rc say_closed(const struct heard *heard, const struct end *end)
{
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    closed.outcome = end->outcome;
    closed.round = heard->ticket.round;
    if (end->satisfied != NULL) {
        closed.has_satisfied = true;
        closed.satisfied = *end->satisfied;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &closed;
    return escalation_core_say(heard->step, heard->id, &heard->ticket, &event, 0);
}

static enum rc hear_withdrawn(const struct heard *heard)
{
    const struct escalation_step go =
        escalation_fsm_step(heard->ticket.state, ESCALATION_ON_WITHDRAWN);
    if (go.action != ESCALATION_DO_CLOSE) {
        return go.action == ESCALATION_DO_IGNORE ? RC_OK : refuse(heard, ESCALATION_ON_WITHDRAWN);
    }
    const struct end end = {.outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN};
    return say_closed(heard, &end);
}

/* ---- callback: answered, unreached --------------------------------------------------------------
 */

/* One level higher; at the top the unit that had it keeps it. */
static enum rc reopen(const struct heard *heard, const Paidan__Answered *answered)
{
    const struct escalation_ticket *ticket = &heard->ticket;
    struct escalation_info info;
    enum rc rc = escalation_state_load_info(heard->step->txn, heard->id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct site *site = heard->step->site;
    const uint32_t above = escalation_target_level_above(site, info.area, ticket->level);
    struct escalation_target target;
    if (above != 0 || site_unit_find(site, ticket->unit) == SITE_NONE) {
        escalation_target_owner(site, &info, above != 0 ? above : ticket->level, &target);
    } else {
        target = (struct escalation_target){
            .level = ticket->level, .unit = ticket->unit, .assist_count = ticket->assist_count};
        for (uint32_t index = 0; index < ticket->assist_count; index++) {
            target.assist[index] = ticket->assist[index];
        }
    }
    Paidan__Reopened reopened = PAIDAN__REOPENED__INIT;
    reopened.round = ticket->round + 1;
    rc = escalation_assignment_make(heard->step, &info, &target, ESCALATION_START_ALL,
                                    reopened.round, NULL, &reopened.to);
    reopened.from_level = ticket->level;
    reopened.from_unit = arena_strdup(heard->step->arena, ticket->unit);
    reopened.note = answered->note;
    if (rc != RC_OK || reopened.from_unit == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &reopened;
    rc = escalation_core_say(heard->step, heard->id, ticket, &event, 0);
    if (rc != RC_OK) {
        return rc;
    }
    rc = escalation_supervise_by_rule(heard->step, heard->id,
                                      PAIDAN__SUPERVISE_RULE__SUPERVISE_REOPENED, 0);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(heard->step, step_key(reopened.to->unit));
    return escalation_joint_begin(heard->step, heard->id, &info, reopened.to, 0);
}

/* A red card in the history, then closed as unsolved. No alarm: nobody is asked any more. */
static enum rc give_up(struct heard *heard, const struct end *end)
{
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.clock = PAIDAN__CLOCK__CLOCK_CALLBACK;
    carded.level = heard->ticket.level;
    carded.due_ms = heard->step->now_ms;
    carded.next_alarm_ms = 0;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CARDED;
    event.carded = &carded;
    enum rc rc = escalation_core_say(heard->step, heard->id, &heard->ticket, &event, 0);
    if (rc == RC_OK) {
        rc = escalation_core_load(heard->step->txn, heard->id, &heard->ticket);
    }
    return rc == RC_OK ? say_closed(heard, end) : rc;
}

static enum escalation_signal answer_signal(const struct heard *heard, Paidan__Outcome *outcome)
{
    const struct site_callback *rules = &heard->step->site->callback;
    const bool may_reopen = heard->ticket.round <= rules->reopen_max;
    switch (heard->record->answered->solved) {
    case PAIDAN__SOLVED__SOLVED_YES:
        *outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
        return ESCALATION_ON_SOLVED;
    case PAIDAN__SOLVED__SOLVED_PARTLY:
        *outcome = PAIDAN__OUTCOME__OUTCOME_PARTLY;
        return rules->partly_reopens && may_reopen ? ESCALATION_ON_UNSOLVED : ESCALATION_ON_SOLVED;
    default:
        *outcome = PAIDAN__OUTCOME__OUTCOME_UNSOLVED;
        return may_reopen ? ESCALATION_ON_UNSOLVED : ESCALATION_ON_GIVEN_UP;
    }
}

static enum rc hear_callback(struct heard *heard)
{
    const Paidan__Answered *answered =
        heard->record->fact_case == PAIDAN__EVENT__FACT_ANSWERED ? heard->record->answered : NULL;
    struct end end = {.outcome = PAIDAN__OUTCOME__OUTCOME_UNREACHED};
    enum escalation_signal signal = ESCALATION_ON_UNREACHED;
    uint32_t round = 0;
    if (answered != NULL) {
        signal = answer_signal(heard, &end.outcome);
        end.satisfied = &answered->satisfied;
        round = answered->round;
    } else {
        round = heard->record->unreached->round;
    }
    const struct escalation_step go = escalation_fsm_step(heard->ticket.state, signal);
    if (go.action == ESCALATION_DO_REFUSE) {
        return refuse(heard, signal);
    }
    if (round != heard->ticket.round) {
        return escalation_core_refuse_record(heard->step, heard->record,
                                             PAIDAN__CODE__CALLBACK_NOT_OPEN, "round");
    }
    if (go.action == ESCALATION_DO_REOPEN) {
        CHECK(answered != NULL);
        return reopen(heard, answered);
    }
    CHECK(go.action == ESCALATION_DO_CLOSE);
    return signal == ESCALATION_ON_GIVEN_UP ? give_up(heard, &end) : say_closed(heard, &end);
}

/* ---- intake: supplemented, chased ---------------------------------------------------------------
 */

static enum rc hear_noted(const struct heard *heard)
{
    const struct escalation_step go = escalation_fsm_step(heard->ticket.state, ESCALATION_ON_NOTED);
    if (go.action != ESCALATION_DO_NOTE) {
        return go.action == ESCALATION_DO_IGNORE ? RC_OK : refuse(heard, ESCALATION_ON_NOTED);
    }
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    if (heard->record->fact_case == PAIDAN__EVENT__FACT_SUPPLEMENTED) {
        noted.has_supplement = true;
        noted.supplement = true;
    } else {
        noted.has_chases = true;
        noted.chases = heard->record->chased->count;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_NOTED;
    event.noted = &noted;
    const enum rc rc = escalation_core_say(heard->step, heard->id, &heard->ticket, &event, 0);
    return rc == RC_OK && noted.has_chases
               ? escalation_supervise_by_rule(heard->step, heard->id,
                                              PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED, 0)
               : rc;
}

bool escalation_hears(const char *log, Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_ROUTED:
    case PAIDAN__EVENT__FACT_RULED:
        return strcmp(log, "triage") == 0;
    case PAIDAN__EVENT__FACT_ANSWERED:
    case PAIDAN__EVENT__FACT_UNREACHED:
        return strcmp(log, "callback") == 0;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
    case PAIDAN__EVENT__FACT_CHASED:
        return strcmp(log, "intake") == 0;
    default:
        return false;
    }
}

enum rc escalation_decide_record(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_RECORD);
    if (!input->event->has_ticket || input->event->ticket == 0) {
        return escalation_core_refuse_record(step, input->event, PAIDAN__CODE__FIELD_INVALID,
                                             "ticket");
    }
    struct heard heard = {.step = step, .record = input->event, .id = input->event->ticket};
    const enum rc rc = escalation_core_load(step->txn, heard.id, &heard.ticket);
    if (rc != RC_OK) {
        return rc;
    }
    switch (input->event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return hear_routed(&heard);
    case PAIDAN__EVENT__FACT_RULED:
        return hear_ruled(&heard);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return hear_withdrawn(&heard);
    case PAIDAN__EVENT__FACT_ANSWERED:
    case PAIDAN__EVENT__FACT_UNREACHED:
        return hear_callback(&heard);
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
    case PAIDAN__EVENT__FACT_CHASED:
        return hear_noted(&heard);
    default:
        return RC_OK; /* of no interest here */
    }
}
