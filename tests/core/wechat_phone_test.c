/* wechat_phone: whom no message reaches comes on the operators' list, without number and words; who takes one
 * is told both, and what came of the call is a fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chat.h"

static int setup(void **state)
{
    static struct chat chat;
    chat_open(&chat, "chat");
    *state = &chat;
    return 0;
}

static int teardown(void **state)
{
    chat_close(*state);
    return 0;
}

/* He told no number, unfollowed us, and his ticket is accepted: somebody must telephone. */
static uint64_t unreached(struct chat *chat, const char *person)
{
    chat->person = person;
    chat_tell(chat, "三叉街9号漏水");
    chat_tell(chat, "好了");
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED, NULL);
    const uint64_t ticket = chat_ticket(chat, chat->tickets);
    chat_escalation(chat, ticket, PAIDAN__EVENT__FACT_ACCEPTED);
    return ticket;
}

static const Paidan__Answer *ask(struct chat *chat, const char *channel)
{
    Paidan__PhoneList wish = PAIDAN__PHONE_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.channel = (char *)channel;
    request.wish_case = PAIDAN__REQUEST__WISH_PHONE_LIST;
    request.phone_list = &wish;
    return solo_query(chat->solo, &request);
}

static const Paidan__PhonesListed *list(struct chat *chat)
{
    return ask(chat, "wechat")->phones_listed;
}

static const Paidan__Answer *take(struct chat *chat, uint64_t call, const char *actor)
{
    Paidan__PhoneTake wish = PAIDAN__PHONE_TAKE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.call = call;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_PHONE_TAKE;
    request.phone_take = &wish;
    return solo_call(chat->solo, &request);
}

static Paidan__Code done(struct chat *chat, uint64_t call, const char *actor,
                         Paidan__PhoneResult result, const char *note)
{
    Paidan__PhoneDone wish = PAIDAN__PHONE_DONE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.call = call;
    wish.result = result;
    wish.note = (char *)note;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_PHONE_DONE;
    request.phone_done = &wish;
    return solo_call(chat->solo, &request)->code;
}

