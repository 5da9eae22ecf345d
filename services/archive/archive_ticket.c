/* archive_ticket: the record of a ticket and what events make of it.
 *
 * Owns the table ARCHIVE_TICKET. What must stay true: a member belongs to one log; an event changes the
 * record and says deeds, and never looks at the site or the time. A card counts when what the ticket shows becomes
 * higher, which its fact says; a late clock for the unit that had it when its deadline passed. */
#include "archive_ticket.h"

#include <string.h>

#include "archive_state.h"
#include "common/base/check.h"
#include "common/store/store_row.h"

/* ---- the record ---- */

static const struct record_row unit_rows[] = {
    RECORD_TEXT(struct archive_unit, code),
    RECORD_U8_IN(struct archive_unit, decided, 0, ARCHIVE_CLOCKS),
    RECORD_U8_IN(struct archive_unit, late, 0, ARCHIVE_CLOCKS),
    RECORD_U8_IN(struct archive_unit, pardoned, 0, ARCHIVE_CLOCKS),
    RECORD_END,
};
static const struct record_row round_rows[] = {
    RECORD_VARINT(struct archive_ticket, exempt_round),
    RECORD_END,
};
static const struct record_row supervised_rows[] = {
    RECORD_BOOL(struct archive_ticket, supervised),
    RECORD_END,
};
static const struct record_row rows[] = {
    RECORD_VARINT(struct archive_ticket, registered_ms),
    RECORD_VARINT(struct archive_ticket, registered_day),
    RECORD_VARINT(struct archive_ticket, withdrawn_day),
    RECORD_TEXT(struct archive_ticket, source),
    RECORD_TEXT(struct archive_ticket, title),
    RECORD_U8_IN(struct archive_ticket, state, 0, ARCHIVE_STATE_COUNT - 1),
    RECORD_VARINT(struct archive_ticket, level),
    RECORD_VARINT(struct archive_ticket, round),
    RECORD_VARINT(struct archive_ticket, hops),
    RECORD_VARINT(struct archive_ticket, closed_day),
    RECORD_VARINT(struct archive_ticket, merged_day),
    RECORD_VARINT(struct archive_ticket, outcome),
    RECORD_VARINT(struct archive_ticket, assigned_ms),
    RECORD_VARINT(struct archive_ticket, accepted_ms),
    RECORD_VARINT(struct archive_ticket, contacted_ms),
    RECORD_VARINT(struct archive_ticket, resolved_ms),
    RECORD_VARINT(struct archive_ticket, closed_ms),
    RECORD_U8(struct archive_ticket, spare),
    RECORD_U8_IN(struct archive_ticket, expired, 0, ARCHIVE_CLOCKS),
    RECORD_U8(struct archive_ticket, spare),
    RECORD_BOOL(struct archive_ticket, coordinating),
    RECORD_BOOL(struct archive_ticket, member),
    RECORD_TEXT(struct archive_ticket, category),
    RECORD_TEXT(struct archive_ticket, area),
    RECORD_TEXT(struct archive_ticket, unit),
    RECORD_TEXT(struct archive_ticket, first_unit),
    RECORD_TEXT(struct archive_ticket, channel),
    RECORD_LIST(struct archive_ticket, unit_count, units, ARCHIVE_UNITS_MAX, unit_rows),
    RECORD_VARINT(struct archive_ticket, answer_round),
    RECORD_VARINT(struct archive_ticket, solved),
    RECORD_VARINT(struct archive_ticket, satisfied),
    RECORD_U8_IN(struct archive_ticket, exempt, 0, ARCHIVE_EXEMPT_COUNT - 1),
    RECORD_SINCE(2, round_rows),
    RECORD_SINCE(3, supervised_rows),
    RECORD_END,
};
static const struct record_format format = {
    .version = 3, .oldest = 1, .bytes = sizeof(struct archive_ticket), .rows = rows};

enum rc archive_ticket_decode(const void *bytes, size_t size, struct archive_ticket *ticket)
{
    CHECK(bytes != NULL);
    const enum rc rc = record_read(&format, bytes, size, ticket);
    ticket->spare = 0;
    return rc;
}

