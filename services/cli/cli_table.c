/* cli_table: see the header. Order of commands is the order of the help. */

#include "cli_table.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_commands.h"
#include "common/base/check.h"
#include "common/say/say_words.h"

/* Rows name only what they have; clang wants every field of a row without a name. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Clocks that stand in an explanation; states that a ticket can be in; modes that need no meeting.
 */
#define CLOCKS_EXPLAINED                                                                           \
    (1u << PAIDAN__CLOCK__CLOCK_ACCEPT | 1u << PAIDAN__CLOCK__CLOCK_CONTACT |                      \
     1u << PAIDAN__CLOCK__CLOCK_HANDLE | 1u << PAIDAN__CLOCK__CLOCK_REDO |                         \
     1u << PAIDAN__CLOCK__CLOCK_ASSIST | 1u << PAIDAN__CLOCK__CLOCK_MEDIATION |                    \
     1u << PAIDAN__CLOCK__CLOCK_DELIBERATION | 1u << PAIDAN__CLOCK__CLOCK_COORDINATION)
#define STATES_KNOWN (~(1u << PAIDAN__STATE__STATE_NONE))
#define MODES_QUICK                                                                                \
    (1u << PAIDAN__MODE__MODE_ON_SITE | 1u << PAIDAN__MODE__MODE_AT_ONCE |                         \
     1u << PAIDAN__MODE__MODE_ONLINE)
#define SERVICES "intake|triage|escalation|callback"

