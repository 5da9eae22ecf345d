/* intake_split: one text with several matters becomes several tickets, all or none. */

#include "intake_wishes.h"

#define LAMP "楼道灯坏了"
#define RUBBISH "垃圾没人收"

static int setup(void **state)
{
    *state = solo_open(&intake_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

struct part {
    const char *text, *category;
};

static const Paidan__Answer *split(struct solo *solo, uint64_t number, const struct part *parts,
                                   size_t count)
{
    Paidan__SplitPart items[8], *list[8];
    Paidan__Split wish = PAIDAN__SPLIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    assert_true(count <= 8);
    for (size_t index = 0; index < count; index++) {
        paidan__split_part__init(&items[index]);
        items[index].text = (char *)(uintptr_t)parts[index].text;
        items[index].category = (char *)(uintptr_t)parts[index].category;
        list[index] = &items[index];
    }
    wish.ticket = number;
    wish.parts = list;
    wish.n_parts = count;
    request.wish_case = PAIDAN__REQUEST__WISH_SPLIT;
    request.split = &wish;
    return solo_call(solo, &request);
}

static void refused(struct solo *solo, uint64_t number, const struct part *parts, size_t count,
                    Paidan__Code code, const char *detail)
{
    const uint64_t head = solo_head(solo);
    const uint64_t registered = solo_tally(solo, "registered");
    const Paidan__Answer *answer = split(solo, number, parts, count);
    assert_int_equal(answer->code, code);
    if (detail != NULL) {
        assert_string_equal(answer->detail, detail);
    }
    assert_int_equal(solo_tally(solo, "registered"), registered);
    assert_int_equal(solo_head(solo), head); /* nothing was said */
}

/* A resident's whole complaint. */
static uint64_t complain(struct solo *solo, char code[QUERY_CODE_BYTES])
{
    Paidan__NewTicket item = ticket("wechat", "wx-9", LAMP "，" RUBBISH);
    item.phone = (char *)"13812345678";
    item.reporter = (char *)"张三";
    item.place = (char *)"3号楼";
    item.has_confidential = item.confidential = true;
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    memcpy(code, result->query_code, QUERY_CODE_BYTES);
    return result->ticket;
}

static void test_split_when_two_matters_then_two_tickets_of_the_same_person(void **state)
{
    struct solo *const solo = *state;
    static const struct part parts[] = {{LAMP, NULL}, {RUBBISH, "water"}};
    char code[QUERY_CODE_BYTES];
    const uint64_t whole = complain(solo, code);
    solo_trace(solo);
    const Paidan__Answer *answer = split(solo, whole, parts, 2);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->submitted->n_results, 2);
    assert_null(answer->submitted->results[0]->query_code); /* the resident's */
    assert_int_equal(answer->submitted->results[0]->ticket, whole + 1);
    assert_int_equal(answer->submitted->results[1]->ticket, whole + 2);
    Paidan__Event *event = solo_fact(solo, PAIDAN__EVENT__FACT_REGISTERED, 3);
    const Paidan__Registered *fact = event->registered;
    assert_string_equal(fact->text, RUBBISH);
    assert_string_equal(fact->category_hint, "water");
    assert_string_equal(fact->channel, "wechat");
    assert_string_equal(fact->external_id, "wx-9#3");
    assert_string_equal(fact->phone, "13812345678");
    assert_string_equal(fact->reporter, "张三");
    assert_string_equal(fact->place, "3号楼");
    assert_string_equal(fact->query_code, code);
    assert_true(fact->confidential);
    assert_int_equal(fact->split_of, whole);
    paidan__event__free_unpacked(event, NULL);
    /* The resident finds all of them with what he has. */
    answer = lookup(solo, whole, code);
    assert_int_equal(answer->looked_up->n_split_into, 2);
    assert_null(answer->looked_up->split_of);
    answer = lookup(solo, whole + 2, code);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_non_null(answer->looked_up->split_of);
    assert_int_equal(answer->looked_up->n_split_into, 0);
    assert_int_equal(chase(solo, whole, code)->code, PAIDAN__CODE__OK);
    uint64_t numbers[] = {whole};
    answer = read_texts(solo, numbers, 1, false, "test", NULL);
    assert_int_equal(answer->texts->texts[0]->n_split_into, 2);
    assert_int_equal(answer->texts->texts[0]->n_said, 1); /* the chase alone */
    solo_check(solo, "intake_split");
}

/* A part that is split again, and a ticket that is split twice: each has an id of its own, as long as
 * there is room for it, and so many that nobody could follow them are refused. */
static void test_split_when_split_again_then_ids_of_their_own(void **state)
{
    struct solo *const solo = *state;
    static const struct part first[] = {{LAMP, NULL}, {RUBBISH, NULL}};
    static const struct part more[] = {{"一", NULL}, {"二", NULL}, {"三", NULL}, {"四", NULL}};
    char code[QUERY_CODE_BYTES];
    const uint64_t whole = complain(solo, code);
    assert_int_equal(split(solo, whole, first, 2)->code, PAIDAN__CODE__OK);
    assert_int_equal(split(solo, whole, more, 2)->code, PAIDAN__CODE__OK);
    assert_int_equal(split(solo, whole + 1, more, 1)->code, PAIDAN__CODE__OK);
    assert_int_equal(lookup_external(solo, "wechat", "wx-9#5")->looked_up->ticket, whole + 4);
    assert_int_equal(lookup_external(solo, "wechat", "wx-9#2#2")->looked_up->ticket, whole + 5);
    refused(
        solo, whole,
        (const struct part[]){{"五", NULL}, {"六", NULL}, {"七", NULL}, {"八", NULL}, {"九", NULL}},
        5, PAIDAN__CODE__SPLIT_INVALID, "parts");
    assert_int_equal(split(solo, whole, more, 4)->code, PAIDAN__CODE__OK);
    refused(solo, whole, more, 1, PAIDAN__CODE__SPLIT_INVALID, "parts"); /* eight are enough */
    char longest[EXTERNAL_ID_BYTES_MAX + 1];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const uint64_t other = submit(solo, "wechat", longest, "又一件");
    assert_int_equal(split(solo, other, more, 1)->code, PAIDAN__CODE__OK);
    Paidan__Event *event = solo_fact(solo, PAIDAN__EVENT__FACT_REGISTERED, 12);
    assert_non_null(event);
    assert_null(event->registered->external_id); /* no room behind it */
    paidan__event__free_unpacked(event, NULL);
    solo_check_replay(solo);
}

static void test_split_when_it_cannot_be_then_nothing_is_said(void **state)
{
    struct solo *const solo = *state;
    static const struct part good[] = {{LAMP, NULL}, {RUBBISH, NULL}};
    static const struct part blank[] = {{LAMP, NULL}, {" \t", NULL}};
    static const struct part twins[] = {{LAMP, NULL}, {LAMP, "water"}};
    static const struct part whole_text[] = {{LAMP "，" RUBBISH, NULL}};
    static const struct part unknown[] = {{LAMP, NULL}, {RUBBISH, "gone"}};
    char code[QUERY_CODE_BYTES];
    const uint64_t whole = complain(solo, code);
    refused(solo, whole + 7, good, 2, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    refused(solo, whole, NULL, 0, PAIDAN__CODE__SPLIT_INVALID, "parts");
    refused(solo, whole, blank, 2, PAIDAN__CODE__SPLIT_INVALID, "text");
    refused(solo, whole, twins, 2, PAIDAN__CODE__SPLIT_INVALID, "same_parts");
    refused(solo, whole, whole_text, 1, PAIDAN__CODE__SPLIT_INVALID, "whole_text");
    /* The first part is sound; it is not registered without the second. */
    refused(solo, whole, unknown, 2, PAIDAN__CODE__CATEGORY_UNKNOWN, "category");
    char *long_text = malloc(TEXT_BYTES_MAX + 2);
    memset(long_text, 'a', TEXT_BYTES_MAX + 1);
    long_text[TEXT_BYTES_MAX + 1] = '\0';
    const struct part longer[] = {{LAMP, NULL}, {long_text, NULL}};
    refused(solo, whole, longer, 2, PAIDAN__CODE__TEXT_TOO_LONG, "text");
    free(long_text);
    solo_conditions(solo, true, 0);
    refused(solo, whole, good, 2, PAIDAN__CODE__STORAGE_FULL, NULL);
    solo_conditions(solo, false, 0);
    (void)withdraw(solo, whole);
    refused(solo, whole, good, 2, PAIDAN__CODE__STATE_FORBIDS, "WITHDRAWN");
    solo_check_replay(solo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_split_when_two_matters_then_two_tickets_of_the_same_person, setup, teardown),
        cmocka_unit_test_setup_teardown(test_split_when_split_again_then_ids_of_their_own, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_split_when_it_cannot_be_then_nothing_is_said, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("intake_split", tests, NULL, NULL);
}
