/* shell_clock: whether the machine's clock is followed. A clock that was set forward by mistake
 * would fire every deadline up to it, and what is stored cannot be unsaid. So a service believes
 * the wall clock only as far as the boot clock confirms it (common/base/clock.h):
 *
 *   start, same boot   what the service before believed (DATA/run/<service>/<service>.clock) still holds
 *   start, new boot    the wall clock may be settings.clock_days ahead of the stored time, else 78
 *   running            a step forward beyond CLOCK_SLACK_MS is not followed; time goes on without
 * it
 *
 * until the clock comes back, or `paidan clock accept` says that it is right. Set back, a clock
 * does no harm: time stands still (step.h). Scaled and virtual clocks are not watched. */

#include <limits.h>
#include <stdio.h>

#include "common/base/check.h"
#include "common/base/clock_mark.h"
#include "common/run/shell_parts.h"

enum {
    CLOCK_LOOK_US = 500000, /* how soon the operator's word is heard */
    CLOCK_REMARK_MS = 1000, /* corrections below this are not written down */
};
#define CLOCK_DAY_MS 86400000ull
/* Instead of "no bound": far enough, and sums with it do not overflow. */
#define CLOCK_ANY_MS (INT64_MAX / 4)

/* ---- time -------------------------------------------------------------------------------------
 */

/* Never below what is stored: a clock that was set back makes the service's time stand still. */
uint64_t shell_clock_now_ms(const struct shell *shell)
{
    const uint64_t now_ms = clock_now_ms(&shell->clock);
    const uint64_t stored_ms = step_engine_now(shell->engine);
    return now_ms > stored_ms ? now_ms : stored_ms;
}

/* The bound makes a clock that was set be seen: nobody sleeps past it for longer than an hour. */
uint64_t shell_clock_wait_us(const struct shell *shell, uint64_t at_ms)
{
    const uint64_t wait_ms = clock_wait_ms(&shell->clock, at_ms);
    return (wait_ms < 3600000u ? wait_ms : 3600000u) * 1000u;
}

/* A demo's clock runs faster, and long polls are real: their end is told in the site's time. */
uint64_t shell_clock_span_ms(const struct shell *shell, uint64_t real_us)
{
    CHECK(shell->clock.kind != CLOCK_SCALED || shell->clock.rate > 0);
    const uint64_t rate = shell->clock.kind == CLOCK_SCALED ? shell->clock.rate : 1;
    return real_us * rate / 1000u;
}

/* ---- what is believed --------------------------------------------------------------------------
 */

/* The newer of what was believed in this boot and what the operator confirmed in it. */
static bool marks_current(const struct shell *shell, int64_t *believed_ms)
{
    const char *const names[] = {shell->service->step->name, NULL};
    char path[PATH_MAX];
    struct clock_mark mark;
    bool found = false;
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        if (clock_mark_path(path, sizeof path, shell->settings.data_dir, names[index]) != RC_OK ||
            clock_mark_read(path, &mark) != RC_OK || !clock_mark_current(&mark)) {
            continue;
        }
        if (!found || mark.offset_ms > *believed_ms) {
            *believed_ms = mark.offset_ms;
        }
        found = true;
    }
    return found;
}

/* The last time known to be right: stored, or confirmed by the operator since. */
static uint64_t base_ms(const struct shell *shell)
{
    char path[PATH_MAX];
    struct clock_mark mark;
    const uint64_t stored_ms = step_engine_now(shell->engine);
    if (clock_mark_path(path, sizeof path, shell->settings.data_dir, NULL) != RC_OK ||
        clock_mark_read(path, &mark) != RC_OK) {
        return stored_ms;
    }
    return mark.wall_ms > stored_ms ? mark.wall_ms : stored_ms;
}

/* So that a restart in the same boot need not trust the wall clock: the offset between it and the
 * boot clock is what was believed. */
static void mark_write(struct shell *shell)
{
    char path[PATH_MAX];
    struct clock_mark mark;
    clock_mark_make(&mark);
    mark.offset_ms = shell->clock.believed_ms;
    shell->clock_marked_ms = shell->clock.believed_ms;
    if (clock_mark_path(path, sizeof path, shell->settings.data_dir, shell->service->step->name) !=
            RC_OK ||
        clock_mark_write(path, &mark) != RC_OK) {
        /* A restart then judges the clock by the stored time alone. */
        diag_log_limited(DIAG_WARN, "shell", "clock_mark=unwritten");
    }
}

