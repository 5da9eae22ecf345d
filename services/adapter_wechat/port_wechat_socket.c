/* port_wechat_socket: the connections of robots that need no address of ours. Owns them, what was heard
 * and is not committed, what was sent and is not acknowledged; all of it is this process's memory alone.
 *
 *   AWAY ─ pause ─▶ CONNECTING ─ open ─▶ SUBSCRIBING ─ secret taken ─▶ UP ─ lost, refused, replaced ─▶ AWAY
 *
 * Pauses double up to a minute, each spread at random, so that a platform that comes back is not stormed.
 * A wrong secret and another connection that took our place wait for minutes: the first needs somebody
 * to look, and to answer the second by connecting at once would push that one out again, for ever. The
 * secret is read anew before each attempt.
 *
 * The platform acknowledges what we say, so a message is delivered when that has come; else it goes again
 * (at least once), as an answer under the same name, which lets the platform know a repetition. What it
 * tells us it does not repeat and wants no answer to: so it is asked of the service in the turn in which
 * it is read, and while too much of it waits nothing more is read: nor are acknowledgements, so that
 * meanwhile nobody's silence is counted against him. Words, people and secrets go into no log line. */

#include "port_wechat_socket.h"

#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/channel/channel_pulse.h"
#include "common/say/code.h"
#include "common/site/site_wechat.h"
#include "common/text/text.h"
#include "common/web/web_socket.h"
#include "port_wechat_account.h"
#include "port_wechat_frame.h"

enum {
    ARENA_BYTES = 4 << 20, /* of a frame: its tree, its texts */
    PAUSE_US = 1000000,    /* after a failure, doubled up to */
    PAUSE_MAX_US = 60000000,
    REFUSED_US = 300000000, /* a wrong secret, another connection in our place */
    SUBSCRIBE_US = 10000000,
    PING_US = 30000000, /* as the platform asks for */
    PINGS_MAX = 2,      /* unanswered: the connection is dead, whatever TCP believes */
    ACK_US = 10000000,
    DOWN_US = 60000000, /* so long a message is held back before its destination counts as down */
    AGAIN_US = 500000,  /* the service takes nothing now */
    SENT_MAX = 32,      /* at a time; the outbox's rule has half of it */
    WAITING_MAX = 64,   /* heard and not committed: nothing more is read */
    ID_BYTES = 64,      /* of ours */
    EVENTS_MAX = PORT_WECHAT_ACCOUNTS,
};

enum state { AWAY, CONNECTING, SUBSCRIBING, UP };

/* What was said and is not acknowledged. */
struct sent {
    uint64_t delivery; /* 0: free */
    uint64_t until_us;
    char id[PORT_WECHAT_FRAME_ID_BYTES + 1];
    char *instead; /* of an answer that comes too late: the same words of our own accord; heap */
};

struct robot {
    char code[CODE_BYTES_MAX + 1];
    enum state state;
    struct web_socket *socket;
    bool over;              /* it is to be closed, which must not be done from within it */
    char why[64], told[64]; /* of the newest end; told: what the log said last */
    uint64_t next_us, pause_us, down_us, until_us, ping_us;
    uint64_t pause_own_us; /* of this end; 0: the usual one */
    unsigned pings;
    char subscribe_id[ID_BYTES], ping_id[ID_BYTES];
    struct sent sent[SENT_MAX];
};

/* What was heard, as a packed Request. */
struct waiting {
    struct waiting *next;
    uint64_t token, again_us;
    bool asked;
    size_t bytes;
    unsigned char request[];
};

struct sockets {
    char data_dir[PATH_MAX];
    struct shell_gate *gate;
    uint32_t site_version;
    struct arena arena;
    int epoll;
    uint64_t ids; /* given out */
    unsigned count;
    struct robot robots[PORT_WECHAT_ACCOUNTS];
    struct waiting *first, **last;
    unsigned waiting;
    bool held; /* nothing is read */
    port_wechat_socket_done *done;
    void *context;
};
static struct sockets *the_sockets; /* NULL: the port is not open */

