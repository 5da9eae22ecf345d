/* cli_shadow: would the new model do better than the one in use, and what would it change?
 *
 * A fair comparison has no memory on either side. The shadow is judged by what it said of each
 * example when it had not learned it; the running model can only be asked as it is, and may have
 * learned some of these very texts: it then seems better than it is, which is said beside the
 * figures. Accuracy alone does not tell a desk what comes of a switch, so that the examples which
 * would change hands are counted by where from and where to. */

#include <stdlib.h>
#include <string.h>

#include "cli_shadow.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum {
    MOVES_SHOWN = 10, /* the rest is in --json */
    NAME_COLUMNS = 24,
};
#define UNKNOWN UINT32_MAX

enum { RUNNING, SHADOW, SIDES };

struct category_count {
    uint32_t rows, gained, lost; /* gained: the shadow alone is right */
    uint32_t guessed[SIDES], right[SIDES];
};

struct move {
    uint32_t from, to; /* of the running model, of the examples */
    uint32_t rows, gained, lost;
};

struct cli_shadow {
    const struct cli_examples *examples;
    const struct learn_model *running;
    uint32_t *number;   /* [category of the running model]: among the examples'; UNKNOWN */
    struct move *moves; /* the most frequent first */
    size_t move_count;
    uint32_t rows, gained, lost, moved;
    uint32_t right[SIDES], out[SIDES], out_right[SIDES];
    struct category_count categories[LEARN_CATEGORIES_MAX];
};

/* ---- counting ---- */

static uint32_t number_of(const struct cli_examples *examples, const char *name)
{
    for (uint32_t index = 0; index < examples->name_count; index++) {
        if (strcmp(examples->names[index], name) == 0) {
            return index;
        }
    }
    return UNKNOWN;
}

static void count_side(struct cli_shadow *shadow, unsigned side, uint32_t guess, uint32_t truth,
                       bool out)
{
    CHECK(truth < shadow->examples->name_count);
    const uint32_t right = guess == truth ? 1 : 0;
    if (guess != UNKNOWN) {
        shadow->categories[guess].guessed[side]++;
    }
    shadow->categories[truth].right[side] += right;
    shadow->right[side] += right;
    shadow->out[side] += out ? 1 : 0;
    shadow->out_right[side] += out ? right : 0;
}

static void count_example(struct cli_shadow *shadow, const struct learn_example *example,
                          const struct learn_verdict *verdict, const float thresholds[SIDES])
{
    struct learn_decision decision;
    learn_classify(shadow->running, &example->text, &decision);
    if (!verdict->judged || decision.guess_count == 0) {
        return;
    }
    const uint32_t from = decision.guesses[0].category;
    const uint32_t guess = shadow->number[from];
    const uint32_t truth = example->category;
    const bool gained = guess != truth && verdict->category == truth;
    const bool lost = guess == truth && verdict->category != truth;
    shadow->rows++;
    shadow->categories[truth].rows++;
    shadow->categories[truth].gained += gained ? 1 : 0;
    shadow->categories[truth].lost += lost ? 1 : 0;
    shadow->gained += gained ? 1 : 0;
    shadow->lost += lost ? 1 : 0;
    count_side(shadow, RUNNING, guess, truth,
               learn_decide(&decision, thresholds[RUNNING]) == LEARN_SURE);
    count_side(shadow, SHADOW, verdict->category, truth,
               verdict->probability >= thresholds[SHADOW]);
    if (guess != verdict->category) {
        struct move *move =
            &shadow->moves[(size_t)from * shadow->examples->name_count + verdict->category];
        *move = (struct move){from, verdict->category, move->rows + 1,
                              move->gained + (gained ? 1 : 0), move->lost + (lost ? 1 : 0)};
        shadow->moved++;
    }
}

static int by_rows(const void *a, const void *b)
{
    const struct move *left = a;
    const struct move *right = b;
    if (left->rows != right->rows) {
        return left->rows > right->rows ? -1 : 1;
    }
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    return left->to < right->to ? -1 : left->to > right->to;
}

