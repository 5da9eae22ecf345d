/* wechat_core: dialogues with residents, as golden files that can be read: who said what, what was
 * answered by which way, which facts it led to. Each ends with a replay of its log. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chat.h"
#include "common/say/number.h"
#include "wechat_fsm.h"
#include "wechat_read.h"

#define MINUTE_MS 60000ull
#define HOUR_MS 3600000ull

static int setup(void **state)
{
    static struct chat chat;
    chat_open(&chat, "chat");
    *state = &chat;
    return 0;
}

static int setup_consent(void **state)
{
    static struct chat chat;
    chat_open(&chat, "chat-consent");
    *state = &chat;
    return 0;
}

static int setup_phones(void **state)
{
    static struct chat chat;
    chat_open(&chat, "chat-phones");
    *state = &chat;
    return 0;
}

static int teardown(void **state)
{
    chat_close(*state);
    return 0;
}

static bool says(const struct chat *chat, const char *part)
{
    return strstr(chat->answer, part) != NULL;
}

/* ---- reporting ---- */

static void test_report_when_told_in_pieces_then_one_ticket(void **state)
{
    struct chat *const chat = *state;
    chat_note(chat, "先说事，问一次地点，定位后登记，编号随这条消息返回");
    chat_tell(chat, "电梯坏了，困了好几次人也没人修");
    assert_true(says(chat, "在哪里"));
    chat_pass(chat, 10000);
    chat_picture(chat, "https://mmbiz.example/1.jpg");
    chat_pin(chat, "阳光花园3幢");
    assert_true(chat->waits);
    chat_deliver(chat);
    chat_await(chat);
    assert_true(says(chat, "20261123-0001-"));
    assert_true(says(chat, "7K3M9Q"));

    chat_note(chat, "一句话说全：可以接着补充，“好了”马上登记");
    chat_pass(chat, 2 * HOUR_MS);
    chat_tell(chat, "三叉街12号门口井盖没了，电话13800001234");
    assert_true(says(chat, "记下了"));
    chat_tell(chat, "晚上很黑");
    chat_tell(chat, "好了");
    assert_true(says(chat, "已登记"));

    chat_note(chat, "说完就走：一分钟后自动登记，编号用客服消息发");
    chat_pass(chat, 2 * HOUR_MS);
    chat_tell(chat, "路灯不亮");
    chat_pass(chat, MINUTE_MS);
    assert_true(says(chat, "已登记"));
    assert_int_equal(chat->tickets, 3);

    chat_note(chat, "问了地点只答两个字：照样登记");
    chat_pass(chat, 2 * HOUR_MS);
    chat_tell(chat, "垃圾没人清运");
    chat_tell(chat, "后门");
    assert_true(says(chat, "已登记"));

    chat_note(chat, "说到一半去催另一件：说的先登记");
    chat_pass(chat, 2 * HOUR_MS);
    chat_tell(chat, "三叉街88号漏水");
    chat_pass(chat, 1000);
    chat_say(chat, "催");
    chat_pass(chat, 1);
    assert_int_equal(chat->tickets, 5);
    chat_note(chat, "序号按当时的名单，不受新登记的影响");
    chat_pass(chat, 1000);
    chat_tell(chat, "2");
    assert_true(says(chat, "20261123-0003-1"));
    chat_check(chat, "wechat_report");
}

static void test_danger_when_said_then_whom_to_call_at_once(void **state)
{
    struct chat *const chat = *state;
    chat_note(chat, "危险：先告诉打哪个电话，编号随后");
    chat_say(chat, "楼下着火了！！快来");
    assert_true(says(chat, "119"));
    assert_false(chat->waits);
    chat_deliver(chat);
    assert_true(says(chat, "20261123-0001-"));
    chat_note(chat, "正在说别的时也一样，连前面说的一起登记");
    chat_pass(chat, HOUR_MS);
    chat_tell(chat, "楼道堆满东西");
    chat_say(chat, "有人持刀打架");
    assert_true(says(chat, "110"));
    chat_deliver(chat);
    chat_note(chat, "英文");
    chat->person = "Smith";
    chat_tell(chat, "new: there is a hole in the road");
    chat_tell(chat, "done");
    chat_tell(chat, "new a lamp is dark at gate 3");
    chat_tell(chat, "done");
    assert_int_equal(chat->tickets, 4);
    chat_say(chat, "there is a gas leak in building 5");
    assert_true(says(chat, "call 119 now"));
    chat_deliver(chat);
    chat_check(chat, "wechat_danger");
}

