/* site_place: where something is, by names, by what is described, by the map; with what speaks for it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/site/site_judge.h"
#include "common/site/site_place.h"
#include "common/text/text.h"
#include "site_files.h"

static struct site_report report;
static struct arena arena;

/* Beside the names: jia and yi as outlines that share a border, lx as a circle within jia. */
static const char areas_file[] =
    "code,name,level,parent,lat,lon,radius,outline,datum\n"
    "jia,清河街道,street,,,,,30.20 120.10|30.20 120.20|30.30 120.20|30.30 120.10,wgs84\n"
    "yi,柳林街道,street,,,,,30.20 120.20|30.20 120.30|30.30 120.30|30.30 120.20,wgs84\n"
    "lx,联新社区,community,jia,30.2500,120.1500,400,,wgs84\n"
    "hp,河畔社区,community,jia,,,,,\n"
    "sun,朝阳社区,community,jia,,,,,\n"
    "sun2,朝阳社区,community,yi,,,,,\n"
    "bei,北苑社区,community,yi,30.2600,120.2500,500,,gcj02\n"
    "lbxc,联邦新城,estate,lx,,,,,\n"
    "lb3,联邦新城3号楼,building,lbxc,,,,,\n"
    "yg,阳光花园,estate,hp,,,,,\n";
static const char aliases_file[] =
    "alias,area\n"
    "清河菜市场,hp\n"
    "育才小学,lx\n"
    "柳林农贸市场,bei\n"
    "人民医院,bei\n"
    "中山路,lx\n"
    "中山路,hp\n"
    "滨江路,hp\n"
    "龙井,sun\n";
static const char yaml_file[] =
    "name: 测试\n"
    "levels:\n"
    "  - {code: building, name: b, fallback: u0}\n"
    "  - {code: estate, name: e, fallback: u1}\n"
    "  - {code: community, name: c, fallback: u2}\n"
    "  - {code: street, name: s, fallback: u3}\n"
    "channels: [{code: web, name: w}]\n"
    "policies: [{accept: 1m, handle: 1h}]\n";
static const struct site_files files = {
    .text = {
        [SITE_YAML] = yaml_file,
        [SITE_AREAS] = areas_file,
        [SITE_ALIASES] = aliases_file,
        [SITE_UNITS] =
            "code,name,level,area\nu0,b,building,\nu1,a,estate,\nu2,b,community,\nu3,c,street,\n",
        [SITE_CATEGORIES] = "code,name,parent,urgency,start_level,keywords\nlamp,灯,,,,路灯\n",
        [SITE_MATRIX] = "category,area,level,lead\n"}};

struct fixture {
    struct site *site;
    struct site_place *place;
};
static struct fixture fixture;

static int setup(void **state)
{
    assert_int_equal(arena_init(&arena, 64u << 20), RC_OK);
    const enum rc rc = site_files_load(&files, &report, &fixture.site);
    for (uint32_t index = 0; index < report.count; index++) {
        print_message("%s:%u %s %s\n", report.mistakes[index].file, report.mistakes[index].line,
                      report.mistakes[index].name, report.mistakes[index].en);
    }
    assert_int_equal(rc, RC_OK);
    assert_int_equal(site_place_open(fixture.site, &fixture.place), RC_OK);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    site_place_close(fixture.place);
    site_free(fixture.site);
    arena_fini(&arena);
    return 0;
}

static struct site_place_found found;

static const char *code_of(uint32_t area)
{
    return area == SITE_NONE ? "-" : fixture.site->areas[area].code;
}

/* "area reason house | candidates | evidence" of what is found; how sure stands apart. */
static const char *told(void)
{
    static char line[2048];
    int used = snprintf(line, sizeof line, "%s %s %s |", code_of(found.area),
                        site_place_reason_name(found.reason), found.house);
    for (uint32_t index = 0; index < found.candidate_count; index++) {
        used += snprintf(line + used, sizeof line - (size_t)used, " %s",
                         code_of(found.candidates[index].area));
    }
    used += snprintf(line + used, sizeof line - (size_t)used, " |");
    for (uint32_t index = 0; index < found.evidence_count; index++) {
        const struct site_place_evidence *evidence = &found.evidence[index];
        used += snprintf(line + used, sizeof line - (size_t)used, " %s@%u:%s",
                         site_place_field_name(evidence->field), evidence->at, evidence->word);
    }
    return line;
}

