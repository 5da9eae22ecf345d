/* web_sign: hashes as their standards print them, and comparisons that say the truth. */
#include "common/web/web_sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_hash_when_of_the_standards_then_theirs(void **state)
{
    (void)state;
    unsigned char hash[WEB_HASH_BYTES];
    char hex[WEB_HEX_BYTES];
    web_hash(WEB_HMAC_SHA256, "abc", 3, hash);
    web_hex(hash, sizeof hash, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    web_hash(WEB_HMAC_SM3, "abc", 3, hash); /* GB/T 32905-2016, A.1 */
    web_hex(hash, sizeof hash, hex);
    assert_string_equal(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

static void test_hmac_when_of_rfc_4231_then_its(void **state)
{
    (void)state;
    unsigned char mac[WEB_HASH_BYTES];
    char hex[WEB_HEX_BYTES];
    web_hmac(WEB_HMAC_SHA256, "Jefe", 4, "what do ya want for nothing?", 28, mac);
    web_hex(mac, sizeof mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    web_hmac(WEB_HMAC_SM3, "Jefe", 4, "what do ya want for nothing?", 28, mac);
    web_hex(mac, sizeof mac, hex);
    assert_string_equal(hex, "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882");
}

static void test_hmac_when_nothing_is_signed_with_nothing_then_it_is_defined(void **state)
{
    (void)state;
    unsigned char mac[WEB_HASH_BYTES];
    char hex[WEB_HEX_BYTES];
    web_hmac(WEB_HMAC_SHA256, "", 0, "", 0, mac);
    web_hex(mac, sizeof mac, hex);
    assert_string_equal(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_same_when_compared_then_every_byte_and_the_length_count(void **state)
{
    (void)state;
    assert_true(web_same("", ""));
    assert_true(web_same("5bdcc1", "5bdcc1"));
    assert_false(web_same("5bdcc1", "6bdcc1"));
    assert_false(web_same("5bdcc1", "5bdcc2"));
    assert_false(web_same("5bdcc1", "5bdcc"));
    assert_false(web_same("5bdcc", "5bdcc1"));
    assert_false(web_same("", "5"));
    assert_false(web_same("5", ""));
    assert_false(web_same("5", "55"));
}

static void test_sha1_when_strings_are_unordered_then_sorted_and_joined(void **state)
{
    (void)state;
    static const char *const one[] = {"b", "", "a", "c"}, *const other[] = {"c", "a", "b", ""};
    char hex[41], again[41];
    web_sha1_sorted(one, 4, hex);
    web_sha1_sorted(other, 4, again);
    assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d"); /* of "abc" */
    assert_string_equal(again, hex);
    web_sha1_sorted(NULL, 0, hex);
    assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void test_fresh_when_off_then_within_the_window_either_way(void **state)
{
    (void)state;
    assert_true(web_fresh(1000, 700, 300));
    assert_true(web_fresh(700, 1000, 300));
    assert_false(web_fresh(1000, 699, 300));
    assert_false(web_fresh(699, 1000, 300));
    assert_false(web_fresh(0, UINT64_MAX, 300000));
    assert_false(web_fresh(UINT64_MAX, 0, 300000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_when_of_the_standards_then_theirs),
        cmocka_unit_test(test_hmac_when_of_rfc_4231_then_its),
        cmocka_unit_test(test_hmac_when_nothing_is_signed_with_nothing_then_it_is_defined),
        cmocka_unit_test(test_same_when_compared_then_every_byte_and_the_length_count),
        cmocka_unit_test(test_sha1_when_strings_are_unordered_then_sorted_and_joined),
        cmocka_unit_test(test_fresh_when_off_then_within_the_window_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
