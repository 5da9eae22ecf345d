/* sim_channels: who speaks with the adapters: residents by three accounts, a platform above, devices through
 * a broker; and the doors by which they come, repeated until they are answered. */
#include "sim_channels.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/wire/wire.h"

enum { PEOPLE = 4, PLATFORM_TRIES = 3, TURN_MAX = 32, CASES = 24, ACTIVE_CASES = 12 };
#define PASSIVE_MS 3000ull
#define RETRY_MS 5000ull

const char *const sim_devices[SIM_DEVICES] = {"SM-0001", "SM-0002", "WL-01", "x-1", "x-2", "x-3"};
const char *const sim_kinds[SIM_ALARM_KINDS] = {"smoke", "water"};

static struct rng *dice(struct sim *sim)
{
    return &sim->channels->rng;
}

static bool harmed(const struct sim *sim)
{
    return sim->options->faults && !sim->quiet;
}

static void random_bytes(struct sim *sim, unsigned char *bytes, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        bytes[index] = (unsigned char)rng_below(dice(sim), 256);
    }
}

void sim_channels_token(uint64_t number, char text[SIM_TOKEN_BYTES])
{
    text[0] = 'Q';
    text[1] = 'Z';
    for (int at = 7; at > 1; at--, number /= 26) {
        text[at] = (char)('A' + number % 26);
    }
    text[8] = '\0';
}

/* The answer lives until the next question. NULL: none came. */
static const Paidan__Answer *ask(struct sim *sim, enum world_service to,
                                 const Paidan__Request *request, uint64_t until_ms)
{
    static struct arena arena;
    const unsigned char *bytes = NULL;
    size_t size = 0;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (arena.base == NULL) {
        const enum rc reserved = arena_init(&arena, 64u << 20);
        CHECK(reserved == RC_OK);
    }
    if (world_try_until(sim->world, to, request, until_ms, &bytes, &size) != RC_OK ||
        bytes == NULL) {
        return NULL;
    }
    arena_reset(&arena);
    const enum rc rc =
        wire_unpack(&arena, &paidan__answer__descriptor, bytes, size, &message, &error);
    CHECK(rc == RC_OK);
    return (const Paidan__Answer *)message;
}

static void fresh_id(struct sim *sim, Paidan__Request *request, unsigned char id[16])
{
    random_bytes(sim, id, 16);
    request->protocol = 1;
    request->correlation = 1;
    request->has_request_id = 1;
    request->request_id = (ProtobufCBinaryData){.len = 16, .data = id};
}

/* ---- mail ---- */

static struct sim_mail *mail_begin(struct sim *sim, enum world_service adapter,
                                   const Paidan__Request *request, uint64_t name, uint64_t token)
{
    for (size_t index = 0; index < SIM_MAIL_MAX; index++) {
        struct sim_mail *const mail = &sim->channels->mail[index];
        if (mail->bytes != NULL) {
            continue;
        }
        const uint64_t late = harmed(sim) && rng_percent(dice(sim), 15) ? 120000 : 1;
        *mail = (struct sim_mail){.adapter = adapter,
                                  .size = paidan__request__get_packed_size(request),
                                  .next_ms = world_now_ms(sim->world) + rng_below(dice(sim), late),
                                  .name = name,
                                  .token = token};
        mail->bytes = malloc(mail->size);
        CHECK(mail->bytes != NULL);
        paidan__request__pack(request, mail->bytes);
        return mail;
    }
    return NULL; /* more than anybody can send at a time */
}

static void mail_end(struct sim_mail *mail)
{
    free(mail->bytes);
    *mail = (struct sim_mail){.bytes = NULL};
}

/* Else what is said would be lost before anybody heard of it. */
static bool mail_has_room(const struct sim *sim)
{
    bool room = false;
    for (size_t index = 0; index < SIM_MAIL_MAX; index++) {
        room |= sim->channels->mail[index].bytes == NULL;
    }
    return room;
}

/* The same message gets the same answer, however often it is asked. */
static void check_same(struct sim *sim, struct sim_mail *mail, uint64_t answer)
{
    sim->figures->laws++;
    if (mail->answer != 0 && mail->answer != answer) {
        sim_broken(sim, "the same message got another answer of %s",
                   world_step_service(mail->adapter)->name);
    }
    mail->answer = answer;
}

