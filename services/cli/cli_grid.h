/* cli_grid: tables for people. */
#pragma once

#include <stddef.h>

#include "cli.h"

/* A table: header, then cells row by row. Columns are as wide as their widest cell; when the
 * terminal is narrower, the last column is clipped. Texts are copied. */
struct cli_cell {
    char *text;
    enum say_tone colour;
};
struct cli_grid {
    const struct cli *cli;
    size_t columns, cells, room;
    unsigned right; /* bit set of columns aligned right */
    struct cli_cell *cell;
};
/* headers: NULL-terminated "中文|English" */
void cli_grid_begin(struct cli_grid *grid, const struct cli *cli, const char *const *headers);
void cli_grid_add(struct cli_grid *grid, enum say_tone colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints and frees. */
void cli_grid_end(struct cli_grid *grid);