/* The sentence must be enough for whoever is alone with a machine whose clock was wrong at night. */
static enum rc refuse(uint64_t wall_ms, uint64_t stored_ms, uint64_t days)
{
    diag_log(DIAG_ERROR, "shell", "code=CLOCK_AHEAD wall_ms=%llu stored_ms=%llu days=%llu max=%llu",
             (unsigned long long)wall_ms, (unsigned long long)stored_ms,
             (unsigned long long)((wall_ms - stored_ms) / CLOCK_DAY_MS), (unsigned long long)days);
    diag_log(DIAG_ERROR, "shell", "text=\"%s\"",
             shell_args_say(
                 "系统时钟远远超前于已存的时间，此时启动会使其间的期限全部到期。请用 date 核对："
                 "时钟有误就校正它；时钟无误（例如停用已久）就执行 paidan --data DATA clock "
                 "accept，然后再启动。",
                 "The machine's clock is far ahead of the stored time; starting now would "
                 "fire every deadline in between. Look at `date`: if it is wrong, put the "
                 "clock right; if it is right (after a long pause), run `paidan --data DATA "
                 "clock accept` and start again."));
    return RC_SETTINGS;
}

/* After a start of the machine nothing but the stored time is left to compare with. */
static enum rc believe_wall(struct shell *shell)
{
    const uint64_t wall_ms = clock_wall_ms();
    const uint64_t stored_ms = base_ms(shell);
    const uint64_t days = shell->settings.clock_days;
    const uint64_t most_ms = days == 0 ? (uint64_t)CLOCK_ANY_MS : days * CLOCK_DAY_MS;
    if (stored_ms != 0 && wall_ms > stored_ms && wall_ms - stored_ms > most_ms) {
        return refuse(wall_ms, stored_ms, days);
    }
    if (wall_ms >= stored_ms) {
        clock_believe(&shell->clock, clock_offset_ms(), CLOCK_SLACK_MS);
        return RC_OK;
    }
    /* Behind: it is wrong now and may yet be put right by as much as a start would have allowed. */
    const int64_t behind_ms = (int64_t)(stored_ms - wall_ms);
    clock_believe(&shell->clock, clock_offset_ms() + behind_ms, most_ms);
    return RC_OK;
}

/* Virtual and scaled clocks belong to tests and demos, which set them on purpose. */
enum rc shell_clock_open(struct shell *shell)
{
    int64_t believed_ms = 0;
    if (shell->clock.kind != CLOCK_REAL) {
        return RC_OK;
    }
    shell->clock_marked_ms = INT64_MIN;
    if (!marks_current(shell, &believed_ms)) {
        return believe_wall(shell);
    }
    clock_believe(&shell->clock, believed_ms, CLOCK_SLACK_MS);
    return RC_OK;
}

/* True: the operator has confirmed the clock as it is now. */
/* Looked for in a file rather than asked for by a wish: the operator may have to say it while the
 * service does not run. */
static bool accepted(struct shell *shell)
{
    char path[PATH_MAX];
    struct clock_mark mark;
    const uint64_t now_us = clock_monotonic_us();
    if (now_us < shell->clock_us) {
        return false;
    }
    shell->clock_us = now_us + CLOCK_LOOK_US;
    if (clock_mark_path(path, sizeof path, shell->settings.data_dir, NULL) != RC_OK ||
        clock_mark_read(path, &mark) != RC_OK || !clock_mark_current(&mark) ||
        mark.offset_ms <= shell->clock.believed_ms) {
        return false;
    }
    clock_believe(&shell->clock, mark.offset_ms, CLOCK_SLACK_MS);
    return clock_watch(&shell->clock) == 0;
}

void shell_clock_again(struct shell *shell)
{
    struct clock read;
    if (shell->clock.kind != CLOCK_SCALED) {
        return;
    }
    const enum rc rc = clock_open(&read, shell->settings.data_dir);
    if (rc != RC_OK || read.kind != CLOCK_SCALED) {
        diag_log(DIAG_ERROR, "shell", "clock=kept why=%s", rc_name(rc == RC_OK ? RC_INVALID : rc));
        return;
    }
    shell->clock = read;
}

static void ahead_tell(struct shell *shell, uint64_t ahead_ms)
{
    if (ahead_ms != 0) {
        diag_log_limited(
            DIAG_ERROR, "shell", "clock_ahead=1 wall_ms=%llu followed_ms=%llu ahead_seconds=%llu",
            (unsigned long long)clock_wall_ms(), (unsigned long long)clock_now_ms(&shell->clock),
            (unsigned long long)(ahead_ms / 1000u));
    } else {
        diag_log(DIAG_WARN, "shell", "clock_ahead=0 wall_ms=%llu",
                 (unsigned long long)clock_wall_ms());
    }
}

/* Told once more as long as it lasts, at a limited rate, and once when it is over. */
void shell_clock_tick(struct shell *shell)
{
    uint64_t ahead_ms = clock_watch(&shell->clock);
    if (!shell->clock.watched) {
        return;
    }
    if (ahead_ms != 0 && accepted(shell)) {
        ahead_ms = 0;
        diag_log(DIAG_WARN, "shell", "clock_accepted=1");
    }
    if (ahead_ms != 0 || shell->clock_ahead_ms != 0) {
        ahead_tell(shell, ahead_ms);
    }
    shell->clock_ahead_ms = ahead_ms;
    if (shell->clock_marked_ms == INT64_MIN ||
        shell->clock.believed_ms > shell->clock_marked_ms + CLOCK_REMARK_MS) {
        mark_write(shell);
    }
}
