/* mqtt_tally: the adapter's counters: what all adapters have, then its own (common/say/counter.h). */
#pragma once

#include "common/channel/channel.h"
#include "common/say/counter.h"

enum {
    MQTT_TALLY_CHANNEL,
    MQTT_TALLY_OUTBOX = (int)MQTT_TALLY_CHANNEL + (int)CHANNEL_TALLIES,
    MQTT_TALLY_OWN = (int)MQTT_TALLY_OUTBOX + (int)OUTBOX_TALLIES,
};
#define MQTT_TALLY(number, id, name, zh) MQTT_TALLY_##id = MQTT_TALLY_OWN + (number),
enum mqtt_tally { COUNTERS_MQTT(MQTT_TALLY) };
