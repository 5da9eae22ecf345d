/* learn: training on small texts, deciding, refusing models that are not whole.
 * ctest: valgrind */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/learn/learn_private.h"
#include "common/text/text.h"

/* Three categories whose words are their own, in sentences that they share. */
static const char *const categories[] = {"路灯", "噪音", "停车"};
static const char *const things[3][6] = {
    {"路灯不亮", "灯杆倒了", "照明坏了", "路灯闪烁", "灯泡烧了", "夜里没灯"},
    {"夜间施工", "广场舞太吵", "音响扰民", "狗叫不停", "装修噪声", "喇叭声大"},
    {"占用车位", "乱停车辆", "堵住车库", "停车收费", "僵尸车多", "车位不够"}};
static const char *const places[] = {"东门", "三号楼", "菜市场", "学校旁", "公园里",
                                     "河边", "北街",   "小区外", "站台边", "超市前"};
enum { THINGS = 6, PLACES = 10, EXAMPLES = 3 * THINGS * PLACES };

struct fixture {
    char texts[EXAMPLES][160], titles[EXAMPLES][64];
    struct learn_example examples[EXAMPLES];
    struct learn_report report;
    unsigned char *bytes;
    size_t size;
    struct learn_model *model;
    uint32_t told, told_of;
};

static void progress(void *context, uint32_t done, uint32_t of)
{
    struct fixture *fixture = context;
    assert_true(done > fixture->told);
    fixture->told = done;
    fixture->told_of = of;
}

static struct learn_setup setup_of(struct fixture *fixture)
{
    return (struct learn_setup){.categories = categories,
                                .category_count = 3,
                                .label = "类别",
                                .examples = fixture->examples,
                                .example_count = EXAMPLES,
                                .progress = progress,
                                .context = fixture};
}

static void write_examples(struct fixture *fixture)
{
    for (unsigned index = 0; index < EXAMPLES; index++) {
        const unsigned category = index % 3;
        const char *thing = things[category][index / 3 % THINGS];
        const char *place = places[index / 3 / THINGS];
        snprintf(fixture->titles[index], sizeof fixture->titles[index], "%s%s", place, thing);
        snprintf(fixture->texts[index], sizeof fixture->texts[index],
                 "您好，%s这里%s，已经%u天，请尽快派人处理，谢谢", place, thing, index % 7 + 2);
        fixture->examples[index] =
            (struct learn_example){.text = {.title = fixture->titles[index],
                                            .text = fixture->texts[index],
                                            .title_bytes = strlen(fixture->titles[index]),
                                            .text_bytes = strlen(fixture->texts[index])},
                                   .category = category};
    }
}

/* What was learned from the examples, once for all cases: under valgrind it takes seconds. */
static struct fixture learned;

static int learn_once(void **state)
{
    (void)state;
    write_examples(&learned);
    const struct learn_setup learning = setup_of(&learned);
    assert_int_equal(learn_train(&learning, &learned.bytes, &learned.size, &learned.report), RC_OK);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    free(learned.bytes);
    return 0;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    write_examples(fixture);
    fixture->report = learned.report;
    fixture->told = learned.told;
    fixture->told_of = learned.told_of;
    fixture->size = learned.size;
    fixture->bytes = malloc(learned.size);
    assert_non_null(fixture->bytes);
    memcpy(fixture->bytes, learned.bytes, learned.size);
    assert_int_equal(learn_open(&fixture->model, fixture->bytes, fixture->size), RC_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    learn_close(fixture->model);
    free(fixture->bytes);
    free(fixture);
    return 0;
}

static struct learn_decision decide(const struct fixture *fixture, const char *title,
                                    const char *text)
{
    const struct learn_text words = {title, text, strlen(title), strlen(text)};
    struct learn_decision decision;
    learn_classify(fixture->model, &words, &decision);
    return decision;
}

/* ---- deciding ---- */

static void test_classify_when_text_is_new_then_its_category(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        const char *title, *text;
        unsigned category;
    } cases[] = {{"西门路灯坏了", "西门的路灯不亮了，请修", 0},
                 {"", "半夜施工，噪声太大睡不着，音响也吵", 1},
                 {"车位被占用", "", 2},
                 {"ＸＩ門路燈壞了", "西門的路燈不亮，照明壞了", 0}}; /* traditional, full width */
    for (unsigned index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const struct learn_decision decision =
            decide(fixture, cases[index].title, cases[index].text);
        assert_int_equal(decision.guess_count, 3);
        assert_int_equal(decision.guesses[0].category, cases[index].category);
        assert_true(decision.guesses[0].probability > 0.5f);
        assert_true(decision.guesses[0].probability >= decision.guesses[1].probability);
        assert_true(decision.guesses[1].probability >= decision.guesses[2].probability);
        assert_int_equal(learn_decide(&decision, 0.5f), LEARN_SURE);
        assert_int_equal(learn_decide(&decision, 1.5f), LEARN_UNSURE);
    }
}

