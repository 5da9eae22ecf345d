/* escalation_teller: what the logs that escalation follows say, and what units ask, in one call
 * each. Tickets are named by their number of the trace's day. */
#pragma once

#include "story.h"

/* Where triage sends a ticket. */
struct teller_route {
    const char *category, *area, *unit;
    uint32_t level;
    const char *assist;
    bool by_desk;
    const char *spot_note; /* solved there already */
    uint64_t outer_due_ms; /* 上级时限; 0: none */
};

/* triage: Routed. The second: noise at building 1, as triage of the site `ladder` would say it. */
void teller_route(struct story *story, uint64_t number, const struct teller_route *where);
void teller_route_noise(struct story *story, uint64_t number);
void teller_route_alone(struct story *story, uint64_t number); /* likewise, nobody assists */
/* triage: Ruled, noise at building 1. */
void teller_rule(struct story *story, uint64_t number, const char *unit, uint32_t level);
/* The same, on the return of that count. */
void teller_rule_on(struct story *story, uint64_t number, const char *unit, uint32_t level,
                    uint32_t return_count);
/* triage: Ruled, as another matter: category, area, unit, level and who assists. */
void teller_rule_as(struct story *story, uint64_t number, const struct teller_route *where);
/* The dispatcher's wish Recall; version 0: not named. */
void teller_recall(struct story *story, uint64_t number, const char *note, uint64_t version);
/* The dispatcher's wish Correct; its ticket is the number of the trace's day. */
void teller_correct(struct story *story, const Paidan__Correct *wish);
/* triage: Merged into that ticket, with 上级时限 (0: none); Unmerged from it. */
void teller_merge(struct story *story, uint64_t number, uint64_t into, uint64_t outer_due_ms);
/* The same of one that is urgent. */
void teller_merge_as(struct story *story, uint64_t number, uint64_t into, uint64_t outer_due_ms,
                     Paidan__Urgency urgency);
void teller_unmerge(struct story *story, uint64_t number, uint64_t from);
/* The dispatcher's wish Recall, to be merged. */
void teller_leave(struct story *story, uint64_t number, uint64_t into, const char *note);
/* intake: Withdrawn, Chased, Supplemented. */
void teller_withdraw(struct story *story, uint64_t number);
void teller_chase(struct story *story, uint64_t number, uint32_t count);
void teller_supplement(struct story *story, uint64_t number);
/* triage: OuterMoved, 上级时限 is another one. */
/* Triage counts many of its event; urgency 0: the site leaves it. */
void teller_burst(struct story *story, uint64_t number, Paidan__Urgency urgency);
void teller_extend_above(struct story *story, uint64_t number, uint64_t outer_due_ms);
/* callback: Answered, Unreached. */
void teller_answer(struct story *story, uint64_t number, uint32_t round, Paidan__Solved solved);
/* After the round had ended without an answer. */
void teller_answer_late(struct story *story, uint64_t number, uint32_t round, Paidan__Solved solved,
                        Paidan__Satisfied satisfied);
void teller_spared(struct story *story, uint64_t number, uint32_t round,
                   Paidan__SpareReason reason);
void teller_unreached(struct story *story, uint64_t number, uint32_t round);

/* One item of work, with a note where one is needed. version 0: not named. */
const Paidan__Answer *teller_work_version(struct story *story, const char *who, const char *unit,
                                          Paidan__Action action, uint64_t number, uint64_t version);
const Paidan__Answer *teller_work(struct story *story, const char *who, const char *unit,
                                  Paidan__Action action, uint64_t number);
/* One item with all that the wish holds; its ticket is the number of the trace's day. */
void teller_do(struct story *story, const char *who, const char *unit, Paidan__Action action,
               const Paidan__WorkItem *wish);
void teller_supervise(struct story *story, const char *who, const char *unit,
                      Paidan__SuperviseAction action, const Paidan__WorkItem *wish);
/* Accepted and resolved by a unit. */
void teller_serve(struct story *story, const char *unit, uint64_t number);
/* Pulls at most max; wait_ms 0: not waiting. */
void teller_pull(struct story *story, const char *who, const char *unit, uint32_t max,
                 uint64_t wait_ms);
/* The store as a version before lists has left it: an appeal is open, and who rules, until when and
 * where it was said is not kept. */
void teller_forget_appeal(struct story *story, uint64_t number);
/* A line on where a ticket stands. */
void teller_look(struct story *story, uint64_t number);
