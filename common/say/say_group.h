/* say_group: sentences for facts of groups 并单: tickets about the same event, one of which is worked on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/say/say.h"
#include "common/say/say_facts.h"
#include "event.pb-c.h"

bool say_group_knows(Paidan__Event__FactCase fact);
/* Before: say_group_knows it. Cut at size; returns the tone. */
enum say_tone say_group_words(const struct say *say, const Paidan__Event *event, char *text,
                              size_t size);
