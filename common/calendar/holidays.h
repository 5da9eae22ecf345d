/* holidays: the days that a country takes off or works by decree, a year a file.
 *
 * JSON as of holiday-cn: {"year": 2026, "papers": ["https://..."], "days": [{"name": "元旦",
 * "date": "2026-01-01", "isOffDay": true}, ...]}; "$schema", "$id" and other keys that begin with $
 * are passed over. isOffDay false is a make-up working day 调休. Ordinary weekends are not listed.
 *
 * The year is the notice's. The file of year Y may also hold days of December of Y - 1, for a
 * notice about New Year rules the last days of the year before; where both files speak of such a
 * day, the later notice (Y) wins. Any other day is foreign, and the file is refused.
 *
 * The days of a file count as soon as they stand there. The year is known when nothing more is
 * expected of it: every feast of the State Council's notice is there and a make-up workday too
 * (holidays_missing), or the file says `"complete": true`. Until then, and without a file, it is
 * unknown, which never means "no holidays".
 *
 * iCalendar is read by holidays_read_ics (an import; sites keep JSON). Pure, but for memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/base/rc.h"
#include "common/calendar/zone.h"

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

/* What a file says of itself. */
enum holidays_word { HOLIDAYS_UNSAID, HOLIDAYS_COMPLETE, HOLIDAYS_PART };

/* One file. */
struct holidays_year {
    int year;
    enum holidays_word word;
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

/* ---- iCalendar ---- */

enum holidays_kind { HOLIDAYS_UNCLEAR, HOLIDAYS_OFF, HOLIDAYS_WORK, HOLIDAYS_SKIP };
/* Why an event was not understood. */
enum holidays_doubt {
    HOLIDAYS_DOUBT_TITLE, /* it names neither a day off nor a make-up day */
    HOLIDAYS_DOUBT_PART,  /* it is of a part of the day, and days are off or worked as a whole */
    HOLIDAYS_DOUBT_CLASH, /* another event as long says the opposite of the same day */
    HOLIDAYS_DOUBT_COUNT
};
/* What a person said of all events with this title; "*" is any that is not understood. */
struct holidays_ruling {
    const char *name;
    enum holidays_kind kind; /* OFF, WORK or SKIP */
};
/* An event that is to be ruled on. */
struct holidays_question {
    char name[HOLIDAYS_NAME_BYTES_MAX + 1]; /* the title as it stands, cut to fit */
    int32_t first, last;
    uint32_t line;
    enum holidays_doubt doubt;
};

struct holidays_import {
    /* in */
    const struct zone *zone; /* of the site, for times in UTC; NULL: utc_offset_ms */
    int64_t utc_offset_ms;
    const struct holidays_ruling *rulings;
    uint32_t ruling_count;
    /* out, for holidays_import_fini */
    struct holidays_year *years; /* by year; one may be empty, if only `gone` speaks of it */
    uint32_t year_count;
    struct holidays_question *questions; /* not empty: there are no years */
    uint32_t question_count;
    struct holiday *gone; /* days of events that were called off */
    uint32_t gone_count;
    uint32_t skipped; /* events without effect: ruled so, or of days that others settle */
};
/* A day is off or worked by the title of its event (holidays_title.c), by X-APPLE-SPECIAL-DAY, or by
 * a ruling. DTEND is exclusive; the same as DTSTART, or none, is one day. An event with times is
 * taken for a day when it covers an office's. Of several events on a day the shortest counts.
 * Events that were called off (STATUS, METHOD, a later SEQUENCE of their UID) are `gone`. Repeated
 * ones (RRULE) are refused, for a decree names days. A span over New Year belongs to the year of
 * its end.
 *
 * RC_OK; RC_AGAIN: there are questions, rule on them and read again; RC_INVALID: *mistake is set;
 * RC_LIMIT: memory. Keeps no pointer to bytes. */
MUST_CHECK enum rc holidays_read_ics(const char *bytes, size_t size, struct holidays_import *import,
                                     struct holidays_mistake *mistake);
/* JSON as others publish it: as holidays_read_json, or in the forms of holidays_public.c, of several
 * years. Fills years alone. RC_OK, RC_INVALID (*mistake is set) or RC_LIMIT. */
MUST_CHECK enum rc holidays_read_public(const char *bytes, size_t size,
                                        struct holidays_import *import,
                                        struct holidays_mistake *mistake);
void holidays_import_fini(struct holidays_import *import);

/* ---- what is missing ---- */

struct holidays_missing {
    uint32_t count;
    uint16_t kinds;        /* the same as bits, for holidays_missing_words */
    char zh[256], en[256]; /* a list of them */
};
/* What keeps this year from being known to those who follow `code`; count 0: nothing. */
void holidays_missing(const struct holidays_year *year, const char *code,
                      struct holidays_missing *missing);
/* The same whatever the file says of itself: as bits, 0 for none. */
uint16_t holidays_lacks(const struct holidays_year *year, const char *code);
/* All that a year's notice must have, as bits: what a year without a file lacks. */
uint16_t holidays_expected(int year, const char *code);
/* Such bits as words. */
void holidays_missing_words(uint16_t kinds, struct holidays_missing *missing);

/* The file as holidays_read_json reads it, for free(). NULL without memory. */
char *holidays_write_json(const struct holidays_year *year);

/* ---- a set of years ---- */

struct holidays {
    char code[CODE_BYTES_MAX + 1]; /* "CN" */
    uint32_t count;
    struct holiday *days;                                             /* by day, each once */
    uint64_t years[(HOLIDAYS_YEAR_MAX - HOLIDAYS_YEAR_MIN) / 64 + 1]; /* bits: known */
    /* holidays_lacks of each year with a file, also where the file says that it is complete. */
    uint16_t lacks[HOLIDAYS_YEAR_MAX - HOLIDAYS_YEAR_MIN + 1];
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
