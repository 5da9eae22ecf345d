/* demo_table: the demo's three files, row by row.
 *
 * They are edited by hand, so whatever is wrong is told with its line, and a column may stand
 * anywhere as long as the first row names it. Cells are copied into the caller's arena, for the
 * sheet's own live only until the next row, and the script keeps them for the whole day. */
#include "demo_table.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"

/* The script of a day has 500 rows of 400 bytes. */
#define FILE_BYTES_MAX (4u << 20)
/* A complaint, its title and what follows; a lost quote swallows so much and no more. */
#define ROW_BYTES_MAX (128u << 10)

static enum rc refuse(struct demo_table *table, uint32_t line, const char *name, const char *zh,
                      const char *en)
{
    table->mistake = (struct demo_table_mistake){.line = line, .name = name, .zh = zh, .en = en};
    return RC_INVALID;
}

/* Whole file into the arena. */
static enum rc file_read(struct demo_table *table, const char *path, const char **bytes,
                         size_t *size)
{
    FILE *file = fopen(path, "re");
    char *room = arena_alloc(table->arena, FILE_BYTES_MAX + 1u);
    size_t used = 0;
    bool good = false;
    if (file != NULL && room != NULL) {
        used = fread(room, 1, FILE_BYTES_MAX + 1u, file);
        good = ferror(file) == 0 && used <= FILE_BYTES_MAX;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    if (room == NULL) {
        return RC_LIMIT;
    }
    *bytes = room;
    *size = used;
    return good ? RC_OK
                : refuse(table, 0, "FILE", "文件无法读取，或超过 4 MiB。",
                         "The file cannot be read or is larger than 4 MiB.");
}

/* The next row of the sheet; the last row's line stays when there is none. */
static enum rc row_take(struct demo_table *table, struct sheet_row *row)
{
    const enum rc rc = sheet_next(table->sheet, row);
    if (rc != RC_OK && rc != RC_INVALID) {
        return rc;
    }
    CHECK(row->line >= 1);
    CHECK(row->line <= FILE_BYTES_MAX + 1u); /* a line has a byte at least */
    table->line = (uint32_t)row->line;
    if (rc == RC_INVALID) {
        const enum sheet_mistake mistake = sheet_mistake(table->sheet);
        return refuse(table, table->line, "ROW", sheet_mistake_zh(mistake),
                      sheet_mistake_en(mistake));
    }
    return RC_OK;
}

/* Each asked column stands in the header exactly once. */
static enum rc header_read(struct demo_table *table, const char *const *names)
{
    struct sheet_row row = {.line = 1};
    const enum rc rc = row_take(table, &row);
    if (rc == RC_INVALID || rc == RC_LIMIT) {
        return rc;
    }
    bool good = rc == RC_OK && row.count <= DEMO_TABLE_COLUMNS_MAX;
    table->width = row.count;
    for (uint32_t name = 0; name < table->columns && good; name++) {
        uint32_t found = 0;
        for (uint32_t cell = 0; cell < row.count; cell++) {
            if (strcmp(row.cells[cell], names[name]) == 0) {
                table->index[name] = cell;
                found++;
            }
        }
        good = found == 1;
    }
    return good ? RC_OK
                : refuse(table, 1, "HEADER", "首行的栏名不对。",
                         "The header line does not name the columns.");
}

enum rc demo_table_open_bytes(struct demo_table *table, struct arena *arena, const char *bytes,
                              size_t size, const char *const *names, uint32_t count)
{
    static const struct sheet_format format = {
        .separator = '\t', .row_bytes_max = ROW_BYTES_MAX, .comments = true};
    CHECK(count >= 1);
    CHECK(count <= DEMO_TABLE_COLUMNS_MAX);
    *table = (struct demo_table){.arena = arena, .columns = count};
    const enum rc rc = sheet_open_bytes(&table->sheet, &format, bytes, size);
    return rc == RC_OK ? header_read(table, names) : rc;
}

enum rc demo_table_open(struct demo_table *table, struct arena *arena, const char *path,
                        const char *const *names, uint32_t count)
{
    const char *bytes = NULL;
    size_t size = 0;
    *table = (struct demo_table){.arena = arena};
    const enum rc rc = file_read(table, path, &bytes, &size);
    return rc == RC_OK ? demo_table_open_bytes(table, arena, bytes, size, names, count) : rc;
}

enum rc demo_table_next(struct demo_table *table)
{
    static char empty[1];
    struct sheet_row row = {.line = 1};
    const enum rc rc = row_take(table, &row);
    if (rc != RC_OK) {
        return rc;
    }
    if (row.count > table->width) {
        return refuse(table, table->line, "CELLS", "这一行的栏比首行多。",
                      "This row has more cells than the header.");
    }
    for (uint32_t column = 0; column < table->columns; column++) {
        const uint32_t index = table->index[column];
        CHECK(index < table->width);
        table->fields[column] = empty;
        if (index < row.count && row.cells[index][0] != '\0') {
            table->fields[column] = arena_strdup(table->arena, row.cells[index]);
        }
        if (table->fields[column] == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

void demo_table_close(struct demo_table *table)
{
    sheet_close(table->sheet);
    table->sheet = NULL;
}
