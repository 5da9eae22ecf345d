/* sim_parts: what the files of the simulator share. */
#pragma once

#include "common/calendar/civil.h"
#include "sim.h"

/* 2026-09-23 08:00 in Shanghai, a Wednesday: Friday is Mid-Autumn, on Thursday next the National
 * Day begins, the Saturday after is a make-up workday. */
#define SIM_START_MS 1790121600000ull
#define SIM_SUBMITS_PERCENT 15u /* of all acts; see TICKETS_PER_100_ACTS */
#define SIM_PENDING_MAX 256u
#define SIM_FLIGHTS_MAX 64u

struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t bound); /* 0 .. bound - 1 */
bool rng_percent(struct rng *rng, unsigned percent);

/* A request somebody made: kept packed, so that it can be sent again exactly. */
struct pending {
    enum world_service service;
    unsigned char *bytes;
    size_t size;
    unsigned char *answer; /* first answer, NULL: none yet */
    size_t answer_size;
    uint64_t made_ms;
    uint64_t number; /* its place among all requests */
    bool gone;       /* lost for good: nobody repeats it */
    bool delivered;  /* it reached the service at least once */
    bool stored;     /* the answer said that something changed: it must repeat byte for byte */
};

struct model_ticket {
    uint64_t id;
    uint32_t external; /* number of the external id, 0: none */
};

/* An answer on its way: what the actor asked and what comes back late. */
struct flight {
    unsigned char *request, *answer;
    size_t request_size, answer_size;
    uint64_t number;  /* of the request */
    uint64_t arrives; /* when so many requests were made; 0: the slot is free */
};

/* One fault of one service's store. */
struct fault {
    struct sim *sim;
    enum sim_fault kind;
    uint64_t countdown; /* calls until it strikes */
    enum rc rc;
    const char *operation; /* NULL: any */
    uint64_t times;        /* it strikes, each time after another countdown */
};

struct laws;
struct sim_channels; /* sim_channels.h */

struct sim {
    const struct sim_options *options;
    struct sim_figures *figures;
    struct world *world;
    struct rng rng;
    struct pending pending[SIM_PENDING_MAX]; /* ring of the newest requests */
    size_t pending_next;
    struct flight flights[SIM_FLIGHTS_MAX];
    uint64_t newest_request[WORLD_MEMBERS], newest_answer; /* numbers that came so far */
    struct fault faults[WORLD_MEMBERS];
    uint64_t struck_again;        /* times that faults of processes that come back struck */
    uint64_t act_ms;              /* mean time between two acts */
    uint64_t check_ms;            /* next comparison of the whole */
    struct model_ticket *tickets; /* acknowledged to an adapter */
    size_t ticket_count, ticket_max;
    uint64_t requests;
    uint32_t externals;
    uint64_t full_until_step; /* disk full until this step */
    enum world_service full_service;
    bool quiet; /* faults are over, everybody works */
    struct laws *laws;
    char site[512], variant[512]; /* folders of the two sites */
    bool varied;
    uint32_t generation;      /* of the site: how often it was read */
    uint32_t generation_said; /* which escalation has said that it works by */
    struct sim_plain *plain;
    struct sim_lates *lates;
    struct sim_channels *channels; /* NULL: without */
};

/* sim_faults.c: one random harm, when its time has come. */
void sim_harm(struct sim *sim);
/* Opens the world, sometimes under faults. */
void sim_open_world(struct sim *sim);
void sim_stop_faults(struct sim *sim);
/* Did something that comes so often a day come now? */
bool sim_happens(struct sim *sim, uint64_t times_a_day);

