/* port_wechat_api: makes a call of each message to a resident, and of its answer what became of it.
 * Owns a copy of the accounts with their secrets.
 *
 * A platform that took a message, and one that never will, are both an end of that delivery, for nothing
 * may be sent twice; the core is told which in its own words (WechatSent) and decides which other way
 * there is. While there is no token, and while the platform is busy, a message stays in the outbox. */

#include "port_wechat_api.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/channel/channel_pulse.h"
#include "common/door/door_sender.h"
#include "common/say/say_json.h"
#include "common/web/web_sign.h"
#include "port_wechat_account.h"
#include "port_wechat_call.h"
#include "port_wechat_media.h"
#include "port_wechat_socket.h"
#include "port_wechat_token.h"
#include "port_wechat_xml.h"
#include "wechat.h"
#include "wechat_picture.h"

enum {
    REPLY_BYTES = 160,
    WHY_BYTES = 64,
    ANSWER_MS = 600000, /* over a connection a message may be answered for so long, */
    GREET_MS = 5000,    /* an event so */
};

struct api {
    char data_dir[PATH_MAX];
    struct shell_gate *gate;
    void *sender;          /* NULL until it is open */
    uint32_t site_version; /* of the site that the accounts are of */
    struct port_wechat_accounts *accounts;
    struct port_wechat_media *media;
    unsigned char reply[REPLY_BYTES]; /* of judge, until its next call */
    char why[WHY_BYTES];
};

/* With another site there may be other accounts. */
static void site_follow(struct api *api)
{
    struct port_wechat_accounts *accounts = NULL;
    const struct site *const site = shell_gate_site(api->gate);
    if (api->site_version == site->version) {
        return;
    }
    api->site_version = site->version;
    if (port_wechat_account_load(api->data_dir, site, &accounts) == RC_OK) {
        port_wechat_account_free(api->accounts);
        api->accounts = accounts;
    }
}

/* ---- messages ---- */

/* The message that a reply answers; *said NULL: it answers none, or the log no longer has it. RC_OK,
 * RC_LIMIT, RC_STORE. */
