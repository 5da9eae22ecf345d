/* step_input: one input within the transaction of a step, and what cores may call meanwhile. */
#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/diag.h"
#include "common/step/step_private.h"
#include "common/wire/wire.h"

int step_follow_find(const struct step_engine *engine, const char *log)
{
    for (unsigned index = 0; index < engine->follow_count; index++) {
        if (strcmp(engine->service->follows[index], log) == 0) {
            return (int)index;
        }
    }
    return -1;
}

/* ---- answers ---- */

/* Packs into the answers of this run. RC_OK or RC_LIMIT (answers_full tells that it was this). */
static enum rc keep_answer(struct step_engine *engine, const Paidan__Answer *answer)
{
    CHECK(engine->outcome != NULL); /* deadlines have nobody to answer */
    CHECK(engine->outcome->result != STEP_ANSWERED);
    unsigned char *bytes = NULL;
    size_t size = 0;
    const enum rc rc = wire_pack(&engine->answers, &answer->base, &bytes, &size);
    if (rc != RC_OK) {
        engine->answers_full = true;
        return rc;
    }
    engine->outcome->result = STEP_ANSWERED;
    engine->outcome->answer = bytes;
    engine->outcome->answer_bytes = size;
    return RC_OK;
}

/* detail: at most DETAIL_BYTES_MAX; may be NULL. */
static void refuse_command(struct step_engine *engine, const struct step_input *input,
                           struct step_outcome *outcome, Paidan__Code code, const char *detail,
                           uint32_t retry_after_ms)
{
    CHECK(input->kind == STEP_COMMAND); /* a record is refused by a fact */
    CHECK(outcome != NULL);
    CHECK(code != PAIDAN__CODE__OK);
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.protocol = STEP_PROTOCOL;
    answer.correlation = input->request->correlation;
    answer.code = code;
    answer.detail = (char *)(uintptr_t)detail; /* packed, never written */
    answer.has_now_ms = 1;
    answer.now_ms = engine->step.now_ms;
    answer.has_retry_after_ms = retry_after_ms > 0;
    answer.retry_after_ms = retry_after_ms;
    engine->outcome = outcome;
    /* Of the part that is kept free for refusals alone: whatever the answers before it took, an
     * input can always be told that it was not done. */
    const size_t budget = engine->answers.budget;
    engine->answers.budget = engine->answers.bytes;
    const enum rc rc = keep_answer(engine, &answer);
    CHECK(rc == RC_OK); /* STEP_REFUSAL_BYTES are kept for it */
    engine->answers.budget = budget;
    engine->answers_full = false;
}

void step_input_refuse(struct step_engine *engine, const struct step_input *input,
                       struct step_outcome *outcome, Paidan__Code code, uint32_t retry_after_ms)
{
    refuse_command(engine, input, outcome, code, NULL, retry_after_ms);
}

/* What lies in front of every packed answer: protocol and correlation. Behind it all is the same
 * whoever asked, so that stored answers are copied, never packed again. */
#define FRONT_BYTES_MAX 24u

static size_t front_write(unsigned char front[FRONT_BYTES_MAX], uint64_t correlation)
{
    enum { PROTOCOL_TAG = 1 << 3, CORRELATION_TAG = 2 << 3 };
    struct codec_writer writer;
    codec_writer_init(&writer, front, FRONT_BYTES_MAX);
    codec_put_u8(&writer, PROTOCOL_TAG);
    codec_put_varint(&writer, STEP_PROTOCOL);
    codec_put_u8(&writer, CORRELATION_TAG);
    codec_put_varint(&writer, correlation);
    CHECK(!writer.failed);
    return writer.used;
}

