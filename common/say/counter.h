/* counter: what the services count, each counter said once.
 *
 * A row is X(stored number, identifier, stable name, Chinese word). From these tables come the
 * enums of the services, the names that `paidan stats`, its --json and the metrics show, and the
 * words that people read; so a counter without a word does not compile. Stored number: its place in
 * the record of counters (common/store/tally.h, escalation_count.h): add rows at the end with the
 * next number, never renumber, never take one out. Names are stable: what reads them from outside
 * is not ours.
 *
 * Here and not in the services, because the command line has the words and no service includes
 * another. */
#pragma once

#include <stdint.h>

/* What services make of a table: COUNTERS_X(COUNTER_NAME) fills an array of names, and
 * COUNTER_COUNT(COUNTERS_X) says how many there are. Two rows with one number do not compile. */
#define COUNTER_NAME(number, id, name, ...) [number] = (name),
#define COUNTER_ONE(...) +1 /* NOLINT(bugprone-macro-parentheses): one more summand */
#define COUNTER_COUNT(table) (0 table(COUNTER_ONE))

/* clang-format off */

/* A ticket registered is in exactly one of the states. */
#define COUNTERS_INTAKE(X)                                                                         \
    X(0, REGISTERED, "registered", "受理")                                                         \
    X(1, SUPPLEMENTS, "supplements", "补充")                                                       \
    X(2, CHASES, "chases", "催单")                                                                 \
    X(3, WITHDRAWN, "withdrawals", "撤回(本人)")                                                   \
    /* tickets whose full text and phone somebody was given */                                     \
    X(4, DISCLOSED, "disclosed", "查看全文")                                                       \
    /* records of other logs that could not be used */                                             \
    X(5, REFUSED, "records_refused", "拒收的记录")                                                 \
    X(6, STATE_WAITING, "waiting", "待分拨") /* from here on gauges: tickets in each state */      \
    X(7, STATE_ASSIGNED, "assigned", "待签收")                                                     \
    X(8, STATE_ACCEPTED, "accepted", "办理中")                                                     \
    X(9, STATE_RETURNED, "returned", "退单待裁")                                                   \
    X(10, STATE_RESOLVED, "resolved", "待回访")                                                    \
    X(11, STATE_CLOSED, "closed", "已办结")                                                        \
    X(12, STATE_WITHDRAWN, "withdrawn", "已撤回")                                                  \
    X(13, STATE_SUSPENDED, "suspended", "挂账")                                                    \
    X(14, STATE_MERGED, "merged", "已并单")                                                        \
    /* of the chases: the caller said the same again as if it were new, and got no ticket by it */ \
    X(15, REPEATS, "repeats", "重复来件")

/* For every ticket: registered = routed + desked + merged_at_once; and
 * desk_open = desked + returned + recalled + unmerged - routed_by_desk - routed_again - ruled - undesked
 * - merged_at_desk. */
