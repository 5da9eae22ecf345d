/* gateway_calls: the calls of this moment, for the operators' pages 来电弹屏.
 *
 *   exchange ──CTI──▶ adapter hotline ──CallList──▶ here ──"call" events──▶ pages of that channel's operators
 *                          ▲                                                      │
 *                          └────────────────── CallTake ◀─────────────────────────┘
 *
 * Owns the calls that ring or are spoken, made of the adapter's steps; it stores nothing: a gateway that was
 * started again reads the adapter's newest steps from their beginning. What must stay true: numbers come here
 * masked and are told so (who takes a call learns the number from the adapter, which records it); a page that
 * is loaded anew finds by asking what it missed; a call of which the exchange forgets to tell the end leaves
 * by itself. While the adapter is away calls stay as they are. */
#include "gateway_calls.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/site/site_hotline.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_feed.h"
#include "gateway_problem.h"
#include "gateway_upstream.h"
#include "gateway_watch.h"

enum {
    WAIT_MS = 10000, /* the adapter answers the moment a step comes */
    TIMEOUT_MS = 15000,
    RETRY_US = 300000,    /* it is being started again, or cannot answer now */
    ABSENT_US = 2000000,  /* the instance has no such adapter */
    SWEEP_US = 5000000,   /* how often calls without an end are looked for */
    CALLS_LIVE_MAX = 256, /* beyond: the exchange does not tell ends */
};
/* Nobody lets it ring for longer, nobody speaks for longer: its end was not told. */
#define RINGS_MS 600000u
#define SPEAKS_MS (4u * 3600000u)

struct calls {
    struct gateway *gateway;
    json_t *live; /* call_id -> the call, as it is told */
    uint64_t after, next_us, sweep_us;
    bool asking;
    bool catching_up; /* steps of before: told to nobody one by one */
};

static struct calls *calls_of; /* one gateway a process: handlers get an exchange */

static const char *channel_of(const struct gateway *gateway)
{
    return site_hotline_calls(gateway->site);
}

static struct stream_about about_calls(const struct gateway *gateway)
{
    return (struct stream_about){.event = STREAM_CALL, .channel = channel_of(gateway)};
}

/* ---- one step --------------------------------------------------------------------------------- */

static void say(struct calls *calls, const json_t *call)
{
    const struct stream_about about = about_calls(calls->gateway);
    if (!calls->catching_up && about.channel != NULL) {
        gateway_feed_say(&about, json_deep_copy(call));
    }
}

static void set_text(json_t *call, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        json_object_set_new(call, name, json_string(text));
    }
}

static void set_state(json_t *call, const char *state)
{
    json_object_set_new(call, "state", json_string(state));
}

static bool is_state(const json_t *call, const char *state)
{
    return strcmp(json_string_value(json_object_get(call, "state")), state) == 0;
}

/* Told by the exchange: whose phones ring, or who answered. */
static void set_users(json_t *call, const Paidan__HotlineCalled *step)
{
    if (step->n_users > 0) {
        json_t *const users = json_array();
        for (size_t index = 0; index < step->n_users; index++) {
            json_array_append_new(users, json_string(step->users[index]));
        }
        json_object_set_new(call, "users", users);
    }
}

/* The call, made where this step is the first that came: an exchange may leave out that it rang. */
static json_t *call_of(struct calls *calls, const Paidan__CallShown *shown)
{
    json_t *call = json_object_get(calls->live, shown->call->call_id);
    if (call == NULL) {
        call = json_object();
        json_object_set_new(call, "call_id", json_string(shown->call->call_id));
        set_state(call, "ringing");
        say_json_time(&calls->gateway->say, call, "rang", shown->at_ms);
        json_object_set_new(calls->live, shown->call->call_id, call);
    }
    return call;
}

static void drop(struct calls *calls, json_t *call)
{
    json_t *const held = json_incref(call);
    set_state(held, "over");
    (void)json_object_del(calls->live, json_string_value(json_object_get(held, "call_id")));
    say(calls, held);
    json_decref(held);
}

