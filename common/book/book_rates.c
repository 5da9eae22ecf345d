/* book_rates: owns nothing. What must stay true: every page has the same columns in the same order, so that books of
 * two months can be laid beside each other. */
#include "common/book/book_rates.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/check.h"
#include "common/say/say_words.h"

enum { LEAD = 4, TITLE_BYTES = 96, HOUR_MS = 3600000 };
#define FIRST_RATE PAIDAN__RATES_NAME__RATES_RESPONSE
#define LAST_RATE PAIDAN__RATES_NAME__RATES_ON_HANDLE
#define LAST_COUNT PAIDAN__RATES_COUNT__RATES_FIRST_OF
#define FIRST_TIME PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT
#define LAST_TIME PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE

bool book_rates_is_now(int count)
{
    return count >= PAIDAN__RATES_COUNT__RATES_OPEN &&
           count <= PAIDAN__RATES_COUNT__RATES_OVERDUE_NOW;
}

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

static void make_titles(const struct say *say, const char *heading, struct titles *titles)
{
    add_title(titles, BOOK_COUNT, 7, say_choose(say, "名次", "Rank"), "");
    add_title(titles, BOOK_TEXT, 14, say_choose(say, "代码", "Code"), "");
    add_title(titles, BOOK_TEXT, 24, heading, "");
    add_title(titles, BOOK_POINTS, 9, say_choose(say, "得分", "Score"), "");
    for (int name = FIRST_RATE; name <= LAST_RATE; name++) {
        const char *word = say_words_rates_name(say, (Paidan__RatesName)name);
        add_title(titles, BOOK_PERCENT, 11, word, "");
        add_title(titles, BOOK_COUNT, 11, word, say_choose(say, "分子", "numerator"));
        add_title(titles, BOOK_COUNT, 11, word, say_choose(say, "分母", "denominator"));
    }
    for (int count = 0; count <= LAST_COUNT; count++) {
        if (!book_rates_is_now(count)) {
            add_title(titles, BOOK_COUNT, 9, say_words_rates_count(say, (Paidan__RatesCount)count),
                      "");
        }
    }
    for (int which = FIRST_TIME; which <= LAST_TIME; which++) {
        const char *word = say_words_rates_clock(say, (Paidan__RatesClock)which);
        add_title(titles, BOOK_HOURS, 14, word, say_choose(say, "中位（小时）", "median, hours"));
        add_title(titles, BOOK_HOURS, 14, word, say_choose(say, "九成（小时）", "9 in 10, hours"));
    }
}

bool book_rates_page(struct book *book, const struct say *say, const char *title,
                     const char *heading)
{
    struct titles *titles = calloc(1, sizeof *titles);
    if (titles == NULL) {
        return false;
    }
    make_titles(say, heading, titles);
    book_page(book, title, titles->columns, titles->count, LEAD);
    free(titles);
    return true;
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
    const double scale = (double)say_rates_scale(formula, rate->name);
    CHECK(scale >= 1);
    book_number(book, (double)rate->numerator / (double)rate->denominator);
    book_number(book, (double)rate->numerator / scale);
    book_number(book, (double)rate->denominator / scale);
}

static void put_times(struct book *book, const Paidan__RatesRow *row)
{
    for (int which = FIRST_TIME; which <= LAST_TIME; which++) {
        const Paidan__RatesTime *time = say_rates_time(row, (Paidan__RatesClock)which);
        for (unsigned part = 0; part < 2; part++) {
            if (time == NULL || time->of == 0) {
                book_text(book, NULL);
            } else {
                book_number(book, (double)(part == 0 ? time->median_ms : time->p90_ms) / HOUR_MS);
            }
        }
    }
}

void book_rates_row(struct book *book, const Paidan__RatesFormula *formula,
                    const Paidan__RatesRow *row, const char *name)
{
    if (row->has_rank) {
        book_number(book, row->rank);
    } else {
        book_text(book, NULL);
    }
    book_text(book, row->code);
    book_text(book, name);
    if (row->has_score) {
        book_number(book, row->score / 100.0);
    } else {
        book_text(book, NULL);
    }
    for (int rate = FIRST_RATE; rate <= LAST_RATE; rate++) {
        put_rate(book, formula, say_rates_rate(row, (Paidan__RatesName)rate));
    }
    for (int count = 0; count <= LAST_COUNT; count++) {
        if (!book_rates_is_now(count)) {
            book_number(book, (double)say_rates_count(row, (Paidan__RatesCount)count));
        }
    }
    put_times(book, row);
}

void book_rates_formula(struct book *book, const struct say *say,
                        const Paidan__RatesFormula *formula, const char *made)
{
    const struct book_column columns[] = {
        {say_choose(say, "怎么算", "How it is counted"), 110, BOOK_TEXT}};
    char words[SAY_RATES_FORMULA_BYTES], text[SAY_RATES_FORMULA_BYTES + 16];
    book_page(book, say_choose(say, "口径", "Formula"), columns, 1, 0);
    say_rates_formula(say, formula, words);
    (void)snprintf(text, sizeof text, "%s %s", say_choose(say, "得分", "score"), words);
    book_text(book, text);
    (void)snprintf(text, sizeof text, say_choose(say, "预设：%s", "preset: %s"), formula->preset);
    book_text(book, text);
    book_text(book,
              say_choose(say,
                         "剔除的工单不进分子和分母；未接通另列。按关闭那天计入；撤回的不算办结。",
                         "What is taken out stands in no rate; unreached ones are told apart. A "
                         "closure counts on its day; what was withdrawn is not closed."));
    (void)snprintf(text, sizeof text, say_choose(say, "制表：%s", "made: %s"), made);
    book_text(book, text);
}
