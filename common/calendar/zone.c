/* zone: what the wall clock of a place shows, as a list of changes of its offset.
 *
 * Read from the system's database (TZif, RFC 8536, versions 2 and later), through the years that
 * clocks can reach; the rule at the end of the file gives the years after the last change listed.
 * China has had no change since 1991, so Asia/Shanghai is built in and a site there depends on no
 * file. Files come from the system but are parsed as if from outside: nothing read is believed
 * before it is looked at.
 *
 * What the calendars rely on: changes lie more than a day apart, and are sorted. */

#include "common/calendar/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"

#define SECOND_MS 1000ll
#define DAY_S 86400ll
#define OFFSET_S_MAX (26ll * 3600) /* RFC 8536 */
enum {
    FILE_BYTES_MAX = 1 << 16, /* the largest of tzdata has 4 kB */
    HEADER_BYTES = 44,
    TYPES_MAX = 256,
};

/* ---- looking up ---- */

/* The last change at or before at_ms. */
static uint32_t change_at(const struct zone *zone, int64_t at_ms)
{
    CHECK(zone->count > 0);
    CHECK(zone->count <= ZONE_CHANGES_MAX);
    uint32_t low = 0;
    uint32_t high = zone->count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at_ms <= at_ms) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t zone_offset(const struct zone *zone, int64_t at_ms)
{
    CHECK(zone->count > 0);
    return zone->changes[change_at(zone, at_ms)].offset_ms;
}

int64_t zone_next_change(const struct zone *zone, int64_t at_ms)
{
    const uint32_t next = change_at(zone, at_ms) + 1;
    return next < zone->count ? zone->changes[next].at_ms : INT64_MAX;
}

/* Of a time that is shown twice the first; of one that is skipped the change. */
int64_t zone_moment(const struct zone *zone, int64_t local_ms)
{
    CHECK(zone->count > 0);
    /* Two days earlier the wall clock surely showed less. */
    uint32_t index = change_at(zone, local_ms - 2 * DAY_S * SECOND_MS);
    for (;; index++) {
        const int64_t from_ms = zone->changes[index].at_ms;
        const int64_t moment_ms = local_ms - zone->changes[index].offset_ms;
        if (index + 1 == zone->count || moment_ms < zone->changes[index + 1].at_ms) {
            return moment_ms > from_ms ? moment_ms : from_ms;
        }
    }
}

/* ---- TZif ---- */

struct reader {
    const unsigned char *bytes;
    size_t size, at;
    bool bad;
};

