/* cli_examples: texts that people have sorted, from a table, in memory. */
#pragma once

#include "cli.h"
#include "common/learn/learn.h"

struct cli_examples {
    struct learn_example *examples; /* category: an index of names */
    size_t count, room;
    char *names[LEARN_CATEGORIES_MAX]; /* in the order of the table */
    uint32_t name_count;
    uint64_t unnamed; /* rows without a category, which are left out */
};

/* Columns title (may be missing), text and the label's. 0, or a status after saying what is wrong;
 * either way for cli_examples_free. Before: *examples is zero. */
MUST_CHECK int cli_examples_read(const struct cli *cli, struct cli_examples *examples,
                                 const char *path, const char *label);
void cli_examples_free(struct cli_examples *examples);
/* Whether it can be a name of a category or column: text without breaks, since names are printed,
 * in tables too. */
bool cli_examples_one_line(const char *bytes, size_t size);
/* The column of --label. 0 or a status. */
MUST_CHECK int cli_examples_label(const struct cli *cli, const char **label);
