/* triage_same: a new ticket that may be about the same event as an open one 疑似同一事件, and what follows
 * when many tell of one 集中爆发. Fact: Burst. */
#pragma once

#include "common/site/site_judge.h"
#include "triage_ticket.h"

/* What a new ticket is to be merged into by itself. */
struct triage_same {
    uint64_t into; /* 0: into none; may be a member of what it comes to */
    uint32_t permille;
};

/* event: Registered. Adds to the judgement what the ticket may be the same as, with the row of its
 * letters, and the reason DESK_SAME where a dispatcher is to look. A site without `groups:` and a
 * ticket that is confidential or solved already: nothing. Returns as step_say. */
MUST_CHECK enum rc triage_same_judge(struct step *step, const Paidan__Event *event,
                                     struct site_judgement *judgement, struct triage_same *same);
/* After the ticket's first fact: says Burst if its group has become one. */
MUST_CHECK enum rc triage_same_burst(struct step *step, uint64_t ticket);
