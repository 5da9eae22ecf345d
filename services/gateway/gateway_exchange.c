/* gateway_exchange: the memory of one request and the way back. It owns body, target, the handler's
 * state and the response until libmicrohttpd has them. What must stay true: an exchange is answered
 * once; a suspended connection is resumed exactly then, and by nobody else (libmicrohttpd aborts the
 * process that stops while one is suspended); and every answer of the API carries the headers that
 * keep a browser from guessing, storing or framing it. */

#include "gateway_exchange.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"

/* Lists of many tickets, not the short answers that are asked for most. What is longer than the most
 * would keep the loop for milliseconds; nobody who is far away asks for it. */
enum { PACK_BYTES_MIN = 8 << 10, PACK_BYTES_MAX = 2 << 20, PACK_LEVEL = 1 };

struct exchange *gateway_exchange_new(struct gateway *gateway)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
        return NULL;
    }
    exchange->gateway = gateway;
    exchange->say = gateway->say;
    exchange->started_us = clock_monotonic_us();
    return exchange;
}

void gateway_exchange_free(struct exchange *exchange)
{
    CHECK(!exchange->suspended);
    if (exchange->state != NULL && exchange->state_free != NULL) {
        exchange->state_free(exchange->state);
    }
    if (exchange->person != NULL) {
        exchange->person_free(exchange);
    }
    if (exchange->response != NULL) {
        MHD_destroy_response(exchange->response);
    }
    gateway_uri_free(&exchange->uri);
    CHECK(exchange->gateway->bodies_bytes >= exchange->body_room);
    exchange->gateway->bodies_bytes -= exchange->body_room;
    free(exchange->body);
    free(exchange);
}

/* libmicrohttpd lets a NUL through; what stands behind it would be seen by nobody but a proxy. */
const char *gateway_exchange_header(const struct exchange *exchange, const char *name)
{
    const char *value = NULL;
    size_t bytes = 0;
    if (exchange->connection == NULL ||
        MHD_lookup_connection_value_n(exchange->connection, MHD_HEADER_KIND, name, strlen(name),
                                      &value, &bytes) != MHD_YES ||
        value == NULL || strlen(value) != bytes) {
        return NULL;
    }
    return value;
}

/* No other coding: libdeflate makes this one, and every browser takes it. */
bool gateway_exchange_gzip(const struct exchange *exchange)
{
    const char *codings = gateway_exchange_header(exchange, "Accept-Encoding");
    return codings != NULL && strstr(codings, "gzip") != NULL &&
           strstr(codings, "gzip;q=0") == NULL;
}

const char *gateway_exchange_part(const struct exchange *exchange, const char *name)
{
    const char *value = NULL;
    for (unsigned index = 0; index < exchange->part_count; index++) {
        if (strcmp(exchange->parts[index].name, name) == 0) {
            value = exchange->parts[index].value;
        }
    }
    CHECK(value != NULL);
    return value;
}

/* The first language of ours that the browser names; weights are ignored, for browsers sort. */
void gateway_exchange_language(struct exchange *exchange)
{
    const char *wanted = gateway_uri_query(&exchange->uri, "lang");
    if (wanted == NULL) {
        wanted = gateway_exchange_header(exchange, "Accept-Language");
    }
    for (const char *at = wanted; at != NULL && *at != '\0'; at += strcspn(at, ",")) {
        at += strspn(at, ", ");
        if (strncasecmp(at, "zh", 2) == 0 || strncasecmp(at, "en", 2) == 0) {
            exchange->say.language = strncasecmp(at, "zh", 2) == 0 ? SAY_CHINESE : SAY_ENGLISH;
            return;
        }
    }
}

/* ---- answering --------------------------------------------------------------------------------
 */

/* Without memory for an answer the connection is closed: libmicrohttpd does it when none is queued. */
void gateway_exchange_respond(struct exchange *exchange, unsigned status,
                              struct MHD_Response *response)
{
    CHECK(exchange->status == 0);
    CHECK(status >= 100);
    exchange->status = status;
    exchange->response = response;
    if (exchange->suspended) {
        CHECK(exchange->gateway->suspended > 0);
        exchange->suspended = false;
        exchange->gateway->suspended--;
        MHD_resume_connection(exchange->connection);
    }
}

void gateway_exchange_add(struct exchange *exchange, const char *name, const char *value)
{
    CHECK(exchange->status != 0);
    if (exchange->response != NULL) {
        (void)MHD_add_response_header(exchange->response, name, value);
    }
}

/* Nothing of the API is kept, guessed at, framed or linked from: these five say so to every browser. */
static void respond_api(struct exchange *exchange, unsigned status, const char *type,
                        struct MHD_Response *response)
{
    if (response != NULL) {
        (void)MHD_add_response_header(response, "Content-Type", type);
        (void)MHD_add_response_header(response, "Cache-Control", "no-store");
        (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
        (void)MHD_add_response_header(response, "Content-Security-Policy",
                                      "default-src 'none'; frame-ancestors 'none'");
        (void)MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    }
    gateway_exchange_respond(exchange, status, response);
}

/* The packed form of bytes, which are freed; as they are where that is no gain. Packed answers hold no
 * secret of the person (tokens and grants come in short ones), so that their length tells nobody one. */
static char *pack(struct exchange *exchange, char *bytes, size_t *size, bool *packed)
{
    struct gateway *gateway = exchange->gateway;
    if (*size < PACK_BYTES_MIN || *size > PACK_BYTES_MAX || !gateway_exchange_gzip(exchange)) {
        return bytes;
    }
    if (gateway->packer == NULL) {
        gateway->packer = libdeflate_alloc_compressor(PACK_LEVEL);
    }
    char *made = gateway->packer == NULL ? NULL : malloc(*size);
    const size_t got =
        made == NULL ? 0 : libdeflate_gzip_compress(gateway->packer, bytes, *size, made, *size);
    if (got == 0) {
        free(made);
        return bytes;
    }
    free(bytes);
    *size = got;
    *packed = true;
    return made;
}

void gateway_exchange_bytes(struct exchange *exchange, unsigned status, const char *type,
                            char *bytes, size_t size)
{
    bool packed = false;
    if (bytes != NULL && strncmp(type, "application/json", 16) == 0) {
        bytes = pack(exchange, bytes, &size, &packed);
    }
    struct MHD_Response *response =
        bytes == NULL ? NULL : MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(bytes);
    }
    respond_api(exchange, status, type, response);
    if (packed) {
        gateway_exchange_add(exchange, "Content-Encoding", "gzip");
        gateway_exchange_add(exchange, "Vary", "Accept-Encoding");
    }
}

void gateway_exchange_text(struct exchange *exchange, unsigned status, const char *type,
                           const char *text)
{
    /* The library wants it unconst and does not write to it. */
    respond_api(exchange, status, type,
                MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                                MHD_RESPMEM_PERSISTENT));
}

void gateway_exchange_json(struct exchange *exchange, unsigned status, json_t *json)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    const char *type = status >= 400 ? "application/problem+json; charset=utf-8"
                                     : "application/json; charset=utf-8";
    gateway_exchange_bytes(exchange, status, type, text, text == NULL ? 0 : strlen(text));
}
