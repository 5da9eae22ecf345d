/* triage_same: candidates for a new ticket, and bursts.
 *
 * Owns what is done with a likeness: words alone decide nothing. Must stay true: tickets whose places
 * are known and lie in different areas are never the same event, whatever their words; a confidential
 * ticket takes no part, for a suggestion would tell of it; an emergency waits for nobody's look and
 * is merged by hand alone, since the second caller may tell of a second fire. Decided by what is
 * committed and by the tickets of this step before it, so that it can be explained by the log. */

#include "triage_same.h"

#include <string.h>

#include "common/base/check.h"
#include "common/store/store_group.h"
#include "triage_group.h"
#include "triage_urgency.h"

#define DAY_MS 86400000ull
enum { SAME_MAX = 3 };
/* Of another branch of the categories: what one calls noise is waste to another, so it lowers only. */
#define OTHER_BRANCH_PERCENT 60u

/* ---- what speaks against it ---- */

static bool areas_differ(const struct site *site, const struct site_judgement *judgement,
                         const char *code)
{
    const uint32_t other = code[0] == '\0' ? SITE_NONE : site_heir(site, SITE_KIND_AREA, code);
    CHECK(other == SITE_NONE || other < site->area_count);
    if (judgement->area == SITE_NONE || other == SITE_NONE) {
        return false; /* not known */
    }
    return !site_area_within(site, judgement->area, other) &&
           !site_area_within(site, other, judgement->area);
}

static uint32_t branch_of(const struct site *site, uint32_t category)
{
    CHECK(category < site->category_count);
    while (site->categories[category].parent != SITE_NONE) {
        category = site->categories[category].parent;
    }
    return category;
}

static bool branches_differ(const struct site *site, const struct site_judgement *judgement,
                            const char *code)
{
    const uint32_t other = code[0] == '\0' ? SITE_NONE : site_heir(site, SITE_KIND_CATEGORY, code);
    return judgement->category != SITE_NONE && other != SITE_NONE &&
           branch_of(site, judgement->category) != branch_of(site, other);
}

/* ---- candidates ---- */

static uint32_t permille_of(float probability)
{
    const float permille = probability * (float)SITE_PERMILLE;
    CHECK(probability >= 0);
    return permille >= (float)SITE_PERMILLE ? SITE_PERMILLE : permille > 0 ? (uint32_t)permille : 0;
}

struct weighing {
    struct step *step;
    const struct site_judgement *judgement;
    Paidan__Judged *judged;
    struct triage_same *best; /* the likest ticket of all, and how like it is */
};

/* Merged would be into the very ticket whose words they are, or into what that one was merged into: the
 * first of its group may be one that a dispatcher kept apart from it. */
static void keep_best(const struct weighing *weighing, uint64_t ticket, uint32_t permille)
{
    CHECK(ticket != 0);
    if (permille > weighing->best->permille) {
        *weighing->best = (struct triage_same){.into = ticket, .permille = permille};
    }
}

/* Whether it can take in what is like it: it has not ended, and neither it nor what it is merged into is over. */
static enum rc takes_in(struct step *step, uint64_t ticket, struct triage_ticket *record,
                        bool *takes)
{
    uint64_t head = ticket;
    enum rc rc = RC_OK;
    CHECK(record->state != TRIAGE_NONE);
    *takes = triage_ticket_stands(record->state);
    if (record->state == TRIAGE_MERGED) {
        rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, ticket, &head);
        rc = rc == RC_OK ? triage_state_get(step->txn, head, record) : rc;
    }
    *takes = *takes && rc == RC_OK && record->over == TRIAGE_OVER_NOT;
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Of a candidate what stands in the group of now; 0: it is none. */
static enum rc weigh(const struct weighing *weighing, const struct group_candidate *candidate,
                     uint64_t *ticket, uint32_t *permille)
{
    struct step *const step = weighing->step;
    const struct site_groups *const groups = &step->site->triage.groups;
    struct triage_ticket record;
    struct triage_sketch sketch;
    struct triage_group group;
    CHECK(groups->suggest_permille > 0);
    *ticket = 0;
    *permille = permille_of(candidate->probability);
    if (*permille < groups->suggest_permille) {
        return RC_OK;
    }
    enum rc rc = triage_group_get(step->txn, candidate->id, &sketch);
    if (rc == RC_OK && sketch.registered_ms + groups->days * DAY_MS <= step->now_ms) {
        return RC_OK; /* it leaves with the end of a step */
    }
    rc = rc == RC_OK ? triage_state_get(step->txn, candidate->id, &record) : rc;
    if (rc != RC_OK || areas_differ(step->site, weighing->judgement, record.area)) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* a row without its ticket */
    }
    if (branches_differ(step->site, weighing->judgement, record.category)) {
        *permille = *permille * OTHER_BRANCH_PERCENT / 100;
    }
    rc = triage_group_read(step->txn, candidate->group, 0, &group);
    if (rc == RC_OK && *permille >= groups->suggest_permille &&
        group.members < groups->members_max &&
        !areas_differ(step->site, weighing->judgement, group.record.area)) {
        *ticket = group.first;
    }
    if (rc == RC_OK && *ticket != 0) {
        bool takes = false;
        rc = takes_in(step, candidate->id, &record, &takes);
        keep_best(weighing, takes ? candidate->id : *ticket, *permille);
    }
    return rc;
}

