/* site_table: from a code to the position of its item, for areas, units, categories, channels and
 * calendars alike.
 *
 * An open hash table that stays at most half full, so that a search ends soon, and at all. It holds
 * positions, not pointers: the arrays move while they grow. All it knows of an item is that the
 * code comes first in it. */
#include "common/site/site_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

enum { TABLE_SLOTS_MIN = 64 }; /* a power of two, as every size that follows from it */

/* FNV-1a: codes come from the site's own files, not from strangers. */
static uint32_t code_hash(const char *code)
{
    uint32_t hash = 2166136261u;
    for (; *code != '\0'; code++) {
        hash = (hash ^ (unsigned char)*code) * 16777619u;
    }
    return hash;
}

/* The code comes first in every item: that is all this file asks of it. */
static const char *code_at(const void *items, size_t item_bytes, uint32_t position)
{
    CHECK(items != NULL);
    CHECK(item_bytes > CODE_BYTES_MAX);
    return (const char *)items + (size_t)position * item_bytes;
}

uint32_t site_table_find(const struct site_table *table, const void *items, size_t item_bytes,
                         const char *code)
{
    CHECK(table->used * 2 <= table->slot_count); /* so that an empty slot ends the search */
    if (table->slot_count == 0) {
        return SITE_NONE;
    }
    const uint32_t mask = table->slot_count - 1;
    for (uint32_t slot = code_hash(code) & mask; table->slots[slot] != 0;
         slot = (slot + 1) & mask) {
        if (strcmp(code_at(items, item_bytes, table->slots[slot] - 1), code) == 0) {
            return table->slots[slot] - 1;
        }
    }
    return SITE_NONE;
}

/* Before: there is an empty slot, and the code is in none. */
static void table_put(struct site_table *table, const char *code, uint32_t position)
{
    CHECK(table->slot_count > table->used);
    const uint32_t mask = table->slot_count - 1;
    uint32_t slot = code_hash(code) & mask;
    while (table->slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    table->slots[slot] = position + 1;
    table->used++;
}

/* Twice as many slots. The codes are read again from the items, which may have moved. */
static bool table_enlarge(struct site_table *table, const void *items, size_t item_bytes)
{
    struct site_table larger = {.slot_count = table->slot_count == 0 ? TABLE_SLOTS_MIN
                                                                     : table->slot_count * 2};
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (larger.slots == NULL) {
        return false;
    }
    for (uint32_t slot = 0; slot < table->slot_count; slot++) {
        if (table->slots[slot] != 0) {
            const uint32_t position = table->slots[slot] - 1;
            table_put(&larger, code_at(items, item_bytes, position), position);
        }
    }
    free(table->slots);
    *table = larger;
    return true;
}

bool site_table_add(struct site_table *table, const void *items, size_t item_bytes,
                    uint32_t position)
{
    CHECK(position == table->used); /* items are added to both as they come */
    if ((table->used + 1) * 2 > table->slot_count && !table_enlarge(table, items, item_bytes)) {
        return false;
    }
    table_put(table, code_at(items, item_bytes, position), position);
    return true;
}
