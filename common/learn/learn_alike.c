/* learn_alike: which examples are nearly the same text.
 *
 * People send one complaint to three mailboxes, or to one under three names. If a copy were judged
 * by a model that learned from the other, the model would seem better than it is, and its thresholds
 * would let too much go out. So copies are found and kept on one side. By the smallest of many
 * hashes of four letters each (MinHash): texts that share half of their letters' runs agree in half of
 * them. Bands of three find candidates; all of them together decide.
 *
 * A group that holds a good part of all examples is no text that was sent again but a form that an
 * office fills in: it is taken apart, or there would be nothing left to learn from. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_private.h"
#include "common/text/text.h"

enum {
    HASHES = 48,
    BAND = 3, /* equal in one band: a candidate; of texts that share half, nine in ten are one */
    BANDS = HASHES / BAND,
    LETTERS = 4,
    ALIKE = 20,      /* so many of HASHES, two in five: nearly the same */
    FORM_SHARE = 20, /* more than one in so many examples, and more than FORM_MIN: a form */
    FORM_MIN = 10,
};

struct band_row {
    uint64_t key;
    uint32_t example;
};

struct alike {
    uint32_t (*hashes)[HASHES];
    struct band_row *rows;
    uint32_t *group;
    size_t count;
};

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ value >> 27) * 0x94d049bb133111ebull;
    return value ^ value >> 31;
}

/* Shorter texts than LETTERS have nothing to compare: all UINT32_MAX. */
static void hash_text(const struct learn_text *text, uint32_t hashes[HASHES])
{
    int32_t points[LEARN_TEXT_POINTS];
    memset(hashes, 0xff, HASHES * sizeof *hashes);
    const size_t count = text_fold(text->text, text->text_bytes, points, LEARN_TEXT_POINTS);
    for (size_t at = 0; at + LETTERS <= count; at++) {
        uint64_t run = 0;
        for (size_t index = 0; index < LETTERS; index++) {
            run = run << 16 ^ run >> 48 ^ (uint64_t)(uint32_t)points[at + index];
        }
        run = mix(run);
        const uint32_t low = (uint32_t)run;
        const uint32_t high = (uint32_t)(run >> 32) | 1;
        for (uint32_t index = 0; index < HASHES; index++) {
            const uint32_t hash = (low + index * high) * 0x9e3779b1u;
            hashes[index] = hash < hashes[index] ? hash : hashes[index];
        }
    }
}

static uint32_t root_of(uint32_t *group, uint32_t example)
{
    while (group[example] != example) {
        group[example] = group[group[example]];
        example = group[example];
    }
    return example;
}

static int by_key(const void *a, const void *b)
{
    const struct band_row *left = a;
    const struct band_row *right = b;
    if (left->key != right->key) {
        return left->key < right->key ? -1 : 1;
    }
    return left->example < right->example ? -1 : left->example > right->example;
}

static void join_if_alike(struct alike *alike, uint32_t a, uint32_t b)
{
    unsigned equal = 0;
    for (size_t index = 0; index < HASHES; index++) {
        equal += alike->hashes[a][index] == alike->hashes[b][index] ? 1 : 0;
    }
    if (equal < ALIKE) {
        return;
    }
    const uint32_t first = root_of(alike->group, a);
    const uint32_t second = root_of(alike->group, b);
    alike->group[first > second ? first : second] = first < second ? first : second;
}

static void join_band(struct alike *alike, size_t band)
{
    size_t used = 0;
    for (uint32_t example = 0; example < alike->count; example++) {
        const uint32_t *hashes = alike->hashes[example] + band * BAND;
        if (hashes[0] != UINT32_MAX) {
            const uint64_t key = mix(mix((uint64_t)hashes[0] << 32 | hashes[1]) ^ hashes[2]);
            alike->rows[used++] = (struct band_row){key, example};
        }
    }
    CHECK(used <= alike->count);
    qsort(alike->rows, used, sizeof *alike->rows, by_key);
    for (size_t index = 1; index < used; index++) {
        if (alike->rows[index].key == alike->rows[index - 1].key) {
            join_if_alike(alike, alike->rows[index - 1].example, alike->rows[index].example);
        }
    }
}

static void take_forms_apart(struct alike *alike)
{
    /* The rows' places serve as counts: all bands are done. */
    for (size_t example = 0; example < alike->count; example++) {
        alike->rows[example].key = 0;
    }
    for (size_t example = 0; example < alike->count; example++) {
        alike->rows[alike->group[example]].key++;
    }
    for (uint32_t example = 0; example < alike->count; example++) {
        const uint64_t members = alike->rows[alike->group[example]].key;
        if (members > FORM_MIN && members > alike->count / FORM_SHARE) {
            alike->group[example] = example;
        }
    }
}

enum rc learn_alike(const struct learn_example *examples, size_t count, uint32_t *group)
{
    CHECK(count <= LEARN_EXAMPLES_MAX);
    struct alike alike = {.hashes = calloc(count + 1, sizeof *alike.hashes),
                          .rows = calloc(count + 1, sizeof *alike.rows),
                          .group = group,
                          .count = count};
    if (alike.hashes == NULL || alike.rows == NULL) {
        free(alike.hashes);
        free(alike.rows);
        return RC_LIMIT;
    }
    for (uint32_t example = 0; example < count; example++) {
        group[example] = example;
        hash_text(&examples[example].text, alike.hashes[example]);
    }
    for (size_t band = 0; band < BANDS; band++) {
        join_band(&alike, band);
    }
    for (uint32_t example = 0; example < count; example++) {
        group[example] = root_of(group, example);
    }
    take_forms_apart(&alike);
    free(alike.hashes);
    free(alike.rows);
    return RC_OK;
}
