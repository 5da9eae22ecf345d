/* permit_answer: what goes back to somebody who may not see all. Lists were narrowed before they
 * were made, as far as their wishes can say it; here every picture of a ticket is looked at once
 * more, so that a listing that was narrowed by a unit and not by a level shows no more than its
 * asker may see, and one that is added tomorrow neither.
 *
 * What must stay true: an answer is changed only on its way out, after everything was decided and
 * before it is stored under its request id: the same request gets the same bytes again. */
#include <string.h>

#include "common/base/check.h"
#include "common/permit/permit.h"
#include "common/wire/wire.h"

/* What every step of fitting needs; nothing of it is kept after the answer. */
struct fitting {
    const struct permit_ask *ask;
    const struct site *site;
    struct arena *arena;
};

/* A picture says as much of its ticket as a right asks for, so no record is loaded a second time.
 * */
static struct permit_subject subject_of(const Paidan__Brief *brief)
{
    struct permit_subject subject = {
        .unit = brief->unit,
        .area = brief->area,
        .channel = brief->channel,
        .level = brief->level,
        .state = brief->state,
    };
    for (size_t index = 0; index < brief->n_assist && index < SITE_ASSIST_MAX; index++) {
        subject.assist[subject.assist_count++] = brief->assist[index];
    }
    return subject;
}

/* Titles hold what a resident wrote: they go before it is known whether the picture stays, so that
 * no way out of here is left on which one would pass. */
static bool brief_fits(const struct fitting *fitting, Paidan__Brief *brief)
{
    const struct permit_subject subject = subject_of(brief);
    if (fitting->ask->view.untitled) {
        brief->title = NULL;
    }
    return permit_covers(&fitting->ask->view, fitting->site, &subject);
}

/* In place and in order: cursors of lists name the last ticket that was looked at, shown or not. */
static void briefs_fit(const struct fitting *fitting, Paidan__Brief **briefs, size_t *count)
{
    size_t kept = 0;
    for (size_t index = 0; index < *count; index++) {
        if (brief_fits(fitting, briefs[index])) {
            briefs[kept++] = briefs[index];
        }
    }
    *count = kept;
}

/* Of the level above are those that the asker decides on, so they go by their decider too. */
static void requests_fit(const struct fitting *fitting, Paidan__OpenRequest **requests,
                         size_t *count)
{
    size_t kept = 0;
    for (size_t index = 0; index < *count; index++) {
        const struct permit_subject decider = {.unit = requests[index]->to_unit};
        if (brief_fits(fitting, requests[index]->ticket) ||
            permit_covers(&fitting->ask->view, fitting->site, &decider)) {
            requests[kept++] = requests[index];
        }
        if (fitting->ask->view.untitled) {
            requests[index]->note = NULL;
        }
    }
    *count = kept;
}

/* Of a ticket with several proposals each place may be the one; without any it is not placed. */
static bool desk_fits(const struct fitting *fitting, const Paidan__DeskItem *item)
{
    struct permit_subject subject = {
        .unit = item->unit, .area = item->area, .channel = item->channel};
    bool fits = permit_covers(&fitting->ask->view, fitting->site, &subject);
    for (size_t index = 0; item->area == NULL && index < item->n_areas; index++) {
        subject.area = item->areas[index];
        fits = (index > 0 && fits) || permit_covers(&fitting->ask->view, fitting->site, &subject);
    }
    return fits;
}

/* Of the tickets that a wish names; one that names none is a list, which holds titles alone, and
 * those of a confidential ticket are the dispatcher's once a unit has it. */
static bool is_guarded(const struct permit_ask *ask, size_t index)
{
    return ask->guarded != NULL && index < ask->ticket_count && ask->guarded[index];
}

/* The words and letters of the evidence are the resident's; codes and numbers of it are the site's. */
static void judged_blind(Paidan__Judged *judged)
{
    if (judged != NULL) {
        judged->n_words = judged->n_place_words = judged->n_grams = 0;
        judged->has_sketch = false;
        judged->sketch = (ProtobufCBinaryData){.len = 0, .data = NULL};
        for (size_t index = 0; index < judged->n_same; index++) {
            judged->same[index]->names = judged->same[index]->name = NULL;
        }
    }
}