static void test_nothing_when_it_says_nothing_then_helped(void **state)
{
    struct chat *const chat = *state;
    static const char *const noise[] = {"😀😀👍", "你好", "。。。", "哈哈哈哈", "asdfgh", "1", "？"};
    chat_note(chat, "没说什么事：告诉怎么说");
    for (size_t index = 0; index < sizeof noise / sizeof noise[0]; index++) {
        chat_tell(chat, noise[index]);
        assert_true(says(chat, "请用一句话"));
    }
    assert_int_equal(chat->tickets, 0);
    chat_note(chat, "没有文字的语音；认出文字的语音");
    Paidan__WechatHear voice = PAIDAN__WECHAT_HEAR__INIT;
    voice.kind = PAIDAN__WECHAT_KIND__WECHAT_VOICE;
    voice.media_id = (char *)"v1";
    chat_send(chat, &voice);
    assert_true(says(chat, "打字"));
    Paidan__WechatHear spoken = PAIDAN__WECHAT_HEAR__INIT;
    spoken.kind = PAIDAN__WECHAT_KIND__WECHAT_VOICE;
    spoken.text = (char *)"三叉街路口红绿灯坏了";
    chat_send(chat, &spoken);
    chat_tell(chat, "好了");
    assert_int_equal(chat->tickets, 1);
    chat_note(chat, "只有图片：问一句，一分钟没有下文也登记");
    chat_pass(chat, HOUR_MS);
    chat_picture(chat, "https://mmbiz.example/2.jpg");
    assert_true(says(chat, "请再用一句话"));
    chat_pass(chat, MINUTE_MS);
    assert_int_equal(chat->tickets, 2);
    chat_note(chat, "关注、菜单、贴纸");
    chat->person = "李四";
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, NULL);
    assert_true(says(chat, "您好"));
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_CLICKED, "mine");
    assert_true(says(chat, "没有正在办理"));
    Paidan__WechatHear other = PAIDAN__WECHAT_HEAR__INIT;
    other.kind = PAIDAN__WECHAT_KIND__WECHAT_OTHER;
    chat_send(chat, &other);
    chat_check(chat, "wechat_nothing");
}

/* ---- afterwards ---- */

/* A ticket, some time ago. */
static uint64_t filed(struct chat *chat, const char *text)
{
    chat_tell(chat, text);
    chat_tell(chat, "好了");
    assert_true(says(chat, "已登记"));
    return chat_ticket(chat, chat->tickets);
}

static void test_ticket_when_spoken_of_later_then_supplement_chase_list_withdraw(void **state)
{
    struct chat *const chat = *state;
    char text[160];
    char number[NUMBER_BYTES];
    const uint64_t first = filed(chat, "三叉街3号楼下水道堵了");
    number_format(first, number);
    chat_note(chat, "半小时内说的是补充；“新诉求”另登记一件");
    chat_pass(chat, 10 * MINUTE_MS);
    chat_tell(chat, "水已经流到一楼了");
    assert_true(says(chat, "已补充到"));
    chat_picture(chat, "https://mmbiz.example/3.jpg");
    chat_deliver(chat);
    chat_await(chat);
    chat_tell(chat, "新诉求：三叉街路灯不亮");
    chat_tell(chat, "好了");
    assert_int_equal(chat->tickets, 2);
    chat_note(chat, "隔天：带编号或引用是补充，带编号“催”是催办");
    chat_pass(chat, 24 * HOUR_MS);
    (void)snprintf(text, sizeof text, "%s 今天又堵了", number);
    chat_tell(chat, text);
    assert_true(says(chat, "已补充到"));
    chat->quote = "已登记，编号 20261123-0001-1，查询码 7K3M9Q。";
    (void)snprintf(text, sizeof text, "已登记，编号 %s", number);
    chat->quote = text;
    chat_tell(chat, "还是没人来");
    assert_true(says(chat, "已补充到"));
    (void)snprintf(text, sizeof text, "请帮我催一下 %s，谢谢", number);
    chat_tell(chat, text);
    assert_true(says(chat, "已替您催办"));
    chat_note(chat, "“催”：问是哪一件，回复序号");
    chat_tell(chat, "催单");
    assert_true(says(chat, "要催哪一件"));
    chat_tell(chat, "2");
    assert_true(says(chat, number));
    chat_note(chat, "“催缴物业费的人态度恶劣”不是催单");
    chat->person = "王五";
    chat_tell(chat, "催缴物业费的人态度恶劣");
    assert_true(says(chat, "在哪里"));
    chat_pass(chat, MINUTE_MS);
    chat_note(chat, "别人的编号");
    (void)snprintf(text, sizeof text, "撤回%s", number);
    chat_tell(chat, text);
    assert_true(says(chat, "没有在您的诉求中找到"));
    chat->person = "张三";
    chat_note(chat, "我的诉求；撤回要再确认一次");
    chat_tell(chat, "我的诉求");
    chat_tell(chat, text);
    assert_true(says(chat, "确定撤回"));
    chat_tell(chat, "算了");
    assert_true(says(chat, "没有改动"));
    chat_tell(chat, "撤回");
    chat_tell(chat, "1");
    assert_true(says(chat, "确定撤回"));
    chat_tell(chat, "是的");
    assert_true(says(chat, "已撤回"));
    chat_note(chat, "说到一半要撤回另一件：先登记的不会被错撤");
    chat_tell(chat, "新诉求：三叉街11号漏水");
    const uint64_t second = chat_ticket(chat, 2);
    char other[NUMBER_BYTES];
    number_format(second, other);
    (void)snprintf(text, sizeof text, "撤回%s", other);
    chat_tell(chat, text);
    chat_tell(chat, "确定");
    assert_true(says(chat, other));
    chat_note(chat, "已办结的不能补充");
    chat->refuses = PAIDAN__CODE__STATE_FORBIDS;
    (void)snprintf(text, sizeof text, "%s 又坏了", number);
    chat_tell(chat, text);
    assert_true(says(chat, "现在不能这样处理"));
    chat_check(chat, "wechat_later");
}

