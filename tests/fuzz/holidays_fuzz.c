/* holidays_fuzz: the input is a holiday file, as JSON and as iCalendar. It is refused with a
 * reason, or what was read is written and read again as the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/holidays.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_mistake(const struct holidays_mistake *mistake)
{
    CHECK(mistake->name[0] != '\0');
    CHECK(mistake->zh[0] != '\0');
    CHECK(mistake->en[0] != '\0');
}

static void write_and_read(const struct holidays_year *year)
{
    struct holidays_mistake mistake;
    struct holidays set = {.count = 0};
    char *text = holidays_write_json(year);
    struct holidays_year *again = calloc(1, sizeof *again);
    CHECK(text != NULL);
    CHECK(again != NULL);
    CHECK(holidays_read_json(text, strlen(text), again, &mistake) == RC_OK);
    CHECK(again->year == year->year);
    CHECK(again->count == year->count);
    CHECK(memcmp(again->days, year->days, year->count * sizeof year->days[0]) == 0);
    CHECK(holidays_put(&set, year) == RC_OK);
    CHECK(holidays_known(&set, year->year) == (year->count > 0));
    for (uint32_t index = 0; index < year->count; index++) {
        const struct holiday *found = holidays_find(&set, year->days[index].day);
        CHECK(found != NULL);
        CHECK(found->off == year->days[index].off);
    }
    holidays_fini(&set);
    free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct holidays_mistake mistake = {0};
    struct holidays_year *year = calloc(1, sizeof *year);
    struct holidays_year *years = NULL;
    uint32_t count = 0;
    CHECK(year != NULL);
    enum rc rc = holidays_read_json((const char *)data, bytes, year, &mistake);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc == RC_OK) {
        write_and_read(year);
    } else {
        check_mistake(&mistake);
    }
    free(year);
    memset(&mistake, 0, sizeof mistake);
    rc = holidays_read_ics((const char *)data, bytes, &years, &count, &mistake);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc == RC_INVALID) {
        check_mistake(&mistake);
        return 0;
    }
    CHECK(count > 0);
    for (uint32_t index = 0; index < count; index++) {
        write_and_read(&years[index]);
    }
    free(years);
    return 0;
}
