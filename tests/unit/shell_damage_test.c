/* shell: a store that is damaged under a service: what is whole is served, a file cut short is told
 * and not tried again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/store/store.h"
#include "shell_world.h"

static void store_of(const struct world *world, struct store **store)
{
    char path[128];
    snprintf(path, sizeof path, "%s/toy", world->folder);
    const struct store_options options = {
        .path = path, .service = "toy", .tables = box_service.step->tables};
    assert_int_equal(store_open(store, &options), RC_OK);
}

/* Records: 1 the site, then a fact and an answer each. Spoils a bit of the one at seq 2. */
static void damage_record(const struct world *world)
{
    const unsigned char key[8] = {0, 0, 0, 0, 0, 0, 0, 2};
    unsigned char bytes[512];
    const void *value = NULL;
    size_t size = 0;
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    store_of(world, &store);
    assert_int_equal(store_begin(store, true, &txn), RC_OK);
    assert_int_equal(store_get(txn, STORE_LOG, key, sizeof key, &value, &size), RC_OK);
    assert_true(size <= sizeof bytes);
    memcpy(bytes, value, size);
    bytes[EVLOG_BLOCK_HEADER_BYTES + EVLOG_RECORD_HEADER_BYTES] ^= 1;
    assert_int_equal(store_put(txn, STORE_LOG, key, sizeof key, bytes, size), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    store_close(store);
}

static void fetch_init(Paidan__Request *request, Paidan__Fetch *wish, uint64_t after)
{
    paidan__request__init(request);
    paidan__fetch__init(wish);
    wish->follower = (char *)"watcher";
    wish->after = after;
    wish->has_after_crc = 1;
    wish->after_crc = 1;
    request->wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request->fetch = wish;
}

static void test_question_when_record_is_damaged_then_told_and_the_rest_served(void **state)
{
    struct world *world = *state;
    Paidan__Request request;
    Paidan__Fetch wish;
    world_start(world, "toy", NULL);
    for (uint64_t ticket = 1; ticket <= 3; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
    damage_record(world);
    world_start(world, "toy", NULL);
    fetch_init(&request, &wish, 2);
    for (unsigned round = 0; round < 2; round++) {
        const Paidan__Answer *answer = world_ask(world, "toy", &request);
        assert_int_equal(answer->code, PAIDAN__CODE__STORE_CORRUPT);
        assert_string_equal(answer->detail, "toy");
    }
    fetch_init(&request, &wish, 4); /* whole: only its checksum is another */
    assert_int_equal(world_ask(world, "toy", &request)->code, PAIDAN__CODE__LOG_DIVERGED);
    world_chase(world, "toy", 4, "box");
    world_expect_tally(world, "toy", "chased", 4);
    world_expect_metric(world, "toy", "paidan_store_corrupt_total 2\n");
    assert_true(world_log_has(world, "toy", "code=STORE_CORRUPT"));
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
}

static void test_service_when_file_is_cut_short_then_78_now_and_at_start(void **state)
{
    struct world *world = *state;
    char path[128];
    Paidan__Request request;
    Paidan__Chase wish;
    snprintf(path, sizeof path, "%s/toy/data.mdb", world->folder);
    world_start(world, "toy", NULL);
    world_chase(world, "toy", 1, "box");
    assert_int_equal(truncate(path, 2 * 4096), 0);
    Paidan__Answer *answer = NULL;
    world_chase_init(&request, &wish, 2, "box");
    assert_int_not_equal(client_call(world->client, "toy", &request, &world->arena, 500, &answer),
                         RC_OK);
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_true(world_log_has(world, "toy", "code=STORE_CORRUPT signal=SIGBUS"));
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_int_equal(truncate(path, 0), 0);
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_true(world_log_has(world, "toy", "code=STORE_CORRUPT store=toy"));
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, world_setup, world_teardown)

int main(int argc, char **argv)
{
    int status = 0;
    if (world_main(argc, argv, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        CASE(test_question_when_record_is_damaged_then_told_and_the_rest_served),
        CASE(test_service_when_file_is_cut_short_then_78_now_and_at_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