#define COUNTERS_TRIAGE(X)                                                                         \
    X(0, REGISTERED, "registered", "收到") /* tickets read from intake */                          \
    X(1, ROUTED, "routed", "自动分拨") /* by triage itself */                                      \
    X(2, DESKED, "desked", "交分拨台") /* new tickets given to the desk */                         \
    X(3, ROUTED_BY_DESK, "routed_by_desk", "分拨员分拨") /* new tickets dispatched */              \
    X(4, RETURNED, "returned", "退单") /* returns given to the desk */                             \
    X(5, RULED, "ruled", "裁定") /* returns decided */                                             \
    X(6, UNDESKED, "undesked", "自行离台") /* left the desk without a decision */                  \
    X(7, DESK_OPEN, "desk_open", "分拨台在手") /* gauge: at the desk now */                        \
    X(8, FALLBACK, "fallback", "兜底") /* routed by triage to a fallback owner */                  \
    X(9, CHASED, "chased", "台上催单") /* while at the desk */                                     \
    /* of those undesked: new tickets that no unit ever had */                                     \
    X(10, NEVER_ROUTED, "never_routed", "未分拨即止")                                              \
    X(11, RECORDS_REFUSED, "records_refused", "拒收的记录")                                        \
    X(12, DESK_LATE, "desk_late", "分拨台超时在手") /* gauge: of desk_open, an alarm was given */  \
    X(13, DESK_WARNED, "desk_warned", "分拨预警") /* warnings given */                             \
    X(14, DESK_OVERDUE, "desk_overdue", "分拨超时") /* stays whose deadline passed */              \
    X(15, DESK_ALARMS, "desk_alarms", "分拨警报") /* the first of each stay, and repeated ones */  \
    X(16, REPLANNED, "replanned", "分拨时限重算") /* clocks that a new site moved */               \
    X(17, RECALLED, "recalled", "撤回分拨") /* dispatches that were taken back */                  \
    X(18, ROUTED_AGAIN, "routed_again", "重新分拨") /* of these */                                 \
    /* gauge: decisions of its own that are measured, and guesses at the desk */                   \
    X(19, ON_TRIAL, "on_trial", "待验证的判断")                                                    \
    X(20, PROVED_RIGHT, "proved_right", "自动分拨正确") /* its own decisions, as they ended */     \
    X(21, PROVED_WRONG, "proved_wrong", "自动分拨错误")                                            \
    X(22, TRUST_CHANGED, "trust_changed", "自动分拨门槛变动") /* of a category, either way */       \
    X(23, MERGED, "merged", "并单") /* into another ticket, wherever it was */                     \
    X(24, MERGED_AT_DESK, "merged_at_desk", "台上并单") /* of these */                             \
    X(25, MERGED_NEW, "merged_new", "未分拨即并单") /* of these, what no unit ever had */          \
    X(26, MERGED_AT_ONCE, "merged_at_once", "自动并单") /* of these, as they were registered */    \
    X(27, UNMERGED, "unmerged", "解除并单") /* at the desk again */                                \
    X(28, MERGED_NOW, "merged_now", "并单在手") /* gauge: members of groups */

