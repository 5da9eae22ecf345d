/* intake_reading: answers from records and texts. Lookup is what a resident may see; ReadTexts is
 * for people who work on tickets. Reading with phones is a change: it is recorded as Disclosed, and
 * its answer is not stored, so that a text lies in the log once. Reading the log itself with its
 * texts is asked for here too (ReadLog) and recorded before the first of its facts is shown. */

#include "intake_reading.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "intake_check.h"
#include "intake_into.h"
#include "intake_split.h"
#include "intake_summary.h"

/* Texts of one answer, packed. The largest ticket there can be (65 KiB, 32 supplements of as much,
 * their attachments) still fits, so every answer holds at least one. */
enum { TEXTS_BYTES_MAX = FRAME_BYTES_MAX - (256 << 10) };
static_assert((INTAKE_RECENT_MAX + 1) * (TEXT_BYTES_MAX + ATTACHMENTS_MAX * 1300) +
                      SAID_MAX * (NOTE_BYTES_MAX + ACTOR_BYTES_MAX + 32) <
                  TEXTS_BYTES_MAX,
              "any one ticket fits an answer");

/* One reader for queries (view) and for commands (step). */
struct reader {
    struct step *step;
    struct step_view *view;
    struct store_txn *txn;
    struct arena *arena;
    bool phones;
};

/* A text out of the log, by the seq that a record names. That it is there, of that kind and
 * about that ticket, is a law of the store: anything else is RC_CORRUPT. */
static enum rc read_event(const struct reader *reader, uint64_t seq, uint64_t ticket,
                          Paidan__Event__FactCase fact, Paidan__Event **event)
{
    CHECK(seq > 0);
    CHECK((reader->step == NULL) != (reader->view == NULL));
    const enum rc rc = reader->step != NULL ? step_read(reader->step, seq, event)
                                            : step_view_read(reader->view, seq, event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* intake's log is never trimmed */
    }
    return (*event)->ticket == ticket && (*event)->fact_case == fact ? RC_OK : RC_CORRUPT;
}

/* 并单: how far the work is on the ticket that is worked on in its place. Once that one is resolved or taken back
 * by its own resident, what becomes of this one follows in a moment, and is none of the other's. */
