/* triage_recode: under which codes a ticket at the desk goes on after a site edit.
 *
 * A ticket may wait over an edit, and the codes of its proposals are then of a site that is no more: a
 * dispatcher who takes the proposal would be told that it is unknown, and no list by area or category
 * would find the ticket. What was renamed goes on under the heir's code; a proposal without an heir
 * is none any more, and the desk's reasons say what has to be named instead. The unit that returned
 * the ticket and its channel are only renamed: who returned it stays true, and a resident is not
 * asked by another channel because the dispatcher's list was cleaned. What must stay true: nothing
 * but codes and reasons changes, so that the desk's clock and its alarms run on. */

#include "triage_recode.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

#define BIT(reason) (1u << PAIDAN__DESK_REASON__DESK_##reason)

/* ---- deciding ---- */

/* The codes of now in their order, each once: two may have been put together. */
static size_t recode_list(const struct site *site, enum site_kind kind,
                          const char codes[][CODE_BYTES_MAX + 1], uint32_t count, char **list)
{
    CHECK(count <= TRIAGE_PROPOSALS_MAX);
    size_t made = 0;
    for (uint32_t index = 0; index < count; index++) {
        char *now = triage_ticket_code(site, kind, codes[index]);
        bool known = now == NULL;
        for (size_t each = 0; each < made && !known; each++) {
            known = strcmp(list[each], now) == 0;
        }
        if (!known) {
            list[made++] = now;
        }
    }
    return made;
}

static bool differs(const char codes[][CODE_BYTES_MAX + 1], uint32_t count, char *const *list,
                    size_t made)
{
    CHECK(made <= count);
    bool same = made == count;
    for (size_t index = 0; index < made && same; index++) {
        same = strcmp(codes[index], list[index]) == 0;
    }
    return !same;
}

/* Nothing is left to choose from: then there is none, instead of several. */
static uint32_t reasons_of(uint32_t reasons, bool gone, uint32_t ambiguous, uint32_t none)
{
    CHECK(ambiguous != none);
    return gone ? (reasons & ~ambiguous) | none : reasons;
}

/* The heir's code where the code was given up to one. */
static char *renamed(const struct site *site, enum site_kind kind, const char *code)
{
    char *now = triage_ticket_code(site, kind, code);
    return now == NULL || strcmp(now, code) == 0 ? NULL : now;
}

enum rc triage_recode_apply(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                            const struct triage_desk *desk, bool *recoded)
{
    const struct site *site = step->site;
    char *categories[TRIAGE_PROPOSALS_MAX], *areas[TRIAGE_PROPOSALS_MAX];
    CHECK(record->state != TRIAGE_NONE);
    CHECK(record->state != TRIAGE_ROUTED && record->state != TRIAGE_ENDED);
    Paidan__DeskRecoded fact = PAIDAN__DESK_RECODED__INIT;
    fact.site_version = site->version;
    fact.categories = categories;
    fact.areas = areas;
    fact.n_categories =
        recode_list(site, SITE_KIND_CATEGORY, desk->categories, desk->category_count, categories);
    fact.n_areas = recode_list(site, SITE_KIND_AREA, desk->areas, desk->area_count, areas);
    fact.unit = renamed(site, SITE_KIND_UNIT, desk->unit);
    fact.channel = renamed(site, SITE_KIND_CHANNEL, desk->channel);
    fact.reasons = reasons_of(desk->reasons, desk->category_count > 0 && fact.n_categories == 0,
                              BIT(AMBIGUOUS_CATEGORY), BIT(NO_CATEGORY));
    fact.reasons = reasons_of(fact.reasons, desk->area_count > 0 && fact.n_areas == 0,
                              BIT(AMBIGUOUS_PLACE), BIT(NO_PLACE));
    *recoded = fact.unit != NULL || fact.channel != NULL ||
               differs(desk->categories, desk->category_count, categories, fact.n_categories) ||
               differs(desk->areas, desk->area_count, areas, fact.n_areas);
    if (!*recoded) {
        return RC_OK;
    }
    struct step_about about = triage_ticket_about(ticket, record, TRIAGE_RECODE);
    about.clock = PAIDAN__CLOCK__CLOCK_REPLAN;
    return step_say(step, &about, &fact.base);
}

/* ---- folding ---- */

/* A text that the fact gives takes the field's place. */
static bool take(char *field, size_t size, const char *text)
{
    CHECK(size > CODE_BYTES_MAX);
    return text == NULL || text_copy(field, size, text);
}

/* Proposals only become fewer or change their names: more than before are none of ours. */
static bool take_list(char codes[][CODE_BYTES_MAX + 1], uint32_t *count, char *const *list,
                      size_t made)
{
    bool fits = made <= *count;
    CHECK(*count <= TRIAGE_PROPOSALS_MAX);
    for (size_t index = 0; index < made && fits; index++) {
        fits = take(codes[index], CODE_BYTES_MAX + 1, list[index]);
    }
    *count = fits ? (uint32_t)made : *count;
    return fits;
}

/* The ticket's record follows the row, so that what triage was sure of is taken under its code of now
 * when the dispatcher names only the rest. */
enum rc triage_recode_fold(struct step_fold *fold, const Paidan__Event *event,
                           struct triage_ticket *record)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_DESK_RECODED);
    const Paidan__DeskRecoded *const fact = event->desk_recoded;
    struct triage_desk before;
    const enum rc rc = triage_state_desk_get(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    struct triage_desk desk = before;
    const bool returned = (fact->reasons & BIT(RETURNED)) != 0;
    const bool recalled = (fact->reasons & (BIT(RECALLED) | BIT(UNMERGED))) != 0;
    bool fits =
        returned == (record->state == TRIAGE_DESK_RETURNED) &&
        recalled == (record->state == TRIAGE_DESK_RECALLED) &&
        take_list(desk.categories, &desk.category_count, fact->categories, fact->n_categories) &&
        take_list(desk.areas, &desk.area_count, fact->areas, fact->n_areas) &&
        take(desk.unit, sizeof desk.unit, fact->unit) &&
        take(desk.channel, sizeof desk.channel, fact->channel);
    if (!fits) {
        return RC_CORRUPT;
    }
    desk.reasons = record->reasons = fact->reasons;
    fits = text_copy(record->category, sizeof record->category, triage_state_category(&desk)) &&
           text_copy(record->area, sizeof record->area, triage_state_area(&desk));
    CHECK(fits); /* both hold any code */
    return triage_state_desk_put(fold->txn, event->ticket, &before, &desk);
}
