/* port_mqtt: one connection to one broker, in the shell's loop.
 *
 * What the broker is told is taken must be committed. libmosquitto, told that it is threaded, writes
 * nothing by itself: the acknowledgement of a message that was read waits in its queue until
 * mosquitto_loop_write. So a turn is
 *
 *     read messages ─▶ one question to the own service ─▶ committed ─▶ answered ─▶ write
 *
 * and nothing is read or written between the question and its answer. If the process is killed in
 * between, the broker sends those messages again, and they are known by their ids. While the service
 * takes nothing (no space) nothing is acknowledged, and the broker keeps what comes.
 *
 * Over TLS one read may bring more than a question holds (port_mqtt_turn), and messages together with the
 * answer to CONNECT, before the service knows of the connection: they are asked when it does. Nothing is
 * written before the last of them is committed, for all acknowledgements wait in one queue.
 *
 * Connecting may block (names, TCP, TLS), so it is done on a thread of its own that ends with it; the
 * client is never touched from two threads at a time. After a failure the pause doubles up to a minute.
 *
 * Only QoS 1 is asked for: QoS 2 would be lost between our commit and its last step. While we are away
 * the broker keeps what comes for our client id; what it had retained before is no event. */
#include "port_mqtt.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/channel/channel_pulse.h"
#include "common/door/door_http.h"
#include "port_mqtt_turn.h"

enum {
    KEEPALIVE_S = 30,
    SESSION_S = 7 * 24 * 3600,  /* as long as the broker keeps what comes while we are away */
    PACKET_BYTES_MAX = 2 << 20, /* larger ones the broker leaves out (MQTT 5) */
    PAUSE_US = 1000000,
    PAUSE_US_MAX = 60000000,
    AGAIN_US = 5000,      /* the queue was full */
    REFUSED_US = 2000000, /* the service takes nothing now */
    MISC_US = 1000000,
    IDLE_ROUNDS = 3,
    ROUNDS = 2 * DEVICE_REPORTS_MAX, /* of reading in a turn: packets that are no messages too */
    TOPICS = DEVICE_TOPICS_MAX,
};
#define TOKEN_BATCH 1u
#define TOKEN_STATE 2u

enum link { LINK_PAUSED, LINK_CONNECTING, LINK_UP };

struct port {
    struct shell_gate *gate;
    char *data_dir;
    struct mosquitto *client;
    enum link link;
    uint32_t site_version;                             /* that the client was made for */
    char filters[TOPICS][DEVICE_FILTER_BYTES_MAX + 1]; /* that were subscribed to */
    uint32_t filter_count;
    pthread_t thread;
    int event, connect_rc;
    uint64_t next_us, pause_us, misc_us; /* of the next attempt, question, look after the client */
    bool next_password;                  /* the other one is tried after a refusal */
    struct port_mqtt_turn turn;
    bool overrun;        /* a read brought more than there are slots */
    bool more;           /* decrypted messages may be left, of which no poll tells */
    bool asked, waiting; /* waiting: it has to be asked again at next_us */
    /* what the service is to know of the connection */
    bool told, connected, state_asked;
    char reason[DETAIL_BYTES_MAX + 1];
};

static bool busy(const struct port *port)
{
    return port->asked || port->waiting;
}

/* All that was read is committed, so its acknowledgements may go. */
static bool may_write(const struct port *port)
{
    return !busy(port) && port_mqtt_turn_seen(&port->turn) == 0;
}

static const struct site_devices *site_of(const struct port *port)
{
    return shell_gate_site(port->gate)->devices;
}

/* ---- the connection's state, told ---- */

static void tell(struct port *port)
{
    Paidan__BrokerState state = PAIDAN__BROKER_STATE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (port->told || port->state_asked) {
        return;
    }
    state.connected = port->connected;
    state.reason = port->reason[0] == '\0' ? NULL : port->reason;
    request.wish_case = PAIDAN__REQUEST__WISH_BROKER_STATE;
    request.broker_state = &state;
    if (shell_port_ask(port->gate, &request, TOKEN_STATE) == RC_OK) {
        port->state_asked = true;
        port->told = true;
    }
}

static void set_connected(struct port *port, bool connected, const char *reason)
{
    struct channel_pulse *const pulse = channel_pulse();
    pulse->links = true;
    pulse->connected = connected;
    if (port->connected != connected || reason[0] != '\0') {
        diag_log_limited(connected ? DIAG_INFO : DIAG_WARN, "mqtt", "connected=%d why=\"%s\"",
                         (int)connected, reason);
    }
    port->told = port->told && port->connected == connected;
    port->connected = connected;
    (void)snprintf(port->reason, sizeof port->reason, "%s", reason);
    tell(port);
}

