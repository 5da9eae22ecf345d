/* site_calendar_build: from what is written to tables of days: a calendar takes from the one that
 * it extends what it does not say itself; holidays come from the programs and the site's own files.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_calendars.h"
#include "common/site/site_mistakes.h"

struct build {
    struct site_load *load;
    struct site_calendar *calendars;
    uint32_t count;
};

/* ---- inheritance ---- */

static struct site_calendar *find(struct build *build, const char *code)
{
    for (uint32_t index = 0; index < build->count; index++) {
        if (strcmp(build->calendars[index].code, code) == 0) {
            return &build->calendars[index];
        }
    }
    return NULL;
}

/* Overrides of both by day, the child's where both have one. */
static bool merge_overrides(struct build *build, struct site_calendar *child,
                            const struct site_calendar *parent)
{
    const uint32_t max = child->override_count + parent->override_count;
    struct calendar_override *merged = calloc((size_t)max + 1, sizeof *merged);
    uint32_t count = 0;
    uint32_t own = 0;
    if (merged == NULL) {
        build->load->no_memory = true;
        return false;
    }
    for (uint32_t index = 0; index < parent->override_count; index++) {
        const struct calendar_override *from = &parent->overrides[index];
        while (own < child->override_count && child->overrides[own].day < from->day) {
            merged[count++] = child->overrides[own++];
        }
        if (own == child->override_count || child->overrides[own].day != from->day) {
            merged[count++] = *from;
        }
    }
    while (own < child->override_count) {
        merged[count++] = child->overrides[own++];
    }
    free(child->overrides);
    child->overrides = merged;
    child->override_count = count;
    if (count > CALENDAR_OVERRIDES_MAX) {
        site_say(build->load, child->line, SAY_OVERRIDE_TOO_MANY, CALENDAR_OVERRIDES_MAX);
        child->override_count = CALENDAR_OVERRIDES_MAX;
        child->mistaken = true;
    }
    return true;
}

static void inherit(struct build *build, struct site_calendar *child,
                    const struct site_calendar *parent)
{
    for (unsigned weekday = 0; weekday < 7; weekday++) {
        if (!child->given[weekday]) {
            child->days[weekday] = parent->days[weekday];
        }
    }
    if (child->holidays_line == 0) {
        memcpy(child->holidays, parent->holidays, sizeof child->holidays);
        child->holidays_line = parent->holidays_line;
    }
    if (child->makeup_line == 0) {
        child->makeup = parent->makeup;
        child->makeup_line = parent->makeup_line;
    }
    (void)merge_overrides(build, child, parent);
    child->mistaken |= parent->mistaken;
}

/* "a → b → a" */
static void say_cycle(struct build *build, struct site_calendar *at)
{
    char list[256] = "";
    size_t used = 0;
    struct site_calendar *calendar = at;
    do {
        const int added = snprintf(list + used, sizeof list - used, "%s → ", calendar->code);
        CHECK(added > 0);
        used = used + (size_t)added < sizeof list - 40 ? used + (size_t)added : used;
        calendar->mistaken = true;
        calendar = find(build, calendar->extends);
        CHECK(calendar != NULL);
    } while (calendar != at);
    (void)snprintf(list + used, sizeof list - used, "%s", at->code);
    site_say(build->load, at->extends_line, SAY_CALENDAR_CYCLE, list);
}

/* Follows extends as far as it goes. At most SITE_CALENDARS_MAX deep. */
static void resolve(struct build *build,
                    struct site_calendar *calendar) // NOLINT(misc-no-recursion)
{
    struct site_calendar *parent = NULL;
    if (calendar->state != SITE_CALENDAR_READ || build->load->no_memory) {
        return;
    }
    calendar->state = SITE_CALENDAR_VISITED;
    if (calendar->extends[0] != '\0') {
        parent = find(build, calendar->extends);
        if (parent == NULL) {
            site_say(build->load, calendar->extends_line, SAY_CALENDAR_EXTENDS_UNKNOWN,
                     calendar->extends);
            calendar->mistaken = true;
        } else if (parent->state == SITE_CALENDAR_VISITED) {
            say_cycle(build, parent);
            parent = NULL;
        } else {
            resolve(build, parent);
        }
    }
    if (parent != NULL && !build->load->no_memory) {
        inherit(build, calendar, parent);
    }
    calendar->state = SITE_CALENDAR_DONE;
}

/* ---- holidays ---- */

/* One set of the built-in years of this code and of the site's own, which win. RC_NOT_FOUND: there
 * are neither. */
