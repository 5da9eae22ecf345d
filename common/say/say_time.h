/* say_time: moments, spans and deadlines as people read and write them. Pure. */
#pragma once

#include "command.pb-c.h"
#include "common/base/rc.h"
#include "common/say/say.h"

enum { SAY_TIME_BYTES = 48 };
/* Shown as what it is, a moment after this one, the end of the year 9999, is no date any more. */
#define SAY_TIME_MS_MAX 253402300799999ull

/* "2026-11-22T14:00:05+08:00"; with milliseconds only when there are some. */
void say_time_rfc3339(const struct say *say, uint64_t at_ms, char text[SAY_TIME_BYTES]);
/* "14:00" on the day of now, "11-23 14:00" in its year, else "2025-11-23 14:00". */
void say_time_short(const struct say *say, uint64_t at_ms, uint64_t now_ms,
                    char text[SAY_TIME_BYTES]);
/* "2026-11-22 14:00:05". */
void say_time_exact(const struct say *say, uint64_t at_ms, char text[SAY_TIME_BYTES]);
/* A deadline as one says it: "today 18:00", "tomorrow 18:00", "5 Mar 18:00", "5 Mar 2027 18:00", in Chinese
 * "今天 18:00", "明天 18:00", "3月5日 18:00", "2027年3月5日 18:00". Midnight is the end of the day before, 24:00.
 * now_ms 0: not known, the date is whole. */
void say_time_by(const struct say *say, uint64_t due_ms, uint64_t now_ms,
                 char text[SAY_TIME_BYTES]);
/* "3d04h", "3h12m", "45m10s", "20s", in Chinese "3天04小时", "3小时12分", "45分10秒", "20秒";
 * negative with a minus. */
void say_time_span(const struct say *say, int64_t span_ms, char text[SAY_TIME_BYTES]);
/* A span, exact, in hours and less: "36h", "1h30m", "45m"; in Chinese "36小时", "1小时30分". The
 * English form can be written into site.yaml. */
void say_time_amount(const struct say *say, uint64_t span_ms, char text[SAY_TIME_BYTES]);
/* A term in its own unit: "5 工作日", "1 工作日 12h", "8h 工作时". */
void say_time_term(const struct say *say, Paidan__TimeUnit unit, uint64_t amount_ms, char *text,
                   size_t size);
/* Remaining time and its tone: "3h12m" good, warned of after warn_ms (0: none), "-45m" bad. */
enum say_tone say_time_remaining(const struct say *say, uint64_t due_ms, uint64_t warn_ms,
                                 uint64_t now_ms, char text[SAY_TIME_BYTES]);
/* The same with the moment: "剩 3h12m (11-23 14:00)", "超时 45m (13:15)". */
enum say_tone say_time_deadline(const struct say *say, uint64_t due_ms, uint64_t warn_ms,
                                uint64_t now_ms, char *text, size_t size);

/* "90s" "30m" "2h" "3d" "1d12h", "2小时30分" (before now), a date, or a date and time with T or a
 * blank, with or without seconds, fraction and offset; without an offset by the wall clock of say. Of a time
 * that is shown twice, when summer time ends, the first is meant; a date alone is its first moment.
 * RC_OK, RC_INVALID (not understood) or RC_NOT_FOUND (say_time_skipped). */
MUST_CHECK enum rc say_time_read(const struct say *say, const char *text, uint64_t now_ms,
                                 uint64_t *at_ms);
/* The same, but a span is after now: "3d" is in three days. */
MUST_CHECK enum rc say_time_read_ahead(const struct say *say, const char *text, uint64_t now_ms,
                                       uint64_t *at_ms);
/* The moment at which the wall clock of say shows local_ms, milliseconds since 1970 as if in UTC. */
int64_t say_time_moment(const struct say *say, int64_t local_ms);
/* Whether the wall clock never shows local_ms: it lies in the hour that is left out when summer time
 * begins. say_time_moment is then the end of that hour. */
bool say_time_skipped(const struct say *say, int64_t local_ms);
/* "2h", "1d12h": its meaning depends on now. */
bool say_time_is_span(const char *text);
