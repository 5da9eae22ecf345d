/* site_csv: rows of a CSV file by the names of their columns.
 *
 * What a row is, common/text/sheet.h knows; this file gives it the site's meaning: which columns
 * there are, under which names, that every row has as many cells as the header, and that blanks
 * around a cell mean nothing. A file of which one row could not be read is not usable as a whole:
 * what other files say about it would be told as a mistake of theirs. */
#include "common/site/site_csv.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/text/sheet.h"

enum { NO_COLUMN = -1 };

struct reader {
    struct site_load *load;
    const struct site_csv_format *format;
    struct sheet_row row; /* its cells without the blanks around them */
    uint32_t line;        /* where it begins */
    bool header, stop;
    uint32_t row_count;
    uint32_t header_count;
    int columns[SHEET_CELLS_MAX]; /* cell of the file -> column of the format */
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

/* ---- the header ---- */

/* For the sentence about an unknown column. Lives until the arena is reset. */
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

/* Columns are named in English or Chinese; a file may mix them. */
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

/* An unknown column is a mistake: mostly a known one was misspelt, and would be read as empty.
 * Without a column that every row needs, the rows are not looked at. */
/* What separates the columns, if it is no comma: one cell holds them all. NULL: that is not it. */
static const char *other_separator(const struct reader *reader)
{
    static const char *const marks[] = {";", "\t", "，", "；", "|", "、"};
    const char *cell = reader->row.cells[0];
    for (size_t index = 0; reader->row.count == 1 && index < sizeof marks / sizeof marks[0];
         index++) {
        if (strstr(cell, marks[index]) != NULL) {
            return marks[index];
        }
    }
    return NULL;
}

/* Excel leaves empty columns behind the last one. */
static uint32_t without_empty(const struct reader *reader)
{
    uint32_t count = reader->row.count < SHEET_CELLS_MAX ? reader->row.count : SHEET_CELLS_MAX;
    while (count > 0 && reader->row.cells[count - 1][0] == '\0') {
        count--;
    }
    return count;
}

static void take_header(struct reader *reader)
{
    CHECK(!reader->header);
    CHECK(reader->row.count <= SHEET_CELLS_MAX);
    struct site_load *load = reader->load;
    const struct site_csv_format *format = reader->format;
    bool given[SHEET_CELLS_MAX] = {false};
    reader->header = true;
    reader->header_count = without_empty(reader);
    for (uint32_t index = 0; index < reader->header_count; index++) {
        if (site_cell_opens_quote(reader->row.cells[index])) {
            site_say(load, reader->line, SAY_QUOTE_WIDE,
                     site_shown(load, reader->row.cells[index]));
            reader->stop = true;
            return;
        }
    }
    const char *mark = other_separator(reader);
    if (mark != NULL) {
        site_say(load, reader->line, SAY_CSV_SEPARATOR, strcmp(mark, "\t") == 0 ? "TAB" : mark);
        reader->stop = true;
        return;
    }
    for (uint32_t index = 0; index < reader->header_count; index++) {
        const char *name = reader->row.cells[index];
        const int column = column_of(format, name);
        reader->columns[index] = column;
        if (column == NO_COLUMN) {
            site_say(load, reader->line, SAY_CSV_COLUMN_UNKNOWN, site_shown(load, name),
                     known_columns(reader));
        } else if (given[column]) {
            site_say(load, reader->line, SAY_CSV_COLUMN_DUPLICATE, name);
        } else {
            given[column] = true;
        }
    }
    for (uint32_t index = 0; index < format->column_count; index++) {
        const struct site_csv_column *column = &format->columns[index];
        if (column->required && !given[index]) {
            site_say(load, reader->line, SAY_CSV_COLUMN_MISSING, column->name, column->name_zh);
            reader->stop = true;
        }
    }
}

/* ---- rows ---- */

/* A cell that a quote was to keep together, by a quote that does not. NULL: there is none. */
static const char *wide_quoted(const struct reader *reader)
{
    for (uint32_t index = 0; index < reader->row.count && index < SHEET_CELLS_MAX; index++) {
        if (site_cell_opens_quote(reader->row.cells[index])) {
            return reader->row.cells[index];
        }
    }
    return NULL;
}

static void say_cells(struct reader *reader, uint32_t filled)
{
    struct site_load *load = reader->load;
    const char *quoted = wide_quoted(reader);
    if (quoted != NULL) {
        site_say(load, reader->line, SAY_QUOTE_WIDE, site_shown(load, quoted));
    } else {
        site_say(load, reader->line, SAY_CSV_CELLS,
                 (unsigned)(filled > reader->header_count ? filled : reader->row.count),
                 (unsigned)reader->header_count);
    }
    load->usable[reader->format->file] = false;
}

/* A row with too few or too many cells has lost a comma somewhere, so none of its cells is
 * trusted. */
static void take_row(struct reader *reader)
{
    CHECK(reader->header_count > 0);
    CHECK(reader->header_count <= SHEET_CELLS_MAX);
    const struct site_csv_format *format = reader->format;
    const char *cells[SHEET_CELLS_MAX];
    const uint32_t filled = without_empty(reader);
    if (reader->row.count < reader->header_count || filled > reader->header_count) {
        say_cells(reader, filled);
        return;
    }
    if (reader->row_count == format->rows_max) {
        site_say(reader->load, reader->line, SAY_CSV_TOO_MANY, (unsigned)format->rows_max);
        reader->stop = true;
        return;
    }
    reader->row_count++;
    for (uint32_t index = 0; index < format->column_count; index++) {
        cells[index] = "";
    }
    for (uint32_t index = 0; index < reader->header_count; index++) {
        if (reader->columns[index] != NO_COLUMN) {
            cells[reader->columns[index]] = reader->row.cells[index];
        }
    }
    const struct site_csv_row row = {.line = reader->line, .cells = cells};
    format->row(reader->load, &row);
}

/* ---- the file ---- */

/* Trims the cells; false: there is nothing in them. */
static bool trim_row(struct reader *reader)
{
    bool some = false;
    reader->row.count = reader->row.count < SHEET_CELLS_MAX ? reader->row.count : SHEET_CELLS_MAX;
    for (uint32_t index = 0; index < reader->row.count; index++) {
        reader->row.cells[index] = trimmed(reader->row.cells[index]);
        some |= reader->row.cells[index][0] != '\0';
    }
    return some;
}

static void take(struct reader *reader)
{
    if (!trim_row(reader)) {
        return;
    }
    if (reader->header) {
        take_row(reader);
    } else {
        take_header(reader);
    }
    arena_reset(&reader->load->arena);
}

/* What stands in the line up to a quote of a Chinese keyboard, as in "漏水|积水”, which began with a
 * plain one. NULL: there is no such quote in the line. */
static const char *wide_quote_after(const struct reader *reader)
{
    struct site_load *load = reader->load;
    const struct site_source *source = &load->sources[reader->format->file];
    size_t from = 0;
    for (uint32_t line = 1; line < reader->line && from < source->size; from++) {
        line += source->bytes[from] == '\n' ? 1 : 0;
    }
    const char *end = memchr(source->bytes + from, '\n', source->size - from);
    const size_t bytes = end == NULL ? source->size - from : (size_t)(end - (source->bytes + from));
    const char *text = arena_printf(&load->arena, "%.*s", (int)bytes, source->bytes + from);
    return text != NULL && site_cell_has_quote(text) ? site_shown(load, text) : NULL;
}

static void say_mistake(struct reader *reader, enum sheet_mistake mistake)
{
    struct site_load *load = reader->load;
    /* The file as a whole was found to be text (site_file_usable). */
    CHECK(mistake == SHEET_QUOTE || mistake == SHEET_QUOTE_OPEN || mistake == SHEET_ROW_TOO_LONG);
    const char *quote = mistake == SHEET_ROW_TOO_LONG ? NULL : wide_quote_after(reader);
    if (quote != NULL) {
        site_say(load, reader->line, SAY_QUOTE_WIDE, quote);
    } else if (mistake == SHEET_QUOTE) {
        site_say(load, reader->line, SAY_CSV_QUOTE);
    } else if (mistake == SHEET_QUOTE_OPEN) {
        site_say(load, reader->line, SAY_CSV_QUOTE_OPEN);
    } else {
        site_say(load, reader->line, SAY_CSV_ROW_TOO_LONG, (unsigned)SITE_ROW_BYTES_MAX);
    }
    load->usable[reader->format->file] = false;
}

static void read_rows(struct reader *reader, struct sheet *sheet)
{
    struct site_load *load = reader->load;
    while (!reader->stop && !load->no_memory) {
        const enum rc rc = sheet_next(sheet, &reader->row);
        if (rc == RC_NOT_FOUND) {
            return;
        }
        if (rc == RC_LIMIT) {
            load->no_memory = true;
            return;
        }
        CHECK(reader->row.line <= SITE_FILE_BYTES_MAX); /* a line has a byte at least */
        reader->line = (uint32_t)reader->row.line;
        if (rc == RC_OK) {
            take(reader);
        } else {
            CHECK(rc == RC_INVALID);
            say_mistake(reader, sheet_mistake(sheet));
        }
    }
}

void site_csv_read(struct site_load *load, const struct site_csv_format *format)
{
    const struct site_source *source = &load->sources[format->file];
    const struct sheet_format shape = {.separator = ',', .row_bytes_max = SITE_ROW_BYTES_MAX};
    struct reader reader = {.load = load, .format = format};
    struct sheet *sheet = NULL;
    CHECK(format->column_count <= SHEET_CELLS_MAX);
    CHECK(format->row != NULL);
    load->file = format->file;
    if (!load->usable[format->file]) {
        return;
    }
    if (sheet_open_bytes(&sheet, &shape, source->bytes, source->size) != RC_OK) {
        load->no_memory = true;
        return;
    }
    read_rows(&reader, sheet);
    sheet_close(sheet);
    if (!reader.header && load->usable[format->file] && !load->no_memory) {
        site_say(load, 0, SAY_CSV_EMPTY, known_columns(&reader));
        load->usable[format->file] = false;
    }
    if (reader.stop) {
        load->usable[format->file] = false;
    }
}

/* ---- lists in a cell ---- */

/* The next "|", narrow or as a Chinese keyboard writes it. NULL: none. */
static char *separator_of(char *list, size_t *bytes)
{
    char *narrow = strchr(list, '|');
    char *wide = strstr(list, "｜");
    const bool first = narrow != NULL && (wide == NULL || narrow < wide);
    *bytes = first ? 1 : strlen("｜");
    return first ? narrow : wide;
}

void site_parts(struct site_load *load, uint32_t line, const char *list, site_part_fn *each,
                void *context)
{
    char *part = arena_strdup(&load->arena, list);
    while (part != NULL) {
        size_t bytes = 0;
        char *end = separator_of(part, &bytes);
        if (end != NULL) {
            *end = '\0';
        }
        part += strspn(part, " \t\r\n");
        size_t kept = strlen(part);
        while (kept > 0 && strchr(" \t\r\n", part[kept - 1]) != NULL) {
            part[--kept] = '\0';
        }
        if (part[0] != '\0') {
            each(load, line, part, context);
        }
        part = end == NULL ? NULL : end + bytes;
    }
}
