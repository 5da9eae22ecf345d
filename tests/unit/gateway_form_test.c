/* gateway_form: fields, files, and tokens that only we make. */
#include "gateway_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char multipart[] = "multipart/form-data; boundary=XyZ";

/* In memory of exactly its size, so that a sanitizer sees a step too far. */
static enum rc read_form(const char *text, size_t size, const char *type, struct gateway_form *form,
                         char **body)
{
    *body = malloc(size + 1);
    assert_non_null(*body);
    memcpy(*body, text, size);
    (*body)[size] = '\0';
    return gateway_form_read(*body, size, type, form);
}

static void check_refused(const char *text, const char *type, enum rc expected)
{
    struct gateway_form form;
    char *body = NULL;
    assert_int_equal(read_form(text, strlen(text), type, &form, &body), expected);
    free(body);
}

static void test_read_when_urlencoded_then_fields(void **state)
{
    (void)state;
    struct gateway_form form;
    char *body = NULL;
    static const char text[] = "text=%E8%B7%AF%E7%81%AF+a%26b%0D%0Ac&area=";
    assert_int_equal(
        read_form(text, sizeof text - 1, "application/x-www-form-urlencoded", &form, &body), RC_OK);
    assert_string_equal(gateway_form_field(&form, "text"), "路灯 a&b\r\nc");
    assert_string_equal(gateway_form_field(&form, "area"), "");
    assert_string_equal(gateway_form_field(&form, "nothing"), "");
    free(body);
}

static void test_read_when_multipart_then_fields_and_files(void **state)
{
    (void)state;
    struct gateway_form form;
    char *body = NULL;
    static const char text[] =
        "--XyZ\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n"
        "路灯\r\nnot --XyZ here\r\n"
        "--XyZ\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n"
        "--XyZ\r\nContent-Disposition: form-data; name=\"photo\"; "
        "filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        "\xff\xd8\0\r\n--Xy\r\n"
        "--XyZ\r\nContent-Disposition: form-data; name=\"photo\"; "
        "filename=\"\"\r\n\r\n\r\n--XyZ--\r\n";
    assert_int_equal(read_form(text, sizeof text - 1, multipart, &form, &body), RC_OK);
    assert_int_equal(form.field_count, 2);
    assert_string_equal(gateway_form_field(&form, "text"), "路灯\r\nnot --XyZ here");
    assert_string_equal(gateway_form_field(&form, "empty"), "");
    assert_int_equal(form.file_count, 1);
    assert_string_equal(form.files[0].name, "a.jpg");
    assert_int_equal(form.files[0].size, 9);
    assert_memory_equal(form.files[0].bytes, "\xff\xd8\0\r\n--Xy", 9);
    free(body);
}

static void test_read_when_hostile_then_refused(void **state)
{
    (void)state;
    static const char url[] = "application/x-www-form-urlencoded";
    check_refused("text=%ff", url, RC_INVALID);
    check_refused("text=%00", url, RC_INVALID);
    check_refused("text=%1b", url, RC_INVALID);
    check_refused("text=a&text=b", url, RC_INVALID);
    char many[8 * (GATEWAY_FORM_FIELDS_MAX + 1)] = "";
    for (unsigned index = 0; index <= GATEWAY_FORM_FIELDS_MAX; index++) {
        const size_t used = strlen(many);
        (void)snprintf(many + used, sizeof many - used, "a%u=1&", index);
    }
    many[strlen(many) - 1] = '\0';
    check_refused(many, url, RC_LIMIT);
    check_refused("--XyZ--", multipart, RC_OK);
    check_refused("", multipart, RC_INVALID);
    check_refused("--XyZ", multipart, RC_INVALID);
    check_refused("--XyZ\r\n\r\n", multipart, RC_INVALID);
    check_refused("--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", multipart,
                  RC_INVALID);
    check_refused("--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--XyZ",
                  multipart, RC_INVALID);
    check_refused("--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--XyZ--",
                  multipart, RC_INVALID);
    check_refused("--XyZ\r\nContent-Type: text/plain\r\n\r\nb\r\n--XyZ--", multipart, RC_INVALID);
    check_refused("--XyZ--", "multipart/form-data", RC_INVALID);
    check_refused("--XyZ--", "multipart/form-data; boundary=", RC_INVALID);
    check_refused(
        "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
        "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n--XyZ--",
        multipart, RC_INVALID);
}

