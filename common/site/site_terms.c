/* site_terms: how site.yaml says how long something may take: amounts in four units, from when and
 * until when they count, and what happens before and after the deadline.
 *
 * A term is understood one way or refused. Whether "2h" is two hours by the clock or two hours of
 * open office follows from whether the clock itself names a calendar, and from nothing else;
 * amounts of one clock are in one unit. Moments that could never come, or that could not be told
 * apart afterwards (each fires once, and facts name it by its moment), are mistakes here and not
 * surprises later. */

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

enum { WARN_PERCENT_DEFAULT = 75 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- amounts ---- */

static const struct {
    const char *text;
    uint64_t ms;
    enum calendar_unit unit; /* 0: hours of the clock's own kind */
} suffixes[] = {
    {"s", SITE_SECOND_MS, 0},
    {"m", SITE_MINUTE_MS, 0},
    {"h", SITE_HOUR_MS, 0},
    {"wh", SITE_HOUR_MS, CALENDAR_WORKING_HOURS},
    {"工作时", SITE_HOUR_MS, CALENDAR_WORKING_HOURS},
    {"紧急工作时", SITE_HOUR_MS, CALENDAR_EMERGENCY_HOURS},
    {"wd", CALENDAR_DAY_MS, CALENDAR_WORKING_DAYS},
    {"工作日", CALENDAR_DAY_MS, CALENDAR_WORKING_DAYS},
    {"d", CALENDAR_DAY_MS, CALENDAR_DAYS},
    {"自然日", CALENDAR_DAY_MS, CALENDAR_DAYS},
};

/* A few words: the order of the table means nothing. */
static bool suffix_find(const char *text, size_t *found)
{
    for (size_t index = 0; index < COUNT(suffixes); index++) {
        if (strcmp(text, suffixes[index].text) == 0) {
            *found = index;
            return true;
        }
    }
    return false;
}

bool site_node_amount(struct site_load *load, const struct site_node *node,
                      struct site_amount *amount)
{
    CHECK(amount != NULL);
    const char *text = site_node_text(load, node);
    if (text == NULL) {
        return false;
    }
    const char *rest = text + strspn(text, "0123456789");
    uint64_t count = 0;
    size_t suffix = 0;
    if (!site_digits_read(text, rest, &count) || !suffix_find(rest, &suffix)) {
        site_say(load, node->line, SAY_SPAN_MALFORMED, site_shown(load, text));
        return false;
    }
    if (count > SITE_YEAR_MS / suffixes[suffix].ms) {
        site_say(load, node->line, SAY_SPAN_TOO_LONG, site_shown(load, text),
                 (unsigned long long)(SITE_YEAR_MS / SITE_HOUR_MS));
        return false;
    }
    if (count * suffixes[suffix].ms < SITE_SECOND_MS) {
        site_say(load, node->line, SAY_SPAN_ZERO);
        return false;
    }
    *amount = (struct site_amount){.ms = count * suffixes[suffix].ms, suffixes[suffix].unit};
    return true;
}

/* ---- the term of a clock ---- */

/* One clock while it is read. */
struct clock_work {
    struct site_clock_rule *rule;
    const struct site_policy *policy; /* NULL: of none, the desk's */
    uint32_t calendar;                /* as written; SITE_NONE: not */
    bool calendar_lost;               /* written, but there is none of that name */
};

/* SITE_NONE afterwards means that the name is unknown: then nothing that would follow from it is
 * said. */
static void read_calendar(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    struct clock_work *work = target;
    site_key_calendar(load, key, value, target);
    work->calendar_lost = work->calendar == SITE_NONE;
}

/* Settles unit and calendar: hours are open time where the clock itself names a calendar. */
static bool unit_settle(struct site_load *load, uint32_t line, struct clock_work *work,
                        enum calendar_unit written)
{
    CHECK(!work->calendar_lost);
    const bool given = work->calendar != SITE_NONE;
    const uint32_t named = given ? work->calendar : 0;
    enum calendar_unit unit = written;
    if (written == 0) {
        unit = named != 0 ? CALENDAR_WORKING_HOURS : CALENDAR_EMERGENCY_HOURS;
    }
    const bool working = unit == CALENDAR_WORKING_HOURS || unit == CALENDAR_WORKING_DAYS;
    const uint32_t of_policy = work->policy == NULL ? 0 : work->policy->calendar;
    const uint32_t calendar = working && !given ? of_policy : named;
    if (working && calendar == 0) {
        site_say(load, line, SAY_TERM_CALENDAR);
        return false;
    }
    if (!working && calendar != 0) {
        site_say(load, line, SAY_SPAN_DAYS);
        return false;
    }
    work->rule->term.unit = unit;
    work->rule->calendar = calendar;
    return true;
}

/* Comes after the calendar in the table. */
static void read_amount(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct clock_work *work = target;
    struct site_amount amount = {0};
    (void)key;
    if (site_node_amount(load, value, &amount) && !work->calendar_lost &&
        unit_settle(load, value->line, work, amount.unit)) {
        work->rule->term.amount_ms = amount.ms;
    }
}

/* 即时起算 or 次日起算. */
static void read_start(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    const struct clock_work *work = target;
    const char *text = site_node_text(load, value);
    (void)key;
    if (text == NULL) {
        return;
    }
    if (strcmp(text, "at_once") == 0) {
        work->rule->term.start = CALENDAR_FROM_MOMENT;
    } else if (strcmp(text, "next_day") == 0) {
        work->rule->term.start = CALENDAR_FROM_NEXT_DAY;
    } else {
        site_say(load, value->line, SAY_TERM_START_UNKNOWN, site_shown(load, text));
    }
}

/* Hours end when they are used up; only days can run on to the end of one. */
static void read_end(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    const struct clock_work *work = target;
    struct calendar_term *term = &work->rule->term;
    const char *text = site_node_text(load, value);
    (void)key;
    if (text == NULL) {
        return;
    }
    if (!calendar_end_read(text, &term->end)) {
        site_say(load, value->line, SAY_TERM_END_UNKNOWN, site_shown(load, text));
    } else if (term->unit != 0 && term->end == CALENDAR_END_OF_DAY &&
               !calendar_unit_counts_days(term->unit)) {
        site_say(load, value->line, SAY_TERM_END_HOURS);
    }
}

/* An amount in the clock's own unit; false also where that is unknown for a mistake. */
static bool own_amount(struct site_load *load, const struct site_node *value,
                       const struct clock_work *work, uint64_t *ms)
{
    const enum calendar_unit unit = work->rule->term.unit;
    struct site_amount amount = {0};
    if (!site_node_amount(load, value, &amount) || unit == 0) {
        return false;
    }
    const bool same = amount.unit == 0 ? !calendar_unit_counts_days(unit) : amount.unit == unit;
    if (!same) {
        site_say(load, value->line, SAY_TERM_UNIT, site_shown(load, value->text),
                 calendar_unit_code(unit));
        return false;
    }
    *ms = amount.ms;
    return true;
}

/* However often a term is extended, it does not lead beyond the cap. */
static void read_cap(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    const struct clock_work *work = target;
    struct site_clock_rule *rule = work->rule;
    (void)key;
    if (own_amount(load, value, work, &rule->cap_ms) && rule->cap_ms < rule->term.amount_ms) {
        site_say(load, value->line, SAY_TERM_OVER_CAP);
    }
}

/* What the deadline does: to the next level, or a card and no more. */
static void read_expiry(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    const struct clock_work *work = target;
    const char *text = site_node_text(load, value);
    (void)key;
    if (text == NULL) {
        return;
    }
    if (strcmp(text, "raise") == 0) {
        work->rule->expiry = SITE_RAISE;
    } else if (strcmp(text, "card") == 0) {
        work->rule->expiry = SITE_CARD;
    } else {
        site_say(load, value->line, SAY_EXPIRY_UNKNOWN, site_shown(load, text));
    }
}

/* ---- warning and steps ---- */

/* A moment before the deadline, which must lie after the start. False with a mistake, or after
 * one. */
static bool before_read(struct site_load *load, const struct site_node *value,
                        const struct clock_work *work, struct site_moment *moment)
{
    uint64_t ms = 0;
    if (!own_amount(load, value, work, &ms)) {
        return false;
    }
    if (ms >= work->rule->term.amount_ms) {
        site_say(load, value->line, SAY_STEP_BEFORE_START, site_shown(load, value->text));
        return false;
    }
    *moment = (struct site_moment){SITE_MOMENT_BEFORE, ms};
    return true;
}

/* "75" percent, or "1wd" before the deadline. */
static void read_warn(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    const struct clock_work *work = target;
    const char *text = site_node_text(load, value);
    uint64_t percent = 0;
    if (text == NULL) {
        return;
    }
    const char last = text[strlen(text) - 1];
    if (last < '0' || last > '9') {
        (void)before_read(load, value, work, &work->rule->warn);
    } else if (site_node_number(load, value, key->min, key->max, &percent)) {
        work->rule->warn.kind = percent == 0 ? SITE_MOMENT_NONE : SITE_MOMENT_PERCENT;
        work->rule->warn.value = percent;
    }
}

struct step_work {
    const struct clock_work *clock;
    struct site_step step;
    uint32_t moments; /* how many were written */
};

/* A moment in percent of the term. */
static void read_at(struct site_load *load, const struct site_key *key,
                    const struct site_node *value, void *target)
{
    struct step_work *work = target;
    uint64_t percent = 0;
    work->moments++;
    if (site_node_number(load, value, key->min, key->max, &percent)) {
        work->step.at = (struct site_moment){SITE_MOMENT_PERCENT, percent};
    }
}

/* Likewise, as an amount before the deadline. */
static void read_before(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct step_work *work = target;
    (void)key;
    work->moments++;
    (void)before_read(load, value, work->clock, &work->step.at);
}

/* A clock that raises is gone once it has: below the top level for certain. */
static void read_after(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct step_work *work = target;
    const struct clock_work *clock = work->clock;
    const uint32_t level = clock->policy->level;
    uint64_t ms = 0;
    (void)key;
    work->moments++;
    if (!own_amount(load, value, clock, &ms)) {
        return;
    }
    if (clock->rule->expiry == SITE_RAISE && level != 0 && level < load->site->level_count) {
        site_say(load, value->line, SAY_STEP_AFTER_RAISE, site_shown(load, value->text));
        return;
    }
    work->step.at = (struct site_moment){SITE_MOMENT_AFTER, ms};
}

static const struct {
    const char *word;
    Paidan__StepDoes does;
} step_words[] = {
    {"notify_unit", PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT},
    {"notify_upper", PAIDAN__STEP_DOES__STEP_NOTIFY_UPPER},
    {"notify_supervisor", PAIDAN__STEP_DOES__STEP_NOTIFY_SUPERVISOR},
    {"yellow", PAIDAN__STEP_DOES__STEP_YELLOW},
    {"red", PAIDAN__STEP_DOES__STEP_RED},
    {"supervise", PAIDAN__STEP_DOES__STEP_SUPERVISE},
};

/* Each word is a bit; what they do is escalation's affair. */
static void read_word(struct site_load *load, const struct site_node *value, uint8_t *does)
{
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    for (size_t index = 0; index < COUNT(step_words); index++) {
        if (strcmp(text, step_words[index].word) == 0) {
            *does |= (uint8_t)(1u << step_words[index].does);
            return;
        }
    }
    site_say(load, value->line, SAY_STEP_DOES_UNKNOWN, site_shown(load, text));
}

/* One word, or a list of them. */
static void read_do(struct site_load *load, const struct site_key *key,
                    const struct site_node *value, void *target)
{
    struct step_work *work = target;
    const unsigned both = 1u << PAIDAN__STEP_DOES__STEP_YELLOW | 1u << PAIDAN__STEP_DOES__STEP_RED;
    if (value->type == SITE_NODE_SCALAR) {
        read_word(load, value, &work->step.does);
    } else if (site_node_list(load, value, key->name, COUNT(step_words))) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            read_word(load, item, &work->step.does);
        }
    }
    if ((work->step.does & both) == both) {
        site_say(load, value->line, SAY_STEP_TWO_CARDS);
    }
}

