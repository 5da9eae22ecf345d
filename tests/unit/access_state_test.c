/* access_state: what access stores is the same bytes as ever, its rows follow the records, and what
 * it has not written is refused. */

#include "access_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "stored.h"

#define BASE_MS 1795309200000ull

static void fill(char *field, size_t size, char letter)
{
    memset(field, letter, size - 1);
    field[size - 1] = '\0';
}

static struct access_person plain(void)
{
    struct access_person person = {.state = ACCESS_INVITED,
                                   .number = 3,
                                   .name = "li.si",
                                   .terms = {.passes = 2, .memory_kib = 65536},
                                   .added_ms = BASE_MS};
    memset(person.terms.salt, 's', sizeof person.terms.salt);
    memset(person.password, 'p', sizeof person.password);
    return person;
}

static struct access_person widest(void)
{
    struct access_person person = plain();
    person.state = ACCESS_DISABLED;
    person.number = UINT64_MAX;
    fill(person.full_name, sizeof person.full_name, 'f');
    person.terms.memory_kib = UINT32_MAX;
    person.login_ms = BASE_MS + 1;
    person.factor = person.pending = true;
    memset(person.sealed, 'x', sizeof person.sealed);
    memset(person.pending_sealed, 'y', sizeof person.pending_sealed);
    person.factor_step = BASE_MS / 30000;
    person.recovery_count = RECOVERY_CODES;
    memset(person.recovery, 'r', sizeof person.recovery);
    person.role_count = 2;
    for (unsigned index = 0; index < 2; index++) {
        person.roles[index].role = 2 + index;
        person.roles[index].level = index == 0 ? 0 : UINT32_MAX;
        fill(person.roles[index].unit, sizeof person.roles[index].unit, 'u');
        fill(person.roles[index].area, sizeof person.roles[index].area, 'a');
        fill(person.roles[index].channel, sizeof person.roles[index].channel, 'c');
    }
    return person;
}

static struct access_session session_of(unsigned char letter, uint64_t number)
{
    struct access_session session = {.number = number,
                                     .name = "li.si",
                                     .via = "10.0.0.7",
                                     .began_ms = BASE_MS,
                                     .seen_ms = BASE_MS,
                                     .idle_ms = BASE_MS + 1000,
                                     .ends_ms = BASE_MS + 5000};
    memset(session.mark, letter, sizeof session.mark);
    return session;
}

static void assert_person_equal(struct store_txn *txn, const struct access_person *person)
{
    struct access_person read;
    assert_int_equal(access_state_person(txn, person->name, &read), RC_OK);
    assert_memory_equal(&read, person, sizeof read);
}

static void test_records_when_stored_then_the_bytes_of_the_first_version(void **context)
{
    (void)context;
    struct stored stored;
    stored_open(&stored, &access_service);
    struct access_person person = plain();
    assert_int_equal(access_state_put_person(stored.txn, &person), RC_OK);
    stored_say(&stored, ACCESS_PERSON, "person: with a first password");
    person = widest();
    assert_int_equal(access_state_put_person(stored.txn, &person), RC_OK);
    stored_say(&stored, ACCESS_PERSON, "person: all of it");
    assert_person_equal(stored.txn, &person);
    const struct access_failure failure = {
        .count = 6, .last_ms = BASE_MS, .locked_until_ms = BASE_MS + 10, .forget_ms = BASE_MS + 20};
    assert_int_equal(access_state_put_failure(stored.txn, STORED_ID, &failure), RC_OK);
    stored_say(&stored, ACCESS_FAILURE, "failure");
    const struct access_change change = {.kind = 5,
                                         .asked_ms = BASE_MS,
                                         .lapses_ms = BASE_MS + 30,
                                         .name = "aud",
                                         .asked_by = "sec"};
    assert_int_equal(access_state_add_change(stored.txn, STORED_ID, &change), RC_OK);
    stored_say(&stored, ACCESS_CHANGE, "change");
    struct access_key key = {.label = "hotline",
                             .made_by = "sec",
                             .made_ms = BASE_MS,
                             .expires_ms = BASE_MS + 40,
                             .used_ms = BASE_MS + 1,
                             .revoked_ms = BASE_MS + 2,
                             .role_count = 1,
                             .roles = {{.role = 9, .channel = "hotline"}}};
    memset(key.mark, 'k', sizeof key.mark);
    assert_int_equal(access_state_put_key(stored.txn, &key), RC_OK);
    stored_say(&stored, ACCESS_KEY, "key");
    stored_say(&stored, STORE_DUE, "due");
    stored_close(&stored, "access_stored");
}

