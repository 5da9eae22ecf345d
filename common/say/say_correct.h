/* say_correct: what a dispatcher corrected, as a sentence. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* Each thing that changed, and who has it now. Cut where the room ends. Before: size > 0. */
enum say_tone say_correct_words(const struct say *say, const Paidan__Corrected *fact, char *text,
                                size_t size);
