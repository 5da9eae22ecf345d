/* cli_rates: `paidan rates`: asks the archive for figures of days or months and hands them to whoever
 * shows them. It computes nothing: rates, scores and ranks are the archive's. What must stay true: all pages
 * of a table are asked for before the first line is written, and their rows live until the end; a month
 * without data is an answer, a month that has not begun is a mistake. */

#include "cli_rates.h"

#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_names.h"
#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/say/say_words.h"

enum { PAGE_ROWS = 1000, PERIODS_MAX = 1000, DAY_MS = 86400000, TREND_DAYS_MAX = 92 };

/* ---- the span ---- */

/* The site's day of the services' now. Before: something was asked. */
static int32_t today(struct cli *cli)
{
    const int64_t local = (int64_t)cli->now_ms + say_offset(cli_speak(cli), cli->now_ms);
    CHECK(local > 0);
    return (int32_t)(local / DAY_MS);
}

static void write_period(Paidan__RatesGrain grain, int32_t day, char text[CLI_RATES_PERIOD_BYTES])
{
    char date[CIVIL_DATE_BYTES];
    civil_write(day, date);
    (void)snprintf(text, CLI_RATES_PERIOD_BYTES, "%.*s",
                   grain == PAIDAN__RATES_GRAIN__RATES_MONTH ? 7 : 10, date);
}

static int32_t month_of(int32_t day, int months)
{
    const struct civil_date date = civil_date(day);
    const int all = date.year * 12 + (int)date.month - 1 + months;
    return civil_days(all / 12, (unsigned)(all % 12) + 1, 1);
}

/* One end of a span: "2026-03", "2026-03-02", or a word. False: none of them. */
static bool read_end(struct cli *cli, const char *typed, Paidan__RatesGrain *grain, int32_t *day)
{
    static const struct {
        const char *zh, *en;
        Paidan__RatesGrain grain;
        int back;
    } words[] = {{"今天", "today", PAIDAN__RATES_GRAIN__RATES_DAY, 0},
                 {"昨天", "yesterday", PAIDAN__RATES_GRAIN__RATES_DAY, 1},
                 {"本月", "this-month", PAIDAN__RATES_GRAIN__RATES_MONTH, 0},
                 {"上月", "last-month", PAIDAN__RATES_GRAIN__RATES_MONTH, 1}};
    char text[CIVIL_DATE_BYTES];
    for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
        if (strcmp(typed, words[index].zh) == 0 || strcmp(typed, words[index].en) == 0) {
            *grain = words[index].grain;
            *day = *grain == PAIDAN__RATES_GRAIN__RATES_DAY
                       ? today(cli) - words[index].back
                       : month_of(today(cli), -words[index].back);
            return true;
        }
    }
    const size_t size = strlen(typed);
    if (size != 7 && size != 10) {
        return false;
    }
    *grain = size == 7 ? PAIDAN__RATES_GRAIN__RATES_MONTH : PAIDAN__RATES_GRAIN__RATES_DAY;
    (void)snprintf(text, sizeof text, "%s%s", typed, size == 7 ? "-01" : "");
    return civil_parse(text, day);
}

static int refuse_future(const struct cli *cli, const char *typed)
{
    return cli_refuse_as(cli, PAIDAN__CODE__PERIOD_INVALID,
                         "还没有到的日子没有数据：写到今天或本月为止。",
                         "That has not begun: figures go up to today or this month.", typed);
}

/* How many periods from the first to the last, both counted. */
static int32_t periods(Paidan__RatesGrain grain, int32_t from, int32_t until)
{
    const struct civil_date first = civil_date(from), last = civil_date(until);
    return grain == PAIDAN__RATES_GRAIN__RATES_DAY
               ? until - from + 1
               : (last.year - first.year) * 12 + (int32_t)last.month - (int32_t)first.month + 1;
}

static int span_set(const struct cli *cli, struct cli_rates_span *span, Paidan__RatesGrain grain,
                    int32_t from, int32_t until, const char *typed)
{
    const int32_t count = periods(grain, from, until);
    if (until < from || count > PERIODS_MAX) {
        return cli_refuse(cli, PAIDAN__CODE__PERIOD_INVALID, typed);
    }
    *span = (struct cli_rates_span){.grain = grain};
    write_period(grain, from, span->from);
    write_period(grain, until, span->until);
    return CLI_EXIT_OK;
}

