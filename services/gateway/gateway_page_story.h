/* gateway_page_story: facts of a ticket as its resident reads them. Pure. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"
#include "gateway_html.h"

/* What the fact means for the resident, who does not know our states; "" where it means nothing to him.
 * sentence: size bytes. *said: words of the unit for him, inside event; NULL: none. */
void gateway_page_story_words(const struct say *say, const Paidan__Event *event, char *sentence,
                              size_t size, const char **said);
/* Whether the fact is told to who reported a ticket that was merged into this one: where it is and how it
 * goes, not what was said to or by somebody else. */
bool gateway_page_story_shared(const Paidan__Event *event);
/* How far along: 0 received, 1 given to a unit, 2 being worked on, 3 done says the unit, 4 ended. */
unsigned gateway_page_story_step(Paidan__State state);
/* Where it stands, as one sentence. unit: its name, NULL: none yet. */
void gateway_page_story_state(const struct say *say, Paidan__State state, const char *unit,
                              char *sentence, size_t size);

/* What is known of what is still to come; a moment of 0: nothing is known of it. */
struct gateway_page_next {
    Paidan__State state;
    const char *unit;                          /* its name; NULL: none yet */
    uint64_t accept_ms, contact_ms, handle_ms; /* deadlines of running clocks */
    uint64_t until_ms;                         /* of a pause */
    uint64_t now_ms;
    bool asking; /* the resident is asked whether it is solved */
};
enum { GATEWAY_PAGE_NEXT_MAX = 2 };
/* The index-th of what is to come, the furthest first, as a sentence; *late: that it should have been. False:
 * there is none of this index, though there may be one of the next. */
bool gateway_page_story_next(const struct say *say, const struct gateway_page_next *next,
                             unsigned index, char *sentence, size_t size, bool *late);
/* By when it is to be done, or that this has passed; "" when nothing runs. */
void gateway_page_story_due(const struct say *say, const struct gateway_page_next *next,
                            char *sentence, size_t size);
