/* web_client: HTTP requests to the outside: libcurl's multi interface in the caller's loop. Nothing it
 * does can be talked into reaching what it should not: https only, no redirect is followed, no name may
 * lead to a private, loopback, link-local or multicast address (judged at the connection, so that a name
 * cannot change between), answers are bounded in size and time. Where a destination says `inside`, an
 * address of the own network is allowed, and plain http to loopback. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum { WEB_HEADERS_MAX = 16, WEB_ANSWER_BYTES_DEFAULT = 64 << 10 };

struct web_client;

struct web_call {
    const char *method; /* "POST" */
    const char *url;
    const char *headers[WEB_HEADERS_MAX]; /* "Name: value"; NULL-terminated unless full */
    const void *body;                     /* copied */
    size_t body_bytes;
    uint64_t connect_ms, total_ms; /* 0: 5 s, 15 s */
    size_t answer_max;             /* 0: WEB_ANSWER_BYTES_DEFAULT */
    bool inside;
};

struct web_result {
    /* RC_OK: an answer came, whatever its status. RC_TIMEOUT, RC_IO: none. RC_LIMIT: it is too
     * large. RC_FORBIDDEN: the address is none that we speak to; nothing was sent. */
    enum rc rc;
    unsigned status;
    const char *body; /* NUL after it; until return */
    size_t body_bytes;
    const char *type;        /* Content-Type, "": none */
    uint64_t retry_after_ms; /* 0: none was said */
    const char *why;         /* for people, when rc is not RC_OK; never holds the URL's query */
};
typedef void web_done(void *context, uint64_t token, const struct web_result *result);

MUST_CHECK enum rc web_client_open(struct web_client **client, web_done *done, void *context);
/* What is under way is given up, and done is not called. */
void web_client_close(struct web_client *client);
/* done will be called exactly once, never before this returns. RC_OK, RC_INVALID (the URL is none, or
 * of another scheme), RC_LIMIT. */
MUST_CHECK enum rc web_client_send(struct web_client *client, const struct web_call *call,
                                   uint64_t token);
int web_client_fd(const struct web_client *client);
uint64_t web_client_due_us(const struct web_client *client);
void web_client_work(struct web_client *client);
size_t web_client_flights(const struct web_client *client);
