/* shell_wait: commands and fetches that wait. Both are kept as they came and run again; whoever is
 * gone meanwhile gets an answer that nobody reads, which its request id makes harmless.
 *
 * Owns the waiters (a list in order of arrival over a fixed table, and a list of the free ones) and
 * the parked fetches. What must stay true: who waited first is run first; a waiter keeps its packed
 * request, not its frame, so its memory is bounded by what the request says; one that is in a step is
 * not run again before that step is over, for steps do not overlap. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/run/shell_parts.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

enum { SHELL_ANSWER_CODE = 3 }; /* field number in Answer */

/* The free ones are a list over the same table, so that taking one needs no search. */
void shell_wait_init(struct shell *shell)
{
    shell->waiter_first = shell->waiter_last = SHELL_NO_WAITER;
    for (unsigned index = 0; index < WAITERS_MAX; index++) {
        shell->waiters[index].next = index + 1 < WAITERS_MAX ? index + 1 : SHELL_NO_WAITER;
    }
    shell->waiter_free = 0;
}

void shell_wait_fini(struct shell *shell)
{
    while (shell->waiter_first != SHELL_NO_WAITER) {
        shell_wait_remove(shell, shell->waiter_first);
    }
}

/* ---- commands ---------------------------------------------------------------------------------
 */

/* Real time on a connection, site time in the step: a demo's long poll ends when its caller's does. */
uint64_t shell_wait_until_ms(const struct shell *shell, uint64_t until_us)
{
    const uint64_t now_us = clock_monotonic_us();
    const uint64_t rest_us = until_us > now_us ? until_us - now_us : 0;
    return shell_clock_now_ms(shell) + shell_clock_span_ms(shell, rest_us);
}

/* Woken, out of time (for its last answer), or something comes true by itself now. */
static bool waiter_due(const struct shell_waiter *waiter, uint64_t now_us, uint64_t now_ms)
{
    return waiter->ready || waiter->until_us <= now_us ||
           (waiter->wake_ms != 0 && waiter->wake_ms <= now_ms);
}

static void waiter_gather(struct shell *shell, unsigned index)
{
    struct shell_waiter *waiter = &shell->waiters[index];
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    /* It was unpacked once, so only a full arena can fail it; then it waits for the next step. */
    if (wire_unpack(step_engine_arena(shell->engine), &paidan__request__descriptor, waiter->raw,
                    waiter->raw_size, &message, &error) != RC_OK) {
        waiter->ready = true;
        return;
    }
    const Paidan__Request *request = (const Paidan__Request *)(const void *)message;
    struct step_input *input = shell_batch_add(shell, SHELL_FROM_WAITER, index,
                                               shell_batch_items(request), waiter->raw_size);
    input->kind = STEP_COMMAND;
    input->request = request;
    input->park_until_ms = shell_wait_until_ms(shell, waiter->until_us);
    shell->origins[shell->count - 1].peer = waiter->peer;
}

/* Bounded by SHELL_WAITERS_STEP_MAX: a wake of thousands who wait for the same key is spread. */
unsigned shell_wait_gather(struct shell *shell, unsigned from)
{
    const uint64_t now_us = clock_monotonic_us();
    const uint64_t now_ms = shell_clock_now_ms(shell);
    unsigned taken = 0;
    unsigned index = from;
    while (index != SHELL_NO_WAITER && taken < SHELL_WAITERS_STEP_MAX &&
           shell_batch_has_room(shell)) {
        const struct shell_waiter *waiter = &shell->waiters[index];
        const unsigned next = waiter->next;
        if (waiter_due(waiter, now_us, now_ms)) {
            waiter_gather(shell, index);
            taken++;
        }
        index = next;
    }
    return index;
}

