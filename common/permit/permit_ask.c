/* permit_ask: one request, judged against what its asker may, and narrowed to it; and the answer
 * that comes back, made to fit.
 *
 * What must stay true: nothing of the request that came is changed, for it may be run again for
 * somebody whose rights changed meanwhile; what is changed is copied. A core sees an ordinary
 * request and answers it in the ordinary way, so that what lies out of scope is answered exactly as
 * what is not there. */
#include <string.h>

#include "common/base/check.h"
#include "common/permit/permit.h"
#include "common/wire/wire.h"

static bool said(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* ---- copies ---- */

/* Of nothing too: NULL means that the arena is full and nothing else. */
static void *copy_bytes(struct arena *arena, const void *from, size_t bytes)
{
    void *const copy = arena_alloc(arena, bytes > 0 ? bytes : 1);
    if (copy != NULL && bytes > 0) {
        memcpy(copy, from, bytes);
    }
    return copy;
}

/* The wish of a request: all members of the oneof are pointers to messages. */
static ProtobufCMessage **wish_at(Paidan__Request *request)
{
    return (ProtobufCMessage **)(void *)&request->ping;
}

/* Request and wish, so that both may be changed; lists are the same still. */
static Paidan__Request *request_copy(struct arena *arena, const Paidan__Request *request)
{
    Paidan__Request *const copy = copy_bytes(arena, request, sizeof *request);
    if (copy == NULL || request->wish_case == PAIDAN__REQUEST__WISH__NOT_SET) {
        return copy;
    }
    ProtobufCMessage **const wish = wish_at(copy);
    *wish = copy_bytes(arena, *wish, (*wish)->descriptor->sizeof_message);
    return *wish == NULL ? NULL : copy;
}

/* ---- tickets that a wish names ---- */

/* A list of messages that each name a ticket, copied down to where the number stands. */
static enum rc take_items(struct arena *arena, struct permit_ask *ask, size_t count,
                          ProtobufCMessage ***items, size_t offset)
{
    ProtobufCMessage **const list = copy_bytes(arena, *items, count * sizeof *list);
    ask->tickets = arena_alloc(arena, (count + 1) * sizeof *ask->tickets);
    if (list == NULL || ask->tickets == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < count; index++) {
        unsigned char *const item =
            copy_bytes(arena, list[index], list[index]->descriptor->sizeof_message);
        if (item == NULL) {
            return RC_LIMIT;
        }
        list[index] = (ProtobufCMessage *)(void *)item;
        ask->tickets[index] = (uint64_t *)(void *)(item + offset);
    }
    *items = list;
    ask->ticket_count = count;
    return RC_OK;
}

/* ReadTexts names plain numbers, without a message around each. */
static enum rc take_numbers(struct arena *arena, struct permit_ask *ask, size_t count,
                            uint64_t **numbers)
{
    uint64_t *const list = copy_bytes(arena, *numbers, count * sizeof *list);
    ask->tickets = arena_alloc(arena, (count + 1) * sizeof *ask->tickets);
    if (list == NULL || ask->tickets == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < count; index++) {
        ask->tickets[index] = &list[index];
    }
    *numbers = list;
    ask->ticket_count = count;
    return RC_OK;
}

/* Where the wish has that number; NULL: it has no such field, or leaves it out. */
static uint64_t *number_at(ProtobufCMessage *wish, const char *name)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(wish->descriptor, name);
    unsigned char *const base = (unsigned char *)(void *)wish;
    if (field == NULL || field->type != PROTOBUF_C_TYPE_UINT64) {
        return NULL;
    }
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL) {
        protobuf_c_boolean has = 0;
        memcpy(&has, base + field->quantifier_offset, sizeof has);
        if (has == 0) {
            return NULL;
        }
    }
    return (uint64_t *)(void *)(base + field->offset);
}

/* A wish about one ticket calls the field `ticket`: Show, Explain, TriageShow, Supplement, ... What that
 * one is to be merged into stands beside it and is judged no less: its state, its group and its secrecy
 * would else be told by what the wish is refused for. */
static enum rc take_fields(struct arena *arena, struct permit_ask *ask, ProtobufCMessage *wish)
{
    static const char *const names[] = {"ticket", "into", "merge_into"};
    enum { COUNT = sizeof names / sizeof *names };
    uint64_t **const tickets = arena_alloc(arena, COUNT * sizeof *tickets);
    if (tickets == NULL) {
        return RC_LIMIT;
    }
    CHECK(ask->ticket_count == 0);
    for (size_t index = 0; index < COUNT; index++) {
        uint64_t *const number = number_at(wish, names[index]);
        if (number != NULL) {
            tickets[ask->ticket_count++] = number;
        }
        ask->beside = index == 0 ? ask->ticket_count : ask->beside;
    }
    CHECK(ask->beside <= ask->ticket_count);
    ask->tickets = tickets;
    return RC_OK;
}

