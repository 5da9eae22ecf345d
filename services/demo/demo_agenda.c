/* demo_agenda: what is still to happen, by site time: a binary heap.
 *
 * Items of one moment keep the order in which they were put, so that two runs of the same day do
 * the same things in the same order. */
#include "demo_agenda.h"

#include <stdlib.h>

#include "common/base/check.h"

void demo_agenda_fini(struct demo_agenda *agenda)
{
    free(agenda->items);
    *agenda = (struct demo_agenda){0};
}

/* Whether a is due first. */
static bool before(const struct demo_item *a, const struct demo_item *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

enum rc demo_agenda_put(struct demo_agenda *agenda, const struct demo_item *item)
{
    CHECK(agenda->count <= agenda->size);
    if (agenda->count == agenda->size) {
        const uint32_t size = agenda->size == 0 ? 1024 : agenda->size * 2;
        struct demo_item *grown = realloc(agenda->items, size * sizeof *grown);
        if (grown == NULL) {
            return RC_LIMIT;
        }
        agenda->items = grown;
        agenda->size = size;
    }
    struct demo_item added = *item;
    added.order = agenda->order++;
    uint32_t at = agenda->count++;
    while (at > 0 && before(&added, &agenda->items[(at - 1) / 2])) {
        agenda->items[at] = agenda->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    agenda->items[at] = added;
    return RC_OK;
}

const struct demo_item *demo_agenda_first(const struct demo_agenda *agenda)
{
    return agenda->count == 0 ? NULL : &agenda->items[0];
}

void demo_agenda_take(struct demo_agenda *agenda, struct demo_item *item)
{
    CHECK(agenda->count > 0);
    *item = agenda->items[0];
    const struct demo_item last = agenda->items[--agenda->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= agenda->count) {
            break;
        }
        if (child + 1 < agenda->count && before(&agenda->items[child + 1], &agenda->items[child])) {
            child++;
        }
        if (!before(&agenda->items[child], &last)) {
            break;
        }
        agenda->items[at] = agenda->items[child];
        at = child;
    }
    agenda->items[at] = last;
}
