/* site_try: a judgement as an answer. It owns nothing and keeps nothing. What must stay true: it judges
 * by site_judge_words alone and plans by the policy that a dispatch at this moment would find, so that
 * what a hotline operator is shown while she types is what happens when she files it. */

#include "common/site/site_try.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_judge.h"
#include "common/text/text.h"

enum { CLOCKS = 3, GUESSES = 16 };

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

/* Title and text as judging reads them: one text, in which no word runs across the bar. */
static char *joined(struct arena *arena, const Paidan__TriageTry *wish)
{
    const char *title = wish->title == NULL ? "" : wish->title;
    const size_t size = strlen(title) + strlen(wish->text) + 2;
    char *text = arena_alloc(arena, size);
    if (text != NULL) {
        (void)snprintf(text, size, "%s|%s", title, wish->text);
    }
    return text;
}

/* What speaks for each of indexes, in their order; "" where only a hint does. */
static bool add_words_of(struct arena *arena, const struct site_guess *guesses,
                         uint32_t guess_count, const uint32_t *indexes, uint32_t count,
                         char **words)
{
    CHECK(guess_count <= GUESSES);
    for (uint32_t index = 0; index < count; index++) {
        const char *found = "";
        for (uint32_t at = 0; at < guess_count; at++) {
            found = guesses[at].index == indexes[index] ? guesses[at].words : found;
        }
        words[index] = arena_strdup(arena, found);
        if (words[index] == NULL) {
            return false;
        }
    }
    return true;
}

/* Judging keeps the words of what it is sure of alone. Whoever chooses among several readings is helped by
 * the words of each, also where a hint has decided. Searched as site_judge does: categories in the words,
 * places in the place first. */
static enum rc add_words(struct arena *arena, const struct site *site,
                         const struct site_judgement *found, const Paidan__TriageTry *wish,
                         Paidan__TriageTried *tried)
{
    struct site_guess guesses[GUESSES];
    char *words = NULL, *place = NULL;
    size_t bytes = 0;
    const char *text = joined(arena, wish);
    enum rc rc = text == NULL ? RC_LIMIT : text_normalise(arena, text, &words, &bytes);
    if (rc == RC_OK) {
        rc = text_normalise_place(arena, wish->place == NULL ? "" : wish->place, &place, &bytes);
    }
    tried->category_words = arena_alloc(arena, (SITE_PROPOSALS_MAX + 1) * sizeof(char *));
    tried->area_words = arena_alloc(arena, (SITE_PROPOSALS_MAX + 1) * sizeof(char *));
    if (rc != RC_OK || tried->category_words == NULL || tried->area_words == NULL) {
        return rc == RC_OK ? RC_LIMIT : rc;
    }
    uint32_t count = site_guess_categories(site, words, strlen(words), guesses, GUESSES);
    tried->n_category_words = found->category_count;
    if (!add_words_of(arena, guesses, count, found->categories, found->category_count,
                      tried->category_words)) {
        return RC_LIMIT;
    }
    (void)text_place_numbers(words, strlen(words));
    count = site_guess_areas(site, place, strlen(place), guesses, GUESSES);
    if (count < GUESSES) {
        count += site_guess_areas(site, words, strlen(words), guesses + count, GUESSES - count);
    }
    tried->n_area_words = found->area_count;
    return add_words_of(arena, guesses, count, found->areas, found->area_count, tried->area_words)
               ? RC_OK
               : RC_LIMIT;
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

static Paidan__Urgency urgency_of(const struct site *site, const struct site_judgement *found)
{
    CHECK(found->category < site->category_count);
    return found->urgency != 0 ? (Paidan__Urgency)found->urgency
                               : site->categories[found->category].urgency;
}

static enum rc add_route(struct arena *arena, const struct site *site,
                         const struct site_judgement *found, uint64_t now_ms,
                         Paidan__TriageTried *tried)
{
    const struct site_owner *owner = &found->owner;
    const Paidan__Urgency urgency = urgency_of(site, found);
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
                     const struct site_trusting *trusting, struct site_judgement *found)
{
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    registered.title = code_of("");
    registered.given_title = wish->title;
    registered.text = wish->text;
    registered.place = wish->place;
    registered.category_hint = wish->category_hint;
    registered.area_hint = wish->area_hint;
    return site_judge_words(arena, site, &registered, trusting, found);
}

enum rc site_try(struct arena *arena, const struct site *site, const Paidan__TriageTry *wish,
                 uint64_t now_ms, const struct site_trusting *trusting, Paidan__TriageTried *tried)
{
    struct site_judgement found;
    enum rc rc = judge(arena, site, wish, trusting, &found);
    if (rc != RC_OK) {
        return rc;
    }
    paidan__triage_tried__init(tried);
    tried->routed = found.reasons == 0;
    tried->reasons = found.reasons;
    tried->judged = found.judged;
    if (found.category != SITE_NONE) {
        tried->category = code_of(site->categories[found.category].code);
        tried->has_urgency = 1;
        tried->urgency = urgency_of(site, &found);
    }
    tried->area = found.area == SITE_NONE ? NULL : code_of(site->areas[found.area].code);
    if (found.why[0] != '\0') {
        tried->why = arena_strdup(arena, found.why);
        rc = tried->why == NULL ? RC_LIMIT : RC_OK;
    }
    rc = rc == RC_OK ? add_proposals(arena, site, &found, tried) : rc;
    rc = rc == RC_OK ? add_words(arena, site, &found, wish, tried) : rc;
    return rc == RC_OK && tried->routed ? add_route(arena, site, &found, now_ms, tried) : rc;
}
