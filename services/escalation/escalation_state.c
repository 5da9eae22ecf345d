/* Keys, and the functions that say where a ticket stands and what happens next. The records
 * themselves are in escalation_record.c. */

#include "escalation_state.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "common/base/check.h"
#include "common/step/step.h"

static_assert(ESCALATION_READY == 0 && ESCALATION_LEASED == 1 && ESCALATION_WORKING == 2 &&
                  ESCALATION_AT_DESK == 3 && ESCALATION_ON_HOLD == 4 && ESCALATION_ASSISTING == 5,
              "buckets are stored: never renumber");
static_assert(ESCALATION_SUPERVISED == 0 && ESCALATION_ALARMING == 1 && ESCALATION_OWNERLESS == 2,
              "lists are stored: never renumber");
static_assert(ESCALATION_QUEUE_KEY_BYTES <= STORE_KEY_BYTES_MAX, "a queue key is a key");

/* ---- keys ---- */

static uint64_t read_u64(const unsigned char *bytes)
{
    uint64_t value = 0;
    memcpy(&value, bytes, sizeof value);
    return be64toh(value);
}

void escalation_state_id_key(uint64_t id, unsigned char key[ESCALATION_ID_KEY_BYTES])
{
    const uint64_t value = htobe64(id);
    memcpy(key, &value, sizeof value);
}

uint64_t escalation_state_id_of(const unsigned char key[ESCALATION_ID_KEY_BYTES])
{
    return read_u64(key);
}

/* ---- what a record means ----------------------------------------------------------------------
 */

bool escalation_state_open(const struct escalation_ticket *ticket)
{
    return ticket->state == ESCALATION_ASSIGNED || ticket->state == ESCALATION_ACCEPTED ||
           ticket->state == ESCALATION_RETURNED || ticket->state == ESCALATION_SUSPENDED;
}

struct escalation_clock *escalation_state_clock(struct escalation_ticket *ticket,
                                                Paidan__Clock clock)
{
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        if (ticket->clocks[index].clock == clock) {
            return &ticket->clocks[index];
        }
    }
    return NULL;
}

bool escalation_state_runs(const struct escalation_ticket *ticket,
                           const struct escalation_clock *clock)
{
    return escalation_state_open(ticket) && ticket->state != ESCALATION_SUSPENDED &&
           (clock->flags & ESCALATION_STOPPED) == 0;
}

Paidan__Card escalation_state_card(const struct escalation_ticket *ticket)
{
    const bool alarms = ticket->alarm_ms != 0 && (ticket->flags & ESCALATION_ALARM_PARDONED) == 0;
    if (alarms || (ticket->flags & ESCALATION_RED_END) != 0 ||
        ticket->extra_card == PAIDAN__CARD__CARD_RED) {
        return PAIDAN__CARD__CARD_RED;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        const bool warns =
            (clock->flags & (ESCALATION_WARNED | ESCALATION_PARDONED)) == ESCALATION_WARNED;
        if (warns && escalation_state_runs(ticket, clock)) {
            return PAIDAN__CARD__CARD_YELLOW;
        }
    }
    return (Paidan__Card)ticket->extra_card;
}

void escalation_state_pardon(struct escalation_ticket *ticket)
{
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        struct escalation_clock *clock = &ticket->clocks[index];
        if ((clock->flags & ESCALATION_WARNED) != 0) {
            clock->flags |= ESCALATION_PARDONED;
        }
    }
    if (ticket->alarm_ms != 0) {
        ticket->flags |= ESCALATION_ALARM_PARDONED;
    }
}

Paidan__Clock escalation_state_work_clock(const struct escalation_ticket *ticket)
{
    CHECK(ticket->round >= 1);
    return ticket->round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
}

uint64_t escalation_state_next_deadline(const struct escalation_ticket *ticket)
{
    uint64_t earliest = 0;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        const bool waits =
            escalation_state_runs(ticket, clock) && (clock->flags & ESCALATION_EXPIRED) == 0;
        if (waits && (earliest == 0 || clock->due_ms < earliest)) {
            earliest = clock->due_ms;
        }
    }
    return earliest;
}

/* ---- what happens next ------------------------------------------------------------------------
 */

struct earliest {
    bool found;
    enum escalation_firing firing;
    struct due *due;
};

static void earlier(struct earliest *best, uint64_t due_ms, enum escalation_firing firing,
                    Paidan__Clock clock)
{
    struct due *due = best->due;
    const bool first = !best->found || due_ms < due->due_ms;
    const bool tie = best->found && due_ms == due->due_ms;
    const bool wins = firing < best->firing || (firing == best->firing && clock < due->kind);
    if (first || (tie && wins)) {
        due->due_ms = due_ms;
        due->kind = (uint8_t)clock;
        best->firing = firing;
        best->found = true;
    }
}

