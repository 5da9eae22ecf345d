/* site_judge: from words to category, area, level and owner. Owns no table and keeps no text:
 * what it read is gone when it returns, so that triage's log never holds what a resident wrote.
 *
 * What the office has written down about emergencies comes first (site_rules), then a hint of the
 * channel that the site knows, then the other rules. Without any, the category is the one whose
 * keywords are found best in title and text, the area the one that site_place finds by names, as it
 * does for whoever asks beside triage. What is not clear is not guessed: it becomes a reason for the
 * desk and a list of proposals.
 *
 * A site with a model asks it before the keywords: what is as sure as the site's precision wants goes
 * out, unless keywords clearly name something else; what the model never learned is decided by
 * keywords, as on a site without one, where nothing below changes a single decision. */

#include "common/site/site_judge.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_judged.h"
#include "common/site/site_model.h"
#include "common/site/site_place.h"
#include "common/site/site_private.h"
#include "common/site/site_rules.h"
#include "common/site/site_split.h"
#include "common/text/text.h"

/* As many guesses as are looked at; proposals are the first few of them. More would not help: where
 * eight things fit, the dispatcher must read the text anyway. */
enum { GUESSES_MAX = 8 };
/* A guess of the model that is to be reckoned with. */
enum { LIKELY_PERMILLE = 100 };

/* The reasons are stored as a bit set, the bits numbered as the schema numbers the reasons. */
static uint32_t reason(Paidan__DeskReason value)
{
    CHECK(value >= 0 && value < 32);
    return 1u << (unsigned)value;
}

/* In whole numbers: where words decide there is no floating point. */
static bool clearly_above(uint32_t best, uint32_t next)
{
    CHECK(best >= next); /* guesses come best first */
    return (uint64_t)best * 100 >= (uint64_t)next * (100 + SITE_JUDGE_MARGIN_PERCENT);
}

/* The deeper of two related categories: more is known about it. */
static uint32_t deeper(const struct site *site, uint32_t a, uint32_t b)
{
    CHECK(site_model_related(site, a, b));
    for (uint32_t index = b; index != SITE_NONE; index = site->categories[index].parent) {
        if (index == a) {
            return b;
        }
    }
    return a;
}

/* Whole words of any script: what does not fit is cut, for `why` explains and decides nothing. */
void site_judge_note(char *to, size_t size, const char *text)
{
    CHECK(text != NULL);
    CHECK(strlen(to) < size);
    const size_t used = strlen(to), bytes = strnlen(text, size - used - 1);
    memcpy(to + used, text, bytes);
    to[used + bytes] = '\0';
}

/* The channel knows better than the words: a form with a list of categories, a device that can report
 * one thing only. A code that the site does not have is no hint: intake may have read older files. */
static bool by_hint(const struct site *site, const char *hint, struct site_judgement *judgement)
{
    const uint32_t index = hint == NULL ? SITE_NONE : site_category_find(site, hint);
    judgement->category = index;
    if (index != SITE_NONE) {
        judgement->categories[0] = index;
        judgement->category_count = 1;
    }
    return index != SITE_NONE;
}

/* found: the words that decided, or that were found best where nothing was sure. */
static void by_words(const struct site *site, const char *words, struct site_judgement *judgement,
                     char found[96])
{
    CHECK(judgement->category_count == 0);
    judgement->category = SITE_NONE;
    found[0] = '\0';
    struct site_guess guesses[GUESSES_MAX];
    const uint32_t count = site_guess_categories(site, words, strlen(words), guesses, GUESSES_MAX);
    for (uint32_t index = 0; index < count && index < SITE_PROPOSALS_MAX; index++) {
        judgement->categories[judgement->category_count++] = guesses[index].index;
    }
    if (count == 0) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_NO_CATEGORY);
        return;
    }
    CHECK(count <= GUESSES_MAX);
    site_judge_note(found, 96, guesses[0].words);
    /* Guesses near the best one speak for it if they lie on its branch, and against it if not. */
    uint32_t best = guesses[0].index;
    for (uint32_t index = 1; index < count; index++) {
        if (clearly_above(guesses[0].score, guesses[index].score)) {
            break;
        }
        if (!site_model_related(site, best, guesses[index].index)) {
            judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY);
            return;
        }
        best = deeper(site, best, guesses[index].index);
    }
    judgement->category = judgement->categories[0] = best;
    judgement->category_count = 1;
}

