/* intake_core: stories of tickets coming in, and what intake refuses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/number.h"
#include "intake.h"
#include "intake_state.h"
#include "solo.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull
#define HOUR_MS 3600000ull

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

/* ---- wishes ------------------------------------------------------------------------------------
 */

static Paidan__NewTicket ticket(const char *channel, const char *external_id, const char *text)
{
    Paidan__NewTicket item = PAIDAN__NEW_TICKET__INIT;
    item.channel = (char *)channel;
    item.external_id = (char *)external_id;
    item.text = (char *)text;
    return item;
}

static const Paidan__Answer *submit_list(struct solo *solo, Paidan__NewTicket **list, size_t count,
                                         const char *request_id)
{
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    wish.tickets = list;
    wish.n_tickets = count;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    if (request_id != NULL) {
        request.has_request_id = 1;
        request.request_id = (ProtobufCBinaryData){REQUEST_ID_BYTES, (uint8_t *)request_id};
    }
    return solo_call(solo, &request);
}

static const Paidan__SubmitResult *submit_one(struct solo *solo, Paidan__NewTicket *item)
{
    const Paidan__Answer *const answer = submit_list(solo, &item, 1, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->submitted->n_results, 1);
    return answer->submitted->results[0];
}

static uint64_t submit(struct solo *solo, const char *channel, const char *external_id,
                       const char *text)
{
    Paidan__NewTicket item = ticket(channel, external_id, text);
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    return result->ticket;
}

static const Paidan__Answer *supplement(struct solo *solo, uint64_t number, const char *text,
                                        const char *query_code)
{
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    wish.ticket = number;
    wish.text = (char *)text;
    wish.query_code = (char *)query_code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &wish;
    return solo_call(solo, &request);
}

static const Paidan__Answer *chase(struct solo *solo, uint64_t number, const char *query_code)
{
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    wish.ticket = number;
    wish.query_code = (char *)query_code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &wish;
    return solo_call(solo, &request);
}

static void fill_withdraw(Paidan__Request *request, Paidan__Withdraw *wish, uint64_t number)
{
    paidan__withdraw__init(wish);
    wish->ticket = number;
    paidan__request__init(request);
    request->wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request->withdraw = wish;
}

static const Paidan__Answer *withdraw(struct solo *solo, uint64_t number)
{
    Paidan__Withdraw wish;
    Paidan__Request request;
    fill_withdraw(&request, &wish, number);
    return solo_call(solo, &request);
}

static const Paidan__Answer *lookup(struct solo *solo, uint64_t number, const char *query_code)
{
    Paidan__Lookup wish = PAIDAN__LOOKUP__INIT;
    wish.has_ticket = 1;
    wish.ticket = number;
    wish.query_code = (char *)query_code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &wish;
    return solo_query(solo, &request);
}

static const Paidan__Answer *lookup_external(struct solo *solo, const char *channel,
                                             const char *external_id)
{
    Paidan__Lookup wish = PAIDAN__LOOKUP__INIT;
    wish.channel = (char *)channel;
    wish.external_id = (char *)external_id;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &wish;
    return solo_query(solo, &request);
}

static const Paidan__Answer *read_texts(struct solo *solo, uint64_t *tickets, size_t count,
                                        bool phones, const char *reason, const char *actor)
{
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    wish.tickets = tickets;
    wish.n_tickets = count;
    wish.reason = (char *)reason;
    wish.has_phones = phones;
    wish.phones = phones;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    request.actor = (char *)actor;
    assert_int_equal(intake_service.changes(&request), phones);
    return phones ? solo_call(solo, &request) : solo_query(solo, &request);
}

static Paidan__State state_of(struct solo *solo, uint64_t number)
{
    const Paidan__Answer *const answer = read_texts(solo, &number, 1, false, "test", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->texts->texts[0]->state;
}

/* ---- what escalation says ----------------------------------------------------------------------
 */

struct said {
    Paidan__Event event;
    Paidan__Assigned assigned;
    Paidan__Assignment to;
    Paidan__Accepted accepted;
    Paidan__Resolved resolved;
    Paidan__Returned returned;
    Paidan__Raised raised;
    Paidan__Closed closed;
};

static void begin(struct said *said, uint64_t number, Paidan__Event__FactCase fact)
{
    paidan__event__init(&said->event);
    said->event.has_ticket = 1;
    said->event.ticket = number;
    said->event.fact_case = fact;
}

static void say_assigned(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_ASSIGNED);
    paidan__assignment__init(&said->to);
    paidan__assigned__init(&said->assigned);
    said->assigned.to = &said->to;
    said->event.assigned = &said->assigned;
    solo_say(solo, "escalation", &said->event);
}

