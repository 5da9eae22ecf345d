/* port_mqtt_turn: a turn that is asked again after the site changed is the same bytes; what each message of
 * a turn comes to; as many filters as a site may have. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/wire/wire.h"
#include "port_mqtt_turn.h"
#include "solo.h"

enum { PACKED_BYTES = 1 << 16 };

static struct site *site;
static struct port_mqtt_turn turn;
/* Another site: its filters stand in the opposite order. */
static struct site_devices reversed;
static struct site other;

static int setup(void **state)
{
    (void)state;
    site = solo_site_load("devices");
    reversed = *site->devices;
    for (uint32_t index = 0; index < reversed.topic_count; index++) {
        reversed.topics[index] = site->devices->topics[reversed.topic_count - 1 - index];
    }
    other = *site;
    other.version++;
    other.devices = &reversed;
    assert_true(port_mqtt_turn_open(&turn));
    port_mqtt_turn_begin(&turn, site);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    port_mqtt_turn_close(&turn);
    site_free(site);
    return 0;
}

static void take(const struct site *of, const char *name, const char *text, bool retained)
{
    const struct port_mqtt_message message = {
        .name = name, .bytes = text, .size = strlen(text), .retained = retained};
    assert_true(port_mqtt_turn_take(&turn, of, &message));
}

#define ALARM "{\"id\":\"a1\",\"device\":\"SM-0001\",\"kind\":\"SMOKE\",\"level\":4}"

/* As it is asked now. */
static size_t packed(unsigned char bytes[PACKED_BYTES])
{
    Paidan__DeviceReports wish;
    Paidan__Request request;
    struct wire_error error;
    port_mqtt_turn_ask(&turn, &wish, &request);
    request.protocol = 1;
    assert_int_equal(wire_check(&request.base, &error), RC_OK);
    const size_t size = paidan__request__get_packed_size(&request);
    assert_true(size <= PACKED_BYTES);
    return paidan__request__pack(&request, bytes);
}

static void test_turn_when_asked_again_after_a_reload_then_the_same_bytes(void **state)
{
    static unsigned char before[PACKED_BYTES], after[PACKED_BYTES];
    (void)state;
    take(site, "paidan/alarm/x", ALARM, false);
    take(site, "cam-7/onvif-ej/RuleEngine/FieldDetector/ObjectsInside", "none", false);
    const size_t size = packed(before);
    /* The port looks at no site between the two: the words stand in the turn. */
    reversed.topics[0].filter[0] = '!';
    memset(site->devices->topics[0].filter, '!', 4);
    assert_int_equal(packed(after), size);
    assert_memory_equal(before, after, size);
}

static void test_turn_when_the_site_is_another_then_is_begun_anew(void **state)
{
    (void)state;
    assert_true(port_mqtt_turn_is_of(&turn, site));
    assert_false(port_mqtt_turn_is_of(&turn, &other));
    port_mqtt_turn_begin(&turn, &other);
    assert_true(port_mqtt_turn_is_of(&turn, &other));
    take(&other, "paidan/alarm/x", ALARM, false);
    assert_int_equal(turn.list[0]->topic, reversed.topic_count - 1);
    assert_string_equal(turn.topics[turn.list[0]->topic].filter, "paidan/alarm/#");
}

static void test_messages_when_taken_then_each_is_counted_once(void **state)
{
    (void)state;
    take(site, "paidan/alarm/x", ALARM, false);
    take(site, "paidan/alarm/x", ALARM, true); /* of before: no event */
    take(site, "paidan/alarm/x", "", false);
    take(site, "no/filter/of/ours", ALARM, false);
    take(site, "no/filter/of/ours", ALARM, true);
    assert_int_equal(turn.count, 1);
    assert_int_equal(turn.topics[0].retained, 1);
    assert_int_equal(turn.topics[0].unreadable, 1);
    const Paidan__TopicHeard *const none = &turn.topics[turn.topic_count - 1];
    assert_string_equal(none->filter, "-");
    assert_int_equal(none->unreadable, 1);
    assert_int_equal(none->retained, 1);
    assert_int_equal(port_mqtt_turn_seen(&turn), 5);
    port_mqtt_turn_begin(&turn, site);
    assert_int_equal(port_mqtt_turn_seen(&turn), 0);
}