static void test_decide_when_text_says_nothing_then_the_reason(void **state)
{
    const struct fixture *fixture = *state;
    static const char zalgo[] = "\xcc\xb4\xcd\x95\xcc\x9b\xe2\x80\x8b";
    static const struct {
        const char *text;
        size_t bytes;
        enum learn_reason reason;
    } cases[] = {{"", 0, LEARN_EMPTY},
                 {" \t\xe3\x80\x80\xc2\xa0", 6, LEARN_EMPTY},
                 {zalgo, sizeof zalgo - 1, LEARN_EMPTY},
                 {"\0\0\x01\x1b", 4, LEARN_EMPTY},
                 {"\xff\xfe\x80\xc0", 4, LEARN_EMPTY},
                 {"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 12, LEARN_FOREIGN},
                 {"the quick brown fox jumps over it", 33, LEARN_FOREIGN},
                 {"灯", 3, LEARN_FOREIGN}};
    for (unsigned index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const struct learn_text words = {.text = cases[index].text,
                                         .text_bytes = cases[index].bytes};
        struct learn_decision decision;
        learn_classify(fixture->model, &words, &decision);
        assert_int_equal(learn_decide(&decision, 0), cases[index].reason);
        assert_int_equal(decision.guess_count == 0, cases[index].reason == LEARN_EMPTY);
    }
}

/* Probabilities that are none come out as zero. */
static void test_decide_when_the_probability_is_none_then_never_sure(void **state)
{
    (void)state;
    struct learn_decision decision = {.grams = 20, .known = 20, .guess_count = 1};
    decision.guesses[0].probability = 0.5f;
    assert_int_equal(learn_decide(&decision, 0), LEARN_SURE);
    decision.guesses[0].probability = 0;
    assert_int_equal(learn_decide(&decision, 0), LEARN_UNSURE);
    decision.guesses[0].probability = NAN;
    assert_int_equal(learn_decide(&decision, 0), LEARN_UNSURE);
}

static void test_classify_when_text_is_long_or_torn_then_a_decision(void **state)
{
    const struct fixture *fixture = *state;
    enum { LONG = 60000 };
    char *text = malloc(LONG);
    assert_non_null(text);
    for (size_t at = 0; at + 12 <= LONG; at += 12) {
        memcpy(text + at, "路灯不亮", 12);
    }
    struct learn_decision decision;
    struct learn_text words = {
        .title = text, .text = text, .title_bytes = LONG, .text_bytes = LONG};
    learn_classify(fixture->model, &words, &decision);
    assert_int_equal(decision.guesses[0].category, 0);
    assert_true(decision.grams <= LEARN_GRAMS_MAX);
    text[1] = '\0'; /* bytes that are no text are passed over, what stands after them counts */
    words = (struct learn_text){.text = text, .text_bytes = 25};
    learn_classify(fixture->model, &words, &decision);
    assert_int_equal(decision.guesses[0].category, 0);
    free(text);
}

static void test_probabilities_when_asked_then_all_of_them_and_the_same_decision(void **state)
{
    const struct fixture *fixture = *state;
    static const char words[] = "西门路灯坏了，车位也被占用";
    const struct learn_text texts[] = {{words, words, strlen(words), strlen(words)},
                                       {NULL, "hello there", 0, strlen("hello there")},
                                       {NULL, NULL, 0, 0}};
    for (unsigned index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        struct learn_decision alone;
        struct learn_decision decision;
        float probabilities[] = {9, 9, 9, 9};
        float sum = 0;
        learn_classify(fixture->model, &texts[index], &alone);
        learn_probabilities(fixture->model, &texts[index], &decision, probabilities);
        assert_int_equal(decision.guess_count, alone.guess_count);
        for (uint32_t guess = 0; guess < decision.guess_count; guess++) {
            const struct learn_guess *found = &decision.guesses[guess];
            assert_int_equal(found->category, alone.guesses[guess].category);
            assert_float_equal(found->probability, alone.guesses[guess].probability, 0);
            assert_float_equal(found->probability, probabilities[found->category], 0);
        }
        for (unsigned category = 0; category < 3; category++) {
            sum += probabilities[category];
        }
        assert_float_equal(sum, decision.guess_count == 0 ? 0 : 1, 1e-4f);
        assert_float_equal(probabilities[3], 9, 0); /* no more than there are categories */
    }
}

static void test_explain_when_decided_then_the_letters_that_told(void **state)
{
    const struct fixture *fixture = *state;
    const struct learn_text words = {"广场舞", "太吵了", 9, 9};
    struct learn_decision decision;
    struct learn_evidence evidence[3];
    learn_classify(fixture->model, &words, &decision);
    const size_t count = learn_explain(fixture->model, &words, &decision, evidence, 3);
    assert_true(count >= 1 && count <= 3);
    bool title = false;
    for (size_t index = 0; index < count; index++) {
        assert_true(evidence[index].weight > 0);
        assert_true(index == 0 || evidence[index - 1].weight >= evidence[index].weight);
        assert_true(
            strstr(evidence[index].title ? words.title : words.text, evidence[index].gram) != NULL);
        title = title || evidence[index].title;
    }
    assert_true(title);
    assert_int_equal(learn_explain(fixture->model, &words, &decision, evidence, 0), 0);
}

/* ---- training ---- */

static void test_train_when_done_then_it_tells_what_it_is_worth(void **state)
{
    const struct fixture *fixture = *state;
    struct learn_about about;
    learn_about(fixture->model, &about);
    assert_int_equal(fixture->report.examples, EXAMPLES);
    assert_int_equal(fixture->report.left_out, 0);
    assert_int_equal(fixture->report.counts[1], EXAMPLES / 3);
    assert_true(fixture->report.accuracy > 0.9f);
    assert_true(fixture->report.macro_f1 > 0.9f);
    assert_true(fixture->told == fixture->told_of);
    assert_int_equal(about.categories, 3);
    assert_int_equal(about.examples, EXAMPLES);
    assert_string_equal(about.label, "类别");
    assert_string_equal(learn_name(fixture->model, 2), "停车");
}

/* Of what each example was judged without it, the report is the sum. */
static void test_train_when_verdicts_are_asked_for_then_one_of_each_example(void **state)
{
    struct fixture *fixture = *state;
    struct learn_verdict verdicts[EXAMPLES];
    struct learn_report report;
    unsigned char *bytes = NULL;
    size_t size = 0;
    memset(verdicts, 0xff, sizeof verdicts);
    fixture->told = 0;
    fixture->examples[4].text = (struct learn_text){NULL, " ", 0, 1}; /* says nothing */
    struct learn_setup setup = setup_of(fixture);
    setup.verdicts = verdicts;
    assert_int_equal(learn_train(&setup, &bytes, &size, &report), RC_OK);
    free(bytes);
    uint32_t judged = 0;
    uint32_t right = 0;
    for (unsigned index = 0; index < EXAMPLES; index++) {
        assert_int_equal(verdicts[index].judged, index != 4);
        if (verdicts[index].judged) {
            assert_in_range(verdicts[index].category, 0, 2);
            assert_true(verdicts[index].probability > 0.3f && verdicts[index].probability <= 1);
            judged++;
            right += verdicts[index].category == fixture->examples[index].category ? 1 : 0;
        }
    }
    assert_int_equal(judged, report.examples);
    assert_float_equal((float)right / (float)judged, report.accuracy, 1e-6f);
}

static void test_train_when_again_then_the_same_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct learn_report report;
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct learn_setup learning = setup_of(fixture);
    learning.progress = NULL;
    (void)rand(); /* which nothing may depend on */
    assert_int_equal(learn_train(&learning, &bytes, &size, &report), RC_OK);
    assert_int_equal(size, fixture->size);
    assert_memory_equal(bytes, fixture->bytes, size);
    free(bytes);
}

