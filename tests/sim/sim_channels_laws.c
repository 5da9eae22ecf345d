/* sim_channels_laws: what must hold of the adapters and of whoever they speak with, by facts and by what
 * the outside got:
 *
 * - a message is heard once, and one ticket comes of it; its words stand at intake once, if its sender was
 *   told that it is taken;
 * - no message is answered twice with two meanings, no delivery's content changes, and nobody is told a
 *   thing by a second way while the first one arrived;
 * - the number and the code that a person is told are his ticket's;
 * - each delivery is taken outside at least once, or dead and visible, or told another way;
 * - a callback that a person answered is answered at callback, once, and as he said;
 * - an alarm has one open ticket, and each message of a device is counted once;
 * - subscribers get every fact, and those of a ticket in their order; so does a platform above. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/site/site_webhook.h"
#include "common/wire/wire.h"
#include "sim_channels.h"
#include "wechat_way.h"
#include "wechat_words.h"

enum { OWNED_MAX = 256, STATE_WAITS = 1, STATE_SENT, STATE_DEAD };
/* What is remembered of a Replied. */
enum {
    REPLY_SAID = 1,
    REPLY_OUT = 2,
    REPLY_GOT = 4,
    REPLY_SENT = 8,
    REPLY_DECLINED = 16,
    REPLY_INSTEAD = 32
};
/* Spaces of keys within a map. */
enum space {
    SPACE_HEARD = 1,
    SPACE_EXTERNAL,
    SPACE_CODE,
    SPACE_TICKET,
    SPACE_DELIVERY,
    SPACE_GOT,
    SPACE_REPLY,
    SPACE_OWNER,
    SPACE_FILED,
    SPACE_GIVEN,
    SPACE_WISH_TOKEN,
    SPACE_WISH_REPLY,
    SPACE_ANSWERED,
    SPACE_ALARM,
    SPACE_ALARM_TICKET,
    SPACE_ORDER,
    SPACE_PUBLISHED,
    SPACE_CASE,
    SPACE_TOKEN_WISHED,
    SPACE_TOKEN_KEPT,
    SPACE_TOKEN_REFUSED,
    SPACE_ASKED,
    SPACE_ASKED_MS,
};
#define PATIENCE_MS (48ull * 3600 * 1000)

struct list {
    uint64_t *items;
    size_t count, max;
};

struct owned {
    uint64_t person, ticket;
};
/* A callback answered by a person, and what callback made of it. */
struct reply {
    uint64_t ticket, round, solved;
    bool taken;
};

struct sim_channel_laws {
    struct sim_map map;
    struct list deliveries, replies, tokens; /* tokens: of messages that were acknowledged */
    struct owned owned[OWNED_MAX];
    size_t owned_count;
    struct reply *answers;
    size_t answer_count, answer_max;
    uint64_t published[SIM_DEVICES][SIM_ALARM_KINDS];
    Paidan__AlarmLevel newest[SIM_DEVICES][SIM_ALARM_KINDS]; /* by when it was sent */
    uint64_t died_all;
    uint64_t told, got_all; /* facts that may be told; that the subscriber of everything got */
    uint64_t filed_wechat, owned_wechat;
};

struct sim_channel_laws *sim_channel_laws_new(void)
{
    struct sim_channel_laws *const laws = calloc(1, sizeof *laws);
    CHECK(laws != NULL);
    return laws;
}

void sim_channel_laws_free(struct sim_channel_laws *laws)
{
    sim_map_free(&laws->map);
    free(laws->deliveries.items);
    free(laws->replies.items);
    free(laws->tokens.items);
    free(laws->answers);
    free(laws);
}

static void append(struct list *list, uint64_t item)
{
    if (list->count == list->max) {
        list->max = list->max == 0 ? 256 : list->max * 2;
        list->items = realloc(list->items, list->max * sizeof *list->items);
        CHECK(list->items != NULL);
    }
    list->items[list->count++] = item;
}

static uint64_t key(enum space space, uint64_t one, uint64_t other)
{
    return sim_mix(sim_mix((uint64_t)space, one), other);
}

static uint64_t *at(struct sim *sim, enum space space, uint64_t one, uint64_t other)
{
    return sim_map_at(&sim->channels->laws->map, key(space, one, other));
}

static uint64_t get(const struct sim *sim, enum space space, uint64_t one, uint64_t other)
{
    return sim_map_get(&sim->channels->laws->map, key(space, one, other));
}

