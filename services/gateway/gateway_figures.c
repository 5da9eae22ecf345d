/* gateway_figures: pages of rows are asked for one after the other with the caller's own grant and kept packed,
 * each with the name that the site has for it; the workbook is made of them by the worker, which reads no site. It
 * owns the rows until the answer is under way. What must stay true: a book is whole or there is none, for what lacks
 * a page looks like one of which there is nothing. */

#include "gateway_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/book/book_rates.h"
#include "common/calendar/civil.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_sheet.h"
#include "gateway_worker.h"

enum { PAGE_ROWS = 500, PERIOD_BYTES = 16, PAGES_MAX = 5 };

struct figure {
    unsigned char *row; /* packed RatesRow; heap */
    size_t bytes;
    char *name; /* heap */
    uint32_t level;
    bool whole;             /* the sum, behind them */
    Paidan__RatesRow *read; /* of the worker */
};

struct page {
    Paidan__RatesBy by;
    bool periods; /* a row a period, of all */
    struct figure *rows;
    size_t count, room;
};

struct figures {
    struct gateway *gateway;
    struct say say; /* without its site: that of the worker */
    Paidan__RatesGrain grain;
    char from[PERIOD_BYTES], until[PERIOD_BYTES];
    struct page pages[PAGES_MAX];
    unsigned page_count, at;
    unsigned char *formula; /* packed; heap */
    size_t formula_bytes;
    char made[SAY_TIME_BYTES];
    bool failed; /* no memory */
    int fd;      /* -1: not written */
    size_t size;
};

static void figures_free(void *state)
{
    struct figures *figures = state;
    CHECK(figures->gateway->sheets > 0);
    figures->gateway->sheets--;
    for (unsigned page = 0; page < figures->page_count; page++) {
        for (size_t row = 0; row < figures->pages[page].count; row++) {
            free(figures->pages[page].rows[row].row);
            free(figures->pages[page].rows[row].name);
            if (figures->pages[page].rows[row].read != NULL) {
                paidan__rates_row__free_unpacked(figures->pages[page].rows[row].read, NULL);
            }
        }
        free(figures->pages[page].rows);
    }
    free(figures->formula);
    if (figures->fd >= 0) {
        close(figures->fd);
    }
    free(figures);
}

/* ---- the book, on the worker's thread --------------------------------------------------------- */

static int by_rank(const void *one, const void *other)
{
    const struct figure *first = one, *second = other;
    if (first->whole != second->whole) {
        return first->whole ? 1 : -1;
    }
    return say_rates_order(first->read, first->level, second->read, second->level);
}

static const char *title_of(const struct figures *figures, const struct page *page)
{
    const struct say *say = &figures->say;
    static const char *const titles[][2] = {
        [PAIDAN__RATES_BY__RATES_AREA] = {"区域", "Areas"},
        [PAIDAN__RATES_BY__RATES_UNIT] = {"单位", "Units"},
        [PAIDAN__RATES_BY__RATES_CATEGORY] = {"类别", "Categories"},
        [PAIDAN__RATES_BY__RATES_CHANNEL] = {"渠道", "Channels"}};
    CHECK((size_t)page->by < sizeof titles / sizeof titles[0]);
    return page->periods || page->by == PAIDAN__RATES_BY__RATES_ALL
               ? say_choose(say, "走势", "Trend")
               : say_choose(say, titles[page->by][0], titles[page->by][1]);
}

static bool write_page(struct figures *figures, struct book *book, struct page *page,
                       const Paidan__RatesFormula *formula)
{
    const char *heading = page->periods ? say_choose(&figures->say, "时段", "Period")
                                        : say_words_rates_by(&figures->say, page->by);
    if (!book_rates_page(book, &figures->say, title_of(figures, page), heading)) {
        return false;
    }
    bool read = true;
    for (size_t index = 0; index < page->count; index++) {
        struct figure *figure = &page->rows[index];
        figure->read = paidan__rates_row__unpack(NULL, figure->bytes, figure->row);
        read = read && figure->read != NULL;
    }
    if (read && !page->periods && page->count > 0) {
        qsort(page->rows, page->count, sizeof page->rows[0], by_rank);
    }
    for (size_t index = 0; read && index < page->count; index++) {
        book_rates_row(book, formula, page->rows[index].read, page->rows[index].name);
    }
    return read;
}

