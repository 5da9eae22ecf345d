/* hotline_call: an exchange says that a call rings, was taken, is over (Zammad's generic CTI webhook, which
 * exchanges speak already), and an operator takes it on his screen. Owns the list of the newest calls' steps.
 * Who shows them (the gateway) asks for what came after a place of this log, and waits here. What must stay
 * true: a step of a call is a fact once, however often the exchange tells of it; a resident's number, whoever
 * called whom, leaves by the answer to CallTake alone, after a fact has said who is about to read it; everybody
 * else sees a mask. */
#include "hotline_call.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_hotline.h"
#include "common/text/text.h"
#include "common/wire/wire.h"
#include "hotline.h"
#include "hotline_state.h"

/* A page that was opened now shows who rings now, not who rang this morning. */
#define CALLS_FRESH_MS 120000u

/* All who wait for calls wait for the same thing: one key wakes them. */
static uint64_t calls_key(void)
{
    return step_key("hotline calls");
}

/* The exchange retries what it got no answer for: a step that is known is answered as if it were new. An id of the
 * exchange's and the step make the message; what else it says the second time does not count. */
enum rc hotline_call_apply(struct step *step, const struct step_input *input)
{
    const Paidan__HotlineCall *const wish = input->request->hotline_call;
    static const unsigned char digest[HEARD_DIGEST_BYTES] = {0}; /* the first one counts */
    Paidan__HotlineCalled *const call = wish->call;
    Paidan__Heard heard = PAIDAN__HEARD__INIT;
    enum channel_verdict verdict = CHANNEL_NEW;
    uint64_t seq = 0;
    heard.channel = (char *)(uintptr_t)hotline_state_code(step->site);
    CHECK(heard.channel != NULL); /* the wish is in_channel */
    heard.id = arena_printf(step->arena, "calls:%s:%d", call->call_id, (int)call->step);
    heard.digest = (ProtobufCBinaryData){sizeof digest, (uint8_t *)(uintptr_t)digest};
    heard.body = (ProtobufCBinaryData){0, NULL};
    if (heard.id == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = channel_hear(step, &hotline_channel, &heard, &verdict, &seq);
    if (rc == RC_OK && verdict == CHANNEL_NEW) {
        rc = step_say(step, &(struct step_about){.seq = &seq}, &call->base);
        step_wake(step, calls_key());
    }
    return rc == RC_OK ? step_answer_done(step, 0, seq) : rc;
}

/* Whether those calls are that channel's operators', by its code of now or before. */
static bool of_calls(const struct step *step, const char *channel)
{
    const char *const own = site_hotline_calls(step->site);
    CHECK(channel != NULL);
    return own != NULL &&
           site_channel_find(step->site, own) == site_heir(step->site, SITE_KIND_CHANNEL, channel);
}

/* Whether it is young enough for a page that asks for the first time. */
static bool fresh(const struct step *step, const Paidan__CallList *wish, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_CALLED);
    return wish->has_after || event->at_ms + CALLS_FRESH_MS >= step->now_ms;
}

/* Enough to know a number again that one was told, and to tell two callers apart. Both, for of a call outward
 * it is the called one that is the resident's, and an exchange may leave out which way it goes. */
static enum rc mask(struct step *step, Paidan__HotlineCalled *call)
{
    char **const numbers[] = {&call->from, &call->to};
    enum rc rc = RC_OK;
    CHECK(call->call_id != NULL);
    for (size_t index = 0; index < 2 && rc == RC_OK; index++) {
        char **const number = numbers[index];
        rc = *number == NULL ? RC_OK : text_mask_phone(step->arena, *number, number);
    }
    return rc;
}

/* Outside the hours of the office: code of the unit that has the duty 值班; NULL: the office takes it. */
static char *duty_at(const struct site *site, uint64_t at_ms)
{
    CHECK(at_ms > 0);
    const uint32_t unit = site == NULL ? SITE_NONE : site_hotline_duty(site, at_ms);
    return unit == SITE_NONE ? NULL : site->units[unit].code;
}

/* seqs: of facts in the log, oldest first. Those that are too old are passed over, but `next` goes on behind
 * them, or a page would ask for them for ever. */
static enum rc read(struct step *step, const Paidan__CallList *wish, const uint64_t *seqs,
                    size_t count, Paidan__CallsListed *listed)
{
    CHECK(count <= CALLS_MAX);
    CHECK(listed->n_calls == 0);
    Paidan__CallShown *const room = arena_alloc(step->arena, (count + 1) * sizeof *room);
    listed->calls = arena_alloc(step->arena, (count + 1) * sizeof *listed->calls);
    if (room == NULL || listed->calls == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < count; index++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seqs[index], &event);
        if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_HOTLINE_CALLED) {
            return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        listed->next = seqs[index];
        const enum rc masked = mask(step, event->hotline_called);
        if (masked != RC_OK) {
            return masked;
        }
        if (fresh(step, wish, event)) {
            Paidan__CallShown *const shown = &room[listed->n_calls];
            paidan__call_shown__init(shown);
            shown->seq = seqs[index];
            shown->at_ms = event->at_ms;
            shown->call = event->hotline_called;
            shown->duty = duty_at(step->site, event->at_ms);
            listed->calls[listed->n_calls++] = shown;
        }
    }
    return RC_OK;
}

/* Whether a place is behind the newest step: then it is of a store of before, which was put back. */
static enum rc beyond(struct step *step, uint64_t after, bool *is)
{
    uint64_t seqs[1];
    size_t count = 0;
    CHECK(after < UINT64_MAX);
    const enum rc rc =
        after == 0 ? RC_OK : hotline_state_calls(step->txn, after - 1, seqs, 1, &count);
    *is = after != 0 && count == 0;
    return rc;
}

