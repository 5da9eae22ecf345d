/* archive_words: what is found by which words, and that nothing typed becomes a query's syntax. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive_row.h"
#include "archive_words.h"
#include "common/base/limits.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    return arena_init(&arena, 8u << 20) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const char *indexed(const char *text)
{
    char *tokens = NULL;
    assert_int_equal(archive_words_index(&arena, text, &tokens), RC_OK);
    return tokens;
}

static const char *asked(const char *typed)
{
    char *query = NULL;
    assert_int_equal(archive_words_query(&arena, typed, &query), RC_OK);
    return query;
}

static void test_text_when_indexed_then_pairs_and_words(void **state)
{
    (void)state;
    assert_string_equal(indexed("路灯坏了"), "路灯 灯坏 坏了 了");
    assert_string_equal(indexed("灯"), "灯");
    assert_string_equal(indexed("路燈，ＡＢＣ-12 坏"), "路灯 灯 abc 12 坏");
    assert_string_equal(indexed("3号楼Water leak"), "3 号楼 楼 water leak");
    assert_string_equal(indexed("电话***，“ ”\n\t"), "电话 话");
    assert_string_equal(indexed(""), "");
    assert_string_equal(indexed("\xff\xfe路灯"), "路灯 灯");
}

static void test_words_when_asked_then_the_same_tokens_in_quotes(void **state)
{
    (void)state;
    assert_string_equal(asked("路灯"), "\"路灯\"");
    assert_string_equal(asked("路灯坏 漏水"), "\"路灯 灯坏\" \"漏水\"");
    assert_string_equal(asked("灯"), "\"灯\"*");
    assert_string_equal(asked("Water"), "\"water\"");
}

/* Each is what FTS5 or SQL would take for its own. */
static void test_words_when_hostile_then_words_only(void **state)
{
    (void)state;
    assert_string_equal(asked("\"路灯\" OR NEAR(漏水, 2)"),
                        "\"路灯\" \"or\" \"near\" \"漏水\" \"2\"");
    assert_string_equal(asked("words:路灯* -漏水 ^噪音"), "\"words\" \"路灯\" \"漏水\" \"噪音\"");
    assert_string_equal(asked("'; DROP TABLE ticket; --"), "\"drop\" \"table\" \"ticket\"");
    assert_string_equal(asked("100%_\\{}[]()"), "\"100\"");
    assert_string_equal(asked("\"\"\"'**"), "");
}

/* Where a long run is cut, what stands across the cut is found by its pair. */
static void test_text_when_long_then_no_pair_is_lost(void **state)
{
    (void)state;
    char *const text = calloc(3, 5000 + 1);
    assert_non_null(text);
    for (size_t index = 0; index < 5000; index++) {
        memcpy(text + 3 * index, index % 2 == 0 ? "漏" : "水", 3);
    }
    const char *tokens = indexed(text);
    size_t pairs = 0;
    for (; (tokens = strstr(tokens, "漏水")) != NULL; tokens += 6) {
        pairs++;
    }
    assert_int_equal(pairs, 2500);
    char *query = NULL;
    assert_int_equal(archive_words_query(&arena, text, &query), RC_INVALID);
    text[3 * SEARCH_CHARACTERS_MAX] = '\0';
    assert_int_equal(archive_words_query(&arena, text, &query), RC_OK);
    free(text);
}

/* ---- rows ---- */

static struct archive_row row_of(const char *log, Paidan__Event *event)
{
    struct archive_row row;
    event->has_ticket = 1;
    event->ticket = 2026112200000001ull;
    assert_true(archive_row_make(log, event, NULL, &row));
    return row;
}

static void test_row_when_assigned_and_closed_then_state_and_outcome(void **state)
{
    (void)state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    to.unit = "water";
    to.level = 2;
    assigned.to = &to;
    assigned.category = "leak";
    assigned.area = "street";
    assigned.channel = "wechat";
    assigned.title = "漏水";
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &assigned;
    event.at_ms = 1000;
    struct archive_row row = row_of("escalation", &event);
    assert_string_equal(archive_row_state(row.state), "assigned");
    assert_string_equal(row.unit, "water");
    assert_int_equal(row.level, 2);
    const uint64_t moved = row.moved;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &closed;
    row = row_of("escalation", &event);
    assert_string_equal(archive_row_state(row.state), "withdrawn");
    assert_string_equal(archive_row_outcome(row.outcome), "withdrawn");
    assert_int_equal(row.closed_ms, 1000);
    assert_int_equal(row.moved, moved); /* the log's own order decides */
}

/* What triage says of the same moment is the earlier one. */
static void test_row_when_of_two_logs_at_once_then_in_the_order_of_services(void **state)
{
    (void)state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = "water";
    resolved.note = "修好了";
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &resolved;
    event.at_ms = 1000;
    const struct archive_row later = row_of("escalation", &event);
    assert_int_equal(later.word_count, 1);
    assert_string_equal(later.words[0], "修好了");
    assert_true(row_of("triage", &event).moved < later.moved);
    event.at_ms = 1001;
    assert_true(row_of("intake", &event).moved > later.moved);
}

static void test_words_of_states_when_read_back_then_the_same(void **state)
{
    (void)state;
    for (uint32_t value = 1; value <= PAIDAN__STATE__STATE_MERGED; value++) {
        assert_int_equal(archive_row_state_of(archive_row_state(value)), value);
    }
    for (uint32_t value = 1; value <= PAIDAN__OUTCOME__OUTCOME_WITHDRAWN; value++) {
        assert_int_equal(archive_row_outcome_of(archive_row_outcome(value)), value);
    }
    assert_int_equal(archive_row_state_of("nonsense"), 0);
    assert_int_equal(archive_row_state_of(NULL), 0);
    assert_string_equal(archive_row_state(99), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_text_when_indexed_then_pairs_and_words),
        CASE(test_words_when_asked_then_the_same_tokens_in_quotes),
        CASE(test_words_when_hostile_then_words_only),
        CASE(test_text_when_long_then_no_pair_is_lost),
        CASE(test_row_when_assigned_and_closed_then_state_and_outcome),
        CASE(test_row_when_of_two_logs_at_once_then_in_the_order_of_services),
        CASE(test_words_of_states_when_read_back_then_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
