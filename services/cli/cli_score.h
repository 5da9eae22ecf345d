/* cli_score: how often a classifier is right, how well it knows, and how much it may do by itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum { CLI_SCORE_BINS = 10 };
#define CLI_SCORE_CLASSES_MAX 512u
#define CLI_SCORE_NONE UINT32_MAX /* a guess: there is none */

struct cli_score_row {
    uint32_t label, guess; /* below classes; guess may be CLI_SCORE_NONE */
    float probability;     /* of the guess */
    bool may; /* go out by itself, were it sure enough: it is neither empty nor foreign */
};

struct cli_score_class {
    uint64_t rows, guessed, right;
    double precision, recall, f1; /* 0 where there is nothing to divide by */
};

struct cli_score_bin {
    uint64_t rows, right;
    double probability; /* the mean, of its rows */
};

/* What lies above a threshold. */
struct cli_score_part {
    double threshold; /* above 1: nothing does */
    uint64_t rows, right;
};

struct cli_score {
    const struct cli_score_row *rows; /* the caller's */
    size_t count;
    uint32_t classes;
    struct cli_score_class *each; /* [classes] */
    uint64_t *confusion;          /* [classes][classes + 1]: label, guess; the last: none */
    struct cli_score_bin bins[CLI_SCORE_BINS];
    uint64_t right;
    double accuracy; /* of all rows: one without a guess is not right */
    double macro_f1; /* over classes that occur or were guessed */
    double ece;      /* mean distance of probability and how often it was right, over bins */
    uint32_t *order; /* rows that may go out, the surest first */
    size_t may_count;
};

/* RC_OK or RC_LIMIT (memory). Before: *score is zero; classes <= CLI_SCORE_CLASSES_MAX; rows outlive
 * it. Either way for cli_score_free. */
MUST_CHECK enum rc cli_score_make(struct cli_score *score, const struct cli_score_row *rows,
                                  size_t count, uint32_t classes);
void cli_score_free(struct cli_score *score);
/* How often that label was guessed to be this. guess may be CLI_SCORE_NONE. */
uint64_t cli_score_confused(const struct cli_score *score, uint32_t label, uint32_t guess);
/* What goes out at a threshold. */
struct cli_score_part cli_score_above(const struct cli_score *score, double threshold);
/* The lowest threshold at which these rows are right so often: known only afterwards, so that it is
 * what the best possible choice of a threshold would have come to. */
struct cli_score_part cli_score_hindsight(const struct cli_score *score, double precision);
double cli_score_precision(const struct cli_score_part *part); /* 0 of nothing */
double cli_score_coverage(const struct cli_score *score, const struct cli_score_part *part);