/* The note of a return is a clerk's, but it may quote the complaint. */
static void desk_blind(const struct fitting *fitting, Paidan__DeskItem *item)
{
    if (item != NULL && fitting->ask->view.untitled) {
        item->note = NULL;
    }
    if (item != NULL && (fitting->ask->view.untitled || is_guarded(fitting->ask, 0))) {
        item->title = NULL;
        judged_blind(item->judged);
    }
}

static void triage_shown_blind(const struct fitting *fitting, Paidan__TriageShown *shown)
{
    desk_blind(fitting, shown->desk);
    if (fitting->ask->view.untitled || is_guarded(fitting->ask, 0)) {
        judged_blind(shown->judged);
    }
}

static void desk_fit(const struct fitting *fitting, Paidan__DeskListed *listed)
{
    size_t kept = 0;
    for (size_t index = 0; index < listed->n_items; index++) {
        desk_blind(fitting, listed->items[index]);
        if (desk_fits(fitting, listed->items[index])) {
            listed->items[kept++] = listed->items[index];
        }
    }
    listed->n_items = kept;
}

/* The facts in which a note or a title is the resident's own; in others it is of who works on it. */
static bool resident_says(const Paidan__Event *event)
{
    return event->fact_case == PAIDAN__EVENT__FACT_DESKED ||
           event->fact_case == PAIDAN__EVENT__FACT_ANSWERED ||
           event->fact_case == PAIDAN__EVENT__FACT_REOPENED ||
           event->fact_case == PAIDAN__EVENT__FACT_MERGED ||
           event->fact_case == PAIDAN__EVENT__FACT_UNMERGED;
}

/* A dispatcher merged it or took it out again: his name and his note may be read. */
static bool desk_says(const Paidan__Event *event)
{
    return (event->fact_case == PAIDAN__EVENT__FACT_MERGED && event->merged->by_desk) ||
           (event->fact_case == PAIDAN__EVENT__FACT_UNMERGED && event->unmerged->has_why &&
            event->unmerged->why == PAIDAN__UNMERGE_CAUSE__UNMERGE_BY_DESK);
}

/* What stands deeper in a fact than its own fields: the evidence, and a stay at the desk. */
static void nested_blind(Paidan__Event *event, bool guarded)
{
    Paidan__Desked *const desked = event->fact_case == PAIDAN__EVENT__FACT_DESKED ? event->desked
                                   : event->fact_case == PAIDAN__EVENT__FACT_UNMERGED
                                       ? event->unmerged->desk
                                       : NULL;
    if (event->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        judged_blind(event->routed->judged);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_MERGED) {
        judged_blind(event->merged->judged);
    }
    if (desked != NULL) {
        desked->title = NULL;
        desked->note = guarded ? desked->note : NULL;
        judged_blind(desked->judged);
    }
}

/* Titles and notes out of the facts of a history: both may hold what a resident wrote. guarded: out
 * of those alone that hold it; the note of a return is the unit's. */
static enum rc event_blind(const struct fitting *fitting, ProtobufCBinaryData *packed, bool guarded)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (wire_unpack(fitting->arena, &paidan__event__descriptor, packed->data, packed->len, &message,
                    &error) != RC_OK) {
        return RC_LIMIT;
    }
    static char nothing[] = "";
    Paidan__Event *const event = (Paidan__Event *)(void *)message;
    const bool evidence =
        event->fact_case == PAIDAN__EVENT__FACT_ROUTED && event->routed->judged != NULL;
    if (guarded && !resident_says(event) && !evidence) {
        return RC_OK;
    }
    nested_blind(event, guarded);
    if (guarded && evidence) { /* all else of it is the dispatcher's or the site's */
        return wire_pack(fitting->arena, &event->base, &packed->data, &packed->len);
    }
    const bool keeps_note =
        guarded && (event->fact_case == PAIDAN__EVENT__FACT_DESKED || desk_says(event));
    if (guarded && !desk_says(event)) {
        event->cause->actor = NULL; /* an adapter may say there who spoke */
    }
    ProtobufCMessage *const fact = (ProtobufCMessage *)(void *)event->registered;
    for (unsigned index = 0; fact != NULL && index < fact->descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &fact->descriptor->fields[index];
        if (field->type == PROTOBUF_C_TYPE_STRING && field->label != PROTOBUF_C_LABEL_REPEATED &&
            (strcmp(field->name, "title") == 0 ||
             (strcmp(field->name, "note") == 0 && !keeps_note))) {
            char **const text = (char **)(void *)((unsigned char *)(void *)fact + field->offset);
            *text = field->label == PROTOBUF_C_LABEL_REQUIRED ? nothing : NULL;
        }
    }
    return wire_pack(fitting->arena, &event->base, &packed->data, &packed->len);
}