/* Gauges, then totals. Ranges are indexed by state, level, outcome and watch: escalation_tally.h. */
#define COUNTERS_ESCALATION(X)                                                                     \
    X(0, TICKETS, "tickets", "工单") /* gauge: known here, the sum over the states */              \
    X(1, STATE_ASSIGNED, "state_assigned", "待签收") /* gauges: tickets in each state */           \
    X(2, STATE_ACCEPTED, "state_accepted", "办理中")                                               \
    X(3, STATE_RETURNED, "state_returned", "退单待裁")                                             \
    X(4, STATE_RESOLVED, "state_resolved", "待回访")                                               \
    X(5, STATE_CLOSED, "state_closed", "已办结")                                                   \
    X(6, STATE_WITHDRAWN, "state_withdrawn", "已撤回")                                             \
    X(7, STATE_SUSPENDED, "state_suspended", "挂账")                                               \
    X(8, OPEN, "open", "在办") /* gauges up to OVERDUE: of open tickets */                         \
    X(9, LEVEL_1, "open_level_1", "在办·第1级")                                                    \
    X(10, LEVEL_2, "open_level_2", "在办·第2级")                                                   \
    X(11, LEVEL_3, "open_level_3", "在办·第3级")                                                   \
    X(12, LEVEL_4, "open_level_4", "在办·第4级")                                                   \
    X(13, LEVEL_5, "open_level_5", "在办·第5级")                                                   \
    X(14, LEVEL_6, "open_level_6", "在办·第6级")                                                   \
    X(15, LEVEL_7, "open_level_7", "在办·第7级")                                                   \
    X(16, LEVEL_8, "open_level_8", "在办·第8级")                                                   \
    X(17, LEVEL_9, "open_level_9", "在办·第9级")                                                   \
    X(18, LEVEL_10, "open_level_10", "在办·第10级")                                                \
    X(19, LEVEL_11, "open_level_11", "在办·第11级")                                                \
    X(20, LEVEL_12, "open_level_12", "在办·第12级")                                                \
    X(21, YELLOW, "card_yellow", "黄牌在办")                                                       \
    X(22, RED, "card_red", "红牌在办")                                                             \
    X(23, OVERDUE, "overdue", "超时在办")                                                          \
    X(24, OUTCOME_SOLVED, "outcome_solved", "已解决") /* totals from here on */                    \
    X(25, OUTCOME_PARTLY, "outcome_partly", "部分解决")                                            \
    X(26, OUTCOME_UNSOLVED, "outcome_unsolved", "未解决")                                          \
    X(27, OUTCOME_UNREACHED, "outcome_unreached", "未接通")                                        \
    X(28, OUTCOME_WITHDRAWN, "outcome_withdrawn", "撤回")                                          \
    X(29, ASSIGNED, "assigned_total", "派单次数")                                                  \
    X(30, FALLBACK, "assigned_fallback_total", "派给兜底")                                         \
    X(31, RULED, "ruled_total", "裁定次数")                                                        \
    X(32, LEASED, "leased_total", "领取次数")                                                      \
    X(33, LAPSED, "lapsed_total", "领取过期")                                                      \
    X(34, ACCEPTED, "accepted_total", "签收次数")                                                  \
    X(35, ACCEPTED_LATE, "accepted_late_total", "签收超时")                                        \
    X(36, CONTACTED, "contacted_total", "联系次数")                                                \
    X(37, CONTACTED_LATE, "contacted_late_total", "联系超时")                                      \
    X(38, PROGRESSED, "progressed_total", "进展次数")                                              \
    X(39, RESOLVED, "resolved_total", "办结次数")                                                  \
    X(40, RESOLVED_LATE, "resolved_late_total", "办结超时")                                        \
    X(41, RETURNED, "returned_total", "退单次数")                                                  \
    X(42, REOPENED, "reopened_total", "重办次数")                                                  \
    X(43, WARNED, "warned_total", "临期提醒")                                                      \
    X(44, RAISED_EXPIRED, "raised_expired_total", "超时升级")                                      \
    X(45, RAISED_COMPETENCE, "raised_competence_total", "超权限上报")                              \
    X(46, CARDED, "carded_total", "发牌次数")                                                      \
    X(47, ALARMED, "alarmed_total", "警报次数")                                                    \
    X(48, NOTED, "noted_total", "补充和催单")                                                      \
    X(49, REFUSED_RECORDS, "refused_records_total", "拒收的记录")                                  \
    X(50, URGED, "urged_total", "催办次数")                                                        \
    X(51, SUPERVISED, "supervised_total", "督办次数")                                              \
    X(52, REMINDED, "reminded_total", "提醒次数")                                                  \
    X(53, SUSPENDED, "suspended_total", "挂账次数")                                                \
    X(54, EXTENDED, "extended_total", "批准延期")                                                  \
    X(55, EXTENSIONS_REFUSED, "extensions_refused_total", "不准延期")                              \
    X(56, ASSISTS, "assists_total", "协办任务")                                                    \
    X(57, ASSISTS_LATE, "assists_late_total", "协办超时")                                          \
    X(58, ORDERED, "ordered_total", "领导交办")                                                    \
    X(59, MODES_ENDED, "modes_ended_total", "调解议事协调")                                        \
    X(60, APPEALED, "appealed_total", "超时申诉")                                                  \
    X(61, EXEMPT, "exempt_total", "免计超时")                                                      \
    X(62, REPLANNED, "replanned_total", "重算期限")                                                \
    /* given: what was shown became higher */                                                      \
    X(63, CARDS_YELLOW, "cards_yellow_total", "黄牌次数")                                          \
    X(64, CARDS_RED, "cards_red_total", "红牌次数")                                                \
    X(65, CARDS_CANCELLED, "cards_cancelled_total", "撤牌次数")                                    \
    X(66, WATCH_SUPERVISED, "supervised", "督办中") /* gauges: enum escalation_watch */            \
    X(67, WATCH_ALARMING, "alarming", "警报中")                                                    \
    X(68, WATCH_OWNERLESS, "ownerless", "只有兜底")                                                \
    X(69, REQUESTS_OPEN, "requests_open", "待批申请") /* gauge: requests and appeals */            \
    X(70, REQUESTS_LAPSED, "requests_lapsed_total", "超时未批")                                    \
    X(71, STATE_DESK, "state_desk", "撤回待分拨") /* gauge: dispatches taken back */               \
    X(72, RECALLED, "recalled_total", "撤回分拨")                                                  \
    X(73, CORRECTED, "corrected_total", "更正")                                                    \
    X(74, STATE_MERGED, "state_merged", "已并单") /* gauge: members of groups */                   \
    X(75, MERGED, "merged_total", "并单次数")                                                      \
    X(76, UNMERGED, "unmerged_total", "解除并单")                                                  \
    X(77, OUTCOME_UNSAMPLED, "outcome_unsampled", "未抽访")                                        \
    X(78, OUTCOME_UNASKED, "outcome_unasked", "免回访")                                            \
    X(79, LATE_ANSWERS, "late_answers_total", "补答") /* closed without an answer, then answered */ \
    X(80, RETIRED, "retired_total", "移出在办表") /* ended long ago: of the closed and withdrawn */

