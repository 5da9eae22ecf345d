/* sim_sender: an adapter's sender on virtual time: takes from the outbox, carries wishes to the services and
 * messages to the outside, and tells the own service what became of them.
 *
 * What it knows of its letters is lost with its process, as in common/door/door_sender.c, by whose rules it
 * lives: a wish goes out under a request id made of the delivery's key and its words, and as the same bytes
 * until it is answered or given up; what was given up may arrive all the same (an orphan). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "hotline.h"
#include "mqtt.h"
#include "sim_channels.h"
#include "webhook.h"
#include "wechat.h"

enum { TAKE_MAX = 16, TRIES_MAX = 4, ROUNDS = 3 };
#define PATIENCE_MS 10000ull /* of who waits for an answer */
#define AGAIN_MS 1000ull

static const struct channel *channel_of(enum world_service adapter)
{
    static const struct channel *const channels[SIM_ADAPTERS] = {&wechat_channel, &hotline_channel,
                                                                 &mqtt_channel, &webhook_channel};
    CHECK(adapter >= WORLD_SERVICES);
    return channels[adapter - WORLD_SERVICES];
}

static enum sim_system system_of(enum world_service adapter)
{
    return adapter == WORLD_WECHAT    ? SIM_PLATFORM
           : adapter == WORLD_HOTLINE ? SIM_PEER
                                      : SIM_RECEIVERS;
}

static struct arena *emptied(struct arena *arena)
{
    if (arena->base == NULL) {
        const enum rc reserved = arena_init(arena, 64u << 20);
        CHECK(reserved == RC_OK);
    }
    arena_reset(arena);
    return arena;
}

static ProtobufCMessage *unpack(struct arena *arena, const ProtobufCMessageDescriptor *kind,
                                const unsigned char *bytes, size_t size)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc = wire_unpack(emptied(arena), kind, bytes, size, &message, &error);
    CHECK(rc == RC_OK);
    return message;
}

static bool harmed(const struct sim *sim)
{
    return sim->options->faults && !sim->quiet;
}

/* Mostly at once. */
static uint64_t soon(struct sim *sim)
{
    const uint64_t now_ms = world_now_ms(sim->world);
    struct rng *const rng = &sim->channels->rng;
    return harmed(sim) && rng_percent(rng, 20) ? now_ms + rng_below(rng, 20000) : now_ms;
}

/* ---- letters ---- */

static void letter_end(struct sim_letter *letter)
{
    free(letter->bytes);
    *letter = (struct sim_letter){.state = SIM_LETTER_FREE};
}

void sim_sender_free(struct sim_sender *sender)
{
    for (size_t index = 0; index < SIM_LETTERS; index++) {
        letter_end(&sender->letters[index]);
    }
}

static struct sim_letter *letter_begin(struct sim_sender *sender,
                                       const struct outbox_delivery *delivery)
{
    for (size_t index = 0; index < SIM_LETTERS; index++) {
        struct sim_letter *const letter = &sender->letters[index];
        if (letter->state == SIM_LETTER_FREE) {
            *letter = (struct sim_letter){.seq = delivery->seq, .of = delivery->of};
            return letter;
        }
    }
    check_fail("there is room for what was taken", __FILE__, __LINE__, __func__);
}

static size_t room_of(const struct sim_sender *sender)
{
    size_t room = 0;
    for (size_t index = 0; index < SIM_LETTERS; index++) {
        room += sender->letters[index].state == SIM_LETTER_FREE ? 1 : 0;
    }
    return room < TAKE_MAX ? room : TAKE_MAX;
}

static void keep_packed(struct sim_letter *letter, Paidan__Request *request)
{
    request->protocol = 1;
    request->correlation = 1;
    free(letter->bytes);
    letter->size = paidan__request__get_packed_size(request);
    letter->bytes = malloc(letter->size);
    CHECK(letter->bytes != NULL);
    paidan__request__pack(request, letter->bytes);
}

/* ---- what became of it ---- */

static void letter_over(struct sim *sim, struct sim_letter *letter,
                        Paidan__DeliveryOutcome *outcome)
{
    unsigned char id[16];
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    for (size_t index = 0; index < sizeof id; index++) {
        id[index] = (unsigned char)rng_below(&sim->channels->rng, 256);
    }
    outcome->delivery = letter->seq;
    request.has_request_id = 1;
    request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = outcome;
    keep_packed(letter, &request);
    letter->state = SIM_LETTER_OUTCOME;
    letter->at_ms = soon(sim);
    letter->tries = 0;
}

static void letter_failed(struct sim *sim, struct sim_letter *letter, bool unreached)
{
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    outcome.has_unreached = outcome.unreached = unreached;
    outcome.reason = (char *)(unreached ? "away" : "refused");
    letter_over(sim, letter, &outcome);
}

/* ---- wishes ---- */

