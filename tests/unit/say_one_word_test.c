/* One word for one thing: what is called 超时 here is not called 逾期 there. Every text that people can
 * be shown stands in these sources, and so do the comments that the next text is copied from. */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/say_words.h"

static const struct {
    const char *word, *instead;
} forbidden[] = {
    {"逾期", "超时"},         {"超期", "超时"},     {"告警", "警报"},     {"签单", "签收"},
    {"接单", "签收"},         {"待派单", "待分拨"}, {"待分派", "待分拨"}, {"分派", "分拨"},
    {"比较满意", "基本满意"}, {"回呼", "回访"},     {"办毕", "办结"},     {"结单", "结案"},
    {"复核回访", "回访"},     {"催促单", "催单"},   {"挂起", "挂账"},
};

/* Fails with file, line and the word that is meant. */
static void check_file(const char *path)
{
    char line[4096];
    unsigned number = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        number++;
        for (size_t index = 0; index < sizeof forbidden / sizeof forbidden[0]; index++) {
            if (strstr(line, forbidden[index].word) != NULL) {
                fail_msg("%s:%u: %s; say %s", path, number, forbidden[index].word,
                         forbidden[index].instead);
            }
        }
    }
    fclose(file);
}

static void check_folder(const char *folder)
{
    const char *root = getenv("PAIDAN_ROOT");
    char path[1024], file[2048];
    assert_non_null(root);
    (void)snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    unsigned checked = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0)) {
            (void)snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
            check_file(file);
            checked++;
        }
    }
    closedir(directory);
    assert_true(checked > 0);
}

static void test_texts_when_searched_then_one_word_for_one_thing(void **state)
{
    (void)state;
    static const char *const folders[] = {"common/say", "services/cli", "services/demo"};
    for (size_t index = 0; index < sizeof folders / sizeof folders[0]; index++) {
        check_folder(folders[index]);
    }
}

static void test_values_when_typed_in_chinese_then_read(void **state)
{
    (void)state;
    static const struct {
        const ProtobufCEnumDescriptor *of;
        const char *typed;
        int value;
    } cases[] = {
        {&paidan__solved__descriptor, "否", PAIDAN__SOLVED__SOLVED_NO},
        {&paidan__solved__descriptor, "是", PAIDAN__SOLVED__SOLVED_YES},
        {&paidan__solved__descriptor, "部分", PAIDAN__SOLVED__SOLVED_PARTLY},
        {&paidan__solved__descriptor, "没有", PAIDAN__SOLVED__SOLVED_NO},
        {&paidan__solved__descriptor, "未解决", PAIDAN__SOLVED__SOLVED_NO},
        {&paidan__satisfied__descriptor, "基本满意", PAIDAN__SATISFIED__SATISFIED_FAIR},
        {&paidan__satisfied__descriptor, "一般", PAIDAN__SATISFIED__SATISFIED_FAIR},
        {&paidan__satisfied__descriptor, "不满意", PAIDAN__SATISFIED__SATISFIED_NO},
        {&paidan__urgency__descriptor, "特急", PAIDAN__URGENCY__URGENCY_EMERGENCY},
        {&paidan__urgency__descriptor, "普通", PAIDAN__URGENCY__URGENCY_NORMAL},
    };
    static const struct say zh = {.language = SAY_CHINESE};
    int value = 0;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        if (!say_words_read(cases[index].of, cases[index].typed, &value)) {
            fail_msg("%s is not read", cases[index].typed);
        }
        assert_int_equal(value, cases[index].value);
    }
    assert_false(say_words_read(&paidan__solved__descriptor, "是|解决", &value));
    assert_false(say_words_read(&paidan__solved__descriptor, "", &value));
    assert_string_equal(say_words_satisfied(&zh, PAIDAN__SATISFIED__SATISFIED_FAIR), "基本满意");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_when_searched_then_one_word_for_one_thing),
        cmocka_unit_test(test_values_when_typed_in_chinese_then_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
