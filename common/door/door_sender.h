/* door_sender: a port of the shell that empties an adapter's outbox: wishes over the bus, everything
 * else as HTTP calls that the adapter makes of its facts. What became of an attempt is asked of the own
 * service as DeliveryOutcome, so it is a fact before anything else happens. */
#pragma once

#include "common/channel/channel.h"
#include "common/run/shell.h"
#include "common/web/web_client.h"

enum door_verdict {
    DOOR_ARRIVED,
    DOOR_REFUSED,   /* looked at and refused: tried again, or dead at last */
    DOOR_UNREACHED, /* the destination rests */
    DOOR_LATER,     /* not now (no token, no quota): it stays in the outbox and comes again soon */
    DOOR_NEVER,     /* it can never be sent: dead at once */
};

struct door_sender {
    const struct channel *channel;
    /* Makes the call of a delivery, whose fact is `event`. Texts in the view's arena. RC_OK;
     * RC_AGAIN: not now (as DOOR_LATER); RC_EXISTS: what it wants has come already, no call is needed
     * (as DOOR_ARRIVED); RC_NOT_FOUND: it can never be sent (as DOOR_NEVER), why says
     * so; RC_FORBIDDEN: not to this place, as it is (as DOOR_REFUSED); RC_LIMIT. *why: static, or in
     * the arena, never personal. */
    enum rc (*make)(void *context, struct step_view *view, const struct outbox_delivery *delivery,
                    const Paidan__Event *event, struct web_call *call, const char **why);
    /* Instead of a call: sends it by a way of the adapter's own, where it has one for this delivery; may
     * be NULL. *taken false: it has none, make is asked. Else as make, or RC_IO (as DOOR_UNREACHED);
     * after RC_OK door_sender_carried will be called of it, once, though not before this returns. */
    enum rc (*carry)(void *context, struct step_view *view, const struct outbox_delivery *delivery,
                     const Paidan__Event *event, bool *taken, const char **why);
    /* What the answer means; result->rc is RC_OK. Default (NULL): 2xx arrived; 408, 425, 429 and 5xx
     * unreached; else refused. *reply (at most REPLY_BYTES_MAX are told), *why: until return. */
    enum door_verdict (*judge)(void *context, const struct outbox_delivery *delivery,
                               const struct web_result *result, ProtobufCBinaryData *reply,
                               const char **why);
    /* Opens what make and judge need, before the first step; may be NULL. */
    enum rc (*open)(struct shell_gate *gate, const char *data_dir, void **context);
    void (*close)(void *context);
    /* Right after open: the client, for calls of the adapter's own (a token), which outlives context;
     * their tokens are DOOR_OWN | anything, and their results come to `own`, after which whatever was
     * put off (DOOR_LATER) is tried again. Both may be NULL. */
    void (*started)(void *context, struct web_client *client);
    void (*own)(void *context, uint64_t token, const struct web_result *result);
    /* How long a call that is put off waits; 0: a second. */
    uint64_t later_ms;
};
#define DOOR_OWN ((uint64_t)1 << 63)

/* The functions of a struct shell_port whose context is the sender's, with a one-line open of the
 * adapter's own, since ports carry no constants:
 *   static enum rc open(struct shell_gate *gate, const char *dir, void **context)
 *   { return door_sender_open(gate, dir, &sender, context); } */
MUST_CHECK enum rc door_sender_open(struct shell_gate *gate, const char *data_dir,
                                    const struct door_sender *sender, void **context);
void door_sender_close(void *context);
void door_sender_wait(void *context, struct shell_port_wait *wait);
void door_sender_work(void *context, bool readable, bool writable);
void door_sender_answered(void *context, uint64_t token, const Paidan__Answer *answer);
/* What became of a delivery that was carried; as judge says it. Before: it is under way. */
void door_sender_carried(void *context, uint64_t delivery, enum door_verdict verdict,
                         ProtobufCBinaryData reply, const char *why);
/* What a status of HTTP says by itself: the default of judge, for those that look at the rest first. */
enum door_verdict door_sender_judge(unsigned status);
/* The adapter's context, as its open made it. */
void *door_sender_own(void *context);
/* As `started` was given. */
struct web_client *door_sender_client(void *context);
