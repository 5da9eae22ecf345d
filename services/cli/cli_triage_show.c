/* cli_triage_show: what was measured, as tables for people and as one JSON document for scripts.
 *
 * A figure never stands without its count: 3 of 4 is no 75 %. Both thresholds are shown side by side and
 * named, since only the learned one is what would happen in service. */

#include <stdlib.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_triage.h"
#include "common/base/check.h"

/* More classes than this make a matrix that nobody reads: then only what is confused most. */
enum { MATRIX_MAX = 16, CONFUSED_MAX = 15 };

struct confused {
    uint32_t label, guess;
    uint64_t rows;
};

static void heading(const struct cli *cli, const char *zh, const char *en)
{
    printf("\n%s%s%s\n", cli_colour_on(cli->colour, SAY_STRONG), cli_say(cli, zh, en),
           cli_colour_off(cli->colour, SAY_STRONG));
}

/* Thresholds of the manual: what is promised, nearly, not. */
static enum say_tone tone_of(double figure)
{
    return figure >= 0.93  ? SAY_GOOD
           : figure >= 0.8 ? SAY_PLAIN
           : figure >= 0.6 ? SAY_WARN
                           : SAY_BAD;
}

static const char *name_of(const struct cli_triage *triage, uint32_t guess)
{
    CHECK(guess == CLI_SCORE_NONE || guess < triage->texts.classes);
    return guess == CLI_SCORE_NONE ? cli_say(triage->cli, "（没有）", "(none)")
                                   : triage->texts.names[guess];
}

/* Classes that occur or were guessed, in the model's order. */
static uint32_t seen_classes(const struct cli_triage_texts *texts, uint32_t *seen)
{
    uint32_t count = 0;
    for (uint32_t class = 0; class < texts->classes; class ++) {
        if (texts->score.each[class].rows + texts->score.each[class].guessed > 0) {
            seen[count++] = class;
        }
    }
    return count;
}

static int most_first(const void *one, const void *other)
{
    const struct confused *a = one, *b = other;
    if (a->rows != b->rows) {
        return a->rows > b->rows ? -1 : 1;
    }
    return a->label != b->label ? (a->label > b->label) - (a->label < b->label)
                                : (a->guess > b->guess) - (a->guess < b->guess);
}

/* Cells of the matrix that are not empty; right: those of the diagonal too. For free(); NULL: memory. */
static struct confused *confusions(const struct cli_triage_texts *texts, bool right, size_t *count)
{
    const size_t cells = (size_t)texts->classes * (texts->classes + 1);
    struct confused *list = calloc(cells + 1, sizeof *list);
    *count = 0;
    for (uint32_t label = 0; list != NULL && label < texts->classes; label++) {
        for (uint32_t guess = 0; guess <= texts->classes; guess++) {
            const uint32_t named = guess == texts->classes ? CLI_SCORE_NONE : guess;
            const uint64_t rows = cli_score_confused(&texts->score, label, named);
            if (rows > 0 && (right || label != guess)) {
                list[(*count)++] = (struct confused){label, named, rows};
            }
        }
    }
    return list;
}

/* ---- texts ---- */

