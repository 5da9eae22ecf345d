/* site_rules: which rules a text hits and in which order, what only sounds like it, and each mistake of
 * the file by its name and line. Patterns that would hold up the service are refused. */
#include "common/site/site_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site_files.h"

#define HEAD                                                                                       \
    "id,words,all,exclude,pattern,field,channel,area,category,unit,urgency,call,desk,note_zh\n"

static struct site_report report;
static struct arena arena;

static enum rc load(const char *text, struct site **site)
{
    const struct site_files files = {.text = {[SITE_RULES] = text}};
    return site_files_load(&files, &report, site);
}

/* The codes of what hits, by blanks. */
static const char *hits(const struct site *site, const struct site_rules_text *text)
{
    static char list[512];
    struct site_rules_found found;
    list[0] = '\0';
    assert_int_equal(site_rules_find(site, &arena, text, &found), RC_OK);
    assert_int_equal(arena.used, 0);
    for (uint32_t index = 0; index < found.count; index++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", index == 0 ? "" : " ",
                 site->rules->rules[found.hits[index].rule].code);
    }
    return list;
}

static const char *said(const struct site *site, const char *text)
{
    return hits(site, &(struct site_rules_text){.text = text});
}

static int set_up(void **state)
{
    (void)state;
    return arena_init(&arena, 64u << 20) == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* ---- hits ---- */

static const char good[] = HEAD
    "lamp,路灯|street lamp,,,,,,,road.lamp,,,,,\n"
    "fire,着火|起火|on fire,,火车|着火点|演练,,,,,,,特急,119,,有人就先打 119\n"
    "leap,跳楼,,跳楼价|跳楼机,,,,,,,emergency,110|120,,\n"
    "both,,水管|爆裂,,,,,,road,,,,,\n"
    "wet,漏水,,,,,device,,road,,,,,\n"
    "ward,某某,,,,title,,,,lamps,,,,\n"
    "days,停水,,,[二三四五六七八九]天,,,,road,,urgent,,yes,\n"
    "place,菜市场,,,,place,,a,,,,,,\n";

static void test_find_when_words_are_there_then_the_rules_in_order(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    assert_string_equal(said(site, "路灯旁边着火了"), "fire lamp");
    assert_string_equal(said(site, "路 燈旁邊著火了"), "fire lamp");
    assert_string_equal(said(site, "The STREET  LAMPS are ｏｎ　ｆｉｒｅ"), "fire lamp");
    assert_string_equal(said(site, "a street lamprey, confirmation fired"), "");
    assert_string_equal(said(site, "水管又爆裂了"), "both");
    assert_string_equal(said(site, "水管爆了"), "");
    assert_string_equal(said(site, ""), "");
    assert_string_equal(said(site, "\xff\xfe着\xff火"), "fire");
    site_free(site);
}

/* What only sounds like it. A phrase hides its own place and no other. */
static void test_find_when_a_phrase_hides_the_word_then_only_there(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    assert_string_equal(said(site, "商家跳楼价甩卖"), "");
    assert_string_equal(said(site, "跳楼价甩卖的隔壁有人要跳楼"), "leap");
    assert_string_equal(said(site, "着火点测试"), "");
    assert_string_equal(said(site, "消防演练，模拟着火"), "");
    site_free(site);
}

static void test_find_when_channel_and_field_are_asked_then_they_count(void **state)
{
    struct site *site = NULL;
    struct site_rules_text text = {.text = "漏水", .channel = "device"};
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    assert_string_equal(hits(site, &text), "wet");
    text.channel = "wechat";
    assert_string_equal(hits(site, &text), "");
    text.channel = NULL;
    assert_string_equal(hits(site, &text), "");
    text = (struct site_rules_text){.title = "某某", .text = "x", .place = "菜市场后面"};
    assert_string_equal(hits(site, &text), "ward place");
    text = (struct site_rules_text){.title = "菜市场", .text = "某某"};
    assert_string_equal(hits(site, &text), "");
    site_free(site);
}

static void test_find_when_a_pattern_fits_then_its_words_are_not_told(void **state)
{
    struct site *site = NULL;
    struct site_rules_found found;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    const struct site_rules_text text = {.text = "我家已经停水三天"};
    assert_int_equal(site_rules_find(site, &arena, &text, &found), RC_OK);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.hits[0].words, "停水|pattern");
    assert_int_equal(found.stopped, 0);
    assert_string_equal(said(site, "停水一天"), "");
    site_free(site);
}

