/* demo_tsv: tables in files with tabs. */
#include "demo_tsv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

#define FILE_BYTES_MAX (4u << 20)

enum rc demo_tsv_read(struct arena *arena, const char *path, char **text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return RC_IO;
    }
    enum rc rc = RC_OK;
    size_t used = 0;
    char *bytes = arena_alloc(arena, FILE_BYTES_MAX + 1u);
    if (bytes == NULL) {
        rc = RC_LIMIT;
        goto out;
    }
    used = fread(bytes, 1, FILE_BYTES_MAX + 1u, file);
    if (ferror(file)) {
        rc = RC_IO;
        goto out;
    }
    if (used > FILE_BYTES_MAX) {
        rc = RC_LIMIT;
        goto out;
    }
    size_t at = 0;
    if (!text_valid(bytes, used, &at)) {
        rc = RC_INVALID;
        goto out;
    }
    bytes[used] = '\0';
    *text = bytes;
out:
    (void)fclose(file);
    return rc;
}

/* Cuts the next line off, without its end. NULL at the end of the text. */
static char *line_cut(struct demo_tsv *tsv)
{
    char *line = tsv->next;
    if (*line == '\0') {
        return NULL;
    }
    const size_t bytes = strcspn(line, "\n");
    tsv->next = line + bytes + (line[bytes] == '\n' ? 1 : 0);
    line[bytes] = '\0';
    if (bytes > 0 && line[bytes - 1] == '\r') {
        line[bytes - 1] = '\0';
    }
    tsv->line++;
    return line;
}

/* Cuts a line at its tabs. Gives the number of cells, which may be more than cells has room for. */
static uint32_t cells_cut(char *line, char *cells[DEMO_TSV_COLUMNS_MAX])
{
    uint32_t count = 0;
    char *cell = line;
    for (;;) {
        char *tab = strchr(cell, '\t');
        if (count < DEMO_TSV_COLUMNS_MAX) {
            cells[count] = cell;
        }
        count++;
        if (tab == NULL) {
            return count;
        }
        *tab = '\0';
        cell = tab + 1;
    }
}

enum rc demo_tsv_open(struct demo_tsv *tsv, char *text, const char *const *names, uint32_t count)
{
    CHECK(count <= DEMO_TSV_COLUMNS_MAX);
    char *cells[DEMO_TSV_COLUMNS_MAX];
    *tsv = (struct demo_tsv){.next = text, .columns = count};
    char *line;
    do {
        line = line_cut(tsv);
    } while (line != NULL && (line[0] == '\0' || line[0] == '#'));
    if (line == NULL) {
        return RC_INVALID;
    }
    tsv->width = cells_cut(line, cells);
    if (tsv->width > DEMO_TSV_COLUMNS_MAX) {
        return RC_INVALID;
    }
    for (uint32_t name = 0; name < count; name++) {
        uint32_t found = 0;
        for (uint32_t cell = 0; cell < tsv->width; cell++) {
            if (strcmp(cells[cell], names[name]) == 0) {
                tsv->index[name] = cell;
                found++;
            }
        }
        if (found != 1) {
            return RC_INVALID;
        }
    }
    return RC_OK;
}

enum rc demo_tsv_next(struct demo_tsv *tsv)
{
    static char empty[1];
    char *cells[DEMO_TSV_COLUMNS_MAX];
    char *line;
    do {
        line = line_cut(tsv);
        if (line == NULL) {
            return RC_NOT_FOUND;
        }
    } while (line[0] == '\0' || line[0] == '#');
    const uint32_t width = cells_cut(line, cells);
    if (width > tsv->width) {
        return RC_INVALID;
    }
    for (uint32_t column = 0; column < tsv->columns; column++) {
        const uint32_t index = tsv->index[column];
        tsv->fields[column] = index < width ? cells[index] : empty;
    }
    return RC_OK;
}
