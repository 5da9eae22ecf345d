/* cli_print: see the header. */

#include "cli_print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli_time.h"
#include "cli_words.h"
#include "common/say/number.h"
#include "common/text/text.h"

const char *cli_colour_on(bool colour, enum cli_colour which)
{
    static const char *const on[] = {"",         "\033[1m",  "\033[2m", "\033[31m",
                                     "\033[33m", "\033[32m", "\033[36m"};
    return colour ? on[which] : "";
}

const char *cli_colour_off(bool colour, enum cli_colour which)
{
    return colour && which != CLI_PLAIN ? "\033[0m" : "";
}

void cli_grid_begin(struct cli_grid *grid, const struct cli *cli, const char *const *headers)
{
    memset(grid, 0, sizeof *grid);
    grid->cli = cli;
    for (; headers[grid->columns] != NULL; grid->columns++) {
    }
    for (size_t index = 0; index < grid->columns; index++) {
        const char *bar = strchr(headers[index], '|');
        if (cli->chinese) {
            cli_grid_add(grid, CLI_DIM, "%.*s", (int)(bar - headers[index]), headers[index]);
        } else {
            cli_grid_add(grid, CLI_DIM, "%s", bar + 1);
        }
    }
}

void cli_grid_add(struct cli_grid *grid, enum cli_colour colour, const char *format, ...)
{
    if (grid->cells == grid->room) {
        const size_t room = grid->room == 0 ? 64 : grid->room * 2;
        struct cli_cell *larger = realloc(grid->cell, room * sizeof *larger);
        if (larger == NULL) {
            return; /* the rest of the table is missing; cli_grid_end says nothing false */
        }
        grid->cell = larger;
        grid->room = room;
    }
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        text = NULL;
    }
    va_end(arguments);
    for (char *at = text; at != NULL && *at != '\0'; at++) {
        if (*at == '\n' || *at == '\t' || *at == '\r') {
            *at = ' ';
        }
    }
    grid->cell[grid->cells++] = (struct cli_cell){text, colour};
}

static size_t terminal_columns(const struct cli *cli)
{
    struct winsize size;
    if (!cli->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) {
        return SIZE_MAX;
    }
    return size.ws_col;
}

/* Clips text to a width in columns, between characters; what was cut shows as an ellipsis. */
static void clip_columns(char *text, size_t columns)
{
    static const char ellipsis[] = "…"; /* three bytes: no longer than any wide character */
    size_t bytes = strlen(text);
    if (columns == 0 || text_columns(text) <= columns) {
        return;
    }
    const size_t room = bytes;
    while (bytes > 0 && (text_columns(text) + 1 > columns || bytes + sizeof ellipsis - 1 > room)) {
        bytes = text_clip(text, bytes - 1);
        text[bytes] = '\0';
    }
    if (bytes + sizeof ellipsis - 1 <= room) {
        memcpy(text + bytes, ellipsis, sizeof ellipsis);
    }
}

static void print_cell(const struct cli_grid *grid, const struct cli_cell *cell, size_t column,
                       size_t width)
{
    const char *text = cell->text == NULL ? "" : cell->text;
    const size_t columns = text_columns(text), pad = width > columns ? width - columns : 0;
    const bool right = (grid->right >> column & 1u) != 0, last = column + 1 == grid->columns;
    const bool colour = grid->cli->colour && text[0] != '\0';
    printf("%*s%s%s%s%*s%s", right ? (int)pad : 0, "", cli_colour_on(colour, cell->colour), text,
           cli_colour_off(colour, cell->colour), right || last ? 0 : (int)pad, "",
           last ? "\n" : "  ");
}