enum rc archive_ticket_get(struct store_txn *txn, uint64_t id, struct archive_ticket *ticket)
{
    CHECK(id != 0);
    const enum rc rc = store_row_get(txn, ARCHIVE_TICKET, id, &format, ticket);
    ticket->spare = 0;
    return rc;
}

enum rc archive_ticket_put(struct store_txn *txn, uint64_t id, const struct archive_ticket *ticket)
{
    CHECK(id != 0);
    CHECK(ticket->unit_count <= ARCHIVE_UNITS_MAX);
    return store_row_put(txn, ARCHIVE_TICKET, id, &format, ticket);
}

/* ---- what a record says ---- */

const char *archive_ticket_channel(const struct archive_ticket *ticket)
{
    CHECK(memchr(ticket->channel, 0, sizeof ticket->channel) != NULL);
    return ticket->channel[0] != '\0' ? ticket->channel : ticket->source;
}

/* Intake hears the resident at once; escalation refuses what came after the end. */
bool archive_ticket_withdrawn(const struct archive_ticket *ticket)
{
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    return ticket->withdrawn_day != 0 &&
           !(ticket->closed_day != 0 && ticket->outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
}

enum archive_exemption archive_ticket_exempt(const struct archive_ticket *ticket)
{
    CHECK(ticket->exempt < ARCHIVE_EXEMPT_COUNT);
    return ticket->exempt_round == 0 || ticket->exempt_round == ticket->round ? ticket->exempt
                                                                              : ARCHIVE_EXEMPT_NONE;
}

bool archive_ticket_open(const struct archive_ticket *ticket)
{
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    return ticket->registered_day != 0 && !archive_ticket_withdrawn(ticket) &&
           ticket->state < ARCHIVE_MERGED;
}

static bool does(const Paidan__Reminded *fact, Paidan__StepDoes what)
{
    CHECK((unsigned)what < 32);
    return (fact->does & 1u << what) != 0;
}

Paidan__Card archive_ticket_gives(const Paidan__Event *event)
{
    CHECK(event->has_ticket);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_WARNED:
        return event->warned->again ? PAIDAN__CARD__CARD_NONE : PAIDAN__CARD__CARD_YELLOW;
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->again ? PAIDAN__CARD__CARD_NONE : event->carded->card;
    case PAIDAN__EVENT__FACT_REMINDED:
        if (event->reminded->again) {
            return PAIDAN__CARD__CARD_NONE;
        }
        return does(event->reminded, PAIDAN__STEP_DOES__STEP_RED)      ? PAIDAN__CARD__CARD_RED
               : does(event->reminded, PAIDAN__STEP_DOES__STEP_YELLOW) ? PAIDAN__CARD__CARD_YELLOW
                                                                       : PAIDAN__CARD__CARD_NONE;
    default:
        return PAIDAN__CARD__CARD_NONE;
    }
}

/* ---- small pieces ---- */

static void set_code(char to[CODE_BYTES_MAX + 1], const char *code)
{
    const size_t bytes = code == NULL ? 0 : strlen(code);
    CHECK(bytes <= CODE_BYTES_MAX); /* wire_check */
    memset(to, 0, CODE_BYTES_MAX + 1);
    if (bytes > 0) {
        memcpy(to, code, bytes);
    }
}

static void add_deed(struct archive_deeds *deeds, unsigned count, const char *who)
{
    CHECK(deeds->count < ARCHIVE_DEEDS_MAX);
    CHECK(count < RATES_COUNTS);
    deeds->deeds[deeds->count].count = count;
    set_code(deeds->deeds[deeds->count].who, who);
    deeds->count++;
}

static uint8_t clock_bit(Paidan__Clock clock)
{
    switch (clock) {
    case PAIDAN__CLOCK__CLOCK_ACCEPT:
        return ARCHIVE_ACCEPT;
    case PAIDAN__CLOCK__CLOCK_CONTACT:
        return ARCHIVE_CONTACT;
    case PAIDAN__CLOCK__CLOCK_HANDLE:
    case PAIDAN__CLOCK__CLOCK_REDO:
        return ARCHIVE_HANDLE;
    default:
        return 0;
    }
}

