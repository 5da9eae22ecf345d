/* site_policies: for what which terms hold, and who supervises. How a single term is written is
 * site_terms' affair.
 *
 * Read last, when categories and units are known: site.yaml is parsed first, so the two nodes wait
 * in struct site_load until then. What a policy leaves out is filled in here and nowhere else, so
 * that everybody who asks a policy finds it whole. The order of the file is the order of
 * precedence and is kept. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"
#include "event.pb-c.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what a policy is for ---- */

/* A level, category or urgency that is not known makes the policy one for none, not for all: a
 * mistake is said and the site refused, but no second one follows from it. */
static void read_level(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_policy *policy = target;
    (void)key;
    const char *code = site_node_text(load, value);
    if (code == NULL) {
        return;
    }
    policy->level = site_level_find(load->site, code);
    if (policy->level == 0 && load->site->level_count > 0 &&
        !site_cell_explained(load, value->line, SITE_YAML, code)) {
        site_say(load, value->line, SAY_POLICY_LEVEL_UNKNOWN, site_shown(load, code));
    }
}

static void read_category(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    struct site_policy *policy = target;
    (void)key;
    const char *code = site_node_text(load, value);
    if (code == NULL) {
        return;
    }
    policy->category = site_category_find(load->site, code);
    if (policy->category == SITE_NONE && load->usable[SITE_CATEGORIES] &&
        !site_cell_explained(load, value->line, SITE_CATEGORIES, code)) {
        site_say(load, value->line, SAY_POLICY_CATEGORY_UNKNOWN, site_shown(load, code));
    }
}

static void read_urgency(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    struct site_policy *policy = target;
    (void)key;
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    policy->urgency = site_urgency_of(text);
    if (policy->urgency == 0) {
        site_say(load, value->line, SAY_URGENCY_UNKNOWN, site_shown(load, text));
    }
}

/* ---- what else it allows ---- */

static const struct site_key suspension_keys[] = {
    {.name = "max",
     .read = site_key_count,
     .max = 8,
     .offset = offsetof(struct site_policy, suspensions_max)},
    {.name = "cap",
     .read = site_key_span,
     .min = SITE_MINUTE_MS,
     .max = SITE_YEAR_MS,
     .offset = offsetof(struct site_policy, suspension_cap_ms)},
};

static void read_suspension(struct site_load *load, const struct site_key *key,
                            const struct site_node *value, void *target)
{
    (void)key;
    (void)site_keys_read(load, value, suspension_keys, COUNT(suspension_keys), target);
}

static const struct {
    const char *word;
    Paidan__SuperviseRule rule;
} supervise_words[] = {
    {"red_card", PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD},
    {"reopened", PAIDAN__SUPERVISE_RULE__SUPERVISE_REOPENED},
    {"chased", PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED},
};

static void read_supervise_word(struct site_load *load, const struct site_node *value,
                                uint32_t *rules)
{
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    for (size_t index = 0; index < COUNT(supervise_words); index++) {
        if (strcmp(text, supervise_words[index].word) == 0) {
            *rules |= 1u << supervise_words[index].rule;
            return;
        }
    }
    site_say(load, value->line, SAY_SUPERVISE_UNKNOWN, site_shown(load, text));
}

/* One word, or a list of them. */
static void read_supervise_on(struct site_load *load, const struct site_key *key,
                              const struct site_node *value, void *target)
{
    struct site_policy *policy = target;
    if (value->type == SITE_NODE_SCALAR) {
        read_supervise_word(load, value, &policy->supervise_on);
    } else if (site_node_list(load, value, key->name, COUNT(supervise_words))) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            read_supervise_word(load, item, &policy->supervise_on);
        }
    }
}

static const struct site_key supervise_keys[] = {
    {.name = "on", .required = true, .read = read_supervise_on},
    {.name = "chases",
     .read = site_key_count,
     .min = 1,
     .max = 1000,
     .offset = offsetof(struct site_policy, supervise_chases)},
    {.name = "reopenings",
     .read = site_key_count,
     .min = 1,
     .max = 20,
     .offset = offsetof(struct site_policy, supervise_reopenings)},
};

static void read_supervise(struct site_load *load, const struct site_key *key,
                           const struct site_node *value, void *target)
{
    (void)key;
    (void)site_keys_read(load, value, supervise_keys, COUNT(supervise_keys), target);
}

/* ---- a policy ---- */

#define CLOCK(field) .read = site_key_clock, .offset = offsetof(struct site_policy, field)
#define TERM(field) .read = site_key_term, .offset = offsetof(struct site_policy, field)

