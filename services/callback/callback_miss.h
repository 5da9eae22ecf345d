/* callback_miss 无人接听: who rang says that nobody answered. Facts: those of the attempt that is over. */
#pragma once

#include "callback_task.h"

MUST_CHECK enum rc callback_miss_apply(struct step *step, const Paidan__Request *request);
