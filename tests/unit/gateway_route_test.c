/* gateway_route, gateway_uri: a path leads to one row or is refused; every row can be served. */
#include "gateway_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Wishes that change something: no GET may send one. */
static const Paidan__Request__WishCase changing[] = {
    PAIDAN__REQUEST__WISH_SUBMIT,         PAIDAN__REQUEST__WISH_SUPPLEMENT,
    PAIDAN__REQUEST__WISH_CHASE,          PAIDAN__REQUEST__WISH_WITHDRAW,
    PAIDAN__REQUEST__WISH_READ_TEXTS,     PAIDAN__REQUEST__WISH_DESK_DISPATCH,
    PAIDAN__REQUEST__WISH_PULL,           PAIDAN__REQUEST__WISH_WORK,
    PAIDAN__REQUEST__WISH_SUPERVISE,      PAIDAN__REQUEST__WISH_BULLETIN_DRAFT,
    PAIDAN__REQUEST__WISH_BULLETIN_RULE,  PAIDAN__REQUEST__WISH_BULLETIN_WITHDRAW,
    PAIDAN__REQUEST__WISH_CALLBACK_PULL,  PAIDAN__REQUEST__WISH_CALLBACK_ANSWER,
    PAIDAN__REQUEST__WISH_CALLBACK_MISS,  PAIDAN__REQUEST__WISH_CALLER_LIST,
    PAIDAN__REQUEST__WISH_PERSON_ADD,     PAIDAN__REQUEST__WISH_PERSON_CHANGE,
    PAIDAN__REQUEST__WISH_ROLE_CHANGE,    PAIDAN__REQUEST__WISH_CHANGE_DECIDE,
    PAIDAN__REQUEST__WISH_SESSION_REVOKE, PAIDAN__REQUEST__WISH_KEY_MAKE,
    PAIDAN__REQUEST__WISH_KEY_REVOKE,
};

static const struct gateway_route *find(enum gateway_method method, const char *target,
                                        struct gateway_uri *uri, struct gateway_pair *parts,
                                        bool *known)
{
    size_t count = 0;
    unsigned part_count = 0;
    const struct gateway_route *table = gateway_route_table(&count);
    if (gateway_uri_read(uri, target) != RC_OK) {
        return NULL;
    }
    return gateway_route_find(table, count, method, uri, parts, &part_count, known);
}

static void test_table_when_walked_then_every_row_can_be_served(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gateway_route *table = gateway_route_table(&count);
    for (size_t index = 0; index < count; index++) {
        const struct gateway_route *route = &table[index];
        assert_non_null(route->handler);
        assert_true(route->summary != NULL && route->summary[0] != '\0');
        assert_int_equal(route->pattern[0], '/');
        assert_true(route->method == GATEWAY_GET || route->body != GATEWAY_NO_BODY);
        for (size_t other = 0; other < index; other++) {
            assert_false(table[other].method == route->method &&
                         strcmp(table[other].pattern, route->pattern) == 0);
        }
        if (route->wish == 0) {
            continue;
        }
        assert_true(route->service < GATEWAY_LINKS || route->service == GATEWAY_NAMED_ADAPTER);
        assert_true(route->service == GATEWAY_NAMED_ADAPTER ||
                    strstr(route->pattern, "{adapter}") == NULL);
        assert_non_null(protobuf_c_message_descriptor_get_field(&paidan__request__descriptor,
                                                                (unsigned)route->wish));
        assert_non_null(protobuf_c_message_descriptor_get_field_by_name(&paidan__answer__descriptor,
                                                                        route->answer));
    }
}

static void test_table_when_walked_then_no_get_changes_anything(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gateway_route *table = gateway_route_table(&count);
    for (size_t index = 0; index < count; index++) {
        for (size_t wish = 0; wish < sizeof changing / sizeof changing[0]; wish++) {
            assert_false(table[index].method == GATEWAY_GET && table[index].wish == changing[wish]);
        }
    }
}

