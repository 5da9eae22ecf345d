/* shell: a service as its callers and followers see it. Each case runs small services
 * (support/box.h) as processes of their own, so that they can be killed. ctest: tsan
 *
 * With an argument only the cases that it matches are run: 'test_pull*'. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "box.h"
#include "common/bus.h"
#include "common/client.h"
#include "common/limits.h"
#include "common/wire.h"

extern char **environ;

enum { PATIENCE_MS = 10000, WORDS_MAX = 24, RAW_BYTES = 8 << 20 };

/* ---- the world of one case --------------------------------------------------------------------
 */

struct process {
    pid_t pid; /* 0: not running */
    char name[16];
};

struct world {
    char folder[64], site[96];
    struct process processes[4];
    struct client *client;
    struct arena arena;
};

static const char *root(void)
{
    const char *value = getenv("PAIDAN_ROOT");
    return value != NULL ? value : ".";
}

static void run(const char *format, const char *a, const char *b)
{
    char command[512];
    snprintf(command, sizeof command, format, a, b);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own words */
}

static int world_setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    strcpy(world->folder, "/tmp/paidan-shell-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->site, sizeof world->site, "%s/site", world->folder);
    run("cp -r '%s/deploy/sites/demo' '%s/site'", root(), world->folder);
    assert_int_equal(arena_init(&world->arena, 96u << 20), RC_OK);
    assert_int_equal(client_open(&world->client, world->folder, "tester"), RC_OK);
    *state = world;
    return 0;
}

static struct process *process_find(struct world *world, const char *name)
{
    for (size_t index = 0; index < sizeof world->processes / sizeof *world->processes; index++) {
        struct process *process = &world->processes[index];
        if (process->pid == 0 || strcmp(process->name, name) == 0) {
            snprintf(process->name, sizeof process->name, "%s", name);
            return process;
        }
    }
    fail();
    return NULL;
}

/* Starts `name` (toy or toy_b) with further words for shell_main, up to a NULL. */
static void start(struct world *world, const char *name, ...)
{
    char *words[WORDS_MAX] = {"shell_test",  "--toy",  (char *)name, "--data",
                              world->folder, "--site", world->site};
    size_t count = 7;
    va_list more;
    va_start(more, name);
    for (char *word = va_arg(more, char *); word != NULL; word = va_arg(more, char *)) {
        assert_true(count + 1 < WORDS_MAX);
        words[count++] = word;
    }
    va_end(more);
    char log[128];
    snprintf(log, sizeof log, "%s/%s.log", world->folder, name);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_CREAT | O_WRONLY | O_APPEND,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    struct process *process = process_find(world, name);
    assert_int_equal(process->pid, 0);
    assert_int_equal(posix_spawn(&process->pid, "/proc/self/exe", &actions, NULL, words, environ),
                     0);
    posix_spawn_file_actions_destroy(&actions);
}

