/* group: rows of one event found in other words, look-alikes at other places kept apart, the bounds
 * of an index. text_names: names by their endings.
 * ctest: valgrind */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/learn/group_private.h"

#define DAY 86400000u

struct told {
    const char *title, *text;
};

enum { STALL, STALL_AGAIN, STALL_ELSEWHERE, CARS, CARS_AGAIN, LIFT, HEAT, HEAT_BEFORE, HEAT_AGAIN };
static const struct told told[] = {
    [STALL] =
        {"槐花路春晓苑小区楼下烧烤摊油烟扰民",
         "您好，我是春晓苑的住户，每天傍晚槐花路边的烧烤摊油烟直往家里飘，窗户不敢开，请管一管。"},
    [STALL_AGAIN] =
        {"春晓苑门口夜宵烧烤太呛人",
         "春晓苑大门口的烧烤摊天天营业到半夜，油烟味很大，老人孩子咳嗽，希望尽快处理。"},
    [STALL_ELSEWHERE] =
        {"银杏路丰收苑小区楼下烧烤摊油烟扰民",
         "您好，我是丰收苑的住户，每天傍晚银杏路边的烧烤摊油烟直往家里飘，窗户不敢开，请管一管。"},
    [CARS] = {"红旗中学门口上学时段堵车", "红旗中学早上送孩子的车堵成一片，请交警来疏导。"},
    [CARS_AGAIN] = {"红旗中学校门口早高峰堵车严重",
                    "每天早上红旗中学门口都堵车，家长乱停，希望交警疏导。"},
    [LIFT] = {"春晓苑小区电梯坏了一周没人修",
              "春晓苑三栋的电梯停了一个星期，物业说没有钱修，老人下不了楼。"},
    [HEAT] = {"2025年度取暖补贴什么时候发",
              "我们单位退休职工2025年的取暖补贴一直没有发，请问什么时候发？"},
    [HEAT_BEFORE] = {"2024年度取暖补贴什么时候发",
                     "我们单位退休职工2024年的取暖补贴一直没有发，请问什么时候发？"},
    [HEAT_AGAIN] = {"2025年的取暖补贴为什么还不发",
                    "退休职工的2025年取暖补贴还没有到账，请问什么时候发下来？"},
};
enum { TOLD = sizeof told / sizeof told[0] };

static struct group_row row_of(uint64_t id, const char *title, const char *text)
{
    return (struct group_row){.id = id,
                              .time_ms = 1772000000000u + id * DAY,
                              .text = {title, text, strlen(title), strlen(text)}};
}

static struct group_row told_row(unsigned which)
{
    return row_of(which, told[which].title, told[which].text);
}

static struct group_index *open_index(uint32_t rows)
{
    struct group_index *index = NULL;
    assert_int_equal(group_open(&index, rows), RC_OK);
    return index;
}

/* All are counted, then each joins or begins a group, as `paidan group` does. */
static void group_all(struct group_index *index, uint64_t *groups)
{
    for (unsigned which = 0; which < TOLD; which++) {
        const struct group_row row = told_row(which);
        group_learn(index, &row.text);
    }
    for (unsigned which = 0; which < TOLD; which++) {
        const struct group_row row = told_row(which);
        struct group_candidate candidates[GROUP_CANDIDATES_MAX];
        const size_t count = group_find(index, &row, candidates);
        groups[which] = count > 0 && candidates[0].probability >= GROUP_PROBABILITY_USUAL
                            ? candidates[0].group
                            : which;
        assert_int_equal(group_put(index, &row, groups[which]), RC_OK);
    }
}

/* ---- what belongs together ---- */

static void test_rows_when_one_event_in_other_words_then_one_group(void **state)
{
    (void)state;
    struct group_index *index = open_index(TOLD);
    uint64_t groups[TOLD];
    group_all(index, groups);
    assert_int_equal(groups[STALL_AGAIN], STALL);
    assert_int_equal(groups[CARS_AGAIN], CARS);
    assert_int_equal(groups[HEAT_AGAIN], HEAT);
    assert_int_equal(group_count(index), TOLD);
    group_close(index);
}

