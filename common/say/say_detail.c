/* say_detail: fields and states of the protos in words of people, with the option or the column
 * that a reader can correct. Owns no sentence: codes have those (code.c). A field without a row is
 * shown as the service named it, which is worse than a word and better than silence; the walk in
 * tests/unit/say_detail_test.c holds every field that a user can fill to having one. */
#include "common/say/say_detail.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_words.h"

struct row {
    const char *name, *zh, *en;
    const char *option; /* NULL: no option fills it */
    const char *column; /* of a table of complaints; NULL: none */
};

static const struct row rows[] = {
    {"text", "内容", "text", "text", "text"},
    {"title", "标题", "title", "title", "title"},
    {"place", "地点", "place", "place", "place"},
    {"words", "查询词", "words to search for", NULL, NULL},
    {"phone", "电话", "phone", "phone", "phone"},
    {"reporter", "诉求人姓名", "the resident's name", "reporter", "reporter"},
    {"external_id", "渠道编号", "the channel's id", "external-id", "external_id"},
    {"update_id", "补充的编号", "id of the update", NULL, NULL},
    {"outer_due_ms", "上级时限", "deadline from above", NULL, NULL},
    {"said_ms", "补充的时间", "time of the update", NULL, NULL},
    {"occurred_ms", "发生时间", "time", "time", "time"},
    {"due_ms", "上级时限", "deadline from above", NULL, NULL},
    {"unmapped", "渠道的分类没有对应", "its channel's category is not ours", NULL, NULL},
    {"category_hint", "渠道给出的类别", "category of the channel", "category-hint", NULL},
    {"unit_hint", "渠道指定的单位", "unit that the channel names", NULL, NULL},
    {"area_hint", "渠道给出的区域", "area of the channel", "area-hint", NULL},
    {"spot_unit", "现场办的单位", "the unit that solved it on the spot", "on-spot", NULL},
    {"spot_note", "现场办做了什么", "what was done on the spot", "done-note", NULL},
    {"confidential", "保密", "confidential", "confidential", "confidential"},
    {"summary", "给承办单位的摘要", "summary for the unit", "summary", NULL},
    {"attachments", "附件", "attachments", "attachment", NULL},
    {"channel", "渠道", "channel", "channel", NULL},
    {"query_code", "查询码", "query code", "code", NULL},
    {"note", "说明", "note", "note", NULL},
    {"reason", "理由", "reason", "reason", NULL},
    {"do_not_ask", "不再回访", "no more questions", NULL, NULL},
    {"this_ticket", "只这一件", "of this ticket alone", NULL, NULL},
    {"unit", "单位", "unit", "unit", NULL},
    {"to_unit", "交给的单位", "the unit it goes to", "to", NULL},
    {"person", "责任人", "person", "person", NULL},
    {"until_ms", "截止时间", "end", "until", NULL},
    {"due", "上级时限", "deadline from above", NULL, NULL},
    {"outer_due", "延长后的上级时限", "new deadline from above", NULL, NULL},
    {"said", "补充的时间", "time of the update", NULL, NULL},
    {"held_ms", "会议时间", "time of the meeting", "held", NULL},
    {"since_ms", "起点时间", "begin", "since", NULL},
    {"mode", "办理方式", "mode", "mode", NULL},
    {"result", "结果", "result", "result", NULL},
    {"version", "版本", "version", "if-version", NULL},
    {"area", "区域", "area", "area", NULL},
    {"category", "类别", "category", "category", NULL},
    {"urgency", "紧急程度", "urgency", "urgency", NULL},
    {"state", "状态", "state", "state", NULL},
    {"solved", "是否解决", "whether it is solved", "solved", NULL},
    {"satisfied", "是否满意", "whether they are satisfied", "satisfied", NULL},
    {"hand_over", "转下一渠道", "hand over to the next channel", "hand-over", NULL},
    {"do_not_call", "勿扰", "no more calls", "do-not-call", NULL},
    {"lift", "解除", "take it back", "call-again", NULL},
    {"without_assist", "不等协办", "without the assisting units", "without-assist", NULL},
    {"clock", "时钟", "clock", "clock", NULL},
    {"what", "要看什么", "what is asked for", NULL, NULL},
    {"before", "从哪一笔往前", "before which entry", NULL, NULL},
    {"rule", "积分规则", "the rule of points", NULL, NULL},
    {"points", "积分", "points", NULL, NULL},
    {"entry", "分录号", "number of an entry", NULL, NULL},
    {"goods", "兑换物品", "goods", NULL, NULL},
    {"grain", "按日或按月", "days or months", NULL, NULL},
    {"from", "起始日期或月份", "first day or month", "since", NULL},
    {"by", "统计口径", "what it is counted by", "by", NULL},
    {"per_period", "逐期", "a row a period", NULL, NULL},
    {"count", "指标", "the figure", "count", NULL},
    {"granted", "是否同意", "whether it is granted", NULL, NULL},
    {"all", "全部", "all of them", "all", NULL},
    {"limit", "每页条数", "rows of a page", "limit", NULL},
    {"weeks", "周数", "number of weeks", "weeks", NULL},
    {"max", "领取件数", "how many to pull", "max", NULL},
    {"wait_ms", "等待时间", "time to wait", "wait", NULL},
    {"lease_ms", "领取保留的时间", "time to keep them", "lease", NULL},
    {"cursor", "游标", "cursor", "cursor", NULL},
    {"after", "游标", "cursor", "cursor", NULL},
    {"by_due", "按期限", "by deadline", NULL, NULL},
    {"ahead", "未到期的", "still to come", NULL, NULL},
    {"new_only", "不含退单", "without returns", NULL, NULL},
    {"overdue", "超时", "overdue", "overdue", NULL},
    {"newest_first", "最新在前", "newest first", "newest", NULL},
    {"actor", "操作人", "actor", "actor", NULL},
    {"ticket", "工单号", "number", NULL, NULL},
    {"number", "工单号", "number", NULL, NULL},
    {"numbers", "工单号", "numbers", NULL, NULL},
    {"typed_number", "工单号", "number", NULL, NULL},
    {"phones", "要不要电话", "with phones", "phones", NULL},
    {"history", "经过", "history", NULL, NULL},
    {"supervised", "督办的", "supervised", NULL, NULL},
    {"level", "层级", "level", NULL, NULL},
    {"stray", "无人接手的", "stray", NULL, NULL},
    {"refused", "被拒的记录", "refused records", NULL, NULL},
    {"apply", "真的改", "apply", "apply", NULL},
    {"from_seq", "起始序号", "first sequence number", NULL, NULL},
    {"until_seq", "终止序号", "last sequence number", NULL, NULL},
    {"occurred", "发生时间", "time", "time", "time"},
    {"until", "截止时间", "end", "until", NULL},
    {"held", "会议时间", "time of the meeting", "held", NULL},
    {"since", "起点时间", "begin", "since", NULL},
    /* people and keys */
    {"name", "名称", "name", NULL, NULL},
    {"full_name", "姓名", "full name", NULL, NULL},
    {"password", "密码", "password", NULL, NULL},
    {"new_password", "新密码", "new password", NULL, NULL},
    {"code", "验证码", "code of the second factor", NULL, NULL},
    {"totp", "验证码", "code of the second factor", NULL, NULL},
    {"act", "操作", "action", NULL, NULL},
    {"role", "角色", "role", NULL, NULL},
    {"roles", "角色", "roles", NULL, NULL},
    {"revoke", "收回", "revoke", NULL, NULL},
    {"disabled", "停用", "disabled", NULL, NULL},
    {"end_totp", "取消第二验证", "end of the second factor", NULL, NULL},
    {"unlock", "解锁", "unlock", NULL, NULL},
    {"session", "会话", "session", NULL, NULL},
    {"change", "待批变更", "change", NULL, NULL},
    {"approve", "批准", "approve", NULL, NULL},
    {"label", "名称", "label", NULL, NULL},
    {"key", "密钥", "key", NULL, NULL},
    {"expires_ms", "到期时间", "expiry", NULL, NULL},
    {"tickets", "工单", "tickets", NULL, NULL},
    {"items", "工单", "tickets", NULL, NULL},
    {"replies", "答复", "answers", NULL, NULL},
    {"results", "结果", "results", NULL, NULL},
    {"action", "操作", "action", NULL, NULL},
    {"round", "回访轮次", "round of the callback", NULL, NULL},
    {"assist", "协办", "assisting", NULL, NULL},
    {"parts", "拆出的部分（一次 1 至 4 个，一件共 8 个）",
     "the parts (1 to 4 at once, 8 of one ticket)", NULL, NULL},
    {"same_parts", "有两部分一模一样", "two parts are the same", NULL, NULL},
    {"whole_text", "拆出的就是整段原文", "a part is the whole text", NULL, NULL},
    {"supplements", "补充说明", "supplements", NULL, NULL},
    {"device", "设备", "device", NULL, NULL},
    {"open", "在办的", "with an open ticket", NULL, NULL},
    {"reports", "设备消息", "messages of devices", NULL, NULL},
    {"devices", "设备", "devices", NULL, NULL},
    {"to", "去向", "destination", "to", NULL},
    {"dead", "已放弃的", "given up", NULL, NULL},
    {"delivery", "发送编号", "name of the delivery", NULL, NULL},
    {"anew", "另立一件", "a ticket of its own", NULL, NULL},
    {"call", "序号（见 paidan phone list）", "number of the call (paidan phone list)", NULL, NULL},
    {"call_id", "呼叫编号", "id of the call", NULL, NULL},
    {"over", "接过来", "taking it over", NULL, NULL},
    {"chases", "催单", "chases", NULL, NULL},
    {"return", "退单", "return", NULL, NULL},
    {"registered", "受理记录", "the registration", NULL, NULL},
    /* states of the other services; those of a ticket are words of enum State */
    {"REGISTERED", "已受理", "registered", NULL, NULL},
    {"routed", "已分拨", "already dispatched", NULL, NULL},
    {"desk_new", "待分拨", "at the desk", NULL, NULL},
    {"desk_returned", "退单待裁", "returned, at the desk", NULL, NULL},
    {"desk_recalled", "撤回分拨，待分拨", "taken back, at the desk", NULL, NULL},
    {"into", "并入的工单", "the ticket it is merged into", NULL, NULL},
    {"hand_to", "改由回访的渠道", "the channel that asks instead", NULL, NULL},
    {"merge_into", "并入的工单", "the ticket it is merged into", NULL, NULL},
    {"group", "并单", "the group", NULL, NULL},
    /* what gave a ticket to its unit, beside a dispatch: facts by their names */
    {"raised", "上报", "a raise", NULL, NULL},
    {"reopened", "重新打开", "a reopening", NULL, NULL},
    {"ordered", "领导交办", "a leader's order", NULL, NULL},
    {"moved", "站点变更", "a site edit", NULL, NULL},
    {"ended", "已结束", "ended", NULL, NULL},
    {"ASKED", "待回访", "to be asked", NULL, NULL},
    {"HANDED", "回访已领取", "pulled for a callback", NULL, NULL},
    {"ANSWERED", "已答复", "answered", NULL, NULL},
    {"UNREACHED", "未接通", "unreached", NULL, NULL},
    {"SPARED", "免回访", "not asked", NULL, NULL},
    {"CANCELLED", "已取消", "cancelled", NULL, NULL},
    {"TAKEN_BACK", "已撤回", "withdrawn", NULL, NULL},
};

