/* text_again: who says the same again, in other words, is known by it; who says more is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"

static const struct {
    const char *before, *now;
    bool again;
} cases[] = {
    {"3号楼门口路灯不亮", "3号楼门口路灯不亮", true},
    {"3号楼门口路灯不亮", "３号楼门口，路燈不亮！！", true},
    {"3号楼门口路灯不亮", "3号楼门口路灯还是不亮，请尽快", true},
    {"三号楼门口路灯不亮", "3号楼门口路灯不亮", true},
    {"3号楼门口路灯不亮，已经三天了", "3号楼门口路灯不亮，已经五天了", true},
    {"楼道灯坏了两周没人修", "楼道灯坏了三周没人修", true},
    {"The street lamp at the gate is broken", "the street lamp at the gate is  BROKEN.", true},
    {"3号楼门口路灯不亮", "3号楼门口路灯还是不亮，没人管", true},
    {"3号楼门口路灯不亮", "3号楼门口路灯还是不亮，请尽快解决", true},
    {"3号楼门口路灯不亮", "3号楼门口路灯不亮，到现在没修好", true},
    {"The street lamp at the gate is broken", "The street lamp at the gate is still broken", true},
    /* something more, a denial, a side, a repair */
    {"三单元厨房一直漏水，楼下都淹了，物业说不归他们管",
     "三单元厨房一直漏水，楼下都淹了，物业说不归他们管，漏煤气", false},
    {"三单元厨房一直漏水，楼下都淹了，物业说不归他们管",
     "三单元厨房一直漏水，楼下都淹了，物业说不归他们管，孩子被砸伤了", false},
    {"三单元厨房一直漏水，楼下都淹了，物业说不归他们管",
     "三单元厨房一直漏水，楼下都淹了，物业说不归他们管，已经修好了不用来", false},
    {"三单元厨房一直漏水，楼下都淹了，物业说不归他们管",
     "三单元厨房一直漏水，楼下都淹了，物业说不归他们管，修好了", false},
    {"小区东门旁边的围墙漏水，请来看看", "小区东门旁边的围墙不漏水，请来看看", false},
    {"小区大门旁边的楼上漏水，请来看看吧", "小区大门旁边的楼下漏水，请来看看吧", false},
    {"The street lamp at the gate is not working", "The street lamp at the gate is working", false},
    {"Water is leaking from the ceiling of the garage near the stairs",
     "Water is leaking from the ceiling of the garage near the stairs, gas leaking", false},
    /* another house, time, number, place */
    {"3号楼门口路灯不亮", "5号楼门口路灯不亮", false},
    {"三号楼门口路灯不亮", "五号楼门口路灯不亮", false},
    {"a座门口路灯不亮了没人管", "b座门口路灯不亮了没人管", false},
    {"晚上8点还在施工，吵得睡不着", "晚上11点还在施工，吵得睡不着", false},
    {"阳光花园门口的路灯不亮，晚上出门看不见，老人摔了一跤，希望尽快修好，谢谢",
     "翠竹小区门口的路灯不亮，晚上出门看不见，老人摔了一跤，希望尽快修好，谢谢", false},
    {"门口的路灯不亮，晚上出门看不见，希望尽快修好",
     "门口的路灯不亮，晚上出门看不见，希望尽快修好，电话13800138000", false},
    {"门口路灯不亮", "楼道里漏水", false},
    {"路灯不亮", "路灯亮了", false},
    {"", "", false},
    {" ", "　", false},
    {"路灯不亮", "", false},
    {"。。。", "！！！", false},
};

static void test_again_when_said_twice_then_only_without_anything_more(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        if (text_again(cases[index].before, cases[index].now) != cases[index].again) {
            fail_msg("%s / %s", cases[index].before, cases[index].now);
        }
    }
}

static void test_again_when_bytes_are_any_then_it_ends(void **state)
{
    char *const text = malloc(70001), *const other = malloc(70001);
    (void)state;
    assert_non_null(text);
    assert_non_null(other);
    for (size_t at = 0; at < 70000; at++) {
        text[at] = (char)(at * 7 % 255 + 1);
        other[at] = (char)(at * 7 % 255 + 1);
    }
    text[70000] = other[70000] = '\0';
    assert_true(text_again(text, other));
    other[3] = 'x';
    assert_false(text_again(text, other));
    memset(text, '7', 70000);
    assert_false(text_again("7", text));
    free(text);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again_when_said_twice_then_only_without_anything_more),
        cmocka_unit_test(test_again_when_bytes_are_any_then_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