static void test_rows_when_same_words_at_another_place_then_apart(void **state)
{
    (void)state;
    struct group_index *index = open_index(TOLD);
    uint64_t groups[TOLD];
    group_all(index, groups);
    assert_int_equal(groups[STALL_ELSEWHERE], STALL_ELSEWHERE);
    const struct group_row row = told_row(STALL_ELSEWHERE);
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    const size_t count = group_find(index, &row, candidates);
    assert_true(count > 0);
    for (size_t at = 0; at < count; at++) {
        assert_true(candidates[at].probability < 0.2f);
        assert_true(candidates[at].id != row.id); /* it is no candidate of its own */
        assert_true(at == 0 || candidates[at - 1].probability >= candidates[at].probability);
    }
    group_close(index);
}

static void test_rows_when_another_matter_or_year_then_apart(void **state)
{
    (void)state;
    struct group_index *index = open_index(TOLD);
    uint64_t groups[TOLD];
    group_all(index, groups);
    assert_int_equal(groups[LIFT], LIFT);
    assert_int_equal(groups[HEAT_BEFORE], HEAT_BEFORE);
    group_close(index);
}

static void test_evidence_when_asked_then_names_what_both_say(void **state)
{
    (void)state;
    struct group_index *index = open_index(TOLD);
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    const struct group_row first = told_row(STALL), again = told_row(STALL_AGAIN);
    const struct group_row other = told_row(STALL_ELSEWHERE);
    assert_int_equal(group_put(index, &first, 77), RC_OK);
    assert_int_equal(group_find(index, &again, candidates), 1);
    assert_int_equal(candidates[0].group, 77);
    assert_int_equal(candidates[0].id, STALL);
    assert_int_equal(candidates[0].evidence.names, GROUP_NAMES_BOTH);
    assert_string_equal(candidates[0].evidence.name, "春晓苑");
    assert_true(candidates[0].evidence.words > 0);
    assert_true(candidates[0].evidence.days > 0.9f);
    assert_true(candidates[0].evidence.days < 1.1f);
    assert_int_equal(group_find(index, &other, candidates), 1);
    assert_int_equal(candidates[0].evidence.names, GROUP_NAMES_OTHER);
    assert_string_equal(candidates[0].evidence.name, "");
    assert_string_equal(group_names_name(GROUP_NAMES_OTHER), "other");
    group_close(index);
}

static void test_districts_when_they_differ_then_less_probable(void **state)
{
    (void)state;
    struct group_index *index = open_index(4);
    struct group_candidate here[GROUP_CANDIDATES_MAX], there[GROUP_CANDIDATES_MAX];
    const char *text = "夜里十点以后还在打桩，孩子睡不着，请管一管。";
    const struct group_row first = row_of(1, "云湖区工地夜里打桩", text);
    /* As many grams in common; those of 区 alone are more. */
    const struct group_row same = row_of(2, "石桥弄工地半夜打桩吵人", text);
    const struct group_row other = row_of(2, "石桥区工地半夜打桩吵人", text);
    assert_int_equal(group_put(index, &first, 1), RC_OK);
    assert_int_equal(group_find(index, &same, here), 1);
    assert_int_equal(group_find(index, &other, there), 1);
    assert_false(here[0].evidence.districts_differ);
    assert_true(there[0].evidence.districts_differ);
    assert_true(there[0].probability < here[0].probability);
    group_close(index);
}

static void put_packed(struct group_index *index, const struct group_row *row, uint64_t group)
{
    unsigned char bytes[GROUP_ROW_BYTES_MAX];
    const size_t size = group_pack(index, row, bytes);
    const struct group_packed packed = {row->id, row->time_ms, bytes, size};
    assert_true(size > 0);
    assert_int_equal(group_put_packed(index, &packed, group), RC_OK);
}

