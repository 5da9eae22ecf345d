/* shell_gather: what goes into the next step, and how much of it.
 *
 * Whoever asks waits for the commit, so commands come first and records of logs fill what they
 * leave: a few beside single commands, as many as one commit carries beside large ones or when
 * nobody asks. A step is bounded by the items in its frames, for one frame may carry thousands; a
 * single frame always fits, whatever is in it. */

#include "common/base/check.h"
#include "common/run/shell_parts.h"

enum {
    /* Records beside commands: these, and so many more for each item of the commands. A record
     * costs some 2 to 5 us here, so that 128 lengthen a step by less than its fsync takes. */
    GATHER_RECORDS_QUICK = 128,
    GATHER_RECORDS_PER_ITEM = 8,
    /* After the last command so long, nobody is thought to wait for the next step. */
    GATHER_QUICK_US = 200000,
};

/* ---- who comes when ---------------------------------------------------------------------------
 */

/* How many records the step may take. */
static size_t records_max(const struct shell *shell, uint64_t now_us)
{
    const size_t inputs_max = shell->settings.step_inputs;
    if (now_us - shell->commands_us > GATHER_QUICK_US) {
        return inputs_max;
    }
    const size_t count = GATHER_RECORDS_QUICK + GATHER_RECORDS_PER_ITEM * shell->command_items;
    return count < inputs_max ? count : inputs_max;
}

/* Returns how many were taken. */
static size_t gather_records(struct shell *shell, uint64_t now_us)
{
    const size_t before = shell->count;
    const size_t left = shell->room.count > before ? shell->room.count - before : 0;
    const size_t count = records_max(shell, now_us);
    if (left > 0) {
        shell_follow_gather(shell, count < left ? count : left);
    }
    return shell->count - before;
}

/* Long polls that were woken and frames. Neither may keep the other out. */
static void gather_commands(struct shell *shell, size_t begin, size_t end, bool held)
{
    CHECK(begin < end);
    CHECK(end <= SHELL_BATCH_EIGHTHS);
    const size_t items = shell->items, count = shell->count;
    unsigned waiter = shell->waiter_first;
    shell_batch_room(shell, begin + (end - begin) / 2);
    if (!held) {
        waiter = shell_wait_gather(shell, waiter);
    }
    shell_batch_room(shell, end);
    shell_serve_gather(shell); /* while there is no space it refuses by itself */
    if (!held) {
        (void)shell_wait_gather(shell, waiter);
    }
    if (shell->count > count) {
        shell->command_items = shell->items - items;
        shell->commands_us = clock_monotonic_us();
    }
}

/* held: there is no space, so nothing is tried before the probe; but frames are taken in, for their
 * senders shall hear it. */
void shell_gather(struct shell *shell)
{
    const uint64_t now_us = clock_monotonic_us();
    const bool held = shell->full && now_us < shell->probe_us;
    const bool pending = !held && shell_follow_held(shell);
    /* Commands that left no room for records stand back once. */
    const bool records_first = pending && shell->records_passed;
    shell_batch_begin(shell);
    shell->records_passed = false;
    if (records_first) {
        shell_batch_room(shell, SHELL_BATCH_EIGHTHS / 2);
        (void)gather_records(shell, now_us);
    }
    gather_commands(shell, records_first ? SHELL_BATCH_EIGHTHS / 2 : 0,
                    pending && !records_first ? SHELL_BATCH_EIGHTHS / 2 : SHELL_BATCH_EIGHTHS,
                    held);
    shell_batch_room(shell, SHELL_BATCH_EIGHTHS);
    if (pending && !records_first &&
        shell_follow_ready_us(shell, UINT64_MAX, shell->count > 0) <= clock_monotonic_us()) {
        const size_t taken = gather_records(shell, clock_monotonic_us());
        shell->records_passed = taken < GATHER_RECORDS_QUICK && !shell_batch_has_room(shell);
    }
}