/* ---- what was sent ---- */

static void sent_end(struct sockets *sockets, struct sent *sent,
                     const struct port_wechat_verdict *verdict)
{
    const uint64_t delivery = sent->delivery;
    CHECK(delivery != 0);
    free(sent->instead);
    *sent = (struct sent){.delivery = 0};
    if (sockets->done != NULL) {
        sockets->done(sockets->context, delivery, verdict);
    }
}

static struct sent *sent_find(struct robot *robot, const char *id)
{
    for (unsigned index = 0; index < SENT_MAX; index++) {
        if (robot->sent[index].delivery != 0 && strcmp(robot->sent[index].id, id) == 0) {
            return &robot->sent[index];
        }
    }
    return NULL;
}

/* Random besides the count: an acknowledgement of the process before must not be taken for ours. */
static void id_make(struct sockets *sockets, const char *word, char *id, size_t size)
{
    const int bytes =
        snprintf(id, size, "%s_%" PRIu64 "_%08" PRIx32, word, ++sockets->ids, randombytes_random());
    CHECK(bytes > 0);
    CHECK((size_t)bytes < size);
}

/* An answer that the platform does not take as one (its time is over, it knows no such message) goes
 * into the chat of our own accord. */
static void sent_acked(struct sockets *sockets, struct robot *robot, struct sent *sent,
                       uint32_t errcode)
{
    struct port_wechat_verdict verdict = {.fate = port_wechat_call_fate(errcode),
                                          .errcode = errcode};
    const bool answered = verdict.fate == PORT_WECHAT_TAKEN || verdict.fate == PORT_WECHAT_BUSY;
    if (!answered && sent->instead != NULL) {
        char *const frame = sent->instead;
        const char *const id = strstr(frame, "aibot_send_msg_");
        CHECK(id != NULL); /* port_wechat_socket_send put it there */
        const size_t bytes = strcspn(id, "\"");
        CHECK(bytes < sizeof sent->id);
        memcpy(sent->id, id, bytes);
        sent->id[bytes] = '\0';
        sent->instead = NULL;
        sent->until_us = clock_monotonic_us() + ACK_US;
        const enum rc rc = web_socket_send(robot->socket, frame, strlen(frame));
        free(frame);
        if (rc != RC_OK) {
            sent_end(sockets, sent, NULL);
        }
        return;
    }
    sent_end(sockets, sent, &verdict);
}

/* ---- what was heard ---- */

/* What is acknowledged already lies unread: from the moment of reading again each has its whole time. The
 * next heartbeat keeps its own: who reads and stops at short intervals must not fall silent. */
static void resume(struct robot *robot, uint64_t now_us)
{
    robot->until_us = now_us + SUBSCRIBE_US;
    robot->pings = 0;
    for (unsigned index = 0; index < SENT_MAX; index++) {
        robot->sent[index].until_us = now_us + ACK_US;
    }
}

static void hold_all(struct sockets *sockets)
{
    const bool held = sockets->waiting >= WAITING_MAX;
    const bool resumed = sockets->held && !held;
    sockets->held = held;
    for (unsigned index = 0; index < sockets->count; index++) {
        struct robot *const robot = &sockets->robots[index];
        if (robot->socket != NULL) {
            web_socket_hold(robot->socket, held);
        }
        if (resumed) {
            resume(robot, clock_monotonic_us());
        }
    }
}

static void waiting_drop(struct sockets *sockets, struct waiting **at)
{
    struct waiting *const gone = *at;
    *at = gone->next;
    if (sockets->last == &gone->next) {
        sockets->last = at;
    }
    CHECK(sockets->waiting > 0);
    sockets->waiting--;
    sodium_memzero(gone->request, gone->bytes);
    free(gone);
    hold_all(sockets);
}

