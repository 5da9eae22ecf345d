/* calendar_bench: due times a second on one core: terms of 15 working days and of 10,000 working
 * minutes on a calendar with China's holidays, from moments spread over three years; and the 15
 * days in a zone with summer time. */

#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/base/clock.h"
#include "common/calendar/calendar.h"

enum { MOMENTS = 4096, ROUNDS = 500 };

static uint64_t moments[MOMENTS];

static struct calendar make_office(const struct calendar_plan *plan, int64_t offset_ms)
{
    struct calendar calendar = {.utc_offset_ms = offset_ms};
    for (unsigned day = 0; day < 5; day++) {
        calendar.days[day] =
            (struct calendar_hours){.count = 2, .from = {540, 840}, .until = {720, 1080}};
        calendar.week_minutes += 420;
    }
    if (calendar_build(&calendar, plan) != RC_OK) {
        bench_fail("no memory");
    }
    return calendar;
}

static void load_holidays(struct holidays *set)
{
    struct holidays_year *year = calloc(1, sizeof *year);
    struct holidays_mistake mistake;
    const struct holidays_file *file = NULL;
    for (uint32_t index = 0; (file = holidays_built_in(index)) != NULL; index++) {
        if (year == NULL || holidays_read_json(file->bytes, file->size, year, &mistake) != RC_OK ||
            holidays_put(set, year) != RC_OK) {
            bench_fail("cannot read the holidays");
        }
    }
    free(year);
}

static double measure(const struct calendar *calendar, const struct calendar_term *term)
{
    uint64_t sum = 0;
    const uint64_t start_us = clock_monotonic_us();
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned index = 0; index < MOMENTS; index++) {
            sum += calendar_due(calendar, term, moments[index] + round * 1000ull);
        }
    }
    const uint64_t spent_us = clock_monotonic_us() - start_us;
    if (sum == 0) {
        bench_fail("no due time");
    }
    return (double)ROUNDS * MOMENTS * 1e6 / (double)spent_us;
}

int main(void)
{
    struct holidays set = {.count = 0};
    struct zone *zone = calloc(1, sizeof *zone);
    load_holidays(&set);
    if (zone == NULL || zone_load("Europe/Berlin", zone) != RC_OK) {
        bench_fail("cannot read Europe/Berlin; install tzdata");
    }
    const struct calendar_plan china = {.holidays = &set};
    const struct calendar_plan berlin = {.holidays = &set, .zone = zone};
    struct calendar office = make_office(&china, 8 * (int64_t)3600000);
    struct calendar abroad = make_office(&berlin, zone->standard_ms);
    const uint64_t first_ms = (uint64_t)(civil_days(2024, 1, 1) * (int64_t)CALENDAR_DAY_MS);
    uint64_t seed = 1;
    for (unsigned index = 0; index < MOMENTS; index++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        moments[index] = first_ms + (seed >> 20) % (1000 * CALENDAR_DAY_MS);
    }
    const struct calendar_term days = {.unit = CALENDAR_WORKING_DAYS,
                                       .amount_ms = 15 * CALENDAR_DAY_MS};
    const struct calendar_term minutes = {.unit = CALENDAR_WORKING_HOURS,
                                          .amount_ms = 10000ull * 60000};
    json_t *result = json_object();
    json_object_set_new(result, "due_per_s", json_real(bench_round(measure(&office, &days))));
    json_object_set_new(result, "due_10000_minutes_per_s",
                        json_real(bench_round(measure(&office, &minutes))));
    json_object_set_new(result, "due_summer_time_per_s",
                        json_real(bench_round(measure(&abroad, &days))));
    bench_print(result);
    calendar_fini(&office);
    calendar_fini(&abroad);
    holidays_fini(&set);
    free(zone);
    return 0;
}
