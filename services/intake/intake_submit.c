/* intake_submit: new tickets. Owns numbers, query codes and the table of external ids. What must
 * stay true: a ticket that was acknowledged is in the log with the number that was told, and the
 * same external id never makes two tickets, however often a channel repeats itself. Each item of a
 * batch is judged alone and sees the items before it; a request that is refused by admission stores
 * nothing.
 *
 * A duplicate (channel, external id) answers with the first one's ticket and query code: the
 * channel that holds the external id is the one that was given the code before. The same external
 * id with another text is a conflict: answered with the ticket it belongs to, not with its code. */

#include "intake_submit.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "common/wire/wire.h"
#include "intake_caller.h"
#include "intake_check.h"
#include "intake_refusal.h"
#include "intake_repeat.h"

enum { STORAGE_RETRY_MS = 5000 }; /* operators need minutes; callers may look more often */

/* New work is refused before anything accepted suffers. The whole request, since half of a batch
 * taken in is harder to repeat than none. */
static Paidan__Code admission(const struct step *step, uint32_t *retry_ms)
{
    CHECK(retry_ms != NULL);
    /* Storage before overload: it needs an operator, and says so. */
    if (step->storage_low) {
        *retry_ms = STORAGE_RETRY_MS;
        return PAIDAN__CODE__STORAGE_FULL;
    }
    *retry_ms = step->overload_ms;
    return step->overload_ms > 0 ? PAIDAN__CODE__OVERLOADED : PAIDAN__CODE__OK;
}

/* The number after `last`, on the site's day or, if that is behind (the site's offset changed, or
 * its clock went back over midnight), on the day of `last`. 0: the day has no numbers left. */
static uint64_t number_after(uint64_t last, uint64_t now_ms, int64_t utc_offset_ms)
{
    const uint64_t first = number_day_first(now_ms, utc_offset_ms);
    CHECK(first % NUMBER_DAY_FACTOR == 1);
    /* The first of a day. */
    if (last < first) {
        return first;
    }
    const uint64_t next = last + 1;
    return next / NUMBER_DAY_FACTOR == last / NUMBER_DAY_FACTOR ? next : 0;
}

static void refuse(Paidan__SubmitResult *result, struct intake_fault fault)
{
    CHECK(fault.code != PAIDAN__CODE__OK);
    result->code = fault.code;
    result->detail = (char *)fault.detail; /* packed, never written */
}

/* The number goes along: who asks need not know how it is made of the ticket. */
static enum rc set_ticket(struct step *step, Paidan__SubmitResult *result, uint64_t ticket)
{
    CHECK(ticket != 0);
    CHECK(!result->has_ticket);
    result->has_ticket = 1;
    result->ticket = ticket;
    result->number = number_text(step->arena, ticket);
    return result->number == NULL ? RC_LIMIT : RC_OK;
}

/* The numbers of the site's rules, named once more to who asks once more: they are the site's memory. */
static enum rc name_calls(struct step *step, Paidan__SubmitResult *result,
                          const struct site_rules_calls *calls)
{
    CHECK(calls->count <= CALLS_NAMED_MAX);
    if (calls->count == 0) {
        return RC_OK;
    }
    result->call = arena_alloc(step->arena, calls->count * sizeof(char *));
    if (result->call == NULL) {
        return RC_LIMIT;
    }
    for (; result->n_call < calls->count; result->n_call++) {
        result->call[result->n_call] =
            (char *)(uintptr_t)calls->numbers[result->n_call]; /* packed, never written */
    }
    return RC_OK;
}

/* Whom the caller must telephone at once, by words alone: it must not wait for triage. */
static enum rc judge_danger(struct step *step, const Paidan__NewTicket *item,
                            struct site_rules_calls *calls)
{
    const struct site_rules_text text = {
        .title = item->title, .text = item->text, .place = item->place, .channel = item->channel};
    CHECK(item->text != NULL);
    return site_rules_calls(step->site, step->arena, &text, calls);
}

