/* wechat_words: the table of sentences. They are short, because they are read on a telephone; friendly,
 * because somebody is annoyed; and say what to do next. No sentence holds a resident's words or another
 * person's data. A group reads the number alone: the query code opens a ticket. */
#include "wechat_words.h"

#include <stddef.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/text/text.h"

static const struct row {
    const char *name, *zh, *en;
} rows[WECHAT_SAY_COUNT] = {
    [WECHAT_SAY_GREET] =
        {"greet",
         "您好！直接发文字、照片或位置，就能反映身边的问题。\n"
         "发“我的诉求”查进度，发“催单”催办。紧急危险请先拨 {call}。",
         "Hello! Send words, a photo or a location to report a problem nearby.\n"
         "Send \"my tickets\" to see how they stand. In danger call {call} first."},
    [WECHAT_SAY_HELP] =
        {"help",
         "请用一句话说说是什么事、在哪里，例如“阳光花园3号楼电梯坏了”，可以带照片和位置。\n"
         "也可以发：我的诉求、催单、撤回。人工服务请拨 {hotline}。",
         "Tell in one sentence what it is and where, for example \"the lift of "
         "building 3 is broken\"; photos and a location help.\n"
         "You can also send: my tickets, chase, withdraw. To speak with somebody "
         "call {hotline}."},
    [WECHAT_SAY_CONSENT] =
        {"consent",
         "为办理您的诉求，需要保存您发来的内容，并转给承办单位，不作他用。\n"
         "个人信息说明：{privacy}\n"
         "同意请回复 1，不同意请回复 2（也可直接拨打 {hotline}）。",
         "To deal with your report we must keep what you send and pass it to the unit in charge; "
         "it is used for nothing else.\n"
         "How we handle personal data: {privacy}\n"
         "Answer 1 to agree, 2 if you do not (or call {hotline})."},
    [WECHAT_SAY_DECLINED] = {"declined",
                             "好的，刚才的内容没有登记。需要时随时再发，或拨打 {hotline}。",
                             "All right: what you sent was not filed. Write again whenever you "
                             "like, or call {hotline}."},
    [WECHAT_SAY_KEPT] =
        {"kept",
         "记下了。还有文字、照片、位置请接着发；发“好了”马上登记，一分钟内没有新消息也会自动登记。",
         "Noted. Send more words, photos or a location; send \"done\" to file it "
         "now, or it is filed by itself in a minute."},
    [WECHAT_SAY_ASK_WORDS] = {"ask_words", "收到。请再用一句话说说是什么事、在哪里。",
                              "Got it. Please tell in one sentence what it is and where."},
    [WECHAT_SAY_ASK_PLACE] =
        {"ask_place",
         "记下了。在哪里？请发送位置，或写小区、楼栋（不方便说也没关系，一分钟后照样登记）。",
         "Noted. Where is it? Send a location, or write the estate and "
         "building (if you cannot, it is filed in a minute all the same)."},
    [WECHAT_SAY_ALARM] =
        {"alarm", "如果有人有危险，请马上拨打 {call}！您说的情况已按紧急事件登记，编号随后发给您。",
         "If anybody is in danger call {call} now! What you said is being filed "
         "as urgent; its number follows."},
    [WECHAT_SAY_TYPE] = {"type",
                         "抱歉，这条内容没能识别。请打字说明是什么事、在哪里，或拨打 {hotline}。",
                         "Sorry, we could not read that. Please type what it is and where, or call "
                         "{hotline}."},
    [WECHAT_SAY_FILED] = {"filed",
                          "已登记，编号 {number}，查询码 {code}。\n"
                          "查看进度：{page}\n"
                          "半小时内再发的内容会补充到这一件；要说另一件事，请以“新诉求”开头。",
                          "Filed under {number}, query code {code}.\n"
                          "See how it stands: {page}\n"
                          "What you send within half an hour is added to it; begin with \"new\" to "
                          "report something else."},
    [WECHAT_SAY_FILED_GROUP] = {"filed_group", "已登记，编号 {number}。引用本条回复可补充或催办。",
                                "Filed under {number}. Quote this to add to it or to chase it."},
    [WECHAT_SAY_REPEATS] = {"repeats",
                            "这件事已经在办，编号 {number}，已替您催办。\n"
                            "如果是另一件事，请以“新诉求”开头再说一次。",
                            "This is being dealt with under {number}; it was chased for you.\n"
                            "If it is another matter begin with \"new\" and tell it again."},
    [WECHAT_SAY_NOT_FILED] = {"not_filed",
                              "抱歉，登记没有成功，请拨打 {hotline}，由工作人员为您登记。",
                              "Sorry, it could not be filed. Please call {hotline}."},
    [WECHAT_SAY_NONE_OPEN] = {"none_open", "您没有正在办理的诉求。直接发文字就能反映问题。",
                              "You have no open tickets. Just write to report something."},
    [WECHAT_SAY_LIST] = {"list", "您的诉求：", "Your tickets:"},
    [WECHAT_SAY_WHICH_CHASE] = {"which_chase", "要催哪一件？请回复序号：",
                                "Which one do you chase? Answer its line:"},
    [WECHAT_SAY_WHICH_WITHDRAW] = {"which_withdraw", "要撤回哪一件？请回复序号：",
                                   "Which one do you withdraw? Answer its line:"},
    [WECHAT_SAY_NOT_YOURS] = {"not_yours",
                              "没有在您的诉求中找到 {number}，请核对编号；发“我的诉求”可以查看。",
                              "{number} is not among your tickets; send \"my tickets\" to see "
                              "them."},
    [WECHAT_SAY_CHASED] = {"chased", "已替您催办 {number}，承办单位会看到。",
                           "{number} was chased: the unit will see it."},
    [WECHAT_SAY_SURE] = {"sure", "确定撤回 {number} 吗？撤回后不再办理。",
                         "Do you really withdraw {number}? Nothing more is done about it then."},
    [WECHAT_SAY_WITHDRAWN] = {"withdrawn", "{number} 已撤回。", "{number} was withdrawn."},
    [WECHAT_SAY_LEFT] = {"left", "好的，没有改动。", "All right, nothing was changed."},
    [WECHAT_SAY_ADDED] = {"added", "已补充到 {number}。要说另一件事，请以“新诉求”开头。",
                          "Added to {number}. Begin with \"new\" to report something else."},
    [WECHAT_SAY_REFUSED] = {"refused",
                            "{number} "
                            "现在不能这样处理，可能已经办结或撤回。如问题还在，请以“新诉求”开头再说"
                            "一次，或拨打 {hotline}。",
                            "That cannot be done with {number} now: it may be over. If the problem "
                            "is still there begin with \"new\" and tell it again, or call "
                            "{hotline}."},
    [WECHAT_SAY_CALLBACK] = {"callback", "您反映的 {number} 承办单位说已处理。解决了吗？",
                             "The unit says that {number} is dealt with. Is it solved?"},
    [WECHAT_SAY_SATISFIED] = {"satisfied", "谢谢。您对 {number} 的办理满意吗？",
                              "Thank you. Are you satisfied with how {number} was handled?"},
    [WECHAT_SAY_THANKS] = {"thanks", "谢谢您的答复。还有话要说，请直接发来。",
                           "Thank you for your answer. If there is more to say, just write."},
    [WECHAT_SAY_ASK_OVER] = {"ask_over",
                             "{number} 的回访已经结束。如问题还在，请直接发消息告诉我们。",
                             "The question about {number} is over. If the problem is still there, "
                             "just write."},
    [WECHAT_SAY_PICTURE_LOST] =
        {"picture_lost", "抱歉，您刚才发来的图片没能取到，文字已经收到。请把图片再发一次。",
         "Sorry, the picture that you sent could not be had; your words were. Please send it "
         "again."},
    [WECHAT_SAY_ACCEPTED] = {"accepted", "您反映的 {number} 已由承办单位签收，正在办理。",
                             "A unit has accepted {number} and is working on it."},
    [WECHAT_SAY_RESOLVED] = {"resolved", "您反映的 {number} 承办单位说已处理，稍后会向您回访。",
                             "The unit says that {number} is dealt with; you will be asked about "
                             "it."},
    [WECHAT_SAY_SUSPENDED] = {"suspended",
                              "您反映的 {number} 需要较长时间，暂时挂起，到期会继续办理。",
                              "{number} needs longer and rests for now; work goes on afterwards."},
    [WECHAT_SAY_REOPENED] = {"reopened", "您反映的 {number} 已重新办理。",
                             "{number} is being worked on again."},
    [WECHAT_SAY_CLOSED] = {"closed", "您反映的 {number} 已办结。谢谢您。",
                           "{number} is closed. Thank you."},
    [WECHAT_SAY_UNREACHED] =
        {"unreached", "您反映的 {number} 已办结。我们没能联系上您，如问题还在，请直接发消息。",
         "{number} is closed. We could not reach you; if the problem is still "
         "there, just write."},
    [WECHAT_SAY_MERGED] = {"merged",
                           "您反映的 {number} 与另一件反映的是同一件事，已并案一起办理，办结后会"
                           "回访您。仍用原编号查进度、补充、催单。",
                           "{number} is about the same matter as another report and is worked on "
                           "together with it; you will be asked when it is done. Its number stays "
                           "good."},
    [WECHAT_SAY_UNMERGED] = {"unmerged", "您反映的 {number} 改为单独办理，正在确定由哪个单位办理。",
                             "{number} is dealt with by itself again; a unit is being found."},
    [WECHAT_SAY_PART] =
        {"part", "您一次反映了几件事，其中一件已单独立项，编号 {number}，查询码与原来的相同。",
         "You reported several matters at once; one of them goes its own way under "
         "{number}, with the query code that you have."},
    [WECHAT_SAY_QUIET] =
        {"quiet",
         "好的，以后不再给您打电话回访，也不再主动发消息；您的诉求照常办理，您发来的话照常答复。\n"
         "发“我的诉求”可以随时查看；要恢复，请回复“恢复”。",
         "All right: we will not call you about your reports, nor write by ourselves; they are "
         "worked on as "
         "before, and what you send is answered.\n"
         "Send \"my tickets\" to see them; send \"resume\" to take this back."},
    [WECHAT_SAY_RESUMED] =
        {"resumed", "已恢复：进度会告诉您，办好后会请您评价。不想被打扰时请回复“勿扰”。",
         "You will be told and asked again. Send \"unsubscribe\" when you want to be left "
         "alone."},
};

