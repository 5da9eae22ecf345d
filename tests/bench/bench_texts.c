/* bench_texts: a bench measures from memory, so that the disk is no part of its figure. */

#include "bench_texts.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "cli_cells.h"

enum { TITLE, TEXT, COLUMNS };

static char *copy(const struct cli_cell *cell)
{
    char *text = malloc(cell->size + 1);
    if (text == NULL) {
        bench_fail("no memory");
    }
    memcpy(text, cell->bytes, cell->size);
    return text;
}

void bench_texts_read(struct bench_texts *texts, const char *path)
{
    static const char *const names[COLUMNS] = {[TITLE] = "title", [TEXT] = "text"};
    const struct cli cli = {.json = false};
    struct cli_cells cells;
    struct cli_cell row[COLUMNS];
    if (cli_cells_open(&cli, &cells, path, names, COLUMNS, COLUMNS) != CLI_EXIT_OK) {
        bench_fail("cannot read %s", path);
    }
    while (cli_cells_next(&cells, row)) {
        if (texts->count == texts->room) {
            texts->room = texts->room * 2 + 1024;
            texts->texts = realloc(texts->texts, texts->room * sizeof *texts->texts);
            if (texts->texts == NULL) {
                bench_fail("no memory");
            }
        }
        texts->texts[texts->count++] = (struct learn_text){.title = copy(&row[TITLE]),
                                                           .text = copy(&row[TEXT]),
                                                           .title_bytes = row[TITLE].size,
                                                           .text_bytes = row[TEXT].size};
    }
    if (cli_cells_close(&cli, &cells) != CLI_EXIT_OK || texts->count == 0) {
        bench_fail("no rows in %s", path);
    }
}

void bench_texts_free(struct bench_texts *texts)
{
    for (size_t index = 0; index < texts->count; index++) {
        free((char *)(uintptr_t)texts->texts[index].title);
        free((char *)(uintptr_t)texts->texts[index].text);
    }
    free(texts->texts);
    *texts = (struct bench_texts){.count = 0};
}
