/* channel_core: an adapter as the step engine sees it. What every adapter hears, answers and folds is the
 * channel's; the adapter gives the table of what is its own:
 *
 *     static const struct channel_core_wish wishes[] = {
 *         {.wish = PAIDAN__REQUEST__WISH_BELL_RINGS, .apply = bell_rings_apply},
 *         {.wish = PAIDAN__REQUEST__WISH_BELL_LIST, .query = bell_list_query},
 *         {.wish = PAIDAN__REQUEST__WISH__NOT_SET},
 *     };
 *     static const struct channel_core core = {
 *         .channel = &bell_channel, .wishes = wishes, .record = bell_follow, .fold = fold};
 *     CHANNEL_CORE_FUNCTIONS(core)
 *
 * which makes apply, evolve, query, changes and knows for its step_service. */
#pragma once

#include "common/channel/channel.h"

/* One wish that the adapter alone knows: one of apply (it changes something, or waits) and query. */
struct channel_core_wish {
    Paidan__Request__WishCase wish;
    bool
        in_channel; /* refused with CHANNEL_UNKNOWN while the site has no channel for the adapter */
    enum rc (*apply)(struct step *step, const struct step_input *input);
    enum rc (*query)(struct step_view *view, const Paidan__Request *request,
                     Paidan__Answer *answer);
};

struct channel_core {
    const struct channel *channel;
    const struct channel_core_wish *wishes; /* ended by one that is not set; NULL: none */
    /* A record of a followed log; NULL: it follows none. */
    enum rc (*record)(struct step *step, const struct step_input *input);
    /* Deadlines of other kinds than the outbox's; NULL: there are none. */
    enum rc (*due)(struct step *step, const struct due *due);
    /* Facts that are neither the channel's nor the engine's. RC_CORRUPT: no fact of this service. */
    enum rc (*fold)(struct step_fold *fold, uint64_t seq, const Paidan__Event *event);
    /* SiteChanged; NULL: nothing depends on it. */
    enum rc (*fold_site)(struct step_fold *fold, const Paidan__Event *event);
};

/* As struct step_service says of the functions of these names. */
MUST_CHECK enum rc channel_core_apply(const struct channel_core *core, struct step *step,
                                      const struct step_input *input);
MUST_CHECK enum rc channel_core_evolve(const struct channel_core *core, struct step_fold *fold,
                                       uint64_t seq, const Paidan__Event *event);
MUST_CHECK enum rc channel_core_query(const struct channel_core *core, struct step_view *view,
                                      const Paidan__Request *request, Paidan__Answer *answer);
bool channel_core_changes(const struct channel_core *core, const Paidan__Request *request);
bool channel_core_knows(const struct channel_core *core, const Paidan__Request *request);

/* The engine calls them without a context. */
#define CHANNEL_CORE_FUNCTIONS(core)                                                               \
    static enum rc apply(struct step *step, const struct step_input *input)                        \
    {                                                                                              \
        return channel_core_apply(&(core), step, input);                                           \
    }                                                                                              \
    static enum rc evolve(struct step_fold *step_fold, uint64_t seq, const Paidan__Event *event)   \
    {                                                                                              \
        return channel_core_evolve(&(core), step_fold, seq, event);                                \
    }                                                                                              \
    static enum rc query(struct step_view *view, const Paidan__Request *request,                   \
                         Paidan__Answer *answer)                                                   \
    {                                                                                              \
        return channel_core_query(&(core), view, request, answer);                                 \
    }                                                                                              \
    static bool changes(const Paidan__Request *request)                                            \
    {                                                                                              \
        return channel_core_changes(&(core), request);                                             \
    }                                                                                              \
    static bool knows(const Paidan__Request *request)                                              \
    {                                                                                              \
        return channel_core_knows(&(core), request);                                               \
    }
