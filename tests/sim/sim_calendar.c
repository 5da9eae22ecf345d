/* sim_calendar: when office time runs, written down a second time and as plainly as possible, so
 * that the services' deadlines are compared with something else than common/calendar.
 *
 * It knows a calendar from its definition alone: the weekly hours, the decreed days as they stand
 * in the files of holidays, the overrides as they stand in site.yaml. It counts by walking from day
 * to day and from interval to interval. Sites with a zone, `extends`, `makeup` or overrides over
 * several days are beyond it (sim_plain_knows). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_parts.h"

#define DAY_MS 86400000ull
#define MINUTE_MS 60000ull
#define FILE_MAX ((size_t)1 << 20)
#define DECREES_MAX 1024u
#define OVERRIDES_MAX 64u
#define DAYS_MAX 3000 /* remembered, from the start of the simulation on */
#define WALK_DAYS_MAX 40000

struct plain_calendar {
    char code[CODE_BYTES_MAX + 1];
    struct calendar_hours week[7];
    unsigned makeup; /* the weekday whose hours a make-up day has */
    bool decreed;
    uint32_t override_count;
    struct {
        int32_t day;
        struct calendar_hours hours;
    } overrides[OVERRIDES_MAX];
    struct {
        bool known;
        struct calendar_hours hours;
    } days[DAYS_MAX];
};

struct sim_plain {
    bool known;
    int64_t offset_ms;
    int32_t first_day;
    uint32_t calendar_count, decree_count;
    struct plain_calendar *calendars;
    struct {
        int32_t day;
        int year; /* of the notice */
        bool off;
    } decrees[DECREES_MAX];
};

/* ---- reading the definition ---- */

static char *read_file(const char *folder, const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, FILE_MAX);
    CHECK(text != NULL);
    const size_t bytes = fread(text, 1, FILE_MAX - 1, file);
    CHECK(bytes < FILE_MAX - 1);
    (void)fclose(file);
    return text;
}

static void forget_year(struct sim_plain *plain, int year)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plain->decree_count; i++) {
        if (plain->decrees[i].year != year) {
            plain->decrees[kept++] = plain->decrees[i];
        }
    }
    plain->decree_count = kept;
}

/* {"name": "...", "date": "2026-01-01", "isOffDay": true}, one after the other. */
static void read_decrees(struct sim_plain *plain, const char *text, int year)
{
    forget_year(plain, year);
    for (const char *at = strstr(text, "\"date\""); at != NULL; at = strstr(at + 1, "\"date\"")) {
        const char *date = strchr(strchr(at, ':'), '"') + 1;
        const char *off = strchr(strstr(at, "\"isOffDay\""), ':');
        char written[11] = "";
        memcpy(written, date, 10);
        const uint32_t at_index = plain->decree_count++;
        CHECK(at_index < DECREES_MAX);
        const bool read = civil_parse(written, &plain->decrees[at_index].day);
        CHECK(read);
        plain->decrees[at_index].year = year;
        off += 1 + strspn(off + 1, " ");
        plain->decrees[at_index].off = strncmp(off, "true", 4) == 0;
    }
}

/* Those that come with the programs, and the site's own in their place. */
static void read_years(struct sim_plain *plain, const char *folder)
{
    const struct holidays_file *file = NULL;
    for (uint32_t i = 0; (file = holidays_built_in(i)) != NULL; i++) {
        if (strcmp(file->code, "CN") == 0) {
            char *text = calloc(1, file->size + 1);
            CHECK(text != NULL);
            memcpy(text, file->bytes, file->size);
            read_decrees(plain, text, atoi(file->name));
            free(text);
        }
    }
    for (int year = 2020; year < 2040; year++) {
        char name[64];
        (void)snprintf(name, sizeof name, "calendars/%d.json", year);
        char *text = read_file(folder, name);
        if (text != NULL) {
            read_decrees(plain, text, year);
            free(text);
        }
    }
}

