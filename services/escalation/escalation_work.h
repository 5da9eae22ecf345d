/* escalation_work: how a wish of a unit about one ticket is judged and done.
 *
 * Every action is one rule: the signal that the transition table is asked, who may do it, what the
 * item must hold, further reasons to refuse, and what is said. Judging goes through the same
 * questions in the same order for all of them: known, theirs, version, state, lease, note, judge.
 * The rules themselves stand beside their nouns (escalation_pause.h, ...); which action has which
 * is in escalation_core.c. */
#pragma once

#include "escalation_extra.h"
#include "escalation_say.h"

/* One item being judged and done. */
struct escalation_item {
    struct step *step;
    const char *actor, *unit; /* who asks, for which unit */
    uint32_t index;           /* in the batch */
    const Paidan__WorkItem *wish;
    Paidan__WorkResult *result;
    const struct escalation_rule *rule;
    enum escalation_signal signal;   /* the rule's, for this item */
    struct escalation_ticket ticket; /* as read before the action */
    struct escalation_extra extra;   /* likewise; all zero if it has none */
    bool has_info;
    struct escalation_info info; /* escalation_work_info */
};

enum escalation_who {
    ESCALATION_BY_LEAD,           /* the unit that has the ticket */
    ESCALATION_BY_LEAD_OR_ASSIST, /* or one that assists */
    ESCALATION_BY_ASSIST,         /* a unit with an open assisting task: else NOT_ASSISTING */
    ESCALATION_BY_SUPERVISOR,     /* a supervising unit of the site: else NOT_SUPERVISOR */
    ESCALATION_BY_ANYONE,         /* the rule's judge decides */
};

struct escalation_rule {
    enum escalation_signal signal;
    /* Where the signal depends on what the ticket has; NULL: it is always the one above. */
    enum escalation_signal (*signal_of)(const struct escalation_item *item);
    enum escalation_who who;
    Paidan__Code
        assisting;    /* what a unit that assists is told where only the lead may; 0: as others */
    bool note;        /* required */
    bool keeps_lease; /* may be done although another clerk holds the lease */
    bool many_facts;  /* act may say other than one fact: the ticket is read again afterwards */
    /* Further reasons to refuse; *detail is in the arena or constant. NULL: none. */
    Paidan__Code (*judge)(struct escalation_item *item, const char **detail);
    /* Says it; may set item->result->code to a refusal instead, saying nothing. */
    enum rc (*act)(struct escalation_item *item);
};

/* A batch of one action. */
struct escalation_batch {
    const char *unit;
    const struct escalation_rule *rule; /* NULL: the action is none of ours */
    Paidan__WorkItem *const *items;
    size_t count;
};
/* Judges and does each item after the ones before it, and answers. RC_OK: answered. */
MUST_CHECK enum rc escalation_work_run(struct step *step, const Paidan__Request *request,
                                       const struct escalation_batch *batch);

/* ---- for acts ---- */

/* Says the fact that the item's signal leads to. */
MUST_CHECK enum rc escalation_work_say(const struct escalation_item *item,
                                       const ProtobufCMessage *fact);
/* Fills item->info once. RC_CORRUPT if the ticket has none. */
MUST_CHECK enum rc escalation_work_info(struct escalation_item *item);
/* Whether that clock is missed now: it runs, and its deadline fired or is reached. */
bool escalation_work_late(struct escalation_item *item, Paidan__Clock kind);
/* The note, NULL if it is empty. */
char *escalation_work_note(const struct escalation_item *item);

bool escalation_work_given(const char *text); /* not blank: text_blank */
/* The number of the ticket into which that one is merged, in the arena: the detail of MERGED. */
MUST_CHECK enum rc escalation_work_merged_into(struct step *step, uint64_t id, const char **detail);
/* *refused: answered, for there is no such unit. */
MUST_CHECK enum rc escalation_work_refuse_unit(struct step *step, const char *unit, bool *refused);
