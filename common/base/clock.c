/* clock: real, scaled and virtual time. */
#include "common/base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/check.h"

#define RATE_MAX 100000u

static uint64_t read_ms(clockid_t id)
{
    struct timespec now;
    const int failed = clock_gettime(id, &now);
    CHECK(failed == 0);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

uint64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_offset_ms(void)
{
    /* In this order: a pause in between must not look like a clock set forward. */
    const int64_t wall_ms = (int64_t)read_ms(CLOCK_REALTIME);
    return wall_ms - (int64_t)read_ms(CLOCK_BOOTTIME);
}

void clock_init_real(struct clock *clock)
{
    *clock = (struct clock){.kind = CLOCK_REAL};
}

void clock_init_virtual(struct clock *clock, uint64_t now_ms)
{
    *clock = (struct clock){.kind = CLOCK_VIRTUAL, .virtual_ms = now_ms};
}

/* Decimal number followed by `end`; no sign, no spaces, no overflow. NULL: it is not. */
/* By hand: strtoull takes signs and blanks, and says of overflow only through errno. */
static const char *parse_number(const char *text, char end, uint64_t *value)
{
    uint64_t sum = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        const uint64_t digit = (uint64_t)(*at - '0');
        if (sum > (UINT64_MAX - digit) / 10) {
            return NULL;
        }
        sum = sum * 10 + digit;
    }
    if (at == text || *at != end) {
        return NULL;
    }
    *value = sum;
    return at + 1;
}

static enum rc parse(struct clock *clock, const char *text)
{
    static const char prefix[] = "scaled ";
    struct clock read = {.kind = CLOCK_SCALED};
    if (strncmp(text, prefix, sizeof prefix - 1) != 0) {
        return RC_INVALID;
    }
    const char *at = parse_number(text + sizeof prefix - 1, ' ', &read.real_epoch_ms);
    if (at != NULL) {
        at = parse_number(at, ' ', &read.site_epoch_ms);
    }
    if (at != NULL) {
        at = parse_number(at, '\n', &read.rate);
    }
    if (at == NULL || *at != '\0' || read.rate < 1 || read.rate > RATE_MAX) {
        return RC_INVALID;
    }
    *clock = read;
    return RC_OK;
}

enum rc clock_open(struct clock *clock, const char *data_dir)
{
    char path[PATH_MAX], text[128];
    const int count = snprintf(path, sizeof path, "%s/clock", data_dir);
    if (count < 0 || (size_t)count >= sizeof path) {
        return RC_IO;
    }
    FILE *file = fopen(path, "re");
    /* No file is the usual case, real time. One that is there and cannot be read must not
     * silently mean the same: a demo would fire a year of deadlines. */
    if (file == NULL) {
        if (errno != ENOENT) {
            return RC_IO;
        }
        clock_init_real(clock);
        return RC_OK;
    }
    const size_t bytes = fread(text, 1, sizeof text, file);
    const int failed = ferror(file);
    (void)fclose(file);
    if (failed) {
        return RC_IO;
    }
    /* Longer than any line we write: somebody else's file. */
    if (bytes == sizeof text) {
        return RC_INVALID;
    }
    text[bytes] = '\0';
    /* A NUL inside would hide what comes after it. */
    return strlen(text) == bytes ? parse(clock, text) : RC_INVALID;
}

/* ---- set by mistake ---- */

/* By how much an offset is beyond what is followed. */
/* The offset between wall and boot clock stays the same unless somebody sets the clock: a jump
 * of it, and not of the wall clock, is what a mistake looks like. */
static uint64_t beyond(const struct clock *clock, int64_t offset_ms)
{
    const int64_t most_ms = clock->believed_ms + (int64_t)clock->slack_ms;
    return clock->watched && offset_ms > most_ms ? (uint64_t)(offset_ms - clock->believed_ms) : 0;
}

void clock_believe(struct clock *clock, int64_t believed_ms, uint64_t slack_ms)
{
    CHECK(clock->kind == CLOCK_REAL);
    CHECK(slack_ms <= INT64_MAX / 4);
    clock->watched = true;
    clock->believed_ms = believed_ms;
    clock->slack_ms = slack_ms;
}

uint64_t clock_watch(struct clock *clock)
{
    if (!clock->watched) {
        return 0;
    }
    const int64_t offset_ms = clock_offset_ms();
    const uint64_t ahead_ms = beyond(clock, offset_ms);
    /* A clock set back may be put right again, so what is believed never goes back. */
    if (ahead_ms == 0 && offset_ms >= clock->believed_ms) {
        clock->believed_ms = offset_ms;
        clock->slack_ms = CLOCK_SLACK_MS;
    }
    return ahead_ms;
}

static uint64_t watched_ms(const struct clock *clock)
{
    /* Boot first: a pause between the two readings then looks like a clock that is behind, which
     * is followed, and not like one that was set forward. */
    const uint64_t boot_ms = read_ms(CLOCK_BOOTTIME);
    const uint64_t wall_ms = read_ms(CLOCK_REALTIME);
    const int64_t offset_ms = (int64_t)wall_ms - (int64_t)boot_ms;
    return beyond(clock, offset_ms) > 0 ? (uint64_t)((int64_t)boot_ms + clock->believed_ms)
                                        : wall_ms;
}

uint64_t clock_now_ms(const struct clock *clock)
{
    if (clock->kind == CLOCK_VIRTUAL) {
        return clock->virtual_ms;
    }
    if (clock->kind == CLOCK_REAL) {
        return clock->watched ? watched_ms(clock) : clock_wall_ms();
    }
    const uint64_t now = clock_wall_ms();
    const uint64_t passed = now > clock->real_epoch_ms ? now - clock->real_epoch_ms : 0;
    uint64_t scaled = 0, sum = 0;
    /* A rate of 100,000 reaches the end of 64 bits after 5,800 years; a file may still ask for
     * it. */
    if (__builtin_mul_overflow(passed, clock->rate, &scaled) ||
        __builtin_add_overflow(scaled, clock->site_epoch_ms, &sum)) {
        return UINT64_MAX;
    }
    return sum;
}

void clock_set_ms(struct clock *clock, uint64_t now_ms)
{
    CHECK(clock->kind == CLOCK_VIRTUAL);
    clock->virtual_ms = now_ms;
}

uint64_t clock_wait_ms(const struct clock *clock, uint64_t at_ms)
{
    if (clock->kind == CLOCK_VIRTUAL) {
        return 0;
    }
    const uint64_t now = clock_now_ms(clock);
    if (at_ms <= now) {
        return 0;
    }
    const uint64_t rest = at_ms - now;
    if (clock->kind == CLOCK_REAL) {
        return rest;
    }
    /* Rounded up: waking a millisecond early would find nothing due and ask again at once, a
     * busy loop. */
    return rest / clock->rate + (rest % clock->rate != 0);
}

uint64_t clock_monotonic_us(void)
{
    struct timespec now;
    const int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    CHECK(failed == 0);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}
