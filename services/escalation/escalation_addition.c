/* escalation_addition: the rules by which facts are counted.
 *
 * Owns nothing and reads nothing but its arguments. A ticket's unit before the fact is who did or
 * lost something, the unit after it who got something. Where the service's own totals count the
 * same facts, the sum over all units is that total: each story of the core tests ends by comparing
 * them. */

#include "escalation_addition.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation_card.h"

enum {
    UNITS_MAX = sizeof((struct escalation_addition *)0)->units /
                sizeof((struct escalation_addition *)0)->units[0]
};

static_assert(ESCALATION_COUNTERS <= 64, "a set of counters is 64 bits");

#define SET(counter) (1ull << ESCALATION_COUNT_##counter)

struct escalation_standing escalation_addition_standing(const struct escalation_ticket *ticket)
{
    return (struct escalation_standing){.unit = ticket->unit,
                                        .card = escalation_state_card(ticket),
                                        .supervised = ticket->extra_supervised};
}

static void add_if(struct escalation_addition *add, const char *unit,
                   enum escalation_counter counter, bool condition)
{
    CHECK(counter < ESCALATION_COUNTERS);
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

static void add(struct escalation_addition *adds, const char *unit, enum escalation_counter counter)
{
    add_if(adds, unit, counter, true);
}

/* A unit got it, another one perhaps lost it. An order 领导交办 takes it from nobody's account: it
 * was not the unit's doing. */
static void add_moves(struct escalation_addition *adds, const Paidan__Event *event,
                      const struct escalation_standing *before,
                      const struct escalation_standing *after)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        if (event->assigned->why == PAIDAN__WHY__WHY_RULED) {
            const bool back = strcmp(before->unit, after->unit) == 0;
            add(adds, before->unit, back ? ESCALATION_COUNT_OVERRULED : ESCALATION_COUNT_UPHELD);
        }
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        add(adds, before->unit,
            event->raised->why == PAIDAN__WHY__WHY_EXPIRED ? ESCALATION_COUNT_RAISED_EXPIRED
                                                           : ESCALATION_COUNT_RAISED_COMPETENCE);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        add(adds, before->unit, ESCALATION_COUNT_REOPENED);
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
    add(adds, after->unit, ESCALATION_COUNT_ASSIGNED);
}

static uint64_t late_of(Paidan__Clock clock)
{
    CHECK(clock != 0); /* a fact that counts names the clock */
    switch (clock) {
    case PAIDAN__CLOCK__CLOCK_ACCEPT:
        return SET(ACCEPTED_LATE);
    case PAIDAN__CLOCK__CLOCK_CONTACT:
        return SET(CONTACTED_LATE);
    case PAIDAN__CLOCK__CLOCK_HANDLE:
    case PAIDAN__CLOCK__CLOCK_REDO:
        return SET(RESOLVED_LATE);
    default:
        return 0;
    }
}

/* One raise for several deadlines: each of them was missed. */
static uint64_t late_raised(const Paidan__Raised *raised)
{
    if (!raised->counts_late) {
        return 0;
    }
    uint64_t late = late_of(raised->clock);
    for (size_t index = 0; index < raised->n_also_late; index++) {
        late |= late_of(raised->also_late[index]);
    }
    return late;
}

/* What a deed adds: nothing where its deadline was counted when it passed. */
static uint64_t late_deed(const Paidan__Event *event)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT_RAISED); /* no deed: its deadline passed */
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        return event->accepted->late && !event->accepted->late_counted ? SET(ACCEPTED_LATE) : 0;
    case PAIDAN__EVENT__FACT_CONTACTED:
        return event->contacted->late && !event->contacted->late_counted && !event->contacted->again
                   ? SET(CONTACTED_LATE)
                   : 0;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return event->resolved->late && !event->resolved->late_counted ? SET(RESOLVED_LATE) : 0;
    case PAIDAN__EVENT__FACT_ASSIST_DONE:
        return event->assist_done->late && !event->assist_done->late_counted ? SET(ASSISTS_LATE)
                                                                             : 0;
    default:
        return 0;
    }
}

uint64_t escalation_addition_late(const Paidan__Event *event)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RAISED:
        return late_raised(event->raised);
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->counts_late ? late_of(event->carded->clock) : 0;
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
        return event->assist_late->counts_late ? SET(ASSISTS_LATE) : 0;
    default:
        return late_deed(event);
    }
}

