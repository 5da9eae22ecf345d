/* permit_grant, permit_key, permit_peers, permit_door: who is believed, and who is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/permit/permit_door.h"
#include "scratch.h"

#define NOW_MS 1795309200000ull

struct test {
    struct scratch scratch;
    struct arena arena;
    unsigned char secret[PERMIT_SECRET_BYTES], key[PERMIT_KEY_BYTES];
    unsigned char *bytes;
    size_t size;
    struct permit_door *door;
    struct permit_asker asker;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    scratch_make(&test->scratch);
    assert_int_equal(arena_init(&test->arena, 64u << 20), RC_OK);
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, test->secret), RC_OK);
    assert_int_equal(permit_key_public(test->scratch.path, PERMIT_PAPER_GRANT, test->key), RC_OK);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    permit_door_close(test->door);
    arena_fini(&test->arena);
    scratch_remove(&test->scratch);
    free(test);
    return 0;
}

static void seal(struct test *test, const char *actor, uint64_t issued_ms, uint64_t life_ms)
{
    static unsigned char session[SESSION_BYTES] = "session";
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    Paidan__GrantRole *roles[] = {&role};
    Paidan__Grant grant = PAIDAN__GRANT__INIT;
    role.role = PAIDAN__ROLE__ROLE_CLERK;
    role.unit = (char *)(uintptr_t) "b.any";
    grant.actor = (char *)(uintptr_t)actor;
    grant.roles = roles;
    grant.n_roles = 1;
    grant.has_session = 1;
    grant.session = (ProtobufCBinaryData){.data = session, .len = sizeof session};
    grant.issued_ms = issued_ms;
    grant.expires_ms = issued_ms + life_ms;
    assert_int_equal(permit_grant_seal(test->secret, PERMIT_PAPER_GRANT, &grant, &test->arena,
                                       &test->bytes, &test->size),
                     RC_OK);
}

static enum rc open_at(struct test *test, uint64_t now_ms)
{
    Paidan__Grant *grant = NULL;
    return permit_grant_open(test->key, PERMIT_PAPER_GRANT, test->bytes, test->size, now_ms,
                             &test->arena, &grant);
}

static void peers_write(struct test *test, const char *text)
{
    FILE *const file = fopen(scratch_path(&test->scratch, "peers"), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void door_open(struct test *test)
{
    assert_int_equal(permit_door_open(test->scratch.path, NULL, &test->door), RC_OK);
}

static Paidan__Code knock(struct test *test, uint32_t uid, bool granted, bool public,
                          uint64_t now_ms)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.has_grant = granted;
    request.grant = (ProtobufCBinaryData){.data = test->bytes, .len = granted ? test->size : 0};
    request.has_public_ = request.public_ = public;
    return permit_door_ask(test->door, "intake", uid, &request, now_ms, &test->asker);
}

/* ---- grants ---- */

static void test_grant_when_sealed_then_opens_until_it_ends(void **state)
{
    struct test *const test = *state;
    seal(test, "zhang.san", NOW_MS, PERMIT_GRANT_MS_MAX);
    assert_int_equal(open_at(test, NOW_MS), RC_OK);
    assert_int_equal(open_at(test, NOW_MS + PERMIT_GRANT_MS_MAX - 1), RC_OK);
    assert_int_equal(open_at(test, NOW_MS + PERMIT_GRANT_MS_MAX), RC_INVALID);
    assert_int_equal(open_at(test, NOW_MS - PERMIT_GRANT_EARLY_MS), RC_OK);
    assert_int_equal(open_at(test, NOW_MS - PERMIT_GRANT_EARLY_MS - 1), RC_INVALID);
    test->key[0] ^= 1; /* of another instance */
    assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
}

static void test_grant_when_any_bit_is_flipped_then_refused(void **state)
{
    struct test *const test = *state;
    seal(test, "zhang.san", NOW_MS, 1000);
    for (size_t bit = 0; bit < test->size * 8; bit++) {
        test->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
        test->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        arena_reset(&test->arena);
        seal(test, "zhang.san", NOW_MS, 1000);
    }
    for (const size_t whole = test->size; test->size-- > 0;) {
        assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
        assert_true(test->size < whole);
        if (test->size == 0) {
            break;
        }
    }
}

