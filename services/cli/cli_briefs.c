/* cli_briefs: tickets as rows, for list, due, work list, work pull and alarms. The column of marks
 * is there only when a ticket has one, so that an ordinary day's list stays narrow. */

#include "cli_briefs.h"

#include "cli_grid.h"
#include "common/say/number.h"
#include "common/say/say_brief.h"
#include "common/say/say_words.h"

/* Cells in the order of the headers below; an outcome stands beside its state. */
static void add_brief(struct cli *cli, struct cli_grid *grid, const Paidan__Brief *brief,
                      bool marked)
{
    char number[NUMBER_BYTES], text[96] = "-", marks[512];
    number_format(brief->ticket, number);
    const enum say_tone tone = say_brief_deadline(&cli->say, brief, cli->now_ms, text, sizeof text);
    const bool closed = brief->state == PAIDAN__STATE__STATE_CLOSED && brief->has_outcome;
    const Paidan__Card card = brief->has_card ? brief->card : PAIDAN__CARD__CARD_NONE;
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s%s%s", say_words_state(&cli->say, brief->state),
                 closed ? "·" : "", closed ? say_words_outcome(&cli->say, brief->outcome) : "");
    cli_grid_add(grid, tone, "%s", text);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_level(cli_speak(cli), brief->level));
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), brief->unit));
    cli_grid_add(grid, SAY_PLAIN, "%s", say_category(cli_speak(cli), brief->category));
    cli_grid_add(grid, card == PAIDAN__CARD__CARD_RED ? SAY_BAD : SAY_WARN, "%s",
                 card == PAIDAN__CARD__CARD_NONE ? "" : say_words_card(&cli->say, card));
    if (marked) {
        say_brief_marks(&cli->say, brief, marks, sizeof marks);
        cli_grid_add(grid, SAY_WARN, "%s", marks);
    }
    cli_grid_add(grid, SAY_PLAIN, "%s", brief->title == NULL ? "" : brief->title);
}

/* Asked before the header is made, which must know how many columns there are. */
static bool any_marked(const struct cli *cli, Paidan__Brief *const *briefs, size_t count)
{
    char marks[512] = "";
    for (size_t index = 0; index < count && marks[0] == '\0'; index++) {
        say_brief_marks(&cli->say, briefs[index], marks, sizeof marks);
    }
    return marks[0] != '\0';
}

void cli_briefs_print(struct cli *cli, Paidan__Brief *const *briefs, size_t count)
{
    static const struct cli_column all[] = {
        {.title = "工单号|NUMBER"},
        {.title = "状态|STATE", .rank = 1},
        {.title = "时限|DEADLINE", .rank = 11, .brackets = true},
        {.title = "层级|LEVEL", .rank = 12}, /* the unit tells it */
        {.title = "承办单位|UNIT", .floor = 12},
        {.title = "类别|CATEGORY", .floor = 12, .rank = 4},
        {.title = "牌|CARD", .rank = 2},
        {.title = "标记|MARKS", .floor = 10, .rank = 3},
        {.title = "标题|TITLE", .floor = 16},
    };
    enum { ALL = sizeof all / sizeof all[0], MARKS = ALL - 2 };
    struct cli_column table[ALL + 1] = {{.title = NULL}};
    struct cli_grid grid;
    (void)cli_site(cli);
    const bool marked = any_marked(cli, briefs, count);
    for (size_t from = 0, to = 0; from < ALL; from++) {
        if (from != MARKS || marked) {
            table[to++] = all[from];
        }
    }
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < count; index++) {
        add_brief(cli, &grid, briefs[index], marked);
    }
    cli_grid_end(&grid);
}