/* What an actor sees of a ticket in a list. */
struct sim_seen {
    uint64_t ticket, version, due_ms;
    Paidan__State state;
    bool assisting; /* the unit that looked only assists */
    bool asked;     /* a request waits for request_to */
    bool mode_open, appealed, late;
    char unit[CODE_BYTES_MAX + 1], request_to[CODE_BYTES_MAX + 1];
};
#define SIM_BATCH_MAX 8u
char *sim_some_unit(struct sim *sim);
char *sim_busy_unit(struct sim *sim);      /* rather one that has many open tickets */
uint64_t sim_some_ticket(struct sim *sim); /* mostly a young one; 0: there is none */
/* False: escalation does not know the ticket. */
bool sim_see(struct sim *sim, uint64_t ticket, struct sim_seen *seen);
/* All open tickets of a unit, at most max; returns how many. */
size_t sim_unit_work(struct sim *sim, char *unit, struct sim_seen *seen, size_t max);
/* One wish about some tickets; like: what every item says. with_version: it is refused for those
 * that changed meanwhile. */
struct sim_wish {
    Paidan__Action action;
    Paidan__WorkItem like;
    bool with_version;
};
void sim_work(struct sim *sim, char *unit, char *clerk, const struct sim_wish *wish,
              const struct sim_seen *seen, size_t count);
/* sim_actors_beside.c: fills the wish with something beside the ordinary way that may be done about
 * a ticket in that state; now and then with what makes no sense. */
void sim_wish_beside(struct sim *sim, const struct sim_seen *seen, struct sim_wish *wish);
/* Somebody decides, orders, urges, gives cards, appeals, plans anew. */
void sim_act_supervisor(struct sim *sim);

/* sim_actors.c: one random act of one actor. */
void sim_act(struct sim *sim);
/* What an actor does when the answer to an earlier pull comes late. */
void sim_act_late(struct sim *sim, const Paidan__Request *request, const Paidan__Answer *answer);
/* One diligent round: every desk item dispatched, every unit's tickets pulled, accepted, resolved;
 * every callback answered with "solved". */
void sim_work_off(struct sim *sim);

/* sim_request.c: sends what an actor wishes, perhaps losing or doubling it. The answer lives until
 * the next call; NULL: lost. */
const Paidan__Answer *sim_request(struct sim *sim, enum world_service service,
                                  Paidan__Request *request);
/* Remembers the tickets that an answer acknowledges. */
void sim_learn(struct sim *sim, const Paidan__Answer *answer);
/* Asks without any fault; for looking. */
const Paidan__Answer *sim_look(struct sim *sim, enum world_service service,
                               Paidan__Request *request);
/* An answer that is on its way may arrive: its actor then does what it still can. */
void sim_land(struct sim *sim);
/* Sends some earlier request once more, answered or not. */
void sim_repeat(struct sim *sim);
void sim_requests_free(struct sim *sim);

/* sim_calendar.c: office time a second time, by walking through the calendar's definition. */
struct sim_plain;
struct sim_term {
    const char *calendar; /* code */
    Paidan__TimeUnit unit;
    bool next_day, end_of_day;
};
/* site: as loaded from folder; its weekly hours are taken, nothing else. */
struct sim_plain *sim_plain_new(const struct site *site, const char *folder, uint64_t start_ms);
void sim_plain_free(struct sim_plain *plain);
/* False: the site says something that this walker does not understand. */
bool sim_plain_knows(const struct sim_plain *plain);
/* From when a term counts that an event at from_ms began. */
uint64_t sim_plain_start(const struct sim_plain *plain, const struct sim_term *term,
                         uint64_t from_ms);
/* What of the term's unit lies in [from, until). */
uint64_t sim_plain_count(const struct sim_plain *plain, const struct sim_term *term,
                         uint64_t from_ms, uint64_t until_ms);
/* When rest_ms of the unit have passed after from_ms, by the end rules of the term. */
uint64_t sim_plain_end(const struct sim_plain *plain, const struct sim_term *term, uint64_t rest_ms,
                       uint64_t from_ms);

