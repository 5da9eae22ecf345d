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
    struct holidays set = {.code = "CN"};
    struct holidays_missing missing;
    char *text = holidays_write_json(year);
    struct holidays_year *again = calloc(1, sizeof *again);
    CHECK(text != NULL);
    CHECK(again != NULL);
    CHECK(holidays_read_json(text, strlen(text), again, &mistake) == RC_OK);
    CHECK(again->year == year->year);
    CHECK(again->count == year->count);
    CHECK(memcmp(again->days, year->days, year->count * sizeof year->days[0]) == 0);
    CHECK(holidays_put(&set, year) == RC_OK);
    holidays_missing(year, set.code, &missing);
    CHECK((missing.count == 0) == (missing.zh[0] == '\0'));
    CHECK(holidays_known(&set, year->year) == (year->count > 0 && missing.count == 0));
    for (uint32_t index = 0; index < year->count; index++) {
        const struct holiday *found = holidays_find(&set, year->days[index].day);
        CHECK(found != NULL);
        CHECK(found->off == year->days[index].off);
    }
    holidays_fini(&set);
    free(again);
    free(text);
}

/* With every ruling there is: what is skipped is no question, and what is off is in a year. */
static void read_calendar(const char *data, size_t bytes, enum holidays_kind kind)
{
    const struct holidays_ruling ruling = {"*", kind};
    struct holidays_mistake mistake = {0};
    struct holidays_import import = {.rulings = &ruling,
                                     .ruling_count = kind == HOLIDAYS_UNCLEAR ? 0 : 1};
    const enum rc rc = holidays_read_ics(data, bytes, &import, &mistake);
    CHECK(rc == RC_OK || rc == RC_INVALID || rc == RC_AGAIN);
    CHECK((rc == RC_AGAIN) == (import.question_count > 0));
    CHECK(rc == RC_OK || import.year_count == 0);
    if (rc == RC_INVALID) {
        check_mistake(&mistake);
    }
    for (uint32_t index = 0; index < import.year_count; index++) {
        write_and_read(&import.years[index]);
    }
    for (uint32_t index = 0; index < import.question_count; index++) {
        CHECK(import.questions[index].name[0] != '\0');
        CHECK(import.questions[index].first <= import.questions[index].last);
    }
    holidays_import_fini(&import);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct holidays_mistake mistake = {0};
    struct holidays_year *year = calloc(1, sizeof *year);
    CHECK(year != NULL);
    const enum rc rc = holidays_read_json((const char *)data, bytes, year, &mistake);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    if (rc == RC_OK) {
        write_and_read(year);
    } else {
        check_mistake(&mistake);
    }
    free(year);
    struct holidays_import import = {.zone = NULL};
    if (holidays_read_public((const char *)data, bytes, &import, &mistake) == RC_OK) {
        CHECK(import.year_count > 0);
        for (uint32_t index = 0; index < import.year_count; index++) {
            write_and_read(&import.years[index]);
        }
    }
    holidays_import_fini(&import);
    read_calendar((const char *)data, bytes, HOLIDAYS_UNCLEAR);
    read_calendar((const char *)data, bytes, HOLIDAYS_OFF);
    read_calendar((const char *)data, bytes, HOLIDAYS_SKIP);
    return 0;
}
