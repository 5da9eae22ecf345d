/* cli_commands: the table of commands, above everything else: it names each command's function, and
 * nothing that a command calls may name this table. Who must walk it (parsing, help, completion,
 * the man page) is handed it by main. Its order is the order of the help. */

#include "cli_commands.h"

#include "cli.h"

/* Rows name only what they have; clang wants every field of a row without a name. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

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

static const struct cli_command rows[] = {
    {"submit", "", 0, 0, cli_submit, "提交诉求，得到工单号和查询码",
     "hand in a complaint; gives its number and query code",
     "FILE 为 CSV "
     "或以制表符分隔的表格，首行为列名：external_id（编号）、time（时间）、place（地点）、\n"
     "title（标题）、text（内容）、phone（电话）、reporter（姓名）、\n"
     "confidential（保密，写“是”）、due（上级时限）；只有 text 必须有。\n"
     "逐行输出：行号 工单号 结果 查询码；被拒的行、未能识别的时间和电话都按行写明。\n"
     "有 external_id 的行可以放心重复提交。",
     "FILE is CSV or separated by tabs; its first line names the columns: external_id, time, "
     "place,\n"
     "title, text, phone, reporter, confidential (yes), due (deadline from above); only text must\n"
     "be there. One line of output per row, in\n"
     "order: line, number, result, query code; refused rows say why, and so does each time or\n"
     "phone that is not understood.\n"
     "Rows with an external_id may be sent again at any time.",
     OPTIONS(1, CLI_CHANNEL, CLI_TEXT, CLI_FROM, CLI_PLACE, CLI_EXTERNAL_ID, CLI_PHONE,
             CLI_REPORTER, CLI_TITLE, CLI_TIME, CLI_CATEGORY_HINT, CLI_AREA_HINT, CLI_ATTACHMENT,
             CLI_ON_SPOT, CLI_DONE_NOTE, CLI_CONFIDENTIAL, CLI_ANEW),
     .needs = "(--text TEXT | --from FILE)"},
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
    {"lookup", "[NUMBER]", 0, 1, cli_intake_lookup, "查进度：凭工单号和查询码，或渠道和渠道编号",
     "what the resident sees, by number and query code, or by channel and external id",
     "两种方式任选其一：工单号 --code C，或 --channel C --external-id X（供渠道使用）。",
     "Either NUMBER --code C, or --channel C --external-id X (for channels).",
     OPTIONS(0, CLI_CODE, CLI_CHANNEL, CLI_EXTERNAL_ID),
     .needs = "(--code CODE | --channel CHANNEL --external-id ID)"},
    {"caller", "PHONE", 1, 1, cli_caller, "来电人以前的工单：按电话查，未办结的在前",
     "a caller's earlier tickets, by phone, the open ones first",
     "每次查询都记录在案：操作人和理由。", "Each search is recorded, with who asked and why.",
     OPTIONS(1, CLI_REASON, CLI_CHANNEL, CLI_AREA, CLI_LIMIT, CLI_CURSOR), .alias = "来电人"},
    {"search", "[WORD...]", 0, CLI_OPERANDS_MAX, cli_search,
     "查所有工单（含多年前的）：按内容、单位、区域、时间、电话",
     "any ticket there ever was: by words, unit, area, time, phone",
     "几个词须都说到；两个字以上的词都查得到。工单号也可以直接写。\n"
     "按电话查须写 --reason，每次查询都记录在案。保密工单的内容不归档，查不到。",
     "All words must have been said; a Chinese word of two characters is found wherever it stands. "
     "A\n"
     "ticket's number may be typed as well. A search by phone needs --reason and is recorded. The "
     "words\n"
     "of a confidential ticket are not archived, and not found.",
     OPTIONS(0, CLI_AREA, CLI_UNIT, CLI_CATEGORY, CLI_CHANNEL, CLI_STATE, CLI_SINCE, CLI_UNTIL,
             CLI_PERSON, CLI_PHONE, CLI_REASON, CLI_CURSOR, CLI_LIMIT, CLI_ALL),
     .alias = "查询"},
    {"export", "[WORD...]", 0, CLI_OPERANDS_MAX, cli_search_export,
     "把查到的工单导出为 .csv、.xlsx 或 .json", "what a search finds, as .csv, .xlsx or .json",
     "条件同 search；不写 --out 则输出到屏幕。",
     "By the same conditions as search; without --out to standard output.",
     OPTIONS(0, CLI_OUT, CLI_AREA, CLI_UNIT, CLI_CATEGORY, CLI_CHANNEL, CLI_STATE, CLI_SINCE,
             CLI_UNTIL, CLI_PERSON, CLI_PHONE, CLI_REASON),
     .alias = "导出"},
    {"archive", "", 0, 0, cli_search_sinks, "归档库的状态：写到哪里、为什么停着",
     "how archive's files are: how far, and why one waits", NULL, NULL, .alias = "归档库"},
    {"supplement", "NUMBER", 1, 1, cli_intake_supplement, "补充说明", "add to a complaint", NULL,
     NULL, OPTIONS(1, CLI_TEXT, CLI_CODE)},
    {"chase", "NUMBER", 1, 1, cli_intake_chase, "催单", "the resident asks to hurry", NULL, NULL,
     OPTIONS(0, CLI_NOTE, CLI_CODE)},
    {"withdraw", "NUMBER", 1, 1, cli_intake_withdraw, "撤回诉求", "the resident takes it back",
     NULL, NULL, OPTIONS(0, CLI_NOTE, CLI_CODE)},
    {"work list", "", 0, 0, cli_list_work, "本单位未办结的工单，先到期的在前",
     "open tickets of a unit, earliest due first", NULL, NULL,
     OPTIONS(1, CLI_UNIT, CLI_CURSOR, CLI_LIMIT, CLI_ALL)},
    {"work pull", "", 0, 0, cli_work_pull, "领取工单，先到期的在前",
     "take tickets to work on, earliest due first", NULL, NULL,
     OPTIONS(1, CLI_UNIT, CLI_MAX, CLI_WAIT, CLI_LEASE)},
    WORK_ACT("accept", "签收", "签收", "accept", 1, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("contact", "联系", "已首次联系诉求人", "the resident was contacted", 1, CLI_UNIT,
             CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("progress", "进展", "记录办理进展", "note progress", 1, CLI_UNIT, CLI_NOTE,
             CLI_IF_VERSION),
    WORK_ACT("resolve", "办结", "办结，转回访", "solved; the resident is asked", 2, CLI_UNIT,
             CLI_NOTE, CLI_MODE, CLI_WITHOUT_ASSIST, CLI_IF_VERSION),
    WORK_ACT("return", "退单", "退单，由分拨员裁定", "not ours: back to the dispatcher", 2,
             CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    WORK_ACT("raise", "上报", "超出权限，上报上一级", "beyond our authority: one level up", 2,
             CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
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
    WORK_ACT("appeal", "申诉", "超时申诉：超时仍是事实，准许后不计入统计",
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
    SUPERVISE("grant", "批准", "批准延期、上报或超时申诉",
              "grant an extension, a raise or an appeal", 1, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    SUPERVISE("refuse", "不批准", "不批准延期、上报或超时申诉",
              "refuse an extension, a raise or an appeal", 2, CLI_UNIT, CLI_NOTE, CLI_IF_VERSION),
    {"desk list", "", 0, 0, cli_desk_list, "待分拨和待裁定的工单，先到期的在前",
     "tickets at the dispatcher's desk, earliest due first", NULL, NULL,
     OPTIONS(0, CLI_CURSOR, CLI_LIMIT, CLI_ALL)},
    {"desk work", "", 0, 0, cli_desk_work, "逐件处理分拨台，先到期的在前，一键采纳建议",
     "work through the desk ticket by ticket, one key takes an offer",
     "每件显示内容、时限、原因、依据和建议：1、2、3 或回车采纳，c "
     "纠正（类别、区域、单位、说明），\n"
     "m 并单，s 跳过，u 撤回上一件，q 退出。标准输入不是终端时，每行一个回答，读完为止。",
     "Shows each ticket's words, deadline, reason, grounds and offers: 1, 2, 3 or Enter take one,\n"
     "c corrects (category, area, unit, note), m merges into another ticket, s skips, u takes the\n"
     "last deed back, q quits. Where standard input is no terminal each line is an answer, until\n"
     "there are no more.",
     .option_count = 0, .alias = "逐件分拨"},
    {"desk dispatch", "NUMBER", 1, 1, cli_desk_dispatch, "分拨，或裁定退单",
     "give a ticket to a unit, or rule on a return", NULL, NULL,
     OPTIONS(1, CLI_UNIT, CLI_CATEGORY, CLI_AREA, CLI_URGENCY, CLI_NOTE, CLI_SUMMARY)},
    {"desk recall", "NUMBER", 1, 1, cli_desk_recall, "撤回分拨：单位签收之前收回，工单回到分拨台",
     "take a dispatch back while the unit has not accepted; the ticket is at the desk again",
     "自动分拨的、退单裁定的也可以撤回；上报、重新打开、领导交办、站点变更来的不可以。\n"
     "现单位的时限随即停走，此前已超时的照计。",
     "Also what triage routed by itself, and a ruling; not what was raised, reopened, ordered\n"
     "or moved by a site edit. The unit's clocks stop; what it missed before stays counted.",
     OPTIONS(0, CLI_NOTE, CLI_IF_VERSION)},
    {"triage stats", "", 0, 0, cli_trust_stats,
     "自动分拨的成绩：按类别和周，自动多少、退回多少、准不准",
     "how triage does by itself: by category and week, how many and how many were right",
     "准确率只算自动分拨的：办结时未改过为正确，改派类别或单位为错误。低于目标时先要求更有把握，\n"
     "再不行就暂停该类别的自动分拨；分拨台的决定与猜测一致时逐级恢复。",
     "Right is what ended as it was routed, wrong what somebody gave another category or unit.\n"
     "Below the target a guess must be surer, then the category is left to the desk; it comes "
     "back\n"
     "step by step as its guesses there agree with what the desk decides.",
     OPTIONS(0, CLI_CATEGORY, CLI_WEEKS), .alias = "分拨成绩"},
    {"triage withdraw", "", 0, 0, cli_trust_withdraw, "暂停某类别的自动分拨，一律交分拨台",
     "leave a category to the desk until it is restored", NULL, NULL,
     OPTIONS(2, CLI_CATEGORY, CLI_NOTE), .alias = "暂停自动"},
    {"triage restore", "", 0, 0, cli_trust_restore, "恢复某类别的自动分拨，从头计算",
     "route a category by itself again; measuring begins anew", NULL, NULL,
     OPTIONS(2, CLI_CATEGORY, CLI_NOTE), .alias = "恢复自动"},
    {"triage examples", "", 0, 0, cli_lessons,
     "把人工的分拨、裁定、改派和重新打开整理成训练用的表格",
     "a table to train from: what people dispatched, ruled, corrected and reopened",
     "制表符分隔，首行列名：id、title、text、label（类别）、unit（单位）、said_"
     "by（谁决定的）、how\n"
     "（dispatched 分拨，ruled 裁定，corrected 改派，reopened "
     "重新打开）、at。同一工单以最后一次为准；\n"
     "保密工单不列，电话等号码已遮盖。读了哪些内容、为什么读会被记录。",
     "Separated by tabs; its first line names the columns: id, title, text, label (the category),\n"
     "unit, said_by, how (dispatched, ruled, corrected, reopened), at. The last decision about a\n"
     "ticket wins. Confidential tickets are left out, numbers of people are masked. What was read\n"
     "and why is recorded.",
     OPTIONS(2, CLI_OUT, CLI_REASON), .alias = "训练样本"},
    {"correct", "NUMBER", 1, 1, cli_desk_correct,
     "更正在办工单的类别、区域、紧急程度或承办单位，不用退单",
     "correct category, area, urgency or unit of a ticket under way, without a return",
     "签收以前随时可以更正，签收以后要写 --note；已办结的不能更正，在分拨台的请直接分拨。\n"
     "单位不变：时限按新的类别重算，已用的时间照计。换单位：重新签收，联系和办理时限接着走；\n"
     "换到别的层级，时限重新开始。",
     "Until its unit has accepted it freely, afterwards with --note; not once it is resolved, and "
     "what\n"
     "lies at the desk is dispatched there. The same unit: its clocks run by the new category's "
     "terms,\n"
     "with the time used so far. Another unit: it accepts anew while contact and handling run on; "
     "on\n"
     "another level all clocks begin.",
     OPTIONS(0, CLI_CATEGORY, CLI_AREA, CLI_UNIT, CLI_URGENCY, CLI_NOTE, CLI_IF_VERSION),
     .alias = "更正"},
    {"merge", "NUMBER", 1, 1, cli_merge, "并单：与另一件是同一件事，并入那件一并办理",
     "merge a ticket into another one about the same event, which is worked on in its place",
     "在分拨台的、已交单位的都可以并；单位已签收的须写明原因。号码和查询码照旧可用，\n"
     "主单办结后逐一回访每位诉求人。",
     "At the desk or with a unit; once the unit has accepted it, with a reason. Its number and "
     "code go\n"
     "on working, and each resident is asked when the other one is resolved.",
     OPTIONS(1, CLI_INTO, CLI_NOTE)},
    {"unmerge", "NUMBER", 1, 1, cli_unmerge, "解除并单，工单回到分拨台",
     "a ticket is merged into another one no more; it is at the desk again", NULL, NULL,
     OPTIONS(0, CLI_NOTE)},
    {"split", "NUMBER", 1, 1, cli_split, "一件说了几件事：拆分成几个工单",
     "make several tickets of one text with several matters",
     "原工单保留全文和编号；拆出的每件都是新工单，诉求人、渠道、地点相同，分别回访，\n"
     "用原来的查询码就能查。一次 1 至 4 部分，一件共 8 个。\n"
     "  paidan split 20261122-0001-9 --part '楼道灯坏了=lamp' --part '垃圾没人收=垃圾'",
     "The ticket keeps its words and its number; each part is a new one of the same person, "
     "channel\n"
     "and place, is asked about by itself, and opens with the query code that the resident has.\n"
     "1 to 4 parts at once, 8 of one ticket.\n"
     "  paidan split 20261122-0001-9 --part 'the lamp is broken=lamp' --part 'rubbish=trash'",
     OPTIONS(0, CLI_PART, CLI_NOTE), .alias = "拆分", .needs = "--part TEXT[=CATEGORY] ..."},
    {"callback list", "", 0, 0, cli_callback_list, "领取要回访的工单；--peek 只看不领",
     "take what a channel should ask; --peek only looks", NULL, NULL,
     OPTIONS(0, CLI_CHANNEL, CLI_MAX, CLI_WAIT, CLI_LEASE, CLI_PEEK, CLI_CURSOR, CLI_LIMIT),
     .needs = "(--channel CHANNEL | --peek)"},
    {"callback answer", "NUMBER", 1, 1, cli_callback_answer, "登记诉求人的答复",
     "the resident's answer", NULL, NULL,
     OPTIONS(2, CLI_SOLVED, CLI_SATISFIED, CLI_NOTE, CLI_DO_NOT_CALL)},
    {"callback miss", "NUMBER", 1, 1, cli_callback_miss, "打了电话，无人接听",
     "somebody rang, and nobody answered", "算一次；隔站点规定的时间再问，次数用完即为未接通。",
     "Counts as an attempt: the resident is asked again after the site's pause, or counts as\n"
     "unreached after the site's number of attempts. --hand-over: this channel cannot reach him;\n"
     "the next of the site's order asks at once, and no attempt is counted.",
     OPTIONS(0, CLI_HAND_OVER), .alias = "无人接听"},
    {"callback do-not-call", "NUMBER", 1, 1, cli_intake_do_not_call,
     "勿扰：此人以后不再打电话回访；--call-again 解除",
     "the resident of this ticket wants no more calls; --call-again takes it back",
     "按电话或渠道身份记住此人，以后的工单也不再打电话；微信里的询问照发。",
     "He is remembered by his numbers, or by what the channel calls him: no later ticket of his "
     "is\n"
     "called about. Messages in the channel by which he wrote himself still reach him.",
     OPTIONS(0, CLI_CALL_AGAIN, CLI_NOTE, CLI_CODE), .alias = "勿扰"},
    {"board", "", 0, 0, cli_board_show, "时限看板，先到期的在前",
     "the board of timers, by due time", NULL, NULL,
     OPTIONS(0, CLI_WATCH, CLI_AREA, CLI_UNIT, CLI_LIMIT)},
    {"watch", "", 0, 0, cli_watch, "实时事件，每行一个 JSON",
     "facts as they happen, one JSON object a line", NULL, NULL,
     OPTIONS(0, CLI_SINCE, CLI_UNTIL, CLI_FOLLOWER_SERVICE, CLI_TEXTS, CLI_REASON)},
    {"due", "", 0, 0, cli_due, "将到期的工单，先到期的在前；--overdue 为已超时的",
     "what is due next; with --overdue what was missed", NULL, NULL,
     OPTIONS(0, CLI_UNIT, CLI_AREA, CLI_OVERDUE, CLI_WITHIN, CLI_SUPERVISED, CLI_CURSOR, CLI_LIMIT,
             CLI_ALL),
     .alias = "到期"},
    {"requests", "", 0, 0, cli_requests, "待批：等某单位批复的延期、上报和申诉，先到期的在前",
     "what waits for a unit's decision: extensions, raises, appeals",
     "督办单位看到全部；不加 --unit 为全部单位。",
     "A supervising unit sees all; so does whoever leaves out --unit.",
     OPTIONS(0, CLI_UNIT, CLI_CURSOR, CLI_LIMIT), .alias = "待批"},
    {"alarms", "", 0, 0, cli_due_alarms, "警报：红牌未处理、无人签收、未触发的时限、缺节假日数据",
     "alarms: red and not repaired, without an owner, unfired timers, missing holidays", NULL, NULL,
     OPTIONS(0, CLI_LIMIT), .alias = "警报"},
    {"units", "", 0, 0, cli_units, "各单位的数：派单、退单率、超时……；--list 为代码和名称",
     "counts of units: assigned, rate of returns, late ...; --list: codes and names", NULL, NULL,
     OPTIONS(0, CLI_UNIT, CLI_LIST, CLI_SITE), .alias = "单位统计"},
    {"areas", "", 0, 0, cli_names_list, "区域的代码、名称、层级、上级",
     "areas: codes, names, levels, parents", NULL, NULL, OPTIONS(0, CLI_LIST, CLI_SITE)},
    {"categories", "", 0, 0, cli_names_list, "类别的代码、名称、起始层级、上级、紧急程度",
     "categories: codes, names, first levels, parents, urgency", NULL, NULL,
     OPTIONS(0, CLI_LIST, CLI_SITE)},
    {"channels status", "", 0, 0, cli_channels_status,
     "各渠道适配器的状况：最近收到、待发、发不出、配额",
     "how the adapters of channels are: last heard, waiting, dead, quotas", NULL, NULL, OPTIONS(0),
     .alias = "渠道状况"},
    {"outbox list", "[ADAPTER [DESTINATION]]", 0, 2, cli_channels_list,
     "发件箱：待发的和发不出的；--dead 只看发不出的",
     "the outboxes of adapters: what waits and what was given up (--dead: that alone)",
     "ADAPTER：wechat、hotline、mqtt、webhook。", "ADAPTER: wechat, hotline, mqtt, webhook.",
     OPTIONS(0, CLI_DEAD, CLI_LIMIT), .alias = "发件箱"},
    {"outbox retry", "ADAPTER [DELIVERY...]", 1, CLI_OPERANDS_MAX, cli_channels_retry,
     "重发发不出的；--dead 为全部", "send again what was given up; --dead: all of it", NULL, NULL,
     OPTIONS(0, CLI_DEAD), .alias = "重发"},
    {"outbox drop", "ADAPTER [DELIVERY...]", 1, CLI_OPERANDS_MAX, cli_channels_drop,
     "删除发不出的，不再发送", "give up for good what could not be sent",
     "删除记录在日志里，连同 --note。", "That it was dropped stays in the log, with --note.",
     OPTIONS(0, CLI_DEAD, CLI_NOTE), .alias = "删除待发"},
    {"bulletin list", "", 0, 0, cli_bulletin_list, "公示：提出的、待审的、已公示的",
     "bulletins of handled matters: proposed, waiting for review, published",
     "不写 --shown 或 "
     "--proposed：写过的全部。--shown：居民现在看得到的；--"
     "proposed：按站点规则提出、还没有人写的。",
     "Without --shown or --proposed: all that was written. --shown: what everybody sees today; "
     "--proposed:\nwhat the site's rule names and nobody has written about.",
     OPTIONS(0, CLI_SHOWN, CLI_PROPOSED, CLI_AREA, CLI_LIMIT), .alias = "公示"},
    {"bulletin draft", "NUMBER", 1, 1, cli_bulletin_draft,
     "为一件已解决的工单拟公示；另一个人审核后才公示",
     "write the words for a solved ticket; they are published once another person has approved",
     "不写 --title、--text：按分类、区域和办理结果自动拟。不能有电话一类的号码；保密的工单不公示。",
     "Without --title and --text: made from category, area and result. No telephones; never of a "
     "confidential ticket.",
     OPTIONS(0, CLI_TITLE, CLI_TEXT), .alias = "拟公示"},
    {"bulletin approve", "NUMBER", 1, 1, cli_bulletin_approve,
     "审核通过并公示；可用 --title、--text 修改",
     "approve and publish; --title and --text edit the words", NULL, NULL,
     OPTIONS(0, CLI_TITLE, CLI_TEXT)},
    {"bulletin refuse", "NUMBER", 1, 1, cli_bulletin_refuse, "审核不通过，--note 写明原因",
     "do not publish; --note says why", NULL, NULL, OPTIONS(1, CLI_NOTE)},
    {"bulletin withdraw", "NUMBER", 1, 1, cli_bulletin_withdraw, "撤下公示，--note 写明原因",
     "take a bulletin down; --note says why", NULL, NULL, OPTIONS(1, CLI_NOTE)},
    {"points show", "PERSON|NUMBER", 1, 1, cli_points_show,
     "积分：余额、奖章和分录；可写积分代号，或他反映的一件工单",
     "points: balance, medal and entries of a pseudonym, or of whoever registered a ticket", NULL,
     NULL, OPTIONS(0, CLI_LIMIT), .alias = "积分"},
    {"points top", "", 0, 0, cli_points_top, "积分榜：累计得分最多的", "who has earned most", NULL,
     NULL, OPTIONS(0, CLI_LIMIT), .alias = "积分榜"},
    {"points goods", "", 0, 0, cli_points_goods, "可兑换的物品、价格和剩余",
     "what there is in exchange, its price, and how much is left"},
    {"points check", "", 0, 0, cli_points_check, "核对积分账：所有账户相加应为零",
     "whether the ledger adds up: all accounts together are zero"},
    {"points award", "PERSON|NUMBER RULE [POINTS]", 2, 3, cli_points_award,
     "手工奖励：志愿任务、热心帮助；--note 写明为什么",
     "give points by hand: volunteers' tasks, helpful acts; --note says why",
     "RULE：site.yaml 里 for: hand 的规则；不写 POINTS 就按规则。",
     "RULE: one of site.yaml with for: hand; without POINTS as many as it says.",
     OPTIONS(1, CLI_NOTE), .alias = "奖励积分"},
    {"points reverse", "ENTRY|NUMBER", 1, 1, cli_points_reverse,
     "冲回一笔分录，或一件工单得的全部积分（不实上报）；--note 写明为什么",
     "take back an entry, or all that a ticket earned (a false report); --note says why",
     "兑换也可以退：积分和物品都退回。冲回后余额可以是负数。",
     "An exchange can be taken back, with its goods. A balance may fall below zero.",
     OPTIONS(1, CLI_NOTE), .alias = "冲回积分"},
    {"points exchange", "PERSON|NUMBER GOODS [COUNT]", 2, 3, cli_points_exchange, "用积分兑换物品",
     "give goods for points", NULL, NULL, OPTIONS(0, CLI_NOTE), .alias = "兑换积分"},
    {"phone list", "", 0, 0, cli_phone_list, "待拨电话：消息送不到、要打电话告知的人",
     "whom no message reaches: calls that are to be made, the oldest first",
     "只列工单号和要告知什么；号码和要说的话在 phone take 时给出并记录。",
     "It shows numbers of tickets and what is to be told; the phone and the words are told\n"
     "by phone take, which is recorded.",
     OPTIONS(0, CLI_CURSOR, CLI_LIMIT), .alias = "待拨电话"},
    {"phone take", "CALL", 1, 1, cli_phone_take, "领一个来打：给出号码和要说的话，半小时内归自己",
     "take one in hand: its phone and what to say; it is kept for half an hour", NULL, NULL,
     OPTIONS(0), .alias = "拨打"},
    {"phone done", "CALL...", 1, CLI_OPERANDS_MAX, cli_phone_done, "已告知，移出名单",
     "the resident was told: off the list", NULL, NULL, OPTIONS(0, CLI_NOTE)},
    {"phone missed", "CALL...", 1, CLI_OPERANDS_MAX, cli_phone_missed, "无人接听，留在名单上",
     "nobody answered: it stays on the list", NULL, NULL, OPTIONS(0, CLI_NOTE)},
    {"phone drop", "CALL...", 1, CLI_OPERANDS_MAX, cli_phone_drop,
     "联系不上，移出名单；--note 写明原因",
     "cannot be reached at all: off the list; --note says why", NULL, NULL, OPTIONS(1, CLI_NOTE)},
    {"devices", "[DEVICE]", 0, 1, cli_devices_list,
     "设备和它们的报警：收下、重复、超量的消息，在办的工单",
     "devices and their alarms: messages taken, known, dropped, and the open ticket", NULL, NULL,
     OPTIONS(0, CLI_OPEN, CLI_LIMIT), .alias = "设备"},
    {"channels", "", 0, 0, cli_names_list, "渠道的代码、名称、回访渠道",
     "channels: codes, names, and which one is asked for the callback", NULL, NULL,
     OPTIONS(0, CLI_LIST, CLI_SITE)},
    {"policy replan", "", 0, 0, cli_replan, "按现在的规则重算未办结工单的时限；默认只预览",
     "plan the clocks of open tickets by the policies of now; only looks without --apply",
     "已用和挂账的时间保留；已超时的不变。--apply 须由督办单位（--unit）执行。",
     "Consumed and paused time is kept; what has expired stays expired. --apply needs a\n"
     "supervising unit (--unit).",
     OPTIONS(0, CLI_UNIT, CLI_APPLY), .alias = "重算"},
    {"rates", "[PERIOD]", 0, 1, cli_rates,
     "三率和统计：响应率、解决率、满意率和各项数字，按单位等排名",
     "response, solution and satisfaction rates and all figures, ranked by unit or otherwise",
     "PERIOD：月份 2026-03、日期 2026-03-02、起止 "
     "2026-01..2026-03，或本月（默认）、上月、今天、昨天、\n"
     "现在。比率旁边写明分子/分母，剔除和未接通另列；得分怎么算写在表头。\n"
     "在办不含已办结、等回访的工单。\n"
     "  paidan rates 2026-03 --by area\n"
     "  paidan rates 2026-03 --report --xlsx 2026-03.xlsx --html 2026-03.html\n"
     "  paidan rates 2026-03 --per day --csv\n"
     "  paidan rates 2026-03 --tickets solved_no --code 安居物业",
     "PERIOD: a month 2026-03, a day 2026-03-02, a span 2026-01..2026-03, or this-month "
     "(default),\n"
     "last-month, today, yesterday, now. Beside each rate stand numerator/denominator; what was "
     "taken\n"
     "out and who was unreached has columns of its own; how the score is made stands above.\n"
     "Open are those that a unit or the desk still has: not what is resolved and waits for the "
     "callback.\n"
     "  paidan rates 2026-03 --by area\n"
     "  paidan rates 2026-03 --report --xlsx 2026-03.xlsx --html 2026-03.html\n"
     "  paidan rates 2026-03 --per day --csv\n"
     "  paidan rates 2026-03 --tickets solved_no --code pm-anju",
     OPTIONS(0, CLI_BY, CLI_CODE, CLI_PER, CLI_REPORT, CLI_TICKETS, CLI_LIMIT, CLI_ALL, CLI_CSV,
             CLI_XLSX, CLI_HTML),
     .alias = "三率"},
    {"exempt list", "", 0, 0, cli_exempt_list, "待审核的剔除申请；--all 连同已审核的",
     "what waits for a review; --all: what was ruled on, too", NULL, NULL,
     OPTIONS(0, CLI_UNIT, CLI_AREA, CLI_ALL), .alias = "剔除清单"},
    {"exempt ask", "NUMBER...", 1, CLI_OPERANDS_MAX, cli_exempt_ask,
     "申请剔除：办结的工单不计入三率，由另一人审核",
     "ask that a closed ticket shall not count in the rates; somebody else reviews it",
     "理由和审核人随工单公开；剔除的件数在三率旁单列。",
     "Reason and reviewer can be seen by all; how many were taken out stands beside the rates.",
     OPTIONS(1, CLI_REASON), .alias = "申请剔除"},
    {"exempt grant", "NUMBER...", 1, CLI_OPERANDS_MAX, cli_exempt_grant, "同意剔除",
     "grant it: the ticket counts no more", NULL, NULL, OPTIONS(0, CLI_NOTE), .alias = "同意剔除"},
    {"exempt refuse", "NUMBER...", 1, CLI_OPERANDS_MAX, cli_exempt_refuse, "不予剔除",
     "refuse it: the ticket goes on counting", NULL, NULL, OPTIONS(1, CLI_NOTE),
     .alias = "不予剔除"},
    {"stats", "", 0, 0, cli_stats, "各服务的总数，并核对是否一致",
     "totals of the services, and whether they agree", NULL, NULL,
     OPTIONS(0, CLI_SETTLE, CLI_RECOMPUTE, CLI_SITE)},
    {"metrics", "[SERVICE]", 0, 1, cli_metrics, "监控指标（Prometheus 文本）",
     "metrics (Prometheus text)",
     "不写服务：各服务合为一页，每个样本带 service 标签；没有应答的服务 paidan_up 为 0。",
     "Without a service all as one page, each sample with a label service; one that does not\n"
     "answer has paidan_up 0.",
     .option_count = 0},
    {"ping", "", 0, 0, cli_service_ping, "各服务是否应答、是否跟上",
     "does every service answer, and keep up?", NULL, NULL, OPTIONS(0, CLI_WAIT)},
    {"clock accept", "", 0, 0, cli_clock_accept, "确认系统时钟无误，各服务随即采用",
     "the machine's clock is right: the services are to follow it",
     "系统时钟被大幅拨快时，服务不跟随，也不触发期限（见 ping 的“时钟超前”）。\n"
     "请先用 date 核对，再执行本命令：其间到期的期限会立即触发。",
     "Services do not follow a clock that was set forward by a lot, and fire nothing by it\n"
     "(ping says: clock ahead). Look at `date` before you accept it: whatever is due by then\n"
     "fires at once.",
     .option_count = 0},
    {"check", "SITE [NEW]", 1, 2, cli_check,
     "检查站点配置，逐条指出错误和提醒；加 --data 看在办工单会不会落空",
     "check a site; names mistakes and warnings; with --data what of the open tickets would strand",
     NULL, NULL, OPTIONS(0, CLI_STRICT, CLI_DIFF, CLI_FROM)},
    {"try", "SITE TEXT", 2, 2, cli_try_text, "试一条诉求：会派给谁、到什么时候，或为什么要人工分拨",
     "what triage would do with a text: who gets it until when, or why the desk decides", NULL,
     NULL, OPTIONS(0, CLI_PLACE, CLI_TITLE, CLI_CHANNEL, CLI_CATEGORY_HINT, CLI_AREA_HINT)},
    {"new-site", "DIR", 1, 1, cli_new_site, "新建一个站点文件夹，可以直接检查和试用",
     "write a site folder to begin with", NULL, NULL,
     OPTIONS(0, CLI_NAME, CLI_COMMUNITIES, CLI_LEVELS, CLI_HOTLINE, CLI_HOURS)},
    {"train", "FILE", 1, 1, cli_train, "用已分好类的文字训练分类模型",
     "train a model from texts that people have sorted",
     "FILE 以制表符分隔，首行为列名：title（标题，可无）、text（内容）、label（类别，--label "
     "另指）；\n"
     "- 为标准输入。列出每类的条数和在没学过的文字上的成绩。同样的表格得到同样的模型。",
     "FILE is separated by tabs; its first line names the columns: title (may be missing), text\n"
     "and label (or what --label says); - is standard input. Tells the rows of each category and\n"
     "what the model got right of texts it had not seen. The same table gives the same model.",
     OPTIONS(1, CLI_OUT, CLI_LABEL, CLI_SHADOW), .alias = "训练"},
    {"classify", "FILE", 1, 1, cli_classify, "按模型给文字分类，并决定自动分拨还是转人工",
     "sort texts by a model; says which may go out by themselves",
     "FILE 以制表符分隔，首行为列名：id、title、text；- 为标准输入。逐行输出 "
     "id、category（类别）、\n"
     "probability（概率）、decision（auto 自动，desk 人工）、reason（转人工的原因：unsure "
     "把握不足，\n"
     "foreign 几乎没有学过的字词，empty 没有内容）。没有 id 列时为行数。",
     "FILE is separated by tabs; its first line names the columns id, title and text; - is\n"
     "standard input. A line a row: id, category, probability, decision (auto or desk), reason\n"
     "(why the desk: unsure, foreign: hardly a letter of it was learned, empty). Without a column\n"
     "id rows are counted.",
     OPTIONS(1, CLI_MODEL, CLI_PRECISION, CLI_EXPLAIN), .alias = "分类"},
    {"model list", "", 0, 0, cli_switch_list, "站点用的模型，和换下来的那个",
     "the models of a site, and those before them", NULL, NULL, OPTIONS(1, CLI_SITE),
     .alias = "模型"},
    {"model switch", "FILE", 1, 1, cli_switch_to, "站点换用另一个模型；原来的留作 .before",
     "put a model in the place of a site's; the one before stays as .before",
     "先核对：是完整的模型，标签都是本站点的类别（--units 为单位）。重载后生效。",
     "It must be a whole model whose labels are categories of the site (with --units: units).\n"
     "In force after a reload.",
     OPTIONS(1, CLI_SITE, CLI_UNITS), .alias = "换模型"},
    {"model rollback", "", 0, 0, cli_switch_back, "换回之前的模型；再执行一次又换过来",
     "the model before again; once more changes them back", NULL, NULL,
     OPTIONS(1, CLI_SITE, CLI_UNITS), .alias = "换回模型"},
    {"place", "FILE", 1, 1, cli_place, "按站点的地名找出每条文字说的是哪个区域",
     "which area of a site each text speaks of",
     "FILE 以制表符分隔，首行为列名：id、text（内容），可有 "
     "title、place（地点）、lat、lon（度）、\n"
     "datum（坐标系：wgs84 或 gcj02）；- 为标准输入。逐行输出 id、area（区域编码）、confidence、\n"
     "evidence（哪些字，在哪一栏第几个字）、house（楼栋门牌）、reason（为什么没有区域：unknown\n"
     "没有认出，ambiguous 有几处可能，contradiction 互相矛盾，outside 坐标不在任何区域，datum\n"
     "坐标系不明，coordinates 坐标写错，empty 空白，invalid 不是 UTF-8，long 太长）、candidates。",
     "FILE is separated by tabs; its first line names the columns: id, text; perhaps title, "
     "place,\n"
     "lat and lon (degrees), datum (wgs84 or gcj02); - is standard input. A line a row: id, area,\n"
     "confidence, evidence (which words, in which column, from which character), house, reason "
     "(why\n"
     "no area: unknown, ambiguous, contradiction, outside, datum, coordinates, empty, invalid, "
     "long),\n"
     "candidates.",
     OPTIONS(0, CLI_SITE), .alias = "找地点"},
    {"group", "FILE", 1, 1, cli_group, "找出哪些诉求说的是同一件事",
     "find which rows tell of the same event",
     "FILE 以制表符分隔，首行为列名：id、time（时间）、title、text；- 为标准输入。逐行输出 id 和 "
     "group\n"
     "（同组最早一条的 id，自成一组的是它自己）。按时间先后归并，按原来的顺序输出。--explain "
     "另加三列：\n"
     "probability（概率）、like（最像的一条）、evidence（依据）。--judge "
     "的列里，空、- 和 n 为不属于任何事件，\n"
     "x 不计。",
     "FILE is separated by tabs; its first line names the columns id, time, title and text; - is\n"
     "standard input. A line a row: id, and group, the id of the group's first row (its own where\n"
     "there is none). Rows join in the order of time and are written as they stand. --explain\n"
     "adds probability, like (the row most alike) and evidence. In the column of --judge nothing,\n"
     "- and n are rows of no event, x is not counted.",
     OPTIONS(0, CLI_JUDGE, CLI_EXPLAIN), .alias = "归并"},
    {"triage eval", "", 0, 0, cli_triage_eval, "衡量分拨有多准：类别、地点、归并，以及能自动多少",
     "measure triage: category, place, groups, and how much may go out by itself",
     "表格以制表符分隔，首行为列名；- 为标准输入。--test 的列：title（可无）、text、label（--label "
     "另指）。\n"
     "输出准确率、宏平均 F1、每类、混淆矩阵、校准误差，要求 95、98、99% "
     "时能自动分拨多少（模型自定的\n"
     "门槛，和事后最佳的），每秒多少条。--out 另写 reliability.svg、confusion.svg、coverage.svg。\n"
     "模型没学过的类别一律算错。--places 的列 area 写区域的编码或名称，空为没有。",
     "Tables are separated by tabs, the first line names the columns; - is standard input. Columns "
     "of\n"
     "--test: title (may be missing), text and label (or what --label says). Tells accuracy, "
     "macro-F1,\n"
     "each category, the confusion matrix, the calibration error, what may go out by itself at a\n"
     "precision of 95, 98 and 99% (by the learned threshold, and by the best in hindsight), and "
     "texts a\n"
     "second. --out adds reliability.svg, confusion.svg and coverage.svg. Categories that the "
     "model\n"
     "does not know are never right. The column area of --places is a code or a name, empty for "
     "none.",
     OPTIONS(0, CLI_MODEL, CLI_TEST, CLI_LABEL, CLI_PRECISION, CLI_PLACES, CLI_SITE, CLI_GROUPS,
             CLI_JUDGE, CLI_APART, CLI_OUT),
     .alias = "评测", .needs = "(--model MODEL --test FILE | --places FILE | --groups FILE)"},
    {"rules test", "[FILE]", 0, 1, cli_rules_test, "试规则：哪条规则命中哪条文字",
     "which rule of a site hits which text",
     "FILE 以制表符分隔，首行为列名：text（内容），可有 title、place、channel 和 "
     "expect（应最先命中的\n"
     "规则编号，- 为都不该命中）；- "
     "为标准输入。逐行输出行号、命中的规则、依据的词，再是每条规则命中多少，\n"
     "哪些从未命中、条条命中、总被抢先。不写 FILE 就核对站点自己的 "
     "rules-test.tsv。有不符的，退出码为 65。",
     "FILE is separated by tabs; its first line names the columns: text, perhaps title, place,\n"
     "channel and expect (id of the first rule that must hit, - for none); - is standard input. A\n"
     "line a row: line, rules, words; then how often each rule hits, and which hit nothing,\n"
     "everything, or only where another comes first. Without FILE: the site's rules-test.tsv.\n"
     "Exit status 65 where an expectation fails.",
     OPTIONS(0, CLI_SITE), .alias = "试规则"},
    {"calendar show", "", 0, 0, cli_calendar_show, "一年的工作日、节假日和补班日",
     "working days, holidays and make-up workdays of a year", NULL, NULL,
     OPTIONS(0, CLI_SITE, CLI_CALENDAR, CLI_YEAR)},
    {"calendar check", "", 0, 0, cli_calendar_check, "各日历已有哪些年份的节假日，缺哪些",
     "which years' holidays each calendar knows, and which are missing", NULL, NULL,
     OPTIONS(0, CLI_SITE)},
    {"calendar import", "FILE", 1, 1, cli_calendar_import,
     "导入节假日（.json 或 .ics），写入站点的 calendars/",
     "holidays (.json or .ics) into a site's calendars/",
     "新的日子并入已有的，不会去掉别的（--replace 整年替换）；改动先列出再写入。名称里写明放假或\n"
     "补班的事件照办；生日、会议、节气、半天这类看不出的会先问：在终端上逐个问，否则拒绝并列出，\n"
     "用 --off、--work、--skip 加名称说明。DTEND 当天不算在内。一年里七个节日和补班日都有了，\n"
     "这一年才算已知；确认已完整请加 --complete。运行中的服务要重新载入站点才采用。",
     "Days are added to those known, none is dropped (--replace: the whole year); changes are\n"
     "listed, then written. Events whose titles say holiday or make-up workday are taken so; what\n"
     "says neither (birthdays, meetings, half days) is asked about on a terminal, else refused "
     "and\n"
     "listed: say --off, --work or --skip and the name. DTEND is exclusive. A year is known when\n"
     "its seven feasts and its make-up days are there, or with --complete. Running services take\n"
     "it when they load the site again.",
     OPTIONS(1, CLI_SITE, CLI_OFF, CLI_WORK, CLI_SKIP, CLI_REPLACE, CLI_COMPLETE)},
    {"calendar due", "", 0, 0, cli_calendar_due, "时限何时到期，供脚本使用",
     "when a term ends, for scripts", NULL, NULL,
     OPTIONS(3, CLI_UNIT, CLI_AMOUNT, CLI_FROM, CLI_SITE, CLI_CALENDAR, CLI_START, CLI_END)},
    {"log dump", "SERVICE", 1, 1, cli_log_dump, "日志，每行一个 JSON；默认不含内容和个人信息",
     "the log, one JSON object a line; without texts and personal data", NULL, NULL,
     OPTIONS(0, CLI_SINCE, CLI_UNTIL, CLI_TEXTS, CLI_REASON)},
    {"log verify", "[SERVICE]", 0, 1, cli_log_verify, "逐条校验日志和哈希链；不写服务即全部",
     "check every record and the hash chain; without a service of all", NULL, NULL,
     .option_count = 0},
    {"log replay", "[SERVICE]", 0, 1, cli_log_replay, "从日志重建各表并逐字节比较；不写服务即全部",
     "fold the log again and compare all tables byte for byte; without a service all", NULL, NULL,
     .option_count = 0},
    {"permit", "[ROLE [WISH [NUMBER]]]", 0, 3, cli_permit, "权限表：谁可以做什么",
     "who may wish what, by the table",
     "不带参数列出整张表；只写角色列出它可以做的；带工单号再说明该工单是否在\n"
     "--unit、--area 或 --channel 所给的范围内。除看工单外不需要服务在运行。\n"
     "可以为 0，不可以为 77。请求如 show、\"work accept\"、\"read texts phones\"。",
     "Without words the whole table; with a role what it may; with a ticket's number also whether\n"
     "that lies in the scope that --unit, --area or --channel give. Asks nobody but for the "
     "ticket.\n"
     "Exits with 0 (it may) or 77. A wish is such as show, \"work accept\", \"read texts phones\".",
     OPTIONS(0, CLI_UNIT, CLI_AREA, CLI_CHANNEL), .alias = "权限"},
    {"login", "[NAME]", 0, 1, cli_login, "登录；此后的命令以本人身份执行",
     "log in; what is asked from then on is asked as that person",
     "密码在终端上输入，或从标准输入读一行。登录只在本机本用户有效，30 分钟不用或 12 小时后结束。\n"
     "要以别的身份操作一次，写 --actor。",
     "The password is read from the terminal, else a line of standard input. It holds for this "
     "user\n"
     "on this machine, for 30 minutes without use and 12 hours at most. --actor asks once as "
     "another.",
     OPTIONS(0, CLI_CODE), .alias = "登录"},
    {"logout", "", 0, 0, cli_login_out, "退出登录", "log out", NULL, NULL, .option_count = 0,
     .alias = "退出"},
    {"whoami", "", 0, 0, cli_login_who, "现在是谁，有哪些角色",
     "who is logged in, with which roles", NULL, NULL, .option_count = 0},
    {"passwd", "", 0, 0, cli_login_password, "修改自己的密码", "change one's own password",
     "至少 12 个字符，不含用户名，也不是常见密码。其他登录随即结束。",
     "At least 12 characters, without the name, and not a common one. Other logins end.",
     .option_count = 0, .alias = "改密"},
    {"access init", "[SYSTEM SECURITY AUDIT]", 0, 3, cli_access_init,
     "初始化三名管理员：系统、安全、审计，各得一个一次性密码",
     "the first three administrators, each with a one-time password",
     "只在还没有账户时，由服务自己的用户执行。三个用户名默认为 system、security、audit。",
     "While there is no account, by the service's own user. The names are system, security and\n"
     "audit unless given.",
     .option_count = 0},
    {"access user", "ACTION [NAME]", 1, 2, cli_access_user,
     "账户：list add disable enable reset unlock end-totp rename",
     "accounts: list, add, disable, enable, reset, unlock, end-totp, rename",
     "add 和 reset 给出一个初始密码，首次登录须修改。涉及管理员的事项须另一名管理员批准。",
     "add and reset give a first password, to be changed at the first login. What concerns an\n"
     "administrator must be approved by another one.",
     OPTIONS(0, CLI_NAME, CLI_ROLE, CLI_UNIT, CLI_CURSOR, CLI_LIMIT)},
    {"access role", "ACTION [NAME]", 1, 2, cli_access_role,
     "角色：list 列出，grant 授予，revoke 收回", "roles: list, grant, revoke",
     "clerk、leader、supervisor 要 --unit，hotline 要 --channel；dispatcher 可加 --area，leader "
     "可加\n"
     "--level。grant 和 revoke 随即生效。list 加 --role、--unit 只看一部分。",
     "clerk, leader and supervisor need --unit, hotline --channel; dispatcher may have --area, "
     "leader\n"
     "--level. grant and revoke are in force at once. list takes --role and --unit.",
     OPTIONS(0, CLI_ROLE, CLI_UNIT, CLI_AREA, CLI_CHANNEL, CLI_LEVEL, CLI_CURSOR, CLI_LIMIT)},
    {"access totp", "[end]", 0, 1, cli_login_factor, "自己的验证器：设置或更换；end 取消",
     "one's own authenticator: set up or change it; end it",
     "先输密码，把显示的地址或密钥加到验证器里，再输它给出的 6 位数字；恢复码只显示一次。",
     "Asks for the password, shows what the authenticator needs, asks for the 6 digits that it\n"
     "gives then; recovery codes are shown once.",
     .option_count = 0},
    {"access change", "ACTION [NUMBER]", 1, 2, cli_access_change, "待批事项：list approve refuse",
     "what waits for a second administrator: list, approve, refuse", NULL, NULL, .option_count = 0},
    {"access key", "ACTION [LABEL|KEY]", 1, 2, cli_access_key, "接口密钥：list make revoke",
     "keys of programs: list, make, revoke",
     "密钥只在新建时显示一次。--channel 或 --unit 定其范围。",
     "A key is shown once, when it is made. --channel or --unit says what it is for.",
     OPTIONS(0, CLI_CHANNEL, CLI_UNIT, CLI_UNTIL, CLI_CURSOR, CLI_LIMIT)},
    {"access session", "ACTION [SESSION|NAME]", 1, 2, cli_access_session, "会话：list revoke",
     "sessions: list, revoke", NULL, NULL, OPTIONS(0, CLI_LIMIT)},
    {"access audit", "[NAME]", 0, 1, cli_access_audit, "登录和账户变更的记录，新的在前",
     "logins and changes of accounts, newest first", NULL, NULL,
     OPTIONS(0, CLI_SINCE, CLI_CURSOR, CLI_LIMIT)},
    {"access trial", "", 0, 0, cli_access_trial, "为演示建好账户：每个角色一个，打印密码",
     "accounts for a trial: one a role, with their passwords",
     "只在还没有账户时。清单写入 DATA/accounts（0600）。",
     "While there is no account. The list is written to DATA/accounts (0600).", .option_count = 0},
    {"backup", "DIR", 1, 1, cli_backup, "各服务的一致备份，服务照常运行",
     "a consistent copy of all stores, while they run", NULL, NULL, .option_count = 0},
    {"restore", "DIR", 1, 1, cli_backup_restore, "从备份恢复到空的数据目录",
     "a backup into an empty data folder", NULL, NULL, .option_count = 0},
    {"completion", "bash", 1, 1, cli_completion,
     "命令行补全脚本；写 units 等则输出站点的代码和名称",
     "completion for a shell; units, areas, categories or channels: the site's words for it", NULL,
     NULL, .option_count = 0},
    {"man", "", 0, 0, cli_man, "手册页（roff）", "the manual page (roff)", NULL, NULL,
     .option_count = 0},
    {"help", "[COMMAND...]", 0, 2, cli_help, "帮助", "help", NULL, NULL, .option_count = 0},
    {"version", "", 0, 0, cli_help_version, "版本", "version", NULL, NULL, .option_count = 0},
};
const struct cli_commands cli_commands = {.rows = rows, .count = sizeof rows / sizeof rows[0]};