/* sim_clocks.c: the clocks of open tickets by the facts alone. */
struct sim_clocks;
struct sim_clocks *sim_clocks_new(void);
void sim_clocks_free(struct sim_clocks *clocks);
void sim_clocks_read(struct sim *sim, struct sim_clocks *clocks, const Paidan__Event *event);
/* What escalation shows of a ticket is what the facts left. */
void sim_clocks_compare(struct sim *sim, struct sim_clocks *clocks, const Paidan__Brief *brief);
/* A unit was let resolve it. anyway: it said that it does not wait for assisting units. */
void sim_clocks_resolved(struct sim *sim, struct sim_clocks *clocks, uint64_t ticket, bool anyway);
/* Whether the unit has an open assisting task of the ticket. */
bool sim_clocks_assists(struct sim_clocks *clocks, uint64_t ticket, const char *unit);

/* sim_clocks_late.c: who missed what, by the facts alone. */
struct sim_lates;
struct sim_lates *sim_lates_new(void);
void sim_lates_free(struct sim_lates *lates);
/* What archive counts as a unit's late work is what the facts so far make it. */
void sim_lates_compare(struct sim *sim, char *unit);

/* sim_model.c: every ticket's state, unit and level as the facts alone tell them. */
struct sim_model *sim_model_new(void);
void sim_model_free(struct sim_model *model);
/* One fact of escalation; a fact that its state forbids breaks a law. */
void sim_model_read(const struct sim *sim, struct sim_model *model, const Paidan__Event *event);
void sim_model_answered(struct sim_model *model, uint64_t ticket, const Paidan__Answered *answered);
/* How many open tickets stand with a unit, by the facts. */
uint64_t sim_model_open(const struct sim_model *model, const char *unit);
/* A unit was let do something about a ticket: it must be the one that has it. */
void sim_model_doer(const struct sim *sim, const struct sim_model *model, uint64_t ticket,
                    const char *unit);
/* At any time: where escalation says a ticket stands is where the facts left it. */
/* What escalation shows; NULL: it does not know the ticket, and need not. */
const Paidan__Brief *sim_model_compare_ticket(struct sim *sim, const struct sim_model *model,
                                              uint64_t ticket);
/* At rest: one unit's queue holds exactly the tickets that the model gives it. */
void sim_model_compare_unit(struct sim *sim, const struct sim_model *model,
                            struct sim_clocks *clocks, char *unit);
/* At rest: units' queues hold exactly the tickets that the model gives them; closures agree with
 * answers. */
void sim_model_compare(struct sim *sim, const struct sim_model *model, struct sim_clocks *clocks);

/* sim_desk.c: the clocks of tickets at the desk, by triage's facts alone. */
struct sim_desk;
/* sim_archive.c. compare: settled. */
struct sim_archive;
struct sim_archive *sim_archive_new(void);
void sim_archive_free(struct sim_archive *archive);
void sim_archive_read(struct sim *sim, struct sim_archive *archive, enum world_service service,
                      uint64_t seq, const Paidan__Event *event);
void sim_archive_compare(struct sim *sim, const struct sim_archive *archive);
/* What its units did is in sum what escalation counts. Before: settled. */
void sim_archive_units(struct sim *sim);
void sim_archive_recount(struct sim *sim);

struct sim_desk *sim_desk_new(void);
void sim_desk_free(struct sim_desk *desk);
/* member: the ticket was merged when this was said, and so did not lie there. */
void sim_desk_read(struct sim *sim, struct sim_desk *desk, bool member, const Paidan__Event *event);
/* The site is another from now on. */
void sim_desk_reloaded(struct sim_desk *desk);
/* At rest: what triage shows of the desk is what the facts left. */
void sim_desk_compare(struct sim *sim, struct sim_desk *desk);

/* sim_merge.c: who is merged into whom, by the facts of triage and of escalation. */
struct sim_merge;
struct sim_merge *sim_merge_new(void);
void sim_merge_free(struct sim_merge *merge);
/* Whether a dispatcher of this run merges: by the seed, so that the others live as they did. */
bool sim_merge_plays(const struct sim *sim);
void sim_merge_read(const struct sim *sim, struct sim_merge *merge, enum world_service service,
                    const Paidan__Event *event);
