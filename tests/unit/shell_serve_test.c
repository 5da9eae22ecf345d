/* shell: long polls, followers, bad frames, no space, looking at the log. ctest: tsan
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

#include "common/run/shell_parts.h"
#include "shell_world.h"

/* ---- waiting ----------------------------------------------------------------------------------
 */

static void test_pull_when_token_comes_then_woken(void **state)
{
    struct world *world = *state;
    Paidan__Request request;
    Paidan__Pull wish;
    Paidan__Answer *answer = NULL;
    struct client *other = NULL;
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
    world_pull_init(&request, &wish, "box", PULL_WAIT_MS_MAX); /* longer than our patience */
    assert_int_equal(client_send(world->client, "toy", &request, 2), RC_OK);
    assert_int_equal(client_receive(world->client, "toy", &world->arena, 300, &answer),
                     RC_TIMEOUT); /* it waits */
    assert_int_equal(client_open(&other, world->folder, "other"), RC_OK);
    struct client *mine = world->client;
    world->client = other;
    world_chase(world, "toy", 1, "another box");
    assert_int_equal(world_tally(world, "toy", "pulled"), 0);
    world_chase(world, "toy", 1, "box");
    world->client = mine;
    client_close(other);
    arena_reset(&world->arena);
    assert_int_equal(client_receive(world->client, "toy", &world->arena, PATIENCE_MS, &answer),
                     RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_true(answer->pulled->has_lease_until_ms);
    assert_int_equal(world_tally(world, "toy", "pulled"), 1);
}

static void test_pull_when_nothing_comes_then_empty_at_its_end(void **state)
{
    struct world *world = *state;
    Paidan__Request request;
    Paidan__Pull wish;
    world_start(world, "toy", NULL);
    world_pull_init(&request, &wish, "box", 200);
    const Paidan__Answer *answer = world_ask(world, "toy", &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_false(answer->pulled->has_lease_until_ms);
    world_pull_init(&request, &wish, "box", 0);
    assert_int_equal(world_ask(world, "toy", &request)->code, PAIDAN__CODE__OK);
}

static void test_pull_when_too_many_wait_then_refused(void **state)
{
    struct world *world = *state;
    struct raw raw;
    unsigned char bytes[256];
    world_start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    for (unsigned index = 0; index <= WAITERS_MAX; index++) {
        Paidan__Request request;
        Paidan__Pull wish;
        unsigned char id[16] = {1, (unsigned char)(index >> 8), (unsigned char)index};
        world_pull_init(&request, &wish, "box", PULL_WAIT_MS_MAX);
        request.protocol = 1;
        request.correlation = index;
        request.has_request_id = 1;
        request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
        raw_send(&raw, bytes, world_packed(&request, bytes, sizeof bytes));
    }
    const Paidan__Answer *answer = raw_answer(world, &raw);
    assert_int_equal(answer->correlation, WAITERS_MAX);
    assert_int_equal(answer->code, PAIDAN__CODE__TOO_MANY_WAITERS);
    assert_true(answer->has_retry_after_ms);
    raw_close(&raw);
}

/* A caller that lost patience asks again with the same request id: it waits once and is served
 * once. */
static void test_pull_when_asked_again_then_waits_once(void **state)
{
    struct world *world = *state;
    struct raw raw;
    Paidan__Request request;
    Paidan__Pull wish;
    unsigned char bytes[256];
    unsigned char id[16] = {9};
    world_start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    world_pull_init(&request, &wish, "box", PULL_WAIT_MS_MAX);
    request.protocol = 1;
    request.has_request_id = 1;
    request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    for (uint64_t correlation = 1; correlation <= 3; correlation++) {
        request.correlation = correlation;
        raw_send(&raw, bytes, world_packed(&request, bytes, sizeof bytes));
    }
    /* A ping behind them on the same connection: when it is answered, all three are there. */
    Paidan__Ping ping = PAIDAN__PING__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    request.correlation = 4;
    raw_send(&raw, bytes, world_packed(&request, bytes, sizeof bytes));
    assert_int_equal(raw_answer(world, &raw)->correlation, 4);
    world_expect_metric(world, "toy", "\npaidan_parked_commands 1\n");
    world_chase(world, "toy", 1, "box");
    const Paidan__Answer *answer = raw_answer(world, &raw);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->correlation, 3);
    world_chase(world, "toy", 2, "box");
    assert_int_equal(world_tally(world, "toy", "pulled"), 1);
    raw_close(&raw);
}

/* One who waits in each place that there is, and one more: refused, and the others wait on. */
static void test_fetch_when_too_many_wait_then_refused(void **state)
{
    struct world *world = *state;
    struct raw *raws = calloc(SHELL_WATCHERS_MAX + 1u, sizeof *raws);
    assert_non_null(raws);
    world_start(world, "toy", NULL);
    for (int index = 0; index <= SHELL_WATCHERS_MAX; index++) {
        raw_open(world, &raws[index], "toy");
        if (index == SHELL_WATCHERS_MAX) { /* connections are not served in order: wait */
            char line[64];
            snprintf(line, sizeof line, "\npaidan_parked_fetches %d\n", SHELL_WATCHERS_MAX);
            world_expect_metric(world, "toy", line);
        }
        raw_fetch(&raws[index], (uint64_t)index, 1, TAIL_WAIT_MS_MAX);
    }
    const Paidan__Answer *answer = raw_answer(world, &raws[SHELL_WATCHERS_MAX]);
    assert_int_equal(answer->code, PAIDAN__CODE__TOO_MANY_WAITERS);
    assert_true(answer->has_retry_after_ms);
    world_chase(world, "toy", 1, "box");
    for (int index = 0; index < SHELL_WATCHERS_MAX; index++) {
        answer = raw_answer(world, &raws[index]);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        assert_int_equal(answer->correlation, index);
        assert_int_equal(answer->fetched->n_blocks, 1);
    }
    for (int index = 0; index <= SHELL_WATCHERS_MAX; index++) {
        raw_close(&raws[index]);
    }
    free(raws);
}

/* A frame may be full of fields that nobody here knows; what waits is the wish alone. */
static void test_pull_when_padded_then_the_padding_is_not_kept(void **state)
{
    struct world *world = *state;
    struct raw raw;
    Paidan__Request request;
    Paidan__Pull wish;
    char line[64];
    const size_t padding = 3u << 20;
    unsigned char *bytes = calloc(1, padding + 256);
    unsigned char id[16] = {7};
    assert_non_null(bytes);
    world_start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    world_pull_init(&request, &wish, "box", PULL_WAIT_MS_MAX);
    request.protocol = 1;
    request.correlation = 1;
    request.has_request_id = 1;
    request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    const size_t size = world_packed(&request, bytes, 256);
    /* field 2000, as long as the padding: tag and length of two and four bytes */
    memcpy(bytes + size, "\x82\x7d\x80\x80\xc0\x01", 6);
    raw_send(&raw, bytes, size + 6 + padding);
    world_expect_metric(world, "toy", "\npaidan_parked_commands 1\n");
    snprintf(line, sizeof line, "\npaidan_parked_bytes %zu\n", size);
    world_expect_metric(world, "toy", line);
    world_chase(world, "toy", 1, "box");
    assert_int_equal(raw_answer(world, &raw)->code, PAIDAN__CODE__OK);
    world_expect_metric(world, "toy", "\npaidan_parked_bytes 0\n");
    raw_close(&raw);
    free(bytes);
}

static void test_fetch_when_log_grows_then_answered(void **state)
{
    struct world *world = *state;
    struct raw raw;
    struct evlog_block block;
    struct evlog_record record;
    world_start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    raw_fetch(&raw, 1, 1, TAIL_WAIT_MS_MAX);
    zmq_pollitem_t item = {.socket = raw.socket, .events = ZMQ_POLLIN};
    assert_int_equal(zmq_poll(&item, 1, 200), 0); /* it waits */
    world_chase(world, "toy", 77, "box");
    const Paidan__Answer *answer = raw_answer(world, &raw);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->correlation, 1);
    assert_int_equal(answer->fetched->n_blocks, 1);
    assert_int_equal(
        evlog_block_open(&block, answer->fetched->blocks[0].data, answer->fetched->blocks[0].len),
        RC_OK);
    assert_int_equal(evlog_block_next(&block, &record), RC_OK);
    assert_int_equal(record.seq, 2);
    assert_int_equal(record.kind, EVLOG_EVENT);
    /* One that waits for nothing gets an empty answer at its end. */
    raw_fetch(&raw, 2, answer->fetched->head_seq, 100);
    answer = raw_answer(world, &raw);
    assert_int_equal(answer->correlation, 2);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->fetched->n_blocks, 0);
    /* From a future that never was. */
    raw_fetch(&raw, 3, 1000, 100);
    assert_int_equal(raw_answer(world, &raw)->code, PAIDAN__CODE__LOG_DIVERGED);
    raw_close(&raw);
}