/* Big-endian, with its sign. Beyond the end: 0, and the reader is bad. */
static int64_t read_number(struct reader *reader, unsigned bytes)
{
    CHECK(bytes == 4 || bytes == 8);
    CHECK(reader->at <= reader->size);
    uint64_t value = 0;
    if (reader->size - reader->at < bytes) {
        reader->bad = true;
        return 0;
    }
    for (unsigned index = 0; index < bytes; index++) {
        value = value << 8 | reader->bytes[reader->at++];
    }
    return bytes == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

struct header {
    uint32_t is_ut, is_standard, leaps, times, types, letters;
};

/* Each count is bounded by the largest file, so that no sum of them can overflow. */
static bool read_header(struct reader *reader, struct header *header, unsigned char *version)
{
    if (reader->size - reader->at < HEADER_BYTES ||
        memcmp(reader->bytes + reader->at, "TZif", 4) != 0) {
        return false;
    }
    *version = reader->bytes[reader->at + 4];
    reader->at += 20;
    header->is_ut = (uint32_t)read_number(reader, 4);
    header->is_standard = (uint32_t)read_number(reader, 4);
    header->leaps = (uint32_t)read_number(reader, 4);
    header->times = (uint32_t)read_number(reader, 4);
    header->types = (uint32_t)read_number(reader, 4);
    header->letters = (uint32_t)read_number(reader, 4);
    return header->is_ut < FILE_BYTES_MAX && header->is_standard < FILE_BYTES_MAX &&
           header->leaps < FILE_BYTES_MAX && header->times < FILE_BYTES_MAX && header->types > 0 &&
           header->types <= TYPES_MAX && header->letters < FILE_BYTES_MAX;
}

/* What the header announces; version 1 has times of 4 bytes, later ones of 8. */
static size_t body_bytes(const struct header *header, size_t time_bytes)
{
    CHECK(time_bytes == 4 || time_bytes == 8);
    return header->times * (time_bytes + 1) + (size_t)header->types * 6 + header->letters +
           header->leaps * (time_bytes + 4) + header->is_standard + header->is_ut;
}

static bool skip(struct reader *reader, size_t bytes)
{
    if (reader->size - reader->at < bytes) {
        return false;
    }
    reader->at += bytes;
    return true;
}

/* Adds a change; what lies before the first known year is only the offset at its beginning. */
static bool add_change(struct zone *zone, int64_t at_s, int64_t offset_s)
{
    CHECK(zone->count >= 1);
    CHECK(zone->count <= ZONE_CHANGES_MAX);
    const int64_t first_s = civil_days(ZONE_YEAR_FIRST, 1, 1) * DAY_S;
    const int64_t last_s = civil_days(ZONE_YEAR_LAST + 1, 1, 1) * DAY_S;
    if (offset_s < -OFFSET_S_MAX || offset_s > OFFSET_S_MAX) {
        return false;
    }
    struct zone_change *last = &zone->changes[zone->count - 1];
    if (at_s <= first_s) {
        last->offset_ms = offset_s * SECOND_MS;
        return zone->count == 1;
    }
    if (at_s >= last_s || last->offset_ms == offset_s * SECOND_MS) {
        return true;
    }
    /* Two changes are months apart; a day apart is what the calendars rely on. */
    if (zone->count == ZONE_CHANGES_MAX ||
        (zone->count > 1 && at_s * SECOND_MS - last->at_ms < DAY_S * SECOND_MS)) {
        return false;
    }
    zone->changes[zone->count++] =
        (struct zone_change){.at_ms = at_s * SECOND_MS, .offset_ms = offset_s * SECOND_MS};
    return true;
}

/* The listed changes. standard_ms: the last offset that is no summer time. */
static bool read_changes(const unsigned char *body, const struct header *header, struct zone *zone,
                         int64_t *last_s)
{
    const size_t times = header->times;
    struct reader reader = {.bytes = body, .size = times * 8};
    const unsigned char *indexes = body + times * 8;
    const unsigned char *types = indexes + times;
    *last_s = INT64_MIN;
    for (size_t index = 0; index <= times; index++) {
        /* The first type holds before the first change. */
        const size_t type = index == 0 ? 0 : indexes[index - 1];
        const int64_t at_s = index == 0 ? INT64_MIN / 2 : read_number(&reader, 8);
        if (type >= header->types || at_s <= *last_s) {
            return false;
        }
        struct reader info = {.bytes = types + type * 6, .size = 6};
        const int64_t offset_s = read_number(&info, 4);
        if (!add_change(zone, at_s, offset_s)) {
            return false;
        }
        zone->standard_ms = types[type * 6 + 4] == 0 ? offset_s * SECOND_MS : zone->standard_ms;
        *last_s = at_s;
    }
    return true;
}

/* ---- the rule for later years: TZ of POSIX, as "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

struct rule {
    enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind;
    int64_t month, week, day, time_s;
};

/* Decimal digits, at most max. */
static bool parse_number(const char **at, int64_t max, int64_t *value)
{
    if (**at < '0' || **at > '9') {
        return false;
    }
    *value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        *value = *value * 10 + (**at - '0');
        if (*value > max) {
            return false;
        }
    }
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool parse_time(const char **at, int64_t *seconds)
{
    int64_t part = 0;
    const bool minus = **at == '-';
    *at += **at == '-' || **at == '+' ? 1 : 0;
    if (!parse_number(at, 167, &part)) {
        return false;
    }
    *seconds = part * 3600;
    for (int64_t scale = 60; scale > 0 && **at == ':'; scale = scale == 60 ? 1 : 0) {
        (*at)++;
        if (!parse_number(at, 59, &part)) {
            return false;
        }
        *seconds += part * scale;
    }
    *seconds = minus ? -*seconds : *seconds;
    return true;
}

/* An abbreviation, "CET" or "<+08>": nobody needs it, but it must be one. */
static bool parse_letters(const char **at)
{
    const char *from = *at;
    if (**at == '<') {
        *at += strcspn(*at, ">");
        if (**at != '>') {
            return false;
        }
        (*at)++;
    } else {
        while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z')) {
            (*at)++;
        }
    }
    return *at - from >= 3;
}