/* In the order in which they came: what a resident said first is heard first. */
static void ask_all(struct sockets *sockets)
{
    for (struct waiting *waiting = sockets->first; waiting != NULL; waiting = waiting->next) {
        if (waiting->asked) {
            continue;
        }
        if (waiting->again_us > clock_monotonic_us()) {
            return;
        }
        Paidan__Request *const request =
            paidan__request__unpack(NULL, waiting->bytes, waiting->request);
        const enum rc rc =
            request == NULL ? RC_LIMIT : shell_port_ask(sockets->gate, request, waiting->token);
        if (request != NULL) {
            paidan__request__free_unpacked(request, NULL);
        }
        waiting->asked = rc == RC_OK;
        if (rc != RC_OK) {
            waiting->again_us = clock_monotonic_us() + AGAIN_US;
            return;
        }
    }
}

static void refused(struct sockets *sockets, const char *why)
{
    struct channel_pulse *const pulse = channel_pulse();
    pulse->refused++;
    pulse->refused_ms = shell_gate_now_ms(sockets->gate);
    (void)snprintf(pulse->refused_why, sizeof pulse->refused_why, "%s", why);
    diag_log_limited(DIAG_WARN, "socket", "message=refused why=%s", why);
}

static void hear(struct sockets *sockets, const struct robot *robot, Paidan__WechatHear *said)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    said->account = (char *)robot->code; /* packed, never written */
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_HEAR;
    request.wechat_hear = said;
    const size_t bytes = paidan__request__get_packed_size(&request);
    struct waiting *const waiting = malloc(sizeof *waiting + bytes);
    if (waiting == NULL) {
        refused(sockets, "no_memory");
        return;
    }
    *waiting = (struct waiting){.token = ++sockets->ids, .bytes = bytes};
    const size_t packed = paidan__request__pack(&request, waiting->request);
    CHECK(packed == bytes);
    *sockets->last = waiting;
    sockets->last = &waiting->next;
    sockets->waiting++;
    hold_all(sockets);
}

static bool comes_again(Paidan__Code code)
{
    switch (code) {
    case PAIDAN__CODE__OVERLOADED:
    case PAIDAN__CODE__STORAGE_FULL:
    case PAIDAN__CODE__STARTING:
    case PAIDAN__CODE__TOO_MANY_WAITERS:
    case PAIDAN__CODE__SERVICE_FAULT:
    case PAIDAN__CODE__UNREACHABLE:
        return true;
    default:
        return false;
    }
}

/* After the commit. What there is to say is in the outbox already. */
static void on_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    struct sockets *const sockets = context;
    struct waiting **at = &sockets->first;
    while (*at != NULL && (*at)->token != token) {
        at = &(*at)->next;
    }
    CHECK(*at != NULL);
    if (comes_again(answer->code)) {
        (*at)->asked = false;
        (*at)->again_us = clock_monotonic_us() + AGAIN_US;
        return;
    }
    if (answer->code != PAIDAN__CODE__OK) {
        refused(sockets, code_name(answer->code));
    }
    waiting_drop(sockets, at);
}

/* ---- a connection ---- */

static void pulse_set(const struct sockets *sockets)
{
    struct channel_pulse *const pulse = channel_pulse();
    pulse->links = sockets->count > 0;
    pulse->connected = pulse->links;
    for (unsigned index = 0; index < sockets->count; index++) {
        pulse->connected &= sockets->robots[index].state == UP;
    }
}

/* From within the connection's own functions: it is closed when they have returned. */
static void over(struct robot *robot, const char *why, uint64_t pause_us)
{
    if (!robot->over) {
        robot->over = true;
        robot->pause_own_us = pause_us;
        (void)snprintf(robot->why, sizeof robot->why, "%s", why);
    }
}

static void say(struct robot *robot, const char *frame)
{
    if (frame == NULL || web_socket_send(robot->socket, frame, strlen(frame)) != RC_OK) {
        over(robot, "it cannot be written to", 0);
    }
}

