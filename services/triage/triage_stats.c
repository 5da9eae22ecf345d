/* triage_stats: the answer to TriageStats, from the tables of triage_proof. Owns nothing. What must stay
 * true: an answer fits a frame however many categories a site has, and where it does not, the newest
 * weeks are whole. */

#include "triage_stats.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "triage_trust.h"

enum {
    WEEKS_DEFAULT = 12,
    WEEK_TEXT_BYTES = 16,
    DAY_SECONDS = 24 * 3600,
};

struct stating {
    struct step_view *view;
    const char *category; /* NULL: all */
    uint64_t monday_ms;
    Paidan__TriageStated *stated;
};

static bool asked_for(const struct stating *stating, const char *category)
{
    CHECK(category != NULL);
    return stating->category == NULL || strcmp(stating->category, category) == 0;
}

/* ---- categories ---- */

static enum rc add_spans(struct arena *arena, const struct triage_trust *trust,
                         Paidan__TrustState *state)
{
    CHECK(trust->span_count <= TRIAGE_SPANS_MAX);
    state->spans = arena_alloc(arena, TRIAGE_SPANS_MAX * sizeof(Paidan__TrustSpan *));
    for (uint32_t index = 0; state->spans != NULL && index < trust->span_count; index++) {
        const struct triage_span *from = &trust->spans[index];
        Paidan__TrustSpan *span = arena_alloc(arena, sizeof *span);
        if (span == NULL) {
            return RC_LIMIT;
        }
        paidan__trust_span__init(span);
        span->from_ms = from->from_ms;
        span->has_until_ms = from->until_ms != 0;
        span->until_ms = from->until_ms;
        span->why = (Paidan__TrustWhy)from->why;
        span->right = from->right;
        span->of = from->of;
        state->spans[state->n_spans++] = span;
    }
    return state->spans == NULL ? RC_LIMIT : RC_OK;
}

