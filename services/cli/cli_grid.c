/* cli_grid: tables for people. Widths are counted in columns of a terminal, where a Chinese
 * character takes two; so nothing here may use printf's own padding on a text. No line is wider than
 * the terminal, as a row that wraps can no longer be read as one: texts are clipped with a mark that
 * says so, and what finds no room is named below. In a pipe everything is whole, for whoever reads
 * it further wants all of it. Memory that is missing leaves cells out, and is no reason to end a
 * command whose work is done. */

#include "cli_grid.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli_colour.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum { GAP_COLUMNS = 2, CELLS_FIRST = 64 };

/* SIZE_MAX where there is no terminal. */
static size_t terminal_columns(const struct cli *cli)
{
    struct winsize size;
    if (!cli->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) {
        return SIZE_MAX;
    }
    return size.ws_col;
}

/* A title in the reader's language; *bytes: how much of it. */
static const char *title_of(const struct cli_grid *grid, size_t column, int *bytes)
{
    CHECK(column < grid->columns);
    const char *title = grid->column[column].title, *bar = strchr(title, '|');
    CHECK(bar != NULL);
    const bool chinese = grid->cli->say.language == SAY_CHINESE;
    *bytes = (int)(chinese ? bar - title : (ptrdiff_t)strlen(bar + 1));
    return chinese ? title : bar + 1;
}

void cli_grid_begin(struct cli_grid *grid, const struct cli *cli, const struct cli_column *columns)
{
    memset(grid, 0, sizeof *grid);
    grid->cli = cli;
    grid->out = stdout;
    grid->columns_max = terminal_columns(cli);
    for (; columns[grid->columns].title != NULL; grid->columns++) {
        CHECK(grid->columns < CLI_GRID_COLUMNS_MAX);
        grid->column[grid->columns] = columns[grid->columns];
    }
    CHECK(grid->columns > 0);
    for (size_t column = 0; column < grid->columns; column++) {
        int bytes = 0;
        const char *title = title_of(grid, column, &bytes);
        cli_grid_add(grid, SAY_FAINT, "%.*s", bytes, title);
    }
}

void cli_grid_add(struct cli_grid *grid, enum say_tone colour, const char *format, ...)
{
    if (grid->cells == grid->room) {
        const size_t room = grid->room == 0 ? CELLS_FIRST : grid->room * 2;
        struct cli_grid_cell *larger = realloc(grid->cell, room * sizeof *larger);
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
    /* One cell is one line: what a resident typed must not break the table. */
    for (char *at = text; at != NULL && *at != '\0'; at++) {
        if (*at == '\n' || *at == '\t' || *at == '\r') {
            *at = ' ';
        }
    }
    grid->cell[grid->cells++] = (struct cli_grid_cell){text, colour};
}

/* ---- room -------------------------------------------------------------------------------------
 */

/* The columns on their way to what fits: how wide each is, and which are shown. */
struct fit {
    size_t width[CLI_GRID_COLUMNS_MAX];
    bool shown[CLI_GRID_COLUMNS_MAX], empty[CLI_GRID_COLUMNS_MAX];
    bool bare[CLI_GRID_COLUMNS_MAX]; /* without its brackets */
};

static const char *cell_text(const struct cli_grid *grid, size_t index)
{
    return grid->cell[index].text == NULL ? "" : grid->cell[index].text;
}

static void measure(const struct cli_grid *grid, struct fit *fit, size_t column)
{
    fit->width[column] = 0;
    for (size_t index = column; index < grid->cells; index += grid->columns) {
        const size_t width = text_columns(cell_text(grid, index));
        fit->width[column] = width > fit->width[column] ? width : fit->width[column];
    }
}

/* How far a column may be clipped: to its floor, easily half as much more, at the very worst to a
 * letter. */
enum floor { FLOOR_EASY, FLOOR_OWN, FLOOR_LEAST };

static size_t floor_of(const struct cli_grid *grid, const struct fit *fit, size_t column,
                       enum floor which)
{
    const size_t own = grid->column[column].floor;
    const size_t floor = which == FLOOR_EASY ? own + own / 2 : which == FLOOR_OWN ? own : 2;
    return own == 0 || floor > fit->width[column] ? fit->width[column] : floor;
}

/* Columns of a line as it is, and as if each were clipped to its floor. */
static size_t line_columns(const struct cli_grid *grid, const struct fit *fit)
{
    size_t total = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        if (fit->shown[column]) {
            total += (total == 0 ? 0 : GAP_COLUMNS) + fit->width[column];
        }
    }
    return total;
}

static bool fits(const struct cli_grid *grid, const struct fit *fit, enum floor which)
{
    size_t saved = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        if (fit->shown[column]) {
            saved += fit->width[column] - floor_of(grid, fit, column, which);
        }
    }
    return line_columns(grid, fit) - saved <= grid->columns_max;
}

/* The widest first, so that they end up alike and no short name is cut for a long title. */
static void narrow(const struct cli_grid *grid, struct fit *fit, enum floor which)
{
    for (size_t total = line_columns(grid, fit); total > grid->columns_max; total--) {
        size_t widest = grid->columns;
        for (size_t column = 0; column < grid->columns; column++) {
            const bool may =
                fit->shown[column] && fit->width[column] > floor_of(grid, fit, column, which);
            if (may && (widest == grid->columns || fit->width[column] >= fit->width[widest])) {
                widest = column;
            }
        }
        if (widest == grid->columns) {
            return; /* a terminal for no table: its lines wrap */
        }
        fit->width[widest]--;
    }
}

