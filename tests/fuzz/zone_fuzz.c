/* zone_fuzz: the input is a TZif file. It is refused, or a calendar with its changes adds up. */

#include <stdint.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct zone zone;
    if (zone_parse("Test/Zone", data, bytes, &zone) != RC_OK) {
        return 0;
    }
    CHECK(zone.count > 0);
    struct calendar calendar = {.utc_offset_ms = zone.standard_ms};
    for (unsigned day = 0; day < 7; day++) {
        calendar.days[day] =
            (struct calendar_hours){.count = 2, .from = {60, 600}, .until = {240, 1440}};
        calendar.week_minutes += 180 + 840;
    }
    const struct calendar_plan plan = {.zone = &zone};
    CHECK(calendar_build(&calendar, &plan) == RC_OK);
    const struct calendar_term day = {.unit = CALENDAR_WORKING_DAYS, .amount_ms = CALENDAR_DAY_MS};
    for (uint32_t index = 1; index < zone.count && index < 40; index++) {
        const uint64_t from_ms = (uint64_t)zone.changes[index].at_ms - CALENDAR_DAY_MS;
        const uint64_t due_ms = calendar_add(&calendar, from_ms, 2 * CALENDAR_DAY_MS);
        CHECK(calendar_between(&calendar, from_ms, due_ms) == 2 * CALENDAR_DAY_MS);
        CHECK(calendar_due(&calendar, &day, from_ms) > from_ms);
    }
    calendar_fini(&calendar);
    return 0;
}