/* Two sealed ones do not make a third: roles of one under the seal of the other. */
static void test_grant_when_bodies_are_exchanged_then_refused(void **state)
{
    struct test *const test = *state;
    seal(test, "zhang.san", NOW_MS, 1000);
    unsigned char *const first = test->bytes;
    const size_t size = test->size;
    seal(test, "zhang.sat", NOW_MS, 1000);
    assert_int_equal(size, test->size);
    memcpy(test->bytes + size - GRANT_SEAL_BYTES, first + size - GRANT_SEAL_BYTES,
           GRANT_SEAL_BYTES);
    assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
}

/* What a service holds is the public key: nothing that it could sign with opens under it. */
static void test_grant_when_sealed_by_who_has_the_public_key_alone_then_refused(void **state)
{
    struct test *const test = *state;
    unsigned char made[PERMIT_SECRET_BYTES], other[PERMIT_KEY_BYTES];
    permit_key_of_seed(test->key, made, other); /* taken for a seed */
    memcpy(test->secret, made, sizeof made);
    seal(test, "zhang.san", NOW_MS, 1000);
    assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
    memcpy(test->secret + 32, test->key, sizeof test->key); /* beside a seed of its own */
    seal(test, "zhang.san", NOW_MS, 1000);
    assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
    memcpy(test->secret, test->key, sizeof test->key);
    seal(test, "zhang.san", NOW_MS, 1000);
    assert_int_equal(open_at(test, NOW_MS), RC_INVALID);
}

static void knows(struct test *test, enum permit_paper paper, unsigned char key[PERMIT_KEY_BYTES])
{
    assert_int_equal(permit_key_public(test->scratch.path, paper, key), RC_OK);
}

static void test_key_when_made_then_the_secret_is_its_owners_and_the_same_again(void **state)
{
    struct test *const test = *state;
    struct stat status;
    unsigned char again[PERMIT_SECRET_BYTES], key[PERMIT_KEY_BYTES];
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, again), RC_OK);
    assert_memory_equal(again, test->secret, sizeof again);
    assert_int_equal(stat(scratch_path(&test->scratch, "keys/grants/public"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    const char *const path = scratch_path(&test->scratch, "keys/grants/secret");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    static const mode_t readable[] = {0640, 0604, 0660};
    for (size_t index = 0; index < sizeof readable / sizeof readable[0]; index++) {
        assert_int_equal(chmod(path, readable[index]), 0);
        assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, again),
                         RC_SETTINGS);
    }
    knows(test, PERMIT_PAPER_GRANT, key); /* whatever became of the secret */
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, again), RC_SETTINGS);
}

/* Whoever could exchange the public key could make grants. */
static void test_key_when_others_may_change_the_public_one_then_it_is_none(void **state)
{
    struct test *const test = *state;
    static const char *const paths[] = {"keys/grants/public", "keys/grants", "keys"};
    unsigned char key[PERMIT_KEY_BYTES];
    for (size_t index = 0; index < sizeof paths / sizeof paths[0]; index++) {
        struct stat status;
        const char *const path = scratch_path(&test->scratch, paths[index]);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(chmod(path, status.st_mode | S_IWGRP), 0);
        assert_int_equal(permit_key_public(test->scratch.path, PERMIT_PAPER_GRANT, key),
                         RC_SETTINGS);
        assert_int_equal(permit_door_open(test->scratch.path, NULL, &test->door), RC_SETTINGS);
        assert_int_equal(chmod(path, status.st_mode), 0);
        knows(test, PERMIT_PAPER_GRANT, key);
    }
}

