/* cli_time: see the header. Days by the civil calendar; no locale, no time zone of this machine. */

#include "cli_time.h"

#include <stdio.h>
#include <string.h>

#define SECOND_MS 1000ll
#define MINUTE_MS (60ll * SECOND_MS)
#define HOUR_MS (60ll * MINUTE_MS)
#define DAY_MS (24ll * HOUR_MS)

struct civil {
    int64_t year;
    unsigned month, day, hour, minute, second, milli;
};

/* Days since 1970-01-01 to year, month, day and back, after Howard Hinnant's algorithms. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t of_era = year - era * 400;
    const int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct civil civil_of(uint64_t at_ms, int64_t utc_offset_ms)
{
    const int64_t local = (int64_t)at_ms + utc_offset_ms;
    int64_t days = local / DAY_MS, rest = local % DAY_MS;
    if (rest < 0) {
        days--;
        rest += DAY_MS;
    }
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t of_era = shifted - era * 146097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * of_year + 2) / 153;
    struct civil civil = {
        .year = year + era * 400 + (month >= 10 ? 1 : 0),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
        .hour = (unsigned)(rest / HOUR_MS),
        .minute = (unsigned)(rest / MINUTE_MS % 60),
        .second = (unsigned)(rest / SECOND_MS % 60),
        .milli = (unsigned)(rest % SECOND_MS),
    };
    return civil;
}

void cli_time_rfc3339(uint64_t at_ms, int64_t utc_offset_ms, char text[CLI_TIME_BYTES])
{
    const struct civil at = civil_of(at_ms, utc_offset_ms);
    const int64_t minutes = (utc_offset_ms < 0 ? -utc_offset_ms : utc_offset_ms) / MINUTE_MS;
    char milli[8] = "";
    if (at.milli != 0) {
        (void)snprintf(milli, sizeof milli, ".%03u", at.milli % 1000);
    }
    (void)snprintf(text, CLI_TIME_BYTES, "%04lld-%02u-%02uT%02u:%02u:%02u%s%c%02d:%02d",
                   (long long)at.year, at.month, at.day, at.hour, at.minute, at.second, milli,
                   utc_offset_ms < 0 ? '-' : '+', (int)(minutes / 60 % 100), (int)(minutes % 60));
}

void cli_time_short(uint64_t at_ms, uint64_t now_ms, int64_t utc_offset_ms,
                    char text[CLI_TIME_BYTES])
{
    const struct civil at = civil_of(at_ms, utc_offset_ms), now = civil_of(now_ms, utc_offset_ms);
    if (at.year != now.year) {
        (void)snprintf(text, CLI_TIME_BYTES, "%04lld-%02u-%02u %02u:%02u", (long long)at.year,
                       at.month, at.day, at.hour, at.minute);
    } else if (at.month != now.month || at.day != now.day) {
        (void)snprintf(text, CLI_TIME_BYTES, "%02u-%02u %02u:%02u", at.month, at.day, at.hour,
                       at.minute);
    } else {
        (void)snprintf(text, CLI_TIME_BYTES, "%02u:%02u", at.hour, at.minute);
    }
}

void cli_time_exact(uint64_t at_ms, int64_t utc_offset_ms, char text[CLI_TIME_BYTES])
{
    const struct civil at = civil_of(at_ms, utc_offset_ms);
    (void)snprintf(text, CLI_TIME_BYTES, "%04lld-%02u-%02u %02u:%02u:%02u", (long long)at.year,
                   at.month, at.day, at.hour, at.minute, at.second);
}

void cli_time_span(int64_t span_ms, char text[CLI_TIME_BYTES])
{
    const char *sign = span_ms < 0 ? "-" : "";
    const long long left = span_ms < 0 ? -span_ms : span_ms;
    if (left >= DAY_MS) {
        (void)snprintf(text, CLI_TIME_BYTES, "%s%lldd%02lldh", sign, left / DAY_MS,
                       left / HOUR_MS % 24);
    } else if (left >= HOUR_MS) {
        (void)snprintf(text, CLI_TIME_BYTES, "%s%lldh%02lldm", sign, left / HOUR_MS,
                       left / MINUTE_MS % 60);
    } else if (left >= MINUTE_MS) {
        (void)snprintf(text, CLI_TIME_BYTES, "%s%lldm%02llds", sign, left / MINUTE_MS,
                       left / SECOND_MS % 60);
    } else {
        (void)snprintf(text, CLI_TIME_BYTES, "%s%llds", sign, left / SECOND_MS);
    }
}

void cli_time_amount(uint64_t span_ms, char text[CLI_TIME_BYTES])
{
    static const struct {
        int64_t ms;
        char letter;
    } parts[] = {{HOUR_MS, 'h'}, {MINUTE_MS, 'm'}, {SECOND_MS, 's'}};
    int64_t left = (int64_t)span_ms;
    size_t used = 0;
    text[0] = '\0';
    for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++) {
        if (left >= parts[index].ms) {
            used += (size_t)snprintf(text + used, CLI_TIME_BYTES - used, "%lld%c",
                                     (long long)(left / parts[index].ms), parts[index].letter);
            left %= parts[index].ms;
        }
    }
    if (used == 0) {
        (void)snprintf(text, CLI_TIME_BYTES, "%lldms", (long long)left);
    }
}

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

static int64_t unit_of(char letter)
{
    return letter == 's'   ? SECOND_MS
           : letter == 'm' ? MINUTE_MS
           : letter == 'h' ? HOUR_MS
           : letter == 'd' ? DAY_MS
                           : 0;
}

/* Numbers with units, larger units first: "1d12h". */
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
        const int64_t unit = at == begin ? 0 : unit_of(*at);
        if (unit == 0 || unit >= last) {
            return false;
        }
        total += value * unit;
        last = unit;
        at++;
    } while (*at != '\0');
    *span_ms = (uint64_t)total;
    return true;
}