static enum rc add(const struct weighing *weighing, const struct group_candidate *candidate,
                   uint64_t ticket, uint32_t permille)
{
    struct arena *const arena = weighing->step->arena;
    Paidan__Judged *const judged = weighing->judged;
    const char *const name = candidate->evidence.name;
    Paidan__SameEvent *const same = arena_alloc(arena, sizeof *same);
    CHECK(ticket != 0);
    CHECK(permille <= SITE_PERMILLE);
    CHECK(judged->n_same < SAME_MAX);
    if (same == NULL) {
        return RC_LIMIT;
    }
    paidan__same_event__init(same);
    same->ticket = ticket;
    same->permille = permille;
    same->names = arena_strdup(arena, group_names_name(candidate->evidence.names));
    same->name = name[0] == '\0' ? NULL : arena_strdup(arena, name);
    if (same->names == NULL || (name[0] != '\0' && same->name == NULL)) {
        return RC_LIMIT;
    }
    size_t at = judged->n_same++;
    for (; at > 0 && judged->same[at - 1]->permille < permille;
         at--) { /* the branches moved some */
        judged->same[at] = judged->same[at - 1];
    }
    judged->same[at] = same;
    return RC_OK;
}

static enum rc weigh_all(const struct weighing *weighing, const struct group_candidate *candidates,
                         size_t count)
{
    Paidan__Judged *const judged = weighing->judged;
    CHECK(judged->n_same == 0);
    judged->same = arena_alloc(weighing->step->arena, SAME_MAX * sizeof(Paidan__SameEvent *));
    enum rc rc = judged->same == NULL ? RC_LIMIT : RC_OK;
    for (size_t at = 0; rc == RC_OK && at < count && judged->n_same < SAME_MAX; at++) {
        uint64_t ticket = 0;
        uint32_t permille = 0;
        rc = weigh(weighing, &candidates[at], &ticket, &permille);
        if (rc == RC_OK && ticket != 0) {
            rc = add(weighing, &candidates[at], ticket, permille);
        }
    }
    return rc;
}

/* ---- a new ticket ---- */

static enum rc take_sketch(struct step *step, const struct group_row *row, Paidan__Judged *judged)
{
    unsigned char *const bytes = arena_alloc(step->arena, GROUP_ROW_BYTES_MAX);
    if (bytes == NULL) {
        return RC_LIMIT;
    }
    CHECK(!judged->has_sketch);
    judged->has_sketch = true;
    judged->sketch.data = bytes;
    judged->sketch.len = group_pack(step->cache, row, bytes);
    return RC_OK;
}

static bool emergency(const struct site *site, const struct site_judgement *judgement)
{
    bool some = judgement->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY; /* a rule said so */
    some = some || judgement->likely_urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY;
    some = some ||
           (judgement->category != SITE_NONE &&
            site->categories[judgement->category].urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY);
    for (uint32_t index = 0; index < judgement->category_count; index++) {
        some = some || site->categories[judgement->categories[index]].urgency ==
                           PAIDAN__URGENCY__URGENCY_EMERGENCY;
    }
    return some;
}

/* What a person has to read all the same: the site said so, or there is more in it than that event. */
static bool kept_for_desk(const struct site_judgement *judgement)
{
    return (judgement->reasons &
            (1u << PAIDAN__DESK_REASON__DESK_RULE | 1u << PAIDAN__DESK_REASON__DESK_SPLIT)) != 0;
}

/* A site that merges by itself has the doubtful ones looked at before they go out twice; one that
 * does not is only told. */
static void conclude(const struct step *step, struct site_judgement *judgement,
                     const struct triage_same *best, struct triage_same *same)
{
    const struct site_groups *const groups = &step->site->triage.groups;
    const Paidan__Judged *const judged = judgement->judged;
    CHECK(judged->n_same <= SAME_MAX);
    CHECK(same->into == 0);
    if (judged->n_same == 0 || groups->merge_permille == 0 || emergency(step->site, judgement)) {
        return;
    }
    CHECK(best->permille == judged->same[0]->permille);
    if (best->permille >= groups->merge_permille && !kept_for_desk(judgement)) {
        *same = *best;
    } else {
        judgement->reasons |= 1u << PAIDAN__DESK_REASON__DESK_SAME;
    }
}