static void show_head(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    const struct cli_triage_texts *texts = &triage->texts;
    printf(cli_say(cli, "模型 %s：%u 类，学自 %u 条；%.1f MB，%.1f 毫秒读好\n",
                   "model %s: %u categories, learned from %u rows; %.1f MB, ready in %.1f ms\n"),
           texts->model_path, texts->about.categories, texts->about.examples,
           (double)texts->model.size / 1e6, (double)texts->model.ready_us / 1e3);
    printf(cli_say(cli, "测试 %s：%zu 条；没有类别、不计的 %llu 条\n",
                   "test %s: %zu rows; %llu more without a category are not counted\n"),
           texts->path, texts->score.count, (unsigned long long)texts->table.unnamed);
    if (texts->classes > texts->known) {
        uint64_t rows = 0;
        printf("%s%s", cli_colour_on(cli->colour, SAY_WARN),
               cli_say(cli, "模型没学过的类别（一律算错）：",
                       "categories that the model does not know (never right): "));
        for (uint32_t class = texts->known; class < texts->classes; class ++) {
            rows += texts->score.each[class].rows;
            if (class - texts->known < 8) {
                printf("%s%s", class == texts->known ? "" : cli_say(cli, "、", ", "),
                       texts->names[class]);
            }
        }
        printf(cli_say(cli, "%s，共 %llu 条", "%s; %llu rows"),
               texts->classes - texts->known > 8 ? cli_say(cli, "……", " ...") : "",
               (unsigned long long)rows);
        printf("%s\n", cli_colour_off(cli->colour, SAY_WARN));
    }
    printf("\n%s%s %.3f  %s %.3f%s  %s %.3f\n", cli_colour_on(cli->colour, SAY_STRONG),
           cli_say(cli, "准确率", "accuracy"), texts->score.accuracy,
           cli_say(cli, "宏平均 F1", "macro-F1"), texts->score.macro_f1,
           cli_colour_off(cli->colour, SAY_STRONG),
           cli_say(cli, "校准误差 ECE（10 格）", "expected calibration error (10 bins)"),
           texts->score.ece);
}

static void show_classes(const struct cli_triage *triage, const uint32_t *seen, uint32_t count)
{
    static const struct cli_column table[] = {
        {.title = "类别|CATEGORY", .floor = 8},
        {.title = "条数|ROWS", .right = true},
        {.title = "准确率|PRECISION", .right = true},
        {.title = "召回率|RECALL", .right = true},
        {.title = "F1|F1", .right = true},
        {.title = "自动|AUTO", .right = true, .rank = 2},
        {.title = "其中错|WRONG", .right = true, .rank = 1},
        {.title = NULL},
    };
    const struct cli_triage_texts *texts = &triage->texts;
    struct cli_grid grid;
    heading(triage->cli, "各类", "Per category");
    cli_grid_begin(&grid, triage->cli, table);
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t class = seen[at];
        const struct cli_score_class *each = &texts->score.each[class];
        const uint64_t wrong = texts->auto_rows[class] - texts->auto_right[class];
        cli_grid_add(&grid, class < texts->known ? SAY_PLAIN : SAY_WARN, "%s", texts->names[class]);
        cli_grid_add(&grid, SAY_PLAIN, "%llu", (unsigned long long)each->rows);
        cli_grid_add(&grid, SAY_PLAIN, each->guessed == 0 ? "-" : "%.3f", each->precision);
        cli_grid_add(&grid, SAY_PLAIN, each->rows == 0 ? "-" : "%.3f", each->recall);
        cli_grid_add(&grid, tone_of(each->f1), "%.3f", each->f1);
        cli_grid_add(&grid, SAY_PLAIN, "%llu", (unsigned long long)texts->auto_rows[class]);
        cli_grid_add(&grid, wrong == 0 ? SAY_FAINT : SAY_WARN, "%llu", (unsigned long long)wrong);
    }
    cli_grid_end(&grid);
}

/* How bad a cell beside the diagonal is, by its share of the row. */
static enum say_tone cell_tone(uint64_t rows, uint64_t of, bool right)
{
    if (rows == 0) {
        return SAY_FAINT;
    }
    if (right) {
        return SAY_GOOD;
    }
    return rows * 10 >= of ? SAY_BAD : rows * 25 >= of ? SAY_WARN : SAY_PLAIN;
}

