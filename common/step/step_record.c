/* step_record: records of followed logs, unpacked as far as the service looks at them. Most facts
 * mean little to most followers: their kind, or their kind, ticket and time. */
#include "common/base/check.h"
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
    /* What cannot be peeked at is unpacked whole, which then says what is wrong with it. */
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

/* False: there is no time in it, so that a whole look must say what is wrong with it. */
static bool brief_read(const struct evlog_record *record, uint32_t fact, struct step_brief *brief)
{
    CHECK(record->kind == EVLOG_EVENT);
    if (!peek_number(record->payload, record->bytes, EVENT_AT_MS, &brief->at_ms)) {
        return false;
    }
    brief->has_ticket = peek_number(record->payload, record->bytes, EVENT_TICKET, &brief->ticket);
    brief->fact = (Paidan__Event__FactCase)fact;
    return true;
}

struct step_brief step_brief_of(const Paidan__Event *event)
{
    return (struct step_brief){.fact = event->fact_case,
                               .has_ticket = event->has_ticket != 0,
                               .ticket = event->ticket,
                               .at_ms = event->at_ms};
}

enum rc step_engine_unpack(struct step_engine *engine, const char *log,
                           const struct evlog_record *record, struct step_input *input,
                           struct wire_error *error)
{
    struct peek_member member = {0};
    struct step_input read = {
        .kind = STEP_RECORD, .log = log, .seq = record->seq, .crc = record->crc};
    /* By the packed bytes: unpacking every fact of a busy log costs a follower more than all
     * that it does with the few it needs. */
    const enum step_need need = need_of(engine, log, record, &member);
    if (need == STEP_NEED_NONE ||
        (need == STEP_NEED_BRIEF && brief_read(record, member.field, &read.brief))) {
        *input = read;
        return RC_OK;
    }
    ProtobufCMessage *message = NULL;
    const enum rc rc = wire_unpack(&engine->arena, &paidan__event__descriptor, record->payload,
                                   record->bytes, &message, error);
    if (rc != RC_OK) {
        return rc;
    }
    read.event = (const Paidan__Event *)(const void *)message;
    read.brief = step_brief_of(read.event);
    if (read.brief.fact == PAIDAN__EVENT__FACT__NOT_SET) {
        /* Unpacking forgets what it does not know. Here that is a fact of a later version: to move
         * the cursor over it would lose it for ever. */
        *error = (struct wire_error){.code = PAIDAN__CODE__ENUM_UNKNOWN, .field = "fact"};
        return RC_INVALID;
    }
    *input = read;
    return RC_OK;
}