static uint64_t hash_text(const char *text)
{
    return text == NULL ? 1 : sim_hash(text, strlen(text));
}

static uint64_t hash_message(const ProtobufCMessage *message)
{
    static unsigned char bytes[256 << 10];
    CHECK(protobuf_c_message_get_packed_size(message) <= sizeof bytes);
    return sim_hash(bytes, protobuf_c_message_pack(message, bytes));
}

static uint64_t person_of(const char *account, const char *person)
{
    return sim_mix(hash_text(account), hash_text(person));
}

static void law(struct sim *sim, bool holds, const char *which, uint64_t name)
{
    sim->figures->laws++;
    if (!holds) {
        sim_broken(sim, "%s (%" PRIu64 ")", which, name);
    }
}

/* ---- words ---- */

/* Counts each word of ours that stands in the text; *last: the last one's number. */
static void count_tokens(struct sim *sim, enum space space, const char *text, uint64_t *last)
{
    for (const char *found = text == NULL ? NULL : strstr(text, "QZ"); found != NULL;
         found = strstr(found + 1, "QZ")) {
        uint64_t number = 0;
        unsigned index = 2;
        for (; index < 8 && found[index] >= 'A' && found[index] <= 'Z'; index++) {
            number = number * 26 + (uint64_t)(found[index] - 'A');
        }
        if (index == 8) {
            (*at(sim, space, number, 0))++;
            if (last != NULL) {
                *last = number;
            }
        }
    }
}

/* ---- intake, callback, what may be told ---- */

static void read_intake(struct sim *sim, const Paidan__Event *event)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    if (event->fact_case == PAIDAN__EVENT__FACT_SUPPLEMENTED) {
        count_tokens(sim, SPACE_TOKEN_KEPT, event->supplemented->text, NULL);
        return;
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_REGISTERED) {
        return;
    }
    const Paidan__Registered *const fact = event->registered;
    count_tokens(sim, SPACE_TOKEN_KEPT, fact->text, NULL);
    count_tokens(sim, SPACE_TOKEN_KEPT, fact->place, NULL);
    *at(sim, SPACE_TICKET, event->ticket, 0) = hash_text(fact->channel);
    *at(sim, SPACE_CODE, event->ticket, 0) = hash_text(fact->query_code);
    if (fact->external_id != NULL) {
        *at(sim, SPACE_EXTERNAL, hash_text(fact->external_id), hash_text(fact->channel)) =
            event->ticket;
        laws->filed_wechat +=
            strcmp(fact->channel, "wechat") == 0 && strchr(fact->external_id, ':') != NULL ? 1 : 0;
    }
}

static void read_callback(struct sim *sim, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ANSWERED) {
        *at(sim, SPACE_ANSWERED, event->ticket, event->answered->round) =
            1 + (uint64_t)event->answered->solved;
    }
}

/* ---- what all adapters say ---- */

static void read_wished(struct sim *sim, enum world_service adapter, uint64_t seq,
                        const Paidan__Wished *fact)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    uint64_t token = 0;
    Paidan__Request *const request =
        paidan__request__unpack(NULL, fact->request.len, fact->request.data);
    CHECK(request != NULL);
    if (request->wish_case == PAIDAN__REQUEST__WISH_SUBMIT) {
        count_tokens(sim, SPACE_TOKEN_WISHED, request->submit->tickets[0]->text, &token);
        count_tokens(sim, SPACE_TOKEN_WISHED, request->submit->tickets[0]->place, &token);
    } else if (request->wish_case == PAIDAN__REQUEST__WISH_SUPPLEMENT) {
        count_tokens(sim, SPACE_TOKEN_WISHED, request->supplement->text, &token);
    } else if (request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_ANSWER &&
               adapter == WORLD_WECHAT) {
        const Paidan__CallbackReply *const said = request->callback_answer->replies[0];
        if (laws->answer_count == laws->answer_max) {
            laws->answer_max = laws->answer_max == 0 ? 64 : laws->answer_max * 2;
            laws->answers = realloc(laws->answers, laws->answer_max * sizeof *laws->answers);
            CHECK(laws->answers != NULL);
        }
        laws->answers[laws->answer_count++] = (struct reply){
            .ticket = said->ticket, .round = said->round, .solved = (uint64_t)said->solved};
        *at(sim, SPACE_WISH_REPLY, seq, 0) = laws->answer_count;
    }
    *at(sim, SPACE_WISH_TOKEN, adapter, seq) = token;
    paidan__request__free_unpacked(request, NULL);
}

