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

static const json_t *at(const json_t *node, const char *const *names)
{
    for (; *names != NULL && node != NULL; names++) {
        node = json_object_get(node, *names);
    }
    return node;
}

/* Merging, parting, splitting, correcting: what is sent and what comes back, refusals too. */
static void test_description_of_groups_when_made_then_bodies_answers_and_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *path, *field, *type, *answer;
    } rows[] = {
        {"/api/v1/tickets/{number}/merge", "into", "string", "Done"},
        {"/api/v1/tickets/{number}/merge", "version", "integer", "Done"},
        {"/api/v1/tickets/{number}/merge", "note", "string", "Done"},
        {"/api/v1/tickets/{number}/unmerge", "note", "string", "Done"},
        {"/api/v1/tickets/{number}/split", "parts", "array", "Submitted"},
        {"/api/v1/tickets/{number}/correct", "category", "string", "Done"},
        {"/api/v1/callbacks/miss", "hand_to", "string", "CallbackMissed"},
        {"/api/v1/search", "phone", "string", "SearchTold"},
        {"/api/v1/search", "reason", "string", "SearchTold"},
    };
    json_t *made = make();
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const json_t *const post =
            at(made, (const char *const[]){"paths", rows[index].path, "post", NULL});
        const json_t *const type =
            at(post, (const char *const[]){"requestBody", "content", "application/json", "schema",
                                           "properties", rows[index].field, "type", NULL});
        const json_t *const answer =
            at(post, (const char *const[]){"responses", "200", "content", "application/json",
                                           "schema", "$ref", NULL});
        char reference[64];
        (void)snprintf(reference, sizeof reference, "#/components/schemas/%s", rows[index].answer);
        if (type == NULL || answer == NULL) {
            fail_msg("%s: %s", rows[index].path, rows[index].field);
        }
        assert_string_equal(json_string_value(type), rows[index].type);
        assert_string_equal(json_string_value(answer), reference);
        assert_non_null(at(post, (const char *const[]){"responses", "4XX", NULL}));
    }
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
        cmocka_unit_test(test_description_of_groups_when_made_then_bodies_answers_and_refusals),
        cmocka_unit_test(test_description_when_a_path_names_the_unit_then_its_body_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
