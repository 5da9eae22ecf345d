/* cli_triage_eval: how good triage is, on texts whose answers people have given.
 *
 * Three measures, each on a table of its own and each may stand alone: the category and how much may go
 * out by itself, the place, the event. Answers come from tables, so that nothing of an instance is
 * touched. A label that the model does not know is not left out: in service such a text comes too, and
 * what is said of it is wrong. Speed is taken from memory, on the one thread that there is. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_triage.h"
#include "common/base/check.h"

const float cli_triage_targets[CLI_TRIAGE_TARGETS] = {0.95f, 0.98f, 0.99f};

/* Rounds over a small table go on for so long: one alone would be over before it can be timed. */
#define SPEED_US 200000u
enum { AREA = CLI_PLACER_COLUMNS, PLACES_COLUMNS };
enum { ID_A, ID_B, PAIR_COLUMNS };

/* ---- texts ---- */

/* The model's category of each label of the table; those it lacks get numbers of their own. */
static int match_labels(struct cli_triage *triage, uint32_t numbers[LEARN_CATEGORIES_MAX])
{
    struct cli_triage_texts *texts = &triage->texts;
    uint32_t matched = 0;
    texts->known = texts->classes = texts->about.categories;
    for (uint32_t category = 0; category < texts->known; category++) {
        texts->names[category] = learn_name(texts->model.model, category);
    }
    for (uint32_t label = 0; label < texts->table.name_count; label++) {
        uint32_t category = 0;
        while (category < texts->known &&
               strcmp(texts->names[category], texts->table.names[label]) != 0) {
            category++;
        }
        if (category == texts->known) {
            CHECK(texts->classes < CLI_SCORE_CLASSES_MAX);
            category = texts->classes++;
            texts->names[category] = texts->table.names[label];
        } else {
            matched++;
        }
        numbers[label] = category;
    }
    if (texts->table.count == 0) {
        return cli_refuse_as(
            triage->cli, PAIDAN__CODE__FIELD_INVALID, "表格里没有一行写了类别，无从衡量。",
            "No row of the table has a category: there is nothing to measure.", texts->path);
    }
    return matched > 0 ? CLI_EXIT_OK
                       : cli_refuse_as(
                             triage->cli, PAIDAN__CODE__FIELD_INVALID,
                             "表格里没有一个类别是模型学过的：这一列是类别吗？模型是这套类别的吗？",
                             "The model knows none of the table's categories: is this the column "
                             "of categories, and the model of these?",
                             texts->table.names[0]);
}

static void classify_row(struct cli_triage_texts *texts, const uint32_t *numbers, size_t at,
                         float threshold)
{
    const struct learn_example *example = &texts->table.examples[at];
    struct learn_decision decision;
    learn_classify(texts->model.model, &example->text, &decision);
    const bool guessed = decision.guess_count > 0;
    texts->rows[at] =
        (struct cli_score_row){.label = numbers[example->category],
                               .guess = guessed ? decision.guesses[0].category : CLI_SCORE_NONE,
                               .probability = guessed ? decision.guesses[0].probability : 0,
                               .may = learn_decide(&decision, 0) == LEARN_SURE};
    const enum learn_reason reason = learn_decide(&decision, threshold);
    texts->reasons[reason]++;
    if (reason == LEARN_SURE) {
        texts->auto_rows[texts->rows[at].guess]++;
        texts->auto_right[texts->rows[at].guess] += texts->rows[at].guess == texts->rows[at].label;
    }
}

/* Texts a second, from memory: the best round. */
static void measure_speed(struct cli_triage_texts *texts)
{
    const uint64_t start_us = cli_cpu_us();
    do {
        const uint64_t round_us = cli_cpu_us();
        for (size_t at = 0; at < texts->table.count; at++) {
            struct learn_decision decision;
            learn_classify(texts->model.model, &texts->table.examples[at].text, &decision);
        }
        const uint64_t took_us = cli_cpu_us() - round_us;
        const double rate = (double)texts->table.count * 1e6 / (double)(took_us + 1);
        texts->per_second = rate > texts->per_second ? rate : texts->per_second;
    } while (cli_cpu_us() - start_us < SPEED_US);
}

