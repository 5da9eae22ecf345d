/* site_mistakes: what `paidan check` can say about a site: a stable name, Chinese, English. Each
 * sentence says what to do. Both languages take the same arguments in the same order. The list for
 * readers is deploy/sites/README.md; a test compares the two. */
#pragma once

#include "common/calendar/holidays_mistakes.h"

/* clang-format off */

/* ---- files ---- */
#define SAY_FOLDER_UNREADABLE "FOLDER_UNREADABLE", \
    "打不开站点文件夹：%s。请检查路径和权限", \
    "cannot open the site folder: %s; check the path and its permissions"
#define SAY_FILE_MISSING "FILE_MISSING", \
    "缺少文件 %s，请补上", \
    "file %s is missing; add it"
#define SAY_FILE_UNREADABLE "FILE_UNREADABLE", \
    "读不了文件 %s：%s", \
    "cannot read %s: %s"
#define SAY_FILE_NOT_UTF8 "FILE_NOT_UTF8", \
    "不是 UTF-8 编码（可能是 GBK/GB18030），请另存为 UTF-8（Excel：CSV UTF-8）", \
    "not UTF-8 (perhaps GBK/GB18030); save as UTF-8 (in Excel: CSV UTF-8)"
#define SAY_FILE_UTF16 "FILE_UTF16", \
    "文件是 UTF-16（Unicode 文本）编码，请另存为 UTF-8", \
    "the file is UTF-16 (\"Unicode text\"); save as UTF-8"
#define SAY_FILE_CONTROL "FILE_CONTROL", \
    "含有不可见的控制字符 0x%02x，请删除", \
    "contains the invisible control character 0x%02x; delete it"
#define SAY_FILE_WORKBOOK "FILE_WORKBOOK", \
    "%s 其实是 Excel 工作簿，只改了后缀：请在 Excel 里另存为“CSV UTF-8（逗号分隔）”", \
    "%s is an Excel workbook under another name: in Excel, save it as CSV UTF-8"
#define SAY_FILE_SAVE_AS "FILE_SAVE_AS", \
    "“%s”是 Excel 工作簿，读不了：请在 Excel 里另存为“CSV UTF-8（逗号分隔）”，文件名 %s", \
    "\"%s\" is an Excel workbook and cannot be read: in Excel, save it as CSV UTF-8 under the name %s"
#define SAY_FILE_RENAME "FILE_RENAME", \
    "“%s”的名字不对，不会读取：请改名为 %s", \
    "\"%s\" has another name than is read: rename it to %s"
#define SAY_FILE_UNKNOWN "FILE_UNKNOWN", \
    "不认识文件 %s，不会读取；文件名写错了吗", \
    "unknown file %s is not read; is its name mistyped"

/* ---- hotline.yaml and its tables ---- */
#define SAY_HOTLINE_CHANNEL "HOTLINE_CHANNEL", \
    "渠道“%s”没有定义，请在 site.yaml 的 channels 里补上或改正", \
    "channel \"%s\" is not defined; add it to channels in site.yaml or correct it"
#define SAY_HOTLINE_LISTEN "HOTLINE_LISTEN", \
    "“%s”应写本机地址和端口，如 127.0.0.1:8331；对外由 nginx 转发", \
    "\"%s\" must be an address of this machine and a port, as 127.0.0.1:8331; nginx stands in front"
#define SAY_HOTLINE_SUITE "HOTLINE_SUITE", \
    "“%s”应写 hmac-sha256、hmac-sm3 或 sm2-sm3", \
    "\"%s\" must be hmac-sha256, hmac-sm3 or sm2-sm3"
#define SAY_HOTLINE_URL "HOTLINE_URL", \
    "“%s”不是可用的网址：以 https:// 开头（本机可用 http://），不带空格、用户名、口令和 #", \
    "\"%s\" is no URL for this: https:// (http:// on this machine), without blanks, user name, password and #"
#define SAY_HOTLINE_PEER_TWICE "HOTLINE_PEER_TWICE", \
    "对端编码“%s”已经有了，或是本系统自己的名字，请换一个", \
    "a peer \"%s\" is there already, or it is a name of our own; take another code"
#define SAY_HOTLINE_PEER_UNKNOWN "HOTLINE_PEER_UNKNOWN", \
    "对端“%s”不在 hotline.yaml 里，请补上或改正；* 表示所有对端", \
    "peer \"%s\" is not in hotline.yaml; add or correct it; * stands for all"
#define SAY_HOTLINE_MAP_UNKNOWN "HOTLINE_MAP_UNKNOWN", \
    "站点里没有“%s”，请补上或改正", \
    "the site has no \"%s\"; add or correct it"
#define SAY_HOTLINE_DUTY_UNIT "HOTLINE_DUTY_UNIT", \
    "值班单位“%s”没有定义，请在 units.csv 里补上或改正", \
    "unit \"%s\" that has the duty is not defined; add it to units.csv or correct it"
#define SAY_HOTLINE_MAP_TWICE "HOTLINE_MAP_TWICE", \
    "“%s”在第 %u 行已经写过，只能对应一个，请删除一行", \
    "\"%s\" stands in line %u already and can lead to one thing alone; delete one line"
/* ---- rates in site.yaml ---- */
#define SAY_RATES_WORD "RATES_WORD", \
    "“%s”不认识，应写其中之一：%s", \
    "\"%s\" is none of: %s"
#define SAY_RATES_PERCENT "RATES_PERCENT", \
    "%s 的“%s”应写 0%% 到 100%% 的整数百分比，如 35%%", \
    "%s: \"%s\" must be a whole percentage from 0%% to 100%%, as 35%%"
#define SAY_RATES_WEIGHTS "RATES_WEIGHTS", \
    "weights 的三个权重加起来应为 100%%，请改正", \
    "the three weights must add up to 100%%; correct them"
/* ---- points in site.yaml ---- */
#define SAY_POINTS_UNKNOWN "POINTS_UNKNOWN", \
    "积分规则的“%s”不在 categories.csv 或 channels 里，请改正", \
    "\"%s\" of a rule of points is not in categories.csv or among the channels; correct it"
#define SAY_POINTS_MEDALS "POINTS_MEDALS", \
    "奖章的积分应依次增加：bronze（铜）、silver（银）、gold（金），请改正", \
    "medals must ask for more from bronze to silver to gold; correct them"
/* ---- webhooks.yaml ---- */
#define SAY_WEBHOOK_URL "WEBHOOK_URL", \
    "“%s”不是可用的网址：以 https:// 开头，不带空格、用户名和口令", \
    "\"%s\" is no URL for this: https://, without blanks, user name and password"
#define SAY_WEBHOOK_PLAIN "WEBHOOK_PLAIN", \
    "“%s”没有加密：请用 https://；只有本机（127.0.0.1、localhost）且写了 inside: true 才可用 http://", \
    "\"%s\" is not encrypted: use https://; http:// is for this machine (127.0.0.1, localhost) with inside: true"
#define SAY_WEBHOOK_SOURCE "WEBHOOK_SOURCE", \
    "source“%s”不合格：写一个不带空格的网址或路径，最长 200 个字符", \
    "source \"%s\" is malformed: a URL or path without blanks, at most 200 characters"
#define SAY_WEBHOOK_FACT_UNKNOWN "WEBHOOK_FACT_UNKNOWN", \
    "没有“%s”这样的事实，或它不对外推送；见说明里的清单", \
    "\"%s\" is no fact, or none that is told to the outside; the manual lists them"
#define SAY_WEBHOOK_SCOPE_UNKNOWN "WEBHOOK_SCOPE_UNKNOWN", \
    "站点里没有“%s”，请补上或改正", \
    "the site has no \"%s\"; add or correct it"
#define SAY_WEBHOOK_MODE "WEBHOOK_MODE", \
    "“%s”应写 structured、binary 或 batched", \
    "\"%s\" must be structured, binary or batched"
