/* port_wechat_xml: the messages of official accounts and of WeCom's applications, from XML to the one
 * form that the core knows (WechatHear), and passive replies to XML. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"

/* What stands around a message that came encrypted. */
struct port_wechat_xml_outer {
    const char *cipher; /* NULL: the message is plain */
    const char *agent;  /* AgentID of WeCom; NULL: none */
};

/* Looks at the outside. RC_OK; RC_INVALID: no XML of theirs, why says; RC_LIMIT: arena. */
MUST_CHECK enum rc port_wechat_xml_outer(struct arena *arena, const char *body, size_t bytes,
                                         struct port_wechat_xml_outer *outer, const char **why);
/* Reads an opened message. Texts in the arena; account is left to the caller. Texts that are too long
 * are cut between characters; what is no number is as if it were not there. RC_OK; RC_INVALID: no
 * message: without a sender, a time or a type; RC_LIMIT: arena. */
MUST_CHECK enum rc port_wechat_xml_hear(struct arena *arena, const char *message, size_t bytes,
                                        Paidan__WechatHear *hear, const char **why);
/* The name by which the account was spoken to, which a reply is sent from. NULL: it has none. */
MUST_CHECK enum rc port_wechat_xml_to(struct arena *arena, const char *message, size_t bytes,
                                      const char **to);

/* A passive reply: text. from: the account's name; NULL when the arena is full. */
char *port_wechat_xml_reply(struct arena *arena, const char *to, const char *from, uint64_t now_ms,
                            const char *text);
/* What goes around an encrypted one. */
char *port_wechat_xml_envelope(struct arena *arena, const char *cipher, const char *signature,
                               const char *timestamp, const char *nonce);
/* A text as the platforms show it: the reply's words and, where it is a menu, a line an item. */
char *port_wechat_xml_words(struct arena *arena, const Paidan__Replied *reply);
