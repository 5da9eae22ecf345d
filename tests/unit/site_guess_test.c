/* site_guess: what a text is about and where; against a slow count of the same rules. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/site/site.h"
#include "common/text/text.h"
#include "site_files.h"

enum { GUESSES = 8 };

static struct site_report report;
static struct arena arena;

static const char areas_file[] =
    "code,name,level,parent\n"
    "jia,甲街道,street,\n"
    "yi,乙街道,street,\n"
    "j1,阳光社区,community,jia\n"
    "y1,阳光社区,community,yi\n"
    "y2,河边社区,community,yi\n"
    "j1a,阳光花园,estate,j1\n"
    "j1b,幸福里,estate,j1\n"
    "y1a,幸福里,estate,y1\n"
    "y2a,河边花园,estate,y2\n"
    "y2b,3号楼,estate,y2\n";
static const char aliases_file[] =
    "alias,area\n"
    "阳光,j1\n"
    "花园,y2a\n"
    "甲街,jia\n";
static const char categories_file[] =
    "code,name,parent,urgency,start_level,keywords,exclude\n"
    "road,道路,,,,道路|修路,\n"
    "road.lamp,路灯,road,,,路灯|路灯不亮|照明,\n"
    "road.hole,坑洞,road,,,坑洞|路面,\n"
    "fee,收费,,,,收费|路灯费|乱收费,\n"
    "noise,噪声,,,,噪音|扰民,噪音检测|路灯不亮了\n"
    "number,热线,,,,12345|5楼,\n";

static const char yaml_file[] =
    "name: 测试\n"
    "levels:\n"
    "  - {code: estate, name: e, fallback: u1}\n"
    "  - {code: community, name: c, fallback: u2}\n"
    "  - {code: street, name: s, fallback: u3}\n"
    "channels: [{code: web, name: w}]\n"
    "policies: [{accept: 1m, handle: 1h}]\n";

static const struct site_files files = {
    .text = {[SITE_YAML] = yaml_file,
             [SITE_AREAS] = areas_file,
             [SITE_ALIASES] = aliases_file,
             [SITE_UNITS] = "code,name,level,area\nu1,a,estate,\nu2,b,community,\nu3,c,street,\n",
             [SITE_CATEGORIES] = categories_file,
             [SITE_MATRIX] = "category,area,level,lead\n"}};

static void append(char *to, size_t room, const char *part)
{
    const size_t used = strlen(to);
    snprintf(to + used, room - used, "%s", part);
}

static int setup(void **state)
{
    struct site *site = NULL;
    assert_int_equal(arena_init(&arena, 64u << 20), RC_OK);
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    *state = site;
    return 0;
}

static int teardown(void **state)
{
    site_free(*state);
    arena_fini(&arena);
    return 0;
}

static const char *normal(const char *text, size_t *bytes)
{
    char *out = NULL;
    arena_reset(&arena);
    assert_int_equal(text_normalise_place(&arena, text, &out, bytes), RC_OK);
    return out;
}

/* "code:score:words code:score:words" */
static const char *topics(const struct site *site, const char *text)
{
    static char line[2048];
    struct site_guess guesses[GUESSES];
    size_t bytes = 0;
    const char *normalised = normal(text, &bytes);
    const uint32_t count = site_guess_categories(site, normalised, bytes, guesses, GUESSES);
    line[0] = '\0';
    for (uint32_t index = 0; index < count; index++) {
        const size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s%s:%u:%s", index == 0 ? "" : " ",
                 site->categories[guesses[index].index].code, guesses[index].score,
                 guesses[index].words);
    }
    return line;
}

static const char *places(const struct site *site, const char *text)
{
    static char line[2048];
    struct site_guess guesses[GUESSES];
    size_t bytes = 0;
    const char *normalised = normal(text, &bytes);
    const uint32_t count = site_guess_areas(site, normalised, bytes, guesses, GUESSES);
    line[0] = '\0';
    for (uint32_t index = 0; index < count; index++) {
        const size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s%s:%u:%s", index == 0 ? "" : " ",
                 site->areas[guesses[index].index].code, guesses[index].score,
                 guesses[index].words);
    }
    return line;
}

/* ---- categories ---- */

