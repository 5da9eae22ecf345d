/* sheet: libcsv knows the quotes; this file feeds it line by line.
 *
 * That is what keeps three promises: a row knows the physical line it begins on even when a quoted
 * cell holds line breaks; a lost quote swallows a bounded number of bytes, not the rest of the
 * file; and after a mistake the next line is the beginning of a row again. libcsv is strict here,
 * for otherwise `"a"b` would run on through whatever follows until another quote happens to come.
 *
 * In files with tabs a quote that does not begin a cell is a character like any other: whoever
 * writes such files without a spreadsheet does not quote at all. libcsv would refuse it, so such a
 * cell is handed over as a quoted one with its quotes doubled.
 *
 * Owns its buffers and the parser. A line ends at most one row, so nothing has to be kept beside
 * the row that is being handed out. */
#include "common/text/sheet.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

struct sheet {
    struct sheet_format format;
    sheet_more_fn *more;
    void *context;
    const char *at, *end; /* of the piece, what is left */
    uint64_t line;        /* fed last */
    uint64_t row_line;    /* where the open row began */
    struct csv_parser parser;
    bool open;   /* a row has begun */
    bool quoted; /* with tabs: inside a quoted cell */
    bool ended;  /* libcsv ended a row: it is handed out next */
    bool over;   /* the end of the file was told */
    enum sheet_mistake mistake;
    size_t row_bytes;    /* of the open row, as they lie in the file */
    size_t used;         /* of text */
    uint32_t cell_count; /* of the open row */
    char *cells[SHEET_CELLS_MAX];
    char text[]; /* of the open row: cells, each ended by NUL */
};

/* ---- what libcsv calls ---- */

static void take_cell(void *cell, size_t bytes, void *context)
{
    struct sheet *sheet = context;
    if (sheet->cell_count < SHEET_CELLS_MAX) {
        CHECK(bytes <= sheet->format.row_bytes_max);
        CHECK(sheet->used + bytes + 1 <= sheet->format.row_bytes_max + SHEET_CELLS_MAX);
        char *to = sheet->text + sheet->used;
        memcpy(to, cell, bytes);
        to[bytes] = '\0';
        sheet->used += bytes + 1;
        sheet->cells[sheet->cell_count] = to;
    }
    sheet->cell_count++;
}

static void end_row(int terminator, void *context)
{
    struct sheet *sheet = context;
    (void)terminator;
    CHECK(!sheet->ended); /* one line ends one row */
    sheet->ended = true;
}

/* ---- opening and closing ---- */

static enum rc more_none(void *context, const char **bytes, size_t *size)
{
    (void)context;
    (void)bytes;
    (void)size;
    return RC_NOT_FOUND;
}

