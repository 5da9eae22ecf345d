/* cli_rates_show: figures as tables for people. What a rate is made of, what was taken out of it and who could not be
 * reached are shown wherever there is any. Owns nothing. */

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_grid.h"
#include "cli_rates.h"
#include "common/base/check.h"
#include "common/say/say_words.h"

enum { COLUMNS = CLI_RATES_COLUMNS, LEAD = 3 };

static void add_cell(struct cli_grid *grid, const struct cli_rates_set *set,
                     const Paidan__RatesRow *row, const struct cli_rates_column *column)
{
    char text[CLI_RATES_CELL_BYTES];
    const enum say_tone tone = cli_rates_cell(grid->cli, set->formula, row, column, text);
    cli_grid_add(grid, tone, "%s", text);
}

static void heading(const struct cli *cli, const char *text)
{
    printf("\n%s%s%s\n", cli_colour_on(cli->colour, SAY_STRONG), text,
           cli_colour_off(cli->colour, SAY_STRONG));
}

/* ---- the table ---- */

static const char *title_of_kind(Paidan__RatesBy by)
{
    static const char *const titles[CLI_RATES_KINDS] = {"全部|ALL", "区域|AREA", "单位|UNIT",
                                                        "类别|CATEGORY", "渠道|CHANNEL"};
    CHECK((unsigned)by < CLI_RATES_KINDS);
    return titles[by];
}

static void add_row(struct cli *cli, struct cli_grid *grid, const struct cli_rates_set *set,
                    const Paidan__RatesRow *row, const bool *wanted, bool ranked)
{
    char score[CLI_RATES_CELL_BYTES];
    const bool whole = row == set->whole;
    if (ranked && row->has_rank) {
        cli_grid_add(grid, row->rank <= 3 ? SAY_GOOD : SAY_PLAIN, "%u", row->rank);
    } else if (ranked) {
        cli_grid_add(grid, SAY_FAINT, "%s", whole ? "" : "–");
    }
    if (set->per_period) {
        cli_grid_add(grid, SAY_PLAIN, "%s", whole ? cli_say(cli, "合计", "all") : row->period);
    }
    if (!set->per_period || set->by != PAIDAN__RATES_BY__RATES_ALL) {
        cli_grid_add(grid, SAY_STRONG, "%s",
                     whole && !set->per_period ? cli_say(cli, "合计", "all")
                     : whole                   ? ""
                             : say_rates_name(cli_speak(cli), set->by, row->code));
    }
    cli_rates_score_words(row, score);
    if (ranked || set->per_period) {
        cli_grid_add(grid, SAY_STRONG, "%s", score);
    }
    for (unsigned column = 0; column < COLUMNS; column++) {
        if (wanted[column]) {
            add_cell(grid, set, row, &cli_rates_columns[column]);
        }
    }
}

static void print_table(struct cli *cli, const struct cli_rates_set *set)
{
    struct cli_column shape[LEAD + COLUMNS + 2] = {{.title = NULL}};
    bool wanted[COLUMNS];
    struct cli_grid grid;
    size_t at = 0;
    bool ranked = false;
    for (size_t index = 0; index < set->count; index++) {
        ranked = ranked || set->rows[index].row->has_rank;
    }
    if (ranked) {
        shape[at++] = (struct cli_column){.title = "名次|RANK", .right = true};
    }
    if (set->per_period) {
        shape[at++] = (struct cli_column){.title = "时段|PERIOD"};
    }
    if (!set->per_period || set->by != PAIDAN__RATES_BY__RATES_ALL) {
        shape[at++] = (struct cli_column){.title = title_of_kind(set->by), .floor = 8};
    }
    if (ranked || set->per_period) {
        shape[at++] = (struct cli_column){.title = "得分|SCORE", .right = true};
    }
    for (unsigned column = 0; column < COLUMNS; column++) {
        wanted[column] = cli_rates_shown(set, &cli_rates_columns[column]);
        if (wanted[column]) {
            shape[at++] = (struct cli_column){.title = cli_rates_columns[column].title,
                                              .right = true,
                                              .rank = cli_rates_columns[column].rank};
        }
    }
    cli_grid_begin(&grid, cli, shape);
    for (size_t index = 0; index < set->count; index++) {
        add_row(cli, &grid, set, set->rows[index].row, wanted, ranked);
    }
    if (set->count > 1 && set->whole != NULL) {
        add_row(cli, &grid, set, set->whole, wanted, ranked);
    }
    cli_grid_end(&grid);
}

