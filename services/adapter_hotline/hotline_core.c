/* hotline_core: the adapter's service: each input to the part that owns it. */
#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel_core.h"
#include "common/say/counter.h"
#include "hotline.h"
#include "hotline_call.h"
#include "hotline_hear.h"
#include "hotline_tell.h"

/* Who a ticket lies with, and what becomes of it, is escalation's to say; nobody else is followed. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    CHECK(log != NULL);
    return strcmp(log, "escalation") == 0 && hotline_tell_hears(fact);
}

static enum rc fold(struct step_fold *step_fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HOTLINE_SIGNED:
        return hotline_hear_fold_signed(step_fold, event);
    case PAIDAN__EVENT__FACT_HOTLINE_TAKEN:
        return hotline_hear_fold_taken(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_HOTLINE_BOUND:
        return hotline_hear_fold_bound(step_fold, event);
    case PAIDAN__EVENT__FACT_HOTLINE_TOLD:
        return hotline_tell_fold(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_HOTLINE_CALLED:
        return hotline_call_fold(step_fold, seq, event);
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

static const struct channel_core_wish wishes[] = {
    {.wish = PAIDAN__REQUEST__WISH_HOTLINE_HEAR, .apply = hotline_hear_apply},
    {.wish = PAIDAN__REQUEST__WISH_HOTLINE_CALL, .in_channel = true, .apply = hotline_call_apply},
    {.wish = PAIDAN__REQUEST__WISH_CALL_LIST, .apply = hotline_call_list},
    {.wish = PAIDAN__REQUEST__WISH_CALL_TAKE, .apply = hotline_call_take},
    {.wish = PAIDAN__REQUEST__WISH__NOT_SET},
};
static const struct channel_core core = {
    .channel = &hotline_channel, .wishes = wishes, .record = hotline_tell_apply, .fold = fold};
CHANNEL_CORE_FUNCTIONS(core)

static const char *const follows[] = {"escalation", NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {
    CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES, "case", "ticket", "nonce", "call", "early", NULL};
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
