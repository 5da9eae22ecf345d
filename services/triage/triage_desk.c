/* triage_desk: what lies at the dispatcher's desk. Owns the table `desk`: one row for each ticket
 * that waits there, with all that the dispatcher needs to see, so that a page of the desk costs one
 * row a ticket and no text. What must stay true: a row is there exactly while the ticket is in a
 * state of the desk, and the gauge desk_open counts the rows. */

#include "triage_desk.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "triage_clock.h"

/* ---- deciding ---- */

/* The clock starts when the ticket came in or came back, not when triage read of it: a triage that
 * was down for a night gives nobody a night more. */
static enum rc add_clock(struct step *step, uint64_t start_ms, Paidan__Desked *desked)
{
    CHECK(desked->has_urgency);
    CHECK(desked->clock == NULL);
    return triage_clock_plan(step->arena, step->site, desked->urgency, start_ms, &desked->clock);
}

/* Proposals are codes, not indexes: the site may have other categories when the dispatcher
 * looks. */
enum rc triage_desk_say_new(struct step *step, const Paidan__Event *event,
                            const struct site_judgement *judgement)
{
    CHECK(judgement->reasons != 0);
    CHECK(judgement->category_count <= TRIAGE_PROPOSALS_MAX);
    CHECK(judgement->area_count <= TRIAGE_PROPOSALS_MAX);
    const struct site *site = step->site;
    const struct triage_ticket none = {.state = TRIAGE_NONE};
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
    desked.title = event->registered->title;
    desked.channel = event->registered->channel;
    desked.has_registered_ms = 1;
    desked.registered_ms = event->at_ms;
    desked.has_outer_due_ms = event->registered->has_due_ms;
    desked.outer_due_ms = event->registered->due_ms;
    desked.has_urgency = 1;
    desked.urgency = triage_clock_urgency(site, categories, desked.n_categories);
    const enum rc rc = add_clock(step, event->at_ms, &desked);
    const struct step_about about = triage_ticket_about(event->ticket, &none, TRIAGE_DESK);
    return rc == RC_OK ? step_say(step, &about, &desked.base) : rc;
}

/* Title, channel and registered of a ticket, from its first fact, for the desk row of its first
 * visit is gone; left absent when the log was trimmed behind that fact. */
static enum rc recall(struct step *step, uint64_t first_seq, Paidan__Desked *desked)
{
    CHECK(first_seq > 0);
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
        desked->has_outer_due_ms = first->routed->has_outer_due_ms;
        desked->outer_due_ms = first->routed->outer_due_ms;
    } else if (first->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        desked->title = first->desked->title;
        desked->channel = first->desked->channel;
        desked->has_registered_ms = first->desked->has_registered_ms;
        desked->registered_ms = first->desked->registered_ms;
        desked->has_outer_due_ms = first->desked->has_outer_due_ms;
        desked->outer_due_ms = first->desked->outer_due_ms;
    } else {
        return RC_CORRUPT;
    }
    char *now = desked->channel == NULL
                    ? NULL
                    : triage_ticket_code(step->site, SITE_KIND_CHANNEL, desked->channel);
    desked->channel = now != NULL ? now : desked->channel;
    return RC_OK;
}

/* How urgent a decided ticket is: as the decision said. The decision may have left the log, or be
 * from before rulings said what they kept: then its category tells. */
static enum rc recall_urgency(struct step *step, const struct triage_ticket *record,
                              Paidan__Desked *desked)
{
    CHECK(record->decided_seq > 0);
    Paidan__Event *decided = NULL;
    desked->has_urgency = 1;
    desked->urgency = triage_clock_urgency(step->site, desked->categories, desked->n_categories);
    const enum rc rc = step_read(step, record->decided_seq, &decided);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (decided->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        desked->urgency = decided->routed->urgency;
        return RC_OK;
    }
    if (decided->fact_case != PAIDAN__EVENT__FACT_RULED) {
        return RC_CORRUPT;
    }
    const Paidan__Ruled *const ruled = decided->ruled;
    desked->urgency = ruled->has_urgency        ? ruled->urgency
                      : ruled->has_urgency_kept ? ruled->urgency_kept
                                                : desked->urgency;
    return RC_OK;
}

/* The unit that returned it told why; the dispatcher starts from what the ticket was routed by.
 * event: Returned. */