static void show_matrix(const struct cli_triage *triage, const uint32_t *seen, uint32_t count)
{
    const struct cli_triage_texts *texts = &triage->texts;
    struct cli_column table[MATRIX_MAX + 3] = {{.title = "人工 ＼ 模型|PEOPLE \\ MODEL"}};
    char titles[MATRIX_MAX][24];
    struct cli_grid grid;
    bool none = false;
    CHECK(count <= MATRIX_MAX);
    for (uint32_t at = 0; at < count; at++) {
        (void)snprintf(titles[at], sizeof titles[at], "%u|%u", at + 1, at + 1);
        table[at + 1] = (struct cli_column){.title = titles[at], .right = true};
        none = none || cli_score_confused(&texts->score, seen[at], CLI_SCORE_NONE) > 0;
    }
    if (none) {
        table[count + 1] = (struct cli_column){.title = "没有|NONE", .right = true};
    }
    heading(triage->cli, "混淆矩阵", "Confusion matrix");
    cli_grid_begin(&grid, triage->cli, table);
    for (uint32_t row = 0; row < count; row++) {
        const uint64_t of = texts->score.each[seen[row]].rows;
        cli_grid_add(&grid, SAY_PLAIN, "%2u %s", row + 1, texts->names[seen[row]]);
        for (uint32_t at = 0; at < count + none; at++) {
            const uint32_t guess = at == count ? CLI_SCORE_NONE : seen[at];
            const uint64_t rows = cli_score_confused(&texts->score, seen[row], guess);
            const enum say_tone tone = cell_tone(rows, of, at == row);
            cli_grid_add(&grid, tone, rows == 0 ? "·" : "%llu", (unsigned long long)rows);
        }
    }
    cli_grid_end(&grid);
}

static int show_confused(const struct cli_triage *triage)
{
    static const struct cli_column table[] = {
        {.title = "人工|PEOPLE", .floor = 10},
        {.title = "模型|MODEL", .floor = 10},
        {.title = "条数|ROWS", .right = true},
        {.title = "占人工的|SHARE", .right = true},
        {.title = NULL},
    };
    const struct cli_triage_texts *texts = &triage->texts;
    size_t count = 0;
    struct confused *list = confusions(texts, false, &count);
    struct cli_grid grid;
    if (list == NULL) {
        return cli_no_memory(triage->cli);
    }
    qsort(list, count, sizeof *list, most_first);
    heading(triage->cli, "最常混淆的", "Confused most often");
    cli_grid_begin(&grid, triage->cli, table);
    for (size_t at = 0; at < count && at < CONFUSED_MAX; at++) {
        const double of = (double)texts->score.each[list[at].label].rows;
        cli_grid_add(&grid, SAY_PLAIN, "%s", texts->names[list[at].label]);
        cli_grid_add(&grid, SAY_PLAIN, "%s", name_of(triage, list[at].guess));
        cli_grid_add(&grid, SAY_PLAIN, "%llu", (unsigned long long)list[at].rows);
        cli_grid_add(&grid, SAY_PLAIN, "%.1f%%", (double)list[at].rows * 100 / of);
    }
    cli_grid_end(&grid);
    free(list);
    return CLI_EXIT_OK;
}

static void add_part(struct cli_grid *grid, const struct cli_score *score,
                     const struct cli_score_part *part, double target)
{
    const double precision = cli_score_precision(part);
    if (part->threshold > 1) {
        cli_grid_add(grid, SAY_FAINT, "-");
    } else {
        cli_grid_add(grid, SAY_PLAIN, "%.3f", part->threshold);
    }
    cli_grid_add(grid, part->rows == 0 ? SAY_FAINT : SAY_STRONG, "%.1f%%",
                 cli_score_coverage(score, part) * 100);
    if (part->rows == 0) {
        cli_grid_add(grid, SAY_FAINT, "-");
    } else {
        cli_grid_add(grid, precision >= target ? SAY_GOOD : SAY_WARN, "%.4f", precision);
    }
    cli_grid_add(grid, SAY_PLAIN, "%llu/%llu", (unsigned long long)(part->rows - part->right),
                 (unsigned long long)part->rows);
}

