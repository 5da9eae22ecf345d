/* sheet: rows of a table as people save it: CSV or tab-separated, from any spreadsheet.
 *
 * A cell may stand in double quotes ("" is a quote inside) and then hold separators and line
 * breaks. Blanks around a cell without quotes are dropped. A byte order mark is passed over; lines
 * end with LF, CR LF or CR. Rows without anything in them are passed over. Each row knows the line
 * that it begins on, and so does each mistake; after a mistake reading goes on with the next line,
 * so that all of them can be shown at once.
 *
 * Who reads decides what the cells mean: names of columns, missing and surplus cells, blanks around
 * a text are the caller's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

#define SHEET_CELLS_MAX 256u

enum sheet_mistake {
    SHEET_NO_MISTAKE,
    SHEET_UTF16,        /* the file begins as UTF-16; nothing of it is read */
    SHEET_NOT_UTF8,     /* a line is no UTF-8 */
    SHEET_CONTROL,      /* a line holds a NUL or another control character */
    SHEET_QUOTE,        /* something stands after a closing quote, or a quote inside a bare cell */
    SHEET_QUOTE_OPEN,   /* a quote is not closed before the end */
    SHEET_ROW_TOO_LONG, /* more bytes than row_bytes_max: mostly a lost quote */
};

struct sheet_format {
    char separator;       /* ',' ';' or '\t' */
    size_t row_bytes_max; /* what a lost quote can swallow at most */
    bool comments;        /* lines that begin with # are passed over */
};

struct sheet_row {
    uint64_t line;  /* where the row begins, from 1 */
    uint32_t count; /* of cells; may exceed SHEET_CELLS_MAX, then only so many are kept */
    char **cells; /* ended by NUL; may be changed in place; live until the next row is asked for */
};

/* Hands over the next piece: one or more whole lines (only the last may lack its end), kept until
 * the next call. RC_OK, RC_NOT_FOUND at the end, or another code, which sheet_next returns. */
typedef enum rc sheet_more_fn(void *context, const char **bytes, size_t *size);

/* By the line of names. One column alone may hold commas in its texts, so tabs are meant. */
char sheet_separator(const char *line, size_t bytes);

struct sheet;

/* Before: row_bytes_max is not 0. RC_OK or RC_LIMIT (memory). */
MUST_CHECK enum rc sheet_open(struct sheet **sheet, const struct sheet_format *format,
                              sheet_more_fn *more, void *context);
/* The same over bytes in memory, which are kept until sheet_close. */
MUST_CHECK enum rc sheet_open_bytes(struct sheet **sheet, const struct sheet_format *format,
                                    const char *bytes, size_t size);
/* sheet NULL is left alone. */
void sheet_close(struct sheet *sheet);

/* RC_OK: *row is the next row. RC_INVALID: row->line and sheet_mistake say what is wrong; call
 * again for what follows. RC_NOT_FOUND: the end. RC_LIMIT: memory. Else: as more returned. */
MUST_CHECK enum rc sheet_next(struct sheet *sheet, struct sheet_row *row);

/* Of the last RC_INVALID. */
enum sheet_mistake sheet_mistake(const struct sheet *sheet);
/* What is wrong and what to do, in a sentence. */
const char *sheet_mistake_zh(enum sheet_mistake mistake);
const char *sheet_mistake_en(enum sheet_mistake mistake);
