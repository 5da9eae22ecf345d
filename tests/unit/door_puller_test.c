/* door_puller: an adapter that pulls, as a real process, beside a stand-in for callback: each task is asked
 * of the own service, whoever is away or killed meanwhile, and what was not taken comes again with its
 * lease.
 *
 * The test program itself is both processes (world_main's way). The stand-in answers
 *
 *   Chase{ticket}          puts a task into its hands
 *   CallbackPull           gives those whose lease ended, else waits
 *
 * and keeps them in memory: it is never killed here. Leases are long, so that a slow machine sees none
 * end, but those of REFUSED and of tickets from HASTY on. The adapter's own service says a fact of each task
 * that it takes; ticket REFUSED is refused twice before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/door/door_puller.h"
#include "shell_world.h"

enum { TASKS = 128, REFUSED = 13, REFUSALS = 2, MANY = 70, HASTY = 1000, PATH_BYTES = 128 };
enum { LEASE_MS = 60000, SHORT_LEASE_MS = 500 };

/* ---- callback ---------------------------------------------------------------------------------
 */

struct handed {
    uint64_t ticket, until_ms;
};
static struct handed tasks[TASKS];
static size_t task_count;
static uint64_t polls;

static enum rc give(struct step *step, const struct step_input *input)
{
    const Paidan__CallbackPull *const pull = input->request->callback_pull;
    static Paidan__CallbackTask given[TASKS];
    static Paidan__CallbackTask *list[TASKS];
    static char channel[] = "wechat", number[] = "P-1";
    Paidan__CallbackPulled pulled = PAIDAN__CALLBACK_PULLED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    uint64_t next_ms = UINT64_MAX;
    CHECK(strcmp(pull->channel, channel) == 0);
    pulled.tasks = list;
    for (size_t index = 0; index < task_count && pulled.n_tasks < pull->max; index++) {
        struct handed *const task = &tasks[index];
        if (task->until_ms > step->now_ms) {
            next_ms = task->until_ms < next_ms ? task->until_ms : next_ms;
            continue;
        }
        Paidan__CallbackTask *const fact = &given[pulled.n_tasks];
        paidan__callback_task__init(fact);
        fact->ticket = task->ticket;
        fact->round = 1;
        fact->attempt = 2;
        fact->channel = channel;
        fact->due_ms = step->now_ms + 1000;
        fact->number = number;
        list[pulled.n_tasks++] = fact;
        const bool brief = task->ticket == REFUSED || task->ticket >= HASTY;
        task->until_ms = step->now_ms + (brief ? SHORT_LEASE_MS : LEASE_MS);
    }
    if (pulled.n_tasks == 0 && step->now_ms < input->park_until_ms) {
        step_park_until(step, 1, next_ms);
        return RC_OK;
    }
    polls++;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLBACK_PULLED;
    answer.callback_pulled = &pulled;
    return step_answer_unstored(step, &answer);
}

static enum rc callback_apply(struct step *step, const struct step_input *input)
{
    if (input->request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_PULL) {
        return give(step, input);
    }
    CHECK(task_count < TASKS);
    tasks[task_count++] = (struct handed){.ticket = input->request->chase->ticket};
    step_wake(step, 1);
    Paidan__Done done = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer_unstored(step, &answer);
}

static bool callback_knows(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_PULL ||
           request->wish_case == PAIDAN__REQUEST__WISH_CHASE;
}

/* ---- the adapter ------------------------------------------------------------------------------
 */

static char channel_path[PATH_BYTES];

/* The site names a channel while the file "channel" is there. */
static const char *channel_of(const struct site *site)
{
    CHECK(site != NULL);
    return access(channel_path, R_OK) == 0 ? "wechat" : NULL;
}