/* A mode of 0644 keeps out everybody but the owner, so it matters who that is. */
static void test_key_when_another_owns_the_public_one_then_it_is_none(void **state)
{
    struct test *const test = *state;
    static const char *const paths[] = {"keys/grants/public", "keys/grants", "keys"};
    unsigned char key[PERMIT_KEY_BYTES];
    if (geteuid() != 0) {
        skip(); /* nobody else can give a file away */
    }
    for (size_t index = 0; index < sizeof paths / sizeof paths[0]; index++) {
        const char *const path = scratch_path(&test->scratch, paths[index]);
        assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
        assert_int_equal(permit_key_public(test->scratch.path, PERMIT_PAPER_GRANT, key),
                         RC_SETTINGS);
        assert_int_equal(chown(path, 0, (gid_t)-1), 0);
        knows(test, PERMIT_PAPER_GRANT, key);
    }
    /* As it is installed: access has keys/ and its own pair, intake the other pair. */
    unsigned char pass[PERMIT_SECRET_BYTES];
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_PASS, pass), RC_OK);
    static const char *const passes[] = {"keys/passes", "keys/passes/public"};
    for (size_t index = 0; index < 3; index++) {
        assert_int_equal(chown(scratch_path(&test->scratch, paths[index]), 12345, (gid_t)-1), 0);
    }
    for (size_t index = 0; index < 2; index++) {
        assert_int_equal(chown(scratch_path(&test->scratch, passes[index]), 12346, (gid_t)-1), 0);
    }
    knows(test, PERMIT_PAPER_GRANT, key);
    knows(test, PERMIT_PAPER_PASS, key);
    assert_int_equal(chown(scratch_path(&test->scratch, "keys"), 12347, (gid_t)-1), 0);
    assert_int_equal(permit_key_public(test->scratch.path, PERMIT_PAPER_PASS, key), RC_SETTINGS);
}

static void descriptors(rlim_t most)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Too many open files pass by themselves: a service is started again, and one that runs goes on with
 * the key that it has. A link where a key should be does not. */
static void
test_key_when_no_descriptor_is_left_then_not_now_and_the_door_keeps_its_own(void **state)
{
    struct test *const test = *state;
    struct rlimit before;
    unsigned char key[PERMIT_KEY_BYTES];
    peers_write(test, "uid 7 gateway\n");
    door_open(test);
    seal(test, "zhang.san", NOW_MS, 1000);
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__OK);
    (void)usleep(1100000); /* so that they are read again */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    descriptors(0);
    const enum rc public = permit_key_public(test->scratch.path, PERMIT_PAPER_GRANT, key);
    const enum rc secret = permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, test->secret);
    const enum rc peers = permit_door_reload(test->door);
    const Paidan__Code code = knock(test, 7, true, false, NOW_MS);
    descriptors(before.rlim_cur);
    assert_int_equal(public, RC_IO);
    assert_int_equal(secret, RC_IO);
    assert_int_equal(peers, RC_IO);
    assert_int_equal(code, PAIDAN__CODE__OK);
    const char *const path = scratch_path(&test->scratch, "keys/grants/public");
    assert_int_equal(remove(path), 0);
    assert_int_equal(symlink("secret", path), 0);
    assert_int_equal(permit_key_public(test->scratch.path, PERMIT_PAPER_GRANT, key), RC_SETTINGS);
}

/* From a version whose services shared one key. */
static void test_key_when_a_shared_one_is_left_then_a_pair_takes_its_place(void **state)
{
    struct test *const test = *state;
    unsigned char again[PERMIT_SECRET_BYTES];
    const char *const path = scratch_path(&test->scratch, "keys/grant");
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite("0123456789abcdef0123456789abcdef", 1, 32, file), 32);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_PASS, again), RC_OK);
    assert_int_equal(access(path, F_OK), 0); /* access's to take away */
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, again), RC_OK);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* ---- peers ---- */

static enum rc peers_read(struct test *test, const char *text, char what[256])
{
    struct permit_peers peers;
    peers_write(test, text);
    const enum rc rc =
        permit_peers_read(scratch_path(&test->scratch, "peers"), 1000, &peers, what, 256);
    if (rc == RC_OK) {
        permit_peers_free(&peers);
    }
    return rc;
}