#define SAY_WEBHOOK_PAUSE "WEBHOOK_PAUSE", \
    "pause_max 比 pause 还短，请改长", \
    "pause_max is shorter than pause; make it longer"
#define SAY_WEBHOOK_HEADER "WEBHOOK_HEADER", \
    "请求头“%s”不能用：名称只用字母、数字和 -，值用可见的英文字符；口令不写在站点里", \
    "the header \"%s\" cannot be used: letters, digits and - in its name, visible ASCII in its value; passwords do not belong into the site"
#define SAY_WEBHOOK_TWICE "WEBHOOK_TWICE", \
    "订阅方“%s”写了两次，请删除一处", \
    "subscriber \"%s\" is given twice; delete one"

/* ---- codes and names, in every file ---- */
#define SAY_CODE_MISSING "CODE_MISSING", \
    "缺少编码，请填写（小写字母、数字、_ . -）", \
    "the code is missing; write one of a-z 0-9 _ . -"
#define SAY_CODE_MALFORMED "CODE_MALFORMED", \
    "编码“%s”不合格：只能用小写字母、数字、_ . -，最长 32 个字符", \
    "code \"%s\" is malformed: only a-z 0-9 _ . - and at most 32 characters"
#define SAY_CODE_EXCEL "CODE_EXCEL", \
    "编码“%s”被 Excel 改写过（数字、日期、逻辑值或错误值）：请把这一列设为“文本”格式，重新填写编码", \
    "code \"%s\" was rewritten by Excel (a number, date, truth value or error): format the column as text and write the code again"
#define SAY_CODE_ZEROS "CODE_ZEROS", \
    "没有编码“%s”，%s 里写的是“%s”：Excel 会去掉数字前面的零。请把两处的这一列都设为“文本”格式，写成一样（本文件里同样的只提示这一处）", \
    "there is no code \"%s\", %s has \"%s\": Excel drops leading zeros. Format the column as text in both files and write them alike (told once a file)"
#define SAY_NAME_EXCEL "NAME_EXCEL", \
    "“%s”是 Excel 的错误值：这一格的公式没有结果，请直接填写名称", \
    "\"%s\" is an error of Excel: the cell's formula came to nothing; write the name itself"
#define SAY_QUOTE_WIDE "QUOTE_WIDE", \
    "全角引号会当作文字的一部分：%s。请删去引号，或改成半角的 \"", \
    "the quotes of a Chinese keyboard are read as part of the text: %s; leave them out, or type plain ones"
#define SAY_NAME_TWICE "NAME_TWICE", \
    "名称“%s”与第 %u 行相同，各处列表里分不清，请改一个", \
    "the name \"%s\" is that of line %u too, so lists cannot tell them apart; change one"
#define SAY_WAS_IN_USE "WAS_IN_USE", \
    "曾用编码“%s”现在还在用，请删除这里的 was，或给在用的那个换编码", \
    "was names the code \"%s\", which is still in use; delete it here, or give the other another code"
#define SAY_WAS_TWICE "WAS_TWICE", \
    "曾用编码“%s”已由第 %u 行沿用，只能有一个，请删除一处", \
    "the old code \"%s\" is carried on by line %u already; only one can, delete one"
#define SAY_NAME_MISSING "NAME_MISSING", \
    "缺少名称，请填写", \
    "the name is missing; write one"
#define SAY_NAME_TOO_LONG "NAME_TOO_LONG", \
    "名称太长：“%s”，最长 192 字节（64 个汉字）", \
    "name too long: \"%s\"; at most 192 bytes (64 Chinese characters)"
#define SAY_NAME_LINE_BREAK "NAME_LINE_BREAK", \
    "名称里有换行或制表符：“%s”，请删除", \
    "name \"%s\" contains a line break or tab; delete it"

/* ---- YAML ---- */
#define SAY_YAML_SYNTAX "YAML_SYNTAX", \
    "YAML 语法错误（%s），请检查缩进、冒号后的空格和引号", \
    "YAML syntax error (%s); check indentation, the blank after a colon, and quotes"
#define SAY_YAML_WIDE_COLON "YAML_WIDE_COLON", \
    "这里用了全角冒号“：”，请改成半角冒号加一个空格“: ”", \
    "the colon is a full-width one; write a plain colon and a blank, \": \""
#define SAY_YAML_WIDE_COMMA "YAML_WIDE_COMMA", \
    "这里用了全角逗号“，”或顿号“、”，请改成半角逗号“,”", \
    "the comma is a full-width one; write a plain comma"
#define SAY_YAML_TAB "YAML_TAB", \
    "缩进用了制表符（Tab），请改成空格", \
    "the line is indented by a tab; use blanks"
#define SAY_YAML_EMPTY "YAML_EMPTY", \
    "文件是空的，请按说明填写", \
    "the file is empty; fill it as the manual says"
#define SAY_YAML_SECOND_DOCUMENT "YAML_SECOND_DOCUMENT", \
    "一个文件只能有一份内容，请删除“---”及其后的部分", \
    "only one document a file; delete the \"---\" and what follows"
#define SAY_YAML_ALIAS "YAML_ALIAS", \
    "不支持 YAML 锚点、别名和标签（& * !），请直接写出内容，或给文字加引号", \
    "YAML anchors, aliases and tags (& * !) are not supported; write the content out or quote it"
#define SAY_YAML_MERGE "YAML_MERGE", \
    "不支持 YAML 合并键“<<”，请直接写出内容", \
    "the YAML merge key \"<<\" is not supported; write the content out"
#define SAY_YAML_TOO_DEEP "YAML_TOO_DEEP", \
    "嵌套超过 %u 层，请检查缩进", \
    "nested deeper than %u; check the indentation"
#define SAY_YAML_TOO_MANY "YAML_TOO_MANY", \
    "内容超过 %u 项，请删减", \
    "more than %u items; shorten the file"
#define SAY_YAML_NOT_MAP "YAML_NOT_MAP", \
    "这里应当是“键: 值”的组合", \
    "this must be a map of \"key: value\""
#define SAY_YAML_NOT_LIST "YAML_NOT_LIST", \
    "这里应当是列表（每项以“- ”开头，或写成 [..]）", \
    "this must be a list (items begin with \"- \", or [..])"
#define SAY_YAML_NOT_TEXT "YAML_NOT_TEXT", \
    "这里应当是一个单独的值，不能是列表或组合", \
    "this must be a single value, not a list or map"
#define SAY_YAML_KEY_UNKNOWN "YAML_KEY_UNKNOWN", \
    "不认识键“%s”，可用的有：%s", \
    "unknown key \"%s\"; known here: %s"
#define SAY_YAML_KEY_DUPLICATE "YAML_KEY_DUPLICATE", \
    "键“%s”写了两次，请删除一处", \
    "key \"%s\" is given twice; delete one"
#define SAY_YAML_KEY_MISSING "YAML_KEY_MISSING", \
    "缺少键“%s”，请补上", \
    "key \"%s\" is missing; add it"
#define SAY_YAML_VALUE_MISSING "YAML_VALUE_MISSING", \
    "缺少值，请填写或删除这一行", \
    "the value is missing; write one or delete the line"
#define SAY_YAML_NUMBER "YAML_NUMBER", \
    "“%s”不是数字：只写 0-9，不带正负号、小数、前导零或引号", \
    "\"%s\" is not a number: digits only, no sign, fraction, leading zero or quotes"
#define SAY_YAML_RANGE "YAML_RANGE", \
    "%s 超出范围，应在 %llu 到 %llu 之间", \
    "%s is out of range; it must be %llu to %llu"
#define SAY_YAML_FLAG "YAML_FLAG", \
    "“%s”应写 true（是）或 false（否）", \
    "\"%s\" must be true or false"
#define SAY_LIST_TOO_LONG "LIST_TOO_LONG", \
    "“%s”超过 %u 项，请删减", \
    "\"%s\" has more than %u items; shorten it"
