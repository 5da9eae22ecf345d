/* port_wechat_pull: takes callbacks over from callback and asks the own service to put them to residents.
 * Owns nothing but the port's context. A task that the core could not take comes again when its lease
 * ends, so nothing is kept here. */

#include "port_wechat_pull.h"

#include "common/base/check.h"
#include "common/door/door_puller.h"
#include "common/site/site_wechat.h"

static const char *channel_of(const struct site *site)
{
    CHECK(site != NULL);
    return site->wechat == NULL ? NULL : site->wechat->channel;
}

static void take(const Paidan__CallbackTask *task, struct arena *arena, Paidan__Request *request)
{
    Paidan__WechatAsk *const ask = arena_alloc(arena, sizeof *ask);
    CHECK(ask != NULL); /* a few bytes in an arena of its own */
    paidan__wechat_ask__init(ask);
    ask->ticket = task->ticket;
    ask->round = task->round;
    ask->attempt = task->attempt;
    ask->due_ms = task->due_ms;
    ask->number = task->number;
    request->wish_case = PAIDAN__REQUEST__WISH_WECHAT_ASK;
    request->wechat_ask = ask;
}

static const struct door_puller puller = {.channel = channel_of, .take = take};

static enum rc port_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_puller_open(gate, data_dir, &puller, context);
}

const struct shell_port port_wechat_pull = {
    .name = "pull",
    .open = port_open,
    .close = door_puller_close,
    .wait = door_puller_wait,
    .work = door_puller_work,
    .answered = door_puller_answered,
};