static void test_peers_when_a_line_is_not_understood_then_refused_with_its_number(void **state)
{
    struct test *const test = *state;
    static const struct {
        const char *text, *what;
    } mistakes[] = {
        {"uid 1 trial\nuser 2 trial\n", "line 2: not understood: user"},
        {"uid nobody.such trial\n", "line 1: no such user: nobody.such"},
        {"uid -1 trial\n", "line 1: no such user: -1"},
        {"uid 4294967295 trial\n", "line 1: no such user: 4294967295"},
        {"uid 1\n", "line 1: not a kind of peer"},
        {"uid 1 root\n", "line 1: not a kind of peer: root"},
        {"uid 1 person\n", "line 1: its name is missing"},
        {"uid 1 adapter a\n", "line 1: it needs either channel= or unit="},
        {"uid 1 adapter a channel=x unit=y\n", "line 1: it needs either channel= or unit="},
        {"uid 1 adapter a channel=X\n", "line 1: not a setting of this peer: channel=X"},
        {"uid 1 adapter a unit=x follow=escalation\n", "line 1: follow= is not for a unit"},
        {"uid 1 person a follow=escalation\n",
         "line 1: not a setting of this peer: follow=escalation"},
        {"uid 1 person a channel=x\n", "line 1: not a setting of this peer: channel=x"},
        {"uid 1 trial always\n", "line 1: not understood: always"},
        {"uid 1 trial until=2026-02-30\n", "line 1: not a setting of this peer: until=2026-02-30"},
        {"uid 1 trial\n# once more\nuid 1 gateway\n", "line 3: it stands here twice: 1"},
        {"tcp gateway\n", "line 1: over tcp nobody is known: only trial"},
        {"curve short adapter a channel=x\n", "line 1: not understood: curve"},
    };
    char what[256];
    for (size_t index = 0; index < sizeof mistakes / sizeof *mistakes; index++) {
        assert_int_equal(peers_read(test, mistakes[index].text, what), RC_SETTINGS);
        assert_string_equal(what, mistakes[index].what);
    }
    assert_int_equal(peers_read(test, "", what), RC_OK); /* nobody is heard */
    assert_int_equal(
        peers_read(test,
                   "uid 0 service triage follow=intake,escalation # root\n\n"
                   "uid 13 adapter webhook follow=escalation,callback\n"
                   "uid 14 adapter wechat channel=wechat follow=escalation\n"
                   "\tuid 12 adapter hotline-a channel=hotline until=2027-06-30\r\n"
                   "curve 0123456789012345678901234567890123456789 unit env unit=u.env\n",
                   what),
        RC_OK);
}

static void test_door_when_no_file_then_own_user_alone(void **state)
{
    struct test *const test = *state;
    door_open(test);
    assert_int_equal(knock(test, geteuid(), false, false, NOW_MS), PAIDAN__CODE__OK);
    assert_true(test->asker.free);
    assert_int_equal(knock(test, geteuid() + 1, false, false, NOW_MS), PAIDAN__CODE__FORBIDDEN);
    assert_int_equal(knock(test, UINT32_MAX, false, false, NOW_MS), PAIDAN__CODE__FORBIDDEN);
    assert_int_equal(knock(test, 0, false, false, NOW_MS),
                     geteuid() == 0 ? PAIDAN__CODE__OK : PAIDAN__CODE__FORBIDDEN);
}

static void test_door_when_grant_or_public_then_judged_by_that_alone(void **state)
{
    struct test *const test = *state;
    peers_write(test, "uid 7 trial\nuid 8 gateway channel=web\nuid 9 person li.si\n");
    door_open(test);
    seal(test, "zhang.san", NOW_MS, 1000);
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__OK);
    assert_false(test->asker.free);
    assert_int_equal(test->asker.column, PERMIT_COLUMNS);
    assert_string_equal(test->asker.actor, "zhang.san");
    assert_int_equal(knock(test, 7, true, true, NOW_MS), PAIDAN__CODE__OK);
    assert_int_equal(test->asker.column, PERMIT_PUBLIC); /* only ever narrowed */
    assert_int_equal(knock(test, 8, false, false, NOW_MS), PAIDAN__CODE__OK);
    assert_int_equal(test->asker.column, PERMIT_GATEWAY);
    assert_int_equal(knock(test, 8, false, true, NOW_MS), PAIDAN__CODE__OK);
    assert_string_equal(test->asker.roles[0]->channel, "web");
    assert_int_equal(knock(test, 9, true, false, NOW_MS),
                     PAIDAN__CODE__GRANT_INVALID); /* another's */
    seal(test, "li.si", NOW_MS, 1000);
    assert_int_equal(knock(test, 9, true, false, NOW_MS), PAIDAN__CODE__OK);
    assert_int_equal(knock(test, 6, true, false, NOW_MS), PAIDAN__CODE__FORBIDDEN);
}

