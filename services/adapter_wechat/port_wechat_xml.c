/* port_wechat_xml: what the platform's XML says, in the core's words. Owns nothing.
 *
 * The bytes come from outside, at the latest from whoever holds the account's token: nothing here may
 * trust a length, a number or a name. What this version does not know becomes WECHAT_OTHER, so that the
 * resident is answered even then. The same message must always be read the same way: the core tells a
 * repetition from a forgery by what was read. */

#include "port_wechat_xml.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/web/web_escape.h"
#include "common/web/web_xml.h"
#include "port_wechat_text.h"

enum {
    SECONDS_DIGITS = 12,
    MICRO = 1000000,
};

/* One message while it is read. */
struct reading {
    struct arena *arena;
    const struct web_xml_tree *tree;
    Paidan__WechatHear *hear;
    bool full; /* of the arena */
};

/* Both platforms call the root "xml"; another one is somebody else's document. */
static enum rc tree_read(struct arena *arena, const char *bytes, size_t size,
                         struct web_xml_tree *tree, const char **why)
{
    const enum rc rc = web_xml_read(arena, bytes, size, tree, why);
    if (rc == RC_OK && strcmp(tree->elements[0].name, "xml") != 0) {
        *why = "the root is not xml";
        return RC_INVALID;
    }
    return rc;
}

enum rc port_wechat_xml_outer(struct arena *arena, const char *body, size_t bytes,
                              struct port_wechat_xml_outer *outer, const char **why)
{
    struct web_xml_tree tree;
    CHECK(outer != NULL);
    const enum rc rc = tree_read(arena, body, bytes, &tree, why);
    if (rc == RC_OK) {
        outer->cipher = web_xml_child(&tree, 0, "Encrypt");
        outer->agent = web_xml_child(&tree, 0, "AgentID");
    }
    return rc;
}

/* A child's text, at most so many bytes; NULL: absent or empty. */
static char *said(struct reading *reading, uint32_t element, const char *name, size_t bytes_max)
{
    return port_wechat_text_words(reading->arena, web_xml_child(reading->tree, element, name),
                                  bytes_max, &reading->full);
}

static char *said_whole(struct reading *reading, uint32_t element, const char *name,
                        size_t bytes_max)
{
    return port_wechat_text_whole(reading->arena, web_xml_child(reading->tree, element, name),
                                  bytes_max, &reading->full);
}

/* "23.134521" as millionths, without a floating point and without a locale. */
static bool degrees_read(const char *text, int64_t bound, int64_t *value)
{
    const bool negative = text[0] == '-';
    const char *at = text + (negative || text[0] == '+');
    int64_t sum = 0, scale = MICRO;
    const size_t whole = strspn(at, "0123456789");
    if (whole == 0 || whole > 3) {
        return false;
    }
    for (; *at >= '0' && *at <= '9'; at++) {
        sum = sum * 10 + (*at - '0');
    }
    sum *= MICRO;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            scale /= 10;
            sum += scale * (*at - '0'); /* 0 beyond the sixth place */
        }
    }
    if (*at != '\0' || sum > bound * MICRO) {
        return false;
    }
    *value = negative ? -sum : sum;
    return true;
}

/* CreateTime. A message without one could not be told from its repetition where it has no id. */
static bool seconds_read(const char *text, uint64_t *seconds)
{
    uint64_t sum = 0;
    const size_t digits = text == NULL ? 0 : strspn(text, "0123456789");
    if (digits == 0 || digits > SECONDS_DIGITS || text[digits] != '\0') {
        return false;
    }
    for (size_t index = 0; index < digits; index++) {
        sum = sum * 10 + (uint64_t)(text[index] - '0');
    }
    *seconds = sum;
    return true;
}

/* ---- kinds ---- */

/* A tap on a menu comes as the text of its label with the id that we gave it. */
static void text_take(struct reading *reading)
{
    reading->hear->text = said(reading, 0, "Content", TEXT_BYTES_MAX);
    reading->hear->menu = said_whole(reading, 0, "bizmsgmenuid", PORT_WECHAT_NAME_BYTES);
}

/* The address is the platform's, where pictures lie for everybody who knows it. It says http where it
 * means https; other schemes are none that an attachment may have. */