/* When summer time begins or ends in a year: M month.week.day, J or plain a day of the year. */
static bool parse_rule(const char **at, struct rule *rule)
{
    bool good = false;
    if (**at == 'M') {
        (*at)++;
        rule->kind = RULE_MONTH;
        good = parse_number(at, 12, &rule->month) && *(*at)++ == '.' &&
               parse_number(at, 5, &rule->week) && *(*at)++ == '.' &&
               parse_number(at, 6, &rule->day) && rule->month > 0 && rule->week > 0;
    } else if (**at == 'J') {
        (*at)++;
        rule->kind = RULE_JULIAN;
        good = parse_number(at, 365, &rule->day) && rule->day > 0;
    } else {
        rule->kind = RULE_DAY;
        good = parse_number(at, 365, &rule->day);
    }
    rule->time_s = 2 * 3600;
    if (good && **at == '/') {
        (*at)++;
        good = parse_time(at, &rule->time_s);
    }
    return good;
}

/* Local seconds since 1970 at which the rule applies in the year. */
static int64_t rule_local_s(const struct rule *rule, int year)
{
    CHECK(rule->kind != RULE_MONTH || (rule->month >= 1 && rule->month <= 12));
    int32_t days = civil_days(year, 1, 1);
    if (rule->kind == RULE_MONTH) {
        const unsigned month = (unsigned)rule->month;
        days = civil_days(year, month, 1);
        const int32_t weekday = (int32_t)((civil_weekday(days) + 1) % 7); /* 0 = Sunday, as TZ */
        int32_t of_month = ((int32_t)rule->day - weekday + 7) % 7 + ((int32_t)rule->week - 1) * 7;
        if (of_month >= (int32_t)civil_month_days(year, month)) {
            of_month -= 7; /* week 5 is the last one */
        }
        days += of_month;
    } else {
        const bool leap = civil_month_days(year, 2) == 29;
        /* Julian days never count February 29. */
        const bool shift = rule->kind == RULE_JULIAN && !(leap && rule->day >= 60);
        days += (int32_t)rule->day - (shift ? 1 : 0);
    }
    return days * DAY_S + rule->time_s;
}

/* The changes of all years that come after the last one listed. */
static bool add_years(struct zone *zone, int64_t last_s, const struct rule rules[2],
                      const int64_t offsets_s[2])
{
    for (int year = ZONE_YEAR_FIRST; year <= ZONE_YEAR_LAST; year++) {
        /* rules[0] begins daylight saving time (offsets_s[1]), rules[1] ends it. */
        const int64_t begins_s = rule_local_s(&rules[0], year) - offsets_s[0];
        const int64_t ends_s = rule_local_s(&rules[1], year) - offsets_s[1];
        const unsigned first = begins_s < ends_s ? 0 : 1;
        for (unsigned turn = 0; turn < 2; turn++) {
            const bool begins = turn == first;
            const int64_t at_s = begins ? begins_s : ends_s;
            if (at_s > last_s && !add_change(zone, at_s, offsets_s[begins ? 1 : 0])) {
                return false;
            }
        }
    }
    return true;
}

/* An empty one says nothing about later years, and nothing changes there. */
static bool apply_footer(struct zone *zone, const char *text, int64_t last_s)
{
    int64_t offsets_s[2] = {0};
    struct rule rules[2];
    const char *at = text;
    if (*at == '\0') {
        return true;
    }
    if (!parse_letters(&at) || !parse_time(&at, &offsets_s[0])) {
        return false;
    }
    offsets_s[0] = -offsets_s[0]; /* POSIX counts west of Greenwich */
    zone->standard_ms = offsets_s[0] * SECOND_MS;
    if (*at == '\0') {
        const int64_t first_s = civil_days(ZONE_YEAR_FIRST, 1, 1) * DAY_S;
        return last_s < first_s ? add_change(zone, first_s, offsets_s[0]) : true;
    }
    if (!parse_letters(&at)) {
        return false;
    }
    offsets_s[1] = offsets_s[0] + 3600;
    if (*at != ',') {
        int64_t west_s = 0;
        if (!parse_time(&at, &west_s)) {
            return false;
        }
        offsets_s[1] = -west_s;
    }
    for (unsigned index = 0; index < 2; index++) {
        if (*at++ != ',' || !parse_rule(&at, &rules[index])) {
            return false;
        }
    }
    return *at == '\0' && add_years(zone, last_s, rules, offsets_s);
}

