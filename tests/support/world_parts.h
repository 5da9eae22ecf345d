/* world_parts: what the files of the world share. */
#pragma once

#include "world.h"

#define WORLD_MAP_BYTES ((uint64_t)16 << 30) /* address space; files grow as they fill */
#define WORLD_RECORDS_MAX 512u               /* of each followed log, in one step */

struct world_member {
    const struct step_service *service;
    struct store *store;
    struct step_engine *engine;
    char path[512];
    uint64_t lives;   /* openings that succeeded */
    uint64_t visited; /* seq of its own log, for world_visit_new */
    store_fault fault;
    void *fault_context;
    bool fault_lasts; /* also for the processes that come after this one */
};

struct world {
    struct world_member members[WORLD_MEMBERS];
    unsigned count; /* of members */
    struct site *site;
    char folder[256];
    uint64_t now_ms, requests, entropy;
    uint64_t deaths_opening, deaths_working;
    struct arena answers; /* unpacked answers of world_call */
    struct arena reading; /* one fact at a time, for world_visit_new */
    struct step_outcome outcomes[WORLD_RECORDS_MAX * 4];
    struct step_input inputs[WORLD_RECORDS_MAX * 4];
};

/* world.c: one step of a service over the first inputs, and what a supervisor does when it gave
 * RC_STORE. */
MUST_CHECK enum rc world_run(struct world *world, struct world_member *member, size_t count);
void world_revive(struct world *world, struct world_member *member);
/* Those who only look are not in the way of faults: between the two no call of the store fails. */
void world_look_begin(struct world_member *member);
void world_look_end(struct world_member *member);
/* Earliest deadline of all services, UINT64_MAX: none. */
uint64_t world_next_due(struct world *world);
