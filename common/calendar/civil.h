/* civil: dates of the Gregorian calendar as numbers of days since 1970-01-01. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CIVIL_DATE_BYTES = 16 };

struct civil_date {
    int year;
    unsigned month, day; /* 1.. */
};

int32_t civil_days(int year, unsigned month, unsigned day);
struct civil_date civil_date(int32_t days);
unsigned civil_weekday(int32_t days); /* 0 = Monday */
unsigned civil_month_days(int year, unsigned month);
/* Exactly "2026-01-04", a day that exists, in the years 1970 to 2199. */
bool civil_parse(const char *text, int32_t *days);
void civil_write(int32_t days, char text[CIVIL_DATE_BYTES]);
