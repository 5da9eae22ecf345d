/* learn_private: what training and deciding share: grams, the layout of a model, the net.
 *
 * A model's bytes, numbers little-endian, parts in this order:
 *   header    struct learn_header, 64 bytes, as learn_model.c reads and writes it
 *   names     label and categories, each ended by NUL, padded to 64
 *   floats    bias of each category; what a step of each lane of the rows is worth; the net; the
 *             curve: precision and coverage by threshold
 *   marks     2^slot_bits numbers of 16 bits, an open hash table of buckets of four, filled from the
 *             front: a gram's mark stands in its own bucket, or in the next that has a place; 0: free
 *   rows      as many rows of `stride` numbers of 16 bits, from LEARN_ROW_ZERO: what a gram adds to
 *             each category's score, and in the last lane its share in the square of the norm
 * Marks lie apart so that all of them stay in the nearer cache: most of what is looked up in a text is
 * either often there, or not in the model at all. Rows of 16 bits are half as far to fetch as floats,
 * and as right: the error of a step is a ten thousandth of what decides. */
#pragma once

#include "common/learn/learn.h"

#define LEARN_VERSION 2u /* 1: rows of floats, each mark in a chain of its own */

enum {
    LEARN_TITLE_POINTS = 128,
    LEARN_TEXT_POINTS = 500,
    LEARN_LONGEST = 2, /* letters of a gram */
    LEARN_GRAMS_MAX = (LEARN_TITLE_POINTS + LEARN_TEXT_POINTS) * LEARN_LONGEST,
    LEARN_LANES = 8, /* rows are a multiple of them: what a processor adds at once */
    LEARN_STRIDE_MAX = LEARN_CATEGORIES_MAX + LEARN_LANES,
    LEARN_HIDDEN = 16,
    LEARN_CURVE = 1001, /* thresholds 0.000 to 1.000 */
    LEARN_PART_BYTES = 64,
};

/* ---- grams ---- */

/* Of each letter the gram of itself and that of it and the next, of the last of a field itself alone:
 * where a gram stands follows from its number. Keys of title and text are apart: the same letters tell
 * different things. */
struct learn_grams {
    int32_t title[LEARN_TITLE_POINTS], text[LEARN_TEXT_POINTS]; /* folded */
    size_t title_points, text_points;
    uint64_t keys[LEARN_GRAMS_MAX]; /* those of the title first */
    size_t count, title_count;
};

void learn_gram_read(struct learn_grams *grams, const struct learn_text *text);

/* ---- rows ---- */

/* A lane holds -LEARN_ROW_MAX to LEARN_ROW_MAX steps, written LEARN_ROW_ZERO higher: numbers without a
 * sign are widened in half the time, and rows that are added up are known to hold so many zeros. */
enum { LEARN_BUCKET = 4, LEARN_ROW_MAX = INT16_MAX, LEARN_ROW_ZERO = INT16_MAX };

/* The first place of the bucket in which a gram's mark is looked for first, and the mark, which is
 * never 0. */
static inline size_t learn_row_place(uint64_t key, uint32_t slot_bits)
{
    return (size_t)(key >> (64 - slot_bits)) / LEARN_BUCKET * LEARN_BUCKET;
}

static inline uint16_t learn_row_mark(uint64_t key)
{
    return (uint16_t)(key >> 16 | 1);
}

/* ---- the net ---- */

/* Scores to scores of probabilities: a matrix beside one hidden layer. All float arrays. */
struct learn_net {
    uint32_t categories;
    const float *straight; /* [category of score][category] */
    const float *offset;   /* [category] */
    const float *in;       /* [category of score][hidden] */
    const float *in_offset;
    const float *out; /* [hidden][category] */
};
size_t learn_net_floats(uint32_t categories);
/* Before: learn_net_floats(categories) of them. */
struct learn_net learn_net_at(const float *floats, uint32_t categories);
/* hidden: LEARN_HIDDEN values on the way, for training; NULL: not asked for. */
void learn_net_run(const struct learn_net *net, const float *scores, float *hidden,
                   float *probabilities);
/* Trains one by the rows whose fold is not `but` (all: UINT32_MAX). scores: [count][categories].
 * RC_OK or RC_LIMIT. */
struct learn_scored {
    const float *scores;
    const uint32_t *category;
    const uint8_t *fold;
    size_t count;
    uint32_t categories;
};
MUST_CHECK enum rc learn_net_train(const struct learn_scored *scored, uint32_t but, float *floats);

/* ---- a model ---- */

struct learn_header {
    uint32_t categories, slot_bits, grams, examples, names_bytes;
    float accuracy;
};

struct learn_model {
    struct learn_header header;
    uint32_t stride;
    const char *label;
    const char *names[LEARN_CATEGORIES_MAX];
    const float *bias, *steps;         /* steps: [stride], what one of a row's lane is worth */
    const float *precision, *coverage; /* of the curve */
    struct learn_net net;
    const uint16_t *marks;
    const uint16_t *rows;
};

/* Where the parts of a model lie. */
struct learn_layout {
    size_t names, bias, steps, net, curve, marks, rows, bytes;
    uint32_t stride;
};
/* RC_OK, or RC_LIMIT: it would be larger than a model may be. */
MUST_CHECK enum rc learn_model_layout(const struct learn_header *header,
                                      struct learn_layout *layout);
/* How many grams a model of that stride can hold, and how many places it has for so many. Searches
 * stay short in a table that is up to 5/8 full. */
size_t learn_model_room(uint32_t stride);
uint32_t learn_model_slot_bits(size_t grams);
/* Writes header and checksum over bytes whose other parts are filled. */
void learn_model_seal(const struct learn_header *header, unsigned char *bytes, size_t size);

/* The scores of a text before the net. Returns how many grams are known. */
uint32_t learn_classify_score(const struct learn_model *model, const struct learn_grams *grams,
                              float *scores);

/* ---- texts that are nearly the same ---- */

/* group[i]: the first example that i is nearly the same as; itself mostly. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc learn_alike(const struct learn_example *examples, size_t count, uint32_t *group);

/* ---- chance ---- */

/* Numbers that look random and are the same each time. */
static inline uint32_t learn_chance(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((*state >> 33) % below);
}
