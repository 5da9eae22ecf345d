/* triage_dispatch: the dispatcher decides: DeskDispatch becomes Routed (a new ticket) or Ruled (a
 * returned one). Owns how a decision is made whole from what the dispatcher named, the ticket's
 * record and the site. What must stay true: only a ticket at the desk can be decided, and each
 * decision leaves it with a unit and an area, for escalation could not place it otherwise. */

#include "triage_dispatch.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "triage_desk.h"
#include "triage_place.h"

struct decision {
    const Paidan__DeskDispatch *wish;
    struct triage_ticket record;
    struct triage_desk desk;
    uint32_t category, area, unit;
    struct site_owner owner; /* by the matrix, for the assisting units */
    char *assist[SITE_ASSIST_MAX];
};

/* The category told, else the ticket's. */
static Paidan__Code choose_category(const struct site *site, struct decision *decision)
{
    CHECK(site->category_count > 0);
    const char *code =
        decision->wish->category != NULL ? decision->wish->category : decision->record.category;
    decision->category = code[0] == '\0' ? SITE_NONE : site_category_find(site, code);
    return decision->category == SITE_NONE ? PAIDAN__CODE__CATEGORY_UNKNOWN : PAIDAN__CODE__OK;
}

/* The area told, else the one that follows from ticket and unit. */
static Paidan__Code choose_area(const struct site *site, struct decision *decision)
{
    CHECK(decision->unit < site->unit_count);
    if (decision->wish->area != NULL) {
        decision->area = site_area_find(site, decision->wish->area);
    } else {
        const uint32_t of_ticket = decision->record.area[0] == '\0'
                                       ? SITE_NONE
                                       : site_area_find(site, decision->record.area);
        decision->area = triage_place_of_unit(site, decision->unit, of_ticket);
    }
    return decision->area == SITE_NONE ? PAIDAN__CODE__AREA_UNKNOWN : PAIDAN__CODE__OK;
}

