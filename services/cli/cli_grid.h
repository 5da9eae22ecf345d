/* cli_grid: tables for people. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "cli.h"

enum { CLI_GRID_COLUMNS_MAX = 32, CLI_GRID_CHEAP = 10 };

/* How columns give way where the terminal is narrower than the table. Those without content leave;
 * then those of a rank of CLI_GRID_CHEAP and more while texts would have to be clipped hard for
 * them; then texts are clipped, the widest first and none below its floor; where that is not enough
 * the other ranks leave. A number, a state and a deadline have no floor: they are shown whole or not
 * at all. */
struct cli_column {
    const char *title; /* "中文|English"; NULL ends the table of columns */
    unsigned floor;    /* may be clipped to so many columns, with "…"; 0: never */
    unsigned rank;     /* 0: stays; of the others the highest leaves first */
    bool brackets;     /* at its rank it first loses what stands in brackets at its cells' ends */
    bool right;        /* aligned right */
};

/* Columns are as wide as their widest cell, as far as the terminal goes. Texts are copied. */
struct cli_grid_cell {
    char *text;
    enum say_tone colour;
};
struct cli_grid {
    const struct cli *cli;
    FILE *out;          /* standard output, unless a test wants it */
    size_t columns_max; /* of the terminal; SIZE_MAX in a pipe, where nothing gives way */
    size_t columns, cells, room;
    struct cli_column column[CLI_GRID_COLUMNS_MAX];
    struct cli_grid_cell *cell;
};
void cli_grid_begin(struct cli_grid *grid, const struct cli *cli, const struct cli_column *columns);
void cli_grid_add(struct cli_grid *grid, enum say_tone colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints and frees. Columns that found no room are named below the table. */
void cli_grid_end(struct cli_grid *grid);
