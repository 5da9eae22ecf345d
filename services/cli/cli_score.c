/* cli_score: measures over rows that were judged, without I/O. Rows of one probability stand or fall
 * together, since no threshold can tell them apart. */

#include "cli_score.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/check.h"

/* A row on its way into order: qsort has no context. */
struct ordered {
    float probability;
    uint32_t row;
};

static int surest_first(const void *one, const void *other)
{
    const struct ordered *a = one, *b = other;
    if (a->probability != b->probability) {
        return a->probability > b->probability ? -1 : 1;
    }
    return a->row < b->row ? -1 : a->row > b->row;
}

static bool is_right(const struct cli_score *score, size_t row)
{
    CHECK(row < score->count);
    return score->rows[row].guess == score->rows[row].label;
}

static enum rc put_in_order(struct cli_score *score)
{
    struct ordered *ordered = calloc(score->count + 1, sizeof *ordered);
    score->order = calloc(score->count + 1, sizeof *score->order);
    if (ordered == NULL || score->order == NULL) {
        free(ordered);
        return RC_LIMIT;
    }
    for (size_t row = 0; row < score->count; row++) {
        if (score->rows[row].may && score->rows[row].guess != CLI_SCORE_NONE) {
            ordered[score->may_count++] =
                (struct ordered){score->rows[row].probability, (uint32_t)row};
        }
    }
    qsort(ordered, score->may_count, sizeof *ordered, surest_first);
    for (size_t at = 0; at < score->may_count; at++) {
        score->order[at] = ordered[at].row;
    }
    free(ordered);
    return RC_OK;
}

/* A row without a guess claims nothing, so calibration is not about it. */
static void count_row(struct cli_score *score, size_t at)
{
    const struct cli_score_row *row = &score->rows[at];
    const bool guessed = row->guess != CLI_SCORE_NONE;
    const uint32_t guess = guessed ? row->guess : score->classes;
    CHECK(row->label < score->classes);
    CHECK(guess <= score->classes);
    score->each[row->label].rows++;
    score->confusion[(size_t)row->label * (score->classes + 1) + guess]++;
    if (!guessed) {
        return;
    }
    const bool right = is_right(score, at);
    const int bin = (int)(row->probability * CLI_SCORE_BINS);
    struct cli_score_bin *in = &score->bins[bin < 0                 ? 0
                                            : bin >= CLI_SCORE_BINS ? CLI_SCORE_BINS - 1
                                                                    : bin];
    score->each[guess].guessed++;
    score->each[guess].right += right;
    score->right += right;
    in->rows++;
    in->right += right;
    in->probability += (double)row->probability;
}

static double share(double part, double of)
{
    return of > 0 ? part / of : 0;
}

static void sum_up(struct cli_score *score)
{
    uint32_t seen = 0;
    double guessed = 0;
    for (uint32_t class = 0; class < score->classes; class ++) {
        struct cli_score_class *each = &score->each[class];
        each->precision = share((double)each->right, (double)each->guessed);
        each->recall = share((double)each->right, (double)each->rows);
        each->f1 = share(2 * (double)each->right, (double)(each->rows + each->guessed));
        score->macro_f1 += each->f1;
        seen += each->rows + each->guessed > 0;
        guessed += (double)each->guessed;
    }
    score->macro_f1 = share(score->macro_f1, seen);
    score->accuracy = share((double)score->right, (double)score->count);
    for (unsigned bin = 0; bin < CLI_SCORE_BINS; bin++) {
        struct cli_score_bin *in = &score->bins[bin];
        score->ece += fabs(in->probability - (double)in->right);
        in->probability = share(in->probability, (double)in->rows);
    }
    score->ece = share(score->ece, guessed);
}

enum rc cli_score_make(struct cli_score *score, const struct cli_score_row *rows, size_t count,
                       uint32_t classes)
{
    CHECK(classes <= CLI_SCORE_CLASSES_MAX);
    CHECK(count < UINT32_MAX);
    score->rows = rows;
    score->count = count;
    score->classes = classes;
    score->each = calloc(classes + 1, sizeof *score->each);
    score->confusion = calloc((size_t)(classes + 1) * (classes + 1), sizeof *score->confusion);
    if (score->each == NULL || score->confusion == NULL || put_in_order(score) != RC_OK) {
        return RC_LIMIT;
    }
    for (size_t row = 0; row < count; row++) {
        count_row(score, row);
    }
    sum_up(score);
    return RC_OK;
}

void cli_score_free(struct cli_score *score)
{
    free(score->each);
    free(score->confusion);
    free(score->order);
    *score = (struct cli_score){.rows = NULL};
}

uint64_t cli_score_confused(const struct cli_score *score, uint32_t label, uint32_t guess)
{
    CHECK(label < score->classes);
    CHECK(guess < score->classes || guess == CLI_SCORE_NONE);
    const uint32_t column = guess == CLI_SCORE_NONE ? score->classes : guess;
    return score->confusion[(size_t)label * (score->classes + 1) + column];
}

struct cli_score_part cli_score_above(const struct cli_score *score, double threshold)
{
    struct cli_score_part part = {.threshold = threshold};
    for (size_t at = 0; at < score->may_count; at++) {
        const uint32_t row = score->order[at];
        if ((double)score->rows[row].probability < threshold) {
            break;
        }
        part.rows++;
        part.right += is_right(score, row);
    }
    return part;
}

struct cli_score_part cli_score_hindsight(const struct cli_score *score, double precision)
{
    struct cli_score_part best = {.threshold = 2}, part = best;
    for (size_t at = 0; at < score->may_count; at++) {
        const uint32_t row = score->order[at];
        const float probability = score->rows[row].probability;
        part.rows++;
        part.right += is_right(score, row);
        const bool last = at + 1 == score->may_count ||
                          score->rows[score->order[at + 1]].probability < probability;
        if (last && (double)part.right >= precision * (double)part.rows) {
            best = part;
            best.threshold = (double)probability;
        }
    }
    return best;
}

double cli_score_precision(const struct cli_score_part *part)
{
    return share((double)part->right, (double)part->rows);
}

double cli_score_coverage(const struct cli_score *score, const struct cli_score_part *part)
{
    return share((double)part->rows, (double)score->count);
}