/* Before the scope is asked for: `tickets` point into the copy, where a number can be hidden,
 * `named` keep what was asked for, so that the answer tells it (permit_answer). */
static enum rc tickets_take(struct arena *arena, struct permit_ask *ask, Paidan__Request *copy)
{
    enum rc rc = RC_OK;
    switch (copy->wish_case) {
    case PAIDAN__REQUEST__WISH_WORK:
        rc = take_items(arena, ask, copy->work->n_items,
                        (ProtobufCMessage ***)(void *)&copy->work->items,
                        offsetof(Paidan__WorkItem, ticket));
        break;
    case PAIDAN__REQUEST__WISH_SUPERVISE:
        rc = take_items(arena, ask, copy->supervise->n_items,
                        (ProtobufCMessage ***)(void *)&copy->supervise->items,
                        offsetof(Paidan__WorkItem, ticket));
        break;
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        rc = take_items(arena, ask, copy->callback_answer->n_replies,
                        (ProtobufCMessage ***)(void *)&copy->callback_answer->replies,
                        offsetof(Paidan__CallbackReply, ticket));
        break;
    case PAIDAN__REQUEST__WISH_READ_TEXTS:
        rc = take_numbers(arena, ask, copy->read_texts->n_tickets, &copy->read_texts->tickets);
        break;
    default:
        rc = take_fields(arena, ask, *wish_at(copy));
        break;
    }
    if (rc != RC_OK || ask->ticket_count == 0) {
        return rc;
    }
    uint64_t *const named = arena_alloc(arena, ask->ticket_count * sizeof *named);
    ask->guarded = arena_zalloc(arena, ask->ticket_count * sizeof *ask->guarded);
    if (named == NULL || ask->guarded == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < ask->ticket_count; index++) {
        named[index] = *ask->tickets[index];
    }
    ask->named = named;
    return RC_OK;
}

void permit_ask_hide(struct permit_ask *ask, size_t index)
{
    CHECK(index < ask->ticket_count);
    CHECK(ask->tickets != NULL);
    *ask->tickets[index] = PERMIT_NOBODYS_TICKET;
}

/* ---- what a wish names beside tickets ---- */

/* Where the wish says unit, area or channel; NULL: it has no such field, or none that narrows. */
struct names {
    char **unit, **area, **channel;
    const char *code;
};

/* By name, once a request and not once a ticket: cheap enough, and a new wish with the same fields
 * needs no line here. */
static char **text_at(ProtobufCMessage *wish, const char *name)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(wish->descriptor, name);
    CHECK(field != NULL); /* the table says that the wish has it */
    CHECK(field->type == PROTOBUF_C_TYPE_STRING);
    return (char **)(void *)((unsigned char *)(void *)wish + field->offset);
}

/* Only what the table says narrows this wish: `unit` of a list is a filter, `unit` of a dispatch is
 * where it goes. */
static struct names names_of(ProtobufCMessage *wish, unsigned by)
{
    struct names names = {0};
    names.unit = (by & PERMIT_BY_UNIT) != 0 ? text_at(wish, "unit") : NULL;
    names.area = (by & PERMIT_BY_AREA) != 0 ? text_at(wish, "area") : NULL;
    names.channel = (by & PERMIT_BY_CHANNEL) != 0 ? text_at(wish, "channel") : NULL;
    names.code = (by & PERMIT_BY_CODE) != 0 ? *text_at(wish, "query_code") : NULL;
    return names;
}

/* What somebody would have to name, and may name: one field, one value. */
struct offer {
    char **field;
    const char *value, *name;
};

/* Whether the named lies within the right as it stands. Absent is not within, but can be offered.
 * */