static int32_t span_day(const char *period)
{
    char text[CIVIL_DATE_BYTES];
    int32_t day = 0;
    (void)snprintf(text, sizeof text, "%s%s", period, strlen(period) == 7 ? "-01" : "");
    const bool read = civil_parse(text, &day);
    CHECK(read);
    return day;
}

/* PERIOD as typed; nothing: this month. Before: the archive was asked once, so now is known. */
static int span_read(struct cli *cli, struct cli_rates_span *span)
{
    const char *typed = cli->operand_count > 0 ? cli->operands[0] : "this-month";
    Paidan__RatesGrain grain = PAIDAN__RATES_GRAIN__RATES_MONTH, other = grain;
    int32_t from = 0, until = 0;
    char first[32];
    if (strcmp(typed, "now") == 0 || strcmp(typed, "现在") == 0) {
        *span = (struct cli_rates_span){.now = true, .grain = grain};
        return CLI_EXIT_OK;
    }
    const char *dots = strstr(typed, "..");
    const size_t size = dots == NULL ? strlen(typed) : (size_t)(dots - typed);
    (void)snprintf(first, sizeof first, "%.*s", size < sizeof first ? (int)size : 0, typed);
    if (!read_end(cli, first, &grain, &from)) {
        return cli_refuse(cli, PAIDAN__CODE__PERIOD_INVALID, typed);
    }
    until = from;
    other = grain;
    if (dots != NULL && (!read_end(cli, dots + 2, &other, &until) || other != grain)) {
        return cli_refuse(cli, PAIDAN__CODE__PERIOD_INVALID, typed);
    }
    if (from > today(cli) || until > today(cli)) {
        return refuse_future(cli, typed);
    }
    return span_set(cli, span, grain, from, until, typed);
}

/* --per day of months: their days so far; --per month of days makes no sense. */
static int span_per(struct cli *cli, struct cli_rates_span *span)
{
    if (!cli_given(cli, CLI_PER) || span->now) {
        return CLI_EXIT_OK;
    }
    const Paidan__RatesGrain grain = (Paidan__RatesGrain)cli_choice(cli, CLI_PER);
    if (grain == span->grain) {
        return CLI_EXIT_OK;
    }
    if (grain == PAIDAN__RATES_GRAIN__RATES_MONTH) {
        return cli_usage(cli, "按月列出要写月份，如 2026-01..2026-03",
                         "--per month wants months, such as 2026-01..2026-03", cli->operands[0]);
    }
    const int32_t last = month_of(span_day(span->until), 1) - 1, now = today(cli);
    return span_set(cli, span, grain, span_day(span->from), last < now ? last : now, span->from);
}

/* As long, and just before. */
static void span_before(const struct cli_rates_span *span, struct cli_rates_span *before)
{
    const int32_t from = span_day(span->from), until = span_day(span->until);
    const int32_t count = periods(span->grain, from, until);
    CHECK(!span->now);
    *before = (struct cli_rates_span){.grain = span->grain};
    if (span->grain == PAIDAN__RATES_GRAIN__RATES_DAY) {
        write_period(span->grain, from - count, before->from);
        write_period(span->grain, from - 1, before->until);
    } else {
        write_period(span->grain, month_of(from, -count), before->from);
        write_period(span->grain, month_of(from, -1), before->until);
    }
}

/* ---- asking ---- */

static int set_add(struct cli *cli, struct cli_rates_set *set, const Paidan__RatesRow *row)
{
    if (set->count == set->room) {
        const size_t room = 2 * set->room + 64;
        struct cli_rates_row *const larger = arena_alloc(&cli->arena, room * sizeof *larger);
        if (larger == NULL) {
            return cli_no_memory(cli);
        }
        if (set->count > 0) {
            memcpy(larger, set->rows, set->count * sizeof *larger);
        }
        set->rows = larger;
        set->room = room;
    }
    struct cli_rates_row *const added = &set->rows[set->count++];
    *added = (struct cli_rates_row){.row = row,
                                    .level = say_rates_level(cli_speak(cli), set->by, row->code)};
    return CLI_EXIT_OK;
}

