/* site_calendars: the calendars of site.yaml, from what is written to tables of days.
 *
 * First each calendar is read as it stands: weekly hours, overrides, what it extends. When all of
 * them are known, each takes from the one that it extends what it does not say itself; then its
 * holidays are gathered, of those that come with the programs and of the site's own files, and its
 * table is built. Owns nothing after that: what was written is freed, the built calendars are the
 * site's.
 *
 * A calendar with a mistake is still added (as one that is always open), so that whoever names it
 * is not told a second time; the site is refused anyway. Position 0 is "always", which every site
 * has. */
#include "common/site/site_yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"

enum {
    DAY_MINUTES = 24 * 60,
    RANGE_DAYS_MAX = 366, /* a longer one is a mistake of writing */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A calendar as site.yaml says it, before what it extends is known. */
struct written {
    char code[CODE_BYTES_MAX + 1];
    uint32_t line;
    struct calendar_hours days[7];
    bool given[7]; /* this calendar says it; else as the one it extends */
    char extends[CODE_BYTES_MAX + 1];
    uint32_t extends_line;
    char holidays[CODE_BYTES_MAX + 1]; /* "none": said to follow none */
    uint32_t holidays_line;            /* 0: not given */
    unsigned makeup;
    uint32_t makeup_line; /* 0: not given */
    struct calendar_override *overrides;
    uint32_t override_count;
    const char *was; /* codes that it carries on; NULL: none */
    uint32_t was_line;
    bool mistaken; /* something was wrong: what follows from it is not said */
    enum { WRITTEN_READ, WRITTEN_VISITED, WRITTEN_DONE } state;
};

static const char *const day_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static const char *weekday_name(unsigned weekday)
{
    CHECK(weekday < 7);
    return day_names[weekday];
}

/* 0 is Monday; -1: no weekday. */
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

/* ---- hours ---- */

/* "09:00"; 24:00 only as an end. Before: text has five characters, or ends earlier. */
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

/* "09:00-12:00". An interval never runs over midnight: what belongs to which day would be two
 * answers. */
static bool interval_read(const char *text, unsigned *from, unsigned *until)
{
    return strlen(text) == 11 && text[5] == '-' && site_minute_read(text, from) &&
           site_minute_read(text + 6, until) && *from < *until;
}

/* Puts an interval in its place in the day that is called `day`. */
static void add_interval(struct site_load *load, struct calendar_hours *hours, const char *day,
                         const struct site_node *item)
{
    CHECK(hours->count <= CALENDAR_INTERVALS_MAX);
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
    const unsigned count = hours->count;
    if (count == CALENDAR_INTERVALS_MAX) {
        site_say(load, item->line, SAY_CALENDAR_TOO_MANY, (unsigned)CALENDAR_INTERVALS_MAX);
        return;
    }
    unsigned at = count;
    while (at > 0 && hours->from[at - 1] > from) {
        at--;
    }
    if ((at > 0 && hours->until[at - 1] > from) || (at < count && hours->from[at] < until)) {
        site_say(load, item->line, SAY_CALENDAR_OVERLAP, day, site_shown(load, text));
        return;
    }
    memmove(hours->from + at + 1, hours->from + at, (count - at) * sizeof hours->from[0]);
    memmove(hours->until + at + 1, hours->until + at, (count - at) * sizeof hours->until[0]);
    hours->from[at] = (uint16_t)from;
    hours->until[at] = (uint16_t)until;
    hours->count++;
}

/* One interval or a list of them; an empty list says that the day is closed. */
static void read_hours(struct site_load *load, struct calendar_hours *hours, const char *day,
                       const struct site_node *value)
{
    if (value->type == SITE_NODE_SCALAR) {
        add_interval(load, hours, day, value);
    } else if (value->type == SITE_NODE_LIST) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            add_interval(load, hours, day, item);
        }
    } else {
        site_say(load, value->line, SAY_YAML_NOT_LIST);
    }
}

/* One entry for one or several weekdays; a day that another entry had is a mistake. */
static void read_days(struct site_load *load, struct written *calendar,
                      const struct site_node *name, int first, int last)
{
    CHECK(first >= 0);
    CHECK(last < 7);
    for (int day = first; day <= last; day++) {
        if (calendar->given[day]) {
            site_say(load, name->line, SAY_CALENDAR_DAY_TWICE, day_names[day]);
            continue;
        }
        calendar->given[day] = true;
        read_hours(load, &calendar->days[day], day_names[day], name->next);
    }
}

/* ---- overrides ---- */

