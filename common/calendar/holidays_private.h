/* holidays_private: what the readers of holidays share. */
#pragma once

#include "common/base/arena.h"
#include "common/calendar/holidays.h"

/* Fills *mistake. name, zh and en come from holidays_mistakes.h. Returns RC_INVALID. */
enum rc holidays_say(struct holidays_mistake *mistake, uint32_t line, const char *name,
                     const char *zh, const char *en, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* False: empty, too long, not UTF-8 or with line breaks. */
bool holidays_name_copy(char to[HOLIDAYS_NAME_BYTES_MAX + 1], const char *name);
/* By day. */
void holidays_sort(struct holiday *days, uint32_t count);
/* Adds a day to the file of year->year; its rules are in holidays.h. */
MUST_CHECK enum rc holidays_add(struct holidays_year *year, const struct holiday *holiday,
                                uint32_t line, struct holidays_mistake *mistake);

/* What a title says in this month. *doubt: why it is HOLIDAYS_UNCLEAR. Never HOLIDAYS_SKIP. Uses the
 * arena. Before: title is valid UTF-8. */
enum holidays_kind holidays_title_read(struct arena *arena, const char *title, unsigned month,
                                       enum holidays_doubt *doubt);
/* The title without its marks, in place: "元旦（休）" and "上班(补元旦假期)" are both of 元旦. */
void holidays_title_plain(char *name);
