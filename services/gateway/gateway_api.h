/* gateway_api: a route that is a wish. JSON becomes a Request and an Answer becomes JSON by the one
 * mapping of common/say/say_json.h, so that no field is mapped by hand. */
#pragma once

#include <jansson.h>

#include "gateway.h"

/* Handler of every route whose row names a wish: parts of the path and, of a GET, the query are fields
 * of the wish; of a POST the body is. Answered with the answer's body and the service's time. */
gateway_handler gateway_api_wish;

/* The body as an object; false: it is none, and the exchange was answered. Absent: {}. */
bool gateway_api_body(struct exchange *exchange, json_t **object);
/* Puts the parts of the path and the query (but lang) into object. False: answered. */
bool gateway_api_fields(struct exchange *exchange, const ProtobufCMessageDescriptor *descriptor,
                        json_t *object);
/* The message that the object says, in gateway->arena. False: answered. */
bool gateway_api_read(struct exchange *exchange, const json_t *object,
                      const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **message);
/* Whether path and query are a message of that kind, for a handler that answers by itself: what it does not
 * understand is refused there as anywhere. False: answered. */
bool gateway_api_judge(struct exchange *exchange, const ProtobufCMessageDescriptor *descriptor);
/* The descriptor of a wish, and putting such a message into a request. */
const ProtobufCMessageDescriptor *gateway_api_wish_of(Paidan__Request__WishCase wish);
void gateway_api_put(Paidan__Request *request, Paidan__Request__WishCase wish,
                     ProtobufCMessage *message);

/* Asks for whoever stands behind the exchange; told when the service said OK. Everything else was
 * answered by then. The exchange must not be answered in between. */
typedef void gateway_told(struct exchange *exchange, const Paidan__Answer *answer);
void gateway_api_ask(struct exchange *exchange, enum gateway_service service,
                     Paidan__Request *request, gateway_told *told);
/* Reads object as the route's wish, asks, tells. object is taken. */
void gateway_api_send(struct exchange *exchange, json_t *object, gateway_told *told);

/* The body of an answer as JSON, with names beside codes and sentences beside refusals, and now. */
json_t *gateway_api_json(const struct exchange *exchange, const Paidan__Answer *answer);
/* Answers a GET with a message as JSON, with names, and now where the message has none; by the memo of what
 * was said before. False: there is no memory, and nothing was answered. */
bool gateway_api_say(struct exchange *exchange, const ProtobufCMessage *message, uint64_t now_ms);
/* A refused item of a batch: adds zh, en, and says, who was faster. */
void gateway_api_explain(const struct exchange *exchange, json_t *result, Paidan__Code code);
