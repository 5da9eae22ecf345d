/* cli_search: search and export: tickets of all times by words and by what is known of them, from
 * archive; and how archive's files are.
 *
 * A phone is never sent to archive, which has none: intake is asked for the caller's tickets, with a
 * reason that it records, and those are looked for. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_listing.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/book/book.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

/* ---- what is asked ---- */

/* The operands as they were typed, as one text; one that is a ticket's number is that ticket. */
static int words_of(struct cli *cli, Paidan__Search *wish)
{
    uint64_t ticket = 0;
    char *words = NULL;
    for (unsigned index = 0; index < cli->operand_count; index++) {
        words = words == NULL ? arena_strdup(&cli->arena, cli->operands[index])
                              : arena_printf(&cli->arena, "%s %s", words, cli->operands[index]);
        if (words == NULL) {
            return cli_no_memory(cli);
        }
    }
    if (cli->operand_count == 1 && number_parse(cli->operands[0], &ticket) == RC_OK) {
        wish->tickets = arena_alloc(&cli->arena, sizeof *wish->tickets);
        if (wish->tickets == NULL) {
            return cli_no_memory(cli);
        }
        wish->tickets[wish->n_tickets++] = ticket;
        return CLI_EXIT_OK;
    }
    wish->words = words;
    return CLI_EXIT_OK;
}

/* *none: this number has no ticket, and there is nothing to look for. */
static int phone_of(struct cli *cli, Paidan__Search *wish, bool *none)
{
    Paidan__CallerList callers = PAIDAN__CALLER_LIST__INIT;
    Paidan__Answer *answer = NULL;
    *none = false;
    if (!cli_given(cli, CLI_PHONE)) {
        return CLI_EXIT_OK;
    }
    if (!cli_given(cli, CLI_REASON)) {
        return cli_usage(cli, "按电话查要写理由，记录在案",
                         "a search by phone needs a reason, which is recorded", "--reason");
    }
    callers.phone = cli_text(cli, CLI_PHONE);
    callers.reason = cli_text(cli, CLI_REASON);
    callers.has_limit = 1;
    callers.limit = CALLER_LIST_MAX;
    const int status = cli_ask(cli, "intake", &callers.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__CallerListed *const listed = answer->caller_listed;
    static_assert(CALLER_LIST_MAX + 1 <= SEARCH_TICKETS_MAX + 1, "one page of callers is a search");
    uint64_t *const tickets =
        arena_alloc(&cli->arena, (CALLER_LIST_MAX + 1) * sizeof *wish->tickets);
    if (tickets == NULL) {
        return cli_no_memory(cli);
    }
    for (size_t index = 0; index < listed->n_tickets && index < CALLER_LIST_MAX; index++) {
        tickets[index] = listed->tickets[index]->ticket;
    }
    wish->tickets = tickets;
    wish->n_tickets = listed->n_tickets;
    *none = listed->n_tickets == 0;
    if (listed->has_next) {
        cli_note(cli, "这个号码的工单很多，只在前 100 件里查",
                 "this number has many tickets: the first 100 are searched");
    }
    return CLI_EXIT_OK;
}

static int times_of(struct cli *cli, Paidan__Search *wish)
{
    int status = CLI_EXIT_OK;
    if (cli_given(cli, CLI_SINCE)) {
        wish->has_since_ms = 1;
        status = cli_moment(cli, CLI_SINCE, false, &wish->since_ms);
    }
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_UNTIL)) {
        wish->has_until_ms = 1;
        status = cli_moment(cli, CLI_UNTIL, false, &wish->until_ms);
    }
    return status;
}

static int wish_of(struct cli *cli, Paidan__Search *wish, bool *none)
{
    uint64_t limit = 0;
    const bool all = cli_given(cli, CLI_ALL) || cli_given(cli, CLI_OUT);
    int status = cli_arena(cli);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LIMIT, 1, LIST_MAX, all ? LIST_MAX : 100, &limit);
    }
    wish->has_limit = 1;
    wish->limit = (uint32_t)limit;
    wish->has_cursor = cli_given(cli, CLI_CURSOR);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_CURSOR, 0, UINT64_MAX, 0, &wish->cursor);
    }
    wish->area = cli_text(cli, CLI_AREA);
    wish->unit = cli_text(cli, CLI_UNIT);
    wish->category = cli_text(cli, CLI_CATEGORY);
    wish->channel = cli_text(cli, CLI_CHANNEL);
    wish->actor = cli_text(cli, CLI_PERSON);
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_STATE)) {
        wish->has_state = 1;
        wish->state = (Paidan__State)cli_choice(cli, CLI_STATE);
    }
    status = status == CLI_EXIT_OK ? times_of(cli, wish) : status;
    status = status == CLI_EXIT_OK ? words_of(cli, wish) : status;
    return status == CLI_EXIT_OK ? phone_of(cli, wish, none) : status;
}