static void assert_found_same(struct group_index *one, struct group_index *two,
                              const struct group_row *row)
{
    struct group_candidate first[GROUP_CANDIDATES_MAX], second[GROUP_CANDIDATES_MAX];
    const size_t count = group_meet(one, row, first);
    assert_int_equal(group_meet(two, row, second), count);
    for (size_t at = 0; at < count; at++) {
        assert_int_equal(first[at].id, second[at].id);
        assert_int_equal(first[at].group, second[at].group);
        assert_true(first[at].probability >= second[at].probability);
        assert_true(first[at].probability <= second[at].probability);
        assert_string_equal(first[at].evidence.name, second[at].evidence.name);
    }
}

static void test_meet_when_compared_with_learning_and_finding_then_the_same(void **state)
{
    (void)state;
    struct group_candidate met[GROUP_CANDIDATES_MAX], found[GROUP_CANDIDATES_MAX];
    struct group_index *one = open_index(TOLD), *two = open_index(TOLD);
    for (unsigned which = 0; which < TOLD; which++) {
        const struct group_row row = told_row(which);
        const size_t count = group_meet(one, &row, met); /* counts nothing */
        assert_int_equal(group_meet(one, &row, met), count);
        group_learn(two, &row.text);
        assert_int_equal(group_find(two, &row, found), count);
        for (size_t at = 0; at < count; at++) {
            assert_int_equal(met[at].id, found[at].id);
            assert_true(met[at].probability >= found[at].probability);
            assert_true(met[at].probability <= found[at].probability);
        }
        put_packed(one, &row, which);
        group_learn(two, &(struct learn_text){.title = NULL});
        assert_int_equal(group_put(two, &row, which), RC_OK); /* read again */
    }
    group_close(one);
    group_close(two);
}

/* ---- packed rows ---- */

static void test_packed_when_put_into_another_index_then_it_answers_the_same(void **state)
{
    (void)state;
    unsigned char bytes[TOLD][GROUP_ROW_BYTES_MAX];
    size_t sizes[TOLD];
    struct group_index *one = open_index(TOLD), *two = open_index(TOLD);
    for (unsigned which = 0; which < TOLD; which++) {
        const struct group_row row = told_row(which);
        struct group_candidate met[GROUP_CANDIDATES_MAX];
        (void)group_meet(one, &row, met);
        sizes[which] = group_pack(one, &row, bytes[which]);
        const struct group_packed packed = {row.id, row.time_ms, bytes[which], sizes[which]};
        assert_int_equal(group_put_packed(one, &packed, which), RC_OK);
    }
    for (unsigned which = 0; which < TOLD; which++) { /* as at a start: no text is there */
        const struct group_row row = told_row(which);
        const struct group_packed packed = {row.id, row.time_ms, bytes[which], sizes[which]};
        assert_int_equal(group_put_packed(two, &packed, which), RC_OK);
    }
    for (unsigned which = 0; which < TOLD; which++) {
        struct group_row row = told_row(which);
        row.id += 100;
        assert_found_same(one, two, &row);
    }
    group_close(one);
    group_close(two);
}

static void test_packed_when_cut_or_changed_then_refused_or_harmless(void **state)
{
    (void)state;
    unsigned char bytes[GROUP_ROW_BYTES_MAX];
    struct group_index *index = open_index(4);
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    const struct group_row row = told_row(STALL), again = told_row(STALL_AGAIN);
    const size_t size = group_pack(index, &row, bytes);
    for (size_t cut = 0; cut < size; cut++) {
        const struct group_packed packed = {1, 1, bytes, cut};
        assert_int_equal(group_put_packed(index, &packed, 1), RC_INVALID);
    }
    for (size_t at = 0; at < size; at++) {
        bytes[at] ^= 0xff;
        const struct group_packed packed = {1, 1, bytes, size};
        const enum rc rc = group_put_packed(index, &packed, 1);
        if (rc == RC_OK) {
            assert_true(group_meet(index, &again, candidates) <= 1);
            assert_int_equal(group_drop(index, 1), RC_OK);
        } else {
            assert_int_equal(rc, RC_INVALID);
        }
        bytes[at] ^= 0xff;
    }
    group_close(index);
}

