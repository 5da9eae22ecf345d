/* zone: the wall clock of a place: offsets from UTC, with daylight saving time.
 *
 * Read from the system's tzdata (TZif, RFC 8536) by this file alone. glibc knows one zone a
 * process, in a global that all threads share; libical keeps a global list and guesses rules from
 * the years up to 2037. A zone is read once when the site is loaded, is read-only afterwards, and
 * is known from 2000 to 2099 (ZONE_YEAR_*); before and after, its first and last offset hold.
 *
 * Pure, but for zone_load. A wall clock that goes back shows some times twice, one that goes
 * forward leaves some out: see zone_wall and zone_moment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum { ZONE_NAME_BYTES_MAX = 64, ZONE_YEAR_FIRST = 2000, ZONE_YEAR_LAST = 2099 };
/* 100 years with two changes, four in Morocco; what is beyond is a broken file. */
enum { ZONE_CHANGES_MAX = 512 };

struct zone_change {
    int64_t at_ms;     /* from this moment (UTC) on */
    int64_t offset_ms; /* east of Greenwich is positive */
};

struct zone {
    char name[ZONE_NAME_BYTES_MAX + 1];
    int64_t standard_ms; /* offset without daylight saving time, at the end */
    uint32_t count;      /* changes[0].at_ms is INT64_MIN; count 1: a fixed offset */
    struct zone_change changes[ZONE_CHANGES_MAX];
};

/* "Europe/Berlin": letters, digits, _ + - and single / between names. */
bool zone_name_valid(const char *name);
/* RC_INVALID: not a TZif file with 64-bit times that is in order. Keeps no pointer to bytes. */
MUST_CHECK enum rc zone_parse(const char *name, const unsigned char *bytes, size_t size,
                              struct zone *zone);
/* From $TZDIR or /usr/share/zoneinfo; Asia/Shanghai, which has one offset, from nothing.
 * RC_NOT_FOUND: no such zone. RC_INVALID as zone_parse. RC_IO. */
MUST_CHECK enum rc zone_load(const char *name, struct zone *zone);

int64_t zone_offset(const struct zone *zone, int64_t at_ms);
/* First change after at_ms, or INT64_MAX. */
int64_t zone_next_change(const struct zone *zone, int64_t at_ms);
/* The first moment whose wall clock shows local_ms or later. */
int64_t zone_moment(const struct zone *zone, int64_t local_ms);
