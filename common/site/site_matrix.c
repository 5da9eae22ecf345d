/* site_matrix: the duty list 职责清单: which unit leads in which matter, where, on which level.
 *
 * Owns the rows and the way to find one by its exact scope. Which scope is asked for first, the
 * narrow one or the wide one, is decided in site_lookup.c; here SITE_NONE is a value like any other
 * ("any category", "any area"). No two rows have the same scope. */
#include "common/site/site_private.h"

#include <stdlib.h>

#include "common/base/check.h"

enum { MATRIX_SLOTS_MIN = 64 }; /* a power of two, as every size that follows from it */

/* Spreads three small numbers over 32 bits; the constants are SplitMix64's. */
static uint32_t matrix_hash(uint32_t category, uint32_t area, uint32_t level)
{
    uint64_t hash = ((uint64_t)category << 32 | area) * 0x9e3779b97f4a7c15ull;
    hash = (hash ^ (hash >> 29) ^ level) * 0xbf58476d1ce4e5b9ull;
    return (uint32_t)(hash >> 32);
}

uint32_t site_matrix_find(const struct site_index *index, uint32_t category, uint32_t area,
                          uint32_t level)
{
    CHECK(index->matrix_count * 2 <=
          index->matrix_slot_count); /* so that an empty slot ends the search */
    if (index->matrix_slot_count == 0) {
        return SITE_NONE;
    }
    const uint32_t mask = index->matrix_slot_count - 1;
    for (uint32_t slot = matrix_hash(category, area, level) & mask; index->matrix_slots[slot] != 0;
         slot = (slot + 1) & mask) {
        const struct site_matrix_row *row = &index->matrix[index->matrix_slots[slot] - 1];
        if (row->category == category && row->area == area && row->level == level) {
            return index->matrix_slots[slot] - 1;
        }
    }
    return SITE_NONE;
}

static void matrix_put(struct site_index *index, uint32_t position)
{
    CHECK(index->matrix_slot_count > 0);
    const struct site_matrix_row *row = &index->matrix[position];
    const uint32_t mask = index->matrix_slot_count - 1;
    uint32_t slot = matrix_hash(row->category, row->area, row->level) & mask;
    while (index->matrix_slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    index->matrix_slots[slot] = position + 1;
}

/* Twice as many slots, and every row put again: the hash says another place now. */
static bool matrix_enlarge(struct site_index *index)
{
    const uint32_t count =
        index->matrix_slot_count == 0 ? MATRIX_SLOTS_MIN : index->matrix_slot_count * 2;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(index->matrix_slots);
    index->matrix_slots = slots;
    index->matrix_slot_count = count;
    for (uint32_t position = 0; position < index->matrix_count; position++) {
        matrix_put(index, position);
    }
    return true;
}

bool site_matrix_add(struct site_index *index, const struct site_matrix_row *row)
{
    CHECK(row->level >= 1);
    CHECK(row->lead != SITE_NONE);
    CHECK(row->assist_count <= SITE_ASSIST_MAX);
    if ((index->matrix_count + 1) * 2 > index->matrix_slot_count && !matrix_enlarge(index)) {
        return false;
    }
    if (!site_grow((void **)&index->matrix, index->matrix_count, sizeof *index->matrix)) {
        return false;
    }
    index->matrix[index->matrix_count] = *row;
    matrix_put(index, index->matrix_count);
    index->matrix_count++;
    return true;
}
