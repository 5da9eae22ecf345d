/* shell_follow: reading other services' logs. One Fetch under way per log; common/bus/tail.h keeps
 * the order and judges what came, here its records become inputs, over as many steps as it takes.
 *
 * Owns the connections to the services that are followed. The cursor in our store says where to go
 * on, so whatever is lost or doubled on the way does no harm. What cannot be understood is never
 * skipped: the log stays where it is, loudly, until somebody repairs it. */

#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/run/shell_parts.h"
#include "common/wire/wire.h"

enum {
    FOLLOW_WAIT_MS = 10000,       /* long poll */
    FOLLOW_BEHIND_MS = 1000,      /* while it has to be told how far those after us are behind */
    FOLLOW_SILENCE_US = 15000000, /* FOLLOW_WAIT_MS and 5 s more: ask again on a new connection */
    FOLLOW_RETRY_US = 1000000,    /* when a question could not be sent */
    FOLLOW_CONNECT_US = 200000,
    /* follows_lazily: so long, or until so many wait. */
    FOLLOW_LAZY_US = 100000,
    FOLLOW_LAZY_BESIDE_US = 20000,
    FOLLOW_LAZY_RECORDS_MAX = 2048,
    FOLLOW_BLOCKED_US = 5000000, /* unconnected so long: the endpoint may have moved */
    FOLLOW_TURN_RECORDS = 64,    /* of the oldest log, before it is asked again which that is */
};
/* ---- state ------------------------------------------------------------------------------------
 */

static void stuck_tell(const struct shell_follow *follow, const char *why)
{
    CHECK(follow->tail.state == TAIL_STUCK);
    diag_log(DIAG_ERROR, "follow", "stuck=%s cursor=%llu why=\"%s\"", follow->log,
             (unsigned long long)follow->tail.applied.at.seq, why);
}

/* before: tail.stuck as it was. */
static void again_tell(const struct shell_follow *follow, Paidan__Code before)
{
    if (before != PAIDAN__CODE__OK && follow->tail.stuck == PAIDAN__CODE__OK) {
        diag_log(DIAG_INFO, "follow", "again=%s", follow->log);
    }
}

/* What is under way or at rest stays so: only what was fetched and not applied is forgotten. */
enum rc shell_follow_restart(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        struct cursor cursor;
        const enum rc rc = step_engine_cursor(shell->engine, follow->log, &cursor);
        if (rc != RC_OK) {
            return rc;
        }
        tail_start(&follow->tail, cursor.seq, &cursor.crc);
    }
    return RC_OK;
}

void shell_follow_accuse(struct shell *shell, const char *log)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        if (strcmp(shell->follows[index].log, log) == 0) {
            struct shell_follow *follow = &shell->follows[index];
            tail_stick(&follow->tail, PAIDAN__CODE__SERVICE_FAULT, clock_monotonic_us());
            stuck_tell(follow, "the next record leads to a fact that nobody may read");
        }
    }
}

/* Connections are made later, by the first tick: a service that is followed may start after us. */
enum rc shell_follow_init(struct shell *shell)
{
    const char *const *log = shell->service->step->follows;
    for (; log != NULL && *log != NULL; log++) {
        CHECK(shell->follow_count < SHELL_FOLLOWS_MAX);
        struct shell_follow *follow = &shell->follows[shell->follow_count];
        const enum rc rc = tail_init(&follow->tail, shell->service->step->name);
        if (rc != RC_OK) {
            return rc;
        }
        follow->log = *log;
        shell->follow_count++;
    }
    return shell_follow_restart(shell);
}

void shell_follow_fini(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        bus_socket_close(shell->follows[index].socket);
        tail_fini(&shell->follows[index].tail);
    }
    shell->follow_count = 0;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

/* What was asked on it may be answered to nobody; the tail asks again. */
static void follow_disconnect(struct shell_follow *follow, uint64_t again_us)
{
    bus_socket_close(follow->socket);
    follow->socket = NULL;
    follow->blocked = false;
    follow->blocked_us = 0;
    follow->connect_us = again_us;
}

void shell_follow_lost(struct shell_follow *follow)
{
    const uint64_t now_us = clock_monotonic_us();
    /* The library may still take frames for the broken connection and lose them. */
    follow_disconnect(follow, now_us);
    if (follow->tail.state == TAIL_ASKED) {
        tail_idle(&follow->tail, now_us);
    }
}

