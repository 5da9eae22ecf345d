/* cli_rates_write: figures for machines: CSV and JSON, and the tickets behind a figure. Columns are the same
 * whatever was counted, so that tables of two months can be laid on each other; a name that begins like a
 * formula is made a text. In Chinese the table begins with a byte order mark, without which spreadsheets take
 * it for another encoding. Owns nothing. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_rates.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { TICKETS_PAGE = 500, TICKETS_DEFAULT = 100 };

/* ---- CSV ---- */

void cli_rates_csv_cell(FILE *out, bool first, const char *text)
{
    const bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    /* What a spreadsheet would compute; a number that is below zero never stands here. */
    const bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    fputs(first ? "" : ",", out);
    fputs(quoted ? "\"" : "", out);
    fputs(formula ? "'" : "", out);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            (void)fputc('"', out);
        }
        (void)fputc(*at, out);
    }
    fputs(quoted ? "\"" : "", out);
}

static void put(const char *text)
{
    cli_rates_csv_cell(stdout, false, text);
}

static void put_number(bool known, uint64_t value)
{
    if (known) {
        printf(",%llu", (unsigned long long)value);
    } else {
        printf(",");
    }
}

/* "response_numerator" to scripts, "响应率 分子" to people. */
static void put_head(const struct cli *cli, const ProtobufCEnumDescriptor *of, int value,
                     const char *zh, const char *en)
{
    char token[SAY_WORDS_TOKEN_BYTES], text[128];
    const bool chinese = cli->say.language == SAY_CHINESE;
    (void)snprintf(text, sizeof text, "%s%s%s",
                   chinese ? say_words_get(&cli->say, of, value)
                           : say_words_token(of, value, token),
                   zh[0] == '\0' ? ""
                   : chinese     ? " "
                                 : "_",
                   chinese ? zh : en);
    put(text);
}

static void put_mark(const struct cli *cli)
{
    fputs(cli_say(cli, "\xef\xbb\xbf", ""), stdout);
}

static void csv_heads(const struct cli *cli)
{
    static const struct {
        const char *zh, *en;
    } parts[] = {{"分子", "numerator"},
                 {"分母", "denominator"},
                 {"剔除", "excluded"},
                 {"未接通", "unreached"}};
    put_mark(cli);
    fputs(cli_say(cli, "代码,名称,时段,名次,得分", "code,name,period,rank,score"), stdout);
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        put_head(cli, &paidan__rates_count__descriptor, count, "", "");
    }
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
            put_head(cli, &paidan__rates_name__descriptor, name, parts[part].zh, parts[part].en);
        }
    }
    for (int which = PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT;
         which <= PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE; which++) {
        put_head(cli, &paidan__rates_clock__descriptor, which, "中位（秒）", "median_s");
        put_head(cli, &paidan__rates_clock__descriptor, which, "九成（秒）", "p90_s");
    }
    printf("\n");
}

static void csv_row(struct cli *cli, const struct cli_rates_set *set, const Paidan__RatesRow *row)
{
    char score[CLI_RATES_CELL_BYTES];
    cli_rates_score_words(row, score);
    cli_rates_csv_cell(stdout, true, row->code == NULL ? "" : row->code);
    put(say_rates_name(cli_speak(cli), set->by, row->code));
    put(row->period == NULL ? "" : row->period);
    put_number(row->has_rank, row->rank);
    put(row->has_score ? score : "");
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        put_number(true, say_rates_count(row, (Paidan__RatesCount)count));
    }
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        const Paidan__RatesRate *rate = say_rates_rate(row, (Paidan__RatesName)name);
        put_number(rate != NULL, rate == NULL ? 0 : rate->numerator);
        put_number(rate != NULL, rate == NULL ? 0 : rate->denominator);
        put_number(rate != NULL, rate == NULL ? 0 : rate->excluded);
        put_number(rate != NULL, rate == NULL ? 0 : rate->unreached);
    }
    for (int which = PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT;
         which <= PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE; which++) {
        const Paidan__RatesTime *time = say_rates_time(row, (Paidan__RatesClock)which);
        put_number(time != NULL, time == NULL ? 0 : time->median_ms / 1000);
        put_number(time != NULL, time == NULL ? 0 : time->p90_ms / 1000);
    }
    printf("\n");
}