/* ---- residents ---- */

static const char *const accounts[] = {"official", "wecom", "robot"};
static const char *const complaints[] = {
    "阳光花园的路灯坏了半个月%s",     "翠竹小区垃圾桶三天没人清运，臭气熏天%s",
    "锦绣苑消防通道被私家车堵死了%s", "%s 电梯又困人了",
    "井盖破了，已经有人摔倒%s",       "着火了！阳光新城地下车库%s",
};
static const char *const words[] = {"催", "撤回", "是的", "不",       "1",    "2",
                                    "3",  "满意", "好了", "我的诉求", "你好", "阳光花园3号楼"};

/* A message as its door would make it; token: 0: it reports nothing. */
static uint64_t compose(struct sim *sim, Paidan__WechatHear *hear, char *text, size_t size)
{
    char token[SIM_TOKEN_BYTES];
    const uint64_t what = rng_below(dice(sim), 100);
    const uint64_t ticket = sim_channel_laws_ticket(sim, hear->account, hear->person);
    char number[NUMBER_BYTES] = "";
    if (ticket != 0) {
        number_format(ticket, number);
    }
    hear->text = text;
    if (sim_channel_laws_asked(sim, hear->account, hear->person) && rng_percent(dice(sim), 50)) {
        (void)snprintf(text, size, "%u", 1 + (unsigned)rng_below(dice(sim), 3));
        return 0;
    }
    if (what < 35) {
        const uint64_t mine = ++sim->channels->tokens;
        sim_channels_token(mine, token);
        const uint64_t which = rng_below(dice(sim), sizeof complaints / sizeof complaints[0]);
        const char *const form = complaints[which];
        const char *const hole = strstr(form, "%s");
        (void)snprintf(text, size, "%.*s%s%s", (int)(hole - form), form, token, hole + 2);
        return mine;
    }
    if (what < 45) {
        (void)snprintf(text, size, "%s%s", rng_percent(dice(sim), 50) ? "催 " : "撤回 ", number);
    } else if (what < 50) {
        hear->kind = PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
        (void)snprintf(text, size, "阳光花园");
    } else if (what < 54) {
        hear->kind = PAIDAN__WECHAT_KIND__WECHAT_IMAGE;
        hear->text = NULL;
        hear->url = (char *)"https://p.example/1";
    } else if (what < 60) {
        static const Paidan__WechatEvent events[] = {PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED,
                                                     PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED,
                                                     PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED};
        hear->kind = PAIDAN__WECHAT_KIND__WECHAT_EVENT;
        hear->has_event = 1;
        hear->event = events[rng_below(dice(sim), 3)];
        hear->text = NULL;
        hear->msg_id = NULL;
    } else {
        (void)snprintf(text, size, "%s",
                       words[rng_below(dice(sim), sizeof words / sizeof words[0])]);
    }
    return 0;
}

static void speak(struct sim *sim)
{
    char person[16], message[24], text[256];
    Paidan__WechatHear hear = PAIDAN__WECHAT_HEAR__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const uint64_t account = rng_below(dice(sim), 3);
    const uint64_t number = ++sim->channels->messages;
    (void)snprintf(person, sizeof person, "p%u", (unsigned)rng_below(dice(sim), PEOPLE));
    (void)snprintf(message, sizeof message, "m%llu", (unsigned long long)number);
    hear.account = (char *)accounts[account];
    hear.person = person;
    hear.kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    hear.msg_id = message;
    hear.sent_s = world_now_ms(sim->world) / 1000;
    hear.group = account == 2 ? "group" : NULL;
    hear.has_mentioned = hear.mentioned = account == 2;
    const uint64_t token = compose(sim, &hear, text, sizeof text);
    if (hear.msg_id == NULL) {
        hear.sent_s = 1000000000ull + number; /* one event a second, so that each has its name */
    }
    unsigned char id[16];
    fresh_id(sim, &request, id);
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_HEAR;
    request.wechat_hear = &hear;
    (void)mail_begin(sim, WORLD_WECHAT, &request, sim_mix(number, 'w'), token);
}

