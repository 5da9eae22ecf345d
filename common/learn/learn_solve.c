/* learn_solve: a linear model of examples: what each gram tells, then how much it weighs.
 *
 * Two things make it better than tf-idf and a support vector machine alone (measured on complaints,
 * one point of accuracy in all). A gram's value is its rarity times how far the categories among the
 * examples that have it differ from the categories of all (the root of their divergence): grams that
 * stand everywhere alike stay quiet in the length of the vector as much as in the score. And a gram
 * may speak for or against one category the more easily, the further its odds there are from the
 * usual (naive Bayes' ratio as a prior of the machine).
 *
 * The machine is a squared hinge, each category against the rest, solved in its dual by coordinate
 * descent, all categories at once, for a row of weights is fetched once then. liblinear solves the
 * same problem; it draws from the C library's random numbers, so that its models differ by who
 * called rand() before, and it knows neither of the two. Ours is the same each time. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_train_private.h"

#define COST 0.3f    /* of a mistake, against the length of the weights */
#define ENOUGH 1e-3f /* no example moved further in a round: solved */
#define MOVED 1e-6f  /* less than that is not worth a pass over its grams */
#define PRIOR_COUNT                                                                                \
    2.0f /* a gram is believed to have been in so many examples more, spread as all */
#define TELLS_LEAST                                                                                \
    0.05f /* added to the divergence: grams that tell nothing alone may tell together */
#define EASE_LEAST 0.3f /* added to the ratio: no gram is held quite still */

enum rc learn_weights_init(struct learn_weights *weights, const struct learn_data *data)
{
    const size_t rows = (data->grams + 1) * data->stride;
    *weights = (struct learn_weights){
        .share = calloc(data->grams + 1, sizeof *weights->share),
        .weight = calloc(rows, sizeof *weights->weight),
        .ease = calloc(rows, sizeof *weights->ease),
        .value = calloc(data->first[data->count] + 1, sizeof *weights->value)};
    const bool made = weights->share != NULL && weights->weight != NULL && weights->ease != NULL &&
                      weights->value != NULL;
    return made ? RC_OK : RC_LIMIT;
}

void learn_weights_fini(struct learn_weights *weights)
{
    free(weights->share);
    free(weights->weight);
    free(weights->ease);
    free(weights->value);
}

/* ---- what grams tell ---- */

/* Counts in how many examples of each category a gram is, into `ease`. Returns the examples. */
static size_t count_grams(struct learn_weights *weights, const struct learn_data *data,
                          uint32_t but, size_t *of_category)
{
    size_t examples = 0;
    memset(weights->ease, 0, data->grams * data->stride * sizeof *weights->ease);
    memset(of_category, 0, data->categories * sizeof *of_category);
    for (size_t example = 0; example < data->count; example++) {
        if (data->fold[example] == but) {
            continue;
        }
        const uint32_t category = data->category[example];
        examples++;
        of_category[category]++;
        for (size_t at = data->first[example]; at < data->first[example + 1]; at++) {
            weights->ease[(size_t)data->entries[at].gram * data->stride + category] += 1;
        }
    }
    return examples;
}

static float odds(float share)
{
    return logf(share / (1 - share));
}

static void weigh_grams(struct learn_weights *weights, const struct learn_data *data, uint32_t but)
{
    size_t of_category[LEARN_CATEGORIES_MAX];
    const size_t examples = count_grams(weights, data, but, of_category);
    for (size_t gram = 0; gram < data->grams; gram++) {
        float *row = weights->ease + gram * data->stride;
        float seen = 0;
        float tells = 0;
        for (uint32_t category = 0; category < data->categories; category++) {
            seen += row[category];
        }
        for (uint32_t category = 0; category < data->categories; category++) {
            /* Kept off 0 and 1: a fold may lack a category, or hold little else. */
            const float usual = ((float)of_category[category] + 0.5f) /
                                ((float)examples + 0.5f * (float)data->categories);
            const float here = (row[category] + PRIOR_COUNT * usual) / (seen + PRIOR_COUNT);
            tells += here * logf(here / usual);
            row[category] = fabsf(odds(here) - odds(usual)) + EASE_LEAST;
        }
        const float rarity = logf((1 + (float)examples) / (1 + seen)) + 1;
        const float least = tells > 0 ? tells : 0; /* rounding may end below */
        weights->share[gram] = seen > 0 ? rarity * rarity * (least + TELLS_LEAST) : 0;
    }
}

/* Vectors: each field has length one, measured as deciding measures it. */
static void value_entries(struct learn_weights *weights, const struct learn_data *data)
{
    for (size_t example = 0; example < data->count; example++) {
        const size_t ends[3] = {data->first[example], data->text_first[example],
                                data->first[example + 1]};
        for (unsigned field = 0; field < 2; field++) {
            float norm = 0;
            for (size_t at = ends[field]; at < ends[field + 1]; at++) {
                norm += data->entries[at].count * weights->share[data->entries[at].gram];
            }
            const float scale = norm > 0 ? 1 / sqrtf(norm) : 0;
            for (size_t at = ends[field]; at < ends[field + 1]; at++) {
                weights->value[at] =
                    data->entries[at].count * scale * sqrtf(weights->share[data->entries[at].gram]);
            }
        }
    }
}

/* ---- how much they weigh ---- */

