/* shell_tell: how the service is: Pong for programs that wait for it, metrics for Prometheus.
 *
 * Owns nothing and changes nothing but shell->usage. What must stay true: it answers at any time,
 * with a full store, a followed log at rest or a queue that does not move, for that is when somebody
 * asks; names of metrics are an interface (deploy/RUNBOOK.md) and are not renamed. No label and no
 * value tells of a ticket or a person. */

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/run/shell_parts.h"
#include "common/say/code.h"
#include "common/wire/wire.h"

#define METRICS_BYTES_MAX (64u << 10)

/* ---- Pong -------------------------------------------------------------------------------------
 */

/* Texts of messages are never written to, but the generated structs do not say so. */
static char *text_of(struct arena *arena, const char *text)
{
    return arena_strdup(arena, text);
}

/* Where each followed log stands: a log that rests (has_stuck) is the first thing to look at when
 * tickets stop on their way. */
static enum rc pong_follow(struct shell *shell, struct arena *arena, Paidan__Pong *pong)
{
    CHECK(shell->follow_count <= SHELL_FOLLOWS_MAX);
    if (shell->follow_count == 0) {
        return RC_OK;
    }
    pong->following = arena_alloc(arena, shell->follow_count * sizeof(Paidan__Following *));
    if (pong->following == NULL) {
        return RC_LIMIT;
    }
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct shell_follow *follow = &shell->follows[index];
        Paidan__Following *following = arena_alloc(arena, sizeof *following);
        if (following == NULL) {
            return RC_LIMIT;
        }
        paidan__following__init(following);
        following->log = text_of(arena, follow->log);
        following->cursor = follow->tail.applied.at.seq;
        following->has_head = follow->tail.head != 0;
        following->head = follow->tail.head;
        following->has_stuck = follow->tail.stuck != PAIDAN__CODE__OK;
        following->stuck = follow->tail.stuck;
        pong->following[index] = following;
        pong->n_following = index + 1;
        if (following->log == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

/* A reload that was refused, until one is taken. */
static void pong_refused(struct shell_refused *refused, Paidan__Pong *pong)
{
    if (refused->at_ms == 0) {
        return;
    }
    pong->has_site_refused_ms = true;
    pong->site_refused_ms = refused->at_ms;
    pong->site_refusal = refused->what;
    pong->site_refusal_zh = refused->zh;
    pong->site_refusal_en = refused->en;
    pong->has_site_mistakes = true;
    pong->site_mistakes = refused->mistakes;
}

/* What a person looks at first: is there space, is the clock right, does anything rest. */
static enum rc pong_fill(struct shell *shell, struct arena *arena, Paidan__Pong *pong)
{
    pong->service = text_of(arena, shell->service->step->name);
    pong->version = text_of(arena, PAIDAN_VERSION);
    if (pong->service == NULL || pong->version == NULL) {
        return RC_LIMIT;
    }
    pong->head_seq = step_engine_head(shell->engine);
    pong->site_version = shell->site->version;
    pong->has_storage_full = shell->full || shell->storage_low;
    pong->storage_full = shell->full || shell->storage_low;
    pong->has_oldest_due_ms = shell->due_ms != UINT64_MAX;
    pong->oldest_due_ms = shell->due_ms;
    pong->has_clock_ahead_ms = shell->clock_ahead_ms != 0;
    pong->clock_ahead_ms = shell->clock_ahead_ms;
    if (store_usage(shell->store, &shell->usage) == RC_OK) {
        pong->has_map_used = 1;
        pong->map_used = shell->usage.used_bytes;
        pong->has_map_size = 1;
        pong->map_size = shell->usage.map_bytes;
    }
    pong_refused(&shell->refused, pong);
    return pong_follow(shell, arena, pong);
}

/* One that does not fit the arena is left out: whoever waits for it asks again. */
void shell_tell_ping(struct shell *shell, const struct bus_peer *peer, uint64_t correlation)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Pong pong = PAIDAN__PONG__INIT;
    answer.correlation = correlation;
    answer.body_case = PAIDAN__ANSWER__BODY_PONG;
    answer.pong = &pong;
    if (pong_fill(shell, arena, &pong) == RC_OK) {
        shell_reply_answer(shell, peer, &answer);
    }
    arena->used = mark;
}

/* ---- metrics ----------------------------------------------------------------------------------
 */

static void gauge(struct metrics *metrics, const char *name, const char *help, double value)
{
    metrics_family(metrics, name, "gauge", help);
    metrics_sample(metrics, name, NULL, value);
}

static void counter(struct metrics *metrics, const char *name, const char *help, uint64_t value)
{
    metrics_family(metrics, name, "counter", help);
    metrics_sample(metrics, name, NULL, (double)value);
}

/* A name that cannot be written as a label is left out: better one sample less than a page that
 * Prometheus refuses as a whole. */
static void labelled(struct metrics *metrics, const char *name, const char *label,
                     const char *value, double sample)
{
    char escaped[64];
    char labels[128];
    if (metrics_escape(value, escaped, sizeof escaped) != RC_OK) {
        return;
    }
    snprintf(labels, sizeof labels, "%s=\"%s\"", label, escaped);
    metrics_sample(metrics, name, labels, sample);
}

/* Counters since the start of the process: Prometheus sees a restart by their falling. */
static void tell_work(struct metrics *metrics, const struct shell *shell)
{
    const struct shell_counts *counts = &shell->counts;
    metrics_histogram(metrics, "paidan_step_seconds", "Time of one step, commit included.",
                      &counts->step_seconds);
    counter(metrics, "paidan_inputs_total", "Inputs of committed steps.", counts->inputs);
    counter(metrics, "paidan_records_total", "Records of followed logs applied.", counts->records);
    counter(metrics, "paidan_commands_total", "Commands decided.", counts->commands);
    counter(metrics, "paidan_queries_total", "Questions answered without a commit.",
            counts->queries);
    counter(metrics, "paidan_unsent_total", "Answers nobody was there to take.", counts->unsent);
    counter(metrics, "paidan_frames_dropped_total", "Messages that are not one part.",
            counts->dropped);
    counter(metrics, "paidan_frames_invalid_total", "Frames that could not be read.",
            counts->invalid);
    counter(metrics, "paidan_full_total", "Steps undone for lack of space.", counts->full);
    counter(metrics, "paidan_store_corrupt_total",
            "Questions that met a damaged record or page: verify the log, restore a backup.",
            counts->corrupt);
    metrics_family(metrics, "paidan_answers_total", "counter", "Answers by code.");
    for (unsigned code = 0; code < SHELL_CODES; code++) {
        if (counts->codes[code] > 0) {
            labelled(metrics, "paidan_answers_total", "code", code_name((Paidan__Code)code),
                     (double)counts->codes[code]);
        }
    }
}

/* Both directions: how far we are behind others, and they behind us. */
static void tell_logs(struct metrics *metrics, const struct shell *shell)
{
    const uint64_t head = step_engine_head(shell->engine);
    gauge(metrics, "paidan_log_head", "Newest record of the own log.", (double)head);
    gauge(metrics, "paidan_log_first", "Oldest record of the own log.",
          (double)step_engine_first(shell->engine));
    metrics_family(metrics, "paidan_follow_lag_records", "gauge",
                   "Records of a followed log not yet applied.");
    for (unsigned index = 0; index < shell->follow_count; index++) {
        const struct shell_follow *follow = &shell->follows[index];
        const uint64_t lag = follow->tail.head > follow->tail.applied.at.seq
                                 ? follow->tail.head - follow->tail.applied.at.seq
                                 : 0;
        labelled(metrics, "paidan_follow_lag_records", "log", follow->log, (double)lag);
    }
    metrics_family(metrics, "paidan_follow_stuck", "gauge",
                   "1: a followed log cannot be read further.");
    for (unsigned index = 0; index < shell->follow_count; index++) {
        labelled(metrics, "paidan_follow_stuck", "log", shell->follows[index].log,
                 shell->follows[index].tail.stuck != PAIDAN__CODE__OK ? 1 : 0);
    }
    metrics_family(metrics, "paidan_follower_lag_records", "gauge",
                   "Records that a follower does not hold yet.");
    for (unsigned index = 0; index < shell->follower_count; index++) {
        const struct shell_follower *follower = &shell->followers[index];
        const uint64_t lag = head > follower->position ? head - follower->position : 0;
        labelled(metrics, "paidan_follower_lag_records", "follower", follower->name, (double)lag);
    }
}

/* What alarms are made of: ages and lags, rather than numbers that are high on a good day too. */
static void tell_state(struct metrics *metrics, struct shell *shell)
{
    const uint64_t now_ms = shell_clock_now_ms(shell);
    const double late_s = shell->due_ms < now_ms ? (double)(now_ms - shell->due_ms) / 1000.0 : 0.0;
    gauge(metrics, "paidan_queue_frames", "Frames that wait for their turn.",
          (double)shell->queue.count);
    gauge(metrics, "paidan_queue_seconds", "How long the oldest of them has waited.",
          (double)shell_queue_age_us(&shell->queue, clock_monotonic_us()) / 1e6);
    gauge(metrics, "paidan_paced_lag_records",
          "Records that wait for the services that pace this one, and for those after them.",
          (double)shell_care_lag(shell));
    gauge(metrics, "paidan_parked_commands", "Long polls that wait.", shell->waiter_count);
    gauge(metrics, "paidan_parked_bytes", "Memory of the long polls that wait.",
          (double)shell->waiter_bytes);
    gauge(metrics, "paidan_parked_fetches", "Followers that wait for news.", shell->fetch_count);
    gauge(metrics, "paidan_due_lag_seconds", "How late the oldest deadline is, in site time.",
          late_s);
    gauge(metrics, "paidan_oldest_due_timestamp_seconds",
          "The earliest deadline that has not fired, in site time; 0: none waits.",
          shell->due_ms != UINT64_MAX ? (double)shell->due_ms / 1000.0 : 0.0);
    gauge(metrics, "paidan_calendars_unknown",
          "Calendars without holiday data for this or the next year.",
          (double)site_calendars_unknown(shell->site, now_ms));
    gauge(metrics, "paidan_clock_ahead_seconds",
          "Not 0: the machine's clock is so far ahead that it is not followed.",
          (double)shell->clock_ahead_ms / 1000.0);
    gauge(metrics, "paidan_storage_full", "1: there is no space, no work is taken.",
          shell->full ? 1 : 0);
    gauge(metrics, "paidan_storage_low", "1: space is short, no new tickets are taken.",
          shell->storage_low ? 1 : 0);
    gauge(metrics, "paidan_overload_seconds", "Not 0: new tickets are put off by this much.",
          shell->overload_ms / 1000.0);
    if (store_usage(shell->store, &shell->usage) == RC_OK) {
        gauge(metrics, "paidan_map_used_bytes", "Store in use.", (double)shell->usage.used_bytes);
        gauge(metrics, "paidan_map_bytes", "Bound of the store.", (double)shell->usage.map_bytes);
        gauge(metrics, "paidan_disk_free_bytes", "Free space of its file system.",
              (double)shell->usage.disk_free_bytes);
        gauge(metrics, "paidan_reader_lag_transactions", "Age of the oldest reader of the store.",
              (double)shell->usage.oldest_reader_lag);
    }
}

/* The service's own counters, as Stats gives them. */
static void tell_tallies(struct metrics *metrics, struct shell *shell)
{
    struct arena *arena = step_engine_arena(shell->engine);
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.protocol = SHELL_PROTOCOL;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const unsigned char *bytes = NULL;
    size_t size = 0;
    ProtobufCMessage *unpacked = NULL;
    struct wire_error error;
    if (step_engine_query(shell->engine, NULL, &request, shell_clock_now_ms(shell), &bytes,
                          &size) != RC_OK ||
        wire_unpack(arena, &paidan__answer__descriptor, bytes, size, &unpacked, &error) != RC_OK) {
        return;
    }
    const Paidan__Answer *answer = (const Paidan__Answer *)(const void *)unpacked;
    if (answer->body_case != PAIDAN__ANSWER__BODY_STATS) {
        return;
    }
    metrics_family(metrics, "paidan_tally", "gauge", "Totals of the service, folded with its log.");
    for (size_t index = 0; index < answer->stats->n_counts; index++) {
        const Paidan__Count *count = answer->stats->counts[index];
        labelled(metrics, "paidan_tally", "name", count->name, (double)count->value);
    }
}

/* All of it in one text of at most METRICS_BYTES_MAX; metrics.h cuts at whole lines. */
void shell_tell_metrics(struct shell *shell, const struct bus_peer *peer, uint64_t correlation)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Text text = PAIDAN__TEXT__INIT;
    struct metrics metrics;
    answer.correlation = correlation;
    text.text = arena_alloc(arena, METRICS_BYTES_MAX);
    if (text.text != NULL) {
        metrics_init(&metrics, text.text, METRICS_BYTES_MAX);
        tell_work(&metrics, shell);
        tell_logs(&metrics, shell);
        tell_state(&metrics, shell);
        tell_tallies(&metrics, shell);
        answer.body_case = PAIDAN__ANSWER__BODY_METRICS;
        answer.metrics = &text;
        shell_reply_answer(shell, peer, &answer);
    }
    arena->used = mark;
}
