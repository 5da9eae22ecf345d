/* holidays_mistakes: what can be said about a file of holidays: a stable name, Chinese, English.
 * Each sentence says what to do. Both languages take the same arguments in the same order.
 * site_mistakes.h adds what concerns a site; deploy/sites/README.md lists them all, and a test
 * compares. */
#pragma once

/* clang-format off */

#define SAY_FILE_TOO_LARGE "FILE_TOO_LARGE", \
    "文件超过 %u 字节，请删减", \
    "the file is larger than %u bytes; shorten it"
#define SAY_HOLIDAYS_SYNTAX "HOLIDAYS_SYNTAX", \
    "不是 JSON（%s），请改正，或重新下载", \
    "not JSON (%s); correct it or fetch it again"
#define SAY_HOLIDAYS_SHAPE "HOLIDAYS_SHAPE", \
    "应当是 {\"year\": 年份, \"papers\": [...], \"days\": [...]}，可加 complete，不能有别的键", \
    "must be {\"year\": number, \"papers\": [...], \"days\": [...]}, perhaps complete, no other keys"
#define SAY_HOLIDAYS_YEAR "HOLIDAYS_YEAR", \
    "年份必须在 %d 到 %d 之间", \
    "the year must be %d to %d"
#define SAY_HOLIDAYS_FILE_YEAR "HOLIDAYS_FILE_YEAR", \
    "文件名应为 %d.json，与里面的年份一致", \
    "the file must be called %d.json, as the year in it"
#define SAY_HOLIDAYS_UNUSED "HOLIDAYS_UNUSED", \
    "有节假日文件，但没有日历写 holidays，它不起作用；请在 calendars 里写 holidays: CN", \
    "there are holidays but no calendar that names them, so they have no effect; add holidays: CN"
#define SAY_HOLIDAYS_EMPTY_YEAR "HOLIDAYS_EMPTY_YEAR", \
    "%d 年一天也没有列出：通知还没有发布，这一年按普通周计算", \
    "no day of %d is listed: the notice is not out, so the year counts as plain weeks"
#define SAY_HOLIDAYS_PART_YEAR "HOLIDAYS_PART_YEAR", \
    "%d 年还缺：%s%.0s；列出的日子照算，这一年仍按未知对待；补齐，或确认已完整后加 \"complete\": true", \
    "%d still lacks: %.0s%s; its days count but the year is unknown; add them, or \"complete\": true"
#define SAY_HOLIDAY_PAPERS "HOLIDAY_PAPERS", \
    "papers 应当是网址的列表，最多 16 个", \
    "papers must be a list of at most 16 addresses"
#define SAY_HOLIDAY_KEYS "HOLIDAY_KEYS", \
    "每一天都要有 name（文字）、date（文字）和 isOffDay（true 或 false）", \
    "each day needs name (text), date (text) and isOffDay (true or false)"
#define SAY_HOLIDAY_KEY_UNKNOWN "HOLIDAY_KEY_UNKNOWN", \
    "每一天只能有 name、date 和 isOffDay，请删除别的键", \
    "a day has name, date and isOffDay only; delete other keys"
#define SAY_HOLIDAY_DATE "HOLIDAY_DATE", \
    "“%s”不是日期，请写成 2026-01-04", \
    "\"%s\" is not a date; write it as 2026-01-04"
#define SAY_HOLIDAY_NAME "HOLIDAY_NAME", \
    "名称“%s”不合格：不能为空，最长 96 字节，不能换行", \
    "name \"%s\" is malformed: not empty, at most 96 bytes, no line break"
#define SAY_HOLIDAY_FOREIGN "HOLIDAY_FOREIGN", \
    "%s 不属于 %d 年（文件里还可以有 %d 年 12 月的日子），请移到那一年的文件", \
    "%s is not of %d (days of December %d are possible as well); move it to its year's file"
#define SAY_HOLIDAY_TWICE "HOLIDAY_TWICE", \
    "%s 写了两次，请删除一处", \
    "%s is given twice; delete one"
#define SAY_HOLIDAY_TOO_MANY "HOLIDAY_TOO_MANY", \
    "一个文件最多 %u 天", \
    "at most %u days a file"
#define SAY_ICS_SYNTAX "ICS_SYNTAX", \
    "不是 iCalendar 文件，或里面没有事件", \
    "not an iCalendar file, or without any event"
#define SAY_ICS_EVENT "ICS_EVENT", \
    "第 %u 个事件不合格：要有 SUMMARY 和 DTSTART，DTEND 不能早于 DTSTART，最长 60 天", \
    "event %u is malformed: it needs SUMMARY, DTSTART, no earlier DTEND, and 60 days at most"
#define SAY_ICS_UNCLEAR "ICS_UNCLEAR", \
    "“%s”（%s）没有写明是放假还是补班；请用 --off、--work 或 --skip 加名称说明", \
    "\"%s\" (%s) names neither a holiday nor a make-up day; say --off, --work or --skip and its name"
#define SAY_ICS_PART "ICS_PART", \
    "“%s”（%s）只是一天的一部分：在 site.yaml 的 overrides 写这一天的 hours，导入时加 --skip 和名称", \
    "\"%s\" (%s) is a part of a day: write its hours in overrides of site.yaml, and import with --skip"
#define SAY_ICS_CLASH "ICS_CLASH", \
    "“%s”（%s）与同一天的另一个事件矛盾，一个放假一个上班；请用 --skip 去掉不对的一个", \
    "\"%s\" (%s) contradicts another event of that day: one is off, one worked; --skip the wrong one"
#define SAY_ICS_TOO_MANY "ICS_TOO_MANY", \
    "一个文件最多 %u 个事件", \
    "at most %u events a file"
#define SAY_ICS_RULE "ICS_RULE", \
    "第 %u 个事件按规则重复（RRULE、RDATE）；节假日通知只列日期，请改为逐日列出", \
    "event %u repeats by a rule (RRULE, RDATE); decrees name days, so list each of them"
#define SAY_ICS_YEARS "ICS_YEARS", \
    "一个文件最多 %u 年", \
    "at most %u years a file"

/* clang-format on */
