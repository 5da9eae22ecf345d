/* triage_desk: what lies at the dispatcher's desk. Owns the table `desk`: one row for each ticket
 * that waits there, with all that the dispatcher needs to see, so that a page of the desk costs one
 * row a ticket and no text. What must stay true: a row is there exactly while the ticket is in a
 * state of the desk, and the gauge desk_open counts the rows. */

#include "triage_desk.h"

#include <string.h>

#include "common/base/check.h"
#include "common/store/store_group.h"
#include "common/text/text.h"
#include "triage_clock.h"
#include "triage_urgency.h"

/* ---- deciding ---- */

/* The clock starts when the ticket came in or came back, not when triage read of it: a triage that
 * was down for a night gives nobody a night more. */
enum rc triage_desk_add_clock(struct step *step, uint64_t start_ms, Paidan__Desked *desked)
{
    CHECK(desked->has_urgency);
    CHECK(desked->clock == NULL);
    return triage_clock_plan(step->arena, step->site, desked->urgency, start_ms,
                             desked->has_outer_due_ms ? desked->outer_due_ms : 0, &desked->clock);
}

/* What was registered, or what escalation last knew: extended above since then, for it may have been away
 * from the desk when that was said. */
static void take_extended(const struct triage_ticket *record, Paidan__Desked *desked)
{
    CHECK(desked->clock == NULL);
    if (desked->has_outer_due_ms && record->outer_due_ms > desked->outer_due_ms) {
        desked->outer_due_ms = record->outer_due_ms;
    }
}

/* Whom the channel named, for the dispatcher: where a return has its note. */
static enum rc add_named(struct step *step, const char *code, Paidan__Desked *desked)
{
    CHECK(desked->note == NULL);
    if (text_blank(code)) {
        return RC_OK;
    }
    const uint32_t unit = site_heir(step->site, SITE_KIND_UNIT, code);
    const char *const name = unit == SITE_NONE ? code : step->site->units[unit].name;
    desked->note = arena_printf(step->arena, "渠道指定单位：%s", name);
    return desked->note == NULL ? RC_LIMIT : RC_OK;
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
    desked.judged = judgement->judged;
    desked.title = event->registered->title;
    desked.channel = event->registered->channel;
    desked.has_registered_ms = 1;
    desked.registered_ms = event->at_ms;
    desked.has_outer_due_ms = event->registered->has_due_ms;
    desked.outer_due_ms = event->registered->due_ms;
    desked.has_urgency = 1;
    desked.urgency = judgement->likely_urgency != 0
                         ? (Paidan__Urgency)judgement->likely_urgency
                         : triage_clock_urgency(site, categories, desked.n_categories);
    /* A rule may know better than the categories that it might be. */
    desked.urgency = judgement->urgency > (uint32_t)desked.urgency
                         ? (Paidan__Urgency)judgement->urgency
                         : desked.urgency;
    desked.judged = judgement->judged;
    enum rc rc = triage_desk_add_clock(step, event->at_ms, &desked);
    rc = rc == RC_OK ? add_named(step, event->registered->unit_hint, &desked) : rc;
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
    } else if (first->fact_case == PAIDAN__EVENT__FACT_MERGED) {
        desked->title = first->merged->title;
        desked->channel = first->merged->channel;
        desked->has_registered_ms = first->merged->registered_ms != 0;
        desked->registered_ms = first->merged->registered_ms;
        desked->has_outer_due_ms = first->merged->has_outer_due_ms;
        desked->outer_due_ms = first->merged->outer_due_ms;
    } else {
        return RC_CORRUPT;
    }
    char *now = desked->channel == NULL
                    ? NULL
                    : triage_ticket_code(step->site, SITE_KIND_CHANNEL, desked->channel);
    desked->channel = now != NULL ? now : desked->channel;
    return RC_OK;
}