/* What the first fact about a ticket, which is kept for ever, says otherwise than this item. Only the
 * text is compared: places are spelt in several ways, and a phone that was corrected makes no other
 * ticket. And who asks for confidence later must not believe that he has it. NULL: nothing.
 * *repeats: the item was taken for a repetition then, and is the same as that. */
static enum rc other_than(struct step *step, const struct intake_ticket *record,
                          const Paidan__NewTicket *item, const char **field, bool *repeats)
{
    CHECK(record->registered_seq > 0);
    CHECK(item->text != NULL);
    Paidan__Event *event = NULL;
    const size_t mark = step->arena->used;
    enum rc rc = step_read(step, record->registered_seq, &event);
    *repeats = false;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_REGISTERED) {
        return RC_CORRUPT;
    }
    const char *const first = event->registered->external_id;
    if (first == NULL || strcmp(first, item->external_id) != 0) {
        bool same = false;
        rc = intake_repeat_known(step, item, record, event->registered, repeats, &same);
        *field = same ? NULL : "text";
        step->arena->used = mark;
        return rc;
    }
    const bool trusted = event->registered->has_confidential && event->registered->confidential;
    const bool asks = item->has_confidential && item->confidential;
    *field = strcmp(event->registered->text, item->text) != 0 ? "text"
             : asks && !trusted                               ? "confidential"
                                                              : NULL;
    step->arena->used = mark; /* thousands of duplicates may come in one request */
    return RC_OK;
}

/* Whose ticket it is was not proved: what opens it is not told again, but how it stands is. */
static void set_repeats(Paidan__SubmitResult *result, const struct intake_ticket *record,
                        bool repeats)
{
    CHECK(result->query_code == NULL);
    CHECK(record->registered_seq > 0);
    result->has_repeats = result->repeats = repeats;
    result->has_state = repeats;
    result->state = intake_ticket_public_state(record->state);
}

