/* sim_clocks: the clocks of each open ticket by the facts alone, private to the files that keep
 * them: sim_clocks.c (what happens to a ticket), sim_clocks_due.c (when its moments must be). */
#pragma once

#include "sim_parts.h"

#define WORK_CLOCKS_MAX 4u
#define WORK_PAUSES_MAX 16u

struct work_step {
    uint64_t at_ms, amount_ms;
    uint32_t does;
    bool after, fired;
};

struct work_clock {
    bool present, stopped, warned, expired;
    Paidan__Clock kind;
    char calendar[CODE_BYTES_MAX + 1];
    Paidan__TimeUnit unit;
    bool next_day, end_of_day, has_warn;
    uint64_t start_ms, due_ms, warn_ms, amount_ms, warn_amount_ms, consumed_ms;
    uint32_t extensions, step_count;
    struct work_step steps[CLOCK_STEPS_MAX];
    bool excused; /* a correction put its deadline into the past: its miss counts for nobody */
    uint32_t born, planned; /* generation of the site when it began, and when it was planned last */
};

struct work_assist {
    char unit[CODE_BYTES_MAX + 1];
    bool unawaited;
    bool done, late;
    struct work_clock clock;
    bool carried;            /* to another level, by the fact before */
    uint64_t carried_due_ms; /* by that level's term; 0: nothing to hold against */
};

/* One ticket that is not closed. */
struct work {
    struct work *next;
    uint64_t id, at_ms; /* of the fact being read */
    Paidan__State state;
    uint32_t level, round, urgency;
    char unit[CODE_BYTES_MAX + 1], category[CODE_BYTES_MAX + 1];
    bool without_assist; /* resolved in this round, passing over assisting units */
    bool red;            /* a red card since this unit has it */
    bool supervised, appealed, appeal_open;
    uint32_t late, urges;
    struct work_clock clocks[WORK_CLOCKS_MAX];
    uint32_t pause_count, suspensions;
    struct {
        uint64_t from_ms, until_ms; /* until 0: it stands still */
    } pauses[WORK_PAUSES_MAX];
    uint64_t suspended_until_ms;
    int request; /* enum RequestKind, 0: none */
    uint64_t request_due_ms;
    char request_to[CODE_BYTES_MAX + 1];
    uint64_t moved_ms; /* when a unit got it last */
    uint32_t assist_count;
    struct work_assist assists[SITE_ASSIST_MAX];
    bool mode_open;
    Paidan__Mode mode;
    struct work_clock mode_clock;
    uint64_t person_due_ms;
};

void work_must(const struct sim *sim, const struct work *work, bool allowed, const char *what);
struct work_clock *work_clock_of(struct work *work, Paidan__Clock kind);
/* The policy of the ticket where it is. */
const struct site_policy *work_policy(const struct sim *sim, const struct work *work);

/* Copies what a fact says about a clock; what fired is kept by what was there before. */
void work_clock_take(struct work_clock *clock, const Paidan__ClockSet *set);
/* A clock that begins with the fact being read. */
void work_clock_begin(const struct sim *sim, const struct work *work, struct work_clock *clock,
                      const Paidan__ClockSet *set);
/* The same with another term from now on, as if it had always had it. */
void work_clock_change(const struct sim *sim, const struct work *work, struct work_clock *clock,
                       const Paidan__ClockSet *set, uint64_t start_ms, uint32_t extensions);
/* A clock that goes on: the same term, new moments. */
void work_clock_go_on(const struct sim *sim, const struct work *work, struct work_clock *clock,
                      const Paidan__ClockSet *set);
/* What was consumed up to now's pause, and every moment to come, are where the calendar and the
 * ticket's pauses put them. */
void work_clock_check(const struct sim *sim, const struct work *work,
                      const struct work_clock *clock);
/* The clock of the work itself: handle, or redo after a reopening. NULL: none. */
struct work_clock *work_handling(struct work *work);
struct work_assist *work_assist_of(struct work *work, const char *unit);
/* Runs and is missed at this moment. clock may be NULL. */
bool work_is_late(const struct work_clock *clock, uint64_t at_ms);
bool work_supervises(const struct sim *sim, const char *unit);
void work_count(const struct sim *sim, enum sim_kind kind);
/* Every clock of the ticket that waits stands where calendar and pauses put it. */
void work_check_all(const struct sim *sim, struct work *work);
/* Notes the tasks that the fact just read carries to another level: the ticket stands there. */
void work_carry(const struct sim *sim, struct work *work);
/* Tasks that the fact before carried to another level have its term, by this very fact, or have no
 * reason to: sim_clocks_joint.c. Before: the fact was not read yet. */
void work_check_carried(const struct sim *sim, struct work *work, const Paidan__Event *event);
/* When a clock would end that had the rule's term from its beginning. */
uint64_t work_clock_due_by(const struct sim *sim, const struct work *work,
                           const struct work_clock *clock, const struct site_clock_rule *rule);
/* A unit gets it. keep: it was ruled on and stays on its level. */
void work_move(const struct sim *sim, struct work *work, const Paidan__Assignment *to, bool keep);

/* sim_clocks_late.c: what the fact makes late, before it is read. */
void work_tally_late(const struct sim *sim, struct work *work, const Paidan__Event *event);

/* One fact each: sim_clocks_read.c, sim_clocks_joint.c. */
void work_read_warned(const struct sim *sim, struct work *work, const Paidan__Warned *fact);
void work_read_reminded(const struct sim *sim, struct work *work, const Paidan__Reminded *fact);
void work_read_expired(const struct sim *sim, struct work *work, Paidan__Clock kind,
                       uint64_t due_ms);
void work_read_carded(const struct sim *sim, struct work *work, const Paidan__Carded *fact);
void work_read_suspended(const struct sim *sim, struct work *work, const Paidan__Suspended *fact);
void work_read_resumed(const struct sim *sim, struct work *work, const Paidan__Resumed *fact);
void work_read_corrected(const struct sim *sim, struct work *work, const Paidan__Corrected *fact);
void work_read_replanned(const struct sim *sim, struct work *work, const Paidan__Replanned *fact);
void work_read_requested(const struct sim *sim, struct work *work, const Paidan__Requested *fact);
void work_read_decided(const struct sim *sim, struct work *work, const Paidan__Decided *fact);
void work_read_assist_asked(const struct sim *sim, struct work *work,
                            const Paidan__AssistAsked *fact);
void work_read_assist_done(const struct sim *sim, struct work *work,
                           const Paidan__AssistDone *fact);
void work_read_assist_late(const struct sim *sim, struct work *work,
                           const Paidan__AssistLate *fact);
void work_read_mode_set(const struct sim *sim, struct work *work, const Paidan__ModeSet *fact);
void work_read_mode_ended(const struct sim *sim, struct work *work, const Paidan__ModeEnded *fact);
void work_read_term_passed(const struct sim *sim, struct work *work,
                           const Paidan__TermPassed *fact);
void work_read_appeal(const struct sim *sim, struct work *work, const Paidan__Event *event);
void work_read_supervision(const struct sim *sim, struct work *work, const Paidan__Event *event);

/* When a term of the site ends that begins now. */
uint64_t work_term_end(const struct sim *sim, const struct site_clock_rule *rule, uint64_t from_ms);
