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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