/* found: where and by which name it was found, for `why`. */
static void judge_area(const struct site *site, const char *hint, const char *place,
                       const char *words, struct site_judgement *judgement, char found[128])
{
    CHECK(judgement->area_count == 0);
    judgement->area = SITE_NONE;
    found[0] = '\0';
    if (hint != NULL) {
        const uint32_t index = site_area_find(site, hint);
        if (index != SITE_NONE) {
            judgement->area = judgement->areas[0] = index;
            judgement->area_count = 1;
            site_judge_note(found, 128, "hint");
            return;
        }
    }
    struct site_place_named named;
    site_place_named(site, place, words, &named);
    const uint32_t count = named.count;
    const struct site_guess *guesses = named.guesses;
    for (uint32_t index = 0; index < count && index < SITE_PROPOSALS_MAX; index++) {
        judgement->areas[judgement->area_count++] = guesses[index].index;
    }
    if (count == 0) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_NO_PLACE);
    } else if (count > 1) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_AMBIGUOUS_PLACE);
    } else {
        judgement->area = guesses[0].index;
        site_judge_note(found, 128, named.in_text ? "text" : "place");
        site_judge_note(found, 128, " ");
        site_judge_note(found, 128, guesses[0].words);
    }
}

uint32_t site_judge_level(const struct site *site, uint32_t category, uint32_t area)
{
    CHECK(category < site->category_count);
    CHECK(area < site->area_count);
    const uint32_t area_level = site->areas[area].level;
    const uint32_t wanted = site->categories[category].start_level;
    if (wanted != 0) {
        return wanted > area_level ? wanted : area_level;
    }
    return site_level_owned(site, category, area, area_level);
}

/* The bar keeps the end of the title and the beginning of the text from making a word. */
static char *join(struct arena *arena, const char *title, const char *text)
{
    CHECK(title != NULL);
    CHECK(text != NULL);
    const size_t title_bytes = strlen(title), text_bytes = strlen(text);
    char *joined = arena_alloc(arena, title_bytes + 1 + text_bytes + 1);
    if (joined != NULL) {
        memcpy(joined, title, title_bytes);
        joined[title_bytes] = '|';
        memcpy(joined + title_bytes + 1, text, text_bytes + 1);
    }
    return joined;
}

/* ---- the model ---- */

/* What rules say together: of each thing the first that says it. Indexes; SITE_NONE: none does. */
struct ruling {
    bool hit, desk;
    uint32_t first; /* rule that is named: the one that decides, else the first */
    uint32_t urgency;
    uint32_t category, area, unit; /* of emergencies */
    uint32_t later_category, later_area,
        later_unit; /* of the others, which a hint of the channel beats */
};

struct judging {
    struct arena *arena;
    const struct site *site;
    const Paidan__Registered *registered;
    const struct site_trusting *trusting;
    struct site_judgement *judgement;
    bool active; /* a model has a say, and evidence is kept */
    struct site_judged evidence;
    char *joined, *words, *place; /* as written; normalised */
    struct ruling ruling;
    char keywords[96], names[128];
    struct site_belief belief; /* of categories; nothing where the model was not asked */
    uint32_t named;            /* by keywords */
    bool of_branch;            /* the category is one whose parts are not sure */
};

/* What is learned from corrections only ever asks for more than the precision does. */
static uint32_t threshold_of(void *context, uint32_t category)
{
    const struct judging *judging = context;
    const struct site_trusting *trusting = judging->trusting;
    const uint32_t least = judging->site->triage.model.threshold_permille;
    const uint32_t trusted =
        trusting == NULL ? 0 : trusting->threshold(trusting->context, judging->site, category);
    return trusted > least ? trusted : least;
}

static uint32_t unit_threshold(void *context, uint32_t unit)
{
    const struct judging *judging = context;
    CHECK(unit < judging->site->unit_count);
    return judging->site->triage.unit_model.threshold_permille;
}

