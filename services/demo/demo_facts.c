/* demo_facts: what the logs of the four services say, counted and kept per ticket. */
#include "demo_facts.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

const char *const demo_services[DEMO_SERVICES] = {"intake", "triage", "escalation", "callback"};

void demo_facts_fini(struct demo_facts *facts)
{
    free(facts->tickets);
    *facts = (struct demo_facts){0};
}

/* Index of the first ticket that is not below id. Tickets are kept sorted by id: they mostly come
 * in that order, and each is looked for often. */
static uint32_t lower_bound(const struct demo_facts *facts, uint64_t id)
{
    uint32_t low = 0, high = facts->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (facts->tickets[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct demo_ticket *demo_facts_find(const struct demo_facts *facts, uint64_t id)
{
    const uint32_t index = lower_bound(facts, id);
    const bool found = index < facts->count && facts->tickets[index].id == id;
    return found ? &facts->tickets[index] : NULL;
}

enum rc demo_facts_add(struct demo_facts *facts, uint64_t id, struct demo_ticket **ticket)
{
    CHECK(id != 0);
    CHECK(facts->count <= facts->size);
    *ticket = demo_facts_find(facts, id);
    if (*ticket != NULL) {
        return RC_OK;
    }
    if (facts->count == facts->size) {
        const uint32_t size = facts->size == 0 ? 512 : facts->size * 2;
        struct demo_ticket *grown = realloc(facts->tickets, size * sizeof *grown);
        if (grown == NULL) {
            return RC_LIMIT;
        }
        facts->tickets = grown;
        facts->size = size;
    }
    const uint32_t index = lower_bound(facts, id);
    memmove(&facts->tickets[index + 1], &facts->tickets[index],
            (facts->count - index) * sizeof *facts->tickets);
    facts->tickets[index] = (struct demo_ticket){.id = id, .row = DEMO_NO_ROW};
    facts->count++;
    *ticket = &facts->tickets[index];
    return RC_OK;
}

bool demo_ticket_open(const struct demo_ticket *ticket)
{
    return !ticket->withdrawn && ticket->state != PAIDAN__STATE__STATE_CLOSED;
}

static void text_copy(char *text, const char *from, size_t bytes_max)
{
    const size_t bytes = strnlen(from, bytes_max);
    memcpy(text, from, bytes);
    text[bytes] = '\0';
}

/* A ticket has a unit and a level from here on. */
static void assignment_take(struct demo_ticket *ticket, const Paidan__Assignment *to)
{
    ticket->state = PAIDAN__STATE__STATE_ASSIGNED;
    ticket->level = to->level;
    if (ticket->first_level == 0) {
        ticket->first_level = to->level;
    }
    text_copy(ticket->unit, to->unit, CODE_BYTES_MAX);
}

/* By competence somebody asked for it; else nobody acted in time. */
static void raised(struct demo_facts *facts, struct demo_ticket *ticket, const Paidan__Raised *fact)
{
    assignment_take(ticket, fact->to);
    if (fact->why == PAIDAN__WHY__WHY_COMPETENCE) {
        ticket->competence++;
        facts->counts[DEMO_RAISED_COMPETENCE]++;
    } else {
        ticket->expired++;
        ticket->expired_to_top = ticket->expired_to_top || ticket->level == facts->top_level;
        facts->counts[DEMO_RAISED_EXPIRED]++;
    }
}

/* A withdrawal closes a ticket too, in whatever state it was. */
static void closed(struct demo_facts *facts, struct demo_ticket *ticket, const Paidan__Closed *fact)
{
    ticket->outcome = fact->outcome;
    ticket->satisfied = fact->has_satisfied ? fact->satisfied : 0;
    if (fact->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN) {
        const bool asking = ticket->state == PAIDAN__STATE__STATE_RESOLVED;
        facts->counts[DEMO_RESOLVED_WITHDRAWN] += asking ? 1 : 0;
        ticket->state = PAIDAN__STATE__STATE_WITHDRAWN;
        ticket->withdrawn = true;
        facts->counts[DEMO_CLOSED_WITHDRAWN]++;
    } else {
        ticket->state = PAIDAN__STATE__STATE_CLOSED;
        facts->counts[DEMO_CLOSED]++;
    }
}

static void apply_intake(struct demo_facts *facts, struct demo_ticket *ticket,
                         const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        facts->counts[DEMO_REGISTERED]++;
        break;
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
        facts->counts[DEMO_SUPPLEMENTED]++;
        break;
    case PAIDAN__EVENT__FACT_CHASED:
        facts->counts[DEMO_CHASED]++;
        break;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        /* Callback, too, notes a withdrawal, because it heard of intake's. */
        facts->counts[DEMO_WITHDRAWN] += event->cause->log == NULL ? 1 : 0;
        ticket->withdrawn = true;
        break;
    default:
        break;
    }
}

static void apply_triage(struct demo_facts *facts, struct demo_ticket *ticket,
                         const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        ticket->at_desk = false;
        ticket->by_desk = event->routed->has_by_desk && event->routed->by_desk;
        facts->counts[ticket->by_desk ? DEMO_DISPATCHED : DEMO_ROUTED]++;
        break;
    case PAIDAN__EVENT__FACT_DESKED:
        ticket->at_desk = true;
        facts->counts[(event->desked->reasons & 1u << PAIDAN__DESK_REASON__DESK_RETURNED) != 0
                          ? DEMO_DESK_RETURN
                          : DEMO_DESKED]++;
        break;
    case PAIDAN__EVENT__FACT_RULED:
        ticket->at_desk = false;
        ticket->ruled++;
        facts->counts[DEMO_RULED]++;
        break;
    case PAIDAN__EVENT__FACT_UNDESKED:
        ticket->at_desk = false;
        facts->counts[DEMO_UNDESKED]++;
        break;
    default:
        break;
    }
}

static void apply_escalation(struct demo_facts *facts, struct demo_ticket *ticket,
                             const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        assignment_take(ticket, event->assigned->to);
        text_copy(ticket->category, event->assigned->category, CODE_BYTES_MAX);
        text_copy(ticket->title, event->assigned->title, TITLE_BYTES_MAX);
        facts->counts[DEMO_ASSIGNED]++;
        break;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        ticket->state = PAIDAN__STATE__STATE_ACCEPTED;
        facts->counts[DEMO_ACCEPTED]++;
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        facts->counts[DEMO_CONTACTED]++;
        break;
    case PAIDAN__EVENT__FACT_WARNED:
        facts->counts[DEMO_WARNED]++;
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        raised(facts, ticket, event->raised);
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        ticket->red = true;
        facts->counts[DEMO_CARDED]++;
        break;
    case PAIDAN__EVENT__FACT_ALARMED:
        ticket->alarms++;
        facts->counts[DEMO_ALARMED]++;
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        ticket->state = PAIDAN__STATE__STATE_RETURNED;
        ticket->returned++;
        facts->counts[DEMO_RETURNED]++;
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        ticket->state = PAIDAN__STATE__STATE_RESOLVED;
        facts->counts[DEMO_RESOLVED]++;
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        assignment_take(ticket, event->reopened->to);
        ticket->reopened++;
        facts->counts[DEMO_REOPENED]++;
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        closed(facts, ticket, event->closed);
        break;
    default:
        break;
    }
}