/* Was (channel, external id) here before? *known: then result is the item's whole answer. */
static enum rc judge_duplicate(struct step *step, const Paidan__NewTicket *item,
                               Paidan__SubmitResult *result, bool *known)
{
    *known = false;
    if (item->external_id == NULL) {
        return RC_OK;
    }
    uint64_t ticket = 0;
    enum rc rc = intake_state_external_get(step->txn, item->channel, item->external_id, &ticket);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    *known = true;
    rc = set_ticket(step, result, ticket);
    if (rc != RC_OK) {
        return rc;
    }
    struct intake_ticket record;
    rc = intake_state_get(step->txn, ticket, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const char *field = NULL;
    bool repeats = false;
    rc = other_than(step, &record, item, &field, &repeats);
    if (rc != RC_OK) {
        return rc;
    }
    if (field != NULL) {
        refuse(result, (struct intake_fault){PAIDAN__CODE__EXTERNAL_ID_CONFLICT, field});
        return RC_OK;
    }
    result->code = PAIDAN__CODE__OK;
    result->has_duplicate = 1;
    result->duplicate = 1;
    struct site_rules_calls calls;
    rc = judge_danger(step, item, &calls);
    if (rc == RC_OK) {
        rc = name_calls(step, result, &calls);
    }
    if (rc != RC_OK || repeats) {
        set_repeats(result, &record, repeats);
        return rc;
    }
    /* The channel proves itself by the external id, which it alone gives out; it may have lost
     * our first answer, and the resident needs the code. */
    result->query_code = arena_strdup(step->arena, record.query_code);
    return result->query_code == NULL ? RC_LIMIT : RC_OK;
}

/* Blank optional fields count as absent, as forms send them: a fact says nothing rather than "". */
static char *given(char *text)
{
    return text_blank(text) ? NULL : text;
}

/* The phone as far as it is understood. detail of the result names it when something was left out:
 * the complaint is taken all the same. */
static enum rc read_phone(struct step *step, const Paidan__NewTicket *item, char **phone,
                          Paidan__SubmitResult *result)
{
    static char name[] = "phone";
    CHECK(result->detail == NULL); /* nothing was refused */
    *phone = NULL;
    if (text_blank(item->phone)) {
        return RC_OK;
    }
    char read[PHONE_BYTES_MAX + 1];
    const enum text_phone understood = text_phone_read(item->phone, read);
    CHECK(strlen(read) <= PHONE_BYTES_MAX);
    if (understood != TEXT_PHONE_WHOLE) {
        result->detail = name;
    }
    if (understood == TEXT_PHONE_NONE) {
        return RC_OK;
    }
    *phone = arena_strdup(step->arena, read);
    return *phone == NULL ? RC_LIMIT : RC_OK;
}

/* What other logs may carry. Cut from the given title if there is one: people write it as a title.
 */
static enum rc make_title(struct step *step, const Paidan__NewTicket *item, char **title)
{
    CHECK(!text_blank(item->text));
    if (!text_blank(item->title)) {
        return text_title(step->arena, item->title, title);
    }
    return text_title(step->arena, item->text, title);
}

/* The only fact that holds a whole text. Everything that is told to other logs is made from it
 * here, once: title and spot note are masked, the rest never leaves. */
static enum rc say_registered(struct step *step, const Paidan__NewTicket *item, uint32_t index,
                              uint64_t ticket, char *title, const struct site_rules_calls *calls,
                              Paidan__SubmitResult *result, const struct intake_submit_from *from)
{
    char *const query_code = result->query_code;
    CHECK(strlen(query_code) == QUERY_CODE_BYTES - 1);
    CHECK(strlen(title) <= TITLE_BYTES_MAX);
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = item->channel;
    fact.external_id = item->external_id;
    fact.text = item->text;
    fact.place = given(item->place);
    enum rc rc = read_phone(step, item, &fact.phone, result);
    if (rc != RC_OK) {
        return rc;
    }
    fact.reporter = given(item->reporter);
    bool refused = false;
    rc = intake_refusal_known(step->txn, &fact, &refused);
    if (rc != RC_OK) {
        return rc;
    }
    fact.has_do_not_call = fact.do_not_call = refused;
    fact.query_code = query_code;
    fact.title = title;
    fact.given_title = text_blank(item->title) ? NULL : item->title;
    /* Absent and 0 differ: nobody said when, or somebody said nonsense. */
    fact.has_occurred_ms = item->has_occurred_ms;
    fact.occurred_ms = item->occurred_ms;
    fact.has_due_ms = item->has_due_ms;
    fact.due_ms = item->due_ms;
    fact.has_unmapped = fact.unmapped = item->has_unmapped && item->unmapped;
    fact.n_attachments = item->n_attachments;
    fact.attachments = item->attachments;
    fact.category_hint = given(item->category_hint);
    fact.area_hint = given(item->area_hint);
    fact.unit_hint = given(item->unit_hint);
    fact.has_confidential = fact.confidential = item->has_confidential && item->confidential;
    fact.n_call = result->n_call;
    fact.call = result->call;
    fact.has_patterns_stopped = calls->stopped > 0;
    fact.patterns_stopped = calls->stopped;
    fact.has_split_of = from != NULL;
    fact.split_of = from != NULL ? from->ticket : 0;
    fact.spot_unit = given(item->spot_unit);
    if (fact.spot_unit != NULL) {
        /* It goes on to logs that hold no numbers of people. */
        rc = text_mask_digits(step->arena, item->spot_note, &fact.spot_note);
        if (rc != RC_OK) {
            return rc;
        }
    }
    const struct intake_ticket none = {.state = INTAKE_NONE};
    struct step_about about = intake_ticket_about(ticket, &none, INTAKE_REGISTER);
    about.item = index;
    return step_say(step, &about, &fact.base);
}

/* What the frame left open: texts that are none, bounds of what the other checks do not look at.
 * *sound: nothing. */
static enum rc judge_bytes(struct step *step, const Paidan__NewTicket *item,
                           Paidan__SubmitResult *result, bool *sound)
{
    static const char root[] = "NewTicket.";
    struct wire_error error;
    *sound = wire_check(&item->base, &error) == RC_OK;
    if (*sound) {
        return RC_OK;
    }
    /* The channel knows its field as "phone", not as "NewTicket.phone". */
    const bool rooted = strncmp(error.field, root, sizeof root - 1) == 0;
    result->code = error.code;
    result->detail = arena_strdup(step->arena, error.field + (rooted ? sizeof root - 1 : 0));
    return result->detail == NULL ? RC_LIMIT : RC_OK;
}

/* The caller's open ticket that says the same. *known: then result is the item's whole answer. */
static enum rc judge_repeat(struct step *step, const Paidan__NewTicket *item, uint32_t index,
                            const struct site_rules_calls *calls, Paidan__SubmitResult *result,
                            bool *known)
{
    struct intake_repeat repeat;
    CHECK(!result->has_ticket);
    enum rc rc = intake_repeat_find(step, item, calls, &repeat);
    *known = rc == RC_OK && repeat.ticket != 0;
    if (!*known) {
        return rc;
    }
    rc = set_ticket(step, result, repeat.ticket);
    if (rc == RC_OK) {
        result->code = PAIDAN__CODE__OK;
        set_repeats(result, &repeat.record, true);
        rc = intake_repeat_say(step, item, index, &repeat);
    }
    return rc;
}

/* A ticket of its own. last: highest ticket so far, raised when the item gets a number. */
static enum rc register_item(struct step *step, const Paidan__NewTicket *item, uint32_t index,
                             const struct site_rules_calls *calls, uint64_t *last,
                             Paidan__SubmitResult *result)
{
    CHECK(result->n_call == calls->count);
    const uint64_t ticket =
        number_after(*last, step->now_ms, site_offset(step->site, step->now_ms));
    CHECK(ticket == 0 || ticket > *last); /* the table of tickets grows at its end alone */
    if (ticket == 0) {
        refuse(result, (struct intake_fault){PAIDAN__CODE__NUMBERS_EXHAUSTED, NULL});
        return RC_OK;
    }
    char *title = NULL;
    /* Cutting a title is the one place that looks at every character, so it may still find one
     * that is none. */
    enum rc rc = make_title(step, item, &title);
    if (rc == RC_INVALID) {
        refuse(result, (struct intake_fault){PAIDAN__CODE__TEXT_NOT_UTF8, "text"});
        return RC_OK;
    }
    /* Of entropy, number and place in the batch, so that no two tickets share one. */
    char *const query_code = arena_alloc(step->arena, QUERY_CODE_BYTES);
    if (rc != RC_OK || query_code == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    number_query_code(intake_state_secret(step->entropy, ticket, index), query_code);
    result->query_code = query_code;
    rc = say_registered(step, item, index, ticket, title, calls, result, NULL);
    if (rc != RC_OK) {
        return rc;
    }
    /* Only now: an item that is refused uses up no number, so a day's numbers have no gaps. */
    *last = ticket;
    result->code = PAIDAN__CODE__OK;
    return set_ticket(step, result, ticket);
}

static enum rc submit_item(struct step *step, const Paidan__NewTicket *item, uint32_t index,
                           uint64_t *last, Paidan__SubmitResult *result)
{
    bool sound = false;
    enum rc rc = judge_bytes(step, item, result, &sound);
    if (rc != RC_OK || !sound) {
        return rc;
    }
    const struct intake_fault identity = intake_check_identity(step->site, item);
    if (identity.code != PAIDAN__CODE__OK) {
        refuse(result, identity);
        return RC_OK;
    }
    /* A duplicate before the content: what was taken once stays taken, whatever today's rules
     * are. */
    bool known = false;
    rc = judge_duplicate(step, item, result, &known);
    if (rc != RC_OK || known) {
        return rc;
    }
    const struct intake_fault content = intake_check_ticket(step->site, step->now_ms, item);
    if (content.code != PAIDAN__CODE__OK) {
        refuse(result, content);
        return RC_OK;
    }
    struct site_rules_calls calls;
    rc = judge_danger(step, item, &calls);
    if (rc == RC_OK) {
        rc = name_calls(step, result, &calls);
    }
    if (rc == RC_OK) {
        rc = judge_repeat(step, item, index, &calls, result, &known);
    }
    return rc != RC_OK || known ? rc : register_item(step, item, index, &calls, last, result);
}

/* Results in the order of the tickets. A fault of one item is its result; only the store or
 * the arena can end the batch, and then all of it. */
static enum rc submit_items(struct step *step, const Paidan__Submit *wish)
{
    const size_t count = wish->n_tickets;
    CHECK(count > 0 && count <= SUBMIT_TICKETS_MAX);
    CHECK(wish->tickets != NULL);
    Paidan__SubmitResult *const results = arena_alloc(step->arena, count * sizeof *results);
    Paidan__SubmitResult **const list =
        arena_alloc(step->arena, count * sizeof(Paidan__SubmitResult *));
    /* Read once: what this batch adds is counted on from there. */
    uint64_t last = 0;
    enum rc rc = results == NULL || list == NULL ? RC_LIMIT : intake_state_last(step->txn, &last);
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        paidan__submit_result__init(&results[index]);
        list[index] = &results[index];
        rc = submit_item(step, wish->tickets[index], (uint32_t)index, &last, &results[index]);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Submitted submitted = PAIDAN__SUBMITTED__INIT;
    submitted.n_results = count;
    submitted.results = list;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_SUBMITTED;
    answer.submitted = &submitted;
    return step_answer(step, &answer);
}

enum rc intake_submit_admit(struct step *step, bool *refused)
{
    uint32_t retry_ms = 0;
    const Paidan__Code code = admission(step, &retry_ms);
    *refused = code != PAIDAN__CODE__OK;
    if (!*refused) {
        return RC_OK;
    }
    CHECK(retry_ms > 0); /* whoever is refused is told when to come again */
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = code;
    answer.has_retry_after_ms = 1;
    answer.retry_after_ms = retry_ms;
    return step_answer(step, &answer);
}

/* ---- parts of a ticket ---- */

/* All that could refuse one of them, before the first is said. Its title is cut on the way. */
static enum rc judge_part(struct step *step, const Paidan__NewTicket *item,
                          Paidan__SubmitResult *result, char **title, bool *sound)
{
    CHECK(result->detail == NULL); /* of this part, which nobody has judged */
    CHECK(item->external_id == NULL || item->external_id[0] != '\0');
    enum rc rc = judge_bytes(step, item, result, sound);
    if (rc != RC_OK || !*sound) {
        return rc;
    }
    *sound = false;
    struct intake_fault found = intake_check_identity(step->site, item);
    if (found.code == PAIDAN__CODE__OK) {
        found = intake_check_ticket(step->site, step->now_ms, item);
    }
    if (found.code != PAIDAN__CODE__OK) {
        refuse(result, found);
        return RC_OK;
    }
    rc = make_title(step, item, title);
    if (rc == RC_INVALID) {
        refuse(result, (struct intake_fault){PAIDAN__CODE__TEXT_NOT_UTF8, "text"});
        return RC_OK;
    }
    *sound = rc == RC_OK;
    return rc;
}

/* Numbers for all of them. *enough false: the day has not as many left. */
static enum rc take_numbers(struct step *step, uint64_t *numbers, size_t count, bool *enough)
{
    uint64_t last = 0;
    CHECK(count > 0);
    CHECK(count <= SPLIT_PARTS_MAX);
    *enough = true;
    const enum rc rc = intake_state_last(step->txn, &last);
    for (size_t index = 0; rc == RC_OK && *enough && index < count; index++) {
        last = number_after(last, step->now_ms, site_offset(step->site, step->now_ms));
        numbers[index] = last;
        *enough = last != 0;
    }
    return rc;
}

enum rc intake_submit_parts(struct step *step, Paidan__NewTicket *const *items, size_t count,
                            const struct intake_submit_from *from, Paidan__Submitted *submitted,
                            const Paidan__SubmitResult **refused)
{
    char *titles[SPLIT_PARTS_MAX];
    uint64_t numbers[SPLIT_PARTS_MAX];
    CHECK(count > 0 && count <= SPLIT_PARTS_MAX);
    CHECK(from->ticket != 0);
    Paidan__SubmitResult *const results = arena_alloc(step->arena, count * sizeof *results);
    submitted->results = arena_alloc(step->arena, count * sizeof(Paidan__SubmitResult *));
    if (results == NULL || submitted->results == NULL) {
        return RC_LIMIT;
    }
    bool sound = true;
    for (size_t index = 0; index < count; index++) {
        paidan__submit_result__init(&results[index]);
        submitted->results[index] = &results[index];
        const enum rc rc = judge_part(step, items[index], &results[index], &titles[index], &sound);
        if (rc != RC_OK || !sound) {
            *refused = &results[index];
            return rc;
        }
    }
    enum rc rc = take_numbers(step, numbers, count, &sound);
    if (rc == RC_OK && !sound) {
        refuse(&results[0], (struct intake_fault){PAIDAN__CODE__NUMBERS_EXHAUSTED, NULL});
        *refused = &results[0];
        return RC_OK;
    }
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        Paidan__SubmitResult *result = &results[index];
        struct site_rules_calls calls;
        rc = judge_danger(step, items[index], &calls);
        if (rc == RC_OK) {
            rc = name_calls(step, result, &calls);
        }
        if (rc != RC_OK) {
            return rc;
        }
        result->query_code = (char *)(uintptr_t)from->query_code;
        rc = say_registered(step, items[index], (uint32_t)index, numbers[index], titles[index],
                            &calls, result, from);
        result->query_code = NULL; /* the resident's, who has it */
        result->code = PAIDAN__CODE__OK;
        rc = rc == RC_OK ? set_ticket(step, result, numbers[index]) : rc;
    }
    submitted->n_results = count;
    return rc;
}

/* ---- the wish ---- */

enum rc intake_submit_apply(struct step *step, const Paidan__Submit *wish)
{
    if (wish->n_tickets == 0) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "tickets");
    }
    /* What one step can take; a channel with more sends more requests. */
    if (wish->n_tickets > SUBMIT_TICKETS_MAX) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, "tickets");
    }
    bool refused = false;
    const enum rc rc = intake_submit_admit(step, &refused);
    return rc != RC_OK || refused ? rc : submit_items(step, wish);
}