#define COUNTERS_CALLBACK(X)                                                                       \
    X(0, TASKS, "tasks", "回访任务") /* closures that were asked about */                          \
    X(1, ASKED, "asked", "询问次数") /* attempts */                                                \
    X(2, HANDED, "handed", "领取次数")                                                             \
    X(3, ANSWERED, "answered", "已答复")                                                           \
    X(4, SOLVED_YES, "solved_yes", "说已解决")                                                     \
    X(5, SOLVED_PARTLY, "solved_partly", "说部分解决")                                             \
    X(6, SOLVED_NO, "solved_no", "说未解决")                                                       \
    X(7, SATISFIED_YES, "satisfied_yes", "满意")                                                   \
    X(8, SATISFIED_FAIR, "satisfied_fair", "基本满意")                                             \
    X(9, SATISFIED_NO, "satisfied_no", "不满意")                                                   \
    X(10, UNREACHED, "unreached", "未接通")                                                        \
    X(11, CANCELLED, "cancelled", "取消")                                                          \
    X(12, OPEN, "open", "待回访") /* gauge: tasks that may still be answered */                    \
    X(13, REFUSED, "records_refused", "拒收的记录")                                                \
    X(14, UNSAMPLED, "unsampled", "未抽访") /* closures, beside the tasks */                       \
    X(15, UNASKED, "unasked", "免回访")     /* likewise */                                         \
    X(16, LATE, "answered_late", "补答") /* of those answered: after they had ended without */

#define COUNTERS_ACCESS(X)                                                                         \
    X(0, PEOPLE, "people", "账户")                                                                 \
    X(1, DISABLED, "disabled", "停用的账户") /* gauge */                                           \
    X(2, LOGINS, "logins", "登录")                                                                 \
    X(3, LOGINS_FAILED, "logins_failed", "登录失败")                                               \
    X(4, LOCKED, "locked", "锁定次数")                                                             \
    X(5, FAILURES, "failures_kept", "有失败记录的用户名") /* gauge */                              \
    X(6, SESSIONS, "sessions", "会话") /* gauge: logins less sessions_ended */                     \
    X(7, SESSIONS_ENDED, "sessions_ended", "结束的会话")                                           \
    X(8, PASSWORDS, "passwords_changed", "改密")                                                   \
    X(9, ROLES_GRANTED, "roles_granted", "授予角色")                                               \
    X(10, ROLES_REVOKED, "roles_revoked", "收回角色")                                              \
    X(11, CHANGES_OPEN, "changes_open", "待批事项") /* gauge */                                    \
    X(12, KEYS, "keys", "接口密钥") /* gauge: not revoked */

/* Of each log the records that were archived. */
#define COUNTERS_ARCHIVE(X)                                                                        \
    X(0, INTAKE, "archived_intake", "归档·受理")                                                   \
    X(1, TRIAGE, "archived_triage", "归档·分拨")                                                   \
    X(2, ESCALATION, "archived_escalation", "归档·督办")                                           \
    X(3, CALLBACK, "archived_callback", "归档·回访")                                               \
    X(4, REFUSED, "records_refused", "拒收的记录")                                                 \
    X(5, BULLETINS, "bulletins_published", "公示中") /* gauge */

