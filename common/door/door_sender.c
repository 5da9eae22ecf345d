/* door_sender: takes what may go from the outbox, sends it, tells what became of it.
 *
 *   outbox ─take─▶ SENDING ─ answer, silence ─▶ TELLING ─ committed ─▶ (HELD, a while) ─▶ landed
 *                     └── not now ─▶ HELD ────────────────────────────────────────────────┘
 *
 * Owns the sockets, the HTTP client and the memory of what is on its way, which is lost with the
 * process: then it is sent again, under the same key. A wish goes out under a request id made of that
 * key and of its words, so a service does it once; nobody who does not know the words can ask under
 * that id before us. What must stay true: a delivery lands only after what became of it is committed,
 * or known never to be. */
#include "common/door/door_sender.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/door/door_bus.h"
#include "common/say/code.h"
#include "common/text/text.h"
#include "common/wire/wire.h"

enum {
    TAKE_MAX = 64,        /* in one round: the shell waits for us meanwhile */
    WISH_WAIT_MS = 10000, /* a service that commits answers in far less */
    LATER_MS = 1000,
    AGAIN_US = 200000, /* after a fault of our own store, or a full queue; doubled up to */
    AGAIN_MAX_US = 60000000,
    HOLD_MS_MAX = 300000, /* a destination may ask for so much patience */
};

enum flight_state { FLIGHT_NONE, FLIGHT_SENDING, FLIGHT_TELLING, FLIGHT_HELD };

struct flight {
    enum flight_state state;
    bool told;         /* TELLING: the question is in the shell's hands */
    bool later;        /* HELD: for want of something of the adapter's own */
    uint64_t until_us; /* HELD */
    uint64_t hold_us;  /* after it is told */
    uint64_t again_us; /* TELLING: the pause before it is told once more */
    struct outbox_delivery delivery;
    unsigned char *outcome; /* TELLING: the packed Request; heap */
    size_t bytes;
};

struct sender {
    const struct door_sender *is;
    struct shell_gate *gate;
    void *context; /* the adapter's */
    struct door_bus *bus;
    struct web_client *client;
    int epoll;
    uint64_t head;    /* of the log when the outbox was last looked at */
    uint64_t look_us; /* when to look again though nothing was stored */
    bool look;
    unsigned count;
    struct outbox_flights flights;
    struct flight all[OUTBOX_FLIGHTS_MAX];
};

/* ---- flights ---- */

static struct flight *flight_of(struct sender *sender, uint64_t delivery)
{
    CHECK(delivery != 0);
    for (unsigned index = 0; index < OUTBOX_FLIGHTS_MAX; index++) {
        struct flight *const flight = &sender->all[index];
        if (flight->state != FLIGHT_NONE && flight->delivery.seq == delivery) {
            return flight;
        }
    }
    return NULL;
}

static struct flight *flight_begin(struct sender *sender, const struct outbox_delivery *delivery)
{
    for (unsigned index = 0; index < OUTBOX_FLIGHTS_MAX; index++) {
        struct flight *const flight = &sender->all[index];
        if (flight->state == FLIGHT_NONE) {
            *flight = (struct flight){.state = FLIGHT_SENDING, .delivery = *delivery};
            sender->count++;
            return flight;
        }
    }
    CHECK(false); /* outbox_flights counts to the same number */
    return NULL;
}

static void flight_land(struct sender *sender, struct flight *flight)
{
    CHECK(flight->state != FLIGHT_NONE);
    CHECK(sender->count > 0);
    outbox_landed(&sender->flights, flight->delivery.seq);
    free(flight->outcome);
    *flight = (struct flight){.state = FLIGHT_NONE};
    sender->count--;
    sender->look = true;
}

static void flight_hold(struct flight *flight, uint64_t hold_us, bool later)
{
    CHECK(flight->outcome == NULL);
    CHECK(flight->state != FLIGHT_NONE);
    flight->state = FLIGHT_HELD;
    flight->later = later;
    flight->until_us = clock_monotonic_us() + hold_us;
}

/* ---- telling ---- */

/* The shell's queue may be full: the packed question stays and is asked in the next round. */
static void tell(struct sender *sender, struct flight *flight)
{
    CHECK(flight->state == FLIGHT_TELLING);
    CHECK(!flight->told);
    CHECK(flight->outcome != NULL);
    Paidan__Request *const request = paidan__request__unpack(NULL, flight->bytes, flight->outcome);
    if (request == NULL) {
        return; /* no memory now */
    }
    const enum rc rc = shell_port_ask(sender->gate, request, flight->delivery.seq);
    paidan__request__free_unpacked(request, NULL);
    flight->told = rc == RC_OK;
    if (rc == RC_LIMIT) { /* it is small: only memory can be short */
        diag_log_limited(DIAG_WARN, "door", "telling=%s", rc_name(rc));
    }
}