static void show_coverage(const struct cli_triage *triage)
{
    static const struct cli_column table[] = {
        {.title = "要求|TARGET", .right = true},
        {.title = "门槛|THRESHOLD"},
        {.title = "门槛值|VALUE", .right = true, .rank = 1},
        {.title = "自动分拨|COVERAGE", .right = true},
        {.title = "其准确率|PRECISION", .right = true},
        {.title = "错|WRONG", .right = true},
        {.title = NULL},
    };
    const struct cli_triage_texts *texts = &triage->texts;
    struct cli_grid grid;
    heading(triage->cli, "能自动分拨多少", "What may go out by itself");
    cli_grid_begin(&grid, triage->cli, table);
    for (unsigned at = 0; at <= CLI_TRIAGE_TARGETS; at++) {
        const struct cli_triage_cover *cover =
            at == CLI_TRIAGE_TARGETS ? &texts->asked : &texts->covers[at];
        bool shown = at == CLI_TRIAGE_TARGETS && !cli_given(triage->cli, CLI_PRECISION);
        for (unsigned other = 0; other < CLI_TRIAGE_TARGETS && at == CLI_TRIAGE_TARGETS; other++) {
            const double difference = cover->target - texts->covers[other].target;
            shown = shown || (difference < 1e-6 && difference > -1e-6);
        }
        if (shown) {
            continue;
        }
        cli_grid_add(&grid, SAY_STRONG, "%.4g%%", cover->target * 100);
        cli_grid_add(&grid, SAY_PLAIN, "%s", cli_say(triage->cli, "模型自定", "learned"));
        add_part(&grid, &texts->score, &cover->learned, cover->target);
        cli_grid_add(&grid, SAY_PLAIN, "%s", "");
        cli_grid_add(&grid, SAY_FAINT, "%s", cli_say(triage->cli, "事后最佳", "in hindsight"));
        add_part(&grid, &texts->score, &cover->hindsight, cover->target);
    }
    cli_grid_end(&grid);
    printf(
        "%s%s%s\n", cli_colour_on(triage->cli->colour, SAY_FAINT),
        cli_say(triage->cli,
                "模型自定：训练时在没学过的文字上定的，上线就用它；事后最佳：知道答案后再找的，只作"
                "上限。",
                "learned: set in training on texts it had not seen, as in service; in hindsight: "
                "found with the answers at hand, a bound."),
        cli_colour_off(triage->cli->colour, SAY_FAINT));
    printf(
        cli_say(triage->cli,
                "要求 %.4g%% 时：自动 %llu，转人工 %llu（把握不足 %llu，陌生 %llu，空白 %llu）\n",
                "at %.4g%%: %llu auto, %llu desk (%llu unsure, %llu foreign, %llu empty)\n"),
        texts->asked.target * 100, (unsigned long long)texts->reasons[LEARN_SURE],
        (unsigned long long)(texts->score.count - texts->reasons[LEARN_SURE]),
        (unsigned long long)texts->reasons[LEARN_UNSURE],
        (unsigned long long)texts->reasons[LEARN_FOREIGN],
        (unsigned long long)texts->reasons[LEARN_EMPTY]);
}

static int show_texts(const struct cli_triage *triage)
{
    const struct cli_triage_texts *texts = &triage->texts;
    uint32_t *seen = calloc(texts->classes + 1, sizeof *seen);
    int status = CLI_EXIT_OK;
    if (seen == NULL) {
        return cli_no_memory(triage->cli);
    }
    const uint32_t count = seen_classes(texts, seen);
    show_head(triage);
    show_classes(triage, seen, count);
    if (count <= MATRIX_MAX) {
        show_matrix(triage, seen, count);
    } else {
        status = show_confused(triage);
    }
    show_coverage(triage);
    free(seen);
    return status;
}

/* ---- places, groups, speed ---- */

static double places_accuracy(const struct cli_triage_places *places)
{
    return places->rows == 0 ? 0 : (double)places->right / (double)places->rows;
}

static double places_precision(const struct cli_triage_places *places)
{
    return places->found == 0 ? 0 : (double)places->found_right / (double)places->found;
}

/* Words of a reason for people; scripts get site_place_reason_name. */
static const char *reason_words(const struct cli *cli, enum site_place_reason reason)
{
    static const char *const words[SITE_PLACE_REASON_COUNT][2] = {
        [SITE_PLACE_FOUND] = {"认出", "found"},
        [SITE_PLACE_EMPTY] = {"空白", "empty"},
        [SITE_PLACE_UNKNOWN] = {"没有认出", "unknown"},
        [SITE_PLACE_AMBIGUOUS] = {"有几处可能", "ambiguous"},
        [SITE_PLACE_CONTRADICTION] = {"互相矛盾", "contradiction"},
        [SITE_PLACE_OUTSIDE] = {"坐标不在任何区域", "outside"},
        [SITE_PLACE_DATUM] = {"坐标系不明", "datum"},
        [SITE_PLACE_COORDINATES] = {"坐标写错", "coordinates"},
        [SITE_PLACE_INVALID] = {"不是 UTF-8", "invalid"},
        [SITE_PLACE_LONG] = {"太长", "long"},
    };
    CHECK(reason < SITE_PLACE_REASON_COUNT);
    return cli_say(cli, words[reason][0], words[reason][1]);
}

