/* A log of an older build folds to the tables that that build made of it: warnings and reminders said
 * after their deadlines, a pause that ended when somebody was there again, lateness counted with the
 * deed.
 *
 * tests/golden/escalation_old_log.txt was written by a build from before Resumed.until_ms and
 * Raised.also_late. A difference means that a store of yesterday no longer equals its log: never
 * update the file. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "services/escalation/escalation.h"
#include "services/escalation/escalation_state.h"
#include "stored.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define BASE_MS 1795309200000ull

enum { FIRST = 7, SECOND = 8 };

struct log {
    struct stored stored;
    struct tally tally;
    struct arena arena;
    uint64_t seq, last[SECOND + 1];
};

/* Stored and read again, as every fact of a log is: what is not set is not in its bytes. */
static void fold(struct log *log, uint64_t id, uint64_t at_ms, Paidan__Event__FactCase fact,
                 void *message)
{
    unsigned char bytes[4096];
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    struct step_fold with = {.txn = log->stored.txn, .tally = &log->tally, .arena = &log->arena};
    event.has_ticket = true;
    event.ticket = id;
    event.at_ms = BASE_MS + at_ms;
    event.cause = &cause;
    event.has_prev_seq = log->last[id] != 0;
    event.prev_seq = log->last[id];
    event.fact_case = fact;
    event.assigned = message; /* every member of the union is a pointer */
    assert_true(paidan__event__get_packed_size(&event) <= sizeof bytes);
    const size_t size = paidan__event__pack(&event, bytes);
    Paidan__Event *read = paidan__event__unpack(NULL, size, bytes);
    assert_non_null(read);
    log->seq++;
    assert_int_equal(escalation_service.evolve(&with, log->seq, read), RC_OK);
    log->last[id] = log->seq;
    paidan__event__free_unpacked(read, NULL);
}

#define FOLD(id, at_ms, KIND, message) fold(log, id, at_ms, PAIDAN__EVENT__FACT_##KIND, message)

static Paidan__ClockStep reminder = PAIDAN__CLOCK_STEP__INIT, *reminders[] = {&reminder};

static void set_clock(Paidan__ClockSet *set, Paidan__Clock kind, uint64_t start_ms,
                      uint64_t term_ms)
{
    paidan__clock_set__init(set);
    set->clock = kind;
    set->start_ms = BASE_MS + start_ms;
    set->due_ms = set->start_ms + term_ms;
    set->has_warn_ms = set->has_warn_amount_ms = true;
    set->warn_amount_ms = term_ms / 4;
    set->warn_ms = set->due_ms - set->warn_amount_ms;
    set->calendar = "always";
    set->has_amount_ms = set->has_unit = true;
    set->amount_ms = term_ms;
    set->unit = PAIDAN__TIME_UNIT__TIME_EMERGENCY_HOURS;
    if (kind == PAIDAN__CLOCK__CLOCK_HANDLE) {
        reminder.at_ms = set->due_ms - HOUR;
        reminder.amount_ms = HOUR;
        reminder.does = 1u << PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT;
        set->steps = reminders;
        set->n_steps = 1;
    }
}

struct given {
    Paidan__Assignment to;
    Paidan__ClockSet sets[3], *clocks[3];
};

/* Accept and contact are due at one moment. */
static void give(struct given *given, uint32_t level, char *unit, uint64_t at_ms)
{
    paidan__assignment__init(&given->to);
    set_clock(&given->sets[0], PAIDAN__CLOCK__CLOCK_ACCEPT, at_ms, 30 * MINUTE);
    set_clock(&given->sets[1], PAIDAN__CLOCK__CLOCK_CONTACT, at_ms, 30 * MINUTE);
    set_clock(&given->sets[2], PAIDAN__CLOCK__CLOCK_HANDLE, at_ms, 24 * HOUR);
    for (unsigned index = 0; index < 3; index++) {
        given->clocks[index] = &given->sets[index];
    }
    given->to.level = level;
    given->to.unit = unit;
    given->to.clocks = given->clocks;
    given->to.n_clocks = 3;
}

static void assign(struct log *log, uint64_t id)
{
    struct given given;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    give(&given, 1, "b1", 0);
    assigned.to = &given.to;
    assigned.why = PAIDAN__WHY__WHY_ROUTED;
    assigned.category = "noise";
    assigned.area = "bu1";
    assigned.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    assigned.channel = "wechat";
    assigned.title = "楼道噪音";
    assigned.registered_ms = BASE_MS;
    FOLD(id, 0, ASSIGNED, &assigned);
}

