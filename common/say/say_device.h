/* say_device: what the adapter of devices did, as a sentence. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* The sentence, and how it is meant; "" when it is none of these facts. Before: text is empty. */
enum say_tone say_device_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size);
