/* hotline_core: the adapter's service: each input to the part that owns it. */
#include <string.h>

#include "common/base/check.h"
#include "common/say/counter.h"
#include "hotline.h"
#include "hotline_call.h"
#include "hotline_hear.h"
#include "hotline_tell.h"

static bool own(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_HOTLINE_HEAR ||
           request->wish_case == PAIDAN__REQUEST__WISH_HOTLINE_CALL ||
           request->wish_case == PAIDAN__REQUEST__WISH_CALL_LIST;
}

static bool changes(const Paidan__Request *request)
{
    return channel_changes(request) || own(request);
}

static bool knows(const Paidan__Request *request)
{
    return channel_knows(request) || own(request);
}

static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    return strcmp(log, "escalation") == 0 && hotline_tell_hears(fact);
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return channel_due(step, &hotline_channel, &input->due);
    case STEP_RECORD:
        return hotline_tell_apply(step, input);
    case STEP_COMMAND:
        break;
    }
    if (channel_knows(input->request)) {
        return channel_apply(step, &hotline_channel, input->request);
    }
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_HOTLINE_HEAR:
        return hotline_hear_apply(step, input->request->hotline_hear);
    case PAIDAN__REQUEST__WISH_HOTLINE_CALL:
        return hotline_call_apply(step, input->request->hotline_call);
    case PAIDAN__REQUEST__WISH_CALL_LIST:
        return hotline_call_list(step, input);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    if (channel_owns(event->fact_case)) {
        return channel_evolve(fold, &hotline_channel, seq, event);
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HOTLINE_SIGNED:
        return hotline_hear_fold_signed(fold, event);
    case PAIDAN__EVENT__FACT_HOTLINE_TAKEN:
        return hotline_hear_fold_taken(fold, seq, event);
    case PAIDAN__EVENT__FACT_HOTLINE_BOUND:
        return hotline_hear_fold_bound(fold, event);
    case PAIDAN__EVENT__FACT_HOTLINE_TOLD:
        return hotline_tell_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_HOTLINE_CALLED:
        return hotline_call_fold(fold, seq, event);
    default:
        return RC_OK; /* the engine's own */
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    return channel_query(view, &hotline_channel, request, answer);
}

static const char *const follows[] = {"escalation", NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {
    CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES, "case", "ticket", "nonce", "call", NULL};
#define NAME(number, id, name, zh) name,
static const char *const tallies[] = {CHANNEL_TALLY_NAMES, OUTBOX_TALLY_NAMES,
                                      COUNTERS_HOTLINE(NAME) NULL};

const struct step_service hotline_service = {
    .name = "hotline",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .follows_lazily = true,
    .keeps_log =
        true, /* the answers of before are read from it, and it is the store of their words */
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .changes = changes,
    .knows = knows,
};