/* Waits as the door does: at most so long, and the senders work meanwhile. */
static const Paidan__Answer *await(struct sim *sim, uint64_t heard)
{
    unsigned char id[16];
    Paidan__WechatAwait wish = PAIDAN__WECHAT_AWAIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const uint64_t life = world_lives(sim->world, WORLD_WECHAT);
    const uint64_t until_ms = world_now_ms(sim->world) + PASSIVE_MS;
    fresh_id(sim, &request, id);
    wish.heard = heard;
    wish.wait_ms = (uint32_t)PASSIVE_MS;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_AWAIT;
    request.wechat_await = &wish;
    for (unsigned round = 0; round < 2; round++) {
        const Paidan__Answer *const answer = ask(sim, WORLD_WECHAT, &request, until_ms);
        if (answer != NULL) {
            return answer;
        }
        sim_sender_work(sim, WORLD_WECHAT);
    }
    world_set_time(sim->world, until_ms);
    return life == world_lives(sim->world, WORLD_WECHAT)
               ? ask(sim, WORLD_WECHAT, &request, until_ms)
               : NULL;
}

/* True: the door has an answer for the platform, which is "success" or a reply. */
static bool deliver_wechat(struct sim *sim, struct sim_mail *mail, const Paidan__Request *request)
{
    const Paidan__Answer *answer = ask(sim, WORLD_WECHAT, request, 0);
    if (answer == NULL) {
        return false;
    }
    if (answer->code != PAIDAN__CODE__OK) {
        sim_broken(sim, "a message was refused with %d", (int)answer->code);
    }
    if (answer->wechat_heard->has_wait && answer->wechat_heard->wait) {
        answer = await(sim, answer->wechat_heard->heard);
        if (answer == NULL || answer->code != PAIDAN__CODE__OK) {
            return false;
        }
    }
    if (answer->wechat_heard->reply != NULL) {
        sim_channel_laws_given(sim, mail->name, answer->wechat_heard->reply);
    }
    return true;
}

/* ---- the platform above ---- */

static void hand_over(struct sim *sim)
{
    static const Paidan__HotlineKind kinds[] = {
        PAIDAN__HOTLINE_KIND__HOTLINE_SUPPLEMENT, PAIDAN__HOTLINE_KIND__HOTLINE_CHASE,
        PAIDAN__HOTLINE_KIND__HOTLINE_URGE, PAIDAN__HOTLINE_KIND__HOTLINE_WITHDRAW,
        PAIDAN__HOTLINE_KIND__HOTLINE_RATING};
    char id[24], source[24], text[128], token[SIM_TOKEN_BYTES];
    unsigned char digest[HEARD_DIGEST_BYTES], none[HEARD_DIGEST_BYTES] = {0}, request_id[16];
    Paidan__HotlineEnvelope envelope = PAIDAN__HOTLINE_ENVELOPE__INIT;
    Paidan__HotlineHear hear = PAIDAN__HOTLINE_HEAR__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const uint64_t number = ++sim->channels->messages;
    const bool dispatch = sim->channels->cases == 0 || rng_percent(dice(sim), 40);
    const uint64_t back = sim->channels->cases < CASES ? sim->channels->cases : CASES;
    const uint64_t which =
        dispatch ? ++sim->channels->cases : sim->channels->cases - rng_below(dice(sim), back);
    uint64_t mine = 0;
    (void)snprintf(id, sizeof id, "e%llu", (unsigned long long)number);
    (void)snprintf(source, sizeof source, "S%llu", (unsigned long long)which);
    envelope.peer = "city";
    envelope.id = id;
    envelope.source_id = source;
    envelope.kind = dispatch ? PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH
                             : kinds[rng_below(dice(sim), sizeof kinds / sizeof kinds[0])];
    envelope.at_ms = world_now_ms(sim->world);
    envelope.seq = dispatch ? 1 : number + 1;
    envelope.has_solved = envelope.has_satisfied =
        envelope.kind == PAIDAN__HOTLINE_KIND__HOTLINE_RATING;
    envelope.solved = PAIDAN__SOLVED__SOLVED_YES;
    envelope.satisfied = PAIDAN__SATISFIED__SATISFIED_YES;
    mine = dispatch ? ++sim->channels->tokens : 0;
    sim_channels_token(mine, token);
    (void)snprintf(text, sizeof text, "市民反映夜间施工噪音%s", dispatch ? token : "");
    envelope.text = text;
    envelope.place = dispatch ? "阳光花园" : NULL;
    crypto_generichash(digest, sizeof digest, (const unsigned char *)id, strlen(id), NULL, 0);
    hear.envelope = &envelope;
    hear.digest = (ProtobufCBinaryData){.len = sizeof digest, .data = digest};
    hear.nonce = (ProtobufCBinaryData){.len = sizeof none, .data = none}; /* of each attempt */
    fresh_id(sim, &request, request_id);
    request.wish_case = PAIDAN__REQUEST__WISH_HOTLINE_HEAR;
    request.hotline_hear = &hear;
    (void)mail_begin(sim, WORLD_HOTLINE, &request, sim_mix(number, 'h'), mine);
}

