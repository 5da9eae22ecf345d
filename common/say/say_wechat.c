/* say_wechat: facts of the conversations with residents as whoever runs the adapter reads them. The log
 * of that adapter holds openids and words; these sentences hold neither, so that they can be shown
 * beside the facts of any other service. A ticket is named by the fact's own words elsewhere. */
#include "common/say/say_wechat.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_words.h"

/* "zh %s" with one name. */
static void one(const struct say *say, char *text, size_t size, const char *zh, const char *en,
                const char *name)
{
    CHECK(zh != NULL);
    (void)snprintf(text, size, say_choose(say, zh, en), name == NULL ? "" : name);
}

static enum say_tone moved(const struct say *say, const Paidan__WechatMoved *fact, char *text,
                           size_t size)
{
    one(say, text, size, "工单状态变为“%s”，将告知诉求人", "now %s: the resident will be told",
        say_words_get(say, &paidan__state__descriptor, (int)fact->state));
    return SAY_PLAIN;
}

static enum say_tone result(const struct say *say, const Paidan__WechatResult *fact, char *text,
                            size_t size)
{
    const Paidan__WechatSent *const sent = fact->sent;
    if (sent != NULL && sent->has_taken && sent->taken) {
        (void)snprintf(text, size, "%s", say_choose(say, "平台已接收", "the platform took it"));
        return SAY_GOOD;
    }
    (void)snprintf(text, size, say_choose(say, "平台不接收（%u）", "the platform refused it (%u)"),
                   sent != NULL && sent->has_errcode ? sent->errcode : 0);
    return SAY_WARN;
}

enum say_tone say_wechat_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size)
{
    CHECK(size > 0);
    CHECK(event != NULL);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REPLIED:
        one(say, text, size, "答复诉求人（%s）", "said to the resident (%s)",
            say_words_get(say, &paidan__wechat_way__descriptor, (int)event->replied->way));
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WECHAT_TURNED:
        one(say, text, size, "对话继续（%s）", "the conversation went on (%s)",
            event->wechat_turned->account);
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_WECHAT_OWNED:
        one(say, text, size,
            event->wechat_owned->has_split_of ? "拆出的工单归原诉求人：%s"
                                              : "对话中的诉求已登记：%s",
            event->wechat_owned->has_split_of ? "split off, the same resident's: %s"
                                              : "filed from the conversation: %s",
            event->wechat_owned->number);
        return SAY_GOOD;
    case PAIDAN__EVENT__FACT_WECHAT_CONSENTED:
        one(say, text, size, event->wechat_consented->given ? "同意：%s" : "不再同意：%s",
            event->wechat_consented->given ? "agreed: %s" : "no longer agreed: %s",
            say_words_get(say, &paidan__wechat_consent__descriptor,
                          (int)event->wechat_consented->what));
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WECHAT_MOVED:
        return moved(say, event->wechat_moved, text, size);
    case PAIDAN__EVENT__FACT_WECHAT_TOLD:
        one(say, text, size, "%s", "%s", say_choose(say, "已告知诉求人", "the resident was told"));
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WECHAT_ASKED:
        one(say, text, size, "回访：%s", "callback: %s",
            say_words_get(say, &paidan__wechat_asked_state__descriptor,
                          (int)event->wechat_asked->state));
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_WECHAT_GIVEN:
        one(say, text, size, "%s", "%s",
            say_choose(say, "答复已随消息返回", "the reply went back with the message"));
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_WECHAT_HANDED_OVER:
        one(say, text, size, "%s", "%s",
            say_choose(say, "无法送达，转电话告知", "could not be sent: to be told by telephone"));
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_WECHAT_RESULT:
        return result(say, event->wechat_result, text, size);
    default:
        return SAY_PLAIN;
    }
}

/* The sentences that may have to be told by telephone; the adapter's wechat_words has them whole. */
const char *say_wechat_about(const struct say *say, const char *about)
{
    static const struct {
        const char *name, *zh, *en;
    } rows[] = {
        {"filed", "登记编号", "its number"},
        {"not_filed", "没有登记成", "was not filed"},
        {"added", "已补充", "was added"},
        {"chased", "已催办", "was chased"},
        {"withdrawn", "已撤回", "was withdrawn"},
        {"refused", "没有办成", "could not be done"},
        {"callback", "回访", "callback"},
        {"accepted", "已签收", "accepted"},
        {"resolved", "已办完", "dealt with"},
        {"suspended", "暂缓", "suspended"},
        {"reopened", "重新办理", "opened again"},
        {"closed", "办结", "closed"},
        {"unreached", "未联系上", "not reached"},
        {"alarm", "紧急提示", "urgent advice"},
        {"merged", "并单", "merged"},
        {"unmerged", "解除并单", "unmerged"},
        {"part", "拆分", "split off"},
    };
    CHECK(about != NULL);
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        if (strcmp(rows[index].name, about) == 0) {
            return say_choose(say, rows[index].zh, rows[index].en);
        }
    }
    return about;
}
