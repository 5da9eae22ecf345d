/* unit_count: owns the numbers of a unit's counters. What must stay true: they are stored, and never
 * renumbered. */
#include "common/say/unit_count.h"

#include <assert.h>

#include "common/base/check.h"

static_assert(UNIT_COUNTERS <= 64, "a set of counters is 64 bits");
static_assert(UNIT_COUNT_ASSIGNED == 0 && UNIT_COUNT_RED == 14 && UNIT_COUNT_SUPERVISED == 24,
              "counters are stored: never renumber");

#define SET(counter) (1ull << UNIT_COUNT_##counter)

const char *unit_count_name(enum unit_counter counter)
{
    static const char *const names[UNIT_COUNTERS] = {COUNTERS_UNIT(COUNTER_NAME)};
    CHECK(counter < UNIT_COUNTERS);
    return names[counter];
}

static uint64_t late_of(Paidan__Clock clock)
{
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

uint64_t unit_count_late(const Paidan__Event *event)
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