static void test_number_when_intake_is_slow_then_by_customer_message(void **state)
{
    struct chat *const chat = *state;
    chat_note(chat, "三秒内没有编号：平台得到 success，编号随后用客服消息发");
    chat_tell(chat, "三叉街5号漏水");
    chat_say(chat, "好了");
    chat_await(chat);
    assert_string_equal(chat->answer, "");
    chat_again(chat, "好了");
    chat_deliver(chat);
    assert_true(says(chat, "已登记"));
    chat_again(chat, "好了");
    assert_int_equal(chat->tickets, 1);
    chat_note(chat, "登记没有成功");
    chat_pass(chat, HOUR_MS);
    chat_tell(chat, "三叉街6号漏水");
    chat->refuses = PAIDAN__CODE__TEXT_TOO_LONG;
    chat_tell(chat, "好了");
    assert_true(says(chat, "登记没有成功"));
    chat_check(chat, "wechat_slow");
}

static void test_message_when_it_comes_again_then_the_same_answer(void **state)
{
    struct chat *const chat = *state;
    char first[CHAT_TEXT];
    chat_note(chat, "同一条消息三次：同一个答复，一件工单");
    chat_tell(chat, "三叉街7号漏水");
    (void)snprintf(first, sizeof first, "%s", chat->answer);
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        chat_pass(chat, 5000);
        chat_again(chat, "三叉街7号漏水");
        assert_string_equal(chat->answer, first);
    }
    chat_tell(chat, "好了");
    (void)snprintf(first, sizeof first, "%s", chat->answer);
    solo_restart(chat->solo);
    chat_again(chat, "好了");
    assert_string_equal(chat->answer, first);
    chat_note(chat, "同一个编号，不同的内容：不认");
    chat_again(chat, "三叉街8号漏水");
    assert_int_equal(chat->tickets, 1);
    chat_note(chat, "事件没有 MsgId，按谁和时间去重");
    chat->sent_s = solo_now_ms(chat->solo) / 1000;
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, NULL);
    (void)snprintf(first, sizeof first, "%s", chat->answer);
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, NULL);
    assert_string_equal(chat->answer, first);
    chat->sent_s = 0;
    chat_note(chat, "晚到的先发：按发送先后排");
    chat_pass(chat, HOUR_MS);
    chat_tell(chat, "后来又漏到楼下");
    chat->sent_s = solo_now_ms(chat->solo) / 1000 - 30;
    chat_tell(chat, "三叉街9号先是水管裂了");
    chat->sent_s = 0;
    chat_tell(chat, "好了");
    chat_check(chat, "wechat_again");
}

/* Whichever write finds no space: nothing of the message happened, and heard later it is one ticket. */
static void test_message_when_the_store_is_full_then_all_of_it_or_nothing(void **state)
{
    struct chat *const chat = *state;
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    chat_tell(chat, "三叉街1号漏水");
    const uint64_t head = solo_head(chat->solo);
    hear.account = (char *)chat->account;
    hear.person = (char *)chat->person;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    hear.text = (char *)"好了";
    hear.msg_id = (char *)"full";
    hear.sent_s = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_HEAR;
    request.wechat_hear = &hear;
    unsigned nth = 1;
    while (solo_try_full(chat->solo, &request, nth)) {
        assert_int_equal(solo_head(chat->solo), head);
        nth++;
    }
    assert_true(nth > 8); /* Heard, Wished, its delivery, the conversation, and their rows */
    chat_pass(chat, 1);
    assert_int_equal(chat->tickets, 1);
    assert_true(says(chat, "已登记"));
    solo_check_replay(chat->solo);
}

/* ---- pictures ---- */

static size_t fetches(const struct chat *chat)
{
    size_t count = 0;
    for (size_t index = 0; index < chat->delivery_count; index++) {
        count += strcmp(chat->deliveries[index].to, "media") == 0 ? 1 : 0;
    }
    return count;
}

static void test_picture_when_filed_then_a_copy_is_named_and_fetched(void **state)
{
    struct chat *const chat = *state;
    char *urls[] = {(char *)"https://x.example/1", (char *)"https://x.example/2"};
    Paidan__WechatHear voice = PAIDAN__WECHAT_HEAR__INIT, mixed = PAIDAN__WECHAT_HEAR__INIT;
    chat_note(chat, "登记以后才取，文字不等图片");
    chat_tell(chat, "三叉街3号漏水");
    chat_picture(chat, "https://mmbiz.example/1.jpg");
    chat_picture(chat, "https://mmbiz.example/1.jpg");
    assert_int_equal(fetches(chat), 0);
    chat_tell(chat, "好了");
    assert_true(says(chat, "已登记"));
    assert_int_equal(fetches(chat), 2);
    chat_note(chat, "补充的也取；认出文字的语音也留下");
    chat_picture(chat, NULL);
    chat_deliver(chat);
    chat_await(chat);
    assert_int_equal(fetches(chat), 3);
    voice.kind = PAIDAN__WECHAT_KIND__WECHAT_VOICE;
    voice.media_id = (char *)"voice";
    voice.text = (char *)"新诉求三叉街6号路灯坏了";
    chat_send(chat, &voice);
    chat_tell(chat, "好了");
    assert_int_equal(fetches(chat), 4);
    chat_note(chat, "取不到：请他再发一次，工单照样在");
    chat->lost = true;
    chat_tell(chat, "新诉求 三叉街4号漏水");
    chat_picture(chat, "https://mmbiz.example/2.jpg");
    chat_tell(chat, "好了");
    chat_deliver(chat);
    assert_int_equal(solo_tally(chat->solo, "deliveries_dead"), 1);
    chat->lost = false;
    chat_note(chat, "群里的两张图片");
    chat->account = "robot";
    chat->group = "群甲";
    mixed.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    mixed.text = (char *)"5幢电梯坏了";
    mixed.urls = urls;
    mixed.n_urls = 2;
    chat_send(chat, &mixed);
    chat_deliver(chat);
    chat_await(chat);
    assert_int_equal(fetches(chat), 6); /* one a message */
    chat_check(chat, "wechat_picture");
}

