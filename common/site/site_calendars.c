/* site_calendars: the calendars of site.yaml as they are written: weekly hours, overrides, and what
 * each extends. */

#include "common/site/site_calendars.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"

enum {
    DAY_MINUTES = 24 * 60,
    RANGE_DAYS_MAX = 366, /* a longer one is a mistake of writing */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const day_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

const char *site_weekday_name(unsigned weekday)
{
    CHECK(weekday < 7);
    return day_names[weekday];
}

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

/* Puts an interval in its place in the day that is called `day`. */
static void add_interval(struct site_load *load, struct calendar_hours *hours, const char *day,
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

static void read_days(struct site_load *load, struct site_calendar *calendar,
                      const struct site_node *name, int first, int last)
{
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

struct override_work {
    struct calendar_override override;
    bool day_given, hours_given;
    char name[NAME_BYTES_MAX + 1];
};

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

static bool add_override(struct site_load *load, struct site_calendar *calendar,
                         const struct calendar_override *override)
{
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

static void read_override(struct site_load *load, struct site_calendar *calendar,
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

static void read_overrides(struct site_load *load, struct site_calendar *calendar,
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

static void read_makeup(struct site_load *load, struct site_calendar *calendar,
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

static void read_holidays(struct site_load *load, struct site_calendar *calendar,
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

static void read_extends(struct site_load *load, struct site_calendar *calendar,
                         const struct site_node *value)
{
    const char *text = site_node_text(load, value);
    calendar->extends_line = value->line;
    if (text != NULL && site_code_valid(load, value->line, text)) {
        memcpy(calendar->extends, text, strlen(text) + 1);
    }
}

typedef void setting_fn(struct site_load *load, struct site_calendar *calendar,
                        const struct site_node *value);
static const struct {
    const char *name;
    setting_fn *read;
} settings[] = {{"extends", read_extends},
                {"holidays", read_holidays},
                {"makeup", read_makeup},
                {"overrides", read_overrides}};

static void read_entry(struct site_load *load, struct site_calendar *calendar,
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

static int compare_overrides(const void *a, const void *b)
{
    const struct calendar_override *left = a;
    const struct calendar_override *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

void site_calendar_read(struct site_load *load, const struct site_node *body,
                        struct site_calendar *calendar)
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

/* ---- all of them ---- */

static uint32_t calendar_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->calendars, site->calendars, sizeof *site->calendars, code);
}

static bool known_already(const struct site_calendar *calendars, uint32_t count, const char *code)
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
                       struct site_calendar *calendars, uint32_t *count)
{
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
    struct site_calendar *calendar = &calendars[(*count)++];
    memcpy(calendar->code, code, strlen(code) + 1);
    calendar->line = name->line;
    site_calendar_read(load, name->next, calendar);
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
    struct site_calendar *calendars = calloc((size_t)value->count + 1, sizeof *calendars);
    if (calendars == NULL) {
        load->no_memory = true;
        return;
    }
    for (const struct site_node *name = value->child; name != NULL; name = name->next->next) {
        read_named(load, name, calendars, &count);
        arena_reset(&load->arena);
    }
    if (!load->no_memory) {
        site_calendars_build(load, calendars, count);
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
    *(uint32_t *)((char *)target + key->offset) = found;
}

bool site_calendar_add(struct site_load *load, const struct calendar *calendar)
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
    return site_calendar_add(load, &always);
}
