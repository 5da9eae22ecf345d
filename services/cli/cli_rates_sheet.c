/* cli_rates_sheet: a report as a workbook: what the whole came to beside the period before, a page a kind of
 * row, the days, and how it all is counted. Rates are numbers that a spreadsheet can sort and draw, each with
 * what it is made of in columns of its own. Owns the file until it has its name. */

#include <stdio.h>
#include <unistd.h>

#include "cli_rates.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/book/book_rates.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

static const struct cli_deed deed = {"没有写成工作簿", "the workbook was not written"};

/* ---- pages of rows ---- */

static int put_set(struct cli *cli, struct book *book, const struct cli_rates_set *set,
                   const char *title)
{
    const char *heading =
        set->per_period ? cli_say(cli, "时段", "Period") : say_words_rates_by(&cli->say, set->by);
    if (!book_rates_page(book, &cli->say, title, heading)) {
        return cli_no_memory(cli);
    }
    for (size_t index = 0; index < set->count; index++) {
        const Paidan__RatesRow *row = set->rows[index].row;
        book_rates_row(book, set->formula, row,
                       set->per_period ? row->period
                                       : say_rates_name(cli_speak(cli), set->by, row->code));
    }
    if (set->count > 1 && set->whole != NULL) {
        book_rates_row(book, set->formula, set->whole, cli_say(cli, "合计", "all"));
    }
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
        cli_rates_rate_words(cli, all->formula, say_rates_rate(all->whole, (Paidan__RatesName)name),
                             true, text);
        book_text(book, text);
        cli_rates_rate_words(cli, all->formula,
                             say_rates_rate(report->last.whole, (Paidan__RatesName)name), true,
                             text);
        book_text(book, text);
        book_row(book);
    }
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        const uint64_t after = say_rates_count(all->whole, (Paidan__RatesCount)count);
        const uint64_t earlier = say_rates_count(report->last.whole, (Paidan__RatesCount)count);
        if (!book_rates_is_now(count)) {
            book_text(book, say_words_rates_count(&cli->say, (Paidan__RatesCount)count));
            book_number(book, (double)after);
            book_number(book, (double)earlier);
            book_number(book, (double)after - (double)earlier);
        }
    }
}

static void put_formula(struct cli *cli, struct book *book, const struct cli_rates_report *report)
{
    char made[SAY_TIME_BYTES];
    say_time_exact(&cli->say, cli->now_ms, made);
    book_rates_formula(book, &cli->say, report->sets[PAIDAN__RATES_BY__RATES_ALL].formula, made);
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
    status = status == CLI_EXIT_OK ? cli_whole_take(cli, path, fd, size, &deed) : status;
    close(fd);
    return status;
}
