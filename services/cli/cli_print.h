/* cli_print: words, colours and tables for people. */
#pragma once

#include <stddef.h>

#include "cli.h"

enum cli_colour { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_RED, CLI_YELLOW, CLI_GREEN, CLI_CYAN };

/* Escape sequences, or "" without colour. */
const char *cli_colour_on(bool colour, enum cli_colour which);
const char *cli_colour_off(bool colour, enum cli_colour which);

/* A table: header, then cells row by row. Columns are as wide as their widest cell; when the
 * terminal is narrower, the last column is clipped. Texts are copied. */
struct cli_cell {
    char *text;
    enum cli_colour colour;
};
struct cli_grid {
    const struct cli *cli;
    size_t columns, cells, room;
    unsigned right; /* bit set of columns aligned right */
    struct cli_cell *cell;
};
/* headers: NULL-terminated "中文|English" */
void cli_grid_begin(struct cli_grid *grid, const struct cli *cli, const char *const *headers);
void cli_grid_add(struct cli_grid *grid, enum cli_colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints and frees. */
void cli_grid_end(struct cli_grid *grid);

/* Words for enums in the user's language. */
const char *cli_state_word(const struct cli *cli, Paidan__State state);
const char *cli_outcome_word(const struct cli *cli, Paidan__Outcome outcome);
const char *cli_clock_word(const struct cli *cli, Paidan__Clock clock);
const char *cli_card_word(const struct cli *cli, Paidan__Card card);
const char *cli_why_word(const struct cli *cli, Paidan__Why why);
const char *cli_urgency_word(const struct cli *cli, Paidan__Urgency urgency);
const char *cli_solved_word(const struct cli *cli, Paidan__Solved solved);
const char *cli_satisfied_word(const struct cli *cli, Paidan__Satisfied satisfied);
/* "未识别类别，未识别地点" for a bit set of DeskReason. */
void cli_reasons_words(const struct cli *cli, uint32_t reasons, char *text, size_t size);

/* Remaining time of a deadline and its colour: "3h12m" green, yellow after the warning point,
 * "-45m" red. warn_ms 0: none. */
enum cli_colour cli_remaining(uint64_t due_ms, uint64_t warn_ms, uint64_t now_ms, char *text,
                              size_t size);
/* The same with the moment: "剩 3h12m (11-23 14:00)", "超时 45m (13:15)". */
enum cli_colour cli_deadline(const struct cli *cli, uint64_t due_ms, uint64_t warn_ms,
                             uint64_t now_ms, char *text, size_t size);

/* Table of tickets for list, work list and work pull. */
void cli_print_briefs(struct cli *cli, Paidan__Brief *const *briefs, size_t count);
/* The clock of a brief that ends next; NULL: none runs. */
const Paidan__ClockSet *cli_next_clock(const Paidan__Brief *brief);
