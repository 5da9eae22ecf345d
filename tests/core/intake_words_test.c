/* intake_reading: what residents said stays with the ticket for whoever works on it, and whoever reads
 * the log with its texts is recorded before. */

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

static void chase_saying(struct solo *solo, const char *note, const char *actor)
{
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    wish.ticket = FIRST;
    wish.note = (char *)note;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &wish;
    request.actor = (char *)actor;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

static void withdraw_saying(struct solo *solo, const char *note)
{
    Paidan__Withdraw wish;
    Paidan__Request request;
    fill_withdraw(&request, &wish, FIRST);
    wish.note = (char *)note;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

static const Paidan__TicketText *text_of(struct solo *solo)
{
    static uint64_t number = FIRST;
    const Paidan__Answer *const answer = read_texts(solo, &number, 1, false, "show", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->texts->texts[0];
}

static const Paidan__Answer *read_log(struct solo *solo, uint64_t from, uint64_t until,
                                      const char *reason, const char *actor)
{
    Paidan__ReadLog wish = PAIDAN__READ_LOG__INIT;
    wish.from_seq = from;
    wish.has_until_seq = until != 0;
    wish.until_seq = until;
    wish.reason = (char *)reason;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_LOG;
    request.read_log = &wish;
    request.actor = (char *)actor;
    return solo_call(solo, &request);
}

static void test_words_when_said_later_then_each_with_its_moment(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket item = ticket("wechat", NULL, "家里没水");
    item.has_occurred_ms = 1;
    item.occurred_ms = START_MS - HOUR_MS;
    (void)submit_one(solo, &item);
    assert_int_equal(text_of(solo)->n_said, 0);
    solo_advance(solo, HOUR_MS);
    chase_saying(solo, "老人在家，急", "李四");
    solo_advance(solo, HOUR_MS);
    assert_int_equal(supplement(solo, FIRST, "现在漏到二楼了", NULL)->code, PAIDAN__CODE__OK);
    chase_saying(solo, NULL, NULL);
    solo_advance(solo, HOUR_MS);
    withdraw_saying(solo, "邻居修好了");

    const Paidan__TicketText *const text = text_of(solo);
    assert_int_equal(text->occurred_ms, item.occurred_ms);
    assert_int_equal(text->n_supplements, 1);
    assert_int_equal(text->n_supplements_ms, 1);
    assert_int_equal(text->supplements_ms[0], START_MS + 2 * HOUR_MS);
    assert_int_equal(text->n_said, 3);
    assert_int_equal(text->said[0]->kind, PAIDAN__SAID_KIND__SAID_CHASE);
    assert_string_equal(text->said[0]->note, "老人在家，急");
    assert_string_equal(text->said[0]->actor, "李四");
    assert_int_equal(text->said[0]->at_ms, START_MS + HOUR_MS);
    assert_null(text->said[1]->note);
    assert_int_equal(text->said[2]->kind, PAIDAN__SAID_KIND__SAID_WITHDRAWAL);
    assert_string_equal(text->said[2]->note, "邻居修好了");
    assert_int_equal(text->said[2]->at_ms, START_MS + 3 * HOUR_MS);
}

static void test_words_when_there_are_very_many_then_the_newest_of_them(void **context)
{
    struct solo *const solo = *context;
    char note[32];
    (void)submit(solo, "wechat", NULL, "家里没水");
    for (unsigned index = 1; index <= SAID_MAX + 10; index++) {
        (void)snprintf(note, sizeof note, "第%u次", index);
        chase_saying(solo, note, NULL);
    }
    const Paidan__TicketText *const text = text_of(solo);
    assert_int_equal(text->n_said, SAID_MAX);
    (void)snprintf(note, sizeof note, "第%u次", SAID_MAX + 10);
    assert_string_equal(text->said[SAID_MAX - 1]->note, note);
    assert_string_equal(text->said[0]->note, "第11次");
}

static void add_picture(struct solo *solo, const char *actor, const char *hash)
{
    Paidan__Attachment file = PAIDAN__ATTACHMENT__INIT, *files = &file;
    Paidan__Supplement more = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    file.url = (char *)hash;
    file.name = "照片";
    file.media_type = "image/jpeg";
    more.ticket = FIRST;
    more.text = "见照片";
    more.n_attachments = 1;
    more.attachments = &files;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &more;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

#define PICTURE "media:000000000000000000000000000000000000000000000000000000000000000"

/* "您发来的照片": not a screenshot of the office's, nor what another channel's people sent. */
static void test_pictures_when_looked_up_by_code_then_only_the_residents_own(void **context)
{
    struct solo *const solo = *context;
    Paidan__Attachment file = PAIDAN__ATTACHMENT__INIT, *files = &file;
    Paidan__NewTicket item = ticket("wechat", NULL, "家里没水");
    char code[QUERY_CODE_BYTES];
    file.url = PICTURE "1";
    file.name = "照片";
    file.media_type = "image/jpeg";
    item.n_attachments = 1;
    item.attachments = &files;
    memcpy(code, submit_one(solo, &item)->query_code, sizeof code);
    add_picture(solo, "zhao", PICTURE "2");
    add_picture(solo, NULL, PICTURE "3");
    const Paidan__LookedUp *const body = lookup(solo, FIRST, code)->looked_up;
    assert_int_equal(body->n_pictures, 2);
    assert_string_equal(body->pictures[0], PICTURE "1");
    assert_string_equal(body->pictures[1], PICTURE "3");
}

static void test_answers_when_they_name_a_ticket_then_with_its_number(void **context)
{
    struct solo *const solo = *context;
    char number[NUMBER_BYTES];
    number_format(FIRST, number);
    Paidan__NewTicket item = ticket("wechat", "wx-1", "家里没水");
    const Paidan__SubmitResult *result = submit_one(solo, &item);
    assert_string_equal(result->number, number);
    char code[QUERY_CODE_BYTES];
    (void)snprintf(code, sizeof code, "%s", result->query_code);
    result = submit_one(solo, &item);
    assert_true(result->duplicate);
    assert_string_equal(result->number, number);
    assert_string_equal(text_of(solo)->number, number);
    assert_string_equal(lookup(solo, FIRST, code)->looked_up->number, number);

    /* As a resident reads it out. */
    Paidan__Lookup wish = PAIDAN__LOOKUP__INIT;
    wish.query_code = code;
    wish.typed_number = (char *)"２０２６１１２２ 0001 9";
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &wish;
    const Paidan__Answer *answer = solo_query(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->looked_up->ticket, FIRST);
    wish.typed_number = (char *)"20261122-0001-8";
    assert_int_equal(solo_query(solo, &request)->code, PAIDAN__CODE__NUMBER_INVALID);
}

static void test_log_when_read_with_texts_then_recorded_who_and_why(void **context)
{
    struct solo *const solo = *context;
    (void)submit(solo, "wechat", NULL, "家里没水");
    const uint64_t head = solo_head(solo), disclosed = solo_tally(solo, "disclosed");
    assert_int_equal(read_log(solo, 1, 0, "审计", "")->code, PAIDAN__CODE__ACTOR_MISSING);
    assert_int_equal(read_log(solo, 1, 0, " ", "root")->code, PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(read_log(solo, 0, 0, "审计", "root")->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(read_log(solo, 5, 4, "审计", "root")->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(solo_head(solo), head);
    const Paidan__Answer *const answer = read_log(solo, 1, head, "审计", "root");
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_false(answer->done->has_ticket);
    assert_int_equal(answer->done->seq, head + 1);
    assert_int_equal(solo_tally(solo, "disclosed"), disclosed + 1);
    assert_int_equal(read_log(solo, 1, 0, "跟踪", "root")->code, PAIDAN__CODE__OK);
    /* An adapter's, which has nobody to ask: it stands here, with whose it is. */
    Paidan__ReadLog wish = PAIDAN__READ_LOG__INIT;
    wish.from_seq = 1;
    wish.reason = (char *)"审计";
    wish.log = (char *)"hotline";
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_LOG;
    request.read_log = &wish;
    request.actor = (char *)"root";
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
    for (unsigned nth = 1; nth <= 3; nth++) {
        Paidan__Event *const event = solo_fact(solo, PAIDAN__EVENT__FACT_DISCLOSED, nth);
        const char *const log = event->disclosed->log;
        assert_string_equal(log == NULL ? "our own" : log, nth == 3 ? "hotline" : "our own");
        paidan__event__free_unpacked(event, NULL);
    }
    solo_check_replay(solo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_words_when_said_later_then_each_with_its_moment),
        CASE(test_words_when_there_are_very_many_then_the_newest_of_them),
        CASE(test_pictures_when_looked_up_by_code_then_only_the_residents_own),
        CASE(test_answers_when_they_name_a_ticket_then_with_its_number),
        CASE(test_log_when_read_with_texts_then_recorded_who_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
