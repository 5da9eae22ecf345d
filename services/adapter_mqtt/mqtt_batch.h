/* mqtt_batch: the messages of one turn of the broker's connection. Each is taken, known already, or
 * dropped because it is more than a bucket holds; that is counted in one fact, and then it is judged
 * what follows for each alarm. */
#pragma once

#include "mqtt_state.h"

MUST_CHECK enum rc mqtt_batch_apply(struct step *step, const struct step_input *input);
MUST_CHECK enum rc mqtt_batch_fold(struct step_fold *fold, const Paidan__Event *event);