static enum rc say_returned(struct step *step, const struct step_about *about,
                            const Paidan__Event *event, struct triage_ticket *record)
{
    const Paidan__Returned *const returned = event->returned;
    CHECK(record->decided_seq > 0); /* a unit had it */
    /* What the unit was given it by, as the first proposal, under its code of now. */
    char *category = triage_ticket_code(step->site, SITE_KIND_CATEGORY, record->category);
    char *area = triage_ticket_code(step->site, SITE_KIND_AREA, record->area);
    Paidan__Desked desked = PAIDAN__DESKED__INIT;
    desked.reasons = 1u << PAIDAN__DESK_REASON__DESK_RETURNED;
    desked.reasons |= category == NULL ? 1u << PAIDAN__DESK_REASON__DESK_NO_CATEGORY : 0;
    desked.reasons |= record->reasons & 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL; /* for ever */
    desked.reasons |= area == NULL ? 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE : 0;
    desked.n_categories = category == NULL ? 0 : 1;
    desked.categories = &category;
    desked.n_areas = area == NULL ? 0 : 1;
    desked.areas = &area;
    desked.note = returned->note;
    desked.unit = returned->unit;
    desked.has_return_count = 1;
    desked.return_count = returned->count;
    enum rc rc = recall(step, record->first_seq, &desked);
    if (rc == RC_OK) {
        rc = recall_urgency(step, record, &desked);
    }
    if (rc == RC_OK) {
        rc = add_clock(step, event->at_ms, &desked);
    }
    return rc == RC_OK ? step_say(step, about, &desked.base) : rc;
}

/* The dispatcher took it back, and starts from what it was dispatched by. The fact has all that the desk
 * needs: the first facts of our own log may be trimmed. event: Recalled. */
static enum rc say_recalled(struct step *step, const struct step_about *about,
                            const Paidan__Event *event, const struct triage_ticket *record)
{
    const Paidan__Recalled *const recalled = event->recalled;
    char *category = triage_ticket_code(step->site, SITE_KIND_CATEGORY, recalled->category);
    char *area = triage_ticket_code(step->site, SITE_KIND_AREA, recalled->area);
    char *channel = triage_ticket_code(step->site, SITE_KIND_CHANNEL, recalled->channel);
    CHECK(about->expected == PAIDAN__EVENT__FACT_DESKED);
    Paidan__Desked desked = PAIDAN__DESKED__INIT;
    desked.reasons = 1u << PAIDAN__DESK_REASON__DESK_RECALLED;
    desked.reasons |= record->reasons & 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL; /* for ever */
    desked.reasons |= category == NULL ? 1u << PAIDAN__DESK_REASON__DESK_NO_CATEGORY : 0;
    desked.reasons |= area == NULL ? 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE : 0;
    desked.n_categories = category == NULL ? 0 : 1;
    desked.categories = &category;
    desked.n_areas = area == NULL ? 0 : 1;
    desked.areas = &area;
    desked.note = recalled->note;
    desked.unit = recalled->unit;
    desked.title = recalled->title;
    desked.channel = channel != NULL ? channel : recalled->channel;
    desked.has_registered_ms = desked.has_urgency = 1;
    desked.registered_ms = recalled->registered_ms;
    desked.has_outer_due_ms = recalled->has_outer_due_ms;
    desked.outer_due_ms = recalled->outer_due_ms;
    desked.urgency = recalled->urgency;
    const enum rc rc = add_clock(step, event->at_ms, &desked);
    return rc == RC_OK ? step_say(step, about, &desked.base) : rc;
}

/* The words are stored: folding reads from them which signal it was. */
static const char *reason_of(enum triage_signal signal)
{
    switch (signal) {
    case TRIAGE_MOVE:
        return "moved";
    case TRIAGE_CLOSE:
        return "closed";
    default:
        CHECK(signal == TRIAGE_WITHDRAW);
        return "withdrawn";
    }
}

enum triage_signal triage_desk_undesked_signal(const Paidan__Undesked *undesked)
{
    CHECK(undesked->reason != NULL); /* required by the schema */
    return strcmp(undesked->reason, "moved") == 0    ? TRIAGE_MOVE
           : strcmp(undesked->reason, "closed") == 0 ? TRIAGE_CLOSE
                                                     : TRIAGE_WITHDRAW;
}

/* To whom escalation gave it; NULL: the fact is none of those that say so. */
static const Paidan__Assignment *moved_to(const struct step_input *input)
{
    switch (input->brief.fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return input->event->assigned->to;
    case PAIDAN__EVENT__FACT_RAISED:
        return input->event->raised->to;
    case PAIDAN__EVENT__FACT_REOPENED:
        return input->event->reopened->to;
    case PAIDAN__EVENT__FACT_ORDERED:
        return input->event->ordered->to;
    default:
        return NULL;
    }
}

static enum rc say_undesked(struct step *step, const struct step_about *about,
                            const struct step_input *input, enum triage_signal signal)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_UNDESKED);
    Paidan__Undesked undesked = PAIDAN__UNDESKED__INIT;
    undesked.reason = (char *)reason_of(signal); /* packed, never written */
    CHECK(triage_desk_undesked_signal(&undesked) == signal);
    const Paidan__Assignment *to = signal == TRIAGE_MOVE ? moved_to(input) : NULL;
    if (to != NULL) {
        undesked.has_level = 1;
        undesked.level = to->level;
        undesked.unit = to->unit;
        undesked.n_assist = to->n_assist;
        undesked.assist = to->assist;
    }
    return step_say(step, about, &undesked.base);
}

