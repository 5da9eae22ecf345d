/* cli_classify: which category each text of a table belongs to, and whether that is sure enough to go
 * out without a dispatcher.
 *
 * A row in, a row out, in order and at once: a text that says nothing, is no text or speaks another
 * language goes to the desk with the reason, it never stops the others. The reasons and decisions are
 * words for scripts and are the same in every language. */

#include <string.h>
#include <unistd.h>

#include "cli_cells.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "cli_model.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum { ID, TITLE, TEXT, COLUMNS, EVIDENCE_MAX = 5 };

struct classifying {
    struct cli *cli;
    struct cli_model model;
    float threshold;
    bool explain;
    struct cli_cells cells;
    uint64_t rows;
    uint64_t reasons[LEARN_REASON_COUNT];
};

/* ---- rows ---- */

static void print_evidence(const struct learn_evidence *evidence, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        printf("%s%s%s %+.2f", index == 0 ? "" : "; ", evidence[index].title ? "title:" : "",
               evidence[index].gram, (double)evidence[index].weight);
    }
}

static int row_json(const struct classifying *classifying, const struct cli_cell *id,
                    const struct learn_decision *decision, enum learn_reason reason,
                    const struct learn_evidence *evidence, size_t evidence_count)
{
    json_t *guesses = json_array();
    json_t *grams = json_array();
    for (uint32_t index = 0; index < decision->guess_count; index++) {
        json_array_append_new(
            guesses,
            json_pack("{s:s, s:f}", "category",
                      learn_name(classifying->model.model, decision->guesses[index].category),
                      "probability", (double)decision->guesses[index].probability));
    }
    for (size_t index = 0; index < evidence_count; index++) {
        json_array_append_new(grams, json_pack("{s:s, s:s, s:f}", "gram", evidence[index].gram,
                                               "field", evidence[index].title ? "title" : "text",
                                               "weight", (double)evidence[index].weight));
    }
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:o}", "decision", reason == LEARN_SURE ? "auto" : "desk",
                  "reason", learn_reason_name(reason), "guesses", guesses, "evidence", grams);
    json_t *name = json_stringn(id->bytes, id->size); /* NULL: no UTF-8 */
    json_object_set_new(object, "id", name == NULL ? json_null() : name);
    return cli_json_line(classifying->cli, object);
}

/* Scripts join rows by it and get the bytes as they came; a terminal would obey those that are no text. */
static void print_id(const struct cli_cell *id)
{
    const bool shown = isatty(STDOUT_FILENO) == 1 && !text_valid(id->bytes, id->size, NULL);
    for (size_t index = 0; shown && index < id->size; index++) {
        const char byte = id->bytes[index];
        (void)fputc(byte >= ' ' && byte <= '~' ? byte : '?', stdout);
    }
    if (!shown) {
        (void)fwrite(id->bytes, 1, id->size, stdout);
    }
}

static int classify_row(struct classifying *classifying, const struct cli_cell *row)
{
    const struct learn_text text = {.title = row[TITLE].bytes,
                                    .title_bytes = row[TITLE].size,
                                    .text = row[TEXT].bytes,
                                    .text_bytes = row[TEXT].size};
    struct learn_decision decision;
    struct learn_evidence evidence[EVIDENCE_MAX];
    char number[24];
    struct cli_cell id = row[ID];
    classifying->rows++;
    if (!cli_cells_has(&classifying->cells, ID)) {
        const int length =
            snprintf(number, sizeof number, "%llu", (unsigned long long)classifying->rows);
        id = (struct cli_cell){number, (size_t)length};
    }
    learn_classify(classifying->model.model, &text, &decision);
    const enum learn_reason reason = learn_decide(&decision, classifying->threshold);
    const size_t evidence_count =
        classifying->explain
            ? learn_explain(classifying->model.model, &text, &decision, evidence, EVIDENCE_MAX)
            : 0;
    classifying->reasons[reason]++;
    if (classifying->cli->json) {
        return row_json(classifying, &id, &decision, reason, evidence, evidence_count);
    }
    const struct learn_guess *best = &decision.guesses[0];
    print_id(&id);
    printf("\t%s\t%.4f\t%s\t%s",
           decision.guess_count == 0 ? "" : learn_name(classifying->model.model, best->category),
           decision.guess_count == 0 ? 0.0 : (double)best->probability,
           reason == LEARN_SURE ? "auto" : "desk", learn_reason_name(reason));
    if (classifying->explain) {
        (void)fputc('\t', stdout);
        print_evidence(evidence, evidence_count);
    }
    (void)fputc('\n', stdout);
    return CLI_EXIT_OK;
}

static int classify_all(struct classifying *classifying)
{
    static const char *const names[COLUMNS] = {[ID] = "id", [TITLE] = "title", [TEXT] = "text"};
    const struct cli *cli = classifying->cli;
    struct cli_cell row[COLUMNS];
    int status = cli_cells_open(cli, &classifying->cells, cli->operands[0], names, COLUMNS, 0);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (!cli_cells_has(&classifying->cells, TEXT) && !cli_cells_has(&classifying->cells, TITLE)) {
        status = cli_cells_lack(cli, cli->operands[0], "text");
    } else if (!cli->json) {
        printf("id\tcategory\tprobability\tdecision\treason%s\n",
               classifying->explain ? "\tevidence" : "");
    }
    while (status == CLI_EXIT_OK && ferror(stdout) == 0 &&
           cli_cells_next(&classifying->cells, row)) {
        status = classify_row(classifying, row);
    }
    const int closed = cli_cells_close(cli, &classifying->cells);
    status = status == CLI_EXIT_OK ? closed : status;
    /* main says it when standard output failed. */
    return status == CLI_EXIT_OK && ferror(stdout) != 0 ? CLI_EXIT_IO : status;
}

/* What went where, for whoever watches; scripts have the rows. */
static void tell(const struct classifying *classifying)
{
    if (isatty(STDERR_FILENO) != 1 || classifying->cli->json) {
        return;
    }
    fprintf(stderr,
            cli_say(classifying->cli,
                    "%llu 条：自动 %llu，人工 %llu（把握不足 %llu，陌生 %llu，空白 %llu）\n",
                    "%llu rows: %llu auto, %llu desk (%llu unsure, %llu foreign, %llu empty)\n"),
            (unsigned long long)classifying->rows,
            (unsigned long long)classifying->reasons[LEARN_SURE],
            (unsigned long long)(classifying->rows - classifying->reasons[LEARN_SURE]),
            (unsigned long long)classifying->reasons[LEARN_UNSURE],
            (unsigned long long)classifying->reasons[LEARN_FOREIGN],
            (unsigned long long)classifying->reasons[LEARN_EMPTY]);
}

int cli_classify(struct cli *cli)
{
    struct classifying classifying = {.cli = cli, .explain = cli_given(cli, CLI_EXPLAIN)};
    float precision = 0;
    int status = cli_model_precision(cli, &precision);
    if (status == CLI_EXIT_OK) {
        status = cli_model_open(cli, &classifying.model, cli_value(cli, CLI_MODEL));
    }
    if (status == CLI_EXIT_OK) {
        classifying.threshold = learn_threshold(classifying.model.model, precision);
        if (classifying.threshold > 1) {
            cli_note(cli, "模型在没学过的文字上达不到这个准确率：全部转人工",
                     "the model does not reach this precision on texts it had not seen: all go "
                     "to the desk");
        }
        status = classify_all(&classifying);
    }
    if (status == CLI_EXIT_OK) {
        tell(&classifying);
    }
    cli_model_close(&classifying.model);
    return status;
}