static void test_find_when_a_path_fits_then_its_row_with_the_parts(void **state)
{
    (void)state;
    struct gateway_uri uri;
    struct gateway_pair parts[GATEWAY_PARTS_OF_PATH];
    bool known = false;
    const struct gateway_route *route =
        find(GATEWAY_POST, "/api/v1/tickets/20261122-0001-9/supervise/urge", &uri, parts, &known);
    assert_non_null(route);
    assert_int_equal(route->wish, PAIDAN__REQUEST__WISH_SUPERVISE);
    assert_string_equal(parts[0].name, "number");
    assert_string_equal(parts[0].value, "20261122-0001-9");
    assert_string_equal(parts[1].name, "action");
    assert_string_equal(parts[1].value, "urge");
    gateway_uri_free(&uri);
    /* What is spelt out comes before what has a name in its place. */
    route = find(GATEWAY_POST, "/api/v1/tickets/20261122-0001-9/chase", &uri, parts, &known);
    assert_int_equal(route->wish, PAIDAN__REQUEST__WISH_CHASE);
    gateway_uri_free(&uri);
    route = find(GATEWAY_GET, "/console/assets/%E6%B5%8B.js", &uri, parts, &known);
    assert_string_equal(route->pattern, "/console/{*}");
    assert_string_equal(uri.segments[2], "测.js");
    gateway_uri_free(&uri);
}

static void test_find_when_the_method_is_another_then_none_and_the_path_known(void **state)
{
    (void)state;
    struct gateway_uri uri;
    struct gateway_pair parts[GATEWAY_PARTS_OF_PATH];
    bool known = false;
    assert_null(find(GATEWAY_POST, "/api/v1/board", &uri, parts, &known));
    assert_true(known);
    gateway_uri_free(&uri);
    assert_null(find(GATEWAY_GET, "/api/v1/nothing", &uri, parts, &known));
    assert_false(known);
    gateway_uri_free(&uri);
    /* A folder is no file, and a file no folder. */
    assert_null(find(GATEWAY_GET, "/api/v1/board/", &uri, parts, &known));
    assert_false(known);
    gateway_uri_free(&uri);
}

static void test_uri_when_it_could_mean_two_things_then_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "api",    "//",     "/a//b",    "/a/./b",  "/a/../b", "/%2e%2e/b",
        "/a/%2E",     "/a%2fb", "/a%5cb", "/a\\b",    "/a%00b",  "/a%0ab",  "/a%7f",
        "/a%",        "/a%4",   "/a%zz",  "/%ff",     "/%c0%af", "/a#b",    "http://x/a",
        "/a?x=1&x=2", "/a?=1",  "/a?x=%", "/a?x=%00",
    };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        struct gateway_uri uri;
        if (gateway_uri_read(&uri, bad[index]) == RC_OK) {
            fail_msg("read: %s", bad[index]);
        }
        assert_null(uri.bytes);
    }
}

static void test_uri_when_long_or_of_many_parts_then_limit(void **state)
{
    (void)state;
    struct gateway_uri uri;
    char long_path[GATEWAY_URI_BYTES_MAX + 2];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[0] = '/';
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(gateway_uri_read(&uri, long_path), RC_LIMIT);
    assert_int_equal(gateway_uri_read(&uri, "/1/2/3/4/5/6/7/8/9/10/11/12/13"), RC_LIMIT);
    char many[512] = "/a?";
    for (int index = 0; index <= GATEWAY_QUERY_MAX; index++) {
        char pair[16];
        (void)snprintf(pair, sizeof pair, "q%d=1&", index);
        strcat(many, pair);
    }
    assert_int_equal(gateway_uri_read(&uri, many), RC_LIMIT);
}

static void test_uri_when_plain_then_unescaped_once(void **state)
{
    (void)state;
    struct gateway_uri uri;
    assert_int_equal(gateway_uri_read(&uri, "/a%2525/b?q=%25+c&%E5%8D%95=%2B"), RC_OK);
    assert_int_equal(uri.segment_count, 2);
    assert_string_equal(uri.segments[0], "a%25");
    assert_string_equal(gateway_uri_query(&uri, "q"), "% c");
    assert_string_equal(gateway_uri_query(&uri, "单"), "+");
    assert_null(gateway_uri_query(&uri, "none"));
    gateway_uri_free(&uri);
    assert_int_equal(gateway_uri_read(&uri, "/"), RC_OK);
    assert_int_equal(uri.segment_count, 0);
    assert_true(uri.folder);
    gateway_uri_free(&uri);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_walked_then_every_row_can_be_served),
        cmocka_unit_test(test_table_when_walked_then_no_get_changes_anything),
        cmocka_unit_test(test_find_when_a_path_fits_then_its_row_with_the_parts),
        cmocka_unit_test(test_find_when_the_method_is_another_then_none_and_the_path_known),
        cmocka_unit_test(test_uri_when_it_could_mean_two_things_then_refused),
        cmocka_unit_test(test_uri_when_long_or_of_many_parts_then_limit),
        cmocka_unit_test(test_uri_when_plain_then_unescaped_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
