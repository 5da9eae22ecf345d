/* shell: starting and ending, and that nothing is lost or doubled when services are killed.
 * ctest: tsan
 *
 * With an argument only the cases that it matches are run: 'test_pull*'. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "shell_world.h"

/* ---- starting and ending ----------------------------------------------------------------------
 */

static void test_service_when_asked_then_pongs_and_ends_with_0(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const Paidan__Pong *pong = world_ping(world, "toy");
    assert_string_equal(pong->service, "toy");
    assert_string_equal(pong->version, PAIDAN_VERSION);
    assert_int_equal(pong->head_seq, 1); /* SiteChanged */
    assert_true(pong->site_version != 0);
    assert_true(pong->map_size > 0);
    assert_false(pong->storage_full);
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
}

static void test_start_when_store_is_owned_then_75(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
    const pid_t first = world->processes[0].pid;
    world->processes[0].pid = 0;
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 75);
    world->processes[0].pid = first;
    assert_true(world_log_has(world, "toy", "STORE_LOCKED"));
    (void)world_ping(world, "toy"); /* the first one goes on */
}

static void test_start_when_told_nonsense_then_usage_or_settings(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", "--step-inputs", "0", NULL);
    assert_int_equal(world_ended(world, "toy"), 64);
    world_start(world, "toy", "--endpoint", "udp://1.2.3.4:5", NULL);
    assert_int_equal(world_ended(world, "toy"), 64);
    world_start(world, "toy", "--no-such-option", NULL);
    assert_int_equal(world_ended(world, "toy"), 64);
    world_start(world, "toy", "word", NULL);
    assert_int_equal(world_ended(world, "toy"), 64);
    world_start(world, "toy", "--map-mib", "1x", NULL);
    assert_int_equal(world_ended(world, "toy"), 64);
    world_start(world, "toy", "--site", "/nonexistent", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
    world_run("echo 'scaled x' > '%s/clock%s'", world->folder, "");
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
}

static void test_start_when_endpoint_is_tcp_then_found_by_file(void **state)
{
    struct world *world = *state;
    char endpoint[64];
    /* Over tcp nobody is known, so the site has to say that it is a trial. */
    world_run("echo 'tcp trial' > '%s/peers%s'", world->folder, "");
    /* A port of our own choice; if it is taken, the next. */
    for (unsigned port = 20000 + (unsigned)getpid() % 20000;; port++) {
        snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port);
        world_start(world, "toy", "--endpoint", endpoint, NULL);
        int status = 0;
        usleep(300000);
        if (waitpid(world->processes[0].pid, &status, WNOHANG) == 0) {
            break;
        }
        world->processes[0].pid = 0;
    }
    world_chase(world, "toy", 1, "box");
    assert_int_equal(world_tally(world, "toy", "chased"), 1);
}

static void test_hangup_when_site_is_bad_then_old_one_stays(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    const uint32_t version = world_ping(world, "toy")->site_version;
    world_run("printf 'code,name\\n\"' > '%s/areas.csv%s'", world->site, "");
    world_tell(world, "toy", SIGHUP);
    for (unsigned round = 0; round < 1000 && !world_log_has(world, "toy", "site=kept"); round++) {
        usleep(10000);
    }
    assert_true(world_log_has(world, "toy", "site=kept"));
    assert_int_equal(world_ping(world, "toy")->site_version, version);
    const Paidan__Pong *refused = world_ping(world, "toy");
    assert_true(refused->has_site_refused_ms);
    assert_non_null(refused->site_refusal);
    assert_non_null(strstr(refused->site_refusal, "areas.csv:"));
    assert_true(strlen(refused->site_refusal_zh) > 0 && strlen(refused->site_refusal_en) > 0);
    world_chase(world, "toy", 1, "box");
    /* A good one that differs is taken. */
    world_run("cp '%s/deploy/sites/demo/areas.csv' '%s/areas.csv'", world_root(), world->site);
    world_run("echo '# changed' >> '%s/site.yaml%s'", world->site, "");
    world_tell(world, "toy", SIGHUP);
    uint32_t now = version;
    for (unsigned round = 0; round < 1000 && now == version; round++) {
        now = world_ping(world, "toy")->site_version;
        usleep(10000);
    }
    assert_int_not_equal(now, version);
    assert_false(world_ping(world, "toy")->has_site_refused_ms);
}

/* ---- never twice, never lost ------------------------------------------------------------------
 */

static void test_answer_when_killed_and_asked_again_then_the_same(void **state)
{
    struct world *world = *state;
    struct raw raw;
    unsigned char request[256];
    unsigned char first[512];
    world_start(world, "toy", NULL);
    const size_t size = world_packed_chase(request, sizeof request, 7);
    raw_open(world, &raw, "toy");
    raw_send(&raw, request, size);
    raw_receive(&raw);
    const size_t first_size = raw.size;
    assert_true(first_size > 0 && first_size <= sizeof first);
    memcpy(first, raw.bytes, first_size);
    world_slay(world, "toy");
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
    raw_send(&raw, request, size);
    raw_receive(&raw);
    assert_int_equal(raw.size, first_size);
    assert_memory_equal(raw.bytes, first, first_size);
    assert_int_equal(world_tally(world, "toy", "chased"), 1);
    raw_close(&raw);
}