static const char *ask(const struct site_place_query *query)
{
    arena_reset(&arena);
    site_place_find(fixture.place, &arena, query, &found);
    return told();
}

static const char *say(const char *text)
{
    return ask(&(struct site_place_query){.text = text, .place = ""});
}

static const char *say_at(const char *text, const char *place)
{
    return ask(&(struct site_place_query){.text = text, .place = place});
}

static uint32_t sure(const char *text)
{
    say(text);
    return found.permille;
}

static const char *point(const char *text, int32_t lat, int32_t lon, enum geo_datum datum)
{
    return ask(&(struct site_place_query){
        .text = text, .place = "", .has_point = true, .point = {lat, lon}, .datum = datum});
}

/* ---- names ---- */

static void test_find_when_named_then_with_house_and_evidence(void **state)
{
    (void)state;
    assert_string_equal(say("我住联邦新城5号楼2单元502室,路灯不亮"),
                        "lbxc  5号楼2单元502室 | lbxc | text@3:联邦新城 text@7:5号楼2单元502室");
    assert_string_equal(say("联邦新城3号楼2单元"),
                        "lb3  3号楼2单元 | lb3 | text@1:联邦新城3号楼 text@5:3号楼2单元");
    assert_string_equal(say("联邦新城三号楼２单元"),
                        "lb3  3号楼2单元 | lb3 | text@0:联邦新城3号楼 text@0:3号楼2单元");
    assert_string_equal(say("联邦新城小区8幢漏水"),
                        "lbxc  8幢 | lbxc | text@1:联邦新城 text@7:8幢");
    assert_string_equal(say_at("漏水", "联邦新城12栋"),
                        "lbxc  12栋 | lbxc | place@1:联邦新城 place@5:12栋");
    assert_string_equal(say("聯邦新城5號樓"), "lbxc  5号楼 | lbxc | text@0:联邦新城 text@0:5号楼");
}

static void test_find_when_nothing_is_named_then_the_reason(void **state)
{
    (void)state;
    assert_string_equal(say("路灯不亮"), "- unknown  | |");
    assert_string_equal(say(""), "- empty  | |");
    assert_string_equal(say(" \xe3\x80\x80\t"), "- empty  | |");
    assert_string_equal(say("😀😀"), "- unknown  | |");
    assert_string_equal(say("\xff\xfe"), "- invalid  | |");
    assert_string_equal(say("明天8月3号13812345678"), "- unknown  | |");
}

static void test_find_when_a_name_stands_twice_then_its_parent_settles(void **state)
{
    (void)state;
    assert_string_equal(say("朝阳社区路灯不亮"), "- ambiguous  | sun sun2 | text@1:朝阳社区");
    assert_int_equal(found.permille, 0);
    assert_string_equal(say("柳林街道朝阳社区"), "sun2   | sun2 | text@1:柳林街道 text@5:朝阳社区");
    assert_true(found.permille > 900);
    assert_string_equal(say_at("在柳林街道", "朝阳社区"), "sun2   | sun2 | place@1:朝阳社区");
}

static void test_find_when_places_contradict_then_both_and_none(void **state)
{
    (void)state;
    assert_string_equal(say_at("北苑社区路灯不亮", "阳光花园"),
                        "- contradiction  | yg bei | place@1:阳光花园 text@1:北苑社区");
    assert_string_equal(say_at("河畔社区阳光花园", "清河街道"),
                        "yg   | yg jia | place@1:清河街道 text@1:河畔社区 text@5:阳光花园");
    say("阳光花园和北苑社区");
    assert_int_equal(found.reason, SITE_PLACE_AMBIGUOUS);
    assert_int_equal(found.candidate_count, 2);
}