static void show_places(const struct cli_triage *triage)
{
    static const struct cli_column table[] = {
        {.title = "结果|RESULT"},
        {.title = "条数|ROWS", .right = true},
        {.title = "对|RIGHT", .right = true},
        {.title = "候选里有|AMONG CANDIDATES", .right = true},
        {.title = NULL},
    };
    const struct cli *cli = triage->cli;
    const struct cli_triage_places *places = &triage->places;
    struct cli_grid grid;
    heading(cli, "地点", "Places");
    printf(cli_say(cli, "%s：%llu 条，准确率 %.3f；认出区域 %llu，其中对 %llu（%.3f）\n",
                   "%s: %llu rows, accuracy %.3f; an area found for %llu, right %llu (%.3f)\n"),
           places->path, (unsigned long long)places->rows, places_accuracy(places),
           (unsigned long long)places->found, (unsigned long long)places->found_right,
           places_precision(places));
    if (places->unknown > 0) {
        printf(cli_say(cli, "area 不是站点的区域、算错的 %llu 条\n",
                       "%llu rows have an area that the site does not have: never right\n"),
               (unsigned long long)places->unknown);
    }
    cli_grid_begin(&grid, cli, table);
    for (unsigned reason = 0; reason < SITE_PLACE_REASON_COUNT; reason++) {
        const struct cli_triage_places_reason *of = &places->reasons[reason];
        if (of->rows > 0) {
            cli_grid_add(&grid, reason == SITE_PLACE_FOUND ? SAY_PLAIN : SAY_WARN, "%s",
                         reason_words(cli, (enum site_place_reason)reason));
            cli_grid_add(&grid, SAY_PLAIN, "%llu", (unsigned long long)of->rows);
            cli_grid_add(&grid, SAY_PLAIN, "%llu", (unsigned long long)of->right);
            cli_grid_add(&grid, SAY_PLAIN, "%llu", (unsigned long long)of->among);
        }
    }
    cli_grid_end(&grid);
}

static void show_groups(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    const struct cli_triage_groups *groups = &triage->groups;
    const struct cli_stream_judged *judged = &groups->judged;
    heading(cli, "归并", "Groups");
    printf(cli_say(cli, "%s：%zu 条，并入已有的 %llu 条，共 %llu 组\n",
                   "%s: %zu rows, %llu joined an earlier one, %llu groups\n"),
           groups->path, groups->stream.count, (unsigned long long)groups->stream.joined,
           (unsigned long long)(groups->stream.count - groups->stream.joined));
    cli_stream_say(cli, judged, stdout);
    if (groups->apart_path != NULL) {
        printf(cli_say(cli, "看似相同、其实不是的 %llu 对：并到一起的 %llu 对",
                       "pairs that look alike and are not one: %llu, of which %llu were joined"),
               (unsigned long long)groups->apart, (unsigned long long)groups->apart_joined);
        printf(cli_say(cli, "；表里没有的 %llu 对\n", "; %llu more are not in the table\n"),
               (unsigned long long)groups->apart_unknown);
    }
}

static double rate(uint64_t rows, uint64_t took_us)
{
    return (double)rows * 1e6 / (double)(took_us + 1);
}

static void show_speed(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    heading(cli, "速度（一个核，内存中）", "Speed (one core, from memory)");
    if (triage->texts.measured) {
        printf(cli_say(cli, "分类 %.0f 条/秒\n", "classify %.0f texts/s\n"),
               triage->texts.per_second);
    }
    if (triage->places.measured) {
        printf(cli_say(cli, "找地点 %.0f 条/秒\n", "place %.0f texts/s\n"),
               rate(triage->places.rows, triage->places.took_us));
    }
    if (triage->groups.measured) {
        printf(cli_say(cli, "归并 %.0f 条/秒\n", "group %.0f texts/s\n"),
               rate(triage->groups.stream.count, triage->groups.stream.took_us));
    }
}

