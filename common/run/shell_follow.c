/* shell_follow: reading other services' logs. One Fetch under way per log; its blocks are checked
 * (evlog_block_open) and their records become inputs, in order and without a gap, over as many
 * steps as it takes. The cursor in our store says where to go on, so whatever is lost or doubled on
 * the way does no harm. What cannot be understood is never skipped: the log stays where it is,
 * loudly, until somebody repairs it. */

#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/run/shell_parts.h"
#include "common/wire/wire.h"

enum {
    FOLLOW_WAIT_MS = 10000,       /* long poll */
    FOLLOW_BEHIND_MS = 1000,      /* while it has to be told how far those after us are behind */
    FOLLOW_SILENCE_US = 15000000, /* FOLLOW_WAIT_MS and 5 s more: ask again on a new connection */
    FOLLOW_RETRY_US = 1000000,    /* after a refusal that passes */
    FOLLOW_STUCK_US = 10000000,
    FOLLOW_CONNECT_US = 200000,
    /* follows_lazily: so long, or until so many wait. */
    FOLLOW_LAZY_US = 100000,
    FOLLOW_LAZY_BESIDE_US = 20000,
    FOLLOW_LAZY_RECORDS_MAX = 2048,
    FOLLOW_BLOCKED_US = 5000000, /* unconnected so long: the endpoint may have moved */
};
/* A Fetched unpacked: its bytes once more, and the array of its blocks. */
#define FOLLOW_ARENA_BYTES (16u * FRAME_BYTES_MAX)

/* ---- state ------------------------------------------------------------------------------------
 */

static void follow_forget(struct shell_follow *follow)
{
    follow->fetched = NULL;
    follow->block_open = false;
    follow->record_held = false;
    follow->begun = false;
    follow->block_index = 0;
    follow->gathered = follow->applied;
    arena_reset(&follow->arena);
}

static void follow_idle(struct shell_follow *follow, uint64_t at_us)
{
    follow_forget(follow);
    follow->state = FOLLOW_IDLE;
    follow->timer_us = at_us;
}

/* Stops here until the log makes sense again. */
static void follow_stick(struct shell_follow *follow, Paidan__Code code, const char *why)
{
    diag_log(DIAG_ERROR, "follow", "stuck=%s cursor=%llu why=\"%s\"", follow->log,
             (unsigned long long)follow->applied.seq, why);
    follow_forget(follow);
    follow->stuck = code;
    follow->state = FOLLOW_STUCK;
    follow->timer_us = clock_monotonic_us() + FOLLOW_STUCK_US;
}

static void follow_unstick(struct shell_follow *follow)
{
    if (follow->stuck != PAIDAN__CODE__OK) {
        diag_log(DIAG_INFO, "follow", "again=%s", follow->log);
        follow->stuck = PAIDAN__CODE__OK;
    }
}

enum rc shell_follow_restart(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        const enum rc rc = step_engine_cursor(shell->engine, follow->log, &follow->applied);
        if (rc != RC_OK) {
            return rc;
        }
        if (follow->state != FOLLOW_STUCK && follow->state != FOLLOW_ASKED) {
            follow_idle(follow, clock_monotonic_us());
        }
    }
    return RC_OK;
}

void shell_follow_accuse(struct shell *shell, const char *log)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        if (strcmp(shell->follows[index].log, log) == 0) {
            follow_stick(&shell->follows[index], PAIDAN__CODE__SERVICE_FAULT,
                         "the next record leads to a fact that nobody may read");
        }
    }
}

enum rc shell_follow_init(struct shell *shell)
{
    const char *const *log = shell->service->step->follows;
    for (; log != NULL && *log != NULL; log++) {
        CHECK(shell->follow_count < SHELL_FOLLOWS_MAX);
        struct shell_follow *follow = &shell->follows[shell->follow_count];
        const enum rc rc = arena_init(&follow->arena, FOLLOW_ARENA_BYTES);
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
        arena_fini(&shell->follows[index].arena);
    }
    shell->follow_count = 0;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

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
    if (follow->state == FOLLOW_ASKED) {
        follow_idle(follow, now_us);
    }
}

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

