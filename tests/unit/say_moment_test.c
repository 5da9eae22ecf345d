/* say_moment: dates and times as tables of other systems write them. */

#include "common/say/say_moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/say_time.h"

static const struct say home = {.language = SAY_CHINESE}; /* +08:00 */

/* As the wall clock at home shows it; "odd" or "ambiguous". */
static const char *read(const char *text, unsigned order)
{
    static char shown[SAY_TIME_BYTES];
    uint64_t at_ms = 0;
    switch (say_moment_read(&home, text, order, &at_ms)) {
    case SAY_MOMENT_READ:
        say_time_exact(&home, at_ms, shown);
        return shown;
    case SAY_MOMENT_AMBIGUOUS:
        return "ambiguous";
    default:
        return "odd";
    }
}

static void test_read_when_one_form_of_many_then_the_same_moment(void **state)
{
    static const char *const forms[] = {
        "2026-03-02 09:05",
        "2026-03-02T09:05",
        "2026-03-02T09:05:00",
        "2026-03-02T01:05:00Z",
        "2026-03-02 10:05:00 +09:00",
        "2026-03-02T09:05:00.000+0800",
        "2026/3/2 9:05",
        "2026/03/02 09:05:00",
        "2026.3.2 9:05",
        "2026-3-2 9:05 AM",
        "2026年3月2日 9:05",
        "2026年3月2日 上午9点05分",
        "2026年3月2日上午9:05",
        "2026年03月02日09时05分00秒",
        "2026年3月2日 星期一 上午9时5分",
        "2026年3月2日（周一）9:05",
        "２０２６年３月２日　９：０５",
        "26年3月2日9点05",
        "2.3.2026 9:05",
        "Mar 2, 2026 9:05 AM",
        "March 2, 2026, 9:05\u202fAM",
        "Mon, 2 Mar 2026 09:05:00",
        "02-Mar-2026 09:05",
        "2026 Mar 02 09:05:00 AM",
        "2026-Mar-02 09:05",
        "2 March 2026 9:05 a.m.",
        "20260302 0905",
        "20260302 09:05",
        "202603020905",
        "20260302090500",
        "46083.378472222",
        "46083.3784722222",
        "\ufeff2026-03-02 09:05 ",
        "'2026-03-02 09:05",
    };
    (void)state;
    for (size_t index = 0; index < sizeof forms / sizeof forms[0]; index++) {
        const char *shown = read(forms[index], 0);
        if (strcmp(shown, "2026-03-02 09:05:00") != 0) {
            print_message("%s: %s\n", forms[index], shown);
        }
        assert_string_equal(shown, "2026-03-02 09:05:00");
    }
}

static void test_read_when_halves_of_the_day_then_by_24_hours(void **state)
{
    static const char *const cases[][2] = {
        {"2026-03-02", "2026-03-02 00:00:00"},
        {"2026年3月2日", "2026-03-02 00:00:00"},
        {"20260302", "2026-03-02 00:00:00"},
        {"46083", "2026-03-02 00:00:00"},
        {"46083.5", "2026-03-02 12:00:00"},
        {"2026-03-02 12:05 AM", "2026-03-02 00:05:00"},
        {"2026-03-02 12:05 PM", "2026-03-02 12:05:00"},
        {"2026-03-02 03:20:07 PM", "2026-03-02 15:20:07"},
        {"2026-03-02 3PM", "2026-03-02 15:00:00"},
        {"2026-03-02 3 p.m.", "2026-03-02 15:00:00"},
        {"2026-03-02 13:05 AM", "odd"},
        {"2026年3月2日 下午3:20", "2026-03-02 15:20:00"},
        {"2026年3月2日 下午3点半", "2026-03-02 15:30:00"},
        {"2026年3月2日 下午15:20", "2026-03-02 15:20:00"},
        {"2026年3月2日 下午3点整", "2026-03-02 15:00:00"},
        {"2026年3月2日 上午12:05", "2026-03-02 00:05:00"},
        {"2026年3月2日 凌晨1点", "2026-03-02 01:00:00"},
        {"2026年3月2日 中午12点", "2026-03-02 12:00:00"},
        {"2026年3月2日 中午1点", "2026-03-02 13:00:00"},
        {"2026年3月2日 晚上8点10分", "2026-03-02 20:10:00"},
        {"2026年3月2日 晚8点", "2026-03-02 20:00:00"},
        {"2026年3月2日 晚上12点", "odd"},
        {"2026/3/2 9:05:07", "2026-03-02 09:05:07"},
    };
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *shown = read(cases[index][0], 0);
        if (strcmp(shown, cases[index][1]) != 0) {
            print_message("%s: %s\n", cases[index][0], shown);
        }
        assert_string_equal(shown, cases[index][1]);
    }
}

