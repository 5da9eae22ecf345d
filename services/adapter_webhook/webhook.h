/* webhook 推送: tells subscribers of the site what happens to tickets.
 *
 * The service as the step engine sees it, and what its sender must know of it. What it does with each
 * input is in webhook_core.c. */
#pragma once

#include "common/channel/channel.h"
#include "common/step/step.h"

enum webhook_table {
    WEBHOOK_CHANNEL = STORE_SERVICE,
    WEBHOOK_OUT = WEBHOOK_CHANNEL + CHANNEL_TABLES,
    WEBHOOK_WHOSE = WEBHOOK_OUT + OUTBOX_TABLES,
    WEBHOOK_BATCH,
    WEBHOOK_KEPT,
};
enum webhook_tally {
    WEBHOOK_TALLY_PUBLISHED, /* facts that somebody is told */
    WEBHOOK_TALLY_BUNDLED,   /* pieces that hold several */
    WEBHOOK_TALLY_CHANNEL,
    WEBHOOK_TALLY_OUT = WEBHOOK_TALLY_CHANNEL + CHANNEL_TALLIES,
    WEBHOOK_TALLY_COUNT = WEBHOOK_TALLY_OUT + OUTBOX_TALLIES,
};
enum { WEBHOOK_DUE_DELIVERY = 1, WEBHOOK_DUE_BATCH, WEBHOOK_DUE_KEPT };

extern const struct step_service webhook_service;
extern const struct channel webhook_channel;
