/* intake_repeat: from a new ticket to a chase of an old one.
 *
 * What must stay true: nothing that somebody said is lost: what differs stands in the chase's note, and
 * what a chase cannot hold (files, a deadline from above, confidence, more words than a note has room for)
 * makes a ticket of its own; so does a danger that the open ticket does not tell of, and whatever the caller
 * calls new. Nobody learns by a number how a stranger's ticket is opened: the query code is told once, when
 * the ticket comes to be. The same message again finds the same ticket, however often a channel asks. */
#include "intake_repeat.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "intake_caller.h"

#define DAY_MS (24ull * 3600000)

enum { CHAIN_MAX = 256 /* facts of a ticket that are looked back at for a message */ };

static bool given(const char *text)
{
    return !text_blank(text);
}

/* What only a ticket can carry, or says that it is one. */
static bool stands_alone(const Paidan__NewTicket *item)
{
    CHECK(!text_blank(item->text)); /* refused before */
    CHECK(item->n_attachments == 0 || item->attachments != NULL);
    return (item->has_anew && item->anew) || item->n_attachments > 0 || item->has_due_ms ||
           given(item->spot_unit) || (item->has_confidential && item->confidential) ||
           (item->has_unmapped && item->unmapped);
}

/* Both name one, and not the same. */
static bool differ(const char *before, const char *now)
{
    return given(before) && given(now) && strcmp(before, now) != 0;
}

/* A place that is told now must have been told before. */
static bool place_told(const Paidan__Registered *before, const char *place)
{
    CHECK(before->text != NULL);
    return !given(place) || (given(before->place) && text_again(before->place, place));
}

static bool danger_told(const Paidan__Registered *before, const struct site_rules_calls *calls)
{
    CHECK(calls->count <= CALLS_NAMED_MAX);
    CHECK(before->n_call <= CALLS_NAMED_MAX);
    for (uint32_t index = 0; index < calls->count; index++) {
        bool told = false;
        for (size_t at = 0; at < before->n_call; at++) {
            told = told || strcmp(before->call[at], calls->numbers[index]) == 0;
        }
        if (!told) {
            return false;
        }
    }
    return true;
}

/* A number that only the new one has is a fact as well. */
static bool phone_told(const Paidan__Registered *before, const char *phone)
{
    char read[PHONE_BYTES_MAX + 1];
    if (!given(phone) || text_phone_read(phone, read) == TEXT_PHONE_NONE) {
        return true;
    }
    CHECK(read[0] != '\0');
    return before->phone != NULL && strcmp(before->phone, read) == 0;
}

/* When it happened, if somebody said so: the same noise in another night is another matter. */
static bool time_told(const Paidan__Registered *before, const Paidan__NewTicket *item)
{
    CHECK(item->text != NULL);
    return !item->has_occurred_ms ||
           (before->has_occurred_ms && before->occurred_ms == item->occurred_ms);
}

static bool says_again(const Paidan__Registered *before, const Paidan__NewTicket *item,
                       const struct site_rules_calls *calls)
{
    return danger_told(before, calls) && !differ(before->category_hint, item->category_hint) &&
           !differ(before->area_hint, item->area_hint) &&
           !differ(before->unit_hint, item->unit_hint) &&
           !differ(before->reporter, item->reporter) && phone_told(before, item->phone) &&
           time_told(before, item) && !(before->has_confidential && before->confidential) &&
           place_told(before, item->place) && text_again(before->text, item->text);
}

/* ---- what differs ---- */

static bool adds(const char *before, const char *now)
{
    return given(now) && (before == NULL || strcmp(before, now) != 0);
}

/* Title, text and place, a line each, where they differ; *whole: all of it has room in a note. */
static enum rc note_of(struct step *step, const Paidan__NewTicket *item,
                       const Paidan__Registered *before, char **note, bool *whole)
{
    const char *const parts[] = {adds(before->given_title, item->title) ? item->title : "",
                                 adds(before->text, item->text) ? item->text : "",
                                 adds(before->place, item->place) ? item->place : ""};
    size_t bytes = 0;
    size_t used = 0;
    CHECK(before->text != NULL);
    *note = NULL;
    for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++) {
        bytes += strlen(parts[index]) + 1;
    }
    *whole = bytes <= NOTE_BYTES_MAX;
    if (bytes == sizeof parts / sizeof parts[0] || !*whole) {
        return RC_OK;
    }
    char *const made = arena_alloc(step->arena, bytes);
    if (made == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++) {
        const size_t part = strlen(parts[index]);
        if (part > 0 && used > 0) {
            made[used++] = '\n';
        }
        memcpy(made + used, parts[index], part);
        used += part;
    }
    CHECK(used < bytes);
    made[used] = '\0';
    *note = made;
    return RC_OK;
}

/* ---- looking ---- */

