/* mqtt_reading: what whoever looks after the devices may see. */
#pragma once

#include "mqtt_state.h"

MUST_CHECK enum rc mqtt_reading_list(struct step_view *view, const Paidan__Request *request,
                                     Paidan__Answer *answer);
/* For channel.status. */
MUST_CHECK enum rc mqtt_reading_status(struct step_view *view, Paidan__AdapterShown *shown);