static bool deliver_hotline(struct sim *sim, struct sim_mail *mail, Paidan__Request *request)
{
    random_bytes(sim, request->hotline_hear->nonce.data, request->hotline_hear->nonce.len);
    request->hotline_hear->signed_ms = world_now_ms(sim->world);
    const Paidan__Answer *const answer = ask(sim, WORLD_HOTLINE, request, 0);
    if (answer == NULL) {
        return false;
    }
    switch (answer->code) {
    case PAIDAN__CODE__OK:
        check_same(sim, mail,
                   sim_mix(answer->hotline_heard->heard_ms,
                           answer->hotline_heard->has_late && answer->hotline_heard->late));
        return true;
    case PAIDAN__CODE__STATE_FORBIDS: /* of a case that was refused: nobody waits for it */
        mail->token = 0;
        return true;
    case PAIDAN__CODE__CASE_UNKNOWN: /* its dispatch is on its way */
    case PAIDAN__CODE__OVERLOADED:
        return false;
    default:
        sim_broken(sim, "an envelope was refused with %d", (int)answer->code);
    }
}

/* ---- delivering mail ---- */

/* One attempt of whoever sent it. */
static void deliver(struct sim *sim, struct sim_mail *mail)
{
    static struct arena arena;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    unsigned char id[16];
    uint64_t *const faults = sim->figures->faults;
    if (arena.base == NULL) {
        const enum rc reserved = arena_init(&arena, 8u << 20);
        CHECK(reserved == RC_OK);
    }
    arena_reset(&arena);
    const enum rc rc = wire_unpack(&arena, &paidan__request__descriptor, mail->bytes, mail->size,
                                   &message, &error);
    CHECK(rc == RC_OK);
    Paidan__Request *const request = (Paidan__Request *)(void *)message;
    fresh_id(sim, request, id); /* a door does not know that it is the same message */
    const bool wechat = mail->adapter == WORLD_WECHAT;
    const bool answered =
        wechat ? deliver_wechat(sim, mail, request) : deliver_hotline(sim, mail, request);
    mail->tries++;
    mail->next_ms = world_now_ms(sim->world) + RETRY_MS;
    if (answered && harmed(sim) && rng_percent(dice(sim), 10)) {
        faults[SIM_MESSAGE_AGAIN]++; /* its sender did not hear of it */
    } else if (answered) {
        sim_channel_laws_acknowledged(sim, mail);
        mail_end(mail);
        return;
    }
    /* WeChat gives up; who signs envelopes does not. */
    if (wechat && mail->tries >= PLATFORM_TRIES) {
        mail_end(mail);
    }
}

static bool deliver_all(struct sim *sim)
{
    bool waits = false;
    for (size_t index = 0; index < SIM_MAIL_MAX; index++) {
        struct sim_mail *const mail = &sim->channels->mail[index];
        if (mail->bytes == NULL) {
            continue;
        }
        /* Who is away sends nothing, and what it has is not lost. */
        const bool away =
            sim_outside_away(sim, mail->adapter == WORLD_WECHAT ? SIM_PLATFORM : SIM_PEER);
        if (!away && (sim->quiet || mail->next_ms <= world_now_ms(sim->world))) {
            deliver(sim, mail);
        }
        waits |= mail->bytes != NULL;
    }
    return waits;
}