static enum rc heard_read(struct step_view *view, const Paidan__Replied *reply,
                          const Paidan__WechatHear **said, uint64_t *at_ms)
{
    Paidan__Event *heard = NULL;
    *said = NULL;
    if (!reply->has_heard) {
        return RC_OK;
    }
    const enum rc rc = step_view_read(view, reply->heard, &heard);
    if (rc == RC_OK && heard->fact_case == PAIDAN__EVENT__FACT_HEARD) {
        *said = paidan__wechat_hear__unpack(&view->arena->allocator, heard->heard->body.len,
                                            heard->heard->body.data);
        *at_ms = heard->at_ms;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whether what is said goes where the message came from. What failed in a group may be said to the person
 * alone, with the code that opens his ticket, and still belongs to that message: as its answer all of
 * the group would read it. */
static bool same_place(const Paidan__WechatHear *said, const Paidan__Replied *reply)
{
    if (said == NULL || said->group == NULL || reply->group == NULL) {
        return said != NULL && said->group == reply->group;
    }
    return strcmp(said->group, reply->group) == 0;
}

/* A robot's message may be answered at its own address, once and within an hour: that address stands in
 * the Heard, which is read again here rather than copied into each reply. Where the log no longer has it
 * the webhook is left. */
static enum rc group_make(struct step_view *view, const struct port_wechat_account *account,
                          const Paidan__Replied *reply, struct web_call *call, const char **why)
{
    const Paidan__WechatHear *said = NULL;
    uint64_t at_ms = 0;
    const enum rc rc = heard_read(view, reply, &said, &at_ms);
    return rc != RC_OK ? rc
                       : port_wechat_call_group(view->arena, account,
                                                same_place(said, reply) ? said->reply_url : NULL,
                                                reply, call, why);
}

/* By the robot's connection: as an answer while that is allowed, else into the chat. */
static enum rc on_carry(void *context, struct step_view *view,
                        const struct outbox_delivery *delivery, const Paidan__Event *event,
                        bool *taken, const char **why)
{
    struct api *const api = context;
    const Paidan__WechatHear *said = NULL;
    uint64_t at_ms = 0;
    char key[OUTBOX_KEY_BYTES];
    site_follow(api);
    const struct port_wechat_account *const account =
        port_wechat_account_find(api->accounts, delivery->to);
    if (account == NULL || !account->socket || event->fact_case != PAIDAN__EVENT__FACT_REPLIED) {
        return RC_OK;
    }
    const Paidan__Replied *const reply = event->replied;
    char *const words = port_wechat_xml_words(view->arena, reply);
    *taken = true;
    const enum rc rc = heard_read(view, reply, &said, &at_ms);
    if (rc != RC_OK || words == NULL) {
        return words == NULL ? RC_LIMIT : rc;
    }
    outbox_key(wechat_service.name, delivery->seq, key);
    const bool greets = said != NULL && said->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT;
    const bool answers = same_place(said, reply) && said->reply_id != NULL &&
                         view->now_ms - at_ms < (greets ? GREET_MS : ANSWER_MS);
    const struct port_wechat_message message = {
        .delivery = delivery->seq,
        .name = key,
        .reply_id = answers ? said->reply_id : NULL,
        .greets = greets,
        .chat = reply->group != NULL ? reply->group : reply->person,
        .group = reply->group != NULL,
        .words = words,
    };
    return port_wechat_socket_send(account->code, &message, why);
}

/* {id, phone, text}, signed over "time\nbody" where the site keeps a secret. The same id is the same
 * message: whoever sends the SMS may drop a repetition. */
static enum rc sms_make(struct api *api, struct arena *arena, const Paidan__Replied *reply,
                        const char *key, struct web_call *call, const char **why)
{
    unsigned char mac[WEB_HASH_BYTES];
    char hex[WEB_HEX_BYTES];
    const struct port_wechat_accounts *const accounts = api->accounts;
    if (accounts->sms_url[0] == '\0' || reply->phone == NULL) {
        *why = "the site has no SMS hook, or nobody's number is known";
        return RC_NOT_FOUND;
    }
    char *const body =
        say_json_text(arena, json_pack("{s:s, s:s, s:s}", "id", key, "phone", reply->phone, "text",
                                       reply->text == NULL ? "" : reply->text));
    if (body == NULL) {
        return RC_LIMIT;
    }
    *call = (struct web_call){.method = "POST",
                              .url = accounts->sms_url,
                              .headers = {"Content-Type: application/json; charset=utf-8"},
                              .body = body,
                              .body_bytes = strlen(body),
                              .inside = accounts->sms_inside};
    /* Seconds as everywhere in the platforms' world; whoever checks refuses what is older than he likes. */
    if (accounts->sms[0] != '\0') {
        const uint64_t now_s = clock_wall_ms() / 1000;
        char *const over = arena_printf(arena, "%" PRIu64 "\n%s", now_s, body);
        if (over == NULL) {
            return RC_LIMIT;
        }
        web_hmac(WEB_HMAC_SHA256, accounts->sms, strlen(accounts->sms), over, strlen(over), mac);
        web_hex(mac, sizeof mac, hex);
        call->headers[1] = arena_printf(arena, "X-Paidan-Timestamp: %" PRIu64, now_s);
        call->headers[2] = arena_printf(arena, "X-Paidan-Signature: %s", hex);
        if (call->headers[1] == NULL || call->headers[2] == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

/* ---- files ---- */

static enum rc media_make(struct api *api, struct step_view *view,
                          const struct outbox_delivery *delivery, const Paidan__Event *event,
                          struct web_call *call, const char **why)
{
    const Paidan__WechatHear *const hear =
        event->fact_case != PAIDAN__EVENT__FACT_HEARD
            ? NULL
            : paidan__wechat_hear__unpack(&view->arena->allocator, event->heard->body.len,
                                          event->heard->body.data);
    const struct port_wechat_account *const account =
        hear == NULL ? NULL : port_wechat_account_find(api->accounts, hear->account);
    if (account == NULL || view->site->wechat == NULL) {
        *why = "the site has no such account any more";
        return RC_NOT_FOUND;
    }
    return port_wechat_media_make(
        api->media, view->arena, site_wechat_account(view->site->wechat, account->code), account,
        port_wechat_token_get(account->code), delivery->seq, hear, call, why);
}

static enum door_verdict media_judge(struct api *api, const struct outbox_delivery *delivery,
                                     const struct web_result *result, const char **why)
{
    const char *account = NULL;
    const enum door_verdict verdict =
        port_wechat_media_judge(api->media, delivery->seq, result, &account, why);
    if (account != NULL) {
        port_wechat_token_drop(account);
    }
    return verdict;
}

/* ---- both ---- */

/* Called for each attempt, so a token that came meanwhile is used, and a message that waited for days is
 * made by the account as it is now. */
static enum rc on_make(void *context, struct step_view *view,
                       const struct outbox_delivery *delivery, const Paidan__Event *event,
                       struct web_call *call, const char **why)
{
    struct api *const api = context;
    char key[OUTBOX_KEY_BYTES];
    site_follow(api);
    if (strcmp(delivery->to, WECHAT_PICTURE_TO) == 0) {
        return media_make(api, view, delivery, event, call, why);
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_REPLIED) {
        *why = "no message to anybody";
        return RC_NOT_FOUND;
    }
    const Paidan__Replied *const reply = event->replied;
    outbox_key(wechat_service.name, delivery->seq, key);
    if (reply->way == PAIDAN__WECHAT_WAY__WECHAT_SMS) {
        char *const kept = arena_strdup(view->arena, key);
        return kept == NULL ? RC_LIMIT : sms_make(api, view->arena, reply, kept, call, why);
    }
    const struct port_wechat_account *const account =
        port_wechat_account_find(api->accounts, reply->account);
    if (account == NULL) {
        *why = "the site has no such account any more";
        return RC_NOT_FOUND;
    }
    if (reply->way == PAIDAN__WECHAT_WAY__WECHAT_GROUP) {
        return group_make(view, account, reply, call, why);
    }
    if (account->secret[0] == '\0') {
        *why = "the account has no secret: nothing can be sent by it";
        return RC_NOT_FOUND;
    }
    const char *const token = port_wechat_token_get(account->code);
    return token == NULL
               ? RC_AGAIN
               : port_wechat_call_make(view->arena, account, token, reply, key, call, why);
}

/* What people see beside the account (paidan channels): messages that it took since this process began.
 * The day's own count, which decides, is the core's. */
static void quota_count(const char *account, const struct port_wechat_verdict *verdict)
{
    struct channel_quota *const quota = channel_pulse_quota(account);
    if (quota != NULL) {
        quota->used += verdict->fate == PORT_WECHAT_TAKEN;
    }
}

/* For the core, which knows no JSON. */
static void sent_tell(struct api *api, const struct port_wechat_verdict *verdict,
                      ProtobufCBinaryData *reply)
{
    Paidan__WechatSent sent = PAIDAN__WECHAT_SENT__INIT;
    sent.has_taken = sent.taken = verdict->fate == PORT_WECHAT_TAKEN;
    sent.has_errcode = verdict->errcode != 0;
    sent.errcode = verdict->errcode;
    sent.sent_id = verdict->sent_id[0] == '\0' ? NULL : (char *)verdict->sent_id; /* packed */
    CHECK(paidan__wechat_sent__get_packed_size(&sent) <= sizeof api->reply);
    reply->len = paidan__wechat_sent__pack(&sent, api->reply);
    reply->data = api->reply;
}

static enum door_verdict verdict_of(struct api *api, const struct port_wechat_verdict *verdict,
                                    ProtobufCBinaryData *reply)
{
    switch (verdict->fate) {
    case PORT_WECHAT_TAKEN:
    case PORT_WECHAT_NEVER:
        sent_tell(api, verdict, reply);
        return DOOR_ARRIVED;
    case PORT_WECHAT_BUSY:
        return DOOR_UNREACHED; /* nothing goes there for a while, longer each time */
    default:
        return DOOR_REFUSED;
    }
}

/* The destination's name is the account's code; one that is no account is the SMS hook. Of the platforms
 * every answer is 200, and what it means stands inside: another status comes from something between. */
static enum door_verdict on_judge(void *context, const struct outbox_delivery *delivery,
                                  const struct web_result *result, ProtobufCBinaryData *reply,
                                  const char **why)
{
    struct api *const api = context;
    struct port_wechat_verdict verdict;
    const struct port_wechat_account *const account =
        port_wechat_account_find(api->accounts, delivery->to);
    CHECK(result->rc == RC_OK);
    if (strcmp(delivery->to, WECHAT_PICTURE_TO) == 0) {
        return media_judge(api, delivery, result, why);
    }
    if (account == NULL) { /* the SMS hook */
        (void)snprintf(api->why, sizeof api->why, "HTTP %u", result->status);
        *why = api->why;
        verdict = (struct port_wechat_verdict){.fate = PORT_WECHAT_TAKEN};
        sent_tell(api, &verdict, reply);
        return door_sender_judge(result->status);
    }
    if (result->status != 200) {
        (void)snprintf(api->why, sizeof api->why, "HTTP %u", result->status);
        *why = api->why;
        return DOOR_UNREACHED;
    }
    port_wechat_call_judge(result->body, result->body_bytes, &verdict);
    (void)snprintf(api->why, sizeof api->why, "errcode %" PRId32, (int32_t)verdict.errcode);
    *why = api->why;
    quota_count(delivery->to, &verdict);
    /* Nothing of the message is wrong: with another token the same call goes out again, in a moment. */
    if (verdict.fate == PORT_WECHAT_TOKEN) {
        port_wechat_token_drop(account->code);
        return DOOR_LATER;
    }
    return verdict_of(api, &verdict, reply);
}

/* Of a connection; without an acknowledgement nobody knows, so it goes again when the destination has
 * rested. */
static void on_carried(void *context, uint64_t delivery, const struct port_wechat_verdict *verdict)
{
    struct api *const api = context;
    ProtobufCBinaryData reply = {.len = 0, .data = NULL};
    enum door_verdict said = DOOR_UNREACHED;
    CHECK(api->sender != NULL);
    (void)snprintf(api->why, sizeof api->why, "no acknowledgement");
    if (verdict != NULL) {
        (void)snprintf(api->why, sizeof api->why, "errcode %" PRId32, (int32_t)verdict->errcode);
        said = verdict_of(api, verdict, &reply);
    }
    door_sender_carried(api->sender, delivery, said, reply, api->why);
}

/* ---- the port ---- */

/* A wrong secret ends the start (78) here already: better than a first message that nobody can send. */
static enum rc api_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct api *const api = calloc(1, sizeof *api);
    CHECK(gate != NULL);
    if (api == NULL) {
        return RC_LIMIT;
    }
    api->gate = gate;
    api->site_version = shell_gate_site(gate)->version;
    (void)snprintf(api->data_dir, sizeof api->data_dir, "%s", data_dir);
    enum rc rc = port_wechat_account_load(data_dir, shell_gate_site(gate), &api->accounts);
    if (rc == RC_OK) {
        rc = port_wechat_media_open(data_dir, &api->media);
    }
    if (rc != RC_OK) {
        port_wechat_account_free(api->accounts);
        free(api);
        return rc;
    }
    *context = api;
    return RC_OK;
}

static void api_close(void *context)
{
    struct api *const api = context;
    CHECK(api != NULL);
    port_wechat_socket_listen(NULL, NULL);
    port_wechat_media_close(api->media);
    port_wechat_account_free(api->accounts);
    free(api);
}

static const struct door_sender sender = {
    .channel = &wechat_channel,
    .make = on_make,
    .carry = on_carry,
    .judge = on_judge,
    .open = api_open,
    .close = api_close,
};

static enum rc port_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    const enum rc rc = door_sender_open(gate, data_dir, &sender, context);
    if (rc == RC_OK) {
        struct api *const api = door_sender_own(*context);
        api->sender = *context;
        port_wechat_socket_listen(on_carried, api);
    }
    return rc;
}

const struct shell_port port_wechat_api = {
    .name = "api",
    .open = port_open,
    .close = door_sender_close,
    .wait = door_sender_wait,
    .work = door_sender_work,
    .answered = door_sender_answered,
};
