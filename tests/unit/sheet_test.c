/* sheet: tables as spreadsheets and people save them.
 * ctest: valgrind */
#include "common/text/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROW_BYTES = 64, SAID_BYTES = 4096 };

/* Everything that is read, as "1[a|b] 3[c|d] !4:QUOTE". */
struct said {
    char text[SAID_BYTES];
    size_t used;
};

static void __attribute__((format(printf, 2, 3))) say(struct said *said, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int bytes =
        vsnprintf(said->text + said->used, sizeof said->text - said->used, format, list);
    va_end(list);
    assert_true(bytes >= 0 && said->used + (size_t)bytes < sizeof said->text);
    said->used += (size_t)bytes;
}

static void say_row(struct said *said, const struct sheet_row *row)
{
    say(said, "%s%llu[", said->used == 0 ? "" : " ", (unsigned long long)row->line);
    for (uint32_t index = 0; index < row->count && index < SHEET_CELLS_MAX; index++) {
        say(said, "%s%s", index == 0 ? "" : "|", row->cells[index]);
    }
    say(said, "]");
}

static void say_mistake(struct said *said, uint64_t line, enum sheet_mistake mistake)
{
    static const char *const names[] = {"",      "UTF16", "NOT_UTF8", "CONTROL",
                                        "QUOTE", "OPEN",  "LONG"};
    assert_in_range(mistake, SHEET_UTF16, SHEET_ROW_TOO_LONG);
    assert_true(strlen(sheet_mistake_zh(mistake)) > 10);
    assert_true(strlen(sheet_mistake_en(mistake)) > 10);
    say(said, "%s!%llu:%s", said->used == 0 ? "" : " ", (unsigned long long)line, names[mistake]);
}

static void read_all(struct sheet *sheet, struct said *said)
{
    struct sheet_row row;
    enum rc rc = RC_OK;
    while ((rc = sheet_next(sheet, &row)) != RC_NOT_FOUND) {
        if (rc == RC_OK) {
            say_row(said, &row);
        } else {
            assert_int_equal(rc, RC_INVALID);
            say_mistake(said, row.line, sheet_mistake(sheet));
        }
    }
    assert_int_equal(sheet_next(sheet, &row), RC_NOT_FOUND); /* the end stays the end */
    sheet_close(sheet);
}

static void check_format(const struct sheet_format *format, const char *bytes, size_t size,
                         const char *expected)
{
    struct said said = {.used = 0};
    struct sheet *sheet = NULL;
    /* Of exactly so many bytes, so that valgrind and ASan see each one read beyond. */
    char *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    assert_int_equal(sheet_open_bytes(&sheet, format, copy, size), RC_OK);
    read_all(sheet, &said);
    free(copy);
    assert_string_equal(said.text, expected);
}

static void check(char separator, const char *bytes, const char *expected)
{
    const struct sheet_format format = {.separator = separator, .row_bytes_max = ROW_BYTES};
    check_format(&format, bytes, strlen(bytes), expected);
}

static void test_rows_when_plain_then_cells_and_lines(void **state)
{
    (void)state;
    check(',', "", "");
    check(',', "a,b\nc,d\n", "1[a|b] 2[c|d]");
    check(',', "a,b\r\nc,d", "1[a|b] 2[c|d]");       /* CR LF, and no end at the end */
    check(',', "a,b\rc,d\r", "1[a|b] 2[c|d]");       /* old CR alone */
    check(',', "a, b ,\n", "1[a|b|]");               /* blanks around, an empty cell at the end */
    check('\t', "a\tb\nc\t\td\n", "1[a|b] 2[c||d]"); /* a comma is no separator here */
    check('\t', "a,b\tc\r\n", "1[a,b|c]");
    check('\t', "a\n\t\tb", "1[a] 2[||b]");
}

static void test_rows_when_nothing_is_in_them_then_passed_over(void **state)
{
    (void)state;
    check(',', "\n  \na\n,,\n \t \nb\n\n", "3[a] 6[b]");
    check('\t', "\t\t\r\na\r\n \t\r\nb", "2[a] 4[b]");
}

static void test_mark_when_in_front_then_no_part_of_the_cell(void **state)
{
    (void)state;
    check(',', "\xef\xbb\xbfname\nx\n", "1[name] 2[x]");
    check('\t', "\xef\xbb\xbf\"na\tme\"\n", "1[na\tme]");
    check(',', "\xef\xbb\xbf", "");
    check(',',
          "a\n\xef\xbb\xbf"
          "b\n",
          "1[a] 2[\xef\xbb\xbf"
          "b]"); /* only in front */
}