static void test_categories_when_words_are_found_then_scored(void **state)
{
    const struct site *site = *state;
    assert_string_equal(topics(site, ""), "");
    assert_string_equal(topics(site, "今天天气"), "");
    assert_string_equal(topics(site, "乱收费"), "fee:9:乱收费");
    /* Said again: half, then a third, then no more. */
    assert_string_equal(topics(site, "噪音噪音"), "noise:6:噪音");
    assert_string_equal(topics(site, "噪音噪音噪音噪音噪音"), "noise:7:噪音");
    /* The best first; alike in file order. */
    assert_string_equal(topics(site, "扰民，乱收费"), "fee:9:乱收费 noise:4:扰民");
    assert_string_equal(topics(site, "扰民，收费"), "fee:4:收费 noise:4:扰民");
    /* As people type. */
    assert_string_equal(topics(site, "路 灯\n不　亮"), "road.lamp:16:路灯不亮");
}

static void test_categories_when_word_lies_in_longer_then_only_the_longer(void **state)
{
    const struct site *site = *state;
    assert_string_equal(topics(site, "路灯费"), "fee:9:路灯费");
    assert_string_equal(topics(site, "路灯费和路灯"), "fee:9:路灯费 road.lamp:4:路灯");
    assert_string_equal(topics(site, "路灯不亮"), "road.lamp:16:路灯不亮");
}

static void test_categories_when_parent_is_named_too_then_child_has_it(void **state)
{
    const struct site *site = *state;
    assert_string_equal(topics(site, "道路"), "road:4:道路");
    assert_string_equal(topics(site, "道路照明"), "road.lamp:8:道路|照明");
    /* Only the likelier child gets it. */
    assert_string_equal(topics(site, "修路，路面，照明，坑洞"),
                        "road.hole:12:修路|路面|坑洞 road.lamp:4:修路|照明");
}

static void test_categories_when_excluded_then_removed_and_nothing_hidden(void **state)
{
    const struct site *site = *state;
    assert_string_equal(topics(site, "噪音检测收费"), "fee:4:收费");
    assert_string_equal(topics(site, "噪音扰民，要噪音检测"), "");
    /* The excluded word contains a keyword of another category. */
    assert_string_equal(topics(site, "扰民，路灯不亮了"), "road.lamp:16:路灯不亮");
}

static void test_categories_when_digits_go_on_then_not_the_number(void **state)
{
    const struct site *site = *state;
    assert_string_equal(topics(site, "打12345"), "number:25:12345");
    assert_string_equal(topics(site, "电话12345678"), "");
    assert_string_equal(topics(site, "住15楼"), "");
    assert_string_equal(topics(site, "住5楼"), "number:4:5楼");
}

static void test_categories_when_max_is_small_then_the_best(void **state)
{
    struct site_guess guesses[2] = {{.index = 77}, {.index = 77}};
    const struct site *site = *state;
    size_t bytes = 0;
    const char *text = normal("照明噪音乱收费", &bytes);
    assert_int_equal(site_guess_categories(site, text, bytes, guesses, 0), 0);
    assert_int_equal(guesses[0].index, 77);
    assert_int_equal(site_guess_categories(site, text, bytes, guesses, 1), 1);
    assert_string_equal(site->categories[guesses[0].index].code, "fee");
    assert_int_equal(guesses[1].index, 77);
}

/* ---- areas ---- */

static void test_areas_when_named_then_smallest(void **state)
{
    const struct site *site = *state;
    assert_string_equal(places(site, "某地"), "");
    assert_string_equal(places(site, "甲街道"), "jia:9:甲街道");
    assert_string_equal(places(site, "甲街道阳光花园"), "j1a:25:甲街道|阳光花园");
    assert_string_equal(places(site, "阳光花园，在甲街"), "j1a:20:阳光花园|甲街");
}

static void test_areas_when_names_overlap_then_the_longest(void **state)
{
    const struct site *site = *state;
    /* 阳光 (j1) and 花园 (y2a) lie inside 阳光花园. */
    assert_string_equal(places(site, "阳光花园"), "j1a:16:阳光花园");
    assert_string_equal(places(site, "阳光的花园"), "j1:4:阳光 y2a:4:花园");
}

static void test_areas_when_name_is_shared_then_others_settle(void **state)
{
    const struct site *site = *state;
    assert_string_equal(places(site, "阳光社区"), "j1:16:阳光社区 y1:16:阳光社区");
    assert_string_equal(places(site, "乙街道阳光社区"), "y1:25:乙街道|阳光社区");
    assert_string_equal(places(site, "阳光社区甲街"), "j1:20:阳光社区|甲街");
    assert_string_equal(places(site, "幸福里"), "j1b:9:幸福里 y1a:9:幸福里");
    assert_string_equal(places(site, "乙街道幸福里"), "y1a:18:乙街道|幸福里");
    /* Both are shared and both fit twice. */
    assert_string_equal(places(site, "阳光社区幸福里"),
                        "j1b:25:阳光社区|幸福里 y1a:25:阳光社区|幸福里");
    assert_string_equal(places(site, "乙街道阳光社区幸福里"), "y1a:34:乙街道|阳光社区|幸福里");
}

