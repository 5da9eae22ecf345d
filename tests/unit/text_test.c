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

/* Letters of a PDF that only look like letters. */
static void test_normalise_when_radicals_are_copied_then_the_letters(void **state)
{
    static const char *const cases[][2] = {{"⻔⼝⼟地", "门口土地"},
                                           {"⻄⻓⻢⻰⻋⻅⻚⻛", "西长马龙车见页风"},
                                           {"\uf900\u2f9b", "豈走"},
                                           {"⺠⽤⽔", "民用水"}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *out = NULL;
        size_t bytes = 0;
        assert_int_equal(text_normalise(*state, cases[index][0], &out, &bytes), RC_OK);
        assert_string_equal(out, cases[index][1]);
    }
}

static void test_normalise_place_when_houses_are_numerals_then_digits(void **state)
{
    static const char *const cases[][2] = {
        {"三号院", "3号院"},
        {"３ 号院", "3号院"},
        {"十号楼", "10号楼"},
        {"十三号院", "13号院"},
        {"二十号", "20号"},
        {"二十一号楼十单元", "21号楼10单元"},
        {"一百号", "100号"},
        {"一百零三号", "103号"},
        {"一百一十三号", "113号"},
        {"一〇三室", "103室"},
        {"一二零三室", "1203室"},
        {"第二社区三组", "第2社区3组"},
        {"甲三号院", "甲3号院"},
        {"五一路八里桥", "五一路八里桥"},
        {"五一村", "五一村"},
        {"统一区域", "统一区域"},
        {"星期一号楼停水", "星期一号楼停水"},
        {"几十号人", "几十号人"},
        {"三轮车", "三轮车"},
        {"一百二号", "一百二号"},
        {"百号", "百号"},
        {"〇号", "〇号"},
        {"十百号", "十百号"},
        {"2三号", "2三号"},
        {"两栋楼", "两栋楼"},
        {"", ""},
        {"三", "三"},
        {"一二三四五六七八九号", "一二三四五六七八九号"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *out = NULL;
        size_t bytes = 0;
        assert_int_equal(text_normalise_place(*state, cases[index][0], &out, &bytes), RC_OK);
        assert_string_equal(out, cases[index][1]);
        assert_int_equal(bytes, strlen(out));
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
        /* However a number is written. */
        {"车主电话138\u200b1234\u200b5678,不接", "车主电话***,不接"},
        {"电话138\u00a01234\u20095678，急", "电话***，急"},
        {"电话1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣急",
         "电话***急"},
        {"电话①③⑧①②③④⑤⑥⑦⑧急", "电话***急"},
        {"电话138.1234.5678急", "电话***急"},
        {"电话(0592)2345678急", "电话***急"},
        {"电话（13812345678）急", "电话（***）急"},
        {"电话一三八1234五六七八急", "电话***急"},
        {"电话138一二三四5678急", "电话***急"},
        {"电话13812345678一直不接", "电话***一直不接"},
        {"周一13812345678来电", "周一***来电"},
        {"身份证33010619900101123X号", "身份证***号"},
        /* And what is nobody's number. */
        {"工单20260302-0001-4没人管", "工单20260302-0001-4没人管"},
        {"2026-03-02 09:05停水", "2026-03-02 09:05停水"},
        {"2026.3.2停水", "2026.3.2停水"},
        {"20260302起停水", "20260302起停水"},
        {"欠款150000元", "欠款150000元"},
        {"押金￥123456.00不退", "押金￥123456.00不退"},
        {"12-1-1201漏水", "12-1-1201漏水"},
        {"1.2026.5.12-2026.5.20装修", "1.2026.5.12-2026.5.20装修"},
        {"2016一2017年租房", "2016一2017年租房"},
        {"1968---1979年下乡", "1968---1979年下乡"},
        {"按发改〔2006〕142号和（2017）103号", "按发改〔2006〕142号和（2017）103号"},
        {"电话1991-2-12-1234", "电话***"},
        {"电话2016-87654321", "电话***"},
        {"8:30-11:30 14:00-17:30施工", "8:30-11:30 14:00-17:30施工"},
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

/* ---- blanks and phones ---- */

static void test_blank_when_nothing_is_seen_then_blank(void **state)
{
    static const char *const blank[] = {"",
                                        " \t\r\n",
                                        "\u3000\u200b \u00a0",
                                        "\ufeff",
                                        "\u2800\u3164\uffa0",
                                        "\u115f\u1160",
                                        "\u00ad\u034f",
                                        "\ufe0f\u180e",
                                        "\u202d\u202c\u2066\u2069",
                                        "\u2028\u2029",
                                        "\U000e0041\U000e0100",
                                        "\ufffc\u2060",
                                        "\u17b4\u17b5\u061c"};
    static const char *const seen[] = {"a",       " .",     "\u3000。", "\u200b路", "\ue000",
                                       "1\u20e3", "\u0301", "😀",        "\xff",     " \xe8"};
    (void)state;
    assert_true(text_blank(NULL));
    for (size_t index = 0; index < sizeof blank / sizeof blank[0]; index++) {
        assert_true(text_blank(blank[index]));
    }
    for (size_t index = 0; index < sizeof seen / sizeof seen[0]; index++) {
        assert_false(text_blank(seen[index]));
    }
}

static void test_trim_when_blanks_stand_around_then_what_is_seen_stays(void **state)
{
    static const char *const cases[][2] = {{" A-1 \u3000", "A-1"},
                                           {"\ufeff路 灯\u200b", "路 灯"},
                                           {"", ""},
                                           {"\u3000 ", ""},
                                           {"x", "x"},
                                           {" \xff ", "\xff"}};
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char text[32];
        (void)snprintf(text, sizeof text, "%s", cases[index][0]);
        assert_string_equal(text_trim(text), cases[index][1]);
    }
}

static void test_phone_when_written_as_people_do_then_understood(void **state)
{
    static const struct {
        const char *written, *read;
        enum text_phone understood;
    } cases[] = {
        {"13800138000", "13800138000", TEXT_PHONE_WHOLE},
        {"110", "110", TEXT_PHONE_WHOLE},
        {"0592-2345678转801", "0592-2345678#801", TEXT_PHONE_WHOLE},
        {"0592-2345678 转 8001", "0592-2345678#8001", TEXT_PHONE_WHOLE},
        {"(0592) 2345678 分机：12", "0592-2345678#12", TEXT_PHONE_WHOLE},
        {"13800138000、13900139000", "13800138000, 13900139000", TEXT_PHONE_WHOLE},
        {"13800138000 13900139000", "13800138000, 13900139000", TEXT_PHONE_WHOLE},
        {"13800138000/0592-2345678", "13800138000, 0592-2345678", TEXT_PHONE_WHOLE},
        {"１３８００１３８０００", "13800138000", TEXT_PHONE_WHOLE},
        {"\u202d13800138000\u202c", "13800138000", TEXT_PHONE_WHOLE},
        {"138 0013 8000（王）", "13800138000", TEXT_PHONE_PART},
        {"王一 13800138000", "13800138000", TEXT_PHONE_PART},
        {"电话：13800138000", "13800138000", TEXT_PHONE_WHOLE},
        {"400-800-1234 ext 12", "400-800-1234#12", TEXT_PHONE_WHOLE},
        {"+86 138 0013 8000", "13800138000", TEXT_PHONE_WHOLE},
        {"0086-13800138000", "13800138000", TEXT_PHONE_WHOLE},
        {"+1 (212) 555-1234", "+1-212-555-1234", TEXT_PHONE_WHOLE},
        {"13800138000.0", "13800138000", TEXT_PHONE_WHOLE},
        {"1.3812345678E10", "13812345678", TEXT_PHONE_WHOLE},
        {"1.38E+10", "", TEXT_PHONE_NONE},
        {"一三八零零一三八零零零", "13800138000", TEXT_PHONE_WHOLE},
        {"138OO138OOO", "13800138000", TEXT_PHONE_WHOLE},
        {"没有", "", TEXT_PHONE_NONE},
        {"12", "", TEXT_PHONE_NONE},
        {"", "", TEXT_PHONE_NONE},
        {"\xff 110", "110", TEXT_PHONE_PART},
    };
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char out[PHONE_BYTES_MAX + 1], again[PHONE_BYTES_MAX + 1];
        const enum text_phone understood = text_phone_read(cases[index].written, out);
        assert_string_equal(out, cases[index].read);
        assert_int_equal(understood, cases[index].understood);
        (void)text_phone_read(out, again);
        assert_string_equal(again, out);
    }
}

static void test_phone_when_there_are_too_many_then_whole_ones_stay(void **state)
{
    char written[1024] = "", out[PHONE_BYTES_MAX + 1];
    (void)state;
    for (int index = 0; index < 20; index++) {
        append(written, sizeof written, "13800138000,");
    }
    assert_int_equal(text_phone_read(written, out), TEXT_PHONE_PART);
    assert_string_equal(out, "13800138000, 13800138000, 13800138000, 13800138000, 13800138000");
    memset(written, '1', sizeof written - 1);
    assert_int_equal(text_phone_read(written, out), TEXT_PHONE_NONE);
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
        {"+86 138 1234 5678", "138****5678"},
        {"13800138000.0", "138****8000"},
        {"0592-2345678转801", "059****5678"},
        {"13800138000、13900139000", "138****8000, 139****9000"},
        {"\u202d13800138000\u202c", "138****8000"},
        {"1.38E+10", "***"},
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

static void test_clip_columns_when_cut_then_between_characters(void **state)
{
    (void)state;
    assert_int_equal(text_clip_columns("路灯", 4), 6);
    assert_int_equal(text_clip_columns("路灯", 100), 6);
    assert_int_equal(text_clip_columns("路灯", 3), 3);
    assert_int_equal(text_clip_columns("路灯", 1), 0);
    assert_int_equal(text_clip_columns("e\u0301a", 1), 3); /* the accent stays with its letter */
    assert_int_equal(text_clip_columns("\xff\xff", 1), 1);
    assert_int_equal(text_clip_columns("abc", 0), 0);
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

/* What people write, and what is left of it to see. */
static const struct {
    const char *text, *masked; /* NULL: as it is */
} mask_cases[] = {
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
    {"身份证 33010619900101123X.", "身份证 ***."},
    {"身份证330106199001011234x", "身份证***x"},
    {"1234567", "***"},
    {"-1234567-", "-***-"},
    {"12 34 56", NULL},
    {"工单 20260302-0001-4 已转", NULL},
    {"20260302-0001-4 13812345678", "20260302-0001-4 ***"},
    {"13812345678 20260302-0001-4", "*** 20260302-0001-4"},
    {"138 1234 5678\u300020260302-0001-4", "***\u300020260302-0001-4"},
    {"2026-03-02 09:00 20260302-0001-4", NULL},
    {"138 20260302-0001-45678", "***"}, /* no number of ours */
    {"2026-11-22 18:00-20:00 上门，2026.11.23 再来", NULL},
    {"2026-11-22 13812345678", "2026-11-22 ***"},
    {"20260302 已修", NULL},
    {"赔偿 1500000 元，押金￥20000000", NULL},
    {"138\u200b1234\u00ad5678", "***"},
    {"138–1234—5678", "***"},
    {"138\u20031234\u30005678", "***"},
    {"138\u31641234\u28005678", "***"},
    {"1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣ 王", "*** 王"},
    {"𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "***"},
    {"⑬⑧①②③④⑤⑥⑦⑧", "***"},
    {"(0571) 8796 5432", "***"},
    {"138 (1234) 5678", "***"},
    {"138.1234.5678", "***"},
    {"138·1234·5678", "***"},
    {"138\n1234\n5678", "***"},
    {"1201\n1202\n1203", NULL},
    {"400-800-1234", "***"},
    {"138OO138OOO", "***"},
    {"一三八 一二三四 五六七八", "***"},
    {"壹叁捌壹贰叁肆伍陆柒捌", "***"},
    {"联系13812345678一直没人接", "联系***一直没人接"},
    {"12345一直打不通", NULL},
    {"1201、1202、1203室", NULL},
    {"135、1201、3302室", NULL},
    {"罚款150,1500,2000元", NULL},
    {"13,800,138,000", NULL},
    {"138/1234/5678", "***"},
    {"138,1234,5678", "***"},
    {"138，1234，5678，李某", "***，李某"},
    {"138、1234、5678", "***"},
    {"138 / 1234 / 5678 张", "*** 张"},
    {"138/12345678或1381234/5678", "***或***"},
    {"138:1234:5678；138;1234;5678", "***；***"},
    {"138|1234|5678", "***"},
    {"138\\1234\\5678", "***"},
    {"138'1234'5678", "***"},
    {"+86/138/1234/5678", "+***"},
    {"86,138,1234,5678", "***"},
    {"一、三、八、一、二、三、四、五、六、七、八", "***"},
    {"1、3、8、1、2、3、4、5、6、7、8", "***"},
    {"1/3/8/1/2/3/4/5/6/7/8 9:30", "*** 9:30"},
    {"幺三八、一二三四、五六七八", "***"},
    {"一三八/一二三四/五六七八", "***"},
    {"一、路灯不亮；二、三、四、五、六、七、八、九、十楼", NULL},
    {"一、138/1234/5678", "一、***"},
    {"0571/8796/5432", "***"},
    {"0571，8796，5432", "***"},
    {"0301/0302/0303", NULL},
    {"0301、0302、0303", NULL},
    {"400/800/1234", "***"},
    {"138/1234/5678，139/1234/5678", "***，***"},
    {"138/1234/5678/139/1234/5678", "***/***"},
    {"2026/3/2 13812345678", "2026/3/2 ***"},
    {"15/3/2026,1201", NULL},
    {"15:30:45 12345热线", NULL},
    {"1、2、3栋，12、13单元", NULL},
    {"13812345678 9:30", "*** 9:30"},
    {"138/1234/5678 9:30", "*** 9:30"},
    {"138-1234-5678 09：30 上门", "*** 09：30 上门"},
    {"13812345678，18:00-20:00", "***，18:00-20:00"},
    {"13812345678 9点半", "*** 9点半"},
    {"13812345678 3栋1201室", "*** 3栋1201室"},
    {"13812345678 2026-11-22 9:30", "*** 2026-11-22 9:30"},
    {"13812345678 2026年11月22日", "*** 2026年11月22日"},
    {"13812345678 2026/11/22", "*** 2026/11/22"},
    {"87965432 9:30", "*** 9:30"},
    {"0571-87965432 9:30", "*** 9:30"},
    {"3栋1201 13812345678", "3栋1201 ***"},
    {"1201 13812345678", "1201 ***"},
    {"86 13812345678", "***"},
    {"138 1234 5678 9012", "***"}, /* a card, perhaps */
    {"1381 2345 6789 0123 456", "***"},
    {"13812345678(20260302-0001-4)", "***(20260302-0001-4)"},
    {"20260302-0001-4/138/1234/5678", "20260302-0001-4/***"},
    {"138/1234/5678/20260302-0001-4", "***/20260302-0001-4"},
    {"138/1234,5678", "***"},
    {"138，1234、5678，李某", "***，李某"},
    {"+86/138,1234;5678", "+***"},
    {"138:1234,5678 9:30", "*** 9:30"},
    {"1、3、8，1、2、3，4、5、6、7、8", "***"},
    {"一三八，一二三四、五六七八", "***"},
    {"138/001,38000", "***"},
    {"0571/8796,5432", "***"},
    {"400/800,1234", "***"},
    {"1201，138/1234、5678", "1201，***"},
    {"13:30,14:30,9:00", NULL},
    {"138，10:30、11:30", NULL},
    {"138,000、15,000", NULL},
    {"135/1201、3302室", NULL},
    {"20260302-0001-4、20260302-0002-2，13812345678", "20260302-0001-4、20260302-0002-2，***"},
    {"电话13812345678：20260302-0001-4", "电话***：20260302-0001-4"},
    {"13812345678，20260302-0001-4", "***，20260302-0001-4"},
    {"0571-28765432-1234-5", "***"}, /* no day */
    {"12345678，万达广场", "***，万达广场"},
    {"1234567 和 7654321", "*** 和 ***"},
    {"\xff"
     "1234567\xe4",
     "\xff***\xe4"},
};

static void test_mask_digits_when_long_enough_then_hidden(void **state)
{
    for (size_t index = 0; index < sizeof mask_cases / sizeof mask_cases[0]; index++) {
        char text[128], *masked = NULL;
        (void)snprintf(text, sizeof text, "%s", mask_cases[index].text);
        assert_int_equal(text_mask_digits(*state, text, &masked), RC_OK);
        if (mask_cases[index].masked == NULL) {
            assert_ptr_equal(masked, text);
        } else {
            assert_string_equal(masked, mask_cases[index].masked);
        }
        assert_string_equal(text, mask_cases[index].text); /* as it was */
    }
}

/* Plain digits that a reader would see: what a mask must not let through. */
static size_t digits_seen(const char *text, const char *number)
{
    size_t best = 0;
    for (size_t from = 0; number[from] != '\0'; from++) {
        for (size_t count = 1; number[from + count - 1] != '\0'; count++) {
            char part[16];
            (void)snprintf(part, sizeof part, "%.*s", (int)count, number + from);
            best = strstr(text, part) != NULL && count > best ? count : best;
        }
    }
    return best;
}

/* A number is found however it is decorated: each digit in one of many forms, any few signs
 * between, whatever stands around. */
static void test_masks_when_a_number_is_decorated_then_it_is_found(void **state)
{
    static const char *const between[] = {"",       "",       "",       "\u200b", " ",      "-",
                                          "\u3000", "\u00a0", "\u2014", "\u00ad", "\ufeff", ".",
                                          "\u2060", "\u2009", "－",     "\u3164", " - ",    ") "};
    static const char *const around[] = {"",     "路灯不亮", "周一", "电话：", "A3栋 ",
                                         "，急", "一直",     "(",    ")"};
    static const char *const wide[] = {"０", "１", "２", "３", "４", "５", "６", "７", "８", "９"};
    static const char *const circled[] = {"⓪", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨"};
    static const char *const bold[] = {"𝟎", "𝟏", "𝟐", "𝟑", "𝟒", "𝟓", "𝟔", "𝟕", "𝟖", "𝟗"};
    uint32_t seed = 11;
    for (int round = 0; round < 20000; round++) {
        char number[12] = "13", text[512] = "", kept[512], *masked = NULL, *title = NULL;
        arena_reset(*state);
        seed = seed * 1664525u + 1013904223u;
        append(text, sizeof text, around[(seed >> 16) % (sizeof around / sizeof around[0])]);
        for (int index = 0; index < 11; index++) {
            seed = seed * 1664525u + 1013904223u;
            const unsigned digit = index == 0   ? 1
                                   : index == 1 ? 3 + (seed >> 16) % 7
                                                : (seed >> 16) % 10;
            const char plain[] = {(char)('0' + digit), '\0'};
            char keycap[16];
            (void)snprintf(keycap, sizeof keycap, "%u\ufe0f\u20e3", digit);
            const char *const forms[] = {plain,          plain,       wide[digit],
                                         circled[digit], bold[digit], keycap};
            number[index] = plain[0];
            append(text, sizeof text, forms[(seed >> 20) % 6]);
            if (index < 10) {
                append(text, sizeof text,
                       between[(seed >> 24) % (sizeof between / sizeof between[0])]);
            }
        }
        number[11] = '\0';
        seed = seed * 1664525u + 1013904223u;
        append(text, sizeof text, around[(seed >> 16) % (sizeof around / sizeof around[0])]);
        (void)snprintf(kept, sizeof kept, "%s", text);
        assert_int_equal(text_mask_digits(*state, text, &masked), RC_OK);
        assert_int_equal(text_title(*state, kept, &title), RC_OK);
        char *plain_note = NULL, *plain_title = NULL;
        size_t bytes = 0;
        assert_int_equal(text_normalise(*state, masked, &plain_note, &bytes), RC_OK);
        assert_int_equal(text_normalise(*state, title, &plain_title, &bytes), RC_OK);
        assert_non_null(strstr(masked, "***"));
        assert_true(digits_seen(plain_note, number) < 4);
        assert_true(digits_seen(plain_title, number) < 4);
    }
}

/* Grouped as phones are, by signs that part lists elsewhere: found too, and what stands beside it is
 * left as it was. */
static void test_masks_when_a_list_sign_parts_a_phone_then_it_is_found(void **state)
{
    static const char *const signs[] = {"/", ",", "，", "、",  ":", "：",
                                        ";", "|", "\\", " / ", ", "};
    static const char *const before[] = {"", "电话", "3栋，", "20260302-0001-4、", "9:30 "};
    static const char *const after[] = {"", "李某", " 9:30", "，18:00", " 20260302-0001-4", " 3栋"};
    static const unsigned shapes[][11] = {
        {3, 4, 4}, {3, 8}, {7, 4}, {3, 3, 5}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {3, 2, 2, 2, 2}};
    static const char *const spoken[] = {"零", "一", "二", "三", "四",
                                         "五", "六", "七", "八", "九"};
    uint32_t seed = 5;
    for (int round = 0; round < 10000; round++) {
        char text[512] = "", must[512] = "", kept[512], *masked = NULL, *title = NULL;
        arena_reset(*state);
        const unsigned *shape = shapes[round % (int)(sizeof shapes / sizeof shapes[0])];
        seed = seed * 1664525u + 1013904223u;
        const char *const sign = signs[(seed >> 8) % (sizeof signs / sizeof signs[0])];
        /* Often a sign of another kind follows; times and sums are grouped as the last shapes are. */
        const unsigned *const last_shapes[] = {shapes[3], shapes[5]};
        const bool kinds = shape != last_shapes[0] && shape != last_shapes[1];
        const char *const second =
            kinds ? signs[(seed >> 5) % (sizeof signs / sizeof signs[0])] : sign;
        const char *const first = before[(seed >> 14) % (sizeof before / sizeof before[0])];
        const char *const last = after[(seed >> 20) % (sizeof after / sizeof after[0])];
        const bool says = (seed >> 28) % 3 == 0;
        append(text, sizeof text, first);
        for (unsigned group = 0, at = 0; at < 11; group++) {
            append(text, sizeof text, group == 0 ? "" : group % 2 == 1 ? sign : second);
            for (unsigned end = at + shape[group]; at < end; at++) {
                seed = seed * 1664525u + 1013904223u;
                const unsigned digit = at == 0   ? 1
                                       : at == 1 ? 3 + (seed >> 16) % 7
                                                 : (seed >> 16) % 10;
                const char plain[] = {(char)('0' + digit), '\0'};
                append(text, sizeof text, says ? spoken[digit] : plain);
            }
        }
        append(text, sizeof text, last);
        append(must, sizeof must, first);
        append(must, sizeof must, "***");
        append(must, sizeof must, last);
        (void)snprintf(kept, sizeof kept, "%s", text);
        assert_int_equal(text_mask_digits(*state, text, &masked), RC_OK);
        assert_string_equal(masked, must);
        assert_int_equal(text_title(*state, kept, &title), RC_OK);
        assert_non_null(strstr(title, "***"));
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

static void test_name_when_it_deceives_then_not_fit(void **state)
{
    static const char *const unseen[] = {
        "李\u202e四",          "\u2066li", "li\u200b", "li\u00a0si", "a\nb", "\x1b[31m", "\ufeffli",
        "a\u0301\u0302\u0303", "\xff",
    };
    static const char *const mixed[] = {
        "\u0430dmin",         /* the first letter is Cyrillic */
        "li.\u03c3i",         /* Greek */
        "\u0430\u0440\u0440", /* Cyrillic, and each drawn as a Latin one */
        "\U0001d41a",         /* of formulas */
        "\u2f45",             /* a radical, drawn as 方 */
    };
    static const char *const fits[] = {
        "李四",      "li.si", "Li Si (张)",         "Ａ区热线（市）①", "阿依古丽·买买提",
        "Müller-李", "Иван",  "\u0639\u0644\u064a", "カタカナ",        "12345热线",
    };
    static const char *const codes[] = {"李四", "li.si", "müller", "иван", "王五2"};
    static const char *const no_codes[] = {"ａdmin", "\ufb01re", "mu\u0308ller", "li si",
                                           "李\u3000四"};
    (void)state;
    for (size_t index = 0; index < sizeof unseen / sizeof unseen[0]; index++) {
        assert_int_equal(text_name_judge(unseen[index]), TEXT_NAME_UNSEEN);
    }
    for (size_t index = 0; index < sizeof mixed / sizeof mixed[0]; index++) {
        assert_int_equal(text_name_judge(mixed[index]), TEXT_NAME_MIXED);
        assert_int_equal(text_name_judge_code(mixed[index]), TEXT_NAME_MIXED);
    }
    for (size_t index = 0; index < sizeof fits / sizeof fits[0]; index++) {
        assert_int_equal(text_name_judge(fits[index]), TEXT_NAME_FITS);
    }
    for (size_t index = 0; index < sizeof codes / sizeof codes[0]; index++) {
        assert_int_equal(text_name_judge_code(codes[index]), TEXT_NAME_FITS);
    }
    for (size_t index = 0; index < sizeof no_codes / sizeof no_codes[0]; index++) {
        assert_int_not_equal(text_name_judge_code(no_codes[index]), TEXT_NAME_FITS);
    }
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
        cmocka_unit_test(test_normalise_when_radicals_are_copied_then_the_letters),
        cmocka_unit_test(test_normalise_place_when_houses_are_numerals_then_digits),
        cmocka_unit_test(test_blank_when_nothing_is_seen_then_blank),
        cmocka_unit_test(test_name_when_it_deceives_then_not_fit),
        cmocka_unit_test(test_trim_when_blanks_stand_around_then_what_is_seen_stays),
        cmocka_unit_test(test_phone_when_written_as_people_do_then_understood),
        cmocka_unit_test(test_phone_when_there_are_too_many_then_whole_ones_stay),
        cmocka_unit_test(test_masks_when_a_number_is_decorated_then_it_is_found),
        cmocka_unit_test(test_masks_when_a_list_sign_parts_a_phone_then_it_is_found),
        cmocka_unit_test(test_mask_phone_when_long_enough_then_ends_show),
        cmocka_unit_test(test_mask_digits_when_long_enough_then_hidden),
        cmocka_unit_test(test_mask_digits_when_no_room_then_limit),
        cmocka_unit_test(test_mask_name_when_any_then_first_character),
        cmocka_unit_test(test_columns_when_wide_then_two_each),
        cmocka_unit_test(test_clip_columns_when_cut_then_between_characters),
        cmocka_unit_test(test_clip_when_cut_then_between_characters),
        cmocka_unit_test(test_copy_when_it_fits_with_its_end_then_whole_else_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