/* Only for those without titles: unpacking a history costs more than reading it. */
static enum rc history_fit(const struct fitting *fitting, ProtobufCBinaryData *history,
                           size_t count)
{
    enum rc rc = RC_OK;
    const bool guarded = is_guarded(fitting->ask, 0);
    const bool blind = guarded || fitting->ask->view.untitled;
    for (size_t index = 0; blind && rc == RC_OK && index < count; index++) {
        rc = event_blind(fitting, &history[index], guarded);
    }
    return rc;
}

/* As briefs: listed by phone, seen by who may see the ticket. */
static void callers_fit(const struct fitting *fitting, Paidan__CallerListed *listed)
{
    size_t kept = 0;
    for (size_t index = 0; index < listed->n_tickets; index++) {
        const Paidan__CallerTicket *const ticket = listed->tickets[index];
        const struct permit_subject subject = {.unit = ticket->unit,
                                               .area = ticket->area,
                                               .channel = ticket->channel,
                                               .level = ticket->has_level ? ticket->level : 0,
                                               .state = ticket->state};
        if (permit_covers(&fitting->ask->view, fitting->site, &subject)) {
            listed->tickets[kept++] = listed->tickets[index];
        }
    }
    listed->n_tickets = kept;
}

/* The tickets behind a figure, as briefs. */
static void figures_fit(const struct fitting *fitting, Paidan__RatesTicket **tickets, size_t *count)
{
    size_t kept = 0;
    CHECK(tickets != NULL || *count == 0);
    for (size_t index = 0; index < *count; index++) {
        Paidan__RatesTicket *const ticket = tickets[index];
        const struct permit_subject subject = {.unit = ticket->unit,
                                               .area = ticket->area,
                                               .channel = ticket->channel,
                                               .level = ticket->has_level ? ticket->level : 0,
                                               .state = ticket->state};
        if (fitting->ask->view.untitled) {
            ticket->title = NULL;
        }
        if (permit_covers(&fitting->ask->view, fitting->site, &subject)) {
            tickets[kept++] = ticket;
        }
    }
    *count = kept;
}

/* 保密: a unit gets what the dispatcher wrote for it, and nothing that the resident said or sent. */
static void text_guard(Paidan__TicketText *text)
{
    static char unsaid[] = "";
    if (text->text == NULL) {
        return;
    }
    text->text = text->summary != NULL ? text->summary : unsaid;
    text->place = text->title = text->external_id = text->phone = text->reporter = text->actor =
        NULL;
    text->n_supplements = text->n_supplements_ms = text->n_said = text->n_attachments = 0;
    text->has_occurred_ms = 0;
}

/* A key that asks a resident back needs whom to call and by what name, not what he wrote. */
static void text_fit(const struct fitting *fitting, Paidan__TicketText *text)
{
    const struct permit_view *const view = &fitting->ask->view;
    bool whole = view->all;
    for (size_t index = 0; index < view->count; index++) {
        whole = whole || view->rights[index].scope != PERMIT_CALLBACK;
    }
    if (!whole && text->text != NULL) {
        text->text = (char *)(uintptr_t) "";
        text->place = text->title = text->external_id = NULL;
        text->n_supplements = text->n_supplements_ms = text->n_said = text->n_attachments = 0;
    }
}

/* Numbers that were hidden stand in the answer as they were asked for. */
static void numbers_fit(const struct permit_ask *ask, Paidan__Answer *answer)
{
    Paidan__WorkResult **const results =
        answer->body_case == PAIDAN__ANSWER__BODY_WORKED ? answer->worked->results
        : answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED
            ? answer->callback_answered->results
            : NULL;
    const size_t count = answer->body_case == PAIDAN__ANSWER__BODY_WORKED
                             ? answer->worked->n_results
                         : results != NULL ? answer->callback_answered->n_results
                                           : 0;
    for (size_t index = 0; index < count && index < ask->ticket_count; index++) {
        results[index]->ticket = ask->named[index];
    }
    for (size_t index = 0; answer->body_case == PAIDAN__ANSWER__BODY_TEXTS &&
                           index < answer->texts->n_texts && index < ask->ticket_count;
         index++) {
        answer->texts->texts[index]->ticket = ask->named[index];
    }
}

