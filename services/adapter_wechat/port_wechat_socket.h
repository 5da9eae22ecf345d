/* port_wechat_socket: robots whose platform we call (connect: websocket): one connection each, by which
 * their messages come and our answers go. A port of its own; the sender (port_wechat_api) hands it what
 * is to be said. */
#pragma once

#include "common/run/shell.h"
#include "port_wechat_call.h"

extern const struct shell_port port_wechat_socket;

struct port_wechat_message {
    uint64_t delivery;
    const char *name; /* the delivery's key: the same for a repetition */
    const char
        *reply_id;    /* of the message that it answers, while that may be answered; NULL: none */
    bool greets;      /* ... which was an event */
    const char *chat; /* a group's id, or a person's */
    bool group;
    const char *words;
};

/* verdict NULL: nobody acknowledged it, and nobody knows whether it was taken. */
typedef void port_wechat_socket_done(void *context, uint64_t delivery,
                                     const struct port_wechat_verdict *verdict);
/* Who is told what became of messages; done NULL: nobody any more. */
void port_wechat_socket_listen(port_wechat_socket_done *done, void *context);
/* RC_OK: done will be called of it, once, never before this returns. RC_AGAIN: not now. RC_IO: the
 * connection is down for a while, *why says. RC_LIMIT: no memory. */
MUST_CHECK enum rc port_wechat_socket_send(const char *account,
                                           const struct port_wechat_message *message,
                                           const char **why);
