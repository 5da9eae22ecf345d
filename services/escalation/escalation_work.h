/* escalation_work: how a wish of a unit about one ticket is judged and done. Private to the files
 * that decide on Work and Supervise.
 *
 * Every action is one rule: the signal that the transition table is asked, who may do it, what the
 * item must hold, further reasons to refuse, and what is said. Judging goes through the same
 * questions in the same order for all of them: known, theirs, version, state, lease, note, judge.
 */
#pragma once

#include "escalation_core.h"
#include "escalation_extra.h"

/* One item being judged and done. */
struct escalation_item {
    struct step *step;
    const char *actor, *unit; /* who asks, for which unit */
    uint32_t index;           /* in the batch */
    const Paidan__WorkItem *wish;
    Paidan__WorkResult *result;
    const struct escalation_rule *rule;
    struct escalation_ticket ticket; /* as read before the action */
    struct escalation_extra extra;   /* likewise; all zero if it has none */
    bool has_info;
    struct escalation_info info; /* escalation_item_info */
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
    enum escalation_who who;
    bool note;        /* required */
    bool keeps_lease; /* may be done although another clerk holds the lease */
    bool many_facts;  /* act may say other than one fact: the ticket is read again afterwards */
    /* Further reasons to refuse; *detail is in the arena or constant. NULL: none. */
    Paidan__Code (*judge)(struct escalation_item *item, const char **detail);
    /* Says it; may set item->result->code to a refusal instead, saying nothing. */
    enum rc (*act)(struct escalation_item *item);
};

/* The rules, beside their acts: escalation_work_basic.c ... */
extern const struct escalation_rule escalation_rule_accept, escalation_rule_contact,
    escalation_rule_progress, escalation_rule_resolve, escalation_rule_return;
/* ... escalation_work_request.c */
extern const struct escalation_rule escalation_rule_extend, escalation_rule_raise,
    escalation_rule_grant, escalation_rule_refuse;
/* ... escalation_work_pause.c */
extern const struct escalation_rule escalation_rule_suspend, escalation_rule_resume;
/* ... escalation_work_joint.c */
extern const struct escalation_rule escalation_rule_ask_assist, escalation_rule_assist_done,
    escalation_rule_name_person, escalation_rule_order;
/* ... escalation_work_mode.c */
extern const struct escalation_rule escalation_rule_set_mode, escalation_rule_end_mode,
    escalation_rule_appeal;
/* ... escalation_supervise.c */
extern const struct escalation_rule escalation_rule_urge, escalation_rule_watch,
    escalation_rule_yellow, escalation_rule_red, escalation_rule_cancel_card;

/* What fires by itself, of the extra record. */
MUST_CHECK enum rc escalation_joint_late(struct step *step, uint64_t id,
                                         const struct escalation_ticket *ticket,
                                         const struct escalation_extra *extra);
MUST_CHECK enum rc escalation_request_lapse(struct step *step, uint64_t id,
                                            const struct escalation_ticket *ticket,
                                            const struct escalation_extra *extra);
struct escalation_resume {
    bool by_hand;
    char *note;    /* NULL: none */
    uint32_t item; /* of a batch */
};
MUST_CHECK enum rc escalation_pause_end(struct step *step, uint64_t id,
                                        const struct escalation_ticket *ticket,
                                        const struct escalation_extra *extra,
                                        const struct escalation_resume *how);
MUST_CHECK enum rc escalation_appeal_rule(struct escalation_item *item, bool granted);

/* Says one fact of the item's ticket. */
MUST_CHECK enum rc escalation_item_say(struct escalation_item *item, Paidan__Event *event);
/* Fills item->info once. RC_CORRUPT if the ticket has none. */
MUST_CHECK enum rc escalation_item_info(struct escalation_item *item);
/* Whether that clock is missed now: it runs, and its deadline fired or is reached. */
bool escalation_item_late(struct escalation_item *item, Paidan__Clock kind);
/* The note, NULL if it is empty. */
char *escalation_item_note(const struct escalation_item *item);

bool escalation_given(const char *text); /* neither NULL nor empty */
/* *refused: answered, for there is no such unit. */
MUST_CHECK enum rc escalation_refuse_unit(struct step *step, const char *unit, bool *refused);
