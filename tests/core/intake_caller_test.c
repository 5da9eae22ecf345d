/* intake_caller: a caller's earlier tickets; intake_summary: what units get of confidential ones. */
#include "intake_caller.h"
#include "intake_scope.h"
#include "intake_wishes.h"

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

static uint64_t register_by(struct solo *solo, const char *channel, const char *phone,
                            const char *text)
{
    Paidan__NewTicket item = ticket(channel, NULL, text);
    item.phone = (char *)phone;
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    return result->ticket;
}

static const Paidan__Answer *ask(struct solo *solo, Paidan__CallerList *wish, const char *actor)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLER_LIST;
    request.caller_list = wish;
    request.actor = (char *)actor;
    return solo_call(solo, &request);
}

static Paidan__CallerList by(const char *phone)
{
    Paidan__CallerList wish = PAIDAN__CALLER_LIST__INIT;
    wish.phone = (char *)phone;
    wish.reason = (char *)"接听来电";
    return wish;
}

static const Paidan__CallerListed *callers(struct solo *solo, const char *phone)
{
    Paidan__CallerList wish = by(phone);
    const Paidan__Answer *const answer = ask(solo, &wish, "test");
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->caller_listed;
}

static void test_caller_when_listed_then_open_first_and_each_form_of_the_number(void **state)
{
    struct solo *const solo = *state;
    struct said said;
    const uint64_t first = register_by(solo, "wechat", "138 1234 5678", "一");
    const uint64_t second = register_by(solo, "hotline", "13812345678", "二");
    (void)register_by(solo, "hotline", "13812345679", "别人");
    const uint64_t third = register_by(solo, "hotline", "0592-2345678转801，13812345678", "三");
    (void)submit(solo, "hotline", NULL, "没有电话");
    say_assigned(solo, &said, second);
    solo_flush(solo, NULL);
    say_closed(solo, &said, second, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    solo_flush(solo, NULL);
    const Paidan__CallerListed *listed = callers(solo, "１３８-1234-5678");
    assert_int_equal(listed->n_tickets, 3);
    assert_int_equal(listed->tickets[0]->ticket, third);
    assert_int_equal(listed->tickets[1]->ticket, first);
    assert_int_equal(listed->tickets[2]->ticket, second);
    assert_int_equal(listed->tickets[2]->state, PAIDAN__STATE__STATE_CLOSED);
    assert_string_equal(listed->tickets[2]->unit, "b.any");
    assert_string_equal(listed->tickets[1]->title, "一");
    assert_false(listed->has_next);
    listed = callers(solo, "05922345678");
    assert_int_equal(listed->n_tickets, 1);
    assert_int_equal(listed->tickets[0]->ticket, third);
    assert_int_equal(callers(solo, "13900000000")->n_tickets, 0);
    solo_check_replay(solo);
}

static void test_caller_when_many_then_page_by_page_each_once(void **state)
{
    struct solo *const solo = *state;
    enum { COUNT = 25, LIMIT = 4 };
    struct said said;
    uint64_t numbers[COUNT];
    for (unsigned index = 0; index < COUNT; index++) {
        numbers[index] = register_by(solo, "hotline", "13812345678", "又来");
    }
    for (unsigned index = 0; index < COUNT; index += 3) {
        say_closed(solo, &said, numbers[index], PAIDAN__OUTCOME__OUTCOME_SOLVED);
        solo_flush(solo, NULL);
    }
    unsigned seen = 0, pages = 0;
    bool ended = false;
    uint64_t last = UINT64_MAX;
    unsigned char cursor[STORE_KEY_BYTES_MAX];
    Paidan__CallerList wish = by("13812345678");
    wish.has_limit = 1;
    wish.limit = LIMIT;
    for (bool more = true; more; pages++) {
        const Paidan__Answer *const answer = ask(solo, &wish, "test");
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        for (size_t index = 0; index < answer->caller_listed->n_tickets; index++) {
            const Paidan__CallerTicket *const found = answer->caller_listed->tickets[index];
            const bool closed = found->state == PAIDAN__STATE__STATE_CLOSED;
            assert_true(closed || !ended);
            assert_true(found->ticket < last || closed != ended);
            ended = closed;
            last = found->ticket;
            seen++;
        }
        more = answer->caller_listed->has_next;
        if (more) {
            wish.has_cursor = 1;
            wish.cursor.len = answer->caller_listed->next.len;
            memcpy(cursor, answer->caller_listed->next.data, wish.cursor.len);
            wish.cursor.data = cursor;
        }
        assert_true(pages < COUNT);
    }
    assert_int_equal(seen, COUNT);
}

static void test_caller_when_narrowed_then_of_that_channel_alone(void **state)
{
    struct solo *const solo = *state;
    (void)register_by(solo, "wechat", "13812345678", "一");
    const uint64_t second = register_by(solo, "hotline", "13812345678", "二");
    Paidan__CallerList wish = by("13812345678");
    wish.channel = (char *)"hotline";
    const Paidan__Answer *const answer = ask(solo, &wish, "test");
    assert_int_equal(answer->caller_listed->n_tickets, 1);
    assert_int_equal(answer->caller_listed->tickets[0]->ticket, second);
}

/* Who looked is recorded, whether or not there was something to see; the number is not. */
static void test_caller_when_asked_then_recorded_without_the_number(void **state)
{
    struct solo *const solo = *state;
    const uint64_t number = register_by(solo, "hotline", "13812345678", "一");
    (void)callers(solo, "13812345678");
    (void)callers(solo, "13900000000");
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_DISCLOSED, 1);
    assert_int_equal(fact->disclosed->n_tickets, 1);
    assert_int_equal(fact->disclosed->tickets[0], number);
    assert_true(fact->disclosed->by_phone);
    assert_string_equal(fact->disclosed->reason, "接听来电");
    assert_string_equal(fact->cause->actor, "test");
    paidan__event__free_unpacked(fact, NULL);
    fact = solo_fact(solo, PAIDAN__EVENT__FACT_DISCLOSED, 2);
    assert_int_equal(fact->disclosed->n_tickets, 0);
    paidan__event__free_unpacked(fact, NULL);
    assert_int_equal(solo_tally(solo, "disclosed"), 2);
    solo_check_replay(solo);
}