/* What the items of a list of attachments have: other messages have a name, too. */
static const struct row of_attachments[] = {
    {"name", "附件名称", "name of an attachment", "attachment", NULL},
    {"url", "附件网址", "address of an attachment", "attachment", NULL},
    {"media_type", "附件类型", "type of an attachment", "attachment", NULL},
    {"digest", "附件摘要", "digest of an attachment", "attachment", NULL},
    {"bytes", "附件大小", "size of an attachment", "attachment", NULL},
};

/* Fields that are refused for one reason alone: what they may hold at most. */
static const struct bound {
    const char *name, *zh, *en;
} bounds[] = {
    {"occurred_ms", "至多比现在晚 24 小时", "at most 24 hours ahead of now"},
    {"outer_due_ms", "毫秒数，过去一年到今后十年之间，只由渠道给出",
     "in milliseconds, a year ago to ten years ahead, of a channel alone"},
    {"due_ms", "毫秒数，过去一年到今后十年之间", "in milliseconds, a year ago to ten years ahead"},
};

static const struct bound *bound_of(const struct row *row)
{
    for (size_t index = 0; row != NULL && index < sizeof bounds / sizeof bounds[0]; index++) {
        if (strcmp(bounds[index].name, row->name) == 0) {
            return &bounds[index];
        }
    }
    return NULL;
}

