/* outbox: deliveries to the outside: success, failure, pauses, rest, order, death, retry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "toy_fixture.h"

/* One command in one step; the code of its answer, and what it told. */
static Paidan__Code tell(struct toy_fixture *fixture, uint64_t number, const char *word,
                         uint64_t *seq)
{
    static unsigned char id = 0;
    Paidan__Request *request = toy_make_request(fixture, ++id == 0 ? ++id : id, 1);
    request->wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request->withdraw = toy_take(fixture, sizeof *request->withdraw);
    paidan__withdraw__init(request->withdraw);
    request->withdraw->ticket = number;
    request->withdraw->note = (char *)word;
    toy_add_command(fixture, request);
    toy_run_ok(fixture);
    const Paidan__Answer *answer = toy_answer_of(fixture, 0);
    if (seq != NULL) {
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        *seq = answer->done->seq;
    }
    return answer->code;
}

static uint64_t ask(struct toy_fixture *fixture, const char *to, uint64_t line)
{
    char word[40];
    uint64_t seq = 0;
    (void)snprintf(word, sizeof word, "ask %s", to);
    (void)tell(fixture, line, word, &seq);
    assert_true(seq > 0);
    return seq;
}

static void told(struct toy_fixture *fixture, uint64_t delivery, const char *word)
{
    assert_int_equal(tell(fixture, delivery, word, NULL), PAIDAN__CODE__OK);
}

/* What a sender gets now; at most `max`. */
static size_t take(struct toy_fixture *fixture, struct outbox_flights *flights,
                   struct outbox_delivery *rows, size_t max)
{
    struct store_txn *txn = NULL;
    size_t count = 99;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(
        outbox_take(txn, &toy_outbox, &fixture->site, fixture->now_ms, flights, rows, max, &count),
        RC_OK);
    store_abort(txn);
    return count;
}

/* Exactly one delivery is ready: which. */
static uint64_t take_one(struct toy_fixture *fixture, struct outbox_flights *flights)
{
    struct outbox_delivery rows[4];
    assert_int_equal(take(fixture, flights, rows, 4), 1);
    return rows[0].seq;
}

static void nothing(struct toy_fixture *fixture, struct outbox_flights *flights)
{
    struct outbox_delivery rows[4];
    assert_int_equal(take(fixture, flights, rows, 4), 0);
}

static uint64_t next_of(struct toy_fixture *fixture, const struct outbox_flights *flights)
{
    struct store_txn *txn = NULL;
    uint64_t next_ms = 0;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = outbox_next(txn, &toy_outbox, &fixture->site, flights, &next_ms);
    store_abort(txn);
    assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
    return rc == RC_OK ? next_ms : 0;
}

static enum rc get(struct toy_fixture *fixture, uint64_t delivery, struct outbox_delivery *row)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = outbox_get(txn, &toy_outbox, delivery, row);
    store_abort(txn);
    return rc;
}

static struct outbox_to to_of(struct toy_fixture *fixture, const char *name)
{
    struct store_txn *txn = NULL;
    struct outbox_to to;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(outbox_to_get(txn, &toy_outbox, name, &to), RC_OK);
    store_abort(txn);
    return to;
}

static size_t dead_of(struct toy_fixture *fixture, const char *name, uint64_t after,
                      struct outbox_delivery *rows, size_t max)
{
    struct store_txn *txn = NULL;
    size_t count = 99;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(outbox_dead(txn, &toy_outbox, name, after, rows, max, &count), RC_OK);
    store_abort(txn);
    return count;
}

static uint64_t tally(struct toy_fixture *fixture, enum outbox_tally which)
{
    return toy_tally_of(fixture, (enum toy_tally)(TOY_DELIVERIES + (unsigned)which));
}

/* ---- success ---- */