static const struct site_key step_keys[] = {
    {.name = "at", .read = read_at, .min = 1, .max = 99},
    {.name = "before", .read = read_before},
    {.name = "after", .read = read_after},
    {.name = "do", .required = true, .read = read_do},
};

/* Two things of one clock at one moment could not be told apart afterwards. */
static bool is_taken(const struct site_clock_rule *rule, const struct site_moment *moment)
{
    CHECK(rule->term.amount_ms > 0);
    CHECK(moment->kind != SITE_MOMENT_NONE);
    const uint64_t at = site_moment_at(rule, moment);
    bool taken = rule->warn.kind != SITE_MOMENT_NONE && site_moment_at(rule, &rule->warn) == at;
    for (uint32_t index = 0; index < rule->step_count; index++) {
        taken = taken || site_moment_at(rule, &rule->steps[index].at) == at;
    }
    return taken;
}

/* A step with a mistake is dropped. */
static void read_step(struct site_load *load, const struct site_node *item,
                      const struct clock_work *clock)
{
    CHECK(clock->rule->step_count < CLOCK_STEPS_MAX);
    struct step_work work = {.clock = clock};
    struct site_clock_rule *rule = clock->rule;
    if (!site_keys_read(load, item, step_keys, COUNT(step_keys), &work)) {
        return;
    }
    if (work.moments != 1) {
        site_say(load, item->line, SAY_STEP_MOMENT);
        return;
    }
    if (work.step.at.kind == SITE_MOMENT_NONE || rule->term.amount_ms == 0) {
        return; /* said already */
    }
    if (is_taken(rule, &work.step.at)) {
        site_say(load, item->line, SAY_STEP_TWICE);
        return;
    }
    rule->steps[rule->step_count] = work.step;
    rule->step_count++;
}

