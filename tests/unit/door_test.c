/* door: an adapter with its ports as a real process (post.h), beside a real intake and a stand-in for
 * the outside: what came in by HTTP becomes a ticket once and a message out at least once, whoever is
 * killed when.
 *
 * The test program itself is each of the processes (world_main's way). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/door/door_http.h"
#include "common/door/door_sender.h"
#include "intake.h"
#include "post.h"
#include "shell_world.h"

enum { MESSAGES = 60, TEXT_BYTES = 1 << 16, PATH_BYTES = 256 };

/* ---- the adapter ------------------------------------------------------------------------------
 */

/* Where the stand-in listens: the data folder's file "hook.http". */
static char hook_url[128];

static enum rc sender_setup(struct shell_gate *gate, const char *data_dir, void **context)
{
    char path[PATH_BYTES], address[64] = "";
    (void)gate;
    snprintf(path, sizeof path, "%s/hook.http", data_dir);
    FILE *const file = fopen(path, "re");
    if (file == NULL || fgets(address, sizeof address, file) == NULL) {
        return RC_SETTINGS;
    }
    fclose(file);
    address[strcspn(address, "\n")] = '\0';
    snprintf(hook_url, sizeof hook_url, "http://%s/hook", address);
    *context = hook_url;
    return RC_OK;
}

static enum rc make(void *context, struct step_view *view, const struct outbox_delivery *delivery,
                    const Paidan__Event *event, struct web_call *call, const char **why)
{
    char key[OUTBOX_KEY_BYTES];
    if (event->fact_case != PAIDAN__EVENT__FACT_SUPPLEMENTED) {
        *why = "no words";
        return RC_NOT_FOUND;
    }
    outbox_key("post", delivery->seq, key);
    call->url = context;
    call->headers[0] = arena_printf(view->arena, "Idempotency-Key: %s", key);
    call->body = event->supplemented->text;
    call->body_bytes = strlen(event->supplemented->text);
    call->inside = true;
    return call->headers[0] == NULL ? RC_LIMIT : RC_OK;
}

static const struct door_sender sender = {
    .channel = &post_channel, .make = make, .open = sender_setup};

static enum rc sender_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_sender_open(gate, data_dir, &sender, context);
}

static const struct shell_port sender_port = {
    .name = "sender",
    .open = sender_open,
    .close = door_sender_close,
    .wait = door_sender_wait,
    .work = door_sender_work,
    .answered = door_sender_answered,
};

static const char *listen_on(const struct site *site)
{
    return site == NULL ? NULL : "127.0.0.1:0";
}

/* POST with the words of a message: its line is its first letter's. */
static void handle(struct door *door, struct web_exchange *exchange)
{
    size_t size = 0;
    const char *const words = web_body(exchange, &size);
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (size == 0) {
        door_http_refused(door, PAIDAN__CODE__TEXT_EMPTY);
        web_answer(exchange, 400, "text/plain", "empty", 5);
        return;
    }
    wish.ticket = (uint64_t)words[size - 1];
    wish.note = (char *)words;
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &wish;
    if (door_http_ask(door, &request, exchange) != RC_OK) {
        web_answer(exchange, 503, "text/plain", "full", 4);
    }
}

static void answered(struct door *door, void *asked, const Paidan__Answer *answer)
{
    const bool good = answer->code == PAIDAN__CODE__OK;
    (void)door;
    web_answer(asked, good ? 200 : 409, "text/plain", good ? "success" : "no", good ? 7 : 2);
}

static const struct door_http http = {
    .name = "post", .body_max = 4096, .listen = listen_on, .handle = handle, .answered = answered};

static enum rc http_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_http_open(gate, data_dir, &http, context);
}

static const struct shell_port http_port = {
    .name = "http",
    .open = http_open,
    .close = door_http_close,
    .wait = door_http_wait,
    .work = door_http_work,
    .answered = door_http_answered,
};
static const struct shell_port *const post_ports[] = {&sender_port, &http_port, NULL};

