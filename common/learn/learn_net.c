/* learn_net: from scores to probabilities.
 *
 * Scores of a linear model are no probabilities, and how far they may be trusted depends on which
 * categories they lie between. A small net, trained on scores of examples that the model had not
 * seen, learns that: a matrix that begins as "as the scores say", so that few examples do no harm,
 * beside one hidden layer. Measured on complaints it lets a tenth more go out at the same precision
 * than the scores alone, and is right a little more often. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_private.h"

enum { EPOCHS_MIN = 30, EPOCHS_MAX = 120, EXAMPLES_AN_EPOCH = 64, TOGETHER = 32 };
/* How many examples are shown in all at most: where there are many, each is seen less often and training
 * takes no longer for it. Of some thousand complaints a net that stops after 30 rounds is not as sure as
 * it may be, and 3 % fewer go out at the same precision. A few hundred it would learn by heart: then it
 * is sure of a text that says nothing of the kind. */
#define SHOWN 750000u
#define STRAIGHT_FIRST 3.0f /* a difference of one in the scores is e^3 in probability */
#define RATE 0.01f
#define DECAY 1e-4f
#define FADE_MEAN 0.9f /* Adam's, as its authors name them */
#define FADE_SQUARE 0.999f

size_t learn_net_floats(uint32_t categories)
{
    CHECK(categories <= LEARN_CATEGORIES_MAX);
    return (size_t)categories * (categories + 1) + (size_t)(categories + 1) * LEARN_HIDDEN +
           (size_t)categories * LEARN_HIDDEN;
}

struct learn_net learn_net_at(const float *floats, uint32_t categories)
{
    struct learn_net net = {.categories = categories, .straight = floats};
    net.offset = net.straight + (size_t)categories * categories;
    net.in = net.offset + categories;
    net.in_offset = net.in + (size_t)categories * LEARN_HIDDEN;
    net.out = net.in_offset + LEARN_HIDDEN;
    CHECK((size_t)(net.out - floats) + (size_t)categories * LEARN_HIDDEN ==
          learn_net_floats(categories));
    return net;
}

/* Numbers that are no numbers come out of damaged weights alone, and then as zero. */
static void to_probabilities(float *values, uint32_t count)
{
    float highest = values[0];
    float sum = 0;
    for (uint32_t index = 1; index < count; index++) {
        highest = values[index] > highest ? values[index] : highest;
    }
    for (uint32_t index = 0; index < count; index++) {
        values[index] = expf(values[index] - highest);
        sum += values[index];
    }
    for (uint32_t index = 0; index < count; index++) {
        const float share = values[index] / sum;
        values[index] = share >= 0 && share <= 1 ? share : 0;
    }
}

void learn_net_run(const struct learn_net *net, const float *scores, float *hidden,
                   float *probabilities)
{
    CHECK(net->categories <= LEARN_CATEGORIES_MAX);
    float own[LEARN_HIDDEN];
    float *inner = hidden == NULL ? own : hidden;
    memcpy(inner, net->in_offset, sizeof own);
    memcpy(probabilities, net->offset, net->categories * sizeof *probabilities);
    for (uint32_t from = 0; from < net->categories; from++) {
        const float *in = net->in + (size_t)from * LEARN_HIDDEN;
        const float *straight = net->straight + (size_t)from * net->categories;
        for (uint32_t index = 0; index < LEARN_HIDDEN; index++) {
            inner[index] += scores[from] * in[index];
        }
        for (uint32_t to = 0; to < net->categories; to++) {
            probabilities[to] += scores[from] * straight[to];
        }
    }
    for (uint32_t index = 0; index < LEARN_HIDDEN; index++) {
        inner[index] = inner[index] / (1 + fabsf(inner[index])); /* no table, no library */
        const float *out = net->out + (size_t)index * net->categories;
        for (uint32_t to = 0; to < net->categories; to++) {
            probabilities[to] += inner[index] * out[to];
        }
    }
    to_probabilities(probabilities, net->categories);
}

/* ---- training ---- */

struct trainer {
    const struct learn_scored *scored;
    struct learn_net net;
    size_t floats;
    float *weights, *first, *slope, *mean, *square;
    uint32_t *order;
    size_t order_count;
    uint64_t chance;
};

/* Adds the slope at one example. */
static void add_slope(struct trainer *trainer, uint32_t example)
{
    const struct learn_net *net = &trainer->net;
    const float *scores = trainer->scored->scores + (size_t)example * net->categories;
    float hidden[LEARN_HIDDEN];
    float wrong[LEARN_CATEGORIES_MAX];
    learn_net_run(net, scores, hidden, wrong);
    wrong[trainer->scored->category[example]] -= 1;
    float *slope = trainer->slope;
    float *out = slope + (net->out - net->straight);
    float *in = slope + (net->in - net->straight);
    float *in_offset = slope + (net->in_offset - net->straight);
    float *offset = slope + (net->offset - net->straight);
    for (uint32_t to = 0; to < net->categories; to++) {
        offset[to] += wrong[to];
    }
    for (uint32_t from = 0; from < net->categories; from++) {
        for (uint32_t to = 0; to < net->categories; to++) {
            slope[(size_t)from * net->categories + to] += scores[from] * wrong[to];
        }
    }
    for (uint32_t index = 0; index < LEARN_HIDDEN; index++) {
        const size_t row = (size_t)index * net->categories;
        float back = 0;
        for (uint32_t to = 0; to < net->categories; to++) {
            back += wrong[to] * net->out[row + to];
            out[row + to] += wrong[to] * hidden[index];
        }
        const float rest = 1 - fabsf(hidden[index]);
        back *= rest * rest;
        in_offset[index] += back;
        for (uint32_t from = 0; from < net->categories; from++) {
            in[(size_t)from * LEARN_HIDDEN + index] += back * scores[from];
        }
    }
}

