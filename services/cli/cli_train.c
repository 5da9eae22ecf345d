/* cli_train: a model of a site's own from a table of texts that people have sorted.
 *
 * With --shadow the model in use is set beside the new one; it must open before the long work begins.
 *
 * The table may be a year of tickets; it is held in memory. The model takes the
 * place of an older one when it is whole. */

#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_examples.h"
#include "cli_json.h"
#include "cli_progress.h"
#include "cli_shadow.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/text/text.h"

struct training {
    struct cli *cli;
    struct cli_examples table;
    struct learn_report report;
    struct learn_verdict *verdicts; /* NULL: nothing is compared */
    struct cli_model running;
    struct cli_shadow *shadow;
    struct cli_progress progress;
};

/* ---- telling ---- */

static int tell_json(const struct training *training, const char *path, size_t size)
{
    const struct learn_report *report = &training->report;
    json_t *categories = json_array();
    for (uint32_t index = 0; index < training->table.name_count; index++) {
        json_array_append_new(categories,
                              json_pack("{s:s, s:i, s:f}", "category", training->table.names[index],
                                        "rows", (int)report->counts[index], "f1",
                                        (double)report->f1[index]));
    }
    json_t *object = json_pack(
        "{s:s, s:I, s:i, s:i, s:I, s:i, s:f, s:f, s:{s:f, s:f, s:f}, s:o}", "model", path, "bytes",
        (json_int_t)size, "rows", (int)report->examples, "empty", (int)report->left_out,
        "without_category", (json_int_t)training->table.unnamed, "groups", (int)report->groups,
        "accuracy", (double)report->accuracy, "macro_f1", (double)report->macro_f1, "coverage",
        "0.95", (double)report->coverage[0], "0.98", (double)report->coverage[1], "0.99",
        (double)report->coverage[2], "categories", categories);
    if (object != NULL && training->shadow != NULL) {
        json_object_set_new(
            object, "shadow",
            cli_shadow_json(training->shadow, cli_value(training->cli, CLI_SHADOW)));
    }
    return object == NULL ? cli_no_memory(training->cli) : cli_json_print(training->cli, object);
}

/* Where the model goes to standard output, to standard error. */
static int tell(const struct training *training, const char *path, size_t size)
{
    const struct cli *cli = training->cli;
    const struct learn_report *report = &training->report;
    const bool piped = strcmp(path, "-") == 0;
    FILE *to = piped ? stderr : stdout;
    if (cli->json && !piped) {
        return tell_json(training, path, size);
    }
    fprintf(to, cli_say(cli, "%u 条，内容相近的算一条是 %u 条；", "%u rows, %u that differ; "),
            report->examples, report->groups);
    fprintf(to,
            cli_say(cli, "没有内容的 %u 条、没有类别的 %llu 条没有用\n",
                    "not used: %u without a text, %llu without a category\n"),
            report->left_out, (unsigned long long)training->table.unnamed);
    for (uint32_t index = 0; index < training->table.name_count; index++) {
        const size_t columns = text_columns(training->table.names[index]);
        fprintf(to, "  %s%*s %6u  F1 %.3f\n", training->table.names[index],
                columns < 24 ? (int)(24 - columns) : 0, "", report->counts[index],
                (double)report->f1[index]);
    }
    fprintf(to,
            cli_say(cli, "在没学过的文字上：准确率 %.3f，宏平均 F1 %.3f\n",
                    "on texts it had not seen: accuracy %.3f, macro-F1 %.3f\n"),
            (double)report->accuracy, (double)report->macro_f1);
    fprintf(to,
            cli_say(cli, "要求准确率 0.95 时可自动分拨 %.1f%%，0.98 时 %.1f%%，0.99 时 %.1f%%\n",
                    "goes out by itself at a precision of 0.95: %.1f%%, 0.98: %.1f%%, 0.99: "
                    "%.1f%%\n"),
            (double)report->coverage[0] * 100, (double)report->coverage[1] * 100,
            (double)report->coverage[2] * 100);
    fprintf(to, cli_say(cli, "模型 %s，%.1f MB\n", "model %s, %.1f MB\n"), path,
            (double)size / 1e6);
    if (training->shadow != NULL) {
        cli_shadow_print(training->shadow, cli, cli_value(cli, CLI_SHADOW), to);
    }
    return CLI_EXIT_OK;
}

/* ---- the command ---- */

static void show(void *context, uint32_t done, uint32_t of)
{
    struct training *training = context;
    cli_progress_show(&training->progress, done, of);
}

/* 0 or a status. */
static int compare(struct training *training, const unsigned char *bytes, size_t size)
{
    struct learn_model *model = NULL;
    const enum rc rc = learn_open(&model, bytes, size);
    if (rc != RC_OK) {
        CHECK(rc == RC_LIMIT); /* it was written just now */
        return cli_no_memory(training->cli);
    }
    training->shadow = cli_shadow_new(&training->table, training->verdicts, &training->running,
                                      learn_threshold(model, CLI_MODEL_PRECISION_USUAL));
    learn_close(model);
    return training->shadow == NULL ? cli_no_memory(training->cli) : CLI_EXIT_OK;
}

static int open_running(struct training *training)
{
    const char *path = cli_value(training->cli, CLI_SHADOW);
    if (path == NULL) {
        return CLI_EXIT_OK;
    }
    training->verdicts = calloc(training->table.count + 1, sizeof *training->verdicts);
    return training->verdicts == NULL ? cli_no_memory(training->cli)
                                      : cli_model_open(training->cli, &training->running, path);
}

static int train(struct training *training, const char *label, const char *out)
{
    const struct learn_setup setup = {.categories = (const char *const *)training->table.names,
                                      .category_count = training->table.name_count,
                                      .label = label,
                                      .examples = training->table.examples,
                                      .example_count = training->table.count,
                                      .verdicts = training->verdicts,
                                      .progress = show,
                                      .context = training};
    unsigned char *bytes = NULL;
    size_t size = 0;
    const enum rc rc = learn_train(&setup, &bytes, &size, &training->report);
    cli_progress_end(&training->progress);
    if (rc == RC_INVALID) {
        return cli_refuse_as(
            training->cli, PAIDAN__CODE__FIELD_INVALID, "至少要有两个类别的文字才能学。",
            "There must be texts of two categories at least to learn from.", label);
    }
    if (rc != RC_OK) {
        return cli_no_memory(training->cli);
    }
    static const struct cli_deed writing = {"模型没有写成", "the model was not written"};
    int status = training->verdicts == NULL ? CLI_EXIT_OK : compare(training, bytes, size);
    if (status == CLI_EXIT_OK) {
        status = cli_whole_write(training->cli, out, bytes, size, &writing);
    }
    free(bytes);
    if (status == CLI_EXIT_OK) {
        status = tell(training, out, size);
    }
    return status;
}

int cli_train(struct cli *cli)
{
    struct training *training = calloc(1, sizeof *training);
    if (training == NULL) {
        return cli_no_memory(cli);
    }
    training->cli = cli;
    cli_progress_begin(&training->progress, cli, "训练", "training");
    const char *label = NULL;
    int status = cli_examples_label(cli, &label);
    if (status == CLI_EXIT_OK) {
        status = cli_examples_read(cli, &training->table, cli->operands[0], label);
    }
    if (status == CLI_EXIT_OK) {
        status = open_running(training);
    }
    if (status == CLI_EXIT_OK) {
        status = train(training, label, cli_value(cli, CLI_OUT));
    }
    cli_shadow_free(training->shadow);
    cli_model_close(&training->running);
    free(training->verdicts);
    cli_examples_free(&training->table);
    free(training);
    return status;
}