bool escalation_state_due(uint64_t id, const struct escalation_ticket *ticket, struct due *due,
                          enum escalation_firing *firing)
{
    if (!escalation_state_open(ticket)) {
        return false;
    }
    struct earliest best = {.due = due};
    due->id = id;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (!escalation_state_runs(ticket, clock)) {
            continue;
        }
        for (uint32_t step = 0; step < clock->step_count; step++) {
            if (!clock->steps[step].fired) {
                earlier(&best, clock->steps[step].at_ms, ESCALATION_FIRES_STEP, clock->clock);
            }
        }
        if ((clock->flags & ESCALATION_EXPIRED) != 0) {
            continue;
        }
        earlier(&best, clock->due_ms, ESCALATION_FIRES_DEADLINE, clock->clock);
        if (clock->warn_ms != 0 && (clock->flags & ESCALATION_WARNED) == 0) {
            earlier(&best, clock->warn_ms, ESCALATION_FIRES_WARNING, clock->clock);
        }
    }
    if (ticket->lease_until_ms != 0) {
        earlier(&best, ticket->lease_until_ms, ESCALATION_FIRES_LEASE_END,
                PAIDAN__CLOCK__CLOCK_LEASE);
    }
    if (ticket->extra_due_ms != 0) {
        earlier(&best, ticket->extra_due_ms, ESCALATION_FIRES_EXTRA,
                (Paidan__Clock)ticket->extra_clock);
    }
    if (ticket->alarm_ms != 0 && ticket->state != ESCALATION_SUSPENDED) {
        earlier(&best, ticket->alarm_ms, ESCALATION_FIRES_ALARM, PAIDAN__CLOCK__CLOCK_ALARM);
    }
    *firing = best.firing;
    return best.found;
}

/* ---- where it stands --------------------------------------------------------------------------
 */

static enum escalation_bucket bucket_of(const struct escalation_ticket *ticket)
{
    if (ticket->state == ESCALATION_ACCEPTED) {
        return ESCALATION_WORKING;
    }
    if (ticket->state == ESCALATION_RETURNED) {
        return ESCALATION_AT_DESK;
    }
    if (ticket->state == ESCALATION_SUSPENDED) {
        return ESCALATION_ON_HOLD;
    }
    return ticket->lease_until_ms != 0 ? ESCALATION_LEASED : ESCALATION_READY;
}

void escalation_state_queue_prefix(const char *unit, enum escalation_bucket bucket,
                                   unsigned char key[ESCALATION_QUEUE_PREFIX_BYTES])
{
    CHECK(bucket < ESCALATION_BUCKET_COUNT);
    escalation_state_id_key(step_key(unit), key);
    key[8] = (unsigned char)bucket;
}

/* Earliest deadline of the running clocks, missed ones included; UINT64_MAX: none. */
static uint64_t pressing(const struct escalation_ticket *ticket)
{
    uint64_t due_ms = UINT64_MAX;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        const struct escalation_clock *clock = &ticket->clocks[index];
        if (escalation_state_runs(ticket, clock) && clock->due_ms < due_ms) {
            due_ms = clock->due_ms;
        }
    }
    return due_ms;
}

bool escalation_state_queue_key(uint64_t id, const struct escalation_ticket *ticket,
                                unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    if (!escalation_state_open(ticket)) {
        return false;
    }
    uint64_t due_ms = pressing(ticket);
    if (ticket->state == ESCALATION_SUSPENDED && ticket->extra_due_ms != 0) {
        due_ms = ticket->extra_due_ms; /* when it comes back */
    }
    escalation_state_queue_prefix(ticket->unit, bucket_of(ticket), key);
    escalation_state_id_key(due_ms, key + ESCALATION_QUEUE_PREFIX_BYTES);
    escalation_state_id_key(id, key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
    return true;
}

bool escalation_state_watched(const struct escalation_ticket *ticket, enum escalation_watch watch)
{
    switch (watch) {
    case ESCALATION_SUPERVISED:
        return ticket->extra_supervised &&
               (escalation_state_open(ticket) || ticket->state == ESCALATION_RESOLVED);
    case ESCALATION_ALARMING:
        return ticket->alarm_ms != 0 && escalation_state_open(ticket);
    default:
        CHECK(watch == ESCALATION_OWNERLESS);
        return ticket->state == ESCALATION_ASSIGNED && (ticket->flags & ESCALATION_FALLBACK) != 0;
    }
}

bool escalation_state_watch_key(uint64_t id, const struct escalation_ticket *ticket,
                                enum escalation_watch watch,
                                unsigned char key[ESCALATION_WATCH_KEY_BYTES])
{
    if (!escalation_state_watched(ticket, watch)) {
        return false;
    }
    key[0] = (unsigned char)watch;
    escalation_state_id_key(watch == ESCALATION_ALARMING ? ticket->overdue_ms : pressing(ticket),
                            key + 1);
    escalation_state_id_key(id, key + 9);
    return true;
}

enum rc escalation_state_queue_has(struct store_txn *txn, const char *unit, bool *has)
{
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    struct store_walk walk;
    escalation_state_queue_prefix(unit, (enum escalation_bucket)0, prefix);
    const enum rc rc = store_walk_open(txn, ESCALATION_QUEUE, prefix, sizeof prefix, &walk);
    *has = rc == RC_OK && walk.key_bytes == ESCALATION_QUEUE_KEY_BYTES &&
           memcmp(walk.key, prefix, ESCALATION_ID_KEY_BYTES) == 0;
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

uint64_t escalation_state_queue_due(const unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    return read_u64(key + ESCALATION_QUEUE_PREFIX_BYTES);
}

uint64_t escalation_state_queue_ticket(const unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    return read_u64(key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
}
