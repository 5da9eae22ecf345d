/* shell: what goes into a step, who is told to come later, who may wait. A shell without its loop,
 * around the toy of the step tests (toy.h), with a socket of its own. ctest: tsan */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/run/shell_parts.h"
#include "common/wire/wire.h"
#include "toy_fixture.h"

enum { PATIENCE_US = 90000000, ROUND_US = 1000, FRAME_BYTES = 1 << 20, FOLLOW_BYTES = 64 << 20 };

struct gathering {
    struct toy_fixture *toy;
    struct step_service service; /* the toy's, to be changed */
    struct shell_service offered;
    struct shell *shell;
    struct bus_socket *asker;
    unsigned sent;
    unsigned char *frame;
};

static int setup(void **state)
{
    struct gathering *here = calloc(1, sizeof *here);
    void *toy = NULL;
    char endpoint[PATH_MAX + 32];
    assert_non_null(here);
    assert_int_equal(toy_setup(&toy), 0);
    here->toy = toy;
    here->service = toy_service;
    here->offered.step = &here->service;
    here->frame = malloc(FRAME_BYTES);
    here->shell = calloc(1, sizeof *here->shell);
    assert_non_null(here->shell);
    struct shell *shell = here->shell;
    shell->service = &here->offered;
    shell->settings.step_inputs = STEP_INPUTS_MAX;
    shell->settings.data_dir = here->toy->scratch.path;
    shell->settings.lag_records_max = 100;
    shell->engine = here->toy->engine;
    shell->store = here->toy->store;
    shell->due_ms = UINT64_MAX;
    shell_wait_init(shell);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/sock", here->toy->scratch.path);
    assert_int_equal(clock_open(&shell->clock, here->toy->scratch.path), RC_OK);
    assert_int_equal(bus_open(&shell->bus), RC_OK);
    assert_int_equal(bus_bind(shell->bus, endpoint, &shell->server), RC_OK);
    assert_int_equal(bus_connect(shell->bus, endpoint, &here->asker), RC_OK);
    assert_int_equal(shell_queue_init(&shell->queue), RC_OK);
    assert_int_equal(shell_care_init(shell), RC_OK);
    assert_int_equal(shell_follow_init(shell), RC_OK);
    *state = here;
    return 0;
}

static int teardown(void **state)
{
    struct gathering *here = *state;
    void *toy = here->toy;
    shell_queue_fini(&here->shell->queue);
    shell_wait_fini(here->shell);
    shell_follow_fini(here->shell);
    bus_socket_close(here->asker);
    bus_socket_close(here->shell->server);
    bus_close(here->shell->bus);
    free(here->shell);
    free(here->frame);
    free(here);
    return toy_teardown(&toy);
}

/* ---- frames -----------------------------------------------------------------------------------
 */

static void send_request(struct gathering *here, Paidan__Request *request)
{
    unsigned char id[REQUEST_ID_BYTES] = {(unsigned char)(here->sent >> 8),
                                          (unsigned char)here->sent};
    request->protocol = 1;
    request->correlation = ++here->sent;
    request->has_request_id = 1;
    request->request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    assert_true(paidan__request__get_packed_size(request) <= FRAME_BYTES);
    const size_t size = paidan__request__pack(request, here->frame);
    enum rc rc = RC_AGAIN;
    for (unsigned round = 0; rc == RC_AGAIN && round < PATIENCE_US / ROUND_US; round++) {
        rc = bus_send(here->asker, NULL, here->frame, size);
        usleep(rc == RC_AGAIN ? ROUND_US : 0);
    }
    assert_int_equal(rc, RC_OK);
}

static void send_texts(struct gathering *here, size_t tickets, char *text)
{
    static Paidan__NewTicket row;
    static Paidan__NewTicket *list[SUBMIT_TICKETS_MAX];
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    paidan__new_ticket__init(&row);
    row.channel = "wechat";
    row.text = text;
    for (size_t index = 0; index < tickets; index++) {
        list[index] = &row;
    }
    submit.n_tickets = tickets;
    submit.tickets = list;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    send_request(here, &request);
}

