/* wechat_outbox: how what is sent is treated, and the channel as those parts see it that hear and wish. */
#pragma once

#include "common/channel/channel.h"
#include "common/say/counter.h"

/* Those of every adapter first. Stored: never renumber. */
enum {
    WECHAT_TALLY_CHANNEL = 0,
    WECHAT_TALLY_OUTBOX = WECHAT_TALLY_CHANNEL + CHANNEL_TALLIES,
    WECHAT_TALLY_OWN = WECHAT_TALLY_OUTBOX + OUTBOX_TALLIES,
    WECHAT_TALLIES = WECHAT_TALLY_OWN + COUNTER_COUNT(COUNTERS_WECHAT),
};
#define WECHAT_TALLY_ENUM(number, id, name, zh) WECHAT_TALLY_##id = WECHAT_TALLY_OWN + (number),
enum { COUNTERS_WECHAT(WECHAT_TALLY_ENUM) };

extern const struct outbox wechat_outbox;
/* For channel_hear and channel_wish: knows nobody who decides what follows, who know it. */
extern const struct channel wechat_wishing;