#define SAY_LIST_EMPTY "LIST_EMPTY", \
    "“%s”至少要有一项", \
    "\"%s\" needs at least one item"

/* ---- values of site.yaml ---- */
#define SAY_SPAN_MALFORMED "SPAN_MALFORMED", \
    "“%s”不是时长：请写整数加单位，如 30m（分钟）、2h（小时）、7d（天）、90s（秒）；时限还可写 3wd（工作日）、4wh（工作时）", \
    "\"%s\" is not a span: write a whole number and a unit, as 30m, 2h, 7d or 90s; terms also as 3wd or 4wh"
#define SAY_SPAN_ZERO "SPAN_ZERO", \
    "时长不能为 0", \
    "a span cannot be 0"
#define SAY_SPAN_TOO_LONG "SPAN_TOO_LONG", \
    "时长“%s”太长，最长 %llu 小时", \
    "span \"%s\" is too long; at most %llu hours"
#define SAY_SPAN_DAYS "SPAN_DAYS", \
    "自然日（d）和紧急工作时不看工作时间：请删去 calendar，或改写 wd（工作日）、wh（工作时）", \
    "calendar days (d) and emergency hours do not follow office hours: delete calendar, or write wd or wh"
#define SAY_TERM_CALENDAR "TERM_CALENDAR", \
    "按工作日、工作时计的时限要有工作时间：请写 calendar: 日历编码（不能是 always）", \
    "a term of working days or hours needs office hours: write calendar: and a code other than always"
#define SAY_TERM_START_UNKNOWN "TERM_START_UNKNOWN", \
    "“%s”应写 at_once（即时起算）或 next_day（次日起算）", \
    "\"%s\" must be at_once or next_day"
#define SAY_TERM_END_UNKNOWN "TERM_END_UNKNOWN", \
    "“%s”应写 same_time（同一时刻截止）或 end_of_day（当天结束时截止）", \
    "\"%s\" must be same_time or end_of_day"
#define SAY_TERM_END_HOURS "TERM_END_HOURS", \
    "end_of_day 只用于按工作日或自然日计的时限，请删除", \
    "end_of_day is for terms of working days or calendar days only; delete it"
#define SAY_TERM_UNIT "TERM_UNIT", \
    "“%s”的单位与这个时限的单位（%s）不同，请用同一单位", \
    "\"%s\" is not in the unit of this term (%s); use the same unit"
#define SAY_TERM_OVER_CAP "TERM_OVER_CAP", \
    "时限超过了自己的上限 cap，请改正其中一个", \
    "the amount is over its own cap; correct one of them"
#define SAY_STEP_MOMENT "STEP_MOMENT", \
    "每一步要写且只写一个时刻：at（百分比）、before（到期前）或 after（到期后）", \
    "a step needs exactly one moment: at (percent), before or after (the deadline)"
#define SAY_STEP_BEFORE_START "STEP_BEFORE_START", \
    "到期前“%s”早于起算，永远到不了：请写得比时限短", \
    "\"%s\" before the deadline is not after the start, so it can never be reached; shorten it"
#define SAY_STEP_AFTER_RAISE "STEP_AFTER_RAISE", \
    "这个时限到期即升级，到期后“%s”的一步永远到不了：请写 expiry: card，或写到上一级的规则里", \
    "this clock raises at its deadline, so a step \"%s\" after it can never be reached; use expiry: card"
#define SAY_STEP_TWICE "STEP_TWICE", \
    "这一步与另一步或 warn 在同一时刻，请合并", \
    "this step is at the moment of another one or of warn; join them"
#define SAY_STEP_DOES_UNKNOWN "STEP_DOES_UNKNOWN", \
    "“%s”应写 notify_unit、notify_upper、notify_supervisor、yellow、red 或 supervise", \
    "\"%s\" must be notify_unit, notify_upper, notify_supervisor, yellow, red or supervise"
#define SAY_STEP_TWO_CARDS "STEP_TWO_CARDS", \
    "一步不能同时亮黄牌和红牌，请删除一个", \
    "one step cannot give both a yellow and a red card; delete one"
#define SAY_SUPERVISOR_UNKNOWN "SUPERVISOR_UNKNOWN", \
    "督办单位“%s”不在 units.csv 里，请补上或改正", \
    "supervisor \"%s\" is not in units.csv; add or correct it"
#define SAY_SUPERVISOR_TWICE "SUPERVISOR_TWICE", \
    "督办单位“%s”写了两次，请删除一处", \
    "supervisor \"%s\" is given twice; delete one"
#define SAY_ARCHIVE_SECRET "ARCHIVE_SECRET", \
    "archive 的 postgres 是密钥文件的名字（小写字母、数字、- 和 .），连接串和口令不写在站点里；请把它写进 DATA/secrets/archive/ 下的文件", \
    "postgres of archive is the name of a secret file (small letters, digits, - and .): put the connection string and its password into that file, in DATA/secrets/archive/"
#define SAY_BULLETIN_UNKNOWN "BULLETIN_UNKNOWN", \
    "公示的“%s”不在 categories.csv 或 areas.csv 里，请改正", \
    "\"%s\" of the bulletins is not in categories.csv or areas.csv; correct it"
#define SAY_BULLETIN_TWICE "BULLETIN_TWICE", \
    "公示的“%s”写了两次，请删除一处", \
    "\"%s\" of the bulletins is given twice; delete one"
#define SAY_BULLETIN_NOTHING "BULLETIN_NOTHING", \
    "只写了公示的区域，没有写分类（categories），不会提出任何事项", \
    "bulletin names areas but no categories, so nothing is proposed; add categories"
#define SAY_SUPERVISE_UNKNOWN "SUPERVISE_UNKNOWN", \
    "“%s”应写 red_card（红牌）、reopened（重办）或 chased（多次催办）", \
    "\"%s\" must be red_card, reopened or chased"
#define SAY_OFFSET_MALFORMED "OFFSET_MALFORMED", \
    "“%s”不是时区，请写成 \"+08:00\"，范围 -12:00 到 +14:00", \
    "\"%s\" is not an offset; write \"+08:00\", within -12:00 and +14:00"
#define SAY_CODE_DUPLICATE "CODE_DUPLICATE", \
    "编码“%s”重复，请改用不同的编码", \
    "code \"%s\" is used twice; choose another"
#define SAY_LEVEL_WITHOUT_OWNER "LEVEL_WITHOUT_OWNER", \
    "层级“%s”没有兜底单位，请写 fallback: 单位编码", \
    "level \"%s\" has no fallback owner; write fallback: and a unit's code"
#define SAY_LEVEL_OWNER_UNKNOWN "LEVEL_OWNER_UNKNOWN", \
    "兜底单位“%s”不在 units.csv 里，请补上或改正", \
    "fallback owner \"%s\" is not in units.csv; add or correct it"
#define SAY_LEVEL_OWNER_LEVEL "LEVEL_OWNER_LEVEL", \
    "兜底单位“%s”的层级是“%s”，应与它兜底的层级相同", \
    "fallback owner \"%s\" is on level \"%s\"; it must be on the level it backs"
#define SAY_CHANNEL_CALLBACK_UNKNOWN "CHANNEL_CALLBACK_UNKNOWN", \
    "回访渠道“%s”没有定义，请在 channels 里补上或改正", \
    "callback channel \"%s\" is not defined; add it to channels or correct it"
#define SAY_CALLBACK_ORDER_CUT "CALLBACK_ORDER_CUT", \
    "渠道“%s”的回访顺序有 %u 个渠道，每个问 %u 次，一共只问 %u 次，后面的渠道问不到：请加大 attempts 或改少渠道", \
    "%2$u channels ask for \"%1$s\", %3$u times each, but only %4$u attempts are made: the last never ask; raise attempts or name fewer"
#define SAY_HALF_DAYS_ALONE "HALF_DAYS_ALONE", \
    "half_days 要求换个半天再问，但日历“%s”只有一个半天：请把回访时段写成上午、下午或晚上", \
    "half_days wants another half-day, but calendar \"%s\" has only one; give it hours of a morning, an afternoon or an evening"