const struct cli_option_row cli_options[CLI_OPTION_COUNT] = {
    [CLI_DATA] = {"data", 0, CLI_FOLDER, "DIR", NULL,
                  "实例的数据目录（默认：$PAIDAN_DATA，其次 ./data，再次 /var/lib/paidan）",
                  "data folder of the instance (default: $PAIDAN_DATA, ./data, /var/lib/paidan)"},
    [CLI_JSON] = {"json", 0, CLI_NOTHING, NULL, NULL, "以 JSON 输出", "write JSON"},
    [CLI_LANG] = {"lang", 0, CLI_CHOICE, "zh|en", "zh|en", "界面语言（默认按 LC_ALL、LANG）",
                  "language (default: by LC_ALL, LC_MESSAGES, LANG)"},
    [CLI_TIMEOUT] = {"timeout", 0, CLI_COUNT, "S", NULL, "等待答复的秒数（默认 10）",
                     "seconds to wait for an answer (default 10)"},
    [CLI_ACTOR] = {"actor", 0, CLI_WORD, "NAME", NULL,
                   "记录在案的操作人（默认：$PAIDAN_ACTOR，其次用户名）",
                   "who asks, as recorded (default: $PAIDAN_ACTOR, else the user's name)"},
    [CLI_NO_COLOUR] = {"no-color", 0, CLI_NOTHING, NULL, NULL, "不用颜色（同 NO_COLOR=1）",
                       "no colours (as NO_COLOR=1)"},
    [CLI_HELP] = {"help", 'h', CLI_NOTHING, NULL, NULL, "显示帮助", "show help"},
    [CLI_ALL] = {"all", 0, CLI_NOTHING, NULL, NULL, "不分页，全部输出", "all pages"},
    [CLI_AMOUNT] = {"amount", 0, CLI_WORD, "N", NULL, "时限：30m、2h、3d；不写单位即小时或天",
                    "the term: 30m, 2h, 3d; without a letter hours or days, as the unit"},
    [CLI_APPLY] = {"apply", 0, CLI_NOTHING, NULL, NULL, "执行；不写则只预览",
                   "do it; without it only look"},
    [CLI_AREA] = {"area", 0, CLI_WORD, "AREA", NULL, "区域代码（含下级区域）",
                  "code of an area (with all below it)"},
    [CLI_AREA_HINT] = {"area-hint", 0, CLI_WORD, "AREA", NULL, "渠道已知的区域代码",
                       "code of the area, if the channel knows it"},
    [CLI_CALENDAR] = {"calendar", 0, CLI_WORD, "CALENDAR", NULL, "日历代码", "code of a calendar"},
    [CLI_ATTACHMENT] = {"attachment", 0, CLI_WORD, "NAME=URL", NULL,
                        "附件，如 照片.jpg=https://...；可写多次",
                        "an attachment, such as photo.jpg=https://...; may be given again",
                        .repeats = true},
    [CLI_CATEGORY] = {"category", 0, CLI_WORD, "CATEGORY", NULL, "类别代码", "code of a category"},
    [CLI_CATEGORY_HINT] = {"category-hint", 0, CLI_WORD, "CATEGORY", NULL, "渠道已知的类别代码",
                           "code of the category, if the channel knows it"},
    [CLI_CHANNEL] = {"channel", 0, CLI_WORD, "CHANNEL", NULL, "渠道代码，如 wechat、hotline",
                     "code of a channel, such as wechat or hotline"},
    [CLI_CLOCK] =
        {"clock", 0, CLI_CHOICE, "CLOCK", NULL,
         "只看一个时钟：accept 签收，contact 首次联系，handle 办理，redo 重办，assist 协办……",
         "one clock only; or in Chinese", .words = &paidan__clock__descriptor,
         .values = CLOCKS_EXPLAINED},
    [CLI_CODE] = {"code", 0, CLI_WORD, "CODE", NULL, "查询码", "query code"},
    [CLI_CURSOR] = {"cursor", 0, CLI_WORD, "K", NULL, "上一页末尾给出的游标",
                    "where the page before ended"},
    [CLI_END] = {"end", 0, CLI_CHOICE, "same_time|end_of_day", "same_time|end_of_day",
                 "按天计的时限何时到期：同一时刻（默认）或当天结束",
                 "when a term in days ends: at the same time (default) or at the day's end"},
    [CLI_DONE_NOTE] = {"done-note", 0, CLI_WORD, "TEXT", NULL, "现场办：做了什么",
                       "solved on the spot: what was done"},
    [CLI_EXTERNAL_ID] = {"external-id", 0, CLI_WORD, "ID", NULL,
                         "渠道自己的编号；同一编号重复提交不会重复受理",
                         "the channel's own id; the same id again makes no second ticket"},
    [CLI_FOLLOWER_SERVICE] = {"service", 0, CLI_CHOICE, "SERVICE", SERVICES,
                              "跟随哪个服务的日志（默认 escalation）",
                              "whose log to follow (default escalation)"},
    [CLI_FROM] = {"from", 0, CLI_FILE, "FILE.tsv|-", NULL,
                  "从表格读取多行；- 为标准输入；calendar due 中为起算时间",
                  "rows of a table, - is standard input; for calendar due the moment it begins"},
    [CLI_HELD] = {"held", 0, CLI_WORD, "T", NULL, "会议时间：2h（以前）、2026-11-22T09:00",
                  "when the meeting was: 2h (ago), 2026-11-22T09:00"},
    [CLI_IF_VERSION] = {"if-version", 0, CLI_COUNT, "N", NULL, "仅当工单仍是此版本时执行",
                        "only if the ticket still has this version"},
    [CLI_LEASE] = {"lease", 0, CLI_COUNT, "S", NULL, "领取保留的秒数（默认按站点）",
                   "seconds to keep what was pulled (default: the site's)"},
    [CLI_LIMIT] = {"limit", 0, CLI_COUNT, "N", NULL, "每页条数", "rows of one page"},
    [CLI_MAX] = {"max", 0, CLI_COUNT, "N", NULL, "最多领取几件", "pull at most so many"},
    [CLI_MODE] = {"mode", 0, CLI_CHOICE, "MODE", NULL,
                  "办理方式：on_site 现场办，at_once 马上办，online 网上办",
                  "how it was done: on_site, at_once, online; or in Chinese",
                  .words = &paidan__mode__descriptor, .values = MODES_QUICK},
    [CLI_NEWEST] = {"newest", 0, CLI_NOTHING, NULL, NULL, "新的在前", "newest first"},
    [CLI_NOTE] = {"note", 0, CLI_WORD, "TEXT", NULL, "说明", "a note"},
    [CLI_ON_SPOT] = {"on-spot", 0, CLI_WORD, "UNIT", NULL,
                     "现场办：此单位已当场解决（须写 --done-note）",
                     "solved on the spot by this unit (needs --done-note)"},
    [CLI_OVERDUE] = {"overdue", 0, CLI_NOTHING, NULL, NULL, "只看已超时的", "the missed ones"},
    [CLI_PEEK] = {"peek", 0, CLI_NOTHING, NULL, NULL, "只看不领", "look without pulling"},
    [CLI_PERSON] = {"person", 0, CLI_WORD, "NAME", NULL, "责任人", "who is to do it"},
    [CLI_PHONE] = {"phone", 0, CLI_WORD, "N", NULL, "诉求人电话", "phone of the resident"},
    [CLI_PLACE] = {"place", 0, CLI_WORD, "TEXT", NULL, "地点，照诉求人的说法",
                   "where, in the resident's words"},
    [CLI_REASON] = {"reason", 0, CLI_WORD, "TEXT", NULL, "查看电话的理由，记录在案",
                    "why the phone is needed; recorded"},
    [CLI_REPORTER] = {"reporter", 0, CLI_WORD, "NAME", NULL, "诉求人姓名", "name of the resident"},
    [CLI_RESULT] = {"result", 0, CLI_CHOICE, "RESULT", NULL,
                    "结果：agreed 达成一致，partly 部分达成，failed 未达成，legal_way 转法定途径",
                    "agreed, partly, failed, legal_way; or in Chinese",
                    .words = &paidan__mode_result__descriptor},
    [CLI_REVEAL] = {"reveal", 0, CLI_NOTHING, NULL, NULL, "显示电话和姓名（须写 --reason）",
                    "show phone and name (needs --reason)"},
    [CLI_SATISFIED] = {"satisfied", 0, CLI_CHOICE, "yes|fair|no", NULL, "满意程度",
                       "satisfied with the handling?", .words = &paidan__satisfied__descriptor},
    [CLI_SETTLE] = {"settle", 0, CLI_COUNT, "S", NULL, "最多等几秒让各服务跟上（默认 10）",
                    "wait so many seconds for followers to catch up (default 10)"},
    [CLI_SINCE] = {"since", 0, CLI_WORD, "T", NULL,
                   "起点：2h、2026-11-22、RFC 3339 时间；watch 为序号",
                   "from: 2h, 2026-11-22 or RFC 3339; for watch and log dump a seq"},
    [CLI_SITE] = {"site", 0, CLI_FOLDER, "DIR", NULL, "站点文件夹（默认为实例的站点）",
                  "folder of a site (default: the instance's)"},
    [CLI_SOLVED] = {"solved", 0, CLI_CHOICE, "yes|partly|no", NULL, "是否解决", "was it solved?",
                    .words = &paidan__solved__descriptor},
    [CLI_START] = {"start", 0, CLI_CHOICE, "moment|next_day", "moment|next_day",
                   "起算：即时（默认）或次日", "counts from the moment (default) or the next day"},
    [CLI_STATE] = {"state", 0, CLI_CHOICE, "STATE", NULL,
                   "状态：assigned 待签收，accepted 办理中，returned 退单，resolved 待回访，closed "
                   "已办结，withdrawn 已撤回，suspended 挂账",
                   "assigned, accepted, returned, suspended, resolved, closed, withdrawn; or in "
                   "Chinese",
                   .words = &paidan__state__descriptor, .values = STATES_KNOWN},
    [CLI_SUPERVISED] = {"supervised", 0, CLI_NOTHING, NULL, NULL, "只看督办的",
                        "only those under supervision"},
    [CLI_TEXT] = {"text", 0, CLI_WORD, "TEXT", NULL, "诉求内容", "what the resident says"},
    [CLI_TEXTS] = {"texts", 0, CLI_NOTHING, NULL, NULL, "连同内容和个人信息",
                   "with texts and personal data"},
    [CLI_TIME] = {"time", 0, CLI_WORD, "T", NULL, "发生时间，如 2026-11-22T09:00",
                  "when it happened, such as 2026-11-22T09:00"},
    [CLI_TITLE] = {"title", 0, CLI_WORD, "TEXT", NULL, "标题（默认取自内容）",
                   "title (default: from the text)"},
    [CLI_UNIT] = {"unit", 0, CLI_WORD, "UNIT", NULL,
                  "承办单位代码；calendar due 中为 emergency_hours、working_hours、"
                  "working_days 或 days",
                  "code of a unit; for calendar due emergency_hours, working_hours, working_days "
                  "or days"},
    [CLI_TO] = {"to", 0, CLI_WORD, "UNIT", NULL, "交给哪个单位", "to which unit"},
    [CLI_UNTIL] = {"until", 0, CLI_WORD, "T", NULL,
                   "到何时：3d（以后）、2026-12-01T18:00；watch、log dump 为序号",
                   "until: 3d (from now), 2026-12-01T18:00; for watch and log dump a seq"},
    [CLI_URGENCY] = {"urgency", 0, CLI_CHOICE, "normal|urgent|emergency", NULL, "紧急程度",
                     "urgency", .words = &paidan__urgency__descriptor},
    [CLI_WAIT] = {"wait", 0, CLI_COUNT, "S", NULL, "最多等待的秒数", "wait at most so long"},
    [CLI_WATCH] = {"watch", 0, CLI_NOTHING, NULL, NULL, "全屏实时显示，按 q 退出",
                   "live, full screen; q leaves"},
    [CLI_YEAR] = {"year", 0, CLI_COUNT, "Y", NULL, "年份（默认今年）", "year (default: this one)"},
    [CLI_WITHIN] = {"within", 0, CLI_WORD, "T", NULL, "多久之内到期：4h、2026-12-01",
                    "due by then: 4h (from now), 2026-12-01"},
    [CLI_WITHOUT_ASSIST] = {"without-assist", 0, CLI_NOTHING, NULL, NULL,
                            "协办未完成也办结（--note 说明原因）",
                            "though assisting units have not finished (--note says why)"},
};