struct cli_shadow *cli_shadow_new(const struct cli_examples *examples,
                                  const struct learn_verdict *verdicts,
                                  const struct cli_model *running, float threshold)
{
    struct learn_about about;
    learn_about(running->model, &about);
    CHECK(examples->name_count > 0);
    struct cli_shadow *shadow = calloc(1, sizeof *shadow);
    if (shadow == NULL) {
        return NULL;
    }
    const size_t pairs = (size_t)about.categories * examples->name_count;
    shadow->examples = examples;
    shadow->running = running->model;
    shadow->number = calloc(about.categories, sizeof *shadow->number);
    shadow->moves = calloc(pairs, sizeof *shadow->moves);
    if (shadow->number == NULL || shadow->moves == NULL) {
        cli_shadow_free(shadow);
        return NULL;
    }
    for (uint32_t index = 0; index < about.categories; index++) {
        shadow->number[index] = number_of(examples, learn_name(running->model, index));
    }
    const float thresholds[SIDES] = {[RUNNING] =
                                         learn_threshold(running->model, CLI_MODEL_PRECISION_USUAL),
                                     [SHADOW] = threshold};
    for (size_t index = 0; index < examples->count; index++) {
        count_example(shadow, &examples->examples[index], &verdicts[index], thresholds);
    }
    qsort(shadow->moves, pairs, sizeof *shadow->moves, by_rows);
    while (shadow->move_count < pairs && shadow->moves[shadow->move_count].rows > 0) {
        shadow->move_count++;
    }
    return shadow;
}

void cli_shadow_free(struct cli_shadow *shadow)
{
    if (shadow != NULL) {
        free(shadow->number);
        free(shadow->moves);
        free(shadow);
    }
}

/* ---- figures ---- */

static double share(uint32_t part, uint32_t of)
{
    return of == 0 ? 0 : (double)part / (double)of;
}

static double f1(const struct category_count *count, unsigned side)
{
    return share(2 * count->right[side], count->rows + count->guessed[side]);
}

static double macro_f1(const struct cli_shadow *shadow, unsigned side)
{
    double sum = 0;
    uint32_t present = 0;
    for (uint32_t index = 0; index < shadow->examples->name_count; index++) {
        const struct category_count *count = &shadow->categories[index];
        sum += count->rows > 0 ? f1(count, side) : 0;
        present += count->rows > 0 ? 1 : 0;
    }
    return present == 0 ? 0 : sum / present;
}

static bool differs(const struct category_count *count)
{
    return count->gained > 0 || count->lost > 0 ||
           count->guessed[RUNNING] != count->guessed[SHADOW];
}

/* ---- JSON ---- */

static json_t *side_json(const struct cli_shadow *shadow, unsigned side)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "accuracy", share(shadow->right[side], shadow->rows),
                     "macro_f1", macro_f1(shadow, side), "coverage",
                     share(shadow->out[side], shadow->rows), "precision",
                     share(shadow->out_right[side], shadow->out[side]));
}

json_t *cli_shadow_json(const struct cli_shadow *shadow, const char *path)
{
    json_t *categories = json_array();
    json_t *moves = json_array();
    for (uint32_t index = 0; index < shadow->examples->name_count; index++) {
        const struct category_count *count = &shadow->categories[index];
        json_array_append_new(categories, json_pack("{s:s, s:I, s:f, s:f, s:I, s:I}", "category",
                                                    shadow->examples->names[index], "rows",
                                                    (json_int_t)count->rows, "f1_running",
                                                    f1(count, RUNNING), "f1", f1(count, SHADOW),
                                                    "gained", (json_int_t)count->gained, "lost",
                                                    (json_int_t)count->lost));
    }
    for (size_t index = 0; index < shadow->move_count; index++) {
        const struct move *move = &shadow->moves[index];
        json_array_append_new(
            moves,
            json_pack("{s:s, s:s, s:I, s:I, s:I}", "from", learn_name(shadow->running, move->from),
                      "to", shadow->examples->names[move->to], "rows", (json_int_t)move->rows,
                      "gained", (json_int_t)move->gained, "lost", (json_int_t)move->lost));
    }
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "model", path, "rows",
                     (json_int_t)shadow->rows, "changed", (json_int_t)shadow->moved, "gained",
                     (json_int_t)shadow->gained, "lost", (json_int_t)shadow->lost, "running",
                     side_json(shadow, RUNNING), "shadow", side_json(shadow, SHADOW), "categories",
                     categories, "moves", moves);
}

