/* code: what a refusal means, said to people. Each code has one sentence in each language: what is
 * wrong and what to do about it, without blame and without words of the program. Names are stable
 * for ever, sentences may be put better at any time: scripts read the first, people the second. The
 * exit status belongs to the code, so that a refusal looks the same whichever command met it. */
#include "common/say/code.h"

#include <stddef.h>

/* Exit statuses follow sysexits(3). */
enum {
    EXIT_OK = 0,
    EXIT_USAGE = 64,       /* the command line */
    EXIT_BAD_INPUT = 65,   /* the data given */
    EXIT_NO_SUCH = 66,     /* what the data names does not exist */
    EXIT_UNREACHABLE = 69, /* no answer */
    EXIT_BROKEN = 70,      /* the store is damaged: a person must look */
    EXIT_NO_SPACE = 73,    /* full; works again when there is room */
    EXIT_TRY_LATER = 75,   /* busy; the same command later will do */
    EXIT_RULES = 77,       /* the rules do not allow it */
    EXIT_SETTINGS = 78,    /* site, format, versions */
};

struct entry {
    Paidan__Code code;
    const char *name, *zh, *en;
    int exit;
};

#define ENTRY(NAME, EXIT, ZH, EN)                                                                  \
    {                                                                                              \
        PAIDAN__CODE__##NAME, #NAME, ZH, EN, EXIT                                                  \
    }

