/* cli_examples: a table of sorted texts, for training and for measuring alike: both must read the same
 * rows, so that a figure is about what was learned. All of it is held, since training goes over it many
 * times; rows without a category say nothing to either and are counted. */

#include "cli_examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_cells.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum { TEXT, LABEL, TITLE, COLUMNS, NEEDED = 2 };

static char *copy(const struct cli_cell *cell)
{
    char *text = malloc(cell->size + 1);
    if (text != NULL) {
        memcpy(text, cell->bytes, cell->size);
        text[cell->size] = '\0';
    }
    return text;
}

/* A model with another name would be refused: names are printed, in tables too (learn_model). */
bool cli_examples_one_line(const char *bytes, size_t size)
{
    return text_valid(bytes, size, NULL) && memchr(bytes, '\t', size) == NULL &&
           memchr(bytes, '\r', size) == NULL && memchr(bytes, '\n', size) == NULL;
}

/* The number of a category, a new one where it is new. 0 or a status. */
static int name_category(const struct cli *cli, struct cli_examples *examples,
                         const struct cli_cell *cell, uint64_t line, uint32_t *category)
{
    char detail[64];
    (void)snprintf(detail, sizeof detail, "%llu", (unsigned long long)line);
    if (cell->size > LEARN_NAME_BYTES_MAX || !cli_examples_one_line(cell->bytes, cell->size)) {
        return cli_refuse_as(cli, PAIDAN__CODE__FIELD_INVALID,
                             "这一行的类别不是文字，或超过 255 字节（行号）。",
                             "The category of this line is no text, or longer than 255 bytes "
                             "(line).",
                             detail);
    }
    for (uint32_t index = 0; index < examples->name_count; index++) {
        if (strlen(examples->names[index]) == cell->size &&
            memcmp(examples->names[index], cell->bytes, cell->size) == 0) {
            *category = index;
            return CLI_EXIT_OK;
        }
    }
    if (examples->name_count == LEARN_CATEGORIES_MAX) {
        return cli_refuse_as(
            cli, PAIDAN__CODE__TOO_MANY_ITEMS, "类别超过 256 个：这一列是类别吗？（行号）",
            "More than 256 categories: is this the column of categories? (line)", detail);
    }
    char *name = copy(cell);
    if (name == NULL) {
        return cli_no_memory(cli);
    }
    examples->names[examples->name_count] = name;
    *category = examples->name_count++;
    return CLI_EXIT_OK;
}

static int add_row(const struct cli *cli, struct cli_examples *examples, const struct cli_cell *row,
                   uint64_t line)
{
    if (row[LABEL].size == 0) {
        examples->unnamed++;
        return CLI_EXIT_OK;
    }
    if (examples->count == LEARN_EXAMPLES_MAX) {
        return cli_refuse_as(cli, PAIDAN__CODE__TOO_MANY_ITEMS, "超过一百万行：请只用近期的。",
                             "More than a million rows: take recent ones alone.", NULL);
    }
    if (examples->count == examples->room) {
        examples->room = examples->room * 2 + 1024;
        struct learn_example *larger = realloc(examples->examples, examples->room * sizeof *larger);
        if (larger == NULL) {
            return cli_no_memory(cli);
        }
        examples->examples = larger;
    }
    CHECK(examples->examples != NULL); /* there is room for one more */
    struct learn_example *example = &examples->examples[examples->count];
    *example = (struct learn_example){.category = 0};
    const int status = name_category(cli, examples, &row[LABEL], line, &example->category);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    example->text = (struct learn_text){.title = copy(&row[TITLE]),
                                        .text = copy(&row[TEXT]),
                                        .title_bytes = row[TITLE].size,
                                        .text_bytes = row[TEXT].size};
    examples->count++;
    return example->text.title == NULL || example->text.text == NULL ? cli_no_memory(cli)
                                                                     : CLI_EXIT_OK;
}

int cli_examples_read(const struct cli *cli, struct cli_examples *examples, const char *path,
                      const char *label)
{
    const char *const names[COLUMNS] = {[TEXT] = "text", [LABEL] = label, [TITLE] = "title"};
    struct cli_cells cells;
    struct cli_cell row[COLUMNS];
    int status = cli_cells_open(cli, &cells, path, names, COLUMNS, NEEDED);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    while (status == CLI_EXIT_OK && cli_cells_next(&cells, row)) {
        status = add_row(cli, examples, row, cells.number);
    }
    const int closed = cli_cells_close(cli, &cells);
    return status != CLI_EXIT_OK ? status : closed;
}

void cli_examples_free(struct cli_examples *examples)
{
    for (size_t index = 0; index < examples->count; index++) {
        free((char *)(uintptr_t)examples->examples[index].text.title);
        free((char *)(uintptr_t)examples->examples[index].text.text);
    }
    for (uint32_t index = 0; index < examples->name_count; index++) {
        free(examples->names[index]);
    }
    free(examples->examples);
}

int cli_examples_label(const struct cli *cli, const char **label)
{
    *label = cli_given(cli, CLI_LABEL) ? cli_value(cli, CLI_LABEL) : "label";
    const size_t size = strlen(*label);
    return size > LEARN_NAME_BYTES_MAX || !cli_examples_one_line(*label, size)
               ? cli_usage(cli, "列名不是一行文字，或太长",
                           "the column's name is no text of one line, or too long", NULL)
               : CLI_EXIT_OK;
}