static void test_requests_when_service_is_killed_between_then_each_once(void **state)
{
    struct world *world = *state;
    const uint64_t count = 600;
    uint64_t sent = 0;
    uint64_t answered = 0;
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
    while (answered < count) {
        Paidan__Request request;
        Paidan__Chase wish;
        Paidan__Answer *answer = NULL;
        world_chase_init(&request, &wish, sent + 1, "box");
        while (sent < count && client_send(world->client, "toy", &request, 50) == RC_OK) {
            sent++;
            wish.ticket = sent + 1;
        }
        if (answered % 100 == 30) {
            world_slay(world, "toy"); /* with up to 50 requests under way */
            world_start(world, "toy", NULL);
        }
        arena_reset(&world->arena);
        assert_int_equal(client_receive(world->client, "toy", &world->arena, PATIENCE_MS, &answer),
                         RC_OK);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        answered++;
    }
    assert_int_equal(world_tally(world, "toy", "chased"), count);
    Paidan__Answer *answer = NULL;
    assert_int_equal(client_receive(world->client, "toy", &world->arena, 0, &answer), RC_NOT_FOUND);
}

static void test_following_when_both_are_killed_then_each_record_once(void **state)
{
    struct world *world = *state;
    uint64_t ticket = 0;
    world_start(world, "toy", NULL);
    world_start(world, "toy_b", "--step-inputs", "7", NULL);
    for (unsigned round = 0; round < 6; round++) {
        for (unsigned index = 0; index < 40; index++) {
            world_chase(world, "toy", ++ticket, "box");
        }
        if (round == 2 || round == 4) {
            world_slay(world, "toy_b");
            world_start(world, "toy_b", "--step-inputs", "7", NULL);
        }
        if (round == 3 || round == 4) {
            world_slay(world, "toy");
            world_start(world, "toy", NULL);
        }
    }
    world_expect_tally(world, "toy_b", "followed", ticket);
    const uint64_t head = world_ping(world, "toy")->head_seq;
    uint64_t cursor = 0;
    for (unsigned round = 0; round < 1000 && cursor != head; round++) {
        const Paidan__Pong *pong = world_ping(world, "toy_b");
        assert_int_equal(pong->n_following, 1);
        assert_string_equal(pong->following[0]->log, "toy");
        assert_false(pong->following[0]->has_stuck);
        cursor = pong->following[0]->cursor;
        usleep(10000);
    }
    assert_int_equal(cursor, head);
}

static void test_following_when_log_has_another_history_then_stuck_not_skipped(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    world_start(world, "toy_b", NULL);
    for (uint64_t ticket = 1; ticket <= 5; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    world_expect_tally(world, "toy_b", "followed", 5);
    world_slay(world, "toy");
    world_run("rm -r '%s/toy%s'", world->folder, "");
    world_start(world, "toy", NULL);
    bool stuck = false;
    for (unsigned round = 0; round < 3000 && !stuck; round++) {
        const Paidan__Pong *pong = world_ping(world, "toy_b");
        stuck = pong->following[0]->has_stuck != 0 &&
                pong->following[0]->stuck == PAIDAN__CODE__LOG_DIVERGED;
        usleep(10000);
    }
    assert_true(stuck);
    for (uint64_t ticket = 1; ticket <= 9; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    assert_int_equal(world_tally(world, "toy_b", "followed"), 5);
    assert_true(world_log_has(world, "toy_b", "stuck=toy"));
}

static void test_deadline_when_it_passes_then_fires_by_itself(void **state)
{
    struct world *world = *state;
    Paidan__Withdraw wish = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = 5;
    request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request.withdraw = &wish;
    world_start(world, "toy", NULL);
    assert_int_equal(world_ask(world, "toy", &request)->code, PAIDAN__CODE__OK);
    world_expect_tally(world, "toy", "lapsed", 1);
    assert_false(world_ping(world, "toy")->has_oldest_due_ms);
}

static bool is_accused(struct world *world)
{
    const Paidan__Pong *pong = world_ping(world, "toy_b");
    return pong->following[0]->has_stuck != 0 &&
           pong->following[0]->stuck == PAIDAN__CODE__SERVICE_FAULT;
}

static void test_following_when_a_fact_of_ours_is_wrong_then_stuck_not_skipped(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    world_start(world, "toy_b", NULL);
    world_chase(world, "toy", 1, "box");
    world_chase(world, "toy", 2, "box");
    world_chase(world, "toy", BOX_UNSAYABLE, "box");
    world_chase(world, "toy", 4, "box");
    bool accused = false;
    for (unsigned round = 0; round < 3000 && !accused; round++) {
        accused = is_accused(world);
        usleep(10000);
    }
    assert_true(accused);
    assert_int_equal(world_tally(world, "toy_b", "followed"), 2);
    world_chase(world, "toy_b", 9, "box"); /* callers do not suffer */
    assert_true(is_accused(world));
    world_expect_metric(world, "toy_b", "paidan_follow_stuck{log=\"toy\"} 1");
    assert_int_equal(world_tally(world, "toy_b", "followed"), 2);
    assert_true(world_log_has(world, "toy_b", "stuck=toy"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    int status = 0;
    if (world_main(argc, argv, &status)) {
        return status;
    }
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    const struct CMUnitTest tests[] = {
        CASE(test_service_when_asked_then_pongs_and_ends_with_0),
        CASE(test_start_when_store_is_owned_then_75),
        CASE(test_start_when_told_nonsense_then_usage_or_settings),
        CASE(test_start_when_endpoint_is_tcp_then_found_by_file),
        CASE(test_hangup_when_site_is_bad_then_old_one_stays),
        CASE(test_answer_when_killed_and_asked_again_then_the_same),
        CASE(test_requests_when_service_is_killed_between_then_each_once),
        CASE(test_following_when_both_are_killed_then_each_record_once),
        CASE(test_following_when_log_has_another_history_then_stuck_not_skipped),
        CASE(test_following_when_a_fact_of_ours_is_wrong_then_stuck_not_skipped),
        CASE(test_deadline_when_it_passes_then_fires_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