static void test_turn_when_begun_again_then_another_request(void **state)
{
    unsigned char id[REQUEST_ID_BYTES];
    (void)state;
    memcpy(id, turn.id, sizeof id);
    port_mqtt_turn_begin(&turn, site);
    assert_memory_not_equal(id, turn.id, sizeof id);
}

static void test_site_when_it_has_all_filters_it_may_then_a_turn_can_be_asked(void **state)
{
    static unsigned char bytes[PACKED_BYTES];
    (void)state;
    for (uint32_t index = reversed.topic_count; index < DEVICE_TOPICS_MAX; index++) {
        struct site_device_topic *const topic = &reversed.topics[index];
        *topic = reversed.topics[0];
        (void)snprintf(topic->filter, sizeof topic->filter, "more/%u", index);
    }
    reversed.topic_count = DEVICE_TOPICS_MAX;
    port_mqtt_turn_begin(&turn, &other);
    take(&other, "nobody/asked", "{}", false);
    assert_int_equal(turn.topics[DEVICE_TOPICS_MAX].unreadable, 1);
    assert_true(packed(bytes) > 0);
}

/* A read that could not be stopped: as many questions as it takes, each message in one of them. */
static void
test_turn_when_a_read_brings_more_than_one_question_holds_then_asked_in_several(void **state)
{
    enum { MESSAGES = DEVICE_REPORTS_MAX + 700 };
    unsigned char id[REQUEST_ID_BYTES];
    Paidan__DeviceReports wish;
    Paidan__Request request;
    char text[96];
    (void)state;
    take(site, "paidan/alarm/x", ALARM, true);
    for (int index = 0; index < MESSAGES; index++) {
        (void)snprintf(text, sizeof text,
                       "{\"id\":\"%d\",\"device\":\"D%d\",\"kind\":\"SMOKE\",\"level\":4}", index,
                       index);
        take(site, "paidan/alarm/x", text, false);
    }
    assert_true(port_mqtt_turn_is_full(&turn));
    port_mqtt_turn_ask(&turn, &wish, &request);
    assert_int_equal(wish.n_reports, DEVICE_REPORTS_MAX);
    assert_int_equal(wish.topics[0]->retained, 1);
    memcpy(id, turn.id, sizeof id);
    assert_true(port_mqtt_turn_next(&turn));
    assert_int_equal(port_mqtt_turn_seen(&turn), 700);
    port_mqtt_turn_ask(&turn, &wish, &request);
    assert_int_equal(wish.n_reports, 700);
    assert_string_equal(wish.reports[0]->device, "D1024");
    assert_int_equal(wish.topics[0]->retained, 0);
    assert_false(wish.topics[0]->has_retained);
    assert_memory_not_equal(id, turn.id, sizeof id);
    assert_false(port_mqtt_turn_next(&turn));
    assert_int_equal(port_mqtt_turn_seen(&turn), 0);
}

static void test_turn_when_all_slots_are_used_then_says_so(void **state)
{
    const struct port_mqtt_message more = {
        .name = "paidan/alarm/x", .bytes = ALARM, .size = sizeof ALARM - 1};
    (void)state;
    for (unsigned index = 0; index < PORT_MQTT_SLOTS; index++) {
        take(site, "paidan/alarm/x", ALARM, false);
    }
    assert_false(port_mqtt_turn_take(&turn, site, &more));
    assert_int_equal(port_mqtt_turn_seen(&turn), PORT_MQTT_SLOTS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_turn_when_asked_again_after_a_reload_then_the_same_bytes),
        CASE(test_turn_when_the_site_is_another_then_is_begun_anew),
        CASE(test_messages_when_taken_then_each_is_counted_once),
        CASE(test_turn_when_begun_again_then_another_request),
        CASE(test_turn_when_a_read_brings_more_than_one_question_holds_then_asked_in_several),
        CASE(test_turn_when_all_slots_are_used_then_says_so),
        CASE(test_site_when_it_has_all_filters_it_may_then_a_turn_can_be_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