/* The stored answer under a new correlation. */
static enum rc answer_again(struct step_engine *engine, const Paidan__Request *request,
                            uint64_t seq)
{
    CHECK(seq > 0);
    CHECK(engine->outcome != NULL);
    struct evlog_record record;
    unsigned char stored[FRONT_BYTES_MAX], front[FRONT_BYTES_MAX];
    const size_t stored_bytes = front_write(stored, 0);
    const size_t front_bytes = front_write(front, request->correlation);
    const enum rc rc = evlog_read_recent(&engine->log, engine->step.txn, seq, &record);
    if (rc != RC_OK) {
        /* Trimming never passes an answer that is still kept (step_request_oldest). */
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (record.kind != EVLOG_ANSWER || record.bytes < REQUEST_ID_BYTES + stored_bytes ||
        /* An answer of somebody else would be worse than none. */
        memcmp(record.payload, request->request_id.data, REQUEST_ID_BYTES) != 0 ||
        memcmp(record.payload + REQUEST_ID_BYTES, stored, stored_bytes) != 0) {
        return RC_CORRUPT;
    }
    const size_t rest = record.bytes - REQUEST_ID_BYTES - stored_bytes;
    unsigned char *bytes = arena_alloc(&engine->answers, front_bytes + rest);
    if (bytes == NULL) {
        engine->answers_full = true;
        return RC_LIMIT;
    }
    memcpy(bytes, front, front_bytes);
    memcpy(bytes + front_bytes, record.payload + REQUEST_ID_BYTES + stored_bytes, rest);
    engine->outcome->result = STEP_ANSWERED;
    engine->outcome->answer = bytes;
    engine->outcome->answer_bytes = front_bytes + rest;
    return RC_OK;
}

/* The kept answer without its correlation becomes a record of our log, behind the request id. */
static enum rc store_answer(struct step_engine *engine, const Paidan__Request *request)
{
    /* Without a request id there is nothing to find it by; judge_command has seen to it. */
    CHECK(request->has_request_id);
    CHECK(request->request_id.len == REQUEST_ID_BYTES);
    const struct step_outcome *outcome = engine->outcome;
    unsigned char stored[FRONT_BYTES_MAX], front[FRONT_BYTES_MAX], *room = NULL;
    const size_t stored_bytes = front_write(stored, 0);
    const size_t front_bytes = front_write(front, request->correlation);
    CHECK(outcome->answer_bytes >= front_bytes);
    CHECK(memcmp(outcome->answer, front, front_bytes) == 0);
    const size_t rest = outcome->answer_bytes - front_bytes;
    const enum rc rc =
        evlog_reserve(&engine->log, EVLOG_ANSWER, REQUEST_ID_BYTES + stored_bytes + rest, &room);
    if (rc != RC_OK) {
        return rc;
    }
    memcpy(room, request->request_id.data, REQUEST_ID_BYTES);
    memcpy(room + REQUEST_ID_BYTES, stored, stored_bytes);
    memcpy(room + REQUEST_ID_BYTES + stored_bytes, outcome->answer + front_bytes, rest);
    const uint64_t seq = evlog_accept(&engine->log);
    return step_fold_answer(engine->step.txn, seq, engine->step.now_ms, request->request_id.data);
}

static enum rc give_answer(struct step *step, Paidan__Answer *answer, bool stored)
{
    struct step_engine *engine = step->engine;
    CHECK(engine->input != NULL);
    CHECK(engine->input->kind == STEP_COMMAND);
    CHECK(!engine->answered);
    CHECK(!engine->parked);
    const Paidan__Request *request = engine->input->request;
    answer->protocol = STEP_PROTOCOL;
    answer->correlation = request->correlation;
    answer->has_now_ms = 1;
    answer->now_ms = step->now_ms;
    enum rc rc = permit_ask_answer(&engine->ask, engine->site, &engine->arena, answer);
    if (rc == RC_OK) {
        rc = keep_answer(engine, answer);
    }
    /* A refusal is not stored: what was refused then may be right now, and asking again costs
     * nothing. */
    if (rc == RC_OK && stored && engine->fact_count > 0) {
        rc = store_answer(engine, request);
    }
    engine->answered = rc == RC_OK;
    return rc;
}

enum rc step_answer(struct step *step, Paidan__Answer *answer)
{
    return give_answer(step, answer, true);
}

enum rc step_answer_unstored(struct step *step, Paidan__Answer *answer)
{
    return give_answer(step, answer, false);
}

enum rc step_answer_done(struct step *step, uint64_t ticket, uint64_t seq)
{
    CHECK(seq != 0);
    Paidan__Done done = PAIDAN__DONE__INIT;
    done.has_ticket = ticket != 0;
    done.has_seq = 1;
    done.ticket = ticket;
    done.seq = seq;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer(step, &answer);
}

enum rc step_refuse(struct step *step, Paidan__Code code, const char *detail)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = code;
    answer.detail = (char *)detail;
    return step_answer(step, &answer);
}

