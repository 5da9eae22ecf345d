/* archive_reading: from a figure to its tickets, and those that are asked to be taken out.
 *
 * Tickets are found by the days that they have to do with; what a ticket adds to a figure is asked of the same
 * function that counted it (archive_share_of), so that a list has exactly the tickets of which the figure is made. A ticket
 * of several days stands at its first one. A page looks at a bounded number of rows and may be short: as long as
 * there is a cursor there may be more. Owns no table. */
#include "archive_reading.h"

#include <string.h>

#include "archive_exempt.h"
#include "archive_rates.h"
#include "archive_share.h"
#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/calendar/civil.h"

enum { LIMIT_DEFAULT = 100, LOOKED_AT_MAX = 20000, DAY_KEY_BYTES = 12, TICKET_BITS = 51 };

/* ---- what a ticket adds to a figure ---- */

struct figure {
    uint32_t from, until; /* days; 0, 0: now */
    unsigned by, count;
    const char *code; /* NULL: all */
};

static const char *code_of(const struct archive_ticket *ticket, unsigned by)
{
    switch ((Paidan__RatesBy)by) {
    case PAIDAN__RATES_BY__RATES_AREA:
        return ticket->area;
    case PAIDAN__RATES_BY__RATES_UNIT:
        return ticket->unit;
    case PAIDAN__RATES_BY__RATES_CATEGORY:
        return ticket->category;
    case PAIDAN__RATES_BY__RATES_CHANNEL:
        return archive_ticket_channel(ticket);
    default:
        CHECK(by == PAIDAN__RATES_BY__RATES_ALL);
        return "";
    }
}

/* Whether a share of that day and unit stands in the figure. */
static bool fits(const struct step_view *view, const struct figure *figure,
                 const struct archive_ticket *ticket, uint32_t day, const char *unit)
{
    const bool by_unit = figure->by == PAIDAN__RATES_BY__RATES_UNIT;
    CHECK(figure->from <= figure->until);
    if (day < figure->from || day > figure->until) {
        return false;
    }
    const char *const code = by_unit && unit != NULL ? unit : code_of(ticket, figure->by);
    return figure->code == NULL ||
           archive_rates_within(view->site, (Paidan__RatesBy)figure->by, code, figure->code);
}

static void found(uint32_t day, uint64_t by, uint32_t *first, uint64_t *sum)
{
    CHECK(by > 0);
    *first = *sum == 0 || day < *first ? day : *first;
    *sum += by;
}