static void say_accepted(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_ACCEPTED);
    paidan__accepted__init(&said->accepted);
    said->event.accepted = &said->accepted;
    solo_say(solo, "escalation", &said->event);
}

static void say_returned(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RETURNED);
    paidan__returned__init(&said->returned);
    said->event.returned = &said->returned;
    solo_say(solo, "escalation", &said->event);
}

static void say_raised(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RAISED);
    paidan__raised__init(&said->raised);
    said->event.raised = &said->raised;
    solo_say(solo, "escalation", &said->event);
}

static void say_resolved(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RESOLVED);
    paidan__resolved__init(&said->resolved);
    said->event.resolved = &said->resolved;
    solo_say(solo, "escalation", &said->event);
}

static void say_closed(struct solo *solo, struct said *said, uint64_t number,
                       Paidan__Outcome outcome)
{
    begin(said, number, PAIDAN__EVENT__FACT_CLOSED);
    paidan__closed__init(&said->closed);
    said->closed.outcome = outcome;
    said->event.closed = &said->closed;
    solo_say(solo, "escalation", &said->event);
}

/* ---- stories -----------------------------------------------------------------------------------
 */

static void test_ticket_when_it_lives_then_its_trace_is_the_golden_one(void **context)
{
    struct solo *const solo = *context;
    struct said said[4];
    solo_trace(solo);
    Paidan__NewTicket item = ticket("wechat", "wx-1", "三叉街联邦新城3栋水管爆了。请尽快来修");
    item.place = (char *)"三叉街联邦新城3栋";
    item.phone = (char *)"13812345678";
    item.reporter = (char *)"王小明";
    item.category_hint = (char *)"water";
    item.area_hint = (char *)"sanchajie";
    assert_int_equal(submit_one(solo, &item)->ticket, FIRST);
    Paidan__NewTicket titled = ticket("hotline", NULL, "楼道灯坏了，请联系13900000000");
    titled.title = (char *)"楼道灯坏，电话13900000000";
    assert_int_equal(submit_one(solo, &titled)->ticket, FIRST + 1);

    solo_note(solo, "escalation takes it, the resident adds and asks for haste");
    solo_advance(solo, HOUR_MS);
    say_assigned(solo, &said[0], FIRST);
    say_assigned(solo, &said[1], FIRST + 1);
    say_accepted(solo, &said[2], FIRST);
    solo_flush(solo, NULL);
    solo_advance(solo, HOUR_MS);
    assert_int_equal(supplement(solo, FIRST, "现在漏到二楼了", NULL)->code, PAIDAN__CODE__OK);
    assert_int_equal(chase(solo, FIRST, NULL)->code, PAIDAN__CODE__OK);
    solo_restart(solo);
    assert_int_equal(chase(solo, FIRST, NULL)->code, PAIDAN__CODE__OK);

    solo_note(solo, "one is solved, the other taken back");
    say_resolved(solo, &said[0], FIRST);
    say_closed(solo, &said[1], FIRST, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    solo_flush(solo, NULL);
    assert_int_equal(withdraw(solo, FIRST + 1)->code, PAIDAN__CODE__OK);
    say_accepted(solo, &said[0], FIRST + 1);
    solo_flush(solo, NULL);
    say_closed(solo, &said[0], FIRST + 1, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    solo_flush(solo, NULL);

    solo_note(solo, "what cannot be is refused visibly");
    say_accepted(solo, &said[0], FIRST);
    say_accepted(solo, &said[1], FIRST + 7);
    solo_flush(solo, NULL);

    solo_note(solo, "a clerk reads the phone");
    uint64_t tickets[] = {FIRST, FIRST + 7};
    assert_int_equal(read_texts(solo, tickets, 2, true, "回访", NULL)->code, PAIDAN__CODE__OK);

    assert_int_equal(solo_tally(solo, "registered"), 2);
    assert_int_equal(solo_tally(solo, "supplements"), 1);
    assert_int_equal(solo_tally(solo, "chases"), 2);
    assert_int_equal(solo_tally(solo, "withdrawals"), 1);
    assert_int_equal(solo_tally(solo, "disclosed"), 1);
    assert_int_equal(solo_tally(solo, "records_refused"), 2);
    assert_int_equal(solo_tally(solo, "waiting"), 0);
    assert_int_equal(solo_tally(solo, "closed"), 1);
    assert_int_equal(solo_tally(solo, "withdrawn"), 1);
    solo_check(solo, "intake_story");
}

static void test_submit_when_repeated_with_the_same_id_then_the_same_bytes(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket item = ticket("wechat", NULL, "垃圾没人清运");
    Paidan__NewTicket *list[] = {&item};
    size_t first_bytes = 0, second_bytes = 0;
    (void)submit_list(solo, list, 1, "0123456789abcdef");
    const unsigned char *bytes = solo_bytes(solo, &first_bytes);
    unsigned char first[256];
    assert_true(first_bytes <= sizeof first);
    memcpy(first, bytes, first_bytes);
    const uint64_t head = solo_head(solo);
    solo_restart(solo);
    const Paidan__Answer *const again = submit_list(solo, list, 1, "0123456789abcdef");
    assert_int_equal(again->submitted->results[0]->ticket, FIRST);
    (void)solo_bytes(solo, &second_bytes);
    assert_int_equal(first_bytes, second_bytes);
    assert_int_equal(solo_head(solo), head);
    assert_int_equal(solo_tally(solo, "registered"), 1);
    solo_check_replay(solo);
}

static void test_submit_when_duplicate_then_first_ticket_and_its_code(void **context)
{
    struct solo *const solo = *context;
    char code[QUERY_CODE_BYTES];
    Paidan__NewTicket item = ticket("wechat", "wx-9", "路灯不亮");
    const Paidan__SubmitResult *result = submit_one(solo, &item);
    assert_false(result->has_duplicate);
    memcpy(code, result->query_code, sizeof code);

    result = submit_one(solo, &item);
    assert_true(result->has_duplicate && result->duplicate);
    assert_int_equal(result->ticket, FIRST);
    assert_string_equal(result->query_code, code);

    item.text = (char *)"路灯不亮了";
    result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__EXTERNAL_ID_CONFLICT);
    assert_int_equal(result->ticket, FIRST);
    assert_null(result->query_code);

    /* The same external id of another channel is another complaint. */
    item.channel = (char *)"hotline";
    result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    assert_int_equal(result->ticket, FIRST + 1);
    assert_int_equal(solo_tally(solo, "registered"), 2);
    solo_check_replay(solo);
}

static void test_submit_when_one_batch_repeats_itself_then_judged_in_order(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket items[] = {
        ticket("wechat", "a", "井盖缺失"), ticket("wechat", "a", "井盖缺失"),
        ticket("wechat", "a", "井盖松动"), ticket("nowhere", "a", "井盖缺失"),
        ticket("wechat", "b", " 　\n"),    ticket("wechat", "b", "噪音扰民"),
    };
    Paidan__NewTicket *list[6];
    for (size_t index = 0; index < 6; index++) {
        list[index] = &items[index];
    }
    const Paidan__Answer *const answer = submit_list(solo, list, 6, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->submitted->n_results, 6);
    Paidan__SubmitResult **const results = answer->submitted->results;
    assert_int_equal(results[0]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[0]->ticket, FIRST);
    assert_int_equal(results[1]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[1]->duplicate, 1);
    assert_int_equal(results[1]->ticket, FIRST);
    assert_string_equal(results[1]->query_code, results[0]->query_code);
    assert_int_equal(results[2]->code, PAIDAN__CODE__EXTERNAL_ID_CONFLICT);
    assert_int_equal(results[3]->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(results[4]->code, PAIDAN__CODE__TEXT_EMPTY);
    assert_int_equal(results[5]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[5]->ticket, FIRST + 1);
    assert_string_not_equal(results[5]->query_code, results[0]->query_code);
    solo_check_replay(solo);
}

static void test_submit_when_the_day_changes_then_numbers_begin_again(void **context)
{
    struct solo *const solo = *context;
    assert_int_equal(submit(solo, "wechat", NULL, "一"), FIRST);
    solo_set_time(solo, START_MS + 15 * HOUR_MS - 1); /* 23:59:59.999 in +08:00 */
    assert_int_equal(submit(solo, "wechat", NULL, "二"), FIRST + 1);
    solo_set_time(solo, START_MS + 15 * HOUR_MS);
    assert_int_equal(submit(solo, "wechat", NULL, "三"), 2026112300000001ull);
    /* A clock that goes back changes nothing: the stored time counts. */
    solo_set_time(solo, START_MS);
    assert_int_equal(submit(solo, "wechat", NULL, "四"), 2026112300000002ull);
    solo_check_replay(solo);
}

static void test_submit_when_the_offset_moves_back_then_numbers_go_on(void **context)
{
    struct solo *const solo = *context;
    struct site west = *solo_site();
    assert_int_equal(submit(solo, "wechat", NULL, "一"), FIRST);
    west.utc_offset_ms = -(int64_t)(8 * HOUR_MS); /* there it is still the 21st */
    assert_int_equal(step_engine_set_site(solo_engine(solo), &west), RC_OK);
    assert_int_equal(submit(solo, "wechat", NULL, "二"), FIRST + 1);
    solo_check_replay(solo);
}

static void test_submit_when_4096_in_one_request_then_all_have_numbers(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = SUBMIT_TICKETS_MAX };
    static Paidan__NewTicket items[COUNT + 1];
    static Paidan__NewTicket *list[COUNT + 1];
    static char ids[COUNT + 1][16];
    for (unsigned index = 0; index <= COUNT; index++) {
        (void)snprintf(ids[index], sizeof ids[index], "id-%u", index);
        items[index] = ticket("device", ids[index], "水位超过警戒线");
        list[index] = &items[index];
    }
    assert_int_equal(submit_list(solo, list, COUNT + 1, NULL)->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(solo_tally(solo, "registered"), 0);
    const Paidan__Answer *const answer = submit_list(solo, list, COUNT, NULL);
    assert_int_equal(answer->submitted->n_results, COUNT);
    for (unsigned index = 0; index < COUNT; index++) {
        assert_int_equal(answer->submitted->results[index]->code, PAIDAN__CODE__OK);
        assert_int_equal(answer->submitted->results[index]->ticket, FIRST + index);
    }
    assert_int_equal(submit_list(solo, list, 0, NULL)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(solo_tally(solo, "registered"), COUNT);
    solo_check_replay(solo);
}

static Paidan__Code judge(struct solo *solo, Paidan__NewTicket *item, const char *field)
{
    const Paidan__SubmitResult *const result = submit_one(solo, item);
    if (field != NULL) {
        assert_string_equal(result->detail, field);
    }
    return result->code;
}

static void test_submit_when_a_field_is_wrong_then_its_code_and_name(void **context)
{
    struct solo *const solo = *context;
    char *const longest = calloc(1, TEXT_BYTES_MAX + 2);
    assert_non_null(longest);
    memset(longest, 'x', TEXT_BYTES_MAX);
    Paidan__NewTicket item = ticket("wechat", NULL, longest);
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    longest[TEXT_BYTES_MAX] = 'x';
    assert_int_equal(judge(solo, &item, "text"), PAIDAN__CODE__TEXT_TOO_LONG);

    item = ticket("wechat", "", "正文");
    assert_int_equal(judge(solo, &item, "external_id"), PAIDAN__CODE__FIELD_INVALID);
    item.external_id = longest + TEXT_BYTES_MAX - EXTERNAL_ID_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "external_id"), PAIDAN__CODE__FIELD_TOO_LONG);

    item = ticket("wechat", NULL, "正文");
    item.place = longest + TEXT_BYTES_MAX - PLACE_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "place"), PAIDAN__CODE__FIELD_TOO_LONG);
    item.place = longest + TEXT_BYTES_MAX - PLACE_BYTES_MAX + 1;
    item.reporter = longest + TEXT_BYTES_MAX - REPORTER_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "reporter"), PAIDAN__CODE__FIELD_TOO_LONG);
    item.reporter = longest + TEXT_BYTES_MAX - REPORTER_BYTES_MAX + 1;
    item.title = longest + TEXT_BYTES_MAX - GIVEN_TITLE_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "title"), PAIDAN__CODE__FIELD_TOO_LONG);
    item.title = longest + TEXT_BYTES_MAX - GIVEN_TITLE_BYTES_MAX + 1;
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);

    item = ticket("wechat", NULL, "正文");
    item.phone = (char *)"12";
    assert_int_equal(judge(solo, &item, "phone"), PAIDAN__CODE__FIELD_INVALID);
    item.phone = (char *)"0591-8765x432";
    assert_int_equal(judge(solo, &item, "phone"), PAIDAN__CODE__FIELD_INVALID);
    item.phone = (char *)"+86 (0591) 8765-4321";
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);

    item = ticket("wechat", NULL, "正文");
    item.has_occurred_ms = 1;
    item.occurred_ms = START_MS + 24 * HOUR_MS + 1;
    assert_int_equal(judge(solo, &item, "occurred_ms"), PAIDAN__CODE__FIELD_INVALID);
    item.occurred_ms = START_MS + 24 * HOUR_MS;
    item.category_hint = (char *)"nothing";
    assert_int_equal(judge(solo, &item, "category_hint"), PAIDAN__CODE__CATEGORY_UNKNOWN);
    item.category_hint = (char *)"water";
    item.area_hint = (char *)"nowhere";
    assert_int_equal(judge(solo, &item, "area_hint"), PAIDAN__CODE__AREA_UNKNOWN);
    item.area_hint = (char *)"sanchajie";
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    free(longest);
    solo_check_replay(solo);
}