#define SAY_HOT_DAYS_SHORT "HOT_DAYS_SHORT", \
    "hot_days 为 %u 天，补答却在 %u 天内算数（callback 的 late_days）：办结的工单要留得更久，请加大 hot_days", \
    "hot_days is %u, but an answer after the end counts for %u days (late_days of callback): a ticket must stay longer; raise hot_days"
#define SAY_SAMPLE_SHADOWED "SAMPLE_SHADOWED", \
    "这一行用不到：第 %u 行已经包括它，先写的先用，请把它移到前面", \
    "this row is never used: row %u covers it and comes first; move it up"
#define SAY_PUBLIC_CHANNEL_UNKNOWN "PUBLIC_CHANNEL_UNKNOWN", \
    "公众渠道“%s”没有定义，请在 channels 里补上或改正", \
    "public channel \"%s\" is not defined; add it to channels or correct it"
#define SAY_CALENDAR_BUILT_IN "CALENDAR_BUILT_IN", \
    "日历 always（全天候）是内置的，请换一个编码", \
    "the calendar \"always\" is built in; choose another code"
#define SAY_CALENDAR_DAY "CALENDAR_DAY", \
    "“%s”不是星期，请写 mon tue wed thu fri sat sun，或 mon-fri 这样的范围", \
    "\"%s\" is not a weekday; write mon tue wed thu fri sat sun, or a range as mon-fri"
#define SAY_CALENDAR_DAY_TWICE "CALENDAR_DAY_TWICE", \
    "%s 写了两次，请合并", \
    "%s is given twice; join the two"
#define SAY_CALENDAR_INTERVAL "CALENDAR_INTERVAL", \
    "“%s”不是时段，请写成 \"09:00-12:00\"，从 00:00 到 24:00；跨夜请分写在两天", \
    "\"%s\" is not an interval; write \"09:00-12:00\" within 00:00 and 24:00; split nights in two"
#define SAY_CALENDAR_OVERLAP "CALENDAR_OVERLAP", \
    "%s 的时段“%s”与同一天的其他时段重叠，请改正", \
    "on %s the interval \"%s\" overlaps another one; correct it"
#define SAY_CALENDAR_TOO_MANY "CALENDAR_TOO_MANY", \
    "一天最多 %u 个时段", \
    "at most %u intervals a day"
#define SAY_CALENDAR_EMPTY "CALENDAR_EMPTY", \
    "日历“%s”没有任何工作时段，时限永远不会到期，请填写", \
    "calendar \"%s\" has no open time, so no deadline would ever come; add intervals"
#define SAY_CALENDAR_UNKNOWN "CALENDAR_UNKNOWN", \
    "日历“%s”没有定义，请在 calendars 里补上或改正", \
    "calendar \"%s\" is not defined; add it to calendars or correct it"
#define SAY_CALENDAR_WEEKEND "CALENDAR_WEEKEND", \
    "日历“%s”只在周六、周日开放，工作日从不开放，是不是写反了", \
    "calendar \"%s\" is open on Saturday and Sunday only, never on a working day; are they swapped"
#define SAY_CALENDAR_SHORT "CALENDAR_SHORT", \
    "日历“%s”每周一共只开放 %u 分钟，几乎等于不开放，请检查时段", \
    "calendar \"%s\" is open for %u minutes a week, which is nearly never; check the intervals"
#define SAY_CALENDAR_CLOSED "CALENDAR_CLOSED", \
    "日历“%s”从 %s 起连续 %u 天不开放，这期间时限不走、也不回访，请检查 overrides", \
    "calendar \"%s\" is closed from %s on for %u days; no term runs and nobody is asked meanwhile; check overrides"
#define SAY_CALENDAR_UNUSED "CALENDAR_UNUSED", \
    "没有任何规则用到日历“%s”，是不是忘了写 calendar，或写错了名称", \
    "nothing uses the calendar \"%s\"; was calendar forgotten somewhere, or another name meant"
#define SAY_CALENDAR_NIGHT "CALENDAR_NIGHT", \
    "日历“%s”在夜里也办公（%s %02u:%02u-%02u:%02u），是不是该用 24 小时制（下午 2 点写 14:00）", \
    "calendar \"%s\" is open at night (%s %02u:%02u-%02u:%02u); is 14:00 meant for two in the afternoon"
#define SAY_CALENDAR_NO_HOLIDAYS "CALENDAR_NO_HOLIDAYS", \
    "日历“%s”没有写 holidays，法定节假日会照常计时：请写 holidays: CN，确实不放假就写 holidays: none", \
    "calendar \"%s\" does not say holidays, so terms run on public holidays: write holidays: CN, or none if that is meant"
#define SAY_CALENDAR_EXTENDS_UNKNOWN "CALENDAR_EXTENDS_UNKNOWN", \
    "上级日历“%s”没有定义，请在 calendars 里补上或改正", \
    "extends names the calendar \"%s\", which is not defined; add it or correct the name"
#define SAY_CALENDAR_CYCLE "CALENDAR_CYCLE", \
    "日历的 extends 成环：%s，请改正其中一个", \
    "extends forms a cycle: %s; correct one of them"
#define SAY_CALENDAR_HOLIDAYS "CALENDAR_HOLIDAYS", \
    "没有“%s”的节假日数据，可用的有：%s；不用节假日请写 none", \
    "no holiday data called \"%s\"; known: %s; write none to follow no holidays"
#define SAY_CALENDAR_MAKEUP "CALENDAR_MAKEUP", \
    "“%s”应写 mon tue wed thu fri sat sun 之一（补班日按这一天的时段），或 none（补班日不上班）", \
    "\"%s\" must be a weekday, mon to sun, whose hours make-up workdays have, or none"
#define SAY_CALENDAR_MAKEUP_CLOSED "CALENDAR_MAKEUP_CLOSED", \
    "补班日按 %s 的时段，但这一天没有工作时段，请改正", \
    "make-up workdays have the hours of %s, which has none; correct it"
#define SAY_OVERRIDE_DATE "OVERRIDE_DATE", \
    "“%s”不是日期，请写成 2026-05-09，或 2026-07-01/2026-07-03 这样的起止日期", \
    "\"%s\" is not a date; write 2026-05-09, or from and to as 2026-07-01/2026-07-03"
#define SAY_OVERRIDE_TWICE "OVERRIDE_TWICE", \
    "%s 在 overrides 里写了两次（另一处在第 %u 行），请删除一处", \
    "%s is given twice in overrides (the other in line %u); delete one"
#define SAY_OVERRIDE_TOO_MANY "OVERRIDE_TOO_MANY", \
    "overrides 超过 %u 天，请删减", \
    "more than %u days in overrides; shorten the list"
#define SAY_OVERRIDE_WORD "OVERRIDE_WORD", \
    "“%s”不合格：请写 off（不上班）、working（按补班日上班）、mon 到 sun（按这一天上班）或时段", \
    "\"%s\" is not possible: write off, working, a weekday mon to sun, or hours"
#define SAY_OVERRIDE_CHOICE "OVERRIDE_CHOICE", \
    "day（off、working 或 mon 到 sun）和 hours（时段）必须写且只能写一个", \
    "give exactly one of day (off, working, mon to sun) and hours (intervals)"
#define SAY_ZONE_UNKNOWN "ZONE_UNKNOWN", \
    "时区“%s”不存在，请写 Asia/Shanghai、Europe/Berlin 这样的名称（系统要装有 tzdata）", \
    "time zone \"%s\" is unknown; write a name as Europe/Berlin (the package tzdata must be there)"
#define SAY_ZONE_UNREADABLE "ZONE_UNREADABLE", \
    "时区“%s”的文件读不了或已损坏，请重装 tzdata", \
    "the file of time zone \"%s\" is unreadable or damaged; install tzdata again"
