/* proof: what is made of passwords and tokens is what services compare for years, and what nobody
 * should have as a password is told. */

#include "common/bus/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static Paidan__PasswordTerms terms_of(unsigned char salt[PASSWORD_SALT_BYTES], uint32_t memory_kib)
{
    Paidan__PasswordTerms terms = PAIDAN__PASSWORD_TERMS__INIT;
    memset(salt, 's', PASSWORD_SALT_BYTES);
    terms.salt = (ProtobufCBinaryData){.len = PASSWORD_SALT_BYTES, .data = salt};
    terms.passes = 2;
    terms.memory_kib = memory_kib;
    return terms;
}

/* The numbers were made once and must never change: stored passwords depend on them. */
static void test_proof_when_made_again_then_the_same_bytes_as_ever(void **state)
{
    (void)state;
    unsigned char salt[PASSWORD_SALT_BYTES], proof[SECRET_HASH_BYTES], hash[SECRET_HASH_BYTES];
    char hex[2 * SECRET_HASH_BYTES + 1];
    const Paidan__PasswordTerms terms = terms_of(salt, 1024);
    assert_int_equal(proof_make("correct horse battery", &terms, proof), RC_OK);
    sodium_bin2hex(hex, sizeof hex, proof, sizeof proof);
    assert_string_equal(hex, "95feafda9dd8a6d0aa450ee1a3c64e5e70ee3ce742bde9a3602f101b33627405");
    proof_hash(proof, hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    assert_string_equal(hex, "92aae04c886fee5fc9a545c5e0fae91408f9ae9de2b6dd7f98c1f7a87759a220");
}

static void test_proof_when_terms_are_out_of_bounds_then_refused(void **state)
{
    (void)state;
    unsigned char salt[PASSWORD_SALT_BYTES], proof[SECRET_HASH_BYTES];
    Paidan__PasswordTerms terms = terms_of(salt, 1u << 22); /* 4 GiB of somebody else's memory */
    assert_int_equal(proof_make("x", &terms, proof), RC_INVALID);
    terms = terms_of(salt, 4);
    assert_int_equal(proof_make("x", &terms, proof), RC_INVALID);
    terms = terms_of(salt, 1024);
    terms.passes = 1000;
    assert_int_equal(proof_make("x", &terms, proof), RC_INVALID);
    terms = terms_of(salt, 1024);
    terms.salt.len = 8;
    assert_int_equal(proof_make("x", &terms, proof), RC_INVALID);
}

static void test_weakness_when_everybody_guesses_it_then_named(void **state)
{
    (void)state;
    static const struct {
        const char *password, *why;
    } cases[] = {
        {"short", "short"},
        {"十一个汉字组成的一句话", "short"},
        {"十二个汉字就已经是够长的了", NULL},
        {"aaaaaaaaaaaaaaaa", "simple"},
        {"1234567890123", "simple"},
        {"abcdefghijklmnop", "simple"},
        {"Password-2026!!", "common"},
        {"passw0rd passw0rd", "common"},
        {"admin123admin123", "common"},
        {"qwertyuiop-2026", "common"},
        {"zhangsan-likes-tea", "name"},
        {"Zhang.San likes tea", "name"},
        {"correct horse battery", NULL},
        {"k3pt-9xwm-77qa-zz2d", NULL},
    };
    for (unsigned index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *why = proof_weakness(cases[index].password, "zhang.san");
        if ((why == NULL) != (cases[index].why == NULL) ||
            (why != NULL && strcmp(why, cases[index].why) != 0)) {
            fail_msg("%s: %s", cases[index].password, why == NULL ? "none" : why);
        }
    }
    char most[PROOF_PASSWORD_BYTES_MAX + 2];
    memset(most, 'x', sizeof most - 1);
    most[sizeof most - 1] = '\0';
    assert_string_equal(proof_weakness(most, "a"), "long");
}

static void test_password_when_made_then_good_and_never_the_same(void **state)
{
    (void)state;
    char one[20], other[20];
    for (unsigned round = 0; round < 100; round++) {
        proof_password(one);
        proof_password(other);
        assert_int_equal(strlen(one), 19);
        assert_string_not_equal(one, other);
        assert_null(proof_weakness(one, "li.si"));
    }
}

static void test_key_when_read_then_apart_or_refused(void **state)
{
    (void)state;
    char id[17], text[128];
    unsigned char secret[SECRET_HASH_BYTES];
    char hex[2 * SECRET_HASH_BYTES + 1];
    memset(hex, 'a', sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    (void)snprintf(text, sizeof text, "pd_0123456789abcdef_%s", hex);
    assert_true(proof_key_read(text, id, secret));
    assert_string_equal(id, "0123456789abcdef");
    assert_int_equal(secret[31], 0xaa);
    text[strlen(text) - 1] = 'g';
    assert_false(proof_key_read(text, id, secret));
    assert_false(proof_key_read("pd_0123456789abcdef_aa", id, secret));
    assert_false(proof_key_read("", id, secret));
    (void)snprintf(text, sizeof text, "pd_0123456789ABCDEF_%s", hex);
    assert_false(proof_key_read(text, id, secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proof_when_made_again_then_the_same_bytes_as_ever),
        cmocka_unit_test(test_proof_when_terms_are_out_of_bounds_then_refused),
        cmocka_unit_test(test_weakness_when_everybody_guesses_it_then_named),
        cmocka_unit_test(test_password_when_made_then_good_and_never_the_same),
        cmocka_unit_test(test_key_when_read_then_apart_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
