/* cli_grid: tables for people. Widths are counted in columns of a terminal, where a Chinese
 * character takes two; so nothing here may use printf's own padding on a text. A table that does
 * not fit loses the end of its last column, never a column. Memory that is missing leaves cells
 * out, and is no reason to end a command whose work is done. */

#include "cli_grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli_colour.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum { COLUMNS_MAX = 32 }; /* grid->right has a bit for each */

void cli_grid_begin(struct cli_grid *grid, const struct cli *cli, const char *const *headers)
{
    memset(grid, 0, sizeof *grid);
    grid->cli = cli;
    for (; headers[grid->columns] != NULL; grid->columns++) {
    }
    CHECK(grid->columns > 0);
    CHECK(grid->columns <= COLUMNS_MAX);
    for (size_t index = 0; index < grid->columns; index++) {
        const char *bar = strchr(headers[index], '|');
        if (cli->say.language == SAY_CHINESE) {
            cli_grid_add(grid, SAY_FAINT, "%.*s", (int)(bar - headers[index]), headers[index]);
        } else {
            cli_grid_add(grid, SAY_FAINT, "%s", bar + 1);
        }
    }
}

void cli_grid_add(struct cli_grid *grid, enum say_tone colour, const char *format, ...)
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
    /* One cell is one line: what a resident typed must not break the table. */
    for (char *at = text; at != NULL && *at != '\0'; at++) {
        if (*at == '\n' || *at == '\t' || *at == '\r') {
            *at = ' ';
        }
    }
    grid->cell[grid->cells++] = (struct cli_cell){text, colour};
}

/* SIZE_MAX where there is no terminal: nothing is clipped in a pipe. */
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

/* Spaces are put by hand: printf pads by bytes. */
static void print_cell(const struct cli_grid *grid, const struct cli_cell *cell, size_t column,
                       size_t width)
{
    CHECK(column < grid->columns);
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
    size_t widths[COLUMNS_MAX] = {0}, before = 0;
    for (size_t index = 0; index < grid->cells; index++) {
        const char *text = grid->cell[index].text == NULL ? "" : grid->cell[index].text;
        const size_t width = text_columns(text), column = index % grid->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    for (size_t column = 0; column + 1 < grid->columns; column++) {
        before += widths[column] + 2;
    }
    /* In a pipe nothing is clipped: whoever reads it further wants all of it. */
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