/* Nothing is held back any more: what was not acknowledged comes again. */
static void lost(struct port *port, const char *reason)
{
    CHECK(port->link != LINK_CONNECTING);
    port->more = port->overrun = false;
    set_connected(port, false, reason);
    port->link = LINK_PAUSED;
    port->next_us = clock_monotonic_us() + port->pause_us;
    port->pause_us = port->pause_us * 2 < PAUSE_US_MAX ? port->pause_us * 2 : PAUSE_US_MAX;
}

/* Nothing is read before the service knows of the connection: what it took before may come again by it,
 * and is only looked for when a connection is new (mqtt_batch). */
static bool may_read(const struct port *port)
{
    return port->told && !port->state_asked && !busy(port);
}

/* ---- the turn ---- */

static void begin_turn(struct port *port)
{
    CHECK(!busy(port));
    port_mqtt_turn_begin(&port->turn, shell_gate_site(port->gate));
}

static void on_message(struct mosquitto *client, void *context,
                       const struct mosquitto_message *message)
{
    struct port *const port = context;
    (void)client;
    CHECK(!busy(port));
    const struct port_mqtt_message taken = {
        .name = message->topic,
        .bytes = message->payload,
        .size = message->payloadlen > 0 ? (size_t)message->payloadlen : 0,
        .retained = message->retain};
    port->overrun =
        port->overrun || !port_mqtt_turn_take(&port->turn, shell_gate_site(port->gate), &taken);
}

/* The same request as often as it is asked: what was committed is not done again. */
static void ask(struct port *port)
{
    Paidan__DeviceReports wish;
    Paidan__Request request;
    CHECK(!port->asked);
    port_mqtt_turn_ask(&port->turn, &wish, &request);
    const enum rc rc = shell_port_ask(port->gate, &request, TOKEN_BATCH);
    port->asked = rc == RC_OK;
    port->waiting = rc != RC_OK;
    port->next_us = clock_monotonic_us() + AGAIN_US;
}

static void answered_turn(struct port *port, Paidan__Code code)
{
    CHECK(port->asked);
    port->asked = false;
    if (code != PAIDAN__CODE__OK) {
        diag_log_limited(DIAG_WARN, "mqtt", "taken=no code=%d messages=%zu", (int)code,
                         port->turn.count);
        port->waiting = true;
        port->next_us = clock_monotonic_us() + REFUSED_US;
        return;
    }
    if (port_mqtt_turn_next(&port->turn) && port->link == LINK_UP) {
        ask(port);
        return;
    }
    begin_turn(port); /* what is left of one whose connection is lost comes again */
    if (port->link != LINK_UP) {
        port->next_us = clock_monotonic_us() + port->pause_us;
        return;
    }
    const int rc = mosquitto_loop_write(port->client, 1);
    if (rc != MOSQ_ERR_SUCCESS) {
        lost(port, mosquitto_strerror(rc));
    }
}

static void answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    struct port *const port = context;
    if (token == TOKEN_BATCH) {
        answered_turn(port, answer->code);
        return;
    }
    CHECK(token == TOKEN_STATE);
    port->state_asked = false;
    /* It may have changed meanwhile. */
    port->told = port->told && answer->code == PAIDAN__CODE__OK;
    tell(port);
}

/* ---- reading ---- */

static bool readable_now(struct port *port)
{
    struct pollfd look = {.fd = mosquitto_socket(port->client), .events = POLLIN};
    return look.fd >= 0 && poll(&look, 1, 0) == 1;
}

/* As much as is there, and a turn holds. What TLS decrypted and nobody read is seen by no poll: it is
 * read until some rounds brought nothing (a packet may be no message), and where the turn was full the
 * next one begins by itself. */