/* Out of the middle of the list; the indexes of the others stay, for origins of a step hold them. */
void shell_wait_remove(struct shell *shell, unsigned index)
{
    struct shell_waiter *waiter = &shell->waiters[index];
    CHECK(shell->waiter_count > 0);
    CHECK(shell->waiter_bytes >= waiter->raw_size);
    CHECK(waiter->used);
    *(waiter->prior == SHELL_NO_WAITER ? &shell->waiter_first
                                       : &shell->waiters[waiter->prior].next) = waiter->next;
    *(waiter->next == SHELL_NO_WAITER ? &shell->waiter_last : &shell->waiters[waiter->next].prior) =
        waiter->prior;
    shell->waiter_bytes -= waiter->raw_size;
    free(waiter->raw);
    *waiter = (struct shell_waiter){.next = shell->waiter_free};
    shell->waiter_free = index;
    shell->waiter_count--;
}

/* A caller that asks again on the same connection waits once. */
static void waiter_replace(struct shell *shell, const struct bus_peer *peer,
                           const Paidan__Request *request)
{
    for (unsigned index = shell->waiter_first; index != SHELL_NO_WAITER;
         index = shell->waiters[index].next) {
        const struct shell_waiter *waiter = &shell->waiters[index];
        if (bus_peer_same(&waiter->peer, peer) &&
            memcmp(waiter->request_id, request->request_id.data, REQUEST_ID_BYTES) == 0) {
            shell_wait_remove(shell, index);
            return;
        }
    }
}

/* The raw request moves from the origin to the waiter: one of the two frees it. */
static bool waiter_add(struct shell *shell, size_t input)
{
    struct shell_origin *origin = &shell->origins[input];
    const Paidan__Request *request = shell->inputs[input].request;
    if (origin->raw == NULL || request->request_id.len != REQUEST_ID_BYTES) {
        return false; /* it did not ask to wait */
    }
    waiter_replace(shell, &origin->peer, request);
    CHECK(origin->raw_size > 0);
    const unsigned index = shell->waiter_free;
    if (index == SHELL_NO_WAITER) {
        return false;
    }
    struct shell_waiter *waiter = &shell->waiters[index];
    shell->waiter_free = waiter->next;
    *waiter = (struct shell_waiter){
        .used = true,
        .next = SHELL_NO_WAITER,
        .prior = shell->waiter_last,
        .peer = origin->peer,
        .raw = origin->raw,
        .raw_size = origin->raw_size,
        .until_us = origin->until_us,
    };
    memcpy(waiter->request_id, request->request_id.data, REQUEST_ID_BYTES);
    origin->raw = NULL;
    *(shell->waiter_last == SHELL_NO_WAITER ? &shell->waiter_first
                                            : &shell->waiters[shell->waiter_last].next) = index;
    shell->waiter_last = index;
    shell->waiter_count++;
    shell->waiter_bytes += origin->raw_size;
    origin->kind = SHELL_FROM_WAITER;
    origin->index = index;
    return true;
}

/* An input that was a waiter already keeps its place in the order. */
bool shell_wait_park(struct shell *shell, size_t input)
{
    if (shell->origins[input].kind != SHELL_FROM_WAITER && !waiter_add(shell, input)) {
        return false;
    }
    CHECK(shell->origins[input].index < WAITERS_MAX);
    struct shell_waiter *waiter = &shell->waiters[shell->origins[input].index];
    waiter->ready = false;
    waiter->key = shell->outcomes[input].park_key;
    waiter->wake_ms = shell->outcomes[input].park_at_ms;
    return true;
}