/* "09:00-12:00", in quotes, as many as stand there. */
static void read_hours(const char *text, struct calendar_hours *hours)
{
    hours->count = 0;
    for (const char *at = strchr(text, '"'); at != NULL; at = strchr(at + 1, '"')) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        if (sscanf(at, "\"%2u:%2u-%2u:%2u\"", &a, &b, &c, &d) == 4) {
            CHECK(hours->count < CALENDAR_INTERVALS_MAX);
            hours->from[hours->count] = (uint16_t)(a * 60 + b);
            hours->until[hours->count] = (uint16_t)(c * 60 + d);
            hours->count++;
        }
    }
}

static void read_override(struct sim_plain *plain, struct plain_calendar *calendar,
                          const char *line)
{
    static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    char date[11] = "";
    memcpy(date, line, 10);
    CHECK(calendar->override_count < OVERRIDES_MAX);
    const uint32_t index = calendar->override_count++;
    if (!civil_parse(date, &calendar->overrides[index].day) || line[10] != ':') {
        plain->known = false;
        return;
    }
    const char *word = line + 11 + strspn(line + 11, " ");
    struct calendar_hours *hours = &calendar->overrides[index].hours;
    if (strncmp(word, "off", 3) == 0) {
        hours->count = 0;
    } else if (strncmp(word, "working", 7) == 0) {
        *hours = calendar->week[calendar->makeup];
    } else if (strchr(word, '"') != NULL) {
        read_hours(word, hours);
    } else {
        plain->known = false;
        for (unsigned day = 0; day < 7; day++) {
            if (strncmp(word, weekdays[day], 3) == 0) {
                *hours = calendar->week[day];
                plain->known = true;
            }
        }
    }
}

static struct plain_calendar *find(const struct sim_plain *plain, const char *code)
{
    for (uint32_t i = 0; i < plain->calendar_count; i++) {
        if (strcmp(plain->calendars[i].code, code) == 0) {
            return &plain->calendars[i];
        }
    }
    return NULL;
}

/* A line of the section `calendars`, without its indent. */
static void read_line(struct sim_plain *plain, struct plain_calendar *calendar, const char *line)
{
    if (strncmp(line, "holidays:", 9) == 0) {
        calendar->decreed = strncmp(line + 9 + strspn(line + 9, " "), "CN", 2) == 0;
    } else if (strncmp(line, "extends:", 8) == 0 || strncmp(line, "makeup:", 7) == 0) {
        plain->known = false;
    } else if (isdigit((unsigned char)line[0])) {
        read_override(plain, calendar, line);
    }
}

/* site.yaml as this simulator's sites are written: two blanks an indent. */
static void read_site(struct sim_plain *plain, char *text)
{
    bool inside = false;
    struct plain_calendar *calendar = NULL;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const size_t indent = strspn(line, " ");
        if (line[indent] == '#' || line[indent] == '\0') {
            continue;
        }
        if (indent == 0) {
            inside = strncmp(line, "calendars:", 10) == 0;
        } else if (inside && indent == 2) {
            char code[CODE_BYTES_MAX + 1] = "";
            (void)sscanf(line, " %32[a-z0-9_.-]:", code);
            calendar = find(plain, code);
            CHECK(calendar != NULL);
        } else if (inside && calendar != NULL) {
            read_line(plain, calendar, line + indent);
        }
    }
}

struct sim_plain *sim_plain_new(const struct site *site, const char *folder, uint64_t start_ms)
{
    struct sim_plain *plain = calloc(1, sizeof *plain);
    CHECK(plain != NULL);
    plain->calendars = calloc(site->calendar_count, sizeof *plain->calendars);
    CHECK(plain->calendars != NULL);
    plain->known = site->zone == NULL;
    plain->offset_ms = site->utc_offset_ms;
    plain->calendar_count = site->calendar_count;
    plain->first_day = (int32_t)(((int64_t)start_ms + plain->offset_ms) / (int64_t)DAY_MS);
    for (uint32_t i = 0; i < site->calendar_count; i++) {
        struct plain_calendar *calendar = &plain->calendars[i];
        const struct calendar *given = &site->calendars[i];
        (void)snprintf(calendar->code, sizeof calendar->code, "%s", given->code);
        for (unsigned day = 0; day < 7; day++) {
            calendar->week[day] = given->days[day];
            if (given->always) {
                calendar->week[day] = (struct calendar_hours){.count = 1, .until = {24 * 60}};
            }
        }
        while (calendar->makeup < 6 && calendar->week[calendar->makeup].count == 0) {
            calendar->makeup++;
        }
    }
    char *text = read_file(folder, "site.yaml");
    CHECK(text != NULL);
    read_site(plain, text);
    free(text);
    read_years(plain, folder);
    return plain;
}