static bool admits(const struct permit_right *right, const struct site *site,
                   const struct names *names, struct offer *offer)
{
    const Paidan__GrantRole *const role = right->role;
    struct permit_view alone = {.count = 1, .rights = {*right}};
    struct permit_subject subject = {
        .unit = names->unit != NULL ? *names->unit : NULL,
        .area = names->area != NULL ? *names->area : NULL,
        .channel = names->channel != NULL ? *names->channel : NULL,
    };
    *offer = (struct offer){0};
    switch (right->scope) {
    case PERMIT_UNIT:
    case PERMIT_DECIDE:
    case PERMIT_OVERSEE:
        if (names->unit == NULL) {
            return true; /* the tickets themselves are looked at */
        }
        *offer = (struct offer){names->unit, role->unit, "unit"};
        return said(subject.unit) && said(role->unit) && strcmp(subject.unit, role->unit) == 0;
    case PERMIT_BRANCH:
        if (names->unit == NULL && names->area == NULL) {
            return true;
        }
        if (said(subject.unit) || names->area == NULL || !said(subject.area)) {
            *offer = (struct offer){names->unit, role->unit, "unit"};
            return said(subject.unit) && permit_covers(&alone, site, &subject);
        }
        *offer = (struct offer){names->area, NULL, "area"};
        subject.level = 1; /* a place has no level of its own to be judged by */
        return permit_covers(&alone, site, &subject);
    case PERMIT_AREA:
        if (!said(role->area) || (names->area == NULL && names->unit == NULL)) {
            return true;
        }
        if (names->area == NULL) {
            const uint32_t unit =
                said(subject.unit) ? site_unit_find(site, subject.unit) : SITE_NONE;
            *offer = (struct offer){NULL, NULL, "unit"};
            if (unit == SITE_NONE || site->units[unit].area == SITE_NONE) {
                return false;
            }
            subject.area = site->areas[site->units[unit].area].code;
            return permit_covers(&alone, site, &subject);
        }
        *offer = (struct offer){names->area, role->area, "area"};
        return said(subject.area) && permit_covers(&alone, site, &subject);
    case PERMIT_CHANNEL:
    case PERMIT_CHANNEL_CODE:
        if (right->scope == PERMIT_CHANNEL_CODE && !said(names->code)) {
            *offer = (struct offer){NULL, NULL, "query_code"};
            return false;
        }
        if (names->channel == NULL) {
            return true;
        }
        *offer = (struct offer){names->channel, role->channel, "channel"};
        return said(subject.channel) && permit_covers(&alone, site, &subject);
    case PERMIT_CODE:
        *offer = (struct offer){NULL, NULL, "query_code"};
        return said(names->code);
    case PERMIT_PASS: /* the ticket itself is looked at */
    case PERMIT_ALL:
    case PERMIT_UNTITLED:
    case PERMIT_CALLBACK:
    case PERMIT_FOLLOWED:
        return true;
    case PERMIT_NONE:
        break;
    }
    return false;
}

/* Whether two offers would write the same. */
static bool offer_same(const struct offer *one, const struct offer *other)
{
    return one->field == other->field && strcmp(one->value, other->value) == 0;
}

/* One right is enough. Where none admits what is named, and what is missing can only be one thing,
 * that is filled in; else the first right's field is told. */
static void judge_names(struct permit_ask *ask, const struct site *site, const struct names *names)
{
    struct offer only = {0};
    const char *missing = NULL;
    bool several = false;
    for (size_t index = 0; index < ask->view.count; index++) {
        struct offer offer;
        if (admits(&ask->view.rights[index], site, names, &offer)) {
            return;
        }
        missing = missing == NULL ? offer.name : missing;
        if (offer.field == NULL || said(*offer.field) || !said(offer.value)) {
            continue;
        }
        several = several || (only.field != NULL && !offer_same(&only, &offer));
        only = offer;
    }
    if (only.field != NULL && !several) {
        *only.field = (char *)(uintptr_t)only.value; /* read only, as all of a request */
        return;
    }
    ask->code = PAIDAN__CODE__FORBIDDEN;
    ask->detail = several ? only.name : missing;
}

/* ---- wishes with more to look at ---- */

/* Every ticket's channel, and who solved it on the spot. A role of a unit or an area that names no
 * channel may use all: clerks and dispatchers write down what they are told at the counter. */
static bool submit_admits(const struct permit_right *right, const Paidan__NewTicket *ticket)
{
    const Paidan__GrantRole *const role = right->role;
    if (right->scope == PERMIT_UNIT) {
        return role != NULL && said(role->unit) && said(ticket->spot_unit) &&
               strcmp(role->unit, ticket->spot_unit) == 0 &&
               (!said(role->channel) || strcmp(role->channel, ticket->channel) == 0);
    }
    if (right->scope != PERMIT_CHANNEL || said(ticket->spot_unit)) {
        return false;
    }
    if (role == NULL || said(role->channel)) {
        return role == NULL || strcmp(role->channel, ticket->channel) == 0;
    }
    return role->role == PAIDAN__ROLE__ROLE_DISPATCHER || role->role == PAIDAN__ROLE__ROLE_CLERK ||
           (role->role == PAIDAN__ROLE__ROLE_ADAPTER && said(role->unit));
}

/* What is said by who handed the ticket on to us: no resident sets a unit's deadline 上级时限, or
 * which unit it is, or has his words left unread. NULL: nothing of it. */
static const char *said_above(const Paidan__NewTicket *ticket)
{
    if (ticket->has_due_ms) {
        return "due_ms";
    }
    return ticket->has_unmapped ? "unmapped" : ticket->unit_hint != NULL ? "unit_hint" : NULL;
}