static void test_caller_when_the_wish_is_wrong_then_refused_by_field(void **state)
{
    struct solo *const solo = *state;
    static uint8_t bytes[] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
    (void)register_by(solo, "hotline", "13812345678", "一");
    const uint64_t head = solo_head(solo);
    Paidan__CallerList wish = by("没有号码");
    assert_int_equal(ask(solo, &wish, "test")->code, PAIDAN__CODE__FIELD_INVALID);
    wish = by("13812345678");
    assert_int_equal(ask(solo, &wish, "")->code, PAIDAN__CODE__ACTOR_MISSING);
    wish.reason = (char *)" ";
    assert_int_equal(ask(solo, &wish, "test")->code, PAIDAN__CODE__NOTE_MISSING);
    wish = by("13812345678");
    wish.channel = (char *)"nowhere";
    assert_int_equal(ask(solo, &wish, "test")->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    wish = by("13812345678");
    wish.area = (char *)"nowhere";
    assert_int_equal(ask(solo, &wish, "test")->code, PAIDAN__CODE__AREA_UNKNOWN);
    wish = by("13812345678");
    wish.has_limit = 1;
    wish.limit = CALLER_LIST_MAX + 1;
    assert_int_equal(ask(solo, &wish, "test")->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        wish = by("13812345678");
        wish.has_cursor = 1;
        wish.cursor = (ProtobufCBinaryData){.len = size, .data = bytes};
        assert_int_equal(ask(solo, &wish, "test")->code, PAIDAN__CODE__FIELD_INVALID);
    }
    assert_int_equal(solo_head(solo), head);
}

/* A store from before there was an index gets it when it is opened, as replaying would make it. */
static void test_caller_when_the_store_is_older_then_found_after_it_is_opened(void **state)
{
    struct solo *const solo = *state;
    const uint64_t first = register_by(solo, "hotline", "13812345678", "一");
    (void)register_by(solo, "hotline", "0592-2345678", "二");
    struct store_txn *txn = NULL;
    struct store_walk walk;
    for (bool left = true; left;) {
        unsigned char key[STORE_KEY_BYTES_MAX];
        size_t size = 0;
        assert_int_equal(store_begin(solo_store(solo), true, &txn), RC_OK);
        left = store_walk_open(txn, INTAKE_CALLER, NULL, 0, &walk) == RC_OK;
        if (left) {
            size = walk.key_bytes;
            memcpy(key, walk.key, size);
        }
        store_walk_close(&walk);
        if (left) {
            assert_int_equal(store_del(txn, INTAKE_CALLER, key, size), RC_OK);
        }
        assert_int_equal(store_commit(txn), RC_OK);
    }
    solo_restart(solo);
    const Paidan__CallerListed *const listed = callers(solo, "13812345678");
    assert_int_equal(listed->n_tickets, 1);
    assert_int_equal(listed->tickets[0]->ticket, first);
    assert_int_equal(callers(solo, "05922345678")->n_tickets, 1);
    solo_check_replay(solo);
}

/* ---- 保密 ---- */

static void test_confidential_when_dispatched_then_the_summary_comes_with_the_unit(void **state)
{
    struct solo *const solo = *state;
    struct said said;
    Paidan__NewTicket item = ticket("hotline", NULL, "邻居家半夜装修");
    item.has_confidential = item.confidential = 1;
    uint64_t number = submit_one(solo, &item)->ticket;
    const Paidan__TicketText *text =
        read_texts(solo, &number, 1, false, "test", NULL)->texts->texts[0];
    assert_true(text->confidential);
    assert_null(text->summary);
    say_assigned(solo, &said, number);
    said.assigned.has_confidential = said.assigned.confidential = 1;
    said.assigned.summary = (char *)"3号楼夜间施工扰民，请到场制止";
    solo_flush(solo, NULL);
    text = read_texts(solo, &number, 1, false, "test", NULL)->texts->texts[0];
    assert_string_equal(text->summary, "3号楼夜间施工扰民，请到场制止");
    assert_string_equal(text->text, "邻居家半夜装修"); /* whose words they are, permit judges */
    /* A ruling writes others, to the unit that had it. */
    say_assigned(solo, &said, number);
    said.assigned.summary = (char *)"另一段";
    solo_flush(solo, NULL);
    text = read_texts(solo, &number, 1, false, "test", NULL)->texts->texts[0];
    assert_string_equal(text->summary, "另一段");
    solo_check_replay(solo);
}

static void test_confidential_when_solved_on_the_spot_then_refused(void **state)
{
    struct solo *const solo = *state;
    Paidan__NewTicket item = ticket("hotline", NULL, "当场解决");
    item.has_confidential = item.confidential = 1;
    item.spot_unit = solo_site()->units[0].code;
    item.spot_note = (char *)"已清理";
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__FIELD_INVALID);
    assert_string_equal(result->detail, "confidential");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_caller_when_listed_then_open_first_and_each_form_of_the_number),
        TEST(test_caller_when_many_then_page_by_page_each_once),
        TEST(test_caller_when_narrowed_then_of_that_channel_alone),
        TEST(test_caller_when_asked_then_recorded_without_the_number),
        TEST(test_caller_when_the_wish_is_wrong_then_refused_by_field),
        TEST(test_caller_when_the_store_is_older_then_found_after_it_is_opened),
        TEST(test_confidential_when_dispatched_then_the_summary_comes_with_the_unit),
        TEST(test_confidential_when_solved_on_the_spot_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