const char *wechat_words_name(enum wechat_words words)
{
    CHECK(words < WECHAT_SAY_COUNT);
    return rows[words].name;
}

static const struct {
    const char *place;
    size_t offset;
    bool line; /* a line is nothing without it */
} places[] = {
    {"{number}", offsetof(struct wechat_fill, number), false},
    {"{code}", offsetof(struct wechat_fill, code), false},
    {"{hotline}", offsetof(struct wechat_fill, hotline), false},
    {"{call}", offsetof(struct wechat_fill, call), false},
    {"{page}", offsetof(struct wechat_fill, page), true},
    {"{state}", offsetof(struct wechat_fill, state), false},
    {"{privacy}", offsetof(struct wechat_fill, privacy), true},
};

/* What stands at the place that begins here; NULL: none begins. */
static const char *filling(const struct wechat_fill *fill, const char *at, size_t *bytes,
                           bool *line)
{
    CHECK(bytes != NULL);
    for (size_t index = 0; index < sizeof places / sizeof places[0]; index++) {
        const size_t length = strlen(places[index].place);
        if (strncmp(at, places[index].place, length) == 0) {
            const char *const text =
                *(const char *const *)(const void *)((const char *)fill + places[index].offset);
            *bytes = length;
            *line = places[index].line;
            return text == NULL ? "" : text;
        }
    }
    return NULL;
}