/* Of devices: a message that was committed is one of the first six. Behind the counters that all adapters
 * have (common/channel). */
#define COUNTERS_MQTT(X)                                                                           \
    X(0, TAKEN, "messages_taken", "收下的消息")                                                    \
    X(1, AGAIN, "messages_again", "重复的消息")                                                    \
    X(2, DROPPED, "messages_dropped", "超出限量的消息")                                            \
    X(3, UNREADABLE, "messages_unreadable", "读不懂的消息")                                        \
    X(4, RETAINED, "messages_retained", "代理保留的旧消息")                                        \
    X(5, UNKNOWN, "messages_unknown", "未登记设备被拒的消息")                                      \
    X(6, REMEMBERED, "messages_remembered", "记得的消息") /* gauge: known when they come again */                            \
    X(7, OPENED, "alarms_opened", "报警立案")                                                      \
    X(8, FILED, "alarms_filed", "已成工单")                                                        \
    X(9, REFUSED, "alarms_refused", "未受理的报警")                                                \
    X(10, NOTED, "alarms_noted", "补充到工单")                                                     \
    X(11, FREED, "alarms_freed", "工单已结的报警")                                                 \
    X(12, SILENT, "devices_silent", "设备静默")                                                    \
    X(13, DEVICES, "devices_known", "见过的设备") /* gauge */                                      \
    X(14, ASKED, "alarms_asked", "等工单号的报警") /* gauge */                                     \
    X(15, OPEN, "alarms_open", "在办的报警") /* gauge */
/* Of conversations; they stand after the counters that all adapters have (common/channel). */
#define COUNTERS_WECHAT(X)                                                                         \
    X(0, REPLIED, "replied", "答复") /* messages to residents, by all ways */                       \
    X(1, FILED, "filed", "对话登记的诉求")                                                         \
    X(2, CALLBACKS, "callbacks_answered", "答复回访")                                              \
    X(3, HANDED_OVER, "handed_over", "转电话告知")                                                 \
    X(4, REFUSED, "refused_by_platform", "平台不接收")                                             \
    X(5, UNTOLD, "untold", "未能告知")

/* Of hotlines above us; behind the counters that all adapters have (common/channel). */
#define COUNTERS_HOTLINE(X)                                                                        \
    X(0, CASES, "cases", "上级派单")                                                               \
    X(1, REFUSED, "cases_refused", "未受理的派单")                                                 \
    X(2, LATE, "envelopes_late", "过时的报文")                                                     \
    X(3, TOLD, "envelopes_told", "告知上级")                                                       \
    X(4, CALLS, "calls", "来电")                                                                   \
    X(5, PICKED, "calls_picked", "接听（查看号码）")                                               \
    X(6, ASKED, "cases_asked", "待取编号的上级派单") /* gauge */

/* Of the adapter that tells subscribers; before the counters that all adapters have. */
#define COUNTERS_WEBHOOK(X)                                                                        \
    X(0, PUBLISHED, "published", "推送的事实")                                                     \
    X(1, BUNDLED, "bundled", "合并推送")

/* Of every adapter: what it heard and wished (common/channel), what went to the outside (common/step/outbox).
 * Where they stand among its counters, each adapter says. */
#define COUNTERS_CHANNEL(X)                                                                        \
    X(0, HEARD, "heard", "收到")                                                                   \
    X(1, AGAIN, "heard_again", "重复收到")                                                         \
    X(2, WISHED, "wished", "请求办理")                                                             \
    X(3, ANSWERED, "wishes_answered", "请求得到答复")