static Paidan__Code attach(struct solo *solo, const char *name, const char *url, size_t digest)
{
    static uint8_t bytes[64];
    Paidan__Attachment attachment = PAIDAN__ATTACHMENT__INIT;
    Paidan__Attachment *list[] = {&attachment};
    attachment.name = (char *)name;
    attachment.url = (char *)url;
    attachment.has_digest = digest > 0;
    attachment.digest = (ProtobufCBinaryData){digest, bytes};
    Paidan__NewTicket item = ticket("wechat", NULL, "见照片");
    item.attachments = list;
    item.n_attachments = 1;
    return submit_one(solo, &item)->code;
}

static void test_submit_when_an_attachment_is_wrong_then_refused(void **context)
{
    struct solo *const solo = *context;
    assert_int_equal(attach(solo, "a.jpg", "https://x.example/a.jpg", 32), PAIDAN__CODE__OK);
    assert_int_equal(attach(solo, "a.jpg", "wxmedia:1234", 0), PAIDAN__CODE__OK);
    assert_int_equal(attach(solo, "", "https://x.example/a", 0), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(attach(solo, "a", "https://x.example/a", 31), PAIDAN__CODE__FIELD_INVALID);
    static const char *const wrong[] = {
        "",          ":x",         "//x",           "/etc/passwd",
        "https:",    "1a:b",       "javascript:x",  "JavaScript:x",
        "data:,abc", "vbscript:x", "https://x/a b", "https://x/a\n"};
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        assert_int_equal(attach(solo, "a", wrong[index], 0), PAIDAN__CODE__FIELD_INVALID);
    }
    Paidan__Attachment one = PAIDAN__ATTACHMENT__INIT;
    one.name = (char *)"a";
    one.url = (char *)"https://x.example/a";
    Paidan__Attachment *many[ATTACHMENTS_MAX + 1];
    for (size_t index = 0; index <= ATTACHMENTS_MAX; index++) {
        many[index] = &one;
    }
    Paidan__NewTicket item = ticket("wechat", NULL, "见照片");
    item.attachments = many;
    item.n_attachments = ATTACHMENTS_MAX + 1;
    assert_int_equal(judge(solo, &item, "attachments"), PAIDAN__CODE__TOO_MANY_ITEMS);
    item.n_attachments = ATTACHMENTS_MAX;
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    solo_check_replay(solo);
}

