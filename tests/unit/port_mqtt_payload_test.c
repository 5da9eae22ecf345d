/* port_mqtt_payload: what is kept of a message in each of the forms of the example site, and of what is
 * none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "port_mqtt_payload.h"
#include "solo.h"

static struct site *site;
static struct port_mqtt_payload got;

static int setup(void **state)
{
    (void)state;
    site = solo_site_load("devices");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    site_free(site);
    return 0;
}

/* By the nth topic of the site. */
static bool reads(unsigned nth, const char *name, const char *text)
{
    memset(&got, 0xff, sizeof got);
    return port_mqtt_payload_read(site->devices, &site->devices->topics[nth], name, text,
                                  strlen(text), &got);
}

static void test_own_form_when_whole_then_each_field_is_kept(void **state)
{
    (void)state;
    assert_true(reads(0, "paidan/alarm/x",
                      "{\"id\":\"a1\",\"device\":\"SM-0001\",\"kind\":\"SMOKE\",\"level\":4,"
                      "\"at\":\"2026-11-30T10:00:00.5+08:00\",\"place\":\"3幢\\n2单元\","
                      "\"picture\":\"https://cam.example/1.jpg\",\"face\":\"AAAA\"}"));
    assert_string_equal(got.device, "SM-0001");
    assert_string_equal(got.kind, "smoke");
    assert_string_equal(got.said, "");
    assert_int_equal(got.level, PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    assert_int_equal(got.at_ms, 1796004000000ull);
    assert_string_equal(got.place, "3幢 2单元");
    assert_string_equal(got.picture, "https://cam.example/1.jpg");
}

static void test_forms_of_makers_when_read_then_device_kind_and_level_are_found(void **state)
{
    (void)state;
    assert_true(reads(1, "cam-7/onvif-ej/RuleEngine/FieldDetector/ObjectsInside",
                      "{\"UtcTime\":\"2026-11-30T02:00:00Z\",\"Data\":{\"State\":true}}"));
    assert_string_equal(got.device, "cam-7");
    assert_string_equal(got.kind, "intrusion");
    assert_int_equal(got.level, PAIDAN__ALARM_LEVEL__ALARM_MAJOR);
    assert_int_equal(got.at_ms, 1796004000000ull);
    assert_true(
        reads(2, "/sys/pk/SM-0002/thing/event/fire_alarm/post",
              "{\"id\":\"9\",\"params\":{\"value\":{\"level\":0},\"time\":1796004000000}}"));
    assert_string_equal(got.device, "SM-0002");
    assert_string_equal(got.kind, "smoke");
    assert_int_equal(got.level, PAIDAN__ALARM_LEVEL__ALARM_CLEARED);
    assert_true(reads(3, "$oc/devices/WL-01/sys/events/up",
                      "{\"services\":[{\"event_type\":\"WaterLevel\",\"event_time\":"
                      "\"20261130T020000Z\",\"paras\":{\"level\":\"alarm\"}}]}"));
    assert_string_equal(got.device, "WL-01");
    assert_string_equal(got.kind, "water");
    assert_int_equal(got.level, PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    assert_int_equal(got.at_ms, 1796004000000ull);
}

static void test_message_when_it_is_none_then_refused(void **state)
{
    static const char *const none[] = {"",
                                       "x",
                                       "{",
                                       "[]",
                                       "7",
                                       "{\"device\":null}",
                                       "{\"device\":\"\"}",
                                       "{\"device\":\"a b\"}",
                                       "{\"device\":{\"x\":1}}",
                                       "{\"device\":\"d\",\"device\":\"e\"}",
                                       "{\"device\":\"\\u0000\"}"};
    (void)state;
    for (size_t index = 0; index < sizeof none / sizeof none[0]; index++) {
        if (reads(0, "paidan/alarm/x", none[index])) {
            fail_msg("taken: %s", none[index]);
        }
    }
    char deep[3 * PORT_MQTT_PAYLOAD_MAX / 4];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_false(reads(0, "paidan/alarm/x", deep));
}

static void test_field_when_strange_then_left_out_and_the_message_is_taken(void **state)
{
    (void)state;
    assert_true(reads(0, "paidan/alarm/x",
                      "{\"device\":7,\"kind\":\"bang\",\"level\":\"?\",\"at\":12,"
                      "\"place\":[1],\"picture\":\"http://x/1.jpg\"}"));
    assert_string_equal(got.device, "7");
    assert_string_equal(got.kind, "other");
    assert_string_equal(got.said, "bang");
    assert_int_equal(got.level, PAIDAN__ALARM_LEVEL__ALARM_MAJOR); /* otherwise */
    assert_int_equal(got.at_ms, 0);
    assert_string_equal(got.place, "");
    assert_string_equal(got.picture, "");
}

static void
test_id_when_the_alarm_has_one_then_the_rest_does_not_matter_but_level_does(void **state)
{
    (void)state;
    assert_true(
        reads(0, "x", "{\"id\":\"1\",\"device\":\"d\",\"kind\":\"smoke\",\"level\":3,\"at\":1}"));
    const uint64_t first = got.id;
    assert_true(
        reads(0, "x", "{\"id\":\"1\",\"device\":\"d\",\"kind\":\"smoke\",\"level\":3,\"at\":2}"));
    assert_true(got.id == first);
    assert_true(
        reads(0, "x", "{\"id\":\"1\",\"device\":\"d\",\"kind\":\"smoke\",\"level\":0,\"at\":2}"));
    assert_true(got.id != first);
    assert_true(reads(0, "x", "{\"device\":\"d\",\"kind\":\"smoke\",\"level\":3,\"at\":2}"));
    const uint64_t whole = got.id;
    assert_true(reads(0, "x", "{\"device\":\"d\",\"kind\":\"smoke\",\"level\":3,\"at\":2}"));
    assert_true(got.id == whole);
    assert_true(reads(0, "x", "{\"device\":\"d\",\"kind\":\"smoke\",\"level\":3,\"at\":3}"));
    assert_true(got.id != whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_form_when_whole_then_each_field_is_kept),
        cmocka_unit_test(test_forms_of_makers_when_read_then_device_kind_and_level_are_found),
        cmocka_unit_test(test_message_when_it_is_none_then_refused),
        cmocka_unit_test(test_field_when_strange_then_left_out_and_the_message_is_taken),
        cmocka_unit_test(
            test_id_when_the_alarm_has_one_then_the_rest_does_not_matter_but_level_does),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