/* The title as somebody gave it: one that was cut from the text says nothing more. */
static struct learn_text text_of(const Paidan__Registered *registered)
{
    const char *title = registered->given_title == NULL ? "" : registered->given_title;
    return (struct learn_text){.title = title,
                               .text = registered->text,
                               .title_bytes = strlen(title),
                               .text_bytes = strlen(registered->text)};
}

/* Has the model learned anything about it? Else it cannot say no to it either. */
static bool learned(const struct site *site, uint32_t category)
{
    const struct site_model *model = &site->triage.model;
    CHECK(category < site->category_count);
    for (uint32_t node = 0; node < model->node_count; node++) {
        if (model->nodes[node].labelled &&
            site_model_related(site, model->nodes[node].index, category)) {
            return true;
        }
    }
    return false;
}

/* Adds a proposal that is not there yet, while there is room. */
static void propose(struct site_judgement *judgement, uint32_t category)
{
    for (uint32_t index = 0; index < judgement->category_count; index++) {
        if (judgement->categories[index] == category) {
            return;
        }
    }
    if (category != SITE_NONE && judgement->category_count < SITE_PROPOSALS_MAX) {
        judgement->categories[judgement->category_count++] = category;
    }
}

static void ask_desk(struct site_judgement *judgement, Paidan__DeskReason why)
{
    const uint32_t about_category = reason(PAIDAN__DESK_REASON__DESK_NO_CATEGORY) |
                                    reason(PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY);
    judgement->reasons = (judgement->reasons & ~about_category) | reason(why);
    judgement->category = SITE_NONE;
    judgement->category_count = 0;
}

static void may_be(const struct site *site, uint32_t category, struct site_judgement *judgement)
{
    if (category != SITE_NONE) {
        const uint32_t urgency = (uint32_t)site->categories[category].urgency;
        judgement->likely_urgency =
            urgency > judgement->likely_urgency ? urgency : judgement->likely_urgency;
    }
}

/* Whatever keywords name, clearly or not, may be it. */
static void keywords_may_be(const struct site *site, struct site_judgement *judgement)
{
    CHECK(judgement->category_count <= SITE_PROPOSALS_MAX);
    for (uint32_t index = 0; index < judgement->category_count; index++) {
        may_be(site, judgement->categories[index], judgement);
    }
}

/* What the keywords name stays among the three: the office wrote them down. A guess that is hardly
 * believed is shown, but puts no ticket in the haste of an emergency. */
static void propose_guesses(const struct site *site, struct site_judgement *judgement,
                            const struct site_belief *belief, uint32_t named)
{
    for (uint32_t index = 0; index < belief->count; index++) {
        if (index == 0 || belief->guesses[index].permille >= LIKELY_PERMILLE) {
            may_be(site, belief->guesses[index].index, judgement);
        }
    }
    may_be(site, named, judgement);
    const uint32_t room = named == SITE_NONE ? SITE_PROPOSALS_MAX : SITE_PROPOSALS_MAX - 1;
    for (uint32_t index = 0; index < belief->count && index < room; index++) {
        propose(judgement, belief->guesses[index].index);
    }
    propose(judgement, named);
    for (uint32_t index = 0; index < belief->count; index++) {
        propose(judgement, belief->guesses[index].index);
    }
}

static void keep_belief(struct judging *judging, const struct learn_text *text,
                        const struct site_belief *belief)
{
    struct learn_evidence grams[SITE_JUDGED_GRAMS_MAX];
    const struct site_model *model = &judging->site->triage.model;
    struct site_judged *evidence = &judging->evidence;
    for (uint32_t index = 0; index < belief->count; index++) {
        site_judged_category(evidence, judging->site->categories[belief->guesses[index].index].code,
                             belief->guesses[index].permille);
    }
    const size_t count = belief->readable ? learn_explain(model->learn, text, &belief->decision,
                                                          grams, SITE_JUDGED_GRAMS_MAX)
                                          : 0;
    for (size_t index = 0; index < count; index++) {
        site_judged_gram(evidence, &grams[index]);
    }
    if (!evidence->failed) {
        evidence->judged->has_model = evidence->judged->has_threshold = true;
        evidence->judged->model = model->version;
        evidence->judged->threshold = belief->sure != SITE_NONE ? belief->threshold_permille
                                      : belief->count > 0
                                          ? threshold_of(judging, belief->guesses[0].index)
                                          : model->threshold_permille;
    }
}

