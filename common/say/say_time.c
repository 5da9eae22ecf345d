/* say_time: moments and spans, to words and back. What stays true: what say_time_rfc3339 writes,
 * say_time_read reads as the same moment, whatever the zone; and a wall clock is always the one of
 * the moment that is shown, not of the moment that is now, so that a deadline after the change to
 * summer time stands where the clock on the wall will stand. No locale, no zone of this machine. */
#include "common/say/say_time.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar.h"
#include "common/calendar/civil.h"

#define SECOND_MS 1000ll
#define MINUTE_MS (60ll * SECOND_MS)
#define HOUR_MS (60ll * MINUTE_MS)
#define DAY_MS (24ll * HOUR_MS)

/* What a wall clock and a calendar beside it show. */
struct wall {
    struct civil_date date;
    unsigned hour, minute, second, milli;
    int64_t offset_ms;
};

/* The offset is asked for at the moment itself: in a zone with summer time it differs between
 * two rows of one list. */
static struct wall wall_of(const struct say *say, uint64_t at_ms)
{
    const uint64_t shown_ms = at_ms > SAY_TIME_MS_MAX ? SAY_TIME_MS_MAX : at_ms;
    const int64_t offset_ms = say_offset(say, shown_ms);
    const int64_t local = (int64_t)shown_ms + offset_ms;
    int64_t days = local / DAY_MS, rest = local % DAY_MS;
    if (rest < 0) { /* west of Greenwich, 1970 begins in 1969 */
        days--;
        rest += DAY_MS;
    }
    CHECK(days >= INT32_MIN);
    CHECK(days <= INT32_MAX);
    return (struct wall){
        .date = civil_date((int32_t)days),
        .hour = (unsigned)(rest / HOUR_MS),
        .minute = (unsigned)(rest / MINUTE_MS % 60),
        .second = (unsigned)(rest / SECOND_MS % 60),
        .milli = (unsigned)(rest % SECOND_MS),
        .offset_ms = offset_ms,
    };
}

/* So many digits, with zeros in front. Returns the place after them. */
static char *written(char *at, unsigned value, unsigned count)
{
    for (unsigned index = count; index > 0; index--) {
        at[index - 1] = (char)('0' + value % 10);
        value /= 10;
    }
    CHECK(value == 0);
    return at + count;
}

static char *separated(char *at, char before, unsigned value, unsigned count)
{
    *at = before;
    return written(at + 1, value, count);
}

/* By hand: lists, dumps and webhooks are full of moments, and printf took longer over them than over all the
 * rest of a row. */
void say_time_rfc3339(const struct say *say, uint64_t at_ms, char text[SAY_TIME_BYTES])
{
    const struct wall wall = wall_of(say, at_ms);
    const unsigned minutes =
        (unsigned)((wall.offset_ms < 0 ? -wall.offset_ms : wall.offset_ms) / MINUTE_MS);
    CHECK(wall.date.year >= 0);
    /* East of Greenwich the last moment that is shown lies in the year 10000. */
    char *at = written(text, (unsigned)wall.date.year, wall.date.year > 9999 ? 5 : 4);
    at = separated(at, '-', wall.date.month, 2);
    at = separated(at, '-', wall.date.day, 2);
    at = separated(at, 'T', wall.hour, 2);
    at = separated(at, ':', wall.minute, 2);
    at = separated(at, ':', wall.second, 2);
    at = wall.milli == 0 ? at : separated(at, '.', wall.milli, 3);
    at = separated(at, wall.offset_ms < 0 ? '-' : '+', minutes / 60, 2);
    at = separated(at, ':', minutes % 60, 2);
    *at = '\0';
    CHECK(at < text + SAY_TIME_BYTES);
}

void say_time_short(const struct say *say, uint64_t at_ms, uint64_t now_ms,
                    char text[SAY_TIME_BYTES])
{
    const struct wall at = wall_of(say, at_ms), now = wall_of(say, now_ms);
    if (at.date.year != now.date.year) {
        (void)snprintf(text, SAY_TIME_BYTES, "%04d-%02u-%02u %02u:%02u", at.date.year,
                       at.date.month, at.date.day, at.hour, at.minute);
    } else if (at.date.month != now.date.month || at.date.day != now.date.day) {
        (void)snprintf(text, SAY_TIME_BYTES, "%02u-%02u %02u:%02u", at.date.month, at.date.day,
                       at.hour, at.minute);
    } else {
        (void)snprintf(text, SAY_TIME_BYTES, "%02u:%02u", at.hour, at.minute);
    }
}

void say_time_exact(const struct say *say, uint64_t at_ms, char text[SAY_TIME_BYTES])
{
    const struct wall at = wall_of(say, at_ms);
    (void)snprintf(text, SAY_TIME_BYTES, "%04d-%02u-%02u %02u:%02u:%02u", at.date.year,
                   at.date.month, at.date.day, at.hour, at.minute, at.second);
}

