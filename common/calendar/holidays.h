/* holidays: the days that a country takes off or works by decree, a year a file.
 *
 * JSON as of holiday-cn: {"year": 2026, "papers": ["https://..."], "days": [{"name": "元旦",
 * "date": "2026-01-01", "isOffDay": true}, ...]}; "$schema", "$id" and other keys that begin with $
 * are passed over. isOffDay false is a make-up working day 调休. Ordinary weekends are not listed.
 *
 * The year is the notice's. The file of year Y may also hold days of December of Y - 1, for a
 * notice about New Year rules the last days of the year before; where both files speak of such a
 * day, the later notice (Y) wins. Any other day is foreign, and the file is refused. An empty list
 * of days means that the notice is not out: the year stays unknown. A year without a file is
 * unknown, which never means "no holidays".
 *
 * iCalendar is read by holidays_read_ics (an import; sites keep JSON). Pure, but for memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/base/rc.h"

enum {
    HOLIDAYS_NAME_BYTES_MAX = 96,
    HOLIDAYS_DAYS_MAX = 400, /* of one file: more than a year has */
    HOLIDAYS_PAPERS_MAX = 16,
    HOLIDAYS_PAPER_BYTES_MAX = 255,
    HOLIDAYS_FILE_BYTES_MAX = 1 << 20,
    HOLIDAYS_YEAR_MIN = 1970,
    HOLIDAYS_YEAR_MAX = 2199,
};

struct holiday {
    int32_t day; /* since 1970-01-01 */
    int year;    /* of the file that says so */
    bool off;    /* false: a make-up working day */
    char name[HOLIDAYS_NAME_BYTES_MAX + 1];
};

/* One file. */
struct holidays_year {
    int year;
    uint32_t count, paper_count;
    struct holiday days[HOLIDAYS_DAYS_MAX]; /* by day */
    char papers[HOLIDAYS_PAPERS_MAX][HOLIDAYS_PAPER_BYTES_MAX + 1];
};

/* What is wrong with a file: where and why. The names are those of holidays_mistakes.h. */
struct holidays_mistake {
    uint32_t line; /* 0: the file as a whole */
    char name[40], zh[256], en[256];
};

/* RC_OK; RC_INVALID: *mistake is set; RC_LIMIT: memory. Keeps no pointer to bytes. */
MUST_CHECK enum rc holidays_read_json(const char *bytes, size_t size, struct holidays_year *year,
                                      struct holidays_mistake *mistake);
/* Days off are all-day events; a make-up day is one whose SUMMARY holds 上班, 补班 or a lone 班;
 * DTEND is exclusive. Events by rule (RRULE) and events with times are refused, for a decree names
 * days. The years are those of the events; a span over New Year belongs to the year of its end.
 * *years is for free(). */
MUST_CHECK enum rc holidays_read_ics(const char *bytes, size_t size, struct holidays_year **years,
                                     uint32_t *count, struct holidays_mistake *mistake);
/* The file as holidays_read_json reads it, for free(). NULL without memory. */
char *holidays_write_json(const struct holidays_year *year);

/* ---- a set of years ---- */

struct holidays {
    char code[CODE_BYTES_MAX + 1]; /* "CN" */
    uint32_t count;
    struct holiday *days;                                             /* by day, each once */
    uint64_t years[(HOLIDAYS_YEAR_MAX - HOLIDAYS_YEAR_MIN) / 64 + 1]; /* bits: known */
};

/* Replaces what the set knew of this year: its days and those it said of the December before.
 * RC_LIMIT: memory; the set is as it was. */
MUST_CHECK enum rc holidays_put(struct holidays *set, const struct holidays_year *year);
void holidays_fini(struct holidays *set);
bool holidays_known(const struct holidays *set, int year);
const struct holiday *holidays_find(const struct holidays *set, int32_t day); /* or NULL */

/* What is built into the programs: deploy/calendars/<code>/<year>.json. NULL past the end. */
struct holidays_file {
    const char *code, *name; /* "CN", "2026.json" */
    const char *bytes;
    size_t size;
};
const struct holidays_file *holidays_built_in(uint32_t index);