/* As door_sender: of the delivery's key and the words. */
static void request_id(const char *log, uint64_t delivery, const ProtobufCBinaryData *packed,
                       unsigned char id[16])
{
    char key[OUTBOX_KEY_BYTES];
    unsigned char both[OUTBOX_KEY_BYTES + 16] = {0};
    outbox_key(log, delivery, key);
    memcpy(both, key, strlen(key));
    crypto_generichash(both + OUTBOX_KEY_BYTES, 16, packed->data, packed->len, NULL, 0);
    crypto_generichash(id, 16, both, sizeof both, NULL, 0);
}

static void post_wish(struct sim *sim, enum world_service adapter, struct sim_letter *letter,
                      const char *to, const Paidan__Event *event)
{
    static struct arena arena;
    unsigned char id[16];
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_WISHED);
    const ProtobufCBinaryData *const packed = &event->wished->request;
    Paidan__Request *const request =
        (Paidan__Request *)unpack(&arena, &paidan__request__descriptor, packed->data, packed->len);
    request_id(world_step_service(adapter)->name, letter->seq, packed, id);
    request->has_request_id = 1;
    request->request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    request->actor = (char *)world_step_service(adapter)->name;
    keep_packed(letter, request);
    letter->to = strcmp(to, "intake") == 0 ? WORLD_INTAKE : WORLD_CALLBACK;
    letter->at_ms = soon(sim);
    letter->state = SIM_LETTER_WISH;
    if (harmed(sim) && rng_percent(&sim->channels->rng, 5)) {
        letter->state = SIM_LETTER_LOST;
        letter->at_ms = world_now_ms(sim->world) + PATIENCE_MS;
        sim->figures->faults[SIM_REQUEST_LOST]++;
    }
}

/* Given up, and on its way all the same. */
static void orphan(struct sim *sim, const struct sim_letter *letter)
{
    struct sim_orphan *const slot =
        &sim->channels->orphans[rng_below(&sim->channels->rng, SIM_ORPHANS)];
    if (slot->bytes != NULL) {
        return;
    }
    *slot = (struct sim_orphan){.bytes = malloc(letter->size),
                                .size = letter->size,
                                .to = letter->to,
                                .at_ms = world_now_ms(sim->world) +
                                         rng_below(&sim->channels->rng, 3600000)};
    CHECK(slot->bytes != NULL);
    memcpy(slot->bytes, letter->bytes, letter->size);
}

static const Paidan__Answer *ask(struct sim *sim, enum world_service to, const void *bytes,
                                 size_t size)
{
    static struct arena requests, answers;
    const unsigned char *answer = NULL;
    size_t answer_size = 0;
    const Paidan__Request *const request =
        (const Paidan__Request *)unpack(&requests, &paidan__request__descriptor, bytes, size);
    if (world_try(sim->world, to, request, &answer, &answer_size) != RC_OK || answer == NULL) {
        return NULL;
    }
    return (const Paidan__Answer *)unpack(&answers, &paidan__answer__descriptor, answer,
                                          answer_size);
}

static void carry(struct sim *sim, struct sim_letter *letter)
{
    uint64_t *const faults = sim->figures->faults;
    struct rng *const rng = &sim->channels->rng;
    const Paidan__Answer *answer = ask(sim, letter->to, letter->bytes, letter->size);
    if (harmed(sim) && rng_percent(rng, 4)) {
        faults[SIM_REQUEST_DOUBLED]++;
        answer = ask(sim, letter->to, letter->bytes, letter->size);
    }
    if (answer != NULL && answer->code == PAIDAN__CODE__OK) {
        sim_learn(sim, answer);
    }
    if (answer != NULL && harmed(sim) && rng_percent(rng, 6)) {
        faults[SIM_ANSWER_LOST]++;
        answer = NULL;
    }
    if (answer == NULL) {
        /* The same bytes again, as a connection that was lost does; given up at last. */
        letter->at_ms = world_now_ms(sim->world) + AGAIN_MS;
        if (++letter->tries < TRIES_MAX && rng_percent(rng, 70)) {
            return;
        }
        orphan(sim, letter);
        letter_failed(sim, letter, true);
        return;
    }
    Paidan__WishAnswered answered = PAIDAN__WISH_ANSWERED__INIT;
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    answered.wished = letter->of;
    if (!channel_answer_read(answer, &answered)) {
        letter_failed(sim, letter, true);
        return;
    }
    outcome.sent = 1;
    outcome.answered = &answered;
    letter_over(sim, letter, &outcome);
}

static void carry_orphans(struct sim *sim)
{
    for (size_t index = 0; index < SIM_ORPHANS; index++) {
        struct sim_orphan *const slot = &sim->channels->orphans[index];
        if (slot->bytes != NULL && slot->at_ms <= world_now_ms(sim->world)) {
            sim->figures->faults[SIM_REQUEST_LATE]++;
            (void)ask(sim, slot->to, slot->bytes, slot->size);
            free(slot->bytes);
            slot->bytes = NULL;
        }
    }
}

/* ---- messages to the outside ---- */

