/* play_stage: where a scenario is played. Either the real cores, steps and stores of all services
 * in this process on virtual time (tests/support/world.h), or four running processes of an instance
 * whose scaled clock stands still and is put forward from deadline to deadline: DATA/clock is
 * written anew, HUP makes the services read it. Both come to the same facts. */
#pragma once

#include "world.h"

struct stage;

/* folder: an empty one for the stores. */
struct stage *stage_open_world(const char *folder, const char *site_folder, uint64_t start_ms);
/* data: an instance that was started with a clock that stands at start_ms. */
struct stage *stage_open_live(const char *data, const char *site_folder, uint64_t start_ms);
void stage_close(struct stage *stage);

const struct site *stage_site(const struct stage *stage);
uint64_t stage_now_ms(const struct stage *stage);
/* The answer, never NULL, lives until the next call. Nothing else is waited for. */
const Paidan__Answer *stage_ask(struct stage *stage, enum world_service service,
                                Paidan__Request *request);
/* Until every service knows all that the others have said; but intake may still wait for receipts
 * of what became of its tickets. */
void stage_settle(struct stage *stage);
/* The same without exception. */
void stage_rest(struct stage *stage);
/* Time passes, stopping at every deadline on the way; then settled. */
void stage_until(struct stage *stage, uint64_t at_ms);
/* Every fact of all logs, service by service. */
void stage_facts(struct stage *stage, world_visit visit, void *context);
/* Laws that hold at rest; prints what is broken and aborts. Of processes their own programs check
 * the logs (tests/scenarios/run). */
void stage_check(struct stage *stage);
