/* world: the real services in one process on virtual time, without sockets, and if so wished the
 * adapters' cores beside them. Logs are delivered by reading the sender's store from the follower's cursor,
 * just as Fetch does. For stories across services and for the simulator.
 *
 * Everything is deterministic: same calls, same bytes. A call that fails where it must not aborts
 * the test. */
#pragma once

#include "common/step/step.h"

enum world_service {
    WORLD_INTAKE,
    WORLD_TRIAGE,
    WORLD_ESCALATION,
    WORLD_CALLBACK,
    WORLD_ARCHIVE,
    WORLD_SERVICES,
    /* adapters: members of a whole world alone */
    WORLD_WECHAT = WORLD_SERVICES,
    WORLD_HOTLINE,
    WORLD_MQTT,
    WORLD_WEBHOOK,
    WORLD_MEMBERS
};

struct world;

/* folder: empty directory of the test's own. site_folder: loaded once. start_ms: virtual now. */
struct world *world_open(const char *folder, const char *site_folder, uint64_t start_ms);
/* The same, killed by a fault while it opens for the first time, until the fault lets it be. */
struct world *world_open_failing(const char *folder, const char *site_folder, uint64_t start_ms,
                                 store_fault fault, void *context);
/* The same with the adapters. fault: NULL: none. */
struct world *world_open_whole(const char *folder, const char *site_folder, uint64_t start_ms,
                               store_fault fault, void *context);
void world_close(struct world *world);
/* Services and adapters: WORLD_SERVICES or WORLD_MEMBERS. */
unsigned world_members(const struct world *world);
/* How often a member's process was begun: what a process knew is lost when this changes. */
uint64_t world_lives(const struct world *world, enum world_service service);

uint64_t world_now_ms(const struct world *world);
const struct site *world_site(const struct world *world);
struct step_engine *world_engine(struct world *world, enum world_service service);
struct store *world_store(struct world *world, enum world_service service);
const struct step_service *world_step_service(enum world_service service);

/* One request to one service, then everything that follows from it is delivered. A fresh request id
 * is filled in if absent. The answer lives until the next call. Parked long polls give NULL. */
const Paidan__Answer *world_call(struct world *world, enum world_service service,
                                 Paidan__Request *request);
/* One request to one service, nothing else. RC_OK: *answer is the packed answer (NULL: parked),
 * valid until the next step. RC_FULL: nothing changed. RC_STORE: the commit failed or says so; the
 * service was killed and opened again. */
MUST_CHECK enum rc world_try(struct world *world, enum world_service service,
                             const Paidan__Request *request, const unsigned char **answer,
                             size_t *bytes);
/* The same of a command that may wait until then: parked, it is asked again by the caller. */
MUST_CHECK enum rc world_try_until(struct world *world, enum world_service service,
                                   const Paidan__Request *request, uint64_t until_ms,
                                   const unsigned char **answer, size_t *bytes);
/* world_try that must succeed; the answer is unpacked. */
const Paidan__Answer *world_send(struct world *world, enum world_service service,
                                 Paidan__Request *request);

/* One step of one service: at most max records of each followed log, and what is due. True if it
 * moved. A commit that fails with RC_STORE kills the service and opens it again. */
bool world_step(struct world *world, enum world_service service, size_t max);
/* Gives a service up to `back` records once more that it has already, and then new ones, as an
 * answer that comes twice or late would; with one missing, as a lost one would; two in the wrong
 * order. The last two must change nothing. True: it came to that. */
bool world_step_doubled(struct world *world, enum world_service service, uint64_t back);
bool world_step_with_gap(struct world *world, enum world_service service);
bool world_step_reordered(struct world *world, enum world_service service);
/* Steps until nobody moves. */
void world_settle(struct world *world);
/* Lets time pass up to now + ms, stopping at every deadline on the way. */
void world_advance(struct world *world, uint64_t ms);
/* Time moves (also backward: services must not), nothing is delivered or fired. */
void world_set_time(struct world *world, uint64_t now_ms);

/* Kill -9 between steps: the engine is thrown away and opened again from its store. */
void world_restart(struct world *world, enum world_service service);
/* What the store of a service says to each call of its own, see store_fault; looking from outside
 * is not concerned. It ends with the process; NULL switches it off. */
void world_fault(struct world *world, enum world_service service, store_fault fault, void *context);
/* As world_fault, and the processes that come after it are under it too, from their opening on. An
 * opening that fails with RC_STORE or RC_FULL is tried again, so the fault must end some time. */
void world_fault_lasting(struct world *world, enum world_service service, store_fault fault,
                         void *context);
/* How often a process ended by a fault while opening, or afterwards. */
uint64_t world_deaths(const struct world *world, bool opening);
/* Replays a service's log into an empty store that a fault kills on the way; what it leaves is
 * never taken for a whole store. True: it was killed. */
bool world_replay_killed(struct world *world, enum world_service service, store_fault fault,
                         void *context);

/* Gives all services the site of another folder, as HUP does. Its levels must be the same. */
void world_reload(struct world *world, const char *site_folder);
/* Nothing that is due at now may be left unfired once the world is settled; prints and aborts. */
void world_check_nothing_late(struct world *world);

/* Laws that hold whenever the world is settled; prints what is broken and aborts:
 * logs verify; tables equal a replay; caches equal tables; nothing overdue unfired. */
void world_check(struct world *world);

/* Calls visit for each event of all logs not visited before, service by service, by seq. */
typedef void (*world_visit)(void *context, const char *service, uint64_t seq,
                            const Paidan__Event *event);
void world_visit_new(struct world *world, world_visit visit, void *context);

/* Convenience for stories. */
uint64_t world_submit(struct world *world, const char *channel, const char *text, const char *place,
                      const char *external_id);
Paidan__Code world_work(struct world *world, const char *unit, Paidan__Action action,
                        uint64_t ticket, const char *note);
Paidan__Code world_answer(struct world *world, uint64_t ticket, Paidan__Solved solved,
                          Paidan__Satisfied satisfied);
/* Brief of a ticket at escalation; NULL: unknown there. Lives until the next call. */
const Paidan__Brief *world_brief(struct world *world, uint64_t ticket);
uint64_t world_counter(struct world *world, enum world_service service, const char *name);
