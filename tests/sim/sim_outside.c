/* sim_outside: the platforms, brokers and receivers that adapters speak with: away for a while, taking
 * without saying so, refusing. What they got is told to the laws, repeated or not. */
#include <string.h>

#include "common/base/check.h"
#include "sim_channels.h"

#define HOUR_MS 3600000ull
#define DAY_MS (24 * HOUR_MS)

/* How often, of each hundred days and system. */
#define HOURS_PER_100_DAYS 60u
#define DAYS_PER_100_DAYS 12u
#define ALL_PER_100_DAYS 8u
#define LONGER_PER_100_DAYS 4u /* the platform, for longer than a message to a resident is kept */

bool sim_outside_away(const struct sim *sim, enum sim_system system)
{
    CHECK(system < SIM_SYSTEMS);
    return !sim->quiet && world_now_ms(sim->world) < sim->channels->away_until_ms[system];
}

static bool happens(struct sim *sim, uint64_t per_100_days)
{
    return rng_below(&sim->channels->rng, 100 * DAY_MS) < per_100_days * sim->act_ms;
}

static void leave(struct sim *sim, enum sim_system system, uint64_t ms, enum sim_fault fault)
{
    const uint64_t until_ms = world_now_ms(sim->world) + ms;
    uint64_t *const away = &sim->channels->away_until_ms[system];
    *away = *away < until_ms ? until_ms : *away;
    sim->figures->faults[fault]++;
}

void sim_outside_act(struct sim *sim)
{
    for (unsigned system = 0; system < SIM_SYSTEMS; system++) {
        if (happens(sim, HOURS_PER_100_DAYS)) {
            leave(sim, (enum sim_system)system, HOUR_MS, SIM_OUTSIDE_AWAY);
        }
        if (happens(sim, DAYS_PER_100_DAYS)) {
            leave(sim, (enum sim_system)system, DAY_MS, SIM_OUTSIDE_AWAY_LONG);
        }
    }
    if (happens(sim, LONGER_PER_100_DAYS)) {
        leave(sim, SIM_PLATFORM, 3 * DAY_MS, SIM_OUTSIDE_AWAY_LONG);
    }
    if (happens(sim, ALL_PER_100_DAYS)) {
        for (unsigned system = 0; system < SIM_SYSTEMS; system++) {
            leave(sim, (enum sim_system)system, DAY_MS, SIM_OUTSIDE_ALL_AWAY);
        }
    }
}

enum sim_taking sim_outside_takes(struct sim *sim, enum sim_system system)
{
    uint64_t *const faults = sim->figures->faults;
    if (sim_outside_away(sim, system)) {
        return SIM_IS_AWAY;
    }
    const uint64_t dice =
        sim->options->faults && !sim->quiet ? rng_below(&sim->channels->rng, 100) : 99;
    if (dice < 6) {
        faults[SIM_OUTSIDE_SILENT]++;
        return SIM_TAKES_SILENTLY;
    }
    if (dice < 9) {
        faults[SIM_OUTSIDE_REFUSED]++;
        return SIM_REFUSES;
    }
    if (dice < 12 && system == SIM_PLATFORM) {
        faults[SIM_OUTSIDE_DECLINED]++;
        return SIM_DECLINES;
    }
    return SIM_TAKES;
}

void sim_outside_kept(struct sim *sim, enum world_service adapter, uint64_t delivery,
                      const char *to, const Paidan__Event *event)
{
    CHECK(event != NULL);
    sim_channel_laws_got(sim, adapter, delivery, to, event);
}