static struct archive_unit *unit_find(struct archive_ticket *ticket, const char *code)
{
    CHECK(ticket->unit_count <= ARCHIVE_UNITS_MAX);
    for (uint32_t index = 0; index < ticket->unit_count; index++) {
        if (strcmp(ticket->units[index].code, code) == 0) {
            return &ticket->units[index];
        }
    }
    return NULL;
}

/* A unit's clock has been decided. */
static void decide(struct archive_ticket *ticket, const char *code, uint8_t clock, bool late)
{
    struct archive_unit *unit = code == NULL || code[0] == '\0' ? NULL : unit_find(ticket, code);
    CHECK(clock <= ARCHIVE_CLOCKS);
    if (clock == 0 || code == NULL || code[0] == '\0') {
        return;
    }
    if (unit == NULL && ticket->unit_count < ARCHIVE_UNITS_MAX) {
        unit = &ticket->units[ticket->unit_count++];
        *unit = (struct archive_unit){.decided = 0};
        set_code(unit->code, code);
    }
    unit = unit == NULL ? &ticket->units[ARCHIVE_UNITS_MAX - 1] : unit;
    unit->decided |= clock;
    unit->late |= late ? clock : 0;
}

/* Another unit, or the same, has it from now on, with clocks of its own. */
static void move(struct archive_ticket *ticket, const Paidan__Assignment *to)
{
    CHECK(to != NULL);
    if (ticket->unit[0] != '\0' && strcmp(ticket->unit, to->unit) != 0) {
        ticket->hops++;
    }
    set_code(ticket->unit, to->unit);
    ticket->level = to->level;
    ticket->state = ARCHIVE_ASSIGNED;
    ticket->expired = 0;
    ticket->coordinating = false;
}

static void move_and_tell(struct archive_ticket *ticket, const Paidan__Assignment *to,
                          struct archive_deeds *deeds)
{
    const uint32_t hops = ticket->hops;
    move(ticket, to);
    CHECK(ticket->hops >= hops);
    if (ticket->hops > hops) {
        add_deed(deeds, PAIDAN__RATES_COUNT__RATES_HOPS, NULL);
    }
}

/* ---- intake ---- */

static void take_intake(struct archive_ticket *ticket, const struct archive_record *record,
                        struct archive_deeds *deeds)
{
    const Paidan__Event *const event = record->event;
    CHECK(record->day != 0);
    if (event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        const size_t bytes = strlen(event->registered->title);
        CHECK(bytes <= TITLE_BYTES_MAX);
        ticket->registered_ms = event->at_ms;
        ticket->registered_day = record->day;
        set_code(ticket->source, event->registered->channel);
        memset(ticket->title, 0, sizeof ticket->title);
        memcpy(ticket->title, event->registered->title, bytes);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_WITHDRAWN) {
        ticket->withdrawn_day = record->day;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_CHASED) {
        const bool again = event->chased->has_repeat && event->chased->repeat;
        add_deed(deeds,
                 again ? PAIDAN__RATES_COUNT__RATES_REPEATED : PAIDAN__RATES_COUNT__RATES_CHASED,
                 NULL);
    }
}

/* ---- escalation ---- */

static void take_assigned(struct archive_ticket *ticket, const Paidan__Event *event,
                          struct archive_deeds *deeds)
{
    const Paidan__Assigned *const fact = event->assigned;
    CHECK(fact->to != NULL);
    const bool other = strcmp(ticket->unit, fact->to->unit) != 0;
    if (fact->why == PAIDAN__WHY__WHY_RULED && other && ticket->unit[0] != '\0') {
        add_deed(deeds, PAIDAN__RATES_COUNT__RATES_RETURN_UPHELD, ticket->unit);
    }
    move_and_tell(ticket, fact->to, deeds);
    set_code(ticket->category, fact->category);
    set_code(ticket->area, fact->area);
    set_code(ticket->channel, fact->channel);
    if (ticket->assigned_ms == 0) {
        ticket->assigned_ms = event->at_ms;
        set_code(ticket->first_unit, fact->to->unit);
    }
}

