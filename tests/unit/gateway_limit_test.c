/* gateway_limit, gateway_problem: buckets fill again, and a code has one status. */
#include "gateway_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/code.h"
#include "gateway_problem.h"

#define HOUR_US 3600000000ull

static struct gateway gateway;

static int setup(void **state)
{
    (void)state;
    return gateway_limit_open(&gateway) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    gateway_limit_close(&gateway);
    return 0;
}

static void test_limit_when_five_wrong_codes_of_a_number_then_the_sixth_waits(void **state)
{
    (void)state;
    uint32_t retry_ms = 0;
    for (int index = 0; index < 5; index++) {
        assert_true(gateway_limit_allows(&gateway, GATEWAY_LIMIT_NUMBER, "n", HOUR_US, &retry_ms));
        gateway_limit_charge(&gateway, GATEWAY_LIMIT_NUMBER, "n", HOUR_US);
    }
    assert_false(gateway_limit_allows(&gateway, GATEWAY_LIMIT_NUMBER, "n", HOUR_US, &retry_ms));
    assert_in_range(retry_ms, 700000, 720001); /* one in 12 minutes */
    /* Another number, and another limit of the same key, are others. */
    assert_true(gateway_limit_allows(&gateway, GATEWAY_LIMIT_NUMBER, "m", HOUR_US, &retry_ms));
    assert_true(gateway_limit_allows(&gateway, GATEWAY_LIMIT_CODE, "n", HOUR_US, &retry_ms));
    /* Right codes cost nothing, and time gives it back. */
    assert_true(gateway_limit_allows(&gateway, GATEWAY_LIMIT_NUMBER, "n",
                                     HOUR_US + 721 * 1000000ull, &retry_ms));
    assert_false(gateway_limit_allows(&gateway, GATEWAY_LIMIT_NUMBER, "n",
                                      HOUR_US + 719 * 1000000ull, &retry_ms));
}

static void test_limit_when_strangers_come_in_crowds_then_the_offender_is_remembered(void **state)
{
    (void)state;
    uint32_t retry_ms = 0;
    char key[32];
    for (int index = 0; index < 20; index++) {
        gateway_limit_charge(&gateway, GATEWAY_LIMIT_LOGIN, "10.0.0.1", HOUR_US);
    }
    for (int index = 0; index < 300000; index++) {
        (void)snprintf(key, sizeof key, "crowd%d", index);
        gateway_limit_charge(&gateway, GATEWAY_LIMIT_LOGIN, key, HOUR_US);
    }
    assert_false(
        gateway_limit_allows(&gateway, GATEWAY_LIMIT_LOGIN, "10.0.0.1", HOUR_US, &retry_ms));
}

static void test_problem_when_any_code_then_its_status_is_said_on_purpose(void **state)
{
    (void)state;
    /* Faults of ours, and codes that no service sends: 500 is what they are. */
    static const Paidan__Code ours[] = {
        PAIDAN__CODE__LOG_DIVERGED,        PAIDAN__CODE__STORE_LOCKED, PAIDAN__CODE__STORE_FORMAT,
        PAIDAN__CODE__STORE_CORRUPT,       PAIDAN__CODE__SITE_INVALID, PAIDAN__CODE__CLOCK_AHEAD,
        PAIDAN__CODE__SITE_LEVELS_CHANGED, PAIDAN__CODE__USAGE,        PAIDAN__CODE__SERVICE_FAULT,
    };
    const ProtobufCEnumDescriptor *of = &paidan__code__descriptor;
    for (unsigned index = 0; index < of->n_values; index++) {
        const Paidan__Code code = (Paidan__Code)of->values[index].value;
        bool is_ours = false;
        for (size_t at = 0; at < sizeof ours / sizeof ours[0]; at++) {
            is_ours = is_ours || ours[at] == code;
        }
        const unsigned status = gateway_problem_status(code);
        if (is_ours != (status == 500)) {
            fail_msg("%s: %u", code_name(code), status);
        }
    }
    assert_int_equal(gateway_problem_status(PAIDAN__CODE__VERSION_CONFLICT), 412);
    assert_int_equal(gateway_problem_status(PAIDAN__CODE__TICKET_UNKNOWN), 404);
    assert_int_equal(gateway_problem_status(PAIDAN__CODE__STATE_FORBIDS), 409);
    assert_int_equal(gateway_problem_status(PAIDAN__CODE__LOGIN_FAILED), 401);
    assert_int_equal(gateway_problem_status((Paidan__Code)9999), 500);
}

static void test_problem_when_a_fault_of_the_door_then_named_in_both_languages(void **state)
{
    (void)state;
    for (unsigned fault = 0; fault < GATEWAY_FAULTS; fault++) {
        const enum gateway_fault at = (enum gateway_fault)fault;
        assert_true(strlen(gateway_problem_name(at)) > 3);
        assert_true(strlen(gateway_problem_zh(at)) > 3);
        assert_true(strlen(gateway_problem_en(at)) > 3);
        for (unsigned other = 0; other < fault; other++) {
            assert_string_not_equal(gateway_problem_name(at),
                                    gateway_problem_name((enum gateway_fault)other));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_limit_when_five_wrong_codes_of_a_number_then_the_sixth_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_limit_when_strangers_come_in_crowds_then_the_offender_is_remembered, setup,
            teardown),
        cmocka_unit_test(test_problem_when_any_code_then_its_status_is_said_on_purpose),
        cmocka_unit_test(test_problem_when_a_fault_of_the_door_then_named_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
