/* cli_time: moments and spans as people read and write them. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum { CLI_TIME_BYTES = 48 };

/* "2026-11-22T14:00:05+08:00"; with milliseconds only when there are some. */
void cli_time_rfc3339(uint64_t at_ms, int64_t utc_offset_ms, char text[CLI_TIME_BYTES]);
/* "14:00" on the day of now, "11-23 14:00" in its year, else "2025-11-23 14:00". */
void cli_time_short(uint64_t at_ms, uint64_t now_ms, int64_t utc_offset_ms,
                    char text[CLI_TIME_BYTES]);
/* "2026-11-22 14:00:05". */
void cli_time_exact(uint64_t at_ms, int64_t utc_offset_ms, char text[CLI_TIME_BYTES]);
/* "3d04h", "3h12m", "45m10s", "20s"; negative with a minus. */
void cli_time_span(int64_t span_ms, char text[CLI_TIME_BYTES]);
/* A span as the site writes it, exact: "2h", "1d12h", "45m", "90s". */
void cli_time_amount(uint64_t span_ms, char text[CLI_TIME_BYTES]);

/* "90s" "30m" "2h" "3d" "1d12h" (before now), a date, or a date and time with T or a blank, with or
 * without seconds, fraction and offset; without an offset the site's. RC_OK or RC_INVALID. */
MUST_CHECK enum rc cli_time_parse(const char *text, uint64_t now_ms, int64_t utc_offset_ms,
                                  uint64_t *at_ms);
/* The same, but a span is after now: "3d" is in three days. */
MUST_CHECK enum rc cli_time_parse_ahead(const char *text, uint64_t now_ms, int64_t utc_offset_ms,
                                        uint64_t *at_ms);
/* "2h", "1d12h": its meaning depends on now. */
bool cli_time_is_span(const char *text);