/* ---- the outside ------------------------------------------------------------------------------
 */

struct hook {
    const char *folder;
    bool stop;
};

/* Answers with the status that stands in the file "hook.status" (else 200), and writes down the key of
 * what it took. */
static void hook_handle(void *context, struct web_exchange *exchange)
{
    const struct hook *const hook = context;
    char path[PATH_BYTES], words[16] = "200";
    snprintf(path, sizeof path, "%s/hook.status", hook->folder);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)fgets(words, sizeof words, file);
        fclose(file);
    }
    const unsigned status = (unsigned)strtoul(words, NULL, 10);
    if (status == 200) {
        snprintf(path, sizeof path, "%s/hook.taken", hook->folder);
        file = fopen(path, "ae");
        fprintf(file, "%s\n", web_header(exchange, "Idempotency-Key"));
        fclose(file);
    }
    web_answer(exchange, status, "text/plain", "seen", 4);
}

static volatile sig_atomic_t hook_ends;

static void hook_end(int signal)
{
    (void)signal;
    hook_ends = 1;
}

static int hook_main(const char *folder)
{
    struct web_server *server = NULL;
    struct hook hook = {.folder = folder};
    char path[PATH_BYTES], moved[PATH_BYTES + 8];
    const struct web_server_settings settings = {.listen = "127.0.0.1:0",
                                                 .body_max = 4096,
                                                 .connections_max = 64,
                                                 .timeout_ms = 5000,
                                                 .handle = hook_handle,
                                                 .context = &hook};
    (void)signal(SIGTERM, hook_end);
    if (web_server_open(&server, &settings) != RC_OK) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/hook.http", folder);
    snprintf(moved, sizeof moved, "%s.new", path);
    FILE *const file = fopen(moved, "we");
    fprintf(file, "%s\n", web_server_address(server));
    fclose(file);
    (void)rename(moved, path);
    while (!hook_ends) {
        struct pollfd fd = {.fd = web_server_fd(server), .events = POLLIN};
        (void)poll(&fd, 1, 20);
        web_server_work(server);
    }
    web_server_close(server);
    return 0;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static void wait_for_file(struct world *world, const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", world->folder, name);
    for (unsigned round = 0; round < 1000 && access(path, R_OK) != 0; round++) {
        usleep(10000);
    }
    assert_int_equal(access(path, R_OK), 0);
}

static void hook_status(struct world *world, const char *status)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/hook.status", world->folder);
    FILE *const file = fopen(path, "we");
    assert_non_null(file);
    fputs(status, file);
    fclose(file);
}

/* Keys that the outside took: in all, and different ones. */
static unsigned taken(struct world *world, unsigned *different)
{
    static char text[TEXT_BYTES];
    char path[PATH_BYTES];
    char *keys[1024];
    unsigned count = 0;
    *different = 0;
    snprintf(path, sizeof path, "%s/hook.taken", world->folder);
    FILE *const file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    char *save = NULL;
    for (char *key = strtok_r(text, "\n", &save); key != NULL && count < 1024;
         key = strtok_r(NULL, "\n", &save)) {
        bool known = false;
        for (unsigned index = 0; index < count && !known; index++) {
            known = strcmp(keys[index], key) == 0;
        }
        keys[count++] = key;
        *different += known ? 0 : 1;
    }
    return count;
}

static void expect_taken(struct world *world, unsigned wanted)
{
    unsigned different = 0;
    for (unsigned round = 0; round < 3000 && different < wanted; round++) {
        (void)taken(world, &different);
        usleep(different < wanted ? 10000 : 0);
    }
    assert_int_equal(different, wanted);
}