/* Never kept as a command's answer: it is long, and asked for all the time. */
enum rc hotline_call_list(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_COMMAND);
    CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_CALL_LIST);
    const Paidan__CallList *const wish = input->request->call_list;
    uint64_t seqs[CALLS_MAX];
    size_t count = 0;
    Paidan__CallsListed listed = PAIDAN__CALLS_LISTED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    const uint64_t after = wish->has_after && wish->after < UINT64_MAX ? wish->after : 0;
    bool other = false;
    if (wish->channel != NULL && !of_calls(step, wish->channel)) {
        return step_refuse(step, PAIDAN__CODE__CHANNEL_UNKNOWN, "channel");
    }
    enum rc rc = hotline_state_calls(step->txn, after, seqs, CALLS_MAX, &count);
    if (rc == RC_OK && count == 0) {
        rc = beyond(step, after, &other);
    }
    if (rc == RC_OK && count == 0 && !other && step->now_ms < input->park_until_ms) {
        step_park(step, calls_key());
        return RC_OK;
    }
    listed.next = other ? 0 : after;
    rc = rc == RC_OK ? read(step, wish, seqs, count, &listed) : rc;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLS_LISTED;
    answer.calls_listed = &listed;
    return rc == RC_OK ? step_answer_unstored(step, &answer) : rc;
}

/* ---- taking a call ---- */

/* What its steps say, of which the newest ones count. Texts in the step's arena. */
struct taking {
    const Paidan__HotlineCalled *rings; /* NULL: no such call */
    uint64_t rang_ms;
    const char *holder; /* who has it; NULL: nobody */
};

/* From the newest step back to its first. An exchange may have told of the call by its answer alone. */
static enum rc find(struct step *step, const char *call_id, struct taking *taking)
{
    uint64_t seqs[CALLS_KEPT_MAX];
    size_t count = 0;
    enum rc rc = hotline_state_calls(step->txn, 0, seqs, CALLS_KEPT_MAX, &count);
    *taking = (struct taking){.rings = NULL};
    while (rc == RC_OK && count > 0) {
        const size_t mark_used = step->arena->used;
        Paidan__Event *event = NULL;
        rc = step_read(step, seqs[--count], &event);
        if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_HOTLINE_CALLED) {
            return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        const Paidan__HotlineCalled *const call = event->hotline_called;
        if (strcmp(call->call_id, call_id) != 0) {
            step->arena->used = mark_used; /* of hundreds that are looked at */
            continue;
        }
        if (call->step != PAIDAN__CALL_STEP__CALL_PICKED) {
            taking->rings = call->from != NULL || taking->rings == NULL ? call : taking->rings;
            taking->rang_ms = event->at_ms;
        } else if (taking->holder == NULL && call->n_users > 0) {
            taking->holder = call->users[0];
        }
        if (call->step == PAIDAN__CALL_STEP__CALL_RINGS) {
            break;
        }
    }
    return rc;
}

static enum rc say_picked(struct step *step, const Paidan__Request *request)
{
    Paidan__HotlineCalled fact = PAIDAN__HOTLINE_CALLED__INIT;
    char *users[1] = {request->actor};
    CHECK(!text_blank(request->actor));
    fact.call_id = request->call_take->call_id;
    fact.step = PAIDAN__CALL_STEP__CALL_PICKED;
    fact.n_users = 1;
    fact.users = users;
    const enum rc rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    if (rc == RC_OK) {
        step_wake(step, calls_key());
    }
    return rc;
}

/* Who has it already asks again where his page was loaded anew: he is told, and it is recorded once. */
enum rc hotline_call_take(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
    const Paidan__CallTake *const wish = request->call_take;
    Paidan__CallTaken taken = PAIDAN__CALL_TAKEN__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    struct taking taking;
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (!of_calls(step, wish->channel)) {
        return step_refuse(step, PAIDAN__CODE__CHANNEL_UNKNOWN, "channel");
    }
    enum rc rc = find(step, wish->call_id, &taking);
    if (rc != RC_OK || taking.rings == NULL) {
        return rc == RC_OK ? step_refuse(step, PAIDAN__CODE__CALL_UNKNOWN, NULL) : rc;
    }
    const bool mine = taking.holder != NULL && strcmp(taking.holder, request->actor) == 0;
    if (taking.holder != NULL && !mine && !(wish->has_over && wish->over)) {
        return step_refuse(step, PAIDAN__CODE__LEASED_BY_OTHER, NULL);
    }
    rc = mine ? RC_OK : say_picked(step, request);
    taken.call_id = wish->call_id;
    taken.rang_ms = taking.rang_ms;
    taken.from = taking.rings->from;
    taken.to = taking.rings->to;
    taken.has_outward = taking.rings->has_outward;
    taken.outward = taking.rings->outward;
    answer.body_case = PAIDAN__ANSWER__BODY_CALL_TAKEN;
    answer.call_taken = &taken;
    /* Not kept as the command's answer: the number stands in the log once. */
    return rc == RC_OK ? step_answer_unstored(step, &answer) : rc;
}

/* Calls are counted when they ring; taken and over are steps of the same one. */
enum rc hotline_call_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_CALLED);
    if (event->hotline_called->step == PAIDAN__CALL_STEP__CALL_RINGS) {
        fold->tally->values[HOTLINE_TALLY_CALLS]++;
    } else if (event->hotline_called->step == PAIDAN__CALL_STEP__CALL_PICKED) {
        fold->tally->values[HOTLINE_TALLY_PICKED]++;
    }
    return hotline_state_call_put(fold->txn, seq);
}
