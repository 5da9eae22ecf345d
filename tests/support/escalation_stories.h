/* escalation_stories: lives of tickets, each told through escalation's core. The same stories feed
 * the golden traces (tests/core/escalation_stories_test.c) and the proof that every cell of the
 * transition table matters (tests/core/escalation_cells_test.c). */
#pragma once

#include "story.h"

struct escalation_story {
    const char *name; /* golden file: escalation_<name>.txt */
    const char *site;
    void (*tell)(struct story *story);
};

extern const struct escalation_story escalation_stories[];
extern const size_t escalation_story_count;

/* Opens the story, tells it, adds the laws every story ends with (counters, replay). The caller
 * compares the trace, then calls story_close. */
void escalation_story_tell(const struct escalation_story *told, struct story *story);
/* Laws that hold after every step: the sum over the states is the number of tickets, each open
 * ticket stands in one queue row and one due row, no other does. Says a line for each that is
 * broken. */
void escalation_story_check(struct story *story);
