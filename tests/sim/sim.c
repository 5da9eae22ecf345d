#include "sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/base/check.h"
#include "sim_channels.h"

#define HOUR_MS 3600000ull
/* 15 submits of 2.5 tickets, less those that are lost or duplicates: as measured over a year. */
#define TICKETS_PER_100_ACTS 33u
#define REPLAY_TWICE_HOURS 168u /* longer runs replay once at the end, and on the way */
#define REST_HOURS_MAX (60u * 24u)

uint64_t rng_next(struct rng *rng)
{
    /* xorshift64*: small, fast, the same everywhere. */
    uint64_t x = rng->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    rng->state = x;
    return x * 0x2545f4914f6cdd1dull;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    return bound == 0 ? 0 : (rng_next(rng) >> 11) % bound;
}

bool rng_percent(struct rng *rng, unsigned percent)
{
    return rng_below(rng, 100) < percent;
}

/* Some services move, in any order, by any amount; slow followers fall behind. */
static void deliver_some(struct sim *sim)
{
    uint64_t *faults = sim->figures->faults;
    const uint64_t moves = rng_below(&sim->rng, 6);
    if (sim->options->faults && moves < 2) {
        faults[SIM_RECORDS_LATE]++; /* not all can have moved */
    }
    for (uint64_t i = 0; i < moves; i++) {
        const enum world_service service =
            (enum world_service)rng_below(&sim->rng, world_members(sim->world));
        const uint64_t dice = sim->options->faults ? rng_below(&sim->rng, 100) : 99;
        if (dice < 3) {
            faults[SIM_RECORDS_DOUBLED] +=
                world_step_doubled(sim->world, service, 1 + rng_below(&sim->rng, 12));
        } else if (dice < 5) {
            faults[SIM_RECORDS_LOST] += world_step_with_gap(sim->world, service);
        } else if (dice < 7) {
            faults[SIM_RECORDS_REORDERED] += world_step_reordered(sim->world, service);
        } else {
            (void)world_step(sim->world, service, 1 + (size_t)rng_below(&sim->rng, 64));
        }
        sim->figures->steps++;
    }
}

/* Everybody catches up: then no deadline may be left behind and services agree. */
static void settle(struct sim *sim)
{
    sim_stop_faults(sim);
    world_settle(sim->world);
    world_check_nothing_late(sim->world);
    sim_laws_read(sim);
}

static void catch_up(struct sim *sim)
{
    if (sim->full_until_step != 0) {
        return;
    }
    if (world_now_ms(sim->world) >= sim->check_ms) {
        settle(sim);
        sim_laws_settled(sim, true);
        sim->check_ms = SIM_START_MS + (sim->check_ms - SIM_START_MS) * 4;
    } else if (rng_percent(&sim->rng, 1)) {
        settle(sim);
        sim_laws_sample(sim);
    }
}

static uint64_t open_tickets(struct sim *sim)
{
    Paidan__Board board = PAIDAN__BOARD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &board;
    const Paidan__Answer *answer = sim_look(sim, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    return answer->boarded->open + answer->boarded->resolved;
}

static void come_to_rest(struct sim *sim)
{
    for (unsigned hour = 0;; hour++) {
        sim_work_off(sim);
        const bool idle = sim->channels == NULL || sim_channels_work_off(sim);
        sim_laws_read(sim);
        /* What came in last may still be on its way to the desk. */
        const bool decided = world_counter(sim->world, WORLD_INTAKE, "waiting") == 0;
        if (open_tickets(sim) == 0 && decided && idle) {
            return;
        }
        if (hour == REST_HOURS_MAX && !idle) {
            sim_channels_stuck(sim);
        }
        if (hour == REST_HOURS_MAX) {
            sim_broken(sim, "%" PRIu64 " tickets do not come to rest", open_tickets(sim));
        }
        world_advance(sim->world, HOUR_MS);
    }
}

static void work(struct sim *sim)
{
    const uint64_t until_ms = SIM_START_MS + sim->options->hours * HOUR_MS;
    while (world_now_ms(sim->world) < until_ms) {
        sim_act(sim);
        sim->figures->acts++;
        deliver_some(sim);
        if (sim->channels != NULL) {
            sim_channels_act(sim);
        }
        if (sim->options->faults) {
            sim_harm(sim);
        }
        catch_up(sim);
        sim_laws_read(sim);
        world_set_time(sim->world,
                       world_now_ms(sim->world) + rng_below(&sim->rng, 2 * sim->act_ms));
    }
}

static void count_costs(struct sim *sim)
{
    struct sim_figures *figures = sim->figures;
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    figures->memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
    figures->virtual_ms = world_now_ms(sim->world) - SIM_START_MS;
    for (unsigned i = 0; i < world_members(sim->world); i++) {
        struct store_usage store;
        const enum rc rc = store_usage(world_store(sim->world, i), &store);
        CHECK(rc == RC_OK);
        figures->store_bytes += store.used_bytes;
    }
    const uint64_t opening = world_deaths(sim->world, true);
    CHECK(opening <= sim->struck_again);
    figures->faults[SIM_KILL_OPENING] = opening;
    figures->faults[SIM_KILL_RESUMING] = sim->struck_again - opening;
}

void sim_run(const struct sim_options *options, struct sim_figures *figures)
{
    memset(figures, 0, sizeof *figures);
    struct sim *sim = calloc(1, sizeof *sim);
    CHECK(sim != NULL);
    sim->options = options;
    sim->figures = figures;
    sim->rng.state = options->seed * 0x9e3779b97f4a7c15ull | 1;
    sim->laws = sim_laws_new();
    sim->lates = sim_lates_new();
    sim->act_ms = 24 * HOUR_MS * TICKETS_PER_100_ACTS / (100 * options->tickets_a_day) + 1;
    sim->check_ms = SIM_START_MS + 24 * HOUR_MS;
    if (options->channels) {
        sim_channels_open(sim);
    }
    sim_open_world(sim);
    work(sim);
    settle(sim);
    sim->quiet = true;
    sim_laws_settled(sim, options->hours <= REPLAY_TWICE_HOURS); /* with open tickets */
    come_to_rest(sim);
    sim_laws_settled(sim, true);
    sim_laws_ended(sim);
    if (sim->channels != NULL) {
        sim_channel_laws_rest(sim);
    }
    count_costs(sim);
    world_close(sim->world);
    if (sim->channels != NULL) {
        sim_channels_free(sim);
    }
    sim_laws_free(sim->laws);
    sim_lates_free(sim->lates);
    sim_plain_free(sim->plain);
    sim_requests_free(sim);
    free(sim->tickets);
    free(sim);
}