static void take(const Paidan__CallbackTask *task, struct arena *arena, Paidan__Request *request)
{
    Paidan__WechatAsk *const ask = arena_alloc(arena, sizeof *ask);
    CHECK(ask != NULL);
    paidan__wechat_ask__init(ask);
    ask->ticket = task->ticket;
    ask->round = task->round;
    ask->attempt = task->attempt;
    ask->due_ms = task->due_ms;
    ask->number = task->number;
    request->wish_case = PAIDAN__REQUEST__WISH_WECHAT_ASK;
    request->wechat_ask = ask;
}

static const struct door_puller puller = {.channel = channel_of, .take = take};

static enum rc puller_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    (void)snprintf(channel_path, sizeof channel_path, "%s/channel", data_dir);
    return door_puller_open(gate, data_dir, &puller, context);
}

static const struct shell_port puller_port = {
    .name = "pull",
    .open = puller_open,
    .close = door_puller_close,
    .wait = door_puller_wait,
    .work = door_puller_work,
    .answered = door_puller_answered,
};
static const struct shell_port *const ports[] = {&puller_port, NULL};

static enum rc asker_apply(struct step *step, const struct step_input *input)
{
    static unsigned refusals;
    const Paidan__WechatAsk *const ask = input->request->wechat_ask;
    Paidan__Supplemented fact = PAIDAN__SUPPLEMENTED__INIT;
    uint64_t seq = 0;
    if (ask->ticket == REFUSED && refusals < REFUSALS) {
        refusals++;
        return step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    fact.text = arena_printf(step->arena, "%u %u %s", ask->round, ask->attempt, ask->number);
    const enum rc rc =
        step_say(step, &(struct step_about){.ticket = ask->ticket, .seq = &seq}, &fact.base);
    return rc == RC_OK ? step_answer_done(step, ask->ticket, seq) : rc;
}

enum { TAKEN, TICKETS }; /* different ones */

static enum rc asker_evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    (void)seq;
    unsigned char key[CODEC_U64_BYTES];
    if (event->fact_case != PAIDAN__EVENT__FACT_SUPPLEMENTED) {
        return RC_OK;
    }
    CHECK(strcmp(event->supplemented->text, "1 2 P-1") == 0);
    fold->tally->values[TAKEN]++;
    codec_set_u64(key, event->ticket);
    const enum rc rc = store_insert(fold->txn, STORE_SERVICE, key, sizeof key, "", 0);
    fold->tally->values[TICKETS] += rc == RC_OK ? 1 : 0;
    return rc == RC_EXISTS ? RC_OK : rc;
}

static bool asker_knows(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_ASK;
}

static enum rc nothing(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    (void)fold;
    (void)seq;
    (void)event;
    return RC_OK;
}

static const char *const nobody[] = {NULL};
static const char *const asker_tables[] = {"seen", NULL};
static const char *const asker_tallies[] = {"taken", "tickets", NULL};
static const struct step_service callback_service = {.name = "callback",
                                                     .follows = nobody,
                                                     .followed_by = nobody,
                                                     .tables = nobody,
                                                     .tallies = nobody,
                                                     .apply = callback_apply,
                                                     .evolve = nothing,
                                                     .changes = callback_knows,
                                                     .knows = callback_knows};
static const struct step_service asker_service = {.name = "wechat",
                                                  .follows = nobody,
                                                  .followed_by = nobody,
                                                  .tables = asker_tables,
                                                  .tallies = asker_tallies,
                                                  .apply = asker_apply,
                                                  .evolve = asker_evolve,
                                                  .changes = asker_knows,
                                                  .knows = asker_knows};

/* ---- words ------------------------------------------------------------------------------------
 */

static void name_channel(struct world *world)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/channel", world->folder);
    FILE *const file = fopen(path, "we");
    assert_non_null(file);
    fclose(file);
}