static void read_wish_answered(struct sim *sim, enum world_service adapter,
                               const Paidan__WishAnswered *fact)
{
    const uint64_t token = get(sim, SPACE_WISH_TOKEN, adapter, fact->wished);
    if (token != 0 && fact->code != PAIDAN__CODE__OK) {
        (*at(sim, SPACE_TOKEN_REFUSED, token, 0))++;
    }
    const uint64_t answer =
        adapter == WORLD_WECHAT ? get(sim, SPACE_WISH_REPLY, fact->wished, 0) : 0;
    if (answer != 0 && fact->code == PAIDAN__CODE__OK) {
        sim->channels->laws->answers[answer - 1].taken = true;
    }
    if (fact->has_ticket && fact->code == PAIDAN__CODE__OK && fact->number != NULL) {
        char number[NUMBER_BYTES];
        number_format(fact->ticket, number);
        law(sim, strcmp(number, fact->number) == 0, "a wish was answered with another number",
            fact->ticket);
    }
}

static void read_delivery(struct sim *sim, enum world_service adapter, uint64_t seq,
                          const Paidan__Event *event)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_DELIVERY_ASKED:
        *at(sim, SPACE_DELIVERY, adapter, seq) = STATE_WAITS;
        *at(sim, SPACE_ASKED_MS, adapter, seq) = event->at_ms;
        append(&laws->deliveries, sim_mix(adapter, seq));
        break;
    case PAIDAN__EVENT__FACT_DELIVERY_SENT: {
        uint64_t *const state = at(sim, SPACE_DELIVERY, adapter, event->delivery_sent->delivery);
        law(sim, *state == STATE_WAITS || *state == STATE_DEAD, "a delivery is sent twice",
            event->delivery_sent->delivery);
        *state = STATE_SENT;
        const bool outside = !channel_is_service(event->delivery_sent->to);
        law(sim,
            !outside || adapter == WORLD_WECHAT ||
                get(sim, SPACE_GOT, adapter, event->delivery_sent->delivery) != 0,
            "a delivery is said to be sent, and nobody got it", event->delivery_sent->delivery);
        break;
    }
    case PAIDAN__EVENT__FACT_DELIVERY_DEAD:
        *at(sim, SPACE_DELIVERY, adapter, event->delivery_dead->delivery) = STATE_DEAD;
        /* Whoever is away for a day comes back to all of it; messages to residents go another way. */
        law(sim,
            adapter == WORLD_WECHAT ||
                event->at_ms - get(sim, SPACE_ASKED_MS, adapter, event->delivery_dead->delivery) >=
                    PATIENCE_MS,
            "a delivery died within two days", event->delivery_dead->delivery);
        sim->figures->kinds[SIM_DELIVERY_DIED]++;
        laws->died_all += adapter == WORLD_WEBHOOK &&
                                  strcmp(event->delivery_dead->to, "all") == 0 &&
                                  get(sim, SPACE_GOT, adapter, event->delivery_dead->delivery) == 0
                              ? 1
                              : 0;
        break;
    default:
        break;
    }
}

/* ---- wechat ---- */

