/* site_desk: the dispatcher's desk 分拨台 of site.yaml: within which the dispatcher decides, and how
 * often the alarm repeats when that has passed. Owns the terms of a site that says nothing. What
 * must stay true: every urgency has a term, an emergency's runs day and night, and no term is
 * longer than the one for less urgent tickets, so that a gas smell never waits like rubbish. */

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { DESK_WARN_PERCENT = 75 };

/* By urgency, the least urgent first. Defaults as published for the first dispatch of city hotlines:
 * 24 h and 2 h of Beijing (2022), 15 min for danger to life and property of Tianjin (2024), on
 * workdays or not. The limits are where nobody can have meant it: a week for any ticket, a day for
 * urgent ones, four hours for what endangers somebody. */
static const struct row {
    const char *name;
    size_t offset;
    uint64_t default_ms;
    unsigned hours_max;
} rows[] = {
    {"normal", offsetof(struct site_desk, normal), 24 * SITE_HOUR_MS, 7 * 24},
    {"urgent", offsetof(struct site_desk, urgent), 2 * SITE_HOUR_MS, 24},
    {"emergency", offsetof(struct site_desk, emergency), 15 * SITE_MINUTE_MS, 4},
};

static struct site_clock_rule *rule_of(struct site_desk *desk, size_t row)
{
    CHECK(row < COUNT(rows));
    return (void *)((char *)desk + rows[row].offset);
}

static bool is_elapsed(const struct site_clock_rule *rule)
{
    return rule->term.unit == CALENDAR_EMERGENCY_HOURS || rule->term.unit == CALENDAR_DAYS;
}

static struct site_clock_rule rule_by_default(uint64_t amount_ms)
{
    return (struct site_clock_rule){.present = true,
                                    .term = {.unit = CALENDAR_EMERGENCY_HOURS,
                                             .amount_ms = amount_ms,
                                             .start = CALENDAR_FROM_MOMENT,
                                             .end = CALENDAR_SAME_TIME},
                                    .warn = {SITE_MOMENT_PERCENT, DESK_WARN_PERCENT}};
}

void site_desk_defaults(struct site *site)
{
    for (size_t row = 0; row < COUNT(rows); row++) {
        *rule_of(&site->desk, row) = rule_by_default(rows[row].default_ms);
    }
    site->desk.alarm_repeat_ms = SITE_HOUR_MS;
}

/* ---- reading ---- */

/* present: written, until all are complete. */
static const struct site_key desk_keys[] = {
    {.name = "on_fallback",
     .read = site_key_flag,
     .offset = offsetof(struct site, desk_on_fallback)},
    {.name = "normal", .read = site_key_warned_term, .offset = offsetof(struct site, desk.normal)},
    {.name = "urgent", .read = site_key_warned_term, .offset = offsetof(struct site, desk.urgent)},
    {.name = "emergency",
     .read = site_key_warned_term,
     .offset = offsetof(struct site, desk.emergency)},
    {.name = "alarm_repeat",
     .read = site_key_span,
     .min = SITE_MINUTE_MS,
     .max = 7 * 24 * SITE_HOUR_MS,
     .offset = offsetof(struct site, desk.alarm_repeat_ms)},
};

/* One rule for itself. Days of a calendar count as 24 h here: a bound needs no more. */
static void check_rule(struct site_load *load, uint32_t line, size_t row)
{
    const struct site_clock_rule *rule = rule_of(&load->site->desk, row);
    const uint64_t amount_ms = rule->term.amount_ms;
    if (amount_ms == 0) {
        return; /* said already */
    }
    if (amount_ms > rows[row].hours_max * SITE_HOUR_MS) {
        site_say(load, line, SAY_DESK_TOO_LONG, rows[row].name, rows[row].hours_max);
    } else if (amount_ms < SITE_MINUTE_MS) {
        site_say(load, line, SAY_DESK_TOO_SHORT, rows[row].name);
    }
    if (row + 1 == COUNT(rows) && !is_elapsed(rule)) {
        site_say(load, line, SAY_DESK_SLEEPS);
    }
}

/* Open time is never faster than the clock on the wall, so an elapsed term that is longer than the
 * next one's is wrong also where that one counts open time of the same amount; the reverse cannot
 * be told without a date. */
static void check_order(struct site_load *load, uint32_t line, const bool written[COUNT(rows)])
{
    struct site_desk *desk = &load->site->desk;
    for (size_t row = 1; row < COUNT(rows); row++) {
        struct site_clock_rule *more = rule_of(desk, row);
        const struct site_clock_rule *less = rule_of(desk, row - 1);
        const bool longer = is_elapsed(less) && less->term.amount_ms != 0 &&
                            more->term.amount_ms > less->term.amount_ms;
        if (longer && written[row]) {
            site_say(load, line, SAY_DESK_ORDER, rows[row].name, rows[row - 1].name);
        } else if (longer) {
            *more = *less; /* a site that wants all of it within 5 minutes says so once */
        }
    }
}

void site_key_desk(struct site_load *load, const struct site_key *key,
                   const struct site_node *value, void *target)
{
    struct site *site = target;
    bool written[COUNT(rows)];
    (void)key;
    for (size_t row = 0; row < COUNT(rows); row++) {
        rule_of(&site->desk, row)->present = false;
    }
    (void)site_keys_read(load, value, desk_keys, COUNT(desk_keys), target);
    for (size_t row = 0; row < COUNT(rows); row++) {
        struct site_clock_rule *rule = rule_of(&site->desk, row);
        written[row] = rule->present;
        rule->present = true;
        if (written[row]) {
            check_rule(load, value->line, row);
        }
    }
    check_order(load, value->line, written);
}

/* ---- asking ---- */

const struct site_clock_rule *site_desk_rule(const struct site *site, Paidan__Urgency urgency)
{
    const struct site_clock_rule *rule =
        urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY ? &site->desk.emergency
        : urgency == PAIDAN__URGENCY__URGENCY_URGENT  ? &site->desk.urgent
                                                      : &site->desk.normal;
    CHECK(rule->present); /* of the site or by default */
    return rule;
}
