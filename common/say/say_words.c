/* say_words: the one table of words for the values that people meet. It prints, reads and
 * completes: a value's token is made from its name in proto/ ("assigned"), so that scripts keep
 * working when a word is put better; the words beside it are for people. A value without a row is
 * refused by the walk over the descriptors in tests/unit/say_words_test.c, and so is a word that
 * two values of one enum share: what is shown can be typed, and means the same. */
#include "common/say/say_words.h"

#include <ctype.h>
#include <string.h>

#include "common/base/check.h"

struct row {
    int value;
    const char *zh, *en;
    const char *also; /* more words that mean the same, "|" between two; NULL: none */
};

static const struct row clock_rows[] = {
    {PAIDAN__CLOCK__CLOCK_ACCEPT, "签收", "accept", NULL},
    {PAIDAN__CLOCK__CLOCK_CONTACT, "首次联系", "contact", NULL},
    {PAIDAN__CLOCK__CLOCK_HANDLE, "办理", "handle", NULL},
    {PAIDAN__CLOCK__CLOCK_REDO, "重办", "redo", NULL},
    {PAIDAN__CLOCK__CLOCK_CALLBACK, "回访", "callback", NULL},
    {PAIDAN__CLOCK__CLOCK_ALARM, "警报", "alarm", NULL},
    {PAIDAN__CLOCK__CLOCK_LEASE, "领取", "lease", NULL},
    {PAIDAN__CLOCK__CLOCK_SUSPENSION, "挂账", "suspension", NULL},
    {PAIDAN__CLOCK__CLOCK_ASSIST, "协办", "assist", NULL},
    {PAIDAN__CLOCK__CLOCK_PERSON, "定人", "person", NULL},
    {PAIDAN__CLOCK__CLOCK_REQUEST, "申请", "request", NULL},
    {PAIDAN__CLOCK__CLOCK_MEDIATION, "调解", "mediation", NULL},
    {PAIDAN__CLOCK__CLOCK_DELIBERATION, "议事", "deliberation", NULL},
    {PAIDAN__CLOCK__CLOCK_COORDINATION, "协调", "coordination", NULL},
    {PAIDAN__CLOCK__CLOCK_REPLAN, "重算", "replan", NULL},
    {PAIDAN__CLOCK__CLOCK_DESK, "分拨", "desk", NULL},
    {PAIDAN__CLOCK__CLOCK_APPEAL, "申诉", "appeal", NULL},
    {PAIDAN__CLOCK__CLOCK_GROUP, "并单", "group", NULL},
};
static const struct row time_unit_rows[] = {
    {PAIDAN__TIME_UNIT__TIME_EMERGENCY_HOURS, "紧急工作时", "emergency hours", NULL},
    {PAIDAN__TIME_UNIT__TIME_WORKING_HOURS, "工作时", "working hours", NULL},
    {PAIDAN__TIME_UNIT__TIME_WORKING_DAYS, "工作日", "working days", NULL},
    {PAIDAN__TIME_UNIT__TIME_DAYS, "自然日", "days", NULL},
};
static const struct row start_rule_rows[] = {
    {PAIDAN__START_RULE__START_AT_ONCE, "即时起算", "at once", NULL},
    {PAIDAN__START_RULE__START_NEXT_DAY, "次日起算", "from the next day", NULL},
};
static const struct row end_rule_rows[] = {
    {PAIDAN__END_RULE__END_SAME_TIME, "到同一时刻", "at the same time", NULL},
    {PAIDAN__END_RULE__END_OF_DAY, "到当日下班", "to the end of the day", NULL},
};
static const struct row step_does_rows[] = {
    {PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT, "提醒承办单位", "the unit is reminded", NULL},
    {PAIDAN__STEP_DOES__STEP_NOTIFY_UPPER, "告知上一级", "the level above is told", NULL},
    {PAIDAN__STEP_DOES__STEP_NOTIFY_SUPERVISOR, "告知督办", "the supervisor is told", NULL},
    {PAIDAN__STEP_DOES__STEP_YELLOW, "黄牌", "yellow card", NULL},
    {PAIDAN__STEP_DOES__STEP_RED, "红牌", "red card", NULL},
    {PAIDAN__STEP_DOES__STEP_SUPERVISE, "转督办", "it is supervised", NULL},
};
static const struct row alarm_level_rows[] = {
    {PAIDAN__ALARM_LEVEL__ALARM_CLEARED, "恢复", "cleared", NULL},
    {PAIDAN__ALARM_LEVEL__ALARM_INFO, "提示", "info", NULL},
    {PAIDAN__ALARM_LEVEL__ALARM_MINOR, "一般", "minor", NULL},
    {PAIDAN__ALARM_LEVEL__ALARM_MAJOR, "重要", "major", NULL},
    {PAIDAN__ALARM_LEVEL__ALARM_CRITICAL, "严重", "critical", NULL},
};
static const struct row mode_rows[] = {
    {PAIDAN__MODE__MODE_ORDINARY, "一般办理", "ordinary", NULL},
    {PAIDAN__MODE__MODE_ON_SITE, "现场办", "on site", NULL},
    {PAIDAN__MODE__MODE_AT_ONCE, "马上办", "at once", NULL},
    {PAIDAN__MODE__MODE_ONLINE, "网上办", "online", NULL},
    {PAIDAN__MODE__MODE_MEDIATION, "调解", "mediation", NULL},
    {PAIDAN__MODE__MODE_DELIBERATION, "议事", "deliberation", NULL},
    {PAIDAN__MODE__MODE_COORDINATION, "协调", "coordination", "协调中"},
};
static const struct row mode_result_rows[] = {
    {PAIDAN__MODE_RESULT__RESULT_AGREED, "达成一致", "agreed", NULL},
    {PAIDAN__MODE_RESULT__RESULT_PARTLY, "部分达成", "partly agreed", NULL},
    {PAIDAN__MODE_RESULT__RESULT_FAILED, "未达成", "no agreement", NULL},
    {PAIDAN__MODE_RESULT__RESULT_LEGAL_WAY, "转法定途径", "passed to the legal way", NULL},
};
static const struct row request_kind_rows[] = {
    {PAIDAN__REQUEST_KIND__REQUEST_EXTENSION, "延期", "extension", NULL},
    {PAIDAN__REQUEST_KIND__REQUEST_RAISE, "上报", "raise", NULL},
};
static const struct row state_rows[] = {
    {PAIDAN__STATE__STATE_NONE, "无", "none", NULL},
    {PAIDAN__STATE__STATE_ASSIGNED, "待签收", "assigned", NULL},
    {PAIDAN__STATE__STATE_ACCEPTED, "办理中", "accepted", NULL},
    {PAIDAN__STATE__STATE_RETURNED, "退单待裁", "returned", "退单"},
    {PAIDAN__STATE__STATE_RESOLVED, "待回访", "resolved", NULL},
    {PAIDAN__STATE__STATE_CLOSED, "已办结", "closed", NULL},
    {PAIDAN__STATE__STATE_WITHDRAWN, "已撤回", "withdrawn", NULL},
    {PAIDAN__STATE__STATE_SUSPENDED, "挂账", "suspended", NULL},
    {PAIDAN__STATE__STATE_DESK, "待分拨", "desk", NULL},
    {PAIDAN__STATE__STATE_MERGED, "已并单", "merged", "并单"},
};
static const struct row outcome_rows[] = {
    {PAIDAN__OUTCOME__OUTCOME_SOLVED, "已解决", "solved", NULL},
    {PAIDAN__OUTCOME__OUTCOME_PARTLY, "部分解决", "partly solved", NULL},
    {PAIDAN__OUTCOME__OUTCOME_UNSOLVED, "未解决", "unsolved", NULL},
    {PAIDAN__OUTCOME__OUTCOME_UNREACHED, "未接通", "unreached", NULL},
    {PAIDAN__OUTCOME__OUTCOME_WITHDRAWN, "已撤回", "withdrawn", NULL},
    {PAIDAN__OUTCOME__OUTCOME_UNSAMPLED, "未抽访", "not sampled", NULL},
    {PAIDAN__OUTCOME__OUTCOME_UNASKED, "免回访", "not asked", NULL},
};
static const struct row spare_reason_rows[] = {
    {PAIDAN__SPARE_REASON__SPARE_SAMPLE, "未抽中", "not drawn", NULL},
    {PAIDAN__SPARE_REASON__SPARE_NO_WAY, "无联系方式", "no way to reach the resident", NULL},
    {PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL, "勿扰", "wants no calls", NULL},
};
static const struct row solved_rows[] = {
    {PAIDAN__SOLVED__SOLVED_YES, "已解决", "solved", "是|解决|解决了"},
    {PAIDAN__SOLVED__SOLVED_PARTLY, "部分解决", "partly solved", "部分"},
    {PAIDAN__SOLVED__SOLVED_NO, "未解决", "not solved", "否|不是|没有|没解决|没有解决"},
};
static const struct row satisfied_rows[] = {
    {PAIDAN__SATISFIED__SATISFIED_YES, "满意", "satisfied", "是|很满意"},
    {PAIDAN__SATISFIED__SATISFIED_FAIR, "基本满意", "fair", "一般"},
    {PAIDAN__SATISFIED__SATISFIED_NO, "不满意", "dissatisfied", "否|不是"},
};
static const struct row urgency_rows[] = {
    {PAIDAN__URGENCY__URGENCY_NORMAL, "一般", "normal", "普通"},
    {PAIDAN__URGENCY__URGENCY_URGENT, "紧急", "urgent", NULL},
    {PAIDAN__URGENCY__URGENCY_EMERGENCY, "特急", "emergency", "应急"},
};
static const struct row card_rows[] = {
    {PAIDAN__CARD__CARD_NONE, "无牌", "none", NULL},
    {PAIDAN__CARD__CARD_YELLOW, "黄牌", "yellow", NULL},
    {PAIDAN__CARD__CARD_RED, "红牌", "red", NULL},
};
static const struct row why_rows[] = {
    {PAIDAN__WHY__WHY_ROUTED, "自动分拨", "routed by triage", NULL},
    {PAIDAN__WHY__WHY_DISPATCHED, "人工分拨", "dispatched at the desk", NULL},
    {PAIDAN__WHY__WHY_RULED, "退单裁定", "ruled on a return", NULL},
    {PAIDAN__WHY__WHY_EXPIRED, "超时上报", "a clock expired", NULL},
    {PAIDAN__WHY__WHY_COMPETENCE, "超权上报", "beyond the unit's authority", NULL},
    {PAIDAN__WHY__WHY_REOPENED, "回访未解决", "the resident said unsolved", NULL},
    {PAIDAN__WHY__WHY_ORDERED, "领导交办", "a leader's order", NULL},
    {PAIDAN__WHY__WHY_SITE, "站点变更", "the site was edited", NULL},
};
static const struct row area_from_rows[] = {
    {PAIDAN__AREA_FROM__AREA_FOUND, "已识别的地点", "the place that was found", NULL},
    {PAIDAN__AREA_FROM__AREA_TOLD, "分拨员指定", "named by the dispatcher", NULL},
    {PAIDAN__AREA_FROM__AREA_OF_UNIT, "未识别地点，取承办单位的辖区",
     "no place was found: the unit's own", NULL},
    {PAIDAN__AREA_FROM__AREA_FITTING, "几个地点中唯一在承办单位辖区内的",
     "of several the only one within the unit's own", NULL},
};
static const struct row desk_reason_rows[] = {
    {PAIDAN__DESK_REASON__DESK_NO_CATEGORY, "未识别类别", "no category", NULL},
    {PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY, "类别不明确", "ambiguous category", NULL},
    {PAIDAN__DESK_REASON__DESK_NO_PLACE, "未识别地点", "no place", NULL},
    {PAIDAN__DESK_REASON__DESK_AMBIGUOUS_PLACE, "地点不明确", "ambiguous place", NULL},
    {PAIDAN__DESK_REASON__DESK_RETURNED, "退单", "returned", NULL},
    {PAIDAN__DESK_REASON__DESK_NO_OWNER, "无主办单位", "no owner", NULL},
    {PAIDAN__DESK_REASON__DESK_RECALLED, "撤回分拨", "recalled", NULL},
    {PAIDAN__DESK_REASON__DESK_CONFIDENTIAL, "保密", "confidential", NULL},
    {PAIDAN__DESK_REASON__DESK_OTHER_UNIT, "指定的单位与职责清单不同",
     "another unit than the matrix's is named", NULL},
    {PAIDAN__DESK_REASON__DESK_WITHDRAWN, "该类别已暂停自动分拨",
     "its category is not routed by itself now", NULL},
    {PAIDAN__DESK_REASON__DESK_UNMERGED, "解除并单", "unmerged", NULL},
    {PAIDAN__DESK_REASON__DESK_UNMAPPED, "渠道的分类没有对应", "its channel's category is not ours",
     NULL},
    {PAIDAN__DESK_REASON__DESK_UNSURE, "把握不足", "not sure enough", NULL},
    {PAIDAN__DESK_REASON__DESK_RULE, "按站点规则", "a rule of the site", NULL},
    {PAIDAN__DESK_REASON__DESK_SPLIT, "一单多事", "several matters", NULL},
    {PAIDAN__DESK_REASON__DESK_SAME, "疑似同一事件", "maybe the same event as an open one", NULL},
    {PAIDAN__DESK_REASON__DESK_UNREADABLE, "无法识别", "nothing readable", NULL},
};
static const struct row judged_by_rows[] = {
    {PAIDAN__JUDGED_BY__JUDGED_HINT, "渠道指定", "the channel", NULL},
    {PAIDAN__JUDGED_BY__JUDGED_RULE, "站点规则", "a rule of the site", NULL},
    {PAIDAN__JUDGED_BY__JUDGED_WORDS, "关键词", "keywords", NULL},
    {PAIDAN__JUDGED_BY__JUDGED_MODEL, "模型", "the model", NULL},
    {PAIDAN__JUDGED_BY__JUDGED_DESK, "分拨员", "a dispatcher", NULL},
};
static const struct row trust_why_rows[] = {
    {PAIDAN__TRUST_WHY__TRUST_LOW, "准确率低于目标", "too often wrong", NULL},
    {PAIDAN__TRUST_WHY__TRUST_GOOD, "准确率达到目标", "right often enough", NULL},
    {PAIDAN__TRUST_WHY__TRUST_BY_HAND, "人工设置", "set by hand", NULL},
};
static const struct row rates_count_rows[] = {
    {PAIDAN__RATES_COUNT__RATES_REGISTERED, "受理", "registered", NULL},
    {PAIDAN__RATES_COUNT__RATES_CLOSED, "办结", "closed", NULL},
    {PAIDAN__RATES_COUNT__RATES_WITHDRAWN, "撤回", "withdrawn", NULL},
    {PAIDAN__RATES_COUNT__RATES_MERGED, "并单", "merged", NULL},
    {PAIDAN__RATES_COUNT__RATES_OPEN, "在办", "open", NULL},
    {PAIDAN__RATES_COUNT__RATES_COORDINATING, "协调中", "in coordination", NULL},
    {PAIDAN__RATES_COUNT__RATES_SUSPENDED_NOW, "挂账中", "suspended now", NULL},
    {PAIDAN__RATES_COUNT__RATES_OVERDUE_NOW, "超时在办", "overdue", NULL},
    {PAIDAN__RATES_COUNT__RATES_ACCEPT_OF, "应签收", "to be accepted", NULL},
    {PAIDAN__RATES_COUNT__RATES_ACCEPT_IN_TIME, "按时签收", "accepted in time", NULL},
    {PAIDAN__RATES_COUNT__RATES_CONTACT_OF, "应联系", "to be contacted", NULL},
    {PAIDAN__RATES_COUNT__RATES_CONTACT_IN_TIME, "按时联系", "contacted in time", NULL},
    {PAIDAN__RATES_COUNT__RATES_HANDLE_OF, "应办结", "to be handled", NULL},
    {PAIDAN__RATES_COUNT__RATES_HANDLE_IN_TIME, "按时办结", "handled in time", NULL},
    {PAIDAN__RATES_COUNT__RATES_VALID, "有效回访", "valid callbacks", NULL},
    {PAIDAN__RATES_COUNT__RATES_SOLVED_YES, "解决", "solved", NULL},
    {PAIDAN__RATES_COUNT__RATES_SOLVED_PARTLY, "部分解决", "partly solved", NULL},
    {PAIDAN__RATES_COUNT__RATES_SOLVED_NO, "未解决", "unsolved", NULL},
    {PAIDAN__RATES_COUNT__RATES_SATISFIED_YES, "满意", "satisfied", NULL},
    {PAIDAN__RATES_COUNT__RATES_SATISFIED_FAIR, "基本满意", "fairly satisfied", NULL},
    {PAIDAN__RATES_COUNT__RATES_SATISFIED_NO, "不满意", "dissatisfied", NULL},
    {PAIDAN__RATES_COUNT__RATES_UNREACHED, "未接通", "unreached", NULL},
    {PAIDAN__RATES_COUNT__RATES_NOT_ASKED, "未回访", "not asked", NULL},
    {PAIDAN__RATES_COUNT__RATES_EXEMPT, "剔除", "taken out", NULL},
    {PAIDAN__RATES_COUNT__RATES_RETURNED, "退单", "returned", NULL},
    {PAIDAN__RATES_COUNT__RATES_RETURN_UPHELD, "退单成立", "returns upheld", NULL},
    {PAIDAN__RATES_COUNT__RATES_EXTENDED, "延期", "extended", NULL},
    {PAIDAN__RATES_COUNT__RATES_SUSPENDED, "挂账", "suspended", NULL},
    {PAIDAN__RATES_COUNT__RATES_YELLOW, "黄牌", "yellow cards", NULL},
    {PAIDAN__RATES_COUNT__RATES_RED, "红牌", "red cards", NULL},
    {PAIDAN__RATES_COUNT__RATES_REOPENED, "重办", "reopened", NULL},
    {PAIDAN__RATES_COUNT__RATES_RAISED, "升级", "raised", NULL},
    {PAIDAN__RATES_COUNT__RATES_HOPS, "流转", "hops", NULL},
    {PAIDAN__RATES_COUNT__RATES_CHASED, "催单", "chased", NULL},
    {PAIDAN__RATES_COUNT__RATES_REPEATED, "重复投诉", "repeated", NULL},
    {PAIDAN__RATES_COUNT__RATES_FIRST_RIGHT, "首派准确", "first unit was right", NULL},
    {PAIDAN__RATES_COUNT__RATES_FIRST_OF, "首派", "first units", NULL},
};
static const struct row rates_grain_rows[] = {
    {PAIDAN__RATES_GRAIN__RATES_DAY, "日", "day", NULL},
    {PAIDAN__RATES_GRAIN__RATES_MONTH, "月", "month", NULL},
};
static const struct row rates_by_rows[] = {
    {PAIDAN__RATES_BY__RATES_ALL, "全部", "all", NULL},
    {PAIDAN__RATES_BY__RATES_AREA, "区域", "area", NULL},
    {PAIDAN__RATES_BY__RATES_UNIT, "单位", "unit", NULL},
    {PAIDAN__RATES_BY__RATES_CATEGORY, "类别", "category", NULL},
    {PAIDAN__RATES_BY__RATES_CHANNEL, "渠道", "channel", NULL},
};
static const struct row rates_clock_rows[] = {
    {PAIDAN__RATES_CLOCK__RATES_TIME_ACCEPT, "签收用时", "until accepted", NULL},
    {PAIDAN__RATES_CLOCK__RATES_TIME_CONTACT, "首次联系用时", "until contacted", NULL},
    {PAIDAN__RATES_CLOCK__RATES_TIME_HANDLE, "办理用时", "until resolved", NULL},
    {PAIDAN__RATES_CLOCK__RATES_TIME_WHOLE, "全程用时", "until closed", NULL},
};
static const struct row rates_name_rows[] = {
    {PAIDAN__RATES_NAME__RATES_RESPONSE, "响应率", "response rate", NULL},
    {PAIDAN__RATES_NAME__RATES_SOLUTION, "解决率", "solution rate", NULL},
    {PAIDAN__RATES_NAME__RATES_SATISFACTION, "满意率", "satisfaction rate", NULL},
    {PAIDAN__RATES_NAME__RATES_ON_ACCEPT, "按时签收率", "accepted in time", NULL},
    {PAIDAN__RATES_NAME__RATES_ON_CONTACT, "按时联系率", "contacted in time", NULL},
    {PAIDAN__RATES_NAME__RATES_ON_HANDLE, "按时办结率", "handled in time", NULL},
};
static const struct row rates_response_rows[] = {
    {PAIDAN__RATES_RESPONSE__RESPONSE_CONTACT, "按时联系", "contact", NULL},
    {PAIDAN__RATES_RESPONSE__RESPONSE_ACCEPT, "按时签收", "accept", NULL},
    {PAIDAN__RATES_RESPONSE__RESPONSE_BOTH, "按时签收和联系", "accept and contact", NULL},
};
static const struct row trust_action_rows[] = {
    {PAIDAN__TRUST_ACTION__TRUST_WITHDRAW, "暂停自动分拨", "withdraw", NULL},
    {PAIDAN__TRUST_ACTION__TRUST_RESTORE, "恢复自动分拨", "restore", NULL},
};
static const struct row unmerge_cause_rows[] = {
    {PAIDAN__UNMERGE_CAUSE__UNMERGE_BY_DESK, "分拨员解除", "by a dispatcher", NULL},
    {PAIDAN__UNMERGE_CAUSE__UNMERGE_OVER, "主单已办结或撤回", "the other one was over", NULL},
    {PAIDAN__UNMERGE_CAUSE__UNMERGE_WITHDRAWN, "主单由本人撤回", "the other one was withdrawn",
     NULL},
};
static const struct row hotline_kind_rows[] = {
    {PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH, "上级派单", "dispatch", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_SUPPLEMENT, "上级补充", "supplement", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_CHASE, "上级转催单", "chase", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_WITHDRAW, "上级撤回", "withdraw", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_URGE, "上级催办", "urge", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_RULING, "上级裁定", "ruling", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_EXTENSION_DECISION, "上级延期答复", "decision on an extension",
     NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_REDO, "上级重办", "redo", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_RATING, "上级转评价", "rating", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED, "告知已收", "received", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_ACCEPTED, "告知签收", "accepted", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_CONTACTED, "告知联系", "contacted", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_PROGRESS, "告知进展", "progress", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_RETURN, "告知退单", "return", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_EXTEND, "告知申请延期", "extend", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_SUSPEND, "告知挂账", "suspend", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_RESOLVED, "告知已解决", "resolved", NULL},
    {PAIDAN__HOTLINE_KIND__HOTLINE_CLOSED, "告知办结", "closed", NULL},
};
static const struct row call_step_rows[] = {
    {PAIDAN__CALL_STEP__CALL_RINGS, "来电", "rings", NULL},
    {PAIDAN__CALL_STEP__CALL_TAKEN, "接起", "taken", NULL},
    {PAIDAN__CALL_STEP__CALL_OVER, "挂断", "over", NULL},
    {PAIDAN__CALL_STEP__CALL_PICKED, "登记中", "written down", NULL},
};
static const struct row sink_state_rows[] = {
    {PAIDAN__SINK_STATE__SINK_FOLLOWS, "已跟上", "up to date", NULL},
    {PAIDAN__SINK_STATE__SINK_BUILDS, "重建中", "being made", NULL},
    {PAIDAN__SINK_STATE__SINK_LOCKED, "被别的程序占用，等待中", "held by another program, waiting",
     NULL},
    {PAIDAN__SINK_STATE__SINK_FULL, "没有空间，等待中", "no space, waiting", NULL},
    {PAIDAN__SINK_STATE__SINK_AWAY, "连不上，等待中", "cannot be reached, waiting", NULL},
};
static const struct row bulletin_state_rows[] = {
    {PAIDAN__BULLETIN_STATE__BULLETIN_PROPOSED, "待拟", "proposed", NULL},
    {PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT, "待审", "waits for review", NULL},
    {PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED, "已公示", "published", NULL},
    {PAIDAN__BULLETIN_STATE__BULLETIN_REFUSED, "未通过", "refused", NULL},
    {PAIDAN__BULLETIN_STATE__BULLETIN_WITHDRAWN, "已撤下", "taken down", NULL},
};
static const struct row points_what_rows[] = {
    {PAIDAN__POINTS_WHAT__POINTS_OF_PERSON, "代号", "person", NULL},
    {PAIDAN__POINTS_WHAT__POINTS_OF_TICKET, "工单", "ticket", NULL},
    {PAIDAN__POINTS_WHAT__POINTS_TOP, "积分榜", "top", NULL},
    {PAIDAN__POINTS_WHAT__POINTS_GOODS, "兑换物品", "goods", NULL},
    {PAIDAN__POINTS_WHAT__POINTS_CHECK, "核对", "check", NULL},
};
static const struct row points_kind_rows[] = {
    {PAIDAN__POINTS_KIND__POINTS_AWARDED, "奖励", "awarded", NULL},
    {PAIDAN__POINTS_KIND__POINTS_REVERSED, "冲回", "reversed", NULL},
    {PAIDAN__POINTS_KIND__POINTS_EXCHANGED, "兑换", "exchanged", NULL},
    {PAIDAN__POINTS_KIND__POINTS_RETURNED, "退换", "returned", NULL},
};
static const struct row points_medal_rows[] = {
    {PAIDAN__POINTS_MEDAL__MEDAL_NONE, "无", "none", NULL},
    {PAIDAN__POINTS_MEDAL__MEDAL_BRONZE, "铜牌", "bronze", NULL},
    {PAIDAN__POINTS_MEDAL__MEDAL_SILVER, "银牌", "silver", NULL},
    {PAIDAN__POINTS_MEDAL__MEDAL_GOLD, "金牌", "gold", NULL},
};
static const struct row points_limit_rows[] = {
    {PAIDAN__POINTS_LIMIT__LIMIT_DAY, "当日上限", "the day's", NULL},
    {PAIDAN__POINTS_LIMIT__LIMIT_MONTH, "当月上限", "the month's", NULL},
    {PAIDAN__POINTS_LIMIT__LIMIT_EVER, "总上限", "of all time", NULL},
};
static const struct row phone_result_rows[] = {
    {PAIDAN__PHONE_RESULT__PHONE_REACHED, "已告知", "told", NULL},
    {PAIDAN__PHONE_RESULT__PHONE_MISSED, "无人接听", "nobody answered", NULL},
    {PAIDAN__PHONE_RESULT__PHONE_GIVEN_UP, "联系不上", "given up", NULL},
};
static const struct row supervise_rule_rows[] = {
    {PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD, "红牌", "a red card", NULL},
    {PAIDAN__SUPERVISE_RULE__SUPERVISE_REOPENED, "回访未解决", "reopened", NULL},
    {PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED, "多次催单", "chased again and again", NULL},
    {PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP, "时限规则", "a step of its clock", NULL},
};
static const struct row replan_cause_rows[] = {
    {PAIDAN__REPLAN_CAUSE__REPLAN_POLICY, "规则变更", "the policy changed", NULL},
    {PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR, "日历变更", "the calendar changed", NULL},
    {PAIDAN__REPLAN_CAUSE__REPLAN_LEVEL, "层级变更", "another level has it", NULL},
};
static const struct row interval_reason_rows[] = {
    {PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED, "计入", "counted", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_CLOSED, "非办公时间", "closed", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_WEEKEND, "周末", "weekend", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_HOLIDAY, "节假日", "holiday", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_OVERRIDE, "日历例外", "exception of the calendar", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_PAUSED, "挂账", "suspended", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_START_RULE, "次日起算", "starts the next day", NULL},
    {PAIDAN__INTERVAL_REASON__INTERVAL_MAKE_UP, "调休上班", "make-up workday", NULL},
};
static const struct row action_rows[] = {
    {PAIDAN__ACTION__ACTION_ACCEPT, "签收", "accept", NULL},
    {PAIDAN__ACTION__ACTION_CONTACT, "联系", "contact", NULL},
    {PAIDAN__ACTION__ACTION_PROGRESS, "进展", "progress", NULL},
    {PAIDAN__ACTION__ACTION_RESOLVE, "办结", "resolve", NULL},
    {PAIDAN__ACTION__ACTION_RETURN, "退单", "return", NULL},
    {PAIDAN__ACTION__ACTION_RAISE, "上报", "raise", NULL},
    {PAIDAN__ACTION__ACTION_EXTEND, "申请延期", "ask for an extension", "延期"},
    {PAIDAN__ACTION__ACTION_SUSPEND, "挂账", "suspend", NULL},
    {PAIDAN__ACTION__ACTION_RESUME, "恢复", "resume", NULL},
    {PAIDAN__ACTION__ACTION_ASK_ASSIST, "请协办", "ask for assistance", NULL},
    {PAIDAN__ACTION__ACTION_ASSIST_DONE, "协办完成", "assisting is done", NULL},
    {PAIDAN__ACTION__ACTION_NAME_PERSON, "定人", "name a person", NULL},
    {PAIDAN__ACTION__ACTION_SET_MODE, "办理方式", "set the mode", "mode"},
    {PAIDAN__ACTION__ACTION_END_MODE, "方式结果", "end the mode", NULL},
    {PAIDAN__ACTION__ACTION_APPEAL, "申诉", "appeal", NULL},
};
static const struct row supervise_action_rows[] = {
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, "批准", "grant", NULL},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE, "不批准", "refuse", NULL},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER, "交办", "order", "领导交办"},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE, "催办", "urge", NULL},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, "督办", "watch", NULL},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_YELLOW, "黄牌", "yellow card", NULL},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED, "红牌", "red card", NULL},
    {PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD, "撤牌", "cancel the card", NULL},
};
static const struct row said_kind_rows[] = {
    {PAIDAN__SAID_KIND__SAID_CHASE, "催单", "chased", NULL},
    {PAIDAN__SAID_KIND__SAID_WITHDRAWAL, "撤回", "withdrew", NULL},
};
static const struct row role_rows[] = {
    {PAIDAN__ROLE__ROLE_DISPATCHER, "分拨员", "dispatcher", NULL},
    {PAIDAN__ROLE__ROLE_CLERK, "承办人", "clerk", "经办人"},
    {PAIDAN__ROLE__ROLE_LEADER, "承办单位负责人", "unit leader", "负责人"},
    {PAIDAN__ROLE__ROLE_SUPERVISOR, "督办员", "supervisor", NULL},
    {PAIDAN__ROLE__ROLE_HOTLINE, "话务员", "hotline operator", NULL},
    {PAIDAN__ROLE__ROLE_AUDITOR, "审计管理员", "auditor", NULL},
    {PAIDAN__ROLE__ROLE_SYSTEM, "系统管理员", "system administrator", NULL},
    {PAIDAN__ROLE__ROLE_SECURITY, "安全管理员", "security administrator", NULL},
    {PAIDAN__ROLE__ROLE_ADAPTER, "接口", "adapter", NULL},
    {PAIDAN__ROLE__ROLE_PUBLIC, "居民", "public", NULL},
};
static const struct row totp_act_rows[] = {
    {PAIDAN__TOTP_ACT__TOTP_START, "开始", "begin", NULL},
    {PAIDAN__TOTP_ACT__TOTP_CONFIRM, "确认", "confirm", NULL},
    {PAIDAN__TOTP_ACT__TOTP_END, "停用", "give up", NULL},
};
static const struct row person_state_rows[] = {
    {PAIDAN__PERSON_STATE__PERSON_INVITED, "待改初始密码", "has a first password", "初始密码"},
    {PAIDAN__PERSON_STATE__PERSON_ACTIVE, "正常", "active", NULL},
    {PAIDAN__PERSON_STATE__PERSON_DISABLED, "停用", "disabled", NULL},
};
static const struct row change_kind_rows[] = {
    {PAIDAN__CHANGE_KIND__CHANGE_DISABLE, "停用账户", "disable the account", NULL},
    {PAIDAN__CHANGE_KIND__CHANGE_ENABLE, "启用账户", "enable the account", NULL},
    {PAIDAN__CHANGE_KIND__CHANGE_PASSWORD, "重设密码", "set a first password", NULL},
    {PAIDAN__CHANGE_KIND__CHANGE_END_TOTP, "取消验证器", "take the second factor away", NULL},
    {PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT, "授予角色", "give a role", NULL},
    {PAIDAN__CHANGE_KIND__CHANGE_ROLE_REVOKE, "收回角色", "take a role away", NULL},
};
static const struct row login_why_rows[] = {
    {PAIDAN__LOGIN_WHY__LOGIN_NAME, "无此用户", "no such person", NULL},
    {PAIDAN__LOGIN_WHY__LOGIN_PASSWORD, "密码不对", "wrong password", NULL},
    {PAIDAN__LOGIN_WHY__LOGIN_CODE, "验证码不对", "wrong code", NULL},
    {PAIDAN__LOGIN_WHY__LOGIN_DISABLED, "账户已停用", "the account is disabled", NULL},
};
static const struct row session_end_rows[] = {
    {PAIDAN__SESSION_END__SESSION_LOGOUT, "退出登录", "logged out", NULL},
    {PAIDAN__SESSION_END__SESSION_IDLE, "长时间未使用", "not used for long", NULL},
    {PAIDAN__SESSION_END__SESSION_OVER, "已到时限", "its time was over", NULL},
    {PAIDAN__SESSION_END__SESSION_REVOKED, "管理员收回", "revoked by an administrator", NULL},
};
static const struct row wechat_kind_rows[] = {
    {PAIDAN__WECHAT_KIND__WECHAT_TEXT, "文字", "text", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_IMAGE, "图片", "picture", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_VOICE, "语音", "voice", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_VIDEO, "视频", "video", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_LOCATION, "位置", "location", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_LINK, "链接", "link", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_EVENT, "事件", "event", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_CARD, "卡片按钮", "card", NULL},
    {PAIDAN__WECHAT_KIND__WECHAT_OTHER, "其他", "other", NULL},
};
static const struct row wechat_event_rows[] = {
    {PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, "关注", "subscribed", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED, "取消关注", "unsubscribed", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_CLICKED, "点击菜单", "clicked", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_SCANNED, "扫码", "scanned", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED, "同意接收通知", "notice allowed", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_REFUSED, "拒绝接收通知", "notice refused", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, "通知未送达", "notice failed", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_JOINED, "机器人入群", "joined a group", NULL},
    {PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER, "其他", "other", NULL},
};
static const struct row wechat_way_rows[] = {
    {PAIDAN__WECHAT_WAY__WECHAT_PASSIVE, "随消息返回", "with the message", NULL},
    {PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER, "客服消息", "customer message", NULL},
    {PAIDAN__WECHAT_WAY__WECHAT_NOTICE, "订阅通知", "notice", NULL},
    {PAIDAN__WECHAT_WAY__WECHAT_GROUP, "群消息", "into the group", NULL},
    {PAIDAN__WECHAT_WAY__WECHAT_SMS, "短信", "SMS", NULL},
    {PAIDAN__WECHAT_WAY__WECHAT_PHONE, "电话", "telephone", NULL},
    {PAIDAN__WECHAT_WAY__WECHAT_UNTOLD, "未能告知", "not told", NULL},
};
static const struct row wechat_form_rows[] = {
    {PAIDAN__WECHAT_FORM__WECHAT_AS_TEXT, "文字", "text", NULL},
    {PAIDAN__WECHAT_FORM__WECHAT_AS_MENU, "选项", "menu", NULL},
    {PAIDAN__WECHAT_FORM__WECHAT_AS_NOTICE, "通知", "notice", NULL},
};
static const struct row wechat_consent_rows[] = {
    {PAIDAN__WECHAT_CONSENT__WECHAT_PRIVACY, "个人信息处理", "handling of personal data", NULL},
    {PAIDAN__WECHAT_CONSENT__WECHAT_NOTICES, "接收通知", "notices", NULL},
    {PAIDAN__WECHAT_CONSENT__WECHAT_FOLLOWING, "关注", "following", NULL},
    {PAIDAN__WECHAT_CONSENT__WECHAT_BEING_ASKED, "回访和进度消息", "being asked and told", NULL},
};
static const struct row wechat_asked_state_rows[] = {
    {PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN, "已发出，待答复", "asked", NULL},
    {PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED, "已答复", "answered", NULL},
    {PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED, "无法送达", "could not be asked", NULL},
    {PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OVER, "已结束", "over", NULL},
};

