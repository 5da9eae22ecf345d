/* triage_core: decides which category, area and unit a ticket belongs to, and keeps the
 * dispatcher's desk.
 *
 * Pure: the same store contents, site, input and time give the same facts. Owns the tables
 * `ticket` and `desk` (triage_state.h); reads texts as they pass and keeps none. */
#pragma once

#include <stdbool.h>

#include "common/step/step.h"
#include "triage_state.h"

/* Applies a record of intake or escalation, or DeskDispatch. As step_service.apply. */
MUST_CHECK enum rc triage_core_apply(struct step *step, const struct step_input *input);
/* Which facts apply looks at. As step_service.hears. */
bool triage_core_hears(const char *log, Paidan__Event__FactCase fact);
/* As step_service.needs: first dispatches, nearly all that is assigned, mean nothing here. */
enum step_need triage_core_needs(const char *log, Paidan__Event__FactCase fact,
                                 const unsigned char *body, size_t bytes);
/* Folds one event of triage's own log. As step_service.evolve. */
MUST_CHECK enum rc triage_core_evolve(struct step_fold *fold, uint64_t seq,
                                      const Paidan__Event *event);
/* DeskList and TriageShow. As step_service.query. */
MUST_CHECK enum rc triage_core_query(struct step_view *view, const Paidan__Request *request,
                                     Paidan__Answer *answer);
bool triage_core_changes(const Paidan__Request *request);
bool triage_core_knows(const Paidan__Request *request);

/* What triage makes of a ticket's words. */
struct triage_judgement {
    uint32_t reasons;        /* 0: sure; else a bit set of DeskReason */
    uint32_t category, area; /* index into the site, SITE_NONE while unsure */
    uint32_t level;          /* where it starts; 0 while unsure */
    struct site_owner owner; /* set when sure, and with DESK_NO_OWNER */
    uint32_t category_count, area_count;
    uint32_t categories[TRIAGE_PROPOSALS_MAX], areas[TRIAGE_PROPOSALS_MAX]; /* best first */
    char why[DETAIL_BYTES_MAX + 1]; /* "category leak 漏水,积水; place place 阳光花园" */
};

/* The best category must score this much more than the next, else the desk decides: 25 % is one
 * more keyword of two characters against a text where the other category found four. */
#define TRIAGE_MARGIN_PERCENT 25u

/* Judges the words of a registered ticket. RC_OK, RC_LIMIT (arena) or RC_INVALID (not UTF-8). */
MUST_CHECK enum rc triage_core_judge(struct arena *arena, const struct site *site,
                                     const Paidan__Registered *registered,
                                     struct triage_judgement *judgement);
/* 现场办: the same for a ticket that the unit (index) solved on the spot. It needs no decision of
 * anybody, so it is never unsure: what words and hints leave open is taken from their best guess,
 * then from the unit. */
void triage_core_judge_spot(const struct site *site, uint32_t unit,
                            struct triage_judgement *judgement);
/* Area of a ticket that a unit (index) gets: the ticket's own, if the unit's contains it (it is the
 * finer one), else the unit's, else the ticket's, else the whole site for a unit of its top.
 * of_ticket and result may be SITE_NONE. */
uint32_t triage_core_unit_area(const struct site *site, uint32_t unit, uint32_t of_ticket);
/* Level at which a ticket of this category and area starts. */
uint32_t triage_core_start_level(const struct site *site, uint32_t category, uint32_t area);

/* Applies DeskDispatch (triage_core_desk.c). Returns as apply. */
MUST_CHECK enum rc triage_core_dispatch(struct step *step, const struct step_input *input);
