/* site_try: a judgement as an answer. It owns nothing and keeps nothing. What must stay true: it judges
 * by site_judge_words alone and plans by the policy that a dispatch at this moment would find, so that
 * what a hotline operator is shown while she types is what happens when she files it. */

#include "common/site/site_try.h"

#include "common/base/check.h"
#include "common/site/site_judge.h"

enum { CLOCKS = 3 };

/* The generated structs want texts unconst and write to none. */
static char *code_of(const char *code)
{
    return (char *)(uintptr_t)code;
}

/* What is not sure is proposed, the best first. */
static enum rc add_proposals(struct arena *arena, const struct site *site,
                             const struct site_judgement *found, Paidan__TriageTried *tried)
{
    tried->categories = arena_alloc(arena, (SITE_PROPOSALS_MAX + 1) * sizeof(char *));
    tried->areas = arena_alloc(arena, (SITE_PROPOSALS_MAX + 1) * sizeof(char *));
    if (tried->categories == NULL || tried->areas == NULL) {
        return RC_LIMIT;
    }
    CHECK(found->category_count <= SITE_PROPOSALS_MAX);
    CHECK(found->area_count <= SITE_PROPOSALS_MAX);
    for (uint32_t index = 0; index < found->category_count; index++) {
        tried->categories[tried->n_categories++] =
            code_of(site->categories[found->categories[index]].code);
    }
    for (uint32_t index = 0; index < found->area_count; index++) {
        tried->areas[tried->n_areas++] = code_of(site->areas[found->areas[index]].code);
    }
    return RC_OK;
}

/* The clocks that a dispatch starts. */
static enum rc add_clocks(struct arena *arena, const struct site *site,
                          const struct site_policy *policy, uint64_t now_ms,
                          Paidan__TriageTried *tried)
{
    const struct {
        Paidan__Clock clock;
        const struct site_clock_rule *rule;
    } clocks[CLOCKS] = {{PAIDAN__CLOCK__CLOCK_ACCEPT, &policy->accept},
                        {PAIDAN__CLOCK__CLOCK_CONTACT, &policy->contact},
                        {PAIDAN__CLOCK__CLOCK_HANDLE, &policy->handle}};
    tried->clocks = arena_alloc(arena, CLOCKS * sizeof *tried->clocks);
    for (size_t index = 0; tried->clocks != NULL && index < CLOCKS; index++) {
        const struct site_clock_rule *rule = clocks[index].rule;
        if (!rule->present) {
            continue;
        }
        Paidan__TriedClock *clock = arena_alloc(arena, sizeof *clock);
        if (clock == NULL) {
            return RC_LIMIT;
        }
        paidan__tried_clock__init(clock);
        clock->clock = clocks[index].clock;
        clock->due_ms = calendar_due(&site->calendars[rule->calendar], &rule->term, now_ms);
        clock->unit = (Paidan__TimeUnit)rule->term.unit;
        clock->amount_ms = rule->term.amount_ms;
        tried->clocks[tried->n_clocks++] = clock;
    }
    return tried->clocks == NULL ? RC_LIMIT : RC_OK;
}

static enum rc add_route(struct arena *arena, const struct site *site,
                         const struct site_judgement *found, uint64_t now_ms,
                         Paidan__TriageTried *tried)
{
    const struct site_owner *owner = &found->owner;
    const Paidan__Urgency urgency = site->categories[found->category].urgency;
    const struct site_policy *policy = site_policy(site, found->category, urgency, found->level);
    CHECK(found->level > 0);
    tried->unit = code_of(site->units[owner->lead].code);
    tried->has_level = 1;
    tried->level = found->level;
    tried->has_fallback = 1;
    tried->fallback = owner->fallback;
    tried->has_matrix_line = !owner->fallback;
    tried->matrix_line = owner->matrix_line;
    tried->has_policy_line = 1;
    tried->policy_line = policy->line;
    tried->assist = arena_alloc(arena, (SITE_ASSIST_MAX + 1) * sizeof(char *));
    if (tried->assist == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < owner->assist_count; index++) {
        tried->assist[tried->n_assist++] = code_of(site->units[owner->assist[index]].code);
    }
    return add_clocks(arena, site, policy, now_ms, tried);
}

static enum rc judge(struct arena *arena, const struct site *site, const Paidan__TriageTry *wish,
                     struct site_judgement *found)
{
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    registered.title = code_of("");
    registered.given_title = wish->title;
    registered.text = wish->text;
    registered.place = wish->place;
    registered.category_hint = wish->category_hint;
    registered.area_hint = wish->area_hint;
    return site_judge_words(arena, site, &registered, found);
}

enum rc site_try(struct arena *arena, const struct site *site, const Paidan__TriageTry *wish,
                 uint64_t now_ms, Paidan__TriageTried *tried)
{
    struct site_judgement found;
    enum rc rc = judge(arena, site, wish, &found);
    if (rc != RC_OK) {
        return rc;
    }
    paidan__triage_tried__init(tried);
    tried->routed = found.reasons == 0;
    tried->reasons = found.reasons;
    if (found.category != SITE_NONE) {
        tried->category = code_of(site->categories[found.category].code);
        tried->has_urgency = 1;
        tried->urgency = site->categories[found.category].urgency;
    }
    tried->area = found.area == SITE_NONE ? NULL : code_of(site->areas[found.area].code);
    if (found.why[0] != '\0') {
        tried->why = arena_strdup(arena, found.why);
        rc = tried->why == NULL ? RC_LIMIT : RC_OK;
    }
    rc = rc == RC_OK ? add_proposals(arena, site, &found, tried) : rc;
    return rc == RC_OK && tried->routed ? add_route(arena, site, &found, now_ms, tried) : rc;
}