static struct cli_triage_cover cover(const struct cli_triage_texts *texts, float target)
{
    const float threshold = learn_threshold(texts->model.model, target);
    return (struct cli_triage_cover){
        .target = (double)target,
        .learned = cli_score_above(&texts->score, (double)threshold),
        .hindsight = cli_score_hindsight(&texts->score, (double)target),
    };
}

static int classify_all(struct cli_triage *triage, float precision)
{
    struct cli_triage_texts *texts = &triage->texts;
    struct cli_progress progress;
    uint32_t numbers[LEARN_CATEGORIES_MAX] = {0};
    int status = match_labels(triage, numbers);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    texts->rows = calloc(texts->table.count, sizeof *texts->rows);
    texts->auto_rows = calloc(texts->classes, sizeof *texts->auto_rows);
    texts->auto_right = calloc(texts->classes, sizeof *texts->auto_right);
    if (texts->rows == NULL || texts->auto_rows == NULL || texts->auto_right == NULL) {
        return cli_no_memory(triage->cli);
    }
    const float threshold = learn_threshold(texts->model.model, precision);
    cli_progress_begin(&progress, triage->cli, "分类", "classifying");
    for (size_t at = 0; at < texts->table.count; at++) {
        classify_row(texts, numbers, at, threshold);
        cli_progress_show(&progress, at + 1, texts->table.count);
    }
    measure_speed(texts);
    cli_progress_end(&progress);
    if (cli_score_make(&texts->score, texts->rows, texts->table.count, texts->classes) != RC_OK) {
        return cli_no_memory(triage->cli);
    }
    for (unsigned target = 0; target < CLI_TRIAGE_TARGETS; target++) {
        texts->covers[target] = cover(texts, cli_triage_targets[target]);
    }
    texts->asked = cover(texts, precision);
    texts->measured = true;
    return CLI_EXIT_OK;
}

static int measure_texts(struct cli_triage *triage)
{
    struct cli_triage_texts *texts = &triage->texts;
    const struct cli *cli = triage->cli;
    const char *label = NULL;
    float precision = 0;
    int status = cli_model_precision(cli, &precision);
    if (status == CLI_EXIT_OK) {
        status = cli_examples_label(cli, &label);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_model_open(cli, &texts->model, texts->model_path);
    }
    if (status == CLI_EXIT_OK) {
        learn_about(texts->model.model, &texts->about);
        status = cli_examples_read(cli, &texts->table, texts->path, label);
    }
    return status == CLI_EXIT_OK ? classify_all(triage, precision) : status;
}

/* ---- places ---- */

/* The site's area of a cell: a code, or where it is none a name; SITE_NONE: neither. */
static uint32_t area_of(const struct site *site, const struct cli_cell *cell)
{
    char code[256];
    if (cell->size >= sizeof code || memchr(cell->bytes, '\0', cell->size) != NULL) {
        return SITE_NONE;
    }
    memcpy(code, cell->bytes, cell->size);
    code[cell->size] = '\0';
    uint32_t area = site_area_find(site, code);
    for (uint32_t index = 0; area == SITE_NONE && index < site->area_count; index++) {
        area = strcmp(site->areas[index].name, code) == 0 ? index : SITE_NONE;
    }
    return area;
}

static void place_row(struct cli_triage_places *places, const struct cli_cell *row)
{
    struct site_place_found found;
    const bool open = row[AREA].size == 0; /* people found no area either */
    const uint32_t area = open ? SITE_NONE : area_of(places->placer.site, &row[AREA]);
    const uint64_t start_us = cli_cpu_us();
    cli_placer_find(&places->placer, row, &found);
    places->took_us += cli_cpu_us() - start_us;
    const bool unknown = !open && area == SITE_NONE;
    const bool right = !unknown && found.area == area;
    bool among = false;
    for (uint32_t index = 0; index < found.candidate_count && area != SITE_NONE; index++) {
        among = among || found.candidates[index].area == area;
    }
    CHECK(found.reason < SITE_PLACE_REASON_COUNT);
    places->rows++;
    places->unknown += unknown;
    places->right += right;
    places->found += found.area != SITE_NONE;
    places->found_right += right && found.area != SITE_NONE;
    places->reasons[found.reason].rows++;
    places->reasons[found.reason].right += right;
    places->reasons[found.reason].among += among;
}

