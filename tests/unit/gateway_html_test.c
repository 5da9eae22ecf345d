/* gateway_html: whatever a person wrote reaches a page as text. */
#include "gateway_html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_text(const char *text, const char *expected)
{
    struct gateway_html html = {.bytes = NULL};
    gateway_html_raw(&html, "");
    gateway_html_text(&html, text);
    assert_string_equal(html.bytes, expected);
    gateway_html_free(&html);
}

static void test_text_when_markup_then_entities(void **state)
{
    (void)state;
    check_text("<script>alert('1')&\"</script>",
               "&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;&lt;/script&gt;");
    check_text("路灯 & 井盖", "路灯 &amp; 井盖");
}

static void test_text_when_hidden_characters_then_left_out(void **state)
{
    (void)state;
    /* Overrides and isolates of direction, marks, the byte order mark, controls of C0 and C1. */
    check_text(
        "a\xe2\x80\xae"
        "b\xe2\x81\xa6"
        "c\xe2\x80\x8f"
        "d\xd8\x9c"
        "e\xef\xbb\xbf"
        "f",
        "abcdef");
    check_text(
        "a\x1b[31m\x07\x7f"
        "b\xc2\x9b"
        "c\xe2\x80\xa8",
        "a[31mbc");
    check_text("one\n\ttwo", "one\n\ttwo");
}

static void test_text_when_no_utf8_then_replaced(void **state)
{
    (void)state;
    check_text("a\xff<\xe8\xb7", "a\xef\xbf\xbd&lt;\xef\xbf\xbd\xef\xbf\xbd");
    /* An overlong "<" is none. */
    check_text("\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_add_when_text_holds_format_then_text(void **state)
{
    (void)state;
    struct gateway_html html = {.bytes = NULL};
    gateway_html_add(&html, "<p title=\"%s\">%u%s</p>", "\" onclick=\"x", 7u, "%s%n");
    assert_string_equal(html.bytes, "<p title=\"&quot; onclick=&quot;x\">7%s%n</p>");
    gateway_html_add(&html, "%s", NULL);
    size_t size = 0;
    char *bytes = gateway_html_take(&html, &size);
    assert_int_equal(size, strlen(bytes));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_when_markup_then_entities),
        cmocka_unit_test(test_text_when_hidden_characters_then_left_out),
        cmocka_unit_test(test_text_when_no_utf8_then_replaced),
        cmocka_unit_test(test_add_when_text_holds_format_then_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