/* Makes the decision whole. OK, or what is unknown in it: see detail_of. */
static Paidan__Code choose(const struct site *site, struct decision *decision)
{
    CHECK(decision->wish->unit != NULL); /* required by the schema */
    decision->unit = site_unit_find(site, decision->wish->unit);
    if (decision->unit == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    Paidan__Code code = choose_category(site, decision);
    if (code == PAIDAN__CODE__OK) {
        code = choose_area(site, decision);
    }
    if (code != PAIDAN__CODE__OK) {
        return code;
    }
    CHECK(decision->category < site->category_count);
    CHECK(decision->area < site->area_count);
    /* The matrix names who assists, if the dispatcher chose the unit that it names; for any other
     * unit nobody was asked to assist, and nobody is. */
    site_owner(site, decision->category, decision->area, site->units[decision->unit].level,
               &decision->owner);
    if (decision->owner.lead != decision->unit) {
        decision->owner = (struct site_owner){.lead = decision->unit};
    }
    for (uint32_t index = 0; index < decision->owner.assist_count; index++) {
        decision->assist[index] = site->units[decision->owner.assist[index]].code;
    }
    return PAIDAN__CODE__OK;
}

/* The dispatcher's word, else the category's. */
static Paidan__Urgency urgency(const struct site *site, const struct decision *decision)
{
    CHECK(decision->category < site->category_count);
    return decision->wish->has_urgency ? decision->wish->urgency
                                       : site->categories[decision->category].urgency;
}

/* Title and channel come from the desk's row, for the text was not kept. No `why`: a person
 * decided, and is named in the cause. */
static enum rc say_routed(struct step *step, struct decision *decision, uint64_t *seq)
{
    const struct site *site = step->site;
    CHECK(decision->owner.lead == decision->unit);
    CHECK(decision->record.decided_seq == 0);
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    routed.channel = decision->desk.channel;
    routed.title = decision->desk.title;
    routed.category = site->categories[decision->category].code;
    routed.area = site->areas[decision->area].code;
    routed.urgency = urgency(site, decision);
    routed.level = site->units[decision->unit].level;
    routed.unit = site->units[decision->unit].code;
    routed.n_assist = decision->owner.assist_count;
    routed.assist = decision->assist;
    routed.has_fallback = routed.fallback = decision->owner.fallback;
    routed.has_matrix_line = decision->owner.matrix_line != 0;
    routed.matrix_line = decision->owner.matrix_line;
    routed.has_by_desk = routed.by_desk = 1;
    routed.registered_ms = decision->desk.registered_ms;
    struct step_about about =
        triage_ticket_about(decision->wish->ticket, &decision->record, TRIAGE_DISPATCH);
    about.seq = seq;
    return step_say(step, &about, &routed.base);
}

/* A ruling that names no urgency leaves the ticket's alone: an emergency that one unit returns is
 * one for the next. Another category brings its own. */
static bool changes_urgency(const struct site *site, const struct decision *decision)
{
    CHECK(decision->category < site->category_count);
    return decision->wish->has_urgency ||
           strcmp(site->categories[decision->category].code, decision->record.category) != 0;
}

/* Escalation knows the ticket already; a ruling carries only what the dispatcher decides anew. */
static enum rc say_ruled(struct step *step, struct decision *decision, uint64_t *seq)
{
    const struct site *site = step->site;
    CHECK(decision->owner.lead == decision->unit);
    CHECK(decision->record.decided_seq > 0);
    Paidan__Ruled ruled = PAIDAN__RULED__INIT;
    ruled.category = site->categories[decision->category].code;
    ruled.area = site->areas[decision->area].code;
    ruled.unit = site->units[decision->unit].code;
    /* The unit's, not the area's: a ruling may send a ticket up or down. */
    ruled.level = site->units[decision->unit].level;
    ruled.n_assist = decision->owner.assist_count;
    ruled.assist = decision->assist;
    /* Other logs hold no numbers of people, and a dispatcher likes to note whom to call. */
    if (!text_blank(decision->wish->note)) {
        const enum rc rc = text_mask_digits(step->arena, decision->wish->note, &ruled.note);
        if (rc != RC_OK) {
            return rc;
        }
    }
    /* Absent: escalation keeps what it has. */
    ruled.has_urgency = changes_urgency(site, decision);
    ruled.urgency = urgency(site, decision);
    /* By it escalation knows which return this answers: see tell_ruled_behind in the stories. */
    ruled.has_return_count = decision->desk.return_count != 0;
    ruled.return_count = decision->desk.return_count;
    struct step_about about =
        triage_ticket_about(decision->wish->ticket, &decision->record, TRIAGE_DISPATCH);
    about.seq = seq;
    return step_say(step, &about, &ruled.base);
}

/* The field at fault, which the code names already: choose refuses nothing else. */
static const char *detail_of(Paidan__Code code)
{
    CHECK(code != PAIDAN__CODE__OK);
    return code == PAIDAN__CODE__UNIT_UNKNOWN       ? "unit"
           : code == PAIDAN__CODE__CATEGORY_UNKNOWN ? "category"
                                                    : "area";
}

enum rc triage_dispatch_apply(struct step *step, const struct step_input *input)
{
    CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_DESK_DISPATCH);
    struct decision decision = {.wish = input->request->desk_dispatch};
    const uint64_t ticket = decision.wish->ticket;
    enum rc rc = triage_state_get(step->txn, ticket, &decision.record);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    if (rc != RC_OK) {
        return rc;
    }
    /* Two dispatchers may look at the same page of the desk: the second one is told so. */
    const struct triage_step to = triage_fsm_step(decision.record.state, TRIAGE_DISPATCH);
    if (to.next == TRIAGE_NONE) {
        return step_refuse(step, PAIDAN__CODE__NOT_ON_DESK,
                           triage_fsm_state_name(decision.record.state));
    }
    const Paidan__Code code = choose(step->site, &decision);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail_of(code));
    }
    /* A ticket in a state of the desk without a row there: the store contradicts itself. */
    rc = triage_state_desk_get(step->txn, ticket, &decision.desk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    uint64_t seq = 0;
    rc = to.fact == PAIDAN__EVENT__FACT_ROUTED ? say_routed(step, &decision, &seq)
                                               : say_ruled(step, &decision, &seq);
    return rc == RC_OK ? step_answer_done(step, ticket, seq) : rc;
}

enum rc triage_dispatch_fold_ruled(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                                   struct triage_ticket *record)
{
    const Paidan__Ruled *const ruled = event->ruled;
    CHECK(record->state == TRIAGE_DESK_RETURNED);
    CHECK(record->decided_seq > 0); /* what is returned was decided before */
    const enum rc rc = triage_desk_leave(fold, event->ticket);
    if (rc != RC_OK) {
        return rc;
    }
    triage_ticket_count(fold, TRIAGE_TALLY_RULED);
    record->by_desk = true;
    return triage_ticket_decide(record, seq, ruled->category, ruled->area, ruled->unit);
}
