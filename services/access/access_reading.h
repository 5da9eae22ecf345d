/* access_reading: listings of people, sessions, keys and changes, and what happened here. */
#pragma once

#include "access_name.h"

MUST_CHECK enum rc access_reading_people(struct step_view *view, const Paidan__PersonList *wish,
                                         Paidan__Answer *answer);
MUST_CHECK enum rc access_reading_sessions(struct step_view *view, const Paidan__Request *request,
                                           Paidan__Answer *answer);
MUST_CHECK enum rc access_reading_keys(struct step_view *view, const Paidan__KeyList *wish,
                                       Paidan__Answer *answer);
MUST_CHECK enum rc access_reading_changes(struct step_view *view, const Paidan__ChangeList *wish,
                                          Paidan__Answer *answer);
