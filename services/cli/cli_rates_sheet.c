/* cli_rates_sheet: a report as a workbook: what the whole came to beside the period before, a page a kind of
 * row, the days, and how it all is counted. Rates are numbers that a spreadsheet can sort and draw, each with
 * what it is made of in columns of its own. Owns the file until it has its name. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli_rates.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/book/book.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { LEAD = 4, TITLE_BYTES = 96, HOUR_MS = 3600000 };
static const struct cli_deed deed = {"没有写成工作簿", "the workbook was not written"};

/* Of now, not of a period: no column of a report. */
static bool is_now(int count)
{
    return count >= CLI_RATES_OF(OPEN) && count <= CLI_RATES_OF(OVERDUE_NOW);
}

/* ---- pages of rows ---- */

/* The titles of a page, which live as long as it is begun. */
struct titles {
    char text[BOOK_COLUMNS_MAX][TITLE_BYTES];
    struct book_column columns[BOOK_COLUMNS_MAX];
    unsigned count;
};

static void add_title(struct titles *titles, enum book_kind kind, unsigned width, const char *word,
                      const char *part)
{
    CHECK(titles->count < BOOK_COLUMNS_MAX);
    char *text = titles->text[titles->count];
    (void)snprintf(text, TITLE_BYTES, "%s%s%s", word, part[0] == '\0' ? "" : " ", part);
    titles->columns[titles->count++] = (struct book_column){text, width, kind};
}

static void make_titles(const struct cli *cli, const struct cli_rates_set *set,
                        struct titles *titles)
{
    const struct say *say = &cli->say;
    add_title(titles, BOOK_COUNT, 7, cli_say(cli, "名次", "Rank"), "");
    add_title(titles, BOOK_TEXT, 14, cli_say(cli, "代码", "Code"), "");
    add_title(titles, BOOK_TEXT, 24,
              set->per_period ? cli_say(cli, "时段", "Period") : say_words_rates_by(say, set->by),
              "");
    add_title(titles, BOOK_POINTS, 9, cli_say(cli, "得分", "Score"), "");
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        const char *word = say_words_rates_name(say, (Paidan__RatesName)name);
        add_title(titles, BOOK_PERCENT, 11, word, "");
        add_title(titles, BOOK_COUNT, 11, word, cli_say(cli, "分子", "numerator"));
        add_title(titles, BOOK_COUNT, 11, word, cli_say(cli, "分母", "denominator"));
    }
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        if (!is_now(count)) {
            add_title(titles, BOOK_COUNT, 9, say_words_rates_count(say, (Paidan__RatesCount)count),
                      "");
        }
    }
    for (int which = PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT;
         which <= PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE; which++) {
        const char *word = say_words_rates_clock(say, (Paidan__RatesClock)which);
        add_title(titles, BOOK_HOURS, 14, word, cli_say(cli, "中位（小时）", "median, hours"));
        add_title(titles, BOOK_HOURS, 14, word, cli_say(cli, "九成（小时）", "9 in 10, hours"));
    }
}

static void put_rate(struct book *book, const Paidan__RatesFormula *formula,
                     const Paidan__RatesRate *rate)
{
    if (rate == NULL || rate->denominator == 0) {
        book_text(book, NULL);
        book_number(book, 0);
        book_number(book, 0);
        return;
    }
    const double scale = (double)cli_rates_scale(formula, rate->name);
    CHECK(scale >= 1);
    book_number(book, (double)rate->numerator / (double)rate->denominator);
    book_number(book, (double)rate->numerator / scale);
    book_number(book, (double)rate->denominator / scale);
}

static void put_row(struct cli *cli, struct book *book, const struct cli_rates_set *set,
                    const Paidan__RatesRow *row)
{
    const bool whole = row == set->whole;
    if (row->has_rank) {
        book_number(book, row->rank);
    } else {
        book_text(book, NULL);
    }
    book_text(book, row->code);
    book_text(book, whole             ? cli_say(cli, "合计", "all")
                    : set->per_period ? row->period
                                      : cli_rates_name(cli, set->by, row->code));
    if (row->has_score) {
        book_number(book, row->score / 100.0);
    } else {
        book_text(book, NULL);
    }
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        put_rate(book, set->formula, cli_rates_rate(row, (Paidan__RatesName)name));
    }
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        if (!is_now(count)) {
            book_number(book, (double)cli_rates_count(row, (Paidan__RatesCount)count));
        }
    }
    for (int which = PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT;
         which <= PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE; which++) {
        const Paidan__RatesTime *time = cli_rates_time(row, (Paidan__RatesClock)which);
        for (unsigned part = 0; part < 2; part++) {
            if (time == NULL || time->of == 0) {
                book_text(book, NULL);
            } else {
                book_number(book, (double)(part == 0 ? time->median_ms : time->p90_ms) / HOUR_MS);
            }
        }
    }
}

static int put_set(struct cli *cli, struct book *book, const struct cli_rates_set *set,
                   const char *title)
{
    struct titles *titles = calloc(1, sizeof *titles);
    if (titles == NULL) {
        return cli_no_memory(cli);
    }
    make_titles(cli, set, titles);
    book_page(book, title, titles->columns, titles->count, LEAD);
    for (size_t index = 0; index < set->count; index++) {
        put_row(cli, book, set, set->rows[index].row);
    }
    if (set->count > 1 && set->whole != NULL) {
        put_row(cli, book, set, set->whole);
    }
    free(titles);
    return CLI_EXIT_OK;
}

/* ---- the summary and the formula ---- */

