/* say_archive: facts of archive's own log as sentences. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

bool say_archive_knows(Paidan__Event__FactCase fact);
/* Before: say_archive_knows. */
enum say_tone say_archive_words(const struct say *say, const Paidan__Event *event, char *text,
                                size_t size);
