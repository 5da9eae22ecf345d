/* port_hotline: envelopes read and written, signatures of all three suites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_hotline_json.h"
#include "port_hotline_sign.h"
#include "site_files.h"

/* Made by openssl for this test. */
static const char own_key[] = "5bea19d7fbf7a2d6bd645a90a136f3fa43e1cfcac68bb425e1eba2c39582bc9a";
static const char public_key[] =
    "04429afe973f91b513ce2409e15ce1f75ac1df87ca93106f2f995d1ea0506661ad"
    "483e3885d91e9c0f5084eab73519cef80b82872b162a761f99277008fe3f1467";

static const struct port_hotline_signed what = {.at_ms = 1796004015093,
                                                .nonce = "0123456789abcdef",
                                                .method = "POST",
                                                .target = "/hotline/v1/messages",
                                                .body = "{}",
                                                .body_bytes = 2};

static void assert_bound(enum site_hotline_suite suite, const char *sign_key, const char *check_key)
{
    char signature[HOTLINE_SIGNATURE_BYTES];
    assert_int_equal(port_hotline_sign(suite, sign_key, &what, signature), RC_OK);
    assert_true(port_hotline_sign_holds(suite, check_key, &what, signature));
    struct port_hotline_signed other = what;
    other.at_ms++;
    assert_false(port_hotline_sign_holds(suite, check_key, &other, signature));
    other = what;
    other.nonce = "0123456789abcdeg";
    assert_false(port_hotline_sign_holds(suite, check_key, &other, signature));
    other = what;
    other.method = "PUT";
    assert_false(port_hotline_sign_holds(suite, check_key, &other, signature));
    other = what;
    other.target = "/hotline/v1/message";
    assert_false(port_hotline_sign_holds(suite, check_key, &other, signature));
    other = what;
    other.body = "[]";
    assert_false(port_hotline_sign_holds(suite, check_key, &other, signature));
    signature[10] = signature[10] == '0' ? '1' : '0';
    assert_false(port_hotline_sign_holds(suite, check_key, &what, signature));
    assert_false(port_hotline_sign_holds(suite, check_key, &what, ""));
    assert_false(port_hotline_sign_holds(suite, check_key, &what, "zz"));
}

static void test_sign_when_anything_is_other_then_it_does_not_hold(void **state)
{
    (void)state;
    assert_bound(SITE_HOTLINE_HMAC_SHA256, "key", "key");
    assert_bound(SITE_HOTLINE_HMAC_SM3, "key", "key");
    assert_bound(SITE_HOTLINE_SM2_SM3, own_key, public_key);
}

static void test_sign_when_the_key_is_none_then_invalid(void **state)
{
    char signature[HOTLINE_SIGNATURE_BYTES];
    (void)state;
    assert_int_equal(port_hotline_sign(SITE_HOTLINE_SM2_SM3, "key", &what, signature), RC_INVALID);
    assert_int_equal(port_hotline_sign(SITE_HOTLINE_SM2_SM3, public_key, &what, signature),
                     RC_INVALID);
    assert_int_equal(port_hotline_sign(SITE_HOTLINE_SM2_SM3, own_key, &what, signature), RC_OK);
    assert_false(port_hotline_sign_holds(SITE_HOTLINE_SM2_SM3, own_key, &what, signature));
    char other[sizeof public_key];
    memcpy(other, public_key, sizeof other);
    other[20] = other[20] == '0' ? '1' : '0'; /* on no curve */
    assert_false(port_hotline_sign_holds(SITE_HOTLINE_SM2_SM3, other, &what, signature));
}

