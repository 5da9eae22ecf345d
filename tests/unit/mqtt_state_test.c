/* mqtt_state: records of stores of before: what they do not say reads as nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/limits.h"
#include "common/base/record.h"
#include "mqtt_state.h"
#include "stored.h"

static struct stored stored;

static int setup(void **state)
{
    (void)state;
    stored_open(&stored, &mqtt_service);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stored_close(&stored, NULL);
    return 0;
}

/* Before devices' times were kept: the last field is not there. */
static void test_alarm_when_stored_before_times_were_kept_then_read_without(void **state)
{
    unsigned char bytes[512];
    struct mqtt_alarm alarm = {.device = "SM-0001",
                               .kind = "smoke",
                               .phase = MQTT_FREE,
                               .level = 4,
                               .highest = 5,
                               .opening = 2,
                               .taken = 7,
                               .again = 1,
                               .last_ms = 1795309200000ull};
    struct mqtt_alarm read;
    (void)state;
    assert_int_equal(mqtt_state_alarm_put(stored.txn, &alarm), RC_OK);
    const size_t size = stored_fields(&stored, MQTT_ALARM, bytes, sizeof bytes);
    assert_int_equal(bytes[size - 1], 0); /* said_ms */
    stored_put(&stored, MQTT_ALARM, 1, bytes, size - 1);
    memset(&read, 0xff, sizeof read);
    assert_int_equal(mqtt_state_alarm_by(stored.txn, STORED_ID, &read), RC_OK);
    assert_string_equal(read.device, "SM-0001");
    assert_int_equal(read.taken, 7);
    assert_int_equal(read.last_ms, alarm.last_ms);
    assert_int_equal(read.said_ms, 0);
}

static const struct record_row bucket_rows[] = {
    RECORD_VARINT(struct mqtt_bucket, tokens),
    RECORD_VARINT(struct mqtt_bucket, at_ms),
    RECORD_END,
};
/* As it was in version 1. */
static const struct record_row whole_rows[] = {
    RECORD_PART(struct mqtt_whole, site, bucket_rows),
    RECORD_PART(struct mqtt_whole, unknown, bucket_rows),
    RECORD_VARINT(struct mqtt_whole, last_ms),
    RECORD_VARINT(struct mqtt_whole, link_ms),
    RECORD_BOOL(struct mqtt_whole, connected),
    RECORD_VARINT(struct mqtt_whole, asked),
    RECORD_VARINT(struct mqtt_whole, register_ms),
    RECORD_TEXT(struct mqtt_whole, after),
    RECORD_END,
};
static const struct record_format whole_format = {
    .version = 1, .bytes = sizeof(struct mqtt_whole), .rows = whole_rows};

static void test_whole_when_stored_before_windows_were_kept_then_none_is(void **state)
{
    const struct mqtt_whole whole = {
        .last_ms = 5, .link_ms = 4, .connected = true, .asked = 3, .register_ms = 9};
    static const unsigned char key[1] = {1};
    struct mqtt_whole read;
    (void)state;
    assert_int_equal(
        store_put_record(stored.txn, MQTT_WHOLE, key, sizeof key, &whole_format, &whole), RC_OK);
    memset(&read, 0xff, sizeof read);
    assert_int_equal(mqtt_state_whole_get(stored.txn, &read), RC_OK);
    assert_int_equal(read.asked, 3);
    assert_int_equal(read.window, 0);
    assert_int_equal(read.kept[0], 0);
    assert_int_equal(read.kept_until, 0);
    assert_int_equal(mqtt_state_whole_put(stored.txn, &read), RC_OK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_alarm_when_stored_before_times_were_kept_then_read_without),
        CASE(test_whole_when_stored_before_windows_were_kept_then_none_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
