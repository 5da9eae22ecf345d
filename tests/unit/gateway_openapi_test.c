/* gateway_openapi: every route is described, and nothing that is named is missing. */
#include "gateway_openapi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway_route.h"

static json_t *make(void)
{
    size_t count = 0;
    const struct gateway_route *routes = gateway_route_table(&count);
    json_t *made = gateway_openapi_make(routes, count);
    assert_non_null(made);
    return made;
}

/* Every reference below node leads to a schema. */
static void check_references(const json_t *schemas, const json_t *node)
{
    static const char before[] = "#/components/schemas/";
    const char *reference = json_string_value(json_object_get(node, "$ref"));
    const char *key = NULL;
    json_t *value = NULL;
    if (reference != NULL) {
        assert_memory_equal(reference, before, sizeof before - 1);
        if (json_object_get(schemas, reference + sizeof before - 1) == NULL) {
            fail_msg("%s leads nowhere", reference);
        }
    }
    for (size_t index = 0; index < json_array_size(node); index++) {
        check_references(schemas, json_array_get(node, index));
    }
    json_object_foreach((json_t *)(uintptr_t)node, key, value)
    {
        check_references(schemas, value);
    }
}

static void test_description_when_made_then_every_reference_leads_somewhere(void **state)
{
    (void)state;
    json_t *made = make();
    const json_t *schemas = json_object_get(json_object_get(made, "components"), "schemas");
    assert_true(json_object_size(schemas) > 40);
    check_references(schemas, made);
    json_decref(made);
}

static void test_description_when_made_then_every_route_of_the_api_is_in_it(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gateway_route *routes = gateway_route_table(&count);
    json_t *made = make();
    const json_t *paths = json_object_get(made, "paths");
    json_t *ids = json_object();
    for (size_t index = 0; index < count; index++) {
        if (strncmp(routes[index].pattern, "/api/", 5) != 0) {
            continue;
        }
        const json_t *operation =
            json_object_get(json_object_get(paths, routes[index].pattern),
                            routes[index].method == GATEWAY_GET ? "get" : "post");
        const char *id = json_string_value(json_object_get(operation, "operationId"));
        assert_non_null(id);
        if (json_object_get(ids, id) != NULL) {
            fail_msg("%s twice", id);
        }
        json_object_set_new(ids, id, json_true());
        /* Who needs a login is said, and a body is described where one is taken. */
        assert_int_equal(json_array_size(json_object_get(operation, "security")) > 0,
                         routes[index].who == GATEWAY_LOGIN);
        assert_int_equal(json_object_get(operation, "requestBody") != NULL,
                         routes[index].body == GATEWAY_JSON);
    }
    json_decref(ids);
    json_decref(made);
}

/* What the path says the body must not say again. */
static void test_description_when_a_path_names_the_unit_then_its_body_does_not(void **state)
{
    (void)state;
    json_t *made = make();
    const json_t *pull = json_object_get(
        json_object_get(json_object_get(made, "paths"), "/api/v1/units/{unit}/pull"), "post");
    const json_t *body = json_object_get(
        json_object_get(json_object_get(json_object_get(pull, "requestBody"), "content"),
                        "application/json"),
        "schema");
    assert_non_null(json_object_get(json_object_get(body, "properties"), "wait_ms"));
    assert_null(json_object_get(json_object_get(body, "properties"), "unit"));
    assert_null(json_object_get(body, "required"));
    json_decref(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description_when_made_then_every_reference_leads_somewhere),
        cmocka_unit_test(test_description_when_made_then_every_route_of_the_api_is_in_it),
        cmocka_unit_test(test_description_when_a_path_names_the_unit_then_its_body_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