enum rc triage_same_judge(struct step *step, const Paidan__Event *event,
                          struct site_judgement *judgement, struct triage_same *same)
{
    const Paidan__Registered *const registered = event->registered;
    CHECK(event->ticket != 0);
    *same = (struct triage_same){.into = 0};
    if (step->cache == NULL || step->site->triage.groups.suggest_permille == 0 ||
        (registered->has_confidential && registered->confidential) ||
        registered->spot_unit != NULL) {
        return RC_OK;
    }
    if (judgement->judged == NULL) {
        judgement->judged = arena_alloc(step->arena, sizeof *judgement->judged);
        if (judgement->judged == NULL) {
            return RC_LIMIT;
        }
        paidan__judged__init(judgement->judged);
    }
    const char *const title = registered->title == NULL ? "" : registered->title;
    const char *const text = registered->text == NULL ? "" : registered->text;
    const struct group_row row = {.id = event->ticket,
                                  .time_ms = event->at_ms,
                                  .text = {.title = title,
                                           .text = text,
                                           .title_bytes = strlen(title),
                                           .text_bytes = strlen(text)}};
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    struct triage_same best = {.into = 0};
    const struct weighing weighing = {
        .step = step, .judgement = judgement, .judged = judgement->judged, .best = &best};
    const size_t count = group_meet(step->cache, &row, candidates);
    enum rc rc = take_sketch(step, &row, judgement->judged);
    rc = rc == RC_OK ? weigh_all(&weighing, candidates, count) : rc;
    if (rc == RC_OK) {
        conclude(step, judgement, &best, same);
    }
    return rc;
}

/* ---- bursts ---- */

/* The owner on the level that the site names, and the level's fallback, who sees all of it. */
static size_t told_units(const struct site *site, const struct triage_ticket *first, char **told)
{
    const uint32_t level = site->triage.burst.alert;
    const uint32_t category = site_heir(site, SITE_KIND_CATEGORY, first->category);
    const uint32_t area = site_heir(site, SITE_KIND_AREA, first->area);
    size_t count = 0;
    CHECK(level <= SITE_LEVELS_MAX);
    if (level == 0 || level > site->level_count) {
        return 0;
    }
    if (category != SITE_NONE && area != SITE_NONE) {
        struct site_owner owner;
        site_owner(site, category, area, level, &owner);
        told[count++] = site->units[owner.lead].code;
    }
    char *const fallback = site->units[site->levels[level - 1].fallback].code;
    if (count == 0 || strcmp(told[0], fallback) != 0) {
        told[count++] = fallback;
    }
    return count;
}

static enum rc say_burst(struct step *step, const struct triage_group *group)
{
    const struct site_burst *const burst = &step->site->triage.burst;
    char *told[2];
    CHECK(group->recent > 1); /* one alone is none */
    CHECK(group->first != 0);
    Paidan__Burst fact = PAIDAN__BURST__INIT;
    fact.count = group->recent;
    fact.within_ms = burst->within_ms;
    fact.has_urgency = burst->urgency != 0;
    fact.urgency = burst->urgency != 0 ? burst->urgency : PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.has_level = burst->alert != 0;
    fact.level = burst->alert;
    fact.to_units = told;
    fact.n_to_units = told_units(step->site, &group->record, told);
    const enum rc rc = triage_urgency_burst(step, group->first, &group->record, &fact);
    const struct step_about about = triage_ticket_about(group->first, &group->record, TRIAGE_BURST);
    return rc == RC_OK ? step_say(step, &about, &fact.base) : rc;
}

/* Once, and again with twice as many; after as long as the site counts by, what comes is a new one. */
enum rc triage_same_burst(struct step *step, uint64_t ticket)
{
    const struct site_burst *const burst = &step->site->triage.burst;
    struct triage_sketch sketch;
    struct triage_group group;
    CHECK(ticket != 0);
    if (step->cache == NULL || burst->count == 0) {
        return RC_OK;
    }
    enum rc rc = triage_group_get(step->txn, ticket, &sketch);
    if (rc != RC_OK || sketch.group == ticket) { /* the first of its group is no burst */
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const uint64_t since_ms = step->now_ms > burst->within_ms ? step->now_ms - burst->within_ms : 0;
    rc = triage_group_read(step->txn, sketch.group, since_ms, &group);
    if (rc != RC_OK || group.first == 0) {
        return rc;
    }
    const bool going_on = group.burst_ms != 0 && group.burst_ms + burst->within_ms > step->now_ms;
    const uint64_t enough = going_on ? (uint64_t)group.burst_count * 2 : burst->count;
    return group.recent >= enough ? say_burst(step, &group) : RC_OK;
}
