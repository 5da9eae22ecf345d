/* intake_repeat: who says the same again gets his open ticket, and loses nothing of what he said; whoever
 * says more, or is somebody else, gets a ticket of his own. intake_submit: dangers are named at once. */
#include "intake_wishes.h"

static struct site *site;

static int setup(void **state)
{
    site = solo_site_load("again");
    *state = solo_open(&intake_service, site, START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    site_free(site);
    return 0;
}

#define PHONE "13812345678"

static const Paidan__SubmitResult *say(struct solo *solo, const char *phone, const char *text)
{
    Paidan__NewTicket item = ticket("hotline", NULL, text);
    item.phone = (char *)phone;
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    return result;
}

static const Paidan__TicketText *text_of(struct solo *solo)
{
    static uint64_t number = FIRST;
    const Paidan__Answer *const answer = read_texts(solo, &number, 1, false, "show", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->texts->n_texts, 1);
    return answer->texts->texts[0];
}

/* ---- repeats ---- */

static void test_submit_when_said_again_then_the_open_ticket_is_chased(void **state)
{
    struct solo *const solo = *state;
    char code[QUERY_CODE_BYTES];
    const Paidan__SubmitResult *result = say(solo, PHONE, "3号楼门口路灯不亮");
    assert_false(result->has_repeats);
    assert_int_equal(result->ticket, FIRST);
    snprintf(code, sizeof code, "%s", result->query_code);
    solo_advance(solo, HOUR_MS);
    result = say(solo, "+86 138-1234-5678", "3号楼门口路灯还是不亮，已经三天了");
    assert_true(result->repeats);
    assert_int_equal(result->ticket, FIRST);
    assert_int_equal(result->state, PAIDAN__STATE__STATE_NONE);
    assert_null(result->query_code); /* whoever knows a number does not open a ticket */
    assert_string_equal(result->number, "20261122-0001-9");
    const Paidan__Answer *const found = lookup(solo, FIRST, code);
    assert_int_equal(found->looked_up->chases, 1);
    const Paidan__TicketText *const text = text_of(solo);
    assert_string_equal(text->text, "3号楼门口路灯不亮");
    assert_int_equal(text->n_said, 1);
    assert_string_equal(text->said[0]->note, "3号楼门口路灯还是不亮，已经三天了");
    assert_int_equal(solo_tally(solo, "chases"), 1);
    assert_int_equal(solo_tally(solo, "repeats"), 1);
    assert_int_equal(solo_tally(solo, "registered"), 1);
}

static void test_submit_when_said_in_the_same_words_then_chased_without_a_note(void **state)
{
    struct solo *const solo = *state;
    (void)say(solo, PHONE, "路灯不亮");
    assert_true(say(solo, PHONE, "路灯不亮")->repeats);
    assert_true(say(solo, PHONE, "路灯不亮")->repeats);
    const uint64_t other = say(solo, PHONE, "楼道里漏水")->ticket;
    assert_int_equal(other, FIRST + 1);
}

/* Anything that a chase cannot hold, or that is news, is a ticket of its own. */
static void test_submit_when_more_is_said_then_a_ticket_of_its_own(void **state)
{
    struct solo *const solo = *state;
    static Paidan__Attachment picture = PAIDAN__ATTACHMENT__INIT, *pictures[] = {&picture};
    picture.name = (char *)"1.jpg";
    picture.url = (char *)"https://example.cn/1.jpg";
    Paidan__NewTicket item = ticket("hotline", NULL, "阳光花园3号楼路灯不亮");
    item.phone = (char *)PHONE;
    item.place = (char *)"门口";
    const uint64_t first = submit_one(solo, &item)->ticket;
    assert_true(submit_one(solo, &item)->repeats);
    for (unsigned which = 0; which < 9; which++) {
        Paidan__NewTicket other = item;
        other.has_anew = other.anew = which == 0;
        other.n_attachments = which == 1 ? 1 : 0;
        other.attachments = pictures;
        other.place = (char *)(which == 2 ? "5号楼" : "门口");
        other.phone = (char *)(which == 3 ? PHONE ",13912345678" : PHONE);
        other.text = (char *)(which == 4   ? "阳光花园5号楼路灯不亮"
                              : which == 5 ? "阳光花园3号楼路灯不亮，还着火了"
                                           : item.text);
        other.has_occurred_ms = which == 6;
        other.occurred_ms = START_MS - HOUR_MS;
        other.has_confidential = other.confidential = which == 7;
        other.category_hint = (char *)(which == 8 ? "water" : NULL);
        const Paidan__SubmitResult *const result = submit_one(solo, &other);
        assert_int_equal(result->code, PAIDAN__CODE__OK);
        if (result->has_repeats || result->ticket == first) {
            /* 8: the first has no hint, so that one is no contradiction */
            assert_int_equal(which, 8);
        }
    }
}

static void test_submit_when_somebody_else_says_it_then_a_ticket_of_his_own(void **state)
{
    struct solo *const solo = *state;
    (void)say(solo, PHONE, "路灯不亮");
    assert_false(say(solo, "13812345679", "路灯不亮")->has_repeats);
    assert_false(say(solo, NULL, "路灯不亮")->has_repeats);
    assert_false(say(solo, NULL, "路灯不亮")->has_repeats);
    Paidan__NewTicket item = ticket("wechat", "m1", "路灯不亮");
    item.reporter = (char *)"openid-1";
    assert_false(submit_one(solo, &item)->has_repeats);
    item.channel = (char *)"hotline";
    item.external_id = NULL;
    assert_false(submit_one(solo, &item)->has_repeats);
    item.channel = (char *)"wechat";
    item.external_id = (char *)"m2";
    assert_true(submit_one(solo, &item)->repeats);
}

static void test_submit_when_the_ticket_is_over_or_old_then_a_new_one(void **state)
{
    struct solo *const solo = *state;
    assert_int_equal(say(solo, PHONE, "路灯不亮")->ticket, FIRST);
    assert_int_equal(withdraw(solo, FIRST)->code, PAIDAN__CODE__OK);
    assert_int_equal(say(solo, PHONE, "路灯不亮")->ticket, FIRST + 1);
    solo_advance(solo, 6 * 24 * HOUR_MS);
    assert_true(say(solo, PHONE, "路灯不亮")->repeats);
    solo_advance(solo, 2 * 24 * HOUR_MS);
    assert_false(say(solo, PHONE, "路灯不亮")->has_repeats);
}

/* The message that was taken for a repetition comes again: no third chase, and other words under its id
 * are a conflict as ever. */
static void test_submit_when_its_external_id_comes_again_then_the_answer_of_before(void **state)
{
    struct solo *const solo = *state;
    Paidan__NewTicket item = ticket("wechat", "m1", "3号楼路灯不亮");
    item.reporter = (char *)"openid-1";
    const uint64_t first = submit_one(solo, &item)->ticket;
    item.external_id = (char *)"m2";
    item.text = (char *)"3号楼路灯还是不亮";
    assert_true(submit_one(solo, &item)->repeats);
    const Paidan__SubmitResult *result = submit_one(solo, &item);
    assert_true(result->duplicate);
    assert_true(result->repeats);
    assert_int_equal(result->ticket, first);
    assert_null(result->query_code);
    assert_int_equal(text_of(solo)->n_said, 1);
    item.text = (char *)"楼道漏水";
    result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__EXTERNAL_ID_CONFLICT);
    item.external_id = (char *)"m1";
    item.text = (char *)"3号楼路灯不亮";
    result = submit_one(solo, &item);
    assert_true(result->duplicate);
    assert_false(result->has_repeats && result->repeats);
    assert_non_null(result->query_code);
}

