/* port_wechat_crypto: envelopes that others closed, our own, and those that nobody may open. The fixed
 * ones were made by the npm packages wechat-crypto and @wecom/crypto. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port_wechat_crypto.h"

#define MESSAGE "<xml><Content>楼道灯坏了</Content></xml>"
static const char app_id[] = "wx5823bf96d3bd56c7";
static const char encoding_key[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
static const char theirs[] =
    "Q3stYC6hdFzMh9T8HCvyDK1ng0C9s4WjfH8zMtSWhP22STkRUUuH1vr24kQMg3b3q3vPdcpnwcO/"
    "Y9kH5CEeFastknI4VxIWe1DFczOzuvV/d8wJ1us8+3E7gUyb0Gbb";
static const char theirs_signed[] = "4414ecc44d65ddb6c778b3a588f879f1a65f9375";
static const char theirs_empty[] =
    "Q3stYC6hdFzMh9T8HCvyDECnj1feApYPB8S/lL7hGa5//soUrwxbo0REw3Dqnm+XR6i9ocBJJDOfE8kKvZDMXw==";
static const char theirs_other[] =
    "quzHJNMRaueCv1MY1JN0cWCz/rutPCCUJ+cj/1zHeY4z+qZlyD+tnoAxxaLM07TBOZD9BIc9sBG5G1k+"
    "WgIgBm8MN2fo5jwhWmukKzpzCbXg/jIAYvyVxKl28I0qCXeR";
static const uint64_t said_ms = 1409659813000;

static struct arena arena;
static struct port_wechat_keys keys;

static int set_up(void **state)
{
    (void)state;
    keys = (struct port_wechat_keys){.token = "paidan", .id = app_id};
    assert_int_equal(port_wechat_crypto_key(encoding_key, keys.aes), RC_OK);
    return arena_init(&arena, 8u << 20) == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum rc open_it(const char *cipher, const char **message)
{
    size_t bytes = 0;
    const enum rc rc = port_wechat_crypto_open(&keys, &arena, cipher, message, &bytes);
    if (rc == RC_OK) {
        assert_int_equal((*message)[bytes], '\0');
    }
    return rc;
}

static void test_open_what_others_closed_then_it_is_read(void **state)
{
    const char *message = NULL;
    (void)state;
    assert_int_equal(open_it(theirs, &message), RC_OK);
    assert_string_equal(message, MESSAGE);
    assert_int_equal(open_it(theirs_other, &message), RC_OK);
    assert_string_equal(message, MESSAGE);
    assert_int_equal(open_it(theirs_empty, &message), RC_OK);
    assert_string_equal(message, "");
}

static void test_close_with_their_random_bytes_then_it_is_theirs(void **state)
{
    const char *cipher = NULL;
    (void)state;
    assert_int_equal(port_wechat_crypto_close(&keys, (const unsigned char *)"0123456789abcdef",
                                              &arena, MESSAGE, strlen(MESSAGE), &cipher),
                     RC_OK);
    assert_string_equal(cipher, theirs);
}

/* Around each end of a block of padding: 32 to 1 bytes of it. */
static void test_close_when_opened_then_it_is_the_same(void **state)
{
    static const unsigned char random[PORT_WECHAT_RANDOM_BYTES] = {7};
    char text[200];
    (void)state;
    for (size_t size = 0; size < sizeof text; size++) {
        const char *cipher = NULL, *message = NULL;
        memset(text, 'x', sizeof text);
        text[size] = '\0';
        arena_reset(&arena);
        assert_int_equal(port_wechat_crypto_close(&keys, random, &arena, text, size, &cipher),
                         RC_OK);
        assert_int_equal(open_it(cipher, &message), RC_OK);
        assert_string_equal(message, text);
    }
}

static void test_open_when_a_byte_is_altered_then_it_is_refused_or_another(void **state)
{
    char altered[sizeof theirs];
    (void)state;
    for (size_t at = 0; at + 1 < sizeof theirs; at++) {
        const char *message = NULL;
        memcpy(altered, theirs, sizeof theirs);
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        arena_reset(&arena);
        if (open_it(altered, &message) == RC_OK) {
            /* The signature is what proves it; here no more than that nothing breaks. */
            assert_non_null(message);
        }
    }
    altered[sizeof theirs - 2] = '\0';
    const char *message = NULL;
    assert_int_equal(open_it(altered, &message), RC_INVALID);
    assert_int_equal(open_it("", &message), RC_INVALID);
    assert_int_equal(open_it("====", &message), RC_INVALID);
    assert_int_equal(open_it("QUJD\nQUJD", &message), RC_INVALID);
    assert_int_equal(open_it("QUJD", &message), RC_INVALID);
}