/* ---- JSON ---- */

static json_t *part_json(const struct cli_score *score, const struct cli_score_part *part)
{
    return json_pack("{s:o, s:f, s:o, s:I, s:I}", "threshold",
                     part->threshold > 1 ? json_null() : json_real(part->threshold), "coverage",
                     cli_score_coverage(score, part), "precision",
                     part->rows == 0 ? json_null() : json_real(cli_score_precision(part)), "rows",
                     (json_int_t)part->rows, "wrong", (json_int_t)(part->rows - part->right));
}

static json_t *cover_json(const struct cli_score *score, const struct cli_triage_cover *cover)
{
    /* As it was written, not as the nearest float. */
    return json_pack("{s:f, s:o, s:o}", "precision",
                     (double)(int64_t)(cover->target * 1e6 + 0.5) / 1e6, "learned",
                     part_json(score, &cover->learned), "hindsight",
                     part_json(score, &cover->hindsight));
}

static json_t *classes_json(const struct cli_triage_texts *texts)
{
    json_t *classes = json_array();
    for (uint32_t class = 0; class < texts->classes; class ++) {
        const struct cli_score_class *each = &texts->score.each[class];
        json_array_append_new(
            classes,
            json_pack("{s:s, s:b, s:I, s:I, s:I, s:f, s:f, s:f, s:I, s:I}", "category",
                      texts->names[class], "known", (int)(class < texts->known), "rows",
                      (json_int_t)each->rows, "guessed", (json_int_t)each->guessed, "right",
                      (json_int_t)each->right, "precision", each->precision, "recall", each->recall,
                      "f1", each->f1, "auto", (json_int_t)texts->auto_rows[class], "auto_wrong",
                      (json_int_t)(texts->auto_rows[class] - texts->auto_right[class])));
    }
    return classes;
}

static json_t *confusion_json(const struct cli_triage_texts *texts)
{
    size_t count = 0;
    struct confused *list = confusions(texts, true, &count);
    json_t *cells = list == NULL ? NULL : json_array();
    for (size_t at = 0; list != NULL && at < count; at++) {
        json_array_append_new(
            cells, json_pack("{s:s, s:s?, s:I}", "category", texts->names[list[at].label], "guess",
                             list[at].guess == CLI_SCORE_NONE ? NULL : texts->names[list[at].guess],
                             "rows", (json_int_t)list[at].rows));
    }
    free(list);
    return cells;
}

static json_t *bins_json(const struct cli_score *score)
{
    json_t *bins = json_array();
    for (unsigned bin = 0; bin < CLI_SCORE_BINS; bin++) {
        const struct cli_score_bin *in = &score->bins[bin];
        json_array_append_new(bins, json_pack("{s:f, s:I, s:I, s:f}", "from",
                                              (double)bin / CLI_SCORE_BINS, "rows",
                                              (json_int_t)in->rows, "right", (json_int_t)in->right,
                                              "probability", in->probability));
    }
    return bins;
}

static json_t *texts_json(const struct cli_triage *triage)
{
    const struct cli_triage_texts *texts = &triage->texts;
    json_t *coverage = json_array();
    for (unsigned at = 0; at < CLI_TRIAGE_TARGETS; at++) {
        json_array_append_new(coverage, cover_json(&texts->score, &texts->covers[at]));
    }
    json_t *decisions = cover_json(&texts->score, &texts->asked);
    if (decisions != NULL) {
        json_object_update_new(decisions,
                               json_pack("{s:I, s:I, s:I, s:I}", "auto",
                                         (json_int_t)texts->reasons[LEARN_SURE], "unsure",
                                         (json_int_t)texts->reasons[LEARN_UNSURE], "foreign",
                                         (json_int_t)texts->reasons[LEARN_FOREIGN], "empty",
                                         (json_int_t)texts->reasons[LEARN_EMPTY]));
    }
    return json_pack(
        "{s:s, s:{s:s, s:i, s:i, s:I, s:f}, s:I, s:I, s:f, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:f}",
        "file", texts->path, "model", "file", texts->model_path, "categories",
        (int)texts->about.categories, "examples", (int)texts->about.examples, "bytes",
        (json_int_t)texts->model.size, "ready_ms", (double)texts->model.ready_us / 1e3, "rows",
        (json_int_t)texts->score.count, "without_category", (json_int_t)texts->table.unnamed,
        "accuracy", texts->score.accuracy, "macro_f1", texts->score.macro_f1, "ece",
        texts->score.ece, "categories", classes_json(texts), "confusion", confusion_json(texts),
        "bins", bins_json(&texts->score), "coverage", coverage, "decisions", decisions,
        "per_second", texts->per_second);
}