static enum rc follow_ask(struct shell *shell, struct shell_follow *follow)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    char name[CODE_BYTES_MAX + 1];
    const char *ours = shell->service->step->name;
    CHECK(strlen(ours) <= CODE_BYTES_MAX);
    memcpy(name, ours, strlen(ours) + 1);
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    fetch.follower = name;
    fetch.after = follow->applied.seq;
    fetch.has_after_crc = follow->applied.seq != 0;
    fetch.after_crc = follow->applied.crc;
    struct cursor held;
    if (step_engine_held(shell->engine, follow->log, &held) == RC_OK) {
        fetch.has_held = 1;
        fetch.held = held.seq;
        fetch.has_held_crc = held.seq != 0;
        fetch.held_crc = held.crc;
    }
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

static void follow_try(struct shell *shell, struct shell_follow *follow, uint64_t now_us)
{
    if (follow->socket == NULL) {
        follow_connect(shell, follow, now_us);
    }
    if (follow->socket == NULL) {
        return;
    }
    const enum rc rc = follow_ask(shell, follow);
    if (rc == RC_OK) {
        follow->state = FOLLOW_ASKED;
        follow->timer_us = now_us + FOLLOW_SILENCE_US;
        follow->blocked = false;
        follow->blocked_us = 0;
        return;
    }
    follow->blocked = true;
    follow->blocked_us = follow->blocked_us == 0 ? now_us : follow->blocked_us;
    follow->timer_us = now_us + FOLLOW_RETRY_US; /* or as soon as it is writable */
    if (rc != RC_AGAIN || now_us - follow->blocked_us > FOLLOW_BLOCKED_US) {
        follow_disconnect(follow, now_us);
    }
}

void shell_follow_tick(struct shell *shell)
{
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        if (follow->state == FOLLOW_ASKED && now_us >= follow->timer_us) {
            diag_log_limited(DIAG_WARN, "follow", "silent=%s", follow->log);
            follow_disconnect(follow, now_us);
            follow_idle(follow, now_us);
        }
        if ((follow->state == FOLLOW_IDLE || follow->state == FOLLOW_STUCK) &&
            now_us >= follow->timer_us) {
            follow_try(shell, follow, now_us);
        }
    }
}