/* Waits for its end; gives the exit status, or minus the signal. */
static int ended(struct world *world, const char *name)
{
    struct process *process = process_find(world, name);
    int status = 0;
    assert_true(process->pid > 0);
    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    process->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void tell(struct world *world, const char *name, int signal)
{
    assert_int_equal(kill(process_find(world, name)->pid, signal), 0);
}

static void slay(struct world *world, const char *name)
{
    tell(world, name, SIGKILL);
    assert_int_equal(ended(world, name), -SIGKILL);
}

static bool log_has(struct world *world, const char *name, const char *words)
{
    char path[128];
    char text[65536];
    snprintf(path, sizeof path, "%s/%s.log", world->folder, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    return strstr(text, words) != NULL;
}

static int world_teardown(void **state)
{
    struct world *world = *state;
    client_close(world->client);
    for (size_t index = 0; index < sizeof world->processes / sizeof *world->processes; index++) {
        if (world->processes[index].pid > 0) {
            kill(world->processes[index].pid, SIGKILL);
            waitpid(world->processes[index].pid, NULL, 0);
        }
    }
    arena_fini(&world->arena);
    run("rm -rf '%s%s'", world->folder, "");
    free(world);
    return 0;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

static Paidan__Answer *ask(struct world *world, const char *name, Paidan__Request *request)
{
    Paidan__Answer *answer = NULL;
    arena_reset(&world->arena);
    assert_int_equal(client_call(world->client, name, request, &world->arena, PATIENCE_MS, &answer),
                     RC_OK);
    assert_non_null(answer);
    return answer;
}

static Paidan__Pong *ping(struct world *world, const char *name)
{
    Paidan__Ping wish = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &wish;
    const Paidan__Answer *answer = ask(world, name, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_PONG);
    return answer->pong;
}

static uint64_t tally(struct world *world, const char *name, const char *counter)
{
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const Paidan__Answer *answer = ask(world, name, &request);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_STATS);
    for (size_t index = 0; index < answer->stats->n_counts; index++) {
        if (strcmp(answer->stats->counts[index]->name, counter) == 0) {
            return answer->stats->counts[index]->value;
        }
    }
    fail();
    return 0;
}

static void expect_tally(struct world *world, const char *name, const char *counter, uint64_t value)
{
    uint64_t seen = 0;
    for (unsigned round = 0; round < 3000 && seen != value; round++) {
        seen = tally(world, name, counter);
        usleep(seen == value ? 0 : 10000);
    }
    assert_int_equal(seen, value);
}

static void chase_init(Paidan__Request *request, Paidan__Chase *wish, uint64_t ticket,
                       const char *box)
{
    paidan__request__init(request);
    paidan__chase__init(wish);
    wish->ticket = ticket;
    wish->note = (char *)box;
    request->wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request->chase = wish;
}

static void chase(struct world *world, const char *name, uint64_t ticket, const char *box)
{
    Paidan__Request request;
    Paidan__Chase wish;
    chase_init(&request, &wish, ticket, box);
    assert_int_equal(ask(world, name, &request)->code, PAIDAN__CODE__OK);
}

static void pull_init(Paidan__Request *request, Paidan__Pull *wish, const char *box,
                      uint32_t wait_ms)
{
    paidan__request__init(request);
    paidan__pull__init(wish);
    wish->unit = (char *)box;
    wish->has_wait_ms = wait_ms > 0;
    wish->wait_ms = wait_ms;
    request->wish_case = PAIDAN__REQUEST__WISH_PULL;
    request->pull = wish;
}

/* ---- asking by hand ---------------------------------------------------------------------------
 */

struct raw {
    void *context, *socket;
    unsigned char *bytes;
    size_t size;
};

static void raw_open(struct world *world, struct raw *raw, const char *name)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    const int linger = 0;
    const int few = 1;
    const int patience = PATIENCE_MS;
    (void)ping(world, name); /* it is there */
    assert_int_equal(client_endpoint(world->folder, name, endpoint, sizeof endpoint), RC_OK);
    raw->context = zmq_ctx_new();
    raw->socket = zmq_socket(raw->context, ZMQ_DEALER);
    raw->bytes = malloc(RAW_BYTES);
    assert_non_null(raw->bytes);
    zmq_setsockopt(raw->socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(raw->socket, ZMQ_RCVHWM, &few, sizeof few);
    zmq_setsockopt(raw->socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(zmq_connect(raw->socket, endpoint), 0);
}

static void raw_close(struct raw *raw)
{
    zmq_close(raw->socket);
    zmq_ctx_term(raw->context);
    free(raw->bytes);
}

static void raw_send(struct raw *raw, const void *bytes, size_t size)
{
    assert_int_equal(zmq_send(raw->socket, bytes, size, 0), (int)size);
}

static void raw_receive(struct raw *raw)
{
    const int got = zmq_recv(raw->socket, raw->bytes, RAW_BYTES, 0);
    assert_true(got >= 0);
    raw->size = (size_t)got;
}

static Paidan__Answer *raw_answer(struct world *world, struct raw *raw)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    raw_receive(raw);
    arena_reset(&world->arena);
    assert_int_equal(wire_unpack(&world->arena, &paidan__answer__descriptor, raw->bytes, raw->size,
                                 &message, &error),
                     RC_OK);
    return (Paidan__Answer *)(void *)message;
}

static size_t packed(const Paidan__Request *request, unsigned char *bytes, size_t size)
{
    assert_true(paidan__request__get_packed_size(request) <= size);
    return paidan__request__pack(request, bytes);
}

/* A whole chase as bytes, with its own request id. */
static size_t packed_chase(unsigned char *bytes, size_t size, unsigned char id)
{
    Paidan__Request request;
    Paidan__Chase wish;
    unsigned char request_id[16] = {id};
    chase_init(&request, &wish, id, "box");
    request.protocol = 1;
    request.correlation = 1000u + id;
    request.has_request_id = 1;
    request.request_id = (ProtobufCBinaryData){.len = sizeof request_id, .data = request_id};
    return packed(&request, bytes, size);
}

/* ---- starting and ending ----------------------------------------------------------------------
 */

static void test_service_when_asked_then_pongs_and_ends_with_0(void **state)
{
    struct world *world = *state;
    start(world, "toy", NULL);
    const Paidan__Pong *pong = ping(world, "toy");
    assert_string_equal(pong->service, "toy");
    assert_string_equal(pong->version, PAIDAN_VERSION);
    assert_int_equal(pong->head_seq, 1); /* SiteChanged */
    assert_true(pong->site_version != 0);
    assert_true(pong->map_size > 0);
    assert_false(pong->storage_full);
    tell(world, "toy", SIGTERM);
    assert_int_equal(ended(world, "toy"), 0);
}

static void test_start_when_store_is_owned_then_75(void **state)
{
    struct world *world = *state;
    start(world, "toy", NULL);
    (void)ping(world, "toy");
    const pid_t first = world->processes[0].pid;
    world->processes[0].pid = 0;
    start(world, "toy", NULL);
    assert_int_equal(ended(world, "toy"), 75);
    world->processes[0].pid = first;
    assert_true(log_has(world, "toy", "STORE_LOCKED"));
    (void)ping(world, "toy"); /* the first one goes on */
}

static void test_start_when_told_nonsense_then_usage_or_settings(void **state)
{
    struct world *world = *state;
    start(world, "toy", "--step-inputs", "0", NULL);
    assert_int_equal(ended(world, "toy"), 64);
    start(world, "toy", "--endpoint", "udp://1.2.3.4:5", NULL);
    assert_int_equal(ended(world, "toy"), 64);
    start(world, "toy", "--no-such-option", NULL);
    assert_int_equal(ended(world, "toy"), 64);
    start(world, "toy", "word", NULL);
    assert_int_equal(ended(world, "toy"), 64);
    start(world, "toy", "--map-mib", "1x", NULL);
    assert_int_equal(ended(world, "toy"), 64);
    start(world, "toy", "--site", "/nonexistent", NULL);
    assert_int_equal(ended(world, "toy"), 78);
    run("echo 'scaled x' > '%s/clock%s'", world->folder, "");
    start(world, "toy", NULL);
    assert_int_equal(ended(world, "toy"), 78);
}

static void test_start_when_endpoint_is_tcp_then_found_by_file(void **state)
{
    struct world *world = *state;
    char endpoint[64];
    /* A port of our own choice; if it is taken, the next. */
    for (unsigned port = 20000 + (unsigned)getpid() % 20000;; port++) {
        snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port);
        start(world, "toy", "--endpoint", endpoint, NULL);
        int status = 0;
        usleep(300000);
        if (waitpid(world->processes[0].pid, &status, WNOHANG) == 0) {
            break;
        }
        world->processes[0].pid = 0;
    }
    chase(world, "toy", 1, "box");
    assert_int_equal(tally(world, "toy", "chased"), 1);
}

static void test_hangup_when_site_is_bad_then_old_one_stays(void **state)
{
    struct world *world = *state;
    start(world, "toy", NULL);
    const uint32_t version = ping(world, "toy")->site_version;
    run("printf 'code,name\\n\"' > '%s/areas.csv%s'", world->site, "");
    tell(world, "toy", SIGHUP);
    for (unsigned round = 0; round < 1000 && !log_has(world, "toy", "site=kept"); round++) {
        usleep(10000);
    }
    assert_true(log_has(world, "toy", "site=kept"));
    assert_int_equal(ping(world, "toy")->site_version, version);
    chase(world, "toy", 1, "box");
    /* A good one that differs is taken. */
    run("cp '%s/deploy/sites/demo/areas.csv' '%s/areas.csv'", root(), world->site);
    run("echo '# changed' >> '%s/site.yaml%s'", world->site, "");
    tell(world, "toy", SIGHUP);
    uint32_t now = version;
    for (unsigned round = 0; round < 1000 && now == version; round++) {
        now = ping(world, "toy")->site_version;
        usleep(10000);
    }
    assert_int_not_equal(now, version);
}

/* ---- never twice, never lost ------------------------------------------------------------------
 */

static void test_answer_when_killed_and_asked_again_then_the_same(void **state)
{
    struct world *world = *state;
    struct raw raw;
    unsigned char request[256];
    unsigned char first[512];
    start(world, "toy", NULL);
    const size_t size = packed_chase(request, sizeof request, 7);
    raw_open(world, &raw, "toy");
    raw_send(&raw, request, size);
    raw_receive(&raw);
    const size_t first_size = raw.size;
    assert_true(first_size > 0 && first_size <= sizeof first);
    memcpy(first, raw.bytes, first_size);
    slay(world, "toy");
    start(world, "toy", NULL);
    (void)ping(world, "toy");
    raw_send(&raw, request, size);
    raw_receive(&raw);
    assert_int_equal(raw.size, first_size);
    assert_memory_equal(raw.bytes, first, first_size);
    assert_int_equal(tally(world, "toy", "chased"), 1);
    raw_close(&raw);
}

static void test_requests_when_service_is_killed_between_then_each_once(void **state)
{
    struct world *world = *state;
    const uint64_t count = 600;
    uint64_t sent = 0;
    uint64_t answered = 0;
    start(world, "toy", NULL);
    (void)ping(world, "toy");
    while (answered < count) {
        Paidan__Request request;
        Paidan__Chase wish;
        Paidan__Answer *answer = NULL;
        chase_init(&request, &wish, sent + 1, "box");
        while (sent < count && client_send(world->client, "toy", &request, 50) == RC_OK) {
            sent++;
            wish.ticket = sent + 1;
        }
        if (answered % 100 == 30) {
            slay(world, "toy"); /* with up to 50 requests under way */
            start(world, "toy", NULL);
        }
        arena_reset(&world->arena);
        assert_int_equal(client_receive(world->client, "toy", &world->arena, PATIENCE_MS, &answer),
                         RC_OK);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        answered++;
    }
    assert_int_equal(tally(world, "toy", "chased"), count);
    Paidan__Answer *answer = NULL;
    assert_int_equal(client_receive(world->client, "toy", &world->arena, 0, &answer), RC_NOT_FOUND);
}

static void test_following_when_both_are_killed_then_each_record_once(void **state)
{
    struct world *world = *state;
    uint64_t ticket = 0;
    start(world, "toy", NULL);
    start(world, "toy_b", "--step-inputs", "7", NULL);
    for (unsigned round = 0; round < 6; round++) {
        for (unsigned index = 0; index < 40; index++) {
            chase(world, "toy", ++ticket, "box");
        }
        if (round == 2 || round == 4) {
            slay(world, "toy_b");
            start(world, "toy_b", "--step-inputs", "7", NULL);
        }
        if (round == 3 || round == 4) {
            slay(world, "toy");
            start(world, "toy", NULL);
        }
    }
    expect_tally(world, "toy_b", "followed", ticket);
    const uint64_t head = ping(world, "toy")->head_seq;
    uint64_t cursor = 0;
    for (unsigned round = 0; round < 1000 && cursor != head; round++) {
        const Paidan__Pong *pong = ping(world, "toy_b");
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
    start(world, "toy", NULL);
    start(world, "toy_b", NULL);
    for (uint64_t ticket = 1; ticket <= 5; ticket++) {
        chase(world, "toy", ticket, "box");
    }
    expect_tally(world, "toy_b", "followed", 5);
    slay(world, "toy");
    run("rm -r '%s/toy%s'", world->folder, "");
    start(world, "toy", NULL);
    bool stuck = false;
    for (unsigned round = 0; round < 3000 && !stuck; round++) {
        const Paidan__Pong *pong = ping(world, "toy_b");
        stuck = pong->following[0]->has_stuck != 0 &&
                pong->following[0]->stuck == PAIDAN__CODE__LOG_DIVERGED;
        usleep(10000);
    }
    assert_true(stuck);
    for (uint64_t ticket = 1; ticket <= 9; ticket++) {
        chase(world, "toy", ticket, "box");
    }
    assert_int_equal(tally(world, "toy_b", "followed"), 5);
    assert_true(log_has(world, "toy_b", "stuck=toy"));
}

static void test_deadline_when_it_passes_then_fires_by_itself(void **state)
{
    struct world *world = *state;
    Paidan__Withdraw wish = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = 5;
    request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request.withdraw = &wish;
    start(world, "toy", NULL);
    assert_int_equal(ask(world, "toy", &request)->code, PAIDAN__CODE__OK);
    expect_tally(world, "toy", "lapsed", 1);
    assert_false(ping(world, "toy")->has_oldest_due_ms);
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

static void test_pull_when_token_comes_then_woken(void **state)
{
    struct world *world = *state;
    Paidan__Request request;
    Paidan__Pull wish;
    Paidan__Answer *answer = NULL;
    struct client *other = NULL;
    start(world, "toy", NULL);
    (void)ping(world, "toy");
    pull_init(&request, &wish, "box", PATIENCE_MS);
    assert_int_equal(client_send(world->client, "toy", &request, 2), RC_OK);
    assert_int_equal(client_receive(world->client, "toy", &world->arena, 300, &answer),
                     RC_TIMEOUT); /* it waits */
    assert_int_equal(client_open(&other, world->folder, "other"), RC_OK);
    struct client *mine = world->client;
    world->client = other;
    chase(world, "toy", 1, "another box");
    assert_int_equal(tally(world, "toy", "pulled"), 0);
    chase(world, "toy", 1, "box");
    world->client = mine;
    client_close(other);
    arena_reset(&world->arena);
    assert_int_equal(client_receive(world->client, "toy", &world->arena, PATIENCE_MS, &answer),
                     RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_true(answer->pulled->has_lease_until_ms);
    assert_int_equal(tally(world, "toy", "pulled"), 1);
}

static void test_pull_when_nothing_comes_then_empty_at_its_end(void **state)
{
    struct world *world = *state;
    Paidan__Request request;
    Paidan__Pull wish;
    start(world, "toy", NULL);
    pull_init(&request, &wish, "box", 200);
    const Paidan__Answer *answer = ask(world, "toy", &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_false(answer->pulled->has_lease_until_ms);
    pull_init(&request, &wish, "box", 0);
    assert_int_equal(ask(world, "toy", &request)->code, PAIDAN__CODE__OK);
}

static void test_pull_when_too_many_wait_then_refused(void **state)
{
    struct world *world = *state;
    struct raw raw;
    unsigned char bytes[256];
    start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    for (unsigned index = 0; index <= WAITERS_MAX; index++) {
        Paidan__Request request;
        Paidan__Pull wish;
        unsigned char id[16] = {1, (unsigned char)(index >> 8), (unsigned char)index};
        pull_init(&request, &wish, "box", PULL_WAIT_MS_MAX);
        request.protocol = 1;
        request.correlation = index;
        request.has_request_id = 1;
        request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
        raw_send(&raw, bytes, packed(&request, bytes, sizeof bytes));
    }
    const Paidan__Answer *answer = raw_answer(world, &raw);
    assert_int_equal(answer->correlation, WAITERS_MAX);
    assert_int_equal(answer->code, PAIDAN__CODE__TOO_MANY_WAITERS);
    assert_true(answer->has_retry_after_ms);
    raw_close(&raw);
}

static void fetch_send(struct raw *raw, uint64_t correlation, uint64_t after, uint32_t wait_ms)
{
    unsigned char bytes[256];
    char follower[] = "watcher";
    Paidan__Fetch wish = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.follower = follower;
    wish.after = after;
    wish.has_wait_ms = 1;
    wish.wait_ms = wait_ms;
    request.protocol = 1;
    request.correlation = correlation;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &wish;
    raw_send(raw, bytes, packed(&request, bytes, sizeof bytes));
}

static void test_fetch_when_log_grows_then_answered(void **state)
{
    struct world *world = *state;
    struct raw raw;
    struct evlog_block block;
    struct evlog_record record;
    start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    fetch_send(&raw, 1, 1, TAIL_WAIT_MS_MAX);
    zmq_pollitem_t item = {.socket = raw.socket, .events = ZMQ_POLLIN};
    assert_int_equal(zmq_poll(&item, 1, 200), 0); /* it waits */
    chase(world, "toy", 77, "box");
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
    fetch_send(&raw, 2, answer->fetched->head_seq, 100);
    answer = raw_answer(world, &raw);
    assert_int_equal(answer->correlation, 2);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->fetched->n_blocks, 0);
    /* From a future that never was. */
    fetch_send(&raw, 3, 1000, 100);
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
    start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    const uint64_t head = ping(world, "toy")->head_seq;
    size_t size = packed_chase(bytes, sizeof bytes, 9);
    expect_refusal(world, &raw, bytes, size - 3, 1009, PAIDAN__CODE__FRAME_INVALID);
    expect_refusal(world, &raw, "", 0, 0, PAIDAN__CODE__FRAME_INVALID);
    expect_refusal(world, &raw, "\xff\xff\xff", 3, 0, PAIDAN__CODE__FRAME_INVALID);
    expect_refusal(world, &raw, large, FRAME_BYTES_MAX + 1, 0, PAIDAN__CODE__FRAME_TOO_LARGE);
    bytes[1] = 2; /* protocol */
    expect_refusal(world, &raw, bytes, size, 1009, PAIDAN__CODE__PROTOCOL_UNSUPPORTED);
    Paidan__Request request;
    Paidan__Chase wish;
    chase_init(&request, &wish, 1, "box");
    request.protocol = 1;
    request.correlation = 5;
    size = packed(&request, bytes, sizeof bytes);
    expect_refusal(world, &raw, bytes, size, 5, PAIDAN__CODE__REQUEST_ID_MISSING);
    request.wish_case = PAIDAN__REQUEST__WISH__NOT_SET;
    size = packed(&request, bytes, sizeof bytes);
    expect_refusal(world, &raw, bytes, size, 5, PAIDAN__CODE__WISH_UNSUPPORTED);
    Paidan__Board board = PAIDAN__BOARD__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &board;
    size = packed(&request, bytes, sizeof bytes);
    expect_refusal(world, &raw, bytes, size, 5, PAIDAN__CODE__WISH_UNSUPPORTED);
    /* Random bytes: whatever they are, each is answered and the service lives. */
    for (unsigned round = 0; round < 300; round++) {
        assert_int_equal(getrandom(bytes, sizeof bytes, 0), sizeof bytes);
        raw_send(&raw, bytes, 1 + round % sizeof bytes);
        raw_receive(&raw);
    }
    assert_int_equal(ping(world, "toy")->head_seq, head);
    chase(world, "toy", 1, "box");
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
    const size_t size = packed(&request, bytes, sizeof bytes);
    start(world, "toy", NULL);
    raw_open(world, &raw, "toy");
    for (unsigned index = 0; index < 20000; index++) {
        (void)zmq_send(raw.socket, bytes, size, ZMQ_DONTWAIT);
    }
    for (uint64_t ticket = 1; ticket <= 20; ticket++) {
        chase(world, "toy", ticket, "box");
    }
    assert_int_equal(tally(world, "toy", "chased"), 20);
    raw_close(&raw);
}

static void test_metrics_when_asked_then_text_with_counts(void **state)
{
    struct world *world = *state;
    Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_METRICS;
    request.metrics = &wish;
    start(world, "toy", NULL);
    chase(world, "toy", 1, "box");
    const Paidan__Answer *answer = ask(world, "toy", &request);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_METRICS);
    const char *text = answer->metrics->text;
    assert_non_null(strstr(text, "paidan_commands_total 1\n"));
    assert_non_null(strstr(text, "paidan_log_head 3\n")); /* site, fact, answer */
    assert_non_null(strstr(text, "paidan_tally{name=\"chased\"} 1\n"));
    assert_non_null(strstr(text, "paidan_answers_total{code=\"OK\"} 1\n"));
    assert_non_null(strstr(text, "paidan_follower_lag_records{follower=\"toy_b\"} 3\n"));
    assert_non_null(strstr(text, "paidan_step_seconds_count"));
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
    start(world, "toy", "--map-mib", "2", NULL);
    (void)ping(world, "toy");
    bool full = false;
    while (!full && ok < 5000) {
        Paidan__Request request;
        Paidan__Chase wish;
        Paidan__Answer *answer = NULL;
        chase_init(&request, &wish, ok + 1, note);
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
    assert_true(ping(world, "toy")->storage_full);
    assert_true(log_has(world, "toy", "storage_full=1"));
    assert_int_equal(tally(world, "toy", "chased"), ok);
    tell(world, "toy", SIGTERM);
    assert_int_equal(ended(world, "toy"), 0);
    start(world, "toy", "--map-mib", "64", NULL);
    chase(world, "toy", ok + 1, note);
    assert_int_equal(tally(world, "toy", "chased"), ok + 1);
    assert_false(ping(world, "toy")->storage_full);
}

/* ---- modes ------------------------------------------------------------------------------------
 */

static void test_verify_and_replay_when_running_beside_then_0(void **state)
{
    struct world *world = *state;
    start(world, "toy", NULL);
    for (uint64_t ticket = 1; ticket <= 20; ticket++) {
        chase(world, "toy", ticket, "box");
    }
    const pid_t service = world->processes[0].pid;
    world->processes[0].pid = 0;
    start(world, "toy", "--verify", NULL);
    assert_int_equal(ended(world, "toy"), 0);
    start(world, "toy", "--replay", NULL);
    assert_int_equal(ended(world, "toy"), 0);
    world->processes[0].pid = service;
    chase(world, "toy", 21, "box");
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
    run("echo \"scaled $(date +%%s)000 $(date +%%s)000 100000\" > '%s/clock%s'", world->folder, "");
    start(world, "toy", NULL);
    start(world, "toy_b", NULL);
    for (uint64_t ticket = 1; ticket <= 50; ticket++) {
        chase(world, "toy", ticket, "box");
    }
    expect_tally(world, "toy_b", "followed", 50);
    sleep(2);
    chase(world, "toy", 51, "box"); /* forgets the stored answers of two days ago */
    expect_tally(world, "toy_b", "followed", 51);
    tell(world, "toy", SIGTERM);
    assert_int_equal(ended(world, "toy"), 0);
    start(world, "toy", "--log-keep-days", "1", NULL);
    raw_open(world, &raw, "toy");
    Paidan__Code code = PAIDAN__CODE__OK;
    for (unsigned round = 0; round < 1000 && code == PAIDAN__CODE__OK; round++) {
        fetch_send(&raw, round, 0, 0);
        code = raw_answer(world, &raw)->code;
        usleep(10000);
    }
    assert_int_equal(code, PAIDAN__CODE__LOG_TRIMMED);
    raw_close(&raw);
    chase(world, "toy", 52, "box");
    expect_tally(world, "toy_b", "followed", 52); /* who follows has lost nothing */
    tell(world, "toy", SIGTERM);
    assert_int_equal(ended(world, "toy"), 0);
    start(world, "toy", "--verify", NULL);
    assert_int_equal(ended(world, "toy"), 0);
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
    start(world, "toy", NULL);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    expect_notified(fd, "READY=1");
    expect_notified(fd, "WATCHDOG=1");
    expect_notified(fd, "WATCHDOG=1");
    tell(world, "toy", SIGTERM);
    expect_notified(fd, "STOPPING=1");
    assert_int_equal(ended(world, "toy"), 0);
    close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--toy") == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing running */
        return shell_main(strcmp(argv[2], "toy_b") == 0 ? &box_b_service : &box_service, argc - 2,
                          argv + 2);
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
        CASE(test_deadline_when_it_passes_then_fires_by_itself),
        CASE(test_pull_when_token_comes_then_woken),
        CASE(test_pull_when_nothing_comes_then_empty_at_its_end),
        CASE(test_pull_when_too_many_wait_then_refused),
        CASE(test_fetch_when_log_grows_then_answered),
        CASE(test_frame_when_bad_then_a_code_and_nothing_changes),
        CASE(test_reader_when_it_never_reads_then_others_are_served),
        CASE(test_metrics_when_asked_then_text_with_counts),
        CASE(test_store_when_full_then_refuses_and_goes_on_with_room),
        CASE(test_verify_and_replay_when_running_beside_then_0),
        CASE(test_log_when_old_and_followed_then_trimmed),
        CASE(test_manager_when_listening_then_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
