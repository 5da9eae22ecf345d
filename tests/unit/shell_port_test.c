/* shell_port: a service with a port of its own, here a fifo and a clock: each byte that is written
 * to the fifo is a wish to the service itself, and what it answers is written beside it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "common/base/clock.h"
#include "shell_world.h"

enum { TICK_US = 20000, WAIT_MS = 60000, TEXT_BYTES = 4096 };

/* ---- the port ---------------------------------------------------------------------------------
 */

struct slot {
    struct shell_gate *gate;
    int in, out;
    unsigned ticks;
    uint64_t tick_us;
};

static enum rc slot_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    static struct slot slot;
    char path[256];
    slot = (struct slot){.gate = gate, .tick_us = clock_monotonic_us() + TICK_US};
    snprintf(path, sizeof path, "%s/in", data_dir);
    slot.in = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (slot.in < 0) {
        return RC_SETTINGS;
    }
    snprintf(path, sizeof path, "%s/out", data_dir);
    slot.out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    *context = &slot;
    return slot.out < 0 ? RC_IO : RC_OK;
}

static void slot_say(const struct slot *slot, const char *word, uint64_t token, int code)
{
    dprintf(slot->out, "%s %llu %d;", word, (unsigned long long)token, code);
}

static void slot_close(void *context)
{
    struct slot *slot = context;
    slot_say(slot, "closed", 0, 0);
    close(slot->in);
    close(slot->out);
}

static void slot_wait(void *context, struct shell_port_wait *wait)
{
    const struct slot *slot = context;
    wait->fd = slot->in;
    wait->read = true;
    wait->until_us = slot->tick_us;
}

/* c: something is put into the box, p: the service is asked how it is, l: something is taken out
 * once it is there, t: how often the clock has struck, v: what is committed. */
static void slot_view(struct slot *slot)
{
    struct step_view view;
    const uint64_t now_ms = shell_gate_now_ms(slot->gate);
    assert_int_equal(shell_gate_view_begin(slot->gate, &view), RC_OK);
    assert_ptr_equal(view.site, shell_gate_site(slot->gate));
    assert_true(view.now_ms >= now_ms);
    Paidan__Event *event = NULL;
    /* The newest record is the answer, the fact stands before it. */
    const enum rc rc = step_view_read(&view, view.head_seq - 1, &event);
    slot_say(slot, "view", rc == RC_OK, rc == RC_OK ? (int)event->fact_case : -1);
    shell_gate_view_end(slot->gate, &view);
    assert_true(shell_gate_until_us(slot->gate, now_ms + 10000) > clock_monotonic_us());
    assert_true(shell_gate_at_ms(slot->gate, 0) >= now_ms);
    assert_true(shell_gate_at_ms(slot->gate, clock_monotonic_us() + 10000000) >= now_ms + 9999);
}

static void slot_ask(struct slot *slot, char byte)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Chase chase;
    Paidan__Pull pull;
    Paidan__Ping ping = PAIDAN__PING__INIT;
    if (byte == 'c') {
        world_chase_init(&request, &chase, 7, "box");
    } else if (byte == 'l') {
        world_pull_init(&request, &pull, "box", WAIT_MS);
    } else if (byte == 'p') {
        request.wish_case = PAIDAN__REQUEST__WISH_PING;
        request.ping = &ping;
    } else if (byte == 'v') {
        slot_view(slot);
        return;
    } else {
        slot_say(slot, "ticks", slot->ticks > 2, 0);
        return;
    }
    if (shell_port_ask(slot->gate, &request, (uint64_t)byte << 40) != RC_OK) {
        slot_say(slot, "refused", 0, 0);
    }
}

static void slot_work(void *context, bool readable, bool writable)
{
    struct slot *slot = context;
    char byte;
    (void)writable;
    while (readable && read(slot->in, &byte, 1) == 1) {
        slot_ask(slot, byte);
    }
    if (clock_monotonic_us() >= slot->tick_us) {
        slot->ticks++;
        slot->tick_us = clock_monotonic_us() + TICK_US;
    }
}

static void slot_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    const char word[] = {(char)(token >> 40), '\0'};
    slot_say(context, word, answer->correlation == token, (int)answer->code);
}

/* Explain it answers itself, of its own; Show the service does not know, and nor does it. */
static bool slot_knows(void *context, const Paidan__Request *request)
{
    (void)context;
    return request->wish_case == PAIDAN__REQUEST__WISH_EXPLAIN;
}

static enum rc slot_query(void *context, struct step_view *view, const Paidan__Request *request,
                          Paidan__Answer *answer)
{
    const struct slot *slot = context;
    slot_say(slot, "asked", request->explain->ticket, view->txn != NULL);
    return step_view_refuse(answer, PAIDAN__CODE__LEVEL_UNKNOWN, "slot");
}

static const struct shell_port slot_port = {
    .name = "slot",
    .open = slot_open,
    .close = slot_close,
    .wait = slot_wait,
    .work = slot_work,
    .answered = slot_answered,
    .knows = slot_knows,
    .query = slot_query,
};
static const struct shell_port *const slot_ports[] = {&slot_port, NULL};

/* ---- words for the cases ----------------------------------------------------------------------
 */

static void slot_write(struct world *world, const char *bytes)
{
    char path[256];
    snprintf(path, sizeof path, "%s/in", world->folder);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    close(fd);
}

static bool slot_said(struct world *world, const char *words)
{
    char path[256];
    char text[TEXT_BYTES] = "";
    snprintf(path, sizeof path, "%s/out", world->folder);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    return strstr(text, words) != NULL;
}

