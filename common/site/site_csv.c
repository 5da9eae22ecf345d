/* site_csv: rows of a CSV file by the names of their columns.
 *
 * libcsv knows the quotes; this file feeds it line by line, so that a row knows the physical line
 * it begins on even when a quoted cell holds line breaks, and bounds what a lost quote can
 * swallow. After a bad row reading goes on with the next line. */

#include "common/site/site_csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"

enum { NO_COLUMN = -1 };

struct reader {
    struct site_load *load;
    const struct site_csv_format *format;
    struct csv_parser parser;
    uint32_t line;     /* being fed */
    uint32_t row_line; /* where the open row began */
    bool open;         /* a row has begun */
    bool header, stop;
    size_t row_bytes; /* of the open row */
    uint32_t row_count;
    uint32_t cell_count, header_count;
    int columns[SITE_CELLS_MAX]; /* cell of the file -> column of the format */
    size_t used;
    const char *cells[SITE_CELLS_MAX];
    char text[SITE_ROW_BYTES_MAX + SITE_CELLS_MAX]; /* of the open row, cells ended by NUL */
};

/* ---- cells ---- */

/* Bytes of a blank at text, as people leave them around a cell; 0: none. */
static size_t blank_at(const char *text)
{
    static const char *const blanks[] = {" ", "\t", "\r", "\n", "\xc2\xa0", "\xe3\x80\x80"};
    for (size_t index = 0; index < sizeof blanks / sizeof blanks[0]; index++) {
        const size_t bytes = strlen(blanks[index]);
        if (strncmp(text, blanks[index], bytes) == 0) {
            return bytes;
        }
    }
    return 0;
}

static char *trimmed(char *text)
{
    for (size_t bytes = blank_at(text); bytes > 0; bytes = blank_at(text)) {
        text += bytes;
    }
    char *end = text;
    for (char *at = text; *at != '\0';) {
        const size_t bytes = blank_at(at);
        at += bytes == 0 ? 1 : bytes;
        end = bytes == 0 ? at : end;
    }
    *end = '\0';
    return text;
}

static void take_cell(void *cell, size_t bytes, void *context)
{
    struct reader *reader = context;
    if (reader->cell_count < SITE_CELLS_MAX) {
        CHECK(reader->used + bytes + 1 <= sizeof reader->text);
        char *to = reader->text + reader->used;
        memcpy(to, cell, bytes);
        to[bytes] = '\0';
        reader->used += bytes + 1;
        reader->cells[reader->cell_count] = trimmed(to);
    }
    reader->cell_count++;
}

static uint32_t cells_kept(const struct reader *reader)
{
    return reader->cell_count < SITE_CELLS_MAX ? reader->cell_count : SITE_CELLS_MAX;
}

static bool row_blank(const struct reader *reader)
{
    for (uint32_t index = 0; index < cells_kept(reader); index++) {
        if (reader->cells[index][0] != '\0') {
            return false;
        }
    }
    return true;
}

/* ---- the header ---- */

static const char *known_columns(const struct reader *reader)
{
    const struct site_csv_format *format = reader->format;
    struct arena *arena = &reader->load->arena;
    const char *list = "";
    for (uint32_t index = 0; index < format->column_count && list != NULL; index++) {
        list =
            arena_printf(arena, "%s%s%s", list, index == 0 ? "" : ",", format->columns[index].name);
    }
    return list == NULL ? "" : list;
}

static int column_of(const struct site_csv_format *format, const char *name)
{
    for (uint32_t index = 0; index < format->column_count; index++) {
        if (strcmp(format->columns[index].name, name) == 0 ||
            strcmp(format->columns[index].name_zh, name) == 0) {
            return (int)index;
        }
    }
    return NO_COLUMN;
}

static void take_header(struct reader *reader)
{
    struct site_load *load = reader->load;
    const struct site_csv_format *format = reader->format;
    bool given[SITE_CELLS_MAX] = {false};
    reader->header = true;
    reader->header_count = cells_kept(reader);
    for (uint32_t index = 0; index < reader->header_count; index++) {
        const char *name = reader->cells[index];
        const int column = column_of(format, name);
        reader->columns[index] = column;
        if (column == NO_COLUMN) {
            site_say(load, reader->row_line, SAY_CSV_COLUMN_UNKNOWN, site_shown(load, name),
                     known_columns(reader));
        } else if (given[column]) {
            site_say(load, reader->row_line, SAY_CSV_COLUMN_DUPLICATE, name);
        } else {
            given[column] = true;
        }
    }
    for (uint32_t index = 0; index < format->column_count; index++) {
        const struct site_csv_column *column = &format->columns[index];
        if (column->required && !given[index]) {
            site_say(load, reader->row_line, SAY_CSV_COLUMN_MISSING, column->name, column->name_zh);
            reader->stop = true;
        }
    }
}

/* ---- rows ---- */