static void picture_take(struct reading *reading)
{
    const char *url = web_xml_child(reading->tree, 0, "PicUrl");
    reading->hear->media_id = said_whole(reading, 0, "MediaId", PORT_WECHAT_MEDIA_BYTES);
    if (url == NULL) {
        return;
    }
    const bool plain = strncmp(url, "http://", 7) == 0;
    if (plain || strncmp(url, "https://", 8) == 0) {
        char *const safe = arena_printf(reading->arena, "https://%s", url + (plain ? 7 : 8));
        reading->full |= safe == NULL;
        reading->hear->url =
            port_wechat_text_whole(reading->arena, safe, PORT_WECHAT_URL_BYTES, &reading->full);
    }
}

/* Recognition is there where the account has it switched on; without it a voice is a sound alone. */
static void voice_take(struct reading *reading)
{
    reading->hear->media_id = said_whole(reading, 0, "MediaId", PORT_WECHAT_MEDIA_BYTES);
    reading->hear->text = said(reading, 0, "Recognition", TEXT_BYTES_MAX);
}

/* Short videos too. Nothing of theirs is kept but that they came. */
static void video_take(struct reading *reading)
{
    reading->hear->media_id = said_whole(reading, 0, "MediaId", PORT_WECHAT_MEDIA_BYTES);
}

/* The place by name is what places are found by; the coordinates help whoever goes there. */
static void location_take(struct reading *reading)
{
    int64_t latitude = 0, longitude = 0;
    const char *const x = web_xml_child(reading->tree, 0, "Location_X");
    const char *const y = web_xml_child(reading->tree, 0, "Location_Y");
    reading->hear->text = said(reading, 0, "Label", PLACE_BYTES_MAX);
    if (x != NULL && y != NULL && degrees_read(x, 90, &latitude) &&
        degrees_read(y, 180, &longitude)) {
        reading->hear->has_north_ud = reading->hear->has_east_ud = true;
        reading->hear->north_ud = (uint32_t)(latitude + 90 * MICRO);
        reading->hear->east_ud = (uint32_t)(longitude + 180 * MICRO);
    }
}

/* What somebody forwards: its title says what it is about. It is text, never opened by us. */
static void link_take(struct reading *reading)
{
    const char *const title = web_xml_child(reading->tree, 0, "Title");
    const char *const url = web_xml_child(reading->tree, 0, "Url");
    char *const text =
        arena_printf(reading->arena, "%s %s", title == NULL ? "" : title, url == NULL ? "" : url);
    reading->full |= text == NULL;
    reading->hear->text =
        port_wechat_text_words(reading->arena, text, TEXT_BYTES_MAX, &reading->full);
}

/* ---- events ---- */

/* Our own key of a button, or a page's address, which is of no use and cut away when too long. */
static void key_take(struct reading *reading)
{
    reading->hear->menu = said_whole(reading, 0, "EventKey", PORT_WECHAT_NAME_BYTES);
}

/* A code with a parameter that made somebody subscribe has the parameter with a word in front. */
static void subscribed_take(struct reading *reading)
{
    static const char prefix[] = "qrscene_";
    key_take(reading);
    if (reading->hear->menu != NULL &&
        strncmp(reading->hear->menu, prefix, sizeof prefix - 1) == 0) {
        reading->hear->menu += sizeof prefix - 1;
    }
}

/* The first entry of a list of templates, or of one that was agreed to: an event has room for one,
 * and a yes matters more than a no, which is what is held anyway while nothing was said. */
static void notice_take(struct reading *reading, const char *event)
{
    const uint32_t around = web_xml_find(reading->tree, 0, event);
    const uint32_t first = around == 0 ? 0 : web_xml_find(reading->tree, around, "List");
    uint32_t chosen = first;
    reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_REFUSED;
    for (uint32_t at = first; at != 0; at = reading->tree->elements[at].next) {
        const char *const status = web_xml_child(reading->tree, at, "SubscribeStatusString");
        if (status != NULL && strcmp(status, "accept") == 0) {
            reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED;
            chosen = at;
            break;
        }
    }
    if (chosen != 0) {
        reading->hear->menu = said_whole(reading, chosen, "TemplateId", PORT_WECHAT_NAME_BYTES);
    }
}