static json_t *places_json(const struct cli_triage_places *places)
{
    json_t *reasons = json_array();
    for (unsigned reason = 0; reason < SITE_PLACE_REASON_COUNT; reason++) {
        const struct cli_triage_places_reason *of = &places->reasons[reason];
        if (of->rows > 0) {
            json_array_append_new(reasons,
                                  json_pack("{s:s, s:I, s:I, s:I}", "reason",
                                            site_place_reason_name((enum site_place_reason)reason),
                                            "rows", (json_int_t)of->rows, "right",
                                            (json_int_t)of->right, "among", (json_int_t)of->among));
        }
    }
    return json_pack("{s:s, s:I, s:f, s:I, s:I, s:f, s:I, s:o, s:f}", "file", places->path, "rows",
                     (json_int_t)places->rows, "accuracy", places_accuracy(places), "found",
                     (json_int_t)places->found, "found_right", (json_int_t)places->found_right,
                     "precision", places_precision(places), "unknown_area",
                     (json_int_t)places->unknown, "reasons", reasons, "per_second",
                     rate(places->rows, places->took_us));
}

static json_t *groups_json(const struct cli_triage_groups *groups)
{
    const struct cli_stream_judged *judged = &groups->judged;
    json_t *object = json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "file", groups->path, "rows",
        (json_int_t)groups->stream.count, "joined", (json_int_t)groups->stream.joined, "arrivals",
        (json_int_t)judged->arrivals, "right", (json_int_t)judged->right, "wrong",
        (json_int_t)judged->wrong, "precision", judged->precision, "recall", judged->recall, "f1",
        judged->f1, "per_second", rate(groups->stream.count, groups->stream.took_us));
    if (groups->apart_path != NULL) {
        json_object_set_new(object, "apart",
                            json_pack("{s:I, s:I, s:I}", "pairs", (json_int_t)groups->apart,
                                      "joined", (json_int_t)groups->apart_joined, "not_in_table",
                                      (json_int_t)groups->apart_unknown));
    }
    return object;
}

static int print_json(const struct cli_triage *triage)
{
    json_t *object = json_object();
    if (triage->texts.measured) {
        json_object_set_new(object, "texts", texts_json(triage));
    }
    if (triage->places.measured) {
        json_object_set_new(object, "places", places_json(&triage->places));
    }
    if (triage->groups.measured) {
        json_object_set_new(object, "groups", groups_json(&triage->groups));
    }
    if (triage->out != NULL) {
        json_t *pictures = json_array();
        for (unsigned at = 0; at < 3; at++) {
            json_array_append_new(pictures,
                                  json_sprintf("%s/%s", triage->out, cli_triage_pictures[at]));
        }
        json_object_set_new(object, "pictures", pictures);
    }
    return cli_json_print(triage->cli, object);
}

int cli_triage_show(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    int status = CLI_EXIT_OK;
    if (cli->json) {
        return print_json(triage);
    }
    if (triage->texts.measured) {
        status = show_texts(triage);
    }
    if (triage->places.measured) {
        show_places(triage);
    }
    if (triage->groups.measured) {
        show_groups(triage);
    }
    show_speed(triage);
    for (unsigned at = 0; triage->out != NULL && at < 3; at++) {
        printf("%s%s/%s\n", at == 0 ? cli_say(cli, "\n图：\n", "\npictures:\n") : "", triage->out,
               cli_triage_pictures[at]);
    }
    return status;
}