static void flight_over(struct sender *sender, struct flight *flight,
                        Paidan__DeliveryOutcome *outcome, uint64_t hold_ms)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(flight->state == FLIGHT_SENDING);
    outcome->delivery = flight->delivery.seq;
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = outcome;
    flight->bytes = paidan__request__get_packed_size(&request);
    flight->outcome = malloc(flight->bytes);
    if (flight->outcome == NULL) { /* as if we had died: it is sent again, under the same key */
        flight_hold(flight, AGAIN_US, false);
        return;
    }
    const size_t packed = paidan__request__pack(&request, flight->outcome);
    CHECK(packed == flight->bytes);
    flight->state = FLIGHT_TELLING;
    flight->hold_us = (hold_ms < HOLD_MS_MAX ? hold_ms : HOLD_MS_MAX) * 1000;
    tell(sender, flight);
}

/* Of what is put off nothing is told, for nothing happened: the outbox has it again after a while. Else
 * the core hears of it, and the outbox decides by the site's rule whether it goes again. */
static void flight_failed(struct sender *sender, struct flight *flight, enum door_verdict verdict,
                          const char *why, uint64_t hold_ms)
{
    char reason[DETAIL_BYTES_MAX + 1];
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    CHECK(verdict != DOOR_ARRIVED);
    if (verdict == DOOR_LATER) {
        const uint64_t later_ms = sender->is->later_ms != 0 ? sender->is->later_ms : LATER_MS;
        const uint64_t wanted_ms = hold_ms != 0 ? hold_ms : later_ms;
        flight_hold(flight, (wanted_ms < HOLD_MS_MAX ? wanted_ms : HOLD_MS_MAX) * 1000, true);
        return;
    }
    outcome.has_unreached = verdict == DOOR_UNREACHED;
    outcome.unreached = verdict == DOOR_UNREACHED;
    outcome.has_never = verdict == DOOR_NEVER;
    outcome.never = verdict == DOOR_NEVER;
    (void)snprintf(reason, sizeof reason, "%s", why == NULL ? "" : why);
    reason[text_clip(reason, DETAIL_BYTES_MAX)] = '\0';
    outcome.reason = reason[0] == '\0' ? NULL : reason;
    struct wire_error error;
    if (wire_check(&outcome.base, &error) != RC_OK) { /* words of the outside */
        outcome.reason = NULL;
    }
    flight_over(sender, flight, &outcome, hold_ms);
}

/* Committed, or unknown to the tables: then they have it again. Whatever else our own service says, what
 * became of the attempt is not stored: it is told once more, never sent once more, for the outside may have
 * taken it. */
void door_sender_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    struct sender *const sender = context;
    struct flight *const flight = flight_of(sender, token);
    CHECK(flight != NULL);
    CHECK(flight->state == FLIGHT_TELLING);
    flight->told = false;
    if (answer->code != PAIDAN__CODE__OK && answer->code != PAIDAN__CODE__DELIVERY_UNKNOWN) {
        flight->again_us = flight->again_us == 0 ? AGAIN_US : 2 * flight->again_us;
        flight->again_us = flight->again_us < AGAIN_MAX_US ? flight->again_us : AGAIN_MAX_US;
        flight->until_us = clock_monotonic_us() + flight->again_us;
        diag_log_limited(DIAG_WARN, "door", "outcome=%s", code_name(answer->code));
        return;
    }
    if (flight->hold_us == 0) {
        flight_land(sender, flight);
        return;
    }
    free(flight->outcome);
    flight->outcome = NULL;
    flight_hold(flight, flight->hold_us, false);
}

/* ---- wishes ---- */

/* Of the words too: whoever restores an older store of this adapter has the same keys for other wishes,
 * and they must not be taken for those of then. */
static void request_id(const struct sender *sender, const struct outbox_delivery *delivery,
                       const ProtobufCBinaryData *packed, unsigned char id[REQUEST_ID_BYTES])
{
    char key[OUTBOX_KEY_BYTES];
    crypto_generichash_state state;
    outbox_key(shell_gate_service(sender->gate), delivery->seq, key);
    int failed = crypto_generichash_init(&state, NULL, 0, REQUEST_ID_BYTES);
    CHECK(failed == 0);
    failed = crypto_generichash_update(&state, (const unsigned char *)key, strlen(key) + 1);
    CHECK(failed == 0);
    failed = crypto_generichash_update(&state, packed->data, packed->len);
    CHECK(failed == 0);
    failed = crypto_generichash_final(&state, id, REQUEST_ID_BYTES);
    CHECK(failed == 0);
}

