/* shell_gather: what goes into the next step, and how much of it.
 *
 * Whoever asks waits for the commit, so beside single commands only few records are taken, as many as
 * lengthen the step little. Under load a quarter of the step is kept for commands and a quarter for
 * records: neither keeps the other out, whatever comes. What lies between goes to the records that
 * wait, then to commands: an action leads to two records of other services, and where commands came
 * first, lives would be begun faster than they are ended. A large frame takes its room beyond the part
 * of commands, never of the records'; a single frame always fits, whatever is in it. How the logs share
 * is shell_follow's. */

#include "common/base/check.h"
#include "common/run/shell_parts.h"

enum {
    /* Records beside commands: for so long, and so many more for each item of the commands. The step's
     * fsync takes longer than the first, and the second are what such a command leads to. */
    GATHER_RECORDS_QUICK_US = 500,
    GATHER_RECORDS_PER_ITEM = 8,
    /* After the last command so long, nobody is thought to wait for the next step. */
    GATHER_QUICK_US = 200000,
    /* What records and commands have of a step in any case. */
    GATHER_QUARTER = SHELL_BATCH_EIGHTHS / 4,
};

/* ---- who comes when ---------------------------------------------------------------------------
 */

/* How many records the step may take beyond its commands. */
static size_t records_max(const struct shell *shell, uint64_t now_us)
{
    if (now_us - shell->commands_us > GATHER_QUICK_US) {
        return STEP_INPUTS_MAX;
    }
    return 1 + shell_batch_items_within(shell, GATHER_RECORDS_QUICK_US) +
           GATHER_RECORDS_PER_ITEM * shell->command_items;
}

/* What is kept of the step for records that wait, in eighths. */
static size_t records_part(const struct shell *shell)
{
    const struct shell_room whole = shell_batch_whole(shell);
    const size_t all = whole.items < whole.count ? whole.items : whole.count;
    const uint64_t part = shell_follow_waiting(shell) * SHELL_BATCH_EIGHTHS / all + 1;
    CHECK(all >= 1);
    return part < GATHER_QUARTER                         ? GATHER_QUARTER
           : part < SHELL_BATCH_EIGHTHS - GATHER_QUARTER ? (size_t)part
                                                         : SHELL_BATCH_EIGHTHS - GATHER_QUARTER;
}

/* Into the room there is. */
static void gather_records(struct shell *shell)
{
    const size_t until = shell->count + records_max(shell, clock_monotonic_us());
    if (until < shell->room.count) {
        shell->room.count = until;
    }
    shell_follow_gather(shell);
}

/* Long polls that were woken, from *waiter on, and frames, up to so many eighths. Neither may keep the
 * other out. Returns the items of what was taken. */
static size_t gather_commands(struct shell *shell, size_t begin, size_t end, bool held,
                              unsigned *waiter)
{
    CHECK(begin < end);
    CHECK(end <= SHELL_BATCH_EIGHTHS);
    const size_t items = shell->items;
    shell_batch_room(shell, begin + (end - begin) / 2);
    if (!held) {
        *waiter = shell_wait_gather(shell, *waiter);
    }
    shell_batch_room(shell, end);
    shell_serve_gather(shell); /* while there is no space it refuses by itself */
    if (!held) {
        *waiter = shell_wait_gather(shell, *waiter);
    }
    return shell->items - items;
}

/* Steps of few inputs, whose parts are less than one: there records and commands take turns. */
static bool gather_records_first(struct shell *shell, size_t part)
{
    const bool first = part > 0 && shell->records_passed;
    shell->records_passed = false;
    if (first) {
        shell_batch_room(shell, part);
        gather_records(shell);
    }
    return first;
}

/* held: there is no space, so nothing is tried before the probe; but frames are taken in, for their
 * senders shall hear it. */
void shell_gather(struct shell *shell)
{
    const bool held = shell->full && clock_monotonic_us() < shell->probe_us;
    const bool pending = !held && shell_follow_held(shell);
    const size_t part = pending ? records_part(shell) : 0;
    const size_t commands_part = SHELL_BATCH_EIGHTHS - part;
    unsigned waiter = shell->waiter_first;
    shell_batch_begin(shell);
    const bool first = gather_records_first(shell, part);
    const size_t items = gather_commands(
        shell, first ? part : 0, first ? SHELL_BATCH_EIGHTHS : commands_part, held, &waiter);
    if (items > 0) {
        shell->command_items = items;
        shell->commands_us = clock_monotonic_us();
    }
    if (!pending || first ||
        shell_follow_ready_us(shell, UINT64_MAX, shell->count > 0) > clock_monotonic_us()) {
        return;
    }
    const size_t count = shell->count;
    shell_batch_room_beyond(shell, part);
    gather_records(shell);
    shell->records_passed = shell->count == count && !shell_batch_has_room(shell);
    if (items > 0) { /* what records have left */
        shell->command_items +=
            gather_commands(shell, commands_part, SHELL_BATCH_EIGHTHS, held, &waiter);
    }
}