static bool parser_start(struct sheet *sheet)
{
    if (csv_init(&sheet->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return false;
    }
    csv_set_delim(&sheet->parser, (unsigned char)sheet->format.separator);
    return true;
}

static uint32_t count_of(const char *bytes, size_t size, char sign)
{
    uint32_t count = 0;
    for (size_t index = 0; index < size; index++) {
        count += bytes[index] == sign;
    }
    return count;
}

char sheet_separator(const char *line, size_t bytes)
{
    const uint32_t commas = count_of(line, bytes, ','), semicolons = count_of(line, bytes, ';');
    return count_of(line, bytes, '\t') > 0 || commas + semicolons == 0 ? '\t'
           : commas >= semicolons                                      ? ','
                                                                       : ';';
}

enum rc sheet_open(struct sheet **sheet, const struct sheet_format *format, sheet_more_fn *more,
                   void *context)
{
    CHECK(strchr(",;\t", format->separator) != NULL);
    CHECK(format->row_bytes_max > 0);
    CHECK(more != NULL);
    struct sheet *opened = calloc(1, sizeof *opened + format->row_bytes_max + SHEET_CELLS_MAX);
    if (opened == NULL) {
        return RC_LIMIT;
    }
    opened->format = *format;
    opened->more = more;
    opened->context = context;
    if (!parser_start(opened)) {
        free(opened);
        return RC_LIMIT;
    }
    *sheet = opened;
    return RC_OK;
}

enum rc sheet_open_bytes(struct sheet **sheet, const struct sheet_format *format, const char *bytes,
                         size_t size)
{
    CHECK(bytes != NULL || size == 0);
    const enum rc rc = sheet_open(sheet, format, more_none, NULL);
    if (rc == RC_OK && size > 0) {
        (*sheet)->at = bytes;
        (*sheet)->end = bytes + size;
    }
    return rc;
}

void sheet_close(struct sheet *sheet)
{
    if (sheet != NULL) {
        csv_free(&sheet->parser);
        free(sheet);
    }
}

/* ---- lines ---- */

/* Bytes of the line at the front of the piece, with its end: LF, CR LF or a lone CR. */
static size_t line_bytes(const char *at, const char *end)
{
    CHECK(at < end);
    const char *stop = at;
    while (stop < end && *stop != '\n' && *stop != '\r') {
        stop++;
    }
    if (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n') {
        stop++;
    }
    return (size_t)(stop - at) + (stop < end ? 1 : 0);
}

static bool line_blank(const char *line, size_t bytes)
{
    for (size_t index = 0; index < bytes; index++) {
        if (strchr(" \t\r\n", line[index]) == NULL || line[index] == '\0') {
            return false;
        }
    }
    return true;
}

/* The next line of the piece, or of the next one. RC_OK, RC_NOT_FOUND or what `more` returned. */
static enum rc line_take(struct sheet *sheet, const char **line, size_t *bytes)
{
    while (sheet->at == sheet->end) {
        size_t size = 0;
        const enum rc rc = sheet->more(sheet->context, &sheet->at, &size);
        if (rc != RC_OK) {
            sheet->at = sheet->end = NULL;
            return rc;
        }
        sheet->end = sheet->at + size;
    }
    *line = sheet->at;
    *bytes = line_bytes(sheet->at, sheet->end);
    sheet->at += *bytes;
    sheet->line++;
    return RC_OK;
}

/* ---- rows ---- */

static void row_forget(struct sheet *sheet)
{
    sheet->open = sheet->quoted = sheet->ended = false;
    sheet->row_bytes = sheet->used = 0;
    sheet->cell_count = 0;
}

static uint32_t cells_kept(const struct sheet *sheet)
{
    return sheet->cell_count < SHEET_CELLS_MAX ? sheet->cell_count : SHEET_CELLS_MAX;
}

/* A row of separators alone, as spreadsheets leave them below a table. */
static bool row_blank(const struct sheet *sheet)
{
    for (uint32_t index = 0; index < cells_kept(sheet); index++) {
        if (!line_blank(sheet->cells[index], strlen(sheet->cells[index]))) {
            return false;
        }
    }
    return sheet->cell_count <= SHEET_CELLS_MAX;
}

/* Nothing of the open row is left; the next line begins another one. */
static enum rc refuse(struct sheet *sheet, enum sheet_mistake mistake, uint64_t line,
                      struct sheet_row *row)
{
    CHECK(mistake != SHEET_NO_MISTAKE);
    CHECK(line >= 1);
    sheet->mistake = mistake;
    *row = (struct sheet_row){.line = line};
    csv_free(&sheet->parser);
    row_forget(sheet);
    return parser_start(sheet) ? RC_INVALID : RC_LIMIT;
}

static bool feed(struct sheet *sheet, const char *bytes, size_t count)
{
    return csv_parse(&sheet->parser, bytes, count, take_cell, end_row, sheet) == count;
}

/* A cell that does not begin with a quote: quotes in it are doubled, and it is put between two,
 * without the blanks around it, which libcsv drops of a bare cell. */
static bool feed_bare(struct sheet *sheet, const char *cell, size_t bytes)
{
    if (memchr(cell, '"', bytes) == NULL) {
        return feed(sheet, cell, bytes);
    }
    for (; cell[0] == ' '; cell++) {
        bytes--;
    }
    for (; cell[bytes - 1] == ' ';) {
        bytes--;
    }
    bool good = feed(sheet, "\"", 1);
    for (size_t index = 0; index < bytes && good; index++) {
        good = feed(sheet, cell + index, 1) && (cell[index] != '"' || feed(sheet, "\"", 1));
    }
    return good && feed(sheet, "\"", 1);
}

/* Bytes from inside a quoted cell up to its closing quote; all of them: it is not in this line. */
static size_t quoted_bytes(const char *at, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (at[index] == '"') {
            if (index + 1 == count || at[index + 1] != '"') {
                return index;
            }
            index++;
        }
    }
    return count;
}