/* ---- devices ---- */

static void raise_alarms(struct sim *sim)
{
    struct sim_channels *const channels = sim->channels;
    const unsigned device = (unsigned)rng_below(dice(sim), SIM_DEVICES);
    const unsigned kind = (unsigned)rng_below(dice(sim), SIM_ALARM_KINDS);
    const uint64_t count = rng_percent(dice(sim), 20) ? 1 + rng_below(dice(sim), 30) : 1;
    for (uint64_t nth = 0; nth < count && channels->alarm_count < SIM_ALARMS_MAX; nth++) {
        struct sim_alarm *const alarm =
            &channels->alarms[(channels->alarm_first + channels->alarm_count) % SIM_ALARMS_MAX];
        const uint64_t now_ms = world_now_ms(sim->world);
        channels->alarm_ms = channels->alarm_ms < now_ms ? now_ms : channels->alarm_ms + 1;
        *alarm = (struct sim_alarm){
            .id = ++channels->messages,
            .device = device,
            .kind = kind,
            .at_ms = channels->alarm_ms,
            .level = (Paidan__AlarmLevel)(1 + rng_below(dice(sim), 5)),
        };
        channels->alarm_count++;
        sim_channel_laws_published(sim, alarm);
    }
    /* Two that came by different ways change places. */
    if (harmed(sim) && channels->alarm_count > channels->turn_count + 1 &&
        rng_percent(dice(sim), 10)) {
        const size_t last = channels->alarm_first + channels->alarm_count - 1;
        struct sim_alarm *const one = &channels->alarms[last % SIM_ALARMS_MAX];
        struct sim_alarm *const other = &channels->alarms[(last - 1) % SIM_ALARMS_MAX];
        if (one->at_ms - other->at_ms < 1800000) {
            const struct sim_alarm kept = *one;
            *one = *other;
            *other = kept;
            sim->figures->faults[SIM_ALARM_REORDERED]++;
        }
    }
}

static void tell_link(struct sim *sim, bool connected)
{
    unsigned char id[16];
    Paidan__BrokerState state = PAIDAN__BROKER_STATE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    state.connected = connected;
    fresh_id(sim, &request, id);
    request.wish_case = PAIDAN__REQUEST__WISH_BROKER_STATE;
    request.broker_state = &state;
    const Paidan__Answer *const answer = ask(sim, WORLD_MQTT, &request, 0);
    sim->channels->link_told = answer != NULL && answer->code == PAIDAN__CODE__OK;
}

static const Paidan__Answer *ask_turn(struct sim *sim)
{
    struct sim_channels *const channels = sim->channels;
    Paidan__DeviceReport reports[TURN_MAX], *list[TURN_MAX];
    Paidan__TopicHeard topics[2], *topic_list[2] = {&topics[0], &topics[1]};
    Paidan__DeviceReports wish = PAIDAN__DEVICE_REPORTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    for (size_t index = 0; index < channels->turn_count; index++) {
        const struct sim_alarm *const alarm =
            &channels->alarms[(channels->alarm_first + index) % SIM_ALARMS_MAX];
        paidan__device_report__init(&reports[index]);
        reports[index].device = (char *)sim_devices[alarm->device];
        reports[index].kind = (char *)sim_kinds[alarm->kind];
        reports[index].level = alarm->level;
        reports[index].id = sim_mix(alarm->id, 'a') >> 8;
        reports[index].has_at_ms = 1;
        reports[index].at_ms = alarm->at_ms;
        list[index] = &reports[index];
    }
    paidan__topic_heard__init(&topics[0]);
    paidan__topic_heard__init(&topics[1]);
    topics[0].filter = "paidan/alarm/#";
    topics[1].filter = "-";
    wish.n_reports = channels->turn_count;
    wish.reports = list;
    wish.n_topics = 2;
    wish.topics = topic_list;
    request.protocol = 1;
    request.correlation = 1;
    request.has_request_id = 1;
    request.request_id =
        (ProtobufCBinaryData){.len = sizeof channels->turn, .data = channels->turn};
    request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_REPORTS;
    request.device_reports = &wish;
    return ask(sim, WORLD_MQTT, &request, 0);
}

