/* text: validity, normal forms, titles, masks, widths. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/limits.h"
#include "common/text/text.h"

static void append(char *to, size_t room, const char *part)
{
    const size_t used = strlen(to);
    snprintf(to + used, room - used, "%s", part);
}

static int setup(void **state)
{
    struct arena *arena = calloc(1, sizeof *arena);
    assert_non_null(arena);
    assert_int_equal(arena_init(arena, 32u << 20), RC_OK);
    *state = arena;
    return 0;
}

static int teardown(void **state)
{
    struct arena *arena = *state;
    arena_fini(arena);
    free(arena);
    return 0;
}

/* ---- validity ---- */

static void test_valid_when_bytes_are_bad_then_their_offset(void **state)
{
    static const struct {
        const char *bytes;
        size_t size, at; /* at == size: valid */
    } cases[] = {
        {"", 0, 0},
        {"ab\t\r\n", 5, 5},
        {"路灯不亮", 12, 12},
        {"a\0b", 3, 1},
        {"a\x01", 2, 1},
        {"a\x7f", 2, 1},
        {"ab\xc2\x85", 4, 2},       /* C1 control */
        {"ab\xc2\xa0", 4, 4},       /* no-break space */
        {"\xe8\xb7", 2, 0},         /* cut off */
        {"ab\xc0\x80", 4, 2},       /* overlong */
        {"\xed\xa0\x80", 3, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* above U+10FFFF */
        {"\xc2\xb7\xb5\xc6", 4, 2}, /* GBK */
        {"\xf0\x9f\x98\x80", 4, 4}, /* emoji */
    };
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        size_t at = cases[index].size;
        const bool valid = text_valid(cases[index].bytes, cases[index].size, &at);
        assert_int_equal(at, cases[index].at);
        assert_int_equal(valid, cases[index].at == cases[index].size);
    }
}

/* ---- normalising ---- */

static void test_normalise_when_forms_differ_then_one_form(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"ＡＢＣ 12", "abc12"},
        {"路灯 不　亮\r\n了", "路灯不亮了"},
        {"ＡＢＣ１２３㈠①", "abc123(一)1"},
        {"STRASSE Straße", "strassestrasse"},
        {"e\u0301\u00c9", "éé"},
        {"路\u200b灯\ufeff", "路灯"}, /* zero-width characters */
        {"３号楼，真的！", "3号楼,真的!"},
        {"ﷺ", "صلىاللهعليهوسلم"},
        {"\t\n ", ""},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *out = NULL;
        size_t bytes = 0;
        assert_int_equal(text_normalise(*state, cases[index][0], &out, &bytes), RC_OK);
        assert_string_equal(out, cases[index][1]);
        assert_int_equal(bytes, strlen(out));
    }
}

static void test_title_when_ideographs_then_each_is_kept_and_two_wide(void **state)
{
    for (unsigned point = 0x4e00; point <= 0x9fef; point++) {
        const char text[] = {'a', (char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 0x3f)),
                             (char)(0x80 | (point & 0x3f)), '\0'};
        char *title = NULL;
        arena_reset(*state);
        assert_int_equal(text_title(*state, text, &title), RC_OK);
        assert_string_equal(title, text);
        assert_int_equal(text_columns(title), 3);
    }
}

/* A mark alone between ideographs goes a shorter way than a run: the same comes out. */
static void test_normalise_when_marks_stand_alone_then_as_in_a_run(void **state)
{
    for (unsigned point = 0x3000; point <= 0xffef; point++) {
        char alone[16], run[16], *one = NULL, *two = NULL;
        size_t bytes = 0;
        if (point == 0x3040) {
            point = 0xff00;
        }
        const char mark[] = {(char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 0x3f)),
                             (char)(0x80 | (point & 0x3f)), '\0'};
        snprintf(alone, sizeof alone, "路%s灯", mark);
        snprintf(run, sizeof run, "路;%s灯", mark);
        arena_reset(*state);
        assert_int_equal(text_normalise(*state, alone, &one, &bytes), RC_OK);
        assert_int_equal(text_normalise(*state, run, &two, &bytes), RC_OK);
        assert_memory_equal(one, two, 3);
        assert_string_equal(one + 3, two + 4);
    }
}