/* "22h05m overdue (03-02 11:00)": how long is left says enough where there is no room for both. */
static void strip_brackets(struct cli_grid *grid, size_t column)
{
    for (size_t index = column + grid->columns; index < grid->cells; index += grid->columns) {
        char *text = grid->cell[index].text;
        char *bracket = text == NULL ? NULL : strrchr(text, '(');
        if (bracket != NULL && bracket > text && text[strlen(text) - 1] == ')') {
            *bracket = '\0';
            (void)text_trim(text);
        }
    }
}

/* The next column of that rank or a higher one gives way; false: there is none. */
static bool give_way(struct cli_grid *grid, struct fit *fit, unsigned rank_min)
{
    CHECK(rank_min > 0);
    size_t next = grid->columns;
    unsigned rank = rank_min - 1;
    for (size_t column = 0; column < grid->columns; column++) {
        const bool done = fit->bare[column] || !fit->shown[column];
        if (!done && grid->column[column].rank > rank) {
            rank = grid->column[column].rank;
            next = column;
        }
    }
    if (next == grid->columns) {
        return false;
    }
    if (grid->column[next].brackets) {
        fit->bare[next] = true;
        strip_brackets(grid, next);
        measure(grid, fit, next);
    } else {
        fit->shown[next] = false;
    }
    return true;
}

/* A column without content says nothing, so it is not missed either. */
static void hide_empty(const struct cli_grid *grid, struct fit *fit)
{
    for (size_t column = 0; column < grid->columns; column++) {
        bool empty = grid->column[column].rank > 0;
        for (size_t index = column + grid->columns; index < grid->cells && empty;
             index += grid->columns) {
            empty = cell_text(grid, index)[0] == '\0';
        }
        fit->empty[column] = empty;
        fit->shown[column] = !empty;
    }
}

static void find_room(struct cli_grid *grid, struct fit *fit)
{
    for (size_t column = 0; column < grid->columns; column++) {
        fit->shown[column] = true;
        measure(grid, fit, column);
    }
    if (line_columns(grid, fit) <= grid->columns_max) {
        return;
    }
    hide_empty(grid, fit);
    while (!fits(grid, fit, FLOOR_EASY) && give_way(grid, fit, CLI_GRID_CHEAP)) {
    }
    while (!fits(grid, fit, FLOOR_OWN) && give_way(grid, fit, 1)) {
    }
    narrow(grid, fit, fits(grid, fit, FLOOR_OWN) ? FLOOR_OWN : FLOOR_LEAST);
}

/* ---- printing ---------------------------------------------------------------------------------
 */

/* Between characters; what was cut shows as an ellipsis. Returns the bytes to print. */
static size_t clip(const char *text, size_t columns, const char **mark)
{
    *mark = "";
    if (text_columns(text) <= columns) {
        return strlen(text);
    }
    *mark = "…";
    return text_clip_columns(text, columns - 1);
}

/* Spaces are put by hand: printf pads by bytes. */
static void print_cell(const struct cli_grid *grid, const struct cli_grid_cell *cell, size_t column,
                       size_t width, bool last)
{
    CHECK(column < grid->columns);
    CHECK(cell->text == NULL || width > 0 || cell->text[0] == '\0');
    const char *text = cell->text == NULL ? "" : cell->text, *mark = "";
    const size_t bytes = clip(text, width, &mark);
    char *shown = NULL;
    if (asprintf(&shown, "%.*s%s", (int)bytes, text, mark) < 0) {
        shown = NULL;
    }
    const size_t columns = shown == NULL ? 0 : text_columns(shown);
    const size_t pad = width > columns ? width - columns : 0;
    const bool right = grid->column[column].right, colour = grid->cli->colour && bytes > 0;
    fprintf(grid->out, "%*s%s%s%s%*s%s", right ? (int)pad : 0, "",
            cli_colour_on(colour, cell->colour), shown == NULL ? "" : shown,
            cli_colour_off(colour, cell->colour), right || last ? 0 : (int)pad, "",
            last ? "\n" : "  ");
    free(shown);
}

/* Nobody should take a column that is not there for one without content. */
static void print_left_out(const struct cli_grid *grid, const struct fit *fit)
{
    const struct cli *cli = grid->cli;
    bool first = true;
    for (size_t column = 0; column < grid->columns; column++) {
        int bytes = 0;
        const char *title = title_of(grid, column, &bytes);
        if (fit->shown[column] || fit->empty[column]) {
            continue;
        }
        fprintf(grid->out, "%s%s%.*s", first ? cli_colour_on(cli->colour, SAY_FAINT) : "",
                first ? cli_say(cli, "窗口窄，未列：", "the window is narrow; left out: ")
                      : cli_say(cli, "、", ", "),
                bytes, title);
        first = false;
    }
    if (!first) {
        fprintf(grid->out, "%s\n", cli_colour_off(cli->colour, SAY_FAINT));
    }
}

void cli_grid_end(struct cli_grid *grid)
{
    struct fit fit = {.width = {0}};
    size_t last = 0;
    find_room(grid, &fit);
    CHECK(grid->columns > 0);
    for (size_t column = 0; column < grid->columns; column++) {
        last = fit.shown[column] ? column : last;
    }
    for (size_t index = 0; index < grid->cells; index++) {
        const size_t column = index % grid->columns;
        if (fit.shown[column]) {
            print_cell(grid, &grid->cell[index], column, fit.width[column], column == last);
        }
        free(grid->cell[index].text);
    }
    print_left_out(grid, &fit);
    free(grid->cell);
    memset(grid, 0, sizeof *grid);
}