/* "off", "working", "fri". */
static bool word_read(const char *text, struct calendar_override *override)
{
    const int day = day_of(text, strlen(text));
    if (strcmp(text, "off") == 0) {
        override->kind = CALENDAR_OVERRIDE_OFF;
    } else if (strcmp(text, "working") == 0) {
        override->kind = CALENDAR_OVERRIDE_WORKING;
    } else if (day >= 0) {
        override->kind = CALENDAR_OVERRIDE_LIKE;
        override->weekday = (unsigned)day;
    } else {
        return false;
    }
    return true;
}

/* One override while it is read. */
struct override_work {
    struct calendar_override override;
    bool day_given, hours_given;
    char name[NAME_BYTES_MAX + 1];
};

/* A day as a word: off, working, or like another weekday. */
static void read_override_day(struct site_load *load, const struct site_key *key,
                              const struct site_node *value, void *target)
{
    struct override_work *work = target;
    const char *text = site_node_text(load, value);
    (void)key;
    work->day_given = true;
    if (text != NULL && !word_read(text, &work->override)) {
        site_say(load, value->line, SAY_OVERRIDE_WORD, site_shown(load, text));
    }
}

static void read_override_hours(struct site_load *load, const struct site_key *key,
                                const struct site_node *value, void *target)
{
    struct override_work *work = target;
    work->hours_given = true;
    work->override.kind = CALENDAR_OVERRIDE_HOURS;
    read_hours(load, &work->override.hours, key->name, value);
}

static const struct site_key override_keys[] = {
    {.name = "name", .read = site_key_name, .offset = offsetof(struct override_work, name)},
    {.name = "day", .read = read_override_day},
    {.name = "hours", .read = read_override_hours},
};

/* off | working | mon..sun | "09:00-12:00" | [..] | {name, day or hours} */
static void read_override_value(struct site_load *load, const struct site_node *value,
                                struct calendar_override *override)
{
    struct override_work work = {.override = *override};
    if (value->type == SITE_NODE_LIST) {
        work.override.kind = CALENDAR_OVERRIDE_HOURS;
        read_hours(load, &work.override.hours, "overrides", value);
    } else if (value->type == SITE_NODE_MAP) {
        (void)site_keys_read(load, value, override_keys, COUNT(override_keys), &work);
        if (work.day_given == work.hours_given) {
            site_say(load, value->line, SAY_OVERRIDE_CHOICE);
        }
        if (strlen(work.name) > CALENDAR_NAME_BYTES_MAX) {
            site_say(load, value->line, SAY_HOLIDAY_NAME, site_shown(load, work.name));
            work.name[0] = '\0';
        }
        memcpy(work.override.name, work.name, strlen(work.name) + 1);
    } else {
        const char *text = site_node_text(load, value);
        if (text != NULL && text[0] >= '0' && text[0] <= '9') {
            work.override.kind = CALENDAR_OVERRIDE_HOURS;
            add_interval(load, &work.override.hours, "overrides", value);
        } else if (text != NULL && !word_read(text, &work.override)) {
            site_say(load, value->line, SAY_OVERRIDE_WORD, site_shown(load, text));
        }
    }
    *override = work.override;
}

/* "2026-05-09" or "2026-07-01/2026-07-03". */
static bool range_read(const char *text, int32_t *first, int32_t *last)
{
    char date[CIVIL_DATE_BYTES];
    const size_t bytes = strlen(text);
    if (bytes == 10) {
        const bool good = civil_parse(text, first);
        *last = *first;
        return good;
    }
    if (bytes != 21 || text[10] != '/') {
        return false;
    }
    memcpy(date, text, 10);
    date[10] = '\0';
    return civil_parse(date, first) && civil_parse(text + 11, last) && *first <= *last &&
           *last - *first < RANGE_DAYS_MAX;
}

/* Before: its day is set. False: it is not taken, and those after it of the same entry are not
 * either. */
static bool add_override(struct site_load *load, struct written *calendar,
                         const struct calendar_override *override)
{
    CHECK(calendar->override_count <= CALENDAR_OVERRIDES_MAX);
    for (uint32_t index = 0; index < calendar->override_count; index++) {
        if (calendar->overrides[index].day == override->day) {
            char date[CIVIL_DATE_BYTES];
            civil_write(override->day, date);
            site_say(load, override->line, SAY_OVERRIDE_TWICE, date,
                     calendar->overrides[index].line);
            return false;
        }
    }
    if (calendar->override_count == CALENDAR_OVERRIDES_MAX) {
        site_say(load, override->line, SAY_OVERRIDE_TOO_MANY, CALENDAR_OVERRIDES_MAX);
        return false;
    }
    if (!site_grow((void **)&calendar->overrides, calendar->override_count,
                   sizeof *calendar->overrides)) {
        load->no_memory = true;
        return false;
    }
    calendar->overrides[calendar->override_count++] = *override;
    return true;
}