void step_park(struct step *step, uint64_t key)
{
    struct step_engine *engine = step->engine;
    CHECK(engine->input != NULL);
    CHECK(engine->input->kind == STEP_COMMAND);
    CHECK(engine->fact_count == 0);
    CHECK(!engine->answered);
    CHECK(step->now_ms < engine->input->park_until_ms);
    engine->parked = true;
    engine->outcome->result = STEP_PARKED;
    engine->outcome->park_key = key;
    engine->outcome->park_at_ms = 0;
}

void step_park_until(struct step *step, uint64_t key, uint64_t at_ms)
{
    step_park(step, key);
    /* Always ahead, or the caller would turn in circles. */
    step->engine->outcome->park_at_ms = at_ms > step->now_ms ? at_ms : step->now_ms + 1;
}

void step_wake(struct step *step, uint64_t key)
{
    struct step_engine *engine = step->engine;
    CHECK(engine->wake_count <= STEP_WAKES_MAX);
    /* A set with open addressing: a step of thousands of inputs wakes the same few units again
     * and again. */
    const uint64_t stored = key == 0 ? 1 : key; /* 0 marks an empty slot */
    size_t slot = (size_t)(stored * 0x9e3779b97f4a7c15ull >> 32) & (STEP_WAKE_SLOTS - 1);
    while (engine->wake_slots[slot] != 0) {
        if (engine->wake_slots[slot] == stored) {
            return;
        }
        slot = (slot + 1) & (STEP_WAKE_SLOTS - 1);
    }
    if (engine->wake_count == STEP_WAKES_MAX) {
        return; /* who waits under it comes again when its time is over */
    }
    engine->wake_slots[slot] = stored;
    engine->wakes[engine->wake_count++] = key;
}

uint64_t step_key(const char *name)
{
    CHECK(name != NULL);
    static const unsigned char label[crypto_shorthash_KEYBYTES] = "paidan step key";
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t key = 0;
    /* Keyed, so that nobody can choose names that fall on one key; under a label that never
     * changes, for the keys are stored. */
    const int failed = crypto_shorthash(hash, (const unsigned char *)name, strlen(name), label);
    CHECK(failed == 0);
    for (unsigned index = 0; index < sizeof hash; index++) {
        key = key << 8 | hash[index];
    }
    return key;
}

enum rc step_read(struct step *step, uint64_t seq, Paidan__Event **event)
{
    CHECK(seq > 0);
    CHECK(step->txn != NULL);
    struct evlog_record record;
    const enum rc rc = evlog_read_recent(&step->engine->log, step->txn, seq, &record);
    return rc == RC_OK ? step_unpack(step->arena, &record, event) : rc;
}

/* ---- the three kinds of input ---- */

static enum rc call_core(struct step_engine *engine, const struct step_input *input)
{
    CHECK(engine->input == NULL); /* a core is never called from within another input */
    CHECK(engine->step.txn != NULL);
    engine->input = input;
    engine->fact_count = 0;
    engine->answered = false;
    engine->parked = false;
    const enum rc rc = engine->service->apply(&engine->step, input);
    engine->input = NULL;
    return rc;
}

/* What is said of a command before the core sees it, and before stored answers are looked for: they
 * are not for everybody's eyes. */