static int measure_places(struct cli_triage *triage)
{
    struct cli_triage_places *places = &triage->places;
    const char *names[PLACES_COLUMNS];
    struct cli_cells cells;
    struct cli_cell row[PLACES_COLUMNS];
    struct cli_progress progress;
    memcpy(names, cli_placer_columns, sizeof cli_placer_columns);
    names[CLI_PLACER_ID] = names[AREA] = "area"; /* among the columns that must be there */
    int status = cli_placer_open(triage->cli, &places->placer);
    if (status == CLI_EXIT_OK) {
        status = cli_cells_open(triage->cli, &cells, places->path, names, PLACES_COLUMNS, 2);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    cli_progress_begin(&progress, triage->cli, "找地点", "placing");
    while (cli_cells_next(&cells, row)) {
        place_row(places, row);
        cli_progress_show(&progress, places->rows, 0);
    }
    cli_progress_end(&progress);
    status = cli_cells_close(triage->cli, &cells);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (places->rows == 0 || places->unknown == places->rows) {
        return cli_refuse_as(triage->cli, PAIDAN__CODE__FIELD_INVALID,
                             places->rows == 0 ? "表格里没有一行。"
                                               : "area 列里没有一个是站点的区域：站点选对了吗？",
                             places->rows == 0 ? "The table has no rows."
                                               : "No area of the column area is one of the site's: "
                                                 "is it the right site?",
                             places->path);
    }
    cli_placer_note(triage->cli, &places->placer);
    places->measured = true;
    return CLI_EXIT_OK;
}

/* ---- groups ---- */

static int by_id(const void *one, const void *other)
{
    const struct cli_stream_line *a = *(const struct cli_stream_line *const *)one;
    const struct cli_stream_line *b = *(const struct cli_stream_line *const *)other;
    const size_t bytes = a->id_bytes < b->id_bytes ? a->id_bytes : b->id_bytes;
    const int order = memcmp(a->bytes, b->bytes, bytes);
    return order != 0 ? order : (a->id_bytes > b->id_bytes) - (a->id_bytes < b->id_bytes);
}

static const struct cli_stream_line *find_line(const struct cli_stream *stream,
                                               const struct cli_cell *id)
{
    const struct cli_stream_line key = {.bytes = (char *)(uintptr_t)id->bytes,
                                        .id_bytes = id->size};
    const struct cli_stream_line *wanted = &key;
    const struct cli_stream_line *const *found =
        stream->count == 0 ? NULL
                           : bsearch((const void *)&wanted, (const void *)stream->sorted,
                                     stream->count, sizeof *stream->sorted, by_id);
    return found == NULL ? NULL : *found;
}

/* Pairs that look alike and are not one event: how many lie in one group all the same. */
static int measure_apart(struct cli_triage *triage)
{
    static const char *const names[PAIR_COLUMNS] = {[ID_A] = "id_a", [ID_B] = "id_b"};
    struct cli_triage_groups *groups = &triage->groups;
    struct cli_stream *stream = &groups->stream;
    struct cli_cells cells;
    struct cli_cell row[PAIR_COLUMNS];
    const int status =
        cli_cells_open(triage->cli, &cells, groups->apart_path, names, PAIR_COLUMNS, PAIR_COLUMNS);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (stream->count > 0) {
        qsort((void *)stream->sorted, stream->count, sizeof *stream->sorted, by_id);
    }
    while (cli_cells_next(&cells, row)) {
        const struct cli_stream_line *a = find_line(stream, &row[ID_A]);
        const struct cli_stream_line *b = find_line(stream, &row[ID_B]);
        if (a == NULL || b == NULL) {
            groups->apart_unknown++;
        } else {
            groups->apart++;
            groups->apart_joined += a->first == b->first;
        }
    }
    return cli_cells_close(triage->cli, &cells);
}

static int measure_groups(struct cli_triage *triage)
{
    struct cli_triage_groups *groups = &triage->groups;
    struct cli_progress progress;
    groups->stream = (struct cli_stream){.cli = triage->cli, .threshold = GROUP_PROBABILITY_USUAL};
    int status = cli_stream_read(&groups->stream, groups->path, groups->column);
    if (status == CLI_EXIT_OK && groups->stream.count == 0) {
        status = cli_refuse_as(triage->cli, PAIDAN__CODE__FIELD_INVALID, "表格里没有一行。",
                               "The table has no rows.", groups->path);
    }
    cli_progress_begin(&progress, triage->cli, "归并", "grouping");
    if (status == CLI_EXIT_OK) {
        status = cli_stream_group(&groups->stream, &progress);
    }
    if (status == CLI_EXIT_OK) {
        cli_stream_judge(&groups->stream, &groups->judged);
        groups->measured = true;
    }
    return status == CLI_EXIT_OK && groups->apart_path != NULL ? measure_apart(triage) : status;
}

/* ---- the command ---- */

/* Each measure needs its tables, and standard input is one table. */
static int check_asked(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    const char *const tables[] = {triage->texts.path, triage->places.path, triage->groups.path,
                                  triage->groups.apart_path};
    unsigned given = 0;
    for (unsigned table = 0; table < sizeof tables / sizeof tables[0]; table++) {
        given += tables[table] != NULL && strcmp(tables[table], "-") == 0;
    }
    if (given > 1) {
        return cli_usage(cli, "标准输入只能是其中一张表", "only one table can be standard input",
                         "-");
    }
    if ((triage->texts.path == NULL) != (triage->texts.model_path == NULL)) {
        return cli_usage(cli, "--model 和 --test 要一起写", "--model and --test go together",
                         triage->texts.path == NULL ? "--test" : "--model");
    }
    if (triage->texts.path == NULL && triage->places.path == NULL && triage->groups.path == NULL) {
        return cli_usage(cli, "要衡量什么？写 --model 和 --test，或 --places，或 --groups",
                         "what is to be measured? --model and --test, or --places, or --groups",
                         NULL);
    }
    if (triage->groups.apart_path != NULL && triage->groups.path == NULL) {
        return cli_usage(cli, "--apart 要和 --groups 一起写", "--apart goes with --groups", NULL);
    }
    if (triage->out != NULL && triage->texts.path == NULL) {
        return cli_usage(cli, "--out 的图要有 --model 和 --test",
                         "the pictures of --out are of "
                         "--model and --test",
                         NULL);
    }
    return CLI_EXIT_OK;
}

static int measure(struct cli_triage *triage)
{
    int status = check_asked(triage);
    if (status == CLI_EXIT_OK && triage->out != NULL) {
        status = cli_triage_svg_folder(triage->cli, triage->out);
    }
    if (status == CLI_EXIT_OK && triage->texts.path != NULL) {
        status = measure_texts(triage);
    }
    if (status == CLI_EXIT_OK && triage->places.path != NULL) {
        status = measure_places(triage);
    }
    if (status == CLI_EXIT_OK && triage->groups.path != NULL) {
        status = measure_groups(triage);
    }
    if (status == CLI_EXIT_OK && triage->out != NULL) {
        status = cli_triage_svg(triage);
    }
    return status;
}

int cli_triage_eval(struct cli *cli)
{
    struct cli_triage *triage = calloc(1, sizeof *triage);
    if (triage == NULL) {
        return cli_no_memory(cli);
    }
    triage->cli = cli;
    triage->texts.model_path = cli_value(cli, CLI_MODEL);
    triage->texts.path = cli_value(cli, CLI_TEST);
    triage->places.path = cli_value(cli, CLI_PLACES);
    triage->groups.path = cli_value(cli, CLI_GROUPS);
    triage->groups.column = cli_given(cli, CLI_JUDGE) ? cli_value(cli, CLI_JUDGE) : "group";
    triage->groups.apart_path = cli_value(cli, CLI_APART);
    triage->out = cli_value(cli, CLI_OUT);
    int status = measure(triage);
    if (status == CLI_EXIT_OK) {
        status = cli_triage_show(triage);
    }
    cli_score_free(&triage->texts.score);
    cli_examples_free(&triage->texts.table);
    cli_model_close(&triage->texts.model);
    free(triage->texts.rows);
    free(triage->texts.auto_rows);
    free(triage->texts.auto_right);
    cli_placer_close(&triage->places.placer);
    cli_stream_free(&triage->groups.stream);
    free(triage);
    return status;
}
