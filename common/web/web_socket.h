/* web_socket: a WebSocket to the outside, in the caller's loop: one connection, once. It reaches what
 * web_client may reach and nothing else, its TLS is judged by the same authorities, and what comes is
 * text within a bound. Who wants to connect again opens another one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

struct web_socket;

struct web_socket_call {
    const char *url; /* wss://..., or ws:// to loopback where inside */
    bool inside;     /* as web_call's */
    size_t message_max;
    uint64_t connect_ms; /* until it is open; 0: 10 s */
    /* It is open: from now on something may be sent. */
    void (*opened)(void *context);
    /* A whole message, UTF-8, not empty, NUL after it; until return. */
    void (*heard)(void *context, const char *text, size_t bytes);
    /* It is over: nothing is called after this, and web_socket_close is the only thing left to do, though
     * not from within it. why: for people; never holds anything that was said. */
    void (*closed)(void *context, const char *why);
};

/* RC_OK: opened or closed will be called, never before this returns; RC_INVALID: the URL is none, or not
 * to be used; RC_LIMIT. Texts are copied. */
MUST_CHECK enum rc web_socket_open(struct web_socket **socket, const struct web_socket_call *call,
                                   void *context);
/* Says goodbye if it can, and waits for nobody. NULL: nothing to do. */
void web_socket_close(struct web_socket *socket);
/* RC_OK: it will go out, if the connection lives. RC_AGAIN: it is not open, or too much waits already. */
MUST_CHECK enum rc web_socket_send(struct web_socket *socket, const char *text, size_t bytes);
/* Nothing more is read while it is held; what is read already may still be heard. */
void web_socket_hold(struct web_socket *socket, bool held);
int web_socket_fd(const struct web_socket *socket);
uint64_t web_socket_due_us(const struct web_socket *socket);
void web_socket_work(struct web_socket *socket);