/* The endpoint is read again each time: the service may have been started elsewhere meanwhile. */
static void follow_connect(struct shell *shell, struct shell_follow *follow, uint64_t now_us)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    if (now_us < follow->connect_us) {
        return;
    }
    follow->connect_us = now_us + FOLLOW_CONNECT_US;
    const enum rc rc =
        client_endpoint(shell->settings.data_dir, follow->log, endpoint, sizeof endpoint);
    if (rc != RC_OK) {
        diag_log_limited(DIAG_WARN, "follow", "endpoint=%s why=%s", follow->log, rc_name(rc));
        return;
    }
    if (bus_connect(shell->bus, endpoint, &follow->socket) != RC_OK) {
        follow->socket = NULL;
    }
}

/* held is what our store has, which bounds the sender's trimming: applied may be ahead of it, since
 * records that led to no fact need no commit. behind is how we pace the sender (shell_care_lag). */
static enum rc follow_ask(struct shell *shell, struct shell_follow *follow)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    tail_wish(&follow->tail, &fetch);
    struct cursor held;
    if (step_engine_held(shell->engine, follow->log, &held) == RC_OK) {
        fetch.has_held = 1;
        fetch.held = held.seq;
        fetch.has_held_crc = held.seq != 0;
        fetch.held_crc = held.crc;
    }
    /* Under load it is answered every other step, and must be enough for both. */
    fetch.has_bytes_max = 1;
    fetch.bytes_max = TAIL_FETCH_BYTES_MAX;
    fetch.has_behind = 1;
    fetch.behind = shell_care_lag(shell);
    fetch.has_wait_ms = 1;
    fetch.wait_ms = fetch.behind > 0 ? FOLLOW_BEHIND_MS : FOLLOW_WAIT_MS;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.protocol = SHELL_PROTOCOL;
    request.correlation = ++follow->correlation;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &fetch;
    unsigned char *bytes = NULL;
    size_t size = 0;
    enum rc rc = wire_pack(arena, &request.base, &bytes, &size);
    if (rc == RC_OK) {
        rc = bus_send(follow->socket, NULL, bytes, size);
    }
    arena->used = mark;
    return rc;
}

/* Blocked means that nobody is there: asked again as soon as the socket is writable, and on a new
 * socket if that takes long. */
static void follow_try(struct shell *shell, struct shell_follow *follow, uint64_t now_us)
{
    if (follow->socket == NULL) {
        follow_connect(shell, follow, now_us);
    }
    if (follow->socket == NULL) {
        return;
    }
    CHECK(follow->tail.state == TAIL_IDLE || follow->tail.state == TAIL_STUCK);
    const enum rc rc = follow_ask(shell, follow);
    if (rc == RC_OK) {
        tail_asked(&follow->tail, now_us + FOLLOW_SILENCE_US);
        follow->blocked = false;
        follow->blocked_us = 0;
        return;
    }
    follow->blocked = true;
    follow->blocked_us = follow->blocked_us == 0 ? now_us : follow->blocked_us;
    follow->tail.timer_us = now_us + FOLLOW_RETRY_US; /* or as soon as it is writable */
    if (rc != RC_AGAIN || now_us - follow->blocked_us > FOLLOW_BLOCKED_US) {
        follow_disconnect(follow, now_us);
    }
}

/* A log at rest (TAIL_STUCK) is asked again too: its sender may have been repaired meanwhile. */
void shell_follow_tick(struct shell *shell)
{
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        struct tail *tail = &follow->tail;
        if (tail->state == TAIL_ASKED && now_us >= tail->timer_us) {
            diag_log_limited(DIAG_WARN, "follow", "silent=%s", follow->log);
            follow_disconnect(follow, now_us);
            tail_idle(tail, now_us);
        }
        if ((tail->state == TAIL_IDLE || tail->state == TAIL_STUCK) && now_us >= tail->timer_us) {
            follow_try(shell, follow, now_us);
        }
    }
}

/* Asking, connecting and giving up; records that are held are the other function's. */
uint64_t shell_follow_due_us(const struct shell *shell, uint64_t until_us)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct shell_follow *follow = &shell->follows[index];
        uint64_t at_us = follow->tail.timer_us;
        if (follow->tail.state == TAIL_HELD) {
            continue; /* shell_follow_ready_us */
        }
        if (follow->socket == NULL && at_us < follow->connect_us) {
            at_us = follow->connect_us;
        }
        until_us = at_us < until_us ? at_us : until_us;
    }
    return until_us;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

