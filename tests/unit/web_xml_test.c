/* web_xml: what is read is what was written; what could hurt is not read. */
#include "common/web/web_escape.h"
#include "common/web/web_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct web_xml_tree tree;
static const char *why;

static int setup(void **state)
{
    (void)state;
    return arena_init(&arena, 1 << 20) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum rc read_text(const char *text)
{
    arena_reset(&arena);
    why = "";
    return web_xml_read(&arena, text, strlen(text), &tree, &why);
}

static void test_read_when_a_message_then_its_fields_by_name(void **state)
{
    (void)state;
    assert_int_equal(
        read_text("<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<CreateTime>1348831860"
                  "</CreateTime><Content><![CDATA[a < b & \xe8\xb7\xaf\xe7\x81\xaf]]></Content>"
                  "<Empty/><Items><Id> 1 </Id><Id>2</Id></Items></xml>"),
        RC_OK);
    assert_int_equal(tree.count, 8);
    assert_string_equal(tree.elements[0].name, "xml");
    assert_string_equal(web_xml_child(&tree, 0, "ToUserName"), "gh_1");
    assert_string_equal(web_xml_child(&tree, 0, "CreateTime"), "1348831860");
    assert_string_equal(web_xml_child(&tree, 0, "Content"), "a < b & \xe8\xb7\xaf\xe7\x81\xaf");
    assert_string_equal(web_xml_child(&tree, 0, "Empty"), "");
    assert_null(web_xml_child(&tree, 0, "Missing"));
    assert_null(web_xml_child(&tree, 0, "Id"));
    const uint32_t items = web_xml_find(&tree, 0, "Items");
    assert_int_not_equal(items, 0);
    const uint32_t first = web_xml_find(&tree, items, "Id");
    assert_string_equal(tree.elements[first].text, " 1 ");
    assert_string_equal(tree.elements[tree.elements[first].next].text, "2");
    assert_int_equal(tree.elements[tree.elements[first].next].next, 0);
    assert_int_equal(tree.elements[first].parent, items);
}

static void test_read_when_texts_stand_between_children_then_each_has_its_own(void **state)
{
    (void)state;
    assert_int_equal(read_text("<a>1<b>2<c>3</c>4</b>5<d/>6&amp;&#x4e2d;</a>"), RC_OK);
    assert_string_equal(tree.elements[0].text, "156&\xe4\xb8\xad");
    assert_string_equal(web_xml_child(&tree, 0, "b"), "24");
    assert_string_equal(web_xml_child(&tree, web_xml_find(&tree, 0, "b"), "c"), "3");
}

static void test_read_when_a_doctype_comes_then_nothing_of_it_is_done(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<!DOCTYPE lolz [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;\">]><a>&m;</a>",
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1/x.dtd\"><a/>",
    };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        assert_int_equal(read_text(bad[index]), RC_INVALID);
        assert_non_null(strstr(why, "DOCTYPE"));
    }
    assert_int_equal(read_text("<a>&x;</a>"), RC_INVALID);
}

static void test_read_when_it_is_no_xml_then_it_is_said(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "{}",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>\x01</a>",
        "<a>\xff</a>",
        "<a>\xc3</a>",
        "<a>\xed\xa0\x80</a>",
        "<?xml version=\"1.0\" encoding=\"GBK\"?><a>\xd6\xd0</a>",
        "<a b=1/>",
        "<a b=\"1\" b=\"2\"/>",
        "\xff\xfe<\0a\0/\0>\0",
    };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        assert_int_equal(read_text(bad[index]), RC_INVALID);
        assert_string_not_equal(why, "");
    }
    why = "";
    assert_int_equal(web_xml_read(&arena, "<a>\0</a>", 8, &tree, &why), RC_INVALID);
}

static void test_read_when_deep_or_many_then_bounded(void **state)
{
    (void)state;
    char text[16384] = "";
    for (unsigned index = 0; index < WEB_XML_DEPTH_MAX; index++) {
        strcat(text, "<a>");
    }
    const size_t open_bytes = strlen(text);
    for (unsigned index = 0; index < WEB_XML_DEPTH_MAX; index++) {
        strcat(text, "</a>");
    }
    assert_int_equal(read_text(text), RC_OK);
    assert_int_equal(tree.count, WEB_XML_DEPTH_MAX);
    text[open_bytes] = '\0';
    strcat(text, "<a/>");
    assert_int_equal(read_text(text), RC_INVALID);
    assert_string_equal(why, "nested too deeply");

    size_t used = (size_t)snprintf(text, sizeof text, "<r>");
    for (unsigned index = 1; index < WEB_XML_ELEMENTS_MAX; index++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "<i>%u</i>", index % 10);
    }
    (void)snprintf(text + used, sizeof text - used, "</r>");
    assert_int_equal(read_text(text), RC_OK);
    assert_int_equal(tree.count, WEB_XML_ELEMENTS_MAX);
    (void)snprintf(text + used, sizeof text - used, "<i/></r>");
    assert_int_equal(read_text(text), RC_INVALID);
    assert_string_equal(why, "too many elements");
}

