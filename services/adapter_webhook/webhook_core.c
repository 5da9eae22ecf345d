/* webhook_core: the service as the step engine sees it: which input, which wish and which fact belongs
 * to which part. Owns the service's name, tables and counters. It judges nothing itself. Folding reads
 * the event and the tables alone. */
#include "common/base/check.h"
#include "common/channel/channel_core.h"
#include "common/say/counter.h"
#include "common/site/site_webhook.h"
#include "webhook.h"
#include "webhook_publish.h"
#include "webhook_scope.h"

static enum rc fold(struct step_fold *step_fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_PUBLISHED:
        return webhook_publish_fold(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_KEPT:
        return webhook_publish_fold_kept(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_WHOSE:
        return webhook_scope_fold(step_fold, event);
    case PAIDAN__EVENT__FACT_BUNDLED:
        return webhook_publish_fold_bundled(step_fold, event);
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

static enum rc due(struct step *step, const struct due *row)
{
    return row->kind == WEBHOOK_DUE_KEPT ? webhook_publish_kept_due(step, row)
                                         : webhook_publish_due(step, row);
}

static const struct channel_core core = {
    .channel = &webhook_channel, .record = webhook_publish_apply, .due = due, .fold = fold};
CHANNEL_CORE_FUNCTIONS(core)

/* Kinds are named with their log: callback says Withdrawn in a sense of its own. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    CHECK(log != NULL);
    return site_webhook_tells((unsigned)fact);
}

/* Not intake: its log holds what residents wrote. */
static const char *const follows[] = {"triage", "escalation", "callback", NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {
    CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES, "whose", "batch", "kept", NULL};
static const char *const tallies[WEBHOOK_TALLY_COUNT + 1] = {
    COUNTERS_WEBHOOK(COUNTER_NAME) CHANNEL_TALLY_NAMES, OUTBOX_TALLY_NAMES};

const struct step_service webhook_service = {
    .name = "webhook",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .follows_lazily = true,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .changes = changes,
    .knows = knows,
};