static void test_door_when_an_adapter_follows_then_the_logs_of_its_line_alone(void **state)
{
    struct test *const test = *state;
    peers_write(test, "uid 7 adapter webhook follow=intake\nuid 8 adapter w channel=wechat\n");
    door_open(test); /* as the service that knock asks */
    assert_int_equal(knock(test, 7, false, false, NOW_MS), PAIDAN__CODE__OK);
    assert_true(test->asker.follows);
    assert_string_equal(test->asker.follower, "webhook");
    assert_null(test->asker.roles[0]->channel);
    assert_int_equal(knock(test, 8, false, false, NOW_MS), PAIDAN__CODE__OK);
    assert_false(test->asker.follows);
}

static void test_door_when_grant_was_checked_then_expiry_is_asked_again(void **state)
{
    struct test *const test = *state;
    peers_write(test, "uid 7 gateway\n");
    door_open(test);
    seal(test, "zhang.san", NOW_MS, 1000);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(knock(test, 7, true, false, NOW_MS + 999), PAIDAN__CODE__OK);
        assert_int_equal(knock(test, 7, true, false, NOW_MS + 1000), PAIDAN__CODE__GRANT_INVALID);
    }
    test->bytes[4] ^= 1; /* known by its seal, not by its bytes */
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__GRANT_INVALID);
    test->bytes[4] ^= 1;
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__OK);
}

/* A pair that was exchanged makes void what the one before sealed, remembered or not; a service that
 * started before the first pair was made finds it. */
static void test_door_when_the_pair_is_exchanged_then_old_grants_are_void(void **state)
{
    struct test *const test = *state;
    peers_write(test, "uid 7 gateway\n");
    assert_int_equal(remove(scratch_path(&test->scratch, "keys/grants/public")), 0);
    door_open(test);
    seal(test, "zhang.san", NOW_MS, 1000);
    unsigned char *const old = test->bytes;
    const size_t old_size = test->size;
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__GRANT_INVALID);
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, test->secret), RC_OK);
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__OK);
    seal(test, "thief", NOW_MS, 1000); /* with the secret that he took */
    unsigned char *const stolen = test->bytes;
    const size_t stolen_size = test->size;
    assert_int_equal(remove(scratch_path(&test->scratch, "keys/grants/secret")), 0);
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, test->secret), RC_OK);
    seal(test, "zhang.san", NOW_MS, 1000);
    (void)usleep(150000); /* one that does not open has keys read again after a tenth of a second */
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__OK);
    test->bytes = old;
    test->size = old_size;
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__GRANT_INVALID);
    test->bytes = stolen;
    test->size = stolen_size;
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__GRANT_INVALID);
}

/* Nobody has come with a new one yet: a thief's are the first that are asked about. */
static void
test_door_when_the_pair_is_exchanged_and_no_new_grant_came_then_old_ones_are_void(void **state)
{
    struct test *const test = *state;
    for (unsigned remembered = 0; remembered < 2; remembered++) {
        peers_write(test, "uid 7 gateway\n");
        door_open(test);
        seal(test, "thief", NOW_MS, 1000);
        assert_int_equal(remembered == 1 ? knock(test, 7, true, false, NOW_MS) : PAIDAN__CODE__OK,
                         PAIDAN__CODE__OK);
        assert_int_equal(remove(scratch_path(&test->scratch, "keys/grants/secret")), 0);
        assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_GRANT, test->secret),
                         RC_OK);
        (void)usleep(1100000); /* nothing fails, so keys are read again by their age */
        assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__GRANT_INVALID);
        permit_door_close(test->door);
        test->door = NULL;
    }
}