static enum rc gather_holidays(struct site_load *load, const char *code, struct holidays *set)
{
    struct holidays_year *year = calloc(1, sizeof *year);
    enum rc rc = year == NULL ? RC_LIMIT : RC_NOT_FOUND;
    const struct holidays_file *file = NULL;
    for (uint32_t index = 0; rc != RC_LIMIT && (file = holidays_built_in(index)) != NULL; index++) {
        struct holidays_mistake mistake;
        if (strcmp(file->code, code) == 0) {
            const enum rc read = holidays_read_json(file->bytes, file->size, year, &mistake);
            CHECK(read == RC_OK);
            rc = holidays_put(set, year);
        }
    }
    for (uint32_t index = 0; rc != RC_LIMIT && index < load->year_count; index++) {
        rc = holidays_put(set, load->years[index]);
    }
    free(year);
    return rc;
}

static void say_unknown_holidays(struct site_load *load, const struct site_calendar *calendar)
{
    char list[128] = "";
    const char *last = "";
    size_t used = 0;
    const struct holidays_file *file = NULL;
    for (uint32_t index = 0; (file = holidays_built_in(index)) != NULL; index++) {
        if (strcmp(file->code, last) != 0 && used < sizeof list) {
            const int added =
                snprintf(list + used, sizeof list - used, "%s%s", used == 0 ? "" : " ", file->code);
            CHECK(added >= 0);
            used += (size_t)added;
            last = file->code;
        }
    }
    site_say(load, calendar->holidays_line, SAY_CALENDAR_HOLIDAYS,
             site_shown(load, calendar->holidays), list);
}

/* ---- tables ---- */

static void take_hours(const struct site_calendar *from, struct calendar *calendar)
{
    for (unsigned weekday = 0; weekday < 7; weekday++) {
        const struct calendar_hours *hours = &from->days[weekday];
        calendar->days[weekday] = *hours;
        for (unsigned index = 0; index < hours->count; index++) {
            calendar->week_minutes += (uint32_t)(hours->until[index] - hours->from[index]);
        }
    }
}

/* The weekday of make-up days; says when it is closed. */
static unsigned makeup_of(struct site_load *load, const struct site_calendar *from,
                          const struct calendar *calendar)
{
    if (from->makeup_line == 0) {
        return calendar_makeup_default(calendar);
    }
    if (from->makeup != CALENDAR_MAKEUP_NONE && calendar->days[from->makeup].count == 0) {
        site_say(load, from->makeup_line, SAY_CALENDAR_MAKEUP_CLOSED,
                 site_weekday_name(from->makeup));
    }
    return from->makeup;
}

static void build_tables(struct site_load *load, const struct site_calendar *from,
                         struct calendar *calendar)
{
    struct holidays set = {.count = 0};
    struct calendar_plan plan = {
        .zone = load->site->zone,
        .overrides = from->overrides,
        .override_count = from->override_count,
        .makeup_weekday = makeup_of(load, from, calendar),
    };
    enum rc rc = RC_OK;
    if (from->holidays[0] != '\0' && strcmp(from->holidays, "none") != 0) {
        load->holidays_used = true;
        rc = gather_holidays(load, from->holidays, &set);
        plan.holidays = &set;
    }
    if (rc == RC_NOT_FOUND) {
        say_unknown_holidays(load, from);
    } else if (rc == RC_OK && !from->mistaken) {
        rc = calendar_build(calendar, &plan);
    }
    holidays_fini(&set);
    load->no_memory |= rc == RC_LIMIT;
}

static void build_calendar(struct site_load *load, const struct site_calendar *from)
{
    struct calendar calendar = {.utc_offset_ms = load->site->utc_offset_ms};
    memcpy(calendar.code, from->code, sizeof calendar.code);
    take_hours(from, &calendar);
    if (calendar.week_minutes == 0) {
        if (!from->mistaken) {
            site_say(load, from->line, SAY_CALENDAR_EMPTY, from->code);
        }
        /* Of a refused site: whoever names it has named a calendar. */
        memset(calendar.days, 0, sizeof calendar.days);
        calendar.always = true;
        calendar.week_minutes = 7 * 24 * 60;
    } else {
        build_tables(load, from, &calendar);
    }
    if (!site_calendar_add(load, &calendar)) {
        calendar_fini(&calendar);
    }
}

void site_calendars_build(struct site_load *load, struct site_calendar *calendars, uint32_t count)
{
    struct build build = {.load = load, .calendars = calendars, .count = count};
    for (uint32_t index = 0; index < count; index++) {
        resolve(&build, &calendars[index]);
    }
    for (uint32_t index = 0; index < count && !load->no_memory; index++) {
        build_calendar(load, &calendars[index]);
        arena_reset(&load->arena);
    }
}