/* named: by keywords, clearly; SITE_NONE: nothing or several. Returns what decided; 0: nothing did. */
static Paidan__JudgedBy weigh(const struct site *site, const struct site_belief *belief,
                              uint32_t named, struct site_judgement *judgement)
{
    const uint32_t sure = belief->sure;
    if (!belief->readable) {
        if ((judgement->reasons & reason(PAIDAN__DESK_REASON__DESK_NO_CATEGORY)) != 0) {
            ask_desk(judgement, PAIDAN__DESK_REASON__DESK_UNREADABLE);
        }
        return named == SITE_NONE ? 0 : PAIDAN__JUDGED_BY__JUDGED_WORDS;
    }
    if (named != SITE_NONE && !learned(site, named)) {
        return PAIDAN__JUDGED_BY__JUDGED_WORDS;
    }
    if (sure == SITE_NONE) {
        keywords_may_be(site, judgement);
        ask_desk(judgement, PAIDAN__DESK_REASON__DESK_UNSURE);
        propose_guesses(site, judgement, belief, named);
        return 0;
    }
    if (named != SITE_NONE && !site_model_related(site, sure, named)) {
        ask_desk(judgement, PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY);
        propose(judgement, sure);
        propose(judgement, named);
        propose_guesses(site, judgement, belief, named);
        return 0;
    }
    judgement->reasons = 0;
    judgement->category = named == SITE_NONE ? sure : deeper(site, sure, named);
    judgement->categories[0] = judgement->category;
    judgement->category_count = 1;
    return PAIDAN__JUDGED_BY__JUDGED_MODEL;
}

/* ---- rules ---- */

static void take(uint32_t *to, uint32_t index)
{
    *to = *to == SITE_NONE ? index : *to;
}

static void take_rule(const struct site_rule *rule, struct ruling *ruling)
{
    const bool emergency =
        rule->call_count > 0 || rule->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY;
    take(emergency ? &ruling->category : &ruling->later_category, rule->category);
    take(emergency ? &ruling->area : &ruling->later_area, rule->area);
    take(emergency ? &ruling->unit : &ruling->later_unit, rule->unit);
    ruling->urgency = ruling->urgency == 0 ? rule->urgency : ruling->urgency;
    ruling->desk = ruling->desk || rule->desk;
}

/* The hits come by priority: those that name a number, emergencies, the others. */
static enum rc find_rules(struct judging *judging)
{
    const struct site *site = judging->site;
    const Paidan__Registered *registered = judging->registered;
    const struct site_rules_text text = {
        .title = registered->given_title != NULL ? registered->given_title : registered->title,
        .text = registered->text,
        .place = registered->place,
        .channel = registered->channel,
    };
    struct ruling *ruling = &judging->ruling;
    struct site_rules_found found = {.count = 0};
    *ruling = (struct ruling){.category = SITE_NONE,
                              .area = SITE_NONE,
                              .unit = SITE_NONE,
                              .later_category = SITE_NONE,
                              .later_area = SITE_NONE,
                              .later_unit = SITE_NONE};
    const enum rc rc =
        site->rules == NULL ? RC_OK : site_rules_find(site, judging->arena, &text, &found);
    if (rc != RC_OK) {
        return rc;
    }
    for (uint32_t index = 0; index < found.count; index++) {
        const struct site_rule *rule = &site->rules->rules[found.hits[index].rule];
        take_rule(rule, ruling);
        site_judged_words(&judging->evidence, found.hits[index].words);
        for (uint32_t call = 0; call < rule->call_count; call++) {
            site_judged_call(&judging->evidence, rule->calls[call]);
        }
    }
    ruling->hit = found.count > 0;
    if (ruling->hit) {
        site_judged_rule(&judging->evidence, site->rules->rules[found.hits[0].rule].code);
        judging->judgement->urgency = ruling->urgency;
    }
    return RC_OK;
}