static enum rc judge_command(struct step_engine *engine, const struct step_input *input,
                             Paidan__Code *code)
{
    CHECK(input->kind == STEP_COMMAND);
    CHECK(input->request != NULL);
    const Paidan__Request *const request = input->request;
    if (request->protocol != STEP_PROTOCOL || !engine->service->changes(request)) {
        *code = request->protocol != STEP_PROTOCOL ? PAIDAN__CODE__PROTOCOL_UNSUPPORTED
                                                   : PAIDAN__CODE__WISH_UNSUPPORTED;
        return RC_OK;
    }
    const enum rc rc =
        step_permit(engine, input->peer, request, engine->step.txn, engine->step.now_ms);
    *code = engine->ask.code;
    if (rc == RC_OK && *code == PAIDAN__CODE__OK &&
        (!request->has_request_id || request->request_id.len != REQUEST_ID_BYTES)) {
        *code = PAIDAN__CODE__REQUEST_ID_MISSING;
    }
    return rc;
}

static enum rc apply_command(struct step_engine *engine, const struct step_input *input,
                             struct step_outcome *outcome)
{
    CHECK(outcome != NULL);
    const Paidan__Request *request = input->request;
    Paidan__Code refusal = PAIDAN__CODE__OK;
    enum rc rc = judge_command(engine, input, &refusal);
    if (rc != RC_OK) {
        return rc;
    }
    if (refusal != PAIDAN__CODE__OK) {
        refuse_command(engine, input, outcome, refusal,
                       refusal == engine->ask.code ? engine->ask.detail : NULL, 0);
        return RC_OK;
    }
    uint64_t seq = 0;
    rc = step_request_find(engine->step.txn, request->request_id.data, &seq);
    if (rc == RC_OK) {
        return answer_again(engine, request, seq);
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    /* Exactly one of the two, or the caller would wait for ever or be answered twice. */
    struct step_input judged = *input;
    judged.request = engine->ask.request;
    rc = call_core(engine, &judged);
    if (rc == RC_OK) {
        CHECK(engine->answered != engine->parked);
    }
    return rc;
}

static enum rc apply_record(struct step_engine *engine, const struct step_input *input,
                            struct step_outcome *outcome)
{
    const int index = step_follow_find(engine, input->log);
    CHECK(index >= 0);
    CHECK(outcome != NULL);
    struct step_follow *follow = &engine->follows[index];
    /* Applied already, perhaps by an earlier process: that a record comes twice is ordinary. */
    if (input->seq <= follow->pending.seq) {
        outcome->result = STEP_SKIPPED;
        return RC_OK;
    }
    CHECK(input->seq == follow->pending.seq + 1); /* step.c has looked for gaps */
    struct step_input heard = *input;
    if (input->event != NULL) {
        heard.brief = step_brief_of(input->event);
    }
    const bool known = input->event != NULL || input->brief.fact != PAIDAN__EVENT__FACT__NOT_SET;
    if (known && step_hears(engine, input->log, heard.brief.fact)) {
        const enum rc rc = call_core(engine, &heard);
        if (rc != RC_OK) {
            return rc;
        }
        /* What `finish` says for many records has the last of them as its cause. */
        engine->last_record = input;
    }
    /* In the transaction of its effects, or never: that is all there is to exactly once. */
    follow->pending = (struct cursor){.seq = input->seq, .crc = input->crc};
    return RC_OK;
}

static enum rc apply_due(struct step_engine *engine, const struct step_input *input)
{
    CHECK(input->kind == STEP_DUE);
    CHECK(input->due.due_ms <= engine->step.now_ms); /* never early */
    enum rc rc = due_has(engine->step.txn, &input->due);
    if (rc != RC_OK) {
        /* Something before it in this step has moved it: then it is not due. */
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    rc = call_core(engine, input);
    if (rc != RC_OK) {
        return rc;
    }
    rc = due_has(engine->step.txn, &input->due);
    CHECK(rc != RC_OK); /* a deadline left in place would fire for ever */
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc step_input_apply(struct step_engine *engine, const struct step_input *input,
                         struct step_outcome *outcome)
{
    engine->outcome = outcome;
    if (outcome != NULL) {
        *outcome = (struct step_outcome){.result = STEP_SILENT};
    }
    switch (input->kind) {
    case STEP_COMMAND:
        return apply_command(engine, input, outcome);
    case STEP_RECORD:
        return apply_record(engine, input, outcome);
    case STEP_DUE:
        return apply_due(engine, input);
    }
    return RC_INVALID;
}

enum rc step_input_finish(struct step_engine *engine)
{
    CHECK(engine->step.txn != NULL);
    if (engine->service->finish == NULL || engine->last_record == NULL) {
        return RC_OK;
    }
    engine->input = NULL;
    engine->fact_count = 0;
    engine->answered = false;
    engine->parked = false;
    return engine->service->finish(&engine->step);
}

enum rc step_input_refuse_record(struct step_engine *engine, const struct step_input *input,
                                 struct step_outcome *outcome)
{
    CHECK(input->kind == STEP_RECORD);
    CHECK(outcome != NULL);
    const int index = step_follow_find(engine, input->log);
    CHECK(index >= 0);
    *outcome = (struct step_outcome){.result = STEP_SILENT};
    diag_log(DIAG_ERROR, "step", "log=%s seq=%llu refused=limit", input->log,
             (unsigned long long)input->seq);
    engine->input = input;
    engine->answered = false;
    engine->parked = false;
    const enum rc rc = step_refuse_record(&engine->step, PAIDAN__CODE__TOO_MANY_ITEMS, NULL);
    engine->input = NULL;
    /* Passed over, and visibly so: a record that no step can hold would stop the service for
     * ever. */
    engine->follows[index].pending = (struct cursor){.seq = input->seq, .crc = input->crc};
    return rc;
}

/* The models of a site, for the fact that says which are in force. */
struct named_models {
    Paidan__SiteModel models[2];
    Paidan__SiteModel *list[2];
};

/* A site without a model says nothing here: its fact is that of before there were any. */
static void name_models(const struct site *site, struct named_models *named,
                        Paidan__SiteChanged *changed)
{
    const struct site_model *const models[] = {&site->triage.model, &site->triage.unit_model};
    const int64_t monday_ms = INT64_C(4) * 24 * 3600 * 1000 - site->utc_offset_ms;
    CHECK(monday_ms > 0); /* 1970-01-05: no zone is four days from UTC */
    changed->models = named->list;
    for (size_t index = 0; index < 2; index++) {
        if (models[index]->learn == NULL) {
            continue;
        }
        Paidan__SiteModel *model = &named->models[changed->n_models];
        paidan__site_model__init(model);
        model->file = (char *)models[index]->file; /* packed, never written */
        model->version = models[index]->version;
        named->list[changed->n_models++] = model;
    }
    changed->has_monday_ms = changed->n_models > 0;
    changed->monday_ms = (uint64_t)monday_ms;
}

enum rc step_say_site(struct step_engine *engine)
{
    const struct site *site = engine->site;
    char *levels[SITE_LEVELS_MAX];
    struct named_models named;
    Paidan__SiteChanged changed = PAIDAN__SITE_CHANGED__INIT;
    if (site == NULL ||
        (engine->pending_site.known && engine->pending_site.version == site->version)) {
        return RC_OK;
    }
    CHECK(site->level_count <= SITE_LEVELS_MAX);
    for (uint32_t index = 0; index < site->level_count; index++) {
        levels[index] = site->levels[index].code;
    }
    changed.site_version = site->version;
    changed.n_levels = site->level_count;
    changed.levels = levels;
    changed.has_edition = 1;
    changed.edition = SITE_EDITION;
    changed.has_hot_days = site->hot_days != 0;
    changed.hot_days = site->hot_days;
    name_models(site, &named, &changed);
    engine->input = NULL;
    engine->answered = false;
    engine->parked = false;
    return step_say(&engine->step, &(struct step_about){.ticket = 0}, &changed.base);
}
