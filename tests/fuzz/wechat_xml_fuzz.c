/* wechat_xml_fuzz: messages of the platforms after they were opened, XML and JSON, and what stands around
 * them. Whatever it is, it is refused, or is a message whose texts are UTF-8 and within the bounds of
 * WechatHear, the same when it is read again; a reply to it is XML that is read as what was said. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "common/web/web_xml.h"
#include "port_wechat_robot.h"
#include "port_wechat_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t bytes_max)
{
    size_t bad = 0;
    if (text != NULL) {
        CHECK(strlen(text) <= bytes_max);
        CHECK(text_valid(text, strlen(text), &bad));
    }
}

static void check_hear(const Paidan__WechatHear *hear)
{
    CHECK(hear->person != NULL);
    check_text(hear->person, 128);
    check_text(hear->msg_id, 64);
    check_text(hear->text, 65536);
    check_text(hear->menu, 128);
    check_text(hear->group, 128);
    check_text(hear->quote, 4096);
    check_text(hear->media_id, 256);
    check_text(hear->url, 1024);
    check_text(hear->reply_url, 1024);
    if (hear->url != NULL) {
        CHECK(strncmp(hear->url, "https://", 8) == 0);
    }
    CHECK(hear->has_event == (hear->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT));
    CHECK(hear->has_north_ud == hear->has_east_ud);
    CHECK(hear->north_ud <= 180000000);
    CHECK(hear->east_ud <= 360000000);
}

static bool same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static void check_same(const Paidan__WechatHear *one, const Paidan__WechatHear *other)
{
    CHECK(one->kind == other->kind);
    CHECK(one->sent_s == other->sent_s);
    CHECK(same(one->person, other->person));
    CHECK(same(one->text, other->text));
    CHECK(same(one->menu, other->menu));
    CHECK(same(one->quote, other->quote));
}

static void check_reply(struct arena *arena, const Paidan__WechatHear *hear)
{
    struct web_xml_tree tree;
    const char *why = NULL;
    char *const reply = port_wechat_xml_reply(arena, hear->person, "gh_1", 1409659813000,
                                              hear->text == NULL ? "" : hear->text);
    CHECK(reply != NULL);
    if (strlen(reply) > WEB_XML_BYTES_MAX) {
        return;
    }
    const enum rc rc = web_xml_read(arena, reply, strlen(reply), &tree, &why);
    CHECK(rc == RC_OK);
    CHECK(web_xml_child(&tree, 0, "Content") != NULL);
    CHECK(web_xml_child(&tree, 0, "MsgType") != NULL);
}

static void read_xml(struct arena *arena, const char *bytes, size_t size)
{
    struct port_wechat_xml_outer outer;
    Paidan__WechatHear hear, again;
    const char *why = NULL, *to = NULL;
    const enum rc around = port_wechat_xml_outer(arena, bytes, size, &outer, &why);
    CHECK(around == RC_OK || around == RC_INVALID);
    const enum rc rc = port_wechat_xml_hear(arena, bytes, size, &hear, &why);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc != RC_OK) {
        return;
    }
    check_hear(&hear);
    check_reply(arena, &hear);
    const enum rc once_more = port_wechat_xml_hear(arena, bytes, size, &again, &why);
    CHECK(once_more == RC_OK);
    check_same(&hear, &again);
    const enum rc named = port_wechat_xml_to(arena, bytes, size, &to);
    CHECK(named == RC_OK);
}

static void read_json(struct arena *arena, const char *bytes, size_t size)
{
    Paidan__WechatHear hear, again;
    const char *why = NULL, *cipher = NULL;
    const enum rc around = port_wechat_robot_outer(arena, bytes, size, &cipher, &why);
    CHECK(around == RC_OK || around == RC_INVALID);
    const enum rc rc = port_wechat_robot_hear(arena, bytes, size, 1409659813, &hear, &why);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc != RC_OK) {
        return;
    }
    check_hear(&hear);
    const enum rc once_more = port_wechat_robot_hear(arena, bytes, size, 1409659813, &again, &why);
    CHECK(once_more == RC_OK);
    check_same(&hear, &again);
    char *const reply = port_wechat_robot_reply(arena, "1", hear.text == NULL ? "" : hear.text);
    CHECK(reply != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena arena;
    if (size > (64u << 10)) {
        return 0;
    }
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, 16u << 20);
        CHECK(rc == RC_OK);
    }
    char *const bytes = malloc(size + 1);
    CHECK(bytes != NULL);
    if (size > 0) {
        memcpy(bytes, data, size);
    }
    bytes[size] = '\0';
    if (size > 0 && bytes[0] == '{') {
        read_json(&arena, bytes, size);
    } else {
        read_xml(&arena, bytes, size);
    }
    free(bytes);
    arena_reset(&arena);
    return 0;
}
