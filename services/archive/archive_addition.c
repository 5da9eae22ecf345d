/* archive_addition: the rules by which the work of units is counted.
 *
 * Owns nothing and reads nothing but its arguments. A ticket's unit before the fact is who did or lost
 * something, the unit after it who got something. What must stay true: the sum over all units is what
 * escalation counts in its totals: each of its stories in the core tests ends by comparing them, and so does
 * each rest of the simulator. */
#include "archive_addition.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"

enum {
    UNITS_MAX =
        sizeof((struct archive_addition *)0)->units / sizeof((struct archive_addition *)0)->units[0]
};

/* Who has it. "": nobody, as at the desk, and while it is merged. */
static const char *holder(const struct archive_ticket *ticket)
{
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    return ticket->state == ARCHIVE_DESK || ticket->state == ARCHIVE_MERGED ? "" : ticket->unit;
}

static void add_if(struct archive_addition *add, const char *unit, enum unit_counter counter,
                   bool condition)
{
    CHECK(counter < UNIT_COUNTERS);
    if (!condition || unit[0] == '\0') {
        return;
    }
    uint32_t at = 0;
    while (at < add->unit_count && strcmp(add->units[at].unit, unit) != 0) {
        at++;
    }
    if (at == add->unit_count) {
        CHECK(at < UNITS_MAX); /* no fact concerns a third unit */
        add->units[at].unit = unit;
        add->unit_count++;
    }
    const uint64_t one = 1ull << counter;
    CHECK((add->units[at].counters & one) == 0); /* a fact counts once */
    add->units[at].counters |= one;
}

static void add(struct archive_addition *adds, const char *unit, enum unit_counter counter)
{
    add_if(adds, unit, counter, true);
}

/* A unit got it, another one perhaps lost it. An order 领导交办 takes it from nobody's account: it
 * was not the unit's doing. */
static void add_moves(struct archive_addition *adds, const Paidan__Event *event, const char *before,
                      const char *after)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        if (event->assigned->why == PAIDAN__WHY__WHY_RULED) {
            const bool back = strcmp(before, after) == 0;
            add(adds, before, back ? UNIT_COUNT_OVERRULED : UNIT_COUNT_UPHELD);
        }
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        add(adds, before,
            event->raised->why == PAIDAN__WHY__WHY_EXPIRED ? UNIT_COUNT_RAISED_EXPIRED
                                                           : UNIT_COUNT_RAISED_COMPETENCE);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        add(adds, before, UNIT_COUNT_REOPENED);
        break;
    case PAIDAN__EVENT__FACT_CORRECTED: /* a wrong dispatch was not the unit's doing either */
        if (event->corrected->to == NULL) {
            return;
        }
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_MOVED:
        break;
    default:
        return;
    }
    add(adds, after, UNIT_COUNT_ASSIGNED);
}

/* A task's lateness is the assisting unit's, every other one that of the unit which had the ticket:
 * also while it lies at the desk, for whoever returns it answers for it until the desk has ruled
 * 首接负责, or returning would be a way out. */
static void add_late(struct archive_addition *adds, const Paidan__Event *event, const char *unit)
{
    const uint64_t late = unit_count_late(event);
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_LATE) {
        unit = event->assist_late->unit;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE) {
        unit = event->assist_done->unit;
    }
    for (unsigned counter = 0; counter < UNIT_COUNTERS; counter++) {
        add_if(adds, unit, (enum unit_counter)counter, (late >> counter & 1u) != 0);
    }
}

static void add_work(struct archive_addition *adds, const Paidan__Event *event, const char *unit)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        add(adds, unit, UNIT_COUNT_ACCEPTED);
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        add_if(adds, unit, UNIT_COUNT_CONTACTED, !event->contacted->again);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        add(adds, unit, UNIT_COUNT_RESOLVED);
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        add(adds, unit, UNIT_COUNT_RETURNED);
        break;
    case PAIDAN__EVENT__FACT_RECALLED:
        add_if(adds, unit, UNIT_COUNT_RECALLED, !event->recalled->has_merge_into);
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        add(adds, unit, UNIT_COUNT_SUSPENDED);
        break;
    case PAIDAN__EVENT__FACT_DECIDED:
        if (event->decided->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
            add(adds, unit,
                event->decided->granted ? UNIT_COUNT_EXTENDED : UNIT_COUNT_EXTENSIONS_REFUSED);
        }
        if (event->decided->to_unit != NULL) { /* for which it had waited */
            add(adds, event->decided->to_unit, UNIT_COUNT_REQUESTS_LAPSED);
        }
        break;
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        add_if(adds, unit, UNIT_COUNT_EXEMPT, event->appeal_ruled->granted);
        if (event->appeal_ruled->has_lapsed && event->appeal_ruled->to_unit != NULL) {
            add(adds, event->appeal_ruled->to_unit, UNIT_COUNT_REQUESTS_LAPSED);
        }
        break;
    case PAIDAN__EVENT__FACT_URGED:
        add(adds, unit, UNIT_COUNT_URGED);
        break;
    default:
        break;
    }
}

static void add_assists(struct archive_addition *adds, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_ASKED) {
        add(adds, event->assist_asked->unit, UNIT_COUNT_ASSISTS);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE) {
        add(adds, event->assist_done->unit, UNIT_COUNT_ASSISTS_DONE);
    }
}

/* The unit that has it when the card is given, and when it comes under supervision. A card counts
 * when what the ticket shows becomes higher, so that the second reason for a red card is no second
 * card; one that came along with a move is not the new unit's. */
static void add_cards(struct archive_addition *adds, const Paidan__Event *event, const char *unit)
{
    const Paidan__Card card = archive_ticket_gives(event);
    CHECK(card <= PAIDAN__CARD__CARD_RED);
    add_if(adds, unit, UNIT_COUNT_YELLOW, card == PAIDAN__CARD__CARD_YELLOW);
    add_if(adds, unit, UNIT_COUNT_RED, card == PAIDAN__CARD__CARD_RED);
    add_if(adds, unit, UNIT_COUNT_CARDS_CANCELLED,
           event->fact_case == PAIDAN__EVENT__FACT_CARD_CANCELLED);
}

void archive_addition_of(const Paidan__Event *event, const struct archive_ticket *before,
                         const struct archive_ticket *after, struct archive_addition *addition)
{
    const char *const from = holder(before), *const to = holder(after);
    CHECK(event->has_ticket);
    *addition = (struct archive_addition){.unit_count = 0};
    add_moves(addition, event, from, to);
    add_work(addition, event, from);
    add_assists(addition, event);
    add_late(addition, event, from);
    add_cards(addition, event, to);
    add_if(addition, to, UNIT_COUNT_SUPERVISED, after->supervised && !before->supervised);
}