static void send_wish(struct sender *sender, struct flight *flight, const Paidan__Event *event)
{
    unsigned char id[REQUEST_ID_BYTES];
    CHECK(flight->state == FLIGHT_SENDING);
    if (event->fact_case != PAIDAN__EVENT__FACT_WISHED) {
        flight_failed(sender, flight, DOOR_NEVER, "no wish", 0);
        return;
    }
    const ProtobufCBinaryData *const packed = &event->wished->request;
    Paidan__Request *const request = paidan__request__unpack(NULL, packed->len, packed->data);
    if (request == NULL) {
        flight_failed(sender, flight, DOOR_LATER, NULL, 0);
        return;
    }
    request_id(sender, &flight->delivery, packed, id);
    Paidan__Request whole = *request;
    whole.has_request_id = 1;
    whole.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    whole.actor = (char *)shell_gate_service(sender->gate); /* packed, never written */
    const enum rc rc =
        door_bus_ask(sender->bus, flight->delivery.to, &whole, flight->delivery.seq, WISH_WAIT_MS);
    paidan__request__free_unpacked(request, NULL);
    if (rc != RC_OK) {
        flight_failed(sender, flight, DOOR_LATER, NULL, 0);
    }
}

/* What a service cannot do now lets all that goes there rest: it needs no crowd then. */
static void bus_answered(void *context, uint64_t token, const Paidan__Answer *answer,
                         const char *why)
{
    struct sender *const sender = context;
    struct flight *const flight = flight_of(sender, token);
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    Paidan__WishAnswered answered = PAIDAN__WISH_ANSWERED__INIT;
    CHECK(flight != NULL);
    CHECK(flight->state == FLIGHT_SENDING);
    if (answer == NULL) {
        flight_failed(sender, flight, DOOR_UNREACHED, why, 0);
        return;
    }
    answered.wished = flight->delivery.of;
    if (!channel_answer_read(answer, &answered)) {
        flight_failed(sender, flight, DOOR_UNREACHED, code_name((Paidan__Code)answered.code), 0);
        return;
    }
    outcome.sent = 1;
    outcome.answered = &answered;
    flight_over(sender, flight, &outcome, 0);
}

/* ---- calls ---- */

enum door_verdict door_sender_judge(unsigned status)
{
    const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    return status / 100 == 2 ? DOOR_ARRIVED : later ? DOOR_UNREACHED : DOOR_REFUSED;
}