static void take(struct calls *calls, const Paidan__CallShown *shown)
{
    const Paidan__HotlineCalled *const step = shown->call;
    const bool known = json_object_get(calls->live, step->call_id) != NULL;
    CHECK(step->call_id != NULL);
    /* Of one that has ended already there is nothing to show, whoever takes it then. */
    if (!known && (step->step == PAIDAN__CALL_STEP__CALL_OVER ||
                   step->step == PAIDAN__CALL_STEP__CALL_PICKED)) {
        return;
    }
    if (!known && json_object_size(calls->live) >= CALLS_LIVE_MAX) {
        return; /* the adapter keeps it; the next ends make room */
    }
    json_t *const call = call_of(calls, shown);
    switch (step->step) {
    case PAIDAN__CALL_STEP__CALL_OVER:
        drop(calls, call);
        return;
    case PAIDAN__CALL_STEP__CALL_PICKED:
        set_text(call, "by", step->n_users == 0 ? NULL : step->users[0]);
        break;
    default:
        if (step->step == PAIDAN__CALL_STEP__CALL_TAKEN) {
            set_state(call, "answered");
            say_json_time(&calls->gateway->say, call, "answered", shown->at_ms);
        }
        set_text(call, "duty", shown->duty);
        set_text(call, "from", step->from);
        set_text(call, "to", step->to);
        json_object_set_new(call, "outward", json_boolean(step->has_outward && step->outward));
        set_users(call, step);
        break;
    }
    set_text(call, "channel", channel_of(calls->gateway));
    say(calls, call);
}

static uint64_t number_of(const json_t *call, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(call, name));
}

/* Those whose end was not told. */
static void sweep(struct calls *calls)
{
    const uint64_t now_ms = clock_now_ms(&calls->gateway->clock);
    void *next = NULL;
    const char *id = NULL;
    json_t *call = NULL;
    json_object_foreach_safe(calls->live, next, id, call)
    {
        const bool rings = is_state(call, "ringing") && json_object_get(call, "by") == NULL;
        if (number_of(call, "rang_ms") + (rings ? RINGS_MS : SPEAKS_MS) < now_ms) {
            drop(calls, call);
        }
    }
}

/* ---- asking ----------------------------------------------------------------------------------- */

/* Another log than the one that was read so far: whatever it knew is over. */
static void begin_again(struct calls *calls)
{
    void *next = NULL;
    const char *id = NULL;
    json_t *call = NULL;
    json_object_foreach_safe(calls->live, next, id, call)
    {
        drop(calls, call);
    }
    calls->after = 0;
    calls->catching_up = true;
}

/* Pages may have been there before us: what is going on is told to them at once; not what ended days ago
 * without a word of the exchange's. */
static void caught_up(struct calls *calls)
{
    const char *id = NULL;
    json_t *call = NULL;
    CHECK(calls->catching_up);
    sweep(calls);
    calls->catching_up = false;
    json_object_foreach(calls->live, id, call)
    {
        say(calls, call);
    }
}

static void told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct calls *const calls = context;
    const uint64_t now_us = clock_monotonic_us();
    CHECK(calls->asking);
    calls->asking = false;
    if (code != PAIDAN__CODE__OK || answer->body_case != PAIDAN__ANSWER__BODY_CALLS_LISTED) {
        calls->next_us = now_us + RETRY_US;
        return;
    }
    const Paidan__CallsListed *const listed = answer->calls_listed;
    for (size_t index = 0; index < listed->n_calls; index++) {
        take(calls, listed->calls[index]);
    }
    if (listed->next < calls->after) {
        begin_again(calls);
    } else {
        calls->after = listed->next;
        if (calls->catching_up && listed->n_calls < CALLS_MAX) {
            caught_up(calls);
        }
    }
    calls->next_us = now_us;
}

