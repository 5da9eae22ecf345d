/* shell_care: what a service looks at now and then: is there space, how far are those who follow,
 * which blocks are old enough to go, is there more work than can be done.
 *
 * Owns the followers' positions as last heard and the times of the next looks. What must stay true:
 * nothing here decides by itself about a ticket. It sets what the next step is told (storage_low,
 * overload_ms), and only intake refuses by it; a follower that is far behind or dead never stops
 * what is in the house already. */

#include <string.h>

#include "common/base/check.h"
#include "common/run/shell_parts.h"

enum {
    CARE_US = 500000,          /* space and load; also how soon a full store is noticed as free */
    CARE_READERS_US = 5000000, /* slots of readers that died pin pages: LIBRARIES 3 */
    CARE_TRIM_US = 60000000,
    CARE_TRIM_MORE_US = 1000000, /* while there is more than one trimming may drop */
    CARE_OVERLOAD_MS = 1000,
    /* A caller that waits so long for its turn: more comes in than goes out. It is over when they
     * wait a quarter of it. */
    CARE_BUSY_US = 1000000,
    /* What a follower said of those after it holds so long; it says it again every second
     * (FOLLOW_BEHIND_MS). Else one that died would slow us down for ever. */
    CARE_BEHIND_US = 10000000,
};
#define CARE_DAY_MS 86400000ull

/* ---- followers --------------------------------------------------------------------------------
 */

/* paced_by is a part of followed_by, by name; both are a handful of words. */
static bool paces(const struct step_service *service, const char *name)
{
    const char *const *pace = service->paced_by;
    while (pace != NULL && *pace != NULL && strcmp(*pace, name) != 0) {
        pace++;
    }
    return pace != NULL && *pace != NULL;
}