static enum door_verdict judge_status(const struct web_result *result, const char **why)
{
    static const char *const words[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
    CHECK(result->rc == RC_OK);
    const unsigned status = result->status;
    const enum door_verdict verdict = door_sender_judge(status);
    if (verdict != DOOR_ARRIVED) {
        *why = status >= 100 && status < 600 ? words[status / 100 - 1] : "no status";
    }
    return verdict;
}

static void judged(struct sender *sender, struct flight *flight, enum door_verdict verdict,
                   ProtobufCBinaryData reply, const char *why, uint64_t hold_ms)
{
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    if (verdict != DOOR_ARRIVED) {
        flight_failed(sender, flight, verdict, why, hold_ms);
        return;
    }
    outcome.sent = 1;
    outcome.has_reply = reply.len > 0;
    reply.len = reply.len < REPLY_BYTES_MAX ? reply.len : REPLY_BYTES_MAX;
    outcome.reply = reply;
    flight_over(sender, flight, &outcome, 0);
}

void door_sender_carried(void *context, uint64_t delivery, enum door_verdict verdict,
                         ProtobufCBinaryData reply, const char *why)
{
    struct sender *const sender = context;
    struct flight *const flight = flight_of(sender, delivery);
    CHECK(flight != NULL);
    CHECK(flight->state == FLIGHT_SENDING);
    judged(sender, flight, verdict, reply, why, 0);
}

static void web_answered(void *context, uint64_t token, const struct web_result *result)
{
    struct sender *const sender = context;
    char reason[64];
    const char *why = result->why;
    ProtobufCBinaryData reply = {.len = 0, .data = NULL};
    if ((token & DOOR_OWN) != 0) {
        if (sender->is->own != NULL) {
            sender->is->own(sender->context, token, result);
        }
        for (unsigned index = 0; index < OUTBOX_FLIGHTS_MAX; index++) {
            struct flight *const held = &sender->all[index];
            held->until_us = held->state == FLIGHT_HELD && held->later ? 0 : held->until_us;
        }
        return;
    }
    struct flight *const flight = flight_of(sender, token);
    CHECK(flight != NULL);
    CHECK(flight->state == FLIGHT_SENDING);
    /* An answer that is too large, or an address that is none of ours, will be so again. */
    enum door_verdict verdict =
        result->rc == RC_FORBIDDEN || result->rc == RC_LIMIT ? DOOR_REFUSED : DOOR_UNREACHED;
    if (result->rc == RC_OK && sender->is->judge != NULL) {
        why = NULL;
        verdict = sender->is->judge(sender->context, &flight->delivery, result, &reply, &why);
    } else if (result->rc == RC_OK) {
        verdict = judge_status(result, &why);
        (void)snprintf(reason, sizeof reason, "HTTP %u", result->status);
        why = reason;
    }
    judged(sender, flight, verdict, reply, why, result->retry_after_ms);
}

static void send_call(struct sender *sender, struct step_view *view, struct flight *flight,
                      const Paidan__Event *event)
{
    struct web_call call = {.method = "POST"};
    const char *why = NULL;
    bool carried = false;
    enum rc rc = RC_NOT_FOUND;
    if (sender->is->carry != NULL) {
        rc = sender->is->carry(sender->context, view, &flight->delivery, event, &carried, &why);
    }
    if (!carried && sender->is->make != NULL) {
        rc = sender->is->make(sender->context, view, &flight->delivery, event, &call, &why);
    }
    if (!carried && rc == RC_OK) {
        rc = web_client_send(sender->client, &call, flight->delivery.seq);
        why = rc == RC_INVALID ? "url" : NULL;
    }
    if (rc == RC_EXISTS) {
        Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
        outcome.sent = 1;
        flight_over(sender, flight, &outcome, 0);
        return;
    }
    if (rc == RC_OK) {
        return;
    }
    const bool now = rc == RC_AGAIN || rc == RC_LIMIT || rc == RC_STORE;
    flight_failed(sender, flight,
                  now                  ? DOOR_LATER
                  : rc == RC_IO        ? DOOR_UNREACHED
                  : rc == RC_NOT_FOUND ? DOOR_NEVER
                                       : DOOR_REFUSED,
                  why == NULL ? rc_name(rc) : why, 0);
}

/* ---- taking ---- */

static void send_one(struct sender *sender, struct step_view *view,
                     const struct outbox_delivery *delivery)
{
    Paidan__Event *event = NULL;
    struct flight *const flight = flight_begin(sender, delivery);
    const enum rc rc = step_view_read(view, delivery->of, &event);
    if (rc != RC_OK) {
        /* Trimmed away or damaged; for want of memory it comes again. */
        flight_failed(sender, flight,
                      rc == RC_NOT_FOUND || rc == RC_CORRUPT ? DOOR_NEVER : DOOR_LATER, rc_name(rc),
                      0);
    } else if (channel_is_service(delivery->to)) {
        send_wish(sender, flight, event);
    } else {
        send_call(sender, view, flight, event);
    }
}

/* Looks into the outbox: everything that may go now goes, as far as one round may. */
static void look(struct sender *sender)
{
    struct step_view view;
    struct outbox_delivery rows[TAKE_MAX];
    size_t count = 0;
    uint64_t next_ms = 0;
    const struct outbox *const outbox = sender->is->channel->outbox;
    CHECK(sender->count == sender->flights.count); /* the same, told twice */
    sender->look = false;
    sender->look_us = UINT64_MAX;
    sender->head = shell_gate_head(sender->gate);
    enum rc rc = shell_gate_view_begin(sender->gate, &view);
    if (rc != RC_OK) {
        sender->look_us = clock_monotonic_us() + AGAIN_US;
        return;
    }
    rc = outbox_take(view.txn, outbox, view.site, view.now_ms, &sender->flights, rows, TAKE_MAX,
                     &count);
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        send_one(sender, &view, &rows[index]);
    }
    sender->look = sender->look || count == TAKE_MAX;
    if (rc == RC_OK) {
        rc = outbox_next(view.txn, outbox, view.site, &sender->flights, &next_ms);
    }
    if (rc == RC_OK) {
        sender->look_us = shell_gate_until_us(sender->gate, next_ms);
    } else if (rc != RC_NOT_FOUND) {
        diag_log_limited(DIAG_ERROR, "door", "outbox=%s", rc_name(rc));
        sender->look_us = clock_monotonic_us() + AGAIN_US;
    }
    shell_gate_view_end(sender->gate, &view);
}