/* A log that has another history, or that was trimmed before we had read it, is loud at each look;
 * a refusal that passes is logged at a limited rate, for a sender that starts refuses for seconds. */
static void follow_frame(struct shell_follow *follow, const struct bus_message *message)
{
    struct tail *tail = &follow->tail;
    const Paidan__Code before = tail->stuck;
    const enum rc rc = tail_take_frame(tail, message->bytes, message->size, follow->correlation,
                                       clock_monotonic_us());
    switch (rc) {
    case RC_DIVERGED:
        stuck_tell(follow, "the log has another history than what was applied");
        break;
    case RC_GAP:
        stuck_tell(follow, "records that were not yet applied are gone");
        break;
    case RC_AGAIN:
        diag_log_limited(DIAG_WARN, "follow", "refused=%s code=%d", follow->log,
                         (int)tail->refused);
        break;
    case RC_INVALID:
        diag_log_limited(DIAG_WARN, "follow", "unreadable=%s", follow->log);
        break;
    default:
        again_tell(follow, before);
        break;
    }
}

/* Everything the socket has: an answer that came late must not be taken for the next one. */
void shell_follow_receive(struct shell *shell, struct shell_follow *follow)
{
    (void)shell;
    struct bus_message message;
    enum rc rc = RC_OK;
    while (rc == RC_OK || rc == RC_INVALID) {
        rc = bus_receive(follow->socket, &message);
        if (rc == RC_OK) {
            if (follow->tail.state == TAIL_ASKED) {
                follow_frame(follow, &message);
            }
            bus_message_free(&message);
        }
    }
    if (rc == RC_IO) {
        shell_follow_lost(follow);
    }
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* RC_OK: the record is an input of the step. RC_INVALID: it cannot be read. */
static enum rc record_gather(struct shell *shell, unsigned index, const struct evlog_record *record)
{
    struct shell_follow *follow = &shell->follows[index];
    struct step_input read;
    struct wire_error error;
    const enum rc rc = step_engine_unpack(shell->engine, follow->log, record, &read, &error);
    if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "follow", "log=%s seq=%llu code=%d field=%s", follow->log,
                 (unsigned long long)record->seq, (int)error.code, error.field);
        return RC_INVALID;
    }
    *shell_batch_add(shell, SHELL_FROM_LOG, index, 1, record->bytes) = read;
    tail_pass(&follow->tail);
    return RC_OK;
}

static const char *fault_words(enum rc rc)
{
    return rc == RC_DIVERGED  ? "a record differs from what was applied"
           : rc == RC_INVALID ? "an event of a version not known here"
                              : "a block is damaged";
}

/* An event that cannot be read stops its log and no other: tickets of the other services go on. */
static void follow_gather(struct shell *shell, unsigned index)
{
    struct shell_follow *follow = &shell->follows[index];
    struct tail *tail = &follow->tail;
    enum rc rc = RC_OK;
    while (rc == RC_OK && shell_batch_has_room(shell)) {
        const struct evlog_record *record = NULL;
        rc = tail_peek(tail, &record);
        if (rc == RC_OK) {
            rc = record_gather(shell, index, record);
        }
    }
    const uint64_t applied = tail->applied.at.seq;
    /* All of it gathered, or no room; or a fault after records of this step: these are good, so
     * they go first, and the fault shows again after their commit. */
    if (rc == RC_OK || rc == RC_NOT_FOUND || !tail_fault(tail, rc, clock_monotonic_us())) {
        return;
    }
    if (rc == RC_GAP) {
        diag_log_limited(DIAG_WARN, "follow", "gap=%s after=%llu", follow->log,
                         (unsigned long long)applied);
    } else {
        stuck_tell(follow, fault_words(rc));
    }
}

/* The log whose next record is the oldest, of those that are not passed over (a bit each);
 * follow_count: none has any. Faults of tail_peek are left to the next step, where each log has its
 * part. */