void sim_plain_free(struct sim_plain *plain)
{
    if (plain != NULL) {
        free(plain->calendars);
        free(plain);
    }
}

bool sim_plain_knows(const struct sim_plain *plain)
{
    return plain->known;
}

/* ---- the hours of a day ---- */

static unsigned weekday_of(int32_t day)
{
    return (unsigned)(((day % 7) + 7 + 3) % 7); /* 1970-01-01 was a Thursday */
}

static struct calendar_hours hours_by_definition(const struct sim_plain *plain,
                                                 const struct plain_calendar *calendar, int32_t day)
{
    const unsigned weekday = weekday_of(day);
    struct calendar_hours hours = calendar->week[weekday];
    int year = 0; /* the later notice wins */
    for (uint32_t i = 0; calendar->decreed && i < plain->decree_count; i++) {
        if (plain->decrees[i].day != day || plain->decrees[i].year < year) {
            continue;
        }
        year = plain->decrees[i].year;
        hours = calendar->week[weekday];
        if (plain->decrees[i].off) {
            hours.count = 0;
        } else if (weekday >= 5) {
            hours = calendar->week[calendar->makeup];
        }
    }
    for (uint32_t i = 0; i < calendar->override_count; i++) {
        if (calendar->overrides[i].day == day) {
            hours = calendar->overrides[i].hours;
        }
    }
    return hours;
}

static struct calendar_hours hours_of(const struct sim_plain *plain,
                                      struct plain_calendar *calendar, int32_t day)
{
    const int32_t index = day - plain->first_day;
    if (index < 0 || index >= DAYS_MAX) {
        return hours_by_definition(plain, calendar, day);
    }
    if (!calendar->days[index].known) {
        calendar->days[index].hours = hours_by_definition(plain, calendar, day);
        calendar->days[index].known = true;
    }
    return calendar->days[index].hours;
}

static int32_t day_of(const struct sim_plain *plain, uint64_t at_ms)
{
    return (int32_t)(((int64_t)at_ms + plain->offset_ms) / (int64_t)DAY_MS);
}

static uint64_t midnight(const struct sim_plain *plain, int32_t day)
{
    return (uint64_t)(day * (int64_t)DAY_MS - plain->offset_ms);
}

/* ---- what counts of a day ---- */

struct stretch {
    uint64_t from_ms, until_ms;
};

/* The stretches of this day that count in the term's unit; returns how many. */
static unsigned stretches(const struct sim_plain *plain, const struct sim_term *term, int32_t day,
                          struct stretch out[CALENDAR_INTERVALS_MAX])
{
    const uint64_t start_ms = midnight(plain, day);
    struct plain_calendar *calendar = find(plain, term->calendar);
    CHECK(calendar != NULL);
    const struct calendar_hours hours = hours_of(plain, calendar, day);
    if (term->unit == PAIDAN__TIME_UNIT__TIME_WORKING_HOURS) {
        for (unsigned i = 0; i < hours.count; i++) {
            out[i] = (struct stretch){start_ms + hours.from[i] * MINUTE_MS,
                                      start_ms + hours.until[i] * MINUTE_MS};
        }
        return hours.count;
    }
    out[0] = (struct stretch){start_ms, start_ms + DAY_MS};
    const bool counts = term->unit != PAIDAN__TIME_UNIT__TIME_WORKING_DAYS || hours.count > 0;
    return counts ? 1 : 0;
}

uint64_t sim_plain_start(const struct sim_plain *plain, const struct sim_term *term,
                         uint64_t from_ms)
{
    return term->next_day ? midnight(plain, day_of(plain, from_ms) + 1) : from_ms;
}