/* One request by hand; the status, 0: no answer came. */
static int post(struct world *world, const char *words)
{
    char path[PATH_BYTES], text[1024], address[64] = "";
    snprintf(path, sizeof path, "%s/run/post.http", world->folder);
    FILE *const file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    (void)fgets(address, sizeof address, file);
    fclose(file);
    const char *const colon = strchr(address, ':');
    if (colon == NULL) {
        return 0;
    }
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = 5};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int status = 0;
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
        const int size = snprintf(text, sizeof text,
                                  "POST /say HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                  "Content-Length: %zu\r\n\r\n%s",
                                  strlen(words), words);
        if (write(fd, text, (size_t)size) == size) {
            const ssize_t got = read(fd, text, sizeof text - 1);
            text[got > 0 ? got : 0] = '\0';
            (void)sscanf(text, "HTTP/1.1 %d", &status); /* NOLINT(cert-err34-c) */
        }
    }
    close(fd);
    return status;
}

/* As the outside does: again until it is taken. */
static void say(struct world *world, const char *words)
{
    int status = 0;
    for (unsigned round = 0; round < 2000 && status != 200; round++) {
        status = post(world, words);
        usleep(status == 200 ? 0 : 5000);
    }
    assert_int_equal(status, 200);
}

static void start(struct world *world)
{
    world_start(world, "hook", NULL);
    wait_for_file(world, "hook.http");
    world_start(world, "post", NULL);
    (void)world_ping(world, "post");
}

static const Paidan__AdapterShown *status_of(struct world *world)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__AdapterStatus wish = PAIDAN__ADAPTER_STATUS__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_ADAPTER_STATUS;
    request.adapter_status = &wish;
    return world_ask(world, "post", &request)->adapter_shown;
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static void test_message_when_it_comes_by_http_then_a_ticket_and_a_message_out(void **state)
{
    struct world *const world = *state;
    start(world);
    world_start(world, "intake", NULL);
    assert_int_equal(post(world, "m1 the lamp is broken"), 200);
    world_expect_tally(world, "intake", "registered", 1);
    expect_taken(world, 1);
    assert_int_equal(post(world, "m1 the lamp is broken"), 200); /* known */
    assert_int_equal(post(world, "m1 other words"), 409);
    assert_int_equal(post(world, ""), 400);
    assert_int_equal(status_of(world)->refused, 1);
    assert_string_equal(status_of(world)->refused_why, "TEXT_EMPTY");
    assert_int_equal(world_tally(world, "intake", "registered"), 1);
}

/* It is acknowledged to the outside all the same. */
static void test_message_when_intake_is_away_then_a_ticket_once_it_is_there(void **state)
{
    struct world *const world = *state;
    start(world);
    assert_int_equal(post(world, "m1 the lamp is broken"), 200);
    for (unsigned round = 0; round < 500 && status_of(world)->n_destinations > 0 &&
                             status_of(world)->destinations[0]->reason == NULL;
         round++) {
        usleep(10000);
    }
    assert_string_equal(status_of(world)->destinations[0]->to, "intake");
    assert_string_equal(status_of(world)->destinations[0]->reason, "not running");
    world_start(world, "intake", NULL);
    world_expect_tally(world, "intake", "registered", 1);
    expect_taken(world, 1);
}

static void test_delivery_when_refused_then_dead_and_sent_again_by_hand(void **state)
{
    struct world *const world = *state;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__OutboxList list = PAIDAN__OUTBOX_LIST__INIT;
    Paidan__OutboxRetry retry = PAIDAN__OUTBOX_RETRY__INIT;
    start(world);
    world_start(world, "intake", NULL);
    hook_status(world, "403");
    say(world, "m1 the lamp is broken");
    world_expect_tally(world, "post", "deliveries_dead", 1);
    assert_int_equal(world_tally(world, "post", "deliveries_failed"), 3);
    list.has_dead = 1;
    list.dead = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_OUTBOX_LIST;
    request.outbox_list = &list;
    const Paidan__Answer *const answer = world_ask(world, "post", &request);
    assert_int_equal(answer->outbox_listed->n_deliveries, 1);
    assert_string_equal(answer->outbox_listed->deliveries[0]->to, "hook");
    retry.delivery = answer->outbox_listed->deliveries[0]->delivery;
    hook_status(world, "200");
    request.wish_case = PAIDAN__REQUEST__WISH_OUTBOX_RETRY;
    request.outbox_retry = &retry;
    assert_int_equal(world_ask(world, "post", &request)->code, PAIDAN__CODE__OK);
    expect_taken(world, 1);
}