static const struct row *find_in(const struct row *table, size_t count, const char *name,
                                 size_t bytes)
{
    for (size_t index = 0; index < count; index++) {
        if (strlen(table[index].name) == bytes && strncmp(table[index].name, name, bytes) == 0) {
            return &table[index];
        }
    }
    return NULL;
}

/* parent: the list that the field's message is an item of, if it is one. */
static const struct row *find(const char *name, size_t bytes, const char *parent,
                              size_t parent_bytes)
{
    static const char attachments[] = "attachments";
    if (parent_bytes == sizeof attachments - 1 && strncmp(parent, attachments, parent_bytes) == 0) {
        return find_in(of_attachments, sizeof of_attachments / sizeof of_attachments[0], name,
                       bytes);
    }
    return find_in(rows, sizeof rows / sizeof rows[0], name, bytes);
}

/* How many bytes of the detail are a path of names and indexes: "work.items[3].note". */
static size_t path_bytes(const char *detail)
{
    size_t bytes = 0;
    for (; detail[bytes] != '\0'; bytes++) {
        const unsigned char letter = (unsigned char)detail[bytes];
        if (!isalnum(letter) && strchr("_.[]", letter) == NULL) {
            break;
        }
    }
    return bytes;
}

/* The last name before end, without its index: "tickets" of "submit.tickets[3]". */
static size_t last_name(const char *path, size_t end, size_t *bytes)
{
    size_t name_end = end;
    if (end > 0 && path[end - 1] == ']') {
        for (; name_end > 0 && path[name_end - 1] != '['; name_end--) {
        }
        name_end -= name_end > 0 ? 1 : 0;
    }
    size_t begin = name_end;
    for (; begin > 0 && path[begin - 1] != '.'; begin--) {
    }
    *bytes = name_end - begin;
    return begin;
}