/* No line of sums: whoever adds up a column shall not count everything twice. */
int cli_rates_csv(struct cli *cli, const struct cli_rates_set *set)
{
    (void)cli_site(cli);
    csv_heads(cli);
    for (size_t index = 0; index < set->count; index++) {
        csv_row(cli, set, set->rows[index].row);
    }
    return fflush(stdout) == 0 ? CLI_EXIT_OK
                               : cli_fail(cli, CLI_EXIT_IO, "写不出去", "cannot write", NULL);
}

/* ---- JSON ---- */

static json_t *rates_json(const struct cli_rates_set *set, const Paidan__RatesRow *row)
{
    json_t *rates = json_object();
    char token[SAY_WORDS_TOKEN_BYTES];
    for (size_t index = 0; index < row->n_rates; index++) {
        const Paidan__RatesRate *rate = row->rates[index];
        const double scale = (double)say_rates_scale(set->formula, rate->name);
        json_t *object =
            json_pack("{s:f, s:f, s:I, s:I}", "numerator", (double)rate->numerator / scale,
                      "denominator", (double)rate->denominator / scale, "excluded",
                      (json_int_t)rate->excluded, "unreached", (json_int_t)rate->unreached);
        if (scale < 2) { /* counts of tickets: whole numbers */
            json_object_set_new(object, "numerator", json_integer((json_int_t)rate->numerator));
            json_object_set_new(object, "denominator", json_integer((json_int_t)rate->denominator));
        }
        if (rate->denominator > 0) {
            json_object_set_new(object, "percent", json_real(cli_rates_permille(rate) / 10.0));
        }
        json_object_set_new(
            rates, say_words_token(&paidan__rates_name__descriptor, (int)rate->name, token),
            object);
    }
    return rates;
}

static json_t *times_json(const Paidan__RatesRow *row)
{
    json_t *times = json_object();
    char token[SAY_WORDS_TOKEN_BYTES];
    for (size_t index = 0; index < row->n_times; index++) {
        const Paidan__RatesTime *time = row->times[index];
        json_object_set_new(
            times, say_words_token(&paidan__rates_clock__descriptor, (int)time->which, token),
            json_pack("{s:I, s:I, s:I}", "median_ms", (json_int_t)time->median_ms, "p90_ms",
                      (json_int_t)time->p90_ms, "of", (json_int_t)time->of));
    }
    return times;
}

static json_t *row_json(struct cli *cli, const struct cli_rates_set *set,
                        const Paidan__RatesRow *row)
{
    json_t *object = json_object(), *counts = json_object();
    char token[SAY_WORDS_TOKEN_BYTES];
    if (row == NULL) {
        json_decref(counts);
        return object;
    }
    if (row->code != NULL) {
        json_object_set_new(object, "code", json_string(row->code));
        json_object_set_new(object, "name",
                            json_string(say_rates_name(cli_speak(cli), set->by, row->code)));
    }
    if (row->period != NULL) {
        json_object_set_new(object, "period", json_string(row->period));
    }
    for (int count = 0; count <= CLI_RATES_OF(FIRST_OF); count++) {
        json_object_set_new(
            counts, say_words_token(&paidan__rates_count__descriptor, count, token),
            json_integer((json_int_t)say_rates_count(row, (Paidan__RatesCount)count)));
    }
    json_object_set_new(object, "counts", counts);
    json_object_set_new(object, "rates", rates_json(set, row));
    json_object_set_new(object, "times", times_json(row));
    if (row->has_score) {
        json_object_set_new(object, "score", json_real(row->score / 100.0));
    }
    if (row->has_rank) {
        json_object_set_new(object, "rank", json_integer(row->rank));
    }
    return object;
}

static json_t *set_json(struct cli *cli, const struct cli_rates_set *set)
{
    json_t *rows = json_array();
    for (size_t index = 0; index < set->count; index++) {
        json_array_append_new(rows, row_json(cli, set, set->rows[index].row));
    }
    return rows;
}

