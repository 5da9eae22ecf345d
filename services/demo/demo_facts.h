/* demo_facts: what the logs of the four services say, counted and kept per ticket.
 *
 * The demo watches the instance as any supervisor may: it follows all four logs. Its numbers come
 * from there and not from what it did itself, so that comparing the two means something. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/base/rc.h"
#include "event.pb-c.h"

enum { DEMO_INTAKE, DEMO_TRIAGE, DEMO_ESCALATION, DEMO_CALLBACK, DEMO_SERVICES };
extern const char *const demo_services[DEMO_SERVICES];

#define DEMO_NO_ROW UINT32_MAX
#define DEMO_OUTCOMES 8u /* enum Outcome, 0 unused */

enum demo_count {
    DEMO_REGISTERED,
    DEMO_SUPPLEMENTED,
    DEMO_CHASED,
    DEMO_WITHDRAWN,
    DEMO_ROUTED,      /* by triage itself */
    DEMO_DESKED,      /* new tickets given to the desk */
    DEMO_DISPATCHED,  /* routed by the desk */
    DEMO_DESK_RETURN, /* returned tickets given to the desk */
    DEMO_RULED,
    DEMO_UNDESKED,
    DEMO_ASSIGNED,
    DEMO_ACCEPTED,
    DEMO_CONTACTED,
    DEMO_WARNED,
    DEMO_RAISED_EXPIRED,
    DEMO_RAISED_COMPETENCE,
    DEMO_CARDED,
    DEMO_ALARMED,
    DEMO_RETURNED,
    DEMO_RESOLVED,
    DEMO_REOPENED,
    DEMO_CLOSED, /* not: withdrawn */
    DEMO_CLOSED_WITHDRAWN,
    DEMO_RESOLVED_WITHDRAWN, /* of these: while the resident was being asked */
    DEMO_ASKED,              /* attempts */
    DEMO_ANSWERED,
    DEMO_UNREACHED,
    DEMO_CANCELLED,
    DEMO_REFUSED, /* records of other logs that a service could not use */
    DEMO_COUNTS,
};

struct demo_ticket {
    uint64_t id, changed_ms;
    uint32_t row; /* of day.tsv, or DEMO_NO_ROW: somebody else's */
    Paidan__State state;
    Paidan__Outcome outcome; /* 0: none */
    Paidan__Satisfied satisfied;
    uint32_t level, first_level; /* 0: none yet */
    uint32_t expired, competence, reopened, returned, ruled, alarms;
    uint32_t asked, answered, unreached;
    uint32_t asked_round, asked_attempt; /* of the newest question; 0: none yet */
    uint64_t asked_open_ms, asked_due_ms;
    uint32_t planned_round, planned_attempt; /* of the callback that the demo will answer */
    uint64_t planned_desk_ms; /* since when it is at the desk, once the dispatcher took it up */
    bool at_desk, withdrawn, by_desk, red;
    bool expired_to_top;
    char unit[CODE_BYTES_MAX + 1], category[CODE_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1]; /* digits masked: may be shown */
};

struct demo_facts {
    struct demo_ticket *tickets; /* by id */
    uint32_t count, size;
    uint32_t top_level; /* of the site; set by the owner */
    uint64_t counts[DEMO_COUNTS];
};

void demo_facts_fini(struct demo_facts *facts);
/* Folds one fact of one service's log. RC_OK, or RC_LIMIT: no memory for another ticket. */
MUST_CHECK enum rc demo_facts_apply(struct demo_facts *facts, const Paidan__Event *event);
/* NULL: unknown. The pointer holds until the next apply or add. */
struct demo_ticket *demo_facts_find(const struct demo_facts *facts, uint64_t id);
/* Finds it or makes it. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_facts_add(struct demo_facts *facts, uint64_t id,
                                  struct demo_ticket **ticket);
/* Neither closed nor withdrawn. */
bool demo_ticket_open(const struct demo_ticket *ticket);