static void read_turn(struct port *port)
{
    const bool hidden = mosquitto_ssl_get(port->client) != NULL;
    const bool fresh = !port->connected;
    unsigned idle = 0;
    if (port_mqtt_turn_seen(&port->turn) > 0) {
        ask(port); /* what came with the connection's answer; `more` stays as it was */
        return;
    }
    port->more = false;
    for (unsigned round = 0; round < ROUNDS && !port_mqtt_turn_is_full(&port->turn); round++) {
        const size_t before = port_mqtt_turn_seen(&port->turn);
        const int rc = mosquitto_loop_read(port->client, 1);
        if (rc != MOSQ_ERR_SUCCESS) {
            lost(port, rc == MOSQ_ERR_ERRNO ? "connection lost" : mosquitto_strerror(rc));
            break;
        }
        if (port->overrun) {
            lost(port, "too much at once");
            break;
        }
        idle = port_mqtt_turn_seen(&port->turn) > before ? 0 : idle + 1;
        const bool news =
            port->connected && !may_read(port); /* the connection's, to be told first */
        if (port->link != LINK_UP || news ||
            (!readable_now(port) && (!hidden || idle >= IDLE_ROUNDS))) {
            break;
        }
    }
    port->more = hidden && port->link == LINK_UP && idle < IDLE_ROUNDS;
    if (port_mqtt_turn_seen(&port->turn) > 0 && !fresh) {
        ask(port);
    }
}

/* ---- connecting ---- */

static void subscribe(struct port *port)
{
    const struct site_devices *const devices = site_of(port);
    /* What a site of before asked for is asked for no more. */
    for (uint32_t index = 0; index < port->filter_count; index++) {
        if (devices == NULL || site_device_topic_find(devices, port->filters[index]) == NULL) {
            (void)mosquitto_unsubscribe(port->client, NULL, port->filters[index]);
        }
    }
    port->filter_count = 0;
    for (uint32_t index = 0; devices != NULL && index < devices->topic_count; index++) {
        const char *const filter = devices->topics[index].filter;
        const int rc = devices->version == 5
                           ? mosquitto_subscribe_v5(port->client, NULL, filter, 1,
                                                    MQTT_SUB_OPT_SEND_RETAIN_NEVER, NULL)
                           : mosquitto_subscribe(port->client, NULL, filter, 1);
        if (rc != MOSQ_ERR_SUCCESS) {
            diag_log(DIAG_ERROR, "mqtt", "filter=%u why=\"%s\"", index, mosquitto_strerror(rc));
        }
        memcpy(port->filters[port->filter_count++], filter, strlen(filter) + 1);
    }
}

static void on_connect(struct mosquitto *client, void *context, int code)
{
    struct port *const port = context;
    (void)client;
    CHECK(port->link == LINK_UP);
    const struct site_devices *const devices = site_of(port);
    if (code != 0) {
        /* The broker ends the connection next. A password that is being changed may be the other one. */
        port->next_password = !port->next_password;
        (void)snprintf(port->reason, sizeof port->reason, "%s",
                       devices != NULL && devices->version == 5 ? mosquitto_reason_string(code)
                                                                : mosquitto_connack_string(code));
        return;
    }
    port->pause_us = PAUSE_US;
    set_connected(port, true, "");
    subscribe(port);
}

/* An answer to a subscription that is a refusal: nothing will come by that filter. */
static void on_subscribe(struct mosquitto *client, void *context, int mid, int count,
                         const int *granted)
{
    (void)client;
    (void)context;
    (void)mid;
    for (int index = 0; index < count; index++) {
        if (granted[index] > 1) {
            diag_log(DIAG_ERROR, "mqtt", "subscribed=no reason=%d", granted[index]);
        }
    }
}

/* RC_OK also without one: a broker on loopback may ask for none. */
static enum rc set_secrets(struct port *port, struct mosquitto *client,
                           const struct site_devices *devices)
{
    char user[256], password[256], path[4096];
    enum rc rc = door_secret(port->data_dir, "mqtt", "user", user, sizeof user);
    if (rc == RC_OK) {
        rc = port->next_password
                 ? door_secret(port->data_dir, "mqtt", "password.next", password, sizeof password)
                 : RC_NOT_FOUND;
        if (rc == RC_NOT_FOUND) {
            rc = door_secret(port->data_dir, "mqtt", "password", password, sizeof password);
        }
        const bool given = rc == RC_OK;
        if (given || rc == RC_NOT_FOUND) {
            rc =
                mosquitto_username_pw_set(client, user, given ? password : NULL) == MOSQ_ERR_SUCCESS
                    ? RC_OK
                    : RC_LIMIT;
        }
        explicit_bzero(password, sizeof password);
    }
    if ((rc != RC_OK && rc != RC_NOT_FOUND) || !devices->tls) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    (void)snprintf(path, sizeof path, "%s/secrets/mqtt/ca.pem", port->data_dir);
    const bool own = access(path, R_OK) == 0;
    return mosquitto_tls_set(client, own ? path : NULL, own ? NULL : "/etc/ssl/certs", NULL, NULL,
                             NULL) == MOSQ_ERR_SUCCESS
               ? RC_OK
               : RC_SETTINGS;
}

