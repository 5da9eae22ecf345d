/* number: ticket id <-> public number, and query codes.
 *
 * id     = yyyymmdd * 10^8 + sequence of the site-local day (1 .. 99,999,999)
 * number = "20261122-0123-7": date, sequence of at least 4 digits, check digit by ISO/IEC 7064
 *          MOD 11,10 (GB/T 17710) over date and sequence padded to 8 digits.
 *
 * Numbers and codes are read as people type and copy them: small and wide letters and digits, O for
 * 0, I and L for 1, with or without dashes, blanks and marks between and around. */
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

#define NUMBER_BYTES 24 /* with NUL */
#define NUMBER_DAY_FACTOR 100000000ull
#define QUERY_CODE_BYTES 7 /* 6 characters of Crockford base32, NUL */

/* utc_offset_ms: of the site at now_ms (site_offset), for the day is that of its wall clock. Smallest id of the day that now_ms falls on: sequence 1. */
uint64_t number_day_first(uint64_t now_ms, int64_t utc_offset_ms);
void number_format(uint64_t ticket, char number[NUMBER_BYTES]);
/* The public number in the arena, for answers; NULL: the arena is full. */
char *number_text(struct arena *arena, uint64_t ticket);
/* Returns RC_OK or RC_INVALID (malformed, impossible date, wrong check digit). */
MUST_CHECK enum rc number_parse(const char *text, uint64_t *ticket);
/* 30 random bits to 6 characters. */
void number_query_code(uint32_t random, char code[QUERY_CODE_BYTES]);
/* Whether both are the same code, each written as people write it. */
int number_query_code_equal(const char *a, const char *b);