/* The rule by which the category was decided, for whoever asks why. */
static void name_rule(struct judging *judging, uint32_t category)
{
    const struct site_rules *rules = judging->site->rules;
    const char *code = judging->evidence.failed ? NULL : judging->evidence.judged->rule;
    site_judge_note(judging->keywords, sizeof judging->keywords, "rule ");
    CHECK(rules != NULL);
    CHECK(category < judging->site->category_count);
    site_judge_note(judging->keywords, sizeof judging->keywords, code == NULL ? "" : code);
}

static bool by_rule(struct judging *judging, uint32_t category)
{
    struct site_judgement *judgement = judging->judgement;
    if (category == SITE_NONE) {
        return false;
    }
    judgement->category = judgement->categories[0] = category;
    judgement->category_count = 1;
    name_rule(judging, category);
    return true;
}

/* ---- the category ---- */

static enum rc judge_category(struct judging *judging)
{
    const struct site *site = judging->site;
    struct site_judgement *judgement = judging->judgement;
    const struct ruling *ruling = &judging->ruling;
    Paidan__JudgedBy by = PAIDAN__JUDGED_BY__JUDGED_RULE;
    judging->keywords[0] = '\0';
    const bool emergency = by_rule(judging, ruling->category);
    if (!emergency && by_hint(site, judging->registered->category_hint, judgement)) {
        by = PAIDAN__JUDGED_BY__JUDGED_HINT;
        site_judge_note(judging->keywords, sizeof judging->keywords, "hint");
    } else if (!emergency && !by_rule(judging, ruling->later_category)) {
        by_words(site, judging->words, judgement, judging->keywords);
        by = judgement->category == SITE_NONE ? 0 : PAIDAN__JUDGED_BY__JUDGED_WORDS;
        if (judging->active) {
            site_judged_words(&judging->evidence, judging->keywords);
        }
    }
    const bool told = by == PAIDAN__JUDGED_BY__JUDGED_HINT || by == PAIDAN__JUDGED_BY__JUDGED_RULE;
    if (!told && site->triage.model.learn != NULL) {
        const struct learn_text text = text_of(judging->registered);
        const struct site_belief *belief = &judging->belief;
        const enum rc rc = site_model_believe(judging->arena, &site->triage.model, &text,
                                              threshold_of, judging, &judging->belief);
        if (rc != RC_OK) {
            return rc;
        }
        judging->named = judgement->category;
        by = weigh(site, belief, judging->named, judgement);
        keep_belief(judging, &text, belief);
        judging->of_branch = by == PAIDAN__JUDGED_BY__JUDGED_MODEL && belief->of_branch &&
                             judgement->category == belief->sure;
        if (by == PAIDAN__JUDGED_BY__JUDGED_MODEL) {
            judging->keywords[0] = '\0';
            site_judge_note(judging->keywords, sizeof judging->keywords, "model");
        }
    }
    if (judging->active && !judging->evidence.failed && by != 0) {
        judging->evidence.judged->has_by = true;
        judging->evidence.judged->by = by;
    }
    return RC_OK;
}

/* ---- more about the place ---- */

/* A name of the site's, so that nothing else a resident wrote is kept. */
static bool own_name(const struct site *site, const char *word)
{
    const struct site_words *places = &site->index->places;
    uint32_t low = 0, high = places->word_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const int order = strcmp(places->words[middle].text, word);
        if (order == 0) {
            return true;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return false;
}

/* Names alone decide (judge_area). Landmarks that are only described help whoever must choose: they
 * come with how sure they are. */
static void look_around(struct judging *judging)
{
    const struct site *site = judging->site;
    struct site_judgement *judgement = judging->judgement;
    struct site_place_found found;
    const char *place = judging->registered->place == NULL ? "" : judging->registered->place;
    const struct site_place_query query = {.text = judging->joined, .place = place};
    site_place_find(site->triage.place, judging->arena, &query, &found);
    for (uint32_t index = 0; index < found.evidence_count; index++) {
        if (own_name(site, found.evidence[index].word)) {
            site_judged_place_words(&judging->evidence, found.evidence[index].word);
        }
    }
    if (judgement->area == SITE_NONE && found.candidate_count > 0) {
        judgement->reasons &= ~reason(PAIDAN__DESK_REASON__DESK_NO_PLACE);
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_AMBIGUOUS_PLACE);
        judgement->area_count = 0;
    }
    for (uint32_t index = 0; index < found.candidate_count; index++) {
        const struct site_place_candidate *candidate = &found.candidates[index];
        if (judgement->area != SITE_NONE && candidate->area != judgement->area) {
            continue;
        }
        site_judged_area(&judging->evidence, site->areas[candidate->area].code,
                         candidate->permille);
        if (judgement->area == SITE_NONE && judgement->area_count < SITE_PROPOSALS_MAX) {
            judgement->areas[judgement->area_count++] = candidate->area;
        }
    }
}