/* As port_mqtt: read, ask, committed, then acknowledged. */
static void turn(struct sim *sim)
{
    struct sim_channels *const channels = sim->channels;
    const uint64_t life = world_lives(sim->world, WORLD_MQTT);
    if (channels->turn_count == 0) {
        const size_t most = 1 + (size_t)rng_below(dice(sim), TURN_MAX);
        channels->turn_count = channels->alarm_count < most ? channels->alarm_count : most;
        random_bytes(sim, channels->turn, sizeof channels->turn);
    }
    if (channels->turn_count == 0) {
        return;
    }
    channels->turns++;
    const Paidan__Answer *const answer = ask_turn(sim);
    if (answer == NULL || life != world_lives(sim->world, WORLD_MQTT)) {
        return; /* asked again, or lost with the process */
    }
    if (answer->code != PAIDAN__CODE__OK) {
        sim_broken(sim, "a turn was refused with %d", (int)answer->code);
    }
    if (harmed(sim) && rng_percent(dice(sim), 8)) {
        sim->figures->faults[SIM_ALARM_AGAIN]++; /* killed before the broker was told */
        world_restart(sim->world, WORLD_MQTT);
        return;
    }
    channels->alarm_first = (channels->alarm_first + channels->turn_count) % SIM_ALARMS_MAX;
    channels->alarm_count -= channels->turn_count;
    channels->turn_count = 0;
}

static void listen(struct sim *sim)
{
    struct sim_channels *const channels = sim->channels;
    const uint64_t life = world_lives(sim->world, WORLD_MQTT);
    const bool away = sim_outside_away(sim, SIM_BROKER);
    if (channels->broker_life != 0 && (away || life != channels->broker_life)) {
        channels->broker_life = 0;
        channels->turn_count = 0; /* what was not acknowledged comes again, in other turns */
        channels->link_told = false;
    }
    if (away) {
        if (!channels->link_told) {
            tell_link(sim, false);
        }
        return;
    }
    if (channels->broker_life == 0) {
        channels->broker_life = life;
        tell_link(sim, true);
    } else if (!channels->link_told) {
        tell_link(sim, true);
    }
    /* A broker sends what it has at once. */
    for (size_t before = SIZE_MAX; channels->alarm_count < before && channels->link_told &&
                                   channels->broker_life == world_lives(sim->world, WORLD_MQTT);) {
        before = channels->alarm_count;
        turn(sim);
    }
}

/* ---- callbacks ---- */

static void put_to_residents(struct sim *sim)
{
    enum { TASKS = 16 };
    uint64_t tickets[TASKS], due_ms[TASKS];
    uint32_t rounds[TASKS], attempts[TASKS];
    unsigned char id[16];
    size_t count = 0;
    Paidan__CallbackPull pull = PAIDAN__CALLBACK_PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    pull.channel = "wechat";
    pull.has_max = 1;
    pull.max = TASKS;
    fresh_id(sim, &request, id);
    request.actor = "wechat";
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &pull;
    const Paidan__Answer *const answer = ask(sim, WORLD_CALLBACK, &request, 0);
    if (answer == NULL || answer->body_case != PAIDAN__ANSWER__BODY_CALLBACK_PULLED) {
        return;
    }
    for (; count < answer->callback_pulled->n_tasks && count < TASKS; count++) {
        const Paidan__CallbackTask *const task = answer->callback_pulled->tasks[count];
        tickets[count] = task->ticket;
        rounds[count] = task->round;
        attempts[count] = task->attempt;
        due_ms[count] = task->due_ms;
    }
    for (size_t index = 0; index < count; index++) {
        Paidan__WechatAsk wish = PAIDAN__WECHAT_ASK__INIT;
        Paidan__Request own = PAIDAN__REQUEST__INIT;
        wish.ticket = tickets[index];
        wish.round = rounds[index];
        wish.attempt = attempts[index];
        wish.due_ms = due_ms[index];
        fresh_id(sim, &own, id);
        own.wish_case = PAIDAN__REQUEST__WISH_WECHAT_ASK;
        own.wechat_ask = &wish;
        (void)ask(sim, WORLD_WECHAT, &own, 0); /* else its lease brings it again */
    }
}