/* Texts are folded; a pattern that was not would never fit, and nobody would see why. */
static void test_find_when_a_pattern_is_written_otherwise_then_it_fits_all_the_same(void **state)
{
    static const struct {
        const char *pattern, *text;
    } cases[] = {{"漏氣.{0,4}味", "厨房漏气有味"},
                 {"路燈[壞滅]", "路燈滅了"},
                 {"漏 气", "漏 气了"},
                 {"燃气 (泄漏|漏气)", "燃气漏气"},
                 {"gas  leak", "a gas leak here"},
                 {"着火[，。 ]快", "着火，快来"},
                 {"[一-龥]路灯不亮", "西路灯不亮"},
                 {"ｇａｓ leak", "Gas leak"},
                 {"\\p{Han}楼着火（快来）", "三楼着火（快来）"}};
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct site *site = NULL;
        char text[1024];
        snprintf(text, sizeof text, HEAD "x,,,,\"%s\",,,,road.lamp,,,,,\n", cases[index].pattern);
        if (load(text, &site) != RC_OK) {
            fail_msg("%s: %s", cases[index].pattern, report.mistakes[0].name);
        }
        if (strcmp(said(site, cases[index].text), "x") != 0) {
            fail_msg("%s / %s", cases[index].pattern, cases[index].text);
        }
        site_free(site);
    }
}

static void test_calls_when_dangerous_then_each_number_once(void **state)
{
    struct site *site = NULL;
    struct site_rules_calls calls;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    assert_true(site_rules_name_calls(site));
    const struct site_rules_text text = {.text = "楼上着火了，有人要跳楼，路灯也坏了"};
    assert_int_equal(site_rules_calls(site, &arena, &text, &calls), RC_OK);
    assert_int_equal(calls.count, 3);
    assert_string_equal(calls.numbers[0], "119");
    assert_string_equal(calls.numbers[1], "110");
    assert_string_equal(calls.numbers[2], "120");
    const struct site_rules_text calm = {.text = "路灯坏了"};
    assert_int_equal(site_rules_calls(site, &arena, &calm, &calls), RC_OK);
    assert_int_equal(calls.count, 0);
    site_free(site);
}

static void test_find_when_there_is_no_file_then_nothing(void **state)
{
    const struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    (void)state;
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_string_equal(said(site, "着火"), "");
    assert_false(site_rules_name_calls(site));
    site_free(site);
}

/* Somebody writes a text for a pattern that takes its time: it ends, and counts as no hit. */
static void test_find_when_a_pattern_reaches_its_bounds_then_no_hit_and_counted(void **state)
{
    struct site *site = NULL;
    struct site_rules_found found;
    char text[8001];
    (void)state;
    assert_int_equal(load(HEAD "slow,,,,a.*b.*c.*dd,,,,road,,,,,\n", &site), RC_OK);
    for (size_t at = 0; at + 3 < sizeof text; at += 3) {
        memcpy(text + at, "abc", 4);
    }
    memcpy(text, "dad", 3); /* what it must have is there, so that it is not seen at a glance */
    text[strlen(text) - 1] = 'd';
    const struct site_rules_text hostile = {.text = text};
    assert_int_equal(site_rules_find(site, &arena, &hostile, &found), RC_OK);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.stopped, 1);
    assert_string_equal(said(site, "a and b, c: dd"), "slow");
    site_free(site);
}

static void test_find_when_the_text_is_large_then_all_of_it(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    char *const text = malloc(65537);
    assert_non_null(text);
    for (size_t at = 0; at < 65530; at += 3) {
        memcpy(text + at, "\uFDFA", 4); /* becomes eighteen characters */
    }
    memcpy(text + 65400, "着火", 7);
    assert_string_equal(said(site, text), "fire");
    free(text);
    site_free(site);
}

/* ---- mistakes ---- */

