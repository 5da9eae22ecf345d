/* triage_wishes: what tests of triage say for escalation and ask, in one line each. */
#pragma once

#include "story.h"

/* The unit of the demo's lamps gives the ticket back. */
static inline void returned(struct story *story, uint64_t number)
{
    Paidan__Returned fact = PAIDAN__RETURNED__INIT;
    fact.unit = (char *)"lamps";
    fact.note = (char *)"不归我们管";
    fact.count = 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &fact;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    story_hear(story, "escalation", &event);
}

/* What triage shows to whoever may see all of the ticket. */
static inline const Paidan__TriageShown *show(struct story *story, uint64_t number)
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    const Paidan__Answer *const answer = story_query(story, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->triage_shown;
}
