/* shell: the loop. One thread owns everything here; the library's I/O thread only moves bytes.
 *
 * Each round: wait; take in what came; run one step over it; tell the outcome. Nothing is said
 * before it is stored. Under load a round gathers as much as one commit should carry; when idle a
 * single command makes a step of its own at once.
 *
 *            ┌──────────────── wait ◀───────────────┐
 *            ▼                                      │
 *   long polls, frames, logs ──▶ step ──▶ answers, wakes, fetches
 *                                 │ no space: callers told, the rest kept, tried every second
 *                                 └ fault: leave with 75, start again from the store
 *
 * Owns the alarm that bounds a step, and the order of a round. What must stay true: an input that
 * was gathered is in exactly one outcome or comes again (a record from its cursor, a command from
 * its caller); and between waiting and the step nothing may block, for the watchdog and the alarm
 * are the only ones who would notice. */

#include "common/run/shell.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/run/notify.h"
#include "common/run/shell_parts.h"

enum {
    SHELL_HEAP_BLOCK_BYTES = 8 << 20,
    SHELL_HEAP_SPARE_BYTES = 16 << 20,
    SHELL_IDLE_US = 1000000, /* look around at least so often: shell_care */
};

/* ---- the step ---------------------------------------------------------------------------------
 */

/* A step that hangs must not look like a service that is merely slow. */
static void alarm_fired(int signal)
{
    (void)signal;
    static const char line[] = "error shell step_hangs=1\n";
    const ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    abort();
}

/* A timer of the process rather than alarm(2), whose seconds others might use. It cannot fail but
 * for want of kernel memory, and a service without its alarm must not run. */
static timer_t alarm_open(void)
{
    struct sigaction action = {.sa_handler = alarm_fired};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    timer_t timer;
    int failed = sigaction(SIGALRM, &action, NULL);
    CHECK(failed == 0);
    failed = timer_create(CLOCK_MONOTONIC, &event, &timer);
    CHECK(failed == 0);
    return timer;
}

/* 0: off. Monotonic, so that a clock that is set does not ring it. */
static void alarm_set(timer_t timer, unsigned ms)
{
    const struct itimerspec span = {
        .it_value = {.tv_sec = ms / 1000u, .tv_nsec = (long)(ms % 1000u) * 1000000L}};
    const int failed = timer_settime(timer, 0, &span, NULL);
    CHECK(failed == 0);
}

/* Before each step and each round: whoever waits for it is told at least every half of its time and
 * one step, which the alarm bounds (deploy/systemd: WatchdogSec). */
static void watchdog_pet(struct shell *shell)
{
    const uint64_t now_us = clock_monotonic_us();
    if (shell->watchdog_every_us != 0 && now_us >= shell->watchdog_us) {
        shell->watchdog_us = now_us + shell->watchdog_every_us;
        notify_send("WATCHDOG=1");
    }
}

/* Of this thread, which runs the steps. */
static uint64_t cpu_ns(void)
{
    struct timespec span;
    const int failed = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &span);
    CHECK(failed == 0);
    return (uint64_t)span.tv_sec * 1000000000u + (uint64_t)span.tv_nsec;
}

/* One attempt. Conditions are taken again each time: a second attempt may be later. */
static enum rc step_once(struct shell *shell, timer_t timer)
{
    struct step_conditions conditions = {
        .now_ms = shell_clock_now_ms(shell),
        .storage_low = shell->storage_low,
        .overload_ms = shell->overload_ms,
    };
    /* Few bytes of the pool never come in parts, nor are they interrupted. */
    const ssize_t got = getrandom(&conditions.entropy, sizeof conditions.entropy, 0);
    CHECK(got == (ssize_t)sizeof conditions.entropy);
    const uint64_t start_us = clock_monotonic_us(), start_cpu_ns = cpu_ns();
    shell_batch_peers(shell);
    watchdog_pet(shell);
    alarm_set(timer, STEP_MS_MAX);
    const enum rc rc =
        step_engine_run(shell->engine, &conditions, shell->inputs, shell->count, shell->outcomes);
    alarm_set(timer, 0);
    metrics_observe(&shell->counts.step_seconds, (double)(clock_monotonic_us() - start_us) / 1e6);
    shell_batch_learn(shell, cpu_ns() - start_cpu_ns);
    shell->counts.steps++;
    return rc;
}

/* The records are fetched again from the cursors that are stored. */
static enum rc step_without_records(struct shell *shell)
{
    shell_batch_drop_records(shell);
    return shell_follow_restart(shell);
}

