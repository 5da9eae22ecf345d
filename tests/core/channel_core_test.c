/* channel_core: what every adapter must be able to fold, and what none may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/step/step.h"
#include "hotline.h"
#include "mqtt.h"
#include "webhook.h"
#include "wechat.h"

static const struct step_service *const adapters[] = {&hotline_service, &mqtt_service,
                                                      &webhook_service, &wechat_service};
enum { ADAPTERS = sizeof adapters / sizeof adapters[0] };

/* The engine says it of any followed record that cannot be applied: a service that could not fold it would
 * end there for good. */
static void test_adapters_when_a_record_was_refused_then_it_folds(void **state)
{
    Paidan__RecordRefused refused = PAIDAN__RECORD_REFUSED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    (void)state;
    event.fact_case = PAIDAN__EVENT__FACT_RECORD_REFUSED;
    event.record_refused = &refused;
    for (size_t index = 0; index < ADAPTERS; index++) {
        struct step_fold fold = {.txn = NULL};
        assert_int_equal(adapters[index]->evolve(&fold, 1, &event), RC_OK);
    }
}

/* A log of another service under its name must not pass for its own. */
static void test_adapters_when_a_fact_is_foreign_then_their_log_is_corrupt(void **state)
{
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    (void)state;
    event.fact_case = PAIDAN__EVENT__FACT_WARNED;
    event.warned = &warned;
    for (size_t index = 0; index < ADAPTERS; index++) {
        struct step_fold fold = {.txn = NULL};
        assert_int_equal(adapters[index]->evolve(&fold, 1, &event), RC_CORRUPT);
    }
}

/* The engine asks what changes something of what is known alone. */
static void test_adapters_when_a_wish_changes_something_then_it_is_known(void **state)
{
    unsigned own = 0;
    (void)state;
    for (unsigned index = 0; index < paidan__request__descriptor.n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &paidan__request__descriptor.fields[index];
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
            continue;
        }
        request.wish_case = (Paidan__Request__WishCase)field->id;
        for (size_t adapter = 0; adapter < ADAPTERS; adapter++) {
            const bool known = adapters[adapter]->knows(&request);
            assert_true(known || !adapters[adapter]->changes(&request));
            own += known && !channel_knows(&request) ? 1 : 0;
        }
    }
    assert_int_equal(own, 3 + 4 + 0 + 7); /* in the order of the adapters above */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adapters_when_a_record_was_refused_then_it_folds),
        cmocka_unit_test(test_adapters_when_a_fact_is_foreign_then_their_log_is_corrupt),
        cmocka_unit_test(test_adapters_when_a_wish_changes_something_then_it_is_known),
    };
    return cmocka_run_group_tests_name("channel_core", tests, NULL, NULL);
}