static void say_rows(struct stored *stored, const char *when)
{
    trace_say(&stored->trace, "rows of a session: %s", when);
    stored_say(stored, ACCESS_SESSION, "session");
    stored_say(stored, ACCESS_HELD, "held");
    stored_say(stored, STORE_DUE, "due");
}

static void test_rows_when_a_session_begins_goes_on_and_ends_then_they_follow_it(void **context)
{
    (void)context;
    struct stored stored;
    struct access_held held;
    stored_open(&stored, &access_service);
    struct access_session session = session_of('m', 3);
    assert_int_equal(access_state_add_session(stored.txn, &session), RC_OK);
    say_rows(&stored, "begun");
    assert_int_equal(access_state_see_session(stored.txn, &session, BASE_MS + 500, BASE_MS + 9000),
                     RC_OK);
    say_rows(&stored, "seen: its end comes before it would be idle");
    assert_int_equal(access_state_held(stored.txn, 3, &held), RC_OK);
    assert_int_equal(held.count, 1);
    assert_int_equal(held.ids[0], access_state_id(session.mark));
    assert_int_equal(access_state_end_session(stored.txn, &session), RC_OK);
    say_rows(&stored, "ended");
    assert_int_equal(access_state_end_session(stored.txn, &session), RC_CORRUPT);
    stored_close(&stored, "access_stored_rows");
}

/* A person's sessions are those of the number, not of a neighbour's. */
static void test_held_when_neighbours_have_sessions_then_not_among_them(void **context)
{
    (void)context;
    struct stored stored;
    struct access_held held;
    stored_open(&stored, &access_service);
    for (unsigned index = 0; index < 3; index++) {
        const struct access_session session = session_of((unsigned char)('a' + index), 2 + index);
        assert_int_equal(access_state_add_session(stored.txn, &session), RC_OK);
    }
    for (uint64_t number = 1; number < 6; number++) {
        assert_int_equal(access_state_held(stored.txn, number, &held), RC_OK);
        assert_int_equal(held.count, number >= 2 && number <= 4);
    }
    stored_close(&stored, NULL);
}

static void test_person_when_it_stands_under_another_name_then_corrupt(void **context)
{
    (void)context;
    struct stored stored;
    struct access_person person = plain(), read;
    const void *value = NULL;
    size_t bytes = 0;
    unsigned char copy[1024];
    stored_open(&stored, &access_service);
    assert_int_equal(access_state_put_person(stored.txn, &person), RC_OK);
    assert_int_equal(store_get(stored.txn, ACCESS_PERSON, "li.si", 5, &value, &bytes), RC_OK);
    assert_in_range(bytes, 1, sizeof copy);
    memcpy(copy, value, bytes);
    assert_int_equal(store_put(stored.txn, ACCESS_PERSON, "wang", 4, copy, bytes), RC_OK);
    assert_int_equal(access_state_person(stored.txn, "wang", &read), RC_CORRUPT);
    copy[bytes / 2] ^= 1;
    assert_int_equal(store_put(stored.txn, ACCESS_PERSON, "li.si", 5, copy, bytes), RC_OK);
    assert_int_equal(access_state_person(stored.txn, "li.si", &read), RC_CORRUPT);
    stored_close(&stored, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_when_stored_then_the_bytes_of_the_first_version),
        cmocka_unit_test(test_rows_when_a_session_begins_goes_on_and_ends_then_they_follow_it),
        cmocka_unit_test(test_held_when_neighbours_have_sessions_then_not_among_them),
        cmocka_unit_test(test_person_when_it_stands_under_another_name_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