#define OPTIONS(count_required, ...)                                                               \
    .options = {__VA_ARGS__},                                                                      \
    .option_count = sizeof((enum cli_option[]){__VA_ARGS__}) / sizeof(enum cli_option),            \
    .required = (count_required)

#define WORK_ACT(verb, zh_alias, zh_text, en_text, ...)                                            \
    {                                                                                              \
        "work " verb, "NUMBER...", 1, CLI_OPERANDS_MAX, cli_work_act, zh_text, en_text, NULL,      \
            NULL, OPTIONS(__VA_ARGS__), .alias = (zh_alias)                                        \
    }
#define SUPERVISE(verb, zh_alias, zh_text, en_text, ...)                                           \
    {                                                                                              \
        "supervise " verb, "NUMBER...", 1, CLI_OPERANDS_MAX, cli_work_act, zh_text, en_text, NULL, \
            NULL, OPTIONS(__VA_ARGS__), .alias = (zh_alias)                                        \
    }

const struct cli_command cli_commands[] = {
    {"submit", "", 0, 0, cli_submit, "提交诉求，得到工单号和查询码",
     "hand in a complaint; gives its number and query code",
     "FILE.tsv 以制表符分隔，首行为列名：external_id、time、place、title、text、phone、reporter；\n"
     "只有 text 必须有。逐行输出：行号 工单号 结果 查询码；被拒的行写明原因。\n"
     "有 external_id 的行可以放心重复提交。",
     "FILE.tsv is separated by tabs; its first line names the columns: external_id, time, place,\n"
     "title, text, phone, reporter; only text must be there. One line of output per row, in\n"
     "order: line, number, result, query code; refused rows say why.\n"
     "Rows with an external_id may be sent again at any time.",
     OPTIONS(1, CLI_CHANNEL, CLI_TEXT, CLI_FROM, CLI_PLACE, CLI_EXTERNAL_ID, CLI_PHONE,
             CLI_REPORTER, CLI_TITLE, CLI_TIME, CLI_CATEGORY_HINT, CLI_AREA_HINT, CLI_ATTACHMENT,
             CLI_ON_SPOT, CLI_DONE_NOTE)},
    {"show", "NUMBER", 1, 1, cli_show, "一件工单的全部情况", "everything about one ticket", NULL,
     NULL, OPTIONS(0, CLI_REVEAL, CLI_REASON)},
    {"explain", "NUMBER", 1, 1, cli_explain, "为什么是这个类别、区域、单位和时限",
     "why this category, area, unit and these deadlines",
     "每个时钟：起止、规则，以及逐日计入和不计的时间和原因。",
     "For each clock: its moments, the rule that chose it, and day by day what counts, what does\n"
     "not, and why.",
     OPTIONS(0, CLI_CLOCK), .alias = "说明"},
    {"list", "", 0, 0, cli_list, "工单列表", "tickets, by filters", NULL, NULL,
     OPTIONS(0, CLI_AREA, CLI_UNIT, CLI_STATE, CLI_CATEGORY, CLI_SINCE, CLI_CURSOR, CLI_LIMIT,
             CLI_NEWEST, CLI_ALL)},
    {"lookup", "[NUMBER]", 0, 1, cli_lookup, "查进度：凭工单号和查询码，或渠道和渠道编号",
     "what the resident sees, by number and query code, or by channel and external id",
     "两种方式任选其一：工单号 --code C，或 --channel C --external-id X（供渠道使用）。",
     "Either NUMBER --code C, or --channel C --external-id X (for channels).",
     OPTIONS(0, CLI_CODE, CLI_CHANNEL, CLI_EXTERNAL_ID)},
    {"supplement", "NUMBER", 1, 1, cli_supplement, "补充说明", "add to a complaint", NULL, NULL,
     OPTIONS(1, CLI_TEXT, CLI_CODE)},
    {"chase", "NUMBER", 1, 1, cli_chase, "催单", "the resident asks to hurry", NULL, NULL,
     OPTIONS(0, CLI_NOTE, CLI_CODE)},
    {"withdraw", "NUMBER", 1, 1, cli_withdraw, "撤回诉求", "the resident takes it back", NULL, NULL,
     OPTIONS(0, CLI_NOTE, CLI_CODE)},
    {"work list", "", 0, 0, cli_work_list, "本单位未办结的工单，先到期的在前",
     "open tickets of a unit, earliest due first", NULL, NULL,
     OPTIONS(1, CLI_UNIT, CLI_CURSOR, CLI_LIMIT, CLI_ALL)},
    {"work pull", "", 0, 0, cli_work_pull, "领取工单，先到期的在前",
     "take tickets to work on, earliest due first", NULL, NULL,
     OPTIONS(1, CLI_UNIT, CLI_MAX, CLI_WAIT, CLI_LEASE)},
    WORK_ACT("accept", "签收", "签收", "accept", 1, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("contact", "联系", "已首次联系诉求人", "the resident was contacted", 1, CLI_UNIT,
             CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("progress", "进展", "记录办理进展（须写 --note）", "note progress (needs --note)", 1,
             CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("resolve", "办结", "办结，转回访（须写 --note）",
             "solved; the resident is asked (needs --note)", 1, CLI_UNIT, CLI_NOTE, CLI_MODE,
             CLI_WITHOUT_ASSIST, CLI_IF_VERSION),
    WORK_ACT("return", "退单", "退单，由分拨员裁定（须写 --note）",
             "not ours: back to the dispatcher (needs --note)", 1, CLI_UNIT, CLI_NOTE,
             CLI_IF_VERSION),
    WORK_ACT("raise", "上报", "超出权限，上报上一级（须写 --note）",
             "beyond our authority: one level up (needs --note)", 1, CLI_UNIT, CLI_NOTE,
             CLI_IF_VERSION),
    WORK_ACT("extend", "延期", "申请延期一个原时限，到期前提出，由上一级批准",
             "ask the level above for one more term, before the deadline", 2, CLI_UNIT, CLI_NOTE,
             CLI_IF_VERSION),
    WORK_ACT("suspend", "挂账", "挂账：各时钟停到 --until，到时自行恢复",
             "every clock stands still until --until, then runs by itself", 3, CLI_UNIT, CLI_UNTIL,
             CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("resume", "恢复", "提前结束挂账", "end a suspension before its time", 1, CLI_UNIT,
             CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("ask-assist", "请协办", "请另一单位协办，协办有自己的时限",
             "ask another unit to assist; its task has its own clock", 3, CLI_UNIT, CLI_TO,
             CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("assist-done", "协办完成", "协办单位：协办已完成",
             "by the assisting unit: its task is done", 2, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("name-person", "定人", "定人、定责（--note）、定办理时限（--until）",
             "name who does it, the duty (--note) and the term (--until)", 4, CLI_UNIT, CLI_PERSON,
             CLI_UNTIL, CLI_NOTE, CLI_IF_VERSION),
    {"work mode", "NUMBER MODE", 2, 2, cli_work_act, "办理方式，如现场办、调解、议事",
     "how it is handled, such as on_site or mediation",
     "MODE：on_site 现场办，at_once 马上办，online 网上办，mediation 调解，deliberation 议事，\n"
     "coordination 协调，ordinary "
     "一般办理；代码和中文都可以。调解、议事、协调有自己的时限，须有结果。",
     "MODE: on_site, at_once, online, mediation, deliberation, coordination or ordinary.\n"
     "Mediation, deliberation and coordination have a clock of their own and need a result\n"
     "(work end-mode).",
     OPTIONS(1, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION), .alias = "办理方式"},
    WORK_ACT("end-mode", "办理结果", "调解、议事、协调的结果",
             "what mediation, deliberation or coordination came to", 3, CLI_UNIT, CLI_RESULT,
             CLI_NOTE, CLI_HELD, CLI_IF_VERSION),
    WORK_ACT("appeal", "申诉", "超期申诉：超时仍是事实，准许后不计入统计",
             "against a late mark: granted, it is out of the statistic", 2, CLI_UNIT, CLI_NOTE,
             CLI_IF_VERSION),
    SUPERVISE("urge", "催办", "催办", "urge the unit that has it", 2, CLI_UNIT, CLI_NOTE,
              CLI_IF_VERSION),
    SUPERVISE("watch", "督办", "督办：列入督办清单，直到办结",
              "keep it on the supervisor's list until it is closed", 2, CLI_UNIT, CLI_NOTE,
              CLI_IF_VERSION),
    SUPERVISE("order", "交办", "领导交办给任何一级的单位", "a leader's order to any unit", 3,
              CLI_UNIT, CLI_TO, CLI_NOTE, CLI_IF_VERSION),
    SUPERVISE("yellow", "黄牌", "亮黄牌", "a yellow card", 2, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    SUPERVISE("red", "红牌", "亮红牌", "a red card", 2, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    SUPERVISE("cancel-card", "撤牌", "撤牌", "take the card away", 2, CLI_UNIT, CLI_NOTE,
              CLI_IF_VERSION),
    SUPERVISE("grant", "批准", "批准延期、上报或超期申诉",
              "grant an extension, a raise or an appeal", 1, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    SUPERVISE("refuse", "不批准", "不批准延期、上报或超期申诉",
              "refuse an extension, a raise or an appeal", 2, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    {"desk list", "", 0, 0, cli_desk_list, "待分拨和待裁定的工单，旧的在前",
     "tickets at the dispatcher's desk, oldest first", NULL, NULL,
     OPTIONS(0, CLI_CURSOR, CLI_LIMIT, CLI_ALL)},
    {"desk dispatch", "NUMBER", 1, 1, cli_desk_dispatch, "分拨，或裁定退单",
     "give a ticket to a unit, or rule on a return", NULL, NULL,
     OPTIONS(1, CLI_UNIT, CLI_CATEGORY, CLI_AREA, CLI_URGENCY, CLI_NOTE)},
    {"callback list", "", 0, 0, cli_callback_list, "领取要回访的工单；--peek 只看不领",
     "take what a channel should ask; --peek only looks", NULL, NULL,
     OPTIONS(0, CLI_CHANNEL, CLI_MAX, CLI_WAIT, CLI_LEASE, CLI_PEEK, CLI_CURSOR, CLI_LIMIT)},
    {"callback answer", "NUMBER", 1, 1, cli_callback_answer, "登记诉求人的答复",
     "the resident's answer", NULL, NULL, OPTIONS(2, CLI_SOLVED, CLI_SATISFIED, CLI_NOTE)},
    {"board", "", 0, 0, cli_board, "时限看板，先到期的在前", "the board of timers, by due time",
     NULL, NULL, OPTIONS(0, CLI_WATCH, CLI_AREA, CLI_UNIT, CLI_LIMIT)},
    {"watch", "", 0, 0, cli_watch, "实时事件，每行一个 JSON",
     "facts as they happen, one JSON object a line", NULL, NULL,
     OPTIONS(0, CLI_SINCE, CLI_UNTIL, CLI_FOLLOWER_SERVICE, CLI_TEXTS)},
    {"due", "", 0, 0, cli_due, "将到期的工单，先到期的在前；--overdue 为已超时的",
     "what is due next; with --overdue what was missed", NULL, NULL,
     OPTIONS(0, CLI_UNIT, CLI_AREA, CLI_OVERDUE, CLI_WITHIN, CLI_SUPERVISED, CLI_CURSOR, CLI_LIMIT,
             CLI_ALL),
     .alias = "到期"},
    {"alarms", "", 0, 0, cli_alarms, "警报：红牌未处理、无人签收、未触发的时限、缺节假日数据",
     "alarms: red and not repaired, without an owner, unfired timers, missing holidays", NULL, NULL,
     OPTIONS(0, CLI_LIMIT), .alias = "警报"},
    {"units", "", 0, 0, cli_units, "各单位的数：派单、退单率、超时、免计、黄红牌……",
     "counts of units: assigned, rate of returns, late, exempt, cards ...", NULL, NULL,
     OPTIONS(0, CLI_UNIT), .alias = "单位统计"},
    {"policy replan", "", 0, 0, cli_policy_replan, "按现在的规则重算未办结工单的时限；默认只预览",
     "plan the clocks of open tickets by the policies of now; only looks without --apply",
     "已用和挂账的时间保留；已超时的不变。--apply 须由督办单位（--unit）执行。",
     "Consumed and paused time is kept; what has expired stays expired. --apply needs a\n"
     "supervising unit (--unit).",
     OPTIONS(0, CLI_UNIT, CLI_APPLY), .alias = "重算"},
    {"stats", "", 0, 0, cli_stats, "四个服务的总数，并核对是否一致",
     "totals of the four services, and whether they agree", NULL, NULL, OPTIONS(0, CLI_SETTLE)},
    {"metrics", "[SERVICE]", 0, 1, cli_metrics, "监控指标（Prometheus 文本）",
     "metrics (Prometheus text)", NULL, NULL, .option_count = 0},
    {"ping", "", 0, 0, cli_ping, "各服务是否应答、是否跟上",
     "does every service answer, and keep up?", NULL, NULL, OPTIONS(0, CLI_WAIT)},
    {"clock accept", "", 0, 0, cli_clock_accept, "确认系统时钟无误，各服务随即采用",
     "the machine's clock is right: the services are to follow it",
     "系统时钟被大幅拨快时，服务不跟随，也不触发期限（见 ping 的“时钟超前”）。\n"
     "请先用 date 核对，再执行本命令：其间到期的期限会立即触发。",
     "Services do not follow a clock that was set forward by a lot, and fire nothing by it\n"
     "(ping says: clock ahead). Look at `date` before you accept it: whatever is due by then\n"
     "fires at once.",
     .option_count = 0},
    {"check", "SITE", 1, 1, cli_check, "检查站点配置，逐条指出错误的文件和行号",
     "check a site; names each mistake with file and line", NULL, NULL, .option_count = 0},
    {"calendar show", "", 0, 0, cli_calendar_show, "一年的工作日、节假日和补班日",
     "working days, holidays and make-up workdays of a year", NULL, NULL,
     OPTIONS(0, CLI_SITE, CLI_CALENDAR, CLI_YEAR)},
    {"calendar check", "", 0, 0, cli_calendar_check, "各日历已有哪些年份的节假日，缺哪些",
     "which years' holidays each calendar knows, and which are missing", NULL, NULL,
     OPTIONS(0, CLI_SITE)},
    {"calendar import", "FILE", 1, 1, cli_calendar_import,
     "导入节假日（.json 或 .ics），写入站点的 calendars/",
     "holidays (.json or .ics) into a site's calendars/",
     "SUMMARY 里有“上班”“补班”的事件是补班日，其余是放假；DTEND 当天不算在内。",
     "Events whose SUMMARY holds 上班 or 补班 are make-up workdays, others days off; DTEND is "
     "exclusive.",
     OPTIONS(1, CLI_SITE)},
    {"calendar due", "", 0, 0, cli_calendar_due, "时限何时到期，供脚本使用",
     "when a term ends, for scripts", NULL, NULL,
     OPTIONS(3, CLI_UNIT, CLI_AMOUNT, CLI_FROM, CLI_SITE, CLI_CALENDAR, CLI_START, CLI_END)},
    {"log dump", "SERVICE", 1, 1, cli_log_dump, "日志，每行一个 JSON；默认不含内容和个人信息",
     "the log, one JSON object a line; without texts and personal data", NULL, NULL,
     OPTIONS(0, CLI_SINCE, CLI_UNTIL, CLI_TEXTS)},
    {"log verify", "SERVICE", 1, 1, cli_log_verify, "逐条校验日志和哈希链",
     "check every record and the hash chain", NULL, NULL, .option_count = 0},
    {"log replay", "SERVICE", 1, 1, cli_log_replay, "从日志重建各表并逐字节比较",
     "fold the log again and compare all tables byte for byte", NULL, NULL, .option_count = 0},
    {"backup", "DIR", 1, 1, cli_backup, "四个服务的一致备份，服务照常运行",
     "a consistent copy of all four stores, while they run", NULL, NULL, .option_count = 0},
    {"restore", "DIR", 1, 1, cli_restore, "从备份恢复到空的数据目录",
     "a backup into an empty data folder", NULL, NULL, .option_count = 0},
    {"completion", "bash", 1, 1, cli_completion, "命令行补全脚本", "completion for a shell", NULL,
     NULL, .option_count = 0},
    {"man", "", 0, 0, cli_man, "手册页（roff）", "the manual page (roff)", NULL, NULL,
     .option_count = 0},
    {"help", "[COMMAND...]", 0, 2, cli_help, "帮助", "help", NULL, NULL, .option_count = 0},
    {"version", "", 0, 0, cli_version, "版本", "version", NULL, NULL, .option_count = 0},
};
const size_t cli_command_count = sizeof cli_commands / sizeof cli_commands[0];

/* ---- choices ---- */

void cli_table_choices(const struct cli_option_row *row, char text[CLI_CHOICES_BYTES])
{
    CHECK(row->argument == CLI_CHOICE);
    if (row->words == NULL) {
        CHECK(strlen(row->choices) < CLI_CHOICES_BYTES);
        (void)snprintf(text, CLI_CHOICES_BYTES, "%s", row->choices);
    } else {
        say_words_tokens(row->words, row->values, text, CLI_CHOICES_BYTES);
    }
}

/* Is it one of the choices between the bars? */
static bool is_choice(const char *choices, const char *typed)
{
    const size_t size = strlen(typed);
    for (const char *at = choices; at != NULL;
         at = strchr(at, '|'), at = at == NULL ? at : at + 1) {
        if (strncmp(at, typed, size) == 0 && (at[size] == '|' || at[size] == '\0') && size > 0) {
            return true;
        }
    }
    return false;
}

bool cli_table_chosen(const struct cli_option_row *row, const char *typed)
{
    int value = 0;
    CHECK(row->argument == CLI_CHOICE);
    return row->words == NULL
               ? is_choice(row->choices, typed)
               : say_words_read(row->words, typed, &value) && say_words_among(row->values, value);
}