#define COUNTERS_OUTBOX(X)                                                                         \
    X(0, ASKED, "deliveries_asked", "要发的")                                                      \
    X(1, SENT, "deliveries_sent", "送达")                                                          \
    X(2, FAILED, "deliveries_failed", "发送失败")                                                  \
    X(3, DIED, "deliveries_died", "放弃发送")                                                      \
    X(4, RETRIED, "deliveries_retried", "人工重发")                                                \
    X(5, DROPPED, "deliveries_dropped", "人工删除")                                                \
    X(6, WAITING, "deliveries_waiting", "待发") /* gauge */                                        \
    X(7, DEAD, "deliveries_dead", "发不出的") /* gauge */

/* Of each unit, since ever: X(stored number, identifier, stable name, Chinese, English). */
#define COUNTERS_UNIT(X)                                                                           \
    /* got a ticket: routed, ruled, raised, reopened, ordered to it */                             \
    X(0, ASSIGNED, "assigned", "派单", "assigned")                                                 \
    X(1, RETURNED, "returned", "退单", "returned") /* 退单率: of the assigned ones */              \
    /* returned, and the ruling gave it to another unit */                                         \
    X(2, UPHELD, "returns_upheld", "退单成立", "returns upheld")                                   \
    /* the ruling gave it back */                                                                  \
    X(3, OVERRULED, "returns_overruled", "退单驳回", "returns overruled")                          \
    X(4, ACCEPTED, "accepted", "签收", "accepted")                                                 \
    X(5, ACCEPTED_LATE, "accepted_late", "签收超时", "accepted late")                              \
    X(6, CONTACTED, "contacted", "首次联系", "contacted")                                          \
    X(7, CONTACTED_LATE, "contacted_late", "联系超时", "contacted late")                           \
    X(8, RESOLVED, "resolved", "办结", "solved")                                                   \
    X(9, RESOLVED_LATE, "resolved_late", "办结超时", "solved late")                                \
    /* resolved, and the resident said it is not */                                                \
    X(10, REOPENED, "reopened", "重办", "reopened")                                                \
    /* lost it upward by a missed deadline */                                                      \
    X(11, RAISED_EXPIRED, "raised_expired", "超时升级", "lost upward by a missed deadline")        \
    /* gave it upward */                                                                           \
    X(12, RAISED_COMPETENCE, "raised_competence", "超权上报", "raised by competence")              \
    X(13, YELLOW, "cards_yellow", "黄牌", "yellow cards")                                          \
    X(14, RED, "cards_red", "红牌", "red cards")                                                   \
    X(15, CARDS_CANCELLED, "cards_cancelled", "撤牌", "cards cancelled")                           \
    X(16, EXTENDED, "extended", "延期", "extended")                                                \
    /* also those nobody decided in time */                                                        \
    X(17, EXTENSIONS_REFUSED, "extensions_refused", "延期不准", "extensions refused")              \
    X(18, SUSPENDED, "suspended", "挂账", "suspended")                                             \
    X(19, ASSISTS, "assists", "协办", "assisting tasks") /* tasks it was asked for */              \
    X(20, ASSISTS_DONE, "assists_done", "协办完成", "assisting tasks done")                        \
    X(21, ASSISTS_LATE, "assists_late", "协办超时", "assisting tasks late") /* done or not */      \
    X(22, EXEMPT, "exempt", "免计超时", "late but exempt") /* late, but out of the statistic */    \
    X(23, URGED, "urged", "催办", "urged")                                                         \
    X(24, SUPERVISED, "supervised", "督办", "supervised")                                          \
    /* waited for its decision until they lapsed */                                                \
    X(25, REQUESTS_LAPSED, "requests_lapsed", "超时未批", "requests left to lapse")                \
    /* of the assigned ones: the dispatcher took it back before it accepted */                     \
    X(26, RECALLED, "recalled", "撤回分拨", "taken back by the desk")

/* clang-format on */

/* The counter's Chinese word; the name itself if there is none. service: "intake", "triage",
 * "escalation" or "callback". */
const char *counter_word(const char *service, const char *name);
/* A unit's counter in both languages; NULL: there is none of that name. */
struct counter_unit_word {
    const char *name, *zh, *en;
};
const struct counter_unit_word *counter_unit_word(const char *name);
