/* cli_cells: tables as scripts write them.
 *
 * Beside common/text/sheet, which reads what people save from spreadsheets and refuses what it must
 * doubt: here nothing is quoted, a text may begin with a quotation mark, and bytes that are no text
 * are the reader's matter. Memory for the longest line alone, so that a pipe may go on for ever. */

#include "cli_cells.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli_disk.h"
#include "common/base/check.h"

enum { SENTENCE_BYTES = 1024 };

static const struct cli_deed reading = {"无法读取文件", "cannot read the file"};

/* The line without its end; -1: there is none. */
static ssize_t read_line(struct cli_cells *cells)
{
    ssize_t size = getline(&cells->line, &cells->room, cells->file);
    if (size < 0) {
        return -1;
    }
    cells->number++;
    if (size > 0 && cells->line[size - 1] == '\n') {
        size--;
    }
    if (size > 0 && cells->line[size - 1] == '\r') {
        size--;
    }
    return size;
}

static void find_columns(struct cli_cells *cells, size_t size)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of the byte order, as some editors leave it */
    const char *at = cells->line;
    const char *end = at + size;
    if (size >= 3 && memcmp(at, mark, 3) == 0) {
        at += 3;
    }
    for (unsigned place = 0;; place++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        const size_t length = (size_t)((tab == NULL ? end : tab) - at);
        for (unsigned column = 0; column < cells->count; column++) {
            if (cells->places[column] == UINT_MAX && strlen(cells->names[column]) == length &&
                memcmp(cells->names[column], at, length) == 0) {
                cells->places[column] = place;
            }
        }
        if (tab == NULL) {
            cells->lone = place == 0;
            return;
        }
        at = tab + 1;
    }
}

static void let_go(struct cli_cells *cells)
{
    if (cells->file != NULL && cells->file != stdin) {
        (void)fclose(cells->file);
    }
    free(cells->line);
    cells->file = NULL;
    cells->line = NULL;
}

int cli_cells_lack(const struct cli *cli, const char *path, const char *column)
{
    char zh[SENTENCE_BYTES], en[SENTENCE_BYTES];
    CHECK(column[0] != '\0');
    /* In the sentence: as its detail the name would be told as that of an option. */
    (void)snprintf(zh, sizeof zh, "表格缺少 %s 列：首行写列名，列之间用制表符分隔。", column);
    (void)snprintf(en, sizeof en,
                   "The table lacks the column %s: its first line names the columns, separated by "
                   "tabs.",
                   column);
    return cli_refuse_as(cli, PAIDAN__CODE__FIELD_INVALID, zh, en, path);
}

int cli_cells_open(const struct cli *cli, struct cli_cells *cells, const char *path,
                   const char *const *names, unsigned count, unsigned needed)
{
    CHECK(count <= CLI_CELLS_COLUMNS_MAX);
    CHECK(needed <= count);
    *cells = (struct cli_cells){.path = path, .count = count};
    for (unsigned column = 0; column < count; column++) {
        cells->names[column] = names[column];
        cells->places[column] = UINT_MAX;
    }
    errno = 0;
    cells->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (cells->file == NULL) {
        return cli_disk_unread(cli, errno, &reading, path);
    }
    const ssize_t size = read_line(cells);
    if (size < 0 && ferror(cells->file) != 0) {
        const int error = errno;
        let_go(cells);
        return cli_disk_unread(cli, error, &reading, path);
    }
    if (size >= 0) {
        find_columns(cells, (size_t)size);
    }
    for (unsigned column = 0; column < needed; column++) {
        if (!cli_cells_has(cells, column)) {
            let_go(cells);
            return cli_cells_lack(cli, path, names[column]);
        }
    }
    return CLI_EXIT_OK;
}

bool cli_cells_has(const struct cli_cells *cells, unsigned column)
{
    CHECK(column < cells->count);
    return cells->places[column] != UINT_MAX;
}

bool cli_cells_next(struct cli_cells *cells, struct cli_cell *row)
{
    ssize_t size = 0;
    do {
        size = read_line(cells);
        if (size < 0) {
            return false;
        }
    } while (size == 0 && !cells->lone);
    const char *at = cells->line;
    const char *end = at + size;
    for (unsigned column = 0; column < cells->count; column++) {
        row[column] = (struct cli_cell){"", 0};
    }
    for (unsigned place = 0;; place++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        for (unsigned column = 0; column < cells->count; column++) {
            if (cells->places[column] == place) {
                row[column] = (struct cli_cell){at, (size_t)((tab == NULL ? end : tab) - at)};
            }
        }
        if (tab == NULL) {
            return true;
        }
        at = tab + 1;
    }
}

int cli_cells_close(const struct cli *cli, struct cli_cells *cells)
{
    const bool failed = cells->file != NULL && ferror(cells->file) != 0;
    const int error = errno;
    let_go(cells);
    return failed ? cli_disk_unread(cli, error, &reading, cells->path) : CLI_EXIT_OK;
}