static bool same_day(const struct wall *one, const struct wall *other)
{
    return one->date.year == other->date.year && one->date.month == other->date.month &&
           one->date.day == other->date.day;
}

void say_time_by(const struct say *say, uint64_t due_ms, uint64_t now_ms, char text[SAY_TIME_BYTES])
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct wall due = wall_of(say, due_ms);
    /* "5 March 0:00" is read as the evening of the 5th. */
    const bool midnight = due_ms > 0 && due.hour == 0 && due.minute == 0 && due.second == 0;
    if (midnight) {
        due = wall_of(say, due_ms - 1);
        due.hour = 24;
        due.minute = 0;
    }
    const struct wall now = wall_of(say, now_ms), next = wall_of(say, now_ms + (uint64_t)DAY_MS);
    CHECK(due.date.month >= 1 && due.date.month <= 12);
    const bool zh = say->language == SAY_CHINESE;
    const char *month = months[due.date.month - 1];
    if (now_ms > 0 && (same_day(&due, &now) || same_day(&due, &next))) {
        (void)snprintf(text, SAY_TIME_BYTES, "%s %02u:%02u",
                       same_day(&due, &now) ? say_choose(say, "今天", "today")
                                            : say_choose(say, "明天", "tomorrow"),
                       due.hour, due.minute);
    } else if (now_ms > 0 && due.date.year == now.date.year) {
        (void)(zh ? snprintf(text, SAY_TIME_BYTES, "%u月%u日 %02u:%02u", due.date.month,
                             due.date.day, due.hour, due.minute)
                  : snprintf(text, SAY_TIME_BYTES, "%u %s %02u:%02u", due.date.day, month, due.hour,
                             due.minute));
    } else {
        (void)(zh ? snprintf(text, SAY_TIME_BYTES, "%d年%u月%u日 %02u:%02u", due.date.year,
                             due.date.month, due.date.day, due.hour, due.minute)
                  : snprintf(text, SAY_TIME_BYTES, "%u %s %d %02u:%02u", due.date.day, month,
                             due.date.year, due.hour, due.minute));
    }
}

/* Two units are enough to act on; what is left of the third is noise. */
void say_time_span(const struct say *say, int64_t span_ms, char text[SAY_TIME_BYTES])
{
    static const struct {
        long long ms;
        const char *zh, *en;
    } units[] = {{DAY_MS, "天", "d"},
                 {HOUR_MS, "小时", "h"},
                 {MINUTE_MS, "分", "m"},
                 {SECOND_MS, "秒", "s"}};
    enum { UNITS = sizeof units / sizeof units[0] };
    const char *sign = span_ms < 0 ? "-" : "";
    const long long left = span_ms < 0 ? -span_ms : span_ms;
    size_t at = 0;
    while (at + 1 < UNITS && left < units[at].ms) {
        at++;
    }
    const char *unit = say_choose(say, units[at].zh, units[at].en);
    if (at + 1 == UNITS) {
        (void)snprintf(text, SAY_TIME_BYTES, "%s%lld%s", sign, left / SECOND_MS, unit);
        return;
    }
    (void)snprintf(text, SAY_TIME_BYTES, "%s%lld%s%02lld%s", sign, left / units[at].ms, unit,
                   left % units[at].ms / units[at + 1].ms,
                   say_choose(say, units[at + 1].zh, units[at + 1].en));
}

/* Exact, unlike a span: what is printed in English can be written into site.yaml. */
void say_time_amount(const struct say *say, uint64_t span_ms, char text[SAY_TIME_BYTES])
{
    static const struct {
        int64_t ms;
        const char *zh, *en;
    } parts[] = {{HOUR_MS, "小时", "h"}, {MINUTE_MS, "分", "m"}, {SECOND_MS, "秒", "s"}};
    int64_t left = (int64_t)span_ms;
    size_t used = 0;
    text[0] = '\0';
    for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++) {
        if (left >= parts[index].ms) {
            used += (size_t)snprintf(text + used, SAY_TIME_BYTES - used, "%lld%s",
                                     (long long)(left / parts[index].ms),
                                     say_choose(say, parts[index].zh, parts[index].en));
            left %= parts[index].ms;
        }
    }
    if (used == 0) {
        (void)snprintf(text, SAY_TIME_BYTES, "%lld%s", (long long)left,
                       say_choose(say, "毫秒", "ms"));
    }
}

/* ---- terms and deadlines ---- */