#define TABLE(NAME)                                                                                \
    {                                                                                              \
        &paidan__##NAME##__descriptor, NAME##_rows, sizeof NAME##_rows / sizeof NAME##_rows[0]     \
    }

static const struct table {
    const ProtobufCEnumDescriptor *of;
    const struct row *rows;
    size_t count;
} tables[] = {
    TABLE(clock),
    TABLE(time_unit),
    TABLE(start_rule),
    TABLE(end_rule),
    TABLE(step_does),
    TABLE(mode),
    TABLE(mode_result),
    TABLE(request_kind),
    TABLE(state),
    TABLE(outcome),
    TABLE(spare_reason),
    TABLE(solved),
    TABLE(satisfied),
    TABLE(urgency),
    TABLE(card),
    TABLE(why),
    TABLE(desk_reason),
    TABLE(judged_by),
    TABLE(supervise_rule),
    TABLE(replan_cause),
    TABLE(interval_reason),
    TABLE(action),
    TABLE(supervise_action),
    TABLE(area_from),
    TABLE(said_kind),
    TABLE(role),
    TABLE(totp_act),
    TABLE(person_state),
    TABLE(change_kind),
    TABLE(wechat_kind),
    TABLE(wechat_event),
    TABLE(wechat_way),
    TABLE(wechat_form),
    TABLE(wechat_consent),
    TABLE(wechat_asked_state),
    TABLE(login_why),
    TABLE(session_end),
    TABLE(alarm_level),
    TABLE(unmerge_cause),
    TABLE(hotline_kind),
    TABLE(call_step),
    TABLE(bulletin_state),
    TABLE(sink_state),
    TABLE(points_what),
    TABLE(points_kind),
    TABLE(points_medal),
    TABLE(points_limit),
    TABLE(phone_result),
    TABLE(trust_why),
    TABLE(trust_action),
    TABLE(rates_count),
    TABLE(rates_grain),
    TABLE(rates_by),
    TABLE(rates_clock),
    TABLE(rates_name),
    TABLE(rates_response),
};