static void test_nonce_when_short_or_strange_then_refused(void **state)
{
    (void)state;
    assert_true(port_hotline_sign_nonce("0123456789abcdef"));
    assert_false(port_hotline_sign_nonce("0123456789abcde"));
    assert_false(port_hotline_sign_nonce("0123456789abcdef "));
    assert_false(port_hotline_sign_nonce(
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0"));
}

static enum rc read_at(struct arena *arena, const char *at, uint64_t *ms)
{
    char text[512];
    Paidan__HotlineEnvelope *envelope = NULL;
    const char *field = NULL;
    (void)snprintf(text, sizeof text,
                   "{\"spec\":\"" HOTLINE_SPEC
                   "\",\"id\":\"1\",\"source\":\"city\",\"source_id\":\"2\","
                   "\"kind\":\"chase\",\"seq\":1,\"at\":%s}",
                   at);
    const enum rc rc = port_hotline_json_read(arena, text, strlen(text), "city", &envelope, &field);
    *ms = envelope->at_ms;
    assert_true(rc == RC_OK || strcmp(field, "at") == 0);
    return rc;
}

static void test_read_when_a_time_then_with_its_offset(void **state)
{
    struct arena arena;
    uint64_t ms = 0;
    (void)state;
    assert_int_equal(arena_init(&arena, 1 << 20), RC_OK);
    assert_int_equal(read_at(&arena, "\"2026-11-30T10:00:00+08:00\"", &ms), RC_OK);
    assert_int_equal(ms, 1796004000000);
    assert_int_equal(read_at(&arena, "\"2026-11-30T02:00:00.123Z\"", &ms), RC_OK);
    assert_int_equal(ms, 1796004000000);
    assert_int_equal(read_at(&arena, "1796004000000", &ms), RC_OK);
    assert_int_equal(ms, 1796004000000);
    static const char *const none[] = {"\"2026-11-30T10:00:00\"",
                                       "\"2026-11-31T10:00:00Z\"",
                                       "\"2026-13-01T10:00:00Z\"",
                                       "\"2026-11-30T24:00:00Z\"",
                                       "\"2026-11-30\"",
                                       "0",
                                       "-5",
                                       "1.5",
                                       "true",
                                       "\"2026-11-30T10:00:00+08\"",
                                       "\"2026-11-30T10:00:00+99:00\"",
                                       "\"1960-01-01T00:00:00Z\""};
    for (size_t index = 0; index < sizeof none / sizeof none[0]; index++) {
        assert_int_equal(read_at(&arena, none[index], &ms), RC_INVALID);
    }
    arena_fini(&arena);
}

static void test_write_when_told_then_their_words(void **state)
{
    static struct site_report report;
    static const char yaml[] =
        "channel: wechat\nlisten: 127.0.0.1:0\n"
        "peers: [{code: city, name: 市, suite: hmac-sm3, ours: street}]\n";
    static const char states[] = "peer,ours,theirs\n*,accepted,已受理\n";
    const struct site_files files = {
        .text = {[SITE_HOTLINE_YAML] = yaml, [SITE_HOTLINE_STATES_CSV] = states}};
    struct site *site = NULL;
    struct arena arena;
    (void)state;
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_int_equal(arena_init(&arena, 1 << 20), RC_OK);
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    told.peer = "city";
    told.source_id = "A\"1";
    told.kind = PAIDAN__HOTLINE_KIND__HOTLINE_ACCEPTED;
    told.seq = 2;
    told.at_ms = 1796004000000;
    told.number = "20261130-0001-7";
    told.state = "accepted";
    told.unit = "gone";
    const char *const text = port_hotline_json_write(
        &arena, site, site_hotline_peer_find(site, "city"), "hotline:7", &told);
    assert_string_equal(text,
                        "{\"spec\":\"paidan-hotline/1\",\"id\":\"hotline:7\",\"source\":\"street\","
                        "\"source_id\":\"A\\\"1\",\"our_number\":\"20261130-0001-7\",\"kind\":"
                        "\"accepted\",\"at\":\"2026-11-30T10:00:00+08:00\",\"seq\":2,\"body\":{"
                        "\"state\":\"已受理\",\"our_state\":\"accepted\",\"unit\":\"gone\"}}");
    arena_fini(&arena);
    site_free(site);
}

static void test_call_when_a_form_or_json_then_the_same(void **state)
{
    static const char form[] =
        "event=newCall&from=%2B861380000&callId=c%201&user[]=a&user%5B%5D=b&x";
    static const char json[] =
        "{\"event\":\"newCall\",\"from\":\"+861380000\",\"callId\":\"c 1\",\"user\":[\"a\",\"b\"]}";
    struct arena arena;
    Paidan__HotlineCalled *called = NULL;
    const char *field = NULL;
    (void)state;
    assert_int_equal(arena_init(&arena, 1 << 20), RC_OK);
    for (int which = 0; which < 2; which++) {
        const char *const text = which == 0 ? form : json;
        assert_int_equal(port_hotline_json_call(&arena, text, strlen(text), &called, &field),
                         RC_OK);
        assert_int_equal(called->step, PAIDAN__CALL_STEP__CALL_RINGS);
        assert_string_equal(called->from, "+861380000");
        assert_string_equal(called->call_id, "c 1");
        assert_int_equal(called->n_users, 2);
        assert_string_equal(called->users[1], "b");
    }
    assert_int_equal(port_hotline_json_call(&arena, "event=answer", 12, &called, &field),
                     RC_INVALID);
    assert_string_equal(field, "callId");
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_when_anything_is_other_then_it_does_not_hold),
        cmocka_unit_test(test_sign_when_the_key_is_none_then_invalid),
        cmocka_unit_test(test_nonce_when_short_or_strange_then_refused),
        cmocka_unit_test(test_read_when_a_time_then_with_its_offset),
        cmocka_unit_test(test_write_when_told_then_their_words),
        cmocka_unit_test(test_call_when_a_form_or_json_then_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
