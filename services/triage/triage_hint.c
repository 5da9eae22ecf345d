/* triage_hint: a platform above names the unit that is to do it, by its own list. That is evidence and no order: here
 * the matrix says who does what, and platforms name wrong ones every day.
 *
 * What must stay true: the unit is never given a ticket that the matrix gives to another. It tells the place
 * where the words do not (a community that is named is where it happened); where it contradicts the matrix a
 * dispatcher decides, who sees whom they named. */

#include "triage_hint.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "triage_place.h"
#include "triage_trust.h"

static void ask_desk(struct site_judgement *judgement, Paidan__DeskReason reason)
{
    CHECK((unsigned)reason < 32);
    judgement->reasons |= 1u << reason;
}

/* The place that the unit tells: of several found ones the only one within its own, of none its own. */
static uint32_t place_of(const struct site *site, uint32_t unit,
                         const struct site_judgement *judgement)
{
    CHECK(judgement->area_count <= SITE_PROPOSALS_MAX);
    return judgement->area_count > 0
               ? triage_place_fitting(site, unit, judgement->areas, judgement->area_count)
               : triage_place_of_unit(site, unit);
}

/* With that place as the channel's. What it leads to is judged like any other. */
static enum rc judge_there(struct step *step, const Paidan__Registered *registered, uint32_t area,
                           struct site_judgement *judgement)
{
    Paidan__Registered placed = *registered;
    CHECK(area < step->site->area_count);
    placed.area_hint = (char *)step->site->areas[area].code; /* read, never written */
    const struct site_trusting trusting = triage_trust_of(step->txn);
    return site_judge_words(step->arena, step->site, &placed, &trusting, judgement);
}

static bool agrees(const struct site_judgement *judgement, uint32_t unit)
{
    bool named = judgement->owner.lead == unit;
    CHECK(judgement->owner.assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < judgement->owner.assist_count; index++) {
        named = named || judgement->owner.assist[index] == unit;
    }
    return named;
}

enum rc triage_hint_weigh(struct step *step, const Paidan__Registered *registered,
                          struct site_judgement *judgement)
{
    const struct site *const site = step->site;
    enum rc rc = RC_OK;
    if (text_blank(registered->unit_hint)) {
        return RC_OK;
    }
    const uint32_t unit = site_heir(site, SITE_KIND_UNIT, registered->unit_hint);
    if (unit == SITE_NONE) {
        ask_desk(judgement, PAIDAN__DESK_REASON__DESK_UNMAPPED); /* gone since intake took it */
        return RC_OK;
    }
    CHECK(unit < site->unit_count);
    const uint32_t area =
        judgement->area == SITE_NONE ? place_of(site, unit, judgement) : SITE_NONE;
    if (area != SITE_NONE && judgement->category != SITE_NONE) {
        rc = judge_there(step, registered, area, judgement);
    }
    if (rc == RC_OK && judgement->reasons == 0 && !agrees(judgement, unit)) {
        ask_desk(judgement, PAIDAN__DESK_REASON__DESK_OTHER_UNIT);
    }
    return rc;
}
