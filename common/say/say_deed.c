/* say_deed: the deed that stood in the way, said to the one who came second. "Already done" sends
 * a clerk asking around; a name, a time and a verb do not. Owns a verb for each fact that can be a
 * reason (tests/unit/say_deed_test.c). A deed without an actor is a deadline's or another
 * service's, and is told as the system's. */
#include "common/say/say_deed.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

/* English stands before "by NAME at TIME". */
static const struct {
    const char *did, *zh, *en;
} verbs[] = {
    {"assigned", "派单", "given to a unit"}, /* 分拨 is the desk's own act */
    {"leased", "领取", "pulled"},
    {"lease_lapsed", "释放", "released"},
    {"accepted", "签收", "accepted"},
    {"contacted", "联系诉求人", "the resident was contacted"},
    {"progressed", "记录进展", "progress was noted"},
    {"warned", "预警", "warned of"},
    {"raised", "上报", "raised"},
    {"carded", "亮牌", "a card was given"},
    {"alarmed", "发出警报", "an alarm was raised"},
    {"returned", "退单", "returned"},
    {"corrected", "更正", "corrected"},
    {"recalled", "撤回分拨", "taken back to the desk"},
    {"merged", "并单", "merged into another ticket"},
    {"unmerged", "解除并单", "unmerged"},
    {"joined", "并入一件", "another ticket was merged into it"},
    {"parted", "移出一件", "a ticket is merged into it no more"},
    {"resolved", "办结", "solved"},
    {"reopened", "重新打开", "reopened"},
    {"closed", "结案", "closed"},
    {"noted", "补充或催单", "added to"},
    {"suspended", "挂账", "suspended"},
    {"resumed", "恢复办理", "taken up again"},
    {"requested", "提出申请", "a request was made"},
    {"decided", "批复申请", "the request was decided"},
    {"assist_asked", "请求协办", "assistance was asked for"},
    {"assist_done", "完成协办", "the assisting task was done"},
    {"assist_late", "记协办超时", "the assisting task was marked late"},
    {"person_named", "定人", "a person was named"},
    {"ordered", "交办", "ordered to a unit"},
    {"mode_set", "改办理方式", "the mode was set"},
    {"mode_ended", "登记办理结果", "the mode was ended"},
    {"urged", "催办", "urged"},
    {"supervised", "列入督办", "put under supervision"},
    {"card_cancelled", "撤牌", "the card was cancelled"},
    {"appealed", "申诉", "appealed"},
    {"appeal_ruled", "裁定申诉", "the appeal was ruled on"},
    {"replanned", "重算时限", "planned anew"},
    {"reminded", "提醒", "reminded of"},
    {"term_passed", "记定人超时", "a term was marked as passed"},
    {"answered", "登记答复", "answered"},
    {"handed", "领取", "pulled"},
    {"routed", "分拨", "dispatched"},
    {"ruled", "裁定", "ruled on"},
    {"desked", "转分拨台", "given to the desk"},
    {"undesked", "撤下分拨台", "taken off the desk"},
    {"handed_on", "记下换了承办单位", "noted as handed on"},
    {"desk_warned", "分拨预警", "warned of at the desk"},
    {"desk_overdue", "记分拨超时", "marked overdue at the desk"},
    {"desk_replanned", "重算分拨时限", "planned anew at the desk"},
    {"outer_moved", "改上级时限", "given a later deadline from above"},
    {"burst", "记集中爆发", "marked as a burst"},
    {"urgency_raised", "提高紧急程度", "made more urgent"},
    {"desk_recoded", "按新站点改码", "given the site's new codes"},
    {"moved", "因站点变更转单", "moved by a site edit"},
    {"recoded", "按新站点改码", "given the site's new codes"},
};

const char *say_deed_verb(const struct say *say, size_t nth, const char **verb)
{
    if (nth >= sizeof verbs / sizeof verbs[0]) {
        return NULL;
    }
    *verb = say_choose(say, verbs[nth].zh, verbs[nth].en);
    return verbs[nth].did;
}

static const char *verb_of(const struct say *say, const char *did)
{
    for (size_t index = 0; index < sizeof verbs / sizeof verbs[0]; index++) {
        if (strcmp(verbs[index].did, did) == 0) {
            return say_choose(say, verbs[index].zh, verbs[index].en);
        }
    }
    return NULL;
}

/* "王芳 已于 04:39 签收", "accepted by Wang Fang at 04:39". */
static void put_deed(const struct say *say, const Paidan__WorkResult *result, const char *verb,
                     uint64_t now_ms, char text[SAY_DEED_BYTES])
{
    char at[SAY_TIME_BYTES];
    const char *actor =
        result->actor != NULL ? result->actor : say_choose(say, "系统", "the system");
    CHECK(result->has_at_ms);
    say_time_short(say, result->at_ms, now_ms, at);
    if (say->language == SAY_CHINESE) {
        (void)snprintf(text, SAY_DEED_BYTES, "%s 已于 %s %s", actor, at, verb);
    } else {
        (void)snprintf(text, SAY_DEED_BYTES, "%s by %s at %s", verb, actor, at);
    }
}

bool say_deed(const struct say *say, const Paidan__WorkResult *result, uint64_t now_ms,
              char text[SAY_DEED_BYTES])
{
    const char *verb = result->did == NULL ? NULL : verb_of(say, result->did);
    char deed[SAY_DEED_BYTES] = "", at[SAY_TIME_BYTES];
    CHECK(result->code != PAIDAN__CODE__OK);
    text[0] = '\0';
    if (result->code == PAIDAN__CODE__LEASED_BY_OTHER && result->has_until_ms &&
        result->actor != NULL) {
        say_time_short(say, result->until_ms, now_ms, at);
        (void)snprintf(text, SAY_DEED_BYTES,
                       say_choose(say, "%s 已领取，保留到 %s。", "pulled by %s, kept until %s."),
                       result->actor, at);
        return true;
    }
    if (verb != NULL && result->has_at_ms) {
        put_deed(say, result, verb, now_ms, deed);
    }
    if (result->code == PAIDAN__CODE__NOT_YOUR_TICKET && result->unit != NULL) {
        (void)snprintf(
            text, SAY_DEED_BYTES,
            say_choose(say, "这张工单现由 %s 承办%s%.300s%s。", "%s has this ticket%s%.300s%s."),
            say_unit(say, result->unit), deed[0] == '\0' ? "" : say_choose(say, "（", " ("), deed,
            deed[0] == '\0' ? "" : say_choose(say, "）", ")"));
        return true;
    }
    if (deed[0] == '\0') {
        return false;
    }
    const bool whole = result->code == PAIDAN__CODE__ALREADY_DONE ||
                       result->code == PAIDAN__CODE__VERSION_CONFLICT ||
                       result->code == PAIDAN__CODE__NOT_ON_DESK;
    if (whole) {
        (void)snprintf(text, SAY_DEED_BYTES, "%.400s%s", deed, say_choose(say, "。", "."));
    } else if (result->code == PAIDAN__CODE__STATE_FORBIDS && result->has_state) {
        (void)snprintf(text, SAY_DEED_BYTES,
                       say_choose(say, "工单现为“%s”，不能这样操作：%.300s。",
                                  "The ticket is %s now, which does not allow that: %.300s."),
                       say_words_state(say, result->state), deed);
    } else {
        (void)snprintf(
            text, SAY_DEED_BYTES, say_choose(say, "%s（%.300s）", "%s (%.300s)"),
            say_choose(say, code_sentence_zh(result->code), code_sentence_en(result->code)), deed);
    }
    return true;
}