uint64_t sim_plain_count(const struct sim_plain *plain, const struct sim_term *term,
                         uint64_t from_ms, uint64_t until_ms)
{
    uint64_t sum_ms = 0;
    for (int32_t day = day_of(plain, from_ms); midnight(plain, day) < until_ms; day++) {
        struct stretch counted[CALENDAR_INTERVALS_MAX] = {0};
        const unsigned count = stretches(plain, term, day, counted);
        for (unsigned i = 0; i < count; i++) {
            const uint64_t a = counted[i].from_ms > from_ms ? counted[i].from_ms : from_ms;
            const uint64_t b = counted[i].until_ms < until_ms ? counted[i].until_ms : until_ms;
            sum_ms += b > a ? b - a : 0;
        }
    }
    return sum_ms;
}

/* Moved into open time of its day; to the closing if the term ends there. */
static uint64_t into_open(const struct sim_plain *plain, const struct sim_term *term, int32_t day,
                          uint64_t at_ms)
{
    const struct sim_term open = {.calendar = term->calendar,
                                  .unit = PAIDAN__TIME_UNIT__TIME_WORKING_HOURS};
    struct stretch hours[CALENDAR_INTERVALS_MAX] = {0};
    const unsigned count = stretches(plain, &open, day, hours);
    CHECK(count > 0);
    for (unsigned i = 0; i < count && !term->end_of_day; i++) {
        if (at_ms <= hours[i].until_ms) {
            return at_ms > hours[i].from_ms ? at_ms : hours[i].from_ms;
        }
    }
    return hours[count - 1].until_ms;
}

/* The first moment from here on at which somebody could work on it. */
static uint64_t next_open(const struct sim_plain *plain, const struct sim_term *term,
                          uint64_t from_ms)
{
    const struct sim_term open = {.calendar = term->calendar,
                                  .unit = PAIDAN__TIME_UNIT__TIME_WORKING_HOURS};
    for (int32_t day = day_of(plain, from_ms), walked = 0;; day++, walked++) {
        struct stretch hours[CALENDAR_INTERVALS_MAX] = {0};
        const unsigned count = stretches(plain, &open, day, hours);
        CHECK(walked < WALK_DAYS_MAX);
        for (unsigned i = 0; i < count; i++) {
            if (hours[i].until_ms > from_ms) {
                return hours[i].from_ms > from_ms ? hours[i].from_ms : from_ms;
            }
        }
    }
}

/* The moment is known at which the count is full: the end rules of days. */
static uint64_t ended(const struct sim_plain *plain, const struct sim_term *term, int32_t day,
                      uint64_t at_ms, uint64_t from_ms)
{
    if (term->unit == PAIDAN__TIME_UNIT__TIME_DAYS) {
        return term->end_of_day ? midnight(plain, day + 1) : at_ms;
    }
    if (term->unit != PAIDAN__TIME_UNIT__TIME_WORKING_DAYS) {
        return at_ms;
    }
    const uint64_t open_ms = into_open(plain, term, day, at_ms);
    const uint64_t first_ms = next_open(plain, term, from_ms);
    return open_ms > first_ms ? open_ms : first_ms;
}

uint64_t sim_plain_end(const struct sim_plain *plain, const struct sim_term *term, uint64_t rest_ms,
                       uint64_t from_ms)
{
    uint64_t left_ms = rest_ms;
    if (rest_ms == 0) {
        return from_ms;
    }
    for (int32_t day = day_of(plain, from_ms), walked = 0;; day++, walked++) {
        struct stretch counted[CALENDAR_INTERVALS_MAX] = {0};
        const unsigned count = stretches(plain, term, day, counted);
        CHECK(walked < WALK_DAYS_MAX);
        for (unsigned i = 0; i < count; i++) {
            const uint64_t a = counted[i].from_ms > from_ms ? counted[i].from_ms : from_ms;
            if (counted[i].until_ms <= a) {
                continue;
            }
            const uint64_t stretch_ms = counted[i].until_ms - a;
            if (left_ms <= stretch_ms) {
                return ended(plain, term, day, a + left_ms, from_ms);
            }
            left_ms -= stretch_ms;
        }
    }
}
