/* chat: see chat.h. */

#include "chat.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/number.h"
#include "common/say/say_words.h"
#include "wechat_fsm.h"
#include "wechat_state.h"

/* 2026-11-23 09:00 in +08:00. */
#define START_MS 1795395600000ull
#define FIRST 2026112300000001ull
enum { FACTS_BYTES = 1024, AWAIT_MS = 3000, CODE_BYTES = 16 };

void chat_open(struct chat *chat, const char *site)
{
    static const char *loaded_name;
    static struct site *loaded;
    if (loaded == NULL || strcmp(loaded_name, site) != 0) {
        site_free(loaded); /* nobody stands on it: one story at a time */
        loaded = solo_site_load(site);
        loaded_name = site;
    }
    *chat = (struct chat){.account = "official", .person = "张三"};
    chat->solo = solo_open(&wechat_service, loaded, START_MS);
    trace_init(&chat->trace, START_MS - 9ull * 3600 * 1000);
}

void chat_close(struct chat *chat)
{
    solo_close(chat->solo);
    trace_fini(&chat->trace);
}

void chat_note(struct chat *chat, const char *text)
{
    trace_say(&chat->trace, "\n== %s", text);
}

uint64_t chat_ticket(const struct chat *chat, uint64_t nth)
{
    assert_true(nth >= 1 && nth <= chat->tickets);
    return FIRST + nth - 1;
}

/* ---- facts ---- */

struct looking {
    struct chat *chat;
    char facts[FACTS_BYTES];
};

static void add(struct looking *looking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add(struct looking *looking, const char *format, ...)
{
    va_list arguments;
    const size_t used = strlen(looking->facts);
    va_start(arguments, format);
    (void)vsnprintf(looking->facts + used, FACTS_BYTES - used, format, arguments);
    va_end(arguments);
}

static const char *token_of(const ProtobufCEnumDescriptor *of, int value)
{
    static char token[SAY_WORDS_TOKEN_BYTES];
    return say_words_token(of, value, token);
}

static const char *way_name(Paidan__WechatWay way)
{
    static const char *const names[] = {"?",  "随消息", "客服消息", "订阅通知",
                                        "群", "短信",   "电话",     "未能告知"};
    return names[(unsigned)way < 8 ? (unsigned)way : 0];
}

/* What the resident reads, by whatever way. */
static void put_reply(struct chat *chat, const Paidan__Replied *reply)
{
    (void)snprintf(chat->answer, sizeof chat->answer, "%s", reply->text);
    char lines[CHAT_TEXT];
    size_t used = 0;
    for (const char *at = reply->text; *at != '\0' && used + 16 < sizeof lines; at++) {
        lines[used++] = *at;
        if (*at == '\n') {
            memcpy(lines + used, "          ", 10);
            used += 10;
        }
    }
    lines[used] = '\0';
    trace_say(&chat->trace, "    答（%s）：%s", way_name(reply->way), lines);
    for (size_t index = 0; index < reply->n_items; index++) {
        trace_say(&chat->trace, "          [%s] %s", reply->items[index]->label,
                  reply->items[index]->id);
    }
    for (size_t index = 0; index < reply->n_values; index++) {
        trace_say(&chat->trace, "          %s=%s", reply->values[index]->name,
                  reply->values[index]->value);
    }
}

static void put_wish(struct looking *looking, const Paidan__Wished *wished)
{
    Paidan__Request *const request =
        paidan__request__unpack(NULL, wished->request.len, wished->request.data);
    assert_non_null(request);
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT: {
        const Paidan__NewTicket *const ticket = request->submit->tickets[0];
        add(looking, " 登记「%s」", ticket->text);
        if (ticket->place != NULL) {
            add(looking, "@%s", ticket->place);
        }
        if (ticket->phone != NULL) {
            add(looking, " 电话%s", ticket->phone);
        }
        if (ticket->n_attachments > 0) {
            const char *const url = ticket->attachments[0]->url;
            add(looking, " 附件%zu%s", ticket->n_attachments,
                strncmp(url, "media:", 6) == 0 ? "（自存）" : "");
        }
        break;
    }
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        add(looking, " 补充「%s」", request->supplement->text);
        break;
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        add(looking, " 回访答复%u/%u", (unsigned)request->callback_answer->replies[0]->solved,
            (unsigned)request->callback_answer->replies[0]->satisfied);
        break;
    case PAIDAN__REQUEST__WISH_CHASE:
        add(looking, " 催办");
        break;
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        add(looking, " 撤回");
        break;
    case PAIDAN__REQUEST__WISH_DO_NOT_CALL:
        add(looking, request->do_not_call->lift ? " 恢复回访" : " 勿扰");
        break;
    default:
        if (request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_MISS &&
            request->callback_miss->hand_to != NULL) {
            add(looking, " 转由%s回访", request->callback_miss->hand_to);
            break;
        }
        if (request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_MISS &&
            request->callback_miss->do_not_ask) {
            add(looking, " 免回访");
            break;
        }
        add(looking, " 未接通");
        break;
    }
    paidan__request__free_unpacked(request, NULL);
}