static void test_normalise_when_not_utf8_then_invalid(void **state)
{
    static const char *const cases[] = {"\xff", "路\xe8", "abc\xc0\x80", "路灯\xed\xa0\x80"};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *out = NULL;
        size_t bytes = 0;
        assert_int_equal(text_normalise(*state, cases[index], &out, &bytes), RC_INVALID);
        assert_null(out);
    }
}

static void test_normalise_when_text_is_largest_then_it_fits(void **state)
{
    static char text[TEXT_BYTES_MAX + 1];
    struct arena *arena = *state;
    static const char part[] = "ﷺ"; /* grows eleven times */
    for (size_t at = 0; at + sizeof part <= sizeof text; at += sizeof part - 1) {
        memcpy(text + at, part, sizeof part - 1);
    }
    char *out = NULL;
    size_t bytes = 0;
    assert_int_equal(text_normalise(arena, text, &out, &bytes), RC_OK);
    assert_int_equal(bytes, TEXT_BYTES_MAX / 3 * strlen("صلىاللهعليهوسلم"));
    arena->budget = arena->used + 1000;
    assert_int_equal(text_normalise(arena, text, &out, &bytes), RC_LIMIT);
    arena->budget = arena->bytes;
}

/* Cutting beside ideographs gives what utf8proc gives for the whole: the pieces of a text
 * normalised one by one are the text normalised. */
static void test_normalise_when_cut_at_ideographs_then_same(void **state)
{
    static const char *const parts[] = {"路", "a\u0301", "ＡＢ", "１", "ｶﾞ",
                                        "㎡", "。",      "각",   "灯"};
    const size_t count = sizeof parts / sizeof parts[0];
    uint32_t seed = 7;
    for (int round = 0; round < 500; round++) {
        char text[256] = "";
        char glued[256] = "";
        for (int index = 0; index < 8; index++) {
            seed = seed * 1664525u + 1013904223u;
            char *one = NULL;
            size_t bytes = 0;
            const char *part = parts[(seed >> 16) % count];
            append(text, sizeof text, part);
            append(text, sizeof text, "字");
            assert_int_equal(text_normalise(*state, part, &one, &bytes), RC_OK);
            append(glued, sizeof glued, one);
            append(glued, sizeof glued, "字");
        }
        char *whole = NULL;
        size_t bytes = 0;
        assert_int_equal(text_normalise(*state, text, &whole, &bytes), RC_OK);
        assert_string_equal(whole, glued);
        arena_reset(*state);
    }
}

/* ---- titles ---- */

