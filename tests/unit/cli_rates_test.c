/* Figures as words: what is rounded stays honest, what a part counts is told in tickets, and no cell of a
 * table is a formula. */
#include <stdlib.h>
#include <string.h>

#include "cli_rates.h"
#include "cli_svg.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
/* clang-format on */

static const struct cli chinese = {.say = {.language = SAY_CHINESE}};

static Paidan__RatesRate rate_of(Paidan__RatesName name, uint64_t numerator, uint64_t denominator)
{
    Paidan__RatesRate rate = PAIDAN__RATES_RATE__INIT;
    rate.name = name;
    rate.numerator = numerator;
    rate.denominator = denominator;
    return rate;
}

static void test_rate_when_it_is_nearly_all_then_it_is_not_all(void **state)
{
    (void)state;
    const Paidan__RatesName name = PAIDAN__RATES_NAME__RATES_RESPONSE;
    Paidan__RatesRate rate = rate_of(name, 99999, 100000);
    assert_int_equal(cli_rates_permille(&rate), 999);
    rate = rate_of(name, 1, 100000);
    assert_int_equal(cli_rates_permille(&rate), 1);
    rate = rate_of(name, 35, 38);
    assert_int_equal(cli_rates_permille(&rate), 921);
    rate = rate_of(name, 0, 38);
    assert_int_equal(cli_rates_permille(&rate), 0);
    rate = rate_of(name, 38, 38);
    assert_int_equal(cli_rates_permille(&rate), 1000);
}

static void test_rate_when_said_then_what_it_is_made_of_stands_beside_it(void **state)
{
    (void)state;
    char text[CLI_RATES_CELL_BYTES];
    Paidan__RatesFormula formula = PAIDAN__RATES_FORMULA__INIT;
    Paidan__RatesRate rate = rate_of(PAIDAN__RATES_NAME__RATES_SOLUTION, 35, 38);
    rate.excluded = 2;
    rate.unreached = 3;
    cli_rates_rate_words(&chinese, &formula, &rate, true, text);
    assert_string_equal(text, "92.1% 35/38 剔除 2 未接通 3");
    cli_rates_rate_words(&chinese, &formula, &rate, false, text);
    assert_string_equal(text, "92.1% 35/38");
    rate.denominator = 0;
    cli_rates_rate_words(&chinese, &formula, &rate, true, text);
    assert_string_equal(text, "– 剔除 2 未接通 3");
    cli_rates_rate_words(&chinese, &formula, NULL, true, text);
    assert_string_equal(text, "–");
}

static void test_rate_when_a_part_counts_half_then_tickets_are_told(void **state)
{
    (void)state;
    char text[CLI_RATES_CELL_BYTES];
    Paidan__RatesFormula formula = PAIDAN__RATES_FORMULA__INIT;
    formula.partly = 50;
    formula.fair = 100;
    Paidan__RatesRate rate = rate_of(PAIDAN__RATES_NAME__RATES_SOLUTION, 3550, 3800);
    cli_rates_rate_words(&chinese, &formula, &rate, false, text);
    assert_string_equal(text, "93.4% 35.5/38");
    rate.numerator = 3525;
    cli_rates_rate_words(&chinese, &formula, &rate, false, text);
    assert_string_equal(text, "92.8% 35.25/38");
    /* What counts in full needs no hundredths. */
    rate = rate_of(PAIDAN__RATES_NAME__RATES_SATISFACTION, 35, 38);
    cli_rates_rate_words(&chinese, &formula, &rate, false, text);
    assert_string_equal(text, "92.1% 35/38");
}

static void test_count_when_the_service_is_older_then_what_it_lacks_is_none(void **state)
{
    (void)state;
    uint64_t counts[] = {7, 5};
    Paidan__RatesRow row = PAIDAN__RATES_ROW__INIT;
    row.counts = counts;
    row.n_counts = 2;
    assert_int_equal(say_rates_count(&row, CLI_RATES_OF(CLOSED)), 5);
    assert_int_equal(say_rates_count(&row, CLI_RATES_OF(FIRST_OF)), 0);
    assert_int_equal(say_rates_count(NULL, CLI_RATES_OF(CLOSED)), 0);
    assert_true(cli_rates_any(&row));
    assert_false(cli_rates_any(NULL));
}

static void test_cell_when_it_looks_like_a_formula_then_it_is_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cell;
    } cells[] = {{"=1+1", "'=1+1"},     {"+86", "'+86"},    {"-1", "'-1"},
                 {"@SUM", "'@SUM"},     {"a,b", "\"a,b\""}, {"say \"x\"", "\"say \"\"x\"\"\""},
                 {"=a,b", "\"'=a,b\""}, {"", ""},           {"安居物业", "安居物业"},
                 {"a\nb", "\"a\nb\""}};
    for (size_t index = 0; index < sizeof cells / sizeof cells[0]; index++) {
        char *bytes = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&bytes, &size);
        cli_rates_csv_cell(out, true, cells[index].text);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(bytes, cells[index].cell);
        free(bytes);
    }
}

static void test_page_when_a_name_is_markup_then_it_is_text(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    cli_svg_escape(out, "<script>\"&'\x01");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(bytes, "&lt;script&gt;&quot;&amp;' ");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_when_it_is_nearly_all_then_it_is_not_all),
        cmocka_unit_test(test_rate_when_said_then_what_it_is_made_of_stands_beside_it),
        cmocka_unit_test(test_rate_when_a_part_counts_half_then_tickets_are_told),
        cmocka_unit_test(test_count_when_the_service_is_older_then_what_it_lacks_is_none),
        cmocka_unit_test(test_cell_when_it_looks_like_a_formula_then_it_is_text),
        cmocka_unit_test(test_page_when_a_name_is_markup_then_it_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