/* ---- a table ---- */

static void print_name(FILE *to, const char *name)
{
    const size_t columns = text_columns(name);
    fprintf(to, "  %s%*s", name, columns < NAME_COLUMNS ? (int)(NAME_COLUMNS - columns) : 1, "");
}

static void print_figures(const struct cli_shadow *shadow, const struct cli *cli, FILE *to)
{
    fprintf(to,
            cli_say(cli, "  准确率 %.3f → %.3f，宏平均 F1 %.3f → %.3f\n",
                    "  accuracy %.3f → %.3f, macro-F1 %.3f → %.3f\n"),
            share(shadow->right[RUNNING], shadow->rows), share(shadow->right[SHADOW], shadow->rows),
            macro_f1(shadow, RUNNING), macro_f1(shadow, SHADOW));
    fprintf(to,
            cli_say(cli, "  要求准确率 0.98 时自动分拨 %.1f%%（实际 %.3f）→ %.1f%%（实际 %.3f）\n",
                    "  by itself at a precision of 0.98: %.1f%% (%.3f right) → %.1f%% (%.3f "
                    "right)\n"),
            share(shadow->out[RUNNING], shadow->rows) * 100,
            share(shadow->out_right[RUNNING], shadow->out[RUNNING]),
            share(shadow->out[SHADOW], shadow->rows) * 100,
            share(shadow->out_right[SHADOW], shadow->out[SHADOW]));
}

static void print_moves(const struct cli_shadow *shadow, const struct cli *cli, FILE *to)
{
    fprintf(to,
            cli_say(cli, "会改类别的 %u 条：改对 %u，改错 %u，前后都不对 %u\n",
                    "%u would change category: %u to the right one, %u away from it, %u wrong "
                    "before and after\n"),
            shadow->moved, shadow->gained, shadow->lost,
            shadow->moved - shadow->gained - shadow->lost);
    for (size_t index = 0; index < shadow->move_count && index < MOVES_SHOWN; index++) {
        const struct move *move = &shadow->moves[index];
        print_name(to, learn_name(shadow->running, move->from));
        fputs(" →", to);
        print_name(to, shadow->examples->names[move->to]);
        fprintf(to,
                cli_say(cli, " %5u  改对 %u  改错 %u\n", " %5u  to the right one %u, away %u\n"),
                move->rows, move->gained, move->lost);
    }
    if (shadow->move_count > MOVES_SHOWN) {
        fprintf(to, cli_say(cli, "  另有 %zu 种，见 --json\n", "  %zu kinds more: --json\n"),
                shadow->move_count - MOVES_SHOWN);
    }
}

void cli_shadow_print(const struct cli_shadow *shadow, const struct cli *cli, const char *path,
                      FILE *to)
{
    fprintf(to,
            cli_say(cli,
                    "与现用模型 %s 对照 %u 条。新模型按没学过时的判断算；现用模型照现状判断，"
                    "若学过其中的文字，会显得比实际好。\n",
                    "compared with %s on %u rows. The new one counts as it judged what it had not "
                    "seen; the running one as it is: where it learned from these rows it seems "
                    "better than it is.\n"),
            path, shadow->rows);
    print_figures(shadow, cli, to);
    for (uint32_t index = 0; index < shadow->examples->name_count; index++) {
        const struct category_count *count = &shadow->categories[index];
        if (differs(count)) {
            print_name(to, shadow->examples->names[index]);
            fprintf(to,
                    cli_say(cli, " %5u  F1 %.3f → %.3f  改对 %u  改错 %u\n",
                            " %5u  F1 %.3f → %.3f  gained %u, lost %u\n"),
                    count->rows, f1(count, RUNNING), f1(count, SHADOW), count->gained, count->lost);
        }
    }
    print_moves(shadow, cli, to);
}