void say_time_term(const struct say *say, Paidan__TimeUnit unit, uint64_t amount_ms, char *text,
                   size_t size)
{
    const enum calendar_unit counted = (enum calendar_unit)unit;
    const char *name = say_choose(say, calendar_unit_zh(counted), calendar_unit_en(counted));
    char amount[SAY_TIME_BYTES];
    if (!calendar_unit_counts_days(counted)) {
        say_time_amount(say, amount_ms, amount);
        (void)snprintf(text, size, "%s %s", amount, name);
        return;
    }
    const uint64_t days = amount_ms / CALENDAR_DAY_MS, rest_ms = amount_ms % CALENDAR_DAY_MS;
    if (rest_ms == 0) {
        const size_t bytes = strlen(name);
        /* "1 working day": the only English plurals here are these. */
        const bool one =
            say->language == SAY_ENGLISH && days == 1 && bytes > 0 && name[bytes - 1] == 's';
        (void)snprintf(text, size, "%llu %.*s", (unsigned long long)days,
                       (int)(one ? bytes - 1 : bytes), name);
        return;
    }
    say_time_amount(say, rest_ms, amount);
    if (days == 0) {
        (void)snprintf(text, size, say_choose(say, "%s（%s）", "%s (%s)"), amount, name);
    } else {
        (void)snprintf(text, size, "%llu %s %s", (unsigned long long)days, name, amount);
    }
}

enum say_tone say_time_remaining(const struct say *say, uint64_t due_ms, uint64_t warn_ms,
                                 uint64_t now_ms, char text[SAY_TIME_BYTES])
{
    say_time_span(say, (int64_t)due_ms - (int64_t)now_ms, text);
    return now_ms >= due_ms ? SAY_BAD : warn_ms != 0 && now_ms >= warn_ms ? SAY_WARN : SAY_GOOD;
}

enum say_tone say_time_deadline(const struct say *say, uint64_t due_ms, uint64_t warn_ms,
                                uint64_t now_ms, char *text, size_t size)
{
    char span[SAY_TIME_BYTES], at[SAY_TIME_BYTES];
    say_time_short(say, due_ms, now_ms, at);
    const enum say_tone tone = say_time_remaining(say, due_ms, warn_ms, now_ms, span);
    if (tone == SAY_BAD) {
        (void)snprintf(text, size, say_choose(say, "超时 %s (%s)", "%s overdue (%s)"),
                       span[0] == '-' ? span + 1 : span, at);
    } else {
        (void)snprintf(text, size, say_choose(say, "剩 %s (%s)", "%s left (%s)"), span, at);
    }
    return tone;
}

/* ---- reading ---- */

/* Exactly so many; strtol would take blanks and signs. */
static bool digits(const char **at, unsigned count, unsigned *value)
{
    *value = 0;
    for (unsigned index = 0; index < count; index++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        *value = *value * 10 + (unsigned)(**at - '0');
    }
    return true;
}

/* The unit at `at`, in letters or in Chinese, and moves past it. 0: none. Months and years have no
 * fixed length and are no units. */
static int64_t unit_of(const char **at)
{
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {{"s", SECOND_MS},    {"m", MINUTE_MS},  {"h", HOUR_MS},      {"d", DAY_MS},
                 {"秒钟", SECOND_MS}, {"秒", SECOND_MS}, {"分钟", MINUTE_MS}, {"分", MINUTE_MS},
                 {"个小时", HOUR_MS}, {"小时", HOUR_MS}, {"天", DAY_MS}};
    for (size_t index = 0; index < sizeof units / sizeof units[0]; index++) {
        const size_t bytes = strlen(units[index].word);
        if (strncmp(*at, units[index].word, bytes) == 0) {
            *at += bytes;
            return units[index].ms;
        }
    }
    return 0;
}

/* Numbers with units, larger units first: "1d12h", "2小时30分". */
static bool read_span(const char *text, uint64_t *span_ms)
{
    int64_t total = 0, last = INT64_MAX;
    const char *at = text;
    do {
        int64_t value = 0;
        const char *begin = at;
        for (; *at >= '0' && *at <= '9' && value < 1000000; at++) {
            value = value * 10 + (*at - '0');
        }
        const int64_t unit = at == begin ? 0 : unit_of(&at);
        if (unit == 0 || unit >= last) {
            return false;
        }
        total += value * unit;
        last = unit;
    } while (*at != '\0');
    *span_ms = (uint64_t)total;
    return true;
}

bool say_time_is_span(const char *text)
{
    uint64_t span_ms = 0;
    return read_span(text, &span_ms);
}

/* A span that reaches before 1970 is the beginning. */
static bool parse_span(const char *text, uint64_t now_ms, uint64_t *at_ms)
{
    uint64_t span_ms = 0;
    if (!read_span(text, &span_ms)) {
        return false;
    }
    *at_ms = span_ms > now_ms ? 0 : now_ms - span_ms;
    return true;
}

