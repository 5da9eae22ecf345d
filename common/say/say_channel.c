/* say_channel: facts that adapters share, those of hotlines and webhooks, and the list of telephone
 * calls. What was heard is a resident's and stays unsaid, also to whoever runs the adapter: a sentence
 * names the channel, the peer and the outcome. */
#include "common/say/say_channel.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/say_words.h"

/* Which part of it a fact belongs to; also what say_channel_knows looks at. */
enum part { PART_NONE, PART_SHARED, PART_WEBHOOK, PART_PHONE, PART_HOTLINE };

static enum part part_of(Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_HEARD:
    case PAIDAN__EVENT__FACT_HEARD_AGAIN:
    case PAIDAN__EVENT__FACT_WISHED:
    case PAIDAN__EVENT__FACT_WISH_ANSWERED:
        return PART_SHARED;
    case PAIDAN__EVENT__FACT_PUBLISHED:
    case PAIDAN__EVENT__FACT_BUNDLED:
    case PAIDAN__EVENT__FACT_WHOSE:
    case PAIDAN__EVENT__FACT_KEPT:
        return PART_WEBHOOK;
    case PAIDAN__EVENT__FACT_PHONE_SHOWN:
    case PAIDAN__EVENT__FACT_PHONE_TRIED:
        return PART_PHONE;
    case PAIDAN__EVENT__FACT_HOTLINE_SIGNED:
    case PAIDAN__EVENT__FACT_HOTLINE_TAKEN:
    case PAIDAN__EVENT__FACT_HOTLINE_BOUND:
    case PAIDAN__EVENT__FACT_HOTLINE_TOLD:
    case PAIDAN__EVENT__FACT_HOTLINE_CALLED:
        return PART_HOTLINE;
    default:
        return PART_NONE;
    }
}

bool say_channel_knows(Paidan__Event__FactCase fact)
{
    return part_of(fact) != PART_NONE;
}

static enum say_tone shared(const struct say *say, const Paidan__Event *event, char *text,
                            size_t size)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_HEARD) {
        (void)snprintf(text, size,
                       say_choose(say, "从渠道 %s 收到消息", "a message came through %s"),
                       event->heard->channel);
        return SAY_PLAIN;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_HEARD_AGAIN) {
        (void)snprintf(text, size, "%s",
                       say_choose(say, "又收到同一条消息", "the same message came again"));
        return SAY_PLAIN;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_WISHED) {
        (void)snprintf(text, size, say_choose(say, "请求 %s 办理", "asked of %s"),
                       event->wished->service);
        return SAY_PLAIN;
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_WISH_ANSWERED);
    const Paidan__WishAnswered *const fact = event->wish_answered;
    const bool noted = fact->detail != NULL && fact->detail[0] != '\0';
    (void)snprintf(text, size, "%s%s%s%s", say_choose(say, "答复：", "answered: "),
                   code_name((Paidan__Code)fact->code), noted ? say_choose(say, "：", ": ") : "",
                   noted ? fact->detail : "");
    return fact->code == PAIDAN__CODE__OK ? SAY_PLAIN : SAY_WARN;
}

static enum say_tone webhook(const struct say *say, const Paidan__Event *event, char *text,
                             size_t size)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_PUBLISHED) {
        (void)snprintf(
            text, size,
            say_choose(say, "推送 %s 的第 %llu 条", "fact %s:%llu is told to the outside"),
            event->published->log, (unsigned long long)event->published->seq);
        return SAY_PLAIN;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_BUNDLED) {
        (void)snprintf(
            text, size,
            say_choose(say, "推送给 %s：合并 %zu 条", "told to %s in one piece: %zu facts"),
            event->bundled->to, event->bundled->n_published);
        return SAY_PLAIN;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_WHOSE) {
        (void)snprintf(text, size, "%s",
                       say_choose(say, "工单归属更新", "another one has the ticket"));
        return SAY_FAINT;
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_KEPT);
    (void)snprintf(
        text, size, "%s",
        event->kept->has_left && event->kept->left
            ? say_choose(say, "归属已知，补推此前留存的",
                         "its owner is known: what was kept is told")
            : say_choose(say, "归属未知，先留存", "kept until it is known whose the ticket is"));
    return SAY_FAINT;
}