/* Scope and calendar first: the clocks ask for them. */
static const struct site_key policy_keys[] = {
    {.name = "level", .read = read_level},
    {.name = "category", .read = read_category},
    {.name = "urgency", .read = read_urgency},
    {.name = "calendar",
     .read = site_key_calendar,
     .offset = offsetof(struct site_policy, calendar)},
    {.name = "accept", .required = true, CLOCK(accept)},
    {.name = "contact", CLOCK(contact)},
    {.name = "handle", .required = true, CLOCK(handle)},
    {.name = "redo", CLOCK(redo)},
    {.name = "assist", TERM(assist)},
    {.name = "mediation", TERM(mediation)},
    {.name = "deliberation", TERM(deliberation)},
    {.name = "coordination", TERM(coordination)},
    {.name = "request", TERM(request)},
    {.name = "return_window", TERM(return_window)},
    {.name = "extensions",
     .read = site_key_count,
     .max = 20,
     .offset = offsetof(struct site_policy, extensions_max)},
    {.name = "suspension", .read = read_suspension},
    {.name = "raise_accepts",
     .read = site_key_flag,
     .offset = offsetof(struct site_policy, raise_accepts)},
    {.name = "supervise", .read = read_supervise},
    {.name = "alarm_repeat",
     .read = site_key_span,
     .min = SITE_MINUTE_MS,
     .max = SITE_YEAR_MS,
     .offset = offsetof(struct site_policy, alarm_repeat_ms)},
};

/* What holds where the site says nothing; proto/ and the manual of sites name the same numbers. */
static void policy_init(struct site_policy *policy, uint32_t line)
{
    *policy = (struct site_policy){.line = line,
                                   .category = SITE_NONE,
                                   .extensions_max = 2,
                                   .suspensions_max = 1,
                                   .suspension_cap_ms = SITE_YEAR_MS,
                                   .supervise_chases = 3,
                                   .supervise_reopenings = 1,
                                   .alarm_repeat_ms = 24 * SITE_HOUR_MS};
}

/* What follows from the rest where nothing was written. */
static void policy_complete(struct site_policy *policy)
{
    if (!policy->redo.present) {
        policy->redo = policy->handle;
    }
    if (!policy->request.present) {
        const uint32_t calendar = policy->handle.calendar;
        policy->request = (struct site_clock_rule){
            .present = true,
            .term = {.unit = calendar != 0 ? CALENDAR_WORKING_DAYS : CALENDAR_EMERGENCY_HOURS,
                     .amount_ms = CALENDAR_DAY_MS,
                     .start = CALENDAR_FROM_MOMENT,
                     .end = CALENDAR_SAME_TIME},
            .calendar = calendar};
    }
}

void site_policies_read(struct site_load *load)
{
    CHECK(load->site->policy_count == 0);
    struct site *site = load->site;
    const struct site_node *list = load->policies;
    load->file = SITE_YAML;
    if (list == NULL || !site_node_list(load, list, "policies", SITE_POLICIES_MAX)) {
        return;
    }
    for (const struct site_node *item = list->child; item != NULL; item = item->next) {
        struct site_policy policy;
        policy_init(&policy, item->line);
        (void)site_keys_read(load, item, policy_keys, COUNT(policy_keys), &policy);
        policy_complete(&policy);
        if (!site_grow((void **)&site->policies, site->policy_count, sizeof *site->policies)) {
            load->no_memory = true;
            return;
        }
        site->policies[site->policy_count++] = policy;
    }
}

/* Keeps the node: categories are not known yet. */
void site_key_policies(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    (void)key;
    (void)target;
    load->policies = value;
    load->policies_line = value->line;
}

/* ---- supervisors ---- */

static bool supervisor_add(struct site_load *load, uint32_t unit)
{
    CHECK(unit < load->site->unit_count);
    CHECK(load->site->supervisor_count < SITE_SUPERVISORS_MAX);
    struct site *site = load->site;
    if (!site_grow((void **)&site->supervisors, site->supervisor_count,
                   sizeof *site->supervisors)) {
        load->no_memory = true;
        return false;
    }
    site->supervisors[site->supervisor_count++] = unit;
    return true;
}

static void read_supervisor(struct site_load *load, const struct site_node *item)
{
    const struct site *site = load->site;
    const char *code = site_node_text(load, item);
    if (code == NULL || !load->usable[SITE_UNITS]) {
        return;
    }
    const uint32_t unit = site_unit_find(site, code);
    if (unit == SITE_NONE) {
        if (!site_cell_explained(load, item->line, SITE_UNITS, code)) {
            site_say(load, item->line, SAY_SUPERVISOR_UNKNOWN, site_shown(load, code));
        }
    } else if (site_supervises(site, code)) {
        site_say(load, item->line, SAY_SUPERVISOR_TWICE, site_shown(load, code));
    } else {
        (void)supervisor_add(load, unit);
    }
}

/* Where none is named, the top level's fallback owner supervises: somebody always does. */
void site_policies_read_supervisors(struct site_load *load)
{
    CHECK(load->site->supervisor_count == 0);
    const struct site *site = load->site;
    const struct site_node *list = load->supervisors;
    load->file = SITE_YAML;
    if (list == NULL) {
        const uint32_t top =
            site->level_count == 0 ? SITE_NONE : site->levels[site->level_count - 1].fallback;
        if (top != SITE_NONE) {
            (void)supervisor_add(load, top);
        }
        return;
    }
    if (site_node_list(load, list, "supervisors", SITE_SUPERVISORS_MAX)) {
        for (const struct site_node *item = list->child; item != NULL; item = item->next) {
            read_supervisor(load, item);
            arena_reset(&load->arena);
        }
    }
}

void site_key_supervisors(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    (void)key;
    (void)target;
    load->supervisors = value;
}