/* Nothing of a phone or an identity card is in a row, whatever its width; a house's number is. */
static void test_packed_when_text_has_long_numbers_then_they_are_not_in_it(void **state)
{
    (void)state;
    unsigned char with[GROUP_ROW_BYTES_MAX], without[GROUP_ROW_BYTES_MAX];
    struct group_index *index = open_index(1);
    const struct group_row one =
        row_of(1, "电话，13812345678，12栋", "身份证，４３０１０２１９９０，");
    const struct group_row other = row_of(2, "电话，，12栋", "身份证，，");
    const struct group_row house = row_of(3, "电话，，13栋", "身份证，，");
    const size_t size = group_pack(index, &one, with);
    assert_int_equal(group_pack(index, &other, without), size);
    assert_memory_equal(with, without, size);
    assert_int_equal(group_pack(index, &house, without), size);
    assert_memory_not_equal(with, without, size);
    group_close(index);
}

/* ---- what is undone ---- */

static void test_settle_when_undone_then_index_is_as_before(void **state)
{
    (void)state;
    enum { ROWS = 200 }; /* more than a ring holds, so that postings are written over */
    struct group_index *index = open_index(ROWS * 2), *before = open_index(ROWS * 2);
    uint64_t group = 0;
    for (uint64_t at = 0; at < ROWS / 2; at++) {
        const struct group_row row = row_of(100 + at, told[at % TOLD].title, told[at % TOLD].text);
        put_packed(index, &row, at);
        put_packed(before, &row, at);
    }
    group_begin(index);
    for (uint64_t at = ROWS / 2; at < ROWS; at++) {
        const struct group_row row = row_of(100 + at, told[at % TOLD].title, told[at % TOLD].text);
        put_packed(index, &row, at);
        assert_int_equal(group_drop(index, 100 + at - ROWS / 2), RC_OK);
    }
    assert_int_equal(group_move(index, 100 + ROWS - 1, 7), RC_OK);
    assert_true(group_holds(index, 100 + ROWS - 1, &group));
    assert_int_equal(group, 7);
    assert_false(group_holds(index, 100, &group));
    assert_int_equal(group_count(index), ROWS / 2);
    group_settle(index, false);
    assert_int_equal(group_count(index), ROWS / 2);
    assert_true(group_holds(index, 100, &group));
    for (unsigned which = 0; which < TOLD; which++) {
        const struct group_row row = told_row(which);
        assert_found_same(index, before, &row);
    }
    group_close(index);
    group_close(before);
}

static void test_settle_when_held_then_places_are_free_again(void **state)
{
    (void)state;
    struct group_index *index = open_index(2);
    const struct group_row first = told_row(STALL), second = told_row(CARS), third = told_row(LIFT);
    unsigned char bytes[GROUP_ROW_BYTES_MAX];
    uint64_t group = 0;
    put_packed(index, &first, 1);
    put_packed(index, &second, 2);
    group_begin(index);
    assert_int_equal(group_drop(index, first.id), RC_OK);
    assert_int_equal(group_move(index, second.id, 9), RC_OK);
    assert_int_equal(group_count(index), 1);
    const size_t size = group_pack(index, &third, bytes);
    const struct group_packed packed = {third.id, third.time_ms, bytes, size};
    assert_int_equal(group_put_packed(index, &packed, 3), RC_LIMIT); /* the place may come back */
    group_settle(index, true);
    assert_int_equal(group_put_packed(index, &packed, 3), RC_OK);
    assert_true(group_holds(index, second.id, &group));
    assert_int_equal(group, 9);
    assert_int_equal(group_move(index, first.id, 1), RC_NOT_FOUND);
    group_close(index);
}

/* ---- the index ---- */