static void put(struct world *world, uint64_t ticket)
{
    world_chase(world, "callback", ticket, "task");
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static void test_tasks_when_callback_has_them_then_each_is_asked_of_the_own_service(void **state)
{
    struct world *const world = *state;
    name_channel(world);
    world_start(world, "callback", NULL);
    world_start(world, "wechat", NULL);
    put(world, 5);
    world_expect_tally(world, "wechat", "taken", 1);
    put(world, 7); /* a poll is under way: it need not be asked for */
    world_expect_tally(world, "wechat", "taken", 2);
    assert_int_equal(world_tally(world, "wechat", "tickets"), 2);
}

static void test_tasks_when_more_than_a_poll_holds_then_all_are_taken(void **state)
{
    struct world *const world = *state;
    world_start(world, "callback", NULL);
    for (uint64_t ticket = 1; ticket <= MANY; ticket++) {
        put(world, ticket + 100);
    }
    name_channel(world);
    world_start(world, "wechat", NULL);
    world_expect_tally(world, "wechat", "taken", MANY);
    assert_int_equal(world_tally(world, "wechat", "tickets"), MANY);
}

static void test_channel_when_the_site_names_none_then_nothing_is_pulled_until_it_does(void **state)
{
    struct world *const world = *state;
    world_start(world, "callback", NULL);
    world_start(world, "wechat", NULL);
    put(world, 5);
    (void)world_ping(world, "wechat");
    usleep(300000);
    assert_int_equal(world_tally(world, "wechat", "taken"), 0);
    name_channel(world);
    world_expect_tally(world, "wechat", "taken", 1);
}

static void test_callback_when_away_then_pulled_once_it_is_there(void **state)
{
    struct world *const world = *state;
    name_channel(world);
    world_start(world, "wechat", NULL);
    (void)world_ping(world, "wechat");
    usleep(200000);
    world_start(world, "callback", NULL);
    put(world, 5);
    world_expect_tally(world, "wechat", "taken", 1);
    /* It goes while a poll of ours waits, and comes back. */
    world_tell(world, "callback", SIGTERM);
    assert_int_equal(world_ended(world, "callback"), 0);
    world_start(world, "callback", NULL);
    put(world, 7);
    world_expect_tally(world, "wechat", "taken", 2);
}

static void test_task_when_the_core_refuses_it_then_its_lease_brings_it_again(void **state)
{
    struct world *const world = *state;
    name_channel(world);
    world_start(world, "callback", NULL);
    world_start(world, "wechat", NULL);
    put(world, REFUSED);
    world_expect_tally(world, "wechat", "tickets", 1);
}

/* Pulled and not taken: the process died in between, or before it was committed. */
static void test_adapter_when_killed_then_no_task_is_lost(void **state)
{
    struct world *const world = *state;
    enum { ROUNDS = 6 };
    name_channel(world);
    world_start(world, "callback", NULL);
    uint64_t ticket = HASTY;
    for (unsigned round = 0; round < ROUNDS; round++) {
        world_start(world, "wechat", NULL);
        (void)world_ping(world, "wechat");
        for (unsigned index = 0; index < 10; index++) {
            put(world, ticket++);
        }
        usleep(1000 * round);
        world_slay(world, "wechat");
    }
    world_start(world, "wechat", NULL);
    world_expect_tally(world, "wechat", "tickets", 10 * ROUNDS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    if (argc > 4 && strcmp(argv[1], "--toy") == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const bool adapter = strcmp(argv[2], "wechat") == 0;
        const struct shell_service service = {.step = adapter ? &asker_service : &callback_service,
                                              .ports = adapter ? ports : NULL};
        return shell_main(&service, argc - 2, argv + 2);
    }
    const struct CMUnitTest tests[] = {
        CASE(test_tasks_when_callback_has_them_then_each_is_asked_of_the_own_service),
        CASE(test_tasks_when_more_than_a_poll_holds_then_all_are_taken),
        CASE(test_channel_when_the_site_names_none_then_nothing_is_pulled_until_it_does),
        CASE(test_callback_when_away_then_pulled_once_it_is_there),
        CASE(test_task_when_the_core_refuses_it_then_its_lease_brings_it_again),
        CASE(test_adapter_when_killed_then_no_task_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