static void on_opened(void *context)
{
    struct robot *const robot = context;
    struct sockets *const sockets = the_sockets;
    struct port_wechat_accounts *accounts = NULL;
    CHECK(robot->state == CONNECTING);
    if (port_wechat_account_load(sockets->data_dir, shell_gate_site(sockets->gate), &accounts) !=
        RC_OK) {
        over(robot, "its secret cannot be read", REFUSED_US);
        return;
    }
    const struct port_wechat_account *const account =
        port_wechat_account_find(accounts, robot->code);
    arena_reset(&sockets->arena);
    if (account == NULL || !account->socket) {
        over(robot, "the site has no such account any more", 0);
    } else {
        id_make(sockets, "aibot_subscribe", robot->subscribe_id, sizeof robot->subscribe_id);
        robot->state = SUBSCRIBING;
        robot->until_us = clock_monotonic_us() + SUBSCRIBE_US;
        say(robot, port_wechat_frame_subscribe(&sockets->arena, robot->subscribe_id, account->id,
                                               account->secret));
        sodium_memzero(sockets->arena.base, sockets->arena.used);
    }
    port_wechat_account_free(accounts);
}

static void subscribed(struct robot *robot, uint32_t errcode)
{
    const enum port_wechat_fate fate = port_wechat_call_fate(errcode);
    if (fate != PORT_WECHAT_TAKEN) {
        diag_log(DIAG_ERROR, "socket", "account=%s socket=refused errcode=%" PRId32, robot->code,
                 (int32_t)errcode);
        over(robot, "secret_refused", fate == PORT_WECHAT_BUSY ? 0 : REFUSED_US);
        return;
    }
    robot->state = UP;
    robot->pause_us = 0;
    robot->pings = 0;
    robot->ping_us = clock_monotonic_us() + PING_US;
    diag_log(DIAG_INFO, "socket", "account=%s socket=up", robot->code);
}

static void acked(struct sockets *sockets, struct robot *robot,
                  const struct port_wechat_frame *frame)
{
    struct sent *const sent = sent_find(robot, frame->id);
    if (robot->state == SUBSCRIBING && strcmp(frame->id, robot->subscribe_id) == 0) {
        subscribed(robot, frame->errcode);
    } else if (strcmp(frame->id, robot->ping_id) == 0) {
        robot->pings = 0;
    } else if (sent != NULL) {
        sent_acked(sockets, robot, sent, frame->errcode);
    } /* else: of what we gave up already */
}

/* What cannot be read is counted and left: one frame that we do not understand is no reason to be deaf to
 * the next. */
static void on_heard(void *context, const char *text, size_t bytes)
{
    struct robot *const robot = context;
    struct sockets *const sockets = the_sockets;
    struct port_wechat_frame frame;
    const char *why = NULL;
    if (robot->over) {
        return;
    }
    arena_reset(&sockets->arena);
    const enum rc rc =
        port_wechat_frame_read(&sockets->arena, text, bytes, clock_wall_ms() / 1000, &frame, &why);
    if (rc != RC_OK) {
        refused(sockets, code_name(PAIDAN__CODE__FRAME_INVALID));
        return;
    }
    switch (frame.kind) {
    case PORT_WECHAT_FRAME_ACK:
        acked(sockets, robot, &frame);
        break;
    case PORT_WECHAT_FRAME_REPLACED:
        over(robot, "replaced", REFUSED_US);
        break;
    case PORT_WECHAT_FRAME_HEARD:
        if (robot->state == UP) {
            hear(sockets, robot, &frame.hear);
        }
        break;
    default:
        break;
    }
}

static void on_closed(void *context, const char *why)
{
    over(context, why, 0);
}