static void note_fact(struct looking *looking, uint64_t seq, const Paidan__Event *event)
{
    struct chat *const chat = looking->chat;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
    case PAIDAN__EVENT__FACT_DELIVERY_SENT:
    case PAIDAN__EVENT__FACT_WECHAT_GIVEN:
        return;
    case PAIDAN__EVENT__FACT_DELIVERY_ASKED:
        assert_true(chat->delivery_count < CHAT_DELIVERIES);
        chat->deliveries[chat->delivery_count].seq = seq;
        chat->deliveries[chat->delivery_count].of = event->delivery_asked->of;
        (void)snprintf(chat->deliveries[chat->delivery_count++].to, 40, "%s",
                       event->delivery_asked->to);
        return;
    case PAIDAN__EVENT__FACT_WECHAT_TURNED:
        add(looking, " →%s", wechat_fsm_state_name((enum wechat_state)event->wechat_turned->state));
        return;
    case PAIDAN__EVENT__FACT_WISHED:
        put_wish(looking, event->wished);
        return;
    case PAIDAN__EVENT__FACT_WECHAT_ASKED:
        add(looking, " 回访:%s",
            token_of(&paidan__wechat_asked_state__descriptor, (int)event->wechat_asked->state));
        return;
    default:
        add(looking, " %s", step_fact_name(event->fact_case));
        return;
    }
}

static enum rc visit(void *context, const struct evlog_record *record)
{
    struct looking *const looking = context;
    looking->chat->seen_seq = record->seq;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    assert_non_null(event);
    if (event->fact_case == PAIDAN__EVENT__FACT_REPLIED) {
        put_reply(looking->chat, event->replied);
    } else {
        note_fact(looking, record->seq, event);
    }
    paidan__event__free_unpacked(event, NULL);
    return RC_OK;
}

static void look(struct chat *chat)
{
    struct looking looking = {.chat = chat};
    struct store_txn *txn = NULL;
    if (chat->seen_seq == solo_head(chat->solo)) {
        return;
    }
    assert_int_equal(store_begin(solo_store(chat->solo), false, &txn), RC_OK);
    assert_int_equal(evlog_walk(txn, chat->seen_seq + 1, visit, &looking), RC_OK);
    store_abort(txn);
    if (looking.facts[0] != '\0') {
        trace_say(&chat->trace, "    事实：%s", looking.facts + 1);
    }
}

/* ---- speaking ---- */

