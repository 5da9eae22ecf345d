/* demo_agenda: what is still to happen, by site time. Things due at the same moment happen in the
 * order in which they were put down, so that a day repeats itself. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/limits.h"
#include "common/base/rc.h"

enum demo_item_kind {
    DEMO_ITEM_SUBMIT,   /* row: an adapter hands the ticket in */
    DEMO_ITEM_ACT,      /* row, index: the resident chases, adds or withdraws */
    DEMO_ITEM_LOOK,     /* index: a unit looks into its queue */
    DEMO_ITEM_WORK,     /* a clerk's next action on a ticket */
    DEMO_ITEM_DESK,     /* the dispatcher looks at the desk */
    DEMO_ITEM_DISPATCH, /* the dispatcher decides on a ticket */
    DEMO_ITEM_ASK,      /* index: a channel's adapter fetches what to ask */
    DEMO_ITEM_REPLY,    /* index: of the attempt; a resident answers */
    DEMO_ITEM_NOTICE,   /* the office tells of what was done */
    DEMO_ITEM_FIND,     /* row, index: of the try; the ticket of a device's alarm is looked for */
};

struct demo_item {
    uint64_t at_ms, order; /* order: set by put */
    enum demo_item_kind kind;
    uint32_t row, index; /* index: of unit, channel or act */
    uint64_t ticket;
    Paidan__Action action;
    uint32_t round;       /* reply: of the callback; work: 1 for urgent matters */
    uint64_t accepted_ms; /* work: since when the clerk has it */
    bool asked;           /* request_id was used: repeat with the same one */
    unsigned char request_id[REQUEST_ID_BYTES];
};

struct demo_agenda {
    struct demo_item *items; /* a heap */
    uint32_t count, size;
    uint64_t order;
};

void demo_agenda_fini(struct demo_agenda *agenda);
/* Copies the item. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_agenda_put(struct demo_agenda *agenda, const struct demo_item *item);
/* NULL: nothing is left. Holds until the next put or take. */
const struct demo_item *demo_agenda_first(const struct demo_agenda *agenda);
/* Before: not empty. */
void demo_agenda_take(struct demo_agenda *agenda, struct demo_item *item);