/* ---- callbacks and notices ---- */

static void test_callback_when_asked_then_answered_by_digits_and_taps(void **state)
{
    struct chat *const chat = *state;
    char tap[WECHAT_TAP_BYTES];
    const uint64_t first = filed(chat, "三叉街3号楼下水道堵了");
    chat_note(chat, "签收、处理、回访：菜单点按");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_ACCEPTED);
    assert_true(says(chat, "已由承办单位签收"));
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, first, 1, 1);
    assert_true(says(chat, "解决了吗"));
    chat_note(chat, "同一个任务再来一次：不再问");
    chat_ask(chat, first, 1, 1);
    wechat_read_tap_make(tap, WECHAT_TAP_SOLVED, first, 1, 1);
    chat_tap(chat, tap);
    assert_true(says(chat, "满意吗"));
    wechat_read_tap_make(tap, WECHAT_TAP_SATISFIED, first, 1, 2);
    chat_tap(chat, tap);
    assert_true(says(chat, "谢谢"));
    chat_deliver(chat);
    chat_note(chat, "答完再点：已经结束");
    chat_tap(chat, tap);
    assert_true(says(chat, "已经结束"));
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_CLOSED);
    assert_true(says(chat, "已办结"));

    chat_note(chat, "回复数字；正在说别的也不耽误");
    chat_pass(chat, HOUR_MS);
    const uint64_t second = filed(chat, "新诉求 三叉街4号路灯不亮");
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, second, 1, 1);
    chat_tell(chat, "新诉求：三叉街5号噪音扰民");
    chat_tell(chat, "3");
    assert_true(says(chat, "满意吗"));
    chat_tell(chat, "不满意");
    assert_true(says(chat, "谢谢"));
    chat_tell(chat, "好了");

    chat_note(chat, "回访服务说已经结束");
    chat_pass(chat, HOUR_MS);
    const uint64_t third = chat_ticket(chat, chat->tickets);
    chat_ask(chat, third, 1, 1);
    chat_tell(chat, "已解决");
    chat->refuses = PAIDAN__CODE__CALLBACK_NOT_OPEN;
    chat_tell(chat, "满意");
    assert_true(says(chat, "已经结束"));
    chat->refuses = 0;
    chat_note(chat, "不认识的工单");
    chat_ask(chat, 2026112399999999ull, 1, 1);
    chat_check(chat, "wechat_callback");
}

static void test_quiet_when_he_wants_none_then_neither_asked_nor_told(void **state)
{
    struct chat *const chat = *state;
    const uint64_t first = filed(chat, "三叉街3号楼下水道堵了");
    chat_note(chat, "勿扰：说清楚意味着什么、怎样恢复；再说一次，什么都不变");
    chat_tell(chat, "勿扰");
    assert_true(says(chat, "不再给您打电话回访"));
    assert_true(says(chat, "回复“恢复”"));
    chat_tell(chat, "请勿打扰！");
    assert_true(says(chat, "不再给您打电话回访"));
    chat->answer[0] = '\0';
    chat_note(chat, "进度不说，回访不问：这一轮免回访");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_ACCEPTED);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, first, 1, 1);
    chat_ask(chat, first, 1, 1);
    assert_string_equal(chat->answer, "");
    chat_note(chat, "他自己说话照常答复；新登记的也勿扰；正在说的不耽误");
    chat_tell(chat, "新诉求：三叉街5号噪音扰民");
    chat_tell(chat, "TD");
    assert_true(says(chat, "不再给您打电话回访"));
    chat_tell(chat, "好了");
    assert_true(says(chat, "已登记"));
    chat_note(chat, "恢复：又问");
    const uint64_t second = chat_ticket(chat, chat->tickets);
    chat_tell(chat, "恢复");
    assert_true(says(chat, "已恢复"));
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, second, 1, 1);
    assert_true(says(chat, "解决了吗"));
    chat_note(chat, "问着的时候退订：问题收回");
    chat_tell(chat, "退订");
    assert_true(says(chat, "不再给您打电话回访"));
    chat_tell(chat, "恢复");
    chat_note(chat, "没有勿扰时，“恢复”不是口令");
    chat_tell(chat, "恢复");
    assert_false(says(chat, "已恢复"));
    chat_check(chat, "wechat_quiet");
}