static void take_raised(struct archive_ticket *ticket, const Paidan__Event *event,
                        struct archive_deeds *deeds)
{
    const Paidan__Raised *const fact = event->raised;
    CHECK(fact->to != NULL);
    add_deed(deeds, PAIDAN__RATES_COUNT__RATES_RAISED, fact->from_unit);
    if (fact->why == PAIDAN__WHY__WHY_EXPIRED && (!fact->has_counts_late || fact->counts_late)) {
        decide(ticket, fact->from_unit, fact->has_clock ? clock_bit(fact->clock) : 0, true);
        for (size_t index = 0; index < fact->n_also_late; index++) {
            decide(ticket, fact->from_unit, clock_bit(fact->also_late[index]), true);
        }
    }
    move_and_tell(ticket, fact->to, deeds);
}

static void take_corrected(struct archive_ticket *ticket, const Paidan__Corrected *fact,
                           struct archive_deeds *deeds)
{
    CHECK(fact->from_unit != NULL);
    if (fact->category != NULL) {
        set_code(ticket->category, fact->category);
    }
    if (fact->area != NULL) {
        set_code(ticket->area, fact->area);
    }
    if (fact->to != NULL) {
        move_and_tell(ticket, fact->to, deeds);
    }
}

/* The same unit under another code: what it did goes on under that one. */
static void take_recoded(struct archive_ticket *ticket, const Paidan__Recoded *fact)
{
    CHECK(ticket->unit_count <= ARCHIVE_UNITS_MAX);
    if (fact->unit != NULL) {
        struct archive_unit *const unit = unit_find(ticket, ticket->unit);
        if (unit != NULL && unit_find(ticket, fact->unit) == NULL) {
            set_code(unit->code, fact->unit);
        }
        if (strcmp(ticket->first_unit, ticket->unit) == 0) {
            set_code(ticket->first_unit, fact->unit);
        }
        set_code(ticket->unit, fact->unit);
    }
    if (fact->category != NULL) {
        set_code(ticket->category, fact->category);
    }
    if (fact->area != NULL) {
        set_code(ticket->area, fact->area);
    }
    if (fact->channel != NULL) {
        set_code(ticket->channel, fact->channel);
    }
}

/* 并单: nobody has it; what is worked on in its place is counted for itself. */
static void take_merged(struct archive_ticket *ticket, const struct archive_record *record)
{
    const Paidan__Merged *const fact = record->event->merged;
    CHECK(record->day != 0);
    ticket->state = ARCHIVE_MERGED;
    ticket->merged_day = record->day;
    ticket->expired = 0;
    ticket->coordinating = false;
    if (fact->category != NULL) {
        set_code(ticket->category, fact->category);
    }
    if (fact->area != NULL) {
        set_code(ticket->area, fact->area);
    }
    set_code(ticket->channel, fact->channel);
}

static void take_resolved(struct archive_ticket *ticket, const Paidan__Event *event)
{
    const Paidan__Resolved *const fact = event->resolved;
    CHECK(fact->unit != NULL);
    ticket->member = fact->has_group != 0;
    if (ticket->member) { /* another unit's work, on another ticket's clocks */
        set_code(ticket->unit, fact->unit);
        ticket->level = fact->has_level ? fact->level : ticket->level;
        if (ticket->category[0] == '\0') {
            set_code(ticket->category, fact->category);
        }
        if (ticket->area[0] == '\0') {
            set_code(ticket->area, fact->area);
        }
    } else {
        decide(ticket, fact->unit, ARCHIVE_HANDLE, fact->has_late && fact->late);
    }
    ticket->state = ARCHIVE_RESOLVED;
    ticket->round = fact->round;
    ticket->resolved_ms = event->at_ms;
    ticket->expired = 0;
    ticket->coordinating = false;
}

static void take_carded(struct archive_ticket *ticket, const Paidan__Carded *fact)
{
    const uint8_t clock = clock_bit(fact->clock);
    CHECK(clock <= ARCHIVE_CLOCKS);
    if (fact->by_unit != NULL || clock == 0) {
        return; /* by hand, or at the end of all reopenings: no deadline passed */
    }
    ticket->expired |= clock;
    decide(ticket, ticket->unit, clock, !fact->has_counts_late || fact->counts_late);
}

