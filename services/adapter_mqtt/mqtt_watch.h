/* mqtt_watch: devices that should be heard and are not. A registered device with a term has one deadline;
 * when it has passed without a message, the device is silent, once, until it is heard again. */
#pragma once

#include "mqtt_state.h"

/* Deadlines of MQTT_DUE_WATCH and MQTT_DUE_REGISTER. */
MUST_CHECK enum rc mqtt_watch_due(struct step *step, const struct due *due);
/* BrokerState. */
MUST_CHECK enum rc mqtt_watch_link(struct step *step, const struct step_input *input);

MUST_CHECK enum rc mqtt_watch_fold_watched(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc mqtt_watch_fold_silent(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc mqtt_watch_fold_linked(struct step_fold *fold, const Paidan__Event *event);
/* SiteChanged: the register may be another one. */
MUST_CHECK enum rc mqtt_watch_fold_site(struct step_fold *fold, const Paidan__Event *event);
