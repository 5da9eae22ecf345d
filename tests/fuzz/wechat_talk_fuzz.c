/* wechat_talk_fuzz: bytes -> what several residents say to two accounts and a robot, doubled, late, in
 * any order, with services and platforms that answer late or refuse, restarts and time.
 *
 * Laws: a message has one reply, and a repetition gets the same words; the same id with other words is
 * refused; a message is in one ticket at most; nothing is withdrawn that nobody confirmed; the log folds
 * into the same tables. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/say/number.h"
#include "solo.h"
#include "wechat.h"
#include "wechat_read.h"

#define START_MS 1795395600000ull
#define FIRST 2026112300000001ull

enum { OPERATIONS_MAX = 120, MESSAGES_MAX = 128, DELIVERIES_MAX = 512, WORDS_BYTES = 2048 };

struct input {
    const uint8_t *data;
    size_t bytes, used;
};

struct message {
    Paidan__WechatHear hear;
    char id[16];
    uint64_t heard;
    char words[WORDS_BYTES]; /* of the passive reply; "": none yet */
};

struct world {
    struct solo *solo;
    struct message messages[MESSAGES_MAX];
    size_t message_count;
    uint64_t deliveries[DELIVERIES_MAX], of[DELIVERIES_MAX];
    bool service[DELIVERIES_MAX];
    size_t delivery_count, next;
    uint64_t seen_seq, tickets;
    size_t submits, withdrawals, confirmed;
};

static const char *const texts[] = {
    "电梯坏了",
    "三叉街3号漏水",
    "好了",
    "催",
    "催 20261123-0001-5",
    "撤回",
    "撤回20261123-0001-5",
    "是的",
    "不",
    "1",
    "2",
    "3",
    "满意",
    "我的诉求",
    "新诉求：路灯不亮",
    "着火了",
    "😀",
    "你好",
    "后门",
    "20261123-0002-3 又坏了",
    "there is a hole in the road",
    "\xe2\x80\x8b",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static void law(bool holds, const char *which)
{
    if (!holds) {
        fprintf(stderr, "law broken: %s\n", which);
        abort();
    }
}

static unsigned take(struct input *input, unsigned below)
{
    return input->used < input->bytes ? input->data[input->used++] % below : 0;
}

static enum rc visit(void *context, const struct evlog_record *record)
{
    struct world *const world = context;
    world->seen_seq = record->seq;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    law(event != NULL, "a fact that can be read");
    if (event->fact_case == PAIDAN__EVENT__FACT_DELIVERY_ASKED &&
        world->delivery_count < DELIVERIES_MAX) {
        world->deliveries[world->delivery_count] = record->seq;
        world->of[world->delivery_count] = event->delivery_asked->of;
        world->service[world->delivery_count++] = channel_is_service(event->delivery_asked->to);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_WISHED) {
        Paidan__Request *const request =
            paidan__request__unpack(NULL, event->wished->request.len, event->wished->request.data);
        law(request != NULL, "a wish that can be read");
        world->submits += request->wish_case == PAIDAN__REQUEST__WISH_SUBMIT ? 1 : 0;
        world->withdrawals += request->wish_case == PAIDAN__REQUEST__WISH_WITHDRAW ? 1 : 0;
        paidan__request__free_unpacked(request, NULL);
    }
    paidan__event__free_unpacked(event, NULL);
    return RC_OK;
}

static void look(struct world *world)
{
    struct store_txn *txn = NULL;
    if (world->seen_seq == solo_head(world->solo)) {
        return;
    }
    law(store_begin(solo_store(world->solo), false, &txn) == RC_OK, "store");
    law(evlog_walk(txn, world->seen_seq + 1, visit, world) == RC_OK, "walk");
    store_abort(txn);
}

static void keep_words(struct message *message, const Paidan__WechatHeard *heard)
{
    if (heard->reply == NULL) {
        return;
    }
    law(message->words[0] == '\0' || strcmp(message->words, heard->reply->text) == 0,
        "a message has one reply");
    (void)snprintf(message->words, sizeof message->words, "%s", heard->reply->text);
}

static void hear(struct world *world, struct message *message, bool altered)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__WechatHear said = message->hear;
    const bool known = message->heard != 0;
    if (altered) {
        said.text = (char *)"完全不同的内容";
    }
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_HEAR;
    request.wechat_hear = &said;
    const Paidan__Answer *const answer = solo_call(world->solo, &request);
    law(answer != NULL, "a message is answered at once");
    if (altered && known) {
        law(answer->code == PAIDAN__CODE__HEARD_DIFFERENT, "another message under the same id");
        return;
    }
    law(answer->code == PAIDAN__CODE__OK, "a message is taken");
    law(!known || answer->wechat_heard->heard == message->heard, "the same message");
    message->heard = answer->wechat_heard->heard;
    keep_words(message, answer->wechat_heard);
}