static const char *said(const Paidan__WechatHear *hear, char text[CHAT_TEXT])
{
    static const char *const kinds[] = {"?",      "",       "[图片]", "[语音]", "[视频]",
                                        "[位置]", "[链接]", "[事件]", "[卡片]", "[其他]"};
    (void)snprintf(text, CHAT_TEXT, "%s%s%s%s%s", hear->quote == NULL ? "" : "（引用）",
                   kinds[(unsigned)hear->kind < 10 ? (unsigned)hear->kind : 0],
                   hear->menu == NULL ? "" : "点按", hear->text == NULL ? "" : hear->text,
                   hear->has_mentioned ? " @机器人" : "");
    return text;
}

void chat_send(struct chat *chat, Paidan__WechatHear *hear)
{
    char text[CHAT_TEXT];
    char id[32];
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    hear->account = (char *)chat->account;
    hear->person = (char *)chat->person;
    hear->group = (char *)chat->group;
    hear->quote = (char *)chat->quote;
    if (hear->msg_id == NULL || chat->sent_s != 0) {
        chat->last_s = chat->sent_s != 0 ? chat->sent_s : solo_now_ms(chat->solo) / 1000;
    }
    hear->sent_s = chat->last_s; /* the platform says the same time with each attempt */
    if (hear->msg_id == NULL && hear->kind != PAIDAN__WECHAT_KIND__WECHAT_EVENT) {
        (void)snprintf(id, sizeof id, "%" PRIu64, ++chat->messages);
        hear->msg_id = id;
    }
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_HEAR;
    request.wechat_hear = hear;
    trace_at(&chat->trace, solo_now_ms(chat->solo), "%s：%s", chat->person, said(hear, text));
    chat->answer[0] = '\0';
    const Paidan__Answer *const answer = solo_call(chat->solo, &request);
    chat->quote = NULL;
    look(chat);
    assert_non_null(answer);
    if (answer->code != PAIDAN__CODE__OK) {
        trace_say(&chat->trace, "    拒绝：%s",
                  token_of(&paidan__code__descriptor, (int)answer->code));
        chat->waits = false;
        return;
    }
    assert_non_null(answer->wechat_heard);
    chat->heard = answer->wechat_heard->heard;
    chat->waits = answer->wechat_heard->has_wait && answer->wechat_heard->wait;
    if (answer->wechat_heard->reply != NULL) {
        (void)snprintf(chat->answer, sizeof chat->answer, "%s", answer->wechat_heard->reply->text);
    }
}

void chat_say(struct chat *chat, const char *text)
{
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    hear.text = (char *)text;
    hear.has_mentioned = chat->group != NULL;
    hear.mentioned = 1;
    chat_send(chat, &hear);
}

void chat_again(struct chat *chat, const char *text)
{
    char id[32];
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    (void)snprintf(id, sizeof id, "%" PRIu64, chat->messages);
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    hear.text = (char *)text;
    hear.msg_id = id;
    chat_send(chat, &hear);
}

void chat_pin(struct chat *chat, const char *label)
{
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
    hear.text = (char *)label;
    hear.has_north_ud = 1;
    hear.north_ud = 120274085;
    hear.has_east_ud = 1;
    hear.east_ud = 300155070;
    chat_send(chat, &hear);
}

void chat_picture(struct chat *chat, const char *url)
{
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_IMAGE;
    hear.media_id = (char *)"media";
    hear.url = (char *)url;
    chat_send(chat, &hear);
}

void chat_tap(struct chat *chat, const char *menu)
{
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    hear.text = (char *)"（选项）";
    hear.menu = (char *)menu;
    chat_send(chat, &hear);
}

void chat_event(struct chat *chat, Paidan__WechatEvent event, const char *menu)
{
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_EVENT;
    hear.has_event = 1;
    hear.event = event;
    hear.menu = (char *)menu;
    chat_send(chat, &hear);
}