/* One entry: a day or a range of days, and what holds on each of them. */
static void read_override(struct site_load *load, struct written *calendar,
                          const struct site_node *name)
{
    int32_t first = 0;
    int32_t last = 0;
    const char *text = site_node_text(load, name);
    if (text == NULL) {
        return;
    }
    if (!range_read(text, &first, &last)) {
        site_say(load, name->line, SAY_OVERRIDE_DATE, site_shown(load, text));
        return;
    }
    struct calendar_override override = {.line = name->line};
    read_override_value(load, name->next, &override);
    for (override.day = first; override.day <= last; override.day++) {
        if (!add_override(load, calendar, &override)) {
            return;
        }
    }
}

static void read_overrides(struct site_load *load, struct written *calendar,
                           const struct site_node *value)
{
    if (value->type != SITE_NODE_MAP) {
        site_say(load, value->line, SAY_YAML_NOT_MAP);
        return;
    }
    for (const struct site_node *name = value->child; name != NULL && !load->no_memory;
         name = name->next->next) {
        read_override(load, calendar, name);
        arena_reset(&load->arena);
    }
}

/* ---- one calendar ---- */

/* Whose hours a make-up workday 调休 has: those of a weekday, or none at all. */
static void read_makeup(struct site_load *load, struct written *calendar,
                        const struct site_node *value)
{
    const char *text = site_node_text(load, value);
    const int day = text == NULL ? -1 : day_of(text, strlen(text));
    calendar->makeup_line = value->line;
    if (text != NULL && strcmp(text, "none") == 0) {
        calendar->makeup = CALENDAR_MAKEUP_NONE;
    } else if (day >= 0) {
        calendar->makeup = (unsigned)day;
    } else if (text != NULL) {
        site_say(load, value->line, SAY_CALENDAR_MAKEUP, site_shown(load, text));
    }
}

static void read_holidays(struct site_load *load, struct written *calendar,
                          const struct site_node *value)
{
    const char *text = site_node_text(load, value);
    calendar->holidays_line = value->line;
    if (text != NULL && strlen(text) <= CODE_BYTES_MAX) {
        memcpy(calendar->holidays, text, strlen(text) + 1);
    } else if (text != NULL) {
        site_say(load, value->line, SAY_CODE_MALFORMED, site_shown(load, text));
    }
}

static void read_extends(struct site_load *load, struct written *calendar,
                         const struct site_node *value)
{
    const char *text = site_node_text(load, value);
    calendar->extends_line = value->line;
    if (text != NULL && site_code_valid(load, value->line, text)) {
        memcpy(calendar->extends, text, strlen(text) + 1);
    }
}

static void read_was(struct site_load *load, struct written *calendar,
                     const struct site_node *value)
{
    calendar->was = site_node_text(load, value);
    calendar->was_line = value->line;
}

typedef void setting_fn(struct site_load *load, struct written *calendar,
                        const struct site_node *value);
static const struct {
    const char *name;
    setting_fn *read;
} settings[] = {{"extends", read_extends},
                {"holidays", read_holidays},
                {"makeup", read_makeup},
                {"overrides", read_overrides},
                {"was", read_was}};

/* A calendar's map mixes weekdays, in any spelling of ranges, with settings; so it has no table
 * of keys. */
static void read_entry(struct site_load *load, struct written *calendar,
                       const struct site_node *name, bool given[COUNT(settings)])
{
    int first = 0;
    int last = 0;
    const char *text = site_node_text(load, name);
    if (text == NULL) {
        return;
    }
    for (size_t index = 0; index < COUNT(settings); index++) {
        if (strcmp(text, settings[index].name) != 0) {
            continue;
        }
        if (given[index]) {
            site_say(load, name->line, SAY_YAML_KEY_DUPLICATE, text);
            return;
        }
        given[index] = true;
        settings[index].read(load, calendar, name->next);
        return;
    }
    if (!days_read(text, &first, &last)) {
        site_say(load, name->line, SAY_CALENDAR_DAY, site_shown(load, text));
        return;
    }
    read_days(load, calendar, name, first, last);
}

