/* port_wechat_frame: what is said over a robot's connection (智能机器人 长连接): frames of JSON,
 * {cmd, headers: {req_id}, body}; an acknowledgement has no cmd, and errcode. Bytes in and bytes out. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"

enum {
    PORT_WECHAT_FRAME_ID_BYTES = 128,        /* of a req_id, the platform's or ours */
    PORT_WECHAT_FRAME_BYTES_MAX = 256 << 10, /* of a frame; a text is 64 KiB at most, escaped */
    PORT_WECHAT_FRAME_TEXT_MAX = 20480,      /* what the platform takes of us in one message */
};

enum port_wechat_frame_kind {
    PORT_WECHAT_FRAME_OTHER,    /* nothing for us: what a later version of theirs may say */
    PORT_WECHAT_FRAME_HEARD,    /* a message or an event: hear */
    PORT_WECHAT_FRAME_REPLACED, /* another connection took this one's place; it ends */
    PORT_WECHAT_FRAME_ACK,
};

struct port_wechat_frame {
    enum port_wechat_frame_kind kind;
    const char *id;          /* req_id; "" where there is none */
    uint32_t errcode;        /* of an ACK; 0: well. -1 is UINT32_MAX */
    Paidan__WechatHear hear; /* of HEARD; account is the caller's to fill in */
};

/* now_s: for messages that carry no time. Texts in the arena. RC_OK; RC_INVALID, *why says; RC_LIMIT: the
 * arena is full. */
MUST_CHECK enum rc port_wechat_frame_read(struct arena *arena, const char *text, size_t bytes,
                                          uint64_t now_s, struct port_wechat_frame *frame,
                                          const char **why);

/* Frames of ours; NULL: the arena is full. */
char *port_wechat_frame_subscribe(struct arena *arena, const char *id, const char *bot,
                                  const char *secret);
char *port_wechat_frame_ping(struct arena *arena, const char *id);
/* An answer to the callback with that req_id: to a message words that are whole at once; name: of the
 * answer, the same for a repetition. To an event (enter_chat) a greeting. */
char *port_wechat_frame_respond(struct arena *arena, const char *id, const char *name,
                                const char *words);
char *port_wechat_frame_greet(struct arena *arena, const char *id, const char *words);
/* Of our own accord, into a chat: a group's id or a person's. */
char *port_wechat_frame_send(struct arena *arena, const char *id, const char *chat, bool group,
                             const char *words);
