/* shell: a store or a folder that is not as it should be: what a service says, with which status it
 * ends, and what --verify and --replay find.
 *
 * With an argument only the cases that it matches are run: 'test_store*'. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/store.h"
#include "shell_world.h"

/* Lets a service do some work and end. */
static void work_and_end(struct world *world)
{
    world_start(world, "toy", NULL);
    for (uint64_t ticket = 1; ticket <= 5; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
}

static struct store *store_of(struct world *world, struct store_txn **txn)
{
    char path[128];
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/toy", world->folder);
    const struct store_options options = {
        .path = path, .service = "toy", .tables = box_service.step->tables};
    assert_int_equal(store_open(&store, &options), RC_OK);
    assert_int_equal(store_begin(store, true, txn), RC_OK);
    return store;
}

/* Changes one byte of the last value of a table, as a failing disk would. */
static void table_damage(struct world *world, unsigned table)
{
    static unsigned char value[65536];
    unsigned char key[64];
    struct store_txn *txn = NULL;
    struct store_walk walk;
    struct store *store = store_of(world, &txn);
    assert_int_equal(store_walk_open_last(txn, table, NULL, 0, &walk), RC_OK);
    const size_t key_bytes = walk.key_bytes, bytes = walk.value_bytes;
    assert_true(key_bytes <= sizeof key && bytes > 0 && bytes <= sizeof value);
    memcpy(key, walk.key, key_bytes);
    memcpy(value, walk.value, bytes);
    store_walk_close(&walk);
    value[bytes - 1] ^= 1;
    assert_int_equal(store_put(txn, table, key, key_bytes, value, bytes), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    store_close(store);
}

static void expect_end(struct world *world, const char *word, int status, const char *said)
{
    world_start(world, "toy", word, NULL);
    assert_int_equal(world_ended(world, "toy"), status);
    if (!world_log_has(world, "toy", said)) {
        fail_msg("%s: does not say: %s", word, said);
    }
}

static void test_log_when_damaged_then_found_and_not_served(void **state)
{
    struct world *world = *state;
    work_and_end(world);
    expect_end(world, "--verify", 0, "every checksum is right");
    table_damage(world, STORE_LOG);
    expect_end(world, "--verify", 1, "Damaged: at ");
    expect_end(world, "--replay", 1, "folding stopped at ");
    expect_end(world, NULL, 78, "engine=corrupt");
}

static void test_table_when_damaged_then_replay_names_it(void **state)
{
    struct world *world = *state;
    work_and_end(world);
    expect_end(world, "--replay", 0, "equal, byte for byte");
    table_damage(world, STORE_SERVICE);
    expect_end(world, "--replay", 1, "table toy_box key ");
    expect_end(world, "--verify", 0, "every checksum is right"); /* the log itself is whole */
}

static void test_store_when_absent_then_the_modes_make_none(void **state)
{
    struct world *world = *state;
    char path[128];
    struct stat info;
    expect_end(world, "--verify", 75, "cannot open the store ");
    expect_end(world, "--replay", 75, "cannot open the store ");
    snprintf(path, sizeof path, "%s/toy", world->folder);
    assert_int_not_equal(stat(path, &info), 0);
}

static void test_store_when_of_another_service_then_refused(void **state)
{
    struct world *world = *state;
    work_and_end(world);
    world_run("mv '%s/toy' '%s/toy_b'", world->folder, world->folder);
    world_start(world, "toy_b", NULL);
    assert_int_equal(world_ended(world, "toy_b"), 78);
    assert_true(world_log_has(world, "toy_b", "code=STORE_FORMAT"));
    world_start(world, "toy_b", "--verify", NULL);
    assert_int_equal(world_ended(world, "toy_b"), 78);
}

static void test_store_when_cut_short_then_not_opened(void **state)
{
    struct world *world = *state;
    work_and_end(world);
    world_run("truncate -s 1000 '%s/toy/data.mdb%s'", world->folder, "");
    world_start(world, "toy", NULL);
    assert_int_not_equal(world_ended(world, "toy"), 0);
    assert_true(world_log_has(world, "toy", "store=toy"));
}

static void test_levels_when_changed_then_refused_at_the_start(void **state)
{
    struct world *world = *state;
    work_and_end(world);
    /* Whole: what the site before had beside its tables names categories that this one lacks. */
    world_run("rm -r '%s%s'/*", world->site, "");
    world_run("cp -r '%s/deploy/sites/two-level/'* '%s/'", world_root(), world->site);
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_true(world_log_has(world, "toy", "SITE_LEVELS_CHANGED"));
}

static void test_site_when_all_is_wrong_then_the_first_mistakes_and_their_number(void **state)
{
    struct world *world = *state;
    world_run("for row in $(seq 300); do echo area$row,,x,nowhere,y; done >> '%s/areas.csv%s'",
              world->site, "");
    world_start(world, "toy", NULL);
    assert_int_equal(world_ended(world, "toy"), 78);
    assert_true(world_log_has(world, "toy", "file=areas.csv line="));
    assert_true(world_log_has(world, "toy", "more="));
}

static void test_folder_when_it_cannot_be_made_then_75(void **state)
{
    struct world *world = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/none/below", world->folder);
    world_start(world, "toy", "--data", path, NULL);
    assert_int_equal(world_ended(world, "toy"), 75);
    assert_true(world_log_has(world, "toy", "mkdir="));
    world_run("touch '%s/run%s'", world->folder, "");
    world_start(world, "toy", NULL);
    assert_int_not_equal(world_ended(world, "toy"), 0);
    assert_true(world_log_has(world, "toy", "bind="));
}

/* Whoever looks for the service stands elsewhere: what is written down is absolute. */
static void test_endpoint_when_relative_then_found_from_anywhere(void **state)
{
    struct world *world = *state;
    char name[64], endpoint[80];
    snprintf(name, sizeof name, "paidan-shell-%ld.sock", (long)getpid());
    snprintf(endpoint, sizeof endpoint, "ipc://%s", name);
    world_start(world, "toy", "--endpoint", endpoint, NULL);
    world_chase(world, "toy", 1, "box");
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
    (void)unlink(name);
    world_run("grep -q '^ipc:///' '%s/run/toy.endpoint%s'", world->folder, "");
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
    setenv("LC_ALL", "C.UTF-8", 1); /* what it says is read here */
    const struct CMUnitTest tests[] = {
        CASE(test_log_when_damaged_then_found_and_not_served),
        CASE(test_table_when_damaged_then_replay_names_it),
        CASE(test_store_when_absent_then_the_modes_make_none),
        CASE(test_store_when_of_another_service_then_refused),
        CASE(test_store_when_cut_short_then_not_opened),
        CASE(test_levels_when_changed_then_refused_at_the_start),
        CASE(test_site_when_all_is_wrong_then_the_first_mistakes_and_their_number),
        CASE(test_folder_when_it_cannot_be_made_then_75),
        CASE(test_endpoint_when_relative_then_found_from_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