static void test_train_when_texts_repeat_then_they_are_one_group(void **state)
{
    struct fixture *fixture = *state;
    struct learn_example twice[4];
    uint32_t group[4];
    static const char one[] = "长安街三号楼下面的路灯从上个月开始就一直不亮，晚上走路很危险";
    static const char near[] = "长安街三号楼下面的路灯从上个月开始就一直不亮，晚上走路很危险啊！";
    for (unsigned index = 0; index < 4; index++) {
        twice[index] = fixture->examples[index];
    }
    twice[1].text = (struct learn_text){.text = one, .text_bytes = strlen(one)};
    twice[3].text = (struct learn_text){.text = near, .text_bytes = strlen(near)};
    assert_int_equal(learn_alike(twice, 4, group), RC_OK);
    assert_int_equal(group[0], 0);
    assert_int_equal(group[1], 1);
    assert_int_equal(group[2], 2);
    assert_int_equal(group[3], 1);
}

static void test_train_when_there_is_too_little_then_refused(void **state)
{
    struct fixture *fixture = *state;
    struct learn_report report;
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct learn_setup learning = setup_of(fixture);
    learning.progress = NULL;
    learning.category_count = 1;
    learning.example_count = 1;
    assert_int_equal(learn_train(&learning, &bytes, &size, &report), RC_INVALID);
    struct learn_example blank[3] = {{.category = 0}, {.category = 1}, fixture->examples[0]};
    learning = setup_of(fixture);
    learning.progress = NULL;
    learning.examples = blank;
    learning.example_count = 3; /* two of them say nothing */
    assert_int_equal(learn_train(&learning, &bytes, &size, &report), RC_INVALID);
    learning.example_count = LEARN_EXAMPLES_MAX + 1;
    assert_int_equal(learn_train(&learning, &bytes, &size, &report), RC_LIMIT);
    assert_null(bytes);
}