static void judge_place(struct judging *judging)
{
    const struct ruling *ruling = &judging->ruling;
    const char *hint = judging->registered->area_hint;
    const bool hint_known = hint != NULL && site_area_find(judging->site, hint) != SITE_NONE;
    const uint32_t ruled = ruling->area != SITE_NONE ? ruling->area
                           : hint_known              ? SITE_NONE
                                                     : ruling->later_area;
    hint = ruled == SITE_NONE ? hint : judging->site->areas[ruled].code;
    judge_area(judging->site, hint, judging->place, judging->words, judging->judgement,
               judging->names);
    const bool hinted = strcmp(judging->names, "hint") == 0;
    if (judging->active && hinted) {
        site_judged_area(&judging->evidence, judging->site->areas[judging->judgement->area].code,
                         SITE_PERMILLE);
    } else if (judging->site->triage.place != NULL) {
        look_around(judging);
    }
}

/* ---- the unit ---- */

static bool agrees(const struct site_owner *owner, uint32_t unit)
{
    bool named = owner->lead == unit;
    CHECK(owner->assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < owner->assist_count; index++) {
        named = named || owner->assist[index] == unit;
    }
    return named;
}

/* Who really did such work before, against who should by the matrix: where both are heard and differ,
 * a dispatcher sees them side by side. */
static enum rc weigh_unit(struct judging *judging)
{
    const struct site *site = judging->site;
    const struct site_model *model = &site->triage.unit_model;
    const struct site_owner *owner = &judging->judgement->owner;
    struct site_judged *evidence = &judging->evidence;
    const struct learn_text text = text_of(judging->registered);
    struct site_belief belief;
    if (model->learn == NULL) {
        return RC_OK;
    }
    const enum rc rc =
        site_model_believe(judging->arena, model, &text, unit_threshold, judging, &belief);
    if (rc != RC_OK) {
        return rc;
    }
    const bool other = belief.sure != SITE_NONE && !agrees(owner, belief.sure);
    const uint32_t room = SITE_JUDGED_GUESSES_MAX - (other ? 1 : 0);
    for (uint32_t index = 0; index < belief.count && index < room; index++) {
        site_judged_unit(evidence, site->units[belief.guesses[index].index].code,
                         belief.guesses[index].permille);
    }
    if (other) {
        judging->judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_OTHER_UNIT);
        site_judged_unit(evidence, site->units[owner->lead].code,
                         site_model_permille(&belief, owner->lead));
    }
    if (!evidence->failed) {
        evidence->judged->has_unit_model = true;
        evidence->judged->unit_model = model->version;
    }
    return RC_OK;
}

/* ---- several matters ---- */

static enum rc look_for_parts(struct judging *judging)
{
    const struct site *site = judging->site;
    struct site_split split;
    if (!site->triage.split || site->triage.model.learn == NULL) {
        return RC_OK;
    }
    const enum rc rc = site_split_find(judging->arena, site, judging->registered->text,
                                       threshold_of, judging, &split);
    if (rc != RC_OK || split.count == 0) {
        return rc;
    }
    judging->judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_SPLIT);
    judging->judgement->category_count = 0;
    judging->judgement->likely_urgency = 0; /* all of it is sure */
    for (uint32_t index = 0; index < split.count; index++) {
        const struct site_split_part *part = &split.parts[index];
        site_judged_part(&judging->evidence, part->at, part->bytes,
                         site->categories[part->category].code, part->permille);
        propose(judging->judgement, part->category);
    }
    return RC_OK;
}

/* ---- all of it ---- */

