/* say_facts: one sentence for each fact, as a clerk reads a ticket's history. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* The sentence, and how it is meant; "" when people need not see it. */
enum say_tone say_facts_words(const struct say *say, const Paidan__Event *event, char *text,
                              size_t size);
