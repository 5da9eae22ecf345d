/* hotline: the adapter of hotlines above us 上级热线平台 and of the exchange. One per site; it hears signed
 * envelopes, wishes what they ask of intake and callback, follows escalation and tells each peer what
 * becomes of the tickets that it handed to us. */
#pragma once

#include "common/channel/channel.h"
#include "common/step/step.h"

enum hotline_table {
    HOTLINE_CHANNEL = STORE_SERVICE,
    HOTLINE_OUT = HOTLINE_CHANNEL + CHANNEL_TABLES,
    HOTLINE_CASE = HOTLINE_OUT + OUTBOX_TABLES,
    HOTLINE_TICKET,
    HOTLINE_NONCE,
    HOTLINE_CALL,
    HOTLINE_EARLY,
};

enum hotline_tally {
    HOTLINE_TALLY_HEARD,
    HOTLINE_TALLY_DELIVERIES = HOTLINE_TALLY_HEARD + CHANNEL_TALLIES,
    HOTLINE_TALLY_CASES = HOTLINE_TALLY_DELIVERIES + OUTBOX_TALLIES,
    HOTLINE_TALLY_REFUSED, /* cases */
    HOTLINE_TALLY_LATE,    /* envelopes that were overtaken */
    HOTLINE_TALLY_TOLD,
    HOTLINE_TALLY_CALLS,  /* that rang */
    HOTLINE_TALLY_PICKED, /* whose number an operator was shown */
    HOTLINE_TALLY_ASKED,  /* cases that have no number yet: now */
    HOTLINE_TALLY_COUNT
};

extern const struct step_service hotline_service;
extern const struct channel hotline_channel;