static unsigned random_below(unsigned *seed, unsigned most)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % most;
}

/* Between hearing and wishing, between sending and its outcome, between commit and answer: each is hit
 * by some of these. Nothing is lost, no ticket is made twice, everything goes out. */
static void test_messages_when_everybody_is_killed_meanwhile_then_each_once(void **state)
{
    struct world *const world = *state;
    char words[64];
    unsigned seed = 4711, different = 0;
    start(world);
    world_start(world, "intake", NULL);
    for (unsigned index = 0; index < MESSAGES; index++) {
        snprintf(words, sizeof words, "m%u lamp %u", index, index);
        (void)post(world, words);
        usleep(random_below(&seed, 12000));
        if (index % 3 == 1) {
            world_slay(world, "post");
            world_start(world, "post", NULL);
        }
        if (index % 5 == 2) {
            world_slay(world, "intake");
            world_start(world, "intake", NULL);
        }
        say(world, words); /* the outside repeats what was not acknowledged */
    }
    world_expect_tally(world, "intake", "registered", MESSAGES);
    expect_taken(world, MESSAGES);
    world_expect_tally(world, "post", "deliveries_waiting", 0);
    assert_int_equal(world_tally(world, "post", "heard"), MESSAGES);
    assert_int_equal(world_tally(world, "post", "wishes_answered"), MESSAGES);
    assert_int_equal(world_tally(world, "intake", "registered"), MESSAGES);
    print_message("%u messages, %u deliveries out\n", MESSAGES, taken(world, &different));
}

static void test_secret_when_others_may_read_it_then_refused(void **state)
{
    struct world *const world = *state;
    char path[PATH_BYTES], text[16];
    world_run("mkdir -p '%s/secrets/%s'", world->folder, "post");
    assert_int_equal(door_secret(world->folder, "post", "key", text, sizeof text), RC_NOT_FOUND);
    snprintf(path, sizeof path, "%s/secrets/post/key", world->folder);
    world_run("printf 's3cret\\nmore\\n' > '%s%s'", path, "");
    chmod(path, 0644);
    assert_int_equal(door_secret(world->folder, "post", "key", text, sizeof text), RC_SETTINGS);
    chmod(path, 0400);
    assert_int_equal(door_secret(world->folder, "post", "key", text, sizeof text), RC_OK);
    assert_string_equal(text, "s3cret");
    assert_int_equal(door_secret(world->folder, "post", "key", text, 6), RC_SETTINGS);
    chmod(path, 0600);
    world_run("printf '\\nmore\\n' > '%s%s'", path, "");
    assert_int_equal(door_secret(world->folder, "post", "key", text, sizeof text), RC_SETTINGS);
    world_run("rm '%s' && mkdir '%s'", path, path);
    assert_int_equal(door_secret(world->folder, "post", "key", text, sizeof text), RC_SETTINGS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    if (argc > 4 && strcmp(argv[1], "--toy") == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (strcmp(argv[2], "hook") == 0) {
            return hook_main(argv[4]);
        }
        const bool post_itself = strcmp(argv[2], "post") == 0;
        const struct shell_service service = {.step = post_itself ? &post_service : &intake_service,
                                              .ports = post_itself ? post_ports : NULL};
        return shell_main(&service, argc - 2, argv + 2);
    }
    const struct CMUnitTest tests[] = {
        CASE(test_message_when_it_comes_by_http_then_a_ticket_and_a_message_out),
        CASE(test_message_when_intake_is_away_then_a_ticket_once_it_is_there),
        CASE(test_delivery_when_refused_then_dead_and_sent_again_by_hand),
        CASE(test_messages_when_everybody_is_killed_meanwhile_then_each_once),
        CASE(test_secret_when_others_may_read_it_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
