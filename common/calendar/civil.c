/* civil: dates of the Gregorian calendar as numbers of days since 1970-01-01, and back.
 *
 * After Howard Hinnant's algorithms: years begin in March, so that the leap day comes last and the
 * lengths of months follow one formula. No time zone and no library of the system: the same
 * everywhere. */

#include "common/calendar/civil.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 2199, ERA_DAYS = 146097, ERA_YEARS = 400, SHIFT_DAYS = 719468 };

int32_t civil_days(int year, unsigned month, unsigned day)
{
    CHECK(month >= 1);
    CHECK(month <= 12);
    const int shifted = month <= 2 ? year - 1 : year;
    const int era = (shifted >= 0 ? shifted : shifted - (ERA_YEARS - 1)) / ERA_YEARS;
    const int of_era = shifted - era * ERA_YEARS;
    const int of_year = (153 * (int)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (int)day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - SHIFT_DAYS;
}

struct civil_date civil_date(int32_t days)
{
    const int32_t shifted = days + SHIFT_DAYS;
    const int32_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    const int32_t of_era = shifted - era * ERA_DAYS;
    const int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int32_t month = (5 * of_year + 2) / 153;
    return (struct civil_date){
        .year = year + era * ERA_YEARS + (month >= 10 ? 1 : 0),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
    };
}

unsigned civil_weekday(int32_t days)
{
    /* 1970-01-01 was a Thursday. */
    const int32_t rest = (days + 3) % 7;
    return (unsigned)(rest < 0 ? rest + 7 : rest);
}

unsigned civil_month_days(int year, unsigned month)
{
    CHECK(month >= 1);
    CHECK(month <= 12);
    const int32_t next = month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, month + 1, 1);
    return (unsigned)(next - civil_days(year, month, 1));
}

/* "2026-11-22" and nothing else: no blanks, no single digits, no day that there is not. Years as
 * far as any deadline can lie. */
bool civil_parse(const char *text, int32_t *days)
{
    static const char form[] = "dddd-dd-dd";
    unsigned parts[3] = {0};
    unsigned part = 0;
    for (size_t index = 0; index < sizeof form - 1; index++) {
        const bool digit = text[index] >= '0' && text[index] <= '9';
        if (form[index] == 'd' ? !digit : text[index] != form[index]) {
            return false;
        }
        part += form[index] == '-' ? 1 : 0;
        parts[part] = digit ? parts[part] * 10 + (unsigned)(text[index] - '0') : parts[part];
    }
    const int year = (int)parts[0];
    if (text[sizeof form - 1] != '\0' || year < YEAR_MIN || year > YEAR_MAX || parts[1] < 1 ||
        parts[1] > 12 || parts[2] < 1 || parts[2] > civil_month_days(year, parts[1])) {
        return false;
    }
    *days = civil_days(year, parts[1], parts[2]);
    return true;
}

/* Before: the year has four digits. */
void civil_write(int32_t days, char text[CIVIL_DATE_BYTES])
{
    const struct civil_date date = civil_date(days);
    (void)snprintf(text, CIVIL_DATE_BYTES, "%04d-%02u-%02u", date.year % 10000, date.month % 100,
                   date.day % 100);
}
