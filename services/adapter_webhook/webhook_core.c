/* webhook_core: the service as the step engine sees it: which input, which wish and which fact belongs
 * to which part. Owns the service's name, tables and counters. It judges nothing itself. Folding reads
 * the event and the tables alone. */
#include "common/base/check.h"
#include "common/site/site_webhook.h"
#include "webhook.h"
#include "webhook_publish.h"
#include "webhook_scope.h"

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return input->due.kind == WEBHOOK_DUE_BATCH
                   ? webhook_publish_due(step, &input->due)
                   : channel_due(step, &webhook_channel, &input->due);
    case STEP_RECORD:
        return webhook_publish_apply(step, input);
    case STEP_COMMAND:
        break;
    }
    CHECK(channel_knows(input->request));
    return channel_apply(step, &webhook_channel, input->request);
}

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_PUBLISHED:
        return webhook_publish_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_WHOSE:
        return webhook_scope_fold(fold, event);
    case PAIDAN__EVENT__FACT_BUNDLED:
        return webhook_publish_fold_bundled(fold, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return channel_owns(event->fact_case) ? channel_evolve(fold, &webhook_channel, seq, event)
                                              : RC_CORRUPT; /* not a fact of this service */
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!channel_changes(request));
    return channel_query(view, &webhook_channel, request, answer);
}

/* Kinds are named with their log: callback says Withdrawn in a sense of its own. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    CHECK(log != NULL);
    return site_webhook_tells((unsigned)fact);
}

/* Not intake: its log holds what residents wrote. */
static const char *const follows[] = {"triage", "escalation", "callback", NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES, "whose", "batch",
                                     NULL};
static const char *const tallies[WEBHOOK_TALLY_COUNT + 1] = {
    "published", "bundled", CHANNEL_TALLY_NAMES, OUTBOX_TALLY_NAMES};

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
    .changes = channel_changes,
    .knows = channel_knows,
};
