/* step: records, deadlines, splitting, queries, following and trimming. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/wire.h"
#include "toy_fixture.h"

/* ---- records and deadlines ---- */

static void test_records_when_in_order_then_applied_once(void **state)
{
    struct toy_fixture *fixture = *state;
    struct cursor cursor;
    toy_add_record(fixture, 1, 11);
    toy_add_record(fixture, 2, 0); /* not an event: the cursor moves on */
    toy_add_record(fixture, 3, 13);
    toy_run_ok(fixture);
    for (size_t index = 0; index < 3; index++) {
        assert_int_equal(fixture->outcomes[index].result, STEP_SILENT);
    }
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 2);
    assert_int_equal(toy_tally_of(fixture, TOY_RECEIPTS), 2);
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 3);
    assert_int_equal(cursor.crc, 103);
    assert_int_equal(step_engine_cursor(fixture->engine, "other", &cursor), RC_NOT_FOUND);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, 2, &event);
    assert_string_equal(event->cause->log, "intake");
    assert_int_equal(event->cause->seq, 1);
    toy_read_event(fixture, 4, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_RECEIPTS);
    assert_int_equal(event->cause->seq, 3);
    toy_reopen(fixture);
    toy_add_record(fixture, 2, 12);
    toy_add_record(fixture, 3, 13);
    toy_add_record(fixture, 4, 14);
    toy_run_ok(fixture);
    assert_int_equal(fixture->outcomes[0].result, STEP_SKIPPED);
    assert_int_equal(fixture->outcomes[1].result, STEP_SKIPPED);
    assert_int_equal(fixture->outcomes[2].result, STEP_SILENT);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 3);
    toy_check_all(fixture);
}

static void test_records_when_nothing_is_said_then_cursor_waits_for_the_next_fact(void **state)
{
    struct toy_fixture *fixture = *state;
    struct cursor cursor;
    struct cursor held = {.seq = 99};
    toy_run_ok(fixture); /* says the site */
    toy_add_record(fixture, 1, 0);
    toy_add_record(fixture, 2, 0);
    toy_run_ok(fixture);
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 2);
    assert_int_equal(step_engine_held(fixture->engine, "intake", &held), RC_OK);
    assert_int_equal(held.seq, 0);
    toy_reopen(fixture); /* they come again */
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 0);
    toy_add_record(fixture, 1, 0);
    toy_add_record(fixture, 2, 0);
    toy_add_record(fixture, 3, 13);
    toy_run_ok(fixture);
    assert_int_equal(step_engine_held(fixture->engine, "intake", &held), RC_OK);
    assert_int_equal(held.seq, 3);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 1);
    toy_reopen(fixture);
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 3);
    assert_int_equal(step_engine_held(fixture->engine, "other", &held), RC_NOT_FOUND);
}

static void test_records_when_many_say_nothing_then_cursor_is_stored(void **state)
{
    struct toy_fixture *fixture = *state;
    struct cursor held = {0};
    toy_run_ok(fixture);
    for (uint64_t seq = 1; held.seq == 0; seq++) {
        assert_true(seq <= 20000); /* the bound of what is read again after a restart */
        toy_add_record(fixture, seq, 0);
        toy_run_ok(fixture);
        assert_int_equal(step_engine_held(fixture->engine, "intake", &held), RC_OK);
        assert_true(held.seq == 0 || held.seq == seq);
    }
}

static void test_records_when_one_is_missing_then_gap_and_nothing_changes(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_add_record(fixture, 1, 11);
    toy_add_record(fixture, 3, 13);
    assert_int_equal(toy_run(fixture), RC_GAP);
    assert_int_equal(step_engine_head(fixture->engine), 0);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 0);
    toy_add_record(fixture, 1, 11); /* and it works on */
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 1);
}

static void test_record_when_unholdable_then_refused_as_fact(void **state)
{
    struct toy_fixture *fixture = *state;
    struct cursor cursor;
    toy_add_record(fixture, 1, 11);
    toy_add_record(fixture, 2, TOY_UNHOLDABLE);
    toy_add_record(fixture, 3, 13);
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 2);
    assert_int_equal(toy_tally_of(fixture, TOY_REFUSED), 1);
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 3);
    toy_check_all(fixture);
}

