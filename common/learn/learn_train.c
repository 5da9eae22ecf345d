/* learn_train: examples in, the bytes of a model out, with what it is worth.
 *
 * Everything a model claims of itself is measured on examples it had not seen: each tenth is scored
 * by weights learned from the other nine, with texts that are nearly the same on one side
 * (learn_alike). From those scores come the net, the thresholds and the report; the weights that are
 * kept are learned from all. Nothing else chooses anything: no set of somebody's own is needed. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_train_private.h"

struct trainer {
    const struct learn_setup *setup;
    struct learn_report *report;
    struct learn_data data;
    struct learn_weights weights;
    float *scores;   /* [example][category], of weights that had not seen it */
    float *sure;     /* [example]: the probability of its best guess */
    uint32_t *guess; /* [example]: and which */
    float *net;
    struct learn_header header;
    uint32_t ticks;
};

static void tick(void *context)
{
    struct trainer *trainer = context;
    trainer->ticks++;
    if (trainer->setup->progress != NULL) {
        trainer->setup->progress(trainer->setup->context, trainer->ticks,
                                 (LEARN_FOLDS + 1) * LEARN_EPOCHS);
    }
}

/* ---- folds ---- */

/* A group falls into one fold, by chance that is the same each time. */
static enum rc make_folds(struct trainer *trainer, const uint32_t *kept)
{
    struct learn_data *data = &trainer->data;
    struct learn_example *examples = calloc(data->count + 1, sizeof *examples);
    uint32_t *group = calloc(data->count + 1, sizeof *group);
    enum rc rc = RC_LIMIT;
    if (examples != NULL && group != NULL) {
        for (size_t index = 0; index < data->count; index++) {
            examples[index] = trainer->setup->examples[kept[index]];
        }
        rc = learn_alike(examples, data->count, group);
    }
    for (uint32_t index = 0; rc == RC_OK && index < data->count; index++) {
        uint64_t chance = (uint64_t)group[index] * 0x9e3779b97f4a7c15ull;
        data->fold[index] = (uint8_t)learn_chance(&chance, LEARN_FOLDS);
        trainer->report->groups += group[index] == index ? 1 : 0;
    }
    free(examples);
    free(group);
    return rc;
}

static enum rc score_folds(struct trainer *trainer)
{
    struct learn_data *data = &trainer->data;
    for (uint32_t fold = 0; fold < LEARN_FOLDS; fold++) {
        const enum rc rc = learn_weights_solve(&trainer->weights, data, fold, tick, trainer);
        if (rc != RC_OK) {
            return rc;
        }
        for (size_t example = 0; example < data->count; example++) {
            if (data->fold[example] == fold) {
                learn_weights_score(&trainer->weights, data, example,
                                    trainer->scores + example * data->categories);
            }
        }
    }
    return RC_OK;
}

/* ---- what it is worth ---- */

static void guess_all(struct trainer *trainer, uint32_t fold)
{
    const struct learn_data *data = &trainer->data;
    const struct learn_net net = learn_net_at(trainer->net, data->categories);
    for (size_t example = 0; example < data->count; example++) {
        if (data->fold[example] != fold) {
            continue;
        }
        float probabilities[LEARN_CATEGORIES_MAX];
        learn_net_run(&net, trainer->scores + example * data->categories, NULL, probabilities);
        uint32_t best = 0;
        for (uint32_t category = 1; category < data->categories; category++) {
            best = probabilities[category] > probabilities[best] ? category : best;
        }
        trainer->guess[example] = best;
        trainer->sure[example] = probabilities[best];
    }
}

