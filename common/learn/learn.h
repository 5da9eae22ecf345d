/* learn: which category a text belongs to, learned from texts that people have sorted before.
 *
 * A linear model over the letters of title and text, single and by two, each weighed
 * by how much it tells about the category; on top a small net that turns scores into probabilities,
 * and a curve that says how often a probability was right on texts the model had not seen. Without a
 * segmenter, a dictionary or a library. Pure: no file, clock, random source or locale; training the
 * same examples on the same machine makes the same bytes. A decision takes microseconds and no
 * memory beyond the stack.
 *
 * A model is its bytes: whoever opens one keeps them (a file that is mapped, or read) until
 * learn_close. They hold single letters' weights and the names of categories, no text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

#define LEARN_CATEGORIES_MAX 256u
#define LEARN_NAME_BYTES_MAX 255u /* of a category or a column */
#define LEARN_MODEL_BYTES_MAX (32u << 20)
#define LEARN_EXAMPLES_MAX 1000000u /* at about 6 kB of memory each */
#define LEARN_GUESSES_MAX 3u        /* what a dispatcher is shown */

/* Any bytes, also none: what is no UTF-8 is passed over. Only the first 128 letters of the title and
 * 500 of the text are looked at: more of them told nothing more. */
struct learn_text {
    const char *title, *text; /* may be NULL when its bytes are 0 */
    size_t title_bytes, text_bytes;
};

/* ---- a model ---- */

struct learn_model;

/* What a model says about itself. */
struct learn_about {
    uint32_t categories;
    uint32_t grams;    /* that it knows */
    uint32_t examples; /* that it learned from */
    float accuracy;    /* of all, on examples it had not seen */
    const char *label; /* the column that named the category; lives as long as the model */
};

/* Before: bytes stay until learn_close, and begin on a multiple of 4.
 * Returns RC_OK; RC_CORRUPT: no model, cut off or damaged; RC_FORMAT: a model of another version;
 * RC_LIMIT: memory. */
MUST_CHECK enum rc learn_open(struct learn_model **model, const void *bytes, size_t size);
void learn_close(struct learn_model *model); /* NULL is left alone */
void learn_about(const struct learn_model *model, struct learn_about *about);
/* Before: category < categories. Never NULL; lives as long as the model. */
const char *learn_name(const struct learn_model *model, uint32_t category);

/* ---- a decision ---- */

struct learn_guess {
    uint32_t category;
    float probability; /* of being right, 0 to 1 */
};

struct learn_decision {
    struct learn_guess guesses[LEARN_GUESSES_MAX]; /* the best first */
    uint32_t guess_count;                          /* 0: nothing was written */
    uint32_t grams, known; /* of the text, and how many of them the model has seen */
};

/* Never fails: a text that says nothing has no guesses. */
void learn_classify(const struct learn_model *model, const struct learn_text *text,
                    struct learn_decision *decision);
/* The same, with the probability of every category, for whoever needs that of a branch: the
 * probability of a branch of the tree is the sum of its leaves'. probabilities: [categories], 0 to 1,
 * which sum to 1 (within rounding); all 0 where the decision has no guesses. Those of the guesses are
 * the decision's own. */
void learn_probabilities(const struct learn_model *model, const struct learn_text *text,
                         struct learn_decision *decision, float *probabilities);

/* Why a ticket goes to the desk. The names are stable: scripts and stored facts may hold them. */
enum learn_reason {
    LEARN_SURE,    /* it does not */
    LEARN_EMPTY,   /* there is no text */
    LEARN_FOREIGN, /* hardly anything of it was ever seen: another language, emoji, noise */
    LEARN_UNSURE,  /* below the threshold */
    LEARN_REASON_COUNT
};
const char *learn_reason_name(enum learn_reason reason); /* "", "empty", "foreign", "unsure" */

/* The lowest probability above which decisions were right at least that often, with a margin, on
 * examples the model had not seen. Above 1: nowhere, so nothing goes out by itself.
 * Before: 0 < precision < 1. */
float learn_threshold(const struct learn_model *model, float precision);
/* Which share of the unseen examples lay above a threshold. */
float learn_coverage(const struct learn_model *model, float threshold);
/* Whether it may go out by itself: LEARN_SURE. */
enum learn_reason learn_decide(const struct learn_decision *decision, float threshold);

/* Letters that spoke for the best guess and against the second. */
struct learn_evidence {
    char gram[16]; /* as compared: simplified, lower case */
    bool title;    /* where it stood */
    float weight;  /* of the difference between the two scores */
};
/* The strongest first; grams that stand within a stronger one are left out. Returns how many.
 * Before: the decision is the model's on this text. */
size_t learn_explain(const struct learn_model *model, const struct learn_text *text,
                     const struct learn_decision *decision, struct learn_evidence *evidence,
                     size_t max);

/* ---- training ---- */

struct learn_example {
    struct learn_text text;
    uint32_t category;
};

/* What a model that had not seen an example says of it. */
struct learn_verdict {
    uint32_t category;
    float probability;
    bool judged; /* false: the example says nothing, and was left out */
};

struct learn_setup {
    const char *const *categories;
    uint32_t category_count;
    const char *label;
    const struct learn_example *examples;
    size_t example_count;
    struct learn_verdict *verdicts; /* [example_count], to be filled in; may be NULL */
    /* Told between parts of the work; may be NULL. */
    void (*progress)(void *context, uint32_t done, uint32_t of);
    void *context;
};

/* What the model got right of examples that it had not seen: each tenth of them was judged by a
 * model trained on the others, texts that are nearly the same on one side. */
struct learn_report {
    uint32_t examples, left_out; /* left_out: they say nothing */
    uint32_t groups;             /* of nearly the same texts count as one */
    float accuracy, macro_f1;
    float coverage[3]; /* at a precision of 0.95, 0.98, 0.99, by learn_threshold */
    float f1[LEARN_CATEGORIES_MAX];
    uint32_t counts[LEARN_CATEGORIES_MAX];
};

/* Makes a model: *bytes, for free().
 * Returns RC_OK; RC_INVALID: fewer than two categories have examples with a text; RC_LIMIT: memory,
 * or more than the bounds above. */
MUST_CHECK enum rc learn_train(const struct learn_setup *setup, unsigned char **bytes, size_t *size,
                               struct learn_report *report);