/* ---- bad input --------------------------------------------------------------------------------
 */

static void expect_refusal(struct world *world, struct raw *raw, const void *bytes, size_t size,
                           uint64_t correlation, Paidan__Code code)
{
    raw_send(raw, bytes, size);
    const Paidan__Answer *answer = raw_answer(world, raw);
    assert_int_equal(answer->code, code);
    assert_int_equal(answer->correlation, correlation);
}

static void test_frame_when_bad_then_a_code_and_nothing_changes(void **state)
{
    struct world *world = *state;
    struct raw raw;
    unsigned char bytes[256];
    unsigned char *large = calloc(1, FRAME_BYTES_MAX + 1);
    assert_non_null(large);
    world_start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    const uint64_t head = world_ping(world, "toy")->head_seq;
    size_t size = world_packed_chase(bytes, sizeof bytes, 9);
    expect_refusal(world, &raw, bytes, size - 3, 1009, PAIDAN__CODE__FRAME_INVALID);
    expect_refusal(world, &raw, "", 0, 0, PAIDAN__CODE__FRAME_INVALID);
    expect_refusal(world, &raw, "\xff\xff\xff", 3, 0, PAIDAN__CODE__FRAME_INVALID);
    expect_refusal(world, &raw, large, FRAME_BYTES_MAX + 1, 0, PAIDAN__CODE__FRAME_TOO_LARGE);
    bytes[1] = 2; /* protocol */
    expect_refusal(world, &raw, bytes, size, 1009, PAIDAN__CODE__PROTOCOL_UNSUPPORTED);
    Paidan__Request request;
    Paidan__Chase wish;
    world_chase_init(&request, &wish, 1, "box");
    request.protocol = 1;
    request.correlation = 5;
    size = world_packed(&request, bytes, sizeof bytes);
    expect_refusal(world, &raw, bytes, size, 5, PAIDAN__CODE__REQUEST_ID_MISSING);
    request.wish_case = PAIDAN__REQUEST__WISH__NOT_SET;
    size = world_packed(&request, bytes, sizeof bytes);
    expect_refusal(world, &raw, bytes, size, 5, PAIDAN__CODE__WISH_UNSUPPORTED);
    Paidan__Board board = PAIDAN__BOARD__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &board;
    size = world_packed(&request, bytes, sizeof bytes);
    expect_refusal(world, &raw, bytes, size, 5, PAIDAN__CODE__WISH_UNSUPPORTED);
    /* Random bytes: whatever they are, each is answered and the service lives. */
    for (unsigned round = 0; round < 300; round++) {
        assert_int_equal(getrandom(bytes, sizeof bytes, 0), sizeof bytes);
        raw_send(&raw, bytes, 1 + round % sizeof bytes);
        raw_receive(&raw);
    }
    assert_int_equal(world_ping(world, "toy")->head_seq, head);
    world_chase(world, "toy", 1, "box");
    raw_close(&raw);
    free(large);
}

