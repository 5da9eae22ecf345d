/* say_points: facts of points 积分, as sentences. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* Whether such a fact is one of those. */
bool say_points_knows(Paidan__Event__FactCase fact);
/* Its sentence. Before: it is one; size > 0. */
enum say_tone say_points_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size);
