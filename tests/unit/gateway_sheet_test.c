/* What a spreadsheet finds in a table that we made: text, whatever a resident wrote. */
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway_sheet.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
/* clang-format on */

static uint32_t number_at(const unsigned char *bytes, unsigned size)
{
    uint32_t value = 0;
    for (unsigned index = 0; index < size; index++) {
        value |= (uint32_t)bytes[index] << (8 * index);
    }
    return value;
}

/* A file of the archive by its central directory, unpacked and ended by NUL. */
static char *file_of(const unsigned char *zip, size_t size, const char *wanted)
{
    for (size_t at = 0; at + 46 < size; at++) {
        if (memcmp(zip + at, "PK\x01\x02", 4) != 0 ||
            number_at(zip + at + 28, 2) != strlen(wanted) ||
            memcmp(zip + at + 46, wanted, strlen(wanted)) != 0) {
            continue;
        }
        const uint32_t packed = number_at(zip + at + 20, 4), bytes = number_at(zip + at + 24, 4);
        const unsigned char *local = zip + number_at(zip + at + 42, 4);
        const unsigned char *data =
            local + 30 + number_at(local + 26, 2) + number_at(local + 28, 2);
        char *text = calloc(1, bytes + 1);
        struct libdeflate_decompressor *unpacker = libdeflate_alloc_decompressor();
        assert_int_equal(libdeflate_deflate_decompress(unpacker, data, packed, text, bytes, NULL),
                         LIBDEFLATE_SUCCESS);
        libdeflate_free_decompressor(unpacker);
        return text;
    }
    fail_msg("no %s", wanted);
    return NULL;
}

static char *written(const struct gateway_sheet *sheet, const char *name)
{
    size_t size = 0;
    const int fd = gateway_sheet_write(sheet, "工单", &size);
    assert_true(fd >= 0);
    unsigned char *zip = malloc(size);
    assert_int_equal(pread(fd, zip, size, 0), size);
    close(fd);
    char *text = file_of(zip, size, name);
    free(zip);
    return text;
}

static void test_cell_that_looks_like_a_formula_is_text(void **state)
{
    (void)state;
    static const char *const cells[] = {"=1+1", "+86", "-1", "@SUM(A1)", "\tx", "<b>&", "12"};
    struct gateway_sheet sheet = {.columns = 1, .rows = 1};
    gateway_sheet_add(&sheet, "标题");
    for (unsigned index = 0; index < sizeof cells / sizeof cells[0]; index++) {
        gateway_sheet_add(&sheet, cells[index]);
        sheet.rows++;
    }
    char *page = written(&sheet, "xl/worksheets/sheet1.xml");
    char *texts = written(&sheet, "xl/sharedStrings.xml");
    assert_null(strstr(page, "<f>"));
    /* Each cell is an index into the texts, none a number. */
    unsigned count = 0;
    for (const char *at = page; (at = strstr(at, "<c r=")) != NULL; at++) {
        const char *end = strchr(at, '>');
        const char *kind = strstr(at, "t=\"s\"");
        assert_true(kind != NULL && kind < end);
        count++;
    }
    assert_int_equal(count, sheet.rows);
    assert_non_null(strstr(texts, ">=1+1</t>"));
    assert_non_null(strstr(texts, ">@SUM(A1)</t>"));
    assert_non_null(strstr(texts, "&lt;b&gt;&amp;</t>"));
    free(page);
    free(texts);
    free(sheet.cells);
}

static void test_cell_when_empty_leaves_its_place(void **state)
{
    (void)state;
    struct gateway_sheet sheet = {.columns = 3, .rows = 1};
    gateway_sheet_add(&sheet, "a");
    gateway_sheet_add(&sheet, NULL);
    gateway_sheet_add(&sheet, "c");
    char *page = written(&sheet, "xl/worksheets/sheet1.xml");
    assert_non_null(strstr(page, "r=\"A1\""));
    assert_null(strstr(page, "r=\"B1\""));
    assert_non_null(strstr(page, "r=\"C1\""));
    free(page);
    free(sheet.cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cell_that_looks_like_a_formula_is_text),
        cmocka_unit_test(test_cell_when_empty_leaves_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
