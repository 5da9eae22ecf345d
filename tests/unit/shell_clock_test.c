/* shell_clock: a machine's clock that is set while services run, or that is wrong when they start.
 *
 * This program's clock_gettime adds to the wall clock what a shared page says; the services are
 * this program again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/clock_mark.h"
#include "shell_world.h"

#define DAY_S 86400
#define PAGE_NAME "PAIDAN_TEST_CLOCK"

static _Atomic int64_t *page; /* seconds added to the wall clock */

int clock_gettime(clockid_t id, struct timespec *time)
{
    const long rc = syscall(SYS_clock_gettime, id, time);
    if (rc == 0 && id == CLOCK_REALTIME && page != NULL) {
        time->tv_sec += atomic_load(page);
    }
    return (int)rc;
}

static void page_open(const char *path)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    void *bytes = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (bytes != MAP_FAILED) {
        page = bytes;
    }
}

static int setup(void **state)
{
    char path[128];
    (void)world_setup(state);
    const struct world *world = *state;
    snprintf(path, sizeof path, "%s/wall", world->folder);
    world_run("head -c 8 /dev/zero > '%s%s'", path, "");
    page_open(path);
    assert_non_null(page);
    return setenv(PAGE_NAME, path, 1);
}

static int teardown(void **state)
{
    munmap(page, sizeof *page);
    page = NULL;
    return world_teardown(state);
}

static void await_ahead(struct world *world, bool ahead)
{
    for (unsigned round = 0; round < 1000; round++) {
        if ((world_ping(world, "toy")->has_clock_ahead_ms != 0) == ahead) {
            return;
        }
        usleep(10000);
    }
    fail();
}

/* Site time of the service: what a step would be given. */
static uint64_t now_of(struct world *world)
{
    Paidan__Ping wish = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &wish;
    return world_ask(world, "toy", &request)->now_ms;
}

/* Several questions may be taken in by one round; a command is answered at the end of its round, so
 * after two of them the clock was looked at anew. */
static void next_round(struct world *world)
{
    world_chase(world, "toy", 1, "box");
    world_chase(world, "toy", 1, "box");
}

static void stop(struct world *world)
{
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
}

/* As after a start of the machine: nothing is known of this boot. */
static void forget_boot(struct world *world)
{
    world_run("rm -f '%s/run/toy.clock' '%s/clock.accepted'", world->folder, world->folder);
}

static void accept(struct world *world)
{
    char path[128];
    struct clock_mark mark;
    clock_mark_make(&mark);
    assert_int_equal(clock_mark_path(path, sizeof path, world->folder, NULL), RC_OK);
    assert_int_equal(clock_mark_write(path, &mark), RC_OK);
}

static void test_running_when_set_forward_then_not_followed_till_back(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint64_t before_ms = now_of(world);
    atomic_store(page, 40 * DAY_S);
    await_ahead(world, true);
    world_chase(world, "toy", 1, "box"); /* a step is taken, by the time before */
    const uint64_t after_ms = now_of(world);
    assert_true(after_ms >= before_ms && after_ms < before_ms + DAY_S * 1000ull);
    world_expect_metric(world, "toy", "paidan_clock_ahead_seconds 34");
    assert_true(world_log_has(world, "toy", "clock_ahead=1"));
    atomic_store(page, 0);
    await_ahead(world, false);
    assert_true(world_log_has(world, "toy", "clock_ahead=0"));
    assert_true(now_of(world) < before_ms + DAY_S * 1000ull);
}

static void test_running_when_corrected_by_seconds_then_followed(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint64_t before_ms = now_of(world);
    /* Each within the slack of the one before, together beyond it. */
    for (int64_t second = 50; second <= 200; second += 50) {
        atomic_store(page, second);
        next_round(world);
        assert_true(now_of(world) >= before_ms + (uint64_t)second * 1000u);
        assert_false(world_ping(world, "toy")->has_clock_ahead_ms);
    }
}

static void test_running_when_set_back_and_right_again_then_followed(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    world_chase(world, "toy", 1, "box");
    const uint64_t before_ms = now_of(world);
    atomic_store(page, -DAY_S);
    next_round(world);
    assert_true(now_of(world) >= before_ms - 1000u); /* stands still */
    atomic_store(page, 0);
    next_round(world);
    assert_false(world_ping(world, "toy")->has_clock_ahead_ms);
    assert_true(now_of(world) >= before_ms);
}

static void test_running_when_operator_accepts_then_followed(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint64_t before_ms = now_of(world);
    atomic_store(page, 40 * DAY_S);
    await_ahead(world, true);
    accept(world);
    await_ahead(world, false);
    assert_true(now_of(world) >= before_ms + 40ull * DAY_S * 1000u);
    assert_true(world_log_has(world, "toy", "clock_accepted=1"));
}

static void test_restart_when_clock_is_still_ahead_then_not_followed(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint64_t before_ms = now_of(world);
    world_chase(world, "toy", 1, "box");
    atomic_store(page, DAY_S); /* within what a start of the machine would allow */
    await_ahead(world, true);
    world_slay(world, "toy");
    world_start(world, "toy", NULL);
    await_ahead(world, true);
    assert_true(now_of(world) < before_ms + DAY_S * 500ull);
}