/* 超时申诉, granted: lateness stays a fact and leaves the figures. */
static void take_appeal(struct archive_ticket *ticket)
{
    struct archive_unit *const unit = unit_find(ticket, ticket->unit);
    CHECK(ticket->unit_count <= ARCHIVE_UNITS_MAX);
    if (unit != NULL) {
        unit->pardoned |= unit->late;
    }
}

static void clock_done(struct archive_ticket *ticket, uint8_t clock)
{
    CHECK(clock <= ARCHIVE_CLOCKS);
    ticket->expired &= (uint8_t)(ARCHIVE_CLOCKS & ~clock);
}

/* Who has it. */
static bool take_moves(struct archive_ticket *ticket, const struct archive_record *record,
                       struct archive_deeds *deeds)
{
    const Paidan__Event *const event = record->event;
    CHECK(event->has_ticket);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        take_assigned(ticket, event, deeds);
        return true;
    case PAIDAN__EVENT__FACT_RAISED:
        take_raised(ticket, event, deeds);
        return true;
    case PAIDAN__EVENT__FACT_ORDERED:
        move_and_tell(ticket, event->ordered->to, deeds);
        return true;
    case PAIDAN__EVENT__FACT_MOVED:
        move_and_tell(ticket, event->moved->to, deeds);
        return true;
    case PAIDAN__EVENT__FACT_CORRECTED:
        take_corrected(ticket, event->corrected, deeds);
        return true;
    case PAIDAN__EVENT__FACT_RECODED:
        take_recoded(ticket, event->recoded);
        return true;
    case PAIDAN__EVENT__FACT_REOPENED:
        add_deed(deeds, PAIDAN__RATES_COUNT__RATES_REOPENED, event->reopened->from_unit);
        move_and_tell(ticket, event->reopened->to, deeds);
        ticket->round = event->reopened->round;
        ticket->closed_day = 0;
        ticket->closed_ms = 0;
        ticket->outcome = 0;
        ticket->member = false;
        return true;
    case PAIDAN__EVENT__FACT_RECALLED:
        ticket->state = ARCHIVE_DESK;
        ticket->expired = 0;
        return true;
    case PAIDAN__EVENT__FACT_MERGED:
        take_merged(ticket, record);
        return true;
    case PAIDAN__EVENT__FACT_UNMERGED:
        ticket->state = ARCHIVE_DESK;
        ticket->merged_day = 0;
        return true;
    default:
        return false;
    }
}

/* Closed once more in the same round: an answer came late. It says how it ended, not when. */
static void take_closed(struct archive_ticket *ticket, const struct archive_record *record)
{
    const Paidan__Closed *const fact = record->event->closed;
    const bool again = ticket->state == ARCHIVE_CLOSED && ticket->round == fact->round;
    CHECK(record->day != 0);
    ticket->outcome = (uint32_t)fact->outcome;
    if (again) {
        return;
    }
    ticket->state = ARCHIVE_CLOSED;
    ticket->round = fact->round;
    ticket->closed_ms = record->event->at_ms;
    ticket->closed_day = record->day;
    ticket->expired = 0;
    ticket->coordinating = false;
}

