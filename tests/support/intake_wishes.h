/* intake_wishes: what callers and escalation say to intake, for its core tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/number.h"
#include "intake.h"
#include "intake_state.h"
#include "solo.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull
#define HOUR_MS 3600000ull

/* ---- wishes ------------------------------------------------------------------------------------
 */

static inline Paidan__NewTicket ticket(const char *channel, const char *external_id,
                                       const char *text)
{
    Paidan__NewTicket item = PAIDAN__NEW_TICKET__INIT;
    item.channel = (char *)channel;
    item.external_id = (char *)external_id;
    item.text = (char *)text;
    return item;
}

static inline const Paidan__Answer *submit_list(struct solo *solo, Paidan__NewTicket **list,
                                                size_t count, const char *request_id)
{
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    wish.tickets = list;
    wish.n_tickets = count;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    if (request_id != NULL) {
        request.has_request_id = 1;
        request.request_id = (ProtobufCBinaryData){REQUEST_ID_BYTES, (uint8_t *)request_id};
    }
    return solo_call(solo, &request);
}

static inline const Paidan__SubmitResult *submit_one(struct solo *solo, Paidan__NewTicket *item)
{
    const Paidan__Answer *const answer = submit_list(solo, &item, 1, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->submitted->n_results, 1);
    return answer->submitted->results[0];
}

static inline uint64_t submit(struct solo *solo, const char *channel, const char *external_id,
                              const char *text)
{
    Paidan__NewTicket item = ticket(channel, external_id, text);
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    return result->ticket;
}

static inline const Paidan__Answer *supplement(struct solo *solo, uint64_t number, const char *text,
                                               const char *query_code)
{
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    wish.ticket = number;
    wish.text = (char *)text;
    wish.query_code = (char *)query_code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *chase(struct solo *solo, uint64_t number,
                                          const char *query_code)
{
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    wish.ticket = number;
    wish.query_code = (char *)query_code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &wish;
    return solo_call(solo, &request);
}

static inline void fill_withdraw(Paidan__Request *request, Paidan__Withdraw *wish, uint64_t number)
{
    paidan__withdraw__init(wish);
    wish->ticket = number;
    paidan__request__init(request);
    request->wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request->withdraw = wish;
}

static inline const Paidan__Answer *withdraw(struct solo *solo, uint64_t number)
{
    Paidan__Withdraw wish;
    Paidan__Request request;
    fill_withdraw(&request, &wish, number);
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *lookup(struct solo *solo, uint64_t number,
                                           const char *query_code)
{
    Paidan__Lookup wish = PAIDAN__LOOKUP__INIT;
    wish.has_ticket = 1;
    wish.ticket = number;
    wish.query_code = (char *)query_code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &wish;
    return solo_query(solo, &request);
}

static inline const Paidan__Answer *lookup_external(struct solo *solo, const char *channel,
                                                    const char *external_id)
{
    Paidan__Lookup wish = PAIDAN__LOOKUP__INIT;
    wish.channel = (char *)channel;
    wish.external_id = (char *)external_id;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &wish;
    return solo_query(solo, &request);
}

static inline const Paidan__Answer *read_texts(struct solo *solo, uint64_t *tickets, size_t count,
                                               bool phones, const char *reason, const char *actor)
{
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    wish.tickets = tickets;
    wish.n_tickets = count;
    wish.reason = (char *)reason;
    wish.has_phones = phones;
    wish.phones = phones;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    request.actor = (char *)actor;
    assert_int_equal(intake_service.changes(&request), phones);
    return phones ? solo_call(solo, &request) : solo_query(solo, &request);
}

static inline Paidan__State state_of(struct solo *solo, uint64_t number)
{
    const Paidan__Answer *const answer = read_texts(solo, &number, 1, false, "test", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->texts->texts[0]->state;
}

/* ---- what escalation says ----------------------------------------------------------------------
 */

struct said {
    Paidan__Event event;
    Paidan__Assigned assigned;
    Paidan__Assignment to;
    Paidan__Accepted accepted;
    Paidan__Resolved resolved;
    Paidan__Returned returned;
    Paidan__Recalled recalled;
    Paidan__Raised raised;
    Paidan__Ordered ordered;
    Paidan__Corrected corrected;
    Paidan__Suspended suspended;
    Paidan__Resumed resumed;
    Paidan__Closed closed;
};

static inline void begin(struct said *said, uint64_t number, Paidan__Event__FactCase fact)
{
    paidan__event__init(&said->event);
    said->event.has_ticket = 1;
    said->event.ticket = number;
    said->event.fact_case = fact;
}

static inline void give(struct said *said, const char *unit, uint32_t level)
{
    paidan__assignment__init(&said->to);
    said->to.unit = (char *)unit;
    said->to.level = level;
}

static inline void say_assigned(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_ASSIGNED);
    give(said, "b.any", 1);
    paidan__assigned__init(&said->assigned);
    said->assigned.to = &said->to;
    said->assigned.area = (char *)"sanchajie";
    said->event.assigned = &said->assigned;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_accepted(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_ACCEPTED);
    paidan__accepted__init(&said->accepted);
    said->event.accepted = &said->accepted;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_returned(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RETURNED);
    paidan__returned__init(&said->returned);
    said->event.returned = &said->returned;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_recalled(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RECALLED);
    paidan__recalled__init(&said->recalled);
    said->recalled.unit = (char *)"c.any";
    said->recalled.level = 2;
    said->recalled.category = (char *)"noise";
    said->recalled.area = (char *)"bu1";
    said->recalled.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    said->recalled.channel = (char *)"wechat";
    said->recalled.title = (char *)"t";
    said->event.recalled = &said->recalled;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_raised(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RAISED);
    paidan__raised__init(&said->raised);
    give(said, "c.any", 2);
    said->raised.to = &said->to;
    said->event.raised = &said->raised;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_ordered(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_ORDERED);
    paidan__ordered__init(&said->ordered);
    give(said, "s.order", 3);
    said->ordered.to = &said->to;
    said->event.ordered = &said->ordered;
    solo_say(solo, "escalation", &said->event);
}

/* unit NULL: who has it keeps it; area NULL: the place was right. */
static inline void say_corrected(struct solo *solo, struct said *said, uint64_t number,
                                 const char *unit, const char *area)
{
    begin(said, number, PAIDAN__EVENT__FACT_CORRECTED);
    paidan__corrected__init(&said->corrected);
    give(said, unit, 2);
    said->corrected.from_level = 1;
    said->corrected.from_unit = (char *)(uintptr_t) "b.any";
    said->corrected.to = unit != NULL ? &said->to : NULL;
    said->corrected.area = (char *)(uintptr_t)area;
    said->event.corrected = &said->corrected;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_suspended(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_SUSPENDED);
    paidan__suspended__init(&said->suspended);
    said->event.suspended = &said->suspended;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_resumed(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RESUMED);
    paidan__resumed__init(&said->resumed);
    said->event.resumed = &said->resumed;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_resolved(struct solo *solo, struct said *said, uint64_t number)
{
    begin(said, number, PAIDAN__EVENT__FACT_RESOLVED);
    paidan__resolved__init(&said->resolved);
    said->event.resolved = &said->resolved;
    solo_say(solo, "escalation", &said->event);
}

static inline void say_closed(struct solo *solo, struct said *said, uint64_t number,
                              Paidan__Outcome outcome)
{
    begin(said, number, PAIDAN__EVENT__FACT_CLOSED);
    paidan__closed__init(&said->closed);
    said->closed.outcome = outcome;
    said->event.closed = &said->closed;
    solo_say(solo, "escalation", &said->event);
}