static void add_span(json_t *object, const struct cli_rates_span *span)
{
    if (!span->now) {
        json_object_set_new(object, "from", json_string(span->from));
        json_object_set_new(object, "until", json_string(span->until));
    }
}

int cli_rates_json(struct cli *cli, const struct cli_rates_span *span,
                   const struct cli_rates_set *set, const struct cli_rates_set *now)
{
    json_t *object = json_object();
    char token[SAY_WORDS_TOKEN_BYTES];
    (void)cli_site(cli);
    add_span(object, span);
    json_object_set_new(
        object, "by",
        json_string(say_words_token(&paidan__rates_by__descriptor, (int)set->by, token)));
    json_object_set_new(object, "formula", say_json_message(&cli->say, &set->formula->base, true));
    json_object_set_new(object, "whole", row_json(cli, set, set->whole));
    json_object_set_new(object, "open_now", row_json(cli, now, now->whole));
    json_object_set_new(object, "rows", set_json(cli, set));
    say_json_time(&cli->say, object, "now", cli->now_ms);
    return cli_json_print(cli, object);
}

int cli_rates_json_report(struct cli *cli, const struct cli_rates_report *report)
{
    static const char *const names[CLI_RATES_KINDS] = {"all", "areas", "units", "categories",
                                                       "channels"};
    const struct cli_rates_set *all = &report->sets[PAIDAN__RATES_BY__RATES_ALL];
    json_t *object = json_object(), *before = json_object();
    (void)cli_site(cli);
    add_span(object, &report->span);
    json_object_set_new(object, "formula", say_json_message(&cli->say, &all->formula->base, true));
    json_object_set_new(object, "whole", row_json(cli, all, all->whole));
    add_span(before, &report->before);
    json_object_set_new(before, "whole", row_json(cli, &report->last, report->last.whole));
    json_object_set_new(object, "before", before);
    json_object_set_new(object, "open_now", row_json(cli, &report->now, report->now.whole));
    for (unsigned kind = 1; kind < CLI_RATES_KINDS; kind++) {
        json_object_set_new(object, names[kind], set_json(cli, &report->sets[kind]));
    }
    json_object_set_new(object, "trend", set_json(cli, &report->trend));
    say_json_time(&cli->say, object, "now", cli->now_ms);
    return cli_json_print(cli, object);
}

/* ---- the tickets behind a figure ---- */

/* "满意", "未接通", "剔除：…": what the callback came to, and whether it counts. */
static void judged_words(const struct cli *cli, const Paidan__RatesTicket *ticket, char *text,
                         size_t size)
{
    const struct say *say = &cli->say;
    text[0] = '\0';
    if (ticket->has_solved) {
        say_add(text, size, " ", say_words_solved(say, ticket->solved));
    }
    if (ticket->has_satisfied) {
        say_add(text, size, " ", say_words_satisfied(say, ticket->satisfied));
    }
    if (text[0] == '\0' && ticket->has_outcome) {
        say_add(text, size, " ", say_words_outcome(say, ticket->outcome));
    }
    if (ticket->exempt != NULL) {
        char part[512];
        const Paidan__Exemption *exempt = ticket->exempt;
        (void)snprintf(part, sizeof part, "%s：%s%s%s",
                       !exempt->has_granted ? cli_say(cli, "申请剔除", "to be taken out")
                       : exempt->granted    ? cli_say(cli, "剔除", "taken out")
                                            : cli_say(cli, "不予剔除", "not taken out"),
                       exempt->reason,
                       exempt->ruled_by == NULL ? "" : cli_say(cli, "，审核 ", ", by "),
                       exempt->ruled_by == NULL ? "" : exempt->ruled_by);
        say_add(text, size, cli_say(cli, "；", "; "), part);
    }
}

