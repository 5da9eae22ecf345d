/* site_calendars: what site.yaml says of a calendar, before what it extends is known. Private to
 * the site_calendar*.c files. */
#pragma once

#include "common/site/site_yaml.h"

struct site_calendar {
    char code[CODE_BYTES_MAX + 1];
    uint32_t line;
    struct calendar_hours days[7];
    bool given[7]; /* this calendar says it; else as the one it extends */
    char extends[CODE_BYTES_MAX + 1];
    uint32_t extends_line;
    char holidays[CODE_BYTES_MAX + 1]; /* "none": said to follow none */
    uint32_t holidays_line;            /* 0: not given */
    unsigned makeup;
    uint32_t makeup_line; /* 0: not given */
    struct calendar_override *overrides;
    uint32_t override_count;
    bool mistaken; /* something was wrong: what follows from it is not said */
    enum { SITE_CALENDAR_READ, SITE_CALENDAR_VISITED, SITE_CALENDAR_DONE } state;
};

/* Reads one calendar; says what is wrong. */
void site_calendar_read(struct site_load *load, const struct site_node *body,
                        struct site_calendar *calendar);
const char *site_weekday_name(unsigned weekday);
/* Inheritance, holidays, tables. */
void site_calendars_build(struct site_load *load, struct site_calendar *calendars, uint32_t count);
/* Adds a calendar without its table. */
bool site_calendar_add(struct site_load *load, const struct calendar *calendar);
