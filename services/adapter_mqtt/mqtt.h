/* mqtt: devices 设备: alarms that come through an MQTT broker become tickets, one at a time of each
 * device and kind.
 *
 * The service as the step engine sees it. What it does with each input is in mqtt_core.c. */
#pragma once

#include "common/channel/channel.h"
#include "common/step/step.h"

extern const struct step_service mqtt_service;
/* For the sender (common/door/door_sender.h). */
extern const struct channel mqtt_channel;
