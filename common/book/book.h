/* book: workbooks for spreadsheets (.xlsx): pages of rows, a bold first row that stays in sight.
 *
 * A text is a text, whatever it begins with: nothing that somebody wrote is ever a formula of whoever opens
 * the book. Numbers are numbers, to be added up there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/rc.h"

/* How a column's numbers are shown; texts stand in any of them. */
enum book_kind { BOOK_TEXT, BOOK_COUNT, BOOK_PERCENT, BOOK_POINTS, BOOK_HOURS, BOOK_KINDS };

struct book_column {
    const char *title; /* NULL: the page has no first row of titles */
    unsigned width;    /* in characters of a digit's width */
    enum book_kind kind;
};

enum { BOOK_COLUMNS_MAX = 96 };

/* Cells are written from left to right, row by row. What failed once is told at the end. */
struct book {
    int fd; /* of the file, which has no name until somebody gives it one */
    void *workbook, *page, *head;
    void *formats[BOOK_KINDS];
    enum book_kind kinds[BOOK_COLUMNS_MAX];
    unsigned columns, column;
    size_t row;
    bool failed;
};

/* RC_OK or RC_LIMIT (memory, descriptors). After RC_OK: book_end. */
MUST_CHECK enum rc book_begin(struct book *book);
/* title: at most 31 characters, none of []:*?/\. still: that many columns at the left stay in sight.
 * Before: 1..BOOK_COLUMNS_MAX columns. */
void book_page(struct book *book, const char *title, const struct book_column *columns,
               unsigned count, unsigned still);
/* NULL or "": an empty cell. What is longer than a cell may be is cut between characters. */
void book_text(struct book *book, const char *text);
void book_number(struct book *book, double number);
/* The rest of the row stays empty. */
void book_row(struct book *book);
/* A descriptor of the whole file, the caller's, and its size; RC_LIMIT: it could not be made. Blocks. */
MUST_CHECK enum rc book_end(struct book *book, int *fd, size_t *size);
