/* access_audit: reads the log backward. Owns nothing. The log of access is never trimmed, so there
 * is no index: an auditor looks at the newest, and a page that finds little says where to go on. What
 * must stay true: nothing that anybody could log in with is shown, not even hashed. */

#include "access_audit.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "common/wire/wire.h"

enum { AUDIT_DEFAULT = 100, AUDIT_SCAN_MAX = 4000 };

/* Heartbeats are no news. */
static bool is_news(const Paidan__Event *event)
{
    CHECK(event->cause != NULL);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SESSION_SEEN:
    case PAIDAN__EVENT__FACT_KEY_SEEN:
    case PAIDAN__EVENT__FACT_FAILURES_FORGOTTEN:
        return false;
    default:
        return true;
    }
}

/* The field `person` of whichever fact it is; NULL: it has none. */
static const char *person_of(const Paidan__Event *event)
{
    const ProtobufCMessage *const fact =
        (const ProtobufCMessage *)(const void *)event->person_added;
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(fact->descriptor, "person");
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING) {
        return NULL;
    }
    const char *text = NULL;
    memcpy(&text, (const unsigned char *)fact + field->offset, sizeof text);
    return text;
}

/* What was done to somebody, and what he did. */
static bool is_about(const Paidan__Event *event, const char *name)
{
    const char *const person = person_of(event);
    CHECK(event->cause != NULL);
    return (person != NULL && strcmp(person, name) == 0) ||
           (event->cause->actor != NULL && strcmp(event->cause->actor, name) == 0);
}

/* A message's fields of bytes hold what is hashed or sealed; emptied at every depth there is. */
static void blank(Paidan__Event *event)
{
    static const ProtobufCBinaryData nothing = {.len = 0};
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_PERSON_ADDED:
        event->person_added->password->hash = nothing;
        event->person_added->password->terms->salt = nothing;
        break;
    case PAIDAN__EVENT__FACT_PERSON_CHANGED:
        if (event->person_changed->password != NULL) {
            event->person_changed->password->hash = nothing;
            event->person_changed->password->terms->salt = nothing;
        }
        break;
    case PAIDAN__EVENT__FACT_PASSWORD_CHANGED:
        event->password_changed->password->hash = nothing;
        event->password_changed->password->terms->salt = nothing;
        break;
    case PAIDAN__EVENT__FACT_CHANGE_ASKED:
        if (event->change_asked->password != NULL) {
            event->change_asked->password->hash = nothing;
            event->change_asked->password->terms->salt = nothing;
        }
        break;
    case PAIDAN__EVENT__FACT_LOGGED_ON:
        event->logged_on->mark = nothing;
        event->logged_on->recovery_hash = nothing;
        break;
    case PAIDAN__EVENT__FACT_TOTP_STARTED:
        event->totp_started->sealed = nothing;
        break;
    case PAIDAN__EVENT__FACT_TOTP_CONFIRMED:
        event->totp_confirmed->n_recovery_hashes = 0;
        break;
    case PAIDAN__EVENT__FACT_KEY_MADE:
        event->key_made->mark = nothing;
        break;
    default:
        break;
    }
}

static enum rc add(struct step_view *view, uint64_t seq, Paidan__Event *event,
                   Paidan__AccessAudited *body)
{
    ProtobufCBinaryData *const record = &body->history[body->n_history];
    CHECK(body->n_history == body->n_history_seqs);
    blank(event);
    const enum rc rc = wire_pack(view->arena, &event->base, &record->data, &record->len);
    if (rc == RC_OK) {
        body->history_seqs[body->n_history_seqs++] = seq;
        body->n_history++;
    }
    return rc;
}

/* Walks down from seq; name NULL: of everybody. */
static enum rc fill(struct step_view *view, uint64_t seq, const char *name, uint64_t since_ms,
                    size_t limit, Paidan__AccessAudited *body)
{
    CHECK(limit > 0);
    for (size_t seen = 0; seq > 0; seq--, seen++) {
        if (body->n_history == limit || seen == AUDIT_SCAN_MAX) {
            body->has_next = 1;
            body->next = seq + 1;
            return RC_OK;
        }
        Paidan__Event *event = NULL;
        enum rc rc = step_view_read(view, seq, &event);
        if (rc == RC_NOT_FOUND || rc == RC_CORRUPT) {
            continue; /* an answer, which is no fact */
        }
        if (rc != RC_OK) {
            return rc;
        }
        if (event->at_ms < since_ms) {
            return RC_OK;
        }
        if (event->fact_case != PAIDAN__EVENT__FACT__NOT_SET && is_news(event) &&
            (name == NULL || is_about(event, name))) {
            rc = add(view, seq, event, body);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* next is one above the seq to go on at, so that it is never 0 and reads as "before this one". */
enum rc access_audit_list(struct step_view *view, const Paidan__AccessAudit *wish,
                          Paidan__Answer *answer)
{
    const size_t limit = wish->has_limit ? wish->limit : AUDIT_DEFAULT;
    char name[ACTOR_BYTES_MAX + 1];
    if (limit == 0 || limit > HISTORY_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    /* By the name as it is written in facts; a key's and a trial's owner's are none of ours. */
    if (wish->person != NULL && !access_name_read(wish->person, name) &&
        !text_copy(name, sizeof name, wish->person)) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "person");
    }
    Paidan__AccessAudited *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__access_audited__init(body);
    body->history = arena_alloc(view->arena, limit * sizeof *body->history);
    body->history_seqs = arena_alloc(view->arena, limit * sizeof *body->history_seqs);
    if (body->history == NULL || body->history_seqs == NULL) {
        return RC_LIMIT;
    }
    const uint64_t from =
        wish->has_cursor && wish->cursor <= view->head_seq ? wish->cursor - 1 : view->head_seq;
    const enum rc rc = wish->has_cursor && wish->cursor == 0
                           ? RC_OK
                           : fill(view, from, wish->person == NULL ? NULL : name,
                                  wish->has_since_ms ? wish->since_ms : 0, limit, body);
    CHECK(body->n_history <= limit);
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_ACCESS_AUDITED;
    answer->access_audited = body;
    return rc;
}
