/* port_wechat_call: the platforms' interface in our words. Owns nothing, keeps nothing.
 *
 * Errors decide what becomes of a message to a resident, so each that is known stands in one table with
 * what follows from it: a token that is none any more is fetched again and the message is sent as if
 * nothing had been; what is refused for good (48 hours, no consent, blocked) goes back to the core,
 * which chooses another way; a platform that is busy is left in peace. What nobody foresaw is tried
 * again and in the end stands among the dead, where people see it: that is better than to take an error
 * for a success. */

#include "port_wechat_call.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/text/text.h"
#include "common/web/web_escape.h"
#include "port_wechat_xml.h"

enum { JSON_FLAGS = JSON_REJECT_DUPLICATES };

struct error {
    uint32_t code;
    enum port_wechat_fate fate;
};

/* 42001 expired; 40001, 40014, 42007, 40082: another than the newest, or none. 43004: not subscribed;
 * 43101: no consent is left; 43019, 81013, 60111: has blocked us, or is nobody; 45015, 45047: 48 hours,
 * five messages; 40003: no such person; 40007: no such file; 40008, 45002, 45008, 47003, 40037, 41028: not in this form;
 * 48001, 48002, 50002: the account may not; 93000, 60140: the robot's address is over. 45009 a day's,
 * 45011 a minute's, 45033 and 45065 the interface's frequency; 846607: a robot's; 50001, 61500: not now. */
static const struct error errors[] = {
    {0, PORT_WECHAT_TAKEN},         {40001, PORT_WECHAT_TOKEN}, {40014, PORT_WECHAT_TOKEN},
    {40082, PORT_WECHAT_TOKEN},     {42001, PORT_WECHAT_TOKEN}, {42007, PORT_WECHAT_TOKEN},
    {41001, PORT_WECHAT_TOKEN},     {40003, PORT_WECHAT_NEVER}, {40007, PORT_WECHAT_NEVER},
    {40008, PORT_WECHAT_NEVER},     {40037, PORT_WECHAT_NEVER}, {41028, PORT_WECHAT_NEVER},
    {43004, PORT_WECHAT_NEVER},     {43019, PORT_WECHAT_NEVER}, {43101, PORT_WECHAT_NEVER},
    {43103, PORT_WECHAT_NEVER},     {45002, PORT_WECHAT_NEVER}, {45008, PORT_WECHAT_NEVER},
    {45015, PORT_WECHAT_NEVER},     {45047, PORT_WECHAT_NEVER}, {47003, PORT_WECHAT_NEVER},
    {48001, PORT_WECHAT_NEVER},     {48002, PORT_WECHAT_NEVER}, {50002, PORT_WECHAT_NEVER},
    {60111, PORT_WECHAT_NEVER},     {60140, PORT_WECHAT_NEVER}, {81013, PORT_WECHAT_NEVER},
    {93000, PORT_WECHAT_NEVER},     {45009, PORT_WECHAT_BUSY},  {45011, PORT_WECHAT_BUSY},
    {45033, PORT_WECHAT_BUSY},      {45065, PORT_WECHAT_BUSY},  {50001, PORT_WECHAT_BUSY},
    {61500, PORT_WECHAT_BUSY},      {846607, PORT_WECHAT_BUSY}, {846609, PORT_WECHAT_BUSY},
    {UINT32_MAX, PORT_WECHAT_BUSY}, /* -1: "system busy" */
};

/* body NULL of a POST, url NULL: the arena is full. Texts of the platforms are UTF-8 in JSON, whatever
 * their own examples say. */
static enum rc called(const struct port_wechat_account *account, const char *method,
                      const char *url, const char *body, struct web_call *call)
{
    if (url == NULL || (body == NULL && strcmp(method, "POST") == 0)) {
        return RC_LIMIT;
    }
    *call = (struct web_call){.method = method, .url = url, .inside = account->inside};
    if (body != NULL) {
        call->headers[0] = "Content-Type: application/json; charset=utf-8";
        call->body = body;
        call->body_bytes = strlen(body);
    }
    return RC_OK;
}

/* ---- messages ---- */