static int key_compare(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

/* Keys are hashes of names: one that is woken by chance looks again and waits on. Sorted once, so that
 * thousands of waiters do not meet thousands of keys one by one. */
void shell_wait_wake(struct shell *shell)
{
    size_t count = 0;
    const uint64_t *wakes = step_engine_wakes(shell->engine, &count);
    if (count == 0 || shell->waiter_count == 0) {
        return;
    }
    uint64_t *sorted = malloc(count * sizeof *sorted);
    if (sorted != NULL) {
        memcpy(sorted, wakes, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, key_compare);
    }
    for (unsigned index = shell->waiter_first; index != SHELL_NO_WAITER;
         index = shell->waiters[index].next) {
        struct shell_waiter *waiter = &shell->waiters[index];
        /* Without memory for the keys everybody looks again, which is only slower. */
        if (sorted == NULL ||
            bsearch(&waiter->key, sorted, count, sizeof *sorted, key_compare) != NULL) {
            waiter->ready = true;
        }
    }
    free(sorted);
}

/* ---- fetches ----------------------------------------------------------------------------------
 */

/* Tries to answer. RC_OK: answered. RC_AGAIN: nothing to give yet. */
static enum rc fetch_try(struct shell *shell, const struct bus_peer *peer,
                         const Paidan__Request *request)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_FETCH);
    const unsigned char *bytes = NULL;
    size_t size = 0;
    uint64_t code = PAIDAN__CODE__OK;
    struct step_peer asker;
    const enum rc rc = step_engine_query(shell->engine, shell_batch_peer(peer, &asker), request,
                                         shell_clock_now_ms(shell), &bytes, &size);
    if (rc == RC_OK) {
        (void)peek_number(bytes, size, SHELL_ANSWER_CODE, &code);
        shell_reply_send(shell, peer, bytes, size);
    } else if (rc != RC_AGAIN) {
        shell_reply_failed(shell, peer, request->correlation, rc);
    }
    arena->used = mark;
    /* Whoever does not know the record there has not read so far. */
    const Paidan__Fetch *fetch = request->fetch;
    if ((rc == RC_OK || rc == RC_AGAIN) && code == PAIDAN__CODE__OK &&
        (fetch->after == 0 || fetch->has_after_crc)) {
        shell_care_follower(shell, fetch);
    }
    return rc == RC_AGAIN ? RC_AGAIN : RC_OK;
}