static void take_row(struct reader *reader)
{
    const struct site_csv_format *format = reader->format;
    const char *cells[SITE_CELLS_MAX];
    if (reader->cell_count != reader->header_count) {
        site_say(reader->load, reader->row_line, SAY_CSV_CELLS, (unsigned)reader->cell_count,
                 (unsigned)reader->header_count);
        reader->load->usable[format->file] = false;
        return;
    }
    if (reader->row_count == format->rows_max) {
        site_say(reader->load, reader->row_line, SAY_CSV_TOO_MANY, (unsigned)format->rows_max);
        reader->stop = true;
        return;
    }
    reader->row_count++;
    for (uint32_t index = 0; index < format->column_count; index++) {
        cells[index] = "";
    }
    for (uint32_t index = 0; index < reader->header_count; index++) {
        if (reader->columns[index] != NO_COLUMN) {
            cells[reader->columns[index]] = reader->cells[index];
        }
    }
    const struct site_csv_row row = {.line = reader->row_line, .cells = cells};
    format->row(reader->load, &row);
}

static void forget_row(struct reader *reader)
{
    reader->open = false;
    reader->row_bytes = 0;
    reader->cell_count = 0;
    reader->used = 0;
}

static void end_row(int terminator, void *context)
{
    struct reader *reader = context;
    (void)terminator;
    if (!row_blank(reader) && !reader->stop) {
        if (reader->header) {
            take_row(reader);
        } else {
            take_header(reader);
        }
        arena_reset(&reader->load->arena);
    }
    forget_row(reader);
}

/* ---- lines ---- */

static bool restart(struct reader *reader)
{
    csv_free(&reader->parser);
    forget_row(reader);
    return csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
}

/* A row that cannot be read: the next line is taken as the beginning of another. */
static void refuse_row(struct reader *reader)
{
    reader->load->usable[reader->format->file] = false;
    if (!restart(reader)) {
        reader->load->no_memory = true;
        reader->stop = true;
    }
}

static bool line_blank(const char *piece, size_t bytes)
{
    for (size_t index = 0; index < bytes; index++) {
        if (strchr(" \t\r\n", piece[index]) == NULL) {
            return false;
        }
    }
    return true;
}

static void feed_line(struct reader *reader, const char *piece, size_t bytes)
{
    if (!reader->open) {
        if (line_blank(piece, bytes)) {
            return;
        }
        reader->row_line = reader->line;
        reader->open = true;
    }
    reader->row_bytes += bytes;
    if (reader->row_bytes > SITE_ROW_BYTES_MAX) {
        site_say(reader->load, reader->row_line, SAY_CSV_ROW_TOO_LONG,
                 (unsigned)SITE_ROW_BYTES_MAX);
        refuse_row(reader);
        return;
    }
    const size_t taken = csv_parse(&reader->parser, piece, bytes, take_cell, end_row, reader);
    if (taken == bytes) {
        return;
    }
    if (csv_error(&reader->parser) == CSV_ENOMEM) {
        reader->load->no_memory = true;
        reader->stop = true;
        return;
    }
    site_say(reader->load, reader->line, SAY_CSV_QUOTE);
    refuse_row(reader);
}

/* Bytes of the line at `at`, with its end: LF, CR LF or a lone CR. */
static size_t line_bytes(const char *bytes, size_t at, size_t size)
{
    size_t end = at;
    while (end < size && bytes[end] != '\n' && bytes[end] != '\r') {
        end++;
    }
    if (end + 1 < size && bytes[end] == '\r' && bytes[end + 1] == '\n') {
        end++;
    }
    return (end < size ? end + 1 : end) - at;
}

static void end_file(struct reader *reader)
{
    struct site_load *load = reader->load;
    const uint32_t row_line = reader->row_line;
    if (!reader->stop && csv_fini(&reader->parser, take_cell, end_row, reader) != 0) {
        if (csv_error(&reader->parser) == CSV_ENOMEM) {
            load->no_memory = true;
        } else {
            site_say(load, row_line, SAY_CSV_QUOTE_OPEN);
            load->usable[reader->format->file] = false;
        }
    }
    if (!reader->header && load->usable[reader->format->file]) {
        site_say(load, 0, SAY_CSV_EMPTY, known_columns(reader));
        load->usable[reader->format->file] = false;
    }
    if (reader->stop) {
        load->usable[reader->format->file] = false;
    }
}

void site_csv_read(struct site_load *load, const struct site_csv_format *format)
{
    const struct site_source *source = &load->sources[format->file];
    load->file = format->file;
    CHECK(format->column_count <= SITE_CELLS_MAX);
    if (!load->usable[format->file]) {
        return;
    }
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL || csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        load->no_memory = true;
        free(reader);
        return;
    }
    reader->load = load;
    reader->format = format;
    for (size_t at = 0; at < source->size && !reader->stop && !load->no_memory;) {
        const size_t bytes = line_bytes(source->bytes, at, source->size);
        reader->line++;
        feed_line(reader, source->bytes + at, bytes);
        at += bytes;
    }
    end_file(reader);
    csv_free(&reader->parser);
    free(reader);
}