/* Of the last name alone: a name that is no field of ours ("tickets[3].colour") is the sender's own, and
 * the list that it stands in is not what is wrong. */
static const struct row *row_of(const char *path, size_t bytes)
{
    size_t name_bytes = 0, parent_bytes = 0;
    const size_t name = last_name(path, bytes, &name_bytes);
    const size_t parent = name == 0 ? 0 : last_name(path, name - 1, &parent_bytes);
    return find(path + name, name_bytes, path + parent, parent_bytes);
}

/* A state of a ticket, in whichever case its service writes it. */
static const char *state_of(const struct say *say, const char *path, size_t bytes)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    int state = 0;
    if (bytes >= sizeof token) {
        return NULL;
    }
    for (size_t index = 0; index < bytes; index++) {
        token[index] = (char)tolower((unsigned char)path[index]);
    }
    token[bytes] = '\0';
    return say_words_read_token(&paidan__state__descriptor, token, &state) &&
                   state != PAIDAN__STATE__STATE_NONE
               ? say_words_state(say, (Paidan__State)state)
               : NULL;
}

/* "发生时间 --time", "place, column place". English says the option alone: it is a word already. */
static void put_row(const struct say *say, enum say_given given, const struct row *row, char *text,
                    size_t size)
{
    const char *word = say_choose(say, row->zh, row->en);
    if (given == SAY_BY_OPTION && row->option != NULL) {
        (void)snprintf(text, size, say_choose(say, "%s --%s", "%s, --%s"), word, row->option);
    } else if (given == SAY_BY_COLUMN && row->column != NULL) {
        (void)snprintf(text, size, say_choose(say, "%s，%s 列", "%s, column %s"), word,
                       row->column);
    } else {
        (void)snprintf(text, size, "%s", word);
    }
}

void say_detail(const struct say *say, enum say_given given, const char *detail,
                char text[SAY_DETAIL_BYTES])
{
    CHECK(detail != NULL);
    CHECK(given <= SAY_BY_COLUMN);
    const size_t bytes = path_bytes(detail);
    const char *rest = detail + bytes;
    /* A sentence, a path of files, a number: only a name alone or one before a colon is a field. */
    const bool whole = *rest == '\0' || *rest == ':';
    const struct row *row = whole ? row_of(detail, bytes) : NULL;
    const char *state = row == NULL && whole ? state_of(say, detail, bytes) : NULL;
    if (row == NULL && state == NULL) {
        (void)snprintf(text, SAY_DETAIL_BYTES, "%s", detail);
        return;
    }
    char word[SAY_DETAIL_BYTES / 2];
    if (row != NULL) {
        put_row(say, given, row, word, sizeof word);
    } else {
        (void)snprintf(word, sizeof word, "%s", state);
    }
    const struct bound *bound = bound_of(row);
    if (bound != NULL && *rest == '\0') {
        (void)snprintf(text, SAY_DETAIL_BYTES, say_choose(say, "%s，%s", "%s: %s"), word,
                       say_choose(say, bound->zh, bound->en));
        return;
    }
    (void)snprintf(text, SAY_DETAIL_BYTES, "%s%.150s", word, rest);
}
