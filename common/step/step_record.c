/* step_record: records of followed logs, unpacked as far as the service looks at them. Most facts
 * mean little to most followers: their kind, or their kind, ticket and time. */
#include "common/step/step_private.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

enum {
    EVENT_TICKET = 1, /* fields of Event */
    EVENT_AT_MS = 2,
    EVENT_FACTS_FROM = PAIDAN__EVENT__FACT_REGISTERED, /* lowest number of a fact */
};

bool step_hears(const struct step_engine *engine, const char *log, Paidan__Event__FactCase fact)
{
    return engine->service->hears == NULL || engine->service->hears(log, fact);
}

/* A kind that this version knows; what it does not know must be looked at, and stop it. */
static bool fact_known(uint32_t fact)
{
    return protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, fact) != NULL;
}

static enum step_need need_of(const struct step_engine *engine, const char *log,
                              const struct evlog_record *record, struct peek_member *member)
{
    const struct step_service *service = engine->service;
    if (record->kind != EVLOG_EVENT) {
        return STEP_NEED_NONE;
    }
    if (!peek_member(record->payload, record->bytes, EVENT_FACTS_FROM, member) ||
        !fact_known(member->field)) {
        return STEP_NEED_ALL;
    }
    const Paidan__Event__FactCase fact = (Paidan__Event__FactCase)member->field;
    if (!step_hears(engine, log, fact)) {
        return STEP_NEED_NONE;
    }
    return service->needs == NULL ? STEP_NEED_ALL
                                  : service->needs(log, fact, member->body, member->body_bytes);
}

/* The event without fact and cause; NULL: no room or no time, so it is unpacked as a whole. */
static const Paidan__Event *brief_of(struct arena *arena, const struct evlog_record *record,
                                     uint32_t fact)
{
    uint64_t at_ms = 0, ticket = 0;
    if (!peek_number(record->payload, record->bytes, EVENT_AT_MS, &at_ms)) {
        return NULL;
    }
    Paidan__Event *event = arena_alloc(arena, sizeof *event);
    if (event == NULL) {
        return NULL;
    }
    paidan__event__init(event);
    event->has_ticket = peek_number(record->payload, record->bytes, EVENT_TICKET, &ticket);
    event->ticket = ticket;
    event->at_ms = at_ms;
    event->fact_case = (Paidan__Event__FactCase)fact;
    return event;
}

enum rc step_engine_unpack(struct step_engine *engine, const char *log,
                           const struct evlog_record *record, const Paidan__Event **event,
                           struct wire_error *error)
{
    struct peek_member member = {0};
    const enum step_need need = need_of(engine, log, record, &member);
    *event = NULL;
    if (need == STEP_NEED_BRIEF) {
        *event = brief_of(&engine->arena, record, member.field);
    }
    if (need == STEP_NEED_NONE || *event != NULL) {
        return RC_OK;
    }
    ProtobufCMessage *message = NULL;
    const enum rc rc = wire_unpack(&engine->arena, &paidan__event__descriptor, record->payload,
                                   record->bytes, &message, error);
    if (rc == RC_OK) {
        *event = (const Paidan__Event *)(const void *)message;
    }
    return rc;
}
