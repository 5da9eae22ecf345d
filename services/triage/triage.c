/* triage: names, tables, counters and entry points of the service. */

#include "triage.h"

#include "triage_core.h"

static const char *const follows[] = {"intake", "escalation", NULL};
static const char *const followed_by[] = {"escalation", NULL};
static const char *const tables[] = {"ticket", "desk", NULL}; /* order: enum triage_table */

const struct step_service triage_service = {
    .name = "triage",
    .follows = follows,
    .followed_by = followed_by,
    .paced_by = followed_by,
    .tables = tables,
    .tallies = triage_tallies,
    .apply = triage_core_apply,
    .evolve = triage_core_evolve,
    .query = triage_core_query,
    .hears = triage_core_hears,
    .needs = triage_core_needs,
    .changes = triage_core_changes,
    .knows = triage_core_knows,
};
