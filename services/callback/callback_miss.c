/* callback_miss: an attempt ends before its time, because whoever rang reached nobody. Owns nothing: what
 * follows is what follows when the time of an attempt is over (callback_attempt).
 *
 * What must stay true: no attempt is counted that was none. One that is not open yet cannot have
 * failed, so that a key pressed twice does not use up what the site allows; and one that is kept for
 * somebody is his to report.
 *
 * hand_to: an adapter has the task of a ticket that none of its conversations owns (reported by telephone,
 * by a device, imported). It would lease it again and again until the attempts are used up, and nobody would
 * be asked; people of another channel can ask by telephone. */
#include "callback_miss.h"

#include "callback_attempt.h"
#include "callback_spare.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/text/text.h"

/* OK, or why not; detail: static, or of the task. */
static Paidan__Code judge(const struct step *step, const struct callback_task *task,
                          const Paidan__CallbackMiss *wish, const char *actor, const char **detail)
{
    CHECK(detail != NULL);
    *detail = callback_fsm_state_name(task->state);
    if (!callback_fsm_open(task->state)) {
        return PAIDAN__CODE__CALLBACK_NOT_OPEN;
    }
    CHECK(task->round > 0);
    if (wish->has_round && wish->round != task->round) {
        *detail = "round";
        return PAIDAN__CODE__CALLBACK_NOT_OPEN;
    }
    if (wish->channel != NULL && !callback_task_asked_by(step->site, task, wish->channel, false)) {
        *detail = task->channel;
        return PAIDAN__CODE__CALLBACK_CHANNEL;
    }
    if (task->open_ms > step->now_ms) {
        return PAIDAN__CODE__CALLBACK_NOT_OPEN;
    }
    if (wish->hand_to != NULL) {
        const uint32_t to = site_channel_find(step->site, wish->hand_to);
        *detail = "hand_to";
        if (to == SITE_NONE) {
            return PAIDAN__CODE__CHANNEL_UNKNOWN;
        }
        /* Under its code of before it is the same people too. */
        if (to == site_heir(step->site, SITE_KIND_CHANNEL, task->channel)) {
            return PAIDAN__CODE__CALLBACK_NOT_OPEN;
        }
    }
    *detail = NULL;
    return callback_task_kept(step, task, actor) ? PAIDAN__CODE__LEASED_BY_OTHER : PAIDAN__CODE__OK;
}

/* What came of it, as the task stands now: its next attempt, or none. */
static enum rc tell(struct step *step, uint64_t ticket, uint32_t attempts)
{
    struct callback_task now;
    const enum rc rc = callback_task_get(step->txn, ticket, &now);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(now.state == CALLBACK_ASKED || now.state == CALLBACK_UNREACHED ||
          now.state == CALLBACK_SPARED);
    Paidan__CallbackMissed missed = PAIDAN__CALLBACK_MISSED__INIT;
    missed.ticket = ticket;
    missed.number = number_text(step->arena, ticket);
    missed.attempts = attempts;
    missed.has_open_ms = now.state == CALLBACK_ASKED;
    missed.open_ms = now.open_ms;
    missed.channel = now.state == CALLBACK_ASKED ? now.channel : NULL;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLBACK_MISSED;
    answer.callback_missed = &missed;
    return missed.number == NULL ? RC_LIMIT : step_answer(step, &answer);
}

enum rc callback_miss_apply(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_MISS);
    const Paidan__CallbackMiss *const wish = request->callback_miss;
    struct callback_task task;
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    enum rc rc = callback_task_get(step->txn, wish->ticket, &task);
    if (rc != RC_OK) {
        return rc;
    }
    const char *detail = NULL;
    const Paidan__Code code = judge(step, &task, wish, request->actor, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    const bool hand_over = wish->has_hand_over && wish->hand_over;
    const bool spared = wish->has_do_not_ask && wish->do_not_ask;
    rc = spared                  ? callback_spare_task(step, wish->ticket, &task,
                                                       PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL)
         : wish->hand_to != NULL ? callback_attempt_hand(step, wish->ticket, &task, wish->hand_to)
         : hand_over             ? callback_attempt_hand_over(step, wish->ticket, &task)
                                 : callback_attempt_miss(step, wish->ticket, &task);
    return rc == RC_OK ? tell(step, wish->ticket, task.attempt) : rc;
}
