/* learn_gram: the letters of a title and a text, single and by two, as keys.
 *
 * Owns what a key is: models hold grams by key alone, so that changing anything here makes other
 * keys and needs a higher LEARN_VERSION. Keys of 64 bits are taken for the gram itself in training;
 * a model keeps its place and 15 bits of it, so that a foreign gram is taken for a known one once in
 * about 10,000 times. */

#include <assert.h>

#include "common/base/check.h"
#include "common/learn/learn_private.h"
#include "common/text/text.h"

#define TITLE_SEED 0x2545f4914f6cdd1dull
#define TEXT_SEED 0x9e6c63d0876a9a62ull
#define STEP 0x9e3779b97f4a7c15ull
#define FINISH 0xbf58476d1ce4e5b9ull

/* One letter more. */
static uint64_t longer(uint64_t state, int32_t point)
{
    return (state ^ (uint64_t)(uint32_t)point) * STEP;
}

/* The high bits of a product depend on all of what was multiplied, the low ones do not: places and
 * marks are cut from the high half. */
static uint64_t finish(uint64_t state)
{
    state ^= state >> 32;
    return state * FINISH;
}

/* Written out for one and two letters: this is a fifth of all that deciding takes. */
static_assert(LEARN_LONGEST == 2, "read_field makes singles and pairs");

/* Returns how many keys: two of each letter, one of the last. */
static size_t read_field(const int32_t *points, size_t count, uint64_t seed, uint64_t *keys)
{
    if (count == 0) {
        return 0;
    }
    uint64_t single = longer(seed, points[0]);
    for (size_t at = 0; at + 1 < count; at++) {
        keys[at * 2] = finish(single);
        keys[at * 2 + 1] = finish(longer(single, points[at + 1]));
        single = longer(seed, points[at + 1]);
    }
    keys[count * 2 - 2] = finish(single);
    return count * 2 - 1;
}

void learn_gram_read(struct learn_grams *grams, const struct learn_text *text)
{
    CHECK(text->title != NULL || text->title_bytes == 0);
    CHECK(text->text != NULL || text->text_bytes == 0);
    grams->title_points =
        text_fold(text->title, text->title_bytes, grams->title, LEARN_TITLE_POINTS);
    grams->text_points = text_fold(text->text, text->text_bytes, grams->text, LEARN_TEXT_POINTS);
    grams->title_count = read_field(grams->title, grams->title_points, TITLE_SEED, grams->keys);
    grams->count = grams->title_count + read_field(grams->text, grams->text_points, TEXT_SEED,
                                                   grams->keys + grams->title_count);
    CHECK(grams->count <= LEARN_GRAMS_MAX);
}