/* Made anew for each connection: the site, the secrets and the version may be others. */
static enum rc make_client(struct port *port)
{
    const struct site_devices *const devices = site_of(port);
    if (port->client != NULL) {
        mosquitto_destroy(port->client);
    }
    port->client = mosquitto_new(devices->client, false, port);
    if (port->client == NULL) {
        return RC_LIMIT;
    }
    const int version = devices->version == 5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311;
    bool set =
        mosquitto_int_option(port->client, MOSQ_OPT_PROTOCOL_VERSION, version) == MOSQ_ERR_SUCCESS;
    set = set && mosquitto_int_option(port->client, MOSQ_OPT_RECEIVE_MAXIMUM, DEVICE_REPORTS_MAX) ==
                     MOSQ_ERR_SUCCESS;
    set = set && mosquitto_threaded_set(port->client, true) == MOSQ_ERR_SUCCESS;
    mosquitto_connect_callback_set(port->client, on_connect);
    mosquitto_message_callback_set(port->client, on_message);
    mosquitto_subscribe_callback_set(port->client, on_subscribe);
    port->site_version = shell_gate_site(port->gate)->version;
    return set ? set_secrets(port, port->client, devices) : RC_LIMIT;
}

struct attempt {
    struct port *port;
    char host[SITE_BROKER_BYTES_MAX + 1];
    int number;
    bool five;
};

/* On a thread of its own: the port does not look at the client until the event comes. */
static void *connect_now(void *context)
{
    struct attempt *const attempt = context;
    struct port *const port = attempt->port;
    mosquitto_property *properties = NULL;
    int rc = MOSQ_ERR_SUCCESS;
    if (attempt->five) {
        rc =
            mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, SESSION_S);
        if (rc == MOSQ_ERR_SUCCESS) {
            rc = mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE,
                                              PACKET_BYTES_MAX);
        }
    }
    if (rc == MOSQ_ERR_SUCCESS) {
        rc = mosquitto_connect_bind_v5(port->client, attempt->host, attempt->number, KEEPALIVE_S,
                                       NULL, properties);
    }
    mosquitto_property_free_all(&properties);
    free(attempt);
    port->connect_rc = rc;
    const uint64_t one = 1;
    const ssize_t written = write(port->event, &one, sizeof one);
    (void)written; /* an event that is there already wakes as well */
    return NULL;
}

static void connect_begin(struct port *port)
{
    const struct site_devices *const devices = site_of(port);
    struct attempt *const attempt = calloc(1, sizeof *attempt);
    enum rc rc = devices == NULL || attempt == NULL ? RC_AGAIN : make_client(port);
    CHECK(port->link == LINK_PAUSED);
    CHECK(!busy(port));
    if (rc == RC_OK) {
        attempt->port = port;
        memcpy(attempt->host, devices->host, sizeof attempt->host);
        attempt->number = devices->port;
        attempt->five = devices->version == 5;
        rc = pthread_create(&port->thread, NULL, connect_now, attempt) == 0 ? RC_OK : RC_LIMIT;
    }
    if (rc != RC_OK) {
        free(attempt);
        lost(port, devices == NULL ? "the site has no devices" : rc_name(rc));
        return;
    }
    port->link = LINK_CONNECTING;
}

static void connect_end(struct port *port)
{
    uint64_t count = 0;
    if (read(port->event, &count, sizeof count) != (ssize_t)sizeof count) {
        return;
    }
    CHECK(port->link == LINK_CONNECTING);
    (void)pthread_join(port->thread, NULL);
    port->link = LINK_PAUSED;
    if (port->connect_rc != MOSQ_ERR_SUCCESS) {
        lost(port, port->connect_rc == MOSQ_ERR_ERRNO ? "the broker does not answer"
                                                      : mosquitto_strerror(port->connect_rc));
        return;
    }
    port->link = LINK_UP;
    begin_turn(port);
}

/* ---- the port ---- */

static void wait_for(void *context, struct shell_port_wait *wait)
{
    struct port *const port = context;
    switch (port->link) {
    case LINK_PAUSED:
        wait->until_us = busy(port) && !port->waiting ? UINT64_MAX : port->next_us;
        break;
    case LINK_CONNECTING:
        wait->fd = port->event;
        wait->read = true;
        wait->until_us = port->waiting ? port->next_us : UINT64_MAX;
        break;
    case LINK_UP:
        wait->fd = mosquitto_socket(port->client);
        /* The connection's own answer is read before there is anything to tell. */
        wait->read = wait->fd >= 0 && (port->connected ? may_read(port) : !busy(port));
        wait->write = wait->fd >= 0 && may_write(port) && mosquitto_want_write(port->client);
        wait->until_us =
            port->waiting && port->next_us < port->misc_us ? port->next_us : port->misc_us;
        if ((port->more || port_mqtt_turn_seen(&port->turn) > 0) && may_read(port)) {
            wait->until_us = 0;
        }
        break;
    }
}