/* Ids are the core's: digits that say all by themselves when they come back, months later (wechat_read). */
static json_t *menu_make(const Paidan__Replied *reply)
{
    json_t *const list = json_array();
    for (size_t index = 0; index < reply->n_items; index++) {
        (void)json_array_append_new(list, json_pack("{s:s, s:s}", "id", reply->items[index]->id,
                                                    "content", reply->items[index]->label));
    }
    return json_pack("{s:s, s:s, s:{s:s, s:o, s:s}}", "touser", reply->person, "msgtype", "msgmenu",
                     "msgmenu", "head_content", reply->text == NULL ? "" : reply->text, "list",
                     list, "tail_content", reply->tail == NULL ? "" : reply->tail);
}

/* The platform judges each value by its field's kind and length (47003): the site says which field gets
 * what. */
static json_t *notice_make(const Paidan__Replied *reply, const char *key)
{
    json_t *const data = json_object();
    for (size_t index = 0; index < reply->n_values; index++) {
        (void)json_object_set_new(data, reply->values[index]->name,
                                  json_pack("{s:s}", "value", reply->values[index]->value));
    }
    json_t *const made = json_pack("{s:s, s:s, s:o, s:s}", "touser", reply->person, "template_id",
                                   reply->template_, "data", data, "client_msg_id", key);
    if (reply->url != NULL) {
        (void)json_object_set_new(made, "page", json_string(reply->url));
    }
    return made;
}

/* No key of ours travels along: a repetition after a lost answer is shown twice, which the platform gives
 * no way to prevent. */
static json_t *custom_make(const Paidan__Replied *reply, const char *words)
{
    return json_pack("{s:s, s:s, s:{s:s}}", "touser", reply->person, "msgtype", "text", "text",
                     "content", words);
}

/* The platform itself refuses a repetition within its interval, which is at least once made exactly
 * once for half an hour. */
static json_t *application_make(const struct port_wechat_account *account,
                                const Paidan__Replied *reply, const char *words)
{
    return json_pack("{s:s, s:s, s:I, s:{s:s}, s:i, s:i}", "touser", reply->person, "msgtype",
                     "text", "agentid", (json_int_t)strtoll(account->agent, NULL, 10), "text",
                     "content", words, "enable_duplicate_check", 1, "duplicate_check_interval",
                     1800);
}

/* By way and platform: WeCom has neither menus nor notices, so there each is the words of a message. */
enum rc port_wechat_call_make(struct arena *arena, const struct port_wechat_account *account,
                              const char *token, const Paidan__Replied *reply, const char *key,
                              struct web_call *call, const char **why)
{
    const char *path = "/cgi-bin/message/custom/send";
    json_t *made = NULL;
    CHECK(account != NULL);
    CHECK(token != NULL);
    CHECK(reply != NULL);
    char *const words = port_wechat_xml_words(arena, reply);
    if (words == NULL) {
        return RC_LIMIT;
    }
    if (account->platform == PORT_WECHAT_ROBOT) {
        *why = "a robot speaks in groups and in answers alone";
        return RC_NOT_FOUND;
    }
    if (account->platform == PORT_WECHAT_WECOM) {
        path = "/cgi-bin/message/send";
        made = application_make(account, reply, words);
    } else if (reply->way == PAIDAN__WECHAT_WAY__WECHAT_NOTICE) {
        if (reply->template_ == NULL) {
            *why = "a notice needs a template";
            return RC_NOT_FOUND;
        }
        path = "/cgi-bin/message/subscribe/bizsend";
        made = notice_make(reply, key);
    } else if (reply->form == PAIDAN__WECHAT_FORM__WECHAT_AS_MENU && account->menus) {
        made = menu_make(reply);
    } else {
        made = custom_make(reply, words);
    }
    char *const quoted_token = web_escape_query(arena, token), *const body =
                                                                   say_json_text(arena, made);
    return called(account, "POST",
                  quoted_token == NULL ? NULL
                                       : arena_printf(arena, "%s%s?access_token=%s", account->api,
                                                      path, quoted_token),
                  body, call);
}

