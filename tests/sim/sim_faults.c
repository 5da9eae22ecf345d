/* sim_faults: what is done to the services, and when. Everything is counted when it struck, not
 * when it was prepared. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_parts.h"

#define HOUR_MS 3600000ull
#define DAY_MS (24 * HOUR_MS)

/* How often a day, of all services together; clocks rarely, for every jump fires many deadlines. */
#define HARMS_A_DAY 16
#define RELOADS_A_DAY 3
#define CLOCK_BACK_PER_100_DAYS 80
#define CLOCK_FORWARD_PER_100_DAYS 40

const char *sim_fault_name(enum sim_fault fault)
{
    static const char *const names[SIM_FAULTS] = {
        [SIM_REQUEST_LOST] = "request lost",
        [SIM_REQUEST_DOUBLED] = "request doubled",
        [SIM_REQUEST_LATE] = "request late",
        [SIM_REQUEST_REORDERED] = "request reordered",
        [SIM_ANSWER_LOST] = "answer lost",
        [SIM_ANSWER_DOUBLED] = "answer doubled",
        [SIM_ANSWER_LATE] = "answer late",
        [SIM_ANSWER_REORDERED] = "answer reordered",
        [SIM_RECORDS_LOST] = "records lost",
        [SIM_RECORDS_DOUBLED] = "records doubled",
        [SIM_RECORDS_REORDERED] = "records reordered",
        [SIM_RECORDS_LATE] = "records late",
        [SIM_KILL_BETWEEN] = "killed between steps",
        [SIM_KILL_STEP] = "killed in a step",
        [SIM_KILL_COMMIT] = "commit failed",
        [SIM_KILL_OPENING] = "killed opening",
        [SIM_KILL_RESUMING] = "killed catching up",
        [SIM_KILL_REPLAY] = "killed replaying",
        [SIM_COMMIT_HELD] = "commit held, failure told",
        [SIM_FULL_ONCE] = "full once",
        [SIM_FULL_LONG] = "full for a while",
        [SIM_CLOCK_BACK] = "clock back",
        [SIM_CLOCK_FORWARD] = "clock forward",
        [SIM_RELOAD] = "site reloaded",
        [SIM_OUTSIDE_AWAY] = "outside away",
        [SIM_OUTSIDE_AWAY_LONG] = "outside away a day",
        [SIM_OUTSIDE_ALL_AWAY] = "all outside away a day",
        [SIM_OUTSIDE_SILENT] = "outside took silently",
        [SIM_OUTSIDE_REFUSED] = "outside refused",
        [SIM_OUTSIDE_DECLINED] = "outside declined",
        [SIM_MESSAGE_AGAIN] = "message again",
        [SIM_ALARM_AGAIN] = "alarm again",
        [SIM_ALARM_REORDERED] = "alarm reordered",
    };
    CHECK(fault < SIM_FAULTS);
    return names[fault];
}

bool sim_happens(struct sim *sim, uint64_t times_a_day)
{
    return rng_below(&sim->rng, DAY_MS) < times_a_day * sim->act_ms;
}

/* ---- stores that fail ---- */

/* "No room" always means that nothing was stored, and reading needs none. */
static bool concerns(const struct fault *fault, const char *operation)
{
    return fault->rc != RC_FULL ||
           (strcmp(operation, "committed") != 0 && !store_operation_reads(operation));
}

static enum rc strike(void *context, const char *operation)
{
    struct fault *fault = context;
    if (fault->countdown == 0 || !concerns(fault, operation) ||
        (fault->operation != NULL && strcmp(operation, fault->operation) != 0) ||
        --fault->countdown > 0) {
        return RC_OK;
    }
    fault->sim->figures->faults[fault->kind]++;
    return fault->rc;
}

/* Strikes again and again: the process that comes back is killed too, while it opens or when it
 * catches up. */
static enum rc strike_again(void *context, const char *operation)
{
    struct fault *fault = context;
    if (fault->times == 0 || !concerns(fault, operation) || --fault->countdown > 0) {
        return RC_OK;
    }
    struct sim *sim = fault->sim;
    const enum rc rc = fault->rc;
    fault->times--;
    fault->countdown = 1 + rng_below(&sim->rng, 60);
    fault->rc = rng_percent(&sim->rng, 10) ? RC_FULL : RC_STORE;
    sim->struck_again++;
    return rc;
}

