/* shell_world: see shell_world.h. */

#include "shell_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "common/bus/bus.h"

extern char **environ;

enum { WORDS_MAX = 24, RAW_BYTES = 8 << 20 };

bool world_main(int argc, char **argv, int *status)
{
    if (argc <= 2 || strcmp(argv[1], "--toy") != 0) {
        return false;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing running */
    const bool follower = strcmp(argv[2], "toy_b") == 0;
    *status = shell_main(follower ? &box_b_service : &box_service, argc - 2, argv + 2);
    return true;
}

/* ---- the world of one case --------------------------------------------------------------------
 */

const char *world_root(void)
{
    const char *value = getenv("PAIDAN_ROOT");
    return value != NULL ? value : ".";
}

void world_run(const char *format, const char *a, const char *b)
{
    char command[512];
    snprintf(command, sizeof command, format, a, b);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own words */
}

int world_setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    strcpy(world->folder, "/tmp/paidan-shell-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->site, sizeof world->site, "%s/site", world->folder);
    world_run("cp -r '%s/deploy/sites/demo' '%s/site'", world_root(), world->folder);
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
void world_start(struct world *world, const char *name, ...)
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
int world_ended(struct world *world, const char *name)
{
    struct process *process = process_find(world, name);
    int status = 0;
    assert_true(process->pid > 0);
    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    process->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void world_tell(struct world *world, const char *name, int signal)
{
    assert_int_equal(kill(process_find(world, name)->pid, signal), 0);
}

void world_slay(struct world *world, const char *name)
{
    world_tell(world, name, SIGKILL);
    assert_int_equal(world_ended(world, name), -SIGKILL);
}

bool world_log_has(struct world *world, const char *name, const char *words)
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

/* Whatever a case has done to a service: it ends when it is told to, and its exit is 0. (One that
 * is killed would also lose what it counted for tests/coverage.) */
static bool world_end(struct world *world)
{
    bool good = true;
    for (size_t index = 0; index < sizeof world->processes / sizeof *world->processes; index++) {
        struct process *process = &world->processes[index];
        int status = 0;
        if (process->pid == 0) {
            continue;
        }
        kill(process->pid, SIGTERM);
        for (unsigned waited = 0; waited < PATIENCE_MS / 10; waited++) {
            if (waitpid(process->pid, &status, WNOHANG) != 0) {
                process->pid = 0;
                break;
            }
            usleep(10000);
        }
        if (process->pid != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            print_error("%s did not end with 0: status %x\n", process->name, (unsigned)status);
            good = false;
        }
        if (process->pid != 0) {
            kill(process->pid, SIGKILL);
            waitpid(process->pid, NULL, 0);
        }
    }
    return good;
}

int world_teardown(void **state)
{
    struct world *world = *state;
    client_close(world->client);
    const bool good = world_end(world);
    arena_fini(&world->arena);
    world_run("rm -rf '%s%s'", world->folder, "");
    free(world);
    return good ? 0 : -1;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

Paidan__Answer *world_ask(struct world *world, const char *name, Paidan__Request *request)
{
    Paidan__Answer *answer = NULL;
    arena_reset(&world->arena);
    assert_int_equal(client_call(world->client, name, request, &world->arena, PATIENCE_MS, &answer),
                     RC_OK);
    assert_non_null(answer);
    return answer;
}

Paidan__Pong *world_ping(struct world *world, const char *name)
{
    Paidan__Ping wish = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &wish;
    const Paidan__Answer *answer = world_ask(world, name, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_PONG);
    return answer->pong;
}

uint64_t world_tally(struct world *world, const char *name, const char *counter)
{
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const Paidan__Answer *answer = world_ask(world, name, &request);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_STATS);
    for (size_t index = 0; index < answer->stats->n_counts; index++) {
        if (strcmp(answer->stats->counts[index]->name, counter) == 0) {
            return answer->stats->counts[index]->value;
        }
    }
    fail();
    return 0;
}

void world_expect_tally(struct world *world, const char *name, const char *counter, uint64_t value)
{
    uint64_t seen = 0;
    for (unsigned round = 0; round < 3000 && seen != value; round++) {
        seen = world_tally(world, name, counter);
        usleep(seen == value ? 0 : 10000);
    }
    assert_int_equal(seen, value);
}

void world_chase_init(Paidan__Request *request, Paidan__Chase *wish, uint64_t ticket,
                      const char *box)
{
    paidan__request__init(request);
    paidan__chase__init(wish);
    wish->ticket = ticket;
    wish->note = (char *)box;
    request->wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request->chase = wish;
}

void world_chase(struct world *world, const char *name, uint64_t ticket, const char *box)
{
    Paidan__Request request;
    Paidan__Chase wish;
    world_chase_init(&request, &wish, ticket, box);
    assert_int_equal(world_ask(world, name, &request)->code, PAIDAN__CODE__OK);
}

void world_pull_init(Paidan__Request *request, Paidan__Pull *wish, const char *box,
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

void raw_open(struct world *world, struct raw *raw, const char *name)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    const int linger = 0;
    const int few = 1;
    const int patience = PATIENCE_MS;
    (void)world_ping(world, name); /* it is there */
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

void raw_close(struct raw *raw)
{
    zmq_close(raw->socket);
    zmq_ctx_term(raw->context);
    free(raw->bytes);
}

void raw_send(struct raw *raw, const void *bytes, size_t size)
{
    assert_int_equal(zmq_send(raw->socket, bytes, size, 0), (int)size);
}

void raw_receive(struct raw *raw)
{
    const int got = zmq_recv(raw->socket, raw->bytes, RAW_BYTES, 0);
    assert_true(got >= 0);
    raw->size = (size_t)got;
}

Paidan__Answer *raw_answer(struct world *world, struct raw *raw)
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

size_t world_packed(const Paidan__Request *request, unsigned char *bytes, size_t size)
{
    assert_true(paidan__request__get_packed_size(request) <= size);
    return paidan__request__pack(request, bytes);
}

/* A whole chase as bytes, with its own request id. */
size_t world_packed_chase(unsigned char *bytes, size_t size, unsigned char id)
{
    Paidan__Request request;
    Paidan__Chase wish;
    unsigned char request_id[16] = {id};
    world_chase_init(&request, &wish, id, "box");
    request.protocol = 1;
    request.correlation = 1000u + id;
    request.has_request_id = 1;
    request.request_id = (ProtobufCBinaryData){.len = sizeof request_id, .data = request_id};
    return world_packed(&request, bytes, size);
}

void raw_fetch(struct raw *raw, uint64_t correlation, uint64_t after, uint32_t wait_ms)
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
    raw_send(raw, bytes, world_packed(&request, bytes, sizeof bytes));
}

void world_expect_metric(struct world *world, const char *name, const char *line)
{
    Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_METRICS;
    request.metrics = &wish;
    bool seen = false;
    for (unsigned round = 0; round < 1000 && !seen; round++) {
        seen = strstr(world_ask(world, name, &request)->metrics->text, line) != NULL;
        usleep(seen ? 0 : 10000);
    }
    assert_true(seen);
}