static unsigned follow_oldest(struct shell *shell, unsigned passed_over)
{
    unsigned oldest = shell->follow_count;
    uint64_t oldest_ms = UINT64_MAX;
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct tail *tail = &shell->follows[index].tail;
        const struct evlog_record *record = NULL;
        if ((passed_over >> index & 1u) == 0 && tail->state == TAIL_HELD &&
            tail_peek(tail, &record) == RC_OK && record->now_ms < oldest_ms) {
            oldest = index;
            oldest_ms = record->now_ms;
        }
    }
    return oldest;
}

/* A log that gives nothing though it has records, for the next cannot be read, is not asked again. */
static void follow_gather_oldest(struct shell *shell)
{
    const struct shell_room room = shell->room;
    const struct shell_room turn = {.count = FOLLOW_TURN_RECORDS,
                                    .items = FOLLOW_TURN_RECORDS,
                                    .bytes = room.bytes,
                                    .arena_bytes = room.arena_bytes};
    unsigned passed_over = 0;
    unsigned oldest = follow_oldest(shell, passed_over);
    while (oldest < shell->follow_count && shell_batch_has_room(shell)) {
        const size_t count = shell->count;
        shell_batch_room_part(shell, &room, &turn);
        follow_gather(shell, oldest);
        passed_over |= shell->count == count ? 1u << oldest : 0;
        shell->room = room;
        oldest = follow_oldest(shell, passed_over);
    }
}

/* Each log has its part, half of the room for all of them together, so that none keeps another out
 * however far behind it is; their turn changes, since the last of them may find no room left by large
 * records. The other half goes to what has waited longest, so that a log that says four records of a
 * life and one that says one both keep pace. */
void shell_follow_gather(struct shell *shell)
{
    const struct shell_room room = shell->room;
    unsigned held = 0;
    for (unsigned index = 0; index < shell->follow_count; index++) {
        held += shell->follows[index].tail.state == TAIL_HELD ? 1 : 0;
    }
    if (held == 0 || !shell_batch_has_room(shell)) {
        return;
    }
    const struct shell_room part = shell_batch_part(shell, 2 * (size_t)held);
    for (unsigned turn = 0; turn < shell->follow_count; turn++) {
        const unsigned index = (shell->follow_turn + turn) % shell->follow_count;
        if (shell->follows[index].tail.state == TAIL_HELD) {
            shell_batch_room_part(shell, &room, &part);
            follow_gather(shell, index);
        }
    }
    shell->follow_turn = (shell->follow_turn + 1) % shell->follow_count;
    shell->room = room;
    follow_gather_oldest(shell);
}

/* Held includes logs whose fault shows only when their records are gathered. */
bool shell_follow_held(const struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        if (shell->follows[index].tail.state == TAIL_HELD) {
            return true;
        }
    }
    return false;
}

uint64_t shell_follow_waiting(const struct shell *shell)
{
    uint64_t waiting = 0;
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct tail *tail = &shell->follows[index].tail;
        if (tail->state == TAIL_HELD && tail->head > tail->given.at.seq) {
            waiting += tail->head - tail->given.at.seq;
        }
    }
    return waiting;
}

/* A service whose callers do not wait for these records spares them a commit of their own: they
 * are put into a step that is made anyway, or wait a little for more of their kind. */
static uint64_t follow_ready_us(const struct shell *shell, const struct shell_follow *follow,
                                bool beside)
{
    if (!shell->service->step->follows_lazily || follow->tail.begun ||
        follow->tail.head - follow->tail.applied.at.seq > FOLLOW_LAZY_RECORDS_MAX) {
        return follow->tail.held_us;
    }
    return follow->tail.held_us + (beside ? FOLLOW_LAZY_BESIDE_US : FOLLOW_LAZY_US);
}

uint64_t shell_follow_ready_us(const struct shell *shell, uint64_t until_us, bool beside)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct shell_follow *follow = &shell->follows[index];
        if (follow->tail.state == TAIL_HELD) {
            const uint64_t at_us = follow_ready_us(shell, follow, beside);
            until_us = at_us < until_us ? at_us : until_us;
        }
    }
    return until_us;
}

/* Followed logs without records in the step are committed too, which changes nothing for them. */
void shell_follow_commit(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        const Paidan__Code before = follow->tail.stuck;
        tail_commit(&follow->tail, clock_monotonic_us());
        again_tell(follow, before);
    }
}

/* There was no space: nothing is fetched again for that, the same blocks serve. */
void shell_follow_undo(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        tail_undo(&shell->follows[index].tail);
    }
}