/* Judged by nets that had not seen them either; at last the one of all is trained and kept. */
static enum rc train_nets(struct trainer *trainer)
{
    const struct learn_data *data = &trainer->data;
    const struct learn_scored scored = {.scores = trainer->scores,
                                        .category = data->category,
                                        .fold = data->fold,
                                        .count = data->count,
                                        .categories = data->categories};
    enum rc rc = RC_OK;
    for (uint32_t fold = 0; rc == RC_OK && fold < LEARN_FOLDS; fold++) {
        rc = learn_net_train(&scored, fold, trainer->net);
        if (rc == RC_OK) {
            guess_all(trainer, fold);
        }
    }
    return rc == RC_OK ? learn_net_train(&scored, LEARN_NO_FOLD, trainer->net) : rc;
}

static void report_guesses(struct trainer *trainer)
{
    const struct learn_data *data = &trainer->data;
    struct learn_report *report = trainer->report;
    uint32_t guessed[LEARN_CATEGORIES_MAX] = {0};
    uint32_t right[LEARN_CATEGORIES_MAX] = {0};
    uint32_t all_right = 0;
    uint32_t present = 0;
    for (size_t example = 0; example < data->count; example++) {
        const uint32_t category = data->category[example];
        const bool hit = trainer->guess[example] == category;
        report->counts[category]++;
        guessed[trainer->guess[example]]++;
        right[category] += hit ? 1 : 0;
        all_right += hit ? 1 : 0;
    }
    for (uint32_t category = 0; category < data->categories; category++) {
        const uint32_t both = report->counts[category] + guessed[category];
        report->f1[category] = both == 0 ? 0 : 2 * (float)right[category] / (float)both;
        report->macro_f1 += report->f1[category];
        present += report->counts[category] > 0 ? 1 : 0;
    }
    report->examples = (uint32_t)data->count;
    report->left_out = (uint32_t)(trainer->setup->example_count - data->count);
    report->accuracy = (float)all_right / (float)data->count;
    report->macro_f1 /= (float)present;
}

static void tell_verdicts(const struct trainer *trainer, const uint32_t *kept)
{
    struct learn_verdict *verdicts = trainer->setup->verdicts;
    memset(verdicts, 0, trainer->setup->example_count * sizeof *verdicts);
    for (size_t example = 0; example < trainer->data.count; example++) {
        CHECK(kept[example] < trainer->setup->example_count);
        verdicts[kept[example]] = (struct learn_verdict){.category = trainer->guess[example],
                                                         .probability = trainer->sure[example],
                                                         .judged = true};
    }
}

/* So many mistakes are believed where some were counted. A promise is kept on tickets that come, not on
 * those that were counted, and the lowest threshold that seems to keep it is the luckiest: one standard
 * deviation is added. So few examples promise nothing: 0.98 needs fifty of them. */
static float feared(uint32_t wrong)
{
    return (float)wrong + sqrtf((float)wrong + 1);
}

/* Precision and coverage by threshold. */
static void draw_curve(const struct trainer *trainer, float *precision, float *coverage)
{
    const struct learn_data *data = &trainer->data;
    for (uint32_t step = 0; step < LEARN_CURVE; step++) {
        const float threshold = (float)step / (LEARN_CURVE - 1);
        uint32_t above = 0;
        uint32_t wrong = 0;
        for (size_t example = 0; example < data->count; example++) {
            const bool out = trainer->sure[example] >= threshold;
            above += out ? 1 : 0;
            wrong += out && trainer->guess[example] != data->category[example] ? 1 : 0;
        }
        precision[step] = above == 0 ? 0 : fmaxf(0, 1 - feared(wrong) / (float)above);
        coverage[step] = (float)above / (float)data->count;
    }
}

/* ---- the bytes ---- */

/* What one step of each lane is worth, so that the largest of it is LEARN_ROW_MAX steps. */
static void measure_steps(const struct trainer *trainer, float *steps)
{
    const struct learn_data *data = &trainer->data;
    memset(steps, 0, data->stride * sizeof *steps);
    for (size_t gram = 0; gram < data->grams; gram++) {
        const float share = trainer->weights.share[gram];
        const float *weight = trainer->weights.weight + gram * data->stride;
        for (uint32_t category = 0; category < data->categories; category++) {
            steps[category] = fmaxf(steps[category], fabsf(weight[category]) * sqrtf(share));
        }
        steps[data->stride - 1] = fmaxf(steps[data->stride - 1], share);
    }
    for (uint32_t lane = 0; lane < data->stride; lane++) {
        steps[lane] /= LEARN_ROW_MAX;
    }
}

