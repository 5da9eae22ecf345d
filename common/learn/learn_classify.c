/* learn_classify: from a text to the categories it may belong to, and whether that is sure enough.
 *
 * The hot path of triage: a text is folded, its grams are looked up, rows are added, the net runs;
 * no memory but the stack. Each field's sum is divided by the length of its own vector, so that a
 * long text speaks no louder than a short one. */

#include <assert.h>
#include <math.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_private.h"

enum {
    KNOWN_MIN = 3,    /* fewer known grams say nothing: "你好" */
    KNOWN_SHARE = 10, /* one in so many at least is known, or it is another language */
};

static_assert(LEARN_BUCKET * sizeof(uint16_t) == sizeof(uint64_t), "a bucket is compared at once");

/* The place of a gram's row; SIZE_MAX: the model has not seen it. The four marks of a bucket are
 * compared in one number: where a mark is equal the difference is 0, and the lowest 0 takes one from
 * the half word above it, so that its own highest bit is set; higher ones may be wrong, and are not
 * looked at. Without a branch for each mark, which no processor can foresee. A search ends: learn_open
 * saw a bucket with a free place. */
static inline size_t find_slot(const uint16_t *marks, uint32_t slot_bits, uint64_t key)
{
    const uint64_t ones = 0x0001000100010001ull;
    const uint64_t wanted = learn_row_mark(key) * ones;
    const size_t last = ((size_t)1 << slot_bits) - 1;
    size_t slot = learn_row_place(key, slot_bits);
    for (;;) {
        uint64_t bucket = 0;
        memcpy(&bucket, marks + slot, sizeof bucket);
        const uint64_t other = bucket ^ wanted;
        const uint64_t equal = (other - ones) & ~other & ones << 15;
        if (equal != 0) {
            return slot + (unsigned)__builtin_ctzll(equal) / 16;
        }
        if (bucket >> 48 == 0) {
            return SIZE_MAX;
        }
        slot = (slot + LEARN_BUCKET) & last;
    }
}

static const uint16_t *find_row(const struct learn_model *model, uint64_t key)
{
    const size_t slot = find_slot(model->marks, model->header.slot_bits, key);
    return slot == SIZE_MAX ? NULL : model->rows + slot * model->stride;
}

static_assert(LEARN_GRAMS_MAX * (int64_t)UINT16_MAX < INT32_MAX, "sums of 32 bits hold a text");

static_assert(LEARN_LANES == 8, "add_lanes widens eight");

typedef uint16_t narrow __attribute__((vector_size(LEARN_LANES * sizeof(uint16_t))));
typedef uint32_t wide __attribute__((vector_size(LEARN_LANES / 2 * sizeof(uint32_t))));

/* Adds eight lanes of rows into sums: of the scores and, in the last lane, of the norm. By hand, for
 * compilers keep the sums in memory otherwise: each lane becomes one of 32 bits by a 0 beside it. */
static void add_lanes(const uint16_t *const *rows, size_t count, uint32_t from, int32_t *sums)
{
    const narrow none = {0};
    wide low = {0};
    wide high = {0};
    for (size_t index = 0; index < count; index++) {
        narrow row;
        memcpy(&row, rows[index] + from, sizeof row);
        low += (wide)__builtin_shufflevector(row, none, 0, 8, 1, 9, 2, 10, 3, 11);
        high += (wide)__builtin_shufflevector(row, none, 4, 12, 5, 13, 6, 14, 7, 15);
    }
    const int32_t zeros = (int32_t)count * LEARN_ROW_ZERO;
    for (uint32_t lane = 0; lane < LEARN_LANES / 2; lane++) {
        sums[from + lane] = (int32_t)low[lane] - zeros;
        sums[from + LEARN_LANES / 2 + lane] = (int32_t)high[lane] - zeros;
    }
}

static void add_rows(const uint16_t *const *rows, size_t count, uint32_t stride, int32_t *sums)
{
    CHECK(stride % LEARN_LANES == 0);
    for (uint32_t from = 0; from < stride; from += LEARN_LANES) {
        add_lanes(rows, count, from, sums);
    }
}