static void test_open_when_it_is_another_accounts_then_it_is_forbidden(void **state)
{
    const char *message = NULL;
    (void)state;
    keys.id = "wx5823bf96d3bd56c8";
    assert_int_equal(open_it(theirs, &message), RC_FORBIDDEN);
    keys.id = "wx5823bf96d3bd56c";
    assert_int_equal(open_it(theirs, &message), RC_FORBIDDEN);
    keys.id = app_id;
    keys.aes[31] ^= 1;
    assert_int_not_equal(open_it(theirs, &message), RC_OK);
}

static void test_judge_when_signed_then_its_age_counts(void **state)
{
    static const struct port_wechat_seal seal = {
        .signature = theirs_signed, .timestamp = "1409659813", .nonce = "1372623149"};
    (void)state;
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms), RC_OK);
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms + 300000), RC_OK);
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms + 301000),
                     RC_TIMEOUT);
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms - 301000),
                     RC_TIMEOUT);
}

static void test_judge_when_another_signed_then_it_is_forbidden(void **state)
{
    struct port_wechat_seal seal = {
        .signature = theirs_signed, .timestamp = "1409659813", .nonce = "1372623149"};
    (void)state;
    assert_int_equal(port_wechat_crypto_judge("other", &seal, theirs, said_ms), RC_FORBIDDEN);
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs_other, said_ms),
                     RC_FORBIDDEN);
    seal.nonce = "1372623148";
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms), RC_FORBIDDEN);
    seal.nonce = NULL;
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms), RC_INVALID);
    seal.nonce = "1372623149";
    seal.timestamp = "1409659813x";
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms), RC_INVALID);
    seal.timestamp = "99999999999999999999";
    assert_int_equal(port_wechat_crypto_judge("paidan", &seal, theirs, said_ms), RC_INVALID);
}

static void test_key_when_it_is_none_then_it_is_refused(void **state)
{
    unsigned char key[PORT_WECHAT_KEY_BYTES];
    (void)state;
    assert_int_equal(port_wechat_crypto_key("", key), RC_INVALID);
    assert_int_equal(port_wechat_crypto_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF", key),
                     RC_INVALID);
    assert_int_equal(port_wechat_crypto_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF ", key),
                     RC_INVALID);
    assert_int_equal(port_wechat_crypto_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF=", key),
                     RC_INVALID);
}

/* 32 bytes of 'a', padded to 32, as the openssl program closes them with that key. */
static void test_file_when_another_closed_it_then_it_is_read(void **state)
{
    unsigned char key[PORT_WECHAT_KEY_BYTES];
    unsigned char bytes[] = {0xe4, 0x8d, 0x15, 0x89, 0x82, 0xd0, 0xa8, 0x28, 0x83, 0xc8, 0xdc,
                             0x3d, 0x6f, 0x28, 0x19, 0x87, 0xc1, 0xd3, 0x1e, 0x5c, 0x01, 0x3b,
                             0x4a, 0x95, 0x09, 0xe3, 0x57, 0x46, 0x37, 0x2b, 0xea, 0x80, 0x87,
                             0x9f, 0x6f, 0xf1, 0x5e, 0x74, 0x78, 0xdc, 0xfe, 0x8d, 0x3d, 0xd3,
                             0x83, 0xea, 0xc3, 0x7c, 0x46, 0xa7, 0xf9, 0xe2, 0x3e, 0x53, 0xef,
                             0xc8, 0xba, 0xef, 0x43, 0x30, 0x21, 0xff, 0x46, 0xe5};
    size_t size = sizeof bytes;
    (void)state;
    assert_int_equal(port_wechat_crypto_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", key),
                     RC_OK);
    assert_int_equal(port_wechat_crypto_file(key, bytes, &size), RC_OK);
    assert_int_equal(size, 32);
    assert_memory_equal(bytes, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32);
}

static void test_file_when_it_is_no_cipher_of_that_key_then_it_is_refused(void **state)
{
    unsigned char key[PORT_WECHAT_KEY_BYTES];
    unsigned char bytes[64];
    size_t size = sizeof bytes;
    (void)state;
    assert_int_equal(port_wechat_crypto_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", key),
                     RC_OK);
    memset(bytes, 7, sizeof bytes);
    assert_int_equal(port_wechat_crypto_file(key, bytes, &size), RC_INVALID);
    size = 63;
    assert_int_equal(port_wechat_crypto_file(key, bytes, &size), RC_INVALID);
    size = 0;
    assert_int_equal(port_wechat_crypto_file(key, bytes, &size), RC_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_open_what_others_closed_then_it_is_read, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_close_with_their_random_bytes_then_it_is_theirs,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_close_when_opened_then_it_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_open_when_a_byte_is_altered_then_it_is_refused_or_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_open_when_it_is_another_accounts_then_it_is_forbidden,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_judge_when_signed_then_its_age_counts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_judge_when_another_signed_then_it_is_forbidden, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_key_when_it_is_none_then_it_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test(test_file_when_another_closed_it_then_it_is_read),
        cmocka_unit_test(test_file_when_it_is_no_cipher_of_that_key_then_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