/* Intake lets somebody at one ticket and can do no more; nor can access say that somebody knew a code. */
static void test_door_when_a_pass_then_of_the_public_and_by_its_own_key_alone(void **state)
{
    struct test *const test = *state;
    Paidan__Grant *read = NULL;
    ProtobufCBinaryData pass = {.len = 0};
    unsigned char key[PERMIT_KEY_BYTES];
    peers_write(test, "uid 7 gateway\n");
    door_open(test);
    assert_int_equal(permit_door_pass(test->door, 77, NOW_MS, &test->arena, &pass), RC_OK);
    test->bytes = pass.data;
    test->size = pass.len;
    (void)usleep(150000); /* as above */
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__OK);
    assert_int_equal(test->asker.column, PERMIT_PUBLIC);
    assert_int_equal(test->asker.roles[0]->ticket, 77);
    assert_int_equal(open_at(test, NOW_MS), RC_INVALID); /* under access's key */
    /* Intake's secret under a grant's label: what a captured intake would try. */
    assert_int_equal(permit_key_pair(test->scratch.path, PERMIT_PAPER_PASS, test->secret), RC_OK);
    seal(test, "zhang.san", NOW_MS, 1000);
    assert_int_equal(knock(test, 7, true, false, NOW_MS), PAIDAN__CODE__GRANT_INVALID);
    knows(test, PERMIT_PAPER_PASS, key);
    assert_int_equal(permit_grant_open(key, PERMIT_PAPER_PASS, test->bytes, test->size, NOW_MS,
                                       &test->arena, &read),
                     RC_INVALID);
}

static void test_door_when_file_is_read_again_then_whole_or_not_at_all(void **state)
{
    struct test *const test = *state;
    peers_write(test, "uid 7 trial\n");
    door_open(test);
    peers_write(test, "uid 8 trial\nuid 9 ???\n");
    assert_int_equal(permit_door_reload(test->door), RC_SETTINGS);
    assert_int_equal(knock(test, 7, false, false, NOW_MS), PAIDAN__CODE__OK);
    assert_int_equal(knock(test, 8, false, false, NOW_MS), PAIDAN__CODE__FORBIDDEN);
    peers_write(test, "uid 8 trial until=2026-11-21\n");
    assert_int_equal(permit_door_reload(test->door), RC_OK);
    assert_int_equal(knock(test, 7, false, false, NOW_MS), PAIDAN__CODE__FORBIDDEN);
    assert_int_equal(knock(test, 8, false, false, NOW_MS),
                     PAIDAN__CODE__FORBIDDEN); /* since a day */
    assert_int_equal(knock(test, 8, false, false, NOW_MS - 86400000), PAIDAN__CODE__OK);
}

int main(void)
{
#define DOOR_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        DOOR_TEST(test_grant_when_sealed_then_opens_until_it_ends),
        DOOR_TEST(test_grant_when_any_bit_is_flipped_then_refused),
        DOOR_TEST(test_grant_when_bodies_are_exchanged_then_refused),
        DOOR_TEST(test_grant_when_sealed_by_who_has_the_public_key_alone_then_refused),
        DOOR_TEST(test_key_when_made_then_the_secret_is_its_owners_and_the_same_again),
        DOOR_TEST(test_key_when_others_may_change_the_public_one_then_it_is_none),
        DOOR_TEST(test_key_when_another_owns_the_public_one_then_it_is_none),
        DOOR_TEST(test_key_when_no_descriptor_is_left_then_not_now_and_the_door_keeps_its_own),
        DOOR_TEST(test_key_when_a_shared_one_is_left_then_a_pair_takes_its_place),
        DOOR_TEST(test_peers_when_a_line_is_not_understood_then_refused_with_its_number),
        DOOR_TEST(test_door_when_no_file_then_own_user_alone),
        DOOR_TEST(test_door_when_grant_or_public_then_judged_by_that_alone),
        DOOR_TEST(test_door_when_an_adapter_follows_then_the_logs_of_its_line_alone),
        DOOR_TEST(test_door_when_grant_was_checked_then_expiry_is_asked_again),
        DOOR_TEST(test_door_when_the_pair_is_exchanged_then_old_grants_are_void),
        DOOR_TEST(
            test_door_when_the_pair_is_exchanged_and_no_new_grant_came_then_old_ones_are_void),
        DOOR_TEST(test_door_when_a_pass_then_of_the_public_and_by_its_own_key_alone),
        DOOR_TEST(test_door_when_file_is_read_again_then_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