static const struct {
    const char *row, *name;
} mistakes[] = {
    {"x,,,,,,,,road.lamp,,,,,", "RULE_NO_CONDITION"},
    {"x,,,路灯,,,device,,road.lamp,,,,,", "RULE_NO_CONDITION"},
    {"x,路灯,,,,,,,,,,,,", "RULE_NO_EFFECT"},
    {"x,路灯,,,,,,,,,,,no,", "RULE_NO_EFFECT"},
    {"x,灯,,,,,,,road.lamp,,,,,", "WORD_TOO_SHORT"},
    {"x,路灯|　 ,灯,,,,,,road.lamp,,,,,", "WORD_TOO_SHORT"},
    {"x,路灯、灯杆,,,,,,,road.lamp,,,,,", "KEYWORD_SEPARATOR"},
    {"x,路灯,,路灯,,,,,road.lamp,,,,,", "RULE_EXCLUDED"},
    {"x,路灯,,,,text|title,,,road.lamp,,,,,", "RULE_FIELD"},
    {"x,路灯,,,,,fax,,road.lamp,,,,,", "RULE_CODE"},
    {"x,路灯,,,,,,nowhere,,,,,,", "RULE_CODE"},
    {"x,路灯,,,,,,,lights,,,,,", "RULE_CODE"},
    {"x,路灯,,,,,,,,nobody,,,,", "RULE_CODE"},
    {"x,路灯,,,,,,,,,hot,,,", "URGENCY_UNKNOWN"},
    {"x,路灯,,,,,,,,,,消防,,", "RULE_CALL"},
    {"x,路灯,,,,,,,,,,119|120|110|12345|12319,,", "RULE_TOO_MANY"},
    {"x,路灯,,,,,,,,,,,maybe,", "RULE_DESK"},
    {"X,路灯,,,,,,,road.lamp,,,,,", "CODE_MALFORMED"},
    {",路灯,,,,,,,road.lamp,,,,,", "CODE_MISSING"},
    {"x,,,,(路灯,,,,road.lamp,,,,,", "RULE_PATTERN_WRONG"},
    {"x,,,,[z-a]灯,,,,road.lamp,,,,,", "RULE_PATTERN_WRONG"},
    {"x,,,,(路|灯)\\1,,,,road.lamp,,,,,", "RULE_PATTERN_REFERENCE"},
    {"x,,,,(?<a>路)\\k<a>,,,,road.lamp,,,,,", "RULE_PATTERN_REFERENCE"},
    {"x,,,,路(?R)?灯,,,,road.lamp,,,,,", "RULE_PATTERN_REFERENCE"},
    {"x,,,,(*LIMIT_MATCH=9)路灯,,,,road.lamp,,,,,", "RULE_PATTERN_REFERENCE"},
    {"x,,,,(?<=路+)灯坏,,,,road.lamp,,,,,", "RULE_PATTERN_BEHIND"},
    {"x,,,,(路灯)*,,,,road.lamp,,,,,", "RULE_PATTERN_EMPTY"},
    {"x,,,,.*,,,,road.lamp,,,,,", "RULE_PATTERN_EMPTY"},
    {"x,,,,.,,,,road.lamp,,,,,", "RULE_PATTERN_SHORT"},
    {"x,,,,[0-9]+,,,,road.lamp,,,,,", "RULE_PATTERN_SHORT"},
    {"x,,,,..,,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,.{2}.*,,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,[\\p{L}\\p{N}]{2},,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,[一-龥]{2},,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,[^a]{2},,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,[a-z]{3},,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,\\S\\S|\\s\\s,,,,road.lamp,,,,,", "RULE_PATTERN_ALL"},
    {"x,,,,(a+)+bb,,,,road.lamp,,,,,", "RULE_PATTERN_SLOW"},
    {"x,,,,(a|aa)+$b,,,,road.lamp,,,,,", "RULE_PATTERN_SLOW"},
    {"x,,,,^(([a-z])+.)+[A-Z]([a-z])+$,,,,road.lamp,,,,,", "RULE_PATTERN_SLOW"},
    {"x,,,,着火(\\d+-?)+号,,,,road.lamp,,,,,", "RULE_PATTERN_SLOW"},
    {"x,,,,(.*.*)*楼道,,,,road.lamp,,,,,", "RULE_PATTERN_SLOW"},
    {"x,,,,a.*a.*a.*a.*a.*bb,,,,road.lamp,,,,,", "RULE_PATTERN_SLOW"},
    {"x,,,,(((((((((((((((((((((((((((((((((路灯))))))))))))))))))))))))))))))))),,,,road.lamp,,,,"
     ",",
     "RULE_PATTERN_LARGE"},
    {"x,,,,(路灯){9000},,,,road.lamp,,,,,", "RULE_PATTERN_LARGE"},
};