static void ask(struct calls *calls, uint64_t now_us)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__CallList list = PAIDAN__CALL_LIST__INIT;
    calls->next_us = now_us + ABSENT_US;
    if (channel_of(calls->gateway) == NULL ||
        !gateway_upstream_has(calls->gateway, GATEWAY_HOTLINE)) {
        return;
    }
    list.has_after = 1;
    list.after = calls->after;
    /* At the first time it may have nothing at all: then, too, whoever comes next is new. */
    list.has_wait_ms = !calls->catching_up;
    list.wait_ms = WAIT_MS;
    request.wish_case = PAIDAN__REQUEST__WISH_CALL_LIST;
    request.call_list = &list;
    calls->asking = gateway_upstream_ask(calls->gateway, GATEWAY_HOTLINE, &request, TIMEOUT_MS,
                                         told, calls) == RC_OK;
}

/* ---- the part --------------------------------------------------------------------------------- */

static uint64_t calls_tick(struct gateway *gateway, void *context, uint64_t now_us)
{
    struct calls *const calls = context;
    CHECK(calls->gateway == gateway);
    if (now_us >= calls->sweep_us) {
        calls->sweep_us = now_us + SWEEP_US;
        sweep(calls);
    }
    if (!calls->asking && now_us >= calls->next_us) {
        ask(calls, now_us);
    }
    const uint64_t next_us = calls->asking ? UINT64_MAX : calls->next_us;
    return json_object_size(calls->live) > 0 && calls->sweep_us < next_us ? calls->sweep_us
                                                                          : next_us;
}

static enum rc calls_open(struct gateway *gateway, void **context)
{
    struct calls *const calls = calloc(1, sizeof *calls);
    json_t *const live = json_object();
    if (calls == NULL || live == NULL) {
        free(calls);
        json_decref(live);
        return RC_LIMIT;
    }
    *calls = (struct calls){.gateway = gateway, .live = live, .catching_up = true};
    calls_of = calls;
    *context = calls;
    return RC_OK;
}

/* Called after the services were let go of: nothing is on its way any more. */
static void calls_close(struct gateway *gateway, void *context)
{
    struct calls *const calls = context;
    (void)gateway;
    calls_of = NULL;
    json_decref(calls->live);
    free(calls);
}

const struct gateway_part gateway_calls_part = {
    .name = "calls", .open = calls_open, .close = calls_close, .tick = calls_tick};

/* ---- asked for -------------------------------------------------------------------------------- */

void gateway_calls_show(struct exchange *exchange)
{
    const struct stream_about about = about_calls(exchange->gateway);
    CHECK(calls_of != NULL);
    if (!gateway_watch_may(exchange, STREAM_CALLS, NULL)) {
        gateway_problem(exchange, PAIDAN__CODE__FORBIDDEN, NULL, 0);
        return;
    }
    if (!gateway_api_judge(exchange, &paidan__call_list__descriptor)) {
        return;
    }
    json_t *const all = json_object(), *const list = json_array();
    if (about.channel != NULL && gateway_watch_sees(exchange, &about)) {
        const char *id = NULL;
        json_t *call = NULL;
        json_object_foreach(calls_of->live, id, call)
        {
            json_array_append_new(list, json_deep_copy(call));
        }
    }
    json_object_set_new(all, "calls", list);
    set_text(all, "channel", about.channel);
    say_json_time(&exchange->say, all, "now", clock_now_ms(&exchange->gateway->clock));
    gateway_exchange_json(exchange, 200, all);
}

void gateway_calls_phones(struct exchange *exchange)
{
    CHECK(exchange->route->wish == PAIDAN__REQUEST__WISH_PHONE_LIST);
    if (gateway_upstream_has(exchange->gateway, GATEWAY_WECHAT)) {
        gateway_api_wish(exchange);
        return;
    }
    if (!gateway_api_judge(exchange, &paidan__phone_list__descriptor)) {
        return;
    }
    json_t *const none = json_object();
    json_object_set_new(none, "calls", json_array());
    gateway_exchange_json(exchange, 200, none);
}
