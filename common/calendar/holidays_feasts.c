/* holidays_feasts: whether a year's file holds the whole notice, or only some of its days.
 *
 * A year counts as known when nothing more is expected of it; then no clock and no operator is
 * warned. One day that was imported in passing must not silence that warning, so the days are
 * compared with what every notice of the State Council has ruled since 2008: the seven feasts, and
 * at least one make-up workday. Whoever knows better says so in the file (`"complete": true`), as
 * does whoever follows another country, of whose feasts nothing is known here. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/calendar/holidays_private.h"

/* The decree of 2007 made days off of Qingming, Dragon Boat and Mid-Autumn. */
enum { SINCE = 2008 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A feast is there when so many days off lie between two dates. Those of the moon's year wander
 * within a month; the windows are as wide as that and do not touch each other. */
static const struct {
    const char *zh, *en;
    unsigned first_month, first_day, last_month, last_day;
    uint32_t days;
    int since; /* the year from which it is a day off; 0: always */
} feasts[] = {
    {"元旦", "New Year", 1, 1, 1, 1, 1, 0},
    {"春节", "Spring Festival", 1, 20, 2, 25, 3, 0},
    {"清明节", "Qingming", 4, 4, 4, 6, 1, SINCE},
    {"劳动节", "Labour Day", 5, 1, 5, 1, 1, 0},
    {"端午节", "Dragon Boat", 5, 27, 6, 27, 1, SINCE},
    {"国庆节", "National Day", 10, 1, 10, 3, 3, 0},
};

static uint32_t days_off(const struct holidays_year *year, int32_t first, int32_t last)
{
    CHECK(first <= last);
    uint32_t count = 0;
    for (uint32_t index = 0; index < year->count; index++) {
        const struct holiday *day = &year->days[index];
        count += day->off && day->day >= first && day->day <= last ? 1 : 0;
    }
    return count;
}

/* Mid-Autumn falls between 7 September and 8 October. In October it is part of the National Day's
 * week, which is then a day longer or bears both names. */
static bool has_mid_autumn(const struct holidays_year *year)
{
    const int32_t first = civil_days(year->year, 9, 7);
    if (days_off(year, first, civil_days(year->year, 9, 30)) > 0 ||
        days_off(year, civil_days(year->year, 10, 1), civil_days(year->year, 10, 9)) >= 8) {
        return true;
    }
    for (uint32_t index = 0; index < year->count; index++) {
        const char *name = year->days[index].name;
        if (year->days[index].off &&
            (strstr(name, "中秋") != NULL || strstr(name, "Autumn") != NULL ||
             strstr(name, "Moon") != NULL)) {
            return true;
        }
    }
    return false;
}

static bool has_makeup(const struct holidays_year *year)
{
    for (uint32_t index = 0; index < year->count; index++) {
        if (!year->days[index].off) {
            return true;
        }
    }
    return false;
}

/* What may be missing, by the position of its bit: the feasts as above, then these. */
enum { MID_AUTUMN = COUNT(feasts), MAKEUP, WORD, PART, KIND_COUNT };
static_assert(KIND_COUNT <= 16, "bits of holidays_missing");

static const char *const others[][2] = {
    [0] = {"中秋节", "Mid-Autumn"},
    [MAKEUP - MID_AUTUMN] = {"补班日", "make-up workdays"},
    [WORD - MID_AUTUMN] = {"“已完整”的说明", "the word that it is complete"},
    [PART - MID_AUTUMN] = {"文件自称不完整（complete: false）", "the file says complete: false"},
};

static uint16_t bit_of(size_t kind)
{
    CHECK(kind < KIND_COUNT);
    return (uint16_t)(1u << kind);
}

static void add(struct holidays_missing *missing, const char *zh, const char *en)
{
    const size_t zh_used = strlen(missing->zh);
    const size_t en_used = strlen(missing->en);
    missing->count++;
    (void)snprintf(missing->zh + zh_used, sizeof missing->zh - zh_used, "%s%s",
                   zh_used == 0 ? "" : "、", zh);
    (void)snprintf(missing->en + en_used, sizeof missing->en - en_used, "%s%s",
                   en_used == 0 ? "" : ", ", en);
}

void holidays_missing_words(uint16_t kinds, struct holidays_missing *missing)
{
    *missing = (struct holidays_missing){.kinds = kinds};
    CHECK(kinds < 1u << KIND_COUNT);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        if ((kinds & bit_of(kind)) != 0) {
            const bool feast = kind < COUNT(feasts);
            add(missing, feast ? feasts[kind].zh : others[kind - MID_AUTUMN][0],
                feast ? feasts[kind].en : others[kind - MID_AUTUMN][1]);
        }
    }
}

uint16_t holidays_expected(int year, const char *code)
{
    CHECK(code != NULL);
    if (strcmp(code, "CN") != 0) {
        return bit_of(WORD);
    }
    uint16_t kinds = bit_of(MAKEUP);
    for (size_t index = 0; index < COUNT(feasts); index++) {
        kinds |= year >= feasts[index].since ? bit_of(index) : 0;
    }
    return kinds | (year >= SINCE ? bit_of(MID_AUTUMN) : 0);
}

uint16_t holidays_lacks(const struct holidays_year *year, const char *code)
{
    uint16_t kinds = holidays_expected(year->year, code);
    for (size_t index = 0; index < COUNT(feasts); index++) {
        const int32_t first =
            civil_days(year->year, feasts[index].first_month, feasts[index].first_day);
        const int32_t last =
            civil_days(year->year, feasts[index].last_month, feasts[index].last_day);
        if (days_off(year, first, last) >= feasts[index].days) {
            kinds &= (uint16_t)~bit_of(index);
        }
    }
    kinds &= has_mid_autumn(year) ? (uint16_t)~bit_of(MID_AUTUMN) : UINT16_MAX;
    kinds &= has_makeup(year) ? (uint16_t)~bit_of(MAKEUP) : UINT16_MAX;
    kinds &= year->word == HOLIDAYS_COMPLETE ? (uint16_t)~bit_of(WORD) : UINT16_MAX;
    return kinds;
}

void holidays_missing(const struct holidays_year *year, const char *code,
                      struct holidays_missing *missing)
{
    CHECK(year->year > HOLIDAYS_YEAR_MIN);
    CHECK(code != NULL);
    uint16_t kinds = year->word == HOLIDAYS_COMPLETE ? 0 : holidays_lacks(year, code);
    if (year->word == HOLIDAYS_PART && kinds == 0) {
        kinds = bit_of(PART);
    }
    holidays_missing_words(kinds, missing);
}