bool cli_time_is_span(const char *text)
{
    uint64_t span_ms = 0;
    return read_span(text, &span_ms);
}

static bool parse_span(const char *text, uint64_t now_ms, uint64_t *at_ms)
{
    uint64_t span_ms = 0;
    if (!read_span(text, &span_ms)) {
        return false;
    }
    *at_ms = span_ms > now_ms ? 0 : now_ms - span_ms;
    return true;
}

static bool parse_clock(const char **at, struct civil *civil)
{
    if (!digits(at, 2, &civil->hour) || **at != ':') {
        return false;
    }
    (*at)++;
    if (!digits(at, 2, &civil->minute)) {
        return false;
    }
    if (**at == ':') {
        (*at)++;
        if (!digits(at, 2, &civil->second)) {
            return false;
        }
    }
    if (**at == '.') {
        (*at)++;
        unsigned scale = 100;
        for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10) {
            civil->milli += (unsigned)(**at - '0') * scale;
        }
    }
    return civil->hour < 24 && civil->minute < 60 && civil->second < 60;
}

static bool parse_offset(const char *at, int64_t *utc_offset_ms)
{
    if (*at == '\0') {
        return true;
    }
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

static bool real_date(const struct civil *civil)
{
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (civil->month < 1 || civil->month > 12 || civil->year < 1970) {
        return false;
    }
    const bool leap = (civil->year % 4 == 0 && civil->year % 100 != 0) || civil->year % 400 == 0;
    const unsigned length = lengths[civil->month - 1] + (leap && civil->month == 2 ? 1u : 0u);
    return civil->day >= 1 && civil->day <= length;
}

enum rc cli_time_parse(const char *text, uint64_t now_ms, int64_t utc_offset_ms, uint64_t *at_ms)
{
    if (parse_span(text, now_ms, at_ms)) {
        return RC_OK;
    }
    struct civil civil = {0};
    const char *at = text;
    unsigned year = 0;
    if (!digits(&at, 4, &year) || (*at != '-' && *at != '/')) {
        return RC_INVALID;
    }
    const char dash = *at++;
    civil.year = year;
    if (!digits(&at, 2, &civil.month) || *at++ != dash || !digits(&at, 2, &civil.day) ||
        !real_date(&civil)) {
        return RC_INVALID;
    }
    if (*at == 'T' || *at == 't' || *at == ' ') {
        at++;
        if (!parse_clock(&at, &civil) || !parse_offset(at, &utc_offset_ms)) {
            return RC_INVALID;
        }
    } else if (*at != '\0') {
        return RC_INVALID;
    }
    const int64_t moment = days_of(civil.year, civil.month, civil.day) * DAY_MS +
                           (int64_t)civil.hour * HOUR_MS + (int64_t)civil.minute * MINUTE_MS +
                           (int64_t)civil.second * SECOND_MS + (int64_t)civil.milli - utc_offset_ms;
    if (moment < 0) {
        return RC_INVALID;
    }
    *at_ms = (uint64_t)moment;
    return RC_OK;
}

enum rc cli_time_parse_ahead(const char *text, uint64_t now_ms, int64_t utc_offset_ms,
                             uint64_t *at_ms)
{
    uint64_t span_ms = 0;
    if (read_span(text, &span_ms)) {
        *at_ms = now_ms + span_ms;
        return RC_OK;
    }
    return cli_time_parse(text, now_ms, utc_offset_ms, at_ms);
}