/* Written byte by byte into a buffer of the largest size: a sentence is short, and lines that end up
 * without their address are taken back whole. */
char *wechat_words_text(struct arena *arena, bool english, enum wechat_words words,
                        const struct wechat_fill *fill)
{
    CHECK(words < WECHAT_SAY_COUNT);
    CHECK(rows[words].zh != NULL);
    CHECK(rows[words].en != NULL);
    const char *at = english ? rows[words].en : rows[words].zh;
    char *const out = arena_alloc(arena, WECHAT_TEXT_BYTES_MAX + 1);
    size_t used = 0;
    size_t line_at = 0;
    bool left_out = false;
    while (out != NULL && *at != '\0') {
        size_t length = 0;
        bool line = false;
        const char *const text = filling(fill, at, &length, &line);
        const char *const piece = text == NULL ? at : text;
        const size_t bytes = text == NULL ? 1 : strlen(text);
        left_out |= line && bytes == 0;
        if (used + bytes > WECHAT_TEXT_BYTES_MAX) {
            break;
        }
        memcpy(out + used, piece, bytes);
        used += bytes;
        at += text == NULL ? 1 : length;
        if (out[used == 0 ? 0 : used - 1] == '\n' || *at == '\0') {
            used = left_out ? line_at : used;
            line_at = used;
            left_out = false;
        }
    }
    while (out != NULL && used > 0 && out[used - 1] == '\n') {
        used--; /* of lines that were left out at the end */
    }
    if (out != NULL) {
        out[used] = '\0';
    }
    return out;
}

