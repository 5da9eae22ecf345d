/* mqtt_core: stories of alarms: a storm is one ticket, what is told of it, when it may open again, what is
 * dropped, and devices that are not heard. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/site/site_devices.h"
#include "mqtt.h"
#include "solo.h"

#define START_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define MINUTE_MS 60000ull
#define FIRST 2026112200000001ull
#define CLEARED PAIDAN__ALARM_LEVEL__ALARM_CLEARED
#define MINOR PAIDAN__ALARM_LEVEL__ALARM_MINOR
#define MAJOR PAIDAN__ALARM_LEVEL__ALARM_MAJOR
#define CRITICAL PAIDAN__ALARM_LEVEL__ALARM_CRITICAL

static struct site *site;

static int setup(void **state)
{
    site = solo_site_load("devices");
    *state = solo_open(&mqtt_service, site, START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    site_free(site);
    return 0;
}

/* ---- what comes ---- */

static char own[] = "paidan/alarm/#";

/* `count` messages of one device and kind whose ids begin at `id`. */
static const Paidan__Answer *hear_many(struct solo *solo, const char *device, const char *kind,
                                       Paidan__AlarmLevel level, uint64_t id, size_t count)
{
    static Paidan__DeviceReport reports[DEVICE_REPORTS_MAX];
    static Paidan__DeviceReport *list[DEVICE_REPORTS_MAX];
    Paidan__TopicHeard topic = PAIDAN__TOPIC_HEARD__INIT, *topics[1] = {&topic};
    Paidan__DeviceReports wish = PAIDAN__DEVICE_REPORTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    assert_true(count <= DEVICE_REPORTS_MAX);
    for (size_t index = 0; index < count; index++) {
        paidan__device_report__init(&reports[index]);
        reports[index].device = (char *)device;
        reports[index].kind = (char *)kind;
        reports[index].level = level;
        reports[index].id = id + index;
        list[index] = &reports[index];
    }
    topic.filter = own;
    wish.n_reports = count;
    wish.reports = list;
    wish.n_topics = 1;
    wish.topics = topics;
    request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_REPORTS;
    request.device_reports = &wish;
    return solo_call(solo, &request);
}

static void hear(struct solo *solo, const char *device, const char *kind, Paidan__AlarmLevel level,
                 uint64_t id)
{
    assert_int_equal(hear_many(solo, device, kind, level, id, 1)->code, PAIDAN__CODE__OK);
}

/* The newest delivery that waits, as the sender would find it. */
static uint64_t waiting(struct solo *solo, uint64_t *of)
{
    Paidan__OutboxList wish = PAIDAN__OUTBOX_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    char to[] = "intake";
    wish.to = to;
    request.wish_case = PAIDAN__REQUEST__WISH_OUTBOX_LIST;
    request.outbox_list = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    const Paidan__OutboxListed *const listed = answer->outbox_listed;
    assert_true(listed->n_deliveries > 0);
    *of = listed->deliveries[0]->of;
    return listed->deliveries[0]->delivery;
}

