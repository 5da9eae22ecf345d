/* cli_cells: tables as scripts write them: a line a row, tabs between cells, the first line names the
 * columns. No quotes, and any bytes in a cell: a text is data here, not something to refuse. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli.h"

enum { CLI_CELLS_COLUMNS_MAX = 8 };

struct cli_cell {
    const char *bytes; /* not ended by NUL; until the next row is read */
    size_t size;
};

struct cli_cells {
    FILE *file;
    const char *path; /* "-": standard input */
    char *line;
    size_t room;
    uint64_t number; /* of the line, from 1 */
    unsigned count;
    bool lone; /* the table has one column: an empty line is a row of it */
    const char *names[CLI_CELLS_COLUMNS_MAX];
    unsigned places[CLI_CELLS_COLUMNS_MAX]; /* UINT_MAX: the table lacks it */
};

/* Opens the table and finds columns; the first `needed` must be there. 0, or a status after saying
 * what is wrong. Before: count <= CLI_CELLS_COLUMNS_MAX; path and names outlive it. */
MUST_CHECK int cli_cells_open(const struct cli *cli, struct cli_cells *cells, const char *path,
                              const char *const *names, unsigned count, unsigned needed);
/* Says that a table lacks a column; returns the status. Before: the column has a name. */
int cli_cells_lack(const struct cli *cli, const char *path, const char *column);
bool cli_cells_has(const struct cli_cells *cells, unsigned column);
/* The next row; cells it lacks are empty, and so are lines between rows, which are passed over. False: the end, or a failure, which
 * cli_cells_close tells. */
bool cli_cells_next(struct cli_cells *cells, struct cli_cell *row);
MUST_CHECK int cli_cells_close(const struct cli *cli, struct cli_cells *cells);