static void read_replied(struct sim *sim, uint64_t seq, const Paidan__Replied *fact)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    *at(sim, SPACE_REPLY, seq, 0) |= REPLY_SAID;
    append(&laws->replies, seq);
    if (fact->has_instead) {
        uint64_t *const before = at(sim, SPACE_REPLY, fact->instead, 0);
        law(sim, (*before & REPLY_SENT) == 0 || (*before & REPLY_DECLINED) != 0,
            "told another way though the first one arrived", fact->instead);
        law(sim, (*before & REPLY_INSTEAD) == 0, "told by two other ways", fact->instead);
        *before |= REPLY_INSTEAD;
    }
    if (fact->way == PAIDAN__WECHAT_WAY__WECHAT_UNTOLD) {
        law(sim, !fact->has_ticket && fact->phone == NULL, "nobody is told of a ticket", seq);
    }
    /* The callback service is told that an attempt reached nobody, instead of the list. */
    const bool calls_back = fact->way == PAIDAN__WECHAT_WAY__WECHAT_PHONE && wechat_way_asks(fact);
    if (calls_back || fact->way == PAIDAN__WECHAT_WAY__WECHAT_UNTOLD) {
        *at(sim, SPACE_REPLY, seq, 0) |= REPLY_OUT;
    }
    const bool filed = strcmp(fact->about, wechat_words_name(WECHAT_SAY_FILED)) == 0 ||
                       strcmp(fact->about, wechat_words_name(WECHAT_SAY_FILED_GROUP)) == 0;
    if (!filed) {
        return;
    }
    char number[NUMBER_BYTES];
    number_format(fact->ticket, number);
    law(sim, fact->has_ticket && get(sim, SPACE_TICKET, fact->ticket, 0) != 0,
        "a number is told that intake never gave", fact->ticket);
    law(sim, get(sim, SPACE_OWNER, fact->ticket, 0) == person_of(fact->account, fact->person),
        "a number is told to somebody else", fact->ticket);
    law(sim,
        fact->text == NULL || fact->form == PAIDAN__WECHAT_FORM__WECHAT_AS_NOTICE ||
            strstr(fact->text, number) != NULL,
        "another number is told than the ticket's", fact->ticket);
    law(sim, fact->has_instead || (*at(sim, SPACE_FILED, fact->ticket, 0))++ == 0,
        "a number is told twice", fact->ticket);
}

static void read_owned(struct sim *sim, const Paidan__WechatOwned *fact)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    uint64_t *const owner = at(sim, SPACE_OWNER, fact->ticket, 0);
    law(sim, *owner == 0, "a ticket has two owners", fact->ticket);
    *owner = person_of(fact->account, fact->person);
    const uint64_t code = get(sim, SPACE_CODE, fact->ticket, 0);
    law(sim, code == hash_text(fact->query_code), "another code is told than the ticket's",
        fact->ticket);
    laws->owned[laws->owned_count++ % OWNED_MAX] =
        (struct owned){.person = *owner, .ticket = fact->ticket};
    laws->owned_wechat++;
}

static void read_wechat(struct sim *sim, uint64_t seq, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REPLIED:
        read_replied(sim, seq, event->replied);
        break;
    case PAIDAN__EVENT__FACT_WECHAT_OWNED:
        read_owned(sim, event->wechat_owned);
        break;
    case PAIDAN__EVENT__FACT_WECHAT_GIVEN:
        if (event->wechat_given->replied != 0) {
            *at(sim, SPACE_REPLY, event->wechat_given->replied, 0) |= REPLY_OUT | REPLY_SENT;
        }
        break;
    case PAIDAN__EVENT__FACT_WECHAT_HANDED_OVER:
        *at(sim, SPACE_REPLY, event->wechat_handed_over->replied, 0) |= REPLY_OUT;
        sim->figures->kinds[SIM_HANDED_OVER]++;
        break;
    case PAIDAN__EVENT__FACT_WECHAT_RESULT:
        if (!event->wechat_result->sent->has_taken || !event->wechat_result->sent->taken) {
            *at(sim, SPACE_REPLY, event->wechat_result->replied, 0) |= REPLY_DECLINED;
        }
        break;
    case PAIDAN__EVENT__FACT_WECHAT_ASKED:
        *at(sim, SPACE_ASKED, get(sim, SPACE_OWNER, event->wechat_asked->ticket, 0), 0) =
            event->wechat_asked->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN;
        sim->figures->kinds[SIM_ASKED_BY_CHANNEL] +=
            event->wechat_asked->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN;
        sim->figures->kinds[SIM_ANSWERED_BY_CHANNEL] +=
            event->wechat_asked->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED;
        break;
    default:
        break;
    }
}

/* ---- devices ---- */