/* ---- pages ---- */

/* What a spreadsheet opens without effort; more goes into a .csv. */
enum { EXPORT_BOOK_ROWS_MAX = 200000 };

enum export_form { EXPORT_CSV, EXPORT_JSON, EXPORT_BOOK };

/* Where the pages go. */
struct pages {
    struct cli *cli;
    struct cli_listing listing; /* of search */
    enum export_form form;      /* of export, and the rest */
    FILE *out;                  /* but of a workbook */
    struct book book;
    uint64_t shown;
};

typedef void add_page(struct pages *pages, const Paidan__Searched *page);

/* What was found is what there was when the file was written so far: said where more is to come. */
static void tell_behind(struct cli *cli, const Paidan__Searched *page)
{
    if (page->head > page->seq + 64) {
        cli_note(cli, "归档库还在整理，结果可能不全：paidan archive",
                 "archive's file is being written, more may be found later: paidan archive");
    }
}

/* More than a workbook takes: what is read beyond would be thrown away. */
static bool beyond_book(const struct pages *pages)
{
    return pages->form == EXPORT_BOOK && pages->shown > EXPORT_BOOK_ROWS_MAX;
}

/* Page after page, until one is full or to the end. What the wish points to stays in the arena, so
 * the arena is not emptied between pages: a page is at most some hundred kilobytes. */
static int read_pages(struct pages *pages, Paidan__Search *wish, bool whole, add_page *add,
                      uint64_t *next)
{
    struct cli *const cli = pages->cli;
    const size_t mark = cli->arena.used;
    for (;;) {
        Paidan__Answer *answer = NULL;
        const int status = cli_ask(cli, "archive", &wish->base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__Searched *const page = answer->searched;
        if (pages->shown == 0) {
            tell_behind(cli, page);
        }
        add(pages, page);
        pages->shown += page->n_tickets;
        *next = page->has_next ? page->next : 0;
        if (*next == 0 || (!whole && pages->shown > 0) || beyond_book(pages)) {
            return CLI_EXIT_OK;
        }
        wish->has_cursor = 1;
        wish->cursor = *next;
        cli->arena.used = mark;
    }
}

static void add_listing(struct pages *pages, const Paidan__Searched *page)
{
    cli_listing_add(&pages->listing, page->tickets, page->n_tickets);
}

int cli_search(struct cli *cli)
{
    Paidan__Search wish = PAIDAN__SEARCH__INIT;
    struct pages pages = {.cli = cli};
    char text[32];
    uint64_t next = 0;
    bool none = false;
    int status = wish_of(cli, &wish, &none);
    status = status == CLI_EXIT_OK ? cli_listing_begin(&pages.listing, cli) : status;
    if (status == CLI_EXIT_OK && !none) {
        status = read_pages(&pages, &wish, cli_given(cli, CLI_ALL), add_listing, &next);
    }
    if (status != CLI_EXIT_OK) {
        cli_listing_drop(&pages.listing);
        return status;
    }
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)next);
    return cli_listing_end(&pages.listing, next != 0 ? text : NULL);
}

/* ---- export ---- */

/* A cell that a spreadsheet would take for a formula is made a text: titles are written by anybody. In a
 * workbook every cell is one. */