/* Of an address that came in a message: only where the platform itself is may it lead inside. Files of a
 * robot with a connection lie by http where it has ws. */
static bool is_platforms(const struct port_wechat_account *account, const char *url)
{
    const char *api = account->api;
    const char *at = url;
    CHECK(url != NULL);
    if (account->socket && strncmp(api, "ws", 2) == 0 && strncmp(url, "http", 4) == 0) {
        api += 2;
        at += 4;
    }
    const size_t bytes = strlen(api);
    return account->inside && account->api[0] != '\0' && strncmp(at, api, bytes) == 0 &&
           at[bytes] == '/';
}

/* The message's own address answers once, in markdown alone; the webhook whenever we want. */
enum rc port_wechat_call_group(struct arena *arena, const struct port_wechat_account *account,
                               const char *reply_url, const Paidan__Replied *reply,
                               struct web_call *call, const char **why)
{
    CHECK(account != NULL);
    CHECK(reply != NULL);
    char *const words = port_wechat_xml_words(arena, reply);
    if (words == NULL) {
        return RC_LIMIT;
    }
    if (reply_url == NULL && account->webhook[0] == '\0') {
        *why = "the message has no address to answer to, and the account no webhook";
        return RC_NOT_FOUND;
    }
    const char *const kind = reply_url != NULL ? "markdown" : "text";
    const enum rc rc = called(
        account, "POST", reply_url != NULL ? reply_url : account->webhook,
        say_json_text(arena, json_pack("{s:s, s:{s:s}}", "msgtype", kind, kind, "content", words)),
        call);
    if (rc == RC_OK && reply_url != NULL) {
        call->inside = is_platforms(account, reply_url);
    }
    return rc;
}

/* ---- tokens and people ---- */

/* Of an official account the stable interface: it gives the same token to all who ask within its time,
 * so that a process that starts again takes nothing from another, and costs no quota. */
enum rc port_wechat_call_token(struct arena *arena, const struct port_wechat_account *account,
                               bool force, struct web_call *call)
{
    CHECK(account != NULL);
    CHECK(account->secret[0] != '\0');
    if (account->platform == PORT_WECHAT_OFFICIAL) {
        json_t *const made =
            json_pack("{s:s, s:s, s:s, s:b}", "grant_type", "client_credential", "appid",
                      account->id, "secret", account->secret, "force_refresh", force ? 1 : 0);
        return called(account, "POST", arena_printf(arena, "%s/cgi-bin/stable_token", account->api),
                      say_json_text(arena, made), call);
    }
    char *const id = web_escape_query(arena, account->id), *const secret = web_escape_query(
                                                               arena, account->secret);
    if (id == NULL || secret == NULL) {
        return RC_LIMIT;
    }
    return called(account, "GET",
                  arena_printf(arena, "%s/cgi-bin/gettoken?corpid=%s&corpsecret=%s", account->api,
                               id, secret),
                  NULL, call);
}

/* Absent is 0, as the platforms leave it out where all is well; -1 ("busy") becomes the largest. */
static uint32_t errcode_of(const json_t *root)
{
    return (uint32_t)json_integer_value(json_object_get(root, "errcode"));
}

/* Whole or not at all: a token that was cut would be none. */
static bool text_take(const json_t *value, char *text, size_t size)
{
    const char *const said = json_string_value(value);
    return said != NULL && said[0] != '\0' && text_copy(text, size, said);
}

enum rc port_wechat_call_token_read(const char *body, size_t bytes, char *token, size_t size,
                                    uint64_t *holds_s, uint32_t *errcode)
{
    CHECK(body != NULL);
    json_t *const root = json_loadb(body, bytes, JSON_FLAGS, NULL);
    const json_int_t holds = json_integer_value(json_object_get(root, "expires_in"));
    const bool whole = holds > 0 && text_take(json_object_get(root, "access_token"), token, size);
    *errcode = errcode_of(root);
    *holds_s = whole ? (uint64_t)holds : 0;
    json_decref(root);
    return whole ? RC_OK : RC_INVALID;
}