/* Another site is another broker, or other filters: the connection is made again. */
static bool is_outdated(const struct port *port)
{
    const struct site *const site = shell_gate_site(port->gate);
    return port->site_version != site->version || !port_mqtt_turn_is_of(&port->turn, site);
}

static void look_after(struct port *port)
{
    port->misc_us = clock_monotonic_us() + MISC_US;
    tell(port);
    if (is_outdated(port) && !busy(port)) {
        if (may_write(port)) {
            (void)mosquitto_disconnect(port->client);
            (void)mosquitto_loop_write(port->client, 1);
        }
        port->pause_us = PAUSE_US;
        lost(port, "the site changed");
        port->next_us = clock_monotonic_us();
        return;
    }
    const int rc = mosquitto_loop_misc(port->client);
    if (rc != MOSQ_ERR_SUCCESS) {
        lost(port, mosquitto_strerror(rc));
    }
}

static void work_up(struct port *port, bool readable, bool writable)
{
    /* Not read under other filters than it was subscribed to: what is not acknowledged comes again. */
    if (is_outdated(port) && !busy(port)) {
        look_after(port);
        return;
    }
    const bool may = port->connected ? may_read(port) : !busy(port);
    if ((readable || port->more || (port->connected && port_mqtt_turn_seen(&port->turn) > 0)) &&
        may) {
        read_turn(port);
    }
    if (writable && port->link == LINK_UP && may_write(port)) {
        const int rc = mosquitto_loop_write(port->client, 1);
        if (rc != MOSQ_ERR_SUCCESS) {
            lost(port, mosquitto_strerror(rc));
        }
    }
    if (port->link == LINK_UP && clock_monotonic_us() >= port->misc_us) {
        look_after(port);
    }
}

static void work(void *context, bool readable, bool writable)
{
    struct port *const port = context;
    const uint64_t now_us = clock_monotonic_us();
    if (port->waiting && now_us >= port->next_us) {
        port->waiting = false;
        ask(port);
    }
    switch (port->link) {
    case LINK_PAUSED:
        tell(port);
        if (!busy(port) && now_us >= port->next_us) {
            connect_begin(port);
        }
        break;
    case LINK_CONNECTING:
        if (readable) {
            connect_end(port);
        }
        break;
    case LINK_UP:
        work_up(port, readable, writable);
        break;
    }
}

static enum rc open_port(struct shell_gate *gate, const char *data_dir, void **context)
{
    if (shell_gate_site(gate)->devices == NULL) {
        diag_log(DIAG_ERROR, "mqtt", "why=\"the site has no devices.yaml\"");
        return RC_SETTINGS;
    }
    struct port *const port = calloc(1, sizeof *port);
    if (port == NULL) {
        return RC_LIMIT;
    }
    port->gate = gate;
    port->pause_us = PAUSE_US;
    port->data_dir = strdup(data_dir);
    const bool roomy = port_mqtt_turn_open(&port->turn);
    port->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (port->data_dir == NULL || !roomy || port->event < 0 ||
        mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
        if (port->event >= 0) {
            close(port->event);
        }
        port_mqtt_turn_close(&port->turn);
        free(port->data_dir);
        free(port);
        return RC_LIMIT;
    }
    begin_turn(port);
    port->misc_us = clock_monotonic_us() + MISC_US;
    *context = port;
    return RC_OK;
}

/* A connection in the making may block for minutes; the process ends sooner, and its thread with it. */
static void close_port(void *context)
{
    struct port *const port = context;
    if (port->link == LINK_CONNECTING) {
        (void)pthread_detach(port->thread);
        return;
    }
    if (port->link == LINK_UP && may_write(port)) {
        (void)mosquitto_disconnect(port->client);
        (void)mosquitto_loop_write(port->client, 1);
    }
    if (port->client != NULL) {
        mosquitto_destroy(port->client);
    }
    (void)mosquitto_lib_cleanup();
    close(port->event);
    port_mqtt_turn_close(&port->turn);
    free(port->data_dir);
    free(port);
}

const struct shell_port port_mqtt = {.name = "mqtt",
                                     .open = open_port,
                                     .close = close_port,
                                     .wait = wait_for,
                                     .work = work,
                                     .answered = answered};