/* Nobody was there for three hours: warned of what had passed, then raised. */
static void tell_raised(struct log *log)
{
    struct given given;
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    assign(log, FIRST);
    warned.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    warned.level = 1;
    warned.due_ms = BASE_MS + 30 * MINUTE;
    warned.card = PAIDAN__CARD__CARD_YELLOW;
    FOLD(FIRST, 3 * HOUR, WARNED, &warned);
    give(&given, 2, "c1", 3 * HOUR);
    raised.from_level = 1;
    raised.from_unit = "b1";
    raised.to = &given.to;
    raised.why = PAIDAN__WHY__WHY_EXPIRED;
    raised.has_clock = raised.has_due_ms = true;
    raised.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    raised.due_ms = BASE_MS + 30 * MINUTE;
    FOLD(FIRST, 3 * HOUR, RAISED, &raised);
}

static void tell_paused(struct log *log)
{
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Contacted contacted = PAIDAN__CONTACTED__INIT;
    Paidan__Suspended suspended = PAIDAN__SUSPENDED__INIT;
    Paidan__Resumed resumed = PAIDAN__RESUMED__INIT;
    Paidan__ClockSet handle, *clocks[] = {&handle};
    assign(log, SECOND);
    accepted.unit = contacted.unit = suspended.unit = "b1";
    accepted.has_late = accepted.late = contacted.has_late = contacted.late = true;
    FOLD(SECOND, HOUR, ACCEPTED, &accepted);
    FOLD(SECOND, HOUR, CONTACTED, &contacted);
    suspended.reason = "待配件";
    suspended.until_ms = BASE_MS + 2 * HOUR;
    suspended.count = 1;
    FOLD(SECOND, HOUR, SUSPENDED, &suspended);
    set_clock(&handle, PAIDAN__CLOCK__CLOCK_HANDLE, 0, 24 * HOUR);
    handle.due_ms += 4 * HOUR; /* from five o'clock on, not from two */
    handle.warn_ms += 4 * HOUR;
    reminder.at_ms += 4 * HOUR;
    handle.has_consumed_ms = handle.has_resumed_ms = true;
    handle.consumed_ms = HOUR;
    handle.resumed_ms = BASE_MS + 5 * HOUR;
    resumed.clocks = clocks;
    resumed.n_clocks = 1;
    resumed.has_since_ms = true;
    resumed.since_ms = BASE_MS + HOUR;
    FOLD(SECOND, 5 * HOUR, RESUMED, &resumed);
}

/* The last of it: warned, reminded and carded at once, a day late. */
static void tell_missed(struct log *log)
{
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    Paidan__Reminded reminded = PAIDAN__REMINDED__INIT;
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    warned.clock = reminded.clock = carded.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    warned.level = reminded.level = carded.level = 1;
    warned.due_ms = reminded.due_ms = carded.due_ms = BASE_MS + 28 * HOUR;
    warned.card = PAIDAN__CARD__CARD_YELLOW;
    FOLD(SECOND, 52 * HOUR, WARNED, &warned);
    reminded.at_ms = BASE_MS + 27 * HOUR;
    reminded.does = 1u << PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT;
    FOLD(SECOND, 52 * HOUR, REMINDED, &reminded);
    carded.card = PAIDAN__CARD__CARD_RED;
    carded.next_alarm_ms = BASE_MS + 53 * HOUR;
    FOLD(SECOND, 52 * HOUR, CARDED, &carded);
}

static void test_log_when_of_an_older_build_then_the_tables_of_that_build(void **unused)
{
    (void)unused;
    static struct log it;
    struct log *log = &it;
    stored_open(&log->stored, &escalation_service);
    assert_int_equal(arena_init(&log->arena, 1 << 20), RC_OK);
    tell_raised(log);
    tell_paused(log);
    stored_say(&log->stored, ESCALATION_EXTRA, "extra, after the pause");
    stored_say(&log->stored, STORE_DUE, "due, after the pause");
    tell_missed(log);
    stored_say(&log->stored, ESCALATION_TICKET, "ticket");
    stored_say(&log->stored, ESCALATION_EXTRA, "extra");
    stored_say(&log->stored, ESCALATION_QUEUE, "queue");
    stored_say(&log->stored, ESCALATION_WATCH, "watch");
    stored_say(&log->stored, STORE_DUE, "due");
    arena_fini(&log->arena);
    stored_close(&log->stored, "escalation_old_log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_when_of_an_older_build_then_the_tables_of_that_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