/* Whoever waits for what was stored. */
static void step_news(struct shell *shell)
{
    shell_wait_wake(shell);
    CHECK(step_engine_head(shell->engine) >= shell->head); /* a log only grows */
    const uint64_t head = step_engine_head(shell->engine);
    if (head != shell->head) {
        shell->head = head;
        shell_wait_fetches(shell, true);
    }
}

/* Callers are told now, since they can go elsewhere or come again; records and deadlines keep by
 * themselves. The wakes are told too: of a run of several transactions some may be stored. */
static void step_full(struct shell *shell)
{
    diag_log_limited(DIAG_ERROR, "shell", "storage_full=1 inputs=%zu", shell->count);
    shell->counts.full++;
    shell->full = true;
    shell->probe_us = clock_monotonic_us() + SHELL_FULL_PROBE_US;
    shell_serve_full(shell);
    shell_follow_undo(shell);
    step_news(shell);
}

/* Answers first: what follows may take longer than a caller likes to wait. */
static void step_stored(struct shell *shell)
{
    if (shell->full) {
        diag_log(DIAG_INFO, "shell", "storage_full=0");
        shell->full = false;
    }
    CHECK(shell->count <= STEP_INPUTS_MAX);
    shell->counts.inputs += shell->count;
    shell_serve_outcomes(shell);
    shell_follow_commit(shell);
    step_news(shell);
}

/* Read once a step and not once a round: nothing but a step moves deadlines. */
static void due_read(struct shell *shell)
{
    const enum rc rc = step_engine_next_due(shell->engine, &shell->due_ms);
    if (rc == RC_NOT_FOUND) {
        shell->due_ms = UINT64_MAX;
    } else if (rc != RC_OK) {
        shell->fault = rc;
    }
}

/* What came before the culprit is stored; callers and the other logs go on without it. */
static enum rc step_without_culprit(struct shell *shell, timer_t timer)
{
    const char *culprit = step_engine_culprit(shell->engine);
    if (culprit == NULL) {
        return RC_BUG;
    }
    step_news(shell);
    const enum rc rc = step_without_records(shell);
    if (rc != RC_OK) {
        return rc;
    }
    shell_follow_accuse(shell, culprit);
    return step_once(shell, timer);
}

/* A step is tried again at most twice: without the record that nobody can apply, and without records
 * of which one was not the next (RC_GAP: our copy of the cursors was wrong). Each attempt may take
 * STEP_MS_MAX, and the watchdog is petted before each. */
static void step_round(struct shell *shell, timer_t timer)
{
    shell->step_wanted = false;
    enum rc rc = step_once(shell, timer);
    if (rc == RC_BUG) {
        rc = step_without_culprit(shell, timer);
    }
    if (rc == RC_GAP) {
        rc = step_without_records(shell);
        if (rc == RC_OK) {
            rc = step_once(shell, timer);
        }
    }
    if (rc == RC_OK) {
        step_stored(shell);
        due_read(shell);
    } else if (rc == RC_FULL) {
        step_full(shell);
    } else {
        diag_log(DIAG_ERROR, "shell", "step=%s inputs=%zu", rc_name(rc), shell->count);
        shell->fault = rc;
    }
}

/* ---- the loop ---------------------------------------------------------------------------------
 */

/* Deadlines need no input: the engine gathers them by itself once a step is run. */
static bool due_now(const struct shell *shell)
{
    if (shell->full && clock_monotonic_us() < shell->probe_us) {
        return false;
    }
    return shell->due_ms != UINT64_MAX && clock_wait_ms(&shell->clock, shell->due_ms) == 0;
}

/* The ports aside. */
static uint64_t wait_us(const struct shell *shell)
{
    const uint64_t now_us = clock_monotonic_us();
    uint64_t until_us = now_us + SHELL_IDLE_US;
    if (shell->care_us < until_us) {
        until_us = shell->care_us;
    }
    if (shell->watchdog_every_us != 0 && shell->watchdog_us < until_us) {
        until_us = shell->watchdog_us;
    }
    if (shell->queue.count > 0) {
        return now_us;
    }
    until_us = shell_follow_due_us(shell, until_us);
    if (shell->full && now_us < shell->probe_us) {
        /* Only the probe can help; everything that is ready waits for it. */
        return until_us < shell->probe_us ? until_us : shell->probe_us;
    }
    if (shell->step_wanted || step_engine_wants(shell->engine)) {
        return now_us;
    }
    until_us = shell_follow_ready_us(shell, until_us, false);
    if (shell->due_ms != UINT64_MAX) {
        const uint64_t due_us = now_us + shell_clock_wait_us(shell, shell->due_ms);
        until_us = due_us < until_us ? due_us : until_us;
    }
    return shell_wait_due_us(shell, until_us);
}