/* A line of a file with tabs, cell by cell. */
static bool feed_tabs(struct sheet *sheet, const char *line, size_t bytes)
{
    bool good = true;
    for (size_t at = 0; at < bytes && good;) {
        if (sheet->quoted) {
            const size_t inside = quoted_bytes(line + at, bytes - at);
            good = feed(sheet, line + at, inside);
            at += inside;
            sheet->quoted = at == bytes;
            if (at == bytes) {
                break;
            }
            good = good && feed(sheet, "\"", 1);
            at++;
        }
        const bool begins = at == 0 || line[at - 1] == '\t';
        if (begins && at < bytes && line[at] == '"') {
            sheet->quoted = true;
            good = good && feed(sheet, "\"", 1);
            at++;
            continue;
        }
        size_t end = at;
        while (end < bytes && strchr("\t\r\n", line[end]) == NULL) {
            end++;
        }
        /* After a closing quote only a tab or the line's end is right: libcsv says no else. */
        good = good &&
               (begins ? feed_bare(sheet, line + at, end - at) : feed(sheet, line + at, end - at));
        const size_t rest = end == bytes ? 0 : line[end] == '\t' ? 1 : bytes - end;
        good = good && feed(sheet, line + end, rest);
        at = end + rest;
    }
    return good;
}

/* The row that libcsv ended. RC_NOT_FOUND: nothing is in it. */
static enum rc row_end(struct sheet *sheet, struct sheet_row *row)
{
    CHECK(sheet->ended);
    CHECK(!sheet->quoted);
    const bool blank = row_blank(sheet);
    *row = (struct sheet_row){
        .line = sheet->row_line, .count = sheet->cell_count, .cells = sheet->cells};
    row_forget(sheet);
    return blank ? RC_NOT_FOUND : RC_OK;
}

/* What no line may be, whatever stands around it. */
static enum sheet_mistake line_mistake(const char *line, size_t bytes)
{
    size_t at = 0;
    if (text_valid(line, bytes, &at)) {
        return SHEET_NO_MISTAKE;
    }
    CHECK(at < bytes);
    return (unsigned char)line[at] < 0x80 ? SHEET_CONTROL : SHEET_NOT_UTF8;
}

/* Feeds one line. RC_OK: a row; RC_NOT_FOUND: none yet; RC_INVALID or RC_LIMIT. */
static enum rc line_feed(struct sheet *sheet, const char *line, size_t bytes, struct sheet_row *row)
{
    if (!sheet->open) {
        if (line_blank(line, bytes) || (sheet->format.comments && line[0] == '#')) {
            return RC_NOT_FOUND;
        }
        sheet->row_line = sheet->line;
        sheet->open = true;
    }
    const enum sheet_mistake wrong = line_mistake(line, bytes);
    if (wrong != SHEET_NO_MISTAKE) {
        return refuse(sheet, wrong, sheet->line, row);
    }
    sheet->row_bytes += bytes;
    if (sheet->row_bytes > sheet->format.row_bytes_max) {
        return refuse(sheet, SHEET_ROW_TOO_LONG, sheet->row_line, row);
    }
    const bool good =
        sheet->format.separator == '\t' ? feed_tabs(sheet, line, bytes) : feed(sheet, line, bytes);
    if (!good) {
        return csv_error(&sheet->parser) == CSV_ENOMEM
                   ? RC_LIMIT
                   : refuse(sheet, SHEET_QUOTE, sheet->line, row);
    }
    return sheet->ended ? row_end(sheet, row) : RC_NOT_FOUND;
}