#define SAY_ZONE_TWICE "ZONE_TWICE", \
    "timezone 和 utc_offset 只能写一个，请删除一行", \
    "give either timezone or utc_offset; delete one"

#define SAY_EXPIRY_UNKNOWN "EXPIRY_UNKNOWN", \
    "“%s”应写 raise（到期升级）或 card（到期亮牌）", \
    "\"%s\" must be raise or card"
#define SAY_DESK_TOO_LONG "DESK_TOO_LONG", \
    "分拨台的 %s 时限不能超过 %u 小时：诉求还没有人办，请改短", \
    "the desk's term for %s may not be over %u hours: nobody works on the ticket yet; shorten it"
#define SAY_DESK_TOO_SHORT "DESK_TOO_SHORT", \
    "分拨台的 %s 时限不到 1 分钟，来不及看；请改长", \
    "the desk's term for %s is under a minute, too short to read anything; lengthen it"
#define SAY_DESK_SLEEPS "DESK_SLEEPS", \
    "特急诉求在分拨台也不分昼夜：请删去 emergency 的 calendar，或改写 m、h", \
    "an emergency waits for no office hours at the desk either: delete the calendar of emergency, or write m or h"
#define SAY_DESK_ORDER "DESK_ORDER", \
    "分拨台的 %s 时限比 %s 的还长，请改正其中一个", \
    "the desk's term for %s is longer than that for %s; correct one of them"
#define SAY_URGENCY_UNKNOWN "URGENCY_UNKNOWN", \
    "紧急程度“%s”应写 normal（一般）、urgent（紧急）或 emergency（特急）", \
    "urgency \"%s\" must be normal, urgent or emergency"
#define SAY_POLICY_LEVEL_UNKNOWN "POLICY_LEVEL_UNKNOWN", \
    "层级“%s”没有定义，请在 levels 里补上或改正", \
    "level \"%s\" is not defined; add it to levels or correct it"
#define SAY_POLICY_CATEGORY_UNKNOWN "POLICY_CATEGORY_UNKNOWN", \
    "类别“%s”不在 categories.csv 里，请补上或改正", \
    "category \"%s\" is not in categories.csv; add or correct it"
#define SAY_POLICY_MISSING "POLICY_MISSING", \
    "层级“%s”、紧急程度“%s”没有通用的时限规则，请在 policies 末尾补一条不写 category 的规则", \
    "level \"%s\" with urgency \"%s\" has no policy for all categories; add one at the end"
#define SAY_TERM_ACCEPT_LONGER "TERM_ACCEPT_LONGER", \
    "签收时限（accept）比办理时限（handle）还长，请检查", \
    "accept has longer than handle; check both"
#define SAY_TERM_CONTACT_LONGER "TERM_CONTACT_LONGER", \
    "联系时限（contact）比办理时限（handle）还长，请检查", \
    "contact has longer than handle; check both"
#define SAY_TERM_ABSURD "TERM_ABSURD", \
    "办理时限对“%s”的诉求太长，请检查单位（h 小时、d 天、wd 工作日）", \
    "handle is very long for urgency \"%s\"; check its unit (h hours, d days, wd working days)"
#define SAY_TERM_URGENT_LONGER "TERM_URGENT_LONGER", \
    "更紧急的“%s”反而比第 %u 行的规则时限长，是不是写反了", \
    "urgency \"%s\" has longer than the less urgent policy in line %u; are they swapped"
#define SAY_TERM_LEVEL_LONGER "TERM_LEVEL_LONGER", \
    "“%s”的办理时限比上一级（第 %u 行）还长，是不是写反了", \
    "level \"%s\" has longer than the level above it (line %u); are they swapped"
#define SAY_TERM_NIGHTS "TERM_NIGHTS", \
    "contact 写的是自然小时，夜里和假日也计；这条规则按日历“%s”办公，是不是应写 wh（工作时），如 4wh", \
    "contact is in plain hours, nights and holidays counted, while the policy works by calendar \"%s\"; is wh (working hours) meant, as 4wh"
#define SAY_POLICY_UNUSED "POLICY_UNUSED", \
    "没有类别用到这条规则：“%s”（含下级）没有这个紧急程度的，或都从更高的层级起办", \
    "no category uses this policy: none within \"%s\" has its urgency, or all begin on a higher level"
#define SAY_POLICY_SHADOWED "POLICY_SHADOWED", \
    "这条规则可能永远用不到：前面几条规则合起来已包含它", \
    "this policy may never be used: those before it cover it together"
#define SAY_POLICY_UNREACHABLE "POLICY_UNREACHABLE", \
    "这条规则永远用不到：第 %u 行的规则已包含它。请把它移到前面，或删除", \
    "this policy is never used: the one in line %u covers it; move it up or delete it"

/* ---- CSV ---- */
#define SAY_CSV_EMPTY "CSV_EMPTY", \
    "没有标题行，第一行应写列名：%s", \
    "no header line; the first line must name the columns: %s"
#define SAY_CSV_SEPARATOR "CSV_SEPARATOR", \
    "列与列之间用的是“%s”，应当用半角逗号：请另存为“CSV UTF-8（逗号分隔）”", \
    "the columns are separated by \"%s\" and must be by a comma: save as CSV UTF-8, comma separated"
#define SAY_CSV_COLUMN_MISSING "CSV_COLUMN_MISSING", \
    "缺少列“%s”（%s），请在标题行补上", \
    "column \"%s\" (%s) is missing; add it to the header line"
#define SAY_CSV_COLUMN_UNKNOWN "CSV_COLUMN_UNKNOWN", \
    "不认识列“%s”，可用的有：%s", \
    "unknown column \"%s\"; known here: %s"
#define SAY_CSV_COLUMN_DUPLICATE "CSV_COLUMN_DUPLICATE", \
    "列“%s”出现两次，请删除一列", \
    "column \"%s\" is given twice; delete one"
#define SAY_CSV_CELLS "CSV_CELLS", \
    "这一行有 %u 格，标题行有 %u 格；请检查逗号，含逗号的文字要加引号", \
    "this row has %u cells, the header has %u; check the commas, quote texts that contain one"
#define SAY_CSV_QUOTE "CSV_QUOTE", \
    "引号用法不对：含引号的格子要整个用引号括起，里面的引号写两个", \
    "misplaced quote: quote the whole cell and double each quote inside"
#define SAY_CSV_QUOTE_OPEN "CSV_QUOTE_OPEN", \
    "从这一行开始的引号没有结束，请补上引号", \
    "a quote opened in this row is never closed; add the closing quote"
#define SAY_CSV_ROW_TOO_LONG "CSV_ROW_TOO_LONG", \
    "这一行超过 %u 字节；是不是少了一个引号", \
    "this row is longer than %u bytes; is a closing quote missing"
#define SAY_CSV_TOO_MANY "CSV_TOO_MANY", \
    "超过 %u 行，请删减；后面的行没有检查", \
    "more than %u rows; shorten the file; the rest was not checked"

#define SAY_CHANNEL_UNKNOWN "CHANNEL_UNKNOWN", \
    "渠道“%s”没有定义，请在 site.yaml 的 channels 里补上或改正", \
    "channel \"%s\" is not defined; add it to channels in site.yaml or correct it"
#define SAY_WECHAT_URL "WECHAT_URL", \
    "“%s”应写网址，以 https:// 开头（内网可用 http://），不含空格", \
    "\"%s\" must be an address that begins with https:// (http:// within the own network), without blanks"
#define SAY_WECHAT_WORD "WECHAT_WORD", \
    "“%s”不认识，可写：%s", \
    "\"%s\" is not known; write one of: %s"
#define SAY_WECHAT_RESERVED "WECHAT_RESERVED", \
    "“%s”是保留名，账号请用别的代码", \
    "\"%s\" is a name of our own; give the account another code"
#define SAY_WECHAT_CONNECT "WECHAT_CONNECT", \
    "账号“%s”：只有智能机器人（platform: robot）能用 connect: websocket", \
    "account \"%s\": only a robot (platform: robot) can have connect: websocket"
