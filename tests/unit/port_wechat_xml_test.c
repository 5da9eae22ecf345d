/* port_wechat_xml, port_wechat_robot: what the platforms say, in the core's words; what is none of it; and
 * replies that are read as what was said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/web/web_xml.h"
#include "port_wechat_robot.h"
#include "port_wechat_xml.h"

#define HEAD                                                                                       \
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oA1]]></FromUserName>"   \
    "<CreateTime>1348831860</CreateTime>"
#define KIND(TYPE) HEAD "<MsgType><![CDATA[" TYPE "]]></MsgType>"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    return arena_init(&arena, 8u << 20) == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static Paidan__WechatHear hear_xml(const char *xml)
{
    Paidan__WechatHear hear;
    const char *why = NULL;
    assert_int_equal(port_wechat_xml_hear(&arena, xml, strlen(xml), &hear, &why), RC_OK);
    return hear;
}

static Paidan__WechatHear hear_json(const char *json)
{
    Paidan__WechatHear hear;
    const char *why = NULL;
    assert_int_equal(port_wechat_robot_hear(&arena, json, strlen(json), 1700000000, &hear, &why),
                     RC_OK);
    return hear;
}

static void test_hear_text_then_words_and_menu_are_read(void **state)
{
    (void)state;
    const Paidan__WechatHear hear = hear_xml(KIND(
        "text") "<Content><![CDATA[ 3号楼 <灯> & 门]]></Content>"
                "<MsgId>23456789012345678</MsgId>"
                "<bizmsgmenuid>101</bizmsgmenuid></xml>");
    assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_TEXT);
    assert_string_equal(hear.person, "oA1");
    assert_string_equal(hear.text, " 3号楼 <灯> & 门");
    assert_string_equal(hear.msg_id, "23456789012345678");
    assert_string_equal(hear.menu, "101");
    assert_int_equal(hear.sent_s, 1348831860);
}

/* A wish with a control character would be refused as a whole, and the words lost. */
static void test_hear_text_with_controls_then_they_are_blanks(void **state)
{
    (void)state;
    const Paidan__WechatHear hear =
        hear_xml(KIND("text") "<Content>灯\x7f坏\xc2\x85了</Content><MsgId>1</MsgId></xml>");
    assert_string_equal(hear.text, "灯 坏  了");
}

static void test_hear_picture_then_its_address_is_https(void **state)
{
    (void)state;
    Paidan__WechatHear hear = hear_xml(KIND(
        "image") "<PicUrl>http://mmbiz.qpic.cn/a?b=1&amp;c</PicUrl>"
                 "<MediaId>m1</MediaId><MsgId>2</MsgId></xml>");
    assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_IMAGE);
    assert_string_equal(hear.url, "https://mmbiz.qpic.cn/a?b=1&c");
    assert_string_equal(hear.media_id, "m1");
    hear = hear_xml(KIND("image") "<PicUrl>file:///etc/passwd</PicUrl><MsgId>2</MsgId></xml>");
    assert_null(hear.url);
    assert_null(hear.media_id);
}

static void test_hear_location_then_it_is_millionths(void **state)
{
    (void)state;
    Paidan__WechatHear hear = hear_xml(KIND(
        "location") "<Location_X>23.134521</Location_X><Location_Y>-113.3588039</Location_Y>"
                    "<Scale>20</Scale><Label>锦绣苑</Label><MsgId>3</MsgId></xml>");
    assert_true(hear.has_north_ud);
    assert_int_equal(hear.north_ud, 113134521);
    assert_int_equal(hear.east_ud, 180000000 - 113358803);
    assert_string_equal(hear.text, "锦绣苑");
    static const char *const none[] = {"", "91", "-90.000001", "1e1", "23,1", "1234", "nan", "--1"};
    for (unsigned index = 0; index < sizeof none / sizeof none[0]; index++) {
        char xml[600];
        (void)snprintf(xml, sizeof xml,
                       KIND("location") "<Location_X>%s</Location_X><Location_Y>1</Location_Y>"
                                        "<MsgId>3</MsgId></xml>",
                       none[index]);
        hear = hear_xml(xml);
        assert_false(hear.has_north_ud);
        assert_false(hear.has_east_ud);
    }
}

static void test_hear_voice_then_what_was_recognised_is_text(void **state)
{
    (void)state;
    Paidan__WechatHear hear = hear_xml(KIND(
        "voice") "<MediaId>m</MediaId><Format>amr</Format>"
                 "<Recognition>灯坏了</Recognition><MsgId>4</MsgId></xml>");
    assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_VOICE);
    assert_string_equal(hear.text, "灯坏了");
    hear = hear_xml(KIND("voice") "<MediaId>m</MediaId><Recognition></Recognition></xml>");
    assert_null(hear.text);
    hear = hear_xml(KIND("file") "<MsgId>5</MsgId></xml>");
    assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_OTHER);
}