/* ---- the whole ---- */

static void print_counts(struct cli *cli, const Paidan__RatesRow *row,
                         const Paidan__RatesCount *counts, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        const uint64_t value = say_rates_count(row, counts[index]);
        if (value > 0 || index == 0) {
            printf("%s%s %llu", index == 0 ? "" : "  ",
                   say_words_rates_count(&cli->say, counts[index]), (unsigned long long)value);
        }
    }
    printf("\n");
}

static void print_now(struct cli *cli, const Paidan__RatesRow *now)
{
    static const Paidan__RatesCount counts[] = {CLI_RATES_OF(OPEN), CLI_RATES_OF(COORDINATING),
                                                CLI_RATES_OF(SUSPENDED_NOW),
                                                CLI_RATES_OF(OVERDUE_NOW)};
    printf("%s", cli_say(cli, "现在：", "now: "));
    print_counts(cli, now, counts, sizeof counts / sizeof counts[0]);
}

static void print_rates(struct cli *cli, const struct cli_rates_set *set)
{
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        char text[CLI_RATES_CELL_BYTES];
        const Paidan__RatesRate *rate = say_rates_rate(set->whole, (Paidan__RatesName)name);
        const enum say_tone tone = cli_rates_tone(set->formula, rate);
        cli_rates_rate_words(cli, set->formula, rate, true, text);
        printf("%s %s%s%s%s", say_words_rates_name(&cli->say, (Paidan__RatesName)name),
               cli_colour_on(cli->colour, tone), text, cli_colour_off(cli->colour, tone),
               name == PAIDAN__RATES_NAME__RATES_SATISFACTION ||
                       name == PAIDAN__RATES_NAME__RATES_ON_HANDLE
                   ? "\n"
                   : "   ");
    }
}

static void print_whole(struct cli *cli, const struct cli_rates_span *span,
                        const struct cli_rates_set *set, const struct cli_rates_set *now)
{
    static const Paidan__RatesCount counts[] = {CLI_RATES_OF(REGISTERED), CLI_RATES_OF(CLOSED),
                                                CLI_RATES_OF(WITHDRAWN),  CLI_RATES_OF(MERGED),
                                                CLI_RATES_OF(RETURNED),   CLI_RATES_OF(REOPENED)};
    char text[CLI_RATES_CELL_BYTES], title[2 * CLI_RATES_CELL_BYTES],
        formula[SAY_RATES_FORMULA_BYTES];
    cli_rates_span_words(cli, span, text);
    (void)snprintf(title, sizeof title, "%s %s", text,
                   cli_say(cli, "三率和统计", "rates and figures"));
    heading(cli, title);
    if (!span->now) {
        print_counts(cli, set->whole, counts, sizeof counts / sizeof counts[0]);
        print_rates(cli, set);
        cli_rates_score_words(set->whole, text);
        say_rates_formula(&cli->say, set->formula, formula);
        printf("%s %s%s  %s%s\n", cli_say(cli, "得分", "score"), text,
               cli_colour_on(cli->colour, SAY_FAINT), formula,
               cli_colour_off(cli->colour, SAY_FAINT));
    }
    if (now != NULL) {
        print_now(cli, now->whole);
    }
}

void cli_rates_show(struct cli *cli, const struct cli_rates_span *span,
                    const struct cli_rates_set *set, const struct cli_rates_set *now)
{
    char text[CLI_RATES_CELL_BYTES];
    CHECK(set->formula != NULL);
    (void)cli_site(cli);
    if (!cli_rates_any(set->whole) && set->count == 0) {
        cli_rates_span_words(cli, span, text);
        printf(cli_say(cli, "%s：没有数据\n", "%s: no data\n"), text);
        print_now(cli, now->whole);
        return;
    }
    print_whole(cli, span, set, now);
    printf("\n");
    print_table(cli, set);
}

/* ---- the report ---- */

/* "+12.5%" of a count, "+1.3" points of a rate. */
static void add_change(struct cli_grid *grid, double before, double after, bool points, bool bad)
{
    const double change = points ? after - before : 100.0 * (after - before) / before;
    const bool none = !points && before <= 0;
    const enum say_tone tone = none || (change < 0.05 && change > -0.05) ? SAY_FAINT
                               : (change > 0) != bad                     ? SAY_GOOD
                                                                         : SAY_BAD;
    if (none) {
        cli_grid_add(grid, SAY_FAINT, "%s", "–");
    } else {
        cli_grid_add(grid, points || bad ? tone : SAY_PLAIN, points ? "%+.1f" : "%+.1f%%", change);
    }
}