static void read_steps(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    if (!site_node_list(load, value, key->name, CLOCK_STEPS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        read_step(load, item, target);
    }
}

/* ---- clocks and terms ---- */

/* In the order of need: the amount knows its calendar, cap and warning the unit, steps the warning
 * and what happens at the deadline. */
static const struct site_key clock_keys[] = {
    {.name = "calendar", .read = read_calendar, .offset = offsetof(struct clock_work, calendar)},
    {.name = "amount", .required = true, .read = read_amount},
    {.name = "start", .read = read_start},
    {.name = "end", .read = read_end},
    {.name = "warn", .read = read_warn, .max = 99}, /* the first that terms do not have */
    {.name = "cap", .read = read_cap},              /* the first that the desk's do not have */
    {.name = "expiry", .read = read_expiry},
    {.name = "steps", .read = read_steps},
};
enum { TERM_KEY_COUNT = 4, WARNED_TERM_KEY_COUNT };

static void read_rule(struct site_load *load, const struct site_node *value,
                      const struct site_policy *policy, size_t key_count,
                      struct site_clock_rule *rule)
{
    CHECK(key_count == TERM_KEY_COUNT || key_count == WARNED_TERM_KEY_COUNT ||
          key_count == COUNT(clock_keys));
    CHECK(strcmp(clock_keys[1].name, "amount") == 0);
    struct clock_work work = {.rule = rule, .policy = policy, .calendar = SITE_NONE};
    rule->present = true;
    rule->term = (struct calendar_term){.start = CALENDAR_FROM_MOMENT, .end = CALENDAR_SAME_TIME};
    if (value->type == SITE_NODE_SCALAR) {
        read_amount(load, &clock_keys[1], value, &work);
    } else {
        (void)site_keys_read(load, value, clock_keys, key_count, &work);
    }
}

void site_key_clock(struct site_load *load, const struct site_key *key,
                    const struct site_node *value, void *target)
{
    struct site_clock_rule *rule = (void *)((char *)target + key->offset);
    *rule = (struct site_clock_rule){.warn = {SITE_MOMENT_PERCENT, WARN_PERCENT_DEFAULT}};
    read_rule(load, value, target, COUNT(clock_keys), rule);
}

void site_key_warned_term(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    struct site_clock_rule *rule = (void *)((char *)target + key->offset);
    *rule = (struct site_clock_rule){.warn = {SITE_MOMENT_PERCENT, WARN_PERCENT_DEFAULT}};
    read_rule(load, value, NULL, WARNED_TERM_KEY_COUNT, rule);
}

void site_key_term(struct site_load *load, const struct site_key *key,
                   const struct site_node *value, void *target)
{
    struct site_clock_rule *rule = (void *)((char *)target + key->offset);
    *rule = (struct site_clock_rule){.present = false};
    read_rule(load, value, target, TERM_KEY_COUNT, rule);
}