uint64_t shell_follow_due_us(const struct shell *shell, uint64_t until_us)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct shell_follow *follow = &shell->follows[index];
        uint64_t at_us = follow->timer_us;
        if (follow->state == FOLLOW_HELD) {
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

static void follow_hold(struct shell_follow *follow, Paidan__Fetched *fetched, uint64_t now_us)
{
    if (follow->stuck != PAIDAN__CODE__SERVICE_FAULT) {
        follow_unstick(follow); /* that one shows only when the record is applied */
    }
    follow->head = fetched->head_seq;
    if (fetched->n_blocks == 0) {
        follow_idle(follow, now_us); /* the long poll ended without news */
        return;
    }
    follow->fetched = fetched;
    follow->state = FOLLOW_HELD;
    follow->held_us = now_us;
}

static void follow_answer(struct shell_follow *follow, const Paidan__Answer *answer)
{
    const uint64_t now_us = clock_monotonic_us();
    if (answer->code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_FETCHED) {
        follow_hold(follow, answer->fetched, now_us);
    } else if (answer->code == PAIDAN__CODE__LOG_DIVERGED) {
        follow_stick(follow, answer->code, "the log has another history than what was applied");
    } else if (answer->code == PAIDAN__CODE__LOG_TRIMMED) {
        follow_stick(follow, answer->code, "records that were not yet applied are gone");
    } else {
        diag_log_limited(DIAG_WARN, "follow", "refused=%s code=%d", follow->log, (int)answer->code);
        follow_idle(follow, now_us + FOLLOW_RETRY_US);
    }
}

static void follow_frame(struct shell_follow *follow, const struct bus_message *message)
{
    struct wire_error error;
    ProtobufCMessage *unpacked = NULL;
    follow_forget(follow);
    const enum rc rc = wire_unpack(&follow->arena, &paidan__answer__descriptor, message->bytes,
                                   message->size, &unpacked, &error);
    if (rc != RC_OK) {
        diag_log_limited(DIAG_WARN, "follow", "unreadable=%s field=%s", follow->log, error.field);
        follow_idle(follow, clock_monotonic_us() + FOLLOW_RETRY_US);
        return;
    }
    const Paidan__Answer *answer = (const Paidan__Answer *)(const void *)unpacked;
    if (answer->correlation == follow->correlation) {
        follow_answer(follow, answer);
    }
}

void shell_follow_receive(struct shell *shell, struct shell_follow *follow)
{
    (void)shell;
    struct bus_message message;
    enum rc rc = RC_OK;
    while (rc == RC_OK || rc == RC_INVALID) {
        rc = bus_receive(follow->socket, &message);
        if (rc == RC_OK) {
            if (follow->state == FOLLOW_ASKED) {
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

static enum rc block_open(struct shell_follow *follow)
{
    const ProtobufCBinaryData *bytes = &follow->fetched->blocks[follow->block_index];
    const enum rc rc = evlog_block_open(&follow->block, bytes->data, bytes->len);
    if (rc != RC_OK) {
        return rc;
    }
    follow->block_open = true;
    return RC_OK;
}

/* The next record of what was fetched, whichever block it is in. RC_OK, RC_NOT_FOUND (no more),
 * RC_CORRUPT or RC_FORMAT. */
static enum rc record_next(struct shell_follow *follow)
{
    while (follow->block_index < follow->fetched->n_blocks) {
        enum rc rc = follow->block_open ? RC_OK : block_open(follow);
        if (rc == RC_OK) {
            rc = evlog_block_next(&follow->block, &follow->record);
        }
        if (rc != RC_NOT_FOUND) {
            return rc;
        }
        follow->block_open = false;
        follow->block_index++;
    }
    return RC_NOT_FOUND;
}

/* Goes to the first record that was not gathered yet. RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_FORMAT,
 * RC_DIVERGED or RC_GAP. */
static enum rc record_seek(struct shell_follow *follow)
{
    while (!follow->record_held) {
        const enum rc rc = record_next(follow);
        if (rc != RC_OK) {
            return rc;
        }
        const struct evlog_record *record = &follow->record;
        if (record->seq > follow->gathered.seq) {
            follow->record_held = true;
        } else if (record->seq == follow->gathered.seq && record->crc != follow->gathered.crc) {
            return RC_DIVERGED;
        }
    }
    return follow->record.seq == follow->gathered.seq + 1 ? RC_OK : RC_GAP;
}

/* RC_OK: the held record is an input of the step. RC_INVALID: it cannot be read. */
static enum rc record_gather(struct shell *shell, unsigned index)
{
    struct shell_follow *follow = &shell->follows[index];
    const struct evlog_record *record = &follow->record;
    const Paidan__Event *event = NULL;
    struct wire_error error;
    const enum rc rc = step_engine_unpack(shell->engine, follow->log, record, &event, &error);
    if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "follow", "log=%s seq=%llu code=%d field=%s", follow->log,
                 (unsigned long long)record->seq, (int)error.code, error.field);
        return RC_INVALID;
    }
    struct step_input *input = shell_batch_add(shell, SHELL_FROM_LOG, index, 1, record->bytes);
    input->kind = STEP_RECORD;
    input->log = follow->log;
    input->seq = record->seq;
    input->crc = record->crc;
    input->event = event;
    follow->gathered = (struct cursor){.seq = record->seq, .crc = record->crc};
    follow->record_held = false;
    follow->begun = true;
    return RC_OK;
}

static void follow_gather(struct shell *shell, unsigned index, size_t count_max)
{
    struct shell_follow *follow = &shell->follows[index];
    enum rc rc = RC_OK;
    while (rc == RC_OK && shell->count < count_max && shell_batch_has_room(shell)) {
        rc = record_seek(follow);
        if (rc == RC_OK) {
            rc = record_gather(shell, index);
        }
    }
    /* All of it gathered, or no room; or a fault behind records of this step: these are good, so
     * they go first, and the fault shows again after their commit. */
    if (rc == RC_OK || rc == RC_NOT_FOUND || follow->gathered.seq != follow->applied.seq) {
        return;
    }
    if (rc == RC_GAP) {
        diag_log_limited(DIAG_WARN, "follow", "gap=%s after=%llu", follow->log,
                         (unsigned long long)follow->applied.seq);
        follow_idle(follow, clock_monotonic_us() + FOLLOW_RETRY_US);
    } else if (rc == RC_DIVERGED) {
        follow_stick(follow, PAIDAN__CODE__LOG_DIVERGED, "a record differs from what was applied");
    } else if (rc == RC_INVALID) {
        follow_stick(follow, PAIDAN__CODE__FRAME_INVALID, "an event of a version not known here");
    } else {
        follow_stick(follow, PAIDAN__CODE__STORE_CORRUPT, "a block is damaged");
    }
}

void shell_follow_gather(struct shell *shell, size_t count_max)
{
    unsigned held = 0;
    for (unsigned index = 0; index < shell->follow_count; index++) {
        held += shell->follows[index].state == FOLLOW_HELD ? 1 : 0;
    }
    /* The logs share the room, and what one leaves goes to those after it. */
    const size_t until = shell->count + count_max;
    for (unsigned index = 0; held > 0 && index < shell->follow_count; index++) {
        if (shell->follows[index].state == FOLLOW_HELD && shell->count < until) {
            const size_t share = (until - shell->count) / held;
            follow_gather(shell, index, shell->count + (share > 0 ? share : 1));
            held--;
        }
    }
}

bool shell_follow_held(const struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        if (shell->follows[index].state == FOLLOW_HELD) {
            return true;
        }
    }
    return false;
}

/* A service whose callers do not wait for these records spares them a commit of their own: they
 * are put into a step that is made anyway, or wait a little for more of their kind. */
static uint64_t follow_ready_us(const struct shell *shell, const struct shell_follow *follow,
                                bool beside)
{
    if (!shell->service->step->follows_lazily || follow->begun ||
        follow->head - follow->applied.seq > FOLLOW_LAZY_RECORDS_MAX) {
        return follow->held_us;
    }
    return follow->held_us + (beside ? FOLLOW_LAZY_BESIDE_US : FOLLOW_LAZY_US);
}

uint64_t shell_follow_ready_us(const struct shell *shell, uint64_t until_us, bool beside)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct shell_follow *follow = &shell->follows[index];
        if (follow->state == FOLLOW_HELD) {
            const uint64_t at_us = follow_ready_us(shell, follow, beside);
            until_us = at_us < until_us ? at_us : until_us;
        }
    }
    return until_us;
}

void shell_follow_commit(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        if (follow->state != FOLLOW_HELD) {
            continue;
        }
        if (follow->gathered.seq != follow->applied.seq) {
            follow_unstick(follow);
        }
        follow->applied = follow->gathered;
        if (follow->head < follow->applied.seq) {
            follow->head = follow->applied.seq;
        }
        if (!follow->record_held && record_seek(follow) == RC_NOT_FOUND) {
            follow_idle(follow, clock_monotonic_us());
        }
    }
}

void shell_follow_undo(struct shell *shell)
{
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        if (follow->state == FOLLOW_HELD) {
            follow->gathered = follow->applied;
            follow->block_index = 0;
            follow->block_open = false;
            follow->record_held = false;
        }
    }
}