static uint16_t in_steps(float value, float step)
{
    const long steps = step > 0 ? lroundf(value / step) : 0;
    CHECK(steps >= -LEARN_ROW_MAX && steps <= LEARN_ROW_MAX);
    return (uint16_t)(steps + LEARN_ROW_ZERO);
}

/* Where a gram's row goes; SIZE_MAX: another gram of the same mark is found first, so that its row
 * would never be read. */
static size_t take_slot(uint16_t *marks, uint32_t slot_bits, uint64_t key)
{
    const uint16_t mark = learn_row_mark(key);
    const size_t last = ((size_t)1 << slot_bits) - 1;
    size_t slot = learn_row_place(key, slot_bits);
    while (marks[slot] != 0) { /* a bucket is full before the next is begun */
        if (marks[slot] == mark) {
            return SIZE_MAX;
        }
        slot = (slot + 1) & last;
    }
    marks[slot] = mark;
    return slot;
}

static void put_rows(const struct trainer *trainer, uint32_t slot_bits, const float *steps,
                     uint16_t *marks, uint16_t *rows)
{
    const struct learn_data *data = &trainer->data;
    for (size_t gram = 0; gram < data->grams; gram++) {
        const float share = trainer->weights.share[gram];
        const size_t slot = share == 0 ? SIZE_MAX : take_slot(marks, slot_bits, data->keys[gram]);
        if (slot == SIZE_MAX) {
            continue;
        }
        uint16_t *row = rows + slot * data->stride;
        const float *weight = trainer->weights.weight + gram * data->stride;
        for (uint32_t category = 0; category < data->categories; category++) {
            row[category] = in_steps(weight[category] * sqrtf(share), steps[category]);
        }
        row[data->stride - 1] = in_steps(share, steps[data->stride - 1]);
    }
}

static size_t put_name(char *names, size_t at, const char *name)
{
    const size_t length = strlen(name);
    CHECK(length <= LEARN_NAME_BYTES_MAX);
    if (names != NULL) {
        memcpy(names + at, name, length + 1);
    }
    return at + length + 1;
}

static size_t put_names(const struct learn_setup *setup, char *names)
{
    size_t at = put_name(names, 0, setup->label);
    for (uint32_t category = 0; category < setup->category_count; category++) {
        at = put_name(names, at, setup->categories[category]);
    }
    return at;
}

static enum rc write_model(struct trainer *trainer, unsigned char **bytes, size_t *size)
{
    const struct learn_data *data = &trainer->data;
    struct learn_layout layout;
    struct learn_header header = {.categories = data->categories,
                                  .slot_bits = learn_model_slot_bits(data->grams),
                                  .grams = (uint32_t)data->grams,
                                  .examples = (uint32_t)data->count,
                                  .names_bytes = (uint32_t)put_names(trainer->setup, NULL),
                                  .accuracy = trainer->report->accuracy};
    const enum rc rc = learn_model_layout(&header, &layout);
    unsigned char *made = rc == RC_OK ? calloc(1, layout.bytes) : NULL;
    if (made == NULL) {
        return RC_LIMIT;
    }
    float *curve = (float *)(void *)(made + layout.curve);
    (void)put_names(trainer->setup, (char *)made + layout.names);
    memcpy(made + layout.bias, trainer->weights.bias, data->categories * sizeof(float));
    memcpy(made + layout.net, trainer->net, learn_net_floats(data->categories) * sizeof(float));
    draw_curve(trainer, curve, curve + LEARN_CURVE);
    float *steps = (float *)(void *)(made + layout.steps);
    measure_steps(trainer, steps);
    put_rows(trainer, header.slot_bits, steps, (uint16_t *)(void *)(made + layout.marks),
             (uint16_t *)(void *)(made + layout.rows));
    learn_model_seal(&header, made, layout.bytes);
    *bytes = made;
    *size = layout.bytes;
    return RC_OK;
}

