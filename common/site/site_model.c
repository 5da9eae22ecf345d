/* site_model: from probabilities of labels to the category that may go out by itself.
 *
 * What must stay true: a branch is as likely as what lies in it together, so a tree of three levels
 * needs no model of its own for each; nothing is sure but what reaches its threshold whole, rounded
 * down; and of what is sure the deepest counts, for that is what a unit can work with. */

#include "common/site/site_model.h"

#include "common/base/check.h"

/* One in so many letters and pairs at least is known where anything is to be sure. A probability tells
 * what is likely among texts like those that were learned from; of a text that is mostly unlike them,
 * a jest or an order to whoever reads it, the few known letters are no evidence. */
enum { KNOWN_SHARE = 4 };

/* A little more than nothing, for what floats lose on the way: 0.98 is 980. */
static uint32_t permille_of(float probability)
{
    const float permille = probability * SITE_PERMILLE + 0.01f;
    return permille <= 0 ? 0 : permille >= SITE_PERMILLE ? SITE_PERMILLE : (uint32_t)permille;
}

/* own: of what the labels name; sums: with all that lies below. */
static void add_up(const struct site_model *model, const float *probabilities, float *own,
                   float *sums)
{
    for (uint32_t label = 0; label < model->label_count; label++) {
        CHECK(model->labels[label] < model->node_count);
        own[model->labels[label]] += probabilities[label];
        for (uint32_t node = model->labels[label]; node != SITE_NONE;
             node = model->nodes[node].above) {
            sums[node] += probabilities[label];
        }
    }
}

static void keep_best(const struct site_model *model, const float *own, struct site_belief *belief)
{
    for (uint32_t node = 0; node < model->node_count; node++) {
        const uint32_t permille = permille_of(own[node]);
        uint32_t place = belief->count;
        while (place > 0 && belief->guesses[place - 1].permille < permille) {
            place--;
        }
        if (place == LEARN_GUESSES_MAX || permille == 0) {
            continue;
        }
        belief->count += belief->count < LEARN_GUESSES_MAX ? 1 : 0;
        for (uint32_t index = belief->count - 1; index > place; index--) {
            belief->guesses[index] = belief->guesses[index - 1];
        }
        belief->guesses[place] =
            (struct site_belief_guess){.index = model->nodes[node].index, .permille = permille};
    }
}

static uint32_t depth_of(const struct site_model *model, uint32_t node)
{
    uint32_t depth = 0;
    for (; model->nodes[node].above != SITE_NONE; node = model->nodes[node].above) {
        depth++;
    }
    return depth;
}

/* How often a threshold is right was measured on single labels. Of a branch, the sum itself must be as
 * high as the precision that is asked for.
 * Two that do not lie one below the other can both be sure only at exactly one half each. */
static void find_sure(const struct site_model *model, const float *own, const float *sums,
                      site_model_threshold_fn *threshold, void *context, struct site_belief *belief)
{
    uint32_t deepest = 0;
    for (uint32_t node = 0; node < model->node_count; node++) {
        const uint32_t permille = permille_of(sums[node]);
        uint32_t least = threshold(context, model->nodes[node].index);
        const uint32_t depth = depth_of(model, node);
        const bool of_branch = permille_of(own[node]) < least;
        if (of_branch && least < model->precision_permille) {
            least = model->precision_permille;
        }
        if (permille < least || (belief->sure != SITE_NONE && depth <= deepest)) {
            continue;
        }
        deepest = depth;
        belief->sure = model->nodes[node].index;
        belief->sure_permille = permille;
        belief->threshold_permille = least;
        belief->of_branch = of_branch;
    }
}

enum rc site_model_believe(struct arena *arena, const struct site_model *model,
                           const struct learn_text *text, site_model_threshold_fn *threshold,
                           void *context, struct site_belief *belief)
{
    float probabilities[LEARN_CATEGORIES_MAX];
    CHECK(model->learn != NULL);
    CHECK(model->label_count <= LEARN_CATEGORIES_MAX);
    *belief = (struct site_belief){.sure = SITE_NONE};
    float *own = arena_zalloc(arena, 2 * (size_t)model->node_count * sizeof *own);
    if (own == NULL) {
        return RC_LIMIT;
    }
    float *sums = own + model->node_count;
    learn_probabilities(model->learn, text, &belief->decision, probabilities);
    const enum learn_reason reason = learn_decide(&belief->decision, 0);
    belief->readable = reason != LEARN_EMPTY && reason != LEARN_FOREIGN;
    if (reason == LEARN_EMPTY) {
        return RC_OK;
    }
    add_up(model, probabilities, own, sums);
    keep_best(model, own, belief);
    if (belief->readable && belief->decision.known * KNOWN_SHARE >= belief->decision.grams) {
        find_sure(model, own, sums, threshold, context, belief);
    }
    return RC_OK;
}

uint32_t site_model_permille(const struct site_belief *belief, uint32_t index)
{
    for (uint32_t at = 0; at < belief->count; at++) {
        if (belief->guesses[at].index == index) {
            return belief->guesses[at].permille;
        }
    }
    return 0;
}

static bool above(const struct site *site, uint32_t ancestor, uint32_t index)
{
    CHECK(index < site->category_count);
    while (index != SITE_NONE && index != ancestor) {
        index = site->categories[index].parent;
    }
    return index == ancestor;
}

bool site_model_related(const struct site *site, uint32_t a, uint32_t b)
{
    return above(site, a, b) || above(site, b, a);
}