static void test_load_when_a_rule_is_wrong_then_told_by_name_and_line(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof mistakes / sizeof mistakes[0]; index++) {
        struct site *site = NULL;
        char text[2048];
        snprintf(text, sizeof text, HEAD "ok,路灯,,,,,,,road.lamp,,,,,\n%s\n", mistakes[index].row);
        if (load(text, &site) != RC_SETTINGS ||
            strcmp(report.mistakes[0].name, mistakes[index].name) != 0 ||
            report.mistakes[0].line != 3 || report.count != 1) {
            fail_msg("%s: wanted %s, have %u: %s in line %u", mistakes[index].row,
                     mistakes[index].name, (unsigned)report.count, report.mistakes[0].name,
                     (unsigned)report.mistakes[0].line);
        }
    }
}

/* What offices write, and what must not be taken for slow. */
static void test_load_when_patterns_are_ordinary_then_taken(void **state)
{
    static const char *const patterns[] = {
        "停水.*[一二三四五六七八九十]+天",
        "[0-9]+号楼.*漏水",
        "(燃气|煤气|天然气).{0,6}(泄漏|泄露|味)",
        "闻到.{0,8}(煤气|燃气)",
        "(?<!消防)通道堵塞",
        "车牌.{0,4}[a-z][a-z0-9]{5}",
        "噪[音声].*(夜|晚|凌晨)",
        "\\d{2}:\\d{2}.{0,10}施工",
        "(路灯|楼灯)(不亮|坏|灭)+了?",
    };
    (void)state;
    for (size_t index = 0; index < sizeof patterns / sizeof patterns[0]; index++) {
        struct site *site = NULL;
        char text[1024];
        snprintf(text, sizeof text, HEAD "x,,,,\"%s\",,,,road.lamp,,,,,\n", patterns[index]);
        if (load(text, &site) != RC_OK) {
            fail_msg("%s: %s", patterns[index], report.mistakes[0].name);
        }
        site_free(site);
    }
}

static void test_review_when_an_earlier_rule_says_all_of_it_then_a_doubt(void **state)
{
    static const char text[] = HEAD
        "wide,路灯,,,,,,,road.lamp,,,,,\n"
        "narrow,路灯不亮,,,,,,,road.lamp,,,,,\n"
        "urgent,路灯倒了,,,,,,,road.lamp,,urgent,,,\n";
    struct site_source sources[SITE_FILE_COUNT] = {{0}};
    struct site *site = NULL;
    uint32_t told = 0;
    (void)state;
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        sources[file].bytes = site_files_good[file];
        sources[file].size = site_files_good[file] == NULL ? 0 : strlen(site_files_good[file]);
    }
    sources[SITE_RULES] = (struct site_source){.bytes = text, .size = strlen(text)};
    assert_int_equal(site_review_sources(sources, &report, &site), RC_OK);
    for (uint32_t index = 0; index < report.warnings; index++) {
        const struct site_mistake *const mistake = &report.mistakes[index];
        if (strcmp(mistake->name, "RULE_EARLIER") == 0) {
            assert_int_equal(mistake->line, 3);
            told++;
        }
    }
    assert_int_equal(told, 1);
    site_free(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_when_words_are_there_then_the_rules_in_order),
        cmocka_unit_test(test_find_when_a_phrase_hides_the_word_then_only_there),
        cmocka_unit_test(test_find_when_channel_and_field_are_asked_then_they_count),
        cmocka_unit_test(test_find_when_a_pattern_is_written_otherwise_then_it_fits_all_the_same),
        cmocka_unit_test(test_find_when_a_pattern_fits_then_its_words_are_not_told),
        cmocka_unit_test(test_calls_when_dangerous_then_each_number_once),
        cmocka_unit_test(test_find_when_there_is_no_file_then_nothing),
        cmocka_unit_test(test_find_when_a_pattern_reaches_its_bounds_then_no_hit_and_counted),
        cmocka_unit_test(test_find_when_the_text_is_large_then_all_of_it),
        cmocka_unit_test(test_load_when_a_rule_is_wrong_then_told_by_name_and_line),
        cmocka_unit_test(test_load_when_patterns_are_ordinary_then_taken),
        cmocka_unit_test(test_review_when_an_earlier_rule_says_all_of_it_then_a_doubt),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