static void test_read_when_it_is_long_then_bounded_before_it_is_read(void **state)
{
    (void)state;
    static char text[WEB_XML_BYTES_MAX + 2];
    memset(text, 'x', sizeof text);
    memcpy(text, "<a>", 3);
    memcpy(text + WEB_XML_BYTES_MAX - 4, "</a>", 5);
    assert_int_equal(read_text(text), RC_OK);
    assert_int_equal(strlen(tree.elements[0].text), WEB_XML_BYTES_MAX - 7);
    text[WEB_XML_BYTES_MAX - 4] = 'x';
    memcpy(text + WEB_XML_BYTES_MAX - 3, "</a>", 5);
    assert_int_equal(read_text(text), RC_INVALID);
    assert_string_equal(why, "too long");
}

static void test_read_when_the_arena_is_full_then_limit(void **state)
{
    (void)state;
    struct arena small;
    assert_int_equal(arena_init(&small, 4096), RC_OK);
    for (size_t budget = 0; budget <= 1024; budget += 16) {
        arena_reset(&small);
        small.budget = budget;
        const enum rc rc = web_xml_read(&small, "<a><b>one</b><c>two</c></a>", 27, &tree, &why);
        assert_true(rc == RC_LIMIT || (rc == RC_OK && budget >= 128));
    }
    arena_fini(&small);
}

static void test_escape_when_written_then_it_is_read_again(void **state)
{
    (void)state;
    static const char text[] = "a<b>&\"'\r\n\t\xe8\xb7\xaf\xf0\x9f\x98\x80";
    char escaped[256], document[300];
    const size_t needed = web_escape(text, escaped, sizeof escaped);
    assert_int_equal(needed, strlen(escaped));
    (void)snprintf(document, sizeof document, "<a>%s</a>", escaped);
    assert_int_equal(read_text(document), RC_OK);
    assert_string_equal(tree.elements[0].text, text);
}

static void test_query_when_not_unreserved_then_in_percent_signs(void **state)
{
    (void)state;
    struct arena room;
    assert_int_equal(arena_init(&room, 4096), RC_OK);
    assert_string_equal(web_escape_query(&room, "aZ09-_.~"), "aZ09-_.~");
    assert_string_equal(web_escape_query(&room, "https://a/b?c=d&e +%\xe8\xb7\xaf"),
                        "https%3A%2F%2Fa%2Fb%3Fc%3Dd%26e%20%2B%25%E8%B7%AF");
    assert_string_equal(web_escape_query(&room, ""), "");
    arena_fini(&room);
}

static void test_escape_when_xml_forbids_it_then_replaced(void **state)
{
    (void)state;
    char out[64];
    (void)web_escape("\x01\x1f\x7f", out, sizeof out);
    assert_string_equal(out, "\xef\xbf\xbd\xef\xbf\xbd\x7f");
    (void)web_escape("\xff\xc3", out, sizeof out); /* no UTF-8, and a character cut short */
    assert_string_equal(out, "\xef\xbf\xbd\xef\xbf\xbd");
    (void)web_escape("\xef\xbf\xbf", out, sizeof out); /* U+FFFF */
    assert_non_null(strstr(out, "\xef\xbf\xbd"));
    (void)web_escape("\xc0\x80", out, sizeof out); /* NUL, written long */
    assert_string_equal(out, "\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_escape_when_there_is_no_room_then_whole_characters_and_the_need(void **state)
{
    (void)state;
    char out[8] = "xxxxxxx";
    assert_int_equal(web_escape("ab<c", NULL, 0), 7);
    assert_int_equal(web_escape("ab<c", out, 6), 7);
    assert_string_equal(out, "ab");
    assert_int_equal(web_escape("ab<c", out, 8), 7);
    assert_string_equal(out, "ab&lt;c");
    assert_int_equal(web_escape("", out, 8), 0);
    assert_string_equal(out, "");
    assert_int_equal(web_escape("<", out, 1), 4);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_when_a_message_then_its_fields_by_name),
        cmocka_unit_test(test_read_when_texts_stand_between_children_then_each_has_its_own),
        cmocka_unit_test(test_read_when_a_doctype_comes_then_nothing_of_it_is_done),
        cmocka_unit_test(test_read_when_it_is_no_xml_then_it_is_said),
        cmocka_unit_test(test_read_when_deep_or_many_then_bounded),
        cmocka_unit_test(test_read_when_it_is_long_then_bounded_before_it_is_read),
        cmocka_unit_test(test_read_when_the_arena_is_full_then_limit),
        cmocka_unit_test(test_escape_when_written_then_it_is_read_again),
        cmocka_unit_test(test_query_when_not_unreserved_then_in_percent_signs),
        cmocka_unit_test(test_escape_when_xml_forbids_it_then_replaced),
        cmocka_unit_test(test_escape_when_there_is_no_room_then_whole_characters_and_the_need),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
