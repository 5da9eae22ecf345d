/* client: asks services on behalf of an adapter, a clerk or a test. Each call is retried with the
 * same request id until it is answered or its time is over, so a service may be killed in between
 * without doubling anything. */
#pragma once

#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"

struct client;

/* data_dir: the instance; endpoints are read from DATA/run/<service>.endpoint when first needed.
 * actor: who asks, copied. RC_OK, RC_IO or RC_LIMIT. Connects lazily: a service may be started
 * later. */
MUST_CHECK enum rc client_open(struct client **client, const char *data_dir, const char *actor);
void client_close(struct client *client);

/* What proves who asks (Request.grant), with each request from now on that brings none of its own: a
 * packed SealedGrant, copied. Then the actor is the grant's. size 0: none any more. Before: at most
 * GRANT_BYTES_MAX + STORE_KEY_BYTES_MAX bytes. */
void client_set_grant(struct client *client, const unsigned char *bytes, size_t size);

/* Fills protocol, correlation, actor (if absent) and request_id (if absent: a new one). The answer
 * lives in arena. Retries on silence and on OVERLOADED / STORAGE_FULL / STARTING with
 * retry_after_ms, until timeout_ms of real time have passed. RC_OK: answer is set, whatever its
 * code. RC_TIMEOUT: none came (or the last refusal, then answer is set). RC_INVALID: the answer
 * could not be read. RC_LIMIT: request too large or arena full. */
MUST_CHECK enum rc client_call(struct client *client, const char *service, Paidan__Request *request,
                               struct arena *arena, uint64_t timeout_ms, Paidan__Answer **answer);
/* Fields that client_call and client_send fill in are taken out again before they return, so a
 * request can be used for another call, which then is another wish. */
/* Several requests under way at once to one service (bench, bulk import): send returns RC_AGAIN
 * when `window` are unanswered; receive returns any answer, by correlation, resending what stays
 * silent or was refused for now. send sets request->correlation to what the answer will carry. It
 * returns RC_OK (under way, perhaps not yet sent), RC_AGAIN, RC_LIMIT or RC_IO; receive as
 * client_call, RC_NOT_FOUND if nothing is under way. */
MUST_CHECK enum rc client_send(struct client *client, const char *service, Paidan__Request *request,
                               unsigned window);
MUST_CHECK enum rc client_receive(struct client *client, const char *service, struct arena *arena,
                                  uint64_t timeout_ms, Paidan__Answer **answer);

/* How long the service may hold this request back (long poll); 0: it answers at once. */
uint64_t client_wait_ms(const Paidan__Request *request);
/* Time-ordered random id (UUID version 7 layout). */
void client_request_id(unsigned char id[16]);
/* Raw socket path or tcp endpoint of a service of this instance; for tools that speak the wire
 * themselves. */
MUST_CHECK enum rc client_endpoint(const char *data_dir, const char *service, char *endpoint,
                                   size_t size);