static void add_compared(struct cli *cli, struct cli_grid *grid,
                         const struct cli_rates_report *report,
                         const struct cli_rates_column *column)
{
    const struct cli_rates_set *set = &report->sets[PAIDAN__RATES_BY__RATES_ALL];
    if (column->time != 0) {
        return;
    }
    cli_grid_add(grid, SAY_STRONG, "%s",
                 column->count >= 0
                     ? say_words_rates_count(&cli->say, (Paidan__RatesCount)column->count)
                     : say_words_rates_name(&cli->say, (Paidan__RatesName)column->rate));
    add_cell(grid, set, set->whole, column);
    add_cell(grid, &report->last, report->last.whole, column);
    if (column->count >= 0) {
        add_change(grid,
                   (double)say_rates_count(report->last.whole, (Paidan__RatesCount)column->count),
                   (double)say_rates_count(set->whole, (Paidan__RatesCount)column->count), false,
                   column->bad);
        return;
    }
    const Paidan__RatesRate *after = say_rates_rate(set->whole, (Paidan__RatesName)column->rate);
    const Paidan__RatesRate *before =
        say_rates_rate(report->last.whole, (Paidan__RatesName)column->rate);
    if (after == NULL || before == NULL || after->denominator == 0 || before->denominator == 0) {
        cli_grid_add(grid, SAY_FAINT, "%s", "–");
    } else {
        add_change(grid, cli_rates_permille(before) / 10.0, cli_rates_permille(after) / 10.0, true,
                   false);
    }
}

static void print_compared(struct cli *cli, const struct cli_rates_report *report)
{
    char now[CLI_RATES_CELL_BYTES], before[CLI_RATES_CELL_BYTES];
    char title[2][2 * CLI_RATES_CELL_BYTES + 2];
    struct cli_grid grid;
    cli_rates_span_words(cli, &report->span, now);
    cli_rates_span_words(cli, &report->before, before);
    (void)snprintf(title[0], sizeof title[0], "%s|%s", now, now);
    (void)snprintf(title[1], sizeof title[1], "%s|%s", before, before);
    const struct cli_column shape[] = {{.title = "指标|FIGURE"},
                                       {.title = title[0], .right = true},
                                       {.title = title[1], .right = true},
                                       {.title = "变化|CHANGE", .right = true},
                                       {.title = NULL}};
    cli_grid_begin(&grid, cli, shape);
    for (unsigned column = 0; column < COLUMNS; column++) {
        if (cli_rates_shown(&report->sets[PAIDAN__RATES_BY__RATES_ALL],
                            &cli_rates_columns[column]) ||
            cli_rates_shown(&report->last, &cli_rates_columns[column])) {
            add_compared(cli, &grid, report, &cli_rates_columns[column]);
        }
    }
    cli_grid_end(&grid);
}

void cli_rates_show_report(struct cli *cli, const struct cli_rates_report *report)
{
    static const Paidan__RatesBy kinds[] = {
        PAIDAN__RATES_BY__RATES_UNIT, PAIDAN__RATES_BY__RATES_AREA,
        PAIDAN__RATES_BY__RATES_CATEGORY, PAIDAN__RATES_BY__RATES_CHANNEL};
    const struct cli_rates_set *all = &report->sets[PAIDAN__RATES_BY__RATES_ALL];
    char text[CLI_RATES_CELL_BYTES], title[2 * CLI_RATES_CELL_BYTES];
    (void)cli_site(cli);
    cli_rates_span_words(cli, &report->span, text);
    if (!cli_rates_any(all->whole)) {
        printf(cli_say(cli, "%s：没有数据\n", "%s: no data\n"), text);
        print_now(cli, report->now.whole);
        return;
    }
    print_whole(cli, &report->span, all, &report->now);
    heading(cli, cli_say(cli, "与上期比较", "against the period before"));
    print_compared(cli, report);
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        const struct cli_rates_set *set = &report->sets[kinds[kind]];
        if (set->count > 0) {
            (void)snprintf(title, sizeof title, cli_say(cli, "按%s", "by %s"),
                           say_words_rates_by(&cli->say, kinds[kind]));
            heading(cli, title);
            print_table(cli, set);
        }
    }
}