static void test_areas_when_different_then_both(void **state)
{
    const struct site *site = *state;
    assert_string_equal(places(site, "阳光花园和河边花园"), "j1a:16:阳光花园 y2a:16:河边花园");
    assert_string_equal(places(site, "甲街道和乙街道"), "jia:9:甲街道 yi:9:乙街道");
    assert_string_equal(places(site, "河边花园13号楼"), "y2a:16:河边花园");
    assert_string_equal(places(site, "3号楼"), "y2b:9:3号楼");
}

/* A house is not another house, however its number is written. */
static void test_areas_when_a_house_is_named_then_no_other(void **state)
{
    static char text[2048];
    static const char *const same[] = {"3号院",         "３号院",    "三号院",    "3 号 院",
                                       "住在3号院里",   "3号院甲座", "3号院b栋",  "3号院13号楼",
                                       "3号院乙方不来", "3号院wifi", "自己3号院", "星期一3号院停水",
                                       "阳光小区3号院", "near3号院", "园丁3号院", "3号院（甲方）",
                                       "1号楼，3号院"};
    static const char *const other[] = {
        "13号院",   "十三号院", "甲3号院", "乙三号院",     "A3号院",   "ａ３号院", "AB3号院",
        "3-1号院3", "1-3号院",  "1–3号院", "A-3号院",      "十3号院",  "附3号院",  "东3号院",
        "新3号院",  "3号院甲",  "3号院A",  "3号院丁,停水", "3号院b。", "33号院",   "23号院"};
    (void)state;
    struct site_files houses = files;
    struct site *site = NULL;
    append(text, sizeof text,
           "code,name,level,parent\nroot,甲街道,street,\nc,某社区,community,root\n"
           "h3,三号院,estate,c\nh31,3-1号院,estate,c\nhg,园丁,estate,c\nh5,五号楼,estate,c\nh5a,"
           "A5号楼,estate,c\n"
           "z3,中山路3号,estate,c\n");
    houses.text[SITE_AREAS] = text;
    houses.absent[SITE_ALIASES] = true;
    assert_int_equal(site_files_load(&houses, &report, &site), RC_OK);
    for (size_t index = 0; index < sizeof same / sizeof same[0]; index++) {
        if (strstr(places(site, same[index]), "h3:") == NULL) {
            print_message("%s\n", same[index]);
        }
        assert_non_null(strstr(places(site, same[index]), "h3:"));
    }
    for (size_t index = 0; index < sizeof other / sizeof other[0]; index++) {
        if (strstr(places(site, other[index]), "h3:") != NULL) {
            print_message("%s\n", other[index]);
        }
        assert_null(strstr(places(site, other[index]), "h3:"));
    }
    assert_string_equal(places(site, "3-1号院"), "h31:25:3-1号院");
    assert_string_equal(places(site, "A5号楼"), "h5a:16:a5号楼");
    assert_string_equal(places(site, "BA5号楼"), "");
    assert_string_equal(places(site, "5号楼"), "h5:9:5号楼");
    assert_string_equal(places(site, "二十五号楼"), "");
    assert_string_equal(places(site, "中山路三号"), "z3:25:中山路3号");
    assert_string_equal(places(site, "中山路3号甲"), "");
    assert_string_equal(places(site, "中山路13号"), "");
    assert_string_equal(places(site, "3号院5号楼"),
                        "h3:9:3号院 h5:9:5号楼"); /* both, to the desk */
    site_free(site);
}

/* 300 estates, each with a house 3: the name alone says nothing, with the estate everything. */
static void test_areas_when_name_is_common_then_only_refines(void **state)
{
    static char text[64 * 1024];
    struct site_files many = files;
    struct site *site = NULL;
    (void)state;
    append(text, sizeof text, "code,name,level,parent\nroot,甲街道,street,\n");
    for (int index = 0; index < 300; index++) {
        char row[160];
        snprintf(row, sizeof row, "e%d,%d号院子,community,root\ne%d.3,3号楼,estate,e%d\n", index,
                 index + 1000, index, index);
        append(text, sizeof text, row);
    }
    many.text[SITE_AREAS] = text;
    many.absent[SITE_ALIASES] = true;
    assert_int_equal(site_files_load(&many, &report, &site), RC_OK);
    assert_string_equal(places(site, "3号楼"), "");
    assert_string_equal(places(site, "甲街道3号楼"), "root:9:甲街道");
    assert_string_equal(places(site, "1007号院子3号楼"), "e7.3:58:1007号院子|3号楼");
    site_free(site);
}

