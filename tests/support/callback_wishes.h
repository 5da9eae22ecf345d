/* callback_wishes: what callers, escalation and intake say to callback, for its core tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "callback.h"
#include "solo.h"

/* 2026-11-22 09:00 in +08:00: calling hours begin. */
#define START_MS 1795309200000ull
#define MINUTE_MS 60000ull
#define HOUR_MS 3600000ull
#define FIRST 2026112200000001ull

/* ---- what others say ---------------------------------------------------------------------------
 */

static inline void resolve_as(struct solo *solo, uint64_t ticket, const char *channel,
                              uint32_t round, bool confidential)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    fact.channel = (char *)channel;
    fact.round = round;
    fact.unit = (char *)"b.any";
    fact.note = (char *)"已处理";
    fact.has_confidential = fact.confidential = confidential;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static inline void resolve(struct solo *solo, uint64_t ticket, const char *channel, uint32_t round)
{
    resolve_as(solo, ticket, channel, round, false);
}

static inline void reopen(struct solo *solo, uint64_t ticket, uint32_t round)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    fact.round = round;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static inline void close_ticket(struct solo *solo, uint64_t ticket, Paidan__Outcome outcome)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = outcome;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static inline void withdraw(struct solo *solo, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    solo_say(solo, "intake", &event);
    (void)solo_flush(solo, NULL);
}

/* ---- wishes ------------------------------------------------------------------------------------
 */

static inline void fill_pull(Paidan__Request *request, Paidan__CallbackPull *wish,
                             const char *channel, uint32_t max)
{
    paidan__callback_pull__init(wish);
    wish->channel = (char *)channel;
    wish->has_max = max > 0;
    wish->max = max;
    paidan__request__init(request);
    request->wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request->callback_pull = wish;
}

/* NULL: it waits, up to an hour. */
static inline const Paidan__Answer *pull_or_wait(struct solo *solo, const char *channel,
                                                 uint32_t max)
{
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, channel, max);
    return solo_call_until(solo, &request, solo_now_ms(solo) + HOUR_MS);
}

static inline const Paidan__CallbackPulled *pull(struct solo *solo, const char *channel,
                                                 uint32_t max)
{
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, channel, max);
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->callback_pulled;
}

static inline Paidan__CallbackReply reply(uint64_t ticket, Paidan__Solved solved,
                                          Paidan__Satisfied satisfied)
{
    Paidan__CallbackReply item = PAIDAN__CALLBACK_REPLY__INIT;
    item.ticket = ticket;
    item.solved = solved;
    item.satisfied = satisfied;
    return item;
}

static inline const Paidan__Answer *answer_list(struct solo *solo, Paidan__CallbackReply **list,
                                                size_t count)
{
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.replies = list;
    wish.n_replies = count;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__WorkResult *answer_one(struct solo *solo, Paidan__CallbackReply *item)
{
    const Paidan__Answer *const answer = answer_list(solo, &item, 1);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->callback_answered->n_results, 1);
    return answer->callback_answered->results[0];
}

/* The same by somebody else. */
static inline const Paidan__WorkResult *answer_as(struct solo *solo, const char *actor,
                                                  Paidan__CallbackReply *item)
{
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.replies = &item;
    wish.n_replies = 1;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    request.actor = (char *)actor;
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->callback_answered->results[0];
}

static inline Paidan__Code answer(struct solo *solo, uint64_t ticket, Paidan__Solved solved,
                                  Paidan__Satisfied satisfied)
{
    Paidan__CallbackReply item = reply(ticket, solved, satisfied);
    return answer_one(solo, &item)->code;
}

static inline const Paidan__Answer *show(struct solo *solo, uint64_t ticket)
{
    Paidan__CallbackShow wish = PAIDAN__CALLBACK_SHOW__INIT;
    wish.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
    request.callback_show = &wish;
    return solo_query(solo, &request);
}

static inline const Paidan__Answer *list(struct solo *solo, const char *channel, uint64_t cursor,
                                         uint32_t limit)
{
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    wish.channel = (char *)channel;
    wish.has_cursor = cursor > 0;
    wish.cursor = cursor;
    wish.has_limit = 1;
    wish.limit = limit;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_LIST;
    request.callback_list = &wish;
    return solo_query(solo, &request);
}

/* tasks = answered + unreached + cancelled + open, and the marks add up. */
static inline void check_totals(struct solo *solo)
{
    const uint64_t answered = solo_tally(solo, "answered");
    assert_int_equal(solo_tally(solo, "tasks"), answered + solo_tally(solo, "unreached") +
                                                    solo_tally(solo, "cancelled") +
                                                    solo_tally(solo, "open"));
    assert_int_equal(answered, solo_tally(solo, "solved_yes") + solo_tally(solo, "solved_partly") +
                                   solo_tally(solo, "solved_no"));
    assert_int_equal(answered, solo_tally(solo, "satisfied_yes") +
                                   solo_tally(solo, "satisfied_fair") +
                                   solo_tally(solo, "satisfied_no"));
    solo_check_replay(solo);
}