/* A task's lateness is the assisting unit's, every other one that of the unit which had the ticket:
 * also while it lies at the desk, for whoever returns it answers for it until the desk has ruled
 * 首接负责, or returning would be a way out. */
static void add_late(struct escalation_addition *adds, const Paidan__Event *event, const char *unit)
{
    const uint64_t late = escalation_addition_late(event);
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_LATE) {
        unit = event->assist_late->unit;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE) {
        unit = event->assist_done->unit;
    }
    for (unsigned counter = 0; counter < ESCALATION_COUNTERS; counter++) {
        add_if(adds, unit, (enum escalation_counter)counter, (late >> counter & 1u) != 0);
    }
}

static void add_work(struct escalation_addition *adds, const Paidan__Event *event, const char *unit)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        add(adds, unit, ESCALATION_COUNT_ACCEPTED);
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        add_if(adds, unit, ESCALATION_COUNT_CONTACTED, !event->contacted->again);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        add(adds, unit, ESCALATION_COUNT_RESOLVED);
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        add(adds, unit, ESCALATION_COUNT_RETURNED);
        break;
    case PAIDAN__EVENT__FACT_RECALLED:
        add_if(adds, unit, ESCALATION_COUNT_RECALLED, !event->recalled->has_merge_into);
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        add(adds, unit, ESCALATION_COUNT_SUSPENDED);
        break;
    case PAIDAN__EVENT__FACT_DECIDED:
        if (event->decided->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
            add(adds, unit,
                event->decided->granted ? ESCALATION_COUNT_EXTENDED
                                        : ESCALATION_COUNT_EXTENSIONS_REFUSED);
        }
        if (event->decided->to_unit != NULL) { /* for which it had waited */
            add(adds, event->decided->to_unit, ESCALATION_COUNT_REQUESTS_LAPSED);
        }
        break;
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        add_if(adds, unit, ESCALATION_COUNT_EXEMPT, event->appeal_ruled->granted);
        if (event->appeal_ruled->has_lapsed && event->appeal_ruled->to_unit != NULL) {
            add(adds, event->appeal_ruled->to_unit, ESCALATION_COUNT_REQUESTS_LAPSED);
        }
        break;
    case PAIDAN__EVENT__FACT_URGED:
        add(adds, unit, ESCALATION_COUNT_URGED);
        break;
    default:
        break;
    }
}

static void add_assists(struct escalation_addition *adds, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_ASKED) {
        add(adds, event->assist_asked->unit, ESCALATION_COUNT_ASSISTS);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE) {
        add(adds, event->assist_done->unit, ESCALATION_COUNT_ASSISTS_DONE);
    }
}

/* The unit that has it when the card is given, and when it comes under supervision. A card counts
 * when what the ticket shows becomes higher, so that the second reason for a red card is no second
 * card; one that came along with a move is not the new unit's. */
static void add_cards(struct escalation_addition *adds, const Paidan__Event *event,
                      const struct escalation_standing *before,
                      const struct escalation_standing *after)
{
    enum escalation_card_signal signal = ESCALATION_CARD_MOVED;
    const bool given = escalation_card_signal(event, &signal);
    const Paidan__Card card = after->card;
    const bool higher = given && card > before->card;
    add_if(adds, after->unit, ESCALATION_COUNT_YELLOW, higher && card == PAIDAN__CARD__CARD_YELLOW);
    add_if(adds, after->unit, ESCALATION_COUNT_RED, higher && card == PAIDAN__CARD__CARD_RED);
    add_if(adds, after->unit, ESCALATION_COUNT_CARDS_CANCELLED,
           given && signal == ESCALATION_CARD_CANCELLED);
    add_if(adds, after->unit, ESCALATION_COUNT_SUPERVISED,
           after->supervised && !before->supervised);
}

void escalation_addition_of(const Paidan__Event *event, const struct escalation_standing *before,
                            const struct escalation_standing *after,
                            struct escalation_addition *addition)
{
    CHECK(event->has_ticket);
    CHECK(before->unit != NULL);
    CHECK(after->unit != NULL);
    *addition = (struct escalation_addition){.at_ms = event->at_ms};
    add_moves(addition, event, before, after);
    add_work(addition, event, before->unit);
    add_assists(addition, event);
    add_late(addition, event, before->unit);
    add_cards(addition, event, before, after);
}
