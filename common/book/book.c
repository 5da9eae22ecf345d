/* book: owns a file in memory while it is being written, for its makers may have no folder to write to. What
 * must stay true: no cell goes through a function that guesses what a text means (worksheet_write and its
 * like), and links are not made of addresses: text is worksheet_write_string alone. */

#include "common/book/book.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "common/base/check.h"

#define CELL_BYTES_MAX 32000u /* a spreadsheet takes 32,767 characters */

static const char *const number_forms[BOOK_KINDS] = {
    [BOOK_COUNT] = "#,##0", [BOOK_PERCENT] = "0.0%", [BOOK_POINTS] = "0.00", [BOOK_HOURS] = "0.0"};

enum rc book_begin(struct book *book)
{
    char path[64];
    *book = (struct book){.fd = memfd_create("book", MFD_CLOEXEC)};
    if (book->fd < 0) {
        return RC_LIMIT;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", book->fd);
    lxw_workbook *workbook = workbook_new(path);
    if (workbook == NULL) {
        close(book->fd);
        book->fd = -1;
        return RC_LIMIT;
    }
    book->workbook = workbook;
    lxw_format *head = workbook_add_format(workbook);
    book->failed = head == NULL;
    if (head != NULL) {
        format_set_bold(head);
    }
    book->head = head;
    for (unsigned kind = 0; kind < BOOK_KINDS && !book->failed; kind++) {
        lxw_format *format = workbook_add_format(workbook);
        book->failed = format == NULL;
        if (format != NULL && number_forms[kind] != NULL) {
            format_set_num_format(format, number_forms[kind]);
        }
        book->formats[kind] = format;
    }
    return RC_OK;
}

/* As many whole characters as a cell takes. */
static void write_text(struct book *book, const char *text, void *format)
{
    char cut[CELL_BYTES_MAX + 1];
    size_t bytes = strlen(text);
    CHECK(book->page != NULL);
    if (bytes > CELL_BYTES_MAX) {
        for (bytes = CELL_BYTES_MAX; bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80;) {
            bytes--;
        }
        memcpy(cut, text, bytes);
        cut[bytes] = '\0';
        text = cut;
    }
    if (bytes > 0 && !book->failed) {
        book->failed =
            worksheet_write_string(book->page, (lxw_row_t)book->row, (lxw_col_t)book->column, text,
                                   format) != LXW_NO_ERROR;
    }
}

static void next_cell(struct book *book)
{
    book->column++;
    CHECK(book->column <= book->columns);
    if (book->column == book->columns) {
        book->column = 0;
        book->row++;
    }
}

void book_page(struct book *book, const char *title, const struct book_column *columns,
               unsigned count, unsigned still)
{
    CHECK(count > 0);
    CHECK(count <= BOOK_COLUMNS_MAX);
    CHECK(still <= count);
    if (book->failed) {
        return;
    }
    book->columns = count;
    book->column = 0;
    book->row = 0;
    book->page = workbook_add_worksheet(book->workbook, title);
    book->failed = book->page == NULL;
    if (book->failed) {
        return;
    }
    const bool titled = columns[0].title != NULL;
    worksheet_freeze_panes(book->page, titled ? 1 : 0, (lxw_col_t)still);
    for (unsigned column = 0; column < count; column++) {
        CHECK(columns[column].kind < BOOK_KINDS);
        book->kinds[column] = columns[column].kind;
        worksheet_set_column(book->page, (lxw_col_t)column, (lxw_col_t)column,
                             columns[column].width, NULL);
    }
    for (unsigned column = 0; column < count && titled; column++) {
        write_text(book, columns[column].title, book->head);
        next_cell(book);
    }
}

void book_text(struct book *book, const char *text)
{
    if (book->page == NULL) {
        CHECK(book->failed);
        return;
    }
    write_text(book, text == NULL ? "" : text, NULL);
    next_cell(book);
}

void book_number(struct book *book, double number)
{
    if (book->page == NULL) {
        CHECK(book->failed);
        return;
    }
    if (!book->failed) {
        book->failed = worksheet_write_number(
                           book->page, (lxw_row_t)book->row, (lxw_col_t)book->column, number,
                           book->formats[book->kinds[book->column]]) != LXW_NO_ERROR;
    }
    next_cell(book);
}

void book_row(struct book *book)
{
    if (book->column > 0) {
        book->column = 0;
        book->row++;
    }
}

enum rc book_end(struct book *book, int *fd, size_t *size)
{
    struct stat info;
    CHECK(book->workbook != NULL);
    bool good = workbook_close(book->workbook) == LXW_NO_ERROR && !book->failed;
    book->workbook = NULL;
    good = good && fstat(book->fd, &info) == 0 && info.st_size > 0;
    if (!good) {
        close(book->fd);
        book->fd = -1;
        return RC_LIMIT;
    }
    *fd = book->fd;
    *size = (size_t)info.st_size;
    book->fd = -1;
    return RC_OK;
}