static void test_start_when_clock_is_days_ahead_of_store_then_78(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    world_chase(world, "toy", 1, "box");
    stop(world);
    forget_boot(world);
    atomic_store(page, 8 * DAY_S);
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_true(world_log_has(world, "toy", "code=CLOCK_AHEAD"));
    assert_true(world_log_has(world, "toy", "clock accept"));
    world_start(world, "toy", "--clock-days", "9", NULL);
    (void)world_ping(world, "toy");
    stop(world);
    forget_boot(world);
    accept(world);
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
    stop(world);
}

static void test_start_when_days_away_then_time_goes_on(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint64_t before_ms = now_of(world);
    world_chase(world, "toy", 1, "box");
    stop(world);
    forget_boot(world);
    atomic_store(page, 6 * DAY_S);
    world_start(world, "toy", NULL);
    assert_true(now_of(world) >= before_ms + 6ull * DAY_S * 1000u);
    stop(world);
}

/* A machine without a battery begins in the past and is put right while services run already. */
static void test_start_when_clock_is_behind_then_right_one_is_followed(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    world_chase(world, "toy", 1, "box");
    const uint64_t before_ms = now_of(world);
    stop(world);
    forget_boot(world);
    atomic_store(page, -400 * DAY_S);
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
    atomic_store(page, 2 * DAY_S);
    next_round(world);
    assert_true(now_of(world) >= before_ms + 2ull * DAY_S * 1000u);
    assert_false(world_ping(world, "toy")->has_clock_ahead_ms);
    atomic_store(page, 4 * DAY_S); /* once right, only the slack is left */
    await_ahead(world, true);
}

static void test_scaled_clock_when_wall_jumps_then_not_watched(void **state)
{
    struct world *world = *state;
    world_run("echo 'scaled 1000 1000 1' > '%s/clock%s'", world->folder, "");
    world_start(world, "toy", NULL);
    const uint64_t before_ms = now_of(world);
    atomic_store(page, 40 * DAY_S);
    assert_true(now_of(world) >= before_ms + 40ull * DAY_S * 1000u);
    assert_false(world_ping(world, "toy")->has_clock_ahead_ms);
}

/* One that has not begun yet: it shows its first moment. */
static void stand_still(struct world *world, const char *site_ms)
{
    world_run("echo 'scaled 99000000000000 %s 1' > '%s/clock'", site_ms, world->folder);
}

static void await_now(struct world *world, uint64_t now_ms)
{
    for (unsigned round = 0; round < 1000 && now_of(world) != now_ms; round++) {
        usleep(10000);
    }
    assert_int_equal(now_of(world), now_ms);
}

static void test_scaled_clock_when_hup_then_read_again(void **state)
{
    struct world *world = *state;
    stand_still(world, "5000");
    world_start(world, "toy", NULL);
    await_now(world, 5000);
    stand_still(world, "9000");
    assert_int_equal(now_of(world), 5000); /* not before it is told */
    world_tell(world, "toy", SIGHUP);
    await_now(world, 9000);
    world_run("echo 'scaled backward' > '%s/clock%s'", world->folder, "");
    world_tell(world, "toy", SIGHUP);
    for (unsigned round = 0; round < 1000 && !world_log_has(world, "toy", "clock=kept"); round++) {
        usleep(10000);
    }
    assert_true(world_log_has(world, "toy", "clock=kept"));
    assert_int_equal(now_of(world), 9000);
}

static void test_real_clock_when_hup_then_stays_real(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint64_t begin_ms = now_of(world);
    stand_still(world, "9000");
    world_tell(world, "toy", SIGHUP);
    next_round(world);
    const uint64_t before_ms = now_of(world);
    usleep(20000);
    assert_true(before_ms >= begin_ms);
    assert_true(now_of(world) > before_ms); /* it does not stand still */
}

static void test_mark_when_not_one_then_invalid(void **state)
{
    struct world *world = *state;
    char path[128];
    struct clock_mark mark;
    assert_int_equal(clock_mark_path(path, sizeof path, world->folder, NULL), RC_OK);
    assert_int_equal(clock_mark_read(path, &mark), RC_NOT_FOUND);
    static const char *const texts[] = {
        "", "x", "a 1 2", "a 9223372036854775807 2\\n", "a 1 -2\\n", "a b c\\n"};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        world_run("printf '%s' > '%s'", texts[index], path);
        assert_int_equal(clock_mark_read(path, &mark), RC_INVALID);
    }
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(int argc, char **argv)
{
    int status = 0;
    if (getenv(PAGE_NAME) != NULL) {
        page_open(getenv(PAGE_NAME));
    }
    if (world_main(argc, argv, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        CASE(test_running_when_set_forward_then_not_followed_till_back),
        CASE(test_running_when_corrected_by_seconds_then_followed),
        CASE(test_running_when_set_back_and_right_again_then_followed),
        CASE(test_running_when_operator_accepts_then_followed),
        CASE(test_restart_when_clock_is_still_ahead_then_not_followed),
        CASE(test_start_when_clock_is_days_ahead_of_store_then_78),
        CASE(test_start_when_days_away_then_time_goes_on),
        CASE(test_start_when_clock_is_behind_then_right_one_is_followed),
        CASE(test_scaled_clock_when_wall_jumps_then_not_watched),
        CASE(test_scaled_clock_when_hup_then_read_again),
        CASE(test_real_clock_when_hup_then_stays_real),
        CASE(test_mark_when_not_one_then_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
