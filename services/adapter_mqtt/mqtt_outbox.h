/* mqtt_outbox: what the adapter wishes of intake. */
#pragma once

#include "mqtt_state.h"

extern const struct outbox mqtt_outbox;

/* Wishes of one alarm go in order. of: seq of the AlarmOpened that it follows from; 0: none. Returns as
 * step_say. */
MUST_CHECK enum rc mqtt_outbox_wish(struct step *step, const struct mqtt_alarm *alarm,
                                    const ProtobufCMessage *wish, uint64_t of);