/* Signals come as bytes (signalfd), never as handlers: nothing here needs to be safe against them.
 * An interrupted read is no loss, for the descriptor stays readable. */
static void signals_take(struct shell *shell)
{
    struct signalfd_siginfo info;
    while (read(shell->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            shell_clock_again(shell);
            shell_open_site_again(shell);
            shell_permit_again(shell);
        } else {
            diag_log(DIAG_INFO, "shell", "signal=%u ending=1", info.ssi_signo);
            shell->stop = true;
        }
    }
}

/* What a round waits for: items, and whose they are. */
struct wait_list {
    struct bus_item items[BUS_ITEMS_MAX];
    struct shell_follow *follows[BUS_ITEMS_MAX];
    struct shell_gate *gates[BUS_ITEMS_MAX];
    size_t count;
};

/* Sockets that are not connected are not waited for: their time is in shell_follow_due_us. */
static void wait_fill(struct shell *shell, struct wait_list *list)
{
    *list = (struct wait_list){
        .items = {{.socket = shell->server, .fd = -1}, {.fd = shell->signals}}, .count = 2};
    for (unsigned index = 0; index < shell->follow_count; index++) {
        struct shell_follow *follow = &shell->follows[index];
        if (follow->socket != NULL) {
            list->follows[list->count] = follow;
            list->items[list->count++] = (struct bus_item){
                .socket = follow->socket, .fd = -1, .want_write = follow->blocked};
        }
    }
    for (unsigned index = 0; index < shell->gate_count; index++) {
        struct shell_gate *gate = &shell->gates[index];
        if (gate->wait.read || gate->wait.write) {
            list->gates[list->count] = gate;
            list->items[list->count++] = (struct bus_item){
                .fd = gate->wait.fd, .want_write = gate->wait.write, .no_read = !gate->wait.read};
        }
    }
}

/* Frames are read even without readable: the library's edge may have passed while we were at work. */
static void wait_follow(struct shell *shell, struct shell_follow *follow,
                        const struct bus_item *item)
{
    if (item->writable && follow->blocked) {
        follow->tail.timer_us = 0; /* connected: ask now */
    }
    /* What arrived before the connection broke is read first. */
    shell_follow_receive(shell, follow);
    if (item->lost && follow->socket != NULL) {
        shell_follow_lost(follow);
    }
}

/* Every port, for its time may have come though its descriptor is not ready. */
static void wait_ports(struct shell *shell, const struct wait_list *list)
{
    for (unsigned index = 0; index < shell->gate_count; index++) {
        const struct bus_item *item = NULL;
        for (size_t at = 2; at < list->count; at++) {
            item = list->gates[at] == &shell->gates[index] ? &list->items[at] : item;
        }
        shell_port_work(&shell->gates[index], item);
    }
}

/* Signals before frames: whoever says TERM is heard under any load. The server's frames are left to
 * shell_serve, which takes them as the step has room. Rounded up, so that no round is spent on the
 * last part of a millisecond. */
static void wait_round(struct shell *shell)
{
    struct wait_list list;
    const uint64_t until_us = shell_port_wait(shell, wait_us(shell));
    wait_fill(shell, &list);
    const uint64_t now_us = clock_monotonic_us();
    const enum rc rc = bus_wait(list.items, list.count,
                                until_us > now_us ? (until_us - now_us + 999u) / 1000u : 0);
    if (rc != RC_OK) {
        shell->fault = rc;
        return;
    }
    if (list.items[1].readable) {
        signals_take(shell);
    }
    for (size_t index = 2; index < list.count; index++) {
        if (list.follows[index] != NULL) {
            wait_follow(shell, list.follows[index], &list.items[index]);
        }
    }
    wait_ports(shell, &list);
}

/* Followers that grew are told before care and watchdog, so that a busy service does not hold back
 * those after it. The arena is emptied last: answers and gathered inputs lie in it. */