static void test_put_when_full_or_there_then_refused(void **state)
{
    (void)state;
    struct group_index *index = open_index(2);
    const struct group_row first = told_row(STALL), second = told_row(CARS), third = told_row(LIFT);
    assert_int_equal(group_put(index, &first, 1), RC_OK);
    assert_int_equal(group_put(index, &first, 1), RC_EXISTS);
    assert_int_equal(group_put(index, &second, 2), RC_OK);
    assert_int_equal(group_put(index, &third, 3), RC_LIMIT);
    assert_int_equal(group_drop(index, third.id), RC_NOT_FOUND);
    assert_int_equal(group_drop(index, first.id), RC_OK);
    assert_int_equal(group_drop(index, first.id), RC_NOT_FOUND);
    assert_int_equal(group_put(index, &third, 3), RC_OK);
    assert_int_equal(group_count(index), 2);
    group_close(index);
}

static void test_drop_when_closed_then_no_candidate_and_unmerged_when_put_again(void **state)
{
    (void)state;
    struct group_index *index = open_index(4);
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    const struct group_row first = told_row(CARS), again = told_row(CARS_AGAIN);
    assert_int_equal(group_put(index, &first, 5), RC_OK);
    assert_int_equal(group_drop(index, first.id), RC_OK);
    assert_int_equal(group_find(index, &again, candidates), 0);
    assert_int_equal(group_put(index, &first, 6), RC_OK);
    assert_int_equal(group_find(index, &again, candidates), 1);
    assert_int_equal(candidates[0].group, 6);
    group_close(index);
}

static void test_ids_when_many_come_and_go_then_each_is_found(void **state)
{
    (void)state;
    enum { ROWS = 64 };
    struct group_index *index = open_index(ROWS);
    for (uint64_t round = 0; round < 4; round++) {
        for (uint64_t at = 0; at < ROWS; at++) {
            const struct group_row row = row_of(at << (round * 8), told[LIFT].title, "");
            assert_int_equal(group_put(index, &row, at), RC_OK);
        }
        assert_int_equal(group_count(index), ROWS);
        for (uint64_t at = 0; at < ROWS; at++) { /* in another order than they came */
            assert_int_equal(group_drop(index, (at * 37 % ROWS) << (round * 8)), RC_OK);
        }
        assert_int_equal(group_count(index), 0);
    }
    group_close(index);
}

static void test_support_when_second_row_of_group_is_alike_then_more_probable(void **state)
{
    (void)state;
    struct group_candidate one[GROUP_CANDIDATES_MAX], two[GROUP_CANDIDATES_MAX];
    struct group_index *index = open_index(4);
    const struct group_row first = told_row(STALL), again = told_row(STALL_AGAIN);
    const struct group_row third = row_of(9, "春晓苑烧烤摊油烟味大", "春晓苑门口烧烤摊的油烟");
    assert_int_equal(group_put(index, &first, 1), RC_OK);
    assert_int_equal(group_put(index, &again, 2), RC_OK);
    assert_int_equal(group_find(index, &third, one), 2);
    assert_int_equal(group_drop(index, again.id), RC_OK);
    assert_int_equal(group_put(index, &again, 1), RC_OK);
    assert_int_equal(group_find(index, &third, two), 1);
    assert_true(two[0].probability > one[0].probability);
    group_close(index);
}

static void test_texts_when_nothing_is_said_then_no_candidates(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "  \t", "。，！", "\xff\xfe\x80", "好", "\xe2\x80\x8b"};
    struct group_index *index = open_index(16);
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    const struct group_row full = told_row(STALL);
    assert_int_equal(group_put(index, &full, 100), RC_OK);
    for (size_t at = 0; at < sizeof texts / sizeof texts[0]; at++) {
        const struct group_row row = row_of(200 + at, texts[at], texts[at]);
        group_learn(index, &row.text);
        assert_int_equal(group_find(index, &row, candidates), 0);
        assert_int_equal(group_put(index, &row, 200 + at), RC_OK);
    }
    const struct group_row none = {.id = 300, .text = {0}};
    assert_int_equal(group_find(index, &none, candidates), 0);
    group_close(index);
}

