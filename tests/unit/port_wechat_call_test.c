/* port_wechat_call: what the platforms are asked, and what each of their errors means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port_wechat_call.h"

static struct arena arena;
static struct port_wechat_account account;
static Paidan__Replied reply;

static int set_up(void **state)
{
    (void)state;
    account = (struct port_wechat_account){.code = "official",
                                           .platform = PORT_WECHAT_OFFICIAL,
                                           .id = "wx1",
                                           .agent = "1000002",
                                           .api = "https://api.weixin.qq.com",
                                           .menus = true,
                                           .secret = "s&cret"};
    paidan__replied__init(&reply);
    reply.account = account.code;
    reply.person = "oA1";
    reply.way = PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER;
    reply.form = PAIDAN__WECHAT_FORM__WECHAT_AS_TEXT;
    reply.text = "已受理 \"20260302-0001-7\"";
    return arena_init(&arena, 8u << 20) == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct web_call made(void)
{
    struct web_call call;
    const char *why = NULL;
    assert_int_equal(
        port_wechat_call_make(&arena, &account, "t/1+", &reply, "wechat:7", &call, &why), RC_OK);
    assert_string_equal(call.method, "POST");
    return call;
}

static void test_make_text_then_it_is_a_customer_message(void **state)
{
    (void)state;
    const struct web_call call = made();
    assert_string_equal(
        call.url, "https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token=t%2F1%2B");
    assert_string_equal(call.body,
                        "{\"touser\":\"oA1\",\"msgtype\":\"text\",\"text\":{\"content\":"
                        "\"已受理 \\\"20260302-0001-7\\\"\"}}");
    assert_false(call.inside);
}

static void test_make_menu_then_items_have_our_ids(void **state)
{
    Paidan__WechatItem one = PAIDAN__WECHAT_ITEM__INIT;
    Paidan__WechatItem *items[] = {&one};
    (void)state;
    one.id = "101";
    one.label = "已解决";
    reply.form = PAIDAN__WECHAT_FORM__WECHAT_AS_MENU;
    reply.items = items;
    reply.n_items = 1;
    assert_non_null(strstr(made().body, "\"list\":[{\"id\":\"101\",\"content\":\"已解决\"}]"));
    account.menus = false;
    assert_non_null(strstr(made().body, "\\n101 已解决"));
    account.platform = PORT_WECHAT_WECOM;
    assert_non_null(strstr(made().body, "\\n101 已解决"));
}

static void test_make_notice_then_its_template_is_named(void **state)
{
    Paidan__WechatValue one = PAIDAN__WECHAT_VALUE__INIT;
    Paidan__WechatValue *values[] = {&one};
    struct web_call call;
    const char *why = NULL;
    (void)state;
    one.name = "thing1";
    one.value = "已办结";
    reply.way = PAIDAN__WECHAT_WAY__WECHAT_NOTICE;
    reply.form = PAIDAN__WECHAT_FORM__WECHAT_AS_NOTICE;
    assert_int_equal(port_wechat_call_make(&arena, &account, "t", &reply, "wechat:7", &call, &why),
                     RC_NOT_FOUND);
    reply.template_ = "tpl";
    reply.values = values;
    reply.n_values = 1;
    reply.url = "https://12345.example/t";
    call = made();
    assert_non_null(strstr(call.url, "/cgi-bin/message/subscribe/bizsend?"));
    assert_non_null(strstr(call.body, "\"template_id\":\"tpl\""));
    assert_non_null(strstr(call.body, "\"data\":{\"thing1\":{\"value\":\"已办结\"}}"));
}

static void test_make_for_wecom_then_a_repetition_is_known(void **state)
{
    (void)state;
    account.platform = PORT_WECHAT_WECOM;
    const struct web_call call = made();
    assert_non_null(strstr(call.url, "/cgi-bin/message/send?"));
    assert_non_null(strstr(call.body, "\"agentid\":1000002"));
    assert_non_null(strstr(call.body, "\"enable_duplicate_check\":1"));
}

static void test_group_then_the_messages_own_address_comes_first(void **state)
{
    struct web_call call;
    const char *why = NULL;
    (void)state;
    assert_int_equal(port_wechat_call_group(&arena, &account, NULL, &reply, &call, &why),
                     RC_NOT_FOUND);
    assert_non_null(why);
    (void)snprintf(account.webhook, sizeof account.webhook, "https://qyapi.example/send?key=1");
    assert_int_equal(port_wechat_call_group(&arena, &account, NULL, &reply, &call, &why), RC_OK);
    assert_string_equal(call.url, account.webhook);
    assert_non_null(strstr(call.body, "\"msgtype\":\"text\""));
    assert_int_equal(
        port_wechat_call_group(&arena, &account, "https://qyapi.example/r", &reply, &call, &why),
        RC_OK);
    assert_string_equal(call.url, "https://qyapi.example/r");
    assert_non_null(strstr(call.body, "\"msgtype\":\"markdown\""));
}

static void test_token_then_each_platform_is_asked_in_its_way(void **state)
{
    struct web_call call;
    char token[16];
    uint64_t holds_s = 0;
    uint32_t errcode = 0;
    (void)state;
    assert_int_equal(port_wechat_call_token(&arena, &account, true, &call), RC_OK);
    assert_string_equal(call.url, "https://api.weixin.qq.com/cgi-bin/stable_token");
    assert_non_null(strstr(call.body, "\"force_refresh\":true"));
    account.platform = PORT_WECHAT_WECOM;
    assert_int_equal(port_wechat_call_token(&arena, &account, false, &call), RC_OK);
    assert_string_equal(call.method, "GET");
    assert_non_null(strstr(call.url, "corpid=wx1&corpsecret=s%26cret"));
    static const char good[] = "{\"access_token\":\"abc\",\"expires_in\":7200}";
    assert_int_equal(
        port_wechat_call_token_read(good, strlen(good), token, sizeof token, &holds_s, &errcode),
        RC_OK);
    assert_string_equal(token, "abc");
    assert_int_equal(holds_s, 7200);
    static const char bad[] = "{\"errcode\":40125,\"errmsg\":\"invalid appsecret\"}";
    assert_int_equal(
        port_wechat_call_token_read(bad, strlen(bad), token, sizeof token, &holds_s, &errcode),
        RC_INVALID);
    assert_int_equal(errcode, 40125);
    static const char long_one[] = "{\"access_token\":\"0123456789abcdefg\",\"expires_in\":7200}";
    assert_int_equal(port_wechat_call_token_read(long_one, strlen(long_one), token, sizeof token,
                                                 &holds_s, &errcode),
                     RC_INVALID);
}

static void test_judge_then_each_error_has_its_meaning(void **state)
{
    static const struct {
        const char *body;
        enum port_wechat_fate fate;
    } cases[] = {
        {"{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":77}", PORT_WECHAT_TAKEN},
        {"{\"errcode\":40001}", PORT_WECHAT_TOKEN},
        {"{\"errcode\":42001}", PORT_WECHAT_TOKEN},
        {"{\"errcode\":45047}", PORT_WECHAT_NEVER},
        {"{\"errcode\":45015}", PORT_WECHAT_NEVER},
        {"{\"errcode\":43004}", PORT_WECHAT_NEVER},
        {"{\"errcode\":43101}", PORT_WECHAT_NEVER},
        {"{\"errcode\":45009}", PORT_WECHAT_BUSY},
        {"{\"errcode\":-1}", PORT_WECHAT_BUSY},
        {"{\"errcode\":99999}", PORT_WECHAT_REFUSED},
        {"{}", PORT_WECHAT_BUSY}, /* something between answered in its place */
        {"{\"errcode\":\"0\"}", PORT_WECHAT_BUSY},
        {"<html>", PORT_WECHAT_BUSY},
    };
    struct port_wechat_verdict verdict;
    (void)state;
    for (unsigned index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        port_wechat_call_judge(cases[index].body, strlen(cases[index].body), &verdict);
        assert_int_equal(verdict.fate, cases[index].fate);
    }
    port_wechat_call_judge(cases[0].body, strlen(cases[0].body), &verdict);
    assert_string_equal(verdict.sent_id, "77");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_make_text_then_it_is_a_customer_message),
        TEST(test_make_menu_then_items_have_our_ids),
        TEST(test_make_notice_then_its_template_is_named),
        TEST(test_make_for_wecom_then_a_repetition_is_known),
        TEST(test_group_then_the_messages_own_address_comes_first),
        TEST(test_token_then_each_platform_is_asked_in_its_way),
        TEST(test_judge_then_each_error_has_its_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
