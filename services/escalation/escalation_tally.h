/* escalation_tally: the service's counters, which `paidan stats` shows. */
#pragma once

#include "common/site/site.h"
#include "escalation_state.h"

/* Counters, in the order of escalation_service.tallies. Stored: add at the end. */
enum escalation_tally {
    /* gauges */
    TALLY_TICKETS, /* known here: the sum over the states */
    TALLY_STATE,   /* + state - 1 */
    TALLY_OPEN = TALLY_STATE + ESCALATION_STATE_COUNT - 1,
    TALLY_LEVEL, /* open, + level - 1 */
    TALLY_YELLOW = TALLY_LEVEL + SITE_LEVELS_MAX,
    TALLY_RED,     /* open */
    TALLY_OVERDUE, /* open */
    /* totals */
    TALLY_OUTCOME, /* + outcome - 1 */
    TALLY_ASSIGNED = TALLY_OUTCOME + 5,
    TALLY_FALLBACK,
    TALLY_RULED,
    TALLY_LEASED,
    TALLY_LAPSED,
    TALLY_ACCEPTED,
    TALLY_ACCEPTED_LATE,
    TALLY_CONTACTED,
    TALLY_CONTACTED_LATE,
    TALLY_PROGRESSED,
    TALLY_RESOLVED,
    TALLY_RESOLVED_LATE,
    TALLY_RETURNED,
    TALLY_REOPENED,
    TALLY_WARNED,
    TALLY_RAISED_EXPIRED,
    TALLY_RAISED_COMPETENCE,
    TALLY_CARDED,
    TALLY_ALARMED,
    TALLY_NOTED,
    TALLY_REFUSED_RECORDS,
    TALLY_URGED,
    TALLY_SUPERVISED,
    TALLY_REMINDED,
    TALLY_SUSPENDED,
    TALLY_EXTENDED,
    TALLY_EXTENSIONS_REFUSED,
    TALLY_ASSISTS,
    TALLY_ASSISTS_LATE,
    TALLY_ORDERED,
    TALLY_MODES_ENDED,
    TALLY_APPEALED,
    TALLY_EXEMPT,
    TALLY_REPLANNED,
    TALLY_CARDS_YELLOW, /* given: what was shown became higher */
    TALLY_CARDS_RED,
    TALLY_CARDS_CANCELLED,
    TALLY_WATCH, /* gauges, + enum escalation_watch */
    TALLY_COUNT = TALLY_WATCH + ESCALATION_WATCH_COUNT,
};