/* Without it a unit to which a ticket was raised would find it unknown here. A ruling is our own fact:
 * it says by itself who got the ticket. */
static enum rc say_handed_on(struct step *step, const struct step_about *about,
                             const struct step_input *input)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_HANDED_ON);
    Paidan__HandedOn handed_on = PAIDAN__HANDED_ON__INIT;
    const Paidan__Assignment *to = moved_to(input);
    CHECK(to != NULL); /* a move is one of these facts, and they are needed whole */
    if (input->brief.fact == PAIDAN__EVENT__FACT_ASSIGNED) {
        return RC_OK;
    }
    handed_on.level = to->level;
    handed_on.unit = to->unit;
    handed_on.n_assist = to->n_assist;
    handed_on.assist = to->assist;
    return step_say(step, about, &handed_on.base);
}

/* How often the resident asked, so that the desk can put the ticket first. Once a unit has it,
 * escalation hears the chase by itself. */
static enum rc say_noted(struct step *step, const struct step_about *about,
                         const Paidan__Chased *chased)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_NOTED);
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    noted.has_chases = 1;
    noted.chases = chased->count;
    return step_say(step, about, &noted.base);
}

enum rc triage_desk_apply(struct step *step, const struct step_input *input,
                          enum triage_signal signal)
{
    const uint64_t ticket = input->brief.ticket;
    struct triage_ticket record = {.state = TRIAGE_NONE};
    const enum rc rc = triage_state_get(step->txn, ticket, &record);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    CHECK((rc == RC_NOT_FOUND) == (record.state == TRIAGE_NONE));
    const struct triage_step to = triage_fsm_step(record.state, signal);
    if (to.next == TRIAGE_NONE) {
        return step_refuse_record(
            step, rc == RC_NOT_FOUND ? PAIDAN__CODE__TICKET_UNKNOWN : PAIDAN__CODE__STATE_FORBIDS,
            triage_fsm_state_name(record.state));
    }
    if (to.fact == PAIDAN__EVENT__FACT__NOT_SET) {
        return RC_OK;
    }
    const struct step_about about = triage_ticket_about(ticket, &record, signal);
    /* Returned, Recalled and Chased are needed whole (needs); of the others only the brief may be there. */
    switch (to.fact) {
    case PAIDAN__EVENT__FACT_DESKED:
        return signal == TRIAGE_RECALL ? say_recalled(step, &about, input->event, &record)
                                       : say_returned(step, &about, input->event, &record);
    case PAIDAN__EVENT__FACT_UNDESKED:
        return say_undesked(step, &about, input, signal);
    case PAIDAN__EVENT__FACT_HANDED_ON:
        return say_handed_on(step, &about, input);
    default:
        CHECK(to.fact == PAIDAN__EVENT__FACT_NOTED);
        return say_noted(step, &about, input->event->chased);
    }
}

/* ---- folding ---- */