static enum rc report_coverage(struct trainer *trainer, const unsigned char *bytes, size_t size)
{
    static const float precisions[] = {0.95f, 0.98f, 0.99f};
    struct learn_model *model = NULL;
    const enum rc rc = learn_open(&model, bytes, size);
    if (rc != RC_OK) {
        CHECK(rc == RC_LIMIT); /* what we wrote can be read */
        return rc;
    }
    for (unsigned index = 0; index < 3; index++) {
        trainer->report->coverage[index] =
            learn_coverage(model, learn_threshold(model, precisions[index]));
    }
    learn_close(model);
    return RC_OK;
}

/* ---- all of it ---- */

static bool two_categories(const struct learn_data *data)
{
    for (size_t example = 1; example < data->count; example++) {
        if (data->category[example] != data->category[0]) {
            return true;
        }
    }
    return false;
}

static enum rc train(struct trainer *trainer, uint32_t *kept, unsigned char **bytes, size_t *size)
{
    struct learn_data *data = &trainer->data;
    enum rc rc = learn_data_read(trainer->setup, data, kept);
    if (rc == RC_OK && !two_categories(data)) {
        return RC_INVALID;
    }
    if (rc == RC_OK) {
        trainer->scores = calloc(data->count * data->categories, sizeof(float));
        trainer->sure = calloc(data->count, sizeof *trainer->sure);
        trainer->guess = calloc(data->count, sizeof *trainer->guess);
        trainer->net = calloc(learn_net_floats(data->categories), sizeof *trainer->net);
        rc = trainer->scores == NULL || trainer->sure == NULL || trainer->guess == NULL ||
                     trainer->net == NULL
                 ? RC_LIMIT
                 : learn_weights_init(&trainer->weights, data);
    }
    rc = rc == RC_OK ? make_folds(trainer, kept) : rc;
    rc = rc == RC_OK ? score_folds(trainer) : rc;
    rc = rc == RC_OK ? train_nets(trainer) : rc;
    if (rc == RC_OK) {
        report_guesses(trainer);
        if (trainer->setup->verdicts != NULL) {
            tell_verdicts(trainer, kept);
        }
        rc = learn_weights_solve(&trainer->weights, data, LEARN_NO_FOLD, tick, trainer);
    }
    rc = rc == RC_OK ? write_model(trainer, bytes, size) : rc;
    return rc == RC_OK ? report_coverage(trainer, *bytes, *size) : rc;
}

enum rc learn_train(const struct learn_setup *setup, unsigned char **bytes, size_t *size,
                    struct learn_report *report)
{
    struct trainer trainer = {.setup = setup, .report = report};
    *report = (struct learn_report){.examples = 0};
    if (setup->example_count > LEARN_EXAMPLES_MAX || setup->category_count > LEARN_CATEGORIES_MAX) {
        return RC_LIMIT;
    }
    if (setup->category_count < 2 || setup->example_count < 2) {
        return RC_INVALID;
    }
    uint32_t *kept = calloc(setup->example_count, sizeof *kept);
    unsigned char *made = NULL;
    const enum rc rc = kept == NULL ? RC_LIMIT : train(&trainer, kept, &made, size);
    if (rc == RC_OK) {
        *bytes = made;
    } else {
        free(made);
    }
    free(kept);
    free(trainer.scores);
    free(trainer.sure);
    free(trainer.guess);
    free(trainer.net);
    learn_weights_fini(&trainer.weights);
    learn_data_free(&trainer.data);
    return rc;
}
