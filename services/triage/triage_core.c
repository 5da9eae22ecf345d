/* triage_core: what each input means, and the facts that follow. See the header. */

#include "triage_core.h"

#include <string.h>

#include "common/base/check.h"
#include "common/wire/peek.h"

/* A chain of facts: the new one points to the ticket's newest, if there is one. */
static void chain(Paidan__Event *event, uint64_t ticket, uint64_t last_seq)
{
    event->has_ticket = 1;
    event->ticket = ticket;
    event->has_prev_seq = last_seq != 0;
    event->prev_seq = last_seq;
}

static enum rc refuse_record(struct step *step, const struct step_input *input, Paidan__Code code,
                             const char *detail)
{
    Paidan__RecordRefused refused = PAIDAN__RECORD_REFUSED__INIT;
    refused.code = (uint32_t)code;
    refused.detail = arena_strdup(step->arena, detail);
    if (refused.detail == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = input->event->has_ticket;
    event.ticket = input->event->ticket;
    event.fact_case = PAIDAN__EVENT__FACT_RECORD_REFUSED;
    event.record_refused = &refused;
    return step_append(step, &event, 0, NULL);
}

/* spot: solved by the unit already. */
static enum rc say_routed(struct step *step, const struct step_input *input,
                          const struct triage_judgement *judgement, bool spot)
{
    const struct site *site = step->site;
    const Paidan__Registered *registered = input->event->registered;
    char *assist[SITE_ASSIST_MAX];
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    routed.channel = registered->channel;
    routed.title = registered->title;
    routed.category = site->categories[judgement->category].code;
    routed.area = site->areas[judgement->area].code;
    routed.urgency = site->categories[judgement->category].urgency;
    routed.level = judgement->level;
    routed.unit = site->units[judgement->owner.lead].code;
    routed.n_assist = judgement->owner.assist_count;
    routed.assist = assist;
    for (uint32_t index = 0; index < judgement->owner.assist_count; index++) {
        assist[index] = site->units[judgement->owner.assist[index]].code;
    }
    routed.has_fallback = routed.fallback = judgement->owner.fallback;
    routed.has_matrix_line = judgement->owner.matrix_line != 0;
    routed.matrix_line = judgement->owner.matrix_line;
    routed.why = arena_strdup(step->arena, judgement->why);
    routed.registered_ms = input->event->at_ms;
    routed.spot_note = spot ? registered->spot_note : NULL;
    if (routed.why == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    chain(&event, input->event->ticket, 0);
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    return step_append(step, &event, 0, NULL);
}

static enum rc say_desked(struct step *step, const struct step_input *input,
                          const struct triage_judgement *judgement)
{
    const struct site *site = step->site;
    const Paidan__Registered *registered = input->event->registered;
    char *categories[TRIAGE_PROPOSALS_MAX], *areas[TRIAGE_PROPOSALS_MAX];
    Paidan__Desked desked = PAIDAN__DESKED__INIT;
    desked.reasons = judgement->reasons;
    desked.n_categories = judgement->category_count;
    desked.categories = categories;
    for (uint32_t index = 0; index < judgement->category_count; index++) {
        categories[index] = site->categories[judgement->categories[index]].code;
    }
    desked.n_areas = judgement->area_count;
    desked.areas = areas;
    for (uint32_t index = 0; index < judgement->area_count; index++) {
        areas[index] = site->areas[judgement->areas[index]].code;
    }
    desked.title = registered->title;
    desked.channel = registered->channel;
    desked.has_registered_ms = 1;
    desked.registered_ms = input->event->at_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    chain(&event, input->event->ticket, 0);
    event.fact_case = PAIDAN__EVENT__FACT_DESKED;
    event.desked = &desked;
    return step_append(step, &event, 0, NULL);
}

/* 现场办: the unit that solved it, if our site knows it; intake may have read the site's files
 * before us. SITE_NONE: nobody did, or, said visibly, a stranger, and it goes the ordinary way. */
static enum rc find_spot_unit(struct step *step, const struct step_input *input, uint32_t *unit)
{
    const Paidan__Registered *registered = input->event->registered;
    *unit = SITE_NONE;
    if (registered->spot_unit == NULL || registered->spot_note == NULL) {
        return RC_OK;
    }
    *unit = site_unit_find(step->site, registered->spot_unit);
    return *unit == SITE_NONE ? refuse_record(step, input, PAIDAN__CODE__UNIT_UNKNOWN, "spot_unit")
                              : RC_OK;
}

static enum rc apply_registered(struct step *step, const struct step_input *input)
{
    struct triage_judgement judgement;
    enum rc rc = triage_core_judge(step->arena, step->site, input->event->registered, &judgement);
    if (rc == RC_INVALID) {
        return refuse_record(step, input, PAIDAN__CODE__TEXT_NOT_UTF8, "registered");
    }
    uint32_t unit = SITE_NONE;
    rc = rc == RC_OK ? find_spot_unit(step, input, &unit) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (unit != SITE_NONE) {
        triage_core_judge_spot(step->site, unit, &judgement);
    }
    const enum triage_signal signal = judgement.reasons == 0 ? TRIAGE_ROUTE : TRIAGE_DESK;
    const struct triage_step step_to = triage_fsm_step(TRIAGE_NONE, signal);
    return step_to.action == TRIAGE_DO_ROUTE
               ? say_routed(step, input, &judgement, unit != SITE_NONE)
               : say_desked(step, input, &judgement);
}

/* Title, channel and registered of a ticket, from its first fact; left absent when that is gone. */
static enum rc recall(struct step *step, uint64_t first_seq, Paidan__Desked *desked)
{
    Paidan__Event *first = NULL;
    const enum rc rc = step_read(step, first_seq, &first);
    if (rc == RC_NOT_FOUND) {
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (first->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        desked->title = first->routed->title;
        desked->channel = first->routed->channel;
        desked->has_registered_ms = 1;
        desked->registered_ms = first->routed->registered_ms;
    } else if (first->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        desked->title = first->desked->title;
        desked->channel = first->desked->channel;
        desked->has_registered_ms = first->desked->has_registered_ms;
        desked->registered_ms = first->desked->registered_ms;
    } else {
        return RC_CORRUPT;
    }
    return RC_OK;
}

static enum rc say_returned(struct step *step, const struct step_input *input,
                            struct triage_ticket *record)
{
    const Paidan__Returned *returned = input->event->returned;
    char *category = record->category, *area = record->area;
    Paidan__Desked desked = PAIDAN__DESKED__INIT;
    desked.reasons = 1u << PAIDAN__DESK_REASON__DESK_RETURNED;
    desked.n_categories = category[0] == '\0' ? 0 : 1;
    desked.categories = &category;
    desked.n_areas = area[0] == '\0' ? 0 : 1;
    desked.areas = &area;
    desked.note = returned->note;
    desked.unit = returned->unit;
    desked.has_return_count = 1;
    desked.return_count = returned->count;
    const enum rc rc = recall(step, record->first_seq, &desked);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    chain(&event, input->event->ticket, record->last_seq);
    event.fact_case = PAIDAN__EVENT__FACT_DESKED;
    event.desked = &desked;
    return step_append(step, &event, 0, NULL);
}

static enum rc say_undesked(struct step *step, const struct step_input *input, uint64_t last_seq,
                            enum triage_signal signal)
{
    static char moved[] = "moved", closed[] = "closed", withdrawn[] = "withdrawn";
    Paidan__Undesked undesked = PAIDAN__UNDESKED__INIT;
    undesked.reason = signal == TRIAGE_MOVE ? moved : signal == TRIAGE_CLOSE ? closed : withdrawn;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    chain(&event, input->event->ticket, last_seq);
    event.fact_case = PAIDAN__EVENT__FACT_UNDESKED;
    event.undesked = &undesked;
    return step_append(step, &event, 0, NULL);
}

static enum rc say_noted(struct step *step, const struct step_input *input, uint64_t last_seq)
{
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    noted.has_chases = 1;
    noted.chases = input->event->chased->count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    chain(&event, input->event->ticket, last_seq);
    event.fact_case = PAIDAN__EVENT__FACT_NOTED;
    event.noted = &noted;
    return step_append(step, &event, 0, NULL);
}

/* A signal about a ticket that triage has had before. */
static enum rc apply_signal(struct step *step, const struct step_input *input,
                            enum triage_signal signal)
{
    struct triage_ticket record = {0};
    const enum rc rc = triage_state_get(step->txn, input->event->ticket, &record);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    const struct triage_step to = triage_fsm_step(record.state, signal);
    if (to.next == TRIAGE_NONE) {
        return refuse_record(step, input,
                             rc == RC_NOT_FOUND ? PAIDAN__CODE__TICKET_UNKNOWN
                                                : PAIDAN__CODE__STATE_FORBIDS,
                             triage_fsm_state_name(record.state));
    }
    switch (to.action) {
    case TRIAGE_DO_NOTHING:
        return RC_OK;
    case TRIAGE_DO_DESK:
        return say_returned(step, input, &record);
    case TRIAGE_DO_UNDESK:
        return say_undesked(step, input, record.last_seq, signal);
    case TRIAGE_DO_NOTE:
        return say_noted(step, input, record.last_seq);
    case TRIAGE_DO_ROUTE: /* only by registering and dispatching */
    case TRIAGE_DO_RULE:
        break;
    }
    CHECK(to.action == TRIAGE_DO_NOTHING);
    return RC_OK;
}

static enum rc apply_intake(struct step *step, const struct step_input *input)
{
    struct triage_ticket record;
    enum rc rc = RC_OK;
    switch (input->event->fact_case) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        rc = triage_state_get(step->txn, input->event->ticket, &record);
        if (rc == RC_OK) {
            return refuse_record(step, input, PAIDAN__CODE__STATE_FORBIDS,
                                 triage_fsm_state_name(record.state));
        }
        return rc == RC_NOT_FOUND ? apply_registered(step, input) : rc;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return apply_signal(step, input, TRIAGE_WITHDRAW);
    case PAIDAN__EVENT__FACT_CHASED:
        return apply_signal(step, input, TRIAGE_CHASE);
    default:
        return RC_OK; /* of no interest here */
    }
}

static enum rc apply_escalation(struct step *step, const struct step_input *input)
{
    switch (input->event->fact_case) {
    case PAIDAN__EVENT__FACT_RETURNED:
        return apply_signal(step, input, TRIAGE_RETURN);
    case PAIDAN__EVENT__FACT_ASSIGNED:
        /* A ruling given before triage had read of a raise and a second return is taken for that
         * one: the desk has the ticket again and must let it go. */
        return input->event->assigned->why == PAIDAN__WHY__WHY_RULED
                   ? apply_signal(step, input, TRIAGE_MOVE)
                   : RC_OK;
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
        return apply_signal(step, input, TRIAGE_MOVE);
    case PAIDAN__EVENT__FACT_CLOSED:
        return apply_signal(step, input, TRIAGE_CLOSE);
    default:
        return RC_OK;
    }
}

bool triage_core_hears(const char *log, Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_REGISTERED:
    case PAIDAN__EVENT__FACT_WITHDRAWN:
    case PAIDAN__EVENT__FACT_CHASED:
        return strcmp(log, "intake") == 0;
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return strcmp(log, "escalation") == 0;
    default:
        return false;
    }
}

enum step_need triage_core_needs(const char *log, Paidan__Event__FactCase fact,
                                 const unsigned char *body, size_t bytes)
{
    enum { ASSIGNED_WHY = 2 }; /* field of Assigned */
    uint64_t why = 0;
    (void)log; /* each kind is heard of one log */
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return peek_number(body, bytes, ASSIGNED_WHY, &why) && why != PAIDAN__WHY__WHY_RULED
                   ? STEP_NEED_NONE
                   : STEP_NEED_ALL;
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return STEP_NEED_BRIEF;
    default:
        return STEP_NEED_ALL;
    }
}

enum rc triage_core_apply(struct step *step, const struct step_input *input)
{
    if (input->kind == STEP_COMMAND) {
        return triage_core_dispatch(step, input);
    }
    CHECK(input->kind == STEP_RECORD); /* triage keeps no deadlines */
    if (input->event == NULL || !input->event->has_ticket) {
        return RC_OK;
    }
    return strcmp(input->log, "intake") == 0 ? apply_intake(step, input)
                                             : apply_escalation(step, input);
}

bool triage_core_changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_DESK_DISPATCH;
}

bool triage_core_knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_DESK_LIST:
    case PAIDAN__REQUEST__WISH_DESK_DISPATCH:
    case PAIDAN__REQUEST__WISH_TRIAGE_SHOW:
        return true;
    default:
        return false;
    }
}