const ProtobufCEnumDescriptor *say_words_of(size_t nth)
{
    return nth < sizeof tables / sizeof tables[0] ? tables[nth].of : NULL;
}

/* Some twenty tables of a few rows: looked through, as people read a line at a time. */
static const struct row *find_row(const ProtobufCEnumDescriptor *of, int value)
{
    for (size_t index = 0; index < sizeof tables / sizeof tables[0]; index++) {
        const struct table *table = &tables[index];
        for (size_t row = 0; table->of == of && row < table->count; row++) {
            if (table->rows[row].value == value) {
                return &table->rows[row];
            }
        }
    }
    return NULL;
}

const char *say_words_get(const struct say *say, const ProtobufCEnumDescriptor *of, int value)
{
    const struct row *row = find_row(of, value);
    return row == NULL ? "?" : say_choose(say, row->zh, row->en);
}

/* Made from the proto's name, so that adding a value needs no second place for its token. */
const char *say_words_token(const ProtobufCEnumDescriptor *of, int value,
                            char token[SAY_WORDS_TOKEN_BYTES])
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(of, value);
    if (found == NULL) {
        return "?";
    }
    if (of == &paidan__code__descriptor) {
        return found->name; /* stable names as they stand in common/say/code.c */
    }
    if (of == &paidan__end_rule__descriptor && value == PAIDAN__END_RULE__END_OF_DAY) {
        return "end_of_day"; /* its whole name is the word */
    }
    const char *bar = strchr(found->name, '_');
    const char *name = bar == NULL ? found->name : bar + 1;
    const size_t bytes = strlen(name);
    CHECK(bytes < SAY_WORDS_TOKEN_BYTES);
    for (size_t index = 0; index <= bytes; index++) {
        token[index] = (char)tolower((unsigned char)name[index]);
    }
    return token;
}