static void apply_callback(struct demo_facts *facts, struct demo_ticket *ticket,
                           const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASKED:
        /* The same attempt again, at another hour, asks nobody twice. */
        ticket->asked_round = event->asked->round;
        ticket->asked_attempt = event->asked->attempt;
        ticket->asked_open_ms = event->asked->open_ms;
        ticket->asked_due_ms = event->asked->due_ms;
        if (!event->asked->postponed) {
            ticket->asked++;
            facts->counts[DEMO_ASKED]++;
        }
        break;
    case PAIDAN__EVENT__FACT_ANSWERED:
        ticket->answered++;
        facts->counts[DEMO_ANSWERED]++;
        break;
    case PAIDAN__EVENT__FACT_UNREACHED:
        ticket->unreached++;
        facts->counts[DEMO_UNREACHED]++;
        break;
    case PAIDAN__EVENT__FACT_CANCELLED:
        facts->counts[DEMO_CANCELLED]++;
        break;
    default:
        break;
    }
}

enum rc demo_facts_apply(struct demo_facts *facts, const Paidan__Event *event)
{
    CHECK(event->cause != NULL);
    if (event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        facts->counts[DEMO_REFUSED]++;
        return RC_OK;
    }
    if (!event->has_ticket) {
        return RC_OK;
    }
    struct demo_ticket *ticket = NULL;
    const enum rc rc = demo_facts_add(facts, event->ticket, &ticket);
    if (rc != RC_OK) {
        return rc;
    }
    ticket->changed_ms = event->at_ms > ticket->changed_ms ? event->at_ms : ticket->changed_ms;
    /* But for callback's note of a withdrawal each fact belongs to one service alone, so the fact
     * tells the log. */
    apply_intake(facts, ticket, event);
    apply_triage(facts, ticket, event);
    apply_escalation(facts, ticket, event);
    apply_callback(facts, ticket, event);
    return RC_OK;
}