static void test_way_when_one_is_closed_then_the_next(void **state)
{
    struct chat *const chat = *state;
    const uint64_t first = filed(chat, "三叉街3号漏水，电话13800001234");
    chat_note(chat, "平台说超出次数：改发短信");
    chat->errcode = 45047;
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_ACCEPTED);
    chat->errcode = 0;
    chat_note(chat, "同意过订阅通知，48 小时后用通知；一次同意一条");
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED, "TEMPLATE-1");
    chat_pass(chat, 50 * HOUR_MS);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_SUSPENDED);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_ACCEPTED);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_SUSPENDED);
    chat_note(chat, "平台事后说通知没送到：改发短信");
    chat->sent_id = "N-1";
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED, "TEMPLATE-1");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_RESOLVED);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_SUSPENDED);
    chat->sent_id = NULL;
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, "N-0");
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, "N-1");
    chat_note(chat, "夜里不打扰，早上说最新的一次");
    chat_pass(chat, 12 * HOUR_MS);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_ACCEPTED);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_CLOSED);
    chat_pass(chat, 12 * HOUR_MS);
    chat_note(chat, "取关又没留电话：回访记为未接通，由回访服务再打");
    chat->person = "李四";
    const uint64_t second = filed(chat, "三叉街9号漏水");
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED, NULL);
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, second, 1, 1);
    chat_note(chat, "客服消息 48 小时内至多 5 条");
    chat->person = "王五";
    const uint64_t third = filed(chat, "三叉街10号漏水");
    for (unsigned nth = 0; nth < 7; nth++) {
        chat_escalation(chat, third,
                        nth % 2 == 0 ? PAIDAN__EVENT__FACT_SUSPENDED : PAIDAN__EVENT__FACT_CLOSED);
    }
    assert_int_equal(solo_tally(chat->solo, "handed_over"), 2);
    chat_check(chat, "wechat_ways");
}

/* Of the other report nothing is said but that there is one. What waits for the morning is how it stands then. */
static void test_ticket_when_merged_then_told_so_once_and_asked_at_the_end(void **state)
{
    struct chat *const chat = *state;
    const uint64_t first = filed(chat, "三叉街3号楼下水道堵了");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_MERGED);
    assert_true(says(chat, "已并案一起办理"));
    chat_note(chat, "随并入的那件再并一次：不再说");
    chat->answer[0] = '\0';
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_MERGED);
    assert_string_equal(chat->answer, "");
    chat_tell(chat, "我的诉求");
    assert_true(says(chat, "已并案办理"));
    chat_note(chat, "一并办好：在这里回访");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, first, 1, 1);
    assert_true(says(chat, "解决了吗"));
    chat_pass(chat, HOUR_MS);
    const uint64_t second = filed(chat, "新诉求 三叉街4号路灯不亮");
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_MERGED);
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_UNMERGED);
    assert_true(says(chat, "改为单独办理"));
    chat_note(chat, "夜里并入又解除：早上什么也不说；再并入两次：早上说一次");
    chat_pass(chat, 12 * HOUR_MS);
    const uint64_t said = solo_tally(chat->solo, "replied");
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_MERGED);
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_UNMERGED);
    chat_pass(chat, 12 * HOUR_MS);
    assert_int_equal(solo_tally(chat->solo, "replied"), said);
    chat_pass(chat, 12 * HOUR_MS);
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_MERGED);
    chat_escalation(chat, second, PAIDAN__EVENT__FACT_MERGED);
    assert_int_equal(solo_tally(chat->solo, "replied"), said);
    chat_pass(chat, 12 * HOUR_MS);
    assert_int_equal(solo_tally(chat->solo, "replied"), said + 1);
    chat_check(chat, "wechat_merged");
}

/* What the office splits off is the same resident's: told, listed, found by its number, chased, asked about.
 * He did not speak of it, so what he says next belongs to what he spoke of. */
static void test_part_when_split_off_then_the_same_residents(void **state)
{
    struct chat *const chat = *state;
    char words[64];
    char number[NUMBER_BYTES];
    const uint64_t whole = filed(chat, "三叉街3号路灯不亮，楼下垃圾也没人收");
    const uint64_t part = chat_part(chat, whole, NULL);
    assert_true(says(chat, "其中一件已单独立项"));
    number_format(part, number);
    assert_true(says(chat, number));
    chat_tell(chat, "就在垃圾站旁边");
    number_format(whole, number);
    assert_true(says(chat, number));
    chat_tell(chat, "我的诉求");
    number_format(part, number);
    assert_true(says(chat, number));
    (void)snprintf(words, sizeof words, "催单 %s", number);
    chat_tell(chat, words);
    assert_true(says(chat, "已替您催办"));
    assert_true(says(chat, number));
    chat_escalation(chat, part, PAIDAN__EVENT__FACT_ACCEPTED);
    assert_true(says(chat, "已由承办单位签收"));
    chat_escalation(chat, part, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, part, 1, 1);
    assert_true(says(chat, "解决了吗"));
    chat_tell(chat, "1");
    chat_tell(chat, "1");
    assert_true(says(chat, "谢谢"));
    chat_note(chat, "拆出来的再拆；别人的工单拆出来的与这里无关");
    (void)chat_part(chat, part, NULL);
    assert_true(says(chat, "其中一件已单独立项"));
    chat->answer[0] = '\0';
    (void)chat_part(chat, 2026112399990000ull, "999#2");
    assert_string_equal(chat->answer, "");
    chat_note(chat, "夜里拆分：早上以前不打扰");
    chat_pass(chat, 13 * HOUR_MS);
    const uint64_t late = chat_part(chat, whole, NULL);
    assert_string_equal(chat->answer, "");
    chat_pass(chat, 11 * HOUR_MS);
    chat_escalation(chat, late, PAIDAN__EVENT__FACT_ACCEPTED);
    assert_true(says(chat, "已由承办单位签收"));
    assert_int_equal(solo_tally(chat->solo, "filed"), 1); /* parts are the office's */
    chat_check(chat, "wechat_part");
}