/* A correction since the decision may have said otherwise: the newest one holds. */
static enum rc corrected_urgency(struct step *step, const struct triage_ticket *record,
                                 Paidan__Desked *desked)
{
    uint64_t seq = record->last_seq;
    while (seq > record->decided_seq) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_HANDED_ON && event->handed_on->has_urgency) {
            desked->urgency = event->handed_on->urgency;
            return RC_OK;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
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
    if (decided->fact_case == PAIDAN__EVENT__FACT_MERGED) {
        desked->urgency = decided->merged->urgency;
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
        rc = corrected_urgency(step, record, &desked);
    }
    if (rc == RC_OK) {
        take_extended(record, &desked);
        rc = triage_desk_add_clock(step, event->at_ms, &desked);
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
    desked.has_urgency = 1;
    desked.has_registered_ms = recalled->registered_ms != 0; /* 0: nobody knows it any more */
    desked.registered_ms = recalled->registered_ms;
    desked.has_outer_due_ms = recalled->has_outer_due_ms;
    desked.outer_due_ms = recalled->outer_due_ms;
    desked.urgency = recalled->urgency;
    take_extended(record, &desked);
    const enum rc rc = triage_desk_add_clock(step, event->at_ms, &desked);
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
static const Paidan__Assignment *moved_to(const struct step_input *input, Paidan__Assignment *room)
{
    switch (input->brief.fact) {
    case PAIDAN__EVENT__FACT_RESOLVED: /* with its group: whoever resolved that has this one too */
        paidan__assignment__init(room);
        room->level = input->event->resolved->level;
        room->unit = input->event->resolved->unit;
        return room;
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return input->event->assigned->to;
    case PAIDAN__EVENT__FACT_RAISED:
        return input->event->raised->to;
    case PAIDAN__EVENT__FACT_REOPENED:
        return input->event->reopened->to;
    case PAIDAN__EVENT__FACT_ORDERED:
        return input->event->ordered->to;
    case PAIDAN__EVENT__FACT_CORRECTED:
        return input->event->corrected->to;
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
    Paidan__Assignment room;
    const Paidan__Assignment *to = signal == TRIAGE_MOVE ? moved_to(input, &room) : NULL;
    if (to != NULL) {
        undesked.has_level = 1;
        undesked.level = to->level;
        undesked.unit = to->unit;
        undesked.n_assist = to->n_assist;
        undesked.assist = to->assist;
    }
    return step_say(step, about, &undesked.base);
}

/* 更正: what the ticket is now, so that a later return begins with what it was corrected to. Of a unit
 * that keeps it the facts before say whom it is assisted by. */
static enum rc say_corrected(struct step *step, const struct step_about *about,
                             const Paidan__Corrected *corrected)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_HANDED_ON);
    Paidan__HandedOn handed_on = PAIDAN__HANDED_ON__INIT;
    const Paidan__Assignment *to = corrected->to;
    handed_on.level = to != NULL ? to->level : corrected->from_level;
    handed_on.unit = to != NULL ? to->unit : corrected->from_unit;
    handed_on.n_assist = to != NULL ? to->n_assist : 0;
    handed_on.assist = to != NULL ? to->assist : NULL;
    handed_on.has_stays = handed_on.stays = to == NULL;
    handed_on.category = corrected->category;
    handed_on.area = corrected->area;
    handed_on.has_urgency = corrected->has_urgency;
    handed_on.urgency = corrected->urgency;
    return step_say(step, about, &handed_on.base);
}

/* Without it a unit to which a ticket was raised would find it unknown here. A ruling is our own fact:
 * it says by itself who got the ticket. */
static enum rc say_handed_on(struct step *step, const struct step_about *about,
                             const struct step_input *input)
{
    CHECK(about->expected == PAIDAN__EVENT__FACT_HANDED_ON);
    Paidan__HandedOn handed_on = PAIDAN__HANDED_ON__INIT;
    Paidan__Assignment room;
    const Paidan__Assignment *to = moved_to(input, &room);
    if (input->brief.fact == PAIDAN__EVENT__FACT_ASSIGNED) {
        return RC_OK;
    }
    if (input->brief.fact == PAIDAN__EVENT__FACT_CORRECTED) {
        return say_corrected(step, about, input->event->corrected);
    }
    CHECK(to != NULL); /* a move is one of these facts, and they are needed whole */
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

/* 并单: a member's resident asks for haste, and what he waits for lies at the desk. */
static enum rc note_group(struct step *step, uint64_t member)
{
    uint64_t into = 0;
    struct triage_ticket record;
    struct triage_desk desk;
    enum rc rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, member, &into);
    rc = rc == RC_OK ? triage_state_get(step->txn, into, &record) : rc;
    rc = rc == RC_OK ? triage_state_desk_get(step->txn, into, &desk) : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* a unit has it: escalation tells that one */
    }
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    noted.has_chases = noted.has_member = 1;
    noted.chases = desk.chases + 1;
    noted.member = member;
    CHECK(into != member);
    const struct step_about about = triage_ticket_about(into, &record, TRIAGE_CHASE);
    return step_say(step, &about, &noted.base);
}

/* What the table leads to. Returned, Recalled and Chased are needed whole (needs); of the others only the
 * brief may be there. What comes to the desk may have members, which ask something of it there, too. */
static enum rc say_signal(struct step *step, const struct step_input *input,
                          enum triage_signal signal, struct triage_ticket *record)
{
    const uint64_t ticket = input->brief.ticket;
    const struct step_about about = triage_ticket_about(ticket, record, signal);
    enum rc rc = RC_OK;
    switch (about.expected) {
    case PAIDAN__EVENT__FACT_DESKED:
        rc = signal == TRIAGE_RECALL ? say_recalled(step, &about, input->event, record)
                                     : say_returned(step, &about, input->event, record);
        return rc == RC_OK ? triage_urgency_regroup(step, ticket, 0) : rc;
    case PAIDAN__EVENT__FACT_UNDESKED:
        return say_undesked(step, &about, input, signal == TRIAGE_FOLLOW ? TRIAGE_MOVE : signal);
    case PAIDAN__EVENT__FACT_HANDED_ON:
        return say_handed_on(step, &about, input);
    default:
        CHECK(about.expected == PAIDAN__EVENT__FACT_NOTED);
        return say_noted(step, &about, input->event->chased);
    }
}