static void test_title_when_text_has_private_parts_then_masked(void **state)
{
    static const char *const cases[][2] = {
        {"小区路灯不亮。请处理", "小区路灯不亮"},
        {"第一行\n第二行", "第一行"},
        {"  开头有空格", "开头有空格"},
        {"", ""},
        {"\n\n", ""},
        {"电话13812345678请回电", "电话***请回电"},
        {"电话１３８１２３４５６７８请回电", "电话***请回电"},
        {"电话138-1234-5678请回电", "电话***请回电"},
        {"电话138 1234 5678请回电", "电话***请回电"},
        {"电话٠١٢٣٤٥请回电", "电话***请回电"},
        {"电话一三八一二三四五六七八", "电话***"},
        {"编号12345与1234", "编号***与1234"},
        {"二〇二六年一月", "二〇二六年一月"},
        {"浙A12345停在路口", "浙***停在路口"},
        {"微信号wx_abc123", "微信号***"},
        {"邮箱zhang@example.com收", "邮箱***收"},
        {"A市A3区12栋3单元402室漏水", "A市A3区12栋3单元402室漏水"},
        {"工资3500元没发", "工资3500元没发"},
        {"Lamp broken at 12 Lake Road", "Lamp broken at 12 Lake Road"},
        {"尊敬的领导：您好！路灯不亮", "路灯不亮"},
        {"您好", "您好"},
        {"尊敬的领导：", "尊敬的领导："}, /* nothing else is there */
        {"有\xe2\x80\xae反\xe2\x80\xac\u200b转", "有反转"} /* right to left */,
        {"噪音! 还有", "噪音"},
        {"噪音　太大", "噪音 太大"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *title = NULL;
        assert_int_equal(text_title(*state, cases[index][0], &title), RC_OK);
        assert_string_equal(title, cases[index][1]);
    }
}

static void test_title_when_text_is_long_then_24_characters(void **state)
{
    char text[3 * 200 + 1] = "";
    char *title = NULL;
    for (int index = 0; index < 200; index++) {
        append(text, sizeof text, "路");
    }
    assert_int_equal(text_title(*state, text, &title), RC_OK);
    assert_int_equal(strlen(title), 24 * 3 + 3);
    assert_string_equal(title + 24 * 3, "…");
}

static void test_title_when_marks_pile_up_then_bytes_are_bounded(void **state)
{
    static char text[TEXT_BYTES_MAX + 1];
    char *title = NULL;
    static const char mark[] = "\u0301";
    text[0] = 'a';
    for (size_t at = 1; at + sizeof mark <= sizeof text; at += sizeof mark - 1) {
        memcpy(text + at, mark, sizeof mark - 1);
    }
    assert_int_equal(text_title(*state, text, &title), RC_OK);
    assert_true(strlen(title) <= TITLE_BYTES_MAX);
    assert_true(text_valid(title, strlen(title), NULL));
}

static void test_title_when_number_is_cut_off_then_still_masked(void **state)
{
    char text[256] = "";
    char *title = NULL;
    for (int index = 0; index < 22; index++) {
        append(text, sizeof text, "路");
    }
    append(text, sizeof text, "13812345678");
    assert_int_equal(text_title(*state, text, &title), RC_OK);
    assert_null(strstr(title, "138"));
    assert_int_equal(text_title(*state, "\xff", &title), RC_INVALID);
}

/* ---- masks and widths ---- */

static void test_mask_phone_when_long_enough_then_ends_show(void **state)
{
    static const char *const cases[][2] = {
        {"13812345678", "138****5678"},
        {"138 1234-5678", "138****5678"},
        {"１３８１２３４５６７８", "138****5678"},
        {"87654321", "***"},
        {"", "***"},
        {"+86 138 1234 5678", "861****5678"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *masked = NULL;
        assert_int_equal(text_mask_phone(*state, cases[index][0], &masked), RC_OK);
        assert_string_equal(masked, cases[index][1]);
    }
}

static void test_mask_name_when_any_then_first_character(void **state)
{
    static const char *const cases[][2] = {
        {"张三", "张**"}, {"欧阳春雨", "欧**"}, {"", ""}, {"Ann Lee", "A**"}, {" 李四", "李**"}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *masked = NULL;
        assert_int_equal(text_mask_name(*state, cases[index][0], &masked), RC_OK);
        assert_string_equal(masked, cases[index][1]);
    }
}

static void test_columns_when_wide_then_two_each(void **state)
{
    (void)state;
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("abc"), 3);
    assert_int_equal(text_columns("路灯ab"), 6);
    assert_int_equal(text_columns("e\u0301"), 1);
    assert_int_equal(text_columns("\xff\xff"), 2);
}

static void test_clip_when_cut_then_between_characters(void **state)
{
    (void)state;
    assert_int_equal(text_clip("路灯", 6), 6);
    assert_int_equal(text_clip("路灯", 100), 6);
    assert_int_equal(text_clip("路灯", 5), 3);
    assert_int_equal(text_clip("路灯", 3), 3);
    assert_int_equal(text_clip("路灯", 2), 0);
    assert_int_equal(text_clip("a\xf0\x9f\x98\x80", 4), 1);
    assert_int_equal(text_clip("abc", 0), 0);
}

static void test_mask_digits_when_long_enough_then_hidden(void **state)
{
    static const struct {
        const char *text, *masked; /* NULL: as it is */
    } cases[] = {
        {"", NULL},
        {"已约 8:30 到 3 栋 1201", NULL},
        {"2026-11-22 18:00 上门", NULL},
        {"工单 123456", NULL},
        {"门禁 1234567", "门禁 ***"},
        {"电话13812345678，李某", "电话***，李某"},
        {"138-1234-5678 或 0571 8796 5432", "*** 或 ***"},
        {"１３８１２３４５６７８", "***"},
        {"一三八一二三四五六七八", "***"},
        {"一三八号", NULL},
        {"身份证 33010619900101123X.", "身份证 ***X."},
        {"1234567", "***"},
        {"-1234567-", "-***-"},
        {"12 34 56", NULL},
        {"1234567 和 7654321", "*** 和 ***"},
        {"\xff"
         "1234567\xe4",
         "\xff***\xe4"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char text[128], *masked = NULL;
        (void)snprintf(text, sizeof text, "%s", cases[index].text);
        assert_int_equal(text_mask_digits(*state, text, &masked), RC_OK);
        if (cases[index].masked == NULL) {
            assert_ptr_equal(masked, text);
        } else {
            assert_string_equal(masked, cases[index].masked);
        }
        assert_string_equal(text, cases[index].text); /* as it was */
    }
}

static void test_mask_digits_when_no_room_then_limit(void **state)
{
    (void)state;
    struct arena small;
    char text[] = "打 13812345678", *masked = NULL;
    assert_int_equal(arena_init(&small, 4), RC_OK);
    assert_int_equal(text_mask_digits(&small, text, &masked), RC_LIMIT);
    arena_fini(&small);
}

static void test_copy_when_it_fits_with_its_end_then_whole_else_nothing(void **state)
{
    (void)state;
    char out[4] = "old";
    assert_true(text_copy(out, sizeof out, "abc"));
    assert_string_equal(out, "abc");
    assert_false(text_copy(out, sizeof out, "abcd"));
    assert_string_equal(out, "abc");
    assert_true(text_copy(out, sizeof out, ""));
    assert_string_equal(out, "");
    assert_true(text_copy(out, sizeof out, NULL));
    assert_string_equal(out, "");
    const char endless[4] = {'a', 'b', 'c', 'd'};
    assert_false(text_copy(out, sizeof out, endless));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_when_bytes_are_bad_then_their_offset),
        cmocka_unit_test(test_normalise_when_forms_differ_then_one_form),
        cmocka_unit_test(test_title_when_ideographs_then_each_is_kept_and_two_wide),
        cmocka_unit_test(test_normalise_when_marks_stand_alone_then_as_in_a_run),
        cmocka_unit_test(test_normalise_when_not_utf8_then_invalid),
        cmocka_unit_test(test_normalise_when_text_is_largest_then_it_fits),
        cmocka_unit_test(test_normalise_when_cut_at_ideographs_then_same),
        cmocka_unit_test(test_title_when_text_has_private_parts_then_masked),
        cmocka_unit_test(test_title_when_text_is_long_then_24_characters),
        cmocka_unit_test(test_title_when_marks_pile_up_then_bytes_are_bounded),
        cmocka_unit_test(test_title_when_number_is_cut_off_then_still_masked),
        cmocka_unit_test(test_mask_phone_when_long_enough_then_ends_show),
        cmocka_unit_test(test_mask_digits_when_long_enough_then_hidden),
        cmocka_unit_test(test_mask_digits_when_no_room_then_limit),
        cmocka_unit_test(test_mask_name_when_any_then_first_character),
        cmocka_unit_test(test_columns_when_wide_then_two_each),
        cmocka_unit_test(test_clip_when_cut_then_between_characters),
        cmocka_unit_test(test_copy_when_it_fits_with_its_end_then_whole_else_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