struct solver {
    struct learn_weights *weights;
    const struct learn_data *data;
    float *dual;   /* [example][stride] */
    float *length; /* [example][stride]: of its vector, as each category's ease makes it */
    uint32_t *order;
    size_t order_count;
    uint64_t chance;
};

static void measure(const struct solver *solver)
{
    const struct learn_data *data = solver->data;
    for (size_t example = 0; example < data->count; example++) {
        float *length = solver->length + example * data->stride;
        for (uint32_t lane = 0; lane < data->stride; lane++) {
            length[lane] = 1; /* the bias */
        }
        for (size_t at = data->first[example]; at < data->first[example + 1]; at++) {
            const float *ease =
                solver->weights->ease + (size_t)data->entries[at].gram * data->stride;
            const float square = solver->weights->value[at] * solver->weights->value[at];
            for (uint32_t lane = 0; lane < data->stride; lane++) {
                length[lane] += ease[lane] * square;
            }
        }
    }
}

void learn_weights_score(const struct learn_weights *weights, const struct learn_data *data,
                         size_t example, float *scores)
{
    float sums[LEARN_STRIDE_MAX];
    memcpy(sums, weights->bias, data->stride * sizeof *sums);
    for (size_t at = data->first[example]; at < data->first[example + 1]; at++) {
        const float *row = weights->weight + (size_t)data->entries[at].gram * data->stride;
        for (uint32_t lane = 0; lane < data->stride; lane++) {
            sums[lane] += row[lane] * weights->value[at];
        }
    }
    memcpy(scores, sums, data->categories * sizeof *scores);
}

/* Puts one example where it belongs, all else left as it is. Returns how far a dual moved. */
static float settle(struct solver *solver, uint32_t example)
{
    const struct learn_data *data = solver->data;
    float scores[LEARN_CATEGORIES_MAX];
    float moves[LEARN_STRIDE_MAX] = {0};
    float furthest = 0;
    float *dual = solver->dual + (size_t)example * data->stride;
    const float *length = solver->length + (size_t)example * data->stride;
    learn_weights_score(solver->weights, data, example, scores);
    for (uint32_t category = 0; category < data->categories; category++) {
        const float sign = data->category[example] == category ? 1 : -1;
        const float slope = sign * scores[category] - 1 + dual[category] / (2 * COST);
        float moved = dual[category] - slope / (length[category] + 1 / (2 * COST));
        moved = moved > 0 ? moved : 0;
        const float way = fabsf(moved - dual[category]);
        if (way > MOVED) {
            moves[category] = (moved - dual[category]) * sign;
            dual[category] = moved;
            furthest = way > furthest ? way : furthest;
        }
    }
    if (furthest == 0) {
        return 0;
    }
    for (uint32_t lane = 0; lane < data->categories; lane++) {
        solver->weights->bias[lane] += moves[lane];
    }
    for (size_t at = data->first[example]; at < data->first[example + 1]; at++) {
        const size_t row = (size_t)data->entries[at].gram * data->stride;
        float *weight = solver->weights->weight + row;
        const float *ease = solver->weights->ease + row;
        for (uint32_t lane = 0; lane < data->stride; lane++) {
            weight[lane] += moves[lane] * solver->weights->value[at] * ease[lane];
        }
    }
    return furthest;
}

static void solve(struct solver *solver, void (*ticked)(void *context), void *context)
{
    float furthest = 1;
    for (uint32_t epoch = 0; epoch < LEARN_EPOCHS; epoch++) {
        for (size_t left = solver->order_count; left > 1 && furthest > 0; left--) {
            const uint32_t other = learn_chance(&solver->chance, (uint32_t)left);
            const uint32_t kept = solver->order[left - 1];
            solver->order[left - 1] = solver->order[other];
            solver->order[other] = kept;
        }
        if (furthest > COST * ENOUGH) {
            furthest = 0;
            for (size_t index = 0; index < solver->order_count; index++) {
                const float way = settle(solver, solver->order[index]);
                furthest = way > furthest ? way : furthest;
            }
        }
        ticked(context); /* as often whether it was done early or not: the bar ends at its end */
    }
}

enum rc learn_weights_solve(struct learn_weights *weights, const struct learn_data *data,
                            uint32_t but, void (*ticked)(void *context), void *context)
{
    CHECK(data->stride > data->categories);
    struct solver solver = {.weights = weights,
                            .data = data,
                            .dual = calloc((data->count + 1) * data->stride, sizeof(float)),
                            .length = calloc((data->count + 1) * data->stride, sizeof(float)),
                            .order = calloc(data->count + 1, sizeof(uint32_t)),
                            .chance = 0xd15c};
    const bool made = solver.dual != NULL && solver.length != NULL && solver.order != NULL;
    if (made) {
        weigh_grams(weights, data, but);
        value_entries(weights, data);
        measure(&solver);
        memset(weights->weight, 0, data->grams * data->stride * sizeof *weights->weight);
        memset(weights->bias, 0, sizeof weights->bias);
        for (uint32_t example = 0; example < data->count; example++) {
            if (data->fold[example] != but) {
                solver.order[solver.order_count++] = example;
            }
        }
        solve(&solver, ticked, context);
    }
    free(solver.dual);
    free(solver.length);
    free(solver.order);
    return made ? RC_OK : RC_LIMIT;
}