/* One step of Adam, pulled back toward where the weights began. */
static void step(struct trainer *trainer, uint32_t count, uint32_t steps, float rate)
{
    CHECK(count > 0);
    const float mean_part = 1 - powf(FADE_MEAN, (float)steps);
    const float square_part = 1 - powf(FADE_SQUARE, (float)steps);
    for (size_t index = 0; index < trainer->floats; index++) {
        const float slope = trainer->slope[index] / (float)count +
                            DECAY * (trainer->weights[index] - trainer->first[index]);
        trainer->mean[index] = FADE_MEAN * trainer->mean[index] + (1 - FADE_MEAN) * slope;
        trainer->square[index] =
            FADE_SQUARE * trainer->square[index] + (1 - FADE_SQUARE) * slope * slope;
        trainer->weights[index] -= rate * (trainer->mean[index] / mean_part) /
                                   (sqrtf(trainer->square[index] / square_part) + 1e-8f);
    }
}

static void shuffle(struct trainer *trainer)
{
    for (size_t left = trainer->order_count; left > 1; left--) {
        const uint32_t other = learn_chance(&trainer->chance, (uint32_t)left);
        const uint32_t kept = trainer->order[left - 1];
        trainer->order[left - 1] = trainer->order[other];
        trainer->order[other] = kept;
    }
}

static uint32_t epochs_of(size_t examples)
{
    size_t epochs = examples / EXAMPLES_AN_EPOCH;
    epochs = epochs < EPOCHS_MAX ? epochs : EPOCHS_MAX;
    epochs = epochs * examples < SHOWN ? epochs : SHOWN / examples;
    return epochs < EPOCHS_MIN ? EPOCHS_MIN : (uint32_t)epochs;
}

static void run(struct trainer *trainer)
{
    uint32_t steps = 0;
    const uint32_t epochs = epochs_of(trainer->order_count);
    for (uint32_t epoch = 0; epoch < epochs; epoch++) {
        const float rate = RATE * (1 - (float)epoch / (float)epochs);
        shuffle(trainer);
        for (size_t begin = 0; begin < trainer->order_count; begin += TOGETHER) {
            memset(trainer->slope, 0, trainer->floats * sizeof *trainer->slope);
            uint32_t count = 0;
            while (count < TOGETHER && begin + count < trainer->order_count) {
                add_slope(trainer, trainer->order[begin + count]);
                count++;
            }
            step(trainer, count, ++steps, rate);
        }
    }
}

/* Straight through, and hidden ones that differ from each other. */
static void begin(struct trainer *trainer)
{
    const struct learn_net *net = &trainer->net;
    memset(trainer->weights, 0, trainer->floats * sizeof *trainer->weights);
    for (uint32_t index = 0; index < net->categories; index++) {
        trainer->weights[(size_t)index * net->categories + index] = STRAIGHT_FIRST;
    }
    float *in = trainer->weights + (net->in - net->straight);
    for (size_t index = 0; index < (size_t)(net->categories + 1) * LEARN_HIDDEN; index++) {
        in[index] = ((float)learn_chance(&trainer->chance, 2001) - 1000) * 3e-4f;
    }
    memcpy(trainer->first, trainer->weights, trainer->floats * sizeof *trainer->first);
}

enum rc learn_net_train(const struct learn_scored *scored, uint32_t but, float *floats)
{
    CHECK(scored->categories >= 2);
    const size_t count = learn_net_floats(scored->categories);
    float *work = calloc(count, 4 * sizeof *work);
    uint32_t *order = calloc(scored->count + 1, sizeof *order);
    if (work == NULL || order == NULL) {
        free(work);
        free(order);
        return RC_LIMIT;
    }
    struct trainer trainer = {.scored = scored,
                              .net = learn_net_at(floats, scored->categories),
                              .floats = count,
                              .weights = floats,
                              .first = work,
                              .slope = work + count,
                              .mean = work + 2 * count,
                              .square = work + 3 * count,
                              .order = order,
                              .chance = 0x5eed};
    for (size_t index = 0; index < scored->count; index++) {
        if (scored->fold[index] != but) {
            order[trainer.order_count++] = (uint32_t)index;
        }
    }
    begin(&trainer);
    run(&trainer);
    free(work);
    free(order);
    return RC_OK;
}