static void
test_submit_when_space_or_time_is_short_then_only_new_tickets_are_refused(void **context)
{
    struct solo *const solo = *context;
    const uint64_t number = submit(solo, "wechat", "wx-1", "一");
    Paidan__NewTicket item = ticket("wechat", "wx-1", "一");
    Paidan__NewTicket *list[] = {&item};
    solo_conditions(solo, true, 0);
    const Paidan__Answer *answer = submit_list(solo, list, 1, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__STORAGE_FULL);
    assert_true(answer->retry_after_ms > 0);
    assert_int_equal(supplement(solo, number, "补充", NULL)->code, PAIDAN__CODE__OK);
    solo_conditions(solo, false, 1500);
    answer = submit_list(solo, list, 1, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OVERLOADED);
    assert_int_equal(answer->retry_after_ms, 1500);
    assert_null(answer->submitted);
    assert_int_equal(chase(solo, number, NULL)->code, PAIDAN__CODE__OK);
    assert_int_equal(withdraw(solo, number)->code, PAIDAN__CODE__OK);
    assert_int_equal(solo_tally(solo, "registered"), 1);
    solo_check_replay(solo);
}

static void test_wish_when_ticket_or_code_is_wrong_then_numbers_cannot_be_tried(void **context)
{
    struct solo *const solo = *context;
    char code[QUERY_CODE_BYTES];
    Paidan__NewTicket item = ticket("wechat", "wx-1", "一");
    memcpy(code, submit_one(solo, &item)->query_code, sizeof code);
    const char *const wrong = strcmp(code, "AAAAAA") == 0 ? "BBBBBB" : "AAAAAA";
    assert_int_equal(lookup(solo, FIRST, code)->code, PAIDAN__CODE__OK);
    assert_int_equal(lookup(solo, FIRST, wrong)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup(solo, FIRST + 1, code)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup(solo, FIRST, NULL)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup(solo, FIRST + 1, NULL)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup_external(solo, "wechat", "wx-1")->looked_up->ticket, FIRST);
    assert_int_equal(lookup_external(solo, "hotline", "wx-1")->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(lookup_external(solo, "wechat", NULL)->code, PAIDAN__CODE__FIELD_INVALID);

    assert_int_equal(chase(solo, FIRST, wrong)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(chase(solo, FIRST + 1, code)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(chase(solo, FIRST + 1, NULL)->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(supplement(solo, FIRST, "补", wrong)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(supplement(solo, FIRST, "　", code)->code, PAIDAN__CODE__TEXT_EMPTY);
    assert_int_equal(withdraw(solo, FIRST + 1)->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(solo_tally(solo, "chases"), 0);
    assert_int_equal(chase(solo, FIRST, code)->code, PAIDAN__CODE__OK);
    const Paidan__Answer *const found = lookup(solo, FIRST, code);
    assert_int_equal(found->looked_up->chases, 1);
    assert_int_equal(found->looked_up->state, PAIDAN__STATE__STATE_NONE);
    assert_string_equal(found->looked_up->title, "一");
    solo_check_replay(solo);
}

static void test_wish_when_ticket_is_over_then_refused_with_its_state(void **context)
{
    struct solo *const solo = *context;
    struct said said;
    const uint64_t closed = submit(solo, "wechat", NULL, "一");
    const uint64_t taken_back = submit(solo, "wechat", NULL, "二");
    say_closed(solo, &said, closed, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    solo_flush(solo, NULL);
    assert_int_equal(withdraw(solo, taken_back)->code, PAIDAN__CODE__OK);
    const uint64_t head = solo_head(solo);
    const Paidan__Answer *answer = supplement(solo, closed, "补充", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_string_equal(answer->detail, "CLOSED");
    answer = withdraw(solo, taken_back);
    assert_int_equal(answer->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_string_equal(answer->detail, "WITHDRAWN");
    assert_int_equal(chase(solo, closed, NULL)->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(chase(solo, taken_back, NULL)->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(withdraw(solo, closed)->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(solo_head(solo), head);
    solo_check_replay(solo);
}

static void test_supplement_when_too_many_then_refused_and_the_newest_are_read(void **context)
{
    struct solo *const solo = *context;
    uint64_t number = submit(solo, "wechat", NULL, "一");
    char text[32];
    for (unsigned index = 1; index <= SUPPLEMENTS_MAX; index++) {
        (void)snprintf(text, sizeof text, "补充%u", index);
        assert_int_equal(supplement(solo, number, text, NULL)->code, PAIDAN__CODE__OK);
    }
    const Paidan__Answer *answer = supplement(solo, number, "再补充", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_string_equal(answer->detail, "supplements");
    answer = read_texts(solo, &number, 1, false, "办理", NULL);
    const Paidan__TicketText *const read = answer->texts->texts[0];
    assert_int_equal(read->n_supplements, INTAKE_RECENT_MAX);
    assert_string_equal(read->supplements[0], "补充969");
    assert_string_equal(read->supplements[INTAKE_RECENT_MAX - 1], "补充1000");
    solo_check_replay(solo);
}

static void test_receipts_when_many_in_one_step_then_one_fact_with_the_last_states(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = 200 };
    static struct said said[COUNT * 2];
    for (unsigned index = 0; index < COUNT; index++) {
        assert_int_equal(submit(solo, "wechat", NULL, "一"), FIRST + index);
    }
    const uint64_t head = solo_head(solo);
    for (unsigned index = 0; index < COUNT; index++) {
        say_assigned(solo, &said[index], FIRST + index);
        say_accepted(solo, &said[COUNT + index], FIRST + (index * 7) % COUNT);
    }
    solo_flush(solo, NULL);
    assert_int_equal(solo_head(solo), head + 1);
    assert_int_equal(solo_tally(solo, "accepted") + solo_tally(solo, "assigned"), COUNT);
    /* The same again says nothing. */
    const uint64_t accepted = solo_tally(solo, "accepted");
    uint64_t quiet = 0;
    for (unsigned index = 0; index < COUNT && quiet == 0; index++) {
        if (state_of(solo, FIRST + index) == PAIDAN__STATE__STATE_ACCEPTED) {
            quiet = FIRST + index;
        }
    }
    say_accepted(solo, &said[0], quiet);
    solo_flush(solo, NULL);
    assert_int_equal(solo_head(solo), head + 1);
    assert_int_equal(solo_tally(solo, "accepted"), accepted);
    solo_check_replay(solo);
}

static void
test_receipts_when_the_resident_withdraws_in_the_same_step_then_withdrawn(void **context)
{
    struct solo *const solo = *context;
    struct said said[2];
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    Paidan__Withdraw wish;
    Paidan__Request request;
    fill_withdraw(&request, &wish, number);
    say_assigned(solo, &said[0], number);
    assert_int_equal(solo_flush(solo, &request)->code, PAIDAN__CODE__OK);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_WITHDRAWN);
    /* Escalation closed it before it heard of that: so it is. */
    say_resolved(solo, &said[0], number);
    say_closed(solo, &said[1], number, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_CLOSED);
    assert_int_equal(solo_tally(solo, "closed"), 1);
    assert_int_equal(solo_tally(solo, "withdrawn"), 0);
    assert_int_equal(solo_tally(solo, "records_refused"), 0);
    solo_check_replay(solo);
}

static void test_receipts_when_the_ticket_goes_up_and_back_then_as_last_said(void **context)
{
    struct solo *const solo = *context;
    struct said said;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    say_accepted(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ACCEPTED);
    say_returned(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_RETURNED);
    say_raised(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ASSIGNED);
    say_resolved(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_RESOLVED);
    solo_check_replay(solo);
}

static void test_read_texts_when_not_disclosed_then_masked_and_nothing_said(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket item = ticket("wechat", "wx-1", "家里没水，电话13812345678");
    item.phone = (char *)"13812345678";
    item.reporter = (char *)"王小明";
    item.place = (char *)"3栋";
    item.title = (char *)"家里没水，我的电话是13812345678";
    (void)submit_one(solo, &item);
    const uint64_t head = solo_head(solo);
    uint64_t tickets[] = {FIRST, 5};
    const Paidan__Answer *answer = read_texts(solo, tickets, 2, false, "", NULL);
    assert_int_equal(answer->texts->n_texts, 2);
    const Paidan__TicketText *const text = answer->texts->texts[0];
    assert_string_equal(text->text, item.text);
    assert_string_equal(text->phone, "138****5678");
    assert_string_equal(text->reporter, "王**");
    assert_string_equal(text->title, item.title);
    assert_int_equal(answer->texts->texts[1]->ticket, 5);
    assert_null(answer->texts->texts[1]->text);
    assert_int_equal(solo_head(solo), head);
    assert_null(strstr(lookup_external(solo, "wechat", "wx-1")->looked_up->title, "138"));

    answer = read_texts(solo, tickets, 2, true, "回访", "clerk");
    assert_string_equal(answer->texts->texts[0]->phone, "13812345678");
    assert_string_equal(answer->texts->texts[0]->reporter, "王小明");
    assert_int_equal(solo_head(solo), head + 1); /* the fact alone: the answer is not stored */
    assert_int_equal(solo_tally(solo, "disclosed"), 1);
    assert_int_equal(read_texts(solo, tickets, 2, true, " ", "clerk")->code,
                     PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(read_texts(solo, tickets, 2, true, "回访", "")->code,
                     PAIDAN__CODE__ACTOR_MISSING);
    assert_int_equal(read_texts(solo, tickets, 0, false, "回访", NULL)->code,
                     PAIDAN__CODE__FIELD_INVALID);
    static uint64_t many[READ_TEXTS_MAX + 1];
    assert_int_equal(read_texts(solo, many, READ_TEXTS_MAX + 1, false, "回访", NULL)->code,
                     PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(read_texts(solo, many, READ_TEXTS_MAX, true, "回访", NULL)->code,
                     PAIDAN__CODE__OK);
    assert_int_equal(solo_head(solo), head + 1); /* none of them exists: nothing was disclosed */
    solo_check_replay(solo);
}

static void test_read_texts_when_more_than_a_frame_then_the_rest_is_asked_for_again(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = 100 };
    uint64_t tickets[COUNT];
    char *const text = calloc(1, TEXT_BYTES_MAX + 1);
    assert_non_null(text);
    memset(text, 'x', TEXT_BYTES_MAX);
    for (unsigned index = 0; index < COUNT; index++) {
        tickets[index] = submit(solo, "wechat", NULL, text);
    }
    size_t read = 0;
    unsigned answers = 0;
    while (read < COUNT) {
        const Paidan__Answer *const answer =
            read_texts(solo, tickets + read, COUNT - read, true, "迁移", NULL);
        size_t bytes = 0;
        (void)solo_bytes(solo, &bytes);
        assert_true(bytes <= FRAME_BYTES_MAX);
        assert_true(answer->texts->n_texts > 0);
        for (size_t index = 0; index < answer->texts->n_texts; index++) {
            assert_int_equal(answer->texts->texts[index]->ticket, tickets[read + index]);
        }
        read += answer->texts->n_texts;
        answers++;
    }
    assert_true(answers > 1);
    assert_int_equal(solo_tally(solo, "disclosed"), COUNT);
    free(text);
    solo_check_replay(solo);
}

/* The day's last number is given out, the next ticket is refused, the next day begins at 1. */
static void test_submit_when_the_day_has_no_numbers_left_then_exhausted(void **context)
{
    struct solo *const solo = *context;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = (char *)"wechat";
    fact.text = (char *)"一";
    fact.title = (char *)"一";
    fact.query_code = (char *)"ABCDEF";
    event.has_ticket = 1;
    event.ticket = FIRST - 1 + 99999998;
    event.at_ms = START_MS;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    struct store_txn *txn = NULL;
    struct tally tally;
    assert_int_equal(store_begin(solo_store(solo), true, &txn), RC_OK);
    assert_int_equal(tally_load(txn, &tally), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    assert_int_equal(intake_service.evolve(&fold, 1, &event), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    assert_int_equal(submit(solo, "wechat", NULL, "二"), FIRST - 1 + 99999999);
    Paidan__NewTicket item = ticket("wechat", NULL, "三");
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__NUMBERS_EXHAUSTED);
    assert_false(result->has_ticket);
    solo_set_time(solo, START_MS + 24 * HOUR_MS);
    assert_int_equal(submit(solo, "wechat", NULL, "四"), 2026112300000001ull);
}

/* Folding refuses facts that contradict the tables instead of guessing. */
static void test_evolve_when_a_fact_contradicts_the_tables_then_corrupt(void **context)
{
    struct solo *const solo = *context;
    const uint64_t number = submit(solo, "wechat", "wx-1", "一");
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {0}};
    assert_int_equal(store_begin(solo_store(solo), true, &txn), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &chased;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* chain broken */
    event.ticket = number + 1;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* unknown */
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    registered.channel = (char *)"wechat";
    registered.text = (char *)"一";
    registered.query_code = (char *)"ABCDEF";
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &registered;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* number taken */
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* not ours */
    Paidan__Receipt receipt = PAIDAN__RECEIPT__INIT;
    Paidan__Receipt *list[] = {&receipt};
    Paidan__Receipts receipts = PAIDAN__RECEIPTS__INIT;
    receipts.n_receipts = 1;
    receipts.receipts = list;
    receipt.ticket = number;
    receipt.state = PAIDAN__STATE__STATE_NONE;
    event.fact_case = PAIDAN__EVENT__FACT_RECEIPTS;
    event.receipts = &receipts;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* no news */
    store_abort(txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_ticket_when_it_lives_then_its_trace_is_the_golden_one),
        CASE(test_submit_when_repeated_with_the_same_id_then_the_same_bytes),
        CASE(test_submit_when_duplicate_then_first_ticket_and_its_code),
        CASE(test_submit_when_one_batch_repeats_itself_then_judged_in_order),
        CASE(test_submit_when_the_day_changes_then_numbers_begin_again),
        CASE(test_submit_when_the_offset_moves_back_then_numbers_go_on),
        CASE(test_submit_when_4096_in_one_request_then_all_have_numbers),
        CASE(test_submit_when_a_field_is_wrong_then_its_code_and_name),
        CASE(test_submit_when_an_attachment_is_wrong_then_refused),
        CASE(test_submit_when_space_or_time_is_short_then_only_new_tickets_are_refused),
        CASE(test_wish_when_ticket_or_code_is_wrong_then_numbers_cannot_be_tried),
        CASE(test_wish_when_ticket_is_over_then_refused_with_its_state),
        CASE(test_supplement_when_too_many_then_refused_and_the_newest_are_read),
        CASE(test_receipts_when_many_in_one_step_then_one_fact_with_the_last_states),
        CASE(test_receipts_when_the_resident_withdraws_in_the_same_step_then_withdrawn),
        CASE(test_receipts_when_the_ticket_goes_up_and_back_then_as_last_said),
        CASE(test_read_texts_when_not_disclosed_then_masked_and_nothing_said),
        CASE(test_read_texts_when_more_than_a_frame_then_the_rest_is_asked_for_again),
        CASE(test_submit_when_the_day_has_no_numbers_left_then_exhausted),
        CASE(test_evolve_when_a_fact_contradicts_the_tables_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