/* The code is good once and for five minutes; who asks with it must prove who he is himself. */
enum rc port_wechat_call_person(struct arena *arena, const struct port_wechat_account *account,
                                const char *token, const char *code, struct web_call *call)
{
    char *const asked = web_escape_query(arena, code), *const id =
                                                           web_escape_query(arena, account->id);
    char *const secret = web_escape_query(
        arena, account->platform == PORT_WECHAT_OFFICIAL ? account->secret : token);
    if (asked == NULL || id == NULL || secret == NULL) {
        return RC_LIMIT;
    }
    if (account->platform == PORT_WECHAT_OFFICIAL) {
        return called(account, "GET",
                      arena_printf(arena,
                                   "%s/sns/oauth2/access_token?appid=%s&secret=%s&code=%s"
                                   "&grant_type=authorization_code",
                                   account->api, id, secret, asked),
                      NULL, call);
    }
    return called(account, "GET",
                  arena_printf(arena, "%s/cgi-bin/auth/getuserinfo?access_token=%s&code=%s",
                               account->api, secret, asked),
                  NULL, call);
}

enum rc port_wechat_call_person_read(const char *body, size_t bytes, char *person, size_t size,
                                     uint32_t *errcode)
{
    CHECK(body != NULL);
    json_t *const root = json_loadb(body, bytes, JSON_FLAGS, NULL);
    *errcode = errcode_of(root);
    const bool whole = *errcode == 0 && (text_take(json_object_get(root, "openid"), person, size) ||
                                         text_take(json_object_get(root, "userid"), person, size));
    json_decref(root);
    return whole ? RC_OK : RC_INVALID;
}

/* ---- files ---- */

enum rc port_wechat_call_media(struct arena *arena, const struct port_wechat_account *account,
                               const char *token, const char *media_id, struct web_call *call)
{
    CHECK(account != NULL);
    char *const held = web_escape_query(arena, token), *const id =
                                                           web_escape_query(arena, media_id);
    if (held == NULL || id == NULL) {
        return RC_LIMIT;
    }
    return called(account, "GET",
                  arena_printf(arena, "%s/cgi-bin/media/get?access_token=%s&media_id=%s",
                               account->api, held, id),
                  NULL, call);
}

enum rc port_wechat_call_file(const struct port_wechat_account *account, const char *url,
                              struct web_call *call)
{
    CHECK(url != NULL);
    const enum rc rc = called(account, "GET", url, NULL, call);
    if (rc == RC_OK) {
        call->inside = is_platforms(account, url);
    }
    return rc;
}

/* ---- answers ---- */

/* What nobody foresaw is an error that somebody must look at. */
enum port_wechat_fate port_wechat_call_fate(uint32_t errcode)
{
    for (unsigned index = 0; index < sizeof errors / sizeof errors[0]; index++) {
        if (errors[index].code == errcode) {
            return errors[index].fate;
        }
    }
    return PORT_WECHAT_REFUSED;
}

/* The id is a number here and a text there. */
static void sent_id_take(const json_t *root, struct port_wechat_verdict *verdict)
{
    const json_t *const id = json_object_get(root, "msgid");
    if (json_is_integer(id)) {
        (void)snprintf(verdict->sent_id, sizeof verdict->sent_id, "%" PRIdMAX,
                       (intmax_t)json_integer_value(id));
    } else {
        (void)text_take(id, verdict->sent_id, sizeof verdict->sent_id);
    }
}

void port_wechat_call_judge(const char *body, size_t bytes, struct port_wechat_verdict *verdict)
{
    CHECK(verdict != NULL);
    /* Without a code it is no answer of theirs: something between, which says nothing of the message. */
    *verdict = (struct port_wechat_verdict){.fate = PORT_WECHAT_BUSY};
    json_t *const root = json_loadb(body, bytes, JSON_FLAGS, NULL);
    const json_t *const code = json_object_get(root, "errcode");
    if (json_is_integer(code)) {
        verdict->errcode = errcode_of(root);
        verdict->fate = port_wechat_call_fate(verdict->errcode);
        sent_id_take(root, verdict);
    }
    json_decref(root);
}
