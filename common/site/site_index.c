/* site_index: what is found in a loaded site without searching it: built once, when everything is
 * read, and never changed.
 *
 * Owns the order of the areas: each has a rank in a walk through the tree, and the rank of the
 * first area after everything inside it, so that "lies in" is two comparisons whatever the depth.
 * The tables of codes, the matrix and the words have files of their own. */
#include "common/site/site_private.h"

#include <stdlib.h>

#include "common/base/check.h"

/* Areas as lists of children: first[a] and next[child], a + 1, 0 ends; first[count]: the roots. */
struct family {
    uint32_t *first, *next;
};

/* Backwards, so that children lie in the order of the file. */
static void family_fill(const struct site *site, struct family *family)
{
    for (uint32_t index = site->area_count; index > 0; index--) {
        const uint32_t area = index - 1;
        const uint32_t parent = site->areas[area].parent;
        uint32_t *first = &family->first[parent == SITE_NONE ? site->area_count : parent];
        family->next[area] = *first;
        *first = area + 1;
    }
}

/* Down to the first child, else on to the next of the nearest ancestor that has one. */
static void walk(const struct site *site, const struct family *family)
{
    CHECK(site->area_count > 0 || family->first[0] == 0);
    struct site_index *index = site->index;
    uint32_t rank = 0;
    uint32_t at = family->first[site->area_count];
    while (at != 0) {
        uint32_t area = at - 1;
        index->area_ranks[area] = rank++;
        at = family->first[area];
        while (at == 0 && area != SITE_NONE) {
            index->area_ends[area] = rank;
            at = family->next[area];
            area = site->areas[area].parent;
        }
    }
    CHECK(rank == site->area_count);
}

/* Before: the tree has no cycle (site_check_areas cut them). False without memory. */
static bool rank_areas(struct site *site)
{
    struct site_index *index = site->index;
    const size_t count = (size_t)site->area_count + 1;
    struct family family = {.first = calloc(count, sizeof(uint32_t)),
                            .next = calloc(count, sizeof(uint32_t))};
    index->area_ranks = calloc(count, sizeof(uint32_t));
    index->area_ends = calloc(count, sizeof(uint32_t));
    const bool room = family.first != NULL && family.next != NULL && index->area_ranks != NULL &&
                      index->area_ends != NULL;
    if (room) {
        family_fill(site, &family);
        walk(site, &family);
    }
    free(family.first);
    free(family.next);
    return room;
}

void site_index_build(struct site_load *load)
{
    struct site *site = load->site;
    CHECK(site->keywords == NULL);
    struct site_index *index = site->index;
    CHECK(index->area_ranks == NULL); /* once */
    if (!rank_areas(site) || !site_words_group(&index->keywords, NULL) ||
        !site_words_group(&index->places, index->area_ranks)) {
        load->no_memory = true;
        return;
    }
    site_words_check(load, &index->keywords, SITE_CATEGORIES);
    site_words_check(load, &index->places, SITE_ALIASES);
    if (load->report->count > 0) {
        return; /* nobody will search */
    }
    if (site_words_match(&index->keywords, &site->keywords) != RC_OK ||
        site_words_match(&index->places, &site->places) != RC_OK) {
        load->no_memory = true;
    }
}

void site_index_free(struct site_index *index)
{
    if (index == NULL) {
        return;
    }
    free(index->areas.slots);
    free(index->units.slots);
    free(index->categories.slots);
    free(index->channels.slots);
    free(index->calendars.slots);
    free(index->was);
    free(index->matrix);
    free(index->matrix_slots);
    free(index->area_ranks);
    free(index->area_ends);
    free(index->shapes);
    free(index->keywords.words);
    free(index->keywords.entries);
    free(index->places.words);
    free(index->places.entries);
    site_pool_fini(&index->pool);
    free(index);
}