static void test_train_when_examples_are_two_then_a_model_that_desks_all(void **state)
{
    struct fixture *fixture = *state;
    struct learn_report report;
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct learn_model *model = NULL;
    struct learn_setup learning = setup_of(fixture);
    learning.progress = NULL;
    learning.example_count = 2;
    assert_int_equal(learn_train(&learning, &bytes, &size, &report), RC_OK);
    assert_int_equal(learn_open(&model, bytes, size), RC_OK);
    assert_true(learn_threshold(model, 0.98f) > 1);
    assert_true(learn_coverage(model, learn_threshold(model, 0.98f)) == 0);
    learn_close(model);
    free(bytes);
}

/* More categories than one row of lanes holds. */
static void test_train_when_categories_are_many_then_each_is_found(void **state)
{
    struct fixture *fixture = *state;
    enum { MANY = 18 };
    const char *names[MANY];
    for (unsigned index = 0; index < MANY; index++) {
        names[index] = things[index % 3][index / 3];
    }
    for (unsigned index = 0; index < EXAMPLES; index++) {
        fixture->examples[index].category = index % MANY;
    }
    struct learn_setup learning = setup_of(fixture);
    learning.progress = NULL;
    learning.categories = names;
    learning.category_count = MANY;
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct learn_report report;
    assert_int_equal(learn_train(&learning, &bytes, &size, &report), RC_OK);
    assert_true(report.accuracy > 0.9f);
    struct learn_model *model = NULL;
    assert_int_equal(learn_open(&model, bytes, size), RC_OK);
    struct learn_decision decision;
    learn_classify(model, &fixture->examples[17].text, &decision);
    assert_int_equal(decision.guesses[0].category, 17);
    learn_close(model);
    free(bytes);
}

static void test_threshold_when_more_is_asked_then_never_less_sure(void **state)
{
    const struct fixture *fixture = *state;
    float before = 0;
    for (unsigned percent = 50; percent < 100; percent++) {
        const float threshold = learn_threshold(fixture->model, (float)percent / 100);
        assert_true(threshold >= before);
        assert_true(learn_coverage(fixture->model, threshold) <=
                    learn_coverage(fixture->model, before));
        before = threshold;
    }
}