/* How far each service that must follow us was when we last ran. The engine stores it (step.h). */
enum rc shell_care_init(struct shell *shell)
{
    struct store_txn *txn = NULL;
    enum rc rc = store_begin(shell->store, false, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    const char *const *name = shell->service->step->followed_by;
    for (; rc == RC_OK && name != NULL && *name != NULL; name++) {
        CHECK(shell->follower_count < SHELL_FOLLOWERS_MAX);
        struct shell_follower *follower = &shell->followers[shell->follower_count++];
        follower->name = *name;
        follower->paces = paces(shell->service->step, *name);
        rc = evlog_follower_get(txn, *name, &follower->position);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    store_abort(txn);
    return rc;
}

/* A position never goes back: a follower that was restored from a backup asks from further back,
 * and what was trimmed meanwhile is gone for it (LOG_TRIMMED), which is said, not hidden. */
void shell_care_follower(struct shell *shell, const Paidan__Fetch *fetch)
{
    for (unsigned index = 0; index < shell->follower_count; index++) {
        struct shell_follower *follower = &shell->followers[index];
        if (strcmp(follower->name, fetch->follower) != 0) {
            continue;
        }
        follower->position = fetch->after > follower->position ? fetch->after : follower->position;
        if (fetch->has_behind) {
            follower->behind = fetch->behind;
            follower->behind_us = clock_monotonic_us();
        }
    }
}

/* ---- space and load ---------------------------------------------------------------------------
 */

/* Map and disk both: either one full fails a commit. */
static bool space_low(const struct store_usage *usage)
{
    /* Of a small map (tests, tiny sites) an eighth is enough. */
    uint64_t reserve = usage->map_bytes / 8;
    reserve = reserve < STORE_RESERVE_BYTES ? reserve : STORE_RESERVE_BYTES;
    CHECK(usage->map_bytes > 0);
    const uint64_t left =
        usage->map_bytes > usage->used_bytes ? usage->map_bytes - usage->used_bytes : 0;
    return left < reserve || usage->disk_free_bytes < STORE_RESERVE_BYTES;
}

/* One that cannot be measured is treated as before: the commit will tell if it is full. */
static void care_space(struct shell *shell)
{
    if (store_usage(shell->store, &shell->usage) != RC_OK) {
        return;
    }
    const bool low = space_low(&shell->usage);
    if (low != shell->storage_low) {
        diag_log(low ? DIAG_WARN : DIAG_INFO, "shell",
                 "storage_low=%d used=%llu map=%llu disk=%llu", low ? 1 : 0,
                 (unsigned long long)shell->usage.used_bytes,
                 (unsigned long long)shell->usage.map_bytes,
                 (unsigned long long)shell->usage.disk_free_bytes);
    }
    shell->storage_low = low;
    if (shell->full && !low) {
        shell->probe_us = 0; /* there is room again: try at once */
        shell->step_wanted = true;
    }
}

/* Only those count without whom new work would lie unseen (step_service.paced_by). A service that
 * takes its part days later, or gives us something back, may be away for as long as it likes. */
uint64_t shell_care_lag(const struct shell *shell)
{
    const uint64_t head = step_engine_head(shell->engine);
    const uint64_t now_us = clock_monotonic_us();
    uint64_t lag_max = 0;
    for (unsigned index = 0; index < shell->follower_count; index++) {
        const struct shell_follower *follower = &shell->followers[index];
        if (!follower->paces) {
            continue;
        }
        uint64_t lag = head > follower->position ? head - follower->position : 0;
        if (now_us - follower->behind_us < CARE_BEHIND_US) {
            lag = follower->behind < UINT64_MAX - lag ? lag + follower->behind : UINT64_MAX;
        }
        lag_max = lag > lag_max ? lag : lag_max;
    }
    return lag_max;
}

/* Only intake heeds this: work that is already in the house goes on. */
static void care_load(struct shell *shell, uint64_t now_us)
{
    const uint64_t lag_max = shell->settings.lag_records_max;
    const uint64_t lag = shell_care_lag(shell);
    const uint64_t age_us = shell_queue_age_us(&shell->queue, now_us);
    const bool behind = lag_max != 0 && lag > lag_max;
    shell->busy = age_us > (uint64_t)(shell->busy ? CARE_BUSY_US / 4 : CARE_BUSY_US);
    const uint32_t overload_ms = behind || shell->busy ? CARE_OVERLOAD_MS : 0;
    if (overload_ms != shell->overload_ms) {
        diag_log(overload_ms != 0 ? DIAG_WARN : DIAG_INFO, "shell",
                 "overload=%d lag_records=%llu queue_ms=%llu", overload_ms != 0 ? 1 : 0,
                 (unsigned long long)lag, (unsigned long long)(age_us / 1000u));
    }
    shell->overload_ms = overload_ms;
}

/* ---- old blocks -------------------------------------------------------------------------------
 */

/* The first record that is not older than before_ms; block times never run backward. */
static enum rc trim_find(struct shell *shell, struct store_txn *txn, uint64_t before_ms,
                         uint64_t *seq)
{
    CHECK(step_engine_first(shell->engine) >= 1); /* there is no record 0 */
    uint64_t low = step_engine_first(shell->engine);
    uint64_t high = step_engine_head(shell->engine);
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        struct evlog_record record;
        const enum rc rc = evlog_read(txn, middle, &record);
        if (rc != RC_OK) {
            return rc;
        }
        if (record.now_ms < before_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *seq = low;
    return RC_OK;
}

/* Nothing is dropped that a follower still needs; the engine bounds it (step_engine_trim), here only
 * age is judged. A read transaction of its own, closed before the trim writes. */
static void care_trim(struct shell *shell)
{
    const uint64_t keep_ms = shell->settings.log_keep_days * CARE_DAY_MS;
    const uint64_t now_ms = shell_clock_now_ms(shell);
    struct store_txn *txn = NULL;
    uint64_t seq = 0;
    if (keep_ms == 0 || shell->service->step->keeps_log || now_ms <= keep_ms || shell->full) {
        return;
    }
    enum rc rc = store_begin(shell->store, false, &txn);
    if (rc == RC_OK) {
        rc = trim_find(shell, txn, now_ms - keep_ms, &seq);
        store_abort(txn);
        if (rc == RC_CORRUPT) { /* only looked for: nothing is dropped, the rest goes on */
            shell->counts.corrupt++;
            diag_log_limited(DIAG_ERROR, "shell", "code=STORE_CORRUPT trimming=0");
            return;
        }
    }
    const uint64_t first = step_engine_first(shell->engine);
    uint64_t now_first = first;
    if (rc == RC_OK && seq > first) {
        rc = step_engine_trim(shell->engine, seq, &now_first);
    }
    if (rc == RC_OK && now_first != first) {
        diag_log(DIAG_INFO, "shell", "trimmed=%llu", (unsigned long long)(now_first - first));
        shell->trim_us = clock_monotonic_us() + CARE_TRIM_MORE_US;
    }
    if (rc != RC_OK && rc != RC_FULL) {
        shell->fault = rc;
    }
}

/* Each look has its own time: a full store must be noticed within a second, while a walk over reader
 * slots or old blocks costs more than it is worth more often. */
void shell_care_tick(struct shell *shell)
{
    const uint64_t now_us = clock_monotonic_us();
    if (now_us >= shell->care_us) {
        shell->care_us = now_us + CARE_US;
        care_space(shell);
        care_load(shell, now_us);
    }
    if (now_us >= shell->readers_us) {
        shell->readers_us = now_us + CARE_READERS_US;
        store_check_readers(shell->store);
    }
    if (shell->fault == RC_OK && now_us >= shell->trim_us) {
        shell->trim_us = now_us + CARE_TRIM_US;
        care_trim(shell);
    }
}