static void expect_said(struct world *world, const char *words)
{
    bool said = false;
    for (unsigned round = 0; round < 1000 && !said; round++) {
        said = slot_said(world, words);
        usleep(said ? 0 : 10000);
    }
    assert_true(said);
}

static void start(struct world *world)
{
    char path[256];
    snprintf(path, sizeof path, "%s/in", world->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static void test_port_when_its_descriptor_is_ready_then_it_asks_and_is_answered(void **state)
{
    struct world *world = *state;
    start(world);
    slot_write(world, "c");
    expect_said(world, "c 1 0;");
    world_expect_tally(world, "toy", "chased", 1); /* stored as any other */
    slot_write(world, "p");
    expect_said(world, "p 1 0;");
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
    assert_true(slot_said(world, "closed 0 0;"));
}

/* A wish that the service does not know and its port does: answered at once, by the port. */
static void test_port_when_it_knows_a_wish_then_it_answers_it(void **state)
{
    struct world *world = *state;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Explain explain = PAIDAN__EXPLAIN__INIT;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    start(world);
    explain.ticket = 2026113000000001;
    request.wish_case = PAIDAN__REQUEST__WISH_EXPLAIN;
    request.explain = &explain;
    const Paidan__Answer *answer = world_ask(world, "toy", &request);
    assert_int_equal(answer->code, PAIDAN__CODE__LEVEL_UNKNOWN);
    assert_string_equal(answer->detail, "slot");
    assert_true(slot_said(world, "asked 2026113000000001 1;"));
    show.ticket = explain.ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    assert_int_equal(world_ask(world, "toy", &request)->code, PAIDAN__CODE__WISH_UNSUPPORTED);
}

/* A long poll of a port waits as those of others do, and the others' wishes wake it. */
static void test_port_when_it_waits_for_something_then_answered_after_it_came(void **state)
{
    struct world *world = *state;
    start(world);
    slot_write(world, "l");
    world_expect_metric(world, "toy", "\npaidan_parked_commands 1\n");
    assert_false(slot_said(world, "l 1"));
    world_chase(world, "toy", 7, "box");
    expect_said(world, "l 1 0;");
}

static void test_port_when_only_its_time_comes_then_it_works(void **state)
{
    struct world *world = *state;
    start(world);
    usleep(20 * TICK_US);
    slot_write(world, "t");
    expect_said(world, "ticks 1 0;");
}

/* What others stored is there, and a second look sees what came since. */
static void test_port_when_it_looks_then_it_sees_what_is_committed(void **state)
{
    struct world *world = *state;
    char words[64];
    start(world);
    world_chase(world, "toy", 7, "box");
    slot_write(world, "vv");
    snprintf(words, sizeof words, "view 1 %d;view 1 %d;", PAIDAN__EVENT__FACT_CHASED,
             PAIDAN__EVENT__FACT_CHASED);
    expect_said(world, words);
}

static void test_port_when_it_cannot_be_opened_then_the_service_does_not_start(void **state)
{
    struct world *world = *state;
    world_start(world, "toy", NULL); /* there is no fifo */
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_true(world_log_has(world, "toy", "port=slot why=settings"));
}

/* ---- who the peer is --------------------------------------------------------------------------
 */

/* Stands before the library's: one that names nobody, or somebody else. */
const char *zmq_msg_gets(const zmq_msg_t *part, const char *name)
{
    static const char *(*real)(const zmq_msg_t *, const char *);
    const char *pretended = getenv("PRETENDED_PEER");
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "zmq_msg_gets");
    }
    if (pretended == NULL) {
        return real(part, name);
    }
    return pretended[0] == '\0' ? NULL : pretended;
}

static void test_start_when_the_library_does_not_tell_the_peer_then_78(void **state)
{
    static const char *const wrong[] = {"",
                                        "localhost",
                                        "localhost:0:0",
                                        "localhost:4294967296:0:1",
                                        "localhost:0:0:1x",
                                        "elsewhere:0:0:1",
                                        "localhost:0:0:1"};
    struct world *world = *state;
    char path[256];
    snprintf(path, sizeof path, "%s/in", world->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t index = 0; index < sizeof wrong / sizeof *wrong; index++) {
        assert_int_equal(setenv("PRETENDED_PEER", wrong[index], 1), 0);
        world_start(world, "toy", NULL);
        assert_int_equal(world_ended(world, "toy"), 78);
    }
    assert_int_equal(unsetenv("PRETENDED_PEER"), 0);
    assert_true(world_log_has(world, "toy", "peers=unknown"));
    world_start(world, "toy", NULL);
    (void)world_ping(world, "toy");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--toy") == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct shell_service service = box_service;
        service.ports = slot_ports;
        return shell_main(&service, argc - 2, argv + 2);
    }
    const struct CMUnitTest tests[] = {
        CASE(test_port_when_its_descriptor_is_ready_then_it_asks_and_is_answered),
        CASE(test_port_when_it_knows_a_wish_then_it_answers_it),
        CASE(test_port_when_it_waits_for_something_then_answered_after_it_came),
        CASE(test_port_when_only_its_time_comes_then_it_works),
        CASE(test_port_when_it_looks_then_it_sees_what_is_committed),
        CASE(test_port_when_it_cannot_be_opened_then_the_service_does_not_start),
        CASE(test_start_when_the_library_does_not_tell_the_peer_then_78),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