static void test_reader_when_it_never_reads_then_others_are_served(void **state)
{
    struct world *world = *state;
    struct raw raw;
    unsigned char bytes[64];
    Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.protocol = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_METRICS;
    request.metrics = &wish;
    const size_t size = world_packed(&request, bytes, sizeof bytes);
    world_start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    for (unsigned index = 0; index < 20000; index++) {
        (void)zmq_send(raw.socket, bytes, size, ZMQ_DONTWAIT);
    }
    for (uint64_t ticket = 1; ticket <= 20; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    assert_int_equal(world_tally(world, "toy", "chased"), 20);
    raw_close(&raw);
}

static void test_metrics_when_asked_then_text_with_counts(void **state)
{
    struct world *world = *state;
    Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_METRICS;
    request.metrics = &wish;
    world_start(world, "toy", NULL);
    world_chase(world, "toy", 1, "box");
    const Paidan__Answer *answer = world_ask(world, "toy", &request);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_METRICS);
    const char *text = answer->metrics->text;
    assert_non_null(strstr(text, "paidan_commands_total 1\n"));
    assert_non_null(strstr(text, "paidan_log_head 3\n")); /* site, fact, answer */
    assert_non_null(strstr(text, "paidan_tally{name=\"chased\"} 1\n"));
    assert_non_null(strstr(text, "paidan_answers_total{code=\"OK\"} 1\n"));
    assert_non_null(strstr(text, "paidan_follower_lag_records{follower=\"toy_b\"} 3\n"));
    assert_non_null(strstr(text, "paidan_step_seconds_count"));
}

