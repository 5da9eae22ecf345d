/* port_archive_sqlite: a ticket's row is the same in whatever order the logs are read, also when it was reopened; a
 * search ends although nothing fits, and goes on where it ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive_row.h"
#include "port_archive_search.h"
#include "port_archive_sqlite.h"
#include "scratch.h"
#include "solo.h"

#define START_MS 1795311600000ull
#define TICKET 2026112200000001ull

struct test {
    struct scratch scratch;
    struct port_archive_sqlite *file;
    struct arena arena;
    uint64_t seq;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    scratch_make(&test->scratch);
    assert_int_equal(arena_init(&test->arena, (size_t)4 << 20), RC_OK);
    assert_int_equal(
        port_archive_sqlite_open(scratch_path(&test->scratch, "archive.sqlite"), &test->file),
        RC_OK);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    port_archive_sqlite_close(test->file);
    arena_fini(&test->arena);
    scratch_remove(&test->scratch);
    free(test);
    return 0;
}

/* ---- what is written ---- */

static void put(struct test *test, const char *log, uint64_t at_ms, Paidan__Event *event)
{
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    const struct port_archive_place place = {.seq = ++test->seq};
    const struct port_archive_item item = {.log = log, .seq = test->seq, .event = event};
    event->has_ticket = 1;
    event->ticket = TICKET;
    event->at_ms = START_MS + at_ms;
    event->cause = &cause;
    arena_reset(&test->arena);
    assert_int_equal(port_archive_sqlite_begin(test->file), RC_OK);
    assert_int_equal(port_archive_sqlite_put(test->file, &test->arena, NULL, &item), RC_OK);
    assert_int_equal(port_archive_sqlite_commit(test->file, &place), RC_OK);
}

static void closed(struct test *test, uint64_t at_ms, Paidan__Outcome outcome)
{
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    fact.outcome = outcome;
    fact.round = 1;
    put(test, "escalation", at_ms, &event);
}

static void reopened(struct test *test, uint64_t at_ms)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    fact.to = &to;
    to.unit = "b1";
    to.level = 1;
    fact.round = 2;
    fact.from_unit = "b1";
    put(test, "escalation", at_ms, &event);
}

static void answered(struct test *test, uint64_t at_ms, Paidan__Solved solved)
{
    Paidan__Answered fact = PAIDAN__ANSWERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ANSWERED;
    event.answered = &fact;
    fact.round = fact.attempt = 1;
    fact.solved = solved;
    fact.satisfied = PAIDAN__SATISFIED__SATISFIED_YES;
    put(test, "callback", at_ms, &event);
}

/* ---- what is read ---- */

static void assert_says(struct test *test, const char *expected)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(port_archive_sqlite_db(test->file),
                                        "SELECT state || '|' || coalesce(outcome, '-') || '|' || "
                                        "coalesce(solved, '-') || '|' || coalesce(satisfied, '-') "
                                        "|| '|' || (closed_ms IS NOT NULL) FROM ticket",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), expected);
    (void)sqlite3_finalize(statement);
}