static void connect_robot(struct sockets *sockets, struct robot *robot)
{
    const struct site_wechat_account *const account =
        site_wechat_account(shell_gate_site(sockets->gate)->wechat, robot->code);
    struct epoll_event event = {.events = EPOLLIN};
    robot->over = false;
    if (account == NULL) {
        over(robot, "the site has no such account any more", 0);
        return;
    }
    const struct web_socket_call call = {.url = account->api,
                                         .inside = account->inside,
                                         .message_max = PORT_WECHAT_FRAME_BYTES_MAX,
                                         .opened = on_opened,
                                         .heard = on_heard,
                                         .closed = on_closed};
    const enum rc rc = web_socket_open(&robot->socket, &call, robot);
    if (rc != RC_OK) {
        robot->socket = NULL;
        over(robot, rc == RC_INVALID ? "its address cannot be used" : "no memory", 0);
        return;
    }
    robot->state = CONNECTING;
    if (epoll_ctl(sockets->epoll, EPOLL_CTL_ADD, web_socket_fd(robot->socket), &event) != 0) {
        over(robot, "no memory", 0);
    }
    hold_all(sockets);
}

/* From half of the pause to one and a half. */
static uint64_t spread(uint64_t pause_us)
{
    CHECK(pause_us <= UINT32_MAX);
    return pause_us / 2 + randombytes_uniform((uint32_t)pause_us);
}

static void disconnect(struct sockets *sockets, struct robot *robot)
{
    const uint64_t now_us = clock_monotonic_us();
    web_socket_close(robot->socket); /* its epoll leaves ours as it is closed */
    robot->socket = NULL;
    robot->over = false;
    if (robot->state == UP || robot->down_us == 0) {
        robot->down_us = now_us;
    }
    const bool news = robot->state == UP || strcmp(robot->told, robot->why) != 0;
    robot->state = AWAY;
    for (unsigned index = 0; index < SENT_MAX; index++) {
        if (robot->sent[index].delivery != 0) {
            sent_end(sockets, &robot->sent[index], NULL);
        }
    }
    robot->pause_us = robot->pause_us == 0 ? PAUSE_US : 2 * robot->pause_us;
    robot->pause_us = robot->pause_us < PAUSE_MAX_US ? robot->pause_us : PAUSE_MAX_US;
    robot->next_us =
        now_us + spread(robot->pause_own_us != 0 ? robot->pause_own_us : robot->pause_us);
    if (news) { /* one that fails again for the same reason is silent */
        diag_log(DIAG_WARN, "socket", "account=%s socket=down why=\"%s\"", robot->code, robot->why);
    }
    (void)snprintf(robot->told, sizeof robot->told, "%s", robot->why);
}

/* Before the next one goes out the last must be answered, as the platform's own client has it. While nothing
 * is read they go out all the same, for the platform counts them too. */
static void ping(struct sockets *sockets, struct robot *robot)
{
    if (!sockets->held && robot->pings >= PINGS_MAX) {
        over(robot, "no answer to heartbeats", 0);
        return;
    }
    robot->pings += sockets->held ? 0 : 1;
    robot->ping_us = clock_monotonic_us() + PING_US;
    id_make(sockets, "ping", robot->ping_id, sizeof robot->ping_id);
    arena_reset(&sockets->arena);
    say(robot, port_wechat_frame_ping(&sockets->arena, robot->ping_id));
}

static void robot_turn(struct sockets *sockets, struct robot *robot)
{
    const uint64_t now_us = clock_monotonic_us();
    if (robot->state == AWAY && now_us >= robot->next_us) {
        connect_robot(sockets, robot);
    }
    if (robot->socket != NULL && !robot->over) {
        web_socket_work(robot->socket);
    }
    if (robot->state == SUBSCRIBING && !robot->over && !sockets->held &&
        now_us >= robot->until_us) {
        over(robot, "no answer to our secret", 0);
    }
    if (robot->state == UP && !robot->over && now_us >= robot->ping_us) {
        ping(sockets, robot);
    }
    for (unsigned index = 0; index < SENT_MAX; index++) {
        struct sent *const sent = &robot->sent[index];
        if (sent->delivery != 0 && !sockets->held && now_us >= sent->until_us) {
            sent_end(sockets, sent, NULL);
        }
    }
    if (robot->over) {
        disconnect(sockets, robot);
    }
}

/* ---- what is to be said ---- */

void port_wechat_socket_listen(port_wechat_socket_done *done, void *context)
{
    if (the_sockets != NULL) {
        the_sockets->done = done;
        the_sockets->context = context;
    }
}

