/* gateway_page_timeline: what happened to a ticket and what comes next, as a parcel's way is shown: what is
 * to come on top, then what happened, the newest first. */
#pragma once

#include "common/base/arena.h"
#include "gateway_html.h"
#include "gateway_page_story.h"

/* Whose facts: the resident's own ticket's, or of the ticket that is worked on in its place 并单. */
enum gateway_page_whose { GATEWAY_PAGE_OWN, GATEWAY_PAGE_HEAD };

struct gateway_page_item;
/* Zeroed: empty. */
struct gateway_page_timeline {
    struct gateway_page_item *items; /* heap */
    size_t count, room;
    bool failed; /* no memory: something is missing */
};

void gateway_page_timeline_free(struct gateway_page_timeline *timeline);
/* Adds what a service's history says to the resident: packed facts, oldest first, unpacked into arena. What
 * cannot be read is left out. */
void gateway_page_timeline_take(struct gateway_page_timeline *timeline, const struct say *say,
                                struct arena *arena, enum gateway_page_whose whose,
                                const ProtobufCBinaryData *history, size_t count);
/* Writes the list. merged: facts of the head are shown, from the moment of the merge on; else they are not.
 * registered_ms: with which it ends. */
void gateway_page_timeline_write(struct gateway_page_timeline *timeline, struct gateway_html *html,
                                 const struct say *say, const struct gateway_page_next *next,
                                 bool merged, uint64_t registered_ms);
