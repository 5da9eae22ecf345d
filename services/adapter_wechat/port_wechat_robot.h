/* port_wechat_robot: the messages of WeCom's robots (智能机器人), from JSON to the form that the core
 * knows, and replies to JSON. A robot speaks with one person or in a group, where it hears what is said
 * to it (@) alone, with what that quotes. */
#pragma once

#include <jansson.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"

/* The cipher of {"encrypt": "..."}. RC_OK, RC_INVALID (why says) or RC_LIMIT. */
MUST_CHECK enum rc port_wechat_robot_outer(struct arena *arena, const char *body, size_t bytes,
                                           const char **cipher, const char **why);
/* Reads an opened message; said_s: the seconds of its seal, for it carries no time of its own. As
 * port_wechat_xml_hear. */
MUST_CHECK enum rc port_wechat_robot_hear(struct arena *arena, const char *message, size_t bytes,
                                          uint64_t said_s, Paidan__WechatHear *hear,
                                          const char **why);

/* The same of a message that is read already; root NULL: it could not be. */
MUST_CHECK enum rc port_wechat_robot_read(struct arena *arena, const json_t *root, uint64_t said_s,
                                          Paidan__WechatHear *hear, const char **why);

/* A passive reply: a stream that is at its end with its first piece; id: names it. NULL: the arena is
 * full. */
char *port_wechat_robot_reply(struct arena *arena, const char *id, const char *text);
char *port_wechat_robot_envelope(struct arena *arena, const char *cipher, const char *signature,
                                 const char *timestamp, const char *nonce);
