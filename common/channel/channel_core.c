/* channel_core: which input, which wish and which fact belongs to the channel, to the engine or to the
 * adapter. Owns nothing. What must stay true: a wish is known, changes something and has its function by
 * one and the same row, so that the three can never say different things; what every adapter must be able
 * to fold (a refused record, another site) is not left to each to remember. */
#include "common/channel/channel_core.h"

#include "common/base/check.h"

/* NULL: it is none of the adapter's own. */
static const struct channel_core_wish *own(const struct channel_core *core,
                                           Paidan__Request__WishCase wish)
{
    const struct channel_core_wish *row = core->wishes;
    CHECK(wish != PAIDAN__REQUEST__WISH__NOT_SET);
    while (row != NULL && row->wish != PAIDAN__REQUEST__WISH__NOT_SET && row->wish != wish) {
        row++;
    }
    if (row == NULL || row->wish != wish) {
        return NULL;
    }
    CHECK((row->apply == NULL) != (row->query == NULL));
    return row;
}

bool channel_core_changes(const struct channel_core *core, const Paidan__Request *request)
{
    const struct channel_core_wish *const row = own(core, request->wish_case);
    CHECK(row == NULL || !channel_knows(request)); /* one owner */
    return row != NULL ? row->apply != NULL : channel_changes(request);
}

bool channel_core_knows(const struct channel_core *core, const Paidan__Request *request)
{
    return channel_knows(request) || own(core, request->wish_case) != NULL;
}

static enum rc apply_command(const struct channel_core *core, struct step *step,
                             const struct step_input *input)
{
    if (channel_changes(input->request)) {
        return channel_apply(step, core->channel, input->request);
    }
    const struct channel_core_wish *const row = own(core, input->request->wish_case);
    CHECK(row != NULL);
    CHECK(row->apply != NULL); /* the engine asks `changes` first */
    if (row->in_channel && core->channel->code(step->site) == NULL) {
        return step_refuse(step, PAIDAN__CODE__CHANNEL_UNKNOWN, NULL);
    }
    return row->apply(step, input);
}

enum rc channel_core_apply(const struct channel_core *core, struct step *step,
                           const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        if (input->due.kind == core->channel->outbox->due_kind) {
            return channel_due(step, core->channel, &input->due);
        }
        return core->due == NULL ? RC_CORRUPT : core->due(step, &input->due);
    case STEP_RECORD:
        CHECK(core->record != NULL); /* it follows a log */
        return core->record(step, input);
    case STEP_COMMAND:
        break;
    }
    return apply_command(core, step, input);
}

enum rc channel_core_evolve(const struct channel_core *core, struct step_fold *fold, uint64_t seq,
                            const Paidan__Event *event)
{
    CHECK(seq > 0);
    CHECK(core->fold != NULL);
    if (channel_owns(event->fact_case)) {
        return channel_evolve(fold, core->channel, seq, event);
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        return RC_OK;
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return core->fold_site == NULL ? RC_OK : core->fold_site(fold, event);
    default:
        return core->fold(fold, seq, event);
    }
}

enum rc channel_core_query(const struct channel_core *core, struct step_view *view,
                           const Paidan__Request *request, Paidan__Answer *answer)
{
    const struct channel_core_wish *const row = own(core, request->wish_case);
    CHECK(row == NULL || row->query != NULL);
    return row == NULL ? channel_query(view, core->channel, request, answer)
                       : row->query(view, request, answer);
}
