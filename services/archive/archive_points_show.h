/* archive_points_show: accounts, entries, who has earned most, what there is in exchange, whether it all adds up. */
#pragma once

#include "common/step/step.h"

/* As step_service.query. */
MUST_CHECK enum rc archive_points_show_query(struct step_view *view, const Paidan__PointsShow *wish,
                                             Paidan__Answer *answer);
