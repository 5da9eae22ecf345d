/* port_wechat_frame: the frames of a robot's connection. Owns nothing. What the platform's own client
 * (npm @wecom/aibot-node-sdk) says and understands is the measure: cmd names, an acknowledgement by the
 * req_id alone, markdown as the only words that may be sent of our own accord. What must stay true:
 * whatever comes is one of four kinds or refused, and a frame that has errcode is never a message. */

#include "port_wechat_frame.h"

#include <jansson.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/text/text.h"
#include "port_wechat_robot.h"
#include "port_wechat_text.h"

enum { FLAGS = JSON_REJECT_DUPLICATES };

static bool is_word(const json_t *value, const char *word)
{
    const char *const said = json_string_value(value);
    return said != NULL && strcmp(said, word) == 0;
}

/* "" for what is none: an id that does not fit could not be given back whole. */
static enum rc id_take(struct arena *arena, const json_t *root, const char **id)
{
    bool full = false;
    const char *const said =
        json_string_value(json_object_get(json_object_get(root, "headers"), "req_id"));
    const char *const kept = port_wechat_text_whole(arena, said, PORT_WECHAT_FRAME_ID_BYTES, &full);
    *id = kept == NULL ? "" : kept;
    return full ? RC_LIMIT : RC_OK;
}

/* A callback without an id could not be answered as one; it is heard all the same, and answered of our
 * own accord. Where else it might be answered (response_url) is not kept: the connection is the way. */
static enum rc hear_take(struct arena *arena, const json_t *body, uint64_t now_s,
                         struct port_wechat_frame *frame, const char **why)
{
    const enum rc rc = port_wechat_robot_read(arena, body, now_s, &frame->hear, why);
    frame->hear.reply_url = NULL;
    frame->hear.reply_id = frame->id[0] == '\0' ? NULL : arena_strdup(arena, frame->id);
    return rc == RC_OK && frame->id[0] != '\0' && frame->hear.reply_id == NULL ? RC_LIMIT : rc;
}

static enum rc root_read(struct arena *arena, const json_t *root, uint64_t now_s,
                         struct port_wechat_frame *frame, const char **why)
{
    const json_t *const cmd = json_object_get(root, "cmd");
    const json_t *const body = json_object_get(root, "body");
    const json_t *const errcode = json_object_get(root, "errcode");
    const enum rc rc = id_take(arena, root, &frame->id);
    if (rc != RC_OK) {
        return rc;
    }
    const bool event = is_word(cmd, "aibot_event_callback");
    if (json_is_integer(errcode)) {
        frame->kind = PORT_WECHAT_FRAME_ACK;
        frame->errcode = (uint32_t)json_integer_value(errcode);
        return RC_OK;
    }
    if (event && is_word(json_object_get(json_object_get(body, "event"), "eventtype"),
                         "disconnected_event")) {
        frame->kind = PORT_WECHAT_FRAME_REPLACED;
        return RC_OK;
    }
    if (event || is_word(cmd, "aibot_msg_callback")) {
        frame->kind = PORT_WECHAT_FRAME_HEARD;
        return hear_take(arena, body, now_s, frame, why);
    }
    return RC_OK;
}

enum rc port_wechat_frame_read(struct arena *arena, const char *text, size_t bytes, uint64_t now_s,
                               struct port_wechat_frame *frame, const char **why)
{
    CHECK(frame != NULL);
    *frame = (struct port_wechat_frame){.kind = PORT_WECHAT_FRAME_OTHER, .id = ""};
    json_t *const root = json_loadb(text, bytes, FLAGS, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        *why = "no object of JSON";
        return RC_INVALID;
    }
    const enum rc rc = root_read(arena, root, now_s, frame, why);
    json_decref(root);
    return rc;
}

/* ---- frames of ours ---- */

/* Takes the body over; NULL: a frame without. */
static char *framed(struct arena *arena, const char *cmd, const char *id, json_t *body)
{
    CHECK(id[0] != '\0');
    CHECK(strlen(id) <= PORT_WECHAT_FRAME_ID_BYTES);
    json_t *const made =
        json_pack("{s:s, s:{s:s}, s:o*}", "cmd", cmd, "headers", "req_id", id, "body", body);
    return say_json_text(arena, made);
}

/* Ours are far shorter; what is longer is a person's words that somebody quotes. */
static json_t *bounded(const char *words)
{
    return json_stringn(words, text_clip(words, PORT_WECHAT_FRAME_TEXT_MAX));
}

char *port_wechat_frame_subscribe(struct arena *arena, const char *id, const char *bot,
                                  const char *secret)
{
    return framed(arena, "aibot_subscribe", id,
                  json_pack("{s:s, s:s}", "bot_id", bot, "secret", secret));
}

char *port_wechat_frame_ping(struct arena *arena, const char *id)
{
    return framed(arena, "ping", id, NULL);
}

char *port_wechat_frame_respond(struct arena *arena, const char *id, const char *name,
                                const char *words)
{
    return framed(arena, "aibot_respond_msg", id,
                  json_pack("{s:s, s:{s:s, s:b, s:o}}", "msgtype", "stream", "stream", "id", name,
                            "finish", 1, "content", bounded(words)));
}

char *port_wechat_frame_greet(struct arena *arena, const char *id, const char *words)
{
    return framed(
        arena, "aibot_respond_welcome_msg", id,
        json_pack("{s:s, s:{s:o}}", "msgtype", "text", "text", "content", bounded(words)));
}

char *port_wechat_frame_send(struct arena *arena, const char *id, const char *chat, bool group,
                             const char *words)
{
    return framed(arena, "aibot_send_msg", id,
                  json_pack("{s:s, s:i, s:s, s:{s:o}}", "chatid", chat, "chat_type", group ? 2 : 1,
                            "msgtype", "markdown", "markdown", "content", bounded(words)));
}
