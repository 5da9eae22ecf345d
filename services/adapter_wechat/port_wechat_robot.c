/* port_wechat_robot: JSON of WeCom's robots. Owns nothing.
 *
 * A group's words reach us only where somebody spoke to the robot; "@name" in front of them is cut off,
 * since for the core it is no part of what was said. */

#include "port_wechat_robot.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/say/say_json.h"
#include "port_wechat_text.h"

enum { FLAGS = JSON_REJECT_DUPLICATES };

struct reading {
    struct arena *arena;
    Paidan__WechatHear *hear;
    bool full;
};

/* NULL for whatever is no text: a number where a text belongs is as if it were not there, so nothing
 * below asks what kind of value it holds. */
static const char *word(const json_t *object, const char *name)
{
    const char *const text = json_string_value(json_object_get(object, name));
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static char *kept(struct reading *reading, const char *text, size_t bytes_max)
{
    return port_wechat_text_words(reading->arena, text, bytes_max, &reading->full);
}

static char *kept_whole(struct reading *reading, const char *text, size_t bytes_max)
{
    return port_wechat_text_whole(reading->arena, text, bytes_max, &reading->full);
}

/* The text is copied: jansson's dies with the tree, and the cipher is opened later. */
enum rc port_wechat_robot_outer(struct arena *arena, const char *body, size_t bytes,
                                const char **cipher, const char **why)
{
    json_t *const root = json_loadb(body, bytes, FLAGS, NULL);
    const char *const text = word(root, "encrypt");
    enum rc rc = RC_OK;
    CHECK(cipher != NULL);
    if (text == NULL) {
        *why = "the body is not {\"encrypt\": ...}";
        rc = RC_INVALID;
    } else {
        *cipher = arena_strdup(arena, text);
        rc = *cipher == NULL ? RC_LIMIT : RC_OK;
    }
    json_decref(root);
    return rc;
}

/* "@Robot 楼道灯坏了" without its first word. */
static const char *mention_cut(const char *text, bool *mentioned)
{
    const char *at = text + strspn(text, " \t\r\n");
    if (*at != '@') {
        return text;
    }
    *mentioned = true;
    at += strcspn(at, " \t\r\n");
    return at + strspn(at, " \t\r\n");
}

/* A mixed message has several texts: they become lines of one. In a private talk "@" is no address but
 * part of what is said. */
static void text_take(struct reading *reading, const json_t *text)
{
    const char *const content = word(text, "content");
    bool mentioned = false;
    if (content == NULL) {
        return;
    }
    const char *const words =
        reading->hear->group == NULL ? content : mention_cut(content, &mentioned);
    if (mentioned) {
        reading->hear->has_mentioned = reading->hear->mentioned = true;
    }
    if (words[0] != '\0' && reading->hear->text == NULL) {
        reading->hear->text = kept(reading, words, TEXT_BYTES_MAX);
    } else if (words[0] != '\0') {
        char *const both = arena_printf(reading->arena, "%s\n%s", reading->hear->text, words);
        reading->full |= both == NULL;
        reading->hear->text = kept(reading, both, TEXT_BYTES_MAX);
    }
}

/* Pictures of robots lie encrypted at their address for five minutes: a copy is fetched and opened by the
 * key that came along, or else by the account's. */
static void picture_take(struct reading *reading, const json_t *image)
{
    Paidan__WechatHear *const hear = reading->hear;
    const char *const url = word(image, "url");
    if (url == NULL || strncmp(url, "http", 4) != 0 || hear->n_urls == WECHAT_URLS_MAX) {
        return;
    }
    const char *const key = word(image, "aeskey");
    char *const kept_url = kept_whole(reading, url, PORT_WECHAT_URL_BYTES);
    char *const kept_key =
        key == NULL ? NULL : kept_whole(reading, key, PORT_WECHAT_FILE_KEY_BYTES);
    if (kept_url == NULL) {
        return; /* too long to be kept is too long to be called */
    }
    if (hear->n_urls == 0) {
        hear->urls = arena_zalloc(reading->arena, WECHAT_URLS_MAX * sizeof(char *));
        hear->url_keys = arena_zalloc(reading->arena, WECHAT_URLS_MAX * sizeof(char *));
    }
    if (hear->urls == NULL || hear->url_keys == NULL) {
        reading->full = true;
        return;
    }
    hear->urls[hear->n_urls] = kept_url;
    hear->url_keys[hear->n_urls] = kept_key == NULL ? (char *)"" : kept_key;
    hear->n_url_keys = ++hear->n_urls;
}

/* That there was a picture is told by the kind, where there are no words beside it. */
static void picture_alone(struct reading *reading)
{
    if (reading->hear->text == NULL) {
        reading->hear->kind = PAIDAN__WECHAT_KIND__WECHAT_IMAGE;
    }
}

/* Words count more than the pictures between them: where there are any it is a text. */
static void mixed_take(struct reading *reading, const json_t *mixed)
{
    size_t index = 0;
    const json_t *item = NULL;
    reading->hear->kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
    json_array_foreach(json_object_get(mixed, "msg_item"), index, item)
    {
        if (word(item, "msgtype") != NULL && strcmp(word(item, "msgtype"), "text") == 0) {
            text_take(reading, json_object_get(item, "text"));
        } else {
            picture_take(reading, json_object_get(item, "image"));
        }
    }
    picture_alone(reading);
}

/* The first meeting of a day (enter_chat) is greeted as a new subscriber is; the core knows whom it has
 * greeted before. */
static void event_take(struct reading *reading, const json_t *event)
{
    const char *const type = word(event, "eventtype");
    reading->hear->kind = PAIDAN__WECHAT_KIND__WECHAT_EVENT;
    reading->hear->has_event = true;
    reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER;
    if (type == NULL) {
        return;
    }
    if (strcmp(type, "enter_chat") == 0) {
        reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED;
    } else if (strcmp(type, "add_to_chat") == 0) {
        reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_JOINED;
    } else if (strcmp(type, "template_card_event") == 0) {
        const json_t *const card = json_object_get(event, "template_card_event");
        reading->hear->kind = PAIDAN__WECHAT_KIND__WECHAT_CARD;
        reading->hear->has_event = false;
        reading->hear->menu = kept_whole(reading, word(card, "event_key"), PORT_WECHAT_NAME_BYTES);
    }
}

/* What is quoted tells which ticket is meant: the robot's own answer holds its number. Of a mixed one
 * the first piece is where the robot would have written it. */
static void quote_take(struct reading *reading, const json_t *quote)
{
    const json_t *text = json_object_get(quote, "text");
    if (text == NULL) {
        text = json_object_get(quote, "voice");
    }
    if (text == NULL) {
        text = json_object_get(
            json_array_get(json_object_get(json_object_get(quote, "mixed"), "msg_item"), 0),
            "text");
    }
    reading->hear->quote = kept(reading, word(text, "content"), PORT_WECHAT_QUOTE_BYTES);
}

static void message_take(struct reading *reading, const json_t *root, const char *type)
{
    Paidan__WechatHear *const hear = reading->hear;
    hear->kind = PAIDAN__WECHAT_KIND__WECHAT_OTHER;
    if (strcmp(type, "text") == 0) {
        hear->kind = PAIDAN__WECHAT_KIND__WECHAT_TEXT;
        text_take(reading, json_object_get(root, "text"));
    } else if (strcmp(type, "mixed") == 0) {
        mixed_take(reading, json_object_get(root, "mixed"));
    } else if (strcmp(type, "image") == 0) {
        picture_take(reading, json_object_get(root, "image"));
        picture_alone(reading);
    } else if (strcmp(type, "voice") == 0) {
        hear->kind = PAIDAN__WECHAT_KIND__WECHAT_VOICE;
        hear->text = kept(reading, word(json_object_get(root, "voice"), "content"), TEXT_BYTES_MAX);
    } else if (strcmp(type, "event") == 0) {
        event_take(reading, json_object_get(root, "event"));
    }
}

/* Its own time, where it carries one. */
static uint64_t time_of(const json_t *root, uint64_t said_s)
{
    const json_int_t own = json_integer_value(json_object_get(root, "create_time"));
    return own > 0 ? (uint64_t)own : said_s;
}

/* Unlike the XML platforms a robot names each message, events too, so msgid is required: without it a
 * retry could not be told from a second message. */
enum rc port_wechat_robot_read(struct arena *arena, const json_t *root, uint64_t said_s,
                               Paidan__WechatHear *hear, const char **why)
{
    struct reading reading = {.arena = arena, .hear = hear};
    CHECK(hear != NULL);
    paidan__wechat_hear__init(hear);
    const char *const type = word(root, "msgtype"), *const chat = word(root, "chattype");
    const char *const url = word(root, "response_url");
    hear->person =
        kept_whole(&reading, word(json_object_get(root, "from"), "userid"), PORT_WECHAT_NAME_BYTES);
    hear->msg_id = kept_whole(&reading, word(root, "msgid"), PORT_WECHAT_ID_BYTES);
    hear->sent_s = time_of(root, said_s);
    if (chat != NULL && strcmp(chat, "group") == 0) {
        hear->group = kept_whole(&reading, word(root, "chatid"), PORT_WECHAT_NAME_BYTES);
    }
    /* Where to answer to, once: whoever may sign for this robot may also say where its answers go, and the
     * client refuses addresses of the own network all the same. */
    if (url != NULL && strncmp(url, "http", 4) == 0) {
        hear->reply_url = kept_whole(&reading, url, PORT_WECHAT_URL_BYTES);
    }
    if (type != NULL) {
        quote_take(&reading, json_object_get(root, "quote"));
        message_take(&reading, root, type);
    }
    if (reading.full) {
        return RC_LIMIT;
    }
    *why = "a message needs msgid, from.userid and msgtype";
    return type != NULL && hear->person != NULL && hear->msg_id != NULL ? RC_OK : RC_INVALID;
}

enum rc port_wechat_robot_hear(struct arena *arena, const char *message, size_t bytes,
                               uint64_t said_s, Paidan__WechatHear *hear, const char **why)
{
    json_t *const root = json_loadb(message, bytes, FLAGS, NULL);
    const enum rc rc = port_wechat_robot_read(arena, root, said_s, hear, why);
    json_decref(root);
    return rc;
}

/* ---- replies ---- */

/* A stream is the only passive form that holds plain words; one that is finished at once needs no
 * further question of the platform's. */
char *port_wechat_robot_reply(struct arena *arena, const char *id, const char *text)
{
    CHECK(id != NULL);
    CHECK(text != NULL);
    return say_json_text(arena, json_pack("{s:s, s:{s:s, s:b, s:s}}", "msgtype", "stream", "stream",
                                          "id", id, "finish", 1, "content", text));
}

char *port_wechat_robot_envelope(struct arena *arena, const char *cipher, const char *signature,
                                 const char *timestamp, const char *nonce)
{
    CHECK(cipher != NULL);
    return say_json_text(
        arena, json_pack("{s:s, s:s, s:I, s:s}", "encrypt", cipher, "msgsignature", signature,
                         "timestamp", (json_int_t)strtoull(timestamp, NULL, 10), "nonce", nonce));
}