/* 并单: what only this member asked of what it is merged into goes with it. */
static enum rc leave_group(struct step *step, const struct step_input *input,
                           enum triage_signal signal, struct triage_ticket *record)
{
    const uint64_t member = input->brief.ticket;
    uint64_t into = 0;
    CHECK(record->state == TRIAGE_MERGED);
    enum rc rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, member, &into);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = say_signal(step, input, signal, record);
    return rc == RC_OK ? triage_urgency_regroup(step, into, member) : rc;
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
    /* Reopened, of a ticket that was resolved before escalation read that it is merged: it never was there. */
    if (record.state == TRIAGE_MERGED && input->brief.fact == PAIDAN__EVENT__FACT_REOPENED) {
        signal = TRIAGE_FOLLOW;
    }
    const struct triage_step to = triage_fsm_step(record.state, signal);
    if (to.next == TRIAGE_NONE) {
        return step_refuse_record(
            step, rc == RC_NOT_FOUND ? PAIDAN__CODE__TICKET_UNKNOWN : PAIDAN__CODE__STATE_FORBIDS,
            triage_fsm_state_name(record.state));
    }
    if (to.fact == PAIDAN__EVENT__FACT__NOT_SET) {
        return signal == TRIAGE_CHASE && record.state == TRIAGE_MERGED ? note_group(step, ticket)
                                                                       : RC_OK;
    }
    return record.state == TRIAGE_MERGED ? leave_group(step, input, signal, &record)
                                         : say_signal(step, input, signal, &record);
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
static bool make_desk(uint64_t at_ms, const Paidan__Desked *desked, struct triage_desk *desk)
{
    CHECK(desked != NULL);
    *desk = (struct triage_desk){
        .since_ms = at_ms,
        .registered_ms = desked->has_registered_ms ? desked->registered_ms : at_ms,
        .outer_due_ms = desked->has_outer_due_ms ? desked->outer_due_ms : 0,
        .reasons = desked->reasons,
        .return_count = desked->has_return_count ? desked->return_count : 0,
        .raised = desked->has_raised ? (uint32_t)desked->raised : 0,
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
    if (!make_desk(event->at_ms, event->desked, &desk)) {
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

/* Before: it is a member of nothing any more. */
enum rc triage_desk_fold_unmerged(struct step_fold *fold, const Paidan__Event *event,
                                  struct triage_ticket *record)
{
    struct triage_desk desk;
    CHECK(record->state == TRIAGE_MERGED);
    if (event->unmerged->desk == NULL || !make_desk(event->at_ms, event->unmerged->desk, &desk) ||
        !triage_state_recalled(&desk)) {
        return RC_CORRUPT;
    }
    record->reasons = desk.reasons;
    take_sure(&desk, record);
    triage_ticket_count(fold, TRIAGE_TALLY_UNMERGED);
    triage_ticket_count(fold, TRIAGE_TALLY_DESK_OPEN);
    return triage_state_desk_put(fold->txn, event->ticket, NULL, &desk);
}

/* A new ticket that leaves undecided was withdrawn, or escalation ended it: no unit ever had
 * it, and it is counted apart, so that what was routed and what was not add up. */
enum rc triage_desk_fold_undesked(struct step_fold *fold, const Paidan__Event *event,
                                  struct triage_ticket *record)
{
    CHECK(record->state != TRIAGE_ROUTED && record->state != TRIAGE_ENDED);
    const char *unit = event->undesked->unit;
    if (record->state == TRIAGE_DESK_RECALLED && unit != NULL &&
        !text_copy(record->unit, sizeof record->unit, unit)) {
        return RC_CORRUPT; /* nobody had it, now somebody has */
    }
    triage_ticket_count(fold, TRIAGE_TALLY_UNDESKED);
    if (record->state == TRIAGE_DESK_NEW) {
        CHECK(record->decided_seq == 0);
        triage_ticket_count(fold, TRIAGE_TALLY_NEVER_ROUTED);
    }
    return triage_desk_leave(fold, event->ticket);
}

/* Who has it is read from the chain by who asks for the scope. */
enum rc triage_desk_fold_handed_on(const Paidan__Event *event, struct triage_ticket *record)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HANDED_ON);
    const Paidan__HandedOn *const handed_on = event->handed_on;
    const bool fits =
        (handed_on->category == NULL ||
         text_copy(record->category, sizeof record->category, handed_on->category)) &&
        (handed_on->area == NULL || text_copy(record->area, sizeof record->area, handed_on->area));
    return fits ? RC_OK : RC_CORRUPT;
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
