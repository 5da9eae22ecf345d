/* cli_grid: what a table gives up when the terminal is narrow, and what it never does. */

#include "cli_grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static const struct cli_column columns[] = {
    {.title = "工单号|NUMBER"},           {.title = "时限|DEADLINE", .rank = 11, .brackets = true},
    {.title = "层级|LEVEL", .rank = 12},  {.title = "单位|UNIT", .floor = 10},
    {.title = "牌|CARD", .rank = 2},      {.title = "超时|LATE", .rank = 1, .right = true},
    {.title = "标题|TITLE", .floor = 10}, {.title = NULL},
};

/* The table as it is printed on a terminal of so many columns. To be freed. */
static char *table(enum say_language language, size_t columns_max, const char *card)
{
    static const struct cli cli_zero;
    struct cli *cli = malloc(sizeof *cli);
    struct cli_grid grid;
    char *printed = NULL;
    size_t bytes = 0;
    assert_non_null(cli);
    *cli = cli_zero;
    cli->say.language = language;
    cli_grid_begin(&grid, cli, columns);
    grid.columns_max = columns_max;
    grid.out = open_memstream(&printed, &bytes);
    assert_non_null(grid.out);
    FILE *out = grid.out;
    for (unsigned row = 0; row < 2; row++) {
        cli_grid_add(&grid, SAY_STRONG, "20261122-000%u-7", row);
        cli_grid_add(&grid, SAY_BAD, "超时 22小时15分 (11-21 10:45)");
        cli_grid_add(&grid, SAY_PLAIN, "楼栋/小区");
        cli_grid_add(&grid, SAY_PLAIN, row == 0 ? "街道诉求处置中心" : "物业");
        cli_grid_add(&grid, SAY_BAD, "%s", row == 0 ? card : "");
        cli_grid_add(&grid, SAY_PLAIN, "%u/%u", 10 * row, row);
        cli_grid_add(&grid, SAY_PLAIN, "电梯坏了\n三天没人修，老人下不了楼，急");
    }
    cli_grid_end(&grid);
    assert_int_equal(fclose(out), 0);
    free(cli);
    return printed;
}

static void test_grid_when_narrow_then_no_line_is_wider(void **state)
{
    (void)state;
    for (size_t width = 44; width < 140; width++) {
        char *printed = table(width % 2 == 0 ? SAY_CHINESE : SAY_ENGLISH, width, "红牌"),
             *rest = NULL;
        for (char *line = strtok_r(printed, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            const bool note = strstr(line, "未列") != NULL || strstr(line, "left out") != NULL;
            assert_true(note || text_columns(line) <= width);
        }
        free(printed);
    }
}

static void test_grid_when_wide_or_piped_then_all_is_whole(void **state)
{
    (void)state;
    static const size_t widths[] = {200, SIZE_MAX};
    for (size_t index = 0; index < 2; index++) {
        char *printed = table(SAY_CHINESE, widths[index], "");
        assert_non_null(
            strstr(printed, "超时 22小时15分 (11-21 10:45)  楼栋/小区  街道诉求处置中心"));
        assert_non_null(strstr(printed, "电梯坏了 三天没人修，老人下不了楼，急\n"));
        assert_non_null(strstr(printed, "  牌  ")); /* an empty column costs nothing here */
        assert_null(strstr(printed, "…"));
        assert_null(strstr(printed, "未列"));
        free(printed);
    }
}

static void test_grid_when_narrower_then_columns_leave_by_rank_and_are_named(void **state)
{
    (void)state;
    char *printed = table(SAY_CHINESE, 90, "红牌");
    /* The level leaves and the deadline loses its brackets before texts are clipped hard. */
    assert_null(strstr(printed, "楼栋"));
    assert_null(strstr(printed, "10:45"));
    assert_non_null(strstr(printed, "超时 22小时15分  街道诉求处置中心  红牌   0/0  电梯坏了"));
    assert_non_null(strstr(printed, "超时 22小时15分  物业              "));
    assert_non_null(strstr(printed, "\n窗口窄，未列：层级\n"));
    free(printed);
    printed = table(SAY_ENGLISH, 67, "红牌");
    assert_non_null(strstr(printed, "the window is narrow; left out: LEVEL, CARD\n"));
    assert_non_null(strstr(printed, "20261122-0000-7  超时 22小时15分  街道诉求"));
    assert_non_null(strstr(printed, "…\n"));
    free(printed);
}

static void test_grid_when_a_column_is_empty_then_it_leaves_unnamed(void **state)
{
    (void)state;
    char *printed = table(SAY_ENGLISH, 90, "");
    assert_null(strstr(printed, "CARD"));
    assert_non_null(strstr(printed, "left out: LEVEL\n"));
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid_when_narrow_then_no_line_is_wider),
        cmocka_unit_test(test_grid_when_wide_or_piped_then_all_is_whole),
        cmocka_unit_test(test_grid_when_narrower_then_columns_leave_by_rank_and_are_named),
        cmocka_unit_test(test_grid_when_a_column_is_empty_then_it_leaves_unnamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