void chat_await(struct chat *chat)
{
    Paidan__WechatAwait wish = PAIDAN__WECHAT_AWAIT__INIT;
    wish.heard = chat->heard;
    wish.wait_ms = AWAIT_MS;
    const uint64_t until_ms = solo_now_ms(chat->solo) + AWAIT_MS;
    for (unsigned round = 0; round < 2 && chat->waits; round++) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_AWAIT;
        request.wechat_await = &wish;
        const Paidan__Answer *const answer = solo_call_until(chat->solo, &request, until_ms);
        look(chat);
        if (answer == NULL) { /* parked: its time comes */
            solo_set_time(chat->solo, until_ms);
            continue;
        }
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        chat->waits = false;
        if (answer->wechat_heard->reply != NULL) {
            (void)snprintf(chat->answer, sizeof chat->answer, "%s",
                           answer->wechat_heard->reply->text);
        } else {
            trace_say(&chat->trace, "    （三秒内没有编号：平台得到 success）");
        }
    }
}

/* ---- services and platforms ---- */

static void play(struct chat *chat, const Paidan__Wished *wished, Paidan__WishAnswered *answered,
                 char number[NUMBER_BYTES])
{
    Paidan__Request *const request =
        paidan__request__unpack(NULL, wished->request.len, wished->request.data);
    assert_non_null(request);
    answered->code = chat->refuses;
    if (request->wish_case == PAIDAN__REQUEST__WISH_SUBMIT && chat->refuses == 0) {
        answered->has_ticket = 1;
        answered->ticket = FIRST + chat->tickets++;
        number_format(answered->ticket, number);
        answered->number = number;
        answered->query_code = (char *)"7K3M9Q";
    }
    paidan__request__free_unpacked(request, NULL);
}

