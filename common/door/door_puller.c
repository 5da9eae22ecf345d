/* door_puller: brings the callbacks of a channel to its adapter.
 *
 * One long poll is under way at a time; each task it brings is asked of the own service, and the next
 * poll begins when all are taken. Nothing is kept: a task that was pulled and not taken, because we were
 * killed in between, comes again when its lease ends, and taking it twice is the core's to know (ticket,
 * round and attempt are its name). */
#include "common/door/door_puller.h"

#include <stdlib.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/bus/client.h"
#include "common/door/door_bus.h"

enum {
    TASKS_MAX = 32, /* of one poll: few enough that all are taken within their leases */
    POLL_MS = 20000,
    ANSWER_MS = POLL_MS + 10000, /* a poll that waits its time out is no failure */
    PAUSE_US = 1000000,          /* after a failure */
    DOOR_PULLER_ARENA_BYTES = 4 << 20,
};

struct puller {
    const struct door_puller *is;
    struct shell_gate *gate;
    struct door_bus *bus;
    struct arena arena; /* of the request being asked */
    bool polling;
    unsigned taking;    /* asked of the own service */
    uint64_t polled_us; /* the last poll began */
    uint64_t pause_us;  /* no poll before */
};

static void take(struct puller *puller, const Paidan__CallbackTask *task)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(task->ticket != 0);
    puller->is->take(task, &puller->arena, &request);
    CHECK(request.wish_case != PAIDAN__REQUEST__WISH__NOT_SET);
    if (shell_port_ask(puller->gate, &request, task->ticket) == RC_OK) {
        puller->taking++;
    } /* else its lease brings it again */
    arena_reset(&puller->arena);
}

static void pulled(void *context, uint64_t token, const Paidan__Answer *answer, const char *why)
{
    struct puller *const puller = context;
    (void)token;
    (void)why;
    CHECK(puller->polling);
    CHECK(puller->taking == 0);
    puller->polling = false;
    if (answer == NULL || answer->code != PAIDAN__CODE__OK ||
        answer->body_case != PAIDAN__ANSWER__BODY_CALLBACK_PULLED) {
        puller->pause_us = clock_monotonic_us() + PAUSE_US;
        return;
    }
    /* A poll that brings nothing has waited; one that came back at once must not become a crowd. */
    if (answer->callback_pulled->n_tasks == 0) {
        puller->pause_us = puller->polled_us + PAUSE_US;
    }
    for (size_t index = 0; index < answer->callback_pulled->n_tasks; index++) {
        take(puller, answer->callback_pulled->tasks[index]);
    }
}

static void poll(struct puller *puller)
{
    unsigned char id[REQUEST_ID_BYTES];
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__CallbackPull wish = PAIDAN__CALLBACK_PULL__INIT;
    CHECK(!puller->polling);
    CHECK(puller->taking == 0);
    const char *const channel = puller->is->channel(shell_gate_site(puller->gate));
    if (channel == NULL) { /* until the site names one */
        puller->pause_us = clock_monotonic_us() + PAUSE_US;
        return;
    }
    client_request_id(id);
    puller->polled_us = clock_monotonic_us();
    wish.channel = (char *)channel; /* packed, never written */
    wish.has_max = 1;
    wish.max = TASKS_MAX;
    wish.has_wait_ms = 1;
    wish.wait_ms = POLL_MS;
    request.has_request_id = 1;
    request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    request.actor = (char *)shell_gate_service(puller->gate);
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &wish;
    puller->polling = door_bus_ask(puller->bus, "callback", &request, 1, ANSWER_MS) == RC_OK;
    if (!puller->polling) {
        puller->pause_us = clock_monotonic_us() + PAUSE_US;
    }
}

enum rc door_puller_open(struct shell_gate *gate, const char *data_dir,
                         const struct door_puller *puller, void **context)
{
    struct puller *const made = calloc(1, sizeof *made);
    CHECK(puller->take != NULL);
    CHECK(puller->channel != NULL);
    if (made == NULL) {
        return RC_LIMIT;
    }
    *made = (struct puller){.is = puller, .gate = gate};
    enum rc rc = arena_init(&made->arena, DOOR_PULLER_ARENA_BYTES);
    if (rc == RC_OK) {
        rc = door_bus_open(&made->bus, data_dir, pulled, made);
        if (rc != RC_OK) {
            arena_fini(&made->arena);
        }
    }
    if (rc != RC_OK) {
        free(made);
        return rc;
    }
    *context = made;
    return RC_OK;
}

void door_puller_close(void *context)
{
    struct puller *const puller = context;
    door_bus_close(puller->bus);
    arena_fini(&puller->arena);
    free(puller);
}

void door_puller_wait(void *context, struct shell_port_wait *wait)
{
    const struct puller *const puller = context;
    wait->fd = door_bus_fd(puller->bus);
    wait->read = true;
    wait->until_us = door_bus_due_us(puller->bus);
    if (!puller->polling && puller->taking == 0 && puller->pause_us < wait->until_us) {
        wait->until_us = puller->pause_us;
    }
}

void door_puller_work(void *context, bool readable, bool writable)
{
    struct puller *const puller = context;
    (void)readable;
    (void)writable;
    door_bus_work(puller->bus);
    if (!puller->polling && puller->taking == 0 && puller->pause_us <= clock_monotonic_us()) {
        poll(puller);
        door_bus_work(puller->bus);
    }
}

void door_puller_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    struct puller *const puller = context;
    (void)token;
    (void)answer; /* refused or not: what it means is a fact of the core, or the lease's */
    CHECK(puller->taking > 0);
    puller->taking--;
}