/* A name alone is no proof, but only services of this site are worth a place that is kept. */
static bool follower_named(const struct shell *shell, const char *name)
{
    for (unsigned index = 0; index < shell->follower_count; index++) {
        if (strcmp(shell->followers[index].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Where to keep a fetch, NULL: nowhere. The same peer asking again means that it has given up on
 * what it asked before. Watchers, of whom there may be any number, leave SHELL_FOLLOWERS_MAX places
 * to the services that must follow us; if even these are taken, then by connections of theirs that
 * are no more. */
static struct shell_fetch *fetch_slot(struct shell *shell, const struct bus_peer *peer,
                                      const char *follower)
{
    const bool named = follower_named(shell, follower);
    struct shell_fetch *unused = NULL, *before = NULL;
    unsigned watchers = 0;
    for (unsigned index = 0; index < TAIL_FOLLOWERS_MAX; index++) {
        struct shell_fetch *fetch = &shell->fetches[index];
        if (!fetch->used) {
            unused = fetch;
            continue;
        }
        if (bus_peer_same(&fetch->peer, peer)) {
            return fetch;
        }
        watchers += follower_named(shell, fetch->follower) ? 0 : 1;
        if (strcmp(fetch->follower, follower) == 0 &&
            (before == NULL || fetch->until_us < before->until_us)) {
            before = fetch;
        }
    }
    if (!named) {
        return watchers < SHELL_WATCHERS_MAX ? unused : NULL;
    }
    return unused != NULL ? unused : before;
}

/* Answered at once if there is anything; kept with all its fields otherwise, since each look asks the
 * engine again with what the follower said. */
void shell_wait_fetch(struct shell *shell, const struct bus_peer *peer,
                      const Paidan__Request *request)
{
    const Paidan__Fetch *wish = request->fetch;
    if (fetch_try(shell, peer, request) == RC_OK) {
        return;
    }
    struct shell_fetch *fetch = fetch_slot(shell, peer, wish->follower);
    if (fetch == NULL || strlen(wish->follower) > CODE_BYTES_MAX) {
        shell_reply_refuse(shell, peer, request->correlation, PAIDAN__CODE__TOO_MANY_WAITERS, NULL,
                           1000);
        return;
    }
    const uint64_t wait_ms = client_wait_ms(request);
    CHECK(fetch->used || shell->fetch_count < TAIL_FOLLOWERS_MAX);
    shell->fetch_count += fetch->used ? 0 : 1;
    *fetch = (struct shell_fetch){
        .used = true,
        .peer = *peer,
        .correlation = request->correlation,
        .after = wish->after,
        .held = wish->held,
        .held_crc = wish->held_crc,
        .has_held = wish->has_held != 0,
        .has_held_crc = wish->has_held_crc != 0,
        .after_crc = wish->after_crc,
        .has_after_crc = wish->has_after_crc != 0,
        .bytes_max = wish->bytes_max,
        .has_bytes_max = wish->has_bytes_max != 0,
        .until_us = clock_monotonic_us() +
                    (wait_ms < TAIL_WAIT_MS_MAX ? wait_ms : TAIL_WAIT_MS_MAX) * 1000u,
    };
    memcpy(fetch->follower, wish->follower, strlen(wish->follower) + 1);
    CHECK(request->grant.len <= sizeof fetch->grant || !request->has_grant); /* the wire's bound */
    fetch->grant_bytes = request->has_grant ? request->grant.len : 0;
    if (fetch->grant_bytes > 0) {
        memcpy(fetch->grant, request->grant.data, fetch->grant_bytes);
    }
}

/* Asks for the kept fetch again; over: for the last time. */
static void fetch_again(struct shell *shell, struct shell_fetch *fetch, bool over)
{
    Paidan__Fetch wish = PAIDAN__FETCH__INIT;
    wish.follower = fetch->follower;
    wish.after = fetch->after;
    wish.has_held = fetch->has_held;
    wish.held = fetch->held;
    wish.has_held_crc = fetch->has_held_crc;
    wish.held_crc = fetch->held_crc;
    wish.has_after_crc = fetch->has_after_crc;
    wish.after_crc = fetch->after_crc;
    wish.has_bytes_max = fetch->has_bytes_max;
    wish.bytes_max = fetch->bytes_max;
    wish.has_wait_ms = 1;
    wish.wait_ms = over ? 0 : 1;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.protocol = SHELL_PROTOCOL;
    request.correlation = fetch->correlation;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &wish;
    request.has_grant = fetch->grant_bytes > 0;
    request.grant = (ProtobufCBinaryData){.data = fetch->grant, .len = fetch->grant_bytes};
    if (fetch_try(shell, &fetch->peer, &request) == RC_OK) {
        CHECK(shell->fetch_count > 0);
        fetch->used = false;
        shell->fetch_count--;
    }
}

/* A log that grew has something for everybody; else only those are asked again whose time is over. */
void shell_wait_fetches(struct shell *shell, bool grown)
{
    if (shell->fetch_count == 0) {
        return;
    }
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; index < TAIL_FOLLOWERS_MAX; index++) {
        struct shell_fetch *fetch = &shell->fetches[index];
        const bool over = fetch->used && fetch->until_us <= now_us;
        if (fetch->used && (grown || over)) {
            fetch_again(shell, fetch, over);
        }
    }
}

/* Walked each round: WAITERS_MAX of them take some 10 us, less than a heap would cost to keep. */
uint64_t shell_wait_due_us(const struct shell *shell, uint64_t until_us)
{
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; shell->fetch_count > 0 && index < TAIL_FOLLOWERS_MAX; index++) {
        const struct shell_fetch *fetch = &shell->fetches[index];
        if (fetch->used && fetch->until_us < until_us) {
            until_us = fetch->until_us;
        }
    }
    for (unsigned index = shell->waiter_first; index != SHELL_NO_WAITER;
         index = shell->waiters[index].next) {
        const struct shell_waiter *waiter = &shell->waiters[index];
        uint64_t at_us = waiter->ready ? now_us : waiter->until_us;
        if (waiter->wake_ms != 0) {
            const uint64_t wake_us = now_us + shell_clock_wait_us(shell, waiter->wake_ms);
            at_us = wake_us < at_us ? wake_us : at_us;
        }
        until_us = at_us < until_us ? at_us : until_us;
    }
    return until_us;
}