/* The window in which consents are given, one or several at a time. */
static void popup_take(struct reading *reading)
{
    notice_take(reading, "SubscribeMsgPopupEvent");
}

/* Consents taken back in the account's settings. */
static void change_take(struct reading *reading)
{
    notice_take(reading, "SubscribeMsgChangeEvent");
}

/* Told of every notice, of those that arrived too: these are nobody's business. */
static void notice_sent_take(struct reading *reading)
{
    const uint32_t around = web_xml_find(reading->tree, 0, "SubscribeMsgSentEvent");
    const uint32_t at = around == 0 ? 0 : web_xml_find(reading->tree, around, "List");
    const char *const code = at == 0 ? NULL : web_xml_child(reading->tree, at, "ErrorCode");
    if (code == NULL || strcmp(code, "0") == 0) {
        reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER;
        return;
    }
    reading->hear->menu = said_whole(reading, at, "MsgID", PORT_WECHAT_ID_BYTES);
}

/* The older templates tell in words what became of them; "success" is all that needs no second way. */
static void template_sent_take(struct reading *reading)
{
    const char *const status = web_xml_child(reading->tree, 0, "Status");
    if (status == NULL || strcmp(status, "success") == 0) {
        reading->hear->event = PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER;
        return;
    }
    reading->hear->menu = said_whole(reading, 0, "MsgID", PORT_WECHAT_ID_BYTES);
}

/* A button of a template card is an event for WeCom, and a choice for us. */
static void card_take(struct reading *reading)
{
    reading->hear->kind = PAIDAN__WECHAT_KIND__WECHAT_CARD;
    reading->hear->has_event = false;
    key_take(reading);
}

/* Only that it came. */
static void nothing_take(struct reading *reading)
{
    CHECK(reading->hear != NULL);
}

struct word {
    const char *name;
    int value;
    void (*take)(struct reading *reading);
};

/* By MsgType. The last row is for what this version does not know. */
static const struct word kinds[] = {
    {"text", PAIDAN__WECHAT_KIND__WECHAT_TEXT, text_take},
    {"image", PAIDAN__WECHAT_KIND__WECHAT_IMAGE, picture_take},
    {"voice", PAIDAN__WECHAT_KIND__WECHAT_VOICE, voice_take},
    {"video", PAIDAN__WECHAT_KIND__WECHAT_VIDEO, video_take},
    {"shortvideo", PAIDAN__WECHAT_KIND__WECHAT_VIDEO, video_take},
    {"location", PAIDAN__WECHAT_KIND__WECHAT_LOCATION, location_take},
    {"link", PAIDAN__WECHAT_KIND__WECHAT_LINK, link_take},
    {NULL, PAIDAN__WECHAT_KIND__WECHAT_OTHER, nothing_take},
};

/* Both platforms' names; letters of either case, for each writes some of them in its own way. */
static const struct word events[] = {
    {"subscribe", PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, subscribed_take},
    {"enter_agent", PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED, nothing_take},
    {"unsubscribe", PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED, nothing_take},
    {"click", PAIDAN__WECHAT_EVENT__WECHAT_CLICKED, key_take},
    {"scan", PAIDAN__WECHAT_EVENT__WECHAT_SCANNED, key_take},
    {"subscribe_msg_popup_event", PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_REFUSED, popup_take},
    {"subscribe_msg_change_event", PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_REFUSED, change_take},
    {"subscribe_msg_sent_event", PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, notice_sent_take},
    {"templatesendjobfinish", PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED, template_sent_take},
    {"template_card_event", PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER, card_take},
    {NULL, PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER, nothing_take},
};

/* The table's last row, which has no name, where no other fits. */
static const struct word *word_find(const struct word *words, const char *name)
{
    const struct word *word = words;
    CHECK(name != NULL);
    while (word->name != NULL && strcasecmp(word->name, name) != 0) {
        word++;
    }
    return word;
}