/* The first fact about a ticket, which is kept for ever. */
static enum rc read_first(struct step *step, const struct intake_ticket *record,
                          Paidan__Registered **registered)
{
    Paidan__Event *event = NULL;
    CHECK(record->registered_seq > 0);
    const enum rc rc = step_read(step, record->registered_seq, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_REGISTERED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    *registered = event->registered;
    return RC_OK;
}

static enum rc look_at(struct step *step, const Paidan__NewTicket *item,
                       const struct site_rules_calls *calls, uint64_t ticket,
                       struct intake_repeat *repeat)
{
    Paidan__Registered *before = NULL;
    bool whole = false;
    char *note = NULL;
    const size_t mark = step->arena->used;
    CHECK(ticket != 0);
    CHECK(repeat->ticket == 0); /* the newest that fits is taken */
    enum rc rc = intake_state_get(step->txn, ticket, &repeat->record);
    if (rc == RC_OK) {
        rc = read_first(step, &repeat->record, &before);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (repeat->record.chases < UINT32_MAX && says_again(before, item, calls)) {
        rc = note_of(step, item, before, &note, &whole);
    }
    if (rc == RC_OK && whole) {
        repeat->ticket = ticket;
        repeat->note = note;
        return RC_OK;
    }
    step->arena->used = mark; /* a text of 64 KiB that nobody needs */
    return rc;
}

enum rc intake_repeat_find(struct step *step, const Paidan__NewTicket *item,
                           const struct site_rules_calls *calls, struct intake_repeat *repeat)
{
    uint64_t tickets[INTAKE_CALLER_NEWEST_MAX];
    uint32_t count = 0;
    CHECK(step->site->repeat_days <= SITE_REPEAT_DAYS_MAX);
    const uint64_t span = step->site->repeat_days * DAY_MS;
    repeat->ticket = 0;
    repeat->note = NULL;
    if (span == 0 || stands_alone(item)) {
        return RC_OK;
    }
    enum rc rc = intake_caller_newest(step, item, step->now_ms > span ? step->now_ms - span : 0,
                                      tickets, &count);
    for (uint32_t index = 0; rc == RC_OK && repeat->ticket == 0 && index < count; index++) {
        rc = look_at(step, item, calls, tickets[index], repeat);
    }
    return rc;
}

/* ---- saying ---- */

enum rc intake_repeat_say(struct step *step, const Paidan__NewTicket *item, uint32_t index,
                          const struct intake_repeat *repeat)
{
    CHECK(repeat->ticket != 0);
    CHECK(repeat->record.chases < UINT32_MAX);
    Paidan__Chased fact = PAIDAN__CHASED__INIT;
    fact.note = repeat->note;
    fact.count = repeat->record.chases + 1;
    fact.has_repeat = fact.repeat = 1;
    if (given(item->external_id)) {
        fact.channel = item->channel;
        fact.external_id = item->external_id;
    }
    struct step_about about = intake_ticket_about(repeat->ticket, &repeat->record, INTAKE_CHASE);
    about.item = index;
    return step_say(step, &about, &fact.base);
}

enum rc intake_repeat_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Chased *const fact = event->chased;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_CHASED);
    CHECK(event->ticket != 0);
    if (fact->external_id == NULL || fact->channel == NULL) {
        return RC_OK;
    }
    const enum rc rc =
        intake_state_external_insert(fold->txn, fact->channel, fact->external_id, event->ticket);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

/* ---- asked again ---- */

static bool is_it(const Paidan__Event *event, const Paidan__NewTicket *item)
{
    CHECK(item->external_id != NULL);
    CHECK(item->channel != NULL);
    return event->fact_case == PAIDAN__EVENT__FACT_CHASED && event->chased->external_id != NULL &&
           event->chased->channel != NULL && strcmp(event->chased->channel, item->channel) == 0 &&
           strcmp(event->chased->external_id, item->external_id) == 0;
}

enum rc intake_repeat_known(struct step *step, const Paidan__NewTicket *item,
                            const struct intake_ticket *record,
                            const Paidan__Registered *registered, bool *found, bool *same)
{
    uint64_t seq = record->last_seq;
    enum rc rc = RC_OK;
    CHECK(record->last_seq >= record->registered_seq);
    CHECK(registered->text != NULL);
    *found = *same = false;
    for (unsigned count = 0; rc == RC_OK && seq > record->registered_seq && count < CHAIN_MAX;
         count++) {
        Paidan__Event *event = NULL;
        const size_t mark = step->arena->used;
        rc = step_read(step, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        if (is_it(event, item)) {
            char *note = NULL;
            bool whole = false;
            *found = true;
            rc = note_of(step, item, registered, &note, &whole);
            const char *const kept = event->chased->note;
            *same = rc == RC_OK && whole &&
                    strcmp(note == NULL ? "" : note, kept == NULL ? "" : kept) == 0;
            return rc;
        }
        if (event->has_prev_seq && event->prev_seq >= seq) {
            return RC_CORRUPT;
        }
        seq = event->has_prev_seq ? event->prev_seq : 0;
        step->arena->used = mark;
    }
    return rc;
}