static void test_text_when_long_then_bounded_as_said(void **state)
{
    (void)state;
    static char text[60001];
    for (size_t at = 0; at + 3 <= sizeof text - 1; at += 3) { /* every pair another one */
        const unsigned point = 0x4e00 + (unsigned)(at * 7 % 20000);
        text[at] = (char)(0xe0 | point >> 12);
        text[at + 1] = (char)(0x80 | (point >> 6 & 0x3f));
        text[at + 2] = (char)(0x80 | (point & 0x3f));
    }
    static struct group_text read;
    const struct learn_text whole = {text, text, strlen(text), strlen(text)};
    group_read_text(&read, &whole);
    assert_true(read.count <= GROUP_GRAMS_MAX);
    assert_int_equal(read.text_points, GROUP_TEXT_POINTS);
    struct group_index *index = open_index(1);
    const struct group_row row = {.id = 1, .text = whole};
    assert_int_equal(group_put(index, &row, 1), RC_OK);
    group_close(index);
}

/* ---- names ---- */

static void assert_names(const char *text, const char *wanted)
{
    int32_t points[64];
    struct text_span spans[8];
    char told_names[256] = "";
    size_t used = 0;
    const size_t count = text_fold(text, strlen(text), points, 64);
    const size_t found = text_names(points, count, spans, 8);
    for (size_t name = 0; name < found; name++) {
        if (name > 0) {
            told_names[used++] = ' ';
        }
        for (size_t at = 0; at < spans[name].length; at++) {
            const uint32_t point = (uint32_t)points[spans[name].start + at];
            told_names[used++] = (char)(0xe0 | point >> 12);
            told_names[used++] = (char)(0x80 | (point >> 6 & 0x3f));
            told_names[used++] = (char)(0x80 | (point & 0x3f));
        }
    }
    told_names[used] = '\0';
    assert_string_equal(told_names, wanted);
}

static void test_names_when_endings_stand_then_found_by_them(void **state)
{
    (void)state;
    assert_names("槐花路春晓苑小区楼下烧烤", "槐花路 春晓苑");
    assert_names("请问红旗中学门口堵车", "红旗中");
    assert_names("楚江财经学院强制学生实习", "楚江财经学");
    assert_names("关于金桥职业技术学院", "金桥职");
    assert_names("我们小区的路灯坏了", "");
    assert_names("小区楼下施工扰民严重", "");
    assert_names("", "");
    assert_names("street lamp 12", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_when_one_event_in_other_words_then_one_group),
        cmocka_unit_test(test_rows_when_same_words_at_another_place_then_apart),
        cmocka_unit_test(test_rows_when_another_matter_or_year_then_apart),
        cmocka_unit_test(test_evidence_when_asked_then_names_what_both_say),
        cmocka_unit_test(test_districts_when_they_differ_then_less_probable),
        cmocka_unit_test(test_meet_when_compared_with_learning_and_finding_then_the_same),
        cmocka_unit_test(test_packed_when_put_into_another_index_then_it_answers_the_same),
        cmocka_unit_test(test_packed_when_cut_or_changed_then_refused_or_harmless),
        cmocka_unit_test(test_packed_when_text_has_long_numbers_then_they_are_not_in_it),
        cmocka_unit_test(test_settle_when_undone_then_index_is_as_before),
        cmocka_unit_test(test_settle_when_held_then_places_are_free_again),
        cmocka_unit_test(test_put_when_full_or_there_then_refused),
        cmocka_unit_test(test_drop_when_closed_then_no_candidate_and_unmerged_when_put_again),
        cmocka_unit_test(test_ids_when_many_come_and_go_then_each_is_found),
        cmocka_unit_test(test_support_when_second_row_of_group_is_alike_then_more_probable),
        cmocka_unit_test(test_texts_when_nothing_is_said_then_no_candidates),
        cmocka_unit_test(test_text_when_long_then_bounded_as_said),
        cmocka_unit_test(test_names_when_endings_stand_then_found_by_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
