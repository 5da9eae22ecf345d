/* wechat_ask: the two questions of a callback: is it solved, are you satisfied.
 *
 *   WechatAsk ─▶ WechatAsked OPEN ─ 1/2/3 ─▶ OPEN with solved ─ 1/2/3 ─▶ ANSWERED ─▶ CallbackAnswer
 *                     │                                                     │
 *                     ├── cannot be put to him ─▶ MISSED ─▶ CallbackMiss    │
 *                     └── closed or reopened, the answer refused ─▶ OVER ◀──┘
 *
 * The row stays until OVER: while the callback service does not know the answer (it is down, its outbox
 * rests) the lease of the task lapses, and the same question comes again.
 *
 * A tap names ticket and round; a digit that is typed belongs to the first question that is open. What
 * must stay true: one answer a round reaches the callback service, and a question that lies in nobody's
 * telephone is not kept open as if somebody thought it over. */
#include "wechat_ask.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "wechat_outbox.h"
#include "wechat_way.h"

enum { ANSWERS = 3 };

static enum rc say_asked(struct step *step, uint64_t ticket, const struct wechat_asked *row,
                         Paidan__WechatAskedState state)
{
    Paidan__WechatAsked fact = PAIDAN__WECHAT_ASKED__INIT;
    CHECK(ticket != 0);
    CHECK(row->round > 0);
    fact.ticket = ticket;
    fact.round = row->round;
    fact.attempt = row->attempt;
    fact.due_ms = row->due_ms;
    fact.state = state;
    fact.has_solved = row->solved != 0;
    fact.solved = row->solved != 0 ? (Paidan__Solved)row->solved : PAIDAN__SOLVED__SOLVED_YES;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* The question with its three answers. */
static struct wechat_message question(const struct wechat_talk *talk, enum wechat_question which,
                                      uint64_t ticket, uint32_t round)
{
    const bool solved = which == WECHAT_ASKS_SOLVED;
    struct wechat_message message = {.words = solved ? WECHAT_SAY_CALLBACK : WECHAT_SAY_SATISFIED,
                                     .ticket = ticket,
                                     .state = PAIDAN__STATE__STATE_RESOLVED,
                                     .choice_count = ANSWERS};
    for (unsigned index = 0; index < ANSWERS; index++) {
        struct wechat_choice *const choice = &message.choices[index];
        wechat_read_tap_make(choice->id, solved ? WECHAT_TAP_SOLVED : WECHAT_TAP_SATISFIED, ticket,
                             round, index + 1);
        const char *const label =
            solved ? wechat_words_solved(talk->english, (Paidan__Solved)(index + 1))
                   : wechat_words_satisfied(talk->english, (Paidan__Satisfied)(index + 1));
        const bool fits = text_copy(choice->label, sizeof choice->label, label);
        CHECK(fits);
    }
    return message;
}

/* 勿扰: not by us, and not by anybody who would ring. */
static enum rc wish_spare(struct step *step, uint64_t ticket, uint32_t round, uint64_t line)
{
    Paidan__CallbackMiss miss = PAIDAN__CALLBACK_MISS__INIT;
    CHECK(round > 0);
    miss.ticket = ticket;
    miss.has_round = 1;
    miss.round = round;
    miss.has_do_not_ask = miss.do_not_ask = true;
    return channel_wish(step, &wechat_wishing, "callback", &miss.base, line, 0, NULL);
}

enum rc wechat_ask_quiet(struct step *step, const struct wechat_talk *talk)
{
    const uint64_t key = wechat_state_key(talk->account, talk->person);
    enum rc rc = RC_OK;
    CHECK(talk->account[0] != '\0');
    for (uint64_t after = 0, ticket = 0; rc == RC_OK && after < UINT64_MAX; after = ticket + 1) {
        struct wechat_asked row;
        rc = wechat_state_asked_first(step->txn, key, after, &ticket, &row);
        if (rc == RC_OK) {
            rc = say_asked(step, ticket, &row, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED);
        }
        if (rc == RC_OK) {
            rc = wish_spare(step, ticket, row.round, key);
        }
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc wish_miss(struct step *step, uint64_t ticket, uint32_t round, uint64_t line)
{
    Paidan__CallbackMiss miss = PAIDAN__CALLBACK_MISS__INIT;
    CHECK(round > 0);
    miss.ticket = ticket;
    miss.has_round = 1;
    miss.round = round;
    /* No way leads to him here: another channel of the site's order asks him, if there is one. */
    miss.has_hand_over = miss.hand_over = true;
    miss.channel =
        step->site->wechat == NULL ? NULL : (char *)(uintptr_t)step->site->wechat->channel;
    return channel_wish(step, &wechat_wishing, "callback", &miss.base, line, 0, NULL);
}

/* Of a ticket that no conversation owns: told by telephone, by a device, imported. Operators ask in its place,
 * at once, where the site names theirs; else it is a call that reached nobody, as the next attempts will be.
 * A task that comes again while this is on its way is wished once more and refused by callback, which
 * nobody hears of. */
static enum rc pass_on(struct step *step, const Paidan__WechatAsk *wish)
{
    const struct site_wechat *const site = step->site->wechat;
    Paidan__CallbackMiss miss = PAIDAN__CALLBACK_MISS__INIT;
    CHECK(wish->round > 0);
    CHECK(site != NULL); /* wished in the channel */
    const uint32_t theirs = site_channel_find(step->site, site->phones_channel);
    const bool others =
        theirs != SITE_NONE && theirs != site_channel_find(step->site, site->channel);
    miss.ticket = wish->ticket;
    miss.has_round = 1;
    miss.round = wish->round;
    miss.hand_to = others ? (char *)(uintptr_t)step->site->channels[theirs].code : NULL;
    return channel_wish(step, &wechat_wishing, "callback", &miss.base, wish->ticket, 0, NULL);
}

/* Puts it to him, by whatever way is open. */
static enum rc put(struct step *step, const struct wechat_ticket *owner,
                   const Paidan__WechatAsk *wish)
{
    struct wechat_talk talk;
    struct wechat_asked row = {
        .round = wish->round, .attempt = wish->attempt, .due_ms = wish->due_ms};
    Paidan__WechatWay way = PAIDAN__WECHAT_WAY__WECHAT_PHONE;
    enum rc rc = wechat_state_talk(step->txn, owner->talk, &talk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = say_asked(step, wish->ticket, &row,
                   talk.quiet ? PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED
                              : PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN);
    if (rc == RC_OK && talk.quiet) {
        return wish_spare(step, wish->ticket, wish->round, owner->talk);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const struct wechat_message message =
        question(&talk, WECHAT_ASKS_SOLVED, wish->ticket, wish->round);
    rc = wechat_way_tell(step, &talk, &message, owner->group, 0, 0, 0, &way);
    if (rc == RC_OK && way == PAIDAN__WECHAT_WAY__WECHAT_PHONE) {
        rc = say_asked(step, wish->ticket, &row, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED);
        return rc == RC_OK ? wish_miss(step, wish->ticket, wish->round, owner->talk) : rc;
    }
    return rc;
}

/* A lease that lapsed brings the same task again, or the next attempt of a round whose answer is still on
 * its way: it was put to him, and is not put twice. */
static bool was_put(const struct wechat_asked *row, const Paidan__WechatAsk *wish)
{
    CHECK(wish->round > 0);
    const bool answered = row->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED;
    return row->round == wish->round && (answered || row->attempt == wish->attempt);
}

enum rc wechat_ask_take(struct step *step, const struct step_input *input)
{
    const Paidan__WechatAsk *const wish = input->request->wechat_ask;
    struct wechat_ticket owner;
    struct wechat_asked row;
    if (wish->ticket == 0 || wish->round == 0) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "round");
    }
    enum rc rc = wechat_state_ticket(step->txn, wish->ticket, &owner);
    const bool owned = rc != RC_NOT_FOUND;
    if (rc == RC_OK) {
        rc = wechat_state_asked(step->txn, owner.talk, wish->ticket, &row);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (!owned) {
        rc = pass_on(step, wish);
    } else if (rc == RC_NOT_FOUND || !was_put(&row, wish)) {
        rc = put(step, &owner, wish);
    }
    Paidan__Done done = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    done.has_ticket = 1;
    done.ticket = wish->ticket;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return rc == RC_OK ? step_answer_unstored(step, &answer) : rc;
}

/* ---- answers ---- */

static enum rc send_answer(struct step *step, const struct wechat_talk *talk, uint64_t ticket,
                           const struct wechat_asked *row, unsigned satisfied, uint64_t heard)
{
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    Paidan__CallbackReply *replies[] = {&reply};
    Paidan__CallbackAnswer answer = PAIDAN__CALLBACK_ANSWER__INIT;
    CHECK(row->solved >= 1 && row->solved <= ANSWERS);
    CHECK(satisfied >= 1 && satisfied <= ANSWERS);
    reply.ticket = ticket;
    reply.has_round = 1;
    reply.round = row->round;
    reply.solved = (Paidan__Solved)row->solved;
    reply.satisfied = (Paidan__Satisfied)satisfied;
    reply.channel =
        step->site->wechat == NULL ? NULL : (char *)(uintptr_t)step->site->wechat->channel;
    answer.replies = replies;
    answer.n_replies = 1;
    return channel_wish(step, &wechat_wishing, "callback", &answer.base,
                        wechat_state_key(talk->account, talk->person), heard, NULL);
}

/* The open question that an answer belongs to. RC_NOT_FOUND: there is none. */
static enum rc find_open(struct step *step, const struct wechat_meaning *meaning, uint64_t *ticket,
                         struct wechat_asked *row)
{
    struct wechat_ticket owner;
    CHECK(meaning->choice >= 1);
    *ticket = meaning->ticket;
    if (meaning->foreign || meaning->ticket == 0) {
        return RC_NOT_FOUND;
    }
    /* In a group anybody of it answers; the question stands under whoever reported. */
    enum rc rc = wechat_state_ticket(step->txn, meaning->ticket, &owner);
    if (rc == RC_OK) {
        rc = wechat_state_asked(step->txn, owner.talk, meaning->ticket, row);
    }
    if (rc != RC_OK) {
        return rc;
    }
    /* Three digits of the round are in a tap. */
    const bool other = meaning->round != 0 && meaning->round != row->round % 1000;
    /* Late, by a tap on a question that lies in his telephone still: callback knows whether it counts. A
     * digit that is typed belongs to what is asked now. */
    const bool late =
        meaning->round != 0 && row->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED;
    return other || (row->state != PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN && !late)
               ? RC_NOT_FOUND
               : RC_OK;
}

enum rc wechat_ask_answer(struct step *step, const struct wechat_talk *talk,
                          const struct wechat_meaning *meaning, uint64_t heard, const char *group,
                          uint64_t *replied)
{
    struct wechat_asked row;
    uint64_t ticket = 0;
    enum rc rc = find_open(step, meaning, &ticket, &row);
    if (rc == RC_NOT_FOUND) {
        const struct wechat_message over = {.words = WECHAT_SAY_ASK_OVER,
                                            .ticket = meaning->foreign ? 0 : meaning->ticket};
        return wechat_way_reply(step, talk, &over, heard, group, replied);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(meaning->choice <= ANSWERS);
    /* Who taps the first question again thinks better of it; who types answers what was asked last. */
    const bool first = meaning->question == WECHAT_ASKS_SOLVED ||
                       (meaning->question == WECHAT_ASKS_ANY && row.solved == 0);
    if (first) {
        row.solved = meaning->choice;
        const struct wechat_message next = question(talk, WECHAT_ASKS_SATISFIED, ticket, row.round);
        rc = say_asked(step, ticket, &row, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN);
        return rc == RC_OK ? wechat_way_reply(step, talk, &next, heard, group, replied) : rc;
    }
    if (row.solved == 0) { /* "满意" before anybody asked: it tells nothing of what was solved */
        const struct wechat_message again = question(talk, WECHAT_ASKS_SOLVED, ticket, row.round);
        return wechat_way_reply(step, talk, &again, heard, group, replied);
    }
    const struct wechat_message thanks = {.words = WECHAT_SAY_THANKS, .ticket = ticket};
    rc = send_answer(step, talk, ticket, &row, meaning->choice, heard);
    if (rc == RC_OK) {
        rc = say_asked(step, ticket, &row, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED);
    }
    return rc == RC_OK ? wechat_way_reply(step, talk, &thanks, heard, group, replied) : rc;
}

/* ---- ends ---- */

enum rc wechat_ask_missed(struct step *step, const Paidan__Replied *question)
{
    struct wechat_asked row;
    const uint64_t key = wechat_state_key(question->account, question->person);
    CHECK(question->about != NULL);
    if (strcmp(question->about, wechat_words_name(WECHAT_SAY_CALLBACK)) != 0 ||
        !question->has_ticket) {
        return RC_OK;
    }
    enum rc rc = wechat_state_asked(step->txn, key, question->ticket, &row);
    if (rc == RC_OK &&
        (row.state != PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN || row.solved != 0)) {
        return RC_OK; /* he answered by what reached him before */
    }
    if (rc == RC_OK) {
        rc = say_asked(step, question->ticket, &row, PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED);
    }
    if (rc == RC_OK) {
        rc = wish_miss(step, question->ticket, row.round, key);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc wechat_ask_over(struct step *step, uint64_t ticket, bool unreached)
{
    struct wechat_ticket owner;
    struct wechat_asked row;
    CHECK(ticket != 0);
    enum rc rc = wechat_state_ticket(step->txn, ticket, &owner);
    if (rc == RC_OK) {
        rc = wechat_state_asked(step->txn, owner.talk, ticket, &row);
    }
    if (rc == RC_OK) {
        rc = say_asked(step, ticket, &row,
                       unreached ? PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_MISSED
                                 : PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OVER);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- folding ---- */

enum rc wechat_ask_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatAsked *const fact = event->wechat_asked;
    struct wechat_ticket owner;
    CHECK(fact != NULL);
    const enum rc rc = wechat_state_ticket(fold->txn, fact->ticket, &owner);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct wechat_asked row = {.round = fact->round,
                                     .attempt = fact->attempt,
                                     .due_ms = fact->due_ms,
                                     .solved = fact->has_solved ? (uint32_t)fact->solved : 0,
                                     .state = (uint32_t)fact->state};
    const bool over = fact->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OVER;
    return wechat_state_put_asked(fold->txn, owner.talk, fact->ticket, over ? NULL : &row);
}