uint32_t learn_classify_score(const struct learn_model *model, const struct learn_grams *grams,
                              float *scores)
{
    CHECK(grams->title_count <= grams->count);
    CHECK(grams->count <= LEARN_GRAMS_MAX);
    CHECK(model->stride >= LEARN_LANES);
    CHECK(model->stride <= LEARN_STRIDE_MAX);
    const uint16_t *rows[LEARN_GRAMS_MAX];
    const uint16_t *marks = model->marks;
    const uint16_t *first = model->rows;
    const uint32_t slot_bits = model->header.slot_bits;
    const size_t stride = model->stride;
    size_t known = 0;
    size_t title_known = 0;
    /* Rows are asked of memory as they are found, and are there when they are added. */
    for (unsigned field = 0; field < 2; field++) {
        const size_t end = field == 0 ? grams->title_count : grams->count;
        for (size_t index = field == 0 ? 0 : grams->title_count; index < end; index++) {
            const size_t slot = find_slot(marks, slot_bits, grams->keys[index]);
            if (slot != SIZE_MAX) {
                rows[known] = first + slot * stride;
                __builtin_prefetch(rows[known]);
                known++;
            }
        }
        title_known = field == 0 ? known : title_known;
    }
    memcpy(scores, model->bias, model->header.categories * sizeof *scores);
    const size_t ends[3] = {0, title_known, known};
    for (unsigned field = 0; field < 2; field++) {
        int32_t sums[LEARN_STRIDE_MAX];
        add_rows(rows + ends[field], ends[field + 1] - ends[field], model->stride, sums);
        const float norm = (float)sums[stride - 1] * model->steps[stride - 1];
        if (norm > 0) {
            const float scale = 1 / sqrtf(norm);
            for (uint32_t index = 0; index < model->header.categories; index++) {
                scores[index] += (float)sums[index] * model->steps[index] * scale;
            }
        }
    }
    return (uint32_t)known;
}

static void keep_best(const struct learn_model *model, const float *probabilities,
                      struct learn_decision *decision)
{
    for (uint32_t category = 0; category < model->header.categories; category++) {
        uint32_t place = decision->guess_count;
        while (place > 0 && decision->guesses[place - 1].probability < probabilities[category]) {
            place--;
        }
        if (place == LEARN_GUESSES_MAX) {
            continue;
        }
        if (decision->guess_count < LEARN_GUESSES_MAX) {
            decision->guess_count++;
        }
        for (uint32_t index = decision->guess_count - 1; index > place; index--) {
            decision->guesses[index] = decision->guesses[index - 1];
        }
        decision->guesses[place] =
            (struct learn_guess){.category = category, .probability = probabilities[category]};
    }
    CHECK(decision->guess_count <= LEARN_GUESSES_MAX);
}

void learn_probabilities(const struct learn_model *model, const struct learn_text *text,
                         struct learn_decision *decision, float *probabilities)
{
    struct learn_grams grams;
    float scores[LEARN_CATEGORIES_MAX];
    learn_gram_read(&grams, text);
    *decision = (struct learn_decision){.grams = (uint32_t)grams.count};
    if (grams.count == 0) {
        memset(probabilities, 0, model->header.categories * sizeof *probabilities);
        return;
    }
    decision->known = learn_classify_score(model, &grams, scores);
    learn_net_run(&model->net, scores, NULL, probabilities);
    keep_best(model, probabilities, decision);
}

void learn_classify(const struct learn_model *model, const struct learn_text *text,
                    struct learn_decision *decision)
{
    float probabilities[LEARN_CATEGORIES_MAX];
    learn_probabilities(model, text, decision, probabilities);
}

/* ---- sure or not ---- */

const char *learn_reason_name(enum learn_reason reason)
{
    static const char *const names[LEARN_REASON_COUNT] = {"", "empty", "foreign", "unsure"};
    CHECK(reason < LEARN_REASON_COUNT);
    return names[reason];
}

enum learn_reason learn_decide(const struct learn_decision *decision, float threshold)
{
    CHECK(decision->known <= decision->grams);
    if (decision->guess_count == 0) {
        return LEARN_EMPTY;
    }
    if (decision->known < KNOWN_MIN || decision->known * KNOWN_SHARE < decision->grams) {
        return LEARN_FOREIGN;
    }
    /* Zero is what comes of sums that are no numbers; it is sure of nothing, whatever is asked. */
    const float best = decision->guesses[0].probability;
    return best > 0 && best >= threshold ? LEARN_SURE : LEARN_UNSURE;
}

float learn_threshold(const struct learn_model *model, float precision)
{
    CHECK(precision > 0 && precision < 1);
    for (uint32_t index = 0; index < LEARN_CURVE; index++) {
        if (model->coverage[index] > 0 && model->precision[index] >= precision) {
            return (float)index / (LEARN_CURVE - 1);
        }
    }
    return 2;
}