static void test_list_when_no_message_reaches_him_then_his_ticket_and_no_words(void **state)
{
    struct chat *const chat = *state;
    assert_int_equal(list(chat)->n_calls, 0);
    const uint64_t ticket = unreached(chat, "李四");
    const Paidan__PhonesListed *const listed = list(chat);
    assert_int_equal(listed->n_calls, 1);
    assert_int_equal(listed->calls[0]->ticket, ticket);
    assert_string_equal(listed->calls[0]->about, "accepted");
    assert_int_equal(listed->calls[0]->tries, 0);
    assert_null(listed->calls[0]->holder);
    assert_false(listed->has_next);
    assert_int_equal(ask(chat, "hotline")->phones_listed->n_calls, 0); /* not theirs */
    assert_int_equal(ask(chat, "moon")->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    solo_check_replay(chat->solo);
}

static void test_call_when_taken_then_words_are_told_and_nobody_else_has_it(void **state)
{
    struct chat *const chat = *state;
    (void)unreached(chat, "李四");
    const uint64_t call = list(chat)->calls[0]->call;
    const Paidan__Answer *const answer = take(chat, call, "one");
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_non_null(strstr(answer->phone_taken->text, "20261123-"));
    Paidan__Event *const fact = solo_fact(chat->solo, PAIDAN__EVENT__FACT_PHONE_SHOWN, 1);
    assert_string_equal(fact->phone_shown->holder, "one");
    assert_string_equal(fact->cause->actor, "one");
    paidan__event__free_unpacked(fact, NULL);
    assert_int_equal(take(chat, call, "two")->code, PAIDAN__CODE__LEASED_BY_OTHER);
    assert_int_equal(done(chat, call, "two", PAIDAN__PHONE_RESULT__PHONE_REACHED, NULL),
                     PAIDAN__CODE__LEASED_BY_OTHER);
    solo_advance(chat->solo, 1800001); /* forgotten: free again */
    assert_null(list(chat)->calls[0]->holder);
    assert_int_equal(take(chat, call, "two")->code, PAIDAN__CODE__OK);
    solo_check_replay(chat->solo);
}

static void test_call_when_made_then_off_the_list_or_counted(void **state)
{
    struct chat *const chat = *state;
    (void)unreached(chat, "李四");
    (void)unreached(chat, "王五");
    assert_int_equal(list(chat)->n_calls, 2);
    const uint64_t first = list(chat)->calls[0]->call, second = list(chat)->calls[1]->call;
    assert_int_equal(take(chat, first, "one")->code, PAIDAN__CODE__OK);
    assert_int_equal(done(chat, first, "one", PAIDAN__PHONE_RESULT__PHONE_MISSED, NULL),
                     PAIDAN__CODE__OK);
    assert_int_equal(list(chat)->calls[0]->tries, 1);
    assert_null(list(chat)->calls[0]->holder);
    assert_int_equal(done(chat, first, "one", PAIDAN__PHONE_RESULT__PHONE_GIVEN_UP, " "),
                     PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(
        done(chat, first, "one", PAIDAN__PHONE_RESULT__PHONE_GIVEN_UP, "空号 13812345678"),
        PAIDAN__CODE__OK);
    Paidan__Event *const fact = solo_fact(chat->solo, PAIDAN__EVENT__FACT_PHONE_TRIED, 2);
    assert_string_equal(fact->phone_tried->note, "空号 ***");
    paidan__event__free_unpacked(fact, NULL);
    assert_int_equal(done(chat, second, "one", PAIDAN__PHONE_RESULT__PHONE_REACHED, NULL),
                     PAIDAN__CODE__OK);
    assert_int_equal(list(chat)->n_calls, 0);
    assert_int_equal(done(chat, second, "one", PAIDAN__PHONE_RESULT__PHONE_REACHED, NULL),
                     PAIDAN__CODE__CALL_UNKNOWN);
    assert_int_equal(take(chat, first, "one")->code, PAIDAN__CODE__CALL_UNKNOWN);
    solo_check_replay(chat->solo);
}

/* The operator's list has no place for an answer: the callback service tries again, or gives up. */
static void test_callback_when_no_message_reaches_him_then_missed_and_not_listed(void **state)
{
    struct chat *const chat = *state;
    const uint64_t ticket = unreached(chat, "李四");
    chat_escalation(chat, ticket, PAIDAN__EVENT__FACT_RESOLVED);
    for (uint32_t attempt = 1; attempt <= 2; attempt++) {
        chat_ask(chat, ticket, 1, attempt);
        Paidan__Event *const fact =
            solo_fact(chat->solo, PAIDAN__EVENT__FACT_WECHAT_ASKED, 2 * attempt);
        assert_int_equal(fact->wechat_asked->state, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED);
        paidan__event__free_unpacked(fact, NULL);
    }
    assert_int_equal(list(chat)->n_calls, 1);
    assert_string_equal(list(chat)->calls[0]->about, "accepted");
    assert_int_equal(solo_tally(chat->solo, "handed_over"), 1);
    solo_check_replay(chat->solo);
}

/* Nothing of his ticket is there to look into, and no number. */
static void test_list_when_there_is_neither_ticket_nor_number_then_counted_alone(void **state)
{
    struct chat *const chat = *state;
    chat->errcode = 45047;
    chat->refuses = PAIDAN__CODE__FIELD_INVALID;
    chat->person = "李四";
    chat_tell(chat, "三叉街9号漏水");
    chat_say(chat, "好了");
    chat_deliver(chat);
    chat_pass(chat, 60000);
    assert_int_equal(list(chat)->n_calls, 0);
    assert_int_equal(solo_tally(chat->solo, "untold"), 1);
    solo_check_replay(chat->solo);
}

static void test_call_when_the_log_no_longer_has_its_words_then_taken_without(void **state)
{
    struct chat *const chat = *state;
    uint64_t first = 0;
    const uint64_t ticket = unreached(chat, "李四");
    const uint64_t call = list(chat)->calls[0]->call;
    chat_pass(chat, REQUEST_KEEP_MS + 1); /* the answers of before are kept no longer */
    chat->person = "王五";
    chat_tell(chat, "您好");
    assert_int_equal(step_engine_trim(solo_engine(chat->solo), solo_head(chat->solo), &first),
                     RC_OK);
    assert_true(first > call);
    const Paidan__Answer *const answer = take(chat, call, "one");
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->phone_taken->call->ticket, ticket);
    assert_string_equal(answer->phone_taken->text, "");
    assert_null(answer->phone_taken->phone);
    assert_int_equal(done(chat, call, "one", PAIDAN__PHONE_RESULT__PHONE_REACHED, NULL),
                     PAIDAN__CODE__OK);
    assert_int_equal(list(chat)->n_calls, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_list_when_no_message_reaches_him_then_his_ticket_and_no_words),
        CASE(test_call_when_taken_then_words_are_told_and_nobody_else_has_it),
        CASE(test_call_when_made_then_off_the_list_or_counted),
        CASE(test_callback_when_no_message_reaches_him_then_missed_and_not_listed),
        CASE(test_list_when_there_is_neither_ticket_nor_number_then_counted_alone),
        CASE(test_call_when_the_log_no_longer_has_its_words_then_taken_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