/* By day, as merging and the built calendar need them. */
static int compare_overrides(const void *a, const void *b)
{
    const struct calendar_override *left = a;
    const struct calendar_override *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

/* Says what is wrong. */
static void read_calendar(struct site_load *load, const struct site_node *body,
                          struct written *calendar)
{
    bool given[COUNT(settings)] = {false};
    const uint32_t before = load->report->count;
    if (body->type != SITE_NODE_MAP) {
        site_say(load, body->line, SAY_YAML_NOT_MAP);
    } else {
        for (const struct site_node *name = body->child; name != NULL; name = name->next->next) {
            read_entry(load, calendar, name, given);
        }
    }
    if (calendar->override_count > 1) {
        qsort(calendar->overrides, calendar->override_count, sizeof *calendar->overrides,
              compare_overrides);
    }
    calendar->mistaken = load->report->count > before;
}

struct build {
    struct site_load *load;
    struct written *calendars;
    uint32_t count;
};

/* ---- inheritance ---- */

static struct written *find(struct build *build, const char *code)
{
    for (uint32_t index = 0; index < build->count; index++) {
        if (strcmp(build->calendars[index].code, code) == 0) {
            return &build->calendars[index];
        }
    }
    return NULL;
}

/* Overrides of both by day, the child's where both have one. */
static bool merge_overrides(struct build *build, struct written *child,
                            const struct written *parent)
{
    CHECK(child != parent);
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

/* Whatever the child does not say itself. A parent's mistake is the child's too: nothing is said
 * twice. */
static void inherit(struct build *build, struct written *child, const struct written *parent)
{
    CHECK(parent->state == WRITTEN_DONE);
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
static void say_cycle(struct build *build, struct written *at)
{
    char list[256] = "";
    size_t used = 0;
    struct written *calendar = at;
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
                    struct written *calendar) // NOLINT(misc-no-recursion)
{
    struct written *parent = NULL;
    if (calendar->state != WRITTEN_READ || build->load->no_memory) {
        return;
    }
    calendar->state = WRITTEN_VISITED;
    if (calendar->extends[0] != '\0') {
        parent = find(build, calendar->extends);
        if (parent == NULL) {
            site_say(build->load, calendar->extends_line, SAY_CALENDAR_EXTENDS_UNKNOWN,
                     calendar->extends);
            calendar->mistaken = true;
        } else if (parent->state == WRITTEN_VISITED) {
            say_cycle(build, parent);
            parent = NULL;
        } else {
            resolve(build, parent);
        }
    }
    if (parent != NULL && !build->load->no_memory) {
        inherit(build, calendar, parent);
    }
    calendar->state = WRITTEN_DONE;
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

/* Warns of the site's own files that do not hold the whole year: an operator who imported one day
 * would else believe that the year is done. Once, for the first calendar that follows them. */
static void warn_of_parts(struct site_load *load, const char *code)
{
    for (uint32_t index = 0; index < load->year_count; index++) {
        const struct holidays_year *year = load->years[index];
        struct holidays_missing missing;
        char name[64];
        (void)snprintf(name, sizeof name, "calendars/%d.json", year->year);
        holidays_missing(year, code, &missing);
        for (uint32_t each = 0; each < load->year_source_count; each++) {
            const struct site_year_source *source = &load->year_sources[each];
            if (missing.count > 0 && year->count > 0 && strcmp(source->name, name) == 0) {
                load->file_name = source->name;
                site_warn(load, 0, SAY_HOLIDAYS_PART_YEAR, year->year, missing.zh, missing.en);
            }
        }
        load->file_name = NULL;
    }
}

static void say_unknown_holidays(struct site_load *load, const struct written *calendar)
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

/* Puts a calendar among the site's, and its code into the index. False without memory. */
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

/* The week, and how much of it is open: a calendar without an open minute would never let a term
 * end. */
static void take_hours(const struct written *from, struct calendar *calendar)
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
static unsigned makeup_of(struct site_load *load, const struct written *from,
                          const struct calendar *calendar)
{
    CHECK(from->makeup == CALENDAR_MAKEUP_NONE || from->makeup < 7);
    if (from->makeup_line == 0) {
        return calendar_makeup_default(calendar);
    }
    if (from->makeup != CALENDAR_MAKEUP_NONE && calendar->days[from->makeup].count == 0) {
        site_say(load, from->makeup_line, SAY_CALENDAR_MAKEUP_CLOSED, weekday_name(from->makeup));
    }
    return from->makeup;
}

static void build_tables(struct site_load *load, const struct written *from,
                         struct calendar *calendar)
{
    CHECK(calendar->week_minutes > 0);
    struct holidays set = {.count = 0};
    struct calendar_plan plan = {
        .zone = load->site->zone,
        .overrides = from->overrides,
        .override_count = from->override_count,
        .makeup_weekday = makeup_of(load, from, calendar),
    };
    enum rc rc = RC_OK;
    if (from->holidays[0] != '\0' && strcmp(from->holidays, "none") != 0) {
        if (!load->holidays_used) {
            warn_of_parts(load, from->holidays);
        }
        load->holidays_used = true;
        (void)snprintf(set.code, sizeof set.code, "%s", from->holidays);
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

static bool whole_week(const struct calendar *calendar)
{
    bool open = true;
    for (unsigned day = 0; day < 7; day++) {
        open = open && calendar->days[day].count > 0;
    }
    return open;
}

static void build_calendar(struct site_load *load, const struct written *from)
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
    CHECK(load->site->calendar_count < SITE_CALENDARS_MAX);
    load->calendar_lines[load->site->calendar_count] = from->line;
    if (load->doubts && !calendar.always && from->holidays[0] == '\0' && !whole_week(&calendar)) {
        site_warn(load, from->line, SAY_CALENDAR_NO_HOLIDAYS, from->code);
    }
    if (from->was != NULL) {
        const struct site_heir heir = {
            .kind = SITE_KIND_CALENDAR, .file = SITE_YAML, .index = load->site->calendar_count};
        site_was_read(load, from->was_line, &heir, from->was);
    }
    if (!add_calendar(load, &calendar)) {
        calendar_fini(&calendar);
    }
}

/* All are resolved before any is built: a calendar may extend one that stands further down. */
static void build_calendars(struct site_load *load, struct written *calendars, uint32_t count)
{
    CHECK(count < SITE_CALENDARS_MAX);
    struct build build = {.load = load, .calendars = calendars, .count = count};
    for (uint32_t index = 0; index < count; index++) {
        resolve(&build, &calendars[index]);
    }
    for (uint32_t index = 0; index < count; index++) {
        const struct written *parent = find(&build, calendars[index].extends);
        if (parent != NULL) { /* the site's calendars stand in this order, behind "always" */
            load->calendar_used[parent - calendars + 1] = true;
        }
    }
    for (uint32_t index = 0; index < count && !load->no_memory; index++) {
        build_calendar(load, &calendars[index]);
        arena_reset(&load->arena);
    }
}

/* ---- all of them ---- */

static uint32_t calendar_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->calendars, site->calendars, sizeof *site->calendars, code);
}

static bool known_already(const struct written *calendars, uint32_t count, const char *code)
{
    for (uint32_t index = 0; index < count; index++) {
        if (strcmp(calendars[index].code, code) == 0) {
            return true;
        }
    }
    return false;
}

/* Reads the calendar behind the name to calendars[*count]. */
static void read_named(struct site_load *load, const struct site_node *name,
                       struct written *calendars, uint32_t *count)
{
    CHECK(load->site->calendar_count >= 1); /* "always" */
    const char *code = site_node_text(load, name);
    if (code == NULL || !site_code_valid(load, name->line, code)) {
        return;
    }
    if (strcmp(code, load->site->calendars[0].code) == 0) {
        site_say(load, name->line, SAY_CALENDAR_BUILT_IN);
        return;
    }
    if (known_already(calendars, *count, code)) {
        site_say(load, name->line, SAY_YAML_KEY_DUPLICATE, code);
        return;
    }
    struct written *calendar = &calendars[(*count)++];
    memcpy(calendar->code, code, strlen(code) + 1);
    calendar->line = name->line;
    read_calendar(load, name->next, calendar);
}

void site_key_calendars(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    uint32_t count = 0;
    (void)target;
    if (value->type != SITE_NODE_MAP) {
        site_say(load, value->line, SAY_YAML_NOT_MAP);
        return;
    }
    if (value->count > SITE_CALENDARS_MAX - 1) {
        site_say(load, value->line, SAY_LIST_TOO_LONG, key->name, SITE_CALENDARS_MAX - 1);
        return;
    }
    struct written *calendars = calloc((size_t)value->count + 1, sizeof *calendars);
    if (calendars == NULL) {
        load->no_memory = true;
        return;
    }
    for (const struct site_node *name = value->child; name != NULL; name = name->next->next) {
        read_named(load, name, calendars, &count);
        arena_reset(&load->arena);
    }
    if (!load->no_memory) {
        build_calendars(load, calendars, count);
    }
    for (uint32_t index = 0; index < count; index++) {
        free(calendars[index].overrides);
    }
    free(calendars);
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
    CHECK(found < SITE_CALENDARS_MAX);
    load->calendar_used[found] = true;
    *(uint32_t *)((char *)target + key->offset) = found;
}

bool site_calendars_init(struct site_load *load)
{
    const struct calendar always = {
        .code = "always", .always = true, .week_minutes = 7 * DAY_MINUTES};
    return add_calendar(load, &always);
}