/* What triage is sure of is what is found here: one judgement. */
static void test_find_when_triage_is_sure_then_the_same_area(void **state)
{
    static const char *const texts[] = {"联邦新城3号楼2单元", "柳林街道朝阳社区", "清河街道",
                                        "中山路阳光花园", "滨江路漏水"};
    (void)state;
    for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
        struct site_judgement judgement;
        registered.title = registered.text = (char *)(uintptr_t)texts[index];
        arena_reset(&arena);
        assert_int_equal(site_judge_words(&arena, fixture.site, &registered, NULL, &judgement),
                         RC_OK);
        assert_int_not_equal(judgement.area, SITE_NONE);
        say(texts[index]);
        assert_int_equal(found.area, judgement.area);
    }
}

static void test_find_when_more_speaks_for_it_then_surer(void **state)
{
    (void)state;
    assert_true(sure("龙井") < sure("滨江路")); /* two characters; a road */
    assert_true(sure("滨江路") < sure("滨江路8号"));
    assert_true(sure("滨江路") < sure("阳光花园"));
    assert_true(sure("阳光花园") < sure("清河街道阳光花园"));
    assert_true(sure("阳光花园后面") < sure("阳光花园"));
    assert_true(sure("清河街道河畔社区阳光花园") <= 990);
}

/* ---- what is described ---- */

static void test_find_when_near_a_name_then_less_sure(void **state)
{
    (void)state;
    assert_string_equal(say("清河菜市场后面那个小区"), "hp   | hp | text@1:清河菜市场后面");
    assert_true(found.candidates[0].described);
    assert_true(found.permille < 600);
    assert_string_equal(say("靠近育才小学"), "lx   | lx | text@1:靠近育才小学");
    assert_true(found.candidates[0].described);
    assert_string_equal(say("ＢＥＨＩＮＤ 育才小学"), "lx   | lx | text@0:behind育才小学");
    assert_string_equal(say("阳光花园对面的北苑社区"),
                        "bei   | bei yg | text@8:北苑社区 text@1:阳光花园对面");
    say("阳光花园里的灯,阳光花园对面的灯");
    assert_false(found.candidates[0].described); /* it is there too */
}

static void test_find_when_a_landmark_has_no_name_then_all_that_fit(void **state)
{
    (void)state;
    assert_string_equal(say("就是菜市场后面那个小区"), "- ambiguous  | hp bei | text@3:菜市场后面");
    assert_string_equal(say("清河街道,就是菜市场后面那个小区"),
                        "hp   | hp jia | text@1:清河街道 text@8:菜市场后面");
    assert_string_equal(say("医院对面"), "bei   | bei | text@1:医院对面");
    assert_int_equal(found.permille, 500);
    assert_string_equal(say("希望多建医院"), "- unknown  | |");
    assert_string_equal(say("城东医院对面"), "- unknown  | |"); /* one that we do not know */
    assert_string_equal(say("超市门口"), "- unknown  | |");
}

/* ---- the map ---- */

static void test_find_when_a_point_then_the_smallest_area(void **state)
{
    (void)state;
    assert_string_equal(point("路灯", 302500000, 1201500000, GEO_WGS84),
                        "lx   | lx | map@0:lx inside");
    assert_string_equal(point("路灯", 302200000, 1201200000, GEO_WGS84),
                        "jia   | jia | map@0:jia inside");
    assert_true(found.permille >= 900);
    assert_string_equal(point("路灯", 312200000, 1201200000, GEO_WGS84), "- outside  | |");
    assert_string_equal(point("", 302500000, 1201500000, GEO_WGS84), "lx   | lx | map@0:lx inside");
}

static void test_find_when_gcj02_then_shifted_back(void **state)
{
    const struct geo_point shown = geo_gcj02((struct geo_point){302500000, 1201500000});
    (void)state;
    point("路灯", shown.lat, shown.lon, GEO_GCJ02);
    assert_string_equal(code_of(found.area), "lx");
    assert_true(found.permille > 790); /* at its centre, but for a centimetre */
    point("路灯", shown.lat, shown.lon, GEO_WGS84);
    assert_string_equal(code_of(found.area), "jia"); /* 500 m away */
    point("路灯", shown.lat, shown.lon, GEO_DATUM_UNKNOWN);
    assert_int_equal(found.reason, SITE_PLACE_DATUM);
    assert_int_equal(found.candidate_count, 2);
    point("路灯", 302200000, 1201200000, GEO_DATUM_UNKNOWN); /* both readings lie there */
    assert_string_equal(code_of(found.area), "jia");
    assert_true(found.permille < 800);
}