static void test_hear_events_then_each_is_known(void **state)
{
    static const struct {
        const char *xml;
        Paidan__WechatEvent event;
        const char *menu;
    } cases[] = {
        {"<Event>subscribe</Event><EventKey>qrscene_lobby</EventKey>",
         PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, "lobby"},
        {"<Event>unsubscribe</Event>", PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED, NULL},
        {"<Event>CLICK</Event><EventKey>mine</EventKey>", PAIDAN__WECHAT_EVENT__WECHAT_CLICKED,
         "mine"},
        {"<Event>SCAN</Event><EventKey>lobby</EventKey>", PAIDAN__WECHAT_EVENT__WECHAT_SCANNED,
         "lobby"},
        {"<Event>VIEW</Event><EventKey>https://x</EventKey>",
         PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER, NULL},
        {"<Event>enter_agent</Event>", PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, NULL},
        {"<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>"
         "<List><TemplateId>t1</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>"
         "</List><List><TemplateId>t2</TemplateId><SubscribeStatusString>accept"
         "</SubscribeStatusString></List></SubscribeMsgPopupEvent>",
         PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED, "t2"},
        {"<Event>subscribe_msg_change_event</Event><SubscribeMsgChangeEvent><List><TemplateId>t1"
         "</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
         "</SubscribeMsgChangeEvent>",
         PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_REFUSED, "t1"},
        {"<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>t1"
         "</TemplateId><MsgID>77</MsgID><ErrorCode>43101</ErrorCode></List></"
         "SubscribeMsgSentEvent>",
         PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, "77"},
        {"<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><MsgID>77</MsgID>"
         "<ErrorCode>0</ErrorCode></List></SubscribeMsgSentEvent>",
         PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER, NULL},
        {"<Event>TEMPLATESENDJOBFINISH</Event><MsgID>78</MsgID><Status>failed:user block</Status>",
         PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, "78"},
        {"", PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER, NULL},
    };
    (void)state;
    for (unsigned index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *const xml = arena_printf(&arena, KIND("event") "%s</xml>", cases[index].xml);
        const Paidan__WechatHear hear = hear_xml(xml);
        assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_EVENT);
        assert_int_equal(hear.event, cases[index].event);
        assert_null(hear.msg_id);
        if (cases[index].menu == NULL) {
            assert_null(hear.menu);
        } else {
            assert_string_equal(hear.menu, cases[index].menu);
        }
    }
    const Paidan__WechatHear card =
        hear_xml(KIND("event") "<Event>template_card_event</Event><EventKey>101</EventKey></xml>");
    assert_int_equal(card.kind, PAIDAN__WECHAT_KIND__WECHAT_CARD);
    assert_string_equal(card.menu, "101");
}

static void test_hear_what_is_no_message_then_it_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "plain",
        "<xml>",
        "<html></html>",
        "<xml></xml>",
        "<xml><FromUserName>a</FromUserName><MsgType>text</MsgType></xml>",
        "<xml><FromUserName>a</FromUserName><CreateTime>x</CreateTime><MsgType>text</MsgType></"
        "xml>",
        "<xml><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
        "<!DOCTYPE xml [<!ENTITY e \"boo\">]>" KIND("text") "<Content>&e;</Content></xml>",
        KIND("text") "<Content>&e;</Content></xml>",
    };
    (void)state;
    for (unsigned index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        Paidan__WechatHear hear;
        const char *why = NULL;
        assert_int_equal(port_wechat_xml_hear(&arena, bad[index], strlen(bad[index]), &hear, &why),
                         RC_INVALID);
        assert_non_null(why);
    }
}

static void test_reply_with_markup_then_it_is_read_as_said(void **state)
{
    static const char said[] = "编号 20260302-0001-7 <b>&\"]]>";
    struct web_xml_tree tree;
    const char *why = NULL;
    (void)state;
    const char *const xml = port_wechat_xml_reply(&arena, "oA<1", "gh_1", 1700000000999, said);
    assert_int_equal(web_xml_read(&arena, xml, strlen(xml), &tree, &why), RC_OK);
    assert_string_equal(web_xml_child(&tree, 0, "Content"), said);
    assert_string_equal(web_xml_child(&tree, 0, "ToUserName"), "oA<1");
    assert_string_equal(web_xml_child(&tree, 0, "CreateTime"), "1700000000");
}