static void test_overload_when_a_follower_is_far_behind_then_until_it_catches_up(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", "--lag-records", "20", NULL);
    world_chase(world, "toy", 1, "box");
    world_expect_metric(world, "toy", "\npaidan_overload_seconds 0\n");
    for (uint64_t ticket = 2; ticket <= 20; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    world_expect_metric(world, "toy", "\npaidan_overload_seconds 1\n");
    world_start(world, "toy_b", NULL);
    world_expect_metric(world, "toy", "\npaidan_overload_seconds 0\n");
    assert_int_equal(world_tally(world, "toy_b", "followed"), 20);
}

static void test_path_when_very_long_then_served_all_the_same(void **state)
{
    struct world *world = *state;
    char deep[512];
    int length = snprintf(deep, sizeof deep, "%s", world->folder);
    for (unsigned depth = 0; depth < 3; depth++) {
        length += snprintf(deep + length, sizeof deep - (size_t)length, "/%080u", depth);
        assert_int_equal(mkdir(deep, 0700), 0);
    }
    struct client *client = NULL;
    world_start(world, "toy", "--data", deep, NULL); /* the last one counts */
    assert_int_equal(client_open(&client, deep, "tester"), RC_OK);
    client_close(world->client);
    world->client = client;
    world_chase(world, "toy", 1, "box");
    assert_int_equal(world_tally(world, "toy", "chased"), 1);
}

/* ---- no space ---------------------------------------------------------------------------------
 */

static void test_store_when_full_then_refuses_and_goes_on_with_room(void **state)
{
    struct world *world = *state;
    char note[1500];
    uint64_t ok = 0;
    memset(note, 'x', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    world_start(world, "toy", "--map-mib", "2", NULL);
    (void)world_ping(world, "toy");
    bool full = false;
    while (!full && ok < 5000) {
        Paidan__Request request;
        Paidan__Chase wish;
        Paidan__Answer *answer = NULL;
        world_chase_init(&request, &wish, ok + 1, note);
        arena_reset(&world->arena);
        const enum rc rc =
            client_call(world->client, "toy", &request, &world->arena, 1500, &answer);
        full = rc == RC_TIMEOUT;
        if (full) {
            assert_non_null(answer); /* it said why */
            assert_int_equal(answer->code, PAIDAN__CODE__STORAGE_FULL);
            assert_int_equal(answer->retry_after_ms, 2000);
        } else {
            assert_int_equal(rc, RC_OK);
            ok++;
        }
    }
    assert_true(full);
    assert_true(world_ping(world, "toy")->storage_full);
    assert_true(world_log_has(world, "toy", "storage_full=1"));
    assert_int_equal(world_tally(world, "toy", "chased"), ok);
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
    world_start(world, "toy", "--map-mib", "64", NULL);
    world_chase(world, "toy", ok + 1, note);
    assert_int_equal(world_tally(world, "toy", "chased"), ok + 1);
    assert_false(world_ping(world, "toy")->storage_full);
}

/* ---- modes ------------------------------------------------------------------------------------
 */

static void test_verify_and_replay_when_running_beside_then_0(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL);
    for (uint64_t ticket = 1; ticket <= 20; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    const pid_t service = world->processes[0].pid;
    world->processes[0].pid = 0;
    world_start(world, "toy", "--verify", NULL);
    assert_int_equal(world_ended(world, "toy"), 0);
    world_start(world, "toy", "--replay", NULL);
    assert_int_equal(world_ended(world, "toy"), 0);
    world->processes[0].pid = service;
    world_chase(world, "toy", 21, "box");
    /* Nothing is left behind. */
    DIR *folder = opendir(world->folder);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        assert_null(strstr(entry->d_name, "replay"));
    }
    closedir(folder);
}

static void test_log_when_old_and_followed_then_trimmed(void **state)
{
    struct world *world = *state;
    struct raw raw;
    /* A site day passes in less than a second. */
    world_run("echo \"scaled $(date +%%s)000 $(date +%%s)000 100000\" > '%s/clock%s'",
              world->folder, "");
    world_start(world, "toy", NULL);
    world_start(world, "toy_b", NULL);
    for (uint64_t ticket = 1; ticket <= 50; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    world_expect_tally(world, "toy_b", "followed", 50);
    sleep(2);
    world_chase(world, "toy", 51, "box"); /* forgets the stored answers of two days ago */
    world_expect_tally(world, "toy_b", "followed", 51);
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
    world_start(world, "toy", "--log-keep-days", "1", NULL);
    raw_open(world, &raw, "toy");
    Paidan__Code code = PAIDAN__CODE__OK;
    for (unsigned round = 0; round < 1000 && code == PAIDAN__CODE__OK; round++) {
        raw_fetch(&raw, round, 0, 0);
        code = raw_answer(world, &raw)->code;
        usleep(10000);
    }
    assert_int_equal(code, PAIDAN__CODE__LOG_TRIMMED);
    raw_close(&raw);
    world_chase(world, "toy", 52, "box");
    world_expect_tally(world, "toy_b", "followed", 52); /* who follows has lost nothing */
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
    world_start(world, "toy", "--verify", NULL);
    assert_int_equal(world_ended(world, "toy"), 0);
}

/* ---- the service manager ----------------------------------------------------------------------
 */

static void expect_notified(int fd, const char *words)
{
    char text[256] = "";
    for (unsigned round = 0; round < 100 && strcmp(text, words) != 0; round++) {
        const ssize_t got = recv(fd, text, sizeof text - 1, 0);
        assert_true(got > 0);
        text[got] = '\0';
    }
    assert_string_equal(text, words);
}

static void test_manager_when_listening_then_told(void **state)
{
    struct world *world = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", world->folder);
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "200000", 1);
    world_start(world, "toy", NULL);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    expect_notified(fd, "READY=1");
    expect_notified(fd, "WATCHDOG=1");
    expect_notified(fd, "WATCHDOG=1");
    world_tell(world, "toy", SIGTERM);
    expect_notified(fd, "STOPPING=1");
    assert_int_equal(world_ended(world, "toy"), 0);
    close(fd);
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
        CASE(test_pull_when_token_comes_then_woken),
        CASE(test_pull_when_nothing_comes_then_empty_at_its_end),
        CASE(test_pull_when_too_many_wait_then_refused),
        CASE(test_pull_when_asked_again_then_waits_once),
        CASE(test_fetch_when_too_many_wait_then_refused),
        CASE(test_pull_when_padded_then_the_padding_is_not_kept),
        CASE(test_fetch_when_log_grows_then_answered),
        CASE(test_frame_when_bad_then_a_code_and_nothing_changes),
        CASE(test_reader_when_it_never_reads_then_others_are_served),
        CASE(test_metrics_when_asked_then_text_with_counts),
        CASE(test_overload_when_a_follower_is_far_behind_then_until_it_catches_up),
        CASE(test_path_when_very_long_then_served_all_the_same),
        CASE(test_store_when_full_then_refuses_and_goes_on_with_room),
        CASE(test_verify_and_replay_when_running_beside_then_0),
        CASE(test_log_when_old_and_followed_then_trimmed),
        CASE(test_manager_when_listening_then_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