/* The record and the external id go in together: one without the other would make a second
 * ticket of the channel's next try. */
enum rc intake_submit_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Registered *const fact = event->registered;
    const struct intake_step next = intake_fsm_step(INTAKE_NONE, INTAKE_REGISTER);
    CHECK(next.fact == event->fact_case);
    CHECK(seq > 0);
    if (!event->has_ticket || !step_chained(event, 0)) {
        return RC_CORRUPT;
    }
    struct intake_ticket record = {
        .registered_seq = seq,
        .last_seq = seq,
        .registered_ms = event->at_ms,
        .changed_ms = event->at_ms,
    };
    if (strlen(fact->query_code) != QUERY_CODE_BYTES - 1 ||
        !text_copy(record.query_code, sizeof record.query_code, fact->query_code)) {
        return RC_CORRUPT;
    }
    CHECK(next.next == INTAKE_REGISTERED);
    intake_ticket_count(fold, INTAKE_TALLY_REGISTERED, 1);
    intake_ticket_enter(fold, &record, next.next);
    enum rc rc = intake_state_append(fold->txn, event->ticket, &record);
    if (rc == RC_OK) {
        rc = intake_caller_fold(fold, event);
    }
    if (rc == RC_OK && fact->external_id != NULL) {
        rc = intake_state_external_insert(fold->txn, fact->channel, fact->external_id,
                                          event->ticket);
    }
    /* A number below another, or an external id that is taken: the log contradicts the tables. */
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}