static void loop(struct shell *shell, timer_t timer)
{
    while (!shell->stop && shell->fault == RC_OK) {
        shell_follow_tick(shell);
        wait_round(shell);
        if (shell->fault != RC_OK) {
            break;
        }
        shell_clock_tick(shell);
        shell_gather(shell);
        shell->step_wanted = shell->step_wanted || step_engine_wants(shell->engine);
        const bool held = shell->full && clock_monotonic_us() < shell->probe_us;
        if (shell->fault == RC_OK &&
            (shell->count > 0 || (!held && (shell->step_wanted || due_now(shell))))) {
            step_round(shell, timer);
        }
        shell_wait_fetches(shell, false);
        shell_care_tick(shell);
        watchdog_pet(shell);
        step_engine_reset(shell->engine);
    }
}

/* ---- running ----------------------------------------------------------------------------------
 */

/* The supervisor starts again after 75 alone (deploy/supervise, RestartPreventExitStatus): anything
 * that a restart cannot mend must end otherwise, or it would go on for ever. */
static int exit_of(enum rc rc, bool opened)
{
    switch (rc) {
    case RC_OK:
        return SHELL_EXIT_OK;
    case RC_SETTINGS:
    case RC_FORMAT:
        return SHELL_EXIT_SETTINGS;
    case RC_BUG:
        return SHELL_EXIT_BUG;
    case RC_CORRUPT:
        /* A store that cannot be opened does not get better by trying again. */
        return opened ? SHELL_EXIT_FAULT : SHELL_EXIT_SETTINGS;
    default:
        return SHELL_EXIT_FAULT;
    }
}

/* READY is said after the first step: what came due while we were away has fired by then, and a
 * store that cannot be written is known. */
static enum rc run(struct shell *shell, bool *opened)
{
    const enum rc rc = shell_open_all(shell);
    *opened = rc == RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    timer_t timer = alarm_open();
    shell->head = step_engine_head(shell->engine);
    shell->watchdog_every_us = notify_watchdog_ms() * 1000u;
    due_read(shell);
    if (shell->fault == RC_OK) {
        step_round(shell, timer); /* says SiteChanged, fires what came due while we were away */
        step_engine_reset(shell->engine);
    }
    if (shell->fault == RC_OK) {
        notify_send("READY=1");
        diag_log(DIAG_INFO, "shell", "ready=1 version=%s head=%llu", PAIDAN_VERSION,
                 (unsigned long long)step_engine_head(shell->engine));
        loop(shell, timer);
        notify_send("STOPPING=1");
    }
    (void)timer_delete(timer);
    return shell->fault;
}

/* Blocks and answers are some 100 KiB each and come and go with every step: below these bounds the
 * heap keeps them instead of asking the system for fresh pages every time. */
static void heap_init(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, SHELL_HEAP_BLOCK_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, SHELL_HEAP_SPARE_BYTES);
}

/* The shell is some MiB, too large for the stack. */
static int serve_main(const struct shell_service *service, const struct shell_settings *settings)
{
    struct shell *shell = calloc(1, sizeof *shell);
    if (shell == NULL) {
        return SHELL_EXIT_FAULT;
    }
    heap_init();
    shell->service = service;
    shell->settings = *settings;
    shell->signals = -1;
    shell->due_ms = UINT64_MAX;
    shell_wait_init(shell);
    bool opened = false;
    const enum rc rc = run(shell, &opened);
    const int status = exit_of(rc, opened);
    diag_log(rc == RC_OK ? DIAG_INFO : DIAG_ERROR, "shell", "ended=%s exit=%d", rc_name(rc),
             status);
    shell_open_close(shell);
    return status;
}

/* Modes that only look at the store end here, before any socket, signal or lock is touched. */
int shell_main(const struct shell_service *service, int argc, char **argv)
{
    struct shell_settings settings;
    if (shell_args_parse(service, argc, argv, &settings) != RC_OK) {
        return SHELL_EXIT_USAGE;
    }
    diag_init(service->step->name, settings.log_level);
    switch (settings.mode) {
    case SHELL_HELP:
        return SHELL_EXIT_OK;
    case SHELL_VERIFY:
        return shell_modes_verify(service, &settings);
    case SHELL_REPLAY:
        return shell_modes_replay(service, &settings);
    case SHELL_ASK:
        return shell_modes_ask(service, &settings);
    case SHELL_RECOMPUTE:
        return service->recompute(settings.data_dir, settings.site_dir,
                                  shell_args_say("zh", "en")[0] == 'z');
    case SHELL_RUN:
        break;
    }
    return serve_main(service, &settings);
}