static void test_record_when_its_fact_is_unsayable_then_log_rests_there(void **state)
{
    struct toy_fixture *fixture = *state;
    struct cursor cursor;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_add_record(fixture, 1, 11);
    toy_add_record(fixture, 2, TOY_UNSAYABLE);
    toy_add_record(fixture, 3, 13);
    assert_int_equal(toy_run(fixture), RC_BUG);
    assert_string_equal(step_engine_culprit(fixture->engine), "intake");
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 1); /* what came before it is stored, nothing is skipped */
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 1);
    assert_int_equal(toy_tally_of(fixture, TOY_REFUSED), 0);
    toy_add_record(fixture, 2, TOY_UNSAYABLE);
    assert_int_equal(toy_run(fixture), RC_BUG);
    toy_add_submit(fixture, 1, 1, "text", 1); /* and it works on without */
    toy_add_submit(fixture, 2, 2, "text", 1);
    toy_run_ok(fixture);
    assert_null(step_engine_culprit(fixture->engine));
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 2);
    toy_add_record(fixture, 2, 12); /* a repaired program goes on where it stood */
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 2);
    toy_check_all(fixture);
}

static void test_command_when_its_fact_is_unsayable_then_refused_alone(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_add_submit(fixture, 2, 2, "unsayable", 1);
    toy_add_submit(fixture, 3, 3, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(toy_answer_of(fixture, 1)->code, PAIDAN__CODE__SERVICE_FAULT);
    assert_int_equal(toy_answer_of(fixture, 2)->code, PAIDAN__CODE__OK);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 2);
    assert_int_equal(toy_tally_of(fixture, TOY_REFUSED), 0);
    toy_check_all(fixture);
}

static void test_deadline_when_its_fact_is_unsayable_then_not_passed_over(void **state)
{
    struct toy_fixture *fixture = *state;
    const struct due due = {.due_ms = 1500, .id = TOY_UNSAYABLE, .kind = 1};
    struct store_txn *txn = NULL;
    uint64_t due_ms = 0;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(due_put(txn, &due), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    fixture->now_ms = 1500;
    assert_int_equal(toy_run(fixture), RC_BUG);
    assert_null(step_engine_culprit(fixture->engine));
    assert_int_equal(step_engine_next_due(fixture->engine, &due_ms), RC_OK);
    assert_int_equal(due_ms, 1500);
}

static void test_deadline_when_due_then_fires_once_and_first(void **state)
{
    struct toy_fixture *fixture = *state;
    uint64_t due_ms = 0;
    assert_int_equal(step_engine_next_due(fixture->engine, &due_ms), RC_NOT_FOUND);
    toy_add_submit(fixture, 1, 1, "text", 2);
    toy_run_ok(fixture);
    assert_int_equal(step_engine_next_due(fixture->engine, &due_ms), RC_OK);
    assert_int_equal(due_ms, 2000);
    fixture->now_ms = 1999;
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_FIRED), 0);
    fixture->now_ms = 2000;
    const uint64_t head = step_engine_head(fixture->engine);
    toy_add_submit(fixture, 2, 1, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_FIRED), 2);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, head + 1, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_WARNED);
    assert_int_equal(event->cause->due_ms, 2000);
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_FIRED), 2);
    toy_check_all(fixture);
}

/* The first of two deadlines takes the second with it: that one is no longer due. */
static void test_deadline_when_moved_by_one_before_then_does_not_fire(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 1, "pair", 2);
    toy_run_ok(fixture);
    fixture->now_ms = 2000;
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_FIRED), 2);
    toy_check_all(fixture);
}

/* ---- splitting ---- */

