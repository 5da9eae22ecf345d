/* say: what is said to people, whoever says it: the command line, the demo, a gateway, an adapter.
 *
 * All of say/ is pure: no I/O, no clock, no locale of the process, no zone of the machine. Whoever
 * speaks brings a struct say and, where time matters, the moment that is now. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/calendar/zone.h"
#include "common/site/site.h"

enum say_language { SAY_ENGLISH, SAY_CHINESE };

/* In which language, by which wall clock, with whose names. Zeroed: English, +08:00, codes. */
struct say {
    enum say_language language;
    const struct zone *zone; /* NULL: the site's; without a site +08:00 */
    const struct site *site; /* NULL: codes stand for names */
};

/* How a sentence is meant. A terminal shows it as a colour, a page as a class. */
enum say_tone {
    SAY_PLAIN,
    SAY_STRONG, /* bold */
    SAY_FAINT,  /* dim */
    SAY_BAD,    /* red: late, a red card */
    SAY_WARN,   /* yellow: soon late, a yellow card, asked for */
    SAY_GOOD,   /* green: done, in time */
    SAY_NEWS,   /* cyan: moved, paused, planned again */
};

/* zh or en, as the language is. */
const char *say_choose(const struct say *say, const char *zh, const char *en);
/* Whose wall clock is meant; NULL: a fixed offset, say_offset. */
const struct zone *say_zone(const struct say *say);
/* Offset of the wall clock at this moment, summer time included. */
int64_t say_offset(const struct say *say, uint64_t at_ms);
/* Adds a word to a list of them; `between` stands between two. What does not fit is cut off. */
void say_add(char *text, size_t size, const char *between, const char *word);

/* Names in the user's language; the code itself when the site does not know it; "-" for NULL. */
const char *say_unit(const struct say *say, const char *code);
const char *say_category(const struct say *say, const char *code);
const char *say_area(const struct say *say, const char *code);
const char *say_channel(const struct say *say, const char *code);
const char *say_level(const struct say *say, uint32_t level);
