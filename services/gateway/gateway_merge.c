/* gateway_merge: one wish for whoever merges, two for the services. Triage merges what lies at the desk; of
 * what a unit has, escalation takes it back to be merged (Recall with merge_into), and triage follows. It owns
 * nothing. What must stay true: both are asked under the request id of the one wish, so that repeating it gets
 * the answer of the first time, whichever of the two gave it; therefore escalation is asked as well where
 * triage says that the ticket is merged already. */

#include "gateway_merge.h"

#include <string.h>

#include "common/base/check.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

/* The wish as the body and the path say it, under the names that it has there. */
static bool read_wish(struct exchange *exchange, Paidan__Request__WishCase wish,
                      ProtobufCMessage **message)
{
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(wish);
    json_t *object = NULL;
    if (!gateway_api_body(exchange, &object)) {
        return false;
    }
    if (wish == PAIDAN__REQUEST__WISH_RECALL) {
        json_object_set(object, "merge_into", json_object_get(object, "into"));
        json_object_del(object, "into");
    } else {
        json_object_del(object, "version"); /* of a ticket that a unit has */
    }
    const bool read = gateway_api_fields(exchange, descriptor, object) &&
                      gateway_api_read(exchange, object, descriptor, message);
    json_decref(object);
    return read;
}

static void ask(struct exchange *exchange, enum gateway_service service,
                Paidan__Request__WishCase wish, gateway_answered *told)
{
    ProtobufCMessage *message = NULL;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (!read_wish(exchange, wish, &message)) {
        return;
    }
    gateway_api_put(&request, wish, message);
    request.has_request_id = 1;
    request.request_id =
        (ProtobufCBinaryData){.len = REQUEST_ID_BYTES, .data = exchange->request_id};
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, service, &request, GATEWAY_WRITE_MS, told,
                             exchange) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

static void tell(struct exchange *exchange, enum gateway_service service, Paidan__Code code,
                 const Paidan__Answer *answer)
{
    if (code == PAIDAN__CODE__OK) {
        CHECK(answer != NULL);
        gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
        return;
    }
    if (code == PAIDAN__CODE__GRANT_INVALID) {
        gateway_session_refused(exchange);
    }
    gateway_problem(exchange, code,
                    answer == NULL ? gateway_upstream_name(service) : answer->detail,
                    answer != NULL && answer->has_retry_after_ms ? answer->retry_after_ms : 0);
}

/* Triage knows what it would go into, or it had said that nobody does: it waits at the desk for its first
 * dispatch, where escalation knows of it no more than of a number that nobody has. */
static void escalation_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    static char at_desk[] = "desk_new";
    Paidan__Answer told = PAIDAN__ANSWER__INIT;
    if (code == PAIDAN__CODE__TICKET_UNKNOWN && answer != NULL && answer->detail != NULL &&
        strcmp(answer->detail, "into") == 0) {
        told.code = code = PAIDAN__CODE__STATE_FORBIDS;
        told.detail = at_desk;
        answer = &told;
    }
    tell(context, GATEWAY_ESCALATION, code, answer);
}

static void triage_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    const bool routed = code == PAIDAN__CODE__STATE_FORBIDS && answer != NULL &&
                        answer->detail != NULL && strcmp(answer->detail, "routed") == 0;
    if (routed || code == PAIDAN__CODE__MERGED) {
        ask(exchange, GATEWAY_ESCALATION, PAIDAN__REQUEST__WISH_RECALL, escalation_told);
    } else {
        tell(exchange, GATEWAY_TRIAGE, code, answer);
    }
}

void gateway_merge_do(struct exchange *exchange)
{
    CHECK(exchange->route != NULL);
    ask(exchange, GATEWAY_TRIAGE, PAIDAN__REQUEST__WISH_MERGE, triage_told);
}