static void test_batch_when_too_much_for_one_transaction_then_split(void **state)
{
    struct toy_fixture *fixture = *state;
    unsigned commits = 0;
    store_set_fault(fixture->store, toy_count_commits, &commits);
    for (unsigned char id = 1; id <= 12; id++) {
        toy_add_submit(fixture, id, id, "text", 10); /* 120 facts, 40 a transaction */
    }
    toy_run_ok(fixture);
    assert_true(commits >= 3);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 120);
    for (size_t index = 0; index < 12; index++) {
        const Paidan__Answer *answer = toy_answer_of(fixture, index);
        assert_int_equal(answer->correlation, index + 1);
        assert_int_equal(answer->submitted->n_results, 10);
        assert_int_equal(answer->submitted->results[0]->ticket, index * 10 + 1);
    }
    size_t count = 0;
    (void)step_engine_wakes(fixture->engine, &count);
    assert_int_equal(count, 1);
    fixture->now_ms = 2000; /* and 120 deadlines, with a record and a command behind them */
    toy_add_record(fixture, 1, 11);
    toy_add_submit(fixture, 20, 1, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_FIRED), 120);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 121);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 1);
    toy_check_all(fixture);
}

static void test_command_when_alone_too_much_then_refused_and_others_done(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_add_submit(fixture, 2, 2, "text", TOY_BATCH_MAX + 1);
    toy_add_submit(fixture, 3, 3, "huge", 1);
    toy_add_submit(fixture, 4, 4, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(toy_answer_of(fixture, 1)->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(toy_answer_of(fixture, 2)->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(toy_answer_of(fixture, 2)->correlation, 3);
    assert_int_equal(toy_answer_of(fixture, 3)->code, PAIDAN__CODE__OK);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 2);
    toy_check_all(fixture);
}

/* A fact that its readers would refuse must never be stored. */
static void test_fact_when_it_breaks_a_limit_then_command_refused(void **state)
{
    struct toy_fixture *fixture = *state;
    char text[TITLE_BYTES_MAX + 2];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    toy_add_submit(fixture, 1, 1, text, 1); /* the toy takes the text as title */
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__SERVICE_FAULT);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 0);
}

/* ---- queries ---- */

static enum rc ask(struct toy_fixture *fixture, Paidan__Request *request, Paidan__Answer **answer)
{
    const unsigned char *bytes = NULL;
    size_t size = 0;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc =
        step_engine_query(fixture->engine, fixture->peer, request, fixture->now_ms, &bytes, &size);
    if (rc == RC_OK) {
        assert_int_equal(wire_unpack(step_engine_arena(fixture->engine),
                                     &paidan__answer__descriptor, bytes, size, &message, &error),
                         RC_OK);
        *answer = (Paidan__Answer *)message;
        assert_int_equal((*answer)->correlation, request->correlation);
    }
    return rc;
}

/* Each refusal names the one before; what is older than a week is no news, and a plain Stats carries
 * none. */