/* Hours and minutes at least; seconds and a fraction if they stand there. */
static bool parse_clock(const char **at, struct wall *wall)
{
    if (!digits(at, 2, &wall->hour) || **at != ':') {
        return false;
    }
    (*at)++;
    if (!digits(at, 2, &wall->minute)) {
        return false;
    }
    if (**at == ':') {
        (*at)++;
        if (!digits(at, 2, &wall->second)) {
            return false;
        }
    }
    if (**at == '.') {
        (*at)++;
        unsigned scale = 100;
        for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10) {
            wall->milli += (unsigned)(**at - '0') * scale;
        }
    }
    return wall->hour < 24 && wall->minute < 60 && wall->second < 60;
}

/* An offset that is written, "Z" or "+08:00"; *written stays false where there is none. */
static bool parse_offset(const char *at, int64_t *utc_offset_ms, bool *written)
{
    if (*at == '\0') {
        return true;
    }
    *written = true;
    if ((*at == 'Z' || *at == 'z') && at[1] == '\0') {
        *utc_offset_ms = 0;
        return true;
    }
    const char sign = *at++;
    unsigned hours = 0, minutes = 0;
    if ((sign != '+' && sign != '-') || !digits(&at, 2, &hours)) {
        return false;
    }
    at += *at == ':' ? 1 : 0;
    if (!digits(&at, 2, &minutes) || *at != '\0' || hours > 14 || minutes > 59) {
        return false;
    }
    *utc_offset_ms = (hours * HOUR_MS + minutes * MINUTE_MS) * (sign == '-' ? -1 : 1);
    return true;
}

/* Before 1970 there are no moments here; 30 February is a slip that must not become 2 March. */
static bool real_date(unsigned year, unsigned month, unsigned day)
{
    return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
           day <= civil_month_days((int)year, month);
}

/* "2026-11-22" or "2026/11/22"; *at is moved behind it. */
static bool parse_date(const char **at, int64_t *local_ms)
{
    unsigned year = 0, month = 0, day = 0;
    if (!digits(at, 4, &year) || (**at != '-' && **at != '/')) {
        return false;
    }
    const char dash = *(*at)++;
    if (!digits(at, 2, &month) || *(*at)++ != dash || !digits(at, 2, &day) ||
        !real_date(year, month, day)) {
        return false;
    }
    *local_ms = (int64_t)civil_days((int)year, month, day) * DAY_MS;
    return true;
}

/* The moment at which the wall clock of say shows local_ms. */
int64_t say_time_moment(const struct say *say, int64_t local_ms)
{
    const struct zone *zone = say_zone(say);
    return zone == NULL ? local_ms - say_offset(say, 0) : zone_moment(zone, local_ms);
}

bool say_time_skipped(const struct say *say, int64_t local_ms)
{
    const int64_t moment_ms = say_time_moment(say, local_ms);
    return moment_ms >= 0 && moment_ms + say_offset(say, (uint64_t)moment_ms) != local_ms;
}

/* Spans first: no date begins like one. */
enum rc say_time_read(const struct say *say, const char *text, uint64_t now_ms, uint64_t *at_ms)
{
    if (parse_span(text, now_ms, at_ms)) {
        return RC_OK;
    }
    struct wall wall = {.hour = 0};
    const char *at = text;
    int64_t local_ms = 0, offset_ms = 0;
    bool written = false, clock = false;
    if (!parse_date(&at, &local_ms)) {
        return RC_INVALID;
    }
    if (*at == 'T' || *at == 't' || *at == ' ') {
        at++;
        clock = true;
        if (!parse_clock(&at, &wall) || !parse_offset(at, &offset_ms, &written)) {
            return RC_INVALID;
        }
    } else if (*at != '\0') {
        return RC_INVALID;
    }
    local_ms += (int64_t)wall.hour * HOUR_MS + (int64_t)wall.minute * MINUTE_MS +
                (int64_t)wall.second * SECOND_MS + (int64_t)wall.milli;
    const int64_t moment_ms = written ? local_ms - offset_ms : say_time_moment(say, local_ms);
    if (moment_ms < 0) {
        return RC_INVALID;
    }
    /* Nobody can have read such a time from a clock: it is a slip, and an hour off either way. */
    if (clock && !written && say_time_skipped(say, local_ms)) {
        return RC_NOT_FOUND;
    }
    *at_ms = (uint64_t)moment_ms;
    return RC_OK;
}

enum rc say_time_read_ahead(const struct say *say, const char *text, uint64_t now_ms,
                            uint64_t *at_ms)
{
    uint64_t span_ms = 0;
    if (read_span(text, &span_ms)) {
        *at_ms = now_ms + span_ms;
        return RC_OK;
    }
    return say_time_read(say, text, now_ms, at_ms);
}
