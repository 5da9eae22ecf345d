#include "sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "sim_parts.h"

#define START_MS 1795305600000ull /* 2026-11-22 08:00 in Shanghai */
#define HOUR_MS 3600000ull
#define REST_DAYS_MAX 60u

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

/* ---- faults -----------------------------------------------------------------------------------
 */

/* Fails one store call of a service, counted from now; the kind decides what is reported. */
struct fault {
    uint64_t countdown;
    enum rc rc;
    const char *operation; /* NULL: any */
};

static enum rc fail_once(void *context, const char *operation)
{
    struct fault *fault = context;
    /* "No room" always means that nothing was stored; only other failures may come after the
     * commit. */
    if (fault->countdown == 0 || (fault->rc == RC_FULL && strcmp(operation, "committed") == 0) ||
        (fault->operation != NULL && strcmp(operation, fault->operation) != 0)) {
        return RC_OK;
    }
    return --fault->countdown == 0 ? fault->rc : RC_OK;
}

static enum rc always_full(void *context, const char *operation)
{
    (void)context;
    return strcmp(operation, "committed") == 0 ? RC_OK : RC_FULL;
}

static void inject(struct sim *sim)
{
    static struct fault fault;
    const enum world_service service = (enum world_service)rng_below(&sim->rng, WORLD_SERVICES);
    switch (rng_below(&sim->rng, 6)) {
    case 0: /* killed between steps */
        world_restart(sim->world, service);
        sim->figures->kills++;
        return;
    case 1: /* killed in the middle of a step */
        fault = (struct fault){1 + rng_below(&sim->rng, 40), RC_STORE, NULL};
        sim->figures->kills++;
        break;
    case 2: /* the commit fails */
        fault = (struct fault){1, RC_STORE, "commit"};
        sim->figures->kills++;
        break;
    case 3: /* the commit holds and reports failure */
        fault = (struct fault){1, RC_STORE, "committed"};
        sim->figures->held++;
        break;
    case 4: /* no room, once */
        fault = (struct fault){1 + rng_below(&sim->rng, 40), RC_FULL, NULL};
        sim->figures->full++;
        break;
    default: /* no room for a while */
        sim->full_service = service;
        sim->full_until_step = sim->figures->steps + 1 + rng_below(&sim->rng, 30);
        world_fault(sim->world, service, always_full, NULL);
        sim->figures->full++;
        return;
    }
    world_fault(sim->world, service, fail_once, &fault);
}

static void end_full_disk(struct sim *sim)
{
    if (sim->full_until_step != 0 && sim->figures->steps >= sim->full_until_step) {
        world_fault(sim->world, sim->full_service, NULL, NULL);
        sim->full_until_step = 0;
    }
}

/* ---- time and delivery ------------------------------------------------------------------------
 */

static void pass_time(struct sim *sim)
{
    /* Mean so that tickets_a_day come about: 15 % of acts submit 2.5 tickets. */
    const uint64_t mean_ms = 24 * HOUR_MS * 15 * 5 / (2 * 100 * sim->options->tickets_a_day) + 1;
    uint64_t now_ms = world_now_ms(sim->world) + rng_below(&sim->rng, 2 * mean_ms);
    if (sim->options->faults && rng_below(&sim->rng, 1000) == 0) {
        now_ms -= rng_below(&sim->rng, HOUR_MS); /* the clock is set back; services must not go */
        sim->figures->jumps++;
    } else if (sim->options->faults && rng_below(&sim->rng, 2000) == 0) {
        now_ms += rng_below(&sim->rng, 12 * HOUR_MS);
        sim->figures->jumps++;
    }
    world_set_time(sim->world, now_ms);
}

/* Some services move, in any order, by any amount; slow followers fall behind. */
static void deliver_some(struct sim *sim)
{
    const uint64_t moves = rng_below(&sim->rng, 6);
    for (uint64_t i = 0; i < moves; i++) {
        const enum world_service service = (enum world_service)rng_below(&sim->rng, WORLD_SERVICES);
        const uint64_t dice = sim->options->faults ? rng_below(&sim->rng, 100) : 99;
        if (dice < 3) {
            world_step_doubled(sim->world, service);
        } else if (dice < 6) {
            world_step_with_gap(sim->world, service);
        } else {
            (void)world_step(sim->world, service, 1 + (size_t)rng_below(&sim->rng, 64));
        }
        sim->figures->steps++;
    }
}

/* A second site: the same places and people, other spans. HUP changes between the two. */
static void write_variant(struct sim *sim)
{
    char command[2048];
    (void)snprintf(sim->variant, sizeof sim->variant, "%s/site", sim->options->folder);
    (void)snprintf(
        command, sizeof command,
        "cp -r -- '%s' '%s' && sed -i 's/\\b30m\\b/20m/; s/\\b24h\\b/12h/' '%s/site.yaml'",
        sim->options->site_folder, sim->variant, sim->variant);
    const int status = system(command); /* NOLINT(cert-env33-c): paths of the test's own */
    CHECK(status == 0);
}

static void reload(struct sim *sim)
{
    sim->varied = !sim->varied;
    world_reload(sim->world, sim->varied ? sim->variant : sim->options->site_folder);
    sim->figures->reloads++;
}

/* Now and then everybody catches up: then no deadline may be left behind. */
static void catch_up(struct sim *sim)
{
    if (sim->full_until_step == 0 && rng_percent(&sim->rng, 1)) {
        for (unsigned i = 0; i < WORLD_SERVICES; i++) {
            world_fault(sim->world, (enum world_service)i, NULL, NULL);
        }
        world_settle(sim->world);
        world_check_nothing_late(sim->world);
    }
}

static void stop_faults(struct sim *sim)
{
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        world_fault(sim->world, (enum world_service)i, NULL, NULL);
    }
    sim->full_until_step = 0;
    sim->quiet = true;
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
    for (unsigned day = 0;; day++) {
        sim_work_off(sim);
        sim_laws_read(sim);
        if (open_tickets(sim) == 0) {
            return;
        }
        if (day == REST_DAYS_MAX) {
            sim_broken(sim, "%" PRIu64 " tickets do not come to rest", open_tickets(sim));
        }
        world_advance(sim->world, 6 * HOUR_MS);
    }
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
    sim->world = world_open(options->folder, options->site_folder, START_MS);
    write_variant(sim);
    const uint64_t until_ms = START_MS + options->hours * HOUR_MS;
    while (world_now_ms(sim->world) < until_ms) {
        sim_act(sim);
        deliver_some(sim);
        if (options->faults && rng_percent(&sim->rng, 2)) {
            inject(sim);
        }
        end_full_disk(sim);
        catch_up(sim);
        if (options->faults && rng_below(&sim->rng, 300) == 0) {
            reload(sim);
        }
        sim_laws_read(sim);
        pass_time(sim);
    }
    stop_faults(sim);
    world_settle(sim->world);
    sim_laws_settled(sim); /* with open tickets in the queues */
    come_to_rest(sim);
    sim_laws_settled(sim);
    world_close(sim->world);
    sim_laws_free(sim->laws);
    sim_pending_free(sim);
    free(sim->tickets);
    free(sim);
}