static struct robot *robot_find(struct sockets *sockets, const char *code)
{
    for (unsigned index = 0; sockets != NULL && index < sockets->count; index++) {
        if (strcmp(sockets->robots[index].code, code) == 0) {
            return &sockets->robots[index];
        }
    }
    return NULL;
}

static struct sent *sent_free(struct robot *robot)
{
    for (unsigned index = 0; index < SENT_MAX; index++) {
        if (robot->sent[index].delivery == 0) {
            return &robot->sent[index];
        }
    }
    return NULL;
}

/* An answer carries the message's own id, of our own accord one of ours; of an answer both are made. */
static enum rc frames_make(struct sockets *sockets, const struct port_wechat_message *message,
                           struct sent *sent, char **frame)
{
    char own_id[ID_BYTES];
    id_make(sockets, "aibot_send_msg", own_id, sizeof own_id);
    *frame = port_wechat_frame_send(&sockets->arena, own_id, message->chat, message->group,
                                    message->words);
    if (*frame == NULL || message->reply_id == NULL) {
        (void)snprintf(sent->id, sizeof sent->id, "%s", own_id);
        return *frame == NULL ? RC_LIMIT : RC_OK;
    }
    sent->instead = strdup(*frame);
    *frame = message->greets
                 ? port_wechat_frame_greet(&sockets->arena, message->reply_id, message->words)
                 : port_wechat_frame_respond(&sockets->arena, message->reply_id, message->name,
                                             message->words);
    return sent->instead != NULL && *frame != NULL &&
                   text_copy(sent->id, sizeof sent->id, message->reply_id)
               ? RC_OK
               : RC_LIMIT;
}

enum rc port_wechat_socket_send(const char *account, const struct port_wechat_message *message,
                                const char **why)
{
    struct sockets *const sockets = the_sockets;
    struct robot *const robot = robot_find(sockets, account);
    char *frame = NULL;
    CHECK(message->delivery != 0);
    if (robot == NULL) {
        return RC_AGAIN; /* the site's change has not come to us yet */
    }
    if (robot->state != UP || robot->over) {
        *why = robot->why;
        return robot->down_us != 0 && clock_monotonic_us() - robot->down_us > DOWN_US ? RC_IO
                                                                                      : RC_AGAIN;
    }
    struct sent *const sent = sent_free(robot);
    if (sent == NULL ||
        (message->reply_id != NULL && sent_find(robot, message->reply_id) != NULL)) {
        return RC_AGAIN; /* of one id there is one acknowledgement at a time */
    }
    arena_reset(&sockets->arena);
    enum rc rc = frames_make(sockets, message, sent, &frame);
    if (rc == RC_OK) {
        rc = web_socket_send(robot->socket, frame, strlen(frame));
    }
    if (rc != RC_OK) {
        free(sent->instead);
        *sent = (struct sent){.delivery = 0};
        return rc;
    }
    sent->delivery = message->delivery;
    sent->until_us = clock_monotonic_us() + ACK_US;
    return RC_OK;
}

/* ---- the port ---- */

/* Another site may have other robots, or others of the same name: all connect again, for a change of a
 * site is rare. What is under way is told as lost and goes again. */
static void site_follow(struct sockets *sockets)
{
    const struct site *const site = shell_gate_site(sockets->gate);
    for (unsigned index = 0; index < sockets->count; index++) {
        (void)snprintf(sockets->robots[index].why, sizeof sockets->robots[index].why, "%s",
                       "the site has changed");
        disconnect(sockets, &sockets->robots[index]);
    }
    memset(sockets->robots, 0, sizeof sockets->robots);
    sockets->count = 0;
    sockets->site_version = site->version;
    for (uint32_t index = 0; site->wechat != NULL && index < site->wechat->account_count; index++) {
        const struct site_wechat_account *const account = &site->wechat->accounts[index];
        if (account->socket) {
            struct robot *const robot = &sockets->robots[sockets->count++];
            (void)text_copy(robot->code, sizeof robot->code, account->code);
            (void)snprintf(robot->why, sizeof robot->why, "%s", "not connected yet");
        }
    }
}