#define SAY_WECHAT_SCHEME "WECHAT_SCHEME", \
    "“%s”与 connect 不符：长连接写 wss:// 开头的网址，回调写 https://", \
    "\"%s\" does not fit connect: a connection has wss://, callbacks have https://"
#define SAY_WECHAT_QUIET "WECHAT_QUIET", \
    "“%s”应写免打扰时段，如 22:00-08:00", \
    "\"%s\" must be a span of the day, as 22:00-08:00"
#define SAY_OPEN311_TYPE_UNKNOWN "OPEN311_TYPE_UNKNOWN", \
    "“%s”应写 string、number、datetime、text、singlevaluelist 或 multivaluelist", \
    "\"%s\" must be string, number, datetime, text, singlevaluelist or multivaluelist"
#define SAY_OPEN311_VALUES "OPEN311_VALUES", \
    "“%s”：选择题（singlevaluelist、multivaluelist）要有 values，其他类型不能有", \
    "\"%s\": a singlevaluelist or multivaluelist needs values, and no other type has any"
#define SAY_OPEN311_TOLD_REQUIRED "OPEN311_TOLD_REQUIRED", \
    "“%s”只是说明（told），没有什么可填，不能是必填（required）", \
    "\"%s\" is only told, so there is nothing to fill in; it cannot be required"
#define SAY_OPEN311_KEYLESS "OPEN311_KEYLESS", \
    "keyless 要求渠道“%s”就是 site.yaml 的 public_channel：没有密钥的只能按公众渠道登记", \
    "keyless needs channel \"%s\" to be the public_channel of site.yaml: without a key tickets come in as the public's"
#define SAY_OPEN311_DAY "OPEN311_DAY", \
    "“%s”应写日期，如 2026-11-30", \
    "\"%s\" must be a day, as 2026-11-30"
#define SAY_ROLE_UNKNOWN "ROLE_UNKNOWN", \
    "不认识角色“%s”，可用的有：dispatcher clerk leader supervisor hotline auditor system security", \
    "unknown role \"%s\"; known here: dispatcher clerk leader supervisor hotline auditor system security"

/* ---- areas.csv, aliases.csv, units.csv ---- */
#define SAY_AREA_NONE "AREA_NONE", \
    "没有任何区域，请至少填写一行", \
    "there is no area; write at least one row"
#define SAY_AREA_LEVEL_UNKNOWN "AREA_LEVEL_UNKNOWN", \
    "层级“%s”没有定义，请在 site.yaml 的 levels 里补上或改正", \
    "level \"%s\" is not defined; add it to levels in site.yaml or correct it"
#define SAY_AREA_PARENT_UNKNOWN "AREA_PARENT_UNKNOWN", \
    "上级区域“%s”不存在，请补上或改正", \
    "parent area \"%s\" does not exist; add or correct it"
#define SAY_AREA_PARENT_MISSING "AREA_PARENT_MISSING", \
    "区域“%s”没有上级；只有最高一级的区域可以没有上级，请填写", \
    "area \"%s\" has no parent; only areas on the highest level may lack one; write it"
#define SAY_AREA_LEVEL_NOT_BELOW_PARENT "AREA_LEVEL_NOT_BELOW_PARENT", \
    "区域“%s”的层级必须低于上级“%s”的层级，请改正", \
    "area \"%s\" must be on a lower level than its parent \"%s\"; correct one of them"
#define SAY_AREA_CYCLE "AREA_CYCLE", \
    "上级关系成环：%s，请改正其中一个上级", \
    "the parents form a cycle: %s; correct one of them"
#define SAY_AREA_NAME_TWICE "AREA_NAME_TWICE", \
    "同一上级下有两个区域叫“%s”（另一个在第 %u 行），文本里无法区分", \
    "two areas under one parent are called \"%s\" (the other in line %u); texts cannot tell them apart"
#define SAY_AREA_DATUM "AREA_DATUM", \
    "坐标系“%s”应写 wgs84（GPS）或 gcj02（高德、腾讯等国内地图）；有坐标的行都要写明", \
    "datum \"%s\" must be wgs84 (GPS) or gcj02 (maps made in China); a row with coordinates says which"
#define SAY_AREA_POINT "AREA_POINT", \
    "“%s”不是坐标：纬度在前、经度在后，单位是度，如 30.2741 120.1551", \
    "\"%s\" is no point: latitude, then longitude, in degrees, as 30.2741 120.1551"
#define SAY_AREA_RADIUS "AREA_RADIUS", \
    "半径“%s”应为 %d 到 %d 的整数，单位是米", \
    "radius \"%s\" must be a whole number of metres, %d to %d"
#define SAY_AREA_OUTLINE "AREA_OUTLINE", \
    "边界有 %u 个点，应为 3 到 %d 个，用 | 分隔", \
    "the outline has %u points; there must be 3 to %d, separated by |"
#define SAY_PLACE_COMMON "PLACE_COMMON", \
    "“%s”是到处都有的词，几乎每条诉求都会被认作这个地方，请换成专名", \
    "\"%s\" is a word for any place, so nearly every text would be about this one; write a name of its own"
#define SAY_AREA_UNOWNED "AREA_UNOWNED", \
    "“%s”一级有 %u 个区域没有主办单位，只能派给兜底单位：%s。请在 matrix.csv 里补上", \
    "on level \"%s\" %u areas have no owner but the fallback: %s; add rows to matrix.csv"
#define SAY_UNIT_UNUSED "UNIT_UNUSED", \
    "有 %u 个单位没有任何用处（不在 matrix.csv，也不是兜底或督办）：%s", \
    "%u units are never used (neither in matrix.csv nor as fallback or supervisor): %s"
#define SAY_ALIAS_AREA_UNKNOWN "ALIAS_AREA_UNKNOWN", \
    "区域“%s”不在 areas.csv 里，请补上或改正", \
    "area \"%s\" is not in areas.csv; add or correct it"
#define SAY_ALIAS_DUPLICATE "ALIAS_DUPLICATE", \
    "别名“%s”对同一区域已经写过，可以删除", \
    "alias \"%s\" of this area is given already; delete it"
#define SAY_UNIT_NONE "UNIT_NONE", \
    "没有任何单位，请至少填写一行", \
    "there is no unit; write at least one row"
#define SAY_UNIT_LEVEL_UNKNOWN "UNIT_LEVEL_UNKNOWN", \
    "层级“%s”没有定义，请在 site.yaml 的 levels 里补上或改正", \
    "level \"%s\" is not defined; add it to levels in site.yaml or correct it"
#define SAY_UNIT_AREA_UNKNOWN "UNIT_AREA_UNKNOWN", \
    "区域“%s”不在 areas.csv 里，请补上或改正，管全域的单位请留空", \
    "area \"%s\" is not in areas.csv; add or correct it, or leave it empty for the whole site"

/* ---- words: names, aliases, keywords ---- */
#define SAY_WORD_TOO_SHORT "WORD_TOO_SHORT", \
    "“%s”太短，至少两个字，否则几乎每条诉求都会命中", \
    "\"%s\" is too short: at least two characters, else nearly every text has it"
#define SAY_WORD_TOO_LONG "WORD_TOO_LONG", \
    "“%s”太长，最长 192 字节（64 个汉字）", \
    "\"%s\" is too long; at most 192 bytes (64 Chinese characters)"

/* ---- categories.csv ---- */
#define SAY_CATEGORY_NONE "CATEGORY_NONE", \
    "没有任何类别，请至少填写一行", \
    "there is no category; write at least one row"
#define SAY_CATEGORY_PARENT_UNKNOWN "CATEGORY_PARENT_UNKNOWN", \
    "上级类别“%s”不存在，请补上或改正", \
    "parent category \"%s\" does not exist; add or correct it"
#define SAY_CATEGORY_CYCLE "CATEGORY_CYCLE", \
    "上级关系成环：%s，请改正其中一个上级", \
    "the parents form a cycle: %s; correct one of them"
