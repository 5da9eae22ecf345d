/* sim_parts: what the files of the simulator share. */
#pragma once

#include "sim.h"

#define SIM_PENDING_MAX 256u

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
    bool stored; /* the answer said that something changed: it must repeat byte for byte */
};

struct model_ticket {
    uint64_t id;
    uint32_t external; /* number of the external id, 0: none */
};

struct laws;

struct sim {
    const struct sim_options *options;
    struct sim_figures *figures;
    struct world *world;
    struct rng rng;
    struct pending pending[SIM_PENDING_MAX]; /* ring of the newest requests */
    size_t pending_next;
    struct model_ticket *tickets; /* acknowledged to an adapter */
    size_t ticket_count, ticket_max;
    uint64_t requests;
    uint32_t externals;
    uint64_t full_until_step; /* disk full until this step */
    enum world_service full_service;
    bool quiet; /* faults are over, everybody works */
    struct laws *laws;
    char variant[512]; /* folder of the second site */
    bool varied;
};

/* sim_actors.c: one random act of one actor. */
void sim_act(struct sim *sim);
/* One diligent round: every desk item dispatched, every unit's tickets pulled, accepted, resolved;
 * every callback answered with "solved". */
void sim_work_off(struct sim *sim);

/* sim_request.c: sends what an actor wishes, perhaps losing or doubling it. The answer lives until
 * the next call; NULL: lost. */
const Paidan__Answer *sim_request(struct sim *sim, enum world_service service,
                                  Paidan__Request *request);
/* Asks without any fault; for looking. */
const Paidan__Answer *sim_look(struct sim *sim, enum world_service service,
                               Paidan__Request *request);
/* Sends some earlier request once more, answered or not. */
void sim_repeat(struct sim *sim);
void sim_pending_free(struct sim *sim);

/* sim_model.c: every ticket's state, unit and level as the facts alone tell them. */
struct sim_model *sim_model_new(void);
void sim_model_free(struct sim_model *model);
/* One fact of escalation; a fact that its state forbids breaks a law. */
void sim_model_read(const struct sim *sim, struct sim_model *model, const Paidan__Event *event);
void sim_model_answered(struct sim_model *model, uint64_t ticket, const Paidan__Answered *answered);
/* At rest: units' queues hold exactly the tickets that the model gives them; closures agree with
 * answers. */
void sim_model_compare(struct sim *sim, const struct sim_model *model);

/* sim_laws.c */
struct laws *sim_laws_new(void);
void sim_laws_free(struct laws *laws);
/* Reads all new facts and checks each against what was seen. */
void sim_laws_read(struct sim *sim);
/* Settled: the services' totals agree. */
void sim_laws_totals(struct sim *sim);
/* At rest: every acknowledged ticket is everywhere; stores verify, replay equal, totals agree. */
void sim_laws_settled(struct sim *sim);
/* Prints the law, the seed and how to repeat it; aborts. */
_Noreturn void sim_broken(const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