static void speak(struct world *world, struct input *input)
{
    static const char *const accounts[] = {"official", "wecom", "robot"};
    static const char *const people[] = {"甲", "乙"};
    if (world->message_count == MESSAGES_MAX) {
        return;
    }
    struct message *const message = &world->messages[world->message_count++];
    const unsigned account = take(input, 3);
    const unsigned what = take(input, TEXTS + 4);
    message->hear = (Paidan__WechatHear)PAIDAN__WECHAT_HEAR__INIT;
    message->hear.account = (char *)accounts[account];
    message->hear.person = (char *)people[take(input, 2)];
    message->hear.sent_s = solo_now_ms(world->solo) / 1000 - take(input, 60);
    message->hear.group = (char *)(account == 2 ? "群" : NULL);
    message->hear.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    (void)snprintf(message->id, sizeof message->id, "%zu", world->message_count);
    message->hear.msg_id = message->id;
    if (what < TEXTS) {
        message->hear.text = (char *)texts[what];
        world->confirmed += what == 7 || what == 9 ? 1 : 0;
    } else if (what == TEXTS) {
        message->hear.kind = PAIDAN__WECHAT_KIND__WECHAT_IMAGE;
        message->hear.url = (char *)"https://p.example/1";
    } else if (what == TEXTS + 1) {
        message->hear.kind = PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
        message->hear.text = (char *)"阳光花园";
    } else if (what == TEXTS + 2) {
        message->hear.kind = PAIDAN__WECHAT_KIND__WECHAT_EVENT;
        message->hear.has_event = 1;
        message->hear.event = (Paidan__WechatEvent)(1 + take(input, 9));
        message->hear.sent_s += 1000000 + world->message_count; /* one event a second */
    } else {
        message->hear.kind = PAIDAN__WECHAT_KIND__WECHAT_VOICE;
    }
    hear(world, message, false);
}

static void wait_for(struct world *world, struct input *input)
{
    if (world->message_count == 0) {
        return;
    }
    struct message *const message = &world->messages[take(input, (unsigned)world->message_count)];
    Paidan__WechatAwait wish = PAIDAN__WECHAT_AWAIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.heard = message->heard;
    wish.wait_ms = 3000;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_AWAIT;
    request.wechat_await = &wish;
    const uint64_t until_ms = solo_now_ms(world->solo) + 3000 * take(input, 2);
    const Paidan__Answer *const answer = solo_call_until(world->solo, &request, until_ms);
    if (answer != NULL) {
        law(answer->code == PAIDAN__CODE__OK, "waiting");
        keep_words(message, answer->wechat_heard);
    }
}

static void deliver(struct world *world, struct input *input)
{
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    Paidan__WishAnswered answered = PAIDAN__WISH_ANSWERED__INIT;
    Paidan__WechatSent sent = PAIDAN__WECHAT_SENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    unsigned char bytes[64];
    char number[NUMBER_BYTES];
    if (world->next == world->delivery_count) {
        return;
    }
    const size_t index = world->next++;
    const unsigned how = take(input, 4);
    outcome.delivery = world->deliveries[index];
    outcome.sent = 1;
    if (world->service[index]) {
        answered.wished = world->of[index];
        answered.code = how == 3 ? PAIDAN__CODE__STATE_FORBIDS : PAIDAN__CODE__OK;
        answered.has_ticket = 1;
        answered.ticket = FIRST + world->tickets++;
        number_format(answered.ticket, number);
        answered.number = number;
        answered.query_code = (char *)"7K3M9Q";
        outcome.answered = &answered;
    } else {
        sent.has_taken = how != 3;
        sent.taken = 1;
        outcome.has_reply = 1;
        outcome.reply =
            (ProtobufCBinaryData){.len = paidan__wechat_sent__pack(&sent, bytes), .data = bytes};
    }
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = &outcome;
    (void)solo_call(world->solo, &request);
}

static void ask(struct world *world, struct input *input)
{
    Paidan__WechatAsk wish = PAIDAN__WECHAT_ASK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = FIRST + take(input, 8);
    wish.round = 1 + take(input, 2);
    wish.attempt = 1 + take(input, 2);
    wish.due_ms = solo_now_ms(world->solo) + 3600000;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_ASK;
    request.wechat_ask = &wish;
    (void)solo_call(world->solo, &request);
}

static void follow(struct world *world, struct input *input)
{
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = 1;
    event.ticket = FIRST + take(input, 8);
    accepted.unit = (char *)"b.any";
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    closed.round = 1;
    if (take(input, 2) == 0) {
        event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
        event.accepted = &accepted;
    } else {
        event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
        event.closed = &closed;
    }
    solo_say(world->solo, "escalation", &event);
    (void)solo_flush(world->solo, NULL);
}

static void operate(struct world *world, struct input *input)
{
    switch (take(input, 10)) {
    case 0:
    case 1:
    case 2:
    case 3:
        speak(world, input);
        break;
    case 4:
        if (world->message_count > 0) {
            const unsigned which = take(input, (unsigned)world->message_count);
            hear(world, &world->messages[which], take(input, 4) == 3);
        }
        break;
    case 5:
        wait_for(world, input);
        break;
    case 6:
        deliver(world, input);
        break;
    case 7:
        ask(world, input);
        follow(world, input);
        break;
    case 8:
        solo_advance(world->solo, take(input, 256) * 1000ull);
        break;
    default:
        if (take(input, 3) == 0) {
            solo_restart(world->solo);
        } else {
            solo_advance(world->solo, take(input, 64) * 3600000ull);
        }
        break;
    }
    look(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct site *site;
    static struct world world;
    struct input input = {.data = data, .bytes = bytes};
    if (site == NULL) {
        site = solo_site_load("chat");
    }
    memset(&world, 0, sizeof world);
    world.solo = solo_open(&wechat_service, site, START_MS);
    for (unsigned count = 0; count < OPERATIONS_MAX && input.used < input.bytes; count++) {
        operate(&world, &input);
    }
    solo_advance(world.solo, 3600000);
    look(&world);
    law(world.submits <= world.message_count, "a message is in one ticket at most");
    law(world.withdrawals <= world.confirmed, "nothing is withdrawn without a yes");
    solo_check_replay(world.solo);
    solo_close(world.solo);
    return 0;
}