void cli_grid_end(struct cli_grid *grid)
{
    size_t widths[32] = {0}, before = 0;
    for (size_t index = 0; index < grid->cells; index++) {
        const char *text = grid->cell[index].text == NULL ? "" : grid->cell[index].text;
        const size_t width = text_columns(text), column = index % grid->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    for (size_t column = 0; column + 1 < grid->columns; column++) {
        before += widths[column] + 2;
    }
    const size_t terminal = terminal_columns(grid->cli);
    for (size_t index = 0; index < grid->cells; index++) {
        const size_t column = index % grid->columns;
        if (column + 1 == grid->columns && grid->cell[index].text != NULL && terminal > before) {
            clip_columns(grid->cell[index].text, terminal - before);
        }
        print_cell(grid, &grid->cell[index], column, widths[column]);
        free(grid->cell[index].text);
    }
    free(grid->cell);
    memset(grid, 0, sizeof *grid);
}

/* ---- words ------------------------------------------------------------------------------------
 */

const char *cli_state_word(const struct cli *cli, Paidan__State state)
{
    static const char *const zh[] = {"无",     "待签收", "办理中", "退单待裁",
                                     "待回访", "已办结", "已撤回", "挂账"};
    static const char *const en[] = {"none",     "assigned", "accepted",  "returned",
                                     "resolved", "closed",   "withdrawn", "suspended"};
    const size_t index = (size_t)state;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_outcome_word(const struct cli *cli, Paidan__Outcome outcome)
{
    static const char *const zh[] = {"?", "已解决", "部分解决", "未解决", "未接通", "已撤回"};
    static const char *const en[] = {"?",        "solved",    "partly solved",
                                     "unsolved", "unreached", "withdrawn"};
    const size_t index = (size_t)outcome;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_clock_word(const struct cli *cli, Paidan__Clock clock)
{
    static const char *const zh[] = {"?",    "签收", "首次联系", "办理", "重办", "回访",
                                     "告警", "领取", "挂账",     "协办", "定人", "申请",
                                     "调解", "议事", "协调",     "重算"};
    static const char *const en[] = {"?",          "accept",       "contact",      "handle",
                                     "redo",       "callback",     "alarm",        "lease",
                                     "suspension", "assist",       "person",       "request",
                                     "mediation",  "deliberation", "coordination", "replan"};
    const size_t index = (size_t)clock;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_card_word(const struct cli *cli, Paidan__Card card)
{
    static const char *const zh[] = {"", "黄牌", "红牌"};
    static const char *const en[] = {"", "yellow", "red"};
    const size_t index = (size_t)card;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_why_word(const struct cli *cli, Paidan__Why why)
{
    static const char *const zh[] = {"?",        "自动分拨", "人工分拨",   "退单裁定",
                                     "超时上报", "超权上报", "回访未解决", "领导交办"};
    static const char *const en[] = {"?",
                                     "routed by triage",
                                     "dispatched at the desk",
                                     "ruled on a return",
                                     "a clock expired",
                                     "beyond the unit's authority",
                                     "the resident said unsolved",
                                     "a leader's order"};
    const size_t index = (size_t)why;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_urgency_word(const struct cli *cli, Paidan__Urgency urgency)
{
    static const char *const zh[] = {"?", "一般", "紧急", "特急"};
    static const char *const en[] = {"?", "normal", "urgent", "emergency"};
    const size_t index = (size_t)urgency;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_solved_word(const struct cli *cli, Paidan__Solved solved)
{
    static const char *const zh[] = {"?", "已解决", "部分解决", "未解决"};
    static const char *const en[] = {"?", "solved", "partly solved", "not solved"};
    const size_t index = (size_t)solved;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_satisfied_word(const struct cli *cli, Paidan__Satisfied satisfied)
{
    static const char *const zh[] = {"?", "满意", "一般", "不满意"};
    static const char *const en[] = {"?", "satisfied", "fair", "dissatisfied"};
    const size_t index = (size_t)satisfied;
    return index >= sizeof zh / sizeof zh[0] ? "?" : cli_say(cli, zh[index], en[index]);
}

void cli_reasons_words(const struct cli *cli, uint32_t reasons, char *text, size_t size)
{
    static const char *const zh[] = {"未识别类别", "类别不明确", "未识别地点",
                                     "地点不明确", "退单",       "无主办单位"};
    static const char *const en[] = {"no category",     "ambiguous category", "no place",
                                     "ambiguous place", "returned",           "no owner"};
    size_t used = 0;
    text[0] = '\0';
    for (size_t bit = 0; bit < sizeof zh / sizeof zh[0] && used < size; bit++) {
        if ((reasons >> bit & 1u) != 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     used == 0 ? "" : cli_say(cli, "，", ", "),
                                     cli_say(cli, zh[bit], en[bit]));
        }
    }
}

/* ---- deadlines and tickets --------------------------------------------------------------------
 */

enum cli_colour cli_remaining(uint64_t due_ms, uint64_t warn_ms, uint64_t now_ms, char *text,
                              size_t size)
{
    char span[CLI_TIME_BYTES];
    cli_time_span((int64_t)due_ms - (int64_t)now_ms, span);
    (void)snprintf(text, size, "%s", span);
    return now_ms >= due_ms ? CLI_RED : warn_ms != 0 && now_ms >= warn_ms ? CLI_YELLOW : CLI_GREEN;
}

enum cli_colour cli_deadline(const struct cli *cli, uint64_t due_ms, uint64_t warn_ms,
                             uint64_t now_ms, char *text, size_t size)
{
    char span[CLI_TIME_BYTES], at[CLI_TIME_BYTES];
    cli_time_short(due_ms, now_ms, cli->utc_offset_ms, at);
    const enum cli_colour colour = cli_remaining(due_ms, warn_ms, now_ms, span, sizeof span);
    if (colour == CLI_RED) {
        (void)snprintf(text, size, cli->chinese ? "超时 %s (%s)" : "%s overdue (%s)",
                       span[0] == '-' ? span + 1 : span, at);
    } else {
        (void)snprintf(text, size, cli->chinese ? "剩 %s (%s)" : "%s left (%s)", span, at);
    }
    return colour;
}

const Paidan__ClockSet *cli_next_clock(const Paidan__Brief *brief)
{
    const Paidan__ClockSet *next = NULL;
    for (size_t index = 0; index < brief->n_clocks; index++) {
        if (next == NULL || brief->clocks[index]->due_ms < next->due_ms) {
            next = brief->clocks[index];
        }
    }
    return next;
}

/* The deadline a row stands for: until when it is suspended, the oldest that was missed, or the
 * next one. */
static enum cli_colour brief_deadline(const struct cli *cli, const Paidan__Brief *brief, char *text,
                                      size_t size)
{
    const Paidan__ClockSet *clock = cli_next_clock(brief);
    if (brief->state == PAIDAN__STATE__STATE_SUSPENDED && brief->has_suspended_until_ms) {
        char at[CLI_TIME_BYTES], span[CLI_TIME_BYTES];
        cli_time_short(brief->suspended_until_ms, cli->now_ms, cli->utc_offset_ms, at);
        cli_time_span((int64_t)brief->suspended_until_ms - (int64_t)cli->now_ms, span);
        (void)snprintf(text, size, cli_say(cli, "停 %s (%s)", "still %s (%s)"), span, at);
        return CLI_CYAN;
    }
    if (brief->has_overdue_since_ms && (clock == NULL || brief->overdue_since_ms < clock->due_ms)) {
        return cli_deadline(cli, brief->overdue_since_ms, 0, cli->now_ms, text, size);
    }
    if (clock == NULL) {
        (void)snprintf(text, size, "-");
        return CLI_DIM;
    }
    return cli_deadline(cli, clock->due_ms, clock->has_warn_ms ? clock->warn_ms : 0, cli->now_ms,
                        text, size);
}

static void add_brief(struct cli *cli, struct cli_grid *grid, const Paidan__Brief *brief,
                      bool marked)
{
    char number[NUMBER_BYTES], text[96] = "-", marks[512];
    number_format(brief->ticket, number);
    const enum cli_colour colour = brief_deadline(cli, brief, text, sizeof text);
    const bool closed = brief->state == PAIDAN__STATE__STATE_CLOSED && brief->has_outcome;
    const Paidan__Card card = brief->has_card ? brief->card : PAIDAN__CARD__CARD_NONE;
    cli_grid_add(grid, CLI_BOLD, "%s", number);
    cli_grid_add(grid, CLI_PLAIN, "%s%s%s", cli_state_word(cli, brief->state), closed ? "·" : "",
                 closed ? cli_outcome_word(cli, brief->outcome) : "");
    cli_grid_add(grid, colour, "%s", text);
    cli_grid_add(grid, CLI_PLAIN, "%s", cli_level_name(cli, brief->level));
    cli_grid_add(grid, CLI_PLAIN, "%s", cli_unit_name(cli, brief->unit));
    cli_grid_add(grid, CLI_PLAIN, "%s", cli_category_name(cli, brief->category));
    cli_grid_add(grid, card == PAIDAN__CARD__CARD_RED ? CLI_RED : CLI_YELLOW, "%s",
                 cli_card_word(cli, card));
    if (marked) {
        cli_marks_words(cli, brief, marks, sizeof marks);
        cli_grid_add(grid, CLI_YELLOW, "%s", marks);
    }
    cli_grid_add(grid, CLI_PLAIN, "%s", brief->title == NULL ? "" : brief->title);
}

static bool any_marked(const struct cli *cli, Paidan__Brief *const *briefs, size_t count)
{
    char marks[512] = "";
    for (size_t index = 0; index < count && marks[0] == '\0'; index++) {
        cli_marks_words(cli, briefs[index], marks, sizeof marks);
    }
    return marks[0] != '\0';
}

void cli_print_briefs(struct cli *cli, Paidan__Brief *const *briefs, size_t count)
{
    static const char *const plain[] = {"工单号|NUMBER", "状态|STATE",    "时限|DEADLINE",
                                        "层级|LEVEL",    "承办单位|UNIT", "类别|CATEGORY",
                                        "牌|CARD",       "标题|TITLE",    NULL};
    static const char *const more[] = {
        "工单号|NUMBER", "状态|STATE", "时限|DEADLINE", "层级|LEVEL", "承办单位|UNIT",
        "类别|CATEGORY", "牌|CARD",    "标记|MARKS",    "标题|TITLE", NULL};
    struct cli_grid grid;
    (void)cli_site(cli);
    const bool marked = any_marked(cli, briefs, count);
    cli_grid_begin(&grid, cli, marked ? more : plain);
    for (size_t index = 0; index < count; index++) {
        add_brief(cli, &grid, briefs[index], marked);
    }
    cli_grid_end(&grid);
}