static void read_mqtt(struct sim *sim, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ALARM_OPENED: {
        uint64_t *const alarm = at(sim, SPACE_ALARM, hash_text(event->alarm_opened->device),
                                   hash_text(event->alarm_opened->kind));
        law(sim, *alarm == 0, "an alarm has two tickets at a time", event->alarm_opened->opening);
        *alarm = 1;
        sim->figures->kinds[SIM_ALARM_OPENED]++;
        break;
    }
    case PAIDAN__EVENT__FACT_ALARM_FILED: {
        const Paidan__AlarmFiled *const fact = event->alarm_filed;
        const uint64_t name = key(SPACE_ALARM, hash_text(fact->device), hash_text(fact->kind));
        uint64_t *const alarm = sim_map_at(&sim->channels->laws->map, name);
        law(sim, *alarm == 1, "an alarm got a ticket that it did not ask for", fact->ticket);
        *alarm = fact->has_ticket ? 2 : 0;
        if (fact->has_ticket) {
            uint64_t *const of = at(sim, SPACE_ALARM_TICKET, fact->ticket, 0);
            law(sim, *of == 0, "two alarms have one ticket", fact->ticket);
            *of = name;
            law(sim, get(sim, SPACE_TICKET, fact->ticket, 0) == hash_text("device"),
                "an alarm has a ticket that intake never gave", fact->ticket);
        }
        break;
    }
    case PAIDAN__EVENT__FACT_ALARM_FREED: {
        const uint64_t name = get(sim, SPACE_ALARM_TICKET, event->alarm_freed->ticket, 0);
        if (name != 0) {
            *sim_map_at(&sim->channels->laws->map, name) = 0;
        } else { /* closed before its number was known: it is nobody's yet */
            sim->figures->kinds[SIM_FREED_EARLY]++;
        }
        break;
    }
    case PAIDAN__EVENT__FACT_ALARM_NOTED:
        sim->figures->kinds[SIM_ALARM_NOTED]++;
        break;
    default:
        break;
    }
}

/* ---- all facts ---- */

void sim_channel_laws_read(struct sim *sim, enum world_service service, uint64_t seq,
                           const Paidan__Event *event)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    if (service < WORLD_SERVICES) {
        if (service == WORLD_INTAKE) {
            read_intake(sim, event);
        } else {
            laws->told += event->has_ticket && event->ticket != 0 &&
                                  site_webhook_tells((unsigned)event->fact_case)
                              ? 1
                              : 0;
        }
        if (service == WORLD_CALLBACK) {
            read_callback(sim, event);
        }
        return;
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_HEARD:
        law(sim, (*at(sim, SPACE_HEARD, service, hash_text(event->heard->id)))++ == 0,
            "a message is heard twice", seq);
        break;
    case PAIDAN__EVENT__FACT_WISHED:
        read_wished(sim, service, seq, event->wished);
        break;
    case PAIDAN__EVENT__FACT_WISH_ANSWERED:
        read_wish_answered(sim, service, event->wish_answered);
        break;
    case PAIDAN__EVENT__FACT_PUBLISHED:
        *at(sim, SPACE_PUBLISHED, seq, 0) = event->ticket;
        break;
    default:
        read_delivery(sim, service, seq, event);
    }
    if (service == WORLD_WECHAT) {
        read_wechat(sim, seq, event);
        if (event->fact_case == PAIDAN__EVENT__FACT_DELIVERY_ASKED &&
            !channel_is_service(event->delivery_asked->to)) {
            *at(sim, SPACE_WISH_TOKEN, WORLD_MEMBERS, seq) = event->delivery_asked->of;
        } else if (event->fact_case == PAIDAN__EVENT__FACT_DELIVERY_SENT) {
            const uint64_t of =
                get(sim, SPACE_WISH_TOKEN, WORLD_MEMBERS, event->delivery_sent->delivery);
            if (of != 0) {
                *at(sim, SPACE_REPLY, of, 0) |= REPLY_SENT;
            }
        }
    } else if (service == WORLD_MQTT) {
        read_mqtt(sim, event);
    }
}

/* ---- what the outside knows ---- */

void sim_channel_laws_given(struct sim *sim, uint64_t name, const Paidan__Replied *reply)
{
    uint64_t *const given = at(sim, SPACE_GIVEN, name, 0);
    const uint64_t hash = hash_message(&reply->base);
    law(sim, *given == 0 || *given == hash, "a message has two replies with two meanings", name);
    *given = hash;
}

void sim_channel_laws_acknowledged(struct sim *sim, const struct sim_mail *mail)
{
    if (mail->token != 0) {
        append(&sim->channels->laws->tokens, mail->token);
    }
}

void sim_channel_laws_published(struct sim *sim, const struct sim_alarm *alarm)
{
    CHECK(alarm->device < SIM_DEVICES);
    CHECK(alarm->kind < SIM_ALARM_KINDS);
    sim->channels->laws->published[alarm->device][alarm->kind]++;
    if (alarm->level != PAIDAN__ALARM_LEVEL__ALARM_INFO) {
        sim->channels->laws->newest[alarm->device][alarm->kind] = alarm->level;
    }
}