float learn_coverage(const struct learn_model *model, float threshold)
{
    CHECK(threshold >= 0);
    if (threshold > 1) {
        return 0;
    }
    return model->coverage[(uint32_t)lroundf(threshold * (LEARN_CURVE - 1))];
}

/* ---- why ---- */

/* As UTF-8; at most LEARN_LONGEST letters of up to four bytes. */
static void write_gram(const int32_t *points, size_t letters, char gram[16])
{
    size_t used = 0;
    for (size_t index = 0; index < letters; index++) {
        const uint32_t point = (uint32_t)points[index];
        if (point < 0x80) {
            gram[used++] = (char)point;
        } else if (point < 0x800) {
            gram[used++] = (char)(0xc0 | point >> 6);
            gram[used++] = (char)(0x80 | (point & 0x3f));
        } else if (point < 0x10000) {
            gram[used++] = (char)(0xe0 | point >> 12);
            gram[used++] = (char)(0x80 | (point >> 6 & 0x3f));
            gram[used++] = (char)(0x80 | (point & 0x3f));
        } else {
            gram[used++] = (char)(0xf0 | point >> 18);
            gram[used++] = (char)(0x80 | (point >> 12 & 0x3f));
            gram[used++] = (char)(0x80 | (point >> 6 & 0x3f));
            gram[used++] = (char)(0x80 | (point & 0x3f));
        }
    }
    CHECK(used < 16);
    gram[used] = '\0';
}

/* Puts it among the strongest. One that holds another, or is held, or is the same, stands once: the
 * stronger of the two. Returns how many there are. */
static size_t keep_evidence(struct learn_evidence *evidence, size_t count, size_t max,
                            const struct learn_evidence *found)
{
    for (size_t index = 0; index < count; index++) {
        struct learn_evidence *other = &evidence[index];
        if (other->title == found->title && (strstr(other->gram, found->gram) != NULL ||
                                             strstr(found->gram, other->gram) != NULL)) {
            if (other->weight >= found->weight) {
                return count;
            }
            memmove(other, other + 1, (count - index - 1) * sizeof *other);
            return keep_evidence(evidence, count - 1, max, found);
        }
    }
    size_t place = count;
    while (place > 0 && evidence[place - 1].weight < found->weight) {
        place--;
    }
    if (place == max) {
        return count;
    }
    count = count < max ? count + 1 : count;
    memmove(evidence + place + 1, evidence + place, (count - 1 - place) * sizeof *evidence);
    evidence[place] = *found;
    return count;
}

static float lane_value(const struct learn_model *model, const uint16_t *row, uint32_t lane)
{
    return (float)((int32_t)row[lane] - LEARN_ROW_ZERO) * model->steps[lane];
}

size_t learn_explain(const struct learn_model *model, const struct learn_text *text,
                     const struct learn_decision *decision, struct learn_evidence *evidence,
                     size_t max)
{
    struct learn_grams grams;
    if (decision->guess_count < 2 || max == 0) {
        return 0;
    }
    const uint32_t best = decision->guesses[0].category;
    const uint32_t second = decision->guesses[1].category;
    CHECK(best < model->header.categories);
    CHECK(second < model->header.categories);
    learn_gram_read(&grams, text);
    float norms[2] = {0, 0}; /* of text and title */
    for (size_t index = 0; index < grams.count; index++) {
        const uint16_t *row = find_row(model, grams.keys[index]);
        norms[index < grams.title_count] +=
            row == NULL ? 0 : lane_value(model, row, model->stride - 1);
    }
    size_t count = 0;
    for (size_t index = 0; index < grams.count; index++) {
        const bool title = index < grams.title_count;
        const size_t number = title ? index : index - grams.title_count; /* in its field */
        const uint16_t *row = find_row(model, grams.keys[index]);
        if (row == NULL || norms[title] <= 0) {
            continue;
        }
        const float weight = lane_value(model, row, best) - lane_value(model, row, second);
        if (weight <= 0) {
            continue;
        }
        struct learn_evidence found = {.title = title, .weight = weight / sqrtf(norms[title])};
        write_gram((title ? grams.title : grams.text) + number / LEARN_LONGEST,
                   number % LEARN_LONGEST + 1, found.gram);
        count = keep_evidence(evidence, count, max, &found);
    }
    return count;
}