static void send_submit(struct gathering *here, size_t tickets)
{
    send_texts(here, tickets, "text");
}

static void send_ping(struct gathering *here)
{
    Paidan__Ping wish = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &wish;
    send_request(here, &request);
}

/* Until so many frames wait for their turn. */
static void expect_queued(struct gathering *here, size_t count)
{
    struct shell *shell = here->shell;
    for (unsigned round = 0; shell->queue.count < count && round < PATIENCE_US / ROUND_US;
         round++) {
        shell_serve_receive(shell, UINT64_MAX);
        usleep(shell->queue.count < count ? ROUND_US : 0);
    }
    assert_int_equal(shell->queue.count, count);
}

static size_t gather_round(struct gathering *here)
{
    step_engine_reset(here->shell->engine);
    shell_gather(here->shell);
    assert_int_equal(here->shell->fault, RC_OK);
    return here->shell->count;
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* As if so many records of a log we follow had come, said at that time. The log is that of a second
 * toy, and says it again to every test. */
static void hold_log(struct gathering *here, unsigned log, unsigned count, uint64_t said_ms)
{
    void *state = NULL;
    assert_int_equal(toy_setup(&state), 0);
    struct toy_fixture *sender = state;
    struct shell_follow *follow = &here->shell->follows[log];
    sender->now_ms = said_ms;
    for (unsigned said = 0; said < count; said += TOY_BATCH_MAX) {
        toy_add_submit(sender, 0, 1, "text", TOY_BATCH_MAX);
        unsigned char *id = sender->inputs[0].request->request_id.data;
        memcpy(id, &said, sizeof said);
        ((Paidan__Request *)(uintptr_t)sender->inputs[0].request)->has_request_id = 1;
        toy_run_ok(sender);
    }
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    char name[] = "toy";
    fetch.follower = name;
    fetch.has_bytes_max = 1;
    fetch.bytes_max = TAIL_FETCH_BYTES_MAX;
    request.protocol = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &fetch;
    const unsigned char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(step_engine_query(sender->engine, NULL, &request, 1, &bytes, &size), RC_OK);
    follow->tail.state = TAIL_ASKED;
    assert_int_equal(tail_take_frame(&follow->tail, bytes, size, 0, clock_monotonic_us()), RC_OK);
    assert_true(follow->tail.head >= count);
    assert_int_equal(toy_teardown(&state), 0);
}

static void hold_records(struct gathering *here, unsigned count)
{
    hold_log(here, 0, count, 1000);
}

/* Follows two logs; the toy's own name serves for both, for no step is run here. */
static void follow_two(struct gathering *here)
{
    static const char *const follows[] = {"intake", "intake", NULL};
    here->service.follows = follows;
    shell_follow_fini(here->shell);
    assert_int_equal(shell_follow_init(here->shell), RC_OK);
    assert_int_equal(here->shell->follow_count, 2);
}

static size_t records_from(const struct shell *shell, unsigned log)
{
    size_t records = 0;
    for (size_t index = 0; index < shell->count; index++) {
        const struct shell_origin *origin = &shell->origins[index];
        records += origin->kind == SHELL_FROM_LOG && origin->index == log ? 1 : 0;
    }
    return records;
}

static uint64_t waiting_in(const struct shell *shell, unsigned log)
{
    const struct tail *tail = &shell->follows[log].tail;
    return tail->state == TAIL_HELD ? tail->head - tail->given.at.seq : 0;
}

static size_t records_of(const struct shell *shell)
{
    size_t records = 0;
    for (size_t index = 0; index < shell->count; index++) {
        records += shell->origins[index].kind == SHELL_FROM_LOG ? 1 : 0;
    }
    return records;
}

/* ---- rooms ------------------------------------------------------------------------------------
 */

static void test_step_when_frames_carry_thousands_then_bounded_by_items(void **state)
{
    struct gathering *here = *state;
    for (unsigned index = 0; index < 5; index++) {
        send_submit(here, 3000);
    }
    expect_queued(here, 5);
    /* On a slow machine a step takes fewer, for reading must not delay it. */
    size_t frames = 0;
    for (size_t count = 1; count > 0; frames += count) {
        count = gather_round(here);
        assert_int_equal(here->shell->items, count * 3000);
        assert_true(here->shell->items < STEP_ITEMS_MAX + SUBMIT_TICKETS_MAX);
    }
    assert_int_equal(frames, 5); /* nothing is lost */
}

static void test_step_when_one_frame_is_the_largest_then_it_fits(void **state)
{
    struct gathering *here = *state;
    here->shell->settings.step_inputs = 1;
    send_submit(here, SUBMIT_TICKETS_MAX);
    expect_queued(here, 1);
    assert_int_equal(gather_round(here), 1);
    assert_int_equal(here->shell->items, SUBMIT_TICKETS_MAX);
}

static void test_records_when_a_single_command_comes_then_few_beside_it(void **state)
{
    struct gathering *here = *state;
    hold_records(here, 3000);
    send_submit(here, 1);
    expect_queued(here, 1);
    (void)gather_round(here);
    const size_t few = records_of(here->shell);
    assert_int_equal(here->shell->count, few + 1);
    assert_int_equal(here->shell->origins[0].kind, SHELL_FROM_CALLER); /* who waits comes first */
    assert_true(few > 0);
    assert_true(few < 200);
    /* The next caller does not wait behind a large step either. */
    here->shell->commands_us = clock_monotonic_us();
    assert_int_equal(gather_round(here), few);
    here->shell->commands_us = clock_monotonic_us() - 10000000;
    assert_true(gather_round(here) > 2000); /* nobody has asked for long */
}

static void test_records_when_commands_are_large_then_they_fill_the_step(void **state)
{
    struct gathering *here = *state;
    hold_records(here, 3000);
    send_submit(here, 1000);
    expect_queued(here, 1);
    (void)gather_round(here);
    assert_true(records_of(here->shell) > 2000);
}

static void test_records_when_commands_never_end_then_they_get_their_turn(void **state)
{
    struct gathering *here = *state;
    here->shell->settings.step_inputs = 1;
    hold_records(here, 40);
    for (unsigned index = 0; index < 6; index++) {
        send_submit(here, 1);
    }
    expect_queued(here, 6);
    size_t records = 0;
    for (unsigned round = 0; round < 6; round++) {
        assert_int_equal(gather_round(here), 1);
        records += records_of(here->shell);
    }
    assert_int_equal(records, 3);
}

/* ---- shares -----------------------------------------------------------------------------------
 */

/* What commands are like: tickets in each, how long their texts are, how many come at once; and how much
 * each log has. */
struct load {
    unsigned tickets, text_bytes, frames, records;
    uint64_t item_ns; /* 0: not known */
};

/* The law of shares, for a step of whatever is at hand: a log that has records waiting gets a
 * sixteenth of the step (of a whole one, where a single frame is more than that): a quarter is the
 * records', of which two logs have half for sure. And whatever the logs have, commands get theirs. */
static void expect_shares(struct gathering *here, const uint64_t waiting[2])
{
    const struct shell *shell = here->shell;
    const size_t whole = shell_batch_whole(shell).items;
    const size_t items = shell->items < whole ? shell->items : whole;
    for (unsigned log = 0; log < 2; log++) {
        const size_t got = records_from(shell, log);
        assert_true(got <= waiting[log]);
        if (got < waiting[log]) {
            assert_true(got * 16 >= items);
            assert_true(got > 0);
        }
    }
    assert_true(shell->count > records_of(shell));
}

static void expect_law(struct gathering *here, const struct load *load)
{
    static char text[1 << 16];
    enum { ROUNDS = 6 };
    here->shell->item_ns = load->item_ns;
    memset(text, 'x', load->text_bytes);
    text[load->text_bytes] = '\0';
    hold_log(here, 0, load->records, 1000);
    hold_log(here, 1, load->records, 2000); /* the younger one has what is its share alone */
    for (unsigned round = 0; round < ROUNDS; round++) {
        while (here->shell->queue.count < load->frames) {
            send_texts(here, load->tickets, text);
            expect_queued(here, here->shell->queue.count + 1);
        }
        const uint64_t waiting[2] = {waiting_in(here->shell, 0), waiting_in(here->shell, 1)};
        (void)gather_round(here);
        expect_shares(here, waiting);
    }
}

static void test_logs_when_commands_never_end_then_each_has_its_share(void **state)
{
    static const struct load loads[] = {
        {1, 4, 1, 3000, 0},                  /* a caller alone */
        {1, 4, 600, 3000, 0},                /* hundreds of them */
        {40, 4, 300, 3000, 0},               /* sheets */
        {1000, 4, 12, 3000, 0},              /* batches: more items than a step has */
        {SUBMIT_TICKETS_MAX, 4, 4, 3000, 0}, /* the largest */
        {15, 60000, 12, 3000, 0},            /* long texts: more bytes than a step has */
        /* On a slow machine one frame is more than a step. */
        {SUBMIT_TICKETS_MAX, 4, 2, 3000, SHELL_ITEM_NS_MAX},
    };
    for (size_t index = 0; index < sizeof loads / sizeof loads[0]; index++) {
        follow_two(*state);
        expect_law(*state, &loads[index]);
        struct bus_message message;
        while (shell_queue_take(&((struct gathering *)*state)->shell->queue, &message)) {
            bus_message_free(&message);
        }
    }
}

static void test_logs_when_no_commands_come_then_both_move_and_the_older_first(void **state)
{
    struct gathering *here = *state;
    here->shell->settings.step_inputs = 800;
    follow_two(here);
    hold_log(here, 0, 3000, 2000);
    hold_log(here, 1, 3000, 1000);
    assert_int_equal(gather_round(here), 800);
    assert_int_equal(records_from(here->shell, 0), 200);
    assert_int_equal(records_from(here->shell, 1), 600);
}

static void test_logs_when_one_has_few_then_the_other_takes_the_rest(void **state)
{
    struct gathering *here = *state;
    here->shell->settings.step_inputs = 800;
    follow_two(here);
    hold_log(here, 0, 3000, 1000);
    hold_log(here, 1, 40, 2000);
    assert_int_equal(gather_round(here), 800);
    /* A submit's answer is a record too. */
    assert_true(records_from(here->shell, 1) >= 40);
    assert_int_equal(records_from(here->shell, 0) + records_from(here->shell, 1), 800);
}

/* Steps of one input: whoever it is, each of the three has its turn. */
static void test_logs_when_a_step_takes_one_input_then_all_have_their_turn(void **state)
{
    struct gathering *here = *state;
    size_t from[2] = {0}, commands = 0;
    here->shell->settings.step_inputs = 1;
    follow_two(here);
    hold_log(here, 0, 40, 1000);
    hold_log(here, 1, 40, 2000);
    for (unsigned index = 0; index < 12; index++) {
        send_submit(here, 1);
    }
    expect_queued(here, 12);
    for (unsigned round = 0; round < 12; round++) {
        assert_int_equal(gather_round(here), 1);
        from[0] += records_from(here->shell, 0);
        from[1] += records_from(here->shell, 1);
        commands += here->shell->count - records_of(here->shell);
    }
    assert_int_equal(commands, 6);
    assert_int_equal(from[0], 3);
    assert_int_equal(from[1], 3);
}

/* What records leave of their part is not left empty. */
static void test_commands_when_records_are_few_then_they_fill_the_step(void **state)
{
    struct gathering *here = *state;
    here->shell->settings.step_inputs = 80;
    hold_records(here, 8);
    for (unsigned index = 0; index < 80; index++) {
        send_submit(here, 1);
    }
    expect_queued(here, 80);
    const uint64_t waiting = waiting_in(here->shell, 0);
    /* On a slow machine reading ends before the step is full. */
    const size_t count = gather_round(here);
    assert_int_equal(records_of(here->shell), waiting < 60 ? waiting : 60);
    assert_true(count == 80 || here->shell->queue.count > 0);
    assert_true(count > 20 + records_of(here->shell) || here->shell->queue.count > 0);
}

/* ---- time -------------------------------------------------------------------------------------
 */

static void test_step_when_items_take_long_then_fewer_and_again_more(void **state)
{
    struct gathering *here = *state;
    struct shell *shell = here->shell;
    const size_t before = shell_batch_whole(shell).items;
    shell->items = 1000;
    for (unsigned step = 0; step < 64; step++) {
        shell_batch_learn(shell, 1000u * 40000u);
    }
    const size_t slow = shell_batch_whole(shell).items;
    assert_true(slow < before / 4);
    assert_true(slow >= 1000); /* a step is worth its commit on any machine */
    shell->items = 10;         /* too few: their step costs more than they */
    for (unsigned step = 0; step < 64; step++) {
        shell_batch_learn(shell, 10u * 1000u);
    }
    assert_int_equal(shell_batch_whole(shell).items, slow);
    shell->items = 1000;
    for (unsigned step = 0; step < 64; step++) {
        shell_batch_learn(shell, 1000u * 10000000u); /* ten ms each: not believed */
    }
    assert_int_equal(shell_batch_whole(shell).items,
                     SHELL_BATCH_US * 1000u / SHELL_ITEM_NS_MAX / 8 * 8);
    for (unsigned step = 0; step < 64; step++) {
        shell_batch_learn(shell, 1000u);
    }
    assert_int_equal(shell_batch_whole(shell).items, STEP_ITEMS_MAX);
}

static void test_records_when_nobody_waits_for_them_then_held_back_a_little(void **state)
{
    struct gathering *here = *state;
    hold_records(here, 40);
    assert_true(shell_follow_ready_us(here->shell, UINT64_MAX, false) <= clock_monotonic_us());
    here->service.follows_lazily = true;
    const uint64_t held_us = here->shell->follows[0].tail.held_us = clock_monotonic_us() + 60000000;
    assert_int_equal(gather_round(here), 0);
    shell_follow_commit(here->shell); /* of a step without them */
    assert_int_equal(gather_round(here), 0);
    const uint64_t alone_us = shell_follow_ready_us(here->shell, UINT64_MAX, false);
    assert_true(alone_us > shell_follow_ready_us(here->shell, UINT64_MAX, true));
    assert_true(alone_us <= held_us + 200000);
    here->shell->follows[0].tail.held_us = clock_monotonic_us() - 1000000;
    assert_true(gather_round(here) >= 40);
}

/* ---- overload ---------------------------------------------------------------------------------
 */

static uint32_t overload(struct gathering *here)
{
    here->shell->care_us = 0;
    shell_care_tick(here->shell);
    return here->shell->overload_ms;
}

static void test_overload_when_callers_wait_long_then_until_they_do_not(void **state)
{
    struct gathering *here = *state;
    send_submit(here, 1);
    expect_queued(here, 1);
    assert_int_equal(overload(here), 0);
    uint64_t *at_us = &here->shell->queue.frames[here->shell->queue.first].at_us;
    *at_us = clock_monotonic_us() - 2000000;
    assert_true(overload(here) > 0);
    *at_us = clock_monotonic_us() - 500000; /* not yet over */
    assert_true(overload(here) > 0);
    assert_int_equal(gather_round(here), 1);
    assert_int_equal(overload(here), 0);
}

static void follower_says(struct gathering *here, const char *name, uint64_t behind)
{
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    fetch.follower = (char *)(uintptr_t)name;
    fetch.has_behind = 1;
    fetch.behind = behind;
    shell_care_follower(here->shell, &fetch);
}

static void
test_overload_when_those_after_a_follower_are_behind_then_until_it_is_silent(void **state)
{
    struct gathering *here = *state;
    struct shell_follower *triage = &here->shell->followers[0];
    follower_says(here, "triage", 100);
    assert_int_equal(overload(here), 0);
    follower_says(here, "watcher", 1000); /* whoever follows for pleasure */
    assert_int_equal(overload(here), 0);
    follower_says(here, "triage", 101);
    assert_int_equal(shell_care_lag(here->shell), 101);
    assert_true(overload(here) > 0);
    toy_add_submit(here->toy, 1, 1, "text", 1);
    toy_run_ok(here->toy);
    follower_says(here, "triage", UINT64_MAX); /* more than can be added to ours */
    assert_true(overload(here) > 0);
    triage->behind_us -= 60000000; /* it died with that word */
    assert_int_equal(overload(here), 0);
}

static void test_overload_when_one_is_away_that_does_not_pace_then_work_is_taken(void **state)
{
    struct gathering *here = *state;
    for (unsigned char id = 1; id <= 4; id++) {
        toy_add_submit(here->toy, id, 1, "text", TOY_BATCH_MAX);
        toy_run_ok(here->toy);
    }
    assert_true(overload(here) > 0);
    here->shell->followers[0].paces = false;
    assert_int_equal(overload(here), 0);
    /* As shell_care_init sets it. */
    here->service.paced_by = NULL;
    here->shell->follower_count = 0;
    assert_int_equal(shell_care_init(here->shell), RC_OK);
    assert_false(here->shell->followers[0].paces);
}

static void test_ping_when_commands_wait_then_answered_before_them(void **state)
{
    struct gathering *here = *state;
    struct bus_message message;
    static struct site site;
    here->shell->site = &site;
    send_submit(here, 1);
    send_ping(here);
    send_submit(here, 1);
    expect_queued(here, 2);
    enum rc rc = RC_AGAIN;
    for (unsigned round = 0; rc == RC_AGAIN && round < PATIENCE_US / ROUND_US; round++) {
        rc = bus_receive(here->asker, &message);
        usleep(rc == RC_AGAIN ? ROUND_US : 0);
    }
    assert_int_equal(rc, RC_OK);
    bus_message_free(&message);
    assert_int_equal(here->shell->queue.count, 2);
}

/* ---- those who wait ---------------------------------------------------------------------------
 */

static void fetch_as(struct gathering *here, const char *name, uint32_t peer)
{
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct bus_peer from = {.bytes = sizeof peer};
    memcpy(from.id, &peer, sizeof peer);
    fetch.follower = (char *)(uintptr_t)name;
    fetch.after = step_engine_head(here->shell->engine);
    fetch.has_wait_ms = 1;
    fetch.wait_ms = TAIL_WAIT_MS_MAX;
    request.protocol = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &fetch;
    shell_wait_fetch(here->shell, &from, &request);
}

static unsigned kept(const struct gathering *here, const char *name)
{
    unsigned count = 0;
    for (unsigned index = 0; index < TAIL_FOLLOWERS_MAX; index++) {
        const struct shell_fetch *fetch = &here->shell->fetches[index];
        count += fetch->used && strcmp(fetch->follower, name) == 0 ? 1 : 0;
    }
    return count;
}

static void test_fetch_when_watchers_are_many_then_a_follower_finds_a_place(void **state)
{
    struct gathering *here = *state;
    for (uint32_t peer = 1; peer <= 2 * TAIL_FOLLOWERS_MAX; peer++) {
        fetch_as(here, "watcher", peer);
    }
    assert_int_equal(kept(here, "watcher"), SHELL_WATCHERS_MAX);
    assert_int_equal(here->shell->counts.codes[PAIDAN__CODE__TOO_MANY_WAITERS],
                     2 * TAIL_FOLLOWERS_MAX - SHELL_WATCHERS_MAX);
    /* It comes back on ever new connections. */
    for (uint32_t peer = 1001; peer <= 1000 + 2 * TAIL_FOLLOWERS_MAX; peer++) {
        fetch_as(here, "triage", peer);
    }
    assert_int_equal(here->shell->counts.codes[PAIDAN__CODE__TOO_MANY_WAITERS],
                     2 * TAIL_FOLLOWERS_MAX - SHELL_WATCHERS_MAX);
    assert_int_equal(kept(here, "triage"), SHELL_FOLLOWERS_MAX);
    assert_int_equal(here->shell->fetch_count, TAIL_FOLLOWERS_MAX);
}

/* What a request claims to be is not looked at: the kernel says who connected. */
static void test_command_when_gathered_then_its_peer_is_known_to_the_step(void **state)
{
    struct gathering *here = *state;
    const struct shell *shell = here->shell;
    send_submit(here, 1);
    expect_queued(here, 1);
    assert_int_equal(gather_round(here), 1);
    shell_batch_peers(here->shell);
    assert_non_null(shell->inputs[0].peer);
    assert_int_equal(shell->inputs[0].peer->uid, geteuid());
    assert_int_equal(shell->inputs[0].peer->pid, getpid());
    assert_true(strncmp(shell->inputs[0].peer->id, "localhost:", 10) == 0);
    struct bus_peer inner = {.inner = true};
    struct step_peer asker;
    assert_null(shell_batch_peer(&inner, &asker)); /* the service itself */
}

/* The loop says that it lives before each step and each round, and pets at half the time that the
 * service manager grants: so that time must be more than twice the longest step. */
static void test_watchdog_when_a_step_takes_its_longest_then_it_does_not_strike(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char line[256];
    unsigned long seconds = 0;
    const char *root = getenv("PAIDAN_ROOT");
    snprintf(path, sizeof path, "%s/deploy/systemd/paidan@.service.in", root != NULL ? root : ".");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "WatchdogSec=", 12) == 0) {
            seconds = strtoul(line + 12, NULL, 10);
        }
    }
    fclose(file);
    assert_true(seconds * 1000 / 2 > STEP_MS_MAX);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    const struct CMUnitTest tests[] = {
        CASE(test_command_when_gathered_then_its_peer_is_known_to_the_step),
        cmocka_unit_test(test_watchdog_when_a_step_takes_its_longest_then_it_does_not_strike),
        CASE(test_step_when_frames_carry_thousands_then_bounded_by_items),
        CASE(test_step_when_one_frame_is_the_largest_then_it_fits),
        CASE(test_records_when_a_single_command_comes_then_few_beside_it),
        CASE(test_records_when_commands_are_large_then_they_fill_the_step),
        CASE(test_records_when_commands_never_end_then_they_get_their_turn),
        CASE(test_logs_when_commands_never_end_then_each_has_its_share),
        CASE(test_logs_when_no_commands_come_then_both_move_and_the_older_first),
        CASE(test_logs_when_one_has_few_then_the_other_takes_the_rest),
        CASE(test_logs_when_a_step_takes_one_input_then_all_have_their_turn),
        CASE(test_commands_when_records_are_few_then_they_fill_the_step),
        CASE(test_step_when_items_take_long_then_fewer_and_again_more),
        CASE(test_records_when_nobody_waits_for_them_then_held_back_a_little),
        CASE(test_overload_when_callers_wait_long_then_until_they_do_not),
        CASE(test_overload_when_those_after_a_follower_are_behind_then_until_it_is_silent),
        CASE(test_overload_when_one_is_away_that_does_not_pace_then_work_is_taken),
        CASE(test_ping_when_commands_wait_then_answered_before_them),
        CASE(test_fetch_when_watchers_are_many_then_a_follower_finds_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
