/* site_clocks: how long it may take: the policies of site.yaml. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "site_mistakes.h"
#include "site_yaml.h"

enum {
    WARN_PERCENT_DEFAULT = 75,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- policies ---- */

static void read_expiry(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct site_clock_rule *rule = target;
    (void)key;
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    if (strcmp(text, "raise") == 0) {
        rule->expiry = SITE_RAISE;
    } else if (strcmp(text, "card") == 0) {
        rule->expiry = SITE_CARD;
    } else {
        site_say(load, value->line, SAY_EXPIRY_UNKNOWN, site_shown(load, text));
    }
}

/* Comes after the calendar in the table: days are for "always" only. */
static void read_amount(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct site_clock_rule *rule = target;
    bool days = false;
    if (site_node_span(load, value, key->min, key->max, &rule->amount_ms, &days) && days &&
        rule->calendar != 0) {
        site_say(load, value->line, SAY_SPAN_DAYS);
    }
}

static const struct site_key clock_keys[] = {
    {.name = "calendar",
     .read = site_key_calendar,
     .offset = offsetof(struct site_clock_rule, calendar)},
    {.name = "amount",
     .required = true,
     .read = read_amount,
     .min = SITE_SECOND_MS,
     .max = SITE_YEAR_MS},
    {.name = "warn",
     .read = site_key_count,
     .max = 99,
     .offset = offsetof(struct site_clock_rule, warn_percent)},
    {.name = "expiry", .read = read_expiry},
};

/* "30m", or a map with the calendar and what happens. */
static void read_clock(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_clock_rule *rule = (void *)((char *)target + key->offset);
    *rule = (struct site_clock_rule){.present = true, .warn_percent = WARN_PERCENT_DEFAULT};
    if (value->type == SITE_NODE_SCALAR) {
        static const struct site_key amount = {.min = SITE_SECOND_MS, .max = SITE_YEAR_MS};
        read_amount(load, &amount, value, rule);
    } else {
        (void)site_keys_read(load, value, clock_keys, COUNT(clock_keys), rule);
    }
}

static void read_policy_level(struct site_load *load, const struct site_key *key,
                              const struct site_node *value, void *target)
{
    struct site_policy *policy = target;
    (void)key;
    const char *code = site_node_text(load, value);
    if (code == NULL) {
        return;
    }
    policy->level = site_level_find(load->site, code);
    if (policy->level == 0 && load->site->level_count > 0) {
        site_say(load, value->line, SAY_POLICY_LEVEL_UNKNOWN, site_shown(load, code));
    }
}

static void read_policy_category(struct site_load *load, const struct site_key *key,
                                 const struct site_node *value, void *target)
{
    struct site_policy *policy = target;
    (void)key;
    const char *code = site_node_text(load, value);
    if (code == NULL) {
        return;
    }
    policy->category = site_category_find(load->site, code);
    if (policy->category == SITE_NONE && load->usable[SITE_CATEGORIES]) {
        site_say(load, value->line, SAY_POLICY_CATEGORY_UNKNOWN, site_shown(load, code));
    }
}

static void read_policy_urgency(struct site_load *load, const struct site_key *key,
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

static const struct site_key policy_keys[] = {
    {.name = "level", .read = read_policy_level},
    {.name = "category", .read = read_policy_category},
    {.name = "urgency", .read = read_policy_urgency},
    {.name = "accept",
     .required = true,
     .read = read_clock,
     .offset = offsetof(struct site_policy, accept)},
    {.name = "contact", .read = read_clock, .offset = offsetof(struct site_policy, contact)},
    {.name = "handle",
     .required = true,
     .read = read_clock,
     .offset = offsetof(struct site_policy, handle)},
    {.name = "redo", .read = read_clock, .offset = offsetof(struct site_policy, redo)},
    {.name = "alarm_repeat",
     .read = site_key_span,
     .min = SITE_MINUTE_MS,
     .max = SITE_YEAR_MS,
     .offset = offsetof(struct site_policy, alarm_repeat_ms)},
};

void site_rules_read_policies(struct site_load *load)
{
    struct site *site = load->site;
    const struct site_node *list = load->policies;
    load->file = SITE_YAML;
    if (list == NULL || !site_node_list(load, list, "policies", SITE_POLICIES_MAX)) {
        return;
    }
    for (const struct site_node *item = list->child; item != NULL; item = item->next) {
        struct site_policy policy = {
            .line = item->line, .category = SITE_NONE, .alarm_repeat_ms = 24 * SITE_HOUR_MS};
        (void)site_keys_read(load, item, policy_keys, COUNT(policy_keys), &policy);
        if (!policy.redo.present) {
            policy.redo = policy.handle;
        }
        if (!site_grow((void **)&site->policies, site->policy_count, sizeof *site->policies)) {
            load->no_memory = true;
            return;
        }
        site->policies[site->policy_count++] = policy;
    }
}

void site_key_policies(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    (void)key;
    (void)target;
    load->policies = value;
    load->policies_line = value->line;
}