static enum say_tone phone(const struct say *say, const Paidan__Event *event, char *text,
                           size_t size)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_PHONE_SHOWN) {
        (void)snprintf(
            text, size,
            say_choose(say, "待拨电话第 %llu 条由 %s 来打", "call %llu of the list is %s's"),
            (unsigned long long)event->phone_shown->call, event->phone_shown->holder);
        return SAY_PLAIN;
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_PHONE_TRIED);
    const Paidan__PhoneTried *const fact = event->phone_tried;
    const bool noted = fact->note != NULL && fact->note[0] != '\0';
    const int made =
        snprintf(text, size, say_choose(say, "待拨电话第 %llu 条：%s", "call %llu of the list: %s"),
                 (unsigned long long)fact->call,
                 say_words_get(say, &paidan__phone_result__descriptor, (int)fact->result));
    if (noted && made > 0 && (size_t)made < size) {
        (void)snprintf(text + made, size - (size_t)made, "%s%s", say_choose(say, "：", ": "),
                       fact->note);
    }
    return fact->result == PAIDAN__PHONE_RESULT__PHONE_REACHED ? SAY_PLAIN : SAY_WARN;
}

static const char *call_words(const struct say *say, Paidan__CallStep step)
{
    switch (step) {
    case PAIDAN__CALL_STEP__CALL_RINGS:
        return say_choose(say, "来电", "a call rings");
    case PAIDAN__CALL_STEP__CALL_TAKEN:
        return say_choose(say, "接起来电", "a call was taken");
    case PAIDAN__CALL_STEP__CALL_PICKED:
        return say_choose(say, "接听，看到来电号码", "an operator has it, and read its number");
    default:
        return say_choose(say, "通话结束", "a call is over");
    }
}

static enum say_tone told(const struct say *say, const Paidan__HotlineTold *fact, char *text,
                          size_t size)
{
    if (fact->peer == NULL) {
        (void)snprintf(text, size, "%s",
                       say_choose(say, "记下进展，尚无对应的派单", "noted; no dispatch to it yet"));
        return SAY_PLAIN;
    }
    (void)snprintf(text, size, say_choose(say, "告知 %s：%s", "told to %s: %s"), fact->peer,
                   fact->state == NULL ? "" : fact->state);
    return SAY_PLAIN;
}

static enum say_tone hotline(const struct say *say, const Paidan__Event *event, char *text,
                             size_t size)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HOTLINE_SIGNED:
        (void)snprintf(text, size, say_choose(say, "%s 的签名有效", "the signature of %s holds"),
                       event->hotline_signed->peer);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_HOTLINE_TAKEN:
        (void)snprintf(text, size, "%s%s%s", say_choose(say, "收下报文：", "took an envelope of "),
                       event->hotline_taken->peer,
                       event->hotline_taken->late
                           ? say_choose(say, "，序号已过时，不处理", ": overtaken, nothing follows")
                           : "");
        return event->hotline_taken->late ? SAY_WARN : SAY_PLAIN;
    case PAIDAN__EVENT__FACT_HOTLINE_BOUND:
        (void)snprintf(text, size, "%s%s",
                       say_choose(say, "派单登记：", "the dispatch was registered: "),
                       code_name((Paidan__Code)event->hotline_bound->code));
        return event->hotline_bound->code == PAIDAN__CODE__OK ? SAY_PLAIN : SAY_WARN;
    case PAIDAN__EVENT__FACT_HOTLINE_TOLD:
        return told(say, event->hotline_told, text, size);
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_CALLED);
        (void)snprintf(text, size, "%s", call_words(say, event->hotline_called->step));
        return SAY_PLAIN;
    }
}

enum say_tone say_channel_words(const struct say *say, const Paidan__Event *event, char *text,
                                size_t size)
{
    CHECK(event != NULL);
    CHECK(size > 0);
    switch (part_of(event->fact_case)) {
    case PART_SHARED:
        return shared(say, event, text, size);
    case PART_WEBHOOK:
        return webhook(say, event, text, size);
    case PART_PHONE:
        return phone(say, event, text, size);
    case PART_HOTLINE:
        return hotline(say, event, text, size);
    case PART_NONE:
        break;
    }
    CHECK(false); /* the caller asked say_channel_knows */
    return SAY_PLAIN;
}