/* All that was said so far was read. */
void sim_merge_read_all(const struct sim *sim, const struct sim_merge *merge);
/* By triage. */
bool sim_merge_is_member(const struct sim_merge *merge, uint64_t ticket);
uint64_t sim_merge_some_member(struct sim *sim, const struct sim_merge *merge); /* 0: none */
/* At rest: what the services show, and what they count, is what the facts left, and both logs agree. */
void sim_merge_compare_triage(const struct sim *sim, const struct sim_merge *merge, uint64_t ticket,
                              const Paidan__TriageShown *shown);
void sim_merge_compare_brief(const struct sim *sim, const struct sim_merge *merge,
                             const Paidan__Brief *brief);
void sim_merge_compare(struct sim *sim, const struct sim_merge *merge);
/* Everything has come to rest: each ticket has ended, and nobody was forgotten. */
void sim_merge_ended(const struct sim *sim, const struct sim_merge *merge);

/* sim_points.c: points and bulletins, by the facts of archive and of those that it follows. */
struct sim_points;
struct sim_points *sim_points_new(void);
void sim_points_free(struct sim_points *points);
/* Whether residents of this run have names and the archive's staff works: by the seed, so that the others live as they did. */
bool sim_points_play(const struct sim *sim);
void sim_points_read(const struct sim *sim, struct sim_points *points, enum world_service service,
                     uint64_t seq, const Paidan__Event *event);
/* A ticket about which words were written lately; an entry of the ledger. 0: none. */
uint64_t sim_points_some_draft(struct sim *sim, const struct sim_points *points);
uint64_t sim_points_some_entry(struct sim *sim, const struct sim_points *points);
/* At rest: whoever earned has it, nobody else, and everybody sees what was published and stands. */
void sim_points_compare(struct sim *sim, const struct sim_points *points);

/* sim_actors_staff.c: somebody writes, reviews, awards, exchanges, exempts. Before: sim_points_play. */
void sim_act_staff(struct sim *sim);
/* Gives a ticket a resident with a name, the same for the same words; some of them stay unnamed, some are confidential. */
void sim_name_resident(Paidan__NewTicket *ticket, uint64_t text);

/* sim_actors_merge.c: a dispatcher merges, unmerges, splits. Before: sim_merge_plays. */
void sim_act_merger(struct sim *sim);

/* sim_laws.c */
struct laws *sim_laws_new(void);
void sim_laws_free(struct laws *laws);
/* Reads all new facts and checks each against what was seen. */
void sim_laws_read(struct sim *sim);
/* A unit was let do something about a ticket: it must be the one that has it. */
void sim_laws_doer(struct sim *sim, uint64_t ticket, const char *unit);
/* Somebody may read intake's log from there on: the fact that was answered must tell it. Before:
 * sim_laws_read. */
void sim_laws_log_read(struct sim *sim, uint64_t seq, uint64_t from_seq);
/* A unit was let resolve it. anyway: it said that it does not wait for assisting units. */
void sim_laws_resolved(struct sim *sim, uint64_t ticket, bool anyway);
/* Open tickets of a unit, by the facts. */
uint64_t sim_laws_open(const struct sim *sim, const char *unit);
/* A ticket that is merged; 0: there is none. */
uint64_t sim_laws_some_member(struct sim *sim);
const struct sim_points *sim_laws_points(const struct sim *sim);
/* Nothing is open any more: each ticket has ended as it should. */
void sim_laws_ended(struct sim *sim);
/* The site is another from now on. */
void sim_laws_reloaded(struct sim *sim);
/* Settled: the services' totals agree, and so do one unit's queue and one ticket, by chance. */
void sim_laws_sample(struct sim *sim);
/* At rest: every acknowledged ticket is everywhere, queues and totals agree; whole: stores verify
 * and replay equal, too. */
void sim_laws_settled(struct sim *sim, bool whole);
/* Prints the law, the seed and how to repeat it; aborts. */
_Noreturn void sim_broken(const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