/* A command's verb is a token written with dashes: "ask-assist" is ask_assist. */
static bool is_token(const char *token, const char *typed)
{
    for (; *token != '\0' && (*typed == *token || (*typed == '-' && *token == '_')); token++) {
        typed++;
    }
    return *token == '\0' && *typed == '\0';
}

bool say_words_read_token(const ProtobufCEnumDescriptor *of, const char *typed, int *value)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    for (unsigned index = 0; index < of->n_values; index++) {
        const int each = of->values[index].value;
        if (is_token(say_words_token(of, each, token), typed)) {
            *value = each;
            return true;
        }
    }
    return false;
}

/* Whether one of the words of the list, between bars, is the typed one. */
static bool is_listed(const char *words, const char *typed)
{
    const size_t bytes = strlen(typed);
    while (words != NULL && bytes > 0) {
        const size_t size = strcspn(words, "|");
        if (size == bytes && strncmp(words, typed, bytes) == 0) {
            return true;
        }
        words = words[size] == '|' ? words + size + 1 : NULL;
    }
    return false;
}

bool say_words_read(const ProtobufCEnumDescriptor *of, const char *typed, int *value)
{
    /* Tokens first: an English word of one value may be the token of none, never of another. */
    if (say_words_read_token(of, typed, value)) {
        return true;
    }
    for (unsigned index = 0; index < of->n_values; index++) {
        const struct row *row = find_row(of, of->values[index].value);
        if (row != NULL && (strcmp(typed, row->zh) == 0 || strcmp(typed, row->en) == 0 ||
                            is_listed(row->also, typed))) {
            *value = row->value;
            return true;
        }
    }
    return false;
}