static int by_rank(const void *left, const void *right)
{
    const struct cli_rates_row *one = left, *other = right;
    return say_rates_order(one->row, one->level, other->row, other->level);
}

/* All pages. Before: by and per_period of set are what is wanted, all else is zero. */
static int ask(struct cli *cli, const struct cli_rates_span *span, const char *code,
               struct cli_rates_set *set)
{
    Paidan__Rates wish = PAIDAN__RATES__INIT;
    Paidan__Answer *answer = NULL;
    int status = CLI_EXIT_OK;
    wish.grain = span->grain;
    wish.from = span->now ? NULL : (char *)(uintptr_t)span->from;
    wish.until = span->now ? NULL : (char *)(uintptr_t)span->until;
    wish.by = set->by;
    wish.code = set->by == PAIDAN__RATES_BY__RATES_ALL ? NULL : (char *)(uintptr_t)code;
    wish.has_limit = true;
    wish.limit = PAGE_ROWS;
    wish.has_per_period = set->per_period;
    wish.per_period = set->per_period;
    do {
        status = cli_ask(cli, "archive", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__RatesShown *shown = answer->rates_shown;
        set->whole = shown->whole;
        set->formula = shown->formula;
        for (size_t index = 0; index < shown->n_rows && status == CLI_EXIT_OK; index++) {
            status = set_add(cli, set, shown->rows[index]);
        }
        wish.after = shown->next;
    } while (status == CLI_EXIT_OK && wish.after != NULL && wish.after[0] != '\0');
    if (status == CLI_EXIT_OK && !set->per_period && set->count > 1) {
        qsort(set->rows, set->count, sizeof *set->rows, by_rank);
    }
    return status;
}

/* A report of more than a quarter is told by months. */
static int ask_trend(struct cli *cli, struct cli_rates_report *report)
{
    struct cli_rates_span span = report->span;
    const int32_t from = span_day(span.from);
    const bool months = span.grain == PAIDAN__RATES_GRAIN__RATES_MONTH;
    const int32_t end = months ? month_of(span_day(span.until), 1) - 1 : span_day(span.until);
    const int32_t until = end < today(cli) ? end : today(cli);
    if (until - from < TREND_DAYS_MAX) {
        span.grain = PAIDAN__RATES_GRAIN__RATES_DAY;
        write_period(span.grain, from, span.from);
        write_period(span.grain, until, span.until);
    }
    report->trend = (struct cli_rates_set){.by = PAIDAN__RATES_BY__RATES_ALL, .per_period = true};
    return ask(cli, &span, NULL, &report->trend);
}

static int ask_report(struct cli *cli, struct cli_rates_report *report)
{
    int status = CLI_EXIT_OK;
    span_before(&report->span, &report->before);
    report->last = (struct cli_rates_set){.by = PAIDAN__RATES_BY__RATES_ALL};
    status = ask(cli, &report->before, NULL, &report->last);
    for (unsigned kind = 0; kind < CLI_RATES_KINDS && status == CLI_EXIT_OK; kind++) {
        report->sets[kind] = (struct cli_rates_set){.by = (Paidan__RatesBy)kind};
        status = ask(cli, &report->span, NULL, &report->sets[kind]);
    }
    return status == CLI_EXIT_OK ? ask_trend(cli, report) : status;
}

/* ---- the command ---- */

/* The code that --code names, by its own name too, of what --by says. */
static int read_code(struct cli *cli, Paidan__RatesBy by, const char **code)
{
    static const enum cli_names tables[CLI_RATES_KINDS] = {
        CLI_NAMES_NONE, CLI_NAMES_AREAS, CLI_NAMES_UNITS, CLI_NAMES_CATEGORIES, CLI_NAMES_CHANNELS};
    *code = cli_value(cli, CLI_CODE);
    CHECK((unsigned)by < CLI_RATES_KINDS);
    if (*code == NULL) {
        return CLI_EXIT_OK;
    }
    if (by == PAIDAN__RATES_BY__RATES_ALL) {
        return cli_usage(cli, "--code 要和 --by 一起写：单位、区域、类别或渠道",
                         "--code needs --by unit, area, category or channel", "--by all");
    }
    return cli_names_code(cli, tables[by], code);
}

/* A report is of everything, and only one kind of output stands on standard output. */
static int check_ways(const struct cli *cli)
{
    const bool csv = cli_given(cli, CLI_CSV);
    const bool whole =
        cli_given(cli, CLI_REPORT) || cli_given(cli, CLI_XLSX) || cli_given(cli, CLI_HTML);
    if (csv && (cli->json || whole)) {
        return cli_usage(cli, "只能选一种输出", "only one kind of output",
                         cli->json ? "--csv --json" : "--csv");
    }
    if (whole &&
        (cli_given(cli, CLI_CODE) || cli_given(cli, CLI_PER) || cli_given(cli, CLI_TICKETS))) {
        return cli_usage(cli, "报告是全部的：不能同时写 --code、--per、--tickets",
                         "a report is of everything: without --code, --per and --tickets",
                         "--report");
    }
    return CLI_EXIT_OK;
}

static bool to_file(const struct cli *cli)
{
    return cli_given(cli, CLI_XLSX) || cli_given(cli, CLI_HTML);
}

/* What was written where; into a pipe goes nothing but the file. */
static int told(struct cli *cli, int status, enum cli_option option)
{
    const char *path = cli_value(cli, option);
    if (status == CLI_EXIT_OK && strcmp(path, "-") != 0 && !cli->json) {
        printf(cli_say(cli, "已写入 %s\n", "%s was written\n"), path);
    }
    return status;
}

static int report(struct cli *cli, const struct cli_rates_span *span,
                  const struct cli_rates_set *now)
{
    struct cli_rates_report report = {.span = *span, .now = *now};
    if (span->now) {
        return cli_usage(cli, "月报要写月份或日期，如 2026-03",
                         "a report wants a month or days, such as 2026-03", "now");
    }
    int status = ask_report(cli, &report);
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_XLSX)) {
        status = told(cli, cli_rates_sheet(cli, &report, cli_value(cli, CLI_XLSX)), CLI_XLSX);
    }
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_HTML)) {
        status = told(cli, cli_rates_page(cli, &report, cli_value(cli, CLI_HTML)), CLI_HTML);
    }
    if (status != CLI_EXIT_OK || (to_file(cli) && !cli_given(cli, CLI_REPORT) && !cli->json)) {
        return status;
    }
    if (cli->json) {
        return cli_rates_json_report(cli, &report);
    }
    cli_rates_show_report(cli, &report);
    return CLI_EXIT_OK;
}

