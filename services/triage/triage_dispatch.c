/* triage_dispatch: the dispatcher decides: DeskDispatch becomes Routed (a new ticket, or one whose
 * dispatch was taken back) or Ruled (a returned one). Owns how a decision is made whole from what the dispatcher named, the ticket's
 * record and the site. What must stay true: only a ticket at the desk can be decided, each decision
 * leaves it with a unit and an area, for escalation could not place it otherwise, and nothing that
 * was known of the ticket (place, category, urgency) changes unless the dispatcher said so; what
 * follows from the decision stands in the answer. */

#include "triage_dispatch.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_judge.h"
#include "common/text/text.h"
#include "triage_desk.h"
#include "triage_place.h"
#include "triage_trust.h"
#include "triage_urgency.h"

struct decision {
    const Paidan__DeskDispatch *wish;
    struct triage_ticket record;
    struct triage_desk desk;
    uint32_t category, area, unit;
    Paidan__AreaFrom area_from;
    char candidates[DETAIL_BYTES_MAX + 1]; /* of AREA_AMBIGUOUS: the codes to choose from */
    struct site_owner owner;               /* by the matrix, for the assisting units */
    char *title, *summary;                 /* 保密: for the unit; NULL: none was written */
    char *assist[SITE_ASSIST_MAX];
};

/* The category told, else the ticket's, under the code that it has now: an edit of the site may be
 * younger than the last look at the desk. */
static Paidan__Code choose_category(const struct site *site, struct decision *decision)
{
    CHECK(site->category_count > 0);
    const char *code =
        decision->wish->category != NULL ? decision->wish->category : decision->record.category;
    decision->category = code[0] == '\0' ? SITE_NONE : site_heir(site, SITE_KIND_CATEGORY, code);
    return decision->category == SITE_NONE ? PAIDAN__CODE__CATEGORY_UNKNOWN : PAIDAN__CODE__OK;
}

/* The proposals that the site still knows, for who chooses among them. */
static uint32_t known_areas(const struct site *site, const struct triage_desk *desk,
                            uint32_t areas[TRIAGE_PROPOSALS_MAX])
{
    uint32_t count = 0;
    CHECK(desk->area_count <= TRIAGE_PROPOSALS_MAX);
    for (uint32_t index = 0; index < desk->area_count; index++) {
        areas[count] = site_heir(site, SITE_KIND_AREA, desk->areas[index]);
        count += areas[count] != SITE_NONE ? 1 : 0;
    }
    return count;
}

/* Several places were found. The unit settles it if only one lies in its own area; where the desk
 * holds as many as it can there may have been more, and the dispatcher is asked. */
static Paidan__Code settle_area(const struct site *site, struct decision *decision,
                                const uint32_t *areas, uint32_t count)
{
    CHECK(count > 1);
    CHECK(count <= TRIAGE_PROPOSALS_MAX);
    if (count < TRIAGE_PROPOSALS_MAX) {
        decision->area = triage_place_fitting(site, decision->unit, areas, count);
        decision->area_from = PAIDAN__AREA_FROM__AREA_FITTING;
    }
    if (decision->area != SITE_NONE) {
        return PAIDAN__CODE__OK;
    }
    for (uint32_t index = 0; index < count; index++) {
        site_judge_note(decision->candidates, sizeof decision->candidates, index == 0 ? "" : ", ");
        site_judge_note(decision->candidates, sizeof decision->candidates,
                        site->areas[areas[index]].code);
    }
    return PAIDAN__CODE__AREA_AMBIGUOUS;
}

/* The area told; else the one that was found, whichever the unit's own is: a unit of another area
 * may be sent there. Only where nothing was found is it the unit's. */
static Paidan__Code choose_area(const struct site *site, struct decision *decision)
{
    const char *found = decision->record.area;
    uint32_t areas[TRIAGE_PROPOSALS_MAX];
    CHECK(decision->unit < site->unit_count);
    decision->area = SITE_NONE;
    decision->area_from = PAIDAN__AREA_FROM__AREA_TOLD;
    if (decision->wish->area != NULL) {
        decision->area = site_area_find(site, decision->wish->area);
        return decision->area == SITE_NONE ? PAIDAN__CODE__AREA_UNKNOWN : PAIDAN__CODE__OK;
    }
    if (found[0] != '\0') {
        decision->area = site_heir(site, SITE_KIND_AREA, found);
        decision->area_from = PAIDAN__AREA_FROM__AREA_FOUND;
    }
    if (decision->area != SITE_NONE) {
        return PAIDAN__CODE__OK;
    }
    const uint32_t count = known_areas(site, &decision->desk, areas);
    if (count > 1) {
        return settle_area(site, decision, areas, count);
    }
    decision->area = count == 1 ? areas[0] : triage_place_of_unit(site, decision->unit);
    decision->area_from =
        count == 1 ? PAIDAN__AREA_FROM__AREA_FOUND : PAIDAN__AREA_FROM__AREA_OF_UNIT;
    return decision->area == SITE_NONE ? PAIDAN__CODE__AREA_UNKNOWN : PAIDAN__CODE__OK;
}