static void check_mine(struct chat *chat, uint64_t ticket, uint64_t registered_ms, bool known)
{
    Paidan__WechatMine wish = PAIDAN__WECHAT_MINE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.account = (char *)"official";
    wish.person = (char *)"张三";
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_MINE;
    request.wechat_mine = &wish;
    const Paidan__WechatMineShown *const shown =
        solo_query(chat->solo, &request)->wechat_mine_shown;
    for (size_t index = 0; index < shown->n_tickets; index++) {
        if (shown->tickets[index]->ticket == ticket) {
            assert_int_equal(shown->tickets[index]->registered_ms, registered_ms);
            assert_int_equal(shown->tickets[index]->changed_ms != 0, known);
            return;
        }
    }
    fail_msg("the ticket is not his");
}

/* An adapter that begins to follow intake reads of all parts there ever were: they are his, and found; but to
 * tell of them is no news, and what escalation said of them before nobody kept. */
static void test_part_when_its_log_is_read_late_then_owned_and_not_told(void **state)
{
    struct chat *const chat = *state;
    const uint64_t whole = filed(chat, "三叉街3号路灯不亮，楼下垃圾也没人收");
    char number[NUMBER_BYTES];
    char stands[64];
    chat->answer[0] = '\0';
    const uint64_t old = chat_part_ago(chat, whole, NULL, 300 * 24 * HOUR_MS);
    (void)chat_part_ago(chat, whole, NULL, 24 * HOUR_MS + 1);
    assert_string_equal(chat->answer, "");
    check_mine(chat, old, solo_now_ms(chat->solo) - 300 * 24 * HOUR_MS, false);
    chat_note(chat, "清单里有它，但不说进度：以前的进度没有记");
    chat_tell(chat, "我的诉求");
    number_format(old, number);
    assert_true(says(chat, number));
    (void)snprintf(stands, sizeof stands, "%s 已登记", number);
    assert_false(says(chat, stands));
    chat_note(chat, "从下一步起照常告知");
    chat_escalation(chat, old, PAIDAN__EVENT__FACT_CLOSED);
    assert_true(says(chat, number));
    chat_tell(chat, "我的诉求");
    (void)snprintf(stands, sizeof stands, "%s 已办结", number);
    assert_true(says(chat, stands));
    chat_note(chat, "一小时前拆出的还要告知，进度同样不知道");
    const uint64_t recent = chat_part_ago(chat, whole, NULL, HOUR_MS);
    assert_true(says(chat, "其中一件已单独立项"));
    check_mine(chat, recent, solo_now_ms(chat->solo) - HOUR_MS, false);
    const uint64_t fresh = chat_part(chat, whole, NULL);
    check_mine(chat, fresh, solo_now_ms(chat->solo), true);
    chat_check(chat, "wechat_part_late");
}

/* The number of the whole is still on its way to us: its message says whose it is. In a group, there. */
static void test_part_when_split_before_we_know_the_number_then_by_the_message(void **state)
{
    struct chat *const chat = *state;
    chat_say(chat, "三叉街3号路灯不亮，楼下垃圾也没人收");
    chat_say(chat, "好了");
    chat->tickets++; /* intake has it, and its answer is not here yet */
    const uint64_t part = chat_part(chat, chat_ticket(chat, 1), "official:m:1#2");
    Paidan__Event *const fact = solo_fact(chat->solo, PAIDAN__EVENT__FACT_WECHAT_OWNED, 1);
    assert_int_equal(fact->wechat_owned->ticket, part);
    assert_string_equal(fact->wechat_owned->person, "张三");
    assert_string_equal(fact->wechat_owned->query_code, "7K3M9Q");
    paidan__event__free_unpacked(fact, NULL);
    assert_int_equal(solo_tally(chat->solo, "filed"), 1); /* and then the whole, as ever */
    chat_escalation(chat, part, PAIDAN__EVENT__FACT_ACCEPTED);
    assert_true(says(chat, "已由承办单位签收"));
    solo_check_replay(chat->solo);
}

/* Whom nobody here knows, people ask: not after the leases of all attempts. */
static void test_callback_when_no_conversation_owns_the_ticket_then_operators_ask(void **state)
{
    struct chat *const chat = *state;
    chat_note(chat, "电话报来的工单，回访派到了微信");
    chat_ask(chat, 2026112399990000ull, 1, 1);
    Paidan__Event *const fact = solo_fact(chat->solo, PAIDAN__EVENT__FACT_WISHED, 1);
    assert_string_equal(fact->wished->service, "callback");
    paidan__event__free_unpacked(fact, NULL);
    chat_check(chat, "wechat_unknown");
}

/* A day without the platform: the message waits for it, and nobody is telephoned in its place. */
static void test_way_when_the_platform_is_away_then_the_same(void **state)
{
    struct chat *const chat = *state;
    const uint64_t ticket = filed(chat, "三叉街3号漏水，电话13800001234");
    chat->away = true;
    chat_escalation(chat, ticket, PAIDAN__EVENT__FACT_ACCEPTED);
    const uint64_t said = solo_tally(chat->solo, "replied");
    for (unsigned hour = 0; hour < 23; hour++) {
        chat_pass(chat, HOUR_MS);
        chat_deliver(chat);
    }
    assert_true(solo_tally(chat->solo, "deliveries_failed") >= 23);
    chat->away = false;
    chat_deliver(chat);
    assert_int_equal(solo_tally(chat->solo, "deliveries_waiting"), 0);
    assert_int_equal(solo_tally(chat->solo, "deliveries_dead"), 0);
    assert_int_equal(solo_tally(chat->solo, "replied"), said);
    assert_int_equal(solo_tally(chat->solo, "handed_over"), 0);
}

