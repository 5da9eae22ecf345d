/* callback_reading: what a clerk may look at without changing anything. */
#pragma once

#include "callback_task.h"

/* CallbackShow: the newest round of one ticket. */
MUST_CHECK enum rc callback_reading_show(struct step_view *view, const Paidan__CallbackShow *wish,
                                         Paidan__Answer *answer);
/* CallbackList: open tasks of a channel or of all, in pages. */
MUST_CHECK enum rc callback_reading_list(struct step_view *view, const Paidan__CallbackList *wish,
                                         Paidan__Answer *answer);