static void event_take(struct reading *reading)
{
    const char *const name = web_xml_child(reading->tree, 0, "Event");
    const struct word *const word = word_find(events, name == NULL ? "" : name);
    reading->hear->kind = PAIDAN__WECHAT_KIND__WECHAT_EVENT;
    reading->hear->has_event = true;
    reading->hear->event = (Paidan__WechatEvent)word->value;
    word->take(reading);
}

enum rc port_wechat_xml_hear(struct arena *arena, const char *message, size_t bytes,
                             Paidan__WechatHear *hear, const char **why)
{
    struct web_xml_tree tree;
    CHECK(hear != NULL);
    paidan__wechat_hear__init(hear);
    const enum rc rc = tree_read(arena, message, bytes, &tree, why);
    if (rc != RC_OK) {
        return rc;
    }
    struct reading reading = {.arena = arena, .tree = &tree, .hear = hear};
    const char *const type = web_xml_child(&tree, 0, "MsgType");
    *why = "a message needs FromUserName, CreateTime and MsgType";
    if (type == NULL || !seconds_read(web_xml_child(&tree, 0, "CreateTime"), &hear->sent_s)) {
        return RC_INVALID;
    }
    hear->person = said_whole(&reading, 0, "FromUserName", PORT_WECHAT_NAME_BYTES);
    hear->msg_id = said_whole(&reading, 0, "MsgId", PORT_WECHAT_ID_BYTES);
    /* Events have no MsgId; the core knows them again by sender and time. */
    if (strcasecmp(type, "event") == 0) {
        event_take(&reading);
    } else {
        const struct word *const word = word_find(kinds, type);
        hear->kind = (Paidan__WechatKind)word->value;
        word->take(&reading);
    }
    if (reading.full) {
        return RC_LIMIT;
    }
    return hear->person == NULL ? RC_INVALID : RC_OK;
}

enum rc port_wechat_xml_to(struct arena *arena, const char *message, size_t bytes, const char **to)
{
    struct web_xml_tree tree;
    const char *why = NULL;
    CHECK(to != NULL);
    const enum rc rc = tree_read(arena, message, bytes, &tree, &why);
    if (rc == RC_OK) {
        *to = web_xml_child(&tree, 0, "ToUserName");
    }
    return rc;
}

/* ---- replies ---- */

/* The id stands before its label, so that a digit typed back means the same as a tap. */
char *port_wechat_xml_words(struct arena *arena, const Paidan__Replied *reply)
{
    CHECK(reply != NULL);
    char *words = arena_strdup(arena, reply->text == NULL ? "" : reply->text);
    for (size_t index = 0; index < reply->n_items && words != NULL; index++) {
        words = arena_printf(arena, "%s\n%s %s", words, reply->items[index]->id,
                             reply->items[index]->label);
    }
    if (words != NULL && reply->tail != NULL) {
        words = arena_printf(arena, "%s\n%s", words, reply->tail);
    }
    return words;
}

/* From and to change places: a reply goes out in the name under which the account was spoken to. Escaped
 * rather than CDATA: a reply may hold "]]>" as anything else that residents wrote to us. */
char *port_wechat_xml_reply(struct arena *arena, const char *to, const char *from, uint64_t now_ms,
                            const char *text)
{
    char *const to_text = web_escape_text(arena, to), *const from_text =
                                                          web_escape_text(arena, from);
    char *const content = web_escape_text(arena, text);
    if (to_text == NULL || from_text == NULL || content == NULL) {
        return NULL;
    }
    return arena_printf(arena,
                        "<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName>"
                        "<CreateTime>%" PRIu64
                        "</CreateTime><MsgType>text</MsgType>"
                        "<Content>%s</Content></xml>",
                        to_text, from_text, now_ms / 1000, content);
}

char *port_wechat_xml_envelope(struct arena *arena, const char *cipher, const char *signature,
                               const char *timestamp, const char *nonce)
{
    CHECK(cipher != NULL);
    CHECK(signature != NULL);
    return arena_printf(arena,
                        "<xml><Encrypt>%s</Encrypt><MsgSignature>%s</MsgSignature>"
                        "<TimeStamp>%s</TimeStamp><Nonce>%s</Nonce></xml>",
                        cipher, signature, timestamp, nonce);
}