/* sum 0: it is not part of the figure. */
static enum rc figure_of(struct step_view *view, const struct figure *figure, uint64_t id,
                         const struct archive_ticket *ticket, uint32_t *first, uint64_t *sum)
{
    struct archive_share shares[ARCHIVE_SHARES_MAX];
    struct archive_deed_row row;
    struct store_walk walk;
    const unsigned count = archive_share_of(ticket, shares);
    *sum = 0;
    for (unsigned index = 0; index < count; index++) {
        const struct archive_share *const share = &shares[index];
        for (unsigned at = 0; at < share->count; at++) {
            CHECK(share->amounts[at].by > 0);
            if (share->amounts[at].count == figure->count && (share->by >> figure->by & 1u) != 0 &&
                fits(view, figure, ticket, share->day, share->unit)) {
                found(share->day, share->amounts[at].by, first, sum);
            }
        }
    }
    if (figure->until == 0) {
        return RC_OK; /* of now there are no deeds */
    }
    enum rc rc = archive_share_walk(view->txn, id, figure->from, &walk, &row);
    while (rc == RC_OK && row.day <= figure->until) {
        const char *const who = row.who[0] != '\0' ? row.who : NULL;
        if (row.counts[figure->count] > 0 && fits(view, figure, ticket, row.day, who)) {
            found(row.day, row.counts[figure->count], first, sum);
        }
        rc = archive_share_next(&walk, &row);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- showing a ticket ---- */

static enum rc copy(struct arena *arena, const char *text, char **out)
{
    CHECK(text != NULL);
    *out = text[0] == '\0' ? NULL : arena_strdup(arena, text);
    return text[0] != '\0' && *out == NULL ? RC_LIMIT : RC_OK;
}

/* Clocks in which some unit was late, pardoned ones aside; bits 1 << RatesClock. */
static uint32_t late_bits(const struct archive_ticket *ticket)
{
    uint32_t late = 0;
    CHECK(ticket->unit_count <= ARCHIVE_UNITS_MAX);
    for (uint32_t index = 0; index < ticket->unit_count; index++) {
        late |= ticket->units[index].late & (uint32_t)~ticket->units[index].pardoned;
    }
    return ((late & ARCHIVE_ACCEPT) != 0 ? 1u << PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT : 0) |
           ((late & ARCHIVE_CONTACT) != 0 ? 1u << PAIDAN__RATES_CLOCK__RATES_TIME_CONTACT : 0) |
           ((late & ARCHIVE_HANDLE) != 0 ? 1u << PAIDAN__RATES_CLOCK__RATES_TIME_HANDLE : 0);
}

static Paidan__State state_of(const struct archive_ticket *ticket)
{
    static const Paidan__State states[ARCHIVE_STATE_COUNT] = {
        [ARCHIVE_UNKNOWN] = PAIDAN__STATE__STATE_DESK,
        [ARCHIVE_DESK] = PAIDAN__STATE__STATE_DESK,
        [ARCHIVE_ASSIGNED] = PAIDAN__STATE__STATE_ASSIGNED,
        [ARCHIVE_ACCEPTED] = PAIDAN__STATE__STATE_ACCEPTED,
        [ARCHIVE_RETURNED] = PAIDAN__STATE__STATE_RETURNED,
        [ARCHIVE_SUSPENDED] = PAIDAN__STATE__STATE_SUSPENDED,
        [ARCHIVE_MERGED] = PAIDAN__STATE__STATE_MERGED,
        [ARCHIVE_RESOLVED] = PAIDAN__STATE__STATE_RESOLVED,
        [ARCHIVE_CLOSED] = PAIDAN__STATE__STATE_CLOSED,
    };
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    return archive_ticket_withdrawn(ticket) ? PAIDAN__STATE__STATE_WITHDRAWN
                                            : states[ticket->state];
}

static void show_end(const struct archive_ticket *ticket, Paidan__RatesTicket *shown)
{
    CHECK(shown->ticket != 0);
    if (ticket->closed_day != 0) {
        shown->has_closed_ms = true;
        shown->closed_ms = ticket->closed_ms;
        shown->has_outcome = ticket->outcome >= PAIDAN__OUTCOME__OUTCOME_SOLVED;
        shown->outcome = (Paidan__Outcome)ticket->outcome;
    }
    if (ticket->answer_round != 0 && ticket->answer_round == ticket->round) {
        shown->has_solved = ticket->solved != 0;
        shown->solved = (Paidan__Solved)ticket->solved;
        shown->has_satisfied = ticket->satisfied != 0;
        shown->satisfied = (Paidan__Satisfied)ticket->satisfied;
    }
    shown->late = late_bits(ticket);
    shown->has_late = shown->late != 0;
}

static enum rc show(struct step_view *view, uint64_t id, const struct archive_ticket *ticket,
                    uint64_t sum, Paidan__RatesTicket **out)
{
    Paidan__RatesTicket *const shown = arena_alloc(view->arena, sizeof *shown);
    struct archive_exempt exempt;
    if (shown == NULL) {
        return RC_LIMIT;
    }
    paidan__rates_ticket__init(shown);
    shown->ticket = id;
    shown->registered_ms = ticket->registered_ms;
    shown->has_state = true;
    shown->state = state_of(ticket);
    shown->has_level = ticket->level != 0;
    shown->level = ticket->level;
    shown->has_count = sum > 1;
    shown->count = (uint32_t)(sum < UINT32_MAX ? sum : UINT32_MAX);
    show_end(ticket, shown);
    enum rc rc = copy(view->arena, ticket->title, &shown->title);
    rc = rc == RC_OK ? copy(view->arena, ticket->unit, &shown->unit) : rc;
    rc = rc == RC_OK ? copy(view->arena, ticket->area, &shown->area) : rc;
    rc = rc == RC_OK ? copy(view->arena, ticket->category, &shown->category) : rc;
    rc = rc == RC_OK ? copy(view->arena, archive_ticket_channel(ticket), &shown->channel) : rc;
    if (rc == RC_OK && archive_ticket_exempt(ticket) != ARCHIVE_EXEMPT_NONE) {
        rc = archive_exempt_get(view->txn, id, &exempt);
        CHECK(rc != RC_NOT_FOUND);
        rc = rc == RC_OK ? archive_exempt_show(view, &exempt, &shown->exempt) : rc;
    }
    *out = shown;
    return rc;
}

/* Only those of a unit, an area, a channel, where the wish says so. */
static bool wanted(const struct step_view *view, const struct archive_ticket *ticket,
                   const char *unit, const char *area, const char *channel)
{
    CHECK(ticket != NULL);
    return (unit == NULL || unit[0] == '\0' || strcmp(unit, ticket->unit) == 0) &&
           (area == NULL || area[0] == '\0' ||
            archive_rates_within(view->site, PAIDAN__RATES_BY__RATES_AREA, ticket->area, area)) &&
           (channel == NULL || channel[0] == '\0' ||
            strcmp(channel, archive_ticket_channel(ticket)) == 0);
}

/* ---- the tickets of a figure ---- */

struct page {
    struct step_view *view;
    struct figure figure;
    Paidan__RatesTicket **tickets;
    size_t count, limit;
    uint32_t looked_at;
};

static uint32_t day_number(uint32_t day)
{
    CHECK(day == 0 || day > 19700000);
    /* The 31st of a short month is the bound of a span, never a day of a ticket. */
    return day == 0 ? 0
                    : (uint32_t)(civil_days((int)(day / 10000), day / 100 % 100, 1) +
                                 (int32_t)(day % 100) - 1);
}

/* One number for a place among days and tickets: days since the first, and the ticket. */
static uint64_t place_pack(const struct page *page, uint32_t day, uint64_t ticket)
{
    const uint64_t offset = day_number(day) - day_number(page->figure.from);
    CHECK(offset < 1u << (64 - TICKET_BITS));
    CHECK(ticket >> TICKET_BITS == 0);
    return offset << TICKET_BITS | ticket;
}

static void place_unpack(const struct page *page, uint64_t place, uint32_t *day, uint64_t *ticket)
{
    const uint32_t offset = (uint32_t)(place >> TICKET_BITS);
    *ticket = place & (((uint64_t)1 << TICKET_BITS) - 1);
    *day = page->figure.from;
    if (page->figure.from != 0) {
        const struct civil_date date =
            civil_date((int32_t)(day_number(page->figure.from) + offset));
        CHECK(date.year > 0);
        *day = (uint32_t)date.year * 10000 + date.month * 100 + date.day;
    }
}

static enum rc look(struct page *page, const Paidan__RatesTickets *wish, uint32_t day, uint64_t id)
{
    struct archive_ticket ticket;
    uint32_t first = 0;
    uint64_t sum = 0;
    page->looked_at++;
    enum rc rc = archive_ticket_get(page->view->txn, id, &ticket);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(page->count < page->limit);
    if (!wanted(page->view, &ticket, wish->unit, wish->area, wish->channel)) {
        return RC_OK;
    }
    rc = figure_of(page->view, &page->figure, id, &ticket, &first, &sum);
    if (rc == RC_OK && sum > 0 && first == day) {
        rc = show(page->view, id, &ticket, sum, &page->tickets[page->count]);
        page->count += rc == RC_OK ? 1 : 0;
    }
    return rc;
}

static enum rc walk_days(struct page *page, const Paidan__RatesTickets *wish,
                         Paidan__RatesListed *listed)
{
    unsigned char key[DAY_KEY_BYTES];
    struct codec_writer writer;
    struct store_walk walk;
    uint32_t day = page->figure.from;
    uint64_t ticket = 0, last = 0;
    if (wish->has_cursor && wish->cursor != 0) {
        place_unpack(page, wish->cursor, &day, &ticket);
        ticket++;
    }
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u32(&writer, day);
    codec_put_u64(&writer, ticket);
    CHECK(!writer.failed);
    enum rc rc = store_walk_open(page->view->txn, ARCHIVE_DAY, key, sizeof key, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, DAY_KEY_BYTES);
        const uint32_t at = rc == RC_OK ? codec_u32_at(walk.key) : 0;
        if (rc != RC_OK || at > page->figure.until) {
            break;
        }
        if (page->count == page->limit || page->looked_at == LOOKED_AT_MAX) {
            listed->has_next = true;
            listed->next = last;
            break;
        }
        const uint64_t id = codec_u64_at(walk.key + 4);
        last = place_pack(page, at, id);
        rc = look(page, wish, at, id);
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static size_t limit_of(bool has, uint32_t limit)
{
    static_assert(LIMIT_DEFAULT <= LIST_MAX, "a page");
    CHECK(has || limit == 0);
    return !has ? LIMIT_DEFAULT : limit == 0 || limit > LIST_MAX ? LIST_MAX : limit;
}

static enum rc tickets_query(struct step_view *view, const Paidan__RatesTickets *wish,
                             Paidan__Answer *answer)
{
    struct archive_span span;
    struct page page = {.view = view, .limit = limit_of(wish->has_limit, wish->limit)};
    Paidan__RatesListed *const listed = arena_alloc(view->arena, sizeof *listed);
    page.tickets = arena_alloc(view->arena, page.limit * sizeof(Paidan__RatesTicket *));
    if (listed == NULL || page.tickets == NULL) {
        return RC_LIMIT;
    }
    if (!archive_rates_span(wish->grain, wish->from, wish->until, &span)) {
        return step_view_refuse(answer, PAIDAN__CODE__PERIOD_INVALID, NULL);
    }
    archive_rates_days(&span, &page.figure.from, &page.figure.until);
    if (day_number(page.figure.until) - day_number(page.figure.from) >= 1u << (64 - TICKET_BITS)) {
        return step_view_refuse(answer, PAIDAN__CODE__PERIOD_INVALID, NULL);
    }
    page.figure.by = (unsigned)wish->by;
    page.figure.count = (unsigned)wish->count;
    page.figure.code = wish->by == PAIDAN__RATES_BY__RATES_ALL ? NULL : wish->code;
    CHECK(page.figure.count < RATES_COUNTS);
    paidan__rates_listed__init(listed);
    const enum rc rc = walk_days(&page, wish, listed);
    listed->tickets = page.tickets;
    listed->n_tickets = page.count;
    answer->body_case = PAIDAN__ANSWER__BODY_RATES_LISTED;
    answer->rates_listed = listed;
    return rc;
}

/* ---- 剔除 ---- */

static enum rc exempt_take(struct step_view *view, const Paidan__ExemptList *wish, uint64_t id,
                           Paidan__ExemptListed *listed)
{
    struct archive_exempt exempt;
    struct archive_ticket ticket;
    enum rc rc = archive_exempt_get(view->txn, id, &exempt);
    rc = rc == RC_OK ? archive_ticket_get(view->txn, id, &ticket) : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(ticket.exempt != ARCHIVE_EXEMPT_NONE);
    const bool waits = archive_ticket_exempt(&ticket) == ARCHIVE_EXEMPT_ASKED;
    if ((waits || (wish->has_all && wish->all)) &&
        wanted(view, &ticket, wish->unit, wish->area, wish->channel)) {
        Paidan__RatesTicket *shown = NULL;
        rc = show(view, id, &ticket, 1, &shown);
        if (rc == RC_OK && shown->exempt == NULL) { /* of an earlier closing */
            rc = archive_exempt_show(view, &exempt, &shown->exempt);
        }
        listed->tickets[listed->n_tickets] = shown;
        listed->n_tickets += rc == RC_OK ? 1 : 0;
    }
    return rc;
}

static enum rc exempt_query(struct step_view *view, const Paidan__ExemptList *wish,
                            Paidan__Answer *answer)
{
    const size_t limit = limit_of(wish->has_limit, wish->limit);
    Paidan__ExemptListed *const listed = arena_alloc(view->arena, sizeof *listed);
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    uint64_t last = wish->has_cursor ? wish->cursor : 0;
    uint32_t looked_at = 0;
    if (listed == NULL) {
        return RC_LIMIT;
    }
    paidan__exempt_listed__init(listed);
    listed->tickets = arena_alloc(view->arena, limit * sizeof(Paidan__RatesTicket *));
    if (listed->tickets == NULL) {
        return RC_LIMIT;
    }
    codec_set_u64(key, last == UINT64_MAX ? last : last + 1);
    enum rc rc = store_walk_open(view->txn, ARCHIVE_EXEMPT, key, sizeof key, &walk);
    for (; rc == RC_OK; rc = rc == RC_OK ? store_walk_next(&walk) : rc) {
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
        CHECK(listed->n_tickets <= limit);
        if (rc == RC_OK && (listed->n_tickets == limit || looked_at++ == LOOKED_AT_MAX)) {
            listed->has_next = true;
            listed->next = last;
            break;
        }
        last = rc == RC_OK ? codec_u64_at(walk.key) : last;
        rc = rc == RC_OK ? exempt_take(view, wish, last, listed) : rc;
    }
    store_walk_close(&walk);
    answer->body_case = PAIDAN__ANSWER__BODY_EXEMPT_LISTED;
    answer->exempt_listed = listed;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- the part ---- */

enum rc archive_reading_scope(struct step_view *view, uint64_t ticket,
                              struct permit_subject *subject)
{
    struct archive_ticket *const record = arena_alloc(view->arena, sizeof *record);
    if (record == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = archive_ticket_get(view->txn, ticket, record);
    if (rc == RC_OK) {
        CHECK(record->state < ARCHIVE_STATE_COUNT);
        *subject = (struct permit_subject){.unit = record->unit,
                                           .area = record->area,
                                           .channel = archive_ticket_channel(record),
                                           .level = record->level,
                                           .state = state_of(record)};
    }
    return rc;
}

static bool changes(const Paidan__Request *request)
{
    CHECK(request != NULL);
    return request->wish_case == PAIDAN__REQUEST__WISH_EXEMPT_ASK ||
           request->wish_case == PAIDAN__REQUEST__WISH_EXEMPT_RULE;
}

static bool knows(const Paidan__Request *request)
{
    return changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_RATES ||
           request->wish_case == PAIDAN__REQUEST__WISH_RATES_TICKETS ||
           request->wish_case == PAIDAN__REQUEST__WISH_EXEMPT_LIST;
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_COMMAND);
    return input->request->wish_case == PAIDAN__REQUEST__WISH_EXEMPT_ASK
               ? archive_exempt_ask(step, input->request)
               : archive_exempt_rule(step, input->request);
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_RATES:
        return archive_rates_query(view, request->rates, answer);
    case PAIDAN__REQUEST__WISH_RATES_TICKETS:
        return tickets_query(view, request->rates_tickets, answer);
    default:
        return exempt_query(view, request->exempt_list, answer);
    }
}

static const Paidan__Event__FactCase facts[] = {PAIDAN__EVENT__FACT_EXEMPT_ASKED,
                                                PAIDAN__EVENT__FACT_EXEMPT_RULED,
                                                PAIDAN__EVENT__FACT__NOT_SET};

const struct archive_part archive_rates_part = {.name = "rates",
                                                .knows = knows,
                                                .changes = changes,
                                                .apply = apply,
                                                .query = query,
                                                .fold = archive_exempt_fold,
                                                .facts = facts};