static enum rc add_state(struct stating *stating, const struct triage_trust *trust)
{
    const struct site *site = stating->view->site;
    Paidan__TrustState *state = arena_alloc(stating->view->arena, sizeof *state);
    struct triage_threshold threshold;
    CHECK(stating->stated->n_categories < TRIAGE_STATED_CATEGORIES_MAX);
    if (state == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = triage_trust_need(stating->view->txn, trust->category,
                                         site->triage.model.threshold_permille, &threshold);
    if (rc != RC_OK) {
        return rc;
    }
    const struct triage_share share = triage_proof_share(trust, site->triage.trust.window);
    paidan__trust_state__init(state);
    state->category = arena_strdup(stating->view->arena, trust->category);
    state->step = trust->step;
    state->has_threshold = site->triage.model.learn != NULL;
    state->threshold = threshold.permille;
    state->has_withdrawn = state->withdrawn = threshold.withdrawn;
    state->has_by_hand = state->by_hand = trust->by_hand;
    state->right = share.right;
    state->of = share.of;
    state->has_measured = state->has_low = state->has_high = share.of != 0;
    state->measured = share.measured;
    state->low = share.low;
    state->high = share.high;
    state->has_since_ms = trust->since_ms != 0;
    state->since_ms = trust->since_ms;
    stating->stated->categories[stating->stated->n_categories++] = state;
    return state->category == NULL ? RC_LIMIT : add_spans(stating->view->arena, trust, state);
}

static enum rc add_states(struct stating *stating)
{
    struct store_walk walk;
    enum rc rc = triage_proof_trust_walk(stating->view->txn, &walk);
    for (; rc == RC_OK && stating->stated->n_categories < TRIAGE_STATED_CATEGORIES_MAX;
         rc = store_walk_next(&walk)) {
        struct triage_trust trust;
        rc = triage_proof_trust_read(&walk, &trust);
        if (rc == RC_OK && asked_for(stating, trust.category)) {
            rc = add_state(stating, &trust);
        }
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            break;
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- weeks ---- */

/* 2026-W48: the year of a week is that of its Thursday. */
static void write_week(uint32_t week, char text[WEEK_TEXT_BYTES])
{
    const int32_t thursday = civil_days(1970, 1, 5) + (int32_t)week * 7 + 3;
    const struct civil_date date = civil_date(thursday);
    const int32_t of_year = thursday - civil_days(date.year, 1, 1);
    CHECK(of_year >= 0);
    (void)snprintf(text, WEEK_TEXT_BYTES, "%04d-W%02d", (int)date.year, (int)(of_year / 7 + 1));
}

static enum rc add_week(struct stating *stating, uint32_t number, const struct triage_week *counts)
{
    struct arena *arena = stating->view->arena;
    Paidan__TriageWeek *week = arena_alloc(arena, sizeof *week);
    char text[WEEK_TEXT_BYTES];
    CHECK(stating->stated->n_weeks < TRIAGE_STATED_WEEKS_MAX);
    if (week == NULL) {
        return RC_LIMIT;
    }
    write_week(number, text);
    paidan__triage_week__init(week);
    week->week = arena_strdup(arena, text);
    week->from_ms = stating->monday_ms + number * TRIAGE_WEEK_MS;
    week->category = arena_strdup(arena, counts->category);
    week->itself = counts->itself;
    week->desk = counts->desk;
    week->agreed = counts->agreed;
    week->changed = counts->changed;
    week->returned = counts->returned;
    week->recalled = counts->recalled;
    week->right = counts->right;
    week->wrong = counts->wrong;
    stating->stated->weeks[stating->stated->n_weeks++] = week;
    return week->week == NULL || week->category == NULL ? RC_LIMIT : RC_OK;
}

/* From the first week on, or, where the answer would not hold them, from a later one. */
static enum rc add_weeks(struct stating *stating, uint32_t first)
{
    struct store_walk walk;
    CHECK(stating->stated->n_weeks == 0);
    enum rc rc = triage_proof_week_walk(stating->view->txn, first, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct triage_week counts;
        uint32_t week = 0;
        rc = triage_proof_week_read(&walk, &week, &counts);
        if (rc != RC_OK) {
            break;
        }
        if (!asked_for(stating, counts.category)) {
            continue;
        }
        if (stating->stated->n_weeks == TRIAGE_STATED_WEEKS_MAX) {
            store_walk_close(&walk);
            stating->stated->n_weeks = 0;
            return add_weeks(stating, first + (week - first) / 2 + 1);
        }
        rc = add_week(stating, week, &counts);
        if (rc != RC_OK) {
            break;
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- the answer ---- */

static enum rc add_models(struct stating *stating)
{
    const struct site *site = stating->view->site;
    const struct site_model *const models[] = {&site->triage.model, &site->triage.unit_model};
    struct arena *arena = stating->view->arena;
    Paidan__TriageStated *stated = stating->stated;
    stated->models = arena_alloc(arena, sizeof models);
    for (size_t index = 0; stated->models != NULL && index < 2; index++) {
        Paidan__SiteModel *model = arena_alloc(arena, sizeof *model);
        if (model == NULL) {
            return RC_LIMIT;
        }
        paidan__site_model__init(model);
        model->file = (char *)models[index]->file; /* packed, never written */
        model->version = models[index]->version;
        stated->models[stated->n_models] = model;
        stated->n_models += models[index]->learn != NULL ? 1 : 0;
    }
    return stated->models == NULL ? RC_LIMIT : RC_OK;
}

static enum rc fill(struct stating *stating, uint32_t weeks)
{
    struct step_view *view = stating->view;
    CHECK(weeks > 0);
    Paidan__TriageStated *stated = stating->stated;
    const uint64_t *values = view->tally->values;
    enum rc rc = triage_proof_monday(view->txn, &stating->monday_ms);
    if (rc != RC_OK) {
        return rc;
    }
    stated->target = view->site->triage.precision_permille;
    stated->window = view->site->triage.trust.window;
    stated->least = view->site->triage.trust.least;
    stated->examples = values[TRIAGE_TALLY_ROUTED_BY_DESK] + values[TRIAGE_TALLY_ROUTED_AGAIN] +
                       values[TRIAGE_TALLY_RULED];
    const uint32_t now = triage_proof_week_of(stating->monday_ms, view->now_ms);
    rc = add_states(stating);
    if (rc == RC_OK) {
        rc = add_weeks(stating, now >= weeks ? now - weeks + 1 : 0);
    }
    return rc == RC_OK ? add_models(stating) : rc;
}

enum rc triage_stats_query(struct step_view *view, const Paidan__TriageStats *wish,
                           Paidan__Answer *answer)
{
    struct stating stating = {.view = view, .category = wish->category};
    const uint32_t weeks = wish->has_weeks && wish->weeks != 0 ? wish->weeks : WEEKS_DEFAULT;
    CHECK(view->site != NULL);
    if (weeks > TRIAGE_WEEKS_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "weeks");
    }
    if (wish->category != NULL) {
        const uint32_t category = site_heir(view->site, SITE_KIND_CATEGORY, wish->category);
        if (category == SITE_NONE) {
            return step_view_refuse(answer, PAIDAN__CODE__CATEGORY_UNKNOWN, "category");
        }
        stating.category = view->site->categories[category].code;
    }
    Paidan__TriageStated *stated = arena_alloc(view->arena, sizeof *stated);
    if (stated == NULL) {
        return RC_LIMIT;
    }
    paidan__triage_stated__init(stated);
    stated->categories =
        arena_alloc(view->arena, TRIAGE_STATED_CATEGORIES_MAX * sizeof *stated->categories);
    stated->weeks = arena_alloc(view->arena, TRIAGE_STATED_WEEKS_MAX * sizeof *stated->weeks);
    if (stated->categories == NULL || stated->weeks == NULL) {
        return RC_LIMIT;
    }
    stating.stated = stated;
    const enum rc rc = fill(&stating, weeks);
    if (rc == RC_OK) {
        answer->body_case = PAIDAN__ANSWER__BODY_TRIAGE_STATED;
        answer->triage_stated = stated;
    }
    return rc;
}