static void test_find_when_names_and_point_agree_then_surer(void **state)
{
    (void)state;
    const uint32_t alone = sure("联邦新城");
    point("联邦新城", 302500000, 1201500000, GEO_WGS84);
    assert_string_equal(code_of(found.area), "lbxc");
    assert_true(found.permille > alone);
    point("清河街道", 302500000, 1201500000, GEO_WGS84);
    assert_string_equal(code_of(found.area), "lx"); /* the map knows better where in it */
    point("朝阳社区", 302200000, 1202800000, GEO_WGS84);
    assert_string_equal(code_of(found.area), "sun2"); /* it tells two of one name apart */
    point("阳光花园", 302200000, 1202800000, GEO_WGS84);
    assert_int_equal(found.reason, SITE_PLACE_CONTRADICTION);
    assert_int_equal(found.candidate_count, 2);
    point("阳光花园对面", 302200000, 1202800000, GEO_WGS84);
    assert_string_equal(code_of(found.area), "yi");
}

static void test_find_when_coordinates_are_none_then_names_still_count(void **state)
{
    (void)state;
    ask(&(struct site_place_query){.text = "路灯", .place = "", .bad_point = true});
    assert_int_equal(found.reason, SITE_PLACE_COORDINATES);
    ask(&(struct site_place_query){.text = "阳光花园", .place = "", .bad_point = true});
    assert_string_equal(code_of(found.area), "yg");
}

/* ---- houses ---- */

static void test_house_when_written_then_whole(void **state)
{
    static const struct {
        const char *text, *house;
    } cases[] = {{"3号楼2单元", "3号楼2单元"},
                 {"3号楼2单元502室", "3号楼2单元502室"},
                 {"2单元502有人", "2单元502"},
                 {"a座12层", "a座12层"},
                 {"甲栋", "甲栋"},
                 {"3-2-501", "3-2-501"},
                 {"3-1号院", "3-1号院"},
                 {"12号", "12号"},
                 {"51路", ""},
                 {"3-2", ""},
                 {"123456号楼", ""},
                 {"的", ""},
                 {"1期3号楼", "1期3号楼"},
                 {"", ""}};
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        bool certain = false;
        const size_t used = text_house(cases[index].text, 0, strlen(cases[index].text), &certain);
        assert_int_equal(used, strlen(cases[index].house));
    }
}

static void test_find_when_long_or_wild_then_answered(void **state)
{
    static char text[90001];
    (void)state;
    for (size_t at = 0; at + 35 < sizeof text; at += 35) {
        memcpy(text + at, "联邦新城3-联邦新城后面菜", 35);
    }
    say(text);
    assert_int_equal(found.reason, SITE_PLACE_FOUND);
    assert_string_equal(code_of(found.area), "lbxc");
    memset(text, 'a', sizeof text - 1);
    say(text);
    assert_int_equal(found.reason, SITE_PLACE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_when_named_then_with_house_and_evidence),
        cmocka_unit_test(test_find_when_nothing_is_named_then_the_reason),
        cmocka_unit_test(test_find_when_a_name_stands_twice_then_its_parent_settles),
        cmocka_unit_test(test_find_when_places_contradict_then_both_and_none),
        cmocka_unit_test(test_find_when_triage_is_sure_then_the_same_area),
        cmocka_unit_test(test_find_when_more_speaks_for_it_then_surer),
        cmocka_unit_test(test_find_when_near_a_name_then_less_sure),
        cmocka_unit_test(test_find_when_a_landmark_has_no_name_then_all_that_fit),
        cmocka_unit_test(test_find_when_a_point_then_the_smallest_area),
        cmocka_unit_test(test_find_when_gcj02_then_shifted_back),
        cmocka_unit_test(test_find_when_names_and_point_agree_then_surer),
        cmocka_unit_test(test_find_when_coordinates_are_none_then_names_still_count),
        cmocka_unit_test(test_house_when_written_then_whole),
        cmocka_unit_test(test_find_when_long_or_wild_then_answered),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
