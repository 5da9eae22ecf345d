/* port_wechat_call: a Replied as a call of the platform's interface, and what its answer means. Bytes in
 * and bytes out: tokens, secrets and addresses are the caller's. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/web/web_client.h"
#include "port_wechat_account.h"

/* What became of a call. */
enum port_wechat_fate {
    PORT_WECHAT_TAKEN,
    PORT_WECHAT_NEVER,   /* looked at and refused for good: another way must be found */
    PORT_WECHAT_TOKEN,   /* the token is none any more */
    PORT_WECHAT_BUSY,    /* not now: frequency, the day's quota, the platform itself */
    PORT_WECHAT_REFUSED, /* an error that somebody must look at */
};

struct port_wechat_verdict {
    enum port_wechat_fate fate;
    uint32_t errcode;
    char sent_id[65]; /* "": none was said */
};

/* How a reply is sent: path and body of the call; the token is added where `token` is not NULL. key:
 * the delivery's, by which a repetition is known where the platform knows any. RC_OK; RC_NOT_FOUND: this
 * account cannot send it, *why says; RC_LIMIT: arena. */
MUST_CHECK enum rc port_wechat_call_make(struct arena *arena,
                                         const struct port_wechat_account *account,
                                         const char *token, const Paidan__Replied *reply,
                                         const char *key, struct web_call *call, const char **why);
/* Into a group: to the message's own address (reply_url), else to the robot's webhook. As above. */
MUST_CHECK enum rc port_wechat_call_group(struct arena *arena,
                                          const struct port_wechat_account *account,
                                          const char *reply_url, const Paidan__Replied *reply,
                                          struct web_call *call, const char **why);
/* Asks for an access token. force: the one that is held is refused, though its time is not over. */
MUST_CHECK enum rc port_wechat_call_token(struct arena *arena,
                                          const struct port_wechat_account *account, bool force,
                                          struct web_call *call);
/* The token of such an answer, and how long it holds. RC_OK; RC_INVALID: there is none; errcode: what
 * the platform said instead. */
MUST_CHECK enum rc port_wechat_call_token_read(const char *body, size_t bytes, char *token,
                                               size_t size, uint64_t *holds_s, uint32_t *errcode);
/* Asks who brought a code of OAuth. */
MUST_CHECK enum rc port_wechat_call_person(struct arena *arena,
                                           const struct port_wechat_account *account,
                                           const char *token, const char *code,
                                           struct web_call *call);
/* openid or userid in such an answer; RC_OK or RC_INVALID. */
MUST_CHECK enum rc port_wechat_call_person_read(const char *body, size_t bytes, char *person,
                                                size_t size, uint32_t *errcode);
/* What an errcode means, of whatever answer; 0: taken. */
enum port_wechat_fate port_wechat_call_fate(uint32_t errcode);
/* Asks for a file that somebody sent to the account. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc port_wechat_call_media(struct arena *arena,
                                          const struct port_wechat_account *account,
                                          const char *token, const char *media_id,
                                          struct web_call *call);
/* The same of a robot's, which lies where its message says. */
MUST_CHECK enum rc port_wechat_call_file(const struct port_wechat_account *account, const char *url,
                                         struct web_call *call);
/* What an answer with status 200 means. */
void port_wechat_call_judge(const char *body, size_t bytes, struct port_wechat_verdict *verdict);
