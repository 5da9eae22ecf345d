/* calendar_day: what a day is: working or not, why, and whether anybody knows yet.
 *
 * A year without a decree is not wrong, it is unknown: the council publishes each autumn. It is
 * then treated as plain weeks, clocks say so, and they are planned anew when the decree arrives. */
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar_private.h"

bool calendar_year_known(const struct calendar *calendar, int year)
{
    CHECK(calendar != NULL);
    const struct calendar_table *table = calendar->table;
    if (table == NULL || !table->decree) {
        return true;
    }
    if (year < HOLIDAYS_YEAR_MIN || year > HOLIDAYS_YEAR_MAX) {
        return false;
    }
    const unsigned bit = (unsigned)(year - HOLIDAYS_YEAR_MIN);
    return (table->known[bit / 64] >> (bit % 64) & 1) != 0;
}

uint16_t calendar_year_lacks(const struct calendar *calendar, int year, bool *given)
{
    const bool known = calendar_year_known(calendar, year);
    const struct calendar_table *table = calendar->table;
    *given = false;
    if (table == NULL || !table->decree || year < HOLIDAYS_YEAR_MIN || year > HOLIDAYS_YEAR_MAX) {
        return 0;
    }
    const uint16_t lacks = table->lacks[year - HOLIDAYS_YEAR_MIN];
    *given = known || lacks != 0;
    return *given ? lacks : holidays_expected(year, table->holidays);
}

const char *calendar_holidays(const struct calendar *calendar)
{
    CHECK(calendar != NULL);
    return calendar->table == NULL ? "" : calendar->table->holidays;
}

uint32_t calendar_years_unknown(const struct calendar *calendar, uint64_t from_ms,
                                uint64_t until_ms)
{
    CHECK(from_ms <= until_ms);
    const int first = civil_date(calendar_day_of(calendar, from_ms)).year;
    const int last = civil_date(calendar_day_of(calendar, until_ms)).year;
    uint32_t count = 0;
    for (int year = first; year <= last; year++) {
        count += calendar_year_known(calendar, year) ? 0 : 1;
    }
    return count;
}

/* Of the wall clock at a moment. A zone without changes needs no table. */
int64_t calendar_offset(const struct calendar *calendar, uint64_t at_ms)
{
    const struct calendar_table *table = calendar->table;
    return table != NULL && table->zoned ? zone_offset(&table->zone, (int64_t)at_ms)
                                         : calendar->utc_offset_ms;
}

void calendar_day_read(const struct calendar *calendar, int32_t day, struct calendar_day *read)
{
    CHECK(read != NULL);
    struct calendar_pattern room;
    const struct calendar_table *table = calendar->table;
    const struct calendar_pattern *pattern = calendar_pattern_of(calendar, day, &room);
    *read = (struct calendar_day){
        .day = day,
        .kind = pattern->open_ms > 0 ? CALENDAR_WORKDAY : CALENDAR_WEEKEND,
        .working = pattern->open_ms > 0,
        .known = calendar_year_known(calendar, civil_date(day).year),
        .name = "",
        .open_ms = pattern->open_ms,
        .start_ms = calendar_day_start(calendar, day),
        .end_ms = calendar_day_start(calendar, day + 1),
        .hours = pattern->hours,
    };
    if (table != NULL && day >= table->first && day < table->first + (int32_t)table->count) {
        const struct calendar_note *note = &table->notes[table->rows[day - table->first].note];
        read->kind = note->kind;
        read->name = note->name;
    }
}

const char *calendar_day_kind_code(enum calendar_day_kind kind)
{
    static const char *const codes[CALENDAR_DAY_KIND_COUNT] = {"workday", "weekend", "holiday",
                                                               "makeup",  "off",     "special"};
    CHECK(kind < CALENDAR_DAY_KIND_COUNT);
    return codes[kind];
}
