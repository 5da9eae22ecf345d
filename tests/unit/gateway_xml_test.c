/* gateway_xml: one tree as XML, whatever is in its texts. */
#include "gateway_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECLARED "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

/* json is taken. */
static void check(const char *root, json_t *json, const char *wanted)
{
    struct gateway_html html = {.bytes = NULL};
    size_t size = 0;
    gateway_xml_write(&html, root, json);
    char *text = gateway_html_take(&html, &size);
    assert_non_null(text);
    assert_string_equal(text, wanted);
    free(text);
    json_decref(json);
}

static void test_write_when_a_list_then_an_element_an_item(void **state)
{
    (void)state;
    check(
        "service_requests",
        json_pack("[{s:s,s:n},{s:i}]", "service_request_id", "20261130-0001-7", "lat", "order", 3),
        DECLARED
        "<service_requests><request><service_request_id>20261130-0001-7"
        "</service_request_id><lat></lat></request><request><order>3</order></request>"
        "</service_requests>\n");
    check("services", json_array(), DECLARED "<services></services>\n");
    check("discovery",
          json_pack("{s:[{s:[s,s],s:b}]}", "endpoints", "formats", "text/xml", "b", "metadata", 1),
          DECLARED
          "<discovery><endpoints><endpoint><formats><format>text/xml</format><format>b"
          "</format></formats><metadata>true</metadata></endpoint></endpoints>"
          "</discovery>\n");
}

static void test_write_when_markup_or_no_character_then_text_or_left_out(void **state)
{
    (void)state;
    check("error", json_pack("{s:s}", "description", "<a href=\"x\">&]]>'</a>"),
          DECLARED
          "<error><description>&lt;a href=&quot;x&quot;&gt;&amp;]]&gt;&#39;&lt;/a&gt;"
          "</description></error>\n");
    check("error",
          json_pack("{s:s}", "description", "一\x01\xef\xbf\xbe\xef\xbf\xbf\xe2\x80\xae二\n三"),
          DECLARED "<error><description>一二\n三</description></error>\n");
    /* The replacement character begins with the same bytes and is one. */
    check("error", json_pack("{s:s}", "description", "\xef\xbf\xbd"),
          DECLARED "<error><description>\xef\xbf\xbd</description></error>\n");
}

/* Texts are handed on in parts: none is cut within a character. */
static void test_write_when_a_text_is_long_then_no_character_is_cut(void **state)
{
    char text[3 * 400 + 2], wanted[sizeof text + 100];
    (void)state;
    for (size_t before = 0; before < 2; before++) {
        memset(text, 'x', before);
        for (size_t index = 0; index < 400; index++) {
            memcpy(text + before + 3 * index, "灯", 3);
        }
        text[before + 1200] = '\0';
        (void)snprintf(wanted, sizeof wanted, DECLARED "<error>%s</error>\n", text);
        check("error", json_string(text), wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_when_a_list_then_an_element_an_item),
        cmocka_unit_test(test_write_when_markup_or_no_character_then_text_or_left_out),
        cmocka_unit_test(test_write_when_a_text_is_long_then_no_character_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
