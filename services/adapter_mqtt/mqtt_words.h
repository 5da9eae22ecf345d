/* mqtt_words: what a ticket says about an alarm: for the clerk who goes there, in the words of the site. */
#pragma once

#include "common/site/site_devices.h"
#include "mqtt_state.h"

#define MQTT_OTHER "other"   /* a kind that the site does not name */
#define MQTT_SILENT "silent" /* nothing is heard of the device */

/* The ticket that an alarm asks for. report: the message that opens it; NULL: none did (it is silent).
 * Texts in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc mqtt_words_ticket(const struct step *step, const struct mqtt_alarm *alarm,
                                     Paidan__AlarmLevel level, uint32_t opening,
                                     const Paidan__DeviceReport *report, Paidan__NewTicket *ticket);
/* What the ticket is told of a change; NULL: the arena is full. */
char *mqtt_words_note(const struct step *step, const struct mqtt_alarm *alarm,
                      Paidan__AlarmLevel level);
