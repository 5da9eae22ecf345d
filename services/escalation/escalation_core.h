/* escalation_core: what the files of the core share. Pure: reaches nothing but its step, its fold
 * or its view.
 *
 *   escalation_core.c           the service's table, dispatch, saying facts
 *   escalation_clocks.c         who gets a ticket on a level, with which clocks
 *   escalation_terms.c          when a clock's deadline, warning point and steps are
 *   escalation_decide_record.c  records of triage, callback and intake
 *   escalation_decide_pull.c    pull
 *   escalation_decide_work.c    work and supervise: judging by rules; the rules and what they do
 * are in escalation_work_*.c and escalation_supervise.c escalation_decide_due.c     deadlines
 *   escalation_evolve.c         folding; escalation_evolve_extra.c what only some tickets have
 *   escalation_brief.c          the short picture of a ticket
 *   escalation_query.c          show, list
 *   escalation_query_board.c    board, a unit's work
 *   escalation_query_due.c      due soon, overdue and supervised tickets
 *   escalation_query_alarms.c   what nobody looks after
 *   escalation_count.c          counts of each unit; escalation_query_counts.c gives them */
#pragma once

#include "common/step/step.h"
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

/* ---- saying (escalation_core.c) ----------------------------------------------------------------
 */

/* Says one fact about a ticket: sets ticket and prev_seq, appends, folds. ticket: its record, read
 * in this step since its last fact (state NONE: unknown). item: index in the command's batch. */
MUST_CHECK enum rc escalation_core_say(struct step *step, uint64_t id,
                                       const struct escalation_ticket *ticket, Paidan__Event *event,
                                       uint32_t item);
/* A record of a followed log that cannot be used: says RecordRefused. detail may be NULL. It stands
 * outside the ticket's chain and changes no record. */
MUST_CHECK enum rc escalation_core_refuse_record(struct step *step, const Paidan__Event *record,
                                                 Paidan__Code code, const char *detail);
/* As escalation_state_load, but an unknown ticket is RC_OK with state NONE and round 1. */
MUST_CHECK enum rc escalation_core_load(struct store_txn *txn, uint64_t id,
                                        struct escalation_ticket *ticket);

/* ---- owners and clocks (escalation_clocks.c) ----------------------------------------------------
 */

/* Who shall have a ticket. Texts point into site, record or event. */
struct escalation_target {
    uint32_t level;
    const char *unit;
    const char *assist[SITE_ASSIST_MAX];
    uint32_t assist_count, matrix_line; /* line 0: none */
    bool fallback;
};

/* Next level above that has an area in the branch of this one; 0: none, it is at the top. An area
 * the site does not know has all levels. */
uint32_t escalation_clocks_level_above(const struct site *site, const char *area, uint32_t level);
/* The owner by the matrix or the level's fallback. Before: level is one of the site's. */
void escalation_clocks_owner(const struct site *site, const struct escalation_info *info,
                             uint32_t level, struct escalation_target *target);
/* The policy of this ticket on a level. */
const struct site_policy *escalation_clocks_policy(const struct site *site,
                                                   const struct escalation_info *info,
                                                   uint32_t level);
/* The rule of a clock of this ticket on a level; NULL: the site has none. clock: those a policy
 * gives a term. */
const struct site_clock_rule *escalation_clocks_rule(const struct site *site,
                                                     const struct escalation_info *info,
                                                     uint32_t level, Paidan__Clock clock);
/* When the alarm repeats after now_ms. */
uint64_t escalation_clocks_next_alarm(const struct step *step, const struct escalation_info *info,
                                      uint32_t level);

enum escalation_start {
    ESCALATION_START_ALL,   /* accept, contact, and handle (redo from round 2 on) */
    ESCALATION_START_ACCEPT /* accept alone; the others of `keep` run on */
};
/* Builds what moves a ticket, in the arena: from now_ms. keep: the record whose other running
 * clocks are carried on, with ESCALATION_START_ACCEPT. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_clocks_assignment(struct step *step,
                                                const struct escalation_info *info,
                                                const struct escalation_target *target,
                                                enum escalation_start start, uint32_t round,
                                                const struct escalation_ticket *keep,
                                                Paidan__Assignment **assignment);

/* ---- when (escalation_terms.c) ------------------------------------------------------------------
 */

/* A clock that starts now by policy, in the arena; NULL: the site gives it no term. kind: ACCEPT to
 * REDO, ASSIST, MEDIATION, DELIBERATION, COORDINATION, REQUEST. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_clocks_set(struct step *step, const struct escalation_info *info,
                                         uint32_t level, Paidan__Clock kind, uint64_t start_ms,
                                         Paidan__ClockSet **set);
/* A clock as the record has it, in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_clocks_picture(struct arena *arena,
                                             const struct escalation_clock *clock,
                                             Paidan__ClockSet **set);
/* A clock planned anew from its own term, with its extensions (each one more original amount) and
 * what was consumed of it by resumed_ms: deadline, and warning point and steps that have not fired,
 * at their old distance from the deadline. Set clock->extensions, consumed_ms, resumed_ms first.
 * RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_clocks_again(struct step *step, const struct escalation_clock *clock,
                                           Paidan__ClockSet **set);
/* What a clock counts, with all extensions. A calendar that the site has dropped: "always", which
 * never ends later. */
void escalation_clocks_term(const struct site *site, const struct escalation_clock *clock,
                            const struct calendar **calendar, struct calendar_term *term);
/* What it has consumed of its unit up to until_ms, if it ran until then. */
uint64_t escalation_clocks_consumed(const struct site *site, const struct escalation_clock *clock,
                                    uint64_t until_ms);

/* ---- the parts of apply -------------------------------------------------------------------------
 */

