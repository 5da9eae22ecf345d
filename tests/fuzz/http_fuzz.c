/* http_fuzz: what comes in by HTTP: the first line is a target, the rest a body. Whatever it is, it is
 * refused with a status or becomes a wish that packs and unpacks to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gateway gateway;

/* What was read is what wire lets through. */
static void check_wish(const struct exchange *exchange, ProtobufCMessage *message)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct wire_error error;
    unsigned char *bytes = NULL;
    size_t size = 0;
    ProtobufCMessage *again = NULL;
    request.protocol = 1;
    gateway_api_put(&request, exchange->route->wish, message);
    if (wire_pack(&gateway.arena, &request.base, &bytes, &size) != RC_OK) {
        return;
    }
    if (size <= FRAME_BYTES_MAX && exchange->route->wish != PAIDAN__REQUEST__WISH_SUBMIT) {
        const enum rc rc =
            wire_unpack(&gateway.arena, &paidan__request__descriptor, bytes, size, &again, &error);
        CHECK(rc == RC_OK);
    }
}

static void serve(struct exchange *exchange)
{
    json_t *object = NULL;
    if (exchange->route->wish == 0 || !gateway_api_body(exchange, &object)) {
        return;
    }
    const ProtobufCMessageDescriptor *descriptor = gateway_api_wish_of(exchange->route->wish);
    ProtobufCMessage *message = NULL;
    if (gateway_api_fields(exchange, descriptor, object) &&
        gateway_api_read(exchange, object, descriptor, &message)) {
        check_wish(exchange, message);
    } else {
        CHECK(exchange->status >= 400);
    }
    json_decref(object);
}

static void find_and_serve(enum gateway_method method, const char *target, const char *body,
                           size_t body_bytes)
{
    size_t count = 0;
    bool known = false;
    const struct gateway_route *table = gateway_route_table(&count);
    struct exchange *exchange = gateway_exchange_new(&gateway);
    CHECK(exchange != NULL);
    if (gateway_uri_read(&exchange->uri, target) == RC_OK) {
        for (unsigned segment = 0; segment < exchange->uri.segment_count; segment++) {
            CHECK(strpbrk(exchange->uri.segments[segment], "/\\") == NULL);
            CHECK(strcmp(exchange->uri.segments[segment], "..") != 0);
        }
        exchange->method = method;
        exchange->route = gateway_route_find(table, count, method, &exchange->uri, exchange->parts,
                                             &exchange->part_count, &known);
        exchange->body = malloc(body_bytes + 1);
        CHECK(exchange->body != NULL);
        memcpy(exchange->body, body, body_bytes);
        exchange->body[body_bytes] = '\0';
        exchange->body_bytes = body_bytes;
        if (exchange->route != NULL) {
            serve(exchange);
        }
    }
    gateway_exchange_free(exchange);
}

static void read_form(const char *body, size_t bytes)
{
    struct gateway_pair pairs[GATEWAY_QUERY_MAX];
    unsigned count = 0;
    char *copy = malloc(bytes + 1);
    CHECK(copy != NULL);
    memcpy(copy, body, bytes);
    copy[bytes] = '\0';
    if (gateway_uri_form(copy, pairs, GATEWAY_QUERY_MAX, &count) == RC_OK) {
        CHECK(count <= GATEWAY_QUERY_MAX);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (gateway.arena.base == NULL) {
        const enum rc rc = arena_init(&gateway.arena, 64u << 20);
        CHECK(rc == RC_OK);
    }
    arena_reset(&gateway.arena);
    const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
    const size_t target_bytes = line == NULL ? size : (size_t)(line - data);
    char *target = malloc(target_bytes + 1);
    CHECK(target != NULL);
    memcpy(target, data, target_bytes);
    target[target_bytes] = '\0';
    const char *body = line == NULL ? "" : (const char *)line + 1;
    const size_t body_bytes = line == NULL ? 0 : size - target_bytes - 1;
    find_and_serve(GATEWAY_GET, target, "", 0);
    find_and_serve(GATEWAY_POST, target, body, body_bytes);
    read_form(body, body_bytes);
    free(target);
    return 0;
}