static void test_quotes_when_closed_then_what_is_inside(void **state)
{
    (void)state;
    check(',', "\"a,b\",c\n", "1[a,b|c]");
    check('\t', "\"a\tb\"\tc\n", "1[a\tb|c]");
    check(',', "\"say \"\"yes\"\"\"\n", "1[say \"yes\"]");
    check('\t', "\"say \"\"yes\"\"\"\tx\n", "1[say \"yes\"|x]");
    check('\t', "\"\"\t\"\"\"\"\n", "1[|\"]");
    check('\t', "x\t\"a\"", "1[x|a]");
}

static void test_quotes_when_lines_break_inside_then_the_row_begins_where_it_begins(void **state)
{
    (void)state;
    check(',', "a\n\"one\ntwo\",x\nb\n", "1[a] 2[one\ntwo|x] 4[b]");
    check('\t', "a\n\"one\r\ntwo\n\nthree\"\tx\r\nb\n", "1[a] 2[one\r\ntwo\n\nthree|x] 6[b]");
    check('\t', "\"one\n\ttwo\"\t\"\nx\"\n", "1[one\n\ttwo|\nx]");
    check('\t', "\"a\n\"\"b\"\"\n\"\tc\n",
          "1[a\n\"b\"\n|c]"); /* doubled at a line's begin and end */
}

/* Who writes tabs without a spreadsheet quotes nothing. */
static void test_tabs_when_a_quote_stands_inside_a_bare_cell_then_a_character(void **state)
{
    (void)state;
    check('\t', "he said \"no\"\tx\n", "1[he said \"no\"|x]");
    check('\t', "a\t5\" pipe\nb\t\" \"\"\n", "1[a|5\" pipe] !2:OPEN");
    check('\t', "a\"\n\"b\"\n", "1[a\"] 2[b]");
    check('\t', "  \"a\" \tx\n", "1[\"a\"|x]");
}

static void test_quotes_when_out_of_place_then_that_line_and_on_with_the_next(void **state)
{
    (void)state;
    check(',', "a\n\"b\"c\nd\n", "1[a] !2:QUOTE 3[d]");
    check(',', "a\nb\"c\nd\n", "1[a] !2:QUOTE 3[d]");
    check('\t', "a\n\"b\"c\tx\nd\n", "1[a] !2:QUOTE 3[d]");
    check(',', "a\n\"b\nc\"d\ne\n", "1[a] !3:QUOTE 4[e]"); /* the line where it is seen */
}

static void test_quote_when_never_closed_then_where_its_row_began(void **state)
{
    (void)state;
    check(',', "a\n\"b\nc\n", "1[a] !2:OPEN");
    check('\t', "a\nx\t\"b\nc\n", "1[a] !2:OPEN");
    check('\t', "\"", "!1:OPEN");
}

/* A lost quote swallows a bounded number of bytes; what follows is read. */
static void test_row_when_too_long_then_its_first_line_and_on(void **state)
{
    (void)state;
    char line[ROW_BYTES + 8];
    char expected[ROW_BYTES + 32];
    memset(line, 'x', ROW_BYTES);
    (void)snprintf(line + ROW_BYTES - 1, 4, "\na\n");
    (void)snprintf(expected, sizeof expected, "1[%.*s] 2[a]", ROW_BYTES - 1, line);
    check(',', line, expected); /* exactly as long as allowed */
    memset(line, 'x', ROW_BYTES);
    (void)snprintf(line + ROW_BYTES, 4, "\na\n");
    check(',', line, "!1:LONG 2[a]");
    check(',', "\"1234567890123456789012345678901\n234567890123456789012345678901234567890\na\n",
          "!1:LONG 3[a]");
}

static void test_text_when_not_utf8_then_that_line_and_on(void **state)
{
    (void)state;
    check(',', "a\n\xc4\xe3,x\nb\n", "1[a] !2:NOT_UTF8 3[b]");
    check(',', "a\nx\x01y\nb\n", "1[a] !2:CONTROL 3[b]");
    check(',', "\"a\nx\x01y\nb\n", "!2:CONTROL 3[b]"); /* the row it stood in is gone */
    const struct sheet_format format = {.separator = ',', .row_bytes_max = ROW_BYTES};
    check_format(&format, "a\n\0\nb", 5, "1[a] !2:CONTROL 3[b]");
    check_format(&format,
                 "\xff\xfe"
                 "a\0",
                 4, "!1:UTF16");
    check_format(&format, "\xfe\xff", 2, "!1:UTF16");
    check_format(&format, "\xff", 1, "!1:NOT_UTF8");
}