/* Which log may say what; all else is none of our business. As step_service.hears. */
bool escalation_hears(const char *log, Paidan__Event__FactCase fact);
MUST_CHECK enum rc escalation_decide_record(struct step *step, const struct step_input *input);
MUST_CHECK enum rc escalation_decide_pull(struct step *step, const struct step_input *input);
MUST_CHECK enum rc escalation_decide_work(struct step *step, const struct step_input *input);
MUST_CHECK enum rc escalation_decide_supervise(struct step *step, const struct step_input *input);
/* The thing of the extra record that is due (ticket.extra_clock). */
MUST_CHECK enum rc escalation_decide_extra(struct step *step, uint64_t id,
                                           const struct escalation_ticket *ticket);
/* Gives the assisting units of an assignment their tasks, where the policy has a term for them:
 * after the fact that assigns. */
MUST_CHECK enum rc escalation_joint_begin(struct step *step, uint64_t id,
                                          const struct escalation_info *info,
                                          const Paidan__Assignment *to, uint32_t item);
/* Supervised 督办 by rule of the policy, if it has that rule and nobody supervises the ticket yet:
 * after the fact that is the reason. item: of a batch. */
MUST_CHECK enum rc escalation_supervise_by_rule(struct step *step, uint64_t id,
                                                Paidan__SuperviseRule rule, uint32_t item);
MUST_CHECK enum rc escalation_decide_replan(struct step *step, const struct step_input *input);
/* One page of planning by the calendars as they are now. */
MUST_CHECK enum rc escalation_decide_replan_due(struct step *step);
MUST_CHECK enum rc escalation_decide_due(struct step *step, const struct step_input *input);
/* The step of a clock that is due now: Reminded. */
MUST_CHECK enum rc escalation_decide_remind(struct step *step, const struct due *due,
                                            struct escalation_ticket *ticket,
                                            const struct escalation_info *info);
/* Raises to the level above (there is one): said with why; wakes the unit that gets it. clock and
 * due_ms of WHY_EXPIRED, note of WHY_COMPETENCE (else NULL). */
struct escalation_raise {
    Paidan__Why why;
    Paidan__Clock clock;
    uint64_t due_ms;
    const char *note;
};
MUST_CHECK enum rc escalation_decide_raise(struct step *step, uint64_t id,
                                           const struct escalation_ticket *ticket,
                                           const struct escalation_info *info, uint32_t level,
                                           const struct escalation_raise *raise, uint32_t item);

/* ---- folding and asking -------------------------------------------------------------------------
 */

MUST_CHECK enum rc escalation_evolve(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);

/* The short picture of a ticket, in the arena. info NULL: nothing is known (withdrawn before its
 * route). all_clocks: stopped ones too. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_brief(struct arena *arena, uint64_t id,
                                    const struct escalation_ticket *ticket,
                                    const struct escalation_info *info, Paidan__Brief **brief);
/* Adds what only some tickets have (escalation_extra.h). RC_OK, RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_brief_extra(struct store_txn *txn, struct arena *arena, uint64_t id,
                                          const struct escalation_ticket *ticket,
                                          Paidan__Brief *brief);
/* All clocks of this round, in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_brief_clocks(struct arena *arena,
                                           const struct escalation_ticket *ticket, bool stopped,
                                           Paidan__ClockSet ***sets, size_t *count);

/* What a listing selects; compiled once from codes. */
struct escalation_filter {
    const struct site *site;
    uint32_t area, category; /* SITE_NONE: any */
    const char *unit;        /* NULL: any */
    uint32_t state;          /* ESCALATION_NONE: any */
    uint64_t since_ms;
};
/* Answers and gives false if a code is unknown. */
bool escalation_filter_init(struct escalation_filter *filter, const struct site *site,
                            const char *area, const char *category, const char *unit,
                            Paidan__Answer *answer);
bool escalation_filter_matches(const struct escalation_filter *filter,
                               const struct escalation_ticket *ticket,
                               const struct escalation_info *info);
/* Loads the info of a ticket; *info is NULL if it has none. */
MUST_CHECK enum rc escalation_query_info(struct store_txn *txn, uint64_t id,
                                         struct escalation_info *room,
                                         const struct escalation_info **info);
/* The whole short picture, of both records. RC_OK, RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_query_brief(struct step_view *view, uint64_t id,
                                          const struct escalation_ticket *ticket,
                                          const struct escalation_info *info,
                                          Paidan__Brief **brief);
/* An answer that is only a code, in the arena's text. */
void escalation_query_refuse(Paidan__Answer *answer, Paidan__Code code, const char *detail);

/* Whether a unit may ask for work: the site knows it, or it still has open tickets. A unit that the
 * site has dropped finishes what it has, for nobody else could. RC_OK, RC_STORE. */
MUST_CHECK enum rc escalation_query_unit(struct store_txn *txn, const struct site *site,
                                         const char *unit, bool *known);

MUST_CHECK enum rc escalation_query(struct step_view *view, const Paidan__Request *request,
                                    Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_explain(struct step_view *view, const Paidan__Explain *wish,
                                            Paidan__Answer *answer);
/* What a new plan by the policies would move; changes nothing. */
MUST_CHECK enum rc escalation_query_replan(struct step_view *view, const Paidan__Replan *wish,
                                           Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_board(struct step_view *view, const Paidan__Board *wish,
                                          Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_unit_work(struct step_view *view, const Paidan__UnitWork *wish,
                                              Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_due(struct step_view *view, const Paidan__DueList *wish,
                                        Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_alarms(struct step_view *view, const Paidan__Alarms *wish,
                                           Paidan__Answer *answer);

/* Rows a query looks at in one request; the cursor goes on from there. 20,000 records of 300 bytes
 * take about 20 ms. */
#define ESCALATION_SCAN_MAX 20000u