static void post_out(struct sim *sim, enum world_service adapter, struct sim_letter *letter,
                     const char *to, const Paidan__Event *event)
{
    unsigned char reply[64];
    char sent_id[24];
    Paidan__WechatSent sent = PAIDAN__WECHAT_SENT__INIT;
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    const enum sim_taking taking = sim_outside_takes(sim, system_of(adapter));
    if (taking == SIM_TAKES || taking == SIM_TAKES_SILENTLY) {
        sim_outside_kept(sim, adapter, letter->seq, to, event);
    }
    if (taking == SIM_TAKES_SILENTLY || taking == SIM_IS_AWAY || taking == SIM_REFUSES) {
        letter_failed(sim, letter, taking != SIM_REFUSES);
        return;
    }
    outcome.sent = 1;
    if (adapter == WORLD_WECHAT && strcmp(to, "sms") != 0) {
        sent.has_taken = sent.taken = taking == SIM_TAKES;
        sent.has_errcode = taking != SIM_TAKES;
        sent.errcode = taking != SIM_TAKES ? 45047 : 0;
        (void)snprintf(sent_id, sizeof sent_id, "%llu", (unsigned long long)letter->seq);
        sent.sent_id = taking == SIM_TAKES ? sent_id : NULL;
        outcome.has_reply = 1;
        outcome.reply =
            (ProtobufCBinaryData){.len = paidan__wechat_sent__pack(&sent, reply), .data = reply};
    }
    letter_over(sim, letter, &outcome);
}

static bool take(struct sim *sim, enum world_service adapter, struct sim_sender *sender)
{
    static struct arena arena;
    const struct channel *const channel = channel_of(adapter);
    struct outbox_delivery rows[TAKE_MAX];
    struct step_view view;
    size_t count = 0;
    const size_t room = room_of(sender);
    if (room == 0 || step_engine_view(world_engine(sim->world, adapter), world_now_ms(sim->world),
                                      emptied(&arena), &view) != RC_OK) {
        return false; /* of our own store: looked at again later */
    }
    if (outbox_take(view.txn, channel->outbox, view.site, view.now_ms, &sender->flights, rows, room,
                    &count) != RC_OK) {
        count = 0;
    }
    for (size_t index = 0; index < count; index++) {
        Paidan__Event *event = NULL;
        if (step_view_read(&view, rows[index].of, &event) != RC_OK) {
            outbox_landed(&sender->flights, rows[index].seq);
            continue;
        }
        struct sim_letter *const letter = letter_begin(sender, &rows[index]);
        if (channel_is_service(rows[index].to)) {
            post_wish(sim, adapter, letter, rows[index].to, event);
        } else {
            post_out(sim, adapter, letter, rows[index].to, event);
        }
    }
    step_engine_view_end(&view);
    return count > 0;
}

/* Committed, or nothing to commit: it is the tables' again. */
static void tell(struct sim *sim, enum world_service adapter, struct sim_sender *sender,
                 struct sim_letter *letter)
{
    const Paidan__Answer *const answer = ask(sim, adapter, letter->bytes, letter->size);
    letter->at_ms = world_now_ms(sim->world) + AGAIN_MS;
    if (answer != NULL &&
        (answer->code == PAIDAN__CODE__OK || answer->code == PAIDAN__CODE__DELIVERY_UNKNOWN)) {
        outbox_landed(&sender->flights, letter->seq);
        letter_end(letter);
    }
}

/* What a process knew is gone with it. */
static bool is_alive(struct sim *sim, enum world_service adapter, struct sim_sender *sender)
{
    const uint64_t life = world_lives(sim->world, adapter);
    if (sender->life == life) {
        return true;
    }
    sim_sender_free(sender);
    sender->flights = (struct outbox_flights){.count = 0};
    sender->life = life;
    return false;
}

static bool move(struct sim *sim, enum world_service adapter, struct sim_sender *sender)
{
    bool moved = false;
    for (size_t index = 0; index < SIM_LETTERS && is_alive(sim, adapter, sender); index++) {
        struct sim_letter *const letter = &sender->letters[index];
        if (letter->state == SIM_LETTER_FREE || letter->at_ms > world_now_ms(sim->world)) {
            continue;
        }
        moved = true;
        switch (letter->state) {
        case SIM_LETTER_WISH:
            carry(sim, letter);
            break;
        case SIM_LETTER_LOST:
            letter_failed(sim, letter, true);
            break;
        default:
            tell(sim, adapter, sender, letter);
        }
    }
    return moved;
}

void sim_sender_work(struct sim *sim, enum world_service adapter)
{
    struct sim_sender *const sender = &sim->channels->senders[adapter - WORLD_SERVICES];
    (void)is_alive(sim, adapter, sender);
    carry_orphans(sim);
    for (unsigned round = 0; round < ROUNDS; round++) {
        sim_laws_read(sim); /* what is sent now was said before */
        const bool took = take(sim, adapter, sender);
        if (!move(sim, adapter, sender) && !took) {
            return;
        }
    }
}