static void test_stats_when_records_were_refused_then_the_newest_are_told(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    Paidan__Request request = *toy_make_request(fixture, 0, 1);
    Paidan__Answer *answer = NULL;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    wish.has_refused = wish.refused = true;
    assert_int_equal(ask(fixture, &request, &answer), RC_OK);
    assert_int_equal(answer->stats->n_refused, 0);
    for (uint64_t seq = 1; seq <= REFUSED_MAX + 2; seq++) {
        toy_add_record(fixture, seq, seq % 2 == 0 ? TOY_REFUSABLE : TOY_UNHOLDABLE);
        toy_run_ok(fixture);
    }
    toy_reopen(fixture);
    assert_int_equal(ask(fixture, &request, &answer), RC_OK);
    assert_int_equal(answer->stats->n_refused, REFUSED_MAX);
    const Paidan__RefusedRecord *newest = answer->stats->refused[0];
    assert_int_equal(newest->ticket, TOY_REFUSABLE);
    assert_string_equal(newest->log, "intake");
    assert_int_equal(newest->of, REFUSED_MAX + 2);
    assert_int_equal(newest->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(answer->stats->refused[REFUSED_MAX - 1]->of, 3);
    wish.refused = false;
    assert_int_equal(ask(fixture, &request, &answer), RC_OK);
    assert_int_equal(answer->stats->n_refused, 0);
    fixture->now_ms += 8ull * 24 * 3600 * 1000;
    wish.refused = true;
    assert_int_equal(ask(fixture, &request, &answer), RC_OK);
    assert_int_equal(answer->stats->n_refused, 0);
    toy_check_all(fixture);
}

static void test_query_when_stats_or_own_then_answered(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Answer *answer = NULL;
    Paidan__Request *request = toy_make_request(fixture, 0, 9);
    Paidan__StatsWish stats = PAIDAN__STATS_WISH__INIT;
    Paidan__TriageShow show = PAIDAN__TRIAGE_SHOW__INIT;
    toy_add_submit(fixture, 1, 1, "text", 2);
    toy_add_record(fixture, 1, 3);
    toy_run_ok(fixture);
    request->wish_case = PAIDAN__REQUEST__WISH_STATS;
    request->stats = &stats;
    assert_int_equal(ask(fixture, request, &answer), RC_OK);
    assert_int_equal(answer->stats->n_counts, TOY_DELIVERIES + OUTBOX_TALLIES);
    assert_string_equal(answer->stats->counts[0]->name, "registered");
    assert_int_equal(answer->stats->counts[0]->value, 2);
    request->wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request->triage_show = &show;
    assert_int_equal(ask(fixture, request, &answer), RC_OK);
    assert_int_equal(answer->done->version, 2);
    assert_int_equal(answer->now_ms, fixture->now_ms);
}

static void test_query_when_not_the_engines_then_unsupported(void **state)
{
    struct toy_fixture *fixture = *state;
    static const Paidan__Request__WishCase wishes[] = {
        PAIDAN__REQUEST__WISH_PULL,  /* changes: not a query */
        PAIDAN__REQUEST__WISH_BOARD, /* another service's */
        PAIDAN__REQUEST__WISH_PING,  /* the shell's, which knows how the process is */
    };
    for (size_t index = 0; index < sizeof wishes / sizeof wishes[0]; index++) {
        Paidan__Answer *answer = NULL;
        Paidan__Request *request = toy_make_request(fixture, 0, 9);
        request->wish_case = wishes[index];
        assert_int_equal(ask(fixture, request, &answer), RC_OK);
        assert_int_equal(answer->code, PAIDAN__CODE__WISH_UNSUPPORTED);
    }
}

/* ---- who may wish what ---- */

static void test_command_when_forbidden_then_refused_and_nothing_stored(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_run_ok(fixture); /* says the site */
    const uint64_t head = step_engine_head(fixture->engine);
    fixture->forbidden = PAIDAN__REQUEST__WISH_SUBMIT;
    const struct step_peer clerk = {.uid = 1000, .pid = 7, .id = "localhost:1000:1000:7"};
    fixture->peer = &clerk;
    toy_add_submit(fixture, 1, 5, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__FORBIDDEN);
    assert_int_equal(toy_answer_of(fixture, 0)->correlation, 5);
    assert_int_equal(step_engine_head(fixture->engine), head);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 0);
    const struct step_peer root = {.uid = 0, .pid = 8, .id = "localhost:0:0:8"};
    fixture->peer = &root; /* the same wish, judged by who asks */
    toy_add_submit(fixture, 1, 6, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 1);
    fixture->peer = &clerk; /* who may not wish it gets no stored answer either */
    toy_add_submit(fixture, 1, 7, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__FORBIDDEN);
    assert_null(toy_answer_of(fixture, 0)->submitted);
}

static void test_query_when_forbidden_then_refused(void **state)
{
    struct toy_fixture *fixture = *state;
    static const Paidan__Request__WishCase wishes[] = {PAIDAN__REQUEST__WISH_TRIAGE_SHOW,
                                                       PAIDAN__REQUEST__WISH_STATS,
                                                       PAIDAN__REQUEST__WISH_FETCH};
    const struct step_peer root = {.uid = 0, .pid = 8, .id = "localhost:0:0:8"};
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    fetch.follower = "triage";
    toy_run_ok(fixture);
    for (size_t index = 0; index < sizeof wishes / sizeof wishes[0]; index++) {
        Paidan__Answer *answer = NULL;
        Paidan__Request *request = toy_make_request(fixture, 0, 9);
        request->wish_case = wishes[index];
        request->fetch = &fetch; /* whichever it is, only Fetch is looked into */
        fixture->forbidden = wishes[index];
        fixture->peer = NULL;
        assert_int_equal(ask(fixture, request, &answer), RC_OK);
        assert_int_equal(answer->code, PAIDAN__CODE__FORBIDDEN);
        assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY__NOT_SET);
        fixture->peer = &root;
        assert_int_equal(ask(fixture, request, &answer), RC_OK);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
    }
}