#define SAY_CATEGORY_LEVEL_UNKNOWN "CATEGORY_LEVEL_UNKNOWN", \
    "起始层级“%s”没有定义，请在 site.yaml 的 levels 里补上或改正，或留空", \
    "start level \"%s\" is not defined; add it to levels in site.yaml, correct it or leave it empty"
#define SAY_KEYWORD_SEPARATOR "KEYWORD_SEPARATOR", \
    "关键词“%s”里有逗号、顿号或分号；词与词之间请用 | 分隔", \
    "keyword \"%s\" contains a comma or semicolon; separate words by |"
#define SAY_KEYWORD_BLANK "KEYWORD_BLANK", \
    "关键词“%s”里有空格或斜杠，居民不会这样写；几个词请用 | 分隔", \
    "keyword \"%s\" has a blank or slash inside, which nobody writes; separate words by |"
#define SAY_EXCLUDE_ALL "EXCLUDE_ALL", \
    "排除词“%s”在类别“%s”的每个关键词里都有，这个类别永远不会命中，请改正", \
    "the excluded word \"%s\" is in every keyword of \"%s\", so the category can never match; correct it"
#define SAY_KEYWORD_TOO_MANY "KEYWORD_TOO_MANY", \
    "关键词总数超过 %u，请删减；后面的没有检查", \
    "more than %u keywords; shorten the lists; the rest was not checked"
#define SAY_KEYWORD_EXCLUDED "KEYWORD_EXCLUDED", \
    "“%s”既是这个类别的关键词又是排除词，请删除一处", \
    "\"%s\" is both a keyword and an excluded word of this category; delete one"
#define SAY_KEYWORD_DUPLICATE "KEYWORD_DUPLICATE", \
    "关键词“%s”在这个类别里写了两次，可以删除一处", \
    "keyword \"%s\" is given twice for this category; delete one"

/* ---- matrix.csv ---- */
#define SAY_MATRIX_CATEGORY_UNKNOWN "MATRIX_CATEGORY_UNKNOWN", \
    "类别“%s”不在 categories.csv 里，请补上或改正，不限类别请写 *", \
    "category \"%s\" is not in categories.csv; add or correct it, or write * for any"
#define SAY_MATRIX_AREA_UNKNOWN "MATRIX_AREA_UNKNOWN", \
    "区域“%s”不在 areas.csv 里，请补上或改正，不限区域请写 *", \
    "area \"%s\" is not in areas.csv; add or correct it, or write * for any"
#define SAY_MATRIX_LEVEL_UNKNOWN "MATRIX_LEVEL_UNKNOWN", \
    "层级“%s”没有定义；每一行写一个层级编码，不能写 *", \
    "level \"%s\" is not defined; each row names one level, * is not possible here"
#define SAY_MATRIX_LEAD_UNKNOWN "MATRIX_LEAD_UNKNOWN", \
    "主办单位“%s”不在 units.csv 里，请补上或改正", \
    "lead unit \"%s\" is not in units.csv; add or correct it"
#define SAY_MATRIX_LEAD_LEVEL "MATRIX_LEAD_LEVEL", \
    "主办单位“%s”的层级是“%s”，这一行的层级是“%s”，两者必须相同", \
    "lead unit \"%s\" is on level \"%s\", but the row is for level \"%s\"; make them equal"
#define SAY_MATRIX_LEAD_ELSEWHERE "MATRIX_LEAD_ELSEWHERE", \
    "主办单位“%s”负责的区域与这一行的区域“%s”无关，写对了吗", \
    "lead unit \"%s\" serves an area that has nothing to do with \"%s\"; is this meant"
#define SAY_MATRIX_ASSIST_UNKNOWN "MATRIX_ASSIST_UNKNOWN", \
    "协办单位“%s”不在 units.csv 里，请补上或改正，多个单位用 | 分隔", \
    "assist unit \"%s\" is not in units.csv; add or correct it, separate units by |"
#define SAY_MATRIX_ASSIST_TWICE "MATRIX_ASSIST_TWICE", \
    "单位“%s”在这一行写了两次，请删除一处", \
    "unit \"%s\" is given twice in this row; delete one"
#define SAY_MATRIX_ASSIST_TOO_MANY "MATRIX_ASSIST_TOO_MANY", \
    "协办单位超过 %u 个，请删减", \
    "more than %u assist units; shorten the list"
#define SAY_LEVEL_UNOWNED "LEVEL_UNOWNED", \
    "“%s”一级没有任何一行，这一级的诉求都只能派给兜底单位“%s”", \
    "no row is about level \"%s\", so all of it goes to the fallback \"%s\""
#define SAY_MATRIX_SHADOWED "MATRIX_SHADOWED", \
    "这一行永远用不到：区域先于类别，第 %u 行管了整个区域。请把这一行的 * 改成同一个区域", \
    "this row is never used: the area counts before the category, and line %u has the whole area; name that area here instead of *"
#define SAY_MATRIX_DUPLICATE "MATRIX_DUPLICATE", \
    "第 %u 行已经规定了同样的类别、区域和层级，请删除一行", \
    "line %u already rules the same category, area and level; delete one"

/* ---- triage ---- */
#define SAY_PERCENT_MALFORMED "PERCENT_MALFORMED", \
    "“%s”应为 %u%% 到 %u.%u%% 的百分数，如 98%%、99.5%%", \
    "\"%s\" must be a percentage of %u%% to %u.%u%%, such as 98%% or 99.5%%"
#define SAY_TRIAGE_LEVEL "TRIAGE_LEVEL", \
    "层级“%s”不在 levels 里，请补上或改正", \
    "level \"%s\" is not among levels; add or correct it"
#define SAY_GROUPS_ORDER "GROUPS_ORDER", \
    "自动并单的把握（merge）不能低于提示的（suggest）", \
    "merge must not be below suggest: what is merged by itself is surer than what is proposed"
#define SAY_TRUST_ORDER "TRUST_ORDER", \
    "least 不能大于 window：一类最近只看 window 张自动分拨的工单", \
    "least must not be over window: only so many automatic decisions of a category are looked at"
#define SAY_BURST_ALONE "BURST_ALONE", \
    "burst（集中爆发）要先有 groups：同一事件的诉求先要认得出来", \
    "burst needs groups: reports of one event must be recognised first"
#define SAY_SPLIT_ALONE "SPLIT_ALONE", \
    "split（拆分建议）要有 model 才起作用", \
    "split does nothing without a model"
#define SAY_TRIAGE_ALONE "TRIAGE_ALONE", \
    "%s 要有 model、unit_model 或 rules.csv 才起作用", \
    "%s does nothing without a model, a unit_model or rules.csv"
#define SAY_MODEL_NAME "MODEL_NAME", \
    "“%s”不是模型的文件名：写站点文件夹里的一个文件，以 .learn 结尾，不含 /", \
    "\"%s\" is no file name of a model: name a file of the site's folder that ends with .learn, without /"
#define SAY_MODEL_MISSING "MODEL_MISSING", \
    "站点文件夹里没有模型 %s：用 paidan train 训练一个，或删去这一行", \
    "the model %s is not in the site's folder: make it with paidan train, or delete this line"
#define SAY_MODEL_TOO_LARGE "MODEL_TOO_LARGE", \
    "模型 %s 超过 %u 字节，请用较少的类别或样本重新训练", \
    "the model %s is over %u bytes: train it again, with fewer categories or examples"
#define SAY_MODEL_DAMAGED "MODEL_DAMAGED", \
    "%s 不是模型，或不完整：请重新拷贝或训练", \
    "%s is no model, or is cut off or damaged: copy it or train it again"
#define SAY_MODEL_VERSION "MODEL_VERSION", \
    "模型 %s 是另一版本的程序训练的，请重新训练", \
    "the model %s is of another version of the programs: train it again"
