/* hotline_call: an exchange says that a call rings, was taken, is over (Zammad's generic CTI webhook, which
 * exchanges speak already). Owns the list of the newest calls. Who shows them (the gateway) asks for what
 * came after a place of this log, and waits here. Numbers are the callers': they leave by that answer alone.
 * What must stay true: a step of a call is a fact once, however often the exchange tells of it. */
#include "hotline_call.h"

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "hotline.h"
#include "hotline_state.h"

/* A page that was opened now shows who rings now, not who rang this morning. */
#define CALLS_FRESH_MS 120000u

static uint64_t calls_key(void)
{
    return step_key("hotline calls");
}

enum rc hotline_call_apply(struct step *step, const Paidan__HotlineCall *wish)
{
    static const unsigned char digest[HEARD_DIGEST_BYTES] = {0}; /* the first one counts */
    Paidan__HotlineCalled *const call = wish->call;
    Paidan__Heard heard = PAIDAN__HEARD__INIT;
    enum channel_verdict verdict = CHANNEL_NEW;
    uint64_t seq = 0;
    heard.channel = (char *)(uintptr_t)hotline_state_code(step->site);
    if (heard.channel == NULL) {
        return step_refuse(step, PAIDAN__CODE__CHANNEL_UNKNOWN, NULL);
    }
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

/* Whether it is young enough for a page that asks for the first time. */
static bool fresh(const struct step *step, const Paidan__CallList *wish, const Paidan__Event *event)
{
    return wish->has_after || event->at_ms + CALLS_FRESH_MS >= step->now_ms;
}

static enum rc read(struct step *step, const Paidan__CallList *wish, const uint64_t *seqs,
                    size_t count, Paidan__CallsListed *listed)
{
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
        if (fresh(step, wish, event)) {
            Paidan__CallShown *const shown = &room[listed->n_calls];
            paidan__call_shown__init(shown);
            shown->seq = seqs[index];
            shown->at_ms = event->at_ms;
            shown->call = event->hotline_called;
            listed->calls[listed->n_calls++] = shown;
        }
    }
    return RC_OK;
}

/* Never kept as a command's answer: it holds callers' numbers. */
enum rc hotline_call_list(struct step *step, const struct step_input *input)
{
    const Paidan__CallList *const wish = input->request->call_list;
    uint64_t seqs[CALLS_MAX];
    size_t count = 0;
    Paidan__CallsListed listed = PAIDAN__CALLS_LISTED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    const uint64_t after = wish->has_after && wish->after < UINT64_MAX ? wish->after : 0;
    enum rc rc = hotline_state_calls(step->txn, after, seqs, &count);
    if (rc == RC_OK && count == 0 && step->now_ms < input->park_until_ms) {
        step_park(step, calls_key());
        return RC_OK;
    }
    listed.next = after;
    rc = rc == RC_OK ? read(step, wish, seqs, count, &listed) : rc;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLS_LISTED;
    answer.calls_listed = &listed;
    return rc == RC_OK ? step_answer_unstored(step, &answer) : rc;
}

enum rc hotline_call_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_CALLED);
    if (event->hotline_called->step == PAIDAN__CALL_STEP__CALL_RINGS) {
        fold->tally->values[HOTLINE_TALLY_CALLS]++;
    }
    return hotline_state_call_put(fold->txn, seq);
}