static void late_words(const struct cli *cli, const Paidan__RatesTicket *ticket, char *text,
                       size_t size)
{
    static const struct {
        Paidan__RatesClock which;
        const char *zh, *en;
    } clocks[] = {{PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT, "签收", "accept"},
                  {PAIDAN__RATES_CLOCK__RATES_TIME_CONTACT, "联系", "contact"},
                  {PAIDAN__RATES_CLOCK__RATES_TIME_HANDLE, "办理", "handle"}};
    text[0] = '\0';
    for (size_t index = 0; index < sizeof clocks / sizeof clocks[0]; index++) {
        if (ticket->has_late && (ticket->late >> clocks[index].which & 1u) != 0) {
            say_add(text, size, " ", cli_say(cli, clocks[index].zh, clocks[index].en));
        }
    }
}

static json_t *ticket_json(struct cli *cli, const Paidan__RatesTicket *ticket)
{
    json_t *object = say_json_message(cli_speak(cli), &ticket->base, true);
    say_json_names(&cli->say, object);
    return object;
}

/* One ticket's cells, whatever they become. */
enum { CELLS = 11 };
struct cells {
    char number[NUMBER_BYTES], registered[SAY_TIME_BYTES], closed[SAY_TIME_BYTES], late[64],
        judged[640];
    const char *of[CELLS];
};
static const char *const cell_titles[CELLS] = {
    "工单|NUMBER",     "标题|TITLE",  "单位|UNIT",  "区域|AREA", "类别|CATEGORY", "渠道|CHANNEL",
    "受理|REGISTERED", "办结|CLOSED", "状态|STATE", "超时|LATE", "回访|CALLBACK"};

static const char *name_or(const char *code, const char *name)
{
    return code == NULL || code[0] == '\0' ? "" : name;
}

static void cells_fill(struct cli *cli, const Paidan__RatesTicket *ticket, struct cells *cells)
{
    const struct say *say = cli_speak(cli);
    cells->closed[0] = '\0';
    number_format(ticket->ticket, cells->number);
    say_time_short(say, ticket->registered_ms, cli->now_ms, cells->registered);
    if (ticket->has_closed_ms) {
        say_time_short(say, ticket->closed_ms, cli->now_ms, cells->closed);
    }
    late_words(cli, ticket, cells->late, sizeof cells->late);
    judged_words(cli, ticket, cells->judged, sizeof cells->judged);
    const char *const of[CELLS] = {cells->number,
                                   ticket->title == NULL ? "" : ticket->title,
                                   name_or(ticket->unit, say_unit(say, ticket->unit)),
                                   name_or(ticket->area, say_area(say, ticket->area)),
                                   name_or(ticket->category, say_category(say, ticket->category)),
                                   name_or(ticket->channel, say_channel(say, ticket->channel)),
                                   cells->registered,
                                   cells->closed,
                                   ticket->has_state ? say_words_state(say, ticket->state) : "",
                                   cells->late,
                                   cells->judged};
    memcpy(cells->of, of, sizeof of);
}

static void grid_begin(const struct cli *cli, struct cli_grid *grid)
{
    struct cli_column shape[CELLS + 1] = {{.title = NULL}};
    for (unsigned cell = 0; cell < CELLS; cell++) {
        shape[cell] = (struct cli_column){.title = cell_titles[cell],
                                          .floor = cell == 1 || cell == 10 ? 12 : 0,
                                          .rank = cell < 3 ? 0 : 12 - cell};
    }
    cli_grid_begin(grid, cli, shape);
}

struct listing {
    struct cli *cli;
    json_t *json;
    struct cli_grid grid;
    uint64_t shown, max;
};

static void listing_add(struct listing *listing, const Paidan__RatesTicket *ticket)
{
    struct cells cells;
    listing->shown++;
    if (listing->json != NULL) {
        json_array_append_new(listing->json, ticket_json(listing->cli, ticket));
        return;
    }
    if (listing->shown == 1 && !cli_given(listing->cli, CLI_CSV)) {
        grid_begin(listing->cli, &listing->grid);
    }
    cells_fill(listing->cli, ticket, &cells);
    for (unsigned cell = 0; cell < CELLS; cell++) {
        if (cli_given(listing->cli, CLI_CSV)) {
            cli_rates_csv_cell(stdout, cell == 0, cells.of[cell]);
        } else {
            cli_grid_add(&listing->grid,
                         cell == 0   ? SAY_STRONG
                         : cell == 9 ? SAY_BAD
                                     : SAY_PLAIN,
                         "%s", cells.of[cell]);
        }
    }
    if (cli_given(listing->cli, CLI_CSV)) {
        printf("\n");
    }
}

