/* cli_rates: what `paidan rates` asked and was told, for whoever shows it. */
#pragma once

#include <stdio.h>

#include "cli.h"
#include "common/say/say_rates.h"

enum { CLI_RATES_PERIOD_BYTES = 16, CLI_RATES_CELL_BYTES = 104 };
#define CLI_RATES_OF(NAME) (PAIDAN__RATES_COUNT__RATES_##NAME)

/* Days or months, until included. now: of no period, as it is at this moment. */
struct cli_rates_span {
    bool now;
    Paidan__RatesGrain grain;
    char from[CLI_RATES_PERIOD_BYTES], until[CLI_RATES_PERIOD_BYTES];
};

/* Rows of one kind. Those of the arena live until the command ends. */
struct cli_rates_row {
    const Paidan__RatesRow *row;
    uint32_t level; /* of an area; else 0 */
};
struct cli_rates_set {
    Paidan__RatesBy by;
    bool per_period;
    struct cli_rates_row
        *rows; /* by rank, what has none behind; with per_period by code and period */
    size_t count, room;
    const Paidan__RatesRow *whole;
    const Paidan__RatesFormula *formula;
};

enum { CLI_RATES_KINDS = 5 };
/* 月报 and what is written to a file: a span against the one before, of all kinds. */
struct cli_rates_report {
    struct cli_rates_span span, before;
    const char *code;                           /* NULL: all */
    struct cli_rates_set now, last;             /* RATES_ALL both: as it is, and the span before */
    struct cli_rates_set sets[CLI_RATES_KINDS]; /* by RatesBy */
    struct cli_rates_set trend; /* RATES_ALL, a row a day, or a month where there are many */
};

/* ---- figures as words (cli_rates_words.c); the rest of them is say_rates.h's ---- */

/* In thousandths; 1000 only where it is all, 0 only where it is none. Before: denominator > 0. */
unsigned cli_rates_permille(const Paidan__RatesRate *rate);
/* "92.1% 35/38"; "–" where nothing was measured. full: with what is excluded and unreached. */
void cli_rates_rate_words(const struct cli *cli, const Paidan__RatesFormula *formula,
                          const Paidan__RatesRate *rate, bool full,
                          char text[CLI_RATES_CELL_BYTES]);
/* "93.40"; "–". */
void cli_rates_score_words(const Paidan__RatesRow *row, char text[CLI_RATES_CELL_BYTES]);
/* "2026-03", "2026-03-01 至 2026-03-15", "现在". */
void cli_rates_span_words(const struct cli *cli, const struct cli_rates_span *span,
                          char text[CLI_RATES_CELL_BYTES]);
/* Good and bad, by the base line where the site has one. */
enum say_tone cli_rates_tone(const Paidan__RatesFormula *formula, const Paidan__RatesRate *rate);
/* Whether anything at all was counted. */
bool cli_rates_any(const Paidan__RatesRow *row);

/* A column of a table for people (cli_rates_columns.c); one of count, rate and time. */
struct cli_rates_column {
    const char *title; /* "中文|English" */
    int count;         /* -1: none */
    int rate;          /* 0: none */
    int time;          /* 0: none; its median and what nine in ten took at most */
    unsigned rank;     /* of cli_grid: what gives way */
    bool bad;          /* any of it is nothing good */
};
enum { CLI_RATES_COLUMNS = 29 };
extern const struct cli_rates_column cli_rates_columns[CLI_RATES_COLUMNS];
/* Whether any row, or the whole, holds something there. */
bool cli_rates_shown(const struct cli_rates_set *set, const struct cli_rates_column *column);
enum say_tone cli_rates_cell(const struct cli *cli, const Paidan__RatesFormula *formula,
                             const Paidan__RatesRow *row, const struct cli_rates_column *column,
                             char text[CLI_RATES_CELL_BYTES]);

/* ---- showing ---- */

/* The table, or with `now` the state of things. */
void cli_rates_show(struct cli *cli, const struct cli_rates_span *span,
                    const struct cli_rates_set *set, const struct cli_rates_set *now);
void cli_rates_show_report(struct cli *cli, const struct cli_rates_report *report);
/* One table for a spreadsheet or a script. */
MUST_CHECK int cli_rates_csv(struct cli *cli, const struct cli_rates_set *set);
MUST_CHECK int cli_rates_json(struct cli *cli, const struct cli_rates_span *span,
                              const struct cli_rates_set *set, const struct cli_rates_set *now);
MUST_CHECK int cli_rates_json_report(struct cli *cli, const struct cli_rates_report *report);
/* The tickets behind a figure, for people, as CSV or JSON. 0 or a status. */
MUST_CHECK int cli_rates_tickets(struct cli *cli, const struct cli_rates_span *span,
                                 Paidan__RatesBy by, const char *code);

/* The report as a workbook (.xlsx), and as a page that stands alone (.html); "-": standard output. 0 or a
 * status. */
MUST_CHECK int cli_rates_sheet(struct cli *cli, const struct cli_rates_report *report,
                               const char *path);
MUST_CHECK int cli_rates_page(struct cli *cli, const struct cli_rates_report *report,
                              const char *path);

/* A cell of a CSV table: quoted where it must be, and never a formula of whoever opens it. */
void cli_rates_csv_cell(FILE *out, bool first, const char *text);