static void test_delivery_when_sent_then_gone_and_counted(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery row;
    char key[OUTBOX_KEY_BYTES];
    const uint64_t first = ask(fixture, "hook", 5);
    assert_int_equal(get(fixture, first, &row), RC_OK);
    assert_string_equal(row.to, "hook");
    assert_int_equal(row.of, 1);
    assert_int_equal(row.line, 5);
    assert_int_equal(row.asked_ms, 1000);
    assert_int_equal(row.until_ms, 1000 + TOY_AGE_MS);
    assert_false(row.dead);
    assert_int_equal(tally(fixture, OUTBOX_WAITING), 1);
    assert_int_equal(take_one(fixture, &flights), first);
    outbox_key("toy", first, key);
    assert_string_equal(key, "toy:2");
    nothing(fixture, &flights); /* it is on its way */
    assert_int_equal(next_of(fixture, &flights), 0);
    told(fixture, first, "sent");
    outbox_landed(&flights, first);
    assert_int_equal(flights.count, 0);
    nothing(fixture, &flights);
    assert_int_equal(get(fixture, first, &row), RC_NOT_FOUND);
    assert_int_equal(tally(fixture, OUTBOX_ASKED), 1);
    assert_int_equal(tally(fixture, OUTBOX_SENT), 1);
    assert_int_equal(tally(fixture, OUTBOX_WAITING), 0);
    assert_int_equal(to_of(fixture, "hook").waiting, 0);
    assert_int_equal(tell(fixture, first, "sent", NULL), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(tell(fixture, first, "refused", NULL), PAIDAN__CODE__ALREADY_DONE);
    uint64_t due_ms = 0; /* and no deadline is left of it */
    assert_int_equal(step_engine_next_due(fixture->engine, &due_ms), RC_NOT_FOUND);
    toy_check_all(fixture);
}

static void test_delivery_when_destination_is_unknown_then_not_asked_for(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    assert_int_equal(tell(fixture, 5, "ask nobody", NULL), PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(step_engine_head(fixture->engine), head);
}

static void test_delivery_when_the_sender_dies_then_sent_again_under_the_same_key(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    char before[OUTBOX_KEY_BYTES], after[OUTBOX_KEY_BYTES];
    ask(fixture, "hook", 5);
    outbox_key("toy", take_one(fixture, &flights), before);
    toy_reopen(fixture); /* between sending and its outcome */
    flights = (struct outbox_flights){.count = 0};
    outbox_key("toy", take_one(fixture, &flights), after);
    assert_string_equal(before, after);
}

/* ---- failure ---- */

static void test_delivery_when_refused_then_pauses_double_up_to_the_cap_and_it_dies(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery row, dead[4];
    static const uint64_t pauses[] = {TOY_PAUSE_MS, 2 * TOY_PAUSE_MS, 3 * TOY_PAUSE_MS};
    const uint64_t first = ask(fixture, "hook", 5);
    for (unsigned attempt = 0; attempt < 3; attempt++) {
        assert_int_equal(take_one(fixture, &flights), first);
        told(fixture, first, "refused");
        outbox_landed(&flights, first);
        assert_int_equal(get(fixture, first, &row), RC_OK);
        assert_int_equal(row.attempts, attempt + 1);
        const uint64_t pause = row.next_ms - fixture->now_ms;
        assert_in_range(pause, pauses[attempt] / 2, pauses[attempt]);
        assert_int_equal(next_of(fixture, &flights), row.next_ms);
        fixture->now_ms = row.next_ms - 1;
        nothing(fixture, &flights);
        fixture->now_ms = row.next_ms;
    }
    assert_int_equal(to_of(fixture, "hook").failures, 0); /* it was there each time */
    assert_int_equal(take_one(fixture, &flights), first);
    told(fixture, first, "refused");
    outbox_landed(&flights, first);
    nothing(fixture, &flights);
    assert_int_equal(dead_of(fixture, "hook", 0, dead, 4), 1);
    assert_int_equal(dead[0].seq, first);
    assert_int_equal(dead[0].attempts, 4);
    assert_int_equal(dead_of(fixture, "hook", first, dead, 4), 0);
    assert_int_equal(dead_of(fixture, "sms", 0, dead, 4), 0);
    assert_int_equal(tally(fixture, OUTBOX_FAILED), 4);
    assert_int_equal(tally(fixture, OUTBOX_DIED), 1);
    assert_int_equal(tally(fixture, OUTBOX_DEAD), 1);
    assert_int_equal(tally(fixture, OUTBOX_WAITING), 0);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, step_engine_head(fixture->engine) - 1, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_DELIVERY_DEAD);
    assert_string_equal(event->delivery_dead->reason, "refused");
    assert_int_equal(tell(fixture, first, "refused", NULL), PAIDAN__CODE__ALREADY_DONE);
    toy_check_all(fixture);
}

static void test_delivery_when_too_old_then_dead_without_an_attempt(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery dead[4];
    const uint64_t first = ask(fixture, "hook", 5);
    fixture->now_ms += TOY_AGE_MS - 1;
    toy_run_ok(fixture);
    assert_int_equal(dead_of(fixture, "hook", 0, dead, 4), 0);
    fixture->now_ms += 1;
    toy_run_ok(fixture);
    assert_int_equal(dead_of(fixture, "hook", 0, dead, 4), 1);
    assert_int_equal(dead[0].seq, first);
    assert_int_equal(dead[0].attempts, 0);
    assert_int_equal(tally(fixture, OUTBOX_FAILED), 0);
    nothing(fixture, &flights);
    assert_int_equal(next_of(fixture, &flights), 0);
    told(fixture, first, "sent"); /* it was on its way, and arrived */
    assert_int_equal(dead_of(fixture, "hook", 0, dead, 4), 0);
    assert_int_equal(tally(fixture, OUTBOX_DEAD), 0);
    toy_check_all(fixture);
}

static void test_delivery_when_retried_by_hand_then_waits_again_before_younger_ones(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery row;
    const uint64_t first = ask(fixture, "hook", 5);
    fixture->now_ms += TOY_AGE_MS;
    toy_run_ok(fixture);
    const uint64_t second = ask(fixture, "hook", 5);
    assert_int_equal(tell(fixture, second, "retry", NULL), PAIDAN__CODE__ALREADY_DONE);
    told(fixture, first, "retry");
    assert_int_equal(get(fixture, first, &row), RC_OK);
    assert_false(row.dead);
    assert_int_equal(row.attempts, 0);
    assert_int_equal(row.until_ms, fixture->now_ms + TOY_AGE_MS);
    assert_int_equal(tally(fixture, OUTBOX_RETRIED), 1);
    assert_int_equal(tally(fixture, OUTBOX_WAITING), 2);
    assert_int_equal(tally(fixture, OUTBOX_DEAD), 0);
    assert_int_equal(take_one(fixture, &flights), first);
    told(fixture, first, "sent");
    outbox_landed(&flights, first);
    assert_int_equal(take_one(fixture, &flights), second);
    toy_check_all(fixture);
}

static void
test_delivery_when_retried_while_a_younger_one_flies_then_not_two_of_a_line(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    const uint64_t first = ask(fixture, "hook", 5);
    fixture->now_ms += TOY_AGE_MS;
    toy_run_ok(fixture);
    const uint64_t second = ask(fixture, "hook", 5);
    assert_int_equal(take_one(fixture, &flights), second);
    told(fixture, first, "retry");
    nothing(fixture, &flights);
    told(fixture, second, "refused"); /* no longer the first of its line */
    outbox_landed(&flights, second);
    assert_int_equal(take_one(fixture, &flights), first);
    told(fixture, first, "sent");
    outbox_landed(&flights, first);
    nothing(fixture, &flights);
    fixture->now_ms += TOY_PAUSE_MS;
    assert_int_equal(take_one(fixture, &flights), second);
    toy_check_all(fixture);
}

static void test_delivery_when_its_destination_left_the_site_then_dies_at_its_failure(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery dead[4];
    struct toy_fixture other = {.now_ms = 0};
    const uint64_t first = ask(fixture, "hook", 5);
    const uint64_t second = ask(fixture, "hook", 6);
    assert_int_equal(take_one(fixture, &(struct outbox_flights){.seqs = {second},
                                                                .tos = {step_key("hook")},
                                                                .lines = {6},
                                                                .count = 1}),
                     first);
    toy_make_site(&other, 8, "street"); /* the toy's rule knows destinations in version 7 alone */
    assert_int_equal(step_engine_set_site(fixture->engine, &other.site), RC_OK);
    told(fixture, first, "unreached");
    assert_int_equal(dead_of(fixture, "hook", 0, dead, 4), 1);
    assert_int_equal(tell(fixture, first, "retry", NULL), PAIDAN__CODE__CHANNEL_UNKNOWN);
    fixture->site.version = 8;
    nothing(fixture, &flights);
    assert_int_equal(next_of(fixture, &flights), 0);
}

static void test_delivery_when_dropped_by_hand_then_gone_and_only_if_it_was_dead(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_delivery row;
    const uint64_t first = ask(fixture, "hook", 5);
    assert_int_equal(tell(fixture, first, "drop", NULL), PAIDAN__CODE__ALREADY_DONE); /* waits */
    fixture->now_ms += TOY_AGE_MS;
    toy_run_ok(fixture);
    told(fixture, first, "drop");
    assert_int_equal(get(fixture, first, &row), RC_NOT_FOUND);
    assert_int_equal(tell(fixture, first, "drop", NULL), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(tell(fixture, first, "retry", NULL), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(tally(fixture, OUTBOX_DROPPED), 1);
    assert_int_equal(tally(fixture, OUTBOX_DEAD), 0);
    assert_int_equal(to_of(fixture, "hook").dead, 0);
    toy_check_all(fixture);
}

/* ---- looking ---- */

static size_t list(struct toy_fixture *fixture, const struct outbox_query *query,
                   struct outbox_delivery *rows, size_t max, uint64_t *next)
{
    struct store_txn *txn = NULL;
    size_t count = 99;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(outbox_list(txn, &toy_outbox, query, rows, max, &count, next), RC_OK);
    store_abort(txn);
    return count;
}

static void test_list_when_asked_then_oldest_first_by_destination_and_by_death(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_delivery rows[4];
    struct outbox_query query = {.to = NULL};
    uint64_t next = 99;
    const uint64_t first = ask(fixture, "hook", 9);
    fixture->now_ms += TOY_AGE_MS;
    toy_run_ok(fixture);
    const uint64_t second = ask(fixture, "sms", 5);
    const uint64_t third = ask(fixture, "hook", 5);
    assert_int_equal(list(fixture, &query, rows, 4, &next), 3);
    assert_int_equal(next, 0);
    assert_int_equal(rows[0].seq, first);
    assert_int_equal(rows[1].seq, second);
    assert_int_equal(rows[2].seq, third);
    assert_int_equal(list(fixture, &query, rows, 2, &next), 2);
    assert_int_equal(next, second); /* there is more */
    query.after = next;
    assert_int_equal(list(fixture, &query, rows, 2, &next), 1);
    assert_int_equal(rows[0].seq, third);
    query = (struct outbox_query){.to = "hook"};
    assert_int_equal(list(fixture, &query, rows, 4, &next), 2);
    assert_int_equal(rows[1].seq, third);
    query.dead = true;
    assert_int_equal(list(fixture, &query, rows, 4, &next), 1);
    assert_int_equal(rows[0].seq, first);
    query = (struct outbox_query){.dead = true, .after = first};
    assert_int_equal(list(fixture, &query, rows, 4, &next), 0);
    assert_int_equal(next, 0);
}

static void test_destination_when_attempts_end_then_its_last_ones_are_known(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_to rows[4];
    struct store_txn *txn = NULL;
    size_t count = 99;
    const uint64_t first = ask(fixture, "hook", 5);
    assert_int_equal(to_of(fixture, "hook").failed_ms, 0);
    fixture->now_ms += 10;
    told(fixture, first, "unreached");
    assert_int_equal(to_of(fixture, "hook").failed_ms, fixture->now_ms);
    assert_string_equal(to_of(fixture, "hook").reason, "unreached");
    fixture->now_ms += 10;
    told(fixture, first, "sent");
    assert_int_equal(to_of(fixture, "hook").sent_ms, fixture->now_ms);
    assert_int_equal(to_of(fixture, "hook").failed_ms, fixture->now_ms - 10); /* is still told */
    ask(fixture, "sms", 5);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(outbox_destinations(txn, &toy_outbox, rows, 4, &count), RC_OK);
    assert_int_equal(count, 2);
    assert_int_equal(outbox_destinations(txn, &toy_outbox, rows, 1, &count), RC_OK);
    assert_int_equal(count, 1);
    store_abort(txn);
    toy_check_all(fixture);
}

/* Records of before reasons and moments were kept. */
static void test_destination_when_written_by_version_1_then_read(void **state)
{
    struct toy_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct outbox_to to;
    unsigned char key[8], bytes[64];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, 1);
    codec_put_u32(&writer, 3);
    codec_put_u64(&writer, 5000);
    codec_put_varint(&writer, 7);
    codec_put_varint(&writer, 2);
    codec_put_text(&writer, "hook");
    codec_seal_end(&writer);
    codec_set_u64(key, step_key("hook"));
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(
        store_put(txn, toy_outbox.table + OUTBOX_TABLES - 1, key, sizeof key, bytes, writer.used),
        RC_OK);
    assert_int_equal(outbox_to_get(txn, &toy_outbox, "hook", &to), RC_OK);
    store_abort(txn);
    assert_int_equal(to.failures, 3);
    assert_int_equal(to.rest_until_ms, 5000);
    assert_int_equal(to.waiting, 7);
    assert_int_equal(to.dead, 2);
    assert_int_equal(to.failed_ms, 0);
    assert_string_equal(to.reason, "");
}

/* ---- destinations and lines ---- */

static void test_line_when_the_first_waits_then_those_behind_wait_too(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery rows[4];
    const uint64_t first = ask(fixture, "hook", 5);
    const uint64_t second = ask(fixture, "hook", 5);
    const uint64_t other = ask(fixture, "hook", 6);
    assert_int_equal(take(fixture, &flights, rows, 4), 2);
    assert_int_equal(rows[0].seq, first);
    assert_int_equal(rows[1].seq, other);
    told(fixture, first, "refused");
    told(fixture, other, "sent");
    outbox_landed(&flights, first);
    outbox_landed(&flights, other);
    nothing(fixture, &flights); /* the second of line 5 does not overtake */
    fixture->now_ms += TOY_PAUSE_MS;
    assert_int_equal(take_one(fixture, &flights), first);
    told(fixture, first, "sent");
    outbox_landed(&flights, first);
    assert_int_equal(take_one(fixture, &flights), second);
    toy_check_all(fixture);
}

static void test_line_when_the_first_dies_then_the_next_goes_on(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    const uint64_t first = ask(fixture, "hook", 5);
    fixture->now_ms += TOY_AGE_MS / 2;
    const uint64_t second = ask(fixture, "hook", 5);
    fixture->now_ms += TOY_AGE_MS / 2;
    toy_run_ok(fixture);
    struct outbox_delivery row;
    assert_int_equal(get(fixture, first, &row), RC_OK);
    assert_true(row.dead);
    assert_int_equal(take_one(fixture, &flights), second);
    toy_check_all(fixture);
}

static void test_destination_when_unreached_then_rests_and_delays_nobody_else(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery rows[8];
    const uint64_t first = ask(fixture, "hook", 5);
    ask(fixture, "hook", 6);
    ask(fixture, "hook", 7);
    assert_int_equal(take(fixture, &flights, rows, 8), 2); /* two at a time */
    for (unsigned index = 0; index < 2; index++) {
        told(fixture, rows[index].seq, "unreached");
        outbox_landed(&flights, rows[index].seq);
    }
    struct outbox_to to = to_of(fixture, "hook");
    assert_int_equal(to.failures, 1); /* the second of a wave finds out nothing more */
    assert_in_range(to.rest_until_ms, fixture->now_ms + TOY_PAUSE_MS / 2,
                    fixture->now_ms + TOY_PAUSE_MS);
    nothing(fixture, &flights); /* the third rests with it, though it never failed */
    assert_int_equal(next_of(fixture, &flights), to.rest_until_ms);
    const uint64_t elsewhere = ask(fixture, "sms", 5);
    assert_int_equal(take_one(fixture, &flights), elsewhere);
    told(fixture, elsewhere, "sent");
    outbox_landed(&flights, elsewhere);
    fixture->now_ms += 2 * TOY_PAUSE_MS;
    assert_int_equal(take(fixture, &flights, rows, 8), 1); /* one alone tries */
    told(fixture, rows[0].seq, "sent");
    outbox_landed(&flights, rows[0].seq);
    to = to_of(fixture, "hook");
    assert_int_equal(to.failures, 0);
    assert_int_equal(to.rest_until_ms, 0);
    assert_int_equal(to.waiting, 2);
    assert_int_equal(take(fixture, &flights, rows, 8), 2);
    assert_int_equal(rows[0].seq == first || rows[1].seq == first, 1);
    toy_check_all(fixture);
}

/* The toy's "sms" is patient: an outage of any length uses up nothing, refusals do. */
static void test_delivery_when_a_patient_destination_is_away_then_waits_for_it(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery row, dead[2];
    const uint64_t first = ask(fixture, "sms", 5);
    told(fixture, first, "refused");
    for (uint32_t attempt = 1; attempt <= 20; attempt++) {
        fixture->now_ms += 3 * TOY_PAUSE_MS;
        assert_int_equal(take_one(fixture, &flights), first);
        told(fixture, first, "unreached");
        outbox_landed(&flights, first);
        nothing(fixture, &flights);
        assert_int_equal(to_of(fixture, "sms").failures, attempt);
        assert_int_equal(get(fixture, first, &row), RC_OK);
        assert_int_equal(row.attempts, 1);
    }
    for (unsigned refused = 1; refused < 4; refused++) {
        assert_int_equal(dead_of(fixture, "sms", 0, dead, 2), 0);
        told(fixture, first, "refused");
    }
    assert_int_equal(dead_of(fixture, "sms", 0, dead, 2), 1);
    toy_check_all(fixture);
}

static void test_destination_when_full_then_the_others_take_their_turns(void **state)
{
    struct toy_fixture *fixture = *state;
    struct outbox_flights flights = {.count = 0};
    struct outbox_delivery rows[2];
    unsigned hooks = 0;
    for (uint64_t line = 1; line <= 2; line++) {
        ask(fixture, "hook", line);
        ask(fixture, "sms", line);
    }
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(take(fixture, &flights, rows, 1), 1);
        hooks += strcmp(rows[0].to, "hook") == 0 ? 1 : 0;
    }
    assert_int_equal(hooks, 1);
    assert_int_equal(take(fixture, &flights, rows, 2), 2);
    nothing(fixture, &flights);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_delivery_when_sent_then_gone_and_counted),
        CASE(test_delivery_when_destination_is_unknown_then_not_asked_for),
        CASE(test_delivery_when_the_sender_dies_then_sent_again_under_the_same_key),
        CASE(test_delivery_when_refused_then_pauses_double_up_to_the_cap_and_it_dies),
        CASE(test_delivery_when_too_old_then_dead_without_an_attempt),
        CASE(test_delivery_when_retried_by_hand_then_waits_again_before_younger_ones),
        CASE(test_delivery_when_retried_while_a_younger_one_flies_then_not_two_of_a_line),
        CASE(test_delivery_when_its_destination_left_the_site_then_dies_at_its_failure),
        CASE(test_delivery_when_dropped_by_hand_then_gone_and_only_if_it_was_dead),
        CASE(test_list_when_asked_then_oldest_first_by_destination_and_by_death),
        CASE(test_destination_when_attempts_end_then_its_last_ones_are_known),
        CASE(test_destination_when_written_by_version_1_then_read),
        CASE(test_line_when_the_first_waits_then_those_behind_wait_too),
        CASE(test_line_when_the_first_dies_then_the_next_goes_on),
        CASE(test_destination_when_unreached_then_rests_and_delays_nobody_else),
        CASE(test_delivery_when_a_patient_destination_is_away_then_waits_for_it),
        CASE(test_destination_when_full_then_the_others_take_their_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