/* ---- against a slow count ---- */

static const char *const syllables[] = {"路", "灯", "费", "不", "亮", "修", "照", "明", "噪",
                                        "音", "扰", "民", "收", "乱", "坑", "洞", "面"};

/* A hit counts unless a longer keyword is found around it. The texts have no digits and hardly an
 * excluded word: these have tests of their own. */
static uint32_t slow_score(const struct site *site, const char *text, uint32_t category)
{
    const struct site_words *words = &site->index->keywords;
    const size_t bytes = strlen(text);
    uint32_t score = 0;
    for (uint32_t word = 0; word < words->word_count; word++) {
        const struct site_word *found = &words->words[word];
        uint32_t seen = 0;
        bool counts = false;
        for (uint32_t index = found->first; index < found->first + found->count; index++) {
            counts |= words->entries[index].target == category && !words->entries[index].exclude;
        }
        for (size_t at = 0; counts && at + found->bytes <= bytes; at++) {
            bool inside = false;
            if (memcmp(text + at, found->text, found->bytes) != 0) {
                continue;
            }
            for (uint32_t other = 0; other < words->word_count; other++) {
                const struct site_word *longer = &words->words[other];
                const size_t back = longer->bytes - found->bytes;
                if (longer->bytes <= found->bytes || words->entries[longer->first].exclude) {
                    continue;
                }
                for (size_t from = at > back ? at - back : 0;
                     from <= at && from + longer->bytes <= bytes; from++) {
                    inside |= memcmp(text + from, longer->text, longer->bytes) == 0;
                }
            }
            if (!inside && seen < 3) {
                seen++;
                score += found->chars * found->chars / seen;
            }
        }
    }
    return score;
}

static void test_categories_when_random_then_as_the_slow_count(void **state)
{
    const struct site *site = *state;
    uint32_t seed = 11;
    for (int round = 0; round < 3000; round++) {
        char text[256] = "";
        struct site_guess guesses[GUESSES];
        for (int index = 0; index < 40; index++) {
            seed = seed * 1664525u + 1013904223u;
            append(text, sizeof text, syllables[(seed >> 16) % 17]);
        }
        const uint32_t count = site_guess_categories(site, text, strlen(text), guesses, GUESSES);
        for (uint32_t index = 0; index < count; index++) {
            const struct site_guess *guess = &guesses[index];
            const uint32_t parent = site->categories[guess->index].parent;
            const uint32_t own = slow_score(site, text, guess->index);
            const uint32_t above = parent == SITE_NONE ? 0 : slow_score(site, text, parent);
            assert_true(guess->score == own || guess->score == own + above);
            assert_true(index == 0 || guesses[index - 1].score >= guess->score);
        }
    }
}

static void test_all_when_text_is_largest_then_bounded(void **state)
{
    static char text[TEXT_BYTES_MAX + 1];
    static const char part[] = "路灯不亮阳光花园乙街道3号楼幸福里";
    const struct site *site = *state;
    struct site_guess guesses[GUESSES];
    for (size_t at = 0; at + sizeof part <= sizeof text; at += sizeof part - 1) {
        memcpy(text + at, part, sizeof part - 1);
    }
    assert_int_equal(site_guess_categories(site, text, strlen(text), guesses, GUESSES), 1);
    assert_int_equal(guesses[0].score, 16 + 8 + 5);
    assert_true(site_guess_areas(site, text, strlen(text), guesses, GUESSES) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_categories_when_words_are_found_then_scored),
        cmocka_unit_test(test_categories_when_word_lies_in_longer_then_only_the_longer),
        cmocka_unit_test(test_categories_when_parent_is_named_too_then_child_has_it),
        cmocka_unit_test(test_categories_when_excluded_then_removed_and_nothing_hidden),
        cmocka_unit_test(test_categories_when_digits_go_on_then_not_the_number),
        cmocka_unit_test(test_categories_when_max_is_small_then_the_best),
        cmocka_unit_test(test_areas_when_named_then_smallest),
        cmocka_unit_test(test_areas_when_names_overlap_then_the_longest),
        cmocka_unit_test(test_areas_when_name_is_shared_then_others_settle),
        cmocka_unit_test(test_areas_when_different_then_both),
        cmocka_unit_test(test_areas_when_a_house_is_named_then_no_other),
        cmocka_unit_test(test_areas_when_name_is_common_then_only_refines),
        cmocka_unit_test(test_categories_when_random_then_as_the_slow_count),
        cmocka_unit_test(test_all_when_text_is_largest_then_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