static void put_cell(struct pages *pages, bool first, const char *text)
{
    FILE *const out = pages->out;
    if (pages->form == EXPORT_BOOK) {
        book_text(&pages->book, text);
        return;
    }
    const char *const formula = "=+-@\t\r";
    fputs(first ? "\"" : ",\"", out);
    if (text != NULL && text[0] != '\0' && strchr(formula, text[0]) != NULL) {
        fputc('\'', out);
    }
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

static const struct {
    const char *zh, *en;
    unsigned width;
} heads[] = {
    {"工单号", "number", 18}, {"受理时间", "registered", 26}, {"渠道", "channel", 12},
    {"状态", "state", 10},    {"结果", "outcome", 12},        {"满意", "satisfied", 12},
    {"单位", "unit", 20},     {"类别", "category", 18},       {"区域", "area", 16},
    {"层级", "level", 8},     {"更新", "changed", 26},        {"标题", "title", 60},
};
enum { HEADS = sizeof heads / sizeof heads[0] };

static int put_head(struct pages *pages)
{
    struct book_column columns[HEADS];
    if (pages->form == EXPORT_JSON) {
        fputc('[', pages->out);
        return CLI_EXIT_OK;
    }
    if (pages->form == EXPORT_CSV) {
        fputs("\xef\xbb\xbf", pages->out); /* spreadsheets take it for UTF-8 by that */
    }
    for (size_t index = 0; index < HEADS; index++) {
        const char *const head = cli_say(pages->cli, heads[index].zh, heads[index].en);
        columns[index] = (struct book_column){head, heads[index].width, BOOK_TEXT};
        if (pages->form == EXPORT_CSV) {
            put_cell(pages, index == 0, head);
        }
    }
    if (pages->form == EXPORT_CSV) {
        fputs("\r\n", pages->out);
        return CLI_EXIT_OK;
    }
    if (book_begin(&pages->book) != RC_OK) {
        return cli_no_memory(pages->cli);
    }
    book_page(&pages->book, cli_say(pages->cli, "工单", "Tickets"), columns, HEADS, 1);
    return CLI_EXIT_OK;
}

static void put_row(struct pages *pages, const Paidan__Brief *brief)
{
    struct cli *const cli = pages->cli;
    const struct say *const say = cli_speak(cli);
    char registered[SAY_TIME_BYTES] = "", changed[SAY_TIME_BYTES] = "";
    if (brief->has_registered_ms) {
        say_time_rfc3339(say, brief->registered_ms, registered);
    }
    if (brief->has_changed_ms) {
        say_time_rfc3339(say, brief->changed_ms, changed);
    }
    const char *const cells[HEADS] = {
        brief->number,
        registered,
        brief->channel == NULL ? "" : say_channel(say, brief->channel),
        say_words_state(say, brief->state),
        brief->has_outcome ? say_words_outcome(say, brief->outcome) : "",
        brief->has_satisfied ? say_words_satisfied(say, brief->satisfied) : "",
        brief->unit[0] == '\0' ? "" : say_unit(say, brief->unit),
        brief->category == NULL ? "" : say_category(say, brief->category),
        brief->area == NULL ? "" : say_area(say, brief->area),
        brief->level == 0 ? "" : say_level(say, brief->level),
        changed,
        brief->title,
    };
    for (size_t cell = 0; cell < HEADS; cell++) {
        put_cell(pages, cell == 0, cells[cell]);
    }
    if (pages->form == EXPORT_CSV) {
        fputs("\r\n", pages->out);
    }
}

static void add_export(struct pages *pages, const Paidan__Searched *page)
{
    for (size_t index = 0; index < page->n_tickets; index++) {
        if (pages->form != EXPORT_JSON) {
            if (pages->form == EXPORT_CSV || pages->shown + index < EXPORT_BOOK_ROWS_MAX) {
                put_row(pages, page->tickets[index]);
            }
            continue;
        }
        json_t *const row = say_json_brief(cli_speak(pages->cli), page->tickets[index]);
        fputs(pages->shown + index == 0 ? "\n" : ",\n", pages->out);
        if (row != NULL) {
            (void)json_dumpf(row, pages->out, JSON_COMPACT);
        }
        json_decref(row);
    }
}

static bool ends_with(const char *text, const char *end)
{
    const size_t bytes = strlen(text), tail = strlen(end);
    return bytes >= tail && strcmp(text + bytes - tail, end) == 0;
}

/* The book as a file with a name. */
static int book_into(struct pages *pages, const char *name, int status)
{
    static const struct cli_deed deed = {"文件没有写完", "the file could not be written"};
    struct cli *const cli = pages->cli;
    size_t size = 0;
    int fd = -1;
    if (book_end(&pages->book, &fd, &size) != RC_OK) {
        return status == CLI_EXIT_OK ? cli_no_memory(cli) : status;
    }
    if (status == CLI_EXIT_OK && pages->shown > EXPORT_BOOK_ROWS_MAX) {
        status =
            cli_usage(cli, "一个 .xlsx 最多 200000 件，请缩小范围，或导出 .csv",
                      "an .xlsx holds at most 200000 tickets: narrow it, or export a .csv", name);
    }
    status = status == CLI_EXIT_OK ? cli_whole_take(cli, name, fd, size, &deed) : status;
    close(fd);
    return status;
}

/* A file that is not whole must not pass for one: it gets its name when it is. */
static int text_into(struct pages *pages, Paidan__Search *wish, bool none, const char *name)
{
    struct cli *const cli = pages->cli;
    const bool console = strcmp(name, "-") == 0;
    char *const draft = arena_printf(&cli->arena, "%s.part", name);
    uint64_t next = 0;
    if (draft == NULL) {
        return cli_no_memory(cli);
    }
    pages->out = console ? stdout : fopen(draft, "we");
    if (pages->out == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "写不了这个文件", "cannot write the file", name);
    }
    int status = put_head(pages);
    status =
        none || status != CLI_EXIT_OK ? status : read_pages(pages, wish, true, add_export, &next);
    if (pages->form == EXPORT_JSON) {
        fputs("\n]\n", pages->out);
    }
    bool whole = ferror(pages->out) == 0 && fflush(pages->out) == 0;
    whole = (console || fclose(pages->out) == 0) && whole;
    if (status != CLI_EXIT_OK || !whole || (!console && rename(draft, name) != 0)) {
        if (!console) {
            (void)remove(draft);
        }
        return status != CLI_EXIT_OK ? status
                                     : cli_fail(cli, CLI_EXIT_IO, "文件没有写完",
                                                "the file could not be written", name);
    }
    return CLI_EXIT_OK;
}