/* 保密: what the unit gets in place of the resident's words. Needed before a unit has it; a ruling may
 * leave it as it is. Of any other ticket the unit gets the words themselves. */
static Paidan__Code judge_summary(const struct decision *decision)
{
    const bool confidential =
        (decision->desk.reasons >> PAIDAN__DESK_REASON__DESK_CONFIDENTIAL & 1u) != 0;
    if (text_blank(decision->wish->summary)) {
        return confidential && decision->record.state != TRIAGE_DESK_RETURNED
                   ? PAIDAN__CODE__SUMMARY_MISSING
                   : PAIDAN__CODE__OK;
    }
    return confidential ? PAIDAN__CODE__OK : PAIDAN__CODE__FIELD_INVALID;
}

/* Masked as every note is, for it goes to other logs; the title is cut from it. */
static enum rc write_summary(struct step *step, struct decision *decision)
{
    CHECK(decision->summary == NULL);
    if (text_blank(decision->wish->summary)) {
        return RC_OK;
    }
    const enum rc rc = text_mask_digits(step->arena, decision->wish->summary, &decision->summary);
    return rc == RC_OK ? text_title(step->arena, decision->summary, &decision->title) : rc;
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

static Paidan__Urgency of_category(const struct site *site, const char *code)
{
    const uint32_t category = code[0] == '\0' ? SITE_NONE : site_category_find(site, code);
    return category == SITE_NONE ? (Paidan__Urgency)0 : site->categories[category].urgency;
}

/* The dispatcher's word, or what follows from the ticket; see urgency(). Else a new ticket is as urgent as its category, and one that comes back stays as it is:
 * an emergency that one unit returns is one for the next. Only an urgency that was the old category's
 * follows when the category changes. */
static Paidan__Urgency judged_urgency(const struct site *site, const struct decision *decision)
{
    CHECK(decision->category < site->category_count);
    const struct site_category *category = &site->categories[decision->category];
    const struct triage_ticket *record = &decision->record;
    const Paidan__Urgency was = triage_urgency_own(&decision->desk);
    if (decision->wish->has_urgency) {
        return decision->wish->urgency;
    }
    const bool keeps = record->decided_seq != 0 && was != 0 &&
                       (strcmp(category->code, record->category) == 0 ||
                        was != of_category(site, record->category));
    return keeps ? was : category->urgency;
}

/* Never less than what a burst made of it while it lay here: the alarm was given, and whoever dispatches it
 * may not have read why. Who thinks otherwise corrects it, in the open, when a unit has it. */
static Paidan__Urgency urgency(const struct site *site, const struct decision *decision)
{
    const Paidan__Urgency judged = judged_urgency(site, decision);
    CHECK(decision->desk.raised <= PAIDAN__URGENCY__URGENCY_EMERGENCY);
    return decision->desk.raised > (uint32_t)judged ? (Paidan__Urgency)decision->desk.raised
                                                    : judged;
}

/* Title and channel come from the desk's row, for the text was not kept. No `why`: a person
 * decided, and is named in the cause. */
static enum rc say_routed(struct step *step, struct decision *decision, uint64_t *seq)
{
    const struct site *site = step->site;
    CHECK(decision->owner.lead == decision->unit);
    CHECK((decision->record.decided_seq == 0) == (decision->record.state == TRIAGE_DESK_NEW));
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    routed.channel = decision->desk.channel;
    routed.title = decision->title != NULL ? decision->title : decision->desk.title;
    routed.summary = decision->summary;
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
    routed.has_outer_due_ms = decision->desk.outer_due_ms != 0;
    routed.outer_due_ms = decision->desk.outer_due_ms;
    routed.has_area_from = 1;
    routed.area_from = decision->area_from;
    struct step_about about =
        triage_ticket_about(decision->wish->ticket, &decision->record, TRIAGE_DISPATCH);
    about.seq = seq;
    return step_say(step, &about, &routed.base);
}

/* Whether a ruling says an urgency at all. Absent, escalation keeps what it has, also where we do not
 * know it: rows from before desks had clocks. */
static bool changes_urgency(const struct site *site, const struct decision *decision)
{
    CHECK(decision->category < site->category_count);
    return decision->wish->has_urgency ||
           (decision->desk.urgency != 0
                ? urgency(site, decision) != triage_urgency_own(&decision->desk)
                : strcmp(site->categories[decision->category].code, decision->record.category) !=
                      0);
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
    ruled.summary = decision->summary;
    /* Absent: escalation keeps what it has. */
    ruled.has_urgency = changes_urgency(site, decision);
    ruled.urgency = urgency(site, decision);
    ruled.has_urgency_kept = !ruled.has_urgency && decision->desk.urgency != 0;
    ruled.urgency_kept = urgency(site, decision);
    ruled.has_area_from = 1;
    ruled.area_from = decision->area_from;
    /* By it escalation knows which return this answers: see tell_ruled_behind in the stories. */
    ruled.has_return_count = decision->desk.return_count != 0;
    ruled.return_count = decision->desk.return_count;
    struct step_about about =
        triage_ticket_about(decision->wish->ticket, &decision->record, TRIAGE_DISPATCH);
    about.seq = seq;
    return step_say(step, &about, &ruled.base);
}

/* The field at fault, or what to choose from: choose refuses nothing else. */
static const char *detail_of(const struct decision *decision, Paidan__Code code)
{
    CHECK(code != PAIDAN__CODE__OK);
    return code == PAIDAN__CODE__UNIT_UNKNOWN       ? "unit"
           : code == PAIDAN__CODE__CATEGORY_UNKNOWN ? "category"
           : code == PAIDAN__CODE__AREA_AMBIGUOUS   ? decision->candidates
                                                    : "area";
}

/* What the decision came to, beside what the dispatcher said: whence the place is, and whether the
 * unit is sent outside its own. */
static enum rc answer(struct step *step, const struct decision *decision, uint64_t seq)
{
    const struct site *site = step->site;
    CHECK(seq > 0);
    Paidan__Dispatched dispatched = PAIDAN__DISPATCHED__INIT;
    dispatched.unit = site->units[decision->unit].code;
    dispatched.level = site->units[decision->unit].level;
    dispatched.category = site->categories[decision->category].code;
    dispatched.area = site->areas[decision->area].code;
    dispatched.area_from = decision->area_from;
    dispatched.urgency = urgency(site, decision);
    if (decision->desk.own_urgency != 0 && (uint32_t)dispatched.urgency < decision->desk.urgency) {
        dispatched.urgency =
            (Paidan__Urgency)decision->desk.urgency; /* its members hold it to that */
    }
    dispatched.has_elsewhere = dispatched.elsewhere =
        triage_place_elsewhere(site, decision->unit, decision->area);
    dispatched.has_ruled = dispatched.ruled = decision->record.state == TRIAGE_DESK_RETURNED;
    Paidan__Done done = PAIDAN__DONE__INIT;
    done.has_ticket = done.has_seq = 1;
    done.ticket = decision->wish->ticket;
    done.seq = seq;
    done.dispatched = &dispatched;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer(step, &answer);
}

/* What was decided may prove what triage had decided or guessed about the ticket. */
static enum rc decide(struct step *step, struct decision *decision, Paidan__Event__FactCase fact)
{
    char measured[CODE_BYTES_MAX + 1];
    uint64_t seq = 0;
    enum rc rc = triage_trust_watch(step, decision->wish->ticket, measured);
    if (rc == RC_OK) {
        rc = fact == PAIDAN__EVENT__FACT_ROUTED ? say_routed(step, decision, &seq)
                                                : say_ruled(step, decision, &seq);
    }
    if (rc == RC_OK) {
        rc = triage_trust_settle(step, measured);
    }
    return rc == RC_OK ? answer(step, decision, seq) : rc;
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
    /* A ticket in a state of the desk without a row there: the store contradicts itself. */
    rc = triage_state_desk_get(step->txn, ticket, &decision.desk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const Paidan__Code unfit = judge_summary(&decision);
    if (unfit != PAIDAN__CODE__OK) {
        return step_refuse(step, unfit, "summary");
    }
    const Paidan__Code code = choose(step->site, &decision);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail_of(&decision, code));
    }
    rc = write_summary(step, &decision);
    if (rc != RC_OK) {
        return rc == RC_INVALID ? step_refuse(step, PAIDAN__CODE__TEXT_NOT_UTF8, "summary") : rc;
    }
    return decide(step, &decision, to.fact);
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