/* The line at the end of the file, between two line breaks. */
static bool parse_footer(struct reader *reader, struct zone *zone, int64_t last_s)
{
    CHECK(reader->at <= reader->size);
    char text[128];
    const char *from = (const char *)reader->bytes + reader->at;
    const size_t rest = reader->size - reader->at;
    if (rest < 2 || from[0] != '\n') {
        return false;
    }
    const char *end = memchr(from + 1, '\n', rest - 1);
    if (end == NULL || (size_t)(end - from - 1) >= sizeof text) {
        return false;
    }
    memcpy(text, from + 1, (size_t)(end - from - 1));
    text[end - from - 1] = '\0';
    return strlen(text) == (size_t)(end - from - 1) && apply_footer(zone, text, last_s);
}

static void name_zone(struct zone *zone, const char *name)
{
    memset(zone, 0, sizeof *zone);
    CHECK(strlen(name) <= ZONE_NAME_BYTES_MAX);
    memcpy(zone->name, name, strlen(name) + 1);
    zone->count = 1;
    zone->changes[0].at_ms = INT64_MIN;
}

enum rc zone_parse(const char *name, const unsigned char *bytes, size_t size, struct zone *zone)
{
    struct reader reader = {.bytes = bytes, .size = size};
    struct header header;
    unsigned char version = 0;
    int64_t last_s = 0;
    name_zone(zone, name);
    /* The first block has 32-bit times and is for old readers. */
    if (!read_header(&reader, &header, &version) || version < '2' ||
        !skip(&reader, body_bytes(&header, 4)) || !read_header(&reader, &header, &version)) {
        return RC_INVALID;
    }
    const unsigned char *body = bytes + reader.at;
    if (!skip(&reader, body_bytes(&header, 8)) || !read_changes(body, &header, zone, &last_s) ||
        !parse_footer(&reader, zone, last_s)) {
        return RC_INVALID;
    }
    return RC_OK;
}

/* ---- files ---- */

/* A name becomes a path, so it can never lead out of the database: no dots, no slash in front. */
bool zone_name_valid(const char *name)
{
    const size_t bytes = strlen(name);
    if (bytes == 0 || bytes > ZONE_NAME_BYTES_MAX || name[0] == '/' || name[bytes - 1] == '/') {
        return false;
    }
    for (size_t index = 0; index < bytes; index++) {
        const char at = name[index];
        const bool letter = (at >= 'A' && at <= 'Z') || (at >= 'a' && at <= 'z');
        const bool other = (at >= '0' && at <= '9') || at == '_' || at == '+' || at == '-';
        if (!letter && !other && (at != '/' || name[index + 1] == '/')) {
            return false;
        }
    }
    return true;
}

/* What cannot be a zone's file (a folder, a part of a path that is none) is an unknown zone. */
static enum rc read_zone(const char *path, const char *name, struct zone *zone)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT || errno == ENOTDIR ? RC_NOT_FOUND : RC_IO;
    }
    unsigned char *bytes = malloc(FILE_BYTES_MAX);
    enum rc rc = RC_IO;
    if (bytes != NULL) {
        /* Regular files of this size come in one piece. */
        const ssize_t size = read(file, bytes, FILE_BYTES_MAX);
        rc = size < 0 ? (errno == EISDIR ? RC_NOT_FOUND : RC_IO)
                      : zone_parse(name, bytes, (size_t)size, zone);
    }
    free(bytes);
    close(file);
    return rc;
}

enum rc zone_load(const char *name, struct zone *zone)
{
    char path[512];
    if (!zone_name_valid(name)) {
        return RC_NOT_FOUND;
    }
    if (strcmp(name, "Asia/Shanghai") == 0) {
        name_zone(zone, name);
        zone->standard_ms = 8 * 3600 * SECOND_MS;
        zone->changes[0].offset_ms = zone->standard_ms;
        return RC_OK;
    }
    const char *folder = getenv("TZDIR");
    folder = folder != NULL && folder[0] == '/' ? folder : "/usr/share/zoneinfo";
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return RC_NOT_FOUND;
    }
    return read_zone(path, name, zone);
}