static int export_into(struct pages *pages, Paidan__Search *wish, bool none, const char *name)
{
    struct cli *const cli = pages->cli;
    uint64_t next = 0;
    int status = CLI_EXIT_OK;
    if (pages->form == EXPORT_BOOK) {
        status = put_head(pages);
        if (status == CLI_EXIT_OK) {
            status = none ? CLI_EXIT_OK : read_pages(pages, wish, true, add_export, &next);
            status = book_into(pages, name, status);
        }
    } else {
        status = text_into(pages, wish, none, name);
    }
    if (status == CLI_EXIT_OK && strcmp(name, "-") != 0) {
        printf(cli_say(cli, "导出 %llu 件：%s\n", "%llu tickets: %s\n"),
               (unsigned long long)pages->shown, name);
    }
    return status;
}

int cli_search_export(struct cli *cli)
{
    Paidan__Search wish = PAIDAN__SEARCH__INIT;
    struct pages pages = {.cli = cli};
    bool none = false;
    const char *const name = cli_given(cli, CLI_OUT) ? cli_value(cli, CLI_OUT) : "-";
    pages.form = cli->json || ends_with(name, ".json") ? EXPORT_JSON
                 : ends_with(name, ".xlsx")            ? EXPORT_BOOK
                                                       : EXPORT_CSV;
    if (pages.form == EXPORT_CSV && strcmp(name, "-") != 0 && !ends_with(name, ".csv")) {
        return cli_usage(cli, "导出的文件是 .csv、.json 或 .xlsx",
                         "an export is a .csv, a .json or an .xlsx", name);
    }
    (void)cli_site(cli);
    const int status = wish_of(cli, &wish, &none);
    return status == CLI_EXIT_OK ? export_into(&pages, &wish, none, name) : status;
}

/* ---- the files ---- */

static void add_sink(struct cli *cli, struct cli_grid *grid, const Paidan__Sink *sink)
{
    const bool good = sink->state == PAIDAN__SINK_STATE__SINK_FOLLOWS;
    const double share = sink->head == 0 ? 100.0 : 100.0 * (double)sink->seq / (double)sink->head;
    char since[SAY_TIME_BYTES] = "";
    if (sink->has_since_ms) {
        say_time_short(&cli->say, sink->since_ms, cli->now_ms, since);
    }
    cli_grid_add(grid, SAY_STRONG, "%s", sink->name);
    cli_grid_add(grid, good ? SAY_GOOD : SAY_WARN, "%s",
                 say_words_get(&cli->say, &paidan__sink_state__descriptor, (int)sink->state));
    cli_grid_add(grid, SAY_PLAIN, "%s", since);
    cli_grid_add(grid, SAY_PLAIN, "%llu / %llu (%.0f%%)", (unsigned long long)sink->seq,
                 (unsigned long long)sink->head, share);
    cli_grid_add(grid, SAY_PLAIN, "%.1f", (double)sink->bytes / (1024.0 * 1024.0));
    cli_grid_add(grid, SAY_PLAIN, "%s", sink->detail == NULL ? "" : sink->detail);
    cli_grid_add(grid, SAY_WARN, "%s", sink->set_aside == NULL ? "" : sink->set_aside);
}

int cli_search_sinks(struct cli *cli)
{
    static const struct cli_column table[] = {
        {.title = "归档库|FILE"},
        {.title = "状态|STATE"},
        {.title = "自|SINCE", .rank = 3},
        {.title = "已写入|WRITTEN", .right = true},
        {.title = "MB|MB", .right = true, .rank = 2},
        {.title = "原因|WHY", .rank = 1},
        {.title = "移开的坏文件|SET ASIDE", .floor = 16, .rank = 4},
        {.title = NULL},
    };
    Paidan__SinkList wish = PAIDAN__SINK_LIST__INIT;
    Paidan__Answer *answer = NULL;
    struct cli_grid grid;
    const int status = cli_ask(cli, "archive", &wish.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        return cli_json_print(cli, say_json_message(&cli->say, &answer->sinks_listed->base, true));
    }
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < answer->sinks_listed->n_sinks; index++) {
        add_sink(cli, &grid, answer->sinks_listed->sinks[index]);
    }
    cli_grid_end(&grid);
    return CLI_EXIT_OK;
}