static void test_comments_when_asked_for_then_passed_over(void **state)
{
    (void)state;
    const struct sheet_format format = {
        .separator = '\t', .row_bytes_max = ROW_BYTES, .comments = true};
    const char *bytes = "# a\nb\n#\n\"c\n# d\"\n";
    check_format(&format, bytes, strlen(bytes), "2[b] 4[c\n# d]"); /* none inside a cell */
    check('\t', "# a\nb\n", "1[# a] 2[b]");
}

static void test_cells_when_more_than_kept_then_counted(void **state)
{
    (void)state;
    char bytes[SHEET_CELLS_MAX + 8];
    memset(bytes, ',', sizeof bytes);
    bytes[0] = 'a';
    const struct sheet_format format = {.separator = ',', .row_bytes_max = sizeof bytes};
    struct sheet *sheet = NULL;
    struct sheet_row row;
    assert_int_equal(sheet_open_bytes(&sheet, &format, bytes, sizeof bytes), RC_OK);
    assert_int_equal(sheet_next(sheet, &row), RC_OK);
    assert_int_equal(row.count, sizeof bytes); /* so many separators but one, and a cell more */
    assert_string_equal(row.cells[0], "a");
    assert_string_equal(row.cells[SHEET_CELLS_MAX - 1], "");
    sheet_close(sheet);
    sheet_close(NULL);
}

/* ---- pieces ---- */

struct pieces {
    const char *const *list;
    enum rc end;
};

static enum rc piece_next(void *context, const char **bytes, size_t *size)
{
    struct pieces *pieces = context;
    if (*pieces->list == NULL) {
        return pieces->end;
    }
    *bytes = *pieces->list++;
    *size = strlen(*bytes);
    return RC_OK;
}

static void test_pieces_when_fed_line_by_line_then_as_one_file(void **state)
{
    (void)state;
    static const char *const list[] = {"a\tb\n", "", "\"c\n", "d\"\te\nf\tg\n", "h", NULL};
    const struct sheet_format format = {.separator = '\t', .row_bytes_max = ROW_BYTES};
    struct pieces pieces = {.list = list, .end = RC_NOT_FOUND};
    struct said said = {.used = 0};
    struct sheet *sheet = NULL;
    assert_int_equal(sheet_open(&sheet, &format, piece_next, &pieces), RC_OK);
    read_all(sheet, &said);
    assert_string_equal(said.text, "1[a|b] 2[c\nd|e] 4[f|g] 5[h]");
}

static void test_pieces_when_reading_fails_then_its_code(void **state)
{
    (void)state;
    static const char *const list[] = {"a\n", NULL};
    const struct sheet_format format = {.separator = ',', .row_bytes_max = ROW_BYTES};
    struct pieces pieces = {.list = list, .end = RC_IO};
    struct sheet_row row;
    struct sheet *sheet = NULL;
    assert_int_equal(sheet_open(&sheet, &format, piece_next, &pieces), RC_OK);
    assert_int_equal(sheet_next(sheet, &row), RC_OK);
    assert_int_equal(sheet_next(sheet, &row), RC_IO);
    sheet_close(sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_when_plain_then_cells_and_lines),
        cmocka_unit_test(test_rows_when_nothing_is_in_them_then_passed_over),
        cmocka_unit_test(test_mark_when_in_front_then_no_part_of_the_cell),
        cmocka_unit_test(test_quotes_when_closed_then_what_is_inside),
        cmocka_unit_test(test_quotes_when_lines_break_inside_then_the_row_begins_where_it_begins),
        cmocka_unit_test(test_tabs_when_a_quote_stands_inside_a_bare_cell_then_a_character),
        cmocka_unit_test(test_quotes_when_out_of_place_then_that_line_and_on_with_the_next),
        cmocka_unit_test(test_quote_when_never_closed_then_where_its_row_began),
        cmocka_unit_test(test_row_when_too_long_then_its_first_line_and_on),
        cmocka_unit_test(test_text_when_not_utf8_then_that_line_and_on),
        cmocka_unit_test(test_comments_when_asked_for_then_passed_over),
        cmocka_unit_test(test_cells_when_more_than_kept_then_counted),
        cmocka_unit_test(test_pieces_when_fed_line_by_line_then_as_one_file),
        cmocka_unit_test(test_pieces_when_reading_fails_then_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