/* Title and text are one text to the search; the place is searched apart, for it counts first. */
static enum rc read_words(struct judging *judging)
{
    const Paidan__Registered *registered = judging->registered;
    size_t bytes = 0;
    const char *title =
        registered->given_title != NULL ? registered->given_title : registered->title;
    judging->joined = join(judging->arena, title, registered->text);
    if (judging->joined == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = text_normalise(judging->arena, judging->joined, &judging->words, &bytes);
    return rc != RC_OK ? rc
                       : text_normalise_place(judging->arena,
                                              registered->place == NULL ? "" : registered->place,
                                              &judging->place, &bytes);
}

static void note_why(const struct judging *judging)
{
    struct site_judgement *judgement = judging->judgement;
    site_judge_note(judgement->why, sizeof judgement->why, "category: ");
    site_judge_note(judgement->why, sizeof judgement->why, judging->keywords);
    site_judge_note(judgement->why, sizeof judgement->why, "; area: ");
    site_judge_note(judgement->why, sizeof judgement->why, judging->names);
}

/* Category and place are known: level, owner, and whether the office wants to see it all the same. */
static enum rc judge_owner(struct judging *judging)
{
    const struct site *site = judging->site;
    const struct ruling *ruling = &judging->ruling;
    struct site_judgement *judgement = judging->judgement;
    const uint32_t unit = ruling->unit != SITE_NONE ? ruling->unit : ruling->later_unit;
    if (unit !=
        SITE_NONE) { /* the office has said who does this, whatever the matrix says of the rest */
        judgement->level = site->units[unit].level;
        judgement->owner = (struct site_owner){.lead = unit};
        note_why(judging);
        return RC_OK;
    }
    judgement->level = site_judge_level(site, judgement->category, judgement->area);
    site_owner(site, judgement->category, judgement->area, judgement->level, &judgement->owner);
    if (judging->of_branch && judgement->owner.fallback) {
        /* Nobody has the branch as a whole: which part of it is for a dispatcher to say. */
        ask_desk(judgement, PAIDAN__DESK_REASON__DESK_UNSURE);
        propose_guesses(site, judgement, &judging->belief, judging->named);
        judgement->level = 0;
        judgement->owner = (struct site_owner){.lead = 0};
        if (!judging->evidence.failed) {
            judging->evidence.judged->has_by = false;
        }
        return RC_OK;
    }
    /* The office decides whether a ticket that nobody owns goes to the fallback at once or is
     * looked at first. */
    if (judgement->owner.fallback && site->desk_on_fallback) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_NO_OWNER);
    }
    note_why(judging);
    return weigh_unit(judging);
}

enum rc site_judge_words(struct arena *arena, const struct site *site,
                         const Paidan__Registered *registered, const struct site_trusting *trusting,
                         struct site_judgement *judgement)
{
    struct judging judging = {.arena = arena,
                              .site = site,
                              .registered = registered,
                              .trusting = trusting,
                              .judgement = judgement,
                              .active = site_triage_active(site) || site->rules != NULL};
    memset(judgement, 0, sizeof *judgement);
    enum rc rc = read_words(&judging);
    if (rc == RC_OK && judging.active) {
        site_judged_begin(&judging.evidence, arena);
        judgement->judged = judging.evidence.judged;
    }
    rc = rc == RC_OK ? find_rules(&judging) : rc;
    rc = rc == RC_OK ? judge_category(&judging) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    /* Categories were looked for: from here on the text is searched for places alone. */
    (void)text_place_numbers(judging.words, strlen(judging.words));
    judge_place(&judging);
    CHECK((judgement->category == SITE_NONE || judgement->area == SITE_NONE) ==
          (judgement->reasons != 0));
    /* Half of it is worth keeping: the desk shows what was sure. */
    if (judgement->reasons == 0) {
        rc = judge_owner(&judging);
    }
    if (judging.ruling.desk) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_RULE);
    }
    rc = rc == RC_OK ? look_for_parts(&judging) : rc;
    if (judging.active && registered->has_confidential && registered->confidential) {
        site_judged_codes_only(judgement->judged);
    }
    return rc == RC_OK && judging.active && judging.evidence.failed ? RC_LIMIT : rc;
}
