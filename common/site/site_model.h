/* site_model: what a model of the site believes about a text: which category, or which unit, and how
 * sure it is of each and of the branches of the tree. Owns nothing and keeps no text. */
#pragma once

#include "common/base/arena.h"
#include "common/learn/learn.h"
#include "common/site/site.h"

struct site_belief {
    bool readable; /* false: hardly anything of the text was ever seen by the model */
    uint32_t count;
    /* Labels' categories (or units), each with what its label alone is given; the best first. */
    struct site_belief_guess {
        uint32_t index, permille;
    } guesses[LEARN_GUESSES_MAX];
    /* The deepest that is as sure as it must be; SITE_NONE: none is. */
    uint32_t sure, sure_permille, threshold_permille;
    bool of_branch; /* none of its labels is sure by itself: their sum is */
    struct learn_decision decision;
};

/* How sure it must be of one; per mille. */
typedef uint32_t site_model_threshold_fn(void *context, uint32_t index);

/* Before: model->learn is not NULL; text as learn_text takes it. RC_OK or RC_LIMIT (arena). */
MUST_CHECK enum rc site_model_believe(struct arena *arena, const struct site_model *model,
                                      const struct learn_text *text,
                                      site_model_threshold_fn *threshold, void *context,
                                      struct site_belief *belief);
/* What the text is believed to be of this; 0: the model knows nothing of it. */
uint32_t site_model_permille(const struct site_belief *belief, uint32_t index);
/* Is one of the two categories the other, or above it in the tree? */
bool site_model_related(const struct site *site, uint32_t a, uint32_t b);
