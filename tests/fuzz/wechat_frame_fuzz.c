/* wechat_frame_fuzz: frames of a robot's connection. Whatever it is, it is refused or one of four kinds,
 * the same when it is read again; a message in it keeps the bounds of WechatHear and holds no address to
 * answer to; what we say to it is a frame that is read as what it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "common/wire/wire_check.h"
#include "port_wechat_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hear(struct port_wechat_frame *frame)
{
    struct wire_error error;
    Paidan__WechatHear *const hear = &frame->hear;
    CHECK(hear->person != NULL);
    CHECK(hear->msg_id != NULL);
    CHECK(hear->reply_url == NULL);
    CHECK((hear->reply_id == NULL) == (frame->id[0] == '\0'));
    hear->account = (char *)"inner";
    const enum rc rc = wire_check(&hear->base, &error);
    CHECK(rc == RC_OK);
}

/* What we say back must be a frame by the same reader; of ours none is an acknowledgement. */
static void check_said(struct arena *arena, const struct port_wechat_frame *frame)
{
    struct port_wechat_frame read;
    const char *why = NULL;
    const char *const id = frame->id[0] == '\0' ? "1" : frame->id;
    const char *const words =
        frame->kind == PORT_WECHAT_FRAME_HEARD && frame->hear.text != NULL ? frame->hear.text : "x";
    char *const said[] = {
        port_wechat_frame_respond(arena, id, "name", words),
        port_wechat_frame_greet(arena, id, words),
        port_wechat_frame_send(arena, id, "chat", true, words),
        port_wechat_frame_subscribe(arena, id, "bot", "secret"),
        port_wechat_frame_ping(arena, id),
    };
    for (size_t index = 0; index < sizeof said / sizeof said[0]; index++) {
        CHECK(said[index] != NULL);
        const enum rc rc =
            port_wechat_frame_read(arena, said[index], strlen(said[index]), 1, &read, &why);
        CHECK(rc == RC_OK);
        CHECK(read.kind == PORT_WECHAT_FRAME_OTHER);
        CHECK(strcmp(read.id, id) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena arena;
    struct port_wechat_frame frame, again;
    const char *why = NULL;
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
    const enum rc rc = port_wechat_frame_read(&arena, bytes, size, 1409659813, &frame, &why);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    CHECK(rc == RC_OK || why != NULL);
    if (rc == RC_OK) {
        const enum rc once_more =
            port_wechat_frame_read(&arena, bytes, size, 1409659813, &again, &why);
        CHECK(once_more == RC_OK);
        CHECK(frame.kind == again.kind);
        CHECK(frame.errcode == again.errcode);
        CHECK(strcmp(frame.id, again.id) == 0);
        CHECK(strlen(frame.id) <= PORT_WECHAT_FRAME_ID_BYTES);
        CHECK(frame.errcode == 0 || frame.kind == PORT_WECHAT_FRAME_ACK);
        if (frame.kind == PORT_WECHAT_FRAME_HEARD) {
            check_hear(&frame);
        }
        check_said(&arena, &frame);
    }
    free(bytes);
    arena_reset(&arena);
    return 0;
}