/* ---- the whole ---- */

static void move(struct sim *sim)
{
    for (unsigned adapter = WORLD_SERVICES; adapter < WORLD_MEMBERS; adapter++) {
        sim_sender_work(sim, (enum world_service)adapter);
    }
    listen(sim);
}

void sim_channels_act(struct sim *sim)
{
    const uint64_t what = rng_below(dice(sim), 100);
    if (sim->options->faults) {
        sim_outside_act(sim);
    }
    if (what < 25 && mail_has_room(sim)) {
        speak(sim);
    } else if (what < 33 && mail_has_room(sim)) {
        hand_over(sim);
    } else if (what < 50) {
        raise_alarms(sim);
    } else if (what < 60) {
        put_to_residents(sim);
    }
    (void)deliver_all(sim);
    move(sim);
}

bool sim_channels_work_off(struct sim *sim)
{
    bool waits = deliver_all(sim);
    for (unsigned round = 0; round < 200; round++) {
        const uint64_t acts = sim->figures->facts;
        move(sim);
        world_settle(sim->world);
        sim_laws_read(sim);
        if (acts == sim->figures->facts && sim->channels->alarm_count == 0) {
            break;
        }
    }
    for (size_t index = 0; index < SIM_ORPHANS; index++) {
        waits |= sim->channels->orphans[index].bytes != NULL;
    }
    for (unsigned adapter = WORLD_SERVICES; adapter < WORLD_MEMBERS; adapter++) {
        waits |= world_counter(sim->world, (enum world_service)adapter, "deliveries_waiting") > 0;
    }
    return !waits && sim->channels->alarm_count == 0;
}

void sim_channels_stuck(struct sim *sim)
{
    size_t mail = 0, letters = 0, wechat = 0;
    for (size_t index = 0; index < SIM_MAIL_MAX; index++) {
        mail += sim->channels->mail[index].bytes != NULL ? 1 : 0;
        wechat += sim->channels->mail[index].bytes != NULL &&
                          sim->channels->mail[index].adapter == WORLD_WECHAT
                      ? 1
                      : 0;
    }
    for (size_t adapter = 0; adapter < SIM_ADAPTERS; adapter++) {
        for (size_t index = 0; index < SIM_LETTERS; index++) {
            letters += sim->channels->senders[adapter].letters[index].state != SIM_LETTER_FREE;
        }
    }
    sim_broken(sim,
               "still on their way: %zu messages (%zu of WeChat), %zu letters, %zu alarms; "
               "waiting: wechat %" PRIu64 ", hotline %" PRIu64 ", mqtt %" PRIu64
               ", webhook %" PRIu64,
               mail, wechat, letters, sim->channels->alarm_count,
               world_counter(sim->world, WORLD_WECHAT, "deliveries_waiting"),
               world_counter(sim->world, WORLD_HOTLINE, "deliveries_waiting"),
               world_counter(sim->world, WORLD_MQTT, "deliveries_waiting"),
               world_counter(sim->world, WORLD_WEBHOOK, "deliveries_waiting"));
}

void sim_channels_open(struct sim *sim)
{
    sim->channels = calloc(1, sizeof *sim->channels);
    CHECK(sim->channels != NULL);
    sim->channels->rng.state = sim->options->seed * 0xd1342543de82ef95ull | 1;
    sim->channels->laws = sim_channel_laws_new();
}

void sim_channels_free(struct sim *sim)
{
    for (size_t index = 0; index < SIM_MAIL_MAX; index++) {
        mail_end(&sim->channels->mail[index]);
    }
    for (size_t index = 0; index < SIM_ORPHANS; index++) {
        free(sim->channels->orphans[index].bytes);
    }
    for (size_t index = 0; index < SIM_ADAPTERS; index++) {
        sim_sender_free(&sim->channels->senders[index]);
    }
    sim_channel_laws_free(sim->channels->laws);
    free(sim->channels);
}
