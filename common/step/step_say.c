/* step_say: facts on their way from a core into the log and the tables.
 *
 * Owns what a fact carries beside its own fields: ticket, moment, cause, and its place in the
 * ticket's chain. Must stay true: a fact is written and folded in one breath, so that whatever is
 * decided next sees it; one that its readers would refuse is never written at all. */
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/step/step_private.h"
#include "common/wire/wire.h"

/* ---- which fact a message is ---- */

/* Every kind of fact has a message type of its own, so the type says which member of Event it
 * goes into: no core can put a message under another kind's number. */
void step_say_init(struct step_engine *engine)
{
    const ProtobufCMessageDescriptor *const event = &paidan__event__descriptor;
    for (unsigned index = 0; index < event->n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &event->fields[index];
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
            continue;
        }
        CHECK(engine->kind_count < STEP_KINDS_MAX);
        CHECK(field->offset == offsetof(Paidan__Event, registered)); /* one union holds them all */
        engine->kinds[engine->kind_count] = field->descriptor;
        engine->kind_cases[engine->kind_count] = (Paidan__Event__FactCase)field->id;
        engine->kind_count++;
    }
}

static Paidan__Event__FactCase case_of(const struct step_engine *engine,
                                       const ProtobufCMessage *fact)
{
    for (unsigned index = 0; index < engine->kind_count; index++) {
        if (engine->kinds[index] == fact->descriptor) {
            return engine->kind_cases[index];
        }
    }
    return PAIDAN__EVENT__FACT__NOT_SET;
}

/* ---- causes ---- */

/* Packed from here, never written. */
static void set_mark(Paidan__Cause *cause, struct step_mark *mark)
{
    CHECK(mark->role_count <= ROLES_MAX);
    cause->via = mark->via[0] != '\0' ? mark->via : NULL;
    cause->roles = mark->roles;
    cause->n_roles = mark->role_count;
    cause->has_session = mark->has_session;
    cause->session = (ProtobufCBinaryData){.data = mark->session, .len = SESSION_BYTES};
}

/* clock: 0 where the cause is no deadline, or one of no clock. */
static void set_cause(struct step_engine *engine, uint32_t item, Paidan__Clock clock)
{
    Paidan__Cause *const cause = &engine->cause;
    paidan__cause__init(cause);
    const struct step_input *const input =
        engine->input != NULL ? engine->input : engine->last_record;
    if (engine->denial != NULL) {
        cause->actor = engine->denial->actor[0] != '\0' ? (char *)engine->denial->actor : NULL;
        set_mark(cause, (struct step_mark *)(uintptr_t)&engine->denial->mark);
        return;
    }
    if (input == NULL) {
        return; /* the engine's own word: SiteChanged */
    }
    switch (input->kind) {
    case STEP_COMMAND:
        cause->has_request_id = 1;
        cause->request_id = input->request->request_id;
        cause->actor = input->request->actor;
        cause->has_item = 1;
        cause->item = item;
        cause->via = input->request->via;
        if (!engine->asker.free) {
            step_mark_make(&engine->asker, &engine->mark);
            set_mark(cause, &engine->mark);
            cause->via = input->request->via;
        }
        break;
    case STEP_RECORD:
        cause->log = (char *)input->log;
        cause->has_seq = 1;
        cause->seq = input->seq;
        break;
    case STEP_DUE:
        cause->has_clock = clock != 0;
        cause->clock = clock != 0 ? clock : PAIDAN__CLOCK__CLOCK_ACCEPT;
        cause->has_due_ms = 1;
        cause->due_ms = input->due.due_ms;
        break;
    }
}

/* ---- writing and folding ---- */

/* Appends the fact to the log. What is stored must pass the check of those who will read it. A fact
 * that does not is a fault of the core, but one that a message from outside may have provoked:
 * nothing is stored, nothing is skipped, and the service lives if it can. */