static void make(void *context)
{
    struct figures *figures = context;
    struct book book;
    Paidan__RatesFormula *formula =
        paidan__rates_formula__unpack(NULL, figures->formula_bytes, figures->formula);
    if (formula == NULL || book_begin(&book) != RC_OK) {
        if (formula != NULL) {
            paidan__rates_formula__free_unpacked(formula, NULL);
        }
        return;
    }
    bool whole = true;
    for (unsigned page = 0; page < figures->page_count && whole; page++) {
        whole = write_page(figures, &book, &figures->pages[page], formula);
    }
    book_rates_formula(&book, &figures->say, formula, figures->made);
    paidan__rates_formula__free_unpacked(formula, NULL);
    int fd = -1;
    if (book_end(&book, &fd, &figures->size) != RC_OK) {
        return;
    }
    if (whole) {
        figures->fd = fd;
    } else {
        close(fd);
    }
}

/* ---- rows, on the loop's ---------------------------------------------------------------------- */

static bool pack(const ProtobufCMessage *message, unsigned char **bytes, size_t *size)
{
    *size = protobuf_c_message_get_packed_size(message);
    *bytes = malloc(*size + 1);
    if (*bytes == NULL) {
        return false;
    }
    (void)protobuf_c_message_pack(message, *bytes);
    return true;
}

/* whole: the sum of them all, behind them. */
static void add_row(struct figures *figures, const struct say *say, const Paidan__RatesRow *row,
                    bool whole)
{
    struct page *page = &figures->pages[figures->at];
    if (page->count == page->room) {
        const size_t room = 2 * page->room + 64;
        struct figure *rows = realloc(page->rows, room * sizeof *rows);
        figures->failed = figures->failed || rows == NULL;
        if (rows == NULL) {
            return;
        }
        page->rows = rows;
        page->room = room;
    }
    const char *name = whole           ? say_choose(say, "合计", "all")
                       : page->periods ? row->period
                                       : say_rates_name(say, page->by, row->code);
    struct figure *figure = &page->rows[page->count];
    *figure = (struct figure){.level = whole ? 0 : say_rates_level(say, page->by, row->code),
                              .whole = whole,
                              .name = strdup(name == NULL ? "" : name)};
    page->count++;
    if (figure->name == NULL || !pack(&row->base, &figure->row, &figure->bytes)) {
        figures->failed = true;
    }
}

static void made(struct gateway_job *job)
{
    struct figures *figures = job->exchange->state;
    const int fd = figures->fd;
    figures->fd = -1; /* the response's now */
    gateway_sheet_respond(job->exchange, fd, figures->size, "rates.xlsx");
}

static void write_it(struct exchange *exchange)
{
    struct figures *figures = exchange->state;
    struct gateway_job *job = figures->failed ? NULL : gateway_worker_job(exchange, made);
    if (job != NULL) {
        job->work = make;
        job->context = figures;
        if (gateway_worker_start(exchange->gateway, job)) {
            return;
        }
        gateway_worker_free(job);
    }
    gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
}

static gateway_told page_told;

/* after: of the last row so far; NULL: the page begins. */
static void ask(struct exchange *exchange, char *after)
{
    struct figures *figures = exchange->state;
    const struct page *page = &figures->pages[figures->at];
    Paidan__Rates wish = PAIDAN__RATES__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    char from[PERIOD_BYTES + 4], until[PERIOD_BYTES + 4];
    wish.grain = figures->grain;
    wish.from = figures->from;
    wish.until = figures->until;
    wish.by = page->by;
    wish.has_per_period = wish.per_period = page->periods;
    wish.has_limit = 1;
    wish.limit = PAGE_ROWS;
    wish.after = after;
    if (page->periods && figures->grain == PAIDAN__RATES_GRAIN__RATES_MONTH &&
        strcmp(figures->from, figures->until) == 0) {
        int32_t first = 0;
        (void)snprintf(from, sizeof from, "%s-01", figures->from);
        if (!civil_parse(from, &first)) { /* archive reads a month, and has answered */
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "from", 0);
            return;
        }
        const int year = atoi(figures->from);
        const unsigned month = (unsigned)atoi(figures->from + 5);
        (void)snprintf(until, sizeof until, "%s-%02u", figures->from,
                       civil_month_days(year, month));
        wish.grain = PAIDAN__RATES_GRAIN__RATES_DAY;
        wish.from = from;
        wish.until = until;
    }
    request.wish_case = PAIDAN__REQUEST__WISH_RATES;
    request.rates = &wish;
    gateway_api_ask(exchange, GATEWAY_ARCHIVE, &request, page_told);
}