int cli_rates(struct cli *cli)
{
    struct cli_rates_set now = {.by = PAIDAN__RATES_BY__RATES_ALL};
    struct cli_rates_span span = {.now = true, .grain = PAIDAN__RATES_GRAIN__RATES_MONTH};
    struct cli_rates_set set = {.by = cli_given(cli, CLI_PER) ? PAIDAN__RATES_BY__RATES_ALL
                                                              : PAIDAN__RATES_BY__RATES_UNIT,
                                .per_period = cli_given(cli, CLI_PER)};
    const char *code = NULL;
    if (cli_given(cli, CLI_BY)) {
        set.by = (Paidan__RatesBy)cli_choice(cli, CLI_BY);
    }
    int status = check_ways(cli);
    status = status == CLI_EXIT_OK ? read_code(cli, set.by, &code) : status;
    /* First how things are: it tells the archive's clock, by which words like "today" are meant. */
    status = status == CLI_EXIT_OK ? ask(cli, &span, NULL, &now) : status;
    status = status == CLI_EXIT_OK ? span_read(cli, &span) : status;
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_TICKETS)) {
        return cli_rates_tickets(cli, &span, set.by, code);
    }
    if (status == CLI_EXIT_OK && (cli_given(cli, CLI_REPORT) || to_file(cli))) {
        return report(cli, &span, &now);
    }
    status = status == CLI_EXIT_OK ? span_per(cli, &span) : status;
    status = status == CLI_EXIT_OK ? ask(cli, &span, code, &set) : status;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        return cli_rates_json(cli, &span, &set, &now);
    }
    if (cli_given(cli, CLI_CSV)) {
        return cli_rates_csv(cli, &set);
    }
    cli_rates_show(cli, &span, &set, &now);
    return CLI_EXIT_OK;
}