/* In a batch with one solved on the spot the others are judged as ordinary ones. */
static void judge_submit(const struct permit_asker *asker, struct permit_ask *ask,
                         const Paidan__Submit *submit)
{
    struct permit_view ordinary, spot;
    permit_view_make(asker, PERMIT_SUBMIT, &ordinary);
    permit_view_make(asker, PERMIT_SUBMIT_SPOT, &spot);
    for (size_t index = 0; index < submit->n_tickets; index++) {
        const Paidan__NewTicket *const ticket = submit->tickets[index];
        const struct permit_view *const view = ticket->spot_unit != NULL ? &spot : &ordinary;
        bool admitted = false;
        const char *const above = asker->column == PERMIT_PUBLIC ? said_above(ticket) : NULL;
        if (above != NULL) {
            ask->code = PAIDAN__CODE__FORBIDDEN;
            ask->detail = above;
            return;
        }
        for (size_t at = 0; !admitted && at < view->count; at++) {
            admitted = submit_admits(&view->rights[at], ticket);
        }
        if (!admitted) {
            ask->code = PAIDAN__CODE__FORBIDDEN;
            ask->detail = ticket->spot_unit != NULL ? "spot_unit" : "channel";
            return;
        }
    }
}

/* A follower's name moves what is trimmed, so nobody takes a service's. */
static void judge_fetch(const struct permit_asker *asker, struct permit_ask *ask,
                        const Paidan__Fetch *fetch)
{
    static const char *const services[] = {"intake",   "triage", "escalation",
                                           "callback", "access", "archive"};
    bool fits = asker->follower == NULL || strcmp(asker->follower, fetch->follower) == 0;
    for (size_t index = 0; asker->follower == NULL && index < sizeof services / sizeof *services;
         index++) {
        fits = fits && strcmp(services[index], fetch->follower) != 0;
    }
    if (!fits) {
        ask->code = PAIDAN__CODE__FORBIDDEN;
        ask->detail = "follower";
    }
}

/* ---- all ---- */

/* Under which name: with proof under no other. An adapter that several people use may add who. */
static enum rc actor_take(const struct permit_asker *asker, struct permit_ask *ask,
                          Paidan__Request *copy)
{
    const char *const claimed = copy->actor;
    if (asker->actor == NULL) {
        return RC_OK;
    }
    const size_t length = strlen(asker->actor);
    const bool same = claimed == NULL || claimed[0] == '\0' || strcmp(claimed, asker->actor) == 0;
    const bool part = claimed != NULL && asker->column == PAIDAN__ROLE__ROLE_ADAPTER &&
                      strncmp(claimed, asker->actor, length) == 0 && claimed[length] == '/';
    if (!same && !part) {
        ask->code = PAIDAN__CODE__FORBIDDEN;
        ask->detail = "actor";
    } else if (same) {
        copy->actor = (char *)(uintptr_t)asker->actor; /* read only, as all of a request */
    }
    return RC_OK;
}

/* Submit and Fetch name no ticket that exists yet or no ticket at all, so each has its own rule. */
static void judge_wish(const struct permit_asker *asker, struct permit_ask *ask,
                       const struct site *site, Paidan__Request *copy)
{
    if (copy->wish_case == PAIDAN__REQUEST__WISH_SUBMIT) {
        judge_submit(asker, ask, copy->submit);
        return;
    }
    if (copy->wish_case == PAIDAN__REQUEST__WISH_FETCH) {
        judge_fetch(asker, ask, copy->fetch);
        return;
    }
    const struct names names = names_of(*wish_at(copy), permit_table_by(ask->view.row));
    judge_names(ask, site, &names);
}

/* The copy is made late and only for those with a scope: whoever is free, which is every service in
 * a trial, pays for one look into the table. */
enum rc permit_ask(const struct permit_asker *asker, const Paidan__Request *request,
                   const struct site *site, struct arena *arena, struct permit_ask *ask)
{
    ask->code = PAIDAN__CODE__OK;
    ask->detail = NULL;
    ask->request = request;
    ask->ticket_count = 0;
    ask->beside = SIZE_MAX;
    ask->tickets = NULL;
    ask->named = NULL;
    ask->guarded = NULL;
    permit_view_make(asker, permit_table_row(request), &ask->view);
    if (asker->free) {
        return RC_OK;
    }
    if (ask->view.count == 0) {
        ask->code = PAIDAN__CODE__FORBIDDEN;
        return RC_OK;
    }
    Paidan__Request *const copy = request_copy(arena, request);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    ask->request = copy;
    enum rc rc = actor_take(asker, ask, copy);
    if (asker->via != NULL) {
        copy->via = (char *)(uintptr_t)asker->via;
    }
    if (rc == RC_OK && ask->code == PAIDAN__CODE__OK) {
        judge_wish(asker, ask, site, copy);
    }
    if (rc == RC_OK && ask->code == PAIDAN__CODE__OK && !ask->view.all) {
        rc = tickets_take(arena, ask, copy);
    }
    return rc;
}