/* ---- models that are not whole ---- */

static void test_open_when_cut_off_then_corrupt(void **state)
{
    const struct fixture *fixture = *state;
    struct learn_model *model = NULL;
    const size_t sizes[] = {0, 1, 63, 64, 65, 1000, fixture->size / 2, fixture->size - 1};
    for (unsigned index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
        assert_int_equal(learn_open(&model, fixture->bytes, sizes[index]), RC_CORRUPT);
    }
    assert_null(model);
}

static void test_open_when_a_byte_differs_then_refused(void **state)
{
    struct fixture *fixture = *state;
    struct learn_model *model = NULL;
    for (size_t at = 0; at < fixture->size; at += at < 2000 ? 1 : 4099) {
        fixture->bytes[at] ^= 0x20;
        const enum rc rc = learn_open(&model, fixture->bytes, fixture->size);
        assert_int_equal(rc, at >= 8 && at < 12 ? RC_FORMAT : RC_CORRUPT);
        fixture->bytes[at] ^= 0x20;
    }
    assert_null(model);
}

/* Whoever writes a model may seal anything: what holds no numbers is refused all the same. */
static void test_open_when_sealed_with_nonsense_then_corrupt(void **state)
{
    struct fixture *fixture = *state;
    const struct learn_header whole = fixture->model->header;
    struct learn_layout layout;
    struct learn_model *model = NULL;
    assert_int_equal(learn_model_layout(&whole, &layout), RC_OK);
    const size_t spoilt[] = {layout.bias, layout.steps, layout.net, layout.curve};
    for (unsigned index = 0; index < sizeof spoilt / sizeof spoilt[0]; index++) {
        /* No numbers, and numbers whose sums are none. */
        const float odd[] = {NAN, INFINITY, 3e38f, -3e38f, 1e6f, -1e6f};
        float kept = 0;
        memcpy(&kept, fixture->bytes + spoilt[index], sizeof kept);
        for (unsigned each = 0; each < sizeof odd / sizeof odd[0]; each++) {
            memcpy(fixture->bytes + spoilt[index], &odd[each], sizeof odd[each]);
            learn_model_seal(&whole, fixture->bytes, fixture->size);
            assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
        }
        memcpy(fixture->bytes + spoilt[index], &kept, sizeof kept);
    }
    struct learn_header other = whole;
    other.accuracy = 1e30f;
    learn_model_seal(&other, fixture->bytes, fixture->size);
    assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
    other = whole;
    other.slot_bits++;
    learn_model_seal(&other, fixture->bytes, fixture->size);
    assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
    other = whole;
    other.names_bytes -= 3;
    learn_model_seal(&other, fixture->bytes, fixture->size);
    assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
    learn_model_seal(&whole, fixture->bytes, fixture->size);
    /* A gram whose share in the norm is below zero: the root of it would be no number. */
    const uint16_t *marks = (const uint16_t *)(const void *)(fixture->bytes + layout.marks);
    size_t taken = 0;
    while (marks[taken] == 0) {
        taken++;
    }
    uint16_t *share =
        (uint16_t *)(void *)(fixture->bytes + layout.rows) + (taken + 1) * layout.stride - 1;
    const uint16_t kept_share = *share;
    *share = LEARN_ROW_ZERO - 1;
    learn_model_seal(&whole, fixture->bytes, fixture->size);
    assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
    *share = kept_share;
    /* A search without end. */
    memset(fixture->bytes + layout.marks, 0xff, sizeof(uint16_t) << whole.slot_bits);
    learn_model_seal(&whole, fixture->bytes, fixture->size);
    assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
    assert_null(model);
}