static enum rc fetch(struct toy_fixture *fixture, uint64_t after, uint32_t wait_ms,
                     uint32_t bytes_max, uint32_t crc, Paidan__Answer **answer)
{
    Paidan__Request *request = toy_make_request(fixture, 0, 9);
    Paidan__Fetch *wish = toy_take(fixture, sizeof *wish);
    paidan__fetch__init(wish);
    wish->follower = "triage";
    wish->after = after;
    wish->has_wait_ms = wait_ms > 0;
    wish->wait_ms = wait_ms;
    wish->has_bytes_max = bytes_max > 0;
    wish->bytes_max = bytes_max;
    wish->has_after_crc = crc != 0;
    wish->after_crc = crc;
    request->wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request->fetch = wish;
    return ask(fixture, request, answer);
}

static void test_fetch_when_following_then_every_record_once(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Answer *answer = NULL;
    uint64_t after = 0;
    uint32_t crc = 0;
    assert_int_equal(fetch(fixture, 0, 1, 0, 0, &answer), RC_AGAIN);
    assert_int_equal(fetch(fixture, 0, 0, 0, 0, &answer), RC_OK);
    assert_int_equal(answer->fetched->n_blocks, 0);
    for (unsigned char id = 1; id <= 5; id++) {
        toy_add_submit(fixture, id, 1, "text", 2);
        toy_run_ok(fixture);
    }
    const uint64_t head = step_engine_head(fixture->engine);
    for (unsigned round = 0; after < head; round++) {
        /* Every second answer may hold one block only. */
        assert_int_equal(fetch(fixture, after, 1000, round % 2 == 0 ? 1 : 0, crc, &answer), RC_OK);
        assert_int_equal(answer->fetched->head_seq, head);
        assert_int_equal(answer->fetched->first_seq, 1);
        assert_true(answer->fetched->n_blocks >= 1);
        assert_true(round % 2 == 1 || answer->fetched->n_blocks == 1);
        for (size_t index = 0; index < answer->fetched->n_blocks; index++) {
            struct evlog_block block;
            struct evlog_record record;
            assert_int_equal(evlog_block_open(&block, answer->fetched->blocks[index].data,
                                              answer->fetched->blocks[index].len),
                             RC_OK);
            while (evlog_block_next(&block, &record) == RC_OK) {
                if (record.seq > after) {
                    assert_int_equal(record.seq, after + 1);
                    after = record.seq;
                    crc = record.crc;
                }
            }
        }
    }
    assert_int_equal(fetch(fixture, head, 1000, 0, crc, &answer), RC_AGAIN);
    /* In the middle of a block it begins with that block. */
    assert_int_equal(fetch(fixture, 2, 0, 0, 0, &answer), RC_OK);
    assert_true(answer->fetched->n_blocks >= 1);
}