/* A subscriber hears a ticket's facts in the order in which they were published: a repetition is of the
 * newest one alone. */
static void check_order(struct sim *sim, const char *to, uint64_t line, uint64_t seq)
{
    uint64_t *const newest = at(sim, SPACE_ORDER, hash_text(to), line);
    law(sim, seq >= *newest, "a subscriber heard of an older fact after a newer one", seq);
    *newest = seq;
}

static void got_webhook(struct sim *sim, uint64_t delivery, const char *to,
                        const Paidan__Event *event, bool fresh)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_PUBLISHED) {
        check_order(sim, to, event->ticket, delivery);
        sim->channels->laws->got_all += fresh && strcmp(to, "all") == 0 ? 1 : 0;
        return;
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_BUNDLED);
    check_order(sim, to, 1, delivery);
    for (size_t index = 0; fresh && index < event->bundled->n_published; index++) {
        uint64_t *const piece =
            at(sim, SPACE_PUBLISHED, event->bundled->published[index], hash_text(to));
        law(sim, (*piece)++ == 0, "a fact is in two pieces", event->bundled->published[index]);
    }
}

static void got_hotline(struct sim *sim, const Paidan__HotlineTold *told)
{
    uint64_t *const newest = at(sim, SPACE_CASE, hash_text(told->source_id), 0);
    law(sim, told->seq == *newest || told->seq == *newest + 1,
        "what is told of a case has a gap or comes out of order", told->seq);
    *newest = told->seq;
    if (told->kind != PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED || !told->has_ticket ||
        (told->has_code && told->code != PAIDAN__CODE__OK)) {
        return;
    }
    char number[NUMBER_BYTES];
    number_format(told->ticket, number);
    law(sim, get(sim, SPACE_TICKET, told->ticket, 0) == hash_text("hotline"),
        "a platform is told a number that intake never gave", told->ticket);
    law(sim, told->number == NULL || strcmp(told->number, number) == 0,
        "a platform is told another number than the ticket's", told->ticket);
}

void sim_channel_laws_got(struct sim *sim, enum world_service adapter, uint64_t delivery,
                          const char *to, const Paidan__Event *event)
{
    uint64_t *const got = at(sim, SPACE_GOT, adapter, delivery);
    const uint64_t hash = hash_message(&event->base);
    const bool fresh = *got == 0;
    law(sim, fresh || *got == hash, "a delivery came again with another content", delivery);
    *got = hash;
    sim->figures->kinds[SIM_DELIVERED]++;
    sim->figures->kinds[SIM_DELIVERED_AGAIN] += fresh ? 0 : 1;
    if (adapter == WORLD_WEBHOOK) {
        got_webhook(sim, delivery, to, event, fresh);
    } else if (adapter == WORLD_HOTLINE) {
        got_hotline(sim, event->hotline_told);
    } else if (adapter == WORLD_WECHAT) {
        *at(sim, SPACE_REPLY, get(sim, SPACE_WISH_TOKEN, WORLD_MEMBERS, delivery), 0) |= REPLY_GOT;
    }
}

uint64_t sim_channel_laws_ticket(struct sim *sim, const char *account, const char *person)
{
    const struct sim_channel_laws *const laws = sim->channels->laws;
    const uint64_t name = person_of(account, person);
    const size_t count = laws->owned_count < OWNED_MAX ? laws->owned_count : OWNED_MAX;
    for (size_t back = 0; back < count; back++) {
        const struct owned *const owned = &laws->owned[(laws->owned_count - 1 - back) % OWNED_MAX];
        if (owned->person == name && rng_percent(&sim->channels->rng, 60)) {
            return owned->ticket;
        }
    }
    return 0;
}

bool sim_channel_laws_asked(const struct sim *sim, const char *account, const char *person)
{
    return get(sim, SPACE_ASKED, person_of(account, person), 0) != 0;
}

/* ---- at rest ---- */