static const struct entry entries[] = {
    ENTRY(OK, EXIT_OK, "已完成。", "Done."),

    ENTRY(FRAME_INVALID, EXIT_BAD_INPUT, "消息无法解读，请检查程序版本后重发。",
          "The message cannot be decoded; check the program's version and send it again."),
    ENTRY(FRAME_TOO_LARGE, EXIT_BAD_INPUT, "消息过大（上限 4 MiB），请分批发送。",
          "The message is too large (at most 4 MiB); send it in parts."),
    ENTRY(PROTOCOL_UNSUPPORTED, EXIT_BAD_INPUT, "协议版本不受支持，请升级程序。",
          "This protocol version is not supported; upgrade the program."),
    ENTRY(FIELD_INVALID, EXIT_BAD_INPUT, "有一项内容不合要求，请按提示改正。",
          "A field does not hold what it must; correct what is named."),
    ENTRY(FIELD_TOO_LONG, EXIT_BAD_INPUT, "有一项内容过长，请按提示缩短。",
          "A field is too long; shorten what is named."),
    ENTRY(TOO_MANY_ITEMS, EXIT_BAD_INPUT, "一次提交的条目过多，请分批提交。",
          "Too many items at once; send them in smaller batches."),
    ENTRY(TEXT_NOT_UTF8, EXIT_BAD_INPUT, "文字不是有效的 UTF-8，或含有控制字符，请改正后重发。",
          "The text is not valid UTF-8 or has a control character; correct it and send it again."),
    ENTRY(ENUM_UNKNOWN, EXIT_BAD_INPUT, "有一项取值本版本不认识，请检查。",
          "A value is not known to this version; check what is named."),
    ENTRY(REQUEST_ID_MISSING, EXIT_BAD_INPUT, "缺少请求编号：变更类请求须带 16 字节编号。",
          "The request id is missing: a wish that changes something needs 16 bytes of it."),
    ENTRY(WISH_UNSUPPORTED, EXIT_BAD_INPUT, "本服务不办理这类请求，请发往对应的服务。",
          "This service does not do that; ask the service that does."),
    ENTRY(ACTOR_MISSING, EXIT_BAD_INPUT, "缺少经办人，请注明是谁在操作。",
          "The actor is missing; say who does this."),

    ENTRY(TICKET_UNKNOWN, EXIT_NO_SUCH, "没有这张工单，请核对编号。",
          "There is no such ticket; check the number."),
    ENTRY(TICKET_ARCHIVED, EXIT_RULES,
          "这张工单早已办结归档，不能再办理；可用 paidan search 查到，paidan export 导出。",
          "This ticket ended long ago and is archived: nothing can be done to it any more; paidan "
          "search finds it."),
    ENTRY(NUMBER_INVALID, EXIT_BAD_INPUT, "工单编号有误（格式或校验位不对），请重新输入。",
          "The number is wrong (its form or check digit); type it again."),
    ENTRY(QUERY_CODE_WRONG, EXIT_RULES, "查询码不对，请核对受理时给出的 6 位查询码。",
          "The query code is wrong; check the 6 characters given with the number."),
    ENTRY(CHANNEL_UNKNOWN, EXIT_NO_SUCH, "没有这个渠道，请核对渠道的代码或名称。",
          "There is no such channel; check its code or name."),
    ENTRY(CATEGORY_UNKNOWN, EXIT_NO_SUCH, "没有这个诉求类别，请核对类别的代码或名称。",
          "There is no such category; check its code or name."),
    ENTRY(AREA_UNKNOWN, EXIT_NO_SUCH, "没有这个区域，请核对区域的代码或名称。",
          "There is no such area; check its code or name."),
    ENTRY(AREA_AMBIGUOUS, EXIT_RULES,
          "找到几个地点，尚未确定是哪一个；请用 --area 从中选一个（见下）。",
          "Several places were found and nobody said which; choose one of these with --area."),
    ENTRY(UNIT_UNKNOWN, EXIT_NO_SUCH, "没有这个承办单位，请核对单位的代码或名称。",
          "There is no such unit; check its code or name."),
    ENTRY(LEVEL_UNKNOWN, EXIT_NO_SUCH, "没有这个层级，请核对层级。",
          "There is no such level; check it."),
    ENTRY(TEXT_EMPTY, EXIT_BAD_INPUT, "诉求内容为空，请填写要反映的问题。",
          "The text is empty; say what the complaint is about."),
    ENTRY(TEXT_TOO_LONG, EXIT_BAD_INPUT, "诉求内容过长（上限 64 KiB），请缩短或改用附件。",
          "The text is too long (at most 64 KiB); shorten it or attach a file."),

    ENTRY(NOT_YOUR_TICKET, EXIT_RULES, "这张工单由其他单位承办，本单位不能操作。",
          "Another unit has this ticket; yours cannot do that."),
    ENTRY(MERGED, EXIT_RULES, "这件已并单，请到并入的那件办理；确属两件事的，请分拨员先解除并单。",
          "It is merged into another ticket: work on that one, or have a dispatcher unmerge it."),
    ENTRY(NOT_MERGED, EXIT_RULES, "这件没有并入任何工单。", "It is not merged into any ticket."),
    ENTRY(GROUP_FULL, EXIT_RULES, "并入的件数已到上限；请另选一件作为主单。",
          "As many tickets as may be are merged into it already; choose another one."),
    ENTRY(MERGE_TARGET_OVER, EXIT_RULES, "要并入的那件已办结或撤回，不能再并入；请单独分拨。",
          "What it would be merged into is resolved or withdrawn; dispatch this one by itself."),
    ENTRY(MERGE_SELF, EXIT_BAD_INPUT, "不能并入自身，或并入已并到它名下的工单。",
          "A ticket is not merged into itself, nor into one that is merged into it."),
    ENTRY(MERGE_CONFIDENTIAL, EXIT_RULES, "保密工单只能与保密工单并单。",
          "A confidential ticket is merged with confidential ones only."),
    ENTRY(UPDATE_OLDER, EXIT_RULES, "这条补充比已经收到的还早，没有采用。",
          "This update is older than one that was taken already; it was left out."),
    ENTRY(STATE_FORBIDS, EXIT_RULES, "工单当前状态不允许这样操作，请先查看工单。",
          "The ticket's state does not allow that; look at the ticket first."),
    ENTRY(VERSION_CONFLICT, EXIT_RULES, "工单刚被他人更改，请刷新后再操作。",
          "Somebody changed the ticket just before; look again, then decide."),
    ENTRY(LEASED_BY_OTHER, EXIT_RULES, "工单已被同事领取，请等其签收或领取到期。",
          "A colleague has pulled this ticket; wait until it is accepted or the lease is over."),
    ENTRY(AT_TOP_LEVEL, EXIT_RULES, "工单已在最高层级，不能再上报。",
          "The ticket is at the top level; it cannot be raised further."),
    ENTRY(RETURN_AFTER_RULING, EXIT_RULES, "已经裁定的工单不能再退单，请按裁定办理。",
          "A ticket that was ruled on cannot be returned again; act on the ruling."),
    ENTRY(NOTE_MISSING, EXIT_BAD_INPUT, "缺少说明，请写明办理情况或理由。",
          "The note is missing; say what was done or why."),
    ENTRY(NOT_ON_DESK, EXIT_RULES, "工单不在分拨台上，请先查看工单。",
          "The ticket is not on the dispatcher's desk; look at the ticket first."),
    ENTRY(CALLBACK_NOT_OPEN, EXIT_RULES, "这张工单当前没有待答的回访。",
          "No callback is open for this ticket."),
    ENTRY(CALLBACK_TOO_LATE, EXIT_RULES, "答复来得太晚，已不再计入。",
          "The answer came too late to count."),
    ENTRY(CALLER_UNKNOWN, EXIT_RULES, "这张工单没有留下诉求人的电话或身份，认不出是谁。",
          "Neither a phone nor a name is known of this ticket's resident."),
    ENTRY(CALLBACK_CHANNEL, EXIT_RULES, "这张工单现在由另一个渠道回访。",
          "Another channel asks about this ticket."),
    ENTRY(UNIT_NOT_AT_LEVEL, EXIT_RULES, "该单位不在这一层级，请另选单位。",
          "That unit is not at this level; choose another."),
    ENTRY(NOT_ACCEPTED, EXIT_RULES, "工单尚未签收，请先签收。",
          "The ticket is not accepted yet; accept it first."),
    ENTRY(NUMBERS_EXHAUSTED, EXIT_TRY_LATER, "当日工单编号已用完，请次日再提交。",
          "The numbers of this day are used up; submit again tomorrow."),
    ENTRY(EXTERNAL_ID_CONFLICT, EXIT_RULES, "该渠道编号已用于另一内容的工单，请核对。",
          "That external id belongs to a ticket with another text; check it."),
    ENTRY(ALREADY_DONE, EXIT_RULES, "这件事此前已经办过，无须重复。",
          "That was done before; nothing needs to be repeated."),
    ENTRY(RETURN_TOO_LATE, EXIT_RULES, "退单期限已过，请办理或上报。",
          "The time for returning it has passed; work on it or raise it."),
    ENTRY(CLOCK_EXPIRED, EXIT_RULES, "时限已到，延期须在到期前申请。",
          "The deadline has passed; an extension is asked for before it."),
    ENTRY(EXTENSIONS_EXHAUSTED, EXIT_RULES, "延期次数已用完，不能再延。",
          "It was extended as often as the policy allows."),
    ENTRY(REQUEST_OPEN, EXIT_RULES, "已有一项申请待批，请等批复后再申请。",
          "A request is open already; wait until it is decided."),
    ENTRY(NO_REQUEST_OPEN, EXIT_RULES, "没有待批的申请。", "No request is open."),
    ENTRY(NOT_YOUR_DECISION, EXIT_RULES, "这项申请由其他单位批复。",
          "Another unit decides on this request."),
    ENTRY(NOBODY_DECIDES, EXIT_RULES,
          "没有其他单位可以批复：本单位不能批复自己的申请。请在站点配置里再设一个督办单位。",
          "Nobody may decide on this: no unit decides on its own request. Name another "
          "supervising unit in the site."),
    ENTRY(RECALL_TOO_LATE, EXIT_RULES, "已经签收或已经了结，不能再撤回分拨；已签收的请单位退单。",
          "It was accepted, or is over: the dispatch cannot be taken back any more. A unit that "
          "has accepted it may return it."),
    ENTRY(RECALL_NOT_DISPATCHED, EXIT_RULES, "这件不是分拨给现承办单位的，没有可撤回的分拨。",
          "It did not come to this unit by a dispatch; there is none to take back."),
    ENTRY(NOTHING_CHANGES, EXIT_RULES, "和原来一样，没有要更正的。",
          "That is what it is already; there is nothing to correct."),
    ENTRY(SPLIT_INVALID, EXIT_RULES, "不能这样拆分。", "It cannot be split like that."),
    ENTRY(LEAD_APPEALS, EXIT_RULES,
          "协办单位没有单独的申诉；工单超时由主办单位申诉，协办超时请在协办结果里说明原因。",
          "An assisting unit has no appeal of its own: the unit that leads appeals for the "
          "ticket; say in your result why your part was late."),
    ENTRY(
        BULLETIN_UNFIT, EXIT_RULES,
        "这件工单不能公示：只有已解决或部分解决、不保密的已办结工单才能公示。",
        "This ticket cannot be told of publicly: only closed ones that are solved or partly solved "
        "and not confidential."),
    ENTRY(BULLETIN_PERSONAL, EXIT_BAD_INPUT, "公示里有电话或证件一类的号码，请删掉再提交。",
          "The words hold a telephone or another long number; take it out."),
    ENTRY(BULLETIN_STATE, EXIT_RULES, "这条公示现在的状态不允许这样操作，请先查看。",
          "The bulletin is not in a state for this; look at it first."),
    ENTRY(
        POINTS_PERSON, EXIT_BAD_INPUT,
        "没有这个积分代号，或不知道这件工单是谁反映的（匿名或保密的不计积分）。",
        "No such pseudonym, or nobody knows who registered the ticket: anonymous and confidential "
        "ones earn nothing."),
    ENTRY(POINTS_LIMIT, EXIT_RULES, "这个人按这条规则得的积分已到上限。",
          "The person has reached a limit of this rule."),
    ENTRY(POINTS_SHORT, EXIT_RULES, "积分不够兑换。", "There are fewer points than that costs."),
    ENTRY(POINTS_STOCK, EXIT_RULES, "库存不够，兑换没有进行。",
          "Not so many are left; nothing was exchanged."),
    ENTRY(PERIOD_INVALID, EXIT_BAD_INPUT,
          "日期或月份不对：写成 2026-03 或 2026-03-02，起点不晚于终点，一次不超过一千个时段。",
          "No such day or month: 2026-03 or 2026-03-02, from not after until, at most a thousand "
          "periods at a time."),
    ENTRY(EXEMPT_OPEN, EXIT_RULES, "这件工单已经申请剔除，等待复核。",
          "It was asked already that this ticket be taken out; the review is waited for."),
    ENTRY(EXEMPT_NOT_ASKED, EXIT_RULES, "这件工单没有待复核的剔除申请。",
          "Nothing waits for a review of this ticket."),
    ENTRY(EXEMPT_NOT_CLOSED, EXIT_RULES, "只有已办结的工单才能申请剔除。",
          "Only a closed ticket counts in the rates and can be taken out."),
    ENTRY(SEARCH_TOO_WIDE, EXIT_BAD_INPUT,
          "这几个词太常见，凑在一起一时找不到。请换成更少见的词，或去掉最常见的词。",
          "These words are too common to be found together in time: use a rarer word, or leave out "
          "the "
          "commonest."),
    ENTRY(SEARCH_TOO_LONG, EXIT_BAD_INPUT, "查询词太长：最多 256 个字。",
          "More words than a search takes: at most 256 characters."),
    ENTRY(
        SEARCH_AWAY, EXIT_TRY_LATER, "归档库现在读不了，稍后自动恢复；paidan archive 显示原因。",
        "The file that is searched cannot be read now, and mends itself: paidan archive says why."),
    ENTRY(CONFIDENTIAL, EXIT_RULES,
          "诉求人要求保密：电话、姓名和原话不给承办单位，请按分拨员写的摘要办理。",
          "The resident asked for confidence: phone, name and words are not for units; work by the "
          "dispatcher's summary."),
    ENTRY(LINK_NOT_HTTPS, EXIT_BAD_INPUT, "附件网址须以 https:// 开头，且不含空格。",
          "The address of an attachment begins with https:// and holds no blanks."),
    ENTRY(DEVICE_UNKNOWN, EXIT_NO_SUCH, "设备没有登记在 devices.csv 里。",
          "The device is not in the register (devices.csv)."),
    ENTRY(SIGNATURE_WRONG, EXIT_RULES, "签名不对：密钥、正文或编码与对方约定的不同。",
          "The signature is wrong: another key, another text, or none."),
    ENTRY(SIGNATURE_OLD, EXIT_RULES, "签名时间与本机相差超过五分钟，请校准时钟后重新签名。",
          "It was signed more than five minutes ago or ahead: set the clock and sign again."),
    ENTRY(NONCE_REUSED, EXIT_RULES, "这个随机串已经用过，请换一个重新签名。",
          "This nonce was used before: sign again with another one."),
    ENTRY(CALL_UNKNOWN, EXIT_NO_SUCH, "没有这通来电，或已不在名单上。",
          "No such call is known, or it is no longer on the list."),
    ENTRY(CASE_UNKNOWN, EXIT_NO_SUCH, "没有收到过这个编号的派单；请先派单。",
          "No ticket was handed over under this id; send the dispatch first."),
    ENTRY(HEARD_DIFFERENT, EXIT_RULES, "这个消息编号已经收到过，但内容不同；请换一个编号。",
          "A message with this id was heard before with other content; use an id of its own."),
    ENTRY(DELIVERY_UNKNOWN, EXIT_NO_SUCH, "没有这个待发送的编号。",
          "No delivery waits or is dead under this name."),
    ENTRY(DELIVERY_NOT_DEAD, EXIT_RULES, "还在发送；只有已放弃的才能重发或删除。",
          "It is still being sent: only a delivery that was given up is retried or dropped."),
    ENTRY(DESTINATION_UNKNOWN, EXIT_NO_SUCH, "站点已没有这个去向；请先在站点里恢复它，或者删除。",
          "The site names this destination no more: bring it back into the site, or drop it."),
    ENTRY(SUMMARY_MISSING, EXIT_BAD_INPUT,
          "这是保密件：分拨时须写一段给承办单位看的摘要，不含诉求人的身份。",
          "The ticket is confidential: dispatch it with a summary for the unit that does not tell "
          "who asked."),
    ENTRY(TERM_TOO_LONG, EXIT_RULES, "期限超过规定上限，请按提示缩短。",
          "The term is longer than the policy allows; shorten it to what is named."),
    ENTRY(TERM_PASSED, EXIT_BAD_INPUT, "所给的截止时间已经过去。",
          "The end that was given lies in the past."),
    ENTRY(SUSPENSIONS_EXHAUSTED, EXIT_RULES, "挂账次数已用完。",
          "It was suspended as often as the policy allows."),
    ENTRY(ASSIST_OPEN, EXIT_RULES, "协办单位尚未办完；如确须办结，请说明原因。",
          "Assisting units have not finished; to resolve it anyway say why."),
    ENTRY(NOT_ASSISTING, EXIT_RULES, "本单位不是这张工单的协办单位。",
          "This unit has no assisting task for that ticket."),
    ENTRY(RESULT_MISSING, EXIT_RULES, "调解、议事或协调须先登记结果。",
          "Mediation, deliberation or coordination needs its result first."),
    ENTRY(MODE_NOT_OPEN, EXIT_RULES, "没有进行中的调解、议事或协调。",
          "No mediation, deliberation or coordination is under way."),
    ENTRY(CARD_NOT_HIGHER, EXIT_RULES, "已有同级或更高的牌，不能重复或降级。",
          "It has that card or a higher one; cards do not repeat and do not go back."),
    ENTRY(NO_CARD, EXIT_RULES, "没有可撤销的牌。", "There is no card to cancel."),
    ENTRY(NOT_SUPERVISOR, EXIT_RULES, "只有督办单位可以这样做。",
          "Only a supervising unit may do this."),
    ENTRY(NOT_LATE, EXIT_RULES, "没有超时记录，无须申诉。",
          "It was never late; there is nothing to appeal."),
    ENTRY(POLICY_ABSENT, EXIT_RULES, "本站点的规则没有为这张工单设定此项。",
          "The site's policies do not provide this for that ticket."),
    ENTRY(CALENDAR_UNKNOWN, EXIT_NO_SUCH, "没有这个日历，请核对代码。",
          "There is no such calendar; check the code."),
    ENTRY(FORBIDDEN, EXIT_RULES, "您无权进行此操作，请联系管理员。",
          "You may not do this; ask the administrator."),
    ENTRY(GRANT_INVALID, EXIT_RULES, "登录凭证无效或已过期，请重新登录。",
          "The proof of who you are is not valid or has expired; log in again."),
    ENTRY(SECOND_PERSON, EXIT_RULES, "这件事须由另一人批准，不能由同一人办完。",
          "Another person must approve this; one alone cannot do it."),

    ENTRY(LOGIN_FAILED, EXIT_RULES, "用户名、密码或验证码不对，请核对后再试。",
          "The name, the password or the code is wrong; check them and try again."),
    ENTRY(LOCKED_OUT, EXIT_TRY_LATER,
          "登录失败次数过多，已暂时锁定；请稍后再试，或请系统管理员解锁。",
          "Too many failed logins: locked for a while; try later, or ask a system administrator."),
    ENTRY(SECOND_FACTOR_NEEDED, EXIT_RULES,
          "还需要验证码：请输入验证器上的 6 位数字，或一个恢复码。",
          "A code is needed as well: the 6 digits of the authenticator, or a recovery code."),
    ENTRY(PASSWORD_WEAK, EXIT_BAD_INPUT, "密码太弱：至少 12 个字符，不含用户名，也不是常见密码。",
          "The password is too weak: at least 12 characters, without the name, and not a common "
          "one."),
    ENTRY(PERSON_UNKNOWN, EXIT_NO_SUCH, "没有这个用户，请核对用户名。",
          "There is no such person; check the name."),
    ENTRY(SESSION_ENDED, EXIT_RULES, "登录已结束，请重新登录。",
          "The session has ended; log in again."),
    ENTRY(PERSON_EXISTS, EXIT_RULES, "这个用户名已有人用，请换一个。",
          "Somebody has that name already; choose another."),
    ENTRY(ROLE_CONFLICT, EXIT_RULES, "管理员只能有一个管理角色，不能兼任其他角色。",
          "An administrator has one administrator's role and no other."),
    ENTRY(ROLE_ABSENT, EXIT_RULES, "该用户没有这个角色，请核对角色和范围。",
          "The person does not have that role; check the role and its scope."),
    ENTRY(ROLE_SCOPE, EXIT_BAD_INPUT, "角色的范围不对，请按提示补上或去掉一项。",
          "The role needs another scope; add or leave out what is named."),
    ENTRY(LAST_ADMINISTRATOR, EXIT_RULES, "这是最后一名该类管理员，请先增加一名再操作。",
          "Nobody else has that administrator's role; give it to another person first."),
    ENTRY(KEY_UNKNOWN, EXIT_RULES, "接口密钥不存在、已过期或已吊销，请换用新的密钥。",
          "The key is unknown, expired or revoked; use a new one."),
    ENTRY(NOT_FIRST, EXIT_RULES, "已经有账户了，不能再次初始化；请由系统管理员新增用户。",
          "There are accounts already; a system administrator can add people."),
    ENTRY(CHANGE_UNKNOWN, EXIT_NO_SUCH, "没有这项待批事项，可能已批、已拒或已过期。",
          "Nothing of that number waits for approval; it was decided or has lapsed."),
    ENTRY(PASSWORD_SAME, EXIT_RULES, "新密码与原密码相同，请换一个。",
          "The new password is the old one; choose another."),
    ENTRY(FACTOR_NOT_SET, EXIT_RULES, "尚未设置验证器，请先设置。",
          "No authenticator is set up; set one up first."),
    ENTRY(NAME_UNSAFE, EXIT_BAD_INPUT,
          "名称里有看不见或会改变文字方向的字符，或混用了外形相同的不同文字；请用汉字、字母和数字重"
          "新填写。",
          "The name holds characters that nobody sees or that turn the line, or letters of another "
          "alphabet that look the same; write it anew."),

    ENTRY(OVERLOADED, EXIT_TRY_LATER, "系统繁忙，请稍后用同一请求编号重试。",
          "The system is busy; try again later with the same request id."),
    ENTRY(STORAGE_FULL, EXIT_NO_SPACE, "存储空间不足，暂停受理；腾出空间后自动恢复。",
          "Storage is full; no new work is taken until there is room again."),
    ENTRY(STARTING, EXIT_TRY_LATER, "服务正在启动，请稍后重试。",
          "The service is starting; try again shortly."),
    ENTRY(TOO_MANY_WAITERS, EXIT_TRY_LATER, "等待者过多，请稍后重试。",
          "Too many callers are waiting; try again later."),

    ENTRY(LOG_TRIMMED, EXIT_NO_SUCH, "所要的记录已被清理，请从现存的最早记录开始。",
          "Those records were trimmed; begin with the oldest that is still there."),
    ENTRY(LOG_DIVERGED, EXIT_BROKEN, "双方日志的历史不同，请核对是否恢复过旧备份。",
          "The two logs have different histories; check whether an old backup was restored."),

    ENTRY(STORE_LOCKED, EXIT_SETTINGS, "数据正被另一进程使用，请先停止它。",
          "Another process owns this data; stop it first."),
    ENTRY(STORE_FORMAT, EXIT_SETTINGS, "数据格式不属于本版本或本服务，请用匹配的版本打开。",
          "The data is of another version or service; open it with the program it belongs to."),
    ENTRY(STORE_CORRUPT, EXIT_BROKEN, "数据已损坏，请停止使用并从备份恢复。",
          "The data is damaged; stop and restore a backup."),
    ENTRY(SITE_INVALID, EXIT_SETTINGS, "站点设置有误，请运行 paidan check 查看每一处错误。",
          "The site's settings have mistakes; run paidan check to see each one."),
    ENTRY(SITE_LEVELS_CHANGED, EXIT_SETTINGS, "站点的层级与已有数据不同；层级一经使用不可更改。",
          "The site's levels differ from those in the data; once in use they cannot be changed."),
    ENTRY(CLOCK_AHEAD, EXIT_SETTINGS,
          "系统时钟远超已存时间：有误请校正；无误请执行 paidan clock accept。",
          "The clock is far ahead of the stored time: put it right, or run paidan clock accept."),
    ENTRY(SERVICE_FAULT, EXIT_BROKEN, "系统出现故障，这件事没有办，也没有记录；请联系管理员。",
          "The service has a fault: nothing was done or stored; tell the administrator."),

    ENTRY(UNREACHABLE, EXIT_UNREACHABLE, "服务没有应答，请确认其正在运行。",
          "The service did not answer; make sure that it is running."),
    ENTRY(USAGE, EXIT_USAGE, "命令用法不对，请用 --help 查看。",
          "The command was not understood; see --help."),
};

static const struct entry unknown = {
    .name = "UNKNOWN",
    .zh = "未知的结果代码，请升级程序。",
    .en = "The result code is not known; upgrade the program.",
    .exit = EXIT_BROKEN,
};

static const struct entry *find(Paidan__Code code)
{
    for (size_t index = 0; index < sizeof entries / sizeof entries[0]; index++) {
        if (entries[index].code == code) {
            return &entries[index];
        }
    }
    return &unknown;
}

const char *code_name(Paidan__Code code)
{
    return find(code)->name;
}

const char *code_sentence_zh(Paidan__Code code)
{
    return find(code)->zh;
}

const char *code_sentence_en(Paidan__Code code)
{
    return find(code)->en;
}

int code_exit(Paidan__Code code)
{
    return find(code)->exit;
}