static enum rc write_event(struct step_engine *engine, const Paidan__Event *event, uint64_t *seq)
{
    const size_t mark = engine->arena.used;
    struct wire_error error;
    unsigned char *bytes = NULL;
    size_t size = 0;
    enum rc rc = wire_pack_checked(&engine->arena, &event->base, &bytes, &size, &error);
    if (rc == RC_INVALID) {
        diag_log_limited(DIAG_ERROR, "step", "bug=fact fact=%d field=%s code=%d",
                         (int)event->fact_case, error.field, (int)error.code);
        return RC_BUG;
    }
    if (rc == RC_OK) {
        rc = evlog_append(&engine->log, EVLOG_EVENT, bytes, size, seq);
    }
    engine->arena.used = mark;
    return rc;
}

static enum rc say_event(struct step *step, Paidan__Event *event, uint32_t item,
                         Paidan__Clock clock, uint64_t *seq)
{
    struct step_engine *const engine = step->engine;
    CHECK(step->txn != NULL);
    CHECK(step->now_ms >= engine->now_ms);
    CHECK(!engine->answered);
    CHECK(!engine->parked);
    set_cause(engine, item, clock);
    event->cause = &engine->cause;
    event->at_ms = step->now_ms;
    uint64_t given = 0;
    enum rc rc = write_event(engine, event, &given);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(!event->has_prev_seq || event->prev_seq < given);
    engine->fact_count++;
    rc = step_fold_event(engine->service, &engine->fold, &engine->pending_site,
                         &engine->pending_peers, given, event);
    if (rc == RC_OK && seq != NULL) {
        *seq = given;
    }
    return rc;
}

enum rc step_say(struct step *step, const struct step_about *about, const ProtobufCMessage *fact)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = case_of(step->engine, fact);
    CHECK(event.fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    if (about->expected != PAIDAN__EVENT__FACT__NOT_SET) {
        CHECK(event.fact_case == about->expected);
    }
    if (about->ticket == 0) {
        CHECK(about->last_seq == 0);
    }
    /* Packed from here, never written: all members of the union are pointers to messages. */
    event.registered = (Paidan__Registered *)(uintptr_t)fact;
    event.has_ticket = about->ticket != 0;
    event.ticket = about->ticket;
    event.has_prev_seq = about->last_seq != 0;
    event.prev_seq = about->last_seq;
    return say_event(step, &event, about->item, about->clock, about->seq);
}

bool step_chained(const Paidan__Event *event, uint64_t last_seq)
{
    CHECK(event->has_prev_seq || event->prev_seq == 0);
    return event->prev_seq == last_seq && (event->has_prev_seq != 0) == (last_seq != 0);
}

/* ---- refusals ---- */

enum rc step_refuse_record(struct step *step, Paidan__Code code, const char *detail)
{
    const struct step_input *const input = step->engine->input;
    CHECK(input != NULL);
    CHECK(input->kind == STEP_RECORD);
    CHECK(code != PAIDAN__CODE__OK);
    Paidan__RecordRefused refused = PAIDAN__RECORD_REFUSED__INIT;
    refused.code = (uint32_t)code;
    refused.detail = (char *)detail;         /* packed, never written */
    const bool whole = input->event != NULL; /* or what the engine was given may lack its brief */
    const struct step_brief brief = whole ? step_brief_of(input->event) : input->brief;
    const struct step_about about = {.ticket = brief.has_ticket ? brief.ticket : 0};
    refused.has_before = true;
    const enum rc rc = step_refused_load(step->txn, &refused.before);
    return rc == RC_OK ? step_say(step, &about, &refused.base) : rc;
}

enum rc step_view_refuse(Paidan__Answer *answer, Paidan__Code code, const char *detail)
{
    CHECK(code != PAIDAN__CODE__OK);
    CHECK(answer->body_case == PAIDAN__ANSWER__BODY__NOT_SET);
    answer->code = code;
    answer->detail = (char *)detail; /* packed, never written */
    return RC_OK;
}