static void put_compared(struct cli *cli, struct book *book, const struct cli_rates_report *report)
{
    char now[CLI_RATES_CELL_BYTES], before[CLI_RATES_CELL_BYTES];
    const struct cli_rates_set *all = &report->sets[PAIDAN__RATES_BY__RATES_ALL];
    cli_rates_span_words(cli, &report->span, now);
    cli_rates_span_words(cli, &report->before, before);
    const struct book_column counts[] = {{cli_say(cli, "指标", "Figure"), 26, BOOK_TEXT},
                                         {now, 26, BOOK_COUNT},
                                         {before, 26, BOOK_COUNT},
                                         {cli_say(cli, "变化", "Change"), 12, BOOK_COUNT}};
    book_page(book, cli_say(cli, "汇总", "Summary"), counts, 4, 1);
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        char text[CLI_RATES_CELL_BYTES];
        book_text(book, say_words_rates_name(&cli->say, (Paidan__RatesName)name));
        cli_rates_rate_words(cli, all->formula, cli_rates_rate(all->whole, (Paidan__RatesName)name),
                             true, text);
        book_text(book, text);
        cli_rates_rate_words(cli, all->formula,
                             cli_rates_rate(report->last.whole, (Paidan__RatesName)name), true,
                             text);
        book_text(book, text);
        book_row(book);
    }
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        const uint64_t after = cli_rates_count(all->whole, (Paidan__RatesCount)count);
        const uint64_t earlier = cli_rates_count(report->last.whole, (Paidan__RatesCount)count);
        if (!is_now(count)) {
            book_text(book, say_words_rates_count(&cli->say, (Paidan__RatesCount)count));
            book_number(book, (double)after);
            book_number(book, (double)earlier);
            book_number(book, (double)after - (double)earlier);
        }
    }
}

static void put_formula(struct cli *cli, struct book *book, const struct cli_rates_report *report)
{
    const struct book_column columns[] = {
        {cli_say(cli, "怎么算", "How it is counted"), 110, BOOK_TEXT}};
    const struct cli_rates_set *all = &report->sets[PAIDAN__RATES_BY__RATES_ALL];
    char formula[CLI_RATES_FORMULA_BYTES], text[CLI_RATES_FORMULA_BYTES + 16], made[SAY_TIME_BYTES];
    book_page(book, cli_say(cli, "口径", "Formula"), columns, 1, 0);
    cli_rates_formula_words(cli, all->formula, formula);
    (void)snprintf(text, sizeof text, "%s %s", cli_say(cli, "得分", "score"), formula);
    book_text(book, text);
    (void)snprintf(text, sizeof text, cli_say(cli, "预设：%s", "preset: %s"), all->formula->preset);
    book_text(book, text);
    book_text(book,
              cli_say(cli, "剔除的工单不进分子和分母；未接通另列。按关闭那天计入；撤回的不算办结。",
                      "What is taken out stands in no rate; unreached ones are told apart. A "
                      "closure counts on its day; what was withdrawn is not closed."));
    say_time_exact(&cli->say, cli->now_ms, made);
    (void)snprintf(text, sizeof text, cli_say(cli, "制表：%s", "made: %s"), made);
    book_text(book, text);
}

static int put_all(struct cli *cli, struct book *book, const struct cli_rates_report *report)
{
    static const struct {
        Paidan__RatesBy by;
        const char *zh, *en;
    } pages[] = {{PAIDAN__RATES_BY__RATES_UNIT, "单位", "Units"},
                 {PAIDAN__RATES_BY__RATES_AREA, "区域", "Areas"},
                 {PAIDAN__RATES_BY__RATES_CATEGORY, "类别", "Categories"},
                 {PAIDAN__RATES_BY__RATES_CHANNEL, "渠道", "Channels"}};
    int status = CLI_EXIT_OK;
    put_compared(cli, book, report);
    for (size_t page = 0; page < sizeof pages / sizeof pages[0] && status == CLI_EXIT_OK; page++) {
        status = put_set(cli, book, &report->sets[pages[page].by],
                         cli_say(cli, pages[page].zh, pages[page].en));
    }
    if (status == CLI_EXIT_OK) {
        status = put_set(cli, book, &report->trend, cli_say(cli, "走势", "Trend"));
    }
    put_formula(cli, book, report);
    return status;
}

/* The file has no name yet: its bytes become one that is there whole or not at all. */
static int write_out(struct cli *cli, int fd, size_t size, const char *path)
{
    char *bytes = malloc(size);
    size_t at = 0;
    ssize_t got = 1;
    while (bytes != NULL && at < size && got > 0) {
        got = pread(fd, bytes + at, size - at, (off_t)at);
        at += got > 0 ? (size_t)got : 0;
    }
    const int status = bytes == NULL || at < size ? cli_no_memory(cli)
                                                  : cli_whole_write(cli, path, bytes, size, &deed);
    free(bytes);
    return status;
}

int cli_rates_sheet(struct cli *cli, const struct cli_rates_report *report, const char *path)
{
    struct book book;
    size_t size = 0;
    int fd = -1;
    CHECK(path != NULL);
    (void)cli_site(cli);
    if (book_begin(&book) != RC_OK) {
        return cli_no_memory(cli);
    }
    int status = put_all(cli, &book, report);
    if (book_end(&book, &fd, &size) != RC_OK) {
        return status == CLI_EXIT_OK ? cli_no_memory(cli) : status;
    }
    status = status == CLI_EXIT_OK ? write_out(cli, fd, size, path) : status;
    close(fd);
    return status;
}