/* Within one request each sees those before it. */
static void test_submit_when_one_batch_repeats_itself_then_one_ticket(void **state)
{
    struct solo *const solo = *state;
    Paidan__NewTicket one = ticket("hotline", NULL, "路灯不亮"), two = one;
    Paidan__NewTicket *list[] = {&one, &two};
    one.phone = two.phone = (char *)PHONE;
    const Paidan__Answer *const answer = submit_list(solo, list, 2, NULL);
    assert_int_equal(answer->submitted->n_results, 2);
    assert_false(answer->submitted->results[0]->has_repeats);
    assert_true(answer->submitted->results[1]->repeats);
    assert_int_equal(answer->submitted->results[1]->ticket, FIRST);
}

/* What has no room in a note is not cut: it is a ticket. */
static void test_submit_when_the_words_have_no_room_in_a_note_then_a_ticket(void **state)
{
    struct solo *const solo = *state;
    char text[4001], other[4001];
    for (size_t at = 0; at < 4000; at += 4) {
        memcpy(text + at, "abc ", 5);
        memcpy(other + at, "abc,", 5);
    }
    assert_int_equal(say(solo, PHONE, text)->ticket, FIRST);
    assert_false(say(solo, PHONE, other)->has_repeats);
    assert_true(say(solo, PHONE, text)->repeats);
}

static void test_submit_when_the_site_does_not_ask_for_it_then_never(void **state)
{
    struct solo *const solo = *state;
    site->repeat_days = 0;
    (void)say(solo, PHONE, "路灯不亮");
    assert_false(say(solo, PHONE, "路灯不亮")->has_repeats);
}

/* ---- dangers ---- */

static void test_submit_when_dangerous_then_the_number_is_named(void **state)
{
    struct solo *const solo = *state;
    const Paidan__SubmitResult *result = say(solo, PHONE, "楼上着火了，有人昏迷");
    assert_int_equal(result->n_call, 2);
    assert_string_equal(result->call[0], "119");
    assert_string_equal(result->call[1], "120");
    result = say(solo, PHONE, "楼上着火了，有人昏迷");
    assert_true(result->repeats);
    assert_int_equal(result->n_call, 2); /* named again to who asks again */
    assert_int_equal(say(solo, NULL, "火车站门口很乱")->n_call, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        STORY(test_submit_when_said_again_then_the_open_ticket_is_chased),
        STORY(test_submit_when_said_in_the_same_words_then_chased_without_a_note),
        STORY(test_submit_when_more_is_said_then_a_ticket_of_its_own),
        STORY(test_submit_when_somebody_else_says_it_then_a_ticket_of_his_own),
        STORY(test_submit_when_the_ticket_is_over_or_old_then_a_new_one),
        STORY(test_submit_when_its_external_id_comes_again_then_the_answer_of_before),
        STORY(test_submit_when_one_batch_repeats_itself_then_one_ticket),
        STORY(test_submit_when_the_words_have_no_room_in_a_note_then_a_ticket),
        STORY(test_submit_when_the_site_does_not_ask_for_it_then_never),
        STORY(test_submit_when_dangerous_then_the_number_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