/* Whoever must know the code learns nothing about the number without it. */
static void code_fit(const struct permit_view *view, Paidan__Answer *answer)
{
    bool by_code = !view->all && view->count > 0;
    for (size_t index = 0; index < view->count; index++) {
        by_code = by_code && view->rights[index].scope == PERMIT_CODE;
    }
    if (by_code && answer->code == PAIDAN__CODE__TICKET_UNKNOWN) {
        answer->code = PAIDAN__CODE__QUERY_CODE_WRONG;
        answer->detail = NULL;
    }
}

/* Bodies that are not named here hold nothing about single tickets, or only about those that the
 * wish named and the engine has judged. A new list of pictures must be added, or it shows all it
 * found. */
static enum rc body_fit(const struct fitting *fitting, Paidan__Answer *answer)
{
    switch (answer->body_case) {
    case PAIDAN__ANSWER__BODY_LISTED:
        briefs_fit(fitting, answer->listed->tickets, &answer->listed->n_tickets);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_SEARCHED:
        briefs_fit(fitting, answer->searched->tickets, &answer->searched->n_tickets);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_BOARDED:
        briefs_fit(fitting, answer->boarded->tickets, &answer->boarded->n_tickets);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_RATES_LISTED:
        figures_fit(fitting, answer->rates_listed->tickets, &answer->rates_listed->n_tickets);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_EXEMPT_LISTED:
        figures_fit(fitting, answer->exempt_listed->tickets, &answer->exempt_listed->n_tickets);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_DUE_LISTED:
        briefs_fit(fitting, answer->due_listed->tickets, &answer->due_listed->n_tickets);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_ALARMS_SHOWN:
        briefs_fit(fitting, answer->alarms_shown->repeating, &answer->alarms_shown->n_repeating);
        briefs_fit(fitting, answer->alarms_shown->ownerless, &answer->alarms_shown->n_ownerless);
        requests_fit(fitting, answer->alarms_shown->waiting, &answer->alarms_shown->n_waiting);
        requests_fit(fitting, answer->alarms_shown->lapsed, &answer->alarms_shown->n_lapsed);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_REQUESTS_LISTED:
        requests_fit(fitting, answer->requests_listed->requests,
                     &answer->requests_listed->n_requests);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_SHOWN:
        (void)brief_fits(fitting, answer->shown->brief); /* the engine asked for its scope */
        return history_fit(fitting, answer->shown->history, answer->shown->n_history);
    case PAIDAN__ANSWER__BODY_TRIAGE_SHOWN:
        triage_shown_blind(fitting, answer->triage_shown);
        return history_fit(fitting, answer->triage_shown->history, answer->triage_shown->n_history);
    case PAIDAN__ANSWER__BODY_DESK_LISTED:
        desk_fit(fitting, answer->desk_listed);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_TEXTS:
        for (size_t index = 0; index < answer->texts->n_texts; index++) {
            text_fit(fitting, answer->texts->texts[index]);
            if (is_guarded(fitting->ask, index)) {
                text_guard(answer->texts->texts[index]);
            }
        }
        return RC_OK;
    case PAIDAN__ANSWER__BODY_CALLER_LISTED:
        callers_fit(fitting, answer->caller_listed);
        return RC_OK;
    case PAIDAN__ANSWER__BODY_CALLBACK_SHOWN:
        if (is_guarded(fitting->ask, 0) || fitting->ask->view.untitled) {
            answer->callback_shown->note = NULL;
        }
        return history_fit(fitting, answer->callback_shown->history,
                           answer->callback_shown->n_history);
    default:
        return RC_OK;
    }
}

enum rc permit_ask_answer(const struct permit_ask *ask, const struct site *site,
                          struct arena *arena, Paidan__Answer *answer)
{
    const struct fitting fitting = {.ask = ask, .site = site, .arena = arena};
    const struct permit_view *const view = &ask->view;
    if (view->all && !view->untitled) {
        return RC_OK;
    }
    CHECK(ask->ticket_count == 0 || ask->named != NULL);
    numbers_fit(ask, answer);
    code_fit(view, answer);
    return body_fit(&fitting, answer);
}