static void test_read_when_no_moment_then_odd(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "3d",
        "2h",
        "soon",
        "下午3:20",
        "9:05",
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "2026-03",
        "13/13/2026",
        "0/3/2026",
        "2026/3-2",
        "1",
        "2026",
        "12345678901",
        "99999999",
        "昨天",
        "2026-03-02 24:00",
        "2026-03-02 9:5",
        "2026-03-02 09:60",
        "2026-03-02 9",
        "2026-3-29:05",
        "2026-03-02 09:05 lunch",
        "2026-03-02 09:05 AM PM",
        "2026-03-02 09:05 +20:00",
        "46083.378.1",
        "1969-12-31",
        "31/02/2026",
        "\xff",
        "202603022505",
        "20260302 2505",
        "2026-03-02 2026-03-03",
        "2026-03-02 09:05:00 2026-03-02 09:05:00 2026-03-02 09:05:00 2026-03-02 2026-03-02",
    };
    (void)state;
    for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        const char *shown = read(texts[index], SAY_MOMENT_DAY_FIRST);
        if (strcmp(shown, "odd") != 0) {
            print_message("%s: %s\n", texts[index], shown);
        }
        assert_string_equal(shown, "odd");
    }
}

static void test_read_when_day_or_month_first_then_the_column_decides(void **state)
{
    (void)state;
    assert_int_equal(say_moment_order("03/28/2026 9:05"), SAY_MOMENT_MONTH_FIRST);
    assert_int_equal(say_moment_order("28/03/2026"), SAY_MOMENT_DAY_FIRST);
    assert_int_equal(say_moment_order("03/02/2026 09:05:00 AM"), SAY_MOMENT_AMERICAN);
    assert_int_equal(say_moment_order("03/02/2026"), 0);
    assert_int_equal(say_moment_order("2026-03-28"), 0);
    assert_int_equal(say_moment_order("28/28/2026"), 0);
    assert_int_equal(say_moment_order("soon"), 0);

    assert_string_equal(read("03/02/2026", 0), "ambiguous");
    assert_string_equal(read("3/2/2026 9:05", 0), "ambiguous");
    assert_string_equal(read("03/02/2026", SAY_MOMENT_MONTH_FIRST), "2026-03-02 00:00:00");
    assert_string_equal(read("03/02/2026", SAY_MOMENT_DAY_FIRST), "2026-02-03 00:00:00");
    assert_string_equal(read("03-02-2026", SAY_MOMENT_DAY_FIRST), "2026-02-03 00:00:00");
    assert_string_equal(read("3/2/26", SAY_MOMENT_MONTH_FIRST), "2026-03-02 00:00:00");
    assert_string_equal(read("03/02/2026 09:05:00 AM", SAY_MOMENT_AMERICAN), "2026-03-02 09:05:00");
    /* A day that is proven weighs more than AM; two that contradict each other prove nothing. */
    assert_string_equal(read("03/02/2026 9:05 AM", SAY_MOMENT_AMERICAN | SAY_MOMENT_DAY_FIRST),
                        "2026-02-03 09:05:00");
    assert_string_equal(read("03/02/2026", SAY_MOMENT_MONTH_FIRST | SAY_MOMENT_DAY_FIRST),
                        "ambiguous");
    /* What says it itself needs no column. */
    assert_string_equal(read("03/03/2026", 0), "2026-03-03 00:00:00");
    assert_string_equal(read("28/03/2026", SAY_MOMENT_MONTH_FIRST), "2026-03-28 00:00:00");
    assert_string_equal(read("03/28/2026", 0), "2026-03-28 00:00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_when_one_form_of_many_then_the_same_moment),
        cmocka_unit_test(test_read_when_halves_of_the_day_then_by_24_hours),
        cmocka_unit_test(test_read_when_no_moment_then_odd),
        cmocka_unit_test(test_read_when_day_or_month_first_then_the_column_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