/* A last line without its end, or a quote that was never closed. */
static enum rc file_end(struct sheet *sheet, struct sheet_row *row)
{
    if (sheet->over) {
        return RC_NOT_FOUND;
    }
    sheet->over = true;
    if (!sheet->open) {
        return RC_NOT_FOUND;
    }
    if (csv_fini(&sheet->parser, take_cell, end_row, sheet) != 0) {
        return csv_error(&sheet->parser) == CSV_ENOMEM
                   ? RC_LIMIT
                   : refuse(sheet, SHEET_QUOTE_OPEN, sheet->row_line, row);
    }
    return sheet->ended ? row_end(sheet, row) : RC_NOT_FOUND;
}

/* The first line may begin with a mark that belongs to no cell. */
static bool is_utf16(const char *line, size_t bytes)
{
    return bytes >= 2 && (memcmp(line, "\xff\xfe", 2) == 0 || memcmp(line, "\xfe\xff", 2) == 0);
}

enum rc sheet_next(struct sheet *sheet, struct sheet_row *row)
{
    enum rc rc = RC_NOT_FOUND;
    while (rc == RC_NOT_FOUND && !sheet->over) {
        const char *line = NULL;
        size_t bytes = 0;
        rc = line_take(sheet, &line, &bytes);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? file_end(sheet, row) : rc;
        }
        CHECK(bytes > 0);
        if (sheet->line == 1 && is_utf16(line, bytes)) {
            sheet->over = true;
            return refuse(sheet, SHEET_UTF16, 1, row);
        }
        if (sheet->line == 1 && bytes >= 3 && memcmp(line, byte_order_mark, 3) == 0) {
            line += 3;
            bytes -= 3;
        }
        rc = line_feed(sheet, line, bytes, row);
    }
    return rc;
}

/* ---- words ---- */

enum sheet_mistake sheet_mistake(const struct sheet *sheet)
{
    return sheet->mistake;
}

static const struct {
    const char *zh, *en;
} sentences[] = {
    [SHEET_NO_MISTAKE] = {"", ""},
    [SHEET_UTF16] = {"文件是 UTF-16 编码，请另存为 UTF-8。",
                     "The file is UTF-16; save it as UTF-8."},
    [SHEET_NOT_UTF8] = {"这一行不是 UTF-8 编码（可能是 GBK），请另存为 UTF-8。",
                        "This line is not UTF-8 (perhaps GBK); save the file as UTF-8."},
    [SHEET_CONTROL] = {"这一行含有控制字符，请删除。",
                       "This line holds a control character; delete it."},
    [SHEET_QUOTE] = {"引号用错：单元格里的引号请写两个，并把整个单元格放在引号里。",
                     "A quote is out of place: double the quotes inside a cell and put the whole "
                     "cell in quotes."},
    [SHEET_QUOTE_OPEN] = {"从这一行开始的引号没有结束，请补上。",
                          "A quote that opens in this row is never closed; close it."},
    [SHEET_ROW_TOO_LONG] = {"这一行太长，可能缺了一个引号。",
                            "This row is too long; perhaps a quote is missing."},
};

const char *sheet_mistake_zh(enum sheet_mistake mistake)
{
    CHECK(mistake < sizeof sentences / sizeof sentences[0]);
    return sentences[mistake].zh;
}

const char *sheet_mistake_en(enum sheet_mistake mistake)
{
    CHECK(mistake < sizeof sentences / sizeof sentences[0]);
    return sentences[mistake].en;
}