static enum rc always_full(void *context, const char *operation)
{
    struct fault *fault = context;
    if (!concerns(fault, operation)) {
        return RC_OK;
    }
    fault->sim->figures->faults[fault->kind]++;
    return RC_FULL;
}

static struct fault again(struct sim *sim)
{
    return (struct fault){.sim = sim,
                          .kind = SIM_KILL_RESUMING,
                          .countdown = 1 + rng_below(&sim->rng, 60),
                          .rc = RC_STORE,
                          .times = 1 + rng_below(&sim->rng, 6)};
}

static struct fault once(struct sim *sim, enum sim_fault kind, uint64_t calls_max, enum rc rc,
                         const char *operation)
{
    return (struct fault){.sim = sim,
                          .kind = kind,
                          .countdown = 1 + rng_below(&sim->rng, calls_max),
                          .rc = rc,
                          .operation = operation};
}

static void restart(struct sim *sim, enum world_service service)
{
    world_restart(sim->world, service);
    sim->figures->faults[SIM_KILL_BETWEEN]++;
}

/* A replay reads the log as a stranger and writes to a store of its own. Only while it is short. */
static void kill_replay(struct sim *sim, enum world_service service)
{
    if (step_engine_head(world_engine(sim->world, service)) < 4000) {
        struct fault fault = once(sim, SIM_KILL_REPLAY, 400, RC_STORE, NULL);
        (void)world_replay_killed(sim->world, service, strike, &fault);
    }
}

static void harm_store(struct sim *sim)
{
    const enum world_service service =
        (enum world_service)rng_below(&sim->rng, world_members(sim->world));
    struct fault *fault = &sim->faults[service];
    switch (rng_below(&sim->rng, 9)) {
    case 0:
        restart(sim, service);
        return;
    case 1:
        *fault = once(sim, SIM_KILL_STEP, 80, RC_STORE, NULL);
        break;
    case 2:
        *fault = once(sim, SIM_KILL_COMMIT, 1, RC_STORE, "commit");
        break;
    case 3:
        *fault = once(sim, SIM_COMMIT_HELD, 1, RC_STORE, "committed");
        break;
    case 4:
        *fault = once(sim, SIM_FULL_ONCE, 40, RC_FULL, NULL);
        break;
    case 5:
        *fault = once(sim, SIM_FULL_LONG, 1, RC_FULL, NULL);
        sim->full_service = service;
        sim->full_until_step = sim->figures->steps + 1 + rng_below(&sim->rng, 30);
        world_fault(sim->world, service, always_full, fault);
        return;
    case 6:
        if (rng_percent(&sim->rng, 20)) {
            kill_replay(sim, service);
        }
        return;
    default:
        *fault = again(sim);
        world_fault_lasting(sim->world, service, strike_again, fault);
        restart(sim, service);
        return;
    }
    world_fault(sim->world, service, strike, fault);
}

static void end_full_disk(struct sim *sim)
{
    if (sim->full_until_step != 0 && sim->figures->steps >= sim->full_until_step) {
        world_fault(sim->world, sim->full_service, NULL, NULL);
        sim->full_until_step = 0;
    }
}

/* ---- time and settings ---- */

static void read_plain(struct sim *sim, const char *folder)
{
    sim_plain_free(sim->plain);
    sim->plain = sim_plain_new(world_site(sim->world), folder, SIM_START_MS);
    sim->generation++;
}

/* What was said before the reload is judged by the site of then. */
static void reload(struct sim *sim)
{
    sim_laws_read(sim);
    sim->varied = !sim->varied;
    const char *folder = sim->varied ? sim->variant : sim->site;
    world_reload(sim->world, folder);
    read_plain(sim, folder);
    sim_laws_reloaded(sim);
    sim->figures->faults[SIM_RELOAD]++;
}