static void test_end_when_reopened_then_empty(void **state)
{
    struct test *const test = *state;
    answered(test, 10, PAIDAN__SOLVED__SOLVED_YES);
    closed(test, 20, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_says(test, "closed|solved|yes|yes|1");
    reopened(test, 30);
    assert_says(test, "assigned|-|-|-|0");
    closed(test, 40, PAIDAN__OUTCOME__OUTCOME_UNREACHED);
    assert_says(test, "closed|unreached|-|-|1");
    answered(test, 50, PAIDAN__SOLVED__SOLVED_PARTLY);
    assert_says(test, "closed|unreached|partly|yes|1");
}

static void test_end_when_escalation_is_read_first_then_the_same(void **state)
{
    struct test *const test = *state;
    closed(test, 20, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    reopened(test, 30);
    answered(test, 10, PAIDAN__SOLVED__SOLVED_YES);
    assert_says(test, "assigned|-|-|-|0");
}

static void test_end_when_callback_is_read_first_then_the_same(void **state)
{
    struct test *const test = *state;
    answered(test, 10, PAIDAN__SOLVED__SOLVED_YES);
    answered(test, 50, PAIDAN__SOLVED__SOLVED_PARTLY);
    closed(test, 20, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    reopened(test, 30);
    closed(test, 40, PAIDAN__OUTCOME__OUTCOME_UNREACHED);
    assert_says(test, "closed|unreached|partly|yes|1");
}

static void test_outcome_when_any_then_a_word_of_its_own(void **state)
{
    struct test *const test = *state;
    for (uint32_t outcome = 1; outcome < paidan__outcome__descriptor.n_values + 1; outcome++) {
        assert_string_not_equal(archive_row_outcome(outcome), "");
        assert_int_equal(archive_row_outcome_of(archive_row_outcome(outcome)), outcome);
    }
    closed(test, 20, PAIDAN__OUTCOME__OUTCOME_UNASKED);
    assert_says(test, "closed|unasked|-|-|1");
}

/* ---- searching ---- */

static const Paidan__Searched *search(struct test *test, Paidan__Search *wish,
                                      const struct site *site)
{
    Paidan__Answer *const answer = calloc(1, sizeof *answer);
    struct step_view view = {.arena = &test->arena, .site = site};
    arena_reset(&test->arena);
    paidan__answer__init(answer);
    assert_int_equal(port_archive_search(test->file, &view, wish, &port_archive_bounds, answer),
                     RC_OK);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_SEARCHED);
    const Paidan__Searched *const searched = answer->searched;
    free(answer);
    return searched;
}

/* The oldest ticket alone is of wang, among more than one page looks at. */
static void test_search_when_few_fit_then_it_pauses_and_goes_on(void **state)
{
    struct test *const test = *state;
    struct site *const site = solo_site_load("calls");
    Paidan__Search wish = PAIDAN__SEARCH__INIT;
    assert_int_equal(
        sqlite3_exec(port_archive_sqlite_db(test->file),
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 25000) "
                     "INSERT INTO ticket (id, number, confidential, changed_ms, moved, answered) "
                     "SELECT 2026112200000000 + i, 'x', 0, 1, 1, 0 FROM n;"
                     "INSERT INTO event (log, seq, at_ms, ticket, fact, actor, json) VALUES "
                     "('intake', 1, 1, 2026112200000001, 'registered', 'wang', '{}')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    wish.actor = "wang";
    const Paidan__Searched *searched = search(test, &wish, site);
    assert_int_equal(searched->n_tickets, 0);
    assert_true(searched->has_next);
    assert_true(searched->next > TICKET);
    wish.has_cursor = 1;
    wish.cursor = searched->next;
    searched = search(test, &wish, site);
    assert_int_equal(searched->n_tickets, 1);
    assert_true(searched->tickets[0]->ticket == TICKET);
    assert_false(searched->has_next);
    site_free(site);
}

/* The newest and the oldest of many that hold a word: what lies between is passed over inside SQLite. */
static void test_search_when_sqlite_passes_over_many_then_it_pauses_and_goes_on(void **state)
{
    struct test *const test = *state;
    struct site *const site = solo_site_load("calls");
    Paidan__Search wish = PAIDAN__SEARCH__INIT;
    uint64_t tickets[] = {TICKET, TICKET + 149999};
    size_t found = 0;
    unsigned pages = 0;
    assert_int_equal(
        sqlite3_exec(port_archive_sqlite_db(test->file),
                     "BEGIN;"
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 150000) "
                     "INSERT INTO ticket (id, number, confidential, changed_ms, moved, answered) "
                     "SELECT 2026112200000000 + i, 'x', 0, 1, 1, 0 FROM n;"
                     "INSERT INTO words (rowid, text) SELECT id, 'lamp' FROM ticket; COMMIT",
                     NULL, NULL, NULL),
        SQLITE_OK);
    wish.words = "lamp";
    wish.tickets = tickets;
    wish.n_tickets = 2;
    for (wish.has_cursor = 0; pages == 0 || wish.has_cursor; pages++) {
        assert_true(pages < 100);
        const Paidan__Searched *const searched = search(test, &wish, site);
        found += searched->n_tickets;
        wish.has_cursor = searched->has_next;
        wish.cursor = searched->next;
    }
    print_message("%u pages\n", pages);
    assert_int_equal(found, 2);
    site_free(site);
}

/* Two words that many hold and none holds both: an index walks both lists to their ends for nothing. */
static void test_search_when_nothing_is_found_in_time_then_refused(void **state)
{
    struct test *const test = *state;
    struct site *const site = solo_site_load("calls");
    Paidan__Search wish = PAIDAN__SEARCH__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    struct step_view view = {.arena = &test->arena, .site = site};
    const struct port_archive_bounds steps = {
        .each = 50, .pages = 1, .first = 4, .first_us = 3600000000u};
    const struct port_archive_bounds time = {.each = 50, .pages = 1, .first = UINT32_MAX};
    assert_int_equal(
        sqlite3_exec(port_archive_sqlite_db(test->file),
                     "BEGIN;"
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
                     "INSERT INTO words (rowid, text) SELECT 2026112200000000 + i,"
                     " CASE i % 2 WHEN 0 THEN 'lamp' ELSE 'road' END FROM n; COMMIT",
                     NULL, NULL, NULL),
        SQLITE_OK);
    wish.words = "lamp road";
    assert_int_equal(port_archive_search(test->file, &view, &wish, &steps, &answer), RC_OK);
    assert_int_equal(answer.code, PAIDAN__CODE__SEARCH_TOO_WIDE);
    paidan__answer__init(&answer);
    assert_int_equal(port_archive_search(test->file, &view, &wish, &time, &answer), RC_OK);
    assert_int_equal(answer.code, PAIDAN__CODE__SEARCH_TOO_WIDE);
    /* As it is bounded in earnest these are few, and none of them fits. */
    assert_int_equal(search(test, &wish, site)->n_tickets, 0);
    site_free(site);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_end_when_reopened_then_empty),
        TEST(test_end_when_escalation_is_read_first_then_the_same),
        TEST(test_end_when_callback_is_read_first_then_the_same),
        TEST(test_outcome_when_any_then_a_word_of_its_own),
        TEST(test_search_when_few_fit_then_it_pauses_and_goes_on),
        TEST(test_search_when_sqlite_passes_over_many_then_it_pauses_and_goes_on),
        TEST(test_search_when_nothing_is_found_in_time_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
