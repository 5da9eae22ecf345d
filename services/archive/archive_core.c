/* archive_core: the service as the step engine sees it, and the table of its parts: which wish, which
 * fact, which deadline belongs to whom. Owns the service's name, tables and counters; judges nothing
 * itself. Nobody follows it. Its log is the archive, and never trimmed. */
#include "archive.h"
#include "archive_bulletin.h"
#include "archive_follow.h"
#include "archive_part.h"
#include "archive_points.h"
#include "archive_reading.h"
#include "archive_state.h"
#include "archive_take.h"
#include "archive_unit.h"
#include "common/base/check.h"

/* In the order in which they hear. One line a part. */
static const struct archive_part *const parts[] = {
    &archive_follow_part, &archive_rates_part, &archive_bulletin_part,
    &archive_points_part, &archive_unit_part,  NULL,
};

static const struct archive_part *part_of(const Paidan__Request *request)
{
    CHECK(request != NULL);
    for (const struct archive_part *const *part = parts; *part != NULL; part++) {
        if ((*part)->knows != NULL && (*part)->knows(request)) {
            return *part;
        }
    }
    return NULL;
}

static bool knows(const Paidan__Request *request)
{
    return part_of(request) != NULL;
}

static bool changes(const Paidan__Request *request)
{
    const struct archive_part *const part = part_of(request);
    return part != NULL && part->changes != NULL && part->changes(request);
}

static enum rc apply_due(struct step *step, const struct due *due)
{
    CHECK(due->due_ms <= step->now_ms);
    for (const struct archive_part *const *part = parts; *part != NULL; part++) {
        if ((*part)->due != NULL && (*part)->due_kind == due->kind) {
            return (*part)->due(step, due);
        }
    }
    return RC_CORRUPT;
}

/* Whether a part will look at its ticket once the step's records are heard. */
static bool touches(const struct step_input *input)
{
    CHECK(input->kind == STEP_RECORD);
    for (const struct archive_part *const *part = parts; *part != NULL; part++) {
        if ((*part)->settles != NULL && input->brief.has_ticket && input->brief.ticket != 0 &&
            (*part)->settles(input->log, input->brief.fact)) {
            return true;
        }
    }
    return false;
}

static enum rc finish(struct step *step)
{
    const uint64_t *tickets = NULL;
    enum rc rc = archive_take_finish(step);
    const size_t count = archive_take_touched(step, &tickets);
    CHECK(count == 0 || tickets != NULL);
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        for (const struct archive_part *const *part = parts; rc == RC_OK && *part != NULL; part++) {
            rc = (*part)->settle == NULL ? RC_OK : (*part)->settle(step, tickets[index]);
        }
    }
    return rc;
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    CHECK(input->kind != STEP_COMMAND || changes(input->request));
    if (input->kind == STEP_RECORD) {
        const enum rc rc = archive_take_apply(step, input);
        return rc == RC_OK && touches(input) ? archive_take_touch(step, input->brief.ticket) : rc;
    }
    if (input->kind == STEP_DUE) {
        return apply_due(step, &input->due);
    }
    return part_of(input->request)->apply(step, input);
}

/* A fact of one of the parts. */
static enum rc fold_part(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    for (const struct archive_part *const *part = parts; *part != NULL; part++) {
        const Paidan__Event__FactCase *fact = (*part)->facts;
        for (; fact != NULL && *fact != PAIDAN__EVENT__FACT__NOT_SET; fact++) {
            if (*fact == event->fact_case) {
                return (*part)->fold(fold, seq, event);
            }
        }
    }
    return RC_CORRUPT; /* not a fact of this service */
}

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ARCHIVED:
        return archive_take_fold(fold, event, parts);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        fold->tally->values[ARCHIVE_TALLY_REFUSED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return fold_part(fold, seq, event);
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    const struct archive_part *const part = part_of(request);
    CHECK(!changes(request));
    if (part == NULL || part->query == NULL) {
        return step_view_refuse(answer, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
    return part->query(view, request, answer);
}

static const char *const follows[] = {"intake", "triage", "escalation", "callback", NULL};
static const char *const followed_by[] = {NULL};
/* In the order of archive_state.h. */
static const char *const tables[] = {"confidential", "ticket", "share",   "day",   "count",
                                     "time",         "exempt", "matter",  "ended", "bulletin",
                                     "shown",        "claim",  "account", "entry", "person",
                                     "award",        "often",  "earner",  "unit",  NULL};
static const char *const tallies[COUNTER_COUNT(COUNTERS_ARCHIVE) + 1] = {
    COUNTERS_ARCHIVE(COUNTER_NAME)};

const struct step_service archive_service = {
    .name = "archive",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .follows_lazily = true,
    .keeps_log = true,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .finish = finish,
    .scope = archive_reading_scope,
    .hears = archive_take_hears,
    .changes = changes,
    .knows = knows,
};