/* In the order of their numbers, which is mostly the order of a life. */
void say_words_tokens(const ProtobufCEnumDescriptor *of, uint32_t values, char *text, size_t size)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    CHECK(size > 0);
    text[0] = '\0';
    for (unsigned index = 0; index < of->n_values; index++) {
        const int value = of->values[index].value;
        if (say_words_among(values, value)) {
            say_add(text, size, "|", say_words_token(of, value, token));
        }
    }
}

void say_words_bits(const struct say *say, const ProtobufCEnumDescriptor *of, uint32_t bits,
                    const char *between, char *text, size_t size)
{
    CHECK(size > 0);
    text[0] = '\0';
    for (int bit = 0; bit < 32; bit++) {
        /* A newer service may set a bit that has no word here. */
        if ((bits >> bit & 1u) != 0 && find_row(of, bit) != NULL) {
            say_add(text, size, between, say_words_get(say, of, bit));
        }
    }
}

void say_words_found(const struct say *say, const char *why, char *text, size_t size)
{
    static const struct {
        const char *from, *zh, *en;
    } forms[] = {
        {"category: hint", "类别由渠道给出", "category given by the channel"},
        {"category: rule ", "站点规则 ", "rule "},
        {"category: model", "类别由模型判断", "category judged by the model"},
        {"category: ", "类别词 ", "category: "},
        {"; area: hint", "；区域由渠道给出", "; area given by the channel"},
        {"; area: text ", "；正文里的地名 ", "; place in the text: "},
        {"; area: place ", "；地点栏里的地名 ", "; place: "},
        {"; area: ", "；地点 ", "; area: "},
    };
    CHECK(size > 0);
    size_t used = 0;
    while (*why != '\0') {
        const char *piece = why;
        size_t bytes = 1, from = 0;
        while (((unsigned char)why[bytes] & 0xc0) == 0x80) {
            bytes++; /* whole characters, one at a time */
        }
        from = bytes;
        for (size_t index = 0; index < sizeof forms / sizeof forms[0]; index++) {
            const size_t length = strlen(forms[index].from);
            if (strncmp(why, forms[index].from, length) == 0) {
                piece = say_choose(say, forms[index].zh, forms[index].en);
                bytes = strlen(piece);
                from = length;
                break;
            }
        }
        if (bytes >= size - used) {
            break;
        }
        memcpy(text + used, piece, bytes);
        used += bytes;
        why += from;
    }
    text[used] = '\0';
}
