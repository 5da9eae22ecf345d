#include "toy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/wire.h"

/* Permits all but the wish that the test forbids, which only root may have. */
static Paidan__Code authorise(void *context, const struct step_service *service,
                              const struct step_peer *peer, const Paidan__Request *request,
                              struct permit_asker *asker)
{
    const struct toy_fixture *const fixture = context;
    assert_ptr_equal(service, &toy_service);
    asker->free = true;
    asker->uid = peer != NULL ? peer->uid : STEP_UID_NONE;
    const bool root = peer != NULL && peer->uid == 0;
    return request->wish_case == fixture->forbidden && !root ? PAIDAN__CODE__FORBIDDEN
                                                             : PAIDAN__CODE__OK;
}

enum rc toy_open_engine(struct toy_fixture *fixture)
{
    const struct step_options options = {.store = fixture->store,
                                         .site = &fixture->site,
                                         .authorise = authorise,
                                         .authorise_context = fixture};
    return step_engine_open(&fixture->engine, &toy_service, &options);
}

static void open_store(struct toy_fixture *fixture)
{
    const struct store_options options = toy_store_options(fixture->scratch.path);
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
}

void toy_reopen(struct toy_fixture *fixture)
{
    step_engine_close(fixture->engine);
    fixture->engine = NULL;
    store_close(fixture->store);
    open_store(fixture);
    assert_int_equal(toy_open_engine(fixture), RC_OK);
}

void toy_make_site(struct toy_fixture *fixture, uint32_t version, const char *top)
{
    (void)snprintf(fixture->levels[0].code, sizeof fixture->levels[0].code, "estate");
    (void)snprintf(fixture->levels[1].code, sizeof fixture->levels[1].code, "%s", top);
    fixture->site = (struct site){.version = version, .level_count = 2, .levels = fixture->levels};
}

int toy_setup(void **state)
{
    struct toy_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    scratch_make(&fixture->scratch);
    toy_make_site(fixture, 7, "street");
    fixture->now_ms = 1000;
    open_store(fixture);
    assert_int_equal(toy_open_engine(fixture), RC_OK);
    *state = fixture;
    return 0;
}

int toy_teardown(void **state)
{
    struct toy_fixture *fixture = *state;
    step_engine_close(fixture->engine);
    store_close(fixture->store);
    scratch_remove(&fixture->scratch);
    free(fixture);
    return 0;
}

void *toy_take(struct toy_fixture *fixture, size_t bytes)
{
    void *pointer = arena_alloc(step_engine_arena(fixture->engine), bytes);
    assert_non_null(pointer);
    return pointer;
}

Paidan__Request *toy_make_request(struct toy_fixture *fixture, unsigned char id,
                                  uint64_t correlation)
{
    Paidan__Request *request = toy_take(fixture, sizeof *request);
    unsigned char *bytes = toy_take(fixture, REQUEST_ID_BYTES);
    paidan__request__init(request);
    memset(bytes, 0, REQUEST_ID_BYTES);
    bytes[0] = id;
    request->protocol = 1;
    request->correlation = correlation;
    request->actor = "tester";
    request->has_request_id = id != 0;
    request->request_id.data = bytes;
    request->request_id.len = REQUEST_ID_BYTES;
    return request;
}

struct step_input *toy_add_command(struct toy_fixture *fixture, const Paidan__Request *request)
{
    struct step_input *input = &fixture->inputs[fixture->count++];
    *input = (struct step_input){.kind = STEP_COMMAND, .request = request, .peer = fixture->peer};
    return input;
}

void toy_add_submit(struct toy_fixture *fixture, unsigned char id, uint64_t correlation,
                    const char *text, size_t tickets)
{
    Paidan__Request *request = toy_make_request(fixture, id, correlation);
    Paidan__Submit *submit = toy_take(fixture, sizeof *submit);
    Paidan__NewTicket *rows = toy_take(fixture, (tickets + 1) * sizeof *rows);
    Paidan__NewTicket **list = toy_take(fixture, (tickets + 1) * sizeof(Paidan__NewTicket *));
    paidan__submit__init(submit);
    for (size_t index = 0; index < tickets; index++) {
        paidan__new_ticket__init(&rows[index]);
        rows[index].channel = "wechat";
        rows[index].text = (char *)text;
        list[index] = &rows[index];
    }
    submit->tickets = list;
    submit->n_tickets = tickets;
    request->wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request->submit = submit;
    (void)toy_add_command(fixture, request);
}

