/* gateway_page_timeline: the way of a ticket as its resident sees it. It owns the items until the page is
 * written. What must stay true: the order is that of time whichever service told of a fact first; of one
 * moment and one log the later fact stands above; facts of a ticket that is worked on in this one's place
 * are shown from the merge on and only while it lasts, for what was before concerns somebody else. */

#include "gateway_page_timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_time.h"
#include "common/wire/wire.h"

enum { SENTENCE_BYTES = 320 };

struct gateway_page_item {
    uint64_t at_ms;
    size_t order; /* in which it came */
    enum gateway_page_whose whose;
    bool merged; /* the fact by which the ticket became part of another */
    char sentence[SENTENCE_BYTES];
    char *said; /* heap; NULL: nothing */
};

void gateway_page_timeline_free(struct gateway_page_timeline *timeline)
{
    for (size_t index = 0; index < timeline->count; index++) {
        free(timeline->items[index].said);
    }
    free(timeline->items);
    *timeline = (struct gateway_page_timeline){.items = NULL};
}

/* NULL: no memory. */
static struct gateway_page_item *add(struct gateway_page_timeline *timeline)
{
    CHECK(timeline->count <= timeline->room);
    if (timeline->count == timeline->room) {
        const size_t room = timeline->room == 0 ? 32 : 2 * timeline->room;
        struct gateway_page_item *grown = realloc(timeline->items, room * sizeof *grown);
        if (grown == NULL) {
            timeline->failed = true;
            return NULL;
        }
        timeline->items = grown;
        timeline->room = room;
    }
    struct gateway_page_item *item = &timeline->items[timeline->count];
    *item = (struct gateway_page_item){.order = timeline->count};
    timeline->count++;
    return item;
}

static void take_fact(struct gateway_page_timeline *timeline, const struct say *say,
                      enum gateway_page_whose whose, const Paidan__Event *event)
{
    char sentence[SENTENCE_BYTES];
    const char *said = NULL;
    if (whose == GATEWAY_PAGE_HEAD && !gateway_page_story_shared(event)) {
        return;
    }
    gateway_page_story_words(say, event, sentence, sizeof sentence, &said);
    struct gateway_page_item *item = sentence[0] == '\0' ? NULL : add(timeline);
    if (item != NULL) {
        item->at_ms = event->at_ms;
        item->whose = whose;
        item->merged = event->fact_case == PAIDAN__EVENT__FACT_MERGED;
        memcpy(item->sentence, sentence, sizeof sentence);
        item->said = said == NULL || said[0] == '\0' ? NULL : strdup(said);
    }
}

void gateway_page_timeline_take(struct gateway_page_timeline *timeline, const struct say *say,
                                struct arena *arena, enum gateway_page_whose whose,
                                const ProtobufCBinaryData *history, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(arena, &paidan__event__descriptor, history[index].data, history[index].len,
                        &message, &error) == RC_OK) {
            take_fact(timeline, say, whose, (const Paidan__Event *)(const void *)message);
        }
    }
}

static int newest_first(const void *one, const void *other)
{
    const struct gateway_page_item *a = one, *b = other;
    if (a->at_ms != b->at_ms) {
        return a->at_ms > b->at_ms ? -1 : 1;
    }
    return a->order > b->order ? -1 : a->order < b->order ? 1 : 0;
}

static void write_to_come(struct gateway_html *html, const struct say *say,
                          const struct gateway_page_next *next)
{
    char sentence[SENTENCE_BYTES];
    bool late = false;
    for (unsigned index = 0; index < GATEWAY_PAGE_NEXT_MAX; index++) {
        if (gateway_page_story_next(say, next, index, sentence, sizeof sentence, &late)) {
            gateway_html_raw(html, late ? "<li class=\"next late\">" : "<li class=\"next\">");
            gateway_html_add(html, "%s</li>\n", sentence);
        }
    }
}

static void write_item(struct gateway_html *html, const struct say *say, bool newest,
                       uint64_t at_ms, const char *sentence, const char *said)
{
    char at[SAY_TIME_BYTES];
    say_time_exact(say, at_ms, at);
    at[16] = '\0'; /* seconds are of no use to a resident */
    gateway_html_raw(html, newest ? "<li class=\"now\">" : "<li>");
    gateway_html_add(html, "<time>%s</time>%s", at, sentence);
    if (said != NULL) {
        gateway_html_add(html, "<p class=\"said\">%s</p>", said);
    }
    gateway_html_raw(html, "</li>\n");
}

/* From when on facts of the head are this resident's too: its newest merge. */
static uint64_t merge_ms(const struct gateway_page_timeline *timeline)
{
    for (size_t index = 0; index < timeline->count; index++) {
        if (timeline->items[index].merged && timeline->items[index].whose == GATEWAY_PAGE_OWN) {
            return timeline->items[index].at_ms;
        }
    }
    return 0;
}

void gateway_page_timeline_write(struct gateway_page_timeline *timeline, struct gateway_html *html,
                                 const struct say *say, const struct gateway_page_next *next,
                                 bool merged, uint64_t registered_ms)
{
    bool newest = true;
    if (timeline->count > 0) {
        qsort(timeline->items, timeline->count, sizeof *timeline->items, newest_first);
    }
    const uint64_t since_ms = merge_ms(timeline);
    gateway_html_add(html, "<ol class=\"story\" aria-label=\"%s\">\n",
                     say_choose(say, "接下来和经过，最新的在最上面",
                                "What comes next and what happened, the newest first"));
    write_to_come(html, say, next);
    for (size_t index = 0; index < timeline->count; index++) {
        const struct gateway_page_item *item = &timeline->items[index];
        if (item->whose == GATEWAY_PAGE_OWN || (merged && item->at_ms >= since_ms)) {
            write_item(html, say, newest, item->at_ms, item->sentence, item->said);
            newest = false;
        }
    }
    write_item(html, say, newest, registered_ms,
               say_choose(say, "收到您的反映", "Your report was received"), NULL);
    gateway_html_raw(html, "</ol>\n");
}
