/* say_judged: what a judgement rests on, in both languages. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/say/say_judged.h"

static const struct say chinese = {.language = SAY_CHINESE};
static const struct say english = {.language = SAY_ENGLISH};

struct made {
    Paidan__Judged judged;
    Paidan__Guess guesses[3], areas[1], units[2];
    Paidan__Guess *guess_list[3], *area_list[1], *unit_list[2];
    Paidan__Gram gram;
    Paidan__Gram *gram_list[1];
    Paidan__Part part;
    Paidan__Part *part_list[1];
    char *words[2], *place_words[1], *call[1];
};

static void guess(Paidan__Guess *made, Paidan__Guess **list, size_t *count, const char *code,
                  uint32_t permille)
{
    paidan__guess__init(made);
    made->code = (char *)code;
    made->permille = permille;
    list[(*count)++] = made;
}

static void make(struct made *made)
{
    memset(made, 0, sizeof *made);
    Paidan__Judged *judged = &made->judged;
    paidan__judged__init(judged);
    judged->guesses = made->guess_list;
    judged->areas = made->area_list;
    judged->units = made->unit_list;
    guess(&made->guesses[0], made->guess_list, &judged->n_guesses, "road.lamp", 973);
    guess(&made->guesses[1], made->guess_list, &judged->n_guesses, "road.hole", 20);
    guess(&made->areas[0], made->area_list, &judged->n_areas, "a", 930);
    guess(&made->units[0], made->unit_list, &judged->n_units, "lamps", 880);
    guess(&made->units[1], made->unit_list, &judged->n_units, "roads", 0);
    paidan__gram__init(&made->gram);
    made->gram.gram = (char *)"路灯";
    made->gram.has_title = made->gram.title = true;
    made->gram.weight = 1260;
    made->gram_list[0] = &made->gram;
    judged->grams = made->gram_list;
    judged->n_grams = 1;
    paidan__part__init(&made->part);
    made->part.at = 9;
    made->part.bytes = 30;
    made->part.category = (char *)"road.lamp";
    made->part.permille = 990;
    made->part_list[0] = &made->part;
    judged->parts = made->part_list;
    judged->n_parts = 1;
    made->words[0] = (char *)"路灯";
    made->words[1] = (char *)"不亮";
    judged->words = made->words;
    judged->n_words = 2;
    made->place_words[0] = (char *)"阳光花园";
    judged->place_words = made->place_words;
    judged->n_place_words = 1;
    made->call[0] = (char *)"119";
    judged->call = made->call;
    judged->n_call = 1;
    judged->has_by = judged->has_model = judged->has_threshold = judged->has_unit_model = true;
    judged->by = PAIDAN__JUDGED_BY__JUDGED_MODEL;
    judged->model = 0x1a2b3c4d;
    judged->unit_model = 0xff;
    judged->threshold = 950;
}

static void all_lines(const struct say *say, const Paidan__Judged *judged, char *all, size_t size)
{
    char text[512];
    const char *label = NULL;
    all[0] = '\0';
    for (size_t nth = 0; say_judged_line(say, judged, nth, &label, text, sizeof text); nth++) {
        say_add(all, size, "\n", label);
        say_add(all, size, ": ", text);
    }
}

static void test_lines_when_everything_is_there_then_a_line_a_kind(void **state)
{
    struct made made;
    char text[2048];
    (void)state;
    make(&made);
    all_lines(&chinese, &made.judged, text, sizeof text);
    assert_string_equal(text,
                        "判断: 模型；自动分拨要 95.0% 以上（模型 1a2b3c4d）\n"
                        "可能: road.lamp 97.3%、road.hole 2.0%\n"
                        "关键词: 路灯、不亮\n"
                        "字词: 路灯（标题） +1.2\n"
                        "地点: a 93.0%；地名 阳光花园\n"
                        "经办: lamps 88.0%、roads 0.0%（模型 000000ff）\n"
                        "拆分: 第 10–39 字节 road.lamp 99.0%\n"
                        "应急电话: 119");
    all_lines(&english, &made.judged, text, sizeof text);
    assert_string_equal(text,
                        "judged by: the model; goes out by itself from 95.0% on (model "
                        "1a2b3c4d)\n"
                        "perhaps: road.lamp 97.3%, road.hole 2.0%\n"
                        "keywords: 路灯, 不亮\n"
                        "letters: 路灯 (title) +1.2\n"
                        "place: a 93.0%; names: 阳光花园\n"
                        "units: lamps 88.0%, roads 0.0% (model 000000ff)\n"
                        "matters: bytes 10-39 road.lamp 99.0%\n"
                        "telephone: 119");
}

static void test_lines_when_there_is_nothing_then_none(void **state)
{
    Paidan__Judged judged = PAIDAN__JUDGED__INIT;
    char text[64] = "x";
    const char *label = NULL;
    (void)state;
    assert_false(say_judged_line(&chinese, &judged, 0, &label, text, sizeof text));
    say_judged_brief(&chinese, &judged, text, sizeof text);
    assert_string_equal(text, "");
}

static void test_brief_when_sure_then_who_and_how_sure_else_what_it_might_be(void **state)
{
    struct made made;
    char text[512];
    (void)state;
    make(&made);
    say_judged_brief(&chinese, &made.judged, text, sizeof text);
    assert_string_equal(text, "模型 road.lamp 97.3%");
    say_judged_brief(&english, &made.judged, text, sizeof text);
    assert_string_equal(text, "the model road.lamp 97.3%");
    made.judged.has_by = false;
    say_judged_brief(&chinese, &made.judged, text, sizeof text);
    assert_string_equal(text, "可能 road.lamp 97.3%、road.hole 2.0%");
    made.judged.has_by = true;
    made.judged.by = PAIDAN__JUDGED_BY__JUDGED_RULE;
    made.judged.rule = (char *)"fire";
    made.judged.n_guesses = 0;
    say_judged_brief(&english, &made.judged, text, sizeof text);
    assert_string_equal(text, "a rule of the site fire");
}

/* Cut where the room ends, never beyond it. */
static void test_lines_when_it_may_be_the_same_then_which_and_why(void **state)
{
    Paidan__Judged judged = PAIDAN__JUDGED__INIT;
    Paidan__SameEvent first = PAIDAN__SAME_EVENT__INIT, second = PAIDAN__SAME_EVENT__INIT;
    Paidan__SameEvent *list[] = {&first, &second};
    char text[512];
    (void)state;
    first.ticket = 2026112200000001;
    first.permille = 979;
    first.names = (char *)"both";
    first.name = (char *)"春晓苑";
    second.ticket = 2026112200000002;
    second.permille = 510;
    second.names = (char *)"other";
    judged.same = list;
    judged.n_same = 2;
    all_lines(&chinese, &judged, text, sizeof text);
    assert_string_equal(
        text,
        "同一事件: 20261122-0001-9 97.9%（都提到“春晓苑”）、20261122-0002-7 51.0%（地名不同）");
    all_lines(&english, &judged, text, sizeof text);
    assert_string_equal(text,
                        "same event: 20261122-0001-9 97.9% (both say \"春晓苑\"), "
                        "20261122-0002-7 51.0% (they name different places)");
    say_judged_brief(&chinese, &judged, text, sizeof text);
    assert_string_equal(text, "疑似同一事件 20261122-0001-9 97.9%");
    say_judged_brief(&english, &judged, text, sizeof text);
    assert_string_equal(text, "maybe the same as 20261122-0001-9 97.9%");
}

static void test_lines_when_there_is_little_room_then_cut(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    for (size_t size = 1; size < 40; size++) {
        char text[64];
        const char *label = NULL;
        memset(text, 'x', sizeof text);
        for (size_t nth = 0; say_judged_line(&chinese, &made.judged, nth, &label, text, size);
             nth++) {
            assert_true(strlen(text) < size);
        }
        assert_int_equal(text[size], 'x');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_when_everything_is_there_then_a_line_a_kind),
        cmocka_unit_test(test_lines_when_there_is_nothing_then_none),
        cmocka_unit_test(test_brief_when_sure_then_who_and_how_sure_else_what_it_might_be),
        cmocka_unit_test(test_lines_when_it_may_be_the_same_then_which_and_why),
        cmocka_unit_test(test_lines_when_there_is_little_room_then_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
