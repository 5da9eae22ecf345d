/* learn_train_private: what the files of training share: examples as numbers, and the weights that
 * are made of them. No service names anything of it, so none of it is linked into one. */
#pragma once

#include "common/learn/learn_private.h"

/* Ten: what learned from nine tenths is nearly as sure as what learned from all, whose thresholds it
 * names; five made them higher than need be. */
enum { LEARN_FOLDS = 10, LEARN_EPOCHS = 30, LEARN_NO_FOLD = LEARN_FOLDS };

struct learn_entry {
    uint32_t gram; /* number of a gram that is kept */
    float count;   /* how often the example has it */
};

/* Examples as lists of grams; those of the title stand before those of the text. */
struct learn_data {
    struct learn_entry *entries;
    size_t *first; /* [example]: its first entry; one more at the end */
    size_t *text_first;
    uint32_t *category;
    uint8_t *fold;
    size_t count;
    uint32_t categories, stride;
    uint64_t *keys; /* of the grams */
    size_t grams;
};

/* Takes the examples that say something; those that many share few grams are kept of. RC_OK,
 * RC_LIMIT. Folds are zero. */
MUST_CHECK enum rc learn_data_read(const struct learn_setup *setup, struct learn_data *data,
                                   uint32_t *kept);
void learn_data_free(struct learn_data *data);

/* A linear model of some of the examples. */
struct learn_weights {
    float *share;  /* [gram]: the square of how much it tells; 0: not used */
    float *weight; /* [gram][stride] */
    float *ease;   /* [gram][stride]: how easily it may speak for or against a category */
    float *value;  /* [entry], of vectors whose fields have length one */
    float bias[LEARN_STRIDE_MAX];
};
MUST_CHECK enum rc learn_weights_init(struct learn_weights *weights, const struct learn_data *data);
void learn_weights_fini(struct learn_weights *weights);
/* Learns from all examples whose fold is not `but`. ticked: told after each round. RC_OK or
 * RC_LIMIT. */
MUST_CHECK enum rc learn_weights_solve(struct learn_weights *weights, const struct learn_data *data,
                                       uint32_t but, void (*ticked)(void *context), void *context);
/* scores: [categories]. */
void learn_weights_score(const struct learn_weights *weights, const struct learn_data *data,
                         size_t example, float *scores);
