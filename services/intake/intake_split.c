/* intake_split: 拆分. A resident writes of the lamp and of the rubbish in one breath; two units must
 * work on it, and each owes an answer.
 *
 * The ticket keeps its words, its number and what was promised for it; each part becomes a ticket of
 * its own, of the same person, by the same channel, about the same place, with the part's words and
 * what the dispatcher said that it is. The resident opens them with the query code that he has. What
 * must stay true: all parts are registered or none, for half of a split cannot be told from a whole
 * one; and the channel's own id stays the first ticket's: a part gets it with "#2" and so on behind
 * it, or none where that does not fit.
 *
 * Owns the table of what was split off; whence a part came stands in its own first fact. */

#include "intake_split.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/store_row.h"
#include "common/text/text.h"
#include "intake_check.h"
#include "intake_submit.h"

static const struct record_row ticket_rows[] = {RECORD_ITEM_U64, RECORD_END};
static const struct record_row split_rows[] = {
    RECORD_LIST(struct intake_split, count, tickets, SPLIT_TICKETS_MAX, ticket_rows),
    RECORD_END,
};
static const struct record_format split_format = {
    .version = 1, .bytes = sizeof(struct intake_split), .rows = split_rows};

enum rc intake_split_get(struct store_txn *txn, uint64_t ticket, struct intake_split *split)
{
    CHECK(ticket != 0);
    *split = (struct intake_split){.count = 0};
    const enum rc rc = store_row_get(txn, INTAKE_SPLIT_TABLE, ticket, &split_format, split);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- judging ---- */

/* One ticket being split. */
struct splitting {
    struct step *step;
    const Paidan__Split *wish;
    struct intake_ticket record;
    struct intake_split before; /* what was split off earlier */
    const Paidan__Event *first; /* its Registered */
};

/* What the parts must be, whatever the ticket is. detail: static. */
static struct intake_fault judge_parts(const struct site *site, const Paidan__Split *wish)
{
    CHECK(wish->n_parts == 0 || wish->parts != NULL);
    CHECK(site->category_count > 0);
    if (wish->n_parts == 0 || wish->n_parts > SPLIT_PARTS_MAX) {
        return (struct intake_fault){PAIDAN__CODE__SPLIT_INVALID, "parts"};
    }
    for (size_t index = 0; index < wish->n_parts; index++) {
        CHECK(wish->parts[index]->text != NULL); /* required by the schema */
        if (text_blank(wish->parts[index]->text)) {
            return (struct intake_fault){PAIDAN__CODE__SPLIT_INVALID, "text"};
        }
        const char *category = wish->parts[index]->category;
        if (!text_blank(category) && site_category_find(site, category) == SITE_NONE) {
            return (struct intake_fault){PAIDAN__CODE__CATEGORY_UNKNOWN, "category"};
        }
        for (size_t other = 0; other < index; other++) {
            if (strcmp(wish->parts[other]->text, wish->parts[index]->text) == 0) {
                return (struct intake_fault){PAIDAN__CODE__SPLIT_INVALID, "same_parts"};
            }
        }
    }
    return intake_check_note(wish->note);
}

/* Whether this ticket may be split so. The whole text again is no part of it, and what was split into
 * many already is no complaint of several matters but a list: those are submitted. */
static struct intake_fault judge_ticket(const struct splitting *splitting)
{
    const Paidan__Split *wish = splitting->wish;
    const Paidan__Registered *const fact = splitting->first->registered;
    CHECK(wish->n_parts > 0);
    CHECK(splitting->before.count <= SPLIT_TICKETS_MAX);
    if (splitting->before.count + wish->n_parts > SPLIT_TICKETS_MAX) {
        return (struct intake_fault){PAIDAN__CODE__SPLIT_INVALID, "parts"};
    }
    for (size_t index = 0; index < wish->n_parts; index++) {
        if (strcmp(wish->parts[index]->text, fact->text) == 0) {
            return (struct intake_fault){PAIDAN__CODE__SPLIT_INVALID, "whole_text"};
        }
    }
    return (struct intake_fault){PAIDAN__CODE__OK, NULL};
}

/* Finds the ticket and its first fact. *fault: why it cannot be split. */
static enum rc find(struct splitting *splitting, struct intake_fault *fault)
{
    Paidan__Code code = PAIDAN__CODE__OK;
    Paidan__Event *event = NULL;
    struct step *step = splitting->step;
    CHECK(step->txn != NULL);
    CHECK(splitting->first == NULL); /* it is found here */
    enum rc rc =
        intake_ticket_find(step->txn, splitting->wish->ticket, NULL, &splitting->record, &code);
    *fault = (struct intake_fault){code, NULL};
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc;
    }
    if (intake_fsm_step(splitting->record.state, INTAKE_SPLIT).next == INTAKE_NONE) {
        *fault = (struct intake_fault){PAIDAN__CODE__STATE_FORBIDS,
                                       intake_fsm_state_name(splitting->record.state)};
        return RC_OK;
    }
    rc = intake_split_get(step->txn, splitting->wish->ticket, &splitting->before);
    if (rc == RC_OK) {
        rc = step_read(step, splitting->record.registered_seq, &event);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* intake's log is never trimmed */
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_REGISTERED) {
        return RC_CORRUPT;
    }
    CHECK(event->registered->channel != NULL); /* required by the schema */
    splitting->first = event;
    return RC_OK;
}