static void test_read_when_cut_anywhere_then_nothing_beyond_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "--XyZ\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nabc\r\n"
        "--XyZ\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--XyZ--\r\n";
    for (size_t size = 0; size < sizeof text; size++) {
        struct gateway_form form;
        char *body = NULL;
        (void)!read_form(text, size, multipart, &form, &body);
        free(body);
    }
}

static void test_read_when_a_list_then_each_item_and_its_code(void **state)
{
    (void)state;
    struct gateway_form form;
    char *body = NULL, code[16];
    static const char text[] = "attribute[fault][]=dark&attribute[fault][]=blink&attribute[pole]=7";
    assert_int_equal(
        read_form(text, sizeof text - 1, "application/x-www-form-urlencoded", &form, &body), RC_OK);
    assert_int_equal(form.field_count, 3);
    assert_string_equal(form.fields[1].value, "blink");
    assert_true(gateway_form_index(form.fields[1].name, "attribute", code, sizeof code));
    assert_string_equal(code, "fault");
    free(body);
    assert_true(gateway_form_index("attribute[a.b-c][12]", "attribute", code, sizeof code));
    assert_string_equal(code, "a.b-c");
    static const char *const none[] = {"attribute",
                                       "attribute[]",
                                       "attribute[a",
                                       "attribute[a]b",
                                       "attribute[a][",
                                       "attribute[a][x]",
                                       "attribute[a][]x",
                                       "attributes[a]",
                                       "attribute[[a]]",
                                       "attribute]a[",
                                       "attribute[a][]]",
                                       "",
                                       "attribute[a-name-that-is-too-long]"};
    for (size_t index = 0; index < sizeof none / sizeof none[0]; index++) {
        if (gateway_form_index(none[index], "attribute", code, sizeof code)) {
            fail_msg("%s is no item", none[index]);
        }
    }
    check_refused("a[]b=1&a[]b=2", "application/x-www-form-urlencoded", RC_INVALID);
}

/* ---- tokens ---- */

static struct gateway_form form_of(const char *token, const char *text)
{
    struct gateway_form form = {.field_count = 2};
    form.fields[0] = (struct gateway_pair){"token", token};
    form.fields[1] = (struct gateway_pair){"text", text};
    return form;
}

static void test_trusts_when_ours_then_one_id_for_one_content(void **state)
{
    (void)state;
    static struct gateway gateway, other;
    struct exchange one = {.gateway = &gateway}, again = {.gateway = &gateway};
    char token[GATEWAY_FORM_TOKEN_BYTES];
    memset(other.form_secret, 1, sizeof other.form_secret);
    gateway_form_token(&gateway, token);
    struct gateway_form form = form_of(token, "路灯"), edited = form_of(token, "路灯坏了");
    assert_true(gateway_form_trusts(&one, &form));
    assert_true(gateway_form_trusts(&again, &form));
    assert_memory_equal(one.request_id, again.request_id, REQUEST_ID_BYTES);
    assert_true(gateway_form_trusts(&again, &edited));
    assert_memory_not_equal(one.request_id, again.request_id, REQUEST_ID_BYTES);
    /* Of another process; altered; none. */
    struct exchange elsewhere = {.gateway = &other};
    assert_false(gateway_form_trusts(&elsewhere, &form));
    token[40] = token[40] == 'a' ? 'b' : 'a';
    assert_false(gateway_form_trusts(&one, &form));
    form = form_of("", "路灯");
    assert_false(gateway_form_trusts(&one, &form));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_when_urlencoded_then_fields),
        cmocka_unit_test(test_read_when_multipart_then_fields_and_files),
        cmocka_unit_test(test_read_when_hostile_then_refused),
        cmocka_unit_test(test_read_when_a_list_then_each_item_and_its_code),
        cmocka_unit_test(test_read_when_cut_anywhere_then_nothing_beyond_is_read),
        cmocka_unit_test(test_trusts_when_ours_then_one_id_for_one_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