/* Intake answers the wish that waits longest. */
static void file(struct solo *solo, uint64_t ticket, Paidan__Code code)
{
    uint64_t of = 0;
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    Paidan__WishAnswered answered = PAIDAN__WISH_ANSWERED__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    outcome.delivery = waiting(solo, &of);
    outcome.sent = true;
    answered.wished = of;
    answered.code = (uint32_t)code;
    answered.has_ticket = ticket != 0;
    answered.ticket = ticket;
    outcome.answered = &answered;
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = &outcome;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

static void close_ticket(struct solo *solo, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static void link_broker(struct solo *solo, bool connected)
{
    Paidan__BrokerState state = PAIDAN__BROKER_STATE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    state.connected = connected;
    request.wish_case = PAIDAN__REQUEST__WISH_BROKER_STATE;
    request.broker_state = &state;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

static const Paidan__AlarmShown *shown(struct solo *solo, const char *device, const char *kind)
{
    Paidan__DeviceList wish = PAIDAN__DEVICE_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.device = (char *)device;
    request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_LIST;
    request.device_list = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    for (size_t index = 0; index < answer->devices_listed->n_alarms; index++) {
        const Paidan__AlarmShown *const alarm = answer->devices_listed->alarms[index];
        if (strcmp(alarm->kind, kind) == 0) {
            return alarm;
        }
    }
    fail_msg("%s has no %s", device, kind);
    return NULL;
}

/* The nth request that was wished of intake, from 1. */
static Paidan__Request *wished(struct solo *solo, unsigned nth)
{
    Paidan__Event *const event = solo_fact(solo, PAIDAN__EVENT__FACT_WISHED, nth);
    assert_non_null(event);
    Paidan__Request *const request =
        paidan__request__unpack(NULL, event->wished->request.len, event->wished->request.data);
    assert_non_null(request);
    paidan__event__free_unpacked(event, NULL);
    return request;
}

/* ---- stories ---- */

static void test_alarm_when_it_lives_then_its_trace_is_the_golden_one(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    solo_note(solo, "a smoke alarm, three times: one ticket is asked for");
    hear(solo, "SM-0001", "smoke", CRITICAL, 1);
    hear(solo, "SM-0001", "smoke", CRITICAL, 2);
    hear(solo, "SM-0001", "smoke", CRITICAL, 2);
    solo_note(solo, "over before the number is known: told as soon as it is, after the pause");
    hear(solo, "SM-0001", "smoke", CLEARED, 3);
    file(solo, FIRST, PAIDAN__CODE__OK);
    solo_advance(solo, 11 * MINUTE_MS);
    file(solo, 0, PAIDAN__CODE__OK);
    solo_note(solo, "back again");
    hear(solo, "SM-0001", "smoke", MAJOR, 4);
    solo_advance(solo, 11 * MINUTE_MS);
    file(solo, 0, PAIDAN__CODE__OK);
    solo_note(solo, "the ticket is closed: the same alarm opens another one");
    close_ticket(solo, FIRST);
    hear(solo, "SM-0001", "smoke", MAJOR, 5);
    file(solo, FIRST + 1, PAIDAN__CODE__OK);
    solo_note(solo, "a kind that opens at major, and one that nobody named");
    hear(solo, "WL-01", "water", MINOR, 6);
    hear(solo, "WL-01", "water", MAJOR, 7);
    file(solo, FIRST + 2, PAIDAN__CODE__OK);
    solo_note(solo, "worse: told at once");
    hear(solo, "WL-01", "water", CRITICAL, 8);
    file(solo, 0, PAIDAN__CODE__OK);
    hear(solo, "stranger", "other", MAJOR, 9);
    file(solo, 0, PAIDAN__CODE__TEXT_EMPTY);
    solo_note(solo, "refused: not asked again for ten minutes");
    hear(solo, "stranger", "other", MAJOR, 10);
    solo_advance(solo, 10 * MINUTE_MS);
    hear(solo, "stranger", "other", MAJOR, 11);
    solo_restart(solo);
    assert_int_equal(solo_tally(solo, "alarms_opened"), 5);
    assert_int_equal(solo_tally(solo, "alarms_open"), 2);
    assert_int_equal(solo_tally(solo, "alarms_asked"), 1);
    assert_int_equal(solo_tally(solo, "messages_taken"), 11);
    assert_int_equal(solo_tally(solo, "messages_again"), 1);
    solo_check(solo, "mqtt_alarm");
}

static void test_ticket_when_asked_then_says_what_the_register_and_the_message_say(void **state)
{
    struct solo *const solo = *state;
    hear(solo, "SM-0001", "smoke", CRITICAL, 1);
    Paidan__Request *const request = wished(solo, 1);
    assert_int_equal(request->wish_case, PAIDAN__REQUEST__WISH_SUBMIT);
    const Paidan__NewTicket *const ticket = request->submit->tickets[0];
    assert_string_equal(ticket->channel, "device");
    assert_string_equal(ticket->external_id, "SM-0001/smoke/1");
    assert_string_equal(ticket->category_hint, "fire");
    assert_string_equal(ticket->area_hint, "a");
    assert_string_equal(ticket->place, "阳光花园3幢2单元");
    assert_string_equal(ticket->title, "烟感报警：阳光花园3幢2单元");
    assert_non_null(strstr(ticket->text, "维护单位：设备维护队"));
    assert_non_null(strstr(ticket->text, "级别：严重"));
    paidan__request__free_unpacked(request, NULL);
}

static void test_storm_when_of_one_alarm_then_one_ticket_and_exact_counts(void **state)
{
    struct solo *const solo = *state;
    uint64_t id = 1;
    for (int turn = 0; turn < 20; turn++, id += 500) {
        assert_int_equal(hear_many(solo, "SM-0002", "smoke", MAJOR, id, 500)->code,
                         PAIDAN__CODE__OK);
        solo_set_time(solo, solo_now_ms(solo) + 1000);
    }
    const uint64_t taken = solo_tally(solo, "messages_taken");
    /* A burst of 20, and one a second. */
    assert_int_equal(taken, 20 + 19);
    assert_int_equal(solo_tally(solo, "messages_dropped"), 10000 - taken);
    assert_int_equal(solo_tally(solo, "alarms_opened"), 1);
    const Paidan__AlarmShown *const alarm = shown(solo, "SM-0002", "smoke");
    assert_int_equal(alarm->taken, taken);
    assert_int_equal(alarm->dropped, 10000 - taken);
    assert_true(alarm->asked);
    solo_check_replay(solo);
}

static void test_message_when_it_comes_again_then_known_for_the_whole_window(void **state)
{
    struct solo *const solo = *state;
    hear(solo, "SM-0001", "smoke", MAJOR, 77);
    solo_set_time(solo, START_MS + 10 * MINUTE_MS - 1);
    hear(solo, "SM-0001", "smoke", MAJOR, 77);
    assert_int_equal(solo_tally(solo, "messages_again"), 1);
    solo_set_time(solo, START_MS + 21 * MINUTE_MS);
    hear(solo, "SM-0001", "smoke", MAJOR, 77);
    assert_int_equal(solo_tally(solo, "messages_taken"), 2);
    assert_int_equal(solo_tally(solo, "messages_remembered"), 1); /* what is old is forgotten */
    solo_check_replay(solo);
}

/* One message that says when it was sent. */
static void hear_at(struct solo *solo, Paidan__AlarmLevel level, uint64_t id, uint64_t at_ms)
{
    Paidan__DeviceReport report = PAIDAN__DEVICE_REPORT__INIT, *list[1] = {&report};
    Paidan__TopicHeard topic = PAIDAN__TOPIC_HEARD__INIT, *topics[1] = {&topic};
    Paidan__DeviceReports wish = PAIDAN__DEVICE_REPORTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    char device[] = "SM-0001", kind[] = "smoke";
    report.device = device;
    report.kind = kind;
    report.level = level;
    report.id = id;
    report.has_at_ms = at_ms != 0;
    report.at_ms = at_ms;
    topic.filter = own;
    wish.n_reports = wish.n_topics = 1;
    wish.reports = list;
    wish.topics = topics;
    request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_REPORTS;
    request.device_reports = &wish;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

/* A window's number is the time through `dedupe`: it falls where that is raised, and what was kept of the
 * windows before ends all the same. */
static void test_dedupe_when_raised_and_lowered_then_known_and_forgotten_in_time(void **state)
{
    struct solo *const solo = *state;
    link_broker(solo, true);
    hear_at(solo, MAJOR, 77, START_MS);
    site->devices->dedupe_ms = 60 * MINUTE_MS;
    link_broker(solo, true); /* the port makes another connection for another site */
    hear_at(solo, MAJOR, 77, START_MS);
    assert_int_equal(solo_tally(solo, "messages_again"), 1);
    solo_advance(solo, 65 * MINUTE_MS);
    hear_at(solo, MAJOR, 78, START_MS + MINUTE_MS);
    solo_advance(solo, 60 * MINUTE_MS);
    hear_at(solo, MAJOR, 79, START_MS + 2 * MINUTE_MS);
    hear_at(solo, MAJOR, 77, START_MS);
    assert_int_equal(solo_tally(solo, "messages_taken"), 4);
    site->devices->dedupe_ms = 10 * MINUTE_MS;
    hear_at(solo, MAJOR, 80, START_MS + 3 * MINUTE_MS);
    link_broker(solo, true);
    /* Asked under the site of after, before the connection is made again. */
    site->devices->dedupe_ms = 60 * MINUTE_MS;
    hear_at(solo, MAJOR, 80, START_MS + 3 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "messages_again"), 2);
    solo_check_replay(solo);
}

/* While what is kept has an end already. */
static void test_dedupe_when_raised_after_a_connection_then_what_is_kept_still_ends(void **state)
{
    struct solo *const solo = *state;
    link_broker(solo, true);
    hear_at(solo, MAJOR, 77, START_MS);
    link_broker(solo, true);
    hear_at(solo, MAJOR, 78, START_MS);
    site->devices->dedupe_ms = 60 * MINUTE_MS;
    hear_at(solo, MAJOR, 77, START_MS);
    assert_int_equal(solo_tally(solo, "messages_again"), 1);
    for (unsigned hour = 1; hour <= 3; hour++) {
        solo_advance(solo, 60 * MINUTE_MS);
        hear_at(solo, MAJOR, 80 + hour, START_MS + hour);
    }
    hear_at(solo, MAJOR, 77, START_MS);
    assert_int_equal(solo_tally(solo, "messages_again"), 1);
    solo_check_replay(solo);
}

/* Killed between the commit and the broker's being told, and away for a day. */
static void test_message_when_it_comes_again_after_a_day_away_then_known(void **state)
{
    struct solo *const solo = *state;
    const uint64_t later_ms = START_MS + 24 * 60 * MINUTE_MS;
    link_broker(solo, true);
    hear_at(solo, MAJOR, 77, START_MS);
    hear_at(solo, MAJOR, 88, 0); /* of this one nobody can say whether it is the same */
    solo_restart(solo);
    solo_set_time(solo, later_ms);
    link_broker(solo, true);
    hear_at(solo, MAJOR, 99, later_ms); /* those that come first do not end it */
    hear_at(solo, MAJOR, 77, START_MS);
    assert_int_equal(solo_tally(solo, "messages_again"), 1);
    assert_int_equal(solo_tally(solo, "messages_taken"), 3);
    hear_at(solo, MAJOR, 88, 0);
    assert_int_equal(solo_tally(solo, "messages_taken"), 4);
    /* It is forgotten in the end. */
    for (unsigned turn = 1; turn < 10; turn++) {
        solo_set_time(solo, later_ms + turn * 10 * MINUTE_MS);
        hear_at(solo, MAJOR, 100 + turn, later_ms + turn * 10 * MINUTE_MS);
    }
    assert_true(solo_tally(solo, "messages_remembered") <= 2);
    solo_check_replay(solo);
}

/* The broker went again and again before everything had come. */
static void test_message_when_the_connection_breaks_again_then_still_known(void **state)
{
    struct solo *const solo = *state;
    const uint64_t day_ms = 24 * 60 * MINUTE_MS;
    link_broker(solo, true);
    hear_at(solo, MAJOR, 77, START_MS);
    for (unsigned day = 1; day <= 3; day++) {
        solo_set_time(solo, START_MS + day * day_ms);
        link_broker(solo, false);
        link_broker(solo, true);
        if (day < 3) {
            hear_at(solo, MAJOR, 100 + day, START_MS + day * day_ms);
        }
    }
    hear_at(solo, MAJOR, 77, START_MS);
    hear_at(solo, MAJOR, 102, START_MS + 2 * day_ms);
    assert_int_equal(solo_tally(solo, "messages_again"), 2);
    assert_int_equal(solo_tally(solo, "messages_taken"), 3);
}

static void test_alarm_when_over_before_it_was_heard_then_a_ticket_that_says_so(void **state)
{
    struct solo *const solo = *state;
    hear_at(solo, CLEARED, 2, START_MS - 1000);
    hear_at(solo, CRITICAL, 1, START_MS - 2000); /* sent before, came after */
    file(solo, FIRST, PAIDAN__CODE__OK);
    assert_int_equal(shown(solo, "SM-0001", "smoke")->level, CLEARED);
    solo_advance(solo, 11 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "alarms_noted"), 1);
    file(solo, 0, PAIDAN__CODE__OK);
    /* The same once more, after its ticket is closed, opens no other one. */
    close_ticket(solo, FIRST);
    hear_at(solo, CRITICAL, 1, START_MS - 2000);
    assert_int_equal(solo_tally(solo, "alarms_opened"), 1);
    solo_check_replay(solo);
}

/* Its clock was set back, or ran ahead: what comes last counts. */
static void test_alarm_when_the_devices_clock_is_wrong_then_the_last_one_counts(void **state)
{
    struct solo *const solo = *state;
    hear_at(solo, CRITICAL, 1, START_MS);
    hear_at(solo, CLEARED, 2, START_MS - 30 * 24 * 60 * MINUTE_MS);
    assert_int_equal(shown(solo, "SM-0001", "smoke")->level, CLEARED);
    hear_at(solo, CRITICAL, 3, START_MS + 24 * 60 * MINUTE_MS);
    hear_at(solo, CLEARED, 4, START_MS);
    assert_int_equal(shown(solo, "SM-0001", "smoke")->level, CLEARED);
}

static void test_unknown_devices_when_many_then_they_share_one_bucket(void **state)
{
    struct solo *const solo = *state;
    for (unsigned index = 0; index < 30; index++) {
        char device[16];
        (void)snprintf(device, sizeof device, "new-%u", index);
        hear(solo, device, "smoke", MAJOR, index + 1);
    }
    assert_int_equal(solo_tally(solo, "alarms_opened"), 10);
    assert_int_equal(solo_tally(solo, "messages_dropped"), 20);
    site->devices->refuse_unknown = true;
    hear(solo, "new-99", "smoke", MAJOR, 99);
    assert_int_equal(solo_tally(solo, "messages_unknown"), 1);
    site->devices->refuse_unknown = false;
}

static void test_critical_when_the_topic_is_flooded_then_opens_all_the_same(void **state)
{
    struct solo *const solo = *state;
    site->devices->topic.burst = 5;
    (void)hear_many(solo, "SM-0001", "smoke", MAJOR, 1, 10);
    assert_int_equal(solo_tally(solo, "messages_dropped"), 5);
    hear(solo, "WL-01", "water", MAJOR, 100);
    assert_int_equal(solo_tally(solo, "alarms_opened"), 1);
    hear(solo, "WL-01", "water", CRITICAL, 101);
    assert_int_equal(solo_tally(solo, "alarms_opened"), 2);
    hear(solo, "WL-01", "water", CRITICAL, 102);
    assert_int_equal(solo_tally(solo, "messages_dropped"), 7);
}

static void test_ticket_when_closed_before_its_number_is_known_then_alarm_is_free(void **state)
{
    struct solo *const solo = *state;
    close_ticket(solo, FIRST + 8); /* of nobody */
    const uint64_t head = solo_head(solo);
    hear(solo, "SM-0001", "smoke", MAJOR, 1);
    close_ticket(solo, FIRST);
    close_ticket(solo, FIRST + 9);
    assert_true(solo_head(solo) > head);
    file(solo, FIRST, PAIDAN__CODE__OK);
    assert_int_equal(solo_tally(solo, "alarms_open"), 0);
    assert_int_equal(solo_tally(solo, "alarms_freed"), 1);
    hear(solo, "SM-0001", "smoke", MAJOR, 2);
    assert_int_equal(solo_tally(solo, "alarms_opened"), 2);
    solo_check_replay(solo);
}

static void test_device_when_not_heard_then_silent_once_until_it_is(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    link_broker(solo, true);
    solo_note(solo, "the register is watched from the start; WL-01 has an hour, SM-0001 half");
    solo_advance(solo, 20 * MINUTE_MS);
    hear(solo, "SM-0001", "smoke", PAIDAN__ALARM_LEVEL__ALARM_INFO, 1);
    solo_advance(solo, 29 * MINUTE_MS);
    solo_note(solo, "now it is");
    solo_advance(solo, 2 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 1);
    file(solo, FIRST, PAIDAN__CODE__OK);
    solo_advance(solo, 10 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 2);
    file(solo, FIRST + 1, PAIDAN__CODE__OK);
    solo_note(solo, "once, however long");
    solo_advance(solo, 300 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 2);
    solo_note(solo, "heard again: the ticket is told");
    hear(solo, "SM-0001", "smoke", PAIDAN__ALARM_LEVEL__ALARM_INFO, 2);
    file(solo, 0, PAIDAN__CODE__OK);
    assert_int_equal(shown(solo, "SM-0001", "silent")->level, CLEARED);
    solo_check(solo, "mqtt_silence");
}

static void test_silence_when_the_broker_or_we_were_away_then_the_term_begins_anew(void **state)
{
    struct solo *const solo = *state;
    link_broker(solo, true);
    solo_advance(solo, 10 * MINUTE_MS);
    link_broker(solo, false);
    solo_advance(solo, 200 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 0);
    link_broker(solo, true);
    solo_advance(solo, 25 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 0);
    /* A day off. */
    solo_set_time(solo, solo_now_ms(solo) + 1440 * MINUTE_MS);
    solo_advance(solo, MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 0);
    solo_advance(solo, 31 * MINUTE_MS);
    assert_int_equal(solo_tally(solo, "devices_silent"), 1);
    solo_check_replay(solo);
}

/* ---- the law: one open ticket of each alarm, every message counted once ---- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

/* As many filters as a site may have, and a message that came by none of them. */
static void test_turn_when_it_names_all_filters_then_all_are_counted(void **state)
{
    struct solo *const solo = *state;
    Paidan__TopicHeard topics[DEVICE_TOPICS_HEARD_MAX], *list[DEVICE_TOPICS_HEARD_MAX];
    char names[DEVICE_TOPICS_HEARD_MAX][16];
    Paidan__DeviceReports wish = PAIDAN__DEVICE_REPORTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    for (size_t index = 0; index < DEVICE_TOPICS_HEARD_MAX; index++) {
        paidan__topic_heard__init(&topics[index]);
        (void)snprintf(names[index], sizeof names[index], "more/%zu", index);
        topics[index].filter = names[index];
        topics[index].has_unreadable = 1;
        topics[index].unreadable = 1;
        list[index] = &topics[index];
    }
    wish.n_topics = DEVICE_TOPICS_HEARD_MAX;
    wish.topics = list;
    request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_REPORTS;
    request.device_reports = &wish;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
    assert_int_equal(solo_tally(solo, "messages_unreadable"), DEVICE_TOPICS_HEARD_MAX);
}

static void test_law_when_shuffled_and_crashed_then_counts_and_tickets_agree(void **state)
{
    struct solo *const solo = *state;
    static const char *const devices[] = {"SM-0001", "SM-0002", "WL-01", "cam-7", "x1", "x2"};
    static const char *const kinds[] = {"smoke", "water", "intrusion", "other"};
    uint64_t seed = 4711, sent = 0, ticket = FIRST;
    uint64_t open[256] = {0};
    size_t open_count = 0;
    for (int round = 0; round < 600; round++) {
        const uint64_t dice = next_random(&seed) % 10;
        solo_set_time(solo, solo_now_ms(solo) + next_random(&seed) % 20000);
        if (dice < 6) {
            const size_t count = 1 + next_random(&seed) % 4;
            const char *const device = devices[next_random(&seed) % 6];
            const char *const kind = kinds[next_random(&seed) % 4];
            const Paidan__AlarmLevel level = (Paidan__AlarmLevel)(1 + next_random(&seed) % 5);
            assert_int_equal(
                hear_many(solo, device, kind, level, next_random(&seed) % 900 + 1, count)->code,
                PAIDAN__CODE__OK);
            sent += count;
        } else if (dice < 8 && solo_tally(solo, "deliveries_waiting") > 0) {
            const uint64_t before = solo_tally(solo, "alarms_open");
            file(solo, ticket, PAIDAN__CODE__OK);
            if (solo_tally(solo, "alarms_open") > before) {
                assert_true(open_count < 256);
                open[open_count++] = ticket;
            }
            ticket++;
        } else if (dice == 8 && open_count > 0) {
            close_ticket(solo, open[--open_count]);
        } else if (dice == 9) {
            solo_restart(solo);
        }
        assert_int_equal(solo_tally(solo, "messages_taken") + solo_tally(solo, "messages_again") +
                             solo_tally(solo, "messages_dropped"),
                         sent);
        assert_int_equal(solo_tally(solo, "alarms_opened"),
                         solo_tally(solo, "alarms_asked") + solo_tally(solo, "alarms_open") +
                             solo_tally(solo, "alarms_freed") + solo_tally(solo, "alarms_refused"));
        assert_true(solo_tally(solo, "alarms_open") + solo_tally(solo, "alarms_asked") <=
                    6 * 4 + 2);
        assert_int_equal(solo_tally(solo, "alarms_open"), open_count);
    }
    assert_true(solo_tally(solo, "alarms_freed") > 3);
    solo_check_replay(solo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alarm_when_it_lives_then_its_trace_is_the_golden_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_ticket_when_asked_then_says_what_the_register_and_the_message_say, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_storm_when_of_one_alarm_then_one_ticket_and_exact_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_message_when_it_comes_again_then_known_for_the_whole_window, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_dedupe_when_raised_and_lowered_then_known_and_forgotten_in_time, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_dedupe_when_raised_after_a_connection_then_what_is_kept_still_ends, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_message_when_it_comes_again_after_a_day_away_then_known, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_message_when_the_connection_breaks_again_then_still_known, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_alarm_when_over_before_it_was_heard_then_a_ticket_that_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_alarm_when_the_devices_clock_is_wrong_then_the_last_one_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_devices_when_many_then_they_share_one_bucket,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_critical_when_the_topic_is_flooded_then_opens_all_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_ticket_when_closed_before_its_number_is_known_then_alarm_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(test_device_when_not_heard_then_silent_once_until_it_is,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_silence_when_the_broker_or_we_were_away_then_the_term_begins_anew, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_turn_when_it_names_all_filters_then_all_are_counted,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_law_when_shuffled_and_crashed_then_counts_and_tickets_agree, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