static void listing_begin(struct listing *listing)
{
    const struct cli *cli = listing->cli;
    (void)cli_site(listing->cli);
    if (cli->json) {
        listing->json = json_array();
    } else if (cli_given(cli, CLI_CSV)) {
        put_mark(cli);
        for (unsigned cell = 0; cell < CELLS; cell++) {
            char title[64];
            const char *bar = strchr(cell_titles[cell], '|');
            (void)snprintf(title, sizeof title, "%.*s", (int)(bar - cell_titles[cell]),
                           cell_titles[cell]);
            cli_rates_csv_cell(stdout, cell == 0, cli_say(cli, title, bar + 1));
        }
        printf("\n");
    }
}

static int listing_end(struct listing *listing, bool more)
{
    struct cli *cli = listing->cli;
    if (listing->json != NULL) {
        json_t *object = json_pack("{s:o, s:b}", "tickets", listing->json, "more", more);
        return cli_json_print(cli, object);
    }
    if (!cli_given(cli, CLI_CSV) && listing->shown == 0) {
        printf("%s\n", cli_say(cli, "没有这样的工单", "no such ticket"));
        return CLI_EXIT_OK;
    }
    if (!cli_given(cli, CLI_CSV)) {
        cli_grid_end(&listing->grid);
        printf(cli_say(cli, "%llu 件%s\n", "%llu tickets%s\n"), (unsigned long long)listing->shown,
               more ? cli_say(cli, "，还有更多：--limit N 或 --all",
                              "; there are more: --limit N or --all")
                    : "");
    } else if (more) {
        cli_note(cli, "还有更多：--limit N 或 --all", "there are more: --limit N or --all");
    }
    return CLI_EXIT_OK;
}

int cli_rates_tickets(struct cli *cli, const struct cli_rates_span *span, Paidan__RatesBy by,
                      const char *code)
{
    const struct cli_words words = {"--tickets", &paidan__rates_count__descriptor, 0};
    Paidan__RatesTickets wish = PAIDAN__RATES_TICKETS__INIT;
    Paidan__Answer *answer = NULL;
    struct listing listing = {.cli = cli, .max = UINT64_MAX};
    int count = 0;
    int status = cli_word(cli, &words, cli_value(cli, CLI_TICKETS), &count);
    if (status == CLI_EXIT_OK && !cli_given(cli, CLI_ALL)) {
        status = cli_number(cli, CLI_LIMIT, 1, 1000000, TICKETS_DEFAULT, &listing.max);
    }
    wish.grain = span->grain;
    wish.from = span->now ? NULL : (char *)(uintptr_t)span->from;
    wish.until = span->now ? NULL : (char *)(uintptr_t)span->until;
    wish.by = code == NULL ? PAIDAN__RATES_BY__RATES_ALL : by;
    wish.code = (char *)(uintptr_t)code;
    wish.count = (Paidan__RatesCount)count;
    wish.has_limit = true;
    bool begun = false;
    do {
        const uint64_t left = listing.max - listing.shown;
        wish.limit = left < TICKETS_PAGE ? (uint32_t)left : TICKETS_PAGE;
        status = status == CLI_EXIT_OK ? cli_ask(cli, "archive", &wish.base, &answer) : status;
        if (status != CLI_EXIT_OK) {
            break;
        }
        if (!begun) {
            listing_begin(&listing);
            begun = true;
        }
        const Paidan__RatesListed *listed = answer->rates_listed;
        for (size_t index = 0; index < listed->n_tickets; index++) {
            listing_add(&listing, listed->tickets[index]);
        }
        wish.has_cursor = listed->has_next;
        wish.cursor = listed->next;
        arena_reset(&cli->arena);
    } while (wish.has_cursor && listing.shown < listing.max);
    if (status != CLI_EXIT_OK) {
        json_decref(listing.json);
        return status;
    }
    return listing_end(&listing, wish.has_cursor);
}