static void page_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    struct figures *figures = exchange->state;
    if (answer->body_case != PAIDAN__ANSWER__BODY_RATES_SHOWN) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "archive", 0);
        return;
    }
    const Paidan__RatesShown *shown = answer->rates_shown;
    const struct page *page = &figures->pages[figures->at];
    for (size_t index = 0; index < shown->n_rows; index++) {
        add_row(figures, &exchange->say, shown->rows[index], false);
    }
    if (figures->made[0] == '\0' && answer->has_now_ms) {
        say_time_exact(&exchange->say, answer->now_ms, figures->made);
    }
    if (figures->formula == NULL &&
        !pack(&shown->formula->base, &figures->formula, &figures->formula_bytes)) {
        figures->failed = true;
    }
    if (shown->next != NULL && shown->next[0] != '\0' && !figures->failed) {
        ask(exchange, shown->next);
        return;
    }
    if (shown->whole != NULL && page->count > 1 && !page->periods) {
        add_row(figures, &exchange->say, shown->whole, true);
    }
    if (++figures->at < figures->page_count && !figures->failed) {
        ask(exchange, NULL);
    } else {
        write_it(exchange);
    }
}

/* ---- what is asked for ------------------------------------------------------------------------ */

/* Something to be read; which it is, and whether there is such a day, archive says. */
static bool is_period(const char *text)
{
    return text != NULL && text[0] != '\0' && strlen(text) < PERIOD_BYTES;
}

/* The wish that the query says; what is a book's own is not to be said. False: answered. */
static bool read_wish(struct exchange *exchange, const Paidan__Rates **wish)
{
    static const char *const ours[] = {"code", "after", "limit", "per_period"};
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(PAIDAN__REQUEST__WISH_RATES);
    ProtobufCMessage *message = NULL;
    json_t *query = json_object();
    bool read = gateway_api_fields(exchange, descriptor, query);
    for (unsigned index = 0; read && index < sizeof ours / sizeof ours[0]; index++) {
        if (json_object_get(query, ours[index]) != NULL) {
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, ours[index], 0);
            read = false;
        }
    }
    if (read && json_object_get(query, "by") == NULL) {
        json_object_set_new(query, "by", json_string("all"));
    }
    if (read && json_object_get(query, "grain") == NULL) {
        json_object_set_new(query, "grain", json_string("month"));
    }
    read = read && gateway_api_read(exchange, query, descriptor, &message);
    json_decref(query);
    *wish = (const Paidan__Rates *)(const void *)message;
    if (!read) {
        return false;
    }
    /* Of no period, as it is now, there is no book. */
    if (!is_period((*wish)->from) || ((*wish)->until != NULL && !is_period((*wish)->until))) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID,
                        is_period((*wish)->from) ? "until" : "from", 0);
        return false;
    }
    return read;
}

static void choose_pages(struct figures *figures, Paidan__RatesBy by)
{
    static const Paidan__RatesBy kinds[] = {
        PAIDAN__RATES_BY__RATES_UNIT, PAIDAN__RATES_BY__RATES_AREA,
        PAIDAN__RATES_BY__RATES_CATEGORY, PAIDAN__RATES_BY__RATES_CHANNEL};
    for (unsigned index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        if (by == PAIDAN__RATES_BY__RATES_ALL || by == kinds[index]) {
            figures->pages[figures->page_count++] = (struct page){.by = kinds[index]};
        }
    }
    CHECK(figures->page_count < PAGES_MAX);
    figures->pages[figures->page_count++] =
        (struct page){.by = PAIDAN__RATES_BY__RATES_ALL, .periods = true};
}

void gateway_figures_rates(struct exchange *exchange)
{
    const Paidan__Rates *wish = NULL;
    if (!read_wish(exchange, &wish)) {
        return;
    }
    struct figures *figures =
        exchange->gateway->sheets == GATEWAY_SHEETS_MAX ? NULL : calloc(1, sizeof *figures);
    if (figures == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 2000);
        return;
    }
    figures->gateway = exchange->gateway;
    figures->gateway->sheets++;
    figures->fd = -1;
    figures->say = exchange->say;
    figures->say.site = NULL;
    figures->grain = wish->grain;
    (void)snprintf(figures->from, sizeof figures->from, "%s", wish->from);
    (void)snprintf(figures->until, sizeof figures->until, "%s",
                   wish->until == NULL || wish->until[0] == '\0' ? wish->from : wish->until);
    choose_pages(figures, wish->by);
    exchange->state = figures;
    exchange->state_free = figures_free;
    ask(exchange, NULL);
}
