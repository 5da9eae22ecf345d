/* cli_score: figures that can be counted by hand. */

#include "cli_score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { A, B, C, CLASSES };

/* The surest first, so that what lies above a threshold can be read off. Right: rows 0, 1, 3, 5. */
static const struct cli_score_row rows[] = {
    {.label = A, .guess = A, .probability = 0.99f, .may = true},
    {.label = B, .guess = B, .probability = 0.95f, .may = true},
    {.label = B, .guess = A, .probability = 0.90f, .may = true},
    {.label = A, .guess = A, .probability = 0.90f, .may = true},
    {.label = C, .guess = A, .probability = 0.85f, .may = false}, /* a foreign text */
    {.label = B, .guess = B, .probability = 0.45f, .may = true},
    {.label = A, .guess = CLI_SCORE_NONE, .probability = 0, .may = false},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static struct cli_score made(void)
{
    struct cli_score score = {.rows = NULL};
    assert_int_equal(cli_score_make(&score, rows, ROWS, CLASSES), RC_OK);
    return score;
}

static void test_score_when_counted_then_each_row_is_somewhere(void **state)
{
    (void)state;
    struct cli_score score = made();
    uint64_t all = 0;
    for (uint32_t label = 0; label < CLASSES; label++) {
        for (uint32_t guess = 0; guess < CLASSES; guess++) {
            all += cli_score_confused(&score, label, guess);
        }
        all += cli_score_confused(&score, label, CLI_SCORE_NONE);
    }
    assert_int_equal(all, ROWS);
    assert_int_equal(score.right, 4);
    assert_int_equal(cli_score_confused(&score, C, A), 1);
    assert_int_equal(cli_score_confused(&score, A, CLI_SCORE_NONE), 1);
    assert_true(score.accuracy > 0.571 && score.accuracy < 0.572);
    /* A: 2·2/(3+4), B: 2·2/(3+2), C: nothing right. */
    assert_true(score.macro_f1 > 0.457 && score.macro_f1 < 0.458);
    assert_true(score.each[A].precision > 0.499 && score.each[A].precision < 0.501);
    assert_true(score.each[B].recall > 0.666 && score.each[B].recall < 0.667);
    cli_score_free(&score);
}

static void test_score_when_probabilities_differ_from_truth_then_error(void **state)
{
    (void)state;
    struct cli_score score = made();
    /* Above 0.9: four rows say 3.74 and three are right; 0.8: says 0.85, none; 0.4: says 0.45, one. */
    const double expected = (0.74 + 0.85 + 0.55) / 6;
    assert_true(score.ece > expected - 1e-5 && score.ece < expected + 1e-5);
    assert_int_equal(score.bins[9].rows, 4);
    assert_int_equal(score.bins[8].rows, 1);
    assert_int_equal(score.bins[4].right, 1);
    cli_score_free(&score);
}

static void test_score_when_above_threshold_then_foreign_never_goes_out(void **state)
{
    (void)state;
    struct cli_score score = made();
    const struct cli_score_part all = cli_score_above(&score, 0);
    assert_int_equal(all.rows, 5);
    assert_int_equal(all.right, 4);
    const struct cli_score_part nothing = cli_score_above(&score, 2);
    assert_int_equal(nothing.rows, 0);
    assert_true(cli_score_precision(&nothing) <= 0);
    cli_score_free(&score);
}

static void test_score_when_equal_probabilities_then_hindsight_takes_all_or_none(void **state)
{
    (void)state;
    struct cli_score score = made();
    /* The two of 0.90 stand together: with both 3 of 4 are right, without them 2 of 2. */
    const struct cli_score_part sure = cli_score_hindsight(&score, 0.98);
    assert_int_equal(sure.rows, 2);
    assert_true(sure.threshold > 0.949 && sure.threshold < 0.951);
    const struct cli_score_part three = cli_score_hindsight(&score, 0.75);
    assert_int_equal(three.rows, 5);
    assert_int_equal(three.right, 4);
    /* What the threshold lets out is what was promised. */
    const struct cli_score_part again = cli_score_above(&score, three.threshold);
    assert_int_equal(again.rows, three.rows);
    cli_score_free(&score);
}

static void test_score_when_nothing_is_right_then_no_threshold(void **state)
{
    (void)state;
    static const struct cli_score_row wrong[] = {
        {.label = A, .guess = B, .probability = 1.0f, .may = true}};
    struct cli_score score = {.rows = NULL};
    assert_int_equal(cli_score_make(&score, wrong, 1, CLASSES), RC_OK);
    assert_true(cli_score_hindsight(&score, 0.95).threshold > 1);
    assert_int_equal(score.bins[9].rows, 1);
    cli_score_free(&score);
    assert_int_equal(cli_score_make(&score, NULL, 0, 0), RC_OK);
    assert_true(score.accuracy <= 0);
    cli_score_free(&score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_when_counted_then_each_row_is_somewhere),
        cmocka_unit_test(test_score_when_probabilities_differ_from_truth_then_error),
        cmocka_unit_test(test_score_when_above_threshold_then_foreign_never_goes_out),
        cmocka_unit_test(test_score_when_equal_probabilities_then_hindsight_takes_all_or_none),
        cmocka_unit_test(test_score_when_nothing_is_right_then_no_threshold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
