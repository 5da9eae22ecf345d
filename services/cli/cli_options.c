/* cli_options: every option there is, for all commands: its name, what follows it, what it may be.
 * Parsing, help, completion and the man page are made from these rows alone, so that they cannot
 * disagree. Choices that are values of an enum are not listed here but made from the words of
 * common/say/say_words: a new value can be typed and is completed from the day it has a word. */

#include "cli_options.h"

#include <stdio.h>
#include <string.h>

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
#define SERVICES "intake|triage|escalation|callback|access|受理|分拨|督办|回访|门禁"

const struct cli_option_row cli_options[CLI_OPTION_COUNT] = {
    [CLI_DATA] = {"data", 0, CLI_FOLDER, "DIR", NULL,
                  "实例的数据目录（默认：$PAIDAN_DATA，其次 ./data，再次 /var/lib/paidan）",
                  "data folder of the instance (default: $PAIDAN_DATA, ./data, /var/lib/paidan)"},
    [CLI_JSON] = {"json", 0, CLI_NOTHING, NULL, NULL, "以 JSON 输出", "write JSON"},
    [CLI_LANG] = {"lang", 0, CLI_CHOICE, "zh|en", "zh|en|中文|英文",
                  "界面语言（默认按 LC_ALL、LANG）",
                  "language (default: by LC_ALL, LC_MESSAGES, LANG)"},
    [CLI_TIMEOUT] = {"timeout", 0, CLI_COUNT, "S", NULL, "等待答复的秒数（默认 10）",
                     "seconds to wait for an answer (default 10)"},
    [CLI_ACTOR] = {"actor", 0, CLI_WORD, "NAME", NULL,
                   "记录在案的操作人（默认：$PAIDAN_ACTOR，其次用户名）",
                   "who asks, as recorded (default: $PAIDAN_ACTOR, else the user's name)"},
    [CLI_NO_COLOUR] = {"no-color", 0, CLI_NOTHING, NULL, NULL, "不用颜色（同 NO_COLOR=1）",
                       "no colours (as NO_COLOR=1)"},
    [CLI_HELP] = {"help", 'h', CLI_NOTHING, NULL, NULL, "显示帮助", "show help"},
    [CLI_VERSION] = {"version", 0, CLI_NOTHING, NULL, NULL, "显示版本", "show the version"},
    [CLI_ALL] = {"all", 0, CLI_NOTHING, NULL, NULL, "不分页，全部输出", "all pages"},
    [CLI_AMOUNT] = {"amount", 0, CLI_WORD, "N", NULL, "时限：30m、2h、3d；不写单位即小时或天",
                    "the term: 30m, 2h, 3d; without a letter hours or days, as the unit"},
    [CLI_APPLY] = {"apply", 0, CLI_NOTHING, NULL, NULL, "执行；不写则只预览",
                   "do it; without it only look"},
    [CLI_AREA] = {"area", 0, CLI_WORD, "AREA", NULL, "区域的代码或名称（含下级区域）",
                  "code or name of an area (with all below it)", .names = CLI_NAMES_AREAS},
    [CLI_AREA_HINT] = {"area-hint", 0, CLI_WORD, "AREA", NULL, "渠道已知的区域",
                       "the area, if the channel knows it", .names = CLI_NAMES_AREAS},
    [CLI_CALENDAR] = {"calendar", 0, CLI_WORD, "CALENDAR", NULL, "日历代码", "code of a calendar"},
    [CLI_ATTACHMENT] = {"attachment", 0, CLI_WORD, "NAME=URL", NULL,
                        "附件，如 照片.jpg=https://...；可写多次",
                        "an attachment, such as photo.jpg=https://...; may be given again",
                        .repeats = true},
    [CLI_CATEGORY] = {"category", 0, CLI_WORD, "CATEGORY", NULL, "类别的代码或名称",
                      "code or name of a category", .names = CLI_NAMES_CATEGORIES},
    [CLI_CATEGORY_HINT] = {"category-hint", 0, CLI_WORD, "CATEGORY", NULL, "渠道已知的类别",
                           "the category, if the channel knows it", .names = CLI_NAMES_CATEGORIES},
    [CLI_CHANNEL] = {"channel", 0, CLI_WORD, "CHANNEL", NULL, "渠道的代码或名称，如 wechat、热线",
                     "code or name of a channel, such as wechat or hotline",
                     .names = CLI_NAMES_CHANNELS},
    [CLI_CLOCK] =
        {"clock", 0, CLI_CHOICE, "CLOCK", NULL,
         "只看一个时钟：accept 签收，contact 首次联系，handle 办理，redo 重办，assist 协办……",
         "one clock only; or in Chinese", .words = &paidan__clock__descriptor,
         .values = CLOCKS_EXPLAINED},
    [CLI_CODE] = {"code", 0, CLI_WORD, "CODE", NULL, "查询码", "query code"},
    [CLI_COMPLETE] = {"complete", 0, CLI_NOTHING, NULL, NULL, "这一年已完整，不再等别的日子",
                      "nothing more is expected of the year"},
    [CLI_COMMUNITIES] = {"communities", 0, CLI_WORD, "NAMES", NULL, "社区名称，用逗号分开",
                         "names of communities, separated by commas"},
    [CLI_CONFIDENTIAL] = {"confidential", 0, CLI_NOTHING, NULL, NULL,
                          "保密：电话、姓名和原话不给承办单位，由分拨员写摘要",
                          "no unit gets phone, name or words; a dispatcher writes a summary"},
    [CLI_DEAD] = {"dead", 0, CLI_NOTHING, NULL, NULL, "已放弃、发不出的",
                  "those that were given up"},
    [CLI_OPEN] = {"open", 0, CLI_NOTHING, NULL, NULL, "只看有在办工单的报警",
                  "those with an open ticket"},
    [CLI_DIFF] = {"diff", 0, CLI_NOTHING, NULL, NULL, "比较两个站点文件夹，说明改动的影响",
                  "compares two site folders and tells what the edit changes"},
    [CLI_HOTLINE] = {"hotline", 0, CLI_WORD, "NAME", NULL, "热线渠道的名称", "name of the hotline"},
    [CLI_HOURS] = {"hours", 0, CLI_WORD, "HOURS", NULL, "办公时间，如 09:00-12:00,14:00-18:00",
                   "office hours, as 09:00-12:00,14:00-18:00"},
    [CLI_LEVEL] = {"level", 0, CLI_COUNT, "N", NULL, "层级，1 为最低", "a level, 1 the lowest"},
    [CLI_LEVELS] = {"levels", 0, CLI_CHOICE, "2|3", "2|3", "几级办理：社区和街道，或另有小区",
                    "community and street, or estates too"},
    [CLI_NAME] = {"name", 0, CLI_WORD, "NAME", NULL, "街道（镇）名称", "name of the sub-district"},
    [CLI_STRICT] = {"strict", 0, CLI_NOTHING, NULL, NULL, "有提醒时以状态 65 退出",
                    "exit with 65 where there are warnings"},
    [CLI_SUMMARY] = {"summary", 0, CLI_WORD, "TEXT", NULL,
                     "保密件给承办单位看的摘要，不写诉求人是谁",
                     "of a confidential ticket: for the unit, not telling who asked"},
    [CLI_CURSOR] = {"cursor", 0, CLI_WORD, "K", NULL, "上一页末尾给出的游标",
                    "where the page before ended"},
    [CLI_END] = {"end", 0, CLI_CHOICE, "same_time|end_of_day",
                 "same_time|end_of_day|同一时刻|当天结束",
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
    [CLI_FROM] = {"from", 0, CLI_FILE, "FILE|-", NULL, "从表格读取多行；- 为标准输入",
                  "rows of a table; - is standard input"},
    [CLI_HELD] = {"held", 0, CLI_WORD, "T", NULL, "会议时间：2h（以前）、2026-11-22T09:00",
                  "when the meeting was: 2h (ago), 2026-11-22T09:00"},
    [CLI_IF_VERSION] = {"if-version", 0, CLI_COUNT, "N", NULL, "仅当工单仍是此版本时执行",
                        "only if the ticket still has this version"},
    [CLI_LEASE] = {"lease", 0, CLI_COUNT, "S", NULL, "领取保留的秒数（默认按站点）",
                   "seconds to keep what was pulled (default: the site's)"},
    [CLI_LIMIT] = {"limit", 0, CLI_COUNT, "N", NULL, "每页条数", "rows of one page"},
    [CLI_LIST] = {"list", 0, CLI_NOTHING, NULL, NULL, "列出代码和名称", "list codes and names"},
    [CLI_MAX] = {"max", 0, CLI_COUNT, "N", NULL, "最多领取几件", "pull at most so many"},
    [CLI_MODE] = {"mode", 0, CLI_CHOICE, "MODE", NULL,
                  "办理方式：on_site 现场办，at_once 马上办，online 网上办",
                  "how it was done: on_site, at_once, online; or in Chinese",
                  .words = &paidan__mode__descriptor, .values = MODES_QUICK},
    [CLI_NEWEST] = {"newest", 0, CLI_NOTHING, NULL, NULL, "新的在前", "newest first"},
    [CLI_NOTE] = {"note", 0, CLI_WORD, "TEXT", NULL, "说明", "a note"},
    [CLI_OFF] = {"off", 0, CLI_WORD, "NAME", NULL, "这个名称的事件是放假；可写多次，* 指其余各项",
                 "events of this name are days off; may be given again; * is all others",
                 .repeats = true},
    [CLI_ON_SPOT] = {"on-spot", 0, CLI_WORD, "UNIT", NULL,
                     "现场办：此单位已当场解决（须写 --done-note）",
                     "solved on the spot by this unit (needs --done-note)",
                     .names = CLI_NAMES_UNITS},
    [CLI_OVERDUE] = {"overdue", 0, CLI_NOTHING, NULL, NULL, "只看已超时的", "the missed ones"},
    [CLI_PEEK] = {"peek", 0, CLI_NOTHING, NULL, NULL, "只看不领", "look without pulling"},
    [CLI_PERSON] = {"person", 0, CLI_WORD, "NAME", NULL, "责任人", "who is to do it"},
    [CLI_PHONE] = {"phone", 0, CLI_WORD, "N", NULL, "诉求人电话", "phone of the resident"},
    [CLI_PLACE] = {"place", 0, CLI_WORD, "TEXT", NULL, "地点，照诉求人的说法",
                   "where, in the resident's words"},
    [CLI_REASON] = {"reason", 0, CLI_WORD, "TEXT", NULL, "为什么要看电话或内容，记录在案",
                    "why phones or texts are needed; recorded"},
    [CLI_REPLACE] = {"replace", 0, CLI_NOTHING, NULL, NULL, "整年换成文件里的日子（默认并入）",
                     "the file's days replace the year (default: they are added)"},
    [CLI_REPORTER] = {"reporter", 0, CLI_WORD, "NAME", NULL, "诉求人姓名", "name of the resident"},
    [CLI_RESULT] = {"result", 0, CLI_CHOICE, "RESULT", NULL,
                    "结果：agreed 达成一致，partly 部分达成，failed 未达成，legal_way 转法定途径",
                    "agreed, partly, failed, legal_way; or in Chinese",
                    .words = &paidan__mode_result__descriptor},
    [CLI_REVEAL] = {"reveal", 0, CLI_NOTHING, NULL, NULL, "显示电话和姓名（须写 --reason）",
                    "show phone and name (needs --reason)"},
    [CLI_ROLE] = {"role", 0, CLI_CHOICE, "ROLE", NULL, "角色，如 clerk 承办人、dispatcher 分拨员",
                  "a role, such as clerk or dispatcher", .words = &paidan__role__descriptor,
                  .values = ~(1u << PAIDAN__ROLE__ROLE_ADAPTER | 1u << PAIDAN__ROLE__ROLE_PUBLIC)},
    [CLI_SATISFIED] = {"satisfied", 0, CLI_CHOICE, "yes|fair|no", NULL, "满意程度",
                       "satisfied with the handling?", .words = &paidan__satisfied__descriptor},
    [CLI_SETTLE] = {"settle", 0, CLI_COUNT, "S", NULL, "最多等几秒让各服务跟上（默认 10）",
                    "wait so many seconds for followers to catch up (default 10)"},
    [CLI_SINCE] = {"since", 0, CLI_WORD, "T", NULL,
                   "此后登记的：2h（以前）、2026-11-22、RFC 3339 时间",
                   "registered since: 2h (ago), 2026-11-22 or RFC 3339"},
    [CLI_SITE] = {"site", 0, CLI_FOLDER, "DIR", NULL, "站点文件夹（默认为实例的站点）",
                  "folder of a site (default: the instance's)"},
    [CLI_SKIP] = {"skip", 0, CLI_WORD, "NAME", NULL,
                  "这个名称的事件与放假无关；可写多次，* 指其余各项",
                  "events of this name are no matter of days off; may be given again; * is all "
                  "others",
                  .repeats = true},
    [CLI_SOLVED] = {"solved", 0, CLI_CHOICE, "yes|partly|no", NULL, "是否解决", "was it solved?",
                    .words = &paidan__solved__descriptor},
    [CLI_START] = {"start", 0, CLI_CHOICE, "moment|next_day", "moment|next_day|即时|次日",
                   "起算：即时（默认）或次日", "counts from the moment (default) or the next day"},
    [CLI_STATE] =
        {"state", 0, CLI_CHOICE, "STATE", NULL,
         "状态：desk 待分拨，assigned 待签收，accepted 办理中，returned 退单，resolved "
         "待回访，closed "
         "已办结，withdrawn 已撤回，suspended 挂账",
         "desk, assigned, accepted, returned, suspended, resolved, closed, withdrawn; or in "
         "Chinese",
         .words = &paidan__state__descriptor, .values = STATES_KNOWN},
    [CLI_SUPERVISED] = {"supervised", 0, CLI_NOTHING, NULL, NULL, "只看督办的",
                        "only those under supervision"},
    [CLI_TEXT] = {"text", 0, CLI_WORD, "TEXT", NULL, "诉求内容", "what the resident says"},
    [CLI_TEXTS] = {"texts", 0, CLI_NOTHING, NULL, NULL, "连同内容和个人信息（须写 --reason）",
                   "with texts and personal data (needs --reason)"},
    [CLI_TIME] = {"time", 0, CLI_WORD, "T", NULL, "发生时间，如 2026-11-22T09:00",
                  "when it happened, such as 2026-11-22T09:00"},
    [CLI_TITLE] = {"title", 0, CLI_WORD, "TEXT", NULL, "标题（默认取自内容）",
                   "title (default: from the text)"},
    [CLI_UNIT] = {"unit", 0, CLI_WORD, "UNIT", NULL, "承办单位的代码或名称",
                  "code or name of a unit", .names = CLI_NAMES_UNITS},
    [CLI_TO] = {"to", 0, CLI_WORD, "UNIT", NULL, "交给哪个单位", "to which unit",
                .names = CLI_NAMES_UNITS},
    [CLI_UNTIL] = {"until", 0, CLI_WORD, "T", NULL, "到何时：3d（以后）、2026-12-01T18:00",
                   "until: 3d (from now), 2026-12-01T18:00"},
    [CLI_URGENCY] = {"urgency", 0, CLI_CHOICE, "normal|urgent|emergency", NULL, "紧急程度",
                     "urgency", .words = &paidan__urgency__descriptor},
    [CLI_WAIT] = {"wait", 0, CLI_COUNT, "S", NULL, "最多等待的秒数", "wait at most so long"},
    [CLI_WATCH] = {"watch", 0, CLI_NOTHING, NULL, NULL, "全屏实时显示，按 q 退出",
                   "live, full screen; q leaves"},
    [CLI_YEAR] = {"year", 0, CLI_COUNT, "Y", NULL, "年份（默认今年）", "year (default: this one)"},
    [CLI_WITHIN] = {"within", 0, CLI_WORD, "T", NULL, "多久之内到期：4h、2026-12-01",
                    "due by then: 4h (from now), 2026-12-01"},
    [CLI_WORK] = {"work", 0, CLI_WORD, "NAME", NULL, "这个名称的事件是补班；可写多次，* 指其余各项",
                  "events of this name are make-up workdays; may be given again; * is all others",
                  .repeats = true},
    [CLI_WITHOUT_ASSIST] = {"without-assist", 0, CLI_NOTHING, NULL, NULL,
                            "协办未完成也办结（--note 说明原因）",
                            "though assisting units have not finished (--note says why)"},
};

/* ---- one command's own words ---- */

/* The first row whose command begins the name decides: rows for one verb stand before their group.
 */
static const struct {
    const char *command;
    enum cli_option option;
    struct cli_option_text text;
} texts[] = {
    {"board", CLI_LIMIT, {"N", "最多显示几件（默认 50）", "show at most so many (default 50)"}},
    {"alarms", CLI_LIMIT, {"N", "每类最多列出几件", "list at most so many of each kind"}},
    {"callback list", CLI_LIMIT, {"N", "--peek 每页条数", "rows of one page, with --peek"}},
    {"callback list",
     CLI_CURSOR,
     {"K", "--peek 上一页末尾给出的游标", "where the page before ended, with --peek"}},
    {"callback list",
     CLI_MAX,
     {"N", "最多领取几件（默认 100）", "pull at most so many (default 100)"}},
    {"callback list",
     CLI_WAIT,
     {"S", "没有可问的时最多等几秒", "wait so long when there is nothing to ask"}},
    {"outbox", CLI_LIMIT, {"N", "最多列出几条（默认 100）", "list at most so many (default 100)"}},
    {"outbox", CLI_NOTE, {"TEXT", "为什么删除", "why it is dropped"}},
    {"devices", CLI_LIMIT, {"N", "最多列出几条（默认 100）", "list at most so many (default 100)"}},
    {"access", CLI_NAME, {"NAME", "姓名", "full name of the person"}},
    {"access", CLI_LIMIT, {"N", "最多列出几条", "list at most so many"}},
    {"access", CLI_UNIT, {"UNIT", "单位的代码或名称", "code or name of a unit"}},
    {"access", CLI_CHANNEL, {"CHANNEL", "渠道的代码或名称", "code or name of a channel"}},
    {"access role",
     CLI_LEVEL,
     {"N", "负责人看到哪一级为止（默认按其单位）",
      "up to which level a leader sees (default: the unit's)"}},
    {"access key", CLI_UNTIL, {"T", "有效期到何时", "good until"}},
    {"access audit", CLI_SINCE, {"T", "此后发生的：2h（以前）、日期", "since: 2h (ago), a date"}},
    {"login",
     CLI_CODE,
     {"CODE", "验证器上的 6 位数字，或一个恢复码",
      "6 digits of the authenticator, or a recovery code"}},
    {"work pull", CLI_MAX, {"N", "最多领取几件（默认 1）", "pull at most so many (default 1)"}},
    {"work pull", CLI_WAIT, {"S", "没有工单时最多等几秒", "wait so long when there is no ticket"}},
    {"ping",
     CLI_WAIT,
     {"S", "最多等几秒，直到都应答并跟上", "wait so long until all answer and keep up"}},
    {"calendar due",
     CLI_FROM,
     {"T", "起算时间，如 2026-02-13T10:00", "the moment it begins, such as 2026-02-13T10:00"}},
    {"calendar due",
     CLI_UNIT,
     {"UNIT",
      "时限单位：紧急工作时 emergency_hours、工作时 working_hours、工作日 working_days、自然日 "
      "days",
      "what is counted: emergency_hours, working_hours, working_days or days"}},
    {"watch", CLI_SINCE, {"SEQ", "从哪个序号之后起", "facts after this seq"}},
    {"watch", CLI_UNTIL, {"SEQ", "到哪个序号为止", "up to this seq"}},
    {"log dump", CLI_SINCE, {"SEQ", "从哪个序号之后起", "facts after this seq"}},
    {"log dump", CLI_UNTIL, {"SEQ", "到哪个序号为止", "up to this seq"}},
    {"work suspend",
     CLI_UNTIL,
     {"T", "挂账到何时：3d（以后）、2026-12-01T18:00",
      "when it ends: 3d (from now), 2026-12-01T18:00"}},
    {"work suspend", CLI_NOTE, {"TEXT", "挂账理由", "why"}},
    {"work name-person",
     CLI_UNTIL,
     {"T", "办理期限：2d（以后）、2026-12-01T18:00", "the term: 2d (from now), 2026-12-01T18:00"}},
    {"work name-person", CLI_NOTE, {"TEXT", "责任", "the duty"}},
    {"work ask-assist", CLI_TO, {"UNIT", "请哪个单位协办", "the unit that is to assist"}},
    {"work ask-assist", CLI_NOTE, {"TEXT", "请协办什么", "what it is to do"}},
    {"work assist-done",
     CLI_UNIT,
     {"UNIT", "协办单位的代码或名称", "code or name of the assisting unit"}},
    {"work assist-done", CLI_NOTE, {"TEXT", "做了什么", "what was done"}},
    {"work progress", CLI_NOTE, {"TEXT", "办理进展", "the progress"}},
    {"work resolve", CLI_NOTE, {"TEXT", "办理情况", "what was done"}},
    {"work return", CLI_NOTE, {"TEXT", "退单理由", "why it is returned"}},
    {"work raise", CLI_NOTE, {"TEXT", "上报理由", "why it is raised"}},
    {"work extend", CLI_NOTE, {"TEXT", "延期理由", "why it needs longer"}},
    {"work end-mode", CLI_NOTE, {"TEXT", "结果说明", "about the result"}},
    {"work appeal", CLI_NOTE, {"TEXT", "申诉理由", "why it should not count"}},
    {"supervise grant",
     CLI_UNIT,
     {"UNIT", "批复单位的代码或名称", "code or name of the unit that decides"}},
    {"supervise refuse",
     CLI_UNIT,
     {"UNIT", "批复单位的代码或名称", "code or name of the unit that decides"}},
    {"supervise refuse", CLI_NOTE, {"TEXT", "不批准的理由", "why it is refused"}},
    {"supervise", CLI_UNIT, {"UNIT", "督办单位的代码或名称", "code or name of a supervising unit"}},
    {"policy replan",
     CLI_UNIT,
     {"UNIT", "执行的督办单位（--apply 必须写）", "the supervising unit, needed with --apply"}},
    {"desk dispatch",
     CLI_UNIT,
     {"UNIT", "分拨给哪个单位（代码或名称）", "the unit it goes to, code or name"}},
    {"desk dispatch",
     CLI_CATEGORY,
     {"CATEGORY", "类别（退单不写则不变）", "category; of a return the old one unless told"}},
    {"desk dispatch",
     CLI_AREA,
     {"AREA", "区域（不写则按工单和单位）", "area; by ticket and unit unless told"}},
    {"desk recall", CLI_NOTE, {"TEXT", "撤回的原因", "why it is taken back"}},
    {"chase", CLI_NOTE, {"TEXT", "诉求人说了什么", "what the resident said"}},
    {"withdraw", CLI_NOTE, {"TEXT", "撤回原因", "why"}},
    {"callback answer", CLI_NOTE, {"TEXT", "诉求人说了什么", "what the resident said"}},
};

struct cli_option_text cli_options_text(const struct cli_command *command, enum cli_option option)
{
    const struct cli_option_row *row = &cli_options[option];
    CHECK(option < CLI_OPTION_COUNT);
    for (size_t index = 0; command != NULL && index < sizeof texts / sizeof texts[0]; index++) {
        const size_t size = strlen(texts[index].command);
        if (texts[index].option == option &&
            strncmp(command->name, texts[index].command, size) == 0 &&
            (command->name[size] == '\0' || command->name[size] == ' ')) {
            return texts[index].text;
        }
    }
    return (struct cli_option_text){row->metavar, row->zh, row->en};
}

/* ---- choices ---- */

void cli_options_choices(const struct cli_option_row *row, char text[CLI_CHOICES_BYTES])
{
    CHECK(row->argument == CLI_CHOICE);
    if (row->words == NULL) {
        CHECK(strlen(row->choices) < CLI_CHOICES_BYTES);
        (void)snprintf(text, CLI_CHOICES_BYTES, "%s", row->choices);
    } else {
        say_words_tokens(row->words, row->values, text, CLI_CHOICES_BYTES);
    }
}

bool cli_options_chosen(const struct cli_option_row *row, const char *typed)
{
    const size_t size = strlen(typed);
    CHECK(row->argument == CLI_CHOICE);
    CHECK(row->choices != NULL);
    for (const char *at = row->choices; at != NULL;
         at = strchr(at, '|'), at = at == NULL ? at : at + 1) {
        if (strncmp(at, typed, size) == 0 && (at[size] == '|' || at[size] == '\0') && size > 0) {
            return true;
        }
    }
    return false;
}
