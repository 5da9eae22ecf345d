/* triage_spot 现场办: who solved a ticket is known before anybody judges it, so category and
 * area only say what it was about. */

#include "triage_spot.h"

#include "common/base/check.h"
#include "triage_place.h"

/* A category the unit is responsible for in that area; else the site's last one, which by habit is
 * the one for everything else. */
static uint32_t category_of_unit(const struct site *site, uint32_t unit, uint32_t area)
{
    CHECK(site->category_count > 0);
    CHECK(area < site->area_count);
    for (uint32_t index = 0; index < site->category_count; index++) {
        struct site_owner owner;
        site_owner(site, index, area, site->units[unit].level, &owner);
        /* The first one of the matrix: a unit that does several things is not asked which. */
        if (owner.lead == unit && !owner.fallback) {
            return index;
        }
    }
    return site->category_count - 1;
}

/* The area above the first one; a site with several roots has no better answer either. */
static uint32_t root_area(const struct site *site)
{
    CHECK(site->area_count > 0);
    uint32_t index = 0;
    while (site->areas[index].parent != SITE_NONE) {
        index = site->areas[index].parent;
    }
    return index;
}

/* Where it was: known, also outside the unit's area, for units help each other; else a guess that
 * lies in the unit's area; else that area. */
static uint32_t choose_area(const struct site *site, uint32_t unit,
                            const struct site_judgement *judgement, const char **from)
{
    CHECK(judgement->area_count <= SITE_PROPOSALS_MAX);
    CHECK(judgement->area == SITE_NONE || judgement->area < site->area_count);
    uint32_t area = judgement->area;
    *from = "words";
    for (uint32_t index = 0; area == SITE_NONE && index < judgement->area_count; index++) {
        const uint32_t guess = judgement->areas[index];
        /* A guess elsewhere cannot be it: the unit was there. */
        if (!triage_place_elsewhere(site, unit, guess)) {
            area = guess;
            *from = "guess";
        }
    }
    if (area != SITE_NONE) {
        return area;
    }
    *from = "unit";
    area = triage_place_of_unit(site, unit);
    if (area == SITE_NONE) {
        *from = "site";
        area = root_area(site);
    }
    return area;
}

/* What it was about: known; else the best guess, for nobody is asked; else what the unit does. */
static uint32_t choose_category(const struct site *site, uint32_t unit, uint32_t area,
                                const struct site_judgement *judgement, const char **from)
{
    CHECK(area < site->area_count);
    *from = "words";
    if (judgement->category != SITE_NONE) {
        return judgement->category;
    }
    *from = "guess";
    if (judgement->category_count > 0) {
        return judgement->categories[0];
    }
    *from = "unit";
    return category_of_unit(site, unit, area);
}

void triage_spot_judge(const struct site *site, uint32_t unit, struct site_judgement *judgement)
{
    CHECK(unit < site->unit_count);
    const char *area_from = NULL, *category_from = NULL;
    judgement->area = choose_area(site, unit, judgement, &area_from);
    judgement->category = choose_category(site, unit, judgement->area, judgement, &category_from);
    CHECK(judgement->category < site->category_count);
    CHECK(judgement->area < site->area_count);
    judgement->reasons = 0;
    judgement->level = site->units[unit].level;
    site_owner(site, judgement->category, judgement->area, judgement->level, &judgement->owner);
    const uint32_t line = judgement->owner.lead == unit ? judgement->owner.matrix_line : 0;
    /* Nobody assists with what is done. */
    judgement->owner = (struct site_owner){.lead = unit, .matrix_line = line};
    /* Where category and area came from, so that statistics can leave the guessed ones out. */
    judgement->why[0] = '\0';
    site_judge_note(judgement->why, sizeof judgement->why, "solved on the spot; category: ");
    site_judge_note(judgement->why, sizeof judgement->why, category_from);
    site_judge_note(judgement->why, sizeof judgement->why, "; area: ");
    site_judge_note(judgement->why, sizeof judgement->why, area_from);
}