static void port_wait(void *context, struct shell_port_wait *wait)
{
    const struct sockets *const sockets = context;
    wait->fd = sockets->count > 0 ? sockets->epoll : -1;
    wait->read = sockets->count > 0;
    for (unsigned index = 0; index < sockets->count; index++) {
        const struct robot *const robot = &sockets->robots[index];
        const bool asks = robot->state == SUBSCRIBING && !sockets->held;
        uint64_t at_us = robot->state == AWAY ? robot->next_us
                         : asks               ? robot->until_us
                         : robot->state == UP ? robot->ping_us
                                              : UINT64_MAX;
        if (robot->socket != NULL && web_socket_due_us(robot->socket) < at_us) {
            at_us = web_socket_due_us(robot->socket);
        }
        for (unsigned sent = 0; robot->state == UP && !sockets->held && sent < SENT_MAX; sent++) {
            if (robot->sent[sent].delivery != 0 && robot->sent[sent].until_us < at_us) {
                at_us = robot->sent[sent].until_us;
            }
        }
        wait->until_us = robot->over ? 0 : at_us < wait->until_us ? at_us : wait->until_us;
    }
    if (sockets->site_version != shell_gate_site(sockets->gate)->version) {
        wait->until_us = 0;
    }
    for (const struct waiting *waiting = sockets->first; waiting != NULL; waiting = waiting->next) {
        if (!waiting->asked) { /* those behind it wait for it */
            wait->until_us =
                waiting->again_us < wait->until_us ? waiting->again_us : wait->until_us;
            break;
        }
    }
}

static void port_work(void *context, bool readable, bool writable)
{
    struct sockets *const sockets = context;
    (void)readable;
    (void)writable;
    if (sockets->site_version != shell_gate_site(sockets->gate)->version) {
        site_follow(sockets);
    }
    for (unsigned index = 0; index < sockets->count; index++) {
        robot_turn(sockets, &sockets->robots[index]);
    }
    ask_all(sockets);
    pulse_set(sockets);
}

static void port_close(void *context)
{
    struct sockets *const sockets = context;
    CHECK(sockets == the_sockets);
    sockets->done = NULL;
    for (unsigned index = 0; index < sockets->count; index++) {
        struct robot *const robot = &sockets->robots[index];
        web_socket_close(robot->socket);
        robot->socket = NULL;
        for (unsigned sent = 0; sent < SENT_MAX; sent++) {
            free(robot->sent[sent].instead);
        }
    }
    while (sockets->first != NULL) {
        waiting_drop(sockets, &sockets->first);
    }
    if (sockets->epoll >= 0) {
        (void)close(sockets->epoll);
    }
    arena_fini(&sockets->arena);
    free(sockets);
    the_sockets = NULL;
}

/* A secret that cannot be used ends the start (78): the sender looks at all of them. */
static enum rc port_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct sockets *const made = calloc(1, sizeof *made);
    CHECK(the_sockets == NULL);
    if (made == NULL) {
        return RC_LIMIT;
    }
    made->gate = gate;
    made->last = &made->first;
    made->site_version = UINT32_MAX; /* the first turn follows the site */
    (void)snprintf(made->data_dir, sizeof made->data_dir, "%s", data_dir);
    made->epoll = epoll_create1(EPOLL_CLOEXEC);
    const enum rc rc = made->epoll < 0 ? RC_IO : arena_init(&made->arena, ARENA_BYTES);
    if (rc != RC_OK) {
        if (made->epoll >= 0) {
            (void)close(made->epoll);
        }
        free(made);
        return rc;
    }
    the_sockets = made;
    *context = made;
    return RC_OK;
}

const struct shell_port port_wechat_socket = {
    .name = "socket",
    .open = port_open,
    .close = port_close,
    .wait = port_wait,
    .work = port_work,
    .answered = on_answered,
};