/* The callback service is down: it does not know the answer, so its lease lapses and the task comes again. */
static void test_callback_when_its_service_is_down_then_asked_once(void **state)
{
    struct chat *const chat = *state;
    const uint64_t first = filed(chat, "三叉街3号楼下水道堵了");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, first, 1, 1);
    chat_tell(chat, "1");
    chat_note(chat, "答完了，回访服务还不知道：同一轮再来，不再问");
    chat_say(chat, "满意");
    assert_true(says(chat, "谢谢"));
    for (uint32_t attempt = 1; attempt <= 2; attempt++) {
        chat->answer[0] = '\0';
        chat_ask(chat, first, 1, attempt);
        assert_string_equal(chat->answer, "");
    }
    chat_note(chat, "已经取走的任务在答复之后才到：也不再问");
    chat_ask(chat, first, 1, 1);
    assert_string_equal(chat->answer, "");
    chat_note(chat, "重新办理以后是新的一轮");
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_SUSPENDED);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, first, 2, 1);
    assert_true(says(chat, "解决了吗"));
    chat_note(chat, "答复被拒绝：下一次可以再问");
    chat_tell(chat, "1");
    chat->refuses = PAIDAN__CODE__CALLBACK_NOT_OPEN;
    chat_tell(chat, "满意");
    assert_true(says(chat, "已经结束"));
    chat->refuses = 0;
    chat_ask(chat, first, 2, 2);
    assert_true(says(chat, "解决了吗"));
    chat_check(chat, "wechat_asked_again");
}

/* By whatever way the number comes, the code that opens the ticket comes with it; never in a group. */
static void test_code_when_the_number_goes_another_way_then_with_it(void **state)
{
    struct chat *const chat = *state;
    chat_note(chat, "客服消息发不出：通知里有查询码，再发不出：短信里也有");
    chat_event(chat, PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED, "TEMPLATE-1");
    chat_tell(chat, "三叉街3号漏水，电话13800001234");
    chat->errcode = 45047;
    chat_pass(chat, MINUTE_MS);
    assert_true(says(chat, "查询码 7K3M9Q"));
    chat_note(chat, "什么都发不出：电话名单上也有");
    chat->person = "李四";
    chat_tell(chat, "三叉街4号漏水");
    chat_pass(chat, MINUTE_MS);
    assert_true(says(chat, "查询码 7K3M9Q"));
    chat_note(chat, "群里的进程被杀：编号仍发到群里，不带查询码");
    chat->errcode = 0;
    chat->account = "robot";
    chat->group = "群甲";
    chat->person = "王五";
    chat_say(chat, "5幢电梯坏了");
    chat_deliver(chat); /* the passive reply is ready, and nobody waits for it any more */
    chat_pass(chat, MINUTE_MS);
    assert_true(says(chat, "已登记，编号"));
    assert_false(says(chat, "7K3M9Q"));
    chat_note(chat, "群里发不出：转给他本人");
    chat_say(chat, "6幢电梯坏了");
    chat_deliver(chat);
    chat->errcode = 93000;
    chat_pass(chat, MINUTE_MS);
    assert_true(says(chat, "查询码 7K3M9Q"));
    chat_check(chat, "wechat_code");
}

/* ---- groups, consent, WeCom ---- */

static void test_group_when_spoken_to_then_the_number_alone(void **state)
{
    struct chat *const chat = *state;
    chat->account = "robot";
    chat->group = "群甲";
    chat_note(chat, "群里@机器人：只回编号");
    chat_tell(chat, "3幢电梯坏了");
    assert_true(says(chat, "已登记，编号 20261123-0001-"));
    assert_false(says(chat, "7K3M9Q"));
    chat_note(chat, "引用编号：另一个人补充、催办");
    chat->person = "李四";
    char quote[64];
    char number[NUMBER_BYTES];
    number_format(chat_ticket(chat, 1), number);
    (void)snprintf(quote, sizeof quote, "已登记，编号 %s。", number);
    chat->quote = quote;
    chat_tell(chat, "4幢的也坏了");
    assert_true(says(chat, "已补充到"));
    chat->quote = quote;
    chat_tell(chat, "催");
    assert_true(says(chat, "已替您催办"));
    chat_note(chat, "回访问在群里，引用它回答");
    chat_escalation(chat, chat_ticket(chat, 1), PAIDAN__EVENT__FACT_RESOLVED);
    chat_ask(chat, chat_ticket(chat, 1), 1, 1);
    chat->quote = quote;
    chat_tell(chat, "1");
    assert_true(says(chat, "满意吗"));
    chat->quote = quote;
    chat_tell(chat, "满意");
    assert_true(says(chat, "谢谢"));
    chat_note(chat, "另一个群里不认");
    chat->group = "群乙";
    chat->quote = quote;
    chat_tell(chat, "催");
    assert_true(says(chat, "没有在您的诉求中找到"));
    chat_note(chat, "闲聊、表情、危险");
    chat_tell(chat, "你好");
    chat_say(chat, "5幢着火了");
    assert_true(says(chat, "119"));
    chat_deliver(chat);
    chat_check(chat, "wechat_group");
}