static void test_words_of_a_menu_then_each_item_is_a_line(void **state)
{
    Paidan__WechatItem one = PAIDAN__WECHAT_ITEM__INIT, two = PAIDAN__WECHAT_ITEM__INIT;
    Paidan__WechatItem *items[] = {&one, &two};
    Paidan__Replied reply = PAIDAN__REPLIED__INIT;
    (void)state;
    one.id = "1";
    one.label = "已解决";
    two.id = "3";
    two.label = "未解决";
    reply.text = "问题解决了吗？";
    reply.items = items;
    reply.n_items = 2;
    reply.tail = "谢谢";
    assert_string_equal(port_wechat_xml_words(&arena, &reply),
                        "问题解决了吗？\n1 已解决\n3 未解决\n谢谢");
}

static void test_hear_robot_in_a_group_then_its_name_is_cut(void **state)
{
    (void)state;
    const Paidan__WechatHear hear = hear_json(
        "{\"msgid\":\"M1\",\"chatid\":\"C1\",\"chattype\":\"group\",\"from\":{\"userid\":\"zhang\"}"
        ","
        "\"response_url\":\"https://qyapi.weixin.qq.com/r\",\"msgtype\":\"mixed\",\"mixed\":"
        "{\"msg_item\":[{\"msgtype\":\"text\",\"text\":{\"content\":\"@派单 楼道灯坏了\"}},"
        "{\"msgtype\":\"image\",\"image\":{\"url\":\"https://x\",\"aeskey\":\"k\"}},"
        "{\"msgtype\":\"text\",\"text\":{\"content\":\"快点\"}},"
        "{\"msgtype\":\"image\",\"image\":{\"url\":\"file:///etc/passwd\"}},"
        "{\"msgtype\":\"image\",\"image\":{\"url\":\"https://y\"}}]},"
        "\"quote\":{\"msgtype\":\"text\",\"text\":{\"content\":\"20260302-0001-7\"}}}");
    assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_TEXT);
    assert_true(hear.mentioned);
    assert_string_equal(hear.text, "楼道灯坏了\n快点");
    assert_string_equal(hear.group, "C1");
    assert_string_equal(hear.quote, "20260302-0001-7");
    assert_string_equal(hear.reply_url, "https://qyapi.weixin.qq.com/r");
    assert_string_equal(hear.msg_id, "M1");
    assert_int_equal(hear.sent_s, 1700000000);
    assert_int_equal(hear.n_urls, 2);
    assert_string_equal(hear.urls[0], "https://x");
    assert_string_equal(hear.url_keys[0], "k");
    assert_string_equal(hear.urls[1], "https://y");
    assert_string_equal(hear.url_keys[1], "");
}

static void test_hear_robot_alone_then_an_at_is_text(void **state)
{
    (void)state;
    Paidan__WechatHear hear = hear_json(
        "{\"msgid\":\"M2\",\"chattype\":\"single\",\"from\":{\"userid\":\"zhang\"},"
        "\"msgtype\":\"text\",\"text\":{\"content\":\"@张三 漏水\"}}");
    assert_null(hear.group);
    assert_false(hear.has_mentioned);
    assert_string_equal(hear.text, "@张三 漏水");
    hear = hear_json(
        "{\"msgid\":\"M3\",\"from\":{\"userid\":\"zhang\"},\"msgtype\":\"image\","
        "\"image\":{\"url\":\"https://x\"}}");
    assert_int_equal(hear.kind, PAIDAN__WECHAT_KIND__WECHAT_IMAGE);
    assert_null(hear.url);
    assert_int_equal(hear.n_urls, 1);
}

static void test_hear_robot_when_a_part_is_missing_then_it_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"msgid\":\"1\",\"msgtype\":\"text\"}",
        "{\"msgid\":\"1\",\"from\":{\"userid\":7},\"msgtype\":\"text\"}",
        "{\"from\":{\"userid\":\"a\"},\"msgtype\":\"text\"}",
        "{\"msgid\":\"1\",\"msgid\":\"2\",\"from\":{\"userid\":\"a\"},\"msgtype\":\"text\"}",
    };
    (void)state;
    for (unsigned index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        Paidan__WechatHear hear;
        const char *why = NULL;
        assert_int_equal(
            port_wechat_robot_hear(&arena, bad[index], strlen(bad[index]), 1, &hear, &why),
            RC_INVALID);
    }
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hear_text_then_words_and_menu_are_read),
        TEST(test_hear_text_with_controls_then_they_are_blanks),
        TEST(test_hear_picture_then_its_address_is_https),
        TEST(test_hear_location_then_it_is_millionths),
        TEST(test_hear_voice_then_what_was_recognised_is_text),
        TEST(test_hear_events_then_each_is_known),
        TEST(test_hear_what_is_no_message_then_it_is_refused),
        TEST(test_reply_with_markup_then_it_is_read_as_said),
        TEST(test_words_of_a_menu_then_each_item_is_a_line),
        TEST(test_hear_robot_in_a_group_then_its_name_is_cut),
        TEST(test_hear_robot_alone_then_an_at_is_text),
        TEST(test_hear_robot_when_a_part_is_missing_then_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