/* ---- the port ---- */

static enum rc open_epoll(struct sender *sender)
{
    const int fds[] = {door_bus_fd(sender->bus), web_client_fd(sender->client)};
    sender->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t index = 0; sender->epoll >= 0 && index < sizeof fds / sizeof fds[0]; index++) {
        struct epoll_event event = {.events = EPOLLIN};
        if (epoll_ctl(sender->epoll, EPOLL_CTL_ADD, fds[index], &event) != 0) {
            return RC_IO;
        }
    }
    return sender->epoll < 0 ? RC_IO : RC_OK;
}

static void close_all(struct sender *sender, bool opened)
{
    web_client_close(sender->client); /* before the adapter's: its calls come to nobody then */
    if (opened && sender->is->close != NULL) {
        sender->is->close(sender->context);
    }
    door_bus_close(sender->bus);
    if (sender->epoll >= 0) {
        (void)close(sender->epoll);
    }
    for (unsigned index = 0; index < OUTBOX_FLIGHTS_MAX; index++) {
        free(sender->all[index].outcome);
    }
    free(sender);
}

enum rc door_sender_open(struct shell_gate *gate, const char *data_dir,
                         const struct door_sender *sender, void **context)
{
    struct sender *const made = calloc(1, sizeof *made);
    CHECK(sender->channel != NULL);
    if (made == NULL) {
        return RC_LIMIT;
    }
    *made = (struct sender){.is = sender, .gate = gate, .epoll = -1, .look = true};
    bool opened = false;
    enum rc rc = door_bus_open(&made->bus, data_dir, bus_answered, made);
    if (rc == RC_OK) {
        rc = web_client_open(&made->client, web_answered, made);
    }
    if (rc == RC_OK) {
        rc = open_epoll(made);
    }
    if (rc == RC_OK && sender->open != NULL) {
        rc = sender->open(gate, data_dir, &made->context);
    }
    opened = rc == RC_OK;
    if (rc != RC_OK) {
        close_all(made, opened);
        return rc;
    }
    if (sender->started != NULL) {
        sender->started(made->context, made->client);
    }
    *context = made;
    return RC_OK;
}

void door_sender_close(void *context)
{
    close_all(context, true);
}

void *door_sender_own(void *context)
{
    return ((struct sender *)context)->context;
}

struct web_client *door_sender_client(void *context)
{
    return ((struct sender *)context)->client;
}

static uint64_t sooner(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

void door_sender_wait(void *context, struct shell_port_wait *wait)
{
    struct sender *const sender = context;
    const bool news = sender->look || shell_gate_head(sender->gate) != sender->head;
    wait->fd = sender->epoll;
    wait->read = true;
    wait->until_us = sooner(web_client_due_us(sender->client), door_bus_due_us(sender->bus));
    wait->until_us = sooner(wait->until_us, sender->look_us);
    /* With all in flight there is nothing to look for. */
    if (news && sender->count < OUTBOX_FLIGHTS_MAX) {
        wait->until_us = 0;
    }
    for (unsigned index = 0; sender->count > 0 && index < OUTBOX_FLIGHTS_MAX; index++) {
        const struct flight *const flight = &sender->all[index];
        if (flight->state == FLIGHT_HELD || (flight->state == FLIGHT_TELLING && !flight->told)) {
            wait->until_us = sooner(wait->until_us, flight->until_us);
        }
    }
}

void door_sender_work(void *context, bool readable, bool writable)
{
    struct sender *const sender = context;
    (void)readable;
    (void)writable;
    const uint64_t now_us = clock_monotonic_us();
    web_client_work(sender->client);
    door_bus_work(sender->bus);
    for (unsigned index = 0; sender->count > 0 && index < OUTBOX_FLIGHTS_MAX; index++) {
        struct flight *const flight = &sender->all[index];
        if (flight->state == FLIGHT_HELD && flight->until_us <= now_us) {
            flight_land(sender, flight);
        } else if (flight->state == FLIGHT_TELLING && !flight->told && flight->until_us <= now_us) {
            tell(sender, flight);
        }
    }
    if (sender->look || sender->look_us <= now_us ||
        shell_gate_head(sender->gate) != sender->head) {
        look(sender);
    }
    /* What was just asked goes out at once. */
    web_client_work(sender->client);
    door_bus_work(sender->bus);
}
