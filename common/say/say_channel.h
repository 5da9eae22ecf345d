/* say_channel: what all adapters do alike, what the hotline's does, and who is to be telephoned, as a
 * sentence: never what was said, nor who said it. */
#pragma once

#include <stdbool.h>

#include "common/say/say.h"
#include "event.pb-c.h"

/* Whether the fact is one of these. */
bool say_channel_knows(Paidan__Event__FactCase fact);
/* The sentence, and how it is meant. Before: say_channel_knows, text is empty. */
enum say_tone say_channel_words(const struct say *say, const Paidan__Event *event, char *text,
                                size_t size);