const char *wechat_words_state(bool english, Paidan__State state)
{
    switch (state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
        return english ? "given to a unit" : "已派单";
    case PAIDAN__STATE__STATE_ACCEPTED:
        return english ? "being worked on" : "办理中";
    case PAIDAN__STATE__STATE_SUSPENDED:
        return english ? "rests" : "暂时挂起";
    case PAIDAN__STATE__STATE_RESOLVED:
        return english ? "dealt with" : "已处理，待回访";
    case PAIDAN__STATE__STATE_CLOSED:
        return english ? "closed" : "已办结";
    case PAIDAN__STATE__STATE_WITHDRAWN:
        return english ? "withdrawn" : "已撤回";
    case PAIDAN__STATE__STATE_MERGED:
        return english ? "worked on with another report" : "已并案办理";
    default:
        return english ? "registered" : "已登记";
    }
}

const char *wechat_words_solved(bool english, Paidan__Solved solved)
{
    switch (solved) {
    case PAIDAN__SOLVED__SOLVED_YES:
        return english ? "solved" : "已解决";
    case PAIDAN__SOLVED__SOLVED_PARTLY:
        return english ? "partly solved" : "部分解决";
    default:
        CHECK(solved == PAIDAN__SOLVED__SOLVED_NO);
        return english ? "not solved" : "未解决";
    }
}

const char *wechat_words_satisfied(bool english, Paidan__Satisfied satisfied)
{
    switch (satisfied) {
    case PAIDAN__SATISFIED__SATISFIED_YES:
        return english ? "satisfied" : "满意";
    case PAIDAN__SATISFIED__SATISFIED_FAIR:
        return english ? "fair" : "基本满意";
    default:
        CHECK(satisfied == PAIDAN__SATISFIED__SATISFIED_NO);
        return english ? "dissatisfied" : "不满意";
    }
}

const char *wechat_words_yes(bool english, bool yes)
{
    if (yes) {
        return english ? "yes, withdraw it" : "确定撤回";
    }
    return english ? "no, leave it" : "不撤回";
}