/* ---- the parts ---- */

/* The channel's id with "#2" behind it, the next one that nobody has; NULL: the ticket has none, or
 * there is no room. *from: the number to try, raised for the next part. */
static enum rc make_external(const struct splitting *splitting, unsigned *from, char **external_id)
{
    const Paidan__Registered *const fact = splitting->first->registered;
    struct step *step = splitting->step;
    CHECK(*from >= 2); /* the first one is the ticket itself */
    *external_id = NULL;
    if (fact->external_id == NULL) {
        return RC_OK;
    }
    /* A part that is split has a mark already; it gets another one behind it. */
    for (; *from < 2 + 2 * SPLIT_TICKETS_MAX; *from += 1) {
        uint64_t taken = 0;
        char *const tried = arena_printf(step->arena, "%s#%u", fact->external_id, *from);
        if (tried == NULL) {
            return RC_LIMIT;
        }
        if (strlen(tried) > EXTERNAL_ID_BYTES_MAX) {
            return RC_OK;
        }
        const enum rc rc = intake_state_external_get(step->txn, fact->channel, tried, &taken);
        if (rc == RC_NOT_FOUND) {
            *from += 1;
            *external_id = tried;
            return RC_OK;
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* A ticket as the same person would have written it for this matter alone. Pictures go along: nobody
 * knows of which matter they are. */
static enum rc make_part(const struct splitting *splitting, const Paidan__SplitPart *part,
                         unsigned *from, Paidan__NewTicket *item)
{
    const Paidan__Registered *const fact = splitting->first->registered;
    CHECK(!text_blank(part->text)); /* judge_parts */
    paidan__new_ticket__init(item);
    item->channel = fact->channel;
    item->text = part->text;
    item->title = part->title;
    item->category_hint = part->category;
    item->place = fact->place;
    item->phone = fact->phone;
    item->reporter = fact->reporter;
    item->has_occurred_ms = fact->has_occurred_ms;
    item->occurred_ms = fact->occurred_ms;
    item->n_attachments = fact->n_attachments;
    item->attachments = fact->attachments;
    item->area_hint = fact->area_hint;
    item->has_confidential = fact->has_confidential;
    item->confidential = fact->confidential;
    item->has_due_ms = fact->has_due_ms;
    item->due_ms = fact->due_ms;
    return make_external(splitting, from, &item->external_id);
}

/* What the site gave up since, the channel cannot have meant now: a hint, a channel under its code of
 * today, a deadline that is long over are no reason to refuse the dispatcher. */
static void make_current(const struct splitting *splitting, Paidan__NewTicket *item)
{
    const struct site *site = splitting->step->site;
    CHECK(item->channel != NULL);
    CHECK(splitting->step->now_ms > 0);
    const char *channel = site_code_now(site, SITE_KIND_CHANNEL, item->channel);
    const char *area =
        item->area_hint == NULL ? NULL : site_code_now(site, SITE_KIND_AREA, item->area_hint);
    item->channel = channel != NULL ? (char *)(uintptr_t)channel : item->channel;
    item->area_hint = (char *)(uintptr_t)area;
    item->has_due_ms = item->has_due_ms && intake_check_due(item->due_ms, splitting->step->now_ms);
}

static enum rc say_split(const struct splitting *splitting, const Paidan__Submitted *submitted)
{
    Paidan__SplitUp fact = PAIDAN__SPLIT_UP__INIT;
    uint64_t tickets[SPLIT_PARTS_MAX];
    CHECK(submitted->n_results == splitting->wish->n_parts); /* all or none */
    CHECK(submitted->n_results <= SPLIT_PARTS_MAX);
    for (size_t index = 0; index < submitted->n_results; index++) {
        CHECK(submitted->results[index]->has_ticket); /* each got its number */
        tickets[index] = submitted->results[index]->ticket;
    }
    fact.n_tickets = submitted->n_results;
    fact.tickets = tickets;
    fact.note = text_blank(splitting->wish->note) ? NULL : splitting->wish->note;
    const struct step_about about =
        intake_ticket_about(splitting->wish->ticket, &splitting->record, INTAKE_SPLIT);
    return step_say(splitting->step, &about, &fact.base);
}

static enum rc split(struct splitting *splitting)
{
    struct step *step = splitting->step;
    const Paidan__Split *wish = splitting->wish;
    Paidan__NewTicket *const items = arena_alloc(step->arena, SPLIT_PARTS_MAX * sizeof *items);
    Paidan__NewTicket *list[SPLIT_PARTS_MAX];
    unsigned from = 2;
    CHECK(wish->n_parts > 0 && wish->n_parts <= SPLIT_PARTS_MAX); /* judge_parts */
    if (items == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < wish->n_parts; index++) {
        const enum rc rc = make_part(splitting, wish->parts[index], &from, &items[index]);
        if (rc != RC_OK) {
            return rc;
        }
        make_current(splitting, &items[index]);
        list[index] = &items[index];
    }
    const struct intake_submit_from of = {.ticket = wish->ticket,
                                          .query_code = splitting->record.query_code};
    Paidan__Submitted submitted = PAIDAN__SUBMITTED__INIT;
    const Paidan__SubmitResult *refused = NULL;
    enum rc rc = intake_submit_parts(step, list, wish->n_parts, &of, &submitted, &refused);
    if (rc != RC_OK || refused != NULL) {
        return rc != RC_OK ? rc : step_refuse(step, refused->code, refused->detail);
    }
    rc = say_split(splitting, &submitted);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_SUBMITTED;
    answer.submitted = &submitted;
    return step_answer(step, &answer);
}

enum rc intake_split_apply(struct step *step, const Paidan__Split *wish)
{
    struct intake_fault fault;
    struct splitting splitting = {.step = step, .wish = wish};
    /* The ticket first: whose it is not, learns nothing of what else may be wrong. */
    enum rc rc = find(&splitting, &fault);
    if (rc == RC_OK && fault.code == PAIDAN__CODE__OK) {
        fault = judge_parts(step->site, wish);
    }
    if (rc == RC_OK && fault.code == PAIDAN__CODE__OK) {
        fault = judge_ticket(&splitting);
    }
    if (rc != RC_OK || fault.code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, fault.code, fault.detail);
    }
    bool refused = false;
    rc = intake_submit_admit(step, &refused);
    return rc != RC_OK || refused ? rc : split(&splitting);
}

/* ---- folding ---- */

/* The parts are registered by the facts before. */
enum rc intake_split_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SPLIT);
    const Paidan__SplitUp *const fact = event->split;
    struct intake_ticket record;
    struct intake_step next;
    struct intake_split split;
    enum rc rc = intake_ticket_fold(fold, event, event->ticket, INTAKE_SPLIT, &record, &next);
    if (rc == RC_OK) {
        rc = intake_split_get(fold->txn, event->ticket, &split);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (!event->has_ticket || !step_chained(event, record.last_seq) || fact->n_tickets == 0 ||
        split.count + fact->n_tickets > SPLIT_TICKETS_MAX) {
        return RC_CORRUPT;
    }
    for (size_t index = 0; index < fact->n_tickets; index++) {
        split.tickets[split.count] = fact->tickets[index];
        split.count++;
    }
    CHECK(split.count <= SPLIT_TICKETS_MAX);
    CHECK(seq > record.last_seq);
    record.last_seq = seq;
    record.changed_ms = event->at_ms;
    intake_ticket_enter(fold, &record, next.next);
    rc = intake_state_put(fold->txn, event->ticket, &record);
    return rc == RC_OK
               ? store_row_put(fold->txn, INTAKE_SPLIT_TABLE, event->ticket, &split_format, &split)
               : rc;
}