struct step_input *toy_add_pull(struct toy_fixture *fixture, unsigned char id, uint64_t until_ms)
{
    Paidan__Request *request = toy_make_request(fixture, id, 1);
    Paidan__Pull *pull = toy_take(fixture, sizeof *pull);
    paidan__pull__init(pull);
    pull->unit = "unit";
    request->wish_case = PAIDAN__REQUEST__WISH_PULL;
    request->pull = pull;
    struct step_input *input = toy_add_command(fixture, request);
    input->park_until_ms = until_ms;
    return input;
}

void toy_add_record(struct toy_fixture *fixture, uint64_t seq, uint64_t ticket)
{
    struct step_input *input = &fixture->inputs[fixture->count++];
    Paidan__Event *event = NULL;
    if (ticket != 0) {
        event = toy_take(fixture, sizeof *event);
        paidan__event__init(event);
        event->has_ticket = 1;
        event->ticket = ticket;
    }
    *input = (struct step_input){.kind = STEP_RECORD,
                                 .log = "intake",
                                 .seq = seq,
                                 .crc = (uint32_t)seq + 100,
                                 .event = event};
}

enum rc toy_run(struct toy_fixture *fixture)
{
    const struct step_conditions conditions = {
        .now_ms = fixture->now_ms, .entropy = 42, .storage_low = fixture->storage_low};
    const size_t count = fixture->count;
    fixture->count = 0;
    memset(fixture->outcomes, 0x5a, sizeof fixture->outcomes);
    return step_engine_run(fixture->engine, &conditions, fixture->inputs, count, fixture->outcomes);
}

void toy_run_ok(struct toy_fixture *fixture)
{
    assert_int_equal(toy_run(fixture), RC_OK);
}

const Paidan__Answer *toy_answer_of(struct toy_fixture *fixture, size_t index)
{
    const struct step_outcome *outcome = &fixture->outcomes[index];
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    assert_int_equal(outcome->result, STEP_ANSWERED);
    assert_int_equal(wire_unpack(step_engine_arena(fixture->engine), &paidan__answer__descriptor,
                                 outcome->answer, outcome->answer_bytes, &message, &error),
                     RC_OK);
    return (const Paidan__Answer *)message;
}

uint64_t toy_tally_of(struct toy_fixture *fixture, enum toy_tally which)
{
    struct store_txn *txn = NULL;
    struct tally tally;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(tally_load(txn, &tally), RC_OK);
    store_abort(txn);
    return tally.values[which];
}

void toy_read_event(struct toy_fixture *fixture, uint64_t seq, Paidan__Event **event)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    struct step_view view = {.txn = txn, .arena = step_engine_arena(fixture->engine)};
    assert_int_equal(step_view_read(&view, seq, event), RC_OK);
    store_abort(txn);
}

void toy_check_log(struct toy_fixture *fixture)
{
    struct store_txn *txn = NULL;
    struct evlog_report report;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = evlog_verify(txn, &report);
    store_abort(txn);
    if (rc != RC_OK) {
        fail_msg("log: %s at %llu", report.what, (unsigned long long)report.at);
    }
    assert_int_equal(report.head_seq, step_engine_head(fixture->engine));
}

void toy_check_replay(struct toy_fixture *fixture)
{
    struct step_difference difference;
    struct store *into = NULL;
    struct scratch scratch;
    scratch_make(&scratch);
    const struct store_options options = toy_store_options(scratch.path);
    assert_int_equal(store_open(&into, &options), RC_OK);
    const enum rc rc = step_replay(&toy_service, fixture->store, into, &difference, NULL);
    store_close(into);
    scratch_remove(&scratch);
    if (rc != RC_OK) {
        fail_msg("replay: rc %d table %s key %s %s seq %llu", (int)rc, difference.table,
                 difference.key, difference.what != NULL ? difference.what : "",
                 (unsigned long long)difference.seq);
    }
}

void toy_check_all(struct toy_fixture *fixture)
{
    toy_check_log(fixture);
    toy_check_replay(fixture);
}

enum rc toy_count_commits(void *context, const char *operation)
{
    unsigned *count = context;
    *count += strcmp(operation, "commit") == 0;
    return RC_OK;
}