static void rest_deliveries(struct sim *sim)
{
    const struct sim_channel_laws *const laws = sim->channels->laws;
    for (unsigned adapter = WORLD_SERVICES; adapter < WORLD_MEMBERS; adapter++) {
        law(sim, world_counter(sim->world, (enum world_service)adapter, "deliveries_waiting") == 0,
            "something still waits to be sent", adapter);
        law(sim,
            world_counter(sim->world, (enum world_service)adapter, "deliveries_asked") ==
                world_counter(sim->world, (enum world_service)adapter, "deliveries_sent") +
                    world_counter(sim->world, (enum world_service)adapter, "deliveries_dead"),
            "a delivery is neither sent nor dead", adapter);
    }
    for (size_t index = 0; index < laws->replies.count; index++) {
        const uint64_t seq = laws->replies.items[index];
        const uint64_t state = get(sim, SPACE_REPLY, seq, 0);
        law(sim, (state & (REPLY_OUT | REPLY_GOT | REPLY_INSTEAD)) != 0,
            "a message to a resident went nowhere", seq);
    }
}

/* What a sender was told is taken stands at intake, or was refused there and he was told. */
static void rest_tokens(struct sim *sim)
{
    const struct sim_channel_laws *const laws = sim->channels->laws;
    for (uint64_t token = 1; token <= sim->channels->tokens; token++) {
        const uint64_t kept = get(sim, SPACE_TOKEN_KEPT, token, 0);
        const uint64_t wished = get(sim, SPACE_TOKEN_WISHED, token, 0);
        law(sim, kept <= 1, "words stand twice at intake", token);
        law(sim, wished <= 1, "words were wished twice", token);
    }
    for (size_t index = 0; index < laws->tokens.count; index++) {
        const uint64_t token = laws->tokens.items[index];
        law(sim, get(sim, SPACE_TOKEN_WISHED, token, 0) == 1, "words were taken and lost", token);
        law(sim,
            get(sim, SPACE_TOKEN_KEPT, token, 0) + get(sim, SPACE_TOKEN_REFUSED, token, 0) == 1,
            "words were taken, and intake never heard them", token);
    }
    law(sim, laws->owned_wechat == laws->filed_wechat, "a ticket of the channel belongs to nobody",
        laws->filed_wechat);
}

static void rest_callbacks(struct sim *sim)
{
    const struct sim_channel_laws *const laws = sim->channels->laws;
    for (size_t index = 0; index < laws->answer_count; index++) {
        const struct reply *const reply = &laws->answers[index];
        if (reply->taken) {
            law(sim, get(sim, SPACE_ANSWERED, reply->ticket, reply->round) == 1 + reply->solved,
                "callback has another answer than the person gave", reply->ticket);
        }
    }
}

static void rest_devices(struct sim *sim)
{
    struct sim_channel_laws *const laws = sim->channels->laws;
    for (unsigned device = 0; device < SIM_DEVICES; device++) {
        Paidan__DeviceList wish = PAIDAN__DEVICE_LIST__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        uint64_t taken[SIM_ALARM_KINDS] = {0};
        wish.device = (char *)sim_devices[device];
        request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_LIST;
        request.device_list = &wish;
        const Paidan__Answer *const answer = sim_look(sim, WORLD_MQTT, &request);
        for (size_t index = 0; answer != NULL && answer->code == PAIDAN__CODE__OK &&
                               index < answer->devices_listed->n_alarms;
             index++) {
            const Paidan__AlarmShown *const shown = answer->devices_listed->alarms[index];
            for (unsigned kind = 0; kind < SIM_ALARM_KINDS; kind++) {
                if (strcmp(shown->kind, sim_kinds[kind]) == 0) {
                    taken[kind] = shown->taken;
                    law(sim, shown->dropped == 0, "a message of a device was dropped", device);
                    law(sim,
                        laws->newest[device][kind] == 0 ||
                            shown->level == laws->newest[device][kind],
                        "an alarm is not as its newest message says", device);
                    law(sim, !shown->has_ticket, "an alarm holds a ticket that is closed",
                        shown->ticket);
                }
            }
        }
        for (unsigned kind = 0; kind < SIM_ALARM_KINDS; kind++) {
            sim->figures->laws++;
            if (taken[kind] != laws->published[device][kind]) {
                sim_broken(sim, "%" PRIu64 " messages of %s %s are counted as %" PRIu64,
                           laws->published[device][kind], sim_devices[device], sim_kinds[kind],
                           taken[kind]);
            }
        }
    }
}

void sim_channel_laws_rest(struct sim *sim)
{
    const struct sim_channel_laws *const laws = sim->channels->laws;
    rest_deliveries(sim);
    rest_tokens(sim);
    rest_callbacks(sim);
    rest_devices(sim);
    law(sim, laws->got_all + laws->died_all == laws->told,
        "a subscriber of everything missed a fact", laws->told - laws->got_all - laws->died_all);
}
