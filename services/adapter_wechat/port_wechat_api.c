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
#include "common/web/web_sign.h"
#include "port_wechat_account.h"
#include "port_wechat_call.h"
#include "port_wechat_token.h"
#include "wechat.h"

enum {
    REPLY_BYTES = 160,
    WHY_BYTES = 64,
};

struct api {
    char data_dir[PATH_MAX];
    struct shell_gate *gate;
    uint32_t site_version; /* of the site that the accounts are of */
    struct port_wechat_accounts *accounts;
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

/* A robot's message may be answered at its own address, once and within an hour: that address stands in
 * the Heard, which is read again here rather than copied into each reply. Where the log no longer has it
 * the webhook is left. */
static enum rc group_make(struct step_view *view, const struct port_wechat_account *account,
                          const Paidan__Replied *reply, struct web_call *call, const char **why)
{
    const char *reply_url = NULL;
    Paidan__Event *heard = NULL;
    if (reply->has_heard) {
        const enum rc rc = step_view_read(view, reply->heard, &heard);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            return rc;
        }
        if (rc == RC_OK && heard->fact_case == PAIDAN__EVENT__FACT_HEARD) {
            const Paidan__WechatHear *const said = paidan__wechat_hear__unpack(
                &view->arena->allocator, heard->heard->body.len, heard->heard->body.data);
            reply_url = said == NULL ? NULL : said->reply_url;
        }
    }
    return port_wechat_call_group(view->arena, account, reply_url, reply, call, why);
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
    json_t *const made = json_pack("{s:s, s:s, s:s}", "id", key, "phone", reply->phone, "text",
                                   reply->text == NULL ? "" : reply->text);
    char *const printed = json_dumps(made, JSON_COMPACT);
    json_decref(made);
    char *const body = printed == NULL ? NULL : arena_strdup(arena, printed);
    free(printed);
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

/* Called for each attempt, so a token that came meanwhile is used, and a message that waited for days is
 * made by the account as it is now. */
static enum rc on_make(void *context, struct step_view *view,
                       const struct outbox_delivery *delivery, const Paidan__Event *event,
                       struct web_call *call, const char **why)
{
    struct api *const api = context;
    char key[OUTBOX_KEY_BYTES];
    site_follow(api);
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
static void sent_tell(struct api *api, struct port_wechat_verdict *verdict,
                      ProtobufCBinaryData *reply)
{
    Paidan__WechatSent sent = PAIDAN__WECHAT_SENT__INIT;
    sent.has_taken = sent.taken = verdict->fate == PORT_WECHAT_TAKEN;
    sent.has_errcode = verdict->errcode != 0;
    sent.errcode = verdict->errcode;
    sent.sent_id = verdict->sent_id[0] == '\0' ? NULL : verdict->sent_id;
    CHECK(paidan__wechat_sent__get_packed_size(&sent) <= sizeof api->reply);
    reply->len = paidan__wechat_sent__pack(&sent, api->reply);
    reply->data = api->reply;
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
    if (account == NULL) { /* the SMS hook */
        (void)snprintf(api->why, sizeof api->why, "HTTP %u", result->status);
        *why = api->why;
        verdict = (struct port_wechat_verdict){.fate = PORT_WECHAT_TAKEN};
        sent_tell(api, &verdict, reply);
        return result->status / 100 == 2   ? DOOR_ARRIVED
               : result->status / 100 == 4 ? DOOR_REFUSED
                                           : DOOR_UNREACHED;
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
    switch (verdict.fate) {
    case PORT_WECHAT_TAKEN:
    case PORT_WECHAT_NEVER:
        sent_tell(api, &verdict, reply);
        return DOOR_ARRIVED;
    /* Nothing of the message is wrong: with another token the same call goes out again, in a moment. */
    case PORT_WECHAT_TOKEN:
        port_wechat_token_drop(account->code);
        return DOOR_LATER;
    case PORT_WECHAT_BUSY:
        return DOOR_UNREACHED; /* nothing goes there for a while, longer each time */
    default:
        return DOOR_REFUSED;
    }
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
    const enum rc rc = port_wechat_account_load(data_dir, shell_gate_site(gate), &api->accounts);
    if (rc != RC_OK) {
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
    port_wechat_account_free(api->accounts);
    free(api);
}

static const struct door_sender sender = {
    .channel = &wechat_channel,
    .make = on_make,
    .judge = on_judge,
    .open = api_open,
    .close = api_close,
};

static enum rc port_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_sender_open(gate, data_dir, &sender, context);
}

const struct shell_port port_wechat_api = {
    .name = "api",
    .open = port_open,
    .close = door_sender_close,
    .wait = door_sender_wait,
    .work = door_sender_work,
    .answered = door_sender_answered,
};
