/* test-calendar SITE CALENDAR: answers questions of the oracles, one a line on standard input:
 *
 *   due UNIT AMOUNT_MS FROM_MS START END   the due time
 *   between FROM_MS UNTIL_MS               open milliseconds
 *   open AT_MS                             the next opening
 *
 * Times are milliseconds of UTC. Exits 64 at a line that it does not understand. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/site/site.h"

static const struct calendar *find(const struct site *site, const char *code)
{
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        if (strcmp(site->calendars[index].code, code) == 0) {
            return &site->calendars[index];
        }
    }
    return NULL;
}

static bool answer(const struct calendar *calendar, const char *line)
{
    char unit[32];
    char start[32];
    char end[32];
    uint64_t a = 0;
    uint64_t b = 0;
    if (sscanf(line, "due %31s %" SCNu64 " %" SCNu64 " %31s %31s", unit, &a, &b, start, end) == 5) {
        struct calendar_term term = {.amount_ms = a};
        if (!calendar_unit_read(unit, &term.unit) || !calendar_start_read(start, &term.start) ||
            !calendar_end_read(end, &term.end)) {
            return false;
        }
        printf("%" PRIu64 "\n", calendar_due(calendar, &term, b));
        return true;
    }
    if (sscanf(line, "between %" SCNu64 " %" SCNu64, &a, &b) == 2) {
        printf("%" PRIu64 "\n", calendar_between(calendar, a, b));
        return true;
    }
    if (sscanf(line, "open %" SCNu64, &a) == 1) {
        printf("%" PRIu64 "\n", calendar_next_open(calendar, a));
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    char line[256];
    struct site *site = NULL;
    struct site_report *report = calloc(1, sizeof *report);
    if (argc != 3 || report == NULL || site_load(argv[1], report, &site) != RC_OK) {
        fprintf(stderr, "test-calendar: usage: test-calendar SITE CALENDAR%s%s\n",
                report != NULL && report->count > 0 ? ": " : "",
                report != NULL && report->count > 0 ? report->mistakes[0].en : "");
        free(report);
        return 64;
    }
    free(report);
    const struct calendar *calendar = find(site, argv[2]);
    int status = calendar == NULL ? 64 : 0;
    while (status == 0 && fgets(line, sizeof line, stdin) != NULL) {
        status = answer(calendar, line) && fflush(stdout) == 0 ? 0 : 64;
    }
    site_free(site);
    return status;
}
