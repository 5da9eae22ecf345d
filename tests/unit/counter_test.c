/* counter: every counter of every service has a Chinese word, no two of a service share one, and
 * none stands elsewhere in the stored record than it did (golden: only lines at an end may be
 * added). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "archive.h"
#include "callback.h"
#include "common/say/adapter.h"
#include "common/say/counter.h"
#include "common/say/unit_count.h"
#include "escalation.h"
#include "hotline.h"
#include "intake.h"
#include "mqtt.h"
#include "trace.h"
#include "triage.h"
#include "webhook.h"
#include "wechat.h"

/* Also those of adapters, which count what every adapter counts beside their own. */
enum { SERVICES = 10 };
static const struct step_service *const services[SERVICES] = {
    &intake_service, &triage_service,  &escalation_service, &callback_service, &access_service,
    &wechat_service, &hotline_service, &mqtt_service,       &webhook_service,  &archive_service};

static void test_word_when_any_counter_then_a_chinese_name_of_its_own(void **state)
{
    (void)state;
    for (size_t at = 0; at < SERVICES; at++) {
        const char *const service = services[at]->name;
        const char *const *const names = services[at]->tallies;
        for (size_t index = 0; names[index] != NULL; index++) {
            const char *const word = counter_word(service, names[index]);
            if ((unsigned char)word[0] < 0x80) {
                print_message("%s.%s has no Chinese name\n", service, names[index]);
            }
            assert_true((unsigned char)word[0] >= 0x80);
            for (size_t other = 0; other < index; other++) {
                assert_string_not_equal(word, counter_word(service, names[other]));
            }
        }
    }
    assert_string_equal(counter_word("intake", "something_new"), "something_new");
}

static void test_unit_word_when_any_counter_then_both_languages(void **state)
{
    (void)state;
    for (unsigned index = 0; index < UNIT_COUNTERS; index++) {
        const char *const name = unit_count_name((enum unit_counter)index);
        const struct counter_unit_word *word = counter_unit_word(name);
        assert_non_null(word);
        assert_string_equal(word->name, name);
        assert_true((unsigned char)word->zh[0] >= 0x80);
        assert_true((unsigned char)word->en[0] < 0x80);
    }
    assert_null(counter_unit_word("something_new"));
}

static void test_reason_when_told_by_a_port_then_both_languages(void **state)
{
    char text[ADAPTER_QUOTA_BYTES];
    (void)state;
    assert_string_equal(adapter_reason("Timeout was reached", false), "对方没有及时答复");
    assert_string_equal(adapter_reason("Timeout was reached", true), "no answer in time");
    assert_true((unsigned char)adapter_reason("OVERLOADED", false)[0] >= 0x80); /* of a service */
    assert_true((unsigned char)adapter_reason("OVERLOADED", true)[0] < 0x80);
    assert_string_equal(adapter_reason("HTTP 503", false), "HTTP 503");
    adapter_quota("official customer", false, text);
    assert_string_equal(text, "official 当日客服消息");
    adapter_quota("official notice", true, text);
    assert_string_equal(text, "official notices of the day");
    adapter_quota("something", true, text);
    assert_string_equal(text, "something");
}

static void test_counters_when_stored_then_in_the_places_they_had(void **state)
{
    struct trace trace;
    (void)state;
    trace_init(&trace, 0);
    for (size_t at = 0; at < SERVICES; at++) {
        for (size_t index = 0; services[at]->tallies[index] != NULL; index++) {
            trace_say(&trace, "%s %zu %s", services[at]->name, index, services[at]->tallies[index]);
        }
    }
    for (unsigned index = 0; index < UNIT_COUNTERS; index++) {
        trace_say(&trace, "unit %u %s", index, unit_count_name((enum unit_counter)index));
    }
    assert_true(trace_golden(&trace, "counters"));
    trace_fini(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_when_any_counter_then_a_chinese_name_of_its_own),
        cmocka_unit_test(test_unit_word_when_any_counter_then_both_languages),
        cmocka_unit_test(test_reason_when_told_by_a_port_then_both_languages),
        cmocka_unit_test(test_counters_when_stored_then_in_the_places_they_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
