/* escalation_tally: the service's counters, which `paidan stats` shows. Said in
 * common/say/counter.h; here is what indexes them. */
#pragma once

#include <assert.h>

#include "common/say/counter.h"
#include "common/site/site.h"
#include "escalation_state.h"

#define ESCALATION_TALLY(number, id, name, zh) TALLY_##id = (number),
enum escalation_tally {
    COUNTERS_ESCALATION(ESCALATION_TALLY) TALLY_COUNT = COUNTER_COUNT(COUNTERS_ESCALATION),
    TALLY_STATE = TALLY_STATE_ASSIGNED,   /* + state - 1, up to SUSPENDED */
    TALLY_LEVEL = TALLY_LEVEL_1,          /* + level - 1 */
    TALLY_OUTCOME = TALLY_OUTCOME_SOLVED, /* + outcome - 1 */
    TALLY_WATCH = TALLY_WATCH_SUPERVISED, /* + enum escalation_watch */
};
static_assert(TALLY_STATE + ESCALATION_SUSPENDED == TALLY_OPEN, "a gauge for each state");
static_assert(ESCALATION_STATE_COUNT == ESCALATION_MERGED + 1,
              "DESK and MERGED, the younger ones, have their own");
static_assert(TALLY_LEVEL + SITE_LEVELS_MAX == TALLY_YELLOW, "a gauge for each level");
static_assert(TALLY_OUTCOME + PAIDAN__OUTCOME__OUTCOME_WITHDRAWN == TALLY_OUTCOME_WITHDRAWN + 1,
              "a total for each outcome");
static_assert(TALLY_WATCH + ESCALATION_WATCH_COUNT == TALLY_REQUESTS_OPEN,
              "a gauge for each watch");