static enum rc add_progress(const struct reader *reader, uint64_t ticket, Paidan__LookedUp *body)
{
    struct intake_ticket of;
    CHECK(!body->has_merged_into);
    CHECK(ticket == body->ticket);
    enum rc rc = intake_into_get(reader->txn, ticket, &body->merged_into);
    body->has_merged_into = rc == RC_OK;
    if (rc == RC_OK) {
        rc = intake_state_get(reader->txn, body->merged_into, &of);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(of.state != INTAKE_NONE);
    if (of.state != INTAKE_RESOLVED && of.state != INTAKE_CLOSED && of.state != INTAKE_WITHDRAWN) {
        body->state = intake_ticket_public_state(of.state);
        body->changed_ms = of.changed_ms > body->changed_ms ? of.changed_ms : body->changed_ms;
    }
    return RC_OK;
}

/* 拆分: whence it came, and what was split off. Lists in the arena. */
static enum rc read_split(const struct reader *reader, uint64_t ticket,
                          const Paidan__Registered *fact, char **split_of, char ***split_into,
                          size_t *count)
{
    struct intake_split split;
    CHECK(*count == 0);
    CHECK(*split_of == NULL);
    const enum rc rc = intake_split_get(reader->txn, ticket, &split);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(split.count <= SPLIT_TICKETS_MAX);
    if (fact->has_split_of) {
        *split_of = number_text(reader->arena, fact->split_of);
        if (*split_of == NULL) {
            return RC_LIMIT;
        }
    }
    *split_into =
        split.count == 0 ? NULL : arena_alloc(reader->arena, split.count * sizeof **split_into);
    if (split.count != 0 && *split_into == NULL) {
        return RC_LIMIT;
    }
    for (*count = 0; *count < split.count; *count += 1) {
        (*split_into)[*count] = number_text(reader->arena, split.tickets[*count]);
        if ((*split_into)[*count] == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

/* What a resident may see: state and counts, but no text and no unit's name. The title is masked.
 */
static enum rc looked_up(const struct reader *reader, uint64_t ticket,
                         const struct intake_ticket *record, Paidan__Answer *answer)
{
    Paidan__Event *event = NULL;
    const enum rc rc =
        read_event(reader, record->registered_seq, ticket, PAIDAN__EVENT__FACT_REGISTERED, &event);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__LookedUp *const body = arena_alloc(reader->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    CHECK(event->registered->title != NULL);
    CHECK(record->state != INTAKE_NONE);
    paidan__looked_up__init(body);
    body->ticket = ticket;
    body->number = number_text(reader->arena, ticket);
    body->state = intake_ticket_public_state(record->state);
    body->has_outcome = record->outcome != 0;
    body->outcome = (Paidan__Outcome)record->outcome;
    body->registered_ms = record->registered_ms;
    body->changed_ms = record->changed_ms;
    body->chases = record->chases;
    body->supplements = record->supplements;
    body->title = event->registered->title;
    const enum rc split = read_split(reader, ticket, event->registered, &body->split_of,
                                     &body->split_into, &body->n_split_into);
    if (split != RC_OK) {
        return split;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_LOOKED_UP;
    answer->looked_up = body;
    const enum rc merged =
        record->state == INTAKE_MERGED ? add_progress(reader, ticket, body) : RC_OK;
    return merged == RC_OK && body->number == NULL ? RC_LIMIT : merged;
}

/* Room for one more: the oldest of those that are there makes it. */
static void add_picture(Paidan__LookedUp *body, const Paidan__Attachment *file)
{
    CHECK(body->n_pictures <= LOOKED_UP_PICTURES_MAX);
    if (strncmp(file->url, "media:", 6) != 0 || file->media_type == NULL ||
        strncmp(file->media_type, "image/", 6) != 0) {
        return;
    }
    if (body->n_pictures == LOOKED_UP_PICTURES_MAX) {
        memmove(body->pictures, body->pictures + 1,
                (LOOKED_UP_PICTURES_MAX - 1) * sizeof body->pictures[0]);
        body->n_pictures--;
    }
    body->pictures[body->n_pictures++] = file->url;
}

/* Whether a supplement came from the resident's side: by the ticket's own channel, of whose tickets alone an
 * adapter may say anything, or from somebody whom nobody knows. A dispatcher's and an operator's pictures are the
 * office's, and may show others. Where nobody proves who he is: from whoever registered it. */
static bool is_residents(const Paidan__Event *event, const char *registrar)
{
    const Paidan__Cause *const cause = event->cause;
    CHECK(cause != NULL);
    CHECK(registrar != NULL);
    for (size_t index = 0; index < cause->n_roles; index++) {
        if (cause->roles[index] == PAIDAN__ROLE__ROLE_ADAPTER ||
            cause->roles[index] == PAIDAN__ROLE__ROLE_PUBLIC) {
            return true;
        }
    }
    const char *const actor = cause->actor == NULL ? "" : cause->actor;
    return cause->n_roles == 0 && strcmp(actor, registrar) == 0;
}

/* What somebody who knows the code has sent himself he may see again: the newest of it. */
static enum rc add_pictures(const struct reader *reader, uint64_t ticket,
                            const struct intake_ticket *record, Paidan__LookedUp *body)
{
    Paidan__Event *event = NULL;
    body->pictures = arena_alloc(reader->arena, LOOKED_UP_PICTURES_MAX * sizeof(char *));
    if (body->pictures == NULL) {
        return RC_LIMIT;
    }
    CHECK(record->recent_count <= INTAKE_RECENT_MAX);
    enum rc rc =
        read_event(reader, record->registered_seq, ticket, PAIDAN__EVENT__FACT_REGISTERED, &event);
    for (size_t at = 0; rc == RC_OK && at < event->registered->n_attachments; at++) {
        add_picture(body, event->registered->attachments[at]);
    }
    const char *const registrar =
        rc == RC_OK && event->cause->actor != NULL ? event->cause->actor : "";
    for (uint32_t index = 0; rc == RC_OK && index < record->recent_count; index++) {
        rc = read_event(reader, record->recent[index], ticket, PAIDAN__EVENT__FACT_SUPPLEMENTED,
                        &event);
        const bool own = rc == RC_OK && is_residents(event, registrar);
        for (size_t at = 0; own && at < event->supplemented->n_attachments; at++) {
            add_picture(body, event->supplemented->attachments[at]);
        }
    }
    return rc;
}

/* Who knows a channel's own id of a ticket is that channel, so no query code is asked for. */
static enum rc lookup_external(const struct reader *reader, const Paidan__Lookup *wish,
                               Paidan__Answer *answer)
{
    CHECK(wish->channel != NULL);
    CHECK(wish->external_id != NULL);
    if (wish->external_id[0] == '\0' || wish->channel[0] == '\0') {
        return step_view_refuse(answer, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    uint64_t ticket = 0;
    enum rc rc = intake_state_external_get(reader->txn, wish->channel, wish->external_id, &ticket);
    if (rc == RC_NOT_FOUND) {
        return step_view_refuse(answer, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    struct intake_ticket record;
    if (rc == RC_OK) {
        rc = intake_state_get(reader->txn, ticket, &record);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return looked_up(reader, ticket, &record, answer);
}

/* By number and query code, or by a channel's own id. One of the two must be known, so that
 * nobody walks through the numbers of a day and reads titles. */
enum rc intake_reading_lookup(struct step_view *view, const Paidan__Lookup *wish,
                              Paidan__Answer *answer)
{
    const struct reader reader = {.view = view, .txn = view->txn, .arena = view->arena};
    /* A channel asks by its own id, whoever it is: the id is what it alone knows. */
    if (wish->channel != NULL && wish->external_id != NULL) {
        return lookup_external(&reader, wish, answer);
    }
    uint64_t ticket = wish->ticket;
    if (!wish->has_ticket && wish->typed_number == NULL) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "ticket");
    }
    /* As people write it, read by the same function as everywhere. */
    if (!wish->has_ticket && number_parse(wish->typed_number, &ticket) != RC_OK) {
        return step_view_refuse(answer, PAIDAN__CODE__NUMBER_INVALID, "typed_number");
    }
    /* A number alone opens nothing: numbers can be counted up. */
    if (wish->query_code == NULL) {
        return step_view_refuse(answer, PAIDAN__CODE__QUERY_CODE_WRONG, NULL);
    }
    struct intake_ticket record;
    Paidan__Code code = PAIDAN__CODE__OK;
    const enum rc rc = intake_ticket_find(view->txn, ticket, wish->query_code, &record, &code);
    if (rc != RC_OK) {
        return rc;
    }
    if (code != PAIDAN__CODE__OK) {
        return step_view_refuse(answer, code, NULL);
    }
    const enum rc looked = looked_up(&reader, ticket, &record, answer);
    return looked == RC_OK ? add_pictures(&reader, ticket, &record, answer->looked_up) : looked;
}

/* Phone and name, whole for those whose reading is recorded, masked for all others. */
static enum rc mask(const struct reader *reader, const Paidan__Registered *fact,
                    Paidan__TicketText *text)
{
    CHECK(!reader->phones || reader->step != NULL); /* no phone without a fact that says so */
    text->phone = fact->phone;
    text->reporter = fact->reporter;
    if (reader->phones) {
        return RC_OK;
    }
    if (fact->phone != NULL) {
        const enum rc rc = text_mask_phone(reader->arena, fact->phone, &text->phone);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return fact->reporter == NULL ? RC_OK
                                  : text_mask_name(reader->arena, fact->reporter, &text->reporter);
}

/* Supplements and all attachments, in the order in which they came. */
static enum rc read_supplements(const struct reader *reader, uint64_t ticket,
                                const struct intake_ticket *record, const Paidan__Registered *fact,
                                Paidan__TicketText *text)
{
    CHECK(record->recent_count <= INTAKE_RECENT_MAX);
    const size_t attachments_max = (record->recent_count + 1) * ATTACHMENTS_MAX;
    text->supplements = arena_alloc(reader->arena, INTAKE_RECENT_MAX * sizeof *text->supplements);
    text->supplements_ms =
        arena_alloc(reader->arena, INTAKE_RECENT_MAX * sizeof *text->supplements_ms);
    text->attachments = arena_alloc(reader->arena, attachments_max * sizeof(Paidan__Attachment *));
    if (text->supplements == NULL || text->supplements_ms == NULL || text->attachments == NULL) {
        return RC_LIMIT;
    }
    /* The bound is the fact's own; it is repeated here because the list was made for so many. */
    for (size_t index = 0; index < fact->n_attachments && index < ATTACHMENTS_MAX; index++) {
        text->attachments[text->n_attachments++] = fact->attachments[index];
    }
    for (uint32_t index = 0; index < record->recent_count; index++) {
        Paidan__Event *event = NULL;
        const enum rc rc = read_event(reader, record->recent[index], ticket,
                                      PAIDAN__EVENT__FACT_SUPPLEMENTED, &event);
        if (rc != RC_OK) {
            return rc;
        }
        const Paidan__Supplemented *const more = event->supplemented;
        text->supplements[text->n_supplements++] = more->text;
        text->supplements_ms[text->n_supplements_ms++] = event->at_ms;
        for (size_t item = 0; item < more->n_attachments && item < ATTACHMENTS_MAX; item++) {
            text->attachments[text->n_attachments++] = more->attachments[item];
        }
    }
    return RC_OK;
}

/* A chase or the withdrawal as its reader gets it; NULL: the arena is full. */
static Paidan__Said *make_said(struct arena *arena, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_CHASED ||
          event->fact_case == PAIDAN__EVENT__FACT_WITHDRAWN);
    Paidan__Said *const said = arena_alloc(arena, sizeof *said);
    if (said == NULL) {
        return NULL;
    }
    const bool chase = event->fact_case == PAIDAN__EVENT__FACT_CHASED;
    paidan__said__init(said);
    said->kind = chase ? PAIDAN__SAID_KIND__SAID_CHASE : PAIDAN__SAID_KIND__SAID_WITHDRAWAL;
    said->at_ms = event->at_ms;
    said->note = chase ? event->chased->note : event->withdrawn->note;
    said->actor = event->cause->actor;
    return said;
}

/* Chases and the withdrawal with what was said. They are links of the ticket's chain and found by
 * walking it backward; so many links at most, whatever they are, that a ticket which somebody's
 * program chased ten thousand times costs no more to read than another. */
static enum rc read_said(const struct reader *reader, uint64_t ticket,
                         const struct intake_ticket *record, Paidan__TicketText *text)
{
    CHECK(record->last_seq >= record->registered_seq);
    Paidan__Said *newest[SAID_MAX];
    size_t count = 0;
    uint64_t seq = record->last_seq;
    for (unsigned link = 0; link < SAID_MAX && seq > record->registered_seq; link++) {
        Paidan__Event *event = NULL;
        const size_t mark = reader->arena->used;
        const enum rc rc = reader->step != NULL ? step_read(reader->step, seq, &event)
                                                : step_view_read(reader->view, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        if (event->ticket != ticket || !event->has_prev_seq || event->prev_seq >= seq) {
            return RC_CORRUPT;
        }
        seq = event->prev_seq;
        if (event->fact_case == PAIDAN__EVENT__FACT_SPLIT) {
            continue; /* a dispatcher did so, the resident said nothing */
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_SUPPLEMENTED) {
            reader->arena->used = mark; /* up to 64 KiB of text that was read already */
            continue;
        }
        newest[count] = make_said(reader->arena, event);
        if (newest[count] == NULL) {
            return RC_LIMIT;
        }
        count++;
    }
    text->said = arena_alloc(reader->arena, (count + 1) * sizeof *text->said);
    if (text->said == NULL) {
        return RC_LIMIT;
    }
    while (count > 0) {
        text->said[text->n_said++] = newest[--count];
    }
    return RC_OK;
}

/* What the resident said after the ticket was registered. */
static enum rc read_messages(const struct reader *reader, uint64_t ticket,
                             const struct intake_ticket *record, const Paidan__Registered *fact,
                             Paidan__TicketText *text)
{
    CHECK(record->registered_seq > 0);
    CHECK(text->n_supplements == 0);
    const enum rc rc = read_supplements(reader, ticket, record, fact, text);
    return rc == RC_OK ? read_said(reader, ticket, record, text) : rc;
}

/* Fills text; an unknown ticket gives its number alone. */
static enum rc read_text(const struct reader *reader, uint64_t ticket, Paidan__TicketText *text)
{
    paidan__ticket_text__init(text);
    text->ticket = ticket;
    text->number = number_text(reader->arena, ticket);
    CHECK(text->text == NULL); /* by which callers know an unknown ticket */
    if (text->number == NULL) {
        return RC_LIMIT;
    }
    struct intake_ticket record;
    enum rc rc = intake_state_get(reader->txn, ticket, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    Paidan__Event *event = NULL;
    rc = read_event(reader, record.registered_seq, ticket, PAIDAN__EVENT__FACT_REGISTERED, &event);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__Registered *const fact = event->registered;
    text->text = fact->text;
    text->place = fact->place;
    text->channel = fact->channel;
    text->external_id = fact->external_id;
    text->actor = event->cause->actor;
    /* As it was given: whoever reads texts may read it. */
    text->title = fact->given_title != NULL ? fact->given_title : fact->title;
    text->has_registered_ms = 1;
    text->registered_ms = record.registered_ms;
    text->has_occurred_ms = fact->has_occurred_ms;
    text->occurred_ms = fact->occurred_ms;
    text->has_due_ms = fact->has_due_ms;
    text->due_ms = fact->due_ms;
    text->has_chases = 1;
    text->chases = record.chases;
    text->has_state = 1;
    text->state = intake_ticket_public_state(record.state);
    text->has_confidential = text->confidential = fact->has_confidential && fact->confidential;
    rc = mask(reader, fact, text);
    if (rc == RC_OK && text->confidential) {
        rc = intake_summary_get(reader->txn, reader->arena, ticket, &text->summary);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (rc == RC_OK) {
        rc = read_split(reader, ticket, fact, &text->split_of, &text->split_into,
                        &text->n_split_into);
    }
    return rc == RC_OK ? read_messages(reader, ticket, &record, fact, text) : rc;
}

/* Reads as many of the tickets asked for as one answer holds. */
static enum rc read_all(const struct reader *reader, const Paidan__ReadTexts *wish,
                        Paidan__Texts **body)
{
    CHECK(wish->n_tickets > 0 && wish->n_tickets <= READ_TEXTS_MAX);
    Paidan__TicketText *const texts = arena_alloc(reader->arena, wish->n_tickets * sizeof *texts);
    Paidan__TicketText **const list =
        arena_alloc(reader->arena, wish->n_tickets * sizeof(Paidan__TicketText *));
    *body = arena_alloc(reader->arena, sizeof **body);
    if (texts == NULL || list == NULL || *body == NULL) {
        return RC_LIMIT;
    }
    paidan__texts__init(*body);
    (*body)->texts = list;
    size_t bytes = 0;
    for (size_t index = 0; index < wish->n_tickets; index++) {
        const enum rc rc = read_text(reader, wish->tickets[index], &texts[index]);
        if (rc != RC_OK) {
            return rc;
        }
        /* Tag and length of the item in its list are less than 16. */
        bytes += paidan__ticket_text__get_packed_size(&texts[index]) + 16;
        if (bytes > TEXTS_BYTES_MAX) {
            break;
        }
        list[index] = &texts[index];
        (*body)->n_texts++;
    }
    CHECK((*body)->n_texts > 0);
    return RC_OK;
}

/* What is wrong with the wish; detail: the field, static. */
static Paidan__Code judge_read(const Paidan__ReadTexts *wish, const char **detail)
{
    CHECK(detail != NULL);
    *detail = "tickets";
    if (wish->n_tickets == 0) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    return wish->n_tickets > READ_TEXTS_MAX ? PAIDAN__CODE__TOO_MANY_ITEMS : PAIDAN__CODE__OK;
}

/* Anybody who works on tickets may read texts; that is what they are for. Phone and name are
 * masked, and of a trial's owner, who has no account, nothing is recorded. */
enum rc intake_reading_texts(struct step_view *view, const Paidan__ReadTexts *wish,
                             Paidan__Answer *answer)
{
    const char *detail = NULL;
    const Paidan__Code code = judge_read(wish, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_view_refuse(answer, code, detail);
    }
    const struct reader reader = {.view = view, .txn = view->txn, .arena = view->arena};
    Paidan__Texts *body = NULL;
    const enum rc rc = read_all(&reader, wish, &body);
    if (rc != RC_OK) {
        return rc;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_TEXTS;
    answer->texts = body;
    return RC_OK;
}

/* Says which tickets were disclosed, if any of those asked for exist. */
static enum rc say_disclosed(struct step *step, const Paidan__Texts *body, char *reason,
                             bool phones)
{
    uint64_t *const tickets = arena_alloc(step->arena, body->n_texts * sizeof *tickets);
    if (tickets == NULL) {
        return RC_LIMIT;
    }
    CHECK(reason != NULL && reason[0] != '\0');
    Paidan__Disclosed fact = PAIDAN__DISCLOSED__INIT;
    fact.tickets = tickets;
    fact.reason = reason;
    fact.has_phones = phones;
    fact.phones = phones;
    for (size_t index = 0; index < body->n_texts; index++) {
        if (body->texts[index]->text != NULL) {
            tickets[fact.n_tickets++] = body->texts[index]->ticket;
        }
    }
    /* Nobody's text was read, so there is nothing to record. */
    if (fact.n_tickets == 0) {
        return RC_OK;
    }
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base); /* of many */
}

/* Texts with phones, and texts that somebody with an account reads. The fact is said before the answer is given: if the commit fails, nobody has seen a number
 * that nobody knows of. */
enum rc intake_reading_disclose(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_READ_TEXTS);
    const Paidan__ReadTexts *const wish = request->read_texts;
    const bool phones = wish->has_phones && wish->phones;
    CHECK(phones || request->has_grant); /* see changes() */
    const char *detail = NULL;
    const Paidan__Code code = judge_read(wish, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    /* Who and why are the point of the record. */
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (phones && text_blank(wish->reason)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "reason");
    }
    static char unsaid[] = "-";
    char *const reason = text_blank(wish->reason) ? unsaid : wish->reason;
    /* From within the step, so that what this very batch registered can be read too. */
    const struct reader reader = {
        .step = step, .txn = step->txn, .arena = step->arena, .phones = phones};
    Paidan__Texts *body = NULL;
    enum rc rc = read_all(&reader, wish, &body);
    if (rc == RC_OK) {
        rc = say_disclosed(step, body, reason, phones);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_TEXTS;
    answer.texts = body;
    /* A stored answer would put phones into the log a second time. The price: the same request
     * id reads, and is recorded, again. */
    return step_answer_unstored(step, &answer);
}

/* Who is about to read facts of the log with their texts, and why; of an adapter's too, so that all
 * readings stand in one place. Said and stored before the
 * caller has seen one of them; the reading itself is the caller's, from the log. */
enum rc intake_reading_log(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_READ_LOG);
    const Paidan__ReadLog *const wish = request->read_log;
    if (wish->from_seq == 0 || (wish->has_until_seq && wish->until_seq < wish->from_seq)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "from_seq");
    }
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (text_blank(wish->reason)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "reason");
    }
    uint64_t seq = 0;
    Paidan__Disclosed fact = PAIDAN__DISCLOSED__INIT;
    fact.reason = wish->reason;
    fact.has_phones = 1;
    fact.phones = 1;
    fact.has_from_seq = 1;
    fact.from_seq = wish->from_seq;
    fact.has_until_seq = wish->has_until_seq;
    fact.until_seq = wish->until_seq;
    fact.log = text_blank(wish->log) ? NULL : wish->log;
    const struct step_about about = {.ticket = 0, .seq = &seq};
    const enum rc rc = step_say(step, &about, &fact.base);
    return rc == RC_OK ? step_answer_done(step, 0, seq) : rc;
}

/* Counts tickets, not requests: one request may read two hundred. A reading of the log counts as
 * one: how many tickets it met is known only when it ends. */
enum rc intake_reading_fold(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_DISCLOSED);
    const Paidan__Disclosed *const fact = event->disclosed;
    const bool by_phone = fact->has_by_phone && fact->by_phone; /* perhaps nothing was found */
    if (event->has_ticket || (fact->n_tickets == 0 && !by_phone) != (fact->has_from_seq != 0)) {
        return RC_CORRUPT;
    }
    intake_ticket_count(fold, INTAKE_TALLY_DISCLOSED, fact->n_tickets == 0 ? 1 : fact->n_tickets);
    return RC_OK;
}