static void test_consent_when_the_site_asks_then_once_and_remembered(void **state)
{
    struct chat *const chat = *state;
    chat_note(chat, "先征得同意，再问地点；说过的不用重说");
    chat_tell(chat, "电梯坏了");
    assert_true(says(chat, "同意请回复 1"));
    chat_tell(chat, "已经坏了三天");
    chat_tell(chat, "1");
    assert_true(says(chat, "在哪里"));
    chat_tell(chat, "三叉街2号楼");
    assert_true(says(chat, "已登记"));
    chat_note(chat, "以后不再问");
    chat_pass(chat, 24 * HOUR_MS);
    chat_tell(chat, "三叉街1号漏水");
    assert_true(says(chat, "记下了"));
    chat_tell(chat, "好了");
    chat_note(chat, "不同意：不登记；危险除外");
    chat->person = "李四";
    chat_tell(chat, "三叉街8号漏水");
    chat_tell(chat, "不同意");
    assert_true(says(chat, "没有登记"));
    chat_say(chat, "着火了");
    assert_true(says(chat, "119"));
    chat_deliver(chat);
    chat_note(chat, "不回答：十分钟后告知没有登记");
    chat->person = "王五";
    chat_tell(chat, "三叉街8号漏水");
    chat_pass(chat, 10 * MINUTE_MS);
    assert_true(says(chat, "没有登记"));
    assert_int_equal(chat->tickets, 3);
    chat_check(chat, "wechat_consent");
}

/* More messages than one report holds: what is full is filed, before and after consent. */
static void test_draft_when_full_then_filed_and_nothing_lost(void **state)
{
    struct chat *const chat = *state;
    for (unsigned nth = 0; nth < 40; nth++) {
        chat_say(chat, "这里有很多问题");
    }
    chat_say(chat, "着火了");
    chat_deliver(chat);
    assert_int_equal(chat->tickets, 2);
    chat->person = "李四";
    chat_say(chat, "有很多问题");
    chat_say(chat, "1");
    chat_say(chat, "三叉街1号");
    chat_deliver(chat);
    chat_pass(chat, 2 * HOUR_MS);
    for (unsigned nth = 0; nth < 40; nth++) {
        chat_say(chat, "三叉街2号漏水");
    }
    chat_tell(chat, "好了");
    assert_int_equal(chat->tickets, 5);
    solo_check_replay(chat->solo);
}

static void test_wecom_when_months_passed_then_still_by_message(void **state)
{
    struct chat *const chat = *state;
    chat->account = "wecom";
    const uint64_t first = filed(chat, "三叉街3号漏水");
    chat_note(chat, "企业微信没有 48 小时");
    chat_pass(chat, 90 * 24 * HOUR_MS);
    chat_escalation(chat, first, PAIDAN__EVENT__FACT_ACCEPTED);
    assert_true(says(chat, "已由承办单位签收"));
    chat_check(chat, "wechat_wecom");
}

static void test_mine_when_asked_then_newest_first_with_codes(void **state)
{
    struct chat *const chat = *state;
    const uint64_t first = filed(chat, "三叉街3号漏水");
    const uint64_t second = filed(chat, "新诉求 三叉街4号漏水");
    Paidan__WechatMine wish = PAIDAN__WECHAT_MINE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.account = (char *)"official";
    wish.person = (char *)"张三";
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_MINE;
    request.wechat_mine = &wish;
    const Paidan__Answer *const answer = solo_query(chat->solo, &request);
    assert_non_null(answer->wechat_mine_shown);
    assert_int_equal(answer->wechat_mine_shown->n_tickets, 2);
    assert_int_equal(answer->wechat_mine_shown->tickets[0]->ticket, second);
    assert_int_equal(answer->wechat_mine_shown->tickets[1]->ticket, first);
    assert_string_equal(answer->wechat_mine_shown->tickets[0]->query_code, "7K3M9Q");
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        STORY(test_report_when_told_in_pieces_then_one_ticket),
        STORY(test_danger_when_said_then_whom_to_call_at_once),
        STORY(test_nothing_when_it_says_nothing_then_helped),
        STORY(test_ticket_when_spoken_of_later_then_supplement_chase_list_withdraw),
        STORY(test_number_when_intake_is_slow_then_by_customer_message),
        STORY(test_message_when_it_comes_again_then_the_same_answer),
        STORY(test_message_when_the_store_is_full_then_all_of_it_or_nothing),
        STORY(test_picture_when_filed_then_a_copy_is_named_and_fetched),
        STORY(test_callback_when_asked_then_answered_by_digits_and_taps),
        STORY(test_quiet_when_he_wants_none_then_neither_asked_nor_told),
        STORY(test_way_when_one_is_closed_then_the_next),
        STORY(test_ticket_when_merged_then_told_so_once_and_asked_at_the_end),
        STORY(test_part_when_split_off_then_the_same_residents),
        STORY(test_part_when_its_log_is_read_late_then_owned_and_not_told),
        STORY(test_part_when_split_before_we_know_the_number_then_by_the_message),
        cmocka_unit_test_setup_teardown(
            test_callback_when_no_conversation_owns_the_ticket_then_operators_ask, setup_phones,
            teardown),
        STORY(test_way_when_the_platform_is_away_then_the_same),
        STORY(test_callback_when_its_service_is_down_then_asked_once),
        STORY(test_code_when_the_number_goes_another_way_then_with_it),
        STORY(test_group_when_spoken_to_then_the_number_alone),
        cmocka_unit_test_setup_teardown(test_consent_when_the_site_asks_then_once_and_remembered,
                                        setup_consent, teardown),
        cmocka_unit_test_setup_teardown(test_draft_when_full_then_filed_and_nothing_lost,
                                        setup_consent, teardown),
        STORY(test_wecom_when_months_passed_then_still_by_message),
        STORY(test_mine_when_asked_then_newest_first_with_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