/* Names come out in tables and on terminals. */
static void test_open_when_a_name_is_no_word_of_one_line_then_corrupt(void **state)
{
    static const char odd[] = {'\t', '\r', '\n', '\033', '\x7f', '\xff'};
    struct fixture *fixture = *state;
    const struct learn_header whole = fixture->model->header;
    struct learn_layout layout;
    struct learn_model *model = NULL;
    assert_int_equal(learn_model_layout(&whole, &layout), RC_OK);
    /* The label, and the first category after it. */
    const size_t label_bytes = strlen((const char *)fixture->bytes + layout.names);
    const size_t odd_at[] = {layout.names, layout.names + label_bytes + 1};
    for (unsigned place = 0; place < 2; place++) {
        unsigned char kept[3];
        memcpy(kept, fixture->bytes + odd_at[place], sizeof kept);
        memcpy(fixture->bytes + odd_at[place], "abc", sizeof kept);
        learn_model_seal(&whole, fixture->bytes, fixture->size);
        assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_OK);
        learn_close(model);
        model = NULL;
        for (unsigned index = 0; index < sizeof odd; index++) {
            fixture->bytes[odd_at[place]] = (unsigned char)odd[index];
            learn_model_seal(&whole, fixture->bytes, fixture->size);
            assert_int_equal(learn_open(&model, fixture->bytes, fixture->size), RC_CORRUPT);
        }
        memcpy(fixture->bytes + odd_at[place], kept, sizeof kept);
    }
    learn_model_seal(&whole, fixture->bytes, fixture->size);
}

/* ---- the folded form ---- */

static void test_fold_when_written_otherwise_then_the_same_letters(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"路燈壞了", "路灯坏了"},
                                           {"ＡＢＣ１２３，", "abc123,"},
                                           {"燈", "灯"}, /* the last letter goes another way */
                                           {"Ａ", "a"},
                                           {"（！）。a", "(!)。a"},
                                           {"①㈠", "1(一)"},
                                           {"caf\xc3\xa9 CAFE\xcc\x81", "cafecafe"},
                                           {"灯\xe2\x80\x8b 　\xef\xbb\xbf不\n亮", "灯不亮"},
                                           {"灯\xcc\xb4\xcd\x95亮", "灯亮"},
                                           {"a\xff\xe7\x81 b", "ab"}};
    for (unsigned index = 0; index < sizeof pairs / sizeof pairs[0]; index++) {
        int32_t left[64], right[64];
        const size_t count = text_fold(pairs[index][0], strlen(pairs[index][0]), left, 64);
        assert_int_equal(count, text_fold(pairs[index][1], strlen(pairs[index][1]), right, 64));
        assert_memory_equal(left, right, count * sizeof *left);
    }
    int32_t few[3];
    assert_int_equal(text_fold("路灯不亮", 12, few, 3), 3);
    assert_int_equal(text_fold("\xef\xb7\xba", 3, few, 3), 3); /* one that stands for eighteen */
    assert_int_equal(text_fold(NULL, 0, few, 3), 0);
    assert_int_equal(text_simplify(0x71c8), 0x706f); /* 燈, 灯 */
    assert_int_equal(text_simplify(0x706f), 0x706f);
}

int main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_classify_when_text_is_new_then_its_category),
        CASE(test_decide_when_text_says_nothing_then_the_reason),
        cmocka_unit_test(test_decide_when_the_probability_is_none_then_never_sure),
        CASE(test_classify_when_text_is_long_or_torn_then_a_decision),
        CASE(test_probabilities_when_asked_then_all_of_them_and_the_same_decision),
        CASE(test_explain_when_decided_then_the_letters_that_told),
        CASE(test_train_when_done_then_it_tells_what_it_is_worth),
        CASE(test_train_when_verdicts_are_asked_for_then_one_of_each_example),
        CASE(test_train_when_again_then_the_same_bytes),
        CASE(test_train_when_texts_repeat_then_they_are_one_group),
        CASE(test_train_when_there_is_too_little_then_refused),
        CASE(test_train_when_examples_are_two_then_a_model_that_desks_all),
        CASE(test_train_when_categories_are_many_then_each_is_found),
        CASE(test_threshold_when_more_is_asked_then_never_less_sure),
        CASE(test_open_when_cut_off_then_corrupt),
        CASE(test_open_when_a_byte_differs_then_refused),
        CASE(test_open_when_sealed_with_nonsense_then_corrupt),
        CASE(test_open_when_a_name_is_no_word_of_one_line_then_corrupt),
        cmocka_unit_test(test_fold_when_written_otherwise_then_the_same_letters),
    };
    return cmocka_run_group_tests(tests, learn_once, forget);
}