#define SAY_MODEL_CATEGORY "MODEL_CATEGORY", \
    "模型 %s 的类别“%s”不在 categories.csv 里：标签应为类别代码", \
    "the model %s has the label \"%s\", which is not in categories.csv: labels must be codes of categories"
#define SAY_MODEL_UNIT "MODEL_UNIT", \
    "模型 %s 的单位“%s”不在 units.csv 里：标签应为单位代码", \
    "the model %s has the label \"%s\", which is not in units.csv: labels must be codes of units"
#define SAY_MODEL_NOWHERE "MODEL_NOWHERE", \
    "模型 %s 达不到要求的准确率（precision），不会自动分拨：降低 precision，或用更多样本训练", \
    "the model %s reaches the precision nowhere, so nothing goes out by itself: lower it, or train with more examples"

/* ---- devices ---- */
#define SAY_DEVICE_CHANNEL "DEVICE_CHANNEL", \
    "渠道“%s”不在 site.yaml 的 channels 里，请补上或改正", \
    "channel \"%s\" is not among the channels of site.yaml; add or correct it"
#define SAY_DEVICE_BROKER "DEVICE_BROKER", \
    "“%s”不是代理地址，请写成 127.0.0.1:1883", \
    "\"%s\" is no address of a broker; write it as 127.0.0.1:1883"
#define SAY_DEVICE_FILTER "DEVICE_FILTER", \
    "“%s”不是 MQTT 主题过滤器：+ 占一整段，# 只能是最后一段，最长 128 字节", \
    "\"%s\" is no topic filter of MQTT: + is a whole part, # the last one, at most 128 bytes"
#define SAY_DEVICE_POINTER "DEVICE_POINTER", \
    "“%s”应当是 JSON 指针（/Data/State）、主题的第几段（$4）或固定的词（=smoke）", \
    "\"%s\" must be a JSON pointer (/Data/State), a part of the topic ($4) or a word that stands for itself (=smoke)"
#define SAY_DEVICE_LEVEL "DEVICE_LEVEL", \
    "没有报警级别“%s”：应为 cleared、info、minor、major 或 critical", \
    "there is no level \"%s\": cleared, info, minor, major or critical"
#define SAY_DEVICE_WORD "DEVICE_WORD", \
    "“%s”太长，最多 32 字节", \
    "\"%s\" is too long: at most 32 bytes"
#define SAY_DEVICE_CATEGORY "DEVICE_CATEGORY", \
    "类别“%s”不在 categories.csv 里，请补上或改正", \
    "category \"%s\" is not in categories.csv; add or correct it"
#define SAY_DEVICE_UNKNOWN "DEVICE_UNKNOWN", \
    "“%s”应为 desk（未登记设备的报警交分拨台）或 refuse（只计数）", \
    "\"%s\" must be desk (alarms of unregistered devices go to the desk) or refuse (they are only counted)"
#define SAY_DEVICE_ID "DEVICE_ID", \
    "“%s”不是设备编号：1 到 64 字节，不含空格", \
    "\"%s\" is no id of a device: 1 to 64 bytes without blanks"
#define SAY_DEVICE_AREA "DEVICE_AREA", \
    "区域“%s”不在 areas.csv 里，请补上或改正", \
    "area \"%s\" is not in areas.csv; add or correct it"
#define SAY_DEVICE_UNIT "DEVICE_UNIT", \
    "维护单位“%s”不在 units.csv 里，请补上或改正", \
    "unit \"%s\" is not in units.csv; add or correct it"
#define SAY_DEVICE_SILENCE "DEVICE_SILENCE", \
    "“%s”不是分钟数：写 0 到 525600 的整数，空着表示不看它是否静默", \
    "\"%s\" is no number of minutes: 0 to 525600; empty where its silence means nothing"
#define SAY_DEVICE_ALONE "DEVICE_ALONE", \
    "有 devices.csv 但没有 devices.yaml，设备不会接入", \
    "there is devices.csv but no devices.yaml: no device is listened to"

/* ---- rules.csv ---- */
#define SAY_RULE_CODE "RULE_CODE", \
    "“%s”不在 %s 里，请补上或改正", \
    "\"%s\" is not in %s; add or correct it"
#define SAY_RULE_NO_CONDITION "RULE_NO_CONDITION", \
    "规则“%s”没有条件，每条诉求都会命中：请写 words、all 或 pattern", \
    "rule \"%s\" has no condition and would hit every ticket: give words, all or pattern"
#define SAY_RULE_NO_EFFECT "RULE_NO_EFFECT", \
    "规则“%s”命中后什么也不做：请写类别、区域、单位、紧急程度、电话或 desk", \
    "rule \"%s\" does nothing when it hits: give a category, area, unit, urgency, number to call or desk"
#define SAY_RULE_FIELD "RULE_FIELD", \
    "“%s”应写 title（标题）、text（正文）、place（地点）或 any（全部）；空着是标题和正文", \
    "\"%s\" must be title, text, place or any; empty means title and text"
#define SAY_RULE_DESK "RULE_DESK", \
    "“%s”应写 yes（是）或 no（否）", \
    "\"%s\" must be yes or no"
#define SAY_RULE_CALL "RULE_CALL", \
    "“%s”不是电话号码；几个号码用 | 分隔", \
    "\"%s\" is no telephone number; separate several by |"
#define SAY_RULE_TOO_MANY "RULE_TOO_MANY", \
    "%s太多，最多 %u 个；后面的没有检查", \
    "too many %s: at most %u; the rest was not checked"
#define SAY_RULE_EXCLUDED "RULE_EXCLUDED", \
    "“%s”既要出现又被排除，规则永远不会命中", \
    "\"%s\" is both wanted and excluded: the rule can never hit"
#define SAY_RULE_PATTERN_WRONG "RULE_PATTERN_WRONG", \
    "模式第 %u 个字符处写错了：%s", \
    "the pattern is wrong at character %u: %s"
#define SAY_RULE_PATTERN_LARGE "RULE_PATTERN_LARGE", \
    "模式“%s”太大：最长 512 字节，括号最多 32 层，编译后最多 16 KiB", \
    "pattern \"%s\" is too large: at most 512 bytes, 32 brackets deep, 16 KiB when compiled"
#define SAY_RULE_PATTERN_REFERENCE "RULE_PATTERN_REFERENCE", \
    "模式“%s”有反向引用、递归、条件或控制动词，不支持：请改用 words 和 all", \
    "pattern \"%s\" has a back-reference, recursion, condition or verb, which is not taken: use words and all"
#define SAY_RULE_PATTERN_BEHIND "RULE_PATTERN_BEHIND", \
    "模式“%s”的向后查看没有固定长度（最长 64 个字符）", \
    "pattern \"%s\" looks behind without a fixed length (at most 64 characters)"
#define SAY_RULE_PATTERN_EMPTY "RULE_PATTERN_EMPTY", \
    "模式“%s”能匹配空文本，每条诉求都会命中", \
    "pattern \"%s\" matches the empty text and would hit every ticket"
#define SAY_RULE_PATTERN_SHORT "RULE_PATTERN_SHORT", \
    "模式“%s”一个字就能命中；至少要求两个字", \
    "pattern \"%s\" is content with one character; ask for two at least"
#define SAY_RULE_PATTERN_ALL "RULE_PATTERN_ALL", \
    "模式“%s”能匹配任何文本，每条诉求都会命中", \
    "pattern \"%s\" matches any text and would hit every ticket"
#define SAY_RULE_PATTERN_SLOW "RULE_PATTERN_SLOW", \
    "模式“%s”对某些文本要算极久（例如嵌套的 + 或 *）：请改写", \
    "pattern \"%s\" takes excessively long on some texts (as nested + or * do): write it otherwise"
#define SAY_RULE_EARLIER "RULE_EARLIER", \
    "规则“%s”的每个词都已在第 %u 行的规则里，条件也不更严：总是它先命中", \
    "each word of rule \"%s\" stands in the rule of line %u too, which asks for no more: that one always comes first"

/* clang-format on */