static void harm_clock(struct sim *sim)
{
    const uint64_t now_ms = world_now_ms(sim->world);
    if (rng_percent(&sim->rng, 67)) { /* services must not go back with it */
        world_set_time(sim->world, now_ms - rng_below(&sim->rng, HOUR_MS));
        sim->figures->faults[SIM_CLOCK_BACK]++;
    } else {
        const uint64_t hours = rng_percent(&sim->rng, 20) ? 12 : 1;
        world_set_time(sim->world, now_ms + rng_below(&sim->rng, hours * HOUR_MS));
        sim->figures->faults[SIM_CLOCK_FORWARD]++;
    }
}

void sim_harm(struct sim *sim)
{
    end_full_disk(sim);
    if (sim_happens(sim, HARMS_A_DAY)) {
        harm_store(sim);
    }
    if (sim_happens(sim, RELOADS_A_DAY)) {
        reload(sim);
    }
    if (rng_below(&sim->rng, 100 * DAY_MS) <
        (CLOCK_BACK_PER_100_DAYS + CLOCK_FORWARD_PER_100_DAYS) * sim->act_ms) {
        harm_clock(sim);
    }
}

/* ---- begin and end ---- */

static void run_command(const char *command)
{
    const int status = system(command); /* NOLINT(cert-env33-c): paths of the test's own */
    CHECK(status == 0);
}

/* Two sites with the same places and people, HUP changes between them. The simulator's own have
 * their rules from tests/sim; a site given by hand is varied in its spans. */
static void write_sites(struct sim *sim)
{
    const struct sim_options *options = sim->options;
    const char *given = options->site_folder, *rules = options->rules_folder;
    char command[4096];
    (void)snprintf(sim->site, sizeof sim->site, "%s/site", options->folder);
    (void)snprintf(sim->variant, sizeof sim->variant, "%s/later", options->folder);
    (void)snprintf(command, sizeof command, "cp -r -- '%s' '%s' && cp -r -- '%s' '%s'", given,
                   sim->site, given, sim->variant);
    run_command(command);
    if (rules != NULL) {
        (void)snprintf(command, sizeof command,
                       "cp -r -- '%s/site/.' '%s' && cp -r -- '%s/later/.' '%s'", rules, sim->site,
                       rules, sim->variant);
    } else {
        (void)snprintf(command, sizeof command,
                       "sed -i 's/\\b30m\\b/20m/; s/\\b24h\\b/12h/' '%s/site.yaml'", sim->variant);
    }
    run_command(command);
    if (options->channels) {
        CHECK(rules != NULL);
        (void)snprintf(command, sizeof command,
                       "cp -r -- '%s/channels/.' '%s' && cp -r -- '%s/channels/.' '%s'", rules,
                       sim->site, rules, sim->variant);
        run_command(command);
    }
}

/* Some sites compare what comes in, and are told of bursts. By the seed alone, so that the others live
 * as they did. */
static void write_groups(struct sim *sim)
{
    char command[4096];
    if (sim->options->rules_folder == NULL || sim->options->seed % 3 != 1) {
        return;
    }
    (void)snprintf(command, sizeof command,
                   "printf 'triage:\\n  groups: {suggest: 50%%%%, days: 1, members: 20}\\n  burst: "
                   "{count: 3, within: 2h, urgency: normal}\\n' | tee -a '%s/site.yaml' >> "
                   "'%s/site.yaml'",
                   sim->site, sim->variant);
    run_command(command);
}

void sim_open_world(struct sim *sim)
{
    const struct sim_options *options = sim->options;
    struct fault fault = again(sim);
    const bool killed = options->faults && rng_percent(&sim->rng, 50);
    write_sites(sim);
    write_groups(sim);
    sim->world = (options->channels ? world_open_whole : world_open_failing)(
        options->folder, sim->site, SIM_START_MS, killed ? strike_again : NULL, &fault);
    read_plain(sim, sim->site);
}

void sim_stop_faults(struct sim *sim)
{
    for (unsigned i = 0; i < world_members(sim->world); i++) {
        world_fault(sim->world, (enum world_service)i, NULL, NULL);
    }
    sim->full_until_step = 0;
}