/* For facts that decide (Routed, Ruled) and for Undesked alike. */
enum rc triage_desk_leave(struct step_fold *fold, uint64_t ticket)
{
    CHECK(ticket != 0);
    struct triage_desk desk;
    enum rc rc = triage_state_desk_get(fold->txn, ticket, &desk);
    if (rc == RC_OK) {
        rc = triage_state_desk_del(fold->txn, ticket, &desk);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    triage_ticket_uncount(fold, TRIAGE_TALLY_DESK_OPEN);
    if (desk.clock.alarms > 0) {
        triage_ticket_uncount(fold, TRIAGE_TALLY_DESK_LATE);
    }
    return RC_OK;
}

/* Takes as many as a row holds. False: one of them is longer than any code. */
static bool take_codes(char codes[][CODE_BYTES_MAX + 1], char *const *from, size_t count,
                       uint32_t *taken)
{
    CHECK(count == 0 || from != NULL);
    *taken = count < TRIAGE_PROPOSALS_MAX ? (uint32_t)count : TRIAGE_PROPOSALS_MAX;
    for (uint32_t index = 0; index < *taken; index++) {
        if (!text_copy(codes[index], CODE_BYTES_MAX + 1, from[index])) {
            return false;
        }
    }
    return true;
}

/* A return brings exactly one reason, a recall another, and no other fact has these. */
enum triage_signal triage_desk_desked_signal(const Paidan__Desked *desked)
{
    const bool returned = (desked->reasons >> PAIDAN__DESK_REASON__DESK_RETURNED & 1u) != 0;
    const bool recalled = (desked->reasons >> PAIDAN__DESK_REASON__DESK_RECALLED & 1u) != 0;
    return recalled ? TRIAGE_RECALL : returned ? TRIAGE_RETURN : TRIAGE_DESK;
}

/* The row that a Desked stands for. False: a text is longer than its field, or the clock is not the
 * desk's. Of facts from before
 * the count of returns and the time of registration were said, the rest is still true. */
static bool make_desk(const Paidan__Event *event, struct triage_desk *desk)
{
    const Paidan__Desked *const desked = event->desked;
    CHECK(desked != NULL);
    *desk = (struct triage_desk){
        .since_ms = event->at_ms,
        .registered_ms = desked->has_registered_ms ? desked->registered_ms : event->at_ms,
        .outer_due_ms = desked->has_outer_due_ms ? desked->outer_due_ms : 0,
        .reasons = desked->reasons,
        .return_count = desked->has_return_count ? desked->return_count : 0,
    };
    if (desked->clock != NULL) {
        if (!desked->has_urgency || !triage_clock_take(desked->clock, &desk->clock)) {
            return false;
        }
        desk->urgency = (uint32_t)desked->urgency;
    }
    return take_codes(desk->categories, desked->categories, desked->n_categories,
                      &desk->category_count) &&
           take_codes(desk->areas, desked->areas, desked->n_areas, &desk->area_count) &&
           text_copy(desk->unit, sizeof desk->unit, desked->unit) &&
           text_copy(desk->channel, sizeof desk->channel, desked->channel) &&
           text_copy(desk->title, sizeof desk->title, desked->title) &&
           text_copy(desk->note, sizeof desk->note, desked->note);
}

/* What triage was sure of counts as the ticket's, so that the dispatcher needs to name only the
 * rest. */
static void take_sure(const struct triage_desk *desk, struct triage_ticket *record)
{
    const bool fits =
        text_copy(record->category, sizeof record->category, triage_state_category(desk)) &&
        text_copy(record->area, sizeof record->area, triage_state_area(desk));
    CHECK(fits); /* both hold any code */
}

/* The reasons stay in the ticket's record when it leaves the desk, for statistics: the row is
 * gone by then. */
enum rc triage_desk_fold_desked(struct step_fold *fold, const Paidan__Event *event,
                                struct triage_ticket *record)
{
    struct triage_desk desk;
    if (!make_desk(event, &desk)) {
        return RC_CORRUPT;
    }
    record->reasons = desk.reasons;
    if (triage_desk_desked_signal(event->desked) == TRIAGE_RETURN) {
        CHECK(record->state == TRIAGE_ROUTED);
        take_sure(&desk, record);
        triage_ticket_count(fold, TRIAGE_TALLY_RETURNED);
    } else if (triage_desk_desked_signal(event->desked) == TRIAGE_RECALL) {
        CHECK(record->state == TRIAGE_ROUTED);
        take_sure(&desk, record);
        record->unit[0] = '\0'; /* nobody has it */
        triage_ticket_count(fold, TRIAGE_TALLY_RECALLED);
    } else {
        CHECK(record->state == TRIAGE_NONE);
        take_sure(&desk, record);
        triage_ticket_count(fold, TRIAGE_TALLY_REGISTERED);
        triage_ticket_count(fold, TRIAGE_TALLY_DESKED);
    }
    /* The row is new: a ticket at the desk cannot come to the desk, says the table. */
    triage_ticket_count(fold, TRIAGE_TALLY_DESK_OPEN);
    return triage_state_desk_put(fold->txn, event->ticket, NULL, &desk);
}

/* A new ticket that leaves undecided was withdrawn, or escalation ended it: no unit ever had
 * it, and it is counted apart, so that what was routed and what was not add up. */
enum rc triage_desk_fold_undesked(struct step_fold *fold, const Paidan__Event *event,
                                  const struct triage_ticket *record)
{
    CHECK(record->state != TRIAGE_ROUTED && record->state != TRIAGE_ENDED);
    triage_ticket_count(fold, TRIAGE_TALLY_UNDESKED);
    if (record->state == TRIAGE_DESK_NEW) {
        CHECK(record->decided_seq == 0);
        triage_ticket_count(fold, TRIAGE_TALLY_NEVER_ROUTED);
    }
    return triage_desk_leave(fold, event->ticket);
}

/* Only the desk's row counts chases: once the ticket leaves, escalation does. */
enum rc triage_desk_fold_noted(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_NOTED);
    struct triage_desk before;
    const enum rc rc = triage_state_desk_get(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    struct triage_desk desk = before;
    /* The count of the fact, not one more: a chase that triage reads late must not be counted
     * twice. */
    desk.chases = event->noted->chases;
    triage_ticket_count(fold, TRIAGE_TALLY_CHASED);
    return triage_state_desk_put(fold->txn, event->ticket, &before, &desk);
}