/* What is done with it. */
static bool take_work(struct archive_ticket *ticket, const struct archive_record *record,
                      struct archive_deeds *deeds)
{
    const Paidan__Event *const event = record->event;
    CHECK(event->has_ticket);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        decide(ticket, event->accepted->unit, ARCHIVE_ACCEPT,
               event->accepted->has_late && event->accepted->late);
        clock_done(ticket, ARCHIVE_ACCEPT);
        ticket->state = ARCHIVE_ACCEPTED;
        ticket->accepted_ms = ticket->accepted_ms == 0 ? event->at_ms : ticket->accepted_ms;
        return true;
    case PAIDAN__EVENT__FACT_CONTACTED:
        if (!event->contacted->again) {
            decide(ticket, event->contacted->unit,
                   event->contacted->without_term ? 0 : ARCHIVE_CONTACT,
                   event->contacted->has_late && event->contacted->late);
            clock_done(ticket, ARCHIVE_CONTACT);
        }
        ticket->contacted_ms = ticket->contacted_ms == 0 ? event->at_ms : ticket->contacted_ms;
        return true;
    case PAIDAN__EVENT__FACT_RETURNED:
        add_deed(deeds, PAIDAN__RATES_COUNT__RATES_RETURNED, event->returned->unit);
        ticket->state = ARCHIVE_RETURNED;
        return true;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        add_deed(deeds, PAIDAN__RATES_COUNT__RATES_SUSPENDED, event->suspended->unit);
        ticket->state = ARCHIVE_SUSPENDED;
        return true;
    case PAIDAN__EVENT__FACT_RESUMED:
        ticket->state = ARCHIVE_ACCEPTED;
        return true;
    case PAIDAN__EVENT__FACT_DECIDED:
        if (event->decided->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION &&
            event->decided->granted) {
            add_deed(deeds, PAIDAN__RATES_COUNT__RATES_EXTENDED, ticket->unit);
            clock_done(ticket, ARCHIVE_HANDLE);
        }
        return true;
    case PAIDAN__EVENT__FACT_RESOLVED:
        take_resolved(ticket, event);
        return true;
    case PAIDAN__EVENT__FACT_CLOSED:
        take_closed(ticket, record);
        return true;
    default:
        return false;
    }
}

/* Clocks, cards, modes. */
static void take_watch(struct archive_ticket *ticket, const Paidan__Event *event)
{
    CHECK(event->has_ticket);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_CARDED:
        take_carded(ticket, event->carded);
        break;
    case PAIDAN__EVENT__FACT_REMINDED:
        ticket->supervised =
            ticket->supervised || does(event->reminded, PAIDAN__STEP_DOES__STEP_SUPERVISE);
        break;
    case PAIDAN__EVENT__FACT_SUPERVISED:
        ticket->supervised = true;
        break;
    case PAIDAN__EVENT__FACT_CARD_CANCELLED:
        ticket->expired = 0;
        break;
    case PAIDAN__EVENT__FACT_MODE_SET:
        ticket->coordinating = event->mode_set->mode == PAIDAN__MODE__MODE_COORDINATION;
        break;
    case PAIDAN__EVENT__FACT_MODE_ENDED:
        ticket->coordinating = false;
        break;
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        if (event->appeal_ruled->granted) {
            take_appeal(ticket);
        }
        break;
    default:
        break;
    }
}

static void take_escalation(struct archive_ticket *ticket, const struct archive_record *record,
                            struct archive_deeds *deeds)
{
    const Paidan__Card given = archive_ticket_gives(record->event);
    CHECK(given <= PAIDAN__CARD__CARD_RED);
    if (!take_moves(ticket, record, deeds) && !take_work(ticket, record, deeds)) {
        take_watch(ticket, record->event);
    }
    if (given != PAIDAN__CARD__CARD_NONE) {
        add_deed(deeds,
                 given == PAIDAN__CARD__CARD_RED ? PAIDAN__RATES_COUNT__RATES_RED
                                                 : PAIDAN__RATES_COUNT__RATES_YELLOW,
                 ticket->unit);
    }
}

/* ---- callback ---- */

/* An answer that comes late is one of the same round; the newest round is what counts. */
static void take_callback(struct archive_ticket *ticket, const Paidan__Event *event)
{
    CHECK(event->has_ticket);
    if (event->fact_case == PAIDAN__EVENT__FACT_ANSWERED &&
        event->answered->round >= ticket->answer_round) {
        ticket->answer_round = event->answered->round;
        ticket->solved = (uint32_t)event->answered->solved;
        ticket->satisfied = (uint32_t)event->answered->satisfied;
    }
}

void archive_ticket_take(struct archive_ticket *ticket, const struct archive_record *record,
                         struct archive_deeds *deeds)
{
    CHECK(record->event->has_ticket);
    deeds->count = 0;
    if (strcmp(record->log, "intake") == 0) {
        take_intake(ticket, record, deeds);
    } else if (strcmp(record->log, "escalation") == 0) {
        take_escalation(ticket, record, deeds);
    } else if (strcmp(record->log, "callback") == 0) {
        take_callback(ticket, record->event);
    }
    CHECK(deeds->count <= ARCHIVE_DEEDS_MAX);
}
