/* gateway_api: path, query and body become the wish of the route; what does not fit is refused with the
 * field's name. No service and no connection: an exchange by itself. */
#include "gateway_api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway_exchange.h"
#include "gateway_route.h"

static struct gateway gateway;

static int setup(void **state)
{
    (void)state;
    gateway.say.language = SAY_CHINESE;
    return arena_init(&gateway.arena, 32u << 20) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&gateway.arena);
    return 0;
}

static struct exchange *begin(enum gateway_method method, const char *target, const char *body)
{
    size_t count = 0;
    bool known = false;
    const struct gateway_route *table = gateway_route_table(&count);
    struct exchange *exchange = gateway_exchange_new(&gateway);
    assert_non_null(exchange);
    assert_int_equal(gateway_uri_read(&exchange->uri, target), RC_OK);
    exchange->method = method;
    exchange->route = gateway_route_find(table, count, method, &exchange->uri, exchange->parts,
                                         &exchange->part_count, &known);
    assert_non_null(exchange->route);
    if (body != NULL) {
        exchange->body = strdup(body);
        exchange->body_bytes = strlen(body);
    }
    return exchange;
}

/* NULL: refused; then the exchange was answered with that status. */
static ProtobufCMessage *read_wish(struct exchange *exchange)
{
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(exchange->route->wish);
    ProtobufCMessage *message = NULL;
    json_t *object = NULL;
    arena_reset(&gateway.arena);
    if (gateway_api_body(exchange, &object) && gateway_api_fields(exchange, descriptor, object) &&
        !gateway_api_read(exchange, object, descriptor, &message)) {
        message = NULL;
    }
    json_decref(object);
    return message;
}

static void test_query_when_it_has_every_kind_of_field_then_the_wish_has_them(void **state)
{
    (void)state;
    struct exchange *exchange =
        begin(GATEWAY_GET,
              "/api/v1/tickets?area=qh&state=accepted&limit=7&newest_first=true&lang=en", NULL);
    const Paidan__List *list = (const Paidan__List *)(const void *)read_wish(exchange);
    assert_non_null(list);
    assert_string_equal(list->area, "qh");
    assert_int_equal(list->state, PAIDAN__STATE__STATE_ACCEPTED);
    assert_int_equal(list->limit, 7);
    assert_true(list->newest_first);
    gateway_exchange_free(exchange);
    exchange = begin(GATEWAY_GET, "/api/v1/due?until=2026-11-22T14:00&overdue=1&cursor=00ff", NULL);
    const Paidan__DueList *due = (const Paidan__DueList *)(const void *)read_wish(exchange);
    assert_non_null(due);
    assert_int_equal(due->until_ms, 1795327200000ull);
    assert_int_equal(due->cursor.len, 2);
    gateway_exchange_free(exchange);
}

static void test_path_when_it_names_the_unit_then_the_wish_is_about_it(void **state)
{
    (void)state;
    struct exchange *exchange =
        begin(GATEWAY_POST, "/api/v1/units/lamps/pull", "{\"max\": 3, \"wait_ms\": 1000}");
    const Paidan__Pull *pull = (const Paidan__Pull *)(const void *)read_wish(exchange);
    assert_non_null(pull);
    assert_string_equal(pull->unit, "lamps");
    assert_int_equal(pull->max, 3);
    gateway_exchange_free(exchange);
}

static void test_fields_when_wrong_then_refused_with_the_status(void **state)
{
    (void)state;
    static const struct {
        enum gateway_method method;
        const char *target, *body;
        unsigned status;
    } cases[] = {
        {GATEWAY_GET, "/api/v1/tickets?colour=red", NULL, 422},
        {GATEWAY_GET, "/api/v1/tickets?limit=-1", NULL, 422},
        {GATEWAY_GET, "/api/v1/tickets?limit=99999999999", NULL, 422},
        {GATEWAY_GET, "/api/v1/tickets?state=happy", NULL, 422},
        {GATEWAY_GET, "/api/v1/tickets?newest_first=perhaps", NULL, 422},
        {GATEWAY_POST, "/api/v1/units/lamps/pull", "{\"unit\": \"other\"}", 422},
        {GATEWAY_POST, "/api/v1/units/lamps/pull", "[]", 400},
        {GATEWAY_POST, "/api/v1/units/lamps/pull", "{\"max\": 3", 400},
        {GATEWAY_POST, "/api/v1/units/lamps/pull", "{\"max\": 3, \"max\": 4}", 400},
        {GATEWAY_POST, "/api/v1/units/lamps/pull", "{\"max\": 3.5}", 422},
        {GATEWAY_POST, "/api/v1/tickets/20261122-0001-8/chase", "{}", 422}, /* check digit */
        {GATEWAY_POST, "/api/v1/try", "{\"text\": \"a\\u0000b\"}", 400},
        {GATEWAY_POST, "/api/v1/try", "{}", 422},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct exchange *exchange =
            begin(cases[index].method, cases[index].target, cases[index].body);
        if (read_wish(exchange) != NULL || exchange->status != cases[index].status) {
            fail_msg("%s %s: %u", cases[index].target,
                     cases[index].body == NULL ? "" : cases[index].body, exchange->status);
        }
        gateway_exchange_free(exchange);
    }
}

static void test_answer_when_made_json_then_refused_items_have_sentences(void **state)
{
    (void)state;
    struct exchange *exchange = begin(GATEWAY_POST, "/api/v1/work", NULL);
    Paidan__WorkResult good = PAIDAN__WORK_RESULT__INIT, bad = PAIDAN__WORK_RESULT__INIT;
    Paidan__WorkResult *results[] = {&good, &bad};
    Paidan__Worked worked = PAIDAN__WORKED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    good.ticket = bad.ticket = 2026112200000001ull;
    good.code = PAIDAN__CODE__OK;
    bad.code = PAIDAN__CODE__VERSION_CONFLICT;
    bad.did = (char *)(uintptr_t) "accepted";
    bad.actor = (char *)(uintptr_t) "王芳";
    bad.has_at_ms = 1;
    bad.at_ms = 1795309200000ull;
    worked.results = results;
    worked.n_results = 2;
    answer.body_case = PAIDAN__ANSWER__BODY_WORKED;
    answer.worked = &worked;
    answer.has_now_ms = 1;
    answer.now_ms = 1795309200000ull;
    json_t *json = gateway_api_json(exchange, &answer);
    const json_t *list = json_object_get(json, "results");
    assert_null(json_object_get(json_array_get(list, 0), "zh"));
    assert_non_null(json_object_get(json_array_get(list, 1), "zh"));
    assert_non_null(
        strstr(json_string_value(json_object_get(json_array_get(list, 1), "says")), "王芳"));
    assert_int_equal(json_integer_value(json_object_get(json, "now_ms")), 1795309200000ll);
    json_decref(json);
    gateway_exchange_free(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_when_it_has_every_kind_of_field_then_the_wish_has_them),
        cmocka_unit_test(test_path_when_it_names_the_unit_then_the_wish_is_about_it),
        cmocka_unit_test(test_fields_when_wrong_then_refused_with_the_status),
        cmocka_unit_test(test_answer_when_made_json_then_refused_items_have_sentences),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
