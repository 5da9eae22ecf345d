/* A table before it is registered: every cell, every line, and what could not be read. */
#include "gateway_import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static json_t *read_text(const char *text)
{
    char *made = gateway_import_read(text, strlen(text));
    assert_non_null(made);
    json_t *object = json_loads(made, 0, NULL);
    free(made);
    return object;
}

static const char *cell(json_t *table, size_t row, size_t column)
{
    return json_string_value(
        json_array_get(json_array_get(json_object_get(table, "rows"), row), column));
}

static void test_table_when_read_then_cells_and_lines(void **state)
{
    (void)state;
    json_t *table =
        read_text("\xEF\xBB\xBF内容,地点\r\n\"楼上漏水\n没人修\",\"A,B\"\r\n=1+1,x\r\n");
    assert_string_equal(cell(table, 0, 0), "内容");
    assert_string_equal(cell(table, 1, 0), "楼上漏水\n没人修");
    assert_string_equal(cell(table, 1, 1), "A,B");
    assert_string_equal(cell(table, 2, 0), "=1+1");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(table, "lines"), 2)), 4);
    assert_false(json_is_true(json_object_get(table, "more")));
    json_decref(table);
}

static void test_table_when_tabs_stand_between_then_they_are_meant(void **state)
{
    (void)state;
    json_t *table = read_text("text\tplace\na, b\tc\n");
    assert_string_equal(cell(table, 1, 0), "a, b");
    assert_string_equal(cell(table, 1, 1), "c");
    json_decref(table);
}

static void test_row_when_it_cannot_be_read_then_its_line_is_told(void **state)
{
    (void)state;
    json_t *table = read_text("text,place\na,b\n\xff\xfe,c\nd,e\n");
    const json_t *mistakes = json_object_get(table, "mistakes");
    assert_int_equal(json_array_size(mistakes), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(mistakes, 0), "line")), 3);
    assert_string_equal(cell(table, 2, 0), "d");
    json_decref(table);
}

static void test_table_when_it_is_longer_than_a_page_takes_then_more(void **state)
{
    (void)state;
    const size_t count = GATEWAY_IMPORT_ROWS_MAX + 10;
    char *text = malloc(2 * count + 1);
    for (size_t index = 0; index < count; index++) {
        memcpy(text + 2 * index, "a\n", 3);
    }
    json_t *table = read_text(text);
    assert_int_equal(json_array_size(json_object_get(table, "rows")), GATEWAY_IMPORT_ROWS_MAX);
    assert_true(json_is_true(json_object_get(table, "more")));
    json_decref(table);
    free(text);
}

static void test_workbook_is_known(void **state)
{
    (void)state;
    assert_true(gateway_import_is_workbook("PK\x03\x04...", 7));
    assert_false(gateway_import_is_workbook("PK", 2));
    assert_false(gateway_import_is_workbook("text,place", 10));
    json_t *none = read_text("");
    assert_int_equal(json_array_size(json_object_get(none, "rows")), 0);
    json_decref(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_read_then_cells_and_lines),
        cmocka_unit_test(test_table_when_tabs_stand_between_then_they_are_meant),
        cmocka_unit_test(test_row_when_it_cannot_be_read_then_its_line_is_told),
        cmocka_unit_test(test_table_when_it_is_longer_than_a_page_takes_then_more),
        cmocka_unit_test(test_workbook_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