static void test_fetch_when_history_differs_then_diverged(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Answer *answer = NULL;
    toy_add_submit(fixture, 1, 1, "text", 2);
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    assert_int_equal(fetch(fixture, head + 1, 1000, 0, 0, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__LOG_DIVERGED);
    assert_int_equal(fetch(fixture, head, 1000, 0, 12345, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__LOG_DIVERGED);
}

static uint32_t crc_of(const struct toy_fixture *fixture, uint64_t seq)
{
    struct evlog_record record;
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(evlog_read(txn, seq, &record), RC_OK);
    store_abort(txn);
    return record.crc;
}

/* As a follower says it: it has read up to `after`, and holds `held` for good. */
static void fetch_held(struct toy_fixture *fixture, uint64_t after, uint64_t held, uint32_t crc)
{
    Paidan__Answer *answer = NULL;
    Paidan__Request *request = toy_make_request(fixture, 0, 9);
    Paidan__Fetch *wish = toy_take(fixture, sizeof *wish);
    paidan__fetch__init(wish);
    wish->follower = "triage";
    wish->after = after;
    wish->has_after_crc = 1;
    wish->after_crc = crc_of(fixture, after);
    wish->has_held = 1;
    wish->held = held;
    wish->has_held_crc = crc != 0;
    wish->held_crc = crc;
    request->wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request->fetch = wish;
    assert_int_equal(ask(fixture, request, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
}

/* Who only calls itself by a follower's name must not let records be dropped. */
static void test_trim_when_follower_does_not_know_the_record_then_kept(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Answer *answer = NULL;
    uint64_t first = 0;
    for (unsigned char id = 1; id <= 5; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
        toy_run_ok(fixture);
    }
    fixture->now_ms += REQUEST_KEEP_MS + 1;
    for (unsigned char id = 6; id <= 8; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
        toy_run_ok(fixture);
    }
    assert_int_equal(fetch(fixture, 7, 0, 0, 0, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__OK); /* it may read, as anybody may */
    fetch_held(fixture, 9, 7, 0);
    fetch_held(fixture, 9, 7, crc_of(fixture, 7) + 1);
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    assert_int_equal(first, 1);
    fetch_held(fixture, 9, 5, crc_of(fixture, 5));
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    assert_int_equal(first, 6); /* it holds 5; 9 it has only read */
    fetch_held(fixture, 7, 7, 0);
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    assert_int_equal(first, 8);
}

static void test_trim_when_followed_then_never_past_follower_or_kept_answer(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Answer *answer = NULL;
    uint64_t first = 0;
    for (unsigned char id = 1; id <= 5; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
        toy_run_ok(fixture); /* 1..3, 4..5, 6..7, 8..9, 10..11 */
    }
    assert_int_equal(step_engine_head(fixture->engine), 11);
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    assert_int_equal(first, 1); /* nobody has heard of triage yet */
    assert_int_equal(fetch(fixture, 7, 0, 0, crc_of(fixture, 7), &answer), RC_OK);
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    assert_int_equal(first, 1); /* the answer in 3 is kept for a day */
    fixture->now_ms += REQUEST_KEEP_MS + 1;
    for (unsigned char id = 6; id <= 8; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
        toy_run_ok(fixture);
    }
    const uint64_t head = step_engine_head(fixture->engine);
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    assert_int_equal(first, 8); /* triage holds 7 */
    assert_int_equal(step_engine_first(fixture->engine), 8);
    toy_check_log(fixture);
    assert_int_equal(fetch(fixture, 5, 0, 0, 0, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__LOG_TRIMMED);
    assert_int_equal(fetch(fixture, 9, 0, 0, 0, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    toy_reopen(fixture);
    assert_int_equal(step_engine_first(fixture->engine), 8);
    assert_int_equal(step_engine_head(fixture->engine), head);
    toy_check_log(fixture);
    /* What follows still fits the chain, and a follower's position does not go back. */
    toy_add_submit(fixture, 9, 1, "text", 1);
    toy_run_ok(fixture);
    toy_check_log(fixture);
}

/* Follows as `name` up to `after`. */
static void follow(struct toy_fixture *fixture, char *name, uint64_t after)
{
    Paidan__Answer *answer = NULL;
    Paidan__Request *request = toy_make_request(fixture, 0, 9);
    Paidan__Fetch *wish = toy_take(fixture, sizeof *wish);
    paidan__fetch__init(wish);
    wish->follower = name;
    wish->after = after;
    wish->has_after_crc = 1;
    wish->after_crc = crc_of(fixture, after);
    request->wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request->fetch = wish;
    assert_int_equal(ask(fixture, request, &answer), RC_OK);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
}

static uint64_t trim(struct toy_fixture *fixture)
{
    uint64_t first = 0;
    assert_int_equal(step_engine_trim(fixture->engine, 100, &first), RC_OK);
    return first;
}

/* Three steps, a day and a bit, three steps; triage has read all but the last. */
static void write_two_days(struct toy_fixture *fixture)
{
    for (unsigned char id = 1; id <= 6; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
        toy_run_ok(fixture); /* 1..3, 4..5, 6..7, then with a deadline each: 8.. */
        fixture->now_ms += id == 3 ? REQUEST_KEEP_MS + 1 : 0;
    }
    follow(fixture, "triage", step_engine_head(fixture->engine) - 1);
}

static void test_trim_when_the_site_names_a_follower_then_it_holds_the_log(void **state)
{
    struct toy_fixture *fixture = *state;
    fixture->site.followers[0] = (struct site_follower){.name = "archive"};
    fixture->site.followers[1] = (struct site_follower){.name = "other", .log = "intake"};
    fixture->site.follower_count = 2;
    toy_reopen(fixture);
    write_two_days(fixture);
    assert_int_equal(trim(fixture), 1); /* nobody has heard of the archive yet */
    follow(fixture, "watcher", 7);      /* nobody's follower: it may read, and counts for nothing */
    assert_int_equal(trim(fixture), 1);
    follow(fixture, "archive", 5);
    assert_int_equal(trim(fixture), 6);
    toy_reopen(fixture); /* what was heard is stored with the trimming */
    assert_int_equal(trim(fixture), 6);
    struct toy_fixture without = {.now_ms = 0};
    toy_make_site(&without, 8, "street");
    assert_int_equal(step_engine_set_site(fixture->engine, &without.site), RC_OK);
    assert_true(trim(fixture) > 6); /* it left the site: its position holds nothing */
    toy_check_log(fixture);
}

static void test_trim_when_a_named_follower_is_too_far_behind_then_it_holds_no_more(void **state)
{
    struct toy_fixture *fixture = *state;
    fixture->site.followers[0] =
        (struct site_follower){.name = "archive", .holds_ms = 3 * REQUEST_KEEP_MS};
    /* A service that must be there is not held to less by the site. */
    fixture->site.followers[1] = (struct site_follower){.name = "triage", .holds_ms = 1};
    fixture->site.follower_count = 2;
    toy_reopen(fixture);
    write_two_days(fixture);
    follow(fixture, "archive", 3);
    assert_int_equal(trim(fixture), 4);
    fixture->now_ms += 2 * REQUEST_KEEP_MS; /* record 4 is older than three days now */
    toy_add_submit(fixture, 7, 1, "text", 1);
    toy_run_ok(fixture);
    const uint64_t first = trim(fixture);
    assert_true(first > 4);
    assert_true(first < step_engine_head(fixture->engine) - 1); /* triage holds it still */
    toy_reopen(fixture);
    follow(fixture, "archive", first + 1); /* it began again from what there is */
    assert_int_equal(trim(fixture), first);
    toy_check_log(fixture);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_records_when_in_order_then_applied_once),
        CASE(test_records_when_nothing_is_said_then_cursor_waits_for_the_next_fact),
        CASE(test_records_when_many_say_nothing_then_cursor_is_stored),
        CASE(test_records_when_one_is_missing_then_gap_and_nothing_changes),
        CASE(test_record_when_unholdable_then_refused_as_fact),
        CASE(test_record_when_its_fact_is_unsayable_then_log_rests_there),
        CASE(test_command_when_its_fact_is_unsayable_then_refused_alone),
        CASE(test_deadline_when_its_fact_is_unsayable_then_not_passed_over),
        CASE(test_deadline_when_due_then_fires_once_and_first),
        CASE(test_deadline_when_moved_by_one_before_then_does_not_fire),
        CASE(test_batch_when_too_much_for_one_transaction_then_split),
        CASE(test_command_when_alone_too_much_then_refused_and_others_done),
        CASE(test_fact_when_it_breaks_a_limit_then_command_refused),
        CASE(test_stats_when_records_were_refused_then_the_newest_are_told),
        CASE(test_query_when_stats_or_own_then_answered),
        CASE(test_query_when_not_the_engines_then_unsupported),
        CASE(test_command_when_forbidden_then_refused_and_nothing_stored),
        CASE(test_query_when_forbidden_then_refused),
        CASE(test_fetch_when_following_then_every_record_once),
        CASE(test_fetch_when_history_differs_then_diverged),
        CASE(test_trim_when_follower_does_not_know_the_record_then_kept),
        CASE(test_trim_when_followed_then_never_past_follower_or_kept_answer),
        CASE(test_trim_when_the_site_names_a_follower_then_it_holds_the_log),
        CASE(test_trim_when_a_named_follower_is_too_far_behind_then_it_holds_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
