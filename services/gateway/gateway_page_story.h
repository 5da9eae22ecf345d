/* gateway_page_story: facts of a ticket as its resident reads them. Pure. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"
#include "gateway_html.h"

/* What the fact means for the resident, who does not know our states; "" where it means nothing to him.
 * sentence: size bytes. *said: words of the unit for him, inside event; NULL: none. */
void gateway_page_story_words(const struct say *say, const Paidan__Event *event, char *sentence,
                              size_t size, const char **said);
/* How far along: 0 received, 1 given to a unit, 2 being worked on, 3 done says the unit, 4 ended. */
unsigned gateway_page_story_step(Paidan__State state);
/* Where it stands, as one sentence. unit: its name, NULL: none yet. */
void gateway_page_story_state(const struct say *say, Paidan__State state, const char *unit,
                              char *sentence, size_t size);
