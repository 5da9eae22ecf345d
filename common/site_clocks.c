/* site_clocks: when an office works and how long it may take: the calendars and policies of
 * site.yaml. Dated calendars, working days and cards join here as rows of the tables. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "site_mistakes.h"
#include "site_yaml.h"

enum {
    WARN_PERCENT_DEFAULT = 75,
    DAY_MINUTES = 24 * 60,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- calendars ---- */

static const char *const day_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int day_of(const char *text, size_t bytes)
{
    for (int day = 0; day < 7; day++) {
        if (bytes == 3 && memcmp(text, day_names[day], 3) == 0) {
            return day;
        }
    }
    return -1;
}

/* "mon" or "mon-fri". */
static bool days_read(const char *text, int *first, int *last)
{
    const char *dash = strchr(text, '-');
    const size_t bytes = dash == NULL ? strlen(text) : (size_t)(dash - text);
    *first = day_of(text, bytes);
    *last = dash == NULL ? *first : day_of(dash + 1, strlen(dash + 1));
    return *first >= 0 && *last >= *first;
}

/* "09:00"; 24:00 only as an end. */
bool site_minute_read(const char *text, unsigned *minute)
{
    static const char form[] = "dd:dd";
    for (size_t index = 0; index + 1 < sizeof form; index++) {
        const bool digit = text[index] >= '0' && text[index] <= '9';
        if (form[index] == 'd' ? !digit : text[index] != form[index]) {
            return false;
        }
    }
    const unsigned hours = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
    const unsigned minutes = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
    *minute = hours * 60 + minutes;
    return minutes < 60 && *minute <= DAY_MINUTES;
}

static bool interval_read(const char *text, unsigned *from, unsigned *until)
{
    return strlen(text) == 11 && text[5] == '-' && site_minute_read(text, from) &&
           site_minute_read(text + 6, until) && *from < *until;
}

/* Puts an interval in its place in the day. */
static void add_interval(struct site_load *load, struct calendar *calendar, int day,
                         const struct site_node *item)
{
    unsigned from = 0;
    unsigned until = 0;
    const char *text = site_node_text(load, item);
    if (text == NULL) {
        return;
    }
    if (!interval_read(text, &from, &until)) {
        site_say(load, item->line, SAY_CALENDAR_INTERVAL, site_shown(load, text));
        return;
    }
    const unsigned count = calendar->days[day].count;
    uint16_t *froms = calendar->days[day].from;
    uint16_t *untils = calendar->days[day].until;
    if (count == CALENDAR_INTERVALS_MAX) {
        site_say(load, item->line, SAY_CALENDAR_TOO_MANY, (unsigned)CALENDAR_INTERVALS_MAX);
        return;
    }
    unsigned at = count;
    while (at > 0 && froms[at - 1] > from) {
        at--;
    }
    if ((at > 0 && untils[at - 1] > from) || (at < count && froms[at] < until)) {
        site_say(load, item->line, SAY_CALENDAR_OVERLAP, day_names[day], site_shown(load, text));
        return;
    }
    memmove(froms + at + 1, froms + at, (count - at) * sizeof *froms);
    memmove(untils + at + 1, untils + at, (count - at) * sizeof *untils);
    froms[at] = (uint16_t)from;
    untils[at] = (uint16_t)until;
    calendar->days[day].count++;
    calendar->week_minutes += until - from;
}

/* One interval or a list of them; an empty list says that the day is closed. */
static void read_day(struct site_load *load, struct calendar *calendar, int day,
                     const struct site_node *value)
{
    if (value->type == SITE_NODE_SCALAR) {
        add_interval(load, calendar, day, value);
    } else if (value->type == SITE_NODE_LIST) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            add_interval(load, calendar, day, item);
        }
    } else {
        site_say(load, value->line, SAY_YAML_NOT_LIST);
    }
}

static void read_days(struct site_load *load, struct calendar *calendar,
                      const struct site_node *node)
{
    bool given[7] = {false};
    for (const struct site_node *name = node->child; name != NULL; name = name->next->next) {
        int first = 0;
        int last = 0;
        const char *text = site_node_text(load, name);
        if (text == NULL) {
            continue;
        }
        if (!days_read(text, &first, &last)) {
            site_say(load, name->line, SAY_CALENDAR_DAY, site_shown(load, text));
            continue;
        }
        for (int day = first; day <= last; day++) {
            if (given[day]) {
                site_say(load, name->line, SAY_CALENDAR_DAY_TWICE, day_names[day]);
                continue;
            }
            given[day] = true;
            read_day(load, calendar, day, name->next);
        }
    }
}

static bool add_calendar(struct site_load *load, const struct calendar *calendar)
{
    struct site *site = load->site;
    if (!site_grow((void **)&site->calendars, site->calendar_count, sizeof *site->calendars)) {
        load->no_memory = true;
        return false;
    }
    site->calendars[site->calendar_count++] = *calendar;
    if (!site_table_add(&site->index->calendars, site->calendars, sizeof *site->calendars,
                        site->calendar_count - 1)) {
        load->no_memory = true;
        return false;
    }
    return true;
}

bool site_calendars_init(struct site_load *load)
{
    const struct calendar always = {
        .code = "always", .always = true, .week_minutes = 7 * DAY_MINUTES};
    return add_calendar(load, &always);
}

static uint32_t calendar_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->calendars, site->calendars, sizeof *site->calendars, code);
}

static void read_calendar(struct site_load *load, const struct site_node *name)
{
    struct calendar calendar = {.utc_offset_ms = load->site->utc_offset_ms};
    const struct site_node *days = name->next;
    const char *code = site_node_text(load, name);
    if (code == NULL || !site_code_valid(load, name->line, code)) {
        return;
    }
    memcpy(calendar.code, code, strlen(code) + 1);
    if (strcmp(code, load->site->calendars[0].code) == 0) {
        site_say(load, name->line, SAY_CALENDAR_BUILT_IN);
        return;
    }
    if (calendar_find(load->site, code) != SITE_NONE) {
        site_say(load, name->line, SAY_YAML_KEY_DUPLICATE, code);
        return;
    }
    if (days->type != SITE_NODE_MAP) {
        site_say(load, days->line, SAY_YAML_NOT_MAP);
    } else {
        const uint32_t before = load->report->count;
        read_days(load, &calendar, days);
        if (calendar.week_minutes == 0 && load->report->count == before) {
            site_say(load, name->line, SAY_CALENDAR_EMPTY, code);
        }
    }
    if (calendar.week_minutes == 0) {
        calendar.always = true; /* of a refused site: whoever names it has named a calendar */
    }
    (void)add_calendar(load, &calendar);
}

void site_key_calendars(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    (void)target;
    if (value->type != SITE_NODE_MAP) {
        site_say(load, value->line, SAY_YAML_NOT_MAP);
        return;
    }
    if (value->count > SITE_CALENDARS_MAX - 1) {
        site_say(load, value->line, SAY_LIST_TOO_LONG, key->name, SITE_CALENDARS_MAX - 1);
        return;
    }
    for (const struct site_node *name = value->child; name != NULL; name = name->next->next) {
        read_calendar(load, name);
        arena_reset(&load->arena);
    }
}

/* Writes the position of a calendar that the key names. */
void site_key_calendar(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    const char *code = site_node_text(load, value);
    if (code == NULL) {
        return;
    }
    const uint32_t found = calendar_find(load->site, code);
    if (found == SITE_NONE) {
        site_say(load, value->line, SAY_CALENDAR_UNKNOWN, site_shown(load, code));
        return;
    }
    *(uint32_t *)((char *)target + key->offset) = found;
}

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