static void outcome(struct chat *chat, size_t index)
{
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    Paidan__WishAnswered answered = PAIDAN__WISH_ANSWERED__INIT;
    Paidan__WechatSent sent = PAIDAN__WECHAT_SENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    unsigned char bytes[64];
    char number[NUMBER_BYTES];
    outcome.delivery = chat->deliveries[index].seq;
    outcome.sent = 1;
    Paidan__Event *event = NULL;
    const bool service = channel_is_service(chat->deliveries[index].to);
    for (unsigned nth = 1; service && event == NULL; nth++) {
        event = solo_fact(chat->solo, PAIDAN__EVENT__FACT_WISHED, nth);
        /* The nth wish is the nth delivery to a service. */
        size_t before = 0;
        for (size_t other = 0; other < index; other++) {
            before += channel_is_service(chat->deliveries[other].to) ? 1 : 0;
        }
        if (before + 1 != nth) {
            paidan__event__free_unpacked(event, NULL);
            event = NULL;
        }
    }
    if (service) {
        play(chat, event->wished, &answered, number);
        answered.wished = chat->deliveries[index].of;
        outcome.answered = &answered;
        paidan__event__free_unpacked(event, NULL);
    } else {
        const bool fails = chat->errcode != 0 && strcmp(chat->deliveries[index].to, "sms") != 0;
        sent.has_taken = !fails;
        sent.taken = !fails;
        sent.has_errcode = fails;
        sent.errcode = chat->errcode;
        sent.sent_id = (char *)chat->sent_id;
        outcome.has_reply = 1;
        outcome.reply =
            (ProtobufCBinaryData){.len = paidan__wechat_sent__pack(&sent, bytes), .data = bytes};
    }
    if (chat->lost && strcmp(chat->deliveries[index].to, "media") == 0) {
        outcome.sent = 0;
        outcome.has_never = outcome.never = 1;
        outcome.has_reply = 0;
    }
    if (chat->away && !service) {
        outcome.sent = 0;
        outcome.has_unreached = outcome.unreached = 1;
        outcome.has_reply = 0;
        chat->deliveries[index].done = false;
    }
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = &outcome;
    const Paidan__Answer *const answer = solo_call(chat->solo, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    look(chat);
}

void chat_deliver(struct chat *chat)
{
    for (size_t index = 0; index < chat->delivery_count; index++) {
        if (!chat->deliveries[index].done) {
            chat->deliveries[index].done = true;
            outcome(chat, index);
        }
    }
}

void chat_tell(struct chat *chat, const char *text)
{
    chat_say(chat, text);
    chat_deliver(chat);
    chat_await(chat);
}

void chat_pass(struct chat *chat, uint64_t ms)
{
    solo_advance(chat->solo, ms);
    trace_at(&chat->trace, solo_now_ms(chat->solo), "……");
    look(chat);
    chat_deliver(chat);
}

void chat_ask(struct chat *chat, uint64_t ticket, uint32_t round, uint32_t attempt)
{
    Paidan__WechatAsk wish = PAIDAN__WECHAT_ASK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.round = round;
    wish.attempt = attempt;
    wish.due_ms = solo_now_ms(chat->solo) + 4ull * 3600 * 1000;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_ASK;
    request.wechat_ask = &wish;
    trace_at(&chat->trace, solo_now_ms(chat->solo), "（回访任务，第 %u 轮第 %u 次）", round,
             attempt);
    const Paidan__Answer *const answer = solo_call(chat->solo, &request);
    assert_non_null(answer);
    if (answer->code != PAIDAN__CODE__OK) {
        trace_say(&chat->trace, "    拒绝：%s",
                  token_of(&paidan__code__descriptor, (int)answer->code));
    }
    look(chat);
    chat_deliver(chat);
}

uint64_t chat_part(struct chat *chat, uint64_t split_of, const char *external_id)
{
    return chat_part_ago(chat, split_of, external_id, 0);
}

uint64_t chat_part_ago(struct chat *chat, uint64_t split_of, const char *external_id, uint64_t ms)
{
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    registered.channel = (char *)"wechat";
    registered.text = registered.title = (char *)"x";
    registered.query_code = (char *)"7K3M9Q";
    registered.external_id = (char *)external_id;
    registered.has_split_of = 1;
    registered.split_of = split_of;
    event.has_ticket = 1;
    event.ticket = FIRST + chat->tickets++;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &registered;
    trace_at(&chat->trace, solo_now_ms(chat->solo), "（受理：拆分）");
    solo_say(chat->solo, "intake", &event);
    event.at_ms -= ms;
    (void)solo_flush(chat->solo, NULL);
    look(chat);
    chat_deliver(chat);
    return event.ticket;
}

void chat_escalation(struct chat *chat, uint64_t ticket, Paidan__Event__FactCase fact)
{
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    Paidan__Suspended suspended = PAIDAN__SUSPENDED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    merged.into = unmerged.from = chat->first_day + 9999;
    merged.title = merged.note = (char *)"x";
    merged.channel = (char *)"wechat";
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    merged.registered_ms = solo_now_ms(chat->solo);
    accepted.unit = resolved.unit = suspended.unit = (char *)"b.any";
    resolved.note = suspended.reason = (char *)"x";
    resolved.channel = (char *)"wechat";
    resolved.round = 1;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    closed.round = 1;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = fact;
    switch (fact) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        event.accepted = &accepted;
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        event.resolved = &resolved;
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        event.suspended = &suspended;
        break;
    case PAIDAN__EVENT__FACT_MERGED:
        event.merged = &merged;
        break;
    case PAIDAN__EVENT__FACT_UNMERGED:
        event.unmerged = &unmerged;
        break;
    default:
        event.closed = &closed;
        break;
    }
    trace_at(&chat->trace, solo_now_ms(chat->solo), "（督办：%s）", step_fact_name(fact));
    solo_say(chat->solo, "escalation", &event);
    (void)solo_flush(chat->solo, NULL);
    look(chat);
    chat_deliver(chat);
}

void chat_check(struct chat *chat, const char *golden)
{
    assert_true(trace_golden(&chat->trace, golden));
    solo_check_replay(chat->solo);
}
